//! What a team writes of an outcome, and what must hold of it.

use super::{AwardPart, Maturity, OutcomeKind, TransferMode};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::ProjectId;
use crate::domain::input::Whole;
use crate::domain::money::{Fen, WHOLE_BPS};
use crate::domain::proposal::consortium::OrganizationRef;
use crate::domain::text::{Line, Reason};
use crate::domain::time::Date;

/// Owners of an outcome, or projects that share one, at most.
const MOST: usize = 10;

/// A transfer 转化.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OutcomeTransfer {
    /// For cash, for equity, or for both.
    pub mode: TransferMode,
    /// What it is worth, in fen.
    pub value_fen: Fen,
    /// 技术合同登记号.
    pub contract_no: Line<2, 60>,
}

impl OutcomeTransfer {
    /// Notes what is wrong with it.
    pub fn check(&self, faults: &mut Faults) {
        faults.check(self.value_fen == Fen::ZERO, "transfer.value_fen", || Fault::new("too_small", "应大于0", "must be above 0"));
    }
}

/// A project's share of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OutcomeShare {
    /// The project.
    pub project_id: ProjectId,
    /// Its share; all together make 10,000.
    pub share_bps: Whole<1, 10_000>,
}

/// An outcome, as its team registers it.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct OutcomeInput {
    /// What it is.
    pub kind: OutcomeKind,
    /// What it is called.
    pub title: Line<2, 200>,
    /// Number of the patent, the paper, the standard…; needed where there is one. The same number is registered once.
    #[deserr(default)]
    pub number: Option<Line<2, 100>>,
    /// When it was granted, published, put to use…
    pub dated_on: Date,
    /// 权属: whose it is, one to ten organisations by id or credit code.
    pub owners: Vec<OrganizationRef>,
    /// What part the project had in an award; for an award alone.
    #[deserr(default)]
    pub award_part: Option<AwardPart>,
    /// How far it is on its way to the market.
    #[deserr(default)]
    pub maturity: Option<Maturity>,
    /// Its transfer until now, if there was one.
    #[deserr(default)]
    pub transfer: Option<OutcomeTransfer>,
    /// Sales until now, in fen.
    #[deserr(default = Fen::ZERO)]
    #[schema(required = false)]
    pub sales_fen: Fen,
    /// Where several projects count it: the share of each. Nothing for an outcome of this project alone.
    #[deserr(default)]
    #[schema(required = false)]
    pub shares: Vec<OutcomeShare>,
    /// How the projects agreed on the shares: needed with them.
    #[deserr(default)]
    pub share_note: Option<Reason>,
}

impl OutcomeInput {
    /// Whether it may stand for a project that began on `began_on`, whoever the owners and the other projects are.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self, project: ProjectId, began_on: Date, today: Date) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.dated_on > today, "dated_on", || Fault::new("in_the_future", "不得晚于今天", "must not be in the future"));
        faults.check(self.dated_on < began_on, "dated_on", || {
            Fault::new("before_the_project", "早于项目开始日", "is before the project began")
        });
        faults.check(self.kind.has_number() && self.number.is_none(), "number", Fault::missing);
        let award = self.kind == OutcomeKind::Award;
        faults.check(award && self.award_part.is_none(), "award_part", Fault::missing);
        faults.check(!award && self.award_part.is_some(), "award_part", not_here);
        faults.check(!(1..=MOST).contains(&self.owners.len()), "owners", || {
            Fault::new("wrong_length", format!("应有1至{MOST}个单位"), format!("must hold 1 to {MOST}"))
        });
        if let Some(transfer) = &self.transfer {
            transfer.check(&mut faults);
        }
        self.check_shares(project, &mut faults);
        faults.or(())
    }

    fn check_shares(&self, project: ProjectId, faults: &mut Faults) {
        let shared = !self.shares.is_empty();
        faults.check(shared && self.share_note.is_none(), "share_note", Fault::missing);
        faults.check(!shared && self.share_note.is_some(), "share_note", not_here);
        if !shared {
            return;
        }
        faults.check(!(2..=MOST).contains(&self.shares.len()), "shares", || {
            Fault::new("wrong_length", format!("应有2至{MOST}个项目"), format!("must hold 2 to {MOST}"))
        });
        let sum = self.shares.iter().fold(0_i64, |sum, share| sum.saturating_add(share.share_bps.0));
        faults.check(sum != WHOLE_BPS, "shares", || Fault::new("not_the_whole", "份额合计应为10000", "must sum to 10,000"));
        faults.check(!self.shares.iter().any(|share| share.project_id == project), "shares", || {
            Fault::new("project_missing", "应包括本项目", "must name this project")
        });
        for (index, share) in self.shares.iter().enumerate() {
            let again = self.shares.iter().take(index).any(|other| other.project_id == share.project_id);
            faults.check(again, &format!("shares[{index}].project_id"), repeated);
        }
    }

    /// The shares of all projects, in the order of their ids: the whole to this one, if nothing is said.
    #[must_use]
    pub fn all_shares(&self, project: ProjectId) -> Vec<OutcomeShare> {
        if self.shares.is_empty() {
            return vec![OutcomeShare { project_id: project, share_bps: Whole(WHOLE_BPS) }];
        }
        let mut shares = self.shares.clone();
        shares.sort_by_key(|share| share.project_id);
        shares
    }
}

/// Which project's share somebody speaks for.
#[derive(Clone, Copy, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ShareInput {
    /// The project.
    pub project_id: ProjectId,
}

/// Why a project does not agree with its share.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ShareRefusalInput {
    /// The project.
    pub project_id: ProjectId,
    /// Why.
    pub reason: Reason,
}

fn not_here() -> Fault {
    Fault::new("not_here", "此处不应填写", "does not belong here")
}

/// What stands more than once.
#[must_use]
pub fn repeated() -> Fault {
    Fault::new("repeated_code", "重复", "stands more than once")
}
