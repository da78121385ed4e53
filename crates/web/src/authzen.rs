//! The check in the words of OpenID AuthZEN 1.0: subject, action, resource, context; a decision and its context.
//!
//! A "no" is 200 with `decision: false`. Properties that mean nothing here are let pass, as the standard asks; the same
//! question in our own words, with every field checked, is `/v1/checks`.

use app::positions::{Action, Question};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::observation::Environment;
use domain::person::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Site;
use crate::api::checks::{CheckObject, answered, product_of};
use crate::caller::Caller;
use crate::given;
use crate::problem::{Kind, Problem};

/// Questions of one batch: a build asks about each of its parts.
const EVALUATIONS_MAX: usize = 500;

pub(crate) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(evaluation)).routes(routes!(evaluations)).routes(routes!(configuration))
}

/// Who is about to act: recorded by the caller, not judged here.
#[derive(Debug, Clone, Deserialize, ToSchema)]
struct Subject {
    /// What kind of actor.
    #[serde(rename = "type")]
    #[schema(example = "workload")]
    kind: String,
    /// Its name in the caller's world.
    id: String,
    /// Anything else.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[expect(dead_code, reason = "read so that anything but an object is refused")]
    properties: Map<String, Value>,
}

/// What is about to be done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
struct AuthzenAction {
    /// `deploy`, `provision` or `use`.
    #[schema(example = "deploy")]
    name: String,
    /// `quantity`: further units, 1 where it is absent.
    #[serde(default)]
    #[schema(value_type = Object)]
    properties: Map<String, Value>,
}

/// With which product.
#[derive(Debug, Clone, Deserialize, ToSchema)]
struct Resource {
    /// `product`.
    #[serde(rename = "type")]
    #[schema(example = "product")]
    kind: String,
    /// The product's number or exact name.
    #[schema(example = "PRD-7")]
    id: String,
    /// Anything else.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[expect(dead_code, reason = "read so that anything but an object is refused")]
    properties: Map<String, Value>,
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
struct Evaluation {
    /// Who.
    subject: Subject,
    /// What.
    action: AuthzenAction,
    /// With which product.
    resource: Resource,
    /// `environment`: where it is to happen.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Map<String, Value>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationResponse {
    /// Whether it may be done.
    decision: bool,
    /// Why, with the numbers and ways to a yes.
    #[schema(value_type = Object)]
    context: Value,
}

/// Several questions; what one leaves out is taken from the members beside the list.
#[derive(Debug, Deserialize, ToSchema)]
struct Evaluations {
    /// Who, for questions that do not say.
    subject: Option<Subject>,
    /// What, for questions that do not say.
    action: Option<AuthzenAction>,
    /// With which product, for questions that do not say.
    resource: Option<Resource>,
    /// The context of questions that do not say.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Map<String, Value>,
    /// The questions; absent or empty, the members beside it are the one question.
    #[serde(default)]
    evaluations: Vec<PartialEvaluation>,
    /// How to go through them.
    #[serde(default)]
    options: EvaluationOptions,
}

/// One of several questions.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct PartialEvaluation {
    /// Who.
    subject: Option<Subject>,
    /// What.
    action: Option<AuthzenAction>,
    /// With which product.
    resource: Option<Resource>,
    /// Where.
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
}

/// How to go through several questions.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct EvaluationOptions {
    /// Whether to stop at the first no, or at the first yes.
    #[serde(default)]
    evaluations_semantic: Semantic,
}

/// When to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Semantic {
    /// Answer all.
    #[default]
    ExecuteAll,
    /// Stop at the first no.
    DenyOnFirstDeny,
    /// Stop at the first yes.
    PermitOnFirstPermit,
}

/// Several answers, in the order of the questions.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationsResponse {
    /// The answers.
    evaluations: Vec<EvaluationResponse>,
}

fn evaluate(site: &Site, asked: &Evaluation) -> Result<EvaluationResponse, Problem> {
    let Evaluation { subject, action, resource, context } = asked;
    if subject.kind.is_empty() || subject.id.is_empty() {
        return Err(Problem::at("subject", "Name the subject with a type and an id."));
    }
    if resource.kind != "product" {
        return Err(Problem::at("resource/type", "Only resources of type product are known here."));
    }
    let action_word = match action.name.as_str() {
        "deploy" => Action::Deploy,
        "provision" => Action::Provision,
        "use" => Action::Use,
        _ => {
            let detail = "This action is not known here; use one of: deploy, provision, use.";
            return Err(Problem::at("action/name", detail));
        }
    };
    let quantity = match action.properties.get("quantity") {
        None => 1,
        Some(given) => given
            .as_u64()
            .filter(|quantity| (1..=domain::decide::QUANTITY_MAX).contains(quantity))
            .ok_or_else(|| {
                let detail = format!("Enter a number from 1 to {}.", domain::decide::QUANTITY_MAX);
                Problem::at("action/properties/quantity", detail)
            })?,
    };
    let environment = match context.get("environment") {
        None | Some(Value::Null) => None,
        Some(given) => Some(given.as_str().and_then(Environment::from_word).ok_or_else(|| {
            let known = Environment::ALL.map(Environment::name).join(", ");
            Problem::at("context/environment", format!("Use one of: {known}."))
        })?),
    };
    let question = product_of(&site.app.snapshot().state, &resource.id).map(|product| Question {
        action: action_word,
        product,
        quantity,
        environment,
        at: site.app.surroundings().now(),
    });
    let CheckObject { decision, reason, sentence, product, facts, exceptions, valid_until, remedies, ledger_size } =
        answered(site, question, &resource.id);
    let context = json!({
        "reason": reason,
        "reason_user": sentence,
        "product": product,
        "facts": facts,
        "exceptions": exceptions,
        "valid_until": valid_until,
        "remedies": remedies,
        "ledger_size": ledger_size,
    });
    Ok(EvaluationResponse { decision, context })
}

async fn read<T: serde::de::DeserializeOwned>(site: &Site, request: Request) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    Caller::of(&parts, site)?.needs_scope(&[Scope::Check, Scope::Read], "check")?;
    let headers = parts.headers.clone();
    let body = given::body(Request::from_parts(parts, body)).await?;
    given::json(&headers, &body)
}

/// May it be done? (AuthZEN Access Evaluation)
#[utoipa::path(post, path = "/access/v1/evaluation", tag = "authzen", request_body = Evaluation,
    responses((status = 200, body = EvaluationResponse)))]
async fn evaluation(State(site): State<Site>, request: Request) -> Response {
    let answer = async { evaluate(&site, &read(&site, request).await?) };
    answer.await.map_or_else(|problem| not_answered(&problem), |answer| Json(answer).into_response())
}

/// What is no answer: a status and a sentence as plain text, as the standard has it (section 10.1.2). A question that
/// cannot be understood is a bad request there.
fn not_answered(problem: &Problem) -> Response {
    let status = match problem.kind() {
        Kind::Validation | Kind::ContentType => Kind::NotReadable.status(),
        kind => kind.status(),
    };
    let place = problem.errors().first().and_then(|fault| fault.pointer.as_deref());
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    (status, format!("{place}{}\n", problem.detail())).into_response()
}

/// May they be done? (AuthZEN Access Evaluations)
#[utoipa::path(post, path = "/access/v1/evaluations", tag = "authzen", request_body = Evaluations,
    responses((status = 200, body = EvaluationsResponse)))]
async fn evaluations(State(site): State<Site>, request: Request) -> Response {
    all(&site, request).await.unwrap_or_else(|problem| not_answered(&problem))
}

async fn all(site: &Site, request: Request) -> Result<Response, Problem> {
    let mut asked: Evaluations = read(site, request).await?;
    if asked.evaluations.len() > EVALUATIONS_MAX {
        let detail = format!("Ask at most {EVALUATIONS_MAX} questions at once.");
        return Err(Problem::new(Kind::Validation, detail));
    }
    // Without a list the members beside it are one question, answered as one (section 7.1.1).
    let single = asked.evaluations.is_empty();
    if single {
        asked.evaluations.push(PartialEvaluation::default());
    }
    let mut answers = Vec::with_capacity(asked.evaluations.len());
    for (place, part) in asked.evaluations.into_iter().enumerate() {
        let missing = |member: &str| Problem::at(&format!("evaluations/{place}/{member}"), format!("Give {member}."));
        let whole = Evaluation {
            subject: part.subject.or_else(|| asked.subject.clone()).ok_or_else(|| missing("subject"))?,
            action: part.action.or_else(|| asked.action.clone()).ok_or_else(|| missing("action"))?,
            resource: part.resource.or_else(|| asked.resource.clone()).ok_or_else(|| missing("resource"))?,
            context: part.context.unwrap_or_else(|| asked.context.clone()),
        };
        let answer = evaluate(site, &whole)?;
        let stop = match asked.options.evaluations_semantic {
            Semantic::ExecuteAll => false,
            Semantic::DenyOnFirstDeny => !answer.decision,
            Semantic::PermitOnFirstPermit => answer.decision,
        };
        answers.push(answer);
        if stop {
            break;
        }
    }
    if single && let Some(answer) = answers.pop() {
        return Ok(Json(answer).into_response());
    }
    Ok(Json(EvaluationsResponse { evaluations: answers }).into_response())
}

/// Where the endpoints are.
#[derive(Debug, Serialize, ToSchema)]
struct Configuration {
    /// The address of this decision point.
    policy_decision_point: String,
    /// Where to ask.
    access_evaluation_endpoint: String,
    /// Where to ask several things at once.
    access_evaluations_endpoint: String,
}

/// Where the endpoints are (AuthZEN metadata). Public.
#[utoipa::path(get, path = "/.well-known/authzen-configuration", tag = "authzen",
    responses((status = 200, body = Configuration)))]
async fn configuration(State(site): State<Site>) -> Response {
    let base = site.options.base_url.clone().unwrap_or_default();
    Json(Configuration {
        access_evaluation_endpoint: format!("{base}/access/v1/evaluation"),
        access_evaluations_endpoint: format!("{base}/access/v1/evaluations"),
        policy_decision_point: base,
    })
    .into_response()
}
