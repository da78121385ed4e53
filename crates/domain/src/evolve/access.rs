//! Ways to act: accounts, links, sessions, tokens and delegations.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Recorded, change, given_by};
use crate::event::Event;
use crate::id::{AccountId, PersonId, TokenId};
use crate::person::{Account, Delegation, Session, Token};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_access(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AccountOpened { account, person, login } => {
                self.last_numbers.account = self.last_numbers.account.max(account.0);
                change(&mut self.persons, person, |known| known.entries.push(recorded.seq));
                self.accounts.insert(
                    *account,
                    Arc::new(Account {
                        id: *account,
                        person: *person,
                        login: login.clone(),
                        verifier: None,
                        link: None,
                        link_given: None,
                    }),
                );
            }
            Event::SetUpLinkIssued { account, link } => {
                let given = given_by(recorded);
                change(&mut self.accounts, account, |known| {
                    known.link = Some(*link);
                    known.link_given = Some(given);
                });
            }
            Event::PasswordSet { account, verifier } => {
                change(&mut self.accounts, account, |known| {
                    known.verifier = Some(verifier.clone());
                    known.link = None;
                });
                if let Some(person) = self.accounts.get(account).map(|known| known.person) {
                    change(&mut self.persons, &person, |known| known.entries.push(recorded.seq));
                }
            }
            Event::SessionOpened { account, digest, expires_at, by_link } => {
                self.forget_old_sessions(recorded.at);
                self.sessions
                    .insert(*digest, Session { account: *account, opened_at: recorded.at, expires_at: *expires_at });
                if *by_link {
                    change(&mut self.accounts, account, |known| known.link = None);
                }
            }
            Event::SessionClosed { digest, .. } => {
                self.sessions.remove(digest);
            }
            Event::TokenIssued { .. } | Event::TokenRevoked { .. } => self.evolve_token(recorded),
            Event::Delegated { .. } | Event::DelegationEnded { .. } => self.evolve_delegation(recorded),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_token(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::TokenIssued { token, person, label, scopes, digest, expires_at } => {
                self.last_numbers.token = self.last_numbers.token.max(token.0);
                change(&mut self.persons, person, |known| known.entries.push(recorded.seq));
                self.tokens.insert(
                    *token,
                    Arc::new(Token {
                        id: *token,
                        person: *person,
                        label: label.clone(),
                        scopes: scopes.clone(),
                        digest: *digest,
                        expires_at: *expires_at,
                        revoked: false,
                    }),
                );
            }
            Event::TokenRevoked { token } => change(&mut self.tokens, token, |known| known.revoked = true),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn evolve_delegation(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Delegated { delegation, from, to, starts_on, ends_on } => {
                self.last_numbers.delegation = self.last_numbers.delegation.max(delegation.0);
                self.delegations.insert(
                    *delegation,
                    Arc::new(Delegation {
                        id: *delegation,
                        from: *from,
                        to: *to,
                        starts_on: *starts_on,
                        ends_on: *ends_on,
                        ended_at: None,
                    }),
                );
            }
            Event::DelegationEnded { delegation } => {
                change(&mut self.delegations, delegation, |known| known.ended_at = Some(recorded.at));
            }
            _ => {}
        }
    }

    /// Somebody who stops acting loses every way in; none of them comes back with a later reactivation,
    /// the password apart. Returns the person's accounts.
    pub(super) fn end_access_of(&mut self, person: PersonId) -> Vec<AccountId> {
        let accounts: Vec<_> =
            self.accounts.values().filter(|account| account.person == person).map(|account| account.id).collect();
        self.forget_sessions(|session| accounts.contains(&session.account));
        for account in &accounts {
            change(&mut self.accounts, account, |known| known.link = None);
        }
        for token in self.tokens_of(person) {
            change(&mut self.tokens, &token, |known| known.revoked = true);
        }
        accounts
    }

    pub(super) fn tokens_of(&self, person: PersonId) -> Vec<TokenId> {
        self.tokens.values().filter(|token| token.person == person).map(|token| token.id).collect()
    }

    /// Once an hour: to look through all sessions at every sign-in would take longer than everything else.
    fn forget_old_sessions(&mut self, now: Timestamp) {
        let due = self.sessions_swept_at.is_none_or(|last| now.duration_since(last) >= SignedDuration::from_hours(1));
        if due {
            self.sessions_swept_at = Some(now);
            self.forget_sessions(|session| session.expires_at <= now);
        }
    }

    fn forget_sessions(&mut self, ended: impl Fn(&Session) -> bool) {
        let gone: Vec<_> =
            self.sessions.iter().filter(|(_, session)| ended(session)).map(|(digest, _)| *digest).collect();
        for digest in gone {
            self.sessions.remove(&digest);
        }
    }
}
