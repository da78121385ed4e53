//! Samples of purchases, costs and the summary.

use app::costs::{BudgetStanding, Chargeback, ProductCost, Share, SharedBy};
use app::summary::{Figure, SummaryView};
use domain::id::{BudgetId, EntitlementId, ProductId, PurchaseId};
use domain::purchase::{BudgetTerms, PurchaseStatus};

use super::{Sample, at, copy, day, eur, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::alerts::HandledItem;
use crate::pages::costs::{self, BudgetRow, CostRow, CostsPage, SummaryPage};
use crate::pages::purchases::{self, PurchaseAct, PurchasePage, PurchaseRow, PurchasesPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let none = PurchasesPage {
        view: Some(PurchaseStatus::Refused),
        paging: Paging::whole(0),
        rows: Vec::new(),
        limits: Vec::new(),
        may_limit: false,
        errors: Errors::default(),
        ..purchases_page(mark)
    };
    let received = PurchasePage {
        row: row(1, PurchaseStatus::Received, mark),
        received: Some(EntitlementId(12)),
        acts: Vec::new(),
        errors: Errors::default(),
        ..purchase_page(mark)
    };
    let bare = CostsPage {
        products: Vec::new(),
        more_products: 0,
        chargeback: None,
        by: SharedBy::BusinessUnit,
        budgets: Vec::new(),
        errors: Errors::default(),
        ..costs_page(mark)
    };
    vec![
        sample("purchases", purchases::page(&frame, &purchases_page(mark))),
        sample("purchases-none", purchases::page(&frame, &none)),
        sample("purchase", purchases::purchase_page(&frame, &purchase_page(mark))),
        sample("purchase-received", purchases::purchase_page(&frame, &received)),
        sample("costs", costs::page(&frame, &costs_page(mark))),
        sample("costs-none", costs::page(&frame, &bare)),
        sample("summary", costs::summary_page(&frame, &summary_page(mark))),
    ]
}

fn row(number: u64, status: PurchaseStatus, mark: &str) -> PurchaseRow {
    PurchaseRow {
        purchase: PurchaseId(number),
        product: (ProductId(7), said("Drafter Pro", mark)),
        quantity: 12,
        total: Some(eur(3_600)),
        cost_centre: (number == 2).then(|| said("4110", mark)),
        requester: said("Milan Horak", mark),
        requested_at: at("2025-08-10T06:00:00Z"),
        status,
    }
}

fn purchases_page(mark: &str) -> PurchasesPage {
    PurchasesPage {
        view: None,
        paging: Paging::whole(6),
        rows: (1..).zip(PurchaseStatus::ALL).map(|(number, status)| row(number, status, mark)).collect(),
        limits: vec![("approver", eur(5_000))],
        may_ask: true,
        may_limit: true,
        typed: [said("Drafter", mark), "many".to_owned(), String::new(), String::new(), said("", mark)],
        limits_typed: said("approver 5000", mark),
        currency: "EUR".to_owned(),
        key: "key".to_owned(),
        errors: Errors(vec![FieldError {
            field: "quantity".into(),
            sentence: "Enter a whole number of units.".into(),
        }]),
        copy: copy("indult purchase list", "GET /v1/purchases"),
    }
}

fn purchase_page(mark: &str) -> PurchasePage {
    PurchasePage {
        row: row(2, PurchaseStatus::Approved, mark),
        unit_price: eur(300),
        reason: said("The new team.", mark),
        received: None,
        handled: vec![HandledItem {
            what: "Approved".to_owned(),
            who: said("Dana Novak", mark),
            at: at("2025-08-11T08:00:00Z"),
            note: said("Within the plan.", mark),
        }],
        acts: vec![PurchaseAct::Decide, PurchaseAct::Order, PurchaseAct::Receive, PurchaseAct::Withdraw],
        typed: [said("", mark), said("", mark), "12".to_owned(), "2025-08-12".to_owned(), String::new()],
        key: "key".to_owned(),
        errors: Errors(vec![FieldError {
            field: "reference".into(),
            sentence: "Enter the number of the order.".into(),
        }]),
        copy: copy("indult purchase show BUY-2", "GET /v1/purchases/BUY-2"),
    }
}

fn costs_page(mark: &str) -> CostsPage {
    let cost = ProductCost {
        product: ProductId(7),
        total: eur(120_000),
        unused: eur(12_600),
        exposure: eur(0),
        surcharge: eur(0),
        unpriced: 1,
    };
    let share =
        |name: Option<String>| Share { name, amount: eur(50_000), products: vec![(ProductId(7), 12, eur(50_000))] };
    let terms = BudgetTerms {
        cost_centre: Some(said("4110", mark)),
        starts_on: day("2025-01-01"),
        ends_on: day("2025-12-31"),
        amount: eur(40_000),
    };
    let standing = BudgetStanding {
        budget: BudgetId(1),
        running: eur(50_000),
        committed: eur(3_600),
        asked: eur(0),
        left: eur(-13_600),
    };
    CostsPage {
        products: vec![CostRow { product: (ProductId(7), said("Drafter Pro", mark)), cost }],
        more_products: 12,
        chargeback: Some(Chargeback {
            by: SharedBy::CostCentre,
            shares: vec![share(Some(said("4110", mark))), share(None)],
            unused: eur(12_600),
            total: eur(112_600),
        }),
        by: SharedBy::CostCentre,
        budgets: vec![BudgetRow { budget: BudgetId(1), terms, standing }],
        keeps: true,
        typed: [said("4110", mark), String::new(), String::new(), said("", mark)],
        surcharge: [said("Drafter", mark), "x".to_owned()],
        key: "key".to_owned(),
        errors: Errors(vec![FieldError {
            field: "percent".into(),
            sentence: "Enter a whole number of per cent.".into(),
        }]),
        copy: copy("indult cost chargeback --by cost-centre", "GET /v1/chargeback?by=cost_centre"),
    }
}

fn summary_page(mark: &str) -> SummaryPage {
    let figure = |key, label, value: &str| Figure {
        key,
        label,
        value: value.to_owned(),
        basis: said("Units short \u{d7} unit price.", mark),
        address: "/position?view=short".to_owned(),
    };
    SummaryPage {
        view: SummaryView::Finance,
        figures: vec![
            figure("exposure", "What is short would cost", "EUR 6,900.00"),
            figure("saved", "Reclaimed, as measured", "none"),
        ],
        copy: copy("indult cost summary --view finance", "GET /v1/summary?view=finance"),
    }
}
