//! The only SQL and the only file layout: a tamper-evident ledger of opaque bytes in one folder.
//!
//! ```text
//! DIR/               0700
//!   format           "Indult data folder", format number; written last when a folder is made
//!   lock             held by the one process that has the folder open
//!   ledger.db        SQLite, WAL, synchronous=FULL: the tables of [`TABLES`]
//!   outbox.db        SQLite: how far webhooks were told, and the last attempts; may be deleted while nothing runs
//!   cache            what can be worked out again, sealed; may be deleted while nothing runs
//!   signer.state     size and root that the log's key signed last; replaced before a note leaves
//!   keys/            0700
//!     master.key     0600, 32 random bytes: every storage key comes from it
//!     log.key        0600, the log's Ed25519 key as signed-note text
//!   blobs/ab/abcd..  evidence, named by the SHA-256 of its content, encrypted
//! ```
//!
//! [`Store`] is the one writer: it appends groups of commands in one transaction each, signs
//! checkpoints, and after any failed write does nothing more until the folder is opened again.
//! [`Reader`] hands out snapshots of one instant to any number of threads. [`verify_folder`] and
//! [`Reader::verify`] trust nothing that is stored and name what was altered.
//!
//! What erasing can reach: rows are overwritten in the database and the WAL is cut; older backups,
//! file-system snapshots and what a disk keeps of overwritten blocks are out of reach.
//!
//! It does not know what an entry means, what time it is, or who may read what.

mod answers;
mod append;
mod backup;
mod blobs;
mod cache;
mod checkpoints;
mod commit;
mod entries;
mod error;
mod folder;
mod keyring;
mod outbox;
mod reader;
mod reports;
mod schema;
mod side;
mod store;
mod tiles;
mod verification;
mod webhook_key;
mod witness_folder;

pub use append::{NAME_BYTES_MAX, SIDE_PAYLOAD_BYTES_MAX};
pub use backup::{BackupContents, restore};
pub use blobs::Blobs;
pub use cache::{Cache, CacheWriting};
pub use commit::{Appended, CommandCommit, IdempotentAnswer, NewEntry, NewReport, SidePayload};
pub use error::{AppendError, StoreError};
pub use folder::{FORMAT, Folder};
pub use outbox::{ATTEMPTS_KEPT_MAX, Attempt, BY_HAND_MAX, ByHand, Cursor, Outbox};
pub use reader::{Entry, Reader, Snapshot, SnapshotTiles, StoredCheckpoint};
pub use schema::{Durability, Evidence, SIDE_PAYLOADS_MAX, TABLES, Table};
pub use side::{Side, SideRef, Sides};
pub use store::Store;
pub use verification::{FINDINGS_KEPT_MAX, Finding, Inspect, Place, Stated, StorageOnly, Verification, verify_folder};
pub use webhook_key::WebhookKey;
pub use witness_folder::WitnessFolder;
