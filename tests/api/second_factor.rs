//! The second factor: setting up, signing in with it, recovery, guessing, roles that need it.

use crate::support::app::PASSWORD;
use crate::support::{Caller, TestApp, on_both};
use jiebang::app::{App, Who, second_factor};
use jiebang::auth::second_factor::code_at;
use jiebang::domain::policy::Role;
use jiebang::http::{self, Edge, Limits};
use serde_json::{Value, json};

/// Someone with a second factor.
struct Device {
    email: String,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

impl Device {
    /// Sets up a second factor for someone who is signed in.
    async fn of(app: &TestApp, caller: &Caller) -> Self {
        let shown = caller.does("/me/second_factor/enrol").await.is(200);
        let secret = totp_rs::Secret::try_from_base32(shown["secret"].as_str().unwrap()).unwrap().as_bytes().to_vec();
        let mut device = Self { email: caller.email.clone(), secret, recovery: Vec::new() };
        let codes = caller.post("/me/second_factor/confirm", json!({"code": device.code(app)})).await.is(200);
        device.recovery = codes["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        app.later(chrono::TimeDelta::seconds(30));
        device
    }

    fn code(&self, app: &TestApp) -> String {
        code_at(&self.secret, app.app.clock.now()).unwrap()
    }

    /// The first step: the challenge.
    async fn challenge(&self, app: &TestApp) -> Value {
        let answer = app.anyone().post("/auth/login", json!({"email": self.email, "password": PASSWORD})).await.is(200);
        assert_eq!((&answer["mfa_required"], answer.get("access_token")), (&json!(true), None));
        answer["challenge"].clone()
    }

    /// Both steps.
    async fn sign_in(&self, app: &TestApp, code: &str) -> Caller {
        let challenge = self.challenge(app).await;
        let tokens = app.anyone().post("/auth/verify", json!({"challenge": challenge, "code": code})).await.is(200);
        app.anyone().with("Authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()))
    }
}

/// A second door to the same service, where these roles need a second factor.
fn strict(app: &TestApp, roles: &[Role]) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let strict = App { second_factor: roles.into(), ..app.app.clone() };
    let limits = Limits { workers: 1, connections: 16, blocking: 4, shutdown: std::time::Duration::from_secs(1), edge: Edge::default() };
    tokio::spawn(http::serve(strict, listener, limits).unwrap());
    address
}

on_both! {
    async fn with_a_second_factor_one_signs_in_in_two_steps(app: TestApp) {
        let finance = app.finance().await;
        let device = Device::of(&app, &finance).await;
        assert_eq!(app.mail().await, [("second_factor_on".to_owned(), "finance@test.example".to_owned())]);
        let state = finance.get("/me/second_factor").await.is(200);
        assert_eq!((&state["enabled"], &state["recovery_codes_left"], &state["required"]), (&json!(true), &json!(10), &json!(false)));
        let challenge = device.challenge(&app).await;
        let verify = |code: String| json!({"challenge": challenge, "code": code});
        app.anyone().post("/auth/verify", json!({"challenge": "guessed", "code": "123456"})).await.is_refused(401, "invalid_token");
        app.anyone().post("/auth/verify", verify("000000".into())).await.is_refused(401, "wrong_code");
        let tokens = app.anyone().post("/auth/verify", verify(device.code(&app))).await.is(200);
        let caller = app.anyone().with("Authorization", format!("Bearer {}", tokens["access_token"].as_str().unwrap()));
        assert_eq!(caller.get("/me").await.is(200)["roles"], json!(["finance"]));
        // The challenge was good once, and so was the code.
        app.later(chrono::TimeDelta::seconds(30));
        app.anyone().post("/auth/verify", verify(device.code(&app))).await.is_refused(401, "invalid_token");
        let wrong = json!({"email": finance.email, "password": "not this one"});
        app.anyone().post("/auth/login", wrong).await.is_refused(401, "wrong_credentials");
        assert_eq!(app.count("audit WHERE action = 'session.verify' AND outcome = 'denied'").await, 1);
        assert_eq!(app.count("audit WHERE action = 'session.verify' AND outcome = 'accepted'").await, 1);
    }

    async fn each_code_is_good_once_and_for_one_step_to_each_side(app: TestApp) {
        let device = Device::of(&app, &app.finance().await).await;
        let code = device.code(&app);
        device.sign_in(&app, &code).await;
        let again = json!({"challenge": device.challenge(&app).await, "code": code});
        app.anyone().post("/auth/verify", again).await.is_refused(401, "wrong_code");
        // A code of the step before is good as long as no later one was taken.
        app.later(chrono::TimeDelta::seconds(60));
        let code = device.code(&app);
        app.later(chrono::TimeDelta::seconds(30));
        device.sign_in(&app, &code).await;
        app.later(chrono::TimeDelta::seconds(60));
        let late = device.code(&app);
        app.later(chrono::TimeDelta::seconds(60));
        let late = json!({"challenge": device.challenge(&app).await, "code": late});
        app.anyone().post("/auth/verify", late).await.is_refused(401, "wrong_code");
    }

    async fn of_many_who_show_the_same_code_at_once_one_comes_in(app: TestApp) {
        let device = Device::of(&app, &app.finance().await).await;
        let code = device.code(&app);
        let mut challenges = Vec::new();
        for _ in 0..4 {
            challenges.push(device.challenge(&app).await);
        }
        let anyone = app.anyone();
        let tries = challenges.iter().map(|challenge| anyone.post("/auth/verify", json!({"challenge": challenge, "code": code})));
        let statuses: Vec<u16> = futures_util::future::join_all(tries).await.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 401)), "{statuses:?}");
    }

    async fn after_five_wrong_codes_not_even_the_right_one_is_looked_at_for_a_while(app: TestApp) {
        let device = Device::of(&app, &app.finance().await).await;
        let challenge = device.challenge(&app).await;
        let anyone = app.anyone();
        let verify = |challenge: &Value, code: &str| {
            let (anyone, body) = (anyone.clone(), json!({"challenge": challenge, "code": code}));
            async move { anyone.post("/auth/verify", body).await }
        };
        let replies = futures_util::future::join_all((0..12).map(|n| verify(&challenge, &format!("00000{}", n % 10)))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 401).count(), 5);
        assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 7);
        let blocked = verify(&challenge, &device.code(&app)).await;
        blocked.is_refused(429, "too_many_codes");
        assert_eq!(blocked.header("retry-after"), "900");
        verify(&challenge, &device.recovery[0]).await.is_refused(429, "too_many_codes");
        app.later(chrono::TimeDelta::minutes(15));
        verify(&challenge, &device.code(&app)).await.is_refused(401, "invalid_token");
        device.sign_in(&app, &device.code(&app)).await;
    }

    async fn a_recovery_code_is_good_once_and_told(app: TestApp) {
        let device = Device::of(&app, &app.finance().await).await;
        app.letters().await;
        let caller = device.sign_in(&app, &device.recovery[0].to_uppercase()).await;
        let letters = app.letters().await;
        assert_eq!((letters.len(), letters[0].notice.code()), (1, "recovery_code_used"));
        assert!(letters[0].text.contains("剩余9个"), "{}", letters[0].text);
        let again = json!({"challenge": device.challenge(&app).await, "code": device.recovery[0]});
        app.anyone().post("/auth/verify", again).await.is_refused(401, "wrong_code");
        let fresh = caller.post("/me/second_factor/regenerate", json!({"code": device.code(&app)})).await.is(200);
        assert_eq!(fresh["recovery_codes"].as_array().unwrap().len(), 10);
        let old = json!({"challenge": device.challenge(&app).await, "code": device.recovery[1]});
        app.anyone().post("/auth/verify", old).await.is_refused(401, "wrong_code");
        device.sign_in(&app, fresh["recovery_codes"][3].as_str().unwrap()).await;
    }

    async fn a_challenge_dies_with_its_time_and_with_the_password(app: TestApp) {
        let finance = app.finance().await;
        let device = Device::of(&app, &finance).await;
        let challenge = device.challenge(&app).await;
        app.later(chrono::TimeDelta::seconds(300));
        let late = json!({"challenge": challenge, "code": device.code(&app)});
        app.anyone().post("/auth/verify", late).await.is_refused(401, "invalid_token");
        let caller = device.sign_in(&app, &device.code(&app)).await;
        let challenge = device.challenge(&app).await;
        caller.post("/me/password", json!({"current": PASSWORD, "new": "another good one"})).await.is(204);
        app.later(chrono::TimeDelta::seconds(30));
        let stale = json!({"challenge": challenge, "code": device.code(&app)});
        app.anyone().post("/auth/verify", stale).await.is_refused(401, "wrong_credentials");
    }

    async fn turning_it_off_takes_both_factors_and_is_told(app: TestApp) {
        let finance = app.finance().await;
        finance.post("/me/second_factor/disable", json!({"password": PASSWORD, "code": "123456"})).await.is_refused(409, "second_factor_off");
        let device = Device::of(&app, &finance).await;
        app.letters().await;
        let caller = device.sign_in(&app, &device.code(&app)).await;
        caller.does("/me/second_factor/enrol").await.is_refused(409, "second_factor_on");
        app.later(chrono::TimeDelta::seconds(30));
        let both = |password: &str, code: String| json!({"password": password, "code": code});
        caller.post("/me/second_factor/disable", both("not this one", device.code(&app))).await.is_refused(401, "wrong_credentials");
        caller.post("/me/second_factor/disable", both(PASSWORD, "000000".into())).await.is_refused(401, "wrong_code");
        caller.post("/me/second_factor/disable", both(PASSWORD, device.code(&app))).await.is(204);
        assert_eq!(app.mail().await, [("second_factor_off".to_owned(), "finance@test.example".to_owned())]);
        assert_eq!(app.count("recovery_codes").await, 0);
        assert!(finance.log_in().await["access_token"].is_string());
    }

    async fn the_host_resets_the_factor_of_the_last_administrator_and_is_seen(app: TestApp) {
        let (sysadmin, secadmin) = (app.sysadmin().await, app.secadmin().await);
        let device = Device::of(&app, &sysadmin).await;
        let caller = device.sign_in(&app, &device.code(&app)).await;
        app.letters().await;
        let email = sysadmin.email.parse().unwrap();
        app.app.run(Who::System("host"), move |act| second_factor::reset_of(act, &email)).await.unwrap();
        caller.get("/me").await.is_refused(401, "expired_token");
        assert!(sysadmin.log_in().await["access_token"].is_string());
        let told = [("second_factor_off".to_owned(), sysadmin.email.clone()), ("second_factor_reset".to_owned(), secadmin.email.clone())];
        assert_eq!(app.mail().await, told);
        let row = format!("audit WHERE action = 'user.reset_second_factor' AND role = 'system' AND object_id = '{}'", sysadmin.id());
        assert_eq!(app.count(&row).await, 1);
    }

    async fn an_administrator_resets_the_factor_of_someone_who_lost_it(app: TestApp) {
        let (finance, sysadmin) = (app.finance().await, app.sysadmin().await);
        let path = format!("/users/{}/reset_second_factor", finance.id());
        sysadmin.does(&path).await.is_refused(409, "second_factor_off");
        let device = Device::of(&app, &finance).await;
        let caller = device.sign_in(&app, &device.code(&app)).await;
        app.letters().await;
        sysadmin.does(&path).await.is(204);
        caller.get("/me").await.is_refused(401, "expired_token");
        assert_eq!(app.mail().await, [("second_factor_off".to_owned(), "finance@test.example".to_owned())]);
        finance.log_in().await;
        let own = format!("/users/{}/reset_second_factor", sysadmin.id());
        sysadmin.does(&own).await.is_refused(403, "forbidden");
    }

    async fn a_step_up_takes_a_code_where_there_is_a_second_factor(app: TestApp) {
        let secadmin = app.secadmin().await;
        let device = Device::of(&app, &secadmin).await;
        let caller = device.sign_in(&app, &device.code(&app)).await;
        let path = format!("/users/{}/grants", app.officer().await.id());
        let grant = json!({"roles": ["examiner"], "reason": "岗位调整"});
        app.later(chrono::TimeDelta::seconds(301));
        caller.post(&path, grant.clone()).await.is_refused(401, "step_up_required");
        caller.post("/auth/step_up", json!({"password": PASSWORD})).await.has_faults(&[("code", "required")]);
        caller.post("/auth/step_up", json!({"code": "000000"})).await.is_refused(401, "wrong_code");
        caller.post("/auth/step_up", json!({"code": device.code(&app)})).await.is(200);
        caller.post(&path, grant).await.is(201);
    }

    async fn a_role_that_needs_a_second_factor_does_nothing_before_it_is_set_up(app: TestApp) {
        let (finance, officer) = (app.finance().await, app.officer().await);
        let door = strict(&app, &[Role::Finance]);
        let finance = finance.at(&door);
        finance.get("/payments").await.is_refused(403, "second_factor_required");
        finance.get("/me").await.is(200);
        // What everyone may read stays readable, and no more than that: not the drafts that staff see.
        let story = crate::support::Story::draft(&app).await;
        finance.get(&format!("/challenges/{}", story.challenge)).await.is_refused(403, "second_factor_required");
        assert_eq!(finance.get("/challenges").await.is(200)["items"], json!([]));
        assert_eq!(officer.at(&door).get("/challenges").await.is(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(finance.get("/me/second_factor").await.is(200)["required"], json!(true));
        officer.at(&door).get("/payments").await.is(200);
        let device = Device::of(&app, &finance).await;
        finance.get("/payments").await.is(200);
        let both = json!({"password": PASSWORD, "code": device.code(&app)});
        finance.post("/me/second_factor/disable", both).await.is_refused(409, "second_factor_needed");
    }

    async fn no_secret_is_readable_in_the_database_or_the_log(app: TestApp) {
        let finance = app.finance().await;
        let shown = finance.with("Idempotency-Key", "once").does("/me/second_factor/enrol").await.is(200);
        let again = finance.with("Idempotency-Key", "once").does("/me/second_factor/enrol").await.is(200);
        assert_ne!(shown["secret"], again["secret"], "nothing is kept to be shown again");
        let device = Device::of(&app, &finance).await;
        let secret = totp_rs::Secret::new(device.secret.clone().into()).to_base32();
        for table in ["second_factors WHERE secret", "idempotency WHERE body", "audit WHERE detail", "outbox WHERE facts"] {
            for text in [secret.as_str(), device.recovery[0].as_str(), shown["secret"].as_str().unwrap()] {
                assert_eq!(app.count(&format!("{table} LIKE '%{text}%'")).await, 0, "{table}");
            }
        }
        let raw: i64 = app.count("recovery_codes WHERE LENGTH(code_hash) = 64").await;
        assert_eq!(raw, 10);
    }
}
