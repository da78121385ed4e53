//! Webhooks: telling other systems what the ledger says, in its order, until they have taken it in.
//!
//! The way to a receiver is given by the executable; which addresses may be reached is for it to see to.
//! Every webhook is worked off by a task of its own, so that a receiver that hangs holds up nobody else, and nothing
//! here is waited for by a decision.

mod message;
mod sending;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::id::WebhookId;
use domain::webhook::Webhook;
use jiff::Timestamp;
use store::{Attempt, Cursor};

use crate::failure::Failure;
use crate::organisation::App;

pub use message::Message;
pub use sending::WAITS;

/// What goes to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where.
    pub url: String,
    /// Names and values of headers.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON text.
    pub body: String,
}

/// A way to send a message: the status of the answer, or why there was none. What a receiver says besides is not read.
pub type Transport = dyn Fn(Post) -> Pin<Box<dyn Future<Output = Result<u16, String>> + Send>> + Send + Sync;

/// Where what a message is about is read: the address of an object.
pub type Links = dyn Fn(&domain::webhook::Told) -> String + Send + Sync;

/// What sending takes.
#[derive(Clone)]
pub struct Sending {
    /// The way to a receiver.
    pub transport: Arc<Transport>,
    /// The addresses of objects.
    pub links: Arc<Links>,
}

/// How a webhook is getting on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands; `None` before it was looked at first.
    pub cursor: Option<Cursor>,
    /// The last attempts, the newest first.
    pub attempts: Vec<Attempt>,
}

impl Progress {
    /// When a message that failed is tried again.
    pub fn next_try_at(&self, webhook: &Webhook) -> Option<Timestamp> {
        let cursor = self.cursor.filter(|cursor| cursor.failures > 0 && cursor.fresh_since == webhook.fresh_since)?;
        if webhook.paused.is_some() {
            return None;
        }
        Timestamp::from_millisecond(cursor.due_at).ok()
    }
}

impl App {
    /// How a webhook is getting on.
    pub fn webhook_progress(&self, webhook: WebhookId) -> Result<Progress, Failure> {
        let outbox = self.outbox();
        Ok(Progress { cursor: outbox.cursor(webhook.0)?, attempts: outbox.attempts(webhook.0)? })
    }

    /// The public key under which the messages to a webhook verify.
    pub fn webhook_key(&self, webhook: WebhookId) -> Result<String, Failure> {
        Ok(message::verifier_key(&self.ledger().webhook_key(webhook.0)?))
    }

    /// Asks for a test message to be sent.
    pub fn ask_for_test(&self, webhook: WebhookId) -> Result<(), Failure> {
        self.ask_to_send(webhook, None)
    }

    /// Asks for the message about an entry to be sent again, whatever became of it before.
    pub fn ask_to_send_again(&self, webhook: WebhookId, entry: u64) -> Result<(), Failure> {
        let (found, _) = self.entry(entry)?;
        if domain::webhook::Told::of(&found.recorded.event).is_none() {
            let message = format!("Entry {entry} is nothing that webhooks are told.");
            return Err(Failure::Refused(domain::Refusal::Field { field: "entry", message }));
        }
        self.ask_to_send(webhook, Some(entry))
    }

    fn ask_to_send(&self, webhook: WebhookId, entry: Option<u64>) -> Result<(), Failure> {
        if !self.snapshot().state.webhooks.contains_key(&webhook) {
            return Err(Failure::NotFound(format!("webhook {webhook}")));
        }
        if self.outbox().ask(webhook.0, entry)? { Ok(()) } else { Err(Failure::Busy) }
    }
}
