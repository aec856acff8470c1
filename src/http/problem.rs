//! Errors as the API shows them: RFC 9457 problem+json, in Chinese or English, one shape for all.

use crate::app::AppError;
use crate::app::error::ErrorRow;
use crate::domain::fault::{Fault, Faults};
use crate::domain::session::TRIES_PAUSE_SECONDS;
use crate::domain::user::Locale;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// A wrong field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Path of the field; empty for the body as a whole.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What is wrong, in the language of the answer.
    pub message: String,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:jiebang:problem:` and the code.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened, in the language of the answer (`Accept-Language`: zh-CN by default, en).
    pub detail: String,
    /// Stable code, for programs.
    pub code: String,
    /// Id of the request, to be quoted to the operator.
    pub request_id: String,
    /// Where the record stands, when its stage is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What the caller may do instead, when the stage is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_actions: Option<Vec<String>>,
    /// Why a payment may not move on, when something stands in its way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
    /// When to try again, in seconds: goes into the header.
    #[serde(skip)]
    pub retry_after: Option<i64>,
    /// Every wrong field at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What a client must do about a proof that is too old (RFC 9470).
const STEP_UP: &str = "Bearer error=\"insufficient_user_authentication\", error_description=\"POST /api/v1/auth/step_up\", max_age=\"300\"";

/// An answer names so many faults at most; a body with more is hardly a mistake.
const MOST_FAULTS: usize = 100;

/// The language that a caller prefers.
#[must_use]
pub fn locale(headers: &HeaderMap) -> Locale {
    let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ranked = preferred.split(',').filter_map(|item| {
        let mut parts = item.split(';');
        let tag = parts.next()?.trim().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        Some((tag, quality))
    });
    let known = ranked.filter(|(tag, quality)| *quality > 0.0 && (tag.starts_with("zh") || tag.starts_with("en")));
    let best = known.fold(None::<(String, f32)>, |best, next| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    });
    if best.is_some_and(|(tag, _)| tag.starts_with("en")) { Locale::En } else { Locale::Zh }
}

fn say(locale: Locale, zh: &str, en: &str) -> String {
    if locale == Locale::En { en.to_owned() } else { zh.to_owned() }
}

impl Problem {
    /// A problem from a row of the error table.
    #[must_use]
    pub fn of(row: ErrorRow, locale: Locale, request_id: &str) -> Self {
        let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            r#type: format!("urn:jiebang:problem:{}", row.code),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: row.status,
            detail: say(locale, row.zh, row.en),
            code: row.code.to_owned(),
            request_id: request_id.to_owned(),
            stage: None,
            allowed_actions: None,
            blocked_by: Vec::new(),
            retry_after: None,
            errors: Vec::new(),
        }
    }

    /// The problem of an error. What is internal stays in the log.
    #[must_use]
    pub fn from_error(error: &AppError, locale: Locale, request_id: &str) -> Self {
        let mut problem = Self::of(error.row(), locale, request_id);
        match error {
            AppError::WrongStage { stage, allowed } => {
                problem.stage = Some((*stage).to_owned());
                problem.allowed_actions = Some(allowed.iter().map(ToString::to_string).collect());
            }
            AppError::Faults(Faults(faults)) => {
                problem.errors = faults.iter().take(MOST_FAULTS).map(|fault| field(fault, locale)).collect();
                let left = faults.len().saturating_sub(MOST_FAULTS);
                if left > 0 {
                    problem.errors.push(field(&Fault::new("more", format!("另有{left}处"), format!("and {left} more")), locale));
                }
            }
            AppError::Blocked(reasons) => {
                let zh: Vec<&str> = reasons.iter().map(|reason| reason.zh()).collect();
                let en: Vec<&str> = reasons.iter().map(|reason| reason.en()).collect();
                let row = error.row();
                problem.detail = say(locale, &format!("{}：{}", row.zh, zh.join("；")), &format!("{} ({})", row.en, en.join("; ")));
                problem.blocked_by = reasons.iter().map(ToString::to_string).collect();
            }
            AppError::TooManyAttempts(seconds) | AppError::TooFast(seconds) => problem.retry_after = Some(*seconds),
            AppError::Duplicate(name) => {
                let fault = Fault::new("already_exists", "已存在", "exists already").at(*name);
                problem.errors = vec![field(&fault, locale)];
            }
            _ => {}
        }
        problem
    }

    /// The response.
    #[must_use]
    pub fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        response.insert_header((header::VARY, HeaderValue::from_static("Accept-Language")));
        if status == StatusCode::UNAUTHORIZED {
            let challenge = if self.code == AppError::StepUpNeeded.row().code { STEP_UP } else { "Bearer" };
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(self.retry_after.unwrap_or(TRIES_PAUSE_SECONDS))));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from_static("2")));
        }
        response.body(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// A fault as a field that is wrong.
pub(super) fn field(fault: &Fault, locale: Locale) -> FieldProblem {
    FieldProblem { field: fault.field.clone(), code: fault.code.to_owned(), message: say(locale, &fault.zh, &fault.en) }
}

/// Problems that the door itself has, before any use case is asked.
pub mod rows {
    use crate::app::error::ErrorRow;

    /// No such path.
    pub const NO_ROUTE: ErrorRow =
        ErrorRow { code: "not_found", status: 404, zh: "没有这个地址", en: "There is nothing at this address." };
    /// The path is known, the method is not.
    pub const WRONG_METHOD: ErrorRow =
        ErrorRow {
            code: "method_not_allowed", status: 405, zh: "该地址不支持此方法", en: "This address does not take this method."
        };
    /// The body did not come in time.
    pub const TOO_SLOW: ErrorRow =
        ErrorRow { code: "request_timeout", status: 408, zh: "请求内容传输超时", en: "The body did not arrive in time." };
    /// The body is too large.
    pub const TOO_LARGE: ErrorRow = ErrorRow { code: "too_large", status: 413, zh: "请求内容过大", en: "The body is too large." };
    /// The body is not JSON by its own words.
    pub const NOT_JSON: ErrorRow = ErrorRow {
        code: "unsupported_media_type",
        status: 415,
        zh: "请求内容应为application/json，使用UTF-8编码且不压缩",
        en: "The body must be application/json in UTF-8, without a content encoding.",
    };
    /// The body is no form.
    pub const NOT_A_FORM: ErrorRow = ErrorRow {
        code: "unsupported_media_type",
        status: 415,
        zh: "请求内容应为multipart/form-data",
        en: "The body must be multipart/form-data.",
    };
    /// A file has no such part.
    pub const NO_SUCH_RANGE: ErrorRow =
        ErrorRow { code: "range_not_satisfiable", status: 416, zh: "文件没有所请求的部分", en: "The file has no such part." };
    /// A change without the version that it is based on.
    pub const VERSION_NEEDED: ErrorRow =
        ErrorRow { code: "if_match_required", status: 428, zh: "修改须带If-Match请求头", en: "A change needs an If-Match header." };
    /// The caller has used up their share.
    pub const TOO_OFTEN: ErrorRow =
        ErrorRow {
            code: "too_many_requests", status: 429, zh: "请求过于频繁，请稍后重试", en: "Too many requests: try again later."
        };
    /// Too many requests are worked on.
    pub const BUSY: ErrorRow = ErrorRow {
        code: "busy",
        status: 503,
        zh: "服务繁忙，请稍后重试",
        en: "The service has too many requests at once: try again soon.",
    };
    /// The request as a whole took too long.
    pub const UNFINISHED: ErrorRow = ErrorRow {
        code: "deadline_exceeded",
        status: 503,
        zh: "处理超时，操作可能已经完成，请先查询再重试",
        en: "This took too long. It may have been done all the same: look before you try again.",
    };
    /// Something panicked.
    pub const PANIC: ErrorRow =
        ErrorRow { code: "internal", status: 500, zh: "服务内部错误", en: "Something went wrong in the service." };
}
