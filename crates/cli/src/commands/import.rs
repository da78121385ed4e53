//! `indult import`: previews, imports, and undoing them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::{Import, TableReading, Tables};
use crate::client::{Part, escaped, form};
use crate::exit::{Exit, WITH_WARNINGS};
use crate::print::{self, at, words};

/// Remarks on a file that are printed.
const REMARKS_SHOWN: usize = 10;

pub async fn run(asked: &Asked, import: Import) -> Result<ExitCode, Exit> {
    match import {
        Import::Inventory { files, source, device, tables, dry_run } => {
            let source = source.unwrap_or_else(|| "file".to_owned());
            let query = [("source", Some(source)), ("device", device)];
            bring_in(asked, "inventory", &files, &query, &tables, dry_run).await
        }
        Import::Entitlements { file, source, tables, dry_run } => {
            bring_in(asked, "entitlements", &[file], &[("source", source)], &tables, dry_run).await
        }
        Import::Leavers { file, source, tables, dry_run } => {
            bring_in(asked, "leavers", &[file], &[("source", source)], &tables, dry_run).await
        }
        Import::Rejects { import } => {
            let answer = asked.client.get(&format!("/v1/imports/{}/rejects", escaped(&import))).await?;
            rejects(asked, &answer);
            Ok(ExitCode::SUCCESS)
        }
        Import::Mappings => {
            let items = asked.client.get("/v1/mappings").await?;
            let items = items.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
            let columns = [("TABLES OF", "kind", false), ("NAME", "name", false), ("BUILT IN", "built_in", false)];
            print::table(asked.output, &items, &columns, "No mappings.");
            Ok(ExitCode::SUCCESS)
        }
        Import::Usage { files, source, tables, dry_run } => {
            let source = source.unwrap_or_else(|| "file".to_owned());
            bring_in(asked, "usage", &files, &[("source", Some(source))], &tables, dry_run).await
        }
        Import::List => {
            let items = asked.client.list("/v1/imports").await?;
            let columns = [
                ("IMPORT", "id", false),
                ("KIND", "kind", false),
                ("SOURCE", "source", false),
                ("FILES", "file_names", false),
                ("BROUGHT", "summary", false),
                ("AT", "at", false),
                ("STATE", "state", false),
            ];
            print::table(asked.output, &items, &columns, "No imports yet. Begin with: indult import inventory FILE");
            Ok(ExitCode::SUCCESS)
        }
        Import::Show { import } => show(asked, &import).await,
        Import::Undo { import } => {
            let answer = asked.client.post(&format!("/v1/imports/{}/undo", escaped(&import)), json!({})).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                print::line(format!(
                    "Undid {import}. The position is as if it had never come in; both acts stay on the ledger."
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn show(asked: &Asked, import: &str) -> Result<ExitCode, Exit> {
    let answer = asked.client.get(&format!("/v1/imports/{}", escaped(import))).await?;
    if asked.output.json {
        print::json(&answer);
    } else {
        print::fields(
            &answer,
            &[
                ("Import", "id"),
                ("Kind", "kind"),
                ("Source", "source"),
                ("Files", "file_names"),
                ("Brought", "summary"),
                ("By", "by.name"),
                ("At", "at"),
                ("State", "state"),
                ("Entry", "recorded_in"),
            ],
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Parameters of an address by name, with their values where they are given.
type Parameters<const N: usize> = [(&'static str, Option<String>); N];

/// How a table is read, as the server takes it: a mapping file as a part, all else as parameters.
pub(super) fn told(reading: &TableReading) -> Result<(Option<Part>, Parameters<7>), Exit> {
    let file = reading.map.as_deref().map(Path::new).filter(|map| map.is_file());
    let mapping = file.map(|map| Part::read("mapping", map)).transpose()?;
    let said = [
        ("map", reading.map.clone().filter(|_| mapping.is_none())),
        ("sheet", reading.sheet.clone()),
        ("header_row", reading.header_row.map(|row| row.to_string())),
        ("delimiter", reading.delimiter.clone()),
        ("encoding", reading.encoding.clone()),
        ("decimal", reading.decimal.clone()),
        ("dates", reading.dates.clone()),
    ];
    Ok((mapping, said))
}

/// The parameters that are given, as an address has them.
pub(super) fn parameters<'a>(given: impl Iterator<Item = &'a (&'a str, Option<String>)>) -> String {
    let parts = given.filter_map(|(key, value)| Some(format!("{key}={}", escaped(value.as_ref()?))));
    parts.collect::<Vec<_>>().join("&")
}

/// Sends files of one kind, to be looked at or brought in.
async fn bring_in(
    asked: &Asked,
    kind: &str,
    files: &[PathBuf],
    query: &[(&str, Option<String>)],
    tables: &Tables,
    dry_run: bool,
) -> Result<ExitCode, Exit> {
    let mut parts: Vec<Part> = files.iter().map(|file| Part::read("file", file)).collect::<Result<_, _>>()?;
    let (mapping, reading) = told(&tables.reading)?;
    parts.extend(mapping);
    let flag = |set: bool| set.then(|| "true".to_owned());
    let said = [("remember", flag(tables.remember)), ("dry_run", flag(dry_run))];
    let path = format!("/v1/imports/{kind}?{}", parameters(query.iter().chain(&reading).chain(&said)));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&parts)).await?.json()?;
    outcome(asked, &answer, dry_run);
    let left_out = at(&answer, "brought.rejected").as_u64().unwrap_or(0);
    Ok(if left_out > 0 { ExitCode::from(WITH_WARNINGS) } else { ExitCode::SUCCESS })
}

/// What was left out, as CSV or as it came.
fn rejects(asked: &Asked, answer: &Value) {
    if asked.output.json {
        print::json(answer);
        return;
    }
    let cells = |row: &Value| {
        let cells = row.as_array().into_iter().flatten().map(words);
        // A spreadsheet that opens this must not run what a stranger wrote.
        let guarded = cells.map(|cell| {
            let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
            format!("\"{guard}{}\"", cell.replace('"', "\"\""))
        });
        guarded.collect::<Vec<_>>().join(",")
    };
    print::line(cells(at(answer, "headers")));
    for row in at(answer, "rows").as_array().into_iter().flatten() {
        print::line(cells(row));
    }
}

/// How the first table was read.
fn table(answer: &Value) {
    let table = at(answer, "table");
    if table.is_null() {
        return;
    }
    let mut facts = Vec::new();
    for (words_before, key) in [
        ("sheet ", "sheet"),
        ("headers on row ", "header_row"),
        ("cells parted by ", "delimiter"),
        ("text in ", "encoding"),
    ] {
        let value = words(at(table, key));
        if !value.is_empty() {
            facts.push(format!("{words_before}{value}"));
        }
    }
    for (words_before, key) in [("decimals after a ", "decimal"), ("dates ", "dates")] {
        let value = words(at(table, key)).replace('_', " ");
        if !value.is_empty() {
            facts.push(format!("{words_before}{value}"));
        }
    }
    print::line(format!("Read: {}; mapping {}.", facts.join(", "), words(at(table, "mapping.name"))));
    let ambiguous = at(table, "ambiguous_dates").as_u64().unwrap_or(0);
    if ambiguous > 0 {
        print::line(format!(
            "{ambiguous} dates have two readings; say which with --dates day_first or --dates month_first."
        ));
    }
    for column in at(answer, "columns").as_array().into_iter().flatten() {
        let (header, used) = (words(at(column, "header")), words(at(column, "used_as")));
        let suggestion = words(at(column, "suggestion"));
        match (used.is_empty(), suggestion.is_empty()) {
            (false, _) => print::line(format!("  {header} = {used}")),
            (true, false) => print::line(format!("  {header} ignored; it could be the {suggestion}")),
            (true, true) => print::line(format!("  {header} ignored")),
        }
    }
}

/// What an import brought or would bring.
fn outcome(asked: &Asked, answer: &Value, dry_run: bool) {
    if asked.output.json {
        print::json(answer);
        return;
    }
    print::line(words(at(answer, "summary")));
    if dry_run {
        table(answer);
    }
    for file in at(answer, "remarks").as_array().into_iter().flatten() {
        let remarks = at(file, "remarks").as_array().cloned().unwrap_or_default();
        for remark in remarks.iter().take(REMARKS_SHOWN) {
            let (file, place, text) = (at(file, "file"), at(remark, "place"), at(remark, "text"));
            print::line(format!("{}, {}: {}", words(file), words(place), words(text)));
        }
        if remarks.len() > REMARKS_SHOWN {
            print::line(format!("  … and {} more remarks; see all with --json", remarks.len() - REMARKS_SHOWN));
        }
    }
    for file in at(answer, "rejects").as_array().into_iter().flatten() {
        let rejects = at(file, "rejects").as_array().map_or(0, Vec::len);
        print::line(format!("{}: {rejects} left out", words(at(file, "file"))));
        for reject in at(file, "rejects").as_array().into_iter().flatten().take(20) {
            print::line(format!(
                "  {}: {} {}",
                words(at(reject, "place")),
                words(at(reject, "problem")),
                words(at(reject, "repair")),
            ));
        }
        if rejects > 20 {
            print::line(format!("  … and {} more; see all with --json", rejects - 20));
        }
    }
    let changes = at(answer, "changes").as_array().cloned().unwrap_or_default();
    if !changes.is_empty() {
        let columns =
            [("PRODUCT", "product", false), ("BEFORE", "before_words", false), ("AFTER", "after_words", false)];
        print::rows_table(
            asked.output,
            &columns,
            changes.iter().map(|change| columns.iter().map(|(_, path, _)| words(at(change, path))).collect()).collect(),
        );
    }
    if dry_run {
        print::note("Nothing was written. Run it again without -n to import.");
    } else {
        let import = words(at(answer, "id"));
        print::line(format!("Imported as {import}. Undo it with: indult import undo {import}"));
    }
}
