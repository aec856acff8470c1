//! Guessed: whoever's password was tried until a pause began is told, once a day. Known and unknown addresses cost the same:
//! they are looked up afterwards, by the worker that sends letters.

use crate::app::act::{About, Act, Done, Object};
use crate::app::error::AppError;
use crate::app::{App, Request, Who};
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::domain::user::UserStatus;
use crate::store::users;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Addresses that are remembered at most: beyond, nobody more is told until some are forgotten.
const MOST: usize = 10_000;
/// Seconds in which one is told once.
const A_DAY: i64 = 86_400;

/// Accounts whose passwords were guessed at. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Guessed(Arc<Mutex<HashMap<Email, Tried>>>);

#[derive(Clone, Debug)]
struct Tried {
    at: Timestamp,
    network: String,
    request_id: String,
    told: bool,
}

impl Guessed {
    fn lock(&self) -> MutexGuard<'_, HashMap<Email, Tried>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a pause began for an address.
    pub fn note(&self, email: Email, network: String, request_id: String, at: Timestamp) {
        let mut tried = self.lock();
        if tried.len() < MOST {
            tried.entry(email).or_insert(Tried { at, network, request_id, told: false });
        }
    }

    /// Forgets whom the next guess is told to again.
    pub fn sweep(&self, now: Timestamp) {
        self.lock().retain(|_, tried| now.unix().saturating_sub(tried.at.unix()) < A_DAY);
    }

    fn untold(&self) -> Vec<(Email, Tried)> {
        let mut all = self.lock();
        let waiting = all.iter_mut().filter(|(_, tried)| !tried.told);
        waiting
            .map(|(email, tried)| {
                tried.told = true;
                (email.clone(), tried.clone())
            })
            .collect()
    }
}

impl App {
    /// Writes the letters to those whose passwords were guessed at.
    pub async fn write_warnings(&self) {
        for (email, tried) in self.guessed.untold() {
            let request = Request { id: tried.request_id.clone(), ..Request::of(Who::System("guard")) };
            match self.run_as(request, move |act| warn(act, &email, &tried)).await {
                Ok(()) | Err(AppError::NotFound) => {}
                Err(error) => tracing::warn!(%error, "a warning of guessed passwords could not be sent"),
            }
        }
    }
}

fn warn(act: &mut Act<'_>, email: &Email, tried: &Tried) -> Result<Done<()>, AppError> {
    let (user, _) = users::find_by_email(act.conn, email.as_str())?.ok_or(AppError::NotFound)?;
    if user.status != UserStatus::Active {
        return Err(AppError::NotFound);
    }
    let permit = act.own(Action::SessionGuessed)?;
    let facts = Facts { at: tried.at.in_beijing(), place: tried.network.clone(), path: "/me/sessions".into(), ..Facts::default() };
    let about = About { person: Some(user.id), facts, ..About::default() };
    Ok(act.record_plain(permit, Object::plain(Kind::User, user.id, Tie::Stranger, user.version), about)?.with(()))
}
