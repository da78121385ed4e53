//! Webhooks: the list and its form, one with its last attempts, and what becomes of it.

use axum::response::Response;
use domain::command::Intent;
use domain::id::WebhookId;
use domain::webhook::{PauseCause, ToldKind, Webhook, WebhookTerms};
use jiff::Timestamp;

use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::At;
use crate::pages::addresses;
use crate::pages::confirmation::{self, ConfirmationPage};
use crate::pages::layout::{CopyAs, Link, Place};
use crate::pages::webhooks::{self, AttemptRow, Typed, WebhookPage, WebhookRow, WebhooksPage};
use crate::problem::Problem;

fn row(known: &Webhook) -> WebhookRow {
    WebhookRow {
        webhook: known.id,
        name: known.terms.name.clone(),
        url: known.terms.url.clone(),
        kinds: known.terms.kinds.len(),
        paused: known.paused.map(|paused| paused.cause.sentence().to_owned()),
    }
}

fn list_view(visitor: &Visitor, typed: Typed, errors: Errors) -> WebhooksPage {
    WebhooksPage {
        rows: visitor.state().webhooks.values().map(|known| row(known)).collect(),
        typed,
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: "indult webhook list".to_owned(),
            request: "GET /v1/webhooks".to_owned(),
            csv: None,
            json: Some("/v1/webhooks".to_owned()),
        },
    }
}

/// The list.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let view = list_view(&visitor, Typed::default(), Errors::default());
    Ok(visitor.page(webhooks::page(&visitor.frame(), &view)))
}

fn typed(form: &Form) -> Typed {
    Typed { name: form.get("name").to_owned(), url: form.get("url").to_owned(), kinds: form.all("kinds") }
}

fn terms(typed: &Typed) -> Result<WebhookTerms, Errors> {
    let kinds = typed.kinds.iter().map(|word| word.parse::<ToldKind>()).collect::<Result<_, _>>();
    let kinds = kinds.map_err(|unknown| error("kinds", format!("{unknown}.")))?;
    Ok(WebhookTerms { name: typed.name.clone(), url: typed.url.clone(), kinds })
}

/// Records a webhook.
pub async fn record(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Administrators)?;
    let typed = typed(&form);
    let errors = match terms(&typed) {
        Err(errors) => errors,
        Ok(terms) => match visitor.carry("webhooks", &form, Intent::RecordWebhook { terms }).await {
            Ok(_) => return Ok(done(addresses::WEBHOOKS, "The webhook is told from now on.", None)),
            Err(failure) => refused(failure, "url")?,
        },
    };
    let view = list_view(&visitor, typed, errors);
    Ok(visitor.page_with_errors(webhooks::page(&visitor.frame(), &view)))
}

fn known(visitor: &Visitor, webhook: WebhookId) -> Result<&Webhook, Problem> {
    visitor.only_for(Readers::Administrators)?;
    visitor.state().webhooks.get(&webhook).map(AsRef::as_ref).ok_or_else(|| Problem::none("webhook", webhook))
}

fn one_view(visitor: &Visitor, known: &Webhook, given: Option<Typed>, errors: Errors) -> Result<WebhookPage, Problem> {
    let progress = visitor.app.webhook_progress(known.id)?;
    let as_recorded = || Typed {
        name: known.terms.name.clone(),
        url: known.terms.url.clone(),
        kinds: known.terms.kinds.iter().map(ToString::to_string).collect(),
    };
    let address = format!("/v1/webhooks/{}", known.id);
    Ok(WebhookPage {
        row: row(known),
        verifier_key: visitor.app.webhook_key(known.id)?,
        next_try_at: progress.next_try_at(known),
        attempts: progress
            .attempts
            .iter()
            .map(|attempt| AttemptRow {
                at: Timestamp::from_millisecond(attempt.at).unwrap_or_default(),
                kind: attempt.kind.clone(),
                entry: attempt.entry,
                by_hand: attempt.by_hand,
                status: attempt.status,
                milliseconds: attempt.milliseconds,
            })
            .collect(),
        typed: given.unwrap_or_else(as_recorded),
        key: visitor.key(),
        errors,
        copy: CopyAs {
            command: format!("indult webhook show {}", known.id),
            request: format!("GET {address}"),
            csv: None,
            json: Some(address),
        },
    })
}

/// One webhook.
pub async fn show(visitor: Visitor, At(webhook): At<WebhookId>) -> Result<Response, Problem> {
    let view = one_view(&visitor, known(&visitor, webhook)?, None, Errors::default())?;
    Ok(visitor.page(webhooks::webhook_page(&visitor.frame(), &view)))
}

/// Changes a webhook.
pub async fn change(visitor: Visitor, At(webhook): At<WebhookId>, form: Form) -> Result<Response, Problem> {
    let stands = known(&visitor, webhook)?;
    let typed = typed(&form);
    let errors = match terms(&typed) {
        Err(errors) => errors,
        Ok(terms) => {
            let intent = Intent::ChangeWebhook { webhook, terms };
            match visitor.carry(&format!("webhooks/{webhook}"), &form, intent).await {
                Ok(_) => return Ok(done(&addresses::webhook(webhook), "The webhook is changed.", None)),
                Err(failure) => refused(failure, "url")?,
            }
        }
    };
    let view = one_view(&visitor, stands, Some(typed), errors)?;
    Ok(visitor.page_with_errors(webhooks::webhook_page(&visitor.frame(), &view)))
}

/// Pauses or resumes a webhook, or sends it something.
pub async fn act(visitor: Visitor, At(webhook): At<WebhookId>, form: Form) -> Result<Response, Problem> {
    let stands = known(&visitor, webhook)?;
    let place = format!("webhooks/{webhook}/{}", form.get("act"));
    let (carried, sentence) = match form.get("act") {
        "pause" => {
            let intent = Intent::PauseWebhook { webhook, cause: PauseCause::Asked };
            (visitor.carry(&place, &form, intent).await.map(|_| ()), "The webhook is paused.")
        }
        "resume" => {
            let intent = Intent::ResumeWebhook { webhook };
            (visitor.carry(&place, &form, intent).await.map(|_| ()), "The webhook goes on.")
        }
        "resend" => {
            let entry = form.get("entry").parse().unwrap_or(u64::MAX);
            (visitor.app.ask_to_send_again(webhook, entry), "The message is sent again in a moment.")
        }
        "test" => (visitor.app.ask_for_test(webhook), "A test is sent in a moment."),
        other => return Err(Problem::at("act", format!("There is no act \u{201c}{other}\u{201d}."))),
    };
    match carried {
        Ok(()) => Ok(done(&addresses::webhook(webhook), sentence, None)),
        Err(failure) => {
            let view = one_view(&visitor, stands, None, refused(failure, "name")?)?;
            Ok(visitor.page_with_errors(webhooks::webhook_page(&visitor.frame(), &view)))
        }
    }
}

fn removal_view(visitor: &Visitor, known: &Webhook, errors: Errors) -> ConfirmationPage {
    let number = known.id;
    ConfirmationPage {
        place: Place::Webhooks,
        above: Link::new(addresses::webhook(number), known.terms.name.clone()),
        question: format!("Remove {number}?"),
        sentence: format!("It tells {}.", known.terms.url),
        consequences: vec![
            "Nothing will be sent to it any more, and its attempts and its key will be forgotten.".to_owned(),
        ],
        stays: vec!["The ledger still says when it was recorded and by whom.".to_owned()],
        effects: Vec::new(),
        asked: None,
        action: addresses::webhook_removal(number),
        button: format!("Remove {number}"),
        key: visitor.key(),
        errors,
    }
}

/// Asks before removing a webhook.
pub async fn confirm_removal(visitor: Visitor, At(webhook): At<WebhookId>) -> Result<Response, Problem> {
    let view = removal_view(&visitor, known(&visitor, webhook)?, Errors::default());
    Ok(visitor.page(confirmation::page(&visitor.frame(), &view)))
}

/// Removes a webhook.
pub async fn remove(visitor: Visitor, At(webhook): At<WebhookId>, form: Form) -> Result<Response, Problem> {
    let stands = known(&visitor, webhook)?;
    let place = format!("webhooks/{webhook}/removal");
    match visitor.carry(&place, &form, Intent::RemoveWebhook { webhook }).await {
        Ok(_) => Ok(done(addresses::WEBHOOKS, format!("{webhook} is removed."), None)),
        Err(failure) => {
            let view = removal_view(&visitor, stands, refused(failure, "act")?);
            Ok(visitor.page_with_errors(confirmation::page(&visitor.frame(), &view)))
        }
    }
}
