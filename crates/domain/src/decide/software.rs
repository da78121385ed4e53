//! Decisions about agreements, products, recognition and rights.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Asking, check_name, check_quantity, check_words, recognition, suites};
use crate::agreement::{AgreementTerms, RenewalChoice};
use crate::command::Intent;
use crate::entitlement::{Metric, Quantity, Right, UseRights};
use crate::event::Event;
use crate::id::{AgreementId, EntitlementId, MetricId, PartyId, ProductId};
use crate::metric::Definition;
use crate::product::Product;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Clauses of one agreement.
const CLAUSES_MAX: usize = 200;
/// Characters of one clause: an agreement with all its clauses must fit an entry in most cases, and says so otherwise.
const CLAUSE_CHARS_MAX: usize = 20_000;
/// Characters of all clauses of one agreement together, below the 65,535 bytes of an entry even in scripts of three bytes a letter.
const CLAUSES_CHARS_MAX: usize = 20_000;
/// The price of one unit: with a billion units the sum still fits a decimal of 28 digits, decimals included.
const PRICE_MAX: u64 = 1_000_000_000;
/// Decimals of a price: metered units cost fractions of a cent.
const PRICE_DECIMALS_MAX: u32 = 8;
/// Places of one kind in a scope: more are written as the place that holds them.
const PLACES_MAX: usize = 100;
/// Products on which one right may be spent instead of its own.
pub(super) const INSTEAD_FOR_MAX: usize = 50;
/// Days of notice: three years are more than any agreement asks.
pub(super) const NOTICE_DAYS_MAX: u32 = 1_096;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::RecordAgreement { party, terms } => {
            check_name("party", "the name of the vendor or customer", party)?;
            check_agreement(terms)?;
            let mut events = Vec::new();
            let party = find_or_add_party(state, party, &mut events);
            let agreement = AgreementId(state.last_numbers.agreement + 1);
            events.push(Event::AgreementRecorded { agreement, party, terms: terms.clone(), import: None });
            Ok(events)
        }
        Intent::AmendAgreement { agreement, terms } => {
            let known = state
                .agreements
                .get(agreement)
                .ok_or_else(|| Refusal::NotFound { what: "agreement", number: agreement.to_string() })?;
            check_agreement(terms)?;
            if known.terms == *terms {
                return Ok(Vec::new());
            }
            Ok(vec![Event::AgreementAmended { agreement: *agreement, terms: terms.clone() }])
        }
        Intent::PlanRenewal { agreement, ends_on, choice, reason } => {
            plan_renewal(state, *agreement, *ends_on, *choice, reason)
        }
        Intent::AddProduct { name, publisher, metric } => add_product(state, name, publisher.as_deref(), *metric),
        Intent::SetProductMetric { product, metric } => {
            let known = product_of(state, *product)?;
            check_metric(state, *metric)?;
            if known.metric == *metric {
                return Ok(Vec::new());
            }
            Ok(vec![Event::ProductMetricSet { product: *product, metric: *metric }])
        }
        Intent::DefineMetric { definition } => define_metric(state, definition),
        Intent::MatchTitle { pattern, product } => recognition::match_title(state, pattern, *product),
        Intent::MatchTitles { matches } => recognition::match_titles(state, matches),
        Intent::AdoptSoftware { software } => recognition::adopt(state, software),
        Intent::LinkProduct { product, catalogue_key } => recognition::link(state, *product, catalogue_key.as_deref()),
        Intent::UnmatchTitle { title_match } => {
            if !state.title_matches.contains_key(title_match) {
                return Err(Refusal::NotFound { what: "title match", number: title_match.to_string() });
            }
            Ok(vec![Event::TitleUnmatched { title_match: *title_match }])
        }
        Intent::DefineSuite { product, suite } => suites::define(state, *product, suite.as_ref()),
        Intent::RecordEntitlement { .. } => record_entitlement(asking),
        Intent::RetireEntitlement { entitlement, retired_on, reason } => {
            retire_entitlement(state, *entitlement, *retired_on, reason)
        }
        _ => Ok(Vec::new()),
    }
}

fn plan_renewal(
    state: &State,
    agreement: AgreementId,
    ends_on: Date,
    choice: RenewalChoice,
    reason: &Text,
) -> Result<Vec<Event>, Refusal> {
    let known = state
        .agreements
        .get(&agreement)
        .ok_or_else(|| Refusal::NotFound { what: "agreement", number: agreement.to_string() })?;
    match known.terms.ends_on {
        None => {
            let sentence = format!("{agreement} has no end, so nothing can be planned for it. Amend its terms first.");
            return Err(Refusal::about("ends_on", sentence));
        }
        Some(end) if end != ends_on => {
            let sentence = format!("{agreement} ends on {end}, not on {ends_on}. Look at it again.");
            return Err(Refusal::about("ends_on", sentence));
        }
        Some(_) => {}
    }
    check_words("reason", "why this is planned", reason)?;
    Ok(vec![Event::RenewalPlanned { agreement, ends_on, choice, reason: reason.clone() }])
}

fn record_entitlement(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::RecordEntitlement { product, right, agreement, purchase_reference } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    let state = asking.state;
    product_of(state, *product)?;
    check_metric(state, right.metric)?;
    check_right(right)?;
    check_instead(state, *product, right)?;
    if let Some(agreement) = agreement
        && !state.agreements.contains_key(agreement)
    {
        return Err(Refusal::NotFound { what: "agreement", number: agreement.to_string() });
    }
    if let Some(reference) = purchase_reference {
        check_name("purchase_reference", "the purchase reference", reference)?;
    }
    Ok(vec![Event::EntitlementRecorded {
        entitlement: EntitlementId(state.last_numbers.entitlement + 1),
        product: *product,
        right: right.clone(),
        agreement: *agreement,
        purchase_reference: purchase_reference.clone(),
        import: None,
    }])
}

fn retire_entitlement(
    state: &State,
    entitlement: EntitlementId,
    retired_on: Date,
    reason: &Text,
) -> Result<Vec<Event>, Refusal> {
    let known = state
        .entitlements
        .get(&entitlement)
        .ok_or_else(|| Refusal::NotFound { what: "entitlement", number: entitlement.to_string() })?;
    if known.retired_on.is_some() {
        return Err(Refusal::Gone { message: format!("{entitlement} was retired already.") });
    }
    check_words("reason", "why the right is retired", reason)?;
    Ok(vec![Event::EntitlementRetired { entitlement, retired_on, reason: reason.clone() }])
}

fn add_product(state: &State, name: &str, publisher: Option<&str>, metric: Metric) -> Result<Vec<Event>, Refusal> {
    check_name("name", "the product's name", name)?;
    check_metric(state, metric)?;
    if let Some(publisher) = publisher {
        check_name("publisher", "the publisher's name", publisher)?;
    }
    if let Some(known) = state.product_named(name, publisher) {
        return Err(Refusal::about("name", format!("{} is called {} already.", known.id, known.name)));
    }
    let mut events = Vec::new();
    let publisher = publisher.map(|publisher| find_or_add_party(state, publisher, &mut events));
    events.push(Event::ProductAdded {
        product: ProductId(state.last_numbers.product + 1),
        name: name.trim().to_owned(),
        publisher,
        metric,
        import: None,
    });
    Ok(events)
}

/// Records the definition, under the number of the metric of that name where there is one.
fn define_metric(state: &State, definition: &Definition) -> Result<Vec<Event>, Refusal> {
    if let Some(fault) = definition.faults().into_iter().next() {
        return Err(Refusal::about("definition", format!("{}: {}", fault.place, fault.problem)));
    }
    let known = state.metric_named(&definition.name);
    if known.and_then(|known| known.latest()).is_some_and(|latest| latest.definition == *definition) {
        return Ok(Vec::new());
    }
    let metric = known.map_or(MetricId(state.last_numbers.metric + 1), |known| known.id);
    Ok(vec![Event::MetricDefined { metric, definition: definition.clone() }])
}

/// A metric that there is.
pub(super) fn check_metric(state: &State, metric: Metric) -> Result<(), Refusal> {
    if state.has_metric(metric) {
        return Ok(());
    }
    Err(Refusal::NotFound { what: "metric", number: metric.to_string() })
}

/// The party of that name; where there is none, one that `events` adds.
fn find_or_add_party(state: &State, name: &str, events: &mut Vec<Event>) -> PartyId {
    if let Some(known) = state.party_named(name) {
        return known.id;
    }
    let party = PartyId(state.last_numbers.party + 1);
    events.push(Event::PartyAdded { party, name: name.trim().to_owned(), import: None });
    party
}

pub(super) fn product_of(state: &State, product: ProductId) -> Result<&Product, Refusal> {
    state
        .products
        .get(&product)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "product", number: product.to_string() })
}

fn check_agreement(terms: &AgreementTerms) -> Result<(), Refusal> {
    check_name("reference", "the agreement's number or name", &terms.reference)?;
    if let (Some(start), Some(end)) = (terms.starts_on, terms.ends_on)
        && end < start
    {
        return Err(Refusal::about("ends_on", format!("The last day must not be before {start}.")));
    }
    if terms.notice_days.is_some_and(|days| days > NOTICE_DAYS_MAX) {
        return Err(Refusal::about("notice_days", format!("Enter at most {NOTICE_DAYS_MAX} days of notice.")));
    }
    if terms.clauses.len() > CLAUSES_MAX {
        return Err(Refusal::about("clauses", format!("An agreement has at most {CLAUSES_MAX} clauses.")));
    }
    let mut marks = BTreeSet::new();
    let mut characters = 0;
    for clause in &terms.clauses {
        check_name("clauses", "the clause's mark", &clause.mark)?;
        check_name("clauses", "the clause's heading", &clause.heading)?;
        let length = clause.wording.chars().count();
        characters += length;
        if length > CLAUSE_CHARS_MAX || characters > CLAUSES_CHARS_MAX {
            return Err(Refusal::about(
                "clauses",
                format!(
                    "The clauses of an agreement have at most {CLAUSES_CHARS_MAX} characters together; attach the full text as evidence."
                ),
            ));
        }
        if !marks.insert(&clause.mark) {
            return Err(Refusal::about("clauses", format!("The mark {} stands at two clauses.", clause.mark)));
        }
    }
    Ok(())
}

pub(super) fn check_right(right: &Right) -> Result<(), Refusal> {
    if let Quantity::Units(units) = right.quantity {
        check_quantity("quantity", units)?;
    }
    if let (Some(start), Some(end)) = (right.starts_on, right.ends_on)
        && end < start
    {
        return Err(Refusal::about("ends_on", format!("The last day must not be before {start}.")));
    }
    check_use_rights(&right.use_rights)?;
    if right.secondary_use && right.metric != Metric::Device {
        return Err(Refusal::about("secondary_use", "A free second device goes with the device metric only."));
    }
    if let Some(price) = right.unit_price {
        if price.amount.is_sign_negative() || price.amount > Decimal::from(PRICE_MAX) {
            return Err(Refusal::about("unit_price", format!("Enter a price from 0 to {PRICE_MAX}.")));
        }
        if price.amount.scale() > PRICE_DECIMALS_MAX {
            return Err(Refusal::about(
                "unit_price",
                format!("Enter a price with at most {PRICE_DECIMALS_MAX} decimals."),
            ));
        }
    }
    Ok(())
}

/// The terms of use apart from the products that they name.
fn check_use_rights(terms: &UseRights) -> Result<(), Refusal> {
    for (field, (what, places)) in ["regions", "business_units", "cost_centres"].into_iter().zip(terms.scope.named()) {
        if places.len() > PLACES_MAX {
            return Err(Refusal::about(field, format!("Name at most {PLACES_MAX} of these; a place holds its parts.")));
        }
        for place in places {
            check_name(field, &format!("the {what}"), place)?;
        }
    }
    if let Some(versions) = &terms.versions {
        check_name("newest", "the newest version that was bought", &versions.newest)?;
    }
    Ok(())
}

/// The products on which the right may be spent instead of its own.
fn check_instead(state: &State, product: ProductId, right: &Right) -> Result<(), Refusal> {
    let others = &right.use_rights.instead_for;
    if others.contains(&product) {
        return Err(Refusal::about("instead_for", format!("The right is one on {product} already.")));
    }
    if others.len() > INSTEAD_FOR_MAX {
        return Err(Refusal::about("instead_for", format!("Name at most {INSTEAD_FOR_MAX} products.")));
    }
    others.iter().try_for_each(|other| product_of(state, *other).map(drop))
}
