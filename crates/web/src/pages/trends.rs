//! Trends: the position over the sealed days, of all products together and of one, with its peaks and its forecast.
//!
//! Numbers come ready; charts have the same numbers as the tables below them.

use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::money::Money;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::charts::{self, Chart};
use crate::design::moments;
use crate::design::numbers::{self, MoneyColumn, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// The whole position on a sealed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeRow {
    /// The day.
    pub day: Date,
    /// Devices.
    pub devices: u64,
    /// Installations.
    pub installations: u64,
    /// Products.
    pub products: u64,
    /// Products of which something was short.
    pub short: u64,
    /// Exposure by currency.
    pub exposure: Vec<Money>,
    /// Short products without a price.
    pub unpriced: u64,
}

/// A product whose use changed most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mover {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub metric: Metric,
    /// Units used on the earlier day and on the last.
    pub used: (u64, u64),
    /// Units short on the earlier day and on the last.
    pub short: (u64, u64),
}

/// The whole trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeTrendPage {
    /// Exposure in the organisation's currency.
    pub exposure: Chart,
    /// That currency.
    pub currency: String,
    /// Products with a shortage.
    pub short: Chart,
    /// The days shown, the newest first.
    pub rows: Vec<WholeRow>,
    /// Sealed days in all.
    pub total: u64,
    /// The two days between which the movers are compared, the earlier first.
    pub between: Option<(Date, Date)>,
    /// The products whose use changed most between them.
    pub movers: Vec<Mover>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of the whole position.
pub fn whole_page_of(frame: &Frame, view: &WholeTrendPage) -> Markup {
    let heading = Heading {
        words: "Trends",
        lede: Some(html! { "The position on every sealed day, as it was reckoned from that day\u{2019}s seal." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty(
                "No day is sealed yet",
                "Every day is sealed soon after it is over; a trend begins with the second.",
                Some((addresses::SEALS, "Seals")),
                Some("indult seal"),
            ))
        } @else {
            section aria-labelledby="exposure-title" {
                h2 #exposure-title { "Exposure, " (view.currency) }
                (charts::chart("exposure-chart", &view.exposure))
            }
            section aria-labelledby="short-title" {
                h2 #short-title { "Products short" }
                (charts::chart("short-chart", &view.short))
            }
            (movers(view))
            section aria-labelledby="days-title" { h2 #days-title { "Day by day" } (whole_table(view)) }
        }
        (copy_as(&view.copy))
    };
    let title = if view.rows.is_empty() { "Trends: no sealed day yet" } else { "Trends" };
    whole_page(frame, Head::new(title, Place::Trends), &main)
}

fn movers(view: &WholeTrendPage) -> Markup {
    let change = |(before, after): (u64, u64)| {
        html! {
            (count(before)) " \u{2192} " (count(after))
            @if after > before { span.under { "+" (count(after - before)) } }
            @else if before > after { span.under { "\u{2212}" (count(before - after)) } }
        }
    };
    html! {
        @if let Some((earlier, last)) = view.between {
            section aria-labelledby="movers-title" {
                h2 #movers-title { "What changed most" }
                @if view.movers.is_empty() { p { "The use of no product changed between " (moments::day(earlier)) " and " (moments::day(last)) "." } }
                @else {
                    (tables::region("movers", &html! { "Between " (moments::day(earlier)) " and " (moments::day(last)) }, &html! {
                        (tables::heads(&["Product", "Metric", "#Used", "#Short"]))
                        tbody { @for mover in &view.movers { tr {
                            th scope="row" { a.name href=(addresses::product_trend(mover.product)) { (mover.name) } }
                            td { (numbers::metric(mover.metric)) }
                            td.n { (change(mover.used)) }
                            td.n { (change(mover.short)) }
                        } } }
                    }))
                }
            }
        }
    }
}

fn whole_table(view: &WholeTrendPage) -> Markup {
    let money = MoneyColumn::of(view.rows.iter().flat_map(|row| &row.exposure));
    let shown = u64::try_from(view.rows.len()).unwrap_or(u64::MAX);
    let caption = html! {
        (count(shown)) " of " (numbers::counted(view.total, "sealed day", "sealed days"))
        @if shown < view.total { span.provenance { "Months\u{2019} ends and the days of late; the file has every day." } }
    };
    tables::region(
        "days",
        &caption,
        &html! {
            thead { tr {
                th scope="col" { "Day" } th.n scope="col" { "Devices" } th.n scope="col" { "Installations" }
                th.n scope="col" { "Products" } th.n scope="col" { "Short" } th.n scope="col" { (money.heading("Exposure")) }
            } }
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::position_on(row.day)) { (moments::day_text(row.day)) } }
                td.n { (count(row.devices)) }
                td.n { (count(row.installations)) }
                td.n { (count(row.products)) }
                td.n { (count(row.short)) }
                td.n {
                    @if row.exposure.is_empty() { "0" }
                    @for (place, sum) in row.exposure.iter().enumerate() { @if place > 0 { br; } (money.cell(sum)) }
                    @if row.unpriced > 0 { span.under { "and " (numbers::counted(row.unpriced, "line", "lines")) " without a price" } }
                }
            } } }
        },
    )
}

/// A product on a sealed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// The day.
    pub day: Date,
    /// What was counted.
    pub metric: Metric,
    /// Units that rights gave.
    pub entitled: Quantity,
    /// Units used.
    pub used: u64,
    /// Used units that were covered.
    pub covered: u64,
    /// Used units that were not.
    pub short: u64,
    /// What the shortage would have cost.
    pub exposure: Option<Money>,
}

/// A highest number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakRow {
    /// Of which time: `Ever`, `2026, third quarter`.
    pub time: String,
    /// The number.
    pub used: u64,
    /// The day on which it was reached first.
    pub day: Date,
    /// The entry of that day's seal.
    pub sealed_in: u64,
}

/// A step that is forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AheadRow {
    /// Its last day.
    pub day: Date,
    /// What is expected.
    pub expected: u64,
    /// The band.
    pub between: (u64, u64),
    /// What rights give then.
    pub entitled: Quantity,
}

/// The trend of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductTrendPage {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// What is counted now.
    pub metric: Metric,
    /// What may be used, is used, and is expected.
    pub chart: Chart,
    /// The days shown, the newest first.
    pub rows: Vec<ProductRow>,
    /// Sealed days with a line of it in all.
    pub total: u64,
    /// Its highest numbers.
    pub peaks: Vec<PeakRow>,
    /// Whether its metric is reported by its highest number of a quarter.
    pub reported_by_peak: bool,
    /// `month` or `week`.
    pub period: &'static str,
    /// The steps ahead.
    pub ahead: Vec<AheadRow>,
    /// When use is expected to exceed what is entitled.
    pub runs_out_on: Option<Date>,
    /// When it may.
    pub may_run_out_on: Option<Date>,
    /// How the forecast was made: what each sentence is about, and the sentence.
    pub working: Vec<(&'static str, String)>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of a product.
pub fn product_page(frame: &Frame, view: &ProductTrendPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::product(view.product), view.name.clone())),
        words: "Trend and forecast",
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        p.byline { (view.name) " \u{b7} counted by " a href=(addresses::metric(view.metric)) { (view.metric.unit(1)) } " \u{b7} " (view.product) }
        @if view.rows.is_empty() {
            (tables::empty(
                "Not on any sealed day yet",
                "Every day is sealed soon after it is over; a trend begins with the second on which this product has a line.",
                Some((addresses::SEALS, "Seals")),
                Some("indult seal"),
            ))
        } @else {
            p.sentence { (outlook(view)) }
            (charts::chart("trend-chart", &view.chart))
            (forecast(view))
            (peaks(view))
            section aria-labelledby="days-title" { h2 #days-title { "Day by day" } (product_table(view)) }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&format!("Trend of {} ({})", view.name, view.product), Place::Trends), &main)
}

fn outlook(view: &ProductTrendPage) -> String {
    let short_now = view.rows.first().is_some_and(|row| row.short > 0);
    match (view.runs_out_on, view.may_run_out_on, view.ahead.is_empty()) {
        (_, _, true) => "There are not enough sealed days for a forecast yet.".to_owned(),
        _ if short_now => "More is used than covered already.".to_owned(),
        (Some(day), ..) => {
            format!("Use is expected to exceed what is entitled in the {} that ends on {day}.", view.period)
        }
        (None, Some(day), _) => format!(
            "Use is expected to stay within what is entitled; it may exceed it by the {} that ends on {day}.",
            view.period
        ),
        (None, None, _) => format!(
            "Use is expected to stay within what is entitled for {}.",
            numbers::counted(
                u64::try_from(view.ahead.len()).unwrap_or(u64::MAX),
                view.period,
                if view.period == "week" { "weeks" } else { "months" }
            )
        ),
    }
}

fn forecast(view: &ProductTrendPage) -> Markup {
    html! {
        section.working aria-labelledby="forecast-title" {
            h2 #forecast-title { "Forecast" }
            @if !view.ahead.is_empty() {
                (tables::region("forecast", &html! { "What is expected, with the band that four of five past errors stayed within" }, &html! {
                    (tables::heads(&["Up to", "#Expected", "#Between", "#Entitled", "Outlook"]))
                    tbody { @for row in &view.ahead { tr {
                        th scope="row" { (moments::day_text(row.day)) }
                        td.n { (count(row.expected)) }
                        td.n { (count(row.between.0)) " and " (count(row.between.1)) }
                        td.n { (numbers::quantity(row.entitled)) }
                        td { (state_of(row)) }
                    } } }
                }))
            }
            ol { @for (label, text) in &view.working {
                li { div.step-label { (label) } div.step-amount {} p { (text) } }
            } }
        }
    }
}

fn state_of(row: &AheadRow) -> Markup {
    let exceeds = |used: u64| row.entitled.units().is_some_and(|entitled| used > entitled);
    if exceeds(row.expected) {
        states::mark(Tone::Bad, "Exceeded")
    } else if exceeds(row.between.1) {
        states::mark(Tone::Attention, "May be exceeded")
    } else {
        states::mark(Tone::Good, "Enough")
    }
}

fn peaks(view: &ProductTrendPage) -> Markup {
    html! {
        section aria-labelledby="peaks-title" {
            h2 #peaks-title { "Peaks" }
            @if view.reported_by_peak { p { "This metric is reported by its highest number of a quarter." } }
            (tables::region("peaks", &html! { "The highest use on sealed days, each with its first day" }, &html! {
                (tables::heads(&["Time", "#Highest", "On", "#Sealed in"]))
                tbody { @for peak in &view.peaks { tr {
                    th scope="row" { (peak.time) }
                    td.n { (count(peak.used)) }
                    td { a href=(addresses::position_on(peak.day)) { (moments::day_text(peak.day)) } }
                    td.n { a href=(addresses::entry(peak.sealed_in)) { (count(peak.sealed_in)) } }
                } } }
            }))
        }
    }
}

fn product_table(view: &ProductTrendPage) -> Markup {
    let money = MoneyColumn::of(view.rows.iter().filter_map(|row| row.exposure.as_ref()));
    let shown = u64::try_from(view.rows.len()).unwrap_or(u64::MAX);
    let caption = html! {
        (count(shown)) " of " (numbers::counted(view.total, "sealed day", "sealed days"))
        @if shown < view.total { span.provenance { "Months\u{2019} ends and the days of late; the file has every day." } }
    };
    tables::region(
        "days",
        &caption,
        &html! {
            thead { tr {
                th scope="col" { "Day" } th scope="col" { "Metric" } th.n scope="col" { "Entitled" } th.n scope="col" { "Used" }
                th.n scope="col" { "Covered" } th.n scope="col" { "Short" } th.n scope="col" { (money.heading("Exposure")) }
            } }
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::with_query(&addresses::product(view.product), &[("as_of", &row.day.to_string())])) { (moments::day_text(row.day)) } }
                td { (numbers::metric(row.metric)) }
                td.n { (numbers::quantity(row.entitled)) }
                td.n { (count(row.used)) }
                td.n { (count(row.covered)) }
                td.n { (count(row.short)) }
                td.n { @match (&row.exposure, row.short) {
                    (Some(exposure), _) => { (money.cell(exposure)) }
                    (None, 0) => { span.none { (NONE) } }
                    (None, _) => { span.none { "no price" } }
                } }
            } } }
        },
    )
}
