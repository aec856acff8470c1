//! Formal examinations: views and handlers.

use crate::app::bids::examination::{self, Examination};
use crate::app::{Act, AppError, Done, Seen};
use crate::domain::challenge::{NoInput, ReasonInput};
use crate::domain::examination::{AppealAnswer, AppealInput, CorrectedInput, CorrectionInput, ExaminationInput, ExaminedItem};
use crate::domain::id::BidId;
use crate::domain::time::{Date, Timestamp};
use crate::http::answer::View;
use crate::http::bids::BidView;

/// A correction 补正.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CorrectionView {
    /// What is wrong with the form.
    items: Vec<ExaminedItem>,
    /// Last day to correct it.
    due_on: Date,
    /// What the team supplied.
    statement: Option<String>,
    corrected_at: Option<Timestamp>,
}

/// An appeal 复核.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AppealView {
    /// Last day to appeal.
    until: Date,
    grounds: Option<String>,
    appealed_at: Option<Timestamp>,
    /// The answer of supervision.
    answer: Option<String>,
    answered_at: Option<Timestamp>,
}

/// The formal examination of a bid.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ExaminationView {
    /// What the service finds by itself, item by item, while the bid is examined; empty before and after.
    computed: Vec<ExaminedItem>,
    /// The checklist as it was filled in.
    items: Option<Vec<ExaminedItem>>,
    /// What was to be corrected.
    correction: Option<CorrectionView>,
    /// Once a failure was confirmed.
    appeal: Option<AppealView>,
}

impl View for ExaminationView {}

impl From<Examination> for ExaminationView {
    fn from(Examination { computed, items, row }: Examination) -> Self {
        let asked = row.asked.and_then(|items| items.read().ok());
        let correction = asked.zip(row.due_on).map(|(items, due_on)| CorrectionView {
            items,
            due_on,
            statement: row.statement,
            corrected_at: row.corrected_at,
        });
        let appeal = row.appeal_until.map(|until| AppealView {
            until,
            grounds: row.grounds,
            appealed_at: row.appealed_at,
            answer: row.answer,
            answered_at: row.answered_at,
        });
        Self { computed, items, correction, appeal }
    }
}

type Changed = Result<Done<BidView>, AppError>;

/// `GET /bids/{id}/examination`
pub fn get(act: &mut Act<'_>, id: BidId) -> Result<Seen<ExaminationView>, AppError> {
    Ok(examination::get(act, id)?.map(Into::into))
}

/// `POST /bids/{id}/examine`
pub fn examine(act: &mut Act<'_>, id: BidId, input: ExaminationInput) -> Changed {
    Ok(examination::examine(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/request_correction`
pub fn request_correction(act: &mut Act<'_>, id: BidId, input: CorrectionInput) -> Changed {
    Ok(examination::request_correction(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/correct`
pub fn correct(act: &mut Act<'_>, id: BidId, input: CorrectedInput) -> Changed {
    Ok(examination::correct(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/confirm_failure`
pub fn confirm_failure(act: &mut Act<'_>, id: BidId, _: NoInput) -> Changed {
    Ok(examination::confirm_failure(act, id)?.map(Into::into))
}

/// `POST /bids/{id}/return_examination`
pub fn return_examination(act: &mut Act<'_>, id: BidId, input: ReasonInput) -> Changed {
    Ok(examination::return_examination(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/appeal`
pub fn appeal(act: &mut Act<'_>, id: BidId, input: AppealInput) -> Changed {
    Ok(examination::appeal(act, id, &input)?.map(Into::into))
}

/// `POST /bids/{id}/decide_appeal`
pub fn decide_appeal(act: &mut Act<'_>, id: BidId, input: AppealAnswer) -> Changed {
    Ok(examination::decide_appeal(act, id, &input)?.map(Into::into))
}
