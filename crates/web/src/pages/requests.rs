//! The list of requests, and the choice of what kind of request to begin.

use domain::case::CaseStatus;
use domain::entitlement::Metric;
use domain::id::{CaseId, ProductId};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::numbers::{self, count};
use crate::design::tables::{self, Paging};
use crate::design::{moments, states};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, page as whole_page};

/// Which requests are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestsView {
    /// Those that can still change.
    Open,
    /// Those that the viewer can decide.
    ForMe,
    /// Those that the viewer made.
    Mine,
    /// Those in one state.
    Status(CaseStatus),
    /// All.
    All,
}

impl RequestsView {
    /// Every view, in its order.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::ForMe,
        Self::Mine,
        Self::Status(CaseStatus::NeedsInformation),
        Self::Status(CaseStatus::Deciding),
        Self::Status(CaseStatus::Approved),
        Self::Status(CaseStatus::Denied),
        Self::Status(CaseStatus::Withdrawn),
        Self::All,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ForMe => "for-me",
            Self::Mine => "mine",
            Self::Status(status) => status.name(),
            Self::All => "all",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::ForMe => "For me to decide",
            Self::Mine => "Mine",
            Self::Status(status) => status.title(),
            Self::All => "All",
        }
    }

    /// Reads a name as in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == word)
    }
}

/// A request in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub product_name: String,
    /// Units asked for.
    pub quantity: u64,
    /// The product's metric.
    pub metric: Metric,
    /// Who asked.
    pub requester: String,
    /// Where it stands.
    pub status: CaseStatus,
    /// What it waits for, as a sentence; empty where it waits for nothing.
    pub waits_for: String,
    /// When it was begun.
    pub opened_at: Timestamp,
    /// By when a decision is promised, while it is being decided.
    pub due_at: Option<Timestamp>,
}

/// The requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestsPage {
    /// Which are shown.
    pub view: RequestsView,
    /// How many each view has.
    pub counts: [u64; 9],
    /// Words that title, product or requester must contain; may be empty.
    pub text: String,
    /// Which part is shown.
    pub paging: Paging,
    /// That part.
    pub rows: Vec<RequestRow>,
    /// Whether the viewer can make a request.
    pub may_request: bool,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The page.
pub fn page(frame: &Frame, view: &RequestsPage) -> Markup {
    let title = format!("Requests: {}{}", view.view.title(), view.paging.title_suffix());
    let address = |number: u64| {
        let number = if number > 1 { number.to_string() } else { String::new() };
        addresses::with_query(
            addresses::REQUESTS,
            &[("status", view.view.name()), ("q", &view.text), ("page", &number)],
        )
    };
    let heading = Heading {
        words: "Requests",
        lede: Some(html! { "Requests to leave a rule or a licence term, until they are decided and after." }),
        acts: view.may_request.then(|| html! { a.button href=(addresses::REQUEST_NEW) { "New request" } }),
        ..Heading::default()
    };
    let none_at_all = view.counts.last() == Some(&0);
    let main = html! {
        (heading.render())
        @if none_at_all {
            (tables::empty(
                "No requests yet",
                "Every request stands here with its state and with whom it waits for, from its draft to its decision.",
                view.may_request.then_some((addresses::REQUEST_NEW, "New request")),
                Some("indult case new FILE"),
            ))
        } @else {
            (views(view))
            (filter(view))
            @if view.rows.is_empty() { (nothing_found(view)) }
            @else { (table(frame, view)) (tables::pages(view.paging, address)) }
            (copy_as(&view.copy))
        }
    };
    whole_page(frame, Head::new(&title, Place::Requests), &main)
}

fn views(view: &RequestsPage) -> Markup {
    html! {
        nav.views aria-label="Views of the requests" { ul {
            @for (other, number) in RequestsView::ALL.into_iter().zip(view.counts) {
                @let address = addresses::with_query(addresses::REQUESTS, &[("status", other.name()), ("q", &view.text)]);
                li { a href=(address) aria-current=[(other == view.view).then_some("true")] {
                    (other.title()) " " span.tally { (count(number)) }
                } }
            }
        } }
    }
}

fn filter(view: &RequestsPage) -> Markup {
    html! {
        form.filter method="get" action=(addresses::REQUESTS) role="search" aria-label="Requests" {
            input type="hidden" name="status" value=(view.view.name());
            label for="q" { "Title, product or person" }
            input id="q" name="q" type="search" value=(view.text) autocomplete="off";
            button type="submit" { "Filter" }
            @if !view.text.is_empty() {
                a href=(addresses::with_query(addresses::REQUESTS, &[("status", view.view.name())])) { "Clear" }
            }
        }
    }
}

fn nothing_found(view: &RequestsPage) -> Markup {
    html! {
        div.empty {
            h2 { "No requests here" }
            p { @if view.text.is_empty() { "No request is in this view." }
                @else { "No request in this view contains \u{201c}" (view.text) "\u{201d}." } }
            p { a href=(addresses::with_query(addresses::REQUESTS, &[("status", "all")])) { "Show all requests" } }
        }
    }
}

fn table(frame: &Frame, view: &RequestsPage) -> Markup {
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "request" } else { "requests" }) };
    tables::region(
        "requests",
        &caption,
        &html! {
            (tables::heads(&["Number", "Request", "Product", "#Units", "Asked by", "State", "Waits for"]))
            tbody { @for row in &view.rows { tr {
                th.id scope="row" { a href=(addresses::case(row.case)) { (row.case) } }
                td.prose { (row.title) span.under { "begun " (moments::instant(row.opened_at)) } }
                td { a href=(addresses::product(row.product)) { (row.product_name) } }
                td.n { (count(row.quantity)) span.under { (row.metric.unit(row.quantity)) } }
                td { (row.requester) }
                td { (states::case(row.status)) }
                td.prose {
                    @if row.waits_for.is_empty() { span.none { (numbers::NONE) } } @else { (row.waits_for) }
                    @if let Some(due_at) = row.due_at {
                        span.under { "due " (moments::deadline(due_at, &frame.zone)) ", " (moments::time_left(due_at, frame.now)) }
                    }
                }
            } } }
        },
    )
}

/// A kind of exception that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub title: String,
    /// What it is for, and what not.
    pub scope: String,
    /// Who decides and within what limits, as a sentence.
    pub terms: String,
    /// The form, with what is known already filled in.
    pub address: String,
}

/// The choice of what to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartPage {
    /// The product in question, where one is.
    pub product: Option<String>,
    /// The kinds.
    pub kinds: Vec<Kind>,
}

/// The page on which a request begins.
pub fn start_page(frame: &Frame, view: &StartPage) -> Markup {
    let heading = Heading {
        above: Some(Link::new(addresses::REQUESTS, "Requests")),
        words: "New request",
        lede: Some(html! {
            "What do you need" @if let Some(product) = &view.product { " for " (product) } "?"
        }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        ul.doors { @for kind in &view.kinds { li {
            h2 { a href=(kind.address) { (kind.title) } }
            p.words { (kind.scope.trim()) }
            p.hint { (kind.terms) }
        } } }
    };
    whole_page(frame, Head::new("New request", Place::Requests), &main)
}
