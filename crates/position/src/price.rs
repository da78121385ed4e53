//! What a shortage would cost and what unused rights are worth, in the currency of the rights; nothing is converted.

use domain::Decimal;
use domain::entitlement::Metric;
use domain::id::EntitlementId;
use domain::money::{Currency, Money};

use crate::base::Held;
use crate::line::{Amount, Reckoning};
use crate::supply::Selected;
use crate::working::{Grouped, list};

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
pub(crate) fn of_shortage(short: u64, metric: Metric, priced: Option<(EntitlementId, Money)>) -> Amount {
    match priced {
        _ if short == 0 => {
            Amount { money: priced.and_then(|(_, price)| price.times(0)), basis: "Nothing is short.".to_owned() }
        }
        None => {
            let unit = metric.unit(2);
            Amount { money: None, basis: format!("No right in {unit} states a price, so no cost can be stated.") }
        }
        Some((id, price)) => match price.times(short) {
            Some(cost) => Amount {
                money: Some(cost),
                basis: format!("{} short × {price}, the unit price of {id}: {cost}.", Grouped(short)),
            },
            None => Amount { money: None, basis: format!("The cost at {price} a unit is too large to be stated.") },
        },
    }
}

/// The worth of what is not used: of every right that counts, unused units × its own unit price.
pub(crate) fn saving(reckoning: &Reckoning<'_>) -> Amount {
    let rights = reckoning.selected.rights.iter().zip(&reckoning.outcome.rights);
    let unused: Vec<_> = rights
        .filter(|(right, _)| right.from.is_none())
        .filter_map(|(right, spent)| {
            right.quantity.units()?;
            let unused = right.available().checked_sub(spent.used).filter(|unused| *unused > 0)?;
            Some((right.entitlement.id, unused, right.entitlement.right.unit_price))
        })
        .collect();
    of_unused(&unused)
}

/// The worth of unused units, of each right with its unit price.
pub(crate) fn of_unused(unused: &[(EntitlementId, u64, Option<Money>)]) -> Amount {
    if unused.is_empty() {
        return Amount { money: None, basis: "No unit is unused.".to_owned() };
    }
    let unpriced = unused.iter().filter(|(_, _, price)| price.is_none());
    let priced: Vec<_> = unused.iter().filter_map(|(id, unused, price)| Some((id, *unused, (*price)?))).collect();
    let Some((_, _, first)) = priced.first() else {
        return Amount { money: None, basis: "The rights with unused units state no price.".to_owned() };
    };
    if priced.iter().any(|(_, _, price)| price.currency != first.currency) {
        let basis = "The rights with unused units are priced in several currencies.".to_owned();
        return Amount { money: None, basis };
    }
    let sum =
        priced.iter().try_fold(Decimal::ZERO, |sum, (_, unused, price)| sum.checked_add(price.times(*unused)?.amount));
    let Some(amount) = sum else {
        return Amount { money: None, basis: "The worth is too large to be stated.".to_owned() };
    };
    let worth = Money { amount, currency: first.currency };
    let terms = priced
        .iter()
        .map(|(id, unused, price)| std::fmt::from_fn(move |f| write!(f, "{} × {price} ({id})", Grouped(*unused))));
    let basis = if unpriced.clone().next().is_none() {
        format!("Unused: {} = {worth}.", list(terms, " + "))
    } else {
        let unpriced =
            unpriced.map(|(id, unused, _)| std::fmt::from_fn(move |f| write!(f, "{} of {id}", Grouped(*unused))));
        let (terms, unpriced) = (list(terms, " + "), list(unpriced, ", "));
        format!("Unused: {terms} = {worth}. Not in it, for want of a price: {unpriced}.")
    };
    Amount { money: Some(worth), basis }
}
