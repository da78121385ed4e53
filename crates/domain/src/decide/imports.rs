//! Decisions about imports: each takes effect as a whole and can be undone as a whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::accountabilities::leavers_recorded;
use super::software::{INSTEAD_FOR_MAX, NOTICE_DAYS_MAX, check_metric, check_right};
use super::{Asking, check_integer, check_name};
use crate::agreement::AgreementTerms;
use crate::command::Intent;
use crate::digest::Digest;
use crate::entitlement::{Right, UseRights};
use crate::event::Event;
use crate::id::{AgreementId, EntitlementId, ImportId, PartyId, ProductId};
use crate::import::{Brought, ImportedFile, MAPPING_FORMAT};
use crate::observation::EntitlementRow;
use crate::party::Direction;
use crate::product::folded;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Files of one import: their names and digests stand in one entry of at most 65,535 bytes.
pub const FILES_MAX: usize = 200;
/// A path of any file system fits.
const FILE_NAME_CHARS_MAX: usize = 4_096;
/// Rows of one entitlements file: each becomes an entry, and all of them are one transaction.
pub const ENTITLEMENT_ROWS_MAX: usize = 50_000;
/// A mapping that is remembered stands in one entry of at most 65,535 bytes, in which quotation marks take two.
pub const MAPPING_BYTES_MAX: usize = 24_000;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::ImportInventory { source, files, brought } => {
            check_name("source", "the name of the source", source)?;
            check_files(files)?;
            check_brought(brought)?;
            if let Some(known) = state.source_named(source) {
                let message = format!("The agents of {} report under this name; choose another.", known.id);
                return Err(Refusal::about("source", message));
            }
            if let Some(known) = same_files(state, source.trim(), files, Kind::Inventory) {
                return Err(Refusal::SameFiles { import: known });
            }
            Ok(vec![Event::Imported {
                import: ImportId(state.last_numbers.import + 1),
                source: source.trim().to_owned(),
                files: files.clone(),
                brought: *brought,
            }])
        }
        Intent::ImportEntitlements { source, file, mapping, rows, rejected, merged } => {
            check_name("source", "the name of the source", source)?;
            let files: Vec<ImportedFile> = std::iter::once(file).chain(mapping).cloned().collect();
            check_files(&files)?;
            check_integer("rejected", "The number of rows left out", *rejected)?;
            check_integer("merged", "The number of merged rows", *merged)?;
            if let Some(known) = same_files(state, source, &files, Kind::Entitlements) {
                return Err(Refusal::SameFiles { import: known });
            }
            import_entitlements(state, source, files, rows, *rejected, *merged)
        }
        Intent::ImportLeavers { source, files, leavers, rejected, merged } => {
            check_name("source", "the name of the source", source)?;
            check_files(files)?;
            check_integer("rejected", "The number of rows left out", *rejected)?;
            check_integer("merged", "The number of merged rows", *merged)?;
            if let Some(known) = same_files(state, source, files, Kind::Leavers) {
                return Err(Refusal::SameFiles { import: known });
            }
            import_leavers(state, source, files, leavers, *rejected, *merged)
        }
        Intent::RememberMapping { kind, name, mapping } => {
            check_name("name", "the name of the source", name)?;
            if mapping.trim().is_empty() || mapping.len() > MAPPING_BYTES_MAX {
                let message = format!("A mapping that is remembered has 1 to {MAPPING_BYTES_MAX} bytes.");
                return Err(Refusal::about("mapping", message));
            }
            if state.mapping_of(*kind, name).is_some_and(|known| *known.mapping == **mapping) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::MappingRemembered { kind: *kind, name: name.trim().to_owned(), mapping: mapping.clone() }])
        }
        Intent::UndoImport { import } => {
            let known = state
                .imports
                .get(import)
                .ok_or_else(|| Refusal::NotFound { what: "import", number: import.to_string() })?;
            if known.undone.is_some() {
                return Err(Refusal::AlreadyUndone { import: *import });
            }
            let came = state.leavers.values().filter(|leaver| leaver.import == Some(*import));
            let removed = came.map(|leaver| Event::LeaverRemoved { leaver: leaver.id });
            Ok(std::iter::once(Event::ImportUndone { import: *import }).chain(removed).collect())
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) fn check_files(files: &[ImportedFile]) -> Result<(), Refusal> {
    if files.is_empty() || files.len() > FILES_MAX {
        return Err(Refusal::about("files", format!("Import 1 to {FILES_MAX} files at once.")));
    }
    for file in files {
        check_integer("files", "The length of a file", file.bytes)?;
        check_name("files", "the name of a format", &file.format)?;
        if file.name.open().unwrap_or_default().chars().count() > FILE_NAME_CHARS_MAX {
            return Err(Refusal::about(
                "files",
                format!("Use at most {FILE_NAME_CHARS_MAX} characters for a file name."),
            ));
        }
    }
    Ok(())
}

pub(super) fn check_brought(brought: &Brought) -> Result<(), Refusal> {
    let counts = match *brought {
        Brought::Inventory { reports, installations, rejected, merged, .. } => {
            [reports, installations, rejected, merged, 0]
        }
        Brought::Entitlements { rows, rejected, merged } | Brought::Leavers { rows, rejected, merged } => {
            [rows, rejected, merged, 0, 0]
        }
        Brought::Usage { sessions, denials, readings, rejected, merged, .. } => {
            [sessions, denials, readings, rejected, merged]
        }
    };
    counts.into_iter().try_for_each(|count| check_integer("files", "A count", count))
}

/// What an import is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inventory,
    Entitlements,
    Leavers,
    Usage,
}

fn kind_of(brought: &Brought) -> Kind {
    match brought {
        Brought::Inventory { .. } => Kind::Inventory,
        Brought::Entitlements { .. } => Kind::Entitlements,
        Brought::Leavers { .. } => Kind::Leavers,
        Brought::Usage { .. } => Kind::Usage,
    }
}

/// The latest import of the same source whose files were the same, so that nothing is taken in twice by accident.
/// Of inventory only the source's newest import counts: going back to an older state is a legitimate report.
/// How the columns were read makes no other file of it.
fn same_files(state: &State, source: &str, files: &[ImportedFile], kind: Kind) -> Option<ImportId> {
    let digests = |files: &[ImportedFile]| {
        let given = files.iter().filter(|file| file.format != MAPPING_FORMAT);
        let mut digests: Vec<Digest> = given.map(|file| file.digest).collect();
        digests.sort_unstable();
        digests
    };
    let wanted = digests(files);
    let is_inventory = kind == Kind::Inventory;
    let mut earlier = state.imports.values().rev().filter(|known| {
        known.undone.is_none() && kind_of(&known.brought) == kind && (!is_inventory || known.source == source)
    });
    let same = |known: &&std::sync::Arc<crate::import::Import>| digests(&known.files) == wanted;
    let found = if is_inventory { earlier.next().filter(same) } else { earlier.find(same) };
    found.map(|known| known.id)
}

/// People who have left, each with an entry of their own after that of the import.
fn import_leavers(
    state: &State,
    source: &str,
    files: &[ImportedFile],
    leavers: &[(Text, Date)],
    rejected: u64,
    merged: u64,
) -> Result<Vec<Event>, Refusal> {
    if leavers.is_empty() {
        let sentence = if merged > 0 {
            "Everybody in this file is recorded already, so nothing was imported."
        } else {
            "Nothing in this file could be used, so nothing was imported."
        };
        return Err(Refusal::about("file", sentence));
    }
    let import = ImportId(state.last_numbers.import + 1);
    let rows = u64::try_from(leavers.len()).unwrap_or(u64::MAX);
    let mut events = vec![Event::Imported {
        import,
        source: source.trim().to_owned(),
        files: files.to_vec(),
        brought: Brought::Leavers { rows, rejected, merged },
    }];
    events.extend(leavers_recorded(state, "file", leavers, Some(import))?);
    Ok(events)
}

/// Names that stand for something recorded or something that this import adds.
struct Adding<'a> {
    state: &'a State,
    import: ImportId,
    events: Vec<Event>,
    parties: BTreeMap<String, PartyId>,
    products: BTreeMap<(String, Option<String>), ProductId>,
    agreements: BTreeMap<(String, PartyId), AgreementId>,
    /// Where in `events` an agreement of this import stands.
    agreements_added: BTreeMap<AgreementId, usize>,
    last_party: u64,
    last_product: u64,
    last_agreement: u64,
}

impl Adding<'_> {
    fn party(&mut self, name: &str) -> PartyId {
        let key = folded(name);
        if let Some(known) = self.parties.get(&key) {
            return *known;
        }
        self.last_party += 1;
        let party = PartyId(self.last_party);
        self.parties.insert(key, party);
        self.events.push(Event::PartyAdded { party, name: name.trim().to_owned(), import: Some(self.import) });
        party
    }

    fn product(&mut self, row: &EntitlementRow) -> ProductId {
        let name = folded(&row.product);
        let publisher = row.publisher.as_deref().map(folded);
        if let Some(known) = self.products.get(&(name.clone(), publisher.clone())) {
            return *known;
        }
        // A row without a publisher means the one product of that name, where there is just one.
        if publisher.is_none()
            && let Some(only) = only_one(&self.products, &name, None)
        {
            return only;
        }
        let party = row.publisher.as_deref().map(|publisher| self.party(publisher));
        self.last_product += 1;
        let product = ProductId(self.last_product);
        self.products.insert((name, publisher), product);
        self.events.push(Event::ProductAdded {
            product,
            name: row.product.trim().to_owned(),
            publisher: party,
            metric: row.metric,
            import: Some(self.import),
        });
        product
    }

    /// The product of this name on which a right of `row` may be spent instead: of the same publisher, else the only
    /// one; where there is none yet, the one that another row brings.
    fn instead(&mut self, row: &EntitlementRow, name: &str, rows: &BTreeMap<String, &EntitlementRow>) -> ProductId {
        let key = folded(name);
        let publisher = row.publisher.as_deref().map(folded);
        let known =
            self.products.get(&(key.clone(), publisher)).copied().or_else(|| only_one(&self.products, &key, None));
        if let Some(known) = known {
            return known;
        }
        let like = rows.get(&key).copied().unwrap_or(row);
        let publisher = like.publisher.clone().or_else(|| row.publisher.clone());
        self.product(&EntitlementRow { product: name.to_owned(), publisher, ..like.clone() })
    }

    fn agreement(&mut self, row: &EntitlementRow, reference: &str) -> AgreementId {
        let key = folded(reference);
        let known = match row.publisher.as_deref().map(|publisher| self.party(publisher)) {
            Some(party) => self.agreements.get(&(key.clone(), party)).copied(),
            // A row without a publisher means the one agreement of that reference, where there is just one.
            None => only_one(&self.agreements, &key, PartyId(0)),
        };
        if let Some(known) = known {
            self.complete_agreement(known, row);
            return known;
        }
        let with = self.party(row.publisher.as_deref().unwrap_or("Unknown vendor"));
        self.last_agreement += 1;
        let agreement = AgreementId(self.last_agreement);
        self.agreements.insert((key, with), agreement);
        self.agreements_added.insert(agreement, self.events.len());
        self.events.push(Event::AgreementRecorded {
            agreement,
            party: with,
            terms: AgreementTerms {
                direction: Direction::Inbound,
                reference: reference.trim().to_owned(),
                starts_on: None,
                ends_on: row.agreement_ends_on,
                notice_days: row.notice_days,
                compliant_by_contract: row.rights.compliant_by_contract,
                clauses: Vec::new(),
            },
            import: Some(self.import),
        });
        agreement
    }

    /// A later row of the same file may say what the first left open about an agreement that the file brings.
    fn complete_agreement(&mut self, agreement: AgreementId, row: &EntitlementRow) {
        let added = self.agreements_added.get(&agreement).and_then(|place| self.events.get_mut(*place));
        if let Some(Event::AgreementRecorded { terms, .. }) = added {
            terms.ends_on = terms.ends_on.or(row.agreement_ends_on);
            terms.notice_days = terms.notice_days.or(row.notice_days);
            terms.compliant_by_contract |= row.rights.compliant_by_contract;
        }
    }
}

/// The value under `name`, whatever stands in the second part of the key, where there is just one.
/// `least` is the least key of that part.
fn only_one<K: Ord, V: Copy>(named: &BTreeMap<(String, K), V>, name: &str, least: K) -> Option<V> {
    let mut same =
        named.range((name.to_owned(), least)..).take_while(|((known, _), _)| known == name).map(|(_, value)| *value);
    let only = same.next()?;
    if same.next().is_some() { None } else { Some(only) }
}

fn adding(state: &State, import: ImportId) -> Adding<'_> {
    let publisher = |product: &crate::product::Product| state.publisher_name(product).map(folded);
    Adding {
        state,
        import,
        events: Vec::new(),
        parties: state.parties.values().map(|party| (folded(&party.name), party.id)).collect(),
        products: state
            .products
            .values()
            .map(|product| ((folded(&product.name), publisher(product)), product.id))
            .collect(),
        agreements: state
            .agreements
            .values()
            .filter(|agreement| agreement.terms.direction == Direction::Inbound)
            .map(|agreement| ((folded(&agreement.terms.reference), agreement.party), agreement.id))
            .collect(),
        agreements_added: BTreeMap::new(),
        last_party: state.last_numbers.party,
        last_product: state.last_numbers.product,
        last_agreement: state.last_numbers.agreement,
    }
}

fn import_entitlements(
    state: &State,
    source: &str,
    files: Vec<ImportedFile>,
    rows: &[EntitlementRow],
    rejected: u64,
    merged: u64,
) -> Result<Vec<Event>, Refusal> {
    if rows.is_empty() {
        return Err(Refusal::about("file", "Nothing in this file could be used, so nothing was imported."));
    }
    if rows.len() > ENTITLEMENT_ROWS_MAX {
        return Err(Refusal::about("file", format!("Import at most {ENTITLEMENT_ROWS_MAX} rows at once.")));
    }
    let import = ImportId(state.last_numbers.import + 1);
    let mut adding = adding(state, import);
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    adding.events.push(Event::Imported {
        import,
        source: source.to_owned(),
        files,
        brought: Brought::Entitlements { rows: count, rejected, merged },
    });
    let mut last_entitlement = adding.state.last_numbers.entitlement;
    let named: BTreeMap<String, &EntitlementRow> = rows.iter().rev().map(|row| (folded(&row.product), row)).collect();
    for row in rows {
        check_row(state, row).map_err(|refusal| on_line(row.line, refusal))?;
        let product = adding.product(row);
        let agreement = row.agreement.as_deref().map(|reference| adding.agreement(row, reference));
        let mut right = right_of(row);
        for name in &row.rights.instead_for {
            right.use_rights.instead_for.insert(adding.instead(row, name, &named));
        }
        if right.use_rights.instead_for.contains(&product) {
            let refusal = Refusal::about("instead_for", format!("The right is one on {} already.", row.product));
            return Err(on_line(row.line, refusal));
        }
        last_entitlement += 1;
        adding.events.push(Event::EntitlementRecorded {
            entitlement: EntitlementId(last_entitlement),
            product,
            right,
            agreement,
            purchase_reference: row.purchase_reference.clone(),
            import: Some(import),
        });
    }
    Ok(adding.events)
}

fn check_row(state: &State, row: &EntitlementRow) -> Result<(), Refusal> {
    check_metric(state, row.metric)?;
    check_name("product", "the product's name", &row.product)?;
    if let Some(publisher) = &row.publisher {
        check_name("publisher", "the publisher's name", publisher)?;
    }
    if let Some(reference) = &row.agreement {
        check_name("agreement", "the agreement's reference", reference)?;
    }
    if let Some(reference) = &row.purchase_reference {
        check_name("purchase_reference", "the purchase reference", reference)?;
    }
    if row.notice_days.is_some_and(|days| days > NOTICE_DAYS_MAX) {
        return Err(Refusal::about("notice_days", format!("Enter at most {NOTICE_DAYS_MAX} days of notice.")));
    }
    if row.rights.instead_for.len() > INSTEAD_FOR_MAX {
        return Err(Refusal::about("instead_for", format!("Name at most {INSTEAD_FOR_MAX} products.")));
    }
    for name in &row.rights.instead_for {
        check_name("instead_for", "the name of every other product", name)?;
    }
    check_right(&right_of(row))
}

/// Among thousands of rows it must be said which one stands in the way.
fn on_line(line: u64, refusal: Refusal) -> Refusal {
    if let Refusal::Field { field, message } = refusal {
        return Refusal::Field { field, message: format!("Line {line}: {message}") };
    }
    refusal
}

fn right_of(row: &EntitlementRow) -> Right {
    Right {
        metric: row.metric,
        quantity: row.quantity,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        exempt_environments: row.exempt_environments.clone(),
        secondary_use: row.secondary_use,
        unit_price: row.unit_price,
        use_rights: UseRights {
            scope: row.rights.scope.clone(),
            versions: row.rights.versions.clone(),
            instead_for: BTreeSet::new(),
        },
    }
}
