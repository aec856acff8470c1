//! The formal examination 形式审查: a checklist, each item with what was found (DOMAIN §3.4).

use crate::domain::bid::BidStage;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::text::Reason;
use deserr::ValuePointerRef;

codes! {
    /// The items of the formal examination 形式审查.
    pub enum ExaminationItem {
        Deadline = "F1" "在截止时间前提交",
        Complete = "F2" "材料齐全",
        Signatures = "F3" "签字盖章",
        CreditCode = "F4" "统一社会信用代码有效",
        OrganizationKind = "F5" "单位性质符合",
        Partner = "F6" "省内合作单位",
        Indicators = "F7" "指标全部响应",
        Budget = "F8" "预算计算正确",
        Cap = "F9" "未超资助上限",
        Agreement = "F10" "联合体协议",
        Limits = "F11" "限项",
        Integrity = "F12" "科研诚信",
        Duplicates = "F13" "查重",
        NotClassified = "F14" "不涉密",
        Ethics = "F15" "伦理与生物安全",
        RoleConflict = "F16" "无角色冲突",
    }
}

codes! {
    /// What was found on one item.
    pub enum Finding {
        Pass = "pass" "通过",
        Fail = "fail" "不通过",
        NotApplicable = "na" "不适用",
    }
}

/// One item of the checklist with its finding.
#[derive(Clone, Debug, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct ExaminedItem {
    /// Which item.
    pub code: ExaminationItem,
    /// What was found.
    pub finding: Finding,
    /// Why it fails: needed for `fail`, and told to the team.
    #[deserr(default)]
    pub reason: Option<Reason>,
}

/// A formal examination: every item of the checklist once.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ExaminationInput::check -> Faults)]
pub struct ExaminationInput {
    /// F1 to F16, each once.
    pub items: Vec<ExaminedItem>,
}

impl ExaminationInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        for item in ExaminationItem::ALL {
            let times = self.items.iter().filter(|given| given.code == *item).count();
            faults.check(times == 0, &format!("items.{item}"), Fault::missing);
            faults.check(times > 1, &format!("items.{item}"), || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        for item in &self.items {
            let mute = item.finding == Finding::Fail && item.reason.is_none();
            faults.check(mute, &format!("items.{}.reason", item.code), Fault::missing);
        }
        faults.or(self)
    }

    /// The conclusion: eligible when every item passes or does not apply.
    #[must_use]
    pub fn conclusion(&self) -> BidStage {
        let failed = self.items.iter().any(|item| item.finding == Finding::Fail);
        if failed { BidStage::Ineligible } else { BidStage::Eligible }
    }

    /// The reasons of the failed items, one a line.
    #[must_use]
    pub fn reasons(&self) -> String {
        let failed = self.items.iter().filter(|item| item.finding == Finding::Fail);
        let lines: Vec<String> = failed
            .map(|item| format!("{} {}：{}", item.code, item.code.zh(), item.reason.as_ref().map_or("", |reason| reason.as_str())))
            .collect();
        lines.join("\n")
    }
}
