//! A snapshot: the whole state at one ledger size, never changed again. Everything that is read comes from one.

use domain::State;
use jiff::Timestamp;
use position::Base;

use crate::objects::Objects;

/// The state and the recognised installed base at one ledger size.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// What the ledger says.
    pub state: State,
    /// What is installed.
    pub base: Base,
    /// Which entries are about what.
    pub objects: Objects,
}

impl Snapshot {
    /// The ledger size that everything in it was read at.
    pub fn size(&self) -> u64 {
        self.state.size
    }

    /// The position of every product at `at`.
    pub fn lines(&self, at: Timestamp) -> Vec<position::Line> {
        position::lines(&self.state, &self.base, at)
    }
}
