//! Scenarios.

use std::sync::Arc;

use super::{Recorded, change};
use crate::event::Event;
use crate::scenario::{Scenario, ScenarioTerms};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_scenario(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ScenarioRecorded { scenario, owner, name, assumptions, reason } => {
                self.last_numbers.scenario = self.last_numbers.scenario.max(scenario.0);
                let recorded = Scenario {
                    id: *scenario,
                    terms: ScenarioTerms { name: name.clone(), assumptions: assumptions.clone() },
                    reason: reason.clone(),
                    owner: *owner,
                    recorded_at: recorded.at,
                    changed_at: None,
                    retired: false,
                };
                self.scenarios.insert(*scenario, Arc::new(recorded));
            }
            Event::ScenarioChanged { scenario, name, assumptions, reason } => {
                change(&mut self.scenarios, scenario, |known| {
                    known.terms = ScenarioTerms { name: name.clone(), assumptions: assumptions.clone() };
                    known.reason = reason.clone();
                    known.changed_at = Some(recorded.at);
                });
            }
            Event::ScenarioRetired { scenario } => {
                change(&mut self.scenarios, scenario, |known| known.retired = true);
            }
            _ => {}
        }
    }
}
