//! Imports: whole or not at all, not twice by accident, and undone as a whole.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::command::{Command, Intent};
use domain::digest::Digest;
use domain::entitlement::{Metric, Quantity};
use domain::event::Event;
use domain::id::{ImportId, LeaverId, PersonId};
use domain::import::{ImportedFile, TableKind};
use domain::observation::{EntitlementRow, RowRights};
use domain::refusal::Refusal;
use domain::text::Text;

use crate::scenario::check;
use crate::world::World;

#[test]
fn rights_bring_what_they_need_and_take_it_along_when_undone() {
    check(
        "
        ana imports rights \"Vectra / Northwind / 10 / MSA-1\" \"Calma / Northwind / 5 / MSA-1 / 2027-06-30\" -> ok, party-added, product-added, agreement-recorded, entitlement-recorded, product-added, entitlement-recorded
        PRD-1 -> Vectra
        PTY-1 -> Northwind
        AGR-1 -> MSA-1 with Northwind until 2027-06-30
        ENT-2 -> 5 of PRD-2 under AGR-1
        ana undoes IMP-1 -> ok
        PRD-1 -> gone
        PTY-1 -> gone
        AGR-1 -> gone
        ENT-1 -> gone
        ana undoes IMP-1 -> IMP-1 was undone already.
        ana imports rights \"Vectra / Northwind / 10 / MSA-1\" \"Calma / Northwind / 5 / MSA-1 / 2027-06-30\" -> ok, party-added, product-added, agreement-recorded, entitlement-recorded, product-added, entitlement-recorded
        PRD-3 -> Vectra
        ENT-3 -> 10 of PRD-3 under AGR-2
        ",
    );
}

#[test]
fn what_something_else_depends_on_stays_when_its_import_is_undone() {
    check(
        "
        ana imports rights \"Vectra / Northwind / 10 / MSA-1\" \"Calma / Northwind / 5\" \"Dorado / Northwind / 5\" -> ok, party-added, product-added, agreement-recorded, entitlement-recorded, product-added, entitlement-recorded, product-added, entitlement-recorded
        ana matches \"Vectra*\" to PRD-1 -> ok
        ana opens EXC-1 one-approver PRD-2 x1 until 2026-12-31 -> ok
        ana submits EXC-1 -> ok
        ana sets-metric PRD-3 installation -> ok
        ana revises EXC-1 one-approver PRD-1 x1 until 2026-12-31 -> ok
        ana undoes IMP-1 -> ok
        # One is matched, one was voted on, one was amended by hand; each keeps its publisher.
        PRD-1 -> Vectra
        PRD-2 -> Calma
        PRD-3 -> Dorado
        PTY-1 -> Northwind
        AGR-1 -> gone
        ENT-1 -> gone
        ",
    );
}

#[test]
fn a_second_import_keeps_what_it_shares_with_the_first() {
    check(
        "
        ana imports rights \"Vectra / Northwind / 10 / MSA-1\" -> ok, party-added, product-added, agreement-recorded, entitlement-recorded
        ana imports rights \"VECTRA /  northwind / 7 / msa-1\" -> ok, entitlement-recorded
        ana undoes IMP-1 -> ok
        ENT-1 -> gone
        ENT-2 -> 7 of PRD-1 under AGR-1
        AGR-1 -> MSA-1 with Northwind
        ana undoes IMP-2 -> ok
        # What the first brought was adopted by the second and is no longer anybody's to take along.
        ENT-2 -> gone
        PRD-1 -> Vectra
        ",
    );
}

#[test]
fn a_row_without_a_publisher_means_what_is_there_already() {
    check(
        "
        ana imports rights \"Vectra / Northwind / 10 / MSA-1\" -> ok, party-added, product-added, agreement-recorded, entitlement-recorded
        ana imports rights \"Vectra / / 3 / MSA-1\" -> ok, entitlement-recorded
        ENT-2 -> 3 of PRD-1 under AGR-1
        ana imports rights \"Calma / / 3 / X-1\" \"Calma / / 4 / X-1\" -> ok, product-added, party-added, agreement-recorded, entitlement-recorded, entitlement-recorded
        AGR-2 -> X-1 with Unknown vendor
        ana imports rights \"Calma / / 5 / X-1\" -> ok, entitlement-recorded
        ENT-5 -> 5 of PRD-2 under AGR-2
        # Where two publishers have a product of that name it means neither.
        ana adds product \"Vectra\" \"Southwind\" -> ok, product-added
        ana imports rights \"Vectra / / 1\" -> ok, product-added, entitlement-recorded
        ",
    );
}

#[test]
fn one_row_that_cannot_be_used_refuses_them_all_and_is_named() {
    check(
        "
        ana imports rights \"Vectra / Northwind / 10\" \"Calma / Northwind / 0\" -> Line 3: Enter a number from 1 to 1000000000.
        PRD-1 -> gone
        ana imports rights \"Vectra / Northwind / 10\" -> ok, party-added, product-added, entitlement-recorded
        ana imports rights \"Vectra / Northwind / 10\" -> These files were imported already as IMP-1. Undo it first to import them again.
        ",
    );
}

#[test]
fn the_newest_report_of_a_source_is_not_taken_in_twice() {
    check(
        "
        ana imports inventory \"HR\" \"monday\" -> ok
        ana imports inventory \" HR \" \"monday\" -> These files were imported already as IMP-1. Undo it first to import them again.
        ana imports inventory \"IT\" \"monday\" -> ok
        ana imports inventory \"HR\" \"tuesday\" -> ok
        # To go back to an older state is a report like any other.
        ana imports inventory \"HR\" \"monday\" -> ok
        ana undoes IMP-4 -> ok
        ana imports inventory \"HR\" \"tuesday\" -> These files were imported already as IMP-3. Undo it first to import them again.
        ",
    );
}

fn row(line: u64) -> EntitlementRow {
    EntitlementRow {
        line,
        product: format!("Product {line}"),
        publisher: None,
        metric: Metric::Device,
        quantity: Quantity::Units(1),
        unit_price: None,
        starts_on: None,
        ends_on: None,
        exempt_environments: Vec::new(),
        secondary_use: false,
        agreement: Some(format!("Agreement {line}")),
        agreement_ends_on: None,
        notice_days: None,
        purchase_reference: None,
        rights: RowRights::default(),
    }
}

#[test]
fn the_largest_file_of_rights_is_decided_in_seconds() {
    let world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let intent = Intent::ImportEntitlements {
        source: "csv".to_owned(),
        file: ImportedFile {
            name: "rights.csv".into(),
            digest: Digest::of(b"rights"),
            bytes: 1,
            format: "csv".to_owned(),
        },
        mapping: None,
        rows: (1..=50_000).map(row).collect(),
        rejected: 0,
        merged: 0,
    };
    let actor = world.session_of(PersonId(1));
    let command = Command { id: "c".to_owned(), at: world.now, actor, intent };
    let begun = std::time::Instant::now();
    let events = domain::decide(&world.state, &command).unwrap();
    assert_eq!(events.len(), 1 + 1 + 3 * 50_000);
    // About a second without optimisation; looking every name up in a list took minutes.
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
}

fn carry(world: &mut World, intent: Intent) -> Result<Vec<Event>, Refusal> {
    let actor = world.session_of(PersonId(1));
    world.carry(actor, intent)
}

#[test]
fn leavers_come_with_an_import_and_go_with_it() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let file = |text: &[u8]| ImportedFile {
        name: "leavers.csv".into(),
        digest: Digest::of(text),
        bytes: 1,
        format: "leavers table".to_owned(),
    };
    let leaver = |person: &str, day: i8| (Text::from(person), jiff::civil::date(2026, 10, day));
    let import = |files: Vec<ImportedFile>, leavers: Vec<(Text, jiff::civil::Date)>| Intent::ImportLeavers {
        source: "HR".to_owned(),
        files,
        leavers,
        rejected: 0,
        merged: 0,
    };
    let names = |world: &World| -> Vec<String> {
        world.state.leavers.values().filter_map(|leaver| leaver.name.open().map(str::to_owned)).collect()
    };
    carry(&mut world, Intent::RecordLeavers { leavers: vec![leaver("marek", 1)] }).unwrap();
    let events = carry(&mut world, import(vec![file(b"a")], vec![leaver("bo", 30), leaver("cy", 30)])).unwrap();
    assert_eq!(events.len(), 1 + 2, "every leaver is an entry of its own");
    carry(&mut world, import(vec![file(b"b")], vec![leaver("Ana.Ruiz", 31)])).unwrap();
    assert_eq!(names(&world), ["marek", "bo", "cy", "Ana.Ruiz"]);
    let again = carry(&mut world, import(vec![file(b"b")], vec![leaver("Ana.Ruiz", 31)])).unwrap_err();
    assert!(again.to_string().contains("IMP-2"), "{again}");
    carry(&mut world, Intent::RemoveLeaver { leaver: LeaverId(2) }).unwrap();
    let undone = carry(&mut world, Intent::UndoImport { import: ImportId(1) }).unwrap();
    assert_eq!(undone.len(), 2, "the import, and the one leaver of it who is left");
    assert_eq!(names(&world), ["marek", "Ana.Ruiz"]);
    assert!(carry(&mut world, import(vec![file(b"c")], Vec::new())).is_err());
}

#[test]
fn a_mapping_is_remembered_by_kind_and_name_and_only_where_it_says_something_new() {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let remember = |name: &str, mapping: &str| Intent::RememberMapping {
        kind: TableKind::Entitlements,
        name: name.to_owned(),
        mapping: mapping.to_owned(),
    };
    assert_eq!(carry(&mut world, remember("Reseller", "a")).unwrap().len(), 1);
    assert!(carry(&mut world, remember("reseller ", "a")).unwrap().is_empty());
    assert_eq!(carry(&mut world, remember("Reseller", "b")).unwrap().len(), 1);
    assert_eq!(&*world.state.mapping_of(TableKind::Entitlements, "RESELLER").unwrap().mapping, "b");
    assert!(world.state.mapping_of(TableKind::Installations, "Reseller").is_none());
    assert!(carry(&mut world, remember("Reseller", &"x".repeat(24_001))).is_err());
}
