//! The course of a project: signed, paid, at work on its milestones, accepted, as far as the data say. What does not go straight
//! stands in [`fates`].

use crate::cli::seed::changing::ChangeDeed;
use crate::cli::seed::data::Challenge;
use crate::cli::seed::ends::Progress;
use crate::cli::seed::fates;
use crate::cli::seed::following::FollowDeed;
use crate::cli::seed::money::MoneyDeed;
use crate::cli::seed::stopping::StopDeed;
use crate::cli::seed::timeline::{Deed, Diary};
use crate::domain::acceptance::Conclusion;
use crate::domain::project::SigningParty;

/// What is done about a project.
#[derive(Clone, Copy, Debug)]
pub enum ProjectDeed {
    /// The officer plans it, its three milestones due so many months after the start.
    Plan([u32; 3]),
    /// A party signs.
    Sign(SigningParty),
    /// The officer assigns its commissioner.
    Assign,
    /// The team starts a milestone.
    Start(usize),
    /// The team hands a milestone in.
    HandIn(usize, Quality),
    /// The commissioner finds a milestone met.
    Verify(usize),
    /// The commissioner sends a milestone back, to be mended by a day.
    SendBack(usize, &'static str),
    /// The commissioner finds a milestone not met.
    Fail(usize),
    /// A payment is handled at a desk.
    Pay(usize, Desk),
    /// The team applies for acceptance.
    Apply,
    /// The director concludes.
    Conclude(Conclusion),
    /// Something is done about a change of it.
    Change(ChangeDeed),
    /// Something is done to stop it, and to settle it.
    Stop(StopDeed),
    /// Its commissioner follows it, its team reports.
    Follow(FollowDeed),
    /// Its money does not go straight.
    Money(MoneyDeed),
}

/// How good the values are that a team hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// All targets are reached.
    Reached,
    /// The first mandatory target is missed.
    MandatoryMissed,
    /// The first optional target is missed.
    OptionalMissed,
}

/// The desks of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// The team requests.
    Request,
    /// The commissioner checks.
    Check,
    /// A finance officer approves.
    Approve,
    /// Another one pays.
    Pay,
}

/// All desks, in order.
const DESKS: [Desk; 4] = [Desk::Request, Desk::Check, Desk::Approve, Desk::Pay];

/// Notes the course of the project of bid `number`.
///
/// # Errors
/// A day is none.
pub fn course(diary: &mut Diary, challenge: &Challenge, number: usize, progress: Progress) -> anyhow::Result<()> {
    let mut path = Path { turn: i64::try_from(number)?.saturating_mul(60), number, diary };
    let months = months(challenge, progress)?;
    path.note("2022-02-21", ProjectDeed::Plan(months))?;
    path.note("2022-02-28", ProjectDeed::Sign(SigningParty::Department))?;
    if progress != Progress::Signing {
        path.note("2022-02-28", ProjectDeed::Sign(SigningParty::Team))?;
        if challenge.sponsor.is_some() {
            path.note("2022-02-28", ProjectDeed::Sign(SigningParty::Sponsor))?;
        }
    }
    path.note("2022-03-02", ProjectDeed::Assign)?;
    if progress == Progress::Signing {
        return Ok(());
    }
    path.pay(1, ["2022-03-07", "2022-03-09", "2022-03-14", "2022-03-17"])?;
    path.note("2022-03-10", ProjectDeed::Start(1))?;
    path.straight(progress)?;
    let turns = challenge.project.iter().flat_map(|project| &project.turns);
    for (day, deed) in fates::followed(progress).chain(turns.flat_map(|turn| turn.days()).copied()) {
        path.note(day, deed)?;
    }
    Ok(())
}

/// When the three milestones are due, in months after the start.
fn months(challenge: &Challenge, progress: Progress) -> anyhow::Result<[u32; 3]> {
    let last = u32::try_from(challenge.duration_months)?;
    let first = match progress {
        progress if progress.is_early() => 4,
        Progress::Late => 11,
        _ => 12,
    };
    // The second one is the mid-term gate, between 40 % and 60 % of the time.
    Ok([first, (last / 2).max(first.saturating_add(2)), last])
}

struct Path<'a> {
    diary: &'a mut Diary,
    number: usize,
    turn: i64,
}

impl Path<'_> {
    fn note(&mut self, day: &str, deed: ProjectDeed) -> anyhow::Result<()> {
        // Apart, so that what happens on one day happens in this order.
        self.turn = self.turn.saturating_add(15);
        self.diary.note(day, self.turn, Deed::Project(self.number, deed))
    }

    /// How the milestones go.
    fn straight(&mut self, progress: Progress) -> anyhow::Result<()> {
        match progress {
            Progress::Signing | Progress::Late => Ok(()),
            Progress::Active => self.first_met(),
            Progress::Submitted => self.note("2023-02-14", ProjectDeed::HandIn(1, Quality::Reached)),
            Progress::Returned => self.returned(),
            Progress::Mended | Progress::NotMet => self.returned_twice(progress),
            Progress::Met | Progress::Paid => self.met(progress),
            Progress::InAcceptance | Progress::Completed | Progress::CompletedLater | Progress::Concluded => self.early(progress),
        }
    }

    fn pay(&mut self, payment: usize, days: [&str; 4]) -> anyhow::Result<()> {
        DESKS.into_iter().zip(days).try_for_each(|(desk, day)| self.note(day, ProjectDeed::Pay(payment, desk)))
    }

    /// Handed in too weak, and sent back: still being mended when the story ends.
    fn returned(&mut self) -> anyhow::Result<()> {
        self.note("2022-12-20", ProjectDeed::HandIn(1, Quality::MandatoryMissed))?;
        self.note("2023-01-16", ProjectDeed::SendBack(1, "2023-04-14"))
    }

    /// Handed in too weak, and sent back: mended in time, or too weak again.
    fn returned_twice(&mut self, progress: Progress) -> anyhow::Result<()> {
        self.note("2022-12-06", ProjectDeed::HandIn(1, Quality::MandatoryMissed))?;
        self.note("2022-12-14", ProjectDeed::SendBack(1, "2023-02-03"))?;
        if progress == Progress::NotMet {
            self.note("2023-02-02", ProjectDeed::HandIn(1, Quality::MandatoryMissed))?;
            return self.note("2023-02-10", ProjectDeed::Fail(1));
        }
        self.note("2023-02-02", ProjectDeed::HandIn(1, Quality::Reached))?;
        self.note("2023-02-10", ProjectDeed::Verify(1))?;
        self.note("2023-02-13", ProjectDeed::Start(2))
    }

    /// The first milestone met, at work on the second.
    fn first_met(&mut self) -> anyhow::Result<()> {
        self.note("2023-01-10", ProjectDeed::HandIn(1, Quality::Reached))?;
        self.note("2023-02-08", ProjectDeed::Verify(1))?;
        self.note("2023-02-13", ProjectDeed::Start(2))
    }

    fn met(&mut self, progress: Progress) -> anyhow::Result<()> {
        self.first_met()?;
        if progress == Progress::Paid {
            return self.pay(2, ["2023-02-14", "2023-02-16", "2023-02-21", "2023-02-24"]);
        }
        // Some payments wait at a desk when the story ends, the others are not asked for yet.
        if self.diary.of.saturating_add(self.number).is_multiple_of(2) {
            self.note("2023-03-08", ProjectDeed::Pay(2, Desk::Request))?;
            self.note("2023-03-14", ProjectDeed::Pay(2, Desk::Check))?;
        }
        Ok(())
    }

    /// All milestones met within the first year.
    fn early(&mut self, progress: Progress) -> anyhow::Result<()> {
        let last = if progress == Progress::Concluded { Quality::OptionalMissed } else { Quality::Reached };
        self.note("2022-06-08", ProjectDeed::HandIn(1, Quality::Reached))?;
        self.note("2022-06-14", ProjectDeed::Verify(1))?;
        self.note("2022-06-15", ProjectDeed::Start(2))?;
        self.pay(2, ["2022-06-20", "2022-06-22", "2022-06-27", "2022-06-30"])?;
        self.note("2022-09-06", ProjectDeed::HandIn(2, Quality::Reached))?;
        self.note("2022-09-14", ProjectDeed::Verify(2))?;
        self.note("2022-09-15", ProjectDeed::Start(3))?;
        self.note("2022-12-07", ProjectDeed::HandIn(3, last))?;
        self.note("2022-12-14", ProjectDeed::Verify(3))?;
        if progress == Progress::InAcceptance {
            return self.note("2023-03-08", ProjectDeed::Apply);
        }
        self.note("2023-01-10", ProjectDeed::Apply)?;
        match progress {
            Progress::Concluded => self.note("2023-02-14", ProjectDeed::Conclude(Conclusion::Concluded)),
            Progress::CompletedLater => {
                self.note("2023-02-07", ProjectDeed::Conclude(Conclusion::Rectify))?;
                self.note("2023-02-28", ProjectDeed::Apply)?;
                self.note("2023-03-08", ProjectDeed::Conclude(Conclusion::Completed))
            }
            _ => {
                self.note("2023-02-14", ProjectDeed::Conclude(Conclusion::Completed))?;
                self.pay(3, ["2023-02-16", "2023-02-20", "2023-02-23", "2023-02-28"])
            }
        }
    }
}
