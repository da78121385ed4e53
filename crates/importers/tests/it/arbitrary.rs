//! Random bytes, and good files with random damage: every one is read or refused, and nothing panics.

use domain::money::Currency;
use importers::{Mapping, detect, read_entitlements, read_inventory};
use proptest::prelude::*;

const FILES: [&[u8]; 17] = [
    include_bytes!("../../fixtures/laptop.glpi.json"),
    include_bytes!("../../fixtures/server.xml"),
    include_bytes!("../../fixtures/pump.cdx.json"),
    include_bytes!("../../fixtures/installations.csv"),
    include_bytes!("../../fixtures/entitlements.csv"),
    include_bytes!("../../fixtures/snipe-it.csv"),
    include_bytes!("../../fixtures/reseller.csv"),
    include_bytes!("../../fixtures/dpkg-status"),
    include_bytes!("../../fixtures/branch.ocs.xml"),
    include_bytes!("../../fixtures/hypervisor.glpi.json"),
    include_bytes!("../../fixtures/pump.cdx.xml"),
    include_bytes!("../../fixtures/pump.spdx.json"),
    include_bytes!("../../fixtures/pump.spdx"),
    include_bytes!("../../fixtures/pump.spdx3.json"),
    include_bytes!("../../fixtures/drawing-board.swidtag"),
    include_bytes!("../../fixtures/table-store.coswid"),
    include_bytes!("../../fixtures/uninstall.reg"),
];

/// Reads the bytes in every way and checks what always holds.
fn read(bytes: &[u8]) {
    let currency: Currency = "EUR".parse().unwrap();
    let mapping = Mapping::parse(include_str!("../../fixtures/reseller.toml")).unwrap();
    match read_inventory(bytes, None, Some("pc")) {
        Ok(file) => {
            assert_eq!(detect(bytes, None), Some(file.format));
            assert_eq!(file, read_inventory(bytes, None, Some("pc")).unwrap(), "the same bytes give the same result");
            let titles: usize = file.reports.iter().map(|report| report.installations.len()).sum();
            assert_eq!(usize::try_from(file.titles), Ok(titles));
            for report in &file.reports {
                assert_eq!(report.device.name.trim(), report.device.name);
                assert!(!report.device.name.is_empty());
                assert!(report.installations.is_sorted_by(|a, b| a.title < b.title));
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.repair().is_empty()),
    }
    for mapping in [None, Some(&mapping)] {
        match read_entitlements(bytes, mapping, currency) {
            Ok(file) => {
                for row in &file.rows {
                    assert!(!row.product.is_empty() && row.quantity.units() != Some(0));
                    assert!(
                        row.unit_price.is_none_or(|price| !price.amount.is_sign_negative() || price.amount.is_zero())
                    );
                }
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.repair().is_empty()),
        }
    }
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = Mapping::parse(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }

    #[test]
    fn random_text_is_read_or_refused(text in "[{}\\[\\]\",:;<>/&#a-cP\\n\\r\\t 0-9\u{0}é\u{202e}]{0,80}") {
        read(text.as_bytes());
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        file in 0..FILES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..12),
    ) {
        let mut bytes = FILES[file].to_vec();
        for (place, kind, byte) in damage {
            if bytes.is_empty() { break }
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                2 => bytes.insert(place, byte),
                _ => {
                    let end = (place + usize::from(byte)).min(bytes.len());
                    let part = bytes[place..end].to_vec();
                    bytes.extend(part);
                }
            }
        }
        read(&bytes);
    }

    #[test]
    fn random_rows_are_read_or_rejected(
        rows in prop::collection::vec(prop::collection::vec("[0-9.,/$€ -]{0,12}|unlimited|device|yes|2026-03-31|[a-z]{0,5}", 15..16), 1..8),
    ) {
        let mut text = Mapping::template_header();
        for row in &rows {
            text.push('\n');
            text.push_str(&row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","));
        }
        read(text.as_bytes());
    }
}
