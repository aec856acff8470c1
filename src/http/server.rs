//! The server: routes, and the middleware that every answer passes through.

use crate::app::App;
use crate::domain::user::Locale;
use crate::http::call::{HeadAlone, RequestId};
use crate::http::door::Route;
use crate::http::edge::cors::cors;
use crate::http::edge::headers::{REQUEST_ID, decorate};
use crate::http::edge::{Edge, Gate, admit};
use crate::http::problem::{Problem, locale, rows};
use crate::http::routes::routes;
use crate::http::{operations, pages};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{App as ActixApp, HttpMessage, HttpRequest, HttpResponse, HttpServer};
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How large the server is.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Worker threads.
    pub workers: usize,
    /// Connections a worker holds at most.
    pub connections: usize,
    /// Threads of a worker for what blocks (the database, hashing): more would only hold memory.
    pub blocking: usize,
    /// How long a stop waits for requests that are running.
    pub shutdown: Duration,
    /// What requests meet first.
    pub edge: Edge,
}

/// Starts serving on `listener`. The future ends when the server was stopped.
///
/// # Errors
/// The socket cannot be used.
pub fn serve(app: App, listener: TcpListener, limits: Limits) -> std::io::Result<Server> {
    let _recorder = operations::metrics();
    let app = Data::new(app);
    let gate = Data::from(Gate::open(limits.edge));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(gate.clone())
            .wrap(from_fn(admit))
            .wrap(cors(&gate.edge.origins))
            .wrap(from_fn(every_request))
            .configure(operations::configure)
            .configure(pages::configure)
            .configure(api)
            .default_service(web::to(nothing_here))
    });
    Ok(server
        .workers(limits.workers)
        .worker_max_blocking_threads(limits.blocking)
        .max_connections(limits.connections)
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(limits.shutdown.as_secs())
        .disable_signals()
        .listen(listener)?
        .run())
}

/// One resource a path, with all its methods; others are 405 with `Allow`.
fn api(config: &mut ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes() {
        by_path.entry(route.path).or_default().push(route);
    }
    for (path, routes) in by_path {
        let allow = routes.iter().map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(format!("/api/v1{path}"));
        for route in routes {
            let method = route.method.clone();
            // Shared: its description holds whole schemas.
            let route = Arc::new(route);
            resource = resource.route(web::method(method).to(move |app: Data<App>, request: HttpRequest, body: Payload| {
                let route = Arc::clone(&route);
                async move { route.answer(app.get_ref().clone(), request, body).await }
            }));
        }
        config.service(resource.default_service(web::to(move |request: HttpRequest| {
            let allow = allow.clone();
            async move { wrong_method(&request, &allow) }
        })));
    }
}

fn wrong_method(request: &HttpRequest, allow: &str) -> HttpResponse {
    let id = crate::http::call::request_id(request);
    let mut response = Problem::of(rows::WRONG_METHOD, locale(request.headers()), &id).response();
    let allow = if allow.contains("GET") { format!("{allow}, HEAD") } else { allow.to_owned() };
    if let Ok(value) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    let known = request.resource_map().has_resource(request.path());
    if known {
        return wrong_method(&request, "GET");
    }
    let id = crate::http::call::request_id(&request);
    Problem::of(rows::NO_ROUTE, locale(request.headers()), &id).response()
}

/// Request id, HEAD, panics, security headers, log and metrics: the outermost middleware.
///
/// # Errors
/// A panic or a deadline that is over, as the problem that it is answered with.
pub async fn every_request(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = given_id(&request).unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path, language) = (request.method().clone(), request.path().to_owned(), locale(request.headers()));
    let https = Gate::of(request.request()).is_some_and(|gate| gate.edge.https);
    if method == Method::HEAD {
        request.extensions_mut().insert(HeadAlone);
        request.head_mut().method = Method::GET;
    }
    let docs = pages::is_one(&path);
    let answered = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let (answer, status, pattern) = match answered {
        Ok(Ok(response)) => {
            let mut response = response.map_into_boxed_body();
            let status = response.status();
            decorate(response.headers_mut(), &id, docs, status, https);
            let pattern = response.request().match_pattern().unwrap_or_else(|| "unknown".into());
            (Ok(response), status, pattern)
        }
        // The request is lost with these: what is answered goes back as an error.
        undone => {
            let mut response = undone.map_or_else(
                |_| panicked(language, &id),
                |answered| answered.err().map_or_else(|| panicked(language, &id), |error| error.error_response()),
            );
            let status = response.status();
            decorate(response.headers_mut(), &id, docs, status, https);
            (Err(actix_web::error::InternalError::from_response("undone", response).into()), status, "unfinished".into())
        }
    };
    let status = status.as_u16();
    let seconds = started.elapsed().as_secs_f64();
    // The number of requests on bids and their files would tell how many bids there are before they are opened.
    if !["/bids", "/files", "/partnerships"].iter().any(|sealed| pattern.contains(sealed)) {
        metrics::histogram!("http_request_seconds", "method" => known_method(&method), "route" => pattern, "status" => status.to_string())
            .record(seconds);
    }
    tracing::info!(request_id = id, method = %method, path, status, ms = seconds * 1_000.0, "request");
    answer
}

/// The method as a label: whatever a caller invents is one label.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "OTHER",
    }
}

/// A request id that came along is kept when it looks like one.
fn given_id(request: &ServiceRequest) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let fine = (8..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    fine.then(|| id.to_owned())
}

fn panicked(language: Locale, id: &str) -> HttpResponse {
    tracing::error!(request_id = id, "a request panicked");
    metrics::counter!("http_panics_total").increment(1);
    Problem::of(rows::PANIC, language, id).response()
}
