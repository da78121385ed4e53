//! On what the units of a right may be spent: where, on which versions, and on which products instead of its own.

use std::collections::BTreeSet;

use domain::entitlement::{self, UseRights};
use domain::id::ProductId;
use domain::observation::Environment;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{DateText, EnvironmentWord, ProductNumber};

/// On what the units may be spent. What is empty or absent limits nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UseRightsValue {
    /// Where.
    #[serde(default)]
    scope: ScopeValue,
    /// The versions; null is all of them.
    #[serde(default)]
    versions: Option<VersionsValue>,
    /// Products on which a unit may be spent instead, as a higher edition on a lower one.
    #[serde(default)]
    #[schema(value_type = Vec<ProductNumber>)]
    instead_for: BTreeSet<ProductId>,
}

/// Where a right may be used. A device must fit every list that is not empty; `Europe` holds `Europe/Norway`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScopeValue {
    /// Environments.
    #[serde(default)]
    #[schema(value_type = Vec<EnvironmentWord>)]
    environments: BTreeSet<Environment>,
    /// Regions or countries.
    #[serde(default)]
    regions: BTreeSet<String>,
    /// Business units.
    #[serde(default)]
    business_units: BTreeSet<String>,
    /// Cost centres.
    #[serde(default)]
    cost_centres: BTreeSet<String>,
}

/// The versions on which a right may be spent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionsValue {
    /// The newest version that was bought, as sources state it; `12` is 12.0, 12.1 and so on.
    #[schema(example = "12")]
    newest: String,
    /// Whether older versions may be used in its place.
    #[serde(default)]
    downgrade: bool,
    /// The last day on which maintenance allows every newer version.
    #[serde(default)]
    #[schema(value_type = Option<DateText>)]
    maintained_until: Option<Date>,
}

impl From<&UseRights> for UseRightsValue {
    fn from(use_rights: &UseRights) -> Self {
        let UseRights { scope, versions, instead_for } = use_rights.clone();
        let entitlement::Scope { environments, regions, business_units, cost_centres } = scope;
        Self {
            scope: ScopeValue { environments, regions, business_units, cost_centres },
            versions: versions.map(|entitlement::Versions { newest, downgrade, maintained_until }| VersionsValue {
                newest,
                downgrade,
                maintained_until,
            }),
            instead_for,
        }
    }
}

impl From<UseRightsValue> for UseRights {
    fn from(value: UseRightsValue) -> Self {
        let UseRightsValue { scope, versions, instead_for } = value;
        let ScopeValue { environments, regions, business_units, cost_centres } = scope;
        Self {
            scope: entitlement::Scope { environments, regions, business_units, cost_centres },
            versions: versions.map(|VersionsValue { newest, downgrade, maintained_until }| entitlement::Versions {
                newest,
                downgrade,
                maintained_until,
            }),
            instead_for,
        }
    }
}
