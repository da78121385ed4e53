//! Metrics: the library and the organisation's own, as read from one snapshot; what a new definition would change.
//!
//! What a definition may say is in `domain`, what it comes to in `position`.

use std::sync::Arc;

use domain::State;
use domain::command::Intent;
use domain::entitlement::Metric;
use domain::id::{MetricId, ProductId};
use domain::metric::{CustomMetric, Definition, MetricVersion};
use jiff::Timestamp;
pub use position::metrics::trial::Trial;
pub use position::metrics::{
    DEFINITION_BYTES_MAX, Worked, definition, library, library_title, lint, read, work, write,
};

use crate::failure::Failure;
use crate::snapshot::Snapshot;

/// What a definition changes in the line of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The product.
    pub product: ProductId,
    /// Units used and short before.
    pub before: (u64, u64),
    /// Units used and short after.
    pub after: (u64, u64),
}

/// Reads a definition and everything that is wrong with it, as one list of sentences.
pub fn checked(text: &str) -> Result<Definition, Vec<String>> {
    let definition = read(text).map_err(|problem| vec![problem])?;
    let faults: Vec<String> =
        lint(&definition).into_iter().map(|fault| format!("{}: {}", fault.place, fault.problem)).collect();
    if faults.is_empty() { Ok(definition) } else { Err(faults) }
}

/// The intent to record a definition, or everything that has to be mended first.
pub fn defining(text: &str) -> Result<Intent, Failure> {
    let definition = checked(text).map_err(|problems| {
        Failure::Refused(domain::Refusal::Field { field: "definition", message: problems.join(" ") })
    })?;
    Ok(Intent::DefineMetric { definition: Box::new(definition) })
}

impl Snapshot {
    /// Every metric with its definition at `at`: the plain ones, the library, then the organisation's own.
    pub fn metrics(&self, at: Timestamp) -> Vec<(Metric, &Definition)> {
        let own = self.state.metrics.keys().map(|id| Metric::Custom(*id));
        let of_library: Vec<Metric> = library().map(|(metric, _)| metric).collect();
        let all = of_library.into_iter().chain(own);
        all.filter_map(|metric| Some((metric, definition(&self.state, metric, at)?))).collect()
    }

    /// The metric that a word means: a name of the library, `MET-3`, or the name of one of the organisation's own.
    pub fn metric_called(&self, word: &str) -> Option<Metric> {
        let own = || self.state.metric_named(word).map(|metric| Metric::Custom(metric.id));
        Metric::from_word(word).filter(|metric| self.state.has_metric(*metric)).or_else(own)
    }

    /// The lines that `new` would change at `at`, with their numbers before and after.
    pub fn effect_of_definition(&self, new: &Definition, at: Timestamp) -> Vec<LineChange> {
        let Some(known) = self.state.metric_named(&new.name) else { return Vec::new() };
        let state = with_version(&self.state, known.id, new, at);
        let metric = Metric::Custom(known.id);
        let of_rights = self.state.entitlements.values().filter(|right| right.right.metric == metric);
        let of_products = self.state.products.values().filter(|product| product.metric == metric);
        let products: std::collections::BTreeSet<ProductId> =
            of_rights.map(|right| right.product).chain(of_products.map(|product| product.id)).collect();
        let mut base = self.base.clone();
        base.follow(&state);
        let change = |product: ProductId| {
            let before = self.line(product, at)?;
            let after = position::line(&state, &base, product, at)?;
            let numbers = |line: &position::Line| (line.consumed, line.short);
            let change = LineChange { product, before: numbers(&before), after: numbers(&after) };
            (change.before != change.after).then_some(change)
        };
        products.into_iter().filter_map(change).collect()
    }
}

fn with_version(state: &State, id: MetricId, new: &Definition, at: Timestamp) -> State {
    let mut state = state.clone();
    let mut versions = state.metrics.get(&id).map(|known| known.versions.clone()).unwrap_or_default();
    versions.push(MetricVersion { defined_at: at, recorded_in: state.size, definition: new.clone() });
    state.metrics.insert(id, Arc::new(CustomMetric { id, versions }));
    state
}
