//! The tile reader on altered tiles: every answer is refused or the honest one.
//!
//! The input chooses a tile and what is done to it, a position to read, and an older size.
#![no_main]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merkle_log::{TileEdge, TileId, TileReader, TileSource, TreeHead, encode_tile, leaf_hash};

const SIZE: u64 = 70_000;

#[derive(Clone)]
struct Log {
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    head: TreeHead,
}

static HONEST: LazyLock<Log> = LazyLock::new(|| {
    let (mut edge, mut tiles) = (TileEdge::new(), BTreeMap::new());
    let mut keep = |tile: TileId, bytes| tiles.insert((tile.level(), tile.index()), bytes);
    for index in 0..SIZE {
        edge.append(leaf_hash(&index.to_be_bytes()), |tile, hashes| {
            keep(tile, encode_tile(hashes));
        });
    }
    for (tile, hashes) in edge.partial_tiles() {
        keep(tile, encode_tile(hashes));
    }
    Log { tiles, head: edge.head() }
});

/// The honest log with one tile replaced.
struct Altered<'bytes> {
    place: (u8, u64),
    bytes: &'bytes [u8],
}

impl TileSource for Altered<'_> {
    type Error = Infallible;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Infallible> {
        let place = (id.level(), id.index());
        let honest = || HONEST.tiles.get(&place).cloned().unwrap_or_default();
        Ok(if place == self.place { self.bytes.to_vec() } else { honest() })
    }
}

fuzz_target!(|input: (u16, u32, u32, Vec<(u16, u8)>, Option<u16>)| {
    let (which, index, old_size, edits, length) = input;
    let (index, old_size) = (u64::from(index) % SIZE, u64::from(old_size) % (SIZE + 1));
    // Half of the time the tile that the index is read from.
    let place = match which % 2 {
        0 => (0, index / 256),
        _ => HONEST.tiles.keys().nth(usize::from(which / 2) % HONEST.tiles.len()).copied().unwrap_or_default(),
    };
    let mut bytes = HONEST.tiles[&place].clone();
    for (at, value) in edits {
        let at = usize::from(at) % bytes.len();
        bytes[at] ^= value;
    }
    if let Some(length) = length {
        bytes.resize(usize::from(length), 0);
    }
    let altered = Altered { place, bytes: &bytes };
    let Ok(mut reader) = TileReader::open(&altered, HONEST.head) else { return };
    if let Ok(leaf) = reader.leaf(index) {
        assert_eq!(leaf, leaf_hash(&index.to_be_bytes()));
    }
    let honest = Altered { place: (u8::MAX, 0), bytes: &[] };
    let mut honest = TileReader::open(&honest, HONEST.head).expect("an unaltered log");
    if let Ok(proof) = reader.inclusion_proof(index) {
        assert_eq!(proof, honest.inclusion_proof(index).expect("an unaltered log"));
    }
    if let Ok(proof) = reader.consistency_proof(old_size) {
        assert_eq!(proof, honest.consistency_proof(old_size).expect("an unaltered log"));
    }
});
