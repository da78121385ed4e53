//! Decisions about who answers for what, and about who has left.

use jiff::civil::Date;

use super::{Asking, check_name};
use crate::accountability::{Accountability, Owner};
use crate::command::Intent;
use crate::event::Event;
use crate::id::{ImportId, LeaverId, ProductId};
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Leavers of one act: more than the largest employers lose in a year; every one is an entry.
pub const LEAVERS_AT_ONCE_MAX: usize = 50_000;
/// Leavers that are kept: devices are compared with all of them.
pub const LEAVERS_MAX: usize = 100_000;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::AssignProduct { product, owner, category } => {
            assign_product(state, *product, *owner, category.as_deref())
        }
        Intent::AssignCategory { category, owner } => {
            check_name("category", "the name of the category", category)?;
            check_owner(state, *owner)?;
            let category = category.trim();
            if state.category_owners.get(category).copied() == *owner {
                return Ok(Vec::new());
            }
            Ok(vec![Event::CategoryAssigned { category: category.to_owned(), owner: *owner }])
        }
        Intent::RecordLeavers { leavers } => record_leavers(state, leavers),
        Intent::RemoveLeaver { leaver } => {
            if !state.leavers.contains_key(leaver) {
                return Err(Refusal::NotFound { what: "leaver", number: leaver.to_string() });
            }
            Ok(vec![Event::LeaverRemoved { leaver: *leaver }])
        }
        _ => Ok(Vec::new()),
    }
}

fn assign_product(
    state: &State,
    product: ProductId,
    owner: Option<Owner>,
    category: Option<&str>,
) -> Result<Vec<Event>, Refusal> {
    super::software::product_of(state, product)?;
    check_owner(state, owner)?;
    if let Some(category) = category {
        check_name("category", "the name of the category", category)?;
    }
    let category = category.map(|category| category.trim().to_owned());
    let wanted = Accountability { owner, category: category.clone() };
    let known = state.accountabilities.get(&product).map(AsRef::as_ref).cloned().unwrap_or_default();
    if known == wanted {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ProductAssigned { product, owner, category }])
}

fn check_owner(state: &State, owner: Option<Owner>) -> Result<(), Refusal> {
    let Some(Owner::Person(person)) = owner else { return Ok(()) };
    let known =
        state.persons.get(&person).ok_or_else(|| Refusal::NotFound { what: "person", number: person.to_string() })?;
    if !known.active {
        let sentence = format!("{person} was deactivated and can answer for nothing. Choose somebody else.");
        return Err(Refusal::about("owner", sentence));
    }
    Ok(())
}

fn record_leavers(state: &State, leavers: &[(Text, Date)]) -> Result<Vec<Event>, Refusal> {
    if leavers.is_empty() {
        return Err(Refusal::about("leavers", "Name somebody who has left."));
    }
    leavers_recorded(state, "leavers", leavers, None)
}

/// The entries that record people who have left, whoever names them.
pub(super) fn leavers_recorded(
    state: &State,
    field: &'static str,
    leavers: &[(Text, Date)],
    import: Option<ImportId>,
) -> Result<Vec<Event>, Refusal> {
    if leavers.len() > LEAVERS_AT_ONCE_MAX {
        return Err(Refusal::about(field, format!("Record at most {LEAVERS_AT_ONCE_MAX} leavers at once.")));
    }
    if state.leavers.len().saturating_add(leavers.len()) > LEAVERS_MAX {
        return Err(Refusal::about(field, format!("At most {LEAVERS_MAX} leavers are kept. Remove some first.")));
    }
    let numbers = (state.last_numbers.leaver + 1)..;
    let mut events = Vec::with_capacity(leavers.len());
    for (number, (name, left_on)) in numbers.zip(leavers) {
        check_name("name", "the name", name.open().unwrap_or_default())?;
        events.push(Event::LeaverRecorded { leaver: LeaverId(number), name: name.clone(), left_on: *left_on, import });
    }
    Ok(events)
}
