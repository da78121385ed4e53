//! What seals of a large estate take: `cargo run --release -p app --example seal_speed -- [DEVICES] [DAYS]`.
//!
//! A seeded estate of DEVICES devices (100,000 where nothing is given) with about 102 of 20,000 titles each is taken in
//! by ordinary orders. Then every day one device in twenty reports with three titles changed, and the day is sealed.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    clippy::too_many_lines,
    reason = "it measures and prints"
)]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use app::{App, Founding, Order, ReportToStore, Surroundings};
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::id::PersonId;
use domain::import::{Brought, ImportedFile, reports_digest};
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport, Installation, RawTitle};
use domain::organisation::Organisation;
use jiff::{SignedDuration, Timestamp};

const TITLES: u64 = 20_000;
const TITLES_OF_A_DEVICE: u64 = 102;
const REPORTS_OF_AN_IMPORT: usize = 5_000;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A title: the low numbers stand on most devices, the high ones on few.
fn title(dice: &mut Dice) -> u64 {
    let range = 1 << (dice.roll(15) + 1);
    dice.roll(range).min(TITLES - 1)
}

fn report(device: u64, titles: &std::collections::BTreeMap<u64, u64>) -> DeviceReport {
    let mut installations: Vec<Installation> = titles
        .iter()
        .map(|(title, version)| Installation {
            title: RawTitle {
                publisher: Some(format!("Publisher {} Software", title % 900)),
                name: format!("Product number {title} for the workplace"),
                version: Some(format!("{}.{version}", title % 17)),
            },
            last_used_on: None,
            source_id: None,
        })
        .collect();
    installations.sort_by(|one, other| one.title.cmp(&other.title));
    DeviceReport {
        device: DeviceIdentity {
            name: format!("pc-{device:06}"),
            serial: Some(format!("SN{:08}", device * 7)),
            uuid: Some(format!(
                "{:08x}-0000-4000-8000-{device:012x}",
                device.wrapping_mul(2_654_435_761) & 0xffff_ffff
            )),
        },
        attributes: DeviceAttributes {
            operating_system: Some("Windows 11 Enterprise 24H2".to_owned()),
            primary_user: Some(format!("user{device}@example.org")),
            processors: Some(1),
            cores: Some(8),
            region: Some(format!("region-{}", device % 12)),
            business_unit: Some(format!("unit-{}", device % 200)),
            ..DeviceAttributes::default()
        },
        installations,
        from_outside: false,
        reported_at: None,
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                folder_bytes(&entry.path())
            } else {
                entry.metadata().unwrap().len()
            }
        })
        .sum()
}

/// Seconds of processor time of this process so far.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime in ticks of 10 ms
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), cpu());
    let done = work();
    println!("{what}: {} ms of processor time, {} ms in all", cpu() - before, start.elapsed().as_millis());
    done
}

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|argument| argument.parse().unwrap()).collect();
    let devices = arguments.first().copied().unwrap_or(100_000);
    let days = arguments.get(1).copied().unwrap_or(10);
    let folder = std::env::temp_dir().join(format!("indult-seal-speed-{}", std::process::id()));
    let clock = Arc::new(Mutex::new("2026-01-01T08:00:00Z".parse::<Timestamp>().unwrap()));
    let read = Arc::clone(&clock);
    let drawn = std::sync::atomic::AtomicU64::new(0);
    let surroundings = Surroundings {
        clock: Arc::new(move || *read.lock().unwrap()),
        randomness: Arc::new(move || {
            Digest::of(&drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst).to_be_bytes()).0
        }),
    };
    let founding = Founding {
        organisation: Organisation {
            name: "Measured".to_owned(),
            currency: "EUR".parse().unwrap(),
            zone: "UTC".parse().unwrap(),
            sample: false,
        },
        administrator_name: "M".to_owned(),
        administrator_email: "m@example.org".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(App::found(&folder, founding, surroundings)).unwrap();
    let actor = Actor::Person(PersonId(1), Via::Operator);
    let mut dice = Dice(11);
    let mut estate: Vec<std::collections::BTreeMap<u64, u64>> = Vec::new();
    let import = |app: &App, number: u64, reports: Vec<DeviceReport>| {
        let reports: Vec<ReportToStore> = reports
            .into_iter()
            .map(|report| {
                let body = serde_json::to_vec(&report).unwrap();
                ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
            })
            .collect();
        let installations = reports.iter().map(|report| report.report.installations.len() as u64).sum();
        let brought = Brought::Inventory {
            reports: reports.len() as u64,
            installations,
            rejected: 0,
            merged: 0,
            reports_digest: reports_digest(reports.iter().map(|report| report.digest)),
        };
        // What a file is kept as does not matter here.
        let file = ImportedFile {
            name: format!("fleet-{number}.json").as_str().into(),
            digest: Digest(app.ledger().blobs().put(&number.to_be_bytes()).unwrap()),
            bytes: 8,
            format: "measured".to_owned(),
        };
        let intent = Intent::ImportInventory { source: "fleet".to_owned(), files: vec![file], brought };
        runtime.block_on(app.carry(Order { reports, ..Order::new(actor, intent) })).unwrap();
    };
    timed("taking the estate in", || {
        let mut number = 0;
        while (estate.len() as u64) < devices {
            let mut reports = Vec::new();
            while reports.len() < REPORTS_OF_AN_IMPORT && (estate.len() as u64) < devices {
                let mut titles = std::collections::BTreeMap::new();
                while (titles.len() as u64) < TITLES_OF_A_DEVICE {
                    titles.insert(title(&mut dice), dice.roll(3));
                }
                reports.push(report(estate.len() as u64, &titles));
                estate.push(titles);
            }
            number += 1;
            import(&app, number, reports);
        }
    });
    let blobs = folder.join("blobs");
    let stored = folder_bytes(&folder);
    println!(
        "{} devices, {} installations; the folder has {} kB",
        app.snapshot().base.estate().device_count(),
        app.snapshot().base.estate().installation_count(),
        stored / 1_000
    );
    let mut before = folder_bytes(&blobs);
    let mut told = |what: &str, app: &App| {
        let sealed = timed(what, || runtime.block_on(app.seal(actor, None, None)).unwrap().seal);
        let now = folder_bytes(&blobs);
        println!(
            "  {} chunks, {} reports, {} kB more stored",
            sealed.contents.chunks,
            sealed.contents.reports,
            (now - before) / 1_000
        );
        before = now;
        sealed
    };
    let first = told("first seal", &app);
    for day in 1..=days {
        {
            let mut clock = clock.lock().unwrap();
            *clock = clock.checked_add(SignedDuration::from_hours(24)).unwrap();
        }
        let mut reports = Vec::new();
        for _ in 0..devices / 20 {
            let device = dice.roll(devices);
            let titles = &mut estate[device as usize];
            for _ in 0..3 {
                let place = dice.roll(titles.len() as u64) as usize;
                let changed = *titles.keys().nth(place).unwrap();
                *titles.get_mut(&changed).unwrap() += 1;
            }
            reports.push(report(device, titles));
        }
        import(&app, 1_000_000 + day, reports);
        told(&format!("seal of day {day}"), &app);
    }
    timed("loading the first day again", || app.instant(&first).unwrap());
    let verified = timed("verifying everything", || app.verify(None).unwrap());
    println!("{} seals, sound: {}", verified.seals, verified.is_sound());
    runtime.block_on(app.close());
    std::fs::remove_dir_all(&folder).unwrap();
}
