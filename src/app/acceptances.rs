//! Acceptances 验收: each application of a project with what the panel found, and the certificate of one that passed.

use crate::app::act::{About, Act, Done, Object, Record, Seen, Shown};
use crate::app::error::AppError;
use crate::app::interests::Parts;
use crate::app::projects;
use crate::domain::acceptance::{AcceptanceResult, AcceptanceStage, AssessmentInput, Conclusion, ConclusionInput, results};
use crate::domain::expert::ExpertStage;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::{AcceptanceId, ProjectId};
use crate::domain::policy::{Action, Kind, Standing, Tie};
use crate::domain::project::ProjectStage;
use crate::domain::refusal::Refusal;
use crate::store::acceptances::{self as rows, Decided};
use crate::store::projects::{self as project_rows, ProjectRow};
use crate::store::{bids, challenges, experts, milestones, organizations, users};

pub use crate::store::acceptances::{AcceptanceRow, MemberRow};

impl Record for AcceptanceRow {
    type Stage = AcceptanceStage;
    const KIND: Kind = Kind::Acceptance;
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn stage(&self) -> AcceptanceStage {
        self.stage
    }
}

/// An application with its panel, as the caller may see it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The application, with what the caller may do now.
    pub shown: Shown<AcceptanceRow>,
    /// The last day to apply, rectification aside.
    pub apply_by: crate::domain::time::Date,
    /// Who was on the panel; nothing of the panel for the parties until there is a conclusion.
    pub panel: Option<Vec<MemberRow>>,
}

/// How the caller stands to an application: whoever wrote down what the panel found is its author.
pub(super) fn tie(act: &Act<'_>, row: &AcceptanceRow, project: &ProjectRow) -> Tie {
    let author = row.recorded_by.is_some_and(|user| act.actor.is(user));
    Standing { author, ..projects::standing(act, project) }.tie()
}

fn application(act: &mut Act<'_>, row: AcceptanceRow, project: &ProjectRow) -> Result<Application, AppError> {
    let tie = tie(act, &row, project);
    let open = row.stage == AcceptanceStage::Decided || !tie.of_party();
    let panel = if open && row.recorded_by.is_some() { Some(rows::members(act.conn, row.id)?) } else { None };
    let apply_by = row.rectifies_by.unwrap_or_else(|| crate::domain::acceptance::apply_by(project.ends_on));
    Ok(Application { shown: Shown { allowed: act.allowed(&row, tie), record: row }, apply_by, panel })
}

fn about(row: &AcceptanceRow, project: &ProjectRow) -> About {
    let mut about = projects::about(project);
    about.facts.number = i64::from(row.number);
    about.facts.from = row.meeting_on.map(|day| day.to_string()).unwrap_or_default();
    about.facts.path = format!("/acceptances/{}", row.id);
    about
}

/// Writes down what the panel found, or writes it anew before there is a conclusion.
///
/// # Errors
/// Denied (also to whoever follows the project), stale, concluded already; experts who may not judge it, and all other faults at once.
pub fn assess(act: &mut Act<'_>, id: AcceptanceId, input: &AssessmentInput) -> Result<Done<Application>, AppError> {
    let found = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = projects::load(act, found.project_id)?;
    let row = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let step = act.step(Action::AcceptanceAssess, &row, Object::record(&row, tie(act, &row, &project)))?;
    if project.stage != ProjectStage::InAcceptance {
        return Err(Refusal::NotInAcceptance.into());
    }
    let reached = results(&milestones::to_be_judged(act.conn, project.id)?);
    let faults = input.check(&reached, row.applied_on, act.now.date()).err().unwrap_or_default();
    let faults = Faults([faults.0, judges(act, &project, input)?.0].concat());
    faults.or(())?;
    let by = act.user()?;
    let row = rows::assess(act.conn, &row, step.to, input, &input.corrected(reached), by, act.now)?;
    let project = project_rows::assessed(act.conn, &project, by, act.now)?;
    let mut about = about(&row, &project);
    about.detail = format!("task {} finance {} experts {}", input.task, input.finance, input.experts.len());
    let recorded = act.record(step, about)?;
    Ok(recorded.with(application(act, row, &project)?))
}

/// What keeps members of a panel from it: they are not in the pool, have an interest in the round, follow or followed the project,
/// or write down the finding themselves.
fn judges(act: &mut Act<'_>, project: &ProjectRow, input: &AssessmentInput) -> Result<Faults, AppError> {
    let mut faults = Faults::default();
    let challenge = challenges::find(act.conn, project.challenge_id)?.ok_or(AppError::NotFound)?;
    let round = bids::find(act.conn, project.bid_id)?.ok_or(AppError::NotFound)?.round;
    let parts = Parts::of(act, &challenge, round, None)?;
    for (index, id) in input.experts.iter().enumerate().take(25) {
        let field = format!("experts[{index}]");
        let listed = experts::find(act.conn, *id)?.is_some_and(|(row, _)| row.stage == ExpertStage::Listed);
        let in_use = listed && experts::in_use(act.conn, *id)?;
        faults.check(!in_use, &field, || Fault::new("not_in_the_pool", "不是在库专家", "is not an expert of the pool"));
        let Some(person) = experts::person(act.conn, *id)?.filter(|_| in_use) else { continue };
        let follows = project_rows::followed_by(act.conn, *id)?.contains(&project.id);
        let near = follows || act.actor.is(*id) || !parts.interests(&act.app.keys, &person).is_empty();
        faults.check(near, &field, || {
            let (code, zh, en) = Refusal::ConflictOfInterest.words();
            Fault::new(code, zh, en)
        });
    }
    Ok(faults)
}

/// Writes a conclusion on an application, in the course of concluding the project.
pub(in crate::app) fn decide(
    act: &mut Act<'_>,
    row: &AcceptanceRow,
    project: &ProjectRow,
    input: &ConclusionInput,
) -> Result<(), AppError> {
    let step = act.follow(Action::AcceptanceDecide, row, None)?;
    let decided = Decided {
        result: AcceptanceResult::of(input.conclusion, row.number),
        opinion: input.opinion.as_str(),
        rectify_by: input.rectify_by,
        by: act.user()?,
        certificate_no: (input.conclusion == Conclusion::Completed).then(|| certificate_no(act, project)),
    };
    let row = rows::decide(act.conn, row, step.to, &decided, act.now)?;
    let mut about = about(&row, project);
    about.detail = decided.result.to_string();
    let _recorded = act.record(step, about)?;
    Ok(())
}

/// The number of a certificate: unique, since that of the project is and a project passes once.
fn certificate_no(act: &Act<'_>, project: &ProjectRow) -> String {
    let year: String = act.now.date().to_string().chars().take(4).collect();
    format!("YS{year}-{}", project.code)
}

/// Shows an application.
///
/// # Errors
/// Not there, or not for the caller to know.
pub fn get(act: &mut Act<'_>, id: AcceptanceId) -> Result<Seen<Application>, AppError> {
    let row = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::AcceptanceRead, &Object::record(&row, tie(act, &row, &project)))?;
    Ok(Seen::by(permit, application(act, row, &project)?))
}

/// The applications of a project, in order: two at most.
///
/// # Errors
/// No such project, or not for the caller to know.
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<Vec<Application>>, AppError> {
    let project = project_rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let object = Object::plain(Kind::Acceptance, id, projects::tie(act, &project), project.version);
    let permit = act.permit(Action::AcceptanceRead, &object)?;
    let all = rows::of_project(act.conn, id)?;
    let all = all.into_iter().map(|row| application(act, row, &project)).collect::<Result<Vec<_>, _>>()?;
    Ok(Seen::by(permit, all))
}

/// What stands on a certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The application that passed.
    pub row: AcceptanceRow,
    /// The project.
    pub project: ProjectRow,
    /// The team's organisation.
    pub lead: String,
    /// The sponsor, if there is one.
    pub sponsor: Option<String>,
    /// The panel.
    pub panel: Vec<MemberRow>,
    /// Who concluded.
    pub director: String,
}

/// The certificate of an application that passed.
///
/// # Errors
/// Not there, or not for the caller to know; it did not pass.
pub fn certificate(act: &mut Act<'_>, id: AcceptanceId) -> Result<Seen<Certificate>, AppError> {
    let row = rows::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let project = project_rows::find(act.conn, row.project_id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::AcceptanceRead, &Object::record(&row, tie(act, &row, &project)))?;
    if row.certificate_no.is_none() {
        return Err(Refusal::NoCertificate.into());
    }
    let lead = organizations::find(act.conn, project.lead_org_id)?.map(|row| row.name).unwrap_or_default();
    let sponsor = match project.sponsor_id {
        Some(sponsor) => organizations::find(act.conn, sponsor)?.map(|row| row.name),
        None => None,
    };
    let panel = rows::members(act.conn, id)?;
    let director = users::names(act.conn, &row.decided_by.into_iter().collect::<Vec<_>>())?.into_iter().map(|(_, name)| name).next();
    Ok(Seen::by(permit, Certificate { row, project, lead, sponsor, panel, director: director.unwrap_or_default() }))
}
