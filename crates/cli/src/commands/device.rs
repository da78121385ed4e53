//! `indult device`: devices, where software is on them, what sources leave out and where they differ.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::{Device, DeviceList};
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at};

/// An address with those parts of a query that were given.
fn address(path: &str, parts: &[(&str, Option<&str>)]) -> String {
    let given = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped((*value)?))));
    let query: Vec<String> = given.collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

pub async fn run(asked: &Asked, device: Device) -> Result<ExitCode, Exit> {
    match device {
        Device::List(wanted) => list(asked, &wanted).await?,
        Device::Show { device, as_of } => show(asked, &device, as_of.as_deref()).await?,
        Device::Facets { by, product, as_of } => {
            let by = by.replace('-', "_");
            let parts = [("by", Some(by.as_str())), ("product", product.as_deref()), ("as_of", as_of.as_deref())];
            let items = asked.client.list(&address("/v1/facets", &parts)).await?;
            let columns = [
                ("PLACE", "place", false),
                ("DEVICES", "devices", true),
                ("INSTALLATIONS", "installations", true),
                ("NEED A LICENCE", "licensable", true),
                ("PRODUCTS", "products", true),
            ];
            print::table(asked.output, &items, &columns, "No device is there to count.");
        }
        Device::Gaps { as_of } => {
            let answer = asked.client.get(&address("/v1/gaps", &[("as_of", as_of.as_deref())])).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                let columns =
                    [("GAP", "gap", false), ("OF", "subject", false), ("COUNT", "count", true), ("ALL", "of", true)];
                print::table(asked.output, &gaps(&answer), &columns, "");
            }
        }
        Device::Titles { lacking, as_of } => {
            let parts = [("lacking", Some(lacking.as_str())), ("as_of", as_of.as_deref())];
            let items = asked.client.list(&address("/v1/incomplete_titles", &parts)).await?;
            let columns = [
                ("TITLE", "name", false),
                ("VERSION", "version", false),
                ("PUBLISHER", "publisher", false),
                ("INSTALLATIONS", "installations", true),
            ];
            print::table(asked.output, &items, &columns, &format!("Every title has a {lacking}."));
        }
        Device::Conflicts { attribute, as_of } => {
            let parts = [("attribute", attribute.as_deref()), ("as_of", as_of.as_deref())];
            let items = asked.client.list(&address("/v1/device_conflicts", &parts)).await?;
            if asked.output.json {
                print::json(&Value::Array(items));
            } else {
                let columns = [
                    ("DEVICE", "device.key", false),
                    ("ABOUT", "attribute", false),
                    ("COUNTS", "counts", false),
                    ("OTHERS SAY", "others", false),
                ];
                let items: Vec<Value> = items.iter().map(conflict).collect();
                print::table(asked.output, &items, &columns, "Sources agree wherever several say something.");
            }
        }
        Device::Duplicates { shared, as_of } => {
            let parts = [("shared", Some(shared.as_str())), ("as_of", as_of.as_deref())];
            let items = asked.client.list(&address("/v1/device_duplicates", &parts)).await?;
            let columns = [
                ("SHARED", "mark", false),
                ("DEVICE", "device.name", false),
                ("KEY", "device.key", false),
                ("LOOKED AT", "reported_at", false),
            ];
            print::table(asked.output, &items, &columns, &format!("No two devices share a {shared}."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(asked: &Asked, wanted: &DeviceList) -> Result<(), Exit> {
    let parts = [
        ("q", wanted.query.as_deref()),
        ("region", wanted.region.as_deref()),
        ("business_unit", wanted.business_unit.as_deref()),
        ("cost_centre", wanted.cost_centre.as_deref()),
        ("environment", wanted.environment.as_deref()),
        ("product", wanted.product.as_deref()),
        ("source", wanted.source.as_deref()),
        ("lacking", wanted.lacking.as_deref()),
        ("as_of", wanted.as_of.as_deref()),
    ];
    let items = asked.client.list(&address("/v1/devices", &parts)).await?;
    let columns = [
        ("KEY", "key", false),
        ("NAME", "name", false),
        ("USER", "primary_user", false),
        ("REGION", "region", false),
        ("BUSINESS UNIT", "business_unit", false),
        ("COST CENTRE", "cost_centre", false),
        ("ENVIRONMENT", "environment", false),
    ];
    print::table(asked.output, &items, &columns, "No device fits. They come with: indult import inventory FILE");
    Ok(())
}

/// Everything that is counted, as rows of one table.
fn gaps(answer: &Value) -> Vec<Value> {
    let parts = [
        ("data", "lacking", None),
        ("conflicts", "attribute", Some("sources differ")),
        ("duplicates", "shared", Some("same on devices")),
    ];
    let of_part = |(part, name, subject): (&str, &str, Option<&str>)| {
        let row = |one: Value| {
            let subject = subject.map_or_else(|| at(&one, "subject").clone(), Value::from);
            json!({ "gap": at(&one, name), "subject": subject, "count": at(&one, "count"), "of": at(&one, "of") })
        };
        rows(answer, part).into_iter().map(row).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(of_part).collect()
}

/// A conflict with what each source says in words.
fn conflict(item: &Value) -> Value {
    let stated = |stated: &Value| {
        let text = |name| at(stated, name).as_str().unwrap_or_default().to_owned();
        format!("{} ({})", text("value"), text("source"))
    };
    let others: Vec<String> = rows(item, "others").iter().map(stated).collect();
    json!({ "device": at(item, "device"), "attribute": at(item, "attribute"), "counts": stated(at(item, "counts")),
        "others": others.join("; ") })
}

fn rows(answer: &Value, name: &str) -> Vec<Value> {
    at(answer, name).as_array().cloned().unwrap_or_default()
}

async fn show(asked: &Asked, device: &str, as_of: Option<&str>) -> Result<(), Exit> {
    let path = format!("/v1/devices/{}", escaped(device));
    let answer = asked.client.get(&address(&path, &[("as_of", as_of)])).await?;
    if asked.output.json {
        print::json(&answer);
        return Ok(());
    }
    let labels = [
        ("Device", "key"),
        ("Name", "name"),
        ("Serial number", "serial"),
        ("Kind", "kind"),
        ("Environment", "environment"),
        ("Operating system", "operating_system"),
        ("Primary user", "primary_user"),
        ("Region", "region"),
        ("Business unit", "business_unit"),
        ("Cost centre", "cost_centre"),
        ("Processors", "processors"),
        ("Cores", "cores"),
        ("Virtual processors", "virtual_processors"),
        ("Host", "host"),
        ("Cluster", "cluster"),
        ("Last seen on", "last_seen_on"),
    ];
    print::fields(&answer, &labels);
    print::line("");
    let columns = [
        ("TITLE", "title.name", false),
        ("VERSION", "title.version", false),
        ("PUBLISHER", "title.publisher", false),
        ("PRODUCT", "product.id", false),
        ("LAST USED", "last_used_on", false),
    ];
    print::table(asked.output, &rows(&answer, "installed"), &columns, "No source reports software on it.");
    Ok(())
}
