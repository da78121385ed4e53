//! Who answers for what, and who has left.

use std::sync::Arc;

use super::Recorded;
use crate::accountability::Accountability;
use crate::event::Event;
use crate::leaver::Leaver;
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_accountability(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ProductAssigned { product, owner, category } => {
                let assigned = Accountability { owner: *owner, category: category.clone() };
                if assigned == Accountability::default() {
                    self.accountabilities.remove(product);
                } else {
                    self.accountabilities.insert(*product, Arc::new(assigned));
                }
            }
            Event::CategoryAssigned { category, owner } => {
                match owner {
                    Some(owner) => self.category_owners.insert(category.as_str().into(), *owner),
                    None => self.category_owners.remove(category.as_str()),
                };
            }
            Event::LeaverRecorded { leaver, name, left_on, import } => {
                self.last_numbers.leaver = self.last_numbers.leaver.max(leaver.0);
                let left = Leaver {
                    id: *leaver,
                    import: *import,
                    name: name.clone(),
                    left_on: *left_on,
                    recorded_at: recorded.at,
                    recorded_in: recorded.seq,
                };
                self.leavers.insert(*leaver, Arc::new(left));
            }
            Event::LeaverRemoved { leaver } => {
                self.leavers.remove(leaver);
            }
            _ => {}
        }
    }
}
