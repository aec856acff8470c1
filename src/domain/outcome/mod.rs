//! Outcomes 成果 of projects: what they are, whose, and where one stands. What a team writes is in [`input`], what becomes of it in
//! the years after in [`tracking`].

pub mod input;
pub mod tracking;

use crate::domain::codes::codes;
use crate::domain::policy::Action as A;
use crate::domain::project::ProjectStage;
use crate::domain::workflow::{path, stage_table};
use unicode_normalization::UnicodeNormalization;

/// Stages of a project in which its team registers outcomes: from the day on which it came into force until it is concluded, and for
/// [`tracking::YEARS`] years after that. Not while it is suspended, and not of one that failed or was ended early.
pub const REGISTERING: &[ProjectStage] =
    &[ProjectStage::Active, ProjectStage::InAcceptance, ProjectStage::Rectifying, ProjectStage::Completed, ProjectStage::Concluded];

codes! {
    /// Where an outcome stands.
    pub enum OutcomeStage {
        Sharing = "sharing" "份额待确认",
        Registered = "registered" "待确认",
        Returned = "returned" "已退回",
        Confirmed = "confirmed" "已确认",
    }
}

/// Stages in which an outcome holds no number: the index `outcomes_once` in the migrations names the same.
pub const FREE: &[OutcomeStage] = &[OutcomeStage::Returned];

use OutcomeStage as S;
stage_table!(
    S,
    &[
        path(S::Sharing, A::OutcomeEdit, &[S::Sharing, S::Registered]),
        path(S::Sharing, A::OutcomeConfirmShare, &[S::Sharing, S::Registered]),
        path(S::Sharing, A::OutcomeRefuseShare, &[S::Returned]),
        path(S::Registered, A::OutcomeEdit, &[S::Registered, S::Sharing]),
        path(S::Registered, A::OutcomeConfirm, &[S::Confirmed]),
        path(S::Registered, A::OutcomeReturn, &[S::Returned]),
        path(S::Returned, A::OutcomeEdit, &[S::Registered, S::Sharing]),
        path(S::Confirmed, A::OutcomeFollowUp, &[S::Confirmed]),
    ]
);

codes! {
    /// What an outcome is.
    pub enum OutcomeKind {
        Patent = "patent" "专利",
        Paper = "paper" "论文",
        Standard = "standard" "标准",
        Software = "software" "软件著作权",
        NewProduct = "new_product" "新产品",
        NewVariety = "new_variety" "新品种",
        Process = "process" "新工艺",
        DemoLine = "demo_line" "示范线",
        Award = "award" "科技奖励",
        Talent = "talent" "人才培养",
        Policy = "policy" "政策建议",
    }
}

impl OutcomeKind {
    /// Whether it is known by a number, which is then to be given.
    #[must_use]
    pub const fn has_number(self) -> bool {
        matches!(self, Self::Patent | Self::Paper | Self::Standard | Self::Software | Self::NewVariety)
    }
}

codes! {
    /// What part the project had in an award 科技奖励.
    pub enum AwardPart {
        Lead = "lead" "主持完成",
        Participate = "participate" "参与完成",
    }
}

codes! {
    /// How far an outcome is on its way to the market.
    pub enum Maturity {
        Sample = "sample" "样品",
        Product = "product" "产品",
        Commodity = "commodity" "商品",
    }
}

codes! {
    /// What an outcome was transferred for 转化方式.
    pub enum TransferMode {
        Cash = "cash" "现金",
        Equity = "equity" "股权",
        Mixed = "mixed" "现金+股权",
    }
}

codes! {
    /// By what totals are divided.
    pub enum TotalsBy {
        Kind = "kind" "成果类型",
        Year = "year" "年度",
        Challenge = "challenge" "榜单",
        Project = "project" "项目",
    }
}

/// A number as it is compared: however it is spaced, hyphenated, or written in full width.
#[must_use]
pub fn number_key(number: &str) -> String {
    number.nfkc().flat_map(char::to_uppercase).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '‐')).collect()
}

#[cfg(test)]
mod tests {
    use super::number_key;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in ["ZL 2026 1 0000001.1", "zl202610000001.1", "ＺＬ2026-1-0000001.1"] {
            assert_eq!(number_key(written), "ZL202610000001.1");
        }
        assert_ne!(number_key("GB/T 1-2026"), number_key("GB/T 2-2026"));
    }
}
