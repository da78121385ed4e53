//! Scenarios: named assumptions over the position, one sentence each.
//!
//! A sentence is the form in which an assumption is typed, sent and recorded; how it is read and printed is in
//! `scenario::wording`. What would follow from it is for `position` to reckon.

mod wording;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::id::{EntitlementId, PersonId, ProductId, ScenarioId};
use crate::money::Money;
use crate::text::Text;

pub use wording::NotAnAssumption;

/// Assumptions of one scenario: more are not read side by side.
pub const ASSUMPTIONS_MAX: usize = 50;
/// Persons or devices of one assumption, each of which is reckoned with as a device of its own.
pub const DEVICES_MAX: u64 = 10_000;
/// Scenarios that are kept and not retired.
pub const SCENARIOS_MAX: usize = 200;

/// What is assumed of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioTerms {
    /// What it is called.
    pub name: String,
    /// What is assumed, in the order in which it is applied.
    pub assumptions: Vec<Assumption>,
}

/// A recorded scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its number.
    pub id: ScenarioId,
    /// What is assumed.
    pub terms: ScenarioTerms,
    /// Why it is asked.
    pub reason: Text,
    /// Who recorded it.
    pub owner: PersonId,
    /// When.
    pub recorded_at: Timestamp,
    /// When it was changed last, where it was.
    pub changed_at: Option<Timestamp>,
    /// Whether it was retired.
    pub retired: bool,
}

/// How many of what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// So many devices.
    Devices(u64),
    /// So many of a hundred, rounded half up.
    Percent(u32),
}

/// What becomes of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// One unit costs so much.
    Fixed(Money),
    /// It rises by so many per cent; less than nothing is a fall.
    Percent(Decimal),
}

/// Whose devices, and with what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Staffing {
    /// How many persons, each with one device.
    pub persons: u64,
    /// The business unit with its parts; `None` is the whole organisation.
    pub unit: Option<String>,
    /// What each has; empty is what the unit's devices have on average.
    pub products: BTreeSet<ProductId>,
}

/// What a machine is assumed to be. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// Processors.
    pub processors: Option<u32>,
    /// Cores of all processors together.
    pub cores: Option<u32>,
    /// Virtual processors.
    pub virtual_processors: Option<u32>,
    /// The host on which it runs as a virtual machine from now on.
    pub host: Option<String>,
    /// Its cluster.
    pub cluster: Option<String>,
}

/// One assumption. Days are included; without a last day it holds for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(missing_docs, reason = "the fields are named as what they hold")]
pub enum Assumption {
    /// Persons are hired, each with a device.
    Hire { staffing: Staffing, from: Date, until: Option<Date> },
    /// Persons leave, and what they had is removed.
    Leave { staffing: Staffing, from: Date },
    /// A project puts a product on further devices.
    Project { devices: u64, product: ProductId, from: Date, until: Option<Date> },
    /// One product is replaced by another.
    Migrate { part: Part, product: ProductId, to: ProductId, from: Date },
    /// The rights of a product cost something else.
    Price { product: ProductId, change: PriceChange, from: Date },
    /// From so many units on, every unit costs so much.
    Tier { product: ProductId, units: u64, price: Money, from: Date },
    /// A suite is bought and the rights of its parts end the day before.
    Bundle { units: u64, suite: ProductId, parts: BTreeSet<ProductId>, price: Money, from: Date, until: Option<Date> },
    /// Rights are bought.
    Buy { units: u64, product: ProductId, price: Option<Money>, from: Date, until: Option<Date> },
    /// A right ends, or is not renewed.
    End { entitlement: EntitlementId, on: Date },
    /// A right goes on, perhaps at another price.
    Renew { entitlement: EntitlementId, until: Date, price: Option<Money> },
    /// A machine becomes another, or a virtual one.
    Machine { device: String, facts: MachineFacts, from: Date },
    /// A host is added.
    Host { name: String, facts: MachineFacts, from: Date },
    /// A machine is taken away with what it holds, and out of its cluster.
    Remove { device: String, from: Date },
}

impl Assumption {
    /// The days on which something changes by it.
    pub fn days(&self) -> Vec<Date> {
        let after = |day: Option<Date>| day.and_then(|day| day.tomorrow().ok());
        match self {
            Self::Hire { from, until, .. }
            | Self::Project { from, until, .. }
            | Self::Bundle { from, until, .. }
            | Self::Buy { from, until, .. } => [Some(*from), after(*until)].into_iter().flatten().collect(),
            Self::Leave { from, .. }
            | Self::Migrate { from, .. }
            | Self::Price { from, .. }
            | Self::Tier { from, .. }
            | Self::Machine { from, .. }
            | Self::Host { from, .. }
            | Self::Remove { from, .. } => vec![*from],
            Self::End { on, .. } => after(Some(*on)).into_iter().collect(),
            Self::Renew { until, .. } => after(Some(*until)).into_iter().collect(),
        }
    }

    /// The first and the last day, where it has both.
    pub fn span(&self) -> Option<(Date, Date)> {
        match self {
            Self::Hire { from, until, .. }
            | Self::Project { from, until, .. }
            | Self::Bundle { from, until, .. }
            | Self::Buy { from, until, .. } => Some((*from, (*until)?)),
            Self::Leave { .. }
            | Self::Migrate { .. }
            | Self::Price { .. }
            | Self::Tier { .. }
            | Self::End { .. }
            | Self::Renew { .. }
            | Self::Machine { .. }
            | Self::Host { .. }
            | Self::Remove { .. } => None,
        }
    }

    /// The products that it names.
    pub fn products(&self) -> BTreeSet<ProductId> {
        match self {
            Self::Hire { staffing, .. } | Self::Leave { staffing, .. } => staffing.products.clone(),
            Self::Project { product, .. }
            | Self::Price { product, .. }
            | Self::Tier { product, .. }
            | Self::Buy { product, .. } => [*product].into(),
            Self::Migrate { product, to, .. } => [*product, *to].into(),
            Self::Bundle { suite, parts, .. } => parts.iter().copied().chain([*suite]).collect(),
            Self::End { .. } | Self::Renew { .. } | Self::Machine { .. } | Self::Host { .. } | Self::Remove { .. } => {
                BTreeSet::new()
            }
        }
    }

    /// The devices or units that it counts.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Hire { staffing, .. } | Self::Leave { staffing, .. } => Some(staffing.persons),
            Self::Project { devices, .. } | Self::Migrate { part: Part::Devices(devices), .. } => Some(*devices),
            Self::Migrate { .. }
            | Self::Price { .. }
            | Self::Tier { .. }
            | Self::Bundle { .. }
            | Self::Buy { .. }
            | Self::End { .. }
            | Self::Renew { .. }
            | Self::Machine { .. }
            | Self::Host { .. }
            | Self::Remove { .. } => None,
        }
    }

    /// The units of a right that it names.
    pub fn units(&self) -> Option<u64> {
        match self {
            Self::Tier { units, .. } | Self::Bundle { units, .. } | Self::Buy { units, .. } => Some(*units),
            Self::Hire { .. }
            | Self::Leave { .. }
            | Self::Project { .. }
            | Self::Migrate { .. }
            | Self::Price { .. }
            | Self::End { .. }
            | Self::Renew { .. }
            | Self::Machine { .. }
            | Self::Host { .. }
            | Self::Remove { .. } => None,
        }
    }

    /// The price that it names.
    pub fn price(&self) -> Option<Money> {
        match self {
            Self::Price { change: PriceChange::Fixed(price), .. }
            | Self::Tier { price, .. }
            | Self::Bundle { price, .. } => Some(*price),
            Self::Buy { price, .. } | Self::Renew { price, .. } => *price,
            Self::Hire { .. }
            | Self::Leave { .. }
            | Self::Project { .. }
            | Self::Migrate { .. }
            | Self::Price { .. }
            | Self::End { .. }
            | Self::Machine { .. }
            | Self::Host { .. }
            | Self::Remove { .. } => None,
        }
    }

    /// The right that it names.
    pub fn entitlement(&self) -> Option<EntitlementId> {
        match self {
            Self::End { entitlement, .. } | Self::Renew { entitlement, .. } => Some(*entitlement),
            Self::Hire { .. }
            | Self::Leave { .. }
            | Self::Project { .. }
            | Self::Migrate { .. }
            | Self::Price { .. }
            | Self::Tier { .. }
            | Self::Bundle { .. }
            | Self::Buy { .. }
            | Self::Machine { .. }
            | Self::Host { .. }
            | Self::Remove { .. } => None,
        }
    }
}
