//! Matching where rights reach only parts of a line, or come from other products: by classes of units that the same
//! supply reaches, as a minimum-cost flow.
//!
//! In the order of importance: as little as possible is short, as little as possible rests on exceptions, as little as
//! possible is spent that another product has, and what ends first is used first. No other way of spending does better.

use std::collections::BTreeMap;

use crate::devices::DeviceSet;
use domain::observation::Environment;

use super::by_rows::{By, Unit};
use super::{Outcome, Room, Use};
use crate::demand::{Demand, Version};
use crate::flow::{Cost, Problem, Solution, Source};
use crate::metrics::Plain;
use crate::reach::{Reach, would_hold};
use crate::supply::{CountingRight, Selected};

/// The units of a line that the same supply reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    /// Places in [`supplies`], in order.
    pub(crate) reached_by: Vec<usize>,
    /// How many units.
    pub(crate) units: u64,
    /// Who they are, where that was asked: devices or persons, as in [`Demand::holders`], by version where the units are
    /// installations.
    pub(crate) holders: Vec<DeviceSet>,
}

/// What is left of the supply in the line's own metric, as the flow sees it. Rights that are spent as a suite are not
/// among it: whom they cover is settled.
pub(crate) fn supplies(selected: &Selected<'_>) -> Vec<By> {
    let own = selected.rights.iter().enumerate();
    let own = own.filter(|(_, right)| right.kind == selected.kind && right.bundles.is_empty());
    let grants = (0..selected.grants.len()).map(By::Grant);
    own.map(|(place, _)| By::Right(place)).chain(grants).collect()
}

/// What each of the supplies reaches.
pub(crate) fn reaches(
    demand: &Demand<'_>,
    selected: &Selected<'_>,
    supplies: &[By],
    versions: &[Version<'_>],
) -> Vec<Reach> {
    supplies
        .iter()
        .map(|by| match by {
            By::Right(place) => {
                Reach::of_right(demand, &selected.rights[*place], selected.kind, versions, selected.today)
            }
            By::Grant(place) => Reach::of_exception(demand, selected.grants[*place].terms.environment),
        })
        .collect()
}

/// The classes of units that are given one by one, with the place of each unit's class.
pub(crate) fn classes_of<'u>(
    units: impl Iterator<Item = &'u Unit> + Clone,
    reaches: &[Reach],
) -> (Vec<Class>, Vec<usize>) {
    let signature = |unit: &Unit| -> Vec<usize> {
        (0..).zip(reaches).filter(|(_, reach)| reach.holds(unit)).map(|(place, _)| place).collect()
    };
    let signatures: Vec<Vec<usize>> = units.clone().map(signature).collect();
    let mut sums: BTreeMap<&Vec<usize>, u64> = BTreeMap::new();
    for (signature, unit) in signatures.iter().zip(units) {
        *sums.entry(signature).or_default() += unit.units;
    }
    let place: BTreeMap<&Vec<usize>, usize> = sums.keys().copied().zip(0..).collect();
    let places = signatures.iter().filter_map(|signature| place.get(signature).copied()).collect();
    let class =
        |(reached_by, units): (&Vec<usize>, u64)| Class { reached_by: reached_by.clone(), units, holders: Vec::new() };
    (sums.into_iter().map(class).collect(), places)
}

/// The classes of all units that need a licence, in a plain metric, as algebra on bitmaps.
pub(crate) fn classes(demand: &Demand<'_>, plain: Plain, reaches: &[Reach], versions: &[Version<'_>]) -> Vec<Class> {
    let all: Vec<DeviceSet> = match plain {
        Plain::Installation => versions.iter().map(|version| &*version.holding & demand.liable()).collect(),
        Plain::Device | Plain::NamedUser => vec![demand.holders(plain, demand.liable())],
    };
    let everywhere: Vec<usize> =
        (0..).zip(reaches).filter(|(_, reach)| reach.is_all()).map(|(place, _)| place).collect();
    let mut classes = vec![(everywhere, all)];
    for (place, reach) in (0..).zip(reaches).filter(|(_, reach)| !reach.is_all()) {
        let reached = reach.devices.as_ref().map(|devices| match plain {
            Plain::Device | Plain::Installation => devices.clone(),
            Plain::NamedUser => {
                let beyond = demand.liable() - devices;
                demand.holders(plain, demand.liable()) - demand.holders(plain, &beyond)
            }
        });
        let mut parted = Vec::with_capacity(classes.len() + 1);
        for (reached_by, layers) in classes {
            let within: Vec<DeviceSet> = (0..)
                .zip(&layers)
                .map(|(version, layer)| match (&reached, reach.holds_version(Some(version))) {
                    (_, false) => DeviceSet::new(),
                    (None, true) => layer.clone(),
                    (Some(reached), true) => layer & reached,
                })
                .collect();
            if within.iter().all(DeviceSet::is_empty) {
                parted.push((reached_by, layers));
                continue;
            }
            let without: Vec<DeviceSet> = layers.iter().zip(&within).map(|(layer, within)| layer - within).collect();
            let mut by = reached_by.clone();
            by.insert(by.partition_point(|other| *other < place), place);
            parted.push((by, within));
            if !without.iter().all(DeviceSet::is_empty) {
                parted.push((reached_by, without));
            }
        }
        classes = parted;
    }
    let mut classes: Vec<Class> = classes
        .into_iter()
        .map(|(reached_by, holders)| Class { reached_by, units: holders.iter().map(DeviceSet::len).sum(), holders })
        .filter(|class| class.units > 0)
        .collect();
    classes.sort_by(|one, other| one.reached_by.cmp(&other.reached_by));
    classes
}

/// What a unit of a supply costs on the line.
pub(crate) fn cost(selected: &Selected<'_>, by: By, turn: usize) -> Cost {
    let turn = i128::try_from(turn).unwrap_or(i128::MAX);
    match by {
        By::Grant(_) => Cost { exceptions: 1, turn, ..Cost::default() },
        By::Right(place) => {
            let right = &selected.rights[place];
            let lent = i128::from(right.from.is_some());
            Cost { lent, lent_worth: lent * right.price_in_parts(), turn, ..Cost::default() }
        }
    }
}

/// Whether a further unit in `environment`, of which no more is known, would be within reach.
pub(crate) fn would_reach(selected: &Selected<'_>, by: By, environment: Environment) -> bool {
    match by {
        By::Right(right) => would_hold(&selected.rights[right].entitlement.right.use_rights.scope, environment),
        By::Grant(grant) => selected.grants[grant].terms.environment.is_none_or(|wanted| wanted == environment),
    }
}

const SHORT: Cost = Cost { exposure: 0, short: 1, exceptions: 0, lent_worth: 0, lent: 0, turn: 0 };

/// A line's own supply against its classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Matching {
    problem: Problem,
    supplies: Vec<By>,
    /// Beside the supplies, the units that other products could spare beyond what was lent.
    spare: Vec<u64>,
    /// Beside the supplies, the environments where a further unit of which no more is known would be within reach.
    would_reach: Vec<[bool; 4]>,
}

impl Matching {
    /// `left` are the units left of every right.
    pub(crate) fn of(selected: &Selected<'_>, supplies: Vec<By>, left: &[u64], classes: &[Class]) -> Self {
        let source = |(place, by): (usize, &By)| {
            let reaches = (0..).zip(classes).filter(|(_, class)| class.reached_by.binary_search(&place).is_ok());
            let units = match by {
                By::Right(right) => left[*right],
                By::Grant(grant) => selected.grants[*grant].terms.quantity,
            };
            Source { units, reaches: reaches.map(|(class, _)| (class, cost(selected, *by, place))).collect() }
        };
        let would_reach = |by: &By| Environment::ALL.map(|environment| self::would_reach(selected, *by, environment));
        Self {
            problem: Problem {
                demands: classes.iter().map(|class| (class.units, SHORT)).collect(),
                sources: supplies.iter().enumerate().map(|(place, by)| source((place, by))).collect(),
            },
            spare: supplies
                .iter()
                .map(|by| match by {
                    By::Right(right) => selected.rights[*right].spare,
                    By::Grant(_) => 0,
                })
                .collect(),
            would_reach: supplies.iter().map(would_reach).collect(),
            supplies,
        }
    }

    pub(crate) fn solve(&self) -> Solution {
        self.problem.solve()
    }

    /// Of a solution, what every supply covers of every class.
    pub(crate) fn covers<'s>(&'s self, solution: &'s Solution) -> impl Iterator<Item = (By, usize, u64)> + 's {
        self.supplies.iter().zip(&self.problem.sources).zip(&solution.given).flat_map(|((by, source), given)| {
            let given = source.reaches.iter().zip(given).filter(|(_, units)| **units > 0);
            given.map(|((class, _), units)| (*by, *class, *units))
        })
    }

    /// The same with so many further units in an environment, as the last class.
    fn with_further(&self, environment: Environment, further: u64, with_grants: bool) -> Problem {
        let mut problem = self.problem.clone();
        let class = problem.demands.len();
        problem.demands.push((further, SHORT));
        for (place, source) in problem.sources.iter_mut().enumerate() {
            source.units = source.units.saturating_add(self.spare[place]);
            let is_grant = matches!(self.supplies[place], By::Grant(_));
            let exceptions = i128::from(is_grant);
            if self.would_reach[place][environment as usize] {
                source
                    .reaches
                    .push((class, Cost { exceptions, turn: i128::try_from(place).unwrap_or(0), ..Cost::default() }));
            }
            if is_grant && !with_grants {
                source.units = 0;
            }
        }
        problem
    }

    /// How many more units can be used in `environment` before the shortage grows.
    pub(crate) fn free(&self, environment: Environment) -> u64 {
        self.free_with(environment, true)
    }

    fn free_with(&self, environment: Environment, with_grants: bool) -> u64 {
        let short = |solution: &Solution| solution.short.iter().fold(0u64, |sum, units| sum.saturating_add(*units));
        let most = self
            .problem
            .sources
            .iter()
            .zip(&self.spare)
            .fold(0u64, |sum, (source, spare)| sum.saturating_add(source.units).saturating_add(*spare));
        let before = short(&self.with_further(environment, 0, with_grants).solve());
        let after = short(&self.with_further(environment, most, with_grants).solve());
        most - (after - before).min(most)
    }

    /// How many more units in `environment` rights alone cover.
    pub(crate) fn free_by_rights(&self, environment: Environment) -> u64 {
        self.free_with(environment, false)
    }

    /// How many units of each exception would be used with `further` units in `environment`.
    pub(crate) fn grants_used(&self, environment: Environment, further: u64) -> Vec<u64> {
        let solution = self.with_further(environment, further, true).solve();
        let given = self.supplies.iter().zip(&solution.given);
        given.filter(|(by, _)| matches!(by, By::Grant(_))).map(|(_, given)| given.iter().sum()).collect()
    }
}

/// Spends the supply on the classes by number alone.
pub(crate) fn spend(demand: &Demand<'_>, selected: &Selected<'_>, plain: Plain) -> Outcome {
    let versions = if selected.asks_for_versions() { demand.versions() } else { Vec::new() };
    let supplies = supplies(selected);
    let reaches = reaches(demand, selected, &supplies, &versions);
    let mut classes = classes(demand, plain, &reaches, &versions);
    let mut room = Room::of(selected);
    let consumed = classes.iter().map(|class| class.units).sum();
    let left: Vec<u64> = selected.rights.iter().map(CountingRight::available).collect();
    let mut rights = vec![Use::default(); selected.rights.len()];
    for (right, spent) in selected.rights.iter().zip(&mut rights) {
        for (holders, units) in right.bundles {
            // All of a bundle lies in one class.
            let of = classes.iter_mut().find(|class| class.holders.iter().any(|layer| !layer.is_disjoint(holders)));
            if let Some(class) = of {
                class.units -= *units;
                *spent = Use { used: spent.used + units, covers: spent.covers + units };
            }
        }
    }
    let matching = Matching::of(selected, supplies, &left, &classes);
    let solution = matching.solve();
    let mut grants = vec![Use::default(); selected.grants.len()];
    for (by, _, units) in matching.covers(&solution) {
        let spent = match by {
            By::Right(place) => &mut rights[place],
            By::Grant(place) => &mut grants[place],
        };
        *spent = Use { used: spent.used + units, covers: spent.covers + units };
    }
    room.demand.mixed = consumed;
    room.limited = Some(Box::new(matching));
    Outcome { consumed, rights, grants, room }
}

/// Whether the line's own supply is spent by classes.
pub(crate) fn are_needed(selected: &Selected<'_>) -> bool {
    selected.rights.iter().any(|right| right.kind == selected.kind && (right.is_limited() || right.from.is_some()))
}
