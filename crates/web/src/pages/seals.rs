//! The sealed days: what the ledger commits to of each, and sealing one more.

use domain::digest::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::count;
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Place, copy_as, page as whole_page};

/// A sealed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRow {
    /// The day.
    pub day: Date,
    /// Whether it is the last of its month.
    pub ends_month: bool,
    /// The entry that records its seal.
    pub entry: u64,
    /// The ledger's size then.
    pub size: u64,
    /// The root.
    pub root: Digest,
    /// Chunks.
    pub chunks: u64,
    /// Devices.
    pub devices: u64,
    /// Installations.
    pub installations: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The sealed days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealsPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part, the newest day first.
    pub rows: Vec<SealRow>,
    /// Whether the viewer may seal a day.
    pub may_seal: bool,
    /// The day as typed.
    pub day: String,
    /// What has to change.
    pub errors: Errors,
    /// The key of the form.
    pub key: String,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &SealsPage) -> Markup {
    let title = format!("Seals{}", view.paging.title_suffix());
    let heading = Heading {
        words: "Seals",
        lede: Some(html! {
            "Every day the estate is sealed: what counted on it goes into chunks, and the root over them into the ledger. "
            "So a past day can be read again, and nobody can quietly rewrite it."
        }),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if view.rows.is_empty() {
            (tables::empty(
                "No day is sealed yet",
                "Yesterday is sealed soon after midnight while the server runs; today can be sealed at any time.",
                None,
                Some("indult seal"),
            ))
        } @else {
            (table(view))
            (tables::pages(view.paging, address_of))
        }
        @if view.may_seal { (form(view)) }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &title, place: Place::Seals, errors: view.errors.any() }, &main)
}

fn address_of(number: u64) -> String {
    let number = if number > 1 { number.to_string() } else { String::new() };
    addresses::with_query(addresses::SEALS, &[("page", &number)])
}

fn form(view: &SealsPage) -> Markup {
    let day = Field {
        name: "day",
        label: "Day",
        hint: "Today where it is empty. What counted on a past day follows from the ledger, so it can be sealed later too.",
        value: &view.day,
        errors: &view.errors,
    };
    html! {
        section aria-labelledby="seal-title" {
            h2 #seal-title { "Seal a day" }
            form method="post" action=(addresses::SEALS) {
                (hidden("key", &view.key))
                (day.line(Input::Day, "off"))
                div.buttons { button type="submit" { "Seal" } }
            }
        }
    }
}

fn table(view: &SealsPage) -> Markup {
    let caption =
        html! { (view.paging.words()) " " (if view.paging.total == 1 { "sealed day" } else { "sealed days" }) };
    tables::region(
        "seals",
        &caption,
        &html! {
            (tables::heads(&["Day", "#Entry", "#Devices", "#Installations", "#Chunks", "Root", "Made", "By"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" {
                    a href=(addresses::position_on(row.day)) { (moments::weekday_text(row.day)) }
                    @if row.ends_month { span.under { (states::mark(Tone::Good, "Month\u{2019}s end")) } }
                }
                td.n { a href=(addresses::entry(row.entry)) { (count(row.entry)) } span.under { "of " (count(row.size)) " entries" } }
                td.n { (count(row.devices)) }
                td.n { (count(row.installations)) }
                td.n { (count(row.chunks)) }
                td { span.digest title=(row.root) { (row.root.short()) "\u{2026}" } }
                td.when { (moments::instant(row.made_at)) }
                td { (row.by) }
            } } }
        },
    )
}
