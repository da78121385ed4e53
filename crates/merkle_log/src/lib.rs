//! A tamper-evident log over opaque bytes: the tree of RFC 6962, its tiles, its proofs, and the
//! signed statements about it (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof,
//! tlog-policy, tlog-witness).
//!
//! It knows bytes and positions only: nothing about what an entry means, where tiles are kept, what
//! time it is or where keys live. Time, seeds and stored bytes arrive as arguments; what must be
//! made durable leaves as values. Everything it decodes is taken to be hostile.
#![warn(clippy::indexing_slicing, clippy::string_slice, clippy::as_conversions)]

mod bundle;
mod checkpoint;
mod cosignature;
mod edge;
mod encoding;
mod frontier;
mod hash;
mod key;
mod memory;
mod note;
mod policy;
mod proof;
mod reader;
mod signer;
mod tile;
mod tlog_proof;
mod witness;

pub use bundle::{BundleError, ENTRY_BYTES_MAX, TooLong, decode_bundle, encode_bundle};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{Cosignature, CosignatureSigner, CosignatureVerifier};
pub use edge::{EdgeError, TileEdge};
pub use frontier::{Frontier, FrontierError};
pub use hash::{HASH_BYTES, Hash, HashTextError, empty_root, leaf_hash, node_hash};
pub use key::{KeyError, KeyName};
pub use memory::{consistency_proof_in_memory, inclusion_proof_in_memory, root_in_memory};
pub use note::{NOTE_BYTES_MAX, NoteError, NoteSignature, NoteSigner, NoteVerifier, SIGNATURES_MAX, SignedNote};
pub use policy::{POLICY_BYTES_MAX, Policy, PolicyError, PolicyRefusal, TrustedCheckpoint};
pub use proof::{PROOF_HASHES_MAX, ProofError, verify_consistency, verify_inclusion};
pub use reader::{ReadError, TileReader, TileSource, consistency_proof, inclusion_proof};
pub use signer::{PreparedCheckpoint, SignerState, SigningRefusal};
pub use tile::{
    EntryBundleId, TILE_WIDTH, TileId, bundles_for_size, bundles_grown, decode_tile, encode_tile, tiles_for_size,
    tiles_grown,
};
pub use tlog_proof::{TLOG_PROOF_BYTES_MAX, TlogProof, TlogProofError, TlogProofRefusal};
pub use witness::{
    AddCheckpointError, AddCheckpointRequest, Answer, CONFLICT_CONTENT_TYPE, PreparedCosignature, REQUEST_BYTES_MAX,
    ResponseError, Superseded, Witness, WitnessConfigurationError, conflict_size, cosignatures_in_response,
};

/// The largest tree this crate handles: sizes fit a signed 64-bit column and no arithmetic on them
/// can overflow.
pub const TREE_SIZE_MAX: u64 = (1 << 63) - 1;

/// A tree at one moment: how many leaves it has and what they hash to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 tree hash of those leaves.
    pub root: Hash,
}

impl TreeHead {
    /// The head of the tree without leaves, from which every tree grew.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }
}
