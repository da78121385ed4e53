//! `indult catalogue`: the kinds of exception and who decides.

use std::path::Path;
use std::process::ExitCode;

use app::{CatalogueFile, read_catalogue};
use serde_json::{Value, json};

use super::Asked;
use super::product::said;
use crate::arguments::Catalogue;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, catalogue: Catalogue) -> Result<ExitCode, Exit> {
    match catalogue {
        Catalogue::Show => {
            let answer = asked.client.get("/v1/catalogue").await?;
            if asked.output.json {
                print::json(&answer);
                return Ok(ExitCode::SUCCESS);
            }
            print::line(format!("Catalogue {}", words(at(&answer, "digest"))));
            for category in at(&answer, "categories").as_array().into_iter().flatten() {
                print::line("");
                print::line(format!("{}: {}", words(at(category, "key")), words(at(category, "title"))));
                let deciders: Vec<String> = at(category, "decided_by")
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|seats| format!("{} {}", words(at(seats, "count")), words(at(seats, "role"))))
                    .collect();
                print::line(format!("  decided by {}", deciders.join(" and ")));
                print::line(format!("  for at most {} days", words(at(category, "days_max"))));
            }
            Ok(ExitCode::SUCCESS)
        }
        Catalogue::Lint { folder } => lint(&folder),
        Catalogue::Publish { folder } => {
            let files: Vec<Value> = files(&folder)?
                .into_iter()
                .map(|file| json!({ "name": file.name, "content": String::from_utf8_lossy(&file.bytes) }))
                .collect();
            let answer = asked.client.post("/v1/catalogue/versions", json!({ "files": files })).await?;
            said(asked, &answer, "The catalogue is in force. Requests submitted from now on are decided by it.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Checks a folder without an organisation.
pub fn lint(folder: &Path) -> Result<ExitCode, Exit> {
    match read_catalogue(&files(folder)?) {
        Ok(read) => {
            print::line(format!("{} categories, digest {}.", read.categories.len(), read.digest));
            Ok(ExitCode::SUCCESS)
        }
        Err(findings) => {
            for finding in &findings {
                print::line(format!("{}: {}: {} {}", finding.file, finding.place, finding.problem, finding.repair));
            }
            Err(Exit::failure(format!("The catalogue has {} to mend.", findings.len())))
        }
    }
}

fn files(folder: &Path) -> Result<Vec<CatalogueFile>, Exit> {
    let mut files = Vec::new();
    for entry in
        std::fs::read_dir(folder).map_err(|error| Exit::with_code(6, format!("{}: {error}", folder.display())))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            files.push(CatalogueFile { name, bytes: std::fs::read(&path)? });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}
