//! `indult verify`: a folder, or an export, and either against a checkpoint that was kept elsewhere.
//!
//! Keys to trust never come from what is verified.

use std::path::Path;
use std::process::ExitCode;

use merkle_log::{
    Checkpoint, CosignatureVerifier, Frontier, NoteVerifier, SignedNote, TileId, TileReader, TileSource, TreeHead,
    bundles_for_size, decode_bundle, leaf_hash, tiles_for_size,
};
use serde_json::json;

use crate::arguments::{Output, Target, Verify};
use crate::exit::{DOES_NOT_VERIFY, Exit, WITH_WARNINGS};
use crate::print;

pub async fn verify(target: &Target, output: Output, verify: &Verify) -> Result<ExitCode, Exit> {
    let against = match &verify.against {
        Some(file) => {
            Some(std::fs::read(file).map_err(|error| Exit::with_code(6, format!("{}: {error}", file.display())))?)
        }
        None => None,
    };
    match (&verify.export, &target.data) {
        (Some(export), _) => verify_export(output, export, verify, against.as_deref()),
        (None, Some(folder)) => {
            let folder = folder.clone();
            let verified =
                tokio::task::spawn_blocking(move || app::verification::verify_folder(&folder, against.as_deref()))
                    .await
                    .map_err(|error| Exit::failure(error.to_string()))??;
            report(output, &verified)
        }
        (None, None) => Err(Exit::usage("Name what to verify: --data DIR for a folder, or the folder of an export.")),
    }
}

fn report(output: Output, verified: &app::verification::Verified) -> Result<ExitCode, Exit> {
    let storage = &verified.storage;
    if output.json {
        let findings: Vec<String> = storage.findings.iter().map(ToString::to_string).collect();
        print::json(&json!({
            "verified": verified.is_sound(),
            "entries": storage.entries,
            "root": storage.head.root.to_string(),
            "texts_opened": verified.texts_opened,
            "texts_erased": verified.texts_erased,
            "tiles": storage.tiles,
            "checkpoints": storage.checkpoints,
            "reports": storage.reports,
            "files": storage.blobs,
            "seals": verified.seals,
            "continues": verified.continues,
            "first_bad_entry": storage.first_bad_entry(),
            "findings": findings,
        }));
    } else {
        print::line(format!("{} entries, root {}", storage.entries, storage.head.root));
        print::line(format!("{} texts opened, {} erased by an entry", verified.texts_opened, verified.texts_erased));
        print::line(format!(
            "{} tiles, {} checkpoints, {} device reports and {} files compared",
            storage.tiles, storage.checkpoints, storage.reports, storage.blobs,
        ));
        if verified.seals > 0 {
            print::line(format!("{} seals of the estate compared with the entries before them", verified.seals));
        }
        if let Some(size) = verified.continues {
            print::line(format!("It continues the kept checkpoint of {size} entries."));
        }
        for finding in storage.findings.iter().take(50) {
            print::line(format!("\u{2717} {finding}"));
        }
    }
    if verified.is_sound() {
        if !output.json {
            print::line("\u{2713} Everything verifies.");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let first = storage.first_bad_entry().map_or_else(String::new, |seq| format!(" The first bad entry is {seq}."));
    Err(Exit::with_code(DOES_NOT_VERIFY, format!("{} things do not verify.{first}", storage.findings_total)))
}

/// The tiles of an export.
struct Folder<'a>(&'a Path);

impl TileSource for Folder<'_> {
    type Error = std::io::Error;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, std::io::Error> {
        std::fs::read(self.0.join(id.path()))
    }
}

fn wrong(message: impl Into<String>) -> Exit {
    Exit::with_code(DOES_NOT_VERIFY, message)
}

/// A key that was given as itself or as a file.
pub fn key_text(given: &str) -> Result<String, Exit> {
    if Path::new(given).is_file() {
        return Ok(std::fs::read_to_string(given)?.trim().to_owned());
    }
    Ok(given.trim().to_owned())
}

fn verify_export(output: Output, export: &Path, verify: &Verify, against: Option<&[u8]>) -> Result<ExitCode, Exit> {
    let read = |name: &str| {
        std::fs::read(export.join(name)).map_err(|error| Exit::with_code(6, format!("{name} of the export: {error}")))
    };
    let trusted = verify.log_key.as_deref().map(key_text).transpose()?;
    let key_of_export = String::from_utf8_lossy(&read("log.vkey")?).trim().to_owned();
    let key: NoteVerifier = trusted
        .as_ref()
        .unwrap_or(&key_of_export)
        .parse()
        .map_err(|error: merkle_log::KeyError| wrong(format!("The log's key cannot be read: {error}")))?;
    let note = read("checkpoint")?;
    let head = signed_head(&key, &note)?;
    let size = recompute(export, head)?;
    let mut lines = vec![format!("{size} entries, root {}, signed by {}", head.root, key.name())];
    if let Some(kept) = against {
        let kept = signed_head(&key, kept)?;
        continues(export, kept, head)?;
        lines.push(format!("It continues the kept checkpoint of {} entries.", kept.size));
    }
    if let Some(witness) = verify.witness_key.as_deref().map(key_text).transpose()? {
        let witness: CosignatureVerifier = witness
            .parse()
            .map_err(|error: merkle_log::KeyError| wrong(format!("The witness's key cannot be read: {error}")))?;
        let note = SignedNote::parse(&note).map_err(|error| wrong(error.to_string()))?;
        let cosigned = witness.verify(&note).map_err(|error| wrong(error.to_string()))?;
        let cosigned =
            cosigned.ok_or_else(|| wrong(format!("{} has not cosigned this checkpoint.", witness.name())))?;
        let at = i64::try_from(cosigned.unix_seconds).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
        lines.push(format!(
            "Cosigned by {} at {}.",
            cosigned.witness,
            at.map_or_else(String::new, |at| at.to_string())
        ));
    }
    if output.json {
        print::json(
            &json!({ "verified": true, "entries": size, "root": head.root.to_string(), "key_given": trusted.is_some() }),
        );
    } else {
        lines.iter().for_each(print::line);
        print::line("\u{2713} Every entry and tile is the one that was signed.");
    }
    if trusted.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    print::note(
        "The key came from the export itself, so this shows only that the export is whole. Give --log-key from somewhere you trust.",
    );
    Ok(ExitCode::from(WITH_WARNINGS))
}

fn signed_head(key: &NoteVerifier, note: &[u8]) -> Result<TreeHead, Exit> {
    let note = SignedNote::parse(note).map_err(|error| wrong(format!("The checkpoint cannot be read: {error}")))?;
    let signed = note.verify(std::slice::from_ref(key)).map_err(|error| wrong(error.to_string()))?;
    if signed.is_empty() {
        return Err(wrong(format!("The checkpoint is not signed by {}.", key.name())));
    }
    let checkpoint: Checkpoint =
        note.text().parse().map_err(|error: merkle_log::CheckpointError| wrong(error.to_string()))?;
    if checkpoint.origin != *key.name() {
        return Err(wrong("The checkpoint is of another ledger than the key."));
    }
    Ok(checkpoint.head())
}

/// Hashes every entry again and compares root and tiles.
fn recompute(export: &Path, head: TreeHead) -> Result<u64, Exit> {
    let mut tree = Frontier::new();
    for bundle in bundles_for_size(head.size) {
        let path = bundle.path();
        let bytes = std::fs::read(export.join(&path)).map_err(|error| wrong(format!("{path}: {error}")))?;
        let entries = decode_bundle(&bytes, bundle.width()).map_err(|error| wrong(format!("{path}: {error}")))?;
        for entry in entries {
            tree.append(leaf_hash(entry));
        }
    }
    if tree.size() != head.size || tree.root() != head.root {
        return Err(wrong("The entries are not those that were signed: their root is another one."));
    }
    let source = Folder(export);
    let mut reader = TileReader::open(&source, head).map_err(|error| wrong(error.to_string()))?;
    for tile in tiles_for_size(head.size) {
        reader.tile(tile.level(), tile.index()).map_err(|error| wrong(format!("{}: {error}", tile.path())))?;
    }
    Ok(head.size)
}

fn continues(export: &Path, kept: TreeHead, head: TreeHead) -> Result<(), Exit> {
    if kept.size > head.size {
        return Err(wrong(format!(
            "The kept checkpoint covers {} entries; the last {} are missing here.",
            kept.size,
            kept.size - head.size
        )));
    }
    if kept.size == 0 {
        return Ok(());
    }
    let proof =
        merkle_log::consistency_proof(&Folder(export), kept.size, head).map_err(|error| wrong(error.to_string()))?;
    merkle_log::verify_consistency(kept.size, head.size, &proof, &kept.root, &head.root).map_err(|_| {
        wrong(format!("The first {} entries are not those of the kept checkpoint; this is another history.", kept.size))
    })
}
