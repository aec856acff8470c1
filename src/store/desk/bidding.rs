//! What waits of challenges before an award: records of a stage, the oldest first.

use super::FETCH;
use crate::domain::amendment::AmendmentStage;
use crate::domain::challenge::ChallengeStage;
use crate::domain::decision::DecisionStage;
use crate::domain::disqualification::DisqualificationStage;
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::objection::ObjectionStage;
use crate::domain::partnership::PartnershipStage;
use crate::domain::question::QuestionStage;
use crate::domain::restriction::RestrictionStage;
use crate::domain::review::ReviewStage;
use crate::domain::satisfaction::SatisfactionStage;
use crate::store::Conn;
use crate::store::amendments::AmendmentRow;
use crate::store::bids::BidRow;
use crate::store::challenges::ChallengeRow;
use crate::store::decisions::DecisionRow;
use crate::store::disqualifications::DisqualificationRow;
use crate::store::objections::ObjectionRow;
use crate::store::partnerships::PartnershipRow;
use crate::store::questions::QuestionRow;
use crate::store::restrictions::RestrictionRow;
use crate::store::reviews::ReviewRow;
use crate::store::satisfactions::SatisfactionRow;
use crate::store::schema::{
    amendments, bids, challenges, decisions, disqualifications, objections, partnerships, questions, restrictions, reviews, satisfactions,
};
use diesel::prelude::*;

/// The records of a stage.
macro_rules! waiting {
    ($name:ident, $table:ident, $row:ty, $stage:ty, $what:literal) => {
        #[doc = concat!($what, " at a stage.")]
        ///
        /// # Errors
        /// The database does not answer.
        pub fn $name(conn: &mut Conn, stage: $stage) -> QueryResult<Vec<$row>> {
            $table::table.filter($table::stage.eq(stage)).order($table::id).limit(FETCH).select(<$row>::as_select()).load(conn)
        }
    };
}

waiting!(challenges_at, challenges, ChallengeRow, ChallengeStage, "Challenges");
waiting!(amendments_at, amendments, AmendmentRow, AmendmentStage, "Amendments");
waiting!(decisions_at, decisions, DecisionRow, DecisionStage, "Decisions");
waiting!(questions_at, questions, QuestionRow, QuestionStage, "Questions");
waiting!(restrictions_at, restrictions, RestrictionRow, RestrictionStage, "Restrictions");
waiting!(objections_at, objections, ObjectionRow, ObjectionStage, "Objections");

/// What an organisation is asked about bids on its challenges.
///
/// # Errors
/// The database does not answer.
pub fn satisfactions_of(conn: &mut Conn, own: OrganizationId) -> QueryResult<Vec<(SatisfactionRow, ChallengeRow)>> {
    satisfactions::table
        .inner_join(challenges::table.on(challenges::id.eq(satisfactions::challenge_id)))
        .filter(challenges::sponsor_id.eq(own))
        .filter(satisfactions::stage.eq(SatisfactionStage::Asked))
        .order(satisfactions::id)
        .limit(FETCH)
        .select((SatisfactionRow::as_select(), ChallengeRow::as_select()))
        .load(conn)
}

/// Partnerships that an organisation is asked to confirm.
///
/// # Errors
/// The database does not answer.
pub fn partnerships_of(conn: &mut Conn, own: OrganizationId) -> QueryResult<Vec<(PartnershipRow, ChallengeRow)>> {
    partnerships::table
        .inner_join(challenges::table.on(challenges::id.eq(partnerships::challenge_id)))
        .filter(partnerships::organization_id.eq(own))
        .filter(partnerships::stage.eq(PartnershipStage::Asked))
        .order(partnerships::id)
        .limit(FETCH)
        .select((PartnershipRow::as_select(), ChallengeRow::as_select()))
        .load(conn)
}

/// Disqualifications at a stage, with their bids and challenges.
///
/// # Errors
/// The database does not answer.
pub fn disqualifications_at(
    conn: &mut Conn,
    stage: DisqualificationStage,
) -> QueryResult<Vec<(DisqualificationRow, BidRow, ChallengeRow)>> {
    disqualifications::table
        .inner_join(bids::table)
        .inner_join(challenges::table.on(challenges::id.eq(bids::challenge_id)))
        .filter(disqualifications::stage.eq(stage))
        .order(disqualifications::id)
        .limit(FETCH)
        .select((DisqualificationRow::as_select(), BidRow::as_select(), ChallengeRow::as_select()))
        .load(conn)
}

/// Reviews of an expert at a stage, with their bids and challenges.
///
/// # Errors
/// The database does not answer.
pub fn reviews_of(conn: &mut Conn, expert: UserId, stage: ReviewStage) -> QueryResult<Vec<(ReviewRow, BidRow, ChallengeRow)>> {
    reviews::table
        .inner_join(bids::table)
        .inner_join(challenges::table.on(challenges::id.eq(reviews::challenge_id)))
        .filter(reviews::expert_id.eq(expert))
        .filter(reviews::stage.eq(stage))
        .order(reviews::id)
        .limit(FETCH)
        .select((ReviewRow::as_select(), BidRow::as_select(), ChallengeRow::as_select()))
        .load(conn)
}
