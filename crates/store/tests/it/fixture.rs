//! Folders and entries for the tests, and an inspector that understands these entries.
//!
//! An entry here is lines: stream, version, then one hex commitment per field.

use sha2::{Digest as _, Sha256};
use std::path::Path;

use merkle_log::{
    Answer, CosignatureSigner, CosignatureVerifier, SignedNote, TreeHead, Witness, cosignatures_in_response,
};
use rusqlite::Connection;
use store::{
    CommandCommit, IdempotentAnswer, Inspect, NewEntry, NewReport, SidePayload, Sides, Stated, Store, Verification,
};
use tempfile::TempDir;

pub const ORIGIN: &str = "ledger.acme.example/indult";

/// A new ledger in a folder that goes away with the value.
pub fn new_store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("data"), ORIGIN, "Acme").unwrap();
    (folder, store)
}

/// The same in memory where the system has such a place: for tests that open thousands of folders and
/// lose no power.
pub fn new_store_in_memory() -> (TempDir, Store) {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap());
    let store = Store::create(&data(&folder), ORIGIN, "Acme").unwrap();
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

/// Understands the entries of this file, and which of them erase.
#[derive(Default)]
pub struct Meaning {
    /// Fields that opened to what the entry commits to.
    pub opened: u64,
    /// (seq, index) of fields that are not there.
    pub absent: Vec<(u64, u32)>,
    /// The witness whose cosignatures are checked, if any.
    pub witness: Option<CosignatureVerifier>,
    /// Device reports that are there.
    pub reports: Vec<(u64, u32)>,
    /// Evidence that is there.
    pub blobs: Vec<[u8; 32]>,
}

impl Inspect for Meaning {
    fn entry<'entry>(
        &mut self,
        seq: u64,
        bytes: &'entry [u8],
        sides: Sides<'_>,
    ) -> Result<Option<Stated<'entry>>, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut lines = text.lines();
        let (Some(stream), Some(version)) = (lines.next(), lines.next()) else {
            return Err("it does not read".to_owned());
        };
        let commitments: Vec<&str> = lines.collect();
        for (index, committed) in (0..).zip(&commitments) {
            match sides.get(index) {
                None => self.absent.push((seq, index)),
                Some(side) if commitment(side.salt, side.payload) == *committed => self.opened += 1,
                Some(_) => return Err(format!("field {index} is not the one committed to")),
            }
        }
        if sides.iter().any(|side| usize::try_from(side.index).unwrap() >= commitments.len()) {
            return Err("a field lies beside it that it does not commit to".to_owned());
        }
        let version = version.parse().map_err(|_| "its version does not read".to_owned())?;
        Ok(Some(Stated { stream: stream.into(), version }))
    }

    fn checkpoint(&mut self, note: &SignedNote) -> Result<(), String> {
        match &self.witness {
            None => Ok(()),
            Some(witness) => match witness.verify(note) {
                Ok(Some(_)) => Ok(()),
                Ok(None) => Err("its cosignature is gone".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    fn report(&mut self, import: u64, ordinal: u32, _: &[u8; 32]) -> Result<(), String> {
        self.reports.push((import, ordinal));
        Ok(())
    }

    fn blob(&mut self, digest: &[u8; 32]) -> Result<(), String> {
        self.blobs.push(*digest);
        Ok(())
    }
}

/// Verifies a folder that nobody has open.
pub fn verify(path: &Path) -> (Verification, Meaning) {
    let mut meaning = Meaning::default();
    let seen = store::verify_folder(path, &mut meaning).unwrap();
    (seen, meaning)
}

/// A plain connection to the database, as somebody with the file has it.
pub fn sql(path: &Path) -> Connection {
    Connection::open(path.join("ledger.db")).unwrap()
}

/// Signs the head and adds the cosignature of a witness.
pub fn cosign(store: &mut Store) -> CosignatureVerifier {
    let note = store.sign_checkpoint().unwrap();
    let signer = CosignatureSigner::from_seed("witness.example".parse().unwrap(), &[3; 32]).unwrap();
    let mut witness = Witness::new();
    witness.add_log(vec![store.log_vkey().parse().unwrap()], TreeHead::empty()).unwrap();
    let Answer::Cosign(prepared) = witness.answer(format!("old 0\n\n{note}").as_bytes(), &signer, 1_793_600_000) else {
        panic!("the witness refuses");
    };
    let response = witness.record(prepared).unwrap();
    let verifiers = [signer.verifier()];
    let (cosigned, _) = cosignatures_in_response(response.as_bytes(), &note, &verifiers).unwrap();
    for line in &cosigned.signatures()[1..] {
        store.add_cosignature(store.size(), line).unwrap();
    }
    signer.verifier()
}

/// A copy of a folder with its permissions.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            // Permissions come along.
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
