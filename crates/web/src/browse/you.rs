//! The visitor's own page: password, browsers that are signed in, and who decides in their place.

use std::collections::BTreeSet;

use app::Failure;
use app::identities::PASSWORD_CHARS_MIN;
use axum::response::Response;
use domain::Refusal;
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::id::{DelegationId, PersonId};
use domain::person::{Account, Delegation, Role};
use domain::product::folded;
use jiff::civil::Date;

use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Credential;
use crate::design::forms::{Choice, Errors, FieldError};
use crate::given::At;
use crate::pages::addresses;
use crate::pages::you::{self, DelegationForm, DelegationRow, SessionRow, YouPage};
use crate::problem::{Kind, Problem};

/// The account by which the visitor signed in; by a token, the first that they have.
fn account(visitor: &Visitor) -> Option<&Account> {
    let accounts = &visitor.state().accounts;
    let found = match visitor.caller.actor {
        Actor::Person(_, Via::Session(account) | Via::Link(account)) => accounts.get(&account),
        Actor::Person(person, Via::Token(_) | Via::Operator) => {
            accounts.values().find(|account| account.person == person)
        }
        Actor::Program => None,
    };
    found.map(AsRef::as_ref)
}

fn has_password(account: &Account) -> bool {
    account.verifier.as_ref().is_some_and(|verifier| verifier.open().is_some())
}

fn view(visitor: &Visitor, form: &Form, errors: Errors) -> Result<YouPage, Problem> {
    let number = visitor.person();
    let person = visitor.state().persons.get(&number).ok_or_else(|| Problem::none("person", number))?;
    let account = account(visitor);
    Ok(YouPage {
        person: number,
        name: person.name.shown().to_owned(),
        email: person.email.shown().to_owned(),
        login: account.map_or("", |account| account.login.shown()).to_owned(),
        roles: person.roles.iter().copied().collect(),
        has_password: account.is_some_and(has_password),
        characters_min: PASSWORD_CHARS_MIN,
        sessions: sessions(visitor),
        delegations: delegations(visitor),
        delegation: DelegationForm {
            persons: delegates(visitor),
            to: form.get("to").to_owned(),
            starts_on: form.some("starts_on").unwrap_or_else(|| visitor.state().day(visitor.now).to_string()),
            ends_on: form.get("ends_on").to_owned(),
            key: visitor.key(),
        },
        errors,
    })
}

/// The visitor's browsers, newest first.
fn sessions(visitor: &Visitor) -> Vec<SessionRow> {
    let state = visitor.state();
    let own = |account| state.accounts.get(account).is_some_and(|account| account.person == visitor.person());
    let here = match &visitor.caller.credential {
        Credential::Session(digest) => Some(*digest),
        Credential::Token(_) | Credential::Operator => None,
    };
    let mut rows: Vec<SessionRow> = state
        .sessions
        .iter()
        .filter(|(_, session)| visitor.now < session.expires_at && own(&session.account))
        .map(|(digest, session)| SessionRow {
            digest: *digest,
            opened_at: session.opened_at,
            expires_at: session.expires_at,
            here: here == Some(*digest),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.opened_at));
    rows
}

/// Delegations from and to the visitor, newest first.
fn delegations(visitor: &Visitor) -> Vec<DelegationRow> {
    let own = visitor.person();
    let today = visitor.state().day(visitor.now);
    let row = |delegation: &Delegation| DelegationRow {
        delegation: delegation.id,
        words: if delegation.from == own {
            format!("{} decides for you", visitor.name(delegation.to))
        } else {
            format!("You decide for {}", visitor.name(delegation.from))
        },
        starts_on: delegation.starts_on,
        ends_on: delegation.ends_on,
        holds: delegation.holds_on(today),
        may_end: delegation.from == own && delegation.ended_at.is_none() && today <= delegation.ends_on,
    };
    let all = visitor.state().delegations.values().rev();
    all.filter(|delegation| delegation.from == own || delegation.to == own).map(|delegation| row(delegation)).collect()
}

/// To whom the visitor's decisions can be given: an auditor decides nothing, and nobody does without an account.
fn delegates(visitor: &Visitor) -> Vec<Choice> {
    let state = visitor.state();
    let decides = |role: &Role| *role != Role::Auditor;
    let with_account: BTreeSet<PersonId> = state.accounts.values().map(|account| account.person).collect();
    let mut persons: Vec<_> = state
        .persons
        .values()
        .filter(|person| person.id != visitor.person() && person.active && person.roles.iter().any(decides))
        .filter(|person| with_account.contains(&person.id))
        .collect();
    persons.sort_by_key(|person| folded(person.name.shown()));
    let choice = |number: PersonId| Choice::plain(number.to_string(), format!("{} ({number})", visitor.name(number)));
    let first = Choice::plain("", "Choose somebody");
    std::iter::once(first).chain(persons.iter().map(|person| choice(person.id))).collect()
}

fn again(visitor: &Visitor, form: &Form, errors: Errors) -> Result<Response, Problem> {
    let view = view(visitor, form, errors)?;
    Ok(visitor.page_with_errors(you::page(&visitor.frame(), &view)))
}

/// The page.
pub async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let view = view(&visitor, &Form::default(), Errors::default())?;
    Ok(visitor.page(you::page(&visitor.frame(), &view)))
}

/// Sets the visitor's password. Whoever has one shows that they know it: a browser left open is not enough.
pub async fn set_password(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let account = account(&visitor)
        .ok_or_else(|| Problem::new(Kind::Conflict, "You have no account yet. Ask an administrator for a link."))?;
    if has_password(account) && !visitor.app.password_fits(account.id, form.exact("current")).await {
        return again(&visitor, &form, error("current", "This is not your present password. Enter it as it is now."));
    }
    match visitor.app.set_password(visitor.caller.actor, account.id, form.exact("password")).await {
        Ok(_) => Ok(done(addresses::YOU, "Your password is set.", None)),
        Err(failure) => again(&visitor, &form, refused(failure, "password")?),
    }
}

/// Lets somebody decide in the visitor's place.
pub async fn delegate(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let mut errors = Errors::default();
    let mut missing = |field: &str, sentence: &str| {
        errors.0.push(FieldError { field: field.to_owned(), sentence: sentence.to_owned() });
    };
    let to: Option<PersonId> = form.get("to").parse().ok();
    if to.is_none() {
        missing("to", "Choose who decides in your place.");
    }
    let mut day = |field: &str, which: &str| -> Option<Date> {
        let read = form.get(field).parse().ok();
        if read.is_none() {
            missing(field, &format!("Enter the {which} day, such as 2025-07-31."));
        }
        read
    };
    let (starts_on, ends_on) = (day("starts_on", "first"), day("ends_on", "last"));
    let (Some(to), Some(starts_on), Some(ends_on)) = (to, starts_on, ends_on) else {
        return again(&visitor, &form, errors);
    };
    match visitor.carry("you/delegations", &form, Intent::Delegate { to, starts_on, ends_on }).await {
        Ok(_) => {
            let sentence = format!("{} decides in your place from {starts_on} to {ends_on}.", visitor.name(to));
            Ok(done(addresses::YOU, sentence, None))
        }
        Err(failure) => again(&visitor, &form, refused(failure, "to")?),
    }
}

/// Ends a delegation early.
pub async fn end_delegation(visitor: Visitor, At(number): At<DelegationId>) -> Result<Response, Problem> {
    let order = app::Order::new(visitor.caller.actor, Intent::EndDelegation { delegation: number });
    visitor.app.carry(order).await?;
    Ok(done(addresses::YOU, format!("{number} is ended."), None))
}

/// Signs another browser out. One that has signed out by itself meanwhile is as wanted.
pub async fn end_session(visitor: Visitor, At(digest): At<Digest>) -> Result<Response, Problem> {
    let order = app::Order::new(visitor.caller.actor, Intent::CloseSession { digest });
    match visitor.app.carry(order).await {
        Ok(_) => {}
        Err(Failure::Refused(Refusal::Gone { .. })) if !visitor.state().sessions.contains_key(&digest) => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(done(addresses::YOU, "That browser is signed out.", None))
}
