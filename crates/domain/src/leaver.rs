//! Leavers: people who have left, with their last day, as the personnel office says.
//!
//! A leaver is known by name as devices know their users; they need not be a person of this ledger.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::id::{ImportId, LeaverId};
use crate::text::Text;

/// Somebody who has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// Their number.
    pub id: LeaverId,
    /// Their name, log-in name or e-mail address, as devices name their users.
    pub name: Text,
    /// Their last day.
    pub left_on: Date,
    /// The import that named them, where one did.
    pub import: Option<ImportId>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
}
