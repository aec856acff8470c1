//! An act: one person doing one thing, in one transaction. Here are the checks, the record and the letters of every act.
//!
//! *Load → step (permit, version, stage) → store → record (audit, letters)*: that is a use case, about 25 lines each.
//! A write must answer [`Done`], which only [`Act::record`] makes; a read [`Seen`], which only a permit makes.

use crate::app::error::{AppError, Denial};
pub use crate::app::object::{Actor, Assurance, Known, Object, Past, Record};
use crate::app::{App, Request};
use crate::app::{ledger, post};
use crate::domain::id::{AuditId, ChallengeId, OrganizationId, UserId};
use crate::domain::notice::Facts;
use crate::domain::policy::{self, Action, Kind, Permit, Role, Scope, Tie};
use crate::domain::session::FRESH_SECONDS;
use crate::domain::time::Timestamp;
use crate::domain::user::Sector;
use crate::domain::workflow::Stage;
use crate::store::Conn;
use crate::store::audit::{AuditRow, Outcome};
use crate::store::dialect::{self, Locked};
use crate::store::outbox::Recipient;

/// A permitted step of a record from one stage to another (or to where it stands).
#[must_use]
#[derive(Debug)]
pub struct Step<S> {
    permit: Permit,
    object: Object,
    /// Where the record stands.
    pub from: S,
    /// Where it goes.
    pub to: S,
}

/// Whom an act concerns, and what its letters may say.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The person whom it is about.
    pub person: Option<UserId>,
    /// The officer in charge.
    pub author: Option<UserId>,
    /// The sponsor's organisation.
    pub sponsor: Option<OrganizationId>,
    /// The organisation that it is about.
    pub organization: Option<OrganizationId>,
    /// The team's lead organisation.
    pub team: Option<OrganizationId>,
    /// The organisations beside the lead.
    pub partners: Vec<OrganizationId>,
    /// The expert.
    pub expert: Option<UserId>,
    /// Who objects, with or without an account.
    pub objector: Option<Recipient>,
    /// The commissioner.
    pub commissioner: Option<UserId>,
    /// The field, for its subscribers.
    pub sector: Option<Sector>,
    /// The round, for its bidders.
    pub round: Option<(ChallengeId, i32)>,
    /// What the letters may say.
    pub facts: Facts,
    /// What the audit log adds: reasons, amounts. Never secrets or sealed text.
    pub detail: String,
}

/// Proof that an act was recorded.
#[must_use]
#[derive(Debug)]
pub struct Recorded(Action);

/// The answer of a recorded write, with the action that it was permitted as.
#[derive(Debug)]
pub struct Done<T>(T, Action);

/// The answer of a permitted read, with the action that it was permitted as.
#[derive(Debug)]
pub struct Seen<T>(T, Action);

impl Recorded {
    /// The answer.
    pub const fn with<T>(self, value: T) -> Done<T> {
        Done(value, self.0)
    }
}

impl<T> Done<T> {
    /// The answer itself.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// The same proof with another shape of answer.
    pub fn map<U>(self, shape: impl FnOnce(T) -> U) -> Done<U> {
        Done(shape(self.0), self.1)
    }

    /// What was permitted.
    pub const fn action(&self) -> Action {
        self.1
    }
}

impl<T> Seen<T> {
    /// Shows what `permit` allows to be seen.
    #[expect(clippy::needless_pass_by_value, reason = "the permit is spent")]
    pub fn by(permit: Permit, value: T) -> Self {
        Self(value, permit.action())
    }

    /// The answer itself.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// The same proof with another shape of answer.
    pub fn map<U>(self, shape: impl FnOnce(T) -> U) -> Seen<U> {
        Seen(shape(self.0), self.1)
    }

    /// What was permitted.
    pub const fn action(&self) -> Action {
        self.1
    }
}

/// A record with what the caller may do with it now.
#[derive(Clone, Debug)]
pub struct Shown<R> {
    /// The record.
    pub record: R,
    /// What the caller may do with it now.
    pub allowed: Vec<Action>,
}

/// One person doing one thing.
pub struct Act<'a> {
    /// The transaction (or a reader's connection).
    pub conn: &'a mut Conn,
    /// The instant of the act.
    pub now: Timestamp,
    /// Who acts.
    pub actor: Actor,
    /// The request, for log and audit.
    pub request_id: String,
    /// Version that the caller expects (`If-Match`).
    pub expects: Option<i64>,
    /// The service, and the request: who acts is looked at again behind a lock.
    pub(super) app: &'a App,
    pub(super) asked: &'a Request,
    /// What the audit log will hold of it: written at the end of the transaction, in this order.
    pub(super) records: Vec<AuditRow>,
}

impl Act<'_> {
    /// Locks a row until the transaction ends. Whoever waited for it acts at the instant at which they came through, and as who
    /// they are by then: their session may have ended meanwhile, or their roles.
    ///
    /// # Errors
    /// The lock could not be had in time; nobody acts any more.
    pub fn lock(&mut self, what: Locked, id: &str) -> Result<(), AppError> {
        if dialect::lock(self.conn, what, id)? {
            self.now = self.app.clock.now();
            self.app.watch.sees(self.now);
            self.actor = crate::app::identity::of(self.conn, self.asked, self.now, &self.app.second_factor)?;
        }
        Ok(())
    }

    /// The instant, for what depends on it: a deadline, a window. Taken inside the transaction, after the whole request was read.
    ///
    /// # Errors
    /// The clock has been set back.
    pub fn in_time(&self) -> Result<Timestamp, AppError> {
        if self.app.watch.agrees(self.now) { Ok(self.now) } else { Err(AppError::ClockBehind) }
    }

    /// The person who acts.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn user(&self) -> Result<UserId, AppError> {
        self.actor.user.ok_or(AppError::Unauthenticated(None))
    }

    /// What the table says of the actor: the only place where `permit` is asked for one. A machine key may do what its
    /// scopes name, and of that what its creator may do.
    fn may(&self, action: Action, tie: Tie) -> Option<Permit> {
        policy::permit(action, &self.actor.roles, tie).filter(|_| self.actor.within_scopes(action))
    }

    /// Permits `action` on `object`, and compares the version when the caller named one.
    ///
    /// # Errors
    /// Denied (as "not found" when the caller may not know the object), or stale.
    pub fn permit(&self, action: Action, object: &Object) -> Result<Permit, AppError> {
        let sealed = object.known == Known::PartyOnly && !object.tie.of_party() && !self.actor.roles.contains(&Role::System);
        let permit = if sealed { None } else { self.may(action, object.tie) };
        let Some(permit) = permit else { return Err(self.denied(action, object, sealed)) };
        self.assured(&permit)?;
        match (self.expects, object.version) {
            (Some(expected), Some(version)) if expected != version => Err(AppError::Stale),
            _ => Ok(permit),
        }
    }

    /// That the service is sure enough of who acts: a second factor where a role needs one, a fresh proof where the act
    /// does. Only for sessions, and for nothing that anyone may do.
    fn assured(&self, permit: &Permit) -> Result<(), AppError> {
        let Assurance { proved_at, factor_missing, .. } = self.actor.assurance;
        if self.actor.session.is_none() || permit.role() == Role::Public {
            return Ok(());
        }
        if factor_missing && !policy::may_without_factor(permit.action()) {
            return Err(AppError::SecondFactorMissing);
        }
        let limit = self.now.plus(chrono::TimeDelta::seconds(-FRESH_SECONDS));
        let stale = proved_at.is_none_or(|at| at < limit);
        if stale && policy::needs_fresh_proof(permit.action()) { Err(AppError::StepUpNeeded) } else { Ok(()) }
    }

    fn denied(&self, action: Action, object: &Object, sealed: bool) -> AppError {
        let anonymous = self.actor.user.is_none() && object.known != Known::ByRule;
        if self.actor.user.is_none() && (anonymous || object.id.is_empty()) {
            return AppError::Unauthenticated(None);
        }
        let readable = self.may(object.kind.read(), object.reads_as).is_some();
        let hidden = sealed || !(readable || object.known == Known::Always || object.id.is_empty());
        AppError::Denied(Box::new(Denial { action, kind: object.kind, id: object.id.clone(), tie: object.tie, hidden, seal: object.seal }))
    }

    /// Permits a list of a kind, with the scope that its filter must keep.
    ///
    /// # Errors
    /// No tie at all would allow it.
    pub fn scope(&self, action: Action, kind: Kind) -> Result<(Permit, Scope), AppError> {
        let scope = policy::scope(action, &self.actor.roles);
        let permit = Tie::ALL.iter().find_map(|tie| self.may(action, *tie));
        match permit {
            Some(permit) => {
                self.assured(&permit)?;
                Ok((permit, scope))
            }
            None => Err(self.denied(action, &Object::kind(kind), false)),
        }
    }

    /// Which records of a kind the actor sees in a list that also shows what is public.
    #[must_use]
    pub fn sees(&self, action: Action) -> Scope {
        let roles: &[Role] = if self.actor.assurance.factor_missing { &[] } else { &self.actor.roles };
        if self.actor.within_scopes(action) { policy::scope(action, roles) } else { Scope::default() }
    }

    /// Permits a step whose outcome the stage table fixes.
    ///
    /// # Errors
    /// Denied, stale, or the stage knows no such path.
    pub fn step<R: Record>(&self, action: Action, row: &R, object: Object) -> Result<Step<R::Stage>, AppError> {
        let outcomes = row.stage().outcomes(action);
        self.take(action, row, object, outcomes.first().copied())
    }

    /// Permits a step that leads to one of several outcomes.
    ///
    /// # Errors
    /// Denied, stale, or the stage table knows no such path.
    pub fn step_to<R: Record>(&self, action: Action, row: &R, object: Object, to: R::Stage) -> Result<Step<R::Stage>, AppError> {
        let possible = row.stage().outcomes(action).contains(&to);
        self.take(action, row, object, possible.then_some(to))
    }

    fn take<R: Record>(&self, action: Action, row: &R, object: Object, to: Option<R::Stage>) -> Result<Step<R::Stage>, AppError> {
        let permit = self.permit(action, &object)?;
        match to {
            Some(to) => Ok(Step { permit, object, from: row.stage(), to }),
            None => Err(AppError::WrongStage { stage: row.stage().code(), allowed: self.allowed(row, object.tie) }),
        }
    }

    /// A step that follows from the act without anyone's choice: only the service itself may take it.
    ///
    /// # Errors
    /// The stage table knows no such path, which is a fault of the caller's program.
    pub fn follow<R: Record>(&self, action: Action, row: &R, to: Option<R::Stage>) -> Result<Step<R::Stage>, AppError> {
        let broken = || AppError::Internal(format!("{action} does not follow at {} {}", R::KIND, row.stage().code()));
        let outcomes = row.stage().outcomes(action);
        let to = to.filter(|to| outcomes.contains(to)).or_else(|| outcomes.first().copied()).ok_or_else(broken)?;
        let permit = self.own(action)?;
        Ok(Step { permit, object: Object::record(row, Tie::Stranger), from: row.stage(), to })
    }

    /// A permit for what the service does by itself in the course of an act.
    ///
    /// # Errors
    /// It is not the service's own, which is a fault of the program.
    pub fn own(&self, action: Action) -> Result<Permit, AppError> {
        let broken = || AppError::Internal(format!("{action} is not the service's own"));
        policy::permit(action, &[Role::System], Tie::Stranger).ok_or_else(broken)
    }

    /// What the actor may do with a record at its stage.
    #[must_use]
    pub fn allowed<R: Record>(&self, row: &R, tie: Tie) -> Vec<Action> {
        row.stage().actions().filter(|action| self.may(*action, tie).is_some()).collect()
    }

    /// What the actor may do of `actions` with something that has no stages.
    #[must_use]
    pub fn allowed_of(&self, actions: &[Action], tie: Tie) -> Vec<Action> {
        actions.iter().copied().filter(|action| self.may(*action, tie).is_some()).collect()
    }

    /// Records a step: its audit row and its letters.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn record<S: Stage>(&mut self, step: Step<S>, about: About) -> Result<Recorded, AppError> {
        let Step { permit, object, from, to } = step;
        self.write_down(permit, object, Some((from.code(), to.code())), about)
    }

    /// Records a step on one record that made another: what is remembered is the new one.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn record_on<S>(&mut self, step: Step<S>, made: Object, about: About) -> Result<Recorded, AppError> {
        self.write_down(step.permit, made, None, about)
    }

    /// Records an act on something without stages.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn record_plain(&mut self, permit: Permit, object: Object, about: About) -> Result<Recorded, AppError> {
        self.write_down(permit, object, None, about)
    }

    /// Records an act of the service with a letter of its own, as a reminder has it, in place of those of its action.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn record_telling(&mut self, permit: Permit, object: Object, about: About, letter: post::Letter) -> Result<Recorded, AppError> {
        let event = self.note(&permit, &object, None, &about);
        post::write(self.conn, self.now, event, [letter].into_iter(), &about)?;
        Ok(Recorded(permit.action()))
    }

    /// Leaves a record of a read, for the few that are remembered.
    pub fn remember(&mut self, permit: &Permit, object: &Object, detail: String) {
        let row =
            ledger::record(&self.actor, &self.request_id, AuditId::new(self.now), self.now, permit.action(), Outcome::Accepted, object);
        self.records.push(AuditRow { role: Some(permit.role()), detail, ..row });
    }

    #[expect(clippy::needless_pass_by_value, reason = "permit and object are spent: an act is recorded once")]
    fn write_down(&mut self, permit: Permit, object: Object, stages: Option<(&str, &str)>, about: About) -> Result<Recorded, AppError> {
        let event = self.note(&permit, &object, stages, &about);
        post::send(self.conn, self.now, event, permit.action(), stages.map_or("", |(_, to)| to), &about)?;
        Ok(Recorded(permit.action()))
    }

    fn note(&mut self, permit: &Permit, object: &Object, stages: Option<(&str, &str)>, about: &About) -> AuditId {
        let event = AuditId::new(self.now);
        self.records.push(AuditRow {
            role: Some(permit.role()),
            tie: Some(permit.tie()),
            from_stage: stages.map(|(from, _)| from.to_owned()),
            to_stage: stages.map(|(_, to)| to.to_owned()),
            detail: about.detail.clone(),
            ..ledger::record(&self.actor, &self.request_id, event, self.now, permit.action(), Outcome::Accepted, object)
        });
        event
    }
}
