//! How many commands per second are durable under group commit.
//!
//! ```text
//! cargo run --release -p store --example append_speed [SECONDS]
//! ```
//!
//! 256 writers each wait for their answer before they send the next command; so each group holds one
//! command of each. A command is one entry of about 300 bytes with one sealed field of 200 bytes and
//! an idempotency key. The control runs the same with `synchronous=NORMAL`, whose commits return
//! before the sync and are lost by a power cut.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark")]

use std::time::{Duration, Instant};

use store::{CommandCommit, Durability, IdempotentAnswer, NewEntry, SidePayload, Store};

const WRITERS: u64 = 256;

fn command(seq: u64) -> CommandCommit {
    let (stream, version) = (format!("case/EXC-{}", seq / 10), seq % 10 + 1);
    let bytes = format!(
        r#"{{"actor":"p-{:05}","at":"2026-11-02T09:30:00Z","body":{{"case":"EXC-{}","quantity":12,"text":0}},"cmd":"c-{seq:012}","org":"acme","part":[0,1],"pd":["{seq:064x}"],"policy":"9f86d081","seq":{seq},"stream":"{stream}","type":"case-commented","v":1,"ver":{version}}}"#,
        seq % 997,
        seq / 10,
    );
    let entry = NewEntry {
        bytes: bytes.into_bytes(),
        subject: stream.clone(),
        stream,
        version,
        side: vec![SidePayload { salt: [7; 32], payload: vec![b'x'; 200] }],
    };
    let answer = IdempotentAnswer {
        key: format!("p-{:05}/{seq:032x}", seq % 997),
        at: 1_793_600_000,
        fingerprint: [1; 32],
        status: 201,
        body: format!(r#"{{"id":"EXC-{}"}}"#, seq / 10).into_bytes(),
    };
    CommandCommit { id: format!("c-{seq:012}"), answer: Some(answer), entries: vec![entry], ..CommandCommit::default() }
}

fn run(label: &str, durability: Durability, group_size: u64, duration: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let mut store =
        Store::create_with(&folder.path().join("data"), "benchmark.example/ledger", "Acme", durability).unwrap();
    let mut commits: Vec<Duration> = Vec::new();
    let started = Instant::now();
    while started.elapsed() < duration {
        let size = store.size();
        let group: Vec<CommandCommit> = (size..size + group_size).map(command).collect();
        let began = Instant::now();
        store.append(size, &group).unwrap();
        commits.push(began.elapsed());
    }
    let seconds = started.elapsed().as_secs_f64();
    commits.sort_unstable();
    let at = |percent: usize| commits[commits.len() * percent / 100].as_secs_f64() * 1e3;
    println!(
        "{label}: {} commands in {seconds:.1} s: {:.0} commands/s; commit p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
        store.size(),
        store.size() as f64 / seconds,
        at(50),
        at(95),
        at(99),
    );
}

fn main() {
    let seconds = std::env::args().nth(1).map_or(10, |seconds| seconds.parse().unwrap());
    let duration = Duration::from_secs(seconds);
    run("FULL, groups of 256", Durability::Full, WRITERS, duration);
    run("FULL, single commands", Durability::Full, 1, duration);
    run("NORMAL (control), groups of 256", Durability::NormalForControl, WRITERS, duration);
    run("NORMAL (control), single commands", Durability::NormalForControl, 1, duration);
}
