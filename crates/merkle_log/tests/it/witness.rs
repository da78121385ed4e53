//! The witness and the log's side of talking to it.

use merkle_log::{
    AddCheckpointError, AddCheckpointRequest, Answer, NoteSigner, ProofError, ResponseError, SignedNote, TreeHead,
    Witness, WitnessConfigurationError, conflict_size, consistency_proof, cosignatures_in_response, leaf_hash,
};

use crate::log::MemoryLog;
use crate::note::{log_signer, name, signed, signed_against_the_rules, witness_signer};

const NOW: u64 = 1_700_000_000;

fn witness(latest: TreeHead) -> Witness {
    let mut witness = Witness::new();
    witness.add_log(vec![log_signer(1).verifier()], latest).unwrap();
    witness
}

fn request(old_size: u64, log: &MemoryLog) -> AddCheckpointRequest {
    AddCheckpointRequest {
        old_size,
        proof: consistency_proof(log, old_size, log.head).unwrap(),
        checkpoint: signed(&log_signer(1), log.head),
    }
}

fn ask(witness: &Witness, request: &AddCheckpointRequest) -> Answer {
    witness.answer(request.to_string().as_bytes(), &witness_signer(5), NOW)
}

#[test]
fn a_growing_log_is_cosigned_and_its_tree_recorded_before_the_response_is_had() {
    let mut witness = witness(TreeHead::empty());
    let mut old_size = 0;
    for size in [0, 1, 1, 300, 1000] {
        let log = MemoryLog::new(size);
        let request = request(old_size, &log);
        let parsed = AddCheckpointRequest::parse(request.to_string().as_bytes()).unwrap();
        assert_eq!(parsed, request);
        let Answer::Cosign(prepared) = ask(&witness, &request) else {
            panic!("size {size} was not cosigned");
        };
        assert_eq!(prepared.head(), log.head);
        assert_eq!(prepared.replaces().size, old_size);
        assert_eq!(prepared.origin(), log_signer(1).name());
        assert_eq!(*prepared.checkpoint(), request.checkpoint);
        let response = witness.record(prepared).unwrap();
        assert_eq!(witness.latest(log_signer(1).name()), Some(log.head));
        let (cosigned, cosignatures) =
            cosignatures_in_response(response.as_bytes(), &request.checkpoint, &[witness_signer(5).verifier()])
                .unwrap();
        assert_eq!(cosignatures[0].unix_seconds, NOW);
        assert_eq!(cosigned.signatures().len(), 2);
        old_size = size;
    }
}

#[test]
fn each_refusal_has_the_status_of_the_specification() {
    let (old, log) = (MemoryLog::new(300), MemoryLog::new(1000));
    let witness = witness(old.head);
    let good = request(300, &log);
    assert!(matches!(ask(&witness, &good), Answer::Cosign(_)));

    let stranger = NoteSigner::from_seed(name("stranger.example"), &[7; 32]).unwrap();
    let unknown = AddCheckpointRequest { checkpoint: signed(&stranger, log.head), ..good.clone() };
    assert_eq!(ask(&witness, &unknown), Answer::UnknownOrigin);

    let forged = AddCheckpointRequest { checkpoint: signed(&log_signer(2), log.head), ..good.clone() };
    assert!(matches!(ask(&witness, &forged), Answer::NotSigned(_)));

    for old_size in [0, 299, 301] {
        let stale = request(old_size, &log);
        assert_eq!(ask(&witness, &stale), Answer::Conflict { size: 300 });
    }
    let shrunk = request(10, &MemoryLog::new(20));
    assert_eq!(ask(&witness, &shrunk), Answer::Conflict { size: 300 });

    let above = AddCheckpointRequest { old_size: 1001, ..good.clone() };
    let error = AddCheckpointError::OldSizeAbove { old_size: 1001, size: 1000 };
    assert_eq!(ask(&witness, &above), Answer::Malformed(error));

    let unproven = AddCheckpointRequest { proof: Vec::new(), ..good.clone() };
    assert_eq!(ask(&witness, &unproven), Answer::NotConsistent(ProofError::Length));
    for hash in 0..good.proof.len() {
        let mut altered = good.clone();
        altered.proof[hash].0[0] ^= 1;
        assert_eq!(ask(&witness, &altered), Answer::NotConsistent(ProofError::RootMismatch));
    }

    let fork = TreeHead { root: leaf_hash(b"fork"), ..old.head };
    let forked = AddCheckpointRequest { old_size: 300, proof: Vec::new(), checkpoint: signed(&log_signer(1), fork) };
    assert_eq!(ask(&witness, &forked), Answer::Conflict { size: 300 });
}

#[test]
fn an_empty_tree_with_another_root_is_not_cosigned() {
    let witness = witness(TreeHead::empty());
    let text = format!("log.example/acme\n0\n{}\n", leaf_hash(b""));
    let checkpoint = signed_against_the_rules(1, &text);
    let lie = AddCheckpointRequest { old_size: 0, proof: Vec::new(), checkpoint };
    assert!(matches!(ask(&witness, &lie), Answer::NotConsistent(_)));
}

#[test]
fn of_two_requests_decided_at_once_only_one_is_recorded() {
    let mut witness = witness(MemoryLog::new(300).head);
    let (small, large) = (request(300, &MemoryLog::new(400)), request(300, &MemoryLog::new(1000)));
    let Answer::Cosign(small) = ask(&witness, &small) else { panic!() };
    let Answer::Cosign(large) = ask(&witness, &large) else { panic!() };
    witness.record(large).unwrap();
    assert_eq!(witness.record(small).unwrap_err().size, 1000);
    assert_eq!(witness.latest(log_signer(1).name()).unwrap().size, 1000);
}

#[test]
fn a_log_in_rotation_is_known_by_either_key() {
    let mut witness = Witness::new();
    let keys = vec![log_signer(1).verifier(), log_signer(2).verifier()];
    witness.add_log(keys, TreeHead::empty()).unwrap();
    for seed in [1, 2] {
        let log = MemoryLog::new(9);
        let checkpoint = signed(&log_signer(seed), log.head);
        let request = AddCheckpointRequest { old_size: 0, proof: Vec::new(), checkpoint };
        assert!(matches!(ask(&witness, &request), Answer::Cosign(_)));
    }
}

#[test]
fn logs_that_make_no_sense_are_not_taken_on() {
    let mut witness = Witness::new();
    let empty = TreeHead::empty();
    let key = log_signer(1).verifier();
    let other = NoteSigner::from_seed(name("other.example"), &[7; 32]).unwrap().verifier();
    assert_eq!(witness.add_log(vec![], empty), Err(WitnessConfigurationError::NoKey));
    assert!(matches!(witness.add_log(vec![key.clone(), other], empty), Err(WitnessConfigurationError::Names(..))));
    witness.add_log(vec![key.clone()], empty).unwrap();
    let origin = key.name().clone();
    assert_eq!(witness.add_log(vec![key], empty), Err(WitnessConfigurationError::Twice(origin)));
}

#[test]
fn malformed_requests_are_named_by_what_is_wrong() {
    let good = request(300, &MemoryLog::new(1000)).to_string();
    let parse = |text: &str| AddCheckpointRequest::parse(text.as_bytes()).unwrap_err();
    for first in ["old", "old -1", "old 0300", "old 300 ", "new 300", "old 9223372036854775808"] {
        assert_eq!(parse(&good.replacen("old 300", first, 1)), AddCheckpointError::OldSize);
    }
    assert_eq!(parse(&good.replacen("old 300\n", "old 300\n?\n", 1)), AddCheckpointError::ProofLine { line: 2 });
    assert_eq!(parse("old 300\n"), AddCheckpointError::ProofLine { line: 2 });
    let hash = format!("{}\n", leaf_hash(b"hash"));
    let long = good.replacen("old 300\n", &format!("old 300\n{}", hash.repeat(63)), 1);
    assert_eq!(parse(&long), AddCheckpointError::TooManyHashes);
    assert!(matches!(parse("old 0\n\ntext\n"), AddCheckpointError::Note(_)));
    let no_checkpoint = log_signer(1).sign("text\n").unwrap();
    let request = AddCheckpointRequest { old_size: 0, proof: Vec::new(), checkpoint: no_checkpoint };
    let answer = ask(&Witness::new(), &request);
    assert!(matches!(answer, Answer::Malformed(AddCheckpointError::Checkpoint(_))));
    let huge = vec![b'a'; merkle_log::REQUEST_BYTES_MAX + 1];
    assert!(matches!(AddCheckpointRequest::parse(&huge), Err(AddCheckpointError::TooLong { .. })));
}

#[test]
fn a_response_without_a_usable_cosignature_is_refused() {
    let mut witness = witness(TreeHead::empty());
    let request = request(0, &MemoryLog::new(9));
    let Answer::Cosign(prepared) = ask(&witness, &request) else { panic!() };
    let response = witness.record(prepared).unwrap();
    let keys = [witness_signer(5).verifier()];
    let read = |body: &[u8], checkpoint: &SignedNote| cosignatures_in_response(body, checkpoint, &keys);
    assert!(read(response.as_bytes(), &request.checkpoint).is_ok());
    let other = signed(&log_signer(1), MemoryLog::new(8).head);
    assert!(matches!(read(response.as_bytes(), &other), Err(ResponseError::Cosignature(_))));
    assert!(matches!(read(b"", &other), Err(ResponseError::Lines(_))));
    assert!(matches!(read(b"\xff\n", &other), Err(ResponseError::Lines(_))));
    let log_line = request.checkpoint.signatures()[0].to_string();
    let only_the_log = read(log_line.as_bytes(), &request.checkpoint);
    assert!(matches!(only_the_log, Err(ResponseError::Cosignature(_))));
    let stranger = signed(&log_signer(9), MemoryLog::new(9).head).signatures()[0].to_string();
    let both = format!("{stranger}{response}");
    let (cosigned, _) = read(both.as_bytes(), &request.checkpoint).unwrap();
    assert_eq!(cosigned.to_string(), format!("{}{response}", request.checkpoint), "the stranger's line is dropped");
}

#[test]
fn a_conflict_tells_the_size() {
    assert_eq!(conflict_size(b"300\n"), Ok(300));
    for refused in [&b"300"[..], b"", b"\n", b"0300\n", b"300\n\n", b"\xff\n", b"18446744073709551615\n"] {
        assert_eq!(conflict_size(refused), Err(ResponseError::Size));
    }
}
