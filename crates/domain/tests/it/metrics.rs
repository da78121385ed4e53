//! Metrics of the organisation's own: defined, defined anew, and asked for where there is none.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::MetricId;
use domain::metric::{Assumed, Containers, Counts, Definition, Example, Machine, Rounding, Source, VirtualMachines};

/// A definition with something in every part.
pub fn definition(name: &str) -> Definition {
    Definition {
        name: name.to_owned(),
        title: "Our cores".to_owned(),
        publisher: Some("Northwind".to_owned()),
        unit: "core".to_owned(),
        units: "cores".to_owned(),
        description: "Cores of a host, at least eight.".to_owned(),
        counts: Counts::Core,
        minimum_per_processor: 0,
        minimum_per_server: 8,
        minimum_per_virtual_machine: 0,
        cores_per_unit: 0,
        counted_per_unit: 2,
        virtual_machines_per_set: 0,
        virtual_machines: VirtualMachines::Host,
        virtual_processors_per_core: 0,
        virtual_machines_per_unit: 0,
        containers: Containers::Machine,
        users_per_unit: 0,
        rounding: Rounding::Sum,
        assumed: Assumed::default(),
        factors: None,
        tiers: Vec::new(),
        sources: vec![Source { document: "Agreement 7".to_owned(), dated: Some("2026-01-01".to_owned()) }],
        examples: vec![Example {
            title: "A small server".to_owned(),
            machines: vec![Machine { processors: Some(1), cores: Some(4), ..Machine::default() }],
            users: 0,
            units: 4,
            at_least: None,
            sessions: Vec::new(),
            readings: Vec::new(),
        }],
        sessions: None,
        readings: None,
    }
}

use crate::world::World;

#[test]
fn a_metric_defined_anew_keeps_its_number_and_its_past() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    let ana = world.session_of(domain::id::PersonId(1));
    let define = |definition: Definition| Intent::DefineMetric { definition: Box::new(definition) };
    assert!(
        world
            .carry(ana, Intent::SetProductMetric { product: domain::id::ProductId(1), metric: Metric::Device })
            .is_err()
    );
    let add = |metric| Intent::AddProduct { name: "Base".to_owned(), publisher: None, metric };
    let missing = world.carry(ana, add(Metric::Custom(MetricId(1)))).unwrap_err();
    assert_eq!(missing.to_string(), "There is no metric MET-1.");
    world.carry(ana, define(definition("our_cores"))).unwrap();
    world.carry(ana, add(Metric::Custom(MetricId(1)))).unwrap();
    let before = world.state.size;
    world.carry(ana, define(definition("our_cores"))).unwrap();
    assert_eq!(world.state.size, before, "the same again changes nothing");
    world.carry(ana, define(Definition { minimum_per_server: 16, ..definition("our_cores") })).unwrap();
    let known = &world.state.metrics[&MetricId(1)];
    assert_eq!(known.versions.len(), 2);
    let first = known.versions[0].defined_at;
    let earlier = first - jiff::SignedDuration::from_hours(1);
    assert_eq!(known.at(earlier).unwrap().definition.minimum_per_server, 8);
    assert_eq!(known.at(known.versions[1].defined_at).unwrap().definition.minimum_per_server, 16);
    world.carry(ana, define(definition("other_cores"))).unwrap();
    assert_eq!(world.state.metrics.len(), 2);
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_place() {
    let said = |change: &dyn Fn(&mut Definition)| {
        let mut changed = definition("our_cores");
        change(&mut changed);
        changed.faults().first().map(|fault| format!("{}: {}", fault.place, fault.problem)).unwrap_or_default()
    };
    assert_eq!(said(&|_| {}), "");
    for (change, expected) in [
        (&(|d: &mut Definition| d.name = "Our Cores".to_owned()) as &dyn Fn(&mut Definition), "name: Write the name"),
        (&|d| d.name = "core".to_owned(), "name: This name is one that every organisation has"),
        (&|d| d.title = "a\u{202e}b".to_owned(), "title: Take the hidden character U+202E out."),
        (&|d| d.minimum_per_server = 10_001, "minimum_per_server: Use at most 10000."),
        (&|d| d.assumed.processors = 0, "assumed.processors: Use a number from 1 to 10000."),
        (&|d| d.examples.clear(), "examples: Give at least one worked example"),
        (&|d| d.cores_per_unit = 32, "cores_per_unit: This goes with counts = \"processor\" only."),
        (&|d| d.counts = Counts::Installation, "minimum_per_server: This goes with machines only."),
    ] {
        let found = said(change);
        assert!(found.starts_with(expected), "{found}");
    }
}
