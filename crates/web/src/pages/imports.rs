//! Imports: what came in, what a file would do before it does it, and the way back.
//!
//! Nothing is written before the preview; every import is undone as a whole.

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
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// What kind of files an import is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// Reports of devices.
    Inventory,
    /// Rights.
    Entitlements,
    /// Sessions, denials and readings.
    Usage,
}

impl ImportKind {
    /// The name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Entitlements => "entitlements",
            Self::Usage => "usage",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Inventory => "Inventory",
            Self::Entitlements => "Entitlements",
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
    /// Rows that became rights, where it is entitlements.
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
    /// Mappings of columns for entitlements; the first finds it out.
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
            "What is installed: GLPI agent JSON, FusionInventory XML, CycloneDX JSON, or CSV with a line for each installation.",
        ),
        Choice::explained(
            "entitlements",
            "Entitlements",
            "What is owned: CSV with a line for each right. A Snipe-IT licence export is recognised.",
        ),
        Choice::explained(
            "usage",
            "Usage",
            "What was used when: FlexLM logs, lmstat and other status lists, tables of sessions or readings, subscribed SKUs and reports of Microsoft 365.",
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
                hint: "A name for where inventory or usage comes from, such as glpi or licence-server-1. What a source says later replaces what it said before of the same device or time.",
            }.line(Input::Text, "off"))
            (Field { name: "mapping", label: "Columns", hint: "For entitlements.", value: &view.mapping, errors }.choice(&view.mappings))
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
    /// Our field, where it is used.
    pub used_as: Option<String>,
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
    /// How the columns are read.
    pub columns: Vec<ColumnUse>,
    /// Positions that change.
    pub changes: Vec<PositionChange>,
    /// Positions that change beyond those listed.
    pub changes_more: u64,
}

/// What files would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewPage {
    /// What they would do.
    pub outcome: Outcome,
    /// Under which name the files are kept until they are committed.
    pub staged: String,
    /// The mapping that was used.
    pub mapping: String,
    /// Other mappings to try.
    pub mappings: Vec<Choice>,
    /// The import that brought the same files before.
    pub already: Option<ImportId>,
    /// The key that makes committing it twice one import.
    pub key: String,
}

/// The preview.
pub fn preview_page(frame: &Frame, view: &PreviewPage) -> Markup {
    let outcome = &view.outcome;
    let heading = Heading {
        above: Some(Link::new(addresses::IMPORT_NEW, "New import")),
        words: "Preview of the import",
        lede: Some(
            html! { (outcome.counts.words(outcome.kind)) " from " (outcome.source) ". Nothing is written yet." },
        ),
        ..Heading::default()
    };
    let carried = html! { (hidden("staged", &view.staged)) (hidden("kind", outcome.kind.name())) (hidden("source", &outcome.source)) };
    let Counts { reports, rows, sessions, denials, readings, .. } = outcome.counts;
    let usable = reports + rows + sessions + denials + readings > 0;
    let main = html! {
        (heading.render())
        @if let Some(already) = view.already {
            section.call aria-labelledby="already-title" {
                h2 #already-title { "These files came in before" }
                p { "They are in force as " a href=(addresses::import(already)) { (already) } ". Undo that import to bring them in again." }
            }
        }
        (summary(outcome, "will be"))
        (rejects(outcome))
        (columns(outcome))
        @if outcome.kind == ImportKind::Entitlements && view.mappings.len() > 1 {
            form.filter method="post" action=(addresses::IMPORT_PREVIEW) enctype="multipart/form-data" {
                (carried)
                (Field { name: "mapping", label: "Read the columns as", hint: "", value: &view.mapping, errors: &Errors::default() }.choice(&view.mappings))
                button type="submit" { "Preview again" }
            }
        }
        (changes(outcome, "Effect on the position"))
        div.buttons {
            @if view.already.is_none() && usable {
                form method="post" action=(addresses::IMPORTS) {
                    (carried) (hidden("mapping", &view.mapping)) (hidden("key", &view.key))
                    button type="submit" {
                        "Import " (outcome.counts.words(outcome.kind))
                        @if outcome.counts.rejected > 0 { " without the " (count(outcome.counts.rejected)) " left out" }
                    }
                }
            }
            a href=(addresses::IMPORT_NEW) { "Choose other files" }
        }
    };
    let title = format!("Preview: {} from {}", outcome.counts.words(outcome.kind), outcome.source);
    whole_page(frame, Head::new(&title, Place::Imports), &main)
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

fn rejects(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.rejects.is_empty() {
            section aria-labelledby="rejects-title" {
                h2 #rejects-title { "Left out" }
                @for group in &outcome.rejects {
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

fn columns(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.columns.is_empty() {
            section aria-labelledby="columns-title" {
                h2 #columns-title { "How the columns are read" }
                (tables::region("columns", &html! { "Each column of the file" }, &html! {
                    (tables::heads(&["Column", "Values", "Read as"]))
                    tbody { @for column in &outcome.columns { tr {
                        th.verbatim scope="row" { (column.header) }
                        td.prose { (column.samples.join(" \u{b7} ")) }
                        td { @match &column.used_as { Some(field) => (field), None => (states::mark(Tone::Quiet, "Ignored")) } }
                    } } }
                }))
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
        @if let Some(outcome) = &view.outcome { (rejects(outcome)) (changes(outcome, "What it changed")) }
        @if view.undone.is_none() && !view.why_not_undo.is_empty() { p.hint { (view.why_not_undo) } }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head::new(&title, Place::Imports), &main)
}
