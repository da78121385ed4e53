//! Writes a small log as files, so that verifiers can be tried without a server:
//! `cargo run -p merkle_log --example make_export -- FOLDER [ENTRIES]`.
//!
//! Entries, keys and times are the same on every run, and the seeds are known to everybody: nothing signed with these
//! keys means anything.
#![allow(clippy::print_stderr, reason = "an example talks to its user")]

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use merkle_log::{
    AddCheckpointRequest, Answer, CosignatureSigner, ENTRY_BYTES_MAX, EntryBundleId, NoteSigner, SignedNote,
    SignerState, TileEdge, TileId, TileSource, TlogProof, TreeHead, Witness, bundles_for_size,
    cosignatures_in_response, encode_bundle, encode_tile, inclusion_proof, leaf_hash,
};

const ENTRIES_DEFAULT: u64 = 300;
const WITNESSED_AT: u64 = 1_750_000_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: make_export FOLDER [ENTRIES]");
        return ExitCode::from(2);
    };
    let entries = arguments.next().map_or(Ok(ENTRIES_DEFAULT), |number| number.parse());
    match entries.map_err(Into::into).and_then(|entries| write_export(&folder, entries)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the export was not written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_export(folder: &Path, size: u64) -> Result<(), Box<dyn Error>> {
    if folder.exists() {
        return Err(format!("{} exists already", folder.display()).into());
    }
    let export = Export(folder);
    let mut edge = TileEdge::new();
    for bundle in bundles_for_size(size) {
        let entries = entries_of(bundle);
        export.write(&bundle.path(), &encode_bundle(&entries)?)?;
        for entry in &entries {
            let mut written = Ok(());
            edge.append(leaf_hash(entry), |tile, hashes| {
                let this = export.write(&tile.path(), &encode_tile(hashes));
                written = std::mem::replace(&mut written, Ok(())).and(this);
            });
            written?;
        }
    }
    for (tile, hashes) in edge.partial_tiles() {
        export.write(&tile.path(), &encode_tile(hashes))?;
    }

    let log = NoteSigner::from_seed("log.example/export".parse()?, &[1; 32])?;
    let witness = CosignatureSigner::from_seed("witness.example/export".parse()?, &[2; 32])?;
    let signed = SignerState::new().sign(&log, edge.head(), &[])?.note;
    let checkpoint = cosign(&signed, &log, &witness)?;
    export.write("checkpoint", checkpoint.to_string().as_bytes())?;
    export.write("log.vkey", format!("{}\n", log.verifier()).as_bytes())?;
    export.write("witness.vkey", format!("{}\n", witness.verifier()).as_bytes())?;
    for index in [0, size / 3, size.saturating_sub(1)].into_iter().filter(|index| *index < size) {
        write_proof(&export, index, edge.head(), &checkpoint)?;
    }
    Ok(())
}

fn cosign(note: &SignedNote, log: &NoteSigner, signer: &CosignatureSigner) -> Result<SignedNote, Box<dyn Error>> {
    let mut witness = Witness::new();
    witness.add_log(vec![log.verifier()], TreeHead::empty())?;
    let request = AddCheckpointRequest { old_size: 0, proof: Vec::new(), checkpoint: note.clone() };
    let Answer::Cosign(prepared) = witness.answer(request.to_string().as_bytes(), signer, WITNESSED_AT) else {
        return Err("the witness refused the log's first checkpoint".into());
    };
    let response = witness.record(prepared)?;
    Ok(cosignatures_in_response(response.as_bytes(), note, &[signer.verifier()])?.0)
}

/// `proofs/<N>.tlog-proof` with the entry it proves beside it.
fn write_proof(export: &Export, index: u64, head: TreeHead, checkpoint: &SignedNote) -> Result<(), Box<dyn Error>> {
    let hashes = inclusion_proof(export, index, head)?;
    let proof = TlogProof { extra: None, index, hashes, checkpoint: checkpoint.clone() };
    export.write(&format!("proofs/{index}.tlog-proof"), proof.to_string().as_bytes())?;
    Ok(export.write(&format!("proofs/{index}.entry"), &entry(index))?)
}

/// Text, every byte value, nothing, and once the longest entry there can be.
fn entry(index: u64) -> Vec<u8> {
    match index % 16 {
        3 => Vec::new(),
        5 => (0..=u8::MAX).collect(),
        7 if index == 7 => vec![b'x'; ENTRY_BYTES_MAX],
        _ => format!(r#"{{"seq":{index},"type":"sample","text":"entry number {index}"}}"#).into_bytes(),
    }
}

fn entries_of(bundle: EntryBundleId) -> Vec<Vec<u8>> {
    let first = bundle.first_entry();
    (first..first + u64::from(bundle.width())).map(entry).collect()
}

struct Export<'folder>(&'folder Path);

impl Export<'_> {
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)
    }
}

impl TileSource for Export<'_> {
    type Error = io::Error;

    fn tile(&self, id: TileId) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(id.path()))
    }
}
