//! The chain of the audit log: whatever is changed behind the service's back is found, and the first bad record is named.

use crate::support::{Backend, Dice, Story, TestApp, on_both};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use jiebang::app::notary::{Broken, Sound};
use jiebang::app::{App, Clock, Cost, Opening};
use jiebang::auth::chain;
use jiebang::domain::audit::ChainHash;
use jiebang::store::checkpoints::{self, Checkpoint};
use jiebang::store::{Conn, audit};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

impl TestApp {
    async fn sql(&self, sql: String) {
        self.app.db.write(move |conn: &mut Conn| conn.batch_execute(&sql), |_, _| Ok(())).await.unwrap().unwrap();
    }

    /// Takes the guards away, as whoever holds the database could.
    async fn unguarded(&self) {
        let sql = match self.backend {
            Backend::Sqlite => "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;",
            Backend::Postgres => "ALTER TABLE audit DISABLE TRIGGER USER;",
        };
        self.sql(sql.into()).await;
    }

    async fn vouched(&self, path: &Path) -> Vec<Checkpoint> {
        self.app.vouch(path.to_owned()).await.unwrap();
        checkpoints::read(path).unwrap().unwrap()
    }

    async fn verified(&self, checkpoints: &[Checkpoint]) -> Result<Sound, Broken> {
        self.app.verify_log(Some(checkpoints.to_vec()), &[self.app.notary_key().unwrap()]).await.unwrap()
    }
}

/// What can be done to a row, on a copy of the table that is put back afterwards.
const COLUMNS: &[&str] = &[
    "id",
    "request_id",
    "actor_id",
    "actor_name",
    "role",
    "tie",
    "action",
    "outcome",
    "object_kind",
    "object_id",
    "from_stage",
    "to_stage",
    "detail",
    "sealed_challenge_id",
    "digest",
    "link",
];

/// A change of the log that leaves no trace in the rows themselves: columns, rows gone, put in, swapped, the end cut off.
fn mutation(dice: &mut Dice, last: i64) -> String {
    let mut any = || 1 + i64::try_from(dice.roll(usize::try_from(last).unwrap())).unwrap();
    let (number, other) = (any(), any());
    match dice.roll(8) {
        0 => format!("DELETE FROM audit WHERE number = {number};"),
        1 => format!("DELETE FROM audit WHERE number >= {number};"),
        2 => format!("DELETE FROM audit WHERE number < {};", number + 1),
        3 if number != other => format!(
            "UPDATE audit SET number = 1000000 WHERE number = {number}; UPDATE audit SET number = {number} WHERE number = {other};
            UPDATE audit SET number = {other} WHERE number = 1000000;"
        ),
        4 => format!("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE number = {number};"),
        5 => format!(
            "INSERT INTO audit (id, at, request_id, actor_id, actor_name, key_id, role, tie, action, outcome, object_kind, object_id,
            from_stage, to_stage, detail, sealed_challenge_id, sealed_round, number, digest, link)
            SELECT 'ffffffff-' || substr(id, 10), at, request_id, actor_id, actor_name, key_id, role, tie, action, outcome,
            object_kind, object_id, from_stage, to_stage, detail, sealed_challenge_id, sealed_round, {}, digest, link
            FROM audit WHERE number = {number};",
            last + 1
        ),
        _ => {
            let column = COLUMNS[dice.roll(COLUMNS.len())];
            format!("UPDATE audit SET {column} = COALESCE({column}, '') || 'x' WHERE number = {number};")
        }
    }
}

/// `rounds` mutations, one at a time, each of them found; answers how many there were.
async fn mutate(app: &TestApp, rounds: usize, seed: u64) -> usize {
    Story::active(app).await;
    let folder = tempfile::tempdir().unwrap();
    let checkpoints = app.vouched(&folder.path().join("checkpoints")).await;
    let sound = app.verified(&checkpoints).await.unwrap();
    assert_eq!((sound.records, sound.vouched), (app.count("audit").await, app.count("audit").await));
    app.unguarded().await;
    app.sql("CREATE TABLE kept AS SELECT * FROM audit;".into()).await;
    let mut dice = Dice(seed);
    for round in 0..rounds {
        let sql = mutation(&mut dice, sound.records);
        app.sql(sql.clone()).await;
        let found = app.verified(&checkpoints).await;
        assert!(found.is_err(), "not found in round {round}: {sql}");
        app.sql("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept;".into()).await;
    }
    assert_eq!(app.verified(&checkpoints).await, Ok(sound));
    rounds
}

/// Computes the whole chain anew over what the rows hold now: what only a checkpoint can tell from the truth.
async fn rewrite(app: &App) {
    let work = |conn: &mut Conn| -> diesel::QueryResult<()> {
        let mut link = chain::GENESIS.to_owned();
        for row in audit::from_number(conn, 1, 1_000_000)? {
            let digest = chain::digest(ChainHash::Sha256, &row.record().text());
            link = chain::link(ChainHash::Sha256, &link, &digest);
            diesel::sql_query(format!("UPDATE audit SET digest = '{digest}', link = '{link}' WHERE number = {}", row.number))
                .execute(conn)?;
        }
        Ok(())
    };
    app.db.write(work, |_, _| Ok(())).await.unwrap().unwrap();
}

on_both! {
    async fn any_change_of_the_log_is_found(app: TestApp) {
        assert_eq!(mutate(&app, 60, 20_261_123).await, 60);
    }

    #[ignore = "full form: 1,000 mutations on each database"]
    async fn full_form_any_of_a_thousand_changes_is_found(app: TestApp) {
        assert_eq!(mutate(&app, 1_000, 7).await, 1_000);
    }

    async fn the_first_bad_record_is_named(app: TestApp) {
        Story::open(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = app.vouched(&folder.path().join("checkpoints")).await;
        app.unguarded().await;
        app.sql("CREATE TABLE kept AS SELECT * FROM audit".into()).await;
        let end = app.count("audit").await;
        for (sql, expected) in [
            ("UPDATE audit SET detail = detail || '.' WHERE number IN (3, 5)", Broken::Changed(3)),
            ("UPDATE audit SET action = 'made.up' WHERE number = 4", Broken::Unreadable(4)),
            ("DELETE FROM audit WHERE number = 2", Broken::Missing { expected: 2, found: 3 }),
            ("UPDATE audit SET link = 'sha256:' || substr(link, 9) || '0' WHERE number = 6", Broken::Unbound(6)),
            ("UPDATE audit SET digest = 'md5' WHERE number = 2", Broken::Changed(2)),
            ("DELETE FROM audit WHERE number > 4", Broken::Cut { end: 4, vouched: end }),
            ("DELETE FROM audit", Broken::Cut { end: 0, vouched: end }),
        ] {
            app.sql(sql.into()).await;
            assert_eq!(app.verified(&checkpoints).await, Err(expected), "{sql}");
            app.sql("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept".into()).await;
        }
    }

    async fn a_log_that_was_written_anew_as_a_whole_is_found_by_its_checkpoints_alone(app: TestApp) {
        Story::open(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = app.vouched(&folder.path().join("checkpoints")).await;
        app.unguarded().await;
        app.sql("UPDATE audit SET detail = 'nothing happened' WHERE number = 5".into()).await;
        rewrite(&app.app).await;
        let end = app.count("audit").await;
        assert_eq!(app.verified(&checkpoints).await, Err(Broken::Rewritten(end)));
        let alone = app.app.verify_log(None, &[]).await.unwrap();
        assert_eq!(alone.map(|sound| sound.records), Ok(end), "the chain itself holds together");
        assert_eq!(app.verified(&[]).await, Err(Broken::NoCheckpoint));
    }

    async fn a_checkpoint_by_anyone_else_vouches_for_nothing(app: TestApp) {
        Story::open(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let good = app.vouched(&folder.path().join("checkpoints")).await;
        let signed = |change: fn(&mut Checkpoint)| {
            let mut checkpoints = good.clone();
            checkpoints.iter_mut().for_each(change);
            checkpoints
        };
        let end = good[0].number;
        assert_eq!(app.verified(&signed(|at| at.number -= 1)).await, Err(Broken::Signature(end - 1)));
        assert_eq!(app.verified(&signed(|at| at.at.push('0'))).await, Err(Broken::Signature(end)));
        let other = App::open(Opening {
            database: &app.place(), pool: 1, secret: b"another secret, just as long as the first", cost: Cost::Trifling, hashers: 1,
            clock: Clock::System, calendar: None, seals: folder.path(), files: folder.path(),
        }).unwrap();
        other.vouch(folder.path().join("others")).await.unwrap();
        let theirs = checkpoints::read(&folder.path().join("others")).unwrap().unwrap();
        assert_eq!(app.verified(&theirs).await, Err(Broken::Signature(end)));
        let trusted = app.app.verify_log(Some(theirs), &[other.notary_key().unwrap()]).await.unwrap();
        assert_eq!(trusted.map(|sound| sound.vouched), Ok(end), "unless its key is trusted");
    }

    async fn the_log_is_vouched_for_again_only_when_something_happened(app: TestApp) {
        app.officer().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        assert_eq!(app.vouched(&path).await.len(), 1);
        assert_eq!(app.vouched(&path).await.len(), 1);
        app.director().await;
        assert_eq!(app.vouched(&path).await.len(), 2);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    async fn a_log_may_go_over_to_another_hash(app: TestApp) {
        Story::open(&app).await;
        let national = App { chain: ChainHash::Sm3, ..app.app.clone() };
        let before = app.count("audit").await;
        national.close_overdue().await.unwrap();
        app.days_later(60);
        assert!(national.close_overdue().await.unwrap() > 0);
        assert!(app.count("audit WHERE link LIKE 'sm3:%'").await > 0);
        let sound = app.app.verify_log(None, &[]).await.unwrap().unwrap();
        assert!(sound.records > before && sound.link.starts_with("sm3:"));
    }

    async fn acts_at_the_same_moment_stand_in_one_chain(app: TestApp) {
        let officer = app.officer().await;
        officer.get("/me").await.is(200);
        let acts = (0..8).map(|_| officer.post("/me/subscriptions", serde_json::json!({"sectors": ["modern_agri"]})));
        for reply in futures_util::future::join_all(acts).await {
            reply.is(200);
        }
        let sound = app.app.verify_log(None, &[]).await.unwrap().unwrap();
        assert_eq!(sound.records, app.count("audit").await);
    }

    async fn reading_the_log_is_remembered_with_what_was_looked_for(app: TestApp) {
        let auditor = app.auditor().await;
        auditor.get("/audit?action=challenge.create&outcome=accepted").await.is(200);
        let log = auditor.get("/audit?action=audit.read").await.is(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 1);
        assert_eq!(log["items"][0]["detail"], "action=challenge.create outcome=accepted");
        assert_eq!((log["items"][0]["actor_id"].as_str(), log["items"][0]["role"].as_str()), (Some(auditor.id().as_str()), Some("auditor")));
    }

    async fn a_flood_of_denials_is_told_once_with_how_many_there_were(app: TestApp) {
        let leader = app.leader().await;
        leader.get("/me").await.is(200);
        let before = app.count("audit").await;
        for _ in 0..45 {
            leader.get("/users").await.is_refused(403, "forbidden");
        }
        assert_eq!(app.count("audit").await, before + 30, "the first thirty one by one");
        assert_eq!(app.app.tell_floods().await.unwrap(), 0, "the minute is not over");
        app.later(chrono::TimeDelta::seconds(60));
        assert_eq!(app.app.tell_floods().await.unwrap(), 1);
        assert_eq!(app.app.tell_floods().await.unwrap(), 0);
        assert_eq!(app.count("audit WHERE detail LIKE '45 times since 2026-03-02T01:00:00Z, the first 30%'").await, 1);
        leader.get("/users").await.is_refused(403, "forbidden");
        assert_eq!(app.count("audit").await, before + 32, "then one by one again");
        assert!(app.app.verify_log(None, &[]).await.unwrap().is_ok());
    }

    async fn nothing_ever_leaves_the_log_by_itself(app: TestApp) {
        Story::open(&app).await;
        let before = app.count("audit").await;
        app.days_later(3_660);
        app.app.tidy().await.unwrap();
        app.app.close_overdue().await.unwrap();
        assert!(app.count("audit").await >= before);
        assert_eq!(app.count("audit WHERE number = 1").await, 1);
    }
}
