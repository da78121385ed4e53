//! What is recorded and what may be recorded next: commands, events, state, `decide` and `evolve`.
//!
//! Pure: no clock, no randomness, no input or output. Time, actor, ids and salts arrive as arguments.
//! How entries are stored and proven is the business of `store` and `merkle_log`; arithmetic over licences is in `position`.

#![warn(clippy::wildcard_enum_match_arm)]

pub mod accountability;
pub mod agreement;
pub mod alert;
mod authority;
pub mod case;
pub mod catalogue;
pub mod command;
pub mod decide;
pub mod digest;
pub mod entitlement;
pub mod envelope;
pub mod event;
pub mod evidence;
mod evolve;
mod exact;
pub mod grant;
pub mod id;
pub mod import;
pub mod leaver;
pub mod metric;
pub mod money;
pub mod observation;
pub mod organisation;
pub mod party;
pub mod person;
pub mod product;
pub mod purchase;
pub mod reclaim;
pub mod refusal;
pub mod scenario;
pub mod seal;
pub mod source;
pub mod state;
pub mod text;
pub mod usage;
pub mod webhook;
pub mod witness;

pub use decide::decide;
pub use evolve::Recorded;
pub use refusal::Refusal;
pub use rust_decimal::Decimal;
pub use state::State;
