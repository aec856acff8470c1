//! `docs/walkthrough.md`, run as it is printed: one shell, on a clock that moves where the page says that one waits.

use crate::support::{TestApp, on_both};
use jiebang::app::{Who, accounts};
use jiebang::domain::policy::Role;
use jiebang::domain::user::UserInput;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const PAGE: &str = include_str!("../../docs/walkthrough.md");
const PASSWORD: &str = "willow-lantern-2026";
/// What the shell says when it has come to the end of a part.
const ARRIVED: &str = "--- arrived ---";

/// Account, organisation, division, role: those of the demo that the page names.
const PEOPLE: &[(&str, &str, Option<&str>, Role)] = &[
    ("officer", "department", Some("业务一处"), Role::Officer),
    ("examiner", "department", Some("科技项目评审中心"), Role::Examiner),
    ("director", "department", Some("资源配置与管理处"), Role::Director),
    ("finance", "department", Some("规划财务处"), Role::Finance),
    ("finance2", "department", Some("规划财务处"), Role::Finance),
    ("commissioner", "department", Some("产业科技一处"), Role::Commissioner),
    ("leader", "department", None, Role::Leader),
    ("auditor", "department", None, Role::Auditor),
    ("sponsor", "jinlan", None, Role::Sponsor),
    ("team", "keda", None, Role::Team),
    ("expert", "yuehai", None, Role::Expert),
    ("expert2", "baihua", None, Role::Expert),
    ("expert3", "qingshan", None, Role::Expert),
];

/// A part of the page.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Script(String),
    /// So many days go by.
    Days(i64),
}

/// The `sh` blocks of a page, and its waits, in order.
fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut block: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut block, line) {
            (Some(_), "```") => {
                if let Some((true, script)) = block.take() {
                    parts.push(Part::Script(script));
                }
            }
            (Some((_, script)), line) => {
                script.push_str(line);
                script.push('\n');
            }
            (None, fence) if fence.starts_with("```") => block = Some((fence == "```sh", String::new())),
            (None, line) => {
                if let Some(wait) = line.strip_prefix("<!-- clock: +") {
                    let days = wait.strip_suffix("d -->").and_then(|days| days.parse().ok());
                    parts.push(Part::Days(days.unwrap_or_else(|| panic!("not a wait: {line}"))));
                }
            }
        }
    }
    assert!(block.is_none(), "a block is not closed");
    parts
}

/// One shell, which stops at the first command that fails.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    transcript: String,
}

impl Shell {
    fn start(address: &str) -> Self {
        let mut child = Command::new("sh")
            .arg("-e")
            .env("BASE", address)
            .env("PASSWORD", PASSWORD)
            .env("NO_PROXY", "*")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        input.write_all(b"exec 2>&1\n").unwrap();
        Self { child, input, output, transcript: String::new() }
    }

    /// Runs a script in the state that the one before left behind.
    fn run(&mut self, script: &str) {
        write!(self.input, "{script}\nprintf '%s\\n' '{ARRIVED}'\n").unwrap();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the walk-through stopped ({}) in\n{script}\nafter\n{}", self.child.wait().unwrap(), self.transcript);
            if line.trim_end() == ARRIVED {
                return;
            }
            self.transcript.push_str(&line);
        }
    }

    /// Ends the shell and answers what it printed.
    fn end(mut self) -> String {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
        self.transcript
    }
}

/// Makes the accounts of the demo that the page names.
async fn people(app: &TestApp) {
    for (name, organization, division, role) in PEOPLE {
        let input = UserInput {
            organization_id: app.organization(organization).await,
            email: format!("{name}@demo.jiebang.example").parse().unwrap(),
            name: format!("{name} 某").parse().unwrap(),
            division: division.map(|division| division.parse().unwrap()),
            locale: None,
            grant: None,
            valid_days: None,
        };
        let hash = app.app.hasher.hash(&PASSWORD.parse().unwrap()).await.unwrap();
        let made = app.app.run(Who::System("host"), move |act| accounts::create(act, &input, &hash)).await.unwrap();
        app.app.run(Who::System("host"), move |act| accounts::grant_roles(act, made.user.id, &[*role])).await.unwrap();
        if *role == Role::Expert {
            let profile = crate::support::inputs::profile("technical");
            app.officer().await.post("/experts", serde_json::json!({"user_id": made.user.id, "profile": profile})).await.is(201);
        }
    }
}

fn curl_is_here() -> bool {
    let here = Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !here {
        // Written past the test harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "\n*** LEFT OUT: the walk-through (curl is not installed). ***\n");
    }
    here
}

#[test]
fn a_page_falls_into_scripts_and_waits() {
    let page = "text\n```sh\na\nb\n```\n```console\n$ c\n```\n<!-- clock: +3d -->\n```sh\nd\n```\n";
    let expected = [Part::Script("a\nb\n".into()), Part::Days(3), Part::Script("d\n".into())];
    assert_eq!(parts(page), expected);
}

on_both! {
    async fn the_walk_through_leads_from_a_draft_to_a_finished_challenge(app: TestApp) {
        if !curl_is_here() {
            return;
        }
        people(&app).await;
        let parts = parts(PAGE);
        assert_eq!(parts.iter().filter(|part| matches!(part, Part::Days(_))).count(), 2, "bidding and publicity take their time");
        let mut shell = Shell::start(&app.address);
        for part in parts {
            match part {
                // The service has threads of its own; this one may wait for the shell.
                Part::Script(script) => tokio::task::block_in_place(|| shell.run(&script)),
                Part::Days(days) => {
                    app.days_later(days);
                    app.tick().await;
                }
            }
        }
        let transcript = shell.end();
        assert!(!transcript.contains("the seal is broken"), "{transcript}");
        let finished = app.anyone().get("/challenges?stage=finished").await.is(200);
        assert_eq!(finished["items"].as_array().unwrap().len(), 1, "{transcript}");
    }
}
