//! Losses: crashes, bad bids, bad shares, custodians who are gone.

use super::{PASSPHRASE, canary_of, closed, content, kept, releases, says, sealing, window};
use crate::sealing::{by_hand, keys, literal, received};
use crate::support::{TestApp, inputs, on_both};
use jiebang::app::Who;
use jiebang::app::challenges::round;
use jiebang::auth::custody as shares;
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn a_crash_between_release_and_opening_or_within_the_opening_forces_nothing(app: TestApp) {
        let (story, three, bids) = closed(&app, 3).await;
        releases(&story, &three[0]).await;
        // The share was kept, and the service stopped before it was noted; and the folder was lost after it was noted.
        let request = jiebang::app::Request::of(Who::Person(three[1].id.unwrap()));
        let id = story.challenge.parse().unwrap();
        app.app.before_release(request, id, PASSPHRASE.parse().unwrap()).await.unwrap();
        app.officer().await.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        releases(&story, &three[1]).await;
        std::fs::remove_dir_all(app.folder().join("seals")).unwrap();
        app.officer().await.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        releases(&story, &three[0]).await;
        releases(&story, &three[1]).await;
        // The service stopped between the opening and what follows on it.
        let by = app.officer().await.id.unwrap();
        app.app.run(Who::Person(by), move |act| round::open_bids(act, id)).await.unwrap();
        assert_eq!(app.officer().await.get(&format!("/bids/{}", bids[0])).await.is(200)["content"], json!(null));
        let (one, other) = tokio::join!(app.app.unseal(), app.app.unseal());
        assert_eq!(one.unwrap() + other.unwrap(), 3);
        assert_eq!((app.app.unseal().await.unwrap(), app.count("bid_openings").await), (0, 3));
        assert!(keys(&app).is_empty());
        assert!(canary_of(&app, &bids[2]).await);
    }

    async fn one_bad_bid_does_not_block_the_others_and_one_bad_share_does_not_block_two_good_ones(app: TestApp) {
        let (story, three, bids) = closed(&app, 3).await;
        let sealed = received(&app, &bids).await;
        let bytes = literal(&app, &sealed[1]);
        by_hand(&app, format!("UPDATE bid_submissions SET sealed = {bytes} WHERE bid_id = '{}'", bids[0])).await;
        // Someone with the database in their hands exchanges a share for another that the same person can open.
        let share = kept(&app, &story).await.remove(0);
        let user = share.user_id;
        let public = app.app.db.read(move |conn| jiebang::store::custody::find(conn, user).unwrap().unwrap().public_key).await.unwrap();
        let bound = jiebang::domain::custody::binding(share.challenge_id, 1, 1, user);
        let foreign = shares::split(&shares::key_pair().unwrap().0).remove(0);
        let forged = literal(&app, &shares::seal_to(&public, &bound, &foreign).unwrap());
        by_hand(&app, format!("UPDATE custodians SET share = {forged} WHERE number = 1")).await;
        releases(&story, &three[0]).await;
        releases(&story, &three[1]).await;
        app.officer().await.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        releases(&story, &three[2]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let flaws: Vec<bool> = {
            let mut flaws = Vec::new();
            for bid in &bids {
                flaws.push(app.officer().await.get(&format!("/bids/{bid}")).await.is(200)["flaw"] == "tampered");
            }
            flaws
        };
        assert_eq!(flaws, [true, false, false]);
        assert!(canary_of(&app, &bids[1]).await && canary_of(&app, &bids[2]).await);
        assert_eq!(keys(&app).len(), 3, "a backup may hold it whole: the shares stay");
    }

    async fn with_one_custodian_lost_the_others_open_and_a_holder_is_not_erased(app: TestApp) {
        let (story, three, bids) = closed(&app, 1).await;
        let admin = app.sysadmin().await;
        admin.does(&format!("/users/{}/disable", three[0].id())).await.is(200);
        admin.does(&format!("/users/{}/anonymise", three[0].id())).await.is_refused(409, "open_duties");
        let failed = json!({"reason_code": "seal_lost", "reason": "保管人离任"});
        app.director().await.post(&story.path("fail"), failed).await.is_refused(409, "reason_does_not_hold");
        releases(&story, &three[1]).await;
        releases(&story, &three[2]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(canary_of(&app, &bids[0]).await);
        admin.does(&format!("/users/{}/anonymise", three[0].id())).await.is(200);
        assert_eq!(app.count("custodies").await, 2);
    }

    async fn with_two_lost_the_round_fails_and_is_published_again(app: TestApp) {
        let (story, three, bids) = closed(&app, 1).await;
        releases(&story, &three[0]).await;
        app.letters().await;
        // One has left, another has forgotten the passphrase.
        app.sysadmin().await.does(&format!("/users/{}/disable", three[1].id())).await.is(200);
        let director = app.director().await;
        let failed = |code: &str| json!({"reason_code": code, "reason": "两名保管人的份额失效"});
        director.post(&story.path("fail"), failed("seal_lost")).await.is_refused(409, "reason_does_not_hold");
        app.letters().await;
        three[2].post("/me/custody/renew", says("a passphrase that is new")).await.is(200);
        let told = app.mail().await;
        assert!(told.contains(&("share_lost".into(), "officer@test.example".into())), "{told:?}");
        three[2].post(&story.path("release_share"), says("a passphrase that is new")).await.is_refused(409, "share_lost");
        for other in ["no_bids", "no_eligible_bid", "below_threshold", "other"] {
            director.post(&story.path("fail"), failed(other)).await.is_refused(409, "reason_does_not_hold");
        }
        app.officer().await.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        director.post(&story.path("fail"), failed("seal_lost")).await.is(200);
        let letters = app.letters().await;
        let told = letters.iter().find(|letter| letter.to == "team-bidder0@test.example").unwrap();
        assert!(told.notice.to_string() == "bid_unopened" && told.text.contains("重新填写并提交"), "{}", told.text);
        let round = sealing(&app, &story).await;
        assert_eq!((&round["fail_reason"], &round["opening"], &round["bids"]), (&json!("seal_lost"), &json!(null), &json!(null)));
        assert!(kept(&app, &story).await.iter().all(|row| row.share.is_none()));
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"], json!([]), "and nobody learns of the bid");
        let fourth = app.person("desk1", "department", Some("评审中心"), &[Role::Examiner]).await;
        fourth.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        director.post(&story.path("republish"), window(&story, &[&three[0], &three[2], &fourth])).await.is(200);
        let team = app.team("bidder0").await;
        // What was of the first round is not taken in the second.
        let version = team.get(&format!("/bids/{}", bids[0])).await.is(200)["version"].as_i64().unwrap();
        team.put(&format!("/bids/{}", bids[0]), version, content(2)).await.is_refused(409, "deadline_passed");
        team.does(&format!("/bids/{}/resubmit", bids[0])).await.is_refused(409, "deadline_passed");
        let again = team.post(&story.path("bids"), content(1)).await.is(201)["id"].as_str().unwrap().to_owned();
        team.does(&format!("/bids/{again}/submit")).await.is(200);
        story.close().await;
        releases(&story, &three[0]).await;
        three[2].post(&story.path("release_share"), says("a passphrase that is new")).await.is(200);
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(canary_of(&app, &again).await);
        app.officer().await.get(&format!("/bids/{}", bids[0])).await.is_refused(404, "not_found");
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"].as_array().unwrap().len(), 1, "the first one stays sealed for ever");
    }

    async fn one_that_left_a_round_that_nobody_can_open_stays_its_teams_own_for_ever(app: TestApp) {
        let (story, three, bids) = closed(&app, 1).await;
        let (team, leave) = (app.team("bidder0").await, format!("/bids/{}/leave", bids[0]));
        assert_eq!(team.post(&leave, inputs::leave(&app)).await.is(200)["stage"], "left");
        for lost in [&three[1], &three[2]] {
            app.sysadmin().await.does(&format!("/users/{}/disable", lost.id())).await.is(200);
        }
        let failed = json!({"reason_code": "seal_lost", "reason": "两名保管人离任"});
        app.director().await.post(&story.path("fail"), failed).await.is(200);
        assert_eq!(team.get(&format!("/bids/{}", bids[0])).await.is(200)["stage"], "withdrawn");
        app.director().await.post(&story.path("republish"), story.window()).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        app.officer().await.get(&format!("/bids/{}", bids[0])).await.is_refused(404, "not_found");
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"], json!([]));
        team.post(&leave, inputs::leave(&app)).await.is_refused(409, "wrong_stage");
    }

    async fn shares_that_were_released_and_never_used_are_swept(app: TestApp) {
        let (story, three, _) = closed(&app, 1).await;
        releases(&story, &three[0]).await;
        app.director().await.post(&story.path("withdraw"), json!({"reason": "需求取消"})).await.is(200);
        let yesterday = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(24);
        for file in keys(&app) {
            std::fs::File::open(file).unwrap().set_modified(yesterday).unwrap();
        }
        app.app.tidy().await.unwrap();
        assert!(keys(&app).is_empty());
    }
}
