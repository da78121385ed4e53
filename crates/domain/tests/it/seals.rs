//! Seals and statements: of which days, at which size, by whom, and once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::event::Event;
use domain::id::PersonId;
use domain::person::Role;
use domain::seal::{SealContents, StatementFile, StatementForm, ends_month};
use jiff::civil::Date;

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);

fn contents(of: &str) -> SealContents {
    SealContents {
        root: Digest::of(of.as_bytes()),
        list: Digest::of(b"list"),
        figures: Digest::of(b"figures"),
        chunks: 1,
        reports: 2,
        devices: 2,
        installations: 7,
    }
}

fn seal(day: &str, as_of: &str, size: u64, of: &str) -> Intent {
    Intent::SealEstate { day: day.parse().unwrap(), as_of: as_of.parse().unwrap(), size, contents: contents(of) }
}

fn files(of: &str) -> Vec<StatementFile> {
    StatementForm::ALL.map(|form| StatementFile { form, digest: Digest::of(of.as_bytes()), bytes: 1 }).to_vec()
}

fn said(world: &mut World, actor: Actor, intent: Intent) -> String {
    match world.carry(actor, intent) {
        Ok(events) => format!("{} recorded", events.len()),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn a_seal_is_of_a_day_that_began_and_never_of_fewer_entries_than_the_one_before() {
    // Two hours before midnight in Prague.
    let mut world = World::founded("2026-10-31T21:00:00Z", "Europe/Prague");
    let size = world.state.size;
    for (intent, expected) in [
        (
            seal("2026-11-01", "2026-10-31T21:00:00Z", size, "a"),
            "2026-11-01 is not over; a seal is of today or of a day before it.",
        ),
        (
            seal("2026-10-31", "2026-10-31T22:00:00Z", size, "a"),
            "2026-10-31 is not over; a seal is of today or of a day before it.",
        ),
        (seal("2026-10-31", "2026-10-31T21:00:00Z", 0, "a"), "A seal is of 1 to 4 entries."),
        (seal("2026-10-31", "2026-10-31T21:00:00Z", 9, "a"), "A seal is of 1 to 4 entries."),
        (seal("2026-10-31", "2026-10-31T21:00:00Z", size, "a"), "1 recorded"),
        (seal("2026-10-31", "2026-10-31T21:00:00Z", size, "a"), "0 recorded"),
        (seal("2026-10-31", "2026-10-31T21:00:00Z", size + 1, "b"), "1 recorded"),
        (
            seal("2026-10-31", "2026-10-31T21:00:00Z", size, "a"),
            "2026-10-31 was sealed at 5 entries in entry 5 already; a later seal cannot be of fewer.",
        ),
        (seal("2026-10-30", "2026-10-30T21:59:59Z", 1, "c"), "1 recorded"),
    ] {
        assert_eq!(said(&mut world, ANA, intent), expected);
    }
    let days: Vec<(String, u64)> =
        world.state.sealed_days().map(|seal| (seal.day.to_string(), seal.recorded_in)).collect();
    assert_eq!(days, [("2026-10-30".to_owned(), 6), ("2026-10-31".to_owned(), 5)]);
    let near = |day: &str| world.state.sealed_days_near(day.parse().unwrap());
    let day = |day: &str| Some(day.parse::<Date>().unwrap());
    assert_eq!(near("2026-10-29"), (None, day("2026-10-30")));
    assert_eq!(near("2026-10-31"), (day("2026-10-30"), None));
    assert_eq!(world.replayed(true).seals, world.state.seals);
}

#[test]
fn a_statement_names_a_seal_that_is_there_and_the_same_one_is_recorded_once() {
    let mut world = World::founded("2026-11-01T09:00:00Z", "UTC");
    world.carry(ANA, seal("2026-10-31", "2026-10-31T23:59:59Z", 2, "a")).unwrap();
    let day = "2026-10-31".parse().unwrap();
    let state = |sealed_in, files| Intent::MakeStatement { day, sealed_in, files };
    assert_eq!(said(&mut world, ANA, state(1, files("x"))), "There is no seal of that day in entry 1.");
    let two = files("x").into_iter().take(2).collect();
    assert_eq!(said(&mut world, ANA, state(4, two)), "A statement is kept as JSON, CSV and HTML, one of each.");
    for expected in ["1 recorded", "0 recorded"] {
        assert_eq!(said(&mut world, ANA, state(4, files("x"))), expected);
    }
    assert_eq!(said(&mut world, Actor::Program, state(4, files("y"))), "1 recorded");
    let made: Vec<(String, bool)> =
        world.state.statements.values().map(|one| (one.id.to_string(), one.by.is_none())).collect();
    assert_eq!(made, [("STM-1".to_owned(), false), ("STM-2".to_owned(), true)]);
}

#[test]
fn the_program_seals_by_itself_once_there_is_an_organisation_and_requesters_do_not() {
    let mut nothing = World::new("2026-11-01T09:00:00Z");
    let intent = || seal("2026-10-31", "2026-10-31T23:59:59Z", 1, "a");
    assert_eq!(
        said(&mut nothing, Actor::Program, intent()),
        "There is no organisation yet. Create one with indult init."
    );
    let mut world = World::founded("2026-11-01T09:00:00Z", "UTC");
    assert_eq!(said(&mut world, Actor::Program, intent()), "1 recorded");
    let added = world
        .carry(
            ANA,
            Intent::AddPerson {
                name: "rita".into(),
                email: "rita@acme.example".into(),
                roles: [Role::Requester].into(),
                login: None,
            },
        )
        .unwrap();
    let Event::PersonAdded { person, .. } = added[0] else { panic!("{added:?}") };
    let refused = said(&mut world, Actor::Person(person, Via::Operator), intent());
    assert!(
        refused.starts_with("To do this you need to be SAM manager, finance, auditor or administrator."),
        "{refused}"
    );
}

#[test]
fn a_month_ends_with_its_last_day() {
    for (day, expected) in [("2026-02-28", true), ("2028-02-28", false), ("2028-02-29", true), ("2026-12-30", false)] {
        assert_eq!(ends_month(day.parse().unwrap()), expected, "{day}");
    }
}
