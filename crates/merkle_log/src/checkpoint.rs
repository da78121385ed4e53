//! The text of a checkpoint: origin, size, root (C2SP tlog-checkpoint).
//!
//! Says nothing about who signed it; see `note`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::encoding::{decimal, hash_from_base64};
use crate::{Hash, KeyName, TREE_SIZE_MAX, TreeHead};

/// What a log states about itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log; equal to the name of its key.
    pub origin: KeyName,
    /// Number of entries.
    pub size: u64,
    /// Tree hash of those entries.
    pub root: Hash,
}

/// Why a text is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// Not three lines that each end with a newline.
    #[error("a checkpoint has three lines, origin, size and root hash, each ended by a newline")]
    Form,
    /// The origin cannot be the name of a key.
    #[error("the checkpoint's first line is not usable as the name of a log")]
    Origin,
    /// The size is not a plain decimal number within the limit.
    #[error("the checkpoint's second line is not a number of entries up to {TREE_SIZE_MAX}")]
    Size,
    /// The root is not a base64 hash.
    #[error("the checkpoint's third line is not a base64 SHA-256 hash")]
    Root,
    /// Further lines, which no proof covers.
    #[error("the checkpoint has extension lines; no proof covers them, so they are not accepted")]
    Extension,
}

impl Checkpoint {
    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root } = self;
        write!(formatter, "{origin}\n{size}\n{root}\n")
    }
}

/// Reads what `Display` writes, and no other spelling.
impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Form)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Form);
        };
        if lines.next().is_some() {
            return Err(CheckpointError::Extension);
        }
        Ok(Self {
            origin: origin.parse().map_err(|_| CheckpointError::Origin)?,
            size: decimal(size).filter(|size| *size <= TREE_SIZE_MAX).ok_or(CheckpointError::Size)?,
            root: hash_from_base64(root).ok_or(CheckpointError::Root)?,
        })
    }
}
