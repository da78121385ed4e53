//! Agent sources: who reports, what a delivery keeps, and what becomes of devices that are not known.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::decide::DELIVERY_DEVICES_MAX;
use domain::digest::Digest;
use domain::event::Event;
use domain::id::{ImportId, PersonId, SourceId, TokenId};
use domain::observation::DeviceIdentity;
use domain::source::{Approval, DeviceMark, GivenReport, Standing};

use crate::world::World;

const SOURCE: SourceId = SourceId(1);

fn ana() -> Actor {
    Actor::Person(PersonId(1), Via::Operator)
}

fn agents() -> Actor {
    Actor::Person(PersonId(1), Via::Token(TokenId(1)))
}

fn opened(approval: Approval) -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "UTC");
    let intent =
        Intent::OpenSource { name: " Fleet ".to_owned(), approval, interval_hours: 24, digest: Digest::of(b"token") };
    world.carry(ana(), intent).unwrap();
    world
}

fn mark(name: &str) -> DeviceMark {
    DeviceMark::of(&DeviceIdentity { name: name.to_owned(), serial: None, uuid: None })
}

fn report(name: &str, says: &str) -> GivenReport {
    GivenReport { device: mark(name), digest: Digest::of(says.as_bytes()), installations: 3, rejected: 0 }
}

fn receive(world: &mut World, reports: &[GivenReport]) -> Result<Vec<Event>, String> {
    let intent = Intent::ReceiveReports { source: SOURCE, reports: reports.to_vec() };
    world.carry(agents(), intent).map_err(|refusal| refusal.to_string())
}

/// What was kept of each device: a digest, or nothing where it said the same.
fn kept(events: &[Event]) -> Vec<bool> {
    let [Event::ReportsReceived { devices, .. }] = events else { panic!("{events:?}") };
    devices.iter().map(|device| device.report.is_some()).collect()
}

fn standing(world: &World, name: &str) -> Option<Standing> {
    world.state.sources[&SOURCE].devices.get(&mark(name)).map(|device| device.standing)
}

#[test]
fn a_source_is_opened_with_a_token_that_reports_and_nothing_else() {
    let world = opened(Approval::AcceptAll);
    let source = &world.state.sources[&SOURCE];
    assert_eq!((source.name.as_str(), source.token), ("Fleet", TokenId(1)));
    let scopes: Vec<&str> = world.state.tokens[&TokenId(1)].scopes.iter().map(|scope| scope.name()).collect();
    assert_eq!(scopes, ["report"]);
}

#[test]
fn only_the_token_of_a_source_reports_to_it() {
    let mut world = opened(Approval::AcceptAll);
    let intent = Intent::ReceiveReports { source: SOURCE, reports: vec![report("pc", "a")] };
    let refused = world.carry(ana(), intent).unwrap_err().to_string();
    assert_eq!(refused, "Only the token of SRC-1 can report to it.");
    world.carry(ana(), Intent::RenewSourceToken { source: SOURCE, digest: Digest::of(b"another") }).unwrap();
    assert_eq!(receive(&mut world, &[report("pc", "a")]).unwrap_err(), "This token has ended or was revoked.");
}

#[test]
fn what_a_device_said_before_is_named_and_not_kept_again() {
    let mut world = opened(Approval::AcceptAll);
    let events = receive(&mut world, &[report("one", "a"), report("two", "b"), report("one", "a"), report("one", "c")]);
    assert_eq!(kept(&events.unwrap()), [true, true, false, true]);
    world.now = "2026-11-03T09:00:00Z".parse().unwrap();
    let events = receive(&mut world, &[report("two", "b"), report("one", "d")]).unwrap();
    assert_eq!(kept(&events), [false, true]);
    let devices = &world.state.sources[&SOURCE].devices;
    let (one, two) = (devices[&mark("one")], devices[&mark("two")]);
    assert_eq!((one.kept_in, two.kept_in), ((ImportId(2), 0), (ImportId(1), 1)));
    assert_eq!((one.seen_at, two.seen_at), (world.now, world.now), "freshness moves either way");
    assert_eq!(world.replayed(false), world.state);
    assert_eq!(world.replayed(true).sources, world.state.sources);
}

#[test]
fn a_held_device_is_approved_or_rejected_and_a_rejected_one_is_left_out() {
    let mut world = opened(Approval::HoldUnknown);
    receive(&mut world, &[report("one", "a"), report("two", "b"), report("three", "c")]).unwrap();
    assert_eq!(world.state.sources[&SOURCE].held, 3);
    world.carry(ana(), Intent::ApproveDevice { source: SOURCE, device: mark("one") }).unwrap();
    world.carry(ana(), Intent::RejectDevice { source: SOURCE, device: mark("two") }).unwrap();
    let events = receive(&mut world, &[report("two", "d"), report("one", "a")]).unwrap();
    assert_eq!(kept(&events), [false], "the rejected device is not in it");
    assert!(receive(&mut world, &[report("two", "d")]).unwrap().is_empty(), "nothing is recorded of it alone");
    let approved = world.carry(ana(), Intent::RejectDevice { source: SOURCE, device: mark("one") }).unwrap_err();
    assert_eq!(approved.to_string(), "This device was approved already; only a device that is held can be rejected.");
    let always = Intent::ChangeSource { source: SOURCE, approval: Approval::AcceptAll, interval_hours: 24 };
    world.carry(ana(), always).unwrap();
    assert_eq!(standing(&world, "three"), Some(Standing::Accepted));
    assert_eq!(standing(&world, "two"), Some(Standing::Rejected));
    assert_eq!(world.state.sources[&SOURCE].held, 0);
    assert_eq!(world.replayed(false), world.state);
    assert_eq!(world.replayed(true).sources, world.state.sources);
}

#[test]
fn the_largest_delivery_of_new_devices_fits_an_entry_and_a_larger_one_is_refused() {
    let mut world = opened(Approval::AcceptAll);
    let reports: Vec<GivenReport> =
        (0..=DELIVERY_DEVICES_MAX).map(|number| report(&format!("pc-{number}"), &format!("{number}"))).collect();
    assert_eq!(receive(&mut world, &reports).unwrap_err(), "Record at most 256 reports at once.");
    receive(&mut world, &reports[..DELIVERY_DEVICES_MAX]).unwrap();
    assert_eq!(world.state.sources[&SOURCE].devices.len(), DELIVERY_DEVICES_MAX);
}

#[test]
fn two_reports_speak_of_one_device_when_their_strongest_mark_is_the_same() {
    let of = |name: &str, serial: Option<&str>, uuid: Option<&str>| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        DeviceMark::of(&DeviceIdentity { name: name.to_owned(), serial: owned(serial), uuid: owned(uuid) })
    };
    assert_eq!(of("a", Some("S1"), Some("U1")), of("b", None, Some("u1")));
    assert_eq!(of("a", Some("S1"), None), of("b", Some("s1 "), None));
    assert_eq!(of("PC-1", None, None), of("pc-1", Some(" "), None));
    assert_ne!(of("x", None, None), of("y", Some("x"), None));
    let shown = of("x", None, None).to_string();
    assert_eq!(shown.parse::<DeviceMark>().unwrap().to_string(), shown);
    for wrong in ["", "0f", "0F6E2D4C8B1A397550C3D2E1F4A5B697", "+f6e2d4c8b1a397550c3d2e1f4a5b697"] {
        assert!(wrong.parse::<DeviceMark>().is_err(), "{wrong}");
    }
}
