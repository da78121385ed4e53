//! The guard in front of a log's key: it signs only what is proven to continue what it signed last.
//!
//! The state it returns must be durable before the note is shown to anyone; storing is the
//! caller's.

use thiserror::Error;

use crate::note::NoteSigner;
use crate::{Checkpoint, HASH_BYTES, Hash, ProofError, SignedNote, TREE_SIZE_MAX, TreeHead, verify_consistency};

/// What the log's key signed last. Starts as the empty tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerState {
    signed: TreeHead,
}

/// A signature that may be published once `state` is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the state is to be stored, then the note published"]
pub struct PreparedCheckpoint {
    /// Replaces the stored state. To be durable before `note` leaves the process.
    pub state: SignerState,
    /// The signed checkpoint.
    pub note: SignedNote,
}

/// Why the key does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SigningRefusal {
    /// The tree is not proven to contain what was signed before.
    #[error(
        "the key signed a tree of {signed} entries; the tree of {offered} entries is not proven to continue it, so it is not signed"
    )]
    NotProven {
        /// Size signed last.
        signed: u64,
        /// Size that was to be signed.
        offered: u64,
        /// What is wrong with the proof.
        #[source]
        reason: ProofError,
    },
    /// Larger than any tree can be.
    #[error("a tree of {size} entries is above the limit of {TREE_SIZE_MAX}")]
    Size {
        /// The size offered.
        size: u64,
    },
}

impl Default for SignerState {
    fn default() -> Self {
        Self::new()
    }
}

impl SignerState {
    /// Nothing signed yet.
    pub fn new() -> Self {
        Self { signed: TreeHead::empty() }
    }

    /// The tree that was signed last.
    pub fn signed(&self) -> TreeHead {
        self.signed
    }

    /// Signs `head` if `proof` shows that it continues the tree signed last (`consistency_proof`
    /// from `signed().size`; empty when that is zero or nothing was added).
    pub fn sign(
        &self,
        signer: &NoteSigner,
        head: TreeHead,
        proof: &[Hash],
    ) -> Result<PreparedCheckpoint, SigningRefusal> {
        let refusal = |reason| SigningRefusal::NotProven { signed: self.signed.size, offered: head.size, reason };
        if head.size > TREE_SIZE_MAX {
            return Err(SigningRefusal::Size { size: head.size });
        }
        let (old, new) = (self.signed, head);
        verify_consistency(old.size, new.size, proof, &old.root, &new.root).map_err(refusal)?;
        let checkpoint = Checkpoint { origin: signer.name().clone(), size: head.size, root: head.root };
        Ok(PreparedCheckpoint { state: Self { signed: head }, note: signer.sign_checkpoint(&checkpoint) })
    }

    /// `u64` size big-endian, then the root.
    pub fn to_bytes(self) -> [u8; 8 + HASH_BYTES] {
        let mut bytes = [0; 8 + HASH_BYTES];
        let (size, root) = bytes.split_at_mut(8);
        size.copy_from_slice(&self.signed.size.to_be_bytes());
        root.copy_from_slice(&self.signed.root.0);
        bytes
    }

    /// Reads what [`SignerState::to_bytes`] wrote; nothing for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, root) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let root = Hash::from_slice(root)?;
        let possible = size <= TREE_SIZE_MAX && (size != 0 || root == TreeHead::empty().root);
        possible.then_some(Self { signed: TreeHead { size, root } })
    }
}
