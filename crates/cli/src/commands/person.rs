//! `indult person`: persons, their roles and how they sign in.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Person;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, person: Person) -> Result<ExitCode, Exit> {
    match person {
        Person::List => {
            let items = asked.client.list("/v1/persons").await?;
            let columns = [
                ("PERSON", "id", false),
                ("NAME", "name", false),
                ("E-MAIL", "email", false),
                ("ROLES", "roles", false),
                ("ACTIVE", "active", false),
            ];
            print::table(asked.output, &items, &columns, "Nobody yet.");
        }
        Person::Add { name, email, roles } => {
            let body = json!({ "name": name, "email": email, "roles": roles, "login": email });
            let answer = asked.client.post("/v1/persons", body).await?;
            let person = words(at(&answer, "object"));
            let link = issue_link(asked, &person).await?;
            said(asked, &answer, &format!("Added {person}. One-time sign-in link, for four days: {link}"));
        }
        Person::Roles { person, roles } => {
            let answer = act(asked, &person, "roles", json!({ "roles": roles })).await?;
            said(asked, &answer, &format!("Set the roles of {person}."));
        }
        Person::Link { person } => {
            let link = issue_link(asked, &person).await?;
            print::line(link);
        }
        Person::Deactivate { person } => {
            let answer = act(asked, &person, "deactivations", json!({})).await?;
            said(asked, &answer, &format!("{person} can no longer act."));
        }
        Person::Reactivate { person } => {
            let answer = act(asked, &person, "reactivations", json!({})).await?;
            said(asked, &answer, &format!("{person} can act again."));
        }
        Person::Erase { person, legal_basis } => {
            let answer = act(asked, &person, "erasures", json!({ "legal_basis": legal_basis })).await?;
            said(asked, &answer, &format!("Erased what was recorded about {person}. The ledger still verifies."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(asked: &Asked, person: &str, what: &str, body: Value) -> Result<Value, Exit> {
    asked.client.post(&format!("/v1/persons/{}/{what}", escaped(person)), body).await
}

/// A one-time link for the person's first account.
async fn issue_link(asked: &Asked, person: &str) -> Result<String, Exit> {
    let known = asked.client.get(&format!("/v1/persons/{}", escaped(person))).await?;
    let account =
        words(at(&known, "accounts").as_array().and_then(|accounts| accounts.first()).unwrap_or(&Value::Null));
    if account.is_empty() {
        return Err(Exit::failure(format!("{person} has no account to sign in with.")));
    }
    let answer = asked.client.post(&format!("/v1/accounts/{}/links", escaped(&account)), json!({})).await?;
    Ok(words(at(&answer, "path")))
}
