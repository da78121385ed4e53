//! Rights that nobody bought, ended or repriced: on a copy of the state, for one day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::entitlement::{Entitlement, Quantity, Right, UseRights};
use domain::id::{EntitlementId, ProductId};
use domain::money::Money;
use domain::product::{Necessity, Product, Suite};
use domain::scenario::{Assumption, PriceChange};
use domain::{Decimal, State};
use jiff::civil::Date;

use super::Effect;

/// Applies what `assumption` says of rights and prices on `day`, and says what it did.
pub(super) fn apply(state: &mut State, place: usize, assumption: &Assumption, day: Date) -> Vec<Effect> {
    let effect = |product: ProductId, text: String| Effect { assumption: place, product: Some(product), text };
    match assumption {
        Assumption::Price { product, change, from } if *from <= day => {
            vec![effect(*product, change_prices(state, *product, *change))]
        }
        Assumption::Tier { product, units, price, from } if *from <= day => {
            vec![effect(*product, reach_tier(state, *product, *units, *price, day))]
        }
        Assumption::Bundle { units, suite, parts, price, from, until } => {
            let bought = new_right(state, place, *suite, *units, Some(*price), (*from, *until));
            let text = format!("{units} units at {price} are bought as {bought}.");
            let mut effects = vec![effect(*suite, text)];
            if *from <= day {
                for part in make_suite(state, *suite, parts) {
                    let ended = end_all(state, part, from.yesterday().ok());
                    effects.push(effect(part, format!("{ended} rights end, since {suite} is bought instead.")));
                }
            }
            effects
        }
        Assumption::Buy { units, product, price, from, until } => {
            let bought = new_right(state, place, *product, *units, *price, (*from, *until));
            vec![effect(*product, format!("{units} units are bought as {bought}."))]
        }
        Assumption::End { entitlement, on } => change(state, *entitlement, |right| {
            right.ends_on = Some(right.ends_on.map_or(*on, |end| end.min(*on)));
            format!("{entitlement} ends on {}.", right.ends_on.unwrap_or(*on))
        })
        .map(|(product, text)| effect(product, text))
        .into_iter()
        .collect(),
        Assumption::Renew { entitlement, until, price } => change(state, *entitlement, |right| {
            let Some(end) = right.ends_on else { return format!("{entitlement} has no end, so nothing changes.") };
            right.ends_on = Some(end.max(*until));
            if end < day && price.is_some() {
                right.unit_price = *price;
            }
            format!("{entitlement} goes on until {}.", end.max(*until))
        })
        .map(|(product, text)| effect(product, text))
        .into_iter()
        .collect(),
        Assumption::Price { .. }
        | Assumption::Tier { .. }
        | Assumption::Hire { .. }
        | Assumption::Leave { .. }
        | Assumption::Project { .. }
        | Assumption::Migrate { .. }
        | Assumption::Machine { .. }
        | Assumption::Host { .. }
        | Assumption::Remove { .. } => Vec::new(),
    }
}

fn of_product(state: &State, product: ProductId) -> Vec<Arc<Entitlement>> {
    state.entitlements_of(product).cloned().collect()
}

fn put(state: &mut State, known: &Entitlement, right: Right) {
    state.entitlements.insert(known.id, Arc::new(Entitlement { right, ..known.clone() }));
}

fn change<T>(
    state: &mut State,
    entitlement: EntitlementId,
    change: impl FnOnce(&mut Right) -> T,
) -> Option<(ProductId, T)> {
    let known = state.entitlements.get(&entitlement)?.clone();
    let mut right = known.right.clone();
    let said = change(&mut right);
    put(state, &known, right);
    Some((known.product, said))
}

/// Records a right whose number nobody was given yet: each assumption of a scenario has its own.
fn new_right(
    state: &mut State,
    place: usize,
    product: ProductId,
    units: u64,
    unit_price: Option<Money>,
    (from, until): (Date, Option<Date>),
) -> EntitlementId {
    let next = u64::try_from(place).unwrap_or_default() + 1;
    let id = EntitlementId(state.last_numbers.entitlement + next);
    let Some(metric) = state.products.get(&product).map(|product| product.metric) else { return id };
    let right = Right {
        metric,
        quantity: Quantity::Units(units),
        starts_on: Some(from),
        ends_on: until,
        exempt_environments: Vec::new(),
        secondary_use: false,
        unit_price,
        use_rights: UseRights::default(),
    };
    let bought = Entitlement {
        id,
        product,
        right,
        agreement: None,
        purchase_reference: None,
        import: None,
        recorded_in: state.size,
        retired_on: None,
    };
    state.entitlements.insert(id, Arc::new(bought));
    id
}

fn change_prices(state: &mut State, product: ProductId, change: PriceChange) -> String {
    let mut changed = 0_u64;
    for known in of_product(state, product) {
        let before = known.right.unit_price;
        let price = match change {
            PriceChange::Fixed(price) => Some(price),
            PriceChange::Percent(percent) => before.and_then(|before| {
                let factor = Decimal::from(100).checked_add(percent)?;
                let amount = before.amount.checked_mul(factor)?.checked_div(Decimal::from(100))?;
                Some(Money { amount: amount.normalize(), currency: before.currency })
            }),
        };
        if price.is_some() && price != before {
            changed += 1;
            put(state, &known, Right { unit_price: price, ..known.right.clone() });
        }
    }
    match change {
        PriceChange::Fixed(price) => format!("A unit of {changed} rights costs {price}."),
        PriceChange::Percent(percent) => format!("The unit price of {changed} rights moves by {percent} %."),
    }
}

fn reach_tier(state: &mut State, product: ProductId, units: u64, price: Money, day: Date) -> String {
    let counting: Vec<Arc<Entitlement>> =
        of_product(state, product).into_iter().filter(|known| known.counts_on(day)).collect();
    let held = counting.iter().filter_map(|known| known.right.quantity.units()).fold(0, u64::saturating_add);
    if held < units {
        return format!("{held} units are held, fewer than {units}, so the price stays.");
    }
    for known in of_product(state, product) {
        put(state, &known, Right { unit_price: Some(price), ..known.right.clone() });
    }
    format!("{held} units are held, at least {units}, so every unit costs {price}.")
}

/// Makes `suite` license `parts` too, wherever one of its parts is found, and returns the parts that it stands in for.
fn make_suite(state: &mut State, suite: ProductId, parts: &BTreeSet<ProductId>) -> BTreeSet<ProductId> {
    let Some(known) = state.products.get(&suite).cloned() else { return BTreeSet::new() };
    let mut made = known.suite.clone().unwrap_or(Suite { components: BTreeMap::new(), inferred_from: 0 });
    for part in parts {
        made.components.insert(*part, Necessity::Optional);
    }
    if !parts.is_empty() || made.inferred_from == 0 {
        made.inferred_from = 1;
    }
    let all = made.components.keys().copied().collect();
    state.products.insert(suite, Arc::new(Product { suite: Some(made), ..Product::clone(&known) }));
    if parts.is_empty() { all } else { parts.clone() }
}

/// Ends every right of a product on `last` at the latest, and returns how many end by it.
fn end_all(state: &mut State, product: ProductId, last: Option<Date>) -> u64 {
    let Some(last) = last else { return 0 };
    let mut ended = 0;
    for known in of_product(state, product) {
        if known.right.ends_on.is_none_or(|end| last < end) {
            ended += 1;
            put(state, &known, Right { ends_on: Some(last), ..known.right.clone() });
        }
    }
    ended
}
