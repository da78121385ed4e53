//! `indult usage`: peaks, denials and readings of products, and which feature is which product.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Usage;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

/// The longest bar of a day, in letters.
const BAR_LETTERS: u64 = 40;

pub async fn run(asked: &Asked, usage: Usage) -> Result<ExitCode, Exit> {
    match usage {
        Usage::List => {
            let items = asked.client.list("/v1/usage").await?;
            let columns = [
                ("PRODUCT", "position.product.id", false),
                ("NAME", "position.product.name", false),
                ("METRIC", "position.metric", false),
                ("FEATURES", "features", true),
                ("ENTITLED", "position.entitled", true),
                ("USED", "position.consumed", true),
                ("SHORT", "position.short", true),
            ];
            print::table(asked.output, &items, &columns, "No product is counted by its use over time.");
        }
        Usage::Show { product, days } => {
            let answer = asked.client.get(&format!("/v1/usage/{}?days={days}", escaped(&product))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                show(asked, &answer);
            }
        }
        Usage::Features { query, unlinked } => {
            let mut address = "/v1/features?".to_owned();
            if let Some(query) = query {
                address.push_str(&format!("q={}&", escaped(&query)));
            }
            if unlinked {
                address.push_str("linked=false&");
            }
            let items = asked.client.list(address.trim_end_matches(['&', '?'])).await?;
            let columns = [
                ("FEATURE", "feature", false),
                ("VENDOR", "vendor", false),
                ("LABEL", "label", false),
                ("PRODUCT", "product.id", false),
                ("SESSIONS", "sessions", true),
                ("DENIALS", "denials", true),
                ("READINGS", "readings", true),
            ];
            let none = "No feature is known. Bring some in with: indult import usage FILE --source NAME";
            print::table(asked.output, &items, &columns, none);
        }
        Usage::Link { product, features, vendor } => {
            link(asked, &features, vendor.as_deref(), Some(&product)).await?;
        }
        Usage::Unlink { features, vendor } => link(asked, &features, vendor.as_deref(), None).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn link(asked: &Asked, features: &[String], vendor: Option<&str>, product: Option<&str>) -> Result<(), Exit> {
    let link = |feature: &String| json!({ "feature": feature, "vendor": vendor, "product": product });
    let links: Vec<Value> = features.iter().map(link).collect();
    let answer = asked.client.post("/v1/features/links", json!({ "links": links })).await?;
    let told = match product {
        Some(product) => format!("Their use is that of {product} now: indult usage show {product}"),
        None => "Their use is no product\u{2019}s now.".to_owned(),
    };
    said(asked, &answer, &told);
    Ok(())
}

fn show(asked: &Asked, answer: &Value) {
    print::line(words(at(answer, "sentence")));
    print::line("");
    let days = at(answer, "days").as_array().cloned().unwrap_or_default();
    let peak = |day: &Value| at(day, "peak").as_u64().unwrap_or(0);
    let most = days.iter().map(peak).max().unwrap_or(0).max(1);
    let row = |day: &Value| {
        let letters = usize::try_from(peak(day) * BAR_LETTERS / most).unwrap_or(0);
        vec![words(at(day, "day")), words(at(day, "peak")), words(at(day, "denials")), "#".repeat(letters)]
    };
    let columns = [("DAY", "", false), ("PEAK", "", true), ("DENIALS", "", true), ("", "", false)];
    print::rows_table(asked.output, &columns, days.iter().map(row).collect());
    let holders = at(answer, "holders").as_array().cloned().unwrap_or_default();
    if !holders.is_empty() {
        print::line("");
        print::line(format!("At the peak, on {}:", words(at(answer, "peak_at"))));
        let columns = [
            ("PERSON", "user", false),
            ("HOST", "host", false),
            ("LICENCES", "licences", true),
            ("SINCE", "since", false),
        ];
        print::table(asked.output, &holders, &columns, "");
    }
    let denied = at(answer, "denied").as_array().cloned().unwrap_or_default();
    if !denied.is_empty() {
        print::line("");
        let columns = [("DENIED", "user", false), ("TIMES", "denials", true), ("LAST", "last", false)];
        print::table(asked.output, &denied, &columns, "");
    }
}
