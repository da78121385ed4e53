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
    #[error("a verifying key reads NAME+8 HEX DIGITS+BASE64, a private key the same after PRIVATE+KEY+")]
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
        let unusable = |character: char| character.is_whitespace() || character.is_control() || character == '+';
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
    pub(crate) fn new(name: KeyName, signature_type: u8, bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        if key.is_weak() || !is_reduced(bytes) {
            return Err(KeyError::Point);
        }
        let id = key_id(&name, signature_type, bytes);
        Ok(Self { name, id, signature_type, key })
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, KeyError> {
        let (name, id, key) = parse_parts(text, signature_type)?;
        let key = Self::new(name, signature_type, &key)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// RFC 8032 with the strict checks: canonical scalar, no component of small order accepted.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, id, signature_type, key } = self;
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
    pub(crate) fn from_seed(name: KeyName, signature_type: u8, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::new(name, signature_type, key.verifying_key().as_bytes())?;
        Ok(Self { public, key })
    }

    pub(crate) fn parse(text: &str, signature_type: u8) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE_PREFIX).ok_or(KeyError::Form)?;
        let (name, id, seed) = parse_parts(rest, signature_type)?;
        let key = Self::from_seed(name, signature_type, &seed)?;
        if key.public.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The text for a key file.
    pub(crate) fn secret_text(&self) -> String {
        let PublicKey { name, id, signature_type, .. } = &self.public;
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
    let digits = id.len() == 8 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits).ok_or(KeyError::Form)?;
    let typed = from_base64(typed).ok_or(KeyError::Form)?;
    let (found, key) = typed.split_first().ok_or(KeyError::Form)?;
    if *found != expected {
        return Err(KeyError::Type { expected, found: *found });
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

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::print_stdout,
        reason = "tests"
    )]

    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn hex(text: &serde_json::Value) -> Vec<u8> {
        let text = text.as_str().unwrap();
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// C2SP's published edge cases, where they lie beside the repository. Each verifies under some
    /// implementation; its flags say what a strict one has to notice.
    #[test]
    fn published_edge_cases_verify_only_where_no_strict_rule_is_broken() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/samples/merkle/cctv-ed25519/ed25519vectors.json");
        let Ok(bytes) = std::fs::read(file) else {
            println!("ed25519 edge cases: 0 files read");
            return;
        };
        let vectors: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
        // A component of small order in a key of large order is harmless without a residue.
        let harmless = BTreeSet::from(["low_order_component_R", "low_order_component_A"]);
        let mut accepted_count = 0;
        for vector in &vectors {
            let flags = vector["flags"].as_array().cloned().unwrap_or_default();
            let flags: BTreeSet<&str> = flags.iter().map(|flag| flag.as_str().unwrap()).collect();
            let key = hex(&vector["key"]).try_into().unwrap();
            let message = vector["msg"].as_str().unwrap().as_bytes();
            let accepted = PublicKey::new("k".parse().unwrap(), ED25519, &key)
                .is_ok_and(|key| key.verifies(message, &hex(&vector["sig"])));
            assert_eq!(accepted, flags.is_subset(&harmless), "{}: {flags:?}", vector["number"]);
            accepted_count += usize::from(accepted);
        }
        println!("ed25519 edge cases: 1 file read, {} vectors checked, {accepted_count} accepted", vectors.len());
        assert!(accepted_count > 0 && accepted_count < vectors.len());
    }

    #[test]
    fn a_signature_with_a_scalar_beyond_the_group_order_is_refused() {
        let key = PrivateKey::from_seed("k".parse().unwrap(), ED25519, &[7; 32]).unwrap();
        let signature = key.sign(b"message");
        assert!(key.public.verifies(b"message", &signature));
        // Adding the group order to the scalar is a second spelling of the same signature.
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut malleated = signature;
        let mut carry = 0;
        for (byte, addend) in malleated[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + addend + carry;
            *byte = u8::try_from(sum % 256).unwrap();
            carry = sum / 256;
        }
        assert!(!key.public.verifies(b"message", &malleated));
        assert!(!key.public.verifies(b"message", &signature[..63]));
        assert!(!key.public.verifies(b"massage", &signature));
    }

    #[test]
    fn only_reduced_coordinates_are_accepted() {
        let mut prime = [0xff; 32];
        prime[0] = 0xed;
        prime[31] = 0x7f;
        assert!(!is_reduced(&prime));
        prime[31] = 0xff;
        assert!(!is_reduced(&prime));
        prime[0] = 0xec;
        assert!(is_reduced(&prime));
        assert!(is_reduced(&[0x7f; 32]));
    }
}
