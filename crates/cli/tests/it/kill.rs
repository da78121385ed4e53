//! A server that is killed again and again under writers: nothing that was acknowledged may be missing.
//!
//! A kill shows that answers come after commits; it does not show what a power cut does. That is shown in `store`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::{App, Surroundings};

use super::witness::start;

const KILLS: u32 = 300;
const WRITERS: usize = 16;

/// The kill comes after fewer answers than this and a few milliseconds: counted, so that a slow machine does the same.
const MOST_ANSWERS: u64 = 16;

/// How long a server may take for these answers before the test says that it stands still.
const PATIENCE: Duration = Duration::from_mins(1);

/// A number from a seed that is printed, for times that nobody chose.
struct Dice(u64);

impl Dice {
    fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + self.0 % (high - low)
    }
}

fn surroundings() -> Surroundings {
    let mut count = 0_u64;
    let count = Arc::new(Mutex::new(move || {
        count += 1;
        count
    }));
    Surroundings {
        clock: Arc::new(jiff::Timestamp::now),
        randomness: Arc::new(move || {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).unwrap();
            bytes[..8].copy_from_slice(&(count.lock().unwrap())().to_be_bytes());
            bytes
        }),
    }
}

fn indult(folder: &Path, arguments: &[&str]) -> String {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_indult")).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Writes until the server goes away; what was acknowledged is kept.
fn write_until_gone(
    address: &str,
    token: &str,
    writer: usize,
    acknowledged: &Mutex<Vec<(u64, String)>>,
    stop: &AtomicBool,
) {
    let Ok(stream) = TcpStream::connect(address) else { return };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("Product {:016x}", rand());
        let body = format!(r#"{{"name":"{name}","metric":"device"}}"#);
        let request = format!(
            "POST /v1/products HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {writer}-{number}-{}\r\nContent-Length: {}\r\n\r\n{body}",
            rand(),
            body.len(),
        );
        if stream.write_all(request.as_bytes()).is_err() {
            return;
        }
        let Some((status, answer)) = read_answer(&mut reader) else { return };
        if status == 201 || status == 200 {
            let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            let seq = answer["recorded"][0]["entry"].as_u64().unwrap();
            acknowledged.lock().unwrap().push((seq, name));
        } else {
            panic!("{status}: {}", String::from_utf8_lossy(&answer));
        }
    }
}

fn wait_for(answers: u64, acknowledged: &Mutex<Vec<(u64, String)>>) {
    let asked = Instant::now();
    while (acknowledged.lock().unwrap().len() as u64) < answers {
        assert!(asked.elapsed() < PATIENCE, "no {answers} answers in {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn rand() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_be_bytes(bytes)
}

fn read_answer(reader: &mut BufReader<TcpStream>) -> Option<(u16, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header == "\r\n" {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.is_empty() {
            return None;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((status, body))
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let seed = rand() | 1;
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    indult(folder, &["init", "--data", "acme", "--organisation", "Acme", "--admin", "ana@acme.example"]);
    let token = indult(folder, &["--data", "acme", "token", "new", "writers", "--scope", "write", "read"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut total = 0;
    let mut checked_to = 0;
    for _ in 0..KILLS {
        let (mut server, address) = start(folder, &["serve", "--data", "acme", "--listen", "127.0.0.1:0"]);
        let acknowledged = Mutex::new(Vec::new());
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (address, token, acknowledged, stop) = (&address, &token, &acknowledged, &stop);
                scope.spawn(move || write_until_gone(address, token, writer, acknowledged, stop));
            }
            wait_for(dice.between(0, MOST_ANSWERS), &acknowledged);
            std::thread::sleep(Duration::from_millis(dice.between(0, 20)));
            server.0.kill().unwrap();
            server.0.wait().unwrap();
            stop.store(true, Ordering::Relaxed);
        });
        let acknowledged = acknowledged.into_inner().unwrap();
        total += acknowledged.len();
        // Opening replays and checks every entry.
        let app = App::open(&folder.join("acme"), surroundings()).unwrap();
        let names: std::collections::BTreeSet<String> =
            app.snapshot().state.products.values().map(|product| product.name.clone()).collect();
        let size = app.snapshot().size();
        for (seq, name) in &acknowledged {
            assert!(*seq < size, "seed {seed}: entry {seq} was acknowledged and the ledger has {size}");
            assert!(names.contains(name), "seed {seed}: {name} was acknowledged and is gone");
        }
        assert!(size >= checked_to, "seed {seed}: the ledger shrank from {checked_to} to {size}");
        checked_to = size;
        runtime.block_on(app.close());
    }
    println!("{KILLS} kills, {total} acknowledged writes, 0 lost, {checked_to} entries");
    assert!(total > 1_000, "too few writes to mean anything: {total}");
    let app = App::open(&folder.join("acme"), surroundings()).unwrap();
    let verified = app.verify(None).unwrap();
    assert!(verified.is_sound(), "{:?}", verified.storage.findings.first());
}
