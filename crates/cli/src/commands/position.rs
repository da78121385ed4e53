//! `indult position`: what is used against what is owned, with the working.

use std::process::ExitCode;

use serde_json::Value;

use super::Asked;
use crate::arguments::{OnADay, Position};
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, position: Position) -> Result<ExitCode, Exit> {
    match position {
        Position::List { view, query, on } => {
            let query = query.map_or_else(String::new, |query| format!("&q={}", escaped(&query)));
            let query = format!("{query}{}", past(asked, &on, '&').await?);
            let items = asked.client.list(&format!("/v1/positions?view={}{query}", escaped(&view))).await?;
            let columns = [
                ("PRODUCT", "product", false),
                ("METRIC", "metric", false),
                ("ENTITLED", "entitled", true),
                ("USED", "consumed", true),
                ("COVERED", "covered_by_grants", true),
                ("SHORT", "short", true),
                ("SURPLUS", "surplus", true),
                ("EXPOSURE", "exposure.money", true),
            ];
            print::table(
                asked.output,
                &items,
                &columns,
                "No products here. They come with: indult import entitlements FILE",
            );
        }
        Position::Show { product, on } => {
            let past = past(asked, &on, '?').await?;
            let answer = asked.client.get(&format!("/v1/positions/{}{past}", escaped(&product))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                print::line(words(at(&answer, "sentence")));
                print::line("");
                numbers(&answer);
            }
        }
        Position::Explain { product, on, rows: None } => {
            let past = past(asked, &on, '?').await?;
            let answer = asked.client.get(&format!("/v1/positions/{}{past}", escaped(&product))).await?;
            if asked.output.json {
                print::json(at(&answer, "working"));
            } else {
                explain(asked, &answer);
            }
        }
        Position::Explain { product, on, rows: Some(kind) } => {
            let past = past(asked, &on, '&').await?;
            let path = format!("/v1/positions/{}/rows?kind={}{past}", escaped(&product), escaped(&kind));
            let items = asked.client.list(&path).await?;
            let columns = [
                ("DEVICE", "device", false),
                ("PERSON", "person", false),
                ("TITLE", "title.name", false),
                ("VERSION", "title.version", false),
                ("ENVIRONMENT", "environment", false),
                ("LAST USED", "last_used_on", false),
                ("BY", "by", false),
            ];
            print::table(asked.output, &items, &columns, "No rows: the number is 0.");
            if !asked.output.json {
                print::note(format!("{} rows", items.len()));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The parameter for a sealed day, after saying on standard error from which seal the answer is.
pub async fn past(asked: &Asked, on: &OnADay, joint: char) -> Result<String, Exit> {
    let Some(day) = &on.as_of else { return Ok(String::new()) };
    let seal = asked.client.get(&format!("/v1/seals/{}", escaped(day))).await?;
    if !asked.output.json {
        print::note(format!(
            "As of {}, sealed in entry {} at ledger size {}.",
            words(at(&seal, "day")),
            words(at(&seal, "entry")),
            words(at(&seal, "ledger_size"))
        ));
    }
    Ok(format!("{joint}as_of={}", escaped(day)))
}

fn numbers(answer: &Value) {
    print::fields(
        answer,
        &[
            ("Metric", "metric"),
            ("Entitled", "entitled"),
            ("Used", "consumed"),
            ("Exempt", "exempt"),
            ("Covered by exception", "covered_by_grants"),
            ("Short", "short"),
            ("Surplus", "surplus"),
            ("Exposure", "exposure.money"),
        ],
    );
}

fn explain(asked: &Asked, answer: &Value) {
    print::line(format!("{}: {}", words(at(answer, "product")), words(at(answer, "sentence"))));
    for step in at(answer, "working").as_array().into_iter().flatten() {
        print::line("");
        print::line(format!("{}: {}", words(at(step, "label")), words(at(step, "amount"))));
        print::line(format!("  {}", words(at(step, "text"))));
    }
    let supplies = at(answer, "supplies").as_array().cloned().unwrap_or_default();
    if !supplies.is_empty() {
        print::line("");
        let columns = [
            ("RIGHT OR EXCEPTION", "source", false),
            ("GIVES", "given", true),
            ("USED", "used", true),
            ("WHY", "why", false),
        ];
        print::table(asked.output, &supplies, &columns, "");
    }
}
