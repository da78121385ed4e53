//! `indult export`: positions, rights and installations whole, as files for other programs.

use std::path::Path;
use std::process::ExitCode;

use super::Asked;
use crate::arguments::Export;
use crate::client::{Sent, escaped};
use crate::exit::Exit;
use crate::print;

pub async fn run(asked: &Asked, export: Export) -> Result<ExitCode, Exit> {
    if let Some(file) = export.output.as_ref().filter(|file| file.exists() && !export.force) {
        let message = format!("{} exists already; name a new file, or add --force.", file.display());
        return Err(Exit::with_code(7, message));
    }
    let format =
        export.format.or_else(|| export.output.as_deref().and_then(ending)).unwrap_or_else(|| "csv".to_owned());
    let path = format!("/v1/exports/{}?format={}", escaped(&export.subject), escaped(&format));
    let answer = asked.client.send(axum::http::Method::GET, &path, Sent::Nothing).await?;
    match export.output {
        None => print::bytes(&answer.body),
        Some(file) => {
            std::fs::write(&file, &answer.body)?;
            print::note(format!("Wrote {} ({} bytes).", file.display(), answer.body.len()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The format that the name of a file asks for.
fn ending(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?.to_lowercase();
    let known = [
        (".ent.xml", "ent"),
        (".cdx.json", "cyclonedx"),
        (".csv", "csv"),
        (".xlsx", "xlsx"),
        (".json", "json"),
        (".parquet", "parquet"),
    ];
    known.iter().find(|(end, _)| name.ends_with(end)).map(|(_, format)| (*format).to_owned())
}
