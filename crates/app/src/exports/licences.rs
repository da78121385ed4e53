//! Rights in the notations of standards: ISO/IEC 19770-3 entitlements (ENT) and CycloneDX `licensing`.
//!
//! Both say less than a right holds. ENT is written to the best of public knowledge of the 2016 schema, which is sold and
//! not published: names of elements may have to be adjusted for a reader that checks them. What CycloneDX has no place
//! for stands in properties named `indult:…`, from which rights are read back whole.

use std::io::{Result, Write};

use domain::entitlement::{Entitlement, Right, UseRights};
use jiff::Timestamp;
use jiff::civil::Date;
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

/// The use rights of a right as texts, each for one column: names have a semicolon between them.
pub(super) struct FlatRights {
    pub environments: Option<String>,
    pub regions: Option<String>,
    pub business_units: Option<String>,
    pub cost_centres: Option<String>,
    pub newest_version: Option<String>,
    pub downgrade: bool,
    pub maintained_until: Option<Date>,
    pub instead_for: Option<String>,
}

impl FlatRights {
    pub fn of(snapshot: &Snapshot, right: &Right) -> Self {
        fn joined(names: impl Iterator<Item = String>) -> Option<String> {
            Some(names.collect::<Vec<String>>().join("; ")).filter(|names| !names.is_empty())
        }
        let UseRights { scope, versions, instead_for } = &right.use_rights;
        let versions = versions.as_ref();
        Self {
            environments: joined(scope.environments.iter().map(|environment| environment.name().to_owned())),
            regions: joined(scope.regions.iter().cloned()),
            business_units: joined(scope.business_units.iter().cloned()),
            cost_centres: joined(scope.cost_centres.iter().cloned()),
            newest_version: versions.map(|versions| versions.newest.clone()),
            downgrade: versions.is_some_and(|versions| versions.downgrade),
            maintained_until: versions.and_then(|versions| versions.maintained_until),
            instead_for: joined(instead_for.iter().map(|product| snapshot.state.product_name(*product))),
        }
    }

    /// The texts by the names of their columns.
    fn named(self) -> [(&'static str, Option<String>); 8] {
        [
            ("environments", self.environments),
            ("regions", self.regions),
            ("business_units", self.business_units),
            ("cost_centres", self.cost_centres),
            ("newest_version", self.newest_version),
            ("downgrade", self.downgrade.then(|| "yes".to_owned())),
            ("maintained_until", self.maintained_until.map(|day| day.to_string())),
            ("instead_for", self.instead_for),
        ]
    }
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
        for (name, text) in FlatRights::of(snapshot, terms).named() {
            if let Some(text) = text {
                writeln!(out, "    <UseRight name=\"{name}\">{}</UseRight>", escaped(&text))?;
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
    let conditions =
        right.agreement.and_then(|number| snapshot.state.agreements.get(&number)).map(|agreement| &agreement.terms);
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
        ("agreement_ends_on", conditions.and_then(|terms| terms.ends_on).map(|day| day.to_string())),
        ("notice_days", conditions.and_then(|terms| terms.notice_days).map(|days| days.to_string())),
        (
            "compliant_by_contract",
            conditions.is_some_and(|terms| terms.compliant_by_contract).then(|| "yes".to_owned()),
        ),
    ];
    let properties: Vec<Value> = properties
        .into_iter()
        .chain(FlatRights::of(snapshot, terms).named())
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
