//! How things are found: lists that are narrowed, payments that say to whom they go, ledgers whose rows lead to their records.

use crate::changes::effective;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role::Commissioner;
use serde_json::{Value, json};

/// The ids that a list has.
async fn ids(who: &Caller, path: &str) -> Vec<String> {
    let list = who.get(path).await.is(200);
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn projects_are_found_by_code_year_and_whoever_stands_in(app: TestApp) {
        let (story, other) = (Story::active(&app).await, Story::awarded(&app).await);
        let officer = app.officer().await;
        let shown = officer.get(&format!("/projects/{}", story.project)).await.is(200);
        let code = shown["code"].as_str().unwrap();
        assert_eq!(ids(&officer, &format!("/projects?code={code}")).await, std::slice::from_ref(&story.project));
        assert_eq!(ids(&officer, &format!("/projects?code={}", &code[..code.len() - 1])).await, [""; 0], "as a whole");
        assert_eq!(ids(&app.team("yuan").await, &format!("/projects?code={code}")).await, [""; 0], "another team's");
        let batch = officer.get("/batches").await.is(200);
        let year = batch["items"][0]["year"].as_i64().unwrap();
        let mut both = vec![story.project.clone(), other.project.clone()];
        both.sort();
        let mut found = ids(&officer, &format!("/projects?year={year}")).await;
        found.sort();
        assert_eq!(found, both);
        assert_eq!(ids(&officer, &format!("/projects?year={}", year + 1)).await, [""; 0]);
        let next = app.person("commissioner2", "department", Some("业务二处"), &[Commissioner]).await;
        let path = format!("/projects?commissioner_id={}", next.id());
        assert_eq!(ids(&next, &path).await, [""; 0]);
        let backup = json!({"commissioner_id": next.id(), "kind": "backup"});
        officer.post(&format!("/projects/{}/assign", story.project), backup).await.is(200);
        assert_eq!(ids(&next, &path).await, std::slice::from_ref(&story.project), "as a backup, too");
        assert_eq!(ids(&next, &format!("/projects?commissioner_id={}", app.commissioner().await.id())).await, [story.project]);
    }

    async fn payments_are_found_by_source_and_by_the_year_in_which_they_were_paid(app: TestApp) {
        let story = Story::active(&app).await;
        let finance = app.finance().await;
        story.paid(0).await;
        assert_eq!(ids(&finance, "/payments?source=fiscal").await.len(), 3);
        assert_eq!(ids(&finance, "/payments?source=self").await, [""; 0]);
        assert_eq!(ids(&finance, "/payments?year=2026").await, [story.payments[0].clone()]);
        assert_eq!(ids(&finance, "/payments?year=2026&stage=due").await, [""; 0]);
        assert_eq!(ids(&finance, "/payments?year=2025").await, [""; 0]);
        finance.get("/payments?source=lottery").await.has_faults(&[("source", "unknown_code")]);
    }

    async fn problems_are_found_by_whether_they_are_overdue(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        let path = format!("/projects/{}/problems", story.project);
        let first = commissioner.post(&path, inputs::problem(&app)).await.is(201)["id"].as_str().unwrap().to_owned();
        app.days_later(20);
        let second = commissioner.post(&path, inputs::problem(&app)).await.is(201)["id"].as_str().unwrap().to_owned();
        assert_eq!(ids(&commissioner, "/problems?overdue=true").await, [""; 0]);
        app.days_later(11);
        assert_eq!(ids(&commissioner, "/problems?overdue=true").await, std::slice::from_ref(&first));
        assert_eq!(ids(&commissioner, "/problems?overdue=false").await, [second]);
        commissioner.post(&format!("/problems/{first}/close"), json!({"resolution": "设备已到位"})).await.is(200);
        assert_eq!(ids(&commissioner, "/problems?overdue=true").await, [""; 0]);
    }

    async fn a_payment_says_for_which_project_and_to_whom_and_to_which_account_it_goes(app: TestApp) {
        let story = Story::active(&app).await;
        let (finance, path) = (app.finance().await, format!("/payments/{}", story.payments[0]));
        let project = finance.get(&format!("/projects/{}", story.project)).await.is(200);
        let payee = json!(app.organization("keda").await.to_string());
        let name = finance.get(&format!("/organizations/{}", payee.as_str().unwrap())).await.is(200)["name"].clone();
        let lists = [finance.get("/payments").await.is(200), finance.get(&format!("/projects/{}/payments", story.project)).await.is(200)];
        for shown in [&finance.get(&path).await.is(200), &lists[0]["items"][0], &lists[1]["items"][0]] {
            assert_eq!((&shown["project_code"], &shown["project_title"]), (&project["code"], &project["title"]));
            assert_eq!((&shown["payee_id"], &shown["payee"]), (&payee, &name));
        }
        assert_eq!(finance.get(&path).await.is(200)["account"], Value::Null, "nobody has named one");
        effective(&app, &story, json!({"kind": "account", "account": "中国银行太原分行 尾号6688"})).await;
        assert_eq!(finance.get(&path).await.is(200)["account"], "中国银行太原分行 尾号6688");
        app.team("yuan").await.get(&path).await.is_refused(404, "not_found");
    }

    async fn each_row_of_a_ledger_leads_to_its_record_and_its_project(app: TestApp) {
        let story = Story::active(&app).await;
        let officer = app.officer().await;
        let commissioner = app.commissioner().await;
        commissioner.post(&format!("/projects/{}/visits", story.project), inputs::visit(&app)).await.is(201);
        effective(&app, &story, json!({"kind": "title", "title": "煤层气提浓成套技术及其示范"})).await;
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        app.team("keda").await.post(&format!("/projects/{}/outcomes", story.project), inputs::outcome(&app, "ZL1").await).await.is(201);
        commissioner.does(&format!("/outcomes/{}/confirm", ids(&commissioner, "/outcomes").await[0])).await.is(200);
        for (code, nouns) in [
            ("projects", "projects"), ("commitments", "projects"), ("milestones", "milestones"), ("payments", "payments"),
            ("visits", "visits"), ("changes", "changes"), ("acceptances", "acceptances"), ("outcomes", "outcomes"),
        ] {
            let rows = officer.get(&format!("/ledgers/{code}")).await.is(200);
            let rows = rows["items"].as_array().unwrap();
            assert!(!rows.is_empty(), "{code}");
            for row in rows {
                assert_eq!(row["project_id"], json!(story.project), "{code}: {row}");
                let found = officer.get(&format!("/{nouns}/{}", row["id"].as_str().unwrap())).await.is(200);
                if let (Some(number), true) = (found["number"].as_i64(), row["number"].is_i64()) {
                    assert_eq!(row["number"], number, "{code}: {row}");
                }
            }
        }
        officer.post("/targets", inputs::target("T1")).await.is(201);
        let row = officer.get("/ledgers/targets").await.is(200)["items"][0].clone();
        assert_eq!(row["project_id"], Value::Null);
        assert_eq!(officer.get(&format!("/targets/{}", row["id"].as_str().unwrap())).await.is(200)["code"], row["code"]);
    }
}
