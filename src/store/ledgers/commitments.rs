//! The query of the ledger of commitments: each project with the text in force, or the last one, and the signatures on its first.

use super::{Line, Order, Origin, Shape, line};
use crate::domain::commitment::Commitment;
use crate::domain::id::ProjectId;
use crate::domain::project::ProjectStage;
use crate::domain::time::{Date, Timestamp};
use crate::store::Json;
use diesel::sql_types::{BigInt, Date as SqlDate, Nullable, Text, Timestamp as SqlTimestamp};

line! {
    /// A project, signed or to be signed.
    pub struct CommitmentLine {
        id: ProjectId = Text,
        code: String = Text,
        title: String = Text,
        lead_organization: String = Text,
        stage: ProjectStage = Text,
        sign_by: Date = SqlDate,
        // When the last party of the first text signed; none before all have.
        signed_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        effective_at: Option<Timestamp> = Nullable<SqlTimestamp>,
        team_signer: Option<String> = Nullable<Text>,
        legal_representative: Option<String> = Nullable<Text>,
        department_signer: Option<String> = Nullable<Text>,
        sponsor_signer: Option<String> = Nullable<Text>,
        commitment: Option<Json<Commitment>> = Nullable<Text>,
        supplements: i64 = BigInt,
    }
}

impl Line for CommitmentLine {
    // `f` is the first text that came into force, or the last one that was laid before the parties; `k` the one that holds.
    const SHAPE: Shape = Shape {
        select: "p.id AS id, p.code AS code, p.title AS title, o.name AS lead_organization, p.stage AS stage, p.sign_by AS sign_by,
            CASE WHEN f.effective_at IS NOT NULL THEN
                (SELECT MAX(s.signed_at) FROM signatures s WHERE s.project_id = p.id AND s.number = f.number) END AS signed_at,
            f.effective_at AS effective_at, st.signer AS team_signer, st.legal_representative AS legal_representative,
            sd.signer AS department_signer, ss.signer AS sponsor_signer, k.content AS commitment,
            (SELECT COUNT(*) FROM commitments e WHERE e.project_id = p.id AND e.change_id IS NOT NULL AND e.effective_at IS NOT NULL) AS supplements",
        join: "LEFT JOIN commitments f ON f.project_id = p.id AND f.number = COALESCE(
                (SELECT MIN(e.number) FROM commitments e WHERE e.project_id = p.id AND e.effective_at IS NOT NULL),
                (SELECT MAX(e.number) FROM commitments e WHERE e.project_id = p.id))
            LEFT JOIN commitments k ON k.project_id = p.id AND k.number = COALESCE(
                (SELECT MAX(e.number) FROM commitments e WHERE e.project_id = p.id AND e.effective_at IS NOT NULL),
                (SELECT MAX(e.number) FROM commitments e WHERE e.project_id = p.id))
            LEFT JOIN signatures st ON st.project_id = p.id AND st.number = f.number AND st.party = 'team'
            LEFT JOIN signatures sd ON sd.project_id = p.id AND sd.number = f.number AND sd.party = 'department'
            LEFT JOIN signatures ss ON ss.project_id = p.id AND ss.number = f.number AND ss.party = 'sponsor'",
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
