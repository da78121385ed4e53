//! Checkpoint texts: what reads has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::Checkpoint;

fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
});
