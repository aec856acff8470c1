//! The formal examination 形式审查: a checklist, each item with what was found.
//!
//! What can be computed, the service fills in. A failure is confirmed by a second examiner; what is wrong in form alone may be
//! corrected once 补正, and a confirmed failure appealed once 复核.

use crate::domain::bid::BidStage;
use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::text::{Prose, Reason};
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

impl ExaminationItem {
    /// Items of mere form, which a team may correct: papers, signatures, agreement, approvals. Never content or indicators.
    pub const FORM: &'static [Self] = &[Self::Complete, Self::Signatures, Self::Agreement, Self::Ethics];
}

/// Working days to correct what is wrong in form, and to appeal.
pub const WORKING_DAYS: u32 = 5;

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

/// A formal examination: every item of the checklist once. Those that the service computes may be left out; whoever lets
/// pass what it finds failing says why.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = ExaminationInput::check -> Faults)]
pub struct ExaminationInput {
    /// F1 to F16, each once.
    pub items: Vec<ExaminedItem>,
}

/// What is wrong with the form, to be corrected by the team.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults, validate = CorrectionInput::check -> Faults)]
pub struct CorrectionInput {
    /// Failing items of form (F2, F3, F10, F15), each with its reason.
    pub items: Vec<ExaminedItem>,
}

/// What the team corrected.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct CorrectedInput {
    /// What was supplied, and where it is found.
    pub statement: Prose<2, 4_000>,
}

/// Why a failure is wrong.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AppealInput {
    /// Facts and grounds.
    pub grounds: Prose<10, 4_000>,
}

/// The answer to an appeal.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AppealAnswer {
    /// `true`: the bid is eligible after all.
    pub upheld: bool,
    /// Why; the team will read it.
    pub reason: Reason,
}

fn mute(items: &[ExaminedItem], faults: &mut Faults) {
    for item in items {
        let mute = item.finding == Finding::Fail && item.reason.is_none();
        faults.check(mute, &format!("items.{}.reason", item.code), Fault::missing);
    }
}

fn twice(items: &[ExaminedItem], faults: &mut Faults) {
    for item in ExaminationItem::ALL {
        let times = items.iter().filter(|given| given.code == *item).count();
        faults.check(times > 1, &format!("items.{item}"), || Fault::new("repeated_code", "重复", "stands more than once"));
    }
}

impl CorrectionInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.check(self.items.is_empty(), "items", Fault::missing);
        twice(&self.items, &mut faults);
        mute(&self.items, &mut faults);
        for item in &self.items {
            let form = ExaminationItem::FORM.contains(&item.code) && item.finding == Finding::Fail;
            faults.check(!form, &format!("items.{}", item.code), || {
                Fault::new("not_of_form", "只有材料、签章、协议、伦理审批等形式问题可以补正", "only what is wrong in form may be corrected")
            });
        }
        faults.or(self)
    }
}

impl ExaminationInput {
    fn check(self, _: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        twice(&self.items, &mut faults);
        faults.or(self)
    }

    /// The whole checklist: what was given, and what the service computed where nothing was.
    ///
    /// # Errors
    /// Items that nobody answered; a failure without a reason, or none in the face of what the service computed.
    pub fn complete(&self, computed: &[ExaminedItem]) -> Result<Vec<ExaminedItem>, Faults> {
        let mut faults = Faults::default();
        mute(&self.items, &mut faults);
        let mut items = Vec::with_capacity(ExaminationItem::ALL.len());
        for code in ExaminationItem::ALL {
            let given = self.items.iter().find(|item| item.code == *code);
            let known = computed.iter().find(|item| item.code == *code);
            let fails = |item: &&ExaminedItem| item.finding == Finding::Fail;
            let differs = known.as_ref().is_some_and(fails) && given.is_some_and(|given| !fails(&given) && given.reason.is_none());
            faults.check(differs, &format!("items.{code}.reason"), || {
                Fault::new("differs_from_computed", "与系统核验结果不同，须说明理由", "differs from what the service computed: say why")
            });
            faults.check(given.or(known).is_none(), &format!("items.{code}"), Fault::missing);
            items.extend(given.or(known).cloned());
        }
        faults.or(items)
    }
}

/// The conclusion: eligible when every item passes or does not apply; else it is to be confirmed.
#[must_use]
pub fn conclusion(items: &[ExaminedItem]) -> BidStage {
    let failed = items.iter().any(|item| item.finding == Finding::Fail);
    if failed { BidStage::Doubted } else { BidStage::Eligible }
}

/// The reasons of the failed items, one a line.
#[must_use]
pub fn reasons(items: &[ExaminedItem]) -> String {
    let failed = items.iter().filter(|item| item.finding == Finding::Fail);
    let lines: Vec<String> = failed
        .map(|item| format!("{} {}：{}", item.code, item.code.zh(), item.reason.as_ref().map_or("", |reason| reason.as_str())))
        .collect();
    lines.join("\n")
}
