//! Proof files, verified under the policy of the seeds: what reads has one spelling.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merkle_log::{NoteSigner, Policy, TlogProof};

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let name = "log.example/export".parse().expect("a key name");
    let signer = NoteSigner::from_seed(name, &[1; 32]).expect("a usable key");
    Policy::for_log(signer.verifier(), Vec::new())
});

fuzz_target!(|input: &[u8]| {
    if let Ok(proof) = TlogProof::parse(input) {
        assert_eq!(proof.to_string().as_bytes(), input);
        let _ = proof.verify(b"an entry", &POLICY);
    }
});
