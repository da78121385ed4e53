//! Entry bundles and tiles: what decodes encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{decode_bundle, decode_tile, encode_bundle, encode_tile};

fuzz_target!(|input: &[u8]| {
    if let Some((width, bytes)) = input.split_first() {
        if let Ok(entries) = decode_bundle(bytes, u16::from(*width) + 1) {
            assert_eq!(encode_bundle(&entries).as_deref(), Ok(bytes));
        }
    }
    if let Some(hashes) = decode_tile(input) {
        assert_eq!(encode_tile(&hashes), input);
    }
});
