//! Webhooks: addresses that are told what happens, how that went, and messages sent by hand.

use app::Failure;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use domain::id::WebhookId;
use domain::webhook::{PauseCause, Told, ToldKind, Webhook, WebhookTerms};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{InstantText, ToldKindWord, WebhookNumber};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, kept_by_nobody};
use crate::writing::{Act, Written};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, record))
        .routes(routes!(show))
        .routes(routes!(change))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(remove))
        .routes(routes!(attempts))
        .routes(routes!(test))
        .routes(routes!(send_again))
}

/// Where the object of a message is read, below the server's address.
pub fn address(told: &Told) -> String {
    let collection = match told.kind {
        ToldKind::RequestSubmitted
        | ToldKind::RequestReturned
        | ToldKind::RequestWithdrawn
        | ToldKind::RequestDecided => "cases",
        ToldKind::ExceptionGranted | ToldKind::ExceptionRevoked => "exceptions",
        ToldKind::PurchaseRequested
        | ToldKind::PurchaseApproved
        | ToldKind::PurchaseRefused
        | ToldKind::PurchaseOrdered
        | ToldKind::PurchaseReceived
        | ToldKind::PurchaseWithdrawn => "purchases",
        ToldKind::EntitlementRecorded | ToldKind::EntitlementRetired => "entitlements",
        ToldKind::ReclaimAnswered | ToldKind::ReclaimDecided | ToldKind::ReclaimConfirmed => "reclaim_waves",
        ToldKind::AlertOpened | ToldKind::AlertResolved | ToldKind::AlertCleared => "alerts",
        ToldKind::ImportCompleted | ToldKind::ImportUndone => "imports",
        ToldKind::StatementMade => "statements",
    };
    format!("/v1/{collection}/{}", told.number)
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookObject {
    /// Number.
    #[schema(value_type = WebhookNumber)]
    id: WebhookId,
    /// Name.
    name: String,
    /// Where messages are sent.
    url: String,
    /// What is told.
    #[schema(value_type = Vec<ToldKindWord>)]
    kinds: Vec<ToldKind>,
    /// The public key under which its messages verify: `whpk_` and 32 bytes in base64.
    key: String,
    /// When it was recorded.
    #[schema(value_type = InstantText)]
    recorded_at: Timestamp,
    /// Whether nothing is sent.
    paused: bool,
    /// Since when.
    #[schema(value_type = Option<InstantText>)]
    paused_at: Option<Timestamp>,
    /// Why: `asked`, `gone` or `unanswered`.
    pause_cause: Option<&'static str>,
    /// The same as a sentence.
    pause_reason: Option<&'static str>,
}

fn object(reading: &Reading, known: &Webhook) -> Result<WebhookObject, Failure> {
    Ok(WebhookObject {
        id: known.id,
        name: known.terms.name.clone(),
        url: known.terms.url.clone(),
        kinds: known.terms.kinds.iter().copied().collect(),
        key: reading.app.webhook_key(known.id)?,
        recorded_at: known.recorded_at,
        paused: known.paused.is_some(),
        paused_at: known.paused.map(|paused| paused.at),
        pause_cause: known.paused.map(|paused| paused.cause.name()),
        pause_reason: known.paused.map(|paused| paused.cause.sentence()),
    })
}

/// The webhooks, in the order in which they were recorded.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", responses((status = 200, body = Page<WebhookObject>)))]
async fn list(reading: Reading, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Administrators)?;
    let known = reading.snapshot.state.webhooks.values();
    let data: Vec<WebhookObject> = known.map(|known| object(&reading, known)).collect::<Result<_, _>>()?;
    let total = data.len();
    Ok(reading.list(data, None, total))
}

fn known(reading: &Reading, webhook: WebhookId) -> Result<&Webhook, Problem> {
    reading.only_for(Readers::Administrators)?;
    let known = reading.snapshot.state.webhooks.get(&webhook);
    known.map(AsRef::as_ref).ok_or_else(|| Problem::none("webhook", webhook))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), responses((status = 200, body = WebhookObject)))]
async fn show(reading: Reading, At(webhook): At<WebhookId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let known = known(&reading, webhook)?;
    Ok(reading.answer(object(&reading, known)?))
}

/// An attempt to send a message.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptObject {
    /// When it began.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// What was told; `webhook.test` is a test.
    #[schema(example = "purchase.approved")]
    r#type: String,
    /// The entry that was told of; null is a test.
    entry: Option<u64>,
    /// Whether somebody asked for it by hand.
    by_hand: bool,
    /// The HTTP status of the answer; null where there was none.
    status: Option<u16>,
    /// How long the answer took; null where there was none.
    milliseconds: Option<u64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The last attempts to send messages to a webhook, newest first.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}/attempts", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path), ListQuery), responses((status = 200, body = Page<AttemptObject>)))]
async fn attempts(
    reading: Reading,
    At(webhook): At<WebhookId>,
    Asked(query): Asked<ListQuery>,
) -> Result<Response, Problem> {
    known(&reading, webhook)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let progress = reading.app.webhook_progress(webhook)?;
    Ok(kept_by_nobody(reading.page(&progress.attempts, &paging, |attempt| AttemptObject {
        at: Timestamp::from_millisecond(attempt.at).unwrap_or_default(),
        r#type: attempt.kind.clone(),
        entry: attempt.entry,
        by_hand: attempt.by_hand,
        status: attempt.status,
        milliseconds: attempt.milliseconds,
    })))
}

/// A webhook to record, or what becomes of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// Name; no other webhook has it.
    name: String,
    /// Where messages are sent.
    #[schema(example = "https://hooks.example.com/licences")]
    url: String,
    /// What is told.
    #[schema(value_type = Vec<ToldKindWord>)]
    kinds: Vec<String>,
}

impl NewWebhook {
    fn read(self) -> Result<WebhookTerms, Problem> {
        let kinds = self.kinds.iter().map(|word| word.parse::<ToldKind>()).collect::<Result<_, _>>();
        let kinds = kinds.map_err(|unknown| Problem::at("kinds", format!("{unknown}.")))?;
        Ok(WebhookTerms { name: self.name, url: self.url, kinds })
    }
}

/// What only administrators in person may do; a token may not.
fn like() -> Intent {
    Intent::RemoveWebhook { webhook: WebhookId(0) }
}

/// Tell an address what happens from now on.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, body = Written)))]
async fn record(act: Act<NewWebhook>) -> Result<Response, Problem> {
    act.must_be_allowed(like())?;
    let (act, given) = act.take();
    act.carry(Intent::RecordWebhook { terms: given.read()? }).await
}

/// Change a webhook: what is sent stands in place of what stood there.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/changes", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), request_body = NewWebhook, responses((status = 200, body = Written)))]
async fn change(At(webhook): At<WebhookId>, act: Act<NewWebhook>) -> Result<Response, Problem> {
    act.must_be_allowed(like())?;
    let (act, given) = act.take();
    act.carry(Intent::ChangeWebhook { webhook, terms: given.read()? }).await
}

/// Send nothing until it is resumed.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/pauses", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), responses((status = 200, body = Written)))]
async fn pause(At(webhook): At<WebhookId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::PauseWebhook { webhook, cause: PauseCause::Asked }).await
}

/// Go on where it was paused: what happened meanwhile is told.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/resumptions", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), responses((status = 200, body = Written)))]
async fn resume(At(webhook): At<WebhookId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::ResumeWebhook { webhook }).await
}

/// Remove a webhook, with what is known about its attempts.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/removals", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), responses((status = 200, body = Written)))]
async fn remove(At(webhook): At<WebhookId>, act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.carry(Intent::RemoveWebhook { webhook }).await
}

/// What is sent is out: there is nothing to rehearse.
fn may_send<T>(act: &Act<T>) -> Result<(), Problem> {
    act.must_be_allowed(like())?;
    if act.dry_run {
        return Err(Problem::parameter("dry_run", "A message cannot be rehearsed. Leave dry_run out to send it."));
    }
    Ok(())
}

/// A message that is sent as soon as the server gets to it, once.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingMessage {
    /// The webhook.
    #[schema(value_type = WebhookNumber)]
    webhook: WebhookId,
    /// The entry that it is about; null is a test.
    entry: Option<u64>,
}

fn waiting(webhook: WebhookId, entry: Option<u64>) -> Response {
    (StatusCode::ACCEPTED, Json(WaitingMessage { webhook, entry })).into_response()
}

/// Send a test message, once. The attempts say how it went.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/tests", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), responses((status = 202, body = WaitingMessage)))]
async fn test(At(webhook): At<WebhookId>, act: Act<Nothing>) -> Result<Response, Problem> {
    may_send(&act)?;
    act.writer.app.ask_for_test(webhook)?;
    Ok(waiting(webhook, None))
}

/// What to send again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Again {
    /// The entry that the message is about.
    entry: u64,
}

/// Send the message about an entry again, once and under the same id. The attempts say how it went.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/resends", tag = "webhooks",
    params(("webhook" = WebhookNumber, Path)), request_body = Again, responses((status = 202, body = WaitingMessage)))]
async fn send_again(At(webhook): At<WebhookId>, act: Act<Again>) -> Result<Response, Problem> {
    may_send(&act)?;
    act.writer.app.ask_to_send_again(webhook, act.body.entry)?;
    Ok(waiting(webhook, Some(act.body.entry)))
}
