//! Samples of the forms for rights and suites.

use domain::id::ProductId;
use domain::observation::Environment;

use super::{Sample, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::pages::entitlement_form::{self, EntitlementForm};
use crate::pages::suites::{self, SuiteForm};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    vec![
        sample("entitlement-new", entitlement_form::page(&frame, &entitlement(mark))),
        sample("suite", suites::page(&frame, &suite(mark))),
    ]
}

fn entitlement(mark: &str) -> EntitlementForm {
    let typed = [
        ("product", said("Lumen Workbench Enterprise", mark)),
        ("metric", "device".to_owned()),
        ("quantity", "many".to_owned()),
        ("regions", said("Europe/Norway", mark)),
        ("newest", said("12", mark)),
        ("instead_for", said("Lumen Workbench Professional", mark)),
    ];
    let environment =
        |environment: Environment| Choice::plain(environment.name(), environment.name().replace('_', " "));
    EntitlementForm {
        typed: typed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ticked: [("downgrade".to_owned(), vec!["true".to_owned()])].into(),
        metrics: vec![Choice::plain("device", "Device"), Choice::plain("named_user", "Named user")],
        agreements: vec![Choice::plain("", "None"), Choice::plain("AGR-3", said("ARC-2023-118 (AGR-3)", mark))],
        environments: Environment::ALL.into_iter().map(environment).collect(),
        key: "0a1b".into(),
        errors: Errors(vec![FieldError { field: "quantity".into(), sentence: "Enter a number, or unlimited.".into() }]),
    }
}

fn suite(mark: &str) -> SuiteForm {
    SuiteForm {
        product: ProductId(8),
        name: said("Lumen Studio", mark),
        components: said("Lumen Workbench Professional!\nLumen Draw", mark),
        inferred_from: "2".into(),
        is_suite: true,
        key: "0a1b".into(),
        errors: Errors::default(),
    }
}
