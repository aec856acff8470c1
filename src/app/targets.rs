//! Targets 指标任务: the department's register of what its plans promise, and how far it is.

use crate::app::act::{About, Act, Done, Object, Seen, Shown};
use crate::app::error::{AppError, taken};
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::TargetId;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::domain::target::{ActualInput, Judgement, Mark, TargetInput};
use crate::domain::time::Date;
use crate::store::Page;
use crate::store::targets;

pub use crate::store::targets::{ActualRow, TargetFilter, TargetRow};

/// A target and how it stands.
#[derive(Clone, Debug)]
pub struct Target {
    /// The target, with what the caller may do now.
    pub shown: Shown<TargetRow>,
    /// What figures are held against.
    pub mark: Mark,
    /// The last figure, and the day of which it speaks.
    pub last: Option<(Decimal, Date)>,
    /// How it stands today.
    pub judgement: Judgement,
    /// All figures, in the order of their days; not in lists.
    pub actuals: Option<Vec<ActualRow>>,
}

fn object(row: &TargetRow) -> Object {
    Object::plain(Kind::Target, row.id, Tie::Stranger, row.version)
}

fn target(act: &Act<'_>, row: TargetRow, actuals: Option<Vec<ActualRow>>) -> Result<Target, AppError> {
    let (mark, last) = (row.mark()?, row.last()?);
    let judgement = mark.judge(last, act.now.date());
    let allowed = if row.replaced_by.is_none() { act.allowed_of(&[Action::TargetRecord], Tie::Stranger) } else { Vec::new() };
    Ok(Target { shown: Shown { allowed, record: row }, mark, last, judgement, actuals })
}

/// Enters a target, with the words in which it was set, perhaps in the place of another.
///
/// # Errors
/// Denied; a live target has this code; the one to be replaced is not there, or was replaced already.
pub fn create(act: &mut Act<'_>, input: &TargetInput) -> Result<Done<Target>, AppError> {
    let permit = act.permit(Action::TargetCreate, &Object::kind(Kind::Target))?;
    let unknown = || Fault::new("unknown_record", "没有此记录", "there is no such record").at("replaces");
    let row = TargetRow::new(input, act.user()?, act.now);
    if let Some(id) = input.replaces {
        let before = targets::find(act.conn, id)?.ok_or_else(|| Faults::from(unknown()))?;
        live(&before)?;
        targets::replace(act.conn, &before, row.id, act.now)?;
    }
    targets::insert(act.conn, &row).map_err(taken("code"))?;
    let detail = format!("{} {} {} {}", row.code, row.comparator, row.target, row.name);
    let recorded = act.record_plain(permit, object(&row), About { detail, ..About::default() })?;
    Ok(recorded.with(target(act, row, Some(Vec::new()))?))
}

fn live(row: &TargetRow) -> Result<(), Refusal> {
    if row.replaced_by.is_none() { Ok(()) } else { Err(Refusal::TargetReplaced) }
}

/// Adds a figure that was reached. What was said before stays.
///
/// # Errors
/// Not there, denied, stale; replaced by another; of a day that has not come, or from before its time.
pub fn record(act: &mut Act<'_>, id: TargetId, input: &ActualInput) -> Result<Done<Target>, AppError> {
    let row = targets::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::TargetRecord, &object(&row))?;
    live(&row)?;
    let (mut faults, begins) = (Faults::default(), row.mark()?.starts_on());
    faults.check(input.as_of > act.now.date(), "as_of", || Fault::new("in_the_future", "不得晚于今天", "must not be in the future"));
    faults.check(input.as_of < begins, "as_of", || {
        Fault::new("before_its_time", format!("不得早于{begins}"), format!("must not be before {begins}"))
    });
    faults.or(())?;
    let row = targets::record(act.conn, &row, input, act.user()?, act.now)?;
    let detail = format!("{} {} as of {}", row.code, input.value, input.as_of);
    let recorded = act.record_plain(permit, object(&row), About { detail, ..About::default() })?;
    let actuals = targets::actuals(act.conn, id)?;
    Ok(recorded.with(target(act, row, Some(actuals))?))
}

/// Shows a target with all its figures.
///
/// # Errors
/// Not there, or denied.
pub fn get(act: &mut Act<'_>, id: TargetId) -> Result<Seen<Target>, AppError> {
    let row = targets::find(act.conn, id)?.ok_or(AppError::NotFound)?;
    let permit = act.permit(Action::TargetRead, &object(&row))?;
    let actuals = targets::actuals(act.conn, id)?;
    Ok(Seen::by(permit, target(act, row, Some(actuals))?))
}

/// Lists targets, each with its last figure: one query.
///
/// # Errors
/// Denied.
pub fn list(act: &mut Act<'_>, filter: &TargetFilter, page: &Page) -> Result<Seen<Vec<Target>>, AppError> {
    let (permit, _) = act.scope(Action::TargetRead, Kind::Target)?;
    let rows = targets::list(act.conn, filter, page)?;
    let shown = rows.into_iter().map(|row| target(act, row, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(Seen::by(permit, shown))
}
