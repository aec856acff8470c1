//! Files of bids: views and handlers.

use crate::app::files;
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::challenge::NoInput;
use crate::domain::file::{FileKind, FileNote};
use crate::domain::id::{BidId, FileId};
use crate::domain::policy::Action;
use crate::http::answer::View;
use crate::http::call::{Call, Turned};
use crate::http::{downloads, uploads};
use actix_web::HttpResponse;

impl View for FileNote {
    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// The files of a bid.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FilesView {
    /// In the order in which they were handed in.
    items: Vec<FileNote>,
}

impl View for FilesView {}

/// The form of an upload.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes what is read piece by piece")]
pub struct FileForm {
    /// What the file is. This field comes first.
    kind: FileKind,
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// `GET /bids/{id}/files`
pub fn of_bid(act: &mut Act<'_>, id: BidId) -> Result<Seen<FilesView>, AppError> {
    Ok(files::of_bid(act, id)?.map(|items| FilesView { items }))
}

/// `POST /files/{id}/remove`
pub fn remove(act: &mut Act<'_>, id: FileId, _: NoInput) -> Result<Done<FileNote>, AppError> {
    files::remove(act, id)
}

/// What follows on a removal: what no submission names goes from the disk.
pub async fn forget(app: App) -> Result<(), AppError> {
    app.forget_removed_files().await
}

/// `POST /bids/{id}/files`
///
/// # Errors
/// Whatever is wrong with it; nothing of it stays then.
pub async fn add(app: App, call: Call) -> Result<HttpResponse, Turned> {
    uploads::take((app, call), Action::FileAdd, files::may_add, files::add, "/files").await
}

/// `GET /files/{id}`
///
/// # Errors
/// Not there, or not for the caller to know; a part that there is not.
pub async fn download(app: App, call: Call) -> Result<HttpResponse, Turned> {
    downloads::serve(app, call, Action::FileRead, files::open).await
}
