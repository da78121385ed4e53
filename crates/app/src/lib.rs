//! The use cases: load a snapshot, decide, append, announce; identity; imports; the ledger as it is read.
//!
//! No SQL, no HTTP and no reading of the environment: the time, random bytes, and the ways to witnesses and receivers are given.

pub mod agents;
pub mod alerts;
pub mod cases;
pub mod catalogues;
pub mod costs;
pub mod devices;
pub mod discovery;
mod estates;
pub mod exports;
mod failure;
pub mod identities;
pub mod imports;
pub mod ledgers;
pub mod metrics;
pub mod objects;
mod order;
mod organisation;
pub mod positions;
pub mod reclaim;
pub mod reconciliations;
pub mod renewals;
mod replay;
pub mod sample;
pub mod scenarios;
pub mod seals;
mod sequencer;
mod snapshot;
pub mod statements;
pub mod summary;
mod surroundings;
pub mod trends;
pub mod usages;
pub mod verification;
pub mod webhooks;
pub mod witnesses;
pub mod witnessing;

pub use failure::Failure;
pub use order::{Order, Receipt, Repetition, ReportToStore, UsageToStore};
pub use organisation::{App, Founding, person_of};
pub use snapshot::Snapshot;
pub use surroundings::{Clock, Randomness, Surroundings};

pub use merkle_log::{
    Answer as WitnessAnswer, CONFLICT_CONTENT_TYPE as WITNESS_CONFLICT_CONTENT_TYPE,
    REQUEST_BYTES_MAX as WITNESS_REQUEST_BYTES_MAX,
};
pub use policy::{CatalogueFile, read as read_catalogue};
pub use store::{BackupContents, StoreError, restore};

/// The hash under which an entry's bytes stand in the tree (RFC 6962).
pub fn leaf_hash(entry: &[u8]) -> [u8; 32] {
    *merkle_log::leaf_hash(entry).as_bytes()
}
