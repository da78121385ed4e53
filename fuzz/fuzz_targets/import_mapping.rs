//! Any text is a mapping or is told apart; a mapping reads back from what it is written as, and reads a table.

#![no_main]

use domain::money::Currency;
use importers::{Mapping, read_entitlements};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(mapping) = Mapping::parse(text) else { return };
    let Ok(written) = serde_json::to_string(&mapping) else { return };
    assert_eq!(Mapping::parse(&written).as_ref(), Ok(&mapping));
    if let Ok(currency) = "EUR".parse::<Currency>() {
        let _ = read_entitlements(b"product,metric,quantity,price\nx,device,\"1,200\",03/04/2026\n", Some(&mapping), currency);
    }
});
