//! Samples of renewals.

use app::renewals::{Renewal, RenewalProduct, Suggestion};
use domain::agreement::RenewalChoice;
use domain::entitlement::{Metric, Quantity};
use domain::id::{AgreementId, EntitlementId, ProductId};

use super::{Sample, copy, day, eur, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::pages::renewals::{self, EndingRow, PlanPage, RenewalRow, RenewalsPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let none =
        RenewalsPage { days: 60, rows: Vec::new(), rights: Vec::new(), any_agreement: false, ..renewals_page(mark) };
    let reader = PlanPage { may_plan: false, row: row(8, true, mark), errors: Errors::default(), ..plan_page(mark) };
    vec![
        sample("renewals", renewals::page(&frame, &renewals_page(mark))),
        sample("renewals-empty", renewals::page(&frame, &none)),
        sample("renewal", renewals::plan_page(&frame, &plan_page(mark))),
        sample("renewal-planned", renewals::plan_page(&frame, &reader)),
    ]
}

fn row(number: u64, planned: bool, mark: &str) -> RenewalRow {
    let product = RenewalProduct {
        product: ProductId(7),
        metric: Metric::NamedUser,
        given: Quantity::Units(400),
        unused: 42,
        short: 0,
        short_without: 358,
    };
    RenewalRow {
        renewal: Renewal {
            agreement: AgreementId(number),
            ends_on: day("2025-12-31"),
            notice_by: Some(day("2025-09-02")),
            cost: vec![eur(48_000)],
            unpriced: 1,
            unused_cost: vec![eur(5_040)],
            products: vec![product],
            suggestion: Suggestion {
                choice: RenewalChoice::Reduce,
                why: said("Not used: 42 of 400 of Drafter Pro.", mark),
            },
        },
        reference: said(&format!("ARC-2023-{number}"), mark),
        party: said("Arcline", mark),
        products: vec![(ProductId(7), said("Drafter Pro", mark))],
        plan: planned
            .then(|| (RenewalChoice::Reduce, said("The studio closes in spring.", mark), said("Ivo Marsh", mark))),
    }
}

fn renewals_page(mark: &str) -> RenewalsPage {
    RenewalsPage {
        days: 180,
        rows: vec![row(3, false, mark), row(8, true, mark)],
        rights: vec![EndingRow {
            entitlement: EntitlementId(12),
            product: (ProductId(9), said("Ledgerline", mark)),
            ends_on: day("2025-11-30"),
        }],
        cost: vec![eur(96_000)],
        unused_cost: vec![eur(10_080)],
        unplanned: 1,
        any_agreement: true,
        copy: copy("indult renewal list --until 2026-02-01", "GET /v1/renewals?until=2026-02-01"),
    }
}

fn plan_page(mark: &str) -> PlanPage {
    PlanPage {
        row: row(3, false, mark),
        may_plan: true,
        choice: "reduce".to_owned(),
        reason: String::new(),
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "reason".into(), sentence: "Enter why this is planned.".into() }]),
    }
}
