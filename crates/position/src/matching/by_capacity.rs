//! Matching where the line is in a measured metric: bearers of many units each, of which any number may be covered.
//!
//! A right in another metric is spent only where it covers a bearer whole, the bearers with most units first. What is in
//! the line's metric covers units by number, and may divide a bearer: it then stands in two rows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::metric::{Definition, VirtualMachines};
use domain::observation::Environment;

use super::by_classes::{self, Matching};
use super::by_rows::{self, By, Spent, Unit};
use super::{Outcome, Room, Use, units_of};
use crate::demand::{Demand, Persons, Places};
use crate::devices::DeviceSet;
use crate::estate::{Estate, NOBODY};
use crate::measure::{self, Measured, Tally, Users};
use crate::metrics::{Kind, Plain};
use crate::reach::Reach;
use crate::supply::{CountingRight, Selected};

/// The devices in order of name.
fn in_order(estate: &Estate, devices: &DeviceSet) -> Vec<u32> {
    let mut order: Vec<u32> = devices.iter().collect();
    order.sort_by_cached_key(|device| estate.order_of(*device));
    order
}

/// Counts the users of devices, each person with the first device.
fn counting_users(estate: &Estate) -> impl FnMut(&[u32]) -> Users {
    let mut seen = BTreeSet::new();
    move |devices| {
        let mut users = Users::default();
        for device in devices {
            match estate.person_of(*device) {
                NOBODY => users.nameless += 1,
                person => users.persons += u64::from(seen.insert(person)),
            }
        }
        users
    }
}

fn with_clusters(definition: &Definition) -> bool {
    definition.virtual_machines == VirtualMachines::Cluster
}

/// What the devices that need a licence are in a measured metric.
pub(crate) fn measured(demand: &Demand<'_>, definition: &Definition) -> Measured {
    let estate = demand.estate;
    if measure::counts_persons(definition) {
        let persons = by_rows::units(demand, Plain::NamedUser, &[], demand.liable());
        let nameless = persons.iter().filter(|unit| unit.person == NOBODY).count() as u64;
        let named = persons.len() as u64 - nameless;
        let (low, high) = (measure::of_persons(definition, named), measure::of_persons(definition, named + nameless));
        return Measured { low, high, persons: named, nameless, ..Measured::default() };
    }
    let machines = estate.machines(demand.liable().iter(), with_clusters(definition));
    let holding = in_order(estate, demand.liable());
    measure::measure(definition, &machines, &holding, counting_users(estate))
}

/// The bearers of a measured metric, each with its devices and what it comes to for itself.
pub(crate) fn bearers_alone(demand: &Demand<'_>, definition: &Definition) -> Vec<(Vec<u32>, u64)> {
    let estate = demand.estate;
    if measure::counts_persons(definition) {
        let persons = by_rows::units(demand, Plain::NamedUser, &[], demand.liable());
        return persons.into_iter().map(|unit| (unit.devices, measure::of_persons(definition, 1))).collect();
    }
    let measured = measured(demand, definition);
    let alone = |bearer: measure::Bearer| {
        let users =
            if definition.users_per_unit > 0 { counting_users(estate)(&bearer.devices) } else { Users::default() };
        let mut tally = Tally::of(definition);
        let cost = tally.add_high(&bearer.parts, users.persons + users.nameless);
        (bearer.devices, cost)
    };
    measured.bearers.into_iter().map(alone).collect()
}

/// The units, each given by its place and devices, that lie wholly on each of the bearers.
pub(crate) fn on_bearers<'a>(
    bearers: &[(Vec<u32>, u64)],
    units: impl Iterator<Item = (usize, &'a [u32])>,
) -> Vec<Vec<usize>> {
    let places = (0..).zip(bearers);
    let bearer_of: BTreeMap<u32, usize> =
        places.flat_map(|(place, (devices, _))| devices.iter().map(move |device| (*device, place))).collect();
    let mut on: Vec<Vec<usize>> = vec![Vec::new(); bearers.len()];
    for (unit, devices) in units {
        let first = devices.first().and_then(|device| bearer_of.get(device));
        if let Some(bearer) = first.filter(|bearer| devices.iter().all(|device| bearer_of.get(device) == Some(*bearer)))
        {
            on[*bearer].push(unit);
        }
    }
    on
}

/// A bearer as a unit of the line.
fn unit(estate: &Estate, devices: Vec<u32>, units: u64) -> Unit {
    let persons: BTreeSet<u32> = devices.iter().map(|device| estate.person_of(*device)).collect();
    let places: BTreeSet<Environment> = devices.iter().map(|device| estate.environment_of(*device)).collect();
    let only = |persons: &BTreeSet<u32>| if persons.len() == 1 { persons.first().copied() } else { None };
    Unit {
        person: only(&persons).unwrap_or(NOBODY),
        place: places.first().copied().filter(|_| places.len() == 1),
        devices,
        version: None,
        units,
        reserved: false,
        by: None,
    }
}

/// The bearers that need a licence, with their units.
fn bearing(demand: &Demand<'_>, definition: &Definition) -> (Vec<Unit>, Measured) {
    let estate = demand.estate;
    let measured = measured(demand, definition);
    if measure::counts_persons(definition) {
        let mut tally = Tally::of(definition);
        let mut units = by_rows::units(demand, Plain::NamedUser, &[], demand.liable());
        for unit in &mut units {
            unit.units = tally.add_high(&[measure::one_person(1)], 0);
        }
        return (units, measured);
    }
    let bearers = measured.bearers.iter().zip(&measured.units);
    let units = bearers.map(|(bearer, units)| unit(estate, bearer.devices.clone(), *units)).collect();
    (units, measured)
}

/// The units that an environment exempts, by bearer: what all devices come to beyond those that need a licence.
pub(crate) fn exempt_units(demand: &Demand<'_>, definition: &Definition) -> Vec<Unit> {
    let estate = demand.estate;
    if measure::counts_persons(definition) {
        let mut tally = Tally::of(definition);
        let liable = by_rows::units(demand, Plain::NamedUser, &[], demand.liable());
        tally.add_high(&[measure::one_person(liable.len() as u64)], 0);
        let mut units = by_rows::exempt_units(demand, Plain::NamedUser, &[]);
        for unit in &mut units {
            unit.units = tally.add_high(&[measure::one_person(1)], 0);
        }
        return units;
    }
    let machines = estate.machines(demand.holding.iter(), with_clusters(definition));
    let (liable, holding) = (in_order(estate, demand.liable()), in_order(estate, &demand.holding));
    let beyond = measure::beyond(definition, &machines, &liable, &holding, counting_users(estate));
    beyond.bearers.into_iter().zip(beyond.units).map(|(bearer, units)| unit(estate, bearer.devices, units)).collect()
}

/// Spends `selected`, whose line is in a measured metric, on `demand`.
pub(crate) fn spend<'a>(demand: &Demand<'a>, selected: &Selected<'_>, persons: &mut Persons) -> (Spent<'a>, Measured) {
    let definition = match selected.kind {
        Kind::Measured(metric) => selected.definitions.get(&metric).copied(),
        Kind::Plain(_) => None,
    };
    let (units, measured) = definition.map(|definition| bearing(demand, definition)).unwrap_or_default();
    let mut spending = Spending::of(demand, selected, units);
    if let Some(unlimited) = selected.unlimited() {
        spending.room.demand.mixed = measured.high;
        spending.units.iter_mut().for_each(|unit| unit.by = Some(By::Right(0)));
        let used = units_of(demand, selected, unlimited.kind, persons);
        let mut spent = spending.finish();
        spent.outcome.rights[0].used = used;
        return (spent, measured);
    }
    spending.spend_others();
    spending.measure_room();
    if by_classes::are_needed(selected) {
        spending.spend_by_classes();
    } else {
        spending.reserve();
        spending.spend_own();
        spending.spend_grants();
    }
    (spending.finish(), measured)
}

/// The bearers of `demand` that rights in other metrics do not cover, in order.
pub(crate) fn open(demand: &Demand<'_>, selected: &Selected<'_>) -> Vec<Unit> {
    let Kind::Measured(metric) = selected.kind else { return Vec::new() };
    let Some(definition) = selected.definitions.get(&metric) else { return Vec::new() };
    let mut spending = Spending::of(demand, selected, bearing(demand, definition).0);
    spending.spend_others();
    spending.units.retain(|unit| unit.by.is_none() && unit.units > 0);
    spending.units
}

struct Spending<'a, 'b> {
    demand: &'a Demand<'b>,
    selected: &'a Selected<'a>,
    units: Vec<Unit>,
    /// Units left of every right.
    left: Vec<u64>,
    /// What every right reaches.
    reaches: Vec<Reach>,
    room: Room,
    /// The place of every unit in the order of bearers; of a divided bearer that of the whole.
    origins: Vec<usize>,
}

/// Bearers that are covered together, and the units of a right that it takes.
struct Group {
    places: Vec<usize>,
    units: u64,
    cost: u64,
}

impl<'a, 'b> Spending<'a, 'b> {
    fn of(demand: &'a Demand<'b>, selected: &'a Selected<'a>, units: Vec<Unit>) -> Self {
        let versions = if selected.asks_for_versions() { demand.versions() } else { Vec::new() };
        let reach = |right| Reach::of_right(demand, right, selected.kind, &versions, selected.today);
        Self {
            demand,
            selected,
            left: selected.rights.iter().map(CountingRight::available).collect(),
            reaches: selected.rights.iter().map(reach).collect(),
            room: Room::of(selected),
            origins: (0..units.len()).collect(),
            units,
        }
    }

    fn available(&self, kind: Kind) -> u64 {
        let rights = self.selected.rights.iter().zip(&self.left).filter(|(right, _)| right.kind == kind);
        rights.fold(0, |sum, (_, left)| sum.saturating_add(*left))
    }

    /// Whether a right reaches all of these bearers.
    fn is_reached(&self, right: usize, places: &[usize]) -> bool {
        places.iter().all(|place| self.reaches[right].holds(&self.units[*place]))
    }

    /// Takes so many units of the rights in `kind` that reach all of these bearers; returns the last right of which one
    /// was taken, and takes nothing where there are too few.
    fn draw(&mut self, kind: Kind, units: u64, places: &[usize]) -> Option<usize> {
        let reached: Vec<bool> = (0..self.left.len()).map(|right| self.is_reached(right, places)).collect();
        let rights = self.selected.rights.iter().zip(&self.left).zip(&reached);
        let fitting = rights.filter(|((right, _), reached)| right.kind == kind && **reached);
        if fitting.fold(0, |sum: u64, ((_, left), _)| sum.saturating_add(*left)) < units {
            return None;
        }
        let mut missing = units;
        let mut last = None;
        for (place, right) in self.selected.rights.iter().enumerate() {
            let taken = if right.kind == kind && reached[place] { self.left[place].min(missing) } else { 0 };
            if taken > 0 {
                last = Some(place);
            }
            self.left[place] -= taken;
            missing -= taken;
        }
        last
    }

    /// Rights in other metrics: named user, device, installation, then measured ones in the order of their names' table.
    fn spend_others(&mut self) {
        let measured = self.selected.definitions.keys().map(|metric| Kind::Measured(*metric));
        let kinds: Vec<Kind> =
            [Kind::NAMED_USER, Kind::DEVICE, Kind::INSTALLATION].into_iter().chain(measured).collect();
        for kind in kinds.into_iter().filter(|kind| *kind != self.selected.kind) {
            if self.available(kind) == 0 {
                continue;
            }
            let mut groups = match kind {
                Kind::Plain(Plain::NamedUser) => self.by_person(),
                Kind::Plain(Plain::Device) => self.each(|unit| unit.devices.len() as u64),
                Kind::Plain(Plain::Installation) => {
                    let versions = self.demand.versions();
                    let of = |device: &u32| {
                        versions.iter().filter(|version| version.holding.contains(*device)).count() as u64
                    };
                    self.each(|unit| unit.devices.iter().map(of).sum())
                }
                Kind::Measured(metric) => self.by_bearer(metric),
            };
            groups.sort_by_key(|group| (Reverse(group.units), group.cost, group.places.first().copied()));
            for group in groups {
                if let Some(right) = self.draw(kind, group.cost, &group.places) {
                    group.places.iter().for_each(|place| self.units[*place].by = Some(By::Right(right)));
                }
            }
        }
    }

    fn open(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.units.len()).filter(|place| self.units[*place].by.is_none() && self.units[*place].units > 0)
    }

    fn each(&self, cost: impl Fn(&Unit) -> u64) -> Vec<Group> {
        let group = |place: usize| {
            let unit = &self.units[place];
            Group { places: vec![place], units: unit.units, cost: cost(unit) }
        };
        self.open().map(group).collect()
    }

    /// All bearers of one person are one group; one of several persons takes a right for each.
    fn by_person(&self) -> Vec<Group> {
        let mut of_person: BTreeMap<u32, Group> = BTreeMap::new();
        let mut groups = Vec::new();
        for place in self.open() {
            let unit = &self.units[place];
            if unit.person == NOBODY {
                let users = counting_users(self.demand.estate)(&unit.devices);
                let cost = users.persons + users.nameless;
                groups.push(Group { places: vec![place], units: unit.units, cost });
                continue;
            }
            let group = of_person.entry(unit.person).or_insert(Group { places: Vec::new(), units: 0, cost: 1 });
            group.places.push(place);
            group.units += unit.units;
        }
        groups.extend(of_person.into_values());
        groups
    }

    /// The bearers of another measured metric, with what is on their devices.
    fn by_bearer(&self, metric: domain::entitlement::Metric) -> Vec<Group> {
        let Some(definition) = self.selected.definitions.get(&metric) else { return Vec::new() };
        let bearers = bearers_alone(self.demand, definition);
        let open = self.open().map(|place| (place, self.units[place].devices.as_slice()));
        let groups = on_bearers(&bearers, open).into_iter().zip(&bearers);
        groups
            .filter(|(places, _)| !places.is_empty())
            .map(|(places, (_, cost))| {
                let units = places.iter().map(|place| self.units[*place].units).sum();
                Group { places, units, cost: *cost }
            })
            .collect()
    }

    fn measure_room(&mut self) {
        let mut places = Places::default();
        for unit in self.units.iter().filter(|unit| unit.by.is_none()) {
            match unit.place {
                Some(environment) => places.by_environment[environment as usize] += unit.units,
                None => places.mixed += unit.units,
            }
        }
        self.room.demand = places;
    }

    /// Marks the units that exceptions for their environment will reach, the last in order; divides a bearer where these
    /// begin within it.
    fn reserve(&mut self) {
        for environment in Environment::ALL {
            let mut left = self.room.in_environment[environment as usize];
            for place in (0..self.units.len()).rev() {
                let unit = &self.units[place];
                if unit.place != Some(environment) || unit.by.is_some() || unit.units == 0 || left == 0 {
                    continue;
                }
                let free = unit.units.saturating_sub(left);
                left -= unit.units - free;
                let reserved = if free > 0 { self.divide(place, free) } else { place };
                self.units[reserved].reserved = true;
            }
        }
    }

    /// Leaves so many units at `place` and puts the others at the end, where they wait to be put in order again.
    fn divide(&mut self, place: usize, units: u64) -> usize {
        let mut rest = self.units[place].clone();
        rest.units -= units;
        self.units[place].units = units;
        self.units.push(rest);
        self.origins.push(self.origins[place]);
        self.units.len() - 1
    }

    /// Covers what is open at `places`, in this order, with at most `most` units, and returns how many were covered.
    fn cover(&mut self, places: &mut VecDeque<usize>, most: u64, by: By) -> u64 {
        let mut left = most;
        while left > 0 {
            let Some(place) = places.pop_front() else { break };
            let units = self.units[place].units;
            if units > left {
                let rest = self.divide(place, left);
                places.push_front(rest);
            }
            left -= units.min(left);
            self.units[place].by = Some(by);
        }
        most - left
    }

    /// Rights in the line's metric: units that no exception reaches first.
    fn spend_own(&mut self) {
        let own = self.selected.kind;
        let mut places: Vec<usize> = self.open().collect();
        places.sort_by_key(|place| {
            let unit = &self.units[*place];
            (unit.reserved, unit.place.filter(|_| unit.reserved), self.origins[*place])
        });
        let mut places = places.into();
        let mut covered = 0u64;
        for right in 0..self.selected.rights.len() {
            if self.selected.rights[right].kind == own {
                let units = self.cover(&mut places, self.left[right], By::Right(right));
                self.left[right] -= units;
                covered += units;
            }
        }
        self.room.own = covered.saturating_add(self.available(own));
    }

    /// Rights in the line's metric and exceptions, where not all reach all.
    fn spend_by_classes(&mut self) {
        let supplies = by_classes::supplies(self.selected);
        let versions = if self.selected.asks_for_versions() { self.demand.versions() } else { Vec::new() };
        let reaches = by_classes::reaches(self.demand, self.selected, &supplies, &versions);
        let open: Vec<usize> = self.open().collect();
        let (classes, class_of) = by_classes::classes_of(open.iter().map(|place| &self.units[*place]), &reaches);
        let matching = Matching::of(self.selected, supplies, &self.left, &classes);
        let solution = matching.solve();
        let mut places: Vec<VecDeque<usize>> = vec![VecDeque::new(); classes.len()];
        for (place, class) in open.into_iter().zip(class_of) {
            places[class].push_back(place);
        }
        for (by, class, units) in matching.covers(&solution) {
            self.cover(&mut places[class], units, by);
            if let By::Right(right) = by {
                self.left[right] -= units;
            }
        }
        self.room.limited = Some(Box::new(matching));
    }

    fn spend_grants(&mut self) {
        for (place, grant) in self.selected.grants.iter().enumerate() {
            let reached =
                |unit: &usize| grant.terms.environment.is_none_or(|wanted| self.units[*unit].place == Some(wanted));
            let mut places: Vec<usize> = self.open().filter(reached).collect();
            places.sort_by_key(|place| self.origins[*place]);
            self.cover(&mut places.into(), grant.terms.quantity, By::Grant(place));
        }
    }

    fn finish(self) -> Spent<'b> {
        let given = self.selected.rights.iter().map(CountingRight::available);
        let used = given.zip(&self.left).map(|(given, left)| Use { used: given - left, covers: 0 });
        let mut outcome = Outcome {
            consumed: self.units.iter().map(|unit| unit.units).sum(),
            rights: used.collect(),
            grants: vec![Use::default(); self.selected.grants.len()],
            room: self.room,
        };
        for unit in &self.units {
            match unit.by {
                Some(By::Right(place)) => outcome.rights[place].covers += unit.units,
                Some(By::Grant(place)) => {
                    outcome.grants[place].covers += unit.units;
                    outcome.grants[place].used += unit.units;
                }
                None => {}
            }
        }
        let mut units: Vec<(usize, Unit)> = self.origins.into_iter().zip(self.units).collect();
        units.sort_by_key(|(origin, _)| *origin);
        Spent { units: joined(units), versions: Vec::new(), outcome }
    }
}

/// The parts of a divided bearer that one right or exception covers are one again.
fn joined(units: Vec<(usize, Unit)>) -> Vec<Unit> {
    let mut joined: Vec<(usize, Unit)> = Vec::with_capacity(units.len());
    for (origin, unit) in units {
        match joined.last_mut().filter(|(last, known)| *last == origin && known.by == unit.by) {
            Some((_, known)) => known.units += unit.units,
            None => joined.push((origin, unit)),
        }
    }
    joined.into_iter().map(|(_, unit)| unit).collect()
}
