//! Rights in the notations of standards: ISO/IEC 19770-3 entitlements (ENT) and CycloneDX `licensing`.
//!
//! Both say less than a right holds. ENT is written to the best of public knowledge of the 2016 schema, which is sold and
//! not published: names of elements may have to be adjusted for a reader that checks them. What CycloneDX has no place
//! for stands in properties named `indult:…`, from which rights are read back whole.

use std::io::{Result, Write};

use domain::entitlement::Entitlement;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::snapshot::Snapshot;

/// The rights that count at `at`, or will.
fn rights(snapshot: &Snapshot, at: Timestamp) -> impl Iterator<Item = &Entitlement> {
    let today = snapshot.state.day(at);
    let is_current = move |right: &&Entitlement| right.retired_on.is_none_or(|retired| today < retired);
    snapshot.state.entitlements.values().map(AsRef::as_ref).filter(is_current)
}

fn publisher<'a>(snapshot: &'a Snapshot, right: &Entitlement) -> Option<&'a str> {
    snapshot.state.publisher_name(snapshot.state.products.get(&right.product)?)
}

fn agreement(snapshot: &Snapshot, right: &Entitlement) -> Option<String> {
    Some(snapshot.state.agreements.get(&right.agreement?)?.terms.reference.clone())
}

/// A text inside XML; control characters, which XML cannot hold, go.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {}
            character => escaped.push(character),
        }
    }
    escaped
}

pub(super) fn ent(snapshot: &Snapshot, at: Timestamp, mut out: impl Write) -> Result<()> {
    let organisation = snapshot.state.organisation.as_ref().map_or("", |organisation| organisation.name.as_str());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<Entitlements xmlns=\"http://standards.iso.org/iso/19770/-3/2016/schema.xsd\">")?;
    for right in rights(snapshot, at) {
        let terms = &right.right;
        writeln!(out, "  <Entitlement entId=\"{}\" entVersion=\"1\" entCreationDate=\"{at}\">", right.id)?;
        writeln!(out, "    <Entity name=\"{}\" role=\"entitlementCreator licensee\"/>", escaped(organisation))?;
        if let Some(publisher) = publisher(snapshot, right) {
            writeln!(out, "    <Entity name=\"{}\" role=\"licensor\"/>", escaped(publisher))?;
        }
        let name = snapshot.state.product_name(right.product);
        writeln!(out, "    <Product name=\"{}\" productId=\"{}\"/>", escaped(&name), right.product)?;
        let quantity = terms.quantity.units().map_or_else(|| "unlimited".to_owned(), |units| units.to_string());
        writeln!(out, "    <Metric name=\"{}\" quantity=\"{quantity}\"/>", escaped(&terms.metric.name()))?;
        for (element, day) in [("EffectiveDate", terms.starts_on), ("ExpirationDate", terms.ends_on)] {
            if let Some(day) = day {
                writeln!(out, "    <{element}>{day}</{element}>")?;
            }
        }
        let references =
            [("AgreementId", agreement(snapshot, right)), ("PurchaseOrder", right.purchase_reference.clone())];
        for (element, text) in references {
            if let Some(text) = text {
                writeln!(out, "    <{element}>{}</{element}>", escaped(&text))?;
            }
        }
        writeln!(out, "  </Entitlement>")?;
    }
    writeln!(out, "</Entitlements>")?;
    out.flush()
}

fn component(snapshot: &Snapshot, right: &Entitlement) -> Value {
    let terms = &right.right;
    let mut licensing = json!({ "altIds": [right.id.to_string()] });
    let mut set = |key: &str, value: Option<Value>| {
        if let (Some(value), Some(object)) = (value, licensing.as_object_mut()) {
            object.insert(key.to_owned(), value);
        }
    };
    set("licensor", publisher(snapshot, right).map(|name| json!({ "organization": { "name": name } })));
    set("purchaseOrder", right.purchase_reference.clone().map(Value::String));
    set("expiration", terms.ends_on.map(|day| Value::String(format!("{day}T23:59:59Z"))));
    let kind = match terms.metric.name().as_ref() {
        "device" => "device",
        "named_user" => "named-user",
        "concurrent_user" => "concurrent-user",
        _ => "other",
    };
    set("licenseTypes", Some(json!([kind])));
    let exempt: Vec<&str> = terms.exempt_environments.iter().map(|environment| environment.name()).collect();
    let properties = [
        ("metric", Some(terms.metric.name().into_owned())),
        ("quantity", Some(terms.quantity.to_string())),
        ("unit_price", terms.unit_price.map(|price| price.amount.to_string())),
        ("currency", terms.unit_price.map(|price| price.currency.to_string())),
        ("starts_on", terms.starts_on.map(|day| day.to_string())),
        ("ends_on", terms.ends_on.map(|day| day.to_string())),
        ("exempt_environments", Some(exempt.join(",")).filter(|words| !words.is_empty())),
        ("secondary_use", terms.secondary_use.then(|| "yes".to_owned())),
        ("agreement", agreement(snapshot, right)),
    ];
    let properties: Vec<Value> = properties
        .into_iter()
        .filter_map(|(name, value)| Some(json!({ "name": format!("indult:{name}"), "value": value? })))
        .collect();
    let name = snapshot.state.product_name(right.product);
    json!({
        "type": "application",
        "bom-ref": right.id.to_string(),
        "name": name,
        "licenses": [{ "license": {
            "bom-ref": format!("{}-licence", right.id),
            "name": format!("{name} ({})", right.id),
            "licensing": licensing,
            "properties": properties,
        } }],
    })
}

pub(super) fn cyclonedx(snapshot: &Snapshot, at: Timestamp, mut out: impl Write) -> Result<()> {
    let organisation = snapshot.state.organisation.as_ref().map_or("", |organisation| organisation.name.as_str());
    let components: Vec<Value> = rights(snapshot, at).map(|right| component(snapshot, right)).collect();
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": at.to_string(),
            "component": { "type": "platform", "name": format!("Licences of {organisation}") },
        },
        "components": components,
    });
    serde_json::to_writer_pretty(&mut out, &bill)?;
    out.write_all(b"\n")?;
    out.flush()
}
