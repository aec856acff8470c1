//! The deadline: half-open, taken after the whole request, a latch that no clock undoes.

use crate::support::door::{heard, said};
use crate::support::{Story, TestApp, inputs, on_both};
use chrono::TimeDelta;
use futures_util::StreamExt;
use jiebang::domain::time::Timestamp;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};

/// Clients that submit at once.
const CLIENTS: usize = 32;

/// `count` submissions from [`CLIENTS`] clients while the clock passes from two seconds before the deadline to two after.
async fn around_the_deadline(app: &TestApp, count: i64) {
    let story = Story::open(app).await;
    let closes_at = app.app.clock.now().plus(TimeDelta::days(30));
    let mut bids = Vec::new();
    for number in 0..CLIENTS {
        let organization = format!("bidder{number}");
        bids.push((story.submitted(&organization).await, app.team(&organization).await));
    }
    app.app.clock.set(closes_at.plus(TimeDelta::seconds(-2)));
    for (_, team) in &bids {
        team.token().await;
    }
    let before = app.count("bid_submissions").await;
    let done = AtomicI64::new(0);
    let step = 4_000_000 / count;
    let answers = futures_util::stream::iter(0..count)
        .map(|number| {
            let (bid, team) = &bids[usize::try_from(number).unwrap() % CLIENTS];
            let done = &done;
            async move {
                let reply = team.does(&format!("/bids/{bid}/resubmit")).await;
                // Every answer moves the clock on, whatever the other clients are at.
                let passed = done.fetch_add(1, Ordering::Relaxed) + 1;
                app.app.clock.set(closes_at.plus(TimeDelta::microseconds(passed * step - 2_000_000)));
                reply
            }
        })
        .buffer_unordered(CLIENTS)
        .collect::<Vec<_>>()
        .await;
    let mut accepted = 0;
    for reply in &answers {
        if reply.status == 200 {
            accepted += 1;
            let received: Timestamp = reply.json()["receipt"]["received_at"].as_str().unwrap().parse().unwrap();
            assert!(received < closes_at, "{received} is not before {closes_at}");
        } else {
            reply.is_refused(409, "deadline_passed");
        }
    }
    assert_eq!(app.count("bid_submissions").await - before, accepted, "what was answered is what is kept");
    assert!(accepted * 10 > count * 3 && accepted * 10 < count * 7, "{accepted} of {count} were in time");
}

on_both! {
    async fn of_two_thousand_submissions_around_the_deadline_those_before_it_are_accepted_and_no_other(app: TestApp) {
        around_the_deadline(&app, 2_000).await;
    }

    async fn what_was_closed_stays_closed_when_the_clock_goes_back(app: TestApp) {
        let story = Story::with_bid(&app).await;
        let draft = story.drafted("yuan").await;
        let opened = app.app.clock.now();
        story.close().await;
        app.app.clock.set(opened.plus(TimeDelta::days(1)));
        app.team("yuan").await.does(&format!("/bids/{draft}/submit")).await.is_refused(409, "deadline_passed");
        app.team("keda").await.does(&format!("/bids/{}/resubmit", story.bid)).await.is_refused(409, "deadline_passed");
        assert_eq!(app.officer().await.get(&format!("/challenges/{}", story.challenge)).await.is(200)["stage"], "closed");
    }

    async fn while_the_clock_is_behind_nothing_that_depends_on_it_is_done(app: TestApp) {
        let story = Story::approved(&app).await;
        let open = Story::with_bid(&app).await;
        let now = app.days_later(1);
        app.officer().await.get("/bids").await.is(200);
        let path = |verb: &str| format!("/bids/{}/{verb}", open.bid);
        app.app.clock.set(now.plus(TimeDelta::milliseconds(-900)));
        app.team("keda").await.does(&path("resubmit")).await.is(200);
        // Not so far that tokens were issued in the future.
        app.app.clock.set(now.plus(TimeDelta::seconds(-4)));
        let team = app.team("keda").await;
        for verb in ["resubmit", "withdraw"] {
            team.does(&path(verb)).await.is_refused(503, "clock_behind");
        }
        app.team("yuan").await.post(&open.path("bids"), inputs::bid()).await.is_refused(503, "clock_behind");
        let window = json!({"opens_at": now.to_string(), "closes_at": now.plus(TimeDelta::days(30)).to_string()});
        app.officer().await.post(&story.path("publish"), window.clone()).await.is_refused(503, "clock_behind");
        // What does not depend on the time goes on.
        team.get(&format!("/bids/{}", open.bid)).await.is(200);
        app.app.clock.set(now);
        team.does(&path("resubmit")).await.is(200);
        app.officer().await.post(&story.path("publish"), window).await.is(200);
    }

    async fn a_clock_that_was_set_back_while_the_service_was_off_is_noticed(app: TestApp) {
        use jiebang::app::{Clock, Cost, Opening};
        let story = Story::with_bid(&app).await;
        let back = app.app.clock.now().plus(TimeDelta::hours(-1));
        let restarted = jiebang::app::App::open(Opening {
            database: &app.place(), pool: 1, secret: crate::support::app::SECRET, cost: Cost::Trifling, hashers: 1,
            clock: Clock::settable(back), calendar: None, seals: &app.folder().join("seals"), files: &app.folder().join("files"),
        }).unwrap();
        assert!(!restarted.watch.agrees(back));
        assert_eq!(restarted.close_overdue().await.unwrap(), 0);
        assert!(!story.bid.is_empty());
    }

    async fn the_instant_is_taken_after_the_whole_request(app: TestApp) {
        let story = Story::open(&app).await;
        let bid = story.drafted("keda").await;
        let closes_at = app.app.clock.now().plus(TimeDelta::days(30));
        app.app.clock.set(closes_at.plus(TimeDelta::seconds(-1)));
        let token = app.team("keda").await.token().await.unwrap();
        let head = format!(
            "POST /api/v1/bids/{bid}/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
            Content-Length: 2\r\nConnection: close\r\n\r\n{{"
        );
        let mut slow = said(&app.address, &head).await;
        // Another request goes through meanwhile: the first one has come in time, but not as a whole.
        app.team("keda").await.get(&format!("/bids/{bid}")).await.is(200);
        app.app.clock.set(closes_at);
        tokio::io::AsyncWriteExt::write_all(&mut slow, b"}").await.unwrap();
        let answer = heard(slow).await;
        assert!(answer.starts_with("http/1.1 409") && answer.contains("deadline_passed"), "{answer}");
    }
}
