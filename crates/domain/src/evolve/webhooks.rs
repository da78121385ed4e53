//! Webhooks.

use std::sync::Arc;

use super::{Recorded, change};
use crate::event::Event;
use crate::state::State;
use crate::webhook::{Paused, Webhook};

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_webhook(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::WebhookRecorded { webhook, terms } => {
                self.last_numbers.webhook = self.last_numbers.webhook.max(webhook.0);
                let known = Webhook {
                    id: *webhook,
                    terms: terms.clone(),
                    by: recorded.actor.person(),
                    recorded_at: recorded.at,
                    recorded_in: recorded.seq,
                    fresh_since: recorded.seq,
                    paused: None,
                };
                self.webhooks.insert(*webhook, Arc::new(known));
            }
            Event::WebhookChanged { webhook, terms } => change(&mut self.webhooks, webhook, |known| {
                known.terms = terms.clone();
                known.fresh_since = recorded.seq;
            }),
            Event::WebhookPaused { webhook, cause } => change(&mut self.webhooks, webhook, |known| {
                known.paused = Some(Paused { by: recorded.actor.person(), at: recorded.at, cause: *cause });
            }),
            Event::WebhookResumed { webhook } => change(&mut self.webhooks, webhook, |known| {
                known.paused = None;
                known.fresh_since = recorded.seq;
            }),
            Event::WebhookRemoved { webhook } => {
                self.webhooks.remove(webhook);
            }
            _ => {}
        }
    }
}
