//! Every decoder, fed with noise and with damaged copies of what it writes: it answers, it does not
//! panic, and what it accepts it writes again byte for byte.

use std::sync::LazyLock;

use merkle_log::{
    AddCheckpointRequest, Checkpoint, CosignatureSigner, CosignatureVerifier, EntryBundleId, Frontier, KeyName,
    NoteSigner, NoteVerifier, Policy, SignedNote, SignerState, TileId, TlogProof, conflict_size, consistency_proof,
    cosignatures_in_response, decode_bundle, decode_tile, encode_bundle, encode_tile, inclusion_proof,
};
use proptest::prelude::*;

use crate::log::MemoryLog;
use crate::note::{log_signer, signed, witness_signer};

static LOG: LazyLock<NoteSigner> = LazyLock::new(|| log_signer(1));
static WITNESS: LazyLock<CosignatureSigner> = LazyLock::new(|| witness_signer(5));

/// Feeds one input to every decoder.
fn decode_all(bytes: &[u8]) {
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let _ = frontier.root();
    }
    if let Some(state) = SignerState::from_bytes(bytes) {
        assert_eq!(state.to_bytes(), bytes);
    }
    if let Some(hashes) = decode_tile(bytes) {
        assert_eq!(encode_tile(&hashes), bytes);
    }
    let width = bytes.first().map_or(0, |byte| u16::from(*byte) + 1);
    if let Ok(entries) = decode_bundle(bytes, width) {
        assert_eq!(encode_bundle(&entries).unwrap(), bytes);
    }
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let _ = note.verify(&[LOG.verifier()]);
        let _ = WITNESS.verifier().verify(&note);
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(request) = AddCheckpointRequest::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
    let _ = Policy::parse(bytes);
    let _ = conflict_size(bytes);
    let checkpoint = signed(&LOG, merkle_log::TreeHead::empty());
    let _ = cosignatures_in_response(bytes, &checkpoint, &[WITNESS.verifier()]);
    if let Ok(text) = str::from_utf8(bytes) {
        decode_text(text);
    }
}

fn decode_text(text: &str) {
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Some(tile) = TileId::from_path(text) {
        assert_eq!(tile.path(), text);
    }
    if let Some(bundle) = EntryBundleId::from_path(text) {
        assert_eq!(bundle.path(), text);
    }
    if let Ok(verifier) = text.parse::<NoteVerifier>() {
        assert_eq!(verifier.to_string(), text);
    }
    if let Ok(verifier) = text.parse::<CosignatureVerifier>() {
        assert_eq!(verifier.to_string(), text);
    }
    let _ = text.parse::<KeyName>();
    let _ = NoteSigner::from_secret_text(text);
    let _ = merkle_log::Hash::from_base64(text);
    let _ = merkle_log::Hash::from_hex(text);
}

/// One well-formed input for every decoder.
static WELL_FORMED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let log = MemoryLog::new(300);
    let checkpoint = signed(&LOG, log.head);
    let request = AddCheckpointRequest {
        old_size: 7,
        proof: consistency_proof(&log, 7, log.head).unwrap(),
        checkpoint: checkpoint.clone(),
    };
    let proof = TlogProof {
        extra: Some(b"extra".to_vec()),
        index: 7,
        hashes: inclusion_proof(&log, 7, log.head).unwrap(),
        checkpoint: checkpoint.clone(),
    };
    let (vkey, witness) = (LOG.verifier(), WITNESS.verifier());
    let policy = format!("log {vkey}\nwitness a {witness}\ngroup g any a\nquorum g\n");
    let mut frontier = Frontier::new();
    frontier.append(log.head.root);
    vec![
        checkpoint.to_string().into_bytes(),
        checkpoint.text().as_bytes().to_vec(),
        request.to_string().into_bytes(),
        proof.to_string().into_bytes(),
        policy.into_bytes(),
        vkey.to_string().into_bytes(),
        witness.to_string().into_bytes(),
        LOG.to_secret_text().into_bytes(),
        frontier.to_bytes(),
        SignerState::new().to_bytes().to_vec(),
        encode_bundle(&[b"one", b"two"]).unwrap(),
        b"tile/0/x001/234.p/5".to_vec(),
        b"tile/entries/x001/234".to_vec(),
        b"300\n".to_vec(),
    ]
});

#[test]
fn every_prefix_of_a_well_formed_input_is_answered() {
    for input in WELL_FORMED.iter() {
        for end in 0..=input.len() {
            decode_all(&input[..end]);
        }
    }
}

proptest! {
    #[test]
    fn noise_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        decode_all(&bytes);
    }

    #[test]
    fn text_noise_is_answered(text in "[ -~\u{2014}\n\t+/=x0-9]{0,200}") {
        decode_all(text.as_bytes());
    }

    #[test]
    fn damaged_inputs_are_answered(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut bytes = which.get(&WELL_FORMED).clone();
        for (place, value, kind) in edits {
            let place = place.index(bytes.len() + 1);
            match kind {
                0 => bytes.insert(place, value),
                1 if place < bytes.len() => { bytes.remove(place); }
                _ if place < bytes.len() => bytes[place] = value,
                _ => bytes.push(value),
            }
        }
        decode_all(&bytes);
    }
}
