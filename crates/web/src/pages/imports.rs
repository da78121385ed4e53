//! Imports: what came in, what a file would do before it does it, and the way back.
//!
//! Nothing is written before the preview; every import is undone as a whole.

use app::exports::Subject;
use domain::digest::Digest;
use domain::id::{ImportId, ProductId};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, MoneyColumn, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::exports;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// What kind of files an import is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// Reports of devices.
    Inventory,
    /// Rights.
    Entitlements,
    /// People who have left.
    Leavers,
    /// Sessions, denials and readings.
    Usage,
}

impl ImportKind {
    /// The name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Entitlements => "entitlements",
            Self::Leavers => "leavers",
            Self::Usage => "usage",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Inventory => "Inventory",
            Self::Entitlements => "Entitlements",
            Self::Leavers => "Leavers",
            Self::Usage => "Usage",
        }
    }
}

/// What an import brought or would bring: each count with its noun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reports of devices, where it is inventory.
    pub reports: u64,
    /// Installations, where it is inventory.
    pub installations: u64,
    /// Rights or leavers that were recorded.
    pub rows: u64,
    /// Sessions, where it is usage.
    pub sessions: u64,
    /// Denials, where it is usage.
    pub denials: u64,
    /// Readings, where it is usage.
    pub readings: u64,
    /// Rows or parts left out.
    pub rejected: u64,
    /// Repetitions that were merged.
    pub merged: u64,
}

impl Counts {
    /// The counts that matter for a kind, in words.
    pub fn words(&self, kind: ImportKind) -> String {
        match kind {
            ImportKind::Inventory => format!(
                "{}, {}",
                numbers::counted(self.reports, "report", "reports"),
                numbers::counted(self.installations, "installation", "installations")
            ),
            ImportKind::Entitlements => numbers::counted(self.rows, "entitlement", "entitlements"),
            ImportKind::Leavers => numbers::counted(self.rows, "leaver", "leavers"),
            ImportKind::Usage => format!(
                "{}, {}, {}",
                numbers::counted(self.sessions, "session", "sessions"),
                numbers::counted(self.denials, "denial", "denials"),
                numbers::counted(self.readings, "reading", "readings")
            ),
        }
    }
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The format that was recognised.
    pub format: String,
    /// Digest of its bytes.
    pub digest: Digest,
}

/// An import in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number.
    pub import: ImportId,
    /// Of what.
    pub kind: ImportKind,
    /// The name of the source.
    pub source: String,
    /// Its files' names.
    pub files: Vec<String>,
    /// What it brought.
    pub counts: Counts,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was undone.
    pub undone: bool,
}

fn import_state(counts: Counts, undone: bool) -> Markup {
    if undone {
        states::mark(Tone::Quiet, "Undone")
    } else if counts.rejected > 0 {
        states::mark(Tone::Attention, &format!("Completed, {} left out", count(counts.rejected)))
    } else {
        states::mark(Tone::Good, "Completed")
    }
}

/// The imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportsPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part, newest first.
    pub rows: Vec<ImportRow>,
    /// Whether the viewer may import.
    pub may_import: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list.
pub fn page(frame: &Frame, view: &ImportsPage) -> Markup {
    let heading = Heading {
        words: "Imports",
        lede: Some(html! { "Everything that came in from outside. Each can be undone as a whole." }),
        acts: view.may_import.then(|| html! { a.button href=(addresses::IMPORT_NEW) { "New import" } }),
        ..Heading::default()
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "import" } else { "imports" }) ", newest first" };
    let main = html! {
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty(
                "Nothing was imported yet",
                "Reports of devices and lists of entitlements stand here, each with what it brought and what was left out.",
                view.may_import.then_some((addresses::IMPORT_NEW, "New import")),
                Some("indult import inventory FILE..."),
            ))
        } @else {
            (tables::region("imports", &caption, &html! {
                (tables::heads(&["Number", "What", "Source", "Files", "When", "By", "State"]))
                tbody { @for row in &view.rows { tr {
                    th.id scope="row" { a href=(addresses::import(row.import)) { (row.import) } }
                    td { (row.kind.title()) span.under { (row.counts.words(row.kind)) } }
                    td { (row.source) }
                    td.prose { (files_in_short(&row.files)) }
                    td { (moments::instant(row.at)) }
                    td { (row.by) }
                    td { (import_state(row.counts, row.undone)) }
                } } }
            }))
            (tables::pages(view.paging, |number| addresses::with_query(addresses::IMPORTS, &[("page", &number.to_string())])))
            (copy_as(&view.copy))
            (exports::links(Subject::Installations))
        }
    };
    let title = format!("Imports{}", view.paging.title_suffix());
    whole_page(frame, Head::new(&title, Place::Imports), &main)
}

/// The first few names, and how many more there are.
fn files_in_short(files: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = files.len().saturating_sub(SHOWN);
    let shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// The choice of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImportPage {
    /// What was chosen: `inventory` or `entitlements`.
    pub kind: String,
    /// The name of the source as typed.
    pub source: String,
    /// The name of the device as typed.
    pub device: String,
    /// Mappings of columns; the first finds it out.
    pub mappings: Vec<Choice>,
    /// The chosen mapping.
    pub mapping: String,
    /// What has to change.
    pub errors: Errors,
}

/// The page on which an import begins.
pub fn new_page(frame: &Frame, view: &NewImportPage) -> Markup {
    let errors = &view.errors;
    let kinds = [
        Choice::explained(
            "inventory",
            "Inventory",
            "What is installed: reports of agents, bills of materials, SWID tags, lists of package managers, or a table (CSV, Excel) with a line for each installation.",
        ),
        Choice::explained(
            "entitlements",
            "Entitlements",
            "What is owned: a table (CSV, Excel) with a line for each right, also purchase orders and invoices. Exports of Snipe-IT, GLPI and ServiceNow are recognised, and CycloneDX licensing.",
        ),
        Choice::explained(
            "leavers",
            "Leavers",
            "Who has left or will leave, and their last day: a table (CSV, Excel) from the personnel department.",
        ),
        Choice::explained(
            "usage",
            "Usage",
            "What was used when: FlexLM logs, lmstat and other status lists, tables (CSV, Excel) of sessions or readings, subscribed SKUs and reports of Microsoft 365.",
        ),
    ];
    let heading = Heading {
        above: Some(Link::new(addresses::IMPORTS, "Imports")),
        words: "New import",
        lede: Some(html! { "You see what the files would change before anything is written." }),
        ..Heading::default()
    };
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long method="post" action=(addresses::IMPORT_PREVIEW) enctype="multipart/form-data" novalidate {
            (Field { name: "kind", label: "What the files hold", hint: "", value: &view.kind, errors }.radios(&kinds))
            (Field { name: "files", label: "Files", hint: "The format is recognised from the content.", value: "", errors }.files(true, None))
            (Field {
                name: "source", label: "Source", value: &view.source, errors,
                hint: "A name for where the files come from, such as glpi or licence-server-1. What a source says later replaces what it said before of the same device or time, and how its columns are read is remembered.",
            }.line(Input::Text, "off"))
            (Field {
                name: "device", label: "Device", value: &view.device, errors,
                hint: "Only for files that do not name their device: SWID tags, exports of the registry, lists of packages.",
            }.line(Input::Text, "off"))
            (Field {
                name: "mapping", label: "Columns", value: &view.mapping, errors,
                hint: "For tables. You see and change them in the next step.",
            }.choice(&view.mappings))
            div.buttons { button type="submit" { "Preview" } span.hint { "Nothing is written yet." } }
        }
    };
    whole_page(frame, Head { title: "New import", place: Place::Imports, errors: errors.any() }, &main)
}

/// Pieces that cannot be used for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectGroup {
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do, as a sentence.
    pub repair: String,
    /// How many.
    pub count: u64,
    /// The first few: where, and what was found there.
    pub examples: Vec<(String, String)>,
}

/// A column of a file and what it is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// Its heading in the file.
    pub header: String,
    /// The first few values.
    pub samples: Vec<String>,
    /// The name of our field, where it is used or likely.
    pub field: String,
    /// Whether the field is only likely, going by the heading.
    pub is_suggested: bool,
}

/// How a table is read, to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableForm {
    /// The file's name.
    pub file: String,
    /// The sheets of a workbook; empty for a text.
    pub sheets: Vec<Choice>,
    /// The sheet that was read.
    pub sheet: String,
    /// The line of the headers.
    pub header_row: u64,
    /// What can part cells; empty for a workbook.
    pub delimiters: Vec<Choice>,
    /// What does.
    pub delimiter: String,
    /// How a text can be encoded; empty for a workbook.
    pub encodings: Vec<Choice>,
    /// How it is.
    pub encoding: String,
    /// The characters before decimals.
    pub decimals: Vec<Choice>,
    /// The one that was stated or found.
    pub decimal: String,
    /// The orders of day and month.
    pub orders: Vec<Choice>,
    /// The one that was stated.
    pub order: String,
    /// Dates that have two readings.
    pub ambiguous_dates: u64,
    /// In words, the order that the other dates show.
    pub order_shown: Option<String>,
    /// The columns.
    pub columns: Vec<ColumnUse>,
    /// The fields that a column can give; the first is none.
    pub fields: Vec<Choice>,
    /// Fields without which no row can be read and that have no column yet.
    pub missing: Vec<String>,
    /// Values of fields that have no column: name of the field, label, and value.
    pub defaults: Vec<(String, String, String)>,
    /// Headings of the first rows.
    pub headers: Vec<String>,
    /// The first rows with their lines.
    pub first_rows: Vec<(u64, Vec<String>)>,
}

/// What was done with pieces of a file that were used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkGroup {
    /// What was done, as a sentence.
    pub text: String,
    /// The first few places.
    pub places: Vec<String>,
    /// How many there are.
    pub count: u64,
}

/// A product's shortage and what it costs, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionChange {
    /// The product; absent where it is new or goes.
    pub product: Option<ProductId>,
    /// Its name.
    pub name: String,
    /// Entitled, used and short before; absent where it is new.
    pub before: Option<Shortly>,
    /// The same after; absent where it goes.
    pub after: Option<Shortly>,
}

/// The numbers of a position in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortly {
    /// Units of rights, in words.
    pub entitled: String,
    /// Units used.
    pub used: u64,
    /// Units that nothing covers.
    pub short: u64,
    /// What they cost.
    pub exposure: Option<domain::money::Money>,
}

/// What an import would do, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Of what.
    pub kind: ImportKind,
    /// The name of the source.
    pub source: String,
    /// The files.
    pub files: Vec<FileRow>,
    /// The counts.
    pub counts: Counts,
    /// Devices that were not known before.
    pub devices_added: u64,
    /// Products that were not known before.
    pub products_added: Vec<String>,
    /// What cannot be used, by what repairs it.
    pub rejects: Vec<RejectGroup>,
    /// What else is worth knowing of the files.
    pub remarks: Vec<RemarkGroup>,
    /// Positions that change.
    pub changes: Vec<PositionChange>,
    /// Positions that change beyond those listed.
    pub changes_more: u64,
}

/// What files would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewPage {
    /// Of what they are.
    pub kind: ImportKind,
    /// The name of the source, as typed or found.
    pub source: String,
    /// The name of the device as typed.
    pub device: String,
    /// What they would do; absent as long as a table cannot be read.
    pub outcome: Option<Outcome>,
    /// How the first table among them is read.
    pub table: Option<TableForm>,
    /// Under which name the files are kept until they are committed.
    pub staged: String,
    /// The mapping that was used, as a file; empty where nothing is a table.
    pub mapping_file: String,
    /// Whether the mapping is one that can be remembered for the source.
    pub can_be_remembered: bool,
    /// The import that brought the same files before.
    pub already: Option<ImportId>,
    /// The key that makes committing it twice one import.
    pub key: String,
    /// What has to change.
    pub errors: Errors,
}

/// The preview.
pub fn preview_page(frame: &Frame, view: &PreviewPage) -> Markup {
    let lede = match &view.outcome {
        Some(outcome) => {
            html! { (outcome.counts.words(view.kind)) " from " (view.source) ". Nothing is written yet." }
        }
        None => html! { "The table cannot be read like this yet. Nothing is written." },
    };
    let heading = Heading {
        above: Some(Link::new(addresses::IMPORT_NEW, "New import")),
        words: "Preview of the import",
        lede: Some(lede),
        ..Heading::default()
    };
    let carried = html! {
        (hidden("staged", &view.staged)) (hidden("kind", view.kind.name())) (hidden("source", &view.source))
        (hidden("device", &view.device))
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if let Some(already) = view.already {
            section.call aria-labelledby="already-title" {
                h2 #already-title { "These files came in before" }
                p { "They are in force as " a href=(addresses::import(already)) { (already) } ". Undo that import to bring them in again." }
            }
        }
        @if let Some(outcome) = &view.outcome { (summary(outcome, "will be")) }
        @if let Some(table) = &view.table { (table_form(table, addresses::IMPORT_PREVIEW, "Preview again", &carried, &view.errors)) }
        @if let Some(outcome) = &view.outcome {
            (rejects(&outcome.rejects))
            @if outcome.counts.rejected > 0 { (reject_download(view, &carried)) }
            (remarks(outcome))
            @if view.kind != ImportKind::Leavers { (changes(outcome, "Effect on the position")) }
        }
        div.buttons { (commit_form(view, &carried)) a href=(addresses::IMPORT_NEW) { "Choose other files" } }
    };
    let what = view.outcome.as_ref().map_or_else(|| "a table".to_owned(), |outcome| outcome.counts.words(view.kind));
    let title = format!("Preview: {what} from {}", view.source);
    whole_page(frame, Head { title: &title, place: Place::Imports, errors: view.errors.any() }, &main)
}

/// What was left out, as a file to repair it in.
fn reject_download(view: &PreviewPage, carried: &Markup) -> Markup {
    html! {
        form.act method="post" action=(addresses::IMPORT_PREVIEW_REJECTS) {
            (carried) (hidden("mapping_file", &view.mapping_file))
            button.quiet type="submit" { "Download what is left out, with reasons" }
        }
    }
}

fn commit_form(view: &PreviewPage, carried: &Markup) -> Markup {
    let Some(outcome) = &view.outcome else { return html! {} };
    let Counts { reports, rows, sessions, denials, readings, .. } = outcome.counts;
    if view.already.is_some() || reports + rows + sessions + denials + readings == 0 {
        return html! {};
    }
    html! {
        form method="post" action=(addresses::IMPORTS) {
            (carried) (hidden("mapping_file", &view.mapping_file)) (hidden("key", &view.key))
            @if view.can_be_remembered {
                div.choice {
                    input type="checkbox" id="remember" name="remember" value="yes" checked;
                    label for="remember" { "Read the columns of " (view.source) " like this next time" }
                }
            }
            button type="submit" {
                "Import " (outcome.counts.words(view.kind))
                @if outcome.counts.rejected > 0 { " without the " (count(outcome.counts.rejected)) " left out" }
            }
        }
    }
}

/// How a table is read, with everything to change about it.
pub(super) fn table_form(table: &TableForm, action: &str, button: &str, carried: &Markup, errors: &Errors) -> Markup {
    let was = format!("{}\n{}\n{}\n{}", table.sheet, table.header_row, table.delimiter, table.encoding);
    html! {
        section aria-labelledby="table-title" {
            h2 #table-title { "How " (table.file) " is read" }
            @if table.ambiguous_dates > 0 {
                div.call {
                    p { strong { (numbers::counted(table.ambiguous_dates, "date has", "dates have")) " two readings. " }
                        "Choose the order of day and month; until then their rows are left out."
                        @if let Some(order) = &table.order_shown { " The other dates of the file have " (order) "." }
                    }
                }
            }
            form method="post" action=(action) enctype="multipart/form-data" {
                (carried) (hidden("was", &was))
                div.filter { (layout_fields(table, errors)) }
                (first_rows(table))
                (column_choices(table, errors))
                @if !table.defaults.is_empty() {
                    fieldset.field {
                        legend { "Where there is no column, or its cell is empty" }
                        div.filter { @for (name, label, value) in &table.defaults {
                            (Field { name: &format!("default-{name}"), label, hint: "", value, errors }.line(Input::Text, "off"))
                        } }
                    }
                }
                div.buttons { button.second type="submit" { (button) } }
            }
        }
    }
}

fn layout_fields(table: &TableForm, errors: &Errors) -> Markup {
    let choice = |name, label, value: &str, choices: &[Choice]| {
        html! { @if !choices.is_empty() { (Field { name, label, hint: "", value, errors }.choice(choices)) } }
    };
    let row = table.header_row.to_string();
    html! {
        (choice("sheet", "Sheet", &table.sheet, &table.sheets))
        (Field { name: "header_row", label: "Headers on row", hint: "", value: &row, errors }.line(Input::Number, "off"))
        (choice("delimiter", "Cells parted by", &table.delimiter, &table.delimiters))
        (choice("encoding", "Text is", &table.encoding, &table.encodings))
        (choice("decimal", "Decimals after", &table.decimal, &table.decimals))
        (choice("dates", "Dates", &table.order, &table.orders))
    }
}

fn first_rows(table: &TableForm) -> Markup {
    html! {
        @if !table.first_rows.is_empty() {
            (tables::region("first-rows", &html! { "The first rows" }, &html! {
                thead { tr { th.n scope="col" { "Row" } @for header in &table.headers { th scope="col" { (header) } } } }
                tbody { @for (line, cells) in &table.first_rows { tr {
                    th.n scope="row" { (line) }
                    @for place in 0..table.headers.len() { td.verbatim { @if let Some(cell) = cells.get(place) { (cell) } } }
                } } }
            }))
        }
    }
}

fn column_choices(table: &TableForm, errors: &Errors) -> Markup {
    html! {
        @if let Some(error) = errors.of("columns") { p.error #columns { span.aside { "Error: " } (error) } }
        @if !table.missing.is_empty() {
            p.hint { "Needed and not there yet: " strong { (table.missing.join(", ")) } "." }
        }
        (tables::region("columns-table", &html! { "What each column gives" }, &html! {
            (tables::heads(&["Column", "Values", "Read as"]))
            tbody { @for (place, column) in table.columns.iter().enumerate() {
                @let name = format!("column-{place}");
                tr {
                    th.verbatim scope="row" { (column.header) (hidden(&format!("header-{place}"), &column.header)) }
                    td.prose { (column.samples.join(" \u{b7} ")) }
                    td {
                        label.aside for=(name) { "Read " (column.header) " as" }
                        select id=(name) name=(name) {
                            @for field in &table.fields {
                                option value=(field.value) selected[field.value == column.field] { (field.label) }
                            }
                        }
                        @if column.is_suggested { " " (states::mark(Tone::Attention, "likely, look again")) }
                        @else if column.field.is_empty() { " " (states::mark(Tone::Quiet, "ignored")) }
                    }
                }
            } }
        }))
    }
}

fn remarks(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.remarks.is_empty() {
            section aria-labelledby="remarks-title" {
                h2 #remarks-title { "Worth knowing" }
                ul { @for remark in &outcome.remarks { li {
                    @if remark.count > 1 { (count(remark.count)) " \u{d7} " }
                    (remark.text) " " span.hint { "(" (remark.places.join("; ")) @if remark.count > 3 { "; \u{2026}" } ")" }
                } } }
            }
        }
    }
}

fn summary(outcome: &Outcome, verb: &str) -> Markup {
    let counts = outcome.counts;
    let mut rows = match outcome.kind {
        ImportKind::Inventory => vec![
            ("Reports", html! { (count(counts.reports)) }),
            ("Installations", html! { (count(counts.installations)) }),
            ("New devices", html! { (count(outcome.devices_added)) }),
        ],
        ImportKind::Entitlements => vec![("Entitlements", html! { (count(counts.rows)) })],
        ImportKind::Leavers => vec![("Leavers", html! { (count(counts.rows)) })],
        ImportKind::Usage => vec![
            ("Sessions", html! { (count(counts.sessions)) }),
            ("Denials", html! { (count(counts.denials)) }),
            ("Readings", html! { (count(counts.readings)) }),
        ],
    };
    rows.push(("New products", html! { (count(u64::try_from(outcome.products_added.len()).unwrap_or(u64::MAX))) }));
    rows.push(("Repetitions merged", html! { (count(counts.merged)) }));
    rows.push(("Left out", html! { (count(counts.rejected)) }));
    html! {
        div.strip { (facts(&rows)) }
        @if !outcome.products_added.is_empty() {
            details { summary { "Products that " (verb) " added" }
                ul { @for product in &outcome.products_added { li { (product) } } } }
        }
        details { summary { (numbers::counted(u64::try_from(outcome.files.len()).unwrap_or(u64::MAX), "file", "files")) }
            (tables::region("files", &html! { "Files as they were read" }, &html! {
                (tables::heads(&["File", "Format", "#Size", "SHA-256"]))
                tbody { @for file in &outcome.files { tr {
                    th.verbatim scope="row" { (file.name) } td { (file.format) } td.n { (numbers::size(file.bytes)) }
                    td { code.digest { (file.digest) } }
                } } }
            }))
        }
    }
}

/// What was left out, with what repairs it.
pub(super) fn rejects(groups: &[RejectGroup]) -> Markup {
    html! {
        @if !groups.is_empty() {
            section aria-labelledby="rejects-title" {
                h2 #rejects-title { "Left out" }
                @for group in groups {
                    div.reject {
                        h3 { (count(group.count)) " \u{d7} " (group.problem) }
                        p { (group.repair) }
                        ul.hint { @for (place, found) in &group.examples { li { (place) ": " code { (found) } } } }
                    }
                }
            }
        }
    }
}

fn changes(outcome: &Outcome, title: &str) -> Markup {
    let money = MoneyColumn::of(outcome.changes.iter().flat_map(|change| {
        [&change.before, &change.after].into_iter().flatten().filter_map(|shortly| shortly.exposure.as_ref())
    }));
    html! {
        section aria-labelledby="changes-title" {
            h2 #changes-title { (title) }
            @if outcome.changes.is_empty() { p { "No product\u{2019}s position changes." } }
            @else {
                (tables::region("changes", &html! { "Before and after, by product" }, &html! {
                    (tables::heads(&["Product", "When", "#Entitled", "#Used", "#Short"]))
                    @for change in &outcome.changes { tbody {
                        (change_line(change, "before", change.before.as_ref(), money))
                        (change_line(change, "after", change.after.as_ref(), money))
                    } }
                }))
                @if outcome.changes_more > 0 { p { "And " (numbers::counted(outcome.changes_more, "product", "products")) " more." } }
            }
        }
    }
}

fn change_line(change: &PositionChange, when: &str, shortly: Option<&Shortly>, money: MoneyColumn) -> Markup {
    html! {
        tr {
            @if when == "before" {
                th scope="rowgroup" rowspan="2" { @match change.product {
                    Some(product) => a href=(addresses::product(product)) { (change.name) },
                    None => (change.name),
                } }
            }
            td.when { (when) }
            @match shortly {
                Some(shortly) => {
                    td.n { (shortly.entitled) } td.n { (count(shortly.used)) }
                    td.n { @if shortly.short > 0 { (states::mark(Tone::Bad, &count(shortly.short))) } @else { "0" }
                        @if let Some(exposure) = &shortly.exposure { span.under { (money.cell(exposure)) } } }
                }
                None => { td.n { (NONE) } td.n { (NONE) } td.n { (NONE) } }
            }
        }
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPage {
    /// Its number.
    pub import: ImportId,
    /// Of what.
    pub kind: ImportKind,
    /// The name of the source.
    pub source: String,
    /// The files.
    pub files: Vec<FileRow>,
    /// What it brought.
    pub counts: Counts,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The entry that recorded it.
    pub entry: u64,
    /// Who undid it and when.
    pub undone: Option<(String, Timestamp)>,
    /// What came of it just now, right after it was carried out.
    pub outcome: Option<Outcome>,
    /// Why it cannot be undone, as a sentence; empty where the viewer can.
    pub why_not_undo: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page of an import, which is also its result.
pub fn import_page(frame: &Frame, view: &ImportPage) -> Markup {
    let title = format!("Import {}", view.import);
    let heading = Heading {
        above: Some(Link::new(addresses::IMPORTS, "Imports")),
        words: &title,
        marks: Some(import_state(view.counts, view.undone.is_some())),
        lede: Some(html! { (view.counts.words(view.kind)) " from " (view.source) "." }),
        acts: (view.undone.is_none() && view.why_not_undo.is_empty())
            .then(|| html! { a.button.second href=(addresses::import_undo(view.import)) { "Undo" } }),
    };
    let main = html! {
        (heading.render())
        @if let Some((by, at)) = &view.undone {
            section.panel aria-labelledby="undone-title" {
                h2 #undone-title { "Undone" }
                p { "By " (by) ", " (moments::instant(*at)) ". Nothing that it brought counts any more." }
            }
        }
        (facts(&[
            ("Brought in by", html! { (view.by) }),
            ("When", html! { (moments::instant(view.at)) }),
            ("Entry", html! { a href=(addresses::entry(view.entry)) { (count(view.entry)) } }),
            ("Repetitions merged", html! { (count(view.counts.merged)) }),
            ("Left out", html! {
                (count(view.counts.rejected))
                @if view.counts.rejected > 0 { " " a href=(addresses::import_rejects(view.import)) { "as a file with reasons" } }
            }),
        ]))
        (tables::region("files", &html! { "Files" }, &html! {
            (tables::heads(&["File", "Format", "#Size", "SHA-256"]))
            tbody { @for file in &view.files { tr {
                th.verbatim scope="row" { (file.name) } td { (file.format) } td.n { (numbers::size(file.bytes)) }
                td { code.digest { (file.digest) } }
            } } }
        }))
        @if let Some(outcome) = &view.outcome { (rejects(&outcome.rejects)) (changes(outcome, "What it changed")) }
        @if view.undone.is_none() && !view.why_not_undo.is_empty() { p.hint { (view.why_not_undo) } }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Imports), &main)
}
