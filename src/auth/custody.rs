//! Custody: key pairs whose private half lies with people. HPKE (RFC 9180) seals to a public key, Shamir's scheme splits a
//! private one 2-of-3, and a passphrase locks that of a custodian.

use crate::auth::seal::{RoundKey, decrypt, encrypt};
use aes_gcm::Aes256Gcm;
use blahaj::{Share, Sharks};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

/// Shares that are made of a private key.
pub const SHARES: usize = 3;
/// How many of them give it back.
pub const NEEDED: u8 = 2;
/// Bytes of an encapsulated key.
pub(super) const ENCAPSULATED: usize = 32;
/// Bytes of an authentication tag.
const TAG: usize = 16;
/// What everything here is made for.
const INFO: &[u8] = b"jiebang custody";

/// A share of a private key: where it lies on the line, and its value there. Forgotten when it is dropped.
pub type KeyShare = Zeroizing<Vec<u8>>;

/// A new key pair: the private half, and the public one as bytes. `None` when there is no randomness.
#[must_use]
pub fn key_pair() -> Option<(RoundKey, Vec<u8>)> {
    let seed = RoundKey::fresh()?;
    let (private, _) = X25519HkdfSha256::derive_keypair(seed.bytes());
    let private = RoundKey::of(&Zeroizing::new(private.to_bytes().to_vec()))?;
    let public = public_of(&private)?;
    Some((private, public))
}

/// The public half of a private key.
#[must_use]
pub fn public_of(private: &RoundKey) -> Option<Vec<u8>> {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private.bytes()).ok()?;
    Some(X25519HkdfSha256::sk_to_pk(&private).to_bytes().to_vec())
}

/// Bytes that `length` bytes become when they are sealed to a public key.
pub(super) fn sealed_size(length: usize) -> Option<usize> {
    ENCAPSULATED.checked_add(length)?.checked_add(TAG)
}

/// Seals `text` to a public key; `bound` must be named again to open it.
#[must_use]
pub fn seal_to(public: &[u8], bound: &str, text: &[u8]) -> Option<Vec<u8>> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public).ok()?;
    let sealed =
        hpke::single_shot_seal::<AesGcm256, HkdfSha256, X25519HkdfSha256>(&OpModeS::Base, &public, INFO, text, bound.as_bytes()).ok()?;
    Some([sealed.0.to_bytes().as_slice(), &sealed.1].concat())
}

/// Opens what [`seal_to`] made; `None` with another key, another `bound`, or when a bit of it was changed.
#[must_use]
pub fn open_with(private: &RoundKey, bound: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private.bytes()).ok()?;
    let (encapsulated, sealed) = sealed.split_at_checked(ENCAPSULATED)?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    let opened = hpke::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        INFO,
        sealed,
        bound.as_bytes(),
    );
    opened.ok().map(Zeroizing::new)
}

/// Splits a private key: any two of the three shares give it back, one tells nothing of it.
#[must_use]
pub fn split(private: &RoundKey) -> Vec<KeyShare> {
    Sharks(NEEDED).dealer(private.bytes()).take(SHARES).map(|share| Zeroizing::new(Vec::from(&share))).collect()
}

/// The private key of `public`, if two of `shares` give it. One that was exchanged for another stands in nobody's way.
#[must_use]
pub fn join(shares: &[KeyShare], public: &[u8]) -> Option<RoundKey> {
    let shares: Vec<Share> = shares.iter().filter_map(|share| Share::try_from(share.as_slice()).ok()).collect();
    let pairs = shares.iter().enumerate().flat_map(|(at, one)| shares.iter().skip(at.saturating_add(1)).map(move |other| [one, other]));
    pairs
        .filter_map(|pair| Sharks(NEEDED).recover(pair).ok().map(Zeroizing::new))
        .filter_map(|bytes| RoundKey::of(&bytes))
        .find(|private| public_of(private).as_deref() == Some(public))
}

/// Locks a private key with what was made of a passphrase.
#[must_use]
pub fn lock(stretched: &[u8], owner: &str, private: &RoundKey) -> Option<Vec<u8>> {
    encrypt::<Aes256Gcm>(stretched, owner, private.bytes())
}

/// Unlocks what [`lock`] locked; `None` with another passphrase.
#[must_use]
pub fn unlock(stretched: &[u8], owner: &str, locked: &[u8]) -> Option<RoundKey> {
    RoundKey::of(&decrypt::<Aes256Gcm>(stretched, owner, locked)?)
}

#[cfg(test)]
mod tests {
    use super::{KeyShare, join, key_pair, lock, open_with, public_of, seal_to, split, unlock};
    use crate::auth::seal::{self, RoundKey, To};
    use crate::domain::seal::Cipher;
    use zeroize::Zeroizing;

    #[test]
    fn any_two_shares_give_the_key_and_one_gives_nothing() {
        let (private, public) = key_pair().unwrap();
        let shares = split(&private);
        assert_eq!(shares.len(), 3);
        for (one, other) in [(0, 1), (0, 2), (1, 2), (2, 0)] {
            let joined = join(&[shares[one].clone(), shares[other].clone()], &public).unwrap();
            assert_eq!(joined.text(), private.text());
        }
        assert!(join(&shares[..1], &public).is_none());
        assert!(join(&[shares[0].clone(), shares[0].clone()], &public).is_none(), "the same one twice is one");
        assert!(join(&[], &public).is_none());
        let foreign = split(&key_pair().unwrap().0);
        assert!(join(&[shares[0].clone(), foreign[1].clone()], &public).is_none());
        assert!(join(&[shares[0].clone(), foreign[1].clone(), shares[2].clone()], &public).is_some(), "a wrong one does not block");
        let short: KeyShare = Zeroizing::new(vec![9, 9]);
        assert!(join(&[short, shares[2].clone()], &public).is_none());
    }

    #[test]
    fn one_share_fits_every_key_there_could_be() {
        // For each byte there is a line through the share and any secret: 256 other second shares give 256 different first bytes.
        let (private, _) = key_pair().unwrap();
        let shares = split(&private);
        let mut firsts: Vec<u8> = (0..=255u8)
            .map(|value| {
                let mut other = shares[1].to_vec();
                other[1] = value;
                let pair = [shares[0].as_slice(), other.as_slice()].map(|bytes| blahaj::Share::try_from(bytes).unwrap());
                blahaj::Sharks(2).recover(&pair).unwrap()[0]
            })
            .collect();
        firsts.sort_unstable();
        assert_eq!(firsts, (0..=255u8).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_sealed_to_a_public_key_opens_with_the_private_one_alone() {
        let (private, public) = key_pair().unwrap();
        let sealed = seal_to(&public, "share 1", b"secret").unwrap();
        assert_eq!(open_with(&private, "share 1", &sealed).unwrap().as_slice(), b"secret");
        assert!(open_with(&private, "share 2", &sealed).is_none());
        assert!(open_with(&key_pair().unwrap().0, "share 1", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(open_with(&private, "share 1", &flipped).is_none(), "{at}");
        }
        assert_ne!(seal_to(&public, "share 1", b"secret").unwrap(), sealed);
        assert!(seal_to(&[0; 32], "share 1", b"secret").is_none(), "a key that gives a shared secret of zeros is none");
    }

    #[test]
    fn a_submission_sealed_to_a_public_key_opens_neither_with_it_nor_with_a_share() {
        let (private, public) = key_pair().unwrap();
        let shares = split(&private);
        for cipher in Cipher::ALL {
            let sealed = seal::seal(*cipher, &To::Custodians(&public), "bid 1", "一份方案".as_bytes()).unwrap();
            assert_eq!(seal::open(&private, "bid 1", &sealed).unwrap().as_slice(), "一份方案".as_bytes());
            assert!(seal::open(&private, "bid 2", &sealed).is_none());
            let at_hand = [public.as_slice(), &shares[0][1..], &shares[1][1..], &shares[2][1..]];
            for bytes in at_hand {
                assert!(seal::open(&RoundKey::of(bytes).unwrap(), "bid 1", &sealed).is_none());
            }
            for at in (0..sealed.len()).step_by(5) {
                let mut flipped = sealed.clone();
                flipped[at] ^= 1;
                assert!(seal::open(&private, "bid 1", &flipped).is_none(), "{cipher} {at}");
                assert!(seal::open(&private, "bid 1", &sealed[..at]).is_none(), "{cipher} cut at {at}");
            }
        }
    }

    #[test]
    fn a_private_key_is_locked_to_a_passphrase_and_a_person() {
        let (private, public) = key_pair().unwrap();
        let locked = lock(&[7; 32], "one", &private).unwrap();
        assert_eq!(public_of(&unlock(&[7; 32], "one", &locked).unwrap()).unwrap(), public);
        assert!(unlock(&[8; 32], "one", &locked).is_none());
        assert!(unlock(&[7; 32], "other", &locked).is_none());
    }
}
