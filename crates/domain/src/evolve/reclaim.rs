//! Reclaim waves and legal holds.

use std::sync::Arc;

use super::{Recorded, change};
use crate::event::Event;
use crate::id::WaveId;
use crate::reclaim::{Answered, LegalHold, ReclaimDecision, Wave, WaveItem};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_reclaim(&mut self, recorded: &Recorded) {
        let (by, at) = (recorded.actor.person(), recorded.at);
        match &recorded.event {
            Event::WaveOpened { wave, terms } => {
                self.last_numbers.wave = self.last_numbers.wave.max(wave.0);
                let opened =
                    Wave { id: *wave, terms: terms.clone(), items: Vec::new(), opened_at: at, by, closed: false };
                self.waves.insert(*wave, Arc::new(opened));
            }
            Event::ReclaimAsked { wave, candidate, link } => {
                let place = self.waves.get(wave).map_or(0, |known| known.items.len());
                self.reclaim_links.insert(*link, (*wave, u64::try_from(place).unwrap_or(u64::MAX)));
                let item = WaveItem {
                    candidate: candidate.clone(),
                    link: *link,
                    answered: None,
                    decision: None,
                    confirmed_at: None,
                };
                change(&mut self.waves, wave, |known| known.items.push(item));
            }
            Event::ReclaimAskedAgain { wave, item, link } => {
                let mut before = None;
                self.change_item(*wave, *item, |known| before = Some(std::mem::replace(&mut known.link, *link)));
                if let Some(before) = before {
                    self.reclaim_links.remove(&before);
                    self.reclaim_links.insert(*link, (*wave, *item));
                }
            }
            Event::ReclaimAnswered { wave, item, answer, reason } => {
                let answered = Answered { answer: *answer, reason: reason.clone(), at };
                self.change_item(*wave, *item, |known| known.answered = Some(answered));
            }
            Event::ReclaimDecided { wave, item, choice, reason } => {
                let decision = ReclaimDecision { choice: *choice, reason: reason.clone(), by, at };
                self.change_item(*wave, *item, |known| {
                    known.decision = Some(decision);
                    known.confirmed_at = None;
                });
            }
            Event::ReclaimConfirmed { wave, item } => {
                self.change_item(*wave, *item, |known| known.confirmed_at = Some(at));
            }
            Event::WaveClosed { wave } => change(&mut self.waves, wave, |known| known.closed = true),
            Event::LegalHoldSet { hold, subject, name, reason } => {
                self.last_numbers.legal_hold = self.last_numbers.legal_hold.max(hold.0);
                let set = LegalHold {
                    id: *hold,
                    subject: *subject,
                    name: name.clone(),
                    reason: reason.clone(),
                    by,
                    set_at: at,
                    lifted: None,
                };
                self.legal_holds.insert(*hold, Arc::new(set));
            }
            Event::LegalHoldLifted { hold, .. } => {
                change(&mut self.legal_holds, hold, |known| known.lifted = Some((by, at)));
            }
            _ => {}
        }
    }

    fn change_item(&mut self, wave: WaveId, item: u64, with: impl FnOnce(&mut WaveItem)) {
        change(&mut self.waves, &wave, |known| {
            if let Some(item) = usize::try_from(item).ok().and_then(|place| known.items.get_mut(place)) {
                with(item);
            }
        });
    }
}
