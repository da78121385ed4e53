//! The step before an act that cannot be taken back lightly: what it does, what it leaves, and the button that says so.
//!
//! Withdrawing, revoking, undoing, retiring, erasing and deactivating all pass through here.

use maud::{Markup, html};

use crate::design::forms::{Errors, Field, hidden};
use crate::pages::effect::{self, Effect};
use crate::pages::layout::{Frame, Head, Heading, Link, Place, page as whole_page};

/// A reason that the act asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The name of the field.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// Help; may be empty.
    pub hint: String,
    /// What was typed.
    pub value: String,
}

/// What an act does to the position of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductEffect {
    /// The product.
    pub product: Link,
    /// Its numbers.
    pub effect: Effect,
}

/// An act to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmationPage {
    /// Where it belongs.
    pub place: Place,
    /// Back to where it was asked for.
    pub above: Link,
    /// The question: `Undo IMP-3?`.
    pub question: String,
    /// What it is about, as a sentence.
    pub sentence: String,
    /// What will be, each as a sentence in the future tense.
    pub consequences: Vec<String>,
    /// What stays as it is, each as a sentence.
    pub stays: Vec<String>,
    /// What happens to the position.
    pub effects: Vec<ProductEffect>,
    /// A reason that is asked for.
    pub asked: Option<Asked>,
    /// Where the form goes.
    pub action: String,
    /// What the button says: the act itself.
    pub button: String,
    /// The key that makes sending it twice one act.
    pub key: String,
    /// What was refused.
    pub errors: Errors,
}

/// The page.
pub fn page(frame: &Frame, view: &ConfirmationPage) -> Markup {
    let heading = Heading {
        above: Some(view.above.clone()),
        words: &view.question,
        lede: Some(html! { (view.sentence) }),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if !view.consequences.is_empty() {
            h2 { "What will happen" }
            ul { @for consequence in &view.consequences { li { (consequence) } } }
        }
        @if !view.stays.is_empty() {
            h2 { "What stays" }
            ul { @for stays in &view.stays { li { (stays) } } }
        }
        @for (place, product) in view.effects.iter().enumerate() {
            h3 { a href=(product.product.address) { (product.product.words) } }
            (effect::table(&format!("effect-{place}"), &product.product.words, &product.effect))
        }
        form.long method="post" action=(view.action) novalidate {
            (hidden("key", &view.key))
            @if let Some(asked) = &view.asked {
                (Field { name: &asked.name, label: &asked.label, hint: &asked.hint, value: &asked.value, errors: &view.errors }.lines(3))
            }
            div.buttons {
                button.danger type="submit" { (view.button) }
                a href=(view.above.address) { "Leave it as it is" }
            }
        }
    };
    let title = view.question.trim_end_matches('?');
    whole_page(frame, Head { title, place: view.place, errors: view.errors.any() }, &main)
}
