//! Answers kept for a while, so that a repeated request is answered and not decided again.
//!
//! How long they are kept is the caller's: it names the instant to forget from.

use rusqlite::{Connection, OptionalExtension as _};

use crate::StoreError;
use crate::commit::IdempotentAnswer;
use crate::error::{damaged, sql};
use crate::keyring::{DoesNotOpen, Keyring};

/// i64be(at) ‖ key
fn place(at: i64, key: &str) -> Vec<u8> {
    [at.to_be_bytes().as_slice(), key.as_bytes()].concat()
}

/// Sealed is fingerprint ‖ u16be(status) ‖ body.
pub(crate) fn insert(connection: &Connection, keyring: &Keyring, answer: &IdempotentAnswer) -> Result<(), StoreError> {
    let IdempotentAnswer { key, at, fingerprint, status, body } = answer;
    let sealed = keyring.answers.seal(&place(*at, key), &[fingerprint, &status.to_be_bytes(), body])?;
    connection
        .prepare_cached("INSERT INTO answers (key, at, sealed) VALUES (?1, ?2, ?3)")
        .and_then(|mut statement| statement.execute((key, at, sealed)))
        .map_err(sql("keeping an answer"))?;
    Ok(())
}

pub(crate) fn exists(connection: &Connection, key: &str) -> Result<bool, StoreError> {
    connection
        .prepare_cached("SELECT 1 FROM answers WHERE key = ?1")
        .and_then(|mut statement| statement.exists([key]))
        .map_err(sql("looking for an answer"))
}

pub(crate) fn read(
    connection: &Connection,
    keyring: &Keyring,
    key: &str,
) -> Result<Option<IdempotentAnswer>, StoreError> {
    let stored: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT at, sealed FROM answers WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(sql("reading an answer"))?;
    let Some((at, sealed)) = stored else {
        return Ok(None);
    };
    open(keyring, key, at, &sealed)
        .map(Some)
        .map_err(|DoesNotOpen| damaged("a kept answer was altered; it does not open"))
}

pub(crate) fn open(keyring: &Keyring, key: &str, at: i64, sealed: &[u8]) -> Result<IdempotentAnswer, DoesNotOpen> {
    let opened = keyring.answers.open(&place(at, key), sealed)?;
    let (fingerprint, rest) = opened.split_first_chunk::<32>().ok_or(DoesNotOpen)?;
    let (status, body) = rest.split_first_chunk::<2>().ok_or(DoesNotOpen)?;
    Ok(IdempotentAnswer {
        key: key.to_owned(),
        at,
        fingerprint: *fingerprint,
        status: u16::from_be_bytes(*status),
        body: body.to_vec(),
    })
}

pub(crate) fn forget_before(connection: &Connection, at: i64) -> Result<usize, StoreError> {
    connection
        .prepare_cached("DELETE FROM answers WHERE at < ?1")
        .and_then(|mut statement| statement.execute([at]))
        .map_err(sql("forgetting old answers"))
}
