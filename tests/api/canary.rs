//! Canaries: what must never be written down is looked for in the log of a service that logs everything, and in its database.

use crate::cli::{SECRET, jiebang};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

const RIGHT: &str = "Kanarienvogel-im-Bergwerk-1";
const WRONG: &str = "Kanarienvogel-entflogen-2";
const GUESSED: &str = "Kanarienvogel-geraten-3";

struct Asked {
    address: String,
    client: reqwest::Client,
}

impl Asked {
    async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/api/v1{path}", self.address)).header("Content-Type", "application/json");
        let request = if token.is_empty() { request } else { request.header("Authorization", format!("Bearer {token}")) };
        let answer = request.header("Idempotency-Key", uuid::Uuid::new_v4().to_string()).body(body.to_string()).send().await.unwrap();
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

/// Where the service listens, from its log.
fn address(log: &std::path::Path) -> String {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let serving = text.lines().find(|line| line.contains("serving") && line.contains("127.0.0.1:"));
        if let Some((_, rest)) = serving.and_then(|line| line.split_once("127.0.0.1:")) {
            return format!("http://127.0.0.1:{}", rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "it did not start: {text}");
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_a_log_of_everything_or_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JIEBANG_SECRET", SECRET), ("JIEBANG_MAIL_DIR", "mail"), ("JIEBANG_LISTEN", "127.0.0.1:0"), ("JIEBANG_LOG", "trace")];
    let mut create = jiebang(folder.path(), &variables);
    create.args(["user", "create", "--email", "root@kjt.example.cn", "--name", "系统管理员", "--uscc", "12140000990000017F"]);
    let mut create = create.args(["--organization", "示范省科学技术厅", "--role", "sysadmin"]).stdin(Stdio::piped()).spawn().unwrap();
    create.stdin.take().unwrap().write_all(format!("{RIGHT}\n").as_bytes()).unwrap();
    assert!(create.wait().unwrap().success());
    let log = folder.path().join("log");
    let mut service = jiebang(folder.path(), &variables);
    let mut service = service.arg("serve").stderr(std::fs::File::create(&log).unwrap()).stdout(Stdio::null()).spawn().unwrap();
    let asked = Asked { address: address(&log), client: reqwest::Client::new() };
    let sign_in = |password: &str| json!({"email": "root@kjt.example.cn", "password": password});
    let tokens = asked.post("/auth/login", "", sign_in(RIGHT)).await;
    assert_eq!(asked.post("/auth/login", "", sign_in(WRONG)).await["code"], "wrong_credentials");
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let renewed = asked.post("/auth/refresh", "", json!({"refresh_token": refresh})).await;
    let next = renewed["refresh_token"].as_str().unwrap();
    assert_eq!(asked.post("/auth/reset_password", "", json!({"token": GUESSED, "password": WRONG})).await["code"], "dead_link");
    assert_eq!(asked.post("/auth/step_up", access, json!({"password": WRONG})).await["status"], 401);
    asked.post("/auth/forgot_password", "", json!({"email": "root@kjt.example.cn"})).await;
    let factor = asked.post("/me/second_factor/enrol", access, json!({})).await;
    let secret = factor["secret"].as_str().unwrap_or_else(|| panic!("{factor}"));
    // What is no JSON, with a secret in it.
    let broken = asked.client.post(format!("{}/api/v1/auth/login", asked.address)).header("Content-Type", "application/json");
    assert_eq!(broken.body(format!("{{\"password\": \"{WRONG}\"")).send().await.unwrap().status(), 422);
    let id = service.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(service.wait().unwrap().success());
    let canaries = [RIGHT, WRONG, GUESSED, access, refresh, next, secret, SECRET];
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.contains("TRACE") && written.len() > 20_000, "it does log everything");
    for canary in canaries {
        assert!(!written.contains(canary), "{canary} is in the log");
    }
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for canary in canaries {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{canary} is in {}", path.display());
        }
    }
}
