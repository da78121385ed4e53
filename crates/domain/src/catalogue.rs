//! The catalogue of rules in force, in the form that the core decides by.
//!
//! Its text files, their reading and their checks are in `policy`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::PersonId;
use crate::person::Role;

/// A question of a category's form, beyond the fixed ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its key in a request: lower-case letters, digits and `_`.
    pub key: String,
    /// The question.
    pub label: String,
    /// Help below the question.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Whether a request without an answer can be submitted.
    #[serde(default)]
    pub required: bool,
}

/// Who decides: so many different persons of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seats {
    /// The role.
    pub role: Role,
    /// How many persons; at least 1.
    pub count: u32,
}

/// A kind of exception and how it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its key: lower-case letters, digits and `-`.
    pub key: String,
    /// Its name.
    pub title: String,
    /// What it is for, and what not.
    pub scope: String,
    /// The longest time for which it can be granted.
    pub days_max: u32,
    /// The largest quantity that can be granted, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_max: Option<u64>,
    /// Further questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Who decides.
    /// INVARIANT: at least one seat, so that nothing is approved by an empty group.
    pub decided_by: Vec<Seats>,
    /// Days within which a decision is promised.
    pub decision_days: u32,
}

/// An act by which a version of the catalogue came into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Which version.
    pub digest: Digest,
    /// Who put it in force; `None` is the program, when the ledger was founded.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// One version of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// The digest of its files, which names the version.
    pub digest: Digest,
    /// When it was published.
    pub published_at: Timestamp,
    /// Its categories by key.
    pub categories: BTreeMap<String, Category>,
}
