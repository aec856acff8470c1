//! A call: what a request brings along, read in the order that keeps strangers out: token first, body last.

use crate::app::error::ErrorRow;
use crate::app::{App, AppError, Key, Request, Who};
use crate::app::{Mark, Page};
use crate::domain::fault::{Fault, Faults};
use crate::domain::policy::Action;
use crate::domain::session::Origin;
use crate::domain::user::Locale;
use crate::http::edge::{Client, Presented};
use crate::http::json;
use crate::http::problem::{Problem, locale, rows};
use actix_multipart::Multipart;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde_json::{Map, Value};
use std::time::Duration;

/// Largest body that is taken, in bytes.
pub const LARGEST_BODY: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(15);
/// Longest idempotency key, in characters.
const LONGEST_KEY: usize = 128;

/// The id that the outermost middleware gave to a request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// A request, read.
#[derive(Debug)]
pub struct Call {
    /// For log, audit and errors.
    pub request_id: String,
    /// Language of the answer.
    pub locale: Locale,
    /// On whose behalf.
    pub who: Who,
    /// Where from.
    pub origin: Origin,
    /// Version expected.
    pub expects: Option<i64>,
    /// Whether an answer is in the caller's cache already.
    pub none_match: Option<String>,
    /// Keep nothing.
    pub dry_run: bool,
    /// Idempotency key with the fingerprint of the request.
    pub key: Option<(String, String)>,
    /// The part of the path that varies.
    pub id: String,
    /// Query parameters, each once.
    pub query: Map<String, Value>,
    /// The body.
    pub body: Bytes,
    /// The form, where the handler reads it piece by piece.
    pub form: Option<Form>,
    /// Which part of a file is asked for,
    pub range: Option<String>,
    /// if it is still this one.
    pub if_range: Option<String>,
    /// Whether the answer's body is not wanted.
    pub head: bool,
}

/// A form that is on its way.
pub struct Form(pub Multipart);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form")
    }
}

/// Marks a request for the head of an answer alone.
#[derive(Clone, Copy, Debug)]
pub struct HeadAlone;

/// Why a call is not answered by a use case.
#[derive(Debug)]
pub enum Turned {
    /// By a use case's own error.
    Away(AppError),
    /// By the door.
    Back(ErrorRow),
}

impl From<AppError> for Turned {
    fn from(error: AppError) -> Self {
        Self::Away(error)
    }
}

impl From<Faults> for Turned {
    fn from(faults: Faults) -> Self {
        Self::Away(faults.into())
    }
}

impl From<ErrorRow> for Turned {
    fn from(row: ErrorRow) -> Self {
        Self::Back(row)
    }
}

impl Turned {
    /// The response; what is internal goes to the log, once, here.
    #[must_use]
    pub fn response(&self, locale: Locale, request_id: &str) -> HttpResponse {
        match self {
            Self::Away(error) => {
                if error.row().status >= 500 && !matches!(error, AppError::Overloaded) {
                    tracing::error!(request_id, error = %error, "a request failed");
                }
                Problem::from_error(error, locale, request_id).response()
            }
            Self::Back(row) => Problem::of(*row, locale, request_id).response(),
        }
    }
}

/// The id of a request, as the outermost middleware set it.
#[must_use]
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl Call {
    /// Reads a request for `action`. `public` routes take callers without a token; `changes` need `If-Match`; what `streams` reads
    /// its body itself.
    ///
    /// # Errors
    /// Whatever is wrong with it, the token first.
    pub async fn read(
        app: &App,
        request: &HttpRequest,
        body: Payload,
        action: Action,
        public: bool,
        changes: bool,
        streams: bool,
    ) -> Result<Self, Turned> {
        let headers = request.headers();
        // The edge has read the token already, once for both.
        let presented = request.extensions_mut().remove::<Presented>();
        let who = presented.map_or_else(|| bearer(app, headers), |Presented(who)| who)?;
        let who = who.or(public.then_some(Who::Public)).ok_or(AppError::Unauthenticated(None))?;
        let (origin, request_id) = (origin(request), request_id(request));
        let shown = Request { origin: origin.clone(), id: request_id.clone(), ..Request::of(who.clone()) };
        app.admit(shown, action).await?;
        let mut query = pairs(request.query_string())?;
        let dry_run = take_flag(&mut query, "dry_run")?;
        let expects = version(headers)?;
        if changes && expects.is_none() {
            return Err(rows::VERSION_NEEDED.into());
        }
        let key = idempotency_key(headers)?;
        let none_match = text(headers, "if-none-match").map(str::to_owned);
        let (range, if_range) = (text(headers, "range").map(str::to_owned), text(headers, "if-range").map(str::to_owned));
        let head = request.extensions().contains::<HeadAlone>();
        let id = request.match_info().get("id").unwrap_or_default().to_owned();
        let (form, body) = if streams { (form(request, body), Bytes::new()) } else { (None, arrive(request, body).await?) };
        let target = format!("{} {}\n", request.method(), request.path());
        let key = key.map(|key| (key, app.keys.fingerprint(&[target.as_bytes(), &body].concat())));
        Ok(Self {
            request_id,
            locale: locale(headers),
            who,
            origin,
            expects,
            none_match,
            dry_run,
            key,
            id,
            query,
            body,
            form,
            range,
            if_range,
            head,
        })
    }

    /// The request for `action`, as a use case takes it.
    #[must_use]
    pub fn request(&self, action: Action) -> Request {
        Request {
            who: self.who.clone(),
            origin: self.origin.clone(),
            id: self.request_id.clone(),
            expects: self.expects,
            dry_run: self.dry_run,
            key: self.key.clone().map(|(text, fingerprint)| Key { text, fingerprint, action }),
        }
    }

    /// The body as `T`; an empty body is an empty object.
    ///
    /// # Errors
    /// All its faults.
    pub fn parse<T: deserr::Deserr<Faults>>(&self) -> Result<T, Faults> {
        let value = if self.body.is_empty() { Value::Object(Map::new()) } else { json::parse(&self.body)? };
        deserr::deserialize(value)
    }

    /// That no query parameter is left which nobody asked for.
    ///
    /// # Errors
    /// One is.
    pub fn no_parameters(&self) -> Result<(), Faults> {
        let unknown = |name: &String| Fault::new("unknown_field", "不认识的参数", "is not a parameter here").at(name.as_str());
        Faults(self.query.keys().map(unknown).collect()).or(())
    }

    /// Takes `limit`, `cursor` and `sort` out of the query.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn page(&mut self, app: &App) -> Result<Page, Faults> {
        let mut faults = Faults::default();
        let mut take = |name| match self.query.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (limit, cursor, sort) = (take("limit"), take("cursor"), take("sort"));
        let limit = match limit.map(|text| text.parse::<i64>()) {
            None => 20,
            Some(Ok(limit)) if (1..=100).contains(&limit) => limit,
            Some(_) => {
                let fault = Fault::new("out_of_range", "应为1到100之间的整数", "must be a whole number from 1 to 100");
                faults.0.push(fault.at("limit"));
                20
            }
        };
        let descending = match sort.as_deref() {
            None | Some("-created_at") => true,
            Some("created_at") => false,
            Some(_) => {
                faults.0.push(Fault::unknown_code(&["created_at", "-created_at"]).at("sort"));
                true
            }
        };
        let after = cursor.map(|cursor| app.keys.read_cursor(&cursor).and_then(|text| serde_json::from_str::<Mark>(&text).ok()));
        if after.as_ref().is_some_and(Option::is_none) {
            faults.0.push(Fault::new("bad_cursor", "分页游标无效", "is no cursor of this service").at("cursor"));
        }
        faults.or(Page { limit, after: after.flatten(), descending })
    }
}

/// Where a request came from, as the edge found out.
fn origin(request: &HttpRequest) -> Origin {
    let address = request.extensions().get::<Client>().map(|Client(address)| address.to_string()).unwrap_or_default();
    Origin::new(address, text(request.headers(), "user-agent").unwrap_or_default())
}

/// Who calls, by the token that came along; nobody without one.
///
/// # Errors
/// It is not taken.
pub fn bearer(app: &App, headers: &HeaderMap) -> Result<Option<Who>, AppError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let invalid = || AppError::Unauthenticated(Some(crate::app::BadToken::Invalid));
    if headers.get_all(header::AUTHORIZATION).count() > 1 {
        return Err(invalid());
    }
    let token = value.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(invalid)?;
    app.verify(token.trim()).map(Some)
}

/// `"3"` or `"3.…"`: the version is the part before the point.
fn version(headers: &HeaderMap) -> Result<Option<i64>, AppError> {
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let Ok(tag) = tag.to_str() else { return Err(AppError::Stale) };
    if tag == "*" {
        return Ok(None);
    }
    let bare = tag.trim().trim_matches('"');
    let number = bare.split('.').next().unwrap_or_default().parse::<i64>();
    number.map(Some).map_err(|_| AppError::Stale)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Faults> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let wrong = || Fault::new("bad_key", "幂等键应为1至128个ASCII字符", "must be 1 to 128 ASCII characters").at("Idempotency-Key");
    key.map(|key| Some(key.to_owned())).ok_or_else(|| wrong().into())
}

fn pairs(query: &str) -> Result<Map<String, Value>, Faults> {
    let mut map = Map::new();
    let mut faults = Faults::default();
    let parsed = actix_web::web::Query::<Vec<(String, String)>>::from_query(query);
    let unreadable = |_| Faults::from(Fault::new("malformed_query", "查询参数无法解析", "the query cannot be read"));
    for (name, value) in parsed.map_err(unreadable)?.into_inner() {
        if map.insert(name.clone(), Value::String(value)).is_some() {
            faults.0.push(Fault::new("repeated_field", "参数重复", "stands more than once").at(name));
        }
    }
    faults.or(map)
}

fn take_flag(query: &mut Map<String, Value>, name: &str) -> Result<bool, Faults> {
    match query.remove(name) {
        None => Ok(false),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(Fault::unknown_code(&["true", "false"]).at(name).into()),
    }
}

/// Whether a body comes as it is: not compressed, and in no other encoding than that of JSON (RFC 8259).
fn plain_utf8(request: &HttpRequest) -> bool {
    let coding = text(request.headers(), "content-encoding").unwrap_or("identity");
    let charset = request.mime_type().ok().flatten().and_then(|kind| kind.get_param("charset").map(|name| name.as_str().to_owned()));
    coding.eq_ignore_ascii_case("identity") && charset.is_none_or(|name| name.eq_ignore_ascii_case("utf-8"))
}

/// The form of a request, if it is one by its own words.
fn form(request: &HttpRequest, body: Payload) -> Option<Form> {
    let is_form = request.content_type().eq_ignore_ascii_case("multipart/form-data");
    let plain = text(request.headers(), "content-encoding").is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    (is_form && plain).then(|| Form(Multipart::new(request.headers(), body)))
}

/// Waits for the body: bounded in size and time, and JSON by its own words when there is one.
async fn arrive(request: &HttpRequest, body: Payload) -> Result<Bytes, ErrorRow> {
    let collected = tokio::time::timeout(BODY_DEADLINE, body.to_bytes_limited(LARGEST_BODY)).await;
    let bytes = match collected {
        Err(_) | Ok(Ok(Err(_))) => return Err(rows::TOO_SLOW),
        Ok(Err(_)) => return Err(rows::TOO_LARGE),
        Ok(Ok(Ok(bytes))) => bytes,
    };
    let json = request.content_type().eq_ignore_ascii_case("application/json") && plain_utf8(request);
    if bytes.is_empty() || json { Ok(bytes) } else { Err(rows::NOT_JSON) }
}
