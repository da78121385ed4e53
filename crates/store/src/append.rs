//! The append: one transaction for a whole group, checked before anything is written.
//!
//! It decides nothing about what entries mean; it keeps positions gapless, versions contiguous and
//! the tree in step with the entries.

use std::collections::{HashMap, HashSet};

use merkle_log::{ENTRY_BYTES_MAX, TileEdge, leaf_hash};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::commit::{Appended, CommandCommit, NewEntry};
use crate::entries::WIDTH;
use crate::error::{AppendError, StoreError, damaged, sql};
use crate::keyring::{Keyring, SealingKey};
use crate::schema::SIDE_PAYLOADS_MAX;
use crate::side::{self, SideRow, row_id};
use crate::store::Store;
use crate::{answers, entries, reports, tiles};

/// Longest side payload: what a form field or a comment may hold, with room.
pub const SIDE_PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Longest name of a stream or subject and longest idempotency key, in bytes.
pub const NAME_BYTES_MAX: usize = 300;

/// Unwrapped subject keys the writer keeps.
const KEYS_KEPT_MAX: usize = 10_000;

/// The subject keys the writer has at hand, and the id of the next new one. Ids are never used
/// again, so a row sealed under an erased key cannot open under a later one.
#[derive(Debug)]
pub(crate) struct WriterKeys {
    next_id: u64,
    by_subject: HashMap<String, (u64, SealingKey)>,
}

impl WriterKeys {
    pub(crate) fn new(next_id: u64) -> Self {
        Self { next_id, by_subject: HashMap::new() }
    }
}

impl Store {
    /// Appends a group in one transaction and returns when it is durable.
    ///
    /// `expected_size` is the size that the caller decided on. Every refusal leaves the store as it
    /// was; a failure poisons it, and then whether the group took effect is known after opening the
    /// folder again.
    pub fn append(&mut self, expected_size: u64, group: &[CommandCommit]) -> Result<Appended, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        if expected_size != self.size() {
            return Err(AppendError::SizeMismatch { expected: expected_size, actual: self.size() });
        }
        check_limits(expected_size, group)?;
        if group.iter().any(CommandCommit::erases) {
            self.reader().cache().forget()?;
        }
        match self.append_transaction(group) {
            Ok(()) => {}
            Err(AppendError::Failed(error)) => {
                self.poison(&error);
                return Err(AppendError::Failed(error));
            }
            Err(refusal) => return Err(refusal),
        }
        // Durable and acknowledged from here on; a failure in tending only stops later appends.
        let tended = self.tend_wal();
        let _ = self.poison_on_failure(tended);
        Ok(Appended { size: self.size(), root: self.root })
    }

    fn append_transaction(&mut self, group: &[CommandCommit]) -> Result<(), AppendError> {
        let Self { connection, keyring, edge, keys, wal, .. } = self;
        let old_size = edge.size();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql("beginning an append"))?;
        if let Err(refusal) = check_against_stored(&transaction, group) {
            // Nothing was written yet.
            transaction.rollback().map_err(sql("giving up an append"))?;
            return Err(refusal);
        }
        let mut writer = GroupWriter {
            connection: &transaction,
            keyring,
            edge,
            keys,
            erased: false,
            new_entries: Vec::new(),
            new_sides: Vec::new(),
        };
        for command in group {
            writer.write(command)?;
        }
        writer.flush()?;
        wal.erased |= writer.erased;
        let root = edge.root();
        let updated = transaction
            .prepare_cached("UPDATE head SET size = ?1, root = ?2, next_key = ?3 WHERE id = 1 AND size = ?4")
            .and_then(|mut statement| statement.execute((edge.size(), root.0, keys.next_id, old_size)))
            .map_err(sql("moving the head of the ledger"))?;
        if updated != 1 {
            return Err(damaged("another process wrote to the ledger").into());
        }
        transaction.commit().map_err(sql("committing an append"))?;
        self.root = root;
        Ok(())
    }
}

/// Limits and promises that can be checked without the database.
fn check_limits(size: u64, group: &[CommandCommit]) -> Result<(), AppendError> {
    let mut end = size;
    for command in group {
        let unfit = |reason: String| AppendError::Unfit { command: command.id.clone(), reason };
        for entry in &command.entries {
            check_entry(entry).map_err(unfit)?;
            end += 1;
        }
        for report in &command.reports {
            if report.import > reports::IMPORT_MAX {
                return Err(unfit(format!(
                    "import {} is beyond {}, the largest number kept",
                    report.import,
                    reports::IMPORT_MAX
                )));
            }
            if Sha256::digest(&report.body).as_slice() != report.digest {
                return Err(unfit(format!(
                    "report {} of import {} does not have the digest given for it",
                    report.ordinal, report.import
                )));
            }
        }
        if let Some(seq) = command.erase.iter().find(|seq| **seq >= end) {
            return Err(unfit(format!("entry {seq} is to be erased, but there are only {end}")));
        }
        let key = command.answer.as_ref().map_or("", |answer| &answer.key);
        if key.len() > NAME_BYTES_MAX {
            return Err(unfit(format!(
                "its idempotency key has {} bytes; at most {NAME_BYTES_MAX} are kept",
                key.len()
            )));
        }
    }
    Ok(())
}

fn check_entry(entry: &NewEntry) -> Result<(), String> {
    let too_long = |what: &str, bytes: usize, limit: usize| {
        (bytes > limit).then(|| format!("{what} has {bytes} bytes; at most {limit} are stored"))
    };
    let longest_side = entry.side.iter().map(|side| side.payload.len()).max();
    let refused = too_long("an entry", entry.bytes.len(), ENTRY_BYTES_MAX)
        .or_else(|| too_long("a stream's name", entry.stream.len(), NAME_BYTES_MAX))
        .or_else(|| too_long("a subject", entry.subject.len(), NAME_BYTES_MAX))
        .or_else(|| too_long("a field", longest_side.unwrap_or(0), SIDE_PAYLOAD_BYTES_MAX))
        .or_else(|| {
            let fields = entry.side.len();
            (fields > SIDE_PAYLOADS_MAX)
                .then(|| format!("an entry has {fields} fields; at most {SIDE_PAYLOADS_MAX} are stored"))
        });
    refused.map_or(Ok(()), Err)
}

/// Conflicts with what is stored, found before anything is written.
fn check_against_stored(connection: &Connection, group: &[CommandCommit]) -> Result<(), AppendError> {
    let mut heads: HashMap<&str, u64> = HashMap::new();
    let mut keys: HashSet<&str> = HashSet::new();
    let mut new_reports: HashSet<(u64, u32)> = HashSet::new();
    for command in group {
        for entry in &command.entries {
            let head = match heads.get(entry.stream.as_str()) {
                Some(head) => *head,
                None => stream_head(connection, &entry.stream)?,
            };
            if entry.version != head + 1 {
                return Err(AppendError::StreamConflict {
                    command: command.id.clone(),
                    stream: entry.stream.clone(),
                    version: entry.version,
                    head,
                });
            }
            heads.insert(&entry.stream, entry.version);
        }
        if let Some(answer) = &command.answer
            && (!keys.insert(&answer.key) || answers::exists(connection, &answer.key)?)
        {
            return Err(AppendError::AnswerExists { command: command.id.clone(), key: answer.key.clone() });
        }
        for report in &command.reports {
            let place = (report.import, report.ordinal);
            if !new_reports.insert(place) || reports::exists(connection, place.0, place.1)? {
                return Err(AppendError::Unfit {
                    command: command.id.clone(),
                    reason: format!("import {} already has a report {}", place.0, place.1),
                });
            }
        }
    }
    Ok(())
}

pub(crate) fn stream_head(connection: &Connection, stream: &str) -> Result<u64, StoreError> {
    let head: Option<u64> = connection
        .prepare_cached("SELECT version FROM stream_heads WHERE stream = ?1")
        .and_then(|mut statement| statement.query_row([stream], |row| row.get(0)).optional())
        .map_err(sql("looking up a stream"))?;
    Ok(head.unwrap_or(0))
}

/// Writes a group whose checks have passed. Whatever fails in here is a failure, not a refusal.
struct GroupWriter<'a> {
    connection: &'a Connection,
    keyring: &'a Keyring,
    edge: &'a mut TileEdge,
    keys: &'a mut WriterKeys,
    erased: bool,
    /// Entries of this group that are in the tree but not stored yet: they may fill a bundle.
    new_entries: Vec<&'a [u8]>,
    new_sides: Vec<SideRow>,
}

impl<'a> GroupWriter<'a> {
    fn write(&mut self, command: &'a CommandCommit) -> Result<(), StoreError> {
        for entry in &command.entries {
            self.write_entry(entry)?;
        }
        for report in &command.reports {
            reports::insert(self.connection, self.keyring, report)?;
        }
        if !command.erase.is_empty() || !command.erase_subjects.is_empty() {
            // What is to be erased may have come with this very group.
            self.flush()?;
        }
        for seq in &command.erase {
            self.erased |= side::erase_entry(self.connection, *seq)?;
        }
        for subject in &command.erase_subjects {
            self.erase_subject(subject)?;
        }
        for import in &command.erase_reports {
            self.erased |= reports::delete(self.connection, *import)? > 0;
        }
        match &command.answer {
            Some(answer) => answers::insert(self.connection, self.keyring, answer),
            None => Ok(()),
        }
    }

    fn write_entry(&mut self, entry: &'a NewEntry) -> Result<(), StoreError> {
        let seq = self.edge.size();
        self.move_stream(entry)?;
        self.new_entries.push(&entry.bytes);
        self.seal_sides(seq, entry)?;
        let connection = self.connection;
        let mut stored = Ok(());
        self.edge.append(leaf_hash(&entry.bytes), |tile, hashes| {
            if stored.is_ok() {
                stored = tiles::insert_finished(connection, tile, hashes);
            }
        });
        stored.map_err(sql("storing a finished tile"))?;
        if self.edge.size().is_multiple_of(WIDTH) {
            let position = seq / WIDTH;
            entries::insert_bundle(self.connection, position, &self.new_entries)?;
            side::insert_bundle(self.connection, position, std::mem::take(&mut self.new_sides))?;
            self.new_entries.clear();
        }
        Ok(())
    }

    /// Stores what did not fill a bundle.
    fn flush(&mut self) -> Result<(), StoreError> {
        let count = u64::try_from(self.new_entries.len()).unwrap_or(0);
        let first = self.edge.size() - count;
        entries::insert_tail(self.connection, first, &self.new_entries)?;
        side::insert_rows(self.connection, &self.new_sides)?;
        self.new_entries.clear();
        self.new_sides.clear();
        Ok(())
    }

    /// The check was made before; this makes the database refuse what slipped through it.
    fn move_stream(&self, entry: &NewEntry) -> Result<(), StoreError> {
        let query = if entry.version == 1 {
            "INSERT INTO stream_heads (stream, version) VALUES (?1, ?2)"
        } else {
            "UPDATE stream_heads SET version = ?2 WHERE stream = ?1 AND version = ?2 - 1"
        };
        let moved = self
            .connection
            .prepare_cached(query)
            .and_then(|mut statement| statement.execute((&entry.stream, entry.version)))
            .map_err(sql("moving a stream"))?;
        if moved == 1 { Ok(()) } else { Err(damaged(format!("{} moved between two steps", entry.stream))) }
    }

    fn seal_sides(&mut self, seq: u64, entry: &NewEntry) -> Result<(), StoreError> {
        if entry.side.is_empty() {
            return Ok(());
        }
        self.require_key(&entry.subject)?;
        let Some((key_id, key)) = self.keys.by_subject.get(&entry.subject) else {
            return Err(damaged("a subject's key was lost between two steps"));
        };
        for (index, field) in (0..).zip(&entry.side) {
            let id = row_id(seq, index);
            let sealed = side::seal(key, id, *key_id, &field.salt, &field.payload)?;
            self.new_sides.push(SideRow { id, key: *key_id, sealed });
        }
        Ok(())
    }

    /// Makes sure that the subject has a key at hand: from memory, from the table, or a new one.
    fn require_key(&mut self, subject: &str) -> Result<(), StoreError> {
        if self.keys.by_subject.contains_key(subject) {
            return Ok(());
        }
        let stored: Option<(u64, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT id, wrapped FROM subject_keys WHERE subject = ?1")
            .and_then(|mut statement| statement.query_row([subject], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(sql("looking up a subject's key"))?;
        let (id, key) = match stored {
            Some((id, wrapped)) => {
                let key = self
                    .keyring
                    .unwrap_subject_key(id, subject, &wrapped)
                    .map_err(|_| damaged(format!("the key of {subject} was altered")))?;
                (id, key)
            }
            None => self.new_key(subject)?,
        };
        if self.keys.by_subject.len() >= KEYS_KEPT_MAX {
            self.keys.by_subject.clear();
        }
        self.keys.by_subject.insert(subject.to_owned(), (id, key));
        Ok(())
    }

    fn new_key(&mut self, subject: &str) -> Result<(u64, SealingKey), StoreError> {
        let id = self.keys.next_id;
        let (key, wrapped) = self.keyring.new_subject_key(id, subject)?;
        self.connection
            .prepare_cached("INSERT INTO subject_keys (id, subject, wrapped) VALUES (?1, ?2, ?3)")
            .and_then(|mut statement| statement.execute((id, subject, wrapped)))
            .map_err(sql("storing a subject's key"))?;
        self.keys.next_id += 1;
        Ok((id, key))
    }

    /// Deletes everything under the key with it, so that nothing is left that cannot be read.
    fn erase_subject(&mut self, subject: &str) -> Result<(), StoreError> {
        self.keys.by_subject.remove(subject);
        let key: Option<u64> = self
            .connection
            .prepare_cached("DELETE FROM subject_keys WHERE subject = ?1 RETURNING id")
            .and_then(|mut statement| statement.query_row([subject], |row| row.get(0)).optional())
            .map_err(sql("erasing a subject"))?;
        match key {
            Some(key) => {
                self.erased = true;
                side::erase_key(self.connection, key)
            }
            None => Ok(()),
        }
    }
}
