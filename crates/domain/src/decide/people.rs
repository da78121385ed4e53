//! Decisions about persons, accounts, sessions, tokens and delegations, and about the founding.

use std::collections::BTreeSet;

use super::{Asking, check_name, check_words};
use crate::command::{Intent, Via};
use crate::event::Event;
use crate::id::{AccountId, DelegationId, PersonId, TokenId};
use crate::person::{Account, Person, Role};
use crate::product::folded;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// The longest delegation, so that nobody hands their decisions over for good.
const DELEGATION_DAYS_MAX: i32 = 366;
/// Tokens that work at once, for one person: far more than anybody keeps track of.
const TOKENS_MAX: usize = 100;

/// Whether nobody signs in with `login` yet. It looks at open texts, which `decide` must not do,
/// so whoever carries out a command that takes a login asks this first, on the same state.
pub fn login_is_free(state: &State, intent: &Intent) -> Result<(), Refusal> {
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
            if known.name.open().is_none() {
                return Err(Refusal::Gone { message: format!("{person} was erased; add the person anew.") });
            }
            Ok(if known.active { Vec::new() } else { vec![Event::PersonReactivated { person: *person }] })
        }
        Intent::ErasePerson { person, legal_basis } => erase(asking, *person, legal_basis),
        Intent::OpenAccount { person, login } => {
            person_of(state, *person)?;
            check_name("login", "a name to sign in with", login.open().unwrap_or_default())?;
            let account = AccountId(state.last_numbers.account + 1);
            Ok(vec![Event::AccountOpened { account, person: *person, login: login.clone() }])
        }
        Intent::IssueSetUpLink { account, link } => {
            let known = account_of(state, *account)?;
            let owner = person_of(state, known.person)?;
            if !owner.active {
                return Err(Refusal::Deactivated { person: owner.id });
            }
            Ok(vec![Event::SetUpLinkIssued { account: *account, link: *link }])
        }
        Intent::SetPassword { account, verifier } => {
            own_account(asking, *account)?;
            Ok(vec![Event::PasswordSet { account: *account, verifier: verifier.clone() }])
        }
        Intent::OpenSession { account, digest, expires_at } => {
            own_account(asking, *account)?;
            let by_link = matches!(asking.command.actor, crate::command::Actor::Person(_, Via::Link(_)));
            Ok(vec![Event::SessionOpened { account: *account, digest: *digest, expires_at: *expires_at, by_link }])
        }
        Intent::CloseSession { digest } => {
            let session = state
                .sessions
                .get(digest)
                .ok_or_else(|| Refusal::Gone { message: "This session has ended already.".to_owned() })?;
            own_account(asking, session.account)?;
            Ok(vec![Event::SessionClosed { account: session.account, digest: *digest }])
        }
        Intent::IssueToken { label, scopes, digest, expires_at } => {
            check_words("label", "what the token is for", label)?;
            if scopes.is_empty() {
                return Err(Refusal::about("scopes", "Choose at least one thing that the token may be used for."));
            }
            let person = asking.asker()?;
            let at = asking.command.at;
            if state.tokens.values().filter(|token| token.person == person && token.works_at(at)).count() >= TOKENS_MAX
            {
                return Err(Refusal::about("label", format!("You have {TOKENS_MAX} tokens; revoke one first.")));
            }
            if expires_at.is_some_and(|end| end <= at) {
                return Err(Refusal::about("expires_at", "Choose an end in the future."));
            }
            Ok(vec![Event::TokenIssued {
                token: TokenId(state.last_numbers.token + 1),
                person,
                label: label.clone(),
                scopes: scopes.clone(),
                digest: *digest,
                expires_at: *expires_at,
            }])
        }
        Intent::RevokeToken { token } => revoke_token(asking, *token),
        Intent::Delegate { to, starts_on, ends_on } => delegate(asking, *to, *starts_on, *ends_on),
        Intent::EndDelegation { delegation } => end_delegation(asking, *delegation),
        Intent::AddWitness { witness } => {
            check_name("name", "the witness's name", &witness.name)?;
            if !witness.url.starts_with("https://") && !witness.url.starts_with("http://") {
                return Err(Refusal::about("url", "Enter the witness's address, beginning with https://."));
            }
            if state.witnesses.get(&witness.name).is_some_and(|known| **known == *witness) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::WitnessAdded { witness: witness.clone() }])
        }
        Intent::RemoveWitness { name } => {
            if !state.witnesses.contains_key(name) {
                return Err(Refusal::NotFound { what: "witness", number: name.clone() });
            }
            Ok(vec![Event::WitnessRemoved { name: name.clone() }])
        }
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
    Ok(if known.roles == *roles { Vec::new() } else { vec![Event::RolesSet { person, roles: roles.clone() }] })
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
    if known.entries.is_empty() {
        return Err(Refusal::Gone { message: format!("{person} was erased already.") });
    }
    keep_an_administrator(asking.state, person)?;
    Ok(vec![Event::DataErased { person, entries: known.entries.clone(), legal_basis: legal_basis.to_owned() }])
}

fn own_account(asking: Asking<'_>, account: AccountId) -> Result<(), Refusal> {
    let known = account_of(asking.state, account)?;
    if asking.person == Some(known.person) {
        return Ok(());
    }
    Err(Refusal::Gone { message: "This is somebody else's account; only its owner can do this.".to_owned() })
}

fn revoke_token(asking: Asking<'_>, token: TokenId) -> Result<Vec<Event>, Refusal> {
    let known = asking
        .state
        .tokens
        .get(&token)
        .ok_or_else(|| Refusal::NotFound { what: "token", number: token.to_string() })?;
    let asker = person_of(asking.state, asking.asker()?)?;
    if known.person != asker.id && !asker.roles.contains(&Role::Administrator) {
        return Err(Refusal::RoleNeeded {
            needed: vec![Role::Administrator],
            held: asker.roles.iter().copied().collect(),
        });
    }
    Ok(if known.revoked { Vec::new() } else { vec![Event::TokenRevoked { token }] })
}

fn delegate(
    asking: Asking<'_>,
    to: PersonId,
    starts_on: jiff::civil::Date,
    ends_on: jiff::civil::Date,
) -> Result<Vec<Event>, Refusal> {
    let from = asking.asker()?;
    let delegate = person_of(asking.state, to)?;
    if to == from {
        return Err(Refusal::about("to", "Choose somebody else; a delegation to yourself changes nothing."));
    }
    if !delegate.active {
        return Err(Refusal::Deactivated { person: to });
    }
    let today = asking.state.day(asking.command.at);
    let days = starts_on.until(ends_on).map(|span| span.get_days()).unwrap_or(i32::MAX);
    if ends_on < starts_on || ends_on < today {
        return Err(Refusal::about("ends_on", format!("The last day must not be before {}.", starts_on.max(today))));
    }
    if days > DELEGATION_DAYS_MAX {
        return Err(Refusal::about("ends_on", format!("A delegation lasts at most {DELEGATION_DAYS_MAX} days.")));
    }
    let delegation = DelegationId(asking.state.last_numbers.delegation + 1);
    Ok(vec![Event::Delegated { delegation, from, to, starts_on, ends_on }])
}

fn end_delegation(asking: Asking<'_>, delegation: DelegationId) -> Result<Vec<Event>, Refusal> {
    let known = asking
        .state
        .delegations
        .get(&delegation)
        .ok_or_else(|| Refusal::NotFound { what: "delegation", number: delegation.to_string() })?;
    let asker = person_of(asking.state, asking.asker()?)?;
    if known.from != asker.id && !asker.roles.contains(&Role::Administrator) {
        return Err(Refusal::RoleNeeded {
            needed: vec![Role::Administrator],
            held: asker.roles.iter().copied().collect(),
        });
    }
    Ok(if known.ended { Vec::new() } else { vec![Event::DelegationEnded { delegation }] })
}

pub(super) fn person_of(state: &State, person: PersonId) -> Result<&Person, Refusal> {
    state
        .persons
        .get(&person)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "person", number: person.to_string() })
}

fn account_of(state: &State, account: AccountId) -> Result<&Account, Refusal> {
    state
        .accounts
        .get(&account)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "account", number: account.to_string() })
}
