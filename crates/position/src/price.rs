//! What a shortage would cost and what unused rights are worth, in the currency of the rights; nothing is converted.

use std::fmt;

use domain::Decimal;
use domain::entitlement::Metric;
use domain::id::EntitlementId;
use domain::money::{Currency, Money};
use serde::{Serialize, Serializer};

use crate::base::Held;
use crate::line::{Amount, Reckoning};
use crate::supply::Selected;
use crate::working::{Grouped, list};

/// How an amount was made, or why it cannot be stated. It is put into words when it is read: a whole estate has tens of
/// thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis(Said);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    NothingShort,
    NoPrice(Metric),
    CostTooLarge(Money),
    Cost { short: u64, price: Money, of: EntitlementId, cost: Money },
    NothingUnused,
    UnusedWithoutPrice,
    SeveralCurrencies,
    WorthTooLarge,
    Unused { unused: Vec<Unused>, worth: Money },
}

/// Units of a right that nothing uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unused {
    pub(crate) of: EntitlementId,
    pub(crate) units: u64,
    pub(crate) price: Option<Money>,
}

impl fmt::Display for Basis {
    /// A sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Said::NothingShort => f.write_str("Nothing is short."),
            Said::NoPrice(metric) => {
                write!(f, "No right in {} states a price, so no cost can be stated.", metric.unit(2))
            }
            Said::CostTooLarge(price) => write!(f, "The cost at {price} a unit is too large to be stated."),
            Said::Cost { short, price, of, cost } => {
                write!(f, "{} short × {price}, the unit price of {of}: {cost}.", Grouped(*short))
            }
            Said::NothingUnused => f.write_str("No unit is unused."),
            Said::UnusedWithoutPrice => f.write_str("The rights with unused units state no price."),
            Said::SeveralCurrencies => f.write_str("The rights with unused units are priced in several currencies."),
            Said::WorthTooLarge => f.write_str("The worth is too large to be stated."),
            Said::Unused { unused, worth } => write_unused(f, unused, *worth),
        }
    }
}

fn write_unused(f: &mut fmt::Formatter<'_>, unused: &[Unused], worth: Money) -> fmt::Result {
    let priced = unused.iter().filter_map(|one| {
        let (Unused { of, units, .. }, price) = (*one, one.price?);
        Some(fmt::from_fn(move |f| write!(f, "{} × {price} ({of})", Grouped(units))))
    });
    let unpriced = unused.iter().filter(|one| one.price.is_none());
    let unpriced = unpriced.map(|one| fmt::from_fn(move |f| write!(f, "{} of {}", Grouped(one.units), one.of)));
    write!(f, "Unused: {} = {worth}.", list(priced, " + "))?;
    if unpriced.clone().next().is_some() {
        write!(f, " Not in it, for want of a price: {}.", list(unpriced, ", "))?;
    }
    Ok(())
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn without_money(said: Said) -> Amount {
    Amount { money: None, basis: Basis(said) }
}

/// Decimals of prices that are compared.
const COMPARED_DECIMALS: u32 = 8;

/// A price as a number of its smallest parts, so that prices of one currency can be compared and added exactly.
pub(crate) fn in_parts(price: Money) -> i128 {
    let mut amount = price.amount;
    amount.rescale(COMPARED_DECIMALS);
    amount.mantissa()
}

/// The amount of so many parts.
pub(crate) fn of_parts(parts: i128, currency: Currency) -> Option<Money> {
    let amount = Decimal::try_from_i128_with_scale(parts, COMPARED_DECIMALS).ok()?;
    Some(Money { amount: amount.normalize(), currency })
}

/// The price of a further unit, with the right that states it: the right in the line's metric that was recorded last
/// and states one, whether or not it still counts.
pub(crate) fn of_unit(held: &Held, selected: &Selected<'_>) -> Option<(EntitlementId, Money)> {
    held.entitlements.iter().rev().find_map(|entitlement| {
        let price =
            entitlement.right.unit_price.filter(|_| selected.own_metrics.contains(&entitlement.right.metric))?;
        Some((entitlement.id, price))
    })
}

/// The cost of the shortage: units short × the price of a further unit.
pub(crate) fn exposure(reckoning: &Reckoning<'_>) -> Amount {
    let priced = of_unit(reckoning.held, reckoning.selected);
    of_shortage(reckoning.outcome.short(), reckoning.product.metric, priced)
}

/// The cost of so many units short, at the price that a right states.
pub fn of_shortage(short: u64, metric: Metric, priced: Option<(EntitlementId, Money)>) -> Amount {
    match priced {
        _ if short == 0 => {
            Amount { money: priced.and_then(|(_, price)| price.times(0)), basis: Basis(Said::NothingShort) }
        }
        None => without_money(Said::NoPrice(metric)),
        Some((of, price)) => match price.times(short) {
            Some(cost) => Amount { money: Some(cost), basis: Basis(Said::Cost { short, price, of, cost }) },
            None => without_money(Said::CostTooLarge(price)),
        },
    }
}

/// The worth of what is not used: of every right that counts, unused units × its own unit price.
pub(crate) fn saving(reckoning: &Reckoning<'_>) -> Amount {
    let rights = reckoning.selected.rights.iter().zip(&reckoning.outcome.rights);
    let unused: Vec<Unused> = rights
        .filter(|(right, _)| right.from.is_none())
        .filter_map(|(right, spent)| {
            right.quantity.units()?;
            let units = right.available().checked_sub(spent.used).filter(|unused| *unused > 0)?;
            Some(Unused { of: right.entitlement.id, units, price: right.entitlement.right.unit_price })
        })
        .collect();
    of_unused(unused)
}

/// The worth of unused units, of each right with its unit price.
pub(crate) fn of_unused(unused: Vec<Unused>) -> Amount {
    if unused.is_empty() {
        return without_money(Said::NothingUnused);
    }
    let mut priced = unused.iter().filter_map(|one| Some((one.units, one.price?)));
    let Some((_, first)) = priced.clone().next() else { return without_money(Said::UnusedWithoutPrice) };
    if priced.clone().any(|(_, price)| price.currency != first.currency) {
        return without_money(Said::SeveralCurrencies);
    }
    let sum = priced.try_fold(Decimal::ZERO, |sum, (units, price)| sum.checked_add(price.times(units)?.amount));
    let Some(amount) = sum else { return without_money(Said::WorthTooLarge) };
    let worth = Money { amount, currency: first.currency };
    Amount { money: Some(worth), basis: Basis(Said::Unused { unused, worth }) }
}
