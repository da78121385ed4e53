//! Grants: exceptions in force, which are supply until they end.
//!
//! Status is never stored. [`Grant::applies`] is the one function that answers "does this exception apply now?";
//! position, check, pages and exports all call it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::case::{CaseTerms, Condition};
use crate::entitlement::Metric;
use crate::id::{CaseId, PersonId};
use crate::text::Text;

/// A granted exception; it has the number of its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The case that led to it.
    pub case: CaseId,
    /// What was granted: product, quantity, environment and last day.
    pub terms: CaseTerms,
    /// The metric of the quantity: the product's at the time of the decision.
    pub metric: Metric,
    /// Conditions to keep.
    pub conditions: Vec<Condition>,
    /// From when it holds.
    pub granted_at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// How it was revoked, where it was.
    pub revocation: Option<Revocation>,
}

/// An early end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Who.
    pub by: PersonId,
    /// From when it no longer holds.
    pub at: Timestamp,
    /// Why.
    pub reason: Text,
}

/// How an exception stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantStatus {
    /// The instant is before the grant.
    NotYet,
    /// In force.
    Active,
    /// Past its last day.
    Expired,
    /// Ended early.
    Revoked,
}

impl GrantStatus {
    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::NotYet => "Not yet in force",
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// The first instant after `day` in `zone`: a validity is inclusive to the end of its last day.
/// `None` where that instant is beyond what can be represented.
pub fn end_of_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp())
}

impl Grant {
    /// How the exception stands at `at`, its last day being a day of `zone`.
    pub fn status(&self, at: Timestamp, zone: &TimeZone) -> GrantStatus {
        if self.revocation.as_ref().is_some_and(|revocation| revocation.at <= at) {
            return GrantStatus::Revoked;
        }
        if at < self.granted_at {
            return GrantStatus::NotYet;
        }
        match end_of_day(self.terms.until, zone) {
            Some(end) if at < end => GrantStatus::Active,
            Some(_) => GrantStatus::Expired,
            None => GrantStatus::Active,
        }
    }

    /// Whether the exception applies at `at`.
    pub fn applies(&self, at: Timestamp, zone: &TimeZone) -> bool {
        self.status(at, zone) == GrantStatus::Active
    }
}
