//! The use cases: the one place that combines rules with storage, one verb a function.
//!
//! [`App`] opens the transaction and finds out who acts; [`act::Act`] holds the checks and the record of every act.

pub mod acceptances;
pub mod accounts;
pub mod act;
pub mod amendments;
pub mod attempts;
pub mod audit;
pub mod batches;
pub mod bids;
pub mod calendars;
pub mod challenges;
pub mod changes;
pub mod clawbacks;
pub mod clock;
pub mod commissioners;
pub mod custody;
pub mod decisions;
pub mod desk;
pub mod disqualifications;
pub mod draws;
pub mod erasure;
pub mod error;
pub mod evidence;
pub mod expert_import;
pub mod experts;
pub mod files;
pub mod floods;
pub mod forfeits;
pub mod grants;
pub mod guessed;
mod identity;
mod interests;
pub mod invitations;
pub mod keys;
pub mod lanes;
mod ledger;
pub mod ledgers;
pub mod letters;
pub mod lights;
pub mod links;
pub mod measures;
pub mod milestones;
pub mod notary;
pub mod object;
pub mod objections;
pub mod organizations;
pub mod outcomes;
pub mod paces;
pub mod papers;
pub mod particulars;
pub mod partnerships;
pub mod passwords;
pub mod payments;
pub mod portfolio;
mod post;
pub mod problems;
pub mod projects;
pub mod questions;
pub mod race_gates;
pub mod receipts;
pub mod recusals;
mod reminders;
mod renewal;
mod replies;
pub mod reports;
mod request;
pub mod restrictions;
mod review_reminders;
pub mod reviews;
pub mod satisfactions;
pub mod schemes;
pub mod scores;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;
pub mod statuses;
mod succession;
pub mod targets;
pub mod upkeep;
pub mod visits;

pub use crate::app::files::FOLDER as FILES;
pub use crate::auth::password::{Cost, NO_PASSWORD};
pub use crate::auth::round_keys::FOLDER as SEALS;
pub use crate::auth::token::{BadToken, sha256_hex};
pub use crate::store::{Mark, Page, Place};
pub use act::{Act, Actor, Assurance, Done, Past, Seen, Shown};
pub use clock::{Clock, Watch};
pub use error::AppError;
pub use request::{Answer, Key, Request, Who};

use crate::app::attempts::Attempts;
use crate::app::error::Denial;
use crate::app::files::Files;
use crate::app::floods::Floods;
use crate::app::guessed::Guessed;
use crate::app::links::Forgotten;
use crate::app::paces::Paces;
use crate::auth::round_keys::RoundKeys;
use crate::auth::{Hasher, Keys, machine};
use crate::domain::audit::ChainHash;
use crate::domain::calendar::Calendar;
use crate::domain::objection::MOST_FROM_ONE_NETWORK;
use crate::domain::password::Profile;
use crate::domain::policy::Role;
use crate::domain::proposal::complete::BidRules;
use crate::domain::seal::Cipher;
use crate::domain::session::MOST_TRIES;
use crate::store::{Conn, Db};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

/// Everything a use case needs. Cloning shares it.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Keys of tokens and cursors.
    pub keys: Keys,
    /// Hashing of passwords.
    pub hasher: Hasher,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// Roles that need a second factor: none, unless the configuration names them.
    pub second_factor: Arc<[Role]>,
    /// Which new passwords are taken.
    pub profile: Profile,
    /// Wrong passwords, by account and client address.
    pub attempts: Attempts,
    /// How often each machine key was used of late.
    pub paces: Paces,
    /// Requests for a link to a new password that nobody has looked at yet.
    pub forgotten: Forgotten,
    /// Objections without an account, by client network.
    pub objected: Attempts,
    /// Accounts whose passwords were guessed at.
    pub guessed: Guessed,
    /// Denials that come by the dozen.
    pub floods: Floods,
    /// When the database last answered whoever asked whether the service is ready.
    pub readiness: Arc<Mutex<Option<Instant>>>,
    /// How the chain of the audit log is hashed.
    pub chain: ChainHash,
    /// The latest instant that was seen.
    pub watch: Watch,
    /// The keys of sealed rounds,
    pub round_keys: RoundKeys,
    /// and the cipher of what is sealed from now on.
    pub cipher: Cipher,
    /// Files of bids.
    pub files: Files,
    /// What the department sets for all bids.
    pub bid_rules: BidRules,
    /// Rung after every write, so that letters go out at once.
    pub bell: Arc<Notify>,
}

/// How a write ended without being kept.
enum Undone {
    Failed(AppError),
    /// A dry run: everything would have been fine, with this answer.
    DryRun(Answer),
    Replayed(Answer),
}

impl From<crate::store::diesel_error::Error> for Undone {
    fn from(error: crate::store::diesel_error::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<AppError> for Undone {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

/// What an [`App`] is opened with.
pub struct Opening<'a> {
    /// Which database.
    pub database: &'a Place,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub pool: u32,
    /// Root of all keys, at least 32 bytes.
    pub secret: &'a [u8],
    /// How much work a password's hash is.
    pub cost: Cost,
    /// Hashes computed at once.
    pub hashers: usize,
    /// The time.
    pub clock: Clock,
    /// Folder of the keys of sealed rounds.
    pub seals: &'a Path,
    /// Folder of the files of bids.
    pub files: &'a Path,
    /// Working days beyond the built-in tables, as TOML.
    pub calendar: Option<&'a str>,
}

impl App {
    /// Opens the database, brings its schema up to date, and derives the keys.
    ///
    /// # Errors
    /// The database cannot be used, the secret is too short, or the calendar is not understood.
    pub fn open(opening: Opening<'_>) -> anyhow::Result<Self> {
        let calendar = Calendar::built_in().and_then(|calendar| opening.calendar.map_or(Ok(calendar.clone()), |text| calendar.with(text)));
        let db = Db::open(opening.database, opening.pool)?;
        let last = db.once(crate::store::audit::last_at)?;
        Ok(Self {
            keys: Keys::derive(opening.secret).ok_or_else(|| anyhow::anyhow!("the secret is too short"))?,
            hasher: Hasher::new(opening.cost, opening.hashers)?,
            calendar: Arc::new(calendar.map_err(anyhow::Error::msg)?),
            db,
            paces: Paces::new(opening.clock.clone()),
            clock: opening.clock,
            second_factor: Arc::new([]),
            profile: Profile::Modern,
            attempts: Attempts::new(MOST_TRIES),
            forgotten: Forgotten::default(),
            objected: Attempts::new(MOST_FROM_ONE_NETWORK),
            guessed: Guessed::default(),
            floods: Floods::default(),
            readiness: Arc::default(),
            chain: ChainHash::Sha256,
            watch: Watch::since(last),
            round_keys: RoundKeys::new(opening.seals),
            cipher: Cipher::Aes256Gcm,
            files: Files::new(opening.files),
            bid_rules: BidRules::default(),
            bell: Arc::new(Notify::new()),
        })
    }

    /// Runs a read on behalf of a caller. A denied read leaves its audit row, too.
    ///
    /// # Errors
    /// What the use case refuses; the database cannot be asked.
    pub async fn read<T: Send + 'static>(
        &self,
        request: Request,
        body: impl FnOnce(&mut Act<'_>) -> Result<Seen<T>, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (app, asked) = (self.clone(), request.clone());
        let (result, records) = self
            .db
            .read(move |conn| match app.act(conn, &asked) {
                Ok(mut act) => (body(&mut act).map(Seen::into_inner), act.records),
                Err(error) => (Err(error), Vec::new()),
            })
            .await?;
        if result.is_ok() && !records.is_empty() {
            let how = self.chain;
            self.db.write(move |conn| ledger::append(conn, how, records).map_err(AppError::from), |_, _| Ok(())).await??;
        }
        if let Some(denial) = result.as_ref().err().and_then(AppError::denial) {
            self.remember(request, denial.clone()).await?;
        }
        result
    }

    /// Leaves the audit row of a read that was denied. People without an account leave none: they could fill the log.
    async fn remember(&self, request: Request, denial: Denial) -> Result<(), AppError> {
        let app = self.clone();
        let write = move |conn: &mut Conn| -> Result<(), AppError> {
            let act = app.act(conn, &request)?;
            if act.actor.user.is_some() {
                app.write_down(&request, act, &denial)?;
            }
            Ok(())
        };
        self.db.write(write, |_, _| Ok(())).await?
    }

    /// Runs a write on behalf of a caller, in one transaction: state, audit, letters and the idempotent answer commit
    /// together or not at all. `shape` makes the answer of what the use case did.
    ///
    /// # Errors
    /// What the use case refuses; the database cannot be asked.
    pub async fn write<T: Send + 'static>(
        &self,
        request: Request,
        body: impl FnOnce(&mut Act<'_>) -> Result<Done<T>, AppError> + Send + 'static,
        shape: impl FnOnce(T) -> Result<Answer, AppError> + Send + 'static,
    ) -> Result<Answer, AppError> {
        if request.key.is_none() && !request.dry_run {
            // Nothing of the answer is kept: it is made while others write.
            return shape(self.run_as(request, body).await?);
        }
        let (app, asked) = (self.clone(), request.clone());
        let transaction = move |conn: &mut Conn| -> Result<Answer, Undone> {
            let mut act = app.act(conn, &asked)?;
            if let Some(answer) = replies::repeated(&mut act, &asked)? {
                return Err(Undone::Replayed(answer));
            }
            let answer = shape(body(&mut act)?.into_inner())?;
            if asked.dry_run {
                return Err(Undone::DryRun(answer));
            }
            replies::keep(&mut act, &asked, &answer)?;
            ledger::append(act.conn, app.chain, act.records)?;
            Ok(answer)
        };
        let app = self.clone();
        let remember = move |conn: &mut Conn, undone: &Undone| match undone {
            Undone::Failed(error) => app.remember_denial(conn, &request, error),
            _ => Ok(()),
        };
        match self.db.write(transaction, remember).await? {
            Ok(answer) => {
                self.bell.notify_one();
                Ok(answer)
            }
            Err(Undone::DryRun(answer) | Undone::Replayed(answer)) => Ok(answer),
            Err(Undone::Failed(error)) => Err(error),
        }
    }

    /// The audit row of a write that was denied, in the transaction that it was rolled back in.
    fn remember_denial(&self, conn: &mut Conn, request: &Request, error: &AppError) -> Result<(), crate::store::diesel_error::Error> {
        let Some(denial) = error.denial() else { return Ok(()) };
        match self.act(conn, request) {
            Ok(act) if act.actor.user.is_some() => self.write_down(request, act, denial),
            _ => Ok(()),
        }
    }

    /// The audit row of a denial, unless it is one of a flood.
    fn write_down(&self, request: &Request, act: Act<'_>, denial: &Denial) -> Result<(), crate::store::diesel_error::Error> {
        let row = ledger::denied_row(&act.actor, &request.id, act.now, denial);
        if self.floods.tells(&request.origin.network(), &row) { ledger::append(act.conn, self.chain, vec![row]) } else { Ok(()) }
    }

    /// Runs a write without an answer to keep: for jobs, the command line and loading data.
    ///
    /// # Errors
    /// What the use case refuses; the database cannot be asked.
    pub async fn run<T: Send + 'static>(
        &self,
        who: Who,
        body: impl FnOnce(&mut Act<'_>) -> Result<Done<T>, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.run_as(Request::of(who), body).await
    }

    /// As [`App::run`], for a request that has an id. A denied write leaves its audit row.
    ///
    /// # Errors
    /// What the use case refuses; the database cannot be asked.
    pub async fn run_as<T: Send + 'static>(
        &self,
        request: Request,
        body: impl FnOnce(&mut Act<'_>) -> Result<Done<T>, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (app, asked) = (self.clone(), request.clone());
        let transaction = move |conn: &mut Conn| -> Result<T, AppError> {
            let mut act = app.act(conn, &asked)?;
            let value = body(&mut act)?.into_inner();
            ledger::append(act.conn, app.chain, act.records)?;
            Ok(value)
        };
        let app = self.clone();
        let done = self.db.write(transaction, move |conn, error| app.remember_denial(conn, &request, error)).await??;
        self.bell.notify_one();
        Ok(done)
    }

    /// Begins an act: the instant is taken here, inside the transaction, and so are the caller's roles.
    fn act<'a>(&'a self, conn: &'a mut Conn, asked: &'a Request) -> Result<Act<'a>, AppError> {
        let now = self.clock.now();
        self.watch.sees(now);
        let actor = identity::of(conn, asked, now, &self.second_factor)?;
        let records = Vec::new();
        Ok(Act { conn, now, actor, request_id: asked.id.clone(), expects: asked.expects, app: self, asked, records })
    }

    /// Verifies an access token's form and time, or a machine key's form. Whether its session or the key lives is found out
    /// on each request.
    ///
    /// # Errors
    /// It is not taken.
    pub fn verify(&self, token: &str) -> Result<Who, AppError> {
        let who = if token.starts_with(machine::PREFIX) {
            machine::read(token).map(Who::Key).ok_or(BadToken::Invalid)
        } else {
            self.keys.verify(token, self.clock.now()).map(|claims| Who::Token(Box::new(claims)))
        };
        who.map_err(|bad| AppError::Unauthenticated(Some(bad)))
    }
}
