//! The papers of an application for acceptance: what is handed in, and what must be.

use super::IndicatorResult;
use crate::domain::codes::codes;
use crate::domain::evidence::{EvidenceFile, unknown_file};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::EvidenceId;
use crate::domain::indicator::MeasureMethod;
use crate::domain::money::Fen;
use crate::domain::text::{Line, LongText, Name};
use crate::domain::time::Date;

/// From this award on, accounts are audited (800,000 yuan).
pub const AUDIT_FROM: Fen = Fen(80_000_000);
/// Things handed in with one application.
const MOST_ITEMS: usize = 50;

codes! {
    /// What is handed in with an application.
    pub enum AcceptanceItemKind {
        SelfEvaluation = "self_evaluation" "自评报告",
        ScienceReport = "science_report" "科技报告",
        FinalAccounts = "final_accounts" "经费决算报告",
        AuditReport = "audit_report" "审计报告",
        ThirdPartyTest = "third_party_test" "第三方检测报告",
        UserReport = "user_report" "用户报告",
        OutcomeList = "outcome_list" "成果清单",
        TruthStatement = "truth_statement" "真实性承诺书",
    }
}

use AcceptanceItemKind as K;

/// What every application holds, whatever the project is.
const ALWAYS: &[K] = &[K::SelfEvaluation, K::ScienceReport, K::OutcomeList, K::TruthStatement];

/// One thing that is handed in.
#[derive(Clone, Debug, PartialEq, Eq, deserr::Deserr, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AcceptanceItem {
    /// What it is.
    pub kind: AcceptanceItemKind,
    /// Its number, or where it is to be found; of a science report the number under which it was taken in.
    pub reference: Line<2, 100>,
    /// Who issued it.
    pub issued_by: Name,
    /// When.
    pub issued_on: Date,
    /// The paper itself, if it was uploaded: a file of the project (`POST /projects/{id}/evidence`).
    #[deserr(default)]
    #[serde(default)]
    pub file: Option<EvidenceId>,
    /// Codes of the indicators that a test or a user's report speaks of.
    #[deserr(default)]
    #[serde(default)]
    pub indicators: Vec<Line<1, 20>>,
}

/// A team's application for acceptance 验收申请.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct AcceptanceInput {
    /// What was done, in short.
    pub self_evaluation: LongText,
    /// What is handed in.
    pub items: Vec<AcceptanceItem>,
}

/// What an application is held against.
#[derive(Clone, Copy, Debug)]
pub struct Checklist<'a> {
    /// The award.
    pub award_fen: Fen,
    /// The indicators that the project stands for.
    pub indicators: &'a [IndicatorResult],
    /// The files of the project.
    pub files: &'a [EvidenceFile],
    /// Today.
    pub today: Date,
}

impl AcceptanceInput {
    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = EvidenceId> {
        self.items.iter().filter_map(|item| item.file)
    }

    /// Whether everything is there.
    ///
    /// # Errors
    /// All that is missing or wrong, at once.
    pub fn check(&self, list: Checklist<'_>) -> Result<(), Faults> {
        let mut faults = Faults::default();
        faults.check(self.items.len() > MOST_ITEMS, "items", || {
            Fault::new("wrong_length", format!("最多{MOST_ITEMS}项"), format!("must hold at most {MOST_ITEMS}"))
        });
        for (index, item) in self.items.iter().enumerate() {
            let at = |name: &str| format!("items[{index}].{name}");
            faults.check(item.issued_on > list.today, &at("issued_on"), || {
                Fault::new("in_the_future", "不得晚于今天", "may not lie in the future")
            });
            let again = self.items.iter().take(index).any(|other| other.kind == item.kind && other.reference == item.reference);
            faults.check(again, &at("reference"), || Fault::new("repeated_code", "重复", "stands more than once"));
            let missing = item.file.is_some_and(|named| !list.files.iter().any(|file| file.id == named));
            faults.check(missing, &at("file"), unknown_file);
            let unknown = item.indicators.iter().any(|code| !list.indicators.iter().any(|asked| asked.code == *code));
            faults.check(unknown, &at("indicators"), || {
                Fault::new("unknown_indicator", "项目没有这项指标", "is no indicator of the project")
            });
        }
        let has = |kind: K| self.items.iter().any(|item| item.kind == kind);
        for kind in ALWAYS {
            faults.check(!has(*kind), &format!("items.{kind}"), Fault::missing);
        }
        if list.award_fen >= AUDIT_FROM {
            faults.check(!has(K::AuditReport), &format!("items.{}", K::AuditReport), Fault::missing);
        } else {
            faults.check(!has(K::AuditReport) && !has(K::FinalAccounts), &format!("items.{}", K::FinalAccounts), Fault::missing);
        }
        for asked in list.indicators {
            let Some(kind) = proof(asked.measure_method) else { continue };
            let shown = self.items.iter().any(|item| item.kind == kind && item.indicators.contains(&asked.code));
            faults.check(!shown, &format!("items.{kind}.{}", asked.code), Fault::missing);
        }
        faults.or(())
    }
}

/// What an indicator that is proven so needs of its own.
const fn proof(method: MeasureMethod) -> Option<K> {
    match method {
        MeasureMethod::ThirdPartyTest => Some(K::ThirdPartyTest),
        MeasureMethod::UserReport => Some(K::UserReport),
        _ => None,
    }
}
