//! Samples of the position, the products and the titles.

use domain::case::CaseStatus;
use domain::entitlement::{Metric, Quantity};
use domain::id::{CaseId, EntitlementId, ProductId, TitleMatchId};

use super::{Sample, at, copy, day, eur, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::layout::{CopyAs, Frame, Link};
use crate::pages::metrics::{self, ExampleRow, MetricPage, MetricRow, MetricStep, MetricsPage, Tried};
use crate::pages::position::{self, Column, Freshness, Line, PositionPage, SavedView, Sort, Totals};
use crate::pages::product::{
    self, Happened, ProductPage, Recognised, Related, RowsKind, RowsPage, Step, SuiteShown, Supply, SupplyKind,
    UsageRow,
};
use crate::pages::products::{self, ProductRow, ProductsPage};
use crate::pages::titles::{self, MatchPage, Suggestion, TitleRow, TitlesPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    vec![
        sample("position", position::page(&frame, &position_page(mark))),
        sample("position-short", position::page(&frame, &short_page(mark))),
        sample("position-nothing-found", position::page(&frame, &nothing_found(mark))),
        sample("position-empty", position::page(&frame, &empty(mark))),
        sample("product", product::page(&frame, &product_page(mark))),
        sample("product-rows", product::rows_page(&frame, &rows(mark))),
        sample("product-unlicensed", product::page(&frame, &unlicensed(&frame, mark))),
        sample("products", products::page(&frame, &products_page(mark))),
        sample("metrics", metrics::page(&frame, &metrics_page(mark))),
        sample("metric", metrics::metric_page(&frame, &metric_page(mark))),
        sample("titles", titles::page(&frame, &titles_page(mark))),
        sample("title-match", titles::match_page(&frame, &match_page(mark))),
    ]
}

pub(super) fn freshness() -> Freshness {
    Freshness {
        sources: 4,
        newest: Some(at("2025-08-12T06:12:00Z")),
        oldest: Some(("branch-office".into(), at("2025-08-03T05:00:00Z"))),
        stale_after_days: 7,
    }
}

struct Numbers(u64, u64, u64, u64, u64, Option<i64>);

fn line(number: u64, name: &str, publisher: &str, metric: Metric, numbers: &Numbers, mark: &str) -> Line {
    let Numbers(entitled, used, by_exception, short, surplus, exposure) = *numbers;
    Line {
        product: ProductId(number),
        name: said(name, mark),
        publisher: Some(said(publisher, mark)),
        metric,
        entitled: Quantity::Units(entitled),
        used,
        exempt: 0,
        by_exception,
        short,
        surplus: Some(surplus),
        exposure: exposure.map(eur),
        saving: None,
        range: None,
        next_end: None,
        stale: false,
    }
}

pub(super) fn workbench(mark: &str) -> Line {
    Line {
        exempt: 14,
        next_end: Some(day("2025-09-30")),
        ..line(
            7,
            "Lumen Workbench Professional",
            "Arclight Systems",
            Metric::Device,
            &Numbers(500, 550, 30, 20, 0, Some(6_900)),
            mark,
        )
    }
}

fn lines(mark: &str) -> Vec<Line> {
    let line =
        |number, name, publisher, metric, numbers: Numbers| line(number, name, publisher, metric, &numbers, mark);
    vec![
        Line {
            range: Some((41, 48, said("7 devices state no primary user.", mark))),
            stale: true,
            ..line(
                12,
                "Fathom CAD",
                "Fathom Marine Software",
                Metric::NamedUser,
                Numbers(36, 44, 0, 8, 0, Some(28_400)),
            )
        },
        workbench(mark),
        line(3, "Quillmark Office Suite", "Quillmark", Metric::NamedUser, Numbers(300, 268, 0, 0, 32, None)),
        line(21, "Tessera Database Standard", "Tessera Data", Metric::Installation, Numbers(12, 12, 0, 0, 0, None)),
        Line {
            entitled: Quantity::Unlimited,
            surplus: None,
            ..line(9, "Harbour Backup Agent", "Northgate Utilities", Metric::Device, Numbers(0, 291, 0, 0, 0, None))
        },
        line(31, "Pelican Diagram", "Pelican & Sons", Metric::Device, Numbers(0, 17, 0, 17, 0, None)),
        line(16, "Orrery Statistics", "Orrery Analytics", Metric::NamedUser, Numbers(20, 23, 3, 0, 0, None)),
        Line {
            next_end: Some(day("2025-08-20")),
            ..line(5, "Brightline Remote Control", "Brightline", Metric::Device, Numbers(120, 97, 0, 0, 23, None))
        },
    ]
}

fn position_page(mark: &str) -> PositionPage {
    PositionPage {
        view: SavedView::All,
        counts: [112, 3, 18, 1, 5],
        text: String::new(),
        sort: Sort { column: Column::Exposure, descending: true },
        paging: Paging { number: 1, size: 50, total: 112 },
        lines: lines(mark),
        totals: Totals { units: None, exposure: vec![eur(35_300)], unpriced: 1 },
        freshness: freshness(),
        copy: copy("indult position list --sort -exposure", "GET /v1/position?sort=-exposure"),
        nothing_imported: false,
    }
}

fn short_page(mark: &str) -> PositionPage {
    let lines: Vec<Line> = lines(mark).into_iter().filter(|line| line.short > 0).collect();
    PositionPage {
        view: SavedView::Short,
        text: said("a", mark),
        paging: Paging { number: 2, size: 3, total: 6 },
        lines,
        ..position_page(mark)
    }
}

fn nothing_found(mark: &str) -> PositionPage {
    PositionPage {
        view: SavedView::Unlicensed,
        text: said("zeppelin", mark),
        paging: Paging::whole(0),
        lines: Vec::new(),
        ..position_page(mark)
    }
}

fn empty(mark: &str) -> PositionPage {
    PositionPage { view: SavedView::Expiring, nothing_imported: true, lines: Vec::new(), ..position_page(mark) }
}

fn step(label: &str, amount: Option<&str>, text: &str, rows: Option<RowsKind>) -> Step {
    Step { label: label.into(), amount: amount.map(str::to_owned), text: text.into(), rows }
}

fn steps() -> Vec<Step> {
    vec![
        step("Installed", Some("564"), "564 devices report a title that is recognised as this product.", None),
        step(
            "Exempt",
            Some("\u{2212} 14"),
            "ENT-4 lets devices in development go without a licence; 14 of the 564 are in development.",
            Some(RowsKind::Exempt),
        ),
        step("Used", Some("550"), "564 less 14.", Some(RowsKind::Consumed)),
        step(
            "Covered by entitlements",
            Some("\u{2212} 500"),
            "ENT-4 gives 400 and ENT-9 gives 100; both count devices and are valid today.",
            Some(RowsKind::ByEntitlement),
        ),
        step(
            "Covered by exceptions",
            Some("\u{2212} 30"),
            "EXC-97 grants 30 devices until the end of 31 Dec 2025.",
            Some(RowsKind::ByException),
        ),
        step("Short", Some("20"), "550 less 500 less 30.", Some(RowsKind::Short)),
        step("Exposure", Some("EUR 6,900"), "20 devices at EUR 345, the last price paid (ENT-9).", None),
    ]
}

fn supplies(mark: &str) -> Vec<Supply> {
    let entitlement = |number, under: &str, units, rejected: Option<&str>| Supply {
        kind: SupplyKind::Entitlement(EntitlementId(number)),
        under: said(under, mark),
        metric: Metric::Device,
        quantity: Quantity::Units(units),
        starts_on: Some(day("2023-01-01")),
        ends_on: None,
        used: units,
        covers: units,
        lent: 0,
        of: None,
        rejected: rejected.map(str::to_owned),
    };
    vec![
        entitlement(4, "ARC-2023-118, order 44021", 400, None),
        Supply { lent: 12, ..entitlement(9, "ARC-2023-118, order 51377", 100, None) },
        Supply {
            of: Some(Link::new("/products/PRD-8", said("Lumen Studio", mark))),
            ..entitlement(12, "ARC-2023-118, order 51380", 5, None)
        },
        Supply {
            kind: SupplyKind::Exception(CaseId(97)),
            under: said("Field laptops for the harbour survey", mark),
            starts_on: Some(day("2025-03-03")),
            ends_on: Some(day("2025-12-31")),
            ..entitlement(0, "", 30, None)
        },
        Supply {
            ends_on: Some(day("2024-12-31")),
            ..entitlement(2, "ARC-2019-007", 250, Some("Its last day was 31 Dec 2024."))
        },
        Supply {
            metric: Metric::NamedUser,
            ..entitlement(
                11,
                "ARC-2023-118, order 51377",
                40,
                Some("It licenses named users; this product is counted by device."),
            )
        },
    ]
}

fn suite(mark: &str) -> SuiteShown {
    SuiteShown {
        components: vec![
            (Link::new("/products/PRD-9", said("Lumen Draw", mark)), true),
            (Link::new("/products/PRD-10", said("Lumen Solve", mark)), false),
        ],
        inferred_from: 2,
        part_of: vec![Link::new("/products/PRD-8", said("Lumen Studio", mark))],
    }
}

fn product_page(mark: &str) -> ProductPage {
    ProductPage {
        line: workbench(mark),
        by_entitlement: 500,
        sentence:
            "You own 500, use 550, and 30 are covered by an exception until 31 Dec 2025; 20 are short, about EUR 6,900."
                .into(),
        steps: steps(),
        supplies: supplies(mark),
        titles: vec![
            Recognised {
                title_match: None,
                title: said("Lumen Workbench Professional", mark),
                publisher: None,
                installations: 522,
            },
            Recognised {
                title_match: Some(TitleMatchId(3)),
                title: said("Lumen Workbench Pro *", mark),
                publisher: Some(said("Arclight Systems s.r.o.", mark)),
                installations: 44,
            },
        ],
        requests: vec![
            Related {
                case: CaseId(142),
                title: said("Twenty more for the pump line", mark),
                status: CaseStatus::Deciding,
                quantity: 20,
                until: day("2025-12-31"),
            },
            Related {
                case: CaseId(97),
                title: said("Field laptops for the harbour survey", mark),
                status: CaseStatus::Approved,
                quantity: 30,
                until: day("2025-12-31"),
            },
        ],
        history: vec![
            Happened {
                entry: 1_188,
                at: at("2025-08-12T06:12:00Z"),
                who: said("Ivo Marsh", mark),
                what: "imported inventory (IMP-14)".into(),
            },
            Happened {
                entry: 904,
                at: at("2025-03-03T10:40:00Z"),
                who: said("Dana Oakes", mark),
                what: "approved EXC-97".into(),
            },
            Happened {
                entry: 31,
                at: at("2025-01-09T08:02:00Z"),
                who: said("Ivo Marsh", mark),
                what: "recorded ENT-4 and ENT-9 (IMP-2)".into(),
            },
        ],
        history_total: 41,
        reported: Some((day("2025-08-03"), day("2025-08-12"))),
        undated: 2,
        freshness: freshness(),
        request: Some(Link::new("/requests/new?product=PRD-7&quantity=20", "Request an exception for 20")),
        copy: copy("indult position explain PRD-7", "GET /v1/position/PRD-7"),
        may_unmatch: true,
        may_record: true,
        suite: suite(mark),
        compliant_by: vec![Link::new("/agreements/AGR-3", said("ARC-2023-118", mark))],
        usage: None,
    }
}

fn unlicensed(frame: &Frame, mark: &str) -> ProductPage {
    ProductPage {
        line: line(31, "Pelican Diagram", "Pelican & Sons", Metric::Device, &Numbers(0, 17, 0, 17, 0, None), mark),
        by_entitlement: 0,
        sentence: "You own none and use 17; 17 are short, at a price that is not known.".into(),
        steps: vec![
            step(
                "Used",
                Some("17"),
                "17 devices report a title that is recognised as this product.",
                Some(RowsKind::Consumed),
            ),
            step("Short", Some("17"), "Nothing gives a right to use it.", Some(RowsKind::Short)),
        ],
        supplies: Vec::new(),
        titles: Vec::new(),
        requests: Vec::new(),
        history: Vec::new(),
        history_total: 0,
        request: frame
            .viewer
            .as_ref()
            .map(|_| Link::new("/requests/new?product=PRD-31", "Request an exception for 17")),
        ..product_page(mark)
    }
}

fn rows(mark: &str) -> RowsPage {
    let row = |device: &str, person: Option<&str>, covered_by: Option<Link>| UsageRow {
        units: 1,
        device: said(device, mark),
        person: person.map(|person| said(person, mark)),
        titles: vec![said("Lumen Workbench Professional 12.4.1", mark), said("Lumen Workbench Pro 11", mark)],
        environment: "production".into(),
        last_used_on: Some(day("2025-08-11")),
        sources: vec![said("glpi", mark)],
        covered_by,
        span: None,
    };
    RowsPage {
        product: ProductId(7),
        name: said("Lumen Workbench Professional", mark),
        metric: Metric::Device,
        kind: RowsKind::Short,
        number: 20,
        counting: Some("Each device counts once, however many releases it holds.".into()),
        paging: Paging { number: 1, size: 50, total: 112 },
        rows: vec![
            row("kv-lab-0412", Some("m.hale"), None),
            UsageRow { last_used_on: None, ..row("kv-lab-0413", None, None) },
            row("kv-sales-0071", Some("t.oyelaran"), Some(Link::new("/requests/EXC-97", "EXC-97"))),
        ],
        copy: copy("indult position explain PRD-7 --rows short", "GET /v1/position/PRD-7/rows?kind=short"),
    }
}

fn products_page(mark: &str) -> ProductsPage {
    let row = |number, name: &str, publisher: &str, metric, devices, rights| ProductRow {
        product: ProductId(number),
        name: said(name, mark),
        publisher: Some(said(publisher, mark)),
        metric,
        titles: 3,
        devices,
        rights,
    };
    ProductsPage {
        text: String::new(),
        paging: Paging::whole(4),
        rows: vec![
            row(12, "Fathom CAD", "Fathom Marine Software", Metric::NamedUser, 47, 1),
            row(9, "Harbour Backup Agent", "Northgate Utilities", Metric::Device, 291, 1),
            row(7, "Lumen Workbench Professional", "Arclight Systems", Metric::Device, 564, 4),
            row(21, "Tessera Database Standard", "Tessera Data", Metric::Installation, 12, 2),
        ],
        unrecognised: 38,
        may_import: true,
        copy: copy("indult product list", "GET /v1/products"),
    }
}

fn suggestions(mark: &str) -> Vec<Suggestion> {
    vec![
        Suggestion {
            product: ProductId(7),
            name: said("Lumen Workbench Professional", mark),
            shared_words: vec![said("lumen", mark), said("workbench", mark)],
        },
        Suggestion { product: ProductId(8), name: said("Lumen Viewer", mark), shared_words: vec![said("lumen", mark)] },
    ]
}

fn titles_page(mark: &str) -> TitlesPage {
    let row = |name: &str, publisher: Option<&str>, devices, versions: &[&str], suggestions| TitleRow {
        name: said(name, mark),
        publisher: publisher.map(|publisher| said(publisher, mark)),
        devices,
        versions: versions.iter().map(|version| said(version, mark)).collect(),
        suggestions,
    };
    TitlesPage {
        text: String::new(),
        paging: Paging { number: 1, size: 3, total: 38 },
        rows: vec![
            row("Lumen WB Pro (x64) en-GB", Some("ARCLIGHT SYSTEMS"), 61, &["12.4.0", "12.4.1"], suggestions(mark)),
            row("vcrt-redist-2019", None, 44, &["14.1", "14.2", "14.3", "14.4", "14.5"], Vec::new()),
            row("Pelican Diagram Reader", Some("Pelican & Sons"), 12, &[], Vec::new()),
        ],
        may_match: true,
        nothing_imported: false,
        copy: copy("indult product match --list", "GET /v1/titles?recognised=false"),
    }
}

fn match_page(mark: &str) -> MatchPage {
    MatchPage {
        name: said("Lumen WB Pro (x64) en-GB", mark),
        pattern: said("Lumen WB Pro *", mark),
        publisher: said("ARCLIGHT SYSTEMS", mark),
        suggestions: suggestions(mark),
        products: vec![Choice::plain("", ""), Choice::plain("PRD-12", said("Fathom CAD", mark))],
        metrics: vec![Choice::plain("device", "Device"), Choice::plain("named_user", "Named user")],
        choice: "new".into(),
        product: String::new(),
        new_name: String::new(),
        new_publisher: said("Arclight Systems", mark),
        new_metric: "device".into(),
        reach: Some((3, 61)),
        errors: Errors(vec![FieldError { field: "new_name".into(), sentence: "Name the new product.".into() }]),
        key: "c0ffee-3".into(),
    }
}

fn metrics_page(mark: &str) -> MetricsPage {
    let row = |name: &str, title: &str, publisher: Option<&str>, products: u64| MetricRow {
        metric: Metric::from_exact(name).unwrap_or(Metric::Device),
        name: name.to_owned(),
        title: said(title, mark),
        publisher: publisher.map(|publisher| said(publisher, mark)),
        counts: "cores",
        products,
    };
    MetricsPage {
        text: String::new(),
        paging: Paging { number: 1, size: 50, total: 2 },
        rows: vec![row("core", "Core", None, 3), row("tessera_core", "Database core", Some("Tessera Data"), 1)],
        copy: CopyAs {
            command: "indult metric list".into(),
            request: "GET /v1/metrics".into(),
            csv: None,
            json: Some("/v1/metrics".into()),
        },
    }
}

fn metric_page(mark: &str) -> MetricPage {
    MetricPage {
        metric: Metric::from_exact("core").unwrap_or(Metric::Device),
        title: said("Core", mark),
        publisher: Some(said("Tessera Data", mark)),
        units: said("cores", mark),
        description: said("Every physical core of a machine counts.", mark),
        sources: vec![said("Agreement TD-7 (2025-01-01)", mark)],
        examples: vec![ExampleRow { title: said("Two processors of sixteen cores", mark), units: 32 }],
        typed: vec![("processors", said("2", mark))],
        errors: Errors::default(),
        tried: Some(Tried {
            low: 2,
            high: 64,
            missing: vec![said("the cores of host are not known", mark)],
            steps: vec![MetricStep { label: "Capacity", amount: "64".into(), text: said("host: 64 cores.", mark) }],
        }),
        definition: said("name = \"core\"\n", mark),
        copy: CopyAs {
            command: "indult metric show core".into(),
            request: "GET /v1/metrics/core".into(),
            csv: None,
            json: Some("/v1/metrics/core".into()),
        },
    }
}
