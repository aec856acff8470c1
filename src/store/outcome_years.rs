//! The years after of outcomes: what was said of each, only ever added to, and when the next is due.

use crate::domain::id::{FollowUpId, OutcomeId, ProjectId, UserId};
use crate::domain::money::{Fen, split};
use crate::domain::outcome::tracking::{FollowUpInput, Tracking, Word, comes_to};
use crate::domain::outcome::{Maturity, TransferMode};
use crate::domain::time::{Date, Timestamp};
use crate::store::outcomes::{OutcomeRow, shares};
use crate::store::schema::{outcome_shares, outcome_years, outcomes};
use crate::store::{Conn, step};
use diesel::prelude::*;

/// The figures of a year, as they were given once.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outcome_years, treat_none_as_default_value = false)]
pub struct YearRow {
    pub id: FollowUpId,
    pub outcome_id: OutcomeId,
    /// The how many-th word on the outcome it is.
    pub number: i32,
    pub year: i32,
    pub maturity: Option<Maturity>,
    pub transfer_mode: Option<TransferMode>,
    pub contract_no: Option<String>,
    pub transfer_fen: Fen,
    pub sales_fen: Fen,
    pub note: Option<String>,
    pub recorded_by: UserId,
    pub created_at: Timestamp,
}

/// Sets when the next year is due of all outcomes of a project that has ended.
///
/// # Errors
/// The database does not answer.
pub fn begin_following(conn: &mut Conn, project: ProjectId, due_on: Option<Date>) -> QueryResult<()> {
    diesel::update(outcomes::table.filter(outcomes::project_id.eq(project))).set(outcomes::next_due_on.eq(due_on)).execute(conn).map(|_| ())
}

/// The figures of an outcome's years, in the order in which they were given.
///
/// # Errors
/// The database does not answer.
pub fn years(conn: &mut Conn, ids: &[OutcomeId]) -> QueryResult<Vec<YearRow>> {
    outcome_years::table
        .filter(outcome_years::outcome_id.eq_any(ids.iter().copied()))
        .order((outcome_years::outcome_id, outcome_years::number))
        .select(YearRow::as_select())
        .load(conn)
}

/// Adds the figures of a year, and sets anew what the outcome and the shares in it come to.
///
/// # Errors
/// [`diesel::NotFound`] when the row is not as it was read.
pub fn follow_up(
    conn: &mut Conn,
    row: &OutcomeRow,
    tracking: Tracking,
    input: &FollowUpInput,
    by: UserId,
    now: Timestamp,
) -> QueryResult<OutcomeRow> {
    let mut said = years(conn, &[row.id])?;
    let year = YearRow {
        id: FollowUpId::new(now),
        outcome_id: row.id,
        number: i32::try_from(said.len()).unwrap_or(i32::MAX).saturating_add(1),
        year: i32::try_from(input.year.0).unwrap_or_default(),
        maturity: input.maturity,
        transfer_mode: input.transfer.as_ref().map(|transfer| transfer.mode),
        contract_no: input.transfer.as_ref().map(|transfer| transfer.contract_no.to_string()),
        transfer_fen: input.transfer.as_ref().map_or(Fen::ZERO, |transfer| transfer.value_fen),
        sales_fen: input.sales_fen,
        note: input.note.as_ref().map(ToString::to_string),
        recorded_by: by,
        created_at: now,
    };
    diesel::insert_into(outcome_years::table).values(&year).execute(conn)?;
    said.push(year);
    let words: Vec<Word> = said.iter().map(|year| (year.year, year.maturity, year.transfer_fen, year.sales_fen)).collect();
    let (maturity, transfer, sales) = comes_to((row.maturity, row.transfer_fen, row.sales_fen), &words);
    let shares = shares(conn, &[row.id])?;
    let bps: Vec<i64> = shares.iter().map(|(share, ..)| i64::from(share.share_bps)).collect();
    let parts = split(transfer, &bps).into_iter().zip(split(sales, &bps));
    for ((share, ..), (transfer_fen, sales_fen)) in shares.iter().zip(parts) {
        diesel::update(outcome_shares::table.find((row.id, share.project_id)))
            .set((outcome_shares::transfer_fen.eq(transfer_fen), outcome_shares::sales_fen.eq(sales_fen)))
            .execute(conn)?;
    }
    let reported: Vec<i32> = words.iter().map(|word| word.0).collect();
    let totals = (
        outcomes::maturity_now.eq(maturity),
        outcomes::transfer_total_fen.eq(transfer),
        outcomes::sales_total_fen.eq(sales),
        outcomes::next_due_on.eq(tracking.next_due(&reported)),
    );
    step!(conn, outcomes, OutcomeRow, row, row.stage, now, totals)
}
