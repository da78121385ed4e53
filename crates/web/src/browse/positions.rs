//! The position: every product's line, in views, sorted, cut into parts; and as a CSV file.

use std::collections::BTreeSet;

use app::positions::Line;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::entitlement::Quantity;
use domain::id::{AgreementId, ProductId};
use domain::money::sums;
use domain::product::folded;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::browse::lines;
use crate::browse::visitor::Visitor;
use crate::pages::addresses;
use crate::pages::layout::CopyAs;
use crate::pages::position::{self, Column, PositionPage, SavedView, Sort, Totals, UnitTotals};
use crate::problem::Problem;

/// How far ahead a right's end is called near.
const EXPIRING_DAYS: i64 = 90;

/// Everything that the address asks for.
struct Wanted {
    view: SavedView,
    text: String,
    sort: Sort,
}

fn wanted(visitor: &Visitor) -> Wanted {
    let sort = Sort::from_word(visitor.asked("sort")).unwrap_or(Sort { column: Column::Exposure, descending: true });
    Wanted {
        view: SavedView::from_word(visitor.asked("view")).unwrap_or(SavedView::All),
        text: visitor.asked("q").to_owned(),
        sort,
    }
}

/// The days that are called near, and what ends on them beside the rights and exceptions themselves. Found once for all
/// lines: to look through every right for every product takes longer than the lines.
struct Near {
    days: std::ops::RangeInclusive<Date>,
    /// Products with a right that counts under an agreement that ends soon.
    by_agreement: BTreeSet<ProductId>,
}

impl Near {
    fn of(visitor: &Visitor) -> Self {
        let state = visitor.state();
        let today = state.day(visitor.now);
        let days = today..=today.checked_add(EXPIRING_DAYS.days()).unwrap_or(Date::MAX);
        let ends_soon = |agreement: AgreementId| {
            let agreement = state.agreements.get(&agreement);
            agreement.and_then(|agreement| agreement.terms.ends_on).is_some_and(|end| days.contains(&end))
        };
        let rights = state.entitlements.values().filter(|right| right.agreement.is_some_and(ends_soon));
        let by_agreement = rights.filter(|right| right.counts_on(today)).map(|right| right.product).collect();
        Self { days, by_agreement }
    }
}

/// Whether a line is in a view.
fn is_in(near: &Near, line: &Line, view: SavedView) -> bool {
    match view {
        SavedView::All => true,
        SavedView::Short => line.short > 0,
        SavedView::Surplus => line.surplus.is_some_and(|surplus| surplus > 0),
        SavedView::Unlicensed => line.entitled == Quantity::Units(0) && line.consumed > 0,
        SavedView::Expiring => {
            let mut counting = line.supplies.iter().filter(|supply| supply.why_not.is_none());
            near.by_agreement.contains(&line.product)
                || counting.any(|supply| supply.ends_on.is_some_and(|end| near.days.contains(&end)))
        }
    }
}

/// The lines of a view in their order.
fn selected(visitor: &Visitor, wanted: &Wanted) -> (Vec<position::Line>, [u64; 5]) {
    let today = visitor.state().day(visitor.now);
    let near = Near::of(visitor);
    let all = visitor.snapshot.lines(visitor.now);
    let mut counts = [0; 5];
    for (count, view) in counts.iter_mut().zip(SavedView::ALL) {
        *count = u64::try_from(all.iter().filter(|line| is_in(&near, line, view)).count()).unwrap_or(u64::MAX);
    }
    let text = folded(&wanted.text);
    // Each with its name as compared, which is made once and not for every comparison.
    let mut shown: Vec<(String, position::Line)> = all
        .iter()
        .filter(|line| is_in(&near, line, wanted.view))
        .map(|line| lines::shown(visitor.state(), line, today))
        .map(|line| (folded(&line.name), line))
        .filter(|(name, line)| {
            name.contains(&text) || line.publisher.as_deref().is_some_and(|publisher| folded(publisher).contains(&text))
        })
        .collect();
    shown.sort_by(|one, other| order(one, other, wanted.sort));
    (shown.into_iter().map(|(_, line)| line).collect(), counts)
}

fn order(
    (name, one): &(String, position::Line),
    (other_name, other): &(String, position::Line),
    sort: Sort,
) -> std::cmp::Ordering {
    let entitled = |line: &position::Line| line.entitled.units().unwrap_or(u64::MAX);
    let balance = |line: &position::Line| (i128::from(line.surplus.unwrap_or(u64::MAX))) - i128::from(line.short);
    let amount = |line: &position::Line| line.exposure.map(|money| money.amount).unwrap_or_default();
    let by = match sort.column {
        Column::Product => name.cmp(other_name),
        Column::Entitled => entitled(one).cmp(&entitled(other)),
        Column::Used => one.used.cmp(&other.used),
        Column::Balance => balance(one).cmp(&balance(other)),
        Column::Exposure => amount(one).cmp(&amount(other)).then(one.short.cmp(&other.short)),
    };
    let by = if sort.descending { by.reverse() } else { by };
    by.then_with(|| name.cmp(other_name))
}

fn totals(lines: &[position::Line]) -> Totals {
    let metric = lines.first().map(|line| line.metric);
    let one_metric = lines.iter().all(|line| Some(line.metric) == metric);
    let units = (one_metric && !lines.is_empty()).then(|| UnitTotals {
        entitled: lines
            .iter()
            .try_fold(0_u64, |sum, line| Some(sum.saturating_add(line.entitled.units()?)))
            .map_or(Quantity::Unlimited, Quantity::Units),
        used: lines.iter().map(|line| line.used).sum(),
        by_exception: lines.iter().map(|line| line.by_exception).sum(),
        short: lines.iter().map(|line| line.short).sum(),
        surplus: lines.iter().filter_map(|line| line.surplus).sum(),
    });
    let unpriced = lines.iter().filter(|line| line.short > 0 && line.exposure.is_none()).count();
    Totals {
        units,
        exposure: sums(lines.iter().filter_map(|line| line.exposure)),
        unpriced: u64::try_from(unpriced).unwrap_or(u64::MAX),
    }
}

/// The page.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let wanted = wanted(&visitor);
    let (lines, counts) = selected(&visitor, &wanted);
    let paging = visitor.paging(lines.len());
    let query = [("view", wanted.view.name()), ("q", wanted.text.as_str())];
    let command = if wanted.view == SavedView::All {
        "indult position list".to_owned()
    } else {
        format!("indult position list --view {}", wanted.view.name())
    };
    let view = PositionPage {
        view: wanted.view,
        counts,
        sort: wanted.sort,
        totals: totals(&lines),
        lines: visitor.part(&lines, paging).to_vec(),
        paging,
        freshness: lines::freshness(visitor.state()),
        copy: CopyAs {
            command,
            request: format!("GET {}", addresses::with_query("/v1/positions", &query)),
            csv: Some(addresses::with_query("/position.csv", &query)),
            json: Some(addresses::with_query("/v1/positions", &query)),
        },
        nothing_imported: visitor.state().products.is_empty() && visitor.state().imports.is_empty(),
        text: wanted.text,
    };
    Ok(visitor.page(position::page(&visitor.frame(), &view)))
}

/// The same rows as a CSV file; a cell that a spreadsheet would take for a formula is made text.
pub async fn csv(visitor: Visitor) -> Result<Response, Problem> {
    let visitor = visitor.as_of().await?;
    let (lines, _) = selected(&visitor, &wanted(&visitor));
    let mut file = String::from(
        "product,name,publisher,metric,entitled,used,exempt,covered_by_exception,short,surplus,exposure,currency\r\n",
    );
    for line in lines {
        let cells = [
            line.product.to_string(),
            line.name,
            line.publisher.unwrap_or_default(),
            line.metric.name().into_owned(),
            line.entitled.to_string(),
            line.used.to_string(),
            line.exempt.to_string(),
            line.by_exception.to_string(),
            line.short.to_string(),
            line.surplus.map_or_else(String::new, |surplus| surplus.to_string()),
            line.exposure.map_or_else(String::new, |money| money.amount.to_string()),
            line.exposure.map_or_else(String::new, |money| money.currency.to_string()),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        file.push_str(&cells.join(","));
        file.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"position.csv\""),
    ];
    Ok(visitor.told((headers, file).into_response()))
}

/// A quoted cell that no spreadsheet reckons with.
pub fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
