//! The worlds: a story that went so far, with a record of every kind that is there by then.

use super::rows;
use super::table::{OWN, On};
use crate::support::upload::{form, pdf};
use crate::support::{Caller, Reply, Story, TestApp, inputs};
use jiebang::domain::policy::Role;
use reqwest::Method;
use serde_json::{Value, json};

pub struct World<'a> {
    pub story: Story<'a>,
    review: String,
    recusal: String,
    pub(super) outsider: String,
    draw: String,
    objection: String,
    disqualification: String,
    acceptance: String,
    outcome: String,
    target: String,
    satisfaction: String,
    question: String,
    amendment: String,
    pub(super) partner: String,
    partnership: String,
    change: String,
    file: String,
    evidence: String,
    restriction: String,
    pub(super) user: String,
    pub(super) expert: String,
    grant: String,
    pub(super) organization: String,
    session: String,
    key: String,
    visit: String,
    problem: String,
    report: String,
    pub(super) commissioner: String,
    pub(super) panel: Vec<String>,
    measure: String,
    versions: Vec<(On, i64)>,
}

/// The story up to `world`.
async fn story<'a>(app: &'a TestApp, world: &str) -> (Story<'a>, String) {
    let mut review = String::new();
    let story = match world {
        "draft" => Story::draft(app).await,
        "in_approval" => {
            let story = Story::draft(app).await;
            app.officer().await.does(&story.path("submit")).await.is(200);
            story
        }
        "approved" => Story::approved(app).await,
        "open" => Story::with_bid(app).await,
        "closed" => Story::closed(app).await,
        "screening" => Story::screening(app).await,
        "reviewing" => {
            let story = Story::reviewing(app).await;
            review = story.assigned(&story.bid, 1).await;
            app.expert(1).await.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
            story
        }
        "deciding" => Story::deciding(app).await,
        "publicity" => Story::publicity(app).await,
        "awarded" => Story::planned(app).await,
        "active" => {
            let story = Story::active(app).await;
            story.handed_in(0, &[("K1", "91")]).await;
            app.team("keda").await.does(&format!("/payments/{}/request", story.payments[0])).await.is(200);
            // The quarter begins on which it reports.
            app.days_later(80);
            app.app.tidy().await.unwrap();
            story
        }
        "acceptance" => Story::in_acceptance(app).await,
        other => panic!("{other} is no world"),
    };
    if review.is_empty() {
        let reviews = app.officer().await.get("/reviews").await.is(200);
        reviews["items"][0]["id"].as_str().unwrap_or_default().clone_into(&mut review);
    }
    (story, review)
}

/// An objection that was not admitted: at `publicity` alone, which is over then.
async fn objection(story: &Story<'_>, world: &str) -> String {
    if world != "publicity" {
        return String::new();
    }
    story.app.days_later(1);
    let filed = story.app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is(201);
    let id = filed["id"].as_str().unwrap().to_owned();
    let handler = story.app.person("supervisor2", "department", Some("机关纪委"), &[Role::Supervisor]).await;
    let out = json!({"ground": "no_evidence", "reply": "未提供可核查的事实和证据。"});
    handler.post(&format!("/objections/{id}/rule_out"), out).await.is(200);
    story.app.days_later(12);
    id
}

/// A disqualification that waits for its decision: at `reviewing` alone.
async fn disqualification(story: &Story<'_>, world: &str) -> String {
    if world != "reviewing" {
        return String::new();
    }
    let another = story.app.person("supervisor2", "department", Some("机关纪委"), &[Role::Supervisor]).await;
    let kept = another.post(&format!("/bids/{}/disqualifications", story.bid), inputs::disqualification()).await.is(201);
    kept["id"].as_str().unwrap().to_owned()
}

/// The pool, and a draw that waits for its witness: at `screening` alone.
async fn draw(story: &Story<'_>, world: &str) -> String {
    if world != "screening" && world != "reviewing" {
        return String::new();
    }
    for number in 11..14 {
        inputs::enlisted(story.app, &story.app.expert(number).await, if number == 11 { "finance" } else { "technical" }).await;
    }
    if world == "reviewing" {
        return String::new();
    }
    let officer = story.app.person("officer2", "department", Some("业务二处"), &[Role::Officer]).await;
    officer.post(&story.path("draws"), inputs::terms()).await.is(201)["id"].as_str().unwrap().to_owned()
}

/// A visit of the commissioner's, a problem that was found there, and a report that is owed.
async fn followed(story: &Story<'_>) -> [String; 3] {
    let commissioner = story.app.commissioner().await;
    let reports = commissioner.get(&format!("/projects/{}/reports", story.project)).await.is(200);
    let mut input = inputs::visit(story.app);
    input["problems"] = json!([inputs::problem(story.app)]);
    let visit = commissioner.post(&format!("/projects/{}/visits", story.project), input).await.is(201);
    let problems = commissioner.get(&format!("/problems?project_id={}", story.project)).await.is(200);
    [&visit, &problems["items"][0], &reports["items"][0]].map(|one| one["id"].as_str().unwrap().to_owned())
}

impl<'a> World<'a> {
    pub async fn at(app: &'a TestApp, world: &str) -> Self {
        let (story, review) = Box::pin(story(app, world)).await;
        let objection = Box::pin(objection(&story, world)).await;
        let asked = app.officer().await.get(&story.path("satisfactions")).await.is(200);
        let disqualification = Box::pin(disqualification(&story, world)).await;
        let satisfaction = asked["items"][0]["id"].as_str().unwrap_or_default().to_owned();
        let team = app.team("keda").await;
        let organization = app.organization("keda").await.to_string();
        let input = json!({"roles": ["team"], "reason": "岗位调整"});
        let grant = app.sysadmin().await.post(&format!("/users/{}/grants", app.team("yuan").await.id()), input).await.is(201);
        team.log_in().await;
        let sessions = team.get("/me/sessions").await.is(200);
        let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let partner = app.organization("yuan").await.to_string();
        let partnership = match world {
            "open" => {
                let path = format!("/bids/{}", story.bid);
                let version = team.get(&path).await.is(200)["version"].as_i64().unwrap();
                team.put(&path, version, inputs::with_partner(&partner)).await.is(200);
                let asked = text(&team.get(&path).await.is(200)["partnerships"][0]);
                app.team("yuan").await.does(&format!("/partnerships/{asked}/confirm")).await.is(200);
                asked
            }
            _ => String::new(),
        };
        let evidence = match world {
            "active" => team.proof(&story.project, "document").await,
            "acceptance" => text(&team.get(&format!("/projects/{}/evidence", story.project)).await.is(200)["items"][0]),
            _ => String::new(),
        };
        let file = match world {
            "open" => text(&team.uploads(&story.bid, "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201)),
            _ => String::new(),
        };
        let change = match world {
            "active" => {
                let input = inputs::change(app, json!({"kind": "title", "title": "煤层气提浓成套技术与工程示范"}));
                text(&team.post(&format!("/projects/{}/changes", story.project), input).await.is(201))
            }
            _ => String::new(),
        };
        let mut versions = Vec::new();
        for (on, who, path) in [
            (On::Challenge, app.officer().await, format!("/challenges/{}", story.challenge)),
            (On::Bid, team.clone(), format!("/bids/{}", story.bid)),
            (On::Project, app.officer().await, format!("/projects/{}", story.project)),
        ] {
            if !path.ends_with('/') {
                versions.push((on, who.get(&path).await.is(200)["version"].as_i64().unwrap()));
            }
        }
        let expert = app.expert(2).await.id();
        inputs::enlisted(app, &app.expert(2).await, "technical").await;
        versions.push((On::Expert, app.officer().await.get(&format!("/experts/{expert}")).await.is(200)["version"].as_i64().unwrap()));
        let acceptance = if world == "acceptance" { story.acceptance().await } else { String::new() };
        let outcome = match world {
            "active" | "acceptance" => {
                text(&team.post(&format!("/projects/{}/outcomes", story.project), inputs::outcome(app, "ZL1").await).await.is(201))
            }
            _ => String::new(),
        };
        versions.push((On::Outcome, 1));
        let draw = Box::pin(draw(&story, world)).await;
        let question = match world {
            "open" => text(&team.post(&story.path("questions"), inputs::question()).await.is(201)),
            _ => String::new(),
        };
        let amendment = match world {
            "open" => {
                let asked = app.officer().await.post(&story.path("amendments"), inputs::extension(app, 40)).await.is(201);
                app.director().await.post(&format!("/amendments/{}/decline", text(&asked)), json!({"reason": "无须延期"})).await.is(200);
                text(&asked)
            }
            _ => String::new(),
        };
        let supervisor = app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await;
        let aside = app.person("aside", "department", Some("业务三处"), &[Role::Officer]).await;
        let recusal = text(&aside.post(&story.path("recusals"), json!({"reason": "曾在申请单位任职"})).await.is(201));
        let other = app.organization("restricted").await.to_string();
        let restriction = text(&supervisor.post("/restrictions", inputs::restriction(&other)).await.is(201));
        let (session, grant) = (text(&sessions["items"][0]), text(&grant));
        let key = text(&team.post("/me/keys", json!({"name": "投标系统", "scopes": ["bid"]})).await.is(201));
        let measure = match world {
            "active" => {
                let input = json!({"kind": "terminate", "cause": "conditions_lost", "reason": "需求方停产。"});
                text(&app.officer().await.post(&format!("/projects/{}/measures", story.project), input).await.is(201))
            }
            _ => String::new(),
        };
        let [visit, problem, report] = if world == "active" { followed(&story).await } else { [const { String::new() }; 3] };
        versions.push((On::Visit, 1));
        let commissioner = app.person("commissioner2", "department", Some("业务二处"), &[Role::Commissioner]).await.id();
        Self {
            story,
            review,
            recusal,
            outsider: app.expert(9).await.id(),
            draw,
            objection,
            disqualification,
            acceptance,
            outcome,
            target: text(&app.officer().await.post("/targets", inputs::target("T1")).await.is(201)),
            satisfaction,
            question,
            amendment,
            partner,
            partnership,
            change,
            file,
            evidence,
            restriction,
            user: team.id(),
            expert,
            grant,
            organization,
            session,
            key,
            visit,
            problem,
            report,
            commissioner,
            panel: if world == "acceptance" { inputs::panel(app).await } else { Vec::new() },
            measure,
            versions,
        }
    }

    pub async fn person(&self, name: &str) -> Caller {
        let app = self.story.app;
        let staff = async |division, role| app.person(name, "department", Some(division), &[role]).await;
        match name {
            "officer" => app.officer().await,
            "officer2" => staff("业务二处", Role::Officer).await,
            "director" => app.director().await,
            "examiner" => app.examiner().await,
            "own_examiner" => staff("业务一处", Role::Examiner).await,
            "expert" => app.expert(1).await,
            "expert2" => app.expert(2).await,
            "finance" => app.finance().await,
            "supervisor" => staff("机关纪委", Role::Supervisor).await,
            "commissioner" => app.commissioner().await,
            "commissioner2" => staff("业务二处", Role::Commissioner).await,
            "sponsor" => app.sponsor().await,
            "sponsor2" => app.person(name, "other-works", None, &[Role::Sponsor]).await,
            "team" => app.team("keda").await,
            "colleague" => app.person(name, "keda", None, &[Role::Team]).await,
            "team2" => app.team("yuan").await,
            "leader" => app.leader().await,
            "auditor" => app.auditor().await,
            "sysadmin" => app.sysadmin().await,
            "secadmin" => app.secadmin().await,
            other => panic!("nobody is called {other}"),
        }
    }

    /// The id of a record, if it is there by then.
    pub fn id(&self, on: On) -> Option<&str> {
        let id = match on {
            On::Nothing => return Some(""),
            On::Organization => &self.organization,
            On::User => &self.user,
            On::Grant => &self.grant,
            On::Session => &self.session,
            On::Key => &self.key,
            On::Batch => &self.story.batch,
            On::Challenge => &self.story.challenge,
            On::Bid => &self.story.bid,
            On::File => &self.file,
            On::Evidence => &self.evidence,
            On::Question => &self.question,
            On::Amendment => &self.amendment,
            On::Partnership => &self.partnership,
            On::Restriction => &self.restriction,
            On::Review => &self.review,
            On::Satisfaction => &self.satisfaction,
            On::Scheme => &self.story.scheme,
            On::Recusal => &self.recusal,
            On::Expert => &self.expert,
            On::Draw => &self.draw,
            On::Objection => &self.objection,
            On::Disqualification => &self.disqualification,
            On::Decision => &self.story.decision,
            On::Project => &self.story.project,
            On::Change => &self.change,
            On::Acceptance => &self.acceptance,
            On::Outcome => &self.outcome,
            On::Target => &self.target,
            On::Measure => &self.measure,
            // None of the worlds has a project that ended early, or a race: tests of its own say who may do what.
            On::Clawback | On::RaceGate => return None,
            On::Milestone => return self.story.milestones.first().map(String::as_str),
            On::Visit => &self.visit,
            On::Problem => &self.problem,
            On::Report => &self.report,
            On::Ledger => return Some("payments"),
            On::Payment => return self.story.payments.first().map(String::as_str),
        };
        Some(id.as_str()).filter(|id| !id.is_empty())
    }

    /// The version that a record has.
    pub fn version(&self, on: On) -> i64 {
        self.versions.iter().find(|(kind, _)| *kind == on).map_or(0, |(_, version)| *version)
    }

    /// Every route, with the id of a record that it fits, if there is one by now.
    pub fn routes(&self) -> Vec<(&'static str, On, String)> {
        let own = OWN.iter().map(|(route, _)| (*route, On::Nothing));
        let mut routes: Vec<_> = own.chain(rows().map(|row| (row.0, row.1))).collect();
        routes.dedup();
        routes.into_iter().filter_map(|(route, on)| Some((route, on, self.id(on)?.to_owned()))).collect()
    }

    /// Asks for a route with a body that is right for it, and the version that the record has.
    pub async fn ask(&self, caller: &Caller, route: &str, on: On, id: &str, dry_run: bool) -> Reply {
        let (method, path) = route.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let caller = if method == Method::PUT { caller.with("If-Match", format!("\"{}\"", self.version(on))) } else { caller.clone() };
        let reads = method == Method::GET;
        let path = format!("{}{}", path.replace("{id}", id), if dry_run && !reads { "?dry_run=true" } else { "" });
        let upload = [("POST /bids/{id}/files", "other"), ("POST /projects/{id}/evidence", "document")];
        if let Some((_, kind)) = upload.iter().find(|(upload, _)| *upload == route) {
            return caller.posts_form(&path, form(kind, "材料.pdf", &pdf("材料", 100))).await;
        }
        if route == "POST /experts/import" {
            return caller.posts_form(&path, crate::expert_import::form(&crate::expert_import::table(&[]))).await;
        }
        let mut body = if reads { None } else { self.body(route) };
        if let (Some(body), None, true) = (&mut body, caller.id, route.ends_with("/objections")) {
            body["email"] = json!("someone@elsewhere.example");
        }
        let body = body.map(|body| body.to_string());
        caller.request(method, &path, body).await
    }

    pub async fn written(&self) -> Vec<i64> {
        self.story.app.written().await
    }

    pub async fn denied(&self) -> i64 {
        self.story.app.count("audit WHERE outcome = 'denied'").await
    }
}
