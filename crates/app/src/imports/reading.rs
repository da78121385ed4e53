//! Reading the files of an import: inventories of any format, and tables by a mapping that was given, remembered or found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::State;
use domain::command::Intent;
use domain::digest::Digest;
use domain::id::ImportId;
use domain::import::{Brought, ImportedFile, MAPPING_FORMAT, TableKind, reports_digest};
use domain::observation::{DeviceIdentity, DeviceReport};
use domain::product::folded;
use domain::text::Text;
use importers::{
    Encoding, EntitlementField, EntitlementFile, Field, FieldMapping, Headers, InstallationField, InventoryFormat,
    Layout, LeaverField, LeaverFile, Mapping, PublisherStatementField, PublisherStatementFile, TableView, Tables,
    Unreadable, UsageField, Workbook,
};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{FileRejects, FileRemarks, GivenFile, GivenImport};
use crate::failure::Failure;
use crate::order::{ReportToStore, UsageToStore};
use crate::organisation::App;

/// Reads workbooks somewhere, as [`importers::read_workbook`] does here.
pub type WorkbookReader = Arc<dyn Fn(&[u8], Option<&str>) -> Result<Workbook, Unreadable> + Send + Sync>;

/// How the tables among files are read, as far as somebody says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HowToRead {
    /// Which column gives which field; where absent, what was remembered of the source, else the usual headers.
    pub mapping: Option<GivenMapping>,
    /// A layout that counts before the mapping's.
    pub layout: Layout,
}

/// A mapping as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenMapping {
    /// By the name of one that was remembered or comes with the program.
    Named(String),
    /// As the text of a mapping file.
    Text(String),
    /// The usual headers, whatever was remembered.
    Usual,
}

/// The mapping by which a table was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingUsed {
    /// Its name.
    pub name: String,
    /// As a mapping file.
    pub text: String,
    /// Whether it comes with the program just so.
    pub is_built_in: bool,
    /// Defaults for fields without a column.
    pub defaults: BTreeMap<String, String>,
}

/// A table with how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTable {
    /// What it holds.
    pub kind: TableKind,
    /// The file's name.
    pub file: String,
    /// Its layout and columns.
    pub view: TableView,
    /// The mapping; `None` where no mapping suits its headers.
    pub mapping: Option<MappingUsed>,
}

/// What is known of files once they are read.
pub(super) struct Facts {
    pub source: String,
    pub files: Vec<ImportedFile>,
    pub brought: Brought,
    pub rejects: Vec<FileRejects>,
    pub remarks: Vec<FileRemarks>,
    pub table: Option<SeenTable>,
    /// The columns of the tables, with their uses.
    pub columns: Vec<importers::ColumnUse>,
    /// The mapping file that is kept with the import.
    pub mapping: Option<(ImportedFile, String)>,
}

/// Files of an import, read.
pub(super) enum Read {
    Inventory(Facts, Vec<ReportToStore>),
    Entitlements(Facts, Box<EntitlementFile>),
    Leavers(Facts, Box<LeaverFile>),
    Usage(Facts, Vec<UsageToStore>),
}

impl Read {
    fn facts(&self) -> &Facts {
        match self {
            Self::Inventory(facts, _)
            | Self::Entitlements(facts, _)
            | Self::Leavers(facts, _)
            | Self::Usage(facts, _) => facts,
        }
    }

    pub fn into_facts(self) -> Facts {
        match self {
            Self::Inventory(facts, _)
            | Self::Entitlements(facts, _)
            | Self::Leavers(facts, _)
            | Self::Usage(facts, _) => facts,
        }
    }

    pub fn rejects(&self) -> &[FileRejects] {
        &self.facts().rejects
    }

    pub fn source(&self) -> &str {
        &self.facts().source
    }

    pub fn reports(&self) -> &[ReportToStore] {
        match self {
            Self::Inventory(_, reports) => reports,
            Self::Entitlements(..) | Self::Leavers(..) | Self::Usage(..) => &[],
        }
    }

    pub fn usage(&self) -> &[UsageToStore] {
        match self {
            Self::Usage(_, reports) => reports,
            Self::Inventory(..) | Self::Entitlements(..) | Self::Leavers(..) => &[],
        }
    }

    /// The text of the mapping file that is kept with the import.
    pub fn mapping_to_keep(&self) -> Option<&str> {
        self.facts().mapping.as_ref().map(|(_, text)| text.as_str())
    }

    /// What is asked of the ledger.
    pub fn intent(&self) -> Intent {
        let facts = self.facts();
        let source = facts.source.clone();
        match self {
            Self::Inventory(..) => {
                Intent::ImportInventory { source, files: facts.files.clone(), brought: facts.brought }
            }
            Self::Entitlements(_, file) => {
                let none =
                    || ImportedFile { name: Text::from(""), digest: Digest([0; 32]), bytes: 0, format: String::new() };
                Intent::ImportEntitlements {
                    source,
                    file: facts.files.first().cloned().unwrap_or_else(none),
                    mapping: facts.mapping.as_ref().map(|(file, _)| file.clone()),
                    rows: file.rows.clone(),
                    rejected: length(&file.rejects),
                    merged: file.duplicates_merged,
                }
            }
            Self::Leavers(_, file) => Intent::ImportLeavers {
                source,
                files: facts.files.clone(),
                leavers: file.leavers.clone(),
                rejected: length(&file.rejects),
                merged: file.duplicates_merged,
            },
            Self::Usage(..) => Intent::ImportUsage { source, files: facts.files.clone(), brought: facts.brought },
        }
    }
}

/// What kind of field the tables of each kind have.
trait Kind: Field {
    const KIND: TableKind;
}

impl Kind for InstallationField {
    const KIND: TableKind = TableKind::Installations;
}

impl Kind for EntitlementField {
    const KIND: TableKind = TableKind::Entitlements;
}

impl Kind for LeaverField {
    const KIND: TableKind = TableKind::Leavers;
}

impl Kind for UsageField {
    const KIND: TableKind = TableKind::Usage;
}

impl Kind for PublisherStatementField {
    const KIND: TableKind = TableKind::PublisherStatement;
}

/// A mapping with where it comes from: what was only remembered does not have to fit.
struct Chosen<F: Field> {
    mapping: Option<FieldMapping<F>>,
    remembered: bool,
}

fn unusable(error: &importers::UnusableMapping) -> Failure {
    Failure::UnusableMapping(error.to_string())
}

/// The mapping of this name that was remembered or comes with the program.
fn by_name<F: Kind>(state: &State, name: &str) -> Result<FieldMapping<F>, Failure> {
    if let Some(known) = state.mapping_of(F::KIND, name) {
        return FieldMapping::parse(&known.mapping).map_err(|error| unusable(&error));
    }
    FieldMapping::named(name).ok_or_else(|| {
        let known = built_in_mappings(F::KIND).join(", ");
        Failure::UnusableMapping(format!(
            "There is no mapping of {} called {name}; those that come with the program are {known}.",
            F::KIND
        ))
    })
}

fn choose<F: Kind>(state: &State, source: &str, how: &HowToRead) -> Result<Chosen<F>, Failure> {
    let chosen = |mapping| Ok(Chosen { mapping, remembered: false });
    match &how.mapping {
        Some(GivenMapping::Named(name)) => chosen(Some(by_name(state, name)?)),
        Some(GivenMapping::Text(text)) => chosen(Some(FieldMapping::parse(text).map_err(|error| unusable(&error))?)),
        Some(GivenMapping::Usual) => chosen(None),
        None => match state.mapping_of(F::KIND, source) {
            Some(known) => {
                let mapping = FieldMapping::parse(&known.mapping).map_err(|error| unusable(&error))?;
                Ok(Chosen { mapping: Some(mapping), remembered: true })
            }
            None => chosen(None),
        },
    }
}

impl<F: Field> Chosen<F> {
    /// Reads with the mapping; where one that was only remembered does not fit the file, without.
    fn read<T>(&self, read: impl Fn(Option<&FieldMapping<F>>) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        match read(self.mapping.as_ref()) {
            Err(
                Unreadable::MissingColumn { .. }
                | Unreadable::TwoColumns { .. }
                | Unreadable::NoSuchSheet { .. }
                | Unreadable::NotText { .. },
            ) if self.remembered => read(None),
            outcome => outcome,
        }
    }
}

fn used<F: Field>(mapping: &FieldMapping<F>) -> MappingUsed {
    MappingUsed {
        name: mapping.name.clone(),
        text: mapping.as_toml(),
        is_built_in: mapping.is_built_in(),
        defaults: mapping.defaults.iter().map(|(field, text)| (field.word().to_owned(), text.clone())).collect(),
    }
}

/// The file that keeps how columns were read, where that does not come with the program.
fn mapping_file(used: Option<&MappingUsed>) -> Option<(ImportedFile, String)> {
    let used = used.filter(|used| !used.is_built_in)?;
    let file = ImportedFile {
        name: Text::from("mapping.toml"),
        digest: Digest::of(used.text.as_bytes()),
        bytes: length(used.text.as_bytes()),
        format: MAPPING_FORMAT.to_owned(),
    };
    Some((file, used.text.clone()))
}

impl App {
    /// Has workbooks read by `reader` from now on, where nothing else was said before.
    pub fn read_workbooks_with(&self, reader: WorkbookReader) {
        // Whoever builds the program says it once.
        let _ = self.inner.workbooks.set(reader);
    }

    fn workbook_reader(&self) -> WorkbookReader {
        self.inner.workbooks.get().cloned().unwrap_or_else(|| Arc::new(importers::read_workbook))
    }

    /// Reads the files of an import; one that cannot be read as a whole refuses them all. `read_at` is the time of a
    /// status list that states none.
    pub(super) fn read(&self, given: &GivenImport, read_at: Timestamp) -> Result<Read, Failure> {
        match given.kind {
            TableKind::Installations => self.read_inventory(given),
            TableKind::Entitlements => self.read_entitlements(given),
            TableKind::Leavers => self.read_leavers(given),
            TableKind::Usage => self.read_usage(given, read_at),
            TableKind::PublisherStatement => Err(Failure::Unreadable(Unreadable::OtherKind {
                what: "a publisher's statement, which is compared and never imported",
                instead: "Compare it with “indult entitlement reconcile”.",
            })),
        }
    }

    /// Reads a publisher's statement, with how its table was read. What was remembered of `source` counts where
    /// nothing else is said.
    pub(crate) fn read_publisher_statement(
        &self,
        file: &GivenFile,
        source: &str,
        how: &HowToRead,
    ) -> Result<(PublisherStatementFile, Option<SeenTable>), Failure> {
        let chosen = choose::<PublisherStatementField>(&self.snapshot().state, source, how)?;
        let reader = self.workbook_reader();
        let read =
            chosen.read(|mapping| importers::read_publisher_statement(&file.bytes, mapping, &how.layout, &*reader))?;
        let table = seen(TableKind::PublisherStatement, file, Some(read.view.clone()), Some(used(&read.mapping)));
        Ok((read, table))
    }

    fn read_inventory(&self, given: &GivenImport) -> Result<Read, Failure> {
        let state = &self.snapshot().state;
        let chosen = choose::<InstallationField>(state, &given.source, &given.how)?;
        let reader = self.workbook_reader();
        let mut gathered = Gathered::default();
        for file in &given.files {
            let device = file.device.clone().unwrap_or_else(|| file_stem(&file.name));
            let read = chosen
                .read(|mapping| {
                    let tables = Tables { mapping, layout: given.how.layout.clone(), read_workbook: &*reader };
                    importers::read_inventory_as(&file.bytes, Some(&file.name), Some(&device), &tables)
                })
                .map_err(|unreadable| in_file(unreadable, &file.name, given.files.len()))?;
            let is_tag = matches!(read.format, InventoryFormat::SwidTag | InventoryFormat::ConciseSwidTag);
            if is_tag && file.device.is_none() {
                // The file of a tag is called after its title.
                let name = &file.name;
                return Err(Failure::UnusableMapping(format!(
                    "{name} is a SWID tag, which does not name its device. Name the device of the tags (--device)."
                )));
            }
            gathered.take(file, read, &chosen, &given.how.layout);
        }
        gathered.finish(given.source.clone())
    }

    fn read_entitlements(&self, given: &GivenImport) -> Result<Read, Failure> {
        let file = the_file(given)?;
        let snapshot = self.snapshot();
        let organisation = snapshot.state.organisation.as_ref().ok_or(domain::Refusal::NotFounded)?;
        let chosen = choose::<EntitlementField>(&snapshot.state, &given.source, &given.how)?;
        let reader = self.workbook_reader();
        let read = chosen.read(|mapping| {
            importers::read_entitlements_as(&file.bytes, mapping, &given.how.layout, organisation.currency, &*reader)
        })?;
        let mapping = read.mapping.as_ref().map(used);
        let kept = mapping_file(mapping.as_ref());
        let facts = Facts {
            source: if given.source.is_empty() { read.mapping_name.clone() } else { given.source.clone() },
            files: vec![imported(file, entitlements_format(read.encoding, &file.bytes))],
            brought: Brought::Entitlements {
                rows: length(&read.rows),
                rejected: length(&read.rejects),
                merged: read.duplicates_merged,
            },
            rejects: rejects(&file.name, &read.rejects),
            remarks: remarks(&file.name, &read.remarks),
            columns: read.columns.clone(),
            table: seen(TableKind::Entitlements, file, read.view.clone(), mapping),
            mapping: kept,
        };
        Ok(Read::Entitlements(facts, Box::new(read)))
    }

    fn read_leavers(&self, given: &GivenImport) -> Result<Read, Failure> {
        let file = the_file(given)?;
        let snapshot = self.snapshot();
        let chosen = choose::<LeaverField>(&snapshot.state, &given.source, &given.how)?;
        let reader = self.workbook_reader();
        let read = chosen.read(|mapping| importers::read_leavers(&file.bytes, mapping, &given.how.layout, &*reader))?;
        let mut read = read;
        // Who is recorded already with the same day says nothing new.
        let recorded: BTreeSet<(String, Date)> = snapshot
            .state
            .leavers
            .values()
            .filter_map(|known| Some((folded(known.name.open()?), known.left_on)))
            .collect();
        let before = length(&read.leavers);
        read.leavers.retain(|(name, day)| !recorded.contains(&(folded(name.open().unwrap_or_default()), *day)));
        read.duplicates_merged += before - length(&read.leavers);
        let mapping = used(&read.mapping);
        let kept = mapping_file(Some(&mapping));
        let mut files = vec![imported(file, "leavers table")];
        files.extend(kept.iter().map(|(file, _)| file.clone()));
        let facts = Facts {
            source: if given.source.is_empty() { read.mapping.name.clone() } else { given.source.clone() },
            files,
            brought: Brought::Leavers {
                rows: length(&read.leavers),
                rejected: length(&read.rejects),
                merged: read.duplicates_merged,
            },
            rejects: rejects(&file.name, &read.rejects),
            remarks: Vec::new(),
            columns: read.view.columns.clone(),
            table: seen(TableKind::Leavers, file, Some(read.view.clone()), Some(mapping)),
            mapping: kept,
        };
        Ok(Read::Leavers(facts, Box::new(read)))
    }

    fn read_usage(&self, given: &GivenImport, read_at: Timestamp) -> Result<Read, Failure> {
        let state = &self.snapshot().state;
        let chosen = choose::<UsageField>(state, &given.source, &given.how)?;
        let reader = self.workbook_reader();
        let zone = state.zone();
        let clock = importers::Clock { zone: &zone, read_at };
        let mut gathered = GatheredUsage::default();
        for file in &given.files {
            let read = chosen
                .read(|mapping| importers::read_usage_as(&file.bytes, clock, mapping, &given.how.layout, &*reader))
                .map_err(|unreadable| in_file(unreadable, &file.name, given.files.len()))?;
            gathered.take(file, read);
        }
        let source = if given.source.is_empty() { DEFAULT_SOURCE.to_owned() } else { given.source.clone() };
        Ok(gathered.finish(source))
    }

    /// How the first table among files would be read, whether or not all the needed columns are there.
    /// `None` where none of them is a table.
    pub async fn see_table(&self, given: GivenImport) -> Result<Option<SeenTable>, Failure> {
        let app = self.clone();
        blocking(move || match given.kind {
            TableKind::Installations => app.see::<InstallationField>(&given, |bytes, mapping, layout, reader| {
                importers::view_installations(bytes, &Tables { mapping, layout: layout.clone(), read_workbook: reader })
            }),
            TableKind::Entitlements => app.see::<EntitlementField>(&given, |bytes, mapping, layout, reader| {
                importers::view_entitlements(bytes, mapping, layout, reader).map(Some)
            }),
            TableKind::Leavers => app.see::<LeaverField>(&given, |bytes, mapping, layout, reader| {
                importers::view_leavers(bytes, mapping, layout, reader).map(Some)
            }),
            TableKind::Usage => app.see::<UsageField>(&given, importers::view_usage),
            TableKind::PublisherStatement => {
                app.see::<PublisherStatementField>(&given, |bytes, mapping, layout, reader| {
                    importers::view_publisher_statement(bytes, mapping, layout, reader).map(Some)
                })
            }
        })
        .await
    }

    fn see<F: Kind>(&self, given: &GivenImport, view: View<F>) -> Result<Option<SeenTable>, Failure> {
        let snapshot = self.snapshot();
        let chosen = choose::<F>(&snapshot.state, &given.source, &given.how)?;
        let reader = self.workbook_reader();
        let read = |bytes: &[u8], sheet: Option<&str>| reader(bytes, sheet);
        for file in &given.files {
            let seen = chosen.read(|mapping| view(&file.bytes, mapping, &given.how.layout, &read))?;
            let Some(seen) = seen else { continue };
            let mapping = chosen.mapping.as_ref().map(used);
            return Ok(Some(SeenTable { kind: given.kind, file: file.name.clone(), view: seen, mapping }));
        }
        Ok(None)
    }

    /// Reads the files of an import again, as they were read when it came in.
    pub(super) fn read_again(&self, import: ImportId) -> Result<Read, Failure> {
        let snapshot = self.snapshot();
        let known = snapshot.state.imports.get(&import).ok_or_else(|| Failure::NotFound(format!("import {import}")))?;
        let kind = match known.brought {
            Brought::Inventory { .. } => TableKind::Installations,
            Brought::Entitlements { .. } => TableKind::Entitlements,
            Brought::Leavers { .. } => TableKind::Leavers,
            Brought::Usage { .. } => TableKind::Usage,
        };
        let mut files = Vec::new();
        let mut mapping = None;
        for file in &known.files {
            let bytes = self.kept_file(file.digest, import)?;
            if file.format == MAPPING_FORMAT {
                mapping = String::from_utf8(bytes).ok().map(GivenMapping::Text);
                continue;
            }
            let name = file.name.shown().to_owned();
            // What is left out does not depend on the name of the device.
            let device = Some(file_stem(&name));
            files.push(GivenFile { name, bytes, device });
        }
        let built_in = || Mapping::named(&known.source).map(|mapping| GivenMapping::Named(mapping.name));
        let named = if kind == TableKind::Entitlements { built_in() } else { None };
        let mapping = mapping.or(named).or(Some(GivenMapping::Usual));
        let how = HowToRead { mapping, layout: Layout::default() };
        self.read(&GivenImport { kind, source: known.source.clone(), files, how }, known.at)
    }
}

type View<F> =
    fn(&[u8], Option<&FieldMapping<F>>, &Layout, importers::ReadWorkbook<'_>) -> Result<Option<TableView>, Unreadable>;

/// Inventory files while they are read.
#[derive(Default)]
struct Gathered {
    files: Vec<ImportedFile>,
    rejects: Vec<FileRejects>,
    remarks: Vec<FileRemarks>,
    table: Option<SeenTable>,
    whole: Vec<DeviceReport>,
    /// Several files of one device, each of which holds a part of its titles.
    parts: BTreeMap<DeviceIdentity, Vec<DeviceReport>>,
    rejected: u64,
    merged: u64,
}

impl Gathered {
    fn take(
        &mut self,
        file: &GivenFile,
        read: importers::InventoryFile,
        chosen: &Chosen<InstallationField>,
        layout: &Layout,
    ) {
        self.rejected += length(&read.rejects);
        self.merged += read.duplicates_merged;
        self.rejects.extend(rejects(&file.name, &read.rejects));
        self.remarks.extend(remarks(&file.name, &read.remarks));
        self.files.push(imported(file, read.format.name()));
        if self.table.is_none() && read.view.is_some() {
            let usual = || FieldMapping::<InstallationField>::built_in().into_iter().next();
            let mapping = chosen.mapping.clone().or_else(usual).map(|mapping| {
                let layout = layout.or(mapping.layout());
                used(&mapping.laid_out(layout))
            });
            self.table = seen(TableKind::Installations, file, read.view, mapping);
        }
        if read.format.names_its_device() {
            self.whole.extend(read.reports);
        } else {
            for report in read.reports {
                self.parts.entry(report.device.clone()).or_default().push(report);
            }
        }
    }

    fn finish(mut self, source: String) -> Result<Read, Failure> {
        for (device, parts) in std::mem::take(&mut self.parts) {
            let place = device.name;
            let limit = importers::limits::TITLES_PER_REPORT;
            self.whole.push(importers::united(parts).ok_or(Unreadable::OverLimit { limit, place })?);
        }
        let installations = self.whole.iter().map(|report| length(&report.installations)).sum();
        let reports: Vec<ReportToStore> = self.whole.into_iter().map(to_store).collect();
        let brought = Brought::Inventory {
            reports: length(&reports),
            installations,
            rejected: self.rejected,
            merged: self.merged,
            reports_digest: reports_digest(reports.iter().map(|report| report.digest)),
        };
        let mapping = mapping_file(self.table.as_ref().and_then(|table| table.mapping.as_ref()));
        self.files.extend(mapping.iter().map(|(file, _)| file.clone()));
        let facts = Facts {
            source,
            files: self.files,
            brought,
            rejects: self.rejects,
            remarks: self.remarks,
            columns: self.table.as_ref().map(|table| table.view.columns.clone()).unwrap_or_default(),
            table: self.table,
            mapping,
        };
        Ok(Read::Inventory(facts, reports))
    }
}

/// Files of usage while they are read.
#[derive(Default)]
struct GatheredUsage {
    files: Vec<ImportedFile>,
    reports: Vec<UsageToStore>,
    rejects: Vec<FileRejects>,
    remarks: Vec<FileRemarks>,
    columns: Vec<importers::ColumnUse>,
    table: Option<SeenTable>,
    sessions: u64,
    denials: u64,
    readings: u64,
    rejected: u64,
    merged: u64,
}

impl GatheredUsage {
    fn take(&mut self, file: &GivenFile, read: importers::UsageFile) {
        let format = match read.encoding {
            Encoding::Workbook => read.format.name().replace("CSV", "workbook"),
            _ => read.format.name().to_owned(),
        };
        self.files.push(imported(file, &format));
        self.rejected += length(&read.rejects);
        self.merged += read.duplicates_merged;
        self.columns.extend(read.columns);
        self.rejects.extend(rejects(&file.name, &read.rejects));
        self.remarks.extend(remarks(&file.name, &read.remarks));
        if self.table.is_none()
            && let Some((view, mapping)) = read.table
        {
            self.table = seen(TableKind::Usage, file, Some(view), Some(used(&mapping)));
        }
        for report in read.reports {
            self.sessions += length(&report.sessions);
            self.denials += length(&report.denials);
            self.readings += length(&report.readings);
            // A report is plain strings and integers, which always serialise.
            let body = serde_json::to_vec(&report).unwrap_or_default();
            self.reports.push(UsageToStore { digest: Digest::of(&body), report: Arc::new(report), body });
        }
    }

    fn finish(mut self, source: String) -> Read {
        let brought = Brought::Usage {
            sessions: self.sessions,
            denials: self.denials,
            readings: self.readings,
            rejected: self.rejected,
            merged: self.merged,
            reports_digest: reports_digest(self.reports.iter().map(|report| report.digest)),
        };
        let mapping = mapping_file(self.table.as_ref().and_then(|table| table.mapping.as_ref()));
        self.files.extend(mapping.iter().map(|(file, _)| file.clone()));
        let facts = Facts {
            source,
            files: self.files,
            brought,
            rejects: self.rejects,
            remarks: self.remarks,
            columns: self.columns,
            table: self.table,
            mapping,
        };
        Read::Usage(facts, self.reports)
    }
}

/// The source of usage where nobody names one.
const DEFAULT_SOURCE: &str = "file";

fn the_file(given: &GivenImport) -> Result<&GivenFile, Failure> {
    given.files.first().ok_or_else(|| Failure::NotFound("file".to_owned()))
}

fn seen(kind: TableKind, file: &GivenFile, view: Option<TableView>, mapping: Option<MappingUsed>) -> Option<SeenTable> {
    Some(SeenTable { kind, file: file.name.clone(), view: view?, mapping })
}

fn rejects(file: &str, rejects: &[domain::observation::Reject]) -> Vec<FileRejects> {
    if rejects.is_empty() {
        return Vec::new();
    }
    vec![FileRejects { file: file.to_owned(), rejects: rejects.to_vec() }]
}

fn remarks(file: &str, remarks: &[importers::Remark]) -> Vec<FileRemarks> {
    if remarks.is_empty() {
        return Vec::new();
    }
    vec![FileRemarks { file: file.to_owned(), remarks: remarks.to_vec() }]
}

fn entitlements_format(encoding: Encoding, bytes: &[u8]) -> &'static str {
    match encoding {
        Encoding::Workbook => "entitlements workbook",
        _ if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) => "entitlements JSON",
        _ => "entitlements CSV",
    }
}

/// Of several files it must be said which one cannot be read.
fn in_file(unreadable: Unreadable, name: &str, files: usize) -> Failure {
    if files == 1 { Failure::Unreadable(unreadable) } else { Failure::UnusableMapping(format!("{name}: {unreadable}")) }
}

fn to_store(report: DeviceReport) -> ReportToStore {
    // A report is plain strings and integers, which always serialise.
    let body = serde_json::to_vec(&report).unwrap_or_default();
    ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
}

fn imported(file: &GivenFile, format: &str) -> ImportedFile {
    ImportedFile {
        name: Text::from(file.name.as_str()),
        digest: Digest::of(&file.bytes),
        bytes: length(&file.bytes),
        format: format.to_owned(),
    }
}

/// `fileserver.csv` and `reports/fileserver.csv` stand for `fileserver`.
fn file_stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.split('.').find(|part| !part.is_empty()).unwrap_or("device").to_owned()
}

pub(crate) fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// The names of the mappings of a kind that come with the program.
pub fn built_in_mappings(kind: TableKind) -> Vec<String> {
    fn names<F: Field>() -> Vec<String> {
        FieldMapping::<F>::built_in().into_iter().map(|mapping| mapping.name).collect()
    }
    match kind {
        TableKind::Installations => names::<InstallationField>(),
        TableKind::Entitlements => names::<EntitlementField>(),
        TableKind::Leavers => names::<LeaverField>(),
        TableKind::Usage => names::<UsageField>(),
        TableKind::PublisherStatement => names::<PublisherStatementField>(),
    }
}

/// The names of the fields of a kind, and whether a row needs each.
pub fn field_names(kind: TableKind) -> Vec<(&'static str, bool)> {
    fn names<F: Field>() -> Vec<(&'static str, bool)> {
        F::all().iter().map(|field| (field.word(), F::required().contains(field))).collect()
    }
    match kind {
        TableKind::Installations => names::<InstallationField>(),
        TableKind::Entitlements => names::<EntitlementField>(),
        TableKind::Leavers => names::<LeaverField>(),
        TableKind::Usage => names::<UsageField>(),
        TableKind::PublisherStatement => names::<PublisherStatementField>(),
    }
}

/// The mapping of entitlements of this name that comes with the program; none for no name, which lets the file decide.
pub fn named_mapping(name: &str) -> Result<Option<Mapping>, Failure> {
    if name.is_empty() {
        return Ok(None);
    }
    match Mapping::named(name) {
        Some(mapping) => Ok(Some(mapping)),
        None => Err(Failure::UnusableMapping(format!(
            "There is no mapping called {name}; those that come with the program are {}.",
            built_in_mappings(TableKind::Entitlements).join(", "),
        ))),
    }
}

/// A mapping file as it is remembered, or why it cannot be used.
pub fn parse_mapping(kind: TableKind, text: &str) -> Result<String, Failure> {
    fn parsed<F: Field>(text: &str) -> Result<String, Failure> {
        FieldMapping::<F>::parse(text).map(|mapping| mapping.as_toml()).map_err(|error| unusable(&error))
    }
    match kind {
        TableKind::Installations => parsed::<InstallationField>(text),
        TableKind::Entitlements => parsed::<EntitlementField>(text),
        TableKind::Leavers => parsed::<LeaverField>(text),
        TableKind::Usage => parsed::<UsageField>(text),
        TableKind::PublisherStatement => parsed::<PublisherStatementField>(text),
    }
}

/// Columns as somebody chose them, one field for each or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChosenColumns {
    /// The mapping's name.
    pub name: String,
    /// Headers of the file with the name of the field that each gives; empty where none.
    pub columns: Vec<(String, String)>,
    /// Values of fields that have no column.
    pub defaults: BTreeMap<String, String>,
    /// The layout.
    pub layout: Layout,
}

/// The mapping file that says what somebody chose. Columns whose header is empty or stands twice are named by their
/// number.
pub fn columns_chosen(kind: TableKind, chosen: &ChosenColumns) -> Result<String, Failure> {
    match kind {
        TableKind::Installations => mapping_chosen::<InstallationField>(chosen),
        TableKind::Entitlements => mapping_chosen::<EntitlementField>(chosen),
        TableKind::Leavers => mapping_chosen::<LeaverField>(chosen),
        TableKind::Usage => mapping_chosen::<UsageField>(chosen),
        TableKind::PublisherStatement => mapping_chosen::<PublisherStatementField>(chosen),
    }
}

fn mapping_chosen<F: Field>(chosen: &ChosenColumns) -> Result<String, Failure> {
    let field = |word: &str| F::all().iter().copied().find(|field| field.word() == word);
    let mut mapping = FieldMapping::<F>::named_only(chosen.name.clone()).laid_out(chosen.layout.clone());
    for (index, (header, word)) in chosen.columns.iter().enumerate() {
        let Some(field) = field(word) else { continue };
        let same = chosen.columns.iter().filter(|(other, _)| other.to_lowercase() == header.to_lowercase()).count();
        let name = if header.trim().is_empty() || same > 1 { format!("column {}", index + 1) } else { header.clone() };
        if let Some(Headers::One(first)) = mapping.columns.insert(field, Headers::One(name)) {
            return Err(Failure::UnusableMapping(format!(
                "Two columns give the {word}: “{first}” and “{header}”. Choose one of them."
            )));
        }
    }
    for (word, text) in &chosen.defaults {
        if let Some(field) = field(word).filter(|_| !text.trim().is_empty()) {
            mapping.defaults.insert(field, text.trim().to_owned());
        }
    }
    mapping.check().map_err(|error| unusable(&error))?;
    Ok(mapping.as_toml())
}

/// Reading files and comparing whole positions would hold up everybody else on an async thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Failure::Damaged(error.to_string())),
    }
}
