//! Reclaim waves: who is asked, what silence means, what is decided, and what counts as saved.
#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{LegalHoldId, PersonId, ProductId, WaveId};
use domain::money::Money;
use domain::observation::DeviceIdentity;
use domain::person::Role;
use domain::reclaim::{
    Candidate, HoldSubject, HolderAnswer, ItemStatus, ReclaimBasis, ReclaimChoice, WaveTerms, holder_mark,
};
use domain::source::DeviceMark;
use jiff::SignedDuration;

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);
const WAVE: WaveId = WaveId(1);

fn mark(name: &str) -> DeviceMark {
    DeviceMark::of(&DeviceIdentity { name: name.to_owned(), serial: None, uuid: None })
}

fn candidate(device: &str, holder: Option<&str>) -> Candidate {
    Candidate {
        devices: vec![mark(device)],
        device_name: device.into(),
        holder: holder.map(Into::into),
        holder_mark: holder.map(holder_mark),
        last_used_on: Some("2026-03-01".parse().unwrap()),
        units: 1,
    }
}

fn terms(answer_by: &str) -> WaveTerms {
    let price = Money { amount: "300.00".parse().unwrap(), currency: "EUR".parse().unwrap() };
    WaveTerms {
        product: ProductId(1),
        basis: ReclaimBasis::Dormant { days: 90 },
        answer_by: answer_by.parse().unwrap(),
        unit_price: Some(price),
    }
}

fn link(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

/// One event of every kind, more where a kind has optional parts.
pub fn events() -> Vec<Event> {
    let wave = WaveId(2);
    let open = WaveTerms { basis: ReclaimBasis::Uncovered, unit_price: None, ..terms("2026-11-20") };
    let nameless = Candidate { last_used_on: None, ..candidate("pc-2", None) };
    vec![
        Event::WaveOpened { wave, terms: terms("2026-11-20") },
        Event::WaveOpened { wave, terms: open },
        Event::ReclaimAsked { wave, candidate: candidate("pc-1", Some("marta")), link: link("one") },
        Event::ReclaimAsked { wave, candidate: nameless, link: link("two") },
        Event::ReclaimAskedAgain { wave, item: 1, link: link("three") },
        Event::ReclaimAnswered { wave, item: 0, answer: HolderAnswer::Keep, reason: Some("For the audit.".into()) },
        Event::ReclaimAnswered { wave, item: 1, answer: HolderAnswer::Release, reason: None },
        Event::ReclaimDecided { wave, item: 1, choice: ReclaimChoice::Reclaim, reason: "Let go.".into() },
        Event::ReclaimConfirmed { wave, item: 1 },
        Event::WaveClosed { wave },
        Event::LegalHoldSet {
            hold: LegalHoldId(1),
            subject: HoldSubject::Device(mark("pc-1")),
            name: "pc-1".into(),
            reason: "Case 12.".into(),
        },
        Event::LegalHoldSet {
            hold: LegalHoldId(2),
            subject: HoldSubject::Holder(holder_mark("marta")),
            name: "marta".into(),
            reason: "Case 12.".into(),
        },
        Event::LegalHoldLifted { hold: LegalHoldId(1), reason: "Settled.".into() },
    ]
}

/// A wave of three items, open for answers until 16 November.
fn asked() -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    world
        .carry(ANA, Intent::AddProduct { name: "Vectra".to_owned(), publisher: None, metric: Metric::Device })
        .unwrap();
    let roles = [Role::SamManager, Role::Legal].into();
    world
        .carry(ANA, Intent::AddPerson { name: "lea".into(), email: "lea@acme.example".into(), roles, login: None })
        .unwrap();
    let items = vec![
        (candidate("pc-1", Some("marta")), link("one")),
        (candidate("pc-2", Some("otto")), link("two")),
        (candidate("pc-3", None), link("three")),
    ];
    world.carry(ANA, Intent::OpenWave { terms: terms("2026-11-16"), items }).unwrap();
    world
}

fn answer(of: &str, answer: HolderAnswer, reason: Option<&str>) -> Intent {
    Intent::AnswerReclaim { link: link(of), answer, reason: reason.map(Into::into) }
}

fn decide(items: &[u64], choice: ReclaimChoice) -> Intent {
    Intent::DecideReclaim { wave: WAVE, items: items.to_vec(), choice, reason: "Considered.".into() }
}

fn statuses(world: &World) -> Vec<ItemStatus> {
    let wave = &world.state.waves[&WAVE];
    wave.items.iter().map(|item| wave.status(item, world.state.day(world.now))).collect()
}

fn refused(world: &mut World, actor: Actor, intent: Intent) -> String {
    world.carry(actor, intent).unwrap_err().to_string()
}

fn confirm(world: &mut World, gone: Vec<(WaveId, u64)>) -> usize {
    let intent = Intent::RecordFindings { findings: Vec::new(), counts: Vec::new(), gone };
    world.carry(Actor::Program, intent).unwrap().len()
}

#[test]
fn holders_answer_by_their_link_and_silence_decides_nothing() {
    let mut world = asked();
    world.carry(Actor::Program, answer("one", HolderAnswer::Release, None)).unwrap();
    let nothing = refused(&mut world, Actor::Program, answer("two", HolderAnswer::Keep, None));
    assert_eq!(nothing, "Enter what you need it for.");
    world.carry(Actor::Program, answer("two", HolderAnswer::Keep, Some("The audit."))).unwrap();
    assert_eq!(statuses(&world), [ItemStatus::Released, ItemStatus::WantsToKeep, ItemStatus::Asked]);
    let early = refused(&mut world, ANA, decide(&[2], ReclaimChoice::Reclaim));
    assert_eq!(early, "The holder of item 3 has until 2026-11-16 to answer.");
    world.now += SignedDuration::from_hours(24 * 15);
    assert_eq!(statuses(&world)[2], ItemStatus::Silent, "and nothing else");
    let late = refused(&mut world, Actor::Program, answer("two", HolderAnswer::Release, None));
    assert_eq!(late, "The time to answer is over. Talk to whoever asked.");
    world.carry(ANA, decide(&[0, 2], ReclaimChoice::Reclaim)).unwrap();
    world.carry(ANA, decide(&[1], ReclaimChoice::Keep)).unwrap();
    assert_eq!(statuses(&world), [ItemStatus::ToBeRemoved, ItemStatus::Kept, ItemStatus::ToBeRemoved]);
    let over = refused(&mut world, Actor::Program, answer("one", HolderAnswer::Keep, Some("No!")));
    assert_eq!(over, "This was decided already. Talk to whoever asked.");
}

#[test]
fn what_was_decided_counts_once_it_is_gone_and_can_be_undone() {
    let mut world = asked();
    world.carry(Actor::Program, answer("one", HolderAnswer::Release, None)).unwrap();
    assert_eq!(confirm(&mut world, vec![(WAVE, 0)]), 0, "what nobody decided is not confirmed, gone or not");
    world.carry(ANA, decide(&[0], ReclaimChoice::Reclaim)).unwrap();
    assert_eq!(statuses(&world)[0], ItemStatus::ToBeRemoved);
    assert_eq!(confirm(&mut world, vec![(WAVE, 0), (WAVE, 1), (WAVE, 9), (WaveId(7), 0)]), 1);
    assert_eq!(statuses(&world)[0], ItemStatus::Removed);
    assert_eq!(confirm(&mut world, vec![(WAVE, 0)]), 0, "once");
    world.carry(ANA, decide(&[0], ReclaimChoice::Keep)).unwrap();
    assert_eq!(statuses(&world)[0], ItemStatus::Kept);
    assert_eq!(world.replayed(false), world.state);
}

#[test]
fn what_is_under_a_legal_hold_is_neither_asked_for_nor_removed() {
    let mut world = asked();
    let hold = |name: &str| Intent::SetLegalHold {
        subject: HoldSubject::Holder(holder_mark(name)),
        name: name.into(),
        reason: "Case 12.".into(),
    };
    let lea = Actor::Person(PersonId(2), Via::Operator);
    assert!(refused(&mut world, ANA, hold("MARTA")).contains("legal"), "who reclaims does not hold");
    world.carry(lea, hold(" MARTA ")).unwrap();
    world.carry(Actor::Program, answer("one", HolderAnswer::Release, None)).unwrap();
    let held = refused(&mut world, ANA, decide(&[0], ReclaimChoice::Reclaim));
    assert_eq!(held, "Item 1 is under the legal hold HLD-1; nothing of it is removed.");
    let items = vec![(candidate("pc-9", Some("marta")), link("nine"))];
    let asked = refused(&mut world, ANA, Intent::OpenWave { terms: terms("2026-11-16"), items });
    assert_eq!(asked, "One of the candidates is under the legal hold HLD-1; leave it out.");
    world.carry(lea, Intent::LiftLegalHold { hold: LegalHoldId(1), reason: "Settled.".into() }).unwrap();
    world.carry(ANA, decide(&[0], ReclaimChoice::Reclaim)).unwrap();
}

#[test]
fn a_link_opens_one_question_until_it_is_replaced() {
    let mut world = asked();
    let unknown = refused(&mut world, Actor::Program, answer("guessed", HolderAnswer::Release, None));
    assert_eq!(unknown, "This link does not work. Ask whoever sent it for a new one.");
    world.carry(ANA, Intent::AskHolderAgain { wave: WAVE, item: 0, link: link("new") }).unwrap();
    assert!(world.carry(Actor::Program, answer("one", HolderAnswer::Release, None)).is_err());
    world.carry(Actor::Program, answer("new", HolderAnswer::Release, None)).unwrap();
    world.carry(ANA, Intent::CloseWave { wave: WAVE }).unwrap();
    assert_eq!(
        refused(&mut world, Actor::Program, answer("new", HolderAnswer::Release, None)),
        "This question is closed."
    );
    assert_eq!(refused(&mut world, ANA, decide(&[0], ReclaimChoice::Keep)), "WAV-1 is closed.");
}

#[test]
fn nobody_is_asked_twice_and_everybody_gets_time() {
    let mut world = asked();
    let mut open = |answer_by: &str, device: &str| {
        let items = vec![(candidate(device, None), link(device))];
        refused(&mut world, ANA, Intent::OpenWave { terms: terms(answer_by), items })
    };
    assert_eq!(open("2026-11-16", "PC-1"), "One of the candidates is asked in WAV-1 already; leave it out.");
    for day in ["2026-11-02", "2027-03-01"] {
        assert_eq!(open(day, "pc-9"), "Give holders a day after today to answer, at most 92 days ahead.");
    }
    let none = Intent::OpenWave { terms: terms("2026-11-16"), items: Vec::new() };
    assert_eq!(refused(&mut world, ANA, none), "There is nobody to ask: choose at least one candidate.");
}
