//! Renewals: agreements that end, by when notice must be given, what they cost and how much of it is used.
//!
//! What is used is the position's answer; here it is only set beside the rights of an agreement.
//! What was planned for an end is in `domain::agreement`.

use domain::State;
use domain::agreement::{Agreement, RenewalChoice};
use domain::entitlement::{Entitlement, Metric, Quantity};
use domain::id::{AgreementId, EntitlementId, ProductId};
use domain::money::{Money, sums};
use domain::party::Direction;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::snapshot::Snapshot;

/// An agreement that ends, where we are the licensee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its last day.
    pub ends_on: Date,
    /// The last day on which notice is in time.
    pub notice_by: Option<Date>,
    /// What its rights cost a term, by currency; rights without a price are in `unpriced`.
    pub cost: Vec<Money>,
    /// Rights under it that state no price.
    pub unpriced: u64,
    /// What the unused units of its rights cost, by currency.
    pub unused_cost: Vec<Money>,
    /// The products that it covers.
    pub products: Vec<RenewalProduct>,
    /// What the numbers speak for.
    pub suggestion: Suggestion,
}

/// A product that an agreement covers, in one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalProduct {
    /// The product.
    pub product: ProductId,
    /// What the units count.
    pub metric: Metric,
    /// Units that the agreement gives.
    pub given: Quantity,
    /// Units of all its rights that nothing uses, as far as this agreement gave them.
    pub unused: u64,
    /// Units that are short with all rights together.
    pub short: u64,
    /// Units that would be short without the agreement.
    pub short_without: u64,
}

/// What the numbers speak for, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What.
    pub choice: RenewalChoice,
    /// Why, as a sentence with the numbers.
    pub why: String,
}

impl Renewal {
    /// The next day on which something is due on or after `today`: notice, else the end.
    pub fn due_on(&self, today: Date) -> Date {
        self.notice_by.filter(|day| today <= *day).unwrap_or(self.ends_on)
    }

    /// Whether the day for notice is behind.
    pub fn notice_is_late(&self, today: Date) -> bool {
        self.notice_by.is_some_and(|day| day < today)
    }
}

/// A right that ends by itself, without an agreement that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndingRight {
    /// The right.
    pub entitlement: EntitlementId,
    /// Its last day.
    pub ends_on: Date,
}

impl Snapshot {
    /// The agreements that end, or whose notice is due, from the day of `at` to `until`; what is due first comes first.
    pub fn renewals(&self, at: Timestamp, until: Date) -> Vec<Renewal> {
        let today = self.state.day(at);
        let inbound = self.state.agreements.values().filter(|known| known.terms.direction == Direction::Inbound);
        let mut renewals: Vec<Renewal> = inbound
            .filter(|known| comes_up(known, today, until))
            .filter_map(|known| self.renewal(known.id, at))
            .collect();
        renewals.sort_by_key(|renewal| (renewal.due_on(today), renewal.agreement));
        renewals
    }

    /// One agreement as a renewal; `None` where there is none, it has no end, or we are the licensor.
    pub fn renewal(&self, agreement: AgreementId, at: Timestamp) -> Option<Renewal> {
        let known = self.state.agreements.get(&agreement)?;
        let ends_on = known.terms.ends_on.filter(|_| known.terms.direction == Direction::Inbound)?;
        let today = self.state.day(at);
        let rights: Vec<&Entitlement> = self
            .state
            .entitlements
            .values()
            .map(AsRef::as_ref)
            .filter(|right| right.agreement == Some(agreement) && right.counts_on(today))
            .collect();
        let products = self.renewal_products(&rights, at);
        let priced =
            rights.iter().filter_map(|right| Some((right, right.right.unit_price?, right.right.quantity.units()?)));
        let cost = sums(priced.filter_map(|(_, price, units)| price.times(units)));
        let unpriced = rights.iter().filter(|right| right.right.unit_price.is_none()).count();
        Some(Renewal {
            agreement,
            ends_on,
            notice_by: known.terms.notice_by(),
            cost,
            unpriced: u64::try_from(unpriced).unwrap_or(u64::MAX),
            unused_cost: sums(products.iter().flat_map(|product| unused_cost(&rights, product))),
            suggestion: suggestion(&self.state, &products),
            products,
        })
    }

    /// The rights of ours that end from the day of `at` to `until` although no agreement of theirs does by then.
    pub fn ending_rights(&self, at: Timestamp, until: Date) -> Vec<EndingRight> {
        let today = self.state.day(at);
        let covered_by_agreement = |right: &Entitlement| {
            let agreement = right.agreement.and_then(|agreement| self.state.agreements.get(&agreement));
            agreement.is_some_and(|known| known.terms.direction == Direction::Outbound || comes_up(known, today, until))
        };
        let rights = self.state.entitlements.values().filter(|right| right.counts_on(today));
        let mut ending: Vec<EndingRight> = rights
            .filter(|right| !covered_by_agreement(right))
            .filter_map(|right| Some(EndingRight { entitlement: right.id, ends_on: right.right.ends_on? }))
            .filter(|right| right.ends_on <= until)
            .collect();
        ending.sort_by_key(|right| (right.ends_on, right.entitlement));
        ending
    }

    /// Each product and metric of some rights, with what is unused and what would be short without them.
    fn renewal_products(&self, rights: &[&Entitlement], at: Timestamp) -> Vec<RenewalProduct> {
        let mut kinds: Vec<(ProductId, Metric)> =
            rights.iter().map(|right| (right.product, right.right.metric)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut state = self.state.clone();
        for right in rights {
            state.entitlements.remove(&right.id);
        }
        let mut base = self.base.clone();
        base.follow(&state);
        let product_of = |(product, metric): (ProductId, Metric)| {
            let line = self.line(product, at)?;
            let without = position::line(&state, &base, product, at)?;
            let of_kind = rights.iter().filter(|right| (right.product, right.right.metric) == (product, metric));
            let given = of_kind
                .map(|right| right.right.quantity.units())
                .try_fold(0_u64, |sum, units| Some(sum.saturating_add(units?)))
                .map_or(Quantity::Unlimited, Quantity::Units);
            let left: u64 = line
                .supplies
                .iter()
                .filter(|supply| supply.why_not.is_none() && supply.metric == metric)
                .filter(|supply| matches!(supply.source, position::SupplySource::Entitlement(_)))
                .filter_map(|supply| Some(supply.given.units()?.saturating_sub(supply.used)))
                .fold(0, u64::saturating_add);
            Some(RenewalProduct {
                product,
                metric,
                given,
                unused: given.units().map_or(0, |given| given.min(left)),
                short: line.short,
                short_without: without.short,
            })
        };
        kinds.into_iter().filter_map(product_of).collect()
    }
}

/// Whether an agreement is still running and its end or its notice comes by `until`; a notice that was missed counts too,
/// since somebody has to know.
fn comes_up(agreement: &Agreement, today: Date, until: Date) -> bool {
    agreement.terms.ends_on.is_some_and(|end| {
        today <= end && (end <= until || agreement.terms.notice_by().is_some_and(|notice| notice <= until))
    })
}

/// The cost of the unused units of a product, counted from the dearest right of the agreement: that is what is given
/// back first.
fn unused_cost(rights: &[&Entitlement], product: &RenewalProduct) -> Vec<Money> {
    let mut priced: Vec<(Money, u64)> = rights
        .iter()
        .filter(|right| (right.product, right.right.metric) == (product.product, product.metric))
        .filter_map(|right| Some((right.right.unit_price?, right.right.quantity.units()?)))
        .collect();
    priced.sort_by_key(|(price, _)| std::cmp::Reverse(price.amount));
    let mut left = product.unused;
    let mut costs = Vec::new();
    for (price, units) in priced {
        let units = units.min(left);
        left -= units;
        costs.extend(price.times(units).filter(|_| units > 0));
    }
    costs
}

/// What the numbers speak for: nothing used, let it end; some unused, fewer units; short, talk about more; else renew.
fn suggestion(state: &State, products: &[RenewalProduct]) -> Suggestion {
    let name = |product: &RenewalProduct| state.product_name(product.product);
    let units = |product: &RenewalProduct, count: u64| format!("{count} {}", product.metric.unit(count));
    let needed = |product: &&RenewalProduct| product.short_without > product.short;
    if products.is_empty() {
        return Suggestion {
            choice: RenewalChoice::Renegotiate,
            why: "No right that counts is recorded under it, so nothing says what it is worth.".to_owned(),
        };
    }
    if !products.iter().any(|product| needed(&product)) {
        return Suggestion {
            choice: RenewalChoice::LetEnd,
            why: "Nothing would be short without it: its rights are unused, or others cover what is used.".to_owned(),
        };
    }
    let unused: Vec<String> = products
        .iter()
        .filter(|product| product.unused > 0)
        .map(|product| format!("{} of {} of {}", product.unused, product.given, name(product)))
        .collect();
    if !unused.is_empty() {
        let why = format!("Not used: {}.", unused.join("; "));
        return Suggestion { choice: RenewalChoice::Reduce, why };
    }
    let short: Vec<String> = products
        .iter()
        .filter(|product| product.short > 0)
        .map(|product| format!("{} of {}", units(product, product.short), name(product)))
        .collect();
    if !short.is_empty() {
        let why = format!("More is used than owned: {} short.", short.join("; "));
        return Suggestion { choice: RenewalChoice::Renegotiate, why };
    }
    let without: Vec<String> = products
        .iter()
        .filter(needed)
        .map(|product| format!("{} of {}", units(product, product.short_without), name(product)))
        .collect();
    let why = format!("Everything is used; without it {} would be short.", without.join("; "));
    Suggestion { choice: RenewalChoice::Renew, why }
}
