//! Receipts: signed, for the team alone, and good without the service.

use crate::support::{Story, TestApp, on_both};
use jiebang::app::receipts::{Unsound, verify};
use serde_json::json;

on_both! {
    async fn a_receipt_holds_without_the_service_and_against_the_content(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let path = format!("/bids/{}", story.bid);
        let key = app.anyone().get("/notary").await.is(200)["public_key"].as_str().unwrap().to_owned();
        let text = team.get(&format!("{path}/receipt")).await.text;
        let bid = team.get(&path).await.is(200);
        let content = bid["content"].to_string();
        let receipt = verify(&text, &key, Some(&content)).unwrap();
        assert_eq!(receipt.submission, 1);
        assert_eq!(receipt.received_at, app.app.clock.now());
        assert_eq!(receipt.content_sha256, bid["receipt"]["sha256"].as_str().unwrap());
        let mut other = bid["content"].clone();
        other["requested_fen"] = json!(1);
        assert_eq!(verify(&text, &key, Some(&other.to_string())), Err(Unsound::Content));
        assert_eq!(verify(&text, &"00".repeat(32), None), Err(Unsound::Key));
        assert_eq!(verify("{}", &key, None), Err(Unsound::Form));
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (field, value) in [
            ("submission", json!(2)), ("received_at", json!("2026-03-01T00:00:00Z")), ("audit_number", json!(1)), ("lead_org_id", json!(story.bid)),
            ("content_sha256", json!("00")), ("sealed_sha256", json!("00")), ("round", json!(2)), ("challenge_code", json!("JB-1")),
        ] {
            let mut forged = whole.clone();
            forged["receipt"][field] = value;
            assert_eq!(verify(&forged.to_string(), &key, None), Err(Unsound::Signature), "{field}");
        }
    }

    async fn a_receipt_names_its_place_in_the_audit_log(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let receipt = app.team("keda").await.get(&format!("/bids/{}/receipt", story.bid)).await.is(200);
        let rows = app.app.log_page(1, 1_000).await.unwrap();
        let (row, sealed) = rows.iter().find(|(row, _)| row.object_id == story.bid && row.action.code() == "bid.submit").unwrap();
        assert_eq!((receipt["receipt"]["audit_number"].as_i64().unwrap(), *sealed), (row.number, true));
        assert_eq!(receipt["receipt"]["audit_head"], row.link.as_str());
    }

    async fn the_letter_holds_the_same_receipt(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let key = app.anyone().get("/notary").await.is(200)["public_key"].as_str().unwrap().to_owned();
        let letters = app.letters().await;
        let letter = letters.iter().find(|letter| letter.notice.to_string() == "bid_received").unwrap();
        let text = &letter.text[letter.text.find('{').unwrap()..=letter.text.rfind('}').unwrap()];
        assert_eq!(verify(text, &key, None).unwrap().submission, 1);
        let shown = team.get(&format!("/bids/{}/receipt", story.bid)).await.is(200);
        assert_eq!(serde_json::from_str::<serde_json::Value>(text).unwrap(), shown);
    }

    async fn each_submission_has_a_receipt_and_a_draft_has_none(app: TestApp) {
        let story = Story::open(&app).await;
        let bid = story.drafted("keda").await;
        let team = app.team("keda").await;
        let path = format!("/bids/{bid}");
        team.get(&format!("{path}/receipt")).await.is_refused(409, "not_submitted");
        team.does(&format!("{path}/submit")).await.is(200);
        let first = team.get(&format!("{path}/receipt")).await.is(200);
        // The same content again: another commitment, another cipher text.
        let second = team.does(&format!("{path}/resubmit")).await.is(200);
        let second_receipt = team.get(&format!("{path}/receipt")).await.is(200);
        assert_eq!(second_receipt["receipt"]["submission"], 2);
        assert_eq!(second_receipt["receipt"]["content_sha256"], second["receipt"]["sha256"]);
        for field in ["content_sha256", "sealed_sha256", "salt", "audit_head"] {
            assert_ne!(first["receipt"][field], second_receipt["receipt"][field], "{field}");
        }
        for other in [app.team("yuan").await, app.officer().await, app.auditor().await] {
            other.get(&format!("{path}/receipt")).await.is_refused(404, "not_found");
        }
    }

    async fn the_program_verifies_a_receipt_offline(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let team = app.team("keda").await;
        let key = app.anyone().get("/notary").await.is(200)["public_key"].as_str().unwrap().to_owned();
        let receipt = team.get(&format!("/bids/{}/receipt", story.bid)).await.text;
        let content = team.get(&format!("/bids/{}", story.bid)).await.is(200)["content"].to_string();
        let verified = |receipt: &str, content: &str| {
            std::fs::write(app.folder().join("receipt.json"), receipt).unwrap();
            std::fs::write(app.folder().join("content.json"), content).unwrap();
            // No configuration, no service, no database.
            let mut command = crate::cli::jiebang(app.folder(), &[]);
            let output = command.args(["receipt", "verify", "receipt.json", "--key", &key, "--content", "content.json"]).output().unwrap();
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
        };
        let (code, told) = verified(&receipt, &content);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.starts_with("sound: submission 1 of bid") && told.contains("the content is what was received"), "{told}");
        assert_eq!(verified(&receipt.replace("\"submission\":1", "\"submission\":2"), &content).0, Some(65));
        assert_eq!(verified(&receipt, &content.replace("李挂帅", "王挂帅")).0, Some(65));
        let (code, told) = verified(&receipt, &content.replacen('{', "{\"extra\": 1, ", 1));
        assert_eq!(code, Some(65), "nothing stands beside what was received");
        assert!(told.contains("回执核验不通过") && !told.contains("审计日志"), "{told}");
        assert_eq!(verified("", &content).0, Some(65));
        let mistyped = crate::cli::jiebang(app.folder(), &[]).args(["receipt", "verify", "receipt.json", "--key", "zz"]).output().unwrap();
        assert_eq!(mistyped.status.code(), Some(2));
    }
}
