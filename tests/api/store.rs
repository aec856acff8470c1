//! The databases: places, migrations, files, and that a failed write leaves nothing.

use crate::support::{Backend, TestApp, inputs, on_both};
use jiebang::app::{App, Clock, Cost, Opening, Place};

fn open(place: &Place) -> anyhow::Result<App> {
    App::open(Opening {
        database: place,
        pool: 1,
        secret: b"a secret for tests, long enough to be taken",
        cost: Cost::Trifling,
        hashers: 1,
        clock: Clock::System,
        calendar: None,
        seals: std::path::Path::new("seals"),
        files: std::path::Path::new("files"),
    })
}

#[test]
fn only_the_two_schemes_are_places() {
    assert_eq!("sqlite:///var/x.db".parse(), Ok(Place::Sqlite("/var/x.db".into())));
    assert!(matches!("postgresql://u@h/d".parse(), Ok(Place::Postgres(_))));
    for bad in ["postgresql:x", "mysql://u@h/d", "x.db", "", "sqlite://", "sqlite:x.db"] {
        assert!(bad.parse::<Place>().is_err(), "{bad}");
    }
}

#[test]
fn the_file_is_made_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/jiebang.db");
    open(&Place::Sqlite(file.clone())).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
}

on_both! {
    async fn a_schema_newer_than_the_program_is_refused(app: TestApp) {
        use diesel::RunQueryDsl;
        let sql = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', '2026-01-01 00:00:00')";
        app.app.db.write(move |conn| diesel::sql_query(sql).execute(conn), |_, _| Ok(())).await.unwrap().unwrap();
        let error = open(&app.place()).err().unwrap().to_string();
        assert!(error.contains("29990101000000") && error.contains("newer"), "{error}");
    }

    async fn opening_twice_at_the_same_time_migrates_once(app: TestApp) {
        let place = app.place();
        let both: Vec<_> = (0..4).map(|_| { let place = place.clone(); std::thread::spawn(move || open(&place).is_ok()) }).collect();
        assert!(both.into_iter().all(|opened| opened.join().unwrap()));
    }

    async fn a_reader_cannot_write_on_sqlite(app: TestApp) {
        use diesel::RunQueryDsl;
        if app.backend == Backend::Sqlite {
            let written = app.app.db.read(|conn| diesel::sql_query("DELETE FROM users").execute(conn)).await.unwrap();
            assert!(written.is_err());
        }
    }

    async fn a_panicking_write_undoes_itself_and_no_other(app: TestApp) {
        let officer = app.officer().await;
        let panicking = app.app.db.write(
            |conn| -> Result<(), String> {
                use diesel::RunQueryDsl;
                diesel::sql_query("DELETE FROM user_roles").execute(conn).unwrap();
                panic!("on purpose")
            },
            |_, _| Ok(()),
        );
        let (panicked, made) = tokio::join!(panicking, officer.post("/batches", inputs::batch(1)));
        assert!(panicked.is_err());
        made.is(201);
        assert_eq!(officer.get("/me").await.is(200)["roles"], serde_json::json!(["officer"]));
    }

    async fn a_write_that_breaks_the_transaction_of_all_loses_none_that_was_answered(app: TestApp) {
        use diesel::RunQueryDsl;
        let officer = app.officer().await;
        officer.token().await;
        for breaking in ["ROLLBACK", "SAVEPOINT left_open", "COMMIT"] {
            let broken = app.app.db.write(
                move |conn| -> Result<(), String> {
                    // What it says is of no interest: it must not do harm.
                    drop(diesel::sql_query(breaking).execute(conn));
                    Ok(())
                },
                |_, _| Ok(()),
            );
            let number = app.next();
            let (_, beside) = tokio::join!(broken, officer.post("/batches", inputs::batch(number)));
            let kept = app.count(&format!("batches WHERE code = '{}'", inputs::batch(number)["code"].as_str().unwrap())).await;
            assert_eq!(kept, i64::from(beside.status == 201), "{breaking}: answered {}", beside.status);
            officer.post("/batches", inputs::batch(app.next())).await.is(201);
        }
    }

    async fn many_writers_at_once_all_get_through(app: TestApp) {
        let officer = app.officer().await;
        officer.token().await;
        let tries = (1..=128).map(|n| { let officer = officer.clone(); async move { officer.post("/batches", inputs::batch(n)).await.status } });
        let statuses = futures_util::future::join_all(tries).await;
        assert!(statuses.iter().all(|status| *status == 201));
        assert_eq!(app.count("batches").await, 128);
        assert_eq!(app.count("audit WHERE action = 'batch.create'").await, 128);
    }
}
