//! A race: several teams on one challenge, each with a lane of its own.

use super::{Story, TestApp, inputs};
use serde_json::{Value, json};

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// A challenge with a bid of each of these teams, scored; the bids, and the proposal that each wins so many 万元.
pub async fn judged<'a>(app: &'a TestApp, bids: &[(&str, Value)], wan: i64) -> (Story<'a>, Vec<String>, Value) {
    let story = Story::draft(app).await;
    let officer = app.officer().await;
    let sponsor = app.organization("sponsor-works").await.to_string();
    let mut input = inputs::challenge(&story.batch, &sponsor, 5);
    input["max_parallel_teams"] = json!(bids.len());
    input["scheme_id"] = json!(story.scheme);
    let version = officer.get(&format!("/challenges/{}", story.challenge)).await.is(200)["version"].as_i64().unwrap();
    officer.put(&format!("/challenges/{}", story.challenge), version, input).await.is(200);
    officer.does(&story.path("submit")).await.is(200);
    app.director().await.does(&story.path("approve")).await.is(200);
    officer.post(&story.path("publish"), story.window()).await.is(200);
    let mut lanes = Vec::new();
    for (team, input) in bids {
        let team = app.team(team).await;
        let bid = id(&team.post(&story.path("bids"), input.clone()).await.is(201));
        team.does(&format!("/bids/{bid}/submit")).await.is(200);
        lanes.push(bid);
    }
    story.close().await;
    officer.does(&story.path("open_bids")).await.is(200);
    for bid in &lanes {
        story.examined(bid, &[]).await;
    }
    officer.does(&story.path("start_review")).await.is(200);
    for (bid, expert) in lanes.iter().zip(1..) {
        story.scored(bid, expert, "26").await;
    }
    let mut proposal = story.proposal();
    proposal["selections"] =
        lanes.iter().map(|bid| json!({"bid_id": bid, "choice": "recommended", "award_fen": wan * inputs::WAN})).collect();
    (story, lanes, proposal)
}

/// The lanes of a race that runs: each a story of its own team and project, with this award, its plan signed, and a commissioner.
pub async fn running<'a>(app: &'a TestApp, teams: &[&'static str], wan: i64) -> Vec<Story<'a>> {
    let bids: Vec<(&str, Value)> = teams.iter().map(|team| (*team, inputs::bid())).collect();
    let (story, bids, proposal) = judged(app, &bids, wan).await;
    let (officer, director) = (app.officer().await, app.director().await);
    story.satisfied().await;
    let decision = id(&officer.post(&story.path("propose"), proposal).await.is(201));
    director.does(&format!("/decisions/{decision}/approve")).await.is(200);
    officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    app.days_later(13);
    director.does(&story.path("award")).await.is(200);
    let projects = officer.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
    let mut lanes = Vec::new();
    for (team, bid) in teams.iter().zip(bids) {
        let project = projects["items"].as_array().unwrap().iter().find(|project| project["bid_id"] == bid.as_str()).unwrap();
        let mut lane = Story { team, project: id(project), bid, ..story.clone() };
        crate::payments::replanned(&mut lane, inputs::plan(wan * inputs::WAN)).await;
        for party in ["team", "sponsor", "department"] {
            lane.signed_by(party).await;
        }
        let input = json!({"commissioner_id": app.commissioner().await.id()});
        officer.post(&format!("/projects/{}/assign", lane.project), input).await.is(200);
        lanes.push(lane);
    }
    lanes
}
