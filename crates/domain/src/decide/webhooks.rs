//! Decisions about webhooks.

use super::{Asking, check_name};
use crate::command::Intent;
use crate::event::Event;
use crate::id::WebhookId;
use crate::refusal::Refusal;
use crate::state::State;
use crate::webhook::{PauseCause, WEBHOOKS_MAX, Webhook, WebhookTerms, check_url};

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::RecordWebhook { terms } => {
            let terms = checked(state, terms, None)?;
            if state.webhooks.len() >= WEBHOOKS_MAX {
                let sentence = format!("At most {WEBHOOKS_MAX} webhooks are kept. Remove one first.");
                return Err(Refusal::about("name", sentence));
            }
            Ok(vec![Event::WebhookRecorded { webhook: WebhookId(state.last_numbers.webhook + 1), terms }])
        }
        Intent::ChangeWebhook { webhook, terms } => {
            let known = recorded(state, *webhook)?;
            let terms = checked(state, terms, Some(*webhook))?;
            if known.terms == terms {
                return Ok(Vec::new());
            }
            Ok(vec![Event::WebhookChanged { webhook: *webhook, terms }])
        }
        Intent::PauseWebhook { webhook, cause } => {
            let known = recorded(state, *webhook)?;
            if known.paused.is_some() {
                return Ok(Vec::new());
            }
            // What a receiver answered is for the program alone to say.
            let cause = if asking.person.is_some() { PauseCause::Asked } else { *cause };
            Ok(vec![Event::WebhookPaused { webhook: *webhook, cause }])
        }
        Intent::ResumeWebhook { webhook } => {
            if recorded(state, *webhook)?.paused.is_none() {
                return Ok(Vec::new());
            }
            Ok(vec![Event::WebhookResumed { webhook: *webhook }])
        }
        Intent::RemoveWebhook { webhook } => {
            recorded(state, *webhook)?;
            Ok(vec![Event::WebhookRemoved { webhook: *webhook }])
        }
        _ => Ok(Vec::new()),
    }
}

fn recorded(state: &State, webhook: WebhookId) -> Result<&Webhook, Refusal> {
    let known = state.webhooks.get(&webhook);
    known.map(AsRef::as_ref).ok_or_else(|| Refusal::NotFound { what: "webhook", number: webhook.to_string() })
}

/// The terms as they are recorded.
fn checked(state: &State, terms: &WebhookTerms, own: Option<WebhookId>) -> Result<WebhookTerms, Refusal> {
    let (name, url) = (terms.name.trim(), terms.url.trim());
    check_name("name", "the name of the webhook", name)?;
    check_url(url).map_err(|sentence| Refusal::about("url", sentence))?;
    if terms.kinds.is_empty() {
        return Err(Refusal::about("kinds", "Choose at least one thing that is told."));
    }
    let named = |known: &&std::sync::Arc<Webhook>| Some(known.id) != own && known.terms.name == name;
    if let Some(known) = state.webhooks.values().find(named) {
        return Err(Refusal::about("name", format!("{} has this name already.", known.id)));
    }
    Ok(WebhookTerms { name: name.to_owned(), url: url.to_owned(), kinds: terms.kinds.clone() })
}
