//! The database under load: 100,000 challenges, 40,000 drafts that wait to be submitted, 27,000 projects.
//!
//! People, batches and one published challenge come from the use cases; SQL makes the rest out of that one.

use jiebang::app::sessions::Arrival;
use jiebang::app::sign_in::SignIn;
use jiebang::app::{App, AppError, Clock, Cost, Opening, Place, Who, accounts, batches, bids, challenges, organizations};
use jiebang::domain::id::{BatchId, ChallengeId, OrganizationId, UserId};
use jiebang::domain::organization::{CreditCode, OrganizationInput, OrganizationKind, Region};
use jiebang::domain::policy::Role;
use jiebang::domain::session::Origin;
use jiebang::domain::user::{Sector, UserInput};
use jiebang::store::Conn;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How many challenges there are: a multiple of a thousand.
#[derive(Clone, Copy)]
pub struct Challenges(pub u64);

impl Challenges {
    /// How many of them are open, each with one draft bid: the first four of ten.
    pub const fn drafts(self) -> u64 {
        self.0 / 10 * 4
    }
}

/// The first year of the batches; ten years follow each other, as ids do.
const FIRST_YEAR: u64 = 2016;
const YEARS: u64 = 10;
const PASSWORD: &str = "correct horse battery";
/// 万元 in fen.
const WAN: i64 = 1_000_000;

/// Access tokens of those who ask.
pub struct Tokens {
    /// Someone of the team whose drafts wait.
    pub team: String,
    /// Someone who reads the portfolio.
    pub leader: String,
}

/// Opens the database in `folder`, as parent and server do alike.
pub fn open(folder: &Path) -> App {
    App::open(Opening {
        database: &Place::Sqlite(folder.join("load.db")),
        pool: 4,
        secret: b"a secret for the load test, long enough to be taken",
        cost: Cost::Trifling,
        hashers: 2,
        clock: Clock::System,
        calendar: None,
        seals: &folder.join("seals"),
        files: &folder.join("files"),
    })
    .unwrap()
}

/// The time part of the id of challenge `n`, as SQL and Rust both write it: 3,155 seconds apart, ten years in all.
fn instant(n: u64) -> u64 {
    1_451_606_400_000 + n * 3_155_000
}

/// The id of challenge `n`.
pub fn challenge_id(n: u64) -> String {
    let at = instant(n);
    format!("{:08x}-{:04x}-7000-8000-{n:012x}", at >> 16, at & 0xffff)
}

/// Whether anyone may read challenge `n`: seven of a hundred are not published yet.
pub fn published(n: u64) -> bool {
    n % 100 < 93
}

/// The id of the draft bid on the `k`th open challenge.
pub fn draft_id(k: u64) -> String {
    let n = k / 40 * 100 + k % 40;
    let at = instant(n);
    format!("{:08x}-{:04x}-7000-8001-{n:012x}", at >> 16, at & 0xffff)
}

/// SQL for an id like [`challenge_id`], of family `family`.
fn id_sql(family: &str, n: &str) -> String {
    let at = format!("(1451606400000 + {n} * 3155000)");
    format!("printf('%08x-%04x-7000-{family}-%012x', {at} >> 16, {at} & 65535, {n})")
}

async fn organization(app: &App, name: &str, number: u64, kind: OrganizationKind, region: Region) -> OrganizationId {
    let body = format!("91140100{number:09}");
    let check = CreditCode::check_character(&body).unwrap();
    let input = OrganizationInput {
        name: name.parse().unwrap(),
        uscc: Some(format!("{body}{check}").parse().unwrap()),
        country: None,
        foreign_reg_no: None,
        kind,
        region,
        city: None,
    };
    app.run(Who::System("host"), move |act| organizations::enrol(act, input)).await.unwrap().record.id
}

async fn person(app: &App, name: &str, organization_id: OrganizationId, role: Role) -> UserId {
    let input = UserInput {
        organization_id,
        email: format!("{name}@load.example").parse().unwrap(),
        name: format!("{name} 某").parse().unwrap(),
        division: None,
        locale: None,
        grant: None,
        valid_days: None,
    };
    let hash = app.hasher.hash(&PASSWORD.parse().unwrap()).await.unwrap();
    let id = app.run(Who::System("host"), move |act| accounts::create(act, &input, &hash)).await.unwrap().user.id;
    app.run(Who::System("host"), move |act| accounts::grant_roles(act, id, &[role])).await.unwrap();
    id
}

async fn token(app: &App, name: &str) -> String {
    let email = format!("{name}@load.example").parse().unwrap();
    let arrival = Arrival { origin: Origin::default(), request_id: "load-test".into() };
    let SignIn::Done(tokens) = app.log_in(email, PASSWORD.parse().unwrap(), arrival).await.unwrap() else { return String::new() };
    tokens.access_token
}

fn challenge(batch: BatchId, sponsor: OrganizationId) -> Value {
    let indicator = |code: &str, name: &str, target: &str, mandatory: bool| {
        json!({"code": code, "name": name, "kind": "technical", "unit": "%", "comparator": "at_least", "target": target,
            "mandatory": mandatory, "measure_method": "third_party_test"})
    };
    json!({
        "batch_id": batch, "title": "煤层气提浓成套技术", "class": "enterprise_tech", "plan_category": "major_special",
        "selection_mode": "open_challenge", "sector": "energy_env", "sponsor_id": sponsor, "max_parallel_teams": 1,
        "background": "低浓度煤层气直接排空，浪费能源。".repeat(8),
        "research_content": "研发吸附剂与工艺，建成示范装置。".repeat(16),
        "indicators": [indicator("K1", "产品甲烷浓度", "95", true), indicator("K2", "回收率", "90", true), indicator("K3", "开工率", "85", false)],
        "fiscal_cap_fen": 800 * WAN, "sponsor_fund_fen": 800 * WAN, "duration_months": 36, "secrecy": "public"
    })
}

fn bid() -> Value {
    let stage = |month: i64| json!({"name": "阶段成果", "month": month, "weight_bps": 2500, "indicators": ["K1"]});
    json!({
        "team": [
            {"name": "李挂帅", "role": "pi", "identity": "99999919740512001X", "person_months": 8},
            {"name": "王骨干", "role": "backbone", "identity": "P1234567", "nationality": "DE", "person_months": 6}
        ],
        "technical_plan": "两段变压吸附耦合膜分离。".repeat(20),
        "innovation": "吸附剂与工艺均为自主研发。".repeat(10), "risks": "放大存在不确定性，设中试节点。".repeat(10), "market_plan": "先在需求方示范，再推广。".repeat(10),
        "requested_fen": 700 * WAN, "self_fund_fen": 100 * WAN,
        "budget": [{"item": "business", "fiscal_fen": 640 * WAN, "self_fen": 100 * WAN}, {"item": "indirect", "fiscal_fen": 60 * WAN}],
        "indicators": [{"code": "K1", "value": "96"}, {"code": "K2", "value": "91"}],
        "milestones": [stage(6), stage(12), stage(24), stage(34)],
        "commitments": {"integrity": true, "truthful": true, "ethics": true, "no_double_funding": true}
    })
}

/// One published challenge, by way of the use cases.
async fn template(app: &App, batch: BatchId, sponsor: OrganizationId, officer: UserId, director: UserId) -> ChallengeId {
    let input = serde_json::from_value(challenge(batch, sponsor)).unwrap();
    let id = app.run(Who::Person(officer), move |act| challenges::create(act, &input)).await.unwrap().record.id;
    app.run(Who::Person(officer), move |act| challenges::approval::submit(act, id)).await.unwrap();
    app.run(Who::Person(director), move |act| challenges::approval::approve(act, id)).await.unwrap();
    let now = app.clock.now();
    let window = jiebang::domain::challenge::Window {
        opens_at: now,
        closes_at: now.plus(chrono::TimeDelta::days(30)),
        questions_until: None,
        sealing: None,
    };
    app.run(Who::Person(officer), move |act| challenges::round::publish(act, id, window)).await.unwrap();
    id
}

/// Fills the database in `folder` with so many challenges and closes it again.
pub async fn fill(folder: &Path, count: Challenges) -> Tokens {
    let app = open(folder);
    let department = organization(&app, "某省科技厅", 1, OrganizationKind::GovAgency, Region::InProvince).await;
    let works = organization(&app, "某煤层气公司", 2, OrganizationKind::Enterprise, Region::InProvince).await;
    let bidder = organization(&app, "某大学", 3, OrganizationKind::University, Region::InProvince).await;
    let winner = organization(&app, "某研究院", 4, OrganizationKind::ResearchInstitute, Region::Domestic).await;
    let officer = person(&app, "officer", department, Role::Officer).await;
    let director = person(&app, "director", department, Role::Director).await;
    person(&app, "leader", department, Role::Leader).await;
    person(&app, "sponsor", works, Role::Sponsor).await;
    let team = person(&app, "team", bidder, Role::Team).await;
    let other = person(&app, "winner", winner, Role::Team).await;
    let mut first = None;
    for year in FIRST_YEAR..FIRST_YEAR + YEARS {
        let input = json!({"year": year, "code": format!("JB{year}"), "name": "揭榜挂帅榜单", "budget_fen": 5_000 * WAN});
        let input = serde_json::from_value(input).unwrap();
        let batch = app.run(Who::Person(officer), move |act| batches::create(act, input)).await.unwrap();
        first = first.or(Some(batch.record.id));
    }
    let model = template(&app, first.unwrap(), works, officer, director).await;
    let statements =
        [multiply(model, count), rounds(), drafts(bidder, team), signed(winner, other), projects(officer, works), milestones(), payments()];
    for sql in statements {
        let write = move |conn: &mut Conn| -> Result<usize, AppError> { Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?) };
        app.db.write(write, |_, _| Ok(())).await.unwrap().unwrap();
    }
    contents(&app).await;
    app.tidy().await.unwrap();
    let tokens = Tokens { team: token(&app, "team").await, leader: token(&app, "leader").await };
    drop(app);
    // The writer's thread closes the file, and with it the write-ahead log, a moment later.
    tokio::time::sleep(Duration::from_secs(1)).await;
    tokens
}

/// So many challenges out of the model: years follow ids, and 40 of 100 are open.
fn multiply(model: ChallengeId, Challenges(count): Challenges) -> String {
    let id = id_sql("8000", "n.i");
    let sectors: Vec<String> = Sector::CODES.iter().enumerate().map(|(i, code)| format!("WHEN {i} THEN '{code}'")).collect();
    let (sectors, kinds, share) = (sectors.join(" "), Sector::CODES.len(), count / YEARS);
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
        INSERT INTO challenges SELECT {id}, b.id, b.year, b.code || printf('-%05d', n.i), c.title || n.i,
            CASE n.i % 3 WHEN 0 THEN 'frontier_public' ELSE 'enterprise_tech' END,
            CASE n.i / 7 % 4 WHEN 0 THEN 'major_special' WHEN 1 THEN 'key_rd' WHEN 2 THEN 'basic_research' ELSE 'service_support' END,
            CASE n.i % {kinds} {sectors} END, c.sponsor_id, c.scheme_id, c.fiscal_cap_fen, 1,
            CASE WHEN n.i % 100 < 40 THEN 'open' WHEN n.i % 100 < 57 THEN 'awarded' WHEN n.i % 100 < 67 THEN 'finished'
                WHEN n.i % 100 < 72 THEN 'closed' WHEN n.i % 100 < 77 THEN 'screening' WHEN n.i % 100 < 83 THEN 'reviewing'
                WHEN n.i % 100 < 85 THEN 'publicity' WHEN n.i % 100 < 90 THEN 'failed' WHEN n.i % 100 < 93 THEN 'withdrawn'
                WHEN n.i % 100 < 97 THEN 'draft' ELSE 'approved' END, NULL,
            CASE WHEN n.i % 100 < 93 THEN 1 ELSE 0 END,
            CASE WHEN n.i % 100 BETWEEN 40 AND 66 OR n.i % 100 BETWEEN 72 AND 89 THEN 1 ELSE 0 END,
            CASE WHEN n.i % 100 < 93 THEN c.opens_at END, CASE WHEN n.i % 100 < 93 THEN c.closes_at END, NULL, NULL,
            CASE WHEN n.i % 100 < 93 THEN c.published_at END, NULL, c.division, c.created_by, c.created_by, 1, c.created_at, c.updated_at, c.content
        FROM n CROSS JOIN challenges c JOIN batches b ON b.year = {FIRST_YEAR} + n.i / {share} WHERE c.id = '{model}'"
    )
}

fn rounds() -> String {
    "INSERT OR IGNORE INTO challenge_rounds SELECT c.id, 1, c.opens_at, c.closes_at, m.seal_mode, m.seal_key, NULL, NULL, NULL, NULL, CASE WHEN opened_round = 1 THEN 1 END, NULL, NULL, NULL
    FROM challenges c CROSS JOIN (SELECT seal_mode, seal_key FROM challenge_rounds LIMIT 1) m WHERE c.published_at IS NOT NULL"
        .into()
}

/// A bid on each generated challenge at one of `stages`.
fn bids_sql(family: &str, stages: &str, stage: &str, submission: i64, organization: OrganizationId, by: UserId) -> String {
    let received = if submission > 0 { "created_at" } else { "NULL" };
    let award = if submission > 0 { "650000000" } else { "NULL" };
    format!(
        "INSERT INTO bids SELECT replace(id, '-7000-8000-', '-7000-{family}-'), id, 1, '{organization}', '{stage}', {submission},
            {received}, NULL, NULL, NULL, NULL, {award}, NULL, '{by}', 1, created_at, updated_at
        FROM challenges WHERE stage IN ({stages}) AND id LIKE '%-7000-8000-%'"
    )
}

/// A working copy for each bid: each is sealed for itself.
async fn contents(app: &App) {
    let (keys, content) = (app.keys.clone(), serde_json::from_value(bid()).unwrap());
    let write = move |conn: &mut Conn| -> Result<(), AppError> {
        #[derive(diesel::QueryableByName)]
        struct Id {
            #[diesel(sql_type = diesel::sql_types::Text)]
            id: String,
        }
        let ids: Vec<Id> = diesel::RunQueryDsl::load(diesel::sql_query("SELECT id FROM bids"), conn)?;
        for Id { id } in ids {
            let draft = bids::content::draft(&keys, id.parse().unwrap(), &content)?;
            let insert = diesel::sql_query("INSERT INTO bid_drafts (bid_id, body) VALUES (?, ?)");
            let insert = insert.bind::<diesel::sql_types::Text, _>(id).bind::<diesel::sql_types::Binary, _>(draft);
            diesel::RunQueryDsl::execute(insert, conn)?;
        }
        Ok(())
    };
    app.db.write(write, |_, _| Ok(())).await.unwrap().unwrap();
}

fn drafts(organization: OrganizationId, by: UserId) -> String {
    bids_sql("8001", "'open'", "draft", 0, organization, by)
}

fn signed(organization: OrganizationId, by: UserId) -> String {
    bids_sql("8002", "'awarded', 'finished'", "signed", 1, organization, by)
}

fn projects(officer: UserId, sponsor: OrganizationId) -> String {
    format!(
        "INSERT INTO projects SELECT replace(b.id, '-7000-8002-', '-7000-8003-'), b.challenge_id, b.id, c.code || '-P', c.title, b.lead_org_id,
            '{sponsor}', CASE c.stage WHEN 'finished' THEN 'completed' ELSE 'active' END, 650000000, 0, '2025-04-01', '2028-04-01',
            '2025-03-01', '{officer}', NULL, NULL, NULL, NULL, NULL, NULL, 1, b.created_at, b.updated_at
        FROM bids b JOIN challenges c ON c.id = b.challenge_id WHERE b.stage = 'signed'"
    )
}

/// `number` 1 to 3 of each project.
const THREE: &str = "FROM projects p JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) t";

fn milestones() -> String {
    format!(
        "INSERT INTO milestones SELECT replace(p.id, '-7000-8003-', '-7000-801' || t.k || '-'), p.id, t.k, '节点' || t.k,
            date('2025-04-01', '+' || t.k || ' years'), 3000, CASE WHEN p.stage = 'completed' OR t.k = 1 THEN 'met' ELSE 'in_progress' END,
            '[]', NULL, NULL, NULL, NULL, 0, NULL, 1, p.created_at, p.updated_at {THREE}"
    )
}

fn payments() -> String {
    format!(
        "INSERT INTO payments (id, project_id, number, source, gate, amount_fen, stage, voucher_no, version, created_at, updated_at)
            SELECT replace(p.id, '-7000-8003-', '-7000-802' || t.k || '-'), p.id, t.k, 'fiscal', 'signing', 200000000,
                CASE WHEN p.stage = 'completed' OR t.k = 1 THEN 'paid' ELSE 'locked' END,
                CASE WHEN p.stage = 'completed' OR t.k = 1 THEN p.code || '-' || t.k END, 1, p.created_at, p.updated_at {THREE}"
    )
}
