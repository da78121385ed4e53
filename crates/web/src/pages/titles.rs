//! Titles that nothing recognises: the queue, and saying which product a title is.

use domain::id::ProductId;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::numbers::{self, NONE, count};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// A product that a title might be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The words that they share.
    pub shared_words: Vec<String>,
}

/// A title in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleRow {
    /// As the sources write it.
    pub name: String,
    /// The publisher as the sources write it.
    pub publisher: Option<String>,
    /// Devices that hold it.
    pub devices: u64,
    /// The versions that are installed.
    pub versions: Vec<String>,
    /// Products that it might be, the most similar first.
    pub suggestions: Vec<Suggestion>,
}

/// Known software that is installed and no product yet.
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
    /// Devices that hold it.
    pub devices: u64,
    /// The titles as sources write them.
    pub titles: Vec<String>,
    /// The earliest end of support among them that is known and has passed.
    pub unsupported_since: Option<jiff::civil::Date>,
    /// A product of similar name, to which it may be linked instead.
    pub like: Option<(ProductId, String)>,
}

/// The queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitlesPage {
    /// Words that title or publisher must contain; may be empty.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part, most devices first.
    pub rows: Vec<TitleRow>,
    /// Known software without a product, on most devices first.
    pub known: Vec<KnownRow>,
    /// More of it than is shown.
    pub known_more: u64,
    /// The digest of the software catalogue, shortened.
    pub catalogue: String,
    /// The key that makes sending the form twice one act.
    pub key: String,
    /// Whether the viewer may recognise titles.
    pub may_match: bool,
    /// Whether there is any inventory at all.
    pub nothing_imported: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &TitlesPage) -> Markup {
    let title = format!("Unrecognised titles{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Unrecognised titles",
        lede: Some(
            html! { "Installed, and not known as any product yet. What is said once holds for every later report." },
        ),
        ..Heading::default()
    };
    let address =
        |number: u64| addresses::with_query(addresses::TITLES, &[("q", &view.text), ("page", &number.to_string())]);
    let main = html! {
        (heading.render())
        (known(view))
        @if view.nothing_imported {
            (tables::empty(
                "No inventory yet",
                "Titles that reports contain and no product explains stand here, the most frequent first.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import inventory")),
                Some("indult import inventory FILE..."),
            ))
        } @else if view.rows.is_empty() && view.text.is_empty() {
            (tables::empty("Every title is recognised", "New ones appear here when a report brings them.", None, None))
        } @else {
            form.filter method="get" action=(addresses::TITLES) role="search" aria-label="Titles" {
                label for="q" { "Title or publisher" }
                input id="q" name="q" type="search" value=(view.text) autocomplete="off";
                button type="submit" { "Filter" }
                @if !view.text.is_empty() { a href=(addresses::TITLES) { "Clear" } }
            }
            @if view.rows.is_empty() {
                div.empty { h2 { "No titles found" } p { "No unrecognised title contains \u{201c}" (view.text) "\u{201d}." } }
            } @else {
                (table(view))
                (tables::pages(view.paging, address))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new(&title, Place::Titles), &main)
}

/// Known software without a product, to be recorded with one act.
fn known(view: &TitlesPage) -> Markup {
    if view.known.is_empty() {
        return html! {};
    }
    let caption = html! { "Known software that needs a licence, on most devices first" };
    let table = tables::region(
        "known",
        &caption,
        &html! {
            (tables::heads(&["Software", "Publisher", "Titles", "#Devices", "Record"]))
            tbody { @for row in &view.known { tr {
                th.prose scope="row" { (row.name) span.under { (row.category)
                    @if let Some(day) = row.unsupported_since { ", unsupported since " (day) } } }
                td.prose { (row.publisher.as_deref().unwrap_or(NONE)) }
                td.prose.verbatim { (versions(&row.titles)) }
                td.n { (count(row.devices)) }
                td.prose { (record(view, row)) }
            } } }
        },
    );
    html! {
        section aria-labelledby="known-title" {
            h2 #known-title { "Known software without a product" }
            p { "The software catalogue (" (view.catalogue) ") knows these. Recorded as a product, their titles count in its position." }
            @if view.may_match {
                form method="post" action=(addresses::TITLE_ADOPTIONS) {
                    (hidden("key", &view.key))
                    (table)
                    div.buttons { button type="submit" { "Record as products" } }
                }
            } @else { (table) }
            @if view.known_more > 0 { p { (count(view.known_more)) " more follow once these are recorded." } }
        }
        h2 { "Not known at all" }
    }
}

fn record(view: &TitlesPage, row: &KnownRow) -> Markup {
    html! {
        @if view.may_match {
            label { input type="checkbox" name="software" value=(row.key); " New product" span.aside { ": " (row.name) } }
        }
        @if let Some((product, name)) = &row.like {
            span.under { "Like " a href=(addresses::product(*product)) { (name) } }
        }
    }
}

fn table(view: &TitlesPage) -> Markup {
    let caption = html! {
        (view.paging.words()) " " (if view.paging.total == 1 { "title" } else { "titles" }) ", on most devices first"
    };
    tables::region(
        "titles",
        &caption,
        &html! {
            (tables::heads(&["Title", "Publisher", "Versions", "#Devices", "Might be"]))
            tbody { @for row in &view.rows { tr {
                th.verbatim scope="row" { (row.name) }
                td.prose { (row.publisher.as_deref().unwrap_or(NONE)) }
                td.prose { (versions(&row.versions)) }
                td.n { (count(row.devices)) }
                td.prose { (suggestions(view, row)) }
            } } }
        },
    )
}

/// The first few versions, and how many more there are.
fn versions(versions: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = versions.len().saturating_sub(SHOWN);
    let shown = versions.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match (versions.len(), more) {
        (0, _) => NONE.to_owned(),
        (_, 0) => shown,
        (_, more) => format!("{shown} and {more} more"),
    }
}

fn suggestions(view: &TitlesPage, row: &TitleRow) -> Markup {
    let publisher = row.publisher.as_deref().unwrap_or("");
    let form = addresses::title_match(&row.name, publisher);
    html! {
        @for suggestion in &row.suggestions {
            div.suggestion {
                @if view.may_match {
                    a href={ (form) "&product=" (suggestion.product) } { (suggestion.name) }
                } @else { a href=(addresses::product(suggestion.product)) { (suggestion.name) } }
                span.under { "both say " (numbers::list(&suggestion.shared_words, "and")) }
            }
        }
        @if view.may_match {
            a href=(form) { @if row.suggestions.is_empty() { "Say what it is" } @else { "Something else" }
                span.aside { ": " (row.name) } }
        } @else if row.suggestions.is_empty() { span.none { (NONE) } }
    }
}

/// Saying which product a title is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchPage {
    /// The title as the sources write it.
    pub name: String,
    /// The pattern as typed; a final `*` stands for any ending.
    pub pattern: String,
    /// The publisher as typed; empty is any.
    pub publisher: String,
    /// Products that it might be.
    pub suggestions: Vec<Suggestion>,
    /// Every product, by number and name.
    pub products: Vec<Choice>,
    /// The metrics a new product can have.
    pub metrics: Vec<Choice>,
    /// What was chosen: a product's number, `other`, `new` or `none`.
    pub choice: String,
    /// The product from the list.
    pub product: String,
    /// The new product's name.
    pub new_name: String,
    /// Its publisher.
    pub new_publisher: String,
    /// Its metric.
    pub new_metric: String,
    /// What the pattern as typed would recognise: titles and devices.
    pub reach: Option<(u64, u64)>,
    /// What has to change.
    pub errors: Errors,
    /// The key that makes sending it twice one act.
    pub key: String,
}

/// The form.
pub fn match_page(frame: &Frame, view: &MatchPage) -> Markup {
    let errors = &view.errors;
    let title = format!("Recognise {}", view.name);
    let heading = Heading {
        above: Some(Link::new(addresses::TITLES, "Unrecognised titles")),
        words: &title,
        lede: view.reach.map(|(titles, devices)| {
            html! {
                "This recognises " (numbers::counted(titles, "title", "titles")) " on "
                (numbers::counted(devices, "device", "devices")) " today."
            }
        }),
        ..Heading::default()
    };
    let field = |name, label, hint, value| Field { name, label, hint, value, errors };
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long.choosing method="post" action=(addresses::TITLE_MATCH) novalidate {
            (hidden("key", &view.key)) (hidden("name", &view.name))
            (field("pattern", "Titles", "Letter case and spaces do not matter. A * at the end stands for any ending.", &view.pattern)
                .line(Input::Text, "off"))
            (field("publisher", "Publisher", "Leave it empty to take any.", &view.publisher).line(Input::Text, "off"))
            (field("choice", "This is", "", &view.choice).radios(&choices(view)))
            div.if-other {
                (field("product", "Which", "Used with \u{201c}Another product\u{201d}.", &view.product).choice(&view.products))
            }
            fieldset.panel.if-new {
                legend { "New product" }
                (field("new_name", "Name", "Used with \u{201c}A new product\u{201d}.", &view.new_name).line(Input::Text, "off"))
                (field("new_publisher", "Publisher", "", &view.new_publisher).line(Input::Text, "off"))
                (field("new_metric", "Counted by", "", &view.new_metric).choice(&view.metrics))
            }
            div.buttons {
                button type="submit" { "Recognise" }
                button.second type="submit" name="preview" value="yes" { "See how many it recognises" }
            }
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Titles, errors: errors.any() }, &main)
}

fn choices(view: &MatchPage) -> Vec<Choice> {
    let mut choices: Vec<Choice> = view
        .suggestions
        .iter()
        .map(|suggestion| {
            let why = format!("Both say {}.", numbers::list(&suggestion.shared_words, "and"));
            Choice::explained(suggestion.product.to_string(), &suggestion.name, why)
        })
        .collect();
    choices.push(Choice::plain("other", "Another product"));
    choices.push(Choice::plain("new", "A new product"));
    choices.push(Choice::explained(
        "none",
        "Nothing that needs a licence",
        "It is left out of the queue and of every position.",
    ));
    choices
}
