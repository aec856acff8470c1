//! The story as it is told: what was made so far, and who does what next.

use crate::app::act::{Act, Done, Seen};
use crate::app::projects::ProjectRow;
use crate::app::{App, AppError, Page, Request, Who, batches, challenges, partnerships};
use crate::cli::seed::data::{Batch, Challenge, Portfolio, fen};
use crate::cli::seed::ends::Reach;
use crate::cli::seed::forms::form;
use crate::cli::seed::people::People;
use crate::cli::seed::timeline::{Deed, Event};
use crate::domain::batch::BatchInput;
use crate::domain::id::{BatchId, BidId, ChallengeId, DecisionId, PartnershipId, ReviewId, SchemeId, UserId};
use anyhow::Context;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// A challenge of the data with what was made of it.
pub struct Case<'a> {
    /// The data.
    pub data: &'a Challenge,
    /// The challenge, once it is drafted.
    pub id: Option<ChallengeId>,
    /// The decision, once it is proposed.
    pub decision: Option<DecisionId>,
    /// Bids, by their number.
    pub bids: HashMap<usize, BidId>,
    /// Reviews, by number of the bid and seat on the panel.
    pub reviews: HashMap<(usize, usize), ReviewId>,
    /// Projects, by number of the bid.
    pub projects: BTreeMap<usize, ProjectRow>,
    /// Who follows them now, by number of the bid.
    pub commissioners: HashMap<usize, UserId>,
}

impl Case<'_> {
    /// The challenge.
    ///
    /// # Errors
    /// It is not drafted yet.
    pub fn id(&self) -> anyhow::Result<ChallengeId> {
        self.id.context("not drafted yet")
    }
}

/// Those who do most of the department's work.
pub struct Desks {
    /// Writes and follows challenges.
    pub officer: UserId,
    /// Approves them.
    pub director: UserId,
    /// Examines bids.
    pub examiner: UserId,
    /// Confirms what fails.
    pub second_examiner: UserId,
    /// Approves payments.
    pub finance: UserId,
    /// Pays them.
    pub cashier: UserId,
}

/// The story so far.
pub struct Story<'a> {
    /// The service that it is told to.
    pub app: &'a App,
    /// Everyone in it.
    pub people: People,
    /// The department's people.
    pub desks: Desks,
    /// One case for each challenge of the data.
    pub cases: Vec<Case<'a>>,
    /// Payments made so far.
    pub vouchers: usize,
    /// Money that came back so far.
    pub receipts: usize,
    /// The judging scheme of the demo, once there is one.
    pub scheme: Option<SchemeId>,
    portfolio: &'a Portfolio,
    batches: HashMap<String, BatchId>,
}

impl<'a> Story<'a> {
    /// A story that begins.
    ///
    /// # Errors
    /// Somebody is missing.
    pub fn begin(app: &'a App, portfolio: &'a Portfolio, people: People) -> anyhow::Result<Self> {
        let desks = Desks {
            officer: people.person("officer")?,
            director: people.person("director")?,
            examiner: people.person("examiner")?,
            second_examiner: people.person("examiner2")?,
            finance: people.person("finance")?,
            cashier: people.person("finance2")?,
        };
        let case = |data| Case {
            data,
            id: None,
            decision: None,
            bids: HashMap::new(),
            reviews: HashMap::new(),
            projects: BTreeMap::new(),
            commissioners: HashMap::new(),
        };
        let cases = portfolio.challenges.iter().map(case).collect();
        Ok(Self { app, people, desks, cases, vouchers: 0, receipts: 0, portfolio, batches: HashMap::new(), scheme: None })
    }

    /// A person does something.
    ///
    /// # Errors
    /// A rule says no.
    pub async fn by<T: Send + 'static>(
        &self,
        person: UserId,
        deed: impl FnOnce(&mut Act<'_>) -> Result<Done<T>, AppError> + Send + 'static,
    ) -> anyhow::Result<T> {
        Ok(self.app.run(Who::Person(person), deed).await?)
    }

    /// The officer looks something up.
    ///
    /// # Errors
    /// It is not there.
    pub async fn look<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Act<'_>) -> Result<Seen<T>, AppError> + Send + 'static,
    ) -> anyhow::Result<T> {
        Ok(self.app.read(Request::of(Who::Person(self.desks.officer)), body).await?)
    }

    /// What a person's organisation is asked to take part in, for this bid.
    ///
    /// # Errors
    /// It is asked nothing.
    pub async fn asked(&self, person: UserId, bid: BidId) -> anyhow::Result<PartnershipId> {
        let page = Page { limit: 1, after: None, descending: true };
        let rows = self.app.read(Request::of(Who::Person(person)), move |act| partnerships::list(act, &page)).await?;
        let asked = rows.into_iter().find(|asked| asked.record.bid_id == bid);
        asked.map(|asked| asked.record.id).context("nothing is asked")
    }

    /// The case of this number.
    ///
    /// # Errors
    /// There is none.
    pub fn case(&self, of: usize) -> anyhow::Result<&Case<'a>> {
        self.cases.get(of).context("no such case")
    }

    /// The case of this number, to note what was made.
    ///
    /// # Errors
    /// There is none.
    pub fn case_mut(&mut self, of: usize) -> anyhow::Result<&mut Case<'a>> {
        self.cases.get_mut(of).context("no such case")
    }

    /// The batch with this code.
    ///
    /// # Errors
    /// There is none yet.
    pub fn batch(&self, code: &str) -> anyhow::Result<BatchId> {
        self.batches.get(code).copied().with_context(|| format!("no batch {code} yet"))
    }

    /// Tells one event, at its time.
    ///
    /// # Errors
    /// A rule says no: with the key of the challenge and the deed.
    pub async fn tell(&mut self, event: Event) -> anyhow::Result<()> {
        let Event { at, of, deed } = event;
        self.app.clock.set(at);
        let done = match deed {
            Deed::Batch => self.set_up(of).await,
            Deed::Chores => Ok(self.app.see_to_reports().await?),
            Deed::Month => self.months_status().await,
            Deed::Challenge(deed) => self.challenge(of, deed).await,
            Deed::Bid(number, deed) => self.bid(of, number, deed).await,
            Deed::Project(number, deed) => self.project(of, number, deed).await,
        };
        let key = || match deed {
            Deed::Chores | Deed::Month => "everyone",
            Deed::Batch => self.portfolio.batches.get(of).map_or("?", |batch| batch.code.as_str()),
            _ => self.portfolio.challenges.get(of).map_or("?", |challenge| challenge.key.as_str()),
        };
        done.with_context(|| format!("{} at {}: {deed:?}", key(), at.in_beijing()))
    }

    async fn set_up(&mut self, number: usize) -> anyhow::Result<()> {
        let Batch { code, year, name, budget_wan } = self.portfolio.batches.get(number).context("no such batch")?;
        let input: BatchInput = form(json!({"code": code, "year": year, "name": name, "budget_fen": fen(*budget_wan)}))?;
        let row = self.by(self.desks.officer, move |act| batches::create(act, input)).await?;
        self.batches.insert(code.clone(), row.record.id);
        Ok(())
    }

    /// Holds the end of every challenge against the data.
    ///
    /// # Errors
    /// One ended elsewhere.
    pub async fn check(&self) -> anyhow::Result<()> {
        for case in &self.cases {
            let id = case.id().with_context(|| case.data.key.clone())?;
            let (shown, _) = self.look(move |act| challenges::get(act, id)).await?;
            let (row, reach) = (shown.record, case.data.reach);
            anyhow::ensure!(row.stage == reach.stage(), "{} ended at {}, not at {reach:?}", case.data.key, row.stage);
            let again = reach == Reach::Republished;
            anyhow::ensure!(again == (row.round == 2), "{} ended in round {}", case.data.key, row.round);
        }
        Ok(())
    }
}
