//! Mail: who gets which letter at every step (golden), what letters say, and that none is lost, doubled or early.

use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::app::letters::LetterState;
use jiebang::mail::Transport;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

/// Who gets which letter at every step, on the straight path.
const STRAIGHT: &str = "\
challenge.create: nobody
challenge.submit: challenge_submitted -> director
challenge.return: challenge_returned -> officer
challenge.approve: challenge_approved -> officer
challenge.publish: challenge_published -> officer, sponsor, team-fan
bid.submit: bid_received -> team-keda
bid.withdraw: bid_withdrawn -> team-keda
bid.resubmit: bid_received -> team-keda
challenge.close: challenge_closed -> officer, team-idle, team-keda, team-yuan
challenge.open_bids: bids_opened -> officer, team-keda, team-yuan
bid.examine eligible: bid_eligible -> team-keda
bid.examine failing, confirmed: bid_doubted -> officer; bid_ineligible -> team-yuan
challenge.start_review: review_started -> officer, team-keda
bid.shortlist: bid_shortlisted -> team-keda
review.assign: review_assigned -> expert1
review.declare: review_declared -> officer
review.submit: panel_complete -> officer; review_received -> expert1
challenge.ask_sponsor, satisfaction.give: satisfaction_asked -> sponsor; satisfaction_given -> officer
challenge.propose: decision_proposed -> director
decision.approve: decision_approved -> officer
challenge.publicise: bid_recommended -> team-keda; publicity_opened -> director, officer, sponsor
challenge.award: bid_awarded -> team-keda; challenge_awarded -> director, officer, sponsor
project.plan: commitment_to_sign -> director, sponsor, team-keda
project.assign: commissioner_assigned -> commissioner, officer, team-keda
project.sign: commitment_signed -> director, officer
project.sign (sponsor): commitment_signed -> director, officer
project.sign (last): commitment_signed -> officer, sponsor, team-keda; payment_due -> commissioner, team-keda; project_activated -> commissioner, director, finance2, finance, officer, sponsor, team-keda
payment.request: payment_requested -> commissioner
payment.return: payment_returned -> team-keda
payment.check: payment_checked -> finance2, finance
payment.approve: payment_approved -> finance2, finance, team-keda
payment.hold: payment_held -> commissioner, finance2, finance, team-keda
payment.release: payment_released -> commissioner, finance2, finance, team-keda
payment.pay: payment_paid -> commissioner, team-keda
payment.reverse: payment_reversed -> commissioner, finance2, finance, team-keda
milestone.start: milestone_started -> commissioner
milestone.submit: milestone_submitted -> commissioner
milestone.return: milestone_returned -> team-keda
milestone.verify: milestone_met -> officer, team-keda; payment_due -> commissioner, team-keda
project.apply_acceptance: acceptance_applied -> commissioner, director, officer, sponsor
acceptance.assess: acceptance_assessed -> commissioner, director, officer
project.conclude completed: payment_due -> commissioner, team-keda; project_completed -> commissioner, officer, sponsor, team-keda
challenge.finish: challenge_finished -> director, officer, sponsor
";

/// The same on the unhappy paths. Two payments are cancelled, each with its letter.
const UNHAPPY: &str = "\
challenge.reject: challenge_rejected -> officer, sponsor
review.decline: review_declined -> officer
challenge.fail: bid_declined -> team-keda; challenge_failed -> director, officer, sponsor
challenge.republish: challenge_published -> officer, sponsor, team-fan
challenge.withdraw: challenge_withdrawn -> officer, sponsor, team-idle, team-yuan
decision.return: decision_returned -> officer
milestone.fail: milestone_failed -> director, officer, team-keda; payment_cancelled -> finance2, finance, team-keda
project.conclude rectify: project_rectifying -> commissioner, officer, sponsor, team-keda
project.conclude failed: payment_cancelled -> finance2, finance2, finance, finance, team-keda, team-keda; project_failed -> commissioner, officer, sponsor, team-keda
";

/// Appends "step: template -> who, who" to the golden record, and empties the mailbox.
pub async fn note(app: &TestApp, record: &mut String, step: &str) {
    let mut by_template: Vec<(String, Vec<String>)> = Vec::new();
    for (template, to) in app.mail().await {
        let who = to.trim_end_matches("@test.example").to_owned();
        match by_template.iter_mut().find(|(name, _)| *name == template) {
            Some((_, all)) => all.push(who),
            None => by_template.push((template, vec![who])),
        }
    }
    let letters: Vec<String> = by_template.iter().map(|(template, who)| format!("{template} -> {}", who.join(", "))).collect();
    writeln!(record, "{step}: {}", if letters.is_empty() { "nobody".into() } else { letters.join("; ") }).unwrap();
}

/// Compares line by line, so that a failure shows the step.
pub fn golden(record: &str, expected: &str) {
    for (is, should) in record.lines().zip(expected.lines()) {
        assert_eq!(is, should);
    }
    assert_eq!(record.lines().count(), expected.lines().count(), "{record}");
}

/// Everyone who could get a letter has an account before the story begins.
pub async fn everyone(app: &TestApp) {
    app.officer().await;
    app.director().await;
    app.finance().await;
    app.second_finance().await;
    app.commissioner().await;
    app.sponsor().await;
    app.leader().await;
    app.auditor().await;
    for team in ["keda", "yuan", "idle"] {
        app.team(team).await;
    }
    let fan = app.team("fan").await;
    fan.post("/me/subscriptions", json!({"sectors": ["energy_env"]})).await.is(200);
    app.expert(1).await;
}

on_both! {
    async fn at_every_step_of_the_straight_path_the_people_concerned_get_one_letter(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let mut story = Story::draft(&app).await;
        let (officer, director, team) = (app.officer().await, app.director().await, app.team("keda").await);
        note(&app, &mut record, "challenge.create").await;
        officer.does(&story.path("submit")).await.is(200);
        note(&app, &mut record, "challenge.submit").await;
        director.post(&story.path("return"), json!({"reason": "补充指标"})).await.is(200);
        note(&app, &mut record, "challenge.return").await;
        officer.does(&story.path("submit")).await.is(200);
        app.mail().await;
        director.does(&story.path("approve")).await.is(200);
        note(&app, &mut record, "challenge.approve").await;
        officer.post(&story.path("publish"), story.window()).await.is(200);
        note(&app, &mut record, "challenge.publish").await;
        story.bid = story.submitted("keda").await;
        note(&app, &mut record, "bid.submit").await;
        team.does(&format!("/bids/{}/withdraw", story.bid)).await.is(200);
        note(&app, &mut record, "bid.withdraw").await;
        team.does(&format!("/bids/{}/resubmit", story.bid)).await.is(200);
        note(&app, &mut record, "bid.resubmit").await;
        let second = story.submitted("yuan").await;
        story.drafted("idle").await;
        app.second_examiner().await;
        app.examiner().await;
        app.mail().await;
        story.close().await;
        note(&app, &mut record, "challenge.close").await;
        officer.does(&story.path("open_bids")).await.is(200);
        note(&app, &mut record, "challenge.open_bids").await;
        story.examined(&story.bid, &[]).await;
        note(&app, &mut record, "bid.examine eligible").await;
        story.examined(&second, &["F3"]).await;
        note(&app, &mut record, "bid.examine failing, confirmed").await;
        officer.does(&story.path("start_review")).await.is(200);
        note(&app, &mut record, "challenge.start_review").await;
        officer.post(&format!("/bids/{}/shortlist", story.bid), json!({"shortlisted": true, "reason": "方案可行"})).await.is(200);
        note(&app, &mut record, "bid.shortlist").await;
        let review = story.assigned(&story.bid, 1).await;
        note(&app, &mut record, "review.assign").await;
        let expert = app.expert(1).await;
        expert.post(&format!("/reviews/{review}/declare"), json!({"no_conflict": true})).await.is(200);
        note(&app, &mut record, "review.declare").await;
        expert.post(&format!("/reviews/{review}/submit"), inputs::scores("26")).await.is(200);
        note(&app, &mut record, "review.submit").await;
        app.days_later(10);
        story.satisfied().await;
        note(&app, &mut record, "challenge.ask_sponsor, satisfaction.give").await;
        let decision = officer.post(&story.path("propose"), story.proposal()).await.is(201);
        note(&app, &mut record, "challenge.propose").await;
        director.does(&format!("/decisions/{}/approve", decision["id"].as_str().unwrap())).await.is(200);
        note(&app, &mut record, "decision.approve").await;
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        note(&app, &mut record, "challenge.publicise").await;
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        note(&app, &mut record, "challenge.award").await;
        let list = officer.get("/projects").await.is(200);
        story.project = list["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/projects/{}", story.project);
        officer.put(&format!("{path}/plan"), 1, inputs::plan(650 * inputs::WAN)).await.is(200);
        for (list, ids) in [("milestones", &mut story.milestones), ("payments", &mut story.payments)] {
            let items = officer.get(&format!("{path}/{list}")).await.is(200);
            *ids = items["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        }
        note(&app, &mut record, "project.plan").await;
        let commissioner = app.commissioner().await;
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": commissioner.id()})).await.is(200);
        note(&app, &mut record, "project.assign").await;
        story.signed_by("team").await;
        note(&app, &mut record, "project.sign").await;
        story.signed_by("sponsor").await;
        note(&app, &mut record, "project.sign (sponsor)").await;
        story.signed_by("department").await;
        note(&app, &mut record, "project.sign (last)").await;
        let pay = |verb: &str| format!("/payments/{}/{verb}", story.payments[0]);
        team.does(&pay("request")).await.is(200);
        note(&app, &mut record, "payment.request").await;
        commissioner.post(&pay("return"), json!({"reason": "账户有误"})).await.is(200);
        note(&app, &mut record, "payment.return").await;
        team.does(&pay("request")).await.is(200);
        app.mail().await;
        commissioner.does(&pay("check")).await.is(200);
        note(&app, &mut record, "payment.check").await;
        app.finance().await.does(&pay("approve")).await.is(200);
        note(&app, &mut record, "payment.approve").await;
        app.finance().await.post(&pay("hold"), json!({"reason": "账户待核"})).await.is(200);
        note(&app, &mut record, "payment.hold").await;
        director.post(&pay("release"), json!({"reason": "账户已核"})).await.is(200);
        note(&app, &mut record, "payment.release").await;
        let today = app.app.clock.now().date().to_string();
        let voucher = json!({"voucher_no": "PZ-1", "paid_on": today});
        app.second_finance().await.post(&pay("pay"), voucher).await.is(200);
        note(&app, &mut record, "payment.pay").await;
        app.finance().await.post(&pay("reverse"), json!({"reason": "账号有误", "returned_on": today})).await.is(200);
        note(&app, &mut record, "payment.reverse").await;
        let node = |verb: &str| format!("/milestones/{}/{verb}", story.milestones[0]);
        team.does(&node("start")).await.is(200);
        note(&app, &mut record, "milestone.start").await;
        team.post(&node("submit"), story.evidence(&[("K1", "91")]).await).await.is(200);
        note(&app, &mut record, "milestone.submit").await;
        let by = app.app.clock.now().date().plus_days(30).to_string();
        commissioner.post(&node("return"), json!({"opinion": "补充检测", "rectify_by": by})).await.is(200);
        note(&app, &mut record, "milestone.return").await;
        team.post(&node("submit"), story.evidence(&[("K1", "91")]).await).await.is(200);
        app.mail().await;
        commissioner.post(&node("verify"), json!({"opinion": "达标"})).await.is(200);
        note(&app, &mut record, "milestone.verify").await;
        story.met(1, &[("K1", "97"), ("K2", "0.4")]).await;
        app.mail().await;
        inputs::panel(&app).await;
        app.mail().await;
        story.applied().await;
        note(&app, &mut record, "project.apply_acceptance").await;
        story.assessed("pass", "pass").await;
        note(&app, &mut record, "acceptance.assess").await;
        director.post(&format!("{path}/conclude"), json!({"conclusion": "completed", "opinion": "通过"})).await.is(200);
        note(&app, &mut record, "project.conclude completed").await;
        officer.does(&story.path("finish")).await.is(200);
        note(&app, &mut record, "challenge.finish").await;
        golden(&record, STRAIGHT);
    }

    async fn on_the_unhappy_paths_too(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let (officer, director) = (app.officer().await, app.director().await);
        let story = Story::draft(&app).await;
        officer.does(&story.path("submit")).await.is(200);
        app.mail().await;
        director.post(&story.path("reject"), json!({"reason": "需求不成立"})).await.is(200);
        note(&app, &mut record, "challenge.reject").await;
        let story = Story::reviewing(&app).await;
        app.mail().await;
        let review = story.assigned(&story.bid, 1).await;
        app.mail().await;
        app.expert(1).await.post(&format!("/reviews/{review}/decline"), json!({"conflict": false, "reason": "时间冲突"})).await.is(200);
        note(&app, &mut record, "review.decline").await;
        director.post(&story.path("fail"), json!({"reason_code": "other", "reason": "需求变化"})).await.is(200);
        note(&app, &mut record, "challenge.fail").await;
        director.post(&story.path("republish"), story.window()).await.is(200);
        note(&app, &mut record, "challenge.republish").await;
        story.submitted("yuan").await;
        story.drafted("idle").await;
        app.mail().await;
        director.post(&story.path("withdraw"), json!({"reason": "需求取消"})).await.is(200);
        note(&app, &mut record, "challenge.withdraw").await;
        let story = Story::deciding(&app).await;
        app.mail().await;
        director.post(&format!("/decisions/{}/return", story.decision), json!({"reason": "依据不足"})).await.is(200);
        note(&app, &mut record, "decision.return").await;
        let story = Story::active(&app).await;
        story.handed_in(0, &[("K1", "80")]).await;
        app.mail().await;
        let commissioner = app.commissioner().await;
        commissioner.post(&format!("/milestones/{}/fail", story.milestones[0]), json!({"opinion": "未达标"})).await.is(200);
        note(&app, &mut record, "milestone.fail").await;
        story.met(1, &[("K1", "97"), ("K2", "0.4")]).await;
        let path = format!("/projects/{}", story.project);
        story.applied().await;
        story.assessed("fail", "pass").await;
        app.mail().await;
        let by = app.app.clock.now().date().plus_days(60).to_string();
        director.post(&format!("{path}/conclude"), json!({"conclusion": "rectify", "opinion": "补充长周期运行", "rectify_by": by})).await.is(200);
        note(&app, &mut record, "project.conclude rectify").await;
        story.applied().await;
        story.assessed("fail", "fail").await;
        app.mail().await;
        director.post(&format!("{path}/conclude"), json!({"conclusion": "failed", "opinion": "未通过"})).await.is(200);
        note(&app, &mut record, "project.conclude failed").await;
        golden(&record, UNHAPPY);
    }

    async fn a_letter_says_what_happened_in_the_language_of_its_reader(app: TestApp) {
        let story = Story::open(&app).await;
        app.letters().await;
        story.submitted("keda").await;
        let letters = app.letters().await;
        let receipt = &letters[0];
        assert!(receipt.subject.contains("【回执】") && receipt.subject.contains("煤层气提浓成套技术"), "{}", receipt.subject);
        let bid = app.team("keda").await.get("/bids").await.is(200);
        assert!(receipt.text.contains(bid["items"][0]["receipt"]["sha256"].as_str().unwrap()));
        assert!(receipt.text.contains("2026-03-02 09:00"), "Beijing time: {}", receipt.text);
        assert!(receipt.text.contains("https://jiebang.example/api/v1/bids/"));
        assert!(receipt.message_id.ends_with("@jiebang.example>"));
    }

    async fn two_workers_send_each_letter_once(app: TestApp) {
        Story::active(&app).await;
        let waiting = app.count("outbox WHERE state = 'pending'").await;
        let letters: Arc<Mutex<Vec<_>>> = Arc::default();
        let worker = || { let postman = app.postman(Transport::Memory(letters.clone())); async move { postman.deliver().await } };
        let (a, b, c) = tokio::join!(worker(), worker(), worker());
        assert_eq!(i64::try_from(a.unwrap() + b.unwrap() + c.unwrap()).unwrap(), waiting);
        let mut ids: Vec<String> = letters.lock().unwrap().iter().map(|letter| letter.message_id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(i64::try_from(ids.len()).unwrap(), waiting);
    }

    async fn a_mail_server_that_is_down_loses_nothing_and_hinders_nobody(app: TestApp) {
        let story = Story::open(&app).await;
        app.letters().await;
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let down = app.postman(Transport::smtp(&format!("smtp://127.0.0.1:{nobody}"), "a@b.cn").unwrap());
        story.submitted("keda").await;
        assert_eq!(down.deliver().await.unwrap(), 0);
        let waiting = app.app.letters(LetterState::Pending, 10).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].attempts), (1, 1));
        assert_eq!(app.mail().await, [], "not before its time");
        story.submitted("yuan").await;
        app.later(chrono::TimeDelta::seconds(61));
        let sent = app.letters().await;
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().any(|letter| letter.message_id.contains(&waiting[0].id.to_string())), "every attempt has one Message-ID");
    }

    async fn a_letter_that_is_never_taken_dies_and_can_be_given_another_life(app: TestApp) {
        let story = Story::open(&app).await;
        app.letters().await;
        story.submitted("keda").await;
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let down = app.postman(Transport::smtp(&format!("smtp://127.0.0.1:{nobody}"), "a@b.cn").unwrap());
        for _ in 0..jiebang::app::letters::MOST_ATTEMPTS {
            down.deliver().await.unwrap();
            app.later(chrono::TimeDelta::hours(7));
        }
        assert_eq!(app.app.letters(LetterState::Dead, 10).await.unwrap().len(), 1);
        assert_eq!(app.mail().await, []);
        assert_eq!(app.app.retry_letters(None).await.unwrap(), 1);
        assert_eq!(app.mail().await, [("bid_received".to_owned(), "team-keda@test.example".to_owned())]);
    }

    async fn a_crashed_worker_gives_its_letters_back_when_the_lease_is_over(app: TestApp) {
        let story = Story::open(&app).await;
        app.letters().await;
        story.submitted("keda").await;
        assert_eq!(app.app.claim_letters().await.unwrap().len(), 1);
        assert_eq!(app.mail().await, []);
        app.later(chrono::TimeDelta::seconds(jiebang::app::letters::LEASE_SECONDS + 1));
        assert_eq!(app.mail().await.len(), 1);
    }

    async fn a_real_mail_server_takes_letters_and_what_it_refuses_is_treated_as_it_says(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let server = crate::support::smtp::Process::start(folder.path());
        let story = Story::open(&app).await;
        for team in ["keda", "later", "never"] {
            app.team(team).await;
        }
        app.letters().await;
        let postman = app.postman(Transport::smtp(&server.url(), "揭榜 <service@jiebang.example>").unwrap());
        story.submitted("keda").await;
        assert_eq!(postman.deliver().await.unwrap(), 1);
        let received = std::fs::read_to_string(folder.path().join("1.eml")).unwrap();
        let waiting = app.app.letters(LetterState::Sent, 50).await.unwrap();
        let receipt = waiting.iter().find(|letter| letter.template == jiebang::domain::notice::Notice::BidReceived);
        let id = receipt.unwrap().id.to_string();
        assert!(received.contains(&format!("Message-ID: <{id}@jiebang.example>")), "{received}");
        assert!(received.contains("To: ") && received.contains("team-keda@test.example") && received.contains("Subject: =?utf-8?"), "{received}");
        // The server refuses "later…" for now and "never…" for good.
        story.submitted("later").await;
        story.submitted("never").await;
        assert_eq!(postman.deliver().await.unwrap(), 0);
        assert_eq!(app.app.letters(LetterState::Pending, 10).await.unwrap()[0].recipient, "team-later@test.example");
        assert_eq!(app.app.letters(LetterState::Dead, 10).await.unwrap()[0].recipient, "team-never@test.example");
    }
}
