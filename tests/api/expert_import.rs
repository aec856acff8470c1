//! Import of experts: a table taken into the pool row by row, or refused with all that is wrong with it.

use crate::support::upload::{BOUNDARY, xlsx};
use crate::support::{Caller, Reply, TestApp, on_both};
use jiebang::domain::policy::Role;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

const HEADING: &[&str] = &["邮箱", "姓名", "单位", "所在地", "职称", "专家类别", "领域", "状态"];

/// A workbook of these rows; what begins with `=` is a formula.
pub fn table(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, row) in (0..).zip(std::iter::once(&HEADING).chain(rows)) {
        for (at, text) in (0..).zip(*row) {
            if text.starts_with('=') {
                sheet.write_formula(line, at, *text).unwrap();
            } else {
                sheet.write_string(line, at, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// The form of an import.
pub fn form(content: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"专家.xlsx\"\r\n\r\n");
    [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

async fn imports(caller: &Caller, query: &str, content: &[u8]) -> Reply {
    caller.posts_form(&format!("/experts/import{query}"), form(content)).await
}

fn faults(report: &Value, row: usize) -> Vec<(String, String)> {
    let of_row = report["items"].as_array().unwrap().iter().find(|item| item["row"] == row).unwrap();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    of_row["faults"].as_array().unwrap().iter().map(|fault| (text(fault, "field"), text(fault, "code"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

on_both! {
    async fn a_table_of_experts_joins_the_pool(app: TestApp) {
        let officer = app.officer().await;
        let (one, two) = (app.expert(1).await, app.person("far-expert", "far-academy", None, &[Role::Expert]).await);
        let content = table(&[
            &[&one.email, "expert1 某", "academy1 单位", "省内", "教授", "技术专家", "能源与环境、semi_newmat", ""],
            &[],
            &[&two.email.to_uppercase(), "", "far-academy 单位", "domestic", "正高级会计师", "finance", "", "暂停"],
        ]);
        let tried = imports(&officer, "?dry_run=true", &content).await.is(200);
        assert_eq!((&tried["rows"], &tried["taken"], app.count("experts").await), (&json!(2), &json!(2), 0));
        let report = imports(&officer, "", &content).await.is(200);
        assert_eq!((&report["items"][1]["row"], &report["items"][1]["email"], &report["items"][1]["taken"]), (&json!(4), &json!("f***@test.example"), &json!(true)));
        assert!(!report.to_string().contains(&two.email), "no address in full");
        let kept = officer.get(&format!("/experts/{}", one.id())).await.is(200);
        assert_eq!((&kept["title"], &kept["fields"], &kept["stage"]), (&json!("教授"), &json!(["energy_env", "semi_newmat"]), &json!("listed")));
        assert_eq!(officer.get(&format!("/experts/{}", two.id())).await.is(200)["stage"], "paused");
        let mail = app.mail().await;
        assert_eq!(mail, [("expert_enlisted".into(), one.email.clone()), ("expert_enlisted".into(), two.email.clone()), ("expert_paused".into(), two.email.clone())]);
        assert_eq!(app.count("audit WHERE action = 'expert.import' AND detail = 'rows 2 taken 2'").await, 1);
    }

    async fn every_row_is_told_all_that_is_wrong_with_it_and_nothing_is_kept(app: TestApp) {
        let (officer, expert, listed) = (app.officer().await, app.expert(1).await, app.expert(2).await);
        crate::support::inputs::enlisted(&app, &listed, "technical").await;
        let long = "长".repeat(61);
        let content = table(&[
            &[&expert.email, "", "academy1 单位", "", "教授", "技术专家", "能源与环境", ""],
            &[&expert.email, "别人", "nowhere 单位", "", &long, "技术专家", "占星", "出库"],
            &[&listed.email, "", "academy1 单位", "省外", "=1+1", "管理专家", "", ""],
            &["not an address", "", "", "", "", "", "", "", "多出的"],
            &["nobody@test.example", "", "academy1 单位", "", "教授", "technical", "", ""],
            &[&officer.email, "", "department 单位", "", "教授", "finance", "", ""],
        ]);
        let expected: &[(usize, &[(&str, &str)])] = &[
            (2, &[]),
            (3, &[("title", "too_long"), ("fields", "unknown_code"), ("status", "unknown_code"), ("email", "repeated_row"), ("organization", "unknown_organization"), ("name", "not_as_registered")]),
            (4, &[("title", "formula"), ("speciality", "unknown_code"), ("region", "not_as_registered"), ("email", "already_exists"), ("organization", "not_as_registered")]),
            (5, &[("I5", "unknown_field"), ("email", "not_an_email"), ("organization", "required"), ("title", "required"), ("speciality", "required")]),
            (6, &[("fields", "required"), ("email", "unknown_expert")]),
            (7, &[("email", "unknown_expert")]),
        ];
        let report = imports(&officer, "?dry_run=true", &content).await.is(200);
        for (row, told) in expected {
            assert_eq!(faults(&report, *row), pairs(told), "row {row}");
        }
        assert_eq!((&report["taken"], &report["items"][0]["taken"]), (&json!(0), &json!(false)));
        let all: Vec<(String, &str)> = expected.iter().flat_map(|(row, told)| told.iter().map(move |(field, code)| (format!("rows[{row}].{field}"), *code))).collect();
        imports(&officer, "", &content).await.has_faults(&all.iter().map(|(field, code)| (field.as_str(), *code)).collect::<Vec<_>>());
        assert_eq!(app.count("experts").await, 1);
        app.letters().await;
        // Unless the good ones are asked for.
        let report = imports(&officer, "?take=good", &content).await.is(200);
        assert_eq!((&report["taken"], &report["items"][0]["taken"], &report["items"][1]["taken"]), (&json!(1), &json!(true), &json!(false)));
        assert_eq!(app.mail().await, [("expert_enlisted".to_owned(), expert.email.clone())]);
    }

    async fn a_hostile_or_shapeless_file_is_refused_at_once(app: TestApp) {
        let officer = app.officer().await;
        let parts = |extra: &[(&str, &[u8])]| {
            let book: &[(&str, &[u8])] = &[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")];
            packed(&[book, extra].concat())
        };
        imports(&officer, "", b"%PDF-1.7").await.is_refused(415, "file_type");
        imports(&officer, "", &crate::support::upload::docx()).await.is_refused(415, "file_type");
        imports(&officer, "", &parts(&[("xl/vbaProject.bin", b"x")])).await.is_refused(415, "file_type");
        imports(&officer, "", &xlsx()).await.has_faults(&[("file", "unreadable")]);
        imports(&officer, "", &parts(&[("xl/externalLinks/externalLink1.xml", b"<x/>")])).await.has_faults(&[("file", "external_link")]);
        let rels: &[u8] = b"<Relationships><Relationship Target=\"https://evil.example/x\" TargetMode=\"External\"/></Relationships>";
        imports(&officer, "", &parts(&[("xl/_rels/workbook.xml.rels", rels)])).await.has_faults(&[("file", "external_link")]);
        imports(&officer, "", &parts(&[("xl/sharedStrings.xml", b"<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><sst/>")])).await.has_faults(&[("file", "unreadable")]);
        imports(&officer, "", &vec![b'P'; 5 * 1024 * 1024 + 1]).await.is_refused(413, "file_too_large");
        imports(&officer, "", &bomb()).await.has_faults(&[("file", "too_large_unpacked")]);
        let many: Vec<Vec<String>> = (0..2_001).map(|n| vec![format!("e{n}@test.example")]).collect();
        let many: Vec<Vec<&str>> = many.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        imports(&officer, "", &table(&many.iter().map(Vec::as_slice).collect::<Vec<_>>())).await.has_faults(&[("file", "too_many_rows")]);
        officer.posts_form("/experts/import", crate::support::upload::form("other", "a.xlsx", b"PK")).await.has_faults(&[("file", "unknown_field")]);
        imports(&officer, "?take=some", &xlsx()).await.has_faults(&[("take", "unknown_code")]);
        imports(&officer.with("Idempotency-Key", "k"), "", &xlsx()).await.has_faults(&[("Idempotency-Key", "bad_key")]);
        assert_eq!(app.count("experts").await, 0);
    }

    async fn only_officers_import_experts(app: TestApp) {
        let content = table(&[]);
        for caller in [app.director().await, app.sysadmin().await, app.supervisor().await, app.expert(1).await] {
            imports(&caller, "", &content).await.is_refused(403, "forbidden");
        }
        imports(&app.anyone(), "", &content).await.is_refused(401, "unauthenticated");
        assert_eq!(imports(&app.officer().await, "", &content).await.is(200)["rows"], 0);
    }
}

/// A container of these parts, as a program that packs would write it.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut container = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        container.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        container.write_all(content).unwrap();
    }
    container.finish().unwrap().into_inner()
}

/// A workbook of some kilobytes with a part that unpacks to 40 MiB.
fn bomb() -> Vec<u8> {
    let sheet = vec![b' '; 40 * 1024 * 1024];
    packed(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &sheet)])
}
