//! Agent sources: inventory agents that report by themselves, their devices, and what is held for approval.

use app::{App, Receipt};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use domain::event::Event;
use domain::id::{PersonId, SourceId, TokenId};
use domain::source::{AgentSource, Approval, DeviceMark, ReportingDevice, Standing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DeviceMarkText, InstantText, PersonRef, SourceNumber, TokenNumber};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, AtBoth, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, kept_by_nobody, off_thread};
use crate::writing::{Act, KeyNeed, Written, with_receipt};

/// A day, which is how often agents report where nobody says otherwise.
const INTERVAL_HOURS_DEFAULT: u32 = 24;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, open))
        .routes(routes!(show))
        .routes(routes!(devices))
        .routes(routes!(change))
        .routes(routes!(renew))
        .routes(routes!(close))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// What becomes of devices that a source does not know.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain's own type")]
enum ApprovalWord {
    /// They count at once.
    AcceptAll,
    /// They are held until somebody approves or rejects them.
    HoldUnknown,
}

/// How a device stands with its source.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain's own type")]
enum StandingWord {
    /// Its reports count.
    Accepted,
    /// Its latest report is kept and counts once somebody approves it.
    Held,
    /// Its reports are turned away.
    Rejected,
}

/// A source whose inventory agents report by themselves.
#[derive(Debug, Serialize, ToSchema)]
struct SourceObject {
    /// Number.
    #[schema(value_type = SourceNumber)]
    id: SourceId,
    /// The name under which its reports count.
    name: String,
    /// `open` or `closed`.
    state: &'static str,
    /// What becomes of devices that it does not know.
    #[schema(value_type = ApprovalWord)]
    approval: Approval,
    /// How often a device is expected to report, in hours.
    interval_hours: u32,
    /// The token with which its agents report.
    #[schema(value_type = TokenNumber)]
    token: TokenId,
    /// Whether the token works.
    token_works: bool,
    /// Devices whose reports count.
    devices: u64,
    /// Those of them that missed two reports in a row.
    silent: u64,
    /// Devices that are held.
    held: u64,
    /// Devices that are turned away.
    rejected: u64,
    /// When the last report came; null before the first.
    #[schema(value_type = Option<InstantText>)]
    last_report_at: Option<Timestamp>,
    /// Who opened it.
    opened_by: PersonRef,
    /// When.
    #[schema(value_type = InstantText)]
    opened_at: Timestamp,
    /// Who closed it.
    closed_by: Option<PersonRef>,
    /// When it was closed; its reports no longer count.
    #[schema(value_type = Option<InstantText>)]
    closed_at: Option<Timestamp>,
}

fn object(reading: &Reading, source: &AgentSource) -> SourceObject {
    let state = &reading.snapshot.state;
    let tally = source.tally(reading.now);
    let closed: Option<(PersonId, Timestamp)> = source.closed;
    SourceObject {
        id: source.id,
        name: source.name.clone(),
        state: if closed.is_some() { "closed" } else { "open" },
        approval: source.approval,
        interval_hours: source.interval_hours,
        token: source.token,
        token_works: state.can_report(source, reading.now),
        devices: tally.accepted,
        silent: tally.silent,
        held: tally.held,
        rejected: tally.rejected,
        last_report_at: source.last_report_at,
        opened_by: PersonRef::of(state, source.opened.0),
        opened_at: source.opened.1,
        closed_by: closed.map(|(by, _)| PersonRef::of(state, by)),
        closed_at: closed.map(|(_, at)| at),
    }
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

/// The agent sources, newest first.
#[utoipa::path(get, path = "/v1/sources", tag = "sources", params(ListQuery),
    responses((status = 200, body = Page<SourceObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let all: Vec<_> = reading.snapshot.state.sources.values().rev().collect();
    // Whether a device is silent changes with the time of day.
    Ok(kept_by_nobody(reading.page(&all, &paging, |source| object(&reading, source))))
}

fn known(reading: &Reading, source: SourceId) -> Result<&AgentSource, Problem> {
    let found = reading.snapshot.state.sources.get(&source);
    found.map(AsRef::as_ref).ok_or_else(|| Problem::none("agent source", source))
}

/// One agent source.
#[utoipa::path(get, path = "/v1/sources/{source}", tag = "sources", params(("source" = SourceNumber, Path)),
    responses((status = 200, body = SourceObject)))]
async fn show(reading: Reading, At(source): At<SourceId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let source = known(&reading, source)?;
    Ok(kept_by_nobody(reading.answer(object(&reading, source))))
}

/// A device that agents of a source report of.
#[derive(Debug, Serialize, ToSchema)]
struct SourceDeviceObject {
    /// What the ledger calls it.
    #[schema(value_type = DeviceMarkText)]
    id: DeviceMark,
    /// Host name as reported.
    name: String,
    /// Serial number.
    serial: Option<String>,
    /// Hardware UUID.
    uuid: Option<String>,
    /// Operating system.
    operating_system: Option<String>,
    /// Titles in its report.
    installations: u64,
    /// How it stands.
    #[schema(value_type = StandingWord)]
    standing: Standing,
    /// When it reported first.
    #[schema(value_type = InstantText)]
    first_at: Timestamp,
    /// When it reported last.
    #[schema(value_type = InstantText)]
    seen_at: Timestamp,
    /// Whether it missed two reports in a row.
    silent: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DevicesQuery {
    /// Only devices that stand so.
    #[param(value_type = Option<StandingWord>, inline)]
    standing: Option<Standing>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The devices of an agent source, in no particular order.
#[utoipa::path(get, path = "/v1/sources/{source}/devices", tag = "sources",
    params(("source" = SourceNumber, Path), DevicesQuery), responses((status = 200, body = Page<SourceDeviceObject>)))]
async fn devices(
    reading: Reading,
    At(source): At<SourceId>,
    Asked(query): Asked<DevicesQuery>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let source = known(&reading, source)?.clone();
    let fitting: Vec<(DeviceMark, ReportingDevice)> = source
        .devices
        .iter()
        .filter(|(_, device)| query.standing.is_none_or(|standing| device.standing == standing))
        .map(|(mark, device)| (*mark, *device))
        .collect();
    let total = fitting.len();
    let start = paging.start.min(total);
    let end = start.saturating_add(paging.limit).min(total);
    let page = fitting.get(start..end).unwrap_or_default().to_vec();
    let (app, now) = (reading.app.clone(), reading.now);
    let objects = off_thread(move || device_objects(&app, &source, &page, now)).await?;
    let next = (end < total).then(|| Paging::cursor(end));
    Ok(kept_by_nobody(reading.list(objects, next, total)))
}

fn device_objects(
    app: &App,
    source: &AgentSource,
    devices: &[(DeviceMark, ReportingDevice)],
    now: Timestamp,
) -> Result<Vec<SourceDeviceObject>, app::Failure> {
    let mut objects = Vec::with_capacity(devices.len());
    for (mark, device) in devices {
        let report = app.kept_report(device)?;
        objects.push(SourceDeviceObject {
            id: *mark,
            name: report.device.name,
            serial: report.device.serial,
            uuid: report.device.uuid,
            operating_system: report.attributes.operating_system,
            installations: u64::try_from(report.installations.len()).unwrap_or(u64::MAX),
            standing: device.standing,
            first_at: device.first_at,
            seen_at: device.seen_at,
            silent: source.is_silent(device.seen_at, now),
        });
    }
    Ok(objects)
}

/// A source to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSource {
    /// The name under which its reports will count.
    #[schema(example = "Workstations")]
    name: String,
    /// What becomes of devices that it does not know; they are accepted where nothing is said.
    #[schema(value_type = Option<ApprovalWord>)]
    approval: Option<Approval>,
    /// How often a device is expected to report, in hours; 24 where nothing is said.
    #[schema(minimum = 1, maximum = 720)]
    interval_hours: Option<u32>,
}

/// A source with the secret of its token. It is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
struct IssuedSourceToken {
    /// What was recorded.
    #[serde(flatten)]
    written: Written,
    /// The token; null where this answer repeats an earlier one.
    #[schema(example = "indult_pat_…")]
    secret: Option<String>,
    /// Where agents report, the token included; null where the token is.
    #[schema(example = "https://indult.example/agents/indult_pat_…")]
    address: Option<String>,
}

fn issued(site: &Site, receipt: &Receipt, secret: Option<String>) -> Response {
    let number = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::SourceOpened { source, .. } | Event::SourceTokenRenewed { source, .. } => Some(source.to_string()),
        _ => None,
    });
    let base = site.options.base_url.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
    let address = secret.as_ref().map(|secret| format!("{base}{}/{secret}", crate::agents::AGENTS));
    let made_at = number.as_ref().map(|number| format!("/v1/sources/{number}"));
    let issued = IssuedSourceToken { written: Written::of(receipt, number), secret, address };
    with_receipt((StatusCode::CREATED, Json(issued)).into_response(), receipt, made_at)
}

/// Open an agent source, with a token of its own for its agents.
#[utoipa::path(post, path = "/v1/sources", tag = "sources", request_body = NewSource,
    responses((status = 201, body = IssuedSourceToken)))]
async fn open(State(site): State<Site>, act: Act<NewSource>) -> Result<Response, Problem> {
    act.not_rehearsed()?;
    let repetition = act.repetition(KeyNeed::Optional)?;
    let (act, NewSource { name, approval, interval_hours }) = act.take();
    let actor = act.writer.caller.actor;
    let approval = approval.unwrap_or(Approval::AcceptAll);
    let hours = interval_hours.unwrap_or(INTERVAL_HOURS_DEFAULT);
    let (secret, receipt) = act.writer.app.open_source(actor, &name, approval, hours, repetition).await?;
    Ok(issued(&site, &receipt, secret.map(|secret| secret.0)))
}

/// Give the agents of a source another token; the one so far stops working.
#[utoipa::path(post, path = "/v1/sources/{source}/tokens", tag = "sources", params(("source" = SourceNumber, Path)),
    responses((status = 201, body = IssuedSourceToken)))]
async fn renew(State(site): State<Site>, At(source): At<SourceId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.not_rehearsed()?;
    let repetition = act.repetition(KeyNeed::Required)?;
    let actor = act.writer.caller.actor;
    let (secret, receipt) = act.writer.app.renew_source_token(actor, source, repetition).await?;
    Ok(issued(&site, &receipt, secret.map(|secret| secret.0)))
}

/// What shall hold of a source from now on; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SourceChange {
    /// What becomes of devices that it does not know; `accept_all` approves those that are held, too.
    #[schema(value_type = Option<ApprovalWord>)]
    approval: Option<Approval>,
    /// How often a device is expected to report, in hours.
    #[schema(minimum = 1, maximum = 720)]
    interval_hours: Option<u32>,
}

/// Change what becomes of unknown devices, and how often reports are expected.
#[utoipa::path(post, path = "/v1/sources/{source}/changes", tag = "sources", request_body = SourceChange,
    params(("source" = SourceNumber, Path)), responses((status = 200, body = Written)))]
async fn change(At(source): At<SourceId>, act: Act<SourceChange>) -> Result<Response, Problem> {
    let (act, SourceChange { approval, interval_hours }) = act.take();
    let snapshot = act.writer.app.snapshot();
    let known = snapshot.state.sources.get(&source);
    let intent = Intent::ChangeSource {
        source,
        approval: approval.or(known.map(|known| known.approval)).unwrap_or(Approval::HoldUnknown),
        interval_hours: interval_hours.or(known.map(|known| known.interval_hours)).unwrap_or(INTERVAL_HOURS_DEFAULT),
    };
    act.carry(intent).await
}

/// Close a source: its token stops working and its reports no longer count.
#[utoipa::path(post, path = "/v1/sources/{source}/closings", tag = "sources", params(("source" = SourceNumber, Path)),
    responses((status = 200, body = Written)))]
async fn close(At(source): At<SourceId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry_once(Intent::CloseSource { source }).await
}

/// Let a device count that is held or was rejected.
#[utoipa::path(post, path = "/v1/sources/{source}/devices/{device}/approvals", tag = "sources",
    params(("source" = SourceNumber, Path), ("device" = DeviceMarkText, Path)),
    responses((status = 200, body = Written)))]
async fn approve(AtBoth(source, device): AtBoth<SourceId, DeviceMark>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::ApproveDevice { source, device }).await
}

/// Turn a device away that is held.
#[utoipa::path(post, path = "/v1/sources/{source}/devices/{device}/rejections", tag = "sources",
    params(("source" = SourceNumber, Path), ("device" = DeviceMarkText, Path)),
    responses((status = 200, body = Written)))]
async fn reject(AtBoth(source, device): AtBoth<SourceId, DeviceMark>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::RejectDevice { source, device }).await
}
