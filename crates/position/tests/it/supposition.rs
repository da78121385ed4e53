//! Scenarios: assumptions over a small company, reckoned by the same engine as its position.

use std::sync::Arc;

use domain::State;
use domain::entitlement::{Metric, Quantity, Right};
use domain::id::{EntitlementId, ImportId, ProductId, ScenarioId};
use domain::observation::DeviceAttributes;
use domain::scenario::Assumption;
use position::Base;
use position::supposition::comparison::{Comparison, Question, compare};

use crate::world::{
    Said, World, add_entitlement, add_match, add_product, date, euros, named, organisation, pattern, report, right,
    title,
};

/// Ten persons draw, four of them in Design; six rights to Draw until the end of June, and Write for two.
fn company() -> World {
    let mut state = State { organisation: Some(Arc::new(organisation("Europe/Prague"))), ..State::default() };
    let draw = add_product(&mut state, 1, "Draw", Metric::Device);
    let write = add_product(&mut state, 2, "Write", Metric::NamedUser);
    add_product(&mut state, 3, "Office", Metric::Device);
    add_match(&mut state, 1, pattern("Draw"), Some(draw));
    add_match(&mut state, 2, pattern("Write"), Some(write));
    let priced =
        |metric, units, price: &str| Right { unit_price: Some(euros(price)), ..right(metric, Quantity::Units(units)) };
    let until_june = Right { ends_on: Some(date("2026-06-30")), ..priced(Metric::Device, 6, "100.00") };
    add_entitlement(&mut state, 1, draw, until_june, None);
    add_entitlement(&mut state, 2, draw, priced(Metric::Device, 6, "80.00"), None);
    add_entitlement(&mut state, 3, write, priced(Metric::NamedUser, 2, "50.00"), None);
    state.last_numbers.entitlement = 3;
    let said = (0..10).map(|number| {
        let titles = if number < 2 {
            vec![title("Draw", Some("1")), title("Write", None)]
        } else {
            vec![title("Draw", Some("1"))]
        };
        let mut report = report(named(&format!("pc-{number}")), titles);
        report.attributes = DeviceAttributes {
            primary_user: Some(format!("user {number}")),
            business_unit: Some(if number < 4 { "Design" } else { "Sales" }.to_owned()),
            ..DeviceAttributes::default()
        };
        Said { source: "agents".to_owned(), import: ImportId(1), report }
    });
    World { said: said.collect(), state, at: "2026-03-31T10:00:00Z".parse().unwrap() }
}

fn reckoned(world: &World, base: &Base, on: &str, scenarios: &[&[&str]]) -> Result<Comparison, String> {
    let read = |sentences: &&[&str]| -> Vec<Assumption> {
        sentences.iter().map(|sentence| sentence.parse().unwrap()).collect()
    };
    let scenarios: Vec<Vec<Assumption>> = scenarios.iter().map(read).collect();
    let scenarios =
        (1..).zip(&scenarios).map(|(number, assumed)| (ScenarioId(number), "A", assumed.as_slice())).collect();
    compare(&world.state, base, &Question { scenarios, today: date("2026-03-31"), on: date(on) })
}

/// One line for each product: `need/rights short unused cost`, of the last column.
fn check(on: &str, sentences: &[&str], expected: &[&str]) {
    let world = company();
    let comparison = reckoned(&world, &world.base(), on, &[sentences]).unwrap();
    let told = comparison.rows.iter().map(|row| {
        let last = row.standings.last().unwrap();
        let cost: Vec<String> = last.cost.iter().map(|cost| cost.amount.normalize().to_string()).collect();
        let first = last.first_short_on.map_or_else(|| "never".to_owned(), |day| day.to_string());
        format!(
            "{} {}/{} short {} first {first} cost {}",
            row.product,
            last.need,
            last.entitled,
            last.short,
            cost.join("+")
        )
    });
    assert_eq!(told.collect::<Vec<String>>(), expected, "{sentences:?}: {:#?}", comparison.columns);
}

#[test]
fn hires_have_what_their_unit_has_on_average_or_what_is_named() {
    // In Design four of four draw and two of four write, so of five hires five draw and three write (2.5, half up).
    check(
        "2026-04-30",
        &["hire 5 in Design from 2026-04-10"],
        &["PRD-1 15/12 short 3 first 2026-04-10 cost 1080", "PRD-2 5/2 short 3 first 2026-04-10 cost 100"],
    );
    check("2026-04-30", &["hire 3 with PRD-2 from 2026-04-10"], &["PRD-2 5/2 short 3 first 2026-04-10 cost 100"]);
    check("2026-04-30", &["hire 3 with PRD-2 from 2026-05-10"], &[]);
}

#[test]
fn leavers_take_what_their_unit_has_on_average_with_them() {
    check(
        "2026-04-30",
        &["leave 2 in Design from 2026-04-01"],
        &["PRD-1 8/12 short 0 first never cost 1080", "PRD-2 1/2 short 0 first never cost 100"],
    );
}

#[test]
fn a_project_that_is_over_leaves_its_first_day_of_shortage() {
    check(
        "2026-04-30",
        &["project 4 of PRD-1 from 2026-04-10 until 2026-04-20"],
        &["PRD-1 10/12 short 0 first 2026-04-10 cost 1080"],
    );
    check(
        "2026-04-15",
        &["project 4 of PRD-1 from 2026-04-10 until 2026-04-20"],
        &["PRD-1 14/12 short 2 first 2026-04-10 cost 1080"],
    );
    check("2026-04-30", &["project 1 of PRD-3 from 2026-04-10"], &["PRD-3 1/0 short 1 first 2026-04-10 cost "]);
}

#[test]
fn a_migration_moves_need_from_one_product_to_the_other() {
    check(
        "2026-04-30",
        &["migrate 50% of PRD-1 to PRD-2 from 2026-04-10"],
        &["PRD-1 5/12 short 0 first never cost 1080", "PRD-2 5/2 short 3 first 2026-04-10 cost 100"],
    );
}

#[test]
fn rights_end_go_on_and_are_bought_and_prices_move_exactly() {
    check("2026-07-31", &["renew ENT-1 until 2027-06-30 at EUR 110"], &["PRD-1 10/12 short 0 first never cost 1140"]);
    check("2026-04-30", &["end ENT-1 on 2026-04-09"], &["PRD-1 10/6 short 4 first 2026-04-10 cost 480"]);
    check(
        "2026-07-31",
        &["buy 4 of PRD-1 at EUR 90.50 from 2026-07-01"],
        &["PRD-1 10/10 short 0 first never cost 842"],
    );
    check("2026-04-30", &["price PRD-1 by 7% from 2026-04-10"], &["PRD-1 10/12 short 0 first never cost 1155.6"]);
    check("2026-04-30", &["price PRD-1 at EUR 70 from 2026-04-10"], &["PRD-1 10/12 short 0 first never cost 840"]);
    check("2026-04-30", &["tier PRD-1 of 12 at EUR 60 from 2026-04-10"], &["PRD-1 10/12 short 0 first never cost 720"]);
    check("2026-04-30", &["tier PRD-1 of 13 at EUR 60 from 2026-04-10"], &[]);
}

#[test]
fn a_bundle_stands_in_for_its_parts_from_its_first_day() {
    check(
        "2026-04-30",
        &["bundle 9 of PRD-3 instead PRD-1 at EUR 120 from 2026-04-10"],
        &["PRD-1 10/0 short 1 first 2026-04-10 cost ", "PRD-3 0/9 short 0 first never cost 1080"],
    );
}

#[test]
fn a_machine_that_is_taken_away_needs_nothing_and_one_that_is_unknown_is_said() {
    check(
        "2026-04-30",
        &["remove PC-0 from 2026-04-10"],
        &["PRD-1 9/12 short 0 first never cost 1080", "PRD-2 1/2 short 0 first never cost 100"],
    );
    let world = company();
    let comparison = reckoned(&world, &world.base(), "2026-04-30", &[&["remove esx-9 from 2026-04-10"]]).unwrap();
    assert_eq!(comparison.columns.last().unwrap().effects[0].text, "There is no device esx-9.");
    assert!(comparison.rows.is_empty());
}

#[test]
fn side_by_side_the_known_stays_as_it_is_and_the_sums_are_those_of_the_rows() {
    let world = company();
    let base = world.base();
    let before = position::lines(&world.state, &base, world.at);
    let asked: &[&[&str]] = &[&["hire 5 in Design from 2026-04-10"], &["buy 4 of PRD-1 at EUR 90 from 2026-07-01"]];
    let comparison = reckoned(&world, &base, "2026-07-31", asked).unwrap();
    assert_eq!(position::lines(&world.state, &base, world.at), before, "nothing that is known changes");
    assert_eq!(reckoned(&world, &base, "2026-07-31", asked).unwrap(), comparison, "again the same");
    let names: Vec<&str> = comparison.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["Today", "Nothing changes", "A", "A"]);
    let short: Vec<u64> = comparison.rows[0].standings.iter().map(|standing| standing.short).collect();
    // Six rights end in June: four are short if nothing changes, nine with the hires, none with the purchase.
    assert_eq!(short, [0, 4, 9, 0]);
    for (place, column) in comparison.columns.iter().enumerate() {
        let rows = comparison.rows.iter().flat_map(|row| row.standings[place].cost.iter().copied());
        assert_eq!(column.cost, domain::money::sums(rows));
    }
    assert_eq!(comparison.rows[0].product, ProductId(1));
    assert!(!world.state.entitlements.contains_key(&EntitlementId(4)));
}

#[test]
fn what_cannot_be_compared_is_a_sentence() {
    let world = company();
    let base = world.base();
    let one: &[&str] = &["project 1 of PRD-1 from 2026-04-10"];
    for (on, scenarios, said) in [
        ("2026-04-30", &[][..], "Compare 1 to 4 scenarios."),
        ("2026-04-30", &[one; 5], "Compare 1 to 4 scenarios."),
        ("2026-03-30", &[one], "Compare on 2026-03-31 or later; the past is read as it was sealed."),
        ("2036-03-30", &[one], "Compare on a day within 1827 days."),
    ] {
        assert_eq!(reckoned(&world, &base, on, scenarios).unwrap_err(), said);
    }
}
