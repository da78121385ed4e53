//! The form for what a suite is made of.

use domain::id::ProductId;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Link, Place, page as whole_page};

/// What a suite is made of, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteForm {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The components, one in each line.
    pub components: String,
    /// From how many components on it is inferred.
    pub inferred_from: String,
    /// Whether the product is a suite now.
    pub is_suite: bool,
    /// Names the act once.
    pub key: String,
    /// What to change.
    pub errors: Errors,
}

/// The page.
pub fn page(frame: &Frame, form: &SuiteForm) -> Markup {
    let title = format!("Components of {}", form.name);
    let heading = Heading {
        above: Some(Link::new(addresses::product(form.product), form.name.clone())),
        words: &title,
        lede: Some(html! { "One unit of a suite licenses all its components on one device, or for one person." }),
        ..Heading::default()
    };
    let errors = &form.errors;
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long method="post" action=(addresses::product_suite(form.product)) novalidate {
            (hidden("key", &form.key))
            (Field {
                name: "components",
                label: "Components",
                hint: "The number or name of a product in each line. An exclamation mark at the end says that the suite is only inferred where it is. Empty says that the product is no suite.",
                value: &form.components,
                errors,
            }.lines(6))
            (Field {
                name: "inferred_from",
                label: "Inferred from so many components",
                hint: "Where the suite itself is not found, its rights may cover devices with so many of the components. 0 is never.",
                value: &form.inferred_from,
                errors,
            }.line(Input::Number, "off"))
            div.buttons { button type="submit" { "Save the components" } }
        }
        @if form.is_suite {
            p.provenance { "Devices where the suite itself is found need one unit of it, and none of the components." }
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Products, errors: errors.any() }, &main)
}
