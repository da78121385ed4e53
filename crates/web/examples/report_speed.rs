//! How many reports of inventory agents the program takes in, and how long each waits for its durable answer.
//!
//! Run: `cargo run --release -p web --example report_speed [REPORTS] [TITLES]`
//! Agents send generated inventories (XML packed with zlib, and GLPI JSON packed with zlib) over the loopback to a real
//! server on a real folder: first every device for the first time, then each with one title changed, then unchanged,
//! then at an even rate. The process that sends them runs on the same cores; its processor time is given apart.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::too_many_lines,
    reason = "a measuring program, not a part of the product"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use app::{App, Founding, Surroundings};
use domain::command::{Actor, Via};
use domain::id::PersonId;
use domain::organisation::Organisation;
use domain::source::Approval;

const CONNECTIONS: usize = 16;
/// Reports a second at the even rate.
const RATE: u32 = 500;
/// Seconds at the even rate.
const SECONDS: u32 = 20;

fn surroundings() -> Surroundings {
    let count = std::sync::atomic::AtomicU64::new(1);
    Surroundings {
        clock: Arc::new(jiff::Timestamp::now),
        randomness: Arc::new(move || {
            let number = count.fetch_add(1, Ordering::Relaxed);
            domain::digest::Digest::of(&number.to_be_bytes()).0
        }),
    }
}

/// What a package is for, in letters that no packing shortens away.
fn purpose(name: &str) -> String {
    let digest = domain::digest::Digest::of(name.as_bytes()).to_string();
    format!("a package for {digest}")
}

/// Names of titles as they are: a few on every device, most on some, one of its own.
fn titles(device: usize, count: usize, round: usize) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = (0..count.saturating_sub(1))
        .map(|place| {
            let title = if place < count / 2 { place } else { count / 2 + (device * 31 + place * place * 7) % 4_000 };
            (
                format!("lib-package-of-some-length-{title}"),
                format!("{}.{}.{}-1+deb12u2", title % 9, title % 13, title % 5),
            )
        })
        .collect();
    all.push((format!("changes-{}", device % 50), format!("{round}")));
    all
}

fn xml(device: usize, count: usize, round: usize) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<REQUEST>\n  <CONTENT>\n");
    text.push_str(&format!(
        "    <HARDWARE><NAME>pc-{device:06}</NAME><UUID>4C4C4544-0034-3010-8048-{device:012X}</UUID><VMSYSTEM>Physical</VMSYSTEM></HARDWARE>\n"
    ));
    for (name, version) in titles(device, count, round) {
        text.push_str(&format!(
            "    <SOFTWARES>\n      <ARCH>amd64</ARCH>\n      <COMMENTS>{}</COMMENTS>\n      <FILESIZE>702464</FILESIZE>\n      <FROM>deb</FROM>\n      <NAME>{name}</NAME>\n      <PUBLISHER>Some Maintainers</PUBLISHER>\n      <VERSION>{version}</VERSION>\n    </SOFTWARES>\n",
            purpose(&name)
        ));
    }
    text.push_str(&format!("  </CONTENT>\n  <DEVICEID>pc-{device:06}-2025-08-12-08-00-00</DEVICEID>\n  <QUERY>INVENTORY</QUERY>\n</REQUEST>\n"));
    text
}

fn json(device: usize, count: usize, round: usize) -> String {
    let software: Vec<String> = titles(device, count, round)
        .into_iter()
        .map(|(name, version)| {
            format!("{{\"arch\":\"amd64\",\"comments\":\"{}\",\"filesize\":702464,\"from\":\"deb\",\"name\":\"{name}\",\"publisher\":\"Some Maintainers\",\"version\":\"{version}\"}}", purpose(&name))
        })
        .collect();
    format!(
        "{{\"action\":\"inventory\",\"deviceid\":\"pc-{device:06}-2025-08-12-08-00-00\",\"itemtype\":\"Computer\",\"content\":{{\"hardware\":{{\"name\":\"pc-{device:06}\",\"uuid\":\"4C4C4544-0034-3010-8048-{device:012X}\"}},\"softwares\":[{}]}}}}",
        software.join(",")
    )
}

/// Whole requests, ready to be written.
fn requests(path: &str, devices: usize, count: usize, round: usize) -> Vec<Vec<u8>> {
    (0..devices)
        .map(|device| {
            let (text, header) = if device % 2 == 0 {
                (xml(device, count, round), "")
            } else {
                (json(device, count, round), "GLPI-Agent-ID: 5c44a4a2-5d5b-4c2b-a9a5-0f6e2d4c8b1a\r\n")
            };
            let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            packer.write_all(text.as_bytes()).unwrap();
            let body = packer.finish().unwrap();
            let mut request = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-compress-zlib\r\n{header}Content-Length: {}\r\n\r\n",
                body.len()
            )
            .into_bytes();
            request.extend(body);
            request
        })
        .collect()
}

struct Agent(BufReader<TcpStream>);

impl Agent {
    fn connected(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &[u8]) {
        self.0.get_mut().write_all(request).unwrap();
        let (mut line, mut length) = (String::new(), 0);
        self.0.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
    }
}

fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * of_hundred / 100]
}

/// User and system time of this process.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    Duration::from_millis(10 * (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()))
}

/// As fast as they are answered, over some kept connections.
fn flood(address: &str, requests: &Arc<Vec<Vec<u8>>>) -> (Duration, Vec<Duration>) {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, requests, next) = (address.to_owned(), Arc::clone(requests), Arc::clone(&next));
            std::thread::spawn(move || {
                let mut agent = Agent::connected(&address);
                let mut times = Vec::new();
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    agent.send(request);
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let times = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    (start.elapsed(), times)
}

/// At an even rate; the time counts from when each was due.
fn evenly(address: &str, requests: &Arc<Vec<Vec<u8>>>, rate: u32) -> Vec<Duration> {
    let start = Instant::now();
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (address, requests) = (address.to_owned(), Arc::clone(requests));
            std::thread::spawn(move || {
                let mut agent = Agent::connected(&address);
                let mut times = Vec::new();
                for place in (number..(rate * SECONDS) as usize).step_by(CONNECTIONS) {
                    let due = start + Duration::from_secs(1) * place as u32 / rate;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    agent.send(&requests[place % requests.len()]);
                    times.push(due.elapsed());
                }
                times
            })
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

fn said(what: &str, count: usize, took: Duration, times: &mut [Duration]) {
    println!(
        "{what}: {:.0} reports/s; answered within {:?} (p50), {:?} (p95), {:?} (p99)",
        count as f64 / took.as_secs_f64(),
        percentile(times, 50),
        percentile(times, 95),
        percentile(times, 99)
    );
}

/// The process that sends: the address, the path, how many devices, how many titles.
fn send(words: &[String]) {
    let (address, path) = (&words[0], &words[1]);
    let (devices, count): (usize, usize) = (words[2].parse().unwrap(), words[3].parse().unwrap());
    let made = |round| Arc::new(requests(path, devices, count, round));
    let first = made(0);
    let bytes: usize = first.iter().map(Vec::len).sum();
    println!("{devices} reports of {count} titles, {} bytes each on the wire", bytes / devices);
    let changed = made(1);
    let before = processor_time();
    for (what, requests) in [("new devices", &first), ("one title changed", &changed), ("unchanged", &changed)] {
        let (took, mut times) = flood(address, requests);
        said(what, devices, took, &mut times);
    }
    let again = made(2);
    for rate in [RATE, 50] {
        let mut times = evenly(address, if rate == RATE { &again } else { &first }, rate);
        said(&format!("at {rate}/s"), (rate * SECONDS) as usize, Duration::from_secs(u64::from(SECONDS)), &mut times);
    }
    println!("processor time of the senders: {:?}", processor_time().checked_sub(before).unwrap());
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "send") {
        return send(&words[1..]);
    }
    let devices = words.first().cloned().unwrap_or_else(|| "10000".to_owned());
    let count = words.get(1).cloned().unwrap_or_else(|| "150".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let founding = Founding {
        organisation: Organisation {
            name: "Speed".to_owned(),
            currency: "EUR".parse().unwrap(),
            zone: "UTC".parse().unwrap(),
            sample: false,
        },
        administrator_name: "Ana".to_owned(),
        administrator_email: "ana@speed.example".to_owned(),
    };
    let app = App::found(&data, founding, surroundings()).await.unwrap();
    let operator = Actor::Person(PersonId(1), Via::Operator);
    let (token, _) = app.open_source(operator, "Fleet", Approval::AcceptAll, 24, None).await.unwrap();
    let router = web::router(app.clone(), web::Options::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let path = format!("/agents/{}", token.unwrap().0);
    let before = processor_time();
    let sender = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["send", &address, &path, &devices, &count])
        .status();
    assert!(tokio::task::spawn_blocking(move || sender.unwrap().success()).await.unwrap());
    println!("processor time of the server: {:?}", processor_time().checked_sub(before).unwrap());
    let snapshot = app.snapshot();
    println!(
        "{} devices, {} installations, {} entries",
        snapshot.base.estate().device_count(),
        snapshot.base.estate().installation_count(),
        snapshot.size()
    );
    app.close().await;
    drop(app);
    let begun = Instant::now();
    let app = App::open(&data, surroundings()).unwrap();
    println!("start from the folder: {:?}", begun.elapsed());
    let begun = Instant::now();
    let verified = app.verify(None).unwrap();
    println!("verified in {:?}: {} reports, sound: {}", begun.elapsed(), verified.storage.reports, verified.is_sound());
}
