//! The demo data as its files hold it: embedded TOML, read strictly.

use crate::cli::seed::ends::{Examined, Progress, Reach};
use crate::cli::seed::fates::Fate;
use crate::cli::seed::forms;
use crate::cli::seed::turns::Turn;
use crate::domain::challenge::FailReason;
use crate::domain::decimal::Decimal;
use crate::domain::decision::Choice;
use crate::domain::indicator::Indicator;
use crate::domain::money::Fen;
use crate::domain::policy::Role;
use crate::domain::user::{Locale, Sector};
use anyhow::Context;
use serde::{Deserialize, Deserializer};

/// Fen in one 万元.
const WAN: i64 = 1_000_000;

/// An amount of the files in fen.
#[must_use]
pub const fn fen(wan: i64) -> Fen {
    Fen(wan.saturating_mul(WAN))
}

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// How other files name it.
    pub key: String,
    /// 单位全称.
    pub name: String,
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    /// ISO 3166-1 alpha-2, abroad.
    pub country: Option<String>,
    /// Registration number abroad.
    pub foreign_reg_no: Option<String>,
    /// 单位性质.
    pub kind: String,
    /// Region.
    pub region: String,
    /// City.
    pub city: Option<String>,
}

/// An account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Address.
    pub email: String,
    /// 姓名.
    pub name: String,
    /// Key of the organisation.
    pub organization: String,
    /// 处室.
    pub division: Option<String>,
    /// All roles.
    pub roles: Vec<Role>,
    /// Language of letters.
    pub locale: Locale,
    /// Fields subscribed to.
    #[serde(default)]
    pub sectors: Vec<Sector>,
}

/// A batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Code.
    pub code: String,
    /// Year.
    pub year: i64,
    /// Name.
    pub name: String,
    /// Budget in 万元.
    pub budget_wan: i64,
}

/// A challenge with its bids.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// How messages name it.
    pub key: String,
    /// Code of the batch.
    pub batch: String,
    /// 榜单名称.
    pub title: String,
    /// Class.
    pub class: String,
    /// Plan category.
    pub plan_category: String,
    /// Selection mode.
    pub selection_mode: String,
    /// Sector.
    pub sector: String,
    /// Key of the sponsor.
    pub sponsor: Option<String>,
    /// How many teams may run.
    pub max_parallel_teams: i64,
    /// Background.
    pub background: String,
    /// What is to be researched.
    pub research_content: String,
    /// 揭榜条件.
    pub conditions: Option<String>,
    /// Cap in 万元.
    pub fiscal_cap_wan: i64,
    /// The sponsor's money in 万元.
    pub sponsor_fund_wan: i64,
    /// Duration.
    pub duration_months: i64,
    /// Indicators.
    #[serde(deserialize_with = "indicators")]
    pub indicators: Vec<Indicator>,
    /// Where the story ends.
    pub reach: Reach,
    /// Why its first round failed.
    pub fail_reason: Option<FailReason>,
    /// What happens out of turn.
    pub turn: Option<Turn>,
    /// Bids of the first round.
    #[serde(default, rename = "bid")]
    pub bids: Vec<Bid>,
    /// What becomes of the recommended bids.
    pub project: Option<Project>,
}

impl Challenge {
    /// How far its first round gets, before it ends one way or the other.
    #[must_use]
    pub fn extent(&self) -> Reach {
        match (self.reach, self.fail_reason) {
            (Reach::Failed | Reach::Withdrawn | Reach::Republished, Some(FailReason::BelowThreshold)) => Reach::Reviewing,
            (Reach::Failed | Reach::Withdrawn | Reach::Republished, _) => Reach::Screening,
            (reach, _) => reach,
        }
    }
}

/// A bid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// Key of the lead organisation.
    pub organization: String,
    /// 挂帅人.
    pub pi_name: String,
    /// 青年技术挂帅人.
    pub youth: Option<String>,
    /// Key of the partner organisation.
    pub partner: Option<String>,
    /// Money asked, in 万元.
    pub requested_wan: i64,
    /// Own money, in 万元.
    pub self_fund_wan: i64,
    /// Technical plan.
    pub technical_plan: String,
    /// What the formal examination found.
    pub examination: Option<Examined>,
    /// Totals of the three score sheets.
    #[serde(default)]
    pub scores: Vec<Decimal>,
    /// What is decided.
    pub choice: Option<Choice>,
    /// Award in 万元.
    pub award_wan: Option<i64>,
    /// Place among the reserves.
    pub reserve_order: Option<i64>,
    /// Why, where the choice does not follow the scores.
    pub reason: Option<String>,
    /// Whether it is withdrawn before the deadline.
    #[serde(default)]
    pub withdrawn: bool,
}

/// What becomes of a recommended bid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// How far it gets.
    pub progress: Progress,
    /// Address of its commissioner.
    pub commissioner: String,
    /// What does not go straight.
    #[serde(default)]
    pub turns: Vec<Fate>,
}

/// All data files.
#[derive(Debug)]
pub struct Portfolio {
    /// Organisations.
    pub organizations: Vec<Organization>,
    /// Accounts.
    pub users: Vec<User>,
    /// Batches.
    pub batches: Vec<Batch>,
    /// Challenges, year by year.
    pub challenges: Vec<Challenge>,
}

impl Portfolio {
    /// Reads the files that are built in.
    ///
    /// # Errors
    /// A file is not as it should be.
    pub fn read() -> anyhow::Result<Self> {
        let first: File = file("challenges-2021.toml", include_str!("../../../seeds/challenges-2021.toml"))?;
        let second: File = file("challenges-2022.toml", include_str!("../../../seeds/challenges-2022.toml"))?;
        let organizations: File = file("organizations.toml", include_str!("../../../seeds/organizations.toml"))?;
        let users: File = file("users.toml", include_str!("../../../seeds/users.toml"))?;
        let batches: File = file("batches.toml", include_str!("../../../seeds/batches.toml"))?;
        Ok(Self {
            organizations: organizations.organization,
            users: users.user,
            batches: batches.batch,
            challenges: first.challenge.into_iter().chain(second.challenge).collect(),
        })
    }
}

/// Any of the files: each holds tables of one kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    organization: Vec<Organization>,
    user: Vec<User>,
    batch: Vec<Batch>,
    challenge: Vec<Challenge>,
}

fn file(name: &str, text: &str) -> anyhow::Result<File> {
    toml::from_str(text).with_context(|| format!("seeds/{name}"))
}

/// Indicators as the API reads them, unknown fields refused.
fn indicators<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Indicator>, D::Error> {
    forms::form(serde_json::Value::deserialize(from)?).map_err(serde::de::Error::custom)
}
