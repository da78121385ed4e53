//! Costs: what rights cost, who uses them, what is short with a surcharge, and what is left of budgets.
//!
//! Amounts are in the organisation's currency; what is priced in another one is counted apart and never converted.

use std::collections::BTreeMap;

use domain::Decimal;
use domain::id::{BudgetId, ProductId};
use domain::money::{Currency, Money};
use domain::purchase::{Budget, PurchaseStatus};
use jiff::Timestamp;
use position::{Line, RowKind};

use crate::snapshot::Snapshot;

/// By what cost is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedBy {
    /// The cost centre that a device states.
    CostCentre,
    /// The business unit that a device states.
    BusinessUnit,
}

impl SharedBy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::CostCentre, Self::BusinessUnit];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::CostCentre => "cost_centre",
            Self::BusinessUnit => "business_unit",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::CostCentre => "Cost centre",
            Self::BusinessUnit => "Business unit",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == word.trim())
    }
}

/// What one product costs a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductCost {
    /// The product.
    pub product: ProductId,
    /// What its rights cost that count today.
    pub total: Money,
    /// What of that nothing uses.
    pub unused: Money,
    /// What its shortage would cost, without a surcharge.
    pub exposure: Money,
    /// The surcharge on it.
    pub surcharge: Money,
    /// Rights that count and state no price, or one in another currency.
    pub unpriced: u64,
}

/// Who carries what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The cost centre or business unit; `None` where devices state none.
    pub name: Option<String>,
    /// What it carries.
    pub amount: Money,
    /// The products behind it, dearest first, with the units it uses.
    pub products: Vec<(ProductId, u64, Money)>,
}

/// The cost of all rights, shared out by who uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chargeback {
    /// By what.
    pub by: SharedBy,
    /// The shares, dearest first; what no device states comes last.
    pub shares: Vec<Share>,
    /// What nothing uses, which nobody is charged for.
    pub unused: Money,
    /// The shares and what is unused together: what all rights cost.
    pub total: Money,
}

/// How a budget stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetStanding {
    /// The budget.
    pub budget: BudgetId,
    /// What its cost centre's share of the rights costs a term, today.
    pub running: Money,
    /// Purchases that are approved or ordered.
    pub committed: Money,
    /// Purchases that are only asked for.
    pub asked: Money,
    /// What is left of the amount after what runs and what is committed; less than nothing where it is overdrawn.
    pub left: Money,
}

fn money(amount: Decimal, currency: Currency) -> Money {
    Money { amount, currency }
}

fn own(found: Option<Money>, currency: Currency) -> Decimal {
    found.filter(|found| found.currency == currency).map_or(Decimal::ZERO, |found| found.amount)
}

/// Shares `amount` out in proportion to `weights`, in hundredths that sum to it exactly: what rounding leaves goes to the
/// largest remainders, the earlier first between equals.
pub fn share_out(amount: Decimal, weights: &[u64]) -> Vec<Decimal> {
    let all: Decimal = weights.iter().map(|weight| Decimal::from(*weight)).sum();
    if all.is_zero() {
        return vec![Decimal::ZERO; weights.len()];
    }
    let hundred = Decimal::from(100);
    let exact: Vec<Decimal> = weights
        .iter()
        .map(|weight| {
            amount.saturating_mul(hundred).saturating_mul(Decimal::from(*weight)).checked_div(all).unwrap_or_default()
        })
        .collect();
    let mut shares: Vec<Decimal> = exact.iter().map(Decimal::floor).collect();
    let mut left = amount.saturating_mul(hundred) - shares.iter().sum::<Decimal>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |place: &usize| exact.get(*place).map(|exact| exact - exact.floor()).unwrap_or_default();
    order.sort_by_key(|place| (std::cmp::Reverse(remainder(place)), *place));
    for place in order {
        if left < Decimal::ONE {
            break;
        }
        if let Some(share) = shares.get_mut(place) {
            *share += Decimal::ONE;
            left -= Decimal::ONE;
        }
    }
    // What is finer than a hundredth stays with the first, so that nothing is lost.
    if let Some(first) = shares.first_mut() {
        *first += left;
    }
    shares.into_iter().map(|share| share / hundred).collect()
}

impl Snapshot {
    fn currency(&self) -> Option<Currency> {
        self.state.organisation.as_ref().map(|organisation| organisation.currency)
    }

    /// The surcharge on what is short of a product, in per cent: its own, else the one for all others.
    pub fn surcharge_of(&self, product: ProductId) -> u32 {
        let surcharges = &self.state.surcharges;
        surcharges.get(&Some(product)).or_else(|| surcharges.get(&None)).copied().unwrap_or_default()
    }

    /// What every product with rights or a shortage costs, the dearest first.
    pub fn product_costs(&self, at: Timestamp) -> Vec<ProductCost> {
        let Some(currency) = self.currency() else { return Vec::new() };
        let mut costs: Vec<ProductCost> =
            self.lines(at).iter().map(|line| self.product_cost(line, currency, at)).collect();
        costs.retain(|cost| !(cost.total.amount.is_zero() && cost.exposure.amount.is_zero() && cost.unpriced == 0));
        costs.sort_by_key(|cost| (std::cmp::Reverse(cost.total.amount), cost.product));
        costs
    }

    fn product_cost(&self, line: &Line, currency: Currency, at: Timestamp) -> ProductCost {
        let today = self.state.day(at);
        let rights = line.supplies.iter().filter_map(|supply| match supply.source {
            position::SupplySource::Entitlement(id) => self.state.entitlements.get(&id),
            position::SupplySource::Grant(_) => None,
        });
        let (mut total, mut unpriced) = (Decimal::ZERO, 0);
        for right in rights.filter(|right| right.counts_on(today)) {
            let price = right.right.unit_price.filter(|price| price.currency == currency);
            match price.zip(right.right.quantity.units()).and_then(|(price, units)| price.times(units)) {
                Some(cost) => total += cost.amount,
                None => unpriced += 1,
            }
        }
        let exposure = if line.short > 0 { own(line.exposure.money, currency) } else { Decimal::ZERO };
        let percent = Decimal::from(self.surcharge_of(line.product));
        let surcharge = exposure.saturating_mul(percent).checked_div(Decimal::from(100)).unwrap_or_default();
        ProductCost {
            product: line.product,
            total: money(total, currency),
            unused: money(own(line.saving.money, currency).min(total), currency),
            exposure: money(exposure, currency),
            surcharge: money(surcharge, currency),
            unpriced,
        }
    }

    /// The cost of all rights, shared out by who uses their products: of each product what is used, in proportion to the
    /// units of each, and what is unused to nobody. Shares and unused sum to the total exactly.
    pub fn chargeback(&self, by: SharedBy, at: Timestamp) -> Option<Chargeback> {
        let currency = self.currency()?;
        let mut shares: BTreeMap<Option<String>, Share> = BTreeMap::new();
        let (mut unused, mut total) = (Decimal::ZERO, Decimal::ZERO);
        for cost in self.product_costs(at) {
            total += cost.total.amount;
            let users = self.users(cost.product, by, at);
            let weights: Vec<u64> = users.values().copied().collect();
            if weights.iter().all(|weight| *weight == 0) {
                unused += cost.total.amount;
                continue;
            }
            unused += cost.unused.amount;
            let used = cost.total.amount - cost.unused.amount;
            for ((name, units), amount) in users.iter().zip(share_out(used, &weights)) {
                let share = shares.entry(name.clone()).or_insert_with(|| Share {
                    name: name.clone(),
                    amount: money(Decimal::ZERO, currency),
                    products: Vec::new(),
                });
                share.amount.amount += amount;
                share.products.push((cost.product, *units, money(amount, currency)));
            }
        }
        let mut shares: Vec<Share> = shares.into_values().collect();
        for share in &mut shares {
            share.products.sort_by_key(|(product, _, amount)| (std::cmp::Reverse(amount.amount), *product));
        }
        shares.sort_by_key(|share| (share.name.is_none(), std::cmp::Reverse(share.amount.amount), share.name.clone()));
        Some(Chargeback { by, shares, unused: money(unused, currency), total: money(total, currency) })
    }

    /// Units of a product by what their devices state.
    fn users(&self, product: ProductId, by: SharedBy, at: Timestamp) -> BTreeMap<Option<String>, u64> {
        let estate = self.base.estate();
        let mut users: BTreeMap<Option<String>, u64> = BTreeMap::new();
        for row in self.rows(product, RowKind::Consumed, at) {
            let attributes = estate.device(row.index).map(|facts| facts.attributes);
            let name = attributes.and_then(|attributes| match by {
                SharedBy::CostCentre => attributes.cost_centre,
                SharedBy::BusinessUnit => attributes.business_unit,
            });
            *users.entry(name).or_default() += row.units;
        }
        users
    }

    /// How every budget stands that has not passed, in order of cost centre.
    pub fn budgets(&self, at: Timestamp) -> Vec<BudgetStanding> {
        let today = self.state.day(at);
        let Some(chargeback) = self.chargeback(SharedBy::CostCentre, at) else { return Vec::new() };
        let mut current: Vec<&Budget> =
            self.state.budgets.values().map(AsRef::as_ref).filter(|budget| today <= budget.terms.ends_on).collect();
        current.sort_by_key(|budget| (budget.terms.cost_centre.clone(), budget.terms.starts_on));
        current.into_iter().map(|budget| self.budget(budget, &chargeback)).collect()
    }

    fn budget(&self, budget: &Budget, chargeback: &Chargeback) -> BudgetStanding {
        let currency = budget.terms.amount.currency;
        let whole = budget.terms.cost_centre.is_none();
        let shares = chargeback.shares.iter().filter(|share| share.name == budget.terms.cost_centre);
        let running = if whole { chargeback.total.amount } else { shares.map(|share| share.amount.amount).sum() };
        let total_of = |wanted: &dyn Fn(PurchaseStatus) -> bool| -> Decimal {
            let purchases = self.state.purchases.values().filter(|purchase| {
                wanted(purchase.status()) && (whole || purchase.terms.cost_centre == budget.terms.cost_centre)
            });
            purchases.map(|purchase| own(purchase.terms.total(), currency)).sum()
        };
        let committed = total_of(&|status| matches!(status, PurchaseStatus::Approved | PurchaseStatus::Ordered));
        let asked = total_of(&|status| status == PurchaseStatus::Requested);
        BudgetStanding {
            budget: budget.id,
            running: money(running, currency),
            committed: money(committed, currency),
            asked: money(asked, currency),
            left: money(budget.terms.amount.amount - running - committed, currency),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn shares_sum_to_the_amount_whatever_the_weights() {
        let check = |amount: &str, weights: &[u64], expected: &[&str]| {
            let amount: Decimal = amount.parse().unwrap();
            let shares = share_out(amount, weights);
            assert_eq!(shares.iter().sum::<Decimal>(), amount, "{weights:?}");
            let shown: Vec<String> = shares.iter().map(|share| format!("{share:.2}")).collect();
            assert_eq!(shown, expected);
        };
        check("100", &[1, 1, 1], &["33.34", "33.33", "33.33"]);
        check("0.05", &[1, 1, 2], &["0.01", "0.01", "0.03"]);
        check("250.00", &[0, 13], &["0.00", "250.00"]);
        check("10", &[7], &["10.00"]);
        check("1000000", &[1, 999_999_999], &["0.00", "1000000.00"]);
        assert_eq!(share_out(Decimal::ONE, &[0, 0]), [Decimal::ZERO, Decimal::ZERO]);
    }
}
