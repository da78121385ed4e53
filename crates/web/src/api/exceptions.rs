//! Exceptions: what was granted, how it stands now, and ending it early.

use app::positions::SupplySource;
use axum::response::Response;
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::grant::{Grant, GrantStatus, end_of_day};
use domain::id::{CaseId, PersonId, ProductId};
use domain::observation::Environment;
use domain::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{
    CaseNumber, DateText, EnvironmentWord, GrantStatusWord, InstantText, MetricWord, PersonRef, ProductNumber,
    ProductRef, ReasonGiven,
};
use crate::Site;
use crate::given::{Asked, At};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(show)).routes(routes!(revoke))
}

/// An early end.
#[derive(Debug, Serialize, ToSchema)]
struct RevocationObject {
    /// Who.
    by: PersonRef,
    /// From when it no longer holds.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// Why.
    reason: String,
}

/// A granted exception; it has the number of its request.
#[derive(Debug, Serialize, ToSchema)]
struct ExceptionObject {
    /// Number.
    #[schema(value_type = CaseNumber)]
    id: CaseId,
    /// How it stands now.
    #[schema(value_type = GrantStatusWord)]
    status: GrantStatus,
    /// The request's title.
    title: String,
    /// The category's key.
    category: String,
    /// The product.
    product: ProductRef,
    /// Units that it covers at most.
    quantity: u64,
    /// Units that it covers now; 0 where it does not apply.
    used: u64,
    /// The metric of the quantity.
    #[schema(value_type = MetricWord)]
    metric: Metric,
    /// The only environment where it holds; null is everywhere.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Who asked.
    requester: PersonRef,
    /// For whom, where not for the requester.
    beneficiary: Option<PersonRef>,
    /// Conditions to keep.
    conditions: Vec<String>,
    /// From when it holds.
    #[schema(value_type = InstantText)]
    granted_at: Timestamp,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    until: Date,
    /// The instant at which it ends by itself.
    #[schema(value_type = Option<InstantText>)]
    ends_at: Option<Timestamp>,
    /// The entry that recorded it.
    recorded_in: u64,
    /// How it was ended early.
    revocation: Option<RevocationObject>,
}

fn object(reading: &Reading, grant: &Grant, used: u64) -> ExceptionObject {
    let state = &reading.snapshot.state;
    let zone = state.zone();
    let case = state.cases.get(&grant.case);
    let terms = &grant.terms;
    let requester: Option<PersonId> = case.map(|case| case.requester);
    ExceptionObject {
        id: grant.case,
        status: grant.status(reading.now, &zone),
        title: case.map(|case| case.words.title.shown().to_owned()).unwrap_or_default(),
        category: terms.category.to_string(),
        product: ProductRef::of(state, terms.product),
        quantity: terms.quantity,
        used,
        metric: grant.metric,
        environment: terms.environment,
        requester: PersonRef::of(state, requester.unwrap_or(PersonId(0))),
        beneficiary: terms.beneficiary.map(|person| PersonRef::of(state, person)),
        conditions: grant.conditions.iter().map(|condition| condition.wording.shown().to_owned()).collect(),
        granted_at: grant.granted_at,
        until: terms.until,
        ends_at: end_of_day(terms.until, &zone),
        recorded_in: grant.recorded_in,
        revocation: grant.revocation.as_ref().map(|revocation| RevocationObject {
            by: PersonRef::of(state, revocation.by),
            at: revocation.at,
            reason: revocation.reason.shown().to_owned(),
        }),
    }
}

/// The units that each exception on a product covers now.
fn used(reading: &Reading, grant: &Grant) -> u64 {
    if !grant.applies(reading.now, &reading.snapshot.state.zone()) {
        return 0;
    }
    let line = reading.snapshot.line(grant.terms.product, reading.now);
    line.and_then(|line| {
        line.supplies.iter().find(|supply| supply.source == SupplySource::Grant(grant.case)).map(|supply| supply.used)
    })
    .unwrap_or(0)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only exceptions that stand like this.
    #[param(value_type = Option<GrantStatusWord>)]
    status: Option<GrantStatus>,
    /// Only exceptions on this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Only exceptions that end on or before this day.
    #[param(value_type = Option<DateText>)]
    ends_by: Option<Date>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The exceptions, newest first. What has ended stays in the list.
#[utoipa::path(get, path = "/v1/exceptions", tag = "exceptions", params(ListQuery),
    responses((status = 200, body = Page<ExceptionObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let zone = state.zone();
    let fitting: Vec<&Grant> = state
        .grants
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|grant| query.status.is_none_or(|status| grant.status(reading.now, &zone) == status))
        .filter(|grant| query.product.is_none_or(|product| grant.terms.product == product))
        .filter(|grant| query.ends_by.is_none_or(|day| grant.terms.until <= day))
        .collect();
    Ok(reading.page(&fitting, &paging, |grant| object(&reading, grant, used(&reading, grant))))
}

/// One exception.
#[utoipa::path(get, path = "/v1/exceptions/{case}", tag = "exceptions",
    params(("case" = CaseNumber, Path), OnADay), responses((status = 200, body = ExceptionObject)))]
async fn show(reading: Reading, At(case): At<CaseId>, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let grant = reading.snapshot.state.grants.get(&case).ok_or_else(|| Problem::none("exception", case))?;
    Ok(reading.answer(object(&reading, grant, used(&reading, grant))))
}

/// End an exception early.
#[utoipa::path(post, path = "/v1/exceptions/{case}/revocations", tag = "exceptions",
    params(("case" = CaseNumber, Path)), request_body = ReasonGiven, responses((status = 200, body = Written)))]
async fn revoke(At(case): At<CaseId>, act: Act<ReasonGiven>) -> Result<Response, Problem> {
    let (act, ReasonGiven { reason }) = act.take();
    act.carry_once(Intent::RevokeGrant { case, reason: Text::from(reason) }).await
}
