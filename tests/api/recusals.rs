//! Recusal: interests that the data show, those that people declare, and what becomes of scores and rights.

use crate::reviews::race;
use crate::sealing::by_hand;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

fn ask(expert: &Caller) -> Value {
    json!({"expert_id": expert.id(), "due_at": "2027-01-01T00:00:00Z"})
}

fn order(person: &Caller) -> Value {
    json!({"user_id": person.id(), "ground": "requested", "reason": "两年前与该团队合作发表论文"})
}

/// A round of one bid with this content, under review.
async fn reviewing(app: &TestApp, content: Value) -> Story<'_> {
    let mut story = Story::open(app).await;
    let team = app.team("keda").await;
    team.post(&story.path("bids"), content).await.is(201)["id"].as_str().unwrap().clone_into(&mut story.bid);
    team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
    story.close().await;
    app.officer().await.does(&story.path("open_bids")).await.is(200);
    story.examined(&story.bid, &[]).await;
    app.officer().await.does(&story.path("start_review")).await.is(200);
    story
}

on_both! {
    async fn a_recused_experts_score_no_longer_counts_here_or_in_any_other_bid_of_the_round(app: TestApp) {
        let (story, lanes, proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let (officer, supervisor) = (app.officer().await, app.supervisor().await);
        for (bid, expert, fit) in [(&lanes[0], 3, "18"), (&lanes[1], 3, "22"), (&lanes[0], 4, "22")] {
            story.scored(bid, expert, fit).await;
        }
        let scores = |table: &Value| table["items"].as_array().unwrap().iter().map(|line| line["score"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let table = officer.get(&story.path("scores")).await.is(200);
        assert_eq!(scores(&table), ["80.5", "78.5"], "82.5 and 78.5; 82.5, 74.5 and 78.5");
        let (third, path) = (app.expert(3).await, story.path("recusals"));
        let review = format!("/reviews/{}", third.get("/reviews").await.is(200)["items"][0]["id"].as_str().unwrap());
        officer.post(&path, order(&third)).await.is_refused(403, "forbidden");
        let own = json!({"user_id": third.id(), "ground": "declared", "reason": "本人申报"});
        supervisor.post(&path, own).await.has_faults(&[("ground", "not_here")]);
        supervisor.post(&path, json!({"user_id": third.id(), "reason": "有人反映"})).await.has_faults(&[("ground", "required")]);
        app.letters().await;
        let kept = supervisor.post(&path, order(&third)).await.is(201);
        assert_eq!(supervisor.get(&format!("/recusals/{}", kept["id"].as_str().unwrap())).await.is(200), kept);
        supervisor.post(&path, order(&third)).await.is_refused(409, "stepped_aside");
        let told: Vec<String> = app.mail().await.into_iter().filter(|(name, _)| name == "recusal_recorded").map(|(_, to)| to).collect();
        assert_eq!(told, ["expert3@test.example", "officer@test.example", "supervisor@test.example"]);
        let table = officer.get(&story.path("scores")).await.is(200);
        assert_eq!(scores(&table), ["82.5", "80.5"]);
        assert_eq!(table["items"][1]["computed"], "(82.5 + 78.5) / 2 = 80.5");
        assert_eq!(table["items"].as_array().unwrap().iter().map(|line| &line["recused_sheets"]).collect::<Vec<_>>(), [&json!(1), &json!(1)]);
        // The expert reads no bid any more, and is not asked again.
        assert_eq!(third.get(&review).await.is(200)["bid"], json!(null));
        third.get(&format!("/bids/{}", lanes[0])).await.is_refused(404, "not_found");
        officer.post(&format!("/bids/{}/reviews", lanes[1]), ask(&third)).await.is_refused(409, "conflict_of_interest");
        // Once a decision is proposed nobody is recused behind its back.
        story.satisfied().await;
        officer.post(&story.path("propose"), proposal).await.is(201);
        supervisor.post(&path, order(&app.expert(4).await)).await.is_refused(409, "wrong_stage");
    }

    async fn a_conflict_that_comes_to_light_at_one_bid_ends_the_experts_part_in_its_rivals(app: TestApp) {
        let (story, lanes, _) = race(&app, [inputs::bid(), inputs::bid()]).await;
        story.scored(&lanes[0], 3, "22").await;
        let review = story.assigned(&lanes[1], 3).await;
        let input = json!({"conflict": true, "reason": "与负责人系师生关系"});
        app.expert(3).await.post(&format!("/reviews/{review}/decline"), input).await.is(200);
        let table = app.officer().await.get(&story.path("scores")).await.is(200);
        let rows = table["items"].as_array().unwrap();
        let left: Vec<(&Value, usize)> = rows.iter().map(|line| (&line["recused_sheets"], line["phases"][0]["sheets"].as_array().unwrap().len())).collect();
        assert!(left.contains(&(&json!(1), 1)) && left.contains(&(&json!(0), 1)), "what was scored before does not count either: {table}");
        let ended: Vec<Value> = app.expert(3).await.get("/reviews").await.is(200)["items"].as_array().unwrap().iter()
            .map(|review| json!([review["stage"], review["recusal"]])).collect();
        assert!(ended.contains(&json!(["recused", "declared"])) && ended.contains(&json!(["declined", "declared"])), "{ended:?}");
        let kept = app.auditor().await.get(&story.path("recusals")).await.is(200)["items"].clone();
        assert_eq!((kept.as_array().unwrap().len(), &kept[0]["ground"], &kept[0]["reason"]), (1, &json!("declared"), &json!("与负责人系师生关系")));
    }

    async fn an_interest_that_arises_after_the_declaration_keeps_a_sheet_out_and_the_bid_closed(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        let (expert, path) = (app.expert(1).await, format!("/reviews/{review}"));
        expert.post(&format!("{path}/declare"), json!({"no_conflict": true})).await.is(200);
        let bid = format!("/bids/{}", story.bid);
        expert.get(&bid).await.is(200);
        expert.get(&format!("{bid}/files")).await.is(200);
        assert_eq!(expert.get("/bids").await.is(200)["items"][0]["id"], json!(story.bid));
        let home = app.organization("keda").await;
        by_hand(&app, format!("UPDATE users SET organization_id = '{home}' WHERE id = '{}'", expert.id())).await;
        expert.post(&format!("{path}/submit"), inputs::scores("22")).await.is_refused(403, "forbidden");
        let shown = expert.get(&path).await.is(200);
        assert_eq!((&shown["bid"], &shown["allowed_actions"]), (&json!(null), &json!(["review.decline"])));
        expert.get(&bid).await.is_refused(404, "not_found");
        expert.get(&format!("{bid}/files")).await.is_refused(404, "not_found");
        assert_eq!(expert.get("/bids").await.is(200)["items"], json!([]), "a list shows what a get shows");
        expert.post(&format!("{path}/decline"), json!({"conflict": true, "reason": "已调入该单位"})).await.is(200);
    }

    async fn an_expert_reads_a_bid_while_it_is_under_review_and_no_longer(app: TestApp) {
        let story = Story::deciding(&app).await;
        let (expert, bid) = (app.expert(1).await, format!("/bids/{}", story.bid));
        expert.get(&bid).await.is_refused(404, "not_found");
        assert_eq!(expert.get("/bids").await.is(200)["items"], json!([]));
        let review = expert.get("/reviews").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let shown = expert.get(&format!("/reviews/{review}")).await.is(200);
        assert_eq!((&shown["bid"], &shown["total"]), (&json!(null), &json!("82.5")), "what they scored stays theirs to read");
        app.director().await.post(&format!("/decisions/{}/return", story.decision), json!({"reason": "依据不足"})).await.is(200);
        expert.get(&bid).await.is(200);
    }

    async fn whatever_keeps_an_expert_out_those_who_ask_see_the_same(app: TestApp) {
        let mut content = inputs::bid();
        let member = inputs::identity("19820307");
        content["team"][1]["identity"] = json!(member);
        content["avoid_experts"] = json!([{"name": "expert4 某", "organization": "academy4 单位", "reason": "有学术争议"}]);
        let story = reviewing(&app, content).await;
        let (officer, path) = (app.officer().await, format!("/bids/{}/reviews", story.bid));
        // Of the lead, of the sponsor, of the team, to be spared, stepped aside, examiner before.
        let near = app.person("near", "keda", None, &[Role::Expert]).await;
        let sponsor = app.person("ours", "sponsor-works", None, &[Role::Expert]).await;
        let teammate = app.expert(3).await;
        teammate.post("/me/identity_number", json!({"identity_number": member})).await.is(200);
        let aside = app.expert(5).await;
        aside.post(&story.path("recusals"), json!({"reason": "与负责人系师生关系"})).await.is(201);
        let examiner = app.second_examiner().await;
        app.granted(&examiner.id(), json!(["expert"])).await;
        let mut answers = Vec::new();
        for person in [near, sponsor, teammate, app.expert(4).await, aside, examiner] {
            let reply = officer.with("X-Request-Id", "same-request").post(&path, ask(&person)).await;
            reply.is_refused(409, "conflict_of_interest");
            answers.push(reply.text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(app.count("reviews").await, 0);
        // Spared is who bears the name at that place: others of the name, or of the place, are not.
        let namesake = app.person("expert4b", "academy4", None, &[Role::Expert]).await;
        officer.post(&path, ask(&namesake)).await.is(201);
    }

    async fn whoever_shared_a_project_with_someone_of_the_team_within_three_years_is_kept_out(app: TestApp) {
        let (shared, other) = (inputs::identity("19820307"), inputs::identity("19700101"));
        let expert = app.expert(7).await;
        expert.post("/me/identity_number", json!({"identity_number": other})).await.is(200);
        let mut first = inputs::bid();
        first["team"][0]["identity"] = json!(other);
        first["team"][1]["identity"] = json!(shared);
        let earlier = reviewing(&app, first).await;
        earlier.scored(&earlier.bid, 1, "26").await;
        let officer = app.officer().await;
        earlier.satisfied().await;
        let decision = officer.post(&earlier.path("propose"), earlier.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        app.director().await.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&earlier.path("publicise"), earlier.publicity_window()).await.is(200);
        app.days_later(13);
        app.director().await.does(&earlier.path("award")).await.is(200);
        let mut next = inputs::bid();
        next["team"][1]["identity"] = json!(shared);
        next["team"][1]["person_months"] = json!(1);
        let story = reviewing(&app, next).await;
        let path = format!("/bids/{}/reviews", story.bid);
        officer.post(&path, ask(&expert)).await.is_refused(409, "conflict_of_interest");
        by_hand(&app, "UPDATE projects SET starts_on = '2019-01-01', ends_on = '2020-01-01'".into()).await;
        officer.post(&path, ask(&expert)).await.is(201);
    }

    async fn whoever_steps_aside_does_nothing_more_with_the_challenge(app: TestApp) {
        let story = Story::screening(&app).await;
        let (officer, director, examiner) = (app.officer().await, app.director().await, app.second_examiner().await);
        let path = story.path("recusals");
        for person in [&officer, &director, &examiner] {
            person.post(&path, json!({"reason": "配偶在申请单位任职"})).await.is(201);
        }
        examiner.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is_refused(403, "forbidden");
        let shown = officer.get(&format!("/challenges/{}", story.challenge)).await.is(200);
        assert_eq!(shown["allowed_actions"], json!([]));
        director.post(&story.path("fail"), json!({"reason_code": "other", "reason": "不具备条件"})).await.is_refused(403, "forbidden");
        officer.post(&path, json!({"reason": "再次申报"})).await.is_refused(403, "forbidden");
        // Others of the department take it on.
        app.examiner().await.post(&format!("/bids/{}/examine", story.bid), inputs::examination(&[])).await.is(200);
        let colleague = app.person("officer2", "department", Some("业务一处"), &[Role::Officer]).await;
        colleague.does(&story.path("start_review")).await.is(200);
        let keeper = app.person("both", "department", None, &[Role::Supervisor, Role::Officer]).await;
        keeper.post(&path, json!({"reason": "配偶在申请单位任职"})).await.is(201);
        keeper.post(&path, order(&app.expert(2).await)).await.is_refused(403, "forbidden");
    }

    async fn a_commissioner_with_an_interest_follows_no_project_of_the_challenge(app: TestApp) {
        let story = Story::active(&app).await;
        let (commissioner, project) = (app.commissioner().await, format!("/projects/{}", story.project));
        story.handed_in(0, &[("K1", "91")]).await;
        commissioner.post(&story.path("recusals"), json!({"reason": "子女入职牵头单位"})).await.is(201);
        let verify = format!("/milestones/{}/verify", story.milestones[0]);
        commissioner.post(&verify, json!({"opinion": "达到"})).await.is_refused(403, "forbidden");
        let again = json!({"commissioner_id": commissioner.id()});
        app.officer().await.post(&format!("{project}/assign"), again).await.is_refused(409, "conflict_of_interest");
        let other = app.person("commissioner2", "department", None, &[Role::Commissioner]).await;
        app.officer().await.post(&format!("{project}/assign"), json!({"commissioner_id": other.id(), "note": "原专员回避"})).await.is(200);
        other.post(&verify, json!({"opinion": "达到"})).await.is(200);
    }

    async fn who_stepped_aside_and_why_is_known_to_supervision_and_audit_alone(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let path = story.path("recusals");
        let kept = app.expert(2).await.post(&path, json!({"reason": "与负责人系亲属"})).await.is(201)["id"].as_str().unwrap().to_owned();
        for reader in [app.supervisor().await, app.auditor().await] {
            assert_eq!(reader.get(&path).await.is(200)["items"][0]["user_id"], json!(app.expert(2).await.id()));
        }
        for other in [app.officer().await, app.director().await, app.expert(2).await, app.team("keda").await] {
            other.get(&path).await.is_refused(403, "forbidden");
            other.get(&format!("/recusals/{kept}")).await.is_refused(404, "not_found");
        }
        app.supervisor().await.post(&path, json!({"user_id": uuid::Uuid::now_v7().to_string(), "ground": "detected", "reason": "比对发现"}))
            .await.has_faults(&[("user_id", "unknown_record")]);
        app.team("keda").await.post(&path, json!({"reason": "与负责人系亲属"})).await.is_refused(403, "forbidden");
    }
}
