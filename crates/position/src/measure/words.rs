//! The working of a measurement in plain sentences, with every rounding.

use std::fmt::{self, Display};

use domain::metric::{Definition, FACTOR_UNITS, Factor, Rounding};

use super::{Measured, Tally};
use crate::line::Step;
use crate::working::{Grouped, list};

fn grouped(number: u128) -> Grouped {
    Grouped(u64::try_from(number).unwrap_or(u64::MAX))
}

/// A number in parts of [`FACTOR_UNITS`].
struct Fraction(u128);

impl Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = u128::from(FACTOR_UNITS);
        let (whole, part) = (self.0 / unit, self.0 % unit);
        if part == 0 {
            return grouped(whole).fmt(f);
        }
        write!(f, "{}.{}", grouped(whole), format!("{part:05}").trim_end_matches('0'))
    }
}

fn step(label: &'static str, amount: impl Display, text: String) -> Step {
    Step { label, amount: amount.to_string(), text, rows: None }
}

/// The steps from machines, or from `users` where the metric counts nothing but these, to units.
pub(crate) fn steps(definition: &Definition, measured: &Measured, users: Option<u64>) -> Vec<Step> {
    let mut tally = Tally::of(definition);
    let persons = measured.persons + measured.nameless;
    for bearer in &measured.bearers {
        tally.add_high(&bearer.parts, 0);
    }
    match users {
        Some(users) => drop(tally.add_high(&[super::one_person(users)], 0)),
        None => drop(tally.add_high(&[], persons)),
    }
    let mut steps = Vec::new();
    let with_text = || measured.bearers.iter().filter(|bearer| !bearer.text.is_empty());
    if with_text().next().is_some() {
        let parts = with_text().flat_map(|bearer| &bearer.parts);
        let sum: u128 = parts.map(|part| u128::from(part.high)).sum();
        let text = format!("{}.", list(with_text().map(|bearer| bearer.text.as_str()), "; "));
        steps.push(step("Capacity", grouped(sum), text));
    }
    steps.extend(rounding(definition, measured, &tally));
    let (sharing, shared) = tally.shared();
    if sharing > 0 {
        let per_unit = definition.virtual_machines_per_unit;
        let text = format!(
            "{} virtual machines / {per_unit} for a unit, rounded up on all together: {}.",
            grouped(sharing),
            grouped(shared)
        );
        steps.push(step("Virtual machines", grouped(shared), text));
    }
    if definition.users_per_unit > 0 {
        let (per_unit, capacity) = (definition.users_per_unit, tally.capacity());
        let least = capacity * u128::from(per_unit);
        let greater = grouped(tally.before_tiers());
        let text = format!(
            "{} users, and at least {per_unit} × {} = {}: the greater is {greater}.",
            Grouped(persons),
            grouped(capacity),
            grouped(least)
        );
        steps.push(step("Users", greater, text));
    }
    if !definition.tiers.is_empty() {
        let term = |(units, factor): &(u128, Factor)| {
            let (units, factor) = (grouped(*units), *factor);
            fmt::from_fn(move |f| write!(f, "{units} × {factor}"))
        };
        let tiers = tally.tiers();
        // A table has few tiers, and the sum is not to be believed without each.
        let terms: Vec<String> = tiers.iter().map(|tier| term(tier).to_string()).collect();
        let total = Grouped(tally.total());
        let sum: u128 = tiers.iter().map(|(units, factor)| units * u128::from(factor.0)).sum();
        let text = format!("{} = {}, rounded up on the sum: {total}.", terms.join(" + "), Fraction(sum));
        steps.push(step("Tiers", total, text));
    }
    steps
}

fn rounding(definition: &Definition, measured: &Measured, tally: &Tally<'_>) -> Option<Step> {
    if definition.factors.is_none() && definition.counted_per_unit < 2 {
        return None;
    }
    let per_unit = definition.counted_per_unit.max(1);
    let divided = fmt::from_fn(|f| if per_unit > 1 { write!(f, " / {per_unit}") } else { Ok(()) });
    let units = grouped(tally.capacity() - tally.shared().1);
    let text = match definition.rounding {
        Rounding::Device => {
            let terms = measured.bearers.iter().flat_map(|bearer| &bearer.parts).filter(|part| !part.shares);
            let terms = terms.map(|part| {
                let (amount, factor) = (Grouped(part.high), part.factor_high);
                fmt::from_fn(move |f| {
                    if factor == Factor::ONE { write!(f, "{amount}") } else { write!(f, "{amount} × {factor}") }
                })
            });
            format!("Rounded up for each device: {}{divided} = {units}.", list(terms, " + "))
        }
        Rounding::Factor => {
            let terms: Vec<String> = tally
                .by_factor()
                .map(|(factor, amount, units)| {
                    let exact = Fraction(amount * u128::from(factor.0));
                    format!("{} × {factor} = {exact}{divided}, rounded up to {}", grouped(amount), grouped(units))
                })
                .collect();
            format!("On the subtotal of each factor: {}; together {units}.", terms.join("; "))
        }
        Rounding::Sum => {
            let terms: Vec<String> =
                tally.by_factor().map(|(factor, amount, _)| format!("{} × {factor}", grouped(amount))).collect();
            format!("({}){divided}, rounded up on the sum: {units}.", terms.join(" + "))
        }
    };
    Some(step("Rounding", units, text))
}
