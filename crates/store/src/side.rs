//! Side payloads: fields that an entry commits to but does not hold, sealed under the key of the
//! subject they speak about, so that they can be erased.
//!
//! Whether a payload fits its commitment is the caller's to check; this module knows no entry.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, OptionalExtension as _, Row, Rows};

use crate::StoreError;
use crate::error::{damaged, sql};
use crate::keyring::{Keyring, SealingKey};
use crate::schema::SIDE_PAYLOADS_MAX;

/// Bytes before the payload in what is sealed.
const SALT_BYTES: usize = 32;

/// Unwrapped keys kept at once: about 100 MiB at most.
const KEYS_KEPT_MAX: usize = 100_000;

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

/// Subject keys unwrapped so far, by id. One per snapshot: an erased key is not kept alive longer.
#[derive(Debug, Default)]
pub(crate) struct SubjectKeys {
    opened: HashMap<u64, Option<Arc<SealingKey>>>,
}

impl SubjectKeys {
    /// The key, or nothing when it is not there or does not unwrap.
    fn get(
        &mut self,
        connection: &Connection,
        keyring: &Keyring,
        id: u64,
    ) -> Result<Option<Arc<SealingKey>>, StoreError> {
        if let Some(key) = self.opened.get(&id) {
            return Ok(key.clone());
        }
        let stored = connection
            .prepare_cached("SELECT subject, wrapped FROM subject_keys WHERE id = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([id], |row| {
                        let subject: String = row.get(0)?;
                        let wrapped: Vec<u8> = row.get(1)?;
                        Ok((subject, wrapped))
                    })
                    .optional()
            })
            .map_err(sql("reading a subject's key"))?;
        let key =
            stored.and_then(|(subject, wrapped)| keyring.unwrap_subject_key(id, &subject, &wrapped).ok()).map(Arc::new);
        if self.opened.len() >= KEYS_KEPT_MAX {
            self.opened.clear();
        }
        self.opened.insert(id, key.clone());
        Ok(key)
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

/// Walks side rows in the order of the ledger, entry by entry, reusing its buffers.
pub(crate) struct SideCursor<'statement> {
    rows: Rows<'statement>,
    opened: Vec<u8>,
    items: Vec<Item>,
    unreadable: Vec<(u64, Unreadable)>,
}

/// Rows of entries from ?1 (inclusive) to ?2 (exclusive), both as row ids.
pub(crate) const SIDE_ROWS: &str = "SELECT id, key, sealed FROM side WHERE id >= ?1 AND id < ?2 ORDER BY id";

impl<'statement> SideCursor<'statement> {
    /// Takes the rows of a [`SIDE_ROWS`] query.
    pub(crate) fn new(mut rows: Rows<'statement>) -> Result<Self, StoreError> {
        rows.advance().map_err(sql("reading side payloads"))?;
        Ok(Self { rows, opened: Vec::new(), items: Vec::new(), unreadable: Vec::new() })
    }

    /// Opens the rows of the entry `seq`. Rows of earlier entries that nobody asked for count as
    /// not belonging to any entry and are passed over; see [`SideCursor::passed_over`].
    pub(crate) fn advance_to(
        &mut self,
        seq: u64,
        connection: &Connection,
        keyring: &Keyring,
        keys: &mut SubjectKeys,
    ) -> Result<(), StoreError> {
        self.opened.clear();
        self.items.clear();
        self.unreadable.clear();
        let end = (seq + 1).saturating_mul(ROWS_PER_ENTRY);
        while let Some(row) = self.rows.get() {
            let id: u64 = read(row, 0)?;
            if id >= end {
                break;
            }
            let key_id: u64 = read(row, 1)?;
            let opened = match keys.get(connection, keyring, key_id)? {
                None => Err(Unreadable::Key),
                Some(key) => {
                    let sealed = row
                        .get_ref(2)
                        .map_err(sql("reading side payloads"))?
                        .as_blob()
                        .map_err(|_| damaged("a side payload is not stored as bytes"))?;
                    key.open_into(&place(id, key_id), sealed, &mut self.opened).map_err(|_| Unreadable::Seal)
                }
            };
            match opened {
                Ok(length) if length >= SALT_BYTES => self.items.push(Item {
                    index: u32::try_from(id % ROWS_PER_ENTRY).unwrap_or(u32::MAX),
                    start: self.opened.len() - length,
                    length,
                }),
                Ok(_) => self.unreadable.push((id, Unreadable::Short)),
                Err(reason) => self.unreadable.push((id, reason)),
            }
            self.rows.advance().map_err(sql("reading side payloads"))?;
        }
        Ok(())
    }

    /// What the last step opened.
    pub(crate) fn sides(&self) -> Sides<'_> {
        Sides { opened: &self.opened, items: &self.items }
    }

    /// What the last step could not open: (seq, index, why).
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = (u64, u32, Unreadable)> + '_ {
        self.unreadable.iter().map(|(id, reason)| {
            let index = u32::try_from(id % ROWS_PER_ENTRY).unwrap_or(u32::MAX);
            (id / ROWS_PER_ENTRY, index, *reason)
        })
    }

    /// The row the cursor stands on, which belongs to no entry asked for; then the next.
    pub(crate) fn next_left_over(&mut self) -> Result<Option<(u64, u32)>, StoreError> {
        let Some(row) = self.rows.get() else {
            return Ok(None);
        };
        let id: i64 = read(row, 0)?;
        self.rows.advance().map_err(sql("reading side payloads"))?;
        let id = id.cast_unsigned();
        let index = u32::try_from(id % ROWS_PER_ENTRY).unwrap_or(u32::MAX);
        Ok(Some((id / ROWS_PER_ENTRY, index)))
    }
}

fn read<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(sql("reading side payloads"))
}
