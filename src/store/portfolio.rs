//! The portfolio in figures: a handful of grouped queries, exact to the fen.

use crate::domain::challenge::{ChallengeStage, PlanCategory};
use crate::domain::milestone::MilestoneStage;
use crate::domain::organization::Region;
use crate::domain::time::Date;
use crate::domain::user::Sector;
use crate::store::Conn;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text};

/// Challenges of one year, plan category, sector and stage: how many, and their money in fen.
#[derive(Clone, Debug, QueryableByName)]
pub struct ChallengeFigures {
    #[diesel(sql_type = Integer)]
    pub year: i32,
    #[diesel(sql_type = Text)]
    pub plan_category: PlanCategory,
    #[diesel(sql_type = Text)]
    pub sector: Sector,
    #[diesel(sql_type = Text)]
    pub stage: ChallengeStage,
    #[diesel(sql_type = BigInt)]
    pub challenges: i64,
    #[diesel(sql_type = BigInt)]
    pub budgeted_fen: i64,
    #[diesel(sql_type = BigInt)]
    pub awarded_fen: i64,
    #[diesel(sql_type = BigInt)]
    pub paid_fen: i64,
}

/// Milestones at one stage, and how many of them are late.
#[derive(Clone, Debug, QueryableByName)]
pub struct MilestoneFigures {
    #[diesel(sql_type = Text)]
    pub stage: MilestoneStage,
    #[diesel(sql_type = BigInt)]
    pub milestones: i64,
    #[diesel(sql_type = BigInt)]
    pub late: i64,
}

/// Opened bids whose lead comes from one region.
#[derive(Clone, Debug, QueryableByName)]
pub struct BidderFigures {
    #[diesel(sql_type = Text)]
    pub region: Region,
    #[diesel(sql_type = BigInt)]
    pub bids: i64,
    #[diesel(sql_type = BigInt)]
    pub awarded: i64,
}

/// Three sums over the same keys, added up. The first reads an index alone (`challenges_summary`). Sums are cast, since
/// SQLite adds up money exactly only as integers and PostgreSQL would answer NUMERIC.
const CHALLENGES: &str = "
SELECT year, plan_category, sector, stage, CAST(SUM(n) AS BIGINT) AS challenges, CAST(SUM(budgeted) AS BIGINT) AS budgeted_fen,
    CAST(SUM(awarded) AS BIGINT) AS awarded_fen, CAST(SUM(paid) AS BIGINT) AS paid_fen
FROM (
    SELECT c.year, c.plan_category, c.sector, c.stage, COUNT(*) AS n, SUM(c.fiscal_cap_fen) AS budgeted, 0 AS awarded, 0 AS paid
    FROM challenges c WHERE ($1 IS NULL OR c.year = $1)
    GROUP BY c.year, c.plan_category, c.sector, c.stage
    UNION ALL
    SELECT c.year, c.plan_category, c.sector, c.stage, 0, 0, SUM(p.award_fen), 0
    FROM projects p JOIN challenges c ON c.id = p.challenge_id WHERE ($1 IS NULL OR c.year = $1)
    GROUP BY c.year, c.plan_category, c.sector, c.stage
    UNION ALL
    SELECT c.year, c.plan_category, c.sector, c.stage, 0, 0, 0, SUM(pay.amount_fen)
    FROM payments pay JOIN projects p ON p.id = pay.project_id JOIN challenges c ON c.id = p.challenge_id
    WHERE pay.stage = 'paid' AND ($1 IS NULL OR c.year = $1)
    GROUP BY c.year, c.plan_category, c.sector, c.stage
) t
GROUP BY year, plan_category, sector, stage
ORDER BY year, plan_category, sector, stage";

/// Late is what `domain::milestone::late` says of one milestone; a test holds the two against each other.
const MILESTONES: &str = "
SELECT m.stage, COUNT(*) AS milestones,
    CAST(SUM(CASE WHEN (m.stage IN ('planned', 'in_progress') AND m.due_on < $1)
        OR (m.stage = 'rectifying' AND COALESCE(m.rectify_by, m.due_on) < $1) THEN 1 ELSE 0 END) AS BIGINT) AS late
FROM milestones m JOIN projects p ON p.id = m.project_id JOIN challenges c ON c.id = p.challenge_id
WHERE ($2 IS NULL OR c.year = $2)
GROUP BY m.stage ORDER BY m.stage";

/// Sealed bids are not counted: their number is not known before the opening.
const BIDDERS: &str = "
SELECT o.region, COUNT(*) AS bids,
    CAST(SUM(CASE WHEN b.stage IN ('awarded', 'signed') THEN 1 ELSE 0 END) AS BIGINT) AS awarded
FROM bids b JOIN challenges c ON c.id = b.challenge_id JOIN organizations o ON o.id = b.lead_org_id
WHERE b.round <= c.opened_round AND b.stage NOT IN ('draft', 'withdrawn') AND ($1 IS NULL OR c.year = $1)
GROUP BY o.region ORDER BY o.region";

/// The figures of the challenges, of one year or all.
///
/// # Errors
/// The database does not answer.
pub fn challenges(conn: &mut Conn, year: Option<i32>) -> QueryResult<Vec<ChallengeFigures>> {
    diesel::sql_query(CHALLENGES).bind::<Nullable<Integer>, _>(year).load(conn)
}

/// The figures of the milestones as of `today`, of challenges of one year or all.
///
/// # Errors
/// The database does not answer.
pub fn milestones(conn: &mut Conn, today: Date, year: Option<i32>) -> QueryResult<Vec<MilestoneFigures>> {
    diesel::sql_query(MILESTONES).bind::<SqlDate, _>(today).bind::<Nullable<Integer>, _>(year).load(conn)
}

/// Where the bidders of opened rounds come from.
///
/// # Errors
/// The database does not answer.
pub fn bidders(conn: &mut Conn, year: Option<i32>) -> QueryResult<Vec<BidderFigures>> {
    diesel::sql_query(BIDDERS).bind::<Nullable<Integer>, _>(year).load(conn)
}
