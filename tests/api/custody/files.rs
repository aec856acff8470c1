//! Files in a round with custodians: what is kept of them goes with the submission, and comes back with the opening.

use super::{open, releases};
use crate::sealing::{CANARY, everything, holds, keys};
use crate::support::upload::pdf;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::id::FileId;
use jiebang::store::files;
use serde_json::{Value, json};

/// A bid of keda's that was submitted with a file; the file's id, and what the database held of it before and after.
async fn submitted(app: &TestApp, story: &Story<'_>, team: &Caller) -> (String, String, Vec<u8>, Vec<u8>) {
    let bid = team.post(&story.path("bids"), inputs::bid()).await.is(201)["id"].as_str().unwrap().to_owned();
    let name = format!("{CANARY}.pdf");
    let file = team.uploads(&bid, "technical_plan", &name, &pdf(CANARY, 100)).await.is(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(team.downloads(&file).await.2, pdf(CANARY, 100), "a draft's file is the team's to read");
    let before = sealed(app, &file).await;
    team.does(&format!("/bids/{bid}/submit?dry_run=true")).await.is(200);
    assert_eq!(sealed(app, &file).await, before, "a dry run hands nothing over");
    team.does(&format!("/bids/{bid}/submit")).await.is(200);
    let after = sealed(app, &file).await;
    (bid, file, before, after)
}

async fn sealed(app: &TestApp, file: &str) -> Vec<u8> {
    let id: FileId = file.parse().unwrap();
    app.app.db.read(move |conn| files::find(conn, id).unwrap().unwrap().sealed).await.unwrap()
}

async fn opened(app: &TestApp, story: &Story<'_>, three: &[Caller; 3]) {
    story.close().await;
    releases(story, &three[0]).await;
    releases(story, &three[1]).await;
    app.officer().await.does(&story.path("open_bids")).await.is(200);
}

on_both! {
    async fn a_submitted_file_can_be_read_by_nobody_until_two_have_released(app: TestApp) {
        let (story, three) = open(&app).await;
        let team = app.team("keda").await;
        let (bid, file, before, after) = submitted(&app, &story, &team).await;
        assert!(keys(&app).is_empty(), "the key of the working copy is gone");
        let owner = format!("file {file} of bid {bid}");
        assert!(app.app.keys.open_bytes(&owner, &before).is_none(), "a copy from before is under the key that is gone,");
        assert!(app.app.keys.open_bytes(&format!("vanishing {owner}"), &before).is_some(), "within the service's own");
        for name in [owner.clone(), format!("vanishing {owner}")] {
            assert!(app.app.keys.open_bytes(&name, &after).is_none(), "what is left is under no key of the service");
        }
        assert!(!holds(&everything(&app).await, CANARY));
        assert_eq!(team.get(&format!("/bids/{bid}/files")).await.is(200)["items"], json!([]), "its team does not read it either");
        team.get(&format!("/files/{file}")).await.is_refused(404, "not_found");
        opened(&app, &story, &three).await;
        for reader in [&team, &app.examiner().await] {
            assert_eq!(reader.get(&format!("/bids/{bid}/files")).await.is(200)["items"][0]["name"], format!("{CANARY}.pdf"));
            assert_eq!(reader.downloads(&file).await.2, pdf(CANARY, 100));
        }
    }

    async fn files_are_handed_in_anew_with_a_new_submission_and_the_last_ones_count(app: TestApp) {
        let (story, three) = open(&app).await;
        let team = app.team("keda").await;
        let (bid, first, _, _) = submitted(&app, &story, &team).await;
        let path = format!("/bids/{bid}");
        let version = team.get(&path).await.is(200)["version"].as_i64().unwrap();
        team.put(&path, version, inputs::bid()).await.is(200);
        let second = team.uploads(&bid, "other", "第二份.pdf", &pdf("第二份", 100)).await.is(201)["id"].as_str().unwrap().to_owned();
        team.does(&format!("{path}/resubmit")).await.is(200);
        opened(&app, &story, &three).await;
        let examiner = app.examiner().await;
        let listed = examiner.get(&format!("{path}/files")).await.is(200)["items"].clone();
        assert_eq!(listed.as_array().unwrap().iter().map(|file| &file["id"]).collect::<Vec<_>>(), [&Value::from(second.clone())]);
        assert_eq!(examiner.downloads(&second).await.2, pdf("第二份", 100));
        examiner.get(&format!("/files/{first}")).await.is_refused(404, "not_found");
    }

    async fn a_file_that_was_exchanged_while_it_was_sealed_does_not_open(app: TestApp) {
        let (story, three) = open(&app).await;
        let team = app.team("keda").await;
        let (bid, file, _, mut after) = submitted(&app, &story, &team).await;
        let at = after.len() / 2;
        after[at] ^= 1;
        let id: FileId = file.parse().unwrap();
        app.app.db.write(move |conn| files::reseal(conn, id, &after), |_, _| Ok(())).await.unwrap().unwrap();
        opened(&app, &story, &three).await;
        let examiner = app.examiner().await;
        assert_eq!(examiner.get(&format!("/bids/{bid}/files")).await.is(200)["items"][0]["id"], file.as_str(), "the submission names it");
        examiner.get(&format!("/files/{file}")).await.is_refused(409, "bid_flawed");
    }
}
