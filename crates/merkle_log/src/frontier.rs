//! The right edge of a tree: enough to append leaves and to know the root, in O(log n) space.
//!
//! It cannot prove anything about old leaves; tiles do that.

use thiserror::Error;

use crate::{HASH_BYTES, Hash, TREE_SIZE_MAX, TreeHead, empty_root, node_hash};

/// The roots of the perfect subtrees that a tree of this size consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    // INVARIANT: one hash per set bit of `size`, largest subtree first.
    peaks: Vec<Hash>,
}

/// Stored bytes are not a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrontierError {
    /// The length does not fit the size that the first eight bytes state.
    #[error("a frontier of this size does not have {bytes} bytes")]
    Length {
        /// Length of what was given.
        bytes: usize,
    },
    /// Larger than any tree can be.
    #[error("the frontier states {size} leaves, more than the limit of {TREE_SIZE_MAX}")]
    Size {
        /// The size stated.
        size: u64,
    },
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves appended so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// RFC 6962 tree hash of all leaves appended so far.
    pub fn root(&self) -> Hash {
        fold_peaks(&self.peaks)
    }

    /// Size and root together.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }

    /// Appends one leaf hash: amortised two hash operations, no allocation after the first few.
    pub fn append(&mut self, leaf: Hash) {
        let mut subtree = leaf;
        // Each trailing one bit is a perfect subtree as large as the one just completed.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                subtree = node_hash(&left, &subtree);
            }
        }
        self.peaks.push(subtree);
        self.size += 1;
    }

    /// `u64` size big-endian, then the subtree roots, largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + HASH_BYTES * self.peaks.len());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for peak in &self.peaks {
            bytes.extend_from_slice(&peak.0);
        }
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote. Only the shape can be checked here: the caller
    /// compares the root with one it trusts.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let wrong_length = FrontierError::Length { bytes: bytes.len() };
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(wrong_length)?;
        let size = u64::from_be_bytes(*size);
        if size > TREE_SIZE_MAX {
            return Err(FrontierError::Size { size });
        }
        let (hashes, odd) = rest.as_chunks::<HASH_BYTES>();
        if !odd.is_empty() || u32::try_from(hashes.len()) != Ok(size.count_ones()) {
            return Err(wrong_length);
        }
        let peaks = hashes.iter().copied().map(Hash).collect();
        Ok(Self { size, peaks })
    }
}

/// Joins perfect subtrees, largest first, into the root of the tree that they make up.
pub(crate) fn fold_peaks(peaks: &[Hash]) -> Hash {
    let mut from_right = peaks.iter().rev();
    let Some(last) = from_right.next() else {
        return empty_root();
    };
    from_right.fold(*last, |right, left| node_hash(left, &right))
}

/// Root over a power of two of hashes that stand beside each other.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(*hash);
    }
    frontier.root()
}
