//! `indult renewal`: what ends, and what is planned for it.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::Asked;
use super::position::past;
use super::product::said;
use crate::arguments::Renewal;
use crate::client::{Sent, escaped};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, renewal: Renewal) -> Result<ExitCode, Exit> {
    match renewal {
        Renewal::List { until, on } => {
            let query = until.map_or_else(String::new, |day| format!("until={}", escaped(&day)));
            let past = past(asked, &on, '&').await?;
            let items = asked.client.list(&format!("/v1/renewals?{query}{past}")).await?;
            let columns = [
                ("AGREEMENT", "agreement", false),
                ("REFERENCE", "reference", false),
                ("WITH", "party", false),
                ("NOTICE BY", "notice_by", false),
                ("ENDS", "ends_on", false),
                ("PLAN", "plan.choice", false),
                ("NUMBERS SPEAK FOR", "suggestion.choice", false),
            ];
            print::table(asked.output, &items, &columns, "Nothing ends by then.");
        }
        Renewal::Show { agreement, on } => {
            let past = past(asked, &on, '?').await?;
            let found = asked.client.get(&format!("/v1/renewals/{}{past}", escaped(&agreement))).await?;
            if asked.output.json {
                print::json(&found);
            } else {
                show(asked, &found);
            }
        }
        Renewal::Plan { agreement, choice, reason } => {
            let renewal = asked.client.get(&format!("/v1/renewals/{}", escaped(&agreement))).await?;
            let ends_on = words(at(&renewal, "ends_on"));
            let path = format!("/v1/agreements/{}/renewal-plans", escaped(&agreement));
            let body = json!({ "ends_on": ends_on, "choice": choice.replace('-', "_"), "reason": reason });
            let answer = asked.client.post(&path, body).await?;
            said(asked, &answer, &format!("The plan for the end of {agreement} on {ends_on} is recorded."));
        }
        Renewal::Calendar => {
            let answer = asked.client.send(Method::GET, "/v1/renewals.ics", Sent::Nothing).await?;
            print::bytes(&answer.body);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(asked: &Asked, renewal: &Value) {
    print::fields(
        renewal,
        &[
            ("Agreement", "agreement"),
            ("Reference", "reference"),
            ("With", "party"),
            ("Notice by", "notice_by"),
            ("Ends", "ends_on"),
            ("Plan", "plan.choice"),
            ("Because", "plan.reason"),
            ("Numbers speak for", "suggestion.choice"),
            ("Because", "suggestion.why"),
        ],
    );
    let products = at(renewal, "products").as_array().cloned().unwrap_or_default();
    let columns = [
        ("PRODUCT", "product.name", false),
        ("METRIC", "metric", false),
        ("GIVES", "given", true),
        ("NOT USED", "unused", true),
        ("SHORT", "short", true),
        ("SHORT WITHOUT IT", "short_without", true),
    ];
    print::table(asked.output, &products, &columns, "No right that counts is recorded under it.");
}
