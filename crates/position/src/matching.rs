//! Matching: how supply is spent on demand.
//!
//! The rule, in the order in which it is applied:
//!
//! 1. An unlimited right covers everything.
//! 2. Rights in other metrics than the line's, from the broadest: named user, device, installation. A right is spent
//!    only where it completes a unit of the line. One that covers several units takes the largest groups first (the
//!    person with most devices); one that covers parts takes the units with fewest parts first (the person with fewest
//!    devices, who needs fewest rights); of equals, those with most installations, which later rights cover last.
//! 3. Rights in the line's metric. A device right with secondary use covers a further device of the same person, so
//!    pairs come first.
//! 4. Exceptions, only for what is still short, only in the line's metric and only in their environment.
//!
//! Where an exception for one environment waits, rights go to units that it cannot reach first, so that nothing is
//! short while supply lies idle. Rights of one kind are spent in the order of their ends. What is equal is taken in the
//! order of persons' and devices' names.
//!
//! Where a right reaches only some units (by place or version), or belongs to another product, steps 3 and 4 are one
//! minimum-cost flow, in `by_classes`.
//!
//! A line in a measured metric is spent on bearers of many units each, in `by_capacity`.
//! The other numbers come from [`by_numbers`] where one count decides, which is nearly always, and else from `by_rows`, which
//! lists every unit; both give the same (property test). What the numbers are worth is in `line`.

pub(crate) mod by_capacity;
pub(crate) mod by_classes;
pub(crate) mod by_rows;
mod further;

use domain::entitlement::Quantity;
use domain::observation::Environment;

use crate::demand::{Demand, Persons, Places};
use crate::measure::Measured;
use crate::metrics::{Kind, Plain};
use crate::supply::Selected;
use by_classes::Matching;
pub(crate) use further::Further;

/// What a right or exception did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// In its own metric.
    pub(crate) used: u64,
    /// Units of the line.
    pub(crate) covers: u64,
}

/// Demand against supply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) consumed: u64,
    /// Beside [`Selected::rights`].
    pub(crate) rights: Vec<Use>,
    /// Beside [`Selected::grants`].
    pub(crate) grants: Vec<Use>,
    pub(crate) room: Room,
}

impl Outcome {
    pub(crate) fn covered_by_entitlements(&self) -> u64 {
        self.rights.iter().map(|one| one.covers).sum()
    }

    pub(crate) fn covered_by_grants(&self) -> u64 {
        self.grants.iter().map(|one| one.covers).sum()
    }

    pub(crate) fn short(&self) -> u64 {
        self.consumed - self.covered_by_entitlements() - self.covered_by_grants()
    }
}

/// What decides how much more may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Room {
    /// Whether there is no limit.
    pub(crate) unlimited: bool,
    /// Units that rights in other metrics do not cover.
    pub(crate) demand: Places,
    /// Units that rights in the line's metric cover or could cover.
    pub(crate) own: u64,
    /// Units of exceptions for one environment.
    pub(crate) in_environment: [u64; 4],
    /// Units of exceptions for every environment.
    pub(crate) anywhere: u64,
    /// What decides instead of the fields above, where rights reach only some units.
    pub(crate) limited: Option<Box<Matching>>,
}

impl Room {
    fn of(selected: &Selected<'_>) -> Self {
        let mut room = Self { unlimited: selected.unlimited().is_some(), ..Self::default() };
        for grant in &selected.grants {
            let units = match grant.terms.environment {
                Some(environment) => &mut room.in_environment[environment as usize],
                None => &mut room.anywhere,
            };
            *units = units.saturating_add(grant.terms.quantity);
        }
        room
    }

    /// How many of the units in `environment` exceptions for it can cover.
    fn reached(&self, environment: usize) -> u64 {
        self.in_environment[environment].min(self.demand.by_environment[environment])
    }

    /// How many more units can be used in `environment` before the shortage grows; `None` where there is no limit.
    pub(crate) fn free(&self, environment: Environment) -> Option<u64> {
        if self.unlimited {
            return None;
        }
        if let Some(limited) = &self.limited {
            return Some(limited.free(environment));
        }
        let environment = environment as usize;
        let elsewhere = (0..4).filter(|other| *other != environment).map(|other| self.reached(other));
        let everywhere_else = elsewhere.fold(self.own.saturating_add(self.anywhere), u64::saturating_add);
        let here = self.in_environment[environment];
        let demand = self.demand.total();
        let covered_without_growth = everywhere_else.saturating_add(self.reached(environment)) >= demand;
        Some(if covered_without_growth {
            everywhere_else.saturating_add(here).saturating_sub(demand)
        } else {
            here.saturating_sub(self.demand.by_environment[environment])
        })
    }

    /// How many more units in `environment` rights alone cover.
    fn free_by_rights(&self, environment: Environment) -> u64 {
        match &self.limited {
            Some(limited) => limited.free_by_rights(environment),
            None => self.own.saturating_sub(self.demand.total()),
        }
    }
}

/// Spends `selected` on `demand`; beside the outcome what was measured, where the line is in a measured metric.
pub(crate) fn spend(
    demand: &Demand<'_>,
    selected: &Selected<'_>,
    persons: &mut Persons,
) -> (Outcome, Option<Measured>) {
    let plain = match selected.kind {
        Kind::Plain(plain) => plain,
        Kind::Measured(_) => {
            let (spent, measured) = by_capacity::spend(demand, selected, persons);
            return (spent.outcome, Some(measured));
        }
    };
    if selected.unlimited().is_none() && demand.liable_len() > 0 && which_units_decide(selected) {
        return (by_rows::spend(demand, selected, plain, persons).outcome, None);
    }
    if selected.unlimited().is_none() && by_classes::are_needed(selected) {
        return (by_classes::spend(demand, selected, plain), None);
    }
    (by_numbers(demand, selected, plain, persons), None)
}

/// How many units need no licence: what all devices come to beyond those that need one.
pub(crate) fn exempt(demand: &Demand<'_>, selected: &Selected<'_>, outcome: &Outcome, persons: &mut Persons) -> u64 {
    match selected.kind {
        Kind::Plain(plain) => demand.units_counted(plain, persons) - outcome.consumed,
        Kind::Measured(metric) => {
            let definition = selected.definitions.get(&metric);
            let units = definition.map(|definition| by_capacity::exempt_units(demand, definition)).unwrap_or_default();
            units.iter().map(|unit| unit.units).sum()
        }
    }
}

/// How many units of `kind` all devices are that need a licence.
fn units_of(demand: &Demand<'_>, selected: &Selected<'_>, kind: Kind, persons: &mut Persons) -> u64 {
    match kind {
        Kind::Plain(plain) => demand.units_liable(plain, persons),
        Kind::Measured(metric) => {
            let definition = selected.definitions.get(&metric);
            definition.map_or(0, |definition| by_capacity::measured(demand, definition).high)
        }
    }
}

/// Whether which units are covered changes how many are: rights in another metric, or secondary use beside exceptions
/// for one environment.
fn which_units_decide(selected: &Selected<'_>) -> bool {
    let gives = |quantity: Quantity| quantity != Quantity::Units(0);
    let other = selected.rights.iter().any(|right| right.kind != selected.kind && gives(right.quantity));
    let secondary = selected.rights.iter().any(|right| right.secondary && gives(right.quantity));
    let in_environment = selected.grants.iter().any(|grant| grant.terms.environment.is_some());
    other || secondary && (in_environment || by_classes::are_needed(selected))
}

fn by_numbers(demand: &Demand<'_>, selected: &Selected<'_>, plain: Plain, persons: &mut Persons) -> Outcome {
    let mut room = Room::of(selected);
    let in_environment = selected.grants.iter().any(|grant| grant.terms.environment.is_some());
    if in_environment && !room.unlimited {
        room.demand = demand.places(plain, persons);
    } else {
        // No exception looks at the environment, so any will do.
        room.demand.mixed = demand.units_liable(plain, persons);
    }
    let consumed = room.demand.total();
    let mut outcome = Outcome {
        consumed,
        rights: vec![Use::default(); selected.rights.len()],
        grants: vec![Use::default(); selected.grants.len()],
        room,
    };
    if let Some(unlimited) = selected.unlimited() {
        let used = units_of(demand, selected, unlimited.kind, persons);
        outcome.rights[0] = Use { used, covers: consumed };
        return outcome;
    }
    let pairs = if plain == Plain::Device && selected.rights.iter().any(|right| right.secondary) {
        demand.pairs(persons)
    } else {
        0
    };
    let covered = spend_own(selected, &mut outcome, pairs);
    spend_grants(selected, &mut outcome, covered);
    outcome
}

/// Spends the rights in the line's metric, pairs first, and returns how many units they cover.
fn spend_own(selected: &Selected<'_>, outcome: &mut Outcome, pairs: u64) -> u64 {
    let mut pairs_left = pairs;
    for (right, spent) in selected.rights.iter().zip(&mut outcome.rights) {
        if right.kind == selected.kind && right.secondary {
            let units = right.available().min(pairs_left);
            pairs_left -= units;
            *spent = Use { used: units, covers: 2 * units };
        }
    }
    let mut single_left = outcome.consumed - 2 * (pairs - pairs_left);
    let mut idle = 0;
    for (right, spent) in selected.rights.iter().zip(&mut outcome.rights) {
        if right.kind == selected.kind {
            let left = right.available() - spent.used;
            let units = left.min(single_left);
            single_left -= units;
            idle = u64::saturating_add(idle, left - units);
            spent.used += units;
            spent.covers += units;
        }
    }
    let covered = outcome.consumed - single_left;
    outcome.room.own = covered.saturating_add(idle);
    covered
}

/// Spends the exceptions on what rights leave, which is chosen where exceptions reach it.
fn spend_grants(selected: &Selected<'_>, outcome: &mut Outcome, covered: u64) {
    let mut reached: [u64; 4] = std::array::from_fn(|environment| outcome.room.reached(environment));
    let out_of_reach = outcome.consumed.saturating_sub(reached.iter().fold(0, |sum, one| sum.saturating_add(*one)));
    let mut anywhere_left = out_of_reach.saturating_sub(covered);
    let mut rights_left = covered.saturating_sub(out_of_reach);
    for units in &mut reached {
        let by_rights = rights_left.min(*units);
        rights_left -= by_rights;
        *units -= by_rights;
    }
    for (grant, spent) in selected.grants.iter().zip(&mut outcome.grants) {
        let left = match grant.terms.environment {
            Some(environment) => &mut reached[environment as usize],
            None => &mut anywhere_left,
        };
        let units = grant.terms.quantity.min(*left);
        *left -= units;
        *spent = Use { used: units, covers: units };
    }
}
