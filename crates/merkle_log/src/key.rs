//! Names and texts of signing keys: `vkey` for verifying (C2SP signed-note) and the matching
//! private text for a key file.
//!
//! How a key signs is in `note` and `cosignature`; seeds are given by the caller.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::encoding::{base64, from_base64};

/// Longest key name. Names are origins and host names with a path; the limit keeps a signature line
/// on a screen.
pub(crate) const KEY_NAME_BYTES_MAX: usize = 255;

/// Signature type of a note signed by a log (C2SP signed-note).
pub(crate) const ED25519: u8 = 0x01;
/// Signature type of a timestamped cosignature (C2SP tlog-cosignature).
pub(crate) const ED25519_COSIGNATURE: u8 = 0x04;

/// A key's name; for a log it is also the origin of its checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(
    // INVARIANT: 1 to KEY_NAME_BYTES_MAX bytes, no white space, no control character, no plus.
    String,
);

/// Why a key's text is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The name cannot stand in a signature line.
    #[error(
        "a key name has 1 to {KEY_NAME_BYTES_MAX} bytes and no white space, control character or plus sign; {0:?} is not one"
    )]
    Name(String),
    /// Not `name+id+key`.
    #[error(
        "a verifying key reads NAME+8 HEX DIGITS+BASE64, a private key the same after PRIVATE+KEY+"
    )]
    Form,
    /// The key is of a type for another purpose, or not supported.
    #[error("the key has signature type 0x{found:02x}; type 0x{expected:02x} is needed here")]
    Type {
        /// Type that this use needs.
        expected: u8,
        /// Type that the text states.
        found: u8,
    },
    /// The eight digits are not the hash of name, type and key.
    #[error("the key id does not belong to this name and key; the text was altered or mistyped")]
    Id,
    /// The bytes are no point a signature can safely be verified with.
    #[error("the 32 key bytes are not a usable Ed25519 public key")]
    Point,
}

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unusable = |character: char| {
            character.is_whitespace() || character.is_control() || character == '+'
        };
        if text.is_empty() || text.len() > KEY_NAME_BYTES_MAX || text.contains(unusable) {
            return Err(KeyError::Name(text.chars().take(80).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A named Ed25519 public key of one signature type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) name: KeyName,
    pub(crate) id: u32,
    signature_type: u8,
    key: VerifyingKey,
}

impl PublicKey {
    /// Refuses keys of small order and second spellings of a point: with them one signature could
    /// verify under several keys or for several messages.
    pub(crate) fn new(
        name: KeyName,
        signature_type: u8,
        bytes: &[u8; 32],
    ) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        if key.is_weak() || !is_reduced(bytes) {
            return Err(KeyError::Point);
        }
        let id = key_id(&name, signature_type, bytes);
        Ok(Self {
            name,
            id,
            signature_type,
            key,
        })
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, KeyError> {
        let (name, id, key) = parse_parts(text, signature_type)?;
        let key = Self::new(name, signature_type, &key)?;
        if key.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// RFC 8032 with the strict checks: canonical scalar, no component of small order accepted.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            id,
            signature_type,
            key,
        } = self;
        let typed = base64(&[&[*signature_type], key.as_bytes().as_slice()].concat());
        write!(formatter, "{name}+{id:08x}+{typed}")
    }
}

/// A named Ed25519 private key of one signature type. Its memory is cleared when dropped.
#[derive(Clone)]
pub(crate) struct PrivateKey {
    pub(crate) public: PublicKey,
    key: SigningKey,
}

/// What opens the text of a private key.
const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";

impl PrivateKey {
    pub(crate) fn from_seed(
        name: KeyName,
        signature_type: u8,
        seed: &[u8; 32],
    ) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::new(name, signature_type, key.verifying_key().as_bytes())?;
        Ok(Self { public, key })
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE_PREFIX).ok_or(KeyError::Form)?;
        let (name, id, seed) = parse_parts(rest, signature_type)?;
        let key = Self::from_seed(name, signature_type, &seed)?;
        if key.public.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }

    /// The text for a key file.
    pub(crate) fn secret_text(&self) -> String {
        let PublicKey {
            name,
            id,
            signature_type,
            ..
        } = &self.public;
        let typed = base64(&[&[*signature_type], self.key.as_bytes().as_slice()].concat());
        format!("{PRIVATE_PREFIX}{name}+{id:08x}+{typed}")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

fn parse_parts(text: &str, expected: u8) -> Result<(KeyName, u32, [u8; 32]), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
    let (id, typed) = rest.split_once('+').ok_or(KeyError::Form)?;
    let name = name.parse()?;
    let digits = id.len() == 8
        && id
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16)
        .ok()
        .filter(|_| digits)
        .ok_or(KeyError::Form)?;
    let typed = from_base64(typed).ok_or(KeyError::Form)?;
    let (found, key) = typed.split_first().ok_or(KeyError::Form)?;
    if *found != expected {
        return Err(KeyError::Type {
            expected,
            found: *found,
        });
    }
    let key = key.try_into().map_err(|_| KeyError::Form)?;
    Ok((name, id, key))
}

/// SHA-256(name ‖ 0x0A ‖ type ‖ key), first four bytes (C2SP signed-note).
fn key_id(name: &KeyName, signature_type: u8, key: &[u8; 32]) -> u32 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name.as_str())
        .chain_update([b'\n', signature_type])
        .chain_update(key)
        .finalize()
        .into();
    let (head, _) = digest.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
    u32::from_be_bytes(*head)
}

/// Whether the y coordinate is below the field's prime 2^255 - 19 (little-endian, top bit is the
/// sign of x).
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *low < 0xed
}
