//! The second factor: codes by the time (TOTP, RFC 6238) and recovery codes for when the device is gone.
//!
//! SHA-1, six digits, thirty seconds: what every authenticator app takes.

use crate::auth::token::sha256_hex;
use crate::domain::time::Timestamp;
use totp_rs::{Builder, Totp};

/// Bytes of a secret: as many as the hash has (RFC 4226, 4).
const SECRET: usize = 20;
/// How long a code is shown, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// Recovery codes handed out at once.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits of recovery codes: none that look alike. 32 of them, so a character is 5 bits.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a recovery code: 80 bits.
const RECOVERY_LENGTH: usize = 16;

/// A new secret; `None` when the operating system gives no randomness.
#[must_use]
pub fn new_secret() -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; SECRET];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(1).with_account_name(account).with_issuer(Some("Jiebang"));
    builder.build().ok()
}

/// A secret as an authenticator app takes it: base32 to type, and an `otpauth` URL for a QR code.
#[must_use]
pub fn enrolment(secret: &[u8], account: &str) -> Option<(String, String)> {
    let totp = totp(secret, account)?;
    Some((totp.secret().to_base32(), totp.to_url().ok()?))
}

/// The step that `code` belongs to, when it is that of now, the one before or the one after. Each may be taken once: the
/// caller keeps the last step.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.unix()).ok()?;
    let step = totp(secret, "")?.check(code, seconds)?;
    i64::try_from(step).ok()
}

/// The code that an authenticator app shows at `now`.
#[must_use]
pub fn code_at(secret: &[u8], now: Timestamp) -> Option<String> {
    Some(totp(secret, "")?.generate(u64::try_from(now.unix()).ok()?).to_string())
}

/// New recovery codes, in groups of four; `None` when the operating system gives no randomness.
#[must_use]
pub fn new_recovery_codes() -> Option<Vec<String>> {
    (0..RECOVERY_CODES).map(|_| recovery_code()).collect()
}

fn recovery_code() -> Option<String> {
    let mut bytes = [0u8; RECOVERY_LENGTH];
    getrandom::fill(&mut bytes).ok()?;
    let letters: Vec<u8> = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).copied()).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Some(groups.join("-"))
}

/// How a recovery code is kept; capitals, hyphens and spaces do not matter. 80 random bits need no slow hash.
#[must_use]
pub fn recovery_hash(code: &str) -> String {
    let plain: String = code.chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_lowercase).collect();
    sha256_hex(plain.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{code_at, enrolment, new_recovery_codes, recovery_hash, step_of};

    /// RFC 6238, appendix B, the last six of the eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (at, code) in [
            ("2005-03-18T01:58:29Z", "081804"),
            ("2005-03-18T01:58:31Z", "050471"),
            ("2009-02-13T23:31:30Z", "005924"),
            ("2033-05-18T03:33:20Z", "279037"),
        ] {
            let now = at.parse().unwrap();
            assert_eq!(code_at(secret, now).as_deref(), Some(code), "{at}");
            assert!(step_of(secret, code, now).is_some());
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_one_to_each_side() {
        let secret = [7; 20];
        let now: crate::domain::time::Timestamp = "2026-03-02T01:00:10Z".parse().unwrap();
        let code = code_at(&secret, now).unwrap();
        let after = |seconds| now.plus(chrono::TimeDelta::seconds(seconds));
        for (seconds, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(step_of(&secret, &code, after(seconds)).is_some(), good, "{seconds}");
        }
        for odd in ["", "12345", "1234567", "abcdef", "１２３４５６", "+12345", " 12345"] {
            assert!(step_of(&secret, odd, now).is_none(), "{odd}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_may_be_typed_carelessly() {
        let codes = new_recovery_codes().unwrap();
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), distinct.len()), (10, 10));
        assert!(codes.iter().all(|code| code.len() == 19));
        assert_eq!(recovery_hash("ABCD-efgh jkmn-pqrs"), recovery_hash("abcd-efgh-jkmn-pqrs"));
    }

    #[test]
    fn an_app_gets_the_secret_with_the_account_and_the_name_of_the_service() {
        let (secret, url) = enrolment(b"12345678901234567890", "a@b.cn").unwrap();
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(url.starts_with("otpauth://totp/Jiebang:a%40b%2Ecn?secret=GEZ") || url.starts_with("otpauth://totp/Jiebang:"), "{url}");
    }
}
