//! Passwords: how they are read, and which ones are taken. Pure rules; hashing is `auth::password`.
//!
//! A password is read in Unicode NFKC, so that one typed with a full-width keyboard is the same as one typed without, and
//! it is never cut short. [`Profile::Modern`] follows NIST SP 800-63B-4 (length and a blocklist, no composition);
//! [`Profile::Dengbao3`] what examiners of 等保三级 (GB/T 22239-2019, 8.1.4.1) look for.

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::time::Timestamp;
use chrono::TimeDelta;
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Fewest characters of what is taken for a password at all; how many a new one has, the profile says.
pub const SHORTEST: usize = 1;
/// Longest password as it is typed, in bytes of UTF-8.
pub const LONGEST: usize = 256;
/// Characters that must be left when listed words, runs and repetitions are taken away.
const LEAST_OF_ONES_OWN: usize = 6;
/// Fewest different characters.
const LEAST_DIFFERENT: usize = 5;
/// What the product is called: the first thing that a guesser tries.
const PRODUCT: &[&str] = &["jiebang", "jiebangguashuai", "揭榜", "揭榜挂帅"];

codes! {
    /// Which passwords are taken.
    pub enum Profile {
        Modern = "modern" "长口令，不要求字符种类",
        Dengbao3 = "dengbao3" "等保三级",
    }
}

impl Profile {
    /// Days after which a password must be chosen anew: NIST advises against that, examiners of 等保 ask for it.
    #[must_use]
    pub const fn password_days(self) -> Option<i64> {
        match self {
            Self::Modern => None,
            Self::Dengbao3 => Some(90),
        }
    }

    /// Whether a password chosen at `set_at` has to be chosen anew by `now`.
    #[must_use]
    pub fn has_expired(self, set_at: Timestamp, now: Timestamp) -> bool {
        self.password_days().is_some_and(|days| set_at.plus(TimeDelta::days(days)) <= now)
    }
}

/// A password in NFKC: never printed, never kept.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The characters that are hashed and compared.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl std::str::FromStr for Password {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("password_length", "密码不能为空，至多256字节", "a password is not empty and has at most 256 bytes");
        // Refused before it is normalised, never cut.
        if text.len() > LONGEST {
            return Err(wrong());
        }
        let text: String = text.nfkc().collect();
        if text.chars().count() < SHORTEST { Err(wrong()) } else { Ok(Self(text)) }
    }
}

impl Deserr<Faults> for Password {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        crate::domain::input::from_text(value, at)
    }
}

impl utoipa::ToSchema for Password {}
impl utoipa::PartialSchema for Password {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::Custom("password".into())))
            .min_length(Some(SHORTEST))
            .max_length(Some(LONGEST))
            .into()
    }
}

/// Whose password it is to be.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    /// Name, which must not be most of it.
    pub name: String,
    /// Address, whose part before the @ must not be most of it.
    pub email: String,
}

/// Everything that speaks against a new password, said of `field`.
///
/// # Errors
/// All faults at once.
pub fn check(password: &Password, profile: Profile, owner: &Owner, field: &str) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let text = password.reveal();
    // NIST lets a shorter one stand beside a second factor; but a factor can be taken off, and what is left would be too short.
    let least = match profile {
        Profile::Modern => 15,
        Profile::Dengbao3 => 12,
    };
    faults.check(text.chars().count() < least, field, || {
        Fault::new("password_too_short", format!("密码至少{least}个字符"), format!("must have at least {least} characters"))
    });
    faults.check(profile == Profile::Dengbao3 && classes(text) < 3, field, || {
        let zh = "密码须包含大写字母、小写字母、数字、其他字符中的至少三类";
        Fault::new("password_too_simple", zh, "must hold three of: capitals, small letters, digits, other characters")
    });
    let folded: Vec<char> = text.to_lowercase().chars().collect();
    let own = own_words(owner);
    if common(&folded, &[]) {
        let (zh, en) = ("密码过于常见或有规律", "is a common password, or follows a pattern");
        faults.0.push(Fault::new("password_common", zh, en).at(field));
    } else if common(&folded, &own) {
        let (zh, en) = ("密码主要由产品名、本人姓名或邮箱组成", "consists mostly of your name, your address or the product's name");
        faults.0.push(Fault::new("password_personal", zh, en).at(field));
    }
    faults.or(())
}

/// What is said of a new password that is the present one.
#[must_use]
pub fn unchanged(field: &str) -> Faults {
    Fault::new("password_unchanged", "新密码不得与原密码相同", "must be another one than the present").at(field).into()
}

/// How many of the four classes are there: capitals, small letters, digits, anything else.
fn classes(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 3] = [|c| c.is_ascii_uppercase(), |c| c.is_ascii_lowercase(), |c| c.is_ascii_digit()];
    let other = text.chars().any(|c| !c.is_ascii_alphanumeric());
    kinds.iter().filter(|is| text.chars().any(**is)).count().saturating_add(usize::from(other))
}

/// Words that a guesser knows about this person.
fn own_words(owner: &Owner) -> Vec<String> {
    let local = owner.email.rsplit_once('@').map_or("", |(local, _)| local);
    let parts = owner.name.split_whitespace().chain(owner.email.split(|c: char| !c.is_alphanumeric()));
    let whole = [owner.name.as_str(), local].into_iter().chain(parts).chain(PRODUCT.iter().copied());
    // Two Latin letters are in half of all words; two Han are a name.
    let tells = |word: &str| word.chars().count() >= if word.is_ascii() { 3 } else { 2 };
    whole.filter(|word| tells(word)).map(|word| word.nfkc().collect::<String>().to_lowercase()).collect()
}

/// The blocklist, longest first: passwords and keyboard habits as they head the published lists, Chinese ones included.
static LISTED: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let lines = include_str!("passwords.txt").lines().map(str::trim);
    let mut words: Vec<Vec<char>> =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.chars().collect()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
});

/// Whether too little is left without listed words, `more` words, runs (`abcd`, `8765`) and repetitions.
fn common(folded: &[char], more: &[String]) -> bool {
    if folded.iter().collect::<BTreeSet<_>>().len() < LEAST_DIFFERENT {
        return true;
    }
    let mut more: Vec<Vec<char>> = more.iter().map(|word| word.chars().collect()).collect();
    more.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let (mut rest, mut left) = (folded, 0usize);
    while let Some((first, behind)) = rest.split_first() {
        let known = more.iter().chain(LISTED.iter()).find(|word| begins_with(rest, word)).map_or(0, Vec::len);
        let skip = known.max(run(rest));
        if skip == 0 {
            left = left.saturating_add(usize::from(!first.is_whitespace()));
            rest = behind;
        } else {
            rest = rest.get(skip..).unwrap_or_default();
        }
    }
    left < LEAST_OF_ONES_OWN
}

/// Whether `text` begins with `word`, also with the usual stand-ins for letters (`p@ssw0rd`).
fn begins_with(text: &[char], word: &[char]) -> bool {
    let meant = |typed: char| match typed {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    text.len() >= word.len() && text.iter().zip(word).all(|(typed, wanted)| typed == wanted || meant(*typed) == *wanted)
}

/// How many characters at the beginning go up by one, down by one, or repeat; 0 when fewer than four do.
fn run(text: &[char]) -> usize {
    let length = |step: i64| {
        let follows = |pair: &&[char]| matches!(pair, [a, b] if i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == step);
        text.windows(2).take_while(follows).count().saturating_add(1)
    };
    [1, -1, 0].into_iter().map(length).max().filter(|length| *length >= 4).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{LISTED, Owner, Password, Profile, check};

    fn faults(text: &str, profile: Profile) -> Vec<&'static str> {
        let owner = Owner { name: "张小明".into(), email: "zhang.xiaoming@kjt.example.cn".into() };
        let checked = check(&text.parse().unwrap(), profile, &owner, "password");
        checked.err().map(|faults| faults.0.iter().map(|fault| fault.code).collect()).unwrap_or_default()
    }

    #[test]
    fn full_width_and_ligatures_are_the_same_password() {
        let typed = |text: &str| text.parse::<Password>().unwrap().reveal().to_owned();
        assert_eq!(typed("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ"), "correct horse");
        assert_eq!(typed("ﬁne weather"), "fine weather");
        assert_eq!(typed("cafe\u{301} au lait"), typed("café au lait"));
    }

    #[test]
    fn nothing_is_cut_and_256_bytes_are_the_limit() {
        assert_eq!("x".repeat(256).parse::<Password>().unwrap().reveal().len(), 256);
        assert_eq!("x".repeat(257).parse::<Password>().unwrap_err().code, "password_length");
        assert_eq!("揭".repeat(86).parse::<Password>().unwrap_err().code, "password_length");
        assert_eq!("".parse::<Password>().unwrap_err().code, "password_length");
    }

    #[test]
    fn modern_asks_for_length_and_nothing_else() {
        for good in ["correct horse battery", "春眠不觉晓处处闻啼鸟夜来风雨声", "all small letters here", "another good one"]
        {
            assert_eq!(faults(good, Profile::Modern), [""; 0], "{good}");
        }
        assert_eq!(faults("fourteen chars", Profile::Modern), ["password_too_short"]);
    }

    #[test]
    fn dengbao3_asks_for_three_classes_of_four() {
        assert_eq!(faults("Wolkenbruch+morgens", Profile::Dengbao3), [""; 0]);
        assert_eq!(faults("Wolke7morgens", Profile::Dengbao3), [""; 0]);
        assert_eq!(faults("wolkenbruch morgens", Profile::Dengbao3), ["password_too_simple"]);
        assert_eq!(faults("Wolke+bruch", Profile::Dengbao3), ["password_too_short"]);
        assert_eq!(faults("wolke+bruch", Profile::Dengbao3), ["password_too_short", "password_too_simple"]);
    }

    #[test]
    fn common_ones_are_refused_however_they_are_dressed_up() {
        for bad in [
            "aaaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            "password12345678",
            "P@ssw0rd!P@ssw0rd!",
            "qwertyuiop123456",
            "1qaz2wsx3edc4rfv",
            "woaini5201314woaini",
            "1234567887654321",
            "ＰａｓｓｗｏｒｄＰａｓｓｗｏｒｄ",
            "Admin@1234567890",
            "iloveyou-iloveyou",
        ] {
            for profile in [Profile::Modern, Profile::Dengbao3] {
                assert!(faults(bad, profile).contains(&"password_common"), "{bad} {profile}");
            }
        }
    }

    #[test]
    fn ones_own_name_address_and_the_product_are_not_a_password() {
        for bad in [
            "zhang.xiaoming@kjt.example.cn",
            "zhang.xiaoming.zhang",
            "Xiaoming@Jiebang123",
            "张小明jiebang张小明jiebang",
            "揭榜挂帅揭榜挂帅-jiebang-2026",
        ] {
            assert_eq!(faults(bad, Profile::Modern), ["password_personal"], "{bad}");
        }
        assert_eq!(faults("xiaoming likes rain in May", Profile::Modern), [""; 0]);
    }

    #[test]
    fn the_list_is_long_folded_and_without_doubles() {
        let distinct: std::collections::BTreeSet<_> = LISTED.iter().collect();
        assert!(LISTED.len() >= 300 && distinct.len() == LISTED.len(), "{} of {}", distinct.len(), LISTED.len());
        for word in LISTED.iter() {
            let text: String = word.iter().collect();
            assert!(word.len() >= 4 && text == text.to_lowercase(), "{text}");
        }
    }
}
