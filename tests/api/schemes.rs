//! Judging schemes: versions, phases, blindness, drafts of sheets, and the desks of approval.

use crate::support::upload::pdf;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

/// A network review that weighs 40 % and a meeting that weighs 60 %.
pub fn phased() -> Value {
    let mut scheme = inputs::scheme();
    scheme["phases"] = json!([
        {"phase": "network", "least_reviews": 2, "weight_bps": 4_000}, {"phase": "meeting", "least_reviews": 1, "weight_bps": 6_000}
    ]);
    scheme
}

/// A challenge under this scheme, open to bids.
async fn open(app: &TestApp, scheme: Value) -> Story<'_> {
    let story = Story::judged_by(app, scheme).await;
    let (officer, director) = (app.officer().await, app.director().await);
    officer.does(&story.path("submit")).await.is(200);
    director.does(&story.path("approve")).await.is(200);
    officer.post(&story.path("publish"), story.window()).await.is(200);
    story
}

/// A challenge under this scheme, under review, with one eligible bid.
pub async fn reviewing(app: &TestApp, scheme: Value) -> Story<'_> {
    let mut story = open(app, scheme).await;
    story.bid = story.submitted("keda").await;
    under_review(story).await
}

/// The same, with a bid that holds a file.
async fn with_a_file(app: &TestApp, scheme: Value) -> Story<'_> {
    let mut story = open(app, scheme).await;
    story.bid = story.drafted("keda").await;
    let team = app.team("keda").await;
    team.uploads(&story.bid, "other", "方案.pdf", &pdf("方案", 10)).await.is(201);
    team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
    under_review(story).await
}

async fn under_review(story: Story<'_>) -> Story<'_> {
    let officer = story.app.officer().await;
    story.close().await;
    officer.does(&story.path("open_bids")).await.is(200);
    story.examined(&story.bid, &[]).await;
    officer.does(&story.path("start_review")).await.is(200);
    story
}

on_both! {
    async fn a_scheme_is_kept_in_versions_and_none_of_them_changes(app: TestApp) {
        let officer = app.officer().await;
        let first = officer.post("/schemes", json!({"code": "sx", "scheme": inputs::scheme()})).await.is(201);
        let mut other = inputs::scheme();
        other["threshold"] = json!(75);
        let second = officer.post("/schemes", json!({"code": "sx", "scheme": other})).await.is(201);
        assert_eq!((&first["number"], &second["number"]), (&json!(1), &json!(2)));
        let path = |one: &Value| format!("/schemes/{}", one["id"].as_str().unwrap());
        assert_eq!(app.anyone().get(&path(&first)).await.is(200)["scheme"]["threshold"], 70);
        assert_eq!(app.anyone().get("/schemes?code=sx").await.is(200)["items"].as_array().unwrap().len(), 2);
        app.team("keda").await.post("/schemes", json!({"code": "sx", "scheme": inputs::scheme()})).await.is_refused(403, "forbidden");
    }

    async fn a_scheme_that_does_not_hold_together_is_told_everything(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["criteria"][0]["most"] = json!(31);
        scheme["criteria"][1]["code"] = json!("fit");
        scheme["decisive"] = json!("beauty");
        scheme["phases"] = json!([
            {"phase": "meeting", "least_reviews": 1, "weight_bps": 4_000}, {"phase": "network", "least_reviews": 1, "weight_bps": 5_000}
        ]);
        scheme["desks"] = json!([]);
        app.officer().await.post("/schemes", json!({"code": "sx", "scheme": scheme})).await.has_faults(&[
            ("scheme.criteria", "repeated_code"), ("scheme.criteria", "not_a_hundred"), ("scheme.decisive", "unknown_criterion"),
            ("scheme.phases", "wrong_order"), ("scheme.phases", "weights"), ("scheme.desks", "wrong_length"),
        ]);
    }

    async fn without_a_scheme_the_standard_one_holds_and_asks_for_five_reviews(app: TestApp) {
        let story = Story::draft(&app).await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let mut input = inputs::challenge(&story.batch, &sponsor, app.next());
        let officer = app.officer().await;
        let plain = officer.post("/challenges", input.clone()).await.is(201);
        let path = format!("/challenges/{}/scheme", plain["id"].as_str().unwrap());
        let scheme = officer.get(&path).await.is(200);
        assert_eq!((&scheme["phases"][0]["least_reviews"], &scheme["criteria"][0]["most"]), (&json!(5), &json!(30)));
        app.anyone().get(&path).await.is_refused(404, "not_found");
        input["scheme_id"] = json!(story.batch);
        input["title"] = json!("另一项煤层气成套技术攻关");
        officer.post("/challenges", input).await.has_faults(&[("scheme_id", "unknown_record")]);
    }

    async fn each_bid_needs_as_many_reviews_as_the_scheme_asks_for(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["phases"][0]["least_reviews"] = json!(2);
        let story = reviewing(&app, scheme).await;
        story.scored(&story.bid, 1, "26").await;
        let officer = app.officer().await;
        assert_eq!(officer.get(&story.path("scores")).await.is(200)["items"], json!([]), "not before all are in");
        // Nor does the sheet itself tell anybody but its expert.
        let told = |review: &Value| ["scores", "total", "vote", "comment"].iter().any(|field| !review[*field].is_null());
        for reader in [officer.clone(), app.director().await, app.supervisor().await, app.auditor().await] {
            let all = reader.get("/reviews").await.is(200)["items"].clone();
            assert_eq!((&all[0]["stage"], all.as_array().unwrap().iter().any(told)), (&json!("submitted"), false), "{all}");
            assert!(!told(&reader.get(&format!("/reviews/{}", all[0]["id"].as_str().unwrap())).await.is(200)));
        }
        assert!(told(&app.expert(1).await.get("/reviews").await.is(200)["items"][0]));
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        story.scored(&story.bid, 2, "24").await;
        assert_eq!(officer.get(&story.path("scores")).await.is(200)["items"][0]["score"], "81.5");
        assert!(officer.get("/reviews").await.is(200)["items"].as_array().unwrap().iter().all(told));
        story.satisfied().await;
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn a_phase_follows_the_other_with_those_on_the_shortlist_and_the_weights_of_the_scheme(app: TestApp) {
        let story = reviewing(&app, phased()).await;
        let (officer, path) = (app.officer().await, story.path("next_phase"));
        story.scored(&story.bid, 1, "26").await;
        officer.post(&path, json!({})).await.is_refused(409, "reviews_missing");
        story.scored(&story.bid, 2, "24").await;
        officer.post(&path, json!({})).await.is_refused(409, "shortlist_open");
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "phase_ahead");
        officer.post(&format!("/bids/{}/shortlist", story.bid), json!({"shortlisted": true, "reason": "方案可行"})).await.is(200);
        app.letters().await;
        let about = json!({"starts_at": "2027-01-05T01:00:00Z", "place": "科技厅三楼会议室", "bring": "答辩材料十份"});
        assert_eq!(officer.post(&path, about).await.is(200)["phase"], "meeting");
        let letters = app.letters().await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["team-keda@test.example"]);
        assert!(letters[0].text.contains("会议评审") && letters[0].text.contains("科技厅三楼会议室"), "{}", letters[0].text);
        // The same expert may sit on both panels, once on each.
        story.scored(&story.bid, 1, "20").await;
        let again = json!({"expert_id": app.expert(1).await.id(), "due_at": "2027-01-01T00:00:00Z"});
        officer.post(&format!("/bids/{}/reviews", story.bid), again).await.is_refused(409, "already_assigned");
        let line = officer.get(&story.path("scores")).await.is(200)["items"][0].clone();
        assert_eq!(line["computed"], "(82.5 + 80.5) / 2 = 81.5; (76.5) / 1 = 76.5; 0.4 × 81.5 + 0.6 × 76.5 = 78.5");
        assert_eq!((&line["score"], &line["phases"][1]["phase"]), (&json!("78.5"), &json!("meeting")));
        officer.post(&path, json!({})).await.is_refused(409, "last_phase");
        story.satisfied().await;
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
    }

    async fn any_phase_may_be_left_out_and_a_visit_to_the_site_is_judged_like_the_others(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["phases"] = json!([
            {"phase": "meeting", "least_reviews": 1, "weight_bps": 5_000}, {"phase": "site", "least_reviews": 1, "weight_bps": 5_000}
        ]);
        let story = reviewing(&app, scheme).await;
        let officer = app.officer().await;
        story.scored(&story.bid, 1, "26").await;
        officer.post(&format!("/bids/{}/shortlist", story.bid), json!({"shortlisted": true, "reason": "方案可行"})).await.is(200);
        app.letters().await;
        let about = json!({"starts_at": "2027-01-05T01:00:00Z", "place": "需求方矿区"});
        assert_eq!(officer.post(&story.path("next_phase"), about).await.is(200)["phase"], "site");
        assert!(app.letters().await[0].text.contains("现场考察"));
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        story.scored(&story.bid, 2, "24").await;
        let line = officer.get(&story.path("scores")).await.is(200)["items"][0].clone();
        assert_eq!((&line["score"], &line["phases"][1]["phase"]), (&json!("81.5"), &json!("site")), "{line}");
        officer.post(&story.path("next_phase"), json!({})).await.is_refused(409, "last_phase");
    }

    async fn a_sheet_on_its_way_is_its_experts_own_and_never_counts(app: TestApp) {
        let story = Story::reviewing(&app).await;
        let review = format!("/reviews/{}", story.assigned(&story.bid, 1).await);
        let expert = app.expert(1).await;
        let draft = json!({"scores": [{"criterion": "fit", "points": "12"}], "comment": "待补"});
        expert.post(&format!("{review}/save"), draft.clone()).await.is_refused(409, "wrong_stage");
        expert.post(&format!("{review}/declare"), json!({"no_conflict": true})).await.is(200);
        expert.post(&format!("{review}/save"), draft).await.is(200);
        assert_eq!(expert.get(&review).await.is(200)["draft"]["scores"][0]["points"], "12");
        let officer = app.officer().await;
        assert_eq!(officer.get(&review).await.is(200)["draft"], json!(null));
        assert_eq!(officer.get(&story.path("scores")).await.is(200)["items"], json!([]));
        officer.post(&story.path("propose"), story.proposal()).await.is_refused(409, "reviews_missing");
        expert.post(&format!("{review}/submit"), inputs::scores("26")).await.is(200);
        assert_eq!(expert.get(&review).await.is(200)["draft"], json!(null));
        expert.post(&format!("{review}/save"), json!({})).await.is_refused(409, "wrong_stage");
    }

    async fn an_expert_reads_on_whom_to_declare_and_in_a_blind_scheme_not_whose_a_bid_is(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["blind"] = json!(true);
        let story = with_a_file(&app, scheme).await;
        let review = format!("/reviews/{}", story.assigned(&story.bid, 1).await);
        let expert = app.expert(1).await;
        let before = expert.get(&review).await.is(200);
        assert_eq!((&before["bid"], before["organizations"].as_array().unwrap().len()), (&json!(null), 1));
        expert.post(&format!("{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let bid = expert.get(&review).await.is(200)["bid"].clone();
        assert_eq!((&bid["team"], &bid["partners"]), (&json!([]), &json!([])));
        assert!(bid["technical_plan"].as_str().is_some());
        expert.get(&format!("/bids/{}", story.bid)).await.is_refused(404, "not_found");
        // The files would say whose it is: none is there for them, while whoever judges openly reads them.
        let file = app.officer().await.get(&format!("/bids/{}/files", story.bid)).await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        expert.get(&format!("/bids/{}/files", story.bid)).await.is_refused(404, "not_found");
        assert_eq!(expert.downloads(&file).await.0, 404);
        let open = with_a_file(&app, inputs::scheme()).await;
        let review = format!("/reviews/{}", open.assigned(&open.bid, 1).await);
        expert.post(&format!("{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let file = expert.get(&format!("/bids/{}/files", open.bid)).await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(expert.downloads(&file).await.0, 200);
        assert_eq!(app.officer().await.get(&review).await.is(200)["organizations"], json!(null), "an officer declares on nobody");
    }

    async fn a_criterion_may_not_apply_where_the_scheme_says_so_and_the_others_make_the_hundred(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["criteria"][5]["may_not_apply"] = json!(true);
        let story = reviewing(&app, scheme).await;
        let review = format!("/reviews/{}", story.assigned(&story.bid, 1).await);
        let expert = app.expert(1).await;
        expert.post(&format!("{review}/declare"), json!({"no_conflict": true})).await.is(200);
        let mut sheet = inputs::scores("26");
        sheet["scores"][4] = json!({"criterion": "budget"});
        sheet["scores"][5] = json!({"criterion": "transfer"});
        expert.post(&format!("{review}/submit"), sheet.clone()).await.has_faults(&[
            ("scores.budget", "required"), ("scores.transfer.comment", "comment_needed"),
        ]);
        sheet["scores"][4] = json!({"criterion": "budget", "points": "8.5"});
        sheet["scores"][5]["comment"] = json!("基础研究类榜单不涉及知识产权转化，此项不适用于本申请。");
        // 78.5 of 95.
        assert_eq!(expert.post(&format!("{review}/submit"), sheet).await.is(200)["total"], "82.63");
    }

    async fn a_decision_passes_its_desks_in_order_and_nobody_signs_at_two(app: TestApp) {
        use jiebang::domain::policy::Role::Director;
        let mut scheme = inputs::scheme();
        scheme["desks"] = json!([{"name": "处长", "division": "own"}, {"name": "分管领导", "division": "other"}, {"name": "厅党组"}]);
        let mut story = reviewing(&app, scheme).await;
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        let officer = app.officer().await;
        let decision = officer.post(&story.path("propose"), story.proposal()).await.is(201);
        story.decision = decision["id"].as_str().unwrap().to_owned();
        assert_eq!(decision["desks"].as_array().unwrap().len(), 3);
        let path = format!("/decisions/{}/approve", story.decision);
        let director = async |name: &str, division: &str| app.person(name, "department", Some(division), &[Director]).await;
        let (own, other, third) = (director("head", "业务一处").await, director("deputy", "办公室").await, director("chief", "厅领导").await);
        other.does(&path).await.is_refused(409, "not_the_desk");
        app.letters().await;
        assert_eq!(own.does(&path).await.is(200)["stage"], "proposed");
        let told = app.letters().await;
        assert!(told.iter().all(|letter| letter.subject.contains("分管领导")) && told.len() >= 3, "{told:?}");
        own.does(&path).await.is_refused(403, "forbidden");
        officer.post(&story.path("publicise"), story.publicity_window()).await.is_refused(409, "decision_not_approved");
        assert_eq!(other.does(&path).await.is(200)["stage"], "proposed");
        let done = third.does(&path).await.is(200);
        assert_eq!((&done["stage"], &done["desks"][1]["signed_by"]), (&json!("approved"), &json!(other.id())));
        third.does(&path).await.is_refused(409, "wrong_stage");
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    }

    async fn the_public_learns_who_judged_after_the_award_where_the_scheme_says_so(app: TestApp) {
        let mut scheme = inputs::scheme();
        scheme["names_experts"] = json!(true);
        let story = reviewing(&app, scheme).await;
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        let (officer, director) = (app.officer().await, app.director().await);
        let decision = officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        director.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        assert_eq!(app.anyone().get(&story.path("publicity")).await.is(200)["experts"], json!([]));
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        assert_eq!(app.anyone().get(&story.path("publicity")).await.is(200)["experts"].as_array().unwrap().len(), 1);
        let silent = Story::awarded(&app).await;
        assert_eq!(app.anyone().get(&silent.path("publicity")).await.is(200)["experts"], json!([]));
    }

    async fn a_returned_decision_takes_its_signatures_with_it(app: TestApp) {
        use jiebang::domain::policy::Role::Director;
        let mut scheme = inputs::scheme();
        scheme["desks"] = json!([{"name": "处长"}, {"name": "分管领导"}]);
        let story = reviewing(&app, scheme).await;
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        let (officer, first) = (app.officer().await, app.director().await);
        let second = app.person("deputy", "department", Some("办公室"), &[Director]).await;
        let propose = async || officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        let returned = propose().await;
        first.does(&format!("/decisions/{returned}/approve")).await.is(200);
        second.post(&format!("/decisions/{returned}/return"), json!({"reason": "金额依据不足"})).await.is(200);
        let again = propose().await;
        assert_eq!(officer.get(&format!("/decisions/{again}")).await.is(200)["desks"][0]["signed_by"], json!(null));
        first.does(&format!("/decisions/{again}/approve")).await.is(200);
        assert_eq!(second.does(&format!("/decisions/{again}/approve")).await.is(200)["stage"], "approved");
    }
}
