//! The portfolio in figures, exact to the fen, at a cost that does not grow with the portfolio.
//!
//! `guards/*.sql` add a row to `figures` for whatever a change changes; here they are summed up, and settled now and then
//! into one row a key. Only milestones that are late are counted where they stand: what is late changes with the day.

use crate::domain::challenge::{ChallengeStage, PlanCategory};
use crate::domain::milestone::MilestoneStage;
use crate::domain::organization::Region;
use crate::domain::time::Date;
use crate::domain::user::Sector;
use crate::store::Conn;
use crate::store::dialect::lock_figures;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text};
use std::str::FromStr;

/// Challenges of one year, plan category, sector and stage: how many, and their money in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeFigures {
    pub year: i32,
    pub plan_category: PlanCategory,
    pub sector: Sector,
    pub stage: ChallengeStage,
    pub challenges: i64,
    pub budgeted_fen: i64,
    pub awarded_fen: i64,
    pub paid_fen: i64,
}

/// Milestones at one stage, and how many of them are late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MilestoneFigures {
    pub stage: MilestoneStage,
    pub milestones: i64,
    pub late: i64,
}

/// Opened bids whose lead comes from one region, and how many of them won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidderFigures {
    pub region: Region,
    pub bids: i64,
    pub awarded: i64,
}

/// Everything that is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub challenges: Vec<ChallengeFigures>,
    pub milestones: Vec<MilestoneFigures>,
    pub bidders: Vec<BidderFigures>,
}

#[derive(QueryableByName)]
struct FigureRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Text)]
    plan_category: String,
    #[diesel(sql_type = Text)]
    sector: String,
    #[diesel(sql_type = Text)]
    stage: String,
    #[diesel(sql_type = Text)]
    region: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    fen: i64,
}

#[derive(QueryableByName)]
struct LateRow {
    #[diesel(sql_type = Text)]
    stage: MilestoneStage,
    #[diesel(sql_type = BigInt)]
    late: i64,
}

/// Sums are cast: SQLite adds up money exactly only as integers, PostgreSQL would answer NUMERIC.
const SUMS: &str = "
SELECT kind, year, plan_category, sector, stage, region, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(fen) AS BIGINT) AS fen
FROM figures WHERE ($1 IS NULL OR year = $1)
GROUP BY kind, year, plan_category, sector, stage, region
HAVING SUM(n) <> 0 OR SUM(fen) <> 0
ORDER BY year, plan_category, sector, stage, region";

/// Late is what `domain::milestone::late` says of one milestone of a project that was not ended early; a test holds the two against each other.
const LATE: &str = "
SELECT m.stage, COUNT(*) AS late
FROM milestones m
WHERE ((m.stage IN ('planned', 'in_progress') AND m.due_on < $1) OR (m.stage = 'rectifying' AND COALESCE(m.rectify_by, m.due_on) < $1))
    AND NOT EXISTS (SELECT 1 FROM projects e WHERE e.id = m.project_id AND e.stage IN ('terminated', 'revoked', 'eliminated', 'merged'))
    AND ($2 IS NULL OR $2 = (SELECT c.year FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE p.id = m.project_id))
GROUP BY m.stage";

/// The figures of one year or all, with what is late as of `today`.
///
/// # Errors
/// The database does not answer.
pub fn figures(conn: &mut Conn, today: Date, year: Option<i32>) -> QueryResult<Figures> {
    let mut figures = Figures::default();
    for row in diesel::sql_query(SUMS).bind::<Nullable<Integer>, _>(year).load::<FigureRow>(conn)? {
        figures.add(row)?;
    }
    let late = diesel::sql_query(LATE).bind::<SqlDate, _>(today).bind::<Nullable<Integer>, _>(year).load::<LateRow>(conn)?;
    for LateRow { stage, late } in late {
        figures.milestones.iter_mut().filter(|row| row.stage == stage).for_each(|row| row.late = late);
    }
    figures.milestones.sort_by_key(|row| row.stage);
    figures.bidders.sort_by_key(|row| row.region);
    Ok(figures)
}

fn read<T: FromStr>(text: &str) -> QueryResult<T> {
    text.parse().map_err(|_| diesel::result::Error::DeserializationError(format!("unknown code {text}").into()))
}

impl Figures {
    fn add(&mut self, row: FigureRow) -> QueryResult<()> {
        match row.kind.as_str() {
            "milestones" => {
                let stage = read(&row.stage)?;
                let known = self.milestones.iter().position(|known| known.stage == stage);
                if let Some(line) = entry(&mut self.milestones, known, || MilestoneFigures { stage, milestones: 0, late: 0 }) {
                    line.milestones = line.milestones.saturating_add(row.n);
                }
            }
            "bids" => {
                let region = read(&row.region)?;
                let won = if matches!(row.stage.as_str(), "awarded" | "signed") { row.n } else { 0 };
                let known = self.bidders.iter().position(|known| known.region == region);
                if let Some(line) = entry(&mut self.bidders, known, || BidderFigures { region, bids: 0, awarded: 0 }) {
                    line.bids = line.bids.saturating_add(row.n);
                    line.awarded = line.awarded.saturating_add(won);
                }
            }
            kind => {
                let new = ChallengeFigures {
                    year: row.year,
                    plan_category: read(&row.plan_category)?,
                    sector: read(&row.sector)?,
                    stage: read(&row.stage)?,
                    challenges: 0,
                    budgeted_fen: 0,
                    awarded_fen: 0,
                    paid_fen: 0,
                };
                // Rows come in the order of their keys: those of one key follow each other.
                let same = self.challenges.len().checked_sub(1).filter(|last| {
                    self.challenges.get(*last).is_some_and(|old| {
                        (old.year, old.plan_category, old.sector, old.stage) == (new.year, new.plan_category, new.sector, new.stage)
                    })
                });
                if let Some(line) = entry(&mut self.challenges, same, || new) {
                    match kind {
                        "awarded" => line.awarded_fen = line.awarded_fen.saturating_add(row.fen),
                        "paid" => line.paid_fen = line.paid_fen.saturating_add(row.fen),
                        _ => {
                            line.challenges = line.challenges.saturating_add(row.n);
                            line.budgeted_fen = line.budgeted_fen.saturating_add(row.fen);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// The line at `known`, or a new one at the end.
fn entry<T>(lines: &mut Vec<T>, known: Option<usize>, new: impl FnOnce() -> T) -> Option<&mut T> {
    let at = known.unwrap_or_else(|| {
        lines.push(new());
        lines.len().saturating_sub(1)
    });
    lines.get_mut(at)
}

/// Sums up what was added since it was last settled, into one row a key.
///
/// # Errors
/// The database does not answer.
pub fn settle(conn: &mut Conn) -> QueryResult<()> {
    lock_figures(conn)?;
    let sums = "INSERT INTO figures SELECT kind, year, plan_category, sector, stage, region, SUM(n), SUM(fen), 2 FROM figures
        GROUP BY kind, year, plan_category, sector, stage, region HAVING SUM(n) <> 0 OR SUM(fen) <> 0";
    for sql in [sums, "DELETE FROM figures WHERE settled < 2", "UPDATE figures SET settled = 1"] {
        diesel::sql_query(sql).execute(conn)?;
    }
    Ok(())
}
