//! The worlds: a story that went so far, with a record of every kind that is there by then.

use super::table::{OWN, On, ROWS};
use crate::support::upload::{form, pdf};
use crate::support::{Caller, Reply, Story, TestApp, inputs};
use jiebang::domain::policy::Role;
use reqwest::Method;
use serde_json::{Value, json};

pub struct World<'a> {
    pub story: Story<'a>,
    review: String,
    recusal: String,
    outsider: String,
    draw: String,
    objection: String,
    question: String,
    amendment: String,
    partner: String,
    partnership: String,
    file: String,
    restriction: String,
    user: String,
    expert: String,
    grant: String,
    organization: String,
    session: String,
    key: String,
    commissioner: String,
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

impl<'a> World<'a> {
    pub async fn at(app: &'a TestApp, world: &str) -> Self {
        let (story, review) = Box::pin(story(app, world)).await;
        let objection = Box::pin(objection(&story, world)).await;
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
        let file = match world {
            "open" => text(&team.uploads(&story.bid, "agreement", "协议.pdf", &pdf("协议", 100)).await.is(201)),
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
        let commissioner = app.person("commissioner2", "department", Some("业务二处"), &[Role::Commissioner]).await.id();
        Self {
            story,
            review,
            recusal,
            outsider: app.expert(9).await.id(),
            draw,
            objection,
            question,
            amendment,
            partner,
            partnership,
            file,
            restriction,
            user: team.id(),
            expert,
            grant,
            organization,
            session,
            key,
            commissioner,
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
            On::Question => &self.question,
            On::Amendment => &self.amendment,
            On::Partnership => &self.partnership,
            On::Restriction => &self.restriction,
            On::Review => &self.review,
            On::Recusal => &self.recusal,
            On::Expert => &self.expert,
            On::Draw => &self.draw,
            On::Objection => &self.objection,
            On::Decision => &self.story.decision,
            On::Project => &self.story.project,
            On::Milestone => return self.story.milestones.first().map(String::as_str),
            On::Payment => return self.story.payments.first().map(String::as_str),
        };
        Some(id.as_str()).filter(|id| !id.is_empty())
    }

    /// The version that a record has.
    pub fn version(&self, on: On) -> i64 {
        self.versions.iter().find(|(kind, _)| *kind == on).map_or(0, |(_, version)| *version)
    }

    /// A body that is right for the route.
    pub fn body(&self, route: &str) -> Option<Value> {
        let challenge = || inputs::challenge(&self.story.batch, &self.organization, 999);
        let reason = json!({"reason": "理由充分"});
        let opinion = json!({"opinion": "意见明确"});
        Some(match route {
            "POST /users/{id}/grants" => json!({"roles": ["team"], "reason": "入职"}),
            "PUT /challenges/{id}" | "POST /challenges" => challenge(),
            "POST /batches" => inputs::batch(999),
            "POST /challenges/{id}/questions" => inputs::question(),
            "POST /challenges/{id}/amendments" => inputs::extension(self.story.app, 40),
            "POST /questions/{id}/answer" => json!({"answer": "可以。"}),
            "POST /questions/{id}/decline" | "POST /bids/{id}/return_examination" => reason,
            "POST /calendars/import" => json!({"year": 2031, "off": "0101", "work": "-"}),
            "POST /restrictions" => inputs::restriction(&self.organization),
            "POST /organizations" => {
                json!({"name": "外部单位", "country": "DE", "foreign_reg_no": "7", "kind": "foreign", "region": "overseas"})
            }
            "POST /users" => {
                json!({"organization_id": self.organization, "email": "n@x.cn", "name": "新人"})
            }
            "POST /auth/forgot_password" => json!({"email": "nobody@test.example"}),
            "POST /auth/reset_password" => json!({"token": "guessed", "password": "long enough to be taken"}),
            "POST /me/keys" => json!({"name": "报送系统", "scopes": ["report"]}),
            "POST /me/subscriptions" => json!({"sectors": []}),
            "POST /me/second_factor/confirm" | "POST /me/second_factor/regenerate" => json!({"code": "123456"}),
            "POST /me/second_factor/disable" => json!({"password": "12345678", "code": "123456"}),
            "POST /auth/step_up" => json!({"password": "12345678"}),
            "POST /me/custody/enrol" | "POST /me/custody/renew" | "POST /challenges/{id}/release_share" => {
                json!({"passphrase": "three keepers keep a secret"})
            }
            "POST /me/phone" => json!({"phone": "13800138000"}),
            "POST /me/identity_number" => json!({"identity_number": "11010519491231002X"}),
            "POST /me/password" | "POST /me/custody/change_passphrase" => json!({"current": "12345678", "new": "12345678"}),
            "POST /challenges/{id}/publish" | "POST /challenges/{id}/republish" => self.story.window(),
            "POST /challenges/{id}/propose" if self.story.bid.is_empty() => {
                let mut proposal = self.story.proposal();
                proposal["selections"][0]["bid_id"] = json!(self.user);
                proposal
            }
            "POST /challenges/{id}/propose" => self.story.proposal(),
            "POST /challenges/{id}/publicise" => self.story.publicity_window(),
            "POST /challenges/{id}/fail" => json!({"reason_code": "other", "reason": "其他原因"}),
            "POST /challenges/{id}/bids" => inputs::bid(),
            "PUT /bids/{id}" => inputs::with_partner(&self.partner),
            "PUT /bids/{id}/members" => json!({"members": [{"user_id": self.user, "access": "submit"}]}),
            "POST /bids/{id}/examine" => inputs::examination(&[]),
            "POST /bids/{id}/request_correction" => json!({"items": [{"code": "F3", "finding": "fail", "reason": "缺公章"}]}),
            "POST /bids/{id}/correct" => json!({"statement": "已补盖公章。"}),
            "POST /bids/{id}/appeal" => json!({"grounds": "材料齐全，公章在第三页。"}),
            "POST /bids/{id}/decide_appeal" => json!({"upheld": true, "reason": "申诉成立"}),
            "POST /bids/{id}/shortlist" => json!({"shortlisted": true, "reason": "方案可行"}),
            "POST /bids/{id}/reviews" => json!({"expert_id": self.expert, "due_at": "2027-01-01T00:00:00Z"}),
            "POST /reviews/{id}/declare" => json!({"no_conflict": true}),
            "POST /reviews/{id}/decline" => json!({"conflict": true, "reason": "曾共事"}),
            "POST /reviews/{id}/submit" => inputs::scores("26"),
            "POST /challenges/{id}/objections" => inputs::objection(),
            "POST /objections/confirm" => json!({"token": "guessed"}),
            "POST /objections/{id}/rule_out" => json!({"ground": "no_evidence", "reply": "未提供可核查的事实和证据。"}),
            "POST /objections/{id}/extend" => json!({"until": "2027-01-01", "reason": "需要委托第三方补充调查取证。"}),
            "POST /objections/{id}/answer" => json!({"verdict": "dismissed", "reply": "经核查，反映的问题不属实。"}),
            "POST /experts" => json!({"user_id": self.outsider, "profile": inputs::profile("technical")}),
            "PUT /experts/{id}" => inputs::profile("finance"),
            "POST /challenges/{id}/draws" => inputs::terms(),
            "POST /draws/{id}/witness" => json!({"contribution": "骰子：3 5 1"}),
            "POST /draws/{id}/replace" => json!({"expert_id": self.expert, "reason": "因病不能参加"}),
            "POST /draws/{id}/invite" => json!({"due_at": "2027-01-01T00:00:00Z"}),
            "POST /challenges/{id}/recusals" => json!({"reason": "与申请单位负责人系亲属"}),
            "PUT /projects/{id}/plan" => inputs::plan(650 * inputs::WAN),
            "POST /projects/{id}/sign" => json!({"party": "team", "pledge": true}),
            "POST /projects/{id}/assign" => json!({"commissioner_id": self.commissioner}),
            "POST /projects/{id}/apply_acceptance" => json!({"self_evaluation": "完成"}),
            "POST /projects/{id}/conclude" => json!({"conclusion": "completed", "opinion": "通过"}),
            "POST /milestones/{id}/submit" => inputs::evidence(&[("K1", "91")]),
            "POST /milestones/{id}/verify" | "POST /milestones/{id}/fail" => opinion,
            "POST /milestones/{id}/return" => {
                json!({"opinion": "补充材料", "rectify_by": self.story.app.app.clock.now().date().plus_days(30).to_string()})
            }
            "POST /payments/{id}/pay" => json!({"voucher_no": "PZ-999", "paid_on": "2026-01-01"}),
            _ if route.ends_with("/return")
                || route.ends_with("/suspend")
                || route.ends_with("/resume")
                || route.ends_with("/amendments/{id}/decline")
                || route.ends_with("/grants/{id}/decline")
                || route.ends_with("/reject")
                || route.starts_with("POST /restrictions/{id}/decline")
                || route.ends_with("/lift")
                || route.ends_with("/adjust")
                || route.ends_with("/pause")
                || route.ends_with("/forfeit")
                || route.ends_with("/experts/{id}/remove")
                || route.ends_with("/void")
                || route.ends_with("/challenges/{id}/withdraw") =>
            {
                reason
            }
            _ => return None,
        })
    }

    /// Every route, with the id of a record that it fits, if there is one by now.
    pub fn routes(&self) -> Vec<(&'static str, On, String)> {
        let own = OWN.iter().map(|(route, _)| (*route, On::Nothing));
        let mut routes: Vec<_> = own.chain(ROWS.iter().map(|row| (row.0, row.1))).collect();
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
        if route == "POST /bids/{id}/files" {
            return caller.posts_form(&path, form("other", "材料.pdf", &pdf("材料", 100))).await;
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
