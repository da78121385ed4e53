//! Where sources differ about a device, and devices that may be one machine.

use domain::id::ImportId;
use domain::observation::{DeviceIdentity, DeviceKind, DeviceReport};
use domain::product::folded;
use jiff::Timestamp;
use position::{Attribute, Conflict, DeviceFacts, Estate, SharedMark};
use proptest::prelude::*;

use crate::world::{named, report, said};

fn looked(report: DeviceReport, second: i64) -> DeviceReport {
    DeviceReport { reported_at: Some(Timestamp::from_second(second).unwrap()), ..report }
}

fn of_region(name: &str, region: &str, second: i64) -> DeviceReport {
    let mut report = looked(report(named(name), Vec::new()), second);
    report.attributes.region = Some(region.to_owned());
    report
}

fn told(estate: &Estate, attribute: Attribute) -> Vec<String> {
    let tell = |conflict: Conflict| {
        let stated: Vec<String> =
            conflict.stated.iter().map(|stated| format!("{} says {}", stated.source, stated.value)).collect();
        format!("{}: {}", estate.device(conflict.device).unwrap().name, stated.join(", "))
    };
    estate.conflicts(Some(attribute)).into_iter().map(tell).collect()
}

fn counted(estate: &Estate, attribute: Attribute) -> (u64, u64) {
    let differing = estate.differing();
    let one = differing.iter().find(|one| one.attribute == attribute).unwrap();
    (one.of, one.count)
}

#[test]
fn what_the_latest_report_states_counts_and_stands_first() {
    let mut estate = Estate::new();
    estate.report("agent", ImportId(1), &of_region("pc-2", "Europe", 100));
    estate.report("table", ImportId(2), &of_region("PC-2", "Asia", 50));
    estate.report("agent", ImportId(1), &of_region("pc-1", "Europe", 100));
    estate.report("table", ImportId(2), &of_region("pc-1", "  EUROPE ", 200));
    // One that says nothing of it neither agrees nor differs.
    estate.report("scan", ImportId(3), &looked(report(named("pc-1"), Vec::new()), 300));
    assert_eq!(told(&estate, Attribute::Region), ["pc-2: agent says Europe, table says Asia"]);
    assert_eq!(counted(&estate, Attribute::Region), (2, 1));
    assert_eq!(counted(&estate, Attribute::Cores), (0, 0));
    estate.report("table", ImportId(4), &of_region("pc-2", "Asia", 500));
    assert_eq!(told(&estate, Attribute::Region), ["pc-2: table says Asia, agent says Europe"]);
    estate.report("table", ImportId(5), &of_region("pc-2", "europe", 600));
    assert!(estate.conflicts(None).is_empty());
}

#[test]
fn a_host_is_the_same_by_whatever_mark_it_is_named() {
    let mut estate = Estate::new();
    let host = DeviceIdentity { name: "rack-1".to_owned(), serial: None, uuid: Some("U-1".to_owned()) };
    estate.report("agent", ImportId(1), &report(host, Vec::new()));
    let guest = |host: &str, second| {
        let mut guest = looked(report(named("vm-1"), Vec::new()), second);
        guest.attributes.kind = DeviceKind::Virtual;
        guest.attributes.host = Some(host.to_owned());
        guest
    };
    estate.report("agent", ImportId(1), &guest("RACK-1", 1));
    estate.report("cluster", ImportId(2), &guest("u-1", 2));
    assert_eq!(counted(&estate, Attribute::Host), (1, 0));
    estate.report("table", ImportId(3), &guest("rack-2", 3));
    assert_eq!(told(&estate, Attribute::Host), ["vm-1: table says rack-2, cluster says u-1, agent says RACK-1"]);
}

#[test]
fn a_machine_with_another_uuid_under_the_same_name_may_be_the_same() {
    let mut estate = Estate::new();
    let machine = |name: &str, serial: Option<&str>, uuid: &str| {
        let serial = serial.map(str::to_owned);
        report(DeviceIdentity { name: name.to_owned(), serial, uuid: Some(uuid.to_owned()) }, Vec::new())
    };
    estate.report("agent", ImportId(1), &machine("pc-1", Some("S-1"), "u1"));
    estate.report("agent", ImportId(1), &machine("PC-1", Some(" s-1"), "u2"));
    estate.report("agent", ImportId(1), &machine("pc-2", Some("S-1"), "u3"));
    estate.report("agent", ImportId(1), &machine("pc-3", None, "u4"));
    let marks = |mark| -> Vec<String> {
        let twins = estate.twins(mark).into_iter();
        twins.map(|twin| format!("{} {}", twin.mark, estate.device(twin.device).unwrap().key)).collect()
    };
    assert_eq!(marks(SharedMark::Name), ["pc-1 uuid:u1", "pc-1 uuid:u2"]);
    assert_eq!(marks(SharedMark::Serial), ["s-1 uuid:u1", "s-1 uuid:u2", "s-1 uuid:u3"]);
    let counted: Vec<(u64, u64)> = estate.sharing().iter().map(|sharing| (sharing.of, sharing.count)).collect();
    assert_eq!(counted, [(3, 3), (4, 2)]);
}

/// What counts of a device, as its page shows it.
fn counts(facts: &DeviceFacts, attribute: Attribute) -> Option<String> {
    let attributes = facts.attributes.clone();
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    match attribute {
        Attribute::PrimaryUser => attributes.primary_user,
        Attribute::Environment => attributes.environment.map(|environment| environment.name().to_owned()),
        Attribute::Kind => Some(attributes.kind.name().to_owned()),
        Attribute::Host => attributes.host,
        Attribute::Cluster => attributes.cluster,
        Attribute::Processors => number(attributes.processors),
        Attribute::Cores => number(attributes.cores),
        Attribute::ProcessorModel => attributes.processor_model,
        Attribute::VirtualProcessors => number(attributes.virtual_processors),
        Attribute::Region => attributes.region,
        Attribute::BusinessUnit => attributes.business_unit,
        Attribute::CostCentre => attributes.cost_centre,
    }
}

proptest! {
    #[test]
    fn there_are_as_many_rows_as_are_counted_and_the_first_is_what_counts(
        said in prop::collection::vec((said(), prop::option::of(0..3u8), prop::option::of(1..3u32)), 0..24)
    ) {
        let mut estate = Estate::new();
        for (said, region, cores) in said {
            let mut report = said.report;
            report.attributes.region = region.map(|region| ["North", "north ", "South"][usize::from(region)].to_owned());
            report.attributes.cores = cores;
            estate.report(&said.source, said.import, &report);
        }
        let all = estate.conflicts(None);
        for differing in estate.differing() {
            let found = estate.conflicts(Some(differing.attribute));
            prop_assert_eq!(found.len() as u64, differing.count);
            prop_assert!(differing.count <= differing.of && differing.of <= estate.device_count());
            let of_all: Vec<_> = all.iter().filter(|one| one.attribute == differing.attribute).cloned().collect();
            prop_assert_eq!(&found, &of_all);
            for conflict in found {
                let facts = estate.device(conflict.device).unwrap();
                prop_assert_eq!(Some(conflict.stated[0].value.clone()), counts(&facts, conflict.attribute).map(|value| value.trim().to_owned()));
                prop_assert!(conflict.stated.iter().any(|one| folded(&one.value) != folded(&conflict.stated[0].value)));
                prop_assert!(estate.conflicts_on(conflict.device).contains(&conflict));
                prop_assert!(facts.reports.len() >= conflict.stated.len());
            }
        }
        for sharing in estate.sharing() {
            prop_assert_eq!(estate.twins(sharing.mark).len() as u64, sharing.count);
        }
    }
}
