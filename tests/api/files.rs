//! Files of bids: handed in, bound by the submission, read by whoever may read the bid, and harmless whatever they are.

use crate::support::upload::{docx, jpeg, ofd, pdf, png, xlsx};
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

/// Bytes of a segment on the disk.
const SEGMENT: usize = 64 * 1024;

/// An open challenge with a draft bid of keda's.
pub async fn drafted(app: &TestApp) -> (Story<'_>, Caller) {
    let mut story = Story::open(app).await;
    story.bid = story.drafted("keda").await;
    (story, app.team("keda").await)
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// What lies in the folder of the files.
pub fn folder(app: &TestApp) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(app.folder().join("files"));
    files.map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default()
}

on_both! {
    async fn a_file_comes_back_as_it_was_handed_in(app: TestApp) {
        let (story, team) = drafted(&app).await;
        for (number, bytes) in [100, SEGMENT - 20, 3 * SEGMENT, 5 * SEGMENT + 17].into_iter().enumerate() {
            let content = pdf("技术方案", bytes);
            let reply = team.uploads(&story.bid, "technical_plan", &format!("技术方案 {number}.pdf"), &content).await;
            let made = reply.is(201);
            assert_eq!(reply.header("location"), format!("/api/v1/files/{}", id(&made)));
            assert_eq!((&made["kind"], &made["bytes"], &made["media_type"]), (&json!("technical_plan"), &json!(content.len()), &json!("application/pdf")));
            assert_eq!(made["sha256"], jiebang::app::sha256_hex(&content).as_str());
            let (status, headers, back) = team.downloads(&id(&made)).await;
            assert_eq!((status, back == content), (200, true));
            assert_eq!(headers["content-type"], "application/pdf");
            assert_eq!(headers["content-length"], content.len().to_string().as_str());
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["cache-control"], "private, no-store");
            assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'; frame-ancestors 'none'");
            let disposition = headers["content-disposition"].to_str().unwrap();
            assert_eq!(disposition, format!("attachment; filename=\"file.pdf\"; filename*=UTF-8''%E6%8A%80%E6%9C%AF%E6%96%B9%E6%A1%88%20{number}.pdf"));
            assert!(headers["repr-digest"].to_str().unwrap().starts_with("sha-256=:"));
            assert_eq!(headers["etag"], format!("\"{}\"", made["sha256"].as_str().unwrap()).as_str());
            let cached = team.with("If-None-Match", headers["etag"].to_str().unwrap());
            assert_eq!(cached.downloads(&id(&made)).await.0, 304);
        }
        let list = team.get(&format!("/bids/{}/files", story.bid)).await.is(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 4);
        assert_eq!(list["items"], team.get(&format!("/bids/{}", story.bid)).await.is(200)["files"]);
        for (kind, name, content) in [
            ("agreement", "协议.docx", docx()), ("other", "预算.xlsx", xlsx()), ("commitment", "承诺书.ofd", ofd()),
            ("ethics", "伦理.png", png()), ("other", "照片.JPG", jpeg()),
        ] {
            let made = team.uploads(&story.bid, kind, name, &content).await.is(201);
            assert!(team.downloads(&id(&made)).await.2 == content, "{name}");
        }
        // Nobody else on the machine reads them, and their names tell nothing.
        assert_eq!(std::fs::metadata(app.folder().join("files")).unwrap().permissions().mode() & 0o777, 0o700);
        let files = folder(&app);
        assert_eq!(files.len(), 9);
        for file in files {
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(uuid::Uuid::try_parse(file.file_name().unwrap().to_str().unwrap()).is_ok(), "{}", file.display());
        }
    }

    async fn any_part_of_a_file_can_be_asked_for(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let content = pdf("方案", 3 * SEGMENT + 100);
        let file = id(&team.uploads(&story.bid, "other", "方案.pdf", &content).await.is(201));
        let end = content.len() - 1;
        for (from, to) in [(0, 0), (0, end), (SEGMENT - 1, SEGMENT), (SEGMENT, 2 * SEGMENT - 1), (70_000, 190_000), (end, end)] {
            let (status, headers, part) = team.with("Range", format!("bytes={from}-{to}")).downloads(&file).await;
            assert_eq!(status, 206);
            assert_eq!(headers["content-range"], format!("bytes {from}-{to}/{}", content.len()).as_str());
            assert!(part == content[from..=to], "{from}-{to}");
        }
        assert!(team.with("Range", "bytes=-7").downloads(&file).await.2 == content[content.len() - 7..]);
        let (status, headers, _) = team.with("Range", format!("bytes={}-", content.len())).downloads(&file).await;
        assert_eq!((status, headers["content-range"].to_str().unwrap()), (416, format!("bytes */{}", content.len()).as_str()));
        let changed = team.with("Range", "bytes=0-1").with("If-Range", "\"another\"").downloads(&file).await;
        assert_eq!((changed.0, changed.2.len()), (200, content.len()));
        let head = team.request(reqwest::Method::HEAD, &format!("/files/{file}"), None).await;
        assert_eq!((head.status.as_u16(), head.header("content-length"), head.text.len()), (200, content.len().to_string(), 0));
        // A file that was changed on the disk does not come back as another one.
        let path = folder(&app).remove(0);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[SEGMENT + 50] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(team.with("Range", "bytes=0-99").downloads(&file).await.2, content[..100]);
        let token = team.token().await.unwrap();
        let address = format!("{}/api/v1/files/{file}", app.address);
        let broken = app.client.get(address).bearer_auth(token).send().await.unwrap();
        assert!(broken.bytes().await.is_err(), "the answer breaks off");
    }

    async fn files_are_under_the_seal_of_their_bid(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let file = id(&team.uploads(&story.bid, "other", "方案.pdf", &pdf("方案", 10)).await.is(201));
        team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        let colleague = app.person("colleague", "keda", None, &[jiebang::domain::policy::Role::Team]).await;
        assert_eq!(colleague.downloads(&file).await.0, 200);
        colleague.uploads(&story.bid, "other", "方案.pdf", &pdf("方案", 10)).await.is_refused(403, "forbidden");
        colleague.does(&format!("/files/{file}/remove")).await.is_refused(403, "forbidden");
        for closed in [false, true] {
            for other in [app.officer().await, app.examiner().await, app.director().await, app.auditor().await, app.team("yuan").await, app.sysadmin().await] {
                let other = other.with("X-Request-Id", "the-same-request");
                let nobodys = uuid::Uuid::now_v7().to_string();
                for (real, unreal) in [
                    (other.get(&format!("/files/{file}")).await, other.get(&format!("/files/{nobodys}")).await),
                    (other.does(&format!("/files/{file}/remove")).await, other.does(&format!("/files/{nobodys}/remove")).await),
                    (other.get(&format!("/bids/{}/files", story.bid)).await, other.get(&format!("/bids/{nobodys}/files")).await),
                    (other.uploads(&story.bid, "other", "a.pdf", &pdf("", 9)).await, other.uploads(&nobodys, "other", "a.pdf", &pdf("", 9)).await),
                ] {
                    real.is_refused(404, "not_found");
                    assert_eq!((real.text, real.status), (unreal.text, unreal.status));
                }
            }
            app.anyone().get(&format!("/files/{file}")).await.is_refused(401, "unauthenticated");
            if !closed {
                story.close().await;
            }
        }
        team.uploads(&story.bid, "other", "方案.pdf", &pdf("方案", 10)).await.is_refused(409, "deadline_passed");
        team.does(&format!("/files/{file}/remove")).await.is_refused(409, "deadline_passed");
    }

    async fn the_department_sees_the_files_of_the_submission_and_no_others(app: TestApp) {
        let (mut story, team) = drafted(&app).await;
        let bid = format!("/bids/{}", story.bid);
        let (first, second) = (pdf("first", 200_000), pdf("second", 900));
        let kept = team.uploads(&story.bid, "technical_plan", "方案.pdf", &first).await.is(201);
        let gone = id(&team.uploads(&story.bid, "other", "旧材料.pdf", &second).await.is(201));
        team.does(&format!("/files/{gone}/remove")).await.is(200);
        assert_eq!(folder(&app).len(), 1, "nothing names it");
        team.does(&format!("/files/{gone}/remove")).await.is_refused(404, "not_found");
        team.does(&format!("{bid}/submit")).await.is(200);
        // What comes and goes after the submission is none of it.
        team.does(&format!("/files/{}/remove", id(&kept))).await.is(200);
        let late = id(&team.uploads(&story.bid, "other", "补充.pdf", &second).await.is(201));
        assert_eq!(folder(&app).len(), 2, "the submission names the one that was taken out");
        assert_eq!(team.downloads(&id(&kept)).await.0, 404);
        let mut content = team.get(&bid).await.is(200)["content"].clone();
        let receipt = team.get(&format!("{bid}/receipt")).await.text;
        let notary = app.anyone().get("/notary").await.is(200);
        let key = notary["public_key"].as_str().unwrap();
        let verify = |content: &Value| jiebang::app::receipts::verify(&receipt, key, Some(&content.to_string()));
        assert!(verify(&content).is_err(), "the files are part of it");
        content["files"] = json!([kept]);
        verify(&content).unwrap();
        content["files"][0]["sha256"] = json!("0".repeat(64));
        assert!(verify(&content).is_err());
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        for reader in [app.examiner().await, app.director().await, app.officer().await] {
            assert_eq!(reader.get(&format!("{bid}/files")).await.is(200)["items"], json!([kept]));
            assert_eq!(reader.get(&bid).await.is(200)["files"], json!([kept]));
            let (status, _, back) = reader.downloads(&id(&kept)).await;
            assert_eq!((status, back == first), (200, true));
            reader.get(&format!("/files/{late}")).await.is_refused(404, "not_found");
            reader.does(&format!("/files/{late}/remove")).await.is_refused(404, "not_found");
        }
        app.team("yuan").await.get(&format!("/files/{}", id(&kept))).await.is_refused(404, "not_found");
        assert_eq!(team.get(&format!("{bid}/files")).await.is(200)["items"][0]["id"], late.as_str());
        // An expert reads them with the bid, after the declaration.
        story.examined(&story.bid, &[]).await;
        app.officer().await.does(&story.path("start_review")).await.is(200);
        let review = story.assigned(&story.bid, 1).await;
        let expert = app.expert(1).await;
        expert.get(&format!("/files/{}", id(&kept))).await.is_refused(404, "not_found");
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        assert!(expert.downloads(&id(&kept)).await.2 == first);
        story.bid.clear();
    }

    async fn a_consortium_hands_in_its_signed_agreement(app: TestApp) {
        let story = Story::open(&app).await;
        let (team, partner) = (app.team("keda").await, app.team("yuan").await);
        let bid = id(&team.post(&story.path("bids"), inputs::with_partner(&app.organization("yuan").await.to_string())).await.is(201));
        let asked = id(&partner.get("/partnerships").await.is(200)["items"][0]);
        partner.does(&format!("/partnerships/{asked}/confirm")).await.is(200);
        team.does(&format!("/bids/{bid}/submit")).await.has_faults(&[("files", "agreement_missing")]);
        let wrong = id(&team.uploads(&bid, "other", "协议.pdf", &pdf("协议", 10)).await.is(201));
        team.does(&format!("/bids/{bid}/submit")).await.has_faults(&[("files", "agreement_missing")]);
        team.does(&format!("/files/{wrong}/remove")).await.is(200);
        let file = id(&team.uploads(&bid, "agreement", "协议.pdf", &pdf("协议", 10)).await.is(201));
        // The partner confirms its part; it reads nothing else of the bid.
        partner.get(&format!("/files/{file}")).await.is_refused(404, "not_found");
        team.does(&format!("/bids/{bid}/submit")).await.is(200);
    }
}
