//! The edge: what a request meets before a handler sees it. From where it comes ([`address`]), how often its caller may ask
//! ([`rate`]), how many are worked on at once ([`flight`]), for how long, from which web pages ([`cors`]); and what every
//! answer carries ([`headers`]).

pub mod address;
pub mod cors;
pub mod flight;
pub mod headers;
pub mod rate;

use crate::app::{App, AppError, Who};
use crate::http::call::{bearer, request_id};
use crate::http::problem::{Problem, locale, rows};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use address::Proxies;
use flight::Flight;
use rate::{Key, Rate, Rates, Share};
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// What is answered however busy the service is, and to whom is asked elsewhere.
const FOR_OPERATORS: &[&str] = &["/healthz", "/readyz", "/metrics"];
/// How often callers are forgotten who have their whole share again.
const FORGETTING: Duration = Duration::from_mins(1);

/// How the edge is set up.
#[derive(Clone, Debug)]
pub struct Edge {
    /// How often one caller may ask; without a limit when there is none.
    pub rate: Option<Rate>,
    /// Requests that are worked on at once, in the whole process.
    pub in_flight: usize,
    /// How long a request may take altogether, its body included.
    pub deadline: Duration,
    /// How long an upload may take instead: each piece of it has a deadline of its own.
    pub upload: Duration,
    /// Whose word on a caller's address is taken.
    pub proxies: Proxies,
    /// Web pages of other origins that may call: exact origins.
    pub origins: Vec<String>,
    /// SHA-256 of the token that opens `/metrics`; without one it is open to this machine alone.
    pub metrics_token: Option<String>,
    /// Whether people reach the service by https.
    pub https: bool,
}

impl Default for Edge {
    /// No limit of the rate, no proxies, no other origins: as on a machine of one's own.
    fn default() -> Self {
        Self {
            rate: None,
            in_flight: 256,
            deadline: Duration::from_secs(30),
            upload: Duration::from_mins(15),
            proxies: Proxies::default(),
            origins: Vec::new(),
            metrics_token: None,
            https: false,
        }
    }
}

/// The edge at work, one for all workers.
#[derive(Debug)]
pub struct Gate {
    /// How it is set up.
    pub edge: Edge,
    rates: Option<Rates>,
    flight: Flight,
}

/// The address of the caller, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

/// Who calls, by their token: read once, at the edge. `None` without a token.
#[derive(Debug)]
pub struct Presented(pub Result<Option<Who>, AppError>);

impl Gate {
    /// Puts the edge to work, and forgets callers once a minute as long as it is in use. Needs a runtime.
    #[must_use]
    pub fn open(edge: Edge) -> Arc<Self> {
        let gate = Arc::new(Self { rates: edge.rate.map(Rates::new), flight: Flight::new(edge.in_flight), edge });
        let kept = Arc::downgrade(&gate);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(FORGETTING).await;
                let Some(gate) = Weak::upgrade(&kept) else { return };
                if let Some(rates) = &gate.rates {
                    rates.forget();
                }
            }
        });
        gate
    }

    /// The gate that a request came through.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<&Arc<Self>> {
        request.app_data::<Data<Self>>().map(std::ops::Deref::deref)
    }

    /// Lets a request in whose body has arrived: a body that is still on its way takes nobody's place.
    ///
    /// # Errors
    /// Too many are worked on.
    pub fn board(&self, who: &Who) -> Result<flight::Seat<'_>, crate::app::error::ErrorRow> {
        self.flight.board(matches!(who, Who::Public)).ok_or_else(|| {
            refused("in_flight");
            rows::BUSY
        })
    }
}

fn refused(why: &'static str) {
    metrics::counter!("http_refused_total", "why" => why).increment(1);
}

/// The edge, as a middleware: address, caller and rate before the handler, the deadline around it.
///
/// # Errors
/// The deadline is over, as the 503 problem that it is answered with.
pub async fn admit(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(gate) = Gate::of(request.request()).cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let client = gate.edge.proxies.client(request.peer_addr().map(|peer| peer.ip()), request.headers());
    request.extensions_mut().insert(Client(client));
    if FOR_OPERATORS.contains(&request.path()) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let share = match share(&gate, &request, client) {
        Ok(share) => share,
        Err(wait) => return Ok(too_often(&gate, request, wait)),
    };
    let (language, id) = (locale(request.headers()), request_id(request.request()));
    let uploads = request.method() == Method::POST && request.path().ends_with("/files");
    let deadline = if uploads { gate.edge.upload } else { gate.edge.deadline };
    let Ok(answered) = tokio::time::timeout(deadline, next.call(request)).await else {
        refused("deadline");
        let response = Problem::of(rows::UNFINISHED, language, &id).response();
        return Err(actix_web::error::InternalError::from_response("deadline", response).into());
    };
    let mut response = answered?.map_into_boxed_body();
    if let (Some(rates), Some(share)) = (&gate.rates, share) {
        rates.tell(share, response.headers_mut());
    }
    Ok(response)
}

/// Whose share a request takes from: a token's holder, otherwise the network. Whatever is wrong with a token is told later.
fn share(gate: &Gate, request: &ServiceRequest, client: IpAddr) -> Result<Option<Share>, u64> {
    let presented = request.app_data::<Data<App>>().map(|app| bearer(app, request.headers()));
    let key = match &presented {
        Some(Ok(Some(Who::Token(claims)))) => Key::User(claims.sub),
        _ => Key::network(client),
    };
    if let Some(presented) = presented {
        request.extensions_mut().insert(Presented(presented));
    }
    gate.rates.as_ref().map(|rates| rates.take(key)).transpose()
}

fn too_often(gate: &Gate, request: ServiceRequest, wait: u64) -> ServiceResponse<BoxBody> {
    refused("rate");
    let mut problem = Problem::of(rows::TOO_OFTEN, locale(request.headers()), &request_id(request.request()));
    problem.retry_after = i64::try_from(wait).ok();
    let mut response = problem.response();
    if let Some(rates) = &gate.rates {
        rates.tell(Share { left: 0, whole_in: wait }, response.headers_mut());
    }
    request.into_response(response)
}
