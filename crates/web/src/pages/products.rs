//! The products: what can be licensed, and how much of it is installed.

use domain::entitlement::Metric;
use domain::id::ProductId;
use maud::{Markup, html};

use crate::design::numbers::{self, NONE, count};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// A product in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// Its number.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Its metric.
    pub metric: Metric,
    /// Raw titles that are recognised as it.
    pub titles: u64,
    /// Devices that hold it.
    pub devices: u64,
    /// Rights on it that count today.
    pub rights: u64,
}

/// The products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductsPage {
    /// Words that name or publisher must contain; may be empty.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, in order of name.
    pub rows: Vec<ProductRow>,
    /// Titles that nothing recognises.
    pub unrecognised: u64,
    /// Whether the viewer may import.
    pub may_import: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &ProductsPage) -> Markup {
    let title = format!("Products{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Products",
        lede: Some(html! {
            "What can be licensed and what of it is installed. "
            @if view.unrecognised > 0 {
                a href=(addresses::TITLES) { (numbers::counted(view.unrecognised, "title is", "titles are")) " not recognised yet" } "."
            }
        }),
        ..Heading::default()
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "product" } else { "products" }) };
    let address =
        |number: u64| addresses::with_query(addresses::PRODUCTS, &[("q", &view.text), ("page", &number.to_string())]);
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() && view.text.is_empty() {
            (tables::empty(
                "No products yet",
                "A list of entitlements brings the products that it names; a title can also be made a product.",
                view.may_import.then_some((addresses::IMPORT_NEW, "Import entitlements")),
                Some("indult import entitlements FILE"),
            ))
        } @else {
            form.filter method="get" action=(addresses::PRODUCTS) role="search" aria-label="Products" {
                label for="q" { "Product or publisher" }
                input id="q" name="q" type="search" value=(view.text) autocomplete="off";
                button type="submit" { "Filter" }
                @if !view.text.is_empty() { a href=(addresses::PRODUCTS) { "Clear" } }
            }
            @if view.rows.is_empty() {
                div.empty { h2 { "No products found" } p { "No product or publisher contains \u{201c}" (view.text) "\u{201d}." } }
            } @else {
                (tables::region("products", &caption, &html! {
                    (tables::heads(&["Product", "Number", "Publisher", "Metric", "#Titles", "#Devices", "#Rights"]))
                    tbody { @for row in &view.rows { tr {
                        th scope="row" { a.name href=(addresses::product(row.product)) { (row.name) } }
                        td { (row.product) }
                        td { (row.publisher.as_deref().unwrap_or(NONE)) }
                        td { (numbers::metric(row.metric)) }
                        td.n { (count(row.titles)) } td.n { (count(row.devices)) } td.n { (count(row.rights)) }
                    } } }
                }))
                (tables::pages(view.paging, address))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new(&title, Place::Products), &main)
}
