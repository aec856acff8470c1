//! Ledgers: their columns and rows, as lists and as files that agree, and sums that are those of the portfolio to the fen.

mod outcomes;
mod rows;

use crate::changes::effective;
use crate::clawbacks::notified;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};
use std::io::Cursor;

/// The bytes of a file, with its name.
async fn file(app: &TestApp, who: &Caller, path: &str) -> (Vec<u8>, String) {
    let url = format!("{}/api/v1/ledgers/{path}", app.address);
    let reply = reqwest::Client::new().get(url).bearer_auth(who.token().await.unwrap()).send().await.unwrap();
    assert_eq!(reply.status(), 200, "{path}");
    let name = reply.headers()["content-disposition"].to_str().unwrap().to_owned();
    (reply.bytes().await.unwrap().to_vec(), name)
}

/// The fields of a CSV file.
async fn csv(app: &TestApp, who: &Caller, path: &str) -> Vec<Vec<String>> {
    let text = String::from_utf8(file(app, who, path).await.0).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let (mut rows, mut row, mut field, mut within) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if within && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => within = !within,
            ',' if !within => row.push(std::mem::take(&mut field)),
            '\n' if !within => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !within => {}
            other => field.push(other),
        }
    }
    rows
}

/// The cells of an Excel file, as Excel would show them.
async fn excel(app: &TestApp, who: &Caller, path: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file(app, who, path).await.0)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// The first page of a ledger.
async fn list(who: &Caller, path: &str) -> Value {
    who.get(&format!("/ledgers/{path}")).await.is(200)
}

/// A number reads the same whether it was written `650.00` or 650.
fn plain(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.trim_start_matches('\'').to_owned(), |number| number.to_string())
}

/// Three projects: one with a payment, one with a payment that came back and one that is held, one that was terminated and owes money.
async fn portfolio(app: &TestApp) -> [Story<'_>; 3] {
    let paid = Story::active(app).await;
    paid.paid(0).await;
    paid.met(0, &[("K1", "91")]).await;
    paid.paid(1).await;
    let returned = Story::active(app).await;
    returned.paid(0).await;
    let today = app.app.clock.now().date().to_string();
    let input = json!({"reason": "账号有误", "returned_on": today});
    app.finance().await.post(&format!("/payments/{}/reverse", returned.payments[0]), input).await.is(200);
    app.director().await.post(&format!("/payments/{}/hold", returned.payments[0]), json!({"reason": "等待核查"})).await.is(200);
    // The last one: whoever owes money gets no new project.
    let (ended, _) = notified(app).await;
    [paid, returned, ended]
}

on_both! {
    async fn the_ledger_of_projects_says_who_does_what_for_which_money(app: TestApp) {
        let story = Story::active(&app).await;
        let rows = csv(&app, &app.officer().await, "projects/file?format=csv").await;
        assert_eq!(rows[0], [
            "项目编号", "项目名称", "类别", "计划类别", "领域", "牵头单位", "参与单位", "统一社会信用代码", "所在市", "负责人", "出生年月", "职称",
            "青年标识", "青年技术挂帅人", "开始日", "结束日", "总经费（万元）", "财政（万元）", "需求方（万元）", "自筹（万元）", "专员", "状态",
            "立项决定（纪要）文号", "填报日期", "数据截止日",
        ]);
        let project = app.officer().await.get(&format!("/projects/{}", story.project)).await.is(200);
        let text = |name: &str| project[name].as_str().unwrap().to_owned();
        let organization = app.officer().await.get(&format!("/organizations/{}", text("lead_org_id"))).await.is(200);
        let today = app.app.clock.now().date().to_string();
        assert_eq!(rows[1], [
            text("code"), text("title"), "企业重大技术攻关".into(), "科技重大专项计划".into(), "能源与环境".into(), "keda 单位".into(), String::new(),
            organization["uscc"].as_str().unwrap().into(), String::new(), "李挂帅".into(), "1974-05".into(), "研究员".into(), "否".into(), String::new(),
            text("starts_on"), text("ends_on"), "800.00".into(), "650.00".into(), "50.00".into(), "100.00".into(), "commissioner 某".into(),
            "执行中".into(), "纪要〔2026〕12号".into(), today.clone(), today,
        ]);
        let page = list(&app.leader().await, "projects").await;
        assert_eq!(page["totals"], json!({"rows": 1, "award_fen": 650 * inputs::WAN}));
        let item = &page["items"][0];
        assert_eq!((&item["award_fen"], &item["stage"], &item["principal"]), (&json!(650 * inputs::WAN), &json!("active"), &json!("李挂帅")));
        assert_eq!(page["title"], "立项项目总台账");
    }

    async fn a_new_principal_investigator_stands_in_the_ledger_of_projects_from_the_day_of_the_change(app: TestApp) {
        let story = Story::active(&app).await;
        let person = json!({"name": "周接任", "role": "pi", "identity": inputs::identity("19950101"), "person_months": 8, "title": "副教授"});
        effective(&app, &story, json!({"kind": "pi", "principal": person})).await;
        let item = &list(&app.officer().await, &format!("projects?project_id={}", story.project)).await["items"][0];
        assert_eq!((&item["principal"], &item["principal_born_in"], &item["principal_is_young"]), (&json!("周接任"), &json!("1995-01"), &json!("yes")));
    }

    async fn the_ledger_of_payments_follows_each_from_its_request_to_its_voucher(app: TestApp) {
        let [paid, returned, ended] = portfolio(&app).await;
        let officer = app.officer().await;
        let rows = csv(&app, &officer, &format!("payments/file?format=csv&project_id={}", paid.project)).await;
        assert_eq!(rows[0], [
            "项目编号", "项目名称", "牵头单位", "期次", "资金来源", "应拨（万元）", "条件", "状态", "申请日", "审核日", "批准日", "拨付日", "实拨（万元）",
            "其中财政实拨（万元）", "凭证号", "累计拨付（万元）", "拨付率（%）", "结余（万元）", "退汇次数", "缓拨事由", "填报日期", "数据截止日",
        ]);
        let today = app.officer().await.get(&format!("/payments/{}", paid.payments[1])).await.is(200);
        let (day, voucher) = (today["paid_on"].as_str().unwrap(), today["voucher_no"].as_str().unwrap());
        assert_eq!(rows[2][2..20], [
            "keda 单位", "2", "财政", "195.00", "第1个里程碑达标", "已拨付", day, day, day, day, "195.00", "195.00", voucher, "455.00", "70.00", "195.00", "0", "",
        ]);
        assert_eq!((rows.len(), rows[3][6].as_str(), rows[3][8].as_str(), rows[3][15].as_str()), (4, "通过验收", "", "455.00"));
        let held = &list(&officer, &format!("payments?project_id={}&sort=created_at", returned.project)).await["items"][0];
        assert_eq!((&held["stage"], &held["paid_fen"], &held["returned"], &held["hold_reason"]), (&json!("held"), &json!(0), &json!(1), &json!("等待核查")));
        let stopped = list(&officer, &format!("payments?project_id={}", ended.project)).await;
        assert_eq!(stopped["items"][0]["stage"], "cancelled", "what a terminated project is not paid any more");
    }

    async fn what_the_ledgers_sum_up_is_what_the_portfolio_says_to_the_fen(app: TestApp) {
        let stories = portfolio(&app).await;
        let leader = app.leader().await;
        for (filter, year) in [("", ""), ("?year=2026", "?year=2026"), ("?year=2025", "?year=2025")] {
            let figures = leader.get(&format!("/portfolio/summary{year}")).await.is(200)["total"].clone();
            let projects = list(&leader, &format!("projects{filter}")).await["totals"].clone();
            let payments = list(&leader, &format!("payments{filter}")).await["totals"].clone();
            assert_eq!(projects["award_fen"], figures["awarded_fen"], "{filter}");
            assert_eq!(payments["fiscal_paid_fen"], figures["paid_fen"], "{filter}");
            assert_eq!(payments["amount_fen"], figures["awarded_fen"], "the payments of these projects make their awards");
        }
        let summary = leader.get("/portfolio/summary").await.is(200);
        for row in summary["challenges"].as_array().unwrap() {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let filter = format!("?year={}&plan_category={}&sector={}", row["year"], text("plan_category"), text("sector"));
            let of_these = |name: &str| -> i64 {
                let same = |other: &&Value| ["year", "plan_category", "sector"].iter().all(|key| other[*key] == row[*key]);
                summary["challenges"].as_array().unwrap().iter().filter(same).map(|other| other[name].as_i64().unwrap()).sum()
            };
            assert_eq!(list(&leader, &format!("projects{filter}")).await["totals"]["award_fen"], of_these("awarded_fen"));
            assert_eq!(list(&leader, &format!("payments{filter}")).await["totals"]["fiscal_paid_fen"], of_these("paid_fen"));
        }
        let mut sum = 0;
        for story in &stories {
            sum += list(&leader, &format!("payments?project_id={}", story.project)).await["totals"]["fiscal_paid_fen"].as_i64().unwrap();
        }
        assert_eq!(sum, summary["total"]["paid_fen"].as_i64().unwrap());
    }

    async fn csv_and_excel_say_the_same_and_what_the_list_says(app: TestApp) {
        portfolio(&app).await;
        let officer = app.officer().await;
        let ledgers = officer.get("/ledgers").await.is(200);
        for ledger in ledgers["items"].as_array().unwrap() {
            let code = ledger["code"].as_str().unwrap();
            let (table, book) = (csv(&app, &officer, &format!("{code}/file?format=csv")).await, excel(&app, &officer, &format!("{code}/file")).await);
            assert_eq!(book[0][0], ledger["title"].as_str().unwrap());
            assert!(book[1][0].starts_with(&format!("填报日期：{}", app.app.clock.now().date())), "{}", book[1][0]);
            assert_eq!(table.len(), book.len() - 2, "{code}");
            for (row, cells) in table.iter().zip(&book[2..]) {
                let texts = |row: &[String]| row.iter().map(|text| plain(text)).collect::<Vec<_>>();
                assert_eq!(texts(row), texts(cells), "{code}");
            }
            let page = list(&officer, &format!("{code}?sort=created_at&limit=100")).await;
            assert_eq!(page["totals"]["rows"], table.len() - 1, "{code}");
            let columns = ledger["columns"].as_array().unwrap();
            for (row, item) in table[1..].iter().zip(page["items"].as_array().unwrap()) {
                for (column, text) in columns.iter().zip(row) {
                    says_the_same(column, text, &item[column["key"].as_str().unwrap()]);
                }
            }
        }
        let (_, name) = file(&app, &officer, "payments/file").await;
        assert_eq!(name, format!("attachment; filename=\"payments-{}.xlsx\"", app.app.clock.now().date()));
    }

    async fn the_keys_of_columns_say_what_they_hold(app: TestApp) {
        let ledgers = app.leader().await.get("/ledgers").await.is(200);
        for column in ledgers["items"].as_array().unwrap().iter().flat_map(|ledger| ledger["columns"].as_array().unwrap()) {
            let (key, kind) = (column["key"].as_str().unwrap(), column["kind"].as_str().unwrap());
            for (suffix, of) in [("_fen", "money"), ("_on", "day"), ("_bps", "share")] {
                assert_eq!(key.ends_with(suffix), kind == of, "{key} is {kind}");
            }
        }
    }

    async fn a_ledger_is_narrowed_by_every_filter_alone(app: TestApp) {
        let story = Story::active(&app).await;
        let other = Story::planned(&app).await;
        let officer = app.officer().await;
        let project = officer.get(&format!("/projects/{}", story.project)).await.is(200);
        let (lead, commissioner) = (project["lead_org_id"].as_str().unwrap(), app.commissioner().await.id());
        for (filter, found) in [
            (String::new(), 2), ("year=2026".into(), 2), ("year=2025".into(), 0), (format!("batch_id={}", story.batch), 1), (format!("batch_id={}", other.batch), 1),
            (format!("challenge_id={}", other.challenge), 1), (format!("project_id={}", story.project), 1), ("plan_category=major_special".into(), 2),
            ("plan_category=key_rd".into(), 0), ("class=enterprise_tech".into(), 2), ("class=frontier_public".into(), 0), ("sector=energy_env".into(), 2),
            ("sector=frontier".into(), 0), ("city=太原".into(), 0), (format!("lead_org_id={lead}"), 2), (format!("commissioner_id={commissioner}"), 1),
            ("stage=active".into(), 1), ("stage=signing".into(), 1), ("stage=completed".into(), 0), ("year=2026&stage=active&sector=energy_env".into(), 1),
        ] {
            let page = list(&officer, &format!("projects?{filter}")).await;
            assert_eq!((&page["totals"]["rows"], page["items"].as_array().unwrap().len()), (&json!(found), found), "{filter}");
            assert_eq!(page["totals"]["award_fen"], 650 * inputs::WAN * i64::try_from(found).unwrap(), "{filter}");
            assert_eq!(csv(&app, &officer, &format!("projects/file?format=csv&{filter}")).await.len(), found + 1, "{filter}");
        }
        officer.get("/ledgers/projects?colour=red").await.has_faults(&[("colour", "unknown_field")]);
        officer.get("/ledgers/projects?format=csv").await.has_faults(&[("format", "unknown_field")]);
        officer.get("/ledgers/projects/file?format=doc").await.has_faults(&[("format", "unknown_code")]);
        officer.get("/ledgers/projects?stage=flying").await.has_faults(&[("stage", "unknown_code")]);
        officer.get("/ledgers/secrets").await.is_refused(404, "not_found");
        officer.get("/ledgers/secrets/file").await.is_refused(404, "not_found");
    }

    async fn pages_of_a_ledger_follow_each_other_without_gap_or_repetition(app: TestApp) {
        portfolio(&app).await;
        let officer = app.officer().await;
        for (code, sort) in [("projects", "created_at"), ("payments", "created_at"), ("payments", "-created_at")] {
            let whole = list(&officer, &format!("{code}?sort={sort}&limit=100")).await["items"].as_array().unwrap().clone();
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = list(&officer, &format!("{code}?limit=2&sort={sort}{cursor}")).await;
                let rows = if seen.is_empty() { json!(whole.len()) } else { Value::Null };
                assert_eq!(page["totals"]["rows"], rows, "the totals of the whole come with the first page");
                seen.extend(page["items"].as_array().unwrap().clone());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, whole, "{code} {sort}");
        }
        let numbers: Vec<i64> = list(&officer, "payments?sort=created_at").await["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 1, 2, 3, 1, 2, 3], "project by project, in the order of the plan");
    }

    async fn ledgers_are_the_departments_and_birth_dates_those_who_read_bids(app: TestApp) {
        let _story = Story::active(&app).await;
        for refused in [app.team("keda").await, app.sponsor().await, app.expert(1).await, app.sysadmin().await, app.secadmin().await] {
            for path in ["/ledgers", "/ledgers/projects", "/ledgers/payments/file"] {
                refused.get(path).await.is_refused(403, "forbidden");
            }
        }
        app.anyone().get("/ledgers").await.is_refused(401, "unauthenticated");
        for (reader, shown) in [
            (app.officer().await, true), (app.director().await, true), (app.auditor().await, true), (app.supervisor().await, true),
            (app.finance().await, false), (app.leader().await, false), (app.commissioner().await, false),
        ] {
            let item = &list(&reader, "projects").await["items"][0];
            let printed = csv(&app, &reader, "projects/file?format=csv").await[1][10].clone();
            let wanted = if shown { (json!("1974-05"), "1974-05") } else { (Value::Null, "***") };
            assert_eq!((item["principal_born_in"].clone(), printed.as_str()), wanted, "{}", reader.id());
        }
    }

    async fn that_a_ledger_was_taken_along_is_remembered(app: TestApp) {
        let _story = Story::active(&app).await;
        let leader = app.leader().await;
        list(&leader, "projects").await;
        file(&app, &leader, "payments/file?format=csv&year=2026").await;
        let log = app.auditor().await.get("/audit?action=ledger.read").await.is(200);
        let taken: Vec<&str> = log["items"].as_array().unwrap().iter().map(|row| row["detail"].as_str().unwrap()).collect();
        assert_eq!(taken, ["ledger payments rows 3"]);
    }

    async fn words_stay_words_in_a_ledgers_files(app: TestApp) {
        let story = Story::active(&app).await;
        let reason = "=HYPERLINK(\"http://x\",\"点\")";
        app.director().await.post(&format!("/payments/{}/hold", story.payments[0]), json!({"reason": reason})).await.is(200);
        let officer = app.officer().await;
        assert_eq!(csv(&app, &officer, "payments/file?format=csv").await[1][19], format!("'{reason}"));
        assert_eq!(excel(&app, &officer, "payments/file").await[3][19], reason, "a string, not a formula");
        assert_eq!(list(&officer, "payments?sort=created_at").await["items"][0]["hold_reason"], reason);
    }

    async fn a_file_is_whole_or_refused(app: TestApp) {
        use diesel::RunQueryDsl;
        let story = Story::active(&app).await;
        // So many visits come by no story: they are written into the table.
        let visits = |from: u32, to: u32| format!(
            "INSERT INTO visits (id, project_id, author_id, held_at, mode, participants, duration_min, findings, version, created_at, updated_at)
             WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})
             SELECT '01920000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), id, commissioner_id, created_at, 'phone', '[]', 10, '正常', 1, created_at, updated_at
             FROM n, projects WHERE id = '{}'", story.project
        );
        let officer = app.officer().await;
        for (sql, rows) in [(visits(1, 10_000), 10_000), (visits(10_001, 10_001), 10_001)] {
            app.app.db.write(move |conn| diesel::sql_query(sql).execute(conn), |_, _| Ok(())).await.unwrap().unwrap();
            assert_eq!(list(&officer, "visits?limit=1").await["totals"]["rows"], rows, "the list has no end");
            if rows == 10_000 {
                assert_eq!(csv(&app, &officer, "visits/file?format=csv").await.len(), 10_001);
            }
        }
        officer.get("/ledgers/visits/file").await.is_refused(409, "ledger_too_long");
        assert_eq!(csv(&app, &officer, "visits/file?format=csv&stage=completed").await.len(), 1, "narrowed, it fits");
    }
}

/// That a file's field and the list's value are the same.
fn says_the_same(column: &Value, text: &str, value: &Value) {
    let key = column["key"].as_str().unwrap();
    let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
    match (column["kind"].as_str().unwrap(), value) {
        (_, Value::Null) => assert!(matches!(text, "" | "—"), "{key}: {text}"),
        ("money", fen) => assert_eq!(decimal(text) * decimal("1000000"), decimal(&fen.to_string()), "{key}"),
        ("share", bps) => assert_eq!(decimal(text) * decimal("100"), decimal(&bps.to_string()), "{key}"),
        ("count", number) => assert_eq!(text, number.to_string(), "{key}"),
        ("code", code) => assert_ne!(text, code.as_str().unwrap(), "{key}: files print names"),
        (_, words) => assert_eq!(text, words.as_str().unwrap(), "{key}"),
    }
}
