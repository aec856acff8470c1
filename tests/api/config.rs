//! Configuration that refuses: every fault by its key, all at once, never a value.

use jiebang::config::{Config, ConfigFault, KNOWN, SECRETS, read};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const SECRET: &str = "4pQmZ8vLr2Yt6WxKc9BnDf3HsJg7Uae5";
const OTHER: &str = "Zt5fXw8RkQ2mVb7NcJ4hLd9GsPy3EaU6";

/// Variables that are fine, but for `changes`; what is changed to `-` is left out.
fn with(folder: &Path, changes: &[(&str, &str)]) -> Result<Config, Vec<ConfigFault>> {
    let data = folder.join("data");
    let fine = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail"), ("JIEBANG_DATA_DIR", data.to_str().unwrap())];
    let mut environment: BTreeMap<String, String> =
        fine.iter().chain(changes).map(|(key, value)| ((*key).into(), (*value).into())).collect();
    environment.retain(|_, value| value != "-");
    read(&environment)
}

fn file(folder: &Path, name: &str, text: &str, mode: u32) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Part of most values below: it is in no message.
const CANARY: &str = "canary";

#[test]
fn each_bad_setting_is_refused_by_its_key_and_its_value_is_never_told() {
    let sequence: String = ('A'..='z').collect();
    let keyboard = "qwertyuiopasdfghjklzxcvbnm1234567890";
    let cases = [
        // Secrets.
        ("JIEBANG_SECRET", "-"),
        ("JIEBANG_SECRET", "canary"),
        ("JIEBANG_SECRET", "canary7kQ2mVb7NcJ4hLd9GsPy3EaU"),
        ("JIEBANG_SECRET", "change-me-to-the-output-of-openssl-rand-base64-48"),
        ("JIEBANG_SECRET", "canary-my-secret-key-7kQ2mVb7NcJ4hLd9Gs"),
        ("JIEBANG_SECRET", "CANARY-ChangeMe-7kQ2mVb7NcJ4hLd9GsPy3EaU"),
        ("JIEBANG_SECRET", "canary-this-is-a-placeholder-7kQ2mVb7NcJ4"),
        ("JIEBANG_SECRET", "canary-jiebang-production-2026-zhejiang"),
        ("JIEBANG_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("JIEBANG_SECRET", "canarycanarycanarycanarycanarycanarycanary"),
        ("JIEBANG_SECRET", "7kQ2mVb7kQ2mVb7kQ2mVb7kQ2mVb7kQ2mVb7kQ2mVb"),
        ("JIEBANG_SECRET", &sequence),
        ("JIEBANG_SECRET", keyboard),
        ("JIEBANG_SECRET", "zyxwvutsrqponmlkjihgfedcba9876543210ZYXW"),
        ("JIEBANG_METRICS_TOKEN", "canary"),
        ("JIEBANG_METRICS_TOKEN", SECRET),
        ("JIEBANG_METRICS_TOKEN", "canary Zt5fXw8RkQ2mVb7NcJ4hLd9GsPy3EaU6"),
        // The database.
        ("DATABASE_URL", "mysql://canary@db/x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "canary.db"),
        ("DATABASE_URL", "postgres://u:canary@db.example.cn/x"),
        ("DATABASE_URL", "postgres://u:canary@db.example.cn/x?sslmode=prefer"),
        ("DATABASE_URL", "postgres://u:canary@db.example.cn/x?sslmode=disable"),
        ("DATABASE_URL", "postgres://u:canary@db.example.cn/x?sslmode=require&sslmode=disable"),
        ("DATABASE_URL", "postgres://u:canary@127.0.0.1/x?host=db.example.cn"),
        ("DATABASE_URL", "postgres://u:canary@localhost,db.example.cn/x"),
        ("DATABASE_URL", "postgres://u:canary@127.0.0.1/x?hostaddr=10.0.0.7"),
        ("DATABASE_URL", "postgres://u:canary@10.0.0.7:99999/x"),
        // Letters.
        ("JIEBANG_MAIL_DIR", "-"),
        ("JIEBANG_SMTP_URL", "smtps://canary:canary@mail.example.cn"),
        ("JIEBANG_MAIL_FROM", "canary"),
        ("JIEBANG_MAIL_FROM", "Jiebang <canary@>"),
        ("JIEBANG_MAIL_FROM", "canary@kjt.example.cn\r\nBcc: all@example.cn"),
        // How it is reached.
        ("JIEBANG_LISTEN", "canary"),
        ("JIEBANG_LISTEN", "127.0.0.1"),
        ("JIEBANG_LISTEN", "127.0.0.1:canary"),
        ("JIEBANG_PUBLIC_URL", "http://canary.example.cn"),
        ("JIEBANG_PUBLIC_URL", "ftp://canary.example.cn"),
        ("JIEBANG_PUBLIC_URL", "canary.example.cn"),
        ("JIEBANG_PUBLIC_URL", "https://canary:canary@jiebang.example.cn"),
        ("JIEBANG_PUBLIC_URL", "https://jiebang.example.cn/?canary"),
        ("JIEBANG_CORS_ORIGINS", "*"),
        ("JIEBANG_CORS_ORIGINS", "https://*.canary.cn"),
        ("JIEBANG_CORS_ORIGINS", "http://canary.example.cn"),
        ("JIEBANG_CORS_ORIGINS", "https://a.example.cn,https://canary.example.cn/"),
        ("JIEBANG_CORS_ORIGINS", "https://canary.example.cn/app"),
        ("JIEBANG_CORS_ORIGINS", "https://canary@a.example.cn"),
        ("JIEBANG_CORS_ORIGINS", "null"),
        ("JIEBANG_TRUSTED_PROXIES", "canary"),
        ("JIEBANG_TRUSTED_PROXIES", "10.0.0.1,canary"),
        ("JIEBANG_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("JIEBANG_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("JIEBANG_TRUSTED_PROXIES", "::/0"),
        ("JIEBANG_FORWARDED_HEADER", "forwarded"),
        // Numbers and words.
        ("JIEBANG_RATE", "canary"),
        ("JIEBANG_RATE", "-1"),
        ("JIEBANG_RATE", "100001"),
        ("JIEBANG_RATE_BURST", "0"),
        ("JIEBANG_IN_FLIGHT", "0"),
        ("JIEBANG_IN_FLIGHT", "65537"),
        ("JIEBANG_WORKERS", "0"),
        ("JIEBANG_WORKERS", "257"),
        ("JIEBANG_POOL", "0"),
        ("JIEBANG_POOL", "513"),
        ("JIEBANG_POOL", "8.5"),
        ("JIEBANG_POOL", "99999999999999999999"),
        ("JIEBANG_SECOND_FACTOR", "canary"),
        ("JIEBANG_SECOND_FACTOR", "officer,canary"),
        ("JIEBANG_PASSWORD_PROFILE", "canary"),
        ("JIEBANG_CALENDAR_FILE", "/canary/calendar.toml"),
        ("JIEBANG_LOG", "info,jiebang=canary"),
        ("JIEBANG_LOG_FORMAT", "canary"),
        // Files.
        ("JIEBANG_SECRET_FILE", "/canary/secret"),
        ("JIEBANG_DATA_DIR", "/dev/null"),
        // Names.
        ("JIEBANG_LISTN", "127.0.0.1:8080"),
        ("JIEBANG_CANARY", "canary"),
        ("JIEBANG_LISTEN_FILE", "/canary"),
    ];
    assert!(cases.len() >= 40);
    let folder = tempfile::tempdir().unwrap();
    for (key, value) in cases {
        let faults = with(folder.path(), &[(key, value)]).err().unwrap_or_else(|| panic!("{key}={value} is taken"));
        let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.key, fault.problem)).collect();
        let named = ["JIEBANG_SMTP_URL", "JIEBANG_MAIL_DIR"].contains(&key) || told.iter().any(|line| line.starts_with(key));
        assert!(named, "{key}={value}: {told:?}");
        let shown = told.iter().any(|line| line.contains(CANARY) || (value.len() > 12 && line.contains(value)));
        assert!(!shown, "{key}={value} is told: {told:?}");
    }
}

#[test]
fn an_empty_value_is_refused_whatever_it_stands_for() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<String> = SECRETS.iter().map(|key| format!("{key}_FILE")).collect();
    for key in KNOWN.iter().copied().chain(files.iter().map(String::as_str)) {
        for value in ["", "  "] {
            let faults = with(folder.path(), &[(key, value)]).err().unwrap_or_else(|| panic!("an empty {key} is taken"));
            assert!(faults.iter().any(|fault| fault.key == key && fault.problem.contains("empty")), "{key}: {faults:?}");
        }
    }
}

#[test]
fn letters_go_to_another_host_encrypted_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let smtp = |url: &str| with(folder.path(), &[("JIEBANG_MAIL_DIR", "-"), ("JIEBANG_SMTP_URL", url)]);
    for bad in [
        "smtp://canary@mail.example.cn:25",
        "smtp://canary@10.0.0.7",
        "smtp://canary@mail.example.cn?tls=opportunistic",
        "smtp://canary@mail.example.cn?tls=required&tls=opportunistic",
        "http://canary@mail.example.cn",
        "canary",
        "smtp://",
        "smtp://localhost.canary.cn",
    ] {
        let faults = smtp(bad).err().unwrap_or_else(|| panic!("{bad} is taken"));
        assert!(faults.iter().all(|fault| fault.key == "JIEBANG_SMTP_URL" && !fault.problem.contains(CANARY)), "{faults:?}");
    }
    for good in [
        "smtps://u:p@mail.example.cn",
        "smtp://mail.example.cn:587?tls=required",
        "smtp://127.0.0.1:25",
        "smtp://[::1]:25",
        "smtp://localhost",
    ] {
        assert!(smtp(good).is_ok(), "{good}");
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    for (typed, meant) in [
        ("JIEBANG_TRUSTED_PROXY", "JIEBANG_TRUSTED_PROXIES"),
        ("JIEBANG_SMTP_URI", "JIEBANG_SMTP_URL"),
        ("JIEBANG_RATES", "JIEBANG_RATE"),
        ("JIEBANG_METRIC_TOKEN", "JIEBANG_METRICS_TOKEN"),
        ("JIEBANG_SECRETFILE", "JIEBANG_SECRET_FILE"),
        ("JIEBANG_CORS_ORIGIN", "JIEBANG_CORS_ORIGINS"),
    ] {
        let faults = with(folder.path(), &[(typed, CANARY)]).err().unwrap();
        assert_eq!(faults, [ConfigFault { key: typed.into(), problem: format!("is not known: is {meant} meant?") }]);
    }
    assert!(with(folder.path(), &[("PATH", ""), ("OTHER_THING", "x")]).is_ok(), "what is not ours is nobody's fault");
}

#[test]
fn what_holds_secrets_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    for key in SECRETS {
        let value = match *key {
            "JIEBANG_SECRET" => SECRET,
            "JIEBANG_METRICS_TOKEN" => OTHER,
            "DATABASE_URL" => "postgres://u:canary@127.0.0.1/x",
            _ => "smtp://127.0.0.1",
        };
        let named = format!("{key}_FILE");
        let clear = if *key == "JIEBANG_SMTP_URL" { "JIEBANG_MAIL_DIR" } else { key };
        for mode in [0o644, 0o640, 0o620, 0o604, 0o601] {
            let path = file(folder.path(), "value", value, mode);
            let faults = with(folder.path(), &[(clear, "-"), (&named, &path)]).err().unwrap_or_else(|| panic!("{key} {mode:o} is taken"));
            assert!(faults.iter().any(|fault| fault.key == named && fault.problem.contains("chmod 600")), "{faults:?}");
        }
        let path = file(folder.path(), "value", value, 0o600);
        assert!(with(folder.path(), &[(clear, "-"), (&named, &path)]).is_ok(), "{key}");
        let both = with(folder.path(), &[(key, value), (&named, &path)]).err().unwrap();
        assert!(both.iter().any(|fault| fault.key == *key && fault.problem.contains("choose one")), "{both:?}");
        let path = file(folder.path(), "value", " \n", 0o600);
        let empty = with(folder.path(), &[(clear, "-"), (&named, &path)]).err().unwrap();
        assert!(empty.iter().any(|fault| fault.key == named && fault.problem.contains("empty")), "{empty:?}");
    }
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let lock = |mode| std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode)).unwrap();
    lock(0o700);
    let database = file(&data, "jiebang.db", "", 0o644);
    assert_eq!(with(folder.path(), &[]).err().unwrap()[0].key, "JIEBANG_DATA_DIR");
    let url = format!("sqlite://{database}");
    assert!(with(folder.path(), &[("DATABASE_URL", &url)]).err().unwrap().iter().any(|fault| fault.key == "DATABASE_URL"));
    file(&data, "jiebang.db", "", 0o600);
    assert!(with(folder.path(), &[]).is_ok());
    for mode in [0o755, 0o750, 0o701, 0o770] {
        lock(mode);
        let faults = with(folder.path(), &[]).err().unwrap_or_else(|| panic!("{mode:o} is taken"));
        assert!(faults[0].key == "JIEBANG_DATA_DIR" && faults[0].problem.contains("chmod 700"), "{faults:?}");
    }
}

#[test]
fn what_is_meant_well_is_taken_and_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let config = with(
        folder.path(),
        &[
            ("JIEBANG_PUBLIC_URL", "https://jiebang.kjt.example.cn/"),
            ("JIEBANG_TRUSTED_PROXIES", "127.0.0.1, 10.0.3.0/24,fd00::/64"),
            ("JIEBANG_FORWARDED_HEADER", "Forwarded"),
            ("JIEBANG_CORS_ORIGINS", "https://portal.kjt.example.cn,https://a.example.cn:8443"),
            ("JIEBANG_RATE", "0"),
            ("JIEBANG_METRICS_TOKEN", OTHER),
            ("DATABASE_URL", "postgres://u:canary@db.example.cn/x?sslmode=verify-full"),
            ("JIEBANG_MAIL_DIR", "-"),
            ("JIEBANG_SMTP_URL", "smtps://u:canary@mail.example.cn"),
            ("JIEBANG_MAIL_FROM", "揭榜 <jiebang@kjt.example.cn>"),
            ("JIEBANG_LOG", "warn,jiebang=debug"),
        ],
    );
    let config = config.unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!((config.rate, config.burst, config.in_flight, config.warnings.len()), (0, 200, 256, 0));
    let shown = config.redacted();
    assert!(![SECRET, OTHER, CANARY].iter().any(|secret| shown.contains(secret)), "{shown}");
    // Only the log's own two settings are read elsewhere.
    for key in KNOWN.iter().filter(|key| !key.starts_with("JIEBANG_LOG")) {
        assert!(shown.contains(&format!("{key} = ")), "{key} is not shown");
    }
    let proxied = with(folder.path(), &[("JIEBANG_PUBLIC_URL", "https://jiebang.kjt.example.cn")]).ok().unwrap();
    assert_eq!(proxied.warnings[0].key, "JIEBANG_TRUSTED_PROXIES");
    let bare = with(folder.path(), &[("JIEBANG_LISTEN", "0.0.0.0:8080")]).ok().unwrap();
    assert_eq!(bare.warnings[0].key, "JIEBANG_LISTEN");
}

#[test]
fn every_setting_is_documented_and_no_printed_secret_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(top.join(path)).unwrap();
    let (template, page) = (read(".env.example"), read("docs/OPERATIONS.md"));
    for key in KNOWN {
        assert!(template.contains(&format!("{key}=")), "{key} in .env.example");
        assert!(page.contains(&format!("| `{key}` |")), "{key} in docs/OPERATIONS.md");
    }
    let texts = [template, page, read("README.md"), read("README.zh-CN.md"), read("docs/walkthrough.md"), read("CONTRIBUTING.md")];
    let printed = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split("JIEBANG_SECRET=").nth(1));
    for secret in printed {
        let secret = secret.split_whitespace().next().unwrap_or("-");
        assert!(with(folder.path(), &[("JIEBANG_SECRET", secret)]).is_err(), "{secret} stands in the documentation");
    }
}
