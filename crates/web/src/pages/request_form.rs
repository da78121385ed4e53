//! Writing a request, and the check of the answers before it is sent.
//!
//! A request is kept as a draft from its first form on, so that nothing typed is lost.

use domain::digest::Digest;
use domain::id::CaseId;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers;
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::effect::{self, Effect};
use crate::pages::layout::{Frame, Head, Heading, Link, Place, page as whole_page};

/// A question of the category beyond the fixed ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its key; the form field is called `answer_` and the key.
    pub key: String,
    /// The question.
    pub label: String,
    /// Help; may be empty.
    pub help: String,
    /// Whether the request can be sent without an answer.
    pub required: bool,
    /// The answer as typed.
    pub answer: String,
}

/// A day that is offered for the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Why it is offered: `30 days`, `the longest possible`.
    pub words: String,
    /// The day.
    pub day: Date,
}

/// The form of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFormPage {
    /// The draft that is changed; absent for a new one.
    pub case: Option<CaseId>,
    /// The category's key.
    pub category: String,
    /// Its name.
    pub category_title: String,
    /// What it is for.
    pub category_scope: String,
    /// Its limits, as a sentence.
    pub limits: String,
    /// Where another category can be chosen.
    pub other_category: Option<Link>,
    /// The products, by number and name.
    pub products: Vec<Choice>,
    /// The chosen product's position, as a sentence.
    pub position: Option<String>,
    /// The persons, by number and name; the first is nobody else.
    pub persons: Vec<Choice>,
    /// The environments; the first is everywhere.
    pub environments: Vec<Choice>,
    /// Days that are offered.
    pub presets: Vec<Preset>,
    /// The title as typed.
    pub title: String,
    /// The chosen product.
    pub product: String,
    /// The quantity as typed.
    pub quantity: String,
    /// The chosen environment.
    pub environment: String,
    /// The chosen day: one of the presets as `2025-12-31`, or `other`.
    pub until_choice: String,
    /// The day as typed.
    pub until: String,
    /// For whom.
    pub beneficiary: String,
    /// Why, as typed.
    pub justification: String,
    /// The category's questions.
    pub questions: Vec<Question>,
    /// What has to change.
    pub errors: Errors,
    /// The key that makes sending it twice one request.
    pub key: String,
}

/// The form.
pub fn page(frame: &Frame, view: &RequestFormPage) -> Markup {
    let words =
        view.case.map_or_else(|| format!("New request: {}", view.category_title), |case| format!("Change {case}"));
    let (above, action) = match view.case {
        Some(case) => (Link::new(addresses::case(case), case.to_string()), addresses::case_edit(case)),
        None => (Link::new(addresses::REQUEST_NEW, "New request"), addresses::REQUESTS.to_owned()),
    };
    let heading =
        Heading { above: Some(above), words: &words, lede: Some(html! { (view.limits) }), ..Heading::default() };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        details.about { summary { "What this is for" } p.words { (view.category_scope.trim()) }
            @if let Some(other) = &view.other_category { p { a href=(other.address) { (other.words) } } }
        }
        form.long method="post" action=(action) novalidate {
            (hidden("category", &view.category))
            (hidden("key", &view.key))
            (terms(view))
            (words_fields(view))
            div.buttons {
                button type="submit" { "Save and check" }
                span.hint { "It is kept as a draft. Nobody is asked yet." }
            }
        }
    };
    whole_page(frame, Head { title: &words, place: Place::Requests, errors: view.errors.any() }, &main)
}

fn terms(view: &RequestFormPage) -> Markup {
    let errors = &view.errors;
    let field = |name, label, hint, value| Field { name, label, hint, value, errors };
    html! {
        (field("title", "What it is for, in one line", "Seen in every list.", &view.title).line(Input::Text, "off"))
        (field("product", "Product", view.position.as_deref().unwrap_or(""), &view.product).choice(&view.products))
        (field("quantity", "How many", "Units beyond what we own, in the product\u{2019}s metric.", &view.quantity)
            .line(Input::Number, "off"))
        (field("environment", "Where", "The only environment in which it holds.", &view.environment)
            .choice(&view.environments))
        (until(view))
        (field("beneficiary", "For whom", "They cannot decide on it.", &view.beneficiary).choice(&view.persons))
    }
}

/// The days on offer, and a field for any other.
fn until(view: &RequestFormPage) -> Markup {
    let mut choices: Vec<Choice> = view
        .presets
        .iter()
        .map(|preset| Choice::explained(preset.day.to_string(), moments::weekday_text(preset.day), &preset.words))
        .collect();
    choices.push(Choice::plain("other", "Another day"));
    // The typed day has its own error only where it is the one that was chosen.
    let own = Errors(view.errors.0.iter().filter(|error| error.field == "until").cloned().collect());
    let none = Errors::default();
    let hint = "It holds to the end of that day. Every exception ends.";
    html! {
        div.choosing {
            (Field { name: "until_choice", label: "Until", hint, value: &view.until_choice, errors: &none }.radios(&choices))
            div.if-other {
                (Field { name: "until", label: "Day", hint: "Used with \u{201c}Another day\u{201d}.", value: &view.until, errors: &own }
                    .line(Input::Day, "off"))
            }
        }
    }
}

fn words_fields(view: &RequestFormPage) -> Markup {
    let errors = &view.errors;
    html! {
        (Field {
            name: "justification", label: "Why", value: &view.justification, errors,
            hint: "What it is needed for, and what happens if the answer is no.",
        }.lines(5))
        @for question in &view.questions {
            @let name = format!("answer_{}", question.key);
            @let label = if question.required { question.label.clone() } else { format!("{} (optional)", question.label) };
            (Field { name: &name, label: &label, hint: &question.help, value: &question.answer, errors }.lines(2))
        }
    }
}

/// An answer to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// The answer; empty where there is none.
    pub answer: String,
    /// The field to change it in.
    pub field: String,
}

/// A step of what happens after sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// How many of which role: `1 approver`.
    pub words: String,
    /// Who could.
    pub persons: Vec<String>,
}

/// The answers before they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckPage {
    /// The draft.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// The answers.
    pub answers: Vec<Answer>,
    /// The files.
    pub evidence: Vec<(String, Digest, u64)>,
    /// Who decides.
    pub deciders: Vec<Decider>,
    /// By when, if it is sent now.
    pub decided_by: Timestamp,
    /// The position without and with it.
    pub effect: Option<Effect>,
    /// What stands in the way of sending it, as sentences.
    pub obstacles: Vec<String>,
    /// `Finance and 1 approver`.
    pub addressees: String,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused when it was sent.
    pub errors: Errors,
}

/// The check of the answers.
pub fn check_page(frame: &Frame, view: &CheckPage) -> Markup {
    let title = format!("Check {} before sending", view.case);
    let heading = Heading {
        above: Some(Link::new(addresses::case(view.case), view.case.to_string())),
        words: "Check your answers",
        lede: Some(html! { (view.title) }),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        (answers(view))
        section aria-labelledby="next-title" {
            h2 #next-title { "What will happen" }
            ul.seats { @for decider in &view.deciders { li {
                (states::mark(Tone::Open, &decider.words)) span {
                    @if decider.persons.is_empty() { strong { "Nobody can: no one holds this role and may decide." } }
                    @else { (numbers::list(&decider.persons, "or")) }
                }
            } } }
            p { "A decision is promised by " (moments::deadline(view.decided_by, &frame.zone)) "; its days are calendar days. "
                "Until then you can change or withdraw it; a change voids the votes cast so far." }
            @if let Some(effect) = &view.effect { (effect::table("effect", effect::THE_PRODUCT, effect)) }
        }
        @if !view.obstacles.is_empty() {
            section.call aria-labelledby="obstacles-title" {
                h2 #obstacles-title { "It cannot be sent yet" }
                ul { @for obstacle in &view.obstacles { li { (obstacle) } } }
            }
        }
        div.buttons {
            @if view.obstacles.is_empty() {
                form method="post" action=(addresses::case_submit(view.case)) {
                    (hidden("key", &view.key))
                    button type="submit" { "Send request to " (view.addressees) }
                }
            }
            a href=(addresses::case_edit(view.case)) { "Change it" }
            a href=(addresses::case(view.case)) { "Keep it as a draft" }
        }
    };
    whole_page(frame, Head { title: &title, place: Place::Requests, errors: view.errors.any() }, &main)
}

fn answers(view: &CheckPage) -> Markup {
    html! {
        (tables::region("answers", &html! { "Your answers" }, &html! {
            thead { tr { th scope="col" { "Question" } th scope="col" { "Answer" } th scope="col" { span.aside { "Change" } } } }
            tbody {
                @for answer in &view.answers { tr {
                    th scope="row" { (answer.question) }
                    td.prose { @if answer.answer.is_empty() { span.none { "No answer" } } @else { span.words { (answer.answer) } } }
                    td { a href={ (addresses::case_edit(view.case)) "#" (answer.field) } {
                        "Change" span.aside { ": " (answer.question) }
                    } }
                } }
                tr {
                    th scope="row" { "Evidence" }
                    td.prose {
                        @if view.evidence.is_empty() { span.none { "No files" } }
                        @for (name, digest, bytes) in &view.evidence {
                            (name) " " span.hint { (numbers::size(*bytes)) ", SHA-256 " code.digest { (digest.short()) } } br;
                        }
                    }
                    td { a href={ (addresses::case(view.case)) "#evidence" } { "Attach" span.aside { " a file" } } }
                }
            }
        }))
    }
}
