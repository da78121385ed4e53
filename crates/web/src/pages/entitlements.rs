//! The entitlements: every right that was recorded, what it licenses, and whether it counts today.

use app::exports::Subject;
use domain::entitlement::{Metric, Quantity};
use domain::id::{AgreementId, EntitlementId, ImportId, ProductId};
use domain::money::Money;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::{self, MoneyColumn, NONE};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::exports;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};
use crate::pages::product::{Happened, happenings};

/// How a right stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It counts, and ends within 90 days.
    Ending,
    /// Its first day is to come.
    NotYet,
    /// Its last day is past.
    Ended,
    /// It was retired.
    Retired,
}

impl Standing {
    fn mark(self) -> Markup {
        match self {
            Self::Counts => states::mark(Tone::Good, "Counts"),
            Self::Ending => states::mark(Tone::Attention, "Ending soon"),
            Self::NotYet => states::mark(Tone::Quiet, "Not yet"),
            Self::Ended => states::mark(Tone::Quiet, "Ended"),
            Self::Retired => states::mark(Tone::Quiet, "Retired"),
        }
    }
}

/// A right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementRow {
    /// Its number.
    pub entitlement: EntitlementId,
    /// What it licenses.
    pub product: ProductId,
    /// The product's name.
    pub product_name: String,
    /// Its metric.
    pub metric: Metric,
    /// Its units.
    pub quantity: Quantity,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
    /// The agreement, by its reference.
    pub agreement: Option<(AgreementId, String)>,
    /// The buyer's reference.
    pub purchase_reference: Option<String>,
    /// Price of one unit.
    pub unit_price: Option<Money>,
    /// How it stands today.
    pub standing: Standing,
}

/// The rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementsPage {
    /// Words that product, agreement or reference must contain; may be empty.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub rows: Vec<EntitlementRow>,
    /// Whether the viewer may import.
    pub may_import: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list.
pub fn page(frame: &Frame, view: &EntitlementsPage) -> Markup {
    let title = format!("Entitlements{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Entitlements",
        lede: Some(html! { "Every right that was recorded, with its terms." }),
        acts: Some(html! {
            a.button.second href=(addresses::ENTITLEMENTS_RECONCILIATION) { "Compare a publisher\u{2019}s statement" }
            @if view.may_import {
                " "
                a.button.second href=(addresses::ENTITLEMENT_NEW) { "Record one" }
                " "
                a.button.second href=(addresses::IMPORT_NEW) { "Import entitlements" }
            }
        }),
        ..Heading::default()
    };
    let address = |number: u64| {
        addresses::with_query(addresses::ENTITLEMENTS, &[("q", &view.text), ("page", &number.to_string())])
    };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() && view.text.is_empty() {
            (tables::empty(
                "No entitlements yet",
                "What you own stands here once a list of it was imported.",
                view.may_import.then_some((addresses::IMPORT_NEW, "Import entitlements")),
                Some("indult import entitlements FILE"),
            ))
        } @else {
            form.filter method="get" action=(addresses::ENTITLEMENTS) role="search" aria-label="Entitlements" {
                label for="q" { "Product, agreement or reference" }
                input id="q" name="q" type="search" value=(view.text) autocomplete="off";
                button type="submit" { "Filter" }
                @if !view.text.is_empty() { a href=(addresses::ENTITLEMENTS) { "Clear" } }
            }
            @if view.rows.is_empty() {
                div.empty { h2 { "No entitlements found" } p { "None contains \u{201c}" (view.text) "\u{201d}." } }
            } @else {
                (table(view))
                (tables::pages(view.paging, address))
            }
            (copy_as(&view.copy))
            (exports::links(Subject::Entitlements))
        }
    };
    whole_page(frame, Head::new(&title, Place::Entitlements), &main)
}

fn table(view: &EntitlementsPage) -> Markup {
    let money = MoneyColumn::of(view.rows.iter().filter_map(|row| row.unit_price.as_ref()));
    let price = format!("#{}", money.heading("Unit price"));
    let caption =
        html! { (view.paging.words()) " " (if view.paging.total == 1 { "entitlement" } else { "entitlements" }) };
    tables::region(
        "entitlements",
        &caption,
        &html! {
            (tables::heads(&["Number", "Product", "Metric", "#Units", &price, "Valid", "Agreement", "Today"]))
            tbody { @for row in &view.rows { tr {
                th.id scope="row" { a href=(addresses::entitlement(row.entitlement)) { (row.entitlement) } }
                td.prose { a href=(addresses::product(row.product)) { (row.product_name) } }
                td { (numbers::metric(row.metric)) }
                td.n { (numbers::quantity(row.quantity)) }
                td.n { @match &row.unit_price { Some(price) => (money.cell(price)), None => span.none { (NONE) } } }
                td { (validity(row)) }
                td { (agreement(row)) @if let Some(reference) = &row.purchase_reference { span.under { (reference) } } }
                td { (row.standing.mark()) }
            } } }
        },
    )
}

fn validity(row: &EntitlementRow) -> Markup {
    html! {
        @match (row.starts_on, row.ends_on) {
            (None, None) => { "without end" }
            (Some(start), None) => { "from " (moments::day(start)) }
            (None, Some(end)) => { "until " (moments::day(end)) }
            (Some(start), Some(end)) => { (moments::day(start)) " \u{2013} " (moments::day(end)) }
        }
    }
}

fn agreement(row: &EntitlementRow) -> Markup {
    html! {
        @match &row.agreement {
            Some((agreement, reference)) => a href=(addresses::agreement(*agreement)) { (reference) },
            None => span.none { (NONE) },
        }
    }
}

/// A right with everything that was recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementPage {
    /// As in the list.
    pub row: EntitlementRow,
    /// Environments that need no licence under it.
    pub exempt_environments: Vec<String>,
    /// Whether a person's second device is free.
    pub secondary_use: bool,
    /// Where it may be used.
    pub scope: String,
    /// On which versions; absent is all.
    pub versions: Option<String>,
    /// On which products its units may be spent instead.
    pub instead_for: Vec<Link>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Its entries.
    pub history: Vec<Happened>,
    /// Whether the viewer may retire it.
    pub may_retire: bool,
}

/// The page of a right.
pub fn entitlement_page(frame: &Frame, view: &EntitlementPage) -> Markup {
    let row = &view.row;
    let title = format!("Entitlement {}", row.entitlement);
    let heading = Heading {
        above: Some(Link::new(addresses::ENTITLEMENTS, "Entitlements")),
        words: &title,
        marks: Some(row.standing.mark()),
        lede: Some(html! {
            (numbers::quantity(row.quantity)) " " (row.metric.unit(row.quantity.units().unwrap_or(2))) " of "
            a href=(addresses::product(row.product)) { (row.product_name) }
        }),
        acts: view.may_retire.then(|| {
            html! { a.button.second.danger href=(addresses::entitlement_retire(row.entitlement)) { "Retire" } }
        }),
    };
    let price = row.unit_price.as_ref().map_or_else(|| NONE.to_owned(), numbers::money);
    let exempt = if view.exempt_environments.is_empty() {
        "none".to_owned()
    } else {
        numbers::list(&view.exempt_environments, "and")
    };
    let main = html! {
        (heading.render())
        (facts(&[
            ("Valid", validity(row)),
            ("Agreement", agreement(row)),
            ("Reference", html! { (row.purchase_reference.as_deref().unwrap_or(NONE)) }),
            ("Unit price", html! { (price) }),
            ("Needs no licence in", html! { (exempt) }),
            ("Second device of a person", html! { (if view.secondary_use { "free" } else { "counts" }) }),
            ("May be used", html! { (view.scope) }),
            ("Versions", html! { (view.versions.as_deref().unwrap_or("all")) }),
            ("Instead for", html! {
                @if view.instead_for.is_empty() { "no other product" }
                @for (place, link) in view.instead_for.iter().enumerate() {
                    @if place > 0 { ", " } a href=(link.address) { (link.words) }
                }
            }),
            ("Brought by", html! { @match view.import {
                Some(import) => a href=(addresses::import(import)) { (import) },
                None => "a person",
            } }),
        ]))
        h2 { "History" }
        (happenings(&view.history))
    };
    whole_page(frame, Head::new(&title, Place::Entitlements), &main)
}
