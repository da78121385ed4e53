//! Signing a vote: the exact sentence and its digest before, the receipt after.

use domain::digest::Digest;
use domain::id::CaseId;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Errors, hidden};
use crate::design::moments;
use crate::design::numbers::count;
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Link, Place, facts, page as whole_page};

/// A vote before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPage {
    /// The request.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// What will be recorded, as one sentence.
    pub sentence: String,
    /// What follows from it, as sentences: whether it decides the request, and what becomes of the others' votes.
    pub consequences: Vec<String>,
    /// What is decided on.
    pub digest: Digest,
    /// As the form sent it: `approve`, `approve_with_conditions`, `request_changes`, `deny` or `abstain`.
    pub ballot: String,
    /// In whose place; may be empty.
    pub on_behalf_of: String,
    /// The reason.
    pub reason: String,
    /// The conditions, one on a line.
    pub conditions: String,
    /// The key that makes sending it twice one vote.
    pub key: String,
    /// What was refused when it was signed.
    pub errors: Errors,
}

/// The page on which a vote is signed.
pub fn review_page(frame: &Frame, view: &ReviewPage) -> Markup {
    let title = format!("Review your decision on {}", view.case);
    let heading = Heading {
        above: Some(Link::new(addresses::case(view.case), view.case.to_string())),
        words: "Review and sign",
        lede: Some(html! { (view.title) }),
        ..Heading::default()
    };
    let conditions: Vec<&str> = view.conditions.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let carried = html! {
        (hidden("digest", &view.digest.to_string()))
        (hidden("ballot", &view.ballot))
        (hidden("on_behalf_of", &view.on_behalf_of))
        (hidden("reason", &view.reason))
        (hidden("conditions", &view.conditions))
        (hidden("key", &view.key))
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        p.sentence { (view.sentence) }
        h2 { "Reason" }
        p.words { @if view.reason.is_empty() { span.none { "None given." } } @else { (view.reason) } }
        @if !conditions.is_empty() {
            h2 { "Conditions" }
            ol { @for condition in conditions { li { (condition) } } }
        }
        @if !view.consequences.is_empty() {
            section.panel aria-labelledby="consequences-title" {
                h2 #consequences-title { "What follows" }
                ul { @for consequence in &view.consequences { li { (consequence) } } }
            }
        }
        p.hint { "You decide on exactly this state of the request: " code.digest { (view.digest) }
            ". If it changes before you sign, your vote is not recorded and you see the difference." }
        div.buttons {
            form method="post" action=(addresses::votes(view.case)) {
                (carried)
                button type="submit" { "Sign and record" }
            }
            form method="post" action=(addresses::vote_review(view.case)) {
                (carried)
                (hidden("change", "yes"))
                button.second type="submit" { "Change it" }
            }
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Requests, errors: view.errors.any() }, &main)
}

/// What somebody holds in hand after deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// The request.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// What was recorded, as one sentence.
    pub sentence: String,
    /// What happens next, as sentences.
    pub next: Vec<String>,
    /// The entry.
    pub entry: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was decided on.
    pub digest: Digest,
    /// The leaf hash of the entry.
    pub leaf: Digest,
    /// The checkpoint that covers it: its size and when it was signed; absent for the few seconds before.
    pub checkpoint: Option<(u64, Timestamp)>,
    /// Commands by which anybody can check the receipt without this program.
    pub commands: Vec<String>,
}

/// The receipt.
pub fn receipt_page(frame: &Frame, view: &ReceiptPage) -> Markup {
    let title = format!("Receipt {} for {}", count(view.entry), view.case);
    let heading = Heading {
        above: Some(Link::new(addresses::case(view.case), view.case.to_string())),
        words: "Recorded",
        lede: Some(html! { (view.title) }),
        ..Heading::default()
    };
    let signed = html! {
        @match view.checkpoint {
            Some((size, at)) => { "checkpoint " (count(size)) ", " (moments::instant(at)) }
            None => { "within seconds; reload to see the checkpoint" }
        }
    };
    let main = html! {
        (heading.render())
        p.sentence { (view.sentence) }
        (facts(&[
            ("Entry", html! { a href=(addresses::entry(view.entry)) { (count(view.entry)) } }),
            ("Recorded", html! { (moments::deadline(view.at, &frame.zone)) }),
            ("By", html! { (view.by) }),
            ("Signed", signed),
            ("Decided on", html! { code.digest { (view.digest) } }),
            ("Entry digest", html! { code.digest { (view.leaf) } }),
        ]))
        @if !view.next.is_empty() {
            h2 { "What happens next" }
            ul { @for next in &view.next { li { (next) } } }
        }
        section aria-labelledby="check-title" {
            h2 #check-title { "Check it yourself" }
            p { "The proof shows that this entry is in the ledger, at its place and unchanged. It can be checked without this program." }
            p { a.button.second href=(addresses::entry_proof(view.entry)) { "Download the proof" } }
            @for command in &view.commands { p { code.copyable { (command) } } }
        }
        p { a href=(addresses::case(view.case)) { "Back to " (view.case) } " \u{b7} " a href=(addresses::MY_WORK) { "My work" } }
    };
    whole_page(frame, Head::new(&title, Place::Requests), &main)
}
