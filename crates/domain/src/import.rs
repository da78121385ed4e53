//! Imports: what came in from outside in one act, and can be undone in one act.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

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
    /// People who have left.
    Leavers,
    /// Sessions and readings.
    Usage,
    /// What a publisher says that we own: compared with the rights, and never imported.
    PublisherStatement,
}

impl TableKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Installations, Self::Entitlements, Self::Leavers, Self::Usage, Self::PublisherStatement];

    /// The name in files, addresses and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Installations => "installations",
            Self::Entitlements => "entitlements",
            Self::Leavers => "leavers",
            Self::Usage => "usage",
            Self::PublisherStatement => "publisher_statement",
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
    /// People who have left.
    Leavers {
        /// Names that were recorded with a last day.
        rows: u64,
        /// Rows left out.
        rejected: u64,
        /// Repetitions that were merged.
        merged: u64,
    },
    /// Usage.
    Usage {
        /// Sessions.
        sessions: u64,
        /// Denials.
        denials: u64,
        /// Readings.
        readings: u64,
        /// Lines or parts left out.
        rejected: u64,
        /// Repetitions that were merged.
        merged: u64,
        /// Digest over the digests of the stored reports, in order.
        reports_digest: Digest,
    },
}

impl Brought {
    /// The digest that binds reports kept beside the ledger, where it has any.
    pub fn reports_digest(&self) -> Option<Digest> {
        match self {
            Self::Inventory { reports_digest, .. } | Self::Usage { reports_digest, .. } => Some(*reports_digest),
            Self::Entitlements { .. } | Self::Leavers { .. } => None,
        }
    }
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
