//! Roots and proofs straight from RFC 6962's recursive definitions, over leaf hashes in memory.
//!
//! Slow and plain on purpose: it is the reference that the readers of tiles are compared with, and
//! enough for small logs.

use crate::{Hash, ProofError, empty_root, node_hash};

/// MTH of RFC 6962 section 2.1.
pub fn root_in_memory(leaves: &[Hash]) -> Hash {
    match split(leaves) {
        Some((left, right)) => node_hash(&root_in_memory(left), &root_in_memory(right)),
        None => leaves.first().copied().unwrap_or_else(empty_root),
    }
}

/// PATH of RFC 6962 section 2.1.1.
pub fn inclusion_proof_in_memory(leaves: &[Hash], index: usize) -> Result<Vec<Hash>, ProofError> {
    if index >= leaves.len() {
        return Err(ProofError::IndexBeyondTree { index: count(index), size: count(leaves.len()) });
    }
    let Some((left, right)) = split(leaves) else {
        return Ok(Vec::new());
    };
    let (mut proof, sibling) = if index < left.len() {
        (inclusion_proof_in_memory(left, index)?, right)
    } else {
        (inclusion_proof_in_memory(right, index - left.len())?, left)
    };
    proof.push(root_in_memory(sibling));
    Ok(proof)
}

/// PROOF of RFC 6962 section 2.1.2, from the first `old_size` leaves to all of them; empty for an
/// empty old tree.
pub fn consistency_proof_in_memory(leaves: &[Hash], old_size: usize) -> Result<Vec<Hash>, ProofError> {
    if old_size > leaves.len() {
        return Err(ProofError::Shrinks { old_size: count(old_size), new_size: count(leaves.len()) });
    }
    Ok(match old_size {
        0 => Vec::new(),
        _ => subproof(leaves, old_size, true),
    })
}

fn subproof(leaves: &[Hash], old_size: usize, is_old_tree: bool) -> Vec<Hash> {
    let parts = split(leaves).filter(|_| old_size < leaves.len());
    let Some((left, right)) = parts else {
        return if is_old_tree { Vec::new() } else { vec![root_in_memory(leaves)] };
    };
    let (mut proof, other) = if old_size <= left.len() {
        (subproof(left, old_size, is_old_tree), right)
    } else {
        (subproof(right, old_size - left.len(), false), left)
    };
    proof.push(root_in_memory(other));
    proof
}

/// Where RFC 6962 splits: at the largest power of two below the number of leaves.
fn split(leaves: &[Hash]) -> Option<(&[Hash], &[Hash])> {
    let height = leaves.len().checked_sub(1)?.checked_ilog2()?;
    leaves.split_at_checked(1 << height)
}

fn count(leaves: usize) -> u64 {
    u64::try_from(leaves).unwrap_or(u64::MAX)
}
