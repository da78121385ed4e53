//! Signing in, and setting a password by a one-time link.
//!
//! Pasting and password managers work in every field, and no password is ever sent back.

use maud::{Markup, html};

use crate::design::forms::{Errors, Field, Input, hidden};
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, page as whole_page};

/// Signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInPage {
    /// The name as typed.
    pub login: String,
    /// Where to go afterwards; a path of this program, or empty.
    pub then: String,
    /// Why somebody has to sign in here: after signing out, or when a session ended; may be empty.
    pub why: String,
    /// What has to change.
    pub errors: Errors,
}

/// The page.
pub fn page(frame: &Frame, view: &SignInPage) -> Markup {
    let errors = &view.errors;
    let heading = Heading { words: "Sign in", lede: Some(html! { (frame.organisation) }), ..Heading::default() };
    let main = html! {
        div.door {
            (errors.summary())
            (heading.render())
            @if !view.why.is_empty() { p role="status" { (view.why) } }
            form method="post" action=(addresses::SIGN_IN) novalidate {
                (hidden("then", &view.then))
                (Field { name: "login", label: "Name", hint: "Usually your e-mail address.", value: &view.login, errors }
                    .line(Input::Text, "username"))
                (Field { name: "password", label: "Password", hint: "", value: "", errors }.password("current-password"))
                div.buttons { button type="submit" { "Sign in" } }
            }
            p.hint { "No password yet, or lost it? An administrator can give you a one-time link." }
        }
    };
    whole_page(frame, Head { title: "Sign in", place: Place::Outside, errors: errors.any() }, &main)
}

/// Setting a password by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpPage {
    /// The one-time token of the link.
    pub token: String,
    /// Whose account it is.
    pub person: String,
    /// The name to sign in with, which password managers keep.
    pub login: String,
    /// The fewest characters of a password.
    pub characters_min: usize,
    /// What has to change.
    pub errors: Errors,
}

/// The page behind a one-time link. Opening it changes nothing; only its buttons use the link up.
pub fn set_up_page(frame: &Frame, view: &SetUpPage) -> Markup {
    let errors = &view.errors;
    let hint = format!("At least {} characters. A few words are easier to remember than signs.", view.characters_min);
    let heading = Heading {
        words: "Set your password",
        lede: Some(html! { "Welcome, " (view.person) ". This link works once." }),
        ..Heading::default()
    };
    let action = addresses::set_up(&view.token);
    let main = html! {
        div.door {
            (errors.summary())
            (heading.render())
            form method="post" action=(action) novalidate {
                (Field { name: "login", label: "Name to sign in with", hint: "", value: &view.login, errors: &Errors::default() }
                    .fixed("username"))
                (Field { name: "password", label: "Password", hint: &hint, value: "", errors }.password("new-password"))
                div.buttons { button type="submit" { "Set the password and sign in" } }
            }
            form.later method="post" action=(action) {
                p.hint { "Either way the link is used up. Without a password you need another link next time." }
                button.quiet type="submit" name="act" value="sign-in" { "Sign in without a password for now" }
            }
        }
    };
    whole_page(frame, Head { title: "Set your password", place: Place::Outside, errors: errors.any() }, &main)
}
