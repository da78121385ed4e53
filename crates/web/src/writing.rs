//! Writing: an act with who asks, the key under which it may be asked again, and its receipt.
//!
//! What an act means and whether it may be done is decided in `domain`.

use app::{App, Failure, Order, Receipt, Repetition};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Recorded;
use domain::command::Intent;
use domain::digest::Digest;
use domain::event::Event;
use domain::refusal::Kind as RefusalKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Site;
use crate::caller::{Caller, Credential};
use crate::given::{self, Asked};
use crate::problem::{Kind, Problem};
use crate::reading::LEDGER_SIZE;

/// The header with the caller's key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that marks an answer as given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Long enough for two UUIDs with words around them.
const KEY_BYTES_MAX: usize = 255;

/// An entry of a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptEntry {
    /// Its place in the ledger.
    pub entry: u64,
    /// The type of its event.
    #[serde(rename = "type")]
    #[schema(example = "case-opened")]
    pub kind: String,
}

/// What an act recorded. It is given out only after it is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct Written {
    /// The entries. Empty where nothing had to change, and on a dry run.
    pub recorded: Vec<ReceiptEntry>,
    /// The ledger size right after.
    pub ledger_size: u64,
    /// The number of the object that was made or changed; null on a dry run that would make one.
    #[schema(example = "EXC-7")]
    pub object: Option<String>,
    /// Whether nothing was recorded because only a rehearsal was asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// On a dry run: the types of the events that would be recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub would_record: Vec<String>,
}

impl Written {
    /// The receipt of what was carried out.
    pub fn of(receipt: &Receipt, object: Option<String>) -> Self {
        Self {
            recorded: entries(&receipt.recorded),
            ledger_size: receipt.snapshot.size(),
            object,
            dry_run: false,
            would_record: Vec::new(),
        }
    }
}

/// The entries of a receipt.
pub fn entries(recorded: &[Recorded]) -> Vec<ReceiptEntry> {
    let entry =
        |recorded: &Recorded| ReceiptEntry { entry: recorded.seq, kind: app::ledgers::kind_of(&recorded.event) };
    recorded.iter().map(entry).collect()
}

/// The parameters of most acts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActQuery {
    #[serde(default)]
    dry_run: bool,
}

/// Whether an act must not come without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyNeed {
    /// It may.
    Optional,
    /// It must not: done twice it would be worse than not done.
    Required,
}

/// Who writes, with everything of the request but its body.
pub struct Writer {
    /// The organisation.
    pub app: App,
    /// Who writes.
    pub caller: Caller,
    key: Option<String>,
    target: String,
}

impl Writer {
    /// Who writes, from the request's head.
    pub fn of(parts: &Parts, site: &Site) -> Result<Self, Problem> {
        let caller = Caller::of(parts, site)?;
        let key = key(&parts.headers)?;
        let target = format!("{} {}", parts.method, parts.uri);
        Ok(Self { app: site.app.clone(), caller, key, target })
    }

    /// Refuses whoever may not do anything like this: a file of somebody without authority is not read at all.
    pub fn must_be_allowed(&self, like: Intent) -> Result<(), Problem> {
        match self.app.rehearse(self.caller.actor, like) {
            Err(Failure::Refused(refusal)) => match refusal.kind() {
                RefusalKind::NotAllowed | RefusalKind::SeparationOfDuties => Err(refusal.into()),
                RefusalKind::NeedsAttention | RefusalKind::NotFound | RefusalKind::Conflict => Ok(()),
            },
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The key under which the act may be asked again, bound to the caller and to everything that was sent.
    pub fn repetition(&self, body: &[u8], need: KeyNeed) -> Result<Option<Repetition>, Problem> {
        let Some(key) = &self.key else {
            let local = matches!(self.caller.credential, Credential::Operator);
            return match need {
                KeyNeed::Required if !local => Err(Problem::new(
                    Kind::IdempotencyKeyMissing,
                    "Send an Idempotency-Key header with a value of your own, so that this cannot happen twice by accident.",
                )),
                KeyNeed::Required | KeyNeed::Optional => Ok(None),
            };
        };
        let person = self.caller.person;
        let of = format!("{}\n{person}\n{}", self.target, Digest::of(body));
        Ok(Some(Repetition { key: format!("{person}:{key}"), fingerprint: Digest::of(of.as_bytes()) }))
    }
}

/// The caller's key, where one came.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let fits = |key: &&str| !key.is_empty() && key.len() <= KEY_BYTES_MAX;
    match (first.to_str().ok().map(str::trim).filter(fits), given.next()) {
        (Some(key), None) => Ok(Some(key.to_owned())),
        _ => Err(Problem::parameter(
            "Idempotency-Key",
            format!("Send one key of 1 to {KEY_BYTES_MAX} printable ASCII characters."),
        )),
    }
}

/// An act: who asks, what they sent, and whether only a rehearsal is wanted.
pub struct Act<T> {
    /// Who asks.
    pub writer: Writer,
    /// What they sent.
    pub body: T,
    /// Whether nothing shall be recorded.
    pub dry_run: bool,
    raw: Bytes,
}

impl<T: DeserializeOwned> FromRequest<Site> for Act<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let writer = Writer::of(&parts, site)?;
        let Asked(ActQuery { dry_run }) = Asked::from_request_parts(&mut parts, &()).await?;
        let headers = parts.headers.clone();
        let raw = given::body(Request::from_parts(parts, body)).await?;
        let body = given::json(&headers, &raw)?;
        Ok(Self { writer, body, dry_run, raw })
    }
}

impl<T> Act<T> {
    /// The act and what was sent, apart.
    pub fn take(self) -> (Act<()>, T) {
        let Self { writer, body, dry_run, raw } = self;
        (Act { writer, body: (), dry_run, raw }, body)
    }

    /// The key under which the act may be asked again.
    pub fn repetition(&self, need: KeyNeed) -> Result<Option<Repetition>, Problem> {
        self.writer.repetition(&self.raw, need)
    }

    /// Refuses whoever may not do anything like this, before what was sent is read any further.
    pub fn must_be_allowed(&self, like: Intent) -> Result<(), Problem> {
        self.writer.must_be_allowed(like)
    }

    /// Refuses a rehearsal of what cannot be rehearsed, because its answer is a secret made for it.
    pub fn not_rehearsed(&self) -> Result<(), Problem> {
        if self.dry_run {
            return Err(Problem::parameter(
                "dry_run",
                "This makes a secret, so it cannot be rehearsed. Leave dry_run out.",
            ));
        }
        Ok(())
    }

    /// Carries the act out, or rehearses it, and answers with its receipt.
    pub async fn carry(self, intent: Intent) -> Result<Response, Problem> {
        self.carry_as(intent, KeyNeed::Optional).await
    }

    /// As [`Act::carry`], for an act that must not happen twice by accident.
    pub async fn carry_once(self, intent: Intent) -> Result<Response, Problem> {
        self.carry_as(intent, KeyNeed::Required).await
    }

    async fn carry_as(self, intent: Intent, need: KeyNeed) -> Result<Response, Problem> {
        let Writer { app, caller, .. } = &self.writer;
        if self.dry_run {
            let events = app.rehearse(caller.actor, intent)?;
            return Ok(rehearsed(app, &events));
        }
        let repetition = self.repetition(need)?;
        let order = Order { repetition, ..Order::new(caller.actor, intent) };
        Ok(carried(&app.carry(order).await?))
    }
}

/// The answer to a rehearsal.
pub fn rehearsed(app: &App, events: &[Event]) -> Response {
    let written = Written {
        recorded: Vec::new(),
        ledger_size: app.snapshot().size(),
        object: None,
        dry_run: true,
        would_record: events.iter().map(app::ledgers::kind_of).collect(),
    };
    Json(written).into_response()
}

/// The answer to what was carried out: 201 with its address where something was made that has one.
pub fn carried(receipt: &Receipt) -> Response {
    let object = receipt.recorded.iter().find_map(|recorded| made(&recorded.event));
    let number = object.as_ref().map(|(number, _)| number.clone()).or_else(|| {
        let stream = receipt.recorded.first()?.event.stream();
        stream.rsplit('/').next().map(str::to_owned)
    });
    let response = Json(Written::of(receipt, number)).into_response();
    with_receipt(response, receipt, object.and_then(|(_, address)| address))
}

/// An answer with the headers of a receipt.
pub fn with_receipt(mut response: Response, receipt: &Receipt, made_at: Option<String>) -> Response {
    let headers = response.headers_mut();
    headers.insert(LEDGER_SIZE, HeaderValue::from(receipt.snapshot.size()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if receipt.repeated {
        headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(location) = made_at.and_then(|address| HeaderValue::try_from(address).ok()) {
        headers.insert(header::LOCATION, location);
        *response.status_mut() = StatusCode::CREATED;
    }
    response
}

/// What an event makes: its number, and its address where it has one.
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
fn made(event: &Event) -> Option<(String, Option<String>)> {
    let at = |collection: &str, number: String| Some((number.clone(), Some(format!("/v1/{collection}/{number}"))));
    match event {
        Event::PersonAdded { person, .. } => at("persons", person.to_string()),
        Event::AccountOpened { account, .. } => Some((account.to_string(), None)),
        Event::TokenIssued { token, .. } => Some((token.to_string(), None)),
        Event::Delegated { delegation, .. } => Some((delegation.to_string(), None)),
        Event::AgreementRecorded { agreement, .. } => at("agreements", agreement.to_string()),
        Event::ProductAdded { product, .. } => at("products", product.to_string()),
        Event::MetricDefined { metric, .. } => at("metrics", metric.to_string()),
        Event::TitleMatched { title_match, .. } => Some((title_match.to_string(), None)),
        Event::EntitlementRecorded { entitlement, .. } => at("entitlements", entitlement.to_string()),
        Event::Imported { import, .. } => at("imports", import.to_string()),
        Event::SourceOpened { source, .. } => at("sources", source.to_string()),
        Event::CaseOpened { case, .. } => at("cases", case.to_string()),
        Event::WitnessAdded { witness } => Some((witness.name.clone(), None)),
        Event::EstateSealed { day, .. } => at("seals", day.to_string()),
        Event::StatementMade { statement, .. } => at("statements", statement.to_string()),
        Event::AlertRuleSet { rule, .. } => Some((rule.to_string(), None)),
        Event::QuietPeriodSet { quiet, .. } => Some((quiet.to_string(), None)),
        Event::LeaverRecorded { leaver, .. } => Some((leaver.to_string(), None)),
        Event::WaveOpened { wave, .. } => at("reclaim_waves", wave.to_string()),
        Event::LegalHoldSet { hold, .. } => Some((hold.to_string(), None)),
        Event::PurchaseRequested { purchase, .. } => at("purchases", purchase.to_string()),
        Event::BudgetSet { budget, .. } => Some((budget.to_string(), None)),
        Event::ScenarioRecorded { scenario, .. } => at("scenarios", scenario.to_string()),
        Event::WebhookRecorded { webhook, .. } => at("webhooks", webhook.to_string()),
        Event::CataloguePublished { digest, .. } => Some((digest.to_string(), None)),
        Event::OrganisationFounded { .. }
        | Event::RolesSet { .. }
        | Event::PersonDeactivated { .. }
        | Event::PersonReactivated { .. }
        | Event::DataErased { .. }
        | Event::SetUpLinkIssued { .. }
        | Event::PasswordSet { .. }
        | Event::SessionOpened { .. }
        | Event::SessionClosed { .. }
        | Event::TokenRevoked { .. }
        | Event::DelegationEnded { .. }
        | Event::PartyAdded { .. }
        | Event::AgreementAmended { .. }
        | Event::RenewalPlanned { .. }
        | Event::ProductMetricSet { .. }
        | Event::ProductLinked { .. }
        | Event::SuiteDefined { .. }
        | Event::TitleUnmatched { .. }
        | Event::EntitlementRetired { .. }
        | Event::ImportUndone { .. }
        | Event::MappingRemembered { .. }
        | Event::SourceChanged { .. }
        | Event::SourceTokenRenewed { .. }
        | Event::SourceClosed { .. }
        | Event::DeviceApproved { .. }
        | Event::DeviceRejected { .. }
        | Event::ReportsReceived { .. }
        | Event::WitnessRemoved { .. }
        | Event::CaseRevised { .. }
        | Event::EvidenceAttached { .. }
        | Event::CaseSubmitted { .. }
        | Event::CommentMade { .. }
        | Event::VoteCast { .. }
        | Event::CaseReturned { .. }
        | Event::CaseWithdrawn { .. }
        | Event::CaseDecided { .. }
        | Event::GrantIssued { .. }
        | Event::GrantRevoked { .. }
        | Event::FeatureLinked { .. }
        | Event::FeatureUnlinked { .. }
        | Event::AlertRuleEnded { .. }
        | Event::AlertRaised { .. }
        | Event::AlertCleared { .. }
        | Event::AlertAcknowledged { .. }
        | Event::AlertSnoozed { .. }
        | Event::AlertResolved { .. }
        | Event::AlertTaskDone { .. }
        | Event::PlaybookSet { .. }
        | Event::QuietPeriodEnded { .. }
        | Event::CountsNoted { .. }
        | Event::ProductAssigned { .. }
        | Event::CategoryAssigned { .. }
        | Event::LeaverRemoved { .. }
        | Event::ReclaimAsked { .. }
        | Event::ReclaimAskedAgain { .. }
        | Event::ReclaimAnswered { .. }
        | Event::ReclaimDecided { .. }
        | Event::ReclaimConfirmed { .. }
        | Event::WaveClosed { .. }
        | Event::LegalHoldLifted { .. }
        | Event::PurchaseApproved { .. }
        | Event::PurchaseRefused { .. }
        | Event::PurchaseOrdered { .. }
        | Event::PurchaseReceived { .. }
        | Event::PurchaseWithdrawn { .. }
        | Event::SpendLimitsSet { .. }
        | Event::SurchargeSet { .. }
        | Event::ScenarioChanged { .. }
        | Event::ScenarioRetired { .. }
        | Event::WebhookChanged { .. }
        | Event::WebhookPaused { .. }
        | Event::WebhookResumed { .. }
        | Event::WebhookRemoved { .. } => None,
    }
}
