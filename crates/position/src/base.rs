//! The recognised installed base: the estate, and which product each of its titles is.
//!
//! It follows the rules of a state, and keeps the rights and exceptions of each product at hand.
//! What the rules are made of is in `domain`; what follows from rights and exceptions is in `line`.

mod rules;
mod shipped;

use std::iter::Peekable;
use std::sync::Arc;

use domain::State;
use domain::entitlement::Entitlement;
use domain::grant::Grant;
use domain::id::{CaseId, EntitlementId, ImportId, ProductId, TitleMatchId};
use domain::observation::{DeviceReport, RawTitle};
use domain::product::{Product, TitleMatch, TitlePattern};
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use imbl::shared_ptr::DefaultSharedPtr;
use serde::Serialize;

use crate::column::Column;
use crate::demand::holding;
use crate::estate::{Estate, TitleFacts, TitleIndex, TitleKey};
use crate::links::Links;
use crate::recognition::{SoftwareCatalogue, SoftwareIndex};
use crate::usage::Usage;
use rules::Rules;
use shipped::Shipped;
pub use shipped::{Explanation, Layer};

/// What a title is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recognition {
    /// This product.
    Product(ProductId),
    /// Something that needs no licence.
    NeedsNoLicence,
    /// Known software that needs a licence, and no product of the organisation yet.
    Known(SoftwareIndex),
    /// Not yet known; counted as such.
    #[default]
    Unrecognised,
}

/// The rights and exceptions on a product, in order of number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(crate) entitlements: Vec<Arc<Entitlement>>,
    pub(crate) grants: Vec<Arc<Grant>>,
}

/// What is recorded of a product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProductFacts<'a> {
    pub(crate) titles: &'a [TitleIndex],
    pub(crate) held: &'a Held,
}

/// See [`Base::facts_in_order`].
pub(crate) struct FactsInOrder<'a> {
    base: &'a Base,
    state: &'a State,
    /// Whether the base follows the state.
    holds: bool,
    titles: Peekable<imbl::ordmap::Iter<'a, ProductId, Arc<Vec<TitleIndex>>, DefaultSharedPtr>>,
    held: Peekable<imbl::ordmap::Iter<'a, ProductId, Arc<Held>, DefaultSharedPtr>>,
    /// Of the product that was asked for last, where the base follows another state.
    other: Arc<Held>,
}

impl FactsInOrder<'_> {
    /// The facts of `product`, whose number is above all that were asked for before.
    pub(crate) fn of(&mut self, product: ProductId) -> ProductFacts<'_> {
        static NOTHING: Held = Held { entitlements: Vec::new(), grants: Vec::new() };
        while self.titles.next_if(|(other, _)| **other < product).is_some() {}
        let titles = self.titles.peek().filter(|(other, _)| **other == product).map(|(_, titles)| titles.as_slice());
        let titles = titles.unwrap_or_default();
        if !self.holds {
            self.other = self.base.held(self.state, product);
            return ProductFacts { titles, held: &self.other };
        }
        while self.held.next_if(|(other, _)| **other < product).is_some() {}
        let held = self.held.peek().filter(|(other, _)| **other == product);
        ProductFacts { titles, held: held.map_or(&NOTHING, |(_, held)| held) }
    }
}

/// The estate with its titles recognised. A clone is cheap and keeps its instant while the original goes on.
#[derive(Debug, Clone, Default)]
pub struct Base {
    estate: Estate,
    rules: Arc<Rules>,
    /// INVARIANT: as long as the titles of the estate.
    recognitions: Column<Recognition, 256>,
    titles_by_product: OrdMap<ProductId, Arc<Vec<TitleIndex>>>,
    shipped: Shipped,
    held_by_product: OrdMap<ProductId, Arc<Held>>,
    links: Arc<Links>,
    followed: Followed,
    usage: Usage,
}

/// The parts of the state that were followed last.
#[derive(Debug, Clone, Default)]
struct Followed {
    title_matches: OrdMap<TitleMatchId, Arc<TitleMatch>>,
    products: OrdMap<ProductId, Arc<Product>>,
    catalogue_keys: OrdMap<ProductId, Arc<str>>,
    entitlements: OrdMap<EntitlementId, Arc<Entitlement>>,
    grants: OrdMap<CaseId, Arc<Grant>>,
}

impl Base {
    /// A base without devices and rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// `estate`, recognised by the rules of `state`.
    pub fn of(estate: Estate, state: &State) -> Self {
        let mut base = Self { estate, ..Self::default() };
        base.follow(state);
        base
    }

    /// The installed base.
    pub fn estate(&self) -> &Estate {
        &self.estate
    }

    /// What licence managers and meters report.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Takes in a stored report of usage, as [`Usage::take`].
    pub fn take_usage(&mut self, source: &str, import: ImportId, report: &domain::usage::UsageReport) {
        self.usage.take(source, import, report);
    }

    /// Takes in a report, as [`Estate::report`]; titles not seen before are recognised at once.
    pub fn report(&mut self, source: &str, import: ImportId, report: &DeviceReport) {
        self.estate.report(source, import, report);
        self.recognise_new_titles();
    }

    /// Takes over the rules of `state`. To be called after every change of the state; costs next to nothing where
    /// neither rules nor products, rights or exceptions changed.
    pub fn follow(&mut self, state: &State) {
        self.recognise_new_titles();
        let followed = &self.followed;
        if !followed.title_matches.ptr_eq(&state.title_matches)
            || !followed.products.ptr_eq(&state.products)
            || !followed.catalogue_keys.ptr_eq(&state.catalogue_keys)
        {
            self.follow_rules(state);
        }
        if !self.holds(state) {
            self.follow_supply(state);
        }
    }

    fn follow_rules(&mut self, state: &State) {
        let rules = Rules::of(state);
        let mut touched: Vec<TitleIndex> = Vec::new();
        for pattern in rules.changed_from(&self.rules) {
            touched.extend(self.titles_under(pattern));
        }
        touched.extend(self.shipped.follow(state));
        touched.sort_unstable();
        touched.dedup();
        self.rules = Arc::new(rules);
        if self.links_may_differ(state) {
            self.links = Arc::new(Links::of(state));
        }
        for title in touched {
            self.recognise(title);
        }
        self.followed.title_matches = state.title_matches.clone();
        self.followed.products = state.products.clone();
        self.followed.catalogue_keys = state.catalogue_keys.clone();
    }

    /// Whether some product's components changed.
    fn links_may_differ(&self, state: &State) -> bool {
        let suite = |product: Option<&Arc<Product>>| product.and_then(|product| product.suite.clone());
        self.followed.products.diff(&state.products).any(|difference| {
            let (gone, new) = sides(difference);
            suite(gone) != suite(new)
        })
    }

    fn follow_supply(&mut self, state: &State) {
        let Followed { entitlements, grants, .. } = self.followed.clone();
        let mut links_differ = false;
        for difference in entitlements.diff(&state.entitlements) {
            let (gone, new) = sides(difference);
            let lends = |entitlement: Option<&Arc<Entitlement>>| {
                entitlement.is_some_and(|entitlement| !entitlement.right.use_rights.instead_for.is_empty())
            };
            links_differ |= lends(gone) || lends(new);
            if let Some(gone) = gone {
                let held = held_mut(&mut self.held_by_product, gone.product);
                held.entitlements.retain(|entitlement| entitlement.id != gone.id);
            }
            if let Some(new) = new {
                let held = &mut held_mut(&mut self.held_by_product, new.product).entitlements;
                held.insert(held.partition_point(|other| other.id < new.id), new.clone());
            }
        }
        for difference in grants.diff(&state.grants) {
            let (gone, new) = sides(difference);
            if let Some(gone) = gone {
                let held = held_mut(&mut self.held_by_product, gone.terms.product);
                held.grants.retain(|grant| grant.case != gone.case);
            }
            if let Some(new) = new {
                let held = &mut held_mut(&mut self.held_by_product, new.terms.product).grants;
                held.insert(held.partition_point(|other| other.case < new.case), new.clone());
            }
        }
        if links_differ {
            self.links = Arc::new(Links::of(state));
        }
        self.followed.entitlements = state.entitlements.clone();
        self.followed.grants = state.grants.clone();
    }

    fn holds(&self, state: &State) -> bool {
        self.followed.entitlements.ptr_eq(&state.entitlements) && self.followed.grants.ptr_eq(&state.grants)
    }

    /// The rights and exceptions on a product: from the index, or from the state where the base follows another.
    pub(crate) fn held(&self, state: &State, product: ProductId) -> Arc<Held> {
        if self.holds(state) {
            return self.held_by_product.get(&product).cloned().unwrap_or_default();
        }
        Arc::new(Held {
            entitlements: state.entitlements_of(product).cloned().collect(),
            grants: state.grants_of(product).cloned().collect(),
        })
    }

    /// What is recorded of products that are asked for in order of number.
    pub(crate) fn facts_in_order<'a>(&'a self, state: &'a State) -> FactsInOrder<'a> {
        FactsInOrder {
            base: self,
            state,
            holds: self.holds(state),
            titles: self.titles_by_product.iter().peekable(),
            held: self.held_by_product.iter().peekable(),
            other: Arc::default(),
        }
    }

    /// Which products share rights: from the index, or from the state where the base follows another.
    pub(crate) fn links(&self, state: &State) -> Arc<Links> {
        if self.holds(state) && self.followed.products.ptr_eq(&state.products) {
            return self.links.clone();
        }
        Arc::new(Links::of(state))
    }

    /// The titles of the estate that a pattern may speak of.
    fn titles_under(&self, pattern: &TitlePattern) -> Vec<TitleIndex> {
        let name = domain::product::folded(&pattern.name);
        let titles = self.estate.table();
        match name.strip_suffix('*') {
            Some(beginning) => titles.with_beginning(beginning).collect(),
            None => titles.with_beginning(&name).filter(|title| *titles.key(*title).name == *name).collect(),
        }
    }

    fn recognise_new_titles(&mut self) {
        for title in self.recognitions.len()..self.estate.table().len() {
            self.recognitions.push(Recognition::Unrecognised);
            self.shipped.add(title, self.estate.table());
            self.recognise(title);
        }
        for title in self.estate.take_newly_identified() {
            self.shipped.again(title, self.estate.table());
            self.recognise(title);
        }
    }

    fn recognise(&mut self, title: TitleIndex) {
        let said = self.rules.recognise(self.estate.table().key(title));
        let recognition = said.map_or_else(|| self.shipped.recognition(title), |(recognition, _)| recognition);
        let before = *self.recognitions.get(title);
        if before == recognition {
            return;
        }
        if let Recognition::Product(product) = before {
            let titles = titles_mut(&mut self.titles_by_product, product);
            titles.retain(|other| *other != title);
        }
        if let Recognition::Product(product) = recognition {
            let titles = titles_mut(&mut self.titles_by_product, product);
            titles.insert(titles.partition_point(|other| *other < title), title);
        }
        self.recognitions.set(title, recognition);
    }

    /// What a title of the estate is.
    pub(crate) fn recognition_at(&self, title: TitleIndex) -> Recognition {
        *self.recognitions.get(title)
    }

    /// What a title is; one that no report ever had is told by the rules and the catalogue alone.
    pub fn recognition_of(&self, title: &RawTitle) -> Recognition {
        let key = TitleKey::of(title);
        match (self.estate.table().with_key(&key), self.rules.recognise(&key)) {
            (Some(title), _) => *self.recognitions.get(title),
            (None, Some((recognition, _))) => recognition,
            (None, None) => self.shipped.recognition_of_key(&key),
        }
    }

    /// How a title of the estate was recognised; `None` where nothing recognises it.
    pub fn explanation_of(&self, title: &RawTitle) -> Option<Explanation> {
        let key = TitleKey::of(title);
        let shipped = self.shipped.explanation(&key, self.estate.table());
        match self.rules.recognise(&key) {
            Some((_, rule)) => Some(Explanation { layer: Layer::People(rule), ..shipped.unwrap_or_default() }),
            None => shipped,
        }
    }

    /// The catalogue of known software that is in use.
    pub fn catalogue(&self) -> &'static SoftwareCatalogue {
        self.shipped.catalogue()
    }

    /// The installed titles that `pattern` speaks of, most devices first: what a new rule would touch.
    pub fn titles_fitting(&self, pattern: &TitlePattern) -> Vec<(TitleFacts, Recognition)> {
        let titles = self.titles_under(pattern).into_iter().filter_map(|title| {
            let facts = self.estate.title_facts(title)?;
            let raw = RawTitle { publisher: facts.publisher.clone(), name: facts.name.clone(), version: None };
            pattern.fits(&raw).then(|| (facts, *self.recognitions.get(title)))
        });
        let mut titles: Vec<_> = titles.collect();
        titles.sort_by(|(one, _), (other, _)| by_devices(one, other));
        titles
    }

    /// The installed titles that are recognised as `product`, most devices first.
    pub fn titles_of(&self, product: ProductId) -> Vec<TitleFacts> {
        let mut titles: Vec<_> =
            self.title_indexes_of(product).iter().filter_map(|title| self.estate.title_facts(*title)).collect();
        titles.sort_by(by_devices);
        titles
    }

    /// Distinct devices that hold a title that is recognised as `product`.
    pub fn device_count_of(&self, product: ProductId) -> u64 {
        holding(&self.estate, self.title_indexes_of(product)).len()
    }

    /// The titles that are recognised as `product`, whether or not a device holds them.
    pub(crate) fn title_indexes_of(&self, product: ProductId) -> &[TitleIndex] {
        self.titles_by_product.get(&product).map_or(&[], |titles| titles.as_slice())
    }

    /// The titles of every product that has any, in order of number.
    pub(crate) fn titles_by_product(&self) -> impl Iterator<Item = (ProductId, &[TitleIndex])> {
        self.titles_by_product.iter().map(|(product, titles)| (*product, titles.as_slice()))
    }

    /// The installed titles that no rule recognises.
    pub(crate) fn unrecognised_titles(&self) -> impl Iterator<Item = TitleFacts> + '_ {
        let open =
            (0..self.recognitions.len()).filter(|title| *self.recognitions.get(*title) == Recognition::Unrecognised);
        open.filter_map(|title| self.estate.title_facts(title))
    }

    /// The installed titles that are known software without a product, with the software.
    pub(crate) fn known_titles(&self) -> impl Iterator<Item = (TitleIndex, SoftwareIndex)> + '_ {
        (0..self.recognitions.len()).filter_map(|title| match *self.recognitions.get(title) {
            Recognition::Known(software) if !self.estate.table().holders(title).is_empty() => Some((title, software)),
            Recognition::Known(_)
            | Recognition::Product(_)
            | Recognition::NeedsNoLicence
            | Recognition::Unrecognised => None,
        })
    }
}

/// Most devices first, then by name and publisher.
pub(crate) fn by_devices(one: &TitleFacts, other: &TitleFacts) -> std::cmp::Ordering {
    (other.devices, &one.name, &one.publisher).cmp(&(one.devices, &other.name, &other.publisher))
}

fn titles_mut(titles: &mut OrdMap<ProductId, Arc<Vec<TitleIndex>>>, product: ProductId) -> &mut Vec<TitleIndex> {
    Arc::make_mut(entry(titles, product))
}

fn held_mut(held: &mut OrdMap<ProductId, Arc<Held>>, product: ProductId) -> &mut Held {
    Arc::make_mut(entry(held, product))
}

fn entry<T: Clone + Default>(map: &mut OrdMap<ProductId, T>, product: ProductId) -> &mut T {
    map.entry(product).or_default()
}

fn sides<'a, 'b, K, V>(difference: DiffItem<'a, 'b, K, V>) -> (Option<&'a V>, Option<&'b V>) {
    match difference {
        DiffItem::Add(_, new) => (None, Some(new)),
        DiffItem::Update { old: (_, old), new: (_, new) } => (Some(old), Some(new)),
        DiffItem::Remove(_, old) => (Some(old), None),
    }
}
