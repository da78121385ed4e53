//! Signed checkpoints and the cosignatures collected for them.
//!
//! Signing itself is `merkle_log`'s; when to sign is the caller's.

use merkle_log::{Checkpoint, NoteSignature, SignedNote};
use rusqlite::{Connection, OptionalExtension as _};

use crate::StoreError;
use crate::error::{damaged, sql};
use crate::reader::StoredCheckpoint;

const READING: &str = "reading checkpoints";

pub(crate) fn insert(connection: &Connection, size: u64, note: &SignedNote) -> Result<(), StoreError> {
    // Signing is deterministic: the same head signed again is the same note.
    connection
        .prepare_cached(
            "INSERT INTO checkpoints (size, note, cosignatures) VALUES (?1, ?2, '')
             ON CONFLICT (size) DO UPDATE SET note = excluded.note",
        )
        .and_then(|mut statement| statement.execute((size, note.to_string())))
        .map_err(sql("storing a checkpoint"))?;
    Ok(())
}

/// Adds a cosignature line to the checkpoint of that size, once.
pub(crate) fn add_cosignature(
    connection: &Connection,
    size: u64,
    cosignature: &NoteSignature,
) -> Result<(), StoreError> {
    let stored = at(connection, size)?.ok_or(StoreError::NoCheckpoint { size })?;
    if stored.note.signatures().contains(cosignature) {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE checkpoints SET cosignatures = cosignatures || ?2 WHERE size = ?1")
        .and_then(|mut statement| statement.execute((size, cosignature.to_string())))
        .map_err(sql("storing a cosignature"))?;
    Ok(())
}

pub(crate) fn latest(connection: &Connection) -> Result<Option<StoredCheckpoint>, StoreError> {
    read(connection, "SELECT size, note, cosignatures FROM checkpoints ORDER BY size DESC LIMIT 1", [])
}

pub(crate) fn at(connection: &Connection, size: u64) -> Result<Option<StoredCheckpoint>, StoreError> {
    read(connection, "SELECT size, note, cosignatures FROM checkpoints WHERE size = ?1", [size])
}

pub(crate) fn sizes(connection: &Connection) -> Result<Vec<u64>, StoreError> {
    connection
        .prepare_cached("SELECT size FROM checkpoints ORDER BY size")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(sql(READING))
}

fn read(
    connection: &Connection,
    query: &str,
    parameters: impl rusqlite::Params,
) -> Result<Option<StoredCheckpoint>, StoreError> {
    let stored: Option<(u64, String, String)> = connection
        .prepare_cached(query)
        .and_then(|mut statement| {
            statement.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
        })
        .map_err(sql(READING))?;
    stored.map(|(size, note, cosignatures)| parse(size, &note, &cosignatures)).transpose()
}

/// Reads a row; that size and text agree is checked, the signatures are not.
pub(crate) fn parse(size: u64, note: &str, cosignatures: &str) -> Result<StoredCheckpoint, StoreError> {
    let altered = |reason: String| damaged(format!("the checkpoint of {size} entries was altered: {reason}"));
    let note =
        SignedNote::parse(format!("{note}{cosignatures}").as_bytes()).map_err(|error| altered(error.to_string()))?;
    let checkpoint: Checkpoint =
        note.text().parse().map_err(|error: merkle_log::CheckpointError| altered(error.to_string()))?;
    if checkpoint.size != size {
        return Err(altered("it states another size".to_owned()));
    }
    Ok(StoredCheckpoint { head: checkpoint.head(), note })
}
