//! Answers: JSON with a strong `ETag`, `Location`, and the cursor of the next page.

use crate::app::sha256_hex;
use crate::app::{Answer, AppError};
use crate::app::{Mark, Page};
use crate::http::call::Call;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

/// What a handler answers with.
pub trait View: serde::Serialize + utoipa::ToSchema + Send + 'static {
    /// Version of the record, which its `ETag` begins with.
    fn version(&self) -> Option<i64> {
        None
    }

    /// Id of the record.
    fn id(&self) -> String {
        String::new()
    }
}

/// Makes a struct with `id` and `version` (or one that wraps such a view) a [`View`] of a record.
macro_rules! record_view {
    ($view:ty) => {
        impl View for $view {
            fn version(&self) -> Option<i64> {
                Some(self.version)
            }
            fn id(&self) -> String {
                self.id.to_string()
            }
        }
    };
    ($view:ty as $inner:ident) => {
        impl View for $view {
            fn version(&self) -> Option<i64> {
                self.$inner.version()
            }
            fn id(&self) -> String {
                self.$inner.id()
            }
        }
    };
}
pub(crate) use record_view;

/// A page of a list.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Items<V> {
    /// The records.
    pub items: Vec<V>,
    /// Cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// Cuts a page that was fetched with one record too many, and signs where it ended.
pub fn paged<V: View>(mut rows: Vec<V>, page: &Page, sign: impl FnOnce(&str) -> Option<String>) -> Items<V> {
    let limit = usize::try_from(page.limit).unwrap_or(100);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mark = rows.last().filter(|_| more).map(|last| Mark { key: String::new(), id: last.id() });
    let next_cursor = mark.and_then(|mark| serde_json::to_string(&mark).ok()).and_then(|text| sign(&text));
    Items { items: rows, next_cursor }
}

/// The answer of a write, ready to be kept.
///
/// # Errors
/// The view cannot be written as JSON.
pub fn written<V: View>(view: &V, status: u16, location: Option<String>) -> Result<Answer, AppError> {
    let body = serde_json::to_string(view).map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(Answer { status, location, version: view.version(), body, replayed: false })
}

fn etag(version: Option<i64>, body: &str) -> String {
    let digest = sha256_hex(body.as_bytes());
    let short = digest.get(..16).unwrap_or_default();
    version.map_or_else(|| format!("\"{short}\""), |version| format!("\"{version}.{short}\""))
}

/// The response to a read: 304 when the caller has it already.
#[must_use]
pub fn read(call: &Call, version: Option<i64>, body: String) -> HttpResponse {
    let tag = etag(version, &body);
    let known = call.none_match.as_deref().is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header((header::ETAG, tag));
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")));
    if known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    response.body(body)
}

/// The response to a write.
#[must_use]
pub fn respond(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    if answer.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    if let Some(location) = &answer.location {
        response.insert_header((header::LOCATION, location.as_str()));
    }
    if answer.status == 204 {
        return response.finish();
    }
    response.insert_header((header::ETAG, etag(answer.version, &answer.body)));
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    response.body(answer.body)
}
