//! `indult ledger`: entries, checkpoints, proofs, and the export for verifiers that are not ours.

use std::path::Path;
use std::process::ExitCode;

use axum::http::Method;
use merkle_log::{Checkpoint, EntryBundleId, SignedNote, TileId, bundles_for_size, tiles_for_size};

use super::Asked;
use crate::arguments::Ledger;
use crate::client::{Sent, escaped};
use crate::exit::Exit;
use crate::print;

pub async fn run(asked: &Asked, ledger: Ledger) -> Result<ExitCode, Exit> {
    match ledger {
        Ledger::List { actor, action, object, limit } => {
            let mut path = format!("/v1/ledger/entries?limit={}", limit.clamp(1, 200));
            for (key, value) in [("actor", actor), ("action", action), ("object", object)] {
                if let Some(value) = value {
                    path.push_str(&format!("&{key}={}", escaped(&value)));
                }
            }
            let answer = asked.client.get(&path).await?;
            let items = print::at(&answer, "data").as_array().cloned().unwrap_or_default();
            let columns = [
                ("ENTRY", "entry", true),
                ("AT", "at", false),
                ("WHO", "actor.person", false),
                ("THROUGH", "actor.via", false),
                ("WHAT", "type", false),
                ("ABOUT", "stream", false),
            ];
            print::table(asked.output, &items, &columns, "No entries fit.");
        }
        Ledger::Show { seq } => print::json(&asked.client.get(&format!("/v1/ledger/entries/{seq}")).await?),
        Ledger::Checkpoint => {
            print::bytes(&asked.client.send(Method::GET, "/v1/ledger/checkpoint", Sent::Nothing).await?.body)
        }
        Ledger::Proof { seq } => {
            let path = format!("/v1/ledger/entries/{seq}/proof");
            print::bytes(&asked.client.send(Method::GET, &path, Sent::Nothing).await?.body);
        }
        Ledger::Export { directory } => export(asked, &directory).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the tile tree of the newest checkpoint, with the checkpoint and the keys.
async fn export(asked: &Asked, directory: &Path) -> Result<(), Exit> {
    if directory.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        return Err(Exit::with_code(7, format!("{} is not empty; name a new folder.", directory.display())));
    }
    let note = asked.client.send(Method::GET, "/v1/ledger/checkpoint", Sent::Nothing).await?.body;
    let checkpoint: Checkpoint = SignedNote::parse(&note)
        .map_err(|error| Exit::failure(error.to_string()))?
        .text()
        .parse()
        .map_err(|error: merkle_log::CheckpointError| Exit::failure(error.to_string()))?;
    std::fs::create_dir_all(directory)?;
    std::fs::write(directory.join("checkpoint"), &note)?;
    let key = asked.client.send(Method::GET, "/v1/ledger/log.vkey", Sent::Nothing).await?.body;
    std::fs::write(directory.join("log.vkey"), key)?;
    let witnesses = asked.client.send_raw(Method::GET, "/v1/ledger/witness.vkeys", Sent::Nothing).await?;
    if witnesses.status == 200 && !witnesses.body.is_empty() {
        std::fs::write(directory.join("witness.vkey"), witnesses.body)?;
    }
    let tiles = tiles_for_size(checkpoint.size).map(TileId::path);
    let bundles = bundles_for_size(checkpoint.size).map(EntryBundleId::path);
    for path in tiles.chain(bundles) {
        let bytes = asked.client.send(Method::GET, &format!("/{path}"), Sent::Nothing).await?.body;
        let file = directory.join(&path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, bytes)?;
    }
    print::line(format!("Wrote {} entries under {} to {}.", checkpoint.size, checkpoint.origin, directory.display()));
    print::note(
        "Verify it with tools that are not ours: see docs/VERIFY.md. Texts and files stay here; the export holds their commitments.",
    );
    Ok(())
}
