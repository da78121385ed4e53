//! How many entries per second one core verifies, commitments opened.
//!
//! ```text
//! cargo run --release -p store --example verify_speed [ENTRIES]
//! ```
//!
//! Entries have about 300 bytes of JSON and commit to one field of 200 bytes, kept sealed beside
//! them; streams have ten versions. The inspector finds the commitments in each entry's JSON and checks them
//! as `SHA-256("indult/pd/v1\n" ‖ salt ‖ u64be(len) ‖ payload)`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark")]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use store::{CommandCommit, Inspect, NewEntry, SidePayload, Sides, Stated, Store};

/// What the inspector needs of an envelope.
struct Envelope<'a> {
    commitment: &'a [u8; 64],
    seq: u64,
    stream: &'a str,
    version: u64,
}

/// Reads an envelope as this benchmark writes it, from its end: the fields that are needed stand in
/// its second half.
fn skim(bytes: &[u8]) -> Option<Envelope<'_>> {
    let (rest, version) = number(bytes.strip_suffix(b"}")?)?;
    let (rest, _type) = text(rest.strip_suffix(br#"","v":1,"ver":"#)?)?;
    let (rest, stream) = text(rest.strip_suffix(br#"","type":"#)?)?;
    let (rest, seq) = number(rest.strip_suffix(br#","stream":"#)?)?;
    let (rest, _policy) = text(rest.strip_suffix(br#"","seq":"#)?)?;
    let (rest, commitment) = rest.strip_suffix(br#""],"policy":"#)?.split_last_chunk::<64>()?;
    rest.ends_with(br#","pd":[""#).then_some(Envelope {
        commitment,
        seq,
        stream: str::from_utf8(stream).ok()?,
        version,
    })
}

/// The number at the end, and what stands before it.
fn number(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let before = bytes.iter().rposition(|byte| !byte.is_ascii_digit())?;
    let (rest, digits) = bytes.split_at(before + 1);
    let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    (!digits.is_empty()).then_some((rest, number))
}

/// The text at the end, whose closing quote is gone, and what stands before its opening quote.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let quote = bytes.iter().rposition(|byte| *byte == b'"')?;
    Some((bytes.get(..quote)?, bytes.get(quote + 1..)?))
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
        let envelope = skim(bytes).filter(|envelope| envelope.seq == seq).ok_or("it belongs elsewhere")?;
        let side = sides.get(0).filter(|_| sides.len() == 1).ok_or("its field is missing")?;
        if base16(&commitment(side.salt, side.payload)) != *envelope.commitment {
            return Err("a field is not the one committed to".to_owned());
        }
        self.opened += 1;
        Ok(Some(Stated { stream: Cow::Borrowed(envelope.stream), version: envelope.version }))
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
    // Without a branch: the digests are random, so every other guess would be wrong.
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'9' - 1);
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

/// What the machine gives at this moment: the bare leaf hash, commitment hash and opening of one
/// entry and its field, nothing else. The rate of the three together is a ceiling.
fn reference(entry: &NewEntry) {
    let side = &entry.side[0];
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
    let nonce = || Nonce::assume_unique_for_key([7; 12]);
    let place = || Aad::from([0; 16]);
    let mut sealed = [side.salt.as_slice(), &side.payload].concat();
    let tag = key.seal_in_place_separate_tag(nonce(), place(), &mut sealed).unwrap();
    let mut opened = vec![0; sealed.len()];
    let leaf = timed("leaf hashes", || {
        black_box(merkle_log::leaf_hash(black_box(&entry.bytes)));
    });
    let commitment = timed("commitments", || {
        black_box(commitment(&side.salt, black_box(&side.payload)));
    });
    let opening = timed("openings", || {
        key.open_separate_gather(nonce(), place(), black_box(&sealed), tag.as_ref(), &mut opened).unwrap();
    });
    println!("reference: {:.0} entries per core second for these three alone", 1.0 / (leaf + commitment + opening));
}

/// Seconds that one call takes of a core.
fn timed(name: &str, mut part: impl FnMut()) -> f64 {
    const ROUNDS: u32 = 500_000;
    let before = cpu_seconds();
    for _ in 0..ROUNDS {
        part();
    }
    let seconds = (cpu_seconds() - before) / f64::from(ROUNDS);
    println!("reference: {:.0} {name} per core second, {:.0} ns each", 1.0 / seconds, seconds * 1e9);
    seconds
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
        if size.is_multiple_of(16 * 4096) {
            store.sign_checkpoint().unwrap();
        }
    }
    store.sign_checkpoint().unwrap();
    let entry_bytes = bytes / usize::try_from(count).unwrap();
    println!("{count} entries of {entry_bytes} bytes written in {:.1?}", started.elapsed());
    drop(store);
    for _ in 0..5 {
        reference(&entry(0));
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
