//! Custody: the key of a round lies with three people, of whom two open it, and nobody else, whatever they hold.

use crate::sealing::{CANARY, by_hand, everything, hex, holds, keys, literal, received};
use crate::support::app::PASSWORD;
use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::app::Who;
use jiebang::app::challenges::round;
use jiebang::auth::custody as shares;
use jiebang::auth::seal::{self, RoundKey};
use jiebang::domain::policy::Role;
use jiebang::domain::seal::binding;
use jiebang::store::custody::CustodianRow;
use serde_json::{Value, json};

const PASSPHRASE: &str = "three keepers keep one secret";

fn says(passphrase: &str) -> Value {
    json!({"passphrase": passphrase})
}

async fn supervisor(app: &TestApp) -> Caller {
    app.person("supervisor", "department", Some("机关纪委"), &[Role::Supervisor]).await
}

/// Three who have set a passphrase: supervisor, examiner, leader.
async fn keepers(app: &TestApp) -> [Caller; 3] {
    let three = [supervisor(app).await, app.examiner().await, app.leader().await];
    for keeper in &three {
        if keeper.get("/me/custody").await.is(200)["enrolled"] == false {
            keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        }
    }
    app.letters().await;
    three
}

fn window(story: &Story<'_>, people: &[&Caller]) -> Value {
    let mut window = story.window();
    let ids: Vec<String> = people.iter().map(|person| person.id()).collect();
    window["sealing"] = json!({"mode": "custodians", "custodians": ids});
    window
}

/// Open, with three custodians.
async fn open(app: &TestApp) -> (Story<'_>, [Caller; 3]) {
    let three = keepers(app).await;
    let story = Story::approved(app).await;
    app.officer().await.post(&story.path("publish"), window(&story, &[&three[0], &three[1], &three[2]])).await.is(200);
    (story, three)
}

fn content(number: usize) -> Value {
    let mut input = inputs::bid();
    input["technical_plan"] = json!(format!("{CANARY} {number}"));
    input
}

/// So many submitted bids, each with the canary in it.
async fn bids(app: &TestApp, story: &Story<'_>, count: usize) -> Vec<String> {
    let mut bids = Vec::new();
    for number in 0..count {
        let team = app.team(&format!("bidder{number}")).await;
        let keyed = team.with("Idempotency-Key", format!("create-{number}"));
        let bid = keyed.post(&story.path("bids"), content(number)).await.is(201)["id"].as_str().unwrap().to_owned();
        team.with("Idempotency-Key", format!("submit-{number}")).does(&format!("/bids/{bid}/submit")).await.is(200);
        bids.push(bid);
    }
    bids
}

/// Closed, with so many bids.
async fn closed(app: &TestApp, count: usize) -> (Story<'_>, [Caller; 3], Vec<String>) {
    let (story, three) = open(app).await;
    let bids = bids(app, &story, count).await;
    story.close().await;
    (story, three, bids)
}

async fn releases(story: &Story<'_>, keeper: &Caller) {
    keeper.post(&story.path("release_share"), says(PASSPHRASE)).await.is(200);
}

async fn sealing(app: &TestApp, story: &Story<'_>) -> Value {
    app.anyone().get(&story.path("rounds")).await.is(200)["items"][0].clone()
}

/// The shares of the first round, as the database has them.
async fn kept(app: &TestApp, story: &Story<'_>) -> Vec<CustodianRow> {
    let id = story.challenge.parse().unwrap();
    app.app.db.read(move |conn| jiebang::store::custody::of_round(conn, id, 1).unwrap()).await.unwrap()
}

async fn canary_of(app: &TestApp, bid: &str) -> bool {
    app.officer().await.get(&format!("/bids/{bid}")).await.is(200)["content"]["technical_plan"]
        .as_str()
        .unwrap_or_default()
        .contains(CANARY)
}

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
        assert_eq!(app.team("bidder0").await.get(&format!("/bids/{}", bids[0])).await.is(200)["content"], {
            let read: jiebang::domain::bid::BidInput = serde_json::from_value(content(0)).unwrap();
            serde_json::to_value(read).unwrap()
        }, "its team reads again what it submitted");
        assert!(keys(&app).is_empty());
        assert!(kept(&app, &story).await.iter().all(|row| row.share.is_none()), "and the shares are gone from the database");
        let round = sealing(&app, &story).await;
        let names: Vec<&str> = round["opening"]["released_by"].as_array().unwrap().iter().map(|by| by["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["supervisor 某", "leader 某"]);
        assert_eq!((&round["opening"]["intact"], &round["sealing"]["released"]), (&json!(true), &json!(2)));
        assert_eq!(app.count("audit WHERE action = 'challenge.release_share' AND outcome = 'accepted'").await, 3);
    }

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

    async fn a_passphrase_is_chosen_like_a_password_and_is_not_the_password(app: TestApp) {
        let keeper = supervisor(&app).await;
        keeper.post("/me/custody/enrol", says("Fünf Worte")).await.has_faults(&[("passphrase", "password_too_short")]);
        keeper.post("/me/custody/enrol", says(PASSWORD)).await.has_faults(&[("passphrase", "same_as_password")]);
        keeper.post("/me/custody/enrol", json!({})).await.has_faults(&[("passphrase", "required")]);
        keeper.post("/me/custody/renew", says(PASSPHRASE)).await.is_refused(409, "no_custody");
        let change = json!({"current": PASSPHRASE, "new": PASSPHRASE});
        keeper.post("/me/custody/change_passphrase", change.clone()).await.is_refused(409, "no_custody");
        keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        assert_eq!(app.mail().await, [("custody_set".to_owned(), "supervisor@test.example".to_owned())]);
        keeper.post("/me/custody/enrol", says(PASSPHRASE)).await.is_refused(409, "custody_kept");
        keeper.post("/me/custody/change_passphrase", change).await.has_faults(&[("new", "password_unchanged")]);
        for other in [app.officer().await, app.auditor().await, app.sysadmin().await, app.secadmin().await, app.team("keda").await] {
            other.post("/me/custody/enrol", says(PASSPHRASE)).await.is_refused(403, "forbidden");
        }
        assert!(!holds(&everything(&app).await, PASSPHRASE));
        // The proof of who one is must be fresh.
        let token = keeper.token().await.unwrap();
        app.later(chrono::TimeDelta::seconds(301));
        let stale = app.anyone().with("Authorization", format!("Bearer {token}"));
        stale.post("/me/custody/renew", says(PASSPHRASE)).await.is_refused(401, "step_up_required");
    }

    async fn a_changed_passphrase_opens_the_same_share_and_the_old_one_does_not(app: TestApp) {
        let (story, three, bids) = closed(&app, 1).await;
        let next = "another passphrase altogether";
        let change = |current: &str| json!({"current": current, "new": next});
        three[0].post("/me/custody/change_passphrase", change("not the passphrase")).await.is_refused(401, "wrong_passphrase");
        three[0].post("/me/custody/change_passphrase", change(PASSPHRASE)).await.is(200);
        three[0].post(&story.path("release_share"), says(PASSPHRASE)).await.is_refused(401, "wrong_passphrase");
        three[0].post(&story.path("release_share"), says(next)).await.is(200);
        releases(&story, &three[1]).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(canary_of(&app, &bids[0]).await);
    }

    async fn three_independent_people_of_two_divisions_hold_the_shares(app: TestApp) {
        let three = keepers(&app).await;
        let story = Story::approved(&app).await;
        let (officer, publish) = (app.officer().await, story.path("publish"));
        let [one, two, _] = [&three[0], &three[1], &three[2]];
        officer.post(&publish, window(&story, &[one, two])).await.has_faults(&[("sealing.custodians", "wrong_length")]);
        officer.post(&publish, window(&story, &[one, two, one])).await.has_faults(&[("sealing.custodians", "repeated")]);
        let mut none = window(&story, &[one]);
        none["sealing"]["mode"] = json!("server_key");
        officer.post(&publish, none).await.has_faults(&[("sealing.custodians", "not_for_this_mode")]);
        let mut nobody = window(&story, &[one, two]);
        nobody["sealing"]["custodians"].as_array_mut().unwrap().push(json!(uuid::Uuid::now_v7().to_string()));
        officer.post(&publish, nobody).await.has_faults(&[("sealing.custodians[2]", "unknown_record")]);
        // The publisher, an administrator, someone of the sponsor's: each with all that speaks against them, at once.
        let (admin, sponsor) = (app.sysadmin().await, app.sponsor().await);
        officer.post(&publish, window(&story, &[&officer, &admin, &sponsor])).await.has_faults(&[
            ("sealing.custodians[0]", "not_a_custodian"), ("sealing.custodians[0]", "not_enrolled"), ("sealing.custodians[0]", "not_independent"),
            ("sealing.custodians[1]", "not_a_custodian"), ("sealing.custodians[1]", "not_enrolled"),
            ("sealing.custodians[2]", "not_a_custodian"), ("sealing.custodians[2]", "not_enrolled"), ("sealing.custodians[2]", "not_independent"),
        ]);
        let academic = app.person("dean", "academy9", None, &[Role::Examiner]).await;
        academic.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        officer.post(&publish, window(&story, &[one, two, &academic])).await.has_faults(&[("sealing.custodians[2]", "not_independent")]);
        let mut same = Vec::new();
        for name in ["desk1", "desk2", "desk3"] {
            let person = app.person(name, "department", Some("评审中心"), &[Role::Examiner]).await;
            person.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
            same.push(person);
        }
        officer.post(&publish, window(&story, &[&same[0], &same[1], &same[2]])).await.has_faults(&[("sealing.custodians", "one_division")]);
        app.sysadmin().await.does(&format!("/users/{}/disable", same[0].id())).await.is(200);
        officer.post(&publish, window(&story, &[one, two, &same[0]])).await.has_faults(&[("sealing.custodians[2]", "not_a_custodian")]);
        officer.post(&publish, window(&story, &[one, two, &same[1]])).await.is(200);
        let round = sealing(&app, &story).await["sealing"].clone();
        assert_eq!((&round["mode"], &round["released"]), (&json!("custodians"), &json!(null)));
        assert_eq!(round["custodians"][0], json!({"organization": "department 单位", "division": "机关纪委"}), "where they are from, not who they are");
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
        assert!(told.text.contains("重新发榜后请再次提交"), "{}", told.text);
        let round = sealing(&app, &story).await;
        assert_eq!((&round["fail_reason"], &round["opening"], &round["bids"]), (&json!("seal_lost"), &json!(null), &json!(null)));
        assert!(kept(&app, &story).await.iter().all(|row| row.share.is_none()));
        assert_eq!(app.officer().await.get("/bids").await.is(200)["items"], json!([]), "and nobody learns of the bid");
        let fourth = app.person("desk1", "department", Some("评审中心"), &[Role::Examiner]).await;
        fourth.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        director.post(&story.path("republish"), window(&story, &[&three[0], &three[2], &fourth])).await.is(200);
        let team = app.team("bidder0").await;
        let again = team.post(&story.path("bids"), content(1)).await.is(201)["id"].as_str().unwrap().to_owned();
        team.does(&format!("/bids/{again}/submit")).await.is(200);
        story.close().await;
        releases(&story, &three[0]).await;
        three[2].post(&story.path("release_share"), says("a passphrase that is new")).await.is(200);
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(canary_of(&app, &again).await);
        assert_eq!(app.officer().await.get(&format!("/bids/{}", bids[0])).await.is(200)["content"], json!(null), "the first one stays sealed for ever");
    }

    async fn a_custodian_does_nothing_else_with_the_challenge(app: TestApp) {
        let both = app.person("both", "department", Some("二处"), &[Role::Supervisor, Role::Officer, Role::Director]).await;
        both.post("/me/custody/enrol", says(PASSPHRASE)).await.is(200);
        let three = keepers(&app).await;
        let story = Story::approved(&app).await;
        app.officer().await.post(&story.path("publish"), window(&story, &[&three[0], &three[1], &both])).await.is(200);
        bids(&app, &story, 1).await;
        both.post(&story.path("withdraw"), json!({"reason": "不再需要"})).await.is_refused(403, "forbidden");
        story.close().await;
        releases(&story, &both).await;
        releases(&story, &three[1]).await;
        both.does(&story.path("open_bids")).await.is_refused(403, "forbidden");
        let shown = both.get(&format!("/challenges/{}", story.challenge)).await.is(200);
        assert_eq!(shown["allowed_actions"], json!(["challenge.release_share"]));
        app.officer().await.does(&story.path("open_bids")).await.is(200);
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
