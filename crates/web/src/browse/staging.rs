//! Files between a preview and its commit: kept in memory, for one person, for a while.
//!
//! They are no part of the record: what is not committed leaves nothing behind.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use app::imports::GivenFile;
use domain::id::PersonId;
use jiff::{SignedDuration, Timestamp};

/// Bytes kept for all previews together: four of the largest uploads.
const BYTES_MAX: usize = 100 << 20;
/// How long a preview can wait for its commit.
const MINUTES_MAX: i64 = 60;

#[derive(Debug)]
struct Staged {
    name: String,
    person: PersonId,
    at: Timestamp,
    files: Vec<GivenFile>,
}

/// Files of previews, the oldest first.
#[derive(Debug, Default)]
pub struct Staging(Mutex<VecDeque<Staged>>);

impl Staging {
    /// Keeps files under a name; the oldest make room.
    pub fn keep(&self, name: String, person: PersonId, at: Timestamp, files: Vec<GivenFile>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Staged { name, person, at, files });
        let bytes = |staged: &Staged| staged.files.iter().map(|file| file.bytes.len()).sum::<usize>();
        while kept.len() > 1 && kept.iter().map(bytes).sum::<usize>() > BYTES_MAX {
            kept.pop_front();
        }
        let oldest = at.saturating_sub(SignedDuration::from_mins(MINUTES_MAX)).unwrap_or(Timestamp::MIN);
        kept.retain(|staged| staged.at >= oldest);
    }

    /// The files under a name, where they are still kept and are this person's.
    pub fn files(&self, name: &str, person: PersonId) -> Option<Vec<GivenFile>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|staged| staged.name == name && staged.person == person)?;
        Some(found.files.clone())
    }

    /// Gives up the files under a name.
    pub fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|staged| staged.name != name);
    }
}
