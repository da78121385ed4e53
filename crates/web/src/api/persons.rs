//! Persons, their roles and their accounts.

use std::collections::BTreeSet;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::State;
use domain::command::Intent;
use domain::event::Event;
use domain::id::{AccountId, PersonId};
use domain::person::{Person, Role};
use domain::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{self, AccountNumber, InstantText, PersonNumber, RoleWord};
use crate::Site;
use crate::caller::Readers;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, kept_by_nobody};
use crate::writing::{Act, Written, with_receipt};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, add))
        .routes(routes!(show))
        .routes(routes!(set_roles))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
        .routes(routes!(erase))
        .routes(routes!(open_account))
        .routes(routes!(issue_link))
}

/// A person of the organisation.
#[derive(Debug, Serialize, ToSchema)]
struct PersonObject {
    /// Number.
    #[schema(value_type = PersonNumber)]
    id: PersonId,
    /// Name as shown.
    name: String,
    /// What they may do.
    #[schema(value_type = Vec<RoleWord>)]
    roles: Vec<Role>,
    /// Whether they may act at all.
    active: bool,
    /// Whether what the ledger committed to about them was erased.
    erased: bool,
    /// E-mail address; for administrators, auditors and the person only.
    email: Option<String>,
    /// Their accounts; for administrators, auditors and the person only.
    accounts: Option<Vec<AccountObject>>,
}

/// A way to sign in.
#[derive(Debug, Serialize, ToSchema)]
struct AccountObject {
    /// Number.
    #[schema(value_type = AccountNumber)]
    id: AccountId,
    /// What is typed at sign-in.
    login: String,
    /// Whether a password was set.
    has_password: bool,
    /// Until when the last one-time link works, where it was not used.
    #[schema(value_type = Option<InstantText>)]
    link_until: Option<Timestamp>,
}

fn object(state: &State, person: &Person, in_full: bool, now: Timestamp) -> PersonObject {
    let accounts = || {
        let own = state.accounts.values().filter(|account| account.person == person.id);
        own.map(|account| AccountObject {
            id: account.id,
            login: account.login.shown().to_owned(),
            has_password: account.verifier.is_some(),
            link_until: account.link.map(|link| link.expires_at).filter(|end| now < *end),
        })
        .collect()
    };
    PersonObject {
        id: person.id,
        name: person.name.open().map_or_else(|| person.id.to_string(), str::to_owned),
        roles: person.roles.iter().copied().collect(),
        active: person.active,
        erased: person.erased,
        email: in_full.then(|| person.email.shown().to_owned()),
        accounts: in_full.then(accounts),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words in the name.
    q: Option<String>,
    /// Only those who hold this role.
    #[param(value_type = Option<RoleWord>)]
    role: Option<Role>,
    /// Only those who may act, or only those who may not.
    active: Option<bool>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The persons of the organisation.
#[utoipa::path(get, path = "/v1/persons", tag = "persons", params(ListQuery),
    responses((status = 200, body = Page<PersonObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let state = &reading.snapshot.state;
    let words = query.q.as_deref().map(domain::product::folded).unwrap_or_default();
    let fitting: Vec<&Person> = state
        .persons
        .values()
        .map(AsRef::as_ref)
        .filter(|person| query.role.is_none_or(|role| person.roles.contains(&role)))
        .filter(|person| query.active.is_none_or(|active| person.active == active))
        .filter(|person| domain::product::folded(person.name.open().unwrap_or_default()).contains(&words))
        .collect();
    let keeper = reading.caller.is_among(Readers::PersonKeepers, state);
    // Whether a link still works changes with the instant, not only with the ledger.
    Ok(kept_by_nobody(reading.page(&fitting, &paging, |person| {
        object(state, person, keeper || person.id == reading.caller.person, reading.now)
    })))
}

/// One person.
#[utoipa::path(get, path = "/v1/persons/{person}", tag = "persons", params(("person" = PersonNumber, Path)),
    responses((status = 200, body = PersonObject)))]
async fn show(reading: Reading, At(person): At<PersonId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    let state = &reading.snapshot.state;
    let known = state.persons.get(&person).ok_or_else(|| Problem::none("person", person))?;
    let in_full = person == reading.caller.person || reading.caller.is_among(Readers::PersonKeepers, state);
    Ok(reading.fresh(object(state, known, in_full, reading.now)))
}

/// A person to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    /// Name as shown.
    name: String,
    /// E-mail address.
    email: String,
    /// What they may do.
    #[serde(default, deserialize_with = "values::roles")]
    #[schema(value_type = Vec<RoleWord>)]
    roles: BTreeSet<Role>,
    /// The name to sign in with, where they get an account at once.
    login: Option<String>,
}

/// Add a person.
#[utoipa::path(post, path = "/v1/persons", tag = "persons", request_body = NewPerson,
    responses((status = 201, body = Written)))]
async fn add(act: Act<NewPerson>) -> Result<Response, Problem> {
    let (act, NewPerson { name, email, roles, login }) = act.take();
    let login = login.map(Text::from);
    act.carry(Intent::AddPerson { name: Text::from(name), email: Text::from(email), roles, login }).await
}

/// Roles to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoles {
    /// All the roles that the person holds from now on.
    #[serde(deserialize_with = "values::roles")]
    #[schema(value_type = Vec<RoleWord>)]
    roles: BTreeSet<Role>,
}

/// Set a person's roles.
#[utoipa::path(post, path = "/v1/persons/{person}/roles", tag = "persons", params(("person" = PersonNumber, Path)),
    request_body = NewRoles, responses((status = 200, body = Written)))]
async fn set_roles(At(person): At<PersonId>, act: Act<NewRoles>) -> Result<Response, Problem> {
    let (act, NewRoles { roles }) = act.take();
    act.carry(Intent::SetRoles { person, roles }).await
}

/// Stop a person from acting. Their sessions and tokens end at once.
#[utoipa::path(post, path = "/v1/persons/{person}/deactivations", tag = "persons",
    params(("person" = PersonNumber, Path)), responses((status = 200, body = Written)))]
async fn deactivate(At(person): At<PersonId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::DeactivatePerson { person }).await
}

/// Let a person act again.
#[utoipa::path(post, path = "/v1/persons/{person}/reactivations", tag = "persons",
    params(("person" = PersonNumber, Path)), responses((status = 200, body = Written)))]
async fn reactivate(At(person): At<PersonId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::ReactivatePerson { person }).await
}

/// Why somebody's data are erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Erasure {
    /// The legal basis, as it will stand on the ledger.
    #[schema(example = "Article 17(1)(a) GDPR")]
    legal_basis: String,
}

/// Erase what the ledger committed to about a person. It cannot be undone.
#[utoipa::path(post, path = "/v1/persons/{person}/erasures", tag = "persons",
    params(("person" = PersonNumber, Path)), request_body = Erasure, responses((status = 200, body = Written)))]
async fn erase(At(person): At<PersonId>, act: Act<Erasure>) -> Result<Response, Problem> {
    let (act, Erasure { legal_basis }) = act.take();
    act.carry_once(Intent::ErasePerson { person, legal_basis }).await
}

/// An account to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// The name to sign in with, usually an e-mail address.
    login: String,
}

/// Give a person another way to sign in.
#[utoipa::path(post, path = "/v1/persons/{person}/accounts", tag = "persons",
    params(("person" = PersonNumber, Path)), request_body = NewAccount, responses((status = 200, body = Written)))]
async fn open_account(At(person): At<PersonId>, act: Act<NewAccount>) -> Result<Response, Problem> {
    let (act, NewAccount { login }) = act.take();
    act.carry(Intent::OpenAccount { person, login: Text::from(login) }).await
}

/// A one-time link. It is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
struct LinkObject {
    /// What was recorded.
    #[serde(flatten)]
    written: Written,
    /// The secret; null where this answer repeats an earlier one.
    secret: Option<String>,
    /// The path to open in a browser, below the address of this server.
    path: Option<String>,
    /// Until when it works.
    #[schema(value_type = Option<InstantText>)]
    expires_at: Option<Timestamp>,
}

/// Make a one-time link by which an account's owner signs in and sets a password.
#[utoipa::path(post, path = "/v1/accounts/{account}/links", tag = "persons",
    params(("account" = AccountNumber, Path)), responses((status = 201, body = LinkObject)))]
async fn issue_link(At(account): At<AccountId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.not_rehearsed()?;
    let repetition = act.repetition(crate::writing::KeyNeed::Optional)?;
    let (secret, receipt) = act.writer.app.issue_link_once(act.writer.caller.actor, account, repetition).await?;
    let expires_at = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        Event::SetUpLinkIssued { link, .. } => Some(link.expires_at),
        _ => None,
    });
    let link = LinkObject {
        written: Written::of(&receipt, Some(account.to_string())),
        path: secret.as_ref().map(|secret| crate::pages::addresses::set_up(&secret.0)),
        secret: secret.map(|secret| secret.0),
        expires_at,
    };
    Ok(with_receipt((StatusCode::CREATED, Json(link)).into_response(), &receipt, None))
}
