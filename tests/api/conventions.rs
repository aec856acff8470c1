//! Conventions of every route: problems, versions, retries, dry runs, pages, methods, headers, strange input.

use crate::support::{Story, TestApp, inputs, on_both};
use reqwest::Method;
use serde_json::{Value, json};

on_both! {
    async fn a_change_needs_the_version_that_it_is_based_on(app: TestApp) {
        let story = Story::draft(&app).await;
        let officer = app.officer().await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let path = format!("/challenges/{}", story.challenge);
        let input = inputs::challenge(&story.batch, &sponsor, 5);
        officer.request(Method::PUT, &path, Some(input.to_string())).await.is_refused(428, "if_match_required");
        let tag = officer.get(&path).await.header("etag");
        let first = officer.with("If-Match", &tag).request(Method::PUT, &path, Some(input.to_string())).await;
        assert_eq!(first.is(200)["version"], 2);
        officer.with("If-Match", &tag).request(Method::PUT, &path, Some(input.to_string())).await.is_refused(412, "stale_version");
        officer.with("If-Match", "\"what\"").request(Method::PUT, &path, Some(input.to_string())).await.is_refused(412, "stale_version");
        officer.with("If-Match", &tag).does(&story.path("submit")).await.is_refused(412, "stale_version");
        officer.with("If-Match", first.header("etag")).does(&story.path("submit")).await.is(200);
    }

    async fn of_many_changes_to_one_version_exactly_one_wins(app: TestApp) {
        let story = Story::draft(&app).await;
        let officer = app.officer().await;
        officer.token().await;
        let sponsor = app.organization("sponsor-works").await.to_string();
        let path = format!("/challenges/{}", story.challenge);
        let inputs: Vec<Value> = (0..32).map(|n| inputs::challenge(&story.batch, &sponsor, 100 + n)).collect();
        let replies = futures_util::future::join_all(inputs.iter().map(|input| officer.put(&path, 1, input.clone()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409 | 412)));
    }

    async fn the_same_request_with_the_same_key_is_done_once(app: TestApp) {
        let officer = app.officer().await;
        let keyed = officer.with("Idempotency-Key", "create-batch-1");
        let first = keyed.post("/batches", inputs::batch(1)).await;
        let made = first.is(201);
        let again = keyed.post("/batches", inputs::batch(1)).await;
        assert_eq!(again.is(201), made);
        assert_eq!((again.header("idempotency-replayed"), again.header("location")), ("true".into(), first.header("location")));
        keyed.post("/batches", inputs::batch(2)).await.is_refused(422, "idempotency_key_reused");
        let other = app.person("officer2", "department", None, &[jiebang::domain::policy::Role::Officer]).await;
        other.with("Idempotency-Key", "create-batch-1").post("/batches", inputs::batch(3)).await.is(201);
        assert_eq!(app.count("batches").await, 2);
        app.days_later(4);
        app.app.tidy().await.unwrap();
        assert_eq!(app.count("idempotency").await, 0);
    }

    async fn thirty_two_retries_at_once_have_one_effect(app: TestApp) {
        let officer = app.officer().await;
        officer.token().await;
        let keyed = officer.with("Idempotency-Key", "at-once");
        let replies = futures_util::future::join_all((0..32).map(|_| keyed.post("/batches", inputs::batch(1)))).await;
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 201 | 409)));
        assert!(replies.iter().any(|reply| reply.status == 201));
        assert_eq!(app.count("batches").await, 1);
    }

    async fn a_dry_run_checks_everything_and_keeps_nothing(app: TestApp) {
        let story = Story::draft(&app).await;
        app.mail().await;
        let officer = app.officer().await;
        let before = app.count("audit WHERE action NOT LIKE 'session.%'").await;
        let dry = officer.does(&format!("{}?dry_run=true", story.path("submit"))).await.is(200);
        assert_eq!(dry["stage"], "in_approval");
        assert_eq!(officer.get(&format!("/challenges/{}", story.challenge)).await.is(200)["stage"], "draft");
        officer.post(&format!("{}?dry_run=true", story.path("publish")), story.window()).await.is_refused(409, "wrong_stage");
        assert_eq!(app.count("audit WHERE action NOT LIKE 'session.%'").await, before);
        assert_eq!(app.mail().await, []);
    }

    async fn pages_follow_each_other_without_gap_or_repetition(app: TestApp) {
        let officer = app.officer().await;
        for n in 1..=25 {
            officer.post("/batches", inputs::batch(n)).await.is(201);
            app.later(chrono::TimeDelta::seconds(1));
        }
        for (sort, first) in [("-created_at", "JB2026-25"), ("created_at", "JB2026-1")] {
            let mut seen: Vec<String> = Vec::new();
            let mut cursor = String::new();
            loop {
                let page = officer.get(&format!("/batches?limit=7&sort={sort}{cursor}")).await.is(200);
                seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort();
            unique.dedup();
            assert_eq!((seen.len(), unique.len(), seen[0].as_str()), (25, 25, first));
        }
    }

    async fn strange_queries_are_told_what_is_wrong(app: TestApp) {
        let officer = app.officer().await;
        for (query, field, code) in [
            ("limit=0", "limit", "out_of_range"), ("limit=101", "limit", "out_of_range"), ("limit=x", "limit", "out_of_range"),
            ("sort=title", "sort", "unknown_code"), ("cursor=abc", "cursor", "bad_cursor"), ("colour=red", "colour", "unknown_field"),
            ("year=2026&year=2025", "year", "repeated_field"), ("year=20x6", "year", "out_of_range"), ("stage=flying", "stage", "unknown_code"),
        ] {
            officer.get(&format!("/challenges?{query}")).await.has_faults(&[(field, code)]);
        }
        for n in 0..3 { officer.post("/batches", inputs::batch(n)).await.is(201); }
        let cursor = officer.get("/batches?limit=1").await.is(200)["next_cursor"].as_str().unwrap().to_owned();
        let edited: String = cursor.chars().rev().collect();
        officer.get(&format!("/batches?cursor={edited}")).await.has_faults(&[("cursor", "bad_cursor")]);
        officer.get(&format!("/me?{}", "a=b")).await.has_faults(&[("a", "unknown_field")]);
    }

    async fn strange_bodies_are_told_what_is_wrong(app: TestApp) {
        let officer = app.officer().await;
        let say = |body: &str| { let body = body.to_owned(); let officer = officer.clone(); async move { officer.request(Method::POST, "/batches", Some(body)).await } };
        say("{").await.has_faults(&[("", "malformed_json")]);
        say("[]").await.has_faults(&[("", "wrong_type")]);
        say("\"\\ud800\"").await.has_faults(&[("", "malformed_json")]);
        say(r#"{"code": "a", "code": "b"}"#).await.has_faults(&[("code", "repeated_field")]);
        say(&"[".repeat(50_000)).await.has_faults(&[("", "too_deep")]);
        say(r#"{"year": 99999999999999999999, "code": "\u0000", "name": "a\u202eb name", "budget_fen": 1e3}"#).await.has_faults(&[
            ("year", "out_of_range"), ("code", "forbidden_character"), ("name", "forbidden_character"), ("budget_fen", "not_an_amount"),
        ]);
        for unseen in ["\u{3164}\u{3164}\u{3164}", "\u{115f}x", "名\u{2800}称", "e\u{301}\u{301}\u{301}\u{301}\u{301}"] {
            let body = json!({"year": 2026, "code": "JB-1", "name": unseen, "budget_fen": 1});
            say(&body.to_string()).await.has_faults(&[("name", "forbidden_character")]);
        }
        say(&format!(r#"{{"name": "{}"}}"#, "e\u{301}".repeat(10_000))).await.has_faults(&[
            ("name", "too_long"), ("year", "required"), ("code", "required"), ("budget_fen", "required"),
        ]);
        let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(300_000));
        say(&large).await.is_refused(413, "too_large");
        let form = officer.with("Content-Type", "text/plain").request(Method::POST, "/batches", None).await;
        form.is(422);
        for (header, value) in [
            ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=gbk"),
            ("Content-Encoding", "gzip"), ("Content-Encoding", "br"),
        ] {
            officer.with(header, value).post("/batches", inputs::batch(1)).await.is_refused(415, "unsupported_media_type");
        }
        let spoken = officer.with("Content-Type", "application/json; charset=UTF-8").with("Content-Encoding", "identity");
        spoken.post("/batches?dry_run=true", inputs::batch(1)).await.is(201);
        assert_eq!(app.count("batches").await, 0);
    }

    async fn faults_of_a_body_are_not_shown_to_those_who_could_never_send_it(app: TestApp) {
        app.team("keda").await.post("/batches", json!({"nonsense": 1})).await.is_refused(403, "forbidden");
    }

    async fn problems_speak_chinese_unless_asked_for_english(app: TestApp) {
        let zh = app.anyone().get("/me").await.is_refused(401, "unauthenticated");
        assert_eq!(zh["detail"], "请先登录");
        let en = app.anyone().with("Accept-Language", "fr, en-GB;q=0.8, zh;q=0.5").get("/me").await.is_refused(401, "unauthenticated");
        assert_eq!(en["detail"], "Sign in first.");
        assert_eq!(en["type"], "urn:jiebang:problem:unauthenticated");
    }

    async fn a_wrong_method_is_405_with_what_is_allowed_and_head_works(app: TestApp) {
        let wrong = app.anyone().request(Method::DELETE, "/challenges", None).await;
        wrong.is_refused(405, "method_not_allowed");
        let mut allow: Vec<String> = wrong.header("allow").split(", ").map(str::to_owned).collect();
        allow.sort();
        assert_eq!(allow, ["GET", "HEAD", "POST"]);
        app.anyone().request(Method::POST, "/healthz", None).await.is_refused(405, "method_not_allowed");
        app.anyone().get("/nowhere").await.is_refused(404, "not_found");
        let head = app.anyone().request(Method::HEAD, "/challenges", None).await;
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
        assert!(!head.header("etag").is_empty());
    }

    async fn a_page_that_one_has_already_is_not_sent_again(app: TestApp) {
        Story::open(&app).await;
        let first = app.anyone().get("/challenges").await;
        let again = app.anyone().with("If-None-Match", first.header("etag")).get("/challenges").await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        let mine = app.director().await.with("If-None-Match", first.header("etag")).get("/challenges").await;
        assert_eq!(mine.status, 200, "what one may do is part of what one has");
    }

    async fn every_answer_carries_a_request_id_and_is_inert(app: TestApp) {
        let own = app.anyone().with("X-Request-Id", "my-request-0001").get("/challenges").await;
        assert_eq!(own.header("x-request-id"), "my-request-0001");
        let odd = app.anyone().with("X-Request-Id", "no spaces here").get("/nowhere").await;
        assert_eq!(odd.header("x-request-id").len(), 36);
        assert_eq!(odd.json()["request_id"], odd.header("x-request-id"));
        for name in ["x-content-type-options", "content-security-policy", "referrer-policy"] {
            assert!(!own.header(name).is_empty() && !odd.header(name).is_empty(), "{name}");
        }
    }

    async fn the_service_describes_itself_and_its_health(app: TestApp) {
        let anyone = app.anyone();
        assert_eq!(anyone.get("/healthz").await.is(200)["status"], "ok");
        assert_eq!(anyone.get("/readyz").await.is(200)["status"], "ready");
        let document = anyone.get("/api/openapi.json").await.is(200);
        assert_eq!(document["openapi"], "3.1.0");
        let routes = jiebang::http::routes::routes();
        for route in &routes {
            let path = format!("/api/v1{}", route.path);
            assert!(document["paths"][&path][route.method.as_str().to_lowercase()].is_object(), "{path}");
        }
        let named: usize = document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
        assert_eq!(named, routes.len());
        let page = anyone.get("/docs/").await;
        assert!(page.status == 200 && page.text.contains("swagger-ui"), "{}", page.text);
        assert!(!page.text.contains("http://") && !page.text.contains("https://"), "the page needs no other host");
        anyone.get("/docs/swagger-ui-bundle.js").await.status.is_success().then_some(()).unwrap();
        let metrics = anyone.get("/metrics").await.text;
        assert!(metrics.contains("http_request_seconds_bucket") && metrics.contains("route=\"/api/openapi.json\""), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_500_problem_and_the_connection_stays() {
    use actix_web::{App, HttpResponse, HttpServer, middleware::from_fn, web};
    async fn panics() -> HttpResponse {
        panic!("on purpose")
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let app = || App::new().wrap(from_fn(jiebang::http::server::every_request)).route("/", web::get().to(panics));
    tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run());
    for _ in 0..2 {
        let reply = reqwest::get(&address).await.unwrap();
        assert_eq!(reply.status(), 500);
        assert_eq!(reply.headers()["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(problem["code"], "internal");
        assert!(!problem.to_string().contains("on purpose"));
    }
}
