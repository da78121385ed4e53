//! Keys, notes, checkpoints, cosignatures and proof files as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merkle_log::{
    Checkpoint, CheckpointError, CosignatureSigner, CosignatureVerifier, KeyError, KeyName, NoteError, NoteSigner,
    NoteVerifier, Policy, SIGNATURES_MAX, SignedNote, SignerState, TREE_SIZE_MAX, TlogProof, TlogProofError,
    TlogProofRefusal, TreeHead, leaf_hash,
};

use crate::log::{MemoryLog, entry};

pub fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

pub fn log_signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(name("log.example/acme"), &[seed; 32]).unwrap()
}

pub fn witness_signer(seed: u8) -> CosignatureSigner {
    CosignatureSigner::from_seed(name("witness.example/w1"), &[seed; 32]).unwrap()
}

pub fn signed(signer: &NoteSigner, head: TreeHead) -> SignedNote {
    SignerState::new().sign(signer, head, &[]).unwrap().note
}

fn parse(text: &str) -> Result<SignedNote, NoteError> {
    SignedNote::parse(text.as_bytes())
}

/// RFC 8032 section 7.1, test 1: seed and public key.
const RFC8032_SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const RFC8032_PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn seed(hex: &str) -> [u8; 32] {
    merkle_log::Hash::from_hex(hex).unwrap().0
}

#[test]
fn a_seed_has_the_public_key_of_rfc_8032() {
    let signer = NoteSigner::from_seed(name("a"), &seed(RFC8032_SEED)).unwrap();
    assert_eq!(*signer.verifier().public_key(), seed(RFC8032_PUBLIC));
}

#[test]
fn keys_read_back_and_say_which_use_they_are_for() {
    let (log, witness) = (log_signer(1), witness_signer(1));
    let verifier: NoteVerifier = log.verifier().to_string().parse().unwrap();
    assert_eq!(verifier, log.verifier());
    let restored = NoteSigner::from_secret_text(&log.to_secret_text()).unwrap();
    assert_eq!(restored.verifier(), log.verifier());
    let verifier: CosignatureVerifier = witness.verifier().to_string().parse().unwrap();
    assert_eq!(verifier, witness.verifier());
    let restored = CosignatureSigner::from_secret_text(&witness.to_secret_text()).unwrap();
    assert_eq!(restored.verifier(), witness.verifier());

    let witness_as_log = witness.verifier().to_string().parse::<NoteVerifier>();
    assert_eq!(witness_as_log, Err(KeyError::Type { expected: 1, found: 4 }));
    let log_as_witness = log.verifier().to_string().parse::<CosignatureVerifier>();
    assert_eq!(log_as_witness, Err(KeyError::Type { expected: 4, found: 1 }));
    assert!(NoteSigner::from_secret_text(&log.verifier().to_string()).is_err());
    assert!(!format!("{log:?}{witness:?}").contains("PRIVATE"));
}

#[test]
fn an_altered_key_text_is_refused() {
    for text in [log_signer(3).verifier().to_string(), log_signer(3).to_secret_text()] {
        let mut survivors = Vec::new();
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] = if bytes[position] == b'B' { b'C' } else { b'B' };
            let altered = String::from_utf8(bytes).unwrap();
            let read = altered.parse::<NoteVerifier>().is_ok() || NoteSigner::from_secret_text(&altered).is_ok();
            if read {
                survivors.push(position);
            }
        }
        assert_eq!(survivors, Vec::<usize>::new(), "{text}");
    }
}

#[test]
fn unusable_public_keys_are_refused() {
    // Small order; y = p + 3, a second spelling of y = 3; y = 2, not on the curve.
    let small_order = [0; 32];
    let mut second_spelling = [0xff; 32];
    second_spelling[0] = 0xf0;
    second_spelling[31] = 0x7f;
    let mut off_curve = [0; 32];
    off_curve[0] = 2;
    for key in [small_order, second_spelling, off_curve] {
        let text = vkey("k", 1, &key);
        assert_eq!(text.parse::<NoteVerifier>(), Err(KeyError::Point), "{text}");
    }
    let usable = vkey("k", 1, &seed(RFC8032_PUBLIC));
    assert_eq!(usable.parse::<NoteVerifier>().unwrap().to_string(), usable);
}

/// First four bytes of SHA-256(name, newline, type, key), computed independently of the crate.
fn key_id(name: &str, signature_type: u8, key: &[u8; 32]) -> [u8; 4] {
    use sha2::{Digest, Sha256};
    let hashed = [name.as_bytes(), b"\n", &[signature_type], key].concat();
    Sha256::digest(hashed)[..4].try_into().unwrap()
}

/// The text of a verifying key, written independently of the crate.
fn vkey(name: &str, signature_type: u8, key: &[u8; 32]) -> String {
    let id = u32::from_be_bytes(key_id(name, signature_type, key));
    let typed = STANDARD.encode([&[signature_type], key.as_slice()].concat());
    format!("{name}+{id:08x}+{typed}")
}

/// A note that the key of [`log_signer`] would not sign, written independently of the crate.
pub fn signed_against_the_rules(seed: u8, text: &str) -> SignedNote {
    use ed25519_dalek::{Signer as _, SigningKey};
    let (name, key) = ("log.example/acme", SigningKey::from_bytes(&[seed; 32]));
    let id = key_id(name, 1, key.verifying_key().as_bytes());
    let signature = STANDARD.encode([&id, key.sign(text.as_bytes()).to_bytes().as_slice()].concat());
    parse(&format!("{text}\n\u{2014} {name} {signature}\n")).unwrap()
}

#[test]
fn notes_written_by_another_hand_are_the_same() {
    let head = MemoryLog::new(9).head;
    let text = format!("log.example/acme\n9\n{}\n", head.root);
    assert_eq!(signed_against_the_rules(1, &text), signed(&log_signer(1), head));
    assert_eq!(
        vkey("log.example/acme", 1, log_signer(1).verifier().public_key()),
        log_signer(1).verifier().to_string()
    );
}

#[test]
fn a_checkpoint_of_the_log_itself_is_not_signed_past_the_guard() {
    let signer = log_signer(1);
    let root = MemoryLog::new(9).head.root;
    for text in [format!("log.example/acme\n9\n{root}\n"), format!("log.example/acme\n9\n{root}\nmore\n")] {
        assert_eq!(signer.sign(&text), Err(NoteError::OwnCheckpoint));
    }
    assert_eq!(signer.sign("no newline"), Err(NoteError::Form));
    assert_eq!(signer.sign("control\0\n"), Err(NoteError::Form));
    let note = signer.sign("another text\n").unwrap();
    assert_eq!(note.verify(&[signer.verifier()]).unwrap().len(), 1);
}

#[test]
fn key_names_cannot_break_a_signature_line() {
    for refused in ["", "two words", "plus+sign", "line\nbreak", "no\u{a0}break", "nul\0", "\u{85}"] {
        assert!(refused.parse::<KeyName>().is_err(), "{refused:?}");
    }
    assert!("x".repeat(255).parse::<KeyName>().is_ok());
    assert!("x".repeat(256).parse::<KeyName>().is_err());
    assert!("příklad.example/log".parse::<KeyName>().is_ok());
}

#[test]
fn a_note_verifies_until_any_byte_of_it_changes() {
    let signer = log_signer(1);
    let note = signed(&signer, MemoryLog::new(9).head).to_string();
    let keys = [signer.verifier()];
    assert_eq!(parse(&note).unwrap().verify(&keys).unwrap(), [&keys[0]]);
    assert_eq!(parse(&note).unwrap().to_string(), note);
    for position in 0..note.len() {
        for bit in 0..8 {
            let mut bytes = note.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            let verified = SignedNote::parse(&bytes).and_then(|note| {
                note.verify(&keys)?;
                Ok(())
            });
            assert!(verified.is_err(), "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn a_note_of_unknown_keys_only_is_unsigned() {
    let note = signed(&log_signer(1), TreeHead::empty());
    let same_name_other_key = [log_signer(2).verifier()];
    assert_eq!(note.verify(&same_name_other_key), Err(NoteError::Unsigned));
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));
}

#[test]
fn unknown_signatures_are_ignored_and_sixteen_are_accepted() {
    let signer = log_signer(1);
    let mut note = signed(&signer, TreeHead::empty());
    for seed in 2..=16 {
        let other = signed(&log_signer(seed), TreeHead::empty());
        note.add(other.signatures()[0].clone());
    }
    let note = parse(&note.to_string()).unwrap();
    assert_eq!(note.signatures().len(), 16);
    assert_eq!(note.verify(&[signer.verifier()]).unwrap().len(), 1);
    let both = [signer.verifier(), log_signer(7).verifier()];
    assert_eq!(note.verify(&both).unwrap().len(), 2, "both keys during a rotation");
}

#[test]
fn the_number_of_signatures_is_limited() {
    let line = signed(&log_signer(1), TreeHead::empty()).signatures()[0].to_string();
    let most = format!("text\n\n{}", line.repeat(SIGNATURES_MAX));
    assert_eq!(parse(&most).unwrap().signatures().len(), SIGNATURES_MAX);
    assert_eq!(parse(&format!("{most}{line}")), Err(NoteError::TooManySignatures));
}

#[test]
fn texts_that_are_not_notes_are_refused() {
    let line = "\u{2014} log.example AAAAAAA=\n";
    assert!(parse(&format!("text\n\n{line}")).is_ok());
    for refused in [
        String::new(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        format!("text\n{line}"),
        format!("te\txt\n\n{line}"),
        format!("text\r\n\r\n{line}"),
        format!("text\n\n{}", line.trim_end()),
        format!("text\n\n{line}\n"),
        format!("text\n\n{line}trailing"),
        format!("text\n\n- log.example {}", &line[16..]),
        "text\n\n\u{2014} log.example AAAA\n".to_owned(),
        "text\n\n\u{2014} log.example AAAAAAB=\n".to_owned(),
        "text\n\n\u{2014} log.example  AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014}  AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} log.example\n".to_owned(),
    ] {
        assert!(parse(&refused).is_err(), "{refused:?}");
    }
    assert!(SignedNote::parse(b"te\xfft\n\n").is_err());
    assert_eq!(SignedNote::parse(&vec![b'a'; (1 << 20) + 1]), Err(NoteError::TooLong { bytes: (1 << 20) + 1 }));
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let checkpoint = Checkpoint { origin: name("log.example/acme"), size: 42, root: leaf_hash(b"root") };
    let text = checkpoint.to_string();
    assert_eq!(text.parse::<Checkpoint>().unwrap(), checkpoint);
    let root = checkpoint.root;
    let cases = [
        (text.trim_end().to_owned(), CheckpointError::Form),
        (format!("{text}extension\n"), CheckpointError::Extension),
        (format!("{text}\n"), CheckpointError::Extension),
        (format!("log example\n42\n{root}\n"), CheckpointError::Origin),
        (format!("\n42\n{root}\n"), CheckpointError::Origin),
        (format!("o\n042\n{root}\n"), CheckpointError::Size),
        (format!("o\n+42\n{root}\n"), CheckpointError::Size),
        (format!("o\n\n{root}\n"), CheckpointError::Size),
        (format!("o\n{}\n{root}\n", TREE_SIZE_MAX + 1), CheckpointError::Size),
        (format!("o\n42\n{}\n", root.to_hex()), CheckpointError::Root),
        ("o\n42\n".to_owned(), CheckpointError::Form),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
}

/// A proof of entry 7 in a log of 300, and the policy it is verified under.
fn proof_of_entry_7() -> (TlogProof, Policy) {
    let log = MemoryLog::new(300);
    let signer = log_signer(1);
    let proof = TlogProof {
        extra: None,
        index: 7,
        hashes: merkle_log::inclusion_proof(&log, 7, log.head).unwrap(),
        checkpoint: signed(&signer, log.head),
    };
    (proof, Policy::for_log(signer.verifier(), Vec::new()))
}

#[test]
fn a_proof_file_reads_back_and_verifies_its_entry_only() {
    let (proof, policy) = proof_of_entry_7();
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 7\n"));
    assert_eq!(TlogProof::parse(text.as_bytes()).unwrap(), proof);
    let trusted = proof.verify(&entry(7), &policy).unwrap();
    assert_eq!(trusted.checkpoint.size, 300);
    assert!(matches!(proof.verify(&entry(8), &policy), Err(TlogProofRefusal::Inclusion(_))));
    let other_log = Policy::for_log(log_signer(2).verifier(), Vec::new());
    assert!(matches!(proof.verify(&entry(7), &other_log), Err(TlogProofRefusal::Checkpoint(_))));
}

#[test]
fn no_proof_file_with_an_altered_bit_verifies() {
    let (proof, policy) = proof_of_entry_7();
    let text = proof.to_string();
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            let verified = TlogProof::parse(&bytes).is_ok_and(|proof| proof.verify(&entry(7), &policy).is_ok());
            assert!(!verified, "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn extra_data_is_carried_and_not_trusted() {
    let (mut proof, policy) = proof_of_entry_7();
    proof.extra = Some(b"anything".to_vec());
    let text = proof.to_string();
    assert!(text.contains("\nextra YW55dGhpbmc=\nindex 7\n"));
    assert_eq!(TlogProof::parse(text.as_bytes()).unwrap(), proof);
    proof.extra = Some(Vec::new());
    assert_eq!(TlogProof::parse(proof.to_string().as_bytes()).unwrap(), proof);
    proof.verify(&entry(7), &policy).unwrap();
}

#[test]
fn texts_that_are_not_proof_files_are_refused() {
    let (proof, _) = proof_of_entry_7();
    let text = proof.to_string();
    let line = |line| Err(TlogProofError::Line { line });
    let parse = |text: &str| TlogProof::parse(text.as_bytes());
    assert_eq!(parse(""), Err(TlogProofError::Header));
    assert_eq!(parse(&text.replace("@v1", "@v2")), Err(TlogProofError::Header));
    assert_eq!(parse(&text.replace("\nindex 7", "")), line(2));
    assert_eq!(parse(&text.replace("index 7", "index 07")), line(2));
    assert_eq!(parse(&text.replace("index 7", "extra !\nindex 7")), line(2));
    assert_eq!(parse(&text.replace("index 7\n", "index 7\nAAAA\n")), line(3));
    let hash = format!("{}\n", proof.hashes[0]);
    let longer = text.replace("index 7\n", &format!("index 7\n{}", hash.repeat(64)));
    assert_eq!(parse(&longer), Err(TlogProofError::TooManyHashes));
    assert!(parse(&text.replace("\n\nlog.example", "\nlog.example")).is_err());
}
