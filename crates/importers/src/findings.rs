//! What a reader says beside its result: rejects (pieces left out) and remarks (pieces used with an assumption).
//!
//! Both are for people; nothing is computed from them.

use domain::observation::Reject;
use serde::{Deserialize, Serialize};

use crate::limits::REJECTS;
use crate::name::shorten;
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
pub(crate) struct Fault {
    pub found: String,
    pub problem: String,
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

    /// Notes a piece that is used with an assumption.
    pub fn remark(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.remarks.push(Remark { place: place.into(), text: text.into() });
    }
}
