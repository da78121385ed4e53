//! Scenarios: recorded, changed and retired, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::command::{Actor, Intent, Via};
use domain::entitlement::Metric;
use domain::event::Event;
use domain::id::{PersonId, ScenarioId};
use domain::scenario::{ASSUMPTIONS_MAX, Assumption, ScenarioTerms};

use crate::world::World;

const ANA: Actor = Actor::Person(PersonId(1), Via::Operator);

fn assumed(sentences: &[&str]) -> Vec<Assumption> {
    sentences.iter().map(|sentence| sentence.parse().unwrap()).collect()
}

pub fn events() -> Vec<Event> {
    let (scenario, owner) = (ScenarioId(2), PersonId(4));
    vec![
        Event::ScenarioRecorded {
            scenario,
            owner,
            name: "Growth".to_owned(),
            assumptions: assumed(&[
                "hire 20 in Engineering from 2027-01-01",
                "buy 50 of PRD-1 at EUR 120.00 from 2027-01-01 until 2027-12-31",
            ]),
            reason: "The plan of the board.".into(),
        },
        Event::ScenarioChanged {
            scenario,
            name: "Growth, slower".to_owned(),
            assumptions: assumed(&["hire 10 in Engineering from 2027-01-01"]),
            reason: "The board waits.".into(),
        },
        Event::ScenarioRetired { scenario },
    ]
}

fn founded() -> World {
    let mut world = World::founded("2026-11-02T09:00:00Z", "Europe/Prague");
    let product = Intent::AddProduct { name: "Vectra".to_owned(), publisher: None, metric: Metric::Device };
    world.carry(ANA, product).unwrap();
    world
}

fn record(name: &str, sentences: &[&str]) -> Intent {
    let terms = ScenarioTerms { name: name.to_owned(), assumptions: assumed(sentences) };
    Intent::RecordScenario { terms, reason: "The plan.".into() }
}

#[test]
fn a_scenario_is_recorded_changed_and_retired_and_stays_as_it_is_then() {
    let mut world = founded();
    world.carry(ANA, record(" Growth ", &["project 30 of PRD-1 from 2027-01-01"])).unwrap();
    let known = &world.state.scenarios[&ScenarioId(1)];
    assert_eq!((known.terms.name.as_str(), known.owner, known.retired), ("Growth", PersonId(1), false));
    let terms =
        ScenarioTerms { name: "Growth".to_owned(), assumptions: assumed(&["project 5 of PRD-1 from 2027-01-01"]) };
    let change = Intent::ChangeScenario { scenario: ScenarioId(1), terms, reason: "Fewer.".into() };
    world.carry(ANA, change.clone()).unwrap();
    assert_eq!(world.carry(ANA, change.clone()).unwrap(), [], "nothing changes the second time");
    world.carry(ANA, Intent::RetireScenario { scenario: ScenarioId(1) }).unwrap();
    let refusal = world.carry(ANA, change).unwrap_err().to_string();
    assert_eq!(refusal, "SCN-1 is retired, so it stays as it is.");
    world.carry(ANA, record("Growth", &["project 5 of PRD-1 from 2027-01-01"])).unwrap();
}

#[test]
fn what_cannot_be_assumed_is_refused_in_one_sentence_and_changes_nothing() {
    let mut world = founded();
    let many = vec!["project 1 of PRD-1 from 2027-01-01"; ASSUMPTIONS_MAX + 1];
    for (sentences, said) in [
        (&[][..], "Assume something"),
        (&["project 30 of PRD-9 from 2027-01-01"], "there is no product PRD-9."),
        (&["end ENT-9 on 2027-01-01"], "there is no entitlement ENT-9."),
        (&["project 0 of PRD-1 from 2027-01-01"], "the number must be at least 1."),
        (&["project 10001 of PRD-1 from 2027-01-01"], "at most 10000 devices"),
        (&["project 3 of PRD-1 from 2027-01-02 until 2027-01-01"], "the last day must not be before the first."),
        (&["migrate 120% of PRD-1 to PRD-1 from 2027-01-01"], "move 1 to 100 per cent."),
        (&["migrate 20% of PRD-1 to PRD-1 from 2027-01-01"], "the products are the same."),
        (&["price PRD-1 by 1000% from 2027-01-01"], "a price moves by"),
        (&["price PRD-1 at EUR -1 from 2027-01-01"], "a price is not less than nothing."),
        (&["bundle 5 of PRD-1 at EUR 3 from 2027-01-01"], "name the parts"),
        (&many, "at most 50 assumptions"),
    ] {
        let refusal = world.carry(ANA, record("Growth", sentences)).unwrap_err().to_string();
        assert!(refusal.contains(said), "{sentences:?}: {refusal}");
    }
    assert!(world.state.scenarios.is_empty());
    world.carry(ANA, record("Growth", &["project 1 of PRD-1 from 2027-01-01"])).unwrap();
    let refusal = world.carry(ANA, record("Growth", &["project 1 of PRD-1 from 2027-01-01"])).unwrap_err().to_string();
    assert_eq!(refusal, "SCN-1 has this name already.");
}
