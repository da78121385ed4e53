//! A log in memory that the other modules try things on.

use std::collections::BTreeMap;
use std::convert::Infallible;

use merkle_log::{Hash, TileEdge, TileId, TileSource, TreeHead, encode_tile, leaf_hash, tiles_for_size};

/// Entry number `index`: short, distinct, of varying length.
pub fn entry(index: u64) -> Vec<u8> {
    let mut entry = format!("entry {index} ").into_bytes();
    entry.extend(std::iter::repeat_n(b'.', (index % 7) as usize));
    entry
}

pub fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&entry(index))).collect()
}

/// Tiles by place, each as wide as the tree has it.
#[derive(Clone)]
pub struct MemoryLog {
    pub tiles: BTreeMap<(u8, u64), Vec<u8>>,
    pub head: TreeHead,
}

impl MemoryLog {
    pub fn new(size: u64) -> Self {
        let mut edge = TileEdge::new();
        let mut tiles = BTreeMap::new();
        for leaf in leaves(size) {
            edge.append(leaf, |tile, hashes| {
                tiles.insert((tile.level(), tile.index()), encode_tile(hashes));
            });
        }
        for (tile, hashes) in edge.partial_tiles() {
            tiles.insert((tile.level(), tile.index()), encode_tile(hashes));
        }
        assert_eq!(tiles.len(), tiles_for_size(size).count(), "every tile of the size is built, and no other");
        let head = edge.head();
        Self { tiles, head }
    }
}

impl TileSource for MemoryLog {
    type Error = Infallible;

    /// A tile that was never built reads as no bytes.
    fn tile(&self, id: TileId) -> Result<Vec<u8>, Infallible> {
        let bytes = self.tiles.get(&(id.level(), id.index()));
        Ok(bytes.cloned().unwrap_or_default())
    }
}
