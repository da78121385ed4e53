//! `indult leaver`: people who have left.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::json;

use super::Asked;
use super::product::said;
use crate::arguments::Leaver;
use crate::client::{Sent, escaped, read_file};
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, leaver: Leaver) -> Result<ExitCode, Exit> {
    match leaver {
        Leaver::List => {
            let items = asked.client.list("/v1/leavers").await?;
            let columns = [("LEAVER", "id", false), ("NAME", "name", false), ("LAST DAY", "left_on", false)];
            print::table(asked.output, &items, &columns, "Nobody yet. Record a list with: indult leaver import FILE");
        }
        Leaver::Add { name, left_on } => {
            let body = json!({ "leavers": [{ "name": name, "left_on": left_on }] });
            let answer = asked.client.post("/v1/leavers", body).await?;
            said(asked, &answer, &format!("Recorded {}.", words(at(&answer, "object"))));
        }
        Leaver::Import { file, dry_run } => {
            let query = if dry_run { "?dry_run=true" } else { "" };
            let path = format!("/v1/leavers/lists{query}");
            let answer = asked.client.send(Method::POST, &path, Sent::Bytes(read_file(&file)?)).await?.json()?;
            let rejected = at(&answer, "rejected").as_array().cloned().unwrap_or_default();
            let verb = if dry_run { "would be recorded" } else { "recorded" };
            let sentence = format!(
                "{} {verb}, {} known already, {} lines cannot be used.",
                words(at(&answer, "new")),
                words(at(&answer, "known")),
                rejected.len()
            );
            said(asked, &answer, &sentence);
            if !asked.output.json && !rejected.is_empty() {
                print::table(asked.output, &rejected, &[("LINE", "line", true), ("WHAT TO DO", "repair", false)], "");
                return Ok(ExitCode::from(9));
            }
        }
        Leaver::Remove { leaver } => {
            let answer = asked.client.post(&format!("/v1/leavers/{}/removals", escaped(&leaver)), json!({})).await?;
            said(asked, &answer, &format!("{leaver} is taken back, and the name is erased."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
