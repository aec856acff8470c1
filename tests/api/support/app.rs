//! A service of its own for each test: fresh database, port 0, settable clock, letters in memory.

use super::{Caller, inputs, postgres};
use jiebang::app::{App, Clock, Cost, Opening, Place, Who, accounts, organizations};
use jiebang::domain::id::OrganizationId;
use jiebang::domain::organization::{CreditCode, OrganizationInput, OrganizationKind, Region};
use jiebang::domain::policy::Role;
use jiebang::domain::time::Timestamp;
use jiebang::domain::user::UserInput;
use jiebang::http::{self, Edge, Limits};
use jiebang::jobs::Postman;
use jiebang::mail::{Composer, Letter, Transport};
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// When every test begins: a Monday morning in Beijing.
pub const BEGIN: &str = "2026-03-02T01:00:00Z";
pub const PASSWORD: &str = "correct horse battery";
/// The root of all keys in tests.
pub const SECRET: &[u8] = b"a secret for tests, long enough to be taken";

/// What a call may write that is denied or only reads: its audit row, which is counted apart, and what signing in leaves.
const COMES_AND_GOES: &[&str] = &["audit", "sessions", "known_places", "login_challenges"];

pub struct TestApp {
    pub app: App,
    pub backend: Backend,
    pub address: String,
    pub client: reqwest::Client,
    letters: Arc<Mutex<Vec<Letter>>>,
    callers: tokio::sync::Mutex<HashMap<String, Caller>>,
    organizations: tokio::sync::Mutex<HashMap<String, OrganizationId>>,
    counter: AtomicU64,
    /// Kept until the test is over.
    folder: tempfile::TempDir,
    place: Place,
    database: Option<String>,
}

/// Runs one case on one database; leaves it out when there is no PostgreSQL.
pub fn run<F: Future<Output = ()>>(backend: Backend, case: impl FnOnce(TestApp) -> F) {
    if backend == Backend::Postgres && postgres::server().is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // A long story is a large future: it lies on the heap, not on the stack of the test.
    runtime.block_on(async { Box::pin(case(TestApp::start(backend))).await });
}

impl TestApp {
    fn start(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (place, database) = match backend {
            Backend::Sqlite => (Place::Sqlite(folder.path().join("test.db")), None),
            Backend::Postgres => {
                let server = postgres::server().unwrap();
                let name = format!("t_{}", uuid::Uuid::new_v4().simple());
                postgres::admin(server, &format!("CREATE DATABASE {name}")).unwrap();
                (Place::Postgres(format!("{server}/{name}")), Some(name))
            }
        };
        let app = App::open(Opening {
            database: &place,
            pool: 3,
            secret: SECRET,
            cost: Cost::Trifling,
            hashers: 2,
            clock: Clock::settable(BEGIN.parse().unwrap()),
            calendar: None,
            seals: &folder.path().join("seals"),
            files: &folder.path().join("files"),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let limits = Limits { workers: 1, connections: 256, blocking: 8, shutdown: Duration::from_secs(1), edge: Edge::default() };
        tokio::spawn(http::serve(app.clone(), listener, limits).unwrap());
        Self {
            app,
            backend,
            address,
            client: reqwest::Client::new(),
            letters: Arc::default(),
            callers: tokio::sync::Mutex::default(),
            organizations: tokio::sync::Mutex::default(),
            counter: AtomicU64::new(1),
            folder,
            place,
            database,
        }
    }

    /// Where its data is.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// The folder of its own.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A number that no other caller of this test gets.
    pub fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// Sets the clock.
    pub fn at(&self, instant: &str) {
        self.app.clock.set(instant.parse().unwrap());
    }

    /// Moves the clock on.
    pub fn later(&self, by: chrono::TimeDelta) -> Timestamp {
        let now = self.app.clock.now().plus(by);
        self.app.clock.set(now);
        now
    }

    pub fn days_later(&self, days: i64) -> Timestamp {
        self.later(chrono::TimeDelta::days(days))
    }

    /// Delivers what waits in the outbox and answers all letters sent since the last call: (template, address), sorted.
    pub async fn mail(&self) -> Vec<(String, String)> {
        let mut mail: Vec<_> = self.letters().await.into_iter().map(|letter| (letter.notice.to_string(), letter.to)).collect();
        mail.sort();
        mail
    }

    /// As [`Self::mail`], the letters themselves.
    pub async fn letters(&self) -> Vec<Letter> {
        self.postman(Transport::Memory(self.letters.clone())).deliver().await.unwrap();
        std::mem::take(&mut *self.letters.lock().unwrap())
    }

    pub fn postman(&self, transport: Transport) -> Postman {
        Postman { app: self.app.clone(), composer: Composer::new("https://jiebang.example").unwrap(), transport }
    }

    /// Registers an organisation on the host, once for each key.
    pub async fn organization(&self, key: &str) -> OrganizationId {
        let mut known = self.organizations.lock().await;
        if let Some(id) = known.get(key) {
            return *id;
        }
        let kind = match key {
            "department" => OrganizationKind::GovAgency,
            _ => OrganizationKind::University,
        };
        let input = OrganizationInput {
            name: format!("{key} 单位").parse().unwrap(),
            uscc: Some(credit_code(self.next())),
            country: None,
            foreign_reg_no: None,
            kind,
            region: if key.starts_with("far") { Region::Domestic } else { Region::InProvince },
            city: None,
        };
        let row = self.app.run(Who::System("host"), move |act| organizations::enrol(act, input)).await.unwrap();
        known.insert(key.to_owned(), row.record.id);
        row.record.id
    }

    /// Someone with an account: made on the host the first time, and signed in. `name` distinguishes several.
    pub async fn person(&self, name: &str, organization: &str, division: Option<&str>, roles: &[Role]) -> Caller {
        let known = self.callers.lock().await.get(name).cloned();
        if let Some(caller) = known {
            return caller;
        }
        let organization_id = self.organization(organization).await;
        let input = UserInput {
            organization_id,
            email: format!("{name}@test.example").parse().unwrap(),
            name: format!("{name} 某").parse().unwrap(),
            division: division.map(|division| division.parse().unwrap()),
            locale: None,
            grant: None,
            valid_days: None,
        };
        let hash = self.app.hasher.hash(&PASSWORD.parse().unwrap()).await.unwrap();
        let made = self.app.run(Who::System("host"), move |act| accounts::create(act, &input, &hash)).await.unwrap();
        let (id, roles) = (made.user.id, roles.to_vec());
        self.app.run(Who::System("host"), move |act| accounts::grant_roles(act, id, &roles)).await.unwrap();
        let caller = Caller::new(self, name, id);
        self.letters().await;
        self.callers.lock().await.insert(name.to_owned(), caller.clone());
        caller
    }

    pub fn anyone(&self) -> Caller {
        Caller::anonymous(self)
    }

    pub async fn officer(&self) -> Caller {
        self.person("officer", "department", Some("业务一处"), &[Role::Officer]).await
    }

    pub async fn examiner(&self) -> Caller {
        self.person("examiner", "department", Some("评审中心"), &[Role::Examiner]).await
    }

    pub async fn second_examiner(&self) -> Caller {
        self.person("examiner2", "department", Some("评审中心"), &[Role::Examiner]).await
    }

    pub async fn supervisor(&self) -> Caller {
        self.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await
    }

    pub async fn director(&self) -> Caller {
        self.person("director", "department", Some("厅领导"), &[Role::Director]).await
    }

    pub async fn finance(&self) -> Caller {
        self.person("finance", "department", None, &[Role::Finance]).await
    }

    pub async fn second_finance(&self) -> Caller {
        self.person("finance2", "department", None, &[Role::Finance]).await
    }

    pub async fn commissioner(&self) -> Caller {
        self.person("commissioner", "department", None, &[Role::Commissioner]).await
    }

    pub async fn auditor(&self) -> Caller {
        self.person("auditor", "department", None, &[Role::Auditor]).await
    }

    pub async fn leader(&self) -> Caller {
        self.person("leader", "department", None, &[Role::Leader]).await
    }

    pub async fn sysadmin(&self) -> Caller {
        self.person("sysadmin", "department", None, &[Role::Sysadmin]).await
    }

    pub async fn secadmin(&self) -> Caller {
        self.person("secadmin", "department", None, &[Role::Secadmin]).await
    }

    /// Someone of the organisation whose problem the story's challenge is.
    pub async fn sponsor(&self) -> Caller {
        self.person("sponsor", "sponsor-works", None, &[Role::Sponsor]).await
    }

    /// Someone of a bidding organisation.
    pub async fn team(&self, organization: &str) -> Caller {
        self.person(&format!("team-{organization}"), organization, None, &[Role::Team]).await
    }

    /// An expert of an organisation that does not bid.
    pub async fn expert(&self, number: u32) -> Caller {
        self.person(&format!("expert{number}"), &format!("academy{number}"), None, &[Role::Expert]).await
    }

    /// Closes what the clock has passed.
    pub async fn tick(&self) -> usize {
        self.app.close_overdue().await.unwrap()
    }

    /// A grant of roles: proposed by the system administrator, approved by the security administrator.
    pub async fn granted(&self, user: &str, roles: serde_json::Value) -> String {
        let input = serde_json::json!({"roles": roles, "reason": "岗位调整"});
        let grant = self.sysadmin().await.post(&format!("/users/{user}/grants"), input).await.is(201)["id"].as_str().unwrap().to_owned();
        self.secadmin().await.does(&format!("/grants/{grant}/approve")).await.is(200);
        grant
    }

    /// How many rows a table has, by SQL: for "nothing was written".
    pub async fn count(&self, what: &str) -> i64 {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let sql = format!("SELECT COUNT(*) AS n FROM {what}");
        self.app.db.read(move |conn| diesel::sql_query(sql).get_result::<Count>(conn).unwrap().n).await.unwrap()
    }

    /// Fingerprint of everything that a denied call could have changed.
    pub async fn written(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in super::tables().into_iter().filter(|table| !COMES_AND_GOES.contains(&table.as_str())) {
            counts.push(self.count(&table).await);
        }
        counts.push(
            self.count("audit WHERE outcome = 'accepted' AND action NOT LIKE 'session.%' AND action NOT IN ('audit.read', 'paper.read', 'ledger.read')")
                .await,
        );
        counts
    }

    pub fn batch_input(&self) -> serde_json::Value {
        inputs::batch(self.next())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let (Some(server), Some(name)) = (postgres::server(), &self.database) {
            // The service may still hold connections; the folder of a server of our own goes anyway.
            let _ = postgres::admin(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// A valid credit code that ends in `number`.
pub fn credit_code(number: u64) -> CreditCode {
    let body = format!("91140100{number:09}");
    let check = CreditCode::check_character(&body).unwrap();
    format!("{body}{check}").parse().unwrap()
}
