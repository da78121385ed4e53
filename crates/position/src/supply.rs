//! Supply: the rights and exceptions on a product, which of them count at an instant, and why the others do not.

use domain::entitlement::{Metric, Quantity};
use domain::id::{CaseId, EntitlementId};
use domain::observation::Environment;
use jiff::civil::Date;
use serde::Serialize;

/// Where supply comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplySource {
    /// A right.
    Entitlement(EntitlementId),
    /// An exception.
    Grant(CaseId),
}

/// A right or exception on a product and what it did for the position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Supply {
    /// Which.
    pub source: SupplySource,
    /// What one of its units licenses.
    pub metric: Metric,
    /// Its units.
    pub given: Quantity,
    /// The units that are used, in its own metric.
    pub used: u64,
    /// The units of the line that it covers.
    pub covers: u64,
    /// The only environment where it holds (exceptions).
    pub environment: Option<Environment>,
    /// Its last day, inclusive.
    pub ends_on: Option<Date>,
    /// Why it does not count, as a sentence; `None` where it does.
    pub why_not: Option<String>,
}
