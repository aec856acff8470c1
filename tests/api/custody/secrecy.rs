//! Secrecy: what the service has does not open a bid, and what was submitted leaves nothing else.

use super::{bids, closed, content, kept, open, releases};
use crate::sealing::{CANARY, everything, hex, holds, keys, received};
use crate::support::app::PASSWORD;
use crate::support::{TestApp, on_both};
use jiebang::app::Who;
use jiebang::auth::custody as shares;
use jiebang::auth::seal::{self, RoundKey};
use jiebang::domain::seal::binding;
use serde_json::json;

on_both! {
    async fn before_the_release_nothing_that_the_service_has_opens_a_bid(app: TestApp) {
        let (story, three, bids) = closed(&app, 2).await;
        let sealed = received(&app, &bids[..1]).await.remove(0);
        let bound = binding(story.challenge.parse().unwrap(), 1, bids[0].parse().unwrap(), app.organization("bidder0").await, 1);
        let id = story.challenge.parse().unwrap();
        let seal = app.app.db.read(move |conn| jiebang::store::openings::seal(conn, id, 1).unwrap().unwrap()).await.unwrap();
        assert!(keys(&app).is_empty(), "no file holds anything of the key");
        // Everything that a full dump holds, tried as a key in every position: the database itself, the secret, the folder of keys.
        let mut dump = everything(&app).await;
        dump.extend_from_slice(crate::support::app::SECRET);
        assert!(!holds(&dump, CANARY));
        let rows = kept(&app, &story).await;
        let mut pieces = vec![seal.seal_public.clone().unwrap(), app.app.keys.salt(&bound).into_bytes()];
        pieces.extend(rows.iter().map(|row| row.share.clone().unwrap()));
        for row in &rows {
            let user = row.user_id;
            let keys = app.app.db.read(move |conn| jiebang::store::custody::find(conn, user).unwrap().unwrap()).await.unwrap();
            // The service takes its own lock off, and there is the passphrase's.
            let inner = app.app.keys.open_bytes(&format!("custody of {user}"), &keys.locked).unwrap();
            for guess in ["", PASSWORD, "揭榜挂帅"] {
                let stretched = app.app.hasher.key(&guess.parse().unwrap_or_else(|_| "x".parse().unwrap()), keys.salt.clone(), app.app.hasher.stretch).await.unwrap();
                assert!(shares::unlock(&stretched, &format!("custody of {user}"), &inner).is_none());
            }
            pieces.extend([keys.public_key, keys.salt, keys.locked, inner]);
        }
        let mut tried = 0;
        for piece in &pieces {
            for bytes in piece.windows(32) {
                tried += 1;
                let Some(key) = RoundKey::of(bytes) else { continue };
                assert!(seal::open(&key, &bound, &sealed).is_none());
                assert_ne!(shares::public_of(&key), seal.seal_public);
            }
        }
        assert!(tried > 300, "{tried}");
        app.officer().await.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        // With one share released the service has that one, and still nothing.
        releases(&story, &three[0]).await;
        let file = std::fs::read(&keys(&app)[0]).unwrap();
        let one = app.app.keys.open_bytes(&format!("share 1 of {}", seal.seal_key.unwrap()), &file).unwrap();
        assert!(shares::join(&[shares::KeyShare::new(one.clone())], seal.seal_public.as_deref().unwrap()).is_none());
        assert!(seal::open(&RoundKey::of(&one[1..]).unwrap(), &bound, &sealed).is_none());
        assert!(!holds(&everything(&app).await, &hex(&one)), "a released share is not in the database");
    }

    async fn what_was_submitted_leaves_no_copy_and_is_written_anew_to_be_submitted_again(app: TestApp) {
        let (story, three) = open(&app).await;
        let bid = bids(&app, &story, 1).await.remove(0);
        let (team, path) = (app.team("bidder0").await, |verb: &str| format!("/bids/{bid}{verb}"));
        let shown = team.get(&path("")).await.is(200);
        assert_eq!(shown["content"], json!(null));
        assert_eq!(shown["receipt"]["sha256"].as_str().unwrap().len(), 64);
        let receipt = team.get(&path("/receipt")).await.is(200);
        assert_eq!(receipt["receipt"]["submission"], 1, "and its receipt holds");
        assert_eq!(app.count("bid_drafts WHERE LENGTH(body) > 0").await, 0);
        team.does(&path("/resubmit")).await.is_refused(409, "nothing_to_submit");
        let draft = content(7);
        team.put(&path(""), shown["version"].as_i64().unwrap(), draft.clone()).await.is(200);
        assert!(team.get(&path("")).await.text.contains(&format!("{CANARY} 7")), "a draft is the team's to read");
        team.does(&path("/resubmit")).await.is(200);
        assert_eq!(team.get(&path("")).await.is(200)["content"], json!(null));
        assert!(!holds(&everything(&app).await, CANARY), "neither in answers that are kept nor in letters nor in the log");
        assert!(app.letters().await.iter().all(|letter| !letter.text.contains(CANARY)));
        story.close().await;
        releases(&story, &three[0]).await;
        releases(&story, &three[1]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(app.officer().await.get(&path("")).await.text.contains(&format!("{CANARY} 7")), "the last one counts");
    }

    async fn a_working_copy_cannot_be_read_once_it_was_submitted_whatever_was_kept_of_it(app: TestApp) {
        let (story, _) = open(&app).await;
        let team = app.team("keda").await;
        let bid = team.post(&story.path("bids"), content(0)).await.is(201)["id"].as_str().unwrap().to_owned();
        let id: jiebang::domain::id::BidId = bid.parse().unwrap();
        let copy = move |conn: &mut jiebang::store::Conn| jiebang::store::bids::draft(conn, id).unwrap();
        let before = app.app.db.read(copy).await.unwrap();
        let owner = format!("vanishing draft of bid {bid}");
        let inner = app.app.keys.open_bytes(&owner, &before).unwrap();
        let key = |file: &std::path::Path| RoundKey::read(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert!(seal::open(&key(&keys(&app)[0]), &owner, &inner).is_some(), "a draft can be read by whoever holds all of it");
        // A dry run, and what is refused, leave the draft as it is.
        team.does(&format!("/bids/{bid}/submit?dry_run=true")).await.is(200);
        assert!(team.get(&format!("/bids/{bid}")).await.text.contains(CANARY));
        team.does(&format!("/bids/{bid}/submit")).await.is(200);
        assert!(keys(&app).is_empty(), "what a backup holds of the draft can be opened by nobody");
        let version = team.get(&format!("/bids/{bid}")).await.is(200)["version"].as_i64().unwrap();
        team.put(&format!("/bids/{bid}"), version, content(1)).await.is(200);
        assert!(seal::open(&key(&keys(&app)[0]), &owner, &inner).is_none(), "the next one has another key");
        // Neither is swept while it is needed.
        let yesterday = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(24);
        std::fs::File::open(&keys(&app)[0]).unwrap().set_modified(yesterday).unwrap();
        app.app.tidy().await.unwrap();
        assert!(team.get(&format!("/bids/{bid}")).await.text.contains(&format!("{CANARY} 1")));
        // Interrupted after the submission, the key is swept.
        let by = team.id.unwrap();
        app.app.run(Who::Person(by), move |act| jiebang::app::bids::submission::resubmit(act, id)).await.unwrap();
        app.app.tidy().await.unwrap();
        assert!(keys(&app).is_empty());
    }

    async fn with_no_bid_and_with_seven_a_round_with_custodians_looks_the_same_to_everyone_but_the_teams(app: TestApp) {
        let (story, three) = open(&app).await;
        let mut watchers = vec![
            app.officer().await, app.director().await, app.auditor().await, app.sponsor().await, app.team("yuan").await, app.expert(1).await,
            app.anyone(),
        ];
        watchers.extend(three.iter().cloned());
        let places = [
            format!("/challenges/{}", story.challenge), story.path("rounds"), story.path("amendments"), story.path("questions"), "/challenges".into(),
            "/bids".into(), "/bids?stage=submitted".into(), "/bids?sort=-created_at".into(), "/projects".into(), "/portfolio/summary".into(),
            "/me/custody".into(),
        ];
        let teams: Vec<String> = (0..7).map(|number| format!("bidder{number}")).collect();
        for team in &teams {
            app.team(team).await;
        }
        let (mut seen, mut made) = (Vec::new(), Vec::new());
        for count in [0, teams.len()] {
            made.extend(bids(&app, &story, count).await);
            let mut answers = Vec::new();
            for watcher in &watchers {
                for place in &places {
                    let reply = watcher.with("X-Request-Id", "watching").get(place).await;
                    answers.push((place.clone(), reply.status.as_u16(), reply.header("ETag"), reply.text));
                }
                for verb in ["open_bids", "release_share"] {
                    let reply = watcher.with("X-Request-Id", "watching").post(&format!("{}?dry_run=true", story.path(verb)), json!({"passphrase": "wrong passphrase here"})).await;
                    answers.push((verb.into(), reply.status.as_u16(), String::new(), reply.text));
                }
            }
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(made.len(), 7);
        for watcher in &watchers {
            let unknown = watcher.with("X-Request-Id", "watching").get(&format!("/bids/{}", story.challenge)).await;
            let known = watcher.with("X-Request-Id", "watching").get(&format!("/bids/{}", made[0])).await;
            assert_eq!((known.status, known.text.replace(&made[0], "")), (unknown.status, unknown.text.replace(&story.challenge, "")));
        }
    }

    async fn a_withdrawn_bid_and_older_versions_are_never_read(app: TestApp) {
        let (story, three) = open(&app).await;
        let bids = bids(&app, &story, 2).await;
        app.team("bidder0").await.does(&format!("/bids/{}/withdraw", bids[0])).await.is(200);
        story.close().await;
        releases(&story, &three[0]).await;
        releases(&story, &three[1]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.count("bid_openings").await, 1);
        assert!(keys(&app).is_empty());
        // All three together could not read it any more: there is nothing to put together.
        assert!(kept(&app, &story).await.iter().all(|row| row.share.is_none()));
        assert_eq!(app.count("challenge_rounds WHERE seal_key IS NOT NULL").await, 0);
    }
}
