//! How keeping and reading can fail, in sentences for the operator of the folder.
//!
//! Nothing here decides what a failure means for the process; `append` poisons the store, the
//! caller maps the rest to exit codes and HTTP statuses.

use std::io;
use std::path::{Path, PathBuf};

use merkle_log::{KeyError, SigningRefusal};
use thiserror::Error;

/// Why a folder was not created, opened, read, signed for, backed up or restored.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Creating or restoring needs an empty place.
    #[error("{} is not empty; choose a new or an empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing of ours is there, or its creation did not finish.
    #[error("{} holds no ledger: {reason}", path.display())]
    NotALedger {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// Written by a later release.
    #[error(
        "{} has format {found}; this program knows formats up to {known}. Use the release that wrote it, or a later one. Nothing was changed",
        path.display()
    )]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// Format of the folder.
        found: u32,
        /// Newest format known here.
        known: u32,
    },
    /// The file system cannot keep the promises the ledger rests on.
    #[error(
        "{} lies on {file_system}; {reason}. Keep the folder on a local disk",
        path.display()
    )]
    FileSystem {
        /// The folder.
        path: PathBuf,
        /// What it lies on.
        file_system: &'static str,
        /// Why that is refused.
        reason: &'static str,
    },
    /// Somebody else writes here.
    #[error(
        "{} is in use by another process{}; stop it first, or talk to it instead",
        path.display(),
        process.map(|id| format!(" ({id})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Its process id, when it could be read.
        process: Option<u32>,
    },
    /// A secret lies open.
    #[error(
        "{} can be read by others than its owner (mode {mode:04o}); make it private with `chmod 600` and consider the key known to them",
        path.display()
    )]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A secret is gone or altered.
    #[error(
        "{}: {reason}. Put the file back from a backup; without it the ledger still verifies, but erasable fields cannot be read and checkpoints cannot be signed",
        path.display()
    )]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The name of the log cannot be used.
    #[error("the log cannot have this name")]
    Origin(#[source] KeyError),
    /// The organisation's name is longer than is kept.
    #[error("the name of the organisation has {bytes} bytes; at most {limit} are kept")]
    OrganisationTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A setting that durability rests on did not take.
    #[error("the database setting {name} is {found}, but {wanted} is required; the ledger was not opened")]
    Setting {
        /// Name of the pragma.
        name: &'static str,
        /// What durability needs.
        wanted: &'static str,
        /// What reading it back gave.
        found: String,
    },
    /// What is stored contradicts itself.
    #[error("{what}. The stored files were altered or damaged: verify the folder, then restore a backup")]
    Damaged {
        /// What contradicts what.
        what: String,
    },
    /// The ledger is shorter than what was signed.
    #[error(
        "the ledger has {size} entries, but a checkpoint of {signed} entries was signed: the folder holds an older state than it once did"
    )]
    RolledBack {
        /// Entries present.
        size: u64,
        /// Entries signed.
        signed: u64,
    },
    /// An earlier write failed.
    #[error("an earlier write to the ledger failed, so nothing more is written until it is opened again")]
    Poisoned,
    /// The signing guard refused.
    #[error("the checkpoint was not signed")]
    Signing(#[from] SigningRefusal),
    /// A cosignature for a checkpoint that is not stored.
    #[error("no checkpoint of {size} entries is stored, so a cosignature on it cannot be")]
    NoCheckpoint {
        /// Size named by the cosignature.
        size: u64,
    },
    /// A backup cannot be used.
    #[error("{} cannot be restored: {reason}", path.display())]
    Backup {
        /// The backup file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The database failed.
    #[error("the database failed while {doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// The operating system failed.
    #[error("{}: {doing} failed", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No random bytes could be had.
    #[error("the system gave no random bytes for keys")]
    Randomness,
}

/// Why a group was not appended. All but the last two left the store as it was.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Another writer was faster: catch up and decide again.
    #[error("the ledger has {actual} entries, not {expected}; read the new ones and decide again")]
    SizeMismatch {
        /// What the caller decided on.
        expected: u64,
        /// What is there.
        actual: u64,
    },
    /// The next version of a stream is another one.
    #[error("command {command}: {stream} is at version {head}, so version {version} cannot follow")]
    StreamConflict {
        /// Id of the command.
        command: String,
        /// Name of the stream.
        stream: String,
        /// Version offered.
        version: u64,
        /// Version present; 0 when the stream is new.
        head: u64,
    },
    /// An answer was already given under this key.
    #[error("command {command}: its idempotency key was answered before")]
    AnswerExists {
        /// Id of the command.
        command: String,
        /// The key.
        key: String,
    },
    /// A limit or a promise of the caller does not hold.
    #[error("command {command}: {reason}")]
    Unfit {
        /// Id of the command.
        command: String,
        /// Which limit, with its number.
        reason: String,
    },
    /// An earlier write failed; open the folder again.
    #[error("an earlier write to the ledger failed, so nothing more is written until it is opened again")]
    Poisoned,
    /// The write failed; whether it took effect is known after opening again.
    #[error("the group was not acknowledged")]
    Failed(#[from] StoreError),
}

/// Names what the database was doing.
pub(crate) fn sql(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sql { doing, source }
}

/// Names what was being done to which file.
pub(crate) fn io(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io { doing, path: path.as_ref().to_owned(), source }
}

pub(crate) fn damaged(what: impl Into<String>) -> StoreError {
    StoreError::Damaged { what: what.into() }
}
