//! Trust policies.

use std::fmt::Write as _;

use merkle_log::{
    AddCheckpointRequest, Answer, CosignatureSigner, NoteError, NoteSigner, Policy, PolicyError, PolicyRefusal,
    SignedNote, TreeHead, Witness, cosignatures_in_response,
};

use crate::log::MemoryLog;
use crate::note::{log_signer, name, signed, witness_signer};

fn witness(number: u8) -> CosignatureSigner {
    let name = name(&format!("witness.example/w{number}"));
    CosignatureSigner::from_seed(name, &[100 + number; 32]).unwrap()
}

/// A checkpoint of a log of nine entries, cosigned by these witnesses.
fn cosigned(signer: &NoteSigner, witnesses: &[u8]) -> SignedNote {
    let mut note = signed(signer, MemoryLog::new(9).head);
    for number in witnesses {
        let cosigner = witness(*number);
        note = cosign(&note, signer, &cosigner, 1_700_000_000 + u64::from(*number));
    }
    note
}

fn cosign(note: &SignedNote, log: &NoteSigner, cosigner: &CosignatureSigner, unix_seconds: u64) -> SignedNote {
    let mut state = Witness::new();
    state.add_log(vec![log.verifier()], TreeHead::empty()).unwrap();
    let request = AddCheckpointRequest { old_size: 0, proof: Vec::new(), checkpoint: note.clone() };
    let Answer::Cosign(prepared) = state.answer(request.to_string().as_bytes(), cosigner, unix_seconds) else {
        panic!("not cosigned");
    };
    let response = state.record(prepared).unwrap();
    let (note, _) = cosignatures_in_response(response.as_bytes(), note, &[cosigner.verifier()]).unwrap();
    note
}

fn policy_text(quorum: &str) -> String {
    let mut text = format!("# two tiers\n log\t{} https://log.example \n\n", log_signer(1).verifier());
    for number in 1..=5 {
        let verifier = witness(number).verifier();
        writeln!(text, "witness W{number} {verifier}").unwrap();
    }
    text + "group X 2 W1 W2 W3\ngroup Y any W4 W5\ngroup both all X Y\n" + quorum
}

fn check(quorum: &str, witnesses: &[u8], expected: bool) {
    let policy = Policy::parse(policy_text(quorum).as_bytes()).unwrap();
    let note = cosigned(&log_signer(1), witnesses);
    let note = SignedNote::parse(note.to_string().as_bytes()).unwrap();
    match policy.evaluate(&note) {
        Ok(trusted) => {
            assert!(expected, "{quorum} {witnesses:?}");
            assert_eq!(trusted.checkpoint.size, 9);
            let names: Vec<String> = trusted.witnessed.iter().map(|seen| seen.witness.to_string()).collect();
            let mut sorted = witnesses.to_vec();
            sorted.sort_unstable();
            let expected: Vec<String> = sorted.iter().map(|number| format!("witness.example/w{number}")).collect();
            assert_eq!(names, expected);
        }
        Err(PolicyRefusal::Quorum { cosigned }) => {
            assert!(!expected, "{quorum} {witnesses:?}");
            assert_eq!(cosigned, witnesses.len());
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_quorum_counts_witnesses_through_its_groups() {
    for (quorum, witnesses, expected) in [
        ("quorum none\n", &[][..], true),
        ("quorum W2\n", &[2], true),
        ("quorum W2\n", &[1, 3, 4, 5], false),
        ("quorum X\n", &[1], false),
        ("quorum X\n", &[3, 1], true),
        ("quorum Y\n", &[5], true),
        ("quorum Y\n", &[1, 2, 3], false),
        ("quorum both\n", &[1, 2, 4], true),
        ("quorum both\n", &[1, 2, 3], false),
        ("quorum both\n", &[1, 4, 5], false),
        ("quorum both\n", &[], false),
    ] {
        check(quorum, witnesses, expected);
    }
}

#[test]
fn a_checkpoint_of_another_log_or_of_nobody_is_refused() {
    let policy = Policy::parse(policy_text("quorum none\n").as_bytes()).unwrap();
    let other_key = cosigned(&log_signer(2), &[]);
    assert_eq!(policy.evaluate(&other_key), Err(PolicyRefusal::Log(NoteError::Unsigned)));

    // A trusted key may sign for its own name only.
    let root = MemoryLog::new(9).head.root;
    let note = log_signer(1).sign(&format!("other.example/log\n9\n{root}\n")).unwrap();
    assert_eq!(policy.evaluate(&note), Err(PolicyRefusal::Log(NoteError::Unsigned)));

    let note = log_signer(1).sign("not a checkpoint\n").unwrap();
    assert!(matches!(policy.evaluate(&note), Err(PolicyRefusal::Checkpoint(_))));
}

#[test]
fn a_forged_cosignature_refuses_the_checkpoint() {
    let policy = Policy::parse(policy_text("quorum none\n").as_bytes()).unwrap();
    let honest = cosigned(&log_signer(1), &[1]);
    let other = cosign(&signed(&log_signer(1), MemoryLog::new(8).head), &log_signer(1), &witness(1), 1_700_000_001);
    let mut forged = signed(&log_signer(1), MemoryLog::new(9).head);
    forged.add(other.signatures()[1].clone());
    assert!(policy.evaluate(&honest).is_ok());
    assert!(matches!(policy.evaluate(&forged), Err(PolicyRefusal::Witness(_))));
}

#[test]
fn a_cosignature_under_an_untrusted_key_counts_for_nothing() {
    let policy = Policy::for_log(log_signer(1).verifier(), vec![witness(1).verifier()]);
    let note = cosign(&cosigned(&log_signer(1), &[]), &log_signer(1), &witness_signer(9), 1_700_000_000);
    assert_eq!(policy.evaluate(&note), Err(PolicyRefusal::Quorum { cosigned: 0 }));
    let trusted = policy.evaluate(&cosigned(&log_signer(1), &[1])).unwrap();
    assert_eq!(trusted.witnessed[0].unix_seconds, 1_700_000_001);
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(policy.witnesses().count(), 1);
}

fn refused(text: &str) -> PolicyError {
    Policy::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn policies_that_do_not_add_up_are_refused_by_line() {
    let (log, w1, w2) = (log_signer(1).verifier(), witness(1).verifier(), witness(2).verifier());
    let same_key = CosignatureSigner::from_seed(name("other.example/name"), &[101; 32]).unwrap().verifier();
    let two = format!("witness a {w1}\nwitness b {w2}\n");
    assert_eq!(refused(""), PolicyError::Unterminated);
    assert_eq!(refused("\n"), PolicyError::Quorum { found: 0 });
    assert_eq!(refused("quorum none"), PolicyError::Unterminated);
    assert_eq!(refused("quorum none\nquorum none\n"), PolicyError::Quorum { found: 2 });
    assert_eq!(refused("quorum a\n"), PolicyError::UnknownName { line: 1 });
    assert_eq!(refused("quorum\n"), PolicyError::Line { line: 1 });
    assert_eq!(refused("\n\nlogs x\n"), PolicyError::Line { line: 3 });
    assert_eq!(refused("quorum none\r\n"), PolicyError::ControlCharacter { line: 1 });
    assert_eq!(refused(&format!("log {log}\nlog {log}\n")), PolicyError::DuplicateKey { line: 2 });
    assert_eq!(refused(&format!("witness a {w1}\nwitness b {same_key}\n")), PolicyError::DuplicateKey { line: 2 });
    assert_eq!(refused(&format!("witness a {w1}\nwitness a {w2}\n")), PolicyError::DuplicateName { line: 2 });
    assert_eq!(refused(&format!("witness none {w1}\n")), PolicyError::DuplicateName { line: 1 });
    assert!(matches!(refused(&format!("log {w1}\n")), PolicyError::Key { line: 1, .. }));
    assert!(matches!(refused(&format!("witness a {log}\n")), PolicyError::Key { line: 1, .. }));
    for threshold in ["0", "3", "01", "-1", "most"] {
        let text = format!("{two}group g {threshold} a b\n");
        assert_eq!(refused(&text), PolicyError::Threshold { line: 3 }, "{threshold}");
    }
    assert_eq!(refused(&format!("{two}group g any\n")), PolicyError::Line { line: 3 });
    assert_eq!(refused(&format!("{two}group g any c\n")), PolicyError::UnknownName { line: 3 });
    assert_eq!(refused(&format!("{two}group g any none\n")), PolicyError::UnknownName { line: 3 });
    assert_eq!(refused(&format!("{two}group g any g\n")), PolicyError::UnknownName { line: 3 });
    assert_eq!(refused(&format!("{two}group g any a a\n")), PolicyError::MemberTwice { line: 3 });
    assert_eq!(refused(&format!("{two}group g any a\ngroup h any a b\n")), PolicyError::MemberTwice { line: 4 });
}

#[test]
fn names_are_opaque_bytes() {
    let verifier = witness(1).verifier();
    let mut text = b"witness \xff\xfe ".to_vec();
    text.extend_from_slice(verifier.to_string().as_bytes());
    text.extend_from_slice(b"\n# \xe2\x84\xaa\nquorum \xff\xfe\n");
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.witnesses().count(), 1);
}
