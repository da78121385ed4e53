//! Which units of a line a right or exception can cover: by where devices are and by the versions on them.
//!
//! A unit of several devices, such as a person, is within reach once all its devices are.

use crate::devices::DeviceSet;
use domain::entitlement::{Scope, Versions};
use domain::observation::Environment;
use jiff::civil::Date;

use crate::demand::{Demand, Version};
use crate::estate::PlaceKind;
use crate::matching::by_rows::Unit;
use crate::metrics::{Kind, Plain};
use crate::supply::CountingRight;

/// What a right or exception reaches of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The devices; `None` is all.
    pub(crate) devices: Option<DeviceSet>,
    /// Whether it reaches each version, where units are installations and not all are reached.
    pub(crate) versions: Option<Vec<bool>>,
}

impl Reach {
    /// What a right reaches. Its versions are those of its own product, so they say nothing of another one.
    pub(crate) fn of_right(
        demand: &Demand<'_>,
        right: &CountingRight<'_>,
        line: Kind,
        versions: &[Version<'_>],
        today: Date,
    ) -> Self {
        let use_rights = &right.entitlement.right.use_rights;
        let mut reach = Self { devices: within(demand, &use_rights.scope), versions: None };
        if let Some(limit) = use_rights.versions.as_ref().filter(|_| right.from.is_none()) {
            reach.leave_versions(demand, limit, line, versions, today);
        }
        reach
    }

    /// What an exception reaches.
    pub(crate) fn of_exception(demand: &Demand<'_>, environment: Option<Environment>) -> Self {
        let scope = Scope { environments: environment.into_iter().collect(), ..Scope::default() };
        Self { devices: within(demand, &scope), versions: None }
    }

    /// Leaves out what has a version that the right does not allow. A version that no source states may be any.
    fn leave_versions(
        &mut self,
        demand: &Demand<'_>,
        limit: &Versions,
        line: Kind,
        versions: &[Version<'_>],
        today: Date,
    ) {
        let allowed: Vec<bool> =
            versions.iter().map(|version| version.name.is_none_or(|name| limit.allow(name, today))).collect();
        if allowed.iter().all(|allowed| *allowed) {
            return;
        }
        if line == Kind::Plain(Plain::Installation) {
            self.versions = Some(allowed);
            return;
        }
        let devices = self.devices.get_or_insert_with(|| demand.liable().clone());
        for (version, _) in versions.iter().zip(allowed).filter(|(_, allowed)| !allowed) {
            *devices -= &*version.holding;
        }
    }

    /// Whether it reaches all units.
    pub(crate) fn is_all(&self) -> bool {
        self.devices.is_none() && self.versions.is_none()
    }

    /// Whether it reaches a unit.
    pub(crate) fn holds(&self, unit: &Unit) -> bool {
        let devices = self.devices.as_ref();
        devices.is_none_or(|reached| unit.devices.iter().all(|device| reached.contains(*device)))
            && self.holds_version(unit.version)
    }

    pub(crate) fn holds_version(&self, version: Option<usize>) -> bool {
        let Some(versions) = &self.versions else { return true };
        version.and_then(|version| versions.get(version)).copied().unwrap_or(true)
    }
}

/// Whether a further device of which nothing is known but its environment would be within a scope.
pub(crate) fn would_hold(scope: &Scope, environment: Environment) -> bool {
    scope.named().iter().all(|(_, places)| places.is_empty())
        && (scope.environments.is_empty() || scope.environments.contains(&environment))
}

/// The devices of the demand within a scope; `None` is all.
fn within(demand: &Demand<'_>, scope: &Scope) -> Option<DeviceSet> {
    if scope.is_everywhere() {
        return None;
    }
    let estate = demand.estate;
    let mut devices = demand.liable().clone();
    match scope.environments.first() {
        None => {}
        // Most scopes name one environment, which needs no copy of its devices.
        Some(environment) if scope.environments.len() == 1 && *environment != Environment::default() => {
            devices = &devices & estate.stating(*environment);
        }
        Some(_) => {
            let mut there = DeviceSet::new();
            for environment in &scope.environments {
                there |= estate.stating(*environment);
                if *environment == Environment::default() {
                    there |= estate.unstated();
                }
            }
            devices &= there;
        }
    }
    let places = [
        (PlaceKind::Region, &scope.regions),
        (PlaceKind::BusinessUnit, &scope.business_units),
        (PlaceKind::CostCentre, &scope.cost_centres),
    ];
    for (kind, names) in places.into_iter().filter(|(_, names)| !names.is_empty()) {
        devices = &devices & &*estate.within(kind, names);
    }
    Some(devices)
}
