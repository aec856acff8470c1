//! The story: brings a challenge to any stage, through the API alone.

use super::{TestApp, inputs};
use serde_json::{Value, json};

/// A challenge on its way.
#[derive(Clone)]
pub struct Story<'a> {
    pub app: &'a TestApp,
    /// Whose bid and project it follows.
    pub team: &'static str,
    pub batch: String,
    pub scheme: String,
    pub challenge: String,
    pub bid: String,
    pub decision: String,
    pub project: String,
    pub milestones: Vec<String>,
    pub payments: Vec<String>,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

impl<'a> Story<'a> {
    /// A draft.
    pub async fn draft(app: &'a TestApp) -> Self {
        Self::judged_by(app, inputs::scheme()).await
    }

    /// A draft that is judged by this scheme.
    pub async fn judged_by(app: &'a TestApp, scheme: Value) -> Self {
        let officer = app.officer().await;
        let batch = id(&officer.post("/batches", app.batch_input()).await.is(201));
        let sponsor = app.organization("sponsor-works").await.to_string();
        app.sponsor().await;
        app.director().await;
        let scheme = id(&officer.post("/schemes", json!({"code": "sx-2026", "scheme": scheme})).await.is(201));
        let mut input = inputs::challenge(&batch, &sponsor, app.next());
        input["scheme_id"] = json!(scheme);
        let challenge = id(&officer.post("/challenges", input).await.is(201));
        Self {
            app,
            team: "keda",
            batch,
            scheme,
            challenge,
            bid: String::new(),
            decision: String::new(),
            project: String::new(),
            milestones: Vec::new(),
            payments: Vec::new(),
        }
    }

    pub fn path(&self, verb: &str) -> String {
        format!("/challenges/{}/{verb}", self.challenge)
    }

    pub async fn approved(app: &'a TestApp) -> Self {
        let story = Self::draft(app).await;
        app.officer().await.does(&story.path("submit")).await.is(200);
        app.director().await.does(&story.path("approve")).await.is(200);
        story
    }

    /// Open for 30 days from now on.
    pub async fn open(app: &'a TestApp) -> Self {
        let story = Self::approved(app).await;
        app.officer().await.post(&story.path("publish"), story.window()).await.is(200);
        story
    }

    pub fn window(&self) -> Value {
        let now = self.app.app.clock.now();
        json!({"opens_at": now.to_string(), "closes_at": now.plus(chrono::TimeDelta::days(30)).to_string()})
    }

    /// A draft bid of an organisation.
    pub async fn drafted(&self, organization: &str) -> String {
        id(&self.app.team(organization).await.post(&self.path("bids"), inputs::bid()).await.is(201))
    }

    /// A submitted bid of an organisation.
    pub async fn submitted(&self, organization: &str) -> String {
        let bid = self.drafted(organization).await;
        self.app.team(organization).await.does(&format!("/bids/{bid}/submit")).await.is(200);
        bid
    }

    /// Open, with one submitted bid of "keda".
    pub async fn with_bid(app: &'a TestApp) -> Self {
        let mut story = Self::open(app).await;
        story.bid = story.submitted("keda").await;
        story
    }

    /// The clock passes the deadline.
    pub async fn close(&self) {
        self.app.days_later(31);
        assert_eq!(self.app.tick().await, 1);
    }

    pub async fn closed(app: &'a TestApp) -> Self {
        let story = Self::with_bid(app).await;
        story.close().await;
        story
    }

    pub async fn screening(app: &'a TestApp) -> Self {
        let story = Self::closed(app).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        story
    }

    pub async fn examined(&self, bid: &str, failing: &[&str]) {
        self.app.second_examiner().await.post(&format!("/bids/{bid}/examine"), inputs::examination(failing)).await.is(200);
        if !failing.is_empty() {
            self.app.examiner().await.does(&format!("/bids/{bid}/confirm_failure")).await.is(200);
        }
    }

    pub async fn reviewing(app: &'a TestApp) -> Self {
        let story = Self::screening(app).await;
        story.examined(&story.bid, &[]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        story
    }

    /// Assigns an expert to a bid; answers the review.
    pub async fn assigned(&self, bid: &str, expert: u32) -> String {
        let expert = self.app.expert(expert).await;
        let due = self.app.app.clock.now().plus(chrono::TimeDelta::days(10)).to_string();
        let input = json!({"expert_id": expert.id(), "due_at": due});
        id(&self.app.officer().await.post(&format!("/bids/{bid}/reviews"), input).await.is(201))
    }

    /// A review from assignment to score.
    pub async fn scored(&self, bid: &str, expert: u32, fit: &str) {
        let review = self.assigned(bid, expert).await;
        let expert = self.app.expert(expert).await;
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        expert.post(&format!("/reviews/{review}/submit"), inputs::scores(fit)).await.is(200);
    }

    /// The sponsor is asked about every bid before the panel, and is satisfied with those that it has not answered on.
    pub async fn satisfied(&self) {
        let due = self.app.app.clock.now().plus(chrono::TimeDelta::days(5)).to_string();
        let asked = self.app.officer().await.post(&self.path("ask_sponsor"), json!({"due_at": due})).await;
        assert!(asked.status.is_success() || asked.text.contains("nothing_to_ask"), "{}", asked.text);
        let sponsor = self.app.sponsor().await;
        for item in sponsor.get(&self.path("satisfactions")).await.is(200)["items"].as_array().unwrap() {
            if item["stage"] == "asked" {
                sponsor.post(&format!("/satisfactions/{}/give", id(item)), inputs::grade("satisfied")).await.is(200);
            }
        }
    }

    pub fn proposal(&self) -> Value {
        json!({
            "minute_no": "纪要〔2026〕12号",
            "decided_on": self.app.app.clock.now().date().to_string(),
            "selections": [{"bid_id": self.bid, "choice": "recommended", "award_fen": 650 * inputs::WAN}]
        })
    }

    pub async fn deciding(app: &'a TestApp) -> Self {
        let mut story = Self::reviewing(app).await;
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        story.decision = id(&app.officer().await.post(&story.path("propose"), story.proposal()).await.is(201));
        story
    }

    pub fn publicity_window(&self) -> Value {
        let today = self.app.app.clock.now().date();
        inputs::publicity(&today.plus_days(1).to_string(), &today.plus_days(12).to_string())
    }

    pub async fn publicity(app: &'a TestApp) -> Self {
        let story = Self::deciding(app).await;
        app.director().await.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
        app.officer().await.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        story
    }

    pub async fn awarded(app: &'a TestApp) -> Self {
        let mut story = Self::publicity(app).await;
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        let projects = app.officer().await.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
        story.project = id(&projects["items"][0]);
        story
    }

    pub async fn planned(app: &'a TestApp) -> Self {
        let mut story = Self::awarded(app).await;
        let officer = app.officer().await;
        let path = format!("/projects/{}", story.project);
        let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
        officer.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
        let ids = |list: Value| list["items"].as_array().unwrap().iter().map(id).collect();
        story.milestones = ids(officer.get(&format!("{path}/milestones")).await.is(200));
        story.payments = ids(officer.get(&format!("{path}/payments")).await.is(200));
        story
    }

    pub async fn signed_by(&self, party: &str) {
        let who = match party {
            "department" => self.app.director().await,
            "team" => self.app.team(self.team).await,
            _ => self.app.sponsor().await,
        };
        who.post(&format!("/projects/{}/sign", self.project), inputs::signature(party)).await.is(200);
    }

    /// Signed by all, with a commissioner.
    pub async fn active(app: &'a TestApp) -> Self {
        let story = Self::planned(app).await;
        for party in ["team", "sponsor", "department"] {
            story.signed_by(party).await;
        }
        let commissioner = app.commissioner().await.id();
        let path = format!("/projects/{}/assign", story.project);
        app.officer().await.post(&path, json!({"commissioner_id": commissioner})).await.is(200);
        story
    }

    /// What its team hands in for a milestone.
    pub async fn evidence(&self, values: &[(&str, &str)]) -> Value {
        self.app.team(self.team).await.evidence(&self.project, values).await
    }

    /// A milestone from its start to being handed in.
    pub async fn handed_in(&self, index: usize, values: &[(&str, &str)]) {
        let team = self.app.team(self.team).await;
        let path = format!("/milestones/{}", self.milestones[index]);
        team.does(&format!("{path}/start")).await.is(200);
        team.post(&format!("{path}/submit"), self.evidence(values).await).await.is(200);
    }

    pub async fn met(&self, index: usize, values: &[(&str, &str)]) {
        self.handed_in(index, values).await;
        let path = format!("/milestones/{}/verify", self.milestones[index]);
        self.app.commissioner().await.post(&path, json!({"opinion": "达到节点目标"})).await.is(200);
    }

    /// A payment from its request to the transfer.
    pub async fn paid(&self, index: usize) {
        let path = |verb: &str| format!("/payments/{}/{verb}", self.payments[index]);
        self.app.team(self.team).await.does(&path("request")).await.is(200);
        self.app.commissioner().await.does(&path("check")).await.is(200);
        self.app.finance().await.does(&path("approve")).await.is(200);
        let today = self.app.app.clock.now().date().to_string();
        let input = json!({"voucher_no": format!("PZ-{}", self.app.next()), "paid_on": today});
        self.app.second_finance().await.post(&path("pay"), input).await.is(200);
    }

    /// Applies for acceptance with everything that is asked for.
    pub async fn applied(&self) {
        let path = format!("/projects/{}/apply_acceptance", self.project);
        self.app.team(self.team).await.post(&path, inputs::acceptance()).await.is(200);
    }

    /// The last application for acceptance.
    pub async fn acceptance(&self) -> String {
        let all = self.app.officer().await.get(&format!("/projects/{}/acceptances", self.project)).await.is(200);
        id(all["items"].as_array().unwrap().last().unwrap())
    }

    /// What the panel found is written down.
    pub async fn assessed(&self, task: &str, finance: &str) {
        let panel = inputs::panel(self.app).await;
        let mut input = inputs::assessment(&panel, task, finance);
        input["meeting_on"] = json!(self.app.app.clock.now().date().to_string());
        self.app.officer().await.post(&format!("/acceptances/{}/assess", self.acceptance().await), input).await.is(200);
    }

    pub async fn in_acceptance(app: &'a TestApp) -> Self {
        let story = Self::active(app).await;
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        story.assessed("pass", "pass").await;
        story
    }
}
