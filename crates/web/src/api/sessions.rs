//! Sessions: signing a browser in and out.
//!
//! Passwords and one-time links are checked in `app`.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::command::Intent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::values::{InstantText, PersonRef};
use crate::Site;
use crate::caller::Credential;
use crate::given;
use crate::problem::{Kind, Problem};
use crate::writing::{Act, ReceiptEntry, entries};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::default().routes(routes!(sign_in)).routes(routes!(sign_out))
}

/// What somebody signs in with: a name and a password, or the secret of a one-time link, with the new password where
/// one is to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The name, usually an e-mail address.
    login: Option<String>,
    /// The password; with a link, the new one.
    password: Option<String>,
    /// The secret of a one-time link, in place of the name.
    link: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
struct SessionObject {
    /// Who signed in.
    person: PersonRef,
    /// When the session ends by itself.
    #[schema(value_type = InstantText)]
    expires_at: Timestamp,
    /// What was recorded.
    recorded: Vec<ReceiptEntry>,
    /// The ledger size right after.
    ledger_size: u64,
}

/// Sign in. The answer sets the session's cookie.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn,
    responses((status = 201, body = SessionObject)))]
async fn sign_in(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let body = given::body(request).await?;
    let given: SignIn = given::json(&headers, &body)?;
    let (secret, receipt) = match (given.login, given.password, given.link) {
        (Some(login), Some(password), None) => site.app.sign_in(&login, &password).await?,
        (None, Some(password), Some(link)) => site.app.set_password_by_link(&link, &password).await?,
        (None, None, Some(link)) => site.app.sign_in_by_link(&link).await?,
        _ => {
            return Err(Problem::at("login", "Give login and password, or link with a new password or without one."));
        }
    };
    let opened = receipt.recorded.iter().find_map(|recorded| match recorded.event {
        domain::event::Event::SessionOpened { account, expires_at, .. } => Some((account, expires_at)),
        _ => None,
    });
    let (account, expires_at) = opened.ok_or_else(|| Problem::internal("signing in opened no session"))?;
    let state = &receipt.snapshot.state;
    let person = state.accounts.get(&account).map(|account| PersonRef::of(state, account.person));
    let person = person.ok_or_else(|| Problem::internal("a session of nobody"))?;
    let session = SessionObject {
        person,
        expires_at,
        recorded: entries(&receipt.recorded),
        ledger_size: receipt.snapshot.size(),
    };
    let mut response = (StatusCode::CREATED, Json(session)).into_response();
    let cookie = HeaderValue::try_from(site.session_cookie(&secret.0)).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sign out. The answer takes the session's cookie away.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "sessions",
    responses((status = 200, body = crate::writing::Written)))]
async fn sign_out(State(site): State<Site>, act: Act<given::Nothing>) -> Result<Response, Problem> {
    let Credential::Session(digest) = act.writer.caller.credential else {
        return Err(Problem::new(Kind::Conflict, "Only a session can be ended here; a token is revoked instead."));
    };
    act.not_rehearsed()?;
    let mut response = act.carry(Intent::CloseSession { digest }).await?;
    let cookie = HeaderValue::try_from(site.ended_cookie()).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
