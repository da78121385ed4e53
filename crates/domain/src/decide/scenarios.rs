//! Decisions about scenarios.

use super::{Asking, check_name, check_words};
use crate::command::Intent;
use crate::event::Event;
use crate::id::ScenarioId;
use crate::refusal::Refusal;
use crate::scenario::{
    ASSUMPTIONS_MAX, Assumption, DEVICES_MAX, Part, PriceChange, SCENARIOS_MAX, Scenario, ScenarioTerms,
};
use crate::state::State;

/// Per cent by which a price rises or falls at most: to ten times, or to nothing.
const RISE_PERCENT_MAX: i64 = 900;
const FALL_PERCENT_MAX: i64 = 100;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::RecordScenario { terms, reason } => {
            check(state, terms, None)?;
            check_words("reason", "what the scenario is for", reason)?;
            if state.scenarios.values().filter(|known| !known.retired).count() >= SCENARIOS_MAX {
                let sentence = format!("At most {SCENARIOS_MAX} scenarios are kept. Retire one first.");
                return Err(Refusal::about("name", sentence));
            }
            Ok(vec![Event::ScenarioRecorded {
                scenario: ScenarioId(state.last_numbers.scenario + 1),
                owner: asking.asker()?,
                name: terms.name.trim().to_owned(),
                assumptions: terms.assumptions.clone(),
                reason: reason.clone(),
            }])
        }
        Intent::ChangeScenario { scenario, terms, reason } => {
            let known = standing(state, *scenario)?;
            check(state, terms, Some(*scenario))?;
            check_words("reason", "why it is changed", reason)?;
            if known.terms == *terms && known.reason.open() == reason.open() {
                return Ok(Vec::new());
            }
            Ok(vec![Event::ScenarioChanged {
                scenario: *scenario,
                name: terms.name.trim().to_owned(),
                assumptions: terms.assumptions.clone(),
                reason: reason.clone(),
            }])
        }
        Intent::RetireScenario { scenario } => {
            standing(state, *scenario)?;
            Ok(vec![Event::ScenarioRetired { scenario: *scenario }])
        }
        _ => Ok(Vec::new()),
    }
}

fn standing(state: &State, scenario: ScenarioId) -> Result<&Scenario, Refusal> {
    let known = state
        .scenarios
        .get(&scenario)
        .ok_or_else(|| Refusal::NotFound { what: "scenario", number: scenario.to_string() })?;
    if known.retired {
        return Err(Refusal::Gone { message: format!("{scenario} is retired, so it stays as it is.") });
    }
    Ok(known)
}

fn check(state: &State, terms: &ScenarioTerms, own: Option<ScenarioId>) -> Result<(), Refusal> {
    check_name("name", "the name of the scenario", &terms.name)?;
    let taken = |known: &&std::sync::Arc<Scenario>| {
        Some(known.id) != own && !known.retired && known.terms.name == terms.name.trim()
    };
    if let Some(known) = state.scenarios.values().find(taken) {
        return Err(Refusal::about("name", format!("{} has this name already.", known.id)));
    }
    let about = |sentence: String| Err(Refusal::about("assumptions", sentence));
    if terms.assumptions.is_empty() {
        return about("Assume something: one sentence on each line.".to_owned());
    }
    if terms.assumptions.len() > ASSUMPTIONS_MAX {
        return about(format!("A scenario has at most {ASSUMPTIONS_MAX} assumptions."));
    }
    let devices: u64 = terms.assumptions.iter().filter_map(Assumption::count).fold(0, u64::saturating_add);
    if devices > DEVICES_MAX {
        return about(format!("A scenario adds, removes and moves at most {DEVICES_MAX} devices by number."));
    }
    terms.assumptions.iter().try_for_each(|assumption| check_one(state, assumption))
}

fn check_one(state: &State, assumption: &Assumption) -> Result<(), Refusal> {
    let about =
        |sentence: &str| Err(Refusal::about("assumptions", format!("\u{201c}{assumption}\u{201d}: {sentence}")));
    if let Some(missing) = assumption.products().into_iter().find(|product| !state.products.contains_key(product)) {
        return about(&format!("there is no product {missing}."));
    }
    if let Some(missing) = assumption.entitlement().filter(|right| !state.entitlements.contains_key(right)) {
        return about(&format!("there is no entitlement {missing}."));
    }
    if assumption.count() == Some(0) || assumption.units() == Some(0) {
        return about("the number must be at least 1.");
    }
    if assumption.units().is_some_and(|units| super::check_quantity("assumptions", units).is_err()) {
        return about("so many units cannot be reckoned with.");
    }
    if assumption.span().is_some_and(|(from, until)| until < from) {
        return about("the last day must not be before the first.");
    }
    if assumption.price().is_some_and(|price| price.amount.is_sign_negative()) {
        return about("a price is not less than nothing.");
    }
    match assumption {
        Assumption::Migrate { part: Part::Percent(percent), .. } if !(1..=100).contains(percent) => {
            return about("move 1 to 100 per cent.");
        }
        Assumption::Migrate { product, to, .. } if product == to => return about("the products are the same."),
        Assumption::Price { change: PriceChange::Percent(percent), .. }
            if *percent > RISE_PERCENT_MAX.into() || *percent < (-FALL_PERCENT_MAX).into() =>
        {
            return about(&format!("a price moves by \u{2212}{FALL_PERCENT_MAX} to {RISE_PERCENT_MAX} per cent."));
        }
        Assumption::Bundle { suite, parts, .. } => {
            let is_suite = state.products.get(suite).is_some_and(|product| product.suite.is_some());
            if parts.contains(suite) || (parts.is_empty() && !is_suite) {
                return about("name the parts that it is bought instead of.");
            }
            // One unit of a suite stands in for parts that are counted alike.
            let metric = |product| state.products.get(product).map(|product| product.metric);
            if let Some(part) = parts.iter().find(|part| metric(*part) != metric(suite)) {
                return about(&format!("{part} and {suite} are not counted alike."));
            }
        }
        Assumption::Hire { .. }
        | Assumption::Leave { .. }
        | Assumption::Project { .. }
        | Assumption::Migrate { .. }
        | Assumption::Price { .. }
        | Assumption::Tier { .. }
        | Assumption::Buy { .. }
        | Assumption::End { .. }
        | Assumption::Renew { .. }
        | Assumption::Machine { .. }
        | Assumption::Host { .. }
        | Assumption::Remove { .. } => {}
    }
    // A name that holds a parting word would read as something else the next time.
    if Assumption::try_from(assumption.to_string()).as_ref() != Ok(assumption) {
        return about("a name in it holds a word that parts the sentence.");
    }
    if assumption.to_string().chars().any(super::is_hidden) {
        return about("take the hidden characters out of it.");
    }
    Ok(())
}
