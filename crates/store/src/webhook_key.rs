//! The Ed25519 key with which messages to one webhook are signed. It comes from the master key and the webhook's
//! number, so that nothing more has to be kept, and no two webhooks share one.
//!
//! What is signed is for the caller to say.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use crate::StoreError;
use crate::error::damaged;
use crate::keyring::KEY_BYTES;

/// A private signing key of a webhook.
pub struct WebhookKey(Ed25519KeyPair);

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WebhookKey(..)")
    }
}

impl WebhookKey {
    pub(crate) fn from_seed(seed: &[u8; KEY_BYTES]) -> Result<Self, StoreError> {
        // The length is the only thing that could be refused.
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| damaged("a webhook's key cannot be derived"))
    }

    /// The 32 bytes of the public key.
    pub fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The 64 bytes of a signature (RFC 8032) on `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_verifies_under_the_key_of_its_webhook_and_no_other() {
        let (first, second) = (WebhookKey::from_seed(&[1; 32]).unwrap(), WebhookKey::from_seed(&[2; 32]).unwrap());
        let signature = first.sign(b"said");
        let verify =
            |key: &WebhookKey, said: &[u8]| UnparsedPublicKey::new(&ED25519, key.public()).verify(said, &signature);
        assert!(verify(&first, b"said").is_ok());
        assert!(verify(&first, b"sald").is_err() && verify(&second, b"said").is_err());
    }
}
