//! Reclaim waves: holders of software that seems not to be needed are asked, somebody decides, and what was decided
//! counts once the installation is gone.
//!
//! Which installations are candidates is worked out from a snapshot elsewhere. Silence decides nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::{LegalHoldId, PersonId, ProductId, WaveId};
use crate::money::Money;
use crate::product::folded;
use crate::source::DeviceMark;
use crate::text::Text;

/// Why installations are candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReclaimBasis {
    /// They were last used more than so many days ago.
    Dormant {
        /// Days without use.
        days: u32,
    },
    /// Nothing covers them.
    Uncovered,
    /// Their users have left.
    Leavers,
}

impl ReclaimBasis {
    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dormant { .. } => "dormant",
            Self::Uncovered => "uncovered",
            Self::Leavers => "leavers",
        }
    }

    /// In words: `last used more than 90 days ago`.
    pub fn sentence(self) -> String {
        match self {
            Self::Dormant { days: 1 } => "last used more than 1 day ago".to_owned(),
            Self::Dormant { days } => format!("last used more than {days} days ago"),
            Self::Uncovered => "not covered by any right or exception".to_owned(),
            Self::Leavers => "with people who have left".to_owned(),
        }
    }
}

/// What a wave is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaveTerms {
    /// The product.
    pub product: ProductId,
    /// Why its installations are candidates.
    pub basis: ReclaimBasis,
    /// The last day on which a holder can answer, inclusive.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub answer_by: Date,
    /// What a unit is worth, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
}

/// An installation, or all of one person's, whose holder is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// What the ledger calls the devices.
    pub devices: Vec<DeviceMark>,
    /// The device's name; the first, where there are several.
    pub device_name: Text,
    /// The holder as devices name them, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Text>,
    /// What the ledger calls the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_mark: Option<Digest>,
    /// The last day of use that any source knows.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub last_used_on: Option<Date>,
    /// Units that it uses.
    pub units: u64,
}

/// What the ledger calls a holder: a digest of the folded name, since names stay beside the ledger.
pub fn holder_mark(name: &str) -> Digest {
    // SHA-256("indult/holder/v1\n" ‖ the name, folded)
    Digest::of(format!("indult/holder/v1\n{}", folded(name)).as_bytes())
}

/// What a holder answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderAnswer {
    /// It is needed.
    Keep,
    /// It can go.
    Release,
}

/// What is decided about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReclaimChoice {
    /// It stays.
    Keep,
    /// It is to be removed.
    Reclaim,
}

/// An answer that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What.
    pub answer: HolderAnswer,
    /// Why; always there where it is kept.
    pub reason: Option<Text>,
    /// When.
    pub at: Timestamp,
}

/// A decision about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReclaimDecision {
    /// What.
    pub choice: ReclaimChoice,
    /// Why.
    pub reason: Text,
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// One item of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveItem {
    /// What it is.
    pub candidate: Candidate,
    /// Digest of the secret in the link by which its holder answers.
    pub link: Digest,
    /// What the holder answered last.
    pub answered: Option<Answered>,
    /// What was decided last.
    pub decision: Option<ReclaimDecision>,
    /// When it was found to be gone from every one of its devices.
    pub confirmed_at: Option<Timestamp>,
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// The holder has been asked and has time.
    Asked,
    /// The holder said nothing, and the time is over.
    Silent,
    /// The holder wants to keep it.
    WantsToKeep,
    /// The holder lets it go.
    Released,
    /// It stays.
    Kept,
    /// It is to be removed and is still there.
    ToBeRemoved,
    /// It was removed.
    Removed,
}

impl ItemStatus {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Asked, Self::Silent, Self::WantsToKeep, Self::Released, Self::Kept, Self::ToBeRemoved, Self::Removed];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Silent => "silent",
            Self::WantsToKeep => "wants_to_keep",
            Self::Released => "released",
            Self::Kept => "kept",
            Self::ToBeRemoved => "to_be_removed",
            Self::Removed => "removed",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Asked => "Asked",
            Self::Silent => "No answer",
            Self::WantsToKeep => "Wants to keep it",
            Self::Released => "Lets it go",
            Self::Kept => "Kept",
            Self::ToBeRemoved => "To be removed",
            Self::Removed => "Removed",
        }
    }
}

/// A recorded wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Its number.
    pub id: WaveId,
    /// What it is about.
    pub terms: WaveTerms,
    /// Its items, in order; people count them from 1.
    pub items: Vec<WaveItem>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who opened it.
    pub by: Option<PersonId>,
    /// Whether it was closed: nothing more is asked or decided.
    pub closed: bool,
}

impl Wave {
    /// How an item stands on `day`.
    pub fn status(&self, item: &WaveItem, day: Date) -> ItemStatus {
        if let Some(decision) = &item.decision {
            return match (decision.choice, item.confirmed_at) {
                (ReclaimChoice::Keep, _) => ItemStatus::Kept,
                (ReclaimChoice::Reclaim, None) => ItemStatus::ToBeRemoved,
                (ReclaimChoice::Reclaim, Some(_)) => ItemStatus::Removed,
            };
        }
        match &item.answered {
            Some(answered) => match answered.answer {
                HolderAnswer::Keep => ItemStatus::WantsToKeep,
                HolderAnswer::Release => ItemStatus::Released,
            },
            None if day <= self.terms.answer_by => ItemStatus::Asked,
            None => ItemStatus::Silent,
        }
    }
}

/// What is under a legal hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldSubject {
    /// A device.
    Device(DeviceMark),
    /// Everything of a holder.
    Holder(Digest),
}

/// A legal hold: nothing of it is reclaimed, because it may be evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Its number.
    pub id: LegalHoldId,
    /// What.
    pub subject: HoldSubject,
    /// The name of the device or holder.
    pub name: Text,
    /// Why.
    pub reason: Text,
    /// Who set it.
    pub by: Option<PersonId>,
    /// When.
    pub set_at: Timestamp,
    /// Who lifted it and when, where somebody did.
    pub lifted: Option<(Option<PersonId>, Timestamp)>,
}

impl LegalHold {
    /// Whether it holds what a candidate is.
    pub fn holds(&self, candidate: &Candidate) -> bool {
        self.lifted.is_none()
            && match self.subject {
                HoldSubject::Device(device) => candidate.devices.contains(&device),
                HoldSubject::Holder(holder) => candidate.holder_mark == Some(holder),
            }
    }
}
