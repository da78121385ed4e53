//! Samples of webhooks.

use domain::id::WebhookId;

use super::{Sample, at, copy, frame, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::pages::webhooks::{self, AttemptRow, Typed, WebhookPage, WebhookRow, WebhooksPage};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let row = WebhookRow {
        webhook: WebhookId(1),
        name: said("Provisioning", mark),
        url: said("https://hooks.example.com/licences", mark),
        kinds: 2,
        paused: None,
    };
    let gone = WebhookRow {
        webhook: WebhookId(2),
        name: said("Reallocation", mark),
        paused: Some(said("Its receiver took nothing in for three days.", mark)),
        ..row.clone()
    };
    let typed = Typed { name: said("Chat", mark), url: said("chat.example", mark), kinds: Vec::new() };
    let list = WebhooksPage {
        rows: vec![row.clone(), gone.clone()],
        typed: typed.clone(),
        key: "k".to_owned(),
        errors: Errors(vec![FieldError {
            field: "url".to_owned(),
            sentence: said("Enter an address that begins with https://.", mark),
        }]),
        copy: copy("indult webhook list", "GET /v1/webhooks?limit=50"),
    };
    let none = WebhooksPage { rows: Vec::new(), errors: Errors::default(), ..list.clone() };
    let attempt = AttemptRow {
        at: at("2025-08-12T12:58:00Z"),
        kind: said("purchase.approved", mark),
        entry: Some(1_203),
        by_hand: false,
        status: Some(204),
        milliseconds: Some(48),
    };
    let silent = AttemptRow { status: None, milliseconds: None, ..attempt.clone() };
    let refused = AttemptRow { status: Some(500), by_hand: true, entry: None, ..attempt.clone() };
    let one = WebhookPage {
        row,
        verifier_key: "whpk_MC4CAQAwBQYDK2VwBCIEIA==".to_owned(),
        next_try_at: Some(at("2025-08-12T13:10:00Z")),
        attempts: vec![attempt, silent, refused],
        typed,
        key: "k".to_owned(),
        errors: Errors::default(),
        copy: copy("indult webhook show WHK-1", "GET /v1/webhooks/WHK-1"),
    };
    let paused = WebhookPage { row: gone, next_try_at: None, attempts: Vec::new(), ..one.clone() };
    vec![
        sample("webhooks", webhooks::page(&frame, &list)),
        sample("webhooks-none", webhooks::page(&frame, &none)),
        sample("webhook", webhooks::webhook_page(&frame, &one)),
        sample("webhook-paused", webhooks::webhook_page(&frame, &paused)),
    ]
}
