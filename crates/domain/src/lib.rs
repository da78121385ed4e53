//! What is recorded and what may be recorded next: commands, events, state, `decide` and `evolve`.
//!
//! Pure: no clock, no randomness, no input or output. Time, actor, ids and salts arrive as arguments.
//! How entries are stored and proven is the business of `store` and `merkle_log`; arithmetic over licences is in `position`.

pub mod digest;
pub mod entitlement;
pub mod id;
pub mod money;
pub mod observation;
pub mod text;
