//! The outbox: how far each webhook was told, what is to be sent by hand, and how the last attempts went.
//!
//! It lies beside the ledger in a database of its own, so that no decision waits for it and none is lost with it.
//! It is never evidence and never backed up: everything in it is about sending. Losing its last moments to a power cut
//! means that a message is sent twice, under the same id.
//! What a message says, when it is due and who takes it in are the caller's to know.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::StoreError;
use crate::error::{damaged, sql};
use crate::folder::{Folder, create_private};

/// Attempts that are kept of each webhook.
pub const ATTEMPTS_KEPT_MAX: usize = 100;
/// Messages that wait to be sent by hand, of each webhook: more is somebody leaning on a key.
pub const BY_HAND_MAX: usize = 100;

/// Written into the file; another number is a file of another release, which is put aside.
const FORMAT: u32 = 1;

const TABLES: &str = "
CREATE TABLE cursors (
  webhook INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  fresh_since INTEGER NOT NULL
) STRICT;
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL,
  entry INTEGER,
  kind TEXT NOT NULL,
  by_hand INTEGER NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER,
  milliseconds INTEGER
) STRICT;
CREATE INDEX attempts_by_webhook ON attempts (webhook, id);
CREATE TABLE by_hand (
  id INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL,
  entry INTEGER
) STRICT;
";

/// How far a webhook was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The first entry that it was not told of and that it was not found to be indifferent to.
    pub entry: u64,
    /// How often in a row telling it of that entry failed.
    pub failures: u32,
    /// Not before this instant is it tried again, in milliseconds since 1970.
    pub due_at: i64,
    /// The entry of the webhook's terms that the failures are about.
    pub fresh_since: u64,
}

/// One attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The webhook's number.
    pub webhook: u64,
    /// The entry that it was told of; `None` is a test.
    pub entry: Option<u64>,
    /// The kind of message.
    pub kind: String,
    /// Whether somebody asked for it by hand.
    pub by_hand: bool,
    /// When it began, in milliseconds since 1970.
    pub at: i64,
    /// The HTTP status of the answer; `None` where there was none.
    pub status: Option<u16>,
    /// How long the answer took; `None` where there was none.
    pub milliseconds: Option<u64>,
}

/// A message that somebody asked to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// Its place in the queue.
    pub id: u64,
    /// The entry to tell of; `None` is a test.
    pub entry: Option<u64>,
}

/// The outbox of a folder. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Outbox {
    connection: Arc<Mutex<Connection>>,
}

impl Outbox {
    /// Opens the outbox of a folder that this process holds. Where there is none, it is made, and each of `webhooks`
    /// begins at `size`: after a restore nothing is told a second time.
    pub fn open(folder: &Folder, webhooks: &[u64], size: u64) -> Result<Self, StoreError> {
        let path = folder.outbox();
        if !path.exists() {
            create_private(&path, &[])?;
        }
        let mut connection = connect(&path)?;
        let format: u32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(sql("reading the format of the outbox"))?;
        match format {
            FORMAT => {}
            0 => make(&mut connection, webhooks, size)?,
            other => return Err(damaged(format!("the outbox has format {other}; this program knows {FORMAT}"))),
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a webhook was told; `None` before it was looked at first.
    pub fn cursor(&self, webhook: u64) -> Result<Option<Cursor>, StoreError> {
        self.lock()
            .query_row(
                "SELECT entry, failures, due_at, fresh_since FROM cursors WHERE webhook = ?1",
                [webhook],
                |row| {
                    Ok(Cursor {
                        entry: row.get(0)?,
                        failures: row.get(1)?,
                        due_at: row.get(2)?,
                        fresh_since: row.get(3)?,
                    })
                },
            )
            .optional()
            .map_err(sql("reading how far a webhook was told"))
    }

    /// Notes how far a webhook was told.
    pub fn set_cursor(&self, webhook: u64, cursor: Cursor) -> Result<(), StoreError> {
        set_cursor(&self.lock(), webhook, cursor)
    }

    /// Notes an attempt together with where it leaves the webhook, and forgets the oldest attempts.
    pub fn note(&self, attempt: &Attempt, cursor: Option<Cursor>, done: Option<ByHand>) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(sql("noting an attempt"))?;
        insert(&transaction, attempt)?;
        if let Some(cursor) = cursor {
            set_cursor(&transaction, attempt.webhook, cursor)?;
        }
        if let Some(done) = done {
            transaction.execute("DELETE FROM by_hand WHERE id = ?1", [done.id]).map_err(sql("noting an attempt"))?;
        }
        transaction.commit().map_err(sql("noting an attempt"))
    }

    /// The attempts that are kept of a webhook, the newest first.
    pub fn attempts(&self, webhook: u64) -> Result<Vec<Attempt>, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached(
                "SELECT webhook, entry, kind, by_hand, at, status, milliseconds FROM attempts
                 WHERE webhook = ?1 ORDER BY id DESC",
            )
            .map_err(sql("reading attempts"))?;
        let rows = statement.query_map([webhook], attempt).map_err(sql("reading attempts"))?;
        rows.collect::<Result<_, _>>().map_err(sql("reading attempts"))
    }

    /// Asks for a message to be sent once: of an entry, or a test. Whether there was room for it.
    pub fn ask(&self, webhook: u64, entry: Option<u64>) -> Result<bool, StoreError> {
        let connection = self.lock();
        let waiting: usize = connection
            .query_row("SELECT count(*) FROM by_hand WHERE webhook = ?1", [webhook], |row| row.get(0))
            .map_err(sql("counting what is to be sent"))?;
        if waiting >= BY_HAND_MAX {
            return Ok(false);
        }
        connection
            .execute("INSERT INTO by_hand (webhook, entry) VALUES (?1, ?2)", params![webhook, entry])
            .map_err(sql("asking for a message"))?;
        Ok(true)
    }

    /// The oldest message that somebody asked for.
    pub fn asked(&self, webhook: u64) -> Result<Option<ByHand>, StoreError> {
        self.lock()
            .query_row("SELECT id, entry FROM by_hand WHERE webhook = ?1 ORDER BY id LIMIT 1", [webhook], |row| {
                Ok(ByHand { id: row.get(0)?, entry: row.get(1)? })
            })
            .optional()
            .map_err(sql("reading what is to be sent"))
    }

    /// Forgets everything about webhooks that are none of `kept`.
    pub fn keep_only(&self, kept: &[u64]) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(sql("forgetting webhooks"))?;
        let gone: Vec<u64> = {
            let mut statement = transaction
                .prepare(
                    "SELECT webhook FROM cursors UNION SELECT webhook FROM by_hand UNION SELECT webhook FROM attempts",
                )
                .map_err(sql("forgetting webhooks"))?;
            let known = statement.query_map([], |row| row.get(0)).map_err(sql("forgetting webhooks"))?;
            let known: Vec<u64> = known.collect::<Result<_, _>>().map_err(sql("forgetting webhooks"))?;
            known.into_iter().filter(|webhook| !kept.contains(webhook)).collect()
        };
        for webhook in gone {
            for statement in [
                "DELETE FROM cursors WHERE webhook = ?1",
                "DELETE FROM by_hand WHERE webhook = ?1",
                "DELETE FROM attempts WHERE webhook = ?1",
            ] {
                transaction.execute(statement, [webhook]).map_err(sql("forgetting webhooks"))?;
            }
        }
        transaction.commit().map_err(sql("forgetting webhooks"))
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(sql("opening the outbox"))?;
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql("opening the outbox"))?;
    for (name, value) in [("journal_mode", "wal"), ("synchronous", "normal"), ("trusted_schema", "0")] {
        connection.pragma_update(None, name, value).map_err(sql("opening the outbox"))?;
    }
    Ok(connection)
}

fn make(connection: &mut Connection, webhooks: &[u64], size: u64) -> Result<(), StoreError> {
    let transaction = connection.transaction().map_err(sql("making the outbox"))?;
    transaction.execute_batch(TABLES).map_err(sql("making the outbox"))?;
    for webhook in webhooks {
        set_cursor(&transaction, *webhook, Cursor { entry: size, failures: 0, due_at: 0, fresh_since: size })?;
    }
    transaction.pragma_update(None, "user_version", FORMAT).map_err(sql("making the outbox"))?;
    transaction.commit().map_err(sql("making the outbox"))
}

fn set_cursor(connection: &Connection, webhook: u64, cursor: Cursor) -> Result<(), StoreError> {
    let Cursor { entry, failures, due_at, fresh_since } = cursor;
    connection
        .execute(
            "INSERT OR REPLACE INTO cursors (webhook, entry, failures, due_at, fresh_since) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![webhook, entry, failures, due_at, fresh_since],
        )
        .map_err(sql("noting how far a webhook was told"))?;
    Ok(())
}

fn insert(connection: &Connection, attempt: &Attempt) -> Result<(), StoreError> {
    let Attempt { webhook, entry, kind, by_hand, at, status, milliseconds } = attempt;
    connection
        .execute(
            "INSERT INTO attempts (webhook, entry, kind, by_hand, at, status, milliseconds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![webhook, entry, kind, by_hand, at, status, milliseconds],
        )
        .map_err(sql("noting an attempt"))?;
    connection
        .execute(
            "DELETE FROM attempts WHERE webhook = ?1 AND id <= (
               SELECT id FROM attempts WHERE webhook = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            params![webhook, ATTEMPTS_KEPT_MAX],
        )
        .map_err(sql("forgetting old attempts"))?;
    Ok(())
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        webhook: row.get(0)?,
        entry: row.get(1)?,
        kind: row.get(2)?,
        by_hand: row.get(3)?,
        at: row.get(4)?,
        status: row.get(5)?,
        milliseconds: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn made(folder: &Path) -> Folder {
        let folder = Folder::at(folder.join("data"));
        folder.create().unwrap();
        folder
    }

    fn at(at: i64) -> Attempt {
        let kind = "purchase.approved".to_owned();
        Attempt { webhook: 7, entry: Some(3), kind, by_hand: false, at, status: Some(204), milliseconds: Some(12) }
    }

    #[test]
    fn what_was_noted_is_there_after_a_restart_and_of_attempts_the_last_ones() {
        let folder = tempfile::tempdir().unwrap();
        let folder = made(folder.path());
        let outbox = Outbox::open(&folder, &[7], 40).unwrap();
        let cursor = Cursor { entry: 40, failures: 0, due_at: 0, fresh_since: 40 };
        assert_eq!(outbox.cursor(7).unwrap(), Some(cursor));
        assert_eq!(outbox.cursor(8).unwrap(), None);
        let moved = Cursor { entry: 41, failures: 2, due_at: 99, fresh_since: 40 };
        let last = i64::try_from(ATTEMPTS_KEPT_MAX).unwrap() + 5;
        for number in 1..=last {
            outbox.note(&at(number), Some(moved), None).unwrap();
        }
        drop(outbox);
        let outbox = Outbox::open(&folder, &[7], 900).unwrap();
        assert_eq!(outbox.cursor(7).unwrap(), Some(moved));
        let kept = outbox.attempts(7).unwrap();
        assert_eq!((kept.len(), kept.first().unwrap()), (ATTEMPTS_KEPT_MAX, &at(last)));
        assert_eq!(kept.last().unwrap(), &at(6));
    }

    #[test]
    fn what_was_asked_for_is_sent_in_order_and_once_and_goes_with_its_webhook() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&made(folder.path()), &[], 0).unwrap();
        assert!(outbox.ask(7, None).unwrap() && outbox.ask(7, Some(3)).unwrap());
        let first = outbox.asked(7).unwrap().unwrap();
        assert_eq!(first.entry, None);
        outbox.note(&at(1), None, Some(first)).unwrap();
        assert_eq!(outbox.asked(7).unwrap().unwrap().entry, Some(3));
        for _ in 1..BY_HAND_MAX {
            assert!(outbox.ask(7, None).unwrap());
        }
        assert!(!outbox.ask(7, None).unwrap(), "the queue is full");
        outbox.keep_only(&[8]).unwrap();
        assert_eq!((outbox.asked(7).unwrap(), outbox.attempts(7).unwrap()), (None, Vec::new()));
    }
}
