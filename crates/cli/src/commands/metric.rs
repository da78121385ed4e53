//! `indult metric`: what units count, the organisation's own metrics, and what machines and users come to in them.

use std::path::Path;
use std::process::ExitCode;

use app::metrics::{DEFINITION_BYTES_MAX, Trial, checked, library, work};
use domain::entitlement::Metric as Named;
use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::{Metric, Output, TryMetric};
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, metric: Metric) -> Result<ExitCode, Exit> {
    match metric {
        Metric::List { query } => {
            let query = query.map_or_else(String::new, |query| format!("?q={}", escaped(&query)));
            let items = asked.client.list(&format!("/v1/metrics{query}")).await?;
            let columns = [
                ("METRIC", "metric", false),
                ("PUBLISHER", "publisher", false),
                ("TITLE", "title", false),
                ("COUNTS", "counts", false),
            ];
            print::table(asked.output, &items, &columns, "No metric is called so.");
        }
        Metric::Show { metric, toml } => {
            let answer = asked.client.get(&format!("/v1/metrics/{}", escaped(&metric))).await?;
            match (asked.output.json, toml) {
                (true, _) => print::json(&answer),
                (false, true) => print::bytes(words(at(&answer, "definition")).as_bytes()),
                (false, false) => show(&answer),
            }
        }
        Metric::Try(trial) => {
            let address = format!("/v1/metrics/{}/trial?{}", escaped(&trial.metric), query(&trial));
            worked(asked.output, &asked.client.get(&address).await?);
        }
        Metric::Lint { file } => return lint(&file),
        Metric::Define { file, dry_run } => define(asked, &file, dry_run).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(answer: &Value) {
    print::fields(
        answer,
        &[
            ("Metric", "metric"),
            ("Name", "name"),
            ("Title", "title"),
            ("Publisher", "publisher"),
            ("Counts", "counts"),
            ("Units", "units"),
            ("Definitions", "versions"),
        ],
    );
    print::line("");
    print::line(words(at(answer, "description")));
    for source in at(answer, "sources").as_array().into_iter().flatten() {
        print::line(format!("  from {} {}", words(at(source, "document")), words(at(source, "dated"))));
    }
}

async fn define(asked: &Asked, file: &Path, dry_run: bool) -> Result<(), Exit> {
    let text = read(file)?;
    checked(&text).map_err(|problems| Exit::failure(problems.join("\n")))?;
    let dry = if dry_run { "?dry_run=true" } else { "" };
    let answer = asked.client.post(&format!("/v1/metrics{dry}"), json!({ "definition": text })).await?;
    if !dry_run {
        said(asked, &answer, &format!("Defined {}. Lines count by it from now on.", words(at(&answer, "object"))));
        return Ok(());
    }
    if asked.output.json {
        print::json(&answer);
        return Ok(());
    }
    let changes = at(&answer, "changes").as_array().cloned().unwrap_or_default();
    let columns = [
        ("PRODUCT", "product", false),
        ("USED BEFORE", "consumed_before", true),
        ("AFTER", "consumed_after", true),
        ("SHORT BEFORE", "short_before", true),
        ("AFTER", "short_after", true),
    ];
    print::table(asked.output, &changes, &columns, "Nothing was recorded. No line would change.");
    Ok(())
}

/// Tries a metric of the library without an organisation; `None` where it is not one of these.
pub fn try_library(output: Output, asked: &TryMetric) -> Result<Option<ExitCode>, Exit> {
    let known = Named::from_word(&asked.metric);
    let Some((metric, definition)) = library().find(|(metric, _)| Some(*metric) == known) else { return Ok(None) };
    let trial = Trial {
        machines: asked.machines,
        processors: asked.processors,
        cores: asked.cores,
        model: asked.model.clone(),
        virtual_machines: asked.virtual_machines,
        virtual_processors: asked.virtual_processors,
        users: asked.users,
    };
    if let Some((field, problem)) = trial.fault() {
        return Err(Exit::usage(format!("--{}: {problem}", field.replace('_', "-"))));
    }
    let done = work(definition, &trial.example());
    let steps = done.steps.iter().map(|step| json!({ "label": step.label, "amount": step.amount, "text": step.text }));
    let answer = json!({
        "metric": metric,
        "title": definition.title,
        "units": if done.high == 1 { &definition.unit } else { &definition.units },
        "low": done.low,
        "high": done.high,
        "missing": done.missing,
        "working": steps.collect::<Vec<_>>(),
    });
    worked(output, &answer);
    Ok(Some(ExitCode::SUCCESS))
}

fn query(trial: &TryMetric) -> String {
    let numbers = [
        ("machines", Some(trial.machines)),
        ("processors", trial.processors.map(u64::from)),
        ("cores", trial.cores.map(u64::from)),
        ("virtual_machines", Some(trial.virtual_machines)),
        ("virtual_processors", trial.virtual_processors.map(u64::from)),
        ("users", Some(trial.users)),
    ];
    let numbers = numbers.into_iter().filter_map(|(key, number)| Some(format!("{key}={}", number?)));
    let model = trial.model.iter().map(|model| format!("model={}", escaped(model)));
    numbers.chain(model).collect::<Vec<_>>().join("&")
}

fn worked(output: Output, answer: &Value) {
    if output.json {
        print::json(answer);
        return;
    }
    let (low, high) = (at(answer, "low"), at(answer, "high"));
    let range = if low == high { words(high) } else { format!("{} to {}", words(low), words(high)) };
    print::line(format!("{range} {}", words(at(answer, "units"))));
    for missing in at(answer, "missing").as_array().into_iter().flatten() {
        print::line(format!("  not known: {}", words(missing)));
    }
    for step in at(answer, "working").as_array().into_iter().flatten() {
        print::line(format!("{}: {}", words(at(step, "label")), words(at(step, "amount"))));
        print::line(format!("  {}", words(at(step, "text"))));
    }
}

/// Checks a definition without an organisation.
pub fn lint(file: &Path) -> Result<ExitCode, Exit> {
    match checked(&read(file)?) {
        Ok(definition) => {
            let examples = definition.examples.len();
            print::line(format!("{} is sound, and its {examples} worked examples come out.", definition.name));
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            problems.iter().for_each(print::line);
            Err(Exit::failure(format!("The definition has {} to mend.", problems.len())))
        }
    }
}

fn read(file: &Path) -> Result<String, Exit> {
    let not_read = |error: std::io::Error| Exit::with_code(6, format!("{}: {error}", file.display()));
    let bytes = std::fs::metadata(file).map_err(not_read)?.len();
    if bytes > u64::try_from(DEFINITION_BYTES_MAX).unwrap_or(u64::MAX) {
        return Err(Exit::failure(format!("A definition has at most {DEFINITION_BYTES_MAX} bytes.")));
    }
    std::fs::read_to_string(file).map_err(not_read)
}
