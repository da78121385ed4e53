//! The description of the API (OpenAPI 3.1), made from the code that answers, and what is said about the server itself.
//!
//! What every operation has in common (credentials, headers, problems) is added here once, so that no handler can leave
//! it out.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::{frame_for, prefers_html};
use crate::given::At;
use crate::pages::error::{self, ErrorPage};
use crate::problem::{Kind, Problem, ProblemBody};
use crate::{Site, api, authzen, ledger_files};

/// What anybody may ask without signing in.
pub const PUBLIC: [&str; 7] = [
    "/v1/sessions",
    "/v1/openapi.json",
    "/problems",
    "/problems/{slug}",
    "/healthz",
    "/readyz",
    "/.well-known/authzen-configuration",
];

/// What cannot be rehearsed: questions, which record nothing; messages,
/// which are sent; files, which are kept first; and what answers with a secret.
const UNREHEARSED: [&str; 9] = [
    "/v1/webhooks/{webhook}/tests",
    "/v1/webhooks/{webhook}/resends",
    "/v1/reclaim_waves/{wave}/items/{item}/links",
    "/v1/checks",
    "/v1/verifications",
    "/v1/cases/{case}/evidence",
    "/v1/alerts/{alert}/tasks/{task}/evidence",
    "/v1/tokens",
    "/v1/accounts/{account}/links",
];

/// Everything that is described: the router and its description.
pub(crate) fn described() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .merge(api::routes())
        .merge(ledger_files::routes())
        .merge(authzen::routes())
        .routes(routes!(openapi))
        .routes(routes!(problems))
        .routes(routes!(problem))
        .routes(routes!(health))
        .routes(routes!(readiness))
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| serde_json::to_string(&document()).unwrap_or_default());

/// The description.
pub fn document() -> OpenApi {
    let (_, mut document) = described().split_for_parts();
    document.info = InfoBuilder::new()
        .title("Indult")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What software is used against what is owned, exceptions from the rules, checks before the fact, and the \
             ledger that proves it.\n\nEvery change is an entry of the ledger; every answer says at which ledger size it \
             was read (Indult-Ledger-Size). Problems follow RFC 9457, and each explains itself at its address. \
             Numbers such as PRD-7 name objects for good.",
        ))
        .build();
    let components = document.components.take().unwrap_or_default();
    let mut components = ComponentsBuilder::from(components)
        .schema(ProblemBody::name(), ProblemBody::schema())
        .security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-indult"))))
        .build();
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    document.components = Some(components);
    // The router's way to say "and everything below" is not OpenAPI's.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, &method, operation);
        }
    }
    document
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let PathItem { get, post, delete, .. } = item;
    let all = [(HttpMethod::Get, get), (HttpMethod::Post, post), (HttpMethod::Delete, delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

fn word(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Post => "post",
        HttpMethod::Delete => "delete",
        _ => "get",
    }
}

/// Adds what an operation has in common with its kind.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let steps = path.split('/').filter(|step| !step.is_empty() && *step != "v1");
    let steps: Vec<String> =
        steps.map(|step| step.trim_matches(['{', '}', '*', '.']).replace(['.', '-'], "_")).collect();
    operation.operation_id = Some(format!("{}_{}", word(method), steps.join("_")));
    let is_public = PUBLIC.contains(&path);
    let reads = *method == HttpMethod::Get;
    operation.security = Some(if is_public {
        Vec::new()
    } else {
        vec![
            SecurityRequirement::new("token", Vec::<String>::new()),
            SecurityRequirement::new("session", Vec::<String>::new()),
        ]
    });
    if *method == HttpMethod::Post && !is_public && !path.starts_with("/access/") {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(idempotency_key()));
        let says_so =
            parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "dry_run"));
        if !says_so && !UNREHEARSED.contains(&path) {
            parameters.push(RefOr::T(dry_run()));
            // A rehearsal makes nothing, so what is made with 201 is rehearsed with 200.
            let responses = &mut operation.responses.responses;
            if let Some(made) = responses.get("201").filter(|_| !responses.contains_key("200")).cloned() {
                responses.insert("200".to_owned(), made);
            }
        }
    }
    if reads && !is_public {
        add_read_headers(operation);
    }
    for (status, kinds) in problems_of(path, method, is_public) {
        // AuthZEN's own words for what is no answer are a status and a plain text.
        let (status, as_text) = match (path.starts_with("/access/"), status) {
            (true, 415 | 422) => (400, true),
            (authzen, status) => (status, authzen),
        };
        add_problem(operation, status, &kinds, as_text);
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A key of the caller's own, 1 to 255 printable ASCII characters. The same key with the same request gives \
             the same answer for three days, marked with Idempotency-Replayed. Acts that must not happen twice need it.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255))))
        .build()
}

fn dry_run() -> Parameter {
    ParameterBuilder::new()
        .name("dry_run")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some("Only say what would be recorded."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::Boolean)))
        .build()
}

fn add_read_headers(operation: &mut Operation) {
    let size = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))))
        .description(Some("The ledger size that the answer was read at."))
        .build();
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
        response.headers.insert("Indult-Ledger-Size".to_owned(), RefOr::T(size));
    }
    operation.responses.responses.insert(
        "304".to_owned(),
        RefOr::T(ResponseBuilder::new().description("The answer is the one that If-None-Match names.").build()),
    );
}

/// The problems that an operation can have, by status.
fn problems_of(path: &str, method: &HttpMethod, is_public: bool) -> Vec<(u16, Vec<Kind>)> {
    let mut kinds = vec![Kind::Internal, Kind::TimedOut, Kind::Validation];
    if !is_public {
        kinds.extend([Kind::NotSignedIn, Kind::NotAllowed]);
    }
    if path.contains('{') {
        kinds.push(Kind::NotFound);
    }
    if *method != HttpMethod::Get {
        kinds.extend([Kind::NotReadable, Kind::CrossSite, Kind::TooLarge, Kind::ContentType, Kind::Busy]);
        let asks = path == "/v1/checks" || path.starts_with("/access/");
        if !asks {
            kinds.extend([
                Kind::NotFound,
                Kind::Conflict,
                Kind::SeparationOfDuties,
                Kind::IdempotencyKeyMissing,
                Kind::IdempotencyKeyReused,
                Kind::EntryTooLarge,
                Kind::ReadOnly,
            ]);
        }
    }
    if path.ends_with("/votes") {
        kinds.push(Kind::SubjectChanged);
    }
    if path.starts_with("/v1/imports/") {
        kinds.push(Kind::UnreadableFile);
    }
    if path == "/v1/catalogue/versions" {
        kinds.push(Kind::CatalogueFindings);
    }
    if path == "/v1/sessions" {
        kinds.extend([Kind::SignInFailed, Kind::LinkEnded]);
    }
    if path.starts_with("/v1/ledger") || path.starts_with("/tile") || path.starts_with("/v1/cases/{case}/evidence") {
        kinds.push(Kind::Damaged);
    }
    let statuses: BTreeSet<u16> = kinds.iter().map(|kind| kind.status().as_u16()).collect();
    let with = |status: u16| kinds.iter().copied().filter(|kind| kind.status().as_u16() == status).collect();
    statuses.into_iter().map(|status| (status, with(status))).collect()
}

fn add_problem(operation: &mut Operation, status: u16, kinds: &[Kind], as_text: bool) {
    let titles: Vec<String> = kinds.iter().map(|kind| format!("{} (`{}`)", kind.title(), kind.slug())).collect();
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    let mut response =
        ResponseBuilder::new().description(titles.join("; ")).content("application/problem+json", problem);
    if as_text {
        let text = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
        response = response.content("text/plain", text);
    }
    let response = response.build();
    operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
}

/// This description (OpenAPI 3.1). Public.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "server", responses((status = 200, body = Object)))]
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// What a problem means.
#[derive(Debug, Serialize, ToSchema)]
struct ProblemKind {
    /// Its address, as problems name it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation")]
    address: String,
    /// Its heading.
    title: &'static str,
    /// Its status.
    status: u16,
    /// What it means and what to do.
    explanation: &'static str,
}

impl From<Kind> for ProblemKind {
    fn from(kind: Kind) -> Self {
        Self {
            address: format!("/problems/{}", kind.slug()),
            title: kind.title(),
            status: kind.status().as_u16(),
            explanation: kind.explanation(),
        }
    }
}

/// Every problem that an answer can have. Public.
#[utoipa::path(get, path = "/problems", tag = "server", responses((status = 200, body = Vec<ProblemKind>)))]
async fn problems() -> Response {
    let all: Vec<ProblemKind> = Kind::ALL.into_iter().map(ProblemKind::from).collect();
    Json(all).into_response()
}

/// What a problem means. Public.
#[utoipa::path(get, path = "/problems/{slug}", tag = "server",
    params(("slug" = String, Path, description = "The last part of the problem's type.")),
    responses((status = 200, content((ProblemKind = "application/json"), (String = "text/html")))))]
async fn problem(State(site): State<Site>, At(slug): At<String>, request: Request) -> Result<Response, Problem> {
    let kind = Kind::from_slug(&slug)
        .ok_or_else(|| Problem::new(Kind::NotFound, "There is no problem of this name; /problems lists them."))?;
    if prefers_html(request.headers()) {
        let frame = frame_for(&site, request.into_parts().0).await;
        return Ok(error::page(&frame, &ErrorPage::explaining(kind)).into_response());
    }
    Ok(Json(ProblemKind::from(kind)).into_response())
}

/// Whether the server answers.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `alive` or `ready`.
    status: &'static str,
}

/// Whether the process answers at all. Public.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health)))]
async fn health() -> Response {
    Json(Health { status: "alive" }).into_response()
}

/// Whether acts are recorded. Public.
#[utoipa::path(get, path = "/readyz", tag = "server", responses((status = 200, body = Health)))]
async fn readiness(State(site): State<Site>) -> Result<Response, Problem> {
    site.app.is_recording().await?;
    Ok(Json(Health { status: "ready" }).into_response())
}
