//! A message: what it says, and the headers that Standard Webhooks asks for.
//!
//! It names what happened and where to read about it, and no person: whoever wants to know more reads it under their
//! own token, and is refused what they may not read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::WebhookId;
use domain::webhook::Told;
use jiff::Timestamp;
use serde::Serialize;
use store::WebhookKey;

use super::{Links, Post};

/// What is sent to try a webhook.
pub const TEST: &str = "webhook.test";

/// A message to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id: the same whenever it is sent.
    pub id: String,
    /// The kind.
    pub kind: String,
    /// The JSON text.
    pub body: String,
}

#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: D,
}

#[derive(Serialize)]
struct Data<'a> {
    number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u64>,
    entry: u64,
    url: String,
}

#[derive(Serialize)]
struct TestData {
    webhook: WebhookId,
}

impl Message {
    /// The message about an entry.
    pub fn about(webhook: WebhookId, entry: u64, at: Timestamp, told: &Told, links: &Links) -> Self {
        let kind = told.kind.name();
        let data = Data { number: &told.number, item: told.item, entry, url: links(told) };
        Self { id: format!("{webhook}-{entry}"), kind: kind.to_owned(), body: written(kind, at, data) }
    }

    /// A test.
    pub fn test(webhook: WebhookId, at: Timestamp) -> Self {
        let id = format!("{webhook}-test-{}", at.as_millisecond());
        Self { id, kind: TEST.to_owned(), body: written(TEST, at, TestData { webhook }) }
    }

    /// The message signed as of `now`: Ed25519 of id `.` seconds `.` body.
    pub fn signed(&self, url: &str, key: &WebhookKey, now: Timestamp) -> Post {
        let seconds = now.as_second().to_string();
        let signed = format!("{}.{seconds}.{}", self.id, self.body);
        let signature = STANDARD.encode(key.sign(signed.as_bytes()));
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Indult".to_owned()),
            ("webhook-id", self.id.clone()),
            ("webhook-timestamp", seconds),
            ("webhook-signature", format!("v1a,{signature}")),
        ];
        Post { url: url.to_owned(), headers, body: self.body.clone() }
    }
}

fn written(kind: &str, at: Timestamp, data: impl Serialize) -> String {
    serde_json::to_string(&Body { r#type: kind, timestamp: at, data }).unwrap_or_default()
}

/// The public key of a webhook as receivers are given it.
pub fn verifier_key(key: &WebhookKey) -> String {
    format!("whpk_{}", STANDARD.encode(key.public()))
}
