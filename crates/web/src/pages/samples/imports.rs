//! Samples of imports, entitlements and agreements.

use domain::entitlement::{Metric, Quantity};
use domain::id::{AgreementId, EntitlementId, ImportId, ProductId};
use domain::party::Direction;

use super::exceptions::effect;
use super::{Sample, at, copy, day, digest, eur, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::addresses;
use crate::pages::agreements::{self, AgreementPage, AgreementRow, AgreementsPage, ClauseShown};
use crate::pages::confirmation::{self, ConfirmationPage, ProductEffect};
use crate::pages::entitlements::{self, EntitlementPage, EntitlementRow, EntitlementsPage, Standing};
use crate::pages::imports::{
    self, ColumnUse, Counts, FileRow, ImportKind, ImportPage, ImportRow, ImportsPage, NewImportPage, Outcome,
    PositionChange, PreviewPage, RejectGroup, RemarkGroup, Shortly, TableForm,
};
use crate::pages::layout::{Link, Place};
use crate::pages::product::Happened;
use crate::pages::renewals;

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let empty =
        ImportsPage { rows: Vec::new(), paging: Paging { number: 2, size: 50, total: 51 }, ..imports_page(mark) };
    let inventory = PreviewPage {
        kind: ImportKind::Inventory,
        outcome: Some(inventory(mark)),
        table: None,
        already: Some(ImportId(14)),
        ..preview(mark)
    };
    let mut samples = vec![
        sample("imports", imports::page(&frame, &imports_page(mark))),
        sample("imports-empty", imports::page(&frame, &empty)),
        sample("import-new", imports::new_page(&frame, &new_import(mark))),
        sample("import-preview", imports::preview_page(&frame, &preview(mark))),
        sample("import-preview-unread", imports::preview_page(&frame, &unread_preview(mark))),
        sample("import", imports::import_page(&frame, &import_page(mark))),
        sample("import-undo", confirmation::page(&frame, &undo(mark))),
        sample("entitlements", entitlements::page(&frame, &entitlements_page(mark))),
        sample("entitlement", entitlements::entitlement_page(&frame, &entitlement_page(mark))),
        sample("agreements", agreements::page(&frame, &agreements_page(mark))),
        sample("agreement", agreements::agreement_page(&frame, &agreement_page(mark))),
    ];
    // The same title as the other preview, so it is only looked at for what it says.
    samples.push(sample("import-preview-inventory", imports::preview_page(&frame, &inventory)));
    samples
}

fn counts_of_entitlements() -> Counts {
    Counts { rows: 118, rejected: 13, merged: 2, ..Counts::default() }
}

fn imports_page(mark: &str) -> ImportsPage {
    let row = |number, kind, source: &str, counts, undone| ImportRow {
        import: ImportId(number),
        kind,
        source: said(source, mark),
        files: (1..=5).map(|file| said(&format!("report-{file}.json"), mark)).collect(),
        counts,
        by: said("Ivo Marsh", mark),
        at: at("2025-08-12T06:12:00Z"),
        undone,
    };
    let inventory = Counts { reports: 300, installations: 21_440, merged: 12, ..Counts::default() };
    ImportsPage {
        paging: Paging::whole(3),
        rows: vec![
            row(14, ImportKind::Inventory, "glpi", inventory, false),
            row(13, ImportKind::Inventory, "branch-office", Counts { reports: 1, installations: 1, ..inventory }, true),
            row(2, ImportKind::Entitlements, "snipe-it", counts_of_entitlements(), false),
        ],
        may_import: true,
        copy: copy("indult import list", "GET /v1/imports?limit=50"),
    }
}

fn mappings() -> Vec<Choice> {
    vec![Choice::plain("", "Find it out from the headings"), Choice::plain("snipe-it", "Snipe-IT licence export")]
}

fn new_import(mark: &str) -> NewImportPage {
    NewImportPage {
        kind: "inventory".into(),
        source: said("branch-office", mark),
        device: said("LT-7", mark),
        mappings: mappings(),
        mapping: String::new(),
        errors: Errors(vec![FieldError {
            field: "files".into(),
            sentence: said("notes.docx is none of the formats that can be read. Export it as CSV.", mark),
        }]),
    }
}

fn shortly(entitled: &str, used: u64, short: u64, exposure: Option<i64>) -> Shortly {
    Shortly { entitled: entitled.into(), used, short, exposure: exposure.map(eur) }
}

fn outcome(mark: &str) -> Outcome {
    Outcome {
        kind: ImportKind::Entitlements,
        source: said("snipe-it", mark),
        files: vec![FileRow {
            name: said("licences.csv", mark),
            bytes: 18_220,
            format: "CSV".into(),
            digest: digest("licences"),
        }],
        counts: counts_of_entitlements(),
        devices_added: 0,
        products_added: vec![said("Orrery Statistics", mark), said("Pelican Diagram", mark)],
        rejects: vec![
            RejectGroup {
                problem: said("The metric is not one of device, installation and named user.", mark),
                repair: "Write one of these words in the column Metric.".into(),
                count: 9,
                examples: vec![("line 14".into(), said("per core", mark)), ("line 31".into(), said("PVU", mark))],
            },
            RejectGroup {
                problem: "The day 04/05/2025 can be 4 May or 5 April.".into(),
                repair: "Write it as 2025-05-04.".into(),
                count: 4,
                examples: vec![("line 40".into(), said("04/05/2025", mark))],
            },
        ],
        remarks: vec![RemarkGroup {
            text: "3 units at EUR 10.00 are not EUR 31.00; the price of one unit was taken as it stands.".into(),
            places: vec![said("licences.csv, line 9", mark)],
            count: 1,
        }],
        changes: vec![
            PositionChange {
                product: Some(ProductId(7)),
                name: said("Lumen Workbench Professional", mark),
                before: Some(shortly("400", 550, 120, Some(41_400))),
                after: Some(shortly("500", 550, 20, Some(6_900))),
            },
            PositionChange {
                product: None,
                name: said("Orrery Statistics", mark),
                before: None,
                after: Some(shortly("20", 0, 0, None)),
            },
        ],
        changes_more: 36,
    }
}

fn inventory(mark: &str) -> Outcome {
    Outcome {
        kind: ImportKind::Inventory,
        counts: Counts { reports: 300, installations: 21_440, merged: 12, ..Counts::default() },
        devices_added: 4,
        rejects: Vec::new(),
        remarks: Vec::new(),
        changes: Vec::new(),
        changes_more: 0,
        ..outcome(mark)
    }
}

fn table_form(mark: &str) -> TableForm {
    let column = |header: &str, samples: &[&str], field: &str, is_suggested| ColumnUse {
        header: said(header, mark),
        samples: samples.iter().map(|sample| said(sample, mark)).collect(),
        field: field.to_owned(),
        is_suggested,
    };
    let choices = |names: &[&str]| names.iter().map(|name| Choice::plain(*name, *name)).collect::<Vec<_>>();
    TableForm {
        file: said("licences.xlsx", mark),
        sheets: vec![Choice::plain("Licences", said("Licences", mark)), Choice::plain("Notes", "Notes")],
        sheet: "Licences".into(),
        header_row: 3,
        delimiters: choices(&["comma", "semicolon"]),
        delimiter: "semicolon".into(),
        encodings: choices(&["utf8", "windows1252"]),
        encoding: "windows1252".into(),
        decimals: choices(&["point", "comma"]),
        decimal: "comma".into(),
        orders: choices(&["day_first", "month_first"]),
        order: String::new(),
        ambiguous_dates: 4,
        order_shown: Some("the day first".into()),
        columns: vec![
            column("License Name", &["Lumen Workbench Professional", "Fathom CAD"], "product", false),
            column("Menge", &["400", "36"], "quantity", true),
            column("Notes", &["renewed by phone"], "", false),
        ],
        fields: vec![
            Choice::plain("", "Ignored"),
            Choice::plain("product", "Product"),
            Choice::plain("quantity", "Quantity"),
        ],
        missing: vec!["metric".into()],
        defaults: vec![("metric".into(), "Metric".into(), said("device", mark))],
        headers: vec![said("License Name", mark), "Menge".into(), "Notes".into()],
        first_rows: vec![(4, vec![said("Fathom CAD", mark), "36".into()])],
    }
}

fn preview(mark: &str) -> PreviewPage {
    PreviewPage {
        kind: ImportKind::Entitlements,
        source: said("snipe-it", mark),
        device: String::new(),
        outcome: Some(outcome(mark)),
        table: Some(table_form(mark)),
        staged: "9f2c".into(),
        mapping_file: said("name = \"snipe-it\"", mark),
        can_be_remembered: true,
        already: None,
        key: "c0ffee-b".into(),
        errors: Errors::default(),
    }
}

/// A table that cannot be read before its columns are chosen.
fn unread_preview(mark: &str) -> PreviewPage {
    PreviewPage {
        outcome: None,
        errors: Errors(vec![FieldError {
            field: "columns".into(),
            sentence: said("No column gives the metric.", mark),
        }]),
        ..preview(mark)
    }
}

fn import_page(mark: &str) -> ImportPage {
    let outcome = outcome(mark);
    ImportPage {
        import: ImportId(2),
        kind: ImportKind::Entitlements,
        source: said("snipe-it", mark),
        files: outcome.files.clone(),
        counts: counts_of_entitlements(),
        by: said("Ivo Marsh", mark),
        at: at("2025-08-12T06:12:00Z"),
        entry: 31,
        undone: None,
        outcome: Some(outcome),
        why_not_undo: String::new(),
        copy: copy("indult import show IMP-2", "GET /v1/imports/IMP-2"),
    }
}

fn undo(mark: &str) -> ConfirmationPage {
    ConfirmationPage {
        place: Place::Imports,
        above: Link::new(addresses::import(ImportId(2)), "IMP-2"),
        question: "Undo IMP-2?".into(),
        sentence: said("118 entitlements from snipe-it, imported by Ivo Marsh.", mark),
        consequences: vec![
            "118 entitlements will no longer count.".into(),
            said("Orrery Statistics will go, because nothing else names it.", mark),
        ],
        stays: vec![
            "Pelican Diagram stays, because EXC-139 is about it.".into(),
            "The files stay in the record.".into(),
        ],
        effects: vec![ProductEffect {
            product: Link::new("/products/PRD-7", said("Lumen Workbench Professional", mark)),
            effect: effect(),
        }],
        asked: None,
        action: addresses::import_undo(ImportId(2)),
        button: "Undo IMP-2 as a whole".into(),
        key: "c0ffee-c".into(),
        errors: Errors::default(),
    }
}

fn entitlement_row(number: u64, quantity: Quantity, standing: Standing, mark: &str) -> EntitlementRow {
    EntitlementRow {
        entitlement: EntitlementId(number),
        product: ProductId(7),
        product_name: said("Lumen Workbench Professional", mark),
        metric: Metric::Device,
        quantity,
        starts_on: Some(day("2023-01-01")),
        ends_on: (standing != Standing::Counts).then(|| day("2025-09-30")),
        agreement: Some((AgreementId(3), said("ARC-2023-118", mark))),
        purchase_reference: Some(said("order 44021", mark)),
        unit_price: Some(eur(345)),
        standing,
    }
}

fn entitlements_page(mark: &str) -> EntitlementsPage {
    EntitlementsPage {
        text: said("", mark),
        paging: Paging { number: 2, size: 2, total: 118 },
        rows: vec![
            entitlement_row(4, Quantity::Units(400), Standing::Counts, mark),
            EntitlementRow {
                agreement: None,
                unit_price: None,
                ..entitlement_row(5, Quantity::Unlimited, Standing::Ending, mark)
            },
        ],
        may_import: true,
        copy: copy("indult entitlement list", "GET /v1/entitlements?limit=50"),
    }
}

fn entitlement_page(mark: &str) -> EntitlementPage {
    EntitlementPage {
        row: entitlement_row(4, Quantity::Units(400), Standing::Counts, mark),
        exempt_environments: vec!["development".into(), "test".into()],
        secondary_use: true,
        scope: said("region Europe", mark),
        versions: Some(said("version 12 and older", mark)),
        instead_for: vec![Link::new(addresses::product(ProductId(7)), said("Lumen Workbench Professional", mark))],
        import: Some(ImportId(2)),
        history: vec![Happened {
            entry: 32,
            at: at("2025-01-09T08:02:00Z"),
            who: said("Ivo Marsh", mark),
            what: "recorded it (IMP-2)".into(),
        }],
        may_retire: true,
    }
}

fn agreement_row(number: u64, reference: &str, ends: &str, notice: Option<&str>, mark: &str) -> AgreementRow {
    AgreementRow {
        agreement: AgreementId(number),
        reference: said(reference, mark),
        party: said("Arclight Systems", mark),
        direction: Direction::Inbound,
        starts_on: Some(day("2023-01-01")),
        ends_on: Some(day(ends)),
        notice_by: notice.map(day),
        rights: 12,
    }
}

fn agreements_page(mark: &str) -> AgreementsPage {
    AgreementsPage {
        due_only: false,
        counts: (3, 2),
        paging: Paging::whole(3),
        rows: vec![
            agreement_row(3, "ARC-2023-118", "2025-12-31", Some("2025-09-02"), mark),
            agreement_row(5, "NG-77", "2025-10-31", Some("2025-08-01"), mark),
            agreement_row(8, "OUT-4", "2027-10-31", None, mark),
        ],
        copy: copy("indult agreement list", "GET /v1/agreements?limit=50"),
    }
}

fn agreement_page(mark: &str) -> AgreementPage {
    AgreementPage {
        row: agreement_row(3, "ARC-2023-118", "2025-12-31", Some("2025-09-02"), mark),
        revision: 2,
        clauses: vec![
            ClauseShown {
                mark: "4.1".into(),
                heading: said("Grant", mark),
                wording: said("The customer may use the software on the number of devices it has paid for.", mark),
            },
            ClauseShown { mark: "4.2".into(), heading: said("Redistribution", mark), wording: said("None.", mark) },
        ],
        rights: vec![entitlement_row(4, Quantity::Units(400), Standing::Counts, mark)],
        renewal: Some(renewals::link(AgreementId(3))),
        history: vec![Happened {
            entry: 30,
            at: at("2025-01-09T08:02:00Z"),
            who: said("Ivo Marsh", mark),
            what: "recorded it (IMP-2)".into(),
        }],
    }
}
