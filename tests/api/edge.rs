//! The edge: how often, how many at once, for how long, from where; and what every answer carries.

use crate::support::app::PASSWORD;
use crate::support::door::{heard, said};
use crate::support::{Caller, TestApp, door, on_both};
use futures_util::future::join_all;
use jiebang::http::Edge;
use jiebang::http::edge::address::{Header, Proxies};
use jiebang::http::edge::rate::Rate;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

fn limited() -> Edge {
    Edge { rate: Some(Rate { per_second: 1.try_into().unwrap(), burst: 3.try_into().unwrap() }), ..Edge::default() }
}

/// Behind a proxy on this machine.
fn proxied() -> Edge {
    Edge { proxies: Proxies { trusted: vec!["127.0.0.1/32".parse().unwrap()], header: Header::XForwardedFor }, ..Edge::default() }
}

const PORTAL: &str = "https://portal.example";

async fn asked_twenty_times(caller: &Caller, path: &str) -> (usize, usize) {
    let replies = join_all((0..20).map(|_| caller.get(path))).await;
    let refused = replies.iter().filter(|reply| reply.status == 429).count();
    (20 - refused, refused)
}

on_both! {
    async fn whoever_asks_too_often_is_told_when_to_come_back(app: TestApp) {
        let (officer, director) = (app.officer().await, app.director().await);
        officer.token().await;
        director.token().await;
        let door = door(app.app.clone(), limited());
        let (anyone, officer, director) = (app.anyone().at(&door), officer.at(&door), director.at(&door));
        let first = anyone.get("/challenges").await;
        first.is(200);
        assert_eq!((first.header("ratelimit-policy"), first.header("ratelimit")), ("\"caller\";q=3;w=3".into(), "\"caller\";r=2;t=1".into()));
        let replies = join_all((0..20).map(|_| anyone.get("/challenges"))).await;
        let refused: Vec<_> = replies.iter().filter(|reply| reply.status != 200).collect();
        assert!(refused.len() >= 10, "{} were refused", refused.len());
        for reply in refused {
            reply.is_refused(429, "too_many_requests");
            assert_eq!((reply.header("retry-after"), reply.header("ratelimit")), ("1".into(), "\"caller\";r=0;t=1".into()));
            assert!(!reply.header("x-request-id").is_empty() && !reply.header("content-security-policy").is_empty());
        }
        // A person has a share of their own, wherever they are; a token that is none has that of its network.
        let mine = asked_twenty_times(&officer, "/me").await;
        assert!(mine.0 >= 3 && mine.1 >= 10, "{mine:?}");
        director.get("/me").await.is(200);
        let forged = asked_twenty_times(&anyone.with("Authorization", "Bearer nonsense"), "/me").await;
        assert!(forged.1 >= 10, "{forged:?}");
        let lost = asked_twenty_times(&anyone, "/nowhere").await;
        assert!(lost.1 >= 10, "what is not there is counted, too: {lost:?}");
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(asked_twenty_times(&anyone, path).await, (20, 0), "{path}");
        }
        let other = reqwest::Client::builder().local_address(Some("127.0.0.5".parse().unwrap())).build().unwrap();
        anyone.by(other).get("/challenges").await.is(200);
    }

    async fn without_a_limit_nobody_is_counted(app: TestApp) {
        let anyone = app.anyone();
        assert_eq!(asked_twenty_times(&anyone, "/challenges").await, (20, 0));
        assert_eq!(anyone.get("/challenges").await.header("ratelimit"), "");
    }

    async fn when_all_places_are_taken_the_answer_is_a_quick_no(app: TestApp) {
        let full = app.anyone().at(&door(app.app.clone(), Edge { in_flight: 0, ..Edge::default() }));
        let reply = full.get("/challenges").await;
        reply.is_refused(503, "busy");
        assert_eq!(reply.header("retry-after"), "2");
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(full.get(path).await.status, 200, "{path}");
        }
    }

    async fn a_place_is_given_back_and_a_body_on_its_way_takes_none(app: TestApp) {
        let door = door(app.app.clone(), Edge { in_flight: 1, ..Edge::default() });
        let one_at_a_time = app.anyone().at(&door);
        let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        let slow = join_all((0..3).map(|_| said(&door, head))).await;
        for _ in 0..20 {
            one_at_a_time.get("/challenges").await.is(200);
            one_at_a_time.get("/me").await.is_refused(401, "unauthenticated");
        }
        drop(slow);
    }

    async fn a_request_that_takes_too_long_altogether_is_ended(app: TestApp) {
        let door = door(app.app.clone(), Edge { deadline: Duration::from_millis(200), ..Edge::default() });
        let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nX-Request-Id: one-slow-body\r\n\r\n{";
        let answer = heard(said(&door, head).await).await;
        assert!(answer.starts_with("http/1.1 503") && answer.contains("deadline_exceeded"), "{answer}");
        for header in ["retry-after: 2", "x-request-id: one-slow-body", "content-security-policy: default-src 'none'", "application/problem+json"] {
            assert!(answer.contains(header), "{header}: {answer}");
        }
        app.anyone().at(&door).get("/challenges").await.is(200);
    }

    async fn every_answer_that_the_service_makes_carries_the_headers_that_keep_browsers_quiet(app: TestApp) {
        let https = door(app.app.clone(), Edge { https: true, ..Edge::default() });
        for (door, secure) in [(&app.address, ""), (&https, "max-age=31536000")] {
            let anyone = app.anyone().at(door);
            for (method, path, body, status) in [
                (Method::GET, "/challenges", "", 200),
                (Method::HEAD, "/challenges", "", 200),
                (Method::GET, "/me", "", 401),
                (Method::GET, "/challenges/nonsense", "", 422),
                (Method::DELETE, "/challenges", "", 405),
                (Method::OPTIONS, "/challenges", "", 405),
                (Method::POST, "/auth/login", "{", 422),
                (Method::GET, "/nowhere", "", 404),
                (Method::GET, "/docs/nowhere", "", 404),
                (Method::GET, "/docs", "", 200),
                (Method::GET, "/docs/", "", 200),
                (Method::POST, "/docs/", "", 405),
                (Method::GET, "/api/openapi.json", "", 200),
                (Method::PUT, "/healthz", "", 405),
                (Method::GET, "/healthz", "", 200),
                (Method::GET, "/readyz", "", 200),
                (Method::GET, "/metrics", "", 200),
            ] {
                let reply = anyone.request(method.clone(), path, Some(body.to_owned()).filter(|body| !body.is_empty())).await;
                assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
                for (name, value) in [
                    ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
                    ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
                    ("strict-transport-security", secure), ("access-control-allow-origin", ""), ("server", ""),
                ] {
                    assert_eq!(reply.header(name), value, "{method} {path}: {name}");
                }
                assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{method} {path}");
                assert_eq!(reply.header("x-request-id").len(), 36, "{method} {path}");
            }
            let large = anyone.request(Method::POST, "/auth/login", Some("x".repeat(300_000))).await;
            large.is_refused(413, "too_large");
            assert_eq!(large.header("x-content-type-options"), "nosniff");
        }
    }

    async fn what_is_no_http_gets_a_bare_no_from_below_which_says_nothing(app: TestApp) {
        let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(200));
        let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "b".repeat(200_000));
        for (bytes, status) in [
            ("GARBAGE\r\n\r\n", "400"),
            ("GET /healthz HTTP/9.9\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
            (many.as_str(), "431"),
            (long.as_str(), "431"),
        ] {
            let answer = heard(said(&app.address, bytes).await).await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
            assert!(head.starts_with(&format!("http/1.1 {status}")) && body.is_empty(), "{answer}");
            let names: Vec<&str> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
            assert!(names.iter().all(|name| ["content-length", "connection", "date"].contains(name)), "{answer}");
        }
    }

    async fn pages_of_other_origins_call_only_when_they_are_named(app: TestApp) {
        let open = door(app.app.clone(), Edge { origins: vec![PORTAL.into()], ..limited() });
        let (open, shut) = (app.anyone().at(&open), app.anyone());
        let preflight = |caller: &Caller, origin: &str| {
            let caller = caller.with("Origin", origin).with("Access-Control-Request-Method", "PUT");
            let caller = caller.with("Access-Control-Request-Headers", "authorization,content-type,if-match,idempotency-key");
            async move { caller.request(Method::OPTIONS, "/challenges", None).await }
        };
        let welcome = preflight(&open, PORTAL).await;
        welcome.is(200);
        assert_eq!(welcome.header("access-control-allow-origin"), PORTAL);
        assert_eq!((welcome.header("access-control-allow-credentials"), welcome.header("access-control-max-age")), (String::new(), "600".into()));
        assert!(welcome.header("access-control-allow-methods").contains("PUT") && welcome.header("vary").to_lowercase().contains("origin"));
        for origin in ["https://evil.example", "https://portal.example.evil.example", "http://portal.example", "null", "https://portal.example:8443"] {
            assert_eq!(preflight(&open, origin).await.header("access-control-allow-origin"), "", "{origin}");
            assert_eq!(open.with("Origin", origin).get("/healthz").await.header("access-control-allow-origin"), "", "{origin}");
        }
        let page = open.with("Origin", PORTAL);
        let replies = join_all((0..10).map(|_| page.get("/challenges"))).await;
        assert!(replies.iter().any(|reply| reply.status == 200) && replies.iter().any(|reply| reply.status == 429));
        for reply in &replies {
            assert_eq!(reply.header("access-control-allow-origin"), PORTAL, "also on refusals, or the page cannot read them");
            assert!(reply.header("access-control-expose-headers").contains("retry-after"));
        }
        assert_eq!(preflight(&shut, PORTAL).await.status, 405);
        assert_eq!(shut.with("Origin", PORTAL).get("/challenges").await.header("access-control-allow-origin"), "");
    }

    async fn a_callers_address_is_taken_from_known_proxies_alone(app: TestApp) {
        let officer = app.officer().await;
        let behind = door(app.app.clone(), proxied());
        let login = json!({"email": officer.email, "password": PASSWORD});
        for (door, line, wanted) in [
            (&behind, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
            (&behind, "198.51.100.66, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
            (&behind, "nonsense", "127.0.0.1"),
            (&app.address, "203.0.113.9", "127.0.0.1"),
        ] {
            let from = app.anyone().at(door).with("X-Forwarded-For", line).with("Forwarded", "for=192.0.2.1");
            let tokens = from.post("/auth/login", login.clone()).await.is(200);
            let bearer = app.anyone().with("Authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()));
            let sessions = bearer.get("/me/sessions").await.is(200);
            let own = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
            assert_eq!(own["address"], wanted, "{line}");
        }
        // Guesses through the proxy are counted for whoever makes them, and for nobody else behind it.
        let from = |address: &str| app.anyone().at(&behind).with("X-Forwarded-For", address);
        let wrong = json!({"email": officer.email, "password": "not this one"});
        for _ in 0..5 {
            from("1.1.1.1, 203.0.113.66").post("/auth/login", wrong.clone()).await.is_refused(401, "wrong_credentials");
        }
        from("2.2.2.2, 203.0.113.66").post("/auth/login", login.clone()).await.is_refused(429, "too_many_attempts");
        from("203.0.113.67").post("/auth/login", login).await.is(200);
    }

    async fn the_figures_are_for_those_with_the_token(app: TestApp) {
        let token = "a-token-for-the-figures";
        let hash = jiebang::app::sha256_hex(token.as_bytes());
        let closed = app.anyone().at(&door(app.app.clone(), Edge { metrics_token: Some(hash), ..Edge::default() }));
        closed.get("/metrics").await.is_refused(404, "not_found");
        closed.with("Authorization", "Bearer a-token").get("/metrics").await.is_refused(404, "not_found");
        let figures = closed.with("Authorization", format!("Bearer {token}")).get("/metrics").await;
        assert!(figures.status == 200 && figures.text.contains("http_request_seconds"));
        app.anyone().with("X-Forwarded-For", "127.0.0.1").get("/metrics").await.is_refused(404, "not_found");
    }
}
