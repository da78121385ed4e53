//! Reading from tiles that may have been altered.

use merkle_log::{
    EntryBundleId, Hash, ReadError, TileReader, TileSource, TreeHead, bundles_for_size, consistency_proof,
    consistency_proof_in_memory, decode_tile, encode_bundle, inclusion_proof, inclusion_proof_in_memory,
    root_in_memory, tiles_for_size, verify_consistency, verify_inclusion,
};

use crate::log::{MemoryLog, entry, leaves};

#[test]
fn proofs_from_tiles_equal_those_of_the_definition() {
    let leaves = leaves(1000);
    for size in [1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 1000_u64] {
        let tree = &leaves[..size as usize];
        let log = MemoryLog::new(size);
        let mut reader = TileReader::open(&log, log.head).unwrap();
        for index in 0..size {
            let expected = inclusion_proof_in_memory(tree, index as usize).unwrap();
            assert_eq!(reader.inclusion_proof(index).unwrap(), expected);
            assert_eq!(reader.leaf(index).unwrap(), tree[index as usize]);
        }
        for old in 0..=size {
            let expected = consistency_proof_in_memory(tree, old as usize).unwrap();
            assert_eq!(reader.consistency_proof(old).unwrap(), expected);
            assert_eq!(reader.root_at(old).unwrap(), root_in_memory(&leaves[..old as usize]));
        }
    }
}

#[test]
fn proofs_from_three_levels_of_tiles_verify() {
    let size = 66_559;
    let leaves = leaves(size);
    let log = MemoryLog::new(size);
    let mut reader = TileReader::open(&log, log.head).unwrap();
    for index in (0..size).step_by(211).chain([65_535, 65_536, size - 1]) {
        let proof = reader.inclusion_proof(index).unwrap();
        let leaf = leaves[index as usize];
        verify_inclusion(&leaf, index, size, &proof, &log.head.root).unwrap();
    }
    for old in (1..size).step_by(1999).chain([256, 65_535, 65_536, 65_537]) {
        let proof = reader.consistency_proof(old).unwrap();
        let old_root = root_in_memory(&leaves[..old as usize]);
        verify_consistency(old, size, &proof, &old_root, &log.head.root).unwrap();
    }
}

/// What readers answered about logs with one altered tile.
#[derive(Default, Debug, PartialEq)]
struct Answers {
    refused: usize,
    right: usize,
    wrong: usize,
}

/// Alters each tile of the log in turn and asks for a leaf below it and for others.
fn alter_every_tile(size: u64, leaf: impl Fn(&MemoryLog, u64) -> Option<Hash>) -> (usize, Answers) {
    let honest = MemoryLog::new(size);
    let leaves = leaves(size);
    let mut answers = Answers::default();
    let mut tiles = 0;
    for tile in tiles_for_size(size) {
        tiles += 1;
        let place = (tile.level(), tile.index());
        let width = u64::from(tile.width());
        // Another hash of the tile is altered each time, so that all positions get their turn.
        let position = (tile.index() * 37 + 5) % width;
        let mut altered = honest.clone();
        altered.tiles.get_mut(&place).unwrap()[position as usize * 32 + 9] ^= 0x10;
        let span = 256_u64.pow(u32::from(tile.level()));
        let first = tile.index() * 256 * span;
        let below = first + position * span;
        for index in [below, first, 0, size / 2, size - 1] {
            match leaf(&altered, index) {
                None => answers.refused += 1,
                Some(hash) if hash == leaves[index as usize] => answers.right += 1,
                Some(_) => answers.wrong += 1,
            }
        }
        assert!(
            leaf(&altered, below).is_none_or(|hash| hash != leaves[below as usize]) || tile.level() > 0,
            "{tile}: an altered leaf hash does not read as the honest one"
        );
    }
    (tiles, answers)
}

#[test]
fn every_altered_tile_is_detected_where_it_matters() {
    for size in [300, 1000, 66_559] {
        let (tiles, answers) =
            alter_every_tile(size, |log, index| TileReader::open(log, log.head).ok()?.leaf(index).ok());
        println!("size {size}: {tiles} tiles altered, {answers:?}");
        assert_eq!(answers.wrong, 0);
        assert!(answers.refused >= tiles, "each alteration was met at least once");
    }
}

#[test]
fn the_harness_notices_a_reader_that_trusts_level_0() {
    // The hole that published tile readers had: leaf hashes used as they come.
    let (_, answers) = alter_every_tile(1000, |log, index| {
        let bytes = &log.tiles[&(0, index / 256)];
        decode_tile(bytes)?.get((index % 256) as usize).copied()
    });
    assert!(answers.wrong > 0);
}

#[test]
fn proofs_are_refused_or_right_whichever_tile_is_altered() {
    for size in [300, 1000, 66_559_u64] {
        let honest = MemoryLog::new(size);
        for tile in tiles_for_size(size) {
            let mut log = honest.clone();
            let bytes = log.tiles.get_mut(&(tile.level(), tile.index())).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            let span = 256_u64.pow(u32::from(tile.level()) + 1);
            let index = (tile.index() * span).min(size - 1);
            for (old, index) in [(size / 3, index), (index + 1, 0)] {
                if let Ok(proof) = inclusion_proof(&log, index, log.head) {
                    assert_eq!(proof, inclusion_proof(&honest, index, log.head).unwrap());
                }
                if let Ok(proof) = consistency_proof(&log, old, log.head) {
                    assert_eq!(proof, consistency_proof(&honest, old, log.head).unwrap());
                }
            }
        }
    }
}

#[test]
fn every_altered_hash_of_a_small_log_is_detected() {
    let honest = MemoryLog::new(300);
    for tile in tiles_for_size(300) {
        for position in 0..usize::from(tile.width()) {
            let mut log = honest.clone();
            let bytes = log.tiles.get_mut(&(tile.level(), tile.index())).unwrap();
            bytes[position * 32 + position % 32] ^= 1;
            let read = TileReader::open(&log, log.head).and_then(|mut reader| reader.tile(tile.level(), tile.index()));
            assert!(read.is_err(), "{tile} at {position}");
        }
    }
}

#[test]
fn a_missing_short_or_long_tile_is_refused() {
    let honest = MemoryLog::new(1000);
    for tile in tiles_for_size(1000) {
        let place = (tile.level(), tile.index());
        let bytes = &honest.tiles[&place];
        for length in [0, 1, 31, bytes.len() - 32, bytes.len() - 1, bytes.len() + 1] {
            let mut log = honest.clone();
            let mut resized = bytes.clone();
            resized.resize(length, 0);
            log.tiles.insert(place, resized);
            let read = TileReader::open(&log, log.head).and_then(|mut reader| reader.tile(tile.level(), tile.index()));
            assert!(read.is_err(), "{tile} with {length} bytes");
        }
    }
}

#[test]
fn a_wider_tile_serves_an_older_checkpoint() {
    let log = MemoryLog::new(1000);
    let leaves = leaves(1000);
    for size in [1, 200, 256, 300, 700, 999_u64] {
        let root = root_in_memory(&leaves[..size as usize]);
        let mut reader = TileReader::open(&log, TreeHead { size, root }).unwrap();
        let proof = reader.inclusion_proof(size - 1).unwrap();
        let leaf = leaves[size as usize - 1];
        verify_inclusion(&leaf, size - 1, size, &proof, &root).unwrap();
    }
}

#[test]
fn nothing_outside_the_tree_can_be_read() {
    let log = MemoryLog::new(300);
    let mut reader = TileReader::open(&log, log.head).unwrap();
    assert!(matches!(reader.leaf(300), Err(ReadError::Outside(_))));
    assert!(matches!(reader.inclusion_proof(u64::MAX), Err(ReadError::Outside(_))));
    assert!(matches!(reader.consistency_proof(301), Err(ReadError::Outside(_))));
    for (level, index) in [(0, 2), (0, u64::MAX), (1, 1), (2, 0), (7, 0), (8, 0), (255, 0)] {
        assert!(reader.tile(level, index).is_err(), "level {level}, index {index}");
    }
    let empty = MemoryLog::new(0);
    let mut reader = TileReader::open(&empty, TreeHead::empty()).unwrap();
    assert!(reader.leaf(0).is_err());
    assert_eq!(reader.consistency_proof(0).unwrap(), []);
    let lie = TreeHead { size: 0, ..log.head };
    assert!(TileReader::open(&log, lie).is_err());
}

#[test]
fn entries_are_checked_against_their_leaf_hashes_and_the_first_wrong_one_is_named() {
    let log = MemoryLog::new(300);
    let mut reader = TileReader::open(&log, log.head).unwrap();
    for bundle in bundles_for_size(300) {
        let first = bundle.first_entry();
        let entries: Vec<Vec<u8>> = (first..first + u64::from(bundle.width())).map(entry).collect();
        let bytes = encode_bundle(&entries).unwrap();
        assert_eq!(reader.entries(bundle, &bytes).unwrap(), entries);
        for altered in [0, 17, entries.len() - 1] {
            let mut entries = entries.clone();
            entries[altered].push(b'!');
            let bytes = encode_bundle(&entries).unwrap();
            let expected = first + altered as u64;
            match reader.entries(bundle, &bytes) {
                Err(ReadError::EntryAltered { index }) => assert_eq!(index, expected),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(reader.entries(bundle, &bytes[1..]), Err(ReadError::Bundle { .. })));
    }
    let beyond = EntryBundleId::new(1, 45).unwrap();
    assert!(matches!(reader.entries(beyond, &[]), Err(ReadError::Outside(_))));
}

#[test]
fn reading_a_whole_log_keeps_to_a_bounded_number_of_tiles() {
    // 66,559 entries have 259 full tiles at level 0; the reader forgets checked ones and still
    // answers from the first again.
    let log = MemoryLog::new(66_559);
    let mut reader = TileReader::open(&log, log.head).unwrap();
    for tile in tiles_for_size(66_559) {
        let hashes = reader.tile(tile.level(), tile.index()).unwrap();
        assert_eq!(log.tile(tile).unwrap(), merkle_log::encode_tile(&hashes));
    }
    assert_eq!(reader.leaf(0).unwrap(), leaves(1)[0]);
}
