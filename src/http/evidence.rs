//! Evidence of projects: views and handlers.

use crate::app::{Act, App, AppError, Done, Seen, evidence};
use crate::domain::challenge::NoInput;
use crate::domain::evidence::{EvidenceFile, EvidenceKind};
use crate::domain::id::{EvidenceId, ProjectId};
use crate::domain::policy::Action;
use crate::http::answer::View;
use crate::http::call::{Call, Turned};
use crate::http::{downloads, uploads};
use actix_web::HttpResponse;

impl View for EvidenceFile {
    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// A file of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EvidenceFileView {
    #[serde(flatten)]
    file: EvidenceFile,
    /// Whether a milestone or an application for acceptance names it: then it stays, and others than the team see it.
    handed_in: bool,
}

/// The files of a project.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EvidenceFilesView {
    /// In the order in which they were uploaded.
    items: Vec<EvidenceFileView>,
}

impl View for EvidenceFilesView {}

/// The form of an upload.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes what is read piece by piece")]
pub struct EvidenceForm {
    /// What the file is. This field comes first.
    kind: EvidenceKind,
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// `GET /projects/{id}/evidence`
pub fn of_project(act: &mut Act<'_>, id: ProjectId) -> Result<Seen<EvidenceFilesView>, AppError> {
    let view = |(file, handed_in): evidence::WithState| EvidenceFileView { file, handed_in };
    Ok(evidence::of_project(act, id)?.map(|files| EvidenceFilesView { items: files.into_iter().map(view).collect() }))
}

/// `POST /evidence/{id}/remove`
pub fn remove(act: &mut Act<'_>, id: EvidenceId, _: NoInput) -> Result<Done<EvidenceFile>, AppError> {
    evidence::remove(act, id)
}

/// `POST /projects/{id}/evidence`
///
/// # Errors
/// Whatever is wrong with it; nothing of it stays then.
pub async fn add(app: App, call: Call) -> Result<HttpResponse, Turned> {
    uploads::take((app, call), Action::EvidenceAdd, evidence::may_add, evidence::add, "/evidence").await
}

/// `GET /evidence/{id}`
///
/// # Errors
/// Not there, or not for the caller to know; a part that there is not.
pub async fn download(app: App, call: Call) -> Result<HttpResponse, Turned> {
    downloads::serve(app, call, Action::EvidenceRead, evidence::open).await
}
