//! Signed notes, verified by the keys that signed the seeds: what reads has one spelling.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merkle_log::{CosignatureSigner, CosignatureVerifier, NoteSigner, NoteVerifier, SignedNote};

static LOG: LazyLock<NoteVerifier> = LazyLock::new(|| {
    let name = "log.example/export".parse().expect("a key name");
    NoteSigner::from_seed(name, &[1; 32]).expect("a usable key").verifier()
});
static WITNESS: LazyLock<CosignatureVerifier> = LazyLock::new(|| {
    let name = "witness.example/export".parse().expect("a key name");
    CosignatureSigner::from_seed(name, &[2; 32]).expect("a usable key").verifier()
});

fuzz_target!(|input: &[u8]| {
    if let Ok(note) = SignedNote::parse(input) {
        assert_eq!(note.to_string().as_bytes(), input);
        let _ = note.verify(std::slice::from_ref(&*LOG));
        let _ = WITNESS.verify(&note);
    }
});
