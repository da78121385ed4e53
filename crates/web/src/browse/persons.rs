//! Persons: the list, one with their roles and ways in, and what an administrator does to them.
//!
//! A one-time link is shown in the answer to the form that made it and nowhere else, since only its digest is kept.

use std::collections::BTreeSet;

use app::{Failure, Receipt};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Refusal;
use domain::command::Intent;
use domain::event::Event;
use domain::id::{AccountId, PersonId};
use domain::person::{Person, Role};
use domain::product::folded;
use domain::text::Text;

use crate::browse::form::{Form, error, refused};
use crate::browse::products::count;
use crate::browse::visitor::{Visitor, done};
use crate::browse::{base, history};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, Asked, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Notice, Place};
use crate::pages::persons::{self, PersonForm, PersonPage, PersonRow, PersonsPage, SignInState};
use crate::problem::Problem;

/// Entries of a history on a page of something else.
const HISTORY_SHOWN: usize = 8;

/// How somebody can sign in: by the best of their accounts.
fn sign_in_state(visitor: &Visitor, person: PersonId) -> SignInState {
    let accounts = || visitor.state().accounts.values().filter(|account| account.person == person);
    if accounts().any(|account| account.verifier.as_ref().is_some_and(|verifier| verifier.open().is_some())) {
        return SignInState::Password;
    }
    let open = accounts().filter_map(|account| account.link).map(|link| link.expires_at).max();
    match open.filter(|end| visitor.now < *end) {
        Some(end) => SignInState::LinkOpen(end),
        None if accounts().any(|account| account.link_given.is_some()) => SignInState::LinkEnded,
        None => SignInState::NoAccount,
    }
}

fn row(visitor: &Visitor, person: &Person) -> PersonRow {
    PersonRow {
        person: person.id,
        name: person.name.shown().to_owned(),
        email: person.email.shown().to_owned(),
        roles: person.roles.iter().copied().collect(),
        active: person.active,
        sign_in: if person.erased { SignInState::NoAccount } else { sign_in_state(visitor, person.id) },
    }
}

fn list_view(visitor: &Visitor, form: PersonForm) -> PersonsPage {
    let mut known: Vec<_> = visitor.state().persons.values().collect();
    known.sort_by_key(|person| (person.erased, folded(person.name.shown()), person.id));
    let paging = visitor.paging(known.len());
    PersonsPage {
        paging,
        rows: visitor.part(&known, paging).iter().map(|person| row(visitor, person)).collect(),
        form: visitor.has(&[Role::Administrator]).then(|| PersonForm { key: visitor.key(), ..form }),
        copy: CopyAs {
            command: "indult person list".to_owned(),
            request: "GET /v1/persons".to_owned(),
            csv: None,
            json: Some("/v1/persons".to_owned()),
        },
    }
}

/// The persons.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::PersonKeepers)?;
    let view = list_view(&visitor, PersonForm::default());
    Ok(visitor.page(persons::page(&visitor.frame(), &view)))
}

/// The chosen roles.
fn chosen(form: &Form) -> Result<BTreeSet<Role>, Errors> {
    let unknown = |word: &str| error("roles", format!("There is no role \u{201c}{word}\u{201d}. Choose from these."));
    form.all("roles").iter().map(|word| Role::from_word(word).ok_or_else(|| unknown(word))).collect()
}

/// What a form about a person shows of a refusal. The name to sign in with is the e-mail address here.
fn refused_at(failure: Failure) -> Result<Errors, Problem> {
    let otherwise = if matches!(failure, Failure::Refused(Refusal::LoginTaken { .. })) { "email" } else { "roles" };
    let mut errors = refused(failure, otherwise)?;
    for error in errors.0.iter_mut().filter(|error| error.field == "login") {
        "email".clone_into(&mut error.field);
    }
    Ok(errors)
}

/// Adds a person with an account, and shows the one-time link of it.
pub async fn add(visitor: Visitor, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let again = |errors: Errors| {
        let typed = PersonForm {
            name: form.get("name").to_owned(),
            email: form.get("email").to_owned(),
            roles: form.all("roles"),
            errors,
            key: String::new(),
        };
        visitor.page_with_errors(persons::page(&visitor.frame(), &list_view(&visitor, typed)))
    };
    let roles = match chosen(&form) {
        Ok(roles) => roles,
        Err(errors) => return Ok(again(errors)),
    };
    let email = Text::from(form.get("email"));
    let intent = Intent::AddPerson { name: form.get("name").into(), login: Some(email.clone()), email, roles };
    let receipt = match visitor.carry("persons", &form, intent).await {
        Ok(receipt) => receipt,
        Err(failure) => return Ok(again(refused_at(failure)?)),
    };
    let (person, account) = opened(&receipt).ok_or_else(|| Problem::internal("adding a person opened no account"))?;
    with_link(visitor, &headers, &form, (person, account), "was added").await
}

/// The account that was opened.
fn opened(receipt: &Receipt) -> Option<(PersonId, AccountId)> {
    receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::AccountOpened { account, person, .. } => Some((person, account)),
        _ => None,
    })
}

/// Makes a one-time link and answers with the person's page that shows it, this once.
async fn with_link(
    mut visitor: Visitor,
    headers: &HeaderMap,
    form: &Form,
    (person, account): (PersonId, AccountId),
    what: &str,
) -> Result<Response, Problem> {
    let repetition = visitor.repetition(&format!("persons/{person}/{account}/link"), form);
    let (secret, receipt) = visitor.app.issue_link_once(visitor.caller.actor, account, repetition).await?;
    visitor.snapshot = receipt.snapshot.clone();
    let until = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::SetUpLinkIssued { link, .. } => Some(link.expires_at),
        _ => None,
    });
    let mut view = person_view(&visitor, person, Errors::default())?;
    let name = view.row.name.clone();
    let sentence = if secret.is_some() {
        format!("{name} {what}. The link below is shown this once.")
    } else {
        format!("{name} {what} already, and the link was shown then. Make a new one where nobody kept it.")
    };
    let full = |secret: app::identities::Secret| {
        format!("{}{}", base::address(&visitor, headers), addresses::set_up(&secret.0))
    };
    view.link = secret.map(full).zip(until);
    let mut frame = visitor.frame();
    frame.notice = Some(Notice { sentence, link: None });
    Ok(visitor.page(persons::person_page(&frame, &view)))
}

fn find(visitor: &Visitor, number: PersonId) -> Result<&Person, Problem> {
    visitor.state().persons.get(&number).map(AsRef::as_ref).ok_or_else(|| Problem::none("person", number))
}

/// How many texts the entries about somebody commit to.
fn texts(visitor: &Visitor, person: &Person) -> Result<u64, Problem> {
    let mut texts = 0;
    for entry in &person.entries {
        texts += visitor.app.ledger().sides(*entry).map_err(Failure::from)?.len();
    }
    Ok(count(texts))
}

fn person_view(visitor: &Visitor, number: PersonId, errors: Errors) -> Result<PersonPage, Problem> {
    let person = find(visitor, number)?;
    let why_not_roles = if number == visitor.person() { Refusal::OwnRoles.to_string() } else { String::new() };
    let seqs = visitor.snapshot.objects.of_stream(&format!("person/{number}"));
    Ok(PersonPage {
        row: row(visitor, person),
        link: None,
        roles: person.roles.iter().map(|role| role.name().to_owned()).collect(),
        errors,
        may_change: visitor.has(&[Role::Administrator]) && !person.erased,
        why_not_roles,
        texts: texts(visitor, person)?,
        history: history::latest(visitor, &seqs, HISTORY_SHOWN)?,
        key: visitor.key(),
    })
}

/// A person.
pub async fn show(visitor: Visitor, At(number): At<PersonId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::PersonKeepers)?;
    let view = person_view(&visitor, number, Errors::default())?;
    Ok(visitor.page(persons::person_page(&visitor.frame(), &view)))
}

/// Sets somebody's roles.
pub async fn set_roles(visitor: Visitor, At(number): At<PersonId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let again = |errors: Errors| -> Result<Response, Problem> {
        let view = PersonPage { roles: form.all("roles"), ..person_view(&visitor, number, errors)? };
        Ok(visitor.page_with_errors(persons::person_page(&visitor.frame(), &view)))
    };
    let roles = match chosen(&form) {
        Ok(roles) => roles,
        Err(errors) => return again(errors),
    };
    match visitor.carry(&format!("persons/{number}/roles"), &form, Intent::SetRoles { person: number, roles }).await {
        Ok(_) => Ok(done(&addresses::person(number), format!("The roles of {} are set.", visitor.name(number)), None)),
        // Their own page has no field for their own roles, and what is not there cannot carry an error.
        Err(failure @ Failure::Refused(Refusal::OwnRoles | Refusal::NotFound { .. })) => Err(failure.into()),
        Err(failure) => again(refused_at(failure)?),
    }
}

/// Makes a new one-time link; who has no account yet gets one under their e-mail address.
pub async fn link(
    visitor: Visitor,
    headers: HeaderMap,
    At(number): At<PersonId>,
    form: Form,
) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let person = find(&visitor, number)?;
    let known = visitor.state().accounts.values().find(|account| account.person == number).map(|account| account.id);
    let account = if let Some(account) = known {
        account
    } else {
        let intent = Intent::OpenAccount { person: number, login: person.email.clone() };
        let receipt = visitor.carry(&format!("persons/{number}/account"), &form, intent).await?;
        opened(&receipt).map(|(_, account)| account).ok_or_else(|| Problem::internal("no account was opened"))?
    };
    with_link(visitor, &headers, &form, (number, account), "has a new link").await
}

/// What an act that is asked about does to somebody.
struct Question<'a> {
    /// The last part of its address.
    act: &'a str,
    /// What is done, as a verb.
    verb: &'a str,
    consequences: Vec<String>,
    stays: Vec<String>,
    asked: Option<Asked>,
}

fn confirmation(
    visitor: &Visitor,
    number: PersonId,
    question: Question<'_>,
    errors: Errors,
) -> Result<ConfirmationPage, Problem> {
    let person = find(visitor, number)?;
    let roles: Vec<&str> = person.roles.iter().map(|role| role.title()).collect();
    let roles = if roles.is_empty() { "without a role".to_owned() } else { roles.join(", ") };
    Ok(ConfirmationPage {
        place: Place::Persons,
        above: Link::new(addresses::person(number), visitor.name(number)),
        question: format!("{} {}?", question.verb, visitor.name(number)),
        sentence: format!("{number}, {roles}."),
        consequences: question.consequences,
        stays: question.stays,
        effects: Vec::new(),
        asked: question.asked,
        action: addresses::person_act(number, question.act),
        button: format!("{} {number}", question.verb),
        key: visitor.key(),
        errors,
    })
}

fn deactivation_view(visitor: &Visitor, number: PersonId, errors: Errors) -> Result<ConfirmationPage, Problem> {
    let mut consequences = vec![
        "They are signed out everywhere and cannot sign in any more.".to_owned(),
        "Their tokens are revoked for good, and a link that is still open stops working.".to_owned(),
        "Requests that wait for them alone wait until somebody else has their role.".to_owned(),
    ];
    if number == visitor.person() {
        consequences.insert(0, "This is you: you are signed out at once.".to_owned());
    }
    let question = Question {
        act: "deactivation",
        verb: "Deactivate",
        consequences,
        stays: vec![
            "Everything they did stays as it is, under their name.".to_owned(),
            "An administrator can reactivate them; their roles and their password are kept.".to_owned(),
        ],
        asked: None,
    };
    confirmation(visitor, number, question, errors)
}

/// Asks before deactivating somebody.
pub async fn confirm_deactivation(visitor: Visitor, At(number): At<PersonId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let view = deactivation_view(&visitor, number, Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Stops somebody from acting.
pub async fn deactivate(visitor: Visitor, At(number): At<PersonId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let intent = Intent::DeactivatePerson { person: number };
    match visitor.carry(&format!("persons/{number}/deactivation"), &form, intent).await {
        Ok(_) => Ok(done(&addresses::person(number), format!("{} is deactivated.", visitor.name(number)), None)),
        Err(failure) => {
            let view = deactivation_view(&visitor, number, refused(failure, "act")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}

/// Lets somebody act again.
pub async fn reactivate(visitor: Visitor, At(number): At<PersonId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let intent = Intent::ReactivatePerson { person: number };
    visitor.carry(&format!("persons/{number}/reactivation"), &form, intent).await?;
    let sentence = format!("{} is active again. Tokens and links of before do not come back.", visitor.name(number));
    Ok(done(&addresses::person(number), sentence, None))
}

fn erasure_view(
    visitor: &Visitor,
    number: PersonId,
    legal_basis: &str,
    errors: Errors,
) -> Result<ConfirmationPage, Problem> {
    let texts = texts(visitor, find(visitor, number)?)?;
    let question = Question {
        act: "erasure",
        verb: "Erase what is known about",
        consequences: vec![
            format!(
                "Name, e-mail address, names to sign in with, password and labels of tokens are deleted: {texts} texts \
                 that nobody can bring back."
            ),
            format!("{number} is signed out everywhere and never acts again; to come back they are added anew."),
        ],
        stays: vec![
            "Every entry stays with its commitments, and the ledger still verifies.".to_owned(),
            format!("What they did stays, under {number}. What they wrote on requests is part of those and stays."),
        ],
        asked: Some(Asked {
            name: "legal_basis".to_owned(),
            label: "Legal basis".to_owned(),
            hint: "Such as Article 17(1)(a) GDPR. It stands on the ledger for good, so write no name into it."
                .to_owned(),
            value: legal_basis.to_owned(),
        }),
    };
    confirmation(visitor, number, question, errors)
}

/// Asks before erasing what is known about somebody.
pub async fn confirm_erasure(visitor: Visitor, At(number): At<PersonId>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let view = erasure_view(&visitor, number, "", Errors::default())?;
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Erases what is known about somebody.
pub async fn erase(visitor: Visitor, At(number): At<PersonId>, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let legal_basis = form.get("legal_basis").to_owned();
    let intent = Intent::ErasePerson { person: number, legal_basis: legal_basis.clone() };
    match visitor.carry(&format!("persons/{number}/erasure"), &form, intent).await {
        Ok(_) => Ok(done(&addresses::person(number), format!("What was known about {number} is erased."), None)),
        Err(failure) => {
            let view = erasure_view(&visitor, number, &legal_basis, refused(failure, "legal_basis")?)?;
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
