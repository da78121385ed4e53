//! `indult entitlement`: rights to use products.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Value, json};

use super::Asked;
use super::import::{parameters, told};
use super::position::past;
use super::product::said;
use crate::arguments::{Entitlement, NewEntitlement, Reconcile};
use crate::client::{Part, escaped, form};
use crate::exit::{Exit, NO};
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, entitlement: Entitlement) -> Result<ExitCode, Exit> {
    match entitlement {
        Entitlement::List { product, counting, on } => {
            let product = product.map(|product| format!("product={}", escaped(&product)));
            let parts: Vec<String> = product.into_iter().chain(counting.then(|| "counts=true".to_owned())).collect();
            let past = past(asked, &on, '&').await?;
            let items = asked.client.list(&format!("/v1/entitlements?{}{past}", parts.join("&"))).await?;
            let columns = [
                ("RIGHT", "id", false),
                ("PRODUCT", "product.name", false),
                ("METRIC", "metric", false),
                ("QUANTITY", "quantity", true),
                ("PRICE", "unit_price", true),
                ("FROM", "starts_on", false),
                ("TO", "ends_on", false),
                ("AGREEMENT", "agreement", false),
                ("COUNTS", "counts", false),
            ];
            let none = "No entitlements. They come with: indult import entitlements FILE, or indult entitlement record";
            print::table(asked.output, &items, &columns, none);
        }
        Entitlement::Show { entitlement, on } => {
            let past = past(asked, &on, '?').await?;
            let answer = asked.client.get(&format!("/v1/entitlements/{}{past}", escaped(&entitlement))).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                print::fields(&answer, &FIELDS);
            }
        }
        Entitlement::Record(new) => {
            let dry_run = if new.dry_run { "?dry_run=true" } else { "" };
            let answer = asked.client.post(&format!("/v1/entitlements{dry_run}"), body(&new)).await?;
            let object = words(at(&answer, "object"));
            let sentence =
                if new.dry_run { "Nothing stands against it.".to_owned() } else { format!("Recorded {object}.") };
            said(asked, &answer, &sentence);
        }
        Entitlement::Retire { entitlement, on, reason } => {
            let path = format!("/v1/entitlements/{}/retirements", escaped(&entitlement));
            let answer = asked.client.post(&path, json!({ "retired_on": on, "reason": reason })).await?;
            said(asked, &answer, &format!("{entitlement} no longer counts from {on} on."));
        }
        Entitlement::Reconcile(reconcile) => return reconciled(asked, &reconcile).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares a publisher's statement with our rights.
async fn reconciled(asked: &Asked, given: &Reconcile) -> Result<ExitCode, Exit> {
    let mut parts = vec![Part::read("file", &given.file)?];
    let (mapping, reading) = told(&given.reading)?;
    parts.extend(mapping);
    let query = [("publisher", given.publisher.clone()), ("on", given.on.clone())];
    let path = format!("/v1/reconciliations/statement?{}", parameters(query.iter().chain(&reading)));
    let answer = asked.client.send(Method::POST, &path, form(&parts)).await?.json()?;
    if given.csv {
        let table = asked
            .client
            .send(
                Method::POST,
                &format!("{path}{}format=csv", if path.ends_with('?') { "" } else { "&" }),
                form(&parts),
            )
            .await?;
        print::bytes(&table.body);
    } else if asked.output.json {
        print::json(&answer);
    } else {
        comparisons(asked, &answer);
    }
    let agrees = at(&answer, "agrees").as_bool().unwrap_or(false);
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

/// What differs, with its working, and what could not be read.
fn comparisons(asked: &Asked, answer: &Value) {
    let mut rows = Vec::new();
    for comparison in at(answer, "comparisons").as_array().into_iter().flatten() {
        let listed = |list: &str, field: &str| {
            let items = at(comparison, list).as_array().into_iter().flatten();
            items.map(|item| words(at(item, field))).collect::<Vec<_>>().join(" ")
        };
        for finding in at(comparison, "findings").as_array().into_iter().flatten() {
            if words(at(finding, "kind")) != "equal" {
                let numbers = ["name", "theirs", "ours"].map(|field| words(at(comparison, field)));
                let told = [words(at(finding, "sentence")), listed("rows", "line"), listed("rights", "id")];
                rows.push(numbers.into_iter().chain(told).collect());
            }
        }
    }
    if !rows.is_empty() {
        let headings = [
            ("PRODUCT", "", false),
            ("THEIRS", "", true),
            ("OURS", "", true),
            ("FINDING", "", false),
            ("LINES", "", false),
            ("RIGHTS", "", false),
        ];
        print::rows_table(asked.output, &headings, rows);
    }
    for reject in at(answer, "rejects").as_array().into_iter().flatten() {
        let [place, problem, repair] = ["place", "problem", "repair"].map(|field| words(at(reject, field)));
        print::line(format!("Left out: {place}: {problem} {repair}"));
    }
    print::line(words(at(answer, "summary")));
    let (day, size) = (words(at(answer, "on")), words(at(answer, "ledger_size")));
    print::note(format!(
        "Compared on {day}, read at entry {size}. Nothing was written; --csv and --json say what to do about each."
    ));
}

const FIELDS: [(&str, &str); 19] = [
    ("Right", "id"),
    ("Product", "product.name"),
    ("Metric", "metric"),
    ("Quantity", "quantity"),
    ("From", "starts_on"),
    ("To", "ends_on"),
    ("Price", "unit_price"),
    ("Agreement", "agreement"),
    ("Reference", "purchase_reference"),
    ("Exempt", "exempt_environments"),
    ("Second device free", "secondary_use"),
    ("Only in", "use_rights.scope.environments"),
    ("Regions", "use_rights.scope.regions"),
    ("Business units", "use_rights.scope.business_units"),
    ("Newest version", "use_rights.versions.newest"),
    ("Downgrade", "use_rights.versions.downgrade"),
    ("Maintained until", "use_rights.versions.maintained_until"),
    ("Instead for", "use_rights.instead_for"),
    ("Counts", "counts"),
];

fn body(new: &NewEntitlement) -> Value {
    let quantity = new.quantity.parse::<u64>().map_or_else(|_| json!(new.quantity), |units| json!(units));
    let price = new.price.as_ref().map(|amount| json!({ "amount": amount, "currency": new.currency }));
    let versions = new.newest.as_ref().map(
        |newest| json!({ "newest": newest, "downgrade": new.downgrade, "maintained_until": new.maintained_until }),
    );
    json!({
        "product": new.product,
        "metric": new.metric,
        "quantity": quantity,
        "starts_on": new.from,
        "ends_on": new.until,
        "exempt_environments": new.exempt,
        "secondary_use": new.secondary_use,
        "unit_price": price,
        "agreement": new.agreement,
        "purchase_reference": new.reference,
        "use_rights": {
            "scope": {
                "environments": new.only_in,
                "regions": new.region,
                "business_units": new.business_unit,
                "cost_centres": new.cost_centre,
            },
            "versions": versions,
            "instead_for": new.instead_for,
        },
    })
}
