//! The door: how a route is declared, and what every request goes through.
//!
//! A handler is a plain function of an [`Act`], the id in the path and a parsed input. Its types are its contract: the
//! OpenAPI document is made from them. It must answer [`Seen`] or [`Done`], so no route can do without a permit; and the
//! permit must be for the action that the route names.

use crate::app::Page;
use crate::app::{Act, App, AppError, Done, Seen};
use crate::domain::fault::Faults;
use crate::domain::policy::{self, Action};
use crate::http::answer::{self, View};
use crate::http::call::{Call, Turned, request_id};
use crate::http::edge::Gate;
use crate::http::openapi::{Described, Query};
use crate::http::problem::locale;
use actix_web::http::Method;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future of a worker's own thread.
type Local<T> = Pin<Box<dyn Future<Output = T>>>;
type Handle = Arc<dyn Fn(App, Call) -> Local<Result<HttpResponse, Turned>> + Send + Sync>;

/// One thing that can be asked.
#[derive(Clone)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path below `/api/v1`, with `{id}` where it varies.
    pub path: &'static str,
    /// What it does; `None` when the door itself does it, without a permit of its own.
    pub action: Action,
    /// Whether callers without a token are let in.
    pub public: bool,
    /// How the OpenAPI document describes it.
    pub described: Described,
    /// Whether the handler reads the body itself, piece by piece.
    streams: bool,
    handle: Handle,
}

/// The part of a path that varies.
pub trait PathId: Send + 'static {
    /// Reads it.
    ///
    /// # Errors
    /// It is no id.
    fn read(text: &str) -> Result<Self, Faults>
    where
        Self: Sized;
}

impl PathId for () {
    fn read(_: &str) -> Result<Self, Faults> {
        Ok(())
    }
}

macro_rules! path_ids {
    ($($id:ident),+) => {$(
        impl PathId for crate::domain::id::$id {
            fn read(text: &str) -> Result<Self, Faults> {
                text.parse().map_err(|fault: crate::domain::fault::Fault| fault.at("id").into())
            }
        }
    )+};
}
path_ids!(
    OrganizationId,
    UserId,
    SessionId,
    GrantId,
    BatchId,
    ChallengeId,
    BidId,
    FileId,
    QuestionId,
    AmendmentId,
    PartnershipId,
    RestrictionId,
    RecusalId,
    DrawId,
    ObjectionId,
    ReviewId,
    SatisfactionId,
    SchemeId,
    DecisionId,
    DisqualificationId
);
path_ids!(ProjectId, AcceptanceId, MeasureId, RaceGateId, ClawbackId, MilestoneId, EvidenceId, ChangeId, PaymentId, KeyId);
path_ids!(VisitId, ProblemId, ReportId);
path_ids!(OutcomeId, TargetId);

/// What can be the body of a request.
pub trait Body: deserr::Deserr<Faults> + utoipa::ToSchema + Send + 'static {}
impl<T: deserr::Deserr<Faults> + utoipa::ToSchema + Send + 'static> Body for T {}

/// That the permit was for what the route does.
///
/// # Errors
/// It was for something else, which is a fault of the program.
pub fn same(route: Action, permitted: Action) -> Result<(), AppError> {
    if route.covers(permitted) { Ok(()) } else { Err(AppError::Internal(format!("the route does {route}, the permit is for {permitted}"))) }
}

/// Reads that answer one record.
pub fn get<P: PathId, V: View>(path: &'static str, action: Action, handler: fn(&mut Act<'_>, P) -> Result<Seen<V>, AppError>) -> Route {
    let handle = move |app: App, call: Call| async move {
        let id = P::read(&call.id)?;
        call.no_parameters()?;
        let (version, body) = app.read(call.request(action), move |act| shaped(handler(act, id)?, action)).await?;
        Ok(answer::read(&call, version, body))
    };
    Route::new(Method::GET, path, action, Described::new(path, action).answers::<V>(200), handle)
}

/// Reads that answer one record, narrowed by query parameters.
pub fn get_with<Q: Query, V: View>(path: &'static str, action: Action, handler: fn(&mut Act<'_>, Q) -> Result<Seen<V>, AppError>) -> Route {
    let handle = move |app: App, call: Call| async move {
        let query: Q = deserr::deserialize(serde_json::Value::Object(call.query.clone()))?;
        let (version, body) = app.read(call.request(action), move |act| shaped(handler(act, query)?, action)).await?;
        Ok(answer::read(&call, version, body))
    };
    Route::new(Method::GET, path, action, Described::new(path, action).query::<Q>().answers::<V>(200), handle)
}

fn shaped<V: View>(seen: Seen<V>, action: Action) -> Result<Seen<(Option<i64>, String)>, AppError> {
    same(action, seen.action())?;
    let mut failed = None;
    let shaped = seen.map(|view| {
        let body = serde_json::to_string(&view).unwrap_or_else(|e| {
            failed = Some(e.to_string());
            String::new()
        });
        (view.version(), body)
    });
    failed.map_or(Ok(shaped), |e| Err(AppError::Internal(e)))
}

/// Reads that answer a page of records.
#[expect(clippy::type_complexity, reason = "the handler's type is its contract")]
pub fn list<P: PathId, Q: Query, V: View>(
    path: &'static str,
    action: Action,
    handler: fn(&mut Act<'_>, P, Q, &Page) -> Result<Seen<Vec<V>>, AppError>,
) -> Route {
    let handle = move |app: App, mut call: Call| async move {
        let id = P::read(&call.id)?;
        let page = call.page(&app)?;
        let query: Q = deserr::deserialize(serde_json::Value::Object(std::mem::take(&mut call.query)))?;
        let keys = app.keys.clone();
        let read = move |act: &mut Act<'_>| {
            let seen = handler(act, id, query, &page)?;
            same(action, seen.action())?;
            Ok(seen.map(|rows| serde_json::to_string(&answer::paged(rows, &page, |text| keys.sign_cursor(text))).unwrap_or_default()))
        };
        let body = app.read(call.request(action), read).await?;
        Ok(answer::read(&call, None, body))
    };
    let described = Described::new(path, action).paged().query::<Q>().answers_items::<V>();
    Route::new(Method::GET, path, action, described, handle)
}

/// Writes that make a new record: 201 with its place.
pub fn create<P: PathId, B: Body, V: View>(
    path: &'static str,
    action: Action,
    handler: fn(&mut Act<'_>, P, B) -> Result<Done<V>, AppError>,
    place: &'static str,
) -> Route {
    write(Method::POST, path, action, handler, Some(place))
}

/// Writes that do something with a record.
pub fn verb<P: PathId, B: Body, V: View>(
    path: &'static str,
    action: Action,
    handler: fn(&mut Act<'_>, P, B) -> Result<Done<V>, AppError>,
) -> Route {
    write(Method::POST, path, action, handler, None)
}

/// Writes that replace a record: they need `If-Match`.
pub fn put<P: PathId, B: Body, V: View>(
    path: &'static str,
    action: Action,
    handler: fn(&mut Act<'_>, P, B) -> Result<Done<V>, AppError>,
) -> Route {
    write(Method::PUT, path, action, handler, None)
}

fn write<P: PathId, B: Body, V: View>(
    method: Method,
    path: &'static str,
    action: Action,
    handler: fn(&mut Act<'_>, P, B) -> Result<Done<V>, AppError>,
    place: Option<&'static str>,
) -> Route {
    let status = if place.is_some() { 201 } else { 200 };
    let handle = move |app: App, call: Call| async move {
        let parsed = P::read(&call.id).and_then(|id| Ok((id, call.parse::<B>()?))).and_then(|parsed| call.no_parameters().map(|()| parsed));
        let (id, body) = match parsed {
            Ok(parsed) => parsed,
            Err(faults) => return Err(refused_first(&app, &call, action, faults).await),
        };
        let work = move |act: &mut Act<'_>| {
            let done = handler(act, id, body)?;
            same(action, done.action())?;
            Ok(done)
        };
        let shape = move |view: V| {
            let location = place.map(|place| format!("/api/v1{place}/{}", view.id()));
            answer::written(&view, status, location)
        };
        Ok(answer::respond(app.write(call.request(action), work, shape).await?))
    };
    let described = Described::new(path, action).body::<B>().answers::<V>(status);
    Route::new(method, path, action, described, handle)
}

/// Faults of a body are shown to those only who could conceivably do the thing; a dead session comes first.
pub async fn refused_first(app: &App, call: &Call, action: Action, faults: Faults) -> Turned {
    let probe = move |act: &mut Act<'_>| {
        if policy::conceivable(action, &act.actor.roles) {
            return Err::<Seen<()>, _>(AppError::Faults(faults));
        }
        act.scope(action, action.kind()).map(|(permit, _)| Seen::by(permit, ()))
    };
    match app.read(call.request(action), probe).await {
        Err(error) => error.into(),
        Ok(()) => AppError::NotFound.into(),
    }
}

impl Route {
    /// A route whose handler does more than one use case, such as hashing outside the transaction.
    pub fn new<F>(
        method: Method,
        path: &'static str,
        action: Action,
        described: Described,
        handle: impl Fn(App, Call) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<HttpResponse, Turned>> + 'static,
    {
        let handle: Handle = Arc::new(move |app, call| Box::pin(handle(app, call)));
        Self { method, path, action, public: false, described, streams: false, handle }
    }

    /// The same route, which then does something that follows: whatever becomes of that, what was asked for is done.
    #[must_use]
    pub fn then<F>(self, after: impl Fn(App) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), AppError>> + 'static,
    {
        let (first, after) = (self.handle, Arc::new(after));
        let handle: Handle = Arc::new(move |app, call| {
            let (done, after) = (first(app.clone(), call), Arc::clone(&after));
            Box::pin(async move {
                let answer = done.await?;
                if let Err(error) = after(app).await {
                    tracing::error!(%error, "what should follow did not: the clock tries it again");
                }
                Ok(answer)
            })
        });
        Self { handle, ..self }
    }

    /// The same route, whose handler reads a form piece by piece. It takes no place among the requests that are worked on: it
    /// waits for its client most of the time.
    #[must_use]
    pub fn streaming(mut self) -> Self {
        self.streams = true;
        self
    }

    /// The same route, open to callers without a token.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self.described = self.described.public();
        self
    }

    /// Answers a request.
    pub async fn answer(&self, app: App, request: HttpRequest, body: Payload) -> HttpResponse {
        let changes = self.method == Method::PUT || self.method == Method::PATCH || self.method == Method::DELETE;
        let answered = match Call::read(&app, &request, body, self.action, self.public, changes, self.streams).await {
            Ok(call) if self.streams => (self.handle)(app, call).await,
            Ok(call) => match Gate::of(&request).map(|gate| gate.board(&call.who)).transpose() {
                Ok(_seat) => (self.handle)(app, call).await,
                Err(row) => Err(row.into()),
            },
            Err(turned) => Err(turned),
        };
        answered.unwrap_or_else(|turned| turned.response(locale(request.headers()), &request_id(&request)))
    }
}
