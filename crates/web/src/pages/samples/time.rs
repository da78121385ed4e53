//! Samples of pages about the past: seals, statements, trends, and the position of a sealed day.

use domain::entitlement::{Metric, Quantity};
use domain::id::{ProductId, StatementId};

use super::{Sample, at, copy, day, digest, eur, frame, said, sample};
use crate::design::charts::{Chart, Series, Stroke};
use crate::design::forms::{Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::layout::{Days, Frame, Past};
use crate::pages::seals::{self, SealRow, SealsPage};
use crate::pages::statements::{self, Checked, StatementRow, StatementsPage};
use crate::pages::trends::{self, AheadRow, Mover, PeakRow, ProductRow, ProductTrendPage, WholeRow, WholeTrendPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let none = SealsPage {
        rows: Vec::new(),
        paging: Paging { number: 1, size: 50, total: 0 },
        errors: Errors(vec![FieldError {
            field: "day".into(),
            sentence: said("\u{201c}31.7.\u{201d} is not a day. Write it as 2026-10-31.", mark),
        }]),
        ..seals_page(mark)
    };
    let checked = StatementsPage {
        checked: Some(Checked {
            name: said("statement.json", mark),
            holds: false,
            sentence: "This file is not a statement that was recorded here.".into(),
            differences: vec![said("lines, PRD-7, used: the file says 12, the seal comes to 13.", mark)],
        }),
        ..statements_page(mark)
    };
    let unsealed = WholeTrendPage { rows: Vec::new(), total: 0, between: None, movers: Vec::new(), ..whole(mark) };
    vec![
        sample("seals", seals::page(&frame, &seals_page(mark))),
        sample("seals-none", seals::page(&frame, &none)),
        sample("statements", statements::page(&frame, &statements_page(mark))),
        sample("statement-checked", statements::page(&frame, &checked)),
        sample("trends", trends::whole_page_of(&frame, &whole(mark))),
        sample(
            "trends-none",
            trends::whole_page_of(
                &Frame { sample: false, ..frame.clone() },
                &WholeTrendPage { copy: copy("indult trend", "GET /v1/trends?from=2025-01-01"), ..unsealed },
            ),
        ),
        sample("product-trend", trends::product_page(&in_the_past(&frame), &product(mark))),
    ]
}

/// A frame that says of which day the page is, with the days to choose from.
pub(super) fn in_the_past(frame: &Frame) -> Frame {
    Frame {
        past: Some(Past {
            day: day("2025-07-31"),
            sealed_in: 1_101,
            made_at: frame.now,
            back: "/position?view=short".into(),
        }),
        days: Some(Days {
            path: "/position".into(),
            kept: vec![("view".into(), "short".into())],
            chosen: Some(day("2025-07-31")),
            months: vec![day("2025-07-31"), day("2025-06-30")],
            days: vec![day("2025-08-11"), day("2025-08-10")],
        }),
        ..frame.clone()
    }
}

fn seals_page(mark: &str) -> SealsPage {
    let row = |of: &str, ends_month, entry, by: &str| SealRow {
        day: day(of),
        ends_month,
        entry,
        size: entry - 1,
        root: digest(of),
        chunks: 14,
        devices: 412,
        installations: 41_870,
        made_at: at("2025-08-12T00:00:41Z"),
        by: said(by, mark),
    };
    SealsPage {
        paging: Paging { number: 1, size: 50, total: 2 },
        rows: vec![row("2025-08-11", false, 1_190, "Ana Sevcik"), row("2025-07-31", true, 1_101, "the program")],
        may_seal: true,
        day: String::new(),
        errors: Errors::default(),
        key: "k".into(),
        copy: copy("indult seal list", "GET /v1/seals?limit=50"),
    }
}

fn statements_page(mark: &str) -> StatementsPage {
    StatementsPage {
        paging: Paging { number: 1, size: 50, total: 1 },
        rows: vec![StatementRow {
            statement: StatementId(7),
            day: day("2025-07-31"),
            sealed_in: 1_101,
            entry: 1_102,
            made_at: at("2025-08-01T00:00:52Z"),
            by: said("the program", mark),
            is_signed: true,
        }],
        may_make: true,
        day: String::new(),
        errors: Errors::default(),
        key: "k".into(),
        checked: None,
        copy: copy("indult statement list", "GET /v1/statements?limit=50"),
    }
}

fn line(name: &str, stroke: Stroke, numbers: [u64; 3], mark: &str) -> Series {
    let days = ["2025-05-31", "2025-06-30", "2025-07-31"].map(day);
    Series { name: said(name, mark), stroke, points: days.into_iter().zip(numbers.map(Some)).collect() }
}

fn chart(words: &str, series: Vec<Series>) -> Chart {
    Chart { words: words.into(), series, band: Vec::new(), today: None }
}

fn whole(mark: &str) -> WholeTrendPage {
    let row = |of: &str, short, amount| WholeRow {
        day: day(of),
        devices: 412,
        installations: 41_870,
        products: 38,
        short,
        exposure: vec![eur(amount)],
        unpriced: 1,
    };
    WholeTrendPage {
        exposure: chart(
            "From EUR 9,100 on 2025-05-31 to EUR 6,900 on 2025-07-31.",
            vec![line("Exposure", Stroke::Short, [9_100, 12_400, 6_900], mark)],
        ),
        currency: "EUR".into(),
        short: chart(
            "From 3 products short on 2025-05-31 to 2 products short on 2025-07-31.",
            vec![line("Products short", Stroke::Short, [3, 4, 2], mark)],
        ),
        rows: vec![row("2025-07-31", 2, 6_900), row("2025-06-30", 4, 12_400), row("2025-05-31", 3, 9_100)],
        total: 92,
        between: Some((day("2025-06-30"), day("2025-07-31"))),
        movers: vec![
            Mover {
                product: ProductId(7),
                name: said("Drafter Pro", mark),
                metric: Metric::Device,
                used: (210, 240),
                short: (10, 20),
            },
            Mover {
                product: ProductId(9),
                name: said("Ledgerline", mark),
                metric: Metric::NamedUser,
                used: (31, 12),
                short: (0, 0),
            },
        ],
        copy: copy("indult trend", "GET /v1/trends?from=2025-05-01"),
    }
}

fn product(mark: &str) -> ProductTrendPage {
    let row = |of: &str, used, short| ProductRow {
        day: day(of),
        metric: Metric::Device,
        entitled: Quantity::Units(220),
        used,
        covered: used - short,
        short,
        exposure: (short > 0).then(|| eur(6_900)),
    };
    let used = line("Used", Stroke::Used, [190, 201, 214], mark);
    let mut drawn = chart("Used: 190 on 2025-05-31, 214 on 2025-07-31. Entitled: 220 and 220.", vec![used]);
    drawn.series.push(line("Entitled", Stroke::Entitled, [220, 220, 220], mark));
    drawn.series.push(Series {
        name: said("Expected, with its band", mark),
        stroke: Stroke::Expected,
        points: vec![(day("2025-07-31"), Some(214)), (day("2025-08-31"), Some(226))],
    });
    drawn.band = vec![(day("2025-07-31"), 214, 214), (day("2025-08-31"), 219, 233)];
    drawn.today = Some(day("2025-07-31"));
    ProductTrendPage {
        product: ProductId(7),
        name: said("Drafter Pro", mark),
        metric: Metric::Device,
        chart: drawn,
        rows: vec![row("2025-07-31", 214, 0), row("2025-06-30", 201, 0), row("2025-05-31", 190, 0)],
        total: 92,
        peaks: vec![
            PeakRow { time: "Ever".into(), used: 240, day: day("2025-02-28"), sealed_in: 640 },
            PeakRow { time: "2025, third quarter".into(), used: 214, day: day("2025-07-31"), sealed_in: 1_101 },
        ],
        reported_by_peak: true,
        period: "month",
        ahead: vec![AheadRow {
            day: day("2025-08-31"),
            expected: 226,
            between: (219, 233),
            entitled: Quantity::Units(220),
        }],
        runs_out_on: Some(day("2025-08-31")),
        may_run_out_on: Some(day("2025-08-31")),
        working: vec![("Method", "The median slope between every two of the numbers is 12 units a month.".into())],
        copy: copy("indult trend PRD-7", "GET /v1/trends/PRD-7?from=2025-05-01"),
    }
}
