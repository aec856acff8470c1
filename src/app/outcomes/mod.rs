//! Outcomes 成果: registered by the team of a project, agreed on by the teams that share them, confirmed by the commissioner, and
//! followed for three years after the end of the project.

pub mod deciding;
pub mod registering;
pub mod tracking;

use crate::app::act::{About, Act, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::projects;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{ChallengeId, OrganizationId, OutcomeId, ProjectId};
use crate::domain::outcome::tracking::{Tracking, TrackingState};
use crate::domain::outcome::{OutcomeStage, TotalsBy};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::time::Date;
use crate::store::outcome_totals::{self, TotalsOf};
use crate::store::outcomes as rows;
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{Page, follow_ups, outcome_years};
use std::collections::HashMap;

pub use crate::store::outcome_totals::TotalRow;
pub use crate::store::outcome_years::YearRow;
pub use crate::store::outcomes::{OutcomeFilter, OutcomeRow, Share, ShareRow};

impl Record for OutcomeRow {
    type Stage = OutcomeStage;
    const KIND: Kind = Kind::Outcome;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> OutcomeStage {
        self.stage
    }
}

/// A year after the end of the project: which, by when it is to be spoken of, and how it stands.
pub type TrackedYear = (i32, Date, TrackingState);

/// An outcome with what belongs to it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The outcome, with what the caller may do now.
    pub shown: Shown<OutcomeRow>,
    /// Whose it is.
    pub owners: Vec<OrganizationId>,
    /// The projects that count it.
    pub shares: Vec<ShareRow>,
    /// The years that are followed, once it is confirmed and its project has ended.
    pub tracked: Vec<TrackedYear>,
    /// Every figure that was given of them.
    pub years: Vec<YearRow>,
}

/// How the caller stands to an outcome as one of its team: of the project that registered it.
fn team_tie(act: &Act<'_>, project: &ProjectRow) -> Tie {
    projects::team_standing(act, project).tie()
}

/// How the caller stands to it as its commissioner: never to what they registered themselves.
pub(super) fn judging_tie(act: &Act<'_>, row: &OutcomeRow, project: &ProjectRow) -> Tie {
    let standing = projects::team_standing(act, project);
    Standing { author: standing.author || act.actor.is(row.registered_by), ..standing }.tie()
}

/// How the caller stands to it as a reader: of any project that counts it, as team or sponsor.
fn reading_tie(act: &Act<'_>, project: &ProjectRow, shares: &[Share]) -> Tie {
    let standing = projects::standing(act, project);
    let of_share = |(_, lead, sponsor): &Share| act.actor.belongs_to(*lead) || sponsor.is_some_and(|sponsor| act.actor.belongs_to(sponsor));
    Standing { party: standing.party || shares.iter().any(of_share), ..standing }.tie()
}

/// Whether the caller's organisation leads the project of a share that is still to be agreed on.
fn asked(act: &Act<'_>, (share, lead, _): &Share) -> bool {
    share.confirmed_by.is_none() && act.actor.belongs_to(*lead)
}

/// What the caller may do now: what only the team, or only the teams that are asked, may do is left to them.
fn allowed(act: &Act<'_>, row: &OutcomeRow, project: &ProjectRow, shares: &[Share]) -> Vec<Action> {
    let own = act.allowed(row, judging_tie(act, row, project)).into_iter().chain(act.allowed(row, team_tie(act, project)));
    let of_shares = act.allowed(row, Tie::Party);
    let parties = [Action::OutcomeConfirmShare, Action::OutcomeRefuseShare];
    let mut all: Vec<Action> = own.filter(|action| !parties.contains(action)).collect();
    all.extend(of_shares.into_iter().filter(|action| parties.contains(action) && shares.iter().any(|share| asked(act, share))));
    all.sort_unstable();
    all.dedup();
    all
}

/// Whom an outcome concerns, and what is said of it.
pub(super) fn about(row: &OutcomeRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.name.clone_from(&row.title);
    about.facts.by = row.kind.zh().into();
    about.facts.path = format!("/outcomes/{}", row.id);
    about.detail = format!("{} {}", row.kind, row.number.as_deref().unwrap_or("-"));
    about
}

/// Rows with what belongs to them: a fixed number of queries, however many there are.
fn whole(act: &mut Act<'_>, all: Vec<(OutcomeRow, ProjectRow)>) -> Result<Vec<Outcome>, AppError> {
    let ids: Vec<OutcomeId> = all.iter().map(|(row, _)| row.id).collect();
    let projects: Vec<ProjectId> = all.iter().map(|(row, _)| row.project_id).collect();
    let (owners, shares, years) = (rows::owners(act.conn, &ids)?, rows::shares(act.conn, &ids)?, outcome_years::years(act.conn, &ids)?);
    let ended: HashMap<ProjectId, Option<Date>> =
        follow_ups::of(act.conn, &projects)?.into_iter().map(|row| (row.project_id, row.ended_on)).collect();
    let today = act.now.date();
    let outcome = |(row, project): (OutcomeRow, ProjectRow)| {
        let shares: Vec<Share> = shares.iter().filter(|(share, ..)| share.outcome_id == row.id).cloned().collect();
        let years: Vec<YearRow> = years.iter().filter(|year| year.outcome_id == row.id).cloned().collect();
        let ended_on = ended.get(&row.project_id).copied().flatten().filter(|_| row.stage == OutcomeStage::Confirmed);
        Outcome {
            owners: owners.iter().filter(|(id, _)| *id == row.id).map(|(_, owner)| *owner).collect(),
            tracked: ended_on.map(|ended_on| tracked(ended_on, &row, &years, today)).unwrap_or_default(),
            shown: Shown { allowed: allowed(act, &row, &project, &shares), record: row },
            shares: shares.into_iter().map(|(share, ..)| share).collect(),
            years,
        }
    };
    Ok(all.into_iter().map(outcome).collect())
}

fn tracked(ended_on: Date, row: &OutcomeRow, years: &[YearRow], today: Date) -> Vec<TrackedYear> {
    let tracking = Tracking { ended_on, registered_on: row.created_at.date() };
    let said = |year: i32| years.iter().any(|one| one.year == year);
    tracking.owed().map(|(year, due_on)| (year, due_on, Tracking::state(due_on, said(year), today))).collect()
}

/// One outcome with everything.
fn one(act: &mut Act<'_>, row: OutcomeRow, project: ProjectRow) -> Result<Outcome, AppError> {
    whole(act, vec![(row, project)])?.pop().ok_or(AppError::NotFound)
}

/// Reads an outcome for writing, with its project, which is locked first, and its shares.
fn load(act: &mut Act<'_>, id: OutcomeId) -> Result<(OutcomeRow, ProjectRow, Vec<Share>), AppError> {
    let found = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let shares = rows::shares(act.conn, &[id])?;
    Ok((row, project, shares))
}

/// Shows an outcome with every figure of the years after.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: OutcomeId) -> Result<Seen<Outcome>, AppError> {
    let row = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let shares = rows::shares(act.conn, &[id])?;
    let permit = act.permit(Action::OutcomeRead, &Object::record(&row, reading_tie(act, &project, &shares)))?;
    Ok(Seen::by(permit, one(act, row, project)?))
}

/// Lists outcomes: all for staff, for teams and sponsors those that a project of theirs counts.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &OutcomeFilter, page: &Page) -> Result<Seen<Vec<Outcome>>, AppError> {
    let (permit, scope) = act.scope(Action::OutcomeRead, Kind::Outcome)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let found = rows::list(act.conn, (scope, own), filter, act.now.date(), page)?;
    let ids: Vec<ProjectId> = found.iter().map(|row| row.project_id).collect();
    let projects: HashMap<ProjectId, ProjectRow> = project_rows::these(act.conn, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let all = found.into_iter().filter_map(|row| projects.get(&row.project_id).cloned().map(|project| (row, project))).collect();
    Ok(Seen::by(permit, whole(act, all)?))
}

/// What confirmed outcomes come to, each project counting its share: of one project, of the projects of a challenge, of a year.
///
/// # Errors
/// Denied; projects and challenges of all years at once.
pub fn totals(
    act: &mut Act<'_>,
    by: TotalsBy,
    (project_id, challenge_id, year): (Option<ProjectId>, Option<ChallengeId>, Option<i32>),
) -> Result<Seen<Vec<TotalRow>>, AppError> {
    let (permit, scope) = act.scope(Action::OutcomeRead, Kind::Outcome)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let mut faults = Faults::default();
    let narrow = project_id.is_some() || challenge_id.is_some() || year.is_some();
    faults.check(matches!(by, TotalsBy::Challenge | TotalsBy::Project) && !narrow, "year", Fault::missing);
    faults.or(())?;
    let of = TotalsOf { project_id, challenge_id, year, own: (!scope.all).then_some(own) };
    Ok(Seen::by(permit, outcome_totals::totals(act.conn, by, of)?))
}
