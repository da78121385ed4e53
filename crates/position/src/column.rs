//! A column of values by dense index, in chunks that clones share until one of them writes.
//!
//! A clone costs next to nothing however long the column is, because chunks stand in groups. Reading is three indexed
//! loads; what reads a column for every device of every product takes it chunk by chunk.
//! What the values mean is not known here.

use std::sync::Arc;

/// Chunks of a group: what a write beside a clone copies of the way to the chunk.
const GROUP: usize = 64;

type Chunk<T> = Arc<Vec<T>>;

/// A growing column. INVARIANT: every chunk but the last is full, and every group but the last.
#[derive(Debug, Clone)]
pub(crate) struct Column<T, const CHUNK: usize> {
    groups: Vec<Arc<Vec<Chunk<T>>>>,
    len: usize,
}

impl<T, const CHUNK: usize> Default for Column<T, CHUNK> {
    fn default() -> Self {
        Self { groups: Vec::new(), len: 0 }
    }
}

impl<T: Clone, const CHUNK: usize> Column<T, CHUNK> {
    /// How many values there are.
    pub(crate) fn len(&self) -> u32 {
        dense(self.len)
    }

    /// Adds a value at the end and returns its index.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        let index = self.len;
        if index.is_multiple_of(CHUNK * GROUP) {
            self.groups.push(Arc::new(Vec::with_capacity(1)));
        }
        let group = Arc::make_mut(&mut self.groups[index / (CHUNK * GROUP)]);
        if index.is_multiple_of(CHUNK) {
            group.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        Arc::make_mut(&mut group[index / CHUNK % GROUP]).push(value);
        self.len += 1;
        dense(index)
    }

    /// The value at `index`, which must lie below an index that was written.
    pub(crate) fn get(&self, index: u32) -> &T {
        let index = index as usize;
        &self.groups[index / (CHUNK * GROUP)][index / CHUNK % GROUP][index % CHUNK]
    }

    /// The chunk that holds `index`, and the index of its first value.
    pub(crate) fn chunk_of(&self, index: u32) -> (u32, &[T]) {
        let place = index as usize / CHUNK;
        (dense(place * CHUNK), &self.groups[place / GROUP][place % GROUP])
    }

    /// The value at `index`, which must have been written, for writing. Copies its chunk where a clone shares it.
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut T {
        let index = index as usize;
        let group = Arc::make_mut(&mut self.groups[index / (CHUNK * GROUP)]);
        &mut Arc::make_mut(&mut group[index / CHUNK % GROUP])[index % CHUNK]
    }
}

impl<T: Clone + Default + PartialEq, const CHUNK: usize> Column<T, CHUNK> {
    /// Writes the value at `index`, and nothing where it is there already. Between the end and `index` come defaults.
    pub(crate) fn set(&mut self, index: u32, value: T) {
        while self.len() <= index {
            self.push(T::default());
        }
        if *self.get(index) != value {
            *self.get_mut(index) = value;
        }
    }
}

/// A count of things in memory as a dense index.
///
/// There cannot be 2³² devices, titles or persons before memory ends, so a larger count is a bug.
pub(crate) fn dense(place: usize) -> u32 {
    assert!(u32::try_from(place).is_ok(), "more than 2^32 things of one kind");
    #[expect(clippy::cast_possible_truncation, reason = "asserted above")]
    let index = place as u32;
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_its_values_while_the_original_goes_on() {
        let mut column: Column<u32, 4> = Column::default();
        (0..1_000).for_each(|index| column.set(index, index * 7));
        let kept = column.clone();
        column.set(9, 1);
        column.set(1_040, 2);
        assert_eq!((*kept.get(9), *column.get(9), *column.get(1_040), *column.get(1_039)), (63, 1, 2, 0));
        assert_eq!((kept.len(), column.len(), column.chunk_of(10)), (1_000, 1_041, (8, &[56, 1, 70, 77][..])));
    }
}
