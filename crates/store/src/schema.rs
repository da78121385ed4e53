//! The tables, what each is worth as evidence, and the settings that durability rests on.
//!
//! The SQL here is compared with what the database says it holds, letter by letter: a schema that
//! was altered is a finding, not something to work with.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;
use crate::error::{damaged, sql};
use crate::folder::{APPLICATION_ID, FORMAT};

/// How a verifier knows that a table was not altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Its rows hash into the tree, are signed, or are sealed against alteration; what must be
    /// there is named by the ledger.
    Committed(&'static str),
    /// It can be computed from the entries, and is, and compared.
    Derived(&'static str),
    /// Losing it changes no statement about the past; rows that are there are sealed.
    NotEvidence(&'static str),
}

/// One table: its name, its SQL and its worth.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name in the database.
    pub name: &'static str,
    /// The statement that creates it, as SQLite keeps it.
    pub sql: &'static str,
    /// What verification does about it.
    pub evidence: Evidence,
}

/// Every table of the database. A test fails when the database has another one.
pub const TABLES: [Table; 12] = [
    Table {
        name: "identity",
        sql: "CREATE TABLE identity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  origin TEXT NOT NULL,
  organisation TEXT NOT NULL,
  seal BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("HMAC under the master key; the origin also names the log's key"),
    },
    Table {
        name: "head",
        sql: "CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  next_key INTEGER NOT NULL
) STRICT",
        evidence: Evidence::Derived("size and root are those of the entries; next_key exceeds every key id"),
    },
    Table {
        name: "bundles",
        sql: "CREATE TABLE bundles (
  position INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("256 entries each, every one a leaf of the tree"),
    },
    Table {
        name: "entries",
        sql: "CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("the entries after the last full bundle, leaves as well"),
    },
    Table {
        // One row per stream: UNIQUE (stream, version) follows from the key, and each append moves
        // the version by one or fails.
        name: "stream_heads",
        sql: "CREATE TABLE stream_heads (
  stream TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID",
        evidence: Evidence::Derived("each entry states its stream and version"),
    },
    Table {
        // id = level * 2^56 + position
        name: "tiles",
        sql: "CREATE TABLE tiles (
  id INTEGER PRIMARY KEY,
  root BLOB NOT NULL,
  hashes BLOB NOT NULL
) STRICT",
        evidence: Evidence::Derived("hashes of the entries"),
    },
    Table {
        name: "side_bundles",
        sql: "CREATE TABLE side_bundles (
  position INTEGER PRIMARY KEY,
  fields BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("sealed; the entries of the bundle commit to salt and payload"),
    },
    Table {
        // id = seq * 256 + index: one B-tree in the order of the ledger, no second index.
        name: "side",
        sql: "CREATE TABLE side (
  id INTEGER PRIMARY KEY,
  key INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("sealed; the entry commits to salt and payload"),
    },
    Table {
        name: "subject_keys",
        sql: "CREATE TABLE subject_keys (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE,
  wrapped BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("sealed; without it side rows do not open"),
    },
    Table {
        // id = import * 2^32 + ordinal
        name: "reports",
        sql: "CREATE TABLE reports (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT",
        evidence: Evidence::Committed("sealed; the digest is re-computed, the import's entry names it"),
    },
    Table {
        name: "checkpoints",
        sql: "CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  cosignatures TEXT NOT NULL
) STRICT",
        evidence: Evidence::Committed("signed by the log, cosigned by witnesses; the root is re-computed"),
    },
    Table {
        name: "answers",
        sql: "CREATE TABLE answers (
  key TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID",
        evidence: Evidence::NotEvidence("kept for a few days so that a repeated request gets the same answer"),
    },
];

/// Payloads one entry can have beside it: the index is the low byte of a side row's id.
pub const SIDE_PAYLOADS_MAX: usize = 256;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// `synchronous=FULL`: a commit returns after the sync. The only one that is used.
    #[default]
    Full,
    /// `synchronous=NORMAL`: a commit returns before the sync, so that a power cut loses it. It
    /// exists as the planted defect of the power-cut harness and as the benchmark's comparison.
    NormalForControl,
}

impl Durability {
    const fn pragma(self) -> &'static str {
        match self {
            Self::Full => "2",
            Self::NormalForControl => "1",
        }
    }
}

/// A bundle of entries takes five of these pages instead of twenty of the usual 4096 bytes.
const PAGE_BYTES: &str = "16384";

/// Negative means KiB: 16 MiB hold the pages that appends touch.
const CACHE: &str = "-16384";

/// A WAL file is cut back to this size when it starts over.
const WAL_BYTES_KEPT: &str = "67108864";

/// Opens the database to write, applies the settings and reads each back.
pub(crate) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    apply_writer_settings(&connection, durability)?;
    Ok(connection)
}

fn apply_writer_settings(connection: &Connection, durability: Durability) -> Result<(), StoreError> {
    let settings = [
        ("journal_mode", "wal"),
        ("synchronous", durability.pragma()),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
        // Erased rows are overwritten, not only unlinked.
        ("secure_delete", "1"),
        ("cell_size_check", "1"),
        ("journal_size_limit", WAL_BYTES_KEPT),
        // `append` copies the WAL back itself, because SQLite drops errors of its own automatism.
        ("wal_autocheckpoint", "0"),
        ("cache_size", CACHE),
    ];
    set_and_read_back(connection, &settings)
}

/// Opens a second connection for snapshots. The writer must have opened the database before.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let settings = [("query_only", "1"), ("trusted_schema", "0"), ("cell_size_check", "1")];
    set_and_read_back(&connection, &settings)?;
    Ok(connection)
}

/// Opens a database to copy it: reads it, and lets `VACUUM INTO` write the copy.
pub(crate) fn open_for_copy(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(sql("opening the database"))?;
    // One process has the folder; a wait can only be for our own readers.
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql("setting the busy timeout"))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn set_and_read_back(connection: &Connection, settings: &[(&'static str, &'static str)]) -> Result<(), StoreError> {
    for (name, wanted) in settings {
        // Some pragmas answer when they are set, some do not; either is fine.
        connection.pragma_update(None, name, wanted).map_err(sql("applying its settings"))?;
        let found = read_setting(connection, name)?;
        if found != *wanted {
            return Err(StoreError::Setting { name, wanted, found });
        }
    }
    Ok(())
}

fn read_setting(connection: &Connection, name: &str) -> Result<String, StoreError> {
    connection
        .pragma_query_value(None, name, |row| {
            let value: rusqlite::types::Value = row.get(0)?;
            Ok(match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Null | rusqlite::types::Value::Real(_) | rusqlite::types::Value::Blob(_) => {
                    "unreadable".to_owned()
                }
            })
        })
        .map_err(sql("reading its settings back"))
}

/// Makes the database file with its tables, and nothing in them.
pub(crate) fn create(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    crate::folder::create_private(path, &[])?;
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // It can only be chosen while the file is empty and the WAL is off.
    set_and_read_back(&connection, &[("page_size", PAGE_BYTES)])?;
    apply_writer_settings(&connection, durability)?;
    let transaction = connection.transaction().map_err(sql("beginning to create the tables"))?;
    for table in &TABLES {
        transaction.execute_batch(table.sql).map_err(sql("creating the tables"))?;
    }
    for (name, value) in [("user_version", FORMAT), ("application_id", APPLICATION_ID)] {
        transaction.pragma_update(None, name, value).map_err(sql("marking the database"))?;
    }
    transaction.commit().map_err(sql("creating the tables"))?;
    Ok(connection)
}

/// Compares what the database says it is with what this release writes.
pub(crate) fn check(connection: &Connection) -> Result<(), StoreError> {
    for (name, wanted) in [("user_version", FORMAT), ("application_id", APPLICATION_ID)] {
        let found = read_setting(connection, name)?;
        if found != wanted.to_string() {
            return Err(damaged(format!("the database's {name} is {found}; it should be {wanted}")));
        }
    }
    let mut statement =
        connection.prepare("SELECT type, name, sql FROM sqlite_schema").map_err(sql("reading its schema"))?;
    let found = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?)))
        .and_then(Iterator::collect::<Result<Vec<(String, String, Option<String>)>, _>>)
        .map_err(sql("reading its schema"))?;
    let mut tables_found = 0;
    for (kind, name, text) in found {
        let ours = match text {
            // An index that a UNIQUE or PRIMARY KEY clause made has no text.
            None => kind == "index" && name.starts_with("sqlite_autoindex_"),
            Some(text) => {
                tables_found += 1;
                kind == "table" && TABLES.iter().any(|table| table.name == name && table.sql == text)
            }
        };
        if !ours {
            return Err(damaged(format!("the database has a {kind} {name} that is not as this program makes it")));
        }
    }
    if tables_found != TABLES.len() {
        return Err(damaged(format!("the database has {tables_found} tables; it should have {}", TABLES.len())));
    }
    Ok(())
}
