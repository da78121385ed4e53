//! A witness and the log's side of the exchange. The witness cosigns nothing but what the seeds' log signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merkle_log::{
    AddCheckpointRequest, Answer, CosignatureSigner, NoteSigner, SignedNote, TreeHead, Witness, conflict_size,
    cosignatures_in_response,
};

const CHECKPOINT: &[u8] = include_bytes!("../seeds/merkle_note/checkpoint");

static SIGNER: LazyLock<CosignatureSigner> = LazyLock::new(|| {
    let name = "witness.example/export".parse().expect("a key name");
    CosignatureSigner::from_seed(name, &[2; 32]).expect("a usable key")
});
static WITNESS: LazyLock<Witness> = LazyLock::new(|| {
    let name = "log.example/export".parse().expect("a key name");
    let log = NoteSigner::from_seed(name, &[1; 32]).expect("a usable key");
    let mut witness = Witness::new();
    witness.add_log(vec![log.verifier()], TreeHead::empty()).expect("one key");
    witness
});

fuzz_target!(|input: &[u8]| {
    if let Ok(request) = AddCheckpointRequest::parse(input) {
        assert_eq!(request.to_string().as_bytes(), input);
    }
    let signed = SignedNote::parse(CHECKPOINT).expect("a signed note");
    if let Answer::Cosign(prepared) = WITNESS.answer(input, &SIGNER, 1) {
        assert_eq!(prepared.checkpoint().text(), signed.text());
    }
    let _ = conflict_size(input);
    let _ = cosignatures_in_response(input, &signed, &[SIGNER.verifier()]);
});
