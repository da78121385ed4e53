//! Seals of the estate, and statements of the position on a sealed day.
//!
//! What a sealed chunk looks like, and how an estate is loaded from chunks again, is in `app`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::{PersonId, StatementId};

/// What a seal commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealContents {
    /// Merkle root (RFC 6962) over the digests of the chunks, in their order.
    pub root: Digest,
    /// Digest of the list that names every chunk, in order.
    pub list: Digest,
    /// Digest of the numbers of every position line, as they were reckoned on that day.
    pub figures: Digest,
    /// Chunks.
    pub chunks: u64,
    /// Reports in all chunks: those that count.
    pub reports: u64,
    /// Devices of the estate.
    pub devices: u64,
    /// Installations of the estate.
    pub installations: u64,
}

/// The estate of one day, committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The organisation's day.
    pub day: Date,
    /// The instant at which the position of that day is read.
    pub as_of: Timestamp,
    /// The ledger's size at that instant; the state of the day is the fold of so many entries.
    pub size: u64,
    /// What it commits to.
    pub contents: SealContents,
    /// Who had it made; nobody where the program did so by itself.
    pub by: Option<PersonId>,
    /// When it was made.
    pub at: Timestamp,
    /// The entry that records it.
    pub recorded_in: u64,
}

/// The forms in which a statement is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementForm {
    /// Everything, for programs; the other forms are drawn from it.
    Json,
    /// The lines, for spreadsheets.
    Csv,
    /// A page that prints.
    Html,
}

impl StatementForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Html];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == word.trim())
    }
}

/// A file of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementFile {
    /// Its form.
    pub form: StatementForm,
    /// Digest of its bytes, under which it is kept as evidence.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

/// A statement of the position on a sealed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its number.
    pub id: StatementId,
    /// The day.
    pub day: Date,
    /// The entry of the seal from which it was reckoned.
    pub sealed_in: u64,
    /// Its files, one of each form.
    pub files: Vec<StatementFile>,
    /// Who had it made; nobody where the program did so by itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that records it.
    pub recorded_in: u64,
}

impl Statement {
    /// Its file of a form.
    pub fn file(&self, form: StatementForm) -> Option<&StatementFile> {
        self.files.iter().find(|file| file.form == form)
    }
}

/// Whether a day is the last of its month.
pub fn ends_month(day: Date) -> bool {
    day.last_of_month() == day
}
