//! Samples of use over time.

use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::usage::Feature;

use super::{Sample, copy, day, frame, said, sample};
use crate::design::forms::{Choice, Errors, FieldError};
use crate::design::tables::Paging;
use crate::pages::usages::{
    self, DayRow, DeniedRow, FeatureRow, FeaturesPage, HolderRow, UsagePage, UsagesPage, UsedRow,
};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let empty = UsagesPage { rows: Vec::new(), paging: Paging { number: 2, size: 50, total: 51 }, ..list(mark) };
    vec![
        sample("usages", usages::page(&frame, &list(mark))),
        sample("usages-empty", usages::page(&frame, &empty)),
        sample("usage", usages::usage_page(&frame, &usage(mark))),
        sample("usage-metered", usages::usage_page(&frame, &metered(mark))),
        sample("features", usages::features_page(&frame, &features(mark))),
    ]
}

fn metric(name: &str) -> Metric {
    Metric::from_exact(name).unwrap_or(Metric::Device)
}

fn list(mark: &str) -> UsagesPage {
    let row = |number, name: &str, named: &str, used, short| UsedRow {
        product: ProductId(number),
        name: said(name, mark),
        metric: metric(named),
        features: 2,
        entitled: Quantity::Units(40),
        used,
        by_exception: 0,
        short,
        surplus: Some(40_u64.saturating_sub(used)),
    };
    UsagesPage {
        paging: Paging::whole(2),
        rows: vec![
            row(12, "Fathom CAD", "concurrent_session", 44, 4),
            row(18, "Orrery Cloud", "metered_monthly", 12, 0),
        ],
        unlinked: 3,
        copy: copy("indult usage list", "GET /v1/usage?limit=50"),
    }
}

fn usage(mark: &str) -> UsagePage {
    let peaks = [31, 38, 44, 40, 29, 6, 4, 33, 41, 43];
    let day = |(place, peak): (i8, u64)| DayRow {
        day: day("2025-08-03").saturating_add(jiff::SignedDuration::from_hours(24 * i64::from(place))),
        peak,
        at: Some("10:42".to_owned()),
        denials: u64::from(peak == 44) * 3,
    };
    let holder = |user: &str, licences| HolderRow {
        user: said(user, mark),
        host: said("kv-lab-0413", mark),
        features: vec![said("FATHOM_PKG", mark), said("FATHOM_CAD_2025", mark)],
        licences,
        since: Some("2025-08-05 09:12".to_owned()),
    };
    UsagePage {
        product: ProductId(12),
        name: said("Fathom CAD", mark),
        metric: metric("concurrent_session"),
        metered: false,
        adds_up: false,
        used: None,
        sentence: said("At most 44 in use at once in the last 10 days; 41 would have been enough.", mark),
        zone: "Europe/Prague".to_owned(),
        days_shown: 30,
        days: (0..).zip(peaks).map(day).collect(),
        entitled: Quantity::Units(40),
        peak: 44,
        peak_at: Some("2025-08-05 10:42".to_owned()),
        enough: Some(41),
        above: Some("3 hours 20 minutes".to_owned()),
        available: Some(40),
        active: None,
        holders: vec![holder("a.sevcik", 1), holder("", 2)],
        holders_more: 42,
        denied: vec![DeniedRow { user: said("i.marsh", mark), denials: 3, last: Some("2025-08-05 10:43".to_owned()) }],
        denials: 3,
        features: vec![said("FATHOM_PKG (fathomd)", mark), said("FATHOM_CAD_2025 (fathomd)", mark)],
        copy: copy("indult usage show PRD-12 --days 30", "GET /v1/usage/PRD-12?days=30"),
    }
}

fn metered(mark: &str) -> UsagePage {
    UsagePage {
        product: ProductId(18),
        name: said("Orrery Cloud", mark),
        metric: metric("metered_monthly"),
        metered: true,
        adds_up: true,
        used: Some(12),
        enough: None,
        above: None,
        active: Some(9),
        holders: Vec::new(),
        holders_more: 0,
        denied: Vec::new(),
        denials: 0,
        features: Vec::new(),
        entitled: Quantity::Unlimited,
        ..usage(mark)
    }
}

fn features(mark: &str) -> FeaturesPage {
    let row = |name: &str, product: Option<u64>| FeatureRow {
        key: format!("fathomd-{name}"),
        feature: Feature { vendor: Some(said("fathomd", mark)), name: said(name, mark) },
        label: product.is_none().then(|| said("Fathom package", mark)),
        product: product.map(|product| (ProductId(product), said("Fathom CAD", mark))),
        sessions: 8_402,
        denials: 2,
        readings: 0,
        last: Some(day("2025-08-12")),
    };
    FeaturesPage {
        text: said("fathom", mark),
        paging: Paging::whole(2),
        rows: vec![row("FATHOM_PKG", None), row("FATHOM_CAD_2025", Some(12))],
        products: vec![Choice::plain("", "Choose a product"), Choice::plain("PRD-12", said("Fathom CAD", mark))],
        product: String::new(),
        chosen: vec!["fathomd-FATHOM_PKG".to_owned()],
        may_link: true,
        errors: Errors(vec![FieldError {
            field: "product".to_owned(),
            sentence: "Choose the product that they are.".to_owned(),
        }]),
        key: "key".to_owned(),
        copy: copy("indult usage features", "GET /v1/features?limit=50"),
    }
}
