//! Which product each row of a statement speaks of.

use std::collections::BTreeMap;

use domain::State;
use domain::id::ProductId;
use domain::observation::{PublisherStatementRow, RawTitle};
use domain::product::folded;

use crate::base::{Base, Recognition};

/// What a row was found to speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This product.
    Product(ProductId),
    /// Known software for which no product is recorded.
    NotRecorded,
    /// Software that needs no licence here.
    NeedsNoLicence,
    /// Nothing recognises it.
    Unknown,
}

impl Found {
    /// The product, where it is one.
    pub(super) fn product(self) -> Option<ProductId> {
        match self {
            Self::Product(product) => Some(product),
            Self::NotRecorded | Self::NeedsNoLicence | Self::Unknown => None,
        }
    }
}

type Asked<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// What each row speaks of: its part number where a rule of people or a product has that name, else its name as an
/// import of rights would find it, else its name as a title.
pub(super) fn of_rows(state: &State, base: &Base, rows: &[PublisherStatementRow]) -> Vec<Found> {
    let names = ProductNames::of(state);
    let mut known: BTreeMap<Asked<'_>, Found> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let asked = (row.product.as_str(), row.sku.as_deref(), row.publisher.as_deref());
            *known.entry(asked).or_insert_with(|| found(&names, base, asked))
        })
        .collect()
}

fn found(names: &ProductNames, base: &Base, (name, sku, publisher): Asked<'_>) -> Found {
    let recognised = |name: &str| {
        let title = RawTitle { publisher: publisher.map(str::to_owned), name: name.to_owned(), version: None };
        base.recognition_of(&title)
    };
    if let Some(sku) = sku {
        if let Some(product) = names.find(sku, publisher) {
            return Found::Product(product);
        }
        if let Recognition::Product(product) = recognised(sku) {
            return Found::Product(product);
        }
    }
    if let Some(product) = names.find(name, publisher) {
        return Found::Product(product);
    }
    match recognised(name) {
        Recognition::Product(product) => Found::Product(product),
        Recognition::Known(_) => Found::NotRecorded,
        Recognition::NeedsNoLicence => Found::NeedsNoLicence,
        Recognition::Unrecognised => Found::Unknown,
    }
}

/// Products by their folded names, each with its publisher's.
struct ProductNames(BTreeMap<String, Vec<(Option<String>, ProductId)>>);

impl ProductNames {
    fn of(state: &State) -> Self {
        let mut names: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for product in state.products.values() {
            let publisher = state.publisher_name(product).map(folded);
            names.entry(folded(&product.name)).or_default().push((publisher, product.id));
        }
        Self(names)
    }

    /// The product of this name: that of the publisher where several have it, and none where that does not tell.
    fn find(&self, name: &str, publisher: Option<&str>) -> Option<ProductId> {
        match self.0.get(&folded(name))?.as_slice() {
            [(_, only)] => Some(*only),
            several => {
                let publisher = folded(publisher?);
                let mut fitting = several.iter().filter(|(known, _)| known.as_deref() == Some(publisher.as_str()));
                let first = fitting.next()?;
                fitting.next().is_none().then_some(first.1)
            }
        }
    }
}
