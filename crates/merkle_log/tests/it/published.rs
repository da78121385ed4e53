//! Published test vectors, where they lie beside the repository (`../shared/samples/merkle`).
//!
//! They are not part of the repository: without them these tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merkle_log::{Hash, NoteVerifier, SignedNote, verify_consistency, verify_inclusion};
use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/merkle")
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A hash of a vector; some vectors hold bytes that are no hash.
fn hash(value: &Value) -> Option<Hash> {
    Hash::from_slice(&STANDARD.decode(value.as_str().unwrap_or_default()).unwrap())
}

fn proof(vector: &Value) -> Option<Vec<Hash>> {
    let hashes = vector["proof"].as_array().cloned().unwrap_or_default();
    hashes.iter().map(hash).collect()
}

fn number(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().unwrap()
}

/// Runs `accepts` over a folder of vectors that each say whether they want an error.
fn check(folder: &str, exceptions: &[&str], accepts: impl Fn(&Value) -> Option<bool>) {
    let mut files = Vec::new();
    json_files(&samples().join("transparency-dev/testdata").join(folder), &mut files);
    let mut checked = 0;
    for file in &files {
        let vector = read(file);
        let Some(accepted) = accepts(&vector) else {
            continue;
        };
        checked += 1;
        let file_name = file.file_name().unwrap().to_str().unwrap();
        let wanted = !vector["wantErr"].as_bool().unwrap() ^ exceptions.contains(&file_name);
        assert_eq!(accepted, wanted, "{}", file.display());
    }
    println!("{folder}: {} files read, {checked} vectors checked", files.len());
    assert!(files.is_empty() || checked > 40, "the folder holds vectors that were understood");
}

#[test]
fn inclusion_vectors_are_judged_as_published() {
    check("inclusion", &[], |vector| {
        let (index, size) = (number(vector, "leafIdx"), number(vector, "treeSize"));
        let verified = || {
            let (leaf, root) = (hash(&vector["leafHash"])?, hash(&vector["root"])?);
            verify_inclusion(&leaf, index, size, &proof(vector)?, &root).ok()
        };
        Some(verified().is_some())
    });
}

#[test]
fn consistency_vectors_are_judged_as_published() {
    // This one is to be accepted with roots that are no hashes.
    let exceptions = ["sizes-are-equal-one-and-proof-is-empty.json"];
    check("consistency", &exceptions, |vector| {
        let (old, new) = (number(vector, "size1"), number(vector, "size2"));
        let verified = || {
            let (old_root, new_root) = (hash(&vector["root1"])?, hash(&vector["root2"])?);
            verify_consistency(old, new, &proof(vector)?, &old_root, &new_root).ok()
        };
        Some(verified().is_some())
    });
}

#[test]
fn subtrees_from_the_first_leaf_are_judged_as_published() {
    // Other subtrees are not part of this crate.
    check("subtreeinclusion", &[], |vector| {
        let (index, size) = (number(vector, "leafIdx"), number(vector, "end"));
        let verified = || {
            let (leaf, root) = (hash(&vector["leafHash"])?, hash(&vector["root"])?);
            verify_inclusion(&leaf, index, size, &proof(vector)?, &root).ok()
        };
        (number(vector, "start") == 0).then(|| verified().is_some())
    });
}

#[test]
fn the_example_notes_of_the_specification_verify() {
    let file = samples().join("signed-note-spec-vector.json");
    if !file.exists() {
        println!("signed-note: 0 files read");
        return;
    }
    let vectors = read(&file);
    let vectors = vectors["vectors"].as_array().unwrap();
    for vector in vectors {
        let verifier: NoteVerifier = vector["vkey"].as_str().unwrap().parse().unwrap();
        let text = vector["note"].as_str().unwrap();
        let verified = |text: &str| {
            SignedNote::parse(text.as_bytes()).is_ok_and(|note| note.verify(std::slice::from_ref(&verifier)).is_ok())
        };
        assert_eq!(verified(text), vector["ok"].as_bool().unwrap());
        assert!(!verified(&text.replacen('e', "E", 1)));
    }
    println!("signed-note: 1 file read, {} vectors checked", vectors.len());
}
