//! Custody: the key of a round lies with three people, of whom two open it, and nobody else, whatever they hold.

mod files;
mod keepers;
mod losses;
mod opening;
mod secrecy;

use crate::sealing::CANARY;
use crate::support::{Caller, Story, TestApp, inputs};
use jiebang::domain::policy::Role;
use jiebang::store::custody::CustodianRow;
use serde_json::{Value, json};

const PASSPHRASE: &str = "three keepers keep one secret";

fn says(passphrase: &str) -> Value {
    json!({"passphrase": passphrase})
}

async fn supervisor(app: &TestApp) -> Caller {
    app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await
}

/// Three who have set a passphrase: supervisor, examiner, leader.
async fn keepers(app: &TestApp) -> [Caller; 3] {
    let three = [supervisor(app).await, app.examiner().await, app.leader().await];
    for keeper in &three {
        if keeper.get("/me/custody").await.is(200)["enrolled"] == false {
            keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        }
    }
    app.letters().await;
    three
}

fn window(story: &Story<'_>, people: &[&Caller]) -> Value {
    let mut window = story.window();
    let ids: Vec<String> = people.iter().map(|person| person.id()).collect();
    window["sealing"] = json!({"mode": "custodians", "custodians": ids});
    window
}

/// Open, with three custodians.
async fn open(app: &TestApp) -> (Story<'_>, [Caller; 3]) {
    let three = keepers(app).await;
    let story = Story::approved(app).await;
    app.officer().await.post(&story.path("publish"), window(&story, &[&three[0], &three[1], &three[2]])).await.is(200);
    (story, three)
}

fn content(number: usize) -> Value {
    let mut input = inputs::bid();
    input["technical_plan"] = json!(format!("{CANARY} {number}"));
    input
}

/// So many submitted bids, each with the canary in it.
async fn bids(app: &TestApp, story: &Story<'_>, count: usize) -> Vec<String> {
    let mut bids = Vec::new();
    for number in 0..count {
        let team = app.team(&format!("bidder{number}")).await;
        let keyed = team.with("Idempotency-Key", format!("create-{number}"));
        let bid = keyed.post(&story.path("bids"), content(number)).await.is(201)["id"].as_str().unwrap().to_owned();
        team.with("Idempotency-Key", format!("submit-{number}")).does(&format!("/bids/{bid}/submit")).await.is(200);
        bids.push(bid);
    }
    bids
}

/// Closed, with so many bids.
async fn closed(app: &TestApp, count: usize) -> (Story<'_>, [Caller; 3], Vec<String>) {
    let (story, three) = open(app).await;
    let bids = bids(app, &story, count).await;
    story.close().await;
    (story, three, bids)
}

async fn releases(story: &Story<'_>, keeper: &Caller) {
    keeper.post(&story.path("release_share"), says(PASSPHRASE)).await.is(200);
}

async fn sealing(app: &TestApp, story: &Story<'_>) -> Value {
    app.anyone().get(&story.path("rounds")).await.is(200)["items"][0].clone()
}

/// The shares of the first round, as the database has them.
async fn kept(app: &TestApp, story: &Story<'_>) -> Vec<CustodianRow> {
    let id = story.challenge.parse().unwrap();
    app.app.db.read(move |conn| jiebang::store::custody::of_round(conn, id, 1).unwrap()).await.unwrap()
}

async fn canary_of(app: &TestApp, bid: &str) -> bool {
    app.officer().await.get(&format!("/bids/{bid}")).await.is(200)["content"]["technical_plan"]
        .as_str()
        .unwrap_or_default()
        .contains(CANARY)
}
