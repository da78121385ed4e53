//! Imports: what came in from outside in one act, and can be undone in one act.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::digest::Digest;
use crate::id::{ImportId, PersonId};
use crate::text::Text;

/// One file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedFile {
    /// Its name, which may name a person.
    pub name: Text,
    /// Digest of its bytes; the file is kept as evidence under it.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// The format that was recognised.
    pub format: String,
}

/// The format of a file that says how the columns of the others were read.
pub const MAPPING_FORMAT: &str = "mapping";

/// What a table holds, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Titles on devices.
    Installations,
    /// Rights.
    Entitlements,
    /// Persons who leave.
    Leavers,
}

impl TableKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Installations, Self::Entitlements, Self::Leavers];

    /// The name in files, addresses and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Installations => "installations",
            Self::Entitlements => "entitlements",
            Self::Leavers => "leavers",
        }
    }
}

impl fmt::Display for TableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the columns of tables from one source are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedMapping {
    /// What the tables hold.
    pub kind: TableKind,
    /// The source, by whose name it is found.
    pub name: String,
    /// The mapping, as a file.
    pub mapping: Arc<str>,
    /// Who had it remembered.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Somebody who leaves, as a source names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaver {
    /// A log-in name, e-mail address or name.
    pub person: Text,
    /// Their last day.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub left_on: Date,
}

/// What an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Brought {
    /// Reports of devices.
    Inventory {
        /// Reports.
        reports: u64,
        /// Installations in all reports.
        installations: u64,
        /// Rows or parts left out.
        rejected: u64,
        /// Repetitions that were merged.
        merged: u64,
        /// Digest over the digests of the stored reports, in order: what the estate is checked against.
        reports_digest: Digest,
    },
    /// Rights.
    Entitlements {
        /// Rows that became entitlements.
        rows: u64,
        /// Rows left out.
        rejected: u64,
        /// Repetitions that were merged.
        merged: u64,
    },
    /// Persons who leave.
    Leavers {
        /// Rows that name a person with their last day.
        rows: u64,
        /// Rows left out.
        rejected: u64,
        /// Repetitions that were merged.
        merged: u64,
    },
}

/// The digest that binds the stored reports of an import to its entry:
/// SHA-256 of the digests of the reports' bytes, one after the other, in the order of the import.
pub fn reports_digest(reports: impl IntoIterator<Item = Digest>) -> Digest {
    let mut all = sha2::Sha256::new();
    for report in reports {
        all.update(report.0);
    }
    Digest(all.finalize().into())
}

/// A recorded import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: ImportId,
    /// The name of the source (a later report of the same source and device replaces the earlier).
    pub source: String,
    /// Its files.
    pub files: Vec<ImportedFile>,
    /// What it brought.
    pub brought: Brought,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// Who undid it and when, where somebody did.
    pub undone: Option<(PersonId, Timestamp)>,
}
