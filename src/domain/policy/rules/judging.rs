//! Who may do what with experts, draws, reviews, recusals, decisions and objections.

use super::{ANY, DESK, EVERYONE, JUDGES, JUDGING, MINE, OTHER, OWN, Rule, SELF, rule};
use crate::domain::policy::action::Action as A;
use crate::domain::policy::role::Role::{Auditor, Director, Expert, Finance, Leader, Officer, Public, Sponsor, Supervisor, System};
use crate::domain::policy::tie::Tie::{Assigned, Author, Conflicted, Party, Stranger};

/// Its rows.
pub const RULES: &[Rule] = &[
    // 评审方案: how bids are judged is no secret; a challenge is approved with the scheme that it names.
    rule(A::SchemeCreate, &[Officer], DESK),
    rule(A::SchemeRead, &[Public], ANY),
    // 满意度: the sponsor's own word; a director who did not prepare the challenge goes on without it once it is overdue.
    rule(A::SatisfactionRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::SatisfactionRead, &[Sponsor], OWN),
    rule(A::SatisfactionGive, &[Sponsor], OWN),
    rule(A::SatisfactionWaive, &[Director], OTHER),
    rule(A::SatisfactionDrop, &[System], ANY),
    // 专家库: kept by officers; each expert confirms the own profile.
    rule(A::ExpertEnlist, &[Officer], DESK),
    rule(A::ExpertImport, &[Officer], DESK),
    rule(A::ExpertRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::ExpertRead, &[Expert], SELF),
    rule(A::ExpertEdit, &[Officer], OTHER),
    rule(A::ExpertConfirm, &[Expert], SELF),
    rule(A::ExpertRemind, &[System], ANY),
    rule(A::ExpertPause, &[Officer], OTHER),
    rule(A::ExpertResume, &[Officer], OTHER),
    rule(A::ExpertRemove, &[Officer], OTHER),
    // 抽取: by an officer who is not of the owning division (SD2), before a witness of supervision.
    rule(A::DrawPrepare, &[Officer], OTHER),
    rule(A::DrawRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::DrawReadExcluded, &[Supervisor, Auditor], ANY),
    rule(A::DrawWitness, &[Supervisor], OTHER),
    rule(A::DrawVoid, &[Supervisor], OTHER),
    rule(A::DrawReplace, &[Officer], &[Stranger, Author]),
    rule(A::DrawInvite, &[Officer], DESK),
    rule(A::ReviewInvite, &[System], ANY),
    rule(A::ReviewRelease, &[System], ANY),
    rule(A::ReviewRemind, &[System], ANY),
    rule(A::ReviewMiss, &[System], ANY),
    rule(A::ReviewAssign, &[Officer], DESK),
    rule(A::ReviewRead, &[Officer, Director, Supervisor, Auditor], ANY),
    // With an interest of their own they see that the review is there, and may decline it.
    rule(A::ReviewRead, &[Expert], &[Assigned, Conflicted]),
    rule(A::ReviewDeclare, &[Expert], MINE),
    rule(A::ReviewSave, &[Expert], MINE),
    rule(A::ReviewSubmit, &[Expert], MINE),
    rule(A::ReviewDecline, &[Expert], &[Assigned, Conflicted]),
    rule(A::ReviewRecuse, &[System], ANY),
    rule(A::ReviewComplete, &[System], ANY),
    // 回避: declared by anyone who works on the challenge, or ordered by supervision; what follows for reviews is the service's.
    rule(A::RecusalDeclare, JUDGES, DESK),
    rule(A::RecusalDeclare, &[System], ANY),
    rule(A::RecusalOrder, &[Supervisor], OTHER),
    rule(A::RecusalRead, &[Supervisor, Auditor], ANY),
    rule(A::ReviewReadScores, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::DecisionRead, JUDGING, ANY),
    rule(A::DecisionRead, &[Finance, Leader], ANY),
    rule(A::DecisionApprove, &[Director], OTHER),
    rule(A::DecisionReturn, &[Director], OTHER),
    rule(A::DecisionReopen, &[System], ANY),
    rule(A::DecisionReplace, &[System], ANY),
    rule(A::DecisionLapse, &[System], ANY),
    // 异议: by anyone; whole only to supervision without a part in the case, and to whoever made it.
    rule(A::ObjectionFile, &[Public], &[Stranger, Party, Author, Assigned]),
    rule(A::ObjectionConfirm, &[Public], SELF),
    rule(A::ObjectionReceive, &[System], ANY),
    rule(A::ObjectionRemind, &[System], ANY),
    rule(A::ObjectionRead, &[Officer, Director, Supervisor, Auditor], ANY),
    rule(A::ObjectionReadWhole, &[Supervisor], OTHER),
    rule(A::ObjectionRead, EVERYONE, SELF),
    rule(A::ObjectionReadWhole, EVERYONE, SELF),
    rule(A::ObjectionAdmit, &[Supervisor], OTHER),
    rule(A::ObjectionRuleOut, &[Supervisor], OTHER),
    rule(A::ObjectionExtend, &[Supervisor], OTHER),
    rule(A::ObjectionAnswer, &[Supervisor], OTHER),
];
