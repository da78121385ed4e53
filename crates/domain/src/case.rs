//! Cases: a request to leave a rule, from its draft to its decision.
//!
//! What is granted in the end is a [`crate::grant::Grant`]. Who may do what is decided in `decide`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::id::{CaseId, PersonId, ProductId};
use crate::observation::Environment;
use crate::person::Role;
use crate::text::Text;

/// What is asked, in terms that decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseTerms {
    /// The category's key.
    pub category: String,
    /// The product.
    pub product: ProductId,
    /// Units of the product's metric.
    pub quantity: u64,
    /// The only environment where it shall hold; `None` is everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// Last day, inclusive to its end in the organisation's time zone.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub until: Date,
    /// For whom, where not for the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<PersonId>,
}

/// What is said for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseWords {
    /// One line.
    pub title: Text,
    /// Why.
    pub justification: Text,
    /// Answers to the category's further questions, by key.
    #[serde(default, deserialize_with = "crate::exact::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Text>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Being written.
    Draft,
    /// Sent back with a question; the clock is paused.
    Returned {
        /// Who asked.
        by: PersonId,
        /// What for.
        reason: Text,
    },
    /// Being decided.
    Deciding(Round),
    /// Taken back by its requester. Final.
    Withdrawn,
    /// Decided. Final.
    Decided(Decision),
}

/// A deliberation: everything that votes are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When it was submitted.
    pub opened_at: Timestamp,
    /// Digest of the case's revision, evidence and catalogue: what a vote must name.
    pub digest: Digest,
    /// The version of the catalogue by which it is decided.
    pub catalogue: Digest,
    /// The revision that is voted on.
    pub revision: u32,
    /// The terms that are voted on.
    pub terms: CaseTerms,
    /// The votes that stand, one for each seat holder.
    pub votes: Vec<Vote>,
}

/// What a vote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ballot {
    /// Yes.
    Approve,
    /// No; one no ends the case.
    Deny,
    /// No opinion, on the record; the seat stays open for somebody else.
    Abstain,
    /// Not like this: goes back to the requester.
    RequestChanges,
}

impl Ballot {
    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Abstain => "abstain",
            Self::RequestChanges => "request_changes",
        }
    }
}

/// A condition of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What must be done or kept.
    pub wording: Text,
}

/// A vote as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who cast it.
    pub by: PersonId,
    /// Whose seat they hold, where as a delegate.
    pub on_behalf_of: Option<PersonId>,
    /// As what.
    pub role: Role,
    /// What it says.
    pub ballot: Ballot,
    /// Why.
    pub reason: Text,
    /// Conditions asked for by an approval.
    pub conditions: Vec<Condition>,
    /// When.
    pub at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
}

impl Vote {
    /// Whose seat the vote takes.
    pub fn seat_of(&self) -> PersonId {
        self.on_behalf_of.unwrap_or(self.by)
    }
}

/// An earlier vote that moves to another of its voter's roles, so that a later voter finds a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatMove {
    /// Whose seat it is.
    pub person: PersonId,
    /// The role that it takes from now on.
    pub role: Role,
}

/// How a case was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Granted.
    Approved,
    /// Granted with conditions.
    ApprovedWithConditions,
    /// Not granted.
    Denied,
}

/// The decision of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// The round that led to it, with every vote.
    pub round: Round,
    /// The entry that recorded it.
    pub recorded_in: u64,
}

/// Something said about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub wording: Text,
}

/// A request and its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// Who asked.
    pub requester: PersonId,
    /// When the draft was opened.
    pub opened_at: Timestamp,
    /// Counts the changes of terms, words or evidence; the draft is 1.
    pub revision: u32,
    /// What is asked, as of the revision.
    pub terms: CaseTerms,
    /// What is said for it, as of the revision.
    pub words: CaseWords,
    /// Files, as of the revision.
    pub evidence: Vec<Evidence>,
    /// Where it stands.
    pub stage: Stage,
    /// Earlier rounds, voided by a change or a return.
    pub past_rounds: Vec<Round>,
    /// The terms of the last revision that was put to a vote, to show what changed since.
    pub terms_voted_on: Option<CaseTerms>,
    /// What people said.
    pub comments: Vec<Comment>,
    /// Every entry about this case, in order.
    pub entries: Vec<u64>,
}

impl Case {
    /// The digest that names this revision under `catalogue`: what approvers bind their votes to.
    ///
    /// SHA-256 of the JSON of case number, revision, terms, evidence digests and catalogue digest.
    /// Texts are not in it: each revision has its own number and its own entry, which commits to them.
    pub fn digest(&self, catalogue: Digest) -> Digest {
        let evidence: Vec<Digest> = self.evidence.iter().map(|evidence| evidence.digest).collect();
        let mut seen = serde_json::json!({
            "case": self.id,
            "revision": self.revision,
            "terms": self.terms,
            "evidence": evidence,
            "catalogue": catalogue,
        });
        // Keys are sorted whatever features another crate asks of serde_json.
        seen.sort_all_objects();
        Digest::of(seen.to_string().as_bytes())
    }

    /// The status word for people: one of eight in the product, these are the ones a spine needs.
    pub fn status(&self) -> CaseStatus {
        match &self.stage {
            Stage::Draft => CaseStatus::Draft,
            Stage::Returned { .. } => CaseStatus::NeedsInformation,
            Stage::Deciding(_) => CaseStatus::Deciding,
            Stage::Withdrawn => CaseStatus::Withdrawn,
            Stage::Decided(decision) => match decision.outcome {
                Outcome::Approved | Outcome::ApprovedWithConditions => CaseStatus::Approved,
                Outcome::Denied => CaseStatus::Denied,
            },
        }
    }
}

/// The visible status of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Being written.
    Draft,
    /// Sent back with a question.
    NeedsInformation,
    /// Waiting for votes.
    Deciding,
    /// Granted; the exception has a life of its own.
    Approved,
    /// Not granted.
    Denied,
    /// Taken back.
    Withdrawn,
}

impl CaseStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::NeedsInformation, Self::Deciding, Self::Approved, Self::Denied, Self::Withdrawn];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::NeedsInformation => "needs_information",
            Self::Deciding => "deciding",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::NeedsInformation => "Needs information",
            Self::Deciding => "Deciding",
            Self::Approved => "Approved",
            Self::Denied => "Denied",
            Self::Withdrawn => "Withdrawn",
        }
    }
}
