//! A finding: something in a catalogue file that keeps it from coming into force.

use std::fmt;

use serde::Serialize;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file's name; empty where the catalogue as a whole is meant.
    pub file: String,
    /// Line and key as far as they are known, as in `line 7, decided_by[1].role`; empty where the whole file is meant.
    pub place: String,
    /// What is there, as a clause.
    pub problem: String,
    /// What to do, as a clause.
    pub repair: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.file, &self.place].into_iter().filter(|part| !part.is_empty()) {
            write!(f, "{part}: ")?;
        }
        write!(f, "{}; {}", self.problem, self.repair)
    }
}
