//! Decisions about what suites are made of.

use std::collections::BTreeSet;

use super::software::product_of;
use crate::event::Event;
use crate::id::ProductId;
use crate::product::{Necessity, Suite};
use crate::refusal::Refusal;
use crate::state::State;

/// Components of one suite, those of its suites apart.
const COMPONENTS_MAX: usize = 64;

pub(super) fn define(state: &State, product: ProductId, suite: Option<&Suite>) -> Result<Vec<Event>, Refusal> {
    let known = product_of(state, product)?;
    if let Some(suite) = suite {
        check(state, product, suite)?;
    }
    if known.suite.as_ref() == suite {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SuiteDefined { product, suite: suite.cloned() }])
}

fn check(state: &State, product: ProductId, suite: &Suite) -> Result<(), Refusal> {
    let about = |sentence: String| Err(Refusal::about("components", sentence));
    if suite.components.is_empty() {
        return about("Name at least one component; a product without components is no suite.".to_owned());
    }
    if suite.components.len() > COMPONENTS_MAX {
        return about(format!("A suite has at most {COMPONENTS_MAX} components; make suites of them."));
    }
    for component in suite.components.keys() {
        product_of(state, *component)?;
        if *component == product {
            return about(format!("{product} cannot be a component of itself."));
        }
        if within(state, *component).contains(&product) {
            return about(format!("{component} holds {product}, so it cannot be a component of it."));
        }
    }
    let mandatory = suite.components.values().filter(|necessity| **necessity == Necessity::Mandatory).count();
    let least = u32::try_from(mandatory).unwrap_or(u32::MAX);
    let most = u32::try_from(suite.components.len()).unwrap_or(u32::MAX);
    if suite.inferred_from > most {
        return Err(Refusal::about("inferred_from", format!("The suite has only {most} components.")));
    }
    if suite.inferred_from != 0 && suite.inferred_from < least {
        let sentence = format!("{least} components are mandatory, so enter {least} or more, or 0 for never.");
        return Err(Refusal::about("inferred_from", sentence));
    }
    Ok(())
}

/// Every product within a suite, those within its suites too.
fn within(state: &State, product: ProductId) -> BTreeSet<ProductId> {
    let (mut found, mut open) = (BTreeSet::new(), vec![product]);
    while let Some(next) = open.pop() {
        let suite = state.products.get(&next).and_then(|product| product.suite.as_ref());
        open.extend(suite.iter().flat_map(|suite| suite.components.keys()).filter(|part| found.insert(**part)));
    }
    found
}
