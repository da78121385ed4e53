//! Any bytes are usage or a refusal: no panic, the same answer twice, every number refers to its tables.

#![no_main]

use importers::{Clock, detect_usage, read_usage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let zone = zone_with_summer_time();
    let clock = Clock { zone: &zone, read_at: jiff::Timestamp::UNIX_EPOCH };
    match read_usage(bytes, clock) {
        Ok(file) => {
            assert_eq!(detect_usage(bytes), Some(file.format));
            for report in &file.reports {
                let name = |place: u32| usize::try_from(place).is_ok_and(|place| place < report.names.len());
                let feature = |place: u32| usize::try_from(place).is_ok_and(|place| place < report.features.len());
                for session in &report.sessions {
                    assert!(feature(session.feature) && name(session.user) && name(session.host) && session.count > 0);
                }
                for denial in &report.denials {
                    assert!(feature(denial.feature) && name(denial.user) && name(denial.host));
                }
                assert!(report.readings.iter().all(|reading| feature(reading.feature) && reading.from <= reading.until));
            }
            assert_eq!(read_usage(bytes, clock).as_ref(), Ok(&file));
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.repair().is_empty()),
    }
});

/// A zone with summer time, where times are missing and come twice.
fn zone_with_summer_time() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(jiff::tz::TimeZone::UTC)
}
