//! Separation of duties: each rule by itself; [`walks`] let people with many hats try everything.

mod broken;
mod walks;

use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn whoever_examined_a_bid_neither_decides_nor_follows_nor_pays(app: TestApp) {
        let story = Story::screening(&app).await;
        let all = [Role::Examiner, Role::Director, Role::Finance, Role::Commissioner];
        let examiner = app.person("all-hats", "department", None, &all).await;
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is(200);
        app.officer().await.does(&story.path("start_review")).await.is(200);
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        let decision = app.officer().await.post(&story.path("propose"), story.proposal()).await.is(201);
        let path = format!("/decisions/{}", decision["id"].as_str().unwrap());
        assert_eq!(examiner.get(&path).await.is(200)["allowed_actions"], json!([]));
        let refused = examiner.does(&format!("{path}/approve")).await.is_refused(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("回避"), "{refused}");
        app.director().await.does(&format!("{path}/approve")).await.is(200);
        app.officer().await.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        examiner.does(&story.path("award")).await.is_refused(403, "forbidden");
        app.director().await.does(&story.path("award")).await.is(200);
        let projects = app.officer().await.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
        let assign = format!("/projects/{}/assign", projects["items"][0]["id"].as_str().unwrap());
        app.officer().await.post(&assign, json!({"commissioner_id": examiner.id()})).await.is_refused(409, "conflict_of_interest");
        // On another challenge the same person is a stranger, and may.
        let elsewhere = Story::deciding(&app).await;
        examiner.does(&format!("/decisions/{}/approve", elsewhere.decision)).await.is(200);
    }

    async fn whoever_wrote_or_submitted_a_challenge_does_not_approve_it(app: TestApp) {
        let both = app.person("both-desks", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let third = app.person("third-desk", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let story = Story::draft(&app).await;
        let path = format!("/challenges/{}", story.challenge);
        let version = both.get(&path).await.is(200)["version"].as_i64().unwrap();
        let sponsor = app.organization("sponsor-works").await.to_string();
        both.put(&path, version, inputs::challenge(&story.batch, &sponsor, 1)).await.is(200);
        third.does(&story.path("submit")).await.is(200);
        for author in [&both, &third] {
            assert_eq!(author.get(&path).await.is(200)["allowed_actions"], json!([]));
            author.does(&story.path("approve")).await.is_refused(403, "forbidden");
            author.post(&story.path("return"), json!({"reason": "退回修改"})).await.is_refused(403, "forbidden");
        }
        app.director().await.does(&story.path("approve")).await.is(200);
    }

    async fn whoever_planned_a_project_does_not_sign_it_for_the_department(app: TestApp) {
        let story = Story::awarded(&app).await;
        let both = app.person("both-desks", "department", Some("业务一处"), &[Role::Officer, Role::Director]).await;
        let path = format!("/projects/{}", story.project);
        let version = both.get(&path).await.is(200)["version"].as_i64().unwrap();
        both.put(&format!("{path}/plan"), version, inputs::plan(650 * inputs::WAN)).await.is(200);
        let sign = json!({"party": "department", "pledge": true});
        both.post(&format!("{path}/sign"), sign.clone()).await.is_refused(403, "forbidden");
        app.director().await.post(&format!("{path}/sign"), sign).await.is(200);
    }

    async fn whoever_once_followed_a_project_approves_nothing_there_and_whoever_signed_does_not_follow_it(app: TestApp) {
        let story = Story::active(&app).await;
        let path = format!("/projects/{}", story.project);
        let former = app.person("former", "department", None, &[Role::Commissioner, Role::Director, Role::Finance]).await;
        let officer = app.officer().await;
        let assign = async |who: &Caller| officer.post(&format!("{path}/assign"), json!({"commissioner_id": who.id(), "note": "岗位调整"})).await;
        assign(&former).await.is(200);
        assign(&app.commissioner().await).await.is(200);
        let payment = format!("/payments/{}", story.payments[0]);
        app.team("keda").await.does(&format!("{payment}/request")).await.is(200);
        app.commissioner().await.does(&format!("{payment}/check")).await.is(200);
        assert_eq!(former.get(&payment).await.is(200)["allowed_actions"], json!([]));
        former.does(&format!("{payment}/approve")).await.is_refused(403, "forbidden");
        app.finance().await.does(&format!("{payment}/approve")).await.is(200);
        let conclusion = json!({"conclusion": "completed", "opinion": "通过验收"});
        former.post(&format!("{path}/conclude"), conclusion).await.is_refused(403, "forbidden");
        // On another project the director who signs for the department is a commissioner as well.
        let story = Story::planned(&app).await;
        let path = format!("/projects/{}", story.project);
        let signer = app.person("signer", "department", None, &[Role::Commissioner, Role::Director]).await;
        signer.post(&format!("{path}/sign"), json!({"party": "department", "pledge": true})).await.is(200);
        let input = json!({"commissioner_id": signer.id()});
        officer.post(&format!("{path}/assign"), input).await.is_refused(409, "conflict_of_interest");
    }

    async fn whoever_decides_is_of_the_department_whose_organisation_never_bids(app: TestApp) {
        let (team, sysadmin) = (app.team("keda").await, app.sysadmin().await);
        for role in ["officer", "director", "finance"] {
            let input = json!({"roles": [role], "reason": "借调"});
            sysadmin.post(&format!("/users/{}/grants", team.id()), input).await.is_refused(409, "not_of_the_department");
        }
    }

    async fn whoever_examined_a_bid_does_not_score_on_the_challenge_later(app: TestApp) {
        let story = Story::screening(&app).await;
        let examiner = app.person("changes-sides", "institute", None, &[Role::Examiner]).await;
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is(200);
        app.officer().await.does(&story.path("start_review")).await.is(200);
        let grant = json!({"roles": ["expert"], "reason": "转任专家"});
        let grant = app.sysadmin().await.post(&format!("/users/{}/grants", examiner.id()), grant).await.is(201);
        app.secadmin().await.does(&format!("/grants/{}/approve", grant["id"].as_str().unwrap())).await.is(200);
        let input = json!({"expert_id": examiner.id(), "due_at": "2027-01-01T00:00:00Z"});
        app.officer().await.post(&format!("/bids/{}/reviews", story.bid), input).await.is_refused(409, "conflict_of_interest");
    }

    async fn whoever_has_followed_an_organisation_for_three_years_hands_over(app: TestApp) {
        let (first, second) = (Story::active(&app).await, Story::active(&app).await);
        let (officer, commissioner) = (app.officer().await, app.commissioner().await);
        let other = app.person("fresh", "department", None, &[Role::Commissioner]).await;
        let assign = async |story: &Story<'_>, who: &Caller| {
            officer.post(&format!("/projects/{}/assign", story.project), json!({"commissioner_id": who.id(), "note": "岗位调整"})).await
        };
        assign(&second, &other).await.is(200);
        app.days_later(3 * 365);
        assign(&second, &commissioner).await.is_refused(409, "rotation_due");
        assign(&first, &other).await.is_refused(409, "rotation_due");
        let third = app.person("third", "department", None, &[Role::Commissioner]).await;
        assign(&first, &third).await.is(200);
        app.days_later(364);
        assign(&second, &commissioner).await.is_refused(409, "rotation_due");
        app.days_later(1);
        assign(&second, &commissioner).await.is(200);
    }

    async fn the_sponsor_of_a_challenge_does_not_bid_on_it(app: TestApp) {
        let story = Story::open(&app).await;
        let both = app.person("sponsor-and-team", "sponsor-works", None, &[Role::Sponsor, Role::Team]).await;
        both.post(&story.path("bids"), inputs::bid()).await.is_refused(403, "forbidden");
    }
}
