//! Imports: files in, as one act that can be looked at before, and undone after.
//!
//! Reading the files is the importers' business; a file that cannot be read changes nothing.

use app::imports::{
    DateStyle, DecimalStyle, Delimiter, Encoding, FileRejects, FileRemarks, GivenFile, GivenImport, GivenMapping,
    HowToRead, ImportOutcome, Layout, LineChange, RejectFile, SeenTable, TableKind,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use domain::digest::Digest;
use domain::id::{ImportId, PersonId};
use domain::import::{Brought, Import, ImportedFile};
use domain::observation::Reject;
use domain::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::positions::{self, PositionObject};
use super::values::{DigestText, ImportNumber, InstantText, PersonRef};
use crate::caller::{Caller, Readers};
use crate::given::{self, Asked, At, Nothing};
use crate::problem::{Kind, Problem};
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, KeyNeed, ReceiptEntry, Writer, Written, entries, with_receipt};
use crate::{FILE_BODY_BYTES_MAX, Site};

/// Files of one form, with the mapping: what one import may hold and a little more, so that `domain` says its own limit.
const PARTS_MAX: usize = 256;

pub(super) fn routes() -> OpenApiRouter<Site> {
    let with_files = || axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX);
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(inventory).layer(with_files()))
        .routes(routes!(entitlements).layer(with_files()))
        .routes(routes!(leavers).layer(with_files()))
        .routes(routes!(usage).layer(with_files()))
        .routes(routes!(show))
        .routes(routes!(left_out))
        .routes(routes!(list_mappings, remember))
        .routes(routes!(undo))
}

/// A file of an import.
#[derive(Debug, Serialize, ToSchema)]
struct FileObject {
    /// Its name.
    name: String,
    /// SHA-256 of its bytes.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// Its length.
    bytes: u64,
    /// The format that was recognised.
    format: String,
}

fn file(file: &ImportedFile) -> FileObject {
    FileObject {
        name: file.name.shown().to_owned(),
        digest: file.digest,
        bytes: file.bytes,
        format: file.format.to_string(),
    }
}

/// What an import brought.
#[derive(Debug, Serialize, ToSchema)]
struct BroughtObject {
    /// `inventory`, `entitlements`, `leavers` or `usage`.
    kind: &'static str,
    /// Reports of devices, of an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    reports: Option<u64>,
    /// Installations in all reports, of an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    installations: Option<u64>,
    /// Entitlements or leavers that were recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// Sessions, of usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<u64>,
    /// Denials, of usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    denials: Option<u64>,
    /// Readings, of usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    readings: Option<u64>,
    /// Rows or parts left out.
    rejected: u64,
    /// Repetitions that were merged.
    merged: u64,
}

fn brought(of: &Brought) -> BroughtObject {
    let nothing = BroughtObject {
        kind: "inventory",
        reports: None,
        installations: None,
        rows: None,
        sessions: None,
        denials: None,
        readings: None,
        rejected: 0,
        merged: 0,
    };
    match *of {
        Brought::Inventory { reports, installations, rejected, merged, .. } => {
            BroughtObject { reports: Some(reports), installations: Some(installations), rejected, merged, ..nothing }
        }
        Brought::Entitlements { rows, rejected, merged } => {
            BroughtObject { kind: "entitlements", rows: Some(rows), rejected, merged, ..nothing }
        }
        Brought::Usage { sessions, denials, readings, rejected, merged, .. } => BroughtObject {
            kind: "usage",
            sessions: Some(sessions),
            denials: Some(denials),
            readings: Some(readings),
            rejected,
            merged,
            ..nothing
        },
        Brought::Leavers { rows, rejected, merged } => {
            BroughtObject { kind: "leavers", rows: Some(rows), rejected, merged, ..nothing }
        }
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// What an import brought, in one sentence.
fn summary(of: &Brought) -> String {
    let (mut words, rejected, merged) = match *of {
        Brought::Inventory { reports, installations, rejected, merged, .. } => (
            format!(
                "{} with {}",
                counted(reports, "device", "devices"),
                counted(installations, "installation", "installations")
            ),
            rejected,
            merged,
        ),
        Brought::Entitlements { rows, rejected, merged } => (counted(rows, "right", "rights"), rejected, merged),
        Brought::Leavers { rows, rejected, merged } => (counted(rows, "leaver", "leavers"), rejected, merged),
        Brought::Usage { sessions, denials, readings, rejected, merged, .. } => (
            format!(
                "{}, {}, {}",
                counted(sessions, "session", "sessions"),
                counted(denials, "denial", "denials"),
                counted(readings, "reading", "readings")
            ),
            rejected,
            merged,
        ),
    };
    if merged > 0 {
        words.push_str(&format!(", {} merged", counted(merged, "repetition", "repetitions")));
    }
    if rejected > 0 {
        words.push_str(&format!(", {} left out", counted(rejected, "row", "rows")));
    }
    words
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
struct ImportObject {
    /// Number.
    #[schema(value_type = ImportNumber)]
    id: ImportId,
    /// `inventory`, `entitlements`, `leavers` or `usage`.
    kind: &'static str,
    /// The source; a later report of the same source and device replaces the earlier.
    source: String,
    /// The files' names.
    file_names: Vec<String>,
    /// The files.
    files: Vec<FileObject>,
    /// What it brought.
    brought: BroughtObject,
    /// What it brought, in one sentence.
    summary: String,
    /// `in_effect` or `undone`.
    state: &'static str,
    /// Who.
    by: PersonRef,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// The entry that recorded it.
    recorded_in: u64,
    /// Who undid it.
    undone_by: Option<PersonRef>,
    /// When it was undone.
    #[schema(value_type = Option<InstantText>)]
    undone_at: Option<Timestamp>,
}

fn object(state: &domain::State, import: &Import) -> ImportObject {
    let undone: Option<(PersonId, Timestamp)> = import.undone;
    ImportObject {
        id: import.id,
        kind: brought(&import.brought).kind,
        source: import.source.to_string(),
        file_names: import.files.iter().map(|file| file.name.shown().to_owned()).collect(),
        files: import.files.iter().map(file).collect(),
        brought: brought(&import.brought),
        summary: summary(&import.brought),
        state: if undone.is_some() { "undone" } else { "in_effect" },
        by: PersonRef::of(state, import.by),
        at: import.at,
        recorded_in: import.recorded_in,
        undone_by: undone.map(|(by, _)| PersonRef::of(state, by)),
        undone_at: undone.map(|(_, at)| at),
    }
}

/// What an import is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KindWord {
    /// Reports of devices.
    Inventory,
    /// Rights.
    Entitlements,
    /// People who have left.
    Leavers,
    /// Sessions, denials and readings.
    Usage,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only imports of this kind.
    #[param(inline)]
    kind: Option<KindWord>,
    /// Only imports of this source.
    source: Option<String>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The imports, newest first.
#[utoipa::path(get, path = "/v1/imports", tag = "imports", params(ListQuery),
    responses((status = 200, body = Page<ImportObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let is_of = |import: &Import, kind: KindWord| match import.brought {
        Brought::Inventory { .. } => kind == KindWord::Inventory,
        Brought::Entitlements { .. } => kind == KindWord::Entitlements,
        Brought::Leavers { .. } => kind == KindWord::Leavers,
        Brought::Usage { .. } => kind == KindWord::Usage,
    };
    let fitting: Vec<&Import> = state
        .imports
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|import| query.kind.is_none_or(|kind| is_of(import, kind)))
        .filter(|import| query.source.as_ref().is_none_or(|source| *import.source == **source))
        .collect();
    Ok(reading.page(&fitting, &paging, |import| object(state, import)))
}

/// One import.
#[utoipa::path(get, path = "/v1/imports/{import}", tag = "imports", params(("import" = ImportNumber, Path)),
    responses((status = 200, body = ImportObject)))]
async fn show(reading: Reading, At(import): At<ImportId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let state = &reading.snapshot.state;
    let known = state.imports.get(&import).ok_or_else(|| Problem::none("import", import))?;
    Ok(reading.answer(object(state, known)))
}

/// Undo an import as a whole.
#[utoipa::path(post, path = "/v1/imports/{import}/undo", tag = "imports", params(("import" = ImportNumber, Path)),
    responses((status = 200, body = Written)))]
async fn undo(At(import): At<ImportId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry_once(Intent::UndoImport { import }).await
}

/// What could not be used, with its place and repair.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RejectObject {
    /// A line, or a path inside the file.
    place: String,
    /// What was found there, shortened.
    found: String,
    /// What is wrong.
    problem: String,
    /// What to do.
    repair: String,
}

/// What could not be used of one file.
#[derive(Debug, Serialize, ToSchema)]
struct FileRejectsObject {
    /// The file's name.
    file: String,
    /// The pieces.
    rejects: Vec<RejectObject>,
}

pub(super) fn reject(of: Reject) -> RejectObject {
    RejectObject { place: of.place, found: of.found, problem: of.problem, repair: of.repair }
}

fn rejects(of: FileRejects) -> FileRejectsObject {
    FileRejectsObject { file: of.file, rejects: of.rejects.into_iter().map(reject).collect() }
}

/// A position before and after.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeObject {
    /// The product's name.
    product: String,
    /// Before; null where the product is new.
    before: Option<PositionObject>,
    /// After; null where the product goes.
    after: Option<PositionObject>,
    /// Before, in a few words.
    before_words: String,
    /// After, in a few words.
    after_words: String,
}

fn change(snapshot: &app::Snapshot, change: &LineChange) -> ChangeObject {
    let words = |line: &Option<app::positions::Line>, none: &str| {
        line.as_ref().map_or_else(|| none.to_owned(), positions::in_words)
    };
    ChangeObject {
        product: change.product.clone(),
        before: change.before.as_ref().map(|line| positions::object(snapshot, line)),
        after: change.after.as_ref().map(|line| positions::object(snapshot, line)),
        before_words: words(&change.before, "not known"),
        after_words: words(&change.after, "gone"),
    }
}

/// What else is worth knowing of one file.
#[derive(Debug, Serialize, ToSchema)]
struct FileRemarksObject {
    /// The file's name.
    file: String,
    /// What was used with an assumption.
    remarks: Vec<RemarkObject>,
}

/// A remark on a piece of a file.
#[derive(Debug, Serialize, ToSchema)]
struct RemarkObject {
    /// A line, or a path inside the file.
    place: String,
    /// What was done.
    text: String,
}

fn remarks(of: FileRemarks) -> FileRemarksObject {
    let remark = |remark: app::imports::Remark| RemarkObject { place: remark.place, text: remark.text };
    FileRemarksObject { file: of.file, remarks: of.remarks.into_iter().map(remark).collect() }
}

/// How a table was read.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableObject {
    /// The file's name.
    file: String,
    /// The sheets of a workbook.
    sheets: Vec<String>,
    /// The sheet that was read.
    sheet: Option<String>,
    /// The line of the headers, the first being 1.
    header_row: u64,
    /// `comma`, `semicolon`, `tab` or `bar`; null for a workbook.
    delimiter: Option<&'static str>,
    /// `utf8`, `windows1252`, `utf16_little_endian`, `utf16_big_endian` or `workbook`.
    encoding: &'static str,
    /// `point` or `comma`: as it was stated, or as the file shows it; null where it shows neither.
    decimal: Option<&'static str>,
    /// `day_first` or `month_first`, where it was stated.
    dates: Option<&'static str>,
    /// The order that the file's other dates show.
    dates_shown: Option<&'static str>,
    /// Dates that have two readings as long as their order is not stated; their rows are left out.
    ambiguous_dates: u64,
    /// The first rows, each with its line.
    first_rows: Vec<RowObject>,
    /// The mapping by which it was read.
    mapping: Option<MappingObject>,
}

/// A row of a table.
#[derive(Debug, Serialize, ToSchema)]
struct RowObject {
    /// Its line.
    line: u64,
    /// Its cells.
    cells: Vec<String>,
}

/// A mapping of columns.
#[derive(Debug, Serialize, ToSchema)]
struct MappingObject {
    /// What the tables hold: `installations`, `entitlements`, `leavers`, `usage` or `publisher_statement`.
    kind: String,
    /// Its name.
    name: String,
    /// Whether it comes with the program just so.
    built_in: bool,
    /// The mapping as a TOML file; null in the list where it comes with the program.
    file: Option<String>,
}

pub(super) fn table(seen: SeenTable) -> TableObject {
    let SeenTable { kind, file, view, mapping } = seen;
    TableObject {
        file,
        sheets: view.sheets,
        sheet: view.sheet,
        header_row: view.header_row,
        delimiter: view.delimiter.map(Delimiter::name),
        encoding: view.encoding.name(),
        decimal: view.decimal.map(DecimalStyle::name),
        dates: view.dates.map(DateStyle::name),
        dates_shown: view.dates_shown.map(DateStyle::name),
        ambiguous_dates: view.ambiguous_dates,
        first_rows: view.first_rows.into_iter().map(|(line, cells)| RowObject { line, cells }).collect(),
        mapping: mapping.map(|used| MappingObject {
            kind: kind.name().to_owned(),
            name: used.name,
            built_in: used.is_built_in,
            file: Some(used.text),
        }),
    }
}

/// A column of a table and what it is used as.
#[derive(Debug, Serialize, ToSchema)]
struct ColumnObject {
    /// Header as the file writes it.
    header: String,
    /// The first few different values.
    samples: Vec<String>,
    /// Our field; null where the column is left aside.
    used_as: Option<String>,
    /// A field that a column left aside could give, going by its header.
    suggestion: Option<String>,
}

/// What an import brings and changes, whether it was carried out or only looked at.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeObject {
    /// The import's number; null for a preview.
    #[schema(value_type = Option<ImportNumber>)]
    id: Option<ImportId>,
    /// The same, as in every receipt.
    #[schema(value_type = Option<ImportNumber>)]
    object: Option<ImportId>,
    /// The entries. Empty for a preview.
    recorded: Vec<ReceiptEntry>,
    /// The ledger size right after; for a preview, now.
    ledger_size: u64,
    /// Whether it was only looked at.
    dry_run: bool,
    /// What it brings, in one sentence.
    summary: String,
    /// What it brings.
    brought: BroughtObject,
    /// The files.
    files: Vec<FileObject>,
    /// What could not be used.
    rejects: Vec<FileRejectsObject>,
    /// Devices that were not known before.
    devices_added: u64,
    /// Products that were not known before.
    products_added: Vec<String>,
    /// The positions that change.
    changes: Vec<ChangeObject>,
    /// How the columns of a table were read.
    columns: Vec<ColumnObject>,
    /// What else is worth knowing of the files.
    remarks: Vec<FileRemarksObject>,
    /// How the first table among the files was read; null where none is a table.
    table: Option<TableObject>,
}

fn answer(app: &app::App, outcome: ImportOutcome) -> Response {
    let id = outcome.import();
    let snapshot = outcome.receipt.as_ref().map_or_else(|| app.snapshot(), |receipt| receipt.snapshot.clone());
    let column = |column: app::imports::ColumnUse| ColumnObject {
        header: column.header,
        samples: column.samples,
        used_as: column.used_as,
        suggestion: column.suggestion,
    };
    let drawn = OutcomeObject {
        id,
        object: id,
        recorded: outcome.receipt.as_ref().map(|receipt| entries(&receipt.recorded)).unwrap_or_default(),
        ledger_size: snapshot.size(),
        dry_run: outcome.receipt.is_none(),
        summary: summary(&outcome.brought),
        brought: brought(&outcome.brought),
        files: outcome.files.iter().map(file).collect(),
        rejects: outcome.rejects.into_iter().map(rejects).collect(),
        devices_added: outcome.devices_added,
        products_added: outcome.products_added,
        changes: outcome.changes.iter().map(|of| change(&snapshot, of)).collect(),
        columns: outcome.columns.into_iter().map(column).collect(),
        remarks: outcome.remarks.into_iter().map(remarks).collect(),
        table: outcome.table.map(table),
    };
    let response = Json(drawn).into_response();
    match &outcome.receipt {
        Some(receipt) => with_receipt(response, receipt, id.map(|id| format!("/v1/imports/{id}"))),
        None => response,
    }
}

/// The files that came, with everything by which a repetition is known.
struct Files {
    writer: Writer,
    files: Vec<GivenFile>,
    mapping: Option<String>,
    /// What stands for the body in the key's fingerprint: the boundary of a form differs from time to time.
    sent: Vec<u8>,
}

/// Reads a form with files, or a body that is one file of the name that the query gives.
/// Nothing is read of whoever may not do anything like `like`.
async fn files(site: &Site, request: Request, file_name: Option<String>, like: Intent) -> Result<Files, Problem> {
    let (parts, body) = request.into_parts();
    let writer = Writer::of(&parts, site)?;
    writer.must_be_allowed(like)?;
    let (files, mapping) = sent_files(Request::from_parts(parts, body), file_name).await?;
    let mut sent = Vec::new();
    for file in &files {
        sent.extend_from_slice(format!("{} {}\n", Digest::of(&file.bytes), file.name).as_bytes());
    }
    sent.extend_from_slice(mapping.as_deref().unwrap_or_default().as_bytes());
    Ok(Files { writer, files, mapping, sent })
}

/// The files of a form, at least one, with the mapping beside them; or the body as one file.
pub(super) async fn sent_files(
    request: Request,
    file_name: Option<String>,
) -> Result<(Vec<GivenFile>, Option<String>), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
    if !is_form {
        let bytes = given::body(request).await?;
        let name = file_name.unwrap_or_else(|| "file".to_owned());
        return Ok((vec![GivenFile { name, bytes: Vec::from(bytes), device: None }], None));
    }
    let (mut files, mut mapping) = (Vec::new(), None);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::new(Kind::NotReadable, "The form has no boundary between its parts."))?;
    let mut parts = 0;
    while let Some(part) = form.next_field().await.map_err(|error| not_read(&error))? {
        parts += 1;
        if parts > PARTS_MAX {
            return Err(Problem::at("file", format!("Send at most {PARTS_MAX} files at once.")));
        }
        let name = part.file_name().map(str::to_owned);
        let field = part.name().unwrap_or_default().to_owned();
        let bytes: Bytes = part.bytes().await.map_err(|error| not_read(&error))?;
        match field.as_str() {
            "file" | "files" => {
                let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned());
                files.push(GivenFile { name, bytes: Vec::from(bytes), device: None });
            }
            "mapping" if mapping.is_none() => mapping = Some(text(&bytes)?),
            "mapping" => return Err(Problem::at("mapping", "Send one mapping.")),
            other => {
                let shown: String = other.chars().take(40).collect();
                let detail = format!("There is no part {shown} here. These are read: file, mapping.");
                return Err(Problem::at("file", detail));
            }
        }
    }
    if files.is_empty() {
        return Err(Problem::at("file", "Send at least one file, as the body or as a part named file."));
    }
    Ok((files, mapping))
}

fn not_read(error: &axum::extract::multipart::MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return given::too_large();
    }
    Problem::new(Kind::NotReadable, "The form cannot be read: a part is cut off or badly marked. Send it again.")
}

fn text(bytes: &[u8]) -> Result<String, Problem> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Problem::at("mapping", "Save the mapping as UTF-8 text."))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// The name of the source. A later report of the same source and device replaces the earlier; and how the tables of
    /// a source are read is remembered under its name.
    source: Option<String>,
    /// The file's name, where the body is the file.
    file_name: Option<String>,
    /// The name of the device, for inventory formats that do not name it.
    device: Option<String>,
    /// The name of a mapping of columns: one that was remembered or comes with the program. Absent, it is the one that
    /// was remembered for the source, else found by the headers.
    map: Option<String>,
    /// The sheet of a workbook; absent, the first that holds anything.
    sheet: Option<String>,
    /// The line of the headers, the first being 1; absent, it is found.
    #[param(minimum = 1)]
    header_row: Option<u64>,
    /// What parts cells: `comma`, `semicolon`, `tab` or `bar`; absent, it is found.
    #[param(value_type = Option<String>)]
    delimiter: Option<Delimiter>,
    /// How the text is encoded: `utf8`, `windows1252`, `utf16_little_endian` or `utf16_big_endian`; absent, it is found.
    #[param(value_type = Option<String>)]
    encoding: Option<Encoding>,
    /// The character before decimals: `point` or `comma`; absent, as the file shows it.
    #[param(value_type = Option<String>)]
    decimal: Option<DecimalStyle>,
    /// The order of day and month: `day_first` or `month_first`; absent, dates with two readings are left out.
    #[param(value_type = Option<String>)]
    dates: Option<DateStyle>,
    /// Remember for the source how its columns are read.
    #[serde(default)]
    remember: bool,
    /// Only look.
    #[serde(default)]
    dry_run: bool,
}

fn file_source() -> String {
    "file".to_owned()
}

impl ImportQuery {
    fn how(&self, mapping: Option<String>) -> Result<HowToRead, Problem> {
        let mapping = match (&self.map, mapping) {
            (Some(_), Some(_)) => return Err(Problem::parameter("map", "Name a mapping or send one, not both.")),
            (Some(name), None) => Some(GivenMapping::Named(name.clone())),
            (None, Some(text)) => Some(GivenMapping::Text(text)),
            (None, None) => None,
        };
        let layout = Layout {
            sheet: self.sheet.clone().filter(|sheet| !sheet.is_empty()),
            header_row: self.header_row,
            delimiter: self.delimiter,
            encoding: self.encoding,
            decimal: self.decimal,
            dates: self.dates,
        };
        Ok(HowToRead { mapping, layout })
    }
}

/// Files: a multipart form, or one file as the body.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a form")]
pub(super) struct FilesForm {
    /// The files; the part can come several times.
    #[schema(content_media_type = "application/octet-stream")]
    file: Vec<String>,
    /// How the columns of tables are read, as TOML or JSON.
    mapping: Option<String>,
}

/// Looks at files or brings them in, whatever they are of.
async fn import(site: Site, request: Request, kind: TableKind, like: Intent) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    Caller::of(&parts, &site)?;
    let Asked(query) = Asked::<ImportQuery>::from_request_parts(&mut parts, &()).await?;
    let request = Request::from_parts(parts, body);
    let Files { writer, mut files, mapping, mut sent } = files(&site, request, query.file_name.clone(), like).await?;
    if matches!(kind, TableKind::Entitlements | TableKind::Leavers) && files.len() > 1 {
        return Err(Problem::at("file", "Send one file of this kind at a time; each is an import of its own."));
    }
    if let Some(device) = query.device.as_ref().filter(|device| !device.trim().is_empty()) {
        sent.extend_from_slice(format!("device {device}\n").as_bytes());
        for file in &mut files {
            file.device = Some(device.clone());
        }
    }
    let how = query.how(mapping)?;
    let source = match (query.source, kind) {
        (Some(source), _) => source,
        (None, TableKind::Installations | TableKind::Usage) => file_source(),
        (None, TableKind::Entitlements | TableKind::Leavers | TableKind::PublisherStatement) => String::new(),
    };
    let given = GivenImport { kind, source: source.clone(), files, how };
    let actor = writer.caller.actor;
    if query.dry_run {
        return Ok(answer(&site.app, site.app.look_at(actor, given).await?));
    }
    let repetition = writer.repetition(&sent, KeyNeed::Required)?;
    let outcome = site.app.bring_in(actor, given, repetition).await?;
    if query.remember
        && let Some(used) = outcome.table.as_ref().and_then(|table| table.mapping.as_ref())
    {
        let name = if source.is_empty() { used.name.clone() } else { source };
        site.app.remember_mapping(actor, kind, name, &used.text, None).await?;
    }
    Ok(answer(&site.app, outcome))
}

/// Import reports of devices.
#[utoipa::path(post, path = "/v1/imports/inventory", tag = "imports", params(ImportQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn inventory(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let nothing = Brought::Entitlements { rows: 0, rejected: 0, merged: 0 };
    let like = Intent::ImportInventory { source: file_source(), files: Vec::new(), brought: nothing };
    import(site, request, TableKind::Installations, like).await
}

/// Import rights.
#[utoipa::path(post, path = "/v1/imports/entitlements", tag = "imports", params(ImportQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn entitlements(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let none = ImportedFile { name: Text::from(""), digest: Digest([0; 32]), bytes: 0, format: String::new() };
    let like = Intent::ImportEntitlements {
        source: file_source(),
        file: none,
        mapping: None,
        rows: Vec::new(),
        rejected: 0,
        merged: 0,
    };
    import(site, request, TableKind::Entitlements, like).await
}

/// Import people who have left, with their last days.
#[utoipa::path(post, path = "/v1/imports/leavers", tag = "imports", params(ImportQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn leavers(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let like =
        Intent::ImportLeavers { source: file_source(), files: Vec::new(), leavers: Vec::new(), rejected: 0, merged: 0 };
    import(site, request, TableKind::Leavers, like).await
}

/// Import usage: logs and status lists of licence managers, tables of sessions or readings, reports of Microsoft 365.
#[utoipa::path(post, path = "/v1/imports/usage", tag = "imports", params(ImportQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn usage(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let nothing = Brought::Entitlements { rows: 0, rejected: 0, merged: 0 };
    let like = Intent::ImportUsage { source: file_source(), files: Vec::new(), brought: nothing };
    import(site, request, TableKind::Usage, like).await
}

/// What an import left out, as a table.
#[derive(Debug, Serialize, ToSchema)]
struct RejectFileObject {
    /// Its headers.
    headers: Vec<String>,
    /// Its rows.
    rows: Vec<Vec<String>>,
    /// Whether its rows, once repaired, can be imported as a file of their own.
    can_come_in: bool,
}

/// What an import left out, read again from the files that are kept: rows as they were, with problem and repair.
#[utoipa::path(get, path = "/v1/imports/{import}/rejects", tag = "imports", params(("import" = ImportNumber, Path)),
    responses((status = 200, body = RejectFileObject)))]
async fn left_out(reading: Reading, At(import): At<ImportId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let app = reading.app.clone();
    let RejectFile { headers, rows, can_come_in } = crate::reading::off_thread(move || app.rejects_of(import)).await?;
    Ok(reading.answer(RejectFileObject { headers, rows, can_come_in }))
}

/// The mappings of columns: those that were remembered, by kind and name, and those that come with the program.
#[utoipa::path(get, path = "/v1/mappings", tag = "imports", responses((status = 200, body = Page<MappingObject>)))]
async fn list_mappings(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let remembered = reading.snapshot.state.mappings.values().map(|known| MappingObject {
        kind: known.kind.name().to_owned(),
        name: known.name.clone(),
        built_in: false,
        file: Some(known.mapping.to_string()),
    });
    let built_in = TableKind::ALL.into_iter().flat_map(|kind| {
        let object =
            move |name: String| MappingObject { kind: kind.name().to_owned(), name, built_in: true, file: None };
        app::imports::built_in_mappings(kind).into_iter().map(object)
    });
    let all: Vec<MappingObject> = remembered.chain(built_in).collect();
    let total = all.len();
    Ok(reading.list(all, None, total))
}

/// A mapping to remember.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMapping {
    /// What the tables hold: `installations`, `entitlements`, `leavers`, `usage` or `publisher_statement`.
    #[schema(value_type = String)]
    kind: TableKind,
    /// The source for whose tables it is used.
    name: String,
    /// The mapping, as a TOML or JSON file.
    file: String,
}

/// Remember how the columns of a source's tables are read.
#[utoipa::path(post, path = "/v1/mappings", tag = "imports", request_body = NewMapping,
    responses((status = 200, body = Written)))]
async fn remember(act: Act<NewMapping>) -> Result<Response, Problem> {
    let mapping = app::imports::parse_mapping(act.body.kind, &act.body.file)
        .map_err(|failure| Problem::at("file", crate::problem::sentence(&failure.to_string())))?;
    let intent = Intent::RememberMapping { kind: act.body.kind, name: act.body.name.clone(), mapping };
    act.carry(intent).await
}
