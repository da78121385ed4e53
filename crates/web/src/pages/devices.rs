//! Devices: the list with its filters, and one device with what stands on it.

use domain::id::ProductId;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input};
use crate::design::moments;
use crate::design::numbers::{NONE, count};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::conflicts::{ConflictRow, attribute_words, stated};
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// More places of a kind than this are typed, not chosen from a list.
pub const CHOICES_MAX: usize = 300;

/// What the list is narrowed down to, as it stands in the address; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Words in name, key or primary user.
    pub words: String,
    /// The region.
    pub region: String,
    /// The business unit.
    pub business_unit: String,
    /// The cost centre.
    pub cost_centre: String,
    /// The environment that is stated.
    pub environment: String,
    /// The product, by number or name.
    pub product: String,
    /// The source.
    pub source: String,
    /// What no source says.
    pub lacking: String,
}

impl DeviceFilter {
    /// The parts of an address.
    pub fn parts(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.words),
            ("region", &self.region),
            ("business_unit", &self.business_unit),
            ("cost_centre", &self.cost_centre),
            ("environment", &self.environment),
            ("product", &self.product),
            ("source", &self.source),
            ("lacking", &self.lacking),
        ]
    }

    fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, value)| value.is_empty())
    }
}

/// What there is to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterChoices {
    /// Regions.
    pub regions: Vec<String>,
    /// Business units.
    pub business_units: Vec<String>,
    /// Cost centres.
    pub cost_centres: Vec<String>,
    /// Environments.
    pub environments: Vec<Choice>,
    /// Sources.
    pub sources: Vec<String>,
    /// What sources leave out.
    pub gaps: Vec<Choice>,
}

/// A device in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// What names it for good.
    pub key: String,
    /// Host name.
    pub name: String,
    /// Its primary user.
    pub primary_user: Option<String>,
    /// Region, business unit and cost centre.
    pub places: [Option<String>; 3],
    /// The environment that it states.
    pub environment: Option<String>,
    /// Titles on it.
    pub installations: u64,
    /// The sources that report it.
    pub sources: Vec<String>,
}

/// The devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicesPage {
    /// What is asked for.
    pub filter: DeviceFilter,
    /// What could be.
    pub choices: FilterChoices,
    /// What cannot be asked for so.
    pub errors: Errors,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, by name.
    pub rows: Vec<DeviceRow>,
    /// Whether there is any inventory at all.
    pub nothing_imported: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &DevicesPage) -> Markup {
    let title = format!("Devices{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Devices",
        lede: Some(html! {
            "Everything that sources report, each device once. " a href=(addresses::FACETS) { "Where software is" }
            " counts them by place; " a href=(addresses::GAPS) { "Gaps" } " says what is not known of them."
        }),
        ..Heading::default()
    };
    let address = |number: u64| {
        let number = number.to_string();
        let mut parts = view.filter.parts().to_vec();
        parts.push(("page", &number));
        addresses::with_query(addresses::DEVICES, &parts)
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if view.nothing_imported {
            (tables::empty(
                "No inventory yet",
                "Devices stand here once a source reports them.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import inventory")),
                Some("indult import inventory FILE..."),
            ))
        } @else {
            (filter(view))
            @if view.rows.is_empty() {
                div.empty { h2 { "No devices found" } p { "No device fits all of what is asked for." } }
            } @else {
                (table(view))
                (tables::pages(view.paging, address))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Devices, errors: view.errors.any() }, &main)
}

fn filter(view: &DevicesPage) -> Markup {
    let DeviceFilter { words, region, business_unit, cost_centre, environment, product, source, lacking } =
        &view.filter;
    let errors = &view.errors;
    let field = |name, label, value| Field { name, label, hint: "", value, errors };
    html! {
        form.filter method="get" action=(addresses::DEVICES) role="search" aria-label="Devices" {
            (field("q", "Name, key or user", words).line(Input::Search, "off"))
            (place(field("region", "Region", region), &view.choices.regions))
            (place(field("business_unit", "Business unit", business_unit), &view.choices.business_units))
            (place(field("cost_centre", "Cost centre", cost_centre), &view.choices.cost_centres))
            (field("environment", "Environment", environment).choice(&any_of(&view.choices.environments, "Any")))
            (field("product", "Product", product).line(Input::Text, "off"))
            (place(field("source", "Source", source), &view.choices.sources))
            (field("lacking", "Not known", lacking).choice(&any_of(&view.choices.gaps, "Does not matter")))
            button type="submit" { "Filter" }
            @if !view.filter.is_empty() { a href=(addresses::DEVICES) { "Clear" } }
        }
    }
}

fn any_of(choices: &[Choice], any: &str) -> Vec<Choice> {
    [Choice::plain("", any)].into_iter().chain(choices.iter().cloned()).collect()
}

/// A list to choose from, or a line where the list would be long.
fn place(field: Field<'_>, known: &[String]) -> Markup {
    if known.len() > CHOICES_MAX {
        return field.line(Input::Text, "off");
    }
    let mut choices = any_of(&[], "Any");
    choices.extend(known.iter().map(|name| Choice::plain(name, name)));
    if !field.value.is_empty() && !known.iter().any(|name| name == field.value) {
        choices.push(Choice::plain(field.value, field.value));
    }
    field.choice(&choices)
}

fn known(text: Option<&String>) -> Markup {
    html! { @match text { Some(text) => (text), None => span.none { (NONE) } } }
}

fn table(view: &DevicesPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "device" } else { "devices" }) };
    tables::region(
        "devices",
        &caption,
        &html! {
            (tables::heads(&["Device", "User", "Region", "Business unit", "Cost centre", "Environment", "#Titles", "Source"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::device(&row.key)) { (row.name) } }
                td { (known(row.primary_user.as_ref())) }
                @for place in &row.places { td { (known(place.as_ref())) } }
                td { (known(row.environment.as_ref())) }
                td.n { (count(row.installations)) }
                td { (row.sources.join(", ")) }
            } } }
        },
    )
}

/// A report that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its source.
    pub source: String,
    /// The import that brought it.
    pub import: Link,
    /// When the source looked.
    pub reported_at: Option<Timestamp>,
    /// Titles in it.
    pub installations: u64,
}

/// A title on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledRow {
    /// Its name as a source writes it.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its publisher.
    pub publisher: Option<String>,
    /// The product that it is.
    pub product: Option<(ProductId, String)>,
    /// The last day of use.
    pub last_used_on: Option<Date>,
    /// The sources that report it.
    pub sources: Vec<String>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePage {
    /// What names it for good.
    pub key: String,
    /// Host name.
    pub name: String,
    /// What sources say of it, by name.
    pub facts: Vec<(&'static str, Option<String>)>,
    /// The reports that count.
    pub reports: Vec<ReportRow>,
    /// What they state differently.
    pub conflicts: Vec<ConflictRow>,
    /// Which part of its titles is shown.
    pub paging: Paging,
    /// That part, in order of title.
    pub installed: Vec<InstalledRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// One device's page.
pub fn device_page(frame: &Frame, view: &DevicePage) -> Markup {
    let title = format!("{} ({}){}", view.name, view.key, view.paging.title_suffix());
    let heading = Heading {
        above: Some(Link::new(addresses::DEVICES, "Devices")),
        words: &view.name,
        lede: Some(html! { "What sources say of it. Where they differ, the latest that says something counts." }),
        ..Heading::default()
    };
    let rows: Vec<(&str, Markup)> = view.facts.iter().map(|(name, value)| (*name, known(value.as_ref()))).collect();
    let address = |number: u64| addresses::with_query(&addresses::device(&view.key), &[("page", &number.to_string())]);
    let main = html! {
        (heading.render())
        (facts(&rows))
        (reports(view))
        @if !view.conflicts.is_empty() { (conflicts(view)) }
        @if view.installed.is_empty() {
            div.empty { h2 { "No titles" } p { "No source reports software on this device." } }
        } @else {
            (installed(view))
            (tables::pages(view.paging, address))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Devices), &main)
}

fn reports(view: &DevicePage) -> Markup {
    tables::region(
        "reports",
        &html! { "Reports that count" },
        &html! {
            (tables::heads(&["Source", "Import", "Looked at", "#Titles"]))
            tbody { @for report in &view.reports { tr {
                th scope="row" { (report.source) }
                td { a href=(report.import.address) { (report.import.words) } }
                td { @match report.reported_at { Some(at) => (moments::instant(at)), None => span.none { "not known" } } }
                td.n { (count(report.installations)) }
            } } }
        },
    )
}

fn conflicts(view: &DevicePage) -> Markup {
    tables::region(
        "conflicts",
        &html! { "Sources differ" },
        &html! {
            (tables::heads(&["About", "Counts", "Others say"]))
            tbody { @for row in &view.conflicts { tr {
                th scope="row" { (attribute_words(row.attribute).0) }
                td { (stated(&row.counts)) }
                td { @for other in &row.others { div { (stated(other)) } } }
            } } }
        },
    )
}

fn installed(view: &DevicePage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "title" } else { "titles" }) };
    tables::region(
        "titles",
        &caption,
        &html! {
            (tables::heads(&["Title", "Version", "Publisher", "Product", "Last used", "Source"]))
            tbody { @for row in &view.installed { tr {
                th.verbatim scope="row" { (row.name) }
                td { (known(row.version.as_ref())) }
                td.prose { (known(row.publisher.as_ref())) }
                td { @match &row.product {
                    Some((product, name)) => { a href=(addresses::product(*product)) { (name) } }
                    None => span.none { (NONE) }
                } }
                td { @match row.last_used_on { Some(day) => (moments::day(day)), None => span.none { "not known" } } }
                td { (row.sources.join(", ")) }
            } } }
        },
    )
}
