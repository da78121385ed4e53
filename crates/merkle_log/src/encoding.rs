//! The two text encodings that every format of this crate shares: base64 and decimal numbers, each
//! read in exactly one spelling.
//!
//! A second spelling of the same value would let two different texts carry one signed meaning, so
//! everything but the canonical form is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Hash;

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Standard alphabet, padded, no white space, unused bits zero.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    let bytes: [u8; 32] = from_base64(text)?.try_into().ok()?;
    Some(Hash(bytes))
}

/// ASCII digits without sign or leading zero (except `0` itself).
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok())?
}
