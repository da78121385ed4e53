//! Who is asking: passwords, one-time links, sessions and API tokens.
//!
//! What somebody may do is decided in `domain`; here it is only found out who they are.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::id::{AccountId, PersonId, TokenId};
use domain::person::{Scope, SetUpLink};
use domain::text::Text;
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;

/// A working day with room to spare; then one signs in again.
pub const SESSION_HOURS: i64 = 12;
/// A one-time link can wait over a long weekend.
pub const LINK_HOURS: i64 = 96;
/// Length is what makes a password hard to guess (NIST SP 800-63B).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longer ones only cost time.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// What API tokens begin with, so that scanners for leaked secrets can find them.
pub const TOKEN_PREFIX: &str = "indult_pat_";

/// A secret to be shown once; only its digest is recorded.
#[derive(Debug, Clone)]
pub struct Secret(pub String);

impl App {
    pub(crate) fn new_secret(&self) -> (Secret, Digest) {
        let text = URL_SAFE_NO_PAD.encode(self.surroundings().random());
        let digest = Digest::of(text.as_bytes());
        (Secret(text), digest)
    }

    fn hours_from_now(&self, hours: i64) -> Timestamp {
        self.surroundings().now().saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
    }

    /// The actor of a session's cookie; `None` where there is no such session any more.
    pub fn session_actor(&self, secret: &str) -> Option<(Actor, Digest)> {
        let snapshot = self.snapshot();
        let digest = Digest::of(secret.as_bytes());
        let session = snapshot.state.sessions.get(&digest)?;
        if session.expires_at <= self.surroundings().now() {
            return None;
        }
        let account = snapshot.state.accounts.get(&session.account)?;
        let person = snapshot.state.persons.get(&account.person)?;
        person.active.then_some((Actor::Person(person.id, Via::Session(account.id)), digest))
    }

    /// The actor of an API token, with what it may be used for; `None` where the token does not work.
    pub fn token_actor(&self, secret: &str) -> Option<(Actor, BTreeSet<Scope>)> {
        let snapshot = self.snapshot();
        let random = secret.strip_prefix(TOKEN_PREFIX)?;
        let token = snapshot.state.token_with_digest(&Digest::of(random.as_bytes()))?;
        let person = snapshot.state.persons.get(&token.person)?;
        let works = token.works_at(self.surroundings().now()) && person.active;
        works.then(|| (Actor::Person(person.id, Via::Token(token.id)), token.scopes.clone()))
    }

    /// The person whom the operator of the folder acts for: by number, e-mail address or name to sign in with.
    /// Without one it is the first active administrator.
    pub fn operator_for(&self, whom: Option<&str>) -> Result<Actor, Failure> {
        let snapshot = self.snapshot();
        let state = &snapshot.state;
        let found: Option<PersonId> = match whom {
            None => state
                .persons
                .values()
                .find(|person| person.active && person.roles.contains(&domain::person::Role::Administrator))
                .map(|person| person.id),
            Some(whom) => whom
                .parse()
                .ok()
                .filter(|person| state.persons.contains_key(person))
                .or_else(|| state.account_with_login(whom).map(|account| account.person))
                .or_else(|| {
                    let wanted = domain::product::folded(whom);
                    let is_it = |text: &Text| text.open().is_some_and(|text| domain::product::folded(text) == wanted);
                    let mut fitting =
                        state.persons.values().filter(|person| is_it(&person.email) || is_it(&person.name));
                    let only = fitting.next().map(|person| person.id);
                    if fitting.next().is_some() { None } else { only }
                }),
        };
        let person = found.ok_or_else(|| {
            Failure::NotFound(whom.map_or_else(
                || "active administrator".to_owned(),
                |whom| {
                    format!(
                        "one person known as \u{201c}{whom}\u{201d}; give a number such as PER-3 or an e-mail address"
                    )
                },
            ))
        })?;
        Ok(Actor::Person(person, Via::Operator))
    }

    /// Signs in with a password and gives the session's secret.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<(Secret, Receipt), Failure> {
        let snapshot = self.snapshot();
        let account = snapshot.state.account_with_login(login);
        let verifier = account.and_then(|account| account.verifier.as_ref()?.open().map(str::to_owned));
        let active =
            account.and_then(|account| snapshot.state.persons.get(&account.person)).is_some_and(|person| person.active);
        // Somebody who does not exist costs as much time as somebody who does.
        let good = self.password_is(password, verifier).await;
        let Some(account) = account.filter(|_| good && active) else { return Err(Failure::SignIn) };
        let actor = Actor::Person(account.person, Via::Session(account.id));
        self.open_session(actor, account.id).await
    }

    /// Signs in with a one-time link and gives the session's secret. The link is spent.
    pub async fn sign_in_by_link(&self, secret: &str) -> Result<(Secret, Receipt), Failure> {
        let (account, person) = self.link_owner(secret)?;
        self.open_session(Actor::Person(person, Via::Link(account)), account).await
    }

    /// The account that a one-time link is for, while it works.
    pub fn link_owner(&self, secret: &str) -> Result<(AccountId, PersonId), Failure> {
        let snapshot = self.snapshot();
        let digest = Digest::of(secret.as_bytes());
        let now = self.surroundings().now();
        snapshot
            .state
            .accounts
            .values()
            .find(|account| account.link.is_some_and(|link| link.digest == digest && now < link.expires_at))
            .map(|account| (account.id, account.person))
            .ok_or(Failure::Link)
    }

    /// Sets an account's password by a one-time link, which is spent, and signs in.
    pub async fn set_password_by_link(&self, secret: &str, password: &str) -> Result<(Secret, Receipt), Failure> {
        let (account, person) = self.link_owner(secret)?;
        let actor = Actor::Person(person, Via::Link(account));
        let verifier = self.password_verifier(password).await?;
        self.carry(Order::new(actor, Intent::SetPassword { account, verifier: Text::from(verifier) })).await?;
        self.open_session(Actor::Person(person, Via::Session(account)), account).await
    }

    /// Whether a password is the one of an account; an account without one has none that fits.
    pub async fn password_fits(&self, account: AccountId, password: &str) -> bool {
        let snapshot = self.snapshot();
        let known = snapshot.state.accounts.get(&account);
        let verifier = known.and_then(|account| account.verifier.as_ref()?.open().map(str::to_owned));
        self.password_is(password, verifier).await
    }

    /// Sets the password of the actor's own account.
    pub async fn set_password(&self, actor: Actor, account: AccountId, password: &str) -> Result<Receipt, Failure> {
        let verifier = self.password_verifier(password).await?;
        self.carry(Order::new(actor, Intent::SetPassword { account, verifier: Text::from(verifier) })).await
    }

    async fn open_session(&self, actor: Actor, account: AccountId) -> Result<(Secret, Receipt), Failure> {
        let (secret, digest) = self.new_secret();
        let expires_at = self.hours_from_now(SESSION_HOURS);
        let receipt = self.carry(Order::new(actor, Intent::OpenSession { account, digest, expires_at })).await?;
        Ok((secret, receipt))
    }

    /// Makes a one-time link for an account and gives its secret.
    pub async fn issue_link(&self, actor: Actor, account: AccountId) -> Result<(Secret, Receipt), Failure> {
        let (secret, receipt) = self.issue_link_once(actor, account, None).await?;
        // Without a key nothing repeats.
        Ok((secret.ok_or(Failure::KeyReused)?, receipt))
    }

    /// As [`App::issue_link`]; a repetition gives the first receipt and no secret, since only its digest was kept.
    pub async fn issue_link_once(
        &self,
        actor: Actor,
        account: AccountId,
        repetition: Option<Repetition>,
    ) -> Result<(Option<Secret>, Receipt), Failure> {
        let (secret, digest) = self.new_secret();
        let link = SetUpLink { digest, expires_at: self.hours_from_now(LINK_HOURS) };
        let intent = Intent::IssueSetUpLink { account, link };
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        Ok(((!receipt.repeated).then_some(secret), receipt))
    }

    /// Makes an API token for the actor and gives its secret, prefix included.
    pub async fn issue_token(
        &self,
        actor: Actor,
        label: &str,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<(Secret, Receipt), Failure> {
        let (secret, receipt) = self.issue_token_once(actor, label, scopes, expires_at, None).await?;
        // Without a key nothing repeats.
        Ok((secret.ok_or(Failure::KeyReused)?, receipt))
    }

    /// As [`App::issue_token`]; a repetition gives the first receipt and no secret, since only its digest was kept.
    pub async fn issue_token_once(
        &self,
        actor: Actor,
        label: &str,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
        repetition: Option<Repetition>,
    ) -> Result<(Option<Secret>, Receipt), Failure> {
        let (secret, digest) = self.new_secret();
        let intent = Intent::IssueToken { label: Text::from(label), scopes, digest, expires_at };
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        let secret = Secret(format!("{TOKEN_PREFIX}{}", secret.0));
        Ok(((!receipt.repeated).then_some(secret), receipt))
    }

    /// Revokes an API token.
    pub async fn revoke_token(&self, actor: Actor, token: TokenId) -> Result<Receipt, Failure> {
        self.carry(Order::new(actor, Intent::RevokeToken { token })).await
    }

    async fn password_is(&self, password: &str, verifier: Option<String>) -> bool {
        let Ok(_permit) = self.inner.hashing.acquire().await else { return false };
        let password: Vec<u8> = password.chars().take(PASSWORD_CHARS_MAX).collect::<String>().into_bytes();
        let salt = self.surroundings().random();
        tokio::task::spawn_blocking(move || {
            let Some(verifier) = verifier else {
                let _: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(&password, &salt);
                return false;
            };
            PasswordHash::new(&verifier)
                .is_ok_and(|verifier| Argon2::default().verify_password(&password, &verifier).is_ok())
        })
        .await
        .unwrap_or(false)
    }

    async fn password_verifier(&self, password: &str) -> Result<String, Failure> {
        let length = password.chars().count();
        if length < PASSWORD_CHARS_MIN {
            return Err(Failure::Password(format!(
                "Use at least {PASSWORD_CHARS_MIN} characters; several words are easy to remember."
            )));
        }
        if length > PASSWORD_CHARS_MAX {
            return Err(Failure::Password(format!("Use at most {PASSWORD_CHARS_MAX} characters.")));
        }
        let permit = self.inner.hashing.acquire().await;
        let password = password.as_bytes().to_vec();
        let salt = self.surroundings().random();
        let hashed = tokio::task::spawn_blocking(move || {
            let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(&password, &salt);
            hash.map(|verifier| verifier.to_string())
        })
        .await;
        drop(permit);
        match hashed {
            Ok(Ok(verifier)) => Ok(verifier),
            Ok(Err(error)) => Err(Failure::Password(format!("The password could not be stored: {error}."))),
            Err(error) => Err(Failure::Password(format!("The password could not be stored: {error}."))),
        }
    }
}
