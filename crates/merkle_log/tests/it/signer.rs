//! The guard in front of the log's key.

use merkle_log::{SignerState, SigningRefusal, TreeHead, consistency_proof, empty_root, leaf_hash};

use crate::log::MemoryLog;
use crate::note::log_signer;

#[test]
fn a_log_that_grows_is_signed_step_by_step() {
    let signer = log_signer(1);
    let mut state = SignerState::new();
    for size in [0, 0, 1, 5, 256, 257, 1000, 1000] {
        let log = MemoryLog::new(size);
        let proof = consistency_proof(&log, state.signed().size, log.head).unwrap();
        let prepared = state.sign(&signer, log.head, &proof).unwrap();
        assert_eq!(prepared.state.signed(), log.head);
        assert_eq!(prepared.note.verify(&[signer.verifier()]).unwrap().len(), 1);
        state = SignerState::from_bytes(&prepared.state.to_bytes()).unwrap();
    }
}

#[test]
fn a_fork_a_rollback_and_a_missing_proof_are_not_signed() {
    let signer = log_signer(1);
    let (log, old) = (MemoryLog::new(1000), MemoryLog::new(300));
    let state = SignerState::new().sign(&signer, old.head, &[]).unwrap().state;
    let proof = consistency_proof(&log, 300, log.head).unwrap();
    let refused = |head, proof: &[_]| {
        let refusal = state.sign(&signer, head, proof).unwrap_err();
        assert!(matches!(refusal, SigningRefusal::NotProven { signed: 300, .. }));
    };
    let forked = TreeHead { root: leaf_hash(b"fork"), ..old.head };
    refused(forked, &[]);
    refused(MemoryLog::new(299).head, &[]);
    refused(TreeHead::empty(), &[]);
    refused(log.head, &[]);
    refused(log.head, &proof[1..]);
    refused(TreeHead { size: 2048, ..log.head }, &proof);
    refused(TreeHead { root: leaf_hash(b"fork"), ..log.head }, &proof);
    assert!(state.sign(&signer, log.head, &proof).is_ok());
}

#[test]
fn an_empty_tree_has_one_root_and_sizes_have_a_limit() {
    let signer = log_signer(1);
    let state = SignerState::new();
    let lie = TreeHead { size: 0, root: leaf_hash(b"") };
    assert!(state.sign(&signer, lie, &[]).is_err());
    let huge = TreeHead { size: u64::MAX, root: empty_root() };
    assert_eq!(state.sign(&signer, huge, &[]), Err(SigningRefusal::Size { size: u64::MAX }));
}

#[test]
fn stored_bytes_of_another_shape_are_refused() {
    let bytes = SignerState::new().to_bytes();
    assert_eq!(SignerState::from_bytes(&bytes), Some(SignerState::new()));
    for end in 0..bytes.len() {
        assert_eq!(SignerState::from_bytes(&bytes[..end]), None);
    }
    assert_eq!(SignerState::from_bytes(&[0; 40]), None, "an empty tree with another root");
    assert_eq!(SignerState::from_bytes(&[0xff; 40]), None, "above the size limit");
}
