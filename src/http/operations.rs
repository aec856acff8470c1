//! For operators: health, metrics, the API's description and its documentation page.

use crate::app::{App, sha256_hex};
use crate::http::call::{Turned, request_id};
use crate::http::edge::Gate;
use crate::http::openapi;
use crate::http::problem::{Problem, locale, rows};
use crate::http::routes::routes;
use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// The process is up.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ok"}"#)
}

/// The database answers.
async fn readyz(app: Data<App>, request: HttpRequest) -> HttpResponse {
    match app.ready().await {
        Ok(()) => HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ready"}"#),
        Err(error) => Turned::from(error).response(locale(request.headers()), &request_id(&request)),
    }
}

/// The recorder of the process: there is one, however many servers run in it (as in tests).
#[must_use]
pub fn metrics() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
    HANDLE.get_or_init(|| PrometheusBuilder::new().set_buckets(&buckets).and_then(PrometheusBuilder::install_recorder).ok()).as_ref()
}

/// With the token, if there is one; otherwise for programs on this machine, by no way around a proxy.
fn may_see_metrics(request: &HttpRequest) -> bool {
    let Some(gate) = Gate::of(request) else { return false };
    let said = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(wanted) = &gate.edge.metrics_token {
        // Hashes are compared: how far they agree tells nothing about the token.
        let token = said("authorization").and_then(|text| text.strip_prefix("Bearer "));
        return token.is_some_and(|token| sha256_hex(token.as_bytes()) == *wanted);
    }
    let passed_on = ["x-forwarded-for", "forwarded", "x-real-ip", "via"].into_iter().any(|name| said(name).is_some());
    !passed_on && request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}

async fn render_metrics(request: HttpRequest) -> HttpResponse {
    if !may_see_metrics(&request) {
        return Problem::of(rows::NO_ROUTE, locale(request.headers()), &request_id(&request)).response();
    }
    let text = metrics().map(PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// The document is made once.
fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| openapi::document(&routes()).to_pretty_json().unwrap_or_default())
}

async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document())
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Adds these routes.
pub fn configure(config: &mut ServiceConfig) {
    let docs = utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api/openapi.json"));
    config
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(render_metrics))
        .route("/api/openapi.json", web::get().to(openapi_json))
        .route("/docs", web::get().to(to_docs))
        .service(docs);
}

#[cfg(test)]
mod tests {
    use super::may_see_metrics;
    use crate::app::sha256_hex;
    use crate::http::edge::{Edge, Gate};
    use actix_web::test::TestRequest;
    use actix_web::web::Data;

    #[tokio::test]
    async fn the_figures_are_for_this_machine_or_for_those_with_the_token() {
        let open = Data::from(Gate::open(Edge::default()));
        let closed = Data::from(Gate::open(Edge { metrics_token: Some(sha256_hex(b"the token")), ..Edge::default() }));
        let asks = |gate: &Data<Gate>, peer: &str, header: (&'static str, &'static str)| {
            let request = TestRequest::default().app_data(gate.clone()).peer_addr(peer.parse().unwrap()).insert_header(header);
            may_see_metrics(&request.to_http_request())
        };
        let nothing = ("accept", "*/*");
        assert!(asks(&open, "127.0.0.1:5", nothing) && asks(&open, "[::1]:5", nothing) && asks(&open, "[::ffff:127.0.0.1]:5", nothing));
        assert!(!asks(&open, "192.0.2.1:5", nothing) && !asks(&open, "[2001:db8::1]:5", nothing));
        assert!(!asks(&open, "127.0.0.1:5", ("x-forwarded-for", "127.0.0.1")), "passed on by a proxy");
        assert!(!asks(&closed, "127.0.0.1:5", nothing) && !asks(&closed, "127.0.0.1:5", ("authorization", "Bearer another")));
        assert!(asks(&closed, "192.0.2.1:5", ("authorization", "Bearer the token")));
    }
}
