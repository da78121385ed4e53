//! The digest: what changed with alerts and products since a day, as data and as a text that can be sent on.

use domain::alert::AlertStatus;
use domain::id::{AlertId, ProductId};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{owner_of, owner_words, sentence};
use crate::snapshot::Snapshot;

/// A product whose numbers changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The product.
    pub product: ProductId,
    /// Units used as noted before.
    pub used_before: u64,
    /// Units used now.
    pub used: u64,
    /// Units short as noted before.
    pub short_before: u64,
    /// Units short now.
    pub short: u64,
}

/// What changed since a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertDigest {
    /// From the beginning of this day.
    pub since: Date,
    /// To this instant.
    pub at: Timestamp,
    /// Raised since, and not over.
    pub raised: Vec<AlertId>,
    /// Over since, because it no longer holds.
    pub cleared: Vec<AlertId>,
    /// Over since, because somebody says so.
    pub resolved: Vec<AlertId>,
    /// Acknowledged since.
    pub acknowledged: Vec<AlertId>,
    /// Snoozed alerts that came back since.
    pub returned: Vec<AlertId>,
    /// Products whose numbers changed, the most short first.
    pub moved: Vec<Moved>,
    /// How many wait in all: open.
    pub open: u64,
    /// How many somebody is on.
    pub in_hand: u64,
    /// How many are snoozed.
    pub snoozed: u64,
}

impl AlertDigest {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty()
            && self.cleared.is_empty()
            && self.resolved.is_empty()
            && self.acknowledged.is_empty()
            && self.returned.is_empty()
            && self.moved.is_empty()
    }

    /// As a text, the same on every face.
    pub fn text(&self, snapshot: &Snapshot) -> String {
        let state = &snapshot.state;
        let organisation = state.organisation.as_ref().map_or("", |organisation| organisation.name.as_str());
        let mut text = format!(
            "{organisation}: what changed since {}\n\n{} open, {} in hand, {} snoozed.\n",
            self.since, self.open, self.in_hand, self.snoozed
        );
        if self.is_empty() {
            text.push_str("\nNothing changed.\n");
        }
        let lists = [
            ("New", &self.raised),
            ("Back from snoozing", &self.returned),
            ("Acknowledged", &self.acknowledged),
            ("No longer so", &self.cleared),
            ("Closed by somebody", &self.resolved),
        ];
        for (heading, alerts) in lists.into_iter().filter(|(_, alerts)| !alerts.is_empty()) {
            text.push_str(&format!("\n{heading}\n"));
            for alert in alerts.iter().filter_map(|alert| state.alerts.get(alert)) {
                let said = sentence(state, &alert.trigger, &alert.subject, alert.measured);
                let owner = owner_words(state, owner_of(state, alert));
                text.push_str(&format!("  {}  {said} Answers: {owner}.\n", alert.id));
            }
        }
        if !self.moved.is_empty() {
            text.push_str("\nProducts whose numbers changed\n");
        }
        for moved in &self.moved {
            text.push_str(&format!(
                "  {}  {}: used {} \u{2192} {}, short {} \u{2192} {}\n",
                moved.product,
                state.product_name(moved.product),
                moved.used_before,
                moved.used,
                moved.short_before,
                moved.short
            ));
        }
        text.push_str(&format!("\nRead at entry {}.\n", snapshot.size()));
        text
    }
}

pub(super) fn of(snapshot: &Snapshot, since: Date, at: Timestamp) -> AlertDigest {
    let state = &snapshot.state;
    let today = state.day(at);
    let is_new = |instant: Timestamp| state.day(instant) >= since;
    let mut digest = AlertDigest {
        since,
        at,
        raised: Vec::new(),
        cleared: Vec::new(),
        resolved: Vec::new(),
        acknowledged: Vec::new(),
        returned: Vec::new(),
        moved: moved(snapshot, since, at),
        open: 0,
        in_hand: 0,
        snoozed: 0,
    };
    for alert in state.alerts.values() {
        match alert.status(today) {
            AlertStatus::Open => digest.open += 1,
            AlertStatus::Acknowledged => digest.in_hand += 1,
            AlertStatus::Snoozed => digest.snoozed += 1,
            AlertStatus::Resolved => {}
        }
        match &alert.resolution {
            Some(resolution) if is_new(resolution.at) => {
                if resolution.by.is_some() { &mut digest.resolved } else { &mut digest.cleared }.push(alert.id);
            }
            Some(_) => {}
            None => {
                if is_new(alert.raised_at) {
                    digest.raised.push(alert.id);
                }
                if alert.acknowledgement.as_ref().is_some_and(|known| is_new(known.at)) {
                    digest.acknowledged.push(alert.id);
                }
                if alert.snooze.as_ref().is_some_and(|snooze| since <= snooze.until && snooze.until <= today) {
                    digest.returned.push(alert.id);
                }
            }
        }
    }
    digest
}

/// Products whose use or shortage is not what was noted last before `since`.
fn moved(snapshot: &Snapshot, since: Date, at: Timestamp) -> Vec<Moved> {
    let mut moved: Vec<Moved> = snapshot
        .lines(at)
        .iter()
        .filter_map(|line| {
            let noted = snapshot.state.counts.get(&line.product)?;
            let before = noted.iter().rev().find(|noted| noted.day < since)?.count;
            ((before.used, before.short) != (line.consumed, line.short)).then_some(Moved {
                product: line.product,
                used_before: before.used,
                used: line.consumed,
                short_before: before.short,
                short: line.short,
            })
        })
        .collect();
    moved.sort_by_key(|moved| (std::cmp::Reverse(moved.short), moved.product));
    moved
}
