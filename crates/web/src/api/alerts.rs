//! Alerts: what has to be looked at, the rows behind each, and what is done about it; evaluation and the digest.
//!
//! The rules by which alerts are raised are in `alert_rules`.

use app::alerts::{AlertRow, Moved, RowAbout, owner_of, product_of, sentence, subject_words};
use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use domain::State;
use domain::alert::{Alert, AlertStatus, AlertTask, Phase, TriggerKind};
use domain::command::Intent;
use domain::evidence::Evidence;
use domain::id::{AlertId, AlertRuleId, EntitlementId, PersonId, ProductId};
use domain::text::Text;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::alert_rules::TriggerValue;
use super::values::{
    AlertNumber, AlertRuleNumber, AlertStatusWord, DateText, DigestText, EntitlementNumber, InstantText, OwnerValue,
    PersonNumber, ProductNumber, ProductRef, ReasonGiven, TriggerWord,
};
use crate::caller::Readers;
use crate::csv::attachment;
use crate::given::{self, Asked, At, AtBoth, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading};
use crate::writing::{Act, KeyNeed, Writer, Written, carried};
use crate::{FILE_BODY_BYTES_MAX, Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    let with_files = axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX);
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(rows))
        .routes(routes!(acknowledge))
        .routes(routes!(snooze))
        .routes(routes!(resolve))
        .routes(routes!(complete))
        .routes(routes!(complete_with_file).layer(with_files))
        .routes(routes!(download))
        .routes(routes!(evaluate))
        .routes(routes!(digest))
        .routes(routes!(digest_text))
}

/// Something that somebody did with an alert.
#[derive(Debug, Serialize, ToSchema)]
struct HandledObject {
    /// Who; null is the program.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When.
    #[schema(value_type = InstantText)]
    at: Timestamp,
    /// What they said.
    note: Option<String>,
}

/// The file that shows that a task was done.
#[derive(Debug, Serialize, ToSchema)]
struct TaskFile {
    /// Its digest.
    #[schema(value_type = DigestText)]
    digest: domain::digest::Digest,
    /// Its name.
    name: String,
    /// Its length.
    bytes: u64,
}

impl From<&Evidence> for TaskFile {
    fn from(evidence: &Evidence) -> Self {
        Self { digest: evidence.digest, name: evidence.name.shown().to_owned(), bytes: evidence.bytes }
    }
}

/// A task of an alert's playbook.
#[derive(Debug, Serialize, ToSchema)]
struct TaskObject {
    /// Its number, from 1.
    number: u64,
    /// When it is due: contain, remediate or report.
    phase: &'static str,
    /// What is to be done.
    wording: String,
    /// Who did it, when and what they said; null while it is open.
    done: Option<HandledObject>,
    /// The file that shows it.
    file: Option<TaskFile>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
struct AlertObject {
    /// Number.
    #[schema(value_type = AlertNumber)]
    id: AlertId,
    /// The rule that found it.
    #[schema(value_type = AlertRuleNumber)]
    rule: AlertRuleId,
    /// What the rule looked for then.
    trigger: TriggerValue,
    /// Whether it is an anomaly: something that should not be, rather than a number that passed a threshold.
    anomaly: bool,
    /// What it is about: a product's, right's or exception's number, a source's name, or `all devices`.
    subject: String,
    /// The same in words.
    subject_name: String,
    /// The product that it is about.
    product: Option<ProductRef>,
    /// Who answers for it.
    owner: OwnerValue,
    /// How it stands today.
    #[schema(value_type = AlertStatusWord)]
    status: &'static str,
    /// What was found when it was raised, as a sentence.
    sentence: String,
    /// The number that was found when it was raised: units, hundredths of the currency, per cent, days or installations.
    measured: u64,
    /// The number of the rule then.
    limit: u64,
    /// When it was first seen.
    #[schema(value_type = InstantText)]
    raised_at: Timestamp,
    /// The entry that recorded it.
    recorded_in: u64,
    /// Whether what it is about still held at the last evaluation.
    holds: bool,
    /// Who is on it.
    acknowledgement: Option<HandledObject>,
    /// The day on which it comes back, where it was snoozed.
    #[schema(value_type = Option<DateText>)]
    snoozed_until: Option<Date>,
    /// Who snoozed it, and why.
    snooze: Option<HandledObject>,
    /// How it ended; by nobody where it no longer holds.
    resolution: Option<HandledObject>,
    /// Tasks of its playbook that nobody has done yet.
    tasks_open: u64,
}

/// An alert with what is known of it now.
#[derive(Debug, Serialize, ToSchema)]
struct WholeAlert {
    /// The alert.
    #[serde(flatten)]
    alert: AlertObject,
    /// The number as it is now; null where it no longer holds.
    now: Option<u64>,
    /// The same as a sentence.
    now_sentence: Option<String>,
    /// Its playbook.
    tasks: Vec<TaskObject>,
}

fn object(state: &State, alert: &Alert, today: Date) -> AlertObject {
    let handled =
        |by, at, note: Option<&Text>| HandledObject { by, at, note: note.map(|note| note.shown().to_owned()) };
    let product = product_of(state, &alert.subject);
    AlertObject {
        id: alert.id,
        rule: alert.rule,
        trigger: TriggerValue::from(&alert.trigger),
        anomaly: alert.trigger.kind().is_anomaly(),
        subject: alert.subject.to_string(),
        subject_name: subject_words(state, &alert.subject),
        product: product.map(|product| ProductRef::of(state, product)),
        owner: OwnerValue::of(state, owner_of(state, alert)),
        status: alert.status(today).name(),
        sentence: sentence(state, &alert.trigger, &alert.subject, alert.measured),
        measured: alert.measured,
        limit: alert.limit,
        raised_at: alert.raised_at,
        recorded_in: alert.recorded_in,
        holds: alert.holds,
        acknowledgement: alert.acknowledgement.as_ref().map(|known| handled(known.by, known.at, Some(&known.note))),
        snoozed_until: alert.snooze.as_ref().map(|snooze| snooze.until),
        snooze: alert.snooze.as_ref().map(|snooze| handled(snooze.by, snooze.at, Some(&snooze.note))),
        resolution: alert.resolution.as_ref().map(|known| handled(known.by, known.at, known.reason.as_ref())),
        tasks_open: u64::try_from(alert.tasks_open()).unwrap_or(u64::MAX),
    }
}

fn task((number, task): (u64, &AlertTask)) -> TaskObject {
    let phase = |phase: Phase| phase.name();
    TaskObject {
        number,
        phase: phase(task.task.phase),
        wording: task.task.wording.clone(),
        done: task.done.as_ref().map(|done| HandledObject {
            by: done.by,
            at: done.at,
            note: Some(done.note.shown().to_owned()),
        }),
        file: task.done.as_ref().and_then(|done| done.evidence.as_ref()).map(TaskFile::from),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only alerts that stand like this.
    #[param(value_type = Option<AlertStatusWord>)]
    status: Option<AlertStatus>,
    /// Only alerts of this kind.
    #[param(value_type = Option<TriggerWord>)]
    kind: Option<TriggerKind>,
    /// Only anomalies, or only the others.
    anomaly: Option<bool>,
    /// Only what one answers for oneself, or only the others.
    mine: Option<bool>,
    /// Only alerts about this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The alerts, newest first.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", params(ListQuery),
    responses((status = 200, body = Page<AlertObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let today = state.day(reading.now);
    let me = reading.caller.person;
    let fitting: Vec<&Alert> = state
        .alerts
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|alert| query.status.is_none_or(|status| alert.status(today) == status))
        .filter(|alert| query.kind.is_none_or(|kind| alert.trigger.kind() == kind))
        .filter(|alert| query.anomaly.is_none_or(|anomaly| alert.trigger.kind().is_anomaly() == anomaly))
        .filter(|alert| query.mine.is_none_or(|mine| state.is_owner(me, owner_of(state, alert)) == mine))
        .filter(|alert| query.product.is_none_or(|product| product_of(state, &alert.subject) == Some(product)))
        .collect();
    Ok(reading.page(&fitting, &paging, |alert| object(state, alert, today)))
}

fn known(state: &State, alert: AlertId) -> Result<&Alert, Problem> {
    state.alerts.get(&alert).map(AsRef::as_ref).ok_or_else(|| Problem::none("alert", alert))
}

/// One alert, with its number now and its playbook.
#[utoipa::path(get, path = "/v1/alerts/{alert}", tag = "alerts", params(("alert" = AlertNumber, Path)),
    responses((status = 200, body = WholeAlert)))]
async fn show(reading: Reading, At(alert): At<AlertId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let state = &reading.snapshot.state;
    let alert = known(state, alert)?;
    let now = reading.snapshot.alert_now(alert, reading.now);
    Ok(reading.answer(WholeAlert {
        alert: object(state, alert, state.day(reading.now)),
        now,
        now_sentence: now.map(|now| sentence(state, &alert.trigger, &alert.subject, now)),
        tasks: (1..).zip(&alert.tasks).map(task).collect(),
    }))
}

/// A row behind an alert.
#[derive(Debug, Serialize, ToSchema)]
struct AlertRowObject {
    /// The device's key.
    device: Option<String>,
    /// The device's name.
    device_name: Option<String>,
    /// Its primary user.
    user: Option<String>,
    /// The last day of use that any source knows.
    #[schema(value_type = Option<DateText>)]
    last_used_on: Option<Date>,
    /// The right.
    #[schema(value_type = Option<EntitlementNumber>)]
    entitlement: Option<EntitlementId>,
    /// The day.
    #[schema(value_type = Option<DateText>)]
    day: Option<Date>,
    /// The source.
    source: Option<String>,
    /// What the row shows, as a sentence.
    detail: String,
}

fn row(row: &AlertRow) -> AlertRowObject {
    let mut object = AlertRowObject {
        device: None,
        device_name: None,
        user: None,
        last_used_on: None,
        entitlement: None,
        day: None,
        source: None,
        detail: row.detail.clone(),
    };
    match &row.about {
        RowAbout::Device { key, name, user, last_used_on } => {
            object.device = Some(key.clone());
            object.device_name = Some(name.clone());
            object.user.clone_from(user);
            object.last_used_on = *last_used_on;
        }
        RowAbout::Entitlement(id) => object.entitlement = Some(*id),
        RowAbout::Day(day) => object.day = Some(*day),
        RowAbout::Source(name) => object.source = Some(name.clone()),
    }
    object
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RowsQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The rows behind an alert as it is now. What is short or to spare has its rows at the position of its product.
#[utoipa::path(get, path = "/v1/alerts/{alert}/rows", tag = "alerts",
    params(("alert" = AlertNumber, Path), RowsQuery), responses((status = 200, body = Page<AlertRowObject>)))]
async fn rows(reading: Reading, At(alert): At<AlertId>, Asked(query): Asked<RowsQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let alert = known(&reading.snapshot.state, alert)?;
    let rows = reading.snapshot.alert_rows(&alert.trigger, &alert.subject, reading.now);
    Ok(reading.page(&rows, &paging, row))
}

/// What somebody says about an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// What.
    note: String,
}

/// Say that one is on it.
#[utoipa::path(post, path = "/v1/alerts/{alert}/acknowledgements", tag = "alerts",
    params(("alert" = AlertNumber, Path)), request_body = NewNote, responses((status = 200, body = Written)))]
async fn acknowledge(At(alert): At<AlertId>, act: Act<NewNote>) -> Result<Response, Problem> {
    let (act, NewNote { note }) = act.take();
    act.carry(Intent::AcknowledgeAlert { alert, note: Text::from(note) }).await
}

/// When an alert comes back, and why it can wait.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSnooze {
    /// The day on which it comes back.
    #[schema(value_type = DateText)]
    until: Date,
    /// Why it can wait.
    note: String,
}

/// See an alert again on a day.
#[utoipa::path(post, path = "/v1/alerts/{alert}/snoozes", tag = "alerts", params(("alert" = AlertNumber, Path)),
    request_body = NewSnooze, responses((status = 200, body = Written)))]
async fn snooze(At(alert): At<AlertId>, act: Act<NewSnooze>) -> Result<Response, Problem> {
    let (act, NewSnooze { until, note }) = act.take();
    act.carry(Intent::SnoozeAlert { alert, until, note: Text::from(note) }).await
}

/// Say that an alert is over although it may still hold: its number now is accepted. It is raised again where that has
/// grown by half.
#[utoipa::path(post, path = "/v1/alerts/{alert}/resolutions", tag = "alerts", params(("alert" = AlertNumber, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Written)))]
async fn resolve(At(alert): At<AlertId>, act: Act<ReasonGiven>) -> Result<Response, Problem> {
    let (act, ReasonGiven { reason }) = act.take();
    let app = &act.writer.app;
    let intent = app.resolution_of(alert, &reason);
    act.carry(intent).await
}

/// What was done of a task.
#[utoipa::path(post, path = "/v1/alerts/{alert}/tasks/{task}/completions", tag = "alerts",
    params(("alert" = AlertNumber, Path), ("task" = u64, Path, minimum = 1)), request_body = NewNote,
    responses((status = 200, body = Written)))]
async fn complete(AtBoth(alert, task): AtBoth<AlertId, u64>, act: Act<NewNote>) -> Result<Response, Problem> {
    let (act, NewNote { note }) = act.take();
    let task = place(alert, task)?;
    act.carry(Intent::CompleteAlertTask { alert, task, note: Text::from(note), evidence: None }).await
}

/// Tasks have numbers from 1 for people, and places from 0.
fn place(alert: AlertId, task: u64) -> Result<u64, Problem> {
    task.checked_sub(1).ok_or_else(|| Problem::none("task", format!("0 of {alert}")))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// The file's name.
    name: String,
    /// What was done.
    note: String,
}

/// Do a task and attach the file that shows it. The body is the file.
#[utoipa::path(post, path = "/v1/alerts/{alert}/tasks/{task}/evidence", tag = "alerts",
    params(("alert" = AlertNumber, Path), ("task" = u64, Path, minimum = 1), FileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Written)))]
async fn complete_with_file(
    Extracted(site): Extracted<Site>,
    AtBoth(alert, task): AtBoth<AlertId, u64>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let writer = Writer::of(&parts, &site)?;
    let Asked(FileQuery { name, note }) =
        <Asked<FileQuery> as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &()).await?;
    let bytes = given::body(Request::from_parts(parts, body)).await?;
    if bytes.is_empty() {
        return Err(Problem::at("file", "This file is empty; send its bytes as the body."));
    }
    let repetition = writer.repetition(&bytes, KeyNeed::Optional)?;
    let at = (alert, place(alert, task)?);
    let file = Some((name, Vec::from(bytes)));
    let receipt = site.app.complete_task(writer.caller.actor, at, &note, file, repetition).await?;
    Ok(carried(&receipt))
}

/// The file that shows that a task was done, as a download that no browser runs.
#[utoipa::path(get, path = "/v1/alerts/{alert}/tasks/{task}/evidence", tag = "alerts",
    params(("alert" = AlertNumber, Path), ("task" = u64, Path, minimum = 1)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download(
    reading: Reading,
    AtBoth(alert, task): AtBoth<AlertId, u64>,
    _: Asked<Nothing>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let (evidence, bytes) = reading.app.task_evidence(alert, place(alert, task)?).await?;
    let mut response = reading.bytes("application/octet-stream", bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, attachment(evidence.name.shown()));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// Evaluate every rule now, and record what is news.
#[utoipa::path(post, path = "/v1/alert_evaluations", tag = "alerts",
    responses((status = 200, body = Written)))]
async fn evaluate(act: Act<Nothing>) -> Result<Response, Problem> {
    let (act, Nothing {}) = act.take();
    act.must_be_allowed(Intent::RecordFindings { findings: Vec::new(), counts: Vec::new(), gone: Vec::new() })?;
    let intent = act.writer.app.evaluation().await?;
    act.carry(intent).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DigestQuery {
    /// From the beginning of this day; without it, of yesterday.
    #[param(value_type = Option<DateText>)]
    since: Option<Date>,
}

/// A product whose numbers changed.
#[derive(Debug, Serialize, ToSchema)]
struct MovedObject {
    /// The product.
    product: ProductRef,
    /// Units used as noted before.
    used_before: u64,
    /// Units used now.
    used: u64,
    /// Units short as noted before.
    short_before: u64,
    /// Units short now.
    short: u64,
}

/// What changed since a day.
#[derive(Debug, Serialize, ToSchema)]
struct DigestObject {
    /// From the beginning of this day.
    #[schema(value_type = DateText)]
    since: Date,
    /// How many alerts are open.
    open: u64,
    /// How many somebody is on.
    acknowledged: u64,
    /// How many are snoozed.
    snoozed: u64,
    /// Raised since and not over.
    new: Vec<AlertObject>,
    /// Back from snoozing.
    returned: Vec<AlertObject>,
    /// Acknowledged since.
    newly_acknowledged: Vec<AlertObject>,
    /// Over since, because it no longer holds.
    cleared: Vec<AlertObject>,
    /// Over since, because somebody says so.
    resolved: Vec<AlertObject>,
    /// Products whose numbers changed, the most short first.
    products: Vec<MovedObject>,
}

fn since(reading: &Reading, query: &DigestQuery) -> Date {
    let today = reading.snapshot.state.day(reading.now);
    query.since.unwrap_or_else(|| today.checked_sub(1.day()).unwrap_or(today))
}

/// What changed since a day.
#[utoipa::path(get, path = "/v1/alert_digest", tag = "alerts", params(DigestQuery),
    responses((status = 200, body = DigestObject)))]
async fn digest(reading: Reading, Asked(query): Asked<DigestQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let state = &reading.snapshot.state;
    let today = state.day(reading.now);
    let digest = reading.snapshot.alert_digest(since(&reading, &query), reading.now);
    let drawn = |alerts: &[AlertId]| -> Vec<AlertObject> {
        alerts.iter().filter_map(|alert| state.alerts.get(alert)).map(|alert| object(state, alert, today)).collect()
    };
    let moved = |moved: &Moved| MovedObject {
        product: ProductRef::of(state, moved.product),
        used_before: moved.used_before,
        used: moved.used,
        short_before: moved.short_before,
        short: moved.short,
    };
    Ok(reading.answer(DigestObject {
        since: digest.since,
        open: digest.open,
        acknowledged: digest.in_hand,
        snoozed: digest.snoozed,
        new: drawn(&digest.raised),
        returned: drawn(&digest.returned),
        newly_acknowledged: drawn(&digest.acknowledged),
        cleared: drawn(&digest.cleared),
        resolved: drawn(&digest.resolved),
        products: digest.moved.iter().map(moved).collect(),
    }))
}

/// What changed since a day, as a text that can be sent on.
#[utoipa::path(get, path = "/v1/alert_digest.txt", tag = "alerts", params(DigestQuery),
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn digest_text(reading: Reading, Asked(query): Asked<DigestQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let digest = reading.snapshot.alert_digest(since(&reading, &query), reading.now);
    Ok(reading.bytes("text/plain; charset=utf-8", digest.text(&reading.snapshot)))
}
