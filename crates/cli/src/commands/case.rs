//! `indult case` and `indult decide`: requests and votes on them.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::position::past;
use super::product::said;
use crate::arguments::{Case, Decide};
use crate::client::{Sent, escaped, read_file};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, case: Case) -> Result<ExitCode, Exit> {
    match case {
        Case::New { file, submit } => {
            let answer = asked.client.post("/v1/cases", request(&file)?).await?;
            let case = words(at(&answer, "object"));
            if submit {
                let sent = act(asked, &case, "submissions", json!({})).await?;
                said(asked, &sent, &format!("{case} is sent to those who decide."));
            } else {
                said(asked, &answer, &format!("Opened {case} as a draft. Send it with: indult case submit {case}"));
            }
        }
        Case::Revise { case, file } => {
            let answer = act(asked, &case, "revisions", request(&file)?).await?;
            said(asked, &answer, &format!("Changed {case}. Send it with: indult case submit {case}"));
        }
        Case::List { status, waiting_for_me, on } => {
            let mut query = Vec::new();
            if let Some(status) = status {
                query.push(format!("status={}", escaped(&status)));
            }
            if waiting_for_me {
                query.push("waiting_for_me=true".to_owned());
            }
            let past = past(asked, &on, '&').await?;
            let items = asked.client.list(&format!("/v1/cases?{}{past}", query.join("&"))).await?;
            let columns = [
                ("REQUEST", "id", false),
                ("STATUS", "status", false),
                ("PRODUCT", "product", false),
                ("QUANTITY", "quantity", true),
                ("UNTIL", "until", false),
                ("REQUESTER", "requester", false),
                ("TITLE", "title", false),
            ];
            print::table(asked.output, &items, &columns, "No requests here. Open one with: indult case new FILE");
        }
        Case::Show { case, on } => {
            let past = past(asked, &on, '?').await?;
            let answer = asked.client.get(&format!("/v1/cases/{}{past}", escaped(&case))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                show(&answer);
            }
        }
        Case::Submit { case } => {
            let answer = act(asked, &case, "submissions", json!({})).await?;
            said(asked, &answer, &format!("{case} is sent to those who decide."));
        }
        Case::Withdraw { case } => {
            let answer = act(asked, &case, "withdrawals", json!({})).await?;
            said(asked, &answer, &format!("{case} is withdrawn."));
        }
        Case::Comment { case, text } => {
            let answer = act(asked, &case, "comments", json!({ "wording": text })).await?;
            said(asked, &answer, &format!("Said on {case}."));
        }
        Case::Attach { case, file } => {
            let name = file.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
            let path = format!("/v1/cases/{}/evidence?name={}", escaped(&case), escaped(&name));
            let answer =
                asked.client.send(axum::http::Method::POST, &path, Sent::Bytes(read_file(&file)?)).await?.json()?;
            said(asked, &answer, &format!("Attached {name} to {case}."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(asked: &Asked, case: &str, what: &str, body: Value) -> Result<Value, Exit> {
    asked.client.post(&format!("/v1/cases/{}/{what}", escaped(case)), body).await
}

/// A request from a TOML or JSON file.
pub fn request(file: &Path) -> Result<Value, Exit> {
    let bytes = read_file(file)?;
    let text = String::from_utf8(bytes).map_err(|_| Exit::usage(format!("{} is not UTF-8 text.", file.display())))?;
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(&text).map_err(|error| Exit::usage(format!("{}: {error}", file.display())));
    }
    let table: toml::Table = text.parse().map_err(|error| Exit::usage(format!("{}: {error}", file.display())))?;
    as_json(toml::Value::Table(table))
}

/// TOML as JSON; a date becomes its text.
fn as_json(value: toml::Value) -> Result<Value, Exit> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Float(_) => return Err(Exit::usage("Write numbers without a decimal point.")),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(as_json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => {
            let mut map = serde_json::Map::new();
            for (key, value) in table {
                map.insert(key, as_json(value)?);
            }
            Value::Object(map)
        }
    })
}

fn show(answer: &Value) {
    print::fields(
        answer,
        &[
            ("Request", "id"),
            ("Title", "title"),
            ("Status", "status"),
            ("Requester", "requester"),
            ("Category", "category"),
            ("Product", "product"),
            ("Quantity", "quantity"),
            ("Where", "environment"),
            ("Until", "until"),
            ("For", "beneficiary"),
            ("Why", "justification"),
            ("Revision", "revision"),
            ("Waits for", "waits_for"),
            ("You", "standing.sentence"),
            ("Digest", "digest"),
        ],
    );
    for (key, value) in at(answer, "answers").as_object().into_iter().flatten() {
        print::line(format!("{key}: {}", words(value)));
    }
    for vote in at(answer, "votes").as_array().into_iter().flatten() {
        print::line(format!(
            "{} as {}: {}, \u{201c}{}\u{201d}",
            words(at(vote, "by")),
            words(at(vote, "role")),
            words(at(vote, "ballot")),
            words(at(vote, "reason")),
        ));
    }
    for comment in at(answer, "comments").as_array().into_iter().flatten() {
        print::line(format!("{} said: {}", words(at(comment, "by")), words(at(comment, "wording"))));
    }
}

pub async fn decide(asked: &Asked, decide: Decide) -> Result<ExitCode, Exit> {
    let ballot = match (decide.approve, decide.deny, decide.abstain) {
        (true, _, _) => "approve",
        (_, true, _) => "deny",
        (_, _, true) => "abstain",
        _ => "request_changes",
    };
    let digest = match decide.digest {
        Some(digest) => Value::from(digest),
        None => at(&asked.client.get(&format!("/v1/cases/{}", escaped(&decide.case))).await?, "digest").clone(),
    };
    let mut body =
        json!({ "digest": digest, "ballot": ballot, "reason": decide.reason, "conditions": decide.condition });
    if let (Some(principal), Some(map)) = (decide.on_behalf_of, body.as_object_mut()) {
        map.insert("on_behalf_of".to_owned(), Value::from(principal));
    }
    let answer = act(asked, &decide.case, "votes", body).await?;
    let entries: Vec<String> =
        at(&answer, "recorded").as_array().into_iter().flatten().map(|entry| words(at(entry, "type"))).collect();
    let outcome = if entries.iter().any(|kind| kind == "grant-issued") {
        "It is approved, and the exception is in force."
    } else if entries.iter().any(|kind| kind == "case-decided") {
        "It is denied."
    } else if entries.iter().any(|kind| kind == "case-returned") {
        "It goes back to the requester."
    } else {
        "Others still have to vote."
    };
    let seq = words(at(&answer, "recorded.0.entry"));
    let first = at(&answer, "recorded")
        .as_array()
        .and_then(|entries| entries.first())
        .map_or(seq, |entry| words(at(entry, "entry")));
    said(asked, &answer, &format!("Your vote on {} is entry {first}. {outcome}", decide.case));
    Ok(ExitCode::SUCCESS)
}
