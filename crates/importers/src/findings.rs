//! What a reader says beside its result: rejects (pieces left out) and remarks (pieces used with an assumption).
//!
//! Both are for people; nothing is computed from them.

use domain::observation::Reject;
use serde::{Deserialize, Serialize};

use crate::layout::RejectedRow;
use crate::limits::REJECTS;
use crate::name::shorten;
use crate::table::Record;
use crate::unreadable::Unreadable;

/// Something worth knowing about a piece that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Where: a line number, or a path inside the file.
    pub place: String,
    /// What was done, as a sentence.
    pub text: String,
}

/// A problem with its repair, not yet tied to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was found, shortened.
    pub found: String,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do, as a sentence.
    pub repair: String,
}

impl Fault {
    /// A fault; `found` is shortened and made safe to show.
    pub fn new(found: &str, problem: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { found: shorten(found), problem: problem.into(), repair: repair.into() }
    }
}

/// Rejects and remarks while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub rejects: Vec<Reject>,
    pub remarks: Vec<Remark>,
}

impl Findings {
    /// Notes a piece that is left out. Refuses the file once there are more than anyone repairs.
    pub fn reject(&mut self, place: impl Into<String>, fault: Fault) -> Result<(), Unreadable> {
        if REJECTS.is_exceeded_by(self.rejects.len() + 1)
            && let Some(first) = self.rejects.first()
        {
            return Err(Unreadable::TooManyRejects { limit: REJECTS, first: Box::new(first.clone()) });
        }
        let Fault { found, problem, repair } = fault;
        self.rejects.push(Reject { place: place.into(), found, problem, repair });
        Ok(())
    }

    /// Notes a row of a table that is left out for these faults.
    pub fn reject_row(&mut self, record: &Record<'_>, faults: Vec<(String, Fault)>) -> Result<RejectedRow, Unreadable> {
        let first = self.rejects.len();
        for (place, fault) in faults {
            self.reject(place, fault)?;
        }
        Ok(RejectedRow {
            line: record.line,
            cells: record.cells.iter().map(ToString::to_string).collect(),
            rejects: self.rejects.iter().skip(first).cloned().collect(),
        })
    }

    /// Notes a piece that is used with an assumption.
    pub fn remark(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.remarks.push(Remark { place: place.into(), text: text.into() });
    }
}
