//! Statements: the list, making one, its files, and whether a file is one.

use axum::extract::Multipart;
use axum::response::Response;
use domain::id::StatementId;
use domain::seal::{Statement, StatementForm};

use crate::api::statements::{download, sentence};
use crate::browse::form::{Form, FormWithFile, error, refused};
use crate::browse::seals::{KEEPERS, made_by, typed_day};
use crate::browse::visitor::{Visitor, done};
use crate::caller::Readers;
use crate::design::forms::Errors;
use crate::given::AtBoth;
use crate::pages::addresses;
use crate::pages::layout::{CopyAs, Link};
use crate::pages::statements::{self, Checked, StatementRow, StatementsPage};
use crate::problem::{Kind, Problem};
use crate::reading::off_thread;

fn view(visitor: &Visitor, day: &str, errors: Errors, checked: Option<Checked>) -> StatementsPage {
    let all: Vec<_> = visitor.state().statements.values().rev().cloned().collect();
    let paging = visitor.paging(all.len());
    let signed = visitor.signed().map_or(0, |(size, _)| size);
    let row = |statement: &std::sync::Arc<Statement>| StatementRow {
        statement: statement.id,
        day: statement.day,
        sealed_in: statement.sealed_in,
        entry: statement.recorded_in,
        made_at: statement.at,
        by: made_by(visitor, statement.by),
        is_signed: statement.recorded_in < signed,
    };
    StatementsPage {
        rows: visitor.part(&all, paging).iter().map(row).collect(),
        paging,
        may_make: visitor.has(&KEEPERS),
        day: day.to_owned(),
        errors,
        key: visitor.key(),
        checked,
        copy: CopyAs {
            command: "indult statement list".to_owned(),
            request: "GET /v1/statements".to_owned(),
            csv: None,
            json: Some("/v1/statements".to_owned()),
        },
    }
}

/// The statements.
pub async fn list(visitor: Visitor) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let view = view(&visitor, "", Errors::default(), None);
    Ok(visitor.page(statements::page(&visitor.frame(), &view)))
}

/// Makes one.
pub async fn make(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    if !visitor.has(&KEEPERS) {
        let held = visitor.state().persons.get(&visitor.person()).map(|person| person.roles.iter().copied().collect());
        return Err(domain::Refusal::RoleNeeded { needed: KEEPERS.to_vec(), held: held.unwrap_or_default() }.into());
    }
    let day = match typed_day(&form) {
        Ok(day) => day,
        Err(errors) => return Ok(again(&visitor, &form, errors)),
    };
    let repetition = visitor.repetition("statements", &form);
    match visitor.app.make_statement(visitor.caller.actor, day, repetition).await {
        Ok(stated) => {
            let statement = stated.statement;
            let sentence = format!(
                "{} states the position of {}; it is recorded in entry {}.",
                statement.id, statement.day, statement.recorded_in
            );
            let page = Link::new(addresses::statement_file(statement.id, StatementForm::Html), "Have it as a page");
            Ok(done(addresses::STATEMENTS, sentence, Some(page)))
        }
        Err(app::Failure::NotFound(what)) => Ok(again(&visitor, &form, error("day", format!("There is no {what}.")))),
        Err(failure) => Ok(again(&visitor, &form, refused(failure, "day")?)),
    }
}

fn again(visitor: &Visitor, form: &Form, errors: Errors) -> Response {
    let view = view(visitor, form.get("day"), errors, None);
    visitor.page_with_errors(statements::page(&visitor.frame(), &view))
}

/// A file of a statement, as a download.
pub async fn file(visitor: Visitor, AtBoth(number, word): AtBoth<StatementId, String>) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let form = StatementForm::from_word(&word)
        .ok_or_else(|| Problem::new(Kind::NotFound, format!("No statement is kept as {word}.")))?;
    let statement = app::seals::statement(visitor.state(), number)?;
    let (app, of) = (visitor.app.clone(), statement.clone());
    let bytes = off_thread(move || app.statement_file(&of, form)).await?;
    Ok(download(&statement, form, bytes))
}

/// Whether a file is a statement. It changes nothing.
pub async fn check(visitor: Visitor, multipart: Multipart) -> Result<Response, Problem> {
    visitor.only_for(Readers::Staff)?;
    let FormWithFile { name, bytes, .. } = FormWithFile::of(multipart).await?;
    if bytes.is_empty() {
        let view = view(&visitor, "", error("file", "Choose a file that is not empty."), None);
        return Ok(visitor.page_with_errors(statements::page(&visitor.frame(), &view)));
    }
    let app = visitor.app.clone();
    let verdict = off_thread(move || app.verify_statement(&bytes)).await?;
    let checked =
        Checked { name, holds: verdict.holds(), sentence: sentence(&verdict), differences: verdict.differences };
    let view = view(&visitor, "", Errors::default(), Some(checked));
    Ok(visitor.page(statements::page(&visitor.frame(), &view)))
}
