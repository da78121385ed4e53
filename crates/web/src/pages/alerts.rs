//! Alerts: the list, one alert with its rows and its playbook, a task of it, and the digest.

use app::alerts::{AlertRow, RowAbout};
use domain::alert::{AlertStatus, Phase};
use domain::id::{AlertId, AlertRuleId, ProductId};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, act, hidden};
use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// An alert in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertItem {
    /// Its number.
    pub alert: AlertId,
    /// What was found, as a sentence.
    pub sentence: String,
    /// Its kind, in words.
    pub kind: &'static str,
    /// Whether it is an anomaly.
    pub anomaly: bool,
    /// The product that it is about.
    pub product: Option<(ProductId, String)>,
    /// Who answers for it.
    pub owner: String,
    /// Whether that is the reader.
    pub mine: bool,
    /// How it stands today.
    pub status: AlertStatus,
    /// When it was first seen.
    pub raised_at: Timestamp,
    /// The day on which it comes back.
    pub snoozed_until: Option<Date>,
    /// Whether it still held at the last evaluation.
    pub holds: bool,
    /// Tasks that are done, and all.
    pub tasks: (u64, u64),
}

/// Which alerts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertsView {
    /// Open ones.
    Open,
    /// What the reader answers for and is not over.
    Mine,
    /// Anomalies that are not over.
    Anomalies,
    /// Those that somebody is on.
    Acknowledged,
    /// Those that come back.
    Snoozed,
    /// Those that are over.
    Resolved,
}

impl AlertsView {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Mine, Self::Anomalies, Self::Acknowledged, Self::Snoozed, Self::Resolved];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Anomalies => "anomalies",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Mine => "Yours",
            Self::Anomalies => "Anomalies",
            Self::Acknowledged => "In hand",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
        }
    }
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertsPage {
    /// Which are shown.
    pub view: AlertsView,
    /// How many each view has, in the order of [`AlertsView::ALL`].
    pub counts: [u64; 6],
    /// Which part of the list is shown.
    pub paging: Paging,
    /// That part.
    pub items: Vec<AlertItem>,
    /// Rules in force.
    pub rules: u64,
    /// Whether the reader may keep rules.
    pub keeps_rules: bool,
    /// When counts were noted last, which every evaluation of a day does once.
    pub counted_on: Option<Date>,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn view_address(view: AlertsView, page: u64) -> String {
    let page = if page > 1 { page.to_string() } else { String::new() };
    addresses::with_query(addresses::ALERTS, &[("view", view.word()), ("page", &page)])
}

fn status(item: &AlertItem) -> Markup {
    match item.status {
        AlertStatus::Open => states::mark(if item.anomaly { Tone::Bad } else { Tone::Attention }, "Open"),
        AlertStatus::Acknowledged => states::mark(Tone::Open, "In hand"),
        AlertStatus::Snoozed => states::mark(Tone::Quiet, "Snoozed"),
        AlertStatus::Resolved if item.holds => states::mark(Tone::Quiet, "Accepted"),
        AlertStatus::Resolved => states::mark(Tone::Good, "Over"),
    }
}

/// The list.
pub fn page(frame: &Frame, view_of: &AlertsPage) -> Markup {
    let heading = Heading {
        words: "Alerts",
        lede: Some(html! { "What has to be looked at. Each is raised once and stays until it no longer holds." }),
        acts: Some(html! {
            a.button.second href=(addresses::ALERT_DIGEST) { "What changed" }
            a.button.second href=(addresses::ALERT_RULES) { "Rules" }
        }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view_of.rules == 0 && view_of.counts.iter().all(|count| *count == 0) { (no_rules(view_of)) } @else {
            nav.views aria-label="Which alerts" { ul { @for (view, count_of) in AlertsView::ALL.into_iter().zip(view_of.counts) {
                li { a href=(view_address(view, 1)) aria-current=[(view == view_of.view).then_some("true")] {
                    (view.title()) " " span.tally { (count(count_of)) }
                } }
            } } }
            @if view_of.items.is_empty() {
                div.empty { h2 { "Nothing here" } p { "No alert stands like this. " @if let Some(day) = view_of.counted_on { "Last counted on " (moments::day(day)) "." } } }
            } @else {
                (table(frame, view_of))
                (tables::pages(view_of.paging, |page| view_address(view_of.view, page)))
            }
            @if view_of.keeps_rules {
                p { (act(addresses::ALERT_EVALUATION, "Evaluate now", false, &[("key", &view_of.key)]))
                    " " span.under { "A running server evaluates by itself." } }
            }
            (copy_as(&view_of.copy))
        }
    };
    let title = format!("Alerts: {}{}", view_of.view.title().to_lowercase(), view_of.paging.title_suffix());
    whole_page(frame, Head::new(&title, Place::Alerts), &main)
}

fn no_rules(view_of: &AlertsPage) -> Markup {
    html! {
        div.empty {
            h2 { "No rules yet" }
            p { "Nothing is raised without a rule. The usual ones look for what is short, ends, went silent, lies dormant or should not be there." }
            @if view_of.keeps_rules {
                p { (act(addresses::ALERT_RULES_USUAL, "Begin with the usual rules", false, &[("key", &view_of.key)]))
                    " " a href=(addresses::ALERT_RULES) { "or set your own" } }
            }
            p.command-line { "At the command line: " code { "indult alert adopt" } }
        }
    }
}

fn table(frame: &Frame, view_of: &AlertsPage) -> Markup {
    tables::region(
        "alerts",
        &html! { (view_of.paging.words()) " alerts, newest first" },
        &html! {
            (tables::heads(&["Alert", "Answers for it", "First seen", "State", "Playbook"]))
            tbody { @for item in &view_of.items { tr {
                th.prose scope="row" {
                    a href=(addresses::alert(item.alert)) { (item.sentence) }
                    span.under { (item.alert) ": " (item.kind) }
                }
                td { (item.owner) @if item.mine { span.under { "that is you" } } }
                td { (moments::recent_text(item.raised_at, frame.now)) }
                td { (status(item)) @if let (AlertStatus::Snoozed, Some(day)) = (item.status, item.snoozed_until) { span.under { "until " (moments::day(day)) } } }
                td { (playbook_words(item.tasks)) }
            } } }
        },
    )
}

fn playbook_words((done, all): (u64, u64)) -> Markup {
    html! { @if all == 0 { span.none { "none" } } @else { (count(done)) " of " (count(all)) " done" } }
}

/// A task of a playbook, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskItem {
    /// Its number, from 1.
    pub number: u64,
    /// When it is due.
    pub phase: Phase,
    /// What is to be done.
    pub wording: String,
    /// Who did it, when, what they said, and the name of the file that shows it.
    pub done: Option<(String, Timestamp, String, Option<String>)>,
}

/// What was done with an alert: a word, who, when, and what they said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandledItem {
    /// What.
    pub what: String,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub note: String,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertPage {
    /// What the list says of it.
    pub item: AlertItem,
    /// The rule, and what it looks for.
    pub rule: (AlertRuleId, String),
    /// The number as it is now, as a sentence; `None` where it no longer holds.
    pub now: Option<String>,
    /// Where its working is, for numbers of the position.
    pub working: Option<Link>,
    /// How many rows there are, and those that are shown.
    pub rows: (u64, Vec<AlertRow>),
    /// Its playbook.
    pub tasks: Vec<TaskItem>,
    /// What was done with it.
    pub handled: Vec<HandledItem>,
    /// Where more can be done about it.
    pub ways: Vec<Link>,
    /// Whether the reader may handle it.
    pub may_handle: bool,
    /// What stands in the forms: note, until, why, reason.
    pub typed: [String; 4],
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// One alert.
pub fn alert_page(frame: &Frame, view_of: &AlertPage) -> Markup {
    let item = &view_of.item;
    let heading = Heading {
        above: Some(Link::new(addresses::ALERTS, "Alerts")),
        words: &item.sentence,
        marks: Some(status(item)),
        ..Heading::default()
    };
    let main = html! {
        (view_of.errors.summary())
        (heading.render())
        (facts(&[
            ("Number", html! { (item.alert) }),
            ("Kind", html! { (item.kind) @if item.anomaly { ", an anomaly" } }),
            ("Rule", html! { a href=(addresses::ALERT_RULES) { (view_of.rule.0) } ": " (view_of.rule.1) }),
            ("Answers for it", html! { (item.owner) @if item.mine { ", that is you" } }),
            ("First seen", html! { (moments::instant(item.raised_at)) }),
            ("Now", html! { @match &view_of.now { Some(now) => (now), None => "It no longer holds." } }),
        ]))
        @if view_of.working.is_some() || !view_of.ways.is_empty() {
            p { @if let Some(working) = &view_of.working { a href=(working.address) { (working.words) } ". " }
                @for way in &view_of.ways { a href=(way.address) { (way.words) } ". " } }
        }
        @if view_of.rows.0 > 0 { (rows(view_of)) }
        @if !view_of.tasks.is_empty() { (playbook(view_of)) }
        @if !view_of.handled.is_empty() { (handled(&view_of.handled)) }
        @if view_of.may_handle && item.status != AlertStatus::Resolved { (forms(view_of)) }
        (copy_as(&view_of.copy))
    };
    let title = format!("{}: {}", item.alert, item.kind);
    whole_page(frame, Head { title: &title, place: Place::Alerts, errors: view_of.errors.any() }, &main)
}

fn rows(view_of: &AlertPage) -> Markup {
    let (all, shown) = &view_of.rows;
    let cut = *all > u64::try_from(shown.len()).unwrap_or(u64::MAX);
    tables::region(
        "rows",
        &html! {
            "What shows it: " (numbers::counted(*all, "row", "rows"))
            @if cut { span.provenance { "The first " (count(u64::try_from(shown.len()).unwrap_or(u64::MAX))) " are shown; the file has all." } }
        },
        &html! {
            (tables::heads(&["What", "Who", "Last used", "Detail"]))
            tbody { @for row in shown { tr { (row_cells(row)) td.prose { (row.detail) } } } }
        },
    )
}

fn row_cells(row: &AlertRow) -> Markup {
    html! { @match &row.about {
        RowAbout::Device { name, user, last_used_on, .. } => {
            th scope="row" { (name) }
            td { @match user { Some(user) => (user), None => span.none { "not known" } } }
            td { @match last_used_on { Some(day) => (moments::day(*day)), None => span.none { "not known" } } }
        }
        RowAbout::Entitlement(id) => { th scope="row" { a href=(addresses::entitlement(*id)) { (id) } } td {} td {} }
        RowAbout::Day(day) => { th scope="row" { (moments::day(*day)) } td {} td {} }
        RowAbout::Source(name) => { th scope="row" { (name) } td {} td {} }
    } }
}

fn playbook(view_of: &AlertPage) -> Markup {
    html! {
        h2 { "Playbook" }
        @for phase in Phase::ALL {
            @let tasks: Vec<&TaskItem> = view_of.tasks.iter().filter(|task| task.phase == phase).collect();
            @if !tasks.is_empty() {
                h3 { (phase.title()) }
                ul.rules { @for task in tasks { li {
                    @match &task.done {
                        Some((who, at, note, file)) => {
                            (states::mark(Tone::Good, "Done"))
                            div { (task.wording) span.under { (note) " " (who) ", " (moments::instant(*at)) }
                                @if let Some(file) = file { span.under { a href=(addresses::alert_task_file(view_of.item.alert, task.number)) { (file) } } } }
                        }
                        None => {
                            (states::mark(Tone::Open, "To do"))
                            div { (task.wording) @if view_of.may_handle {
                                span.under { a href=(addresses::alert_task(view_of.item.alert, task.number)) { "Say what was done" span.aside { " for task " (task.number) } } }
                            } }
                        }
                    }
                } } }
            }
        }
    }
}

fn handled(items: &[HandledItem]) -> Markup {
    html! {
        h2 { "What was done with it" }
        ul.remarks { @for item in items { li {
            p { strong { (item.what) } @if !item.note.is_empty() { ": " span.words { (item.note) } } }
            p.under { (item.who) ", " (moments::instant(item.at)) }
        } } }
    }
}

fn forms(view_of: &AlertPage) -> Markup {
    let alert = view_of.item.alert;
    let errors = &view_of.errors;
    let [note, until, why, reason] = &view_of.typed;
    html! {
        section aria-labelledby="handle-title" {
            h2 #handle-title { "Handle it" }
            form method="post" action=(addresses::alert_act(alert, "acknowledgement")) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "note", label: "I am on it", hint: "What you do about it, and until when.", value: note, errors }.lines(2))
                div.buttons { button type="submit" { "Acknowledge" } }
            }
            form method="post" action=(addresses::alert_act(alert, "snooze")) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "until", label: "See it again on", hint: "It is quiet until then.", value: until, errors }.line(Input::Day, "off"))
                (Field { name: "why", label: "Why it can wait", hint: "", value: why, errors }.lines(2))
                div.buttons { button.second type="submit" { "Snooze" } }
            }
            form method="post" action=(addresses::alert_act(alert, "resolution")) novalidate {
                (hidden("key", &view_of.key))
                (Field { name: "reason", label: "It is over, although it may still hold", hint: "The number as it is now is accepted; the alert is raised again where it grows by half.", value: reason, errors }.lines(2))
                div.buttons { button.second type="submit" { "Resolve" } }
            }
        }
    }
}

/// Doing a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPage {
    /// The alert.
    pub alert: AlertId,
    /// What it says.
    pub sentence: String,
    /// The task.
    pub task: TaskItem,
    /// What stands in the form.
    pub note: String,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
}

/// The form by which a task is done.
pub fn task_page(frame: &Frame, view_of: &TaskPage) -> Markup {
    let errors = &view_of.errors;
    let heading = Heading {
        above: Some(Link::new(addresses::alert(view_of.alert), view_of.alert.to_string())),
        words: &view_of.task.wording,
        lede: Some(html! { (view_of.sentence) }),
        ..Heading::default()
    };
    let main = html! {
        (errors.summary())
        (heading.render())
        form.long method="post" enctype="multipart/form-data" action=(addresses::alert_task(view_of.alert, view_of.task.number)) novalidate {
            (hidden("key", &view_of.key))
            (Field { name: "note", label: "What was done", hint: "It stands beside the ledger, with your name.", value: &view_of.note, errors }.lines(3))
            (Field { name: "file", label: "What shows it", hint: "A file, where there is one. It is kept under its digest.", value: "", errors }.files(false, None))
            div.buttons { button type="submit" { "Task is done" } }
        }
    };
    let title = format!("Task {} of {}", view_of.task.number, view_of.alert);
    whole_page(frame, Head { title: &title, place: Place::Alerts, errors: errors.any() }, &main)
}

/// A product whose numbers changed: used before and now, short before and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedItem {
    /// The product.
    pub product: (ProductId, String),
    /// Units used before and now.
    pub used: (u64, u64),
    /// Units short before and now.
    pub short: (u64, u64),
}

/// The digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestPage {
    /// From the beginning of this day.
    pub since: Date,
    /// Alerts by what happened to them.
    pub parts: Vec<(&'static str, Vec<AlertItem>)>,
    /// Products whose numbers changed.
    pub moved: Vec<MovedItem>,
    /// Open, in hand, snoozed.
    pub totals: [u64; 3],
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The digest.
pub fn digest_page(frame: &Frame, view_of: &DigestPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::ALERTS, "Alerts")),
        words: "What changed",
        lede: Some(html! { "Since the beginning of " (moments::weekday(view_of.since)) "." }),
        acts: Some(
            html! { a.button.second href=(addresses::with_query("/alerts/digest.txt", &[("since", &view_of.since.to_string())])) { "Download as text" } },
        ),
        ..Heading::default()
    };
    let [open, in_hand, snoozed] = view_of.totals;
    let since = view_of.since.to_string();
    let errors = Errors::default();
    let main = html! {
        (heading.render())
        form.filter role="search" method="get" action=(addresses::ALERT_DIGEST) {
            (Field { name: "since", label: "Since", hint: "", value: &since, errors: &errors }.line(Input::Day, "off"))
            button type="submit" { "Show" }
        }
        (facts(&[
            ("Open", html! { (count(open)) }),
            ("In hand", html! { (count(in_hand)) }),
            ("Snoozed", html! { (count(snoozed)) }),
        ]))
        @if view_of.parts.iter().all(|(_, items)| items.is_empty()) && view_of.moved.is_empty() {
            div.empty { h2 { "Nothing changed" } p { "No alert was raised or ended, and no product was counted otherwise." } }
        }
        @for (heading, items) in &view_of.parts { @if !items.is_empty() {
            h2 { (heading) " " span.tally { (count(u64::try_from(items.len()).unwrap_or(u64::MAX))) } }
            ul { @for item in items { li {
                a href=(addresses::alert(item.alert)) { (item.sentence) } " " span.under { (item.kind) "; answers: " (item.owner) }
            } } }
        } }
        @if !view_of.moved.is_empty() {
            (tables::region("moved", &html! { "Products whose numbers changed" }, &html! {
                (tables::heads(&["Product", "#Used before", "#Used now", "#Short before", "#Short now"]))
                tbody { @for moved in &view_of.moved { tr {
                    th scope="row" { a href=(addresses::product(moved.product.0)) { (moved.product.1) } }
                    td.n { (count(moved.used.0)) } td.n { (count(moved.used.1)) }
                    td.n { (count(moved.short.0)) } td.n { (count(moved.short.1)) }
                } } }
            }))
        }
        (copy_as(&view_of.copy))
    };
    whole_page(frame, Head::new("What changed with alerts", Place::Alerts), &main)
}
