//! Who is asking: a signed-in browser, an API token, or the operator of the folder in the same process.
//!
//! What they may change is decided in `domain`; what they may read is decided here, in one table.

use std::collections::BTreeSet;

use app::App;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::State;
use domain::command::Actor;
use domain::digest::Digest;
use domain::id::PersonId;
use domain::person::{Role, Scope};

use crate::Site;
use crate::problem::{Kind, Problem};

/// The operator of the data folder, acting for somebody. Only a caller in the same process can set it, as an extension
/// of its request; nothing that comes in over a socket becomes one.
#[derive(Debug, Clone, Copy)]
pub struct LocalOperator(pub Actor);

/// By what the caller is known.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A session of this digest.
    Session(Digest),
    /// A token with these scopes.
    Token(BTreeSet<Scope>),
    /// The operator of the folder.
    Operator,
}

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The actor of what they do.
    pub actor: Actor,
    /// The person.
    pub person: PersonId,
    /// By what they are known.
    pub credential: Credential,
}

/// Who may read something. Whoever reads has signed in; nothing is read by strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Everybody of the organisation.
    Everyone,
    /// Whoever has a part in keeping, deciding or auditing: everybody but those who only ask.
    /// What they read names persons beside their devices and acts.
    Staff,
    /// Those who keep persons, and those who audit.
    PersonKeepers,
    /// Those who keep the organisation itself.
    Administrators,
}

impl Readers {
    /// The roles of which one is needed; `None` is everybody.
    fn roles(self) -> Option<&'static [Role]> {
        match self {
            Self::Everyone => None,
            Self::Staff => Some(&[
                Role::Approver,
                Role::SamManager,
                Role::Procurement,
                Role::Finance,
                Role::Legal,
                Role::Auditor,
                Role::Administrator,
            ]),
            Self::PersonKeepers => Some(&[Role::Auditor, Role::Administrator]),
            Self::Administrators => Some(&[Role::Administrator]),
        }
    }
}

impl Caller {
    /// Whoever sent a request.
    ///
    /// A bearer token stands before a cookie, and one that does not work is not made up for by a cookie: a request
    /// with a token is therefore never carried by the browser's own habit of sending cookies.
    pub fn of(parts: &Parts, site: &Site) -> Result<Self, Problem> {
        if let Some(LocalOperator(actor)) = parts.extensions.get::<LocalOperator>() {
            let person = actor.person().ok_or_else(Problem::not_signed_in)?;
            return Ok(Self { actor: *actor, person, credential: Credential::Operator });
        }
        if let Some(given) = parts.headers.get(header::AUTHORIZATION) {
            return Self::of_token(given, &site.app).ok_or_else(Problem::not_signed_in);
        }
        cookie(&parts.headers, site.cookie_name())
            .and_then(|secret| site.app.session_actor(&secret))
            .and_then(|(actor, digest)| {
                Some(Self { actor, person: actor.person()?, credential: Credential::Session(digest) })
            })
            .ok_or_else(Problem::not_signed_in)
    }

    fn of_token(given: &HeaderValue, app: &App) -> Option<Self> {
        let (scheme, secret) = given.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        Self::of_secret(secret.trim(), app)
    }

    /// Whoever holds the secret of a token.
    pub fn of_secret(secret: &str, app: &App) -> Option<Self> {
        let (actor, scopes) = app.token_actor(secret)?;
        Some(Self { actor, person: actor.person()?, credential: Credential::Token(scopes) })
    }

    /// Whether a token reaches as far as one of `needed`; a person who signed in always does.
    pub fn needs_scope(&self, needed: &[Scope], act: &str) -> Result<(), Problem> {
        let Credential::Token(scopes) = &self.credential else { return Ok(()) };
        if scopes.contains(&Scope::Write) || needed.iter().any(|scope| scopes.contains(scope)) {
            return Ok(());
        }
        let allowed: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
        let allowed = allowed.join(", ");
        Err(Problem::new(Kind::NotAllowed, format!("This token is for {allowed}; it cannot be used to {act}.")))
    }

    /// Whether the caller is among `readers`. The operator has the folder and everything in it.
    pub fn is_among(&self, readers: Readers, state: &State) -> bool {
        let Some(roles) = readers.roles() else { return true };
        matches!(self.credential, Credential::Operator)
            || state
                .persons
                .get(&self.person)
                .is_some_and(|person| roles.iter().any(|role| person.roles.contains(role)))
    }

    /// Refuses whoever is not among `readers`.
    pub fn must_be_among(&self, readers: Readers, state: &State) -> Result<(), Problem> {
        if self.is_among(readers, state) {
            return Ok(());
        }
        let needed = readers.roles().unwrap_or_default().to_vec();
        let held = state.persons.get(&self.person).map(|person| person.roles.iter().copied().collect());
        Err(domain::Refusal::RoleNeeded { needed, held: held.unwrap_or_default() }.into())
    }
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value.to_owned())
}

impl Site {
    /// The name of the session's cookie. With `__Host-` a browser takes it from nobody else (RFC 6265bis, 4.1.3).
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.options.secure_cookies { "__Host-indult" } else { "indult" }
    }

    /// The header value that sets the session's cookie, for as long as the session lasts.
    pub(crate) fn session_cookie(&self, secret: &str) -> String {
        let seconds = app::identities::SESSION_HOURS * 3_600;
        let secure = if self.options.secure_cookies { "; Secure" } else { "" };
        format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.cookie_name())
    }

    /// The header value that takes the session's cookie away.
    pub(crate) fn ended_cookie(&self) -> String {
        let secure = if self.options.secure_cookies { "; Secure" } else { "" };
        format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", self.cookie_name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name_only() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; xindult=2".parse().unwrap());
        headers.append(header::COOKIE, "indult=three; indult2=4".parse().unwrap());
        assert_eq!(cookie(&headers, "indult").as_deref(), Some("three"));
        assert_eq!(cookie(&headers, "dult"), None);
    }
}
