//! Positions, checks and the queue of titles, read from one snapshot; and the types that they are made of.
//!
//! The arithmetic is in `position`.

use domain::State;
use domain::entitlement::Quantity;
use domain::grant::Grant;
use domain::id::{EntitlementId, ProductId};
use jiff::Timestamp;
use jiff::civil::Date;
pub use position::check::{Action, Answer, Facts, Question, Reason, Remedy};
pub use position::{
    Amount, DeviceFacts, DeviceIndex, Evidence, Explanation, Freshness, InstalledTitle, KnownEntry, Layer, Line,
    QueueEntry, Range, Recognition, Row, RowKind, SourceReport, Step, Suggestion, Supply, SupplySource, TitleFacts,
    of_shortage,
};

use crate::snapshot::Snapshot;

/// A product's line without an exception and with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Without.
    pub before: Line,
    /// With.
    pub after: Line,
}

impl Snapshot {
    /// The position of one product at `at`; `None` where there is no such product.
    pub fn line(&self, product: ProductId, at: Timestamp) -> Option<Line> {
        position::line(&self.state, &self.base, product, at)
    }

    /// The rows behind a number of a product's line; their units sum to it.
    pub fn rows(&self, product: ProductId, kind: RowKind, at: Timestamp) -> Vec<Row> {
        position::rows(&self.state, &self.base, product, kind, at)
    }

    /// The titles that no rule recognises, most devices first.
    pub fn unrecognised(&self) -> Vec<QueueEntry> {
        position::unrecognised(&self.state, &self.base)
    }

    /// Known software without a product, on most devices first.
    pub fn known(&self) -> Vec<KnownEntry> {
        position::known(&self.state, &self.base)
    }

    /// The intent that records a product for each of these keys of known software, in its usual metric.
    /// An unknown key, or one that needs no licence, comes back as the error.
    pub fn adoption(&self, keys: &[String]) -> Result<domain::command::Intent, String> {
        let known = |key: &String| {
            let software = self.base.catalogue().with_key(key).ok_or_else(|| key.clone())?;
            Ok(domain::product::KnownSoftware {
                catalogue_key: key.clone(),
                name: software.name.clone(),
                publisher: software.publisher.clone(),
                metric: software.metric.ok_or_else(|| key.clone())?,
            })
        };
        let software = keys.iter().map(known).collect::<Result<_, String>>()?;
        Ok(domain::command::Intent::AdoptSoftware { software })
    }

    /// Whether more of a product may be used.
    pub fn check(&self, question: &Question) -> Answer {
        position::check::answer(&self.state, &self.base, question)
    }

    /// What an exception does to the line of its product at `at`, whether it is recorded yet or not.
    pub fn effect(&self, grant: &Grant, at: Timestamp) -> Option<Effect> {
        let line_with = |change: &dyn Fn(&mut State)| {
            let mut state = self.state.clone();
            change(&mut state);
            let mut base = self.base.clone();
            base.follow(&state);
            position::line(&state, &base, grant.terms.product, at)
        };
        let before = line_with(&|state| {
            state.grants.remove(&grant.case);
        })?;
        let after = line_with(&|state| {
            state.grants.insert(grant.case, std::sync::Arc::new(grant.clone()));
        })?;
        Some(Effect { before, after })
    }

    /// What retiring a right from `day` on does to the line of its product at `at`; `None` where there is no such right.
    pub fn effect_of_retirement(&self, entitlement: EntitlementId, day: Date, at: Timestamp) -> Option<Effect> {
        let mut right = self.state.entitlements.get(&entitlement)?.as_ref().clone();
        let product = right.product;
        right.retired_on = Some(day);
        let before = self.line(product, at)?;
        let mut state = self.state.clone();
        state.entitlements.insert(entitlement, std::sync::Arc::new(right));
        let after = position::line(&state, &self.base, product, at)?;
        Some(Effect { before, after })
    }
}

/// A line as one sentence, the same on every face.
pub fn sentence(state: &State, line: &Line) -> String {
    let name =
        state.products.get(&line.product).map_or_else(|| line.product.to_string(), |product| product.name.clone());
    let unit = |count: u64| line.metric.unit(count);
    let owned = match line.entitled {
        Quantity::Unlimited => format!("You may use {name} without limit"),
        Quantity::Units(0) => format!("You own no {} of {name}", unit(0)),
        Quantity::Units(units) => format!("You own {units} {} of {name}", unit(units)),
    };
    let mut sentence = format!("{owned} and use {}", line.consumed);
    if line.covered_by_grants > 0 {
        let grants: Vec<String> = line
            .supplies
            .iter()
            .filter(|supply| matches!(supply.source, SupplySource::Grant(_)) && supply.covers > 0)
            .map(|supply| match supply.ends_on {
                Some(day) => format!("{} until {day}", supply.source),
                None => supply.source.to_string(),
            })
            .collect();
        sentence.push_str(&format!("; {} of them by exception ({})", line.covered_by_grants, grants.join(", ")));
    }
    if line.short > 0 {
        sentence.push_str(&format!("; {} short", line.short));
        if let Some(money) = line.exposure.money {
            sentence.push_str(&format!(", about {money}"));
        }
    } else if let Some(surplus) = line.surplus.filter(|surplus| *surplus > 0) {
        sentence.push_str(&format!("; {surplus} to spare"));
        if let Some(money) = line.saving.money.filter(|money| !money.amount.is_zero()) {
            sentence.push_str(&format!(", worth {money}"));
        }
    }
    sentence.push('.');
    sentence
}
