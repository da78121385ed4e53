//! Pages for what did not work: what happened, what to do, and who can.

use maud::{Markup, html};

use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Link, Place, page as whole_page};

/// What did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPage {
    /// What happened, in a few words.
    pub heading: String,
    /// What happened, as a sentence.
    pub sentence: String,
    /// What to do, as a sentence; may be empty.
    pub remedy: String,
    /// Who can, where somebody else can.
    pub who_can: Vec<String>,
    /// Where to go from here.
    pub ways_on: Vec<Link>,
    /// What to name when asking for help; absent where nothing was logged.
    pub reference: Option<String>,
}

impl ErrorPage {
    /// There is nothing at an address.
    pub fn not_found() -> Self {
        Self {
            heading: "Nothing is here".into(),
            sentence: "No page has this address.".into(),
            remedy: "Check the address for a slip, or begin from one of these.".into(),
            who_can: Vec::new(),
            ways_on: vec![Link::new(addresses::MY_WORK, "My work")],
            reference: None,
        }
    }

    /// There is nothing of this number.
    pub fn no_such(what: &str, number: &str, list: Link) -> Self {
        Self {
            heading: format!("There is no {what} {number}"),
            sentence: "Numbers are never given twice, so it was not removed: it never was.".into(),
            remedy: "Look for it in the list.".into(),
            who_can: Vec::new(),
            ways_on: vec![list],
            reference: None,
        }
    }

    /// The viewer may not do this.
    pub fn not_allowed(why: String, who_can: Vec<String>) -> Self {
        Self {
            heading: "You may not do this".into(),
            sentence: why,
            remedy: "Nothing was changed.".into(),
            who_can,
            ways_on: vec![Link::new(addresses::MY_WORK, "My work")],
            reference: None,
        }
    }

    /// It is no longer as it was.
    pub fn conflict(why: String, way_on: Link) -> Self {
        Self {
            heading: "It is no longer as it was".into(),
            sentence: why,
            remedy: "Nothing was changed.".into(),
            who_can: Vec::new(),
            ways_on: vec![way_on],
            reference: None,
        }
    }

    /// The program failed.
    pub fn failed(reference: String) -> Self {
        Self {
            heading: "This did not work".into(),
            sentence: "The program failed while it made this page. What was recorded before is safe.".into(),
            remedy: "If you were sending something, look whether it was recorded before you send it again. If this comes back, tell your administrator the reference below.".into(),
            who_can: Vec::new(),
            ways_on: vec![Link::new(addresses::MY_WORK, "My work")],
            reference: Some(reference),
        }
    }
}

/// The page.
pub fn page(frame: &Frame, view: &ErrorPage) -> Markup {
    let heading = Heading { words: &view.heading, lede: Some(html! { (view.sentence) }), ..Heading::default() };
    let main = html! {
        (heading.render())
        @if !view.remedy.is_empty() { p { (view.remedy) } }
        @if !view.who_can.is_empty() { p { "Who can: " (crate::design::numbers::list(&view.who_can, "or")) "." } }
        @if frame.viewer.is_some() {
            ul { @for way in &view.ways_on { li { a href=(way.address) { (way.words) } } } }
        } @else {
            p { a href=(addresses::SIGN_IN) { "Sign in" } }
        }
        @if let Some(reference) = &view.reference { p.hint { "Reference: " code { (reference) } } }
    };
    whole_page(frame, Head::new(&view.heading, Place::Outside), &main)
}
