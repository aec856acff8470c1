//! Callers: someone with (or without) an account, who signs in again when the clock has moved on.

use super::TestApp;
use super::app::PASSWORD;
use jiebang::app::Clock;
use jiebang::domain::id::UserId;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Whoever signed in longer ago than this (seconds) signs in again: what needs a fresh proof then simply works.
const FRESH: i64 = 280;

#[derive(Clone)]
pub struct Caller {
    pub(super) client: reqwest::Client,
    pub(super) address: String,
    clock: Clock,
    pub email: String,
    pub id: Option<UserId>,
    /// The token and when it was issued.
    token: Arc<Mutex<Option<(String, i64)>>>,
    pub(super) headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Caller {
    pub fn anonymous(app: &TestApp) -> Self {
        Self {
            client: app.client.clone(),
            address: app.address.clone(),
            clock: app.app.clock.clone(),
            email: String::new(),
            id: None,
            token: Arc::default(),
            headers: Vec::new(),
        }
    }

    pub fn new(app: &TestApp, name: &str, id: UserId) -> Self {
        Self { email: format!("{name}@test.example"), id: Some(id), ..Self::anonymous(app) }
    }

    /// The same caller with one more header.
    pub fn with(&self, name: &'static str, value: impl ToString) -> Self {
        let mut other = self.clone();
        other.headers.push((name, value.to_string()));
        other
    }

    /// The same caller at another door.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The same caller with another client, such as one at another address.
    pub fn by(&self, client: reqwest::Client) -> Self {
        Self { client, ..self.clone() }
    }

    pub fn id(&self) -> String {
        self.id.unwrap().to_string()
    }

    /// Signs in and answers the tokens.
    pub async fn log_in(&self) -> Value {
        let body = json!({"email": self.email, "password": PASSWORD});
        let reply = self.send(Method::POST, "/auth/login", Some(body.to_string()), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    pub async fn token(&self) -> Option<String> {
        self.id?;
        let now = self.clock.now().unix();
        let known = self.token.lock().unwrap().clone();
        if let Some((token, issued)) = known.filter(|(_, issued)| (now - issued).abs() < FRESH) {
            let _ = issued;
            return Some(token);
        }
        let token = self.log_in().await["access_token"].as_str().unwrap().to_owned();
        *self.token.lock().unwrap() = Some((token.clone(), now));
        Some(token)
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>, token: Option<String>) -> Reply {
        let prefix =
            if path.starts_with("/api/") || path.starts_with("/docs") || path == "/healthz" || path == "/readyz" || path == "/metrics" {
                ""
            } else {
                "/api/v1"
            };
        let mut request = self.client.request(method, format!("{}{prefix}{path}", self.address));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let answer = request.send().await.unwrap();
        Reply { status: answer.status(), headers: answer.headers().clone(), text: answer.text().await.unwrap() }
    }

    pub async fn request(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let token = self.token().await;
        self.send(method, path, body, token).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.request(Method::POST, path, Some(body.to_string())).await
    }

    /// Does something that needs nothing more said.
    pub async fn does(&self, path: &str) -> Reply {
        self.request(Method::POST, path, None).await
    }

    /// Replaces a record, naming the version that it has now.
    pub async fn put(&self, path: &str, version: i64, body: Value) -> Reply {
        self.with("If-Match", format!("\"{version}\"")).request(Method::PUT, path, Some(body.to_string())).await
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// That this problem is the answer.
    #[track_caller]
    pub fn is_refused(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        problem
    }

    /// That the body was refused, with exactly these (field, code), sorted.
    #[track_caller]
    pub fn has_faults(&self, expected: &[(&str, &str)]) {
        let problem = self.is_refused(422, "invalid");
        let mut faults: Vec<(String, String)> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| (fault["field"].as_str().unwrap().to_owned(), fault["code"].as_str().unwrap().to_owned()))
            .collect();
        faults.sort();
        let mut wanted: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        wanted.sort();
        assert_eq!(faults, wanted);
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}
