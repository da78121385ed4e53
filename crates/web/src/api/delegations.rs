//! Delegations: somebody decides in somebody else's place for a time.

use axum::response::Response;
use domain::command::Intent;
use domain::id::{DelegationId, PersonId};
use domain::person::Delegation;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, DelegationNumber, InstantText, PersonNumber, PersonRef};
use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, delegate)).routes(routes!(end))
}

/// Who decides in whose place, and for how long.
#[derive(Debug, Serialize, ToSchema)]
struct DelegationObject {
    /// Number.
    #[schema(value_type = DelegationNumber)]
    id: DelegationId,
    /// Whose decisions.
    from: PersonRef,
    /// Who takes them.
    to: PersonRef,
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
    /// When it was ended early.
    #[schema(value_type = Option<InstantText>)]
    ended_at: Option<Timestamp>,
    /// Whether it holds today.
    holds: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those that hold today, or only the others.
    holds: Option<bool>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The delegations of the organisation.
#[utoipa::path(get, path = "/v1/delegations", tag = "delegations", params(ListQuery),
    responses((status = 200, body = Page<DelegationObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let today = state.day(reading.now);
    let fits = |delegation: &&Delegation| query.holds.is_none_or(|holds| delegation.holds_on(today) == holds);
    let fitting: Vec<&Delegation> = state.delegations.values().map(AsRef::as_ref).filter(fits).collect();
    Ok(reading.page(&fitting, &paging, |delegation| DelegationObject {
        id: delegation.id,
        from: PersonRef::of(state, delegation.from),
        to: PersonRef::of(state, delegation.to),
        starts_on: delegation.starts_on,
        ends_on: delegation.ends_on,
        ended_at: delegation.ended_at,
        holds: delegation.holds_on(today),
    }))
}

/// A delegation to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDelegation {
    /// Who takes one's decisions.
    #[schema(value_type = PersonNumber)]
    to: PersonId,
    /// First day.
    #[schema(value_type = DateText)]
    starts_on: Date,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    ends_on: Date,
}

/// Let somebody decide in one's own place.
#[utoipa::path(post, path = "/v1/delegations", tag = "delegations", request_body = NewDelegation,
    responses((status = 200, body = Written)))]
async fn delegate(act: Act<NewDelegation>) -> Result<Response, Problem> {
    let NewDelegation { to, starts_on, ends_on } = act.body;
    act.carry(Intent::Delegate { to, starts_on, ends_on }).await
}

/// End a delegation early.
#[utoipa::path(post, path = "/v1/delegations/{delegation}/ends", tag = "delegations",
    params(("delegation" = DelegationNumber, Path)), responses((status = 200, body = Written)))]
async fn end(At(delegation): At<DelegationId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::EndDelegation { delegation }).await
}
