//! Ledgers 台账: one table names them all; what a page, a file and the totals need is the same for each.
//!
//! A ledger is a code in `domain/ledger.rs`, a query in `store/ledgers/`, its columns and values in a file here, and a row of [`LEDGERS`].

mod acceptances;
mod changes;
mod clawbacks;
mod commitments;
mod milestones;
mod outcomes;
mod payments;
mod projects;
mod rectifications;
mod reports;
mod spending;
mod targets;
mod visits;

use crate::app::act::{Act, Object, Seen};
use crate::app::error::AppError;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::OrganizationId;
use crate::domain::ledger::{Column, LedgerKind, LedgerRow, Totals, Value, fits};
use crate::domain::money::Fen;
use crate::domain::policy::{Action, Kind, Permit, Scope};
use crate::domain::time::Date;
use crate::store::ledgers::acceptances::AcceptanceLine;
use crate::store::ledgers::changes::ChangeLine;
use crate::store::ledgers::clawbacks::ClawbackLine;
use crate::store::ledgers::commitments::CommitmentLine;
use crate::store::ledgers::milestones::MilestoneLine;
use crate::store::ledgers::outcomes::OutcomeLine;
use crate::store::ledgers::payments::PaymentLine;
use crate::store::ledgers::projects::ProjectLine;
use crate::store::ledgers::rectifications::RectificationLine;
use crate::store::ledgers::reports::ReportLine;
use crate::store::ledgers::spending::SpendingLine;
use crate::store::ledgers::visits::VisitLine;
use crate::store::ledgers::{self, Base, Line};
use crate::store::targets::TargetRow;
use crate::store::{Mark, Page};

pub use crate::store::ledgers::LedgerFilter;

/// Rows that are read at once for a file.
const CHUNK: i64 = 500;

/// What is a ledger's own.
trait Ledger: Line {
    /// Which one.
    const KIND: LedgerKind;
    /// Its columns.
    const COLUMNS: &'static [Column];

    /// The values of a line, one for each column.
    fn values(self, act: &Act<'_>) -> Result<Vec<Value>, AppError>;
}

/// Whose rows are asked for, and which of them.
struct Asked<'a> {
    scope: Scope,
    own: OrganizationId,
    filter: &'a LedgerFilter,
}

/// A ledger as the table names it.
pub struct Entry {
    /// Which one.
    pub kind: LedgerKind,
    /// Its columns.
    pub columns: &'static [Column],
    rows: fn(&mut Act<'_>, &Asked<'_>, &Page) -> Result<Vec<LedgerRow>, AppError>,
    totals: fn(&mut Act<'_>, &Asked<'_>) -> Result<Totals, AppError>,
}

const fn entry<L: Ledger>() -> Entry {
    Entry { kind: L::KIND, columns: L::COLUMNS, rows: rows::<L>, totals: totals::<L> }
}

/// Every ledger.
pub const LEDGERS: &[Entry] = &[
    entry::<ProjectLine>(),
    entry::<CommitmentLine>(),
    entry::<MilestoneLine>(),
    entry::<PaymentLine>(),
    entry::<SpendingLine>(),
    entry::<VisitLine>(),
    entry::<ReportLine>(),
    entry::<ChangeLine>(),
    entry::<RectificationLine>(),
    entry::<ClawbackLine>(),
    entry::<AcceptanceLine>(),
    entry::<OutcomeLine>(),
    entry::<TargetRow>(),
];

/// A part of a ledger, or the whole of it.
pub struct Sheet {
    /// The ledger.
    pub ledger: &'static Entry,
    /// 填报日期, which is the day of the data, too.
    pub filled_on: Date,
    /// Rows.
    pub rows: Vec<LedgerRow>,
    /// How much there is of it altogether: with the first page, and with the whole.
    pub totals: Option<Totals>,
}

/// That a ledger is narrowed to what its rows have: what belongs to no project has a year alone.
fn fits_the_filter<L: Ledger>(filter: &LedgerFilter) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for name in filter.beside_the_year() {
        faults.check(matches!(L::BASE, Base::Alone { .. }), name, || {
            Fault::new("does_not_fit", "本台账不按此项筛选", "does not narrow this ledger")
        });
    }
    faults.or(())
}

fn rows<L: Ledger>(act: &mut Act<'_>, asked: &Asked<'_>, page: &Page) -> Result<Vec<LedgerRow>, AppError> {
    fits_the_filter::<L>(asked.filter)?;
    let sees = act.sees(Action::BidRead).all;
    let mut rows = Vec::new();
    for line in ledgers::list::<L>(act.conn, asked.scope, asked.own, asked.filter, page)? {
        let (mark, origin) = (line.mark(), line.origin());
        let mut values = line.values(act)?;
        if values.len() != L::COLUMNS.len() {
            return Err(AppError::Internal(format!("{} has {} values for {} columns", L::KIND, values.len(), L::COLUMNS.len())));
        }
        for (value, _) in values.iter_mut().zip(L::COLUMNS).filter(|(_, column)| column.personal && !sees) {
            *value = Value::Hidden;
        }
        rows.push(LedgerRow { mark, id: origin.id, project_id: origin.project_id, values });
    }
    Ok(rows)
}

fn totals<L: Ledger>(act: &mut Act<'_>, asked: &Asked<'_>) -> Result<Totals, AppError> {
    fits_the_filter::<L>(asked.filter)?;
    let keys: Vec<&'static str> = L::COLUMNS.iter().filter(|column| column.summed).map(|column| column.key).collect();
    let (rows, sums) = ledgers::totals::<L>(act.conn, asked.scope, asked.own, asked.filter, &keys)?;
    if sums.len() != keys.len() {
        return Err(AppError::Internal(format!("{} adds up {} columns, and only {} are", L::KIND, keys.len(), sums.len())));
    }
    Ok(Totals { rows, sums: keys.into_iter().zip(sums).collect() })
}

/// What these rows come to.
fn counted(columns: &[Column], rows: &[LedgerRow]) -> Totals {
    let sum = |place: usize| {
        Fen::total(rows.iter().filter_map(|row| match row.values.get(place) {
            Some(Value::Money(amount)) => Some(*amount),
            _ => None,
        }))
    };
    let sums = columns.iter().enumerate().filter(|(_, column)| column.summed).map(|(place, column)| (column.key, sum(place)));
    Totals { rows: i64::try_from(rows.len()).unwrap_or(i64::MAX), sums: sums.collect() }
}

/// Permits the reading of a ledger, and finds it by its code.
fn open(act: &Act<'_>, code: &str) -> Result<(Permit, Scope, OrganizationId, &'static Entry), AppError> {
    let (permit, scope) = act.scope(Action::LedgerRead, Kind::Ledger)?;
    let own = act.actor.organization.ok_or(AppError::Unauthenticated(None))?;
    let ledger = LEDGERS.iter().find(|ledger| ledger.kind.code() == code).ok_or(AppError::NotFound)?;
    Ok((permit, scope, own, ledger))
}

/// Which ledgers there are.
///
/// # Errors
/// Denied to all but staff.
pub fn index(act: &Act<'_>) -> Result<Seen<&'static [Entry]>, AppError> {
    let (permit, _) = act.scope(Action::LedgerRead, Kind::Ledger)?;
    Ok(Seen::by(permit, LEDGERS))
}

/// A page of a ledger; the first one with the totals of the whole, which cost more than a page.
///
/// # Errors
/// Denied; no such ledger.
pub fn page(act: &mut Act<'_>, code: &str, filter: &LedgerFilter, page: &Page) -> Result<Seen<Sheet>, AppError> {
    let (permit, scope, own, ledger) = open(act, code)?;
    let asked = Asked { scope, own, filter };
    let totals = if page.after.is_none() { Some((ledger.totals)(act, &asked)?) } else { None };
    let rows = (ledger.rows)(act, &asked, page)?;
    Ok(Seen::by(permit, Sheet { ledger, filled_on: act.now.date(), rows, totals }))
}

/// A whole ledger, for a file. That it was taken along is remembered.
///
/// # Errors
/// Denied; no such ledger; more rows than a file may have.
pub fn whole(act: &mut Act<'_>, code: &str, filter: &LedgerFilter) -> Result<Seen<Sheet>, AppError> {
    let (permit, scope, own, ledger) = open(act, code)?;
    let asked = Asked { scope, own, filter };
    fits((ledger.totals)(act, &asked)?.rows)?;
    let mut rows: Vec<LedgerRow> = Vec::new();
    loop {
        let after = rows.last().map(|last| Mark { key: String::new(), id: last.mark.clone() });
        let read = (ledger.rows)(act, &asked, &Page { limit: CHUNK, after, descending: false })?;
        let last = i64::try_from(read.len()).unwrap_or(i64::MAX) <= CHUNK;
        rows.extend(read);
        // More may have come in meanwhile.
        fits(i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
        if last {
            break;
        }
    }
    let totals = counted(ledger.columns, &rows);
    let object = Object { id: ledger.kind.to_string(), ..Object::kind(Kind::Ledger) };
    act.remember(&permit, &object, format!("ledger {} rows {}", ledger.kind, totals.rows));
    Ok(Seen::by(permit, Sheet { ledger, filled_on: act.now.date(), rows, totals: Some(totals) }))
}
