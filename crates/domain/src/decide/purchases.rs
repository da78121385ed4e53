//! Decisions about purchases, spend limits, budgets and surcharges.

use super::{Asking, check_name, check_quantity, check_words};
use crate::command::Intent;
use crate::entitlement::{Quantity, Right, UseRights};
use crate::event::Event;
use crate::id::{BudgetId, EntitlementId, PersonId, ProductId, PurchaseId};
use crate::purchase::{BudgetTerms, Purchase, PurchaseStatus, PurchaseTerms, SpendLimit};
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Per cent that is added to what is short: ten times.
const SURCHARGE_PERCENT_MAX: u32 = 1_000;
/// Budgets that are kept.
const BUDGETS_MAX: usize = 5_000;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::RequestPurchase { terms, reason } => request(asking, terms, reason),
        Intent::ApprovePurchase { purchase, note } => approve(asking, *purchase, note),
        Intent::RefusePurchase { purchase, reason } => {
            let known = standing(state, *purchase, &[PurchaseStatus::Requested], "refused")?;
            not_requester(asking, known, "decides on it")?;
            check_words("reason", "why it is not bought", reason)?;
            Ok(vec![Event::PurchaseRefused { purchase: *purchase, reason: reason.clone() }])
        }
        Intent::OrderPurchase { purchase, reference } => order(asking, *purchase, reference),
        Intent::ReceivePurchase { .. } => receive(asking),
        Intent::WithdrawPurchase { purchase } => {
            let stages = [PurchaseStatus::Requested, PurchaseStatus::Approved];
            let known = standing(state, *purchase, &stages, "withdrawn")?;
            if known.requester != asking.asker()? {
                let message = format!("Only {} can take {purchase} back, who asked for it.", known.requester);
                return Err(Refusal::Duties { message });
            }
            Ok(vec![Event::PurchaseWithdrawn { purchase: *purchase }])
        }
        Intent::SetSpendLimits { limits } => set_limits(state, limits),
        Intent::SetBudget { budget, terms } => set_budget(state, *budget, terms),
        Intent::SetSurcharge { product, percent } => set_surcharge(state, *product, *percent),
        _ => Ok(Vec::new()),
    }
}

fn request(asking: Asking<'_>, terms: &PurchaseTerms, reason: &Text) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    super::software::product_of(state, terms.product)?;
    check_quantity("quantity", terms.quantity)?;
    super::alerts::check_amount(state, terms.unit_price).map_err(at_price)?;
    if terms.total().is_none() {
        return Err(Refusal::about("quantity", "The total is too large to be stated."));
    }
    if let Some(cost_centre) = &terms.cost_centre {
        check_name("cost_centre", "the cost centre", cost_centre)?;
    }
    check_words("reason", "what it is for", reason)?;
    let purchase = PurchaseId(state.last_numbers.purchase + 1);
    let requester = asking.asker()?;
    Ok(vec![Event::PurchaseRequested { purchase, requester, terms: terms.clone(), reason: reason.clone() }])
}

fn at_price(refusal: Refusal) -> Refusal {
    if let Refusal::Field { message, .. } = refusal { Refusal::about("unit_price", message) } else { refusal }
}

fn standing<'a>(
    state: &'a State,
    purchase: PurchaseId,
    stages: &[PurchaseStatus],
    act: &str,
) -> Result<&'a Purchase, Refusal> {
    let known = state
        .purchases
        .get(&purchase)
        .ok_or_else(|| Refusal::NotFound { what: "purchase", number: purchase.to_string() })?;
    let status = known.status();
    if stages.contains(&status) {
        return Ok(known);
    }
    let message = format!("{purchase} is {}, so it cannot be {act}.", status.title().to_lowercase());
    Err(Refusal::Gone { message })
}

/// Persons count, not accounts; and whoever stands in for the requester today is the requester here.
fn not_requester(asking: Asking<'_>, known: &Purchase, act: &str) -> Result<PersonId, Refusal> {
    let person = asking.asker()?;
    if known.requester == person {
        let message = format!("You asked for {} yourself, so somebody else {act}.", known.id);
        return Err(Refusal::Duties { message });
    }
    let today = asking.state.day(asking.at);
    let stands_in =
        asking.state.delegations.values().any(|delegation| {
            delegation.to == person && delegation.from == known.requester && delegation.holds_on(today)
        });
    if stands_in {
        let message =
            format!("You stand in for {}, who asked for {}, so somebody else {act}.", known.requester, known.id);
        return Err(Refusal::Duties { message });
    }
    Ok(person)
}

fn approve(asking: Asking<'_>, purchase: PurchaseId, note: &Text) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let known = standing(state, purchase, &[PurchaseStatus::Requested], "approved")?;
    let person = not_requester(asking, known, "approves it")?;
    check_words("note", "why it may be bought", note)?;
    if state.spend_limits.is_empty() {
        let message = "No spend limits are set yet, so nobody can approve. Finance sets them.".to_owned();
        return Err(Refusal::Gone { message });
    }
    // A role that the requester gave after asking does not count for this purchase.
    let roles = state.persons.get(&person).map(|person| &person.given);
    let counts = |limit: &&SpendLimit| {
        let given = roles.and_then(|roles| roles.get(&limit.role));
        given.is_some_and(|given| given.by != Some(known.requester) || given.at <= known.requested_at)
    };
    let most = state.spend_limits.iter().filter(counts).map(|limit| limit.amount).max_by_key(|limit| limit.amount);
    let total = known.terms.total();
    let fits =
        total.zip(most).is_some_and(|(total, most)| total.currency == most.currency && total.amount <= most.amount);
    if !fits {
        let total = total.map_or_else(|| "more than can be stated".to_owned(), |total| total.to_string());
        let message = match most {
            Some(most) => {
                format!("{purchase} costs {total}, and you approve up to {most}. Ask somebody with a higher limit.")
            }
            None => format!("{purchase} costs {total}, and none of your roles has a spend limit."),
        };
        return Err(Refusal::Duties { message });
    }
    Ok(vec![Event::PurchaseApproved { purchase, note: note.clone() }])
}

fn not_approver(asking: Asking<'_>, known: &Purchase, act: &str) -> Result<(), Refusal> {
    let approver = known.approved.as_ref().and_then(|part| part.by);
    if approver == Some(asking.asker()?) {
        let message = format!("You approved {} yourself, so somebody else {act}.", known.id);
        return Err(Refusal::Duties { message });
    }
    Ok(())
}

fn order(asking: Asking<'_>, purchase: PurchaseId, reference: &str) -> Result<Vec<Event>, Refusal> {
    let known = standing(asking.state, purchase, &[PurchaseStatus::Approved], "ordered")?;
    not_approver(asking, known, "orders it")?;
    not_requester(asking, known, "orders it")?;
    check_name("reference", "the number of the order", reference)?;
    Ok(vec![Event::PurchaseOrdered { purchase, reference: reference.trim().to_owned() }])
}

/// What came in becomes a right, under the number of the order.
fn receive(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::ReceivePurchase { purchase, quantity, starts_on, ends_on, agreement } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    let state = asking.state;
    let known = standing(state, *purchase, &[PurchaseStatus::Ordered], "received")?;
    not_approver(asking, known, "receives it")?;
    check_quantity("quantity", *quantity)?;
    if *quantity > known.terms.quantity {
        let sentence =
            format!("{purchase} is for {} units. Ask for the rest as a purchase of its own.", known.terms.quantity);
        return Err(Refusal::about("quantity", sentence));
    }
    let product = super::software::product_of(state, known.terms.product)?;
    if let Some(agreement) = agreement
        && !state.agreements.contains_key(agreement)
    {
        return Err(Refusal::NotFound { what: "agreement", number: agreement.to_string() });
    }
    let right = Right {
        metric: product.metric,
        quantity: Quantity::Units(*quantity),
        starts_on: *starts_on,
        ends_on: *ends_on,
        exempt_environments: Vec::new(),
        secondary_use: false,
        unit_price: Some(known.terms.unit_price),
        use_rights: UseRights::default(),
    };
    super::software::check_right(&right)?;
    let entitlement = EntitlementId(state.last_numbers.entitlement + 1);
    Ok(vec![
        Event::EntitlementRecorded {
            entitlement,
            product: product.id,
            right,
            agreement: *agreement,
            purchase_reference: known.ordered.as_ref().map(|ordered| ordered.reference.clone()),
            import: None,
        },
        Event::PurchaseReceived { purchase: *purchase, entitlement },
    ])
}

fn set_limits(state: &State, limits: &[SpendLimit]) -> Result<Vec<Event>, Refusal> {
    for (place, limit) in limits.iter().enumerate() {
        super::alerts::check_amount(state, limit.amount)?;
        if limits.iter().take(place).any(|other| other.role == limit.role) {
            return Err(Refusal::about("limits", format!("{} stands twice.", limit.role.title())));
        }
    }
    if state.spend_limits.as_slice() == limits {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SpendLimitsSet { limits: limits.to_vec() }])
}

fn set_budget(state: &State, budget: Option<BudgetId>, terms: &BudgetTerms) -> Result<Vec<Event>, Refusal> {
    if let Some(cost_centre) = &terms.cost_centre {
        check_name("cost_centre", "the cost centre", cost_centre)?;
    }
    if terms.ends_on < terms.starts_on {
        return Err(Refusal::about("ends_on", format!("The last day must not be before {}.", terms.starts_on)));
    }
    super::alerts::check_amount(state, terms.amount)?;
    if let Some(budget) = budget {
        let known = state
            .budgets
            .get(&budget)
            .ok_or_else(|| Refusal::NotFound { what: "budget", number: budget.to_string() })?;
        let same = known.terms == *terms;
        return Ok(if same { Vec::new() } else { vec![Event::BudgetSet { budget, terms: terms.clone() }] });
    }
    if state.budgets.len() >= BUDGETS_MAX {
        return Err(Refusal::about("amount", format!("At most {BUDGETS_MAX} budgets are kept. Change one instead.")));
    }
    let overlaps = |known: &&std::sync::Arc<crate::purchase::Budget>| {
        known.terms.cost_centre == terms.cost_centre
            && known.terms.starts_on <= terms.ends_on
            && terms.starts_on <= known.terms.ends_on
    };
    if let Some(known) = state.budgets.values().find(overlaps) {
        let sentence = format!("{} covers days of this period for the same cost centre. Change that one.", known.id);
        return Err(Refusal::about("starts_on", sentence));
    }
    let budget = BudgetId(state.last_numbers.budget + 1);
    Ok(vec![Event::BudgetSet { budget, terms: terms.clone() }])
}

fn set_surcharge(state: &State, product: Option<ProductId>, percent: u32) -> Result<Vec<Event>, Refusal> {
    if let Some(product) = product {
        super::software::product_of(state, product)?;
    }
    if percent > SURCHARGE_PERCENT_MAX {
        return Err(Refusal::about("percent", format!("Enter 0 to {SURCHARGE_PERCENT_MAX} per cent.")));
    }
    if state.surcharges.get(&product).copied() == Some(percent) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SurchargeSet { product, percent }])
}
