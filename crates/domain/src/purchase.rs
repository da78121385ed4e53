//! Purchases: what somebody asks to buy, who approves it within a spend limit, who orders it, and the right it becomes.
//!
//! Three people have a part in it at least: whoever asked does not approve, and whoever approved does not buy.
//! Budgets and surcharges on what is short are here too, since they are about the same money.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{BudgetId, EntitlementId, PersonId, ProductId, PurchaseId};
use crate::money::Money;
use crate::person::Role;
use crate::text::Text;

/// What is to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseTerms {
    /// The product.
    pub product: ProductId,
    /// Units of its metric.
    pub quantity: u64,
    /// What a unit is expected to cost.
    pub unit_price: Money,
    /// Whose money it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
}

impl PurchaseTerms {
    /// What it costs; `None` where that is too large to be stated.
    pub fn total(&self) -> Option<Money> {
        self.unit_price.times(self.quantity)
    }
}

/// Somebody's part in a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub note: Text,
}

/// An order that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The number of the order.
    pub reference: String,
}

/// How a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    /// Asked for.
    Requested,
    /// May be ordered.
    Approved,
    /// On its way.
    Ordered,
    /// A right by now.
    Received,
    /// Not to be bought.
    Refused,
    /// Taken back by whoever asked.
    Withdrawn,
}

impl PurchaseStatus {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Requested, Self::Approved, Self::Ordered, Self::Received, Self::Refused, Self::Withdrawn];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Ordered => "ordered",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Requested => "Requested",
            Self::Approved => "Approved",
            Self::Ordered => "Ordered",
            Self::Received => "Received",
            Self::Refused => "Refused",
            Self::Withdrawn => "Withdrawn",
        }
    }
}

/// A recorded purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Its number.
    pub id: PurchaseId,
    /// What.
    pub terms: PurchaseTerms,
    /// Why.
    pub reason: Text,
    /// Who asked.
    pub requester: PersonId,
    /// When.
    pub requested_at: Timestamp,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// Who approved it.
    pub approved: Option<Part>,
    /// Who refused it.
    pub refused: Option<Part>,
    /// How it was ordered.
    pub ordered: Option<Ordered>,
    /// The right that it became.
    pub received: Option<EntitlementId>,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

impl Purchase {
    /// How it stands.
    pub fn status(&self) -> PurchaseStatus {
        if self.withdrawn {
            PurchaseStatus::Withdrawn
        } else if self.refused.is_some() {
            PurchaseStatus::Refused
        } else if self.received.is_some() {
            PurchaseStatus::Received
        } else if self.ordered.is_some() {
            PurchaseStatus::Ordered
        } else if self.approved.is_some() {
            PurchaseStatus::Approved
        } else {
            PurchaseStatus::Requested
        }
    }

    /// Whether it is approved and not a right yet: what it is for may be deployed, and its money is spoken for.
    pub fn is_authorised(&self) -> bool {
        matches!(self.status(), PurchaseStatus::Approved | PurchaseStatus::Ordered)
    }
}

/// Up to which total somebody of a role approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpendLimit {
    /// The role.
    pub role: Role,
    /// The largest total, inclusive.
    pub amount: Money,
}

/// Money for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetTerms {
    /// The cost centre; `None` is the whole organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// First day.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub starts_on: Date,
    /// Last day, inclusive.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub ends_on: Date,
    /// How much.
    pub amount: Money,
}

/// A recorded budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Its number.
    pub id: BudgetId,
    /// How much, for whom and when.
    pub terms: BudgetTerms,
    /// Who set it.
    pub by: Option<PersonId>,
    /// When it was set like this.
    pub set_at: Timestamp,
}
