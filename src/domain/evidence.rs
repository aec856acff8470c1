//! Evidence 证明材料: what a team hands in for a milestone, and whether it fits the way in which the indicator is to be proven.

use crate::domain::codes::codes;
use crate::domain::decimal::Decimal;
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::FileContent;
use crate::domain::id::EvidenceId;
use crate::domain::indicator::{Comparator, MeasureMethod};
use crate::domain::milestone::NodeIndicator;
use crate::domain::text::{Line, LongText, Name, Reason};
use crate::domain::time::Date;

codes! {
    /// What a piece of evidence is.
    pub enum EvidenceKind {
        TestReport = "test_report" "检测报告",
        UserReport = "user_report" "用户报告",
        SiteRecord = "site_record" "现场测试记录",
        Certificate = "certificate" "证书",
        Document = "document" "文件资料",
    }
}

impl EvidenceKind {
    /// Whether it proves what is to be measured in this way: for a document any kind does, otherwise its own alone.
    #[must_use]
    pub const fn fits(self, method: MeasureMethod) -> bool {
        match method {
            MeasureMethod::ThirdPartyTest => matches!(self, Self::TestReport),
            MeasureMethod::UserReport => matches!(self, Self::UserReport),
            MeasureMethod::ExpertSiteTest => matches!(self, Self::SiteRecord),
            MeasureMethod::Certificate => matches!(self, Self::Certificate),
            MeasureMethod::Document => true,
        }
    }
}

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct EvidenceFile {
    /// Its id: `GET /evidence/{id}` downloads it.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// What it holds.
    #[serde(flatten)]
    pub content: FileContent,
}

/// A piece of evidence as it was handed in: a paper that somebody else can find and look at, and the file that shows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// The file, as it was at that moment.
    pub file: EvidenceFile,
    /// The paper's number.
    pub number: Line<1, 100>,
    /// Who issued it.
    pub issued_by: Name,
    /// When.
    pub issued_on: Date,
}

/// A piece of evidence as a team names it.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct PieceInput {
    /// A file of the project (`POST /projects/{id}/evidence`); one file may show several indicators.
    pub file: EvidenceId,
    /// The paper's number: of the report, the certificate…
    pub number: Line<1, 100>,
    /// Who issued it.
    pub issued_by: Name,
    /// When: not after the day on which it is handed in.
    pub issued_on: Date,
}

/// A value reached, with its evidence.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct Actual {
    /// Code of the indicator.
    pub code: Line<1, 20>,
    /// Value reached, a decimal string.
    pub actual: Decimal,
    /// 1 to 20 pieces; for a mandatory indicator at least one whose file is of the kind that its method of measurement asks for.
    pub evidence: Vec<PieceInput>,
    /// Why the value is weaker than the one handed in for an earlier milestone, where it is.
    #[deserr(default)]
    pub correction: Option<Reason>,
}

/// What a team hands in for a milestone.
#[derive(Clone, Debug, deserr::Deserr, utoipa::ToSchema)]
#[deserr(deny_unknown_fields, error = Faults)]
pub struct EvidenceInput {
    /// One entry for each indicator of the milestone.
    pub actuals: Vec<Actual>,
    /// What was done.
    pub summary: LongText,
}

/// Whether `now` falls behind `before`: what was reached once does not get weaker.
#[must_use]
pub fn falls(comparator: Comparator, now: Decimal, before: Decimal) -> bool {
    comparator != Comparator::Equal && !comparator.reached(now, before)
}

impl EvidenceInput {
    /// The milestone's indicators with what was handed in, as `folder` has it.
    ///
    /// # Errors
    /// An indicator is missing, unknown or named twice, its evidence does not fit, or it falls behind without a word: all of it at once.
    pub fn fill(&self, planned: &[NodeIndicator], folder: &Folder<'_>) -> Result<Vec<NodeIndicator>, Faults> {
        let mut faults = Faults::default();
        for given in &self.actuals {
            let known = planned.iter().any(|node| node.indicator.code == given.code);
            let times = self.actuals.iter().filter(|other| other.code == given.code).count();
            let field = format!("actuals.{}", given.code);
            faults.check(!known, &field, || Fault::new("unknown_indicator", "里程碑没有这项指标", "is no indicator of the milestone"));
            faults.check(times > 1, &field, || Fault::new("repeated_code", "重复", "stands more than once"));
        }
        let mut filled = Vec::with_capacity(planned.len());
        for node in planned {
            match self.actuals.iter().find(|given| given.code == node.indicator.code) {
                None => faults.check(true, &format!("actuals.{}", node.indicator.code), Fault::missing),
                Some(given) => filled.push(given.answer(node, folder, &mut faults)),
            }
        }
        faults.or(filled)
    }
}

/// What a submission is held against.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a> {
    /// The files of the project,
    pub files: &'a [EvidenceFile],
    /// what was handed in for the milestones before this one,
    pub earlier: &'a [NodeIndicator],
    /// and today.
    pub today: Date,
}

impl EvidenceInput {
    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = EvidenceId> {
        self.actuals.iter().flat_map(|actual| actual.evidence.iter().map(|piece| piece.file))
    }
}

impl Actual {
    /// Its evidence with the files that show it, as far as there are any.
    fn pieces(&self, at: &str, folder: &Folder<'_>, faults: &mut Faults) -> Vec<Evidence> {
        let mut pieces = Vec::with_capacity(self.evidence.len());
        for (index, piece) in self.evidence.iter().enumerate() {
            let at = format!("{at}.evidence[{index}]");
            faults.check(piece.issued_on > folder.today, &format!("{at}.issued_on"), || {
                Fault::new("in_the_future", "不得晚于今天", "may not be after today")
            });
            let file = folder.files.iter().find(|file| file.id == piece.file);
            faults.check(file.is_none(), &format!("{at}.file"), unknown_file);
            pieces.extend(file.map(|file| Evidence {
                file: file.clone(),
                number: piece.number.clone(),
                issued_by: piece.issued_by.clone(),
                issued_on: piece.issued_on,
            }));
        }
        pieces
    }

    fn answer(&self, node: &NodeIndicator, folder: &Folder<'_>, faults: &mut Faults) -> NodeIndicator {
        let at = format!("actuals.{}", self.code);
        let indicator = &node.indicator;
        let evidence = self.pieces(&at, folder, faults);
        faults.check(!(1..=20).contains(&self.evidence.len()), &format!("{at}.evidence"), || {
            Fault::new("wrong_length", "应有1至20件证明材料", "must hold 1 to 20 pieces")
        });
        let fits = evidence.iter().any(|piece| piece.file.kind.fits(indicator.measure_method));
        faults.check(indicator.mandatory && !evidence.is_empty() && !fits, &format!("{at}.evidence"), || {
            let method = indicator.measure_method;
            Fault::new(
                "does_not_fit",
                format!("必达指标须有与考核方式（{}）相符的证明材料", method.zh()),
                format!("a mandatory indicator needs evidence that fits its method ({method})"),
            )
        });
        let reached = folder.earlier.iter().filter(|before| before.indicator.code == self.code).filter_map(|before| before.actual);
        let behind = reached.into_iter().any(|before| falls(indicator.comparator, self.actual, before));
        faults.check(behind && self.correction.is_none(), &format!("{at}.actual"), || {
            Fault::new(
                "falls_behind",
                "弱于此前里程碑已报完成值，须说明更正理由",
                "is weaker than what an earlier milestone reported: say why it is corrected",
            )
        });
        NodeIndicator {
            indicator: indicator.clone(),
            actual: Some(self.actual),
            evidence,
            correction: self.correction.as_ref().filter(|_| behind).map(ToString::to_string),
        }
    }
}

/// A file that is named, and is none of the project's.
#[must_use]
pub fn unknown_file() -> Fault {
    Fault::new("unknown_file", "项目没有这份证明材料", "is no file of the project")
}

#[cfg(test)]
mod tests {
    use super::falls;
    use crate::domain::decimal::Decimal;
    use crate::domain::indicator::Comparator;

    proptest::proptest! {
        /// A value falls behind in one direction at most, and never behind itself.
        #[test]
        fn a_value_falls_behind_against_the_direction_of_its_comparator_alone(a in -1000i64..1000, b in -1000i64..1000) {
            let (now, before) = (Decimal(a.into()), Decimal(b.into()));
            for comparator in Comparator::ALL {
                proptest::prop_assert!(!falls(*comparator, now, now));
                proptest::prop_assert!(!(falls(*comparator, now, before) && falls(*comparator, before, now)));
            }
            proptest::prop_assert_eq!(falls(Comparator::AtLeast, now, before), a < b);
            proptest::prop_assert_eq!(falls(Comparator::AtMost, now, before), a > b);
        }
    }
}
