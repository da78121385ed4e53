//! The use cases: load a snapshot, decide, append, announce; identity; imports; the ledger as it is read.
//!
//! No SQL, no HTTP and no reading of the environment: the time, random bytes and the way to a witness are given.

mod failure;
pub mod identities;
pub mod imports;
pub mod ledgers;
mod order;
mod organisation;
mod replay;
pub mod sample;
mod sequencer;
mod snapshot;
mod surroundings;
pub mod verification;
pub mod witnesses;

pub use failure::Failure;
pub use order::{Order, Receipt, Repetition, ReportToStore};
pub use organisation::{App, Founding, person_of};
pub use snapshot::Snapshot;
pub use surroundings::{Clock, Randomness, Surroundings};
