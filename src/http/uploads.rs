//! Uploads: a form with a kind and a file, which goes to the disk as it comes.

use crate::app::files::folder::Stored;
use crate::app::files::{Named, Upload};
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::fault::{Fault, Faults};
use crate::domain::file::{self, MediaType, Unfit};
use crate::domain::id::UserId;
use crate::domain::policy::Action;
use crate::http::answer::{self, View};
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, refused_first, same};
use crate::http::problem::rows;
use actix_multipart::{Field, Multipart};
use actix_web::HttpResponse;
use futures_util::StreamExt;
use std::str::FromStr;
use std::time::Duration;

/// How long a piece of an upload may take to arrive.
pub(super) const PIECE: Duration = Duration::from_secs(15);
/// Bytes of a field that names a kind.
const KIND: usize = 64;
/// What is still read of an upload that was refused, so that the client hears why.
const DRAINED: usize = 4 * 1024 * 1024;

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

/// The use case that takes a file which is on the disk into a record.
type Take<P, K, V> = fn(&mut Act<'_>, P, Named<K>, Stored) -> Result<Done<V>, AppError>;

/// Takes an upload for the record in the path: permission and room first (`may`), then the body, and the same again in the
/// transaction that takes it (`add`). The file is then found below `place`.
///
/// # Errors
/// Whatever is wrong with it; nothing of it stays then.
pub(super) async fn take<P, K, V>(
    (app, mut call): (App, Call),
    action: Action,
    may: fn(&mut Act<'_>, P) -> Result<Seen<UserId>, AppError>,
    add: Take<P, K, V>,
    place: &'static str,
) -> Result<HttpResponse, Turned>
where
    P: PathId + Copy + Send + 'static,
    K: FromStr<Err = Fault> + Send + 'static,
    V: View + 'static,
{
    let id: P = match readable(&call) {
        Ok(id) => id,
        Err(faults) => return Err(refused_first(&app, &call, action, faults).await),
    };
    let user = app.read(call.request(action), move |act| may(act, id)).await?;
    let _lane = app.lane(user)?;
    let (named, upload) = receive(&app, &mut call).await?;
    let stored = app.received(upload, named.media_type).await?;
    let work = move |act: &mut Act<'_>| {
        let done = add(act, id, named, stored)?;
        same(action, done.action())?;
        Ok(done)
    };
    let shape = move |file: V| answer::written(&file, 201, Some(format!("/api/v1{place}/{}", file.id())));
    Ok(answer::respond(app.write(call.request(action), work, shape).await?))
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

/// That the form holds nothing more.
pub(super) async fn end(form: &mut Multipart) -> Result<(), Turned> {
    match tokio::time::timeout(PIECE, form.next()).await {
        Ok(None) => Ok(()),
        Ok(Some(Err(_))) => Err(malformed()),
        Ok(Some(Ok(_))) => Err(Fault::new("unknown_field", "每次只能上传一个文件", "one file at a time").into_turned("file")),
        Err(_) => Err(rows::TOO_SLOW.into()),
    }
}

/// What is said of a kind that there is not.
fn unknown<K: FromStr<Err = Fault>>() -> Fault {
    K::from_str("").err().unwrap_or_else(Fault::missing)
}

/// Reads the form of an upload; its file goes to the disk as it comes.
async fn receive<K: FromStr<Err = Fault>>(app: &App, call: &mut Call) -> Result<(Named<K>, Upload), Turned> {
    let mut form = call.form.take().ok_or(rows::NOT_A_FORM)?.0;
    let mut first = field(&mut form, "kind").await?;
    let text = tokio::time::timeout(PIECE, first.bytes(KIND)).await.map_err(|_| rows::TOO_SLOW)?;
    let text = text.map_err(|_| unknown::<K>().into_turned("kind"))?.map_err(|_| malformed())?;
    let kind = String::from_utf8_lossy(&text).parse::<K>().map_err(|fault| fault.into_turned("kind"))?;
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
    end(&mut form).await?;
    taken
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
