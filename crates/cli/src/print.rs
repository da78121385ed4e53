//! How answers are printed: JSON as it came, tables for people, tabs for scripts.
//!
//! The only place that writes to standard output.
#![expect(clippy::print_stderr, reason = "printing is what this module is for")]

use std::io::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use crate::arguments::Output;

/// Prints a line of an answer.
pub fn line(text: impl AsRef<str>) {
    // A reader that has gone away (`| head`) is no reason to panic.
    let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
}

/// Prints bytes as they are.
pub fn bytes(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
    let _ = std::io::stdout().flush();
}

/// Says something that is no answer, on standard error.
pub fn note(text: impl AsRef<str>) {
    eprintln!("{}", text.as_ref());
}

/// Prints JSON so that people can read it too.
pub fn json(value: &Value) {
    line(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// The value at a dotted path; `Null` where there is none.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    path.split('.').try_fold(value, |value, key| value.get(key)).unwrap_or(&NULL)
}

/// The words for a value: nothing for null, money with its currency, lists with commas.
pub fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => grouped(&number.to_string()),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            match (text("amount"), text("currency"), text("name"), text("id")) {
                (Some(amount), Some(currency), _, _) => format!("{currency} {}", grouped(amount)),
                (_, _, Some(name), Some(id)) => format!("{id} {name}"),
                (_, _, Some(name), None) => name.to_owned(),
                (_, _, None, Some(id)) => id.to_owned(),
                _ => value.to_string(),
            }
        }
    }
}

/// `6900.00` as `6,900.00`.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match rest {
        Some(rest) => format!("{text}.{rest}"),
        None => text,
    }
}

/// A column of a table: heading, path of the value, and whether it is a number.
pub type Column<'a> = (&'a str, &'a str, bool);

/// Prints items as a table, or as JSON.
pub fn table(output: Output, items: &[Value], columns: &[Column<'_>], when_empty: &str) {
    if output.json {
        json(&Value::Array(items.to_vec()));
        return;
    }
    if items.is_empty() {
        note(when_empty);
        return;
    }
    let rows = items.iter().map(|item| columns.iter().map(|(_, path, _)| words(at(item, path))).collect()).collect();
    rows_table(output, columns, rows);
}

/// Prints rows of words as a table.
pub fn rows_table(output: Output, columns: &[Column<'_>], rows: Vec<Vec<String>>) {
    if output.plain {
        for row in rows {
            let row: Vec<String> = row.into_iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
            line(row.join("\t"));
        }
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns.iter().map(|(heading, _, _)| *heading));
    for row in rows {
        // Text from outside must not steer the terminal.
        table.add_row(
            row.into_iter().map(|cell| cell.chars().filter(|letter| !letter.is_control()).collect::<String>()),
        );
    }
    for (index, (_, _, number)) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(index)
            && *number
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for printed in table.lines() {
        line(printed.trim_end());
    }
}

/// Prints labelled values, one a line; what is absent is left out.
pub fn fields(item: &Value, labels: &[(&str, &str)]) {
    let width = labels.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    for (label, path) in labels {
        let text = words(at(item, path));
        if !text.is_empty() {
            line(format!("{label:width$}  {text}"));
        }
    }
}
