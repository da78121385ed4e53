//! The position: every product's line, in views, sorted, cut into parts; and as a CSV file.

use app::positions::Line;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::entitlement::Quantity;
use domain::money::Money;
use domain::product::folded;
use jiff::ToSpan as _;

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

/// Whether a line is in a view.
fn is_in(visitor: &Visitor, line: &Line, view: SavedView) -> bool {
    let today = visitor.state().day(visitor.now);
    match view {
        SavedView::All => true,
        SavedView::Short => line.short > 0,
        SavedView::Surplus => line.surplus.is_some_and(|surplus| surplus > 0),
        SavedView::Unlicensed => line.entitled == Quantity::Units(0) && line.consumed > 0,
        SavedView::Expiring => {
            let Ok(horizon) = today.checked_add(EXPIRING_DAYS.days()) else { return false };
            let near = |end: jiff::civil::Date| today <= end && end <= horizon;
            let ends =
                line.supplies.iter().filter(|supply| supply.why_not.is_none()).filter_map(|supply| supply.ends_on);
            let agreement_ends = visitor
                .state()
                .entitlements_of(line.product)
                .filter(|entitlement| entitlement.counts_on(today))
                .filter_map(|entitlement| visitor.state().agreements.get(&entitlement.agreement?)?.terms.ends_on);
            ends.chain(agreement_ends).any(near)
        }
    }
}

/// The lines of a view in their order.
fn selected(visitor: &Visitor, wanted: &Wanted) -> (Vec<position::Line>, [u64; 5]) {
    let today = visitor.state().day(visitor.now);
    let all = visitor.snapshot.lines(visitor.now);
    let mut counts = [0; 5];
    for (count, view) in counts.iter_mut().zip(SavedView::ALL) {
        *count = u64::try_from(all.iter().filter(|line| is_in(visitor, line, view)).count()).unwrap_or(u64::MAX);
    }
    let text = folded(&wanted.text);
    let mut shown: Vec<position::Line> = all
        .iter()
        .filter(|line| is_in(visitor, line, wanted.view))
        .map(|line| lines::shown(visitor.state(), line, today))
        .filter(|line| {
            folded(&line.name).contains(&text)
                || line.publisher.as_deref().is_some_and(|publisher| folded(publisher).contains(&text))
        })
        .collect();
    shown.sort_by(|one, other| order(one, other, wanted.sort));
    (shown, counts)
}

fn order(one: &position::Line, other: &position::Line, sort: Sort) -> std::cmp::Ordering {
    let entitled = |line: &position::Line| line.entitled.units().unwrap_or(u64::MAX);
    let balance = |line: &position::Line| (i128::from(line.surplus.unwrap_or(u64::MAX))) - i128::from(line.short);
    let amount = |line: &position::Line| line.exposure.map(|money| money.amount).unwrap_or_default();
    let by = match sort.column {
        Column::Product => folded(&one.name).cmp(&folded(&other.name)),
        Column::Entitled => entitled(one).cmp(&entitled(other)),
        Column::Used => one.used.cmp(&other.used),
        Column::Balance => balance(one).cmp(&balance(other)),
        Column::Exposure => amount(one).cmp(&amount(other)).then(one.short.cmp(&other.short)),
    };
    let by = if sort.descending { by.reverse() } else { by };
    by.then_with(|| folded(&one.name).cmp(&folded(&other.name)))
}

/// Amounts added up by currency.
pub fn sums(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for money in amounts {
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(money.amount),
            None => sums.push(money),
        }
    }
    sums.retain(|sum| !sum.amount.is_zero());
    sums
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
    Ok((headers, file).into_response())
}

/// A quoted cell that no spreadsheet reckons with.
pub fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
