//! Checks: may more of a product be used? The answer comes from the same numbers as the position.
//!
//! The same question in the words of OpenID AuthZEN is in [`crate::authzen`].

use app::positions::{Action, Answer, Facts, Question, Reason, Remedy};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use domain::State as Organisation;
use domain::entitlement::Metric;
use domain::id::{CaseId, ProductId};
use domain::observation::Environment;
use domain::person::Scope;
use domain::product::folded;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{CaseNumber, DateText, EnvironmentWord, InstantText, MetricWord, ProductRef, QuantityValue};
use crate::Site;
use crate::caller::Caller;
use crate::given;
use crate::problem::Problem;
use crate::reading::LEDGER_SIZE;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(check))
}

/// What is about to be done.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position engine's own type")]
pub(crate) enum ActionWord {
    /// Install on further devices.
    Deploy,
    /// Give further persons access.
    Provision,
    /// Use what is there already.
    Use,
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCheck {
    /// What is about to be done.
    #[schema(value_type = ActionWord)]
    action: Action,
    /// With which product: its number, or its exact name.
    #[schema(example = "PRD-7")]
    product: String,
    /// Further units of the product's metric.
    #[serde(default = "one")]
    #[schema(default = 1)]
    quantity: u64,
    /// Where; absent counts as production.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
}

pub(crate) fn one() -> u64 {
    1
}

/// Why the answer is what it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the position engine's own type")]
enum ReasonWord {
    /// Yes: rights have free units.
    Entitled,
    /// Yes: exceptions cover what rights do not.
    CoveredByException,
    /// Yes: the environment needs no licence.
    Exempt,
    /// No: there never was a right or an exception that counts.
    NeedsException,
    /// No: rights and exceptions count, and are used up.
    Exhausted,
    /// No: what there was has ended.
    Expired,
    /// No: there is no such product.
    UnknownProduct,
}

/// The numbers behind an answer, in the product's metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactsObject {
    /// The metric.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// Units of the rights that count.
    entitled: QuantityValue,
    /// Units that need a licence.
    consumed: u64,
    /// Units that only exceptions cover.
    covered_by_grants: u64,
    /// Units that nothing covers.
    short: u64,
    /// Further units that may be used; null where there is no limit.
    free: Option<u64>,
}

impl From<Facts> for FactsObject {
    fn from(facts: Facts) -> Self {
        Self {
            metric: facts.metric,
            entitled: QuantityValue(facts.entitled),
            consumed: facts.consumed,
            covered_by_grants: facts.covered_by_grants,
            short: facts.short,
            free: facts.free,
        }
    }
}

/// A way to a yes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemedyObject {
    /// `reclaim` or `request_exception`.
    kind: &'static str,
    /// What to do.
    sentence: String,
    /// Devices from which it could be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<u64>,
    /// Since when they have not been used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateText>)]
    unused_since: Option<Date>,
    /// The units that are missing, to ask an exception for.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u64>,
    /// The page on which to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// An answer. A "no" is an answer like any other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckObject {
    /// Whether it may be done.
    pub(crate) decision: bool,
    /// Why.
    #[schema(value_type = ReasonWord)]
    pub(crate) reason: Reason,
    /// The same for people.
    pub(crate) sentence: String,
    /// The product; null where there is none of that number or name.
    pub(crate) product: Option<ProductRef>,
    /// The numbers; null where there is no such product.
    pub(crate) facts: Option<FactsObject>,
    /// The exceptions that a yes rests on.
    #[schema(value_type = Vec<CaseNumber>)]
    pub(crate) exceptions: Vec<CaseId>,
    /// From when the answer may differ without anything being recorded.
    #[schema(value_type = Option<InstantText>)]
    pub(crate) valid_until: Option<Timestamp>,
    /// Ways to a yes, the nearest first.
    pub(crate) remedies: Vec<RemedyObject>,
    /// The ledger size that the answer was read at.
    pub(crate) ledger_size: u64,
}

/// The product that a text means: by number, or by its exact name where only one has it.
pub(crate) fn product_of(state: &Organisation, text: &str) -> Option<ProductId> {
    if let Ok(number) = text.parse::<ProductId>() {
        return state.products.contains_key(&number).then_some(number);
    }
    let name = folded(text);
    let mut named = state.products.values().filter(|product| folded(&product.name) == name);
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    }
}

/// Answers a question; `base_url` is put in front of addresses.
pub(crate) fn answered(site: &Site, question: Option<Question>, asked_for: &str) -> CheckObject {
    let snapshot = site.app.snapshot();
    let state = &snapshot.state;
    let known = question.filter(|question| state.products.contains_key(&question.product));
    let Some(question) = known else {
        let shown: String = asked_for.chars().take(80).collect();
        return CheckObject {
            decision: false,
            reason: Reason::UnknownProduct,
            sentence: format!("There is no one product known as \u{201c}{shown}\u{201d}."),
            product: None,
            facts: None,
            exceptions: Vec::new(),
            valid_until: None,
            remedies: Vec::new(),
            ledger_size: snapshot.size(),
        };
    };
    let Answer { decision, reason, sentence, facts, grants, valid_until, remedies } = snapshot.check(&question);
    let base_url = site.options.base_url.as_deref().unwrap_or_default();
    CheckObject {
        decision,
        reason,
        sentence,
        product: Some(ProductRef::of(state, question.product)),
        facts: facts.map(FactsObject::from),
        exceptions: grants,
        valid_until,
        remedies: remedies.into_iter().map(|of| remedy(of, base_url)).collect(),
        ledger_size: snapshot.size(),
    }
}

fn remedy(remedy: Remedy, base_url: &str) -> RemedyObject {
    use crate::pages::addresses;
    match remedy {
        Remedy::Reclaim { devices, unused_since } => RemedyObject {
            kind: "reclaim",
            sentence: format!(
                "Take it from {devices} {} where it has not been used since {unused_since}.",
                if devices == 1 { "device" } else { "devices" }
            ),
            devices: Some(devices),
            unused_since: Some(unused_since),
            quantity: None,
            url: None,
        },
        Remedy::RequestException { product, quantity, environment } => {
            let (product, missing) = (product.to_string(), quantity.to_string());
            let mut parts = vec![("product", product.as_str()), ("quantity", missing.as_str())];
            if let Some(environment) = environment {
                parts.push(("environment", environment.name()));
            }
            RemedyObject {
                kind: "request_exception",
                sentence: format!(
                    "Ask for an exception for {quantity} {}.",
                    if quantity == 1 { "unit" } else { "units" }
                ),
                devices: None,
                unused_since: None,
                quantity: Some(quantity),
                url: Some(format!("{base_url}{}", addresses::with_query(addresses::REQUEST_NEW, &parts))),
            }
        }
    }
}

/// May more of a product be used? A "no" is answered with 200 and `decision: false`.
#[utoipa::path(post, path = "/v1/checks", tag = "checks", request_body = NewCheck,
    responses((status = 200, body = CheckObject)))]
async fn check(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    Caller::of(&parts, &site)?.needs_scope(&[Scope::Check, Scope::Read], "check")?;
    let headers = parts.headers.clone();
    let body = given::body(Request::from_parts(parts, body)).await?;
    let given: NewCheck = given::json(&headers, &body)?;
    if given.quantity == 0 || given.quantity > domain::decide::QUANTITY_MAX {
        let detail = format!("Enter a number from 1 to {}.", domain::decide::QUANTITY_MAX);
        return Err(Problem::at("quantity", detail));
    }
    let question = product_of(&site.app.snapshot().state, &given.product).map(|product| Question {
        action: given.action,
        product,
        quantity: given.quantity,
        environment: given.environment,
        at: site.app.surroundings().now(),
    });
    let answer = answered(&site, question, &given.product);
    let size = HeaderValue::from(answer.ledger_size);
    Ok(([(LEDGER_SIZE, size)], Json(answer)).into_response())
}
