//! Proof verification on any sizes and hashes: nothing verifies that the definition does not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{Hash, verify_consistency, verify_inclusion};

fuzz_target!(|input: ([u64; 2], Hash32, Hash32, Vec<Hash32>)| {
    let ([first, second], one, other, proof) = input;
    let proof: Vec<Hash> = proof.into_iter().map(Hash).collect();
    let (one, other) = (Hash(one), Hash(other));
    // A random root cannot be met unless the tree is the leaf itself.
    if verify_inclusion(&one, first, second, &proof, &other).is_ok() {
        assert!(second == 1 && one == other && proof.is_empty());
    }
    if verify_consistency(first, second, &proof, &one, &other).is_ok() {
        assert!(proof.is_empty() && (first == second && one == other || first == 0));
    }
});

type Hash32 = [u8; 32];
