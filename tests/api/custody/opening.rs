//! The opening: who releases, when, how often, and who is told.

use super::{PASSPHRASE, canary_of, closed, content, kept, open, releases, says, sealing};
use crate::sealing::keys;
use crate::support::{TestApp, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

on_both! {
    async fn two_of_three_open_a_round_and_nothing_of_its_key_is_left(app: TestApp) {
        let (story, three, bids) = closed(&app, 2).await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        releases(&story, &three[2]).await;
        officer.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        releases(&story, &three[2]).await;
        officer.does(&story.path("open_bids")).await.is_refused(409, "shares_missing");
        assert_eq!(sealing(&app, &story).await["sealing"]["released"], 1, "the same one twice is one");
        releases(&story, &three[0]).await;
        assert!(keys(&app).iter().all(|file| file.extension().unwrap() == "share"), "the key itself is in no file");
        officer.does(&story.path("open_bids")).await.is(200);
        for bid in &bids {
            assert!(canary_of(&app, bid).await);
        }
        let read: jiebang::domain::proposal::BidInput = serde_json::from_value(content(0)).unwrap();
        let mut wanted = serde_json::to_value(read).unwrap();
        let again = app.team("bidder0").await.get(&format!("/bids/{}", bids[0])).await.is(200)["content"].clone();
        // Of people's numbers only hashes are kept.
        wanted["team"] = again["team"].clone();
        assert_eq!(again, wanted, "its team reads again what it submitted");
        assert!(keys(&app).is_empty());
        assert!(kept(&app, &story).await.iter().all(|row| row.share.is_none()), "and the shares are gone from the database");
        let round = sealing(&app, &story).await;
        let names: Vec<&str> = round["opening"]["released_by"].as_array().unwrap().iter().map(|by| by["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["supervisor 某", "leader 某"]);
        assert_eq!((&round["opening"]["intact"], &round["sealing"]["released"]), (&json!(true), &json!(2)));
        assert_eq!(app.count("audit WHERE action = 'challenge.release_share' AND outcome = 'accepted'").await, 3);
    }

    async fn a_share_is_released_after_the_closing_by_who_holds_it_and_knows_the_passphrase(app: TestApp) {
        let (story, three) = open(&app).await;
        let path = story.path("release_share");
        assert_eq!(three[0].post(&path, says(PASSPHRASE)).await.is_refused(409, "wrong_stage")["stage"], "open");
        // The time is over, but the clock has not closed it yet.
        app.days_later(31);
        three[0].post(&path, says(PASSPHRASE)).await.is_refused(409, "wrong_stage");
        app.tick().await;
        let bystander = app.person("desk1", "department", Some("评审中心"), &[Role::Examiner]).await;
        bystander.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        for other in [&bystander, &app.officer().await, &app.director().await, &app.auditor().await, &app.sysadmin().await] {
            other.post(&path, says(PASSPHRASE)).await.is_refused(403, "forbidden");
        }
        app.anyone().post(&path, says(PASSPHRASE)).await.is_refused(401, "unauthenticated");
        let token = three[0].token().await.unwrap();
        app.later(chrono::TimeDelta::seconds(301));
        app.anyone().with("Authorization", format!("Bearer {token}")).post(&path, says(PASSPHRASE)).await.is_refused(401, "step_up_required");
        for _ in 0..5 {
            three[0].post(&path, says("not the passphrase")).await.is_refused(401, "wrong_passphrase");
        }
        assert_eq!(app.count("audit WHERE action = 'challenge.release_share' AND outcome = 'denied'").await, 10, "five others and five guesses");
        three[0].post(&path, says(PASSPHRASE)).await.is_refused(429, "too_many_attempts");
        assert!(three[0].get("/me").await.status.is_success(), "signing in is another matter");
        releases(&story, &three[1]).await;
        app.later(chrono::TimeDelta::seconds(901));
        releases(&story, &three[0]).await;
        three[2].post(&format!("{path}?dry_run=true"), says(PASSPHRASE)).await.is_refused(422, "invalid");
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        three[2].post(&path, says(PASSPHRASE)).await.is_refused(409, "wrong_stage");
    }

    async fn custodians_and_the_officer_are_told(app: TestApp) {
        let (story, three) = open(&app).await;
        let to = |mail: Vec<(String, String)>, name: &str| -> Vec<String> {
            mail.into_iter().filter(|(notice, _)| notice == name).map(|(_, to)| to.trim_end_matches("@test.example").to_owned()).collect()
        };
        let all = ["examiner", "leader", "supervisor"];
        assert_eq!(to(app.mail().await, "custodian_appointed"), all);
        story.close().await;
        assert_eq!(to(app.mail().await, "shares_wanted"), all);
        releases(&story, &three[1]).await;
        let letters = app.letters().await;
        assert_eq!(letters.len(), 4);
        assert!(letters.iter().all(|letter| letter.notice.to_string() == "share_released" && letter.text.contains("examiner 某")));
        assert!(letters.iter().any(|letter| letter.to == "officer@test.example"));
        releases(&story, &three[1]).await;
        assert_eq!(app.mail().await, [], "nothing new");
        let held = three[1].get("/me/custody").await.is(200);
        assert_eq!(held["shares"][0]["challenge_id"], story.challenge.as_str());
        assert!(held["shares"][0]["released_at"].is_string());
    }
}
