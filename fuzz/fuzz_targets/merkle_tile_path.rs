//! Paths of tiles and bundles: what reads has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merkle_log::{EntryBundleId, TileId};

fuzz_target!(|text: &str| {
    if let Some(tile) = TileId::from_path(text) {
        assert_eq!(tile.path(), text);
        assert!(tile.byte_count() <= 8192);
    }
    if let Some(bundle) = EntryBundleId::from_path(text) {
        assert_eq!(bundle.path(), text);
        let _ = (bundle.first_entry(), bundle.leaf_tile());
    }
});
