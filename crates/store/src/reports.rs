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

/// Imports are waited for; the levels above gain little on inventory JSON.
const COMPRESSION_LEVEL: u32 = 3;

const READING: &str = "reading device reports";

/// Largest number of an import whose reports are kept.
pub(crate) const IMPORT_MAX: u64 = (1 << 31) - 1;

/// import * 2^32 + ordinal; nothing for a number that no import can have.
fn row_id(import: u64, ordinal: u32) -> Option<i64> {
    (import <= IMPORT_MAX).then(|| ((import << 32) | u64::from(ordinal)).cast_signed())
}

/// Ids of the first and the last report that an import can have.
fn rows_of(import: u64) -> Option<(i64, i64)> {
    row_id(import, 0).zip(row_id(import, u32::MAX))
}

/// Import and ordinal of a row.
pub(crate) fn place_of(id: i64) -> (u64, u32) {
    let id = id.cast_unsigned();
    (id >> 32, u32::try_from(id & 0xffff_ffff).unwrap_or(u32::MAX))
}

/// u64be(import) ‖ u32be(ordinal) ‖ digest
fn place(import: u64, ordinal: u32, digest: &[u8; 32]) -> Vec<u8> {
    [import.to_be_bytes().as_slice(), &ordinal.to_be_bytes(), digest].concat()
}

/// Sealed is u64be(length) ‖ zlib(body).
pub(crate) fn insert(connection: &Connection, keyring: &Keyring, report: &NewReport) -> Result<(), StoreError> {
    let id = row_id(report.import, report.ordinal)
        .ok_or_else(|| damaged(format!("import {} is beyond {IMPORT_MAX}", report.import)))?;
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
        .prepare_cached("INSERT INTO reports (id, digest, sealed) VALUES (?1, ?2, ?3)")
        .and_then(|mut statement| statement.execute((id, report.digest, sealed)))
        .map_err(sql("storing a device report"))?;
    Ok(())
}

pub(crate) fn exists(connection: &Connection, import: u64, ordinal: u32) -> Result<bool, StoreError> {
    let Some(id) = row_id(import, ordinal) else {
        return Ok(false);
    };
    connection
        .prepare_cached("SELECT 1 FROM reports WHERE id = ?1")
        .and_then(|mut statement| statement.exists([id]))
        .map_err(sql("looking for a device report"))
}

pub(crate) fn delete(connection: &Connection, import: u64) -> Result<usize, StoreError> {
    let Some(rows) = rows_of(import) else {
        return Ok(0);
    };
    connection
        .prepare_cached("DELETE FROM reports WHERE id BETWEEN ?1 AND ?2")
        .and_then(|mut statement| statement.execute(rows))
        .map_err(sql("erasing device reports"))
}

pub(crate) fn read(
    connection: &Connection,
    keyring: &Keyring,
    import: u64,
    ordinal: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(id) = row_id(import, ordinal) else {
        return Ok(None);
    };
    let stored: Option<([u8; 32], Vec<u8>)> = connection
        .prepare_cached("SELECT digest, sealed FROM reports WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional())
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
    let Some(rows) = rows_of(import) else {
        return Ok(Vec::new());
    };
    connection
        .prepare_cached("SELECT id, digest FROM reports WHERE id BETWEEN ?1 AND ?2 ORDER BY id")
        .and_then(|mut statement| {
            statement.query_map(rows, |row| Ok((place_of(row.get(0)?).1, row.get(1)?)))?.collect()
        })
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
