//! Alerts: the list, one alert and what is done about it, and the digest.

use app::alerts::{AlertRow, RowAbout, owner_of, owner_words, product_of, sentence};
use axum::extract::Multipart;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use domain::alert::{Alert, AlertStatus, Trigger};
use domain::command::Intent;
use domain::id::{AlertId, PersonId};
use domain::person::Role;
use domain::text::Text;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::browse::evidence::as_download;
use crate::browse::form::{Form, FormWithFile, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::csv::{Csv, attachment};
use crate::design::forms::Errors;
use crate::given::{At, AtBoth};
use crate::pages::addresses;
use crate::pages::alerts::{
    self, AlertItem, AlertPage, AlertsPage, AlertsView, DigestPage, HandledItem, MovedItem, TaskItem, TaskPage,
};
use crate::pages::layout::{CopyAs, Link};
use crate::pages::product::RowsKind;
use crate::problem::Problem;

/// Rows that one page shows; the file has all.
const ROWS_SHOWN: usize = 100;

/// Who handles alerts: everybody who keeps or decides something.
const HANDLERS: [Role; 6] =
    [Role::Approver, Role::SamManager, Role::Procurement, Role::Finance, Role::Legal, Role::Administrator];

fn item(visitor: &Visitor, alert: &Alert) -> AlertItem {
    let state = visitor.state();
    let owner = owner_of(state, alert);
    let done = alert.tasks.len() - alert.tasks_open();
    AlertItem {
        alert: alert.id,
        sentence: sentence(state, &alert.trigger, &alert.subject, alert.measured),
        kind: alert.trigger.kind().title(),
        anomaly: alert.trigger.kind().is_anomaly(),
        product: product_of(state, &alert.subject).map(|product| (product, state.product_name(product))),
        owner: owner_words(state, owner),
        mine: state.is_owner(visitor.person(), owner),
        status: alert.status(state.day(visitor.now)),
        raised_at: alert.raised_at,
        snoozed_until: alert.snooze.as_ref().map(|snooze| snooze.until),
        holds: alert.holds,
        tasks: (count(done), count(alert.tasks.len())),
    }
}

/// Whether a view shows an alert.
fn shows(visitor: &Visitor, view: AlertsView, alert: &Alert) -> bool {
    let state = visitor.state();
    let status = alert.status(state.day(visitor.now));
    match view {
        AlertsView::Open => status == AlertStatus::Open,
        AlertsView::Mine => status != AlertStatus::Resolved && state.is_owner(visitor.person(), owner_of(state, alert)),
        AlertsView::Anomalies => status != AlertStatus::Resolved && alert.trigger.kind().is_anomaly(),
        AlertsView::Acknowledged => status == AlertStatus::Acknowledged,
        AlertsView::Snoozed => status == AlertStatus::Snoozed,
        AlertsView::Resolved => status == AlertStatus::Resolved,
    }
}

fn view_asked(visitor: &Visitor) -> AlertsView {
    let asked = visitor.asked("view");
    AlertsView::ALL.into_iter().find(|view| view.word() == asked).unwrap_or(AlertsView::Open)
}

fn fitting(visitor: &Visitor, view: AlertsView) -> Vec<&Alert> {
    let alerts = visitor.state().alerts.values().rev().map(AsRef::as_ref);
    alerts.filter(|alert| shows(visitor, view, alert)).collect()
}

/// How many alerts wait for the visitor.
pub fn waiting(visitor: &Visitor) -> u64 {
    count(fitting(visitor, AlertsView::Mine).len())
}

/// The list.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = view_asked(&visitor);
    let all = fitting(&visitor, view);
    let paging = visitor.paging(all.len());
    let (option, query) = match view {
        AlertsView::Open | AlertsView::Acknowledged | AlertsView::Snoozed | AlertsView::Resolved => {
            (format!(" --status {}", view.word()), format!("status={}", view.word()))
        }
        AlertsView::Mine => (" --mine".to_owned(), "mine=true".to_owned()),
        AlertsView::Anomalies => (" --anomalies".to_owned(), "anomaly=true".to_owned()),
    };
    let page = AlertsPage {
        view,
        counts: AlertsView::ALL.map(|view| count(fitting(&visitor, view).len())),
        items: visitor.part(&all, paging).iter().map(|alert| item(&visitor, alert)).collect(),
        paging,
        rules: count(visitor.state().alert_rules.values().filter(|rule| !rule.ended).count()),
        keeps_rules: visitor.has(&[Role::SamManager]),
        counted_on: visitor.state().counted_on,
        key: visitor.key(),
        copy: CopyAs {
            command: format!("indult alert list{option}"),
            request: format!("GET /v1/alerts?{query}"),
            csv: Some(addresses::with_query("/alerts.csv", &[("view", view.word())])),
            json: Some(format!("/v1/alerts?{query}")),
        },
    };
    Ok(visitor.page(alerts::page(&visitor.frame(), &page)))
}

/// The same rows as a CSV file.
pub async fn csv(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let columns = ["alert", "kind", "sentence", "product", "owner", "status", "first_seen", "tasks_done", "tasks"];
    let mut table = Csv::headed(&columns);
    for alert in fitting(&visitor, view_asked(&visitor)) {
        let item = item(&visitor, alert);
        table.row(&[
            item.alert.to_string(),
            alert.trigger.kind().name().to_owned(),
            item.sentence,
            item.product.map(|(_, name)| name).unwrap_or_default(),
            item.owner,
            item.status.name().to_owned(),
            item.raised_at.to_string(),
            item.tasks.0.to_string(),
            item.tasks.1.to_string(),
        ]);
    }
    Ok(table.download("alerts.csv"))
}

fn known(visitor: &Visitor, number: AlertId) -> Result<&Alert, Problem> {
    let found = visitor.state().alerts.get(&number);
    found.map(AsRef::as_ref).ok_or_else(|| Problem::none("alert", number))
}

fn who(visitor: &Visitor, by: Option<PersonId>) -> String {
    by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person))
}

fn handled(visitor: &Visitor, alert: &Alert) -> Vec<HandledItem> {
    let acknowledged = alert.acknowledgement.as_ref().map(|known| HandledItem {
        what: "Acknowledged".to_owned(),
        who: who(visitor, known.by),
        at: known.at,
        note: known.note.shown().to_owned(),
    });
    let snoozed = alert.snooze.as_ref().map(|snooze| HandledItem {
        what: format!("Snoozed until {}", snooze.until),
        who: who(visitor, snooze.by),
        at: snooze.at,
        note: snooze.note.shown().to_owned(),
    });
    let resolved = alert.resolution.as_ref().map(|known| HandledItem {
        what: if known.by.is_some() { "Resolved" } else { "No longer holds" }.to_owned(),
        who: who(visitor, known.by),
        at: known.at,
        note: known.reason.as_ref().map(|reason| reason.shown().to_owned()).unwrap_or_default(),
    });
    let mut items: Vec<HandledItem> = [acknowledged, snoozed, resolved].into_iter().flatten().collect();
    items.sort_by_key(|item| item.at);
    items
}

fn tasks(visitor: &Visitor, alert: &Alert) -> Vec<TaskItem> {
    let task = |(number, task): (u64, &domain::alert::AlertTask)| TaskItem {
        number,
        phase: task.task.phase,
        wording: task.task.wording.clone(),
        done: task.done.as_ref().map(|done| {
            let file = done.evidence.as_ref().map(|evidence| evidence.name.shown().to_owned());
            (who(visitor, done.by), done.at, done.note.shown().to_owned(), file)
        }),
    };
    (1..).zip(&alert.tasks).map(task).collect()
}

/// Where the working of an alert's number is.
fn working(item: &AlertItem, trigger: &Trigger) -> Option<Link> {
    let (product, name) = item.product.as_ref()?;
    Some(match trigger {
        Trigger::ShortOver { .. } | Trigger::ExposureOver { .. } => Link::new(
            addresses::product_rows(*product, RowsKind::Short),
            format!("What is short of {name}, row by row"),
        ),
        _ => Link::new(addresses::product(*product), format!("The numbers of {name}, with their working")),
    })
}

/// Where more can be done about an alert.
fn ways(item: &AlertItem, trigger: &Trigger) -> Vec<Link> {
    let Some((product, _)) = &item.product else { return Vec::new() };
    let (basis, days) = match trigger {
        Trigger::Dormant { days } => ("dormant", days.to_string()),
        Trigger::UseAfterLeaving => ("leavers", String::new()),
        Trigger::ShortOver { .. } | Trigger::ExposureOver { .. } => ("uncovered", String::new()),
        _ => return Vec::new(),
    };
    let product = product.to_string();
    let parts = [("product", product.as_str()), ("basis", basis), ("days", days.as_str())];
    vec![Link::new(addresses::with_query(addresses::CANDIDATES, &parts), "Find what can be reclaimed")]
}

struct Typed {
    values: [String; 4],
    errors: Errors,
}

fn view_of(visitor: &Visitor, number: AlertId, typed: Typed) -> Result<AlertPage, Problem> {
    let alert = known(visitor, number)?;
    let state = visitor.state();
    let item = item(visitor, alert);
    let mut rows = visitor.snapshot.alert_rows(&alert.trigger, &alert.subject, visitor.now);
    let all = count(rows.len());
    rows.truncate(ROWS_SHOWN);
    let now = visitor.snapshot.alert_now(alert, visitor.now);
    Ok(AlertPage {
        rule: (alert.rule, alert.trigger.sentence()),
        now: now.map(|now| sentence(state, &alert.trigger, &alert.subject, now)),
        working: working(&item, &alert.trigger),
        rows: (all, rows),
        tasks: tasks(visitor, alert),
        handled: handled(visitor, alert),
        ways: ways(&item, &alert.trigger),
        may_handle: visitor.has(&HANDLERS),
        typed: typed.values,
        key: visitor.key(),
        errors: typed.errors,
        copy: CopyAs {
            command: format!("indult alert show {number}"),
            request: format!("GET /v1/alerts/{number}"),
            csv: (all > 0).then(|| format!("/alerts/{number}/rows.csv")),
            json: Some(format!("/v1/alerts/{number}")),
        },
        item,
    })
}

/// One alert.
pub async fn show(visitor: Visitor, At(number): At<AlertId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let typed = Typed { values: Default::default(), errors: Errors::default() };
    let view = view_of(&visitor, number, typed)?;
    Ok(visitor.page(alerts::alert_page(&visitor.frame(), &view)))
}

/// The rows behind an alert as a CSV file.
pub async fn rows_csv(visitor: Visitor, At(number): At<AlertId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let alert = known(&visitor, number)?;
    let mut table = Csv::headed(&["what", "user", "last_used_on", "detail"]);
    for AlertRow { about, detail } in visitor.snapshot.alert_rows(&alert.trigger, &alert.subject, visitor.now) {
        let (what, user, used) = match about {
            RowAbout::Device { name, user, last_used_on, .. } => (name, user, last_used_on),
            RowAbout::Entitlement(id) => (id.to_string(), None, None),
            RowAbout::Day(day) => (day.to_string(), None, None),
            RowAbout::Source(name) => (name, None, None),
        };
        let used = used.map(|day| day.to_string()).unwrap_or_default();
        table.row(&[what, user.unwrap_or_default(), used, detail]);
    }
    Ok(table.download(&format!("{number}-rows.csv")))
}

async fn act(
    visitor: Visitor,
    number: AlertId,
    form: Form,
    field: &str,
    (intent, sentence): (Result<Intent, Errors>, &str),
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let errors = match intent {
        Err(errors) => errors,
        Ok(intent) => match visitor.carry(&format!("alerts/{number}/{field}"), &form, intent).await {
            Ok(_) => return Ok(done(&addresses::alert(number), sentence, None)),
            Err(failure) => refused(failure, field)?,
        },
    };
    // The core calls both notes by one name; on the page they are two fields.
    let errors = Errors(
        errors
            .0
            .into_iter()
            .map(|mut error| {
                if error.field == "note" {
                    field.clone_into(&mut error.field);
                }
                error
            })
            .collect(),
    );
    let values = ["note", "until", "why", "reason"].map(|name| form.words(name));
    let view = view_of(&visitor, number, Typed { values, errors })?;
    Ok(visitor.page_with_errors(alerts::alert_page(&visitor.frame(), &view)))
}

/// Says that the visitor is on it.
pub async fn acknowledge(visitor: Visitor, At(number): At<AlertId>, form: Form) -> Result<Response, Problem> {
    let intent = Intent::AcknowledgeAlert { alert: number, note: Text::from(form.words("note")) };
    act(visitor, number, form, "note", (Ok(intent), "The alert is in your hand.")).await
}

/// Lets an alert come back on a day.
pub async fn snooze(visitor: Visitor, At(number): At<AlertId>, form: Form) -> Result<Response, Problem> {
    let until = form.get("until").parse::<Date>();
    let intent = until
        .map(|until| Intent::SnoozeAlert { alert: number, until, note: Text::from(form.words("why")) })
        .map_err(|_| error("until", "Choose the day on which it comes back."));
    act(visitor, number, form, "why", (intent, "The alert is snoozed.")).await
}

/// Says that an alert is over.
pub async fn resolve(visitor: Visitor, At(number): At<AlertId>, form: Form) -> Result<Response, Problem> {
    let intent = visitor.app.resolution_of(number, &form.words("reason"));
    act(visitor, number, form, "reason", (Ok(intent), "The alert is resolved.")).await
}

fn task_view(visitor: &Visitor, at: (AlertId, u64), note: String, errors: Errors) -> Result<TaskPage, Problem> {
    let (number, task) = at;
    let alert = known(visitor, number)?;
    let found = tasks(visitor, alert).into_iter().find(|item| item.number == task);
    Ok(TaskPage {
        alert: number,
        sentence: sentence(visitor.state(), &alert.trigger, &alert.subject, alert.measured),
        task: found.ok_or_else(|| Problem::none("task", format!("{task} of {number}")))?,
        note,
        key: visitor.key(),
        errors,
    })
}

/// The form by which a task is done.
pub async fn ask_task(visitor: Visitor, AtBoth(alert, task): AtBoth<AlertId, u64>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = task_view(&visitor, (alert, task), String::new(), Errors::default())?;
    Ok(visitor.page(alerts::task_page(&visitor.frame(), &view)))
}

/// Does a task.
pub async fn complete(
    visitor: Visitor,
    AtBoth(alert, task): AtBoth<AlertId, u64>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let FormWithFile { form, name, bytes } = FormWithFile::of(multipart).await?;
    let note = form.words("note");
    let repetition = visitor.repetition(&addresses::alert_task(alert, task), &form);
    let file = (!bytes.is_empty()).then_some((name, bytes));
    let place = task.saturating_sub(1);
    match visitor.app.complete_task(visitor.caller.actor, (alert, place), &note, file, repetition).await {
        Ok(_) => Ok(done(&addresses::alert(alert), format!("Task {task} is done."), None)),
        Err(failure) => {
            let errors = refused(failure, "note")?;
            let view = task_view(&visitor, (alert, task), note, errors)?;
            Ok(visitor.page_with_errors(alerts::task_page(&visitor.frame(), &view)))
        }
    }
}

/// The file that shows that a task was done, as a download that no browser runs.
pub async fn task_file(visitor: Visitor, AtBoth(alert, task): AtBoth<AlertId, u64>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let (file, bytes) = visitor.app.task_evidence(alert, task.saturating_sub(1)).await?;
    Ok(as_download(file.name.shown(), bytes))
}

/// Evaluates every rule now.
pub async fn evaluate(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let like = Intent::RecordFindings { findings: Vec::new(), counts: Vec::new(), gone: Vec::new() };
    visitor.app.rehearse(visitor.caller.actor, like)?;
    let intent = visitor.app.evaluation().await?;
    let receipt = visitor.carry("alerts/evaluation", &form, intent).await?;
    let of_kind = |wanted: &str| {
        let kinds = receipt.recorded.iter().filter(|recorded| app::ledgers::kind_of(&recorded.event) == wanted);
        kinds.count()
    };
    let sentence =
        format!("Evaluated: {} raised, {} no longer hold.", of_kind("alert-raised"), of_kind("alert-cleared"));
    Ok(done(addresses::ALERTS, sentence, None))
}

fn since(visitor: &Visitor) -> Date {
    let today = visitor.state().day(visitor.now);
    visitor.asked("since").parse().unwrap_or_else(|_| today.checked_sub(1.day()).unwrap_or(today))
}

/// What changed since a day.
pub async fn digest(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let since = since(&visitor);
    let digest = visitor.snapshot.alert_digest(since, visitor.now);
    let state = visitor.state();
    let items = |alerts: &[AlertId]| -> Vec<AlertItem> {
        alerts.iter().filter_map(|alert| state.alerts.get(alert)).map(|alert| item(&visitor, alert)).collect()
    };
    let view = DigestPage {
        since,
        parts: vec![
            ("New", items(&digest.raised)),
            ("Back from snoozing", items(&digest.returned)),
            ("Acknowledged", items(&digest.acknowledged)),
            ("No longer so", items(&digest.cleared)),
            ("Closed by somebody", items(&digest.resolved)),
        ],
        moved: digest
            .moved
            .iter()
            .map(|moved| MovedItem {
                product: (moved.product, state.product_name(moved.product)),
                used: (moved.used_before, moved.used),
                short: (moved.short_before, moved.short),
            })
            .collect(),
        totals: [digest.open, digest.in_hand, digest.snoozed],
        copy: CopyAs {
            command: format!("indult alert digest --since {since}"),
            request: format!("GET /v1/alert_digest?since={since}"),
            csv: None,
            json: Some(format!("/v1/alert_digest?since={since}")),
        },
    };
    Ok(visitor.page(alerts::digest_page(&visitor.frame(), &view)))
}

/// The same as a text.
pub async fn digest_text(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let since = since(&visitor);
    let text = visitor.snapshot.alert_digest(since, visitor.now).text(&visitor.snapshot);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, attachment(&format!("changes-since-{since}.txt"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, text).into_response())
}
