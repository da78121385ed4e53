//! Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, type 0x04): a signature over a
//! checkpoint and the time at which the witness saw it.
//!
//! When a witness may cosign is decided in `witness`; the clock is the caller's.

use std::fmt;
use std::str::FromStr;

use crate::key::{ED25519_COSIGNATURE, KeyError, KeyName, PrivateKey, PublicKey};
use crate::note::{NoteError, NoteSignature, SignedNote};

/// Timestamps above this are forbidden by the specification.
const TIMESTAMP_MAX: u64 = (1 << 63) - 1;

/// A witness's statement, verified: at this time this was the largest tree of the log it had seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Name of the witness's key.
    pub witness: KeyName,
    /// Seconds since 1970-01-01T00:00:00Z, by the witness's clock.
    pub unix_seconds: u64,
}

/// A witness's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureVerifier(PublicKey);

impl CosignatureVerifier {
    /// Name of the key.
    pub fn name(&self) -> &KeyName {
        &self.0.name
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// This witness's cosignature on a note: the latest if there are several, nothing if there is
    /// none. One that does not verify refuses the note.
    pub fn verify(&self, note: &SignedNote) -> Result<Option<Cosignature>, NoteError> {
        let mut latest = None;
        for signature in note.signatures_by(&self.0) {
            let seconds = self
                .verified_time(note.text(), signature)
                .ok_or_else(|| NoteError::BadSignature(self.name().clone()))?;
            latest = latest.max(Some(seconds));
        }
        Ok(latest.map(|unix_seconds| Cosignature { witness: self.name().clone(), unix_seconds }))
    }

    /// The lines of a note under this key's name and id, verified or not.
    pub(crate) fn lines<'note>(&self, note: &'note SignedNote) -> impl Iterator<Item = &'note NoteSignature> {
        note.lines_by(&self.0)
    }

    /// `u64` big-endian timestamp, then the Ed25519 signature.
    fn verified_time(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (timestamp, signature) = signature.split_first_chunk::<8>()?;
        let seconds = u64::from_be_bytes(*timestamp);
        let message = cosigned_message(seconds, text);
        let accepted = seconds <= TIMESTAMP_MAX && self.0.verifies(message.as_bytes(), signature);
        accepted.then_some(seconds)
    }
}

/// The `vkey` text: name, id, base64(0x04 ‖ key).
impl fmt::Display for CosignatureVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for CosignatureVerifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PublicKey::parse(text, ED25519_COSIGNATURE).map(Self)
    }
}

/// A witness's private key.
#[derive(Clone)]
pub struct CosignatureSigner(PrivateKey);

impl CosignatureSigner {
    /// From 32 bytes that the caller drew at random.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Result<Self, KeyError> {
        PrivateKey::from_seed(name, ED25519_COSIGNATURE, seed).map(Self)
    }

    /// Reads the text of a key file.
    pub fn from_secret_text(text: &str) -> Result<Self, KeyError> {
        PrivateKey::parse(text, ED25519_COSIGNATURE).map(Self)
    }

    /// The text for a key file that only its owner may read.
    pub fn to_secret_text(&self) -> String {
        self.0.secret_text()
    }

    /// Name of the key.
    pub fn name(&self) -> &KeyName {
        &self.0.public.name
    }

    /// The public half.
    pub fn verifier(&self) -> CosignatureVerifier {
        CosignatureVerifier(self.0.public.clone())
    }

    /// Only `witness` calls this, once consistency is shown. A clock beyond year 292 billion is
    /// held at the largest time that the format allows.
    pub(crate) fn cosign(&self, checkpoint_text: &str, unix_seconds: u64) -> NoteSignature {
        let seconds = unix_seconds.min(TIMESTAMP_MAX);
        let message = cosigned_message(seconds, checkpoint_text);
        let mut signature = seconds.to_be_bytes().to_vec();
        signature.extend_from_slice(&self.0.sign(message.as_bytes()));
        NoteSignature::new(&self.0.public, signature)
    }
}

/// Shows which key it is, never the seed.
impl fmt::Debug for CosignatureSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignatureSigner({})", self.0.public)
    }
}

fn cosigned_message(unix_seconds: u64, checkpoint_text: &str) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{checkpoint_text}")
}
