//! Any bytes are an inventory or a refusal: no panic, the same answer twice, titles once and in order.

#![no_main]

use importers::{detect, read_inventory};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match read_inventory(bytes, None, Some("device")) {
        Ok(file) => {
            assert_eq!(detect(bytes, None), Some(file.format));
            for report in &file.reports {
                assert!(!report.device.name.trim().is_empty());
                assert!(report.installations.is_sorted_by(|a, b| a.title < b.title));
            }
            assert_eq!(read_inventory(bytes, None, Some("device")).as_ref(), Ok(&file));
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.repair().is_empty()),
    }
});
