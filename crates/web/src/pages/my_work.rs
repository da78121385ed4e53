//! My work: five numbers that lead to what they count, the decisions waiting for me, and my own requests.

use domain::case::CaseStatus;
use domain::id::CaseId;
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, page as whole_page};

/// The five numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What all shortages cost, by currency.
    pub exposure: Vec<Money>,
    /// Short products of which no price is known.
    pub unpriced: u64,
    /// What all unused rights cost, by currency.
    pub surplus_value: Vec<Money>,
    /// Agreements of which the end or the last day for notice is within 90 days.
    pub notices_due: u64,
    /// Titles that nothing recognises.
    pub unrecognised: u64,
}

/// A request that waits for the viewer's vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionWaiting {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// What is asked: `20 devices of Lumen Workbench until 31 Dec 2025`.
    pub asked: String,
    /// Who asked.
    pub requester: String,
    /// As what the viewer decides.
    pub role: String,
    /// By when a decision is promised.
    pub due_at: Timestamp,
}

/// A request of the viewer's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRequest {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: CaseStatus,
    /// What it waits for, as a sentence; empty where it waits for nothing.
    pub waits_for: String,
}

/// An exception that the viewer asked for or that is for them, and that ends within 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingException {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// Its last day.
    pub until: Date,
}

/// My work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyWorkPage {
    /// The numbers.
    pub figures: Figures,
    /// Decisions, the one due first at the top.
    pub decisions: Vec<DecisionWaiting>,
    /// The viewer's requests, those that wait for the viewer first.
    pub requests: Vec<OwnRequest>,
    /// Exceptions about to end.
    pub ending: Vec<EndingException>,
    /// Whether the viewer can ask for an exception.
    pub may_request: bool,
}

/// The page.
pub fn page(frame: &Frame, view: &MyWorkPage) -> Markup {
    let heading = Heading {
        words: "My work",
        acts: view.may_request.then(|| html! { a.button href=(addresses::REQUEST_NEW) { "New request" } }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        (figures(frame, view))
        (decisions(frame, view))
        (ending(frame, view))
        (requests(view))
    };
    let title = match view.decisions.len() {
        0 => "My work".to_owned(),
        waiting => format!("My work ({waiting} waiting)"),
    };
    whole_page(frame, Head::new(&title, Place::MyWork), &main)
}

fn figures(frame: &Frame, view: &MyWorkPage) -> Markup {
    let figures = &view.figures;
    let short = addresses::with_query(addresses::POSITION, &[("view", "short"), ("sort", "-exposure")]);
    let surplus = addresses::with_query(addresses::POSITION, &[("view", "surplus")]);
    let notices = addresses::with_query(addresses::AGREEMENTS, &[("view", "due")]);
    let waiting = addresses::with_query(addresses::REQUESTS, &[("status", "for-me")]);
    let decisions = u64::try_from(view.decisions.len()).unwrap_or(u64::MAX);
    html! {
        ul.figures {
            @if frame.shows(Place::Position) {
                li { a href=(short) {
                    (amount(&figures.exposure)) span.figure-label { "Exposure" }
                    @if figures.unpriced > 0 {
                        span.under { "and " (numbers::counted(figures.unpriced, "product", "products")) " without a price" }
                    }
                } }
                li { a href=(surplus) { (amount(&figures.surplus_value)) span.figure-label { "Paid for and not used" } } }
            }
            @if frame.shows(Place::Agreements) {
                li { a href=(notices) {
                    span.figure { (count(figures.notices_due)) } span.figure-label { "Ends or notices in 90 days" }
                } }
            }
            @if frame.shows(Place::Titles) {
                li { a href=(addresses::TITLES) {
                    span.figure { (count(figures.unrecognised)) } span.figure-label { "Unrecognised titles" }
                } }
            }
            @if frame.shows(Place::Requests) {
                li { a href=(waiting) {
                    span.figure { (count(decisions)) } span.figure-label { "Decisions waiting for me" }
                } }
            }
        }
    }
}

/// Sums as a figure: the currency small, because the number is what is read.
fn amount(sums: &[Money]) -> Markup {
    html! {
        @if sums.is_empty() { span.figure { "0" } }
        @for sum in sums {
            @let text = numbers::money(sum);
            @match text.split_once(' ') {
                Some((currency, digits)) => { span.figure { small { (currency) " " } (digits) } }
                None => { span.figure { (text) } }
            }
        }
    }
}

fn decisions(frame: &Frame, view: &MyWorkPage) -> Markup {
    html! {
        section aria-labelledby="decisions-title" {
            h2 #decisions-title { "Waiting for my decision" }
            @if view.decisions.is_empty() {
                p { "Nothing waits for you. Requests that you can decide stand here, the one due first at the top." }
            } @else {
                (tables::region("decisions", &html! { "Requests that wait for my vote" }, &html! {
                    (tables::heads(&["Number", "Request", "Asked by", "I decide", "Due"]))
                    tbody { @for decision in &view.decisions { tr {
                        th.id scope="row" { a href=(addresses::case(decision.case)) { (decision.case) } }
                        td.prose { (decision.title) span.under { (decision.asked) } }
                        td { (decision.requester) }
                        td { "as " (decision.role) }
                        td.prose {
                            (moments::deadline(decision.due_at, &frame.zone))
                            span.under {
                                @let left = moments::time_left(decision.due_at, frame.now);
                                @if decision.due_at < frame.now { (states::mark(Tone::Attention, &left)) } @else { (left) }
                            }
                        }
                    } } }
                }))
            }
        }
    }
}

fn ending(frame: &Frame, view: &MyWorkPage) -> Markup {
    html! {
        @if !view.ending.is_empty() {
            section aria-labelledby="ending-title" {
                h2 #ending-title { "Exceptions about to end" }
                (tables::region("ending", &html! { "My exceptions that end within 30 days" }, &html! {
                    (tables::heads(&["Number", "Exception", "Until the end of"]))
                    tbody { @for exception in &view.ending { tr {
                        th.id scope="row" { a href=(addresses::case(exception.case)) { (exception.case) } }
                        td.prose { (exception.title) }
                        td { (moments::weekday(exception.until)) ", " (moments::distance(exception.until, frame.today())) }
                    } } }
                }))
            }
        }
    }
}

fn requests(view: &MyWorkPage) -> Markup {
    html! {
        section aria-labelledby="own-title" {
            h2 #own-title { "My requests" }
            @if view.requests.is_empty() {
                p { "You have not asked for anything. "
                    @if view.may_request { "An exception lets you use more than we own, or otherwise than agreed, until a day. " }
                }
            } @else {
                (tables::region("own", &html! { "Requests that I made" }, &html! {
                    (tables::heads(&["Number", "Request", "State", "Waits for"]))
                    tbody { @for request in &view.requests { tr {
                        th.id scope="row" { a href=(addresses::case(request.case)) { (request.case) } }
                        td.prose { (request.title) }
                        td { (states::case(request.status)) }
                        td.prose { @if request.waits_for.is_empty() { span.none { (numbers::NONE) } } @else { (request.waits_for) } }
                    } } }
                }))
            }
        }
    }
}
