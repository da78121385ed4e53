//! Random small worlds: the engine against the reference, and against itself.

use domain::id::ImportId;
use domain::observation::Environment;
use position::check::{Action, Question, answer};
use position::{Base, Line, Recognition, RowKind, Supply, SupplySource, line, lines, rows};
use proptest::prelude::*;

use crate::reference::{self, Expected, Spent};
use crate::world::{Said, World, named, report, said, states, worlds};

/// What the line says, in the reference's terms.
fn stated(line: &Line) -> Expected {
    let counts = |supply: &&Supply| supply.why_not.is_none();
    let spent = |supply: &Supply| (supply.source, Spent { used: supply.used, covers: supply.covers });
    Expected {
        devices: line.devices,
        entitled: line.entitled,
        consumed: line.consumed,
        low: line.range.as_ref().map_or(line.consumed, |range| range.low),
        exempt: line.exempt,
        covered_by_entitlements: line.covered_by_entitlements,
        covered_by_grants: line.covered_by_grants,
        short: line.short,
        surplus: line.surplus,
        exposure: line.exposure.money.map(|money| money.amount),
        spent: line.supplies.iter().filter(counts).map(spent).collect(),
    }
}

fn expected_of_counting(world: &World, line: &Line) -> Expected {
    let mut expected = reference::expected(world, line.product);
    // The reference leaves out exceptions that were not needed.
    for supply in line.supplies.iter().filter(|supply| supply.why_not.is_none()) {
        if let SupplySource::Grant(_) = supply.source {
            expected.spent.entry(supply.source).or_default();
        }
    }
    expected
}

/// The first number that differs, for [`the_comparison_finds_a_planted_bug`] too.
fn difference(world: &World, lines: &[Line]) -> Option<String> {
    lines.iter().find_map(|line| {
        let (stated, expected) = (stated(line), expected_of_counting(world, line));
        (stated != expected).then(|| format!("{}\n stated {stated:#?}\n expected {expected:#?}", line.product))
    })
}

proptest! {
    #[test]
    fn every_number_is_the_references(world in worlds()) {
        let base = world.base();
        let lines = lines(&world.state, &base, world.at);
        prop_assert_eq!(lines.len(), world.state.products.len());
        if let Some(difference) = difference(&world, &lines) {
            return Err(TestCaseError::fail(difference));
        }
        for line in &lines {
            let alone = position::line(&world.state, &base, line.product, world.at);
            let alone = alone.map(|alone| Line { working: Vec::new(), ..alone });
            prop_assert_eq!(Some(line), alone.as_ref());
        }
    }

    #[test]
    fn there_are_exactly_as_many_rows_as_the_number_says(world in worlds()) {
        let base = world.base();
        for line in lines(&world.state, &base, world.at) {
            let rows = |kind| rows(&world.state, &base, line.product, kind, world.at);
            prop_assert_eq!(rows(RowKind::Consumed).len() as u64, line.consumed);
            prop_assert_eq!(rows(RowKind::Short).len() as u64, line.short);
            prop_assert_eq!(rows(RowKind::Exempt).len() as u64, line.exempt);
            let covered = rows(RowKind::Covered);
            prop_assert_eq!(covered.len() as u64, line.covered_by_entitlements + line.covered_by_grants);
            for supply in &line.supplies {
                let by = covered.iter().filter(|row| row.by == Some(supply.source)).count() as u64;
                prop_assert_eq!(by, supply.covers, "{:?} of {}", supply.source, line.product);
            }
            prop_assert!(rows(RowKind::Consumed).iter().all(|row| !row.evidence.is_empty()));
        }
    }

    #[test]
    fn reports_one_by_one_amount_to_the_same_as_from_scratch(
        state in states(),
        said in prop::collection::vec(said(), 0..24),
        later_state in states(),
    ) {
        let mut base = Base::of(position::Estate::new(), &state);
        let mut kept = Vec::new();
        for one in &said {
            kept.push((base.clone(), seen(&base)));
            base.report(&one.source, one.import, &one.report);
        }
        base.follow(&later_state);
        // Only the last word of every source under every mark is left, in another order.
        let mut last: Vec<&Said> = Vec::new();
        for one in said.iter().rev() {
            let same = |other: &&Said| {
                let key = |said: &Said| {
                    let device = &said.report.device;
                    let name = device.name.to_lowercase();
                    (device.uuid.clone(), device.serial.clone().filter(|_| device.uuid.is_none()),
                     Some(name).filter(|_| device.uuid.is_none() && device.serial.is_none()))
                };
                other.source == one.source && key(other) == key(one)
            };
            if !last.iter().any(same) {
                last.push(one);
            }
        }
        let mut scratch = Base::new();
        scratch.follow(&later_state);
        for one in last {
            scratch.report(&one.source, one.import, &one.report);
        }
        prop_assert_eq!(seen(&base), seen(&scratch));
        let at = crate::world::NOW.parse().unwrap();
        prop_assert_eq!(lines(&later_state, &base, at), lines(&later_state, &scratch, at));
        for product in later_state.products.keys() {
            prop_assert_eq!(line(&later_state, &base, *product, at), line(&later_state, &scratch, *product, at));
        }
        // What a reader kept is as it was.
        for (kept, before) in kept {
            prop_assert_eq!(seen(&kept), before);
        }
    }

    #[test]
    fn reports_in_bulk_amount_to_the_same_as_one_by_one(
        state in states(),
        said in prop::collection::vec(said(), 0..24),
        later in prop::collection::vec(said(), 0..8),
    ) {
        let mut loading = position::EstateLoading::new();
        let mut one_by_one = Base::of(position::Estate::new(), &state);
        for one in &said {
            loading.report(&one.source, one.import, &one.report);
            one_by_one.report(&one.source, one.import, &one.report);
        }
        let mut in_bulk = Base::of(loading.finish(), &state);
        let at = crate::world::NOW.parse().unwrap();
        prop_assert_eq!(seen(&in_bulk), seen(&one_by_one));
        prop_assert_eq!(lines(&state, &in_bulk, at), lines(&state, &one_by_one, at));
        for one in &later {
            in_bulk.report(&one.source, one.import, &one.report);
            one_by_one.report(&one.source, one.import, &one.report);
        }
        prop_assert_eq!(seen(&in_bulk), seen(&one_by_one));
        for product in state.products.keys() {
            prop_assert_eq!(line(&state, &in_bulk, *product, at), line(&state, &one_by_one, *product, at));
            let consumed = |base| rows(&state, base, *product, RowKind::Consumed, at).into_iter().map(without_place);
            prop_assert!(consumed(&in_bulk).eq(consumed(&one_by_one)));
        }
    }

    #[test]
    fn a_yes_holds_once_the_units_are_in_use(
        world in worlds(), quantity in 1..4u64, place in 0..4usize, name in 0..3usize,
    ) {
        // Before, between and after the other devices in order of name.
        let name = ["new", "pc-2-new", "z-new"][name];
        let environment = Environment::ALL[place];
        let base = world.base();
        for product in world.state.products.values() {
            let question = Question {
                action: Action::Deploy,
                product: product.id,
                quantity,
                environment: Some(environment),
                at: world.at,
            };
            let answer = answer(&world.state, &base, &question);
            let before = line(&world.state, &base, product.id, world.at).unwrap();
            let Some(raw) = title_of(&world, product.id) else { continue };
            let mut deployed = world.clone();
            for number in 0..quantity {
                let mut report = report(named(&format!("{name}-{number}")), vec![raw.clone()]);
                report.attributes.environment = Some(environment);
                deployed.said.push(Said { source: "deployment".to_owned(), import: ImportId(9), report });
            }
            let after = line(&world.state, &deployed.base(), product.id, world.at).unwrap();
            if answer.decision {
                prop_assert_eq!(after.short, before.short, "{:?}", answer);
            } else if !names_may_decide(&world, &before) {
                prop_assert!(after.short > before.short, "{:?}", answer);
            }
            prop_assert!(answer.grants.is_empty() || after.covered_by_grants > 0, "{:?}", answer);
        }
    }
}

/// A row apart from where its device happens to stand.
fn without_place(row: position::Row) -> position::Row {
    position::Row { index: position::DeviceIndex(0), ..row }
}

/// What is equal is spent on in order of name. So the names of new devices may decide whether rights in other metrics part
/// a pair of devices of one person, or leave what an exception for one environment cannot reach; the answer is then the
/// worse of both.
fn names_may_decide(world: &World, line: &Line) -> bool {
    let mut rights = world.state.entitlements.values().filter(|right| right.product == line.product);
    let in_environment = line.supplies.iter().any(|supply| supply.environment.is_some());
    rights.any(|right| right.right.secondary_use || in_environment && right.right.metric != line.metric)
}

fn title_of(world: &World, product: domain::id::ProductId) -> Option<domain::observation::RawTitle> {
    let titles = ["Draw", "Draw Pro", "Write", "Solve 3", "Toy"].map(|name| crate::world::title(name, Some("7")));
    titles.into_iter().find(|title| reference::recognition(&world.state, title) == Recognition::Product(product))
}

/// Everything that the estate says, apart from the places of devices.
fn seen(base: &Base) -> Vec<String> {
    let estate = base.estate();
    let mut seen: Vec<String> = estate
        .devices()
        .map(|index| {
            let mut facts = estate.device(index).unwrap();
            facts.index = position::DeviceIndex(0);
            format!("{facts:?} {:?}", estate.installed_on(index))
        })
        .collect();
    seen.sort();
    let mut titles: Vec<String> = estate.titles().map(|title| format!("{title:?}")).collect();
    titles.sort();
    seen.append(&mut titles);
    seen.push(format!("{} {}", estate.device_count(), estate.installation_count()));
    seen
}

#[test]
fn the_comparison_finds_a_planted_bug() {
    // The engine is shown the world without its exemptions, as if it had forgotten that rule.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let found = runner.run(&worlds(), |world| {
        let mut forgetful = world.clone();
        let entitlements = forgetful.state.entitlements.clone();
        for entitlement in entitlements.values() {
            let mut entitlement = entitlement.as_ref().clone();
            entitlement.right.exempt_environments.clear();
            forgetful.state.entitlements.insert(entitlement.id, std::sync::Arc::new(entitlement));
        }
        let lines = lines(&forgetful.state, &forgetful.base(), world.at);
        difference(&world, &lines).map_or(Ok(()), |difference| Err(TestCaseError::fail(difference)))
    });
    assert!(found.is_err(), "a forgotten exemption was not noticed");
}

#[test]
fn devices_are_joined_as_the_reference_joins_them() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&prop::collection::vec(said(), 0..24), |said| {
            let mut estate = position::Estate::new();
            for said in &said {
                estate.report(&said.source, said.import, &said.report);
            }
            let keys: std::collections::BTreeSet<String> =
                estate.devices().map(|index| estate.device(index).unwrap().key).collect();
            let expected: std::collections::BTreeSet<String> =
                reference::devices(&said).into_iter().map(|device| device.order.1).collect();
            prop_assert_eq!(keys, expected);
            Ok(())
        })
        .unwrap();
}
