//! Alerts: rules, what was raised, and what was done about it.

use std::sync::Arc;

use super::{Recorded, change};
use crate::alert::{
    Acknowledgement, Alert, AlertRule, AlertTask, NotedCount, QuietPeriod, Resolution, Snooze, TaskDone,
};
use crate::event::Event;
use crate::state::{COUNTS_KEPT_MAX, State};

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_alert(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::AlertRuleSet { rule, terms } => {
                self.last_numbers.alert_rule = self.last_numbers.alert_rule.max(rule.0);
                let set = AlertRule {
                    id: *rule,
                    terms: terms.clone(),
                    set_at: recorded.at,
                    by: recorded.actor.person(),
                    ended: false,
                };
                self.alert_rules.insert(*rule, Arc::new(set));
            }
            Event::AlertRuleEnded { rule } => change(&mut self.alert_rules, rule, |known| known.ended = true),
            Event::PlaybookSet { kind, tasks } => {
                self.playbooks.insert(*kind, Arc::new(tasks.clone()));
            }
            Event::QuietPeriodSet { quiet, terms, reason } => {
                self.last_numbers.quiet_period = self.last_numbers.quiet_period.max(quiet.0);
                let period = QuietPeriod {
                    id: *quiet,
                    terms: terms.clone(),
                    reason: reason.clone(),
                    by: recorded.actor.person(),
                    ended: false,
                };
                self.quiet_periods.insert(*quiet, Arc::new(period));
            }
            Event::QuietPeriodEnded { quiet } => change(&mut self.quiet_periods, quiet, |known| known.ended = true),
            Event::CountsNoted { day, counts } => {
                self.counted_on = Some(*day);
                for count in counts {
                    let noted = self.counts.entry(count.product).or_default();
                    noted.push_back(NotedCount { day: *day, count: *count });
                    while noted.len() > COUNTS_KEPT_MAX {
                        noted.pop_front();
                    }
                }
            }
            Event::AlertRaised { .. } => self.raise(recorded),
            _ => self.handle(recorded),
        }
    }

    fn raise(&mut self, recorded: &Recorded) {
        let Event::AlertRaised { alert, rule, subject, measured, limit, tasks } = &recorded.event else { return };
        self.last_numbers.alert = self.last_numbers.alert.max(alert.0);
        let Some(terms) = self.alert_rules.get(rule).map(|rule| rule.terms.clone()) else { return };
        // What was accepted and has grown since is told by the new alert from now on.
        if let Some(before) = self.alerts_holding.insert((*rule, subject.clone()), *alert) {
            change(&mut self.alerts, &before, |known| known.holds = false);
        }
        let raised = Alert {
            id: *alert,
            rule: *rule,
            trigger: terms.trigger,
            subject: subject.clone(),
            measured: *measured,
            limit: *limit,
            raised_at: recorded.at,
            recorded_in: recorded.seq,
            tasks: tasks.iter().map(|task| AlertTask { task: task.clone(), done: None }).collect(),
            acknowledgement: None,
            snooze: None,
            resolution: None,
            holds: true,
        };
        self.alerts.insert(*alert, Arc::new(raised));
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    fn handle(&mut self, recorded: &Recorded) {
        let (by, at) = (recorded.actor.person(), recorded.at);
        match &recorded.event {
            Event::AlertCleared { alert } => {
                if let Some(known) = self.alerts.get(alert) {
                    self.alerts_holding.remove(&(known.rule, known.subject.clone()));
                }
                change(&mut self.alerts, alert, |known| {
                    known.holds = false;
                    let measured = known.measured;
                    known.resolution.get_or_insert(Resolution { by: None, at, reason: None, measured });
                });
            }
            Event::AlertAcknowledged { alert, note } => change(&mut self.alerts, alert, |known| {
                known.acknowledgement = Some(Acknowledgement { by, at, note: note.clone() });
                known.snooze = None;
            }),
            Event::AlertSnoozed { alert, until, note } => change(&mut self.alerts, alert, |known| {
                known.snooze = Some(Snooze { by, at, until: *until, note: note.clone() });
            }),
            Event::AlertResolved { alert, reason, measured } => change(&mut self.alerts, alert, |known| {
                known.resolution = Some(Resolution { by, at, reason: Some(reason.clone()), measured: *measured });
            }),
            Event::AlertTaskDone { alert, task, note, evidence } => change(&mut self.alerts, alert, |known| {
                let place = usize::try_from(*task).ok();
                if let Some(task) = place.and_then(|place| known.tasks.get_mut(place)) {
                    task.done = Some(TaskDone { by, at, note: note.clone(), evidence: evidence.clone() });
                }
            }),
            _ => {}
        }
    }
}
