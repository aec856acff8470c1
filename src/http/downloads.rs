//! Downloads: bytes as they were handed in, in whole or in part, never shown in a page.

use crate::app::files::Download;
use crate::app::{Act, App, AppError, Seen};
use crate::domain::file::FileContent;
use crate::domain::policy::Action;
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, same};
use crate::http::problem::{Problem, rows};
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

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

/// A file as an attachment, in whole or in part, if `open` finds that the caller may have it.
///
/// # Errors
/// Not there, or not for the caller to know; a part that there is not.
pub(super) async fn serve<P: PathId + Send + 'static>(
    app: App,
    call: Call,
    action: Action,
    open: fn(&mut Act<'_>, P) -> Result<Seen<Download>, AppError>,
) -> Result<HttpResponse, Turned> {
    let id = P::read(&call.id)?;
    call.no_parameters()?;
    let opened = move |act: &mut Act<'_>| {
        let seen = open(act, id)?;
        same(action, seen.action())?;
        Ok(seen)
    };
    let file = app.read(call.request(action), opened).await?;
    let content = file.content.clone();
    let tag = format!("\"{}\"", content.sha256);
    let wanted = call.range.as_deref().filter(|_| call.if_range.as_ref().is_none_or(|known| *known == tag));
    let Ok(part) = range(wanted, content.bytes) else {
        let mut response = Problem::of(rows::NO_SUCH_RANGE, call.locale, &call.request_id).response();
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{}", content.bytes)) {
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
    let (from, end) = part.unwrap_or((0, content.bytes));
    if part.is_some() {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{}/{}", end.saturating_sub(1), content.bytes)));
    }
    response.insert_header((header::CONTENT_TYPE, content.media_type.code()));
    response.insert_header((header::CONTENT_DISPOSITION, attachment(&content)));
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'")));
    response.insert_header((header::ACCEPT_RANGES, HeaderValue::from_static("bytes")));
    if let Some(digest) = file.digest_field() {
        response.insert_header(("Repr-Digest", digest));
    }
    let length = end.saturating_sub(from);
    if call.head {
        return Ok(response.body(SizedStream::new(length, futures_util::stream::empty::<Result<_, std::io::Error>>())));
    }
    Ok(response.body(SizedStream::new(length, app.content(file, from, end).await?)))
}

/// A disposition that no browser shows in the page, with a name that any header can carry.
fn attachment(content: &FileContent) -> String {
    let name = content.name.as_str();
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
