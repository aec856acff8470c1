//! The operator's door, through the program itself: configuration, first accounts, demo, an orderly end.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub const SECRET: &str = "4pQmZ8vLr2Yt6WxKc9BnDf3HsJg7Uae5";

/// The program with an environment of its own.
pub fn jiebang(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jiebang"));
    command.current_dir(folder).env_clear().envs(variables.iter().copied()).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    jiebang(folder, variables).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A started service, which is asked to stop at the end.
struct Service {
    child: Child,
    address: String,
    lines: Vec<String>,
}

impl Service {
    /// Starts it and reads what it says until it names its address.
    fn start(mut command: Command, from_stdout: bool) -> Self {
        let mut child = command.spawn().unwrap();
        let reader: Box<dyn std::io::Read + Send> =
            if from_stdout { Box::new(child.stdout.take().unwrap()) } else { Box::new(child.stderr.take().unwrap()) };
        let mut lines = Vec::new();
        let mut address = None;
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            if let Some(at) = line.find("127.0.0.1:") {
                let port: String = line[at + 10..].chars().take_while(char::is_ascii_digit).collect();
                address.get_or_insert(format!("http://127.0.0.1:{port}"));
            }
            lines.push(line.clone());
            if address.is_some() && (!from_stdout || line.contains("secadmin@")) {
                break;
            }
        }
        let address = address.unwrap_or_else(|| panic!("it did not start: {lines:?}"));
        Self { child, address, lines }
    }

    async fn post(&self, path: &str, body: Value) -> reqwest::Response {
        let request = reqwest::Client::new().post(format!("{}/api/v1{path}", self.address));
        request.header("Content-Type", "application/json").body(body.to_string()).send().await.unwrap()
    }

    /// SIGTERM, and how it ended.
    fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Ended already when it was stopped in order.
        drop(self.child.kill());
    }
}

#[test]
fn an_unsafe_configuration_does_not_start_and_all_its_faults_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("JIEBANG_SECRET", "change-me-please-this-is-printed-in-the-docs"),
        ("DATABASE_URL", "mysql://hidden-value@db/x"),
        ("JIEBANG_SMTP_URL", "smtp://mail.example.cn:25"),
        ("JIEBANG_PUBLIC_URL", "http://jiebang.example.cn"),
        ("JIEBANG_LISTEN", "everywhere"),
        ("JIEBANG_CORS_ORIGINS", "https://*.example.cn"),
        ("JIEBANG_RATE", "very-often"),
        ("JIEBANG_LISTN", "a-typing-error"),
    ];
    for arguments in [&["config", "check"][..], &["serve"], &["migrate"]] {
        let begun = std::time::Instant::now();
        let output = run(folder.path(), &variables, arguments);
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
        assert_eq!(output.status.code(), Some(78), "{}", told(&output));
        for (key, value) in variables {
            assert!(told(&output).contains(key), "{key}: {}", told(&output));
            assert!(!told(&output).contains(value), "{value} is printed");
        }
    }
    for secret in ["short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let output = run(folder.path(), &[("JIEBANG_SECRET", secret), ("JIEBANG_MAIL_DIR", "mail")], &["config", "check"]);
        assert_eq!(output.status.code(), Some(78));
    }
    let missing = run(folder.path(), &[], &["serve"]);
    assert_eq!(missing.status.code(), Some(78));
    assert!(told(&missing).contains("JIEBANG_SECRET is missing"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_file_of_variables_that_everyone_can_read_holds_no_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    let texts = [("JIEBANG_MAIL_DIR=mail\n".to_owned(), SECRET), (format!("JIEBANG_MAIL_DIR=mail\nJIEBANG_SECRET={SECRET}\n"), "")];
    for ((text, given), codes) in texts.into_iter().zip([[0, 0], [78, 0]]) {
        std::fs::write(&file, text).unwrap();
        let variables = [("JIEBANG_SECRET", given)];
        for (mode, code) in [0o644, 0o640].into_iter().zip(codes) {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let output = run(folder.path(), if given.is_empty() { &[] } else { &variables }, &["config", "check"]);
            assert_eq!(output.status.code(), Some(code), "{mode:o}: {}", told(&output));
            assert!(!told(&output).contains(SECRET));
        }
    }
}

#[test]
fn a_secret_may_come_from_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, SECRET).unwrap();
    let variables = [("JIEBANG_SECRET_FILE", file.to_str().unwrap()), ("JIEBANG_MAIL_DIR", "mail")];
    for (mode, code) in [(0o644, 78), (0o600, 0)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = run(folder.path(), &variables, &["config", "check"]);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(!String::from_utf8_lossy(&output.stdout).contains(SECRET));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_made_on_the_host_and_the_service_stops_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail"), ("JIEBANG_LISTEN", "127.0.0.1:0")];
    let create = |roles: &[&str]| {
        let mut command = jiebang(folder.path(), &variables);
        command.args(["user", "create", "--email", "root@kjt.example.cn", "--name", "系统管理员", "--uscc", "12140000990000017F"]);
        command.args(["--organization", "示范省科学技术厅"]).args(roles.iter().flat_map(|role| ["--role", role]));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
        child.wait_with_output().unwrap()
    };
    let clash = create(&["sysadmin", "officer"]);
    assert_eq!(clash.status.code(), Some(1), "{}", told(&clash));
    let made = create(&["sysadmin"]);
    assert!(told(&made).contains("root@kjt.example.cn"), "{}", told(&made));
    let service = Service::start(
        {
            let mut command = jiebang(folder.path(), &variables);
            command.arg("serve");
            command
        },
        false,
    );
    let login = json!({"email": "root@kjt.example.cn", "password": "a long enough password"});
    assert_eq!(service.post("/auth/login", login).await.status(), 200);
    assert_eq!(service.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_lists_letters_and_gives_dead_ones_another_life() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail")];
    let mut command = jiebang(folder.path(), &variables);
    command.args(["user", "create", "--email", "root@kjt.example.cn", "--name", "系统管理员", "--uscc", "12140000990000017F"]);
    let mut child = command.args(["--organization", "示范省科技厅", "--role", "sysadmin"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let list = |state: &str| {
        let output = run(folder.path(), &variables, &["outbox", "list", "--state", state]);
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let pending = list("pending");
    assert!(pending.len() == 2 && pending.iter().all(|line| line.contains("root@kjt.example.cn")), "{pending:?}");
    assert_eq!(run(folder.path(), &variables, &["outbox", "list", "--state", "lost"]).status.code(), Some(1));

    let database = jiebang::app::Place::Sqlite(folder.path().join("data/jiebang.db"));
    let clock = jiebang::app::Clock::System;
    let app = jiebang::app::App::open(jiebang::app::Opening {
        database: &database,
        pool: 1,
        secret: SECRET.as_bytes(),
        cost: jiebang::app::Cost::Trifling,
        hashers: 1,
        clock,
        calendar: None,
        seals: std::path::Path::new("seals"),
        files: std::path::Path::new("files"),
    });
    let app = app.unwrap();
    for letter in app.claim_letters().await.unwrap() {
        app.letter_failed(&letter, "550 no such mailbox".into(), true).await.unwrap();
    }
    drop(app);
    let dead = list("dead");
    assert!(dead.len() == 2 && dead.iter().all(|line| line.ends_with("550 no such mailbox")), "{dead:?}");
    let id = dead[0].split('\t').next().unwrap();
    let one = run(folder.path(), &variables, &["outbox", "retry", id]);
    assert!(told(&one).contains("1 letters will be tried again"), "{}", told(&one));
    assert_eq!((list("pending").len(), list("dead").len()), (1, 1));
    assert!(run(folder.path(), &variables, &["outbox", "retry"]).status.success());
    assert_eq!((list("pending").len(), list("dead").len()), (2, 0));
    assert_eq!(run(folder.path(), &variables, &["outbox", "retry", "17"]).status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_the_portfolio_of_2021_and_lets_every_role_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = jiebang(folder.path(), &[("JIEBANG_LOG", "error")]);
    command.args(["demo", "--listen", "127.0.0.1:0", "--data-dir", "demo"]);
    let service = Service::start(command, true);
    let page = reqwest::get(format!("{}/api/v1/challenges?year=2021&limit=100", service.address)).await.unwrap();
    let page: Value = serde_json::from_str(&page.text().await.unwrap()).unwrap();
    let items = page["items"].as_array().unwrap();
    let of_class = |class: &str| items.iter().filter(|item| item["class"] == class).count();
    assert_eq!((items.len(), of_class("enterprise_tech"), of_class("frontier_public")), (29, 22, 7));
    let accounts: Vec<&str> = service.lines.iter().filter_map(|line| line.split_whitespace().find(|word| word.contains('@'))).collect();
    assert_eq!(accounts.len(), 13);
    for email in accounts {
        let reply = service.post("/auth/login", json!({"email": email, "password": "willow-lantern-2026"})).await;
        assert_eq!(reply.status(), 200, "{email}");
    }
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn the_program_describes_itself() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["routes"][..], "/api/v1/challenges/{id}/publish"),
        (&["permissions"], "| `challenge.approve` |"),
        (&["stages"], "stateDiagram-v2"),
        (&["openapi"], "\"openapi\": \"3.1.0\""),
        (&["completions", "bash"], "_jiebang"),
    ] {
        let output = run(folder.path(), &[], arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(words), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_on_the_host_and_the_running_service_takes_them_up() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail"), ("JIEBANG_LISTEN", "127.0.0.1:0")];
    let mut create = jiebang(folder.path(), &variables);
    create.args(["user", "create", "--email", "root@kjt.example.cn", "--name", "系统管理员", "--uscc", "12140000990000017F"]);
    let mut child = create.args(["--organization", "示范省科学技术厅", "--role", "sysadmin"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let mut serve = jiebang(folder.path(), &variables);
    serve.arg("serve");
    let service = Service::start(serve, false);
    let login = json!({"email": "root@kjt.example.cn", "password": "a long enough password"});
    let token = async || {
        let tokens: Value = serde_json::from_str(&service.post("/auth/login", login.clone()).await.text().await.unwrap()).unwrap();
        tokens["access_token"].as_str().unwrap().to_owned()
    };
    let me = async |token: &str| {
        let request = reqwest::Client::new().get(format!("{}/api/v1/me", service.address));
        request.header("Authorization", format!("Bearer {token}")).send().await.unwrap().status()
    };
    let first = token().await;
    let rotated = run(folder.path(), &variables, &["keys", "rotate"]);
    assert_eq!(rotated.status.code(), Some(0), "{}", told(&rotated));
    let listed = run(folder.path(), &variables, &["keys", "list"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 2);
    let asked = Command::new("kill").arg("-HUP").arg(service.child.id().to_string()).status().unwrap();
    assert!(asked.success());
    // The header is the same for every token of one key; until the signal has arrived, tokens are of the old one.
    let head = |token: &str| token.split('.').next().unwrap().to_owned();
    let mut second = token().await;
    for _ in 0..100 {
        assert_eq!(me(&first).await, 200, "a token of the old key was turned away");
        if head(&second) != head(&first) {
            break;
        }
        second = token().await;
    }
    assert_ne!(head(&second), head(&first), "the new key does not sign");
    assert_eq!((me(&first).await, me(&second).await), (reqwest::StatusCode::OK, reqwest::StatusCode::OK));
    assert_eq!(service.stop(), Some(0));
    let log = run(folder.path(), &variables, &["audit", "export"]);
    assert!(String::from_utf8_lossy(&log.stdout).contains("session.adopt_keys"), "the change of keys is in the audit log");
}

#[test]
fn the_audit_log_is_verified_and_exported_on_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail"), ("JIEBANG_LISTEN", "127.0.0.1:0")];
    let mut command = jiebang(folder.path(), &variables);
    command.args(["user", "create", "--email", "root@kjt.example.cn", "--name", "系统管理员", "--uscc", "12140000990000017F"]);
    let mut child = command.args(["--organization", "示范省科技厅", "--role", "sysadmin"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let audit = |arguments: &[&str]| run(folder.path(), &variables, &[&["audit"], arguments].concat());
    let text = |output: Output| String::from_utf8(output.stdout).unwrap();
    let unvouched = audit(&["verify"]);
    assert_eq!(unvouched.status.code(), Some(65));
    assert!(told(&unvouched).contains("no checkpoint"), "{}", told(&unvouched));
    assert_eq!(audit(&["verify", "--without-checkpoints"]).status.code(), Some(0));
    // A service vouches for the log when it stops, if not before.
    let mut serve = jiebang(folder.path(), &variables);
    serve.arg("serve");
    assert_eq!(Service::start(serve, false).stop(), Some(0));
    let sound = text(audit(&["verify"]));
    assert!(sound.starts_with("sound: 4 records") && sound.trim_end().ends_with("checkpoints vouch for 4"), "{sound}");
    let (key, log) = (text(audit(&["key"])), text(audit(&["export"])));
    let file = folder.path().join("log.jsonl");
    let verified = |log: &str, key: &str| {
        std::fs::write(&file, log).unwrap();
        let output = audit(&["verify", "--file", file.to_str().unwrap(), "--key", key]);
        (output.status.code(), told(&output))
    };
    assert_eq!(verified(&log, key.trim()).0, Some(0));
    assert_eq!(verified(&log, &"0".repeat(64)).0, Some(65), "another key vouches for nothing");
    let changed = verified(&log.replace("user.create", "user.enable"), key.trim());
    assert!(changed.0 == Some(65) && changed.1.contains("record 3 was changed"), "{changed:?}");
    let shorter: Vec<&str> = log.lines().filter(|line| !line.contains("\"number\":2,")).collect();
    assert_eq!(verified(&shorter.join("\n"), key.trim()).0, Some(65), "a record is missing");
}
