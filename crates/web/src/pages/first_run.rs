//! The first steps: two doors, and five things worth doing once.

use maud::{Markup, html};

use crate::design::states::{self, Tone};
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, page as whole_page};

/// Something worth doing once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What to do, in the imperative.
    pub words: String,
    /// Why, as a sentence.
    pub why: String,
    /// Where.
    pub address: String,
    /// Whether somebody did it.
    pub done: bool,
}

/// The first steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRunPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The command that begins a ledger of one's own.
    pub own_command: String,
    /// The command that opens the sample company.
    pub sample_command: String,
}

/// The page.
pub fn page(frame: &Frame, view: &FirstRunPage) -> Markup {
    let done = view.tasks.iter().filter(|task| task.done).count();
    let heading = Heading {
        words: "First steps",
        lede: Some(html! { (done) " of " (view.tasks.len()) " done. They take about five minutes together." }),
        ..Heading::default()
    };
    let main = html! {
        (heading.render())
        ol.tasks { @for task in &view.tasks { li {
            div { h2 { a href=(task.address) { (task.words) } } p.hint { (task.why) } }
            @if task.done { (states::mark(Tone::Good, "Done")) } @else { (states::mark(Tone::Quiet, "To do")) }
        } } }
        ul.doors {
            li {
                h2 { "Look around" }
                @if frame.sample {
                    p { "You are in the sample company. Everything in it is invented and can be tried without harm." }
                    p { a href=(addresses::POSITION) { "See its position" } }
                } @else {
                    p { "The sample company has products, agreements, a shortage and a request to decide, in a folder of its own." }
                    p { code.copyable { (view.sample_command) } }
                }
            }
            li {
                h2 { "Bring your data" }
                @if frame.sample {
                    p { "Your own organisation gets a ledger of its own; nothing of the sample comes along." }
                    p { code.copyable { (view.own_command) } }
                } @else {
                    p { "Reports of devices first, then a list of what you own. You see what changes before anything is written." }
                    p { a.button href=(addresses::IMPORT_NEW) { "Import files" } }
                }
            }
        }
    };
    whole_page(frame, Head::new("First steps", Place::Outside), &main)
}
