//! Stored states: the frontier and what a key signed last.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{Frontier, SignerState, leaf_hash};

fuzz_target!(|input: &[u8]| {
    if let Ok(mut frontier) = Frontier::from_bytes(input) {
        assert_eq!(frontier.to_bytes(), input);
        let size = frontier.size();
        frontier.append(leaf_hash(b"next"));
        assert_eq!(frontier.size(), size + 1);
        let _ = frontier.root();
    }
    if let Some(state) = SignerState::from_bytes(input) {
        assert_eq!(state.to_bytes(), input);
    }
});
