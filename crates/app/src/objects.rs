//! Which entries are about which object: an index for readers, derived from the entries like everything else.

use std::sync::Arc;

use domain::Recorded;
use imbl::{OrdMap, Vector};

/// The kinds of object that have numbers, as they stand before the slash of a stream.
const KINDS: [&str; 24] = [
    "account",
    "agreement",
    "alert",
    "alert-rule",
    "budget",
    "case",
    "delegation",
    "entitlement",
    "exception",
    "import",
    "leaver",
    "legal-hold",
    "party",
    "person",
    "product",
    "purchase",
    "quiet-period",
    "scenario",
    "source",
    "statement",
    "title-match",
    "token",
    "wave",
    "webhook",
];

/// The entries about every object, oldest first. A clone is cheap.
#[derive(Debug, Clone, Default)]
pub struct Objects(OrdMap<Arc<str>, Vector<u64>>);

impl Objects {
    /// Takes note of an entry.
    pub(crate) fn note(&mut self, recorded: &Recorded) {
        self.0.entry(recorded.event.stream().into()).or_default().push_back(recorded.seq);
    }

    /// The entries of a stream, oldest first.
    pub fn of_stream(&self, stream: &str) -> Vec<u64> {
        self.0.get(stream).map(|entries| entries.iter().copied().collect()).unwrap_or_default()
    }

    /// The entries about an object, oldest first: a stream such as `case/EXC-1`, or a number such as `EXC-1`,
    /// which means both the request and its exception.
    pub fn about(&self, object: &str) -> Vec<u64> {
        if object.contains('/') {
            return self.of_stream(object);
        }
        let number = object.to_uppercase();
        let mut entries = self.of_stream(object);
        for kind in KINDS {
            entries.extend(self.of_stream(&format!("{kind}/{number}")));
        }
        entries.sort_unstable();
        entries
    }
}
