//! Decisions about ways to act: accounts, links, sessions, tokens and delegations.

use jiff::{SignedDuration, Timestamp};

use super::people::person_of;
use super::{Asking, check_name, check_words};
use crate::command::{Actor, Intent, Via};
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{AccountId, DelegationId, PersonId, TokenId};
use crate::person::{Account, Delegation, Role, Scope};
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// The longest delegation, so that nobody hands their decisions over for good.
const DELEGATION_DAYS_MAX: i32 = 366;
/// Days for which a one-time link works at most: whoever is away longer asks for another.
const LINK_DAYS_MAX: i64 = 31;
/// Days for which a session lasts at most.
const SESSION_DAYS_MAX: i64 = 366;
/// Delegations of one person that hold now or later.
const DELEGATIONS_MAX: usize = 20;
/// Tokens that work at once, for one person: far more than anybody keeps track of.
const TOKENS_MAX: usize = 100;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::OpenAccount { person, login } => open_account(state, *person, login),
        Intent::IssueSetUpLink { account, link } => {
            let known = account_of(state, *account)?;
            let owner = person_of(state, known.person)?;
            if !owner.active {
                return Err(Refusal::Deactivated { person: owner.id });
            }
            check_end("expires_at", asking.at, link.expires_at, LINK_DAYS_MAX)?;
            Ok(vec![Event::SetUpLinkIssued { account: *account, link: *link }])
        }
        Intent::SetPassword { account, verifier } => {
            own_account(asking, *account)?;
            check_words("password", "a password", verifier)?;
            Ok(vec![Event::PasswordSet { account: *account, verifier: verifier.clone() }])
        }
        Intent::OpenSession { account, digest, expires_at } => open_session(asking, *account, *digest, *expires_at),
        Intent::CloseSession { digest } => {
            let session = state
                .sessions
                .get(digest)
                .ok_or_else(|| Refusal::Gone { message: "This session has ended already.".to_owned() })?;
            own_account(asking, session.account)?;
            Ok(vec![Event::SessionClosed { account: session.account, digest: *digest }])
        }
        Intent::IssueToken { .. } => issue_token(asking),
        Intent::RevokeToken { token } => revoke_token(asking, *token),
        Intent::Delegate { to, starts_on, ends_on } => delegate(asking, *to, *starts_on, *ends_on),
        Intent::EndDelegation { delegation } => end_delegation(asking, *delegation),
        _ => Ok(Vec::new()),
    }
}

fn open_account(state: &State, person: PersonId, login: &Text) -> Result<Vec<Event>, Refusal> {
    let owner = person_of(state, person)?;
    if !owner.active {
        return Err(Refusal::Deactivated { person: owner.id });
    }
    check_name("login", "a name to sign in with", login.open().unwrap_or_default())?;
    let account = AccountId(state.last_numbers.account + 1);
    Ok(vec![Event::AccountOpened { account, person, login: login.clone() }])
}

fn open_session(
    asking: Asking<'_>,
    account: AccountId,
    digest: Digest,
    expires_at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    own_account(asking, account)?;
    check_end("expires_at", asking.at, expires_at, SESSION_DAYS_MAX)?;
    if asking.state.sessions.contains_key(&digest) {
        return Err(Refusal::Gone { message: "This session is open already.".to_owned() });
    }
    let by_link = matches!(asking.command.actor, Actor::Person(_, Via::Link(_)));
    Ok(vec![Event::SessionOpened { account, digest, expires_at, by_link }])
}

fn issue_token(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let Intent::IssueToken { label, scopes, digest, expires_at } = &asking.command.intent else {
        return Ok(Vec::new());
    };
    let state = asking.state;
    check_name("label", "what the token is for", label.open().unwrap_or_default())?;
    if scopes.is_empty() {
        return Err(Refusal::about("scopes", "Choose at least one thing that the token may be used for."));
    }
    let person = asking.asker()?;
    let at = asking.at;
    if state.tokens.values().filter(|token| token.person == person && token.works_at(at)).count() >= TOKENS_MAX {
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

/// A token with which inventory agents report, for the one who asks: its number, and the event that makes it.
pub(super) fn issue_token_for(asking: Asking<'_>, label: &str, digest: Digest) -> Result<(TokenId, Event), Refusal> {
    let person = asking.asker()?;
    let token = TokenId(asking.state.last_numbers.token + 1);
    let scopes = [Scope::Report].into();
    let issued = Event::TokenIssued { token, person, label: Text::from(label), scopes, digest, expires_at: None };
    Ok((token, issued))
}

/// Something that ends does so in the future, and not later than anybody could still mean it.
fn check_end(field: &'static str, at: Timestamp, end: Timestamp, days_max: i64) -> Result<(), Refusal> {
    if end <= at {
        return Err(Refusal::about(field, "Choose an end in the future."));
    }
    if end.duration_since(at) > SignedDuration::from_hours(24 * days_max) {
        return Err(Refusal::about(field, format!("Choose an end at most {days_max} days from now.")));
    }
    Ok(())
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
    if delegate.roles.iter().all(|role| *role == Role::Auditor) && delegate.roles.contains(&Role::Auditor) {
        return Err(Refusal::about("to", "An auditor decides nothing, so nobody's decisions can be handed to one."));
    }
    let today = asking.state.day(asking.at);
    let lasting =
        |known: &&std::sync::Arc<Delegation>| known.from == from && known.ended_at.is_none() && today <= known.ends_on;
    if asking.state.delegations.values().filter(lasting).count() >= DELEGATIONS_MAX {
        return Err(Refusal::about("to", format!("You have {DELEGATIONS_MAX} delegations; end one first.")));
    }
    let days = starts_on.until(ends_on).map_or(i32::MAX, |span| span.get_days());
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
    Ok(if known.ended_at.is_some() { Vec::new() } else { vec![Event::DelegationEnded { delegation }] })
}

fn account_of(state: &State, account: AccountId) -> Result<&Account, Refusal> {
    state
        .accounts
        .get(&account)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "account", number: account.to_string() })
}
