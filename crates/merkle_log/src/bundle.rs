//! The bytes of an entry bundle: each entry after its length as a big-endian `u16` (C2SP
//! tlog-tiles).
//!
//! Whether the entries are those of the log is checked by `reader`.

use thiserror::Error;

use crate::TILE_WIDTH;

/// An entry's length is a `u16` in a bundle.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// A bundle cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TooLong {
    /// One entry is too long.
    #[error("entry {position} has {bytes} bytes; an entry has at most {ENTRY_BYTES_MAX}")]
    Entry {
        /// Position in the bundle, from 0.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// Too many entries for one bundle.
    #[error("{entries} entries given for one bundle; it holds at most {TILE_WIDTH}")]
    Bundle {
        /// Number of entries given.
        entries: usize,
    },
}

/// Bytes are not a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// The bytes end inside an entry or its length.
    #[error("the bundle ends inside entry {position}")]
    Truncated {
        /// Position in the bundle, from 0.
        position: usize,
    },
    /// The bundle has another number of entries than its name says.
    #[error("the bundle holds {found} entries; its name says {expected}")]
    Count {
        /// From the bundle's name.
        expected: usize,
        /// In the bytes; counting stops one above `expected`.
        found: usize,
    },
}

/// Writes at most 256 entries.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TooLong> {
    if entries.len() > usize::from(TILE_WIDTH) {
        return Err(TooLong::Bundle { entries: entries.len() });
    }
    let bytes_total = entries.iter().map(|entry| 2 + entry.as_ref().len()).sum();
    let mut bundle = Vec::with_capacity(bytes_total);
    for (position, entry) in entries.iter().map(AsRef::as_ref).enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| TooLong::Entry { position, bytes: entry.len() })?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// Reads a bundle of exactly `width` entries, without copying them.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let expected = usize::from(width);
    let mut entries = Vec::with_capacity(expected.min(usize::from(TILE_WIDTH)));
    let mut rest = bytes;
    while !rest.is_empty() && entries.len() < expected {
        let truncated = BundleError::Truncated { position: entries.len() };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(truncated)?;
        entries.push(entry);
        rest = after;
    }
    let found = entries.len() + usize::from(!rest.is_empty());
    if found != expected {
        return Err(BundleError::Count { expected, found });
    }
    Ok(entries)
}
