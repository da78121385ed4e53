//! Samples of scenarios.

use app::positions::{Step, of_shortage};
use app::scenarios::{Column, Comparison, Effect, ProductRow, Standing};
use domain::entitlement::{Metric, Quantity};
use domain::id::{EntitlementId, ProductId, ScenarioId};

use super::{Sample, copy, day, eur, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::pages::scenarios::{self, ComparisonPage, ScenarioPage, ScenarioRow, ScenariosPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let list = ScenariosPage {
        rows: vec![row(mark), ScenarioRow { scenario: ScenarioId(1), ..row(mark) }],
        on: String::new(),
        keeps: true,
        typed: [said("Growth", mark), said("grow 5", mark), String::new(), String::new()],
        key: "k".to_owned(),
        errors: Errors(vec![FieldError {
            field: "assumptions".to_owned(),
            sentence: said("Line 1: \u{201c}grow 5\u{201d}: begin with one of hire, leave.", mark),
        }]),
        copy: copy("indult scenario list", "GET /v1/scenarios?limit=50"),
    };
    let none = ScenariosPage { rows: Vec::new(), keeps: false, errors: Errors::default(), ..list.clone() };
    let one = ScenarioPage {
        row: row(mark),
        keeps: true,
        typed: list.typed.clone(),
        key: "k".to_owned(),
        errors: Errors::default(),
        copy: copy("indult scenario show SCN-2", "GET /v1/scenarios/SCN-2"),
    };
    let retired = ScenarioPage {
        row: ScenarioRow { retired: true, name: said("Two designers", mark), ..row(mark) },
        ..one.clone()
    };
    let nothing = ComparisonPage { comparison: Comparison { rows: Vec::new(), ..comparison(mark) }, ..compared(mark) };
    vec![
        sample("scenarios", scenarios::page(&frame, &list)),
        sample("scenarios-none", scenarios::page(&frame, &none)),
        sample("scenario", scenarios::scenario_page(&frame, &one)),
        sample("scenario-retired", scenarios::scenario_page(&frame, &retired)),
        sample("scenarios-compared", scenarios::comparison_page(&frame, &compared(mark))),
        sample("scenarios-compared-none", scenarios::comparison_page(&frame, &nothing)),
    ]
}

fn row(mark: &str) -> ScenarioRow {
    ScenarioRow {
        scenario: ScenarioId(2),
        name: said("Twenty designers", mark),
        assumptions: vec![said("hire 20 in Design from 2025-10-01", mark)],
        reason: said("The plan that the board sees in September.", mark),
        owner: said("Jonas Weil", mark),
        stands_since: day("2025-08-11"),
        retired: false,
    }
}

fn standing(need: u64, short: u64) -> Standing {
    Standing {
        need,
        entitled: Quantity::Units(60),
        short,
        unused: Some(60_u64.saturating_sub(need)),
        cost: vec![eur(20_700)],
        unpriced: u64::from(short > 0),
        shortage_cost: of_shortage(short, Metric::Device, Some((EntitlementId(1), eur(345)))),
        first_short_on: (short > 0).then(|| day("2025-10-01")),
        most_short: short,
        working: vec![Step {
            label: "Needed",
            amount: need.to_string(),
            text: "Distinct primary users of the devices.".to_owned(),
            rows: None,
        }],
    }
}

fn comparison(mark: &str) -> Comparison {
    let column = |scenario: Option<u64>, name: &str, on: &str, short: i64| Column {
        scenario: scenario.map(ScenarioId),
        name: said(name, mark),
        on: day(on),
        assumptions: scenario.iter().flat_map(|_| row(mark).assumptions).collect(),
        effects: scenario
            .iter()
            .map(|_| Effect {
                assumption: 0,
                product: Some(ProductId(7)),
                text: said("12 of 20 new persons have it.", mark),
            })
            .collect(),
        cost: vec![eur(20_700)],
        shortage_cost: if short > 0 { vec![eur(short * 345)] } else { Vec::new() },
        short_products: u64::from(short > 0),
    };
    Comparison {
        today: day("2025-08-12"),
        on: day("2026-08-12"),
        ledger_size: 1_204,
        columns: vec![
            column(None, "Today", "2025-08-12", 0),
            column(None, "Nothing changes", "2026-08-12", 0),
            column(Some(2), "Twenty designers", "2026-08-12", 7),
        ],
        rows: vec![ProductRow {
            product: ProductId(7),
            metric: Metric::NamedUser,
            standings: vec![standing(55, 0), standing(55, 0), standing(67, 7)],
        }],
    }
}

fn compared(mark: &str) -> ComparisonPage {
    ComparisonPage {
        comparison: comparison(mark),
        names: vec![(ProductId(7), said("Drafter Pro", mark))],
        copy: copy("indult scenario compare SCN-2", "GET /v1/scenarios/compare?of=SCN-2"),
    }
}
