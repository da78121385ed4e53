//! Agreements with parties, and their clauses with addresses of their own.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AgreementId, ImportId, PartyId};
use crate::party::Direction;

/// A clause of an agreement, addressed by its mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// The mark by which people cite it (`4.2`); unique within the agreement.
    pub mark: String,
    /// Its heading.
    pub heading: String,
    /// Its words.
    pub wording: String,
}

/// The terms of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementTerms {
    /// Which way licences flow.
    pub direction: Direction,
    /// The number or name by which both sides know it.
    pub reference: String,
    /// First day.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// Days before the end by which notice must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_days: Option<u32>,
    /// Its clauses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
}

impl AgreementTerms {
    /// The last day on which notice is in time, where end and notice are known.
    pub fn notice_by(&self) -> Option<Date> {
        self.ends_on?.checked_sub(jiff::Span::new().try_days(i64::from(self.notice_days?)).ok()?).ok()
    }
}

/// A recorded agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its number.
    pub id: AgreementId,
    /// With whom.
    pub party: PartyId,
    /// Its terms as last recorded.
    pub terms: AgreementTerms,
    /// How often the terms were recorded; the first time is 1.
    pub revision: u32,
    /// The import that brought it, where one did.
    pub import: Option<ImportId>,
}
