//! The desk 待办: everybody finds what waits for them, can do it, and finds it gone; nobody finds what is not theirs.

use crate::changes::asked;
use crate::measures::{decided, decision, measure};
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role::{Commissioner, Director, Supervisor};
use serde_json::{Value, json};

/// What lies on somebody's desk of one kind.
pub async fn lying(who: &Caller, what: &str) -> Vec<Value> {
    let desk = who.get("/me/desk").await.is(200);
    let items: Vec<Value> = desk["items"].as_array().unwrap().iter().filter(|item| item["what"] == what).cloned().collect();
    let count = desk["counts"].as_array().unwrap().iter().find(|count| count["what"] == what);
    assert_eq!(count.map_or(0, |count| count["count"].as_u64().unwrap()), u64::try_from(items.len()).unwrap(), "{desk}");
    items
}

/// Whether something of this kind lies there.
pub async fn waits(who: &Caller, what: &str) -> bool {
    !lying(who, what).await.is_empty()
}

/// Finds the most urgent of its kind, which the record itself allows, does it by the action that the desk names, and finds it gone.
pub async fn clears(who: &Caller, what: &str, body: Value) -> Value {
    let item = lying(who, what).await.into_iter().next().unwrap_or_else(|| panic!("no {what} on the desk of {}", who.email));
    let (path, action) = (item["path"].as_str().unwrap(), item["action"].as_str().unwrap());
    let record = who.get(path).await.is(200);
    assert!(record["allowed_actions"].as_array().unwrap().contains(&item["action"]), "{action}: {record}");
    assert!(path.ends_with(item["id"].as_str().unwrap()) && (item["code"] != "" || item["name"] != ""), "{item}");
    let verb = action.split('.').nth(1).unwrap();
    let path_of_verb = format!("{path}/{}", if verb == "countersign" { "sign" } else { verb });
    let done = match body {
        Value::Null => who.does(&path_of_verb).await.is(200),
        body => who.post(&path_of_verb, body).await.is(200),
    };
    assert!(lying(who, what).await.iter().all(|other| other["path"] != path), "{what} still lies there");
    done
}

fn today(app: &TestApp) -> String {
    app.app.clock.now().date().to_string()
}

fn opinion() -> Value {
    json!({"opinion": "情况属实"})
}

/// A plan is made and signed by all, somebody follows the project: by way of the desks alone.
async fn begun(app: &TestApp) -> Story<'_> {
    let mut story = Story::awarded(app).await;
    let officer = app.officer().await;
    let path = format!("/projects/{}", story.project);
    assert_eq!(lying(&officer, "plan_to_make").await[0]["path"], path.as_str());
    let version = officer.get(&path).await.is(200)["version"].as_i64().unwrap();
    officer.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
    assert!(!waits(&officer, "plan_to_make").await);
    let ids = |list: Value| list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    story.milestones = ids(officer.get(&format!("{path}/milestones")).await.is(200));
    story.payments = ids(officer.get(&format!("{path}/payments")).await.is(200));
    clears(&app.team("keda").await, "commitment_to_sign", inputs::signature("team")).await;
    clears(&app.sponsor().await, "commitment_to_sign", inputs::signature("sponsor")).await;
    clears(&app.director().await, "commitment_to_countersign", inputs::signature("department")).await;
    clears(&officer, "commissioner_missing", json!({"commissioner_id": app.commissioner().await.id()})).await;
    story
}

/// A payment goes over all four desks.
async fn passed_on(app: &TestApp, voucher: &str) {
    let (finance, second) = (app.finance().await, app.second_finance().await);
    clears(&app.team("keda").await, "payment_to_request", Value::Null).await;
    clears(&app.commissioner().await, "payment_to_check", Value::Null).await;
    clears(&finance, "payment_to_approve", Value::Null).await;
    assert!(!waits(&finance, "payment_to_pay").await, "whoever approved it does not pay it");
    clears(&second, "payment_to_pay", json!({"voucher_no": voucher, "paid_on": today(app)})).await;
}

on_both! {
    async fn a_project_goes_from_desk_to_desk_from_its_plan_to_the_years_after_it(app: TestApp) {
        let story = begun(&app).await;
        let (officer, director, team, commissioner) = (app.officer().await, app.director().await, app.team("keda").await, app.commissioner().await);
        passed_on(&app, "PZ-1").await;
        app.at("2026-12-10T01:00:00Z");
        app.app.tidy().await.unwrap();
        clears(&team, "report_due", inputs::report()).await;
        clears(&commissioner, "report_to_comment", json!({"comment": "进展符合计划"})).await;
        clears(&team, "milestone_to_start", Value::Null).await;
        clears(&team, "milestone_due", story.evidence(&[("K1", "91")]).await).await;
        clears(&commissioner, "milestone_to_verify", opinion()).await;
        team.post(&format!("/projects/{}/outcomes", story.project), inputs::outcome(&app, "ZL1").await).await.is(201);
        clears(&commissioner, "outcome_to_confirm", Value::Null).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        story.applied().await;
        let mut found = inputs::assessment(&inputs::panel(&app).await, "pass", "pass");
        found["meeting_on"] = json!(today(&app));
        clears(&officer, "acceptance_to_assess", found).await;
        assert!(!waits(&officer, "project_to_conclude").await && !waits(&team, "project_to_conclude").await);
        clears(&director, "project_to_conclude", json!({"conclusion": "completed", "opinion": "通过"})).await;
        // The last money is asked for when the project is over.
        passed_on(&app, "PZ-2").await;
        passed_on(&app, "PZ-3").await;
        app.days_later(340);
        clears(&team, "follow_up_due", json!({"year": 1, "sales_fen": 0})).await;
        for nobody in [&app.team("yuan").await, &app.person("sponsor2", "other-works", None, &[jiebang::domain::policy::Role::Sponsor]).await] {
            let empty = nobody.get("/me/desk").await.is(200);
            assert_eq!((&empty["items"], &empty["counts"]), (&json!([]), &json!([])));
        }
        for nothing in [app.auditor().await, app.leader().await, app.sysadmin().await] {
            nothing.get("/me/desk").await.is_refused(403, "forbidden");
        }
    }

    async fn a_change_goes_from_desk_to_desk_until_it_is_in_effect(app: TestApp) {
        let story = begun(&app).await;
        let (team, sponsor, director, commissioner) = (app.team("keda").await, app.sponsor().await, app.director().await, app.commissioner().await);
        let title = json!({"kind": "title", "title": "煤层气提浓成套技术与工程示范"});
        asked(&app, &story, title.clone()).await;
        assert!(!waits(&director, "change_to_approve").await, "the commissioner speaks first");
        clears(&sponsor, "change_to_comment", opinion()).await;
        clears(&commissioner, "change_to_advise", json!({"verdict": "return", "opinion": "请补充理由"})).await;
        clears(&team, "change_returned", inputs::change(&app, title)).await;
        clears(&commissioner, "change_to_advise", json!({"verdict": "support", "opinion": "情况属实"})).await;
        clears(&director, "change_to_approve", opinion()).await;
        clears(&team, "supplement_to_sign", inputs::signature("team")).await;
        clears(&sponsor, "supplement_to_sign", inputs::signature("sponsor")).await;
        assert_eq!(clears(&director, "supplement_to_countersign", inputs::signature("department")).await["stage"], "effective");
        assert!(!waits(&commissioner, "change_to_advise").await);
    }

    async fn what_goes_wrong_lies_on_the_desks_of_those_who_mend_it(app: TestApp) {
        let story = begun(&app).await;
        let (officer, director, team, finance) = (app.officer().await, app.director().await, app.team("keda").await, app.finance().await);
        passed_on(&app, "PZ-1").await;
        app.second_finance().await.get("/me/desk").await.is(200);
        finance.post(&format!("/payments/{}/reverse", story.payments[0]), json!({"returned_on": today(&app), "reason": "户名不符"})).await.is(200);
        assert!(!waits(&finance, "payment_to_pay_again").await, "whoever took it back does not send it again");
        clears(&app.second_finance().await, "payment_to_pay_again", json!({"voucher_no": "PZ-1B", "paid_on": today(&app)})).await;
        let made = officer.post(&format!("/projects/{}/measures", story.project), measure("terminate", "not_feasible")).await.is(201);
        assert!(!waits(&team, "measure_to_decide").await && !waits(&officer, "measure_to_decide").await);
        assert_eq!(clears(&director, "measure_to_decide", decision()).await["id"], made["id"]);
        let audit = json!({"audit_no": "审字〔2026〕5号", "spent_fen": 198_765_433, "irregular_fen": 0, "reason": "审计结论见报告第三章。"});
        officer.post(&format!("/projects/{}/clawbacks", story.project), audit).await.is(201);
        clears(&director, "clawback_to_decide", decision()).await;
        let owed = lying(&finance, "receipt_due").await;
        assert_eq!(owed, lying(&team, "clawback_to_pay").await.iter().map(|item| {
            let mut same = item.clone();
            (same["what"], same["what_zh"], same["action"]) = (owed[0]["what"].clone(), owed[0]["what_zh"].clone(), owed[0]["action"].clone());
            same
        }).collect::<Vec<_>>(), "what one receives, the other pays");
        let path = owed[0]["path"].as_str().unwrap();
        officer.post(&format!("{path}/propose_write_off"), json!({"reason": "单位已注销，无财产可供执行。"})).await.is(200);
        clears(&director, "write_off_to_decide", decision()).await;
        assert!(!waits(&finance, "receipt_due").await && !waits(&team, "clawback_to_pay").await);
    }

    async fn holding_a_request_does_not_begin_the_time_to_check_it_anew(app: TestApp) {
        let story = Story::active(&app).await;
        let commissioner = app.commissioner().await;
        let path = format!("/payments/{}", story.payments[0]);
        app.team("keda").await.does(&format!("{path}/request")).await.is(200);
        let due = lying(&commissioner, "payment_to_check").await[0].clone();
        app.days_later(5);
        app.finance().await.post(&format!("{path}/hold"), json!({"reason": "核实账户"})).await.is(200);
        assert!(!waits(&commissioner, "payment_to_check").await, "what is held waits for nobody");
        app.days_later(5);
        app.second_finance().await.post(&format!("{path}/release"), json!({"reason": "账户无误"})).await.is(200);
        let again = lying(&commissioner, "payment_to_check").await[0].clone();
        assert_eq!((&again["due_on"], &again["since"], &again["overdue_days"]), (&due["due_on"], &due["since"], &json!(0)));
    }

    async fn a_backup_finds_what_the_commissioner_finds(app: TestApp) {
        let story = Story::active(&app).await;
        let next = app.person("commissioner2", "department", Some("业务二处"), &[Commissioner]).await;
        let backup = json!({"commissioner_id": next.id(), "kind": "backup"});
        assert_eq!(next.get("/me/desk").await.is(200)["items"], json!([]));
        app.officer().await.post(&format!("/projects/{}/assign", story.project), backup).await.is(200);
        asked(&app, &story, json!({"kind": "title", "title": "煤层气提浓成套技术与工程示范"})).await;
        app.team("keda").await.does(&format!("/payments/{}/request", story.payments[0])).await.is(200);
        let desk = next.get("/me/desk").await.is(200);
        assert_eq!(desk, app.commissioner().await.get("/me/desk").await.is(200));
        let mut whats: Vec<&str> = desk["items"].as_array().unwrap().iter().map(|item| item["what"].as_str().unwrap()).collect();
        whats.sort_unstable();
        assert_eq!(whats, ["change_to_advise", "payment_to_check", "status_due"]);
        clears(&next, "change_to_advise", json!({"verdict": "support", "opinion": "情况属实"})).await;
        assert!(!waits(&app.commissioner().await, "change_to_advise").await);
    }

    async fn a_director_who_follows_or_followed_the_project_never_finds_it_to_decide(app: TestApp) {
        let story = Story::active(&app).await;
        let officer = app.officer().await;
        let both = app.person("both", "department", None, &[Director, Commissioner]).await;
        let path = format!("/projects/{}", story.project);
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": both.id(), "note": "岗位调整"})).await.is(200);
        let change = asked(&app, &story, json!({"kind": "title", "title": "煤层气提浓成套技术与工程示范"})).await;
        officer.post(&format!("{path}/measures"), measure("terminate", "not_feasible")).await.is(201);
        clears(&both, "change_to_advise", json!({"verdict": "support", "opinion": "情况属实"})).await;
        for turn in ["follows", "followed"] {
            for what in ["change_to_approve", "measure_to_decide"] {
                assert!(!waits(&both, what).await, "{what} of a project that they {turn}");
                assert!(waits(&app.director().await, what).await, "{what}");
            }
            if turn == "follows" {
                officer.post(&format!("{path}/assign"), json!({"commissioner_id": app.commissioner().await.id(), "note": "移交"})).await.is(200);
            }
        }
        both.post(&format!("{change}/approve"), opinion()).await.is_refused(403, "forbidden");
    }

    async fn a_problem_stays_with_whoever_found_it_and_goes_to_supervision_when_they_are_gone(app: TestApp) {
        let story = Story::active(&app).await;
        let (commissioner, next) = (app.commissioner().await, app.person("commissioner2", "department", Some("业务二处"), &[Commissioner]).await);
        let supervisor = app.person("supervisor", "department", Some("机关纪委"), &[Supervisor]).await;
        commissioner.post(&format!("/projects/{}/problems", story.project), inputs::problem(&app)).await.is(201);
        app.days_later(31);
        assert!(waits(&commissioner, "problem_overdue").await && !waits(&supervisor, "problem_overdue").await);
        app.officer().await.post(&format!("/projects/{}/assign", story.project), json!({"commissioner_id": next.id(), "note": "移交"})).await.is(200);
        assert!(waits(&commissioner, "problem_overdue").await && !waits(&next, "problem_overdue").await, "the successor may not close it");
        clears(&supervisor, "problem_overdue", json!({"resolution": "设备已到位"})).await;
        assert!(!waits(&commissioner, "problem_overdue").await);
    }

    async fn what_is_blocked_lies_on_no_desk(app: TestApp) {
        let story = Story::active(&app).await;
        app.team("keda").await.does(&format!("/payments/{}/request", story.payments[0])).await.is(200);
        assert!(waits(&app.commissioner().await, "payment_to_check").await);
        let mut input = measure("suspend", "investigation");
        input["clock_stops"] = json!(false);
        input["until_on"] = json!(app.app.clock.now().date().plus_days(100).to_string());
        decided(&story, input).await;
        assert!(!waits(&app.commissioner().await, "payment_to_check").await);
        decided(&story, measure("resume", "cause_gone")).await;
        assert!(waits(&app.commissioner().await, "payment_to_check").await);
    }
}
