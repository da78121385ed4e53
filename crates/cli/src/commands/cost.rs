//! `indult cost`: what rights cost, who uses them, budgets, and the summary.

use std::process::ExitCode;

use serde_json::json;

use super::Asked;
use super::product::said;
use super::purchase::money;
use crate::arguments::Cost;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, cost: Cost) -> Result<ExitCode, Exit> {
    match cost {
        Cost::Products => {
            let items = asked.client.list("/v1/product_costs").await?;
            let columns = [
                ("PRODUCT", "product", false),
                ("RIGHTS COST", "total", true),
                ("NOT USED", "unused", true),
                ("SHORT WOULD COST", "exposure", true),
                ("SURCHARGE", "surcharge", true),
                ("WITHOUT A PRICE", "unpriced", true),
            ];
            print::table(asked.output, &items, &columns, "No right states a price.");
        }
        Cost::Chargeback { by } => {
            let found = asked.client.get(&format!("/v1/chargeback?by={}", by.replace('-', "_"))).await?;
            if asked.output.json {
                print::json(&found);
                return Ok(ExitCode::SUCCESS);
            }
            let shares = at(&found, "shares").as_array().cloned().unwrap_or_default();
            let heading = by.replace('-', " ").to_uppercase();
            let columns = [(heading.as_str(), "name", false), ("CARRIES", "amount", true)];
            print::table(asked.output, &shares, &columns, "Nothing that is used has a price.");
            print::note(format!("Not used: {}. All: {}.", words(at(&found, "unused")), words(at(&found, "total"))));
        }
        Cost::Budgets => {
            let items = asked.client.list("/v1/budgets").await?;
            let columns = [
                ("BUDGET", "id", false),
                ("COST CENTRE", "cost_centre", false),
                ("FROM", "starts_on", false),
                ("TO", "ends_on", false),
                ("AMOUNT", "amount", true),
                ("RUNS", "running", true),
                ("COMMITTED", "committed", true),
                ("LEFT", "left", true),
            ];
            print::table(asked.output, &items, &columns, "No budget is set for today or later.");
        }
        Cost::Budget { amount, from, to, cost_centre, budget } => {
            let body = json!({
                "budget": budget, "cost_centre": cost_centre, "starts_on": from, "ends_on": to,
                "amount": money(&amount)?,
            });
            let answer = asked.client.post("/v1/budgets", body).await?;
            said(asked, &answer, &format!("{} is set.", words(at(&answer, "object"))));
        }
        Cost::Surcharge { percent, product } => {
            let answer = asked.client.post("/v1/surcharges", json!({ "product": product, "percent": percent })).await?;
            said(asked, &answer, &format!("{percent} % are added to what is short."));
        }
        Cost::Summary { view } => {
            let found = asked.client.get(&format!("/v1/summary?view={view}")).await?;
            if asked.output.json {
                print::json(&found);
                return Ok(ExitCode::SUCCESS);
            }
            let figures = at(&found, "figures").as_array().cloned().unwrap_or_default();
            let columns = [("FIGURE", "label", false), ("VALUE", "value", true), ("HOW", "basis", false)];
            print::table(asked.output, &figures, &columns, "No figures.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
