//! What comes with the program: the rules that most organisations begin with, and playbooks for kinds of alert.
//!
//! Both are data in the folder `data` of this crate; an organisation's own playbook takes the place of a shipped one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::State;
use domain::alert::{AlertTerms, PlaybookTask, TriggerKind};

static RULES: LazyLock<Vec<AlertTerms>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/alert_rules.json")).unwrap_or_default());
static PLAYBOOKS: LazyLock<BTreeMap<TriggerKind, Vec<PlaybookTask>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/playbooks.json")).unwrap_or_default());

/// The rules that most organisations begin with.
pub fn usual_rules() -> &'static [AlertTerms] {
    &RULES
}

/// The playbook in force for a kind of alert; empty where there is none.
pub fn playbook_of(state: &State, kind: TriggerKind) -> &[PlaybookTask] {
    match state.playbooks.get(&kind) {
        Some(own) => own.as_slice(),
        None => PLAYBOOKS.get(&kind).map_or(&[], Vec::as_slice),
    }
}

#[cfg(test)]
mod tests {
    use domain::alert::Phase;

    use super::*;

    #[test]
    fn every_anomaly_has_a_usual_rule_and_a_playbook_with_every_phase() {
        let state = State::default();
        for kind in TriggerKind::ALL.into_iter().filter(|kind| kind.is_anomaly()) {
            assert!(usual_rules().iter().any(|rule| rule.trigger.kind() == kind), "{kind:?}");
            let tasks = playbook_of(&state, kind);
            assert!(tasks.is_sorted_by_key(|task| task.phase), "{kind:?}");
            for phase in Phase::ALL {
                assert!(tasks.iter().any(|task| task.phase == phase), "{kind:?} {phase:?}");
            }
        }
    }
}
