//! Device reports as they came in: compressed, then sealed.
//!
//! The ledger names their digests; what a report says is not known here.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use crate::StoreError;
use crate::commit::NewReport;
use crate::error::{damaged, sql};
use crate::keyring::Keyring;

/// Fast, and still seven to ten times smaller on inventory JSON.
const COMPRESSION_LEVEL: u32 = 3;

const READING: &str = "reading device reports";

/// u64be(import) ‖ u32be(ordinal) ‖ digest
fn place(import: u64, ordinal: u32, digest: &[u8; 32]) -> Vec<u8> {
    [import.to_be_bytes().as_slice(), &ordinal.to_be_bytes(), digest].concat()
}

/// Sealed is u64be(length) ‖ zlib(body).
pub(crate) fn insert(connection: &Connection, keyring: &Keyring, report: &NewReport) -> Result<(), StoreError> {
    let length = u64::try_from(report.body.len()).unwrap_or(u64::MAX);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(COMPRESSION_LEVEL));
    let compressed = encoder
        .write_all(&report.body)
        .and_then(|()| encoder.finish())
        .map_err(|_| damaged("a device report could not be compressed"))?;
    let sealed = keyring
        .reports
        .seal(&place(report.import, report.ordinal, &report.digest), &[&length.to_be_bytes(), &compressed])?;
    connection
        .prepare_cached("INSERT INTO reports (import, ordinal, digest, sealed) VALUES (?1, ?2, ?3, ?4)")
        .and_then(|mut statement| statement.execute((report.import, report.ordinal, report.digest, sealed)))
        .map_err(sql("storing a device report"))?;
    Ok(())
}

pub(crate) fn exists(connection: &Connection, import: u64, ordinal: u32) -> Result<bool, StoreError> {
    connection
        .prepare_cached("SELECT 1 FROM reports WHERE import = ?1 AND ordinal = ?2")
        .and_then(|mut statement| statement.exists((import, ordinal)))
        .map_err(sql("looking for a device report"))
}

pub(crate) fn delete(connection: &Connection, import: u64) -> Result<usize, StoreError> {
    connection
        .prepare_cached("DELETE FROM reports WHERE import = ?1")
        .and_then(|mut statement| statement.execute([import]))
        .map_err(sql("erasing device reports"))
}

pub(crate) fn read(
    connection: &Connection,
    keyring: &Keyring,
    import: u64,
    ordinal: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let stored: Option<([u8; 32], Vec<u8>)> = connection
        .prepare_cached("SELECT digest, sealed FROM reports WHERE import = ?1 AND ordinal = ?2")
        .and_then(|mut statement| {
            statement.query_row((import, ordinal), |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(sql(READING))?;
    stored
        .map(|(digest, sealed)| {
            open(keyring, import, ordinal, &digest, &sealed)
                .map_err(|reason| damaged(format!("report {ordinal} of import {import}: {reason}")))
        })
        .transpose()
}

pub(crate) fn each<E: From<StoreError>>(
    connection: &Connection,
    keyring: &Keyring,
    import: u64,
    mut look: impl FnMut(u32, Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    for (ordinal, _) in digests(connection, import)? {
        if let Some(body) = read(connection, keyring, import, ordinal)? {
            look(ordinal, body)?;
        }
    }
    Ok(())
}

pub(crate) fn digests(connection: &Connection, import: u64) -> Result<Vec<(u32, [u8; 32])>, StoreError> {
    connection
        .prepare_cached("SELECT ordinal, digest FROM reports WHERE import = ?1 ORDER BY ordinal")
        .and_then(|mut statement| statement.query_map([import], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .map_err(sql(READING))
}

/// Opens, unpacks and re-hashes a stored report.
pub(crate) fn open(
    keyring: &Keyring,
    import: u64,
    ordinal: u32,
    digest: &[u8; 32],
    sealed: &[u8],
) -> Result<Vec<u8>, &'static str> {
    let opened = keyring
        .reports
        .open(&place(import, ordinal, digest), sealed)
        .map_err(|_| "it was altered or moved; it does not open")?;
    let (length, compressed) = opened.split_first_chunk::<8>().ok_or("it is too short to be a report")?;
    let length = u64::from_be_bytes(*length);
    let mut body = Vec::new();
    ZlibDecoder::new(compressed)
        // One byte more than stated shows a wrong length without unpacking a bomb.
        .take(length.saturating_add(1))
        .read_to_end(&mut body)
        .map_err(|_| "it cannot be unpacked")?;
    if u64::try_from(body.len()) != Ok(length) || Sha256::digest(&body).as_slice() != digest {
        return Err("it is not the report whose digest stands beside it");
    }
    Ok(body)
}
