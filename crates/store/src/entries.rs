//! Where entries lie: full bundles of 256 in one row each, in the bytes that are served and
//! exported, and the rest one by one.
//!
//! One row per bundle is what makes a pass over the ledger fast: a row costs more than its entry's
//! hash. What is in an entry, and whether it hashes to its leaf, is not known here.

use std::ops::Range;

use merkle_log::{EntryBundleId, TILE_WIDTH, encode_bundle};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Rows};

use crate::StoreError;
use crate::error::{damaged, sql};

/// Entries in a bundle.
pub(crate) const WIDTH: u64 = TILE_WIDTH as u64;

const READING: &str = "reading entries";

/// The queries of a walk; to be kept while its cursor lives.
pub(crate) struct EntryStatements<'connection> {
    bundles: CachedStatement<'connection>,
    tail: CachedStatement<'connection>,
}

/// Walks entries in order without copying more than a bundle.
pub(crate) struct EntryCursor<'statement> {
    bundles: Rows<'statement>,
    tail: Rows<'statement>,
    bundle: Vec<u8>,
    /// Position in the ledger of the next entry of `bundle`.
    next: u64,
    /// Bytes of `bundle` that are behind; all of it when it is used up.
    offset: usize,
    range: Range<u64>,
}

impl<'connection> EntryStatements<'connection> {
    pub(crate) fn prepare(connection: &'connection Connection) -> Result<Self, StoreError> {
        let prepare = |query| connection.prepare_cached(query).map_err(sql(READING));
        Ok(Self {
            bundles: prepare(
                "SELECT position, entries FROM bundles
                 WHERE position >= ?1 AND position < ?2 ORDER BY position",
            )?,
            tail: prepare("SELECT seq, bytes FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?,
        })
    }

    /// Entries from `range.start` to before `range.end`, as far as there are.
    pub(crate) fn walk(&mut self, range: Range<u64>) -> Result<EntryCursor<'_>, StoreError> {
        // Columns are signed.
        let end = range.end.min(i64::MAX.cast_unsigned());
        let bundles = self.bundles.query((range.start / WIDTH, end.div_ceil(WIDTH))).map_err(sql(READING))?;
        let tail = self.tail.query((range.start, end)).map_err(sql(READING))?;
        Ok(EntryCursor { bundles, tail, bundle: Vec::new(), next: 0, offset: 0, range: range.start..end })
    }
}

impl EntryCursor<'_> {
    /// The next entry that is stored; the caller looks for gaps in the positions.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>, StoreError> {
        loop {
            if self.offset == self.bundle.len() && !self.load_bundle()? {
                break;
            }
            let seq = self.next;
            let (start, end) = framed(&self.bundle, self.offset)
                .filter(|_| seq % WIDTH != WIDTH - 1 || self.ends_bundle())
                .ok_or_else(|| damaged(format!("the bundle of entry {seq} does not read")))?;
            self.offset = end;
            self.next += 1;
            if seq >= self.range.end {
                return Ok(None);
            }
            if seq >= self.range.start {
                return Ok(self.bundle.get(start..end).map(|bytes| (seq, bytes)));
            }
        }
        self.next_of_tail()
    }

    /// Whether the entry at `offset` is where the bundle ends.
    fn ends_bundle(&self) -> bool {
        framed(&self.bundle, self.offset).is_some_and(|(_, end)| end == self.bundle.len())
    }

    fn load_bundle(&mut self) -> Result<bool, StoreError> {
        // The last of a full bundle is the only entry that may end its bytes.
        if !self.next.is_multiple_of(WIDTH) {
            return Err(damaged(format!("the bundle of entry {} ends before it", self.next)));
        }
        let Some(row) = self.bundles.next().map_err(sql(READING))? else {
            return Ok(false);
        };
        let position: u64 = row.get(0).map_err(sql(READING))?;
        let bytes = row.get_ref(1).map_err(sql(READING))?;
        let bytes = bytes.as_blob().map_err(|_| damaged(format!("bundle {position} is not stored as bytes")))?;
        if bytes.is_empty() {
            return Err(damaged(format!("bundle {position} is empty")));
        }
        self.bundle.clear();
        self.bundle.extend_from_slice(bytes);
        self.offset = 0;
        self.next = position.saturating_mul(WIDTH);
        Ok(true)
    }

    fn next_of_tail(&mut self) -> Result<Option<(u64, &[u8])>, StoreError> {
        self.tail.advance().map_err(sql(READING))?;
        let Some(row) = self.tail.get() else {
            return Ok(None);
        };
        let seq: u64 = row.get(0).map_err(sql(READING))?;
        let bytes = row.get_ref(1).map_err(sql(READING))?;
        let bytes = bytes.as_blob().map_err(|_| damaged(format!("entry {seq} is not stored as bytes")))?;
        Ok(Some((seq, bytes)))
    }
}

/// Where the entry at an offset of a bundle starts and ends: u16be(length) ‖ entry (C2SP
/// tlog-tiles).
fn framed(bundle: &[u8], offset: usize) -> Option<(usize, usize)> {
    let length = bundle.get(offset..)?.first_chunk::<2>()?;
    let start = offset + 2;
    let end = start + usize::from(u16::from_be_bytes(*length));
    (end <= bundle.len()).then_some((start, end))
}

/// How many entries are stored, if they are as they should be: bundles without a gap, then fewer
/// entries than a bundle holds.
pub(crate) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let number = |query| -> Result<u64, StoreError> {
        connection.query_row(query, [], |row| row.get(0)).map_err(sql("counting entries"))
    };
    let bundles = number("SELECT coalesce(max(position), -1) + 1 FROM bundles")?;
    let tail = number("SELECT count(*) FROM entries")?;
    Ok(bundles.saturating_mul(WIDTH).saturating_add(tail))
}

/// The bytes of a bundle, partial ones included.
pub(crate) fn bundle(connection: &Connection, id: EntryBundleId) -> Result<Vec<u8>, StoreError> {
    let first = id.first_entry();
    let mut statements = EntryStatements::prepare(connection)?;
    if id.is_full() {
        let stored: Option<Vec<u8>> = connection
            .prepare_cached("SELECT entries FROM bundles WHERE position = ?1")
            .and_then(|mut statement| statement.query_row([id.index()], |row| row.get(0)).optional())
            .map_err(sql(READING))?;
        return stored.ok_or_else(|| damaged(format!("{id} is missing")));
    }
    let mut cursor = statements.walk(first..first + u64::from(id.width()))?;
    let mut entries: Vec<Vec<u8>> = Vec::new();
    while let Some((_, bytes)) = cursor.next()? {
        entries.push(bytes.to_vec());
    }
    if entries.len() != usize::from(id.width()) {
        return Err(damaged(format!("{id} needs {} entries; only {} are stored", id.width(), entries.len())));
    }
    encode_bundle(&entries).map_err(|error| damaged(error.to_string()))
}

/// Stores entries that do not fill a bundle yet.
pub(crate) fn insert_tail(connection: &Connection, first: u64, entries: &[&[u8]]) -> Result<(), StoreError> {
    let doing = "storing entries";
    let mut statement =
        connection.prepare_cached("INSERT INTO entries (seq, bytes) VALUES (?1, ?2)").map_err(sql(doing))?;
    for (seq, bytes) in (first..).zip(entries) {
        statement.execute((seq, bytes)).map_err(sql(doing))?;
    }
    Ok(())
}

/// Moves what is stored of a bundle together with the entries that fill it up into one row.
pub(crate) fn insert_bundle(connection: &Connection, position: u64, filling: &[&[u8]]) -> Result<(), StoreError> {
    let doing = "storing a bundle of entries";
    let mut entries: Vec<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM entries ORDER BY seq")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(sql(doing))?;
    if !entries.is_empty() {
        connection
            .prepare_cached("DELETE FROM entries")
            .and_then(|mut statement| statement.execute([]))
            .map_err(sql(doing))?;
    }
    entries.extend(filling.iter().map(|bytes| bytes.to_vec()));
    if u64::try_from(entries.len()) != Ok(WIDTH) {
        return Err(damaged(format!("bundle {position} would have {} entries", entries.len())));
    }
    let bundle = encode_bundle(&entries).map_err(|error| damaged(error.to_string()))?;
    connection
        .prepare_cached("INSERT INTO bundles (position, entries) VALUES (?1, ?2)")
        .and_then(|mut statement| statement.execute((position, bundle)))
        .map_err(sql(doing))?;
    Ok(())
}
