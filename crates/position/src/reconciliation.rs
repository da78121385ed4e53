//! A publisher's statement of what we own beside the rights that are recorded, on one day.
//!
//! Rows and rights are set beside each other by order number, then by agreement, then by product; each comparison keeps
//! the rows and rights that it was made of. Nothing is recorded by comparing. How a file is read is not known here.

mod finding;
mod pairing;
mod products;
mod side;

use std::collections::BTreeSet;

use domain::State;
use domain::entitlement::Entitlement;
use domain::id::{EntitlementId, PartyId, ProductId};
use domain::observation::PublisherStatementRow;
use domain::party::Direction;
use jiff::civil::Date;

use crate::base::Base;
pub use finding::{Finding, FindingKind, Incomparable};
pub use pairing::PairedBy;
pub use side::Side;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The statement, in the order of its file.
    pub rows: &'a [PublisherStatementRow],
    /// Whose statement it is, where somebody says so.
    pub publisher: Option<PartyId>,
    /// The day on which rows and rights have to be in force.
    pub on: Date,
}

/// A statement beside our rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// The day.
    pub on: Date,
    /// Whose rights were looked for: as asked, else as the rows and their products say.
    pub publishers: BTreeSet<PartyId>,
    /// Every comparison, in order of product name.
    pub comparisons: Vec<Comparison>,
    /// Rows of other publishers than the one that was asked for.
    pub of_other_publishers: u64,
    /// Rows that are not in force on the day and answer to no right.
    pub not_in_force: u64,
}

impl Reconciliation {
    /// How many comparisons came to a kind of finding.
    pub fn count(&self, kind: FindingKind) -> usize {
        self.comparisons.iter().filter(|comparison| comparison.has(kind)).count()
    }

    /// How it comes out, as a sentence: `3 of 12 do not agree: different quantity 2, theirs only 1.`
    pub fn summary(&self) -> String {
        let total = self.comparisons.len();
        if total == 0 {
            return "There is nothing to compare: no row is in force, and no right of the publisher.".to_owned();
        }
        if self.agrees() {
            return format!("All agree: {total} of {total}.");
        }
        let kinds = FindingKind::ALL.into_iter().filter(|kind| *kind != FindingKind::Equal);
        let counts: Vec<String> = kinds
            .map(|kind| (kind, self.count(kind)))
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| format!("{} {count}", kind.title().to_lowercase()))
            .collect();
        let differing = total - self.count(FindingKind::Equal);
        format!("{differing} of {total} do not agree: {}.", counts.join(", "))
    }

    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.comparisons.iter().all(|comparison| comparison.has(FindingKind::Equal))
    }
}

/// Rows and rights that speak of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The product, where the rows were recognised as one.
    pub product: Option<ProductId>,
    /// Its name, or what the publisher calls it.
    pub name: String,
    /// By what they were found to be the same; `None` where one side stands alone.
    pub paired_by: Option<PairedBy>,
    /// Places of the rows in the statement, in its order.
    pub rows: Vec<usize>,
    /// The rights, in order of number.
    pub rights: Vec<EntitlementId>,
    /// What the rows come to; `None` where there are none.
    pub theirs: Option<Side>,
    /// What the rights come to; `None` where there are none.
    pub ours: Option<Side>,
    /// What was found, at least one thing.
    pub findings: Vec<Finding>,
}

impl Comparison {
    /// Whether this kind of finding is among its own.
    pub fn has(&self, kind: FindingKind) -> bool {
        self.findings.iter().any(|finding| finding.kind() == kind)
    }
}

/// Sets a statement beside the rights of `state`, whose titles `base` recognises.
///
/// Rows and rights that are in force on the day are paired first. What is left is looked for among rights that ended or
/// have not begun, and rows likewise, so that a renewal which one side does not know is told as a different term.
/// Rights that were retired, and those given to customers, count for nothing.
pub fn reconcile(state: &State, base: &Base, question: &Question<'_>) -> Reconciliation {
    let Question { rows, publisher, on } = *question;
    let products = products::of_rows(state, base, rows);
    let is_ours = |place: usize| {
        let (Some(wanted), Some(row)) = (publisher, rows.get(place)) else { return true };
        let known = products.get(place).and_then(|found| found.product());
        let of_product = known.and_then(|product| state.products.get(&product)?.publisher);
        let stated = || row.publisher.as_ref().and_then(|name| Some(state.party_named(name)?.id));
        of_product.or_else(stated).is_none_or(|publisher| publisher == wanted)
    };
    let (asked, others): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|place| is_ours(*place));
    let rights: Vec<&Entitlement> =
        state.entitlements.values().map(AsRef::as_ref).filter(|right| is_inbound(state, right)).collect();
    let pairs = pairing::pair(&pairing::Sides { state, rows, products: &products, on }, &asked, &rights);
    let publishers = publisher.map_or_else(|| publishers_of(state, rows, &products), |one| BTreeSet::from([one]));
    let is_of_publisher = |product: ProductId| {
        let known = state.products.get(&product).and_then(|product| product.publisher);
        known.is_some_and(|publisher| publishers.contains(&publisher))
    };
    let mut comparisons = Vec::new();
    for group in pairs.groups {
        let alone = group.rows.is_empty();
        if !alone || group.product.is_some_and(is_of_publisher) {
            comparisons.extend(finding::compared(state, rows, &products, group));
        }
    }
    comparisons.sort_by_cached_key(|comparison| {
        (domain::product::folded(&comparison.name), comparison.rows.clone(), comparison.rights.clone())
    });
    let count = |places: &[usize]| u64::try_from(places.len()).unwrap_or(u64::MAX);
    Reconciliation {
        on,
        publishers,
        comparisons,
        of_other_publishers: count(&others),
        not_in_force: count(&pairs.rows_left),
    }
}

/// Whether a right is ours and was not given to a customer.
fn is_inbound(state: &State, right: &Entitlement) -> bool {
    let agreement = right.agreement.and_then(|agreement| state.agreements.get(&agreement));
    agreement.is_none_or(|agreement| match agreement.terms.direction {
        Direction::Inbound => true,
        Direction::Outbound => false,
    })
}

/// The publishers that rows name, and those of the products that they were recognised as.
fn publishers_of(state: &State, rows: &[PublisherStatementRow], products: &[products::Found]) -> BTreeSet<PartyId> {
    let names: BTreeSet<&str> = rows.iter().filter_map(|row| row.publisher.as_deref()).collect();
    let named = names.into_iter().filter_map(|name| Some(state.party_named(name)?.id));
    let recognised: BTreeSet<ProductId> = products.iter().filter_map(|found| found.product()).collect();
    let of_products = recognised.into_iter().filter_map(|product| state.products.get(&product)?.publisher);
    named.chain(of_products).collect()
}
