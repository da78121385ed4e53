//! Names of tiles and entry bundles (C2SP tlog-tiles, height 8), which of them a tree size needs,
//! and the bytes of a tile.
//!
//! Pure arithmetic on sizes; what is in a tile is computed by `edge` and checked by `reader`.

use std::fmt;

use crate::encoding::decimal;
use crate::{HASH_BYTES, Hash, TREE_SIZE_MAX};

/// Hashes in a full tile, entries in a full bundle: 2^8.
pub const TILE_WIDTH: u16 = 256;

/// log2 of [`TILE_WIDTH`].
pub(crate) const TILE_HEIGHT: u32 = 8;

/// A tree of 2^63 - 1 leaves has tiles at levels 0 to 7.
pub(crate) const TILE_LEVELS: u8 = 8;

/// One tile: at level 0 its hashes are leaves, at level `l` each is the root of 256^l leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    // INVARIANT: below TILE_LEVELS; index small enough to exist in a tree of TREE_SIZE_MAX; width
    // in 1..=TILE_WIDTH.
    level: u8,
    index: u64,
    width: u16,
}

/// One bundle of consecutive entries: the bytes behind a level 0 tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryBundleId {
    // INVARIANT: as for a tile of level 0.
    index: u64,
    width: u16,
}

impl TileId {
    /// Nothing when no tree can have such a tile.
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        let hashes_max = hashes_at(level, TREE_SIZE_MAX);
        let exists = level < TILE_LEVELS
            && (1..=TILE_WIDTH).contains(&width)
            && index
                .checked_mul(u64::from(TILE_WIDTH))
                .and_then(|first| first.checked_add(u64::from(width)))
                .is_some_and(|end| end <= hashes_max);
        exists.then_some(Self { level, index, width })
    }

    /// 0 for leaf hashes, up to 7.
    pub fn level(self) -> u8 {
        self.level
    }

    /// Position among the tiles of its level.
    pub fn index(self) -> u64 {
        self.index
    }

    /// Hashes in it, 1 to 256.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it will never change again.
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Bytes of the tile.
    pub fn byte_count(self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }

    /// `tile/<L>/<N>[.p/<W>]`.
    pub fn path(self) -> String {
        format!("tile/{}/{}", self.level, Numbered(self.index, self.width))
    }

    /// Reads what [`TileId::path`] writes, and no other spelling.
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = u8::try_from(decimal(level)?).ok()?;
        let (index, width) = parse_numbered(rest)?;
        Self::new(level, index, width)
    }
}

impl EntryBundleId {
    /// Nothing when no tree can have such a bundle.
    pub fn new(index: u64, width: u16) -> Option<Self> {
        TileId::new(0, index, width).map(TileId::bundle_beside)
    }

    /// Position among the bundles.
    pub fn index(self) -> u64 {
        self.index
    }

    /// Entries in it, 1 to 256.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it will never change again.
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Position in the log of its first entry.
    pub fn first_entry(self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }

    /// The level 0 tile with the leaf hashes of these entries.
    pub fn leaf_tile(self) -> TileId {
        TileId { level: 0, index: self.index, width: self.width }
    }

    /// `tile/entries/<N>[.p/<W>]`.
    pub fn path(self) -> String {
        format!("tile/entries/{}", Numbered(self.index, self.width))
    }

    /// Reads what [`EntryBundleId::path`] writes, and no other spelling.
    pub fn from_path(path: &str) -> Option<Self> {
        let (index, width) = parse_numbered(path.strip_prefix("tile/entries/")?)?;
        Self::new(index, width)
    }
}

impl TileId {
    fn bundle_beside(self) -> EntryBundleId {
        EntryBundleId { index: self.index, width: self.width }
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path())
    }
}

impl fmt::Display for EntryBundleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path())
    }
}

/// `<N>[.p/<W>]`: three digits per path element, all but the last marked `x`, so that 1234067 is
/// `x001/x234/067`.
struct Numbered(u64, u16);

impl fmt::Display for Numbered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = vec![self.0 % 1000];
        let mut rest = self.0 / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        while let Some(group) = groups.pop() {
            if groups.is_empty() {
                write!(formatter, "{group:03}")?;
            } else {
                write!(formatter, "x{group:03}/")?;
            }
        }
        match self.1 {
            TILE_WIDTH => Ok(()),
            width => write!(formatter, ".p/{width}"),
        }
    }
}

fn parse_numbered(text: &str) -> Option<(u64, u16)> {
    let (number, width) = match text.split_once(".p/") {
        Some((number, width)) => {
            let width = u16::try_from(decimal(width)?).ok()?;
            (number, (width < TILE_WIDTH).then_some(width)?)
        }
        None => (text, TILE_WIDTH),
    };
    let (leading, last) = match number.rsplit_once('/') {
        Some((leading, last)) => (Some(leading), last),
        None => (None, number),
    };
    let mut index = 0_u64;
    for element in leading.into_iter().flat_map(|leading| leading.split('/')) {
        index = index.checked_mul(1000)?.checked_add(three_digits(element.strip_prefix('x')?)?)?;
        // A leading group of zeroes would be a second spelling.
        if index == 0 {
            return None;
        }
    }
    let index = index.checked_mul(1000)?.checked_add(three_digits(last)?)?;
    Some((index, width))
}

fn three_digits(text: &str) -> Option<u64> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// Hashes at a tile level of a tree: floor(size / 256^level).
pub(crate) fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0)
}

/// Every tile of a tree of this size, level by level; the last of a level may be partial.
pub fn tiles_for_size(size: u64) -> impl Iterator<Item = TileId> {
    tiles_grown(0, size)
}

/// The tiles of the tree of `new_size` that the tree of `old_size` did not have, or had narrower.
/// A tile that filled up is listed full.
pub fn tiles_grown(old_size: u64, new_size: u64) -> impl Iterator<Item = TileId> {
    (0..TILE_LEVELS).flat_map(move |level| {
        let (old, new) = (hashes_at(level, old_size), hashes_at(level, new_size));
        let first = old / u64::from(TILE_WIDTH);
        let end = if new > old { new.div_ceil(u64::from(TILE_WIDTH)) } else { first };
        (first..end).filter_map(move |index| TileId::new(level, index, width_within(index, new)))
    })
}

/// Every entry bundle of a tree of this size.
pub fn bundles_for_size(size: u64) -> impl Iterator<Item = EntryBundleId> {
    bundles_grown(0, size)
}

/// The entry bundles of the tree of `new_size` that the tree of `old_size` did not have, or had
/// narrower.
pub fn bundles_grown(old_size: u64, new_size: u64) -> impl Iterator<Item = EntryBundleId> {
    tiles_grown(old_size, new_size).take_while(|tile| tile.level == 0).map(TileId::bundle_beside)
}

/// Width of the tile at `index` of a level that has `hashes` hashes.
pub(crate) fn width_within(index: u64, hashes: u64) -> u16 {
    let available = hashes.saturating_sub(index.saturating_mul(u64::from(TILE_WIDTH)));
    u16::try_from(available).map_or(TILE_WIDTH, |width| width.min(TILE_WIDTH))
}

/// The bytes of a tile: its hashes one after the other.
pub fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes of a tile; nothing when the bytes are not 1 to 256 whole hashes.
pub fn decode_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, odd) = bytes.as_chunks::<HASH_BYTES>();
    let whole = odd.is_empty() && (1..=usize::from(TILE_WIDTH)).contains(&hashes.len());
    whole.then(|| hashes.iter().copied().map(Hash).collect())
}
