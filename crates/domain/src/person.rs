//! Persons, their roles, accounts, sessions, tokens and delegations.
//!
//! Segregation of duties counts persons, so an account, a session and a token always lead to one person.
//! Secrets never come here: only digests of random tokens, and password verifiers as erasable texts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::id::{AccountId, DelegationId, PersonId, TokenId};
use crate::text::Text;

/// What a person may do; somebody may hold several, with one exclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks for exceptions.
    Requester,
    /// Decides on requests for the business.
    Approver,
    /// Keeps inventory, products and entitlements.
    SamManager,
    /// Buys, and keeps agreements and entitlements.
    Procurement,
    /// Decides on requests for their money side.
    Finance,
    /// Decides on requests for their terms, and publishes the catalogue.
    Legal,
    /// Reads everything and changes nothing.
    Auditor,
    /// Keeps persons, accounts and roles.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Requester,
        Self::Approver,
        Self::SamManager,
        Self::Procurement,
        Self::Finance,
        Self::Legal,
        Self::Auditor,
        Self::Administrator,
    ];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Approver => "approver",
            Self::SamManager => "sam_manager",
            Self::Procurement => "procurement",
            Self::Finance => "finance",
            Self::Legal => "legal",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Approver => "approver",
            Self::SamManager => "SAM manager",
            Self::Procurement => "procurement",
            Self::Finance => "finance",
            Self::Legal => "legal",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|role| role.name() == word)
    }
}

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their number; the only thing about them that stands open on the ledger.
    pub id: PersonId,
    /// Name as shown.
    pub name: Text,
    /// E-mail address.
    pub email: Text,
    /// What they may do.
    /// INVARIANT: never both auditor and administrator.
    pub roles: BTreeSet<Role>,
    /// Whether they may act at all.
    pub active: bool,
    /// Entries that commit to texts about them, for erasure.
    pub entries: Vec<u64>,
}

/// A way for a person to sign in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// The name typed at sign-in, usually an e-mail address.
    pub login: Text,
    /// The password verifier (an argon2id string), once a password was set.
    pub verifier: Option<Text>,
    /// The open one-time link, where one was issued.
    pub link: Option<SetUpLink>,
}

/// A one-time link by which an account's owner signs in and sets a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpLink {
    /// Digest of the random token in the link.
    pub digest: Digest,
    /// The link works before this instant.
    pub expires_at: Timestamp,
}

/// A signed-in browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The account that signed in.
    pub account: AccountId,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read everything its owner may read.
    Read,
    /// Ask the check endpoints.
    Check,
    /// Import inventory.
    Report,
    /// Do what its owner may do, decisions on requests apart.
    Write,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Read, Self::Check, Self::Report, Self::Write];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Check => "check",
            Self::Report => "report",
            Self::Write => "write",
        }
    }

    /// Reads a name as in files.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == word.trim())
    }
}

/// An API token; it acts as its owner, within its scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: TokenId,
    /// Its owner.
    pub person: PersonId,
    /// What it is for, in the owner's words.
    pub label: Text,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// Digest of the random token.
    pub digest: Digest,
    /// When it stops working; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Token {
    /// Whether the token works at `at`.
    pub fn works_at(&self, at: Timestamp) -> bool {
        !self.revoked && self.expires_at.is_none_or(|end| at < end)
    }
}

/// Somebody decides for somebody else for a time. Not transitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its number.
    pub id: DelegationId,
    /// Whose decisions.
    pub from: PersonId,
    /// Who takes them.
    pub to: PersonId,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive.
    pub ends_on: Date,
    /// Whether it was ended early.
    pub ended: bool,
}

impl Delegation {
    /// Whether the delegation holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        !self.ended && self.starts_on <= day && day <= self.ends_on
    }
}
