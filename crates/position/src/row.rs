//! The rows behind a number: exactly as many as the number.

use domain::State;
use domain::id::ProductId;
use domain::observation::{Environment, RawTitle};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::Base;
use crate::estate::DeviceIndex;
use crate::supply::SupplySource;

/// Which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// `consumed`.
    Consumed,
    /// `covered_by_entitlements` and `covered_by_grants` together.
    Covered,
    /// `short`.
    Short,
    /// `exempt`.
    Exempt,
}

/// One unit of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The person, where the metric counts persons and the primary user is known.
    pub person: Option<String>,
    /// The device; the first by name, where a person has several.
    pub device: String,
    /// Its place in the estate.
    pub index: DeviceIndex,
    /// Its environment; `None` where no source states it, which counts as production.
    pub environment: Option<Environment>,
    /// What was found: titles on the device, or on all of the person's devices.
    pub evidence: Vec<Evidence>,
    /// What covers the unit; `None` where nothing does or nothing need.
    pub by: Option<SupplySource>,
}

/// A title that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The device.
    pub device: String,
    /// The title as the source wrote it.
    pub title: RawTitle,
    /// The sources that report it, by name.
    pub sources: Vec<String>,
    /// The last day of use that any source knows.
    pub last_used_on: Option<Date>,
}

/// The rows behind a number of the line of `product`, in order of person and device.
pub fn rows(_state: &State, _base: &Base, _product: ProductId, _kind: RowKind, _at: Timestamp) -> Vec<Row> {
    Vec::new()
}
