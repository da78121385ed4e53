//! Proofs of one entry in one file (C2SP tlog-proof): position, inclusion proof and signed
//! checkpoint, to be verified offline against a policy.
//!
//! The extra bytes of a proof are carried and never trusted. What the entry says is not known here.

use std::fmt;

use thiserror::Error;

use crate::encoding::{base64, decimal, from_base64, hash_from_base64};
use crate::note::{NOTE_BYTES_MAX, NoteError, SignedNote};
use crate::policy::{Policy, PolicyRefusal, TrustedCheckpoint};
use crate::{Hash, PROOF_HASHES_MAX, ProofError, TREE_SIZE_MAX, leaf_hash, verify_inclusion};

/// Longest proof file that is read: a note, as much again for the extra data, and the hashes.
pub const TLOG_PROOF_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof as read: nothing in it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Application data that the proof does not authenticate.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry in the log.
    pub index: u64,
    /// Inclusion proof, leaf's sibling first.
    pub hashes: Vec<Hash>,
    /// The checkpoint whose tree holds the entry, with all its signatures.
    pub checkpoint: SignedNote,
}

/// Why bytes are not a proof file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TlogProofError {
    /// Too long to read.
    #[error("the proof has {bytes} bytes; at most {TLOG_PROOF_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Another kind of file.
    #[error("a proof file is text that begins with the line {HEADER}")]
    Header,
    /// A line before the checkpoint is malformed.
    #[error("line {line} of the proof is not what the format has there")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// Too many hashes.
    #[error("the proof has more than {PROOF_HASHES_MAX} hashes")]
    TooManyHashes,
    /// The checkpoint in it is not a signed note.
    #[error("the checkpoint in the proof cannot be read")]
    Checkpoint(#[source] NoteError),
}

/// Why a proof does not prove that the entry is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TlogProofRefusal {
    /// The checkpoint is not trusted under the policy.
    #[error("the proof's checkpoint is not accepted")]
    Checkpoint(#[source] PolicyRefusal),
    /// The hashes do not lead from the entry to the checkpoint's root.
    #[error("the proof does not show that this entry is in the log")]
    Inclusion(#[source] ProofError),
}

impl TlogProof {
    /// Reads a proof file.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > TLOG_PROOF_BYTES_MAX {
            return Err(TlogProofError::TooLong { bytes: bytes.len() });
        }
        let text = str::from_utf8(bytes).map_err(|_| TlogProofError::Header)?;
        let mut rest =
            text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(TlogProofError::Header)?;
        let mut line_number = 1;
        let mut next_line = || {
            line_number += 1;
            let line = TlogProofError::Line { line: line_number };
            let (text, after) = rest.split_once('\n').ok_or_else(|| line.clone())?;
            rest = after;
            Ok((text, line))
        };
        let (mut text, mut malformed) = next_line()?;
        let mut extra = None;
        if let Some(encoded) = text.strip_prefix("extra ") {
            extra = Some(from_base64(encoded).ok_or(malformed)?);
            (text, malformed) = next_line()?;
        }
        let index =
            text.strip_prefix("index ").and_then(decimal).filter(|index| *index < TREE_SIZE_MAX).ok_or(malformed)?;
        let mut hashes = Vec::new();
        loop {
            let (text, malformed) = next_line()?;
            if text.is_empty() {
                break;
            }
            if hashes.len() == PROOF_HASHES_MAX {
                return Err(TlogProofError::TooManyHashes);
            }
            hashes.push(hash_from_base64(text).ok_or(malformed)?);
        }
        let checkpoint = SignedNote::parse(rest.as_bytes()).map_err(TlogProofError::Checkpoint)?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Verifies that the log holds exactly these bytes at `index`, under a checkpoint that the
    /// policy accepts. Returns that checkpoint.
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<TrustedCheckpoint, TlogProofRefusal> {
        let trusted = policy.evaluate(&self.checkpoint).map_err(TlogProofRefusal::Checkpoint)?;
        let head = trusted.checkpoint.head();
        let leaf = leaf_hash(entry);
        verify_inclusion(&leaf, self.index, head.size, &self.hashes, &head.root)
            .map_err(TlogProofRefusal::Inclusion)?;
        Ok(trusted)
    }
}

/// The proof file.
impl fmt::Display for TlogProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(formatter, "extra {}", base64(extra))?;
        }
        writeln!(formatter, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(formatter, "{hash}")?;
        }
        write!(formatter, "\n{}", self.checkpoint)
    }
}
