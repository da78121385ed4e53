//! Statements of the position: made from a seal, kept in three forms, and verified from whatever file somebody holds.

use app::statements::Verdict;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use domain::digest::Digest;
use domain::id::{PersonId, StatementId};
use domain::person::Scope;
use domain::seal::{Statement, StatementForm};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{DateText, DigestText, InstantText, PersonNumber, StatementNumber};
use crate::Site;
use crate::caller::{Caller, Readers};
use crate::csv::attachment;
use crate::given::{self, Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, off_thread};
use crate::writing::{Act, KeyNeed, Written, with_receipt};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default()
        .routes(routes!(list, make))
        .routes(routes!(show))
        .routes(routes!(file))
        .routes(routes!(verify))
}

/// The forms of a statement.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of the domain's own type")]
enum FormWord {
    /// Everything.
    Json,
    /// The lines.
    Csv,
    /// A page that prints.
    Html,
}

/// A file of a statement.
#[derive(Debug, Serialize, ToSchema)]
struct StatementFileObject {
    /// Its form.
    #[schema(value_type = FormWord)]
    form: StatementForm,
    /// SHA-256 of its bytes, as the ledger records it.
    #[schema(value_type = DigestText)]
    digest: Digest,
    /// Its length.
    bytes: u64,
}

/// A statement of the position on a sealed day.
#[derive(Debug, Serialize, ToSchema)]
struct StatementObject {
    /// Its number.
    #[schema(value_type = StatementNumber)]
    id: StatementId,
    /// The day.
    #[schema(value_type = DateText)]
    day: Date,
    /// The entry of the seal that it was reckoned from.
    sealed_in: u64,
    /// The entry that records it.
    entry: u64,
    /// Its files.
    files: Vec<StatementFileObject>,
    /// Who had it made; null where the program did so by itself.
    #[schema(value_type = Option<PersonNumber>)]
    by: Option<PersonId>,
    /// When it was made.
    #[schema(value_type = InstantText)]
    made_at: Timestamp,
}

impl From<&Statement> for StatementObject {
    fn from(statement: &Statement) -> Self {
        let files = statement.files.iter();
        Self {
            id: statement.id,
            day: statement.day,
            sealed_in: statement.sealed_in,
            entry: statement.recorded_in,
            files: files
                .map(|file| StatementFileObject { form: file.form, digest: file.digest, bytes: file.bytes })
                .collect(),
            by: statement.by,
            made_at: statement.at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The statements, the newest first.
#[utoipa::path(get, path = "/v1/statements", tag = "statements", params(ListQuery),
    responses((status = 200, body = Page<StatementObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let statements: Vec<_> = reading.snapshot.state.statements.values().rev().cloned().collect();
    Ok(reading.page(&statements, &paging, |statement| StatementObject::from(&**statement)))
}

/// One statement.
#[utoipa::path(get, path = "/v1/statements/{statement}", tag = "statements",
    params(("statement" = StatementNumber, Path)), responses((status = 200, body = StatementObject)))]
async fn show(reading: Reading, At(number): At<StatementId>, _: Asked<Nothing>) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let statement = app::seals::statement(&reading.snapshot.state, number)?;
    Ok(reading.answer(StatementObject::from(&*statement)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// The form.
    #[param(value_type = FormWord, inline)]
    form: StatementForm,
}

/// A file of a statement, byte by byte as the ledger records its digest.
#[utoipa::path(get, path = "/v1/statements/{statement}/file", tag = "statements",
    params(("statement" = StatementNumber, Path), FileQuery),
    responses((status = 200, content((Value = "application/json"), (String = "text/csv"), (String = "text/html")))))]
async fn file(
    reading: Reading,
    At(number): At<StatementId>,
    Asked(query): Asked<FileQuery>,
) -> Result<Response, Problem> {
    reading.only_for(Readers::Staff)?;
    let statement = app::seals::statement(&reading.snapshot.state, number)?;
    let (app, form) = (reading.app.clone(), query.form);
    let of = statement.clone();
    let bytes = off_thread(move || app.statement_file(&of, form)).await?;
    Ok(download(&statement, form, bytes))
}

/// A statement's file as a download. A page is not opened in this site: it comes with its own style.
pub(crate) fn download(statement: &Statement, form: StatementForm, bytes: Vec<u8>) -> Response {
    let kind = match form {
        StatementForm::Json => "application/json",
        StatementForm::Csv => "text/csv; charset=utf-8; header=present",
        StatementForm::Html => "text/html; charset=utf-8",
    };
    let name = format!("indult-statement-{}-{}.{}", statement.day, statement.id, form.name());
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_DISPOSITION, attachment(&name));
    response
}

/// What to state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStatement {
    /// The day, which is sealed first where it is not yet; the last month's end where none is given.
    #[schema(value_type = Option<DateText>)]
    day: Option<Date>,
}

/// A statement that was made, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
struct StatementMade {
    /// The newest statement of the day now.
    statement: StatementObject,
    /// What was recorded; nothing where the same was stated already.
    #[serde(flatten)]
    written: Written,
}

/// State the position of a day in files that the ledger records.
#[utoipa::path(post, path = "/v1/statements", tag = "statements", request_body = NewStatement,
    responses((status = 201, body = StatementMade)))]
async fn make(act: Act<NewStatement>) -> Result<Response, Problem> {
    let (act, NewStatement { day }) = act.take();
    if act.dry_run {
        return Err(Problem::parameter("dry_run", "A statement is reckoned from the whole estate; leave dry_run out."));
    }
    act.must_be_allowed(Intent::MakeStatement { day: Date::ZERO, sealed_in: 0, files: Vec::new() })?;
    let repetition = act.repetition(KeyNeed::Optional)?;
    let stated = act.writer.app.make_statement(act.writer.caller.actor, day, repetition).await?;
    let number = stated.statement.id.to_string();
    let address = format!("/v1/statements/{number}");
    let body = StatementMade {
        statement: StatementObject::from(&*stated.statement),
        written: Written::of(&stated.receipt, Some(number)),
    };
    Ok(with_receipt(axum::Json(body).into_response(), &stated.receipt, Some(address)))
}

/// What came of a file that is said to be a statement.
#[derive(Debug, Serialize, ToSchema)]
struct VerdictObject {
    /// Whether the file is recorded and every number in it follows from the seal.
    holds: bool,
    /// The same in words.
    sentence: String,
    /// The statement that it is a file of; null where none has these bytes.
    #[schema(value_type = Option<StatementNumber>)]
    statement: Option<StatementId>,
    /// The form of that file.
    #[schema(value_type = Option<FormWord>)]
    form: Option<StatementForm>,
    /// Position lines that were reckoned again from the seal.
    lines: u64,
    /// What does not agree.
    differences: Vec<String>,
}

/// The verdict in one sentence.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    match (&verdict.recorded, verdict.differences.len()) {
        (Some((statement, form)), 0) => format!(
            "This is {} of {} as {}, recorded in entry {}; its {} lines come out the same from the seal in entry {}.",
            statement.id,
            statement.day,
            form.name().to_uppercase(),
            statement.recorded_in,
            verdict.lines,
            statement.sealed_in
        ),
        (Some((statement, _)), _) => {
            format!("The file is recorded as {}, and what the seal comes to differs from it.", statement.id)
        }
        (None, _) => "This file is not a statement that was recorded here.".to_owned(),
    }
}

/// Verify a file that is said to be a statement, in any of its forms: send it as it is.
#[utoipa::path(post, path = "/v1/statements/verifications", tag = "statements",
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = VerdictObject)))]
async fn verify(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&parts, &site)?;
    caller.needs_scope(&[Scope::Read], "verify")?;
    caller.must_be_among(Readers::Staff, &site.app.snapshot().state)?;
    let bytes = given::body(Request::from_parts(parts, body)).await?;
    let app = site.app.clone();
    let verdict = off_thread(move || app.verify_statement(&bytes)).await?;
    Ok(axum::Json(VerdictObject {
        holds: verdict.holds(),
        sentence: sentence(&verdict),
        statement: verdict.recorded.as_ref().map(|(statement, _)| statement.id),
        form: verdict.recorded.as_ref().map(|(_, form)| *form),
        lines: verdict.lines,
        differences: verdict.differences,
    })
    .into_response())
}
