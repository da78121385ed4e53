//! Proofs: which ranges of leaves one consists of, and how it is verified (RFC 9162 sections
//! 2.1.3.2 and 2.1.4.2).
//!
//! Where the hashes come from is not known here; see `reader` and `memory`.

use std::ops::Range;

use thiserror::Error;

use crate::frontier::fold_peaks;
use crate::{Hash, empty_root, node_hash};

/// No proof about a tree of at most 2^63 leaves is longer; C2SP tlog-witness states the same limit.
pub const PROOF_HASHES_MAX: usize = 63;

/// Why a proof does not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// No such leaf.
    #[error("the tree of {size} entries has no entry {index}")]
    IndexBeyondTree {
        /// Position asked for.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The later tree is the smaller one.
    #[error("a tree of {old_size} entries cannot shrink to {new_size}")]
    Shrinks {
        /// Size of the earlier tree.
        old_size: u64,
        /// Size of the later tree.
        new_size: u64,
    },
    /// Too few or too many hashes for these sizes.
    #[error("the proof does not have the number of hashes that these sizes need")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root hash than the one given")]
    RootMismatch,
}

/// Verifies that `leaf` is the leaf hash at `index` of the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexBeyondTree { index, size });
    }
    let mut node = index;
    let mut last = size - 1;
    let mut computed = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            computed = node_hash(sibling, &computed);
            // The right edge has no sibling at levels where the subtree is complete.
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(&computed, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    matches(&computed, root)
}

/// Verifies that the tree with `new_root` begins with the leaves of the tree with `old_root`.
///
/// An empty tree is consistent with every tree by an empty proof, and a tree with itself.
///
/// A proof ties roots to each other. It ties the sizes only as far as they shape it, so sizes are taken from where the
/// roots come from: the same signed checkpoint.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrinks { old_size, new_size });
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(ProofError::Length);
        }
        if old_size == 0 {
            matches(&empty_root(), old_root)?;
        }
        return if old_size == new_size { matches(old_root, new_root) } else { Ok(()) };
    }
    // A perfect old tree is itself the first node; the proof leaves it out.
    let (first, rest) =
        if old_size.is_power_of_two() { (old_root, proof) } else { proof.split_first().ok_or(ProofError::Length)? };
    let trailing_ones = (old_size - 1).trailing_ones();
    let mut node = (old_size - 1) >> trailing_ones;
    let mut last = (new_size - 1) >> trailing_ones;
    let (mut old_computed, mut new_computed) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            old_computed = node_hash(sibling, &old_computed);
            new_computed = node_hash(sibling, &new_computed);
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_computed = node_hash(&new_computed, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    matches(&old_computed, old_root)?;
    matches(&new_computed, new_root)
}

fn matches(computed: &Hash, expected: &Hash) -> Result<(), ProofError> {
    if computed == expected { Ok(()) } else { Err(ProofError::RootMismatch) }
}

/// The ranges of leaves whose tree hashes prove `index` in a tree of `size`, leaf's sibling first:
/// PATH of RFC 6962 section 2.1.1. Requires `index < size`.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        let split = start + largest_power_below(end - start);
        if index < split {
            ranges.push(split..end);
            end = split;
        } else {
            ranges.push(start..split);
            start = split;
        }
    }
    ranges.reverse();
    ranges
}

/// The ranges of leaves whose tree hashes prove that the tree of `new_size` begins with that of
/// `old_size`: PROOF of RFC 6962 section 2.1.2. Requires `old_size <= new_size`.
pub(crate) fn consistency_ranges(old_size: u64, new_size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if old_size == 0 {
        return ranges;
    }
    let (mut start, mut end) = (0, new_size);
    // Whether the current subtree is the whole old tree, whose hash the verifier already has.
    let mut is_old_tree = true;
    while end != old_size {
        let split = start + largest_power_below(end - start);
        if old_size <= split {
            ranges.push(split..end);
            end = split;
        } else {
            ranges.push(start..split);
            start = split;
            is_old_tree = false;
        }
    }
    if !is_old_tree {
        ranges.push(start..end);
    }
    ranges.reverse();
    ranges
}

/// Tree hash of a range that [`inclusion_ranges`] or [`consistency_ranges`] named, from the perfect
/// subtrees it consists of. `subtree` gets (height, index among the subtrees of that height).
pub(crate) fn range_root<E>(
    range: Range<u64>,
    mut subtree: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let mut peaks = Vec::new();
    let mut start = range.start;
    while let Some(height) = (range.end - start).checked_ilog2() {
        peaks.push(subtree(height, start >> height)?);
        start += 1 << height;
    }
    Ok(fold_peaks(&peaks))
}

/// The largest power of two smaller than `count`, where a tree of `count` leaves splits. Requires
/// `count > 1`.
pub(crate) fn largest_power_below(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
