//! Agreements with parties, and their clauses with addresses of their own.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AgreementId, ImportId, PartyId, PersonId};
use crate::party::Direction;
use crate::text::Text;

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
    /// Whether use of its products counts as compliant by contract while it lasts, whatever the position says, as under
    /// an unlimited or enterprise agreement.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compliant_by_contract: bool,
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

/// What is meant to happen when an agreement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalChoice {
    /// Renewed as it is.
    Renew,
    /// Renewed with fewer units.
    Reduce,
    /// Renewed on terms that are talked about first.
    Renegotiate,
    /// Not renewed: notice is given, or it runs out.
    LetEnd,
}

impl RenewalChoice {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Renew, Self::Reduce, Self::Renegotiate, Self::LetEnd];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Renew => "renew",
            Self::Reduce => "reduce",
            Self::Renegotiate => "renegotiate",
            Self::LetEnd => "let_end",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == word.trim())
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Renew => "Renew as it is",
            Self::Reduce => "Renew with fewer units",
            Self::Renegotiate => "Renegotiate",
            Self::LetEnd => "Let it end",
        }
    }
}

/// A plan for the end of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalPlan {
    /// The end that it is for: once the agreement ends on another day, the plan is history.
    pub ends_on: Date,
    /// What is meant to happen.
    pub choice: RenewalChoice,
    /// Why.
    pub reason: Text,
    /// Who planned it; `None` where the program itself recorded it.
    pub by: Option<PersonId>,
    /// When.
    pub planned_at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
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
    /// The plan for its end that was recorded last.
    pub renewal_plan: Option<RenewalPlan>,
}

impl Agreement {
    /// The plan for the end that the agreement has now.
    pub fn plan(&self) -> Option<&RenewalPlan> {
        self.renewal_plan.as_ref().filter(|plan| Some(plan.ends_on) == self.terms.ends_on)
    }
}
