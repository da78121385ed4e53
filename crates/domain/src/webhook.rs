//! Webhooks: addresses that are told when something happens, so that other systems can provision, reallocate or react.
//!
//! Which event is told under which name is said here, in one table. Sending, and how it went, is in `app` and `store`:
//! what a receiver answers is no part of the record, except that it made a webhook pause.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::id::{PersonId, WebhookId};

/// Webhooks of an organisation: each is a queue that is worked off beside the others.
pub const WEBHOOKS_MAX: usize = 20;
/// Characters of an address: what browsers and proxies carry without cutting it.
pub const URL_CHARS_MAX: usize = 2_000;

macro_rules! told_kinds {
    ($($name:ident = $word:literal, $title:literal;)*) => {
        /// Something that can be told, under the name that receivers see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[expect(missing_docs, reason = "the titles say it")]
        pub enum ToldKind { $($name,)* }

        impl ToldKind {
            /// All of them, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in messages and files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The words on screen.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

told_kinds! {
    RequestSubmitted = "request.submitted", "A request was put to those who decide";
    RequestReturned = "request.returned", "A request went back to its requester";
    RequestWithdrawn = "request.withdrawn", "A request was taken back";
    RequestDecided = "request.decided", "A request was approved or rejected";
    ExceptionGranted = "exception.granted", "An exception came into force";
    ExceptionRevoked = "exception.revoked", "An exception was ended early";
    PurchaseRequested = "purchase.requested", "Somebody asked to buy something";
    PurchaseApproved = "purchase.approved", "A purchase was approved";
    PurchaseRefused = "purchase.refused", "A purchase was refused";
    PurchaseOrdered = "purchase.ordered", "A purchase was ordered";
    PurchaseReceived = "purchase.received", "A purchase came in and became a right";
    PurchaseWithdrawn = "purchase.withdrawn", "A purchase was taken back";
    EntitlementRecorded = "entitlement.recorded", "A right was recorded, other than by an import";
    EntitlementRetired = "entitlement.retired", "A right stopped counting";
    ReclaimAnswered = "reclaim.answered", "A holder answered whether software is still needed";
    ReclaimDecided = "reclaim.decided", "It was decided what becomes of software that was asked about";
    ReclaimConfirmed = "reclaim.confirmed", "Software that was to be removed is gone";
    AlertOpened = "alert.opened", "An alert was raised";
    AlertResolved = "alert.resolved", "Somebody resolved an alert";
    AlertCleared = "alert.cleared", "What an alert is about no longer holds";
    ImportCompleted = "import.completed", "Files came in";
    ImportUndone = "import.undone", "An import was undone";
    StatementMade = "statement.made", "The position of a sealed day was stated";
}

impl fmt::Display for ToldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{0}\u{201d} is nothing that is told; it looks like purchase.approved")]
pub struct NotTold(String);

impl FromStr for ToldKind {
    type Err = NotTold;

    fn from_str(word: &str) -> Result<Self, NotTold> {
        let found = Self::ALL.iter().find(|kind| kind.name() == word);
        found.copied().ok_or_else(|| NotTold(word.chars().take(40).collect()))
    }
}

impl TryFrom<String> for ToldKind {
    type Error = NotTold;

    fn try_from(word: String) -> Result<Self, NotTold> {
        word.parse()
    }
}

impl From<ToldKind> for String {
    fn from(kind: ToldKind) -> Self {
        kind.name().to_owned()
    }
}

/// What is told of an event: what happened, and to which object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub kind: ToldKind,
    /// The number of the object, such as `BUY-3`.
    pub number: String,
    /// The item of a reclaim wave, the first being 1.
    pub item: Option<u64>,
}

impl Told {
    /// What is told of `event`; `None` where it is nothing that anybody is told.
    pub fn of(event: &Event) -> Option<Self> {
        let kind = kind_of(event)?;
        let number = event.stream().rsplit('/').next()?.to_owned();
        Some(Self { kind, number, item: item_of(event) })
    }
}

fn item_of(event: &Event) -> Option<u64> {
    if let Event::ReclaimAnswered { item, .. }
    | Event::ReclaimDecided { item, .. }
    | Event::ReclaimConfirmed { item, .. } = event
    {
        return Some(item.saturating_add(1));
    }
    None
}

/// The table of what is told.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
fn kind_of(event: &Event) -> Option<ToldKind> {
    match event {
        Event::CaseSubmitted { .. } => Some(ToldKind::RequestSubmitted),
        Event::CaseReturned { .. } => Some(ToldKind::RequestReturned),
        Event::CaseWithdrawn { .. } => Some(ToldKind::RequestWithdrawn),
        Event::CaseDecided { .. } => Some(ToldKind::RequestDecided),
        Event::GrantIssued { .. } => Some(ToldKind::ExceptionGranted),
        Event::GrantRevoked { .. } => Some(ToldKind::ExceptionRevoked),
        Event::PurchaseRequested { .. } => Some(ToldKind::PurchaseRequested),
        Event::PurchaseApproved { .. } => Some(ToldKind::PurchaseApproved),
        Event::PurchaseRefused { .. } => Some(ToldKind::PurchaseRefused),
        Event::PurchaseOrdered { .. } => Some(ToldKind::PurchaseOrdered),
        Event::PurchaseReceived { .. } => Some(ToldKind::PurchaseReceived),
        Event::PurchaseWithdrawn { .. } => Some(ToldKind::PurchaseWithdrawn),
        Event::EntitlementRecorded { import: None, .. } => Some(ToldKind::EntitlementRecorded),
        Event::EntitlementRetired { .. } => Some(ToldKind::EntitlementRetired),
        Event::ReclaimAnswered { .. } => Some(ToldKind::ReclaimAnswered),
        Event::ReclaimDecided { .. } => Some(ToldKind::ReclaimDecided),
        Event::ReclaimConfirmed { .. } => Some(ToldKind::ReclaimConfirmed),
        Event::AlertRaised { .. } => Some(ToldKind::AlertOpened),
        Event::AlertResolved { .. } => Some(ToldKind::AlertResolved),
        Event::AlertCleared { .. } => Some(ToldKind::AlertCleared),
        Event::Imported { .. } => Some(ToldKind::ImportCompleted),
        Event::ImportUndone { .. } => Some(ToldKind::ImportUndone),
        Event::StatementMade { .. } => Some(ToldKind::StatementMade),
        Event::OrganisationFounded { .. }
        | Event::PersonAdded { .. }
        | Event::RolesSet { .. }
        | Event::PersonDeactivated { .. }
        | Event::PersonReactivated { .. }
        | Event::DataErased { .. }
        | Event::AccountOpened { .. }
        | Event::SetUpLinkIssued { .. }
        | Event::PasswordSet { .. }
        | Event::SessionOpened { .. }
        | Event::SessionClosed { .. }
        | Event::TokenIssued { .. }
        | Event::TokenRevoked { .. }
        | Event::Delegated { .. }
        | Event::DelegationEnded { .. }
        | Event::PartyAdded { .. }
        | Event::AgreementRecorded { .. }
        | Event::AgreementAmended { .. }
        | Event::RenewalPlanned { .. }
        | Event::ProductAdded { .. }
        | Event::ProductMetricSet { .. }
        | Event::MetricDefined { .. }
        | Event::ProductLinked { .. }
        | Event::TitleMatched { .. }
        | Event::TitleUnmatched { .. }
        | Event::EntitlementRecorded { import: Some(_), .. }
        | Event::SuiteDefined { .. }
        | Event::MappingRemembered { .. }
        | Event::SourceOpened { .. }
        | Event::SourceChanged { .. }
        | Event::SourceTokenRenewed { .. }
        | Event::SourceClosed { .. }
        | Event::DeviceApproved { .. }
        | Event::DeviceRejected { .. }
        | Event::ReportsReceived { .. }
        | Event::WitnessAdded { .. }
        | Event::WitnessRemoved { .. }
        | Event::CataloguePublished { .. }
        | Event::CaseOpened { .. }
        | Event::CaseRevised { .. }
        | Event::EvidenceAttached { .. }
        | Event::CommentMade { .. }
        | Event::VoteCast { .. }
        | Event::FeatureLinked { .. }
        | Event::FeatureUnlinked { .. }
        | Event::EstateSealed { .. }
        | Event::AlertRuleSet { .. }
        | Event::AlertRuleEnded { .. }
        | Event::AlertAcknowledged { .. }
        | Event::AlertSnoozed { .. }
        | Event::AlertTaskDone { .. }
        | Event::PlaybookSet { .. }
        | Event::QuietPeriodSet { .. }
        | Event::QuietPeriodEnded { .. }
        | Event::CountsNoted { .. }
        | Event::ProductAssigned { .. }
        | Event::CategoryAssigned { .. }
        | Event::LeaverRecorded { .. }
        | Event::LeaverRemoved { .. }
        | Event::WaveOpened { .. }
        | Event::ReclaimAsked { .. }
        | Event::ReclaimAskedAgain { .. }
        | Event::WaveClosed { .. }
        | Event::LegalHoldSet { .. }
        | Event::LegalHoldLifted { .. }
        | Event::SpendLimitsSet { .. }
        | Event::BudgetSet { .. }
        | Event::SurchargeSet { .. }
        | Event::ScenarioRecorded { .. }
        | Event::ScenarioChanged { .. }
        | Event::ScenarioRetired { .. }
        | Event::WebhookRecorded { .. }
        | Event::WebhookChanged { .. }
        | Event::WebhookPaused { .. }
        | Event::WebhookResumed { .. }
        | Event::WebhookRemoved { .. } => None,
    }
}

/// Where a webhook goes and what it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTerms {
    /// What it is called.
    pub name: String,
    /// Where messages are sent.
    pub url: String,
    /// What is told.
    pub kinds: BTreeSet<ToldKind>,
}

/// Why a webhook is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PauseCause {
    /// Somebody paused it.
    Asked,
    /// Its receiver said that it is gone for good.
    Gone,
    /// Nothing was taken in for days.
    Unanswered,
}

impl PauseCause {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gone => "gone",
            Self::Unanswered => "unanswered",
        }
    }

    /// Why, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Asked => "Somebody paused it.",
            Self::Gone => "Its receiver answered 410: the address is gone for good.",
            Self::Unanswered => "Its receiver took nothing in for three days.",
        }
    }
}

/// When and why a webhook was paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// Who; `None` is the program itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: PauseCause,
}

/// A recorded webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: WebhookId,
    /// Where it goes and what it tells.
    pub terms: WebhookTerms,
    /// Who recorded it.
    pub by: Option<PersonId>,
    /// When.
    pub recorded_at: Timestamp,
    /// The entry that recorded it; what came before is not told.
    pub recorded_in: u64,
    /// The entry from which on it is tried afresh: the last that recorded, changed or resumed it.
    pub fresh_since: u64,
    /// Since when and why nothing is sent.
    pub paused: Option<Paused>,
}

/// What is wrong with an address, as a sentence; it says nothing about who may be reached there.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    if url.chars().count() > URL_CHARS_MAX {
        return Err(format!("Use at most {URL_CHARS_MAX} characters for the address."));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains(['\\', '"', '<', '>', '`', '{', '}']) {
        return Err("Write the address in plain letters, without spaces; encode all others.".to_owned());
    }
    let (rest, encrypted) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return Err("Enter an address that begins with https://.".to_owned()),
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if url.contains('#') {
        return Err("Leave out what stands from the # on; it is never sent.".to_owned());
    }
    if authority.contains('@') {
        return Err("Leave the name and the password out of the address; the ledger keeps no secrets.".to_owned());
    }
    let host = host_of(authority);
    if host.is_empty() {
        return Err("Enter an address with a host, such as https://hooks.example.com/licences.".to_owned());
    }
    if !encrypted && !LOOPBACK_HOSTS.contains(&host) {
        return Err("Enter an address that begins with https://; http:// is for this computer alone.".to_owned());
    }
    Ok(())
}

/// The hosts to which a webhook may go unencrypted, where the operator allows private addresses at all.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The host in front of a port.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => authority.get(..end.saturating_add(2)).unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}
