//! Names and bytes of tiles and bundles, and which of them a tree has.

use std::collections::BTreeMap;

use merkle_log::{
    BundleError, ENTRY_BYTES_MAX, EntryBundleId, TREE_SIZE_MAX, TileEdge, TileId, TooLong, TreeHead, bundles_for_size,
    bundles_grown, decode_bundle, decode_tile, encode_bundle, encode_tile, root_in_memory, tiles_for_size, tiles_grown,
};
use proptest::prelude::*;

use crate::log::{MemoryLog, leaves};

fn path(level: u8, index: u64, width: u16) -> String {
    TileId::new(level, index, width).unwrap().path()
}

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(path(0, 0, 256), "tile/0/000");
    assert_eq!(path(0, 273, 112), "tile/0/273.p/112");
    assert_eq!(path(1, 999, 256), "tile/1/999");
    assert_eq!(path(1, 1000, 1), "tile/1/x001/000.p/1");
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    let bundle = EntryBundleId::new(1_234_067, 255).unwrap();
    assert_eq!(bundle.path(), "tile/entries/x001/x234/067.p/255");
    assert_eq!(EntryBundleId::from_path(&bundle.path()), Some(bundle));
}

#[test]
fn a_second_spelling_of_a_path_is_refused() {
    for refused in [
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001/x001",
        "tile/0/001/002",
        "tile/0/x01/002",
        "tile/00/001",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1.p/1",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/",
        "tile/0/+01",
        "tile/entries/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/7/001",
    ] {
        assert_eq!(TileId::from_path(refused), None, "{refused}");
    }
    assert_eq!(EntryBundleId::from_path("tile/0/000"), None);
    assert_eq!(EntryBundleId::from_path("tile/entries/1"), None);
}

#[test]
fn a_tree_of_70_000_has_the_tiles_of_the_specifications_example() {
    let mut widths: BTreeMap<u8, Vec<u16>> = BTreeMap::new();
    for tile in tiles_for_size(70_000) {
        widths.entry(tile.level()).or_default().push(tile.width());
    }
    let mut level_0 = vec![256; 273];
    level_0.push(112);
    let expected = BTreeMap::from([(0, level_0), (1, vec![256, 17]), (2, vec![1])]);
    assert_eq!(widths, expected);
    assert_eq!(bundles_for_size(70_000).count(), 274);
    let names: Vec<String> = tiles_for_size(256).map(TileId::path).collect();
    assert_eq!(names, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tiles_for_size(0).count(), 0);
}

#[test]
fn every_hash_of_every_tile_is_the_tree_hash_of_its_range() {
    for size in [1, 255, 256, 257, 300, 1000, 66_559] {
        let leaves = leaves(size);
        let log = MemoryLog::new(size);
        assert_eq!(log.head.root, root_in_memory(&leaves), "size {size}");
        for tile in tiles_for_size(size) {
            let hashes = decode_tile(&log.tiles[&(tile.level(), tile.index())]).unwrap();
            assert_eq!(hashes.len(), usize::from(tile.width()), "{tile}");
            let span = 256_usize.pow(u32::from(tile.level()));
            for (position, hash) in hashes.iter().enumerate() {
                let first = (tile.index() as usize * 256 + position) * span;
                let range = &leaves[first..first + span];
                assert_eq!(*hash, root_in_memory(range), "{tile} at {position}");
            }
        }
    }
}

#[test]
fn an_edge_read_back_from_its_tiles_goes_on_like_the_one_that_wrote_them() {
    let all = leaves(1100);
    for size in [0, 1, 255, 256, 257, 511, 512, 1000] {
        let log = MemoryLog::new(size);
        let mut edge = TileEdge::load(&log, log.head).unwrap();
        for leaf in &all[size as usize..] {
            edge.append(*leaf, |_, _| ());
        }
        assert_eq!(edge.head(), MemoryLog::new(1100).head, "from size {size}");
    }
}

#[test]
fn an_edge_is_not_read_back_from_altered_or_missing_tiles() {
    let log = MemoryLog::new(1000);
    let wrong_size = TreeHead { size: 999, ..log.head };
    TileEdge::load(&log, wrong_size).unwrap_err();
    for place in [(0, 3), (1, 0)] {
        let mut altered = log.clone();
        altered.tiles.get_mut(&place).unwrap()[40] ^= 1;
        TileEdge::load(&altered, log.head).unwrap_err();
        altered.tiles.remove(&place);
        TileEdge::load(&altered, log.head).unwrap_err();
    }
}

proptest! {
    #[test]
    fn growing_in_steps_names_the_same_tiles_as_growing_at_once(
        sizes in prop::collection::vec(0_u64..200_000, 1..6),
    ) {
        let mut sizes = sizes;
        sizes.sort_unstable();
        let mut widest: BTreeMap<(u8, u64), u16> = BTreeMap::new();
        let mut old = 0;
        for size in &sizes {
            for tile in tiles_grown(old, *size) {
                let width = widest.insert((tile.level(), tile.index()), tile.width());
                prop_assert!(width < Some(tile.width()), "a tile only widens");
            }
            old = *size;
        }
        let at_once = tiles_for_size(old).map(|tile| ((tile.level(), tile.index()), tile.width()));
        prop_assert_eq!(widest, at_once.collect::<BTreeMap<_, _>>());
        prop_assert_eq!(tiles_grown(old, old).count(), 0);
        prop_assert_eq!(bundles_grown(old, old + 1).count(), 1);
    }

    #[test]
    fn a_path_reads_back(level in 0_u8..8, index in any::<u64>(), width in 1_u16..=256) {
        let index = index >> (8 * u32::from(level) + 9).min(63);
        if let Some(tile) = TileId::new(level, index, width) {
            prop_assert_eq!(TileId::from_path(&tile.path()), Some(tile));
        }
        let bundle = EntryBundleId::new(index, width).unwrap();
        prop_assert_eq!(EntryBundleId::from_path(&bundle.path()), Some(bundle));
    }

    #[test]
    fn a_bundle_reads_back(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..=256),
    ) {
        let bytes = encode_bundle(&entries).unwrap();
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(decode_bundle(&bytes, width).unwrap(), entries);
    }
}

#[test]
fn the_last_tiles_of_the_largest_tree_have_names() {
    for level in 0..8 {
        let hashes = TREE_SIZE_MAX >> (8 * u32::from(level));
        let (index, width) = ((hashes - 1) / 256, ((hashes - 1) % 256 + 1) as u16);
        let tile = TileId::new(level, index, width).unwrap();
        assert_eq!(TileId::from_path(&tile.path()), Some(tile));
        assert_eq!(TileId::new(level, index + 1, 1), None);
    }
}

#[test]
fn bundles_keep_to_their_limits() {
    let largest = vec![7_u8; ENTRY_BYTES_MAX];
    let bytes = encode_bundle(&[&largest]).unwrap();
    assert_eq!(decode_bundle(&bytes, 1).unwrap(), [largest.as_slice()]);
    let too_long = vec![7_u8; ENTRY_BYTES_MAX + 1];
    let error = encode_bundle(&[&b"short"[..], &too_long]).unwrap_err();
    assert_eq!(error, TooLong::Entry { position: 1, bytes: 65_536 });
    let error = encode_bundle(&vec![b""; 257]).unwrap_err();
    assert_eq!(error, TooLong::Bundle { entries: 257 });

    let bytes = encode_bundle(&[b"one", b"two"]).unwrap();
    let count = |expected, found| Err(BundleError::Count { expected, found });
    assert_eq!(decode_bundle(&bytes, 3), count(3, 2));
    assert_eq!(decode_bundle(&bytes, 1), count(1, 2));
    let truncated = Err(BundleError::Truncated { position: 1 });
    assert_eq!(decode_bundle(&bytes[..9], 2), truncated);
    assert_eq!(decode_bundle(&bytes[..6], 2), truncated);
    assert_eq!(decode_bundle(&bytes[..5], 2), count(2, 1));
}

#[test]
fn tile_bytes_are_whole_hashes() {
    let hashes = leaves(256);
    assert_eq!(decode_tile(&encode_tile(&hashes)), Some(hashes));
    assert_eq!(decode_tile(&[]), None);
    assert_eq!(decode_tile(&[0; 33]), None);
    assert_eq!(decode_tile(&[0; 257 * 32]), None);
}
