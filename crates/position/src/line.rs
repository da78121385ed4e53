//! Position lines: a product's demand against its supply, in one metric, with the working.

use domain::State;
use domain::entitlement::{Metric, Quantity};
use domain::id::ProductId;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::base::Base;
use crate::row::RowKind;
use crate::supply::Supply;

/// The position of one product at one instant. All counts are in units of `metric`.
///
/// `consumed = covered_by_entitlements + covered_by_grants + short`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// The metric in which the counts are stated.
    pub metric: Metric,
    /// Units of the rights in this metric that count now; unlimited where any right of the product is.
    pub entitled: Quantity,
    /// Units that need a licence.
    pub consumed: u64,
    /// Units that need none because of their environment.
    pub exempt: u64,
    /// Units that rights cover, of whatever metric.
    pub covered_by_entitlements: u64,
    /// Units that only exceptions cover.
    pub covered_by_grants: u64,
    /// Units that nothing covers.
    pub short: u64,
    /// Units of rights in this metric that nothing uses; `None` where there is no limit.
    pub surplus: Option<u64>,
    /// What the shortage would cost.
    pub exposure: Amount,
    /// What the unused units are worth.
    pub saving: Amount,
    /// Where inputs are missing, between which numbers `consumed` lies.
    pub range: Option<Range>,
    /// How old the reports behind the line are.
    pub freshness: Freshness,
    /// Every right and exception on the product: those that count in the order in which they were used, then the rest.
    pub supplies: Vec<Supply>,
    /// How the numbers were made, step by step.
    pub working: Vec<Step>,
}

/// An amount of money, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// The amount; `None` where it cannot be stated.
    pub money: Option<Money>,
    /// How it was made, or why it cannot be stated, as a sentence.
    pub basis: String,
}

/// Between which numbers the consumption lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The least.
    pub low: u64,
    /// The most, which is what the line counts.
    pub high: u64,
    /// What is missing, as a sentence.
    pub why: String,
}

/// How old the reports behind a line are. A device counts with its latest report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// The day of the oldest.
    pub oldest: Option<Date>,
    /// The day of the newest.
    pub newest: Option<Date>,
    /// Devices whose sources do not say when they looked.
    pub undated: u64,
}

/// One step of a working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is counted.
    pub label: &'static str,
    /// The number or amount.
    pub amount: String,
    /// One plain sentence with the arithmetic.
    pub text: String,
    /// The rows behind the number, where there are any.
    pub rows: Option<RowKind>,
}

/// The position of every product at `at`, in order of number.
pub fn lines(_state: &State, _base: &Base, _at: Timestamp) -> Vec<Line> {
    Vec::new()
}

/// The position of one product at `at`; `None` where there is no such product.
pub fn line(_state: &State, _base: &Base, _product: ProductId, _at: Timestamp) -> Option<Line> {
    None
}
