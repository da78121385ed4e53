//! The JSON API under `/v1`: one module for each noun, each with its objects, its parameters and its acts.
//!
//! Objects are drawn here from one snapshot; their fields are a promise to programs that were written against them.

pub mod agreements;
pub mod alert_rules;
pub mod alerts;
pub mod backup;
pub mod cases;
pub mod catalogue;
pub mod checks;
pub mod conflicts;
pub mod costs;
pub mod delegations;
pub mod devices;
pub mod entitlements;
pub mod exceptions;
pub mod exports;
pub mod facets;
pub mod gaps;
pub mod imports;
pub mod ledger;
pub mod metrics;
pub mod organisation;
pub mod persons;
pub mod positions;
pub mod products;
pub mod purchases;
pub mod reclaim;
pub mod reconciliations;
pub mod renewals;
pub mod scenarios;
pub mod seals;
pub mod sessions;
pub mod sources;
pub mod statements;
pub mod titles;
pub mod tokens;
pub mod trends;
pub mod usages;
mod use_rights;
pub mod values;
pub mod verifications;
pub mod webhooks;
pub mod witnesses;

use utoipa_axum::router::OpenApiRouter;

use crate::Site;

/// Everything under `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .merge(organisation::routes())
        .merge(sessions::routes())
        .merge(persons::routes())
        .merge(tokens::routes())
        .merge(delegations::routes())
        .merge(products::routes())
        .merge(metrics::routes())
        .merge(titles::routes())
        .merge(entitlements::routes())
        .merge(reconciliations::routes())
        .merge(agreements::routes())
        .merge(renewals::routes())
        .merge(alerts::routes())
        .merge(alert_rules::routes())
        .merge(reclaim::routes())
        .merge(purchases::routes())
        .merge(costs::routes())
        .merge(positions::routes())
        .merge(devices::routes())
        .merge(facets::routes())
        .merge(gaps::routes())
        .merge(conflicts::routes())
        .merge(imports::routes())
        .merge(exports::routes())
        .merge(usages::routes())
        .merge(sources::routes())
        .merge(catalogue::routes())
        .merge(cases::routes())
        .merge(exceptions::routes())
        .merge(checks::routes())
        .merge(ledger::routes())
        .merge(webhooks::routes())
        .merge(witnesses::routes())
        .merge(verifications::routes())
        .merge(seals::routes())
        .merge(scenarios::routes())
        .merge(statements::routes())
        .merge(trends::routes())
        .merge(backup::routes())
}
