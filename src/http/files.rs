//! Files of bids: views and handlers. Bodies of files are streamed both ways; everything else is as at any route.

use crate::app::files::{self, Named, Upload};
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::challenge::NoInput;
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::{self, FileKind, FileNote, MediaType, Unfit};
use crate::domain::id::{BidId, FileId};
use crate::domain::policy::Action;
use crate::http::answer::{self, View};
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, refused_first, same};
use crate::http::problem::{Problem, rows};
use actix_multipart::{Field, Multipart};
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use futures_util::StreamExt;
use std::time::Duration;

/// How long a piece of an upload may take to arrive.
pub(super) const PIECE: Duration = Duration::from_secs(15);
/// Bytes of a field that names a kind.
const KIND: usize = 64;
/// What is still read of an upload that was refused, so that the client hears why.
const DRAINED: usize = 4 * 1024 * 1024;

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

/// The id and nothing else: an upload takes no parameters and no key.
fn readable<P: PathId>(call: &Call) -> Result<P, Faults> {
    let id = P::read(&call.id)?;
    call.no_parameters()?;
    without_key(call)?;
    Ok(id)
}

/// An upload takes no key.
pub(super) fn without_key(call: &Call) -> Result<(), Faults> {
    if call.key.is_some() {
        let (zh, en) =
            ("上传文件不支持幂等键：请先查看附件列表再重试", "an upload takes no key: look at the list of files before you try again");
        return Err(Fault::new("bad_key", zh, en).at("Idempotency-Key").into());
    }
    Ok(())
}

/// `POST /bids/{id}/files`: permission and room first, then the body, and the same again in the transaction that takes it.
///
/// # Errors
/// Whatever is wrong with it; nothing of it stays then.
pub async fn add(app: App, mut call: Call) -> Result<HttpResponse, Turned> {
    const ADD: Action = Action::FileAdd;
    let id: BidId = match readable(&call) {
        Ok(id) => id,
        Err(faults) => return Err(refused_first(&app, &call, ADD, faults).await),
    };
    let user = app.read(call.request(ADD), move |act| files::may_add(act, id)).await?;
    let _lane = app.lane(user)?;
    let (named, upload) = receive(&app, &mut call).await?;
    let stored = app.received(upload, named.media_type).await?;
    let work = move |act: &mut Act<'_>| {
        let done = files::add(act, id, named, stored)?;
        same(ADD, done.action())?;
        Ok(done)
    };
    let shape = |note: FileNote| answer::written(&note, 201, Some(format!("/api/v1/files/{}", note.id)));
    Ok(answer::respond(app.write(call.request(ADD), work, shape).await?))
}

pub(super) fn malformed() -> Turned {
    Fault::new("malformed_form", "上传表单无法解析", "the form cannot be read").into_turned("")
}

/// A fault of a form, as the answer to it.
pub(super) trait IntoTurned {
    /// Said of this field.
    fn into_turned(self, field: &str) -> Turned;
}

impl IntoTurned for Fault {
    fn into_turned(self, field: &str) -> Turned {
        Faults::from(self.at(field)).into()
    }
}

/// The next field of a form, which must be called so.
pub(super) async fn field(form: &mut Multipart, name: &str) -> Result<Field, Turned> {
    match tokio::time::timeout(PIECE, form.next()).await {
        Err(_) => Err(rows::TOO_SLOW.into()),
        Ok(None) => Err(Fault::missing().into_turned(name)),
        Ok(Some(Err(_))) => Err(malformed()),
        Ok(Some(Ok(field))) if field.name() == Some(name) => Ok(field),
        Ok(Some(Ok(_))) => {
            let (zh, en) = (format!("表单在此处应为{name}字段"), format!("the form must hold the field {name} here"));
            Err(Fault::new("unknown_field", zh, en).into_turned(name))
        }
    }
}

/// Reads the form of an upload; its file goes to the disk as it comes.
async fn receive(app: &App, call: &mut Call) -> Result<(Named, Upload), Turned> {
    let mut form = call.form.take().ok_or(rows::NOT_A_FORM)?.0;
    let mut first = field(&mut form, "kind").await?;
    let text = tokio::time::timeout(PIECE, first.bytes(KIND)).await.map_err(|_| rows::TOO_SLOW)?;
    let text = text.map_err(|_| Fault::unknown_code(FileKind::CODES).into_turned("kind"))?.map_err(|_| malformed())?;
    let kind = String::from_utf8_lossy(&text).parse::<FileKind>().map_err(|fault| fault.into_turned("kind"))?;
    drop(first);
    let mut body = field(&mut form, "file").await?;
    let given = body.content_disposition().and_then(|disposition| disposition.get_filename()).unwrap_or_default().to_owned();
    let taken = async {
        let name = file::name(&given)?;
        let media_type = MediaType::of_name(name.as_str()).ok_or(AppError::from(Unfit::Kind))?;
        let upload = pour(app, &mut body).await?;
        Ok::<_, Turned>((Named { kind, name, media_type }, upload))
    }
    .await;
    if taken.is_err() {
        drain(body).await;
        return taken;
    }
    drop(body);
    match tokio::time::timeout(PIECE, form.next()).await {
        Ok(None) => taken,
        Ok(Some(Err(_))) => Err(malformed()),
        Ok(Some(Ok(_))) => Err(Fault::new("unknown_field", "每次只能上传一个文件", "one file at a time").into_turned("file")),
        Err(_) => Err(rows::TOO_SLOW.into()),
    }
}

async fn pour(app: &App, body: &mut Field) -> Result<Upload, Turned> {
    let mut upload = app.receive().await?;
    while let Some(piece) = tokio::time::timeout(PIECE, body.next()).await.map_err(|_| rows::TOO_SLOW)? {
        upload = upload.push(&piece.map_err(|_| malformed())?).await?;
    }
    Ok(upload)
}

/// Reads on for a moment: a connection that is closed while a client writes loses the answer.
pub(super) async fn drain(mut body: Field) {
    let mut read: usize = 0;
    let reading = async {
        while let Some(Ok(piece)) = body.next().await {
            read = read.saturating_add(piece.len());
            if read > DRAINED {
                return;
            }
        }
    };
    drop(tokio::time::timeout(Duration::from_secs(2), reading).await);
}

/// The bytes that a `Range` asks for: `None` for all of them, an error for none that there are.
fn range(text: Option<&str>, bytes: u64) -> Result<Option<(u64, u64)>, ()> {
    let Some((first, last)) =
        text.and_then(|text| text.strip_prefix("bytes=")).filter(|set| !set.contains(',')).and_then(|r| r.split_once('-'))
    else {
        return Ok(None);
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (from, end) = match (first.trim().is_empty(), number(first), last.trim().is_empty(), number(last)) {
        (true, _, false, Some(length)) => (bytes.saturating_sub(length), if length == 0 { 0 } else { bytes }),
        (false, Some(from), true, _) => (from, bytes),
        (false, Some(from), false, Some(last)) if from <= last => (from, last.saturating_add(1).min(bytes)),
        _ => return Ok(None),
    };
    if from < end { Ok(Some((from, end))) } else { Err(()) }
}

/// `GET /files/{id}`: as an attachment, in whole or in part.
///
/// # Errors
/// Not there, or not for the caller to know; a part that there is not.
pub async fn download(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::FileRead;
    let id = FileId::read(&call.id)?;
    call.no_parameters()?;
    let opened = move |act: &mut Act<'_>| {
        let seen = files::open(act, id)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let file = app.read(call.request(READ), opened).await?;
    let note = file.note.clone();
    let tag = format!("\"{}\"", note.sha256);
    let wanted = call.range.as_deref().filter(|_| call.if_range.as_ref().is_none_or(|known| *known == tag));
    let Ok(part) = range(wanted, note.bytes) else {
        let mut response = Problem::of(rows::NO_SUCH_RANGE, call.locale, &call.request_id).response();
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{}", note.bytes)) {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
        return Ok(response);
    };
    let known = call.none_match.as_deref().is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let status = match (known, part) {
        (true, _) => StatusCode::NOT_MODIFIED,
        (false, Some(_)) => StatusCode::PARTIAL_CONTENT,
        (false, None) => StatusCode::OK,
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, tag));
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")));
    if known {
        return Ok(response.finish());
    }
    let (from, end) = part.unwrap_or((0, note.bytes));
    if part.is_some() {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{}/{}", end.saturating_sub(1), note.bytes)));
    }
    response.insert_header((header::CONTENT_TYPE, note.media_type.code()));
    response.insert_header((header::CONTENT_DISPOSITION, attachment(&note)));
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'")));
    response.insert_header((header::ACCEPT_RANGES, HeaderValue::from_static("bytes")));
    if let Some(digest) = files::digest_field(&note) {
        response.insert_header(("Repr-Digest", digest));
    }
    let length = end.saturating_sub(from);
    if call.head {
        return Ok(response.body(SizedStream::new(length, futures_util::stream::empty::<Result<_, std::io::Error>>())));
    }
    Ok(response.body(SizedStream::new(length, app.content(file, from, end).await?)))
}

/// A disposition that no browser shows in the page, with a name that any header can carry.
fn attachment(note: &FileNote) -> String {
    let name = note.name.as_str();
    let ending = name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
    let encoded: String = name
        .bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect();
    format!("attachment; filename=\"file.{ending}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        for (text, expected) in [
            ("bytes=0-0", Ok(Some((0, 1)))),
            ("bytes=2-", Ok(Some((2, 10)))),
            ("bytes=-3", Ok(Some((7, 10)))),
            ("bytes=-30", Ok(Some((0, 10)))),
            ("bytes=5-99", Ok(Some((5, 10)))),
            ("bytes=10-", Err(())),
            ("bytes=-0", Err(())),
            ("bytes=3-2", Ok(None)),
            ("bytes=0-1,3-4", Ok(None)),
            ("lines=1-2", Ok(None)),
            ("bytes=x-2", Ok(None)),
        ] {
            assert_eq!(range(Some(text), 10), expected, "{text}");
        }
        assert_eq!(range(None, 10), Ok(None));
    }
}
