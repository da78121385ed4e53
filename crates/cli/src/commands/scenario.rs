//! `indult scenario`: recorded assumptions, and what would follow from them side by side.

use std::path::Path;
use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::Asked;
use super::case::request;
use super::product::said;
use crate::arguments::Scenario;
use crate::client::{Sent, escaped, read_file};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, scenario: Scenario) -> Result<ExitCode, Exit> {
    match scenario {
        Scenario::Record { file, plan } => {
            let answer = asked.client.post("/v1/scenarios", given(&file, plan.as_deref())?).await?;
            said(asked, &answer, &format!("{} is recorded.", words(at(&answer, "object"))));
        }
        Scenario::Change { scenario, file, plan } => {
            let path = format!("/v1/scenarios/{}/changes", escaped(&scenario));
            let answer = asked.client.post(&path, given(&file, plan.as_deref())?).await?;
            said(asked, &answer, &format!("{scenario} is changed."));
        }
        Scenario::Retire { scenario } => {
            let path = format!("/v1/scenarios/{}/retirements", escaped(&scenario));
            let answer = asked.client.post(&path, json!({})).await?;
            said(asked, &answer, &format!("{scenario} is retired."));
        }
        Scenario::List { retired } => {
            let query = if retired { "?retired=true" } else { "" };
            let items = asked.client.list(&format!("/v1/scenarios{query}")).await?;
            let columns = [
                ("SCENARIO", "id", false),
                ("NAME", "name", false),
                ("OWNER", "owner.name", false),
                ("RECORDED", "recorded_at", false),
                ("FOR", "reason", false),
            ];
            print::table(asked.output, &items, &columns, "No scenario is recorded.");
        }
        Scenario::Show { scenario } => {
            let found = asked.client.get(&format!("/v1/scenarios/{}", escaped(&scenario))).await?;
            if asked.output.json {
                print::json(&found);
                return Ok(ExitCode::SUCCESS);
            }
            let labels = [("Scenario", "id"), ("Name", "name"), ("For", "reason"), ("Owner", "owner.name")];
            print::fields(&found, &labels);
            for assumption in at(&found, "assumptions").as_array().into_iter().flatten() {
                print::line(words(assumption));
            }
        }
        Scenario::Compare { scenarios, on, csv } => compare(asked, &scenarios, on.as_deref(), csv).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file says, with a plan beside it.
fn given(file: &Path, plan: Option<&Path>) -> Result<Value, Exit> {
    let mut given = request(file)?;
    if let (Some(plan), Some(fields)) = (plan, given.as_object_mut()) {
        let text = String::from_utf8(read_file(plan)?);
        let text = text.map_err(|_| Exit::usage(format!("{} is not UTF-8 text.", plan.display())))?;
        fields.insert("plan".to_owned(), Value::String(text));
    }
    Ok(given)
}

async fn compare(asked: &Asked, scenarios: &[String], on: Option<&str>, csv: bool) -> Result<(), Exit> {
    let of: Vec<String> = scenarios.iter().map(|scenario| escaped(scenario)).collect();
    let on = on.map_or_else(String::new, |on| format!("&on={}", escaped(on)));
    let path = format!("/v1/scenarios/compare?of={}{on}", of.join(","));
    if csv {
        let answer = asked.client.send(Method::GET, &format!("{path}&format=csv"), Sent::Nothing).await?;
        print::bytes(&answer.body);
        return Ok(());
    }
    let found = asked.client.get(&path).await?;
    if asked.output.json {
        print::json(&found);
        return Ok(());
    }
    let columns = at(&found, "columns").as_array().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for product in at(&found, "products").as_array().into_iter().flatten() {
        for (column, standing) in columns.iter().zip(at(product, "standings").as_array().into_iter().flatten()) {
            let texts = ["need", "entitled", "short", "first_short_on", "cost"].map(|field| words(at(standing, field)));
            let first = [words(at(product, "product")), words(at(column, "name"))];
            rows.push(first.into_iter().chain(texts).collect());
        }
    }
    let headings = [
        ("PRODUCT", "", false),
        ("SCENARIO", "", false),
        ("NEEDED", "", true),
        ("RIGHTS", "", true),
        ("SHORT", "", true),
        ("SHORT FIRST", "", false),
        ("RIGHTS COST", "", true),
    ];
    print::rows_table(asked.output, &headings, rows);
    for column in &columns {
        for effect in at(column, "effects").as_array().into_iter().flatten() {
            let product = match at(effect, "product") {
                Value::Null => String::new(),
                product => format!("{}: ", words(product)),
            };
            print::note(format!("{}: {product}{}", words(at(column, "name")), words(at(effect, "text"))));
        }
    }
    let (day, size) = (words(at(&found, "on")), words(at(&found, "ledger_size")));
    print::note(format!("Compared on {day}, read at entry {size}."));
    Ok(())
}
