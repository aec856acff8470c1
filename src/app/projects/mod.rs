//! Projects 项目: opened by an award, planned, signed by all parties, followed by a commissioner, accepted.

pub mod acceptance;
pub mod assigning;
pub mod commitment;
pub mod plan;
pub mod signing;

use crate::app::act::{About, Act, Object, Record, Seen, Shown};
use crate::app::bids as bid_cases;
use crate::app::error::AppError;
use crate::app::lights::{self, Bearing};
use crate::domain::decision::DAYS_TO_SIGN;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::light::shines;
use crate::domain::money::Fen;
use crate::domain::notice::Facts;
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::domain::time::{Date, Timestamp};
use crate::store::bids::{self, BidRow};
use crate::store::challenges::{self as challenge_rows, ChallengeRow};
use crate::store::commitments;
use crate::store::dialect::Locked;
use crate::store::projects;
use crate::store::{Page, partnerships, people};

pub use crate::store::commitments::SignatureRow;
pub use crate::store::projects::{ProjectFilter, ProjectRow};

impl Record for ProjectRow {
    type Stage = ProjectStage;
    const KIND: Kind = Kind::Project;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> ProjectStage {
        self.stage
    }
}

/// How the caller stands to a project: its commissioner (or one before, who approves nothing there), or of its team's or
/// sponsor's organisation.
pub(super) fn standing(act: &Act<'_>, row: &ProjectRow) -> Standing {
    let assigned = [row.commissioner_id, row.backup_id].into_iter().flatten().any(|user| act.actor.is(user));
    let party = act.actor.belongs_to(row.lead_org_id) || row.sponsor_id.is_some_and(|sponsor| act.actor.belongs_to(sponsor));
    Standing {
        conflicted: act.actor.must_step_aside(row.challenge_id) || (act.actor.has_followed(row.id) && !assigned),
        assigned,
        party,
        // Whoever wrote down what the panel found does not conclude.
        author: row.assessed_by.is_some_and(|user| act.actor.is(user)),
        ..Standing::default()
    }
}

/// As [`standing`], for what only the team does: the sponsor's people are no party to that.
pub(super) fn team_standing(act: &Act<'_>, row: &ProjectRow) -> Standing {
    Standing { party: act.actor.belongs_to(row.lead_org_id), ..standing(act, row) }
}

fn object(act: &Act<'_>, row: &ProjectRow) -> Object {
    Object::record(row, standing(act, row).tie())
}

/// Whom a project concerns.
pub(super) fn about(row: &ProjectRow) -> About {
    About {
        author: Some(row.author_id),
        team: Some(row.lead_org_id),
        sponsor: row.sponsor_id,
        commissioner: row.commissioner_id,
        facts: Facts {
            challenge: row.title.clone(),
            code: row.code.clone(),
            from: row.starts_on.to_string(),
            until: row.ends_on.to_string(),
            amount_wan: row.award_fen.in_wan(),
            path: format!("/projects/{}", row.id),
            ..Facts::default()
        },
        ..About::default()
    }
}

/// The organisations beside the lead that have a part in it.
pub(super) fn partners(act: &mut Act<'_>, row: &ProjectRow) -> Result<Vec<OrganizationId>, AppError> {
    Ok(partnerships::partners(act.conn, &[row.bid_id])?)
}

/// Reads a project for writing: locked until the transaction ends.
pub(super) fn load(act: &mut Act<'_>, id: ProjectId) -> Result<ProjectRow, AppError> {
    act.lock(Locked::Project, id.as_str())?;
    projects::find(act.conn, id)?.ok_or(AppError::NotFound)
}

pub(super) fn shown(act: &Act<'_>, row: ProjectRow) -> Shown<ProjectRow> {
    Shown { allowed: act.allowed(&row, standing(act, &row).tie()), record: row }
}

/// The last day to sign after an award at `now`.
pub(super) fn sign_by(now: Timestamp) -> Date {
    now.date().plus_days(DAYS_TO_SIGN)
}

/// Makes a project of an awarded bid, to be signed by all parties.
pub(super) fn open(act: &mut Act<'_>, challenge: &ChallengeRow, bid: &BidRow, number: i32) -> Result<(), AppError> {
    let step = act.follow(Action::BidAward, bid, None)?;
    let bid = bids::advance(act.conn, bid, step.to, act.now)?;
    let content = challenge_rows::content(act.conn, challenge.id)?;
    let months = chrono::Months::new(u32::try_from(content.duration_months.0).unwrap_or_default());
    let starts_on = act.now.date();
    let row = ProjectRow {
        id: ProjectId::new(act.now),
        challenge_id: challenge.id,
        bid_id: bid.id,
        code: format!("{}-P{number}", challenge.code),
        title: challenge.title.clone(),
        lead_org_id: bid.lead_org_id,
        sponsor_id: challenge.sponsor_id,
        stage: ProjectStage::Signing,
        award_fen: bid.award_fen.unwrap_or(Fen::ZERO),
        ceded_fen: Fen::ZERO,
        starts_on,
        ends_on: starts_on.0.checked_add_months(months).map_or(starts_on, Date),
        sign_by: sign_by(act.now),
        author_id: challenge.created_by,
        commissioner_id: None,
        backup_id: None,
        planned_by: None,
        assessed_by: None,
        self_evaluation: None,
        opinion: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    projects::insert(act.conn, &row)?;
    let promised = bid_cases::content::required(act, &bid)?;
    let demands = challenge_rows::demands(act.conn, challenge.id)?;
    people::insert(act.conn, row.id, &bid_cases::eligibility::bound_by(&demands, &promised))?;
    let mut about = bid_cases::about(&bid, challenge);
    about.facts.code.clone_from(&row.code);
    about.facts.amount_wan = row.award_fen.in_wan();
    about.facts.until = row.sign_by.to_string();
    about.detail = format!("project {} award_fen {}", row.code, row.award_fen.0);
    let _recorded = act.record(step, about)?;
    Ok(())
}

/// That a project runs: it came into force, and has not ended.
pub(super) fn runs(row: &ProjectRow) -> Result<(), Refusal> {
    if shines(row.stage) { Ok(()) } else { Err(Refusal::ProjectNotActive) }
}

/// A project with its signatures, and how it stands.
pub type WithSignatures = (Shown<ProjectRow>, Vec<SignatureRow>, Bearing);

/// Shows a project with its signatures.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<WithSignatures>, AppError> {
    let row = projects::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::ProjectRead, &object(act, &row))?;
    let signatures = commitments::signatures(act.conn, id)?;
    let bearing = lights::of(act, [&row])?.remove(&row.id).unwrap_or_default();
    Ok(Seen::by(permit, (shown(act, row), signatures, bearing)))
}

/// A project, and how it stands.
pub type WithBearing = (Shown<ProjectRow>, Bearing);

/// Lists projects: all for staff, their own for teams and sponsors.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &ProjectFilter, page: &Page) -> Result<Seen<Vec<WithBearing>>, AppError> {
    let (permit, scope) = act.scope(Action::ProjectRead, Kind::Project)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let rows = projects::list(act.conn, scope, own, filter, page)?;
    let mut bearings = lights::of(act, &rows)?;
    let with = |row: ProjectRow| {
        let bearing = bearings.remove(&row.id).unwrap_or_default();
        (shown(act, row), bearing)
    };
    Ok(Seen::by(permit, rows.into_iter().map(with).collect()))
}

/// The tie of the caller to a project's milestones and payments.
pub(super) fn tie(act: &Act<'_>, row: &ProjectRow) -> Tie {
    standing(act, row).tie()
}
