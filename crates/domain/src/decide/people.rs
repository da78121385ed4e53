//! Decisions about persons and their roles, and about the founding.

use std::collections::BTreeSet;

use super::{Asking, check_name};
use crate::command::Intent;
use crate::event::Event;
use crate::id::{AccountId, PersonId};
use crate::person::{Person, Role};
use crate::product::{folded, folds_to};
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Entries named by one erasure: at nine bytes each they fit an entry well; more take several.
const ENTRIES_ERASED_MAX: usize = 5_000;

/// Whether nobody signs in with `login` yet, and nobody was added under the e-mail address before:
/// one person twice would be two voters. It looks at open texts, which `decide` must not do,
/// so whoever carries out a command that takes them asks this first, on the same state.
pub fn login_is_free(state: &State, intent: &Intent) -> Result<(), Refusal> {
    if let Intent::AddPerson { email, .. } = intent {
        let wanted = folded(email.open().unwrap_or_default());
        let known =
            state.persons.values().find(|known| known.email.open().is_some_and(|given| folds_to(given, &wanted)));
        if let Some(known) = known {
            return Err(Refusal::about(
                "email",
                format!("{} has this e-mail address already. One person stands here once.", known.id),
            ));
        }
    }
    let (Intent::AddPerson { login: Some(login), .. } | Intent::OpenAccount { login, .. }) = intent else {
        return Ok(());
    };
    let login = login.open().unwrap_or_default();
    match state.account_with_login(login) {
        Some(_) => Err(Refusal::LoginTaken { login: folded(login) }),
        None => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::FoundOrganisation { .. } => found(asking),
        Intent::AddPerson { name, email, roles, login } => add_person(state, name, email, roles, login.as_ref()),
        Intent::SetRoles { person, roles } => set_roles(asking, *person, roles),
        Intent::DeactivatePerson { person } => deactivate(asking, *person),
        Intent::ReactivatePerson { person } => {
            let known = person_of(state, *person)?;
            if known.erased {
                return Err(Refusal::Gone { message: format!("{person} was erased; add the person anew.") });
            }
            Ok(if known.active { Vec::new() } else { vec![Event::PersonReactivated { person: *person }] })
        }
        Intent::ErasePerson { person, legal_basis } => erase(asking, *person, legal_basis),
        _ => Ok(Vec::new()),
    }
}

fn found(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::FoundOrganisation { organisation, name, email, catalogue, categories } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    if asking.state.organisation.is_some() {
        return Err(Refusal::AlreadyFounded);
    }
    check_name("organisation", "the organisation's name", &organisation.name)?;
    check_name("name", "the administrator's name", name.open().unwrap_or_default())?;
    check_email(email)?;
    super::cases::check_categories(categories)?;
    let roles = BTreeSet::from([Role::Administrator, Role::SamManager, Role::Requester]);
    let person = PersonId(1);
    Ok(vec![
        Event::OrganisationFounded { organisation: organisation.clone() },
        Event::PersonAdded { person, name: name.clone(), email: email.clone(), roles },
        Event::AccountOpened { account: AccountId(1), person, login: email.clone() },
        Event::CataloguePublished { digest: *catalogue, categories: categories.clone() },
    ])
}

fn add_person(
    state: &State,
    name: &Text,
    email: &Text,
    roles: &BTreeSet<Role>,
    login: Option<&Text>,
) -> Result<Vec<Event>, Refusal> {
    check_name("name", "the person's name", name.open().unwrap_or_default())?;
    check_email(email)?;
    check_roles(roles)?;
    let person = PersonId(state.last_numbers.person + 1);
    let mut events =
        vec![Event::PersonAdded { person, name: name.clone(), email: email.clone(), roles: roles.clone() }];
    if let Some(login) = login {
        check_name("login", "a name to sign in with", login.open().unwrap_or_default())?;
        let account = AccountId(state.last_numbers.account + 1);
        events.push(Event::AccountOpened { account, person, login: login.clone() });
    }
    Ok(events)
}

fn check_email(email: &Text) -> Result<(), Refusal> {
    let email = email.open().unwrap_or_default();
    check_name("email", "an e-mail address", email)?;
    let plausible = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    if plausible && !email.contains(char::is_whitespace) {
        Ok(())
    } else {
        Err(Refusal::about("email", "Enter an e-mail address such as ana@acme.example."))
    }
}

fn check_roles(roles: &BTreeSet<Role>) -> Result<(), Refusal> {
    if roles.contains(&Role::Auditor) && roles.contains(&Role::Administrator) {
        return Err(Refusal::AuditorAndAdministrator);
    }
    Ok(())
}

fn set_roles(asking: Asking<'_>, person: PersonId, roles: &BTreeSet<Role>) -> Result<Vec<Event>, Refusal> {
    let known = person_of(asking.state, person)?;
    if asking.person == Some(person) {
        return Err(Refusal::OwnRoles);
    }
    check_roles(roles)?;
    if known.roles.contains(&Role::Administrator) && !roles.contains(&Role::Administrator) {
        keep_an_administrator(asking.state, person)?;
    }
    // The same roles again change nothing, unless somebody else gave one of them: then a second administrator confirms it.
    let confirmed = known.given.values().all(|given| given.by == asking.person);
    if known.roles == *roles && confirmed {
        return Ok(Vec::new());
    }
    Ok(vec![Event::RolesSet { person, roles: roles.clone() }])
}

fn deactivate(asking: Asking<'_>, person: PersonId) -> Result<Vec<Event>, Refusal> {
    let known = person_of(asking.state, person)?;
    keep_an_administrator(asking.state, person)?;
    Ok(if known.active { vec![Event::PersonDeactivated { person }] } else { Vec::new() })
}

fn keep_an_administrator(state: &State, without: PersonId) -> Result<(), Refusal> {
    let others = state
        .persons
        .values()
        .any(|person| person.id != without && person.active && person.roles.contains(&Role::Administrator));
    if others { Ok(()) } else { Err(Refusal::LastAdministrator) }
}

fn erase(asking: Asking<'_>, person: PersonId, legal_basis: &str) -> Result<Vec<Event>, Refusal> {
    let known = person_of(asking.state, person)?;
    check_name("legal_basis", "the legal basis of the erasure", legal_basis)?;
    if known.erased {
        return Err(Refusal::Gone { message: format!("{person} was erased already.") });
    }
    keep_an_administrator(asking.state, person)?;
    let event =
        |entries: &[u64]| Event::DataErased { person, entries: entries.to_vec(), legal_basis: legal_basis.to_owned() };
    Ok(known.entries.chunks(ENTRIES_ERASED_MAX).map(event).collect())
}

pub(super) fn person_of(state: &State, person: PersonId) -> Result<&Person, Refusal> {
    state
        .persons
        .get(&person)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "person", number: person.to_string() })
}
