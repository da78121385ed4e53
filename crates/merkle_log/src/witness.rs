//! A witness (C2SP tlog-witness): it cosigns a log's checkpoint only if the log is proven to have
//! grown from the one it cosigned before.
//!
//! A state machine without clock, storage or network: the caller passes the time, stores what
//! [`Answer::Cosign`] holds, and only then gets the response. Also the log's side of the exchange.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::{Cosignature, CosignatureSigner, CosignatureVerifier};
use crate::encoding::{decimal, hash_from_base64};
use crate::key::KeyName;
use crate::note::{NOTE_BYTES_MAX, NoteError, NoteVerifier, SignedNote, parse_signature_lines};
use crate::{Hash, PROOF_HASHES_MAX, ProofError, TREE_SIZE_MAX, TreeHead, verify_consistency};

/// Longest request that is read: a note, the size line and 63 hashes.
pub const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 4096;

/// Content type of the answer that tells a log which size the witness has.
pub const CONFLICT_CONTENT_TYPE: &str = "text/x.tlog.size";

/// The body of an `add-checkpoint` request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpointRequest {
    /// The size that the log believes the witness cosigned last.
    pub old_size: u64,
    /// Consistency proof from there to the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: SignedNote,
}

/// Why a body is not an `add-checkpoint` request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddCheckpointError {
    /// Too long to read.
    #[error("the request has {bytes} bytes; at most {REQUEST_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The first line is not `old N`.
    #[error("the first line of the request is not: old, a space, a number of entries")]
    OldSize,
    /// A line of the proof is not a hash, or the blank line is missing.
    #[error("line {line} of the request is neither a base64 hash nor the blank line after them")]
    ProofLine {
        /// Counted from 1.
        line: usize,
    },
    /// Too many hashes.
    #[error("the request has more than {PROOF_HASHES_MAX} proof lines")]
    TooManyHashes,
    /// The rest is not a signed note.
    #[error("the checkpoint in the request cannot be read: {0}")]
    Note(NoteError),
    /// The note is not a checkpoint.
    #[error("the signed text in the request is not a checkpoint: {0}")]
    Checkpoint(CheckpointError),
    /// The old size is larger than the checkpoint's.
    #[error("the request's old size {old_size} is larger than the checkpoint's size {size}")]
    OldSizeAbove {
        /// From the first line.
        old_size: u64,
        /// From the checkpoint.
        size: u64,
    },
}

impl AddCheckpointRequest {
    /// Reads a request body.
    pub fn parse(body: &[u8]) -> Result<Self, AddCheckpointError> {
        if body.len() > REQUEST_BYTES_MAX {
            return Err(AddCheckpointError::TooLong { bytes: body.len() });
        }
        let text = str::from_utf8(body).map_err(|_| AddCheckpointError::Note(NoteError::Form))?;
        let (first, mut rest) = text.split_once('\n').ok_or(AddCheckpointError::OldSize)?;
        let old_size = first
            .strip_prefix("old ")
            .and_then(decimal)
            .filter(|size| *size <= TREE_SIZE_MAX)
            .ok_or(AddCheckpointError::OldSize)?;
        let mut proof = Vec::new();
        for line in 2_usize.. {
            let malformed = AddCheckpointError::ProofLine { line };
            let (text, after) = rest.split_once('\n').ok_or_else(|| malformed.clone())?;
            rest = after;
            if text.is_empty() {
                break;
            }
            if proof.len() == PROOF_HASHES_MAX {
                return Err(AddCheckpointError::TooManyHashes);
            }
            proof.push(hash_from_base64(text).ok_or(malformed)?);
        }
        let checkpoint = SignedNote::parse(rest.as_bytes()).map_err(AddCheckpointError::Note)?;
        Ok(Self { old_size, proof, checkpoint })
    }
}

/// The request body.
impl fmt::Display for AddCheckpointRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "old {}", self.old_size)?;
        for hash in &self.proof {
            writeln!(formatter, "{hash}")?;
        }
        write!(formatter, "\n{}", self.checkpoint)
    }
}

/// What a witness remembers: for each log its keys and the tree it cosigned last.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    logs: BTreeMap<KeyName, WitnessedLog>,
}

#[derive(Clone, Debug)]
struct WitnessedLog {
    // INVARIANT: at least one, all named as the log's origin.
    keys: Vec<NoteVerifier>,
    latest: TreeHead,
}

/// Why a log cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WitnessConfigurationError {
    /// No key, so nothing could ever verify.
    #[error("a log needs at least one key")]
    NoKey,
    /// The keys have different names, so they are not of one log.
    #[error("the keys of one log all carry its origin as their name; {0} and {1} differ")]
    Names(KeyName, KeyName),
    /// The log is there already.
    #[error("the log {0} is already witnessed")]
    Twice(KeyName),
}

/// A witness's answer to `add-checkpoint`; each variant is one status of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Answer {
    /// 200 OK, after what it holds is stored: see [`Witness::record`].
    Cosign(PreparedCosignature),
    /// 404 Not Found: no such log is witnessed here.
    UnknownOrigin,
    /// 403 Forbidden: no signature of the log verifies.
    NotSigned(NoteError),
    /// 400 Bad Request: the body is malformed or its old size is above its checkpoint's.
    Malformed(AddCheckpointError),
    /// 409 Conflict, with the size and a newline as body and [`CONFLICT_CONTENT_TYPE`]: the old size
    /// is not the one cosigned last, or the same size was cosigned with another root.
    Conflict {
        /// Size cosigned last.
        size: u64,
    },
    /// 422 Unprocessable Content: the consistency proof does not verify.
    NotConsistent(ProofError),
}

/// A cosignature that may be sent once its tree is stored as the latest of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the tree is to be stored, then recorded"]
pub struct PreparedCosignature {
    origin: KeyName,
    replaces: TreeHead,
    head: TreeHead,
    checkpoint: SignedNote,
    response: String,
}

/// Another request was recorded in between; the cosignature must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a tree of {size} entries was cosigned meanwhile")]
pub struct Superseded {
    /// Size cosigned last.
    pub size: u64,
}

impl PreparedCosignature {
    /// The log.
    pub fn origin(&self) -> &KeyName {
        &self.origin
    }

    /// The tree that the cosignature continues; storing compares with this, so that two requests at
    /// once cannot roll the log back.
    pub fn replaces(&self) -> TreeHead {
        self.replaces
    }

    /// The tree to store as the log's latest.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The checkpoint as the log sent it, worth keeping as evidence.
    pub fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }
}

impl Witness {
    /// A witness of no log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes on a log: its keys, all named as its origin, and what was stored as cosigned last
    /// ([`TreeHead::empty`] for a new log).
    pub fn add_log(&mut self, keys: Vec<NoteVerifier>, latest: TreeHead) -> Result<(), WitnessConfigurationError> {
        let Some(origin) = keys.first().map(|key| key.name().clone()) else {
            return Err(WitnessConfigurationError::NoKey);
        };
        if let Some(other) = keys.iter().find(|key| *key.name() != origin) {
            let other = other.name().clone();
            return Err(WitnessConfigurationError::Names(origin, other));
        }
        if self.logs.contains_key(&origin) {
            return Err(WitnessConfigurationError::Twice(origin));
        }
        self.logs.insert(origin, WitnessedLog { keys, latest });
        Ok(())
    }

    /// The tree of a log that was cosigned last.
    pub fn latest(&self, origin: &KeyName) -> Option<TreeHead> {
        self.logs.get(origin).map(|log| log.latest)
    }

    /// Decides on a request body. Changes nothing: the caller stores what [`Answer::Cosign`] holds
    /// and then calls [`Witness::record`].
    pub fn answer(&self, body: &[u8], signer: &CosignatureSigner, unix_seconds: u64) -> Answer {
        match AddCheckpointRequest::parse(body) {
            Ok(request) => self.decide(request, signer, unix_seconds),
            Err(error) => Answer::Malformed(error),
        }
    }

    fn decide(&self, request: AddCheckpointRequest, signer: &CosignatureSigner, unix_seconds: u64) -> Answer {
        let text = request.checkpoint.text();
        let checkpoint: Checkpoint = match text.parse() {
            Ok(checkpoint) => checkpoint,
            Err(error) => return Answer::Malformed(AddCheckpointError::Checkpoint(error)),
        };
        let Some(log) = self.logs.get(&checkpoint.origin) else {
            return Answer::UnknownOrigin;
        };
        if let Err(error) = request.checkpoint.verify(&log.keys) {
            return Answer::NotSigned(error);
        }
        let (old, new) = (log.latest, checkpoint.head());
        let old_size = request.old_size;
        if old_size > new.size {
            let size = new.size;
            return Answer::Malformed(AddCheckpointError::OldSizeAbove { old_size, size });
        }
        let forked = old.size == new.size && old.size > 0 && old.root != new.root;
        if old_size != old.size || forked {
            return Answer::Conflict { size: old.size };
        }
        let proof = &request.proof;
        if let Err(error) = verify_consistency(old.size, new.size, proof, &old.root, &new.root) {
            return Answer::NotConsistent(error);
        }
        Answer::Cosign(PreparedCosignature {
            response: signer.cosign(text, unix_seconds).to_string(),
            origin: checkpoint.origin,
            replaces: old,
            head: new,
            checkpoint: request.checkpoint,
        })
    }

    /// Takes the stored tree as the log's latest and returns the body of the response, unless
    /// another request was recorded since the decision.
    pub fn record(&mut self, prepared: PreparedCosignature) -> Result<String, Superseded> {
        let size = self.latest(&prepared.origin).map_or(0, |head| head.size);
        match self.logs.get_mut(&prepared.origin) {
            Some(log) if log.latest == prepared.replaces => {
                log.latest = prepared.head;
                Ok(prepared.response)
            }
            Some(_) | None => Err(Superseded { size }),
        }
    }
}

/// Why a witness's response is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// Not signature lines.
    #[error("the witness's response is not a list of signature lines")]
    Lines(#[source] NoteError),
    /// Not signed by a witness that the log knows, or the signature does not verify.
    #[error("the witness's response carries no usable cosignature")]
    Cosignature(#[source] NoteError),
    /// Not a size and a newline.
    #[error("the witness's response is not a number of entries and a newline")]
    Size,
}

/// The log's side of 200 OK: checks the response against the checkpoint that was sent, and returns
/// the checkpoint with the verified cosignatures added. Lines of unknown keys are dropped.
pub fn cosignatures_in_response(
    body: &[u8],
    checkpoint: &SignedNote,
    witnesses: &[CosignatureVerifier],
) -> Result<(SignedNote, Vec<Cosignature>), ResponseError> {
    let text = str::from_utf8(body).map_err(|_| ResponseError::Lines(NoteError::Form))?;
    let lines = parse_signature_lines(text).map_err(ResponseError::Lines)?;
    let mut cosigned = checkpoint.clone();
    let mut cosignatures = Vec::new();
    // Only what this response says: an older cosignature on the checkpoint does not count.
    let response = checkpoint.with_signatures(&lines);
    for witness in witnesses {
        let Some(cosignature) = witness.verify(&response).map_err(ResponseError::Cosignature)? else {
            continue;
        };
        cosignatures.push(cosignature);
        for line in witness.lines(&response) {
            cosigned.add(line.clone());
        }
    }
    if cosignatures.is_empty() {
        return Err(ResponseError::Cosignature(NoteError::Unsigned));
    }
    Ok((cosigned, cosignatures))
}

/// The log's side of 409 Conflict: the size that the witness cosigned last.
pub fn conflict_size(body: &[u8]) -> Result<u64, ResponseError> {
    str::from_utf8(body)
        .ok()
        .and_then(|text| text.strip_suffix('\n'))
        .and_then(decimal)
        .filter(|size| *size <= TREE_SIZE_MAX)
        .ok_or(ResponseError::Size)
}
