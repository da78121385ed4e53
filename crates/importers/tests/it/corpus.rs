//! Files from the real world, read where they lie beside the repository; without them there is nothing to do.

use std::path::{Path, PathBuf};

use domain::money::Currency;
use importers::{read_entitlements, read_inventory};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn real_inventories_are_read_or_refused_with_a_reason() {
    let (mut read, mut refused, mut titles) = (0, 0, 0);
    for path in files(&samples().join("inventory")) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(samples()).unwrap().display().to_string();
        match read_inventory(&bytes, Some(&name), Some("sample")) {
            Ok(file) => {
                read += 1;
                titles += file.titles;
                println!(
                    "{name}: {}, {} reports, {} titles, {} merged, {} rejects, {} remarks",
                    file.format,
                    file.reports.len(),
                    file.titles,
                    file.duplicates_merged,
                    file.rejects.len(),
                    file.remarks.len()
                );
                for reject in file.rejects.iter().take(2) {
                    println!("    {} «{}» {}", reject.place, reject.found, reject.problem);
                }
            }
            Err(refusal) => {
                refused += 1;
                println!("{name}: {refusal}");
            }
        }
    }
    println!("{read} inventory files read with {titles} titles, {refused} of other kinds refused");
    assert!(refused == 0 || (read >= 10 && titles > 300), "the agent reports and bills among them are read");
}

#[test]
fn real_exports_of_snipe_it_are_read() {
    let mut read = 0;
    for path in files(&samples().join("licensing/snipe-it-csv")) {
        let bytes = std::fs::read(&path).unwrap();
        match read_entitlements(&bytes, None, "USD".parse::<Currency>().unwrap()) {
            Ok(file) => {
                read += 1;
                println!(
                    "{}: mapping {}, {} rows, {} rejects",
                    path.display(),
                    file.mapping_name,
                    file.rows.len(),
                    file.rejects.len()
                );
                for reject in file.rejects.iter().take(3) {
                    println!("    {} «{}» {} {}", reject.place, reject.found, reject.problem, reject.repair);
                }
                assert_eq!(file.mapping_name, "snipe-it");
                assert!(!file.rows.is_empty());
            }
            Err(refusal) => println!("{}: {refusal}", path.display()),
        }
    }
    println!("{read} entitlement files read");
}

#[test]
fn real_status_lists_and_skus_are_read() {
    let mut read = 0;
    let folders = ["inventory/lmstat", "inventory/other-license-managers", "licensing/m365"];
    for path in folders.iter().flat_map(|folder| files(&samples().join(folder))) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let zone = jiff::tz::TimeZone::UTC;
        let clock = importers::Clock { zone: &zone, read_at: "2026-03-09T12:00:00Z".parse().unwrap() };
        match importers::read_usage(&bytes, clock) {
            Ok(file) => {
                read += 1;
                let sum = |of: fn(&domain::usage::UsageReport) -> usize| file.reports.iter().map(of).sum::<usize>();
                println!(
                    "{name}: {}, {} sessions, {} readings, {} rejects",
                    file.format,
                    sum(|report| report.sessions.len()),
                    sum(|report| report.readings.len()),
                    file.rejects.len()
                );
                for reject in file.rejects.iter().take(2) {
                    println!("    {} «{}» {}", reject.place, reject.found, reject.problem);
                }
            }
            Err(refusal) => println!("{name}: {refusal}"),
        }
    }
    println!("{read} files of usage read");
    assert!(read == 0 || read >= 8, "the lists of lmstat among them are read");
}
