//! Who does what about a challenge and its bids.

use crate::app::bids::{self, examination, submission};
use crate::app::challenges::{self, approval, ending, round};
use crate::app::files::folder::Stored;
use crate::app::files::{self, Named};
use crate::app::projects::ProjectFilter;
use crate::app::{Page, decisions, partnerships, projects, reviews, satisfactions, schemes};
use crate::cli::seed::calendar::{self, Season};
use crate::cli::seed::data::Bid;
use crate::cli::seed::ends::Examined;
use crate::cli::seed::forms::{self, form};
use crate::cli::seed::story::Story;
use crate::cli::seed::timeline::{BidDeed, ChallengeDeed};
use crate::domain::challenge::{FailInput, ReasonInput, Window};
use crate::domain::decision::DecisionInput;
use crate::domain::file::{self, FileKind, FileName, MediaType};
use crate::domain::id::{BidId, ReviewId, SchemeId, UserId};
use crate::domain::policy::Role;
use crate::domain::review::{AssignReview, Declaration};
use crate::domain::satisfaction::{AskSponsorInput, GradeInput};
use anyhow::Context;
use serde_json::json;

/// The days of a season as a window to bid.
fn window(season: &Season) -> anyhow::Result<Window> {
    form(json!({"opens_at": calendar::moment(season.published, 0)?, "closes_at": calendar::evening(season.closes)?}))
}

fn reason(text: &str) -> anyhow::Result<ReasonInput> {
    form(json!({"reason": text}))
}

impl Story<'_> {
    /// Something is done about a challenge.
    ///
    /// # Errors
    /// A rule says no.
    pub async fn challenge(&mut self, of: usize, deed: ChallengeDeed) -> anyhow::Result<()> {
        use ChallengeDeed as D;
        if let D::Draft = deed {
            return self.draft(of).await;
        }
        let id = self.case(of)?.id()?;
        let (officer, director) = (self.desks.officer, self.desks.director);
        match deed {
            D::Draft => {}
            D::Submit => drop(self.by(officer, move |act| approval::submit(act, id)).await?),
            D::Approve => drop(self.by(director, move |act| approval::approve(act, id)).await?),
            D::Reject => {
                let input = reason("与上年度已支持项目内容重复，且以工程应用为主，不宜列入科技重大专项，不予发榜。")?;
                self.by(director, move |act| approval::reject(act, id, &input)).await?;
            }
            D::Publish(season) => {
                let window = window(season)?;
                self.by(officer, move |act| round::publish(act, id, window)).await?;
            }
            D::Republish(season) => {
                let window = window(season)?;
                self.by(director, move |act| round::republish(act, id, window)).await?;
            }
            D::Close => drop(self.app.close_overdue().await?),
            D::OpenBids => {
                self.by(officer, move |act| round::open_bids(act, id)).await?;
                self.app.unseal().await?;
            }
            D::StartReview => drop(self.by(officer, move |act| round::start_review(act, id)).await?),
            D::Propose => self.propose(of).await?,
            D::Decide => {
                let decision = self.case(of)?.decision.context("no decision was proposed")?;
                self.by(director, move |act| decisions::approve(act, decision)).await?;
            }
            D::Publicise(Season { publicity: (starts_on, ends_on), .. }) => {
                let window = forms::publicity(starts_on, ends_on)?;
                self.by(officer, move |act| decisions::publicise(act, id, &window)).await?;
            }
            D::Award => self.award(of).await?,
            D::Fail(code) => {
                let input: FailInput = form(json!({"reason_code": code, "reason": forms::failed(code)}))?;
                self.by(director, move |act| ending::fail(act, id, &input)).await?;
            }
            D::Withdraw => {
                let input = reason("需求方调整产线规划，撤回需求，经研究撤榜，不再组织下一轮。")?;
                self.by(director, move |act| ending::withdraw(act, id, &input)).await?;
            }
            D::Turn(turn) => self.turn(of, turn).await?,
            D::Gate(deed) => self.gate(of, deed).await?,
            D::Finish => drop(self.by(officer, move |act| ending::finish(act, id)).await?),
        }
        Ok(())
    }

    async fn draft(&mut self, of: usize) -> anyhow::Result<()> {
        let data = self.case(of)?.data;
        let sponsor = data.sponsor.as_deref().map(|key| self.people.organization(key)).transpose()?;
        let scheme = self.scheme().await?;
        let input = forms::challenge(data, self.batch(&data.batch)?, sponsor, scheme)?;
        let shown = self.by(self.desks.officer, move |act| challenges::create(act, &input)).await?;
        self.case_mut(of)?.id = Some(shown.record.id);
        Ok(())
    }

    /// The scheme by which the demo's bids are judged: the standard one, for panels of three.
    async fn scheme(&mut self) -> anyhow::Result<SchemeId> {
        if let Some(scheme) = self.scheme {
            return Ok(scheme);
        }
        let input = forms::scheme()?;
        let scheme = self.by(self.desks.officer, move |act| schemes::create(act, &input)).await?.id;
        self.scheme = Some(scheme);
        Ok(scheme)
    }

    /// The sponsor is asked about the bids, and satisfied with them.
    async fn satisfy(&self, of: usize) -> anyhow::Result<()> {
        let case = self.case(of)?;
        let (id, Some(key)) = (case.id()?, case.data.sponsor.as_deref()) else { return Ok(()) };
        // Where a decision is taken anew, its word stands.
        if !self.look(move |act| satisfactions::of_challenge(act, id)).await?.is_empty() {
            return Ok(());
        }
        let sponsor = self.people.agent(key, Role::Sponsor)?;
        let due: AskSponsorInput = form(json!({"due_at": self.app.clock.now().plus(chrono::TimeDelta::days(5))}))?;
        self.by(self.desks.officer, move |act| satisfactions::ask(act, id, due)).await?;
        for detail in self.look(move |act| satisfactions::of_challenge(act, id)).await? {
            let asked = detail.shown.record.id;
            let word: GradeInput =
                form(json!({"grade": "satisfied", "reasons": "方案针对企业实际难题，指标明确，愿意提供场地配合实施。"}))?;
            self.by(sponsor, move |act| satisfactions::give(act, asked, &word)).await?;
        }
        Ok(())
    }

    async fn propose(&mut self, of: usize) -> anyhow::Result<()> {
        self.satisfy(of).await?;
        let case = self.case(of)?;
        let id = case.id()?;
        let before_the_panel = case.data.bids.iter().enumerate().filter(|(_, bid)| bid.examination == Some(Examined::Eligible));
        let bids: Vec<(BidId, &Bid)> = before_the_panel.filter_map(|(number, bid)| Some((*case.bids.get(&number)?, bid))).collect();
        let input: DecisionInput = forms::decision(of.saturating_add(1), self.app.clock.now().date(), &bids)?;
        let shown = self.by(self.desks.officer, move |act| decisions::propose(act, id, &input)).await?;
        self.case_mut(of)?.decision = Some(shown.shown.record.id);
        Ok(())
    }

    /// Awards, and notes the projects that come of it.
    async fn award(&mut self, of: usize) -> anyhow::Result<()> {
        let id = self.case(of)?.id()?;
        self.by(self.desks.director, move |act| decisions::award(act, id)).await?;
        let filter = ProjectFilter { challenge_id: Some(id), ..ProjectFilter::default() };
        let page = Page { limit: 100, after: None, descending: false };
        let found = self.look(move |act| projects::list(act, &filter, &page)).await?;
        let case = self.case_mut(of)?;
        for row in found.into_iter().map(|(shown, _)| shown.record) {
            let number = case.bids.iter().find(|(_, bid)| **bid == row.bid_id).map(|(number, _)| *number);
            case.projects.insert(number.context("a project of an unknown bid")?, row);
        }
        Ok(())
    }

    /// Something is done about a bid of a challenge.
    ///
    /// # Errors
    /// A rule says no.
    pub async fn bid(&mut self, of: usize, number: usize, deed: BidDeed) -> anyhow::Result<()> {
        if let BidDeed::Draft = deed {
            return self.draft_bid(of, number).await;
        }
        let case = self.case(of)?;
        let data = case.data.bids.get(number).context("no such bid")?;
        let id = case.bids.get(&number).copied().context("the bid is not drafted yet")?;
        let team = self.people.agent(&data.organization, Role::Team)?;
        match deed {
            BidDeed::Draft => {}
            BidDeed::Submit => drop(self.by(team, move |act| submission::submit(act, id)).await?),
            BidDeed::Withdraw => drop(self.by(team, move |act| submission::withdraw(act, id)).await?),
            BidDeed::Examine(found) => {
                let input = forms::examination(found)?;
                self.by(self.desks.examiner, move |act| examination::examine(act, id, &input)).await?;
                if found != Examined::Eligible {
                    self.by(self.desks.second_examiner, move |act| examination::confirm_failure(act, id)).await?;
                }
            }
            BidDeed::Assign(seat, season) => {
                let expert_id = self.people.expert(of, seat)?;
                let input = AssignReview { expert_id, due_at: calendar::evening(season.scores_due)? };
                let shown = self.by(self.desks.officer, move |act| reviews::assign(act, id, input)).await?;
                self.case_mut(of)?.reviews.insert((number, seat), shown.record.id);
            }
            BidDeed::Declare(seat) => {
                let (expert, review) = (self.people.expert(of, seat)?, self.review(of, number, seat)?);
                self.by(expert, move |act| reviews::declare(act, review, &Declaration { no_conflict: true })).await?;
            }
            BidDeed::Score(seat) => {
                let (expert, review) = (self.people.expert(of, seat)?, self.review(of, number, seat)?);
                let sheet = forms::sheet(*data.scores.get(seat).context("no such score")?, seat)?;
                self.by(expert, move |act| reviews::submit(act, review, &sheet)).await?;
            }
        }
        Ok(())
    }

    async fn draft_bid(&mut self, of: usize, number: usize) -> anyhow::Result<()> {
        let case = self.case(of)?;
        let (challenge, id) = (case.data, case.id()?);
        let data = challenge.bids.get(number).context("no such bid")?;
        let team = self.people.agent(&data.organization, Role::Team)?;
        let partner = data.partner.as_deref().map(|key| self.people.organization(key)).transpose()?;
        let input = forms::bid(data, challenge, partner)?;
        let bid = self.by(team, move |act| bids::create(act, id, &input)).await?.record.id;
        if let Some(key) = &data.partner {
            let partner = self.people.agent(key, Role::Team)?;
            let asked = self.asked(partner, bid).await?;
            self.by(partner, move |act| partnerships::confirm(act, asked)).await?;
            self.agreed(team, bid).await?;
        }
        self.case_mut(of)?.bids.insert(number, bid);
        Ok(())
    }

    /// Hands in the signed agreement of a consortium: a page without a word.
    async fn agreed(&self, team: UserId, bid: BidId) -> anyhow::Result<()> {
        let stored = self.page().await?;
        let named = Named { kind: FileKind::Agreement, name: named("联合体协议.pdf")?, media_type: MediaType::Pdf };
        self.by(team, move |act| files::add(act, bid, named, stored)).await?;
        Ok(())
    }

    /// A page without a word, on the disk.
    pub(super) async fn page(&self) -> anyhow::Result<Stored> {
        let upload = self.app.receive().await?.push(PAGE).await?;
        Ok(self.app.received(upload, MediaType::Pdf).await?)
    }

    fn review(&self, of: usize, number: usize, seat: usize) -> anyhow::Result<ReviewId> {
        self.case(of)?.reviews.get(&(number, seat)).copied().context("nobody was asked")
    }
}

/// The name of a file.
pub(super) fn named(name: &str) -> anyhow::Result<FileName> {
    file::name(name).map_err(|_| anyhow::anyhow!("{name} is no name of a file"))
}

/// The least that is a PDF.
const PAGE: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj \
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
