//! Agent sources as pages: opening one, its token and commands, its devices, and approving those that are held.

use app::identities::Secret;
use app::{App, Failure};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::command::Intent;
use domain::event::Event;
use domain::id::SourceId;
use domain::person::Role;
use domain::source::{AgentSource, Approval, DeviceMark, ReportingDevice, Standing};
use jiff::Timestamp;

use crate::browse::base;
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::{At, AtBoth};
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Notice, Place};
use crate::pages::sources::{self, DeviceRow, SourceForm, SourcePage, SourceRow, SourcesPage};
use crate::problem::Problem;
use crate::reading::off_thread;

/// Held devices that are shown at once; approving some brings the next.
const HELD_SHOWN: usize = 50;
/// A day, which is how often agents report where nobody says otherwise.
const INTERVAL_HOURS_DEFAULT: &str = "24";

fn may_change(visitor: &Visitor) -> bool {
    visitor.has(&[Role::SamManager])
}

fn row(visitor: &Visitor, source: &AgentSource) -> SourceRow {
    SourceRow {
        source: source.id,
        name: source.name.clone(),
        tally: source.tally(visitor.now),
        last_report_at: source.last_report_at,
        silent: source.last_report_at.is_some_and(|at| source.is_silent(at, visitor.now)),
        closed: source.closed.is_some(),
        can_report: visitor.state().can_report(source, visitor.now),
    }
}

fn list_view(visitor: &Visitor, form: SourceForm) -> SourcesPage {
    SourcesPage {
        rows: visitor.state().sources.values().rev().map(|source| row(visitor, source)).collect(),
        form: may_change(visitor).then(|| SourceForm { key: visitor.key(), ..form }),
        copy: CopyAs {
            command: "indult source list".to_owned(),
            request: "GET /v1/sources".to_owned(),
            csv: None,
            json: Some("/v1/sources".to_owned()),
        },
    }
}

/// The sources.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let form = SourceForm {
        approval: Approval::HoldUnknown.name().to_owned(),
        interval_hours: INTERVAL_HOURS_DEFAULT.to_owned(),
        ..SourceForm::default()
    };
    Ok(visitor.page(sources::page(&visitor.frame(), &list_view(&visitor, form))))
}

/// What was typed about approval and interval.
fn typed(form: &Form) -> Result<(Approval, u32), Errors> {
    let approval = Approval::from_word(form.get("approval"))
        .ok_or_else(|| error("approval", "Choose what becomes of devices that it does not know."))?;
    let hours = form.get("interval_hours").parse();
    Ok((approval, hours.map_err(|_| error("interval_hours", "Enter a number of hours, such as 24."))?))
}

fn as_typed(form: &Form, errors: Errors) -> SourceForm {
    SourceForm {
        name: form.get("name").to_owned(),
        approval: form.get("approval").to_owned(),
        interval_hours: form.get("interval_hours").to_owned(),
        errors,
        key: String::new(),
    }
}

/// Opens a source and shows its token, this once.
pub async fn open(mut visitor: Visitor, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let again = |visitor: &Visitor, errors: Errors| {
        let view = list_view(visitor, as_typed(&form, errors));
        visitor.page_with_errors(sources::page(&visitor.frame(), &view))
    };
    let (approval, hours) = match typed(&form) {
        Ok(typed) => typed,
        Err(errors) => return Ok(again(&visitor, errors)),
    };
    let (actor, repetition) = (visitor.caller.actor, visitor.repetition("sources", &form));
    let opened = visitor.app.open_source(actor, form.get("name"), approval, hours, repetition).await;
    let (secret, receipt) = match opened {
        Ok(opened) => opened,
        Err(failure) => return Ok(again(&visitor, refused(failure, "name")?)),
    };
    let number = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::SourceOpened { source, .. } => Some(source),
        _ => None,
    });
    visitor.snapshot = receipt.snapshot;
    let number = number.ok_or_else(|| Problem::internal("a source was opened and not recorded"))?;
    shown(&visitor, &headers, number, secret, true, Errors::default()).await
}

fn known(visitor: &Visitor, number: SourceId) -> Result<&AgentSource, Problem> {
    let found = visitor.state().sources.get(&number);
    found.map(AsRef::as_ref).ok_or_else(|| Problem::none("agent source", number))
}

/// A source with its devices.
pub async fn show(visitor: Visitor, headers: HeaderMap, At(number): At<SourceId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    shown(&visitor, &headers, number, None, false, Errors::default()).await
}

async fn shown(
    visitor: &Visitor,
    headers: &HeaderMap,
    number: SourceId,
    secret: Option<Secret>,
    was_made: bool,
    errors: Errors,
) -> Result<Response, Problem> {
    let source = known(visitor, number)?;
    let all = |held: bool| source.devices.iter().filter(move |(_, device)| (device.standing == Standing::Held) == held);
    let held: Vec<_> = all(true).take(HELD_SHOWN).map(|(mark, device)| (*mark, *device)).collect();
    let others: Vec<_> = all(false).map(|(mark, device)| (*mark, *device)).collect();
    let paging = visitor.paging(others.len());
    let part = visitor.part(&others, paging).to_vec();
    let (app, now, of) = (visitor.app.clone(), visitor.now, source.clone());
    let (held, devices) =
        off_thread(move || Ok((device_rows(&app, &of, &held, now)?, device_rows(&app, &of, &part, now)?))).await?;
    let mut frame = visitor.frame();
    if was_made && secret.is_none() {
        let sentence = "This token was made already and shown then. Make a new one where nobody kept it.";
        frame.notice = Some(Notice { sentence: sentence.to_owned(), link: None });
    }
    let refused = errors.any();
    let form = SourceForm {
        name: source.name.clone(),
        approval: source.approval.name().to_owned(),
        interval_hours: source.interval_hours.to_string(),
        errors,
        key: visitor.key(),
    };
    let view = SourcePage {
        row: row(visitor, source),
        approval: source.approval,
        interval_hours: source.interval_hours,
        opened_by: visitor.name(source.opened.0),
        opened_at: source.opened.1,
        base: base::address(visitor, headers),
        made: secret.map(|Secret(token)| token),
        held,
        paging,
        devices,
        form: (may_change(visitor) && source.closed.is_none()).then_some(form),
        copy: CopyAs {
            command: format!("indult source show {number}"),
            request: format!("GET /v1/sources/{number}/devices"),
            csv: None,
            json: Some(format!("/v1/sources/{number}/devices")),
        },
    };
    let page = sources::source_page(&frame, &view);
    Ok(if refused { visitor.page_with_errors(page) } else { visitor.page(page) })
}

fn device_rows(
    app: &App,
    source: &AgentSource,
    devices: &[(DeviceMark, ReportingDevice)],
    now: Timestamp,
) -> Result<Vec<DeviceRow>, Failure> {
    let mut rows = Vec::with_capacity(devices.len());
    for (mark, device) in devices {
        let report = app.kept_report(device)?;
        rows.push(DeviceRow {
            device: *mark,
            name: report.device.name,
            operating_system: report.attributes.operating_system,
            installations: u64::try_from(report.installations.len()).unwrap_or(u64::MAX),
            standing: device.standing,
            first_at: device.first_at,
            seen_at: device.seen_at,
            silent: source.is_silent(device.seen_at, now),
        });
    }
    rows.sort_by(|one, other| (&one.name, one.device).cmp(&(&other.name, other.device)));
    Ok(rows)
}

/// Changes approval and interval.
pub async fn change(
    visitor: Visitor,
    headers: HeaderMap,
    At(number): At<SourceId>,
    form: Form,
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (approval, interval_hours) = match typed(&form) {
        Ok(typed) => typed,
        Err(errors) => return shown(&visitor, &headers, number, None, false, errors).await,
    };
    let intent = Intent::ChangeSource { source: number, approval, interval_hours };
    match visitor.carry(&format!("sources/{number}/changes"), &form, intent).await {
        Ok(_) => Ok(done(&addresses::source(number), format!("{number} is changed."), None)),
        Err(failure) => {
            let errors = refused(failure, "approval")?;
            shown(&visitor, &headers, number, None, false, errors).await
        }
    }
}

/// Makes a new token and shows it, this once.
pub async fn renew(
    mut visitor: Visitor,
    headers: HeaderMap,
    At(number): At<SourceId>,
    form: Form,
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (actor, repetition) = (visitor.caller.actor, visitor.repetition(&format!("sources/{number}/token"), &form));
    let (secret, receipt) = visitor.app.renew_source_token(actor, number, repetition).await?;
    visitor.snapshot = receipt.snapshot;
    shown(&visitor, &headers, number, secret, true, Errors::default()).await
}

fn closing_view(visitor: &Visitor, number: SourceId, errors: Errors) -> Result<ConfirmationPage, Problem> {
    let source = known(visitor, number)?;
    Ok(ConfirmationPage {
        place: Place::Sources,
        above: Link::new(addresses::source(number), number.to_string()),
        question: format!("Close {number}?"),
        sentence: format!("It is \u{201c}{}\u{201d}.", source.name),
        consequences: vec![
            "Its token stops working, and its agents are turned away.".to_owned(),
            "Its reports no longer count: what only its agents reported leaves the position.".to_owned(),
        ],
        stays: vec!["What was reported stays on the ledger and beside it, and still verifies.".to_owned()],
        effects: Vec::new(),
        asked: None,
        action: addresses::source_act(number, "closing"),
        button: format!("Close {number}"),
        key: visitor.key(),
        errors,
    })
}

/// Asks before closing a source.
pub async fn confirm_closing(visitor: Visitor, At(number): At<SourceId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = closing_view(&visitor, number, Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Closes a source.
pub async fn close(visitor: Visitor, At(number): At<SourceId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let intent = Intent::CloseSource { source: number };
    match visitor.carry(&format!("sources/{number}/closing"), &form, intent).await {
        Ok(_) => Ok(done(addresses::SOURCES, format!("{number} is closed."), None)),
        Err(failure) => {
            let view = closing_view(&visitor, number, refused(failure, "act")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}

/// Lets a device count.
pub async fn approve(
    visitor: Visitor,
    headers: HeaderMap,
    AtBoth(source, device): AtBoth<SourceId, DeviceMark>,
    form: Form,
) -> Result<Response, Problem> {
    act(visitor, headers, source, form, Intent::ApproveDevice { source, device }, "approved").await
}

/// Turns a device away.
pub async fn reject(
    visitor: Visitor,
    headers: HeaderMap,
    AtBoth(source, device): AtBoth<SourceId, DeviceMark>,
    form: Form,
) -> Result<Response, Problem> {
    act(visitor, headers, source, form, Intent::RejectDevice { source, device }, "rejected").await
}

async fn act(
    visitor: Visitor,
    headers: HeaderMap,
    source: SourceId,
    form: Form,
    intent: Intent,
    what: &str,
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    match visitor.carry(&format!("sources/{source}/devices"), &form, intent).await {
        Ok(_) => Ok(done(&addresses::source(source), format!("The device is {what}."), None)),
        Err(failure) => {
            let errors = refused(failure, "approval")?;
            shown(&visitor, &headers, source, None, false, errors).await
        }
    }
}
