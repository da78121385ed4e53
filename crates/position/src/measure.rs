//! Measuring: how many units of a metric machines and people come to, by its definition, with every rounding.
//!
//! All arithmetic is in whole numbers: factors are whole parts of one, and a fraction exists only between a product and
//! the division that rounds it up. What is not known gives a range: the least that a machine can be, and the most that
//! the definition assumes; the most counts. Where facts come from and what covers the units is not known here.

mod capacity;
mod tally;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use domain::metric::{Containers, Counts, Definition, Factor, VirtualMachines};
use domain::observation::DeviceKind;
use domain::product::folded;

use capacity::{Amount, capacity, factor, own, unknown_host};
pub(crate) use tally::Tally;
pub(crate) use words::steps;

/// Containers in containers in machines: more steps than this from a container to its machine are not followed.
const CONTAINER_STEPS_MAX: usize = 4;

/// What is known of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) name: String,
    pub(crate) kind: DeviceKind,
    pub(crate) processors: Option<u32>,
    pub(crate) cores: Option<u32>,
    pub(crate) virtual_processors: Option<u32>,
    pub(crate) model: Option<String>,
    /// The host as a source names it.
    pub(crate) host: Option<String>,
    /// The host's place, where it is among the machines.
    pub(crate) host_place: Option<u32>,
    /// As compared.
    pub(crate) cluster: Option<String>,
}

impl Machine {
    /// Whether it may be a host of its cluster.
    pub(crate) fn may_be_a_host(&self) -> bool {
        self.kind != DeviceKind::Container && !self.is_virtual()
    }

    /// A machine of which nothing is stated counts as one of its own, a guest as a guest.
    fn is_virtual(&self) -> bool {
        match self.kind {
            DeviceKind::Virtual => true,
            DeviceKind::Unknown => self.host.is_some() || self.virtual_processors.is_some(),
            DeviceKind::Physical | DeviceKind::Container | DeviceKind::Application => false,
        }
    }
}

/// The machines by place: those with the product, their hosts, and all machines of their clusters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Machines {
    pub(crate) by_place: BTreeMap<u32, Machine>,
    /// The machines of every cluster that may be a host of it.
    pub(crate) of_cluster: BTreeMap<String, Vec<u32>>,
}

/// What bears units: a machine, a host with its guests, a cluster with its guests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A machine of its own, or a host.
    Machine(u32),
    /// A virtual machine for itself.
    Guest(u32),
    /// A host that is named and not among the machines.
    Named(String),
    /// The unknown host of a virtual machine.
    Nowhere(u32),
    /// A cluster.
    Cluster(String),
}

/// Capacity under one factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) low: u64,
    pub(crate) high: u64,
    pub(crate) factor_low: Factor,
    pub(crate) factor_high: Factor,
    /// Whether it is a virtual machine of those of which several share a unit.
    pub(crate) shares: bool,
}

/// A bearer of units.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    key: Key,
    /// The machines with the product, in the order in which they were given.
    pub(crate) devices: Vec<u32>,
    pub(crate) parts: Vec<Part>,
    /// How its capacity was worked out, and what was missing; only where asked for.
    pub(crate) text: String,
    /// What is missing, as the end of a sentence that begins with a name.
    pub(crate) missing: Vec<String>,
}

#[derive(Default)]
struct Group {
    devices: Vec<u32>,
    guests: BTreeSet<u32>,
    itself: bool,
}

/// The bearers of the units of `holding`, which hold the product, in the order of `holding`. Machines that count
/// nothing are left out.
pub(crate) fn bearers(definition: &Definition, machines: &Machines, holding: &[u32]) -> Vec<Bearer> {
    if definition.is_of_usage() {
        // Use over time stands on no machine.
        return Vec::new();
    }
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut groups: Vec<(Key, Group)> = Vec::new();
    for device in holding {
        let Some((key, guest)) = key_of(definition, machines, *device) else { continue };
        let place = *places.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Group::default()));
            groups.len() - 1
        });
        let group = &mut groups[place].1;
        group.devices.push(*device);
        match guest {
            Some(guest) => drop(group.guests.insert(guest)),
            None => group.itself = true,
        }
    }
    let groups = joined_to_clusters(machines, groups);
    let mut placed = groups.iter().any(|(key, _)| !matches!(key, Key::Nowhere(_)));
    let bearer = |(key, group): (Key, Group)| {
        let mut bearer = bearer(definition, machines, key, group);
        if matches!(bearer.key, Key::Nowhere(_)) {
            // It may run on a host that counts already; only the first of all cannot.
            if placed {
                bearer.parts.iter_mut().for_each(|part| part.low = 0);
            }
            placed = true;
        }
        bearer
    };
    groups.into_iter().map(bearer).collect()
}

/// Which bearer a device is part of, and as which virtual machine, if as one.
fn key_of(definition: &Definition, machines: &Machines, device: u32) -> Option<(Key, Option<u32>)> {
    let mut place = device;
    for _ in 0..CONTAINER_STEPS_MAX {
        let machine = machines.by_place.get(&place)?;
        if machine.kind != DeviceKind::Container {
            break;
        }
        match (definition.containers, machine.host_place, &machine.host) {
            (Containers::None, _, _) => return None,
            (Containers::Own, _, _) => return Some(guest_key(definition, machines, place, machine)),
            (Containers::Machine, Some(host), _) if host != place => place = host,
            (Containers::Machine, _, Some(host)) => return Some((Key::Named(folded(host)), None)),
            (Containers::Machine, _, None) => return Some((Key::Nowhere(place), None)),
        }
    }
    let machine = machines.by_place.get(&place)?;
    if machine.is_virtual() {
        return Some(guest_key(definition, machines, place, machine));
    }
    Some((Key::Machine(place), None))
}

fn guest_key(definition: &Definition, machines: &Machines, place: u32, machine: &Machine) -> (Key, Option<u32>) {
    let host = machine.host_place.filter(|host| *host != place);
    let by_host = || match (host, &machine.host) {
        (Some(host), _) => Key::Machine(host),
        (None, Some(host)) => Key::Named(folded(host)),
        (None, None) => Key::Nowhere(place),
    };
    let key = match definition.virtual_machines {
        VirtualMachines::Own => Key::Guest(place),
        VirtualMachines::Host | VirtualMachines::Lesser => by_host(),
        VirtualMachines::Cluster => {
            let of_host = || machines.by_place.get(&host?)?.cluster.clone();
            machine.cluster.clone().or_else(of_host).map_or_else(by_host, Key::Cluster)
        }
    };
    (key, Some(place))
}

/// A machine with the product that is a host of a cluster which counts as a whole is not counted beside it.
fn joined_to_clusters(machines: &Machines, groups: Vec<(Key, Group)>) -> Vec<(Key, Group)> {
    let clusters: BTreeSet<String> = groups
        .iter()
        .filter_map(|(key, _)| if let Key::Cluster(cluster) = key { Some(cluster.clone()) } else { None })
        .collect();
    if clusters.is_empty() {
        return groups;
    }
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut joined: Vec<(Key, Group)> = Vec::with_capacity(groups.len());
    for (key, group) in groups {
        let cluster = match &key {
            Key::Machine(place) => machines.by_place.get(place).and_then(|machine| machine.cluster.clone()),
            Key::Guest(_) | Key::Named(_) | Key::Nowhere(_) | Key::Cluster(_) => None,
        };
        let key = cluster.filter(|cluster| clusters.contains(cluster)).map_or(key, Key::Cluster);
        match places.get(&key).and_then(|place| joined.get_mut(*place)) {
            Some((_, known)) => {
                known.devices.extend(group.devices);
                known.guests.extend(group.guests);
                known.itself |= group.itself;
            }
            None => {
                places.insert(key.clone(), joined.len());
                joined.push((key, group));
            }
        }
    }
    joined
}

fn bearer(definition: &Definition, machines: &Machines, key: Key, group: Group) -> Bearer {
    let Group { devices, guests, itself } = group;
    let mut guests: Vec<&Machine> = guests.iter().filter_map(|guest| machines.by_place.get(guest)).collect();
    // Their places are in the order in which sources told of them.
    guests.sort_by_cached_key(|guest| folded(&guest.name));
    let (parts, texts, missing) = match &key {
        Key::Guest(place) => guest_alone(definition, machines, *place),
        Key::Machine(place) => {
            let host = machines.by_place.get(place);
            on_host(definition, host, &guests, itself, None)
        }
        Key::Named(host) => {
            let missing = format!("{host} is not among the devices");
            on_host(definition, None, &guests, itself, Some((host.clone(), missing)))
        }
        Key::Nowhere(place) => {
            let name = machines.by_place.get(place).map_or_else(String::new, |machine| machine.name.clone());
            let missing = format!("the host of {name} is not known");
            on_host(definition, None, &guests, itself, Some((format!("the host of {name}"), missing)))
        }
        Key::Cluster(cluster) => on_cluster(definition, machines, cluster, &guests),
    };
    Bearer { key, devices, parts, text: texts.join("; "), missing }
}

type Worked = (Vec<Part>, Vec<String>, Vec<String>);

fn part(definition: &Definition, amount: &Amount, model: Option<&str>, processors: Option<u32>) -> Part {
    let (factor_low, factor_high) = factor(definition, model, processors);
    Part { low: amount.low, high: amount.high, factor_low, factor_high, shares: false }
}

/// Notes that a factor is not known because the model is not.
fn note_factor(part: &Part, name: &str, missing: &mut Vec<String>) {
    if part.factor_low != part.factor_high {
        missing.push(format!("the processor model of {name} is not known"));
    }
}

fn guest_alone(definition: &Definition, machines: &Machines, place: u32) -> Worked {
    let Some(guest) = machines.by_place.get(&place) else { return Worked::default() };
    if definition.virtual_machines_per_unit > 0 {
        let one = Amount::exactly(1);
        let part = Part { shares: true, ..part(definition, &one, None, None) };
        return (vec![Part { factor_low: Factor::ONE, factor_high: Factor::ONE, ..part }], Vec::new(), Vec::new());
    }
    let amount = own(definition, guest);
    let host = guest.host_place.and_then(|host| machines.by_place.get(&host));
    let model = host.and_then(|host| host.model.as_deref()).or(guest.model.as_deref());
    let part = part(definition, &amount, model, host.and_then(|host| host.processors));
    let mut missing = amount.missing;
    note_factor(&part, &guest.name, &mut missing);
    (vec![part], vec![amount.text], missing)
}

/// A machine of its own, or a host with guests; `unknown` says why nothing is known of it.
fn on_host(
    definition: &Definition,
    host: Option<&Machine>,
    guests: &[&Machine],
    itself: bool,
    unknown: Option<(String, String)>,
) -> Worked {
    let unknown = unknown.unwrap_or_default();
    let full = host.map_or_else(|| unknown_host(definition, &unknown.0), |host| capacity(definition, host));
    let by_guests = definition.virtual_machines == VirtualMachines::Lesser && !itself;
    let mut amount = if by_guests { lesser(definition, host.is_some(), full, guests) } else { full };
    if definition.virtual_machines_per_set > 0 && guests.len() > 1 {
        amount = in_sets(definition, amount, guests.len());
    }
    let model = host.and_then(|host| host.model.as_deref());
    let model = model.or_else(|| guests.iter().find_map(|guest| guest.model.as_deref()));
    let part = part(definition, &amount, model, host.and_then(|host| host.processors));
    let mut missing = amount.missing;
    if host.is_none() && amount.low != amount.high {
        missing = vec![unknown.1];
    }
    note_factor(&part, host.map_or(&unknown.0, |host| &host.name), &mut missing);
    (vec![part], vec![amount.text], missing)
}

/// The guests' own virtual processors, or the host's capacity where that is less. Of an unknown host only the least is
/// known, and its guests are the most.
fn lesser(definition: &Definition, host_is_known: bool, full: Amount, guests: &[&Machine]) -> Amount {
    let mut sum = Amount::default();
    let mut texts = Vec::new();
    for guest in guests {
        let amount = own(definition, guest);
        sum.low = sum.low.saturating_add(amount.low);
        sum.high = sum.high.saturating_add(amount.high);
        sum.missing.extend(amount.missing);
        texts.push(amount.text);
    }
    let of_guests = texts.join(" + ");
    if !host_is_known {
        let text = format!("{of_guests}, at most");
        return Amount { low: sum.low.min(full.low), high: sum.high, text, missing: sum.missing };
    }
    let high = sum.high.min(full.high);
    let text = format!("{of_guests} = {}, on a host of {}: the less is {high}", sum.high, full.text);
    sum.missing.extend(full.missing);
    let low = sum.low.min(full.low);
    let missing = if low == high { Vec::new() } else { sum.missing };
    Amount { low, high, text, missing }
}

fn in_sets(definition: &Definition, amount: Amount, guests: usize) -> Amount {
    let per_set = u64::from(definition.virtual_machines_per_set);
    let guests = u64::try_from(guests).unwrap_or(u64::MAX);
    let sets = guests.div_ceil(per_set);
    let high = amount.high.saturating_mul(sets);
    let text = format!("({}) × {sets}, once for each {per_set} of {guests} virtual machines = {high}", amount.text);
    Amount { low: amount.low.saturating_mul(sets), high, text, missing: amount.missing }
}

fn on_cluster(definition: &Definition, machines: &Machines, cluster: &str, guests: &[&Machine]) -> Worked {
    let hosts = machines.of_cluster.get(cluster).map(Vec::as_slice).unwrap_or_default();
    let hosts: Vec<&Machine> = hosts.iter().filter_map(|host| machines.by_place.get(host)).collect();
    if hosts.is_empty() {
        let missing = format!("no host of cluster {cluster} is among the devices");
        return on_host(definition, None, guests, true, Some((format!("cluster {cluster}"), missing)));
    }
    let mut worked = Worked::default();
    for host in hosts {
        let amount = capacity(definition, host);
        let part = part(definition, &amount, host.model.as_deref(), host.processors);
        worked.2.extend(amount.missing);
        note_factor(&part, &host.name, &mut worked.2);
        worked.1.push(format!("{} in cluster {cluster}", amount.text));
        worked.0.push(part);
    }
    worked
}

/// What machines come to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    pub(crate) bearers: Vec<Bearer>,
    /// Units beside the bearers: what each adds to those before it.
    pub(crate) units: Vec<u64>,
    pub(crate) low: u64,
    pub(crate) high: u64,
    /// Persons who are known, and devices that state none; both count where the metric counts users beside machines.
    pub(crate) persons: u64,
    pub(crate) nameless: u64,
}

impl Measured {
    /// What is missing, each thing once, in order.
    pub(crate) fn missing(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.bearers.iter().flat_map(|bearer| &bearer.missing);
        all.map(String::as_str).filter(|missing| seen.insert(*missing)).collect()
    }
}

/// Who uses the devices of a bearer, beyond those before it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Users {
    pub(crate) persons: u64,
    pub(crate) nameless: u64,
}

/// Measures machines. `users` says, for the devices of each bearer in turn, who uses them.
pub(crate) fn measure(
    definition: &Definition,
    machines: &Machines,
    holding: &[u32],
    mut users: impl FnMut(&[u32]) -> Users,
) -> Measured {
    let bearers = bearers(definition, machines, holding);
    let (mut low, mut high) = (Tally::of(definition), Tally::of(definition));
    let mut measured = Measured::default();
    for bearer in &bearers {
        let users = if definition.users_per_unit > 0 { users(&bearer.devices) } else { Users::default() };
        measured.persons += users.persons;
        measured.nameless += users.nameless;
        low.add_low(&bearer.parts, users.persons);
        measured.units.push(high.add_high(&bearer.parts, users.persons + users.nameless));
    }
    Measured { bearers, low: low.total(), high: high.total(), ..measured }
}

/// How many units each of `holding` comes to beyond `liable`, which are among them: what an exemption is worth.
pub(crate) fn beyond(
    definition: &Definition,
    machines: &Machines,
    liable: &[u32],
    holding: &[u32],
    mut users: impl FnMut(&[u32]) -> Users,
) -> Measured {
    let before = bearers(definition, machines, liable);
    let mut tally = Tally::of(definition);
    for bearer in &before {
        let users = if definition.users_per_unit > 0 { users(&bearer.devices) } else { Users::default() };
        tally.add_high(&bearer.parts, users.persons + users.nameless);
    }
    let known: BTreeMap<&Key, &Bearer> = before.iter().map(|bearer| (&bearer.key, bearer)).collect();
    let is_liable: BTreeSet<u32> = liable.iter().copied().collect();
    let mut measured = Measured::default();
    for mut bearer in bearers(definition, machines, holding) {
        bearer.devices.retain(|device| !is_liable.contains(device));
        if bearer.devices.is_empty() {
            continue;
        }
        let users = if definition.users_per_unit > 0 { users(&bearer.devices) } else { Users::default() };
        let before = parts_before(machines, &known, &bearer.key);
        measured.units.push(tally.add_beyond(&before, &bearer.parts, users.persons + users.nameless));
        measured.bearers.push(bearer);
    }
    measured.high = measured.units.iter().sum();
    measured
}

/// The parts of a bearer that were counted already, each beside what it is now. A host may have counted for itself before
/// its cluster does.
fn parts_before(machines: &Machines, known: &BTreeMap<&Key, &Bearer>, key: &Key) -> Vec<Option<Part>> {
    if let Some(known) = known.get(key) {
        return known.parts.iter().copied().map(Some).collect();
    }
    let Key::Cluster(cluster) = key else { return Vec::new() };
    let hosts = machines.of_cluster.get(cluster).into_iter().flatten();
    hosts.map(|host| known.get(&Key::Machine(*host)).and_then(|bearer| bearer.parts.first().copied())).collect()
}

/// What so many persons come to, and how many units each adds to those before.
pub(crate) fn of_persons(definition: &Definition, persons: u64) -> u64 {
    let mut tally = Tally::of(definition);
    tally.add_high(&[one_person(persons)], 0);
    tally.total()
}

/// Persons as a part of a tally.
pub(crate) fn one_person(persons: u64) -> Part {
    Part { low: persons, high: persons, factor_low: Factor::ONE, factor_high: Factor::ONE, shares: false }
}

/// Whether the metric counts persons, in tiers or packs.
pub(crate) fn counts_persons(definition: &Definition) -> bool {
    definition.counts == Counts::NamedUser
}
