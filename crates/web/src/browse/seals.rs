//! The sealed days, and sealing one.

use axum::response::Response;
use domain::person::Role;
use domain::seal::{Seal, ends_month};
use jiff::civil::Date;

use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Link};
use crate::pages::seals::{self, SealRow, SealsPage};
use crate::problem::Problem;

/// Who may seal a day and state its position.
pub const KEEPERS: [Role; 4] = [Role::SamManager, Role::Finance, Role::Auditor, Role::Administrator];

/// Who had something made.
pub fn made_by(visitor: &Visitor, by: Option<domain::id::PersonId>) -> String {
    by.map_or_else(|| "the program".to_owned(), |person| visitor.name(person))
}

/// A day that was typed; nothing where the field was left empty.
pub fn typed_day(form: &Form) -> Result<Option<Date>, Errors> {
    let text = form.get("day");
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || error("day", format!("\u{201c}{text}\u{201d} is not a day. Write it as 2026-10-31."));
    text.parse().map(Some).map_err(|_| wrong())
}

fn view(visitor: &Visitor, day: &str, errors: Errors) -> SealsPage {
    let sealed: Vec<_> = visitor.state().sealed_days().rev().cloned().collect();
    let paging = visitor.paging(sealed.len());
    let row = |seal: &std::sync::Arc<Seal>| SealRow {
        day: seal.day,
        ends_month: ends_month(seal.day),
        entry: seal.recorded_in,
        size: seal.size,
        root: seal.contents.root,
        chunks: seal.contents.chunks,
        devices: seal.contents.devices,
        installations: seal.contents.installations,
        made_at: seal.at,
        by: made_by(visitor, seal.by),
    };
    SealsPage {
        rows: visitor.part(&sealed, paging).iter().map(row).collect(),
        paging,
        may_seal: visitor.has(&KEEPERS),
        day: day.to_owned(),
        errors,
        key: visitor.key(),
        copy: CopyAs {
            command: "indult seal list".to_owned(),
            request: "GET /v1/seals".to_owned(),
            csv: None,
            json: Some("/v1/seals".to_owned()),
        },
    }
}

/// The sealed days.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = view(&visitor, "", Errors::default());
    Ok(visitor.page(seals::page(&visitor.frame(), &view)))
}

/// Seals a day.
pub async fn make(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let day = match typed_day(&form) {
        Ok(day) => day,
        Err(errors) => return Ok(again(&visitor, &form, errors)),
    };
    let repetition = visitor.repetition("seals", &form);
    match visitor.app.seal(visitor.caller.actor, day, repetition).await {
        Ok(sealed) => {
            let seal = sealed.seal;
            let sentence = if sealed.receipt.recorded.is_empty() {
                format!("{} was sealed just so already, in entry {}.", seal.day, seal.recorded_in)
            } else {
                format!("{} is sealed in entry {}.", seal.day, seal.recorded_in)
            };
            Ok(done(addresses::SEALS, sentence, Some(Link::new(addresses::entry(seal.recorded_in), "Show the entry"))))
        }
        Err(app::Failure::NotFound(what)) => Ok(again(&visitor, &form, error("day", format!("There is no {what}.")))),
        Err(failure) => Ok(again(&visitor, &form, refused(failure, "day")?)),
    }
}

fn again(visitor: &Visitor, form: &Form, errors: Errors) -> Response {
    let view = view(visitor, form.get("day"), errors);
    visitor.page_with_errors(seals::page(&visitor.frame(), &view))
}
