//! Folders and entries for the tests, and an inspector that understands these entries.
//!
//! An entry here is lines: stream, version, then one hex commitment per field.

use sha2::{Digest as _, Sha256};
use store::{CommandCommit, IdempotentAnswer, NewEntry, NewReport, SidePayload, Store};
use tempfile::TempDir;

pub const ORIGIN: &str = "ledger.acme.example/indult";

/// A new ledger in a folder that goes away with the value.
pub fn new_store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("data"), ORIGIN, "Acme").unwrap();
    (folder, store)
}

pub fn data(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("data")
}

/// SHA-256(salt ‖ payload) in hex.
pub fn commitment(salt: &[u8; 32], payload: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::new().chain_update(salt).chain_update(payload).finalize().into();
    merkle_log::Hash(digest).to_hex()
}

pub fn entry(stream: &str, version: u64, fields: &[&str]) -> NewEntry {
    let side: Vec<SidePayload> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let salt = Sha256::digest(format!("{stream} {version} {index}")).into();
            SidePayload { salt, payload: field.as_bytes().to_vec() }
        })
        .collect();
    let commitments = side.iter().map(|side| commitment(&side.salt, &side.payload) + "\n").collect::<String>();
    NewEntry {
        bytes: format!("{stream}\n{version}\n{commitments}").into_bytes(),
        stream: stream.to_owned(),
        version,
        subject: format!("subject of {stream}"),
        side,
    }
}

pub fn command(id: &str, entries: Vec<NewEntry>) -> CommandCommit {
    CommandCommit { id: id.to_owned(), entries, ..CommandCommit::default() }
}

pub fn answer(key: &str, at: i64) -> IdempotentAnswer {
    IdempotentAnswer {
        key: key.to_owned(),
        at,
        fingerprint: [9; 32],
        status: 201,
        body: b"{\"id\":\"EXC-1\"}".to_vec(),
    }
}

pub fn report(import: u64, ordinal: u32, body: &str) -> NewReport {
    NewReport { import, ordinal, body: body.as_bytes().to_vec(), digest: Sha256::digest(body).into() }
}

/// Appends `count` one-entry commands with one field each, on streams of ten versions.
pub fn fill(store: &mut Store, count: u64) {
    let start = store.size();
    let group: Vec<CommandCommit> = (start..start + count)
        .map(|seq| {
            let stream = format!("case/EXC-{}", seq / 10);
            let field = format!("the reason given in entry {seq}");
            command(&format!("c{seq}"), vec![entry(&stream, seq % 10 + 1, &[&field])])
        })
        .collect();
    for chunk in group.chunks(256) {
        let size = store.size();
        store.append(size, chunk).unwrap();
    }
}
