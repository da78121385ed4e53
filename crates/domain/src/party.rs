//! Parties: those we buy from and those who buy from us.

use serde::{Deserialize, Serialize};

use crate::id::{ImportId, PartyId};

/// Which way licences flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We are the licensee.
    Inbound,
    /// We are the licensor.
    Outbound,
}

/// A vendor or a customer (an organisation, so its name is not personal data).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its number.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// The import that brought it, where one did.
    pub import: Option<ImportId>,
}
