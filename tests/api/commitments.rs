//! Commitments 任务书与军令状: made from the bid and the decision, one text for all signatures, readable for ever.

use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

/// Where the commitment of a story stands.
fn path(story: &Story<'_>, what: &str) -> String {
    format!("/projects/{}/{what}", story.project)
}

/// Sets the plan anew.
async fn replan(app: &TestApp, story: &Story<'_>) -> crate::support::Reply {
    let officer = app.officer().await;
    let version = officer.get(&format!("/projects/{}", story.project)).await.is(200)["version"].as_i64().unwrap();
    officer.put(&path(story, "plan"), version, inputs::plan(650 * inputs::WAN)).await
}

on_both! {
    async fn a_commitment_is_made_from_the_bid_and_the_decision(app: TestApp) {
        let story = Story::awarded(&app).await;
        let team = app.team("keda").await;
        team.get(&path(&story, "commitment")).await.is_refused(404, "not_found");
        replan(&app, &story).await.is(200);
        let kept = team.get(&path(&story, "commitment")).await.is(200);
        let text = &kept["content"];
        assert_eq!((&text["award_fen"], &text["principal"]), (&json!(650 * inputs::WAN), &json!("李挂帅")));
        assert_eq!((&text["sponsor_fund_fen"], &text["self_fund_fen"]), (&json!(50 * inputs::WAN), &json!(100 * inputs::WAN)));
        let budget: i64 = text["budget"].as_array().unwrap().iter().map(|line| line["fiscal_fen"].as_i64().unwrap()).sum();
        assert_eq!(budget, 650 * inputs::WAN, "the bid asked for more, the budget is held to the award");
        let targets: Vec<&Value> = text["indicators"].as_array().unwrap().iter().map(|indicator| &indicator["target"]).collect();
        assert_eq!(targets, [&json!("96"), &json!("0.5"), &json!("3000")], "what was promised, not only what was asked");
        let parties: Vec<&Value> = text["parties"].as_array().unwrap().iter().map(|party| &party["party"]).collect();
        assert_eq!(parties, [&json!("department"), &json!("team"), &json!("sponsor")]);
        let paid: i64 = text["payments"].as_array().unwrap().iter().map(|payment| payment["amount_fen"].as_i64().unwrap()).sum();
        assert_eq!(paid, 650 * inputs::WAN);
        let headings: Vec<&str> = text["clauses"].as_array().unwrap().iter().map(|clause| clause["heading"].as_str().unwrap()).collect();
        assert_eq!(headings, ["承诺", "停拨", "追回", "禁申", "尽职免责", "变更"]);
        assert_eq!((&kept["number"], &kept["effective_at"], kept["sha256"].as_str().unwrap().len()), (&json!(1), &Value::Null, 64));
    }

    async fn a_signature_is_of_the_text_that_the_signer_has_read(app: TestApp) {
        let story = Story::planned(&app).await;
        let (team, sign) = (app.team("keda").await, path(&story, "sign"));
        let read = team.get(&path(&story, "commitment")).await.is(200)["sha256"].clone();
        team.post(&sign, json!({"party": "team", "pledge": false})).await
            .has_faults(&[("pledge", "not_affirmed"), ("legal_representative", "required")]);
        app.sponsor().await.post(&sign, json!({"party": "sponsor", "pledge": true, "legal_representative": "孙法人"})).await
            .has_faults(&[("legal_representative", "not_here")]);
        let mut input = inputs::signature("team");
        input["sha256"] = json!("0".repeat(64));
        team.post(&sign, input.clone()).await.is_refused(409, "commitment_changed");
        input["sha256"] = read.clone();
        input["signer"] = json!("李挂帅");
        team.post(&sign, input).await.is(200);
        let kept = team.get(&path(&story, "commitment")).await.is(200);
        let signed = &kept["signatures"][0];
        assert_eq!((&signed["signer"], &signed["legal_representative"]), (&json!("李挂帅"), &json!("赵法人")));
        assert_eq!((&signed["sha256"], &signed["signed_by"]), (&read, &json!(team.id())));
    }

    async fn a_plan_set_anew_is_another_text_and_the_one_before_stays_readable(app: TestApp) {
        let story = Story::planned(&app).await;
        story.signed_by("team").await;
        app.later(chrono::TimeDelta::minutes(1));
        replan(&app, &story).await.is(200);
        for party in ["team", "sponsor", "department"] {
            story.signed_by(party).await;
        }
        let versions = app.sponsor().await.get(&path(&story, "versions")).await.is(200);
        let [first, second] = versions["items"].as_array().unwrap().as_slice() else { panic!("two texts") };
        assert_eq!((&first["number"], &first["effective_at"], &first["signatures"]), (&json!(1), &Value::Null, &json!([])));
        assert_eq!(second["signatures"].as_array().unwrap().len(), 3);
        assert!(second["effective_at"].is_string());
        app.team("yuan").await.get(&path(&story, "versions")).await.is_refused(404, "not_found");
    }

    async fn nobody_signs_while_a_party_or_a_person_is_restricted(app: TestApp) {
        let story = Story::planned(&app).await;
        let supervisor = app.supervisor().await;
        let input = inputs::restriction(&app.organization("keda").await.to_string());
        let made = supervisor.post("/restrictions", input).await.is(201);
        let restriction = format!("/restrictions/{}", made["id"].as_str().unwrap());
        app.director().await.does(&format!("{restriction}/approve")).await.is(200);
        let sign = path(&story, "sign");
        for (who, party) in [(app.team("keda").await, "team"), (app.sponsor().await, "sponsor"), (app.director().await, "department")] {
            who.post(&sign, inputs::signature(party)).await.is_refused(409, "restricted");
        }
        app.director().await.post(&format!("{restriction}/lift"), json!({"reason": "期满前解除"})).await.is(200);
        story.signed_by("team").await;
    }

    async fn the_commitment_is_a_page_to_print(app: TestApp) {
        let story = Story::planned(&app).await;
        story.signed_by("team").await;
        let page = app.sponsor().await.get(&path(&story, "commitment/page")).await;
        assert_eq!(page.status, 200);
        for words in ["任务书暨军令状", "size:A4", "李挂帅", "≤0.5 kWh", "第三方检测", "尽职免责", "赵法人 / 李挂帅", "650.00", "278.571429", "待签署", "SHA-256"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert!(page.header("content-security-policy").contains("sandbox"));
        app.team("yuan").await.get(&path(&story, "commitment/page")).await.is_refused(404, "not_found");
    }

    async fn a_party_signs_once_however_many_of_its_people_try(app: TestApp) {
        let story = Story::planned(&app).await;
        let colleague = app.person("colleague", "keda", None, &[Role::Team]).await;
        let team = app.team("keda").await;
        for one in [&team, &colleague] {
            one.token().await;
        }
        let sign = path(&story, "sign");
        let tries = (0..12).map(|n| if n % 2 == 0 { &team } else { &colleague }).map(|one| one.post(&sign, inputs::signature("team")));
        let replies = futures_util::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)));
        assert_eq!(app.count("signatures").await, 1);
    }

    async fn what_is_signed_while_the_plan_is_set_anew_is_one_text(app: TestApp) {
        let story = Story::planned(&app).await;
        let (team, sponsor, officer) = (app.team("keda").await, app.sponsor().await, app.officer().await);
        for one in [&team, &sponsor, &officer] {
            one.token().await;
        }
        let (sign, plan) = (path(&story, "sign"), path(&story, "plan"));
        let version = officer.get(&format!("/projects/{}", story.project)).await.is(200)["version"].as_i64().unwrap();
        let old = team.get(&path(&story, "commitment")).await.is(200)["sha256"].clone();
        let mut changed = inputs::plan(650 * inputs::WAN);
        changed["milestones"][0]["name"] = json!("小试与选型完成");
        let mut of_team = inputs::signature("team");
        of_team["sha256"] = old.clone();
        let (planned, by_team, by_sponsor) = tokio::join!(
            officer.put(&plan, version, changed), team.post(&sign, of_team), sponsor.post(&sign, inputs::signature("sponsor")),
        );
        assert!(matches!(planned.status.as_u16(), 200 | 412), "{}", planned.text);
        assert!(matches!(by_team.status.as_u16(), 200 | 409), "{}", by_team.text);
        assert_eq!(by_sponsor.status, 200, "{}", by_sponsor.text);
        let kept = team.get(&path(&story, "commitment")).await.is(200);
        let given = kept["signatures"].as_array().unwrap();
        assert!(given.iter().all(|signature| signature["sha256"] == kept["sha256"]));
        let team_stands = given.iter().any(|signature| signature["party"] == "team");
        assert!(!(team_stands && kept["sha256"] != old), "the team read the old text");
        assert_eq!(app.count("signatures").await, i64::try_from(given.len()).unwrap(), "none is left of another text");
    }
}
