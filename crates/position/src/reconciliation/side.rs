//! What the rows, or the rights, of a comparison come to.

use std::collections::BTreeSet;

use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::observation::{PublisherStatementRow, StatedMetric};
use jiff::civil::Date;

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// All units together.
    pub quantity: Quantity,
    /// The metrics that are known; empty where rows say none.
    pub metrics: BTreeSet<Metric>,
    /// Every first day; `None` is since ever, or not stated.
    pub starts_on: BTreeSet<Option<Date>>,
    /// Every last day; `None` is for ever, or not stated.
    pub ends_on: BTreeSet<Option<Date>>,
    /// Every last day of maintenance; `None` is no maintenance, or not stated.
    pub maintained_until: BTreeSet<Option<Date>>,
}

/// Units together; one without a limit makes the sum unlimited.
pub(super) fn units(quantities: impl IntoIterator<Item = Quantity>) -> Quantity {
    quantities.into_iter().fold(Quantity::Units(0), |sum, more| match (sum, more) {
        (Quantity::Units(sum), Quantity::Units(more)) => Quantity::Units(sum.saturating_add(more)),
        (Quantity::Unlimited, _) | (_, Quantity::Unlimited) => Quantity::Unlimited,
    })
}

impl Side {
    pub(super) fn of_rows(rows: &[&PublisherStatementRow]) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        let known = |row: &&PublisherStatementRow| match &row.metric {
            Some(StatedMetric::Known(metric)) => Some(*metric),
            Some(StatedMetric::Other(_)) | None => None,
        };
        Some(Self {
            quantity: units(rows.iter().map(|row| row.quantity)),
            metrics: rows.iter().filter_map(known).collect(),
            starts_on: rows.iter().map(|row| row.starts_on).collect(),
            ends_on: rows.iter().map(|row| row.ends_on).collect(),
            maintained_until: rows.iter().map(|row| row.maintained_until).collect(),
        })
    }

    pub(super) fn of_rights(rights: &[&Entitlement]) -> Option<Self> {
        if rights.is_empty() {
            return None;
        }
        let maintained = |right: &&Entitlement| right.right.use_rights.versions.as_ref()?.maintained_until;
        Some(Self {
            quantity: units(rights.iter().map(|right| right.right.quantity)),
            metrics: rights.iter().map(|right| right.right.metric).collect(),
            starts_on: rights.iter().map(|right| right.right.starts_on).collect(),
            ends_on: rights.iter().map(|right| right.right.ends_on).collect(),
            maintained_until: rights.iter().map(maintained).collect(),
        })
    }
}
