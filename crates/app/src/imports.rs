//! Imports: files in, a preview of what they would change, and the same as one act that can be undone.
//!
//! How tables are read, and what was left out, is in the modules below.

mod reading;
mod rejected;

use std::sync::Arc;

use domain::Recorded;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::event::Event;
use domain::id::ImportId;
pub use domain::import::TableKind;
use domain::import::{Brought, ImportedFile};
use domain::observation::Reject;
pub use importers::{
    ColumnUse, DateStyle, DecimalStyle, Delimiter, Encoding, Layout, Mapping, RejectedRow, Remark, TableView,
    Unreadable, Workbook, read_workbook,
};
use position::Line;
use reading::Read;
pub use reading::{
    ChosenColumns, GivenMapping, HowToRead, MappingUsed, SeenTable, WorkbookReader, built_in_mappings, columns_chosen,
    field_names, named_mapping, parse_mapping,
};
pub(crate) use reading::{blocking, length};
pub use rejected::RejectFile;

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
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

/// Files to bring in, of one kind.
#[derive(Debug, Clone)]
pub struct GivenImport {
    /// What they hold. Of tables of rights and of leavers, there is one.
    pub kind: TableKind,
    /// The name of the source; empty where nobody says.
    pub source: String,
    /// The files.
    pub files: Vec<GivenFile>,
    /// How the tables among them are read.
    pub how: HowToRead,
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

/// Remarks on one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRemarks {
    /// The file's name.
    pub file: String,
    /// What was used with an assumption, or is worth knowing.
    pub remarks: Vec<Remark>,
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
    /// What else is worth knowing.
    pub remarks: Vec<FileRemarks>,
    /// What was left out, as a file to repair it in.
    pub reject_file: RejectFile,
    /// Devices that were not known before.
    pub devices_added: u64,
    /// Products that were not known before, by name.
    pub products_added: Vec<String>,
    /// Position lines that change.
    pub changes: Vec<LineChange>,
    /// How the columns of a table were read.
    pub columns: Vec<ColumnUse>,
    /// How the first table among the files was read.
    pub table: Option<SeenTable>,
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

    /// Pieces of the files that were left out.
    pub fn rejected(&self) -> u64 {
        match self.brought {
            Brought::Inventory { rejected, .. }
            | Brought::Entitlements { rejected, .. }
            | Brought::Leavers { rejected, .. }
            | Brought::Usage { rejected, .. } => rejected,
        }
    }
}

impl App {
    /// What files would bring, without taking them in. The same code as [`App::bring_in`] runs.
    pub async fn look_at(&self, actor: Actor, given: GivenImport) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        blocking(move || {
            let before = app.snapshot();
            let read = app.read(&given, app.surroundings().now())?;
            let events = app.rehearse(actor, read.intent())?;
            let after = app.rehearsed(&before, actor, events.clone(), Some(&read));
            Ok(app.outcome(read, &before, &after, &events, None))
        })
        .await
    }

    /// Takes in files as one import.
    pub async fn bring_in(
        &self,
        actor: Actor,
        given: GivenImport,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let app = self.clone();
        let (read, repetition) = blocking(move || {
            let read = app.read(&given, app.surroundings().now())?;
            // Refused before anything is kept.
            if repetition_is_absent_or_new(&app, repetition.as_ref())? {
                app.rehearse(actor, read.intent())?;
            }
            app.keep_files(&given.files)?;
            if let Some(text) = read.mapping_to_keep() {
                app.ledger().blobs().put(text.as_bytes())?;
            }
            Ok((read, repetition))
        })
        .await?;
        let before = self.snapshot();
        let (reports, usage) = (read.reports().to_vec(), read.usage().to_vec());
        let order = Order { repetition, reports, usage, ..Order::new(actor, read.intent()) };
        let receipt = self.carry(order).await?;
        let app = self.clone();
        blocking(move || {
            let after = Arc::clone(&receipt.snapshot);
            let events: Vec<Event> = receipt.recorded.iter().map(|recorded| recorded.event.clone()).collect();
            Ok(app.outcome(read, &before, &after, &events, Some(receipt)))
        })
        .await
    }

    fn outcome(
        &self,
        read: Read,
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
        let reject_file = RejectFile::of(&read);
        let facts = read.into_facts();
        ImportOutcome {
            files: facts.files,
            brought: facts.brought,
            rejects: facts.rejects,
            remarks: facts.remarks,
            reject_file,
            devices_added: after.base.estate().device_count().saturating_sub(before.base.estate().device_count()),
            products_added,
            changes: self.line_changes(before, after),
            columns: facts.columns,
            table: facts.table,
            receipt,
        }
    }

    /// What inventory files would bring, without taking them in.
    pub async fn preview_inventory(
        &self,
        actor: Actor,
        source: String,
        files: Vec<GivenFile>,
    ) -> Result<ImportOutcome, Failure> {
        let how = HowToRead::default();
        self.look_at(actor, GivenImport { kind: TableKind::Installations, source, files, how }).await
    }

    /// Takes in inventory files as one import.
    pub async fn import_inventory(
        &self,
        actor: Actor,
        source: String,
        files: Vec<GivenFile>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let how = HowToRead::default();
        self.bring_in(actor, GivenImport { kind: TableKind::Installations, source, files, how }, repetition).await
    }

    /// Takes in files of usage as one import.
    pub async fn import_usage(
        &self,
        actor: Actor,
        source: String,
        files: Vec<GivenFile>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let how = HowToRead::default();
        self.bring_in(actor, GivenImport { kind: TableKind::Usage, source, files, how }, repetition).await
    }

    /// Takes in an entitlements file as one import.
    pub async fn import_entitlements(
        &self,
        actor: Actor,
        given: GivenFile,
        mapping: Option<Mapping>,
        repetition: Option<Repetition>,
    ) -> Result<ImportOutcome, Failure> {
        let mapping = mapping.map(|mapping| GivenMapping::Text(mapping.as_toml()));
        let how = HowToRead { mapping, layout: Layout::default() };
        let given = GivenImport { kind: TableKind::Entitlements, source: String::new(), files: vec![given], how };
        self.bring_in(actor, given, repetition).await
    }

    /// Remembers how the tables of a source are read. Nothing is recorded where that is known already.
    pub async fn remember_mapping(
        &self,
        actor: Actor,
        kind: TableKind,
        name: String,
        mapping: &str,
        repetition: Option<Repetition>,
    ) -> Result<Receipt, Failure> {
        let mapping = parse_mapping(kind, mapping)?;
        let intent = Intent::RememberMapping { kind, name, mapping };
        self.carry(Order { repetition, ..Order::new(actor, intent) }).await
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
        let mut after = self.rehearsed(&before, actor, events, None);
        let with_reports =
            before.state.imports.get(&import).is_some_and(|known| known.brought.reports_digest().is_some());
        if with_reports {
            after.base = crate::replay::base(&self.ledger().snapshot()?, &after.state)?;
        }
        Ok(self.line_changes(&before, &after))
    }

    /// The snapshot that events would lead to, with what was read where they take it in.
    fn rehearsed(&self, before: &Snapshot, actor: Actor, events: Vec<Event>, read: Option<&Read>) -> Snapshot {
        let mut after = before.clone();
        let at = domain::decide::entry_time(&before.state, self.surroundings().now());
        for event in events {
            if let (Event::Imported { import, .. }, Some(read)) = (&event, read) {
                for report in read.reports() {
                    after.base.report(read.source(), *import, &report.report);
                }
                for report in read.usage() {
                    after.base.take_usage(read.source(), *import, &report.report);
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
    fn keep_files(&self, given: &[GivenFile]) -> Result<(), Failure> {
        for file in given {
            self.ledger().blobs().put(&file.bytes)?;
        }
        Ok(())
    }

    /// The bytes of a file of an import, as they came in.
    fn kept_file(&self, digest: Digest, import: ImportId) -> Result<Vec<u8>, Failure> {
        let kept = self.ledger().blobs().get(&digest.0)?;
        kept.ok_or_else(|| Failure::Damaged(format!("the file {digest} of {import} is missing")))
    }
}

/// Whether an order with this key was not carried out before: then its rules are checked before files are kept.
fn repetition_is_absent_or_new(app: &App, repetition: Option<&Repetition>) -> Result<bool, Failure> {
    Ok(match repetition {
        None => true,
        Some(repetition) => app.ledger().answer(&repetition.key)?.is_none(),
    })
}
