//! Any bytes are a workbook or a refusal, and what a workbook holds stays within the limits.

#![no_main]

use std::sync::Once;

use importers::{Layout, limits, read_leavers, read_workbook};
use libfuzzer_sys::fuzz_target;

static QUIET: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    // The reader of the notation may stop at a damaged place, which is caught; any other stop still ends the run.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    if let Ok(book) = read_workbook(bytes, None) {
        for row in &book.rows {
            assert!(u64::try_from(row.cells.len()).unwrap() <= limits::COLUMNS.max);
            assert!(row.cells.iter().any(|cell| !cell.trim().is_empty()));
        }
    }
    let _ = read_leavers(bytes, None, &Layout::default(), &read_workbook);
});
