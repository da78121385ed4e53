//! The organisation, and the one who asks.

use std::collections::BTreeMap;

use axum::response::Response;
use domain::id::PersonId;
use domain::person::{Role, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{CurrencyText, PersonNumber, PersonRef, RoleWord, ScopeWord};
use crate::Site;
use crate::caller::Credential;
use crate::given::{Asked, Nothing};
use crate::problem::Problem;
use crate::reading::Reading;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(organisation)).routes(routes!(me))
}

/// The organisation.
#[derive(Debug, Serialize, ToSchema)]
struct OrganisationObject {
    /// Its name.
    name: String,
    /// The currency of totals.
    #[schema(value_type = CurrencyText)]
    currency: String,
    /// The IANA name of the zone in which its days begin and end.
    #[schema(example = "Europe/Prague")]
    time_zone: String,
    /// Whether this is the sample company.
    sample: bool,
    /// The ledger's name, which is also the name of its key.
    ledger: String,
    /// How many there are, by noun.
    counts: BTreeMap<&'static str, u64>,
}

/// The organisation whose ledger this is.
#[utoipa::path(get, path = "/v1/organisation", tag = "organisation", responses((status = 200, body = OrganisationObject)))]
async fn organisation(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let state = &reading.snapshot.state;
    let organisation = state.organisation.as_ref().ok_or(domain::Refusal::NotFounded)?;
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let counts = BTreeMap::from([
        ("persons", count(state.persons.len())),
        ("products", count(state.products.len())),
        ("entitlements", count(state.entitlements.len())),
        ("agreements", count(state.agreements.len())),
        ("devices", reading.snapshot.base.estate().device_count()),
        ("installations", reading.snapshot.base.estate().installation_count()),
        ("imports", count(state.imports.len())),
        ("cases", count(state.cases.len())),
        ("exceptions", count(state.grants.len())),
    ]);
    Ok(reading.answer(OrganisationObject {
        name: organisation.name.clone(),
        currency: organisation.currency.to_string(),
        time_zone: organisation.zone.name().to_owned(),
        sample: organisation.sample,
        ledger: reading.app.origin().to_owned(),
        counts,
    }))
}

/// The one who asks.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Number.
    #[schema(value_type = PersonNumber)]
    id: PersonId,
    /// Name.
    name: String,
    /// E-mail address.
    email: String,
    /// What they may do.
    #[schema(value_type = Vec<RoleWord>)]
    roles: Vec<Role>,
    /// By what they are known here: `session`, `token` or `operator`.
    by: &'static str,
    /// With a token: what it may be used for.
    #[schema(value_type = Option<Vec<ScopeWord>>)]
    scopes: Option<Vec<Scope>>,
    /// Those in whose place they decide today.
    stands_in_for: Vec<PersonRef>,
    /// How many requests wait for their vote.
    waiting: u64,
}

/// The one who asks, and what waits for them.
#[utoipa::path(get, path = "/v1/me", tag = "organisation", responses((status = 200, body = Me)))]
async fn me(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    let state = &reading.snapshot.state;
    let id = reading.caller.person;
    let person = state.persons.get(&id).ok_or_else(Problem::not_signed_in)?;
    let today = state.day(reading.now);
    let (by, scopes) = match &reading.caller.credential {
        Credential::Session(_) => ("session", None),
        Credential::Token(scopes) => ("token", Some(scopes.iter().copied().collect())),
        Credential::Operator => ("operator", None),
    };
    let waiting = state.cases.values().filter(|case| app::cases::waits_for(state, case, id, reading.now)).count();
    Ok(reading.fresh(Me {
        id,
        name: person.name.shown().to_owned(),
        email: person.email.shown().to_owned(),
        roles: person.roles.iter().copied().collect(),
        by,
        scopes,
        stands_in_for: state
            .delegations
            .values()
            .filter(|delegation| delegation.to == id && delegation.holds_on(today))
            .map(|delegation| PersonRef::of(state, delegation.from))
            .collect(),
        waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
    }))
}
