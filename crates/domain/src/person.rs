//! Persons, their roles, accounts, sessions, tokens and delegations.
//!
//! Segregation of duties counts persons, so an account, a session and a token always lead to one person.
//! Secrets never come here: only digests of random tokens, and password verifiers as erasable texts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
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
    /// Who gave them each of their roles, and when; a role that was kept keeps its giver.
    pub given: BTreeMap<Role, Given>,
    /// Whether they may act at all.
    pub active: bool,
    /// Whether what the ledger committed to about them was erased; they never act again.
    pub erased: bool,
    /// Entries that commit to texts about them and have not been erased.
    pub entries: Vec<u64>,
}

/// By whose hand somebody holds something, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Who gave it; `None` is the program, when the ledger was founded.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that recorded it: entries of one instant have an order all the same.
    pub recorded_in: u64,
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
    /// Who issued the last one-time link, used or not: whoever did could have signed in with it.
    pub link_given: Option<Given>,
}

/// A one-time link by which an account's owner signs in and sets a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpLink {
    /// Digest of the random token in the link.
    pub digest: Digest,
    /// The link works before this instant.
    #[serde(deserialize_with = "crate::exact::deserialize")]
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
    /// Read the calendar of renewals, by an address that holds the token.
    Calendar,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Read, Self::Check, Self::Report, Self::Write, Self::Calendar];

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Check => "check",
            Self::Report => "report",
            Self::Write => "write",
            Self::Calendar => "calendar",
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
    /// When it was ended early, where it was.
    pub ended_at: Option<Timestamp>,
}

impl Delegation {
    /// Whether the delegation holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.ended_at.is_none() && self.starts_on <= day && day <= self.ends_on
    }

    /// Whether the delegation held at any time from `since` to `now`, its days being days of `zone`.
    pub fn held_between(&self, since: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
        let last = self.ended_at.map_or(now, |ended| ended.min(now));
        since <= last && self.starts_on <= day(last) && day(since) <= self.ends_on
    }
}
