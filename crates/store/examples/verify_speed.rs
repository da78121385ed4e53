//! How many entries per second one core verifies, commitments opened.
//!
//! ```text
//! cargo run --release -p store --example verify_speed [ENTRIES]
//! ```
//!
//! Entries have about 300 bytes of JSON and commit to one field of 200 bytes, kept sealed beside
//! them; streams have ten versions. The inspector reads each entry's JSON and checks its commitment
//! as `SHA-256("indult/pd/v1\n" ‖ salt ‖ u64be(len) ‖ payload)`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::borrow::Cow;
use std::time::Instant;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::{CommandCommit, Inspect, NewEntry, SidePayload, Sides, Stated, Store};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    pd: Vec<Cow<'a, str>>,
    seq: u64,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    ver: u64,
}

struct Commitments {
    opened: u64,
}

impl Inspect for Commitments {
    fn entry<'entry>(
        &mut self,
        seq: u64,
        bytes: &'entry [u8],
        sides: Sides<'_>,
    ) -> Result<Option<Stated<'entry>>, String> {
        let envelope: Envelope<'entry> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if envelope.seq != seq || envelope.pd.len() != sides.len() {
            return Err("it belongs elsewhere".to_owned());
        }
        for (side, stated) in sides.iter().zip(&envelope.pd) {
            if base16(&commitment(side.salt, side.payload)) != stated.as_bytes() {
                return Err("a field is not the one committed to".to_owned());
            }
            self.opened += 1;
        }
        Ok(Some(Stated { stream: envelope.stream, version: envelope.ver }))
    }
}

fn commitment(salt: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"indult/pd/v1\n")
        .chain_update(salt)
        .chain_update(u64::try_from(payload.len()).unwrap().to_be_bytes())
        .chain_update(payload)
        .finalize()
        .into()
}

fn base16(bytes: &[u8; 32]) -> [u8; 64] {
    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    text
}

fn entry(seq: u64) -> NewEntry {
    let (stream, version) = (format!("case/EXC-{}", seq / 10), seq % 10 + 1);
    let salt: [u8; 32] = Sha256::digest(seq.to_be_bytes()).into();
    let payload = format!("{:-<200}", format!("Reason {seq}, as the requester wrote it "));
    let committed = String::from_utf8(base16(&commitment(&salt, payload.as_bytes())).to_vec());
    let bytes = format!(
        r#"{{"actor":"p-{:05}","at":"2026-11-02T09:30:00Z","body":{{"case":"EXC-{}","quantity":12,"text":0}},"cmd":"c-{seq:012}","org":"acme","part":[0,1],"pd":["{}"],"policy":"9f86d081","seq":{seq},"stream":"{stream}","type":"case-commented","v":1,"ver":{version}}}"#,
        seq % 997,
        seq / 10,
        committed.unwrap(),
    );
    NewEntry {
        bytes: bytes.into_bytes(),
        subject: stream.clone(),
        stream,
        version,
        side: vec![SidePayload { salt, payload: payload.into_bytes() }],
    }
}

/// Seconds this thread was on a core (Linux: the first number of schedstat, in nanoseconds). On a
/// busy machine it says more than the clock on the wall.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn main() {
    let count: u64 = std::env::args().nth(1).map_or(1_000_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let mut store = Store::create(&path, "benchmark.example/ledger", "Acme").unwrap();
    let (mut bytes, started) = (0, Instant::now());
    while store.size() < count {
        let size = store.size();
        let entries: Vec<NewEntry> = (size..count.min(size + 4096)).map(entry).collect();
        bytes += entries.iter().map(|entry| entry.bytes.len()).sum::<usize>();
        let command = CommandCommit { entries, ..CommandCommit::default() };
        store.append(size, &[command]).unwrap();
        if size % (16 * 4096) == 0 {
            store.sign_checkpoint().unwrap();
        }
    }
    store.sign_checkpoint().unwrap();
    let entry_bytes = bytes / usize::try_from(count).unwrap();
    println!("{count} entries of {entry_bytes} bytes written in {:.1?}", started.elapsed());
    drop(store);
    for _ in 0..5 {
        let mut inspector = Commitments { opened: 0 };
        let (started, cpu_before) = (Instant::now(), cpu_seconds());
        let seen = store::verify_folder(&path, &mut inspector).unwrap();
        let (seconds, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu_before);
        assert!(seen.is_sound(), "{:?}", seen.findings.first());
        assert_eq!((seen.entries, inspector.opened), (count, count));
        println!(
            "verified {} entries, {} fields, {} tiles, {} checkpoints in {seconds:.2} s, {cpu:.2} s of one core: {:.0} entries/s, {:.0} per core second",
            seen.entries,
            seen.sides,
            seen.tiles,
            seen.checkpoints,
            count as f64 / seconds,
            count as f64 / cpu,
        );
    }
}
