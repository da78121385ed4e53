//! Matching unit by unit: which unit is covered by what. It serves the rows behind the numbers, and the numbers
//! themselves where which units are covered changes how many are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use domain::observation::Environment;

use super::by_classes::{self, Matching};
use super::{Outcome, Room, Use, by_capacity, units_of};
use crate::demand::{Demand, Persons, Places, Version};
use crate::devices::DeviceSet;
use crate::estate::NOBODY;
use crate::metrics::{Kind, Plain};
use crate::reach::Reach;
use crate::supply::{CountingRight, Selected};

/// One unit of a line.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// The primary user, where known.
    pub(crate) person: u32,
    /// The devices, in order of name: one, or all of the person.
    pub(crate) devices: Vec<u32>,
    /// The place in the versions, where the unit is an installation.
    pub(crate) version: Option<usize>,
    /// How many units of the line it is: one, or what a bearer of several is measured as.
    pub(crate) units: u64,
    /// The environment; `None` for a person who uses the product in several.
    pub(super) place: Option<Environment>,
    /// Whether an exception for its environment will cover it if rights do not.
    pub(super) reserved: bool,
    /// What covers it.
    pub(super) by: Option<By>,
}

/// What covers a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A place in [`Selected::rights`].
    Right(usize),
    /// A place in [`Selected::grants`].
    Grant(usize),
}

impl Unit {
    pub(crate) fn covered_by(&self) -> Option<By> {
        self.by
    }
}

/// Every unit that needs a licence, in order of person and device, and what covers it.
#[derive(Debug)]
pub(crate) struct Spent<'a> {
    pub(crate) units: Vec<Unit>,
    pub(crate) versions: Vec<Version<'a>>,
    pub(crate) outcome: Outcome,
}

/// The units of `devices` in order of person and device: persons with a name first.
pub(crate) fn units(demand: &Demand<'_>, plain: Plain, versions: &[Version<'_>], devices: &DeviceSet) -> Vec<Unit> {
    let estate = demand.estate;
    let mut order: Vec<u32> = devices.iter().collect();
    order.sort_by_cached_key(|device| estate.order_of(*device));
    let unit = |device: u32, version: Option<usize>| Unit {
        person: estate.person_of(device),
        devices: vec![device],
        version,
        units: 1,
        place: Some(estate.environment_of(device)),
        reserved: false,
        by: None,
    };
    match plain {
        Plain::Device => order.into_iter().map(|device| unit(device, None)).collect(),
        Plain::Installation => {
            let mut there: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (of, version) in versions.iter().enumerate() {
                (&*version.holding & devices).into_iter().for_each(|device| there.entry(device).or_default().push(of));
            }
            let of = |device: u32| there.get(&device).into_iter().flatten();
            order.into_iter().flat_map(|device| of(device).map(move |of| unit(device, Some(*of)))).collect()
        }
        Plain::NamedUser => {
            let mut named: BTreeMap<&str, Unit> = BTreeMap::new();
            let mut nameless = Vec::new();
            for device in order {
                let unit = unit(device, None);
                if unit.person == NOBODY {
                    nameless.push(unit);
                    continue;
                }
                match named.get_mut(estate.person(unit.person)) {
                    Some(person) => {
                        person.devices.push(device);
                        person.place = person.place.filter(|place| Some(*place) == unit.place);
                    }
                    None => drop(named.insert(estate.person(unit.person), unit)),
                }
            }
            named.into_values().chain(nameless).collect()
        }
    }
}

/// Spends `selected` on every unit of `demand`.
pub(crate) fn spend<'a>(
    demand: &Demand<'a>,
    selected: &Selected<'_>,
    plain: Plain,
    persons: &mut Persons,
) -> Spent<'a> {
    let versions = demand.versions();
    let units = units(demand, plain, &versions, demand.liable());
    let mut spending = Spending::of(demand, selected, units);
    if let Some(unlimited) = selected.unlimited() {
        let used = units_of(demand, selected, unlimited.kind, persons);
        spending.room.demand.mixed = spending.units.len() as u64;
        for unit in &mut spending.units {
            unit.by = Some(By::Right(0));
        }
        let mut spent = spending.finish(versions);
        spent.outcome.rights[0].used = used;
        return spent;
    }
    spending.spend_all(plain, &versions);
    spending.finish(versions)
}

/// What is spent on every unit of `units`, which are those of `demand`, and on so many further ones in `environment`,
/// first or last in order of name. Each of these is one installation on a new device without a known user.
pub(super) fn spend_with_further(
    demand: &Demand<'_>,
    selected: &Selected<'_>,
    plain: Plain,
    (units, versions): (&[Unit], &[Version<'_>]),
    (environment, further, are_last): (Environment, u32, bool),
) -> Vec<Option<By>> {
    let first = demand.holding.iter().last().map_or(0, |last| last + 1);
    let new = |device: u32| Unit {
        person: NOBODY,
        devices: vec![device],
        version: None,
        units: 1,
        place: Some(environment),
        reserved: false,
        by: None,
    };
    let further = first..first.saturating_add(further);
    // Persons with a name come before all devices without one.
    let is_named = |unit: &Unit| plain == Plain::NamedUser && unit.person != NOBODY;
    let before = if are_last { units.len() } else { units.partition_point(is_named) };
    let (before, after) = units.split_at(before);
    let units = before.iter().cloned().chain(further.clone().map(new)).chain(after.iter().cloned()).collect();
    let mut spending = Spending { further: Some((environment, further)), ..Spending::of(demand, selected, units) };
    for (left, right) in spending.left.iter_mut().zip(&selected.rights) {
        *left = left.saturating_add(right.spare);
    }
    spending.spend_all(plain, versions);
    spending.units.into_iter().map(|unit| unit.by).collect()
}

/// The units of `demand` that rights in other metrics do not cover, in order.
pub(crate) fn open<'a>(demand: &Demand<'a>, selected: &Selected<'_>, plain: Plain) -> (Vec<Unit>, Vec<Version<'a>>) {
    let versions = demand.versions();
    let units = units(demand, plain, &versions, demand.liable());
    let mut spending = Spending::of(demand, selected, units);
    spending.spend_others(plain, &versions);
    spending.units.retain(|unit| unit.by.is_none());
    (spending.units, versions)
}

/// A place in the units.
type Place = usize;

struct Spending<'a, 'b> {
    demand: &'a Demand<'b>,
    selected: &'a Selected<'a>,
    units: Vec<Unit>,
    /// Units left of every right.
    left: Vec<u64>,
    /// What every right reaches.
    reaches: Vec<Reach>,
    room: Room,
    /// Installations on each device, where rights in installations may cover other units; else empty.
    installations: BTreeMap<u32, u64>,
    /// Devices that are none yet and were asked about, with their environment.
    further: Option<(Environment, Range<u32>)>,
}

impl<'a, 'b> Spending<'a, 'b> {
    fn of(demand: &'a Demand<'b>, selected: &'a Selected<'a>, units: Vec<Unit>) -> Self {
        let left = selected.rights.iter().map(CountingRight::available).collect();
        let room = Room::of(selected);
        Self { demand, selected, units, left, reaches: Vec::new(), room, installations: BTreeMap::new(), further: None }
    }

    fn spend_all(&mut self, plain: Plain, versions: &[Version<'_>]) {
        self.spend_others(plain, versions);
        self.measure_room();
        self.spend_bundles();
        // What is marked may be covered by now, and what is open be reached in its place.
        self.reserve();
        self.spend_pairs();
        if by_classes::are_needed(self.selected) {
            self.spend_by_classes(versions);
        } else {
            self.spend_own();
            self.spend_grants();
        }
    }

    /// Adds the devices that were asked about to what is reached, where they would be within it.
    fn reach_further(&self, by: By, reach: &mut Reach) {
        if let (Some((environment, further)), Some(devices)) = (&self.further, &mut reach.devices)
            && by_classes::would_reach(self.selected, by, *environment)
        {
            further.clone().for_each(|device| {
                devices.insert(device);
            });
        }
    }

    /// Rights in other metrics than the line's, from the broadest.
    fn spend_others(&mut self, plain: Plain, versions: &[Version<'_>]) {
        let (demand, selected) = (self.demand, self.selected);
        let reach = |right| Reach::of_right(demand, right, selected.kind, versions, selected.today);
        let mut reaches: Vec<Reach> = selected.rights.iter().map(reach).collect();
        (0..).zip(&mut reaches).for_each(|(place, reach)| self.reach_further(By::Right(place), reach));
        self.reaches = reaches;
        self.count_installations(versions);
        self.reserve();
        if plain != Plain::NamedUser {
            self.spend_named_users();
        }
        match plain {
            Plain::Installation => self.spend_devices_on_installations(),
            Plain::NamedUser => self.spend_devices_on_persons(),
            Plain::Device => {}
        }
        if plain != Plain::Installation {
            self.spend_installations();
        }
        self.spend_measured();
    }

    /// Whether a right reaches all of these units.
    fn is_reached(&self, right: usize, places: &[Place]) -> bool {
        let reach = self.reaches.get(right).filter(|reach| !reach.is_all());
        reach.is_none_or(|reach| places.iter().all(|place| reach.holds(&self.units[*place])))
    }

    /// Units left of the rights in `metric` that reach all of these units.
    fn available_at(&self, kind: Kind, secondary: bool, places: &[Place]) -> u64 {
        let rights = self.selected.rights.iter().zip(&self.left).enumerate();
        let wanted = rights.filter(|(place, (right, _))| {
            right.kind == kind && right.secondary == secondary && self.is_reached(*place, places)
        });
        wanted.fold(0, |sum, (_, (_, left))| sum.saturating_add(*left))
    }

    fn count_installations(&mut self, versions: &[Version<'_>]) {
        if self.selected.kind != Kind::INSTALLATION && self.available(Kind::INSTALLATION, false) > 0 {
            for device in versions.iter().flat_map(|version| version.holding.iter()) {
                *self.installations.entry(device).or_default() += 1;
            }
            let further = self.further.clone().map(|(_, devices)| devices).into_iter().flatten();
            self.installations.extend(further.map(|device| (device, 1)));
        }
    }

    fn installations_in(&self, places: &[Place]) -> u64 {
        let devices = places.iter().flat_map(|place| &self.units[*place].devices);
        devices.filter_map(|device| self.installations.get(device)).sum()
    }

    /// Marks the units that exceptions for their environment will reach: of those that nothing covers the last in order.
    fn reserve(&mut self) {
        for (environment, mut left) in Environment::ALL.into_iter().zip(self.room.in_environment) {
            let open = |unit: &&mut Unit| unit.by.is_none() && unit.place == Some(environment);
            for unit in self.units.iter_mut().rev().filter(open) {
                unit.reserved = left > 0;
                left = left.saturating_sub(1);
            }
        }
    }

    fn open(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.units.len()).filter(|unit| self.units[*unit].by.is_none())
    }

    /// Units left of the rights in `metric`, with or without secondary use.
    fn available(&self, kind: Kind, secondary: bool) -> u64 {
        let rights = self.selected.rights.iter().zip(&self.left);
        let wanted = rights.filter(|(right, _)| right.kind == kind && right.secondary == secondary);
        wanted.fold(0, |sum, (_, left)| sum.saturating_add(*left))
    }

    /// Takes one unit of the first right that `fits`, reaches all of these units and has one left.
    fn draw(&mut self, kind: Kind, places: &[Place], fits: impl Fn(bool) -> bool) -> Option<usize> {
        let rights = self.selected.rights.iter().zip(&self.left).enumerate();
        let mut wanted = rights.filter(|(_, (right, _))| right.kind == kind && fits(right.secondary));
        let place = wanted
            .find(|(place, (right, left))| **left > 0 && right.bundles.is_empty() && self.is_reached(*place, places))
            .map(|(place, _)| place)?;
        self.left[place] -= 1;
        Some(place)
    }

    fn cover(&mut self, places: &[Place], right: usize) {
        for place in places {
            self.units[*place].by = Some(By::Right(right));
        }
    }

    fn reserved_in(&self, places: &[Place]) -> usize {
        places.iter().filter(|place| self.units[**place].reserved).count()
    }

    /// Named users cover all units of a person: the persons with most units first.
    fn spend_named_users(&mut self) {
        if self.available(Kind::NAMED_USER, false) == 0 {
            return;
        }
        let estate = self.demand.estate;
        // Persons by name, then devices without one in their own order.
        let mut groups: BTreeMap<(bool, &str, u32), Vec<Place>> = BTreeMap::new();
        let mut nameless: BTreeMap<u32, u32> = BTreeMap::new();
        for place in self.open() {
            let unit = &self.units[place];
            let key = if unit.person == NOBODY {
                let next = crate::column::dense(nameless.len());
                (true, "", *nameless.entry(unit.devices[0]).or_insert(next))
            } else {
                (false, estate.person(unit.person), 0)
            };
            groups.entry(key).or_default().push(place);
        }
        let mut groups: Vec<Vec<Place>> = groups.into_values().collect();
        groups.sort_by_cached_key(|group| {
            (Reverse(group.len()), self.reserved_in(group), Reverse(self.installations_in(group)))
        });
        for group in groups {
            let Some(right) = self.draw(Kind::NAMED_USER, &group, |_| true) else { continue };
            self.cover(&group, right);
        }
    }

    /// Devices cover all installations on them: with secondary use the best two devices of a person.
    fn spend_devices_on_installations(&mut self) {
        if self.available(Kind::DEVICE, true) > 0 {
            let mut by_person: BTreeMap<(u32, Place), Vec<Vec<Place>>> = BTreeMap::new();
            for device in self.open_by_device() {
                let first = &self.units[device[0]];
                let alone = if first.person == NOBODY { device[0] } else { 0 };
                by_person.entry((first.person, alone)).or_default().push(device);
            }
            let mut groups: Vec<Vec<Place>> = Vec::new();
            for mut devices in by_person.into_values() {
                self.largest_first(&mut devices);
                groups.extend(devices.chunks(2).map(<[Vec<Place>]>::concat));
            }
            self.largest_first(&mut groups);
            for group in groups {
                let Some(right) = self.draw(Kind::DEVICE, &group, |secondary| secondary) else { continue };
                self.cover(&group, right);
            }
        }
        let mut devices = self.open_by_device();
        self.largest_first(&mut devices);
        for device in devices {
            let Some(right) = self.draw(Kind::DEVICE, &device, |_| true) else { continue };
            self.cover(&device, right);
        }
    }

    fn open_by_device(&self) -> Vec<Vec<Place>> {
        let mut devices: Vec<Vec<Place>> = Vec::new();
        for place in self.open() {
            match devices.last_mut() {
                Some(last) if self.units[last[0]].devices == self.units[place].devices => last.push(place),
                _ => devices.push(vec![place]),
            }
        }
        devices
    }

    fn largest_first(&self, groups: &mut [Vec<Place>]) {
        groups.sort_by_key(|group| (Reverse(group.len()), self.reserved_in(group), group[0]));
    }

    /// Devices cover a person once all the person's devices are: the persons with fewest first.
    fn spend_devices_on_persons(&mut self) {
        let mut persons: Vec<Place> = self.open().collect();
        persons.sort_by_cached_key(|place| {
            let unit = &self.units[*place];
            (unit.devices.len(), unit.reserved, Reverse(self.installations_in(&[*place])), *place)
        });
        for place in persons {
            let devices = self.units[place].devices.len() as u64;
            let paired = self.available_at(Kind::DEVICE, true, &[place]);
            let plain = self.available_at(Kind::DEVICE, false, &[place]);
            let pairs = paired.min(devices / 2);
            let singles = devices - 2 * pairs;
            if singles > plain.saturating_add(paired - pairs) {
                continue;
            }
            let mut last = None;
            for _ in 0..pairs {
                last = self.draw(Kind::DEVICE, &[place], |secondary| secondary);
            }
            for _ in 0..singles {
                let plain = self.draw(Kind::DEVICE, &[place], |secondary| !secondary);
                last = plain.or_else(|| self.draw(Kind::DEVICE, &[place], |secondary| secondary));
            }
            self.units[place].by = last.map(By::Right);
        }
    }

    /// Installations cover a unit once all its installations are: the units with fewest first.
    fn spend_installations(&mut self) {
        if self.available(Kind::INSTALLATION, false) == 0 {
            return;
        }
        let mut units: Vec<(u64, bool, Place)> =
            self.open().map(|place| (self.installations_in(&[place]), self.units[place].reserved, place)).collect();
        units.sort_unstable();
        for (installations, _, place) in units {
            if installations > self.available_at(Kind::INSTALLATION, false, &[place]) {
                continue;
            }
            let mut last = None;
            for _ in 0..installations {
                last = self.draw(Kind::INSTALLATION, &[place], |_| true);
            }
            self.units[place].by = last.map(By::Right);
        }
    }

    /// Rights in measured metrics cover what is on the machines of a bearer once all its units are covered: the bearers
    /// with most units of the line come first. A person on machines of several bearers is not covered by them.
    fn spend_measured(&mut self) {
        for (metric, definition) in &self.selected.definitions {
            let kind = Kind::Measured(*metric);
            if kind == self.selected.kind || self.available(kind, false) == 0 {
                continue;
            }
            let bearers = by_capacity::bearers_alone(self.demand, definition);
            let open = self.open().map(|place| (place, self.units[place].devices.as_slice()));
            let on = by_capacity::on_bearers(&bearers, open).into_iter().zip(&bearers);
            let mut groups: Vec<(Vec<Place>, u64)> =
                on.map(|(places, (_, cost))| (places, *cost)).filter(|(places, _)| !places.is_empty()).collect();
            groups.sort_by_key(|(places, cost)| (Reverse(places.len()), *cost, self.reserved_in(places), places[0]));
            for (places, cost) in groups {
                if cost <= self.available_at(kind, false, &places)
                    && let Some(right) = self.draw_units(kind, cost, &places)
                {
                    self.cover(&places, right);
                }
            }
        }
    }

    /// Takes so many units of the rights in `kind` that reach all of these units, and returns the last right of which
    /// one was taken.
    fn draw_units(&mut self, kind: Kind, units: u64, places: &[Place]) -> Option<usize> {
        let mut missing = units;
        let mut last = None;
        for (place, right) in self.selected.rights.iter().enumerate().filter(|(_, right)| right.kind == kind) {
            if !self.is_reached(place, places) {
                continue;
            }
            let taken = self.left[place].min(missing);
            if taken > 0 {
                last = Some(place);
            }
            debug_assert!(!right.secondary, "only devices have secondary use");
            self.left[place] -= taken;
            missing -= taken;
        }
        last
    }

    /// Notes what rights in other metrics leave, for the question how much more may be used.
    fn measure_room(&mut self) {
        let mut places = Places::default();
        for place in self.open() {
            match self.units[place].place {
                Some(environment) => places.by_environment[environment as usize] += 1,
                None => places.mixed += 1,
            }
        }
        self.room.demand = places;
    }

    /// Units that other products' rights cover as suites: the first of every bundle.
    fn spend_bundles(&mut self) {
        let nameless = crate::column::dense(self.demand.estate.users().person_count());
        let further = self.further.as_ref().map_or(0..0, |(_, devices)| devices.clone());
        for (right, of) in self.selected.rights.iter().enumerate() {
            for (holders, units) in of.bundles {
                let mut left = *units;
                let known = |unit: &&mut Unit| unit.by.is_none() && !further.contains(&unit.devices[0]);
                for unit in self.units.iter_mut().filter(known) {
                    let holder = match self.selected.kind {
                        Kind::NAMED_USER if unit.person != NOBODY => unit.person,
                        Kind::NAMED_USER => nameless + unit.devices[0],
                        Kind::Plain(_) | Kind::Measured(_) => unit.devices[0],
                    };
                    if left > 0 && holders.contains(holder) {
                        unit.by = Some(By::Right(right));
                        left -= 1;
                        self.left[right] = self.left[right].saturating_sub(1);
                    }
                }
            }
        }
    }

    /// Rights in the line's metric with secondary use: pairs of one person's devices, those that no exception reaches
    /// first.
    fn spend_pairs(&mut self) {
        let kind = self.selected.kind;
        if self.available(kind, true) == 0 {
            return;
        }
        let before = self.open().count();
        let mut by_person: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
        for place in self.in_turn() {
            by_person.entry(self.units[place].person).or_default().push(place);
        }
        by_person.remove(&NOBODY);
        let mut pairs: Vec<[Place; 2]> = by_person.values().flat_map(|places| pairs_of(places)).collect();
        pairs.sort_by_key(|pair| (self.reserved_in(pair), self.turn(pair[0])));
        for pair in pairs {
            if let Some(right) = self.draw(kind, &pair, |secondary| secondary) {
                self.cover(&pair, right);
            }
        }
        self.room.own = (before - self.open().count()) as u64;
    }

    /// Rights in the line's metric, units that no exception reaches first.
    fn spend_own(&mut self) {
        let kind = self.selected.kind;
        let before = self.open().count() as u64;
        for place in self.in_turn() {
            let Some(right) = self.draw(kind, &[place], |_| true) else { break };
            self.cover(&[place], right);
        }
        let covered = before - self.open().count() as u64;
        let idle = self.available(kind, true).saturating_add(self.available(kind, false));
        self.room.own = self.room.own.saturating_add(covered).saturating_add(idle);
    }

    /// Rights in the line's metric and exceptions, where not all reach all.
    fn spend_by_classes(&mut self, versions: &[Version<'_>]) {
        let supplies = by_classes::supplies(self.selected);
        let mut reaches = by_classes::reaches(self.demand, self.selected, &supplies, versions);
        supplies.iter().zip(&mut reaches).for_each(|(by, reach)| self.reach_further(*by, reach));
        let open: Vec<Place> = self.open().collect();
        let (classes, class_of) = by_classes::classes_of(open.iter().map(|place| &self.units[*place]), &reaches);
        let matching = Matching::of(self.selected, supplies, &self.left, &classes);
        let solution = matching.solve();
        let mut covers: Vec<VecDeque<(By, u64)>> = vec![VecDeque::new(); classes.len()];
        for (by, class, units) in matching.covers(&solution) {
            covers[class].push_back((by, units));
            if let By::Right(right) = by {
                self.left[right] -= units;
            }
        }
        for (place, class) in open.into_iter().zip(class_of) {
            let Some((by, left)) = covers[class].front_mut() else { continue };
            self.units[place].by = Some(*by);
            *left -= 1;
            if *left == 0 {
                covers[class].pop_front();
            }
        }
        self.room.limited = Some(Box::new(matching));
    }

    fn turn(&self, place: Place) -> (bool, Option<Environment>, Place) {
        let unit = &self.units[place];
        (unit.reserved, unit.place.filter(|_| unit.reserved), place)
    }

    fn in_turn(&self) -> Vec<Place> {
        let mut places: Vec<Place> = self.open().collect();
        places.sort_by_key(|place| self.turn(*place));
        places
    }

    fn spend_grants(&mut self) {
        for (place, grant) in self.selected.grants.iter().enumerate() {
            let mut left = grant.terms.quantity;
            let reached = |unit: &Unit| grant.terms.environment.is_none_or(|wanted| unit.place == Some(wanted));
            for unit in self.units.iter_mut().filter(|unit| unit.by.is_none() && reached(unit)) {
                if left == 0 {
                    break;
                }
                left -= 1;
                unit.by = Some(By::Grant(place));
            }
        }
    }

    fn finish(self, versions: Vec<Version<'b>>) -> Spent<'b> {
        let given = self.selected.rights.iter().map(CountingRight::available);
        let used = given.zip(&self.left).map(|(given, left)| given - left);
        let mut outcome = Outcome {
            consumed: self.units.len() as u64,
            rights: used.map(|used| Use { used, covers: 0 }).collect(),
            grants: vec![Use::default(); self.selected.grants.len()],
            room: self.room,
        };
        for unit in &self.units {
            match unit.by {
                Some(By::Right(place)) => outcome.rights[place].covers += 1,
                Some(By::Grant(place)) => {
                    outcome.grants[place].covers += 1;
                    outcome.grants[place].used += 1;
                }
                None => {}
            }
        }
        Spent { units: self.units, versions, outcome }
    }
}

fn pairs_of(places: &[Place]) -> impl Iterator<Item = [Place; 2]> + '_ {
    places.chunks_exact(2).filter_map(|pair| pair.try_into().ok())
}

/// The units that an environment exempts: those that would count if it did not, beside those that count anyway.
pub(crate) fn exempt_units(demand: &Demand<'_>, plain: Plain, versions: &[Version<'_>]) -> Vec<Unit> {
    let mut exempt = units(demand, plain, versions, &demand.exempt());
    if plain == Plain::NamedUser {
        let liable = demand.liable().iter().map(|device| demand.estate.person_of(device));
        let liable: BTreeSet<u32> = liable.filter(|person| *person != NOBODY).collect();
        exempt.retain(|unit| !liable.contains(&unit.person));
    }
    exempt
}
