//! Position lines as pages show them: the same numbers as `position` makes, with names beside the numbers.

use app::positions::{Line, Row, RowKind, SupplySource};
use domain::State;
use domain::id::ProductId;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::browse::visitor::Visitor;
use crate::pages::effect::Standing;
use crate::pages::position::{Freshness, Line as Shown};
use crate::pages::product::RowsKind;

/// Reports older than this are called stale.
pub const STALE_AFTER_DAYS: i64 = 14;

/// A line with the product's names.
pub fn shown(state: &State, line: &Line, today: Date) -> Shown {
    let product = state.products.get(&line.product);
    let ends = line.supplies.iter().filter(|supply| supply.used > 0).filter_map(|supply| supply.ends_on);
    let oldest = line.freshness.oldest;
    Shown {
        product: line.product,
        name: product.map_or_else(|| line.product.to_string(), |product| product.name.clone()),
        publisher: product.and_then(|product| state.publisher_name(product)).map(str::to_owned),
        metric: line.metric,
        entitled: line.entitled,
        used: line.consumed,
        exempt: line.exempt,
        by_exception: line.covered_by_grants,
        short: line.short,
        surplus: line.surplus,
        exposure: line.exposure.money,
        saving: line.saving.money,
        range: line.range.as_ref().map(|range| (range.low, range.high, range.why.clone())),
        next_end: ends.min(),
        stale: oldest.is_some_and(|oldest| days_between(oldest, today) > STALE_AFTER_DAYS),
    }
}

/// Days from one day to another.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// A line in short, for before and after.
pub fn standing(line: &Line) -> Standing {
    Standing {
        entitled: line.entitled,
        used: line.consumed,
        by_exception: line.covered_by_grants,
        short: line.short,
        surplus: line.surplus,
        exposure: line.exposure.money,
    }
}

/// How fresh the facts are: the sources of all imports that stand.
pub fn freshness(state: &State) -> Freshness {
    let mut newest_of: std::collections::BTreeMap<&str, Timestamp> = std::collections::BTreeMap::new();
    for import in state.imports.values() {
        let inventory = matches!(import.brought, domain::import::Brought::Inventory { .. });
        if inventory && import.undone.is_none() {
            let newest = newest_of.entry(import.source.as_str()).or_insert(import.at);
            *newest = (*newest).max(import.at);
        }
    }
    let oldest = newest_of.iter().min_by_key(|(_, at)| **at).map(|(source, at)| ((*source).to_owned(), *at));
    Freshness {
        sources: u64::try_from(newest_of.len()).unwrap_or(u64::MAX),
        newest: newest_of.values().max().copied(),
        oldest,
        stale_after_days: STALE_AFTER_DAYS,
    }
}

/// The rows behind a number, by `position`'s word for it.
pub fn rows_kind(kind: RowKind) -> RowsKind {
    match kind {
        RowKind::Consumed => RowsKind::Consumed,
        RowKind::Exempt => RowsKind::Exempt,
        RowKind::Covered => RowsKind::Covered,
        RowKind::Short => RowsKind::Short,
        RowKind::Included => RowsKind::Included,
    }
}

/// The rows behind a number of a page; their units sum to it.
pub fn rows(visitor: &Visitor, product: ProductId, kind: RowsKind) -> Vec<Row> {
    let of = |kind| visitor.snapshot.rows(product, kind, visitor.now);
    let covered = |by_exception: bool| {
        let mut rows = of(RowKind::Covered);
        rows.retain(|row| matches!(row.by, Some(SupplySource::Grant(_))) == by_exception);
        rows
    };
    match kind {
        RowsKind::Consumed => of(RowKind::Consumed),
        RowsKind::Exempt => of(RowKind::Exempt),
        RowsKind::Covered => of(RowKind::Covered),
        RowsKind::Short => of(RowKind::Short),
        RowsKind::Included => of(RowKind::Included),
        RowsKind::ByEntitlement => covered(false),
        RowsKind::ByException => covered(true),
    }
}
