//! The seal of bids: how a round is sealed, with which cipher, and what its padded size may tell.
//!
//! The gate itself, which every read path asks, is [`crate::domain::bid::sealed`].

use crate::domain::codes::codes;
use crate::domain::id::{BidId, ChallengeId, OrganizationId};

codes! {
    /// Who could open a round before its time. The gate holds in each mode.
    pub enum SealMode {
        ServerKey = "server_key" "服务端密钥",
        Custodians = "custodians" "三人分持",
    }
}

codes! {
    /// The cipher that seals a submission.
    pub enum Cipher {
        Aes256Gcm = "aes_256_gcm" "AES-256-GCM",
        Sm4Gcm = "sm4_gcm" "SM4-GCM",
    }
}

codes! {
    /// Why a submission could not be opened, or was not.
    pub enum Flaw {
        Tampered = "tampered" "密文或其归属被改动",
        Unreadable = "unreadable" "内容无法识别",
        Left = "left" "启封前已退出，未启封",
    }
}

/// Bytes that the shortest text is padded to.
const SHORTEST: usize = 1_024;

/// The size that a text of `length` bytes is padded to: at most 12 % more, so that sizes tell next to nothing (Padmé).
#[must_use]
pub fn padded(length: usize) -> usize {
    let bits = usize::BITS.saturating_sub(length.leading_zeros());
    let size_of_exponent = u32::BITS.saturating_sub(bits.saturating_sub(1).leading_zeros());
    let loose = bits.saturating_sub(1).saturating_sub(size_of_exponent);
    let mask = 1usize.checked_shl(loose).unwrap_or(1).saturating_sub(1);
    (length.saturating_add(mask) & !mask).max(SHORTEST)
}

/// What a sealed submission is bound to: opened as another's, or as another version, it does not open at all.
#[must_use]
pub fn binding(challenge: ChallengeId, round: i32, bid: BidId, lead: OrganizationId, submission: i32) -> String {
    format!("jiebang bid\n{challenge}\n{round}\n{bid}\n{lead}\n{submission}")
}

#[cfg(test)]
mod tests {
    use super::{SHORTEST, padded};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn padding_adds_little_and_leaves_few_sizes(length in 0usize..4_000_000) {
            let size = padded(length);
            prop_assert!(size >= length && size >= SHORTEST);
            prop_assert!(size == SHORTEST || size * 100 <= length * 112);
            prop_assert_eq!(padded(size), size);
        }
    }
}
