//! The pages for people: where the links in letters lead, to a new password and to the confirmation of an objection. They take
//! nothing by themselves; the token stays behind the `#`, and what is sent goes to the same route that every other client asks.

use crate::app::AppError;
use crate::domain::decimal::percent;
use actix_web::guard;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Each page with its script; the address of a page also takes its form's POST.
const PAGES: &[(&str, &str, &str)] = &[
    ("/api/v1/auth/reset_password", HTML, include_str!("pages/password.html")),
    ("/api/v1/auth/reset_password.js", SCRIPT, include_str!("pages/password.js")),
    ("/api/v1/objections/confirm", HTML, include_str!("pages/objection.html")),
    ("/api/v1/objections/confirm.js", SCRIPT, include_str!("pages/objection.js")),
];

/// Whether an address is that of a page, which may run its own script.
#[must_use]
pub fn is_one(path: &str) -> bool {
    PAGES.iter().any(|(page, ..)| *page == path) || path.starts_with("/docs")
}

async fn page(request: HttpRequest) -> HttpResponse {
    let Some((_, kind, text)) = PAGES.iter().find(|(page, ..)| *page == request.path()) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok().content_type(*kind).insert_header((header::CACHE_CONTROL, "no-store")).body(*text)
}

/// Adds them. Before the routes of the API: what is no GET falls through to them.
pub fn configure(config: &mut ServiceConfig) {
    for (path, ..) in PAGES {
        config.service(web::resource(*path).guard(guard::Get()).to(page));
    }
}

/// A page from its template; whatever is put in is escaped.
///
/// # Errors
/// The template is not one, which is a fault of the program.
pub fn rendered(name: &'static str, template: &'static str, context: minijinja::Value) -> Result<String, AppError> {
    let mut pages = minijinja::Environment::new();
    pages.add_filter("percent", percent);
    let failed = |error: minijinja::Error| AppError::Internal(error.to_string());
    pages.add_template(name, template).map_err(failed)?;
    pages.get_template(name).and_then(|template| template.render(context)).map_err(failed)
}

/// A page to print: it runs nothing and loads nothing.
#[must_use]
pub fn printed(text: String) -> HttpResponse {
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    HttpResponse::Ok()
        .content_type(HTML)
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(text)
}
