//! Decisions about recognition: rules for raw titles, and products for known software.

use std::collections::BTreeSet;

use super::check_name;
use super::software::product_of;
use crate::event::Event;
use crate::id::{PartyId, ProductId, TitleMatchId};
use crate::product::{KnownSoftware, SOFTWARE_KEY_CHARS_MAX, TitlePattern, folded, folds_to, is_software_key};
use crate::refusal::Refusal;
use crate::state::State;

/// Rules or products of one act: what one person looks through on a page, and every one is an entry of the ledger.
pub const AT_ONCE_MAX: usize = 200;

pub(super) fn match_title(
    state: &State,
    pattern: &TitlePattern,
    product: Option<ProductId>,
) -> Result<Vec<Event>, Refusal> {
    let mut events = match_title_as(state, pattern, product, state.last_numbers.title_match + 1)?;
    if events.is_empty() {
        let known = state.title_matches.values().find(|known| same(&known.pattern, pattern));
        let known = known.map_or_else(|| "A rule".to_owned(), |known| known.id.to_string());
        return Err(Refusal::about("title", format!("{known} says this already.")));
    }
    events.shrink_to_fit();
    Ok(events)
}

/// All rules, or none; what is said already is left out.
pub(super) fn match_titles(
    state: &State,
    matches: &[(TitlePattern, Option<ProductId>)],
) -> Result<Vec<Event>, Refusal> {
    check_count("matches", "titles", matches.len())?;
    let mut events = Vec::new();
    let mut seen: BTreeSet<(String, Option<String>)> = BTreeSet::new();
    let mut next = state.last_numbers.title_match + 1;
    for (pattern, product) in matches {
        if !seen.insert((folded(&pattern.name), pattern.publisher.as_deref().map(folded))) {
            return Err(Refusal::about(
                "matches",
                format!("\u{201c}{}\u{201d} stands twice; say once what it is.", pattern.name),
            ));
        }
        let added = match_title_as(state, pattern, *product, next)?;
        next += u64::from(!added.is_empty());
        events.extend(added);
    }
    Ok(events)
}

fn check_count(field: &'static str, what: &str, count: usize) -> Result<(), Refusal> {
    if count == 0 {
        return Err(Refusal::about(field, format!("Choose at least one of the {what}.")));
    }
    if count > AT_ONCE_MAX {
        return Err(Refusal::about(field, format!("Choose at most {AT_ONCE_MAX} {what} at once, not {count}.")));
    }
    Ok(())
}

/// The events that make a rule, under this number; none where it stands already.
fn match_title_as(
    state: &State,
    pattern: &TitlePattern,
    product: Option<ProductId>,
    number: u64,
) -> Result<Vec<Event>, Refusal> {
    check_name("title", "the title as the source writes it", &pattern.name)?;
    let name = folded(&pattern.name);
    if name.ends_with('*') && name.trim_end_matches('*').chars().count() < 2 {
        return Err(Refusal::about("title", "Give at least two letters of the title before the *."));
    }
    if let Some(publisher) = &pattern.publisher {
        check_name("publisher", "the publisher as the source writes it", publisher)?;
    }
    if let Some(product) = product {
        product_of(state, product)?;
    }
    let alike = || state.title_matches.values().filter(|known| same(&known.pattern, pattern));
    if alike().any(|known| known.product == product) {
        return Ok(Vec::new());
    }
    // A later rule for the same titles takes the place of the earlier.
    let mut events: Vec<Event> = alike().map(|known| Event::TitleUnmatched { title_match: known.id }).collect();
    events.push(Event::TitleMatched { title_match: TitleMatchId(number), pattern: pattern.clone(), product });
    Ok(events)
}

/// Whether two patterns speak of the same titles.
fn same(known: &TitlePattern, wanted: &TitlePattern) -> bool {
    folds_to(&known.name, &folded(&wanted.name))
        && match (&known.publisher, &wanted.publisher) {
            (Some(known), Some(wanted)) => folds_to(known, &folded(wanted)),
            (None, None) => true,
            _ => false,
        }
}

/// A product for each, linked to its software; all or none.
pub(super) fn adopt(state: &State, software: &[KnownSoftware]) -> Result<Vec<Event>, Refusal> {
    check_count("software", "titles", software.len())?;
    let mut events = Vec::new();
    let mut parties: Vec<(String, PartyId)> = Vec::new();
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let (mut next_party, mut next) = (state.last_numbers.party + 1, state.last_numbers.product + 1);
    for known in software {
        let KnownSoftware { catalogue_key, name, publisher, metric } = known;
        check_name("name", "the product's name", name)?;
        check_link(state, None, catalogue_key)?;
        if let Some(taken) = state.product_named(name, publisher.as_deref()) {
            return Err(Refusal::about(
                "name",
                format!("{} is called {} already; link it to the software instead.", taken.id, taken.name),
            ));
        }
        if !keys.insert(catalogue_key) || !names.insert((folded(name), publisher.as_deref().map(folded))) {
            return Err(Refusal::about("software", format!("{name} stands twice.")));
        }
        let party = match publisher {
            None => None,
            Some(publisher) => {
                check_name("publisher", "the publisher's name", publisher)?;
                let recorded = state.party_named(publisher).map(|party| party.id);
                let added = parties.iter().find(|(name, _)| folds_to(publisher, name)).map(|(_, party)| *party);
                Some(recorded.or(added).unwrap_or_else(|| {
                    let party = PartyId(next_party);
                    next_party += 1;
                    parties.push((folded(publisher), party));
                    events.push(Event::PartyAdded { party, name: publisher.trim().to_owned(), import: None });
                    party
                }))
            }
        };
        let product = ProductId(next);
        next += 1;
        let name = name.trim().to_owned();
        events.push(Event::ProductAdded { product, name, publisher: party, metric: *metric, import: None });
        events.push(Event::ProductLinked { product, catalogue_key: Some(catalogue_key.clone()) });
    }
    Ok(events)
}

pub(super) fn link(state: &State, product: ProductId, catalogue_key: Option<&str>) -> Result<Vec<Event>, Refusal> {
    product_of(state, product)?;
    if let Some(key) = catalogue_key {
        check_link(state, Some(product), key)?;
    }
    if state.catalogue_keys.get(&product).map(AsRef::as_ref) == catalogue_key {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ProductLinked { product, catalogue_key: catalogue_key.map(str::to_owned) }])
}

/// Titles are one product, so software is linked to one.
fn check_link(state: &State, product: Option<ProductId>, key: &str) -> Result<(), Refusal> {
    if !is_software_key(key) {
        return Err(Refusal::about(
            "catalogue_key",
            format!(
                "A key of known software is written as publisher/product in small letters, with at most {SOFTWARE_KEY_CHARS_MAX} of them."
            ),
        ));
    }
    let taken = state.catalogue_keys.iter().find(|(_, taken)| &***taken == key).map(|(product, _)| *product);
    match taken {
        Some(taken) if Some(taken) != product => {
            Err(Refusal::about("catalogue_key", format!("{taken} is linked to {key} already.")))
        }
        _ => Ok(()),
    }
}
