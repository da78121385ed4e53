//! Seals and statements.

use std::sync::Arc;

use super::Recorded;
use crate::event::Event;
use crate::seal::{Seal, Statement};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_seal(&mut self, recorded: &Recorded) {
        let by = recorded.actor.person();
        match &recorded.event {
            Event::EstateSealed { day, as_of, size, contents } => {
                let seal = Seal {
                    day: *day,
                    as_of: *as_of,
                    size: *size,
                    contents: *contents,
                    by,
                    at: recorded.at,
                    recorded_in: recorded.seq,
                };
                self.seals.insert((*day, recorded.seq), Arc::new(seal));
            }
            Event::StatementMade { statement, day, sealed_in, files } => {
                self.last_numbers.statement = self.last_numbers.statement.max(statement.0);
                let made = Statement {
                    id: *statement,
                    day: *day,
                    sealed_in: *sealed_in,
                    files: files.clone(),
                    by,
                    at: recorded.at,
                    recorded_in: recorded.seq,
                };
                self.statements.insert(*statement, Arc::new(made));
            }
            _ => {}
        }
    }

    /// The seal that holds for a day: the one made last.
    pub fn seal_of(&self, day: jiff::civil::Date) -> Option<&Arc<Seal>> {
        self.seals.range((day, 0)..=(day, u64::MAX)).next_back().map(|(_, seal)| seal)
    }

    /// The seals that hold, one for each sealed day, in order of day.
    pub fn sealed_days(&self) -> impl DoubleEndedIterator<Item = &Arc<Seal>> {
        self.seals.values().filter(|seal| {
            let later = self.seals.range((seal.day, seal.recorded_in.saturating_add(1))..=(seal.day, u64::MAX));
            later.take(1).count() == 0
        })
    }

    /// The sealed days next to a day: the last one before it and the first one after it.
    pub fn sealed_days_near(&self, day: jiff::civil::Date) -> (Option<jiff::civil::Date>, Option<jiff::civil::Date>) {
        let before = self.seals.range(..(day, 0)).next_back().map(|((day, _), _)| *day);
        let after = self.seals.range((day, u64::MAX)..).next().map(|((day, _), _)| *day);
        (before, after)
    }
}
