//! Reading: one snapshot for a whole answer, its ledger size, its ETag and its pages.
//!
//! What an answer says is in [`crate::api`]. Changing anything is in [`crate::writing`].

use std::sync::Arc;

use app::{App, Snapshot};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::digest::Digest;
use domain::person::Scope;
use domain::seal::Seal;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Site;
use crate::api::values::DateText;
use crate::caller::{Caller, Readers};
use crate::problem::Problem;

/// The header with the ledger size that an answer was read at.
pub const LEDGER_SIZE: HeaderName = HeaderName::from_static("indult-ledger-size");
/// The header with the sealed day that an answer is about.
pub const AS_OF: HeaderName = HeaderName::from_static("indult-as-of");
/// The header with the entry of that day's seal.
pub const SEALED_IN: HeaderName = HeaderName::from_static("indult-sealed-in");
/// Items of a page where nothing else is asked for.
pub const LIMIT_DEFAULT: usize = 50;
/// Items of a page at most.
pub const LIMIT_MAX: usize = 200;

/// A reader with the snapshot that everything in the answer comes from.
/// Whoever knows the answer already (If-None-Match) is told so before anything is worked out.
pub struct Reading {
    /// The organisation.
    pub app: App,
    /// The state at one instant.
    pub snapshot: Arc<Snapshot>,
    /// Who reads.
    pub caller: Caller,
    /// The time of the answer, or the instant of the sealed day that it is about.
    pub now: Timestamp,
    /// The seal that the answer is read from, where it is about a day of the past.
    pub past: Option<Arc<Seal>>,
    current: Arc<Snapshot>,
    etag: HeaderValue,
    path: String,
    query: String,
}

impl FromRequestParts<Site> for Reading {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let reading = Self::of(parts, site).map_err(IntoResponse::into_response)?;
        let known = parts.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|header| header.to_str().ok());
        let etag = reading.etag.to_str().unwrap_or_default();
        if known.flat_map(|header| header.split(',')).any(|known| known.trim() == etag) {
            return Err((StatusCode::NOT_MODIFIED, reading.headers()).into_response());
        }
        Ok(reading)
    }
}

impl Reading {
    fn of(parts: &Parts, site: &Site) -> Result<Self, Problem> {
        let caller = Caller::of(parts, site)?;
        caller.needs_scope(&[Scope::Read], "read this")?;
        let snapshot = site.app.snapshot();
        let now = site.app.surroundings().now();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let path = parts.uri.path().to_owned();
        // An answer depends on the ledger, on the day (exceptions end with one), on who asks and on this program.
        let of = format!(
            "{}\n{}\n{}\n{}\n{path}?{query}",
            snapshot.size(),
            snapshot.state.day(now),
            caller.person,
            env!("CARGO_PKG_VERSION")
        );
        let etag = format!("W/\"{}-{}\"", snapshot.size(), Digest::of(of.as_bytes()).short());
        let etag = HeaderValue::try_from(etag).map_err(|error| Problem::internal(&error))?;
        let current = Arc::clone(&snapshot);
        Ok(Self { app: site.app.clone(), snapshot, caller, now, past: None, current, etag, path, query })
    }

    /// The same reader, with the state and the estate of a sealed day, where one is asked for.
    pub async fn as_of(mut self, day: Option<Date>) -> Result<Self, Problem> {
        if let Some(day) = day {
            let (seal, snapshot) = sealed_day(&self.app, &self.current, day).await?;
            self.now = seal.as_of;
            self.snapshot = snapshot;
            self.past = Some(seal);
        }
        Ok(self)
    }

    /// Refuses whoever is not among `readers`.
    pub fn only_for(&self, readers: Readers) -> Result<(), Problem> {
        // Who may read is decided by what they may today, whatever day they read about.
        self.caller.must_be_among(readers, &self.current.state)
    }

    /// A file, with the seal that it is from where it is about a day of the past.
    pub fn told(&self, mut file: Response) -> Response {
        if let Some(seal) = &self.past {
            tell_seal(file.headers_mut(), seal);
            file.headers_mut().insert(LEDGER_SIZE, HeaderValue::from(self.snapshot.size()));
        }
        file
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = self.fresh_headers();
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers
    }

    /// For what changes without the ledger: no ETag.
    fn fresh_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(LEDGER_SIZE, HeaderValue::from(self.snapshot.size()));
        if let Some(seal) = &self.past {
            tell_seal(&mut headers, seal);
        }
        headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers
    }

    /// An answer of one object.
    pub fn answer(&self, object: impl Serialize) -> Response {
        (self.headers(), Json(object)).into_response()
    }

    /// An answer that depends on more than the ledger and the day, and is not kept by anybody.
    pub fn fresh(&self, object: impl Serialize) -> Response {
        (self.fresh_headers(), Json(object)).into_response()
    }

    /// Bytes or text of a content type.
    pub fn bytes(&self, kind: &'static str, bytes: impl Into<axum::body::Bytes>) -> Response {
        let mut headers = self.fresh_headers();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        (headers, bytes.into()).into_response()
    }

    /// One page of `items`, which are in their order; `draw` makes an item's object.
    pub fn page<T, O: Serialize>(&self, items: &[T], paging: &Paging, draw: impl FnMut(&T) -> O) -> Response {
        let start = paging.start.min(items.len());
        let end = start.saturating_add(paging.limit).min(items.len());
        let next = (end < items.len()).then_some(end);
        let objects = items.get(start..end).unwrap_or_default().iter().map(draw).collect();
        self.list(objects, next.map(Paging::cursor), items.len())
    }

    /// A page that was cut elsewhere.
    pub fn list<O: Serialize>(&self, data: Vec<O>, next_cursor: Option<String>, total: usize) -> Response {
        let link = next_cursor.as_ref().and_then(|cursor| self.next_link(cursor));
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let mut response = self.answer(Page { data, next_cursor, total, ledger_size: self.snapshot.size() });
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }

    /// `</v1/products?limit=50&cursor=…>; rel="next"` (RFC 8288).
    pub(crate) fn next_link(&self, cursor: &str) -> Option<HeaderValue> {
        let mut pairs: Vec<&str> =
            self.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
        let cursor = format!("cursor={cursor}");
        pairs.push(&cursor);
        HeaderValue::try_from(format!("<{}?{}>; rel=\"next\"", self.path, pairs.join("&"))).ok()
    }
}

/// The seal that holds for a day, and what is loaded from it.
pub(crate) async fn sealed_day(
    app: &App,
    current: &Snapshot,
    day: Date,
) -> Result<(Arc<Seal>, Arc<Snapshot>), Problem> {
    let seal = app::seals::seal_on(&current.state, day)
        .map_err(|not_sealed| Problem::parameter("as_of", not_sealed.to_string()))?;
    let (app, of) = (app.clone(), Arc::clone(&seal));
    let snapshot = off_thread(move || app.instant(&of)).await?;
    Ok((seal, snapshot))
}

/// Says from which seal an answer is.
pub(crate) fn tell_seal(headers: &mut HeaderMap, seal: &Seal) {
    if let Ok(day) = HeaderValue::try_from(seal.day.to_string()) {
        headers.insert(AS_OF, day);
    }
    headers.insert(SEALED_IN, HeaderValue::from(seal.recorded_in));
}

/// Whether today is asked about or a sealed day, for what has no other parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OnADay {
    /// As it was on this sealed day.
    #[param(value_type = Option<DateText>)]
    pub as_of: Option<Date>,
}

/// The same answer, for what depends on more than the ledger and the day.
pub fn kept_by_nobody(mut response: Response) -> Response {
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// What to send as `cursor` for the next page; absent (null) at the end.
    pub next_cursor: Option<String>,
    /// How many items all pages have together.
    pub total: u64,
    /// The ledger size that the page was read at.
    pub ledger_size: u64,
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Items before the page.
    pub start: usize,
    /// Items of the page at most.
    pub limit: usize,
}

impl Paging {
    /// Reads the two parameters that every list has.
    pub fn of(limit: Option<usize>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if limit == 0 || limit > LIMIT_MAX {
            return Err(Problem::parameter("limit", format!("Ask for 1 to {LIMIT_MAX} items at once.")));
        }
        let start = match cursor {
            None => 0,
            Some(cursor) => Self::place(cursor)?,
        };
        Ok(Self { start, limit })
    }

    /// A cursor: the place of the next page's first item, wrapped so that nobody reckons with it.
    pub fn cursor(start: usize) -> String {
        URL_SAFE_NO_PAD.encode(start.to_string())
    }

    /// The place in a cursor.
    pub fn place(cursor: &str) -> Result<usize, Problem> {
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
            .ok_or_else(|| Problem::parameter("cursor", "Send the cursor exactly as the page before gave it."))
    }
}

/// Does work that may take long away from the threads that answer everybody.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, app::Failure> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(Problem::internal(&error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_is_refused() {
        assert_eq!(Paging::place(&Paging::cursor(150)).unwrap(), 150);
        for wrong in ["150", "", "!!", "LTE"] {
            assert!(Paging::place(wrong).is_err(), "{wrong}");
        }
        assert!(Paging::of(Some(0), None).is_err() && Paging::of(Some(201), None).is_err());
        assert_eq!(Paging::of(None, None).unwrap(), Paging { start: 0, limit: LIMIT_DEFAULT });
    }
}
