//! Software that the catalogue knows to need a licence, and that is no product of the organisation yet.

use domain::id::ProductId;
use maud::{Markup, html};

use crate::design::forms::{Errors, hidden};
use crate::design::numbers::{NONE, count};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// One software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRow {
    /// Its key in the software catalogue.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its publisher.
    pub publisher: Option<String>,
    /// What kind of software it is.
    pub category: String,
    /// The metric in which it is usually licensed.
    pub metric: String,
    /// Devices that hold it.
    pub devices: u64,
    /// A few of its titles as sources write them.
    pub titles: Vec<String>,
    /// Products of similar name, which it may be already.
    pub similar: Vec<(ProductId, String)>,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPage {
    /// On most devices first.
    pub rows: Vec<KnownRow>,
    /// The keys that are ticked.
    pub chosen: Vec<String>,
    /// Whether the viewer may record products.
    pub may_adopt: bool,
    /// What was refused.
    pub errors: Errors,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &KnownPage) -> Markup {
    let heading = Heading {
        words: "Known software",
        lede: Some(
            html! { "Installed, known to need a licence, and no product of yours yet: it stands in no position." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty(
                "Nothing is missing",
                "Software that the catalogue knows to need a licence appears here when a report brings it and no product of yours is it.",
                None,
                None,
            ))
        } @else if view.may_adopt {
            form method="post" action=(addresses::KNOWN_SOFTWARE) {
                (hidden("key", &view.key))
                (table(view))
                @if let Some(error) = view.errors.of("software") { p.error { span.aside { "Error: " } (error) } }
                div.buttons { button type="submit" { "Record the chosen as products" } }
            }
        } @else { (table(view)) }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: "Known software", place: Place::KnownSoftware, errors: view.errors.any() }, &main)
}

fn table(view: &KnownPage) -> Markup {
    tables::region(
        "known",
        &html! { (count(u64::try_from(view.rows.len()).unwrap_or(u64::MAX))) " known without a product, on most devices first" },
        &html! {
            (tables::heads(&["Software", "Publisher", "Kind", "Usual metric", "#Devices", "Similar product"]))
            tbody { @for (place, row) in view.rows.iter().enumerate() { tr {
                th scope="row" {
                    @if view.may_adopt { div.choice {
                        @let id = if place == 0 { "software".to_owned() } else { format!("software-{place}") };
                        input type="checkbox" id=(id) name="software" value=(row.key) checked[view.chosen.contains(&row.key)];
                        label for=(id) { (row.name) }
                    } } @else { (row.name) }
                    span.under { (row.titles.join(", ")) }
                }
                td.prose { (row.publisher.as_deref().unwrap_or(NONE)) }
                td { (row.category) }
                td { (row.metric) }
                td.n { (count(row.devices)) }
                td.prose {
                    @if row.similar.is_empty() { span.none { (NONE) } }
                    @for (product, name) in &row.similar { div { a href=(addresses::product(*product)) { (name) } } }
                }
            } } }
        },
    )
}
