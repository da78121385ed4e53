//! Tiles out of the database: finished tiles as stored, unfinished ones made from
//! the entries or the tiles below.
//!
//! Nothing read here is trusted: `merkle_log` checks tiles against a root before it uses them.

use merkle_log::{Hash, TileId, TileSource, encode_tile, leaf_hash, root_in_memory};
use rusqlite::{Connection, OptionalExtension as _};

use crate::StoreError;
use crate::entries::{EntryStatements, WIDTH};
use crate::error::{damaged, sql};

const READING: &str = "reading tiles";

/// level * 2^56 + position: a tree of 2^63 leaves has 2^55 tiles at level 0 and 8 levels.
pub(crate) fn row_id(level: u8, position: u64) -> u64 {
    (u64::from(level) << 56) | position
}

/// The tiles of one database.
pub(crate) struct Tiles<'connection>(pub(crate) &'connection Connection);

impl TileSource for Tiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, StoreError> {
        if let Some(mut hashes) = self.finished(id)? {
            hashes.truncate(id.byte_count());
            return Ok(hashes);
        }
        let hashes = match id.level() {
            0 => self.leaves(id)?,
            level => self.roots_below(level - 1, id)?,
        };
        if hashes.len() != usize::from(id.width()) {
            return Err(damaged(format!("{id} needs {} hashes; only {} are stored", id.width(), hashes.len())));
        }
        Ok(encode_tile(&hashes))
    }
}

impl Tiles<'_> {
    fn finished(&self, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0
            .prepare_cached("SELECT hashes FROM tiles WHERE id = ?1")
            .and_then(|mut statement| {
                statement.query_row([row_id(id.level(), id.index())], |row| row.get(0)).optional()
            })
            .map_err(sql(READING))
    }

    fn leaves(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let first = id.index() * WIDTH;
        let mut statements = EntryStatements::prepare(self.0)?;
        let mut cursor = statements.walk(first..first + u64::from(id.width()))?;
        let mut leaves = Vec::with_capacity(usize::from(id.width()));
        while let Some((_, bytes)) = cursor.next()? {
            leaves.push(leaf_hash(bytes));
        }
        Ok(leaves)
    }

    fn roots_below(&self, level: u8, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let first = id.index() * WIDTH;
        let mut statement = self
            .0
            .prepare_cached("SELECT root FROM tiles WHERE id >= ?1 AND id < ?2 ORDER BY id")
            .map_err(sql(READING))?;
        statement
            .query_map((row_id(level, first), row_id(level, first + u64::from(id.width()))), |row| row.get(0).map(Hash))
            .and_then(Iterator::collect)
            .map_err(sql(READING))
    }
}

/// Stores a tile that has filled up.
pub(crate) fn insert_finished(connection: &Connection, id: TileId, hashes: &[Hash]) -> Result<(), rusqlite::Error> {
    connection.prepare_cached("INSERT INTO tiles (id, root, hashes) VALUES (?1, ?2, ?3)")?.execute((
        row_id(id.level(), id.index()),
        root_in_memory(hashes).0,
        encode_tile(hashes),
    ))?;
    Ok(())
}
