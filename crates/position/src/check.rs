//! "May I?": whether more of a product may be used, from the same numbers as the position line.
//!
//! Shipping a product to others needs rights to redistribute, which are not among the facts held here, so it is not a
//! question that can be asked.

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::id::{CaseId, ProductId};
use domain::observation::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::Base;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Install on further devices.
    Deploy,
    /// Give further persons access.
    Provision,
    /// Use what is there already.
    Use,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What is about to be done.
    pub action: Action,
    /// With which product.
    pub product: ProductId,
    /// Further units of the product's metric.
    pub quantity: u64,
    /// Where; `None` counts as production.
    pub environment: Option<Environment>,
    /// When.
    pub at: Timestamp,
}

/// Why the answer is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Yes: rights have free units.
    Entitled,
    /// Yes: exceptions cover what rights do not.
    CoveredByException,
    /// Yes: the environment needs no licence.
    Exempt,
    /// No: there never was a right or an exception that counts.
    NeedsException,
    /// No: rights and exceptions count, and are used up.
    Exhausted,
    /// No: what there was has ended.
    Expired,
    /// No: there is no such product.
    UnknownProduct,
}

/// The numbers behind an answer, in the product's metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The metric.
    pub metric: Metric,
    /// As in the line.
    pub entitled: Quantity,
    /// As in the line.
    pub consumed: u64,
    /// As in the line.
    pub covered_by_grants: u64,
    /// As in the line.
    pub short: u64,
    /// Further units that may be used in the environment; `None` where there is no limit.
    pub free: Option<u64>,
}

/// A way to a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remedy {
    /// Take the product from devices where it has not been used for long.
    Reclaim {
        /// Installations whose last use is known and before the day.
        installations: u64,
        /// The day.
        unused_since: Date,
    },
    /// Ask for an exception.
    RequestException {
        /// The product.
        product: ProductId,
        /// The units that are missing.
        quantity: u64,
        /// The environment that was asked about.
        environment: Option<Environment>,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Whether it may be done.
    pub decision: bool,
    /// Why.
    pub reason: Reason,
    /// The same for people.
    pub sentence: String,
    /// The numbers; `None` where there is no such product.
    pub facts: Option<Facts>,
    /// The exceptions that a yes rests on.
    pub grants: Vec<CaseId>,
    /// From when the answer may differ without anything being recorded: the end of what it rests on.
    pub valid_until: Option<Timestamp>,
    /// Ways to a yes, the nearest first; none with a yes.
    pub remedies: Vec<Remedy>,
}

/// Answers `question` from what is recorded.
pub fn answer(_state: &State, _base: &Base, _question: &Question) -> Answer {
    Answer {
        decision: false,
        reason: Reason::UnknownProduct,
        sentence: String::new(),
        facts: None,
        grants: Vec::new(),
        valid_until: None,
        remedies: Vec::new(),
    }
}
