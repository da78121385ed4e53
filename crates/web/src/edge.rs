//! The edge: what holds for every request and every answer, whatever it is about.
//!
//! Ids of requests, headers that browsers obey, the time limit, panics, requests from other sites, and how a problem is
//! drawn. Who asks is in [`crate::caller`]; what a problem is, in [`crate::problem`].

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::browse::sign_ins;
use crate::browse::visitor::Visitor;
use crate::caller::LocalOperator;
use crate::pages::error::{self, ErrorPage};
use crate::pages::layout::Frame;
use crate::problem::{Kind, Problem};
use crate::{BODY_BYTES_MAX, Site};

/// How long an answer may take; imports and backups take as long as they need.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Long enough for a UUID and what proxies put around it.
const REQUEST_ID_BYTES_MAX: usize = 128;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything comes from here, nothing is put into a frame, nothing runs that is not a file of ours.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Paths that take as long as they need: files that come in are read and compared with the whole estate, a backup is the
/// whole folder, a verification every byte of it; a seal and a statement read the whole estate.
const UNTIMED: [&str; 8] = [
    "/v1/imports/",
    "/v1/backup",
    "/v1/verifications",
    "/imports/",
    "/v1/seals",
    "/v1/statements",
    "/audit/seals",
    "/audit/statements",
];

/// Puts the edge around a router.
pub(crate) fn around(router: Router, site: &Site) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cross_site(site))
        .layer(from_fn(without_browsers_habits))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(site.clone(), finish))
}

/// Another site's page cannot make a browser that is signed in here act.
fn cross_site(site: &Site) -> CsrfLayer {
    let own = site.options.base_url.as_deref().and_then(origin);
    let layer = CsrfLayer::new();
    match own.map(|own| layer.clone().add_trusted_origin(own)) {
        Some(Ok(layer)) => layer,
        Some(Err(error)) => {
            tracing::warn!(%error, "the base address is no origin; requests are compared with their host instead");
            layer
        }
        None => layer,
    }
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{authority}"))
}

/// Where a request comes from matters only when a browser added the credential by itself.
/// A token or the operator never comes that way, and either stands before a cookie.
async fn without_browsers_habits(mut request: Request, next: Next) -> Response {
    let deliberate =
        request.headers().contains_key(header::AUTHORIZATION) || request.extensions().get::<LocalOperator>().is_some();
    if deliberate {
        request.headers_mut().remove(header::ORIGIN);
        request.headers_mut().remove("sec-fetch-site");
    }
    next.run(request).await
}

async fn in_time(request: Request, next: Next) -> Response {
    if UNTIMED.iter().any(|path| request.uri().path().starts_with(path)) {
        return next.run(request).await;
    }
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Kind::TimedOut,
            format!("The answer was not ready within {} seconds. Try again.", ANSWER_WITHIN.as_secs()),
        )
        .into_response(),
    }
}

/// A bug ends one request and nothing else, and its words stay in the log.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let words = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    Problem::internal(words.unwrap_or("a panic without words")).into_response()
}

/// Gives the request its id, and the answer its headers; draws a problem in the form that was asked for.
async fn finish(State(site): State<Site>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers()).unwrap_or_else(|| {
        let random = site.app.surroundings().random();
        random.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    });
    let instance = crate::agents::without_token(request.uri().path()).to_owned();
    let (parts, sent) = request.into_parts();
    let browser = prefers_html(&parts.headers).then(|| parts.clone());
    let mut response = next.run(Request::from_parts(parts, sent)).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        response = Problem::new(
            Kind::CrossSite,
            "This request was sent by a page of another site, so nothing was done. Open the page here and do it there.",
        )
        .into_response();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if problem.kind().status().is_server_error() {
            tracing::warn!(request_id = id, path = instance, detail = problem.detail(), "answered with a problem");
        }
        let body = problem.body(&instance, &id);
        let (form, text) = match browser {
            Some(request) => {
                let page = error::page(&frame_for(&site, request).await, &ErrorPage::of(problem.kind(), &body));
                ("text/html; charset=utf-8", page.into_string())
            }
            None => ("application/problem+json", serde_json::to_string(&body).unwrap_or_default()),
        };
        response = rewritten(response, form, text);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    response
}

/// An id that the caller gave, where it can stand in a header and a log line.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(REQUEST_ID)?.to_str().ok()?.trim();
    let fits = !given.is_empty() && given.len() <= REQUEST_ID_BYTES_MAX;
    fits.then(|| given.to_owned())
}

/// Whether a browser asks for a page to look at.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').next().is_some_and(|first| first.trim().starts_with("text/html"))
}

/// What surrounds a page for whoever sent a request, signed in or not.
pub(crate) async fn frame_for(site: &Site, mut request: Parts) -> Frame {
    match Visitor::from_request_parts(&mut request, site).await {
        Ok(visitor) => visitor.frame(),
        Err(_) => sign_ins::frame(site),
    }
}

/// An answer with another body.
fn rewritten(response: Response, form: &'static str, text: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form));
    Response::from_parts(parts, text.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_origin_is_an_address_without_its_path() {
        assert_eq!(origin("https://indult.acme.example/base?x").as_deref(), Some("https://indult.acme.example"));
        assert_eq!(origin("http://127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(origin("indult.acme.example"), None);
    }

    #[test]
    fn only_who_asks_for_a_page_first_gets_one() {
        let mut headers = HeaderMap::new();
        assert!(!prefers_html(&headers));
        headers.insert(header::ACCEPT, "text/html,application/xhtml+xml;q=0.9".parse().unwrap());
        assert!(prefers_html(&headers));
        headers.insert(header::ACCEPT, "application/json, text/html".parse().unwrap());
        assert!(!prefers_html(&headers));
    }
}
