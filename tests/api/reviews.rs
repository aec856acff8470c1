//! Reviews and decisions: conflicts, scores, proposals, publicity, award.

use crate::support::race::judged;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// A race of keda and yuan with these bids, scored; and the proposal that both win.
pub async fn race(app: &TestApp, bids: [Value; 2]) -> (Story<'_>, Vec<String>, Value) {
    let [keda, yuan] = bids;
    judged(app, &[("keda", keda), ("yuan", yuan)], 400).await
}

on_both! {
    async fn a_reviewer_cannot_score_a_bid_from_their_own_organisation(app: TestApp) {
        use jiebang::domain::policy::Role::Expert;
        let story = Story::reviewing(&app).await;
        for organization in ["keda", "sponsor-works"] {
            let near = app.person(&format!("near-{organization}"), organization, None, &[Expert]).await;
            let input = json!({"expert_id": near.id(), "due_at": "2027-01-01T00:00:00Z"});
            app.officer().await.post(&format!("/bids/{}/reviews", story.bid), input).await.is_refused(409, "conflict_of_interest");
        }
        let input = json!({"expert_id": app.officer().await.id(), "due_at": "2027-01-01T00:00:00Z"});
        app.officer().await.post(&format!("/bids/{}/reviews", story.bid), input).await.is_refused(409, "not_an_expert");
        assert_eq!(app.count("reviews").await, 0);
    }

    async fn an_expert_reads_the_bid_only_after_declaring_no_conflict(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        let expert = app.expert(1).await;
        let path = format!("/reviews/{review}");
        let bid = format!("/bids/{}", story.bid);
        assert_eq!(expert.get(&path).await.is(200)["bid"], json!(null));
        expert.get(&bid).await.is_refused(404, "not_found");
        assert_eq!(expert.get("/bids").await.is(200)["items"], json!([]));
        expert.post(&format!("{path}/submit"), inputs::scores("26")).await.is_refused(409, "wrong_stage");
        expert.post(&format!("{path}/declare"), json!({"no_conflict": false})).await.is_refused(409, "interest_not_declared");
        expert.post(&format!("{path}/declare"), json!({"no_conflict": true})).await.is(200);
        assert_eq!(expert.get(&path).await.is(200)["bid"]["team"][0]["name"], "李挂帅");
        assert_eq!(expert.get(&bid).await.is(200)["content"]["team"][0]["name"], "李挂帅");
        assert_eq!(expert.get("/bids").await.is(200)["items"][0]["id"], json!(story.bid));
        app.expert(2).await.get(&path).await.is_refused(404, "not_found");
    }

    async fn a_score_sheet_is_complete_within_its_limits_and_submitted_once(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        let expert = app.expert(1).await;
        let path = format!("/reviews/{review}/submit");
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let mut sheet = inputs::scores("30.5");
        sheet["scores"][1]["points"] = json!("-1");
        sheet["scores"][2]["points"] = json!("15.555");
        sheet["scores"][5] = sheet["scores"][4].clone();
        expert.post(&path, sheet).await.has_faults(&[
            ("scores.fit", "out_of_range"), ("scores.technical", "out_of_range"), ("scores.team", "out_of_range"),
            ("scores.transfer", "required"), ("scores.budget", "repeated_code"),
        ]);
        let done = expert.post(&path, inputs::scores("26.25")).await.is(200);
        assert_eq!(done["total"], "82.75");
        expert.post(&path, inputs::scores("30")).await.is_refused(409, "wrong_stage");
    }

    async fn an_expert_may_decline_and_another_takes_the_place(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        let input = json!({"conflict": true, "reason": "三年内曾合作"});
        app.expert(1).await.post(&format!("/reviews/{review}/decline"), input).await.is(200);
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        app.expert(1).await.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
        assert_eq!(app.expert(1).await.get("/bids").await.is(200)["items"], json!([]), "a list shows what a get shows");
        story.scored(&story.bid, 2, "26").await;
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn three_days_before_a_review_is_due_and_when_it_is_overdue_each_is_told_once(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        story.assigned(&story.bid, 2).await;
        app.expert(2).await.post(&format!("/reviews/{}/decline", app.expert(2).await.get("/reviews").await.is(200)["items"][0]["id"].as_str().unwrap()),
            json!({"conflict": false, "reason": "时间冲突"})).await.is(200);
        app.letters().await;
        let told = async || {
            app.app.tidy().await.unwrap();
            app.app.tidy().await.unwrap();
            app.mail().await
        };
        let to = |what: &str, who: &str| (what.to_owned(), format!("{who}@test.example"));
        app.days_later(6);
        assert_eq!(told().await, []);
        app.days_later(1);
        assert_eq!(told().await, [to("review_due", "expert1")]);
        app.later(chrono::TimeDelta::days(3));
        assert_eq!(told().await, [to("review_overdue", "expert1"), to("review_overdue", "officer")]);
        app.days_later(5);
        assert_eq!(told().await, []);
        app.expert(1).await.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        // Whoever was asked with little time left hears of what is overdue alone.
        app.letters().await;
        let ask = json!({"expert_id": app.expert(3).await.id(), "due_at": app.app.clock.now().plus(chrono::TimeDelta::hours(1)).to_string()});
        app.officer().await.post(&format!("/bids/{}/reviews", story.bid), ask).await.is(201);
        app.days_later(1);
        assert_eq!(told().await, [to("review_assigned", "expert3"), to("review_overdue", "expert3"), to("review_overdue", "officer")]);
    }

    async fn points_at_an_extreme_need_a_reason(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = story.assigned(&story.bid, 1).await;
        let (expert, path) = (app.expert(1).await, format!("/reviews/{review}/submit"));
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let mut sheet = inputs::scores("27.01");
        sheet["scores"][0]["comment"] = json!(null);
        sheet["scores"][1]["points"] = json!("14.99");
        expert.post(&path, sheet.clone()).await.has_faults(&[
            ("scores.fit.comment", "comment_needed"), ("scores.technical.comment", "comment_needed"),
        ]);
        sheet["scores"][0]["points"] = json!("27");
        sheet["scores"][1]["points"] = json!("15");
        expert.post(&path, sheet).await.is(200);
    }

    async fn scores_are_shown_to_those_who_judge_once_all_reviews_are_in(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        let late = story.assigned(&story.bid, 2).await;
        let path = story.path("scores");
        assert_eq!(app.officer().await.get(&path).await.is(200)["items"], json!([]));
        for nobody in [app.team("keda").await, app.expert(1).await, app.sponsor().await, app.leader().await] {
            nobody.get(&path).await.is_refused(403, "forbidden");
        }
        app.expert(2).await.post(&format!("/reviews/{late}/decline"), json!({"conflict": false, "reason": "时间冲突"})).await.is(200);
        let table = app.officer().await.get(&path).await.is(200);
        let line = &table["items"][0];
        assert_eq!((&line["place"], &line["score"], &line["reaches_threshold"]), (&json!(1), &json!("82.5"), &json!(true)));
        assert_eq!(line["phases"][0]["sheets"], json!([{"total": "82.5", "dropped": false, "outlier": false}]));
        assert!(!table.to_string().contains(&app.expert(1).await.id()), "no sheet names its expert");
    }

    async fn a_shortlist_separates_those_who_go_on(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let other = story.submitted("yuan").await;
        story.close().await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        story.examined(&other, &[]).await;
        let early = json!({"shortlisted": true, "reason": "方案可行"});
        officer.post(&format!("/bids/{other}/shortlist"), early.clone()).await.is_refused(409, "wrong_stage");
        officer.does(&story.path("start_review")).await.is(200);
        assert_eq!(officer.post(&format!("/bids/{}/shortlist", story.bid), early).await.is(200)["stage"], "shortlisted");
        let no = json!({"shortlisted": false, "reason": "路线不成熟"});
        assert_eq!(officer.post(&format!("/bids/{other}/shortlist"), no).await.is(200)["stage"], "not_shortlisted");
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn a_proposal_that_breaks_rules_is_told_all_of_them(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let other = story.submitted("yuan").await;
        story.close().await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        for bid in [&story.bid, &other] {
            story.examined(bid, &[]).await;
        }
        officer.does(&story.path("start_review")).await.is(200);
        story.scored(&story.bid, 1, "20").await;
        story.scored(&other, 2, "28").await;
        let (bid, top) = (&story.bid, &other);
        let mut input = story.proposal();
        input["selections"] = json!([
            {"bid_id": bid, "choice": "recommended", "award_fen": 750 * inputs::WAN},
            {"bid_id": top, "choice": "reserve", "reserve_order": 2},
        ]);
        story.satisfied().await;
        officer.post(&story.path("propose"), input.clone()).await.has_faults(&[
            (&format!("selections.{bid}.award_fen"), "over_request"),
            (&format!("selections.{bid}.reason"), "reason_needed"),
            ("selections", "reserve_order"),
        ]);
        input["selections"] = json!([{"bid_id": bid, "choice": "declined", "award_fen": 5}]);
        officer.post(&story.path("propose"), input.clone()).await.has_faults(&[
            (&format!("selections.{top}"), "required"), (&format!("selections.{bid}.award_fen"), "not_here"), ("selections", "no_winner"),
        ]);
        input["selections"] = json!([
            {"bid_id": bid, "choice": "recommended", "award_fen": 500 * inputs::WAN, "reason": "更契合本地需求"},
            {"bid_id": top, "choice": "recommended", "award_fen": 500 * inputs::WAN},
        ]);
        officer.post(&story.path("propose"), input).await.has_faults(&[("selections", "too_many_winners"), ("selections", "over_cap")]);
        assert_eq!(app.count("decisions").await, 0);
    }

    async fn a_bid_below_the_threshold_cannot_be_recommended_and_the_round_may_fail(app: TestApp) {
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "5").await;
        let field = format!("selections.{}", story.bid);
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), story.proposal()).await.has_faults(&[(&field, "below_threshold")]);
        let input = json!({"reason_code": "below_threshold", "reason": "均未达到70分"});
        assert_eq!(app.director().await.post(&story.path("fail"), input).await.is(200)["stage"], "failed");
        assert_eq!(app.team("keda").await.get(&format!("/bids/{}", story.bid)).await.is(200)["stage"], "declined");
    }

    async fn a_returned_decision_goes_back_and_a_new_one_can_be_proposed(app: TestApp) {
        let story = Story::deciding(&app).await;
        let path = format!("/decisions/{}", story.decision);
        let (officer, director) = (app.officer().await, app.director().await);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is_refused(409, "decision_not_approved");
        director.post(&format!("{path}/return"), json!({"reason": "金额依据不足"})).await.is(200);
        director.does(&format!("{path}/approve")).await.is_refused(409, "wrong_stage");
        story.satisfied().await;
        let again = officer.post(&story.path("propose"), story.proposal()).await.is(201);
        director.does(&format!("/decisions/{}/approve", again["id"].as_str().unwrap())).await.is(200);
        let all = officer.get(&story.path("decisions")).await.is(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
    }

    async fn nobody_approves_their_own_proposal(app: TestApp) {
        use jiebang::domain::policy::Role::{Director, Officer};
        let story = Story::reviewing(&app).await;
        story.scored(&story.bid, 1, "26").await;
        let both = app.person("both", "department", None, &[Officer, Director]).await;
        story.satisfied().await;
        let decision = both.post(&story.path("propose"), story.proposal()).await.is(201);
        both.does(&format!("/decisions/{}/approve", decision["id"].as_str().unwrap())).await.is_refused(403, "forbidden");
    }

    async fn publicity_holds_five_working_days_and_nothing_is_awarded_before_its_end(app: TestApp) {
        let story = Story::deciding(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        director.does(&format!("/decisions/{}/approve", story.decision)).await.is(200);
        app.at("2026-09-23T02:00:00Z");
        let window = inputs::publicity;
        let path = story.path("publicise");
        // 09-25 to 09-27 and 10-01 to 10-07 are holidays; 10-10 is worked.
        officer.post(&path, window("2026-09-24", "2026-09-30")).await.is_refused(409, "publicity_too_short");
        officer.post(&path, window("2026-09-22", "2026-10-12")).await.is_refused(409, "publicity_in_the_past");
        officer.post(&path, window("2026-12-30", "2027-01-08")).await.is_refused(409, "calendar_missing");
        let mut nobody = window("2026-09-24", "2026-10-08");
        nobody["contacts"] = json!([]);
        officer.post(&path, nobody).await.has_faults(&[("contacts.business", "required"), ("contacts.supervision", "required")]);
        let page = story.path("publicity");
        assert_eq!(app.anyone().get(&page).await.is(200)["items"], json!([]));
        officer.post(&path, window("2026-09-24", "2026-10-08")).await.is(200);
        let shown = app.anyone().get(&page).await.is(200)["items"][0].clone();
        let content = &shown["content"];
        assert_eq!((&content["working_days"], &content["winners"][0]["principal"]), (&json!(5), &json!("李挂帅")));
        assert_eq!(content["winners"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["lead_organization", "partners", "principal", "youth_co_lead"]);
        let kept: jiebang::domain::decision::Announcement = serde_json::from_value(content.clone()).unwrap();
        assert_eq!(jiebang::app::sha256_hex(serde_json::to_string(&kept).unwrap().as_bytes()), shown["sha256"].as_str().unwrap());
        director.does(&story.path("award")).await.is_refused(409, "publicity_running");
        app.at("2026-10-08T15:59:59Z");
        director.does(&story.path("award")).await.is_refused(409, "publicity_running");
        app.at("2026-10-08T16:00:00Z");
        assert_eq!(director.does(&story.path("award")).await.is(200)["stage"], "awarded");
    }

    async fn one_person_does_not_lead_both_winners_of_a_race(app: TestApp) {
        let (first, mut second) = (inputs::bid(), inputs::bid());
        second["team"][0]["identity"] = first["team"][0]["identity"].clone();
        let (story, lanes, proposal) = race(&app, [first, second]).await;
        let field = |name: &str| format!("bids.{}.team[0].{name}", lanes[1]);
        story.satisfied().await;
        app.officer().await.post(&story.path("propose"), proposal).await.has_faults(&[
            (&field("identity"), "limit_leads"), (&field("person_months"), "person_months"),
        ]);
    }

    async fn a_race_awards_several_teams_each_with_its_own_project(app: TestApp) {
        let (story, _, proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let officer = app.officer().await;
        story.satisfied().await;
        let decision = officer.post(&story.path("propose"), proposal).await.is(201);
        app.director().await.does(&format!("/decisions/{}/approve", decision["id"].as_str().unwrap())).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        for team in ["keda", "yuan"] {
            let own = app.team(team).await.get("/projects").await.is(200);
            assert_eq!(own["items"].as_array().unwrap().len(), 1, "a lane reads its own project alone");
            assert_eq!(own["items"][0]["award_fen"], 400 * inputs::WAN);
        }
        // The department sees the lanes side by side; no team does.
        let lanes = officer.get(&story.path("lanes")).await.is(200);
        let of = |name: &str| lanes["lanes"].as_array().unwrap().iter().map(|lane| lane[name].clone()).collect::<Vec<_>>();
        assert_eq!((of("award_fen"), of("paid_fen")), (vec![json!(400 * inputs::WAN); 2], vec![json!(0); 2]));
        let first = &lanes["indicators"][0];
        assert_eq!((&first["code"], &first["target"]), (&json!("K1"), &json!("95")));
        let values: Vec<&Value> = first["values"].as_array().unwrap().iter().map(|value| &value["promised"]).collect();
        assert_eq!((values, &first["values"][0]["reached"]), (vec![&json!("96"), &json!("96")], &json!(null)));
        app.team("keda").await.get(&story.path("lanes")).await.is_refused(403, "forbidden");
    }
}
