//! Webhooks: the list with its form, and one with its key and its last attempts.

use domain::id::WebhookId;
use domain::webhook::ToldKind;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::NONE;
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};

/// A webhook in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its number.
    pub webhook: WebhookId,
    /// Its name.
    pub name: String,
    /// Where messages are sent.
    pub url: String,
    /// How many kinds of things are told.
    pub kinds: usize,
    /// Why nothing is sent.
    pub paused: Option<String>,
}

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// Name.
    pub name: String,
    /// Address.
    pub url: String,
    /// What is told.
    pub kinds: Vec<String>,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhooksPage {
    /// The webhooks.
    pub rows: Vec<WebhookRow>,
    /// What stands in the form.
    pub typed: Typed,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// An attempt to send a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// When.
    pub at: Timestamp,
    /// What was told.
    pub kind: String,
    /// The entry that was told of; `None` is a test.
    pub entry: Option<u64>,
    /// Whether somebody asked for it.
    pub by_hand: bool,
    /// The status of the answer.
    pub status: Option<u16>,
    /// How long the answer took.
    pub milliseconds: Option<u64>,
}

/// One webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookPage {
    /// What the list says of it.
    pub row: WebhookRow,
    /// The public key.
    pub verifier_key: String,
    /// When a message that failed is tried again.
    pub next_try_at: Option<Timestamp>,
    /// The last attempts, newest first.
    pub attempts: Vec<AttemptRow>,
    /// What stands in the form.
    pub typed: Typed,
    /// The key that makes sending a form twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn state(paused: Option<&String>) -> Markup {
    match paused {
        None => states::mark(Tone::Good, "Active"),
        Some(_) => states::mark(Tone::Bad, "Paused"),
    }
}

/// The list.
pub fn page(frame: &Frame, view: &WebhooksPage) -> Markup {
    let heading = Heading {
        words: "Webhooks",
        lede: Some(
            html! { "Other systems are told what happens, in its order, so that they can provision, reallocate or react." },
        ),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty("No webhooks yet", "A webhook is an address and what it is told.", None, Some("indult webhook add --name NAME --url URL --kind KIND")))
        } @else {
            (tables::region("webhooks", &html! { "Who is told" }, &html! {
                (tables::heads(&["Webhook", "Name", "Address", "#Kinds", "State"]))
                tbody { @for row in &view.rows { tr {
                    td.id { (row.webhook) }
                    th scope="row" { a href=(addresses::webhook(row.webhook)) { (row.name) } }
                    td.prose { (row.url) }
                    td.n { (row.kinds) }
                    td { (state(row.paused.as_ref())) }
                } } }
            }))
        }
        section aria-labelledby="new-title" {
            h2 #new-title { "New webhook" }
            (form(addresses::WEBHOOKS, &view.typed, &view.key, &view.errors, "Record the webhook"))
        }
        (copy_as(&view.copy))
    };
    let title = if view.rows.is_empty() { "Webhooks: none yet" } else { "Webhooks" };
    whole_page(frame, Head { title, place: Place::Webhooks, errors: view.errors.any() }, &main)
}

fn form(action: &str, typed: &Typed, key: &str, errors: &Errors, button: &str) -> Markup {
    let kinds: Vec<Choice> =
        ToldKind::ALL.iter().map(|kind| Choice::explained(kind.name(), kind.name(), kind.title())).collect();
    html! {
        form.long method="post" action=(action) novalidate {
            (hidden("key", key))
            (Field { name: "name", label: "Name", hint: "", value: &typed.name, errors }.line(Input::Text, "off"))
            (Field { name: "url", label: "Address", hint: "It begins with https:// and is a public one, unless the server was started otherwise.", value: &typed.url, errors }.line(Input::Text, "off"))
            (Field { name: "kinds", label: "What is told", hint: "", value: "", errors }.boxes(&kinds, &typed.kinds))
            div.buttons { button type="submit" { (button) } }
        }
    }
}

/// One webhook.
pub fn webhook_page(frame: &Frame, view: &WebhookPage) -> Markup {
    let row = &view.row;
    let heading = Heading {
        above: Some(Link::new(addresses::WEBHOOKS, "Webhooks")),
        words: &row.name,
        marks: Some(state(row.paused.as_ref())),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if let Some(reason) = &row.paused {
            p { (reason) " What happens meanwhile is told once it is resumed." }
        }
        (facts(&[
            ("Number", html! { (row.webhook) }),
            ("Address", html! { (row.url) }),
            ("Key", html! { code.copyable { (view.verifier_key) } }),
            ("Next try", match view.next_try_at { Some(at) => moments::instant(at), None => html! { (NONE) } }),
        ]))
        form method="post" action=(addresses::webhook_acts(row.webhook)) {
            (hidden("key", &view.key))
            div.buttons {
                button.second type="submit" name="act" value="test" { "Send a test" }
                @if row.paused.is_some() {
                    button.second type="submit" name="act" value="resume" { "Resume" }
                } @else {
                    button.second type="submit" name="act" value="pause" { "Pause" }
                }
                a.danger href=(addresses::webhook_removal(row.webhook)) { "Remove" }
            }
        }
        (attempts(view))
        section aria-labelledby="change-title" {
            h2 #change-title { "Change it" }
            (form(&addresses::webhook(row.webhook), &view.typed, &view.key, &view.errors, "Change the webhook"))
        }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &row.name, place: Place::Webhooks, errors: view.errors.any() }, &main)
}

fn attempts(view: &WebhookPage) -> Markup {
    if view.attempts.is_empty() {
        return tables::empty("Nothing was sent yet", "The last attempts stand here.", None, None);
    }
    tables::region(
        "attempts",
        &html! { "The last attempts, newest first" },
        &html! {
            (tables::heads(&["At", "What", "Entry", "Answer", "#Milliseconds", "Act"]))
            tbody { @for attempt in &view.attempts { tr {
                td { (moments::exact(attempt.at)) }
                td { (attempt.kind) @if attempt.by_hand { span.under { "by hand" } } }
                td { @match attempt.entry {
                    Some(entry) => a href=(addresses::entry(entry)) { (entry) },
                    None => (NONE),
                } }
                td { @match attempt.status {
                    Some(status) if (200..300).contains(&status) => (states::mark(Tone::Good, &status.to_string())),
                    Some(status) => (states::mark(Tone::Bad, &status.to_string())),
                    None => (states::mark(Tone::Bad, "None")),
                } }
                td.n { @match attempt.milliseconds { Some(milliseconds) => (milliseconds), None => (NONE) } }
                td { @if let Some(entry) = attempt.entry {
                    form method="post" action=(addresses::webhook_acts(view.row.webhook)) {
                        (hidden("key", &view.key))
                        (hidden("entry", &entry.to_string()))
                        button.second type="submit" name="act" value="resend" { "Send again" span.aside { " " (entry) } }
                    }
                } }
            } } }
        },
    )
}
