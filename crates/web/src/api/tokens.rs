//! API tokens: each acts as its owner, within its scopes, and decides nothing.

use std::collections::BTreeSet;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use domain::id::TokenId;
use domain::person::{Scope, Token};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{InstantText, ScopeWord, TokenNumber};
use crate::Site;
use crate::given::{Asked, At, Nothing};
use crate::problem::Problem;
use crate::reading::{Page, Paging, Reading, kept_by_nobody};
use crate::writing::{Act, KeyNeed, Written, with_receipt};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(list, issue)).routes(routes!(revoke))
}

/// A token of one's own. Its secret is not kept anywhere.
#[derive(Debug, Serialize, ToSchema)]
struct TokenObject {
    /// Number.
    #[schema(value_type = TokenNumber)]
    id: TokenId,
    /// What it is for, in the owner's words.
    label: String,
    /// What it may be used for.
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: Vec<Scope>,
    /// When it stops working; null is never.
    #[schema(value_type = Option<InstantText>)]
    expires_at: Option<Timestamp>,
    /// Whether it was revoked.
    revoked: bool,
    /// Whether it works now.
    works: bool,
}

fn object(token: &Token, now: Timestamp) -> TokenObject {
    TokenObject {
        id: token.id,
        label: token.label.shown().to_owned(),
        scopes: token.scopes.iter().copied().collect(),
        expires_at: token.expires_at,
        revoked: token.revoked,
        works: token.works_at(now),
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

/// One's own tokens.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", params(ListQuery),
    responses((status = 200, body = Page<TokenObject>)))]
async fn list(reading: Reading, Asked(query): Asked<ListQuery>) -> Result<Response, Problem> {
    let paging = Paging::of(query.limit, query.cursor.as_deref())?;
    let tokens = &reading.snapshot.state.tokens;
    let own: Vec<_> = tokens.values().filter(|token| token.person == reading.caller.person).collect();
    // Whether a token works changes with the instant, not only with the ledger.
    Ok(kept_by_nobody(reading.page(&own, &paging, |token| object(token, reading.now))))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    label: String,
    /// What it may be used for.
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: BTreeSet<Scope>,
    /// When it stops working; absent is never.
    #[schema(value_type = Option<InstantText>)]
    expires_at: Option<Timestamp>,
}

/// A new token with its secret. It is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
struct IssuedToken {
    /// What was recorded.
    #[serde(flatten)]
    written: Written,
    /// The token to send as `Authorization: Bearer …`; null where this answer repeats an earlier one.
    #[schema(example = "indult_pat_…")]
    secret: Option<String>,
}

/// Make a token for oneself.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = IssuedToken)))]
async fn issue(act: Act<NewToken>) -> Result<Response, Problem> {
    act.not_rehearsed()?;
    let repetition = act.repetition(KeyNeed::Optional)?;
    let (act, NewToken { label, scopes, expires_at }) = act.take();
    let actor = act.writer.caller.actor;
    let (secret, receipt) = act.writer.app.issue_token_once(actor, &label, scopes, expires_at, repetition).await?;
    let number = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        domain::event::Event::TokenIssued { token, .. } => Some(token.to_string()),
        _ => None,
    });
    let issued = IssuedToken { written: Written::of(&receipt, number), secret: secret.map(|secret| secret.0) };
    Ok(with_receipt((StatusCode::CREATED, Json(issued)).into_response(), &receipt, None))
}

/// Revoke a token.
#[utoipa::path(post, path = "/v1/tokens/{token}/revocations", tag = "tokens", params(("token" = TokenNumber, Path)),
    responses((status = 200, body = Written)))]
async fn revoke(At(token): At<TokenId>, act: Act<Nothing>) -> Result<Response, Problem> {
    act.carry_once(Intent::RevokeToken { token }).await
}
