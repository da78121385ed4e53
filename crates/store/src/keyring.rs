//! The keys of the folder and the one way bytes are sealed with them: AES-256-GCM, a random nonce,
//! and the row's place as associated data, so that a row moved elsewhere does not open.
//!
//! Which rows are sealed under which key is said by the modules that store them.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::error::damaged;
use crate::folder::{Folder, create_private, read_private};

/// Bytes of every key.
pub(crate) const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// What sealing adds to a payload: nonce ‖ ciphertext ‖ tag.
pub(crate) const SEAL_BYTES: usize = NONCE_LEN + TAG_BYTES;

/// The bytes of a key, overwritten when they are dropped.
pub(crate) type BareKey = Zeroizing<[u8; KEY_BYTES]>;

/// Sealed bytes did not open: altered, moved, or sealed under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DoesNotOpen;

/// One AES-256-GCM key.
pub(crate) struct SealingKey(LessSafeKey);

impl SealingKey {
    pub(crate) fn new(bytes: &[u8; KEY_BYTES]) -> Result<Self, StoreError> {
        // The length is the only thing that could be refused.
        UnboundKey::new(&AES_256_GCM, bytes)
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| damaged("a storage key does not have 32 bytes"))
    }

    /// nonce ‖ ciphertext ‖ tag of the parts joined.
    pub(crate) fn seal(&self, place: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut sealed = Vec::with_capacity(length + SEAL_BYTES);
        sealed.extend_from_slice(&nonce);
        for part in parts {
            sealed.extend_from_slice(part);
        }
        let (_, text) = sealed.split_at_mut(NONCE_LEN);
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), text)
            .map_err(|_| damaged("a payload is too long to be encrypted"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Writes what was sealed into `buffer` from `start` on and returns its length. The buffer only
    /// ever grows: clearing it for each of millions of payloads takes longer than it looks.
    pub(crate) fn open_into(
        &self,
        place: &[u8],
        sealed: &[u8],
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<usize, DoesNotOpen> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(DoesNotOpen)?;
        let (text, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(DoesNotOpen)?;
        let end = start + text.len();
        if buffer.len() < end {
            buffer.resize(end, 0);
        }
        let target = buffer.get_mut(start..end).ok_or(DoesNotOpen)?;
        self.0
            .open_separate_gather(Nonce::assume_unique_for_key(*nonce), Aad::from(place), text, tag, target)
            .map_err(|_| DoesNotOpen)?;
        Ok(text.len())
    }

    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let mut opened = Vec::new();
        let length = self.open_into(place, sealed, &mut opened, 0)?;
        opened.truncate(length);
        Ok(opened)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

/// The keys derived from the master key, one per use, so that bytes sealed for one use never open
/// in another.
#[derive(Debug)]
pub(crate) struct Keyring {
    /// Wraps the key of each subject.
    pub(crate) subjects: SealingKey,
    /// Seals the answers kept for idempotency.
    pub(crate) answers: SealingKey,
    /// Seals device reports.
    pub(crate) reports: SealingKey,
    /// Seals evidence.
    pub(crate) blobs: SealingKey,
    /// Seals what can be worked out again.
    pub(crate) cache: SealingKey,
    identity: hmac::Key,
    /// What the signing keys of webhooks come from.
    webhooks: hmac::Key,
}

impl Keyring {
    /// Draws a master key and writes its file.
    pub(crate) fn create(folder: &Folder) -> Result<Self, StoreError> {
        let master: [u8; KEY_BYTES] = random()?;
        create_private(&folder.master_key(), &master)?;
        Self::derive(&master)
    }

    pub(crate) fn load(folder: &Folder) -> Result<Self, StoreError> {
        let path = folder.master_key();
        let bytes = read_private(&path)?;
        let master = bytes.as_slice().try_into().map_err(|_| StoreError::Key {
            path,
            reason: format!("a master key has {KEY_BYTES} bytes, this file {}", bytes.len()),
        })?;
        Self::derive(master)
    }

    fn derive(master: &[u8; KEY_BYTES]) -> Result<Self, StoreError> {
        let master = hkdf::Salt::new(hkdf::HKDF_SHA256, b"indult/store/v1").extract(master);
        let derive = |usage: &[u8]| -> Result<[u8; KEY_BYTES], StoreError> {
            let mut key = [0; KEY_BYTES];
            master
                .expand(&[usage], hkdf::HKDF_SHA256)
                .and_then(|output| output.fill(&mut key))
                .map_err(|_| damaged("the storage keys cannot be derived"))?;
            Ok(key)
        };
        Ok(Self {
            subjects: SealingKey::new(&derive(b"subject keys")?)?,
            answers: SealingKey::new(&derive(b"answers")?)?,
            reports: SealingKey::new(&derive(b"reports")?)?,
            blobs: SealingKey::new(&derive(b"blobs")?)?,
            cache: SealingKey::new(&derive(b"cache")?)?,
            identity: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"identity")?),
            webhooks: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"webhooks")?),
        })
    }

    /// Binds the names of log and organisation to this folder's master key.
    pub(crate) fn identity_seal(&self, origin: &str, organisation: &str) -> Vec<u8> {
        hmac::sign(&self.identity, &identity_text(origin, organisation)).as_ref().to_vec()
    }

    pub(crate) fn identity_holds(&self, origin: &str, organisation: &str, seal: &[u8]) -> bool {
        hmac::verify(&self.identity, &identity_text(origin, organisation), seal).is_ok()
    }

    /// The seed of the signing key of a webhook: HMAC-SHA256 of u64be(number).
    pub(crate) fn webhook_seed(&self, webhook: u64) -> BareKey {
        let mut seed = BareKey::default();
        seed.copy_from_slice(hmac::sign(&self.webhooks, &webhook.to_be_bytes()).as_ref());
        seed
    }

    /// A new key for a subject, and its wrapped form for storage.
    pub(crate) fn new_subject_key(&self, id: u64, subject: &str) -> Result<(SealingKey, Vec<u8>), StoreError> {
        let key: [u8; KEY_BYTES] = random()?;
        let wrapped = self.subjects.seal(&subject_place(id, subject), &[&key])?;
        Ok((SealingKey::new(&key)?, wrapped))
    }

    pub(crate) fn unwrap_subject_key(&self, id: u64, subject: &str, wrapped: &[u8]) -> Result<SealingKey, DoesNotOpen> {
        let key = self.unwrap_bare_key(id, subject, wrapped)?;
        SealingKey::new(&key).map_err(|_| DoesNotOpen)
    }

    /// A subject's key before it is set up for use: a twentieth of the memory.
    pub(crate) fn unwrap_bare_key(&self, id: u64, subject: &str, wrapped: &[u8]) -> Result<BareKey, DoesNotOpen> {
        let key = Zeroizing::new(self.subjects.open(&subject_place(id, subject), wrapped)?);
        key.as_slice().try_into().map(Zeroizing::new).map_err(|_| DoesNotOpen)
    }
}

/// u64be(len(origin)) ‖ origin ‖ organisation
fn identity_text(origin: &str, organisation: &str) -> Vec<u8> {
    let length = u64::try_from(origin.len()).unwrap_or(u64::MAX);
    [length.to_be_bytes().as_slice(), origin.as_bytes(), organisation.as_bytes()].concat()
}

/// u64be(id) ‖ subject
fn subject_place(id: u64, subject: &str) -> Vec<u8> {
    [id.to_be_bytes().as_slice(), subject.as_bytes()].concat()
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn sealed_bytes_open_only_at_their_place_and_under_their_key() {
        let keys = Keyring::derive(&[7; KEY_BYTES]).unwrap();
        let sealed = keys.answers.seal(b"here", &[b"se", b"cret"]).unwrap();
        assert_eq!(sealed.len(), 6 + SEAL_BYTES);
        assert_eq!(keys.answers.open(b"here", &sealed).unwrap(), b"secret");
        assert!(keys.answers.open(b"there", &sealed).is_err());
        assert!(keys.reports.open(b"here", &sealed).is_err());
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.answers.open(b"here", &altered).is_err());
        }
    }

    #[test]
    fn a_subject_key_opens_only_for_its_id_and_subject() {
        let keys = Keyring::derive(&[7; KEY_BYTES]).unwrap();
        let (_, wrapped) = keys.new_subject_key(3, "person/ana").unwrap();
        assert!(keys.unwrap_subject_key(3, "person/ana", &wrapped).is_ok());
        assert!(keys.unwrap_subject_key(4, "person/ana", &wrapped).is_err());
        assert!(keys.unwrap_subject_key(3, "person/ben", &wrapped).is_err());
    }
}
