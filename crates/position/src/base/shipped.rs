//! What the shipped software catalogue says of the titles of the estate, and which products stand for its software.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::State;
use domain::digest::Digest;
use domain::id::{ProductId, TitleMatchId};
use imbl::OrdMap;
use serde::Serialize;

use super::Recognition;
use crate::column::Column;
use crate::estate::{TitleIndex, TitleKey, Titles};
use crate::recognition::{Reading, Recogniser, RuleIndex, SoftwareCatalogue, SoftwareIndex, shipped};

/// Whose rule recognised a title. Rules of people come before the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A rule that a person made.
    People(TitleMatchId),
    /// The software catalogue that comes with the program.
    #[default]
    Shipped,
}

/// How a title was recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whose rule it is.
    pub layer: Layer,
    /// What the catalogue knows of the software, whoever recognised it.
    pub software: Option<SoftwareIndex>,
    /// What the title says; empty where the catalogue does not know it.
    pub reading: Reading,
    /// The version of the catalogue.
    pub catalogue: Option<Digest>,
}

/// What the catalogue says of every title. A clone is cheap.
#[derive(Debug, Clone, Default)]
pub(super) struct Shipped {
    /// INVARIANT: as long as the titles of the estate.
    rules: Column<Option<RuleIndex>, 256>,
    titles: OrdMap<SoftwareIndex, Arc<Vec<TitleIndex>>>,
    /// The products that are linked to software.
    products: Arc<BTreeMap<SoftwareIndex, ProductId>>,
}

impl Shipped {
    #[expect(clippy::unused_self, reason = "which catalogue is used is for this type to know")]
    pub(super) fn catalogue(&self) -> &'static SoftwareCatalogue {
        shipped()
    }

    fn look_up(&self, title: TitleIndex, titles: &Titles) -> Option<RuleIndex> {
        let key = titles.key(title);
        let recogniser = &mut Recogniser::default();
        self.catalogue().recognise(key.publisher.as_deref(), &key.name, titles.ids(title), recogniser)
    }

    /// Looks up the next title.
    pub(super) fn add(&mut self, title: TitleIndex, titles: &Titles) {
        let rule = self.look_up(title, titles);
        self.rules.push(rule);
        if let Some(rule) = rule {
            let software = self.catalogue().software_index(rule);
            Arc::make_mut(self.titles.entry(software).or_default()).push(title);
        }
    }

    /// Looks up a title again, whose ids changed.
    pub(super) fn again(&mut self, title: TitleIndex, titles: &Titles) {
        let (before, rule) = (*self.rules.get(title), self.look_up(title, titles));
        if before == rule {
            return;
        }
        if let Some(before) = before {
            let software = self.catalogue().software_index(before);
            Arc::make_mut(self.titles.entry(software).or_default()).retain(|other| *other != title);
        }
        if let Some(rule) = rule {
            let software = self.catalogue().software_index(rule);
            Arc::make_mut(self.titles.entry(software).or_default()).push(title);
        }
        self.rules.set(title, rule);
    }

    /// Takes over the links of a state, and returns the titles whose product that may change.
    pub(super) fn follow(&mut self, state: &State) -> Vec<TitleIndex> {
        let catalogue = self.catalogue();
        let recorded = state.catalogue_keys.iter().filter(|(product, _)| state.products.contains_key(*product));
        // A key that this catalogue does not have leaves the product to its other rules.
        let products: BTreeMap<SoftwareIndex, ProductId> =
            recorded.filter_map(|(product, key)| Some((catalogue.index_of(key)?, *product))).collect();
        let before = std::mem::replace(&mut self.products, Arc::new(products));
        let changed = before
            .keys()
            .chain(self.products.keys())
            .filter(|software| before.get(software) != self.products.get(software));
        changed.filter_map(|software| self.titles.get(software)).flat_map(|titles| titles.iter().copied()).collect()
    }

    pub(super) fn recognition(&self, title: TitleIndex) -> Recognition {
        self.meaning(*self.rules.get(title))
    }

    /// What a title is that no report ever had.
    pub(super) fn recognition_of_key(&self, key: &TitleKey) -> Recognition {
        self.meaning(self.by_name(key))
    }

    fn by_name(&self, key: &TitleKey) -> Option<RuleIndex> {
        let recogniser = &mut Recogniser::default();
        self.catalogue().recognise(key.publisher.as_deref(), &key.name, std::iter::empty(), recogniser)
    }

    fn meaning(&self, rule: Option<RuleIndex>) -> Recognition {
        let Some(rule) = rule else { return Recognition::Unrecognised };
        let software = self.catalogue().software_index(rule);
        match self.products.get(&software) {
            Some(product) => Recognition::Product(*product),
            None if self.catalogue().at(software).metric.is_none() => Recognition::NeedsNoLicence,
            None => Recognition::Known(software),
        }
    }

    pub(super) fn explanation(&self, key: &TitleKey, titles: &Titles) -> Option<Explanation> {
        let rule = match titles.with_key(key) {
            Some(title) => *self.rules.get(title),
            None => self.by_name(key),
        }?;
        let catalogue = self.catalogue();
        Some(Explanation {
            layer: Layer::Shipped,
            software: Some(catalogue.software_index(rule)),
            reading: catalogue.reading(rule, &key.name),
            catalogue: Some(catalogue.digest()),
        })
    }
}
