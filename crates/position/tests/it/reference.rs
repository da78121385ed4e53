//! The position once more, naively: plain loops over lists, no bitmaps, no indexes, nothing kept between questions.
//!
//! It was written from the rule in `docs/POSITION.md`, and shares no code with the engine beyond the domain's types.

use std::collections::{BTreeMap, BTreeSet};

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::id::{ImportId, ProductId};
use domain::observation::{DeviceReport, Environment, RawTitle};
use domain::party::Direction;
use domain::product::folded;
use jiff::Timestamp;
use jiff::civil::Date;
use position::{Recognition, SupplySource};

use crate::world::{Said, World};

/// A device with everything that is said of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Device {
    pub(crate) order: (String, String),
    pub(crate) environment: Environment,
    pub(crate) person: Option<String>,
    pub(crate) titles: BTreeSet<RawTitle>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) used: u64,
    pub(crate) covers: u64,
}

/// What the engine's line must say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    pub(crate) devices: u64,
    pub(crate) entitled: Quantity,
    pub(crate) consumed: u64,
    pub(crate) low: u64,
    pub(crate) exempt: u64,
    pub(crate) covered_by_entitlements: u64,
    pub(crate) covered_by_grants: u64,
    pub(crate) short: u64,
    pub(crate) surplus: Option<u64>,
    pub(crate) exposure: Option<domain::Decimal>,
    pub(crate) spent: BTreeMap<SupplySource, Spent>,
}

fn mark(report: &DeviceReport) -> String {
    match (&report.device.uuid, &report.device.serial) {
        (Some(uuid), _) => format!("uuid:{}", folded(uuid)),
        (None, Some(serial)) => format!("serial:{}", folded(serial)),
        (None, None) => format!("name:{}", folded(&report.device.name)),
    }
}

fn serial(report: &DeviceReport) -> Option<String> {
    report.device.serial.as_deref().map(folded)
}

/// Which device each mark belongs to, in three rounds.
fn devices_of_marks(current: &[&Said]) -> BTreeMap<String, String> {
    let marks: BTreeSet<String> = current.iter().map(|said| mark(&said.report)).collect();
    let under = |wanted: &str| -> Vec<&DeviceReport> {
        current.iter().map(|said| &said.report).filter(|report| mark(report) == wanted).collect()
    };
    let uuids: Vec<&String> = marks.iter().filter(|mark| mark.starts_with("uuid:")).collect();
    let mut device_of: BTreeMap<String, String> = uuids.iter().map(|uuid| ((*uuid).clone(), (*uuid).clone())).collect();
    for node in marks.iter().filter(|mark| mark.starts_with("serial:")) {
        let own = node.trim_start_matches("serial:").to_owned();
        let names: BTreeSet<String> = under(node).iter().map(|report| folded(&report.device.name)).collect();
        let by_serial =
            uuids.iter().find(|uuid| under(uuid).iter().any(|report| serial(report).as_ref() == Some(&own)));
        let by_name = uuids.iter().find(|uuid| {
            let reports = under(uuid);
            reports.iter().all(|report| serial(report).is_none())
                && reports.iter().any(|report| names.contains(&folded(&report.device.name)))
        });
        let device = by_serial.or(by_name).map_or_else(|| node.clone(), |uuid| (*uuid).clone());
        device_of.insert(node.clone(), device);
    }
    for node in marks.iter().filter(|mark| mark.starts_with("name:")) {
        let name = node.trim_start_matches("name:");
        let goes_by_it = |kind: &str| {
            let joined = device_of.iter().filter(|(_, device)| device.starts_with(kind));
            joined
                .filter(|(mark, _)| under(mark).iter().any(|report| folded(&report.device.name) == name))
                .map(|(_, device)| device.clone())
                .min()
        };
        let device = goes_by_it("uuid:").or_else(|| goes_by_it("serial:")).unwrap_or_else(|| node.clone());
        device_of.insert(node.clone(), device);
    }
    device_of
}

pub(crate) fn devices(said: &[Said]) -> Vec<Device> {
    let superseded = |place: usize| {
        said[place + 1..]
            .iter()
            .any(|later| later.source == said[place].source && mark(&later.report) == mark(&said[place].report))
    };
    let current: Vec<&Said> = (0..said.len()).filter(|place| !superseded(*place)).map(|place| &said[place]).collect();
    let device_of = devices_of_marks(&current);
    let mut by_device: BTreeMap<String, Vec<&Said>> = BTreeMap::new();
    for said in current {
        by_device.entry(device_of[&mark(&said.report)].clone()).or_default().push(said);
    }
    let mut devices: Vec<Device> = Vec::new();
    for (key, all) in by_device {
        let latest_of = |source: &str| -> ImportId {
            all.iter().filter(|said| said.source == source).map(|said| said.import).max().unwrap()
        };
        let mut counting: Vec<&Said> =
            all.iter().copied().filter(|said| said.import == latest_of(&said.source)).collect();
        let strength = |said: &Said| {
            let mark = mark(&said.report);
            let rank = ["uuid:", "serial:", "name:"].iter().position(|kind| mark.starts_with(kind));
            (rank, mark)
        };
        counting.sort_by_key(|said| (said.report.reported_at, said.import, said.source.clone(), strength(said)));
        counting.reverse();
        devices.push(Device {
            order: (folded(&counting[0].report.device.name), key),
            environment: counting.iter().find_map(|said| said.report.attributes.environment).unwrap_or_default(),
            person: counting.iter().find_map(|said| said.report.attributes.primary_user.as_deref().map(folded)),
            titles: counting
                .iter()
                .flat_map(|said| said.report.installations.iter().map(|installation| installation.title.clone()))
                .collect(),
        });
    }
    devices.sort_by_key(|device| device.order.clone());
    devices
}

pub(crate) fn recognition(state: &State, title: &RawTitle) -> Recognition {
    let known = |product: Option<ProductId>| product.is_none_or(|product| state.products.contains_key(&product));
    let mut best = ((false, 0, false), Recognition::Unrecognised);
    for rule in state.title_matches.values().filter(|rule| known(rule.product) && rule.pattern.fits(title)) {
        if best.1 == Recognition::Unrecognised || rule.pattern.precision() >= best.0 {
            let recognition = rule.product.map_or(Recognition::NeedsNoLicence, Recognition::Product);
            best = (rule.pattern.precision(), recognition);
        }
    }
    best.1
}

/// The versions of the product on the device; an unstated one only where none is stated.
fn versions(state: &State, device: &Device, product: ProductId) -> BTreeSet<Option<String>> {
    let mut versions: BTreeSet<Option<String>> = BTreeSet::new();
    for title in device.titles.iter().filter(|title| recognition(state, title) == Recognition::Product(product)) {
        versions.insert(title.version.as_deref().map(|version| version.trim().to_owned()));
    }
    if versions.len() > 1 {
        versions.remove(&None);
    }
    versions
}

struct RightLeft {
    source: SupplySource,
    metric: Metric,
    secondary: bool,
    left: u64,
    given: u64,
    ends_on: Date,
}

struct Unit<'a> {
    person: Option<&'a str>,
    devices: Vec<&'a Device>,
    installations: u64,
    place: Option<Environment>,
    reserved: bool,
    by: Option<SupplySource>,
}

fn units<'a>(state: &State, devices: &[&'a Device], product: ProductId, metric: Metric) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'a>> = Vec::new();
    let mut nameless: Vec<Unit<'a>> = Vec::new();
    for device in devices {
        let installations = versions(state, device, product).len() as u64;
        let unit = |installations| Unit {
            person: device.person.as_deref(),
            devices: vec![*device],
            installations,
            place: Some(device.environment),
            reserved: false,
            by: None,
        };
        match metric {
            Metric::Device => units.push(unit(installations)),
            Metric::Installation => (0..installations).for_each(|_| units.push(unit(1))),
            Metric::NamedUser if device.person.is_none() => nameless.push(unit(installations)),
            Metric::Library(_) | Metric::Custom(_) => {}
            Metric::NamedUser => match units.iter_mut().find(|other| other.person == device.person.as_deref()) {
                Some(person) => {
                    person.devices.push(device);
                    person.installations += installations;
                    if person.place != Some(device.environment) {
                        person.place = None;
                    }
                }
                None => units.push(unit(installations)),
            },
        }
    }
    if metric == Metric::NamedUser {
        units.sort_by_key(|unit| unit.person);
    }
    units.extend(nameless);
    units
}

fn draw(rights: &mut [RightLeft], metric: Metric, secondary: Option<bool>) -> Option<SupplySource> {
    for right in rights {
        if right.metric == metric && right.left > 0 && secondary.is_none_or(|wanted| right.secondary == wanted) {
            right.left -= 1;
            return Some(right.source);
        }
    }
    None
}

fn left(rights: &[RightLeft], metric: Metric, secondary: bool) -> u64 {
    let mut sum = 0u64;
    for right in rights {
        if right.metric == metric && right.secondary == secondary {
            sum = sum.saturating_add(right.left);
        }
    }
    sum
}

fn open(units: &[Unit<'_>]) -> Vec<usize> {
    (0..units.len()).filter(|place| units[*place].by.is_none()).collect()
}

fn reserved(units: &[Unit<'_>], places: &[usize]) -> usize {
    places.iter().filter(|place| units[**place].reserved).count()
}

/// What decides between groups of equal size: those that exceptions will not reach, then, where rights in installations
/// are spent later on units that are none, those with most installations.
fn after_size(
    units: &[Unit<'_>],
    rights: &[RightLeft],
    metric: Metric,
    group: &[usize],
) -> (usize, std::cmp::Reverse<u64>) {
    let later = metric != Metric::Installation && left(rights, Metric::Installation, false) > 0;
    let installations = group.iter().map(|place| if later { units[*place].installations } else { 0 }).sum();
    (reserved(units, group), std::cmp::Reverse(installations))
}

fn by_named_users(units: &mut [Unit<'_>], rights: &mut [RightLeft], metric: Metric) {
    loop {
        // A person, or a device without one.
        let mut groups: BTreeMap<(bool, String, String), Vec<usize>> = BTreeMap::new();
        for place in open(units) {
            let unit = &units[place];
            let key = match unit.person {
                Some(person) => (false, person.to_owned(), String::new()),
                None => (true, unit.devices[0].order.0.clone(), unit.devices[0].order.1.clone()),
            };
            groups.entry(key).or_default().push(place);
        }
        let mut best: Option<Vec<usize>> = None;
        for group in groups.into_values() {
            let better = best.as_ref().is_none_or(|best| {
                let key = |group: &[usize]| (std::cmp::Reverse(group.len()), after_size(units, rights, metric, group));
                key(&group) < key(best)
            });
            if better {
                best = Some(group);
            }
        }
        let Some(best) = best else { return };
        let Some(source) = draw(rights, Metric::NamedUser, None) else { return };
        for place in best {
            units[place].by = Some(source);
        }
    }
}

fn open_devices(units: &[Unit<'_>]) -> Vec<Vec<usize>> {
    let mut devices: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for place in open(units) {
        devices.entry(units[place].devices[0].order.clone()).or_default().push(place);
    }
    devices.into_values().collect()
}

fn largest<'a>(units: &[Unit<'_>], groups: &'a [Vec<usize>]) -> Option<&'a Vec<usize>> {
    let size = |group: &Vec<usize>| (std::cmp::Reverse(group.len()), reserved(units, group), group[0]);
    groups.iter().min_by_key(|group| size(group))
}

fn by_devices_on_installations(units: &mut [Unit<'_>], rights: &mut [RightLeft]) {
    loop {
        let devices = open_devices(units);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let persons: BTreeSet<Option<&str>> = devices.iter().map(|device| units[device[0]].person).collect();
        for person in persons {
            let mut theirs: Vec<Vec<usize>> =
                devices.iter().filter(|device| units[device[0]].person == person).cloned().collect();
            if person.is_none() {
                groups.append(&mut theirs);
                continue;
            }
            let first = largest(units, &theirs).unwrap().clone();
            theirs.retain(|device| *device != first);
            let second = largest(units, &theirs).cloned().unwrap_or_default();
            groups.push([first, second].concat());
        }
        let Some(group) = largest(units, &groups) else { return };
        let Some(source) = draw(rights, Metric::Device, Some(true)) else { break };
        for place in group {
            units[*place].by = Some(source);
        }
    }
    loop {
        let devices = open_devices(units);
        let Some(device) = largest(units, &devices) else { return };
        let Some(source) = draw(rights, Metric::Device, None) else { return };
        for place in device {
            units[*place].by = Some(source);
        }
    }
}

fn by_devices_on_persons(units: &mut [Unit<'_>], rights: &mut [RightLeft]) {
    loop {
        let candidates = open(units);
        let fewest = candidates.into_iter().min_by_key(|place| {
            let unit = &units[*place];
            let later = left(rights, Metric::Installation, false) > 0;
            let installations = if later { unit.installations } else { 0 };
            (unit.devices.len(), unit.reserved, std::cmp::Reverse(installations), *place)
        });
        let Some(place) = fewest else { return };
        let devices = units[place].devices.len() as u64;
        let pairs = left(rights, Metric::Device, true).min(devices / 2);
        let singles = devices - 2 * pairs;
        let for_singles =
            left(rights, Metric::Device, false).saturating_add(left(rights, Metric::Device, true) - pairs);
        if for_singles < singles {
            return;
        }
        let mut source = None;
        for _ in 0..pairs {
            source = draw(rights, Metric::Device, Some(true));
        }
        for _ in 0..singles {
            source = draw(rights, Metric::Device, Some(false)).or_else(|| draw(rights, Metric::Device, Some(true)));
        }
        units[place].by = source;
    }
}

fn by_installations(units: &mut [Unit<'_>], rights: &mut [RightLeft]) {
    loop {
        let candidates = open(units);
        let fewest =
            candidates.into_iter().min_by_key(|place| (units[*place].installations, units[*place].reserved, *place));
        let Some(place) = fewest else { return };
        if units[place].installations > left(rights, Metric::Installation, false) {
            return;
        }
        for _ in 0..units[place].installations {
            units[place].by = draw(rights, Metric::Installation, None);
        }
    }
}

fn by_own(units: &mut [Unit<'_>], rights: &mut [RightLeft], metric: Metric) {
    fn turn(units: &[Unit<'_>], place: usize) -> (bool, Option<Environment>, usize) {
        let reserved = units[place].reserved;
        (reserved, if reserved { units[place].place } else { None }, place)
    }
    while left(rights, metric, true) > 0 {
        let mut pairs: Vec<[usize; 2]> = Vec::new();
        let persons: BTreeSet<&str> = open(units).into_iter().filter_map(|place| units[place].person).collect();
        for person in persons {
            let mut theirs = open(units);
            theirs.retain(|place| units[*place].person == Some(person));
            theirs.sort_by_key(|place| turn(units, *place));
            if let [first, second, ..] = theirs[..] {
                pairs.push([first, second]);
            }
        }
        let best = pairs.into_iter().min_by_key(|pair| (reserved(units, pair), turn(units, pair[0])));
        let Some(pair) = best else { break };
        let source = draw(rights, metric, Some(true));
        for place in pair {
            units[place].by = source;
        }
    }
    while let Some(place) = open(units).into_iter().min_by_key(|place| turn(units, *place)) {
        let Some(source) = draw(rights, metric, None) else { return };
        units[place].by = Some(source);
    }
}

fn by_rights(units: &mut [Unit<'_>], rights: &mut [RightLeft], grants: &[GrantLeft], metric: Metric) {
    reserve(units, grants);
    if metric != Metric::NamedUser {
        by_named_users(units, rights, metric);
    }
    match metric {
        Metric::Installation => by_devices_on_installations(units, rights),
        Metric::NamedUser => by_devices_on_persons(units, rights),
        Metric::Device | Metric::Library(_) | Metric::Custom(_) => {}
    }
    if metric != Metric::Installation {
        by_installations(units, rights);
    }
    reserve(units, grants);
    by_own(units, rights, metric);
}

fn rights_left(state: &State, product: ProductId, day: Date) -> (Vec<RightLeft>, BTreeSet<Environment>, bool) {
    let mut rights = Vec::new();
    let mut exempt = BTreeSet::new();
    for entitlement in state.entitlements.values().filter(|entitlement| entitlement.product == product) {
        let outbound = entitlement
            .agreement
            .is_some_and(|agreement| state.agreements[&agreement].terms.direction == Direction::Outbound);
        let right = &entitlement.right;
        let started = right.starts_on.is_none_or(|start| start <= day);
        let ended = right.ends_on.is_some_and(|end| end < day);
        let retired = entitlement.retired_on.is_some_and(|retired| retired <= day);
        if outbound || !started || ended || retired {
            continue;
        }
        exempt.extend(right.exempt_environments.iter().copied());
        let last = right.ends_on.unwrap_or(Date::MAX);
        let before = entitlement.retired_on.map_or(Date::MAX, |retired| retired.yesterday().unwrap());
        rights.push(RightLeft {
            source: SupplySource::Entitlement(entitlement.id),
            metric: right.metric,
            secondary: right.secondary_use && right.metric == Metric::Device,
            left: right.quantity.units().unwrap_or(u64::MAX),
            given: right.quantity.units().unwrap_or(u64::MAX),
            ends_on: last.min(before),
        });
    }
    let unlimited = |right: &RightLeft| {
        let SupplySource::Entitlement(id) = right.source else { return false };
        state.entitlements[&id].right.quantity == Quantity::Unlimited
    };
    rights.sort_by_key(|right| (!unlimited(right), right.ends_on, right.source));
    let any_unlimited = rights.first().is_some_and(unlimited);
    (rights, exempt, any_unlimited)
}

/// What the line of `product` must say.
pub(crate) fn expected(world: &World, product: ProductId) -> Expected {
    let state = &world.state;
    let metric = state.products[&product].metric;
    let zone = state.zone();
    let day = world.at.to_zoned(zone.clone()).date();
    let (mut rights, exempt, unlimited) = rights_left(state, product, day);

    let estate = devices(&world.said);
    let holding: Vec<&Device> = estate.iter().filter(|device| !versions(state, device, product).is_empty()).collect();
    let liable: Vec<&Device> = holding.iter().copied().filter(|device| !exempt.contains(&device.environment)).collect();
    let all = units(state, &holding, product, metric).len() as u64;
    let mut units = units(state, &liable, product, metric);
    let consumed = units.len() as u64;
    let low = match metric {
        Metric::NamedUser => units.iter().filter(|unit| unit.person.is_some()).count() as u64,
        Metric::Device | Metric::Installation | Metric::Library(_) | Metric::Custom(_) => consumed,
    };

    let mut entitled = Quantity::Units(0);
    for right in rights.iter().filter(|right| right.metric == metric) {
        entitled = Quantity::Units(entitled.units().unwrap().saturating_add(right.given));
    }
    let mut grants = grants_in_force(world, product, metric);
    let mut spent: BTreeMap<SupplySource, Spent> = BTreeMap::new();
    if unlimited {
        entitled = Quantity::Unlimited;
        for unit in &mut units {
            unit.by = Some(rights[0].source);
        }
        rights[0].left = rights[0].given - self::units(state, &liable, product, rights[0].metric).len() as u64;
    } else {
        by_rights(&mut units, &mut rights, &grants, metric);
        for (source, environment, quantity) in &mut grants {
            for unit in units.iter_mut().filter(|unit| unit.by.is_none()) {
                if *quantity > 0 && environment.is_none_or(|wanted| unit.place == Some(wanted)) {
                    *quantity -= 1;
                    unit.by = Some(*source);
                    spent.entry(*source).or_default().used += 1;
                }
            }
        }
    }
    for right in &rights {
        spent.entry(right.source).or_default().used = right.given - right.left;
    }
    let (mut covered_by_entitlements, mut covered_by_grants) = (0, 0);
    for source in units.iter().filter_map(|unit| unit.by) {
        spent.entry(source).or_default().covers += 1;
        match source {
            SupplySource::Entitlement(_) => covered_by_entitlements += 1,
            SupplySource::Grant(_) => covered_by_grants += 1,
        }
    }
    let own_used = rights.iter().filter(|right| right.metric == metric).map(|right| right.given - right.left);
    let short = consumed - covered_by_entitlements - covered_by_grants;
    Expected {
        devices: holding.len() as u64,
        entitled,
        consumed,
        low,
        exempt: all - consumed,
        covered_by_entitlements,
        covered_by_grants,
        short,
        surplus: entitled.units().map(|units| own_used.fold(units, u64::saturating_sub)),
        exposure: exposure(state, product, metric, short),
        spent,
    }
}

fn exposure(state: &State, product: ProductId, metric: Metric, short: u64) -> Option<domain::Decimal> {
    let mut price = None;
    for entitlement in state.entitlements.values() {
        if entitlement.product == product && entitlement.right.metric == metric {
            price = entitlement.right.unit_price.or(price);
        }
    }
    Some(price?.amount * domain::Decimal::from(short))
}

type GrantLeft = (SupplySource, Option<Environment>, u64);

fn grants_in_force(world: &World, product: ProductId, metric: Metric) -> Vec<GrantLeft> {
    let zone = world.state.zone();
    let at: Timestamp = world.at;
    let mut grants: Vec<_> = world
        .state
        .grants
        .values()
        .filter(|grant| grant.terms.product == product && grant.metric == metric && grant.applies(at, &zone))
        .collect();
    grants.sort_by_key(|grant| (grant.terms.environment.is_none(), grant.terms.until, grant.case));
    let left = |grant: &std::sync::Arc<domain::grant::Grant>| {
        (SupplySource::Grant(grant.case), grant.terms.environment, grant.terms.quantity)
    };
    grants.into_iter().map(left).collect()
}

/// Exceptions for one environment will reach the last units there that nothing covers.
fn reserve(units: &mut [Unit<'_>], grants: &[GrantLeft]) {
    for environment in Environment::ALL {
        let mut reach = 0u64;
        for (_, of, quantity) in grants {
            if *of == Some(environment) {
                reach = reach.saturating_add(*quantity);
            }
        }
        for unit in units.iter_mut().rev().filter(|unit| unit.place == Some(environment) && unit.by.is_none()) {
            unit.reserved = reach > 0;
            reach = reach.saturating_sub(1);
        }
    }
}
