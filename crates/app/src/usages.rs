//! Usage: what is known of it.
//!
//! Reading the files is for `importers`, bringing them in for [`crate::imports`], what they come to for `position`.

use std::sync::Arc;

use domain::entitlement::Quantity;
use domain::id::ProductId;
use domain::import::Import;
use domain::usage::{Feature, UsageReport};
pub use importers::UsageFormat;
use jiff::Timestamp;
use jiff::civil::Date;
use position::Base;
pub use position::usage::{DayPeak, DeniedBy, Holder, Metered, Overview};

use crate::failure::Failure;
use crate::imports::length;
use crate::snapshot::Snapshot;

/// Days of usage that are shown where nobody says how many.
pub const DAYS_SHOWN: u32 = 30;

/// Takes in the stored reports of an import.
pub(crate) fn take_stored(base: &mut Base, ledger: &store::Snapshot, import: &Import) -> Result<(), Failure> {
    ledger.reports(import.id.0, |ordinal, body| {
        let report: UsageReport = serde_json::from_slice(&body)
            .map_err(|error| Failure::Damaged(format!("report {ordinal} of {}: {error}", import.id)))?;
        base.take_usage(&import.source, import.id, &report);
        Ok::<(), Failure>(())
    })
}

/// A feature with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFeature {
    /// The feature as a source writes it.
    pub feature: Feature,
    /// What the source calls it for people.
    pub label: Option<String>,
    /// The product that its use is.
    pub product: Option<ProductId>,
    /// Sessions that are known.
    pub sessions: u64,
    /// Denials that are known.
    pub denials: u64,
    /// Readings that are known.
    pub readings: u64,
    /// When it was first and last used.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// The last day that a reading tells of.
    pub read_until: Option<Date>,
}

/// A product whose metric counts usage, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedProduct {
    /// The product.
    pub product: ProductId,
    /// Its line.
    pub line: position::Line,
    /// Features that are linked to it and known.
    pub features: u64,
}

impl Snapshot {
    /// Every feature that any source tells of: those without a product first, those with most facts before others.
    pub fn features(&self) -> Vec<KnownFeature> {
        let instant = |second: i64| Timestamp::from_second(second).ok();
        let known = |facts: &Arc<position::usage::FeatureFacts>| KnownFeature {
            feature: facts.feature.clone(),
            label: facts.label.clone(),
            product: self.state.product_of_feature(&facts.feature),
            sessions: facts.session_count(),
            denials: facts.denial_count(),
            readings: facts.reading_count(),
            read_until: facts.read_until(),
            seen: facts.seen().and_then(|(first, last)| Some((instant(first)?, instant(last)?))),
        };
        let mut features: Vec<KnownFeature> = self.base.usage().features().map(known).collect();
        let facts = |known: &KnownFeature| known.sessions + known.denials + known.readings;
        features.sort_by(|one, other| {
            (one.product.is_some(), facts(other), &one.feature).cmp(&(
                other.product.is_some(),
                facts(one),
                &other.feature,
            ))
        });
        features
    }

    /// What is shown of a product's usage at `at`, of so many days; `None` where its metric counts what is installed.
    pub fn usage_of(&self, product: ProductId, at: Timestamp, days: u32) -> Option<Overview> {
        position::usage::overview(&self.state, &self.base, product, at, days)
    }

    /// Whether the metric of a product counts usage at `at`.
    pub fn counts_usage(&self, product: ProductId, at: Timestamp) -> bool {
        let known = self.state.products.get(&product);
        known
            .and_then(|known| position::metrics::definition(&self.state, known.metric, at))
            .is_some_and(domain::metric::Definition::is_of_usage)
    }

    /// The products whose metric counts usage, in order of name.
    pub fn used_products(&self, at: Timestamp) -> Vec<UsedProduct> {
        let counting = self.state.products.keys().filter(|product| self.counts_usage(**product, at));
        let used = counting.filter_map(|product| {
            Some(UsedProduct {
                product: *product,
                line: self.line(*product, at)?,
                features: length(&self.base.usage().features_of(&self.state, *product)),
            })
        });
        let mut used: Vec<UsedProduct> = used.collect();
        used.sort_by_key(|used| domain::product::folded(&self.state.product_name(used.product)));
        used
    }
}

/// What an overview comes to, as one sentence.
pub fn sentence(overview: &Overview, days: u32) -> String {
    let mut sentence = match (overview.metered, overview.peak) {
        (Some(Metered { units, from: Some(from), until, .. }), _) => format!("{units} used from {from} to {until}"),
        (Some(Metered { units, from: None, until, .. }), _) => format!("{units} used until {until}"),
        (None, 0) => format!("Nothing was in use in the last {days} days"),
        (None, peak) => format!("At most {peak} in use at once in the last {days} days"),
    };
    match (overview.enough, overview.entitled) {
        (Some(enough), Quantity::Units(entitled)) if overview.peak > 0 => {
            sentence.push_str(&format!(
                "; {enough} would have been enough for {} per cent of the time, and rights give {entitled}",
                position::usage::ENOUGH_PERCENT
            ));
        }
        (None | Some(_), Quantity::Units(entitled)) => sentence.push_str(&format!("; rights give {entitled}")),
        (None | Some(_), Quantity::Unlimited) => sentence.push_str("; a right sets no limit"),
    }
    match overview.denials {
        0 => {}
        1 => sentence.push_str("; 1 request was denied"),
        denials => sentence.push_str(&format!("; {denials} requests were denied")),
    }
    sentence.push('.');
    sentence
}
