//! Times the reading of one large agent report (3,000 packages, 1.2 MB): `cargo bench -p importers --bench time_report`.
//!
//! The report is made here; nothing is read from disk.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "a program for the terminal")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use importers::read_inventory;

const PACKAGES: usize = 3_000;
const RUNS: usize = 20;

/// A report as an agent on a workstation writes it: every 66th package stands twice.
fn report() -> String {
    let mut text = String::from(
        "{\"action\":\"inventory\",\"deviceid\":\"ws-0001-2026-01-01-00-00-00\",\"itemtype\":\"Computer\",\"content\":{\
         \"hardware\":{\"name\":\"ws-0001\",\"lastloggeduser\":\"ana.ruiz\",\"vmsystem\":\"Physical\"},\"softwares\":[",
    );
    for package in 0..PACKAGES {
        let number = if package % 66 == 65 { package - 1 } else { package };
        let comma = if package == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\n    {{\n      \"arch\": \"x86_64\",\n      \"comments\": \"Library number {number} for reading, writing \
             and converting the documents of the office package, with its headers and the tools that need it\",\n      \
             \"filesize\": {},\n      \"from\": \"rpm\",\n      \"install_date\": \"2025-12-19\",\n      \
             \"name\": \"office-library-{number}\",\n      \"publisher\": \"Example Distribution Project\",\n      \
             \"system_category\": \"System Environment/Libraries\",\n      \
             \"version\": \"3.{number}.1-1.ex31\"\n    }}",
            number * 4_097
        )
        .expect("text grows");
    }
    text.push_str("]}}");
    text
}

fn main() {
    let text = report();
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            let file =
                black_box(read_inventory(black_box(text.as_bytes()), None, None)).expect("the report is in order");
            assert_eq!(file.titles + file.duplicates_merged, u64::try_from(PACKAGES).expect("few packages"));
            started.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "{} bytes, {PACKAGES} packages, {RUNS} runs: median {:?}, slowest {:?}",
        text.len(),
        times[RUNS / 2],
        times[RUNS - 1]
    );
}
