//! What confirmed outcomes come to, each project counting its share: parts that were divided to the fen when they were kept, so that
//! the totals of all projects make the whole again.

use crate::domain::id::{ChallengeId, OrganizationId, ProjectId};
use crate::domain::outcome::TotalsBy;
use crate::store::{Conn, Multi};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

/// Of which outcomes the total is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct TotalsOf {
    pub project_id: Option<ProjectId>,
    pub challenge_id: Option<ChallengeId>,
    /// Year of the outcome's own date.
    pub year: Option<i32>,
    /// What this organisation leads or sponsors; none for all.
    pub own: Option<OrganizationId>,
}

/// One line: of which kind, year, challenge or project, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct TotalRow {
    /// Code of the kind, the year, or an id.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// Title of the challenge or project; empty otherwise.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Outcomes that count here, whole or in part.
    #[diesel(sql_type = BigInt)]
    pub outcomes: i64,
    /// Their shares here; 10,000 for a whole one.
    #[diesel(sql_type = BigInt)]
    pub share_bps: i64,
    #[diesel(sql_type = BigInt)]
    pub transfer_fen: i64,
    #[diesel(sql_type = BigInt)]
    pub sales_fen: i64,
}

/// Sums are cast: SQLite adds up money exactly only as integers, PostgreSQL would answer NUMERIC.
const SUMS: &str = "COUNT(DISTINCT s.outcome_id) AS outcomes, CAST(SUM(s.share_bps) AS BIGINT) AS share_bps,
    CAST(SUM(s.transfer_fen) AS BIGINT) AS transfer_fen, CAST(SUM(s.sales_fen) AS BIGINT) AS sales_fen
FROM outcome_shares s JOIN outcomes o ON o.id = s.outcome_id
    JOIN projects p ON p.id = s.project_id JOIN challenges c ON c.id = p.challenge_id
WHERE o.stage = 'confirmed'";

/// The totals, in the order of their keys.
///
/// # Errors
/// The database does not answer.
pub fn totals(conn: &mut Conn, by: TotalsBy, of: TotalsOf) -> QueryResult<Vec<TotalRow>> {
    let (key, name) = match by {
        TotalsBy::Kind => ("o.kind", "''"),
        TotalsBy::Year => ("CAST(o.year AS TEXT)", "''"),
        TotalsBy::Challenge => ("c.id", "c.title"),
        TotalsBy::Project => ("p.id", "p.title"),
    };
    let mut query = diesel::sql_query(format!("SELECT {key} AS key, {name} AS name, {SUMS}")).into_boxed::<Multi>();
    let mut bound = 0;
    let mut next = |condition: &str| {
        bound += 1;
        format!(" AND {}", condition.replace('?', &format!("${bound}")))
    };
    if let Some(project) = of.project_id {
        query = query.sql(next("s.project_id = ?")).bind::<Text, _>(project);
    }
    if let Some(challenge) = of.challenge_id {
        query = query.sql(next("p.challenge_id = ?")).bind::<Text, _>(challenge);
    }
    if let Some(year) = of.year {
        query = query.sql(next("o.year = ?")).bind::<Integer, _>(year);
    }
    if let Some(own) = of.own {
        query = query.sql(next("(p.lead_org_id = ? OR p.sponsor_id = ?)")).bind::<Text, _>(own);
    }
    query.sql(" GROUP BY 1, 2 ORDER BY 1").load(conn)
}
