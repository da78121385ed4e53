//! Usage over time: sessions of licence managers and readings of meters, by feature, and what they come to for a product.
//!
//! Facts are kept by feature and are a function of the imports that stand, taken in in their order. Which feature is
//! which product is said by the links of a state, so that a link changes nothing that is kept.
//! What is installed is not known here.

mod answer;
mod facts;
mod line;
mod measured;
mod readings;
mod sessions;
mod sweep;
mod view;

pub(crate) use answer::answer;
pub use facts::{FeatureFacts, Usage};
pub(crate) use line::{line, rows};
pub(crate) use measured::work;
pub use sweep::{Interval, Share, Step as LevelStep, highest, peak, steps};
pub use view::{
    DAYS_MAX, DENIALS_TOGETHER_SECONDS, DayPeak, DeniedBy, ENOUGH_PERCENT, Holder, Metered, Overview, overview,
};

/// Whether a product's metric counts use over time, of sessions or readings, rather than what is installed.
pub(crate) fn counts_for(state: &domain::State, product: &domain::product::Product, at: jiff::Timestamp) -> bool {
    use domain::entitlement::Metric;
    match product.metric {
        Metric::Device | Metric::Installation | Metric::NamedUser => false,
        Metric::Library(_) | Metric::Custom(_) => crate::metrics::definition(state, product.metric, at)
            .is_some_and(|definition| measured::Rule::of(definition).is_some()),
    }
}
