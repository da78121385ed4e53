//! Persons and their roles, for administrators.

use domain::id::PersonId;
use domain::person::Role;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::design::forms::{Choice, Errors, Field, Input, hidden};
use crate::design::moments;
use crate::design::numbers::{self, NONE, count};
use crate::design::states::{self, Tone};
use crate::design::tables::{self, Paging};
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Frame, Head, Heading, Link, Place, copy_as, facts, page as whole_page};
use crate::pages::product::{Happened, happenings};

/// How somebody can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInState {
    /// They have no account.
    NoAccount,
    /// They have a password.
    Password,
    /// A link was given and not used yet.
    LinkOpen(Timestamp),
    /// The link ended before it was used.
    LinkEnded,
}

/// A person in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their number.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Whether they may act.
    pub active: bool,
    /// How they can sign in.
    pub sign_in: SignInState,
}

fn role_words(roles: &[Role]) -> String {
    if roles.is_empty() {
        return NONE.to_owned();
    }
    roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ")
}

fn activity(active: bool) -> Markup {
    if active { states::mark(Tone::Good, "Active") } else { states::mark(Tone::Quiet, "Deactivated") }
}

fn sign_in(state: SignInState) -> Markup {
    html! {
        @match state {
            SignInState::NoAccount => { span.none { "cannot sign in" } }
            SignInState::Password => { "password" }
            SignInState::LinkOpen(until) => { "link, until " (moments::instant(until)) }
            SignInState::LinkEnded => { "link has ended" }
        }
    }
}

/// What each role is for, in its order.
pub fn role_choices() -> Vec<Choice> {
    Role::ALL
        .into_iter()
        .map(|role| {
            let meaning = match role {
                Role::Requester => "Asks for exceptions.",
                Role::Approver => "Decides on requests for the business.",
                Role::SamManager => "Keeps inventory, products and entitlements.",
                Role::Procurement => "Buys, and keeps agreements and entitlements.",
                Role::Finance => "Decides on requests for their money side.",
                Role::Legal => "Decides on requests for their terms, and publishes policies.",
                Role::Auditor => "Reads everything and changes nothing; never together with administrator.",
                Role::Administrator => "Keeps persons, accounts and roles; never together with auditor.",
            };
            Choice::explained(role.name(), role.title(), meaning)
        })
        .collect()
}

/// A new person as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonForm {
    /// Their name.
    pub name: String,
    /// Their e-mail address, which is also the name to sign in with.
    pub email: String,
    /// The chosen roles.
    pub roles: Vec<String>,
    /// What has to change.
    pub errors: Errors,
    /// The key that makes sending it twice one person.
    pub key: String,
}

/// The persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonsPage {
    /// Which part is shown.
    pub paging: Paging,
    /// That part, in order of name.
    pub rows: Vec<PersonRow>,
    /// The form for a new one; absent for those who only read.
    pub form: Option<PersonForm>,
    /// The same elsewhere.
    pub copy: CopyAs,
}

/// The list.
pub fn page(frame: &Frame, view: &PersonsPage) -> Markup {
    let title = format!("Persons and roles{}", view.paging.title_suffix());
    let has_errors = view.form.as_ref().is_some_and(|form| form.errors.any());
    let heading = Heading {
        words: "Persons and roles",
        lede: Some(html! { "Who may do what. Separation of duties counts persons, whatever accounts they hold." }),
        ..Heading::default()
    };
    let caption = html! { (view.paging.words()) " " (if view.paging.total == 1 { "person" } else { "persons" }) };
    let main = html! {
        @if let Some(form) = &view.form { (form.errors.summary()) }
        (heading.render())
        (tables::region("persons", &caption, &html! {
            (tables::heads(&["Name", "Number", "E-mail", "Roles", "Signs in with", "State"]))
            tbody { @for row in &view.rows { tr {
                th scope="row" { a href=(addresses::person(row.person)) { (row.name) } }
                td { (row.person) } td { (row.email) } td.prose { (role_words(&row.roles)) }
                td.prose { (sign_in(row.sign_in)) } td { (activity(row.active)) }
            } } }
        }))
        (tables::pages(view.paging, |number| addresses::with_query(addresses::PERSONS, &[("page", &number.to_string())])))
        @if let Some(form) = &view.form { (person_form(form)) }
        (copy_as(&view.copy))
    };
    whole_page(frame, Head { title: &title, place: Place::Persons, errors: has_errors }, &main)
}

fn person_form(form: &PersonForm) -> Markup {
    let errors = &form.errors;
    html! {
        section aria-labelledby="new-title" {
            h2 #new-title { "Add a person" }
            form.long method="post" action=(addresses::PERSONS) novalidate {
                (hidden("key", &form.key))
                (Field { name: "name", label: "Name", hint: "", value: &form.name, errors }.line(Input::Text, "off"))
                (Field { name: "email", label: "E-mail address", hint: "Also the name to sign in with.", value: &form.email, errors }
                    .line(Input::Email, "off"))
                (Field { name: "roles", label: "Roles", hint: "", value: "", errors }.boxes(&role_choices(), &form.roles))
                div.buttons { button type="submit" { "Add and make a sign-in link" } }
            }
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPage {
    /// As in the list.
    pub row: PersonRow,
    /// A one-time link that was just made, shown this once, and until when it works.
    pub link: Option<(String, Timestamp)>,
    /// The roles as chosen.
    pub roles: Vec<String>,
    /// What has to change.
    pub errors: Errors,
    /// Whether the viewer may change it.
    pub may_change: bool,
    /// Why roles cannot be changed, where they cannot.
    pub why_not_roles: String,
    /// Texts about them that the ledger commits to.
    pub texts: u64,
    /// The latest entries about them.
    pub history: Vec<Happened>,
    /// The key that makes sending it twice one act.
    pub key: String,
}

/// The page of a person.
pub fn person_page(frame: &Frame, view: &PersonPage) -> Markup {
    let row = &view.row;
    let title = format!("{} ({})", row.name, row.person);
    let heading = Heading {
        above: Some(Link::new(addresses::PERSONS, "Persons and roles")),
        words: &row.name,
        marks: Some(activity(row.active)),
        ..Heading::default()
    };
    let main = html! {
        (view.errors.summary())
        (heading.render())
        @if let Some((link, until)) = &view.link { (one_time_link(frame, &row.name, link, *until)) }
        (facts(&[
            ("Number", html! { (row.person) }),
            ("E-mail", html! { (row.email) }),
            ("Signs in with", sign_in(row.sign_in)),
            ("Roles", html! { (role_words(&row.roles)) }),
        ]))
        @if view.may_change { (changes(view)) }
        h2 { "History" }
        (happenings(&view.history))
        p { a href=(addresses::history(&format!("person/{}", row.person))) { "Every entry about " (row.person) } }
    };
    whole_page(frame, Head { title: &title, place: Place::Persons, errors: view.errors.any() }, &main)
}

fn one_time_link(frame: &Frame, name: &str, link: &str, until: Timestamp) -> Markup {
    html! {
        section.call aria-labelledby="link-title" {
            h2 #link-title { "One-time link for " (name) }
            p { "Give it to them and nobody else: whoever opens it can sign in as them. It is shown this once and works until "
                (moments::deadline(until, &frame.zone)) "." }
            p { code.copyable { (link) } }
        }
    }
}

fn changes(view: &PersonPage) -> Markup {
    let person = view.row.person;
    html! {
        section aria-labelledby="roles-title" {
            h2 #roles-title { "Roles" }
            @if view.why_not_roles.is_empty() {
                form.long method="post" action=(addresses::person_act(person, "roles")) novalidate {
                    (hidden("key", &view.key))
                    (Field { name: "roles", label: "May do", hint: "", value: "", errors: &view.errors }.boxes(&role_choices(), &view.roles))
                    div.buttons { button type="submit" { "Set roles" } }
                }
            } @else { p { (view.why_not_roles) } }
        }
        section aria-labelledby="access-title" {
            h2 #access-title { "Access" }
            div.buttons {
                @if view.row.active {
                    form method="post" action=(addresses::person_act(person, "link")) {
                        (hidden("key", &view.key))
                        button.second type="submit" { "Make a new one-time link" }
                    }
                    a.button.second.danger href=(addresses::person_act(person, "deactivation")) { "Deactivate" }
                } @else {
                    form method="post" action=(addresses::person_act(person, "reactivation")) {
                        (hidden("key", &view.key))
                        button.second type="submit" { "Reactivate" }
                    }
                }
            }
            @if view.texts > 0 {
                p.hint { "The ledger commits to " (numbers::counted(view.texts, "text", "texts")) " about them. "
                    a.danger href=(addresses::person_act(person, "erasure")) { "Erase what is known about " (person) }
                    ", and " (count(view.texts)) " commitments stay without their texts."
                }
            }
        }
    }
}
