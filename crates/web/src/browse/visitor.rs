//! The visitor of a page: who they are, the snapshot that everything on the page comes from, and its frame.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::{App, Failure, Order, Receipt, Repetition, Snapshot};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::State;
use domain::command::Intent;
use domain::digest::Digest;
use domain::id::PersonId;
use domain::person::{Role, Scope};
use domain::seal::{Seal, ends_month};
use jiff::Timestamp;
use maud::{Markup, PreEscaped};

use crate::Site;
use crate::browse::form::Form;
use crate::browse::past;
use crate::caller::{Caller, Readers, cookie};
use crate::design::tables::{PAGE_SIZE, Paging};
use crate::pages::addresses;
use crate::pages::layout::{Days, Frame, Link, Notice, Past, Place, ReadAt, Viewer};
use crate::problem::Problem;
use crate::reading::{LEDGER_SIZE, sealed_day, tell_seal};

/// The cookie that carries what was just done over to the next page, and is gone with it.
const NOTICE: &str = "indult-notice";
/// A notice is one sentence and a link.
const NOTICE_BYTES_MAX: usize = 2_000;

/// Sealed days besides months' ends that a page offers: two weeks.
const DAYS_TO_CHOOSE_MAX: usize = 14;

/// Whoever looks at a page.
pub struct Visitor {
    /// The site.
    pub site: Site,
    /// The organisation.
    pub app: App,
    /// The state at one instant.
    pub snapshot: Arc<Snapshot>,
    /// Who it is.
    pub caller: Caller,
    /// The time of the page, or the instant of the sealed day that it is about.
    pub now: Timestamp,
    /// The seal that the page is read from, where it is about a day of the past.
    pub past: Option<Arc<Seal>>,
    current: Arc<Snapshot>,
    shows_days: bool,
    notice: Option<Notice>,
    path: String,
    query: Vec<(String, String)>,
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Response;

    /// Whoever is not signed in is asked to, and comes back to where they wanted to go.
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Ok(caller) = Caller::of(parts, site) else {
            let wanted = parts.uri.path_and_query().map_or("", |wanted| wanted.as_str());
            let then = if parts.method == axum::http::Method::GET { wanted } else { "" };
            let then = if then == addresses::MY_WORK { "" } else { then };
            return Err(see_other(&addresses::with_query(addresses::SIGN_IN, &[("then", then)])));
        };
        caller.needs_scope(&[Scope::Read], "read this").map_err(IntoResponse::into_response)?;
        let query = parts.uri.query().unwrap_or_default();
        let current = site.app.snapshot();
        Ok(Self {
            app: site.app.clone(),
            snapshot: Arc::clone(&current),
            current,
            past: None,
            shows_days: false,
            path: parts.uri.path().to_owned(),
            now: site.app.surroundings().now(),
            notice: cookie(&parts.headers, NOTICE).and_then(|text| read_notice(&text)),
            query: form_urlencoded::parse(query.as_bytes())
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
            site: site.clone(),
            caller,
        })
    }
}

impl Visitor {
    /// The state at one instant.
    pub fn state(&self) -> &State {
        &self.snapshot.state
    }

    /// Their number.
    pub fn person(&self) -> PersonId {
        self.caller.person
    }

    /// The same visitor, on a page that can be read as of a sealed day: with that day's state and estate where the
    /// address asks for one.
    pub async fn as_of(mut self) -> Result<Self, Problem> {
        self.shows_days = true;
        let asked = self.asked("as_of").to_owned();
        if !asked.is_empty() {
            let day = asked.parse().map_err(|_| {
                Problem::parameter("as_of", format!("\u{201c}{asked}\u{201d} is not a day. Write it as 2026-10-31."))
            })?;
            let (seal, snapshot) = sealed_day(&self.app, &self.current, day).await?;
            self.now = seal.as_of;
            self.snapshot = snapshot;
            self.past = Some(seal);
        }
        Ok(self)
    }

    /// Whether they have one of these roles and look at the present: nothing of the past can be changed.
    pub fn has(&self, roles: &[Role]) -> bool {
        self.past.is_none() && self.holds(roles)
    }

    fn holds(&self, roles: &[Role]) -> bool {
        self.current
            .state
            .persons
            .get(&self.person())
            .is_some_and(|person| roles.iter().any(|role| person.roles.contains(role)))
    }

    /// Refuses whoever is not among `readers`.
    pub fn only_for(&self, readers: Readers) -> Result<(), Problem> {
        // Who may read is decided by what they may today, whatever day they read about.
        self.caller.must_be_among(readers, &self.current.state)
    }

    /// A parameter of the address; empty where there is none.
    pub fn asked(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Everything that the address says under one name.
    pub fn asked_all(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim()).collect()
    }

    /// The part of a list of `total` rows that the address asks for.
    pub fn paging(&self, total: usize) -> Paging {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let pages = total.div_ceil(PAGE_SIZE).max(1);
        let number = self.asked("page").parse().unwrap_or(1).clamp(1, pages);
        Paging { number, size: PAGE_SIZE, total }
    }

    /// The rows of a part.
    pub fn part<'a, T>(&self, rows: &'a [T], paging: Paging) -> &'a [T] {
        let start = usize::try_from((paging.number - 1) * paging.size).unwrap_or(usize::MAX).min(rows.len());
        let end = start.saturating_add(usize::try_from(paging.size).unwrap_or(usize::MAX)).min(rows.len());
        rows.get(start..end).unwrap_or_default()
    }

    /// Somebody's name.
    pub fn name(&self, person: PersonId) -> String {
        self.state().person_name(person)
    }

    /// What surrounds the page.
    pub fn frame(&self) -> Frame {
        let state = &self.current.state;
        let organisation = state.organisation.as_deref();
        let waiting = state
            .cases
            .values()
            .filter(|case| app::cases::waits_for(state, case, self.person(), self.real_now()))
            .count();
        let zone = organisation.map(|organisation| organisation.zone.clone());
        Frame {
            organisation: organisation.map_or_else(String::new, |organisation| organisation.name.clone()),
            sample: organisation.is_some_and(|organisation| organisation.sample),
            zone: zone.unwrap_or_else(domain::organisation::Zone::utc),
            now: self.now,
            viewer: Some(Viewer {
                name: self.name(self.person()),
                decisions_waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
                places: self.places(),
            }),
            read_at: Some(ReadAt { size: self.snapshot.size(), checkpoint: self.signed() }),
            notice: self.notice.clone(),
            past: self.past.as_ref().map(|seal| Past {
                day: seal.day,
                sealed_in: seal.recorded_in,
                made_at: self.real_now(),
                back: self.address_now(),
            }),
            days: self.shows_days.then(|| self.days()),
        }
    }

    fn real_now(&self) -> Timestamp {
        if self.past.is_some() { self.app.surroundings().now() } else { self.now }
    }

    /// What stands in the address, the day apart.
    fn kept(&self) -> Vec<(String, String)> {
        self.query.iter().filter(|(name, value)| name != "as_of" && !value.is_empty()).cloned().collect()
    }

    /// The same page as of now.
    fn address_now(&self) -> String {
        let kept = self.kept();
        let parts: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        addresses::with_query(&self.path, &parts)
    }

    /// The sealed days to choose from: every month's end, and the days of late.
    fn days(&self) -> Days {
        let (mut months, mut days) = (Vec::new(), Vec::new());
        for seal in self.current.state.sealed_days().rev() {
            if ends_month(seal.day) {
                months.push(seal.day);
            } else if days.len() < DAYS_TO_CHOOSE_MAX {
                days.push(seal.day);
            }
        }
        let chosen = self.past.as_ref().map(|seal| seal.day);
        if let Some(day) = chosen.filter(|day| !months.contains(day) && !days.contains(day)) {
            days.push(day);
        }
        Days { path: self.path.clone(), kept: self.kept(), chosen, months, days }
    }

    /// The last signed checkpoint: its size, and the time of the last entry that it covers.
    pub fn signed(&self) -> Option<(u64, Timestamp)> {
        let stored = self.app.ledger().latest_checkpoint().ok()??;
        let size = stored.head.size;
        let last = size.checked_sub(1)?;
        let at = self.app.entry(last).ok()?.0.header.at;
        Some((size, at))
    }

    /// The places that their roles let them see.
    fn places(&self) -> BTreeSet<Place> {
        let state = &self.current.state;
        let among = |readers| self.caller.is_among(readers, state);
        Place::ALL
            .into_iter()
            .filter(|place| match place {
                Place::MyWork
                | Place::Position
                | Place::Trends
                | Place::Products
                | Place::Metrics
                | Place::Requests
                | Place::Exceptions
                | Place::Policies
                | Place::Purchases
                | Place::You
                | Place::Tokens => true,
                Place::Titles
                | Place::KnownSoftware
                | Place::Devices
                | Place::Facets
                | Place::Gaps
                | Place::Audit
                | Place::Seals
                | Place::Statements
                | Place::Imports
                | Place::Sources
                | Place::Entitlements
                | Place::Agreements
                | Place::Renewals
                | Place::Usage
                | Place::Features
                | Place::Alerts
                | Place::Reclaim
                | Place::Costs
                | Place::Scenarios
                | Place::Summary => among(Readers::Staff),
                Place::Webhooks => among(Readers::Administrators),
                Place::Persons => among(Readers::PersonKeepers),
                Place::Outside => false,
            })
            .collect()
    }

    /// A page as an answer; the notice that it shows is not shown again.
    pub fn page(&self, markup: Markup) -> Response {
        let mut response = match &self.past {
            Some(seal) => PreEscaped(past::carried(&markup.into_string(), seal.day)).into_response(),
            None => markup.into_response(),
        };
        let headers = response.headers_mut();
        if let Some(seal) = &self.past {
            tell_seal(headers, seal);
        }
        headers.insert(LEDGER_SIZE, HeaderValue::from(self.snapshot.size()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if self.notice.is_some()
            && let Ok(gone) = HeaderValue::try_from(format!("{NOTICE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"))
        {
            headers.append(header::SET_COOKIE, gone);
        }
        response
    }

    /// A file, with the seal that it is from where it is about a day of the past.
    pub fn told(&self, mut file: Response) -> Response {
        if let Some(seal) = &self.past {
            tell_seal(file.headers_mut(), seal);
        }
        file
    }

    /// A page that shows what has to change in a form.
    pub fn page_with_errors(&self, markup: Markup) -> Response {
        let mut response = self.page(markup);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    }

    /// A new key for a form, so that sending it twice is one act.
    pub fn key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.app.surroundings().random())
    }

    /// The key of a form that came back, bound to the person, to the place and to what was sent.
    pub fn repetition(&self, place: &str, form: &Form) -> Option<Repetition> {
        let key = form.get("key");
        if key.is_empty() || key.len() > 100 {
            return None;
        }
        let sent = form.fingerprint.map_or_else(String::new, |digest| digest.to_string());
        let of = format!("form\n{place}\n{}\n{sent}", self.person());
        Some(Repetition {
            key: format!("{}:form:{place}:{key}", self.person()),
            fingerprint: Digest::of(of.as_bytes()),
        })
    }

    /// Carries out what a form asks for.
    pub async fn carry(&self, place: &str, form: &Form, intent: Intent) -> Result<Receipt, Failure> {
        let repetition = self.repetition(place, form);
        self.app.carry(Order { repetition, ..Order::new(self.caller.actor, intent) }).await
    }
}

/// Sends the browser to another page.
pub fn see_other(address: &str) -> Response {
    let location = HeaderValue::try_from(address).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Sends the browser to another page, which begins with what was just done.
pub fn done(address: &str, sentence: impl Into<String>, link: Option<Link>) -> Response {
    let mut response = see_other(address);
    let (to, words) = link.map_or_else(Default::default, |link| (link.address, link.words));
    let text = URL_SAFE_NO_PAD.encode(serde_json::json!([sentence.into(), to, words]).to_string());
    if text.len() <= NOTICE_BYTES_MAX
        && let Ok(set) = HeaderValue::try_from(format!("{NOTICE}={text}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
    {
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    response
}

/// A notice; its link can only lead to a page of this program.
fn read_notice(text: &str) -> Option<Notice> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (sentence, address, words): (String, String, String) = serde_json::from_slice(&bytes).ok()?;
    let inside = address.starts_with('/') && !address.starts_with("//");
    Some(Notice { sentence, link: inside.then(|| Link::new(address, words)) })
}
