//! Partnerships: what a bid asks of a partner of its consortium, and whether the partner confirms it.

use crate::domain::codes::codes;
use crate::domain::policy::Action as A;
use crate::domain::workflow::{path, stage_table};

codes! {
    /// Where a partnership stands. Other terms make it `asked` again.
    pub enum PartnershipStage {
        Asked = "asked" "待确认",
        Confirmed = "confirmed" "已确认",
        Declined = "declined" "已谢绝",
    }
}

use PartnershipStage as S;
stage_table!(
    S,
    &[
        path(S::Asked, A::PartnershipConfirm, &[S::Confirmed]),
        path(S::Asked, A::PartnershipRefuse, &[S::Declined]),
        path(S::Asked, A::PartnershipAsk, &[S::Asked]),
        path(S::Confirmed, A::PartnershipRefuse, &[S::Declined]),
        path(S::Confirmed, A::PartnershipAsk, &[S::Asked]),
        path(S::Declined, A::PartnershipConfirm, &[S::Confirmed]),
        path(S::Declined, A::PartnershipAsk, &[S::Asked]),
    ]
);
