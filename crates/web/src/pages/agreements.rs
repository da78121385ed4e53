//! The agreements: with whom, until when, and by which day notice must be given.

use domain::id::AgreementId;
use domain::party::Direction;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::{NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::entitlements::EntitlementRow;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};
use crate::pages::product::{Happened, happenings};

/// An agreement in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementRow {
    /// Its number.
    pub agreement: AgreementId,
    /// Its reference.
    pub reference: String,
    /// With whom.
    pub party: String,
    /// Which way licences flow.
    pub direction: Direction,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
    /// The last day on which notice is in time.
    pub notice_by: Option<Date>,
    /// Rights under it.
    pub rights: u64,
}

/// The agreements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementsPage {
    /// Whether only those are shown whose end or notice is within 90 days.
    pub due_only: bool,
    /// How many there are, and how many are due.
    pub counts: (u64, u64),
    /// Which part is shown.
    pub paging: Paging,
    /// That part, the one whose notice is due first at the top.
    pub rows: Vec<AgreementRow>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "we are licensed",
        Direction::Outbound => "we license",
    }
}

/// The list.
pub fn page(frame: &Frame, view: &AgreementsPage) -> Markup {
    let title =
        format!("Agreements{}{}", if view.due_only { ": due within 90 days" } else { "" }, view.paging.title_suffix());
    let view_name = if view.due_only { "due" } else { "" };
    let heading = Heading {
        words: "Agreements",
        lede: Some(html! { "With whom, until when, and by which day notice must be given." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        @if view.counts.0 == 0 {
            (tables::empty(
                "No agreements yet",
                "A list of entitlements brings the agreements that it names, with their ends and days of notice.",
                frame.shows(Place::Imports).then_some((addresses::IMPORT_NEW, "Import entitlements")),
                Some("indult import entitlements FILE"),
            ))
        } @else {
            nav.views aria-label="Views of the agreements" { ul {
                li { a href=(addresses::AGREEMENTS) aria-current=[(!view.due_only).then_some("true")] {
                    "All " span.tally { (count(view.counts.0)) } } }
                li { a href=(addresses::with_query(addresses::AGREEMENTS, &[("view", "due")])) aria-current=[view.due_only.then_some("true")] {
                    "End or notice within 90 days " span.tally { (count(view.counts.1)) } } }
            } }
            @if view.rows.is_empty() {
                div.empty { h2 { "None due" } p { "No agreement ends or asks for notice within 90 days." } }
            } @else {
                (table(frame, view))
                (tables::pages(view.paging, |number| {
                    addresses::with_query(addresses::AGREEMENTS, &[("view", view_name), ("page", &number.to_string())])
                }))
            }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new(&title, Place::Agreements), &main)
}

fn table(frame: &Frame, view: &AgreementsPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "agreement" } else { "agreements" }) };
    tables::region(
        "agreements",
        &caption,
        &html! {
            (tables::heads(&["Agreement", "With", "Direction", "#Rights", "Ends", "Notice by"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::agreement(row.agreement)) { (row.reference) } span.under { (row.agreement) } }
                td { (row.party) }
                td { (direction(row.direction)) }
                td.n { (count(row.rights)) }
                td { (end(frame, row.ends_on)) }
                td { (notice(frame, row.notice_by)) }
            } } }
        },
    )
}

fn end(frame: &Frame, ends_on: Option<Date>) -> Markup {
    html! {
        @match ends_on {
            Some(day) => { (moments::weekday(day)) span.under { (moments::distance(day, frame.today())) } }
            None => { span.none { "no end known" } }
        }
    }
}

/// Days before the last day for notice from which it is worth a mark.
const NOTICE_SOON_DAYS: i64 = 90;

fn notice(frame: &Frame, notice_by: Option<Date>) -> Markup {
    let Some(day) = notice_by else { return html! { span.none { (NONE) } } };
    let distance = moments::distance(day, frame.today());
    let mark = match moments::days_until(day, frame.today()) {
        ..0 => states::mark(Tone::Quiet, &format!("was {distance}")),
        0..=NOTICE_SOON_DAYS => states::mark(Tone::Attention, &distance),
        _ => html! { span.under { (distance) } },
    };
    html! { (moments::weekday(day)) " " div { (mark) } }
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseShown {
    /// The mark by which people cite it.
    pub mark: String,
    /// Its heading.
    pub heading: String,
    /// Its words.
    pub wording: String,
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementPage {
    /// As in the list.
    pub row: AgreementRow,
    /// How often its terms were recorded.
    pub revision: u32,
    /// Its clauses.
    pub clauses: Vec<ClauseShown>,
    /// The rights under it.
    pub rights: Vec<EntitlementRow>,
    /// Where its renewal is planned, where it has an end.
    pub renewal: Option<Link>,
    /// Its entries.
    pub history: Vec<Happened>,
}

/// The page of an agreement; each clause has an address of its own.
pub fn agreement_page(frame: &Frame, view: &AgreementPage) -> Markup {
    let row = &view.row;
    let title = format!("Agreement {}", row.reference);
    let heading = Heading {
        above: Some(Link::new(addresses::AGREEMENTS, "Agreements")),
        words: &title,
        lede: Some(html! { "With " (row.party) "; " (direction(row.direction)) "." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        (facts(&[
            ("Number", html! { (row.agreement) ", revision " (view.revision) }),
            ("Began", html! { @match row.starts_on { Some(day) => (moments::day(day)), None => span.none { "not known" } } }),
            ("Ends", end(frame, row.ends_on)),
            ("Notice by", notice(frame, row.notice_by)),
        ]))
        @if let Some(renewal) = &view.renewal { p { a href=(renewal.address) { (renewal.words) } } }
        h2 { "Rights under it" }
        @if view.rights.is_empty() { p { "No right is recorded under this agreement." } }
        @else {
            ul { @for right in &view.rights { li {
                a href=(addresses::entitlement(right.entitlement)) { (right.entitlement) } ": "
                (crate::design::numbers::quantity(right.quantity)) " of " a href=(addresses::product(right.product)) { (right.product_name) }
            } } }
        }
        @if !view.clauses.is_empty() {
            h2 { "Clauses" }
            @for clause in &view.clauses {
                section.clause id={ "clause-" (clause.mark) } {
                    h3 { a href={ "#clause-" (clause.mark) } { "\u{a7} " (clause.mark) } " " (clause.heading) }
                    p.words { (clause.wording) }
                }
            }
        }
        h2 { "History" }
        (happenings(&view.history))
    };
    whole_page(frame, Head::new(&title, Place::Agreements), &main)
}
