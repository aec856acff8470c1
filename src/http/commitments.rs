//! Commitments 任务书 and their versions: as JSON, and as a page to print.

use crate::app::projects::SignatureRow;
use crate::app::projects::commitment::{self, Signed};
use crate::app::{Act, App, AppError, Seen};
use crate::domain::commitment::Commitment;
use crate::domain::id::{ChangeId, ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::policy::Action;
use crate::domain::project::SigningParty;
use crate::domain::time::Timestamp;
use crate::http::answer::View;
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, same};
use crate::http::pages::{self, printed};
use actix_web::HttpResponse;

/// A signature.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SignatureView {
    party: SigningParty,
    /// Name of who signed.
    signer: String,
    /// 法定代表人 of the team's lead organisation.
    legal_representative: Option<String>,
    signed_by: UserId,
    /// SHA-256 of the text that was signed.
    sha256: String,
    signed_at: Timestamp,
}

impl From<SignatureRow> for SignatureView {
    fn from(row: SignatureRow) -> Self {
        Self {
            party: row.party,
            signer: row.signer,
            legal_representative: row.legal_representative,
            signed_by: row.user_id,
            sha256: row.sha256,
            signed_at: row.signed_at,
        }
    }
}

/// A version of a commitment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CommitmentView {
    /// From 1: each plan and each supplement is the next.
    number: i32,
    /// The change that it supplements; none for the first ones.
    change_id: Option<ChangeId>,
    content: Commitment,
    /// SHA-256 of `content` as JSON without spaces, its fields in the order of this page.
    sha256: String,
    made_at: Timestamp,
    /// Since when it is in force; none while signatures are missing, or when it was replaced before it had them all.
    effective_at: Option<Timestamp>,
    signatures: Vec<SignatureView>,
}

impl View for CommitmentView {}

/// The versions of a commitment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct VersionsView {
    /// The oldest first.
    items: Vec<CommitmentView>,
}

impl View for VersionsView {}

fn view((row, content, signatures): Signed) -> CommitmentView {
    CommitmentView {
        number: row.number,
        change_id: row.change_id,
        content,
        sha256: row.sha256,
        made_at: row.made_at,
        effective_at: row.effective_at,
        signatures: signatures.into_iter().map(Into::into).collect(),
    }
}

/// `GET /projects/{id}/commitment`
pub fn get(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<CommitmentView>, AppError> {
    Ok(commitment::get(act, id)?.map(view))
}

/// `GET /projects/{id}/versions`
pub fn versions(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<VersionsView>, AppError> {
    Ok(commitment::versions(act, id)?.map(|all| VersionsView { items: all.into_iter().map(view).collect() }))
}

/// `GET /projects/{id}/commitment/page`: the same, to print.
///
/// # Errors
/// Not there, or not for the caller to know.
pub async fn page(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::ProjectRead;
    let id = ProjectId::read(&call.id)?;
    call.no_parameters()?;
    let read = move |act: &mut Act<'_>| {
        let seen = commitment::get(act, id)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let one = view(app.read(call.request(READ), read).await?);
    let parties: Vec<PartyLine> = one.content.parties.iter().map(|party| line(party, &one)).collect();
    let wan = Amounts::of(&one.content);
    let signs: Vec<&str> = one.content.indicators.iter().map(|indicator| indicator.comparator.zh()).collect();
    let methods: Vec<&str> = one.content.indicators.iter().map(|indicator| indicator.measure_method.zh()).collect();
    let gates: Vec<&str> = one.content.payments.iter().map(|payment| payment.gate.zh()).collect();
    let sources: Vec<&str> = one.content.payments.iter().map(|payment| payment.source.zh()).collect();
    let items: Vec<&str> = one.content.budget.iter().map(|line| line.item.zh()).collect();
    let context = minijinja::context! {
        one => minijinja::value::Serde(&one), parties => minijinja::value::Serde(&parties), wan => minijinja::value::Serde(&wan),
        signs => minijinja::value::Serde(&signs), methods => minijinja::value::Serde(&methods),
        gates => minijinja::value::Serde(&gates), items => minijinja::value::Serde(&items),
        sources => minijinja::value::Serde(&sources),
    };
    Ok(printed(pages::rendered("commitment.html", include_str!("pages/commitment.html"), context)?))
}

/// A party, and who signed for it.
#[derive(Debug, serde::Serialize)]
struct PartyLine {
    called: &'static str,
    organization: String,
    uscc: String,
    signer: String,
    legal_representative: String,
    signed_on: String,
}

fn line(party: &crate::domain::commitment::CommitmentParty, one: &CommitmentView) -> PartyLine {
    let signed = one.signatures.iter().find(|signature| signature.party == party.party);
    PartyLine {
        called: party.party.zh(),
        organization: party.organization.clone(),
        uscc: party.uscc.clone().unwrap_or_default(),
        signer: signed.map(|signed| signed.signer.clone()).unwrap_or_default(),
        legal_representative: signed.and_then(|signed| signed.legal_representative.clone()).unwrap_or_default(),
        signed_on: signed.map(|signed| signed.signed_at.date().to_string()).unwrap_or_default(),
    }
}

/// The amounts of a commitment in 万元.
#[derive(Debug, serde::Serialize)]
struct Amounts {
    award: String,
    sponsor: String,
    own: String,
    payments: Vec<String>,
    budget: Vec<[String; 3]>,
}

impl Amounts {
    fn of(text: &Commitment) -> Self {
        Self {
            award: text.award_fen.in_wan(),
            sponsor: text.sponsor_fund_fen.in_wan(),
            own: text.self_fund_fen.in_wan(),
            payments: text.payments.iter().map(|payment| payment.amount_fen.in_wan()).collect(),
            budget: text.budget.iter().map(|line| [line.fiscal_fen, line.sponsor_fen, line.self_fen].map(Fen::in_wan)).collect(),
        }
    }
}
