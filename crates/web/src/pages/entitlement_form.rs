//! The form for a right: what it gives, for how long, and on what its units may be spent.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Link, Place, page as whole_page};

/// A right as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntitlementForm {
    /// What stands in each field of one line or several.
    pub typed: BTreeMap<String, String>,
    /// What is ticked under each name.
    pub ticked: BTreeMap<String, Vec<String>>,
    /// The metrics.
    pub metrics: Vec<Choice>,
    /// The agreements, none first.
    pub agreements: Vec<Choice>,
    /// The environments.
    pub environments: Vec<Choice>,
    /// Names the act once.
    pub key: String,
    /// What to change.
    pub errors: Errors,
}

impl EntitlementForm {
    fn field<'a>(&'a self, name: &'a str, label: &'a str, hint: &'a str) -> Field<'a> {
        let value = self.typed.get(name).map_or("", String::as_str);
        Field { name, label, hint, value, errors: &self.errors }
    }

    fn boxes(&self, name: &str, label: &str, hint: &str, choices: &[Choice]) -> Markup {
        let ticked = self.ticked.get(name).map_or(&[][..], Vec::as_slice);
        self.field(name, label, hint).boxes(choices, ticked)
    }
}

/// The page.
pub fn page(frame: &Frame, form: &EntitlementForm) -> Markup {
    let title = "Record an entitlement";
    let heading = Heading {
        above: Some(Link::new(addresses::ENTITLEMENTS, "Entitlements")),
        words: title,
        lede: Some(html! { "A right as the contract or the invoice states it. Many come faster in a file: "
        a href=(addresses::IMPORT_NEW) { "import entitlements" } "." }),
        ..Heading::default()
    };
    let main = html! {
        (form.errors.summary())
        (heading.render())
        form.long method="post" action=(addresses::ENTITLEMENTS) novalidate {
            (hidden("key", &form.key))
            (what(form))
            (terms(form))
            (use_rights(form))
            div.buttons { button type="submit" { "Record the entitlement" } }
        }
    };
    whole_page(frame, Head { title, place: Place::Entitlements, errors: form.errors.any() }, &main)
}

fn what(form: &EntitlementForm) -> Markup {
    html! {
        (form.field("product", "Product", "Its number, such as PRD-7, or its name.").line(Input::Text, "off"))
        (form.field("metric", "One unit licenses a", "").choice(&form.metrics))
        (form.field("quantity", "Units", "A number, or unlimited.").line(Input::Number, "off"))
        (form.field("agreement", "Agreement", "").choice(&form.agreements))
        (form.field("purchase_reference", "Reference", "Purchase order or invoice; may be empty.").line(Input::Text, "off"))
    }
}

fn terms(form: &EntitlementForm) -> Markup {
    html! {
        (form.field("starts_on", "First day", "Empty is since ever.").line(Input::Day, "off"))
        (form.field("ends_on", "Last day", "It counts too. Empty is for ever.").line(Input::Day, "off"))
        (form.field("unit_price", "Price of one unit", "Such as 345.00; empty where it is not known.").line(Input::Number, "off"))
        (form.field("currency", "Currency", "Three letters.").line(Input::Text, "off"))
        (form.boxes("exempt_environments", "Needs no licence in", "", &form.environments))
        (form.boxes("secondary_use", "Second device", "", &[Choice::plain("true", "A second device of the same person is free")]))
    }
}

fn use_rights(form: &EntitlementForm) -> Markup {
    let places = "One in each line; Europe holds Europe/Norway. Empty is everywhere.";
    html! {
        h2 { "On what it may be used" }
        p { "Leave this empty where the right may be used everywhere, on every version, on its own product." }
        (form.boxes("environments", "Only in", "Nothing ticked is everywhere.", &form.environments))
        (form.field("regions", "Regions or countries", places).lines(2))
        (form.field("business_units", "Business units", places).lines(2))
        (form.field("cost_centres", "Cost centres", places).lines(2))
        (form.field("newest", "Newest version", "As the inventory states it; 12 is 12.0, 12.1 and so on. Empty is every version.")
            .line(Input::Text, "off"))
        (form.boxes("downgrade", "Older versions", "", &[Choice::plain("true", "May be used in its place (downgrade)")]))
        (form.field("maintained_until", "Maintained until", "Until this day every newer version may be used.").line(Input::Day, "off"))
        (form.field("instead_for", "May be used instead for", "Products on which a unit may be spent instead, such as lower editions: a number or name in each line.")
            .lines(2))
    }
}
