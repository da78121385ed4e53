//! `indult check`: may more of a product be used? Exit code 3 is "no".

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::Check;
use crate::exit::{Exit, NO};
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, check: Check) -> Result<ExitCode, Exit> {
    let mut body = json!({ "action": check.action, "product": check.product, "quantity": check.quantity });
    for scope in &check.scope {
        let (key, value) = scope
            .split_once('=')
            .ok_or_else(|| Exit::usage(format!("{scope} is no scope; write it as environment=test.")))?;
        if key != "environment" {
            return Err(Exit::usage(format!("{key} is no scope that is known; use environment.")));
        }
        if let Some(map) = body.as_object_mut() {
            map.insert(key.to_owned(), Value::from(value));
        }
    }
    let answer = asked.client.post("/v1/checks", body).await?;
    let yes = at(&answer, "decision").as_bool().unwrap_or(false);
    if asked.output.json {
        print::json(&answer);
    } else {
        print::line(format!("{} {}", if yes { "\u{2713}" } else { "\u{2717}" }, words(at(&answer, "sentence"))));
        for (number, remedy) in (1..).zip(at(&answer, "remedies").as_array().into_iter().flatten()) {
            if number == 1 {
                print::line("To get to yes:");
            }
            print::line(format!("  {number}  {}", words(at(remedy, "sentence"))));
        }
    }
    Ok(if yes { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
