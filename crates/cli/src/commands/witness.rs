//! `indult witness`: being a witness, and having one.
//!
//! The keeping of what was cosigned is in `app`, the protocol over HTTP in `web`.

use std::path::Path;
use std::process::ExitCode;

use app::witnessing::{self, Witnessing};
use serde_json::json;

use super::Asked;
use super::product::said;
use super::verify::key_text;
use crate::arguments::{self, Target};
use crate::client::{Client, escaped};
use crate::exit::Exit;
use crate::{local, print};

/// The witness of the organisation: adding, listing, asking.
pub async fn run(asked: &Asked, witness: arguments::Witness) -> Result<ExitCode, Exit> {
    match witness {
        arguments::Witness::Add { url, key } => {
            let body = json!({ "url": url, "verifier_key": key_text(&key)? });
            let answer = asked.client.post("/v1/witnesses", body).await?;
            said(asked, &answer, "The witness is asked from now on, every few seconds while the server runs.");
        }
        arguments::Witness::List => {
            let items = asked.client.list("/v1/witnesses").await?;
            let columns = [("NAME", "name", false), ("URL", "url", false), ("KEY", "verifier_key", false)];
            print::table(
                asked.output,
                &items,
                &columns,
                "No witnesses. Without one outside, the ledger's keepers could rewrite it unseen.",
            );
        }
        arguments::Witness::Remove { name } => {
            let answer = asked.client.post(&format!("/v1/witnesses/{}/removals", escaped(&name)), json!({})).await?;
            said(asked, &answer, &format!("{name} is no longer asked."));
        }
        arguments::Witness::Ask => {
            let Client::Local { app, .. } = &asked.client else {
                return Err(Exit::usage(
                    "A server asks its witnesses by itself; use --data for a folder on this machine.",
                ));
            };
            let answers = app.ask_witnesses(&*super::serve::transport()).await?;
            if answers.is_empty() {
                print::note("No witnesses. Add one with: indult witness add --url URL --key VKEY");
            }
            for answer in answers {
                match answer.result {
                    Ok(size) => print::line(format!("{} cosigned {size} entries.", answer.witness)),
                    Err(error) => return Err(Exit::failure(error)),
                }
            }
        }
        arguments::Witness::Serve { .. } | arguments::Witness::Init { .. } | arguments::Witness::Trust { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The keeping of a witness of one's own.
pub async fn keep(target: &Target, witness: arguments::Witness) -> Result<ExitCode, Exit> {
    let folder = target.data.clone().ok_or_else(|| Exit::usage("Name the witness's folder with --data DIR."))?;
    match witness {
        arguments::Witness::Init { name } => {
            print::line(witnessing::create(&folder, &name, &local::random())?);
            print::note(
                "Give this key to those who verify, and let logs be witnessed with: indult witness trust LOG-KEY",
            );
        }
        arguments::Witness::Trust { log_key } => {
            print::line(format!("{} is witnessed from now on.", witnessing::trust(&folder, &key_text(&log_key)?)?));
        }
        arguments::Witness::Serve { listen } => return serve(&folder, &listen).await,
        arguments::Witness::Add { .. }
        | arguments::Witness::List
        | arguments::Witness::Remove { .. }
        | arguments::Witness::Ask => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(folder: &Path, listen: &str) -> Result<ExitCode, Exit> {
    super::serve::start_logging();
    let witness = Witnessing::open(folder)?;
    let listener = super::serve::bind(listen).await?;
    let (name, logs, address) = (witness.name(), witness.logs(), listener.local_addr()?);
    print::line(format!("Witnessing {logs} logs as {name} on http://{address}"));
    axum::serve(listener, web::witness_router(witness, local::surroundings().clock)).await?;
    Ok(ExitCode::SUCCESS)
}
