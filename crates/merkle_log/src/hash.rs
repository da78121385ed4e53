//! SHA-256 as RFC 6962 uses it: leaves and nodes in separate domains.
//!
//! Holds no tree; see `frontier` for growing one and `reader` for reading one.

use std::fmt;
use std::str::FromStr;

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::encoding;

/// Bytes in a hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash. Shown and read as base64, the form checkpoints use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// The text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a hash is 32 bytes, written as 44 base64 or 64 hexadecimal characters; this text is not")]
pub struct HashTextError;

impl Hash {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// Exactly 32 bytes, otherwise nothing.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Standard base64 with padding, 44 characters.
    pub fn to_base64(&self) -> String {
        encoding::base64(&self.0)
    }

    /// Reads what [`Hash::to_base64`] writes, and no other spelling.
    pub fn from_base64(text: &str) -> Result<Self, HashTextError> {
        encoding::hash_from_base64(text).ok_or(HashTextError)
    }

    /// Lower-case hexadecimal, 64 characters.
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(2 * HASH_BYTES), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Reads what [`Hash::to_hex`] writes, and no other spelling.
    pub fn from_hex(text: &str) -> Result<Self, HashTextError> {
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != HASH_BYTES || !odd.is_empty() {
            return Err(HashTextError);
        }
        let mut bytes = [0; HASH_BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(character: u8) -> Result<u8, HashTextError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(HashTextError),
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_base64(text)
    }
}

/// Most entries fit into this many blocks of 64 bytes, padding included.
const LEAF_BLOCKS: usize = 8;

/// SHA-256(0x00 ‖ entry): RFC 6962 section 2.1.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    hash_within::<LEAF_BLOCKS>(0x00, entry)
        .unwrap_or_else(|| Hash(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into()))
}

/// What SHA-256 starts from: FIPS 180-4 section 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// SHA-256(prefix ‖ content) if that fits into so many blocks with its padding. Padding it here and
/// compressing all of it at once spares a short message half of what hashing costs beside the
/// compression itself.
fn hash_within<const BLOCKS: usize>(prefix: u8, content: &[u8]) -> Option<Hash> {
    // FIPS 180-4 section 5.1.1: message ‖ 0x80 ‖ zeros ‖ u64be(bits), to whole blocks.
    let message_bytes = 1 + content.len();
    let mut blocks = [[0; 64]; BLOCKS];
    let blocks = blocks.get_mut(..(message_bytes + 9).div_ceil(64))?;
    let (first, rest) = blocks.as_flattened_mut().split_first_mut()?;
    let (body, padding) = rest.split_at_mut_checked(content.len())?;
    *first = prefix;
    body.copy_from_slice(content);
    *padding.first_mut()? = 0x80;
    *padding.last_chunk_mut()? = (8 * u64::try_from(message_bytes).ok()?).to_be_bytes();
    let mut state = INITIAL;
    compress256(&mut state, blocks);
    let mut hash = [0; HASH_BYTES];
    for (target, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *target = word.to_be_bytes();
    }
    Some(Hash(hash))
}

/// SHA-256(0x01 ‖ left ‖ right): RFC 6962 section 2.1.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let hashes = [left.0, right.0];
    let hashes = hashes.as_flattened();
    hash_within::<2>(0x01, hashes)
        .unwrap_or_else(|| Hash(Sha256::new().chain_update([0x01]).chain_update(hashes).finalize().into()))
}

/// SHA-256 of nothing: the root of a tree without leaves.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn hashes_of_every_length_are_those_of_the_plain_definition() {
        let entry: Vec<u8> = (0_u32..1200).map(|place| place.wrapping_mul(37).to_be_bytes()[3]).collect();
        for length in 0..=entry.len() {
            let entry = entry.get(..length).unwrap_or_default();
            let plain: [u8; HASH_BYTES] = Sha256::digest([&[0x00], entry].concat()).into();
            assert_eq!(leaf_hash(entry), Hash(plain), "{length} bytes");
        }
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        let plain: [u8; HASH_BYTES] = Sha256::digest([&[0x01], left.0.as_slice(), &right.0].concat()).into();
        assert_eq!(node_hash(&left, &right), Hash(plain));
    }
}
