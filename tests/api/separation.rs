//! Separation of duties (DOMAIN §4): people with many hats try everything, and no rule is ever broken.

use crate::support::{Caller, Dice, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// Staff who hold every combination that the clash rules allow and the separation rules must keep apart.
const PEOPLE: [(&str, &[Role]); 8] = [
    ("hat1", &[Role::Officer, Role::Examiner, Role::Director]),
    ("hat2", &[Role::Director, Role::Commissioner, Role::Finance]),
    ("hat3", &[Role::Examiner, Role::Finance, Role::Commissioner]),
    ("hat4", &[Role::Officer, Role::Director, Role::Finance, Role::Commissioner, Role::Examiner]),
    ("hat5", &[Role::Director, Role::Finance]),
    ("hat6", &[Role::Officer, Role::Finance]),
    ("hat7", &[Role::Director, Role::Officer]),
    ("hat8", &[Role::Commissioner, Role::Finance]),
];

/// Each rule as the rows that would break it. Everyone's deeds stand in the audit log.
const BROKEN: &[(&str, &str)] = &[
    (
        "SD1: examined and decided",
        "audit a JOIN decisions d ON d.id = a.object_id JOIN bids b ON b.challenge_id = d.challenge_id
        WHERE a.outcome = 'accepted' AND a.action IN ('decision.approve', 'decision.return') AND b.examined_by = a.actor_id",
    ),
    (
        "SD1: examined and proposed or awarded",
        "audit a JOIN bids b ON b.challenge_id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action IN ('challenge.propose', 'challenge.award', 'challenge.publicise') AND b.examined_by = a.actor_id",
    ),
    (
        "SD1: examined and paid",
        "payments p JOIN projects r ON r.id = p.project_id JOIN bids b ON b.challenge_id = r.challenge_id
        WHERE b.examined_by IN (p.checked_by, p.approved_by, p.paid_by)",
    ),
    (
        "SD4: two desks of one payment",
        "payments p WHERE p.requested_by IN (p.checked_by, p.approved_by, p.paid_by)
        OR p.checked_by IN (p.approved_by, p.paid_by) OR p.approved_by = p.paid_by",
    ),
    ("SD5: gave oneself a role", "grants g WHERE g.decided_by IN (g.created_by, g.user_id)"),
    (
        "SD6: examined and follows",
        "assignments s JOIN projects r ON r.id = s.project_id JOIN bids b ON b.challenge_id = r.challenge_id
        WHERE b.examined_by = s.commissioner_id",
    ),
    (
        "SD6: follows and pays",
        "assignments s JOIN payments p ON p.project_id = s.project_id
        WHERE s.commissioner_id IN (p.approved_by, p.paid_by)",
    ),
    (
        "SD6: follows and judges",
        "assignments s JOIN audit a ON a.object_id = s.project_id
        WHERE a.outcome = 'accepted' AND a.action = 'project.conclude' AND a.actor_id = s.commissioner_id",
    ),
    (
        "own work approved",
        "audit a JOIN challenges c ON c.id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action IN ('challenge.approve', 'challenge.award', 'challenge.fail') AND a.actor_id = c.created_by",
    ),
    (
        "prepared and approved",
        "audit a JOIN audit w ON w.object_id = a.object_id AND w.actor_id = a.actor_id
        WHERE a.outcome = 'accepted' AND w.outcome = 'accepted' AND a.action = 'challenge.approve'
        AND w.action IN ('challenge.create', 'challenge.edit', 'challenge.submit')",
    ),
    (
        "planned and signed for the department",
        "audit a JOIN audit w ON w.object_id = a.object_id AND w.actor_id = a.actor_id
        WHERE a.outcome = 'accepted' AND w.outcome = 'accepted' AND a.action = 'project.countersign' AND w.action = 'project.plan'",
    ),
    (
        "own proposal approved",
        "audit a JOIN decisions d ON d.id = a.object_id WHERE a.outcome = 'accepted'
        AND a.action = 'decision.approve' AND a.actor_id = d.created_by",
    ),
];

struct Walk<'a> {
    story: Story<'a>,
    people: Vec<Caller>,
    dice: Dice,
    refused: usize,
}

impl Walk<'_> {
    /// Everyone tries, in an order of their own, until someone may.
    async fn someone(&mut self, path: &str, body: &Value) -> bool {
        let mut waiting = self.people.clone();
        while !waiting.is_empty() {
            let who = waiting.swap_remove(self.dice.roll(waiting.len()));
            let status = who.post(path, body.clone()).await.status.as_u16();
            if status < 300 {
                return true;
            }
            assert!([403, 404, 409].contains(&status), "{path}: {status}");
            self.refused += 1;
        }
        false
    }

    async fn no_rule_is_broken(&self, seed: u64) {
        for (rule, rows) in BROKEN {
            assert_eq!(self.story.app.count(rows).await, 0, "{rule}, walk {seed}");
        }
    }

    /// As far as these people can bring the challenge; whether to a payment.
    async fn life(&mut self) -> bool {
        let app = self.story.app;
        let none = json!({});
        self.story.bid = self.story.submitted("keda").await;
        let other = self.story.submitted("far-east").await;
        self.story.close().await;
        if !self.someone(&self.story.path("open_bids"), &none).await {
            return false;
        }
        for (bid, failing) in [(self.story.bid.clone(), &[][..]), (other, &["F1"])] {
            if !self.someone(&format!("/bids/{bid}/examine"), &inputs::examination(failing)).await {
                return false;
            }
        }
        if !self.someone(&self.story.path("start_review"), &none).await {
            return false;
        }
        self.story.scored(&self.story.bid, 1, "26").await;
        let proposal = self.story.proposal();
        if !self.someone(&self.story.path("propose"), &proposal).await {
            return false;
        }
        let decisions = app.officer().await.get(&self.story.path("decisions")).await.is(200);
        let decision = decisions["items"][0]["id"].as_str().unwrap().to_owned();
        if !self.someone(&format!("/decisions/{decision}/approve"), &none).await
            || !self.someone(&self.story.path("publicise"), &self.story.publicity_window()).await
        {
            return false;
        }
        app.days_later(13);
        if !self.someone(&self.story.path("award"), &none).await {
            return false;
        }
        self.follow().await
    }

    async fn follow(&mut self) -> bool {
        let app = self.story.app;
        let officer = app.officer().await;
        let projects = officer.get(&format!("/projects?challenge_id={}", self.story.challenge)).await.is(200);
        let path = format!("/projects/{}", projects["items"][0]["id"].as_str().unwrap());
        path.trim_start_matches("/projects/").clone_into(&mut self.story.project);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        officer.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
        self.story.signed_by("team").await;
        self.story.signed_by("sponsor").await;
        if !self.someone(&format!("{path}/sign"), &json!({"party": "department", "pledge": true})).await {
            return false;
        }
        let mut followed = false;
        for _ in 0..12 {
            let candidate = self.people[self.dice.roll(self.people.len())].id();
            // Also handed over: whoever followed it once is held to that.
            followed |= self.someone(&format!("{path}/assign"), &json!({"commissioner_id": candidate})).await;
        }
        let payments = officer.get(&format!("{path}/payments")).await.is(200);
        let payment = format!("/payments/{}", payments["items"][0]["id"].as_str().unwrap());
        if !followed {
            return false;
        }
        app.team("keda").await.does(&format!("{payment}/request")).await.is(200);
        let voucher = json!({"voucher_no": format!("PZ-{}", app.next()), "paid_on": app.app.clock.now().date().to_string()});
        for (verb, body) in [("check", json!({})), ("approve", json!({})), ("pay", voucher)] {
            if !self.someone(&format!("{payment}/{verb}"), &body).await {
                return false;
            }
        }
        true
    }
}

on_both! {
    async fn however_many_hats_people_wear_no_separation_rule_is_broken(app: TestApp) {
        let (mut paid, mut refused) = (0, 0);
        for seed in 1..=6 {
            let mut people = Vec::new();
            for (name, roles) in PEOPLE {
                people.push(app.person(name, "department", None, roles).await);
            }
            let mut walk = Walk { story: Story::open(&app).await, people, dice: Dice(seed), refused: 0 };
            paid += usize::from(walk.life().await);
            refused += walk.refused;
            walk.no_rule_is_broken(seed).await;
        }
        assert!(paid >= 2, "only {paid} walks came to a payment");
        assert!(refused > 100, "only {refused} attempts were refused");
    }

    async fn whoever_examined_a_bid_neither_decides_nor_follows_nor_pays(app: TestApp) {
        let story = Story::screening(&app).await;
        let all = [Role::Examiner, Role::Director, Role::Finance, Role::Commissioner];
        let examiner = app.person("all-hats", "department", None, &all).await;
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is(200);
        app.officer().await.does(&story.path("start_review")).await.is(200);
        story.scored(&story.bid, 1, "26").await;
        let decision = app.officer().await.post(&story.path("propose"), story.proposal()).await.is(201);
        let path = format!("/decisions/{}", decision["id"].as_str().unwrap());
        assert_eq!(examiner.get(&path).await.is(200)["allowed_actions"], json!([]));
        let refused = examiner.does(&format!("{path}/approve")).await.is_refused(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("回避"), "{refused}");
        app.director().await.does(&format!("{path}/approve")).await.is(200);
        app.officer().await.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        examiner.does(&story.path("award")).await.is_refused(403, "forbidden");
        app.director().await.does(&story.path("award")).await.is(200);
        let projects = app.officer().await.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
        let assign = format!("/projects/{}/assign", projects["items"][0]["id"].as_str().unwrap());
        app.officer().await.post(&assign, json!({"commissioner_id": examiner.id()})).await.is_refused(409, "conflict_of_interest");
        // On another challenge the same person is a stranger, and may.
        let elsewhere = Story::deciding(&app).await;
        examiner.does(&format!("/decisions/{}/approve", elsewhere.decision)).await.is(200);
    }

    async fn whoever_wrote_or_submitted_a_challenge_does_not_approve_it(app: TestApp) {
        let both = app.person("both-desks", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let third = app.person("third-desk", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let story = Story::draft(&app).await;
        let path = format!("/challenges/{}", story.challenge);
        let version = both.get(&path).await.is(200)["version"].as_i64().unwrap();
        let sponsor = app.organization("sponsor-works").await.to_string();
        both.put(&path, version, inputs::challenge(&story.batch, &sponsor, 1)).await.is(200);
        third.does(&story.path("submit")).await.is(200);
        for author in [&both, &third] {
            assert_eq!(author.get(&path).await.is(200)["allowed_actions"], json!([]));
            author.does(&story.path("approve")).await.is_refused(403, "forbidden");
            author.post(&story.path("return"), json!({"reason": "退回修改"})).await.is_refused(403, "forbidden");
        }
        app.director().await.does(&story.path("approve")).await.is(200);
    }

    async fn whoever_planned_a_project_does_not_sign_it_for_the_department(app: TestApp) {
        let story = Story::awarded(&app).await;
        let both = app.person("both-desks", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let path = format!("/projects/{}", story.project);
        let version = both.get(&path).await.is(200)["version"].as_i64().unwrap();
        both.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
        let sign = json!({"party": "department", "pledge": true});
        both.post(&format!("{path}/sign"), sign.clone()).await.is_refused(403, "forbidden");
        app.director().await.post(&format!("{path}/sign"), sign).await.is(200);
    }

    async fn whoever_once_followed_a_project_approves_nothing_there_and_whoever_signed_does_not_follow_it(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("/projects/{}", story.project);
        let former = app.person("former", "department", None, &[Role::Commissioner, Role::Director, Role::Finance]).await;
        let officer = app.officer().await;
        let assign = async |who: &Caller| officer.post(&format!("{path}/assign"), json!({"commissioner_id": who.id()})).await;
        assign(&former).await.is(200);
        assign(&app.commissioner().await).await.is(200);
        let payment = format!("/payments/{}", story.payments[0]);
        app.team("keda").await.does(&format!("{payment}/request")).await.is(200);
        app.commissioner().await.does(&format!("{payment}/check")).await.is(200);
        assert_eq!(former.get(&payment).await.is(200)["allowed_actions"], json!([]));
        former.does(&format!("{payment}/approve")).await.is_refused(403, "forbidden");
        app.finance().await.does(&format!("{payment}/approve")).await.is(200);
        let conclusion = json!({"conclusion": "completed", "opinion": "通过验收"});
        former.post(&format!("{path}/conclude"), conclusion).await.is_refused(403, "forbidden");
        // On another project the director who signs for the department is a commissioner as well.
        let story = Story::planned(&app).await;
        let path = format!("/projects/{}", story.project);
        let signer = app.person("signer", "department", None, &[Role::Commissioner, Role::Director]).await;
        signer.post(&format!("{path}/sign"), json!({"party": "department", "pledge": true})).await.is(200);
        let input = json!({"commissioner_id": signer.id()});
        officer.post(&format!("{path}/assign"), input).await.is_refused(409, "conflict_of_interest");
    }

    async fn whoever_decides_is_of_the_department_whose_organisation_never_bids(app: TestApp) {
        let (team, sysadmin) = (app.team("keda").await, app.sysadmin().await);
        for role in ["officer", "director", "finance"] {
            let input = json!({"roles": [role], "reason": "借调"});
            sysadmin.post(&format!("/users/{}/grants", team.id()), input).await.is_refused(409, "not_of_the_department");
        }
    }

    async fn whoever_examined_a_bid_does_not_score_on_the_challenge_later(app: TestApp) {
        let story = Story::screening(&app).await;
        let examiner = app.person("changes-sides", "institute", None, &[Role::Examiner]).await;
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is(200);
        app.officer().await.does(&story.path("start_review")).await.is(200);
        let grant = json!({"roles": ["expert"], "reason": "转任专家"});
        let grant = app.sysadmin().await.post(&format!("/users/{}/grants", examiner.id()), grant).await.is(201);
        app.secadmin().await.does(&format!("/grants/{}/approve", grant["id"].as_str().unwrap())).await.is(200);
        let input = json!({"expert_id": examiner.id(), "due_at": "2027-01-01T00:00:00Z"});
        app.officer().await.post(&format!("/bids/{}/reviews", story.bid), input).await.is_refused(409, "conflict_of_interest");
    }
}
