//! Agent sources: inventory agents that report by themselves, how to set them up, and their devices.

use domain::id::SourceId;
use domain::source::{Approval, DeviceMark, Standing, Tally};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::count;
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// An agent source in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its number.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// How its devices stand.
    pub tally: Tally,
    /// When the last report came.
    pub last_report_at: Option<Timestamp>,
    /// Whether it has not been heard of for two intervals.
    pub silent: bool,
    /// Whether it was closed.
    pub closed: bool,
    /// Whether its agents can report.
    pub can_report: bool,
}

/// A new source as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceForm {
    /// Its name.
    pub name: String,
    /// What becomes of unknown devices.
    pub approval: String,
    /// How often a device is expected to report.
    pub interval_hours: String,
    /// What has to change.
    pub errors: Errors,
    /// The key that makes sending it twice one source.
    pub key: String,
}

/// The agent sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcesPage {
    /// The sources, newest first.
    pub rows: Vec<SourceRow>,
    /// The form for a new one; absent for those who only read.
    pub form: Option<SourceForm>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// A device of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// What the ledger calls it.
    pub device: DeviceMark,
    /// Its name.
    pub name: String,
    /// Its operating system.
    pub operating_system: Option<String>,
    /// Titles in its report.
    pub installations: u64,
    /// How it stands.
    pub standing: Standing,
    /// When it reported first.
    pub first_at: Timestamp,
    /// When it reported last.
    pub seen_at: Timestamp,
    /// Whether it missed two reports in a row.
    pub silent: bool,
}

/// One agent source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePage {
    /// What the list says of it.
    pub row: SourceRow,
    /// What becomes of unknown devices.
    pub approval: Approval,
    /// How often a device is expected to report, in hours.
    pub interval_hours: u32,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// The address of this program, without a final slash.
    pub base: String,
    /// Its token, where it was just made; shown this once.
    pub made: Option<String>,
    /// Devices that are held, the first of them.
    pub held: Vec<DeviceRow>,
    /// Which part of the other devices is shown.
    pub paging: Paging,
    /// That part.
    pub devices: Vec<DeviceRow>,
    /// The form by which it is changed; absent for those who only read, and once it is closed.
    pub form: Option<SourceForm>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn approvals() -> Vec<Choice> {
    vec![
        Choice::explained(Approval::AcceptAll.name(), "Accept all devices", "A device counts from its first report."),
        Choice::explained(
            Approval::HoldUnknown.name(),
            "Hold unknown devices",
            "A device counts once somebody approves it.",
        ),
    ]
}

fn fields(form: &SourceForm) -> Markup {
    let errors = &form.errors;
    html! {
        (Field { name: "approval", label: "Devices that it does not know", hint: "", value: &form.approval, errors }.radios(&approvals()))
        (Field { name: "interval_hours", label: "Hours between reports", hint: "Agents are told to report this often; who misses two reports is silent.", value: &form.interval_hours, errors }
            .line(Input::Text, "off"))
    }
}

fn state(row: &SourceRow) -> Markup {
    if row.closed {
        states::mark(Tone::Quiet, "Closed")
    } else if !row.can_report {
        states::mark(Tone::Bad, "Token does not work")
    } else if row.last_report_at.is_none() {
        states::mark(Tone::Open, "Waits for a report")
    } else if row.silent {
        states::mark(Tone::Attention, "Silent")
    } else {
        states::mark(Tone::Good, "Reports")
    }
}

fn last_report(at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (moments::instant(at)), None => span.none { "none yet" } } }
}

/// The list.
pub fn page(frame: &Frame, view: &SourcesPage) -> Markup {
    let heading = Heading {
        words: "Sources",
        lede: Some(
            html! { "Inventory agents of FusionInventory, OCS and GLPI report here by themselves, as they are. " a href=(addresses::GAPS) { "What sources leave out" } },
        ),
        ..Heading::default()
    };
    let has_errors = view.form.as_ref().is_some_and(|form| form.errors.any());
    let main = html! {
        @if let Some(form) = &view.form { (form.errors.summary()) }
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty("No agent sources yet", "Open one, and it gets an address to which agents report.", None, None))
        } @else {
            (tables::region("sources", &html! { "Agent sources" }, &html! {
                (tables::heads(&["Number", "Name", "State", "Last report", "#Devices", "#Silent", "#Held"]))
                tbody { @for row in &view.rows { tr {
                    th.id scope="row" { a href=(addresses::source(row.source)) { (row.source) } }
                    td.prose { (row.name) }
                    td { (state(row)) }
                    td { (last_report(row.last_report_at)) }
                    td.n { (count(row.tally.accepted)) }
                    td.n { (count(row.tally.silent)) }
                    td.n { (count(row.tally.held)) }
                } } }
            }))
        }
        @if let Some(form) = &view.form {
            section aria-labelledby="new-title" {
                h2 #new-title { "New source" }
                form.long method="post" action=(addresses::SOURCES) novalidate {
                    (hidden("key", &form.key))
                    (Field { name: "name", label: "Name", hint: "Such as the fleet whose agents report to it.", value: &form.name, errors: &form.errors }
                        .line(Input::Text, "off"))
                    (fields(form))
                    div.buttons { button type="submit" { "Open the source" } }
                }
            }
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: "Sources", place: Place::Sources, errors: has_errors }, &main)
}

/// One source.
pub fn source_page(frame: &Frame, view: &SourcePage) -> Markup {
    let row = &view.row;
    let title = format!("{} {}", row.source, row.name);
    let heading = Heading {
        above: Some(Link::new(addresses::SOURCES, "Sources")),
        words: &title,
        marks: Some(state(row)),
        ..Heading::default()
    };
    let rule = match view.approval {
        Approval::AcceptAll => "accepted at once",
        Approval::HoldUnknown => "held until somebody approves them",
    };
    let main = html! {
        @if let Some(form) = &view.form { (form.errors.summary()) }
        (heading.render())
        @if let Some(token) = &view.made {
            section.call aria-labelledby="made-title" {
                h2 #made-title { "The token of its agents" }
                p { "Copy it now: it is shown this once and kept nowhere." }
                p { code.copyable { (token) } }
            }
        }
        (facts(&[
            ("Last report", last_report(row.last_report_at)),
            ("Devices", html! { (count(row.tally.accepted)) @if row.tally.silent > 0 { ", " (count(row.tally.silent)) " of them silent" } }),
            ("Held", html! { (count(row.tally.held)) }),
            ("Rejected", html! { (count(row.tally.rejected)) }),
            ("Unknown devices are", html! { (rule) }),
            ("Expected every", html! { (count(u64::from(view.interval_hours))) " h" }),
            ("Opened", html! { (moments::instant(view.opened_at)) " by " (view.opened_by) }),
        ]))
        @if !row.closed { (set_up(view)) }
        @if !view.held.is_empty() { (held(view)) }
        (devices(view))
        @if let Some(form) = &view.form { (changes(row.source, form)) }
        (copy_as(&view.copy))
    };
    let errors = view.form.as_ref().is_some_and(|form| form.errors.any());
    whole_page(frame, Head { title: &title, place: Place::Sources, errors }, &main)
}

/// The commands that set agents up.
fn set_up(view: &SourcePage) -> Markup {
    let token = view.made.as_deref().unwrap_or("TOKEN");
    let base = if view.base.is_empty() { "URL" } else { &view.base };
    let address = format!("{base}{}/{token}", crate::agents::AGENTS);
    let commands = [
        ("FusionInventory", format!("fusioninventory-agent --server '{address}'")),
        ("OCS Inventory NG", format!("ocsinventory-agent --nolocal --server '{address}'")),
        ("GLPI", format!("glpi-agent --server '{address}'")),
        ("This program, on Debian", format!("INDULT_TOKEN={token} indult discover --server {base}")),
    ];
    html! {
        section aria-labelledby="set-up-title" {
            h2 #set-up-title { "Set up an agent" }
            @if view.made.is_none() { p { "Put the source\u{2019}s token in place of TOKEN; it was shown when it was made." } }
            dl.facts { @for (agent, command) in &commands { div { dt { (agent) } dd { code.copyable { (command) } } } } }
            p { "Where a token must not stand in an address, agents report to "
                code { (base) (crate::agents::AGENTS) } " with any user and the token as the password; OCS takes both in base64, and needs "
                code { "--realm " (crate::agents::REALM) } "." }
        }
    }
}

fn held(view: &SourcePage) -> Markup {
    let source = view.row.source;
    let caption = html! { "Held devices: their reports count once they are approved" };
    html! {
        (tables::region("held", &caption, &html! {
            (tables::heads(&["Device", "Operating system", "#Titles", "First report", "Last report", "Act"]))
            tbody { @for device in &view.held { tr {
                th scope="row" { (device.name) }
                td.prose { (device.operating_system.as_deref().unwrap_or_default()) }
                td.n { (count(device.installations)) }
                td { (moments::instant(device.first_at)) }
                td { (moments::instant(device.seen_at)) }
                td { @if view.form.is_some() {
                    (act(source, device, "approval", "Approve", false))
                    (act(source, device, "rejection", "Reject", true))
                } }
            } } }
        }))
        @if let Some(form) = &view.form {
            form method="post" action=(addresses::source_act(source, "changes")) {
                (hidden("key", &form.key))
                (hidden("approval", Approval::AcceptAll.name()))
                (hidden("interval_hours", &view.interval_hours.to_string()))
                button type="submit" { "Always accept, these and later ones" }
            }
        }
    }
}

fn act(source: SourceId, device: &DeviceRow, act: &str, words: &str, danger: bool) -> Markup {
    let class = if danger { "plain danger" } else { "plain" };
    html! {
        form.inline method="post" action=(addresses::source_device_act(source, device.device, act)) {
            button class=(class) type="submit" { (words) span.aside { " " (device.name) } }
        }
    }
}

fn devices(view: &SourcePage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "device" } else { "devices" }) };
    html! {
        @if view.devices.is_empty() {
            (tables::empty("No devices yet", "A device stands here from its first report.", None, None))
        } @else {
            (tables::region("devices", &caption, &html! {
                (tables::heads(&["Device", "Operating system", "#Titles", "State", "Last report", "Act"]))
                tbody { @for device in &view.devices { tr {
                    th scope="row" { (device.name) }
                    td.prose { (device.operating_system.as_deref().unwrap_or_default()) }
                    td.n { (count(device.installations)) }
                    td { @match (device.standing, device.silent) {
                        (Standing::Accepted, false) => (states::mark(Tone::Good, "Reports")),
                        (Standing::Accepted, true) => (states::mark(Tone::Attention, "Silent")),
                        (Standing::Held, _) => (states::mark(Tone::Open, "Held")),
                        (Standing::Rejected, _) => (states::mark(Tone::Bad, "Rejected")),
                    } }
                    td { (moments::instant(device.seen_at)) }
                    td { @if view.form.is_some() && device.standing == Standing::Rejected {
                        (act(view.row.source, device, "approval", "Approve", false))
                    } }
                } } }
            }))
            (tables::pages(view.paging, |page| addresses::with_query(
                &addresses::source(view.row.source), &[("page", &page.to_string())],
            )))
        }
    }
}

fn changes(source: SourceId, form: &SourceForm) -> Markup {
    html! {
        section aria-labelledby="change-title" {
            h2 #change-title { "Change this source" }
            form.long method="post" action=(addresses::source_act(source, "changes")) novalidate {
                (hidden("key", &form.key))
                (fields(form))
                div.buttons { button type="submit" { "Save" } }
            }
            form method="post" action=(addresses::source_act(source, "token")) {
                (hidden("key", &form.key))
                p { "A new token replaces the one so far, which stops working at once." }
                button type="submit" { "Make a new token" }
            }
            p { a.danger href=(addresses::source_act(source, "closing")) { "Close this source" } }
        }
    }
}
