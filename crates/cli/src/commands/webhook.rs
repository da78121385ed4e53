//! `indult webhook`: addresses that are told what happens.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Webhook;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, webhook: Webhook) -> Result<ExitCode, Exit> {
    match webhook {
        Webhook::List => {
            let items = asked.client.list("/v1/webhooks").await?;
            let columns = [
                ("WEBHOOK", "id", false),
                ("NAME", "name", false),
                ("ADDRESS", "url", false),
                ("PAUSED", "paused", false),
            ];
            print::table(asked.output, &items, &columns, "No webhook is recorded.");
        }
        Webhook::Add { name, url, kinds } => {
            let body = json!({ "name": name, "url": url, "kinds": kinds });
            let answer = asked.client.post("/v1/webhooks", body).await?;
            said(asked, &answer, &format!("{} is told from now on.", words(at(&answer, "object"))));
        }
        Webhook::Change { webhook, name, url, kinds } => {
            let path = format!("/v1/webhooks/{}", escaped(&webhook));
            let known = asked.client.get(&path).await?;
            let or = |given: Option<String>, field| given.map_or_else(|| at(&known, field).clone(), Value::String);
            let kinds = if kinds.is_empty() { at(&known, "kinds").clone() } else { json!(kinds) };
            let body = json!({ "name": or(name, "name"), "url": or(url, "url"), "kinds": kinds });
            let answer = asked.client.post(&format!("{path}/changes"), body).await?;
            said(asked, &answer, &format!("{webhook} is changed."));
        }
        Webhook::Show { webhook } => show(asked, &webhook).await?,
        Webhook::Pause { webhook } => act(asked, &webhook, "pauses", json!({}), "is paused.").await?,
        Webhook::Resume { webhook } => act(asked, &webhook, "resumptions", json!({}), "goes on.").await?,
        Webhook::Remove { webhook } => act(asked, &webhook, "removals", json!({}), "is removed.").await?,
        Webhook::Test { webhook } => {
            let sentence = "is sent a test as soon as the server runs; see indult webhook show.";
            act(asked, &webhook, "tests", json!({}), sentence).await?;
        }
        Webhook::Resend { webhook, entry } => {
            let sentence = "is told again as soon as the server runs; see indult webhook show.";
            act(asked, &webhook, "resends", json!({ "entry": entry }), sentence).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(asked: &Asked, webhook: &str, what: &str, body: Value, sentence: &str) -> Result<(), Exit> {
    let answer = asked.client.post(&format!("/v1/webhooks/{}/{what}", escaped(webhook)), body).await?;
    said(asked, &answer, &format!("{webhook} {sentence}"));
    Ok(())
}

async fn show(asked: &Asked, webhook: &str) -> Result<(), Exit> {
    let path = format!("/v1/webhooks/{}", escaped(webhook));
    let mut found = asked.client.get(&path).await?;
    let attempts = asked.client.list(&format!("{path}/attempts")).await?;
    if asked.output.json {
        if let Some(fields) = found.as_object_mut() {
            fields.insert("attempts".to_owned(), Value::Array(attempts));
        }
        print::json(&found);
        return Ok(());
    }
    let labels = [
        ("Webhook", "id"),
        ("Name", "name"),
        ("Address", "url"),
        ("Tells", "kinds"),
        ("Key", "key"),
        ("Paused", "pause_reason"),
    ];
    print::fields(&found, &labels);
    let columns = [
        ("AT", "at", false),
        ("TYPE", "type", false),
        ("ENTRY", "entry", true),
        ("STATUS", "status", true),
        ("MS", "milliseconds", true),
    ];
    print::table(asked.output, &attempts, &columns, "Nothing was sent yet.");
    Ok(())
}
