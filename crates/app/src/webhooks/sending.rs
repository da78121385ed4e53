//! Working off the outbox: one webhook after its own cursor, entry by entry.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::command::{Actor, Intent};
use domain::id::WebhookId;
use domain::webhook::{PauseCause, Told, Webhook};
use jiff::{SignedDuration, Timestamp};
use store::{Attempt, ByHand, Cursor};
use tokio::task::JoinSet;

use super::{Message, Sending};
use crate::failure::Failure;
use crate::order::Order;
use crate::organisation::App;
use crate::replay;
use crate::snapshot::Snapshot;

/// How long is waited after each failure in a row, in seconds; after the last one the webhook is paused.
/// Together three days: long enough for a weekend and the working day after it.
pub const WAITS: [i64; 10] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 73_435];
/// How often it is looked whether something is to be sent.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Entries that are read at once.
const ENTRIES_AT_ONCE: u64 = 1_000;
/// Messages that one task sends before it is looked at the webhook's terms again.
const MESSAGES_AT_ONCE: usize = 50;
/// The status by which a receiver says that it is gone for good.
const GONE: u16 = 410;

/// What becomes of a webhook after an attempt.
enum After {
    Next,
    Wait,
}

impl App {
    /// Sends what is to be sent for as long as it is polled. Dropping it ends every attempt under way; what was not
    /// noted as taken in is sent again, under the same id, by whoever calls this next.
    pub async fn send_webhooks(&self, sending: Sending) {
        let mut tasks = JoinSet::new();
        let mut busy = BTreeMap::new();
        let mut kept: Option<Vec<u64>> = None;
        loop {
            while let Some(ended) = tasks.try_join_next_with_id() {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(error) => {
                        tracing::error!(%error, "sending to a webhook was cut short");
                        error.id()
                    }
                };
                busy.retain(|_, known| *known != id);
            }
            let snapshot = self.snapshot();
            self.forget_removed(&snapshot, &mut kept);
            for webhook in snapshot.state.webhooks.values() {
                if !busy.contains_key(&webhook.id) && self.has_something(webhook, snapshot.size()) {
                    let (app, sending, id) = (self.clone(), sending.clone(), webhook.id);
                    let task = tasks.spawn(async move {
                        if let Err(error) = app.work_off(id, &sending).await {
                            tracing::warn!(webhook = %id, %error, "a webhook could not be worked off; it is tried again");
                        }
                    });
                    busy.insert(id, task.id());
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Forgets what is known about webhooks that were removed, where any were since it was looked last.
    fn forget_removed(&self, snapshot: &Snapshot, kept: &mut Option<Vec<u64>>) {
        let known: Vec<u64> = snapshot.state.webhooks.keys().map(|webhook| webhook.0).collect();
        if kept.as_ref() == Some(&known) {
            return;
        }
        match self.outbox().keep_only(&known) {
            Ok(()) => *kept = Some(known),
            Err(error) => tracing::warn!(%error, "removed webhooks could not be forgotten; it is tried again"),
        }
    }

    fn has_something(&self, webhook: &Webhook, size: u64) -> bool {
        let outbox = self.outbox();
        let asked = matches!(outbox.asked(webhook.id.0), Ok(Some(_)));
        let due = || {
            let now = self.surroundings().now().as_millisecond();
            let cursor = outbox.cursor(webhook.id.0).ok().flatten();
            let Some(cursor) = cursor else { return true };
            let is_fresh = cursor.fresh_since != webhook.fresh_since;
            cursor.entry < size && (is_fresh || cursor.due_at <= now)
        };
        asked || (webhook.paused.is_none() && due())
    }

    /// Sends what is to be sent to one webhook, until a receiver does not take it in or there is nothing more.
    async fn work_off(&self, id: WebhookId, sending: &Sending) -> Result<(), Failure> {
        for _ in 0..MESSAGES_AT_ONCE {
            let snapshot = self.snapshot();
            let Some(webhook) = snapshot.state.webhooks.get(&id) else { return Ok(()) };
            if let Some(asked) = self.outbox().asked(id.0)? {
                self.send_by_hand(webhook, asked, sending).await?;
                continue;
            }
            if webhook.paused.is_some() {
                return Ok(());
            }
            let Some((cursor, message)) = self.next_message(webhook, sending).await? else { return Ok(()) };
            match self.send_next(webhook, cursor, &message, sending).await? {
                After::Next => {}
                After::Wait => return Ok(()),
            }
        }
        Ok(())
    }

    /// The next message to a webhook, and where it stands then. What it does not want is passed over.
    async fn next_message(&self, webhook: &Webhook, sending: &Sending) -> Result<Option<(Cursor, Message)>, Failure> {
        let begun = Cursor {
            entry: webhook.recorded_in.saturating_add(1),
            failures: 0,
            due_at: 0,
            fresh_since: webhook.fresh_since,
        };
        let mut cursor = self.outbox().cursor(webhook.id.0)?.unwrap_or(begun);
        if cursor.fresh_since != webhook.fresh_since {
            cursor = Cursor { entry: cursor.entry, ..begun };
        }
        if cursor.due_at > self.surroundings().now().as_millisecond() {
            return Ok(None);
        }
        let size = self.snapshot().size();
        while cursor.entry < size {
            let (app, known) = (self.clone(), webhook.clone());
            let range = cursor.entry..cursor.entry.saturating_add(ENTRIES_AT_ONCE).min(size);
            let end = range.end;
            let found = tokio::task::spawn_blocking(move || app.first_wanted(&known, range)).await;
            let found = found.map_err(|error| Failure::Damaged(error.to_string()))??;
            if let Some((entry, at, told)) = found {
                cursor.entry = entry;
                return Ok(Some((cursor, Message::about(webhook.id, entry, at, &told, &*sending.links))));
            }
            cursor.entry = end;
            self.outbox().set_cursor(webhook.id.0, cursor)?;
        }
        Ok(None)
    }

    fn first_wanted(
        &self,
        webhook: &Webhook,
        range: std::ops::Range<u64>,
    ) -> Result<Option<(u64, Timestamp, Told)>, Failure> {
        let mut found = None;
        replay::each(&self.ledger().snapshot()?, range, |_, recorded, _| {
            if found.is_none()
                && let Some(told) = Told::of(&recorded.event)
                && webhook.terms.kinds.contains(&told.kind)
            {
                found = Some((recorded.seq, recorded.at, told));
            }
        })?;
        Ok(found)
    }

    /// Sends the next message, notes how it went, and says whether the one after it may follow.
    async fn send_next(
        &self,
        webhook: &Webhook,
        cursor: Cursor,
        message: &Message,
        sending: &Sending,
    ) -> Result<After, Failure> {
        let attempt = self.attempt(webhook, Some(cursor.entry), message, false, sending).await?;
        if attempt.status.is_some_and(is_taken_in) {
            let next = Cursor { entry: cursor.entry.saturating_add(1), failures: 0, due_at: 0, ..cursor };
            self.outbox().note(&attempt, Some(next), None)?;
            return Ok(After::Next);
        }
        let waited = usize::try_from(cursor.failures).ok().and_then(|failures| WAITS.get(failures));
        let cause = match waited {
            _ if attempt.status == Some(GONE) => Some(PauseCause::Gone),
            None => Some(PauseCause::Unanswered),
            Some(_) => None,
        };
        let due = self.surroundings().now().saturating_add(SignedDuration::from_secs(waited.copied().unwrap_or(0)));
        let due_at = due.map_or(i64::MAX, Timestamp::as_millisecond);
        let failed = Cursor { failures: cursor.failures.saturating_add(1), due_at, ..cursor };
        self.outbox().note(&attempt, Some(failed), None)?;
        if let Some(cause) = cause {
            self.carry(Order::new(Actor::Program, Intent::PauseWebhook { webhook: webhook.id, cause })).await?;
        }
        Ok(After::Wait)
    }

    /// Sends what somebody asked for, once.
    async fn send_by_hand(&self, webhook: &Webhook, asked: ByHand, sending: &Sending) -> Result<(), Failure> {
        let message = match asked.entry {
            None => Message::test(webhook.id, self.surroundings().now()),
            Some(entry) => {
                let (found, _) = self.entry(entry)?;
                let told = Told::of(&found.recorded.event)
                    .ok_or_else(|| Failure::NotFound(format!("message about entry {entry}")))?;
                Message::about(webhook.id, entry, found.recorded.at, &told, &*sending.links)
            }
        };
        let attempt = self.attempt(webhook, asked.entry, &message, true, sending).await?;
        Ok(self.outbox().note(&attempt, None, Some(asked))?)
    }

    async fn attempt(
        &self,
        webhook: &Webhook,
        entry: Option<u64>,
        message: &Message,
        by_hand: bool,
        sending: &Sending,
    ) -> Result<Attempt, Failure> {
        let begun = self.surroundings().now();
        let key = self.ledger().webhook_key(webhook.id.0)?;
        let answer = (sending.transport)(message.signed(&webhook.terms.url, &key, begun)).await;
        let took = self.surroundings().now().duration_since(begun).as_millis();
        // Why there was no answer, and how long that took, would tell an address inside from one that is not there.
        let (status, milliseconds) = match answer {
            Ok(status) => (Some(status), Some(u64::try_from(took).unwrap_or(0))),
            Err(error) => {
                tracing::info!(webhook = %webhook.id, error, "a receiver did not answer");
                (None, None)
            }
        };
        let (webhook, kind, at) = (webhook.id.0, message.kind.clone(), begun.as_millisecond());
        Ok(Attempt { webhook, entry, kind, by_hand, at, status, milliseconds })
    }
}

fn is_taken_in(status: u16) -> bool {
    (200..300).contains(&status)
}
