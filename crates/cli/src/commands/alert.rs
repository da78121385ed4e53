//! `indult alert`: what has to be looked at, by which rules, and what is done about it.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::{Alert, NewAlertRule};
use crate::client::{Sent, escaped, read_file};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, alert: Alert) -> Result<ExitCode, Exit> {
    match alert {
        Alert::List { status, mine, anomalies, product } => {
            let mut query = vec![
                status.map(|status| format!("status={status}")),
                mine.then(|| "mine=true".to_owned()),
                anomalies.then(|| "anomaly=true".to_owned()),
                product.map(|product| format!("product={}", escaped(&product))),
            ];
            query.retain(Option::is_some);
            let query: Vec<String> = query.into_iter().flatten().collect();
            let joint = if query.is_empty() { "" } else { "?" };
            let items = asked.client.list(&format!("/v1/alerts{joint}{}", query.join("&"))).await?;
            let columns = [
                ("ALERT", "id", false),
                ("STATE", "status", false),
                ("WHAT", "sentence", false),
                ("PERSON", "owner.person.name", false),
                ("ROLE", "owner.role", false),
                ("FIRST SEEN", "raised_at", false),
                ("TO DO", "tasks_open", true),
            ];
            print::table(asked.output, &items, &columns, "No alert stands like this.");
        }
        Alert::Show { alert } => show(asked, &alert).await?,
        Alert::Evaluate { dry_run } => evaluate(asked, dry_run).await?,
        Alert::Digest { since } => digest(asked, since).await?,
        Alert::Rules => {
            let items = asked.client.list("/v1/alert_rules").await?;
            let columns = [
                ("RULE", "id", false),
                ("KIND", "trigger.kind", false),
                ("RAISED WHEN", "sentence", false),
                ("PRODUCT", "product.name", false),
                ("ENDED", "ended", false),
                ("HOLD NOW", "holding", true),
            ];
            print::table(asked.output, &items, &columns, "No rules yet. Begin with: indult alert adopt");
        }
        Alert::Adopt => {
            let answer = asked.client.post("/v1/alert_rules/adoptions", json!({})).await?;
            let new = at(&answer, "recorded").as_array().map_or(0, Vec::len);
            said(asked, &answer, &format!("{new} rules are set. Look for them now with: indult alert evaluate"));
        }
        Alert::Add(rule) => {
            let answer = asked.client.post("/v1/alert_rules", rule_body(rule)?).await?;
            said(asked, &answer, "The rule is set. It is looked for with the next evaluation.");
        }
        Alert::End { rule } => {
            let answer = asked.client.post(&format!("/v1/alert_rules/{}/ends", escaped(&rule)), json!({})).await?;
            said(asked, &answer, &format!("{rule} is ended. Its alerts are over with the next evaluation."));
        }
        Alert::Quiet { from, to, product, reason } => {
            let body = json!({ "starts_on": from, "ends_on": to, "product": product, "reason": reason });
            let answer = asked.client.post("/v1/quiet_periods", body).await?;
            said(asked, &answer, &format!("Nothing is raised from {from} to {to}."));
        }
        Alert::Playbook { kind, set } => playbook(asked, &kind, set.as_deref()).await?,
        handling => handle(asked, handling).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is done with one alert.
async fn handle(asked: &Asked, handling: Alert) -> Result<(), Exit> {
    let (alert, act, body, sentence) = match handling {
        Alert::Acknowledge { alert, note } => {
            let sentence = format!("{alert} is in your hand.");
            (alert, "acknowledgements".to_owned(), json!({ "note": note }), sentence)
        }
        Alert::Snooze { alert, until, note } => {
            let sentence = format!("{alert} comes back on {until}.");
            (alert, "snoozes".to_owned(), json!({ "until": until, "note": note }), sentence)
        }
        Alert::Resolve { alert, reason } => {
            let sentence = format!("{alert} is resolved.");
            (alert, "resolutions".to_owned(), json!({ "reason": reason }), sentence)
        }
        Alert::Task { alert, task, note, file: Some(file) } => {
            let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let query = format!("name={}&note={}", escaped(&name), escaped(&note));
            let path = format!("/v1/alerts/{}/tasks/{task}/evidence?{query}", escaped(&alert));
            let answer = asked.client.send(Method::POST, &path, Sent::Bytes(read_file(&file)?)).await?.json()?;
            said(asked, &answer, &format!("Task {task} of {alert} is done."));
            return Ok(());
        }
        Alert::Task { alert, task, note, file: None } => {
            let sentence = format!("Task {task} of {alert} is done.");
            (alert, format!("tasks/{task}/completions"), json!({ "note": note }), sentence)
        }
        _ => return Ok(()),
    };
    let answer = asked.client.post(&format!("/v1/alerts/{}/{act}", escaped(&alert)), body).await?;
    said(asked, &answer, &sentence);
    Ok(())
}

async fn show(asked: &Asked, alert: &str) -> Result<(), Exit> {
    let path = format!("/v1/alerts/{}", escaped(alert));
    let found = asked.client.get(&path).await?;
    let rows = asked.client.list(&format!("{path}/rows")).await?;
    if asked.output.json {
        let mut whole = found;
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("rows".to_owned(), Value::Array(rows));
        }
        print::json(&whole);
        return Ok(());
    }
    let labels = [
        ("Alert", "id"),
        ("What", "sentence"),
        ("Now", "now_sentence"),
        ("State", "status"),
        ("Comes back", "snoozed_until"),
        ("Answers", "owner.person.name"),
        ("Answers", "owner.role"),
        ("Rule", "rule"),
        ("First seen", "raised_at"),
        ("In hand", "acknowledgement.note"),
        ("Resolved", "resolution.note"),
    ];
    print::fields(&found, &labels);
    let tasks = at(&found, "tasks").as_array().cloned().unwrap_or_default();
    if !tasks.is_empty() {
        let columns = [
            ("TASK", "number", true),
            ("PHASE", "phase", false),
            ("WHAT", "wording", false),
            ("DONE", "done.note", false),
            ("BY", "done.by", false),
        ];
        print::table(asked.output, &tasks, &columns, "");
    }
    let columns = [
        ("DEVICE", "device_name", false),
        ("USER", "user", false),
        ("LAST USED", "last_used_on", false),
        ("RIGHT", "entitlement", false),
        ("DAY", "day", false),
        ("DETAIL", "detail", false),
    ];
    print::table(asked.output, &rows, &columns, "Its rows stand at the position of its product.");
    Ok(())
}

async fn evaluate(asked: &Asked, dry_run: bool) -> Result<(), Exit> {
    let query = if dry_run { "?dry_run=true" } else { "" };
    let answer = asked.client.post(&format!("/v1/alert_evaluations{query}"), json!({})).await?;
    let kinds: Vec<String> = if dry_run {
        at(&answer, "would_record").as_array().into_iter().flatten().map(words).collect()
    } else {
        at(&answer, "recorded").as_array().into_iter().flatten().map(|entry| words(at(entry, "type"))).collect()
    };
    let of = |wanted: &str| kinds.iter().filter(|kind| *kind == wanted).count();
    let (raised, cleared) = (of("alert-raised"), of("alert-cleared"));
    let sentence = if dry_run {
        format!("{raised} would be raised, {cleared} would no longer hold.")
    } else {
        format!("{raised} raised, {cleared} no longer hold.")
    };
    said(asked, &answer, &sentence);
    Ok(())
}

async fn digest(asked: &Asked, since: Option<String>) -> Result<(), Exit> {
    let query = since.map_or_else(String::new, |day| format!("?since={}", escaped(&day)));
    if asked.output.json {
        print::json(&asked.client.get(&format!("/v1/alert_digest{query}")).await?);
        return Ok(());
    }
    let answer = asked.client.send(Method::GET, &format!("/v1/alert_digest.txt{query}"), Sent::Nothing).await?;
    print::bytes(&answer.body);
    Ok(())
}

fn rule_body(rule: NewAlertRule) -> Result<Value, Exit> {
    let amount = rule.amount.map(|given| super::purchase::money(&given));
    let mut trigger = json!({ "kind": rule.kind.replace('-', "_") });
    let numbers = [
        ("units", rule.units.map(Value::from)),
        ("percent", rule.percent.map(Value::from)),
        ("days", rule.days.map(Value::from)),
        ("devices", rule.devices.map(Value::from)),
        ("amount", amount.transpose()?),
    ];
    if let Some(fields) = trigger.as_object_mut() {
        for (name, value) in numbers {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
    Ok(json!({ "trigger": trigger, "product": rule.product }))
}

async fn playbook(asked: &Asked, kind: &str, set: Option<&std::path::Path>) -> Result<(), Exit> {
    let kind = kind.replace('-', "_");
    if let Some(file) = set {
        let tasks: Value = serde_json::from_slice(&read_file(file)?)
            .map_err(|error| Exit::usage(format!("{} is no list of tasks in JSON: {error}", file.display())))?;
        let answer = asked.client.post(&format!("/v1/playbooks/{}", escaped(&kind)), json!({ "tasks": tasks })).await?;
        said(
            asked,
            &answer,
            &format!("The playbook for {kind} is set. Alerts that are there keep the tasks they have."),
        );
        return Ok(());
    }
    let all = asked.client.list("/v1/playbooks").await?;
    let found = all.iter().find(|playbook| words(at(playbook, "kind")) == kind);
    let found = found.ok_or_else(|| Exit::with_code(6, format!("There is no kind of alert called {kind}.")))?;
    let tasks = at(found, "tasks").as_array().cloned().unwrap_or_default();
    let columns = [("PHASE", "phase", false), ("WHAT", "wording", false)];
    print::table(asked.output, &tasks, &columns, "There is no playbook for it.");
    Ok(())
}
