//! What one append takes and gives: opaque bytes per command, already decided by the caller.
//!
//! How it reaches the disk is in `append`.

use merkle_log::Hash;

/// Everything one command leaves behind. It is stored whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandCommit {
    /// Id of the command; only errors name it.
    pub id: String,
    /// The answer to give again when the same request comes twice.
    pub answer: Option<IdempotentAnswer>,
    /// Ledger entries, in order.
    pub entries: Vec<NewEntry>,
    /// Device reports that an import of this command brought.
    pub reports: Vec<NewReport>,
    /// Entries whose side payloads are deleted. The entries themselves stay.
    pub erase: Vec<u64>,
    /// Subjects whose key is deleted with every side payload under it.
    pub erase_subjects: Vec<String>,
    /// Imports whose device reports are deleted.
    pub erase_reports: Vec<u64>,
}

impl CommandCommit {
    /// Whether it deletes something for good.
    pub(crate) fn erases(&self) -> bool {
        !self.erase.is_empty() || !self.erase_subjects.is_empty() || !self.erase_reports.is_empty()
    }
}

/// An answer kept under the caller's idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// The key, made unique per account by the caller.
    pub key: String,
    /// Seconds since 1970, to forget it by.
    pub at: i64,
    /// Digest of the request, to recognise another request under the same key.
    pub fingerprint: [u8; 32],
    /// Status to repeat.
    pub status: u16,
    /// Body to repeat.
    pub body: Vec<u8>,
}

/// One leaf of the tree and what lies beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEntry {
    /// The exact bytes that are hashed, at most 65,535.
    pub bytes: Vec<u8>,
    /// The object it is about.
    pub stream: String,
    /// One more than the stream's last; the first is 1.
    pub version: u64,
    /// Whose key seals the side payloads; not looked at when there are none.
    pub subject: String,
    /// Personal and free-text fields that the entry commits to; the position is the index.
    pub side: Vec<SidePayload>,
}

/// A field kept off the ledger, with the salt of its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidePayload {
    /// 32 random bytes, new for each field of each entry.
    pub salt: [u8; 32],
    /// The field.
    pub payload: Vec<u8>,
}

/// One device report of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// Number of the import.
    pub import: u64,
    /// Position in it.
    pub ordinal: u32,
    /// The report.
    pub body: Vec<u8>,
    /// SHA-256 of `body`.
    pub digest: [u8; 32],
}

/// What an append reached: durable, and visible to every snapshot taken from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Number of entries now.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Hash,
}
