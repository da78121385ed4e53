//! `indult leaver`: people who have left.

use std::process::ExitCode;

use serde_json::json;

use super::Asked;
use super::product::said;
use crate::arguments::Leaver;
use crate::client::escaped;
use crate::exit::Exit;
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, leaver: Leaver) -> Result<ExitCode, Exit> {
    match leaver {
        Leaver::List => {
            let items = asked.client.list("/v1/leavers").await?;
            let columns = [("LEAVER", "id", false), ("NAME", "name", false), ("LAST DAY", "left_on", false)];
            print::table(asked.output, &items, &columns, "Nobody yet. Take in a list with: indult import leavers FILE");
        }
        Leaver::Add { name, left_on } => {
            let body = json!({ "leavers": [{ "name": name, "left_on": left_on }] });
            let answer = asked.client.post("/v1/leavers", body).await?;
            said(asked, &answer, &format!("Recorded {}.", words(at(&answer, "object"))));
        }
        Leaver::Remove { leaver } => {
            let answer = asked.client.post(&format!("/v1/leavers/{}/removals", escaped(&leaver)), json!({})).await?;
            said(asked, &answer, &format!("{leaver} is taken back, and the name is erased."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
