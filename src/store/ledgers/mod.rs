//! Ledgers: one query for each gives a row a record, for a page and for a file alike; the same query is counted and summed up.
//!
//! A ledger's own file says what is selected, from where, and in which order ([`Line`]). Everything else stands here: the tables that
//! all share (`p` the project, `c` its challenge, `o` its lead organisation), what a ledger can be narrowed to, and the page.

pub mod acceptances;
pub mod changes;
pub mod clawbacks;
pub mod commitments;
pub mod milestones;
pub mod outcomes;
pub mod payments;
pub mod projects;
pub mod rectifications;
pub mod reports;
pub mod spending;
pub mod targets;
pub mod visits;

use crate::domain::challenge::{ChallengeClass, PlanCategory};
use crate::domain::id::{BatchId, ChallengeId, OrganizationId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::policy::Scope;
use crate::domain::project::ProjectStage;
use crate::domain::user::Sector;
use crate::store::page::Page;
use crate::store::{Conn, Multi};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Integer, Text};
use std::fmt::Write as _;

/// What a ledger can be narrowed to: the same for all.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    pub year: Option<i32>,
    pub batch_id: Option<BatchId>,
    pub challenge_id: Option<ChallengeId>,
    pub project_id: Option<ProjectId>,
    pub plan_category: Option<PlanCategory>,
    pub class: Option<ChallengeClass>,
    pub sector: Option<Sector>,
    /// Where the lead organisation is.
    pub city: Option<String>,
    pub lead_org_id: Option<OrganizationId>,
    pub commissioner_id: Option<UserId>,
    /// Where the project stands.
    pub stage: Option<ProjectStage>,
}

/// In which order a ledger comes, and where a page of it ends. Most come project by project: the order begins with the project's id, for
/// which an index stands before every other table is asked, so that a page costs what is on it.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// By this id.
    Id(&'static str),
    /// By project, and by a number in it.
    Place(&'static str, &'static str),
    /// By one id, and by another.
    Pair(&'static str, &'static str),
}

/// What the rows of a ledger belong to.
#[derive(Clone, Copy, Debug)]
pub enum Base {
    /// Projects: by everything that a ledger can be narrowed to.
    Projects,
    /// A table of its own, which has a year: by that alone.
    Alone {
        /// The table, with its short name.
        from: &'static str,
        /// Its year.
        year: &'static str,
    },
}

impl LedgerFilter {
    /// What it is narrowed to beside the year, by the names of the parameters.
    #[must_use]
    pub fn beside_the_year(&self) -> Vec<&'static str> {
        let given = [
            ("batch_id", self.batch_id.is_some()),
            ("challenge_id", self.challenge_id.is_some()),
            ("project_id", self.project_id.is_some()),
            ("plan_category", self.plan_category.is_some()),
            ("class", self.class.is_some()),
            ("sector", self.sector.is_some()),
            ("city", self.city.is_some()),
            ("lead_org_id", self.lead_org_id.is_some()),
            ("commissioner_id", self.commissioner_id.is_some()),
            ("stage", self.stage.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

/// How a ledger is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What is selected, each under the name of the line's field.
    pub select: &'static str,
    /// Tables beside `p`, `c` and `o`, as they are joined.
    pub join: &'static str,
    /// Which of their rows belong there.
    pub keep: &'static str,
    /// The order.
    pub order: Order,
}

/// Which record a row of a ledger tells of, and to which project it belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its id: that of the project, where the row tells of the project itself.
    pub id: Option<String>,
    /// The project's, where it belongs to one.
    pub project_id: Option<String>,
}

impl Origin {
    /// A record of a project.
    pub fn of(project: impl ToString, id: impl ToString) -> Self {
        Self { id: Some(id.to_string()), project_id: Some(project.to_string()) }
    }
}

/// A row of a ledger, as the query gives it.
pub trait Line: QueryableByName<Multi> + 'static {
    /// What its rows belong to.
    const BASE: Base = Base::Projects;
    /// How it is asked for.
    const SHAPE: Shape;

    /// Its place in the order: an id, or both parts of it with `/` between them.
    fn mark(&self) -> String;

    /// Where its record is to be found.
    fn origin(&self) -> Origin;
}

/// Declares a line: each field with its type, and the type of its column.
macro_rules! line {
    ($(#[$meta:meta])* pub struct $name:ident { $($field:ident: $rust:ty = $sql:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, diesel::QueryableByName)]
        pub struct $name { $(#[diesel(sql_type = $sql)] pub $field: $rust),+ }
    };
}
pub(crate) use line;

/// What is bound to the query, in its order.
#[derive(Debug)]
enum Bound {
    Text(String),
    Number(i32),
    Count(i64),
}

/// A query that is being written.
#[derive(Debug, Default)]
struct Asked {
    sql: String,
    bound: Vec<Bound>,
}

impl Asked {
    /// The rows that a caller of `own` organisation may see, narrowed.
    fn narrowed<L: Line>(scope: Scope, own: OrganizationId, filter: &LedgerFilter) -> Self {
        let (mut asked, shape) = (Self::default(), L::SHAPE);
        let keep = if shape.keep.is_empty() { "1 = 1" } else { shape.keep };
        if let Base::Alone { from, year } = L::BASE {
            // The department's own: nobody has a part of it.
            let all = if scope.all { "1 = 1" } else { "1 = 0" };
            asked.sql = format!("SELECT {} FROM {from} {} WHERE {keep} AND {all}", shape.select, shape.join);
            asked.and_number(year, filter.year);
            return asked;
        }
        asked.sql = format!(
            "SELECT {} FROM projects p JOIN challenges c ON c.id = p.challenge_id JOIN organizations o ON o.id = p.lead_org_id {} WHERE {keep}",
            shape.select, shape.join
        );
        if !scope.all {
            let (lead, sponsor) = (asked.bind(Bound::Text(own.to_string())), asked.bind(Bound::Text(own.to_string())));
            asked.say(format_args!(" AND (p.lead_org_id = {lead} OR p.sponsor_id = {sponsor})"));
        }
        asked.and_number("c.year", filter.year);
        asked.and("c.batch_id", "=", filter.batch_id);
        asked.and("c.id", "=", filter.challenge_id);
        asked.and("p.id", "=", filter.project_id);
        asked.and("c.plan_category", "=", filter.plan_category);
        asked.and("c.class", "=", filter.class);
        asked.and("c.sector", "=", filter.sector);
        asked.and("o.city", "=", filter.city.as_deref());
        asked.and("p.lead_org_id", "=", filter.lead_org_id);
        asked.and("p.commissioner_id", "=", filter.commissioner_id);
        asked.and("p.stage", "=", filter.stage);
        asked
    }

    fn and(&mut self, column: &str, comparison: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            let place = self.bind(Bound::Text(value.to_string()));
            self.say(format_args!(" AND {column} {comparison} {place}"));
        }
    }

    fn and_number(&mut self, column: &str, value: Option<i32>) {
        if let Some(value) = value {
            let place = self.bind(Bound::Number(value));
            self.say(format_args!(" AND {column} = {place}"));
        }
    }

    fn bind(&mut self, value: Bound) -> String {
        self.bound.push(value);
        format!("${}", self.bound.len())
    }

    fn say(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = self.sql.write_fmt(text);
    }

    /// Puts the rows in order, and starts and ends the page.
    fn paged(mut self, order: Order, page: &Page) -> Self {
        let (beyond, way) = if page.descending { ("<", "DESC") } else { (">", "ASC") };
        let mark = page.after.as_ref().map(|mark| mark.id.as_str());
        match order {
            Order::Id(id) => {
                self.and(id, beyond, mark);
                self.say(format_args!(" ORDER BY {id} {way}"));
            }
            Order::Place(first, second) | Order::Pair(first, second) => {
                if let Some((of, at)) = mark.and_then(|mark| mark.split_once('/')) {
                    let by_number = matches!(order, Order::Place(..));
                    let at = if by_number { Bound::Number(at.parse().unwrap_or_default()) } else { Bound::Text(at.to_owned()) };
                    let (of, at) = (self.bind(Bound::Text(of.to_owned())), self.bind(at));
                    self.say(format_args!(" AND ({first}, {second}) {beyond} ({of}, {at})"));
                }
                self.say(format_args!(" ORDER BY {first} {way}, {second} {way}"));
            }
        }
        let limit = self.bind(Bound::Count(page.fetch()));
        self.say(format_args!(" LIMIT {limit}"));
        self
    }

    fn query(self) -> BoxedSqlQuery<'static, Multi, SqlQuery> {
        self.bound.into_iter().fold(diesel::sql_query(self.sql).into_boxed::<Multi>(), |query, value| match value {
            Bound::Text(text) => query.bind::<Text, _>(text),
            Bound::Number(number) => query.bind::<Integer, _>(number),
            Bound::Count(number) => query.bind::<BigInt, _>(number),
        })
    }
}

/// A page of a ledger.
///
/// # Errors
/// The database does not answer.
pub fn list<L: Line>(conn: &mut Conn, scope: Scope, own: OrganizationId, filter: &LedgerFilter, page: &Page) -> QueryResult<Vec<L>> {
    Asked::narrowed::<L>(scope, own, filter).paged(L::SHAPE.order, page).query().load(conn)
}

#[derive(QueryableByName)]
struct SumsRow {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    s0: Fen,
    #[diesel(sql_type = BigInt)]
    s1: Fen,
    #[diesel(sql_type = BigInt)]
    s2: Fen,
    #[diesel(sql_type = BigInt)]
    s3: Fen,
    #[diesel(sql_type = BigInt)]
    s4: Fen,
    #[diesel(sql_type = BigInt)]
    s5: Fen,
    #[diesel(sql_type = BigInt)]
    s6: Fen,
}

/// How many columns of a ledger are added up, at most.
pub const MOST_SUMS: usize = 7;

/// How many rows a ledger has, and the sums of these columns (which the query selects under their keys), exact.
///
/// # Errors
/// The database does not answer.
pub fn totals<L: Line>(
    conn: &mut Conn,
    scope: Scope,
    own: OrganizationId,
    filter: &LedgerFilter,
    sums: &[&'static str],
) -> QueryResult<(i64, Vec<Fen>)> {
    let mut asked = Asked::narrowed::<L>(scope, own, filter);
    let mut sql = String::from("SELECT COUNT(*) AS n");
    for place in 0..MOST_SUMS {
        let sum = sums.get(place).map_or_else(|| "CAST(0 AS BIGINT)".into(), |key| format!("COALESCE(CAST(SUM({key}) AS BIGINT), 0)"));
        let _ = write!(sql, ", {sum} AS s{place}");
    }
    asked.sql = format!("{sql} FROM ({}) lines", asked.sql);
    let row: SumsRow = asked.query().get_result(conn)?;
    Ok((row.n, [row.s0, row.s1, row.s2, row.s3, row.s4, row.s5, row.s6].into_iter().take(sums.len()).collect()))
}
