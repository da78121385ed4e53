//! Growing the tiles of a log: the unfinished tile of every level, and each tile as it fills up.
//!
//! Keeps no finished tile; the caller stores them.

use thiserror::Error;

use crate::frontier::{fold_peaks, perfect_root};
use crate::tile::{TILE_LEVELS, hashes_at, width_within};
use crate::{Hash, TILE_WIDTH, TileId, TileSource, TreeHead, decode_tile};

/// The tiles at the right edge of a tree. Appending costs one tile root per 256 leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileEdge {
    size: u64,
    // INVARIANT: level l holds the floor(size / 256^l) mod 256 hashes of its unfinished tile.
    levels: Vec<Vec<Hash>>,
}

/// The edge could not be read back.
#[derive(Debug, Error)]
pub enum EdgeError<E: std::error::Error + 'static> {
    /// The storage failed.
    #[error("{tile} cannot be read")]
    Source {
        /// Which tile.
        tile: TileId,
        /// What the storage said.
        #[source]
        source: E,
    },
    /// A tile is too short or not whole hashes.
    #[error("{tile} has {bytes} bytes, which does not fit its width")]
    Length {
        /// Which tile.
        tile: TileId,
        /// Bytes found.
        bytes: usize,
    },
    /// The tiles at the edge do not hash to the root that the caller expects.
    #[error("the tiles at the right edge of the tree of {size} entries do not hash to its root")]
    RootMismatch {
        /// Size of the tree.
        size: u64,
    },
}

impl TileEdge {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the unfinished tiles of a tree back and checks them against its root.
    pub fn load<S: TileSource>(source: &S, head: TreeHead) -> Result<Self, EdgeError<S::Error>> {
        let mut edge = Self { size: head.size, levels: Vec::new() };
        for level in 0..TILE_LEVELS {
            let hashes = hashes_at(level, head.size);
            let index = hashes / u64::from(TILE_WIDTH);
            let unfinished = TileId::new(level, index, width_within(index, hashes));
            edge.levels.push(match unfinished {
                None => Vec::new(),
                Some(tile) => load_tile(source, tile)?,
            });
        }
        while edge.levels.last().is_some_and(Vec::is_empty) {
            edge.levels.pop();
        }
        if edge.root() == head.root { Ok(edge) } else { Err(EdgeError::RootMismatch { size: head.size }) }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// RFC 6962 tree hash of all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            // A tile's perfect subtrees follow the set bits of its width, largest first.
            while let Some(height) = rest.len().checked_ilog2() {
                let Some((subtree, after)) = rest.split_at_checked(1 << height) else {
                    break;
                };
                peaks.push(perfect_root(subtree));
                rest = after;
            }
        }
        fold_peaks(&peaks)
    }

    /// Size and root together.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }

    /// Appends one leaf hash; `finished` gets each tile that this leaf filled up, lowest first.
    pub fn append(&mut self, leaf: Hash, mut finished: impl FnMut(TileId, &[Hash])) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0..TILE_LEVELS {
            let position = usize::from(level);
            if self.levels.len() == position {
                self.levels.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
            }
            let Some(hashes) = self.levels.get_mut(position) else {
                return;
            };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                return;
            }
            let index = hashes_at(level, self.size) / u64::from(TILE_WIDTH) - 1;
            if let Some(tile) = TileId::new(level, index, TILE_WIDTH) {
                finished(tile, hashes);
            }
            hash = perfect_root(hashes);
            hashes.clear();
        }
    }

    /// The unfinished tiles, lowest level first: what a signed checkpoint of this size needs beside
    /// the finished ones.
    pub fn partial_tiles(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        let levels = (0..TILE_LEVELS).zip(&self.levels);
        levels.filter_map(|(level, hashes)| {
            let width = u16::try_from(hashes.len()).ok()?;
            let index = hashes_at(level, self.size) / u64::from(TILE_WIDTH);
            Some((TileId::new(level, index, width)?, hashes.as_slice()))
        })
    }
}

fn load_tile<S: TileSource>(source: &S, tile: TileId) -> Result<Vec<Hash>, EdgeError<S::Error>> {
    let bytes = source.tile(tile).map_err(|source| EdgeError::Source { tile, source })?;
    let wrong_length = EdgeError::Length { tile, bytes: bytes.len() };
    let Some(mut hashes) = decode_tile(&bytes) else {
        return Err(wrong_length);
    };
    if hashes.len() < usize::from(tile.width()) {
        return Err(wrong_length);
    }
    hashes.truncate(usize::from(tile.width()));
    hashes.reserve_exact(usize::from(TILE_WIDTH) - hashes.len());
    Ok(hashes)
}
