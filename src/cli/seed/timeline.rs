//! The story as a list of deeds in the order of time: what happens to each challenge and its bids.
//!
//! What happens to projects is told in [`crate::cli::seed::course`].

use crate::cli::seed::calendar::{self, Season, evening, instant, moment};
use crate::cli::seed::course::{self, ProjectDeed};
use crate::cli::seed::data::{Bid, Challenge, Portfolio};
use crate::cli::seed::ends::{Examined, Reach};
use crate::cli::seed::racing::GateDeed;
use crate::cli::seed::turns::{self, Turn};
use crate::domain::challenge::FailReason;
use crate::domain::decision::Choice;
use crate::domain::time::Timestamp;
use anyhow::Context;
use chrono::TimeDelta;

/// Seconds between the same deeds on two challenges: a day's work on all of them fits into office hours.
const APART: i64 = 600;
/// Experts on a panel.
const SEATS: usize = 3;

/// Something that somebody does.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    /// A batch is set up.
    Batch,
    /// The clock opens the progress reports of a quarter, and shows yellow cards for missing ones.
    Chores,
    /// Commissioners say how their projects stand in a month.
    Month,
    /// Something is done about a challenge.
    Challenge(ChallengeDeed),
    /// Something is done about a bid of it.
    Bid(usize, BidDeed),
    /// Something is done about the project of a bid of it.
    Project(usize, ProjectDeed),
}

/// What is done about a challenge.
#[derive(Clone, Copy, Debug)]
pub enum ChallengeDeed {
    /// The officer drafts it.
    Draft,
    /// The officer submits it.
    Submit,
    /// The director approves it.
    Approve,
    /// The director rejects it.
    Reject,
    /// The officer publishes it for the days of a season.
    Publish(&'static Season),
    /// The director publishes it again.
    Republish(&'static Season),
    /// The clock closes it.
    Close,
    /// The officer opens its bids.
    OpenBids,
    /// The officer starts the review.
    StartReview,
    /// The officer proposes a decision.
    Propose,
    /// The director approves the decision.
    Decide,
    /// The officer makes it public for the days of a season.
    Publicise(&'static Season),
    /// The director awards it.
    Award,
    /// The director declares it failed.
    Fail(FailReason),
    /// The director withdraws it.
    Withdraw,
    /// The officer finishes it.
    Finish,
    /// Something happens out of turn.
    Turn(Turn),
    /// A race comes to a gate.
    Gate(GateDeed),
}

/// What is done about a bid.
#[derive(Clone, Copy, Debug)]
pub enum BidDeed {
    /// The team drafts it.
    Draft,
    /// The team submits it.
    Submit,
    /// The team withdraws it.
    Withdraw,
    /// The examiner examines it.
    Examine(Examined),
    /// The officer asks an expert of the panel, to answer in the days of a season.
    Assign(usize, &'static Season),
    /// The expert declares that there is no interest.
    Declare(usize),
    /// The expert scores it.
    Score(usize),
}

/// A deed with its time, and the number of the challenge (or batch) that it is done about.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// About which challenge.
    pub of: usize,
    /// What.
    pub deed: Deed,
}

/// The events of one challenge.
pub struct Diary {
    /// The challenge's number.
    pub of: usize,
    offset: i64,
    /// What was noted so far.
    pub events: Vec<Event>,
}

impl Diary {
    fn about(of: usize) -> Self {
        Self { of, offset: i64::try_from(of).unwrap_or_default().saturating_mul(APART), events: Vec::new() }
    }

    /// Notes a deed on a day, so many seconds after the challenge's turn.
    ///
    /// # Errors
    /// The day is none.
    pub fn note(&mut self, day: &str, seconds: i64, deed: Deed) -> anyhow::Result<()> {
        let at = moment(day, self.offset.saturating_add(seconds)).with_context(|| format!("{deed:?}"))?;
        self.events.push(Event { at, of: self.of, deed });
        Ok(())
    }
}

/// Every event of the story, first to last.
///
/// # Errors
/// The data leaves something out that the story needs.
pub fn events(portfolio: &Portfolio) -> anyhow::Result<Vec<Event>> {
    let mut all = Vec::new();
    for (of, batch) in portfolio.batches.iter().enumerate() {
        let at = if batch.year == 2021 { instant(calendar::BEGINS)? } else { moment(calendar::SECOND_YEAR, 0)? };
        all.push(Event { at: at.plus(TimeDelta::minutes(i64::try_from(of)?)), of, deed: Deed::Batch });
    }
    for (days, deed) in [(calendar::MONTHS, Deed::Month), (calendar::CHORES, Deed::Chores)] {
        for day in days {
            all.push(Event { at: evening(day)?, of: 0, deed });
        }
    }
    for (of, challenge) in portfolio.challenges.iter().enumerate() {
        let year = portfolio.batches.iter().find(|batch| batch.code == challenge.batch).map(|batch| batch.year);
        let year = year.with_context(|| format!("{}: no batch {}", challenge.key, challenge.batch))?;
        all.extend(life(of, challenge, calendar::season(challenge, year)).with_context(|| challenge.key.clone())?);
    }
    all.sort_by_key(|event| event.at);
    Ok(all)
}

fn life(of: usize, challenge: &Challenge, season: &'static Season) -> anyhow::Result<Vec<Event>> {
    let mut diary = Diary::about(of);
    straight(&mut diary, challenge, season)?;
    ending(&mut diary, challenge, season)?;
    turns::notes(&mut diary, challenge)?;
    for (number, bid) in challenge.bids.iter().enumerate() {
        bidding(&mut diary, challenge, number, bid, season)?;
        if challenge.extent() >= Reach::Awarded && bid.choice == Some(Choice::Recommended) {
            let project = challenge.project.as_ref().context("a bid is recommended, but there is no project")?;
            course::course(&mut diary, challenge, number, project.progress)?;
        }
    }
    Ok(diary.events)
}

/// The straight way from draft to finish, as far as the challenge gets.
fn straight(diary: &mut Diary, challenge: &Challenge, season: &'static Season) -> anyhow::Result<()> {
    use ChallengeDeed as D;
    let path = [
        (Reach::Draft, season.drafted, D::Draft),
        (Reach::InApproval, season.submitted, D::Submit),
        (Reach::Approved, season.approved, D::Approve),
        (Reach::Open, season.published, D::Publish(season)),
        (Reach::Screening, season.opened, D::OpenBids),
        (Reach::Reviewing, season.started, D::StartReview),
        (Reach::Deciding, season.proposed, D::Propose),
        (Reach::Publicity, season.decided, D::Decide),
        (Reach::Publicity, season.publicised, D::Publicise(season)),
        (Reach::Awarded, season.awarded, D::Award),
        (Reach::Finished, calendar::FINISHED, D::Finish),
    ];
    let extent = challenge.extent();
    for (seconds, (from, day, deed)) in (0..).step_by(30).zip(path) {
        if extent >= from {
            diary.note(day, seconds, Deed::Challenge(deed))?;
        }
    }
    if extent >= Reach::Closed {
        let at = evening(season.closes)?.plus(TimeDelta::seconds(1));
        diary.events.push(Event { at, of: diary.of, deed: Deed::Challenge(D::Close) });
    }
    Ok(())
}

/// How the story ends when it does not go straight on.
fn ending(diary: &mut Diary, challenge: &Challenge, season: &'static Season) -> anyhow::Result<()> {
    use ChallengeDeed as D;
    if challenge.reach == Reach::Rejected {
        diary.note(season.approved, 0, Deed::Challenge(D::Reject))?;
    }
    if let Some(reason) = challenge.fail_reason {
        let day = if challenge.extent() == Reach::Reviewing { season.proposed } else { season.examined };
        diary.note(day, 300, Deed::Challenge(D::Fail(reason)))?;
    }
    match challenge.reach {
        Reach::Withdrawn => diary.note(calendar::WITHDRAWN, 0, Deed::Challenge(D::Withdraw)),
        Reach::Republished => diary.note(calendar::SPRING_2023.published, 0, Deed::Challenge(D::Republish(&calendar::SPRING_2023))),
        _ => Ok(()),
    }
}

fn bidding(diary: &mut Diary, challenge: &Challenge, number: usize, bid: &Bid, season: &'static Season) -> anyhow::Result<()> {
    let extent = challenge.extent();
    let deed = |deed| Deed::Bid(number, deed);
    let turn = i64::try_from(number)?.saturating_mul(60);
    if extent < Reach::Open {
        return Ok(());
    }
    // Bids of one challenge come in on different days.
    let spread = diary.of.saturating_add(number.saturating_mul(3));
    let day = season.bids.iter().cycle().nth(spread).context("a season without days to bid")?;
    diary.note(day, turn, deed(BidDeed::Draft))?;
    diary.note(day, turn.saturating_add(2400), deed(BidDeed::Submit))?;
    if bid.withdrawn {
        let next = calendar::date(day)?.plus_days(1).to_string();
        return diary.note(&next, turn, deed(BidDeed::Withdraw));
    }
    let Some(found) = bid.examination.filter(|_| extent >= Reach::Screening) else { return Ok(()) };
    diary.note(season.examined, turn, deed(BidDeed::Examine(found)))?;
    if extent < Reach::Reviewing || found != Examined::Eligible {
        return Ok(());
    }
    // Where scores are still to come, the last expert has not declared yet either.
    let declared = if bid.scores.is_empty() { SEATS.saturating_sub(1) } else { SEATS };
    for (seat, second) in (0..SEATS).zip((turn..).step_by(10)) {
        diary.note(season.assigned, second, deed(BidDeed::Assign(seat, season)))?;
        if seat < declared {
            diary.note(season.declared, second, deed(BidDeed::Declare(seat)))?;
        }
        if seat < bid.scores.len() {
            diary.note(season.scored, second, deed(BidDeed::Score(seat)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::events;
    use crate::cli::seed::calendar::{BEGINS, ENDS, instant};
    use crate::cli::seed::data::Portfolio;
    use crate::domain::calendar::Calendar;
    use chrono::TimeDelta;

    #[test]
    fn the_story_keeps_office_hours_on_working_days() -> anyhow::Result<()> {
        let calendar = Calendar::built_in().map_err(anyhow::Error::msg)?;
        for event in events(&Portfolio::read()?)? {
            let (day, nine) = (event.at.date(), event.at.date().starts_at().plus(TimeDelta::hours(9)));
            assert_eq!(calendar.is_working_day(day), Ok(true), "{event:?}");
            assert!(event.at >= nine && event.at <= nine.plus(TimeDelta::minutes(510)), "{event:?}");
            assert!(event.at >= instant(BEGINS)? && event.at <= instant(ENDS)?, "{event:?}");
        }
        Ok(())
    }
}
