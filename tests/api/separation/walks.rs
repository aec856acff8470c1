//! Random walks: people with many hats try every step of a challenge's life, give each other roles, hand projects over and look at
//! each other's bids. Whatever they manage, no rule is ever broken.

use super::broken::BROKEN;
use crate::support::{Caller, Dice, Reply, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use jiebang::domain::time::Timestamp;
use serde_json::{Value, json};

/// People who hold every combination that the clash rules allow and the separation rules must keep apart, and those who
/// only look on.
const PEOPLE: [(&str, &str, &[Role]); 13] = [
    ("hat1", "department", &[Role::Officer, Role::Examiner, Role::Director]),
    ("hat2", "department", &[Role::Director, Role::Commissioner, Role::Finance]),
    ("hat3", "department", &[Role::Examiner, Role::Finance, Role::Commissioner]),
    ("hat4", "department", &[Role::Officer, Role::Director, Role::Finance, Role::Commissioner, Role::Examiner]),
    ("hat5", "department", &[Role::Director, Role::Finance]),
    ("hat6", "department", &[Role::Officer, Role::Finance]),
    ("hat7", "department", &[Role::Director, Role::Officer]),
    ("hat8", "department", &[Role::Commissioner, Role::Finance]),
    ("bids-too", "sponsor-works", &[Role::Sponsor, Role::Team]),
    ("watches", "department", &[Role::Supervisor]),
    ("leads", "department", &[Role::Leader]),
    ("audits", "department", &[Role::Auditor]),
    ("runs-it", "department", &[Role::Sysadmin]),
];

/// Written into the bid of each team; the other one never reads it.
const IDEAS: [(&str, &str); 2] = [("keda", "claret-idea"), ("far-east", "indigo-idea")];

async fn no_rule_is_broken(app: &TestApp, seed: u64) {
    let mut broken = Vec::new();
    for (rule, rows) in BROKEN {
        if app.count(rows).await > 0 {
            broken.push(rule);
        }
    }
    assert!(broken.is_empty(), "walk {seed} broke {broken:?}");
}

struct Walk<'a> {
    story: Story<'a>,
    people: Vec<Caller>,
    dice: Dice,
    refused: usize,
    /// The bid of each team with what the other one may not read.
    bids: Vec<(&'static str, String)>,
}

impl Walk<'_> {
    /// Everyone tries, in an order of their own, until someone may.
    async fn someone(&mut self, path: &str, body: &Value) -> bool {
        self.tried(path, async |who: &Caller| who.post(path, body.clone()).await).await.is_some()
    }

    /// As [`Self::someone`], writing a record anew.
    async fn rewrites(&mut self, record: &str, path: &str, body: &Value) -> bool {
        let written = async |who: &Caller| {
            let seen = who.get(record).await;
            let version = if seen.status == 200 { seen.json()["version"].as_i64().unwrap() } else { 1 };
            who.put(path, version, body.clone()).await
        };
        self.tried(path, written).await.is_some()
    }

    async fn tried(&mut self, path: &str, attempt: impl AsyncFn(&Caller) -> Reply) -> Option<Value> {
        let mut waiting = self.people.clone();
        while !waiting.is_empty() {
            let who = waiting.swap_remove(self.dice.roll(waiting.len()));
            let reply = attempt(&who).await;
            self.peek().await;
            if reply.status.is_success() {
                return Some(reply.json());
            }
            assert!([403, 404, 409, 412].contains(&reply.status.as_u16()), "{path}: {}", reply.text);
            self.refused += 1;
        }
        None
    }

    /// A team looks at something of the other's, or at who judges: never to be found (SD10, SD11).
    async fn peek(&mut self) {
        if self.bids.len() < 2 {
            return;
        }
        let (own, other) = if self.dice.roll(2) == 0 { (0, 1) } else { (1, 0) };
        let (bid, decision) = (&self.bids[other].1, &self.story.decision);
        let challenge = &self.story.challenge;
        let paths = [
            format!("/bids/{bid}"),
            format!("/bids/{bid}/reviews"),
            format!("/bids?challenge_id={challenge}"),
            format!("/challenges/{challenge}"),
            format!("/challenges/{challenge}/bids"),
            format!("/challenges/{challenge}/decisions"),
            format!("/decisions/{decision}"),
            format!("/bids/{}", self.bids[own].1),
            format!("/bids/{}/reviews", self.bids[own].1),
            "/reviews".into(),
        ];
        let path = &paths[self.dice.roll(paths.len())];
        let text = self.story.app.team(IDEAS[own].0).await.get(path).await.text;
        let hidden = [self.bids[other].0, bid.as_str(), "expert1"];
        // An answer may name the very id that was asked for.
        let told = hidden.iter().find(|word| text.replace(path.as_str(), "").contains(**word));
        assert!(told.is_none(), "{path} tells {told:?}: {text}");
    }

    async fn written(&mut self) -> bool {
        let sponsor = self.story.app.organization("sponsor-works").await.to_string();
        let mut input = inputs::challenge(&self.story.batch, &sponsor, self.story.app.next());
        input["scheme_id"] = serde_json::json!(self.story.scheme);
        let made = self.tried("/challenges", async |who: &Caller| who.post("/challenges", input.clone()).await).await;
        made.unwrap()["id"].as_str().unwrap().clone_into(&mut self.story.challenge);
        let path = format!("/challenges/{}", self.story.challenge);
        for again in [true, self.dice.roll(2) == 0] {
            for _ in 0..self.dice.roll(3) {
                assert!(self.rewrites(&path, &path, &input).await);
            }
            if !self.someone(&self.story.path("submit"), &json!({})).await {
                return false;
            }
            let back = again && self.dice.roll(2) == 0;
            if !back || !self.someone(&self.story.path("return"), &json!({"reason": "补充指标"})).await {
                break;
            }
        }
        self.someone(&self.story.path("approve"), &json!({})).await
    }

    async fn bid(&mut self) {
        for (team, idea) in IDEAS {
            let mut input = inputs::bid();
            input["technical_plan"] = json!(format!("{idea}：两段变压吸附耦合膜分离。"));
            let caller = self.story.app.team(team).await;
            let bid = caller.post(&self.story.path("bids"), input).await.is(201)["id"].as_str().unwrap().to_owned();
            caller.does(&format!("/bids/{bid}/submit")).await.is(200);
            self.bids.push((idea, bid));
        }
        // The sponsor's people try as well, and so does everyone else.
        assert!(!self.someone(&self.story.path("bids"), &inputs::bid()).await);
        self.story.bid.clone_from(&self.bids[0].1);
    }

    /// As far as these people can bring the challenge; whether to a payment.
    async fn life(&mut self) -> bool {
        let app = self.story.app;
        let none = json!({});
        if !self.written().await || !self.someone(&self.story.path("publish"), &self.story.window()).await {
            return false;
        }
        self.bid().await;
        self.story.close().await;
        if !self.someone(&self.story.path("open_bids"), &none).await {
            return false;
        }
        for (place, failing) in [(0, &[][..]), (1, &["F1"])] {
            if !self.someone(&format!("/bids/{}/examine", self.bids[place].1), &inputs::examination(failing)).await {
                return false;
            }
        }
        if !self.someone(&format!("/bids/{}/confirm_failure", self.bids[1].1), &none).await
            || !self.someone(&self.story.path("start_review"), &none).await
        {
            return false;
        }
        // Nobody appeals.
        app.days_later(10);
        self.story.scored(&self.story.bid, 1, "26").await;
        let due = serde_json::json!({"due_at": app.app.clock.now().plus(chrono::TimeDelta::days(5)).to_string()});
        if !app.officer().await.post(&self.story.path("ask_sponsor"), due).await.status.is_success() {
            return false;
        }
        self.story.satisfied().await;
        let proposal = self.story.proposal();
        if !self.someone(&self.story.path("propose"), &proposal).await {
            return false;
        }
        let decisions = app.officer().await.get(&self.story.path("decisions")).await.is(200);
        decisions["items"][0]["id"].as_str().unwrap().clone_into(&mut self.story.decision);
        if !self.someone(&format!("/decisions/{}/approve", self.story.decision), &none).await
            || !self.someone(&self.story.path("publicise"), &self.story.publicity_window()).await
        {
            return false;
        }
        app.days_later(13);
        if !self.someone(&self.story.path("award"), &none).await {
            return false;
        }
        self.bids.clear();
        self.follow().await
    }

    async fn follow(&mut self) -> bool {
        let app = self.story.app;
        let officer = app.officer().await;
        let projects = officer.get(&format!("/projects?challenge_id={}", self.story.challenge)).await.is(200);
        let path = format!("/projects/{}", projects["items"][0]["id"].as_str().unwrap());
        path.trim_start_matches("/projects/").clone_into(&mut self.story.project);
        let starts_on: jiebang::domain::time::Date = projects["items"][0]["starts_on"].as_str().unwrap().parse().unwrap();
        let mut plan = inputs::plan(650 * inputs::WAN);
        plan["milestones"][0]["due_on"] = json!(starts_on.plus_days(300).to_string());
        plan["milestones"][1]["due_on"] = json!(starts_on.plus_days(600).to_string());
        for _ in 0..=self.dice.roll(2) {
            assert!(self.rewrites(&path, &format!("{path}/plan"), &plan).await);
        }
        self.story.signed_by("team").await;
        self.story.signed_by("sponsor").await;
        if !self.someone(&format!("{path}/sign"), &json!({"party": "department", "pledge": true})).await {
            return false;
        }
        let mut followed = false;
        for _ in 0..12 {
            let candidate = self.people[self.dice.roll(self.people.len())].id();
            // Also handed over: whoever followed it once is held to that.
            followed |= self.someone(&format!("{path}/assign"), &json!({"commissioner_id": candidate, "note": "岗位调整"})).await;
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
        for seed in 1..=8 {
            let mut people = Vec::new();
            for (name, organization, roles) in PEOPLE {
                people.push(app.person(name, organization, None, roles).await);
            }
            let mut walk = Walk { story: Story::draft(&app).await, people, dice: Dice(seed), refused: 0, bids: Vec::new() };
            paid += usize::from(walk.life().await);
            refused += walk.refused;
            no_rule_is_broken(&app, seed).await;
        }
        assert!(paid >= 2, "only {paid} walks came to a payment");
        assert!(refused > 100, "only {refused} attempts were refused");
    }

    async fn whatever_administrators_grant_each_other_nobody_gives_themselves_a_role(app: TestApp) {
        const KINDS: [(&str, &[Role]); 8] = [
            ("sys1", &[Role::Sysadmin]), ("sys2", &[Role::Sysadmin]), ("sec1", &[Role::Secadmin]), ("sec2", &[Role::Secadmin]),
            ("sec3", &[Role::Secadmin]), ("log", &[Role::Auditor]), ("boss", &[Role::Director, Role::Officer]), ("desk", &[Role::Finance]),
        ];
        let sets = [
            json!(["sysadmin"]), json!(["secadmin"]), json!(["auditor"]), json!(["director"]), json!(["director", "commissioner"]),
            json!(["sysadmin", "secadmin"]), json!(["secadmin", "officer"]), json!(["team", "finance"]), json!(["officer", "finance"]),
        ];
        let mut people = Vec::new();
        for (name, roles) in KINDS {
            people.push(app.person(name, "department", None, roles).await);
        }
        let (mut dice, mut grants, mut given) = (Dice(7), Vec::<String>::new(), 0);
        for _ in 0..300 {
            // Whoever got other roles has to sign in again.
            app.later(chrono::TimeDelta::seconds(300));
            let who = &people[dice.roll(people.len())];
            let reply = if dice.roll(2) == 0 || grants.is_empty() {
                let whom = people[dice.roll(people.len())].id();
                let input = json!({"roles": sets[dice.roll(sets.len())], "reason": "岗位调整"});
                who.post(&format!("/users/{whom}/grants"), input).await
            } else {
                who.does(&format!("/grants/{}/approve", grants[dice.roll(grants.len())])).await
            };
            match reply.status.as_u16() {
                201 => grants.push(reply.json()["id"].as_str().unwrap().to_owned()),
                200 => given += 1,
                code => assert!([403, 404, 409, 422].contains(&code), "{}", reply.text),
            }
        }
        assert!(given >= 8, "only {given} grants were approved");
        no_rule_is_broken(&app, 7).await;
    }

    async fn however_projects_are_handed_round_nobody_follows_an_organisation_for_ever(app: TestApp) {
        let stories = [Story::active(&app).await, Story::active(&app).await];
        let mut people = vec![app.commissioner().await];
        for name in ["hands1", "hands2"] {
            people.push(app.person(name, "department", None, &[Role::Commissioner]).await);
        }
        // Both began with the first of them; when each project got which follower.
        let begun = app.app.clock.now();
        let mut spells = vec![(0, 0, begun), (1, 0, begun)];
        let (mut dice, mut refused) = (Dice(11), 0);
        for _ in 0..60 {
            let now = app.days_later(i64::try_from(dice.roll(200)).unwrap());
            let (project, person) = (dice.roll(2), dice.roll(3));
            let path = format!("/projects/{}/assign", stories[project].project);
            let reply = app.officer().await.post(&path, json!({"commissioner_id": people[person].id(), "note": "岗位调整"})).await;
            if reply.status == 200 {
                assert!(months_at_a_stretch(&spells, person, begun, now) < 36, "{person} follows for more than three years");
                spells.push((project, person, now));
            } else {
                refused += usize::from(reply.is_refused(409, reply.json()["code"].as_str().unwrap())["code"] == "rotation_due");
            }
        }
        assert!(refused >= 3, "only {refused} were refused");
        assert!(spells.len() >= 10, "only {} hand-overs", spells.len());
    }
}

/// From the record of who took over what when: how many months `person` has been at it without a year's break.
fn months_at_a_stretch(spells: &[(usize, usize, Timestamp)], person: usize, begun: Timestamp, now: Timestamp) -> i64 {
    let (mut first, mut last) = (None, None);
    let mut day = begun;
    while day < now {
        let follows = (0..2).any(|project| {
            let latest = spells.iter().rfind(|spell| spell.0 == project && spell.2 <= day);
            latest.is_some_and(|spell| spell.1 == person)
        });
        if follows {
            if last.is_none_or(|last: Timestamp| (day.utc() - last.utc()).num_days() >= 365) {
                first = Some(day);
            }
            last = Some(day);
        }
        day = day.plus(chrono::TimeDelta::days(1));
    }
    match (first, last) {
        (Some(first), Some(last)) if (now.utc() - last.utc()).num_days() < 365 => (now.utc() - first.utc()).num_days() * 12 / 365,
        _ => 0,
    }
}
