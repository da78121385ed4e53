//! Statements of the position: making one, having its files, and asking whether a file is one.

use domain::id::StatementId;
use domain::seal::StatementForm;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::count;
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Its number.
    pub statement: StatementId,
    /// The day.
    pub day: Date,
    /// The entry of the seal that it was reckoned from.
    pub sealed_in: u64,
    /// The entry that records it.
    pub entry: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub by: String,
    /// Whether its entry is under a signed checkpoint.
    pub is_signed: bool,
}

/// What came of a file that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The file's name.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// The verdict.
    pub sentence: String,
    /// What does not agree.
    pub differences: Vec<String>,
}

/// The statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementsPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part, the newest first.
    pub rows: Vec<StatementRow>,
    /// Whether the viewer may make one.
    pub may_make: bool,
    /// The day as typed.
    pub day: String,
    /// What has to change.
    pub errors: Errors,
    /// The key of the form.
    pub key: String,
    /// What came of a file, where one was asked about.
    pub checked: Option<Checked>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &StatementsPage) -> Markup {
    let title = match &view.checked {
        Some(_) => "Statements: a file was checked".to_owned(),
        None => format!("Statements{}", view.paging.title_suffix()),
    };
    let heading = Heading {
        words: "Statements",
        lede: Some(html! {
            "The position of a month\u{2019}s end in files: every line, right and exception, the root of the seal and a signed checkpoint. "
            "The ledger records the digest of each file."
        }),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if let Some(checked) = &view.checked { (verdict(checked)) }
        @if view.rows.is_empty() {
            (tables::empty(
                "No statement yet",
                "One is made at every month\u{2019}s end while the server runs; of any day that is over one can be made now.",
                None,
                Some("indult statement make"),
            ))
        } @else {
            (table(view))
            (tables::pages(view.paging, address_of))
        }
        @if view.may_make { (make(view)) }
        (check(view))
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &title, place: Place::Statements, errors: view.errors.any() }, &main)
}

fn address_of(number: u64) -> String {
    let number = if number > 1 { number.to_string() } else { String::new() };
    addresses::with_query(addresses::STATEMENTS, &[("page", &number)])
}

fn verdict(checked: &Checked) -> Markup {
    html! {
        section.panel aria-labelledby="verdict-title" {
            h2 #verdict-title { (checked.name) ": "
                @if checked.holds { (states::mark(Tone::Good, "Holds")) } @else { (states::mark(Tone::Bad, "Does not hold")) }
            }
            p { (checked.sentence) }
            @if !checked.differences.is_empty() {
                ul { @for difference in &checked.differences { li { (difference) } } }
            }
        }
    }
}

fn table(view: &StatementsPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "statement" } else { "statements" }) };
    tables::region(
        "statements",
        &caption,
        &html! {
            (tables::heads(&["Number", "Day", "#Seal", "#Entry", "Files", "Made", "By", "Proof"]))
            tbody { @for row in &view.rows { tr {
                th.id scope="row" { (row.statement) }
                td { a href=(addresses::position_on(row.day)) { (moments::day_text(row.day)) } }
                td.n { a href=(addresses::entry(row.sealed_in)) { (count(row.sealed_in)) } }
                td.n { a href=(addresses::entry(row.entry)) { (count(row.entry)) } }
                td.id { @for form in StatementForm::ALL {
                    a href=(addresses::statement_file(row.statement, form)) { (form.name().to_uppercase()) span.aside { " of " (row.statement) } } " "
                } }
                td.when { (moments::instant(row.made_at)) }
                td { (row.by) }
                td { @if row.is_signed { (states::mark(Tone::Good, "Signed")) } @else { (states::mark(Tone::Open, "Not signed yet")) } }
            } } }
        },
    )
}

fn make(view: &StatementsPage) -> Markup {
    let day = Field {
        name: "day",
        label: "Day",
        hint: "The last month\u{2019}s end where it is empty. A day without a seal is sealed first.",
        value: &view.day,
        errors: &view.errors,
    };
    html! {
        section aria-labelledby="make-title" {
            h2 #make-title { "Make a statement" }
            form method="post" action=(addresses::STATEMENTS) {
                (hidden("key", &view.key))
                (day.line(Input::Day, "off"))
                div.buttons { button type="submit" { "Make the statement" } }
            }
        }
    }
}

fn check(view: &StatementsPage) -> Markup {
    let file = Field {
        name: "file",
        label: "File",
        hint: "In any of its forms. Its digest is compared with the ledger, and its numbers with what the seal comes to.",
        value: "",
        errors: &view.errors,
    };
    html! {
        section aria-labelledby="check-title" {
            h2 #check-title { "Is this file a statement?" }
            form method="post" action=(addresses::STATEMENT_CHECK) enctype="multipart/form-data" {
                (file.files(false, Some(".json,.csv,.html")))
                div.buttons { button.second type="submit" { "Check the file" } }
            }
        }
    }
}
