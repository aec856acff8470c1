//! Papers: the tables that a department files, as Excel and as pages to print.

use crate::support::caller::Caller;
use crate::support::{Story, TestApp, inputs, on_both};
use calamine::{Reader, Xlsx};
use serde_json::json;
use std::io::Cursor;

/// The cells of a table, as Excel would show them.
async fn table(app: &TestApp, who: &Caller, story: &Story<'_>, name: &str) -> Vec<Vec<String>> {
    let token = who.token().await.unwrap();
    let url = format!("{}/api/v1{}?table={name}", app.address, story.path("papers"));
    let reply = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(reply.status(), 200, "{name}");
    assert!(reply.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\""));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(reply.bytes().await.unwrap())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

on_both! {
    async fn each_table_holds_what_the_record_says(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.days_later(1);
        let supervisor = app.supervisor().await;
        let filed = app.team("yuan").await.post(&story.path("objections"), inputs::objection()).await.is(201)["id"].as_str().unwrap().to_owned();
        supervisor.does(&format!("/objections/{filed}/admit")).await.is(200);
        app.expert(2).await.post(&story.path("recusals"), json!({"reason": "与负责人系师生关系"})).await.is(201);
        let bids = table(&app, &app.officer().await, &story, "bids").await;
        assert!(bids[1][0].contains("填报日期：2026-04-03") && bids[2][0] == "榜单编号");
        assert_eq!((bids[3][2].as_str(), bids[3][6].as_str(), bids[3][8].as_str(), bids[3][9].as_str()), ("keda 单位", "李挂帅", "700", "拟立项"));
        let examined = table(&app, &app.auditor().await, &story, "examinations").await;
        assert_eq!((examined[2].len(), examined[3][1].as_str(), examined[3][19].as_str()), (21, "通过", "examiner2 某"));
        let scores = table(&app, &app.director().await, &story, "scores").await;
        assert_eq!(scores[3][3..9], ["82.5", "82.5", "1", "拟立项", "满意", "650"]);
        let announced = table(&app, &app.officer().await, &story, "publicity").await;
        assert_eq!(announced[3][1..4], ["keda 单位", "", "李挂帅"]);
        let draws = table(&app, &supervisor, &story, "draws").await;
        assert_eq!(draws[3][8], "expert2 某（自行申报：与负责人系师生关系）");
        let objections = table(&app, &app.officer().await, &story, "objections").await;
        assert_eq!(objections[3][2..6], ["个人", "受理", "supervisor 某", "已受理"]);
        assert!(!objections.concat().concat().contains("赵真名"));
        let log = app.auditor().await.get("/audit?action=paper.read").await.is(200);
        let taken: Vec<&str> = log["items"].as_array().unwrap().iter().map(|row| row["detail"].as_str().unwrap()).collect();
        assert!(taken.len() == 2 && taken.contains(&"table bids") && taken.contains(&"table examinations"), "what is taken along is remembered: {taken:?}");
    }

    async fn a_table_is_for_those_who_may_read_what_stands_in_it(app: TestApp) {
        let story = Story::deciding(&app).await;
        let path = |table: &str| format!("{}?table={table}", story.path("papers"));
        for (name, refused) in [
            ("draws", app.officer().await), ("scores", app.examiner().await), ("objections", app.examiner().await), ("bids", app.leader().await),
            ("publicity", app.team("keda").await), ("scores", app.expert(1).await), ("examinations", app.sponsor().await),
        ] {
            refused.get(&path(name)).await.is_refused(403, "forbidden");
        }
        app.officer().await.get(&path("everything")).await.has_faults(&[("table", "unknown_code")]);
        app.officer().await.get(&format!("{}&format=doc", path("bids"))).await.has_faults(&[("format", "unknown_code")]);
    }

    async fn before_the_opening_a_table_shows_no_bid(app: TestApp) {
        let story = Story::closed(&app).await;
        assert_eq!(table(&app, &app.officer().await, &story, "bids").await.len(), 3, "the headings alone");
    }

    async fn words_stay_words_in_excel_and_in_the_page_to_print(app: TestApp) {
        let mut content = inputs::bid();
        content["team"][0]["name"] = json!("=HYPERLINK(\"x\")<b>");
        let story = Story::open(&app).await;
        let team = app.team("keda").await;
        let bid = team.post(&story.path("bids"), content).await.is(201)["id"].as_str().unwrap().to_owned();
        team.does(&format!("/bids/{bid}/submit")).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(table(&app, &app.officer().await, &story, "bids").await[3][6], "=HYPERLINK(\"x\")<b>");
        let page = app.officer().await.get(&format!("{}?format=html", story.path("papers"))).await;
        assert!(page.status == 200 && page.text.contains("&lt;b&gt;") && !page.text.contains("<b>"), "{}", page.text);
        assert!(page.header("content-security-policy").contains("sandbox"));
    }
}
