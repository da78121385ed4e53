//! Which reports speak of one device, and what a device amounts to.

use domain::id::ImportId;
use position::{Base, Estate};

use crate::scenario::tell;
use crate::world::{named, report, title};

#[test]
fn sources_that_overlap_do_not_count_twice() {
    tell(
        "
        product Draw device
        match draw: Draw
        report pc-1 source agent: Draw 1
        report PC-1 source table: Draw 1
        line Draw -> 0 entitled, 1 consumed, 1 short
        devices -> name:pc-1 (Draw of agent+table)
        ",
    );
}

#[test]
fn a_device_known_by_uuid_in_one_source_and_by_name_in_another_is_one() {
    tell(
        "
        product Draw device
        match draw: Draw
        report pc-1 source table: Draw 1
        devices -> name:pc-1 (Draw of table)
        report pc-1 uuid 4C4C source agent: Draw 1
        devices -> uuid:4c4c (Draw of agent+table)
        line Draw -> 0 entitled, 1 consumed, 1 short
        ",
    );
}

#[test]
fn a_serial_joins_what_names_part() {
    tell(
        "
        report pc-1 serial S1 source table: Draw 1
        report pc-9 uuid u1 serial s1 source agent: Draw 1
        devices -> uuid:u1 (Draw of agent+table)
        report pc-1 source phone: Draw 1
        devices -> uuid:u1 (Draw of agent+phone+table)
        ",
    );
}

#[test]
fn machines_with_different_hardware_are_two_though_they_share_a_name() {
    tell(
        "
        report pc-1 uuid u1 source agent: Draw 1
        report pc-1 uuid u2 source agent: Write 1
        report pc-1 source table: Toy 1
        devices -> uuid:u1 (Draw of agent, Toy of table); uuid:u2 (Write of agent)
        ",
    );
}

#[test]
fn a_machine_that_was_renamed_lets_go_of_what_it_was_joined_by() {
    tell(
        "
        report pc-1 uuid u1 source agent: Draw 1
        report pc-1 source table: Toy 1
        devices -> uuid:u1 (Draw of agent, Toy of table)
        report pc-7 uuid u1 source agent: Draw 1
        devices -> name:pc-1 (Toy of table); uuid:u1 (Draw of agent)
        ",
    );
}

#[test]
fn a_later_report_replaces_the_earlier_of_the_same_source_alone() {
    tell(
        "
        report pc-1 source agent: Draw 1, Toy
        report pc-1 source table: Draw 1
        report pc-1 source agent: Write
        devices -> name:pc-1 (Draw of table, Write of agent)
        ",
    );
}

#[test]
fn of_one_source_the_latest_import_counts_whatever_mark_it_uses() {
    tell(
        "
        report pc-1 uuid u1 source agent import 1: Draw 1, Toy
        report pc-1 source agent import 2: Write
        devices -> uuid:u1 (Write of agent)
        ",
    );
}

#[test]
fn a_line_says_how_old_its_reports_are() {
    tell(
        "
        product Draw device
        match draw: Draw
        report pc-1 at 2026-03-29T22:30:00Z: Draw
        report pc-2 at 2026-02-01T12:00:00Z: Draw
        report pc-2 source table at 2026-03-01T12:00:00Z: Draw
        report pc-3: Draw
        freshness Draw -> Some(2026-03-01) to Some(2026-03-30), 1 undated
        ",
    );
}

#[test]
fn titles_out_of_order_and_repeated_are_taken_as_they_should_be() {
    let mut estate = Estate::new();
    let mut said = report(named("pc-1"), vec![title("Draw", Some("1")), title("Write", None)]);
    said.installations.reverse();
    said.installations.extend(said.installations.clone());
    estate.report("agent", ImportId(1), &said);
    assert_eq!(estate.installation_count(), 2);
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let mut base = Base::new();
    base.report("agent", ImportId(1), &report(named("pc-1"), vec![title("Draw", None)]));
    let kept = base.clone();
    base.report("agent", ImportId(1), &report(named("pc-1"), vec![title("Write", None), title("Toy", None)]));
    base.report("agent", ImportId(1), &report(named("pc-2"), vec![]));
    assert_eq!((kept.estate().device_count(), kept.estate().installation_count()), (1, 1));
    assert_eq!((base.estate().device_count(), base.estate().installation_count()), (2, 2));
    assert_eq!(kept.estate().titles().map(|title| title.name).collect::<Vec<_>>(), ["Draw"]);
}

#[test]
fn what_a_new_rule_would_touch_is_known_before_it_is_made() {
    let mut base = Base::new();
    base.report("agent", ImportId(1), &report(named("pc-1"), vec![title("Draw Pro", None), title("Drawer", None)]));
    base.report("agent", ImportId(1), &report(named("pc-2"), vec![title("draw  pro", Some("2"))]));
    let names = |pattern: &str| -> Vec<(String, u64)> {
        let fitting = base.titles_fitting(&crate::world::pattern(pattern));
        fitting.into_iter().map(|(title, _)| (title.name, title.devices)).collect()
    };
    assert_eq!(names("draw*"), [("Draw Pro".to_owned(), 2), ("Drawer".to_owned(), 1)]);
    assert_eq!(names("DRAW PRO"), [("Draw Pro".to_owned(), 2)]);
    assert_eq!(names("draw"), []);
}

#[test]
fn what_a_hypervisor_says_of_its_guest_leaves_the_guests_titles_alone() {
    let mut estate = Estate::new();
    let own = report(named("guest"), vec![title("Draw", Some("1"))]);
    let mut seen = report(named("guest"), Vec::new());
    seen.from_outside = true;
    seen.attributes.virtual_processors = Some(4);
    seen.attributes.host = Some("hv-3".to_owned());
    estate.report("agent", ImportId(1), &own);
    estate.report("agent", ImportId(2), &seen);
    let device = estate.device_with_key("name:guest").unwrap();
    let attributes = estate.device(device).unwrap().attributes;
    assert_eq!((attributes.virtual_processors, attributes.host.as_deref()), (Some(4), Some("hv-3")));
    assert_eq!(estate.installation_count(), 1);
    estate.report("agent", ImportId(3), &report(named("guest"), Vec::new()));
    assert_eq!(estate.installation_count(), 0, "a report that lists titles takes them away");
}
