//! Any bytes are a table of entitlements or a refusal, whichever mapping reads them: no panic, no row without its sense.

#![no_main]

use domain::money::Currency;
use importers::{DateStyle, DecimalStyle, Mapping, read_entitlements};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(currency) = "EUR".parse::<Currency>() else { return };
    let mut mappings = Mapping::built_in();
    for mapping in &mut mappings {
        mapping.decimal = Some(DecimalStyle::Comma);
        mapping.dates = Some(DateStyle::DayFirst);
    }
    for mapping in [None].into_iter().chain(mappings.iter().map(Some)) {
        let Ok(file) = read_entitlements(bytes, mapping, currency) else { continue };
        for row in &file.rows {
            assert!(!row.product.trim().is_empty());
            assert!(row.quantity.units() != Some(0));
            assert!(row.ends_on.is_none_or(|end| row.starts_on.is_none_or(|start| start <= end)));
            assert!(row.unit_price.is_none_or(|price| price.amount.is_zero() || price.amount.is_sign_positive()));
        }
    }
});
