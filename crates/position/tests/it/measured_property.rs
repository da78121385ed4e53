//! Random small data centres: measured lines against a naive count, and against their own rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::observation::{DeviceKind, Environment};
use domain::product::folded;
use position::{Line, RowKind, line, rows};
use proptest::prelude::*;

use crate::world::{self, GrantSpec, Said, World, named, report, title};

/// A machine as a source says it.
#[derive(Debug, Clone)]
struct Box {
    is_virtual: bool,
    processors: Option<u32>,
    cores: Option<u32>,
    virtual_processors: Option<u32>,
    xeon: Option<bool>,
    host: Option<usize>,
    cluster: Option<u8>,
    user: Option<u8>,
    in_test: bool,
    has_product: bool,
}

/// The metrics that the naive count knows.
const MEASURED: [&str; 6] = [
    "core",
    "microsoft_sql_server_core_by_vm",
    "microsoft_windows_server_core",
    "vmware_processor",
    "red_hat_socket_pair",
    "oracle_processor",
];

fn metric(name: &str) -> Metric {
    Metric::from_word(name).unwrap()
}

fn boxes() -> impl Strategy<Value = Vec<Box>> {
    let capacity = (prop::option::weighted(0.8, 1..4u32), prop::option::weighted(0.8, 1..70u32));
    let guest = (any::<bool>(), prop::option::weighted(0.8, 1..9u32), prop::option::weighted(0.7, 0..9usize));
    let rest = (prop::option::weighted(0.8, any::<bool>()), prop::option::weighted(0.5, 0..2u8));
    let people = (prop::option::weighted(0.5, 0..3u8), any::<bool>(), prop::bool::weighted(0.7));
    let one = (capacity, guest, rest, people).prop_map(|(capacity, guest, (xeon, cluster), people)| Box {
        is_virtual: guest.0,
        processors: capacity.0,
        cores: capacity.1,
        virtual_processors: guest.1.filter(|_| guest.0),
        xeon,
        host: guest.2.filter(|_| guest.0),
        cluster,
        user: people.0,
        in_test: people.1,
        has_product: people.2,
    });
    prop::collection::vec(one, 0..9)
}

type Rights = Vec<(usize, u64)>;

fn worlds() -> impl Strategy<Value = (Vec<Box>, usize, Rights, Vec<(u64, bool)>, bool)> {
    // A right is in the metric of the line, a plain one, or another measured one.
    let rights = prop::collection::vec((0..5usize, 0..90u64), 0..4);
    let grants = prop::collection::vec((1..40u64, any::<bool>()), 0..3);
    (boxes(), 0..MEASURED.len(), rights, grants, prop::bool::weighted(0.3))
}

fn world(boxes: &[Box], of: usize, rights: &Rights, grants: &[(u64, bool)], exempt: bool) -> World {
    let mut state = State { organisation: Some(Arc::new(world::organisation("Europe/Prague"))), ..State::default() };
    let own = metric(MEASURED[of]);
    let product = world::add_product(&mut state, 1, "Base", own);
    world::add_match(&mut state, 1, world::pattern("base"), Some(product));
    let metrics = [own, own, Metric::Device, Metric::NamedUser, metric(MEASURED[(of + 1) % MEASURED.len()])];
    for (place, (kind, units)) in (1..).zip(rights) {
        let mut right = world::right(metrics[*kind], Quantity::Units(*units));
        if exempt && place == 1 {
            right.exempt_environments = vec![Environment::Test];
        }
        world::add_entitlement(&mut state, place, product, right, None);
    }
    for (place, (quantity, in_test)) in (1..).zip(grants) {
        let spec = GrantSpec {
            id: place,
            product,
            metric: own,
            quantity: *quantity,
            environment: in_test.then_some(Environment::Test),
            until: world::date("2027-01-01"),
            granted_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            revoked_at: None,
        };
        world::add_grant(&mut state, spec);
    }
    let said = boxes.iter().enumerate().map(|(place, machine)| {
        let titles = if machine.has_product { vec![title("Base", None)] } else { Vec::new() };
        let mut report = report(named(&format!("pc-{place}")), titles);
        let attributes = &mut report.attributes;
        attributes.kind = if machine.is_virtual { DeviceKind::Virtual } else { DeviceKind::Physical };
        attributes.processors = machine.processors;
        attributes.cores = machine.cores;
        attributes.virtual_processors = machine.virtual_processors;
        attributes.processor_model = machine.xeon.map(|xeon| if xeon { "Intel XEON 9" } else { "Power 9" }.to_owned());
        attributes.host = machine.host.map(|host| format!("PC-{host}"));
        attributes.cluster = machine.cluster.map(|cluster| format!("Cluster {cluster}"));
        attributes.primary_user = machine.user.map(|user| format!("user {user}"));
        attributes.environment = machine.in_test.then_some(Environment::Test);
        Said { source: "agent".to_owned(), import: domain::id::ImportId(1), report }
    });
    World { state, said: said.collect(), at: world::NOW.parse().unwrap() }
}

/// Processors and cores at most.
fn most(machine: Option<&Box>) -> (u64, u64) {
    let processors = machine.and_then(|machine| machine.processors).unwrap_or(2);
    let cores = machine.and_then(|machine| machine.cores).unwrap_or(processors * 32);
    (u64::from(processors), u64::from(cores))
}

fn vcpus(machine: &Box) -> u64 {
    u64::from(machine.virtual_processors.or(machine.cores).unwrap_or(16))
}

/// Half a unit for each core of a Xeon, in halves; a machine of unknown model counts whole.
fn halves(machine: Option<&Box>) -> u64 {
    if machine.and_then(|machine| machine.xeon) == Some(true) { 1 } else { 2 }
}

/// What all machines with the product come to at most, by the words of each metric.
fn naive(boxes: &[Box], name: &str, liable: impl Fn(&Box) -> bool) -> u64 {
    let holding: Vec<usize> = (0..boxes.len()).filter(|at| boxes[*at].has_product && liable(&boxes[*at])).collect();
    let own = |count: &dyn Fn(&Box) -> u64| holding.iter().map(|at| count(&boxes[*at])).sum::<u64>();
    // Hosts with how many guests: a known host, a named one, or one for each guest that names none.
    let mut hosts: BTreeMap<String, (Option<usize>, u64, bool)> = BTreeMap::new();
    for at in &holding {
        let (label, host) = match (boxes[*at].is_virtual, boxes[*at].host.filter(|host| host != at)) {
            (false, _) => (format!("pc-{at}"), Some(*at)),
            (true, Some(host)) => (format!("pc-{host}"), Some(host).filter(|host| *host < boxes.len())),
            // A guest that calls itself its host has one that is not known.
            (true, None) if boxes[*at].host.is_some() => (format!("itself {at}"), None),
            (true, None) => (format!("host of {at}"), None),
        };
        let entry = hosts.entry(label).or_insert((host, 0, false));
        if boxes[*at].is_virtual { entry.1 += 1 } else { entry.2 = true }
    }
    match name {
        "core" => own(&|one| if one.is_virtual { vcpus(one) } else { most(Some(one)).1 }),
        "microsoft_sql_server_core_by_vm" => own(&|one| {
            let (processors, cores) = most(Some(one));
            if one.is_virtual { vcpus(one).max(4) } else { cores.max(4 * processors) }
        }),
        "microsoft_windows_server_core" => hosts
            .values()
            .map(|(host, guests, _)| {
                let (processors, cores) = most(host.map(|host| &boxes[host]));
                cores.max(8 * processors).max(16) * guests.div_ceil(2).max(1)
            })
            .sum(),
        "vmware_processor" => hosts
            .values()
            .map(|(host, _, _)| {
                let (processors, cores) = most(host.map(|host| &boxes[host]));
                processors * cores.div_ceil(processors).div_ceil(32)
            })
            .sum(),
        "red_hat_socket_pair" => {
            let guests = holding.iter().filter(|at| boxes[**at].is_virtual).count() as u64;
            guests.div_ceil(2) + own(&|one| if one.is_virtual { 0 } else { most(Some(one)).0.div_ceil(2) })
        }
        _ => oracle(boxes, &holding),
    }
}

/// Cores of every host that may run the product, in halves by factor, each factor rounded up.
fn oracle(boxes: &[Box], holding: &[usize]) -> u64 {
    let mut clusters: BTreeSet<u8> = BTreeSet::new();
    let mut machines: BTreeSet<usize> = BTreeSet::new();
    // Labels of hosts that are not there, with the model of their first guest.
    let mut unknown: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for at in holding {
        let one = &boxes[*at];
        if !one.is_virtual {
            machines.insert(*at);
            continue;
        }
        let host = one.host.filter(|host| host != at && *host < boxes.len());
        let of_host = host.and_then(|host| boxes[host].cluster);
        match (one.cluster.or(of_host), host) {
            (Some(cluster), _) => drop(clusters.insert(cluster)),
            (None, Some(host)) => drop(machines.insert(host)),
            (None, None) => {
                let label = one.host.map_or_else(|| format!("host of {at}"), |host| format!("pc-{host}"));
                let model = unknown.entry(label).or_insert(None);
                // The first guest in order of name that states a model speaks for its host.
                *model = model.or(one.xeon.map(|_| *at));
            }
        }
    }
    let mut by_factor: BTreeMap<u64, u64> = BTreeMap::new();
    let mut add = |model: Option<&Box>, cores: u64| *by_factor.entry(halves(model)).or_default() += cores;
    for cluster in &clusters {
        let members: Vec<usize> =
            (0..boxes.len()).filter(|at| boxes[*at].cluster == Some(*cluster) && !boxes[*at].is_virtual).collect();
        if members.is_empty() {
            let guests = holding.iter().map(|at| (at, &boxes[*at])).filter(|(at, one)| {
                let host = one.host.filter(|host| host != *at && *host < boxes.len());
                one.is_virtual && one.cluster.or(host.and_then(|host| boxes[host].cluster)) == Some(*cluster)
            });
            let model = guests.map(|(_, one)| one).find(|one| one.xeon.is_some());
            add(model, 64);
        }
        for at in members {
            add(Some(&boxes[at]), most(Some(&boxes[at])).1);
        }
    }
    for at in machines {
        if boxes[at].cluster.is_none_or(|cluster| !clusters.contains(&cluster)) {
            let own = Some(&boxes[at]).filter(|one| one.xeon.is_some());
            let guest = || {
                let on_it = holding.iter().filter(|guest| {
                    boxes[**guest].host == Some(at) && boxes[**guest].is_virtual && boxes[**guest].cluster.is_none()
                });
                on_it.map(|guest| &boxes[*guest]).find(|one| one.xeon.is_some())
            };
            add(own.or_else(guest), most(Some(&boxes[at])).1);
        }
    }
    for model in unknown.values() {
        add(model.map(|at| &boxes[at]), 64);
    }
    by_factor.iter().map(|(halves, cores)| (cores * halves).div_ceil(2)).sum()
}

fn line_of(world: &World) -> Line {
    line(&world.state, &world.base(), domain::id::ProductId(1), world.at).unwrap()
}

proptest! {
    #[test]
    fn a_measured_line_is_what_a_naive_count_says((boxes, of, rights, grants, exempt) in worlds()) {
        let world = world(&boxes, of, &rights, &grants, exempt);
        let line = line_of(&world);
        let exempt = exempt && !rights.is_empty();
        let consumed = naive(&boxes, MEASURED[of], |one| !(exempt && one.in_test));
        prop_assert_eq!(line.consumed, consumed);
        // A guest in an exempt environment may be the first to state the model of a host or cluster that states none
        // itself, which may then count less with it than without it.
        let models: BTreeSet<bool> = boxes.iter().filter(|one| one.is_virtual).filter_map(|one| one.xeon).collect();
        if MEASURED[of] != "oracle_processor" || models.len() < 2 && boxes.iter().all(|one| one.xeon.is_some()) {
            prop_assert_eq!(line.exempt, naive(&boxes, MEASURED[of], |_| true) - consumed);
        }
        if let Some(range) = &line.range {
            prop_assert!(range.low < range.high && range.high == line.consumed && range.low > 0, "{:?}", range);
            prop_assert!(!range.why.is_empty());
        }
        prop_assert_eq!(line.consumed, line.covered_by_entitlements + line.covered_by_grants + line.short);
        let own: u64 = rights.iter().filter(|(kind, _)| *kind < 2).map(|(_, units)| units).sum();
        prop_assert_eq!(line.entitled, Quantity::Units(own));
        if rights.iter().all(|(kind, _)| *kind < 2) {
            prop_assert_eq!(line.covered_by_entitlements, own.min(consumed));
        }
        // Nothing lies idle that could cover something everywhere.
        let anywhere = grants.iter().filter(|(_, in_test)| !in_test).map(|(units, _)| units).sum::<u64>();
        if line.short > 0 {
            let used: u64 = line.supplies.iter().filter(|supply| supply.metric == line.metric && supply.environment.is_none()).map(|supply| supply.used).sum();
            prop_assert_eq!(used, own + anywhere);
        }
    }

    #[test]
    fn the_units_of_measured_rows_sum_to_their_number((boxes, of, rights, grants, exempt) in worlds()) {
        let world = world(&boxes, of, &rights, &grants, exempt);
        let (base, line) = (world.base(), line_of(&world));
        let of = |kind| rows(&world.state, &base, line.product, kind, world.at);
        let sum = |kind| of(kind).iter().map(|row| row.units).sum::<u64>();
        prop_assert_eq!(sum(RowKind::Consumed), line.consumed);
        prop_assert_eq!(sum(RowKind::Short), line.short);
        prop_assert_eq!(sum(RowKind::Exempt), line.exempt);
        let covered = of(RowKind::Covered);
        for supply in &line.supplies {
            let by: u64 = covered.iter().filter(|row| row.by == Some(supply.source)).map(|row| row.units).sum();
            prop_assert_eq!(by, supply.covers, "{:?}", supply.source);
        }
        prop_assert_eq!(sum(RowKind::Covered), line.covered_by_entitlements + line.covered_by_grants);
        let names: BTreeSet<String> = of(RowKind::Consumed).iter().map(|row| folded(&row.device)).collect();
        prop_assert!(names.iter().all(|name| name.starts_with("pc-")));
    }
}

#[test]
fn the_naive_count_finds_a_planted_bug() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let found = runner.run(&worlds(), |(mut boxes, of, rights, grants, _)| {
        let world = world(&boxes, of, &rights, &grants, false);
        // As if the engine had taken every guest for a machine of its own.
        for one in &mut boxes {
            one.is_virtual = false;
        }
        prop_assert_eq!(line_of(&world).consumed, naive(&boxes, MEASURED[of], |_| true));
        Ok(())
    });
    assert!(found.is_err(), "a forgotten rule for virtual machines was not noticed");
}
