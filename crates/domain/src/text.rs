//! Text that can be erased: names of persons and everything people type freely.
//!
//! In an entry on the ledger such a text is only a commitment; the text itself and its salt are kept beside the ledger.
//! `decide` and `evolve` never look inside, so that they decide the same after an erasure.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key under which an open text stands in the in-memory form of a body.
/// INVARIANT: no body has a map whose keys come from a user, so nobody can write this key.
pub(crate) const OPEN_KEY: &str = "$text";

/// A personal or free text: open, or erased for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// The text as it was given.
    Open(Arc<str>),
    /// Erased on request; the entry that committed to it still stands.
    Erased,
}

impl Text {
    /// The text, or `None` once it has been erased.
    pub fn open(&self) -> Option<&str> {
        match self {
            Self::Open(text) => Some(text),
            Self::Erased => None,
        }
    }

    /// The text, or the word that stands in its place on every face.
    pub fn shown(&self) -> &str {
        self.open().unwrap_or("[erased]")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Open(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Open(text.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow, rename = "$text")]
    text: Option<Cow<'a, str>>,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { text: self.open().map(Cow::Borrowed) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Wire::deserialize(deserializer)?.text.map_or(Self::Erased, |text| Self::Open(text.into())))
    }
}
