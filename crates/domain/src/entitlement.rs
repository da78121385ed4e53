//! Entitlements: rights to use a product, in a metric, in a quantity, for a time.
//!
//! How demand consumes them is the business of `position`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AgreementId, EntitlementId, ImportId, ProductId};
use crate::money::Money;
use crate::observation::Environment;

pub use crate::metric::Metric;

/// How much a right gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// So many units.
    Units(u64),
    /// As many as there are (a site licence).
    Unlimited,
}

impl Quantity {
    /// The units, or `None` where there is no limit.
    pub fn units(self) -> Option<u64> {
        match self {
            Self::Units(units) => Some(units),
            Self::Unlimited => None,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Units(units) => write!(f, "{units}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// The terms of a right, apart from what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// What one unit licenses.
    pub metric: Metric,
    /// How many units.
    pub quantity: Quantity,
    /// First day of validity; `None` is since ever.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// Last day of validity, inclusive; `None` is for ever.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// Environments that need no licence under this right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt_environments: Vec<Environment>,
    /// Whether a person's second device is free (device metric only).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secondary_use: bool,
    /// Price of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
}

impl Right {
    /// Whether the right is valid on `day`; both ends count.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.starts_on.is_none_or(|start| start <= day) && self.ends_on.is_none_or(|end| day <= end)
    }
}

/// A recorded right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Its number.
    pub id: EntitlementId,
    /// What it licenses.
    pub product: ProductId,
    /// Its terms.
    pub right: Right,
    /// The agreement under which it was bought.
    pub agreement: Option<AgreementId>,
    /// Purchase order or other reference of the buyer.
    pub purchase_reference: Option<String>,
    /// The import that brought it, where one did.
    pub import: Option<ImportId>,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// The day from which it no longer counts, where it was retired.
    pub retired_on: Option<Date>,
}

impl Entitlement {
    /// Whether it counts on `day`: valid and not retired.
    pub fn counts_on(&self, day: Date) -> bool {
        self.right.is_valid_on(day) && self.retired_on.is_none_or(|retired| day < retired)
    }
}
