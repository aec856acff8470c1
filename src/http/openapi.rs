//! The OpenAPI 3.1 document, made from the routes and the types of their handlers.

use crate::domain::fault::Faults;
use crate::domain::policy::Action;
use crate::http::answer::View;
use crate::http::door::Route;
use crate::http::problem::Problem;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

/// What can be the query of a request.
pub trait Query: deserr::Deserr<Faults> + utoipa::ToSchema + Send + 'static {}
impl<T: deserr::Deserr<Faults> + utoipa::ToSchema + Send + 'static> Query for T {}

type Schemas = Vec<(String, RefOr<Schema>)>;

/// How one route is described.
#[derive(Clone)]
pub struct Described {
    action: Action,
    path: &'static str,
    parameters: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    answer: Option<(u16, Option<RefOr<Schema>>)>,
    form: bool,
    binary: bool,
    public: bool,
    schemas: Schemas,
}

fn named<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

fn parameter(name: &str, place: ParameterIn, schema: RefOr<Schema>, text: &str) -> Parameter {
    let required = if matches!(place, ParameterIn::Path) { Required::True } else { Required::False };
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(schema)).description(Some(text)).build()
}

fn plain(kind: Type) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(kind).build().into()
}

impl Described {
    /// A route without parameters of its own.
    #[must_use]
    pub fn new(path: &'static str, action: Action) -> Self {
        let mut parameters = Vec::new();
        if path.contains("{id}") {
            parameters.push(parameter("id", ParameterIn::Path, plain(Type::String), "UUID"));
        }
        Self { action, path, parameters, body: None, answer: None, form: false, binary: false, public: false, schemas: Vec::new() }
    }

    /// Whose `{id}` is one of these codes.
    #[must_use]
    pub fn named<T: PartialSchema>(mut self) -> Self {
        self.parameters = vec![parameter("id", ParameterIn::Path, T::schema(), "")];
        self
    }

    /// With a body.
    #[must_use]
    pub fn body<B: ToSchema>(mut self) -> Self {
        self.body = Some(named::<B>(&mut self.schemas));
        let keys = "A key of your own (1 to 128 ASCII characters): the same request again gets the same answer. 幂等键";
        self.parameters.push(parameter("Idempotency-Key", ParameterIn::Header, plain(Type::String), keys));
        let version = "ETag of the record as you read it; needed for PUT. 版本";
        self.parameters.push(parameter("If-Match", ParameterIn::Header, plain(Type::String), version));
        self.parameters.push(parameter("dry_run", ParameterIn::Query, plain(Type::Boolean), "Check everything, keep nothing. 试运行"));
        self
    }

    /// With a form that is read piece by piece.
    #[must_use]
    pub fn form<B: ToSchema>(mut self) -> Self {
        self.body = Some(named::<B>(&mut self.schemas));
        self.form = true;
        self.parameters.push(parameter("dry_run", ParameterIn::Query, plain(Type::Boolean), "Check everything, keep nothing. 试运行"));
        self
    }

    /// Answering with the bytes of a file, or a part of them.
    #[must_use]
    pub fn answers_a_part(mut self) -> Self {
        self.parameters.push(parameter("Range", ParameterIn::Header, plain(Type::String), "One range of bytes. 分段下载"));
        self.answers_bytes()
    }

    /// Answering with the bytes of a file.
    #[must_use]
    pub fn answers_bytes(mut self) -> Self {
        self.answer = Some((200, Some(ObjectBuilder::new().schema_type(Type::String).build().into())));
        self.binary = true;
        self
    }

    /// With query parameters: one for each property of `Q`.
    #[must_use]
    pub fn query<Q: PartialSchema>(mut self) -> Self {
        if let RefOr::T(Schema::Object(object)) = Q::schema() {
            for (name, schema) in object.properties {
                self.parameters.push(parameter(&name, ParameterIn::Query, schema, ""));
            }
        }
        self
    }

    /// With the parameters of every list.
    #[must_use]
    pub fn paged(mut self) -> Self {
        let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(100)).build();
        let sort = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["created_at", "-created_at"])).build();
        self.parameters.push(parameter("limit", ParameterIn::Query, limit.into(), "20 by default. 每页条数"));
        self.parameters.push(parameter("cursor", ParameterIn::Query, plain(Type::String), "`next_cursor` of the page before. 游标"));
        self.parameters.push(parameter("sort", ParameterIn::Query, sort.into(), "-created_at by default. 排序"));
        self
    }

    /// Answering with `V`.
    #[must_use]
    pub fn answers<V: ToSchema>(mut self, status: u16) -> Self {
        let schema = named::<V>(&mut self.schemas);
        self.answer = Some((status, Some(schema)));
        self
    }

    /// Answering without a body.
    #[must_use]
    pub fn answers_nothing(mut self) -> Self {
        self.answer = Some((204, None));
        self
    }

    /// Answering with a page of `V`.
    #[must_use]
    pub fn answers_items<V: View>(mut self) -> Self {
        let item = named::<V>(&mut self.schemas);
        let object = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .required("items")
            .property(
                "next_cursor",
                ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null])),
            )
            .required("next_cursor")
            .build();
        let name = format!("{}Page", V::name());
        self.schemas.push((name.clone(), object.into()));
        self.answer = Some((200, Some(RefOr::Ref(Ref::from_schema_name(name)))));
        self
    }

    /// Open to callers without a token.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    fn operation(&self, method: &actix_web::http::Method) -> utoipa::openapi::path::Operation {
        let id = format!("{}{}", method.as_str().to_lowercase(), self.path.replace(['/', '{', '}'], "_").replace("__", "_"));
        let mut operation = OperationBuilder::new()
            .operation_id(Some(id.trim_end_matches('_').to_owned()))
            .summary(Some(format!("{} {}", self.action.zh(), self.action.code())))
            .tag(self.action.kind().code());
        for parameter in &self.parameters {
            operation = operation.parameter(parameter.clone());
        }
        if let Some(body) = &self.body {
            let content = ContentBuilder::new().schema(Some(body.clone())).build();
            operation = operation.request_body(Some(
                RequestBodyBuilder::new().content(if self.form { "multipart/form-data" } else { "application/json" }, content).build(),
            ));
        }
        if let Some((status, schema)) = &self.answer {
            let mut response = ResponseBuilder::new().description("Done.");
            if let Some(schema) = schema {
                let kind = if self.binary { "application/octet-stream" } else { "application/json" };
                response = response.content(kind, ContentBuilder::new().schema(Some(schema.clone())).build());
            }
            operation = operation.response(status.to_string(), response.build());
        }
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let refused = ResponseBuilder::new().description("What went wrong, as problem+json.").content("application/problem+json", problem);
        operation = operation.response("default", refused.build());
        if !self.public {
            operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
        }
        operation.build()
    }
}

fn method(method: &actix_web::http::Method) -> HttpMethod {
    match method.as_str() {
        "GET" => HttpMethod::Get,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        "PATCH" => HttpMethod::Patch,
        _ => HttpMethod::Post,
    }
}

/// The document of these routes.
#[must_use]
pub fn document(routes: &[Route]) -> OpenApi {
    let mut schemas: Schemas = Vec::new();
    let mut paths = PathsBuilder::new();
    named::<Problem>(&mut schemas);
    for route in routes {
        schemas.extend(route.described.schemas.clone());
        let item = utoipa::openapi::path::PathItem::new(method(&route.method), route.described.operation(&route.method));
        paths = paths.path(format!("/api/v1{}", route.path), item);
    }
    schemas.sort_by(|a, b| a.0.cmp(&b.0));
    schemas.dedup_by(|a, b| a.0 == b.0);
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or machine key").build();
    let components = components.security_scheme("token", SecurityScheme::Http(bearer)).build();
    let info = InfoBuilder::new()
        .title("Jiebang 揭榜")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The portfolio of a science department's open-challenge (揭榜挂帅) projects. Conventions: docs/api.md."));
    OpenApiBuilder::new().info(info.build()).paths(paths.build()).components(Some(components)).build()
}
