//! The one who is signed in: roles, password, browsers that are signed in, and who decides in their place.

use domain::digest::Digest;
use domain::id::{DelegationId, PersonId};
use domain::person::Role;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, act, hidden};
use crate::design::moments;
use crate::design::states::{self, Tone};
use crate::design::tables;
use crate::pages::addresses;
use crate::pages::layout::{Frame, Head, Heading, Place, facts, page as whole_page};

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Digest of its secret.
    pub digest: Digest,
    /// When it signed in.
    pub opened_at: Timestamp,
    /// When it is signed out by itself.
    pub expires_at: Timestamp,
    /// Whether it is this one.
    pub here: bool,
}

/// A delegation from or to the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationRow {
    /// Its number.
    pub delegation: DelegationId,
    /// In words: `Tunde Okoro decides for you`.
    pub words: String,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive.
    pub ends_on: Date,
    /// Whether it holds today.
    pub holds: bool,
    /// Whether the viewer can end it.
    pub may_end: bool,
}

/// A new delegation as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationForm {
    /// Whom it can be given to.
    pub persons: Vec<Choice>,
    /// To whom.
    pub to: String,
    /// First day.
    pub starts_on: String,
    /// Last day.
    pub ends_on: String,
    /// The key that makes sending it twice one delegation.
    pub key: String,
}

/// The viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YouPage {
    /// Their number.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The name to sign in with.
    pub login: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Whether they have a password already.
    pub has_password: bool,
    /// The fewest characters of a password.
    pub characters_min: usize,
    /// Browsers.
    pub sessions: Vec<SessionRow>,
    /// Delegations.
    pub delegations: Vec<DelegationRow>,
    /// The form for a new one.
    pub delegation: DelegationForm,
    /// What has to change in either form.
    pub errors: Errors,
}

/// The page.
pub fn page(frame: &Frame, view: &YouPage) -> Markup {
    let heading = Heading { words: &view.name, ..Heading::default() };
    let roles = view.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
    let main = html! {
        (view.errors.summary())
        (heading.render())
        (facts(&[
            ("Number", html! { (view.person) }),
            ("E-mail", html! { (view.email) }),
            ("Signs in as", html! { (view.login) }),
            ("Roles", html! { @if roles.is_empty() { "none; an administrator gives them" } @else { (roles) } }),
        ]))
        (delegations(view))
        (password(view))
        (sessions(view))
    };
    whole_page(frame, Head { title: "You", place: Place::You, errors: view.errors.any() }, &main)
}

fn delegations(view: &YouPage) -> Markup {
    let errors = &view.errors;
    let form = &view.delegation;
    html! {
        section aria-labelledby="delegations-title" {
            h2 #delegations-title { "Who decides in your place" }
            @if view.delegations.is_empty() { p { "Nobody decides for you, and you decide for nobody." } }
            @else {
                (tables::region("delegations", &html! { "Delegations from and to you" }, &html! {
                    (tables::heads(&["Number", "Delegation", "From", "To the end of", "State", "Act"]))
                    tbody { @for row in &view.delegations { tr {
                        th.id scope="row" { (row.delegation) }
                        td.prose { (row.words) }
                        td { (moments::weekday(row.starts_on)) }
                        td { (moments::weekday(row.ends_on)) }
                        td { (if row.holds { states::mark(Tone::Good, "Holds") } else { states::mark(Tone::Quiet, "Does not hold") }) }
                        td { @if row.may_end { (act(&addresses::delegation_end(row.delegation), "End", true, &[])) } }
                    } } }
                }))
            }
            details open[errors.of("to").is_some() || errors.of("starts_on").is_some() || errors.of("ends_on").is_some()] {
                summary { "Let somebody decide in your place" }
                form.long method="post" action=(addresses::DELEGATIONS) novalidate {
                    (hidden("key", &form.key))
                    (Field { name: "to", label: "Who", hint: "Everything they decide for you says so. They cannot pass it on.", value: &form.to, errors }
                        .choice(&form.persons))
                    (Field { name: "starts_on", label: "From", hint: "", value: &form.starts_on, errors }.line(Input::Day, "off"))
                    (Field { name: "ends_on", label: "To the end of", hint: "", value: &form.ends_on, errors }.line(Input::Day, "off"))
                    div.buttons { button type="submit" { "Delegate" } }
                }
            }
        }
    }
}

fn password(view: &YouPage) -> Markup {
    let errors = &view.errors;
    let hint = format!("At least {} characters.", view.characters_min);
    html! {
        section aria-labelledby="password-title" {
            h2 #password-title { (if view.has_password { "Change your password" } else { "Set a password" }) }
            form.long method="post" action=(addresses::PASSWORD) novalidate {
                (Field { name: "login", label: "Signs in as", hint: "", value: &view.login, errors: &Errors::default() }.fixed("username"))
                @if view.has_password {
                    (Field { name: "current", label: "Present password", hint: "", value: "", errors }.password("current-password"))
                }
                (Field { name: "password", label: "New password", hint: &hint, value: "", errors }.password("new-password"))
                div.buttons { button.second type="submit" { "Set the password" } }
            }
        }
    }
}

fn sessions(view: &YouPage) -> Markup {
    html! {
        section aria-labelledby="sessions-title" {
            h2 #sessions-title { "Browsers that are signed in" }
            (tables::region("sessions", &html! { "Your sessions" }, &html! {
                (tables::heads(&["Signed in", "Until", "Which", "Act"]))
                tbody { @for row in &view.sessions { tr {
                    th scope="row" { (moments::instant(row.opened_at)) }
                    td { (moments::instant(row.expires_at)) }
                    td { (if row.here { "this one" } else { "another" }) }
                    td { @if !row.here { (act(&addresses::session_end(row.digest), "Sign out", true, &[])) } }
                } } }
            }))
        }
    }
}
