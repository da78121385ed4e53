//! `indult seal`: the days whose estate the ledger commits to.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Asked;
use crate::arguments::{Seal, SealAct};
use crate::client::escaped;
use crate::exit::{DOES_NOT_VERIFY, Exit};
use crate::print::{self, at, words};

pub async fn run(asked: &Asked, seal: Seal) -> Result<ExitCode, Exit> {
    match seal.act {
        None => {
            let answer = asked.client.post("/v1/seals", json!({ "day": seal.day })).await?;
            if asked.output.json {
                print::json(&answer);
            } else {
                show(at(&answer, "seal"));
            }
        }
        Some(SealAct::List) => {
            let items = asked.client.list("/v1/seals").await?;
            let columns = [
                ("DAY", "day", false),
                ("ENTRY", "entry", true),
                ("LEDGER SIZE", "ledger_size", true),
                ("DEVICES", "devices", true),
                ("INSTALLATIONS", "installations", true),
                ("CHUNKS", "chunks", true),
                ("ROOT", "root", false),
            ];
            print::table(asked.output, &items, &columns, "No day is sealed yet. Seal today with: indult seal");
        }
        Some(SealAct::Show { day }) => {
            let found = asked.client.get(&format!("/v1/seals/{}", escaped(&day))).await?;
            if asked.output.json {
                print::json(&found);
            } else {
                show(&found);
            }
        }
        Some(SealAct::Verify { day }) => return verify(asked, day).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(seal: &Value) {
    print::fields(
        seal,
        &[
            ("Day", "day"),
            ("Sealed in entry", "entry"),
            ("Ledger size", "ledger_size"),
            ("Root", "root"),
            ("Chunks", "chunks"),
            ("Reports", "reports"),
            ("Devices", "devices"),
            ("Installations", "installations"),
            ("Made at", "made_at"),
            ("By", "by"),
        ],
    );
}

async fn verify(asked: &Asked, day: Option<String>) -> Result<ExitCode, Exit> {
    let day = match day {
        Some(day) => day,
        None => {
            let newest = asked.client.get("/v1/seals?limit=1").await?;
            let newest = at(&newest, "data").get(0).map(|seal| words(at(seal, "day")));
            newest.ok_or_else(|| Exit::with_code(6, "No day is sealed yet. Seal today with: indult seal"))?
        }
    };
    let found = asked.client.get(&format!("/v1/seals/{}/agreement", escaped(&day))).await?;
    let agrees = at(&found, "agrees").as_bool().unwrap_or_default();
    if asked.output.json {
        print::json(&found);
    } else {
        for difference in at(&found, "differences").as_array().into_iter().flatten() {
            print::line(format!("\u{2717} {}", words(difference)));
        }
        if agrees {
            print::line(format!(
                "\u{2713} All lines of {day}, {} in number, come out as they were sealed in entry {}.",
                words(at(&found, "lines")),
                words(at(&found, "seal.entry"))
            ));
        }
    }
    if agrees {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Exit::with_code(DOES_NOT_VERIFY, format!("The position of {day} does not come out as it was sealed.")))
}
