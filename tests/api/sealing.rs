//! The seal: before its opening nobody finds a bid's content anywhere; a bid that was tampered with is told apart, and the others open.

use crate::support::{Backend, Story, TestApp, inputs, on_both};
use diesel::RunQueryDsl;
use jiebang::app::bids::content;
use jiebang::app::challenges::round;
use jiebang::app::{Place, Who};
use jiebang::auth::seal;
use jiebang::domain::seal::{Cipher, binding};
use serde_json::json;
use std::fmt::Write as _;

pub const CANARY: &str = "Kanarienvogel-im-Angebot";

/// Runs SQL as someone would who holds the database in their hands: no trigger stands in the way.
pub async fn by_hand(app: &TestApp, sql: String) {
    let trigger = match app.backend {
        Backend::Sqlite => "DROP TRIGGER IF EXISTS submissions_no_update",
        Backend::Postgres => "DROP TRIGGER IF EXISTS submissions_append_only ON bid_submissions",
    };
    for statement in [trigger.to_owned(), sql] {
        let done = app.app.db.write(move |conn| diesel::sql_query(statement).execute(conn), |_, _| Ok(())).await.unwrap();
        done.unwrap();
    }
}

/// Everything that the database keeps, as bytes.
pub async fn everything(app: &TestApp) -> Vec<u8> {
    let mut all = Vec::new();
    match app.place() {
        Place::Sqlite(file) => {
            for entry in std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
            {
                all.extend(std::fs::read(entry).unwrap());
            }
        }
        Place::Postgres(_) => {
            #[derive(diesel::QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Text)]
                text: String,
            }
            for table in crate::support::tables() {
                // Bytes are written in hexadecimal, so they are looked at as they are as well.
                let sql = format!("SELECT t::text AS text FROM {table} t");
                let rows = app.app.db.read(move |conn| diesel::sql_query(sql).load::<Row>(conn).unwrap()).await.unwrap();
                all.extend(rows.into_iter().flat_map(|row| row.text.into_bytes()));
            }
        }
    }
    all
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub fn holds(bytes: &[u8], word: &str) -> bool {
    let hex = hex(word.as_bytes());
    [word.as_bytes(), hex.as_bytes()].iter().any(|wanted| bytes.windows(wanted.len()).any(|window| window == *wanted))
}

/// Submitted bids of so many organisations, each with the canary in it.
async fn with_bids(app: &TestApp, count: usize) -> (Story<'_>, Vec<String>) {
    let (story, mut bids) = (Story::open(app).await, Vec::new());
    for number in 0..count {
        let team = app.team(&format!("bidder{number}")).await;
        let mut input = inputs::bid();
        input["technical_plan"] = json!(format!("{CANARY} {number}：两段变压吸附耦合膜分离。"));
        let bid = team.post(&story.path("bids"), input).await.is(201)["id"].as_str().unwrap().to_owned();
        team.with("Idempotency-Key", format!("submit-{number}")).does(&format!("/bids/{bid}/submit")).await.is(200);
        bids.push(bid);
    }
    (story, bids)
}

/// What lies sealed of each bid.
pub async fn received(app: &TestApp, bids: &[String]) -> Vec<Vec<u8>> {
    let ids: Vec<_> = bids.iter().map(|bid| bid.parse().unwrap()).collect();
    let read = move |conn: &mut jiebang::store::Conn| {
        ids.into_iter().map(|id| jiebang::store::openings::submission(conn, id, 1).unwrap().unwrap().sealed).collect()
    };
    app.app.db.read(read).await.unwrap()
}

/// Bytes in SQL.
pub fn literal(app: &TestApp, bytes: &[u8]) -> String {
    let hex = hex(bytes);
    match app.backend {
        Backend::Sqlite => format!("x'{hex}'"),
        Backend::Postgres => format!("'\\x{hex}'::bytea"),
    }
}

pub fn keys(app: &TestApp) -> Vec<std::path::PathBuf> {
    let folder = app.folder().join("seals");
    std::fs::read_dir(folder).map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default()
}

on_both! {
    async fn a_canary_in_every_bid_is_found_nowhere_before_the_opening(app: TestApp) {
        let log = crate::support::log::listen();
        let (story, bids) = with_bids(&app, 3).await;
        let team = app.team("bidder0").await;
        let version = team.get(&format!("/bids/{}", bids[0])).await.is(200)["version"].as_i64().unwrap();
        let mut again = inputs::bid();
        again["technical_plan"] = json!(format!("{CANARY} again"));
        team.put(&format!("/bids/{}", bids[0]), version, again).await.is(200);
        team.does(&format!("/bids/{}/resubmit", bids[0])).await.is(200);
        for stage in ["open", "closed"] {
            assert!(!holds(&everything(&app).await, CANARY), "in the database, {stage}");
            for letter in app.letters().await {
                assert!(!letter.text.contains(CANARY), "in a letter, {stage}");
            }
            for watcher in [app.officer().await, app.auditor().await, app.director().await, app.anyone()] {
                for place in ["/audit?limit=100".to_owned(), "/bids".into(), story.path("rounds"), format!("/challenges/{}", story.challenge)] {
                    assert!(!watcher.get(&place).await.text.contains(CANARY), "{place}, {stage}");
                }
            }
            assert!(!log.holds(CANARY) && log.holds(&story.challenge), "in the log, {stage}");
            let figures = jiebang::http::operations::metrics().unwrap().render();
            assert!(figures.contains("/challenges/{id}") && !figures.contains(CANARY), "in the figures, {stage}");
            for sealed in ["/bids", "/files", "/partnerships"] {
                assert!(!figures.contains(sealed), "the figures tell how many there are: {sealed}");
            }
            if stage == "open" {
                story.close().await;
            }
        }
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(app.officer().await.get(&format!("/bids/{}", bids[0])).await.text.contains(&format!("{CANARY} again")));
        assert!(!holds(&everything(&app).await, CANARY), "opened, it lies under the service's own key");
    }

    async fn the_key_of_a_round_lies_beside_the_database_and_goes_with_the_opening(app: TestApp) {
        use std::os::unix::fs::PermissionsExt;
        let (story, bids) = with_bids(&app, 2).await;
        let files = keys(&app);
        assert_eq!(files.len(), 1);
        assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        let key = std::fs::read_to_string(&files[0]).unwrap();
        assert!(!holds(&everything(&app).await, &key));
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert!(keys(&app).is_empty(), "it is gone");
        assert_eq!(app.count("challenge_rounds WHERE seal_key IS NOT NULL").await, 0);
        for bid in &bids {
            assert!(app.officer().await.get(&format!("/bids/{bid}")).await.is(200)["content"]["technical_plan"].as_str().unwrap().contains(CANARY));
        }
    }

    async fn an_interrupted_opening_goes_on_and_opens_each_bid_once(app: TestApp) {
        let (story, bids) = with_bids(&app, 3).await;
        story.close().await;
        let (officer, id) = (app.officer().await, story.challenge.parse().unwrap());
        let by = officer.id.unwrap();
        // The service stopped between the opening and what follows on it.
        app.app.run(Who::Person(by), move |act| round::open_bids(act, id)).await.unwrap();
        let bid = officer.get(&format!("/bids/{}", bids[0])).await.is(200);
        assert_eq!((&bid["content"], &bid["flaw"]), (&json!(null), &json!(null)));
        app.examiner().await.post(&format!("/bids/{}/examine", bids[0]), inputs::examination(&[])).await.is_refused(409, "being_opened");
        // Two processes at once: each bid is opened by one of them.
        let (one, other) = tokio::join!(app.app.unseal(), app.app.unseal());
        assert_eq!(one.unwrap() + other.unwrap(), 3);
        assert_eq!(app.app.unseal().await.unwrap(), 0);
        assert_eq!(app.count("bid_openings").await, 3);
        assert_eq!(app.count("audit WHERE action = 'bid.unseal'").await, 3);
        app.examiner().await.post(&format!("/bids/{}/examine", bids[0]), inputs::examination(&[])).await.is(200);
    }

    async fn bids_that_were_tampered_with_are_flagged_and_the_others_open(app: TestApp) {
        let (story, bids) = with_bids(&app, 9).await;
        let sealed = received(&app, &bids).await;
        let mut flipped = sealed[0].clone();
        flipped[100] ^= 1;
        let cut = sealed[1][..sealed[1].len() - 1].to_vec();
        // A bit, the end, two exchanged for each other, and one for a third.
        for (number, bytes) in [(0, &flipped), (1, &cut), (2, &sealed[3]), (3, &sealed[2]), (5, &sealed[8])] {
            by_hand(&app, format!("UPDATE bid_submissions SET sealed = {} WHERE bid_id = '{}'", literal(&app, bytes), bids[number])).await;
        }
        by_hand(&app, format!("UPDATE bid_submissions SET digest = '00' WHERE bid_id = '{}'", bids[4])).await;
        story.close().await;
        app.letters().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let record = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["opening"].clone();
        let flawed: Vec<&str> = record["bids"].as_array().unwrap().iter().filter(|bid| bid["flaw"] == "tampered").map(|bid| bid["bid_id"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = bids[..6].iter().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(flawed, expected);
        for (number, bid) in bids.iter().enumerate() {
            let shown = app.officer().await.get(&format!("/bids/{bid}")).await.is(200);
            assert_eq!(shown["content"].is_null(), number < 6, "{shown}");
        }
        // Its team and the officer are told, and nobody calls it complete.
        let told: Vec<String> = app.mail().await.into_iter().filter(|(name, _)| name == "bid_flawed").map(|(_, to)| to).collect();
        assert_eq!(told.len(), 12);
        assert!(told.contains(&"team-bidder0@test.example".into()) && !told.contains(&"team-bidder8@test.example".into()));
        let examine = format!("/bids/{}/examine", bids[0]);
        app.examiner().await.post(&examine, inputs::examination(&[])).await.is_refused(409, "bid_flawed");
        app.examiner().await.post(&examine, inputs::examination(&["F2"])).await.is(200);
        assert_eq!(keys(&app).len(), 1, "a backup may hold them whole: the key stays");
    }

    async fn a_thousand_changes_of_a_sealed_bid_are_all_found(app: TestApp) {
        let (story, bids) = with_bids(&app, 2).await;
        let key = app.app.round_keys.get(keys(&app)[0].file_stem().unwrap().to_str().unwrap()).unwrap();
        let one = bids[0].parse().unwrap();
        let all = received(&app, &bids).await;
        let (mine, others) = (&all[0], &all[1]);
        let lead = app.organization("bidder0").await;
        let bound = binding(story.challenge.parse().unwrap(), 1, one, lead, 1);
        assert!(seal::open(&key, &bound, mine).is_some());
        let mut found = 0;
        for step in 0..600 {
            let mut copy = mine.clone();
            let at = step * 7 % copy.len();
            copy[at] ^= 1 << (step % 8);
            found += usize::from(seal::open(&key, &bound, &copy).is_none());
        }
        for step in 0..300 {
            found += usize::from(seal::open(&key, &bound, &mine[..step * mine.len() / 300]).is_none());
        }
        for step in 0..100 {
            // The head of one and the tail of the other.
            let at = 1 + step * (mine.len() - 2) / 100;
            found += usize::from(seal::open(&key, &bound, &[&mine[..at], &others[at..]].concat()).is_none());
        }
        assert_eq!(found, 1_000);
        let later = binding(story.challenge.parse().unwrap(), 1, one, lead, 2);
        assert!(seal::open(&key, &later, mine).is_none(), "as another version");
        assert!(seal::open(&key, &bound, mine).is_some());
    }

    async fn a_late_swap_shows_even_when_it_is_sealed_with_the_right_key(app: TestApp) {
        let (story, bids) = with_bids(&app, 2).await;
        story.close().await;
        // Someone who holds the key and the database exchanges a bid after the closing, properly sealed.
        let name = keys(&app)[0].file_stem().unwrap().to_str().unwrap().to_owned();
        let key = app.app.round_keys.get(&name).unwrap();
        let (id, lead) = (bids[0].parse().unwrap(), app.organization("bidder0").await);
        let bound = binding(story.challenge.parse().unwrap(), 1, id, lead, 1);
        let text = inputs::kept(&app.team("bidder0").await.get(&format!("/bids/{}", bids[0])).await.is(200)["content"]);
        let sealed = seal::seal(Cipher::Aes256Gcm, &seal::To::Service(&key), &bound, &text).unwrap();
        let digest = seal::commitment(&app.app.keys.salt(&bound), &bound, &text);
        let bytes = literal(&app, &sealed);
        by_hand(&app, format!("UPDATE bid_submissions SET sealed = {bytes}, digest = '{digest}' WHERE bid_id = '{}'", bids[0])).await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let record = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["opening"].clone();
        assert_eq!(record["bids"][0]["flaw"], json!(null), "it opens");
        assert_eq!(record["intact"], false, "but it is not what was there at the closing");
        let receipt = app.team("bidder1").await.get(&format!("/bids/{}/receipt", bids[1])).await.is(200)["receipt"].clone();
        let listed = record["bids"].as_array().unwrap().iter().find(|bid| bid["bid_id"] == bids[1].as_str()).unwrap();
        assert_eq!(listed["sealed_sha256"], receipt["sealed_sha256"]);
    }

    async fn the_opening_record_is_public_and_gives_the_digest_of_the_closing(app: TestApp) {
        let (story, _) = with_bids(&app, 3).await;
        story.close().await;
        let round = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0].clone();
        assert_eq!((&round["sealing"]["mode"], &round["opening"]), (&json!("server_key"), &json!(null)));
        let closed = app.auditor().await.get("/audit?action=challenge.close").await.is(200)["items"][0].clone();
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let record = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["opening"].clone();
        assert_eq!((record["intact"].as_bool(), record["bids"].as_array().unwrap().len()), (Some(true), 3));
        assert!(closed["detail"].as_str().unwrap().contains(record["digest"].as_str().unwrap()), "{closed}");
        // As the documentation says, by hand.
        let mut text = record["salt"].as_str().unwrap().to_owned();
        for bid in record["bids"].as_array().unwrap() {
            let word = |field: &str| bid[field].as_str().unwrap();
            write!(text, "\n{} {} {} {}", word("bid_id"), bid["submission"], word("received_at"), word("sealed_sha256")).unwrap();
        }
        assert_eq!(jiebang::app::sha256_hex(text.as_bytes()), record["digest"].as_str().unwrap());
    }

    async fn a_withdrawn_bid_is_never_opened(app: TestApp) {
        let (story, bids) = with_bids(&app, 2).await;
        app.team("bidder0").await.does(&format!("/bids/{}/withdraw", bids[0])).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.count("bid_openings").await, 1);
        let record = app.anyone().get(&story.path("rounds")).await.is(200)["items"][0]["opening"].clone();
        assert_eq!(record["bids"][0]["bid_id"], bids[1].as_str());
        assert!(keys(&app).is_empty(), "and with the key it is gone for ever");
    }

    async fn keys_that_no_round_names_are_swept_a_day_later(app: TestApp) {
        let story = Story::approved(&app).await;
        let director = app.officer().await;
        director.post(&format!("{}?dry_run=true", story.path("publish")), story.window()).await.is(200);
        let open = Story::open(&app).await;
        assert_eq!(keys(&app).len(), 2);
        app.app.tidy().await.unwrap();
        assert_eq!(keys(&app).len(), 2, "one that was just made may be named in a moment");
        let yesterday = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(24);
        for file in keys(&app) {
            std::fs::File::open(file).unwrap().set_modified(yesterday).unwrap();
        }
        app.app.tidy().await.unwrap();
        assert_eq!(keys(&app).len(), 1);
        let bid = open.submitted("keda").await;
        app.team("keda").await.get(&format!("/bids/{bid}")).await.is(200);
    }

    async fn either_cipher_opens_what_it_sealed(app: TestApp) {
        let content: jiebang::domain::proposal::BidInput = serde_json::from_value(inputs::bid()).unwrap();
        let (story, _) = with_bids(&app, 1).await;
        let sm4 = jiebang::app::App { cipher: Cipher::Sm4Gcm, ..app.app.clone() };
        let id = story.drafted("keda").await.parse().unwrap();
        let own = app.team("keda").await.get(&format!("/bids/{id}")).await.is(200);
        let by = app.team("keda").await.id.unwrap();
        sm4.run(Who::Person(by), move |act| jiebang::app::bids::submission::submit(act, id)).await.unwrap();
        assert_eq!(app.count("bid_submissions").await, 2);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        let shown = app.officer().await.get(&format!("/bids/{id}")).await.is(200);
        assert_eq!(shown["content"], own["content"]);
        assert!(content::draft(&app.app.keys, id, &content).unwrap().len() >= 1_024, "working copies are padded, too");
    }
}
