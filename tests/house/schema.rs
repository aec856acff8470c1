//! Schema: SQLite, PostgreSQL and `store/schema.rs` say the same, and going down leaves nothing.

use crate::postgres;
use crate::source::read;
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use jiebang::app::{App, Clock, Cost, Opening, Place};
use std::collections::BTreeSet;

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// `table.column kind required`, whichever database it came from.
fn line(column: &Column) -> String {
    let kind = match column.kind.to_lowercase().as_str() {
        "timestamp without time zone" | "timestamp" => "Timestamp",
        "text" => "Text",
        "bigint" => "BigInt",
        "integer" => "Integer",
        "date" => "Date",
        "bytea" => "Binary",
        other => panic!("{} is {other}", column.name),
    };
    format!("{} {kind}{}", column.name, if column.required { "" } else { "?" })
}

fn migrate(place: &Place) {
    let opening = Opening {
        database: place,
        pool: 1,
        secret: &[7; 32],
        cost: Cost::Trifling,
        hashers: 1,
        clock: Clock::System,
        calendar: None,
        seals: std::path::Path::new("seals"),
        files: std::path::Path::new("files"),
    };
    App::open(opening).unwrap();
}

fn declared() -> BTreeSet<String> {
    let text = read("src/store/schema.rs");
    let mut columns = BTreeSet::new();
    for table in text.split("diesel::table! {").skip(1) {
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let name = lines.next().unwrap().split(' ').next().unwrap();
        for column in lines.take_while(|line| *line != "}") {
            let (column, kind) = column.trim_end_matches(',').split_once(" -> ").unwrap();
            let bare = kind.trim_start_matches("Nullable<").trim_end_matches('>');
            columns.insert(format!("{name}.{column} {bare}{}", if kind == bare { "" } else { "?" }));
        }
    }
    columns
}

#[test]
fn sqlite_has_the_schema_that_the_code_declares() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.db");
    migrate(&Place::Sqlite(file.clone()));
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    // The service that migrated may still be closing its connections.
    diesel::sql_query("PRAGMA busy_timeout=5000").execute(&mut conn).unwrap();
    let sql = "SELECT m.name || '.' || c.name AS name, c.type AS kind, c.\"notnull\" <> 0 AS required
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
    let columns: Vec<Column> = diesel::sql_query(sql).load(&mut conn).unwrap();
    assert_eq!(columns.iter().map(line).collect::<BTreeSet<_>>(), declared());
}

#[test]
fn postgres_has_the_schema_that_the_code_declares() {
    let Some(server) = postgres::server() else { return };
    let name = format!("schema_{}", uuid::Uuid::new_v4().simple());
    postgres::admin(server, &format!("CREATE DATABASE {name}")).unwrap();
    let url = format!("{server}/{name}");
    migrate(&Place::Postgres(url.clone()));
    let mut conn = PgConnection::establish(&url).unwrap();
    let sql = "SELECT table_name || '.' || column_name AS name, data_type::text AS kind, is_nullable = 'NO' AS required
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
    let columns: Vec<Column> = diesel::sql_query(sql).load(&mut conn).unwrap();
    assert_eq!(columns.iter().map(line).collect::<BTreeSet<_>>(), declared());
    drop(conn);
    postgres::admin(server, &format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
}

#[test]
fn going_down_leaves_no_table() {
    use diesel::connection::SimpleConnection;
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> =
        folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    let tables = |conn: &mut SqliteConnection| -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table'";
        diesel::sql_query(sql).get_result::<Count>(conn).unwrap().n
    };
    let mut before = Vec::new();
    for name in &names {
        before.push(tables(&mut conn));
        conn.batch_execute(&read(&format!("migrations/{name}/up.sql"))).unwrap();
    }
    for (name, there) in names.iter().zip(before).rev() {
        conn.batch_execute(&read(&format!("migrations/{name}/down.sql"))).unwrap();
        assert_eq!(tables(&mut conn), there, "{name}");
    }
}
