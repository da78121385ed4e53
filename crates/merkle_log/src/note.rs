//! Signed notes (C2SP signed-note): a text, and lines that each carry one key's signature over it.
//!
//! Verifies and makes the plain Ed25519 signatures of logs (type 0x01); those of witnesses are in
//! `cosignature`. What the text means is not known here.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Checkpoint;
use crate::encoding::{base64, from_base64};
use crate::key::{ED25519, KeyError, KeyName, PrivateKey, PublicKey};

/// Longest note that is read. A note with 100 post-quantum signatures of 2.4 kB stays below it.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// Most signatures in a note that is read; the specification asks for at least 16.
pub const SIGNATURES_MAX: usize = 100;

/// A note as read: nothing in it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    // INVARIANT: ends with a newline, no control character but newlines.
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: u32,
    signature: Vec<u8>,
}

/// Why bytes are not a note, or the note cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Too long to read.
    #[error("the note has {bytes} bytes; at most {NOTE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not a text, a blank line and signature lines.
    #[error("a signed note is UTF-8 text, a blank line and signature lines; this is not")]
    Form,
    /// A signature line is malformed.
    #[error("signature line {line} does not read: dash, key name, base64 signature")]
    SignatureLine {
        /// Counted from 1, after the blank line.
        line: usize,
    },
    /// Too many signatures.
    #[error("the note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A key that the reader knows did not make the signature under its name.
    #[error("the signature of {0} does not verify; the note was altered or signed with another key")]
    BadSignature(KeyName),
    /// A checkpoint of the log itself was to be signed without showing that the log continues.
    #[error("a checkpoint of this log is signed only with proof that it continues the one signed before")]
    OwnCheckpoint,
    /// No signature by a key that the reader knows.
    #[error("the note carries no signature of a key that is trusted here")]
    Unsigned,
}

impl SignedNote {
    /// Reads a note. Strict: one spelling only, control characters refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { bytes: bytes.len() });
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Form)?;
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::Form);
        }
        // The text may hold blank lines; the last one ends it.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        Ok(Self { text: format!("{text}\n"), signatures: parse_signature_lines(signatures)? })
    }

    /// What is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, as they stand.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature line, such as a witness's. It takes the place of an older line of the same key: some verifiers
    /// refuse a note on which one key signed twice.
    pub fn add(&mut self, signature: NoteSignature) {
        let same_key = |line: &&mut NoteSignature| line.name == signature.name && line.key_id == signature.key_id;
        match self.signatures.iter_mut().find(same_key) {
            Some(line) => *line = signature,
            None => self.signatures.push(signature),
        }
    }

    /// The verifiers whose signature the note carries. Signatures of other keys are ignored; a
    /// signature under the name and id of a given key that does not verify refuses the whole note,
    /// and so does a note that none of them signed.
    pub fn verify<'keys>(&self, verifiers: &'keys [NoteVerifier]) -> Result<Vec<&'keys NoteVerifier>, NoteError> {
        let mut signed_by = Vec::new();
        for verifier in verifiers {
            for signature in self.signatures_by(&verifier.0) {
                if !verifier.0.verifies(self.text.as_bytes(), signature) {
                    return Err(NoteError::BadSignature(verifier.name().clone()));
                }
                if !signed_by.contains(&verifier) {
                    signed_by.push(verifier);
                }
            }
        }
        if signed_by.is_empty() {
            return Err(NoteError::Unsigned);
        }
        Ok(signed_by)
    }

    /// The same text under other signature lines.
    pub(crate) fn with_signatures(&self, signatures: &[NoteSignature]) -> Self {
        Self { text: self.text.clone(), signatures: signatures.to_vec() }
    }

    /// The signature lines that stand under this key's name and id.
    pub(crate) fn lines_by(&self, key: &PublicKey) -> impl Iterator<Item = &NoteSignature> {
        self.signatures.iter().filter(move |line| line.name == key.name && line.key_id == key.id)
    }

    /// Signature bytes that stand under this key's name and id.
    pub(crate) fn signatures_by(&self, key: &PublicKey) -> impl Iterator<Item = &[u8]> {
        self.lines_by(key).map(|line| line.signature.as_slice())
    }
}

/// The note as it is stored and sent.
impl fmt::Display for SignedNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(formatter, "{signature}"))
    }
}

impl NoteSignature {
    pub(crate) fn new(key: &PublicKey, signature: Vec<u8>) -> Self {
        Self { name: key.name.clone(), key_id: key.id, signature }
    }

    /// Name of the key that is said to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }
}

/// The line, with its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = base64(&[&self.key_id.to_be_bytes(), self.signature.as_slice()].concat());
        writeln!(formatter, "\u{2014} {} {signature}", self.name)
    }
}

/// One or more signature lines, each ended by a newline.
pub(crate) fn parse_signature_lines(text: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let lines = text.strip_suffix('\n').ok_or(NoteError::Form)?;
    let mut signatures = Vec::new();
    for (line, text) in (1..).zip(lines.split('\n')) {
        if line > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        signatures.push(parse_signature_line(text).ok_or(NoteError::SignatureLine { line })?);
    }
    Ok(signatures)
}

fn parse_signature_line(line: &str) -> Option<NoteSignature> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = from_base64(signature)?;
    let (key_id, signature) = bytes.split_first_chunk::<4>()?;
    Some(NoteSignature {
        name: name.parse().ok()?,
        key_id: u32::from_be_bytes(*key_id),
        signature: (!signature.is_empty()).then(|| signature.to_vec())?,
    })
}

/// A log's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier(PublicKey);

impl NoteVerifier {
    /// Name of the key; for a log its origin.
    pub fn name(&self) -> &KeyName {
        &self.0.name
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &[u8; 32] {
        self.0.bytes()
    }
}

/// The `vkey` text: name, id, base64(0x01 ‖ key).
impl fmt::Display for NoteVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for NoteVerifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PublicKey::parse(text, ED25519).map(Self)
    }
}

/// A log's private key.
#[derive(Clone)]
pub struct NoteSigner(PrivateKey);

impl NoteSigner {
    /// From 32 bytes that the caller drew at random.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, KeyError> {
        PrivateKey::from_seed(name, ED25519, seed).map(Self)
    }

    /// Reads the text of a key file.
    pub fn from_secret_text(text: &str) -> Result<Self, KeyError> {
        PrivateKey::parse(text, ED25519).map(Self)
    }

    /// The text for a key file that only its owner may read.
    pub fn to_secret_text(&self) -> String {
        self.0.secret_text()
    }

    /// Name of the key; for a log its origin.
    pub fn name(&self) -> &KeyName {
        &self.0.public.name
    }

    /// The public half.
    pub fn verifier(&self) -> NoteVerifier {
        NoteVerifier(self.0.public.clone())
    }

    /// Signs a text that ends with a newline and has no other control character. A text whose first line is this key's
    /// own name reads as a statement about the log's tree: only [`crate::SignerState`], which does not fork, signs that.
    pub fn sign(&self, text: &str) -> Result<SignedNote, NoteError> {
        let control = |byte: u8| byte < b' ' && byte != b'\n';
        if !text.ends_with('\n') || text.bytes().any(control) || text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Form);
        }
        if text.split('\n').next() == Some(self.name().as_str()) {
            return Err(NoteError::OwnCheckpoint);
        }
        Ok(self.sign_text(text.to_owned()))
    }

    /// The text of a checkpoint is always one that can be signed.
    pub(crate) fn sign_checkpoint(&self, checkpoint: &Checkpoint) -> SignedNote {
        self.sign_text(checkpoint.to_string())
    }

    fn sign_text(&self, text: String) -> SignedNote {
        let signature = self.0.sign(text.as_bytes()).to_vec();
        SignedNote { text, signatures: vec![NoteSignature::new(&self.0.public, signature)] }
    }
}

/// Shows which key it is, never the seed.
impl fmt::Debug for NoteSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NoteSigner({})", self.0.public)
    }
}
