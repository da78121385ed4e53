//! API tokens: what programs sign in with on somebody's behalf. A token is shown once, when it is made.

use domain::id::TokenId;
use domain::person::Scope;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, page as whole_page};

/// How a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    /// It works.
    Works,
    /// Its time is over.
    Ended,
    /// It was revoked.
    Revoked,
}

/// A token in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its number.
    pub token: TokenId,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// How it stands.
    pub state: TokenState,
}

/// A new token as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenForm {
    /// What it is for.
    pub label: String,
    /// The chosen scopes.
    pub scopes: Vec<String>,
    /// For how many days: `30`, `90`, `365` or empty for no end.
    pub days: String,
    /// What has to change.
    pub errors: Errors,
    /// The key that makes sending it twice one token.
    pub key: String,
}

/// The tokens of the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokensPage {
    /// A token that was just made, shown this once, with a command that uses it.
    pub made: Option<(String, String)>,
    /// The tokens.
    pub rows: Vec<TokenRow>,
    /// The form for a new one.
    pub form: TokenForm,
}

/// The page.
pub fn page(frame: &Frame, view: &TokensPage) -> Markup {
    let heading = Heading {
        words: "API tokens",
        lede: Some(html! { "A token does what you may do, within its scopes. No token can decide on a request." }),
        ..Heading::default()
    };
    let main = html! {
        (view.form.errors.summary())
        (heading.render())
        @if let Some((token, command)) = &view.made {
            section.call aria-labelledby="made-title" {
                h2 #made-title { "Your new token" }
                p { "Copy it now: it is shown this once and kept nowhere." }
                p { code.copyable { (token) } }
                p { "Try it: " code.copyable { (command) } }
            }
        }
        @if view.rows.is_empty() {
            (tables::empty("No tokens yet", "Tokens that you make stand here until they are revoked, and after.", None, None))
        } @else { (table(frame, view)) }
        (token_form(&view.form))
    };
    whole_page(frame, Head { title: "API tokens", place: Place::Tokens, errors: view.form.errors.any() }, &main)
}

fn table(frame: &Frame, view: &TokensPage) -> Markup {
    tables::region(
        "tokens",
        &html! { "Your tokens" },
        &html! {
            (tables::heads(&["Number", "For", "Scopes", "Works until", "State", "Act"]))
            tbody { @for row in &view.rows { tr {
                th.id scope="row" { (row.token) }
                td.prose { (row.label) }
                td { (row.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", ")) }
                td.prose { @match row.expires_at { Some(at) => (moments::deadline(at, &frame.zone)), None => "it is revoked" } }
                td { @match row.state {
                    TokenState::Works => (states::mark(Tone::Good, "Works")),
                    TokenState::Ended => (states::mark(Tone::Quiet, "Ended")),
                    TokenState::Revoked => (states::mark(Tone::Bad, "Revoked")),
                } }
                td { @if row.state == TokenState::Works {
                    a.danger href=(addresses::token_revoke(row.token)) { "Revoke" span.aside { " " (row.token) } }
                } }
            } } }
        },
    )
}

fn token_form(form: &TokenForm) -> Markup {
    let errors = &form.errors;
    let scopes: Vec<Choice> = Scope::ALL
        .into_iter()
        .map(|scope| {
            let meaning = match scope {
                Scope::Read => "Reads everything that you may read.",
                Scope::Check => "Asks whether something may be done.",
                Scope::Report => "Imports inventory.",
                Scope::Write => "Does what you may do, decisions apart.",
                Scope::Calendar => "Shows renewals to a calendar program, by an address that holds the token.",
            };
            Choice::explained(scope.name(), scope.name(), meaning)
        })
        .collect();
    let ends = [
        Choice::plain("30", "30 days"),
        Choice::plain("90", "90 days"),
        Choice::plain("365", "365 days"),
        Choice::plain("", "Until it is revoked"),
    ];
    html! {
        section aria-labelledby="new-title" {
            h2 #new-title { "New token" }
            form.long method="post" action=(addresses::TOKENS) novalidate {
                (hidden("key", &form.key))
                (Field { name: "label", label: "What it is for", hint: "Such as the program that uses it.", value: &form.label, errors }
                    .line(Input::Text, "off"))
                (Field { name: "scopes", label: "Scopes", hint: "", value: "", errors }.boxes(&scopes, &form.scopes))
                (Field { name: "days", label: "Works for", hint: "", value: &form.days, errors }.choice(&ends))
                div.buttons { button type="submit" { "Make the token" } }
            }
        }
    }
}
