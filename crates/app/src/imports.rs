//! Imports: files in, a preview of what they would change, and the same as one act that can be undone.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Recorded;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::event::Event;
use domain::id::ImportId;
use domain::import::{Brought, ImportedFile, reports_digest};
use domain::observation::{DeviceIdentity, DeviceReport, Reject};
use domain::text::Text;
pub use importers::{ColumnUse, Mapping, Unreadable};
use importers::{EntitlementFile, InventoryFile, InventoryFormat};
use position::Line;

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition, ReportToStore};
use crate::organisation::App;
use crate::snapshot::Snapshot;

/// A file as it came in.
#[derive(Debug, Clone)]
pub struct GivenFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The name of its device, for formats that do not name it.
    pub device: Option<String>,
}

/// A line of the position before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The product's name.
    pub product: String,
    /// The line before; `None` where the product is new.
    pub before: Option<Line>,
    /// The line after; `None` where the product goes.
    pub after: Option<Line>,
}

/// Rejects of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRejects {
    /// The file's name.
    pub file: String,
    /// What could not be used.
    pub rejects: Vec<Reject>,
}

/// What an import brings and changes, whether it was carried out or only looked at.
#[derive(Debug, Clone)]
pub struct ImportOutcome {
    /// The files, as they are or would be recorded.
    pub files: Vec<ImportedFile>,
    /// What they bring.
    pub brought: Brought,
    /// What could not be used.
    pub rejects: Vec<FileRejects>,
    /// Devices that were not known before.
    pub devices_added: u64,
    /// Products that were not known before, by name.
    pub products_added: Vec<String>,
    /// Position lines that change.
    pub changes: Vec<LineChange>,
    /// How the columns of an entitlements file were read.
    pub columns: Vec<ColumnUse>,
    /// What was recorded; `None` for a preview.
    pub receipt: Option<Receipt>,
}

impl ImportOutcome {
    /// The number of the import, where it was carried out.
    pub fn import(&self) -> Option<ImportId> {
        self.receipt.as_ref()?.recorded.iter().find_map(|recorded| match &recorded.event {
            Event::Imported { import, .. } => Some(*import),
            _ => None,
        })
    }
}

/// Inventory files, read.
struct ReadInventory {
    files: Vec<ImportedFile>,
    reports: Vec<ReportToStore>,
    rejects: Vec<FileRejects>,
    brought: Brought,
}

/// Reads inventory files; one that cannot be read as a whole refuses them all.
fn read_inventory(given: &[GivenFile]) -> Result<ReadInventory, Failure> {
    let mut files = Vec::new();
    let mut reports = Vec::new();
    let mut rejects = Vec::new();
    let mut whole = Vec::new();
    // Several files of one device, each of which holds a part of its titles.
    let mut parts: BTreeMap<DeviceIdentity, Vec<DeviceReport>> = BTreeMap::new();
    let (mut installations, mut rejected, mut merged) = (0_u64, 0_u64, 0_u64);
    for file in given {
        let device = file.device.clone().unwrap_or_else(|| file_stem(&file.name));
        let read: InventoryFile = importers::read_inventory(&file.bytes, Some(&file.name), Some(&device))
            .map_err(|unreadable| in_file(unreadable, &file.name, given.len()))?;
        let is_tag = matches!(read.format, InventoryFormat::SwidTag | InventoryFormat::ConciseSwidTag);
        if is_tag && file.device.is_none() {
            // The file of a tag is called after its title.
            let name = &file.name;
            return Err(Failure::UnusableMapping(format!(
                "{name} is a SWID tag, which does not name its device. Name the device of the tags with --device."
            )));
        }
        rejected += length(&read.rejects);
        merged += read.duplicates_merged;
        if !read.rejects.is_empty() {
            rejects.push(FileRejects { file: file.name.clone(), rejects: read.rejects });
        }
        files.push(imported(file, read.format.name()));
        if read.format.names_its_device() {
            whole.extend(read.reports);
        } else {
            for report in read.reports {
                parts.entry(report.device.clone()).or_default().push(report);
            }
        }
    }
    for (device, parts) in parts {
        let place = device.name;
        let limit = importers::limits::TITLES_PER_REPORT;
        whole.push(importers::united(parts).ok_or(Unreadable::OverLimit { limit, place })?);
    }
    for report in whole {
        installations += length(&report.installations);
        reports.push(to_store(report));
    }
    let brought = Brought::Inventory {
        reports: length(&reports),
        installations,
        rejected,
        merged,
        reports_digest: reports_digest(reports.iter().map(|report| report.digest)),
    };
    Ok(ReadInventory { files, reports, rejects, brought })
}

/// Of several files it must be said which one cannot be read.
pub(crate) fn in_file(unreadable: importers::Unreadable, name: &str, files: usize) -> Failure {
    if files == 1 { Failure::Unreadable(unreadable) } else { Failure::UnusableMapping(format!("{name}: {unreadable}")) }
}

fn to_store(report: DeviceReport) -> ReportToStore {
    // A report is plain strings and integers, which always serialise.
    let body = serde_json::to_vec(&report).unwrap_or_default();
    ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
}

pub(crate) fn imported(file: &GivenFile, format: &str) -> ImportedFile {
    ImportedFile {
        name: Text::from(file.name.as_str()),
        digest: Digest::of(&file.bytes),
        bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
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

/// The names of the mappings that come with the program.
pub fn built_in_mappings() -> Vec<String> {
    Mapping::built_in().into_iter().map(|mapping| mapping.name).collect()
}

/// The mapping of this name; none for no name, which lets the file decide.
pub fn named_mapping(name: &str) -> Result<Option<Mapping>, Failure> {
    if name.is_empty() {
        return Ok(None);
    }
    match Mapping::named(name) {
        Some(mapping) => Ok(Some(mapping)),
        None => Err(Failure::UnusableMapping(format!(
            "There is no mapping called {name}; those that come with the program are {}.",
            built_in_mappings().join(" and "),
        ))),
    }
}

impl App {
    /// What inventory files would bring, without taking them in. The same code as [`App::import_inventory`] runs.
    pub async fn preview_inventory(
        &self,
        actor: Actor,
        source: String,
        given: Vec<GivenFile>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        blocking(move || {
            let read = read_inventory(&given)?;
            let before = app.snapshot();
            let intent =
                Intent::ImportInventory { source: source.clone(), files: read.files.clone(), brought: read.brought };
            let events = app.rehearse(actor, intent)?;
            let after = app.rehearsed(&before, actor, events, &source, &read.reports);
            Ok(app.inventory_outcome(read, &before, &after, None))
        })
        .await
    }

    /// Takes in inventory files as one import.
    pub async fn import_inventory(
        &self,
        actor: Actor,
        source: String,
        given: Vec<GivenFile>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        let for_reading = source.clone();
        let read = blocking(move || {
            let read = read_inventory(&given)?;
            // Refused before anything is kept.
            let intent =
                Intent::ImportInventory { source: for_reading, files: read.files.clone(), brought: read.brought };
            if repetition_is_absent_or_new(&app, repetition.as_ref())? {
                app.rehearse(actor, intent)?;
            }
            app.keep_files(&given)?;
            Ok((read, repetition))
        })
        .await;
        let (read, repetition) = read?;
        let before = self.snapshot();
        let intent = Intent::ImportInventory { source, files: read.files.clone(), brought: read.brought };
        let order = Order { repetition, reports: read.reports.clone(), ..Order::new(actor, intent) };
        let receipt = self.carry(order).await?;
        let app = self.clone();
        blocking(move || {
            let after = Arc::clone(&receipt.snapshot);
            Ok(app.inventory_outcome(read, &before, &after, Some(receipt)))
        })
        .await
    }

    fn inventory_outcome(
        &self,
        read: ReadInventory,
        before: &Snapshot,
        after: &Snapshot,
        receipt: Option<Receipt>,
    ) -> ImportOutcome {
        ImportOutcome {
            files: read.files,
            brought: read.brought,
            rejects: read.rejects,
            devices_added: after.base.estate().device_count().saturating_sub(before.base.estate().device_count()),
            products_added: Vec::new(),
            changes: self.line_changes(before, after),
            columns: Vec::new(),
            receipt,
        }
    }

    /// What an entitlements file would bring, without taking it in.
    pub async fn preview_entitlements(
        &self,
        actor: Actor,
        given: GivenFile,
        mapping: Option<Mapping>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        blocking(move || {
            let before = app.snapshot();
            let (read, intent) = app.read_entitlements(&given, mapping.as_ref())?;
            let events = app.rehearse(actor, intent)?;
            let after = app.rehearsed(&before, actor, events.clone(), "", &[]);
            Ok(app.entitlements_outcome(&given, read, &before, &after, &events, None))
        })
        .await
    }

    /// Takes in an entitlements file as one import.
    pub async fn import_entitlements(
        &self,
        actor: Actor,
        given: GivenFile,
        mapping: Option<Mapping>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        let (given, read, intent, repetition) = blocking(move || {
            let (read, intent) = app.read_entitlements(&given, mapping.as_ref())?;
            if repetition_is_absent_or_new(&app, repetition.as_ref())? {
                app.rehearse(actor, intent.clone())?;
            }
            app.keep_files(std::slice::from_ref(&given))?;
            Ok((given, read, intent, repetition))
        })
        .await?;
        let before = self.snapshot();
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        let app = self.clone();
        blocking(move || {
            let after = Arc::clone(&receipt.snapshot);
            let events: Vec<Event> = receipt.recorded.iter().map(|recorded| recorded.event.clone()).collect();
            Ok(app.entitlements_outcome(&given, read, &before, &after, &events, Some(receipt)))
        })
        .await
    }

    fn read_entitlements(
        &self,
        given: &GivenFile,
        mapping: Option<&Mapping>,
    ) -> Result<(EntitlementFile, Intent), Failure> {
        let snapshot = self.snapshot();
        let organisation = snapshot.state.organisation.as_ref().ok_or(domain::Refusal::NotFounded)?;
        let read = importers::read_entitlements(&given.bytes, mapping, organisation.currency)?;
        let intent = Intent::ImportEntitlements {
            source: read.mapping_name.clone(),
            file: imported(given, "entitlements CSV"),
            rows: read.rows.clone(),
            rejected: length(&read.rejects),
            merged: read.duplicates_merged,
        };
        Ok((read, intent))
    }

    fn entitlements_outcome(
        &self,
        given: &GivenFile,
        read: EntitlementFile,
        before: &Snapshot,
        after: &Snapshot,
        events: &[Event],
        receipt: Option<Receipt>,
    ) -> ImportOutcome {
        let products_added = events
            .iter()
            .filter_map(|event| match event {
                Event::ProductAdded { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect();
        let rejects = if read.rejects.is_empty() {
            Vec::new()
        } else {
            vec![FileRejects { file: given.name.clone(), rejects: read.rejects.clone() }]
        };
        ImportOutcome {
            files: vec![imported(given, "entitlements CSV")],
            brought: Brought::Entitlements {
                rows: length(&read.rows),
                rejected: length(&read.rejects),
                merged: read.duplicates_merged,
            },
            rejects,
            devices_added: 0,
            products_added,
            changes: self.line_changes(before, after),
            columns: read.columns,
            receipt,
        }
    }

    /// Undoes an import as a whole.
    pub async fn undo_import(
        &self,
        actor: Actor,
        import: ImportId,
        repetition: Option<Repetition>,
    ) -> Result<Receipt, Failure> {
        self.carry(Order { repetition, ..Order::new(actor, Intent::UndoImport { import }) }).await
    }

    /// The position lines that undoing an import would change.
    pub fn effect_of_undo(&self, actor: Actor, import: ImportId) -> Result<Vec<LineChange>, Failure> {
        let before = self.snapshot();
        let events = self.rehearse(actor, Intent::UndoImport { import })?;
        let mut after = self.rehearsed(&before, actor, events, "", &[]);
        let with_reports =
            before.state.imports.get(&import).is_some_and(|known| known.brought.reports_digest().is_some());
        if with_reports {
            after.base = crate::replay::base(&self.ledger().snapshot()?, &after.state)?;
        }
        Ok(self.line_changes(&before, &after))
    }

    /// What an import left out, by file, read again from the files that are kept as evidence.
    pub fn rejects_of(&self, import: ImportId) -> Result<Vec<(String, Reject)>, Failure> {
        let snapshot = self.snapshot();
        let known = snapshot.state.imports.get(&import).ok_or_else(|| Failure::NotFound(format!("import {import}")))?;
        let mut all = Vec::new();
        for file in &known.files {
            let name = file.name.shown().to_owned();
            let bytes = self
                .ledger()
                .blobs()
                .get(&file.digest.0)?
                .ok_or_else(|| Failure::Damaged(format!("the file {} of {import} is missing", file.digest)))?;
            // What is left out does not depend on the name of the device.
            let device = Some(file_stem(&name));
            let given = GivenFile { name: name.clone(), bytes, device };
            let rejects = match known.brought {
                Brought::Inventory { .. } => {
                    read_inventory(&[given])?.rejects.into_iter().flat_map(|file| file.rejects).collect()
                }
                Brought::Usage { .. } => crate::usages::read_one(&given, &snapshot.state, known.at)?.rejects,
                Brought::Entitlements { .. } => {
                    let mapping = named_mapping(&known.source)?;
                    self.read_entitlements(&given, mapping.as_ref())?.0.rejects
                }
            };
            all.extend(rejects.into_iter().map(|reject: Reject| (name.clone(), reject)));
        }
        Ok(all)
    }

    /// The snapshot that events would lead to.
    pub(crate) fn rehearsed(
        &self,
        before: &Snapshot,
        actor: Actor,
        events: Vec<Event>,
        source: &str,
        reports: &[ReportToStore],
    ) -> Snapshot {
        let mut after = before.clone();
        let at = domain::decide::entry_time(&before.state, self.surroundings().now());
        for event in events {
            if let Event::Imported { import, .. } = &event {
                for report in reports {
                    after.base.report(source, *import, &report.report);
                }
            }
            after.state.evolve(&Recorded { seq: after.state.size, at, actor, event });
        }
        after.base.follow(&after.state);
        after
    }

    /// The position lines that differ between two snapshots, in order of product.
    pub fn line_changes(&self, before: &Snapshot, after: &Snapshot) -> Vec<LineChange> {
        let at = self.surroundings().now();
        let mut earlier: std::collections::BTreeMap<_, _> =
            before.lines(at).into_iter().map(|line| (line.product, line)).collect();
        let name = |product| {
            let known = after.state.products.get(&product).or_else(|| before.state.products.get(&product));
            known.map_or_else(String::new, |product| product.name.clone())
        };
        let mut changes = Vec::new();
        for line in after.lines(at) {
            let was = earlier.remove(&line.product);
            let counts = |line: &Line| (line.entitled, line.consumed, line.covered_by_grants, line.short, line.surplus);
            if was.as_ref().map(counts) != Some(counts(&line)) {
                changes.push(LineChange { product: name(line.product), before: was, after: Some(line) });
            }
        }
        for (product, line) in earlier {
            changes.push(LineChange { product: name(product), before: Some(line), after: None });
        }
        changes
    }

    /// Keeps files as evidence before the entry that names them is written.
    pub(crate) fn keep_files(&self, given: &[GivenFile]) -> Result<(), Failure> {
        for file in given {
            self.ledger().blobs().put(&file.bytes)?;
        }
        Ok(())
    }
}

/// Whether an order with this key was not carried out before: then its rules are checked before files are kept.
pub(crate) fn repetition_is_absent_or_new(app: &App, repetition: Option<&Repetition>) -> Result<bool, Failure> {
    Ok(match repetition {
        None => true,
        Some(repetition) => app.ledger().answer(&repetition.key)?.is_none(),
    })
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
