//! Judging as a walk: experts, supervision and the officer do what they may and what they may not, in any order; the scores are always those of
//! a fresh computation, and no sheet counts that may not.

use crate::reviews::race;
use crate::support::{Caller, Dice, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the reviews say, computed without the service: of each bid the totals of the sheets that were submitted and not taken back.
fn fresh(reviews: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut counted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for review in reviews.iter().filter(|review| review["stage"] == "submitted") {
        counted.entry(review["bid_id"].as_str().unwrap().into()).or_default().push(review["total"].as_str().unwrap().into());
    }
    for totals in counted.values_mut() {
        totals.sort_by_key(|total| std::cmp::Reverse((total.parse::<f64>().unwrap() * 100.0).to_bits()));
    }
    counted
}

/// One walk of 40 to 70 steps by six experts, two of whom have an interest. Answers how many steps were taken.
async fn walks(app: &TestApp, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let (story, lanes, _) = race(app, [inputs::bid(), inputs::bid()]).await;
    let (officer, supervisor) = (app.officer().await, app.supervisor().await);
    let mut experts: Vec<Caller> = Vec::new();
    for number in 3..7 {
        experts.push(app.expert(number).await);
    }
    let near = app.person("near-keda", "keda", None, &[Role::Expert]).await;
    let ours = app.person("near-sponsor", "sponsor-works", None, &[Role::Expert]).await;
    experts.extend([near.clone(), ours.clone()]);
    let listed = format!("/reviews?limit=100&challenge_id={}", story.challenge);
    let mut accepted = 0;
    for _ in 0..40 + dice.roll(30) {
        let expert = experts[dice.roll(experts.len())].clone();
        let mine = expert.get(&listed).await.is(200)["items"].as_array().unwrap().clone();
        let other = officer.get(&listed).await.is(200)["items"].as_array().unwrap().clone();
        // A review of one's own mostly, of somebody else's now and then.
        let of = if mine.is_empty() || dice.roll(4) == 0 { &other } else { &mine };
        let review = of[dice.roll(of.len())]["id"].as_str().unwrap().to_owned();
        let path = |verb: &str| format!("/reviews/{review}/{verb}");
        let points = ["18", "20", "22.5", "26"][dice.roll(4)];
        let sheet = || inputs::scores(points);
        let reply = match dice.roll(8) {
            0 | 1 => {
                let ask = json!({"expert_id": expert.id(), "due_at": "2027-01-01T00:00:00Z"});
                officer.post(&format!("/bids/{}/reviews", lanes[dice.roll(2)]), ask).await
            }
            2 | 3 => expert.post(&path("declare"), json!({"no_conflict": true})).await,
            4 | 5 => expert.post(&path("submit"), sheet()).await,
            6 if dice.roll(2) == 0 => {
                let order = json!({"user_id": expert.id(), "ground": "requested", "reason": "有人反映曾共事"});
                supervisor.post(&story.path("recusals"), order).await
            }
            6 => expert.post(&path("decline"), json!({"conflict": false, "reason": "时间冲突"})).await,
            _ => expert.post(&path("decline"), json!({"conflict": dice.roll(4) == 0, "reason": "与团队有合作"})).await,
        };
        accepted += usize::from(reply.status.is_success());
        assert!(reply.status.as_u16() < 500, "{}", reply.text);
    }
    let all = officer.get(&listed).await.is(200)["items"].as_array().unwrap().clone();
    // Nobody with an interest was asked, nobody has two reviews of a bid, no sheet of somebody who stepped aside counts.
    assert!(all.iter().all(|review| review["expert_id"] != near.id() && review["expert_id"] != ours.id()));
    let mut pairs: Vec<String> = all.iter().map(|review| format!("{} {}", review["bid_id"], review["expert_id"])).collect();
    pairs.sort();
    let asked = pairs.len();
    pairs.dedup();
    assert_eq!(pairs.len(), asked);
    let aside: Vec<Value> = supervisor.get(&story.path("recusals")).await.is(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["user_id"].clone())
        .collect();
    assert!(all.iter().all(|review| review["stage"] != "submitted" || !aside.contains(&review["expert_id"])), "walk {seed}");
    // Whoever still has something to do leaves it: then the table is there.
    for review in &all {
        if let Some(expert) = experts.iter().find(|expert| review["expert_id"] == expert.id()) {
            expert
                .post(&format!("/reviews/{}/decline", review["id"].as_str().unwrap()), json!({"conflict": false, "reason": "时间冲突"}))
                .await;
        }
    }
    let all = officer.get(&listed).await.is(200)["items"].as_array().unwrap().clone();
    let wanted = fresh(&all);
    let table = officer.get(&story.path("scores")).await.is(200);
    for line in table["items"].as_array().unwrap() {
        let sheets: Vec<String> =
            line["phases"][0]["sheets"].as_array().unwrap().iter().map(|sheet| sheet["total"].as_str().unwrap().to_owned()).collect();
        let bid = line["bid_id"].as_str().unwrap();
        assert_eq!(Some(&sheets), wanted.get(bid), "walk {seed}, bid {bid}");
        let mean = sheets.iter().map(|total| total.parse::<f64>().unwrap()).sum::<f64>() / f64::from(u32::try_from(sheets.len()).unwrap());
        let score: f64 = line["score"].as_str().unwrap().parse().unwrap();
        assert!((mean - score).abs() < 0.006, "walk {seed}: {mean} and {score}");
        // What a decision is measured by is the same.
        let kept = format!("bids WHERE id = '{bid}' AND panel_score = '{}'", line["score"].as_str().unwrap());
        assert_eq!(app.count(&kept).await, 1, "walk {seed}");
    }
    assert_eq!(table["items"].as_array().unwrap().len(), 2);
    accepted
}

on_both! {
    async fn twenty_awards_at_once_make_one_project_of_one_slot(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.days_later(13);
        let director = app.director().await;
        director.token().await;
        let tries = (0..20).map(|_| {
            let (director, path) = (director.clone(), story.path("award"));
            async move { director.does(&path).await.status.as_u16() }
        });
        let statuses = futures_util::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        assert_eq!(app.count("projects").await, 1);
    }

    async fn an_award_and_a_withdrawal_of_the_challenge_at_once_leave_one_of_them(app: TestApp) {
        let story = Story::publicity(&app).await;
        app.days_later(13);
        let (director, other) = (app.director().await, app.person("deputy", "department", Some("办公室"), &[Role::Director]).await);
        let (award, withdraw) = (story.path("award"), story.path("withdraw"));
        let reason = json!({"reason": "需求方撤回需求"});
        let (awarded, withdrawn) = tokio::join!(director.does(&award), other.post(&withdraw, reason));
        let both = [awarded.status.as_u16(), withdrawn.status.as_u16()];
        assert!(both == [200, 409] || both == [409, 200], "{both:?}");
        assert_eq!(app.count("projects").await, i64::from(both[0] == 200));
    }

    async fn a_bid_that_is_withdrawn_as_the_round_closes_is_never_awarded(app: TestApp) {
        let mut story = Story::open(&app).await;
        let (keda, yuan) = (story.submitted("keda").await, story.submitted("yuan").await);
        story.bid = keda;
        let team = app.team("yuan").await;
        team.token().await;
        let closes_at = app.officer().await.get(&format!("/challenges/{}", story.challenge)).await.is(200)["closes_at"].as_str().unwrap().to_owned();
        app.at(&closes_at);
        app.later(chrono::TimeDelta::milliseconds(-1));
        // The last millisecond: the team takes it back while the others' clocks strike.
        let path = format!("/bids/{yuan}/withdraw");
        let (withdrawn, _) = tokio::join!(team.does(&path), app.tick());
        assert_eq!(withdrawn.is(200)["stage"], "withdrawn");
        app.later(chrono::TimeDelta::milliseconds(1));
        app.tick().await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        officer.does(&story.path("start_review")).await.is(200);
        story.scored(&story.bid, 1, "26").await;
        story.satisfied().await;
        // To the department it was never there; a decision that names it is told so.
        officer.get(&format!("/bids/{yuan}")).await.is_refused(404, "not_found");
        let mut proposal = story.proposal();
        proposal["selections"][0]["bid_id"] = json!(yuan);
        let refused = officer.post(&story.path("propose"), proposal).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
        officer.post(&story.path("propose"), story.proposal()).await.is(201);
        assert_eq!(app.count("projects").await, 0);
    }

    async fn whatever_the_order_the_scores_are_those_of_a_fresh_computation(app: TestApp) {
        let mut accepted = 0;
        for seed in 1..9 {
            accepted += walks(&app, seed).await;
        }
        assert!(accepted > 60, "the walks came to nothing: {accepted}");
    }
}
