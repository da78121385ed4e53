//! Licences in JSON as rows of a table: CycloneDX `licensing` (1.5 to 1.7), and lists of plain objects as tools export them.
//!
//! The rows are read by the same code as any table; here only the notation is turned. What CycloneDX does not say of a
//! licence, its quantity above all, is taken from properties of the licence that are named after our fields.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::encoding::decode;
use crate::json::{outline, unreadable};
use crate::layout::Table;
use crate::limits::{CELL_BYTES, COLUMNS, ENTITLEMENT_ROWS};
use crate::mapping::{EntitlementField, Field, FieldMapping, Layout};
use crate::unreadable::Unreadable;
use crate::workbook::{ReadWorkbook, SheetRow};

/// What our fields are called as properties of a licence: `indult:quantity`.
const PROPERTY: &str = "indult:";

/// Keys under which tools put the list of their export.
const LISTS: [&str; 6] = ["records", "result", "results", "rows", "data", "value"];

/// Kinds of licence in CycloneDX that are metrics here.
const METRICS: [(&str, &str); 5] = [
    ("named-user", "named_user"),
    ("user", "named_user"),
    ("device", "device"),
    ("node-locked", "device"),
    ("concurrent-user", "concurrent_user"),
];

/// A file as a table: lists in JSON, or any table.
pub fn opened<'a, F: Field>(
    bytes: &'a [u8],
    mapping: Option<&FieldMapping<F>>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<Table<'a>, Unreadable> {
    let layout = layout.or(mapping.map(FieldMapping::layout).unwrap_or_default());
    match rows(bytes)? {
        Some(rows) => Ok(Table::of_rows(rows, layout)),
        None => Table::open(bytes, layout, read_workbook),
    }
}

/// The rows of JSON, the first one holding the headers; `None` where it is no JSON.
/// Rows are numbered as the entries of the list, the first being 1.
fn rows(bytes: &[u8]) -> Result<Option<Vec<SheetRow>>, Unreadable> {
    if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Ok(None);
    }
    let (text, _) = decode(bytes)?;
    // Limits and keys that stand twice are looked for first.
    outline(&text).1?;
    let value: Value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let entries = match &value {
        Value::Object(bill) if bill.contains_key("bomFormat") => licences(bill),
        Value::Object(object) => match LISTS.iter().find_map(|list| object.get(*list)?.as_array()) {
            Some(list) => plain(list),
            None => return Err(no_table()),
        },
        Value::Array(list) => plain(list),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(no_table()),
    };
    if entries.is_empty() {
        return Err(no_table());
    }
    table(&entries).map(Some)
}

fn no_table() -> Unreadable {
    Unreadable::OtherKind {
        what: "JSON without a list of licences",
        instead: "Import a list of objects, one for each licence, a CycloneDX file with “licensing”, or a table as CSV or XLSX; inventories go to “indult import inventory”.",
    }
}

type Entry = Vec<(String, String, bool)>;

/// Objects whose values are plain; an object inside one is taken by its name, as export interfaces show references.
fn plain(list: &[Value]) -> Vec<Entry> {
    let entry = |object: &Map<String, Value>| {
        let cell = |(key, value): (&String, &Value)| text(value).map(|text| (key.clone(), text, value.is_number()));
        object.iter().filter_map(cell).collect()
    };
    list.iter().filter_map(Value::as_object).map(entry).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => ["display_value", "name", "value"].iter().find_map(|key| {
            let inner = object.get(*key)?;
            inner.as_str().map(str::to_owned).or_else(|| inner.is_number().then(|| inner.to_string()))
        }),
    }
}

/// Every licence of every component that says something about licensing.
fn licences(bill: &Map<String, Value>) -> Vec<Entry> {
    let mut found = Vec::new();
    let subject = bill.get("metadata").and_then(|metadata| metadata.get("component"));
    let mut open: Vec<&Value> = subject.into_iter().collect();
    open.extend(bill.get("components").and_then(Value::as_array).into_iter().flatten());
    // Depth is limited by the walk through the outline.
    open.reverse();
    while let Some(component) = open.pop() {
        for choice in component.get("licenses").and_then(Value::as_array).into_iter().flatten() {
            let licence = choice.get("license").unwrap_or(choice);
            if let Some(licensing) = licence.get("licensing") {
                found.push(licence_entry(component, licence, licensing));
            }
        }
        open.extend(component.get("components").and_then(Value::as_array).into_iter().flatten().rev());
    }
    found
}

fn licence_entry(component: &Value, licence: &Value, licensing: &Value) -> Entry {
    use EntitlementField as F;
    let word = |value: &Value, path: &[&str]| {
        path.iter().try_fold(value, |value, key| value.get(key)).and_then(Value::as_str).map(str::to_owned)
    };
    let mut cells: BTreeMap<F, String> = BTreeMap::new();
    let mut set = |field: F, text: Option<String>| {
        if let Some(text) = text {
            cells.insert(field, text);
        }
    };
    let publisher = word(licensing, &["licensor", "organization", "name"])
        .or_else(|| word(component, &["publisher"]))
        .or_else(|| word(component, &["supplier", "name"]));
    set(F::Product, word(component, &["name"]));
    set(F::Publisher, publisher);
    let kinds = licensing.get("licenseTypes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let metric =
        kinds.filter_map(|kind| METRICS.iter().find(|(theirs, _)| *theirs == kind)).map(|(_, ours)| *ours).next();
    set(F::Metric, metric.map(str::to_owned));
    set(F::EndsOn, word(licensing, &["expiration"]));
    set(F::PurchaseReference, word(licensing, &["purchaseOrder"]));
    let properties =
        [licence, component].into_iter().filter_map(|holder| holder.get("properties")?.as_array()).flatten();
    for property in properties {
        let name = property.get("name").and_then(Value::as_str).and_then(|name| name.strip_prefix(PROPERTY));
        let field = EntitlementField::ALL.into_iter().find(|field| Some(field.name()) == name);
        if let (Some(field), Some(value)) = (field, property.get("value").and_then(Value::as_str)) {
            cells.insert(field, value.to_owned());
        }
    }
    // A licence without a quantity is a row without one, which says what is missing.
    cells.into_iter().map(|(field, text)| (field.name().to_owned(), text, false)).collect()
}

/// Entries as rows under common headers.
fn table(entries: &[Entry]) -> Result<Vec<SheetRow>, Unreadable> {
    let over = |limit, place: u64| Err(Unreadable::OverLimit { limit, place: format!("entry {place}") });
    let mut headers: Vec<String> = ["product", "metric", "quantity"].map(str::to_owned).to_vec();
    let own = entries.iter().flatten().any(|(key, _, _)| headers.contains(key));
    if !own {
        headers.clear();
    }
    let mut rows = Vec::new();
    let mut number = 0;
    for entry in entries {
        number += 1;
        let mut row = SheetRow { number, cells: Vec::new(), numbers: Vec::new() };
        for (key, text, is_number) in entry {
            let column = headers.iter().position(|header| header == key).unwrap_or_else(|| {
                headers.push(key.clone());
                headers.len() - 1
            });
            if COLUMNS.is_exceeded_by(headers.len()) {
                return over(COLUMNS, number);
            }
            if CELL_BYTES.is_exceeded_by(text.len()) {
                return over(CELL_BYTES, number);
            }
            if row.cells.len() <= column {
                row.cells.resize(column + 1, String::new());
                row.numbers.resize(column + 1, false);
            }
            if let (Some(cell), Some(kept)) = (row.cells.get_mut(column), row.numbers.get_mut(column)) {
                cell.clone_from(text);
                *kept = *is_number;
            }
        }
        if !row.cells.is_empty() {
            rows.push(row);
        }
        if ENTITLEMENT_ROWS.is_exceeded_by(rows.len()) {
            return over(ENTITLEMENT_ROWS, number);
        }
    }
    let numbers = vec![false; headers.len()];
    rows.insert(0, SheetRow { number: 0, cells: headers, numbers });
    Ok(rows)
}
