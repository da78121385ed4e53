//! Pages for what did not work: what happened, what it means, and where to go from here.

use maud::{Markup, html};

use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, page as whole_page};
use crate::problem::{Kind, ProblemBody};

/// What did not work, or what a kind of problem means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPage {
    /// What happened, in a few words.
    pub heading: &'static str,
    /// What happened, as a sentence.
    pub sentence: String,
    /// What to do, as a sentence; may be empty.
    pub remedy: String,
    /// What needs attention, one by one.
    pub faults: Vec<String>,
    /// What the kind of problem means, in general; may be empty.
    pub meaning: &'static str,
    /// What to name when asking for help; absent where the program did what it should.
    pub reference: Option<String>,
}

impl ErrorPage {
    /// What `body`, a problem of `kind`, says to people.
    pub fn of(kind: Kind, body: &ProblemBody) -> Self {
        Self {
            heading: body.title,
            sentence: body.detail.clone(),
            remedy: body.members.get("repair").and_then(|repair| repair.as_str()).unwrap_or_default().to_owned(),
            faults: body.errors.iter().map(|fault| fault.detail.clone()).collect(),
            meaning: kind.explanation(),
            reference: kind.status().is_server_error().then(|| body.request_id.clone()),
        }
    }

    /// What problems of `kind` mean.
    pub fn explaining(kind: Kind) -> Self {
        Self {
            heading: kind.title(),
            sentence: kind.explanation().to_owned(),
            remedy: String::new(),
            faults: Vec::new(),
            meaning: "",
            reference: None,
        }
    }
}

/// The page.
pub fn page(frame: &Frame, view: &ErrorPage) -> Markup {
    let heading = Heading { words: view.heading, lede: Some(html! { (view.sentence) }), ..Heading::default() };
    let main = html! {
        (heading.render())
        @if !view.remedy.is_empty() { p { (view.remedy) } }
        @if !view.faults.is_empty() { ul { @for fault in &view.faults { li { (fault) } } } }
        @if !view.meaning.is_empty() { p { (view.meaning) } }
        @if frame.viewer.is_some() {
            p { a href=(addresses::MY_WORK) { "My work" } }
        } @else {
            p { a href=(addresses::SIGN_IN) { "Sign in" } }
        }
        @if let Some(reference) = &view.reference { p.hint { "Reference: " code { (reference) } } }
    };
    whole_page(frame, Head::new(view.heading, Place::Outside), &main)
}
