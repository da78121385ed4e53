//! A publisher's statement beside our rights: the choice of a file, and every comparison with its working.

use app::reconciliations::{ComparedStatement, Comparison, Finding, FindingKind, PairedBy};
use domain::entitlement::Entitlement;
use domain::observation::PublisherStatementRow;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::api::reconciliations::metric_words;
use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count, counted};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::imports::{RejectGroup, TableForm, rejects, table_form};
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// Comparisons that a page lists; the file for a spreadsheet has all.
const SHOWN: usize = 500;

/// The choice of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskPage {
    /// Whose statement it may be; the first is whoever the file says.
    pub publishers: Vec<Choice>,
    /// The chosen one.
    pub publisher: String,
    /// The day as typed.
    pub on: String,
    /// What has to change.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page on which a comparison begins.
pub fn ask_page(frame: &Frame, view: &AskPage) -> Markup {
    let errors = &view.errors;
    let heading = Heading {
        above: Some(Link::new(addresses::ENTITLEMENTS, "Entitlements")),
        words: "Compare a publisher\u{2019}s statement",
        lede: Some(html! {
            "What a publisher\u{2019}s portal or licence statement says that you own, beside the rights that are recorded. Nothing is written by it."
        }),
        ..Heading::default()
    };
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long method="post" action=(addresses::ENTITLEMENTS_RECONCILIATION) enctype="multipart/form-data" novalidate {
            (Field {
                name: "file", label: "File", value: "", errors,
                hint: "A table (CSV, Excel) or JSON list with a line for each product: name or part number and quantity, and where there are any metric, agreement, order number, first and last day, end of maintenance.",
            }.files(false, None))
            (Field {
                name: "publisher", label: "Publisher", value: &view.publisher, errors,
                hint: "Whose rights have to stand in the statement. Rows of others are left aside.",
            }.choice(&view.publishers))
            (Field {
                name: "on", label: "Day", value: &view.on, errors,
                hint: "On which both sides have to be in force; today where it is empty.",
            }.line(Input::Day, "off"))
            div.buttons { button type="submit" { "Compare" } span.hint { "Nothing is written." } }
        }
        (copy_as(&view.copy))
    };
    let title = "Compare a publisher\u{2019}s statement";
    whole_page(frame, Head { title, place: Place::Entitlements, errors: errors.any() }, &main)
}

/// What came of a file.
#[derive(Debug, Clone)]
pub struct ResultPage {
    /// The file's name.
    pub file: String,
    /// What came of it; absent as long as its table cannot be read.
    pub compared: Option<ComparedStatement>,
    /// Whose rights were looked for, by name.
    pub publishers: Vec<String>,
    /// Only comparisons with this finding; all where absent.
    pub finding: Option<FindingKind>,
    /// What could not be read, by what repairs it.
    pub rejects: Vec<RejectGroup>,
    /// How the table is read.
    pub table: Option<TableForm>,
    /// Under which name the file is kept for a while.
    pub staged: String,
    /// The publisher as chosen.
    pub publisher: String,
    /// The day.
    pub on: String,
    /// The mapping that was used, as a file.
    pub mapping_file: String,
    /// What has to change.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The comparisons.
pub fn result_page(frame: &Frame, view: &ResultPage) -> Markup {
    let lede = match &view.compared {
        Some(compared) => html! { (compared.reconciliation.summary()) " Nothing is written." },
        None => html! { "The table cannot be read like this yet. Nothing is written." },
    };
    let heading = Heading {
        above: Some(Link::new(addresses::ENTITLEMENTS_RECONCILIATION, "Compare a publisher\u{2019}s statement")),
        words: "The statement beside our rights",
        lede: Some(lede),
        ..Heading::default()
    };
    let carried = html! {
        (hidden("staged", &view.staged)) (hidden("publisher", &view.publisher)) (hidden("on", &view.on))
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if let Some(compared) = &view.compared {
            (read(view, compared))
            (filter(view, compared, &carried))
            (comparisons(view, compared))
        }
        (rejects(&view.rejects))
        @if let Some(table) = &view.table {
            (table_form(table, addresses::ENTITLEMENTS_RECONCILIATION, "Compare again", &carried, &view.errors))
        }
        p { a href=(addresses::ENTITLEMENTS_RECONCILIATION) { "Choose another file" } }
        (copy_as(&view.copy))
    };
    let title = match &view.compared {
        Some(compared) => {
            let only = view.finding.map_or_else(String::new, |finding| format!(", only {}", finding.title()));
            format!("{}{only}: {}", view.file, compared.reconciliation.summary())
        }
        None => format!("{} beside our rights", view.file),
    };
    whole_page(frame, Head { title: &title, place: Place::Entitlements, errors: view.errors.any() }, &main)
}

/// What was compared, and what was left aside.
fn read(view: &ResultPage, compared: &ComparedStatement) -> Markup {
    let found = &compared.reconciliation;
    let publishers = if view.publishers.is_empty() { NONE.to_owned() } else { numbers::list(&view.publishers, "and") };
    html! {
        (facts(&[
            ("File", html! { (view.file) ", " (counted(length(compared.rows.len()), "row", "rows")) }),
            ("Publisher", html! { (publishers) }),
            ("In force on", html! { (moments::day(found.on)) }),
            ("Rows not in force", html! { (count(found.not_in_force)) }),
            ("Rows of other publishers", html! { (count(found.of_other_publishers)) }),
            ("Repeated rows", html! { (count(compared.merged)) }),
            ("Read at entry", html! { (count(compared.snapshot.size())) }),
        ]))
    }
}

fn length(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn filter(view: &ResultPage, compared: &ComparedStatement, carried: &Markup) -> Markup {
    let found = &compared.reconciliation;
    let kinds = FindingKind::ALL.into_iter().map(|kind| (kind, length(found.count(kind))));
    html! {
        form.filter method="post" action=(addresses::ENTITLEMENTS_RECONCILIATION) enctype="multipart/form-data" aria-label="Findings" {
            (carried) (hidden("mapping_file", &view.mapping_file))
            label for="finding" { "Finding" }
            select id="finding" name="finding" {
                option value="" selected[view.finding.is_none()] { "All (" (count(length(found.comparisons.len()))) ")" }
                @for (kind, number) in kinds {
                    option value=(kind.name()) selected[view.finding == Some(kind)] { (kind.title()) " (" (count(number)) ")" }
                }
            }
            button type="submit" { "Filter" }
            button.second type="submit" name="as" value="csv" { "Download all as CSV" }
        }
    }
}

fn comparisons(view: &ResultPage, compared: &ComparedStatement) -> Markup {
    let fits = |comparison: &&Comparison| view.finding.is_none_or(|kind| comparison.has(kind));
    let fitting: Vec<&Comparison> = compared.reconciliation.comparisons.iter().filter(fits).collect();
    if fitting.is_empty() {
        return tables::empty(
            "No comparison to show",
            "Nothing came to this finding: choose another, or look below how the table was read.",
            None,
            None,
        );
    }
    let caption = html! {
        (counted(length(fitting.len()), "comparison", "comparisons"))
        @if fitting.len() > SHOWN { ", the first " (SHOWN) " shown; the CSV has all" }
    };
    tables::region(
        "comparisons",
        &caption,
        &html! {
            (tables::heads(&["Product", "#Theirs", "#Ours", "Finding", "Working"]))
            tbody { @for comparison in fitting.iter().take(SHOWN) { tr {
                th.prose scope="row" {
                    @match comparison.product {
                        Some(product) => a href=(addresses::product(product)) { (comparison.name) },
                        None => (comparison.name),
                    }
                }
                td.n { (quantity(comparison.theirs.as_ref().map(|side| side.quantity))) }
                td.n { (quantity(comparison.ours.as_ref().map(|side| side.quantity))) }
                td.prose { @for finding in &comparison.findings { (finding_cell(comparison, finding)) } }
                td.prose { (working(compared, comparison)) }
            } } }
        },
    )
}

fn quantity(quantity: Option<domain::entitlement::Quantity>) -> String {
    quantity.map_or_else(|| NONE.to_owned(), numbers::quantity)
}

fn tone(kind: FindingKind) -> Tone {
    match kind {
        FindingKind::Equal => Tone::Good,
        FindingKind::Quantity | FindingKind::OursOnly => Tone::Bad,
        FindingKind::Term | FindingKind::Maintenance => Tone::Attention,
        FindingKind::TheirsOnly => Tone::Surplus,
        FindingKind::NotComparable => Tone::Quiet,
    }
}

fn finding_cell(comparison: &Comparison, finding: &Finding) -> Markup {
    html! {
        div {
            (states::mark(tone(finding.kind()), finding.kind().title()))
            @if finding.kind() != FindingKind::Equal {
                span.under { (finding.sentence(comparison)) " " (finding.remedy()) }
            }
        }
    }
}

/// Which rows of the file and which of our rights stand behind a comparison.
fn working(compared: &ComparedStatement, comparison: &Comparison) -> Markup {
    let rows = comparison.rows.iter().filter_map(|place| compared.rows.get(*place));
    let state = &compared.snapshot.state;
    let rights = comparison.rights.iter().filter_map(|right| state.entitlements.get(right));
    let lines = length(comparison.rows.len());
    html! {
        details {
            summary { (counted(lines, "row", "rows")) ", " (counted(length(comparison.rights.len()), "right", "rights")) }
            ul {
                @for row in rows { li { "Line " (row.line) ": " (row_words(row)) } }
                @for right in rights { li {
                    a href=(addresses::entitlement(right.id)) { (right.id) } ": "
                    (right_words(right, right.agreement.and_then(|id| state.agreements.get(&id)).map(|known| &*known.terms.reference)))
                } }
            }
            @if let Some(by) = comparison.paired_by { p.hint { "Paired " (PairedBy::words(by)) "." } }
        }
    }
}

/// Words with their labels, those that are there.
fn labelled(parts: &[(&str, Option<String>)]) -> String {
    let said = parts.iter().filter_map(|(label, words)| Some(format!("{label}{}", words.as_ref()?)));
    said.collect::<Vec<_>>().join(", ")
}

fn day(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn row_words(row: &PublisherStatementRow) -> String {
    labelled(&[
        ("", Some(numbers::quantity(row.quantity))),
        ("", Some(row.product.clone())),
        ("part ", row.sku.clone()),
        ("metric ", metric_words(row)),
        ("agreement ", row.agreement.clone()),
        ("order ", row.order_number.clone()),
        ("from ", day(row.starts_on)),
        ("until ", day(row.ends_on)),
        ("maintained until ", day(row.maintained_until)),
    ])
}

fn right_words(right: &Entitlement, agreement: Option<&str>) -> String {
    let maintained = right.right.use_rights.versions.as_ref().and_then(|versions| versions.maintained_until);
    labelled(&[
        ("", Some(numbers::quantity(right.right.quantity))),
        ("metric ", Some(numbers::metric(right.right.metric).into_owned())),
        ("agreement ", agreement.map(str::to_owned)),
        ("reference ", right.purchase_reference.clone()),
        ("from ", day(right.right.starts_on)),
        ("until ", day(right.right.ends_on)),
        ("maintained until ", day(maintained)),
    ])
}
