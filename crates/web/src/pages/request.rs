//! A request and its decision on one screen: what changes, the position before and after, precedents, the others'
//! votes, the rules, and one's own decision.
//!
//! Who may do what comes decided, with its reason; a page never hides why somebody cannot act.

use domain::case::{Ballot, CaseStatus, Outcome};
use domain::digest::Digest;
use domain::grant::GrantStatus;
use domain::id::{CaseId, ProductId};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, hidden};
use crate::design::moments;
use crate::design::numbers::{self, count};
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::effect::{self, Effect};
use crate::pages::layout::{Frame, Head, Heading, Link, Place, facts, page as whole_page};
use crate::pages::product::{Happened, happenings};

/// A term of the request beside what holds without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which term.
    pub term: String,
    /// What holds today.
    pub today: String,
    /// What is asked.
    pub asked: String,
}

/// An earlier case of the same kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedent {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// How it was decided.
    pub outcome: Outcome,
    /// When.
    pub decided_on: Date,
    /// What it had that this one has otherwise, each as a short phrase (`20 units more here`).
    pub differences: Vec<String>,
    /// The reason that decided it.
    pub reason: String,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteCast {
    /// Whose.
    pub by: String,
    /// In whose place, where as a delegate.
    pub on_behalf_of: Option<String>,
    /// As what.
    pub role: String,
    /// What it says.
    pub ballot: Ballot,
    /// Why.
    pub reason: String,
    /// Conditions asked for.
    pub conditions: Vec<String>,
    /// When.
    pub at: Timestamp,
    /// The entry that recorded it.
    pub entry: u64,
    /// Whether it went against the outcome.
    pub dissent: bool,
}

/// A seat without a vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSeat {
    /// As what.
    pub role: String,
    /// Who could take it.
    pub persons: Vec<String>,
}

/// A rule of the decision, and whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whether the viewer or the request keeps it.
    pub kept: bool,
    /// The rule, as a sentence.
    pub sentence: String,
}

/// A file attached to the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// Its name.
    pub name: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

/// What was said about the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub wording: String,
}

/// A seat that the viewer can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The person whose seat it is, or empty for one's own.
    pub on_behalf_of: String,
    /// `As finance`, `For Dana, as approver`.
    pub words: String,
}

/// The form of a decision, with what was typed into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteForm {
    /// The digest of what the form decides on.
    pub digest: Digest,
    /// The key that makes sending it twice one vote.
    pub key: String,
    /// The seats that the viewer can take; at least one.
    pub seats: Vec<Seat>,
    /// What was chosen: `approve`, `approve_with_conditions`, `request_changes`, `deny`, `abstain`, or nothing.
    pub ballot: String,
    /// In whose place.
    pub on_behalf_of: String,
    /// The reason.
    pub reason: String,
    /// The conditions, one on a line.
    pub conditions: String,
    /// What has to change before it can be signed.
    pub errors: Errors,
}

/// Whether the viewer can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deciding {
    /// They can.
    Open(Box<VoteForm>),
    /// They cannot.
    Closed {
        /// Why, as a sentence.
        why: String,
        /// Who can, where somebody can.
        who_can: Vec<String>,
    },
}

/// The exception that the request became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionInForce {
    /// How it stands.
    pub status: GrantStatus,
    /// Its last day.
    pub until: Date,
    /// Units granted, in words.
    pub granted: String,
    /// Units in use.
    pub used: u64,
    /// Conditions to keep.
    pub conditions: Vec<String>,
    /// How it was ended early: a sentence.
    pub revocation: Option<String>,
    /// Whether the viewer may end it.
    pub may_revoke: bool,
}

/// What changed after something was seen or voted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What happened, as a sentence.
    pub sentence: String,
    /// Each difference: term, before, now.
    pub differences: Vec<(String, String, String)>,
}

/// What the requester can still do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one act that the page offers or not")]
pub struct Acts {
    /// Change it.
    pub edit: bool,
    /// Send it.
    pub send: bool,
    /// Take it back.
    pub withdraw: bool,
    /// Attach a file.
    pub attach: bool,
    /// Say something.
    pub comment: bool,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// Its number.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: CaseStatus,
    /// What is asked, of whom the rule stems, and what it allows today; one sentence.
    pub in_one_line: String,
    /// What it waits for, as a sentence; absent where it waits for nothing.
    pub waits_for: Option<String>,
    /// Who asked.
    pub requester: String,
    /// For whom, where for somebody else.
    pub beneficiary: Option<String>,
    /// The category's name.
    pub category: String,
    /// What the category is for.
    pub category_scope: String,
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub product_name: String,
    /// The revision shown.
    pub revision: u32,
    /// When it was begun.
    pub opened_at: Timestamp,
    /// By when a decision is promised.
    pub due_at: Option<Timestamp>,
    /// What somebody wants to know before it can go on.
    pub question: Option<(String, String)>,
    /// What changed after the viewer looked or voted.
    pub changed: Option<Changed>,
    /// The terms.
    pub changes: Vec<Change>,
    /// Why it is asked for.
    pub justification: String,
    /// Further questions and their answers.
    pub answers: Vec<(String, String)>,
    /// Files.
    pub evidence: Vec<EvidenceFile>,
    /// The position without and with it.
    pub effect: Option<Effect>,
    /// Earlier cases on the same product or of the same category, denials too.
    pub precedents: Vec<Precedent>,
    /// Votes that stand.
    pub votes: Vec<VoteCast>,
    /// Seats without a vote.
    pub open_seats: Vec<OpenSeat>,
    /// Votes of earlier rounds, which no longer count: the revision and the votes.
    pub past_rounds: Vec<Vec<VoteCast>>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The viewer's decision; absent in a draft.
    pub deciding: Option<Deciding>,
    /// How and when it was decided, and the entry.
    pub decided: Option<(Outcome, Timestamp, u64)>,
    /// The exception in force.
    pub exception: Option<ExceptionInForce>,
    /// What people said.
    pub remarks: Vec<Remark>,
    /// What was typed as a comment, and what has to change in it.
    pub comment: String,
    /// What has to change in the comment or the files before they can be kept.
    pub errors: Errors,
    /// The latest entries about it.
    pub history: Vec<Happened>,
    /// What the viewer can do.
    pub acts: Acts,
    /// A key that makes sending a comment or a file twice one act.
    pub key: String,
}

/// The page.
pub fn page(frame: &Frame, view: &RequestPage) -> Markup {
    let title = format!("{} {}", view.case, view.title);
    let vote_errors = match &view.deciding {
        Some(Deciding::Open(form)) => form.errors.clone(),
        Some(Deciding::Closed { .. }) | None => Errors::default(),
    };
    let errors = Errors(vote_errors.0.into_iter().chain(view.errors.0.iter().cloned()).collect());
    let main = html! {
        (errors.summary())
        (heading(view).render())
        (strip(frame, view))
        @if let Some(changed) = &view.changed { (changed_block(changed)) }
        @if let Some((who, question)) = &view.question {
            section.call aria-labelledby="question-title" {
                h2 #question-title { (who) " asks" }
                blockquote { p { (question) } }
                @if view.acts.edit { p { a.button href=(addresses::case_edit(view.case)) { "Answer and send again" } } }
            }
        }
        @if let Some((outcome, at, entry)) = view.decided { (decided_block(frame, view, outcome, at, entry)) }
        div class={ "blocks" @if view.deciding.is_some() { " deciding" } } {
            (block(1, "What changes", &changes_block(view)))
            (block(2, "Position before and after", &effect_block(view)))
            (block(3, "Earlier cases", &precedents_block(view)))
            (block(4, "Votes", &votes_block(view)))
            (block(5, "Rules", &rules_block(view)))
            @if let Some(deciding) = &view.deciding { (block(6, "Your decision", &deciding_block(view, deciding))) }
        }
        (remarks_block(view))
        section aria-labelledby="history-title" {
            h2 #history-title { "History" }
            (happenings(&view.history))
            p { a href=(addresses::history(&format!("case/{}", view.case))) { "Every entry about " (view.case) } }
        }
        (last_acts(view))
    };
    whole_page(frame, Head { title: &title, place: Place::Requests, errors: errors.any() }, &main)
}

fn heading(view: &RequestPage) -> Heading<'_> {
    let acts = html! {
        @if view.acts.edit { a.button.second href=(addresses::case_edit(view.case)) { "Change" } }
        @if view.acts.send { a.button href=(addresses::case_check(view.case)) { "Check and send" } }
    };
    Heading {
        above: Some(Link::new(addresses::REQUESTS, "Requests")),
        words: &view.title,
        marks: None,
        lede: Some(html! { (view.in_one_line) }),
        acts: (view.acts.edit || view.acts.send).then_some(acts),
    }
}

/// Who, what, until when, and what it waits for: the line that a reader in a hurry reads.
fn strip(frame: &Frame, view: &RequestPage) -> Markup {
    let asked_by = html! {
        (view.requester)
        @if let Some(beneficiary) = &view.beneficiary { ", for " (beneficiary) }
    };
    let mut rows = vec![
        ("Number", html! { (view.case) ", revision " (view.revision) }),
        ("State", html! { (states::case(view.status)) }),
        ("Asked by", asked_by),
        ("Product", html! { a href=(addresses::product(view.product)) { (view.product_name) } }),
    ];
    if let Some(due_at) = view.due_at {
        rows.push((
            "Decision due",
            html! {
                (moments::deadline(due_at, &frame.zone))
                span.under { (moments::time_left(due_at, frame.now)) }
            },
        ));
    }
    if let Some(waits_for) = &view.waits_for {
        rows.push(("Waits for", html! { (waits_for) }));
    }
    html! { div.strip { (facts(&rows)) } }
}

fn block(number: u8, title: &str, content: &Markup) -> Markup {
    let id = format!("block-{number}");
    html! {
        section.block aria-labelledby=(id) {
            span.block-number aria-hidden="true" { (number) }
            div {
                h2 id=(id) { (title) }
                (content)
            }
        }
    }
}

fn changes_block(view: &RequestPage) -> Markup {
    html! {
        (tables::region("changes", &html! { "Terms that hold today, and terms asked for" }, &html! {
            (tables::heads(&["Term", "Today", "Asked"]))
            tbody { @for change in &view.changes { tr {
                th scope="row" { (change.term) }
                td.prose { (change.today) }
                td.prose { @if change.today == change.asked { (change.asked) } @else { strong { (change.asked) } } }
            } } }
        }))
        h3 { "Why" }
        p.words { (view.justification) }
        @for (question, answer) in &view.answers { h3 { (question) } p.words { (answer) } }
        h3 #evidence { "Evidence" }
        (evidence_list(view))
        p.hint { (view.category) ": " (view.category_scope) }
    }
}

fn evidence_list(view: &RequestPage) -> Markup {
    html! {
        @if view.evidence.is_empty() { p { "No files are attached." } }
        @else {
            ul.files { @for file in &view.evidence { li {
                a href=(addresses::evidence(view.case, file.digest)) { (file.name) }
                " " span.hint { (numbers::size(file.bytes)) ", SHA-256 " code.digest { (file.digest) } }
            } } }
        }
        @if view.acts.attach {
            details.attach open[view.errors.of("file").is_some()] {
                summary { "Attach a file" }
                form method="post" action=(addresses::case_evidence(view.case)) enctype="multipart/form-data" {
                    (hidden("key", &view.key))
                    (Field {
                        name: "file", label: "File", hint: attach_hint(view.status), value: "", errors: &view.errors,
                    }.files(false, None))
                    button.second type="submit" { "Attach" }
                }
            }
        }
    }
}

/// What attaching a file means, said before it is done.
fn attach_hint(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Deciding => {
            "Kept under the digest of its bytes; up to 25 MB. The votes so far no longer count, and the request has to be sent again."
        }
        CaseStatus::Draft
        | CaseStatus::NeedsInformation
        | CaseStatus::Approved
        | CaseStatus::Denied
        | CaseStatus::Withdrawn => "Kept under the digest of its bytes; up to 25 MB.",
    }
}

fn effect_block(view: &RequestPage) -> Markup {
    html! {
        @match (&view.effect, view.status) {
            (Some(effect), _) => { (effect::table("effect", effect::THE_PRODUCT, effect)) }
            (None, CaseStatus::Approved | CaseStatus::Denied | CaseStatus::Withdrawn) => {
                p { "It changes nothing in the position of this product today." }
            }
            (None, CaseStatus::Draft | CaseStatus::NeedsInformation | CaseStatus::Deciding) => {
                p { "The position of this product is not known, because no inventory has come in." }
            }
        }
    }
}

fn precedents_block(view: &RequestPage) -> Markup {
    html! {
        @if view.precedents.is_empty() {
            p { "No earlier case on this product or of this category was decided." }
        } @else {
            ol.precedents { @for precedent in &view.precedents { li {
                p.precedent-head {
                    a href=(addresses::case(precedent.case)) { (precedent.case) }
                    " " (precedent.title) " " (states::outcome(precedent.outcome))
                    " " span.hint { (moments::day(precedent.decided_on)) }
                }
                @if !precedent.differences.is_empty() {
                    p { span.label { "Here otherwise: " } (numbers::list(&precedent.differences, "and")) "." }
                }
                p { span.label { "Reason then: " } "\u{201c}" (precedent.reason) "\u{201d}" }
            } } }
        }
    }
}

fn votes_block(view: &RequestPage) -> Markup {
    html! {
        @if view.votes.is_empty() && view.open_seats.is_empty() { p { "It has not been put to a vote yet." } }
        @if !view.votes.is_empty() { ul.votes { @for vote in &view.votes { (vote_item(vote)) } } }
        @if !view.open_seats.is_empty() {
            ul.seats { @for seat in &view.open_seats { li {
                (states::mark(Tone::Open, "Waiting")) " "
                span { "For " (seat.role) ": " @if seat.persons.is_empty() { strong { "nobody holds this role and may decide" } }
                    @else { (numbers::list(&seat.persons, "or")) } }
            } } }
        }
        @if !view.votes.is_empty() && !view.votes.iter().any(|vote| vote.dissent) { p.hint { "Nobody dissents." } }
        @for votes in &view.past_rounds {
            details {
                summary { "Votes of an earlier round, which no longer count (" (count(votes.len().try_into().unwrap_or(u64::MAX))) ")" }
                ul.votes { @for vote in votes { (vote_item(vote)) } }
            }
        }
    }
}

fn vote_item(vote: &VoteCast) -> Markup {
    html! {
        li {
            p.vote-head {
                (states::ballot(vote.ballot, !vote.conditions.is_empty()))
                " " strong { (vote.by) }
                @if let Some(principal) = &vote.on_behalf_of { " for " (principal) }
                ", " (vote.role)
                @if vote.dissent { " " span.label { "Dissent" } }
            }
            p.words { (vote.reason) }
            @if !vote.conditions.is_empty() { ul { @for condition in &vote.conditions { li { (condition) } } } }
            p.hint { (moments::instant(vote.at)) ", entry " a href=(addresses::entry(vote.entry)) { (count(vote.entry)) } }
        }
    }
}

fn rules_block(view: &RequestPage) -> Markup {
    html! {
        ul.rules { @for rule in &view.rules { li {
            (if rule.kept { states::mark(Tone::Good, "Yes") } else { states::mark(Tone::Bad, "No") })
            " " span { (rule.sentence) }
        } } }
    }
}

fn deciding_block(view: &RequestPage, deciding: &Deciding) -> Markup {
    match deciding {
        Deciding::Open(form) => vote_form(view.case, form),
        Deciding::Closed { why, who_can } => html! {
            div.closed {
                p { strong { (why) } }
                @if !who_can.is_empty() { p { "Who can: " (numbers::list(who_can, "or")) "." } }
            }
        },
    }
}

/// The decisions one can take, in the order in which they are offered; a "no" stands beside the "yes".
pub fn ballot_choices() -> Vec<Choice> {
    vec![
        Choice::plain("approve", "Approve"),
        Choice::explained(
            "approve_with_conditions",
            "Approve with conditions",
            "It holds at once; the conditions are kept with it.",
        ),
        Choice::explained(
            "request_changes",
            "Ask for changes",
            "It goes back to the requester with your reason; the votes so far no longer count.",
        ),
        Choice::explained("deny", "Deny", "One denial ends the request. Say what would make it a yes."),
        Choice::explained(
            "abstain",
            "Abstain",
            "On the record, without an opinion; the seat stays open for somebody else.",
        ),
    ]
}

fn vote_form(case: CaseId, form: &VoteForm) -> Markup {
    let errors = &form.errors;
    let seats: Vec<Choice> = form.seats.iter().map(|seat| Choice::plain(&seat.on_behalf_of, &seat.words)).collect();
    html! {
        form.decision.choosing method="post" action=(addresses::vote_review(case)) novalidate {
            (hidden("digest", &form.digest.to_string()))
            (hidden("key", &form.key))
            @match form.seats.as_slice() {
                [only] => {
                    (hidden("on_behalf_of", &only.on_behalf_of))
                    p.hint { "You decide: " (only.words) "." }
                }
                _ => {
                    (Field { name: "on_behalf_of", label: "You decide", hint: "", value: &form.on_behalf_of, errors }.radios(&seats))
                }
            }
            (Field { name: "ballot", label: "Decision", hint: "", value: &form.ballot, errors }.radios(&ballot_choices()))
            div.if-conditions {
                (Field {
                    name: "conditions", label: "Conditions", value: &form.conditions, errors,
                    hint: "One on a line, each something that can be checked. Used only with an approval with conditions.",
                }.lines(3))
            }
            (Field {
                name: "reason", label: "Reason", value: &form.reason, errors,
                hint: "Read by the requester now and by others as a precedent later.",
            }.lines(4))
            p.hint { "You decide on exactly what this page says: " code.digest { (form.digest) } }
            div.buttons { button type="submit" { "Review and sign" } span.hint { "Nothing is recorded yet." } }
        }
    }
}

fn changed_block(changed: &Changed) -> Markup {
    html! {
        section.call aria-labelledby="changed-title" {
            h2 #changed-title { "It changed" }
            p { (changed.sentence) }
            @if !changed.differences.is_empty() {
                (tables::region("differences", &html! { "What is different now" }, &html! {
                    (tables::heads(&["Term", "Before", "Now"]))
                    tbody { @for (term, before, now) in &changed.differences { tr {
                        th scope="row" { (term) } td.prose { del { (before) } } td.prose { ins { (now) } }
                    } } }
                }))
            }
        }
    }
}

fn decided_block(frame: &Frame, view: &RequestPage, outcome: Outcome, at: Timestamp, entry: u64) -> Markup {
    html! {
        section.decided aria-labelledby="decided-title" {
            h2 #decided-title { (states::outcome(outcome)) }
            p { "Decided " (moments::deadline(at, &frame.zone)) ", recorded in entry "
                a href=(addresses::entry(entry)) { (count(entry)) } ". "
                a href=(addresses::entry_proof(entry)) { "Download the proof" } }
            @if let Some(exception) = &view.exception { (exception_block(frame, view.case, exception)) }
        }
    }
}

fn exception_block(frame: &Frame, case: CaseId, exception: &ExceptionInForce) -> Markup {
    html! {
        (facts(&[
            ("Exception", states::exception(exception.status, false)),
            ("Granted", html! { (exception.granted) }),
            ("In use", html! { (count(exception.used)) }),
            ("Until the end of", html! {
                (moments::weekday(exception.until)) span.under { (moments::distance(exception.until, frame.today())) }
            }),
        ]))
        @if !exception.conditions.is_empty() {
            h3 { "Conditions" }
            ol { @for condition in &exception.conditions { li { (condition) } } }
        }
        @if let Some(revocation) = &exception.revocation { p { (revocation) } }
        @if exception.may_revoke {
            p { a.button.second.danger href=(addresses::revocation(case)) { "Revoke this exception" } }
        }
    }
}

fn remarks_block(view: &RequestPage) -> Markup {
    html! {
        section aria-labelledby="remarks-title" {
            h2 #remarks-title { "Comments" }
            @if view.remarks.is_empty() { p { "Nobody has commented." } }
            @else {
                ul.remarks { @for remark in &view.remarks { li {
                    p.hint { strong { (remark.by) } ", " (moments::instant(remark.at)) }
                    p.words { (remark.wording) }
                } } }
            }
            @if view.acts.comment {
                form.comment method="post" action=(addresses::case_comments(view.case)) {
                    (hidden("key", &view.key))
                    (Field {
                        name: "comment", label: "Your comment", hint: "Everybody who can see this request can read it.",
                        value: &view.comment, errors: &view.errors,
                    }.lines(3))
                    button.second type="submit" { "Comment" }
                }
            }
        }
    }
}

fn last_acts(view: &RequestPage) -> Markup {
    html! {
        @if view.acts.withdraw {
            p.last-acts { a.quiet.danger href=(addresses::case_withdraw(view.case)) { "Withdraw this request" } }
        }
    }
}
