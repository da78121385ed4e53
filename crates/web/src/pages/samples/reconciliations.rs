//! Samples of a publisher's statement beside our rights.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::Snapshot;
use app::reconciliations::{
    ComparedStatement, Comparison, Finding, FindingKind, Incomparable, PairedBy, Reconciliation, Side,
};
use domain::entitlement::{Metric, Quantity};
use domain::id::{EntitlementId, PartyId, ProductId};
use domain::observation::{PublisherStatementRow, StatedMetric};

use super::{Sample, day, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::pages::imports::RejectGroup;
use crate::pages::layout::CopyAs;
use crate::pages::reconciliations::{AskPage, ResultPage, ask_page, result_page};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let asked = AskPage {
        publishers: vec![Choice::plain("", "As the file says"), Choice::plain("PTY-1", said("Northlight", mark))],
        publisher: "PTY-1".to_owned(),
        on: "2025-08-12".to_owned(),
        errors: Errors(vec![FieldError {
            field: "file".to_owned(),
            sentence: said("portal.pdf is none of the formats that can be read.", mark),
        }]),
        copy: posted("indult entitlement reconcile FILE"),
    };
    let found = result(mark);
    let none = ResultPage { finding: Some(FindingKind::Maintenance), rejects: Vec::new(), ..found.clone() };
    let unread = ResultPage { compared: None, ..none.clone() };
    vec![
        sample("reconciliation-new", ask_page(&frame, &asked)),
        sample("reconciliation", result_page(&frame, &found)),
        sample("reconciliation-filtered", result_page(&frame, &none)),
        sample("reconciliation-unread", result_page(&frame, &unread)),
    ]
}

/// A file is sent, so there is no address to open.
fn posted(command: &str) -> CopyAs {
    CopyAs {
        command: command.to_owned(),
        request: "POST /v1/reconciliations/statement".to_owned(),
        csv: None,
        json: None,
    }
}

fn side(units: u64) -> Side {
    Side {
        quantity: Quantity::Units(units),
        metrics: BTreeSet::from([Metric::Device]),
        starts_on: BTreeSet::from([None]),
        ends_on: BTreeSet::from([Some(day("2026-12-31"))]),
        maintained_until: BTreeSet::from([None]),
    }
}

fn row(line: u64, product: String, units: u64, metric: StatedMetric) -> PublisherStatementRow {
    PublisherStatementRow {
        line,
        product,
        sku: Some("NL-DR-100".to_owned()),
        publisher: None,
        metric: Some(metric),
        quantity: Quantity::Units(units),
        agreement: Some("N-2025".to_owned()),
        order_number: Some("PO-7".to_owned()),
        starts_on: None,
        ends_on: Some(day("2026-12-31")),
        maintained_until: None,
    }
}

fn result(mark: &str) -> ResultPage {
    let comparison = |name: &str, rows: Vec<usize>, findings| Comparison {
        product: Some(ProductId(7)),
        name: said(name, mark),
        paired_by: Some(PairedBy::Order),
        rows,
        rights: vec![EntitlementId(4)],
        theirs: Some(side(120)),
        ours: Some(side(100)),
        findings,
    };
    let words = said("bushels", mark);
    let unknown = Comparison {
        product: None,
        paired_by: None,
        rights: Vec::new(),
        ours: None,
        ..comparison(
            "Bushel Counter",
            vec![1],
            vec![Finding::NotComparable(Incomparable::UnknownMetric(words.clone()))],
        )
    };
    let comparisons = vec![comparison("Drafter Pro", vec![0], vec![Finding::Quantity, Finding::Term]), unknown];
    ResultPage {
        file: said("portal.csv", mark),
        compared: Some(ComparedStatement {
            snapshot: Arc::new(Snapshot::default()),
            rows: vec![
                row(2, said("Drafter Pro", mark), 120, StatedMetric::Known(Metric::Device)),
                row(3, said("Bushel Counter", mark), 1, StatedMetric::Other(words)),
            ],
            reconciliation: Reconciliation {
                on: day("2025-08-12"),
                publishers: BTreeSet::from([PartyId(1)]),
                comparisons,
                of_other_publishers: 2,
                not_in_force: 1,
            },
            rejects: Vec::new(),
            merged: 1,
            table: None,
        }),
        publishers: vec![said("Northlight", mark)],
        finding: None,
        rejects: vec![RejectGroup {
            problem: "The quantity is no whole number.".to_owned(),
            repair: "Write whole units; convert packs into the units they hold.".to_owned(),
            count: 1,
            examples: vec![(said("portal.csv, line 9", mark), said("1.5", mark))],
        }],
        table: None,
        staged: "k".to_owned(),
        publisher: "PTY-1".to_owned(),
        on: "2025-08-12".to_owned(),
        mapping_file: String::new(),
        errors: Errors::default(),
        copy: posted("indult entitlement reconcile FILE --on 2025-08-12"),
    }
}
