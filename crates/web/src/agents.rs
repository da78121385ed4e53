//! Inventory agents, as they are: FusionInventory, OCS Inventory NG and GLPI agents report to `/agents/<token>`.
//!
//! Here are their messages over HTTP and the answers that each understands; what a report says is read and recorded
//! in `app`. An address with a token is never logged and never given back.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use app::Failure;
use app::agents::{Delivered, Packing, Wish};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::source::{AgentSource, Standing};
use http_body::Body as _;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::Site;
use crate::problem::{Kind, Problem};

/// Where agents report; their token follows, or comes as a password.
pub const AGENTS: &str = "/agents";
/// A message at most, as it is sent: the largest inventories have one unpacked, and agents pack theirs.
pub const MESSAGE_BYTES_MAX: usize = 8 << 20;
/// How long a message may take to arrive; whoever sends slower holds a connection for nothing.
const ARRIVE_WITHIN: Duration = Duration::from_secs(20);
/// Messages in memory at once, from their first byte to their answer: with the limits above at most 768 MiB, and many
/// times what a fleet needs that is answered within milliseconds.
const MESSAGES_AT_ONCE: usize = 32;
/// The realm of HTTP basic authentication; `ocsinventory-agent` has to be told it.
pub const REALM: &str = "Indult";
/// By this header an agent shows that it speaks the GLPI agent protocol.
const GLPI_AGENT_ID: &str = "glpi-agent-id";
/// Tasks of GLPI agents that have nothing to do here.
const TASKS_DISABLED: [&str; 5] = ["netdiscovery", "netinventory", "deploy", "collect", "wakeonlan"];

/// Where agents report.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route(AGENTS, post(known_by_header)).route("/agents/{token}", post(known_by_path))
}

/// The address as it may be shown and logged: without the token of an agent source, or the secret of a holder's link.
pub(crate) fn without_token(path: &str) -> &str {
    if path.starts_with("/agents/") {
        AGENTS
    } else if path.starts_with("/reclaim/answer/") {
        "/reclaim/answer"
    } else {
        path
    }
}

async fn known_by_path(State(site): State<Site>, Path(token): Path<String>, request: Request) -> Response {
    answer(&site, Some(token), request).await
}

async fn known_by_header(State(site): State<Site>, request: Request) -> Response {
    let token = token_of(request.headers());
    answer(&site, token, request).await
}

/// The token of a header: a bearer token, or the password of HTTP basic authentication, else its user.
fn token_of(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some(if password.is_empty() { user } else { password }.to_owned())
}

/// The places of messages in memory.
static PLACES: Semaphore = Semaphore::const_new(MESSAGES_AT_ONCE);

/// In what an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notation {
    /// XML, packed as the message was.
    Xml(Packing),
    /// JSON of the GLPI agent protocol.
    Json,
}

async fn answer(site: &Site, token: Option<String>, request: Request) -> Response {
    let speaks_json = request.headers().contains_key(GLPI_AGENT_ID)
        || request.headers().get(header::AUTHORIZATION).is_some_and(|given| given.as_bytes().starts_with(b"Bearer "));
    let before = if speaks_json { Notation::Json } else { Notation::Xml(Packing::Plain) };
    // Whoever has no token is not listened to.
    let Some((source, actor)) = token.and_then(|token| site.app.source_of_token(&token)) else {
        // An agent that sends its whole message before it reads the answer would not hear that it shall sign in.
        let _ = tokio::time::timeout(ARRIVE_WITHIN, let_pass(request.into_body())).await;
        let sentence = "This is no token of an open agent source. Its page has the address to report to.";
        let mut response = refusal(&Problem::new(Kind::NotSignedIn, sentence), before);
        let challenge = HeaderValue::from_static("Basic realm=\"Indult\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    };
    let Ok(Ok(_place)) = tokio::time::timeout(ARRIVE_WITHIN, PLACES.acquire()).await else {
        return refusal(&Problem::from(Failure::Busy), before);
    };
    let body = match tokio::time::timeout(ARRIVE_WITHIN, to_bytes(request.into_body(), MESSAGE_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let sentence = format!(
                "The message did not arrive whole, or is longer than {} MiB. Nothing was recorded.",
                MESSAGE_BYTES_MAX >> 20
            );
            return refusal(&Problem::new(Kind::TooLarge, sentence), before);
        }
        Err(_) => {
            let sentence = format!("The message did not arrive within {} seconds.", ARRIVE_WITHIN.as_secs());
            return refusal(&Problem::new(Kind::TimedOut, sentence), before);
        }
    };
    let message = match site.app.read_message_of_agent(body.to_vec()).await {
        Ok(message) => message,
        Err(failure) => return refusal(&problem(failure), before),
    };
    let notation = match message.wish {
        Wish::Prolog | Wish::XmlInventory if !speaks_json => Notation::Xml(message.packing),
        Wish::Prolog | Wish::XmlInventory | Wish::Contact | Wish::JsonInventory | Wish::OtherInventory => {
            Notation::Json
        }
    };
    match message.wish {
        Wish::Prolog | Wish::Contact => instructions(&source, notation),
        Wish::XmlInventory | Wish::JsonInventory | Wish::OtherInventory => {
            match site.app.receive(source.id, actor, message).await {
                Ok(delivered) => receipt(&source, &delivered, notation),
                Err(failure) => refusal(&problem(failure), notation),
            }
        }
    }
}

/// Lets a body pass by without keeping it, as far as a message can be long.
async fn let_pass(mut body: Body) {
    let mut left = MESSAGE_BYTES_MAX;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

/// A failure as a problem; what a person would mend in a file, whoever runs the agent has to mend there.
fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::Unreadable(unreadable) => {
            Problem::new(Kind::UnreadableFile, format!("{unreadable}. {}", unreadable.repair()))
        }
        other => other.into(),
    }
}

/// What an agent shall do: send its inventory, and come again after the source's interval.
fn instructions(source: &AgentSource, notation: Notation) -> Response {
    let hours = source.interval_hours;
    match notation {
        Notation::Xml(packing) => {
            xml(&format!("<PROLOG_FREQ>{hours}</PROLOG_FREQ><RESPONSE>SEND</RESPONSE>"), StatusCode::OK, packing)
        }
        Notation::Json => {
            in_json(&json!({ "status": "ok", "expiration": hours, "disabled": TASKS_DISABLED }), StatusCode::OK)
        }
    }
}

/// What became of a report.
fn receipt(source: &AgentSource, delivered: &Delivered, notation: Notation) -> Response {
    let hours = source.interval_hours;
    match notation {
        Notation::Xml(packing) => {
            let words = format!("<PROLOG_FREQ>{hours}</PROLOG_FREQ><RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE>");
            xml(&words, StatusCode::OK, packing)
        }
        Notation::Json => {
            let held = delivered.taken.iter().any(|taken| taken.standing == Standing::Held);
            let message = if held { "The device is held until somebody approves it." } else { "Recorded." };
            let devices: Vec<_> = delivered
                .taken
                .iter()
                .map(|taken| {
                    json!({
                        "device": taken.device,
                        "name": taken.name,
                        "standing": taken.standing,
                        "unchanged": taken.unchanged,
                        "installations": taken.installations,
                    })
                })
                .collect();
            let answer = json!({
                "status": "ok",
                "expiration": hours,
                "message": message,
                "source": source.id,
                "devices": devices,
                "rejected": delivered.rejects.len(),
                "ledger_size": delivered.ledger_size,
            });
            in_json(&answer, StatusCode::OK)
        }
    }
}

fn refusal(problem: &Problem, notation: Notation) -> Response {
    let status = problem.kind().status();
    match notation {
        Notation::Xml(packing) => xml(&format!("<ERROR>{}</ERROR>", escaped(problem.detail())), status, packing),
        Notation::Json => in_json(&json!({ "status": "error", "message": problem.detail() }), status),
    }
}

fn in_json(answer: &serde_json::Value, status: StatusCode) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, answer.to_string()).into_response()
}

fn xml(content: &str, status: StatusCode, packing: Packing) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REPLY>{content}</REPLY>\n");
    let (kind, bytes) = match packing {
        Packing::Plain => ("application/xml", text.into_bytes()),
        Packing::Zlib => ("application/x-compress-zlib", app::agents::packed(&text, packing)),
        Packing::Gzip => ("application/x-compress-gzip", app::agents::packed(&text, packing)),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    (status, headers, bytes).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_token_comes_as_bearer_as_password_or_as_user() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            token_of(&headers)
        };
        assert_eq!(with("Bearer indult_pat_x").as_deref(), Some("indult_pat_x"));
        let basic = |pair: &str| with(&format!("Basic {}", STANDARD.encode(pair)));
        assert_eq!(basic("agent:indult_pat_x").as_deref(), Some("indult_pat_x"));
        assert_eq!(basic("indult_pat_x:").as_deref(), Some("indult_pat_x"));
        assert_eq!(basic("nothing"), None);
        assert_eq!(with("Digest x"), None);
    }

    #[test]
    fn an_address_is_shown_without_its_token() {
        assert_eq!(without_token("/agents/indult_pat_x"), "/agents");
        assert_eq!(without_token("/v1/agreements"), "/v1/agreements");
    }
}
