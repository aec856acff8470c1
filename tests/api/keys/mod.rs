//! Machine keys: what they may do (`scopes`), when they are dead (`lives`), and what is seen of them (`shown`).

mod lives;
mod scopes;
mod shown;

use crate::support::{Caller, TestApp};
use jiebang::domain::policy::{KeyScope, Role};
use serde_json::{Value, json};

/// Every scope there is.
const ALL: &[&str] = KeyScope::CODES;

fn wish(scopes: &[&str]) -> Value {
    json!({"name": "投标系统", "scopes": scopes})
}

fn bearer(app: &TestApp, token: &str) -> Caller {
    app.anyone().with("Authorization", format!("Bearer {token}"))
}

/// A program with a key of its own.
struct Program {
    id: String,
    token: String,
    caller: Caller,
}

impl Program {
    fn of(app: &TestApp, made: &Value) -> Self {
        let token = made["token"].as_str().unwrap().to_owned();
        Self { id: made["id"].as_str().unwrap().to_owned(), caller: bearer(app, &token), token }
    }

    async fn new(app: &TestApp, input: Value) -> Self {
        Self::of(app, &app.team("keda").await.post("/me/keys", input).await.is(201))
    }

    async fn rotated(&self, app: &TestApp, input: Value) -> Self {
        Self::of(app, &app.team("keda").await.post(&format!("/keys/{}/rotate", self.id), input).await.is(201))
    }

    async fn lives(&self) -> bool {
        let reply = self.caller.get("/bids").await;
        assert!([200, 401].contains(&reply.status.as_u16()), "{}", reply.text);
        reply.status == 200
    }

    async fn seen(&self, app: &TestApp) -> Value {
        app.team("keda").await.get(&format!("/keys/{}", self.id)).await.is(200)
    }
}

/// A colleague of the team "keda".
async fn colleague(app: &TestApp) -> Caller {
    app.person("team-keda-2", "keda", None, &[Role::Team]).await
}
