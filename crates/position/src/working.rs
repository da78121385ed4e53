//! The working of a line in plain sentences, the same on every face of the product.

use domain::entitlement::{Metric, Quantity};

use crate::line::{Amount, Reckoning, Step};
use crate::row::RowKind;

/// More terms than this are summed up: a sentence with hundreds of rights says less than their sum.
const TERMS_MAX: usize = 6;

/// A number with thousands in groups.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with its unit.
pub(crate) fn counted(number: u64, metric: Metric) -> String {
    format!("{} {}", grouped(number), metric.unit(number))
}

/// The terms with `between` between them; those beyond [`TERMS_MAX`] as a number.
pub(crate) fn list(terms: impl Iterator<Item = String>, between: &str) -> String {
    let mut terms: Vec<String> = terms.collect();
    if terms.len() > TERMS_MAX {
        let more = format!("{} more", terms.len() - (TERMS_MAX - 1));
        terms.truncate(TERMS_MAX - 1);
        terms.push(more);
    }
    terms.join(between)
}

fn devices(number: u64) -> String {
    counted(number, Metric::Device)
}

/// Why a number of persons is a range.
pub(crate) fn why_a_range(nameless: u64) -> String {
    match nameless {
        1 => "1 device states no primary user; it counts as a person of its own.".to_owned(),
        _ => format!("{} state no primary user; each counts as a person of its own.", devices(nameless)),
    }
}

/// The steps from devices to money.
pub(crate) fn steps(reckoning: &Reckoning<'_>, exposure: &Amount, saving: &Amount) -> Vec<Step> {
    let mut steps = vec![found(reckoning)];
    steps.extend(exempt(reckoning));
    steps.push(consumed(reckoning));
    steps.push(entitled(reckoning));
    steps.extend(entitled_otherwise(reckoning));
    steps.push(covered_by_rights(reckoning));
    steps.extend(covered_by_exceptions(reckoning));
    steps.push(short(reckoning));
    steps.push(surplus(reckoning));
    if reckoning.outcome.short() > 0 {
        steps.push(money("Exposure", exposure));
    }
    if saving.money.is_some() || reckoning.surplus().is_some_and(|surplus| surplus > 0) {
        steps.push(money("Saving", saving));
    }
    steps.extend(left_out(reckoning));
    steps
}

fn found(reckoning: &Reckoning<'_>) -> Step {
    let name = &reckoning.product.name;
    let text = match reckoning.holding {
        0 => format!("No device holds a title that is recognised as {name}."),
        1 => format!("1 device holds a title that is recognised as {name}."),
        holding => format!("{} hold a title that is recognised as {name}.", devices(holding)),
    };
    Step { label: "Devices with the product", amount: grouped(reckoning.holding), text, rows: None }
}

fn exempt(reckoning: &Reckoning<'_>) -> Option<Step> {
    let exempt = reckoning.selected.exempt;
    if exempt.is_empty() {
        return None;
    }
    let rights = reckoning.selected.rights.iter();
    let (exempting, others): (Vec<_>, Vec<_>) =
        rights.partition(|right| !right.entitlement.right.exempt_environments.is_empty());
    let ids = list(exempting.iter().map(|right| right.entitlement.id.to_string()), ", ");
    let verb = if exempting.len() == 1 { "exempts" } else { "exempt" };
    let environments = list(exempt.iter().map(|environment| environment.name().replace('_', " ")), ", ");
    let there = devices(reckoning.holding - reckoning.liable);
    let units = counted(reckoning.exempt, reckoning.product.metric);
    let mut sentences = vec![format!("{ids} {verb} {environments}: {there} there, so {units} need no licence.")];
    if !others.is_empty() {
        let others = list(others.iter().map(|right| right.entitlement.id.to_string()), ", ");
        sentences.push(format!("Not stated by {others}; one right that counts is enough."));
    }
    if reckoning.unstated > 0 {
        let unstated = devices(reckoning.unstated);
        sentences.push(format!("Without a stated environment, and counted as production: {unstated}."));
    }
    let text = sentences.join(" ");
    let amount = grouped(reckoning.exempt);
    Some(Step { label: "Exempt", amount, text, rows: Some(RowKind::Exempt) })
}

fn consumed(reckoning: &Reckoning<'_>) -> Step {
    let consumed = reckoning.outcome.consumed;
    let units = counted(consumed, reckoning.product.metric);
    let liable = devices(reckoning.liable);
    let text = match reckoning.product.metric {
        Metric::Device if reckoning.exempt > 0 => {
            format!("{} − {} exempt = {units}.", grouped(reckoning.holding), grouped(reckoning.exempt))
        }
        Metric::Device => format!("Each device counts once, whatever it holds: {units}."),
        Metric::Installation => format!("{liable}, each with every version of the product that it holds: {units}."),
        Metric::NamedUser if reckoning.nameless > 0 => {
            let (named, nameless) = (grouped(consumed - reckoning.nameless), grouped(reckoning.nameless));
            format!("{liable} with {named} primary users, and {nameless} without one: {named} + {nameless} = {units}.")
        }
        Metric::NamedUser => format!("The primary users of {liable}, each once: {units}."),
    };
    Step { label: "Consumed", amount: grouped(consumed), text, rows: Some(RowKind::Consumed) }
}

fn entitled(reckoning: &Reckoning<'_>) -> Step {
    let metric = reckoning.product.metric;
    if let Some(unlimited) = reckoning.selected.unlimited() {
        let text = format!("{} sets no limit.", unlimited.entitlement.id);
        return Step { label: "Entitled", amount: "unlimited".to_owned(), text, rows: None };
    }
    let own = reckoning.selected.own().collect::<Vec<_>>();
    let units = reckoning.selected.entitled().units().unwrap_or(u64::MAX);
    let text = match own.as_slice() {
        [] => format!("No right in {} counts.", metric.unit(2)),
        [one] => format!("{} gives {}.", one.entitlement.id, counted(units, metric)),
        several => {
            let terms = several.iter().map(|right| match right.quantity {
                Quantity::Units(units) => format!("{} ({})", grouped(units), right.entitlement.id),
                Quantity::Unlimited => format!("unlimited ({})", right.entitlement.id),
            });
            format!("{} = {}.", list(terms, " + "), counted(units, metric))
        }
    };
    Step { label: "Entitled", amount: grouped(units), text, rows: None }
}

fn entitled_otherwise(reckoning: &Reckoning<'_>) -> Option<Step> {
    if reckoning.selected.unlimited().is_some() {
        return None;
    }
    let rights = reckoning.selected.rights.iter().zip(&reckoning.outcome.rights);
    let others: Vec<_> = rights.filter(|(right, _)| right.metric != reckoning.product.metric).collect();
    let covers: u64 = others.iter().map(|(_, spent)| spent.covers).sum();
    let terms = others.iter().map(|(right, spent)| {
        let given = counted(right.quantity.units().unwrap_or(u64::MAX), right.metric);
        let covered = counted(spent.covers, reckoning.product.metric);
        format!("{} gives {given}, of which {} cover {covered}", right.entitlement.id, grouped(spent.used))
    });
    (!others.is_empty()).then(|| Step {
        label: "Rights in other metrics",
        amount: grouped(covers),
        text: format!("{}.", list(terms, "; ")),
        rows: None,
    })
}

fn covered_by_rights(reckoning: &Reckoning<'_>) -> Step {
    let covered = reckoning.outcome.covered_by_entitlements();
    let metric = reckoning.product.metric;
    let spent = reckoning.selected.rights.iter().zip(&reckoning.outcome.rights);
    let terms: Vec<String> = spent
        .filter(|(_, spent)| spent.covers > 0)
        .map(|(right, spent)| {
            let id = right.entitlement.id;
            if right.secondary && metric == Metric::Device && spent.covers > spent.used {
                let second = grouped(spent.covers - spent.used);
                format!("{id} {} devices and {second} second devices of the same persons", grouped(spent.used))
            } else {
                format!("{id} {}", grouped(spent.covers))
            }
        })
        .collect();
    let of = grouped(reckoning.outcome.consumed);
    let text = if terms.is_empty() {
        format!("Rights cover none of the {of}.")
    } else {
        format!("{}: {} of {of}.", list(terms.into_iter(), " + "), counted(covered, metric))
    };
    Step { label: "Covered by rights", amount: grouped(covered), text, rows: Some(RowKind::Covered) }
}

fn covered_by_exceptions(reckoning: &Reckoning<'_>) -> Option<Step> {
    let covered = reckoning.outcome.covered_by_grants();
    let left = reckoning.outcome.consumed - reckoning.outcome.covered_by_entitlements();
    let spent = reckoning.selected.grants.iter().zip(&reckoning.outcome.grants);
    let terms = spent.map(|(grant, spent)| {
        let terms = &grant.terms;
        let environment =
            terms.environment.map(|of| format!(" in {}", of.name().replace('_', " "))).unwrap_or_default();
        let (used, given) = (grouped(spent.used), grouped(terms.quantity));
        format!("{} covers {used} of its {given}{environment} until {}", grant.case, terms.until)
    });
    (!reckoning.selected.grants.is_empty()).then(|| Step {
        label: "Covered by exceptions",
        amount: grouped(covered),
        text: format!("{}: {} of the {} that rights leave.", list(terms, "; "), grouped(covered), grouped(left)),
        rows: Some(RowKind::Covered),
    })
}

fn short(reckoning: &Reckoning<'_>) -> Step {
    let outcome = &reckoning.outcome;
    let (consumed, short) = (grouped(outcome.consumed), outcome.short());
    let rights = grouped(outcome.covered_by_entitlements());
    let units = counted(short, reckoning.product.metric);
    let text = match outcome.covered_by_grants() {
        0 => format!("{consumed} − {rights} = {units}."),
        grants => format!("{consumed} − {rights} − {} = {units}.", grouped(grants)),
    };
    Step { label: "Short", amount: grouped(short), text, rows: Some(RowKind::Short) }
}

fn surplus(reckoning: &Reckoning<'_>) -> Step {
    let label = "Surplus";
    let (Some(surplus), Quantity::Units(entitled)) = (reckoning.surplus(), reckoning.selected.entitled()) else {
        let text = "Without a limit nothing is left over.".to_owned();
        return Step { label, amount: "unlimited".to_owned(), text, rows: None };
    };
    let (used, left) = (grouped(entitled - surplus), counted(surplus, reckoning.product.metric));
    let text = format!("{} − {used} used = {left}.", grouped(entitled));
    Step { label, amount: grouped(surplus), text, rows: None }
}

fn money(label: &'static str, amount: &Amount) -> Step {
    let shown = amount.money.map_or_else(|| "not known".to_owned(), |money| money.to_string());
    Step { label, amount: shown, text: amount.basis.clone(), rows: None }
}

fn left_out(reckoning: &Reckoning<'_>) -> Option<Step> {
    let left_out = &reckoning.selected.left_out;
    let reasons = left_out.iter().filter_map(|supply| supply.why_not.clone());
    (!left_out.is_empty()).then(|| Step {
        label: "Does not count",
        amount: grouped(left_out.len() as u64),
        text: list(reasons, " "),
        rows: None,
    })
}
