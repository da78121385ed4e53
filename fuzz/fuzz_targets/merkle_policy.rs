//! Trust policies, each tried on a checkpoint after it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{Policy, SignedNote};

const CHECKPOINT: &[u8] = include_bytes!("../seeds/merkle_note/checkpoint");

fuzz_target!(|input: &[u8]| {
    if let Ok(policy) = Policy::parse(input) {
        let note = SignedNote::parse(CHECKPOINT).expect("a signed note");
        let _ = policy.evaluate(&note);
        assert!(policy.witnesses().count() <= input.len());
    }
});
