//! Metrics: the list, and one with its rule, its sources and a calculator.

use domain::entitlement::Metric;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input};
use crate::design::numbers::{NONE, count};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// A metric in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricRow {
    /// The metric.
    pub metric: Metric,
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its publisher.
    pub publisher: Option<String>,
    /// What it counts.
    pub counts: &'static str,
    /// Products whose line is in it.
    pub products: u64,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsPage {
    /// Words that were looked for.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub rows: Vec<MetricRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list as a page.
pub fn page(frame: &Frame, view: &MetricsPage) -> Markup {
    let title = format!("Metrics{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Metrics",
        lede: Some(html! {
            "What one unit of a right licenses. Each is a definition with its source and worked examples; "
            "define your own with " code { "indult metric define FILE" } "."
        }),
        ..Heading::default()
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "metric" } else { "metrics" }) };
    let address =
        |number: u64| addresses::with_query(addresses::METRICS, &[("q", &view.text), ("page", &number.to_string())]);
    let main = html! {
        (heading.render())
        form.filter method="get" action=(addresses::METRICS) role="search" aria-label="Metrics" {
            label for="q" { "Name or publisher" }
            input id="q" name="q" type="search" value=(view.text) autocomplete="off";
            button type="submit" { "Filter" }
            @if !view.text.is_empty() { a href=(addresses::METRICS) { "Clear" } }
        }
        @if view.rows.is_empty() {
            div.empty { h2 { "No metrics found" } p { "No metric or publisher contains \u{201c}" (view.text) "\u{201d}." } }
        } @else {
            (tables::region("metrics", &caption, &html! {
                (tables::heads(&["Metric", "Name in files", "Publisher", "Counts", "#Products"]))
                tbody { @for row in &view.rows { tr {
                    th scope="row" { a.name href=(addresses::metric(row.metric)) { (row.title) } }
                    td { (row.name) }
                    td { (row.publisher.as_deref().unwrap_or(NONE)) }
                    td { (row.counts) }
                    td.n { (count(row.products)) }
                } } }
            }))
            (tables::pages(view.paging, address))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Metrics), &main)
}

/// A step of a working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricStep {
    /// What is worked out.
    pub label: &'static str,
    /// The number.
    pub amount: String,
    /// How.
    pub text: String,
}

/// What was tried and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The least.
    pub low: u64,
    /// The most.
    pub high: u64,
    /// What is not known.
    pub missing: Vec<String>,
    /// How it was worked out.
    pub steps: Vec<MetricStep>,
}

/// A worked example of the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRow {
    /// What it shows.
    pub title: String,
    /// What it comes to.
    pub units: u64,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricPage {
    /// The metric.
    pub metric: Metric,
    /// Its name for people.
    pub title: String,
    /// Its publisher.
    pub publisher: Option<String>,
    /// What its units are called.
    pub units: String,
    /// What it counts.
    pub description: String,
    /// Documents with their dates.
    pub sources: Vec<String>,
    /// Its examples.
    pub examples: Vec<ExampleRow>,
    /// What was typed into the calculator, by field.
    pub typed: Vec<(&'static str, String)>,
    /// What is wrong with it.
    pub errors: Errors,
    /// What it came to; nothing where nothing was typed.
    pub tried: Option<Tried>,
    /// The definition as a file.
    pub definition: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The calculator's fields, with label and hint.
pub const FIELDS: [(&str, &str, &str); 7] = [
    ("machines", "Machines", "That are alike, in one cluster."),
    ("processors", "Processors of each", ""),
    ("cores", "Cores of each", "All processors together."),
    ("model", "Processor model", ""),
    (
        "virtual_machines",
        "Virtual machines with the product",
        "On the first machine. Without any, it is on the machines.",
    ),
    ("virtual_processors", "Virtual processors of each virtual machine", ""),
    ("users", "Named users", ""),
];

/// One metric as a page.
pub fn metric_page(frame: &Frame, view: &MetricPage) -> Markup {
    let title = format!("{} ({})", view.title, view.metric);
    let heading =
        Heading { above: Some(Link::new(addresses::METRICS, "Metrics")), words: &view.title, ..Heading::default() };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        p.byline {
            @if let Some(publisher) = &view.publisher { (publisher) " \u{b7} " }
            "counted in " (view.units) " \u{b7} " (view.metric)
        }
        p { (view.description) }
        section aria-labelledby="try-title" {
            h2 #try-title { "Try it" }
            form.calculator method="get" action=(addresses::metric(view.metric)) {
                @for (name, label, hint) in FIELDS { (field(view, name, label, hint)) }
                button type="submit" { "Work it out" }
            }
            @if let Some(tried) = &view.tried { (result(view, tried)) }
        }
        section aria-labelledby="examples-title" {
            h2 #examples-title { "Worked examples" }
            (tables::region("examples", &html! { "Run with every build, and before a definition is recorded" }, &html! {
                (tables::heads(&["Example", "#Units"]))
                tbody { @for example in &view.examples { tr {
                    th scope="row" { (example.title) } td.n { (count(example.units)) }
                } } }
            }))
        }
        @if !view.sources.is_empty() {
            section aria-labelledby="sources-title" {
                h2 #sources-title { "Sources" }
                ul { @for source in &view.sources { li { (source) } } }
            }
        }
        section aria-labelledby="definition-title" {
            h2 #definition-title { "Definition" }
            pre tabindex="0" role="region" aria-label="The definition as a file" { (view.definition) }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &title, place: Place::Metrics, errors: view.errors.any() }, &main)
}

fn field(view: &MetricPage, name: &'static str, label: &str, hint: &str) -> Markup {
    let typed = view.typed.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| text.as_str());
    let input = if name == "model" { Input::Text } else { Input::Number };
    Field { name, label, hint, value: typed, errors: &view.errors }.line(input, "off")
}

fn result(view: &MetricPage, tried: &Tried) -> Markup {
    html! {
        div.working role="status" {
            p.sentence {
                @if tried.low < tried.high { (count(tried.low)) " to " }
                (count(tried.high)) " " (view.units)
            }
            @for missing in &tried.missing { p { "Not known: " (missing) "." } }
            ol { @for step in &tried.steps { li {
                div.step-label { (step.label) }
                div.step-amount { (step.amount) }
                p { (step.text) }
            } } }
        }
    }
}
