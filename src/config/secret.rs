//! Secrets: long enough, and nothing that a guesser would try.

use super::reader::Reader;
use crate::auth::token::SHORTEST_SECRET;
use crate::domain::password::{self, Owner, Password, Profile};
use std::collections::BTreeSet;

/// What is printed in the documentation, and words that show a placeholder.
const PRINTED: &[&str] = &[
    "change-me",
    "changeme",
    "change_me",
    "replace",
    "placeholder",
    "example",
    "password",
    "passwort",
    "your-secret",
    "your_secret",
    "yoursecret",
    "secret-secret",
    "secret-key",
    "secret_key",
    "secretkey",
    "jiebang",
    "openssl",
    "insert",
    "default",
    "012345",
    "abcdef",
];
/// Fewest different bytes.
const LEAST_DIFFERENT: usize = 10;
/// Fewest bytes that do not follow from those before.
const LEAST_SURPRISING: usize = 16;

/// Bytes that neither continue a run up, down or on the spot nor stand where the two before have led to them already.
fn surprising(secret: &[u8]) -> usize {
    let led = |at: usize| {
        let window = at.checked_sub(2).and_then(|begin| secret.get(begin..=at));
        window.is_some_and(|window| secret.get(..at).is_some_and(|before| before.windows(3).any(|earlier| earlier == window)))
    };
    let runs = |at: usize| {
        let pair = at.checked_sub(1).and_then(|begin| secret.get(begin..=at));
        pair.is_some_and(|pair| matches!(pair, [a, b] if a.abs_diff(*b) <= 1))
    };
    (0..secret.len()).filter(|at| !led(*at) && !runs(*at)).count()
}

/// Why a text is no secret.
fn weakness(secret: &str) -> Option<String> {
    let folded = secret.to_lowercase();
    let different = secret.bytes().collect::<BTreeSet<_>>().len();
    let guessed = secret.parse::<Password>().is_ok_and(|text| password::check(&text, Profile::Modern, &Owner::default(), "").is_err());
    if secret.len() < SHORTEST_SECRET {
        Some(format!("is shorter than {SHORTEST_SECRET} bytes"))
    } else if PRINTED.iter().any(|word| folded.contains(word)) {
        Some("is no secret: it stands in the documentation, or is a placeholder (`openssl rand -base64 48` makes one)".into())
    } else if different < LEAST_DIFFERENT || surprising(secret.as_bytes()) < LEAST_SURPRISING || guessed {
        Some("is no secret: it repeats itself or follows a pattern (`openssl rand -base64 48` makes one)".into())
    } else {
        None
    }
}

impl Reader<'_> {
    /// The root of all keys.
    pub fn secret(&mut self) -> String {
        const KEY: &str = "JIEBANG_SECRET";
        let set = self.is_set(KEY);
        match self.hidden(KEY) {
            Some(secret) => {
                if let Some(problem) = weakness(&secret) {
                    self.fault(KEY, problem);
                }
                secret
            }
            None if set => String::new(),
            None => {
                self.fault(KEY, "is missing: make one with `openssl rand -base64 48`");
                String::new()
            }
        }
    }

    /// What opens `/metrics`.
    pub fn metrics_token(&mut self, secret: &str) -> Option<String> {
        const KEY: &str = "JIEBANG_METRICS_TOKEN";
        let token = self.hidden(KEY)?;
        if let Some(problem) = weakness(&token) {
            self.fault(KEY, problem);
        } else if token == secret {
            self.fault(KEY, "must not be JIEBANG_SECRET");
        } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.fault(KEY, "must be printable ASCII without spaces, to fit into a header");
        }
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn what_a_generator_makes_is_taken() {
        for _ in 0..50 {
            let random = crate::auth::token::random_token().unwrap();
            assert_eq!(weakness(&random), None, "{random}");
            let hex: String = crate::auth::token::sha256_hex(random.as_bytes());
            assert_eq!(weakness(&hex), None, "{hex}");
        }
    }
}
