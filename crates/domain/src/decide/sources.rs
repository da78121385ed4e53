//! Decisions about agent sources, and what becomes of the reports that their agents send.

use std::collections::BTreeMap;

use super::access::issue_token_for;
use super::{Asking, check_integer, check_name};
use crate::command::{Actor, Intent, Via};
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{ImportId, SourceId};
use crate::import::reports_digest;
use crate::product::{folded, folds_to};
use crate::refusal::Refusal;
use crate::source::{AgentSource, Approval, DeliveredDevice, DeviceMark, GivenReport, Standing};
use crate::state::State;

/// Devices of one delivery: their marks and digests, about 140 bytes each, stand in one entry of at most 65,535.
pub const DELIVERY_DEVICES_MAX: usize = 256;
/// Devices of one source: the largest fleets have that many; more is a program that makes devices up.
pub const SOURCE_DEVICES_MAX: usize = 500_000;
/// Held devices of one source: more than anybody looks through; approve or reject some first.
pub const HELD_DEVICES_MAX: u64 = 10_000;
/// A month: whoever reports less often is better imported.
pub const INTERVAL_HOURS_MAX: u32 = 720;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::OpenSource { name, approval, interval_hours, digest } => {
            open(asking, name, *approval, *interval_hours, *digest)
        }
        Intent::ChangeSource { source, approval, interval_hours } => {
            let known = open_source(state, *source)?;
            check_interval(*interval_hours)?;
            if (known.approval, known.interval_hours) == (*approval, *interval_hours) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::SourceChanged { source: *source, approval: *approval, interval_hours: *interval_hours }])
        }
        Intent::RenewSourceToken { source, digest } => {
            let known = open_source(state, *source)?;
            let mut events = revoked(state, known);
            let (token, issued) = issue_token_for(asking, &label(&known.name), *digest)?;
            events.extend([issued, Event::SourceTokenRenewed { source: *source, token }]);
            Ok(events)
        }
        Intent::ApproveDevice { source, device } => {
            let standing = standing(open_source(state, *source)?, *device)?;
            let event = Event::DeviceApproved { source: *source, device: *device };
            Ok(if standing == Standing::Accepted { Vec::new() } else { vec![event] })
        }
        Intent::RejectDevice { source, device } => match standing(open_source(state, *source)?, *device)? {
            Standing::Held => Ok(vec![Event::DeviceRejected { source: *source, device: *device }]),
            Standing::Rejected => Ok(Vec::new()),
            Standing::Accepted => Err(Refusal::Gone {
                message: "This device was approved already; only a device that is held can be rejected.".to_owned(),
            }),
        },
        Intent::CloseSource { source } => {
            let mut events = revoked(state, open_source(state, *source)?);
            events.push(Event::SourceClosed { source: *source });
            Ok(events)
        }
        Intent::ReceiveReports { source, reports } => receive(asking, *source, reports),
        _ => Ok(Vec::new()),
    }
}

fn open(
    asking: Asking<'_>,
    name: &str,
    approval: Approval,
    interval_hours: u32,
    digest: Digest,
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    check_name("name", "the name of the source", name)?;
    check_interval(interval_hours)?;
    let name = name.trim();
    let wanted = folded(name);
    if state.source_named(name).is_some() {
        return Err(Refusal::about("name", format!("There is an agent source called {name} already.")));
    }
    // Two ways to report under one name would replace each other's reports.
    if state.imports.values().any(|import| import.undone.is_none() && folds_to(&import.source, &wanted)) {
        return Err(Refusal::about("name", format!("Files were imported under {name}; choose another name.")));
    }
    let (token, issued) = issue_token_for(asking, &label(name), digest)?;
    let source = SourceId(state.last_numbers.source + 1);
    Ok(vec![issued, Event::SourceOpened { source, name: name.to_owned(), token, approval, interval_hours }])
}

fn label(name: &str) -> String {
    format!("Inventory agents of {name}").chars().take(super::NAME_CHARS_MAX).collect()
}

fn check_interval(interval_hours: u32) -> Result<(), Refusal> {
    if interval_hours == 0 || interval_hours > INTERVAL_HOURS_MAX {
        return Err(Refusal::about(
            "interval_hours",
            format!("Enter a number of hours from 1 to {INTERVAL_HOURS_MAX}."),
        ));
    }
    Ok(())
}

fn known_source(state: &State, source: SourceId) -> Result<&AgentSource, Refusal> {
    state
        .sources
        .get(&source)
        .map(AsRef::as_ref)
        .ok_or_else(|| Refusal::NotFound { what: "agent source", number: source.to_string() })
}

fn open_source(state: &State, source: SourceId) -> Result<&AgentSource, Refusal> {
    let known = known_source(state, source)?;
    if known.closed.is_some() {
        return Err(Refusal::Gone { message: format!("{source} was closed. Open a new one.") });
    }
    Ok(known)
}

fn standing(source: &AgentSource, device: DeviceMark) -> Result<Standing, Refusal> {
    let known = source.devices.get(&device).map(|known| known.standing);
    known.ok_or_else(|| Refusal::NotFound { what: "device of this source", number: device.to_string() })
}

/// The end of the token with which agents reported so far.
fn revoked(state: &State, source: &AgentSource) -> Vec<Event> {
    let works = state.tokens.get(&source.token).is_some_and(|token| !token.revoked);
    if works { vec![Event::TokenRevoked { token: source.token }] } else { Vec::new() }
}

/// Reports of devices that are rejected, or that the source cannot take any more, are left out; the others are one
/// delivery. A report that says what the device said before is named and not kept again.
fn receive(asking: Asking<'_>, source: SourceId, reports: &[GivenReport]) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let known = open_source(state, source)?;
    if !matches!(asking.command.actor, Actor::Person(_, Via::Token(token)) if token == known.token) {
        return Err(Refusal::Gone { message: format!("Only the token of {source} can report to it.") });
    }
    if reports.len() > DELIVERY_DEVICES_MAX {
        return Err(Refusal::about("reports", format!("Record at most {DELIVERY_DEVICES_MAX} reports at once.")));
    }
    let mut latest: BTreeMap<DeviceMark, Digest> = BTreeMap::new();
    let mut devices = Vec::with_capacity(reports.len());
    let mut kept = Vec::new();
    let (mut installations, mut rejected, mut added, mut held) = (0_u64, 0_u64, 0_usize, known.held);
    for report in reports {
        let before = known.devices.get(&report.device);
        if before.is_some_and(|device| device.standing == Standing::Rejected) {
            continue;
        }
        let said = latest.get(&report.device).copied().or(before.map(|device| device.digest));
        if said.is_none() {
            let holds = known.approval == Approval::HoldUnknown;
            if known.devices.len() + added >= SOURCE_DEVICES_MAX || (holds && held >= HELD_DEVICES_MAX) {
                continue;
            }
            added += 1;
            held += u64::from(holds);
        }
        latest.insert(report.device, report.digest);
        rejected = rejected.saturating_add(report.rejected);
        let is_new = said != Some(report.digest);
        if is_new {
            installations = installations.saturating_add(report.installations);
            kept.push(report.digest);
        }
        devices.push(DeliveredDevice { device: report.device, report: is_new.then_some(report.digest) });
    }
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    check_integer("reports", "A count", installations)?;
    check_integer("reports", "A count", rejected)?;
    Ok(vec![Event::ReportsReceived {
        source,
        delivery: ImportId(state.last_numbers.import + 1),
        devices,
        installations,
        rejected,
        reports_digest: reports_digest(kept),
    }])
}
