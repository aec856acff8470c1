//! Every route with its cases: no token, wrong role, right role of another organisation, unknown id, no id, wrong stage.
//!
//! The table is written by hand. `tests/house` fails on a route that is not named here.

use crate::support::{Caller, Reply, Story, TestApp, inputs, on_both};
use reqwest::Method;
use serde_json::{Value, json};

/// What fills `{id}`, and with which body a right caller would come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum On {
    Nothing,
    Organization,
    User,
    Grant,
    Session,
    Batch,
    Challenge,
    Bid,
    Review,
    Decision,
    Project,
    Milestone,
    Payment,
    Key,
}

/// One route: what it is done to, who may, what the leader (wrong role) and a foreign team get, and what the right
/// caller gets at the stage where the story stands (`""` where the stage does not matter).
struct Case(&'static str, On, &'static str, u16, u16, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // route                                    on             who may         leader  foreign  at this stage
    Case("POST /auth/login",                     On::Nothing,      "anyone",       0,   0,   ""),
    Case("POST /auth/refresh",                   On::Nothing,      "anyone",       0,   0,   ""),
    Case("POST /auth/logout",                    On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /auth/verify",                    On::Nothing,      "anyone",       0,   0,   ""),
    Case("POST /auth/forgot_password",           On::Nothing,      "anyone",       0,   0,   ""),
    Case("POST /auth/reset_password",            On::Nothing,      "anyone",       0,   0,   ""),
    Case("POST /auth/step_up",                   On::Nothing,      "everyone",     0,   0,   ""),
    Case("GET /me/sessions",                     On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/sessions/end_others",         On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /sessions/{id}/end",              On::Session,      "team",         404, 404, ""),
    Case("GET /users/{id}/sessions",             On::User,         "sysadmin",     404, 404, ""),
    Case("GET /me/second_factor",                On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/second_factor/enrol",         On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/second_factor/confirm",       On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/second_factor/regenerate",    On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/second_factor/disable",       On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /users/{id}/reset_second_factor", On::User,         "sysadmin",     404, 404, ""),
    Case("GET /me",                              On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/subscriptions",               On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/password",                    On::Nothing,      "everyone",     0,   0,   ""),
    Case("POST /me/keys",                        On::Nothing,      "team",         403, 0,   ""),
    Case("GET /keys",                            On::Nothing,      "team",         403, 0,   ""),
    Case("GET /keys/{id}",                       On::Key,          "team",         404, 404, ""),
    Case("POST /keys/{id}/rotate",               On::Key,          "team",         404, 404, "key_not_live"),
    Case("POST /keys/{id}/revoke",               On::Key,          "team",         404, 404, "key_not_live"),
    Case("POST /organizations",                  On::Nothing,      "officer",      403, 403, ""),
    Case("GET /organizations",                   On::Nothing,      "everyone",     0,   0,   ""),
    Case("GET /organizations/{id}",              On::Organization, "team",         0,   404, ""),
    Case("POST /organizations/{id}/verify",      On::Organization, "officer",      403, 404, "wrong_stage"),
    Case("POST /organizations/{id}/suspend",     On::Organization, "officer",      403, 404, ""),
    Case("POST /organizations/{id}/reinstate",   On::Organization, "officer",      403, 404, "wrong_stage"),
    Case("POST /users",                          On::Nothing,      "sysadmin",     403, 403, ""),
    Case("POST /users/{id}/invite",              On::User,         "sysadmin",     404, 404, "not_invitable"),
    Case("POST /users/{id}/withdraw_invitation", On::User,         "sysadmin",     404, 404, "not_invitable"),
    Case("GET /users",                           On::Nothing,      "sysadmin",     403, 403, ""),
    Case("GET /users/{id}",                      On::User,         "sysadmin",     404, 404, ""),
    Case("POST /users/{id}/grants",              On::User,         "secadmin",     404, 404, ""),
    Case("GET /grants",                          On::Nothing,      "secadmin",     403, 403, ""),
    Case("GET /grants/{id}",                     On::Grant,        "secadmin",     404, 404, ""),
    Case("POST /grants/{id}/approve",            On::Grant,        "secadmin",     404, 404, "wrong_stage"),
    Case("POST /grants/{id}/decline",            On::Grant,        "secadmin",     404, 404, "wrong_stage"),
    Case("POST /users/{id}/disable",             On::User,         "sysadmin",     404, 404, ""),
    Case("POST /users/{id}/enable",              On::User,         "sysadmin",     404, 404, ""),
    Case("POST /users/{id}/anonymise",           On::User,         "sysadmin",     404, 404, "account_in_use"),
    Case("POST /batches",                        On::Nothing,      "officer",      403, 403, ""),
    Case("GET /batches",                         On::Nothing,      "officer",      0,   403, ""),
    Case("GET /batches/{id}",                    On::Batch,        "officer",      0,   404, ""),
    Case("POST /challenges",                     On::Nothing,      "officer",      403, 403, ""),
    Case("GET /challenges",                      On::Nothing,      "anyone",       0,   0,   ""),
    Case("GET /challenges/{id}",                 On::Challenge,    "anyone",       0,   0,   ""),
    Case("GET /challenges/{id}/rounds",          On::Challenge,    "anyone",       0,   0,   ""),
    Case("PUT /challenges/{id}",                 On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/submit",         On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/return",         On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/reject",         On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/approve",        On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/publish",        On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/republish",      On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/open_bids",      On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/start_review",   On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/propose",        On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("GET /challenges/{id}/decisions",       On::Challenge,    "officer",      0,   403, ""),
    Case("POST /challenges/{id}/publicise",      On::Challenge,    "officer",      403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/award",          On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/fail",           On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/withdraw",       On::Challenge,    "director",     403, 403, "wrong_stage"),
    Case("POST /challenges/{id}/finish",         On::Challenge,    "officer",      403, 403, "projects_open"),
    Case("POST /challenges/{id}/bids",           On::Challenge,    "team",         403, 0,   "wrong_stage"),
    Case("GET /decisions/{id}",                  On::Decision,     "officer",      0,   404, ""),
    Case("POST /decisions/{id}/approve",         On::Decision,     "director",     403, 404, "wrong_stage"),
    Case("POST /decisions/{id}/return",          On::Decision,     "director",     403, 404, "wrong_stage"),
    Case("GET /bids",                            On::Nothing,      "team",         403, 0,   ""),
    Case("GET /bids/{id}",                       On::Bid,          "team",         404, 404, ""),
    Case("PUT /bids/{id}",                       On::Bid,          "team",         404, 404, "wrong_stage"),
    Case("PUT /bids/{id}/members",               On::Bid,          "team",         404, 404, "wrong_stage"),
    Case("POST /bids/{id}/submit",               On::Bid,          "team",         404, 404, "wrong_stage"),
    Case("POST /bids/{id}/resubmit",             On::Bid,          "team",         404, 404, "wrong_stage"),
    Case("POST /bids/{id}/withdraw",             On::Bid,          "team",         404, 404, "wrong_stage"),
    Case("POST /bids/{id}/examine",              On::Bid,          "examiner",     404, 404, "wrong_stage"),
    Case("POST /bids/{id}/shortlist",            On::Bid,          "officer",      404, 404, "wrong_stage"),
    Case("POST /bids/{id}/reviews",              On::Bid,          "officer",      404, 404, "wrong_stage"),
    Case("GET /reviews",                         On::Nothing,      "expert",       403, 403, ""),
    Case("GET /reviews/{id}",                    On::Review,       "expert",       404, 404, ""),
    Case("POST /reviews/{id}/declare",           On::Review,       "expert",       404, 404, "wrong_stage"),
    Case("POST /reviews/{id}/decline",           On::Review,       "expert",       404, 404, "wrong_stage"),
    Case("POST /reviews/{id}/submit",            On::Review,       "expert",       404, 404, "wrong_stage"),
    Case("GET /projects",                        On::Nothing,      "team",         0,   0,   ""),
    Case("GET /projects/{id}",                   On::Project,      "team",         0,   404, ""),
    Case("PUT /projects/{id}/plan",              On::Project,      "officer",      403, 404, "wrong_stage"),
    Case("POST /projects/{id}/sign",             On::Project,      "team",         403, 404, "wrong_stage"),
    Case("POST /projects/{id}/assign",           On::Project,      "officer",      403, 404, "not_a_commissioner"),
    Case("POST /projects/{id}/apply_acceptance", On::Project,      "team",         403, 404, "milestones_open"),
    Case("POST /projects/{id}/conclude",         On::Project,      "director",     403, 404, "wrong_stage"),
    Case("GET /projects/{id}/milestones",        On::Project,      "team",         0,   404, ""),
    Case("GET /projects/{id}/payments",          On::Project,      "team",         0,   404, ""),
    Case("GET /milestones/{id}",                 On::Milestone,    "team",         0,   404, ""),
    Case("POST /milestones/{id}/start",          On::Milestone,    "team",         403, 404, "wrong_stage"),
    Case("POST /milestones/{id}/submit",         On::Milestone,    "team",         403, 404, "wrong_stage"),
    Case("POST /milestones/{id}/verify",         On::Milestone,    "commissioner", 403, 404, "wrong_stage"),
    Case("POST /milestones/{id}/return",         On::Milestone,    "commissioner", 403, 404, "wrong_stage"),
    Case("POST /milestones/{id}/fail",           On::Milestone,    "commissioner", 403, 404, "wrong_stage"),
    Case("GET /payments",                        On::Nothing,      "finance",      0,   0,   ""),
    Case("GET /payments/{id}",                   On::Payment,      "finance",      0,   404, ""),
    Case("POST /payments/{id}/request",          On::Payment,      "team",         403, 404, "wrong_stage"),
    Case("POST /payments/{id}/check",            On::Payment,      "commissioner", 403, 404, "wrong_stage"),
    Case("POST /payments/{id}/approve",          On::Payment,      "finance",      403, 404, "wrong_stage"),
    Case("POST /payments/{id}/pay",              On::Payment,      "finance",      403, 404, "wrong_stage"),
    Case("POST /payments/{id}/return",           On::Payment,      "finance",      403, 404, "wrong_stage"),
    Case("GET /audit",                           On::Nothing,      "auditor",      403, 403, ""),
    Case("GET /portfolio/summary",               On::Nothing,      "leader",       0,   403, ""),
];

/// A story with a record of every kind, and the callers of the table.
pub struct World<'a> {
    pub story: Story<'a>,
    review: String,
    user: String,
    grant: String,
    organization: String,
    session: String,
    key: String,
}

impl<'a> World<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        let story = Story::active(app).await;
        story.met(0, &[("K1", "91")]).await;
        let reviews = app.officer().await.get("/reviews").await.is(200);
        let user = app.team("keda").await.id();
        let organization = app.organization("keda").await.to_string();
        let grant = app.granted(&app.team("yuan").await.id(), json!(["team"])).await;
        app.team("yuan").await.log_in().await;
        let sessions = app.team("keda").await.get("/me/sessions").await.is(200);
        let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
        let team = app.team("keda").await;
        let key = team.post("/me/keys", json!({"name": "投标系统", "scopes": ["bid"]})).await.is(201)["id"].as_str().unwrap().to_owned();
        team.does(&format!("/keys/{key}/revoke")).await.is(200);
        Self { story, session, key, review: reviews["items"][0]["id"].as_str().unwrap().to_owned(), user, grant, organization }
    }

    async fn who(&self, name: &str) -> Caller {
        let app = self.story.app;
        match name {
            "officer" => app.officer().await,
            "director" => app.director().await,
            "examiner" => app.examiner().await,
            "finance" => app.finance().await,
            "commissioner" => app.commissioner().await,
            "expert" => app.expert(1).await,
            "auditor" => app.auditor().await,
            "sysadmin" => app.sysadmin().await,
            "secadmin" => app.secadmin().await,
            "leader" => app.leader().await,
            "foreign" => app.team("yuan").await,
            "team" | "everyone" => app.team("keda").await,
            _ => app.anyone(),
        }
    }

    fn id(&self, on: On) -> &str {
        match on {
            On::Nothing => "",
            On::Organization => &self.organization,
            On::User => &self.user,
            On::Grant => &self.grant,
            On::Session => &self.session,
            On::Key => &self.key,
            On::Batch => &self.story.batch,
            On::Challenge => &self.story.challenge,
            On::Bid => &self.story.bid,
            On::Review => &self.review,
            On::Decision => &self.story.decision,
            On::Project => &self.story.project,
            // The first milestone is met, the third payment waits for acceptance: no verb fits any more, or yet.
            On::Milestone => &self.story.milestones[0],
            On::Payment => &self.story.payments[2],
        }
    }

    /// A body that is right for the route.
    fn body(&self, route: &str) -> Option<Value> {
        let challenge = || inputs::challenge(&self.story.batch, &self.organization, 999);
        let reason = json!({"reason": "理由充分"});
        let opinion = json!({"opinion": "意见明确"});
        Some(match route {
            "POST /users/{id}/grants" => json!({"roles": ["team"], "reason": "入职"}),
            "PUT /challenges/{id}" | "POST /challenges" => challenge(),
            "POST /batches" => inputs::batch(999),
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
            "POST /me/password" => json!({"current": "12345678", "new": "12345678"}),
            "POST /challenges/{id}/publish" | "POST /challenges/{id}/republish" => self.story.window(),
            "POST /challenges/{id}/propose" => self.story.proposal(),
            "POST /challenges/{id}/publicise" => self.story.publicity_window(),
            "POST /challenges/{id}/fail" => json!({"reason_code": "other", "reason": "其他原因"}),
            "POST /challenges/{id}/bids" | "PUT /bids/{id}" => inputs::bid(),
            "PUT /bids/{id}/members" => json!({"members": [{"user_id": self.user, "access": "submit"}]}),
            "POST /bids/{id}/examine" => inputs::examination(&[]),
            "POST /bids/{id}/shortlist" => json!({"shortlisted": true, "reason": "方案可行"}),
            "POST /bids/{id}/reviews" => json!({"expert_id": self.user, "due_at": "2027-01-01T00:00:00Z"}),
            "POST /reviews/{id}/declare" => json!({"no_conflict": true}),
            "POST /reviews/{id}/decline" => json!({"conflict": true, "reason": "曾共事"}),
            "POST /reviews/{id}/submit" => inputs::scores("26"),
            "PUT /projects/{id}/plan" => inputs::plan(650 * inputs::WAN),
            "POST /projects/{id}/sign" => json!({"party": "team", "pledge": true}),
            "POST /projects/{id}/assign" => json!({"commissioner_id": self.user}),
            "POST /projects/{id}/apply_acceptance" => json!({"self_evaluation": "完成"}),
            "POST /projects/{id}/conclude" => json!({"conclusion": "completed", "opinion": "通过"}),
            "POST /milestones/{id}/submit" => inputs::evidence(&[("K1", "91")]),
            "POST /milestones/{id}/verify" | "POST /milestones/{id}/fail" => opinion,
            "POST /milestones/{id}/return" => json!({"opinion": "补充材料", "rectify_by": "2026-12-01"}),
            "POST /payments/{id}/pay" => json!({"voucher_no": "PZ-999", "paid_on": "2026-01-01"}),
            _ if route.ends_with("/return")
                || route.ends_with("/suspend")
                || route.ends_with("/grants/{id}/decline")
                || route.ends_with("/reject")
                || route.ends_with("/challenges/{id}/withdraw") =>
            {
                reason
            }
            _ => return None,
        })
    }

    /// Every route, with the id of a record that it fits.
    pub fn routes(&self) -> Vec<(&'static str, String)> {
        CASES.iter().map(|Case(route, on, ..)| (*route, self.id(*on).to_owned())).collect()
    }

    pub async fn ask(&self, caller: &Caller, route: &str, id: &str) -> Reply {
        let (method, path) = route.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        // A version that no record has comes after the permission, and never lets a write through.
        let caller = if method == Method::PUT { caller.with("If-Match", "\"999999\"") } else { caller.clone() };
        let body = if method == Method::GET { None } else { self.body(route).map(|body| body.to_string()) };
        caller.request(method, &path.replace("{id}", id), body).await
    }

    async fn written(&self) -> Vec<i64> {
        self.story.app.written().await
    }

    async fn denied(&self) -> i64 {
        self.story.app.count("audit WHERE outcome = 'denied'").await
    }
}

on_both! {
    async fn without_a_token_only_public_routes_answer(app: TestApp) {
        let world = World::new(&app).await;
        let before = world.written().await;
        for Case(route, on, who, ..) in CASES {
            let reply = world.ask(&app.anyone(), route, world.id(*on)).await;
            if *who == "anyone" {
                assert_ne!(reply.status, 403, "{route}");
            } else {
                reply.is_refused(401, "unauthenticated");
                assert_eq!(reply.header("www-authenticate"), "Bearer", "{route}");
            }
            let broken = world.ask(&app.anyone().with("Authorization", "Bearer a.b.c"), route, world.id(*on)).await;
            broken.is_refused(401, "invalid_token");
        }
        assert_eq!(world.written().await, before);
    }

    async fn a_wrong_role_and_a_foreign_organisation_change_nothing_and_leave_one_audit_row(app: TestApp) {
        let world = World::new(&app).await;
        let (leader, foreign) = (world.who("leader").await, world.who("foreign").await);
        let before = world.written().await;
        for Case(route, on, _, wrong_role, other_organisation, _) in CASES {
            for (caller, expected) in [(&leader, *wrong_role), (&foreign, *other_organisation)] {
                if expected == 0 {
                    continue;
                }
                let rows = world.denied().await;
                let reply = world.ask(caller, route, world.id(*on)).await;
                assert_eq!(reply.status.as_u16(), expected, "{route} by {}: {}", caller.email, reply.text);
                assert_eq!(reply.json()["code"], if expected == 403 { "forbidden" } else { "not_found" });
                assert_eq!(world.denied().await, rows + 1, "{route} by {}", caller.email);
            }
        }
        assert_eq!(world.written().await, before);
    }

    async fn what_one_may_not_know_looks_like_what_is_not_there(app: TestApp) {
        let world = World::new(&app).await;
        let foreign = world.who("foreign").await.with("X-Request-Id", "same-request");
        for Case(route, on, _, _, other_organisation, _) in CASES {
            if *other_organisation != 404 || *on == On::Nothing {
                continue;
            }
            let hidden = world.ask(&foreign, route, world.id(*on)).await;
            let absent = world.ask(&foreign, route, &uuid::Uuid::now_v7().to_string()).await;
            assert_eq!((hidden.status, hidden.text), (absent.status, absent.text), "{route}");
        }
    }

    async fn an_unknown_id_is_not_found_and_no_id_is_a_fault(app: TestApp) {
        let world = World::new(&app).await;
        for Case(route, on, who, ..) in CASES {
            if *on == On::Nothing {
                continue;
            }
            let caller = world.who(who).await;
            world.ask(&caller, route, &uuid::Uuid::now_v7().to_string()).await.is_refused(404, "not_found");
            world.ask(&caller, route, "17").await.has_faults(&[("id", "not_an_id")]);
        }
    }

    async fn the_right_role_is_stopped_by_the_stage(app: TestApp) {
        let world = World::new(&app).await;
        for Case(_, _, who, ..) in CASES {
            world.who(who).await;
        }
        let before = world.written().await;
        for Case(route, on, who, _, _, code) in CASES {
            if code.is_empty() {
                continue;
            }
            let caller = world.who(who).await;
            // The version must be right here, since it is compared before the stage is.
            let (method, path) = route.split_once(' ').unwrap();
            let path = path.replace("{id}", world.id(*on));
            let reply = if method == "PUT" {
                let record = path.trim_end_matches("/plan").trim_end_matches("/members");
                let version = caller.get(record).await.is(200)["version"].as_i64().unwrap();
                caller.put(&path, version, world.body(route).unwrap()).await
            } else {
                world.ask(&caller, route, world.id(*on)).await
            };
            let problem = reply.is_refused(409, code);
            if *code == "wrong_stage" {
                assert!(problem["stage"].is_string() && problem["allowed_actions"].is_array(), "{route}");
            }
        }
        assert_eq!(world.written().await, before);
    }

    async fn lists_show_what_a_get_would_show_and_nothing_else(app: TestApp) {
        let world = World::new(&app).await;
        let foreign = world.who("foreign").await;
        for list in ["/bids", "/projects", "/payments"] {
            assert_eq!(foreign.get(list).await.is(200)["items"], json!([]), "{list}");
            assert_ne!(world.who("team").await.get(list).await.is(200)["items"], json!([]), "{list}");
        }
        let own = foreign.get("/organizations").await.is(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.expert(2).await.get("/reviews").await.is(200)["items"], json!([]));
        assert_eq!(app.expert(1).await.get("/reviews").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.expert(1).await.get("/bids").await.is(200)["items"].as_array().unwrap().len(), 1);
    }
}
