//! Imports: files in, as one act that can be looked at before, and undone after.
//!
//! Reading the files is the importers' business; a file that cannot be read changes nothing.

use app::imports::{FileRejects, GivenFile, ImportOutcome, LineChange, Mapping};
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
        .routes(routes!(usage).layer(with_files()))
        .routes(routes!(show))
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
    /// `inventory`, `entitlements` or `usage`.
    kind: &'static str,
    /// Reports of devices, of an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    reports: Option<u64>,
    /// Installations in all reports, of an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    installations: Option<u64>,
    /// Rows that became entitlements.
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
    /// `inventory`, `entitlements` or `usage`.
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

/// `inventory`, `entitlements` or `usage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KindWord {
    /// Reports of devices.
    Inventory,
    /// Rights.
    Entitlements,
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
struct RejectObject {
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

fn rejects(of: FileRejects) -> FileRejectsObject {
    let reject = |reject: Reject| RejectObject {
        place: reject.place,
        found: reject.found,
        problem: reject.problem,
        repair: reject.repair,
    };
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

/// A column of an entitlements file and what it is used as.
#[derive(Debug, Serialize, ToSchema)]
struct ColumnObject {
    /// Header as the file writes it.
    header: String,
    /// The first few different values.
    samples: Vec<String>,
    /// Our field; null where the column is left aside.
    used_as: Option<String>,
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
    /// How the columns of an entitlements file were read.
    columns: Vec<ColumnObject>,
}

fn answer(app: &app::App, outcome: ImportOutcome) -> Response {
    let id = outcome.import();
    let snapshot = outcome.receipt.as_ref().map_or_else(|| app.snapshot(), |receipt| receipt.snapshot.clone());
    let column = |column: app::imports::ColumnUse| ColumnObject {
        header: column.header,
        samples: column.samples,
        used_as: column.used_as,
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
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
    let request = Request::from_parts(parts, body);
    let mut files = Vec::new();
    let mut mapping = None;
    if is_form {
        let form = Multipart::from_request(request, &()).await;
        let mut form =
            form.map_err(|_| Problem::new(Kind::NotReadable, "The form has no boundary between its parts."))?;
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
    } else {
        let bytes = given::body(request).await?;
        let name = file_name.unwrap_or_else(|| "file".to_owned());
        files.push(GivenFile { name, bytes: Vec::from(bytes), device: None });
    }
    if files.is_empty() {
        return Err(Problem::at("file", "Send at least one file, as the body or as a part named file."));
    }
    let mut sent = Vec::new();
    for file in &files {
        sent.extend_from_slice(format!("{} {}\n", Digest::of(&file.bytes), file.name).as_bytes());
    }
    sent.extend_from_slice(mapping.as_deref().unwrap_or_default().as_bytes());
    Ok(Files { writer, files, mapping, sent })
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
struct InventoryQuery {
    /// The name of the source; a later report of the same source and device replaces the earlier.
    #[serde(default = "file_source")]
    #[param(default = "file", required = false)]
    source: String,
    /// The file's name, where the body is the file.
    file_name: Option<String>,
    /// The name of the device, for formats that do not name it.
    device: Option<String>,
    /// Only look.
    #[serde(default)]
    dry_run: bool,
}

fn file_source() -> String {
    "file".to_owned()
}

/// Files to import: a multipart form, or one file as the body.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a form")]
struct FilesForm {
    /// The files; the part can come several times.
    #[schema(content_media_type = "application/octet-stream")]
    file: Vec<String>,
    /// How the columns of an entitlements file are read, as TOML or JSON.
    mapping: Option<String>,
}

/// Import reports of devices.
#[utoipa::path(post, path = "/v1/imports/inventory", tag = "imports", params(InventoryQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn inventory(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    Caller::of(&parts, &site)?;
    let Asked(query) = Asked::<InventoryQuery>::from_request_parts(&mut parts, &()).await?;
    let nothing = Brought::Entitlements { rows: 0, rejected: 0, merged: 0 };
    let like = Intent::ImportInventory { source: file_source(), files: Vec::new(), brought: nothing };
    let Files { writer, mut files, mapping, mut sent } =
        files(&site, Request::from_parts(parts, body), query.file_name, like).await?;
    if let Some(device) = query.device.filter(|device| !device.trim().is_empty()) {
        sent.extend_from_slice(format!("device {device}\n").as_bytes());
        for file in &mut files {
            file.device = Some(device.clone());
        }
    }
    if mapping.is_some() {
        return Err(Problem::at(
            "mapping",
            "A mapping is for entitlements; inventories are recognised by their content.",
        ));
    }
    let actor = writer.caller.actor;
    let outcome = if query.dry_run {
        site.app.preview_inventory(actor, query.source, files).await?
    } else {
        let repetition = writer.repetition(&sent, KeyNeed::Required)?;
        site.app.import_inventory(actor, query.source, files, repetition).await?
    };
    Ok(answer(&site.app, outcome))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsageQuery {
    /// The name of the source, such as a licence server; a later file of the same source replaces what earlier ones tell
    /// of the time that it covers.
    #[serde(default = "file_source")]
    #[param(default = "file", required = false)]
    source: String,
    /// The file's name, where the body is the file.
    file_name: Option<String>,
    /// Only look.
    #[serde(default)]
    dry_run: bool,
}

/// Import usage: logs and status lists of licence managers, tables of sessions or readings, reports of Microsoft 365.
#[utoipa::path(post, path = "/v1/imports/usage", tag = "imports", params(UsageQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn usage(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    Caller::of(&parts, &site)?;
    let Asked(query) = Asked::<UsageQuery>::from_request_parts(&mut parts, &()).await?;
    let nothing = Brought::Entitlements { rows: 0, rejected: 0, merged: 0 };
    let like = Intent::ImportUsage { source: file_source(), files: Vec::new(), brought: nothing };
    let Files { writer, files, mapping, sent } =
        files(&site, Request::from_parts(parts, body), query.file_name, like).await?;
    if mapping.is_some() {
        return Err(Problem::at("mapping", "A mapping is for entitlements; usage is recognised by its content."));
    }
    let actor = writer.caller.actor;
    let outcome = if query.dry_run {
        site.app.preview_usage(actor, query.source, files).await?
    } else {
        let repetition = writer.repetition(&sent, KeyNeed::Required)?;
        site.app.import_usage(actor, query.source, files, repetition).await?
    };
    Ok(answer(&site.app, outcome))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EntitlementsQuery {
    /// The name of a mapping that comes with the program; absent, it is recognised by the headers.
    map: Option<String>,
    /// The file's name, where the body is the file.
    file_name: Option<String>,
    /// Only look.
    #[serde(default)]
    dry_run: bool,
}

/// Import rights.
#[utoipa::path(post, path = "/v1/imports/entitlements", tag = "imports", params(EntitlementsQuery),
    request_body(content((FilesForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, description = "A preview.", body = OutcomeObject), (status = 201, body = OutcomeObject)))]
async fn entitlements(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    Caller::of(&parts, &site)?;
    let Asked(query) = Asked::<EntitlementsQuery>::from_request_parts(&mut parts, &()).await?;
    let none = ImportedFile { name: Text::from(""), digest: Digest([0; 32]), bytes: 0, format: String::new() };
    let like =
        Intent::ImportEntitlements { source: file_source(), file: none, rows: Vec::new(), rejected: 0, merged: 0 };
    let Files { writer, files, mapping, sent } =
        files(&site, Request::from_parts(parts, body), query.file_name, like).await?;
    let mut files = files.into_iter();
    let (Some(file), None) = (files.next(), files.next()) else {
        return Err(Problem::at("file", "Send one entitlements file at a time; each is an import of its own."));
    };
    let mapping = mapping_of(query.map.as_deref(), mapping.as_deref())?;
    let actor = writer.caller.actor;
    let outcome = if query.dry_run {
        site.app.preview_entitlements(actor, file, mapping).await?
    } else {
        let repetition = writer.repetition(&sent, KeyNeed::Required)?;
        site.app.import_entitlements(actor, file, mapping, repetition).await?
    };
    Ok(answer(&site.app, outcome))
}

fn mapping_of(named: Option<&str>, given: Option<&str>) -> Result<Option<Mapping>, Problem> {
    match (named, given) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Problem::parameter("map", "Name a mapping or send one, not both.")),
        (Some(name), None) => Mapping::named(name).map(Some).ok_or_else(|| {
            let known: Vec<String> = Mapping::built_in().into_iter().map(|mapping| mapping.name).collect();
            Problem::parameter("map", format!("There is no mapping of this name; use one of: {}.", known.join(", ")))
        }),
        (None, Some(text)) => Mapping::parse(text)
            .map(Some)
            .map_err(|error| Problem::at("mapping", crate::problem::sentence(&error.to_string()))),
    }
}
