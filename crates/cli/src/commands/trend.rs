//! `indult trend` and `indult forecast`: the position over the sealed days, and where it is heading.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::Value;

use super::Asked;
use crate::arguments::{Forecast, Trend};
use crate::client::{Sent, escaped};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, trend: Trend) -> Result<ExitCode, Exit> {
    let mut query = String::from(if trend.csv { "?format=csv" } else { "?format=json" });
    for (name, day) in [("from", &trend.from), ("to", &trend.to)] {
        if let Some(day) = day {
            query.push_str(&format!("&{name}={}", escaped(day)));
        }
    }
    let path = match &trend.product {
        Some(product) => format!("/v1/trends/{}{query}", escaped(product)),
        None => format!("/v1/trends{query}"),
    };
    if trend.csv {
        let answer = asked.client.send(Method::GET, &path, Sent::Nothing).await?;
        print::bytes(&answer.body);
        return Ok(ExitCode::SUCCESS);
    }
    let found = asked.client.get(&path).await?;
    if asked.output.json {
        print::json(&found);
    } else if trend.product.is_some() {
        show_product(asked, &found);
    } else {
        let columns = [
            ("DAY", "day", false),
            ("DEVICES", "devices", true),
            ("INSTALLATIONS", "installations", true),
            ("PRODUCTS", "products", true),
            ("SHORT", "products_short", true),
            ("EXPOSURE", "exposure", true),
        ];
        print::table(asked.output, &items(&found, "points"), &columns, NOTHING_SEALED);
    }
    Ok(ExitCode::SUCCESS)
}

const NOTHING_SEALED: &str = "No day is sealed yet. Seal today with: indult seal";

fn items(value: &Value, path: &str) -> Vec<Value> {
    at(value, path).as_array().cloned().unwrap_or_default()
}

fn show_product(asked: &Asked, found: &Value) {
    let columns = [
        ("DAY", "day", false),
        ("METRIC", "metric", false),
        ("ENTITLED", "entitled", true),
        ("USED", "used", true),
        ("COVERED", "covered", true),
        ("SHORT", "short", true),
        ("EXPOSURE", "exposure", true),
    ];
    print::table(asked.output, &items(found, "points"), &columns, NOTHING_SEALED);
    let highest = at(found, "highest");
    if highest.is_null() {
        return;
    }
    print::line("");
    print::line(format!("Highest ever: {} on {}", words(at(highest, "used")), words(at(highest, "day"))));
    let columns = [("QUARTER", "quarter", false), ("HIGHEST", "used", true), ("ON", "day", false)];
    print::table(asked.output, &items(found, "quarters"), &columns, "");
    if at(found, "reported_by_peak").as_bool().unwrap_or_default() {
        print::line("This metric is reported by its highest number of a quarter.");
    }
}

pub async fn forecast(asked: &Asked, forecast: &Forecast) -> Result<ExitCode, Exit> {
    let found = asked.client.get(&format!("/v1/forecasts/{}", escaped(&forecast.product))).await?;
    if asked.output.json {
        print::json(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let points = items(&found, "points");
    if !points.is_empty() {
        let columns = [
            ("UP TO", "day", false),
            ("EXPECTED", "expected", true),
            ("LOW", "low", true),
            ("HIGH", "high", true),
            ("ENTITLED", "entitled", true),
        ];
        print::table(asked.output, &points, &columns, "");
    }
    for step in items(&found, "working") {
        print::line("");
        print::line(words(at(&step, "label")));
        print::line(format!("  {}", words(at(&step, "text"))));
    }
    Ok(ExitCode::SUCCESS)
}
