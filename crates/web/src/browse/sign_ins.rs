//! Signing in and out, and setting a password by a one-time link.

use app::Failure;
use app::identities::{PASSWORD_CHARS_MIN, Secret};
use axum::extract::{FromRequestParts as _, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::command::Intent;
use maud::Markup;
use serde::Deserialize;

use crate::Site;
use crate::browse::form::{Form, error, refused};
use crate::browse::visitor::{Visitor, see_other};
use crate::caller::Credential;
use crate::design::forms::Errors;
use crate::pages::layout::Frame;
use crate::pages::{addresses, sign_in};
use crate::problem::Problem;

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    then: String,
    #[serde(default)]
    why: String,
}

/// The frame of a page for somebody who is not signed in yet.
pub fn frame(site: &Site) -> Frame {
    let snapshot = site.app.snapshot();
    let organisation = snapshot.state.organisation.as_deref();
    Frame {
        organisation: organisation.map_or_else(String::new, |organisation| organisation.name.clone()),
        sample: organisation.is_some_and(|organisation| organisation.sample),
        zone: organisation.map_or_else(domain::organisation::Zone::utc, |organisation| organisation.zone.clone()),
        now: site.app.surroundings().now(),
        viewer: None,
        read_at: None,
        notice: None,
        past: None,
        days: None,
    }
}

/// Only a path of this program: nobody is sent elsewhere after signing in.
fn inside(then: &str) -> &str {
    let fits =
        then.starts_with('/') && !then.starts_with("//") && !then.contains('\\') && !then.contains(char::is_control);
    if fits { then } else { "" }
}

fn page(markup: Markup, status: StatusCode) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], markup).into_response()
}

/// The form; whoever is signed in already goes on.
pub async fn show(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
    mut parts: axum::http::request::Parts,
) -> Response {
    if Visitor::from_request_parts(&mut parts, &site).await.is_ok() {
        return see_other(addresses::MY_WORK);
    }
    let why = if wanted.why == "signed-out" { "You are signed out." } else { "" };
    let view = sign_in::SignInPage {
        login: String::new(),
        then: inside(&wanted.then).to_owned(),
        why: why.to_owned(),
        errors: Errors::default(),
    };
    page(sign_in::page(&frame(&site), &view), StatusCode::OK)
}

/// Signs in with a password.
pub async fn sign_in(State(site): State<Site>, form: Form) -> Result<Response, Problem> {
    let then = inside(form.get("then"));
    match site.app.sign_in(form.get("login"), form.exact("password")).await {
        Ok((secret, _)) => Ok(signed_in(&site, &secret, if then.is_empty() { addresses::MY_WORK } else { then })),
        Err(failure @ Failure::SignIn) => {
            let view = sign_in::SignInPage {
                login: form.get("login").to_owned(),
                then: then.to_owned(),
                why: String::new(),
                errors: error("login", failure.to_string()),
            };
            Ok(page(sign_in::page(&frame(&site), &view), StatusCode::UNAUTHORIZED))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn signed_in(site: &Site, secret: &Secret, then: &str) -> Response {
    let mut response = see_other(then);
    if let Ok(cookie) = HeaderValue::try_from(site.session_cookie(&secret.0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Signs this browser out.
pub async fn sign_out(visitor: Visitor) -> Result<Response, Problem> {
    if let Credential::Session(digest) = visitor.caller.credential {
        let order = app::Order::new(visitor.caller.actor, Intent::CloseSession { digest });
        match visitor.app.carry(order).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let mut response = see_other(&addresses::with_query(addresses::SIGN_IN, &[("why", "signed-out")]));
    if let Ok(cookie) = HeaderValue::try_from(visitor.site.ended_cookie()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn set_up_view(site: &Site, token: String, errors: Errors) -> Result<sign_in::SetUpPage, Problem> {
    let (account, person) = site.app.link_owner(&token)?;
    let snapshot = site.app.snapshot();
    let login = snapshot.state.accounts.get(&account).map_or("", |account| account.login.shown()).to_owned();
    Ok(sign_in::SetUpPage {
        token,
        person: snapshot.state.person_name(person),
        login,
        characters_min: PASSWORD_CHARS_MIN,
        errors,
    })
}

/// The page behind a one-time link. Opening it changes nothing, so that programs that follow links do no harm.
pub async fn show_set_up(State(site): State<Site>, Path(token): Path<String>) -> Result<Response, Problem> {
    let view = set_up_view(&site, token, Errors::default())?;
    Ok(page(sign_in::set_up_page(&frame(&site), &view), StatusCode::OK))
}

/// Sets the password, or only signs in, and spends the link.
pub async fn set_up(State(site): State<Site>, Path(token): Path<String>, form: Form) -> Result<Response, Problem> {
    let first = site.app.snapshot().state.imports.is_empty();
    let next = if first { addresses::WELCOME } else { addresses::MY_WORK };
    let result = if form.get("act") == "sign-in" {
        site.app.sign_in_by_link(&token).await
    } else {
        site.app.set_password_by_link(&token, form.exact("password")).await
    };
    match result {
        Ok((secret, _)) => Ok(signed_in(&site, &secret, next)),
        Err(failure) => {
            let view = set_up_view(&site, token, refused(failure, "password")?)?;
            Ok(page(sign_in::set_up_page(&frame(&site), &view), StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}
