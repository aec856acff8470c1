//! The query of the ledger of projects: each with what was signed, or is to be, and what its bid says of its people.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::challenge::{ChallengeClass, PlanCategory};
use crate::domain::change::ChangeInput;
use crate::domain::commitment::Commitment;
use crate::domain::id::{BidId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::project::ProjectStage;
use crate::domain::time::{Date, Timestamp};
use crate::domain::user::Sector;
use crate::store::Json;
use diesel::sql_types::{BigInt, Binary, Date as SqlDate, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A project.
    pub struct ProjectLine {
        id: ProjectId = Text,
        code: String = Text,
        title: String = Text,
        class: ChallengeClass = Text,
        plan_category: PlanCategory = Text,
        sector: Sector = Text,
        lead_organization: String = Text,
        uscc: Option<String> = Nullable<Text>,
        city: Option<String> = Nullable<Text>,
        starts_on: Date = SqlDate,
        ends_on: Date = SqlDate,
        award_fen: Fen = BigInt,
        commissioner: Option<String> = Nullable<Text>,
        stage: ProjectStage = Text,
        decision_no: Option<String> = Nullable<Text>,
        commitment: Option<Json<Commitment>> = Nullable<Text>,
        bid_id: BidId = Text,
        received_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        opened: Option<Vec<u8>> = Nullable<Binary>,
        // The last change of the principal investigator that is in effect.
        change: Option<Json<ChangeInput>> = Nullable<Text>,
        changed_at: Option<Timestamp> = Nullable<SqlTimestamp>,
    }
}

impl Line for ProjectLine {
    const SHAPE: Shape = Shape {
        select: "p.id AS id, p.code AS code, p.title AS title, c.class AS class, c.plan_category AS plan_category, c.sector AS sector,
            o.name AS lead_organization, o.uscc AS uscc, o.city AS city, p.starts_on AS starts_on, p.ends_on AS ends_on,
            p.award_fen - p.ceded_fen AS award_fen, u.name AS commissioner, p.stage AS stage, d.minute_no AS decision_no, k.content AS commitment,
            p.bid_id AS bid_id, b.received_at AS received_at, w.body AS opened, h.input AS change, h.effective_at AS changed_at",
        join: "JOIN bids b ON b.id = p.bid_id
            LEFT JOIN bid_openings w ON w.bid_id = p.bid_id
            LEFT JOIN users u ON u.id = p.commissioner_id
            LEFT JOIN decisions d ON d.challenge_id = p.challenge_id AND d.round = b.round AND d.stage NOT IN ('returned', 'reopened', 'replaced')
            LEFT JOIN commitments k ON k.project_id = p.id AND k.number = COALESCE(
                (SELECT MAX(f.number) FROM commitments f WHERE f.project_id = p.id AND f.effective_at IS NOT NULL),
                (SELECT MAX(f.number) FROM commitments f WHERE f.project_id = p.id))
            LEFT JOIN changes h ON h.id = (SELECT MAX(e.id) FROM changes e WHERE e.project_id = p.id AND e.kind = 'pi' AND e.stage = 'effective')",
        keep: "",
        order: Order::Id("p.id"),
    };

    fn mark(&self) -> String {
        self.id.to_string()
    }

    fn origin(&self) -> Origin {
        Origin::of(self.id, self.id)
    }
}
