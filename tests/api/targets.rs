//! Targets: the register of what the department's plans promise.

use crate::support::{TestApp, inputs, on_both};
use diesel::RunQueryDsl;
use serde_json::{Value, json};

fn path_of(value: &Value) -> String {
    format!("/targets/{}", value["id"].as_str().unwrap())
}

fn figure(value: &str, as_of: &str) -> Value {
    json!({"value": value, "as_of": as_of, "source": "月度调度", "note": format!("截至{as_of}")})
}

on_both! {
    async fn a_target_keeps_its_words_and_every_figure_that_was_reported(app: TestApp) {
        let officer = app.officer().await;
        let made = officer.post("/targets", inputs::target("T1")).await.is(201);
        assert_eq!((&made["judgement"], &made["completion_bps"], &made["actual"]), (&json!("no_data"), &Value::Null, &Value::Null));
        assert_eq!((&made["starts_on"], &made["ends_on"]), (&json!("2026-01-01"), &json!("2026-12-31")));
        officer.post("/targets", inputs::target("T1")).await.is_refused(409, "already_exists");
        let path = path_of(&made);
        let record = format!("{path}/record");
        officer.post(&record, figure("1", "2027-01-01")).await.has_faults(&[("as_of", "in_the_future")]);
        officer.post(&record, figure("many", "2025-12-31")).await.has_faults(&[("value", "not_a_number")]);
        officer.post(&record, figure("1", "2025-12-31")).await.has_faults(&[("as_of", "before_its_time")]);
        let some = officer.post(&record, figure("6", "2026-02-28")).await.is(200);
        assert_eq!((&some["completion_bps"], &some["judgement"], &some["actual"]), (&json!(2_000), &json!("on_track"), &json!("6")));
        // Corrected by a later row; an older day does not count any more.
        let corrected = officer.post(&record, figure("4", "2026-02-28")).await.is(200);
        assert_eq!((&corrected["judgement"], &corrected["actual_note"]), (&json!("behind"), &json!("截至2026-02-28")));
        assert_eq!(officer.post(&record, figure("2", "2026-01-31")).await.is(200)["actual"], "4");
        let shown = app.leader().await.get(&path).await.is(200);
        let values: Vec<_> = shown["actuals"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect();
        assert_eq!(values, ["2", "6", "4"], "figures are added, never replaced");
        assert_eq!(shown["actuals"][0]["recorded_by"], officer.id());
        assert_eq!(shown["source"]["quote"], "凝练30个左右重大项目，全部以“揭榜挂帅”方式实施");
        app.at("2026-11-20T01:00:00Z");
        assert_eq!(officer.post(&record, figure("27", "2026-11-15")).await.is(200)["judgement"], "reached", "about thirty");
        assert_eq!(app.count("audit WHERE action = 'target.record' AND detail = 'T1 27 as of 2026-11-15'").await, 1);
        for change in ["UPDATE target_actuals SET value = '30'", "DELETE FROM target_actuals"] {
            let tried = app.app.db.write(move |conn| diesel::sql_query(change).execute(conn).map(|_| ()), |_, _| Ok(())).await.unwrap();
            assert!(tried.is_err(), "{change}");
        }
    }

    async fn when_the_time_is_over_a_target_is_reached_or_missed(app: TestApp) {
        let officer = app.officer().await;
        let path = path_of(&officer.post("/targets", inputs::target("T1")).await.is(201));
        officer.post(&format!("{path}/record"), figure("26", "2026-03-01")).await.is(200);
        let mut ceiling = inputs::target("T2");
        for (field, value) in [("comparator", "at_most"), ("target", "10"), ("nature", "level")] { ceiling[field] = json!(value); }
        ceiling["tolerance"] = Value::Null;
        let level = path_of(&officer.post("/targets", ceiling).await.is(201));
        officer.post(&format!("{level}/record"), figure("10", "2026-03-01")).await.is(200);
        let judged = async |path: &str| officer.get(path).await.is(200)["judgement"].clone();
        assert_eq!((judged(&path).await, judged(&level).await), (json!("on_track"), json!("on_track")));
        app.at("2027-01-01T00:30:00+08:00");
        assert_eq!((judged(&path).await, judged(&level).await), (json!("missed"), json!("reached")));
    }

    async fn a_target_that_is_set_anew_stands_in_the_place_of_the_one_before(app: TestApp) {
        let officer = app.officer().await;
        let first = officer.post("/targets", inputs::target("T1")).await.is(201);
        officer.post(&format!("{}/record", path_of(&first)), figure("3", "2026-03-01")).await.is(200);
        let mut anew = inputs::target("T1");
        anew["target"] = json!("35");
        anew["replaces"] = first["id"].clone();
        let second = officer.post("/targets", anew.clone()).await.is(201);
        let before = officer.get(&path_of(&first)).await.is(200);
        assert_eq!((&before["replaced_by"], &before["target"], &before["actual"]), (&second["id"], &json!("30"), &json!("3")));
        assert_eq!(before["allowed_actions"], json!([]));
        officer.post(&format!("{}/record", path_of(&first)), figure("4", "2026-03-01")).await.is_refused(409, "target_replaced");
        officer.post("/targets", anew.clone()).await.is_refused(409, "target_replaced");
        anew["replaces"] = json!(uuid::Uuid::now_v7().to_string());
        officer.post("/targets", anew).await.has_faults(&[("replaces", "unknown_record")]);
        for (query, count) in [("", 1), ("?replaced=with", 2), ("?replaced=without", 1)] {
            assert_eq!(officer.get(&format!("/targets{query}")).await.is(200)["items"].as_array().unwrap().len(), count, "{query}");
        }
    }

    async fn targets_are_written_by_officers_and_read_by_the_department(app: TestApp) {
        let officer = app.officer().await;
        officer.post("/targets", inputs::target("T1")).await.is(201);
        let mut plan = inputs::target("T2");
        for (field, value) in [("scope", json!("fourteenth_plan")), ("year", json!(2021)), ("aspect", json!("人才"))] { plan[field] = value; }
        let made = officer.post("/targets", plan.clone()).await.is(201);
        assert_eq!((&made["starts_on"], &made["ends_on"]), (&json!("2021-01-01"), &json!("2025-12-31")));
        for (query, count) in [("", 2), ("scope=annual", 1), ("year=2021", 1), ("year=2021&scope=annual", 0), ("aspect=人才", 1)] {
            assert_eq!(app.auditor().await.get(&format!("/targets?{query}")).await.is(200)["items"].as_array().unwrap().len(), count, "{query}");
        }
        for nobody in [app.team("keda").await, app.sponsor().await, app.sysadmin().await] {
            nobody.get("/targets").await.is_refused(403, "forbidden");
        }
        for reader in [app.leader().await, app.auditor().await, app.director().await] {
            reader.post("/targets", inputs::target("T3")).await.is_refused(403, "forbidden");
            reader.post(&format!("{}/record", path_of(&made)), figure("1", "2025-12-31")).await.is_refused(403, "forbidden");
        }
        plan["year"] = json!(2022);
        plan["tolerance"] = json!("-1");
        officer.post("/targets", plan).await.has_faults(&[("year", "does_not_fit"), ("tolerance", "too_small")]);
        officer.post("/targets", json!({"code": "T4", "source": {"document": "报告"}, "judgement": "reached"})).await.has_faults(&[
            ("name", "required"), ("scope", "required"), ("year", "required"), ("aspect", "required"), ("responsible_unit", "required"),
            ("source.section", "required"), ("source.quote", "required"), ("target", "required"), ("comparator", "required"),
            ("nature", "required"), ("as_of", "required"), ("judgement", "unknown_field"),
        ]);
    }

    async fn twenty_figures_at_once_are_all_kept_or_refused_and_the_last_is_one_of_them(app: TestApp) {
        let officer = app.officer().await;
        let path = path_of(&officer.post("/targets", inputs::target("T1")).await.is(201));
        officer.token().await;
        let tries = (1..=20).map(|n| { let (officer, path) = (officer.clone(), format!("{path}/record")); async move {
            officer.post(&path, figure(&n.to_string(), "2026-03-01")).await.status.as_u16()
        } });
        let statuses = futures_util::future::join_all(tries).await;
        let taken = i64::try_from(statuses.iter().filter(|status| **status == 200).count()).unwrap();
        assert!(taken >= 1 && statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        assert_eq!(app.count("target_actuals").await, taken);
        let shown = officer.get(&path).await.is(200);
        assert_eq!(shown["actuals"].as_array().unwrap().last().unwrap()["value"], shown["actual"]);
    }

    async fn the_demo_has_the_targets_of_the_report_with_its_figures_and_its_words(app: TestApp) {
        let officer = app.officer().await;
        let count = jiebang::cli::seed::targets::load(&app.app, officer.id.unwrap()).await.unwrap();
        let all = app.leader().await.get("/targets?limit=100").await.is(200)["items"].as_array().unwrap().clone();
        assert_eq!(all.len(), count);
        let of = |code: &str| all.iter().find(|target| target["code"] == code).unwrap();
        assert_eq!((&of("T2021-01")["actual"], &of("T2021-01")["judgement"]), (&json!("29"), &json!("reached")));
        assert_eq!((&of("T2021-06")["actual"], &of("T2021-06")["judgement"], &of("T2021-06")["completion_bps"]), (&json!("10"), &json!("missed"), &json!(6_667)));
        assert_eq!((&of("T2022-01")["target"], &of("T2022-01")["tolerance"], &of("T2022-01")["judgement"]), (&json!("30"), &json!("3"), &json!("no_data")));
        for target in &all {
            assert_eq!(target["as_of"], "2021-12-31", "a figure of the report is of its day");
            // Words and figure agree: a hundred is written 百, all of something 全部, a hundred million 亿.
            let (quote, figure) = (target["source"]["quote"].as_str().unwrap(), target["target"].as_str().unwrap());
            assert!(quote.contains(figure) || quote.contains('百') || quote.contains("全部"), "{target}");
            assert!(target["actual_on"].is_null() || target["actual_on"] == "2021-12-31", "{target}");
        }
    }
}
