//! Side payloads: fields that an entry commits to but does not hold, sealed under the key of the
//! subject they speak about, so that they can be erased.
//!
//! They lie as entries do: those beside a full bundle together in one row, the rest one by one.
//! Whether a payload fits its commitment is the caller's to check; this module knows no entry.

use std::collections::HashMap;
use std::ops::Range;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, Rows};

use crate::StoreError;
use crate::entries::WIDTH;
use crate::error::{damaged, sql};
use crate::keyring::{BareKey, Keyring, SealingKey};
use crate::schema::SIDE_PAYLOADS_MAX;

/// Bytes before the payload in what is sealed.
const SALT_BYTES: usize = 32;

/// Unwrapped keys kept at once, at about 60 bytes each; more are unwrapped when they are needed.
const BARE_KEYS_MAX: usize = 200_000;

/// Keys kept set up for use, at about 1 kB each: setting one up again costs less than finding it in
/// memory far away.
const READY_KEYS: u64 = 128;

/// Longer payloads stay in a row of their own, so that a bundle stays small.
const BUNDLED_BYTES_MAX: usize = 4096;

/// A bundle takes no more payloads than fit this; the rest stay in rows of their own.
const BUNDLE_BYTES_MAX: usize = 4 << 20;

const READING: &str = "reading fields beside entries";

/// A side payload, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Position among the fields of its entry.
    pub index: u32,
    /// Salt of the commitment.
    pub salt: [u8; 32],
    /// The field.
    pub payload: Vec<u8>,
}

/// A side payload, borrowed while its entry is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideRef<'a> {
    /// Position among the fields of its entry.
    pub index: u32,
    /// Salt of the commitment.
    pub salt: &'a [u8; 32],
    /// The field.
    pub payload: &'a [u8],
}

/// The side payloads of one entry that are there and opened, in the order of their indexes. An
/// index that is absent was erased or is missing; the ledger says which.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    opened: &'a [u8],
    items: &'a [Item],
}

/// Where an opened payload lies in the buffer.
#[derive(Clone, Copy, Debug)]
struct Item {
    index: u32,
    start: usize,
    length: usize,
}

impl<'a> Sides<'a> {
    /// Each payload that is there.
    pub fn iter(&self) -> impl Iterator<Item = SideRef<'a>> + use<'a> {
        let opened = self.opened;
        self.items.iter().filter_map(move |item| {
            let bytes = opened.get(item.start..item.start + item.length)?;
            let (salt, payload) = bytes.split_first_chunk::<SALT_BYTES>()?;
            Some(SideRef { index: item.index, salt, payload })
        })
    }

    /// The payload at an index, if it is there.
    pub fn get(&self, index: u32) -> Option<SideRef<'a>> {
        self.iter().find(|side| side.index == index)
    }

    /// How many are there.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none is there.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn to_owned(self) -> Vec<Side> {
        self.iter().map(|side| Side { index: side.index, salt: *side.salt, payload: side.payload.to_vec() }).collect()
    }
}

/// id = seq * 256 + index
pub(crate) fn row_id(seq: u64, index: u32) -> u64 {
    seq * ROWS_PER_ENTRY + u64::from(index)
}

const ROWS_PER_ENTRY: u64 = SIDE_PAYLOADS_MAX as u64;

/// Rows beside one bundle of entries.
const ROWS_PER_BUNDLE: u64 = WIDTH * ROWS_PER_ENTRY;

/// What a side row is bound to: u64be(id) ‖ u64be(key id).
fn place(id: u64, key: u64) -> [u8; 16] {
    let mut place = [0; 16];
    let (row, rest) = place.split_at_mut(8);
    row.copy_from_slice(&id.to_be_bytes());
    rest.copy_from_slice(&key.to_be_bytes());
    place
}

pub(crate) fn seal(
    key: &SealingKey,
    id: u64,
    key_id: u64,
    salt: &[u8; 32],
    payload: &[u8],
) -> Result<Vec<u8>, StoreError> {
    key.seal(&place(id, key_id), &[salt, payload])
}

/// A sealed payload on its way to or from storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SideRow {
    pub(crate) id: u64,
    pub(crate) key: u64,
    pub(crate) sealed: Vec<u8>,
}

/// A sealed payload inside a bundle: u16be(id within the bundle) ‖ u64be(key) ‖ u16be(length) ‖
/// sealed.
#[derive(Clone, Copy)]
struct Frame<'a> {
    within: u16,
    key: u64,
    sealed: &'a [u8],
    end: usize,
}

fn frame(bundle: &[u8], offset: usize) -> Option<Frame<'_>> {
    let rest = bundle.get(offset..)?;
    let (within, rest) = rest.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    Some(Frame {
        within: u16::from_be_bytes(*within),
        key: u64::from_be_bytes(*key),
        sealed: rest.get(..length)?,
        end: offset + 12 + length,
    })
}

/// Appends a frame, unless the payload is too long for one or the bundle is full.
fn add_frame(bundle: &mut Vec<u8>, row: &SideRow) -> bool {
    let within = u16::try_from(row.id % ROWS_PER_BUNDLE);
    let length = u16::try_from(row.sealed.len());
    let (Ok(within), Ok(length)) = (within, length) else {
        return false;
    };
    if row.sealed.len() > BUNDLED_BYTES_MAX || bundle.len() + 12 + row.sealed.len() > BUNDLE_BYTES_MAX {
        return false;
    }
    bundle.extend_from_slice(&within.to_be_bytes());
    bundle.extend_from_slice(&row.key.to_be_bytes());
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(&row.sealed);
    true
}

/// The bundle without the frames that `leave_out` names; nothing when it names none.
fn without(bundle: &[u8], leave_out: impl Fn(&Frame<'_>) -> bool) -> Result<Option<Vec<u8>>, StoreError> {
    let mut kept = Vec::with_capacity(bundle.len());
    let mut offset = 0;
    while offset < bundle.len() {
        let frame = frame(bundle, offset).ok_or_else(|| damaged("a bundle of fields beside entries does not read"))?;
        if !leave_out(&frame) {
            kept.extend_from_slice(bundle.get(offset..frame.end).unwrap_or_default());
        }
        offset = frame.end;
    }
    Ok((kept.len() < bundle.len()).then_some(kept))
}

/// Stores payloads beside entries that do not fill a bundle yet.
pub(crate) fn insert_rows(connection: &Connection, rows: &[SideRow]) -> Result<(), StoreError> {
    let doing = "storing fields beside entries";
    let mut statement =
        connection.prepare_cached("INSERT INTO side (id, key, sealed) VALUES (?1, ?2, ?3)").map_err(sql(doing))?;
    for row in rows {
        statement.execute((row.id, row.key, &row.sealed)).map_err(sql(doing))?;
    }
    Ok(())
}

/// Moves what is stored beside a bundle together with what fills it up into one row.
pub(crate) fn insert_bundle(connection: &Connection, position: u64, filling: Vec<SideRow>) -> Result<(), StoreError> {
    let doing = "storing a bundle of fields";
    let first = position * ROWS_PER_BUNDLE;
    let mut rows: Vec<SideRow> = connection
        .prepare_cached("SELECT id, key, sealed FROM side WHERE id >= ?1 ORDER BY id")
        .and_then(|mut statement| {
            statement
                .query_map([first], |row| Ok(SideRow { id: row.get(0)?, key: row.get(1)?, sealed: row.get(2)? }))?
                .collect()
        })
        .map_err(sql(doing))?;
    if !rows.is_empty() {
        connection
            .prepare_cached("DELETE FROM side WHERE id >= ?1")
            .and_then(|mut statement| statement.execute([first]))
            .map_err(sql(doing))?;
    }
    rows.extend(filling);
    let mut bundle = Vec::new();
    rows.retain(|row| !add_frame(&mut bundle, row));
    if !bundle.is_empty() {
        connection
            .prepare_cached("INSERT INTO side_bundles (position, fields) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute((position, bundle)))
            .map_err(sql(doing))?;
    }
    insert_rows(connection, &rows)
}

/// Deletes what lies beside an entry; returns whether anything did.
pub(crate) fn erase_entry(connection: &Connection, seq: u64) -> Result<bool, StoreError> {
    let deleted = connection
        .prepare_cached("DELETE FROM side WHERE id >= ?1 AND id < ?2")
        .and_then(|mut statement| statement.execute((row_id(seq, 0), row_id(seq + 1, 0))))
        .map_err(sql("erasing fields"))?;
    let offset = seq % WIDTH;
    let bundled = erase_in_bundle(connection, seq / WIDTH, |frame| u64::from(frame.within) / ROWS_PER_ENTRY == offset)?;
    Ok(deleted > 0 || bundled)
}

/// Deletes everything under a key. There is no index for it: erasing a subject is rare and may read
/// all fields once.
pub(crate) fn erase_key(connection: &Connection, key: u64) -> Result<(), StoreError> {
    let doing = "erasing a subject";
    connection
        .prepare_cached("DELETE FROM side WHERE key = ?1")
        .and_then(|mut statement| statement.execute([key]))
        .map_err(sql(doing))?;
    let positions: Vec<u64> = connection
        .prepare_cached("SELECT position FROM side_bundles ORDER BY position")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(sql(doing))?;
    for position in positions {
        erase_in_bundle(connection, position, |frame| frame.key == key)?;
    }
    Ok(())
}

fn erase_in_bundle(
    connection: &Connection,
    position: u64,
    leave_out: impl Fn(&Frame<'_>) -> bool,
) -> Result<bool, StoreError> {
    let doing = "erasing fields";
    let stored: Option<Vec<u8>> = connection
        .prepare_cached("SELECT fields FROM side_bundles WHERE position = ?1")
        .and_then(|mut statement| statement.query_row([position], |row| row.get(0)).optional())
        .map_err(sql(doing))?;
    let Some(kept) = stored.map(|stored| without(&stored, leave_out)).transpose()?.flatten() else {
        return Ok(false);
    };
    let written = if kept.is_empty() {
        connection
            .prepare_cached("DELETE FROM side_bundles WHERE position = ?1")
            .and_then(|mut statement| statement.execute([position]))
    } else {
        connection
            .prepare_cached("UPDATE side_bundles SET fields = ?2 WHERE position = ?1")
            .and_then(|mut statement| statement.execute((position, kept)))
    };
    written.map_err(sql(doing))?;
    Ok(true)
}

/// Subject keys unwrapped so far. One per snapshot: an erased key is not kept alive longer.
#[derive(Debug, Default)]
pub(crate) struct SubjectKeys {
    /// By id.
    bare: HashMap<u64, BareKey>,
    /// Set up for use, or known to be missing; an id stands at its remainder.
    ready: Vec<Option<(u64, Option<SealingKey>)>>,
}

impl SubjectKeys {
    /// Takes in a key that was unwrapped elsewhere, while there is room.
    pub(crate) fn keep(&mut self, id: u64, key: BareKey) {
        if self.bare.len() < BARE_KEYS_MAX {
            self.bare.insert(id, key);
        }
    }

    /// The key, or nothing when it is not there or does not unwrap.
    fn get(&mut self, connection: &Connection, keyring: &Keyring, id: u64) -> Result<Option<&SealingKey>, StoreError> {
        let place = usize::try_from(id % READY_KEYS).unwrap_or(0);
        if !matches!(self.ready.get(place), Some(Some((ready, _))) if *ready == id) {
            let key = match self.bare.get(&id) {
                Some(key) => Some(SealingKey::new(key)?),
                None => self.load(connection, keyring, id)?,
            };
            if self.ready.len() <= place {
                self.ready.resize_with(place + 1, || None);
            }
            if let Some(slot) = self.ready.get_mut(place) {
                *slot = Some((id, key));
            }
        }
        Ok(self.ready.get(place).and_then(Option::as_ref).and_then(|(_, key)| key.as_ref()))
    }

    fn load(&mut self, connection: &Connection, keyring: &Keyring, id: u64) -> Result<Option<SealingKey>, StoreError> {
        let Ok(column) = i64::try_from(id) else {
            return Ok(None);
        };
        let stored = connection
            .prepare_cached("SELECT subject, wrapped FROM subject_keys WHERE id = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([column], |row| {
                        let subject: String = row.get(0)?;
                        let wrapped: Vec<u8> = row.get(1)?;
                        Ok((subject, wrapped))
                    })
                    .optional()
            })
            .map_err(sql("reading a subject's key"))?;
        let Some(key) = stored.and_then(|(subject, wrapped)| keyring.unwrap_bare_key(id, &subject, &wrapped).ok())
        else {
            return Ok(None);
        };
        let ready = SealingKey::new(&key)?;
        self.keep(id, key);
        Ok(Some(ready))
    }
}

/// Why a side row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Its subject's key is not there or does not unwrap.
    Key,
    /// The key is there and does not open it.
    Seal,
    /// It opened, but is too short to hold a salt.
    Short,
}

impl Unreadable {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Key => "the key of its subject is missing or altered",
            Self::Seal => "the stored payload was altered or moved; it does not open",
            Self::Short => "the stored payload is too short to hold a salt",
        }
    }
}

/// The queries of a walk; to be kept while its cursor lives.
pub(crate) struct SideStatements<'connection> {
    bundles: CachedStatement<'connection>,
    rows: CachedStatement<'connection>,
}

impl<'connection> SideStatements<'connection> {
    pub(crate) fn prepare(connection: &'connection Connection) -> Result<Self, StoreError> {
        let prepare = |query| connection.prepare_cached(query).map_err(sql(READING));
        Ok(Self {
            bundles: prepare(
                "SELECT position, fields FROM side_bundles
                 WHERE position >= ?1 AND position < ?2 ORDER BY position",
            )?,
            rows: prepare("SELECT id, key, sealed FROM side WHERE id >= ?1 AND id < ?2 ORDER BY id")?,
        })
    }

    /// What lies beside the entries of a range.
    pub(crate) fn walk(&mut self, range: Range<u64>) -> Result<SideCursor<'_>, StoreError> {
        // Ids are signed columns; no entry has a position near the limit.
        let seq_max = (i64::MAX / 256).cast_unsigned();
        let (start, end) = (range.start.min(seq_max), range.end.min(seq_max));
        let mut bundles = self.bundles.query((start / WIDTH, end.div_ceil(WIDTH))).map_err(sql(READING))?;
        bundles.advance().map_err(sql(READING))?;
        let mut rows = self.rows.query((row_id(start, 0), row_id(end, 0))).map_err(sql(READING))?;
        rows.advance().map_err(sql(READING))?;
        Ok(SideCursor {
            bundles,
            rows,
            bundle: Vec::new(),
            position: None,
            offset: 0,
            within: None,
            opened: Vec::new(),
            used: 0,
            items: Vec::new(),
            unreadable: Vec::new(),
        })
    }
}

/// Walks side payloads in the order of the ledger, entry by entry, reusing its buffers.
pub(crate) struct SideCursor<'statement> {
    // INVARIANT: both stand on the next row that was not taken in yet.
    bundles: Rows<'statement>,
    rows: Rows<'statement>,
    /// The bundle being walked, what is behind in it, and the id within it that came last.
    bundle: Vec<u8>,
    position: Option<u64>,
    offset: usize,
    within: Option<u16>,
    /// What the last step opened, in the first `used` bytes, and could not open.
    opened: Vec<u8>,
    used: usize,
    items: Vec<Item>,
    unreadable: Vec<(u64, Unreadable)>,
}

/// What opening a payload needs.
pub(crate) struct Opening<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) keyring: &'a Keyring,
    pub(crate) keys: SubjectKeys,
}

impl SideCursor<'_> {
    /// Opens what lies beside the entry `seq`; entries are to be asked for in rising order.
    pub(crate) fn advance_to(&mut self, seq: u64, opening: &mut Opening<'_>) -> Result<(), StoreError> {
        self.used = 0;
        self.items.clear();
        self.unreadable.clear();
        self.load_bundle(seq / WIDTH)?;
        self.take_frames(seq, opening)?;
        let bundled = self.items.len();
        self.take_rows(seq, opening)?;
        if bundled > 0 && self.items.len() > bundled {
            // A long payload lies apart from its shorter neighbours.
            self.items.sort_unstable_by_key(|item| item.index);
        }
        Ok(())
    }

    fn load_bundle(&mut self, position: u64) -> Result<(), StoreError> {
        if self.position.is_some_and(|loaded| loaded >= position) {
            return Ok(());
        }
        let Some(row) = self.bundles.get() else {
            return Ok(());
        };
        let found: i64 = read(row, 0)?;
        if found != position.cast_signed() {
            return Ok(());
        }
        let bytes = row.get_ref(1).map_err(sql(READING))?;
        let bytes = bytes.as_blob().map_err(|_| damaged("a bundle of fields is not stored as bytes"))?;
        self.bundle.clear();
        self.bundle.extend_from_slice(bytes);
        (self.position, self.offset, self.within) = (Some(position), 0, None);
        self.bundles.advance().map_err(sql(READING))
    }

    fn take_frames(&mut self, seq: u64, opening: &mut Opening<'_>) -> Result<(), StoreError> {
        if self.position != Some(seq / WIDTH) {
            return Ok(());
        }
        while self.offset < self.bundle.len() {
            let frame = frame(&self.bundle, self.offset)
                .filter(|frame| self.within.is_none_or(|within| within < frame.within))
                .ok_or_else(|| damaged(format!("the fields beside entry {seq} do not read")))?;
            let id = seq / WIDTH * ROWS_PER_BUNDLE + u64::from(frame.within);
            if id >= row_id(seq + 1, 0) {
                break;
            }
            (self.offset, self.within) = (frame.end, Some(frame.within));
            // A walk may begin in the middle of a bundle.
            if id >= row_id(seq, 0) {
                let opened = open(opening, id, frame.key, frame.sealed, &mut self.opened, self.used)?;
                self.used += note(&mut self.items, &mut self.unreadable, id, opened);
            }
        }
        Ok(())
    }

    fn take_rows(&mut self, seq: u64, opening: &mut Opening<'_>) -> Result<(), StoreError> {
        let end = row_id(seq + 1, 0);
        while let Some(row) = self.rows.get() {
            let id: u64 = read(row, 0)?;
            if id >= end {
                break;
            }
            let key: i64 = read(row, 1)?;
            let sealed = row.get_ref(2).map_err(sql(READING))?;
            let sealed = sealed.as_blob().map_err(|_| damaged("a field is not stored as bytes"))?;
            let opened = open(opening, id, key.cast_unsigned(), sealed, &mut self.opened, self.used)?;
            self.used += note(&mut self.items, &mut self.unreadable, id, opened);
            self.rows.advance().map_err(sql(READING))?;
        }
        Ok(())
    }

    /// What the last step opened.
    pub(crate) fn sides(&self) -> Sides<'_> {
        Sides { opened: self.opened.get(..self.used).unwrap_or_default(), items: &self.items }
    }

    /// What the last step could not open: (seq, index, why).
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = (u64, u32, Unreadable)> + '_ {
        self.unreadable.iter().map(|(id, reason)| (id / ROWS_PER_ENTRY, index_of(*id), *reason))
    }

    /// The next payload that lies beside no entry asked for: the first of its bundle, or its own.
    pub(crate) fn next_left_over(&mut self) -> Result<Option<(u64, u32)>, StoreError> {
        if let Some(row) = self.bundles.get() {
            let position: i64 = read(row, 0)?;
            self.bundles.advance().map_err(sql(READING))?;
            return Ok(Some((position.cast_unsigned().saturating_mul(WIDTH), 0)));
        }
        let Some(row) = self.rows.get() else {
            return Ok(None);
        };
        let id: i64 = read(row, 0)?;
        self.rows.advance().map_err(sql(READING))?;
        let id = id.cast_unsigned();
        Ok(Some((id / ROWS_PER_ENTRY, index_of(id))))
    }
}

fn index_of(id: u64) -> u32 {
    u32::try_from(id % ROWS_PER_ENTRY).unwrap_or(u32::MAX)
}

/// Opens a payload into `opened` from `start` on and returns where it lies.
fn open(
    opening: &mut Opening<'_>,
    id: u64,
    key: u64,
    sealed: &[u8],
    opened: &mut Vec<u8>,
    start: usize,
) -> Result<Result<Item, Unreadable>, StoreError> {
    let place = place(id, key);
    let Some(key) = opening.keys.get(opening.connection, opening.keyring, key)? else {
        return Ok(Err(Unreadable::Key));
    };
    Ok(match key.open_into(&place, sealed, opened, start) {
        Err(_) => Err(Unreadable::Seal),
        Ok(length) if length < SALT_BYTES => Err(Unreadable::Short),
        Ok(length) => Ok(Item { index: index_of(id), start, length }),
    })
}

/// Keeps the outcome and returns the bytes it takes in the buffer.
fn note(
    items: &mut Vec<Item>,
    unreadable: &mut Vec<(u64, Unreadable)>,
    id: u64,
    opened: Result<Item, Unreadable>,
) -> usize {
    match opened {
        Ok(item) => {
            items.push(item);
            item.length
        }
        Err(reason) => {
            unreadable.push((id, reason));
            0
        }
    }
}

fn read<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(sql(READING))
}
