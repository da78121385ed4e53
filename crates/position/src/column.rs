//! A column of values by dense index, in chunks that clones share until one of them writes.
//!
//! Reading is two indexed loads, which matters where a column is read for every device of every product.
//! What the values mean is not known here.

use std::sync::Arc;

/// A growing column. INVARIANT: every chunk but the last is full.
#[derive(Debug, Clone)]
pub(crate) struct Column<T, const CHUNK: usize> {
    chunks: Vec<Arc<Vec<T>>>,
}

impl<T, const CHUNK: usize> Default for Column<T, CHUNK> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Clone, const CHUNK: usize> Column<T, CHUNK> {
    /// How many values there are.
    pub(crate) fn len(&self) -> u32 {
        let last = self.chunks.last().map_or(0, |chunk| chunk.len());
        dense(self.chunks.len().saturating_sub(1) * CHUNK + last)
    }

    /// Adds a value at the end and returns its index.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        let index = self.len();
        match self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => Arc::make_mut(chunk).push(value),
            None => self.chunks.push(Arc::new(vec![value])),
        }
        index
    }

    /// The value at `index`, which must lie below an index that was written.
    pub(crate) fn get(&self, index: u32) -> &T {
        let index = index as usize;
        &self.chunks[index / CHUNK][index % CHUNK]
    }

    /// The chunk that holds `index`, and the index of its first value.
    pub(crate) fn chunk_of(&self, index: u32) -> (usize, &[T]) {
        let place = index as usize / CHUNK;
        (place * CHUNK, &self.chunks[place])
    }

    /// The value at `index`, which must have been written, for writing. Copies its chunk where a clone shares it.
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut T {
        let index = index as usize;
        &mut Arc::make_mut(&mut self.chunks[index / CHUNK])[index % CHUNK]
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
        (0..10).for_each(|index| column.set(index, index * 7));
        let kept = column.clone();
        column.set(9, 1);
        column.set(40, 2);
        assert_eq!((*kept.get(9), *column.get(9), *column.get(40), *column.get(39)), (63, 1, 2, 0));
    }
}
