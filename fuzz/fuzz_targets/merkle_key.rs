//! Texts of keys and hashes: what reads has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{CosignatureSigner, CosignatureVerifier, Hash, NoteSigner, NoteVerifier};

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<NoteVerifier>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<CosignatureVerifier>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = NoteSigner::from_secret_text(text) {
        assert_eq!(key.to_secret_text(), text);
    }
    if let Ok(key) = CosignatureSigner::from_secret_text(text) {
        assert_eq!(key.to_secret_text(), text);
    }
    if let Ok(hash) = Hash::from_base64(text) {
        assert_eq!(hash.to_base64(), text);
    }
    if let Ok(hash) = Hash::from_hex(text) {
        assert_eq!(hash.to_hex(), text);
    }
});
