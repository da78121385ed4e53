//! Where software is: devices and installations by region, business unit, cost centre or environment.

use app::devices::Dimension;
use domain::id::ProductId;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::numbers::count;
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// What the devices of one place hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetRow {
    /// The place; `None` for devices that state none.
    pub place: Option<String>,
    /// Where exactly its devices are listed.
    pub rows: String,
    /// Devices.
    pub devices: u64,
    /// Titles on them.
    pub installations: u64,
    /// Those that need a licence.
    pub licensable: u64,
    /// Distinct products.
    pub products: u64,
}

/// The places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetsPage {
    /// By what devices are told apart.
    pub by: Dimension,
    /// What was typed as product.
    pub typed: String,
    /// The product that is looked at, where it is one.
    pub product: Option<(ProductId, String)>,
    /// What cannot be asked for so.
    pub errors: Errors,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, most devices first.
    pub rows: Vec<FacetRow>,
    /// Devices of all places.
    pub devices: u64,
    /// Installations in all places.
    pub installations: u64,
    /// Those that need a licence.
    pub licensable: u64,
    /// Whether there is any inventory at all.
    pub nothing_imported: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// A dimension in words.
pub fn dimension_words(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Region => "region",
        Dimension::BusinessUnit => "business unit",
        Dimension::CostCentre => "cost centre",
        Dimension::Environment => "environment",
    }
}

/// The page.
pub fn page(frame: &Frame, view: &FacetsPage) -> Markup {
    let words = match &view.product {
        Some((_, name)) => format!("Where {name} is"),
        None => "Where software is".to_owned(),
    };
    let title = format!("{words}, by {}{}", dimension_words(view.by), view.paging.title_suffix());
    let heading = Heading {
        words: &words,
        lede: Some(html! {
            "Devices and what stands on them, by what sources say of each device. "
            @if let Some((product, _)) = &view.product { a href=(addresses::product(*product)) { "Its position" } }
        }),
        ..Heading::default()
    };
    let product = view.product.as_ref().map(|(product, _)| product.to_string()).unwrap_or_default();
    let address = |by: Dimension, number: u64| {
        let number = if number > 1 { number.to_string() } else { String::new() };
        addresses::with_query(addresses::FACETS, &[("by", by.name()), ("product", &product), ("page", &number)])
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if view.nothing_imported {
            (tables::empty(
                "No inventory yet",
                "Devices are counted here by place once a source reports them.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import inventory")),
                Some("indult import inventory FILE..."),
            ))
        } @else {
            nav.views aria-label="Told apart by" { ul { @for by in Dimension::ALL {
                li { a href=(address(by, 1)) aria-current=[(by == view.by).then_some("true")] { "By " (dimension_words(by)) } }
            } } }
            form.filter method="get" action=(addresses::FACETS) role="search" aria-label="Product" {
                (hidden("by", view.by.name()))
                (Field { name: "product", label: "Product", hint: "", value: &view.typed, errors: &view.errors }.line(Input::Text, "off"))
                button type="submit" { "Show" }
                @if !view.typed.is_empty() { a href=(addresses::with_query(addresses::FACETS, &[("by", view.by.name())])) { "All software" } }
            }
            @if view.rows.is_empty() {
                div.empty { h2 { "No devices found" } p { "No device holds this product." } }
            } @else {
                (table(view))
                (tables::pages(view.paging, |number| address(view.by, number)))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Facets, errors: view.errors.any() }, &main)
}

fn table(view: &FacetsPage) -> Markup {
    let words = dimension_words(view.by);
    let of_all = view.product.is_none();
    let caption = html! { (view.paging.words()) " by " (words) ", most devices first" };
    let heads: &[&str] = if of_all {
        &["Place", "#Devices", "#Installations", "#Need a licence", "#Products"]
    } else {
        &["Place", "#Devices", "#Installations"]
    };
    tables::region(
        "facets",
        &caption,
        &html! {
            (tables::heads(heads))
            tbody {
                @for row in &view.rows { tr {
                    th scope="row" { @match &row.place { Some(place) => (place), None => span.none { "devices state none" } } }
                    td.n { a href=(row.rows) { (count(row.devices)) } }
                    td.n { (count(row.installations)) }
                    @if of_all { td.n { (count(row.licensable)) } td.n { (count(row.products)) } }
                } }
                tr {
                    th scope="row" { "All places" }
                    td.n { strong { (count(view.devices)) } }
                    td.n { strong { (count(view.installations)) } }
                    @if of_all { td.n { strong { (count(view.licensable)) } } td.n {} }
                }
            }
        },
    )
}
