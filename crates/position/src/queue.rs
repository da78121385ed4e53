//! The queue of titles that no rule recognises yet.

use domain::State;
use domain::id::ProductId;
use serde::Serialize;

use crate::base::Base;

/// A title that waits for recognition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueEntry {
    /// Publisher as a source wrote it.
    pub publisher: Option<String>,
    /// Name as a source wrote it.
    pub name: String,
    /// Distinct devices that hold it.
    pub devices: u64,
    /// The versions that are installed, in order of text.
    pub versions: Vec<String>,
    /// Products with similar names, the most similar first.
    pub suggestions: Vec<Suggestion>,
}

/// A product that a title might be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The words that title and product share.
    pub shared_words: Vec<String>,
}

/// The titles that no rule recognises, most devices first, then by name and publisher.
pub fn unrecognised(_state: &State, _base: &Base) -> Vec<QueueEntry> {
    Vec::new()
}
