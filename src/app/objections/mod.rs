//! Objections 异议: made by anyone while a publicity runs, and known by name to supervision alone. How they are handled stands in
//! [`handling`].

pub mod handling;

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::{calendars, challenges};
use crate::auth::token::{random_token, sha256_hex};
use crate::domain::calendar::Calendar;
use crate::domain::challenge::ChallengeStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{ChallengeId, ObjectionId};
use crate::domain::objection::{
    ConfirmInput, DAYS_TO_ADMIT, DAYS_TO_ANSWER, DAYS_TO_CONFIRM, MOST_BY_ONE_ADDRESS, MOST_UNCONFIRMED, ObjectionInput, ObjectionStage,
};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::time::Date;
use crate::domain::user::Locale;
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::outbox::Recipient;
use crate::store::{Page, decisions, objections, reviews, users};
use chrono::TimeDelta;

pub use crate::store::objections::ObjectionRow;

/// Where the link of the letter leads, below `/api/v1`.
const PATH: &str = "/objections/confirm";

impl Record for ObjectionRow {
    type Stage = ObjectionStage;
    const KIND: Kind = Kind::Objection;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ObjectionStage {
        self.stage
    }
}

/// An objection, as far as the caller may know of it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The objection, with what the caller may do now.
    pub shown: Shown<ObjectionRow>,
    /// Until when it is to be said whether it is admitted; none without a table of that year.
    pub admit_by: Option<Date>,
    /// Until when it is to be answered.
    pub answer_by: Option<Date>,
    /// Who objects, with what, and what was replied: for supervision and the objector.
    pub content: Option<(ObjectionInput, Option<String>)>,
}

/// What all objections on a challenge have in common for the caller: asked once for any number of them.
pub(super) struct Case {
    /// How the caller stands to the challenge.
    own: Standing,
    /// Whether the caller prepared it or a decision on it, is of its division, or judged there: does not handle its objections (SD12).
    has_part: bool,
    /// Working days.
    calendar: Calendar,
}

impl Case {
    /// Of a challenge.
    pub(super) fn of(act: &mut Act<'_>, challenge: &ChallengeRow) -> Result<Self, AppError> {
        let own = challenges::standing(act, challenge);
        let decided = decisions::of_challenge(act.conn, challenge.id)?.iter().any(|decision| act.actor.is(decision.created_by));
        let division = challenge.division.is_some() && act.actor.division == challenge.division;
        let judged = act.actor.user.map_or(Ok(false), |user| reviews::has_judged(act.conn, challenge.id, user))?;
        Ok(Self { own, has_part: own.author || decided || division || judged, calendar: calendars::known(act)? })
    }

    /// How the caller stands to an objection on it.
    pub(super) fn tie(&self, act: &Act<'_>, row: &ObjectionRow) -> Tie {
        let filed = row.filed_by.is_some_and(|user| act.actor.is(user));
        let conflicted = self.own.conflicted || (!filed && self.has_part);
        Standing { custodian: self.own.custodian, conflicted, author: filed, ..Standing::default() }.tie()
    }

    /// Until when it is to be said whether it is admitted, and until when it is to be answered; none without a table of that year.
    pub(super) fn days(&self, row: &ObjectionRow) -> (Option<Date>, Option<Date>) {
        let after = |days| row.received_on.and_then(|day| self.calendar.after(day, days).ok());
        (after(DAYS_TO_ADMIT), row.extended_until.or_else(|| after(DAYS_TO_ANSWER)))
    }
}

fn owner(id: ObjectionId, what: &str) -> String {
    format!("{what} of objection {id}")
}

fn sealed(act: &Act<'_>, id: ObjectionId, what: &str, text: &[u8]) -> Result<Vec<u8>, AppError> {
    let sealed = act.app.keys.seal_bytes(&owner(id, what), text);
    sealed.ok_or_else(|| AppError::Internal("the operating system gives no randomness".into()))
}

fn opened(act: &Act<'_>, id: ObjectionId, what: &str, sealed: &[u8]) -> Result<String, AppError> {
    let text = act.app.keys.open_bytes(&owner(id, what), sealed).and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| AppError::Internal(format!("the {what} of an objection cannot be opened")))
}

fn content(act: &Act<'_>, row: &ObjectionRow) -> Result<ObjectionInput, AppError> {
    let text = opened(act, row.id, "text", &row.body)?;
    serde_json::from_str(&text).map_err(|error| AppError::Internal(error.to_string()))
}

/// An objection as the caller may know it; `whole` shows who objects and with what.
fn detail(act: &Act<'_>, case: &Case, row: ObjectionRow, tie: Tie, whole: bool) -> Result<Detail, AppError> {
    let (admit_by, answer_by) = case.days(&row);
    let content = if whole {
        let reply = row.reply.as_ref().map(|reply| opened(act, row.id, "reply", reply)).transpose()?;
        Some((content(act, &row)?, reply))
    } else {
        None
    };
    Ok(Detail { admit_by, answer_by, content, shown: Shown { allowed: act.allowed(&row, tie), record: row } })
}

/// Whom an objection concerns, without the objector: the officer in charge, directors, supervision, and those who bid.
pub(super) fn about(row: &ObjectionRow, challenge: &ChallengeRow) -> About {
    let mut about = challenges::about(challenge);
    about.facts.path = format!("/objections/{}", row.id);
    about
}

/// The objector's address.
fn objector(act: &mut Act<'_>, row: &ObjectionRow) -> Result<Option<Recipient>, AppError> {
    let content = content(act, row)?;
    let account = row.filed_by.map(|id| users::find(act.conn, id)).transpose()?.flatten();
    let account = account.map(|user| Recipient { email: user.email, name: user.name, locale: user.locale });
    let name = content.name.to_string();
    Ok(account.or_else(|| content.email.map(|email| Recipient { email: email.to_string(), name, locale: Locale::Zh })))
}

/// Objects to what a challenge has in publicity. Whoever is not signed in confirms it by a link within three days.
///
/// # Errors
/// Not in publicity now; without an account, no address; too many came from this network, or wait to be confirmed.
pub fn file(act: &mut Act<'_>, id: ChallengeId, input: &ObjectionInput) -> Result<Done<Detail>, AppError> {
    let challenge = challenges::load(act, id)?;
    let _seen = act.permit(challenges::reading(&challenge), &challenges::object(act, &challenge))?;
    let permit = act.permit(Action::ObjectionFile, &Object { version: None, ..challenges::object(act, &challenge) })?;
    let now = act.in_time()?;
    let decision = decisions::live(act.conn, id, challenge.round)?.filter(|_| challenge.stage == ChallengeStage::Publicity);
    let running = |from: Option<Date>, until: Option<Date>| {
        from.is_some_and(|day| now >= day.starts_at()) && until.is_some_and(|day| now < day.ends_at())
    };
    let decision = decision.filter(|row| running(row.publicity_starts_on, row.publicity_ends_on)).ok_or(Refusal::NoPublicityNow)?;
    let anonymous = act.actor.user.is_none();
    let mut faults = Faults::default();
    faults.check(anonymous && input.email.is_none(), "email", Fault::missing);
    faults.check(!anonymous && input.email.is_some(), "email", || {
        Fault::new("not_here", "已登录的，答复发送至账户邮箱", "the answer goes to your account's address")
    });
    faults.or(())?;
    let address = input.email.as_ref().map(|email| act.app.keys.mark(&format!("objector {email}")));
    if anonymous {
        // Each one counts: a letter goes to an address that nobody has vouched for.
        drop(act.app.objected.admit("", &act.asked.origin.network(), act.now)?);
        let all = objections::unconfirmed(act.conn, decision.id, None)?;
        let theirs = objections::unconfirmed(act.conn, decision.id, address.as_deref())?;
        if all >= MOST_UNCONFIRMED || theirs >= MOST_BY_ONE_ADDRESS {
            return Err(Refusal::TooManyUnconfirmed.into());
        }
    }
    let token = random_token().map_err(|_| AppError::Internal("the operating system gives no randomness".into()))?;
    let objection = ObjectionId::new(act.now);
    let text = serde_json::to_vec(input).map_err(|error| AppError::Internal(error.to_string()))?;
    let row = ObjectionRow {
        id: objection,
        challenge_id: id,
        round: challenge.round,
        decision_id: decision.id,
        stage: if anonymous { ObjectionStage::Unconfirmed } else { ObjectionStage::Received },
        kind: input.kind,
        body: sealed(act, objection, "text", &text)?,
        filed_by: act.actor.user,
        address_mark: address,
        token_hash: anonymous.then(|| sha256_hex(token.as_bytes())),
        received_on: (!anonymous).then(|| now.date()),
        handler_id: None,
        extended_until: None,
        ground: None,
        reply: None,
        answered_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    objections::insert(act.conn, &row)?;
    let (case, tie) = (Case::of(act, &challenge)?, Tie::Author);
    if anonymous {
        let mut about = About { objector: objector(act, &row)?, ..About::default() };
        let address = input.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let broken = || AppError::Internal("the operating system gives no randomness".into());
        about.facts.sealed = act.app.keys.seal(&address, token.as_bytes()).ok_or_else(broken)?;
        about.facts.challenge.clone_from(&challenge.title);
        about.facts.at = act.now.plus(TimeDelta::days(DAYS_TO_CONFIRM)).in_beijing();
        about.facts.path = PATH.into();
        let recorded = act.record_plain(permit, Object::record(&row, tie), about)?;
        return Ok(recorded.with(detail(act, &case, row, tie, false)?));
    }
    let recorded = act.record_plain(permit, Object::record(&row, tie), About::default())?;
    received(act, &row, &challenge)?;
    Ok(recorded.with(detail(act, &case, row, tie, true)?))
}

/// Tells supervision, directors and the officer that there is one, and the objector that it was received.
fn received(act: &mut Act<'_>, row: &ObjectionRow, challenge: &ChallengeRow) -> Result<(), AppError> {
    let permit = act.own(Action::ObjectionReceive)?;
    let admit_by = calendars::known(act)?.after(act.now.date(), DAYS_TO_ADMIT).ok();
    let mut about = About { objector: objector(act, row)?, ..about(row, challenge) };
    about.facts.until = admit_by.map(|day| day.to_string()).unwrap_or_default();
    let _recorded = act.record_plain(permit, Object::record(row, Tie::Stranger), about)?;
    Ok(())
}

/// Confirms an objection by the link that its objector got. Whether it was in time, the filing says.
///
/// # Errors
/// The link is not good, or was used.
pub fn confirm(act: &mut Act<'_>, input: &ConfirmInput) -> Result<Done<Detail>, AppError> {
    let since = act.now.plus(TimeDelta::days(-DAYS_TO_CONFIRM));
    let hash = sha256_hex(input.token.as_str().as_bytes());
    let found = objections::by_token(act.conn, &hash, since)?.ok_or(AppError::DeadLink)?;
    let challenge = challenges::load(act, found.challenge_id)?;
    let row = objections::by_token(act.conn, &hash, since)?.ok_or(AppError::DeadLink)?;
    let step = act.step(Action::ObjectionConfirm, &row, Object { version: None, ..Object::record(&row, Tie::Author) })?;
    let row = objections::receive(act.conn, &row, step.to, act.now.date(), act.now)?;
    let recorded = act.record(step, About::default())?;
    received(act, &row, &challenge)?;
    let case = Case::of(act, &challenge)?;
    Ok(recorded.with(detail(act, &case, row, Tie::Author, false)?))
}

/// Shows an objection: whole to supervision and to whoever made it with an account, the fact alone to other staff.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ObjectionId) -> Result<Seen<Detail>, AppError> {
    let row = objections::find(act.conn, id)?.filter(|row| row.stage != ObjectionStage::Unconfirmed).ok_or(AppError::NotFound)?;
    let challenge = challenge_rows::find(act.conn, row.challenge_id)?.ok_or(AppError::NotFound)?;
    let case = Case::of(act, &challenge)?;
    let tie = case.tie(act, &row);
    let whole = !act.allowed_of(&[Action::ObjectionReadWhole], tie).is_empty();
    let action = if whole { Action::ObjectionReadWhole } else { Action::ObjectionRead };
    let permit = act.permit(action, &Object::record(&row, tie))?;
    Ok(Seen::by(permit, detail(act, &case, row, tie, whole)?))
}

/// Lists the objections to what a challenge made public, first to last: the fact alone.
///
/// # Errors
/// Denied; no such challenge.
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId, page: &Page) -> Result<Seen<Vec<Detail>>, AppError> {
    let challenge = challenge_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ObjectionRead, &Object { kind: Kind::Objection, ..challenges::object(act, &challenge) })?;
    let (case, mut all) = (Case::of(act, &challenge)?, Vec::new());
    for row in objections::of_challenge(act.conn, id, page)? {
        let tie = case.tie(act, &row);
        all.push(detail(act, &case, row, tie, false)?);
    }
    Ok(Seen::by(permit, all))
}
