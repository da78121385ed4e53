//! `indult import`: previews, imports, and undoing them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::Import;
use crate::client::{Part, escaped, form};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, import: Import) -> Result<ExitCode, Exit> {
    match import {
        Import::Inventory { files, source, device, dry_run } => {
            inventory(asked, &files, source.as_deref(), device.as_deref(), dry_run).await
        }
        Import::Usage { files, source, dry_run } => usage(asked, &files, source.as_deref(), dry_run).await,
        Import::Entitlements { file, map, dry_run } => entitlements(asked, &file, map.as_deref(), dry_run).await,
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
        Import::Show { import } => {
            let answer = asked.client.get(&format!("/v1/imports/{}", escaped(&import))).await?;
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

async fn inventory(
    asked: &Asked,
    files: &[PathBuf],
    source: Option<&str>,
    device: Option<&str>,
    dry_run: bool,
) -> Result<ExitCode, Exit> {
    let parts: Vec<Part> = files.iter().map(|file| Part::read("file", file)).collect::<Result<_, _>>()?;
    let source = source.unwrap_or("file");
    let device = device.map(|device| format!("&device={}", escaped(device))).unwrap_or_default();
    let path = format!("/v1/imports/inventory?source={}{device}{}", escaped(source), dry(dry_run));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&parts)).await?.json()?;
    outcome(asked, &answer, dry_run);
    Ok(ExitCode::SUCCESS)
}

async fn usage(asked: &Asked, files: &[PathBuf], source: Option<&str>, dry_run: bool) -> Result<ExitCode, Exit> {
    let parts: Vec<Part> = files.iter().map(|file| Part::read("file", file)).collect::<Result<_, _>>()?;
    let path = format!("/v1/imports/usage?source={}{}", escaped(source.unwrap_or("file")), dry(dry_run));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&parts)).await?.json()?;
    outcome(asked, &answer, dry_run);
    Ok(ExitCode::SUCCESS)
}

async fn entitlements(asked: &Asked, file: &Path, map: Option<&str>, dry_run: bool) -> Result<ExitCode, Exit> {
    let mut parts = vec![Part::read("file", file)?];
    let mut named = String::new();
    if let Some(map) = map {
        if Path::new(map).is_file() {
            parts.push(Part::read("mapping", Path::new(map))?);
        } else {
            named = format!("&map={}", escaped(map));
        }
    }
    let path = format!("/v1/imports/entitlements?{}{named}", dry(dry_run).trim_start_matches('&'));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&parts)).await?.json()?;
    outcome(asked, &answer, dry_run);
    Ok(ExitCode::SUCCESS)
}

fn dry(dry_run: bool) -> &'static str {
    if dry_run { "&dry_run=true" } else { "" }
}

/// What an import brought or would bring.
fn outcome(asked: &Asked, answer: &Value, dry_run: bool) {
    if asked.output.json {
        print::json(answer);
        return;
    }
    print::line(words(at(answer, "summary")));
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
