//! The one page for people: where the link to a new password leads. It takes nothing by itself; the token stays behind the `#`,
//! and what is typed goes to the same route that every other client asks.

use actix_web::guard;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// The page; the same address takes the form's POST.
const PAGE: &str = "/api/v1/auth/reset_password";
const SCRIPT: &str = "/api/v1/auth/reset_password.js";

/// Whether an address is that of a page, which may run its own script.
#[must_use]
pub fn is_one(path: &str) -> bool {
    path == PAGE || path == SCRIPT || path.starts_with("/docs")
}

async fn page(request: HttpRequest) -> HttpResponse {
    let script = request.path() == SCRIPT;
    let (kind, text) = if script {
        ("text/javascript; charset=utf-8", include_str!("pages/password.js"))
    } else {
        ("text/html; charset=utf-8", include_str!("pages/password.html"))
    };
    HttpResponse::Ok().content_type(kind).insert_header((header::CACHE_CONTROL, "no-store")).body(text)
}

/// Adds it. Before the routes of the API: what is no GET falls through to them.
pub fn configure(config: &mut ServiceConfig) {
    for path in [PAGE, SCRIPT] {
        config.service(web::resource(path).guard(guard::Get()).to(page));
    }
}
