//! Evidence of projects: the team's own until a milestone or an application for acceptance names it, then read as the milestone is.

use crate::files::folder;
use crate::support::upload::{form, pdf};
use crate::support::{Caller, Reply, Story, TestApp, inputs, on_both};
use crate::uploads::at;
use jiebang::domain::file::{FileLimits, MIB};
use serde_json::{Value, json};
use std::time::Duration;

fn list(story: &Story<'_>) -> String {
    format!("/projects/{}/evidence", story.project)
}

async fn uploads(caller: &Caller, story: &Story<'_>, kind: &str, name: &str, content: &[u8]) -> Reply {
    caller.posts_form(&list(story), form(kind, name, content)).await
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

async fn listed(caller: &Caller, story: &Story<'_>) -> Vec<(String, bool)> {
    let shown = caller.get(&list(story)).await.is(200);
    shown["items"].as_array().unwrap().iter().map(|file| (id(file), file["handed_in"].as_bool().unwrap())).collect()
}

/// A milestone in progress: the path of its steps.
async fn started(story: &Story<'_>) -> String {
    let path = format!("/milestones/{}", story.milestones[0]);
    story.app.team("keda").await.does(&format!("{path}/start")).await.is(200);
    path
}

on_both! {
    async fn evidence_is_the_teams_own_until_a_milestone_names_it(app: TestApp) {
        let story = Story::active(&app).await;
        let milestone = started(&story).await;
        let (team, commissioner) = (app.team("keda").await, app.commissioner().await);
        let content = pdf("长周期检测报告 CANARY", 150_000);
        let reply = uploads(&team, &story, "test_report", "长周期检测报告.pdf", &content).await;
        let made = reply.is(201);
        let path = format!("/evidence/{}", id(&made));
        assert_eq!(reply.header("location"), format!("/api/v1{path}"));
        assert_eq!((&made["kind"], &made["name"], &made["bytes"]), (&json!("test_report"), &json!("长周期检测报告.pdf"), &json!(content.len())));
        assert_eq!(made["sha256"], jiebang::app::sha256_hex(&content).as_str());
        assert_eq!(listed(&team, &story).await, [(id(&made), false)]);
        for other in [&commissioner, &app.sponsor().await, &app.officer().await, &app.auditor().await] {
            assert_eq!(listed(other, &story).await, []);
            other.get(&path).await.is_refused(404, "not_found");
            other.does(&format!("{path}/remove")).await.is_refused(404, "not_found");
        }
        let input = inputs::evidence(&[("K1", "91", &id(&made))]);
        let kept = team.post(&format!("{milestone}/submit"), input).await.is(200);
        let file = &kept["indicators"][0]["evidence"][0]["file"];
        assert_eq!((&file["id"], &file["sha256"], &file["name"]), (&made["id"], &made["sha256"], &made["name"]));
        for reader in [&team, &commissioner, &app.sponsor().await, &app.officer().await] {
            assert_eq!(listed(reader, &story).await, [(id(&made), true)]);
            let (status, headers, back) = reader.fetches(&path).await;
            assert_eq!((status, back == content), (200, true));
            assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; "));
        }
        let rival = app.team("yuan").await;
        rival.get(&path).await.is_refused(404, "not_found");
        rival.get(&list(&story)).await.is_refused(404, "not_found");
        uploads(&rival, &story, "document", "a.pdf", &content).await.is_refused(404, "not_found");
        uploads(&commissioner, &story, "document", "a.pdf", &content).await.is_refused(403, "forbidden");
        for path in folder(&app) {
            let bytes = std::fs::read(path).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"CANARY"), "it lies encrypted");
        }
    }

    async fn what_was_handed_in_stays_and_what_was_not_goes_from_the_disk(app: TestApp) {
        let story = Story::active(&app).await;
        let milestone = started(&story).await;
        let team = app.team("keda").await;
        let (named, spare) = (team.proof(&story.project, "test_report").await, team.proof(&story.project, "document").await);
        team.post(&format!("{milestone}/submit"), inputs::evidence(&[("K1", "89", &named)])).await.is(200);
        team.does(&format!("/evidence/{named}/remove")).await.is_refused(409, "evidence_handed_in");
        team.does(&format!("/evidence/{spare}/remove")).await.is(200);
        team.get(&format!("/evidence/{spare}")).await.is_refused(404, "not_found");
        team.does(&format!("/evidence/{spare}/remove")).await.is_refused(404, "not_found");
        assert_eq!((folder(&app).len(), app.count("evidence_files").await), (1, 1));
        // The hourly tidying keeps what a row names.
        for file in folder(&app) {
            let old = std::fs::metadata(&file).unwrap().modified().unwrap() - Duration::from_hours(25);
            std::fs::File::open(&file).unwrap().set_modified(old).unwrap();
        }
        app.app.tidy().await.unwrap();
        assert_eq!(team.fetches(&format!("/evidence/{named}")).await.0, 200);
        // Sent back, the team hands in the same report and another one.
        let order = json!({"opinion": "补充长周期数据", "rectify_by": app.app.clock.now().date().plus_days(30).to_string()});
        app.commissioner().await.post(&format!("{milestone}/return"), order).await.is(200);
        let second = team.proof(&story.project, "test_report").await;
        let mut again = inputs::evidence(&[("K1", "91", &named)]);
        again["actuals"][0]["evidence"] = json!([inputs::piece(&named), inputs::piece(&second)]);
        team.post(&format!("{milestone}/submit"), again).await.is(200);
        let mut kept = [(named, true), (second, true)];
        kept.sort();
        let mut told = listed(&app.commissioner().await, &story).await;
        told.sort();
        assert_eq!(told, kept);
    }

    async fn a_milestone_names_files_of_its_own_project_alone(app: TestApp) {
        let lanes = crate::support::race::running(&app, &["keda", "yuan"], 300).await;
        let (story, other) = (&lanes[0], &lanes[1]);
        let milestone = started(story).await;
        let team = app.team("keda").await;
        let gone = team.proof(&story.project, "test_report").await;
        team.does(&format!("/evidence/{gone}/remove")).await.is(200);
        let tried = form("test_report", "a.pdf", &pdf("", 100));
        let dry = id(&team.posts_form(&format!("{}?dry_run=true", list(story)), tried).await.is(201));
        for file in [&gone, &dry, &story.project] {
            let input = inputs::evidence(&[("K1", "91", file)]);
            team.post(&format!("{milestone}/submit"), input).await
                .has_faults(&[("actuals.K1.evidence[0].file", "unknown_file")]);
        }
        // A file that is there, but another project's, is unknown, too.
        let other = app.team("yuan").await.proof(&other.project, "test_report").await;
        team.post(&format!("{milestone}/submit"), inputs::evidence(&[("K1", "91", &other)])).await
            .has_faults(&[("actuals.K1.evidence[0].file", "unknown_file")]);
    }

    async fn evidence_that_is_removed_while_it_is_handed_in_is_either_gone_or_stays(app: TestApp) {
        let story = Story::active(&app).await;
        let milestone = started(&story).await;
        let team = app.team("keda").await;
        let file = team.proof(&story.project, "test_report").await;
        let (submit, remove) = (format!("{milestone}/submit"), format!("/evidence/{file}/remove"));
        let (handed_in, removed) = tokio::join!(team.post(&submit, inputs::evidence(&[("K1", "91", &file)])), team.does(&remove));
        let told = (handed_in.status.as_u16(), removed.status.as_u16());
        assert!([(200, 409), (422, 200)].contains(&told), "{told:?} {} {}", handed_in.text, removed.text);
        assert_eq!(app.count("evidence_files").await, i64::from(told.0 == 200));
    }

    async fn a_project_takes_what_fits_while_it_runs(app: TestApp) {
        let story = Story::planned(&app).await;
        let team = app.team("keda").await;
        uploads(&team, &story, "document", "a.pdf", &pdf("", 100)).await.is_refused(409, "project_not_active");
        for party in ["team", "sponsor", "department"] {
            story.signed_by(party).await;
        }
        let limits = FileLimits { file: MIB, project: MIB + 400_000, evidence: 3, ..FileLimits::default() };
        let small = at(&app, &team, limits, None);
        uploads(&small, &story, "report", "a.pdf", &pdf("", 100)).await.has_faults(&[("kind", "unknown_code")]);
        uploads(&small, &story, "document", "a.exe", &pdf("", 100)).await.is_refused(415, "file_type");
        uploads(&small, &story, "document", "a.png", &pdf("", 100)).await.is_refused(415, "file_type");
        uploads(&small, &story, "document", "大.pdf", &pdf("", 2_500_000)).await.is_refused(413, "file_too_large");
        uploads(&small, &story, "document", "一.pdf", &pdf("", 900_000)).await.is(201);
        uploads(&small, &story, "document", "二.pdf", &pdf("", 900_000)).await.is_refused(413, "project_too_large");
        for name in ["二.pdf", "三.pdf"] {
            uploads(&small, &story, "document", name, &pdf("", 1_000)).await.is(201);
        }
        uploads(&small, &story, "document", "四.pdf", &pdf("", 10)).await.is_refused(409, "too_many_files");
        assert_eq!(folder(&app).len(), 3);
    }

    async fn an_application_for_acceptance_may_hand_in_its_papers_as_files(app: TestApp) {
        let story = Story::active(&app).await;
        story.met(0, &[("K1", "91")]).await;
        story.met(1, &[("K1", "96.5"), ("K2", "0.49")]).await;
        let team = app.team("keda").await;
        let (path, audit) = (format!("/projects/{}/apply_acceptance", story.project), team.proof(&story.project, "document").await);
        let mut input = inputs::acceptance();
        input["items"][2]["file"] = json!(story.project);
        team.post(&path, input.clone()).await.has_faults(&[("items[2].file", "unknown_file")]);
        app.officer().await.get(&format!("/evidence/{audit}")).await.is_refused(404, "not_found");
        input["items"][2]["file"] = json!(audit);
        team.post(&path, input).await.is(200);
        let shown = app.officer().await.get(&format!("/acceptances/{}", story.acceptance().await)).await.is(200);
        assert_eq!(shown["items"][2]["file"], json!(audit));
        assert_eq!(app.officer().await.fetches(&format!("/evidence/{audit}")).await.0, 200);
        team.does(&format!("/evidence/{audit}/remove")).await.is_refused(409, "evidence_handed_in");
    }
}
