//! Requests: from a draft to its decision, with what a decision changes.
//!
//! Who may do what is decided in `domain`; its sentence stands in `standing` before anybody tries. How objects are drawn
//! is in `objects`.

mod objects;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::case::{Ballot, Case, CaseStatus, CaseTerms, CaseWords, Condition, Stage};
use domain::command::Intent;
use domain::digest::Digest;
use domain::id::{CaseId, PersonId, ProductId};
use domain::observation::Environment;
use domain::text::Text;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::values::{
    BallotWord, CaseNumber, CaseStatusWord, DateText, DigestText, EnvironmentWord, PersonNumber, ProductNumber,
};
use crate::csv::attachment;
use crate::given::{self, Answers, Asked, At, AtBoth, Nothing};
use crate::problem::Problem;
use crate::reading::{OnADay, Page, Paging, Reading};
use crate::writing::{Act, KeyNeed, Writer, Written, carried};
use crate::{FILE_BODY_BYTES_MAX, Site};
use objects::{CaseObject, WholeCase};

pub(super) fn routes() -> OpenApiRouter<Site> {
    let with_files = axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX);
    OpenApiRouter::default()
        .routes(routes!(list, open))
        .routes(routes!(show))
        .routes(routes!(revise))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
        .routes(routes!(vote))
        .routes(routes!(comment))
        .routes(routes!(attach).layer(with_files))
        .routes(routes!(download))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only requests that stand like this.
    #[param(value_type = Option<CaseStatusWord>)]
    status: Option<CaseStatus>,
    /// Only requests about this product.
    #[param(value_type = Option<ProductNumber>)]
    product: Option<ProductId>,
    /// Only one's own, or only those of others.
    mine: Option<bool>,
    /// Only those that wait for one's own vote, or only the others.
    waiting_for_me: Option<bool>,
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    as_of: Option<Date>,
    /// Items of a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

/// The requests, newest first. What was never sent is its requester's alone.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", params(ListQuery),
    responses((status = 200, body = Page<CaseObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let reading = reading.as_of(query.as_of).await?;
    let state = &reading.snapshot.state;
    let me = reading.caller.person;
    let fitting: Vec<&Case> = state
        .cases
        .values()
        .rev()
        .map(AsRef::as_ref)
        .filter(|case| app::cases::may_see(me, case))
        .filter(|case| query.status.is_none_or(|status| case.status() == status))
        .filter(|case| query.product.is_none_or(|product| case.terms.product == product))
        .filter(|case| query.mine.is_none_or(|mine| (case.requester == me) == mine))
        .filter(|case| {
            query.waiting_for_me.is_none_or(|wanted| app::cases::waits_for(state, case, me, reading.now) == wanted)
        })
        .collect();
    Ok(reading.page(&fitting, &paging, |case| objects::brief(state, case, reading.now)))
}

/// One request with everything that a decision needs.
#[utoipa::path(get, path = "/v1/cases/{case}", tag = "cases", params(("case" = CaseNumber, Path), OnADay),
    responses((status = 200, body = WholeCase)))]
async fn show(reading: Reading, At(case): At<CaseId>, Asked(query): Asked<OnADay>) -> Result<Response, Problem> {
    let reading = reading.as_of(query.as_of).await?;
    let known = seen(&reading, case)?;
    Ok(reading.answer(objects::whole(&reading, known)))
}

/// The request of this number, where the one who asks may see it.
fn seen(reading: &Reading, number: CaseId) -> Result<&Case, Problem> {
    let known = reading.snapshot.state.cases.get(&number).map(AsRef::as_ref);
    known
        .filter(|case| app::cases::may_see(reading.caller.person, case))
        .ok_or_else(|| Problem::none("request", number))
}

/// A request as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// The category's key.
    #[schema(example = "exceed-entitlement")]
    category: String,
    /// The product.
    #[schema(value_type = ProductNumber)]
    product: ProductId,
    /// Units of the product's metric.
    quantity: u64,
    /// The only environment where it shall hold; absent is everywhere.
    #[schema(value_type = Option<EnvironmentWord>)]
    environment: Option<Environment>,
    /// Last day, inclusive.
    #[schema(value_type = DateText)]
    until: Date,
    /// For whom, where not for oneself.
    #[schema(value_type = Option<PersonNumber>)]
    beneficiary: Option<PersonId>,
    /// One line.
    title: String,
    /// Why.
    justification: String,
    /// Answers to the category's further questions, by key.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    answers: Answers,
}

impl Wish {
    fn parts(self) -> (CaseTerms, CaseWords) {
        let Self { category, product, quantity, environment, until, beneficiary, title, justification, answers } = self;
        let terms = CaseTerms { category, product, quantity, environment, until, beneficiary };
        let answers = answers.0.into_iter().map(|(key, answer)| (key, Text::from(answer))).collect();
        (terms, CaseWords { title: Text::from(title), justification: Text::from(justification), answers })
    }
}

/// Begin a request, as a draft.
#[utoipa::path(post, path = "/v1/cases", tag = "cases", request_body = Wish,
    responses((status = 201, body = Written)))]
async fn open(act: Act<Wish>) -> Result<Response, Problem> {
    let (act, wish) = act.take();
    let (terms, words) = wish.parts();
    act.carry(Intent::OpenCase { terms, words }).await
}

/// Change a request. What was voted on is voided.
#[utoipa::path(post, path = "/v1/cases/{case}/revisions", tag = "cases", params(("case" = CaseNumber, Path)),
    request_body = Wish, responses((status = 200, body = Written)))]
async fn revise(At(case): At<CaseId>, act: Act<Wish>) -> Result<Response, Problem> {
    let (act, wish) = act.take();
    let (terms, words) = wish.parts();
    act.carry(Intent::ReviseCase { case, terms, words }).await
}

/// Put a request to those who decide.
#[utoipa::path(post, path = "/v1/cases/{case}/submissions", tag = "cases", params(("case" = CaseNumber, Path)),
    responses((status = 200, body = Written)))]
async fn submit(At(case): At<CaseId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::SubmitCase { case }).await
}

/// Take a request back.
#[utoipa::path(post, path = "/v1/cases/{case}/withdrawals", tag = "cases", params(("case" = CaseNumber, Path)),
    responses((status = 200, body = Written)))]
async fn withdraw(At(case): At<CaseId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry(Intent::WithdrawCase { case }).await
}

/// A vote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVote {
    /// The digest of what the voter saw, as the request gives it.
    #[schema(value_type = Option<DigestText>)]
    digest: Option<Digest>,
    /// What it says.
    #[schema(value_type = BallotWord)]
    ballot: Ballot,
    /// Why.
    reason: String,
    /// Conditions of an approval.
    #[serde(default)]
    conditions: Vec<String>,
    /// In whose place, where as a delegate.
    #[schema(value_type = Option<PersonNumber>)]
    on_behalf_of: Option<PersonId>,
}

/// Vote on a request. Needs a person who signed in; a token cannot decide.
#[utoipa::path(post, path = "/v1/cases/{case}/votes", tag = "cases", params(("case" = CaseNumber, Path)),
    request_body = NewVote, responses((status = 200, body = Written)))]
async fn vote(At(case): At<CaseId>, act: Act<NewVote>) -> Result<Response, Problem> {
    let (act, NewVote { digest, ballot, reason, conditions, on_behalf_of }) = act.take();
    let digest = match digest {
        Some(digest) => digest,
        None => {
            let snapshot = act.writer.app.snapshot();
            let stage = snapshot.state.cases.get(&case).map(|known| known.stage.clone());
            if let Some(Stage::Deciding(_)) = stage {
                let detail = format!("Name the digest of what you looked at; {case} gives it.");
                return Err(Problem::at("digest", detail));
            }
            // Nothing is being voted on, which is the core's to say.
            Digest([0; 32])
        }
    };
    let conditions = conditions.into_iter().map(|wording| Condition { wording: Text::from(wording) }).collect();
    let reason = Text::from(reason);
    act.carry_once(Intent::CastVote { case, digest, on_behalf_of, ballot, reason, conditions }).await
}

/// Something to say about a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewComment {
    /// What.
    wording: String,
}

/// Say something about a request.
#[utoipa::path(post, path = "/v1/cases/{case}/comments", tag = "cases", params(("case" = CaseNumber, Path)),
    request_body = NewComment, responses((status = 200, body = Written)))]
async fn comment(At(case): At<CaseId>, act: Act<NewComment>) -> Result<Response, Problem> {
    let (act, NewComment { wording }) = act.take();
    act.carry(Intent::Comment { case, wording: Text::from(wording) }).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EvidenceQuery {
    /// The file's name.
    name: String,
}

/// Attach a file to a request. The body is the file.
#[utoipa::path(post, path = "/v1/cases/{case}/evidence", tag = "cases",
    params(("case" = CaseNumber, Path), EvidenceQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Written)))]
async fn attach(State(site): State<Site>, At(case): At<CaseId>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let writer = Writer::of(&parts, &site)?;
    let Asked(EvidenceQuery { name }) =
        <Asked<EvidenceQuery> as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &()).await?;
    let bytes = given::body(Request::from_parts(parts, body)).await?;
    if bytes.is_empty() {
        return Err(Problem::at("file", "This file is empty; send its bytes as the body."));
    }
    let repetition = writer.repetition(&bytes, KeyNeed::Optional)?;
    let receipt = site.app.attach_evidence(writer.caller.actor, case, &name, Vec::from(bytes), repetition).await?;
    Ok(carried(&receipt))
}

/// A file that is attached to a request, as a download that no browser runs.
#[utoipa::path(get, path = "/v1/cases/{case}/evidence/{digest}", tag = "cases",
    params(("case" = CaseNumber, Path), ("digest" = DigestText, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download(
    reading: Reading,
    AtBoth(case, digest): AtBoth<CaseId, Digest>,
    _: Asked<Nothing>,
) -> Result<Response, Problem> {
    seen(&reading, case)?;
    let (evidence, bytes) = reading.app.evidence(case, digest).await?;
    let mut response = reading.bytes("application/octet-stream", bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, attachment(evidence.name.shown()));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}
