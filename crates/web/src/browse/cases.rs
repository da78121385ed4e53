//! What several pages say about a request: who may see it, what it waits for, by when, and what it does.
//!
//! Who may decide is in `domain`, and what an exception does to the position in `position`; here both become words.

use std::sync::Arc;

use app::Snapshot;
use domain::State;
use domain::case::{Case, CaseTerms, Round, Stage};
use domain::catalogue::{Catalogue, Category, Seats};
use domain::decide::{catalogue_for, eligible_seats, open_seats};
use domain::grant::{GrantStatus, end_of_day};
use domain::id::{CaseId, PersonId, ProductId};
use domain::person::Role;
use domain::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::browse::lines;
use crate::browse::visitor::Visitor;
use crate::design::{moments, numbers};
use crate::pages::effect::Effect;
use crate::problem::Problem;

/// Roles that can ask for an exception and speak about one: all but those who only audit.
pub const ASKING: [Role; 7] = [
    Role::Requester,
    Role::Approver,
    Role::SamManager,
    Role::Procurement,
    Role::Finance,
    Role::Legal,
    Role::Administrator,
];
/// Roles that can end an exception early.
pub const REVOKING: [Role; 3] = [Role::Approver, Role::Legal, Role::Finance];
/// How far ahead the end of an exception is called near.
pub const ENDING_DAYS: i64 = 30;

/// The request of this number, where the visitor may see it.
pub fn seen(visitor: &Visitor, number: CaseId) -> Result<Arc<Case>, Problem> {
    let found = visitor.state().cases.get(&number).filter(|case| app::cases::may_see(visitor.person(), case));
    found.cloned().ok_or_else(|| Problem::none("request", number))
}

/// The request of this number, where it is the visitor's own.
pub fn own(visitor: &Visitor, number: CaseId) -> Result<Arc<Case>, Problem> {
    let case = seen(visitor, number)?;
    if case.requester == visitor.person() {
        return Ok(case);
    }
    Err(Refusal::RequesterOnly { case: number, requester: case.requester }.into())
}

/// Refuses whoever has none of these roles.
pub fn only_for_roles(visitor: &Visitor, needed: &[Role]) -> Result<(), Problem> {
    if visitor.has(needed) {
        return Ok(());
    }
    let held = visitor.state().persons.get(&visitor.person());
    let held = held.map(|person| person.roles.iter().copied().collect()).unwrap_or_default();
    Err(Refusal::RoleNeeded { needed: needed.to_vec(), held }.into())
}

/// Whether a request can still be changed.
pub fn is_open(case: &Case) -> bool {
    match case.stage {
        Stage::Draft | Stage::Returned { .. } | Stage::Deciding(_) => true,
        Stage::Withdrawn | Stage::Decided(_) => false,
    }
}

/// Refuses what can no longer be changed.
pub fn must_be_open(case: &Case) -> Result<(), Problem> {
    if is_open(case) {
        return Ok(());
    }
    let hint = "What is final stays so; open a new request.";
    Err(Refusal::WrongStage { case: case.id, status: case.status().title(), hint }.into())
}

/// The round in which a request is being decided, or was.
pub fn round(case: &Case) -> Option<&Round> {
    match &case.stage {
        Stage::Deciding(round) => Some(round),
        Stage::Decided(decision) => Some(&decision.round),
        Stage::Draft | Stage::Returned { .. } | Stage::Withdrawn => None,
    }
}

/// The version of the catalogue by which a request is decided: the one it was sent under, or would be.
pub fn catalogue<'a>(state: &'a State, case: &Case) -> Option<&'a Catalogue> {
    match round(case) {
        Some(round) => state.catalogues.get(&round.catalogue).map(AsRef::as_ref),
        None => catalogue_for(state, case.requester, case.terms.beneficiary),
    }
}

/// The kind of exception that a request asks for.
pub fn category<'a>(state: &'a State, case: &Case) -> Option<&'a Category> {
    catalogue(state, case)?.categories.get(&case.terms.category)
}

/// By when a decision is promised that is asked for at `sent_at`: the last minute of the day that is so many calendar
/// days later in the organisation's zone.
pub fn promised_by(state: &State, category: &Category, sent_at: Timestamp) -> Option<Timestamp> {
    let days = jiff::Span::new().try_days(i64::from(category.decision_days)).ok()?;
    let day = state.day(sent_at).checked_add(days).ok()?;
    end_of_day(day, &state.zone())?.checked_sub(jiff::SignedDuration::from_mins(1)).ok()
}

/// By when a decision is promised, while one is awaited.
pub fn due_at(state: &State, case: &Case) -> Option<Timestamp> {
    let Stage::Deciding(round) = &case.stage else { return None };
    promised_by(state, category(state, case)?, round.opened_at)
}

/// `finance`, `1 approver`, `2 of legal`: roles that are named after a person are counted as persons.
pub fn seats_words(seats: &Seats) -> String {
    let named_after_a_person = matches!(seats.role, Role::Approver | Role::SamManager);
    match (seats.count, named_after_a_person) {
        (1, true) => format!("1 {}", seats.role.title()),
        (count, true) => format!("{count} {}s", seats.role.title()),
        (1, false) => seats.role.title().to_owned(),
        (count, false) => format!("{count} of {}", seats.role.title()),
    }
}

/// Several seats as a list.
pub fn all_seats_words(seats: &[Seats]) -> String {
    let words: Vec<String> = seats.iter().map(seats_words).collect();
    numbers::list(&words, "and")
}

/// What a request waits for; empty where it waits for nothing.
pub fn waits_for(state: &State, case: &Case, at: Timestamp) -> String {
    match &case.stage {
        Stage::Draft => format!("{}, to send it", state.person_name(case.requester)),
        Stage::Returned { by, .. } => {
            format!("{}, to answer {}", state.person_name(case.requester), state.person_name(*by))
        }
        Stage::Deciding(round) => all_seats_words(&open_seats(state, case, round, at)),
        Stage::Withdrawn | Stage::Decided(_) => String::new(),
    }
}

/// Who could fill a seat of `role` that is still open, as names; delegates with the one they stand in for.
pub fn who_can(state: &State, case: &Case, role: Role, at: Timestamp) -> Vec<String> {
    let Stage::Deciding(round) = &case.stage else { return Vec::new() };
    let approved = |person: PersonId| {
        round
            .votes
            .iter()
            .any(|vote| vote.ballot == domain::case::Ballot::Approve && [vote.by, vote.seat_of()].contains(&person))
    };
    let could = |person: PersonId, principal: Option<PersonId>| {
        !approved(person)
            && !principal.is_some_and(approved)
            && eligible_seats(state, case, person, principal, at).is_ok_and(|roles| roles.contains(&role))
    };
    let holders = state.persons.values().filter(|person| person.roles.contains(&role));
    let mut names: Vec<String> =
        holders.filter(|person| could(person.id, None)).map(|person| state.person_name(person.id)).collect();
    let today = state.day(at);
    let mut delegates: Vec<String> = state
        .delegations
        .values()
        .filter(|delegation| delegation.holds_on(today) && could(delegation.to, Some(delegation.from)))
        .map(|delegation| format!("{} for {}", state.person_name(delegation.to), state.person_name(delegation.from)))
        .collect();
    delegates.sort();
    delegates.dedup();
    names.extend(delegates);
    names
}

/// The request as it would be once it is sent, so that a page can say beforehand who would decide.
pub fn once_sent(case: &Case, catalogue: &Catalogue, at: Timestamp) -> Case {
    let round = Round {
        opened_at: at,
        digest: case.digest(catalogue.digest),
        catalogue: catalogue.digest,
        revision: case.revision,
        terms: case.terms.clone(),
        votes: Vec::new(),
    };
    Case { stage: Stage::Deciding(round), ..case.clone() }
}

/// A product's name.
pub fn product_name(state: &State, product: ProductId) -> String {
    state.products.get(&product).map_or_else(|| product.to_string(), |known| known.name.clone())
}

/// `20 devices`, in the metric of the product.
pub fn units(state: &State, product: ProductId, quantity: u64) -> String {
    let unit = state.products.get(&product).map_or("units", |known| known.metric.unit(quantity));
    format!("{} {unit}", numbers::count(quantity))
}

/// `in production`, or nothing where it holds everywhere.
pub fn environment_words(terms: &CaseTerms) -> Option<String> {
    terms.environment.map(|environment| environment.name().replace('_', " "))
}

/// What is asked: `20 devices of Lumen Workbench in production until 31 Dec 2025`.
pub fn asked(state: &State, terms: &CaseTerms) -> String {
    let place = environment_words(terms).map_or_else(String::new, |place| format!(" in {place}"));
    format!(
        "{} of {}{place} until {}",
        units(state, terms.product, terms.quantity),
        product_name(state, terms.product),
        moments::day_text(terms.until)
    )
}

/// `180 days and 50 units`: how far a kind of exception goes.
pub fn limits(category: &Category) -> String {
    let days = numbers::counted(u64::from(category.days_max), "day", "days");
    match category.quantity_max {
        Some(most) => format!("{days} and {}", numbers::counted(most, "unit", "units")),
        None => days,
    }
}

/// What the position of the product is without the exception and with it; absent where it no longer does anything.
pub fn effect(snapshot: &Snapshot, case: &Case, at: Timestamp) -> Option<Effect> {
    let until = case.terms.until;
    if let Some(grant) = snapshot.state.grants.get(&case.id) {
        if grant.status(at, &snapshot.state.zone()) != GrantStatus::Active {
            return None;
        }
        let effect = snapshot.effect_of(case, at)?;
        return Some(Effect {
            act: "Without this exception".to_owned(),
            before: lines::standing(&effect.after),
            after: lines::standing(&effect.before),
            afterwards: afterwards(snapshot, case),
        });
    }
    let effect = snapshot.effect_of(case, at)?;
    Some(Effect {
        act: format!("If approved, until {}", moments::day_text(until)),
        before: lines::standing(&effect.before),
        after: lines::standing(&effect.after),
        afterwards: afterwards(snapshot, case),
    })
}

/// How the product stands right after the exception's last day, as far as is known now.
fn afterwards(snapshot: &Snapshot, case: &Case) -> Option<String> {
    let state = &snapshot.state;
    let next_day = case.terms.until.tomorrow().ok()?;
    let line = snapshot.line(case.terms.product, end_of_day(case.terms.until, &state.zone())?)?;
    let day = moments::day_text(next_day);
    Some(match line.short {
        0 => format!("From {day} it is over; with today\u{2019}s use and rights nothing is short then."),
        1 => format!("From {day} it is over, and 1 {} is short unless something changes.", line.metric.unit(1)),
        short => format!(
            "From {day} it is over, and {} {} are short unless something changes.",
            numbers::count(short),
            line.metric.unit(short)
        ),
    })
}

/// What differs between two sets of terms: which term, before, now.
pub fn differences(state: &State, before: &CaseTerms, now: &CaseTerms) -> Vec<(String, String, String)> {
    let kind = |terms: &CaseTerms| {
        let known = state.catalogue_in_force().and_then(|catalogue| catalogue.categories.get(&terms.category));
        known.map_or_else(|| terms.category.clone(), |category| category.title.clone())
    };
    let place = |terms: &CaseTerms| environment_words(terms).unwrap_or_else(|| "everywhere".to_owned());
    let whom = |terms: &CaseTerms| {
        terms.beneficiary.map_or_else(|| "nobody else".to_owned(), |person| state.person_name(person))
    };
    let number = |terms: &CaseTerms| units(state, terms.product, terms.quantity);
    let rows = [
        ("Kind", kind(before), kind(now)),
        ("Product", product_name(state, before.product), product_name(state, now.product)),
        ("Units", number(before), number(now)),
        ("Where", place(before), place(now)),
        ("Until the end of", moments::weekday_text(before.until), moments::weekday_text(now.until)),
        ("For", whom(before), whom(now)),
    ];
    let differs = |row: &(&str, String, String)| row.1 != row.2;
    rows.into_iter().filter(differs).map(|(term, before, now)| (term.to_owned(), before, now)).collect()
}

/// Calendar days from a day to a last day.
pub fn days_until(from: Date, until: Date) -> u64 {
    u64::try_from(lines::days_between(from, until)).unwrap_or(0)
}

/// A sentence with names in place of the numbers of persons.
pub fn with_names(state: &State, sentence: &str) -> String {
    let mut words = String::with_capacity(sentence.len());
    for piece in sentence.split_inclusive([' ', ',', '.', ';', ':']) {
        let word = piece.trim_end_matches([' ', ',', '.', ';', ':']);
        match PersonId::from_exact(word) {
            Some(person) => {
                words.push_str(&state.person_name(person));
                words.push_str(piece.strip_prefix(word).unwrap_or_default());
            }
            None => words.push_str(piece),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_counted_as_people_would_say_it() {
        let words = |role, count| seats_words(&Seats { role, count });
        assert_eq!(words(Role::Finance, 1), "finance");
        assert_eq!(words(Role::Finance, 2), "2 of finance");
        assert_eq!(words(Role::Approver, 1), "1 approver");
        assert_eq!(words(Role::Approver, 3), "3 approvers");
    }

    #[test]
    fn a_sentence_keeps_everything_but_the_numbers_of_persons() {
        let state = State::default();
        let sentence = "You stand in for PER-4, who is a party to EXC-1, so somebody else decides.";
        // Nobody has a name yet, so the number stays.
        assert_eq!(with_names(&state, sentence), sentence);
    }
}
