//! The working of a line in plain sentences, the same on every face of the product.
//!
//! Sentences are written straight into place: a whole estate has tens of thousands of them.

use std::fmt::{self, Display, Write as _};

use domain::entitlement::{Metric, Quantity};
use domain::observation::Environment;

use crate::line::{Amount, Reckoning, Step};
use crate::matching::Use;
use crate::measure::{self, Measured};
use crate::metrics::{Kind, Plain};
use crate::row::RowKind;
use crate::supply::CountingRight;

/// More terms than this are summed up: a sentence with hundreds of rights says less than their sum.
const TERMS_MAX: usize = 6;

/// A number with thousands in groups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouped(pub(crate) u64);

impl Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            small @ 0..1_000 => small.fmt(f),
            large => write!(f, "{},{:03}", Self(large / 1_000), large % 1_000),
        }
    }
}

/// A number with its unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted(pub(crate) u64, pub(crate) Metric);

impl Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Grouped(self.0), self.1.unit(self.0))
    }
}

/// The terms with `between` between them; those beyond [`TERMS_MAX`] as a number.
pub(crate) fn list<T: Display>(terms: impl Iterator<Item = T> + Clone, between: &str) -> impl Display {
    fmt::from_fn(move |f| {
        let count = terms.clone().count();
        let shown = if count > TERMS_MAX { TERMS_MAX - 1 } else { count };
        for (place, term) in terms.clone().take(shown).enumerate() {
            if place > 0 {
                f.write_str(between)?;
            }
            term.fmt(f)?;
        }
        if shown < count { write!(f, "{between}{} more", count - shown) } else { Ok(()) }
    })
}

/// The environment in running text.
pub(crate) fn spoken(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "production",
        Environment::Test => "test",
        Environment::Development => "development",
        Environment::DisasterRecovery => "disaster recovery",
    }
}

fn devices(number: u64) -> Counted {
    Counted(number, Metric::Device)
}

/// Why a number of persons is a range.
pub(crate) fn why_a_range(nameless: u64) -> String {
    match nameless {
        1 => "1 device states no primary user; it counts as a person of its own.".to_owned(),
        _ => format!("{} state no primary user; each counts as a person of its own.", devices(nameless)),
    }
}

/// Why what was measured is a range.
pub(crate) fn why_a_measured_range(measured: &Measured) -> String {
    let missing = measured.missing();
    let mut sentences = Vec::new();
    if !missing.is_empty() {
        let mut sentence = list(missing.iter(), "; ").to_string();
        sentence.push_str(". The least that it can be is the low end; the most that the metric assumes is counted.");
        // The first letter begins a sentence.
        let mut letters = sentence.chars();
        sentences.push(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect());
    }
    if measured.nameless > 0 {
        sentences.push(why_a_range(measured.nameless));
    }
    sentences.join(" ")
}

/// The steps of what was measured, with the metric that says so.
fn measuring(reckoning: &Reckoning<'_>) -> Vec<Step> {
    let (Some(measured), Kind::Measured(metric)) = (&reckoning.measured, reckoning.selected.kind) else {
        return Vec::new();
    };
    let Some(definition) = reckoning.selected.definitions.get(&metric) else { return Vec::new() };
    let users = measure::counts_persons(definition).then_some(measured.persons + measured.nameless);
    let sources = definition.sources.iter().map(|source| source.document.as_str());
    let mut text = format!("{}: {}", definition.title, definition.description);
    if !definition.sources.is_empty() {
        text.push_str(&format!(" From: {}.", list(sources, "; ")));
    }
    let mut steps = vec![Step { label: "Metric", amount: metric.to_string(), text, rows: None }];
    steps.extend(measure::steps(definition, measured, users));
    steps
}

/// The steps from devices to money.
pub(crate) fn steps(reckoning: &Reckoning<'_>, exposure: &Amount, saving: &Amount) -> Vec<Step> {
    let mut steps = Vec::with_capacity(10);
    steps.push(found(reckoning));
    steps.extend(included(reckoning));
    steps.extend(exempt(reckoning));
    steps.extend(measuring(reckoning));
    steps.push(consumed(reckoning));
    steps.push(entitled(reckoning));
    steps.extend(entitled_otherwise(reckoning));
    steps.extend(lent(reckoning));
    steps.extend(borrowed(reckoning));
    steps.extend(limits(reckoning));
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
    steps.extend(worth(reckoning));
    steps.extend(by_contract(reckoning));
    steps.extend(left_out(reckoning));
    steps
}

/// The text of a step, in one piece of memory.
fn sentence(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::with_capacity(120);
    // Writing to a string cannot fail.
    let _written = write(&mut text);
    text
}

fn rights_with_use<'a>(reckoning: &'a Reckoning<'_>) -> impl Iterator<Item = (&'a CountingRight<'a>, &'a Use)> + Clone {
    reckoning.selected.rights.iter().zip(&reckoning.outcome.rights)
}

fn found(reckoning: &Reckoning<'_>) -> Step {
    let name = &reckoning.product.name;
    let text = sentence(|text| match reckoning.holding {
        0 => write!(text, "No device holds a title that is recognised as {name}."),
        1 => write!(text, "1 device holds a title that is recognised as {name}."),
        holding => write!(text, "{} hold a title that is recognised as {name}.", devices(holding)),
    });
    Step { label: "Devices with the product", amount: Grouped(reckoning.holding).to_string(), text, rows: None }
}

fn exempt(reckoning: &Reckoning<'_>) -> Option<Step> {
    let exempt = reckoning.selected.exempt;
    if exempt.is_empty() {
        return None;
    }
    let exempts = |right: &&CountingRight<'_>| !right.entitlement.right.exempt_environments.is_empty();
    let rights = reckoning.selected.rights.iter();
    let exempting = rights.clone().filter(exempts);
    let others = rights.filter(|right| !exempts(right));
    let text = sentence(|text| {
        let verb = if exempting.clone().count() == 1 { "exempts" } else { "exempt" };
        let ids = list(exempting.map(|right| right.entitlement.id), ", ");
        let environments = list(exempt.iter().map(spoken), ", ");
        let there = devices(reckoning.holding - reckoning.liable - reckoning.included);
        let units = Counted(reckoning.exempt, reckoning.product.metric);
        write!(text, "{ids} {verb} {environments}: {there} there, so {units} need no licence.")?;
        if others.clone().next().is_some() {
            let others = list(others.map(|right| right.entitlement.id), ", ");
            write!(text, " Not stated by {others}; one right that counts is enough.")?;
        }
        if reckoning.unstated > 0 {
            let unstated = devices(reckoning.unstated);
            write!(text, " Without a stated environment, and counted as production: {unstated}.")?;
        }
        Ok(())
    });
    let amount = Grouped(reckoning.exempt).to_string();
    Some(Step { label: "Exempt", amount, text, rows: Some(RowKind::Exempt) })
}

fn included(reckoning: &Reckoning<'_>) -> Option<Step> {
    let share = reckoning.share.filter(|_| reckoning.included > 0)?;
    let text = sentence(|text| {
        let suites = list(share.suites.iter(), ", ");
        let verb = if reckoning.included == 1 { "holds" } else { "hold" };
        write!(text, "{} {verb} a suite that includes it ({suites}) and count there.", devices(reckoning.included))
    });
    Some(Step {
        label: "Part of a suite",
        amount: Grouped(reckoning.included).to_string(),
        text,
        rows: Some(RowKind::Included),
    })
}

/// What of the product's own rights is spent on others.
fn lent(reckoning: &Reckoning<'_>) -> Option<Step> {
    let share = reckoning.share.filter(|share| !share.lent.is_empty())?;
    let units: u64 = share.lent.iter().map(|(_, units, _)| units).sum();
    let terms = share.lent.iter().map(|(id, units, products)| {
        let (units, products) = (Grouped(*units), list(products.iter(), ", "));
        let text = format!("{units} of {id} on {products}");
        fmt::from_fn(move |f| f.write_str(&text))
    });
    let text = sentence(|text| {
        write!(text, "Spent where they save most on products that the rights cover instead or as a suite: ")?;
        write!(text, "{}.", list(terms, "; "))
    });
    Some(Step { label: "Spent on other products", amount: Grouped(units).to_string(), text, rows: None })
}

/// What the line gets of other products' rights.
fn borrowed(reckoning: &Reckoning<'_>) -> Option<Step> {
    let rights = rights_with_use(reckoning).filter(|(right, _)| right.from.is_some());
    rights.clone().next()?;
    let covers: u64 = rights.clone().map(|(_, spent)| spent.covers).sum();
    let terms = rights.map(|(right, spent)| {
        let (id, from, covers) = (right.entitlement.id, right.from, Grouped(spent.covers));
        let as_suite = !right.bundles.is_empty();
        fmt::from_fn(move |f| {
            let of = from.map(|from| from.to_string()).unwrap_or_default();
            let how = if as_suite { ", as a suite" } else { "" };
            write!(f, "{id} of {of} {covers}{how}")
        })
    });
    let text = format!("{}.", list(terms, "; "));
    Some(Step { label: "Rights of other products", amount: Grouped(covers).to_string(), text, rows: None })
}

/// What the rights that reach only parts of the line reach.
fn limits(reckoning: &Reckoning<'_>) -> Option<Step> {
    let limited = rights_with_use(reckoning).filter(|(right, _)| right.is_limited());
    let count = limited.clone().count() as u64;
    let terms = limited.map(|(right, _)| {
        let (id, use_rights) = (right.entitlement.id, &right.entitlement.right.use_rights);
        fmt::from_fn(move |f| {
            write!(f, "{id}: {}", use_rights.scope)?;
            match use_rights.versions.as_ref().filter(|_| right.from.is_none()) {
                Some(versions) => write!(f, ", {versions}"),
                None => Ok(()),
            }
        })
    });
    let text = sentence(|text| {
        write!(text, "{}. They are spent so that as little as possible is short.", list(terms, "; "))?;
        let versions =
            reckoning.selected.rights.iter().any(|right| right.entitlement.right.use_rights.versions.is_some());
        if versions { text.write_str(" A version that no source states counts as covered.") } else { Ok(()) }
    });
    (count > 0).then(|| Step { label: "Limited rights", amount: Grouped(count).to_string(), text, rows: None })
}

/// What agreements say of the product as a whole.
fn by_contract(reckoning: &Reckoning<'_>) -> Option<Step> {
    let agreements = &reckoning.compliant_by;
    let verb = if agreements.len() == 1 { "counts" } else { "count" };
    let text = sentence(|text| {
        let ids = list(agreements.iter(), ", ");
        write!(text, "While in force, {ids} {verb} any use as compliant. The numbers above do not change by it.")
    });
    let amount = Grouped(agreements.len() as u64).to_string();
    (!agreements.is_empty()).then_some(Step { label: "Compliant by contract", amount, text, rows: None })
}

/// What one more licence would save.
fn worth(reckoning: &Reckoning<'_>) -> Option<Step> {
    let worth = reckoning.share?.worth?;
    let of_unit = crate::price::of_unit(reckoning.held, reckoning.selected);
    let saved = worth.exposure.and_then(|exposure| crate::price::of_parts(exposure, of_unit?.1.currency));
    let (amount, text) = match (saved, worth.short) {
        (_, 0) => ("0".to_owned(), "Nothing of the linked products would be covered by it.".to_owned()),
        (Some(saved), _) => (
            saved.to_string(),
            format!("One more right that reaches all of it saves {saved} over all linked products."),
        ),
        (None, short) => {
            let text = "One more right covers so many units over all linked products; their prices cannot be compared.";
            (short.to_string(), text.to_owned())
        }
    };
    Some(Step { label: "One more licence", amount, text, rows: None })
}

fn consumed(reckoning: &Reckoning<'_>) -> Step {
    let consumed = reckoning.outcome.consumed;
    let units = Counted(consumed, reckoning.product.metric);
    let liable = devices(reckoning.liable);
    let kind = match reckoning.selected.kind {
        Kind::Plain(plain) => plain,
        Kind::Measured(_) => {
            let come = if reckoning.liable == 1 { "comes" } else { "come" };
            let low = reckoning.measured.as_ref().map_or(consumed, |measured| measured.low);
            let text = if low == consumed {
                format!("{liable} {come} to {units}.")
            } else {
                format!("{liable} {come} to {} to {units}; the most counts.", Grouped(low))
            };
            let amount = Grouped(consumed).to_string();
            return Step { label: "Consumed", amount, text, rows: Some(RowKind::Consumed) };
        }
    };
    let text = sentence(|text| match kind {
        Plain::Device if reckoning.exempt + reckoning.included > 0 => {
            write!(text, "{}", Grouped(reckoning.holding))?;
            for (left_out, why) in [(reckoning.included, "part of a suite"), (reckoning.exempt, "exempt")] {
                if left_out > 0 {
                    write!(text, " − {} {why}", Grouped(left_out))?;
                }
            }
            write!(text, " = {units}.")
        }
        Plain::Device => write!(text, "Each device counts once, whatever it holds: {units}."),
        Plain::Installation => {
            write!(text, "{liable}, each with every version of the product that it holds: {units}.")
        }
        Plain::NamedUser if reckoning.nameless > 0 => {
            let (named, nameless) = (Grouped(consumed - reckoning.nameless), Grouped(reckoning.nameless));
            write!(text, "{liable} with {named} primary users, and {nameless} without one: ")?;
            write!(text, "{named} + {nameless} = {units}.")
        }
        Plain::NamedUser => write!(text, "The primary users of {liable}, each once: {units}."),
    });
    Step { label: "Consumed", amount: Grouped(consumed).to_string(), text, rows: Some(RowKind::Consumed) }
}

fn entitled(reckoning: &Reckoning<'_>) -> Step {
    let metric = reckoning.product.metric;
    if let Some(unlimited) = reckoning.selected.unlimited() {
        let text = format!("{} sets no limit.", unlimited.entitlement.id);
        return Step { label: "Entitled", amount: "unlimited".to_owned(), text, rows: None };
    }
    if reckoning.selected.entitled() == Quantity::Unlimited {
        let unlimited = reckoning.selected.own().filter(|right| right.quantity == Quantity::Unlimited);
        let terms = unlimited.map(|right| {
            let (id, scope) = (right.entitlement.id, &right.entitlement.right.use_rights);
            fmt::from_fn(move |f| write!(f, "{id} ({})", scope.scope))
        });
        let text = format!("Without a limit in number where they reach: {}.", list(terms, "; "));
        return Step { label: "Entitled", amount: "unlimited".to_owned(), text, rows: None };
    }
    let units = reckoning.selected.entitled().units().unwrap_or(u64::MAX);
    let own = || reckoning.selected.own();
    let text = sentence(|text| match (own().next(), own().nth(1)) {
        (None, _) => write!(text, "No right in {} counts.", metric.unit(2)),
        (Some(one), None) => write!(text, "{} gives {}.", one.entitlement.id, Counted(units, metric)),
        (Some(_), Some(_)) => {
            let term = |right: &CountingRight<'_>| {
                let (units, id) = (right.quantity.units().unwrap_or(u64::MAX), right.entitlement.id);
                fmt::from_fn(move |f| write!(f, "{} ({id})", Grouped(units)))
            };
            write!(text, "{} = {}.", list(own().map(term), " + "), Counted(units, metric))
        }
    });
    Step { label: "Entitled", amount: Grouped(units).to_string(), text, rows: None }
}

fn entitled_otherwise(reckoning: &Reckoning<'_>) -> Option<Step> {
    let metric = reckoning.product.metric;
    let others = rights_with_use(reckoning).filter(|(right, _)| right.kind != reckoning.selected.kind);
    if reckoning.selected.unlimited().is_some() || others.clone().next().is_none() {
        return None;
    }
    let covers: u64 = others.clone().map(|(_, spent)| spent.covers).sum();
    let terms = others.map(|(right, spent)| {
        let given = Counted(right.quantity.units().unwrap_or(u64::MAX), right.metric);
        let (id, used, covered) = (right.entitlement.id, Grouped(spent.used), Counted(spent.covers, metric));
        fmt::from_fn(move |f| write!(f, "{id} gives {given}, of which {used} cover {covered}"))
    });
    let text = format!("{}.", list(terms, "; "));
    Some(Step { label: "Rights in other metrics", amount: Grouped(covers).to_string(), text, rows: None })
}

fn covered_by_rights(reckoning: &Reckoning<'_>) -> Step {
    let covered = reckoning.outcome.covered_by_entitlements();
    let metric = reckoning.product.metric;
    let terms = rights_with_use(reckoning).filter(|(_, spent)| spent.covers > 0).map(|(right, spent)| {
        let (id, used) = (right.entitlement.id, Grouped(spent.used));
        let seconds =
            if right.secondary && reckoning.selected.kind == Kind::DEVICE { spent.covers - spent.used } else { 0 };
        fmt::from_fn(move |f| match seconds {
            0 => write!(f, "{id} {}", Grouped(spent.covers)),
            _ => write!(f, "{id} {used} devices and {} second devices of the same persons", Grouped(seconds)),
        })
    });
    let of = Grouped(reckoning.outcome.consumed);
    let text = sentence(|text| match covered {
        0 => write!(text, "Rights cover none of the {of}."),
        _ => write!(text, "{}: {} of {of}.", list(terms, " + "), Counted(covered, metric)),
    });
    Step { label: "Covered by rights", amount: Grouped(covered).to_string(), text, rows: Some(RowKind::Covered) }
}

fn covered_by_exceptions(reckoning: &Reckoning<'_>) -> Option<Step> {
    if reckoning.selected.grants.is_empty() {
        return None;
    }
    let covered = reckoning.outcome.covered_by_grants();
    let left = Grouped(reckoning.outcome.consumed - reckoning.outcome.covered_by_entitlements());
    let terms = reckoning.selected.grants.iter().zip(&reckoning.outcome.grants).map(|(grant, spent)| {
        let (id, terms, used) = (grant.case, &grant.terms, Grouped(spent.used));
        fmt::from_fn(move |f| {
            write!(f, "{id} covers {used} of its {}", Grouped(terms.quantity))?;
            if let Some(environment) = terms.environment {
                write!(f, " in {}", spoken(environment))?;
            }
            write!(f, " until {}", terms.until)
        })
    });
    let text = format!("{}: {} of the {left} that rights leave.", list(terms, "; "), Grouped(covered));
    let amount = Grouped(covered).to_string();
    Some(Step { label: "Covered by exceptions", amount, text, rows: Some(RowKind::Covered) })
}

fn short(reckoning: &Reckoning<'_>) -> Step {
    let outcome = &reckoning.outcome;
    let (consumed, short) = (Grouped(outcome.consumed), outcome.short());
    let rights = Grouped(outcome.covered_by_entitlements());
    let units = Counted(short, reckoning.product.metric);
    let text = sentence(|text| match outcome.covered_by_grants() {
        0 => write!(text, "{consumed} − {rights} = {units}."),
        grants => write!(text, "{consumed} − {rights} − {} = {units}.", Grouped(grants)),
    });
    Step { label: "Short", amount: Grouped(short).to_string(), text, rows: Some(RowKind::Short) }
}

fn surplus(reckoning: &Reckoning<'_>) -> Step {
    let label = "Surplus";
    let (Some(surplus), Quantity::Units(entitled)) = (reckoning.surplus(), reckoning.selected.entitled()) else {
        let text = "Without a limit nothing is left over.".to_owned();
        return Step { label, amount: "unlimited".to_owned(), text, rows: None };
    };
    let (used, left) = (Grouped(entitled - surplus), Counted(surplus, reckoning.product.metric));
    let text =
        sentence(|text| match reckoning.share.map_or(0, |share| share.lent.iter().map(|(_, units, _)| units).sum()) {
            0 => write!(text, "{} − {used} used = {left}.", Grouped(entitled)),
            _ => write!(text, "{} − {used} used here or on other products = {left}.", Grouped(entitled)),
        });
    Step { label, amount: Grouped(surplus).to_string(), text, rows: None }
}

fn money(label: &'static str, amount: &Amount) -> Step {
    let shown = amount.money.map_or_else(|| "not known".to_owned(), |money| money.to_string());
    Step { label, amount: shown, text: amount.basis.to_string(), rows: None }
}

fn left_out(reckoning: &Reckoning<'_>) -> Option<Step> {
    let left_out = &reckoning.selected.left_out;
    let reasons = left_out.iter().filter_map(|supply| supply.why_not.as_deref());
    (!left_out.is_empty()).then(|| Step {
        label: "Does not count",
        amount: Grouped(left_out.len() as u64).to_string(),
        text: list(reasons, " ").to_string(),
        rows: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_in_groups() {
        let shown = [0, 999, 1_000, 12_034, 1_000_000, u64::MAX].map(|number| Grouped(number).to_string());
        assert_eq!(shown, ["0", "999", "1,000", "12,034", "1,000,000", "18,446,744,073,709,551,615"]);
    }

    #[test]
    fn a_long_list_ends_in_a_number() {
        assert_eq!(list(1..=6, "+").to_string(), "1+2+3+4+5+6");
        assert_eq!(list(1..=8, "+").to_string(), "1+2+3+4+5+3 more");
    }
}
