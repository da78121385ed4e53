//! Reading a log from its tiles, trusting only a root hash.
//!
//! Every tile, level 0 included, is checked as a whole before any hash of it is used: the tiles at
//! the right edge together against the root, every full tile against its hash in the tile above.
//! Where the tiles are stored is the caller's; that the root is the right one is the checkpoint's.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use crate::edge::{EdgeError, TileEdge};
use crate::frontier::perfect_root;
use crate::proof::{consistency_ranges, inclusion_ranges, range_root};
use crate::tile::{TILE_HEIGHT, hashes_at, width_within};
use crate::{
    BundleError, EntryBundleId, Hash, ProofError, TILE_WIDTH, TileId, TreeHead, decode_bundle, decode_tile, leaf_hash,
};

/// Tiles kept after checking, so that neighbouring reads share their path: 64 tiles are 512 KiB.
const CHECKED_TILES_MAX: usize = 64;

/// Where tiles are stored.
pub trait TileSource {
    /// How reading fails.
    type Error: std::error::Error + 'static;

    /// The bytes of a tile. A source that has dropped a partial tile, or keeps only the latest
    /// width, may answer with a wider one: the reader takes the first `id.width()` hashes.
    fn tile(&self, id: TileId) -> Result<Vec<u8>, Self::Error>;
}

/// Why reading stopped.
#[derive(Debug, Error)]
pub enum ReadError<E: std::error::Error + 'static> {
    /// The tiles at the right edge cannot be read or do not belong to this root.
    #[error(transparent)]
    Edge(#[from] EdgeError<E>),
    /// The storage failed.
    #[error("{tile} cannot be read")]
    Source {
        /// Which tile.
        tile: TileId,
        /// What the storage said.
        #[source]
        source: E,
    },
    /// The tile is not what the tree's root commits to.
    #[error("{tile} is not the tile that the tree's root hash commits to")]
    Altered {
        /// Which tile.
        tile: TileId,
    },
    /// The bundle's bytes are not a bundle.
    #[error("{bundle} cannot be read as entries")]
    Bundle {
        /// Which bundle.
        bundle: EntryBundleId,
        /// What is wrong with the bytes.
        #[source]
        source: BundleError,
    },
    /// An entry is not what the tree's root commits to.
    #[error("entry {index} is not the entry that the tree's root hash commits to")]
    EntryAltered {
        /// Position in the log of the first such entry.
        index: u64,
    },
    /// Something outside the tree was asked for.
    #[error(transparent)]
    Outside(ProofError),
}

/// A log of known size and root, read from untrusted tiles.
#[derive(Debug)]
pub struct TileReader<'source, S> {
    source: &'source S,
    head: TreeHead,
    // INVARIANT: only tiles that hash to `head.root`.
    edge: BTreeMap<(u8, u64), Arc<[Hash]>>,
    checked: BTreeMap<(u8, u64), Arc<[Hash]>>,
}

impl<'source, S: TileSource> TileReader<'source, S> {
    /// Reads the tiles at the right edge and checks them against the root.
    pub fn open(source: &'source S, head: TreeHead) -> Result<Self, ReadError<S::Error>> {
        let edge = TileEdge::load(source, head)?;
        let edge =
            edge.partial_tiles().map(|(tile, hashes)| ((tile.level(), tile.index()), Arc::from(hashes))).collect();
        Ok(Self { source, head, edge, checked: BTreeMap::new() })
    }

    /// Size and root of the tree being read.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The leaf hash at a position.
    pub fn leaf(&mut self, index: u64) -> Result<Hash, ReadError<S::Error>> {
        self.require_entry(index)?;
        self.subtree(0, index)
    }

    /// Proof that the entry at `index` is in the tree, for `verify_inclusion`.
    pub fn inclusion_proof(&mut self, index: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
        self.require_entry(index)?;
        inclusion_ranges(index, self.head.size)
            .into_iter()
            .map(|range| range_root(range, |height, index| self.subtree(height, index)))
            .collect()
    }

    /// Proof that the tree begins with its first `old_size` leaves, for `verify_consistency`.
    pub fn consistency_proof(&mut self, old_size: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
        self.require_size(old_size)?;
        consistency_ranges(old_size, self.head.size)
            .into_iter()
            .map(|range| range_root(range, |height, index| self.subtree(height, index)))
            .collect()
    }

    /// The root that the tree had when it was smaller.
    pub fn root_at(&mut self, size: u64) -> Result<Hash, ReadError<S::Error>> {
        self.require_size(size)?;
        range_root(0..size, |height, index| self.subtree(height, index))
    }

    /// Decodes a bundle of entries after checking each against its leaf hash; names the first that
    /// differs.
    pub fn entries<'bytes>(
        &mut self,
        bundle: EntryBundleId,
        bytes: &'bytes [u8],
    ) -> Result<Vec<&'bytes [u8]>, ReadError<S::Error>> {
        let first = bundle.first_entry();
        self.require_entry(first + u64::from(bundle.width()) - 1)?;
        let entries = decode_bundle(bytes, bundle.width()).map_err(|source| ReadError::Bundle { bundle, source })?;
        let leaves = self.tile(0, bundle.index())?;
        for ((index, entry), leaf) in (first..).zip(&entries).zip(leaves.iter()) {
            if leaf_hash(entry) != *leaf {
                return Err(ReadError::EntryAltered { index });
            }
        }
        Ok(entries)
    }

    /// The hashes of the tile at this place, as wide as the tree has it.
    pub fn tile(&mut self, level: u8, index: u64) -> Result<Arc<[Hash]>, ReadError<S::Error>> {
        let place = (level, index);
        if let Some(hashes) = self.edge.get(&place).or_else(|| self.checked.get(&place)) {
            return Ok(Arc::clone(hashes));
        }
        let hashes = hashes_at(level, self.head.size);
        let width = width_within(index, hashes);
        let Some(tile) = TileId::new(level, index, width).filter(|tile| tile.is_full()) else {
            return Err(ReadError::Outside(ProofError::IndexBeyondTree {
                index: index.saturating_mul(u64::from(TILE_WIDTH)),
                size: hashes,
            }));
        };
        // Every full tile has its hash in a tile above, which is full or at the edge; at most
        // seven steps.
        let expected = self.subtree(TILE_HEIGHT * (u32::from(level) + 1), index)?;
        let bytes = self.source.tile(tile).map_err(|source| ReadError::Source { tile, source })?;
        let hashes: Arc<[Hash]> = decode_tile(&bytes)
            .filter(|hashes| hashes.len() == usize::from(TILE_WIDTH))
            .filter(|hashes| perfect_root(hashes) == expected)
            .ok_or(ReadError::Altered { tile })?
            .into();
        if self.checked.len() >= CHECKED_TILES_MAX {
            self.checked.clear();
        }
        self.checked.insert(place, Arc::clone(&hashes));
        Ok(hashes)
    }

    /// Root of the perfect subtree of 2^height leaves at `index` among those of its height.
    fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, ReadError<S::Error>> {
        let outside = ReadError::Outside(ProofError::IndexBeyondTree { index, size: self.head.size >> height.min(63) });
        let Ok(level) = u8::try_from(height / TILE_HEIGHT) else {
            return Err(outside);
        };
        let within = height % TILE_HEIGHT;
        let first = index << within;
        let hashes = self.tile(level, first / u64::from(TILE_WIDTH))?;
        let start = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        match hashes.get(start..start.saturating_add(1 << within)) {
            Some(hashes) => Ok(perfect_root(hashes)),
            None => Err(outside),
        }
    }

    fn require_entry(&self, index: u64) -> Result<(), ReadError<S::Error>> {
        let size = self.head.size;
        if index < size { Ok(()) } else { Err(ReadError::Outside(ProofError::IndexBeyondTree { index, size })) }
    }

    fn require_size(&self, size: u64) -> Result<(), ReadError<S::Error>> {
        if size <= self.head.size {
            Ok(())
        } else {
            Err(ReadError::Outside(ProofError::Shrinks { old_size: size, new_size: self.head.size }))
        }
    }
}

/// [`TileReader::inclusion_proof`] for a single use.
pub fn inclusion_proof<S: TileSource>(
    source: &S,
    index: u64,
    head: TreeHead,
) -> Result<Vec<Hash>, ReadError<S::Error>> {
    TileReader::open(source, head)?.inclusion_proof(index)
}

/// [`TileReader::consistency_proof`] for a single use, from `old_size` to `head`.
pub fn consistency_proof<S: TileSource>(
    source: &S,
    old_size: u64,
    head: TreeHead,
) -> Result<Vec<Hash>, ReadError<S::Error>> {
    TileReader::open(source, head)?.consistency_proof(old_size)
}
