//! An organisation to send requests to: its clock stands until it is moved, and its randomness is a seeded sequence.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use app::{App, Founding, Order, Surroundings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::event::Event;
use domain::id::{AccountId, PersonId};
use domain::organisation::Organisation;
use domain::person::{Role, Scope};
use domain::text::Text;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use web::{LocalOperator, Options};

/// The first instant of every world: a Tuesday morning.
pub const BEGINNING: &str = "2025-08-12T08:00:00Z";
/// The administrator who is there from the founding.
pub const ANA: PersonId = PersonId(1);

pub struct World {
    _folder: TempDir,
    pub app: App,
    pub router: Router,
    clock: Arc<Mutex<Timestamp>>,
    keys: AtomicU64,
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub enum As {
    Stranger,
    Operator(PersonId),
    /// With this cookie.
    Session(String),
    /// With this token.
    Token(String),
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `STATUS slug: detail` of a problem, or the status alone.
    pub fn said(&self) -> String {
        let status = self.status.as_u16();
        if self.header("content-type") != "application/problem+json" {
            return status.to_string();
        }
        let problem = self.json();
        let slug = problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned();
        assert_eq!(problem["status"], status, "a problem repeats its status");
        format!("{status} {slug}: {}", problem["detail"].as_str().unwrap_or_default())
    }

    /// The answer, which must be a success.
    pub fn good(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }
}

impl World {
    pub async fn founded() -> Self {
        Self::served(Options::default()).await
    }

    pub async fn served(options: Options) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(Mutex::new(BEGINNING.parse::<Timestamp>().unwrap()));
        let drawn = AtomicU64::new(0);
        let read = Arc::clone(&clock);
        let surroundings = Surroundings {
            clock: Arc::new(move || *read.lock().unwrap()),
            randomness: Arc::new(move || {
                let place = drawn.fetch_add(1, Ordering::SeqCst);
                Digest::of(format!("seed 7, draw {place}").as_bytes()).0
            }),
        };
        let founding = Founding {
            organisation: Organisation {
                name: "Acme".to_owned(),
                currency: "EUR".parse().unwrap(),
                zone: "Europe/Prague".parse().unwrap(),
                sample: false,
            },
            administrator_name: "Ana".to_owned(),
            administrator_email: "ana@acme.example".to_owned(),
        };
        let app = App::found(&folder.path().join("acme"), founding, surroundings).await.unwrap();
        let router = web::router(app.clone(), options);
        Self { _folder: folder, app, router, clock, keys: AtomicU64::new(0) }
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut clock = self.clock.lock().unwrap();
        *clock = clock.checked_add(by).unwrap();
    }

    /// Everything is given up and read again from the folder.
    pub async fn restart(&mut self) {
        let surroundings = self.app.surroundings().clone();
        let folder = self.app.ledger().folder().path().to_owned();
        self.app.close().await;
        self.app = App::open(&folder, surroundings).unwrap();
        self.router = web::router(self.app.clone(), Options::default());
    }

    /// The ledger size.
    pub fn size(&self) -> u64 {
        self.app.snapshot().size()
    }

    /// Somebody with these roles, and the cookie of their browser.
    pub async fn person(&self, name: &str, roles: &[Role]) -> (PersonId, As) {
        let login = format!("{name}@acme.example");
        let intent = Intent::AddPerson {
            name: Text::from(name),
            email: Text::from(login.as_str()),
            roles: roles.iter().copied().collect(),
            login: Some(Text::from(login.as_str())),
        };
        let receipt = self.app.carry(Order::new(Actor::Person(ANA, Via::Operator), intent)).await.unwrap();
        let person = receipt.recorded.iter().find_map(|recorded| match recorded.event {
            Event::PersonAdded { person, .. } => Some(person),
            _ => None,
        });
        let person = person.unwrap();
        (person, self.signed_in(person).await)
    }

    /// A browser of somebody who has an account.
    pub async fn signed_in(&self, person: PersonId) -> As {
        let snapshot = self.app.snapshot();
        let account: AccountId = snapshot.state.accounts.values().find(|account| account.person == person).unwrap().id;
        let (link, _) = self.app.issue_link(Actor::Person(ANA, Via::Operator), account).await.unwrap();
        let (session, _) = self.app.sign_in_by_link(&link.0).await.unwrap();
        As::Session(session.0)
    }

    /// A token of somebody's.
    pub async fn token(&self, person: PersonId, scopes: &[Scope]) -> As {
        let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
        let (token, _) =
            self.app.issue_token(Actor::Person(person, Via::Operator), "a robot", scopes, None).await.unwrap();
        As::Token(token.0)
    }

    /// Ana's browser.
    pub async fn ana(&self) -> As {
        self.signed_in(ANA).await
    }

    pub async fn send(&self, who: &As, request: Request<Body>) -> Answer {
        let (mut parts, body) = request.into_parts();
        match who {
            As::Stranger => {}
            As::Operator(person) => {
                parts.extensions.insert(LocalOperator(Actor::Person(*person, Via::Operator)));
            }
            As::Session(cookie) => {
                parts.headers.insert(header::COOKIE, format!("indult={cookie}").parse().unwrap());
            }
            As::Token(token) => {
                parts.headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
            }
        }
        let response = self.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, who: &As, path: &str) -> Answer {
        self.send(who, Request::builder().uri(path).body(Body::empty()).unwrap()).await
    }

    /// A POST of JSON under a fresh key.
    pub async fn post(&self, who: &As, path: &str, body: &Value) -> Answer {
        self.post_with_key(who, path, body, Some(&self.fresh_key())).await
    }

    pub fn fresh_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    pub async fn post_with_key(&self, who: &As, path: &str, body: &Value, key: Option<&str>) -> Answer {
        self.send(who, json_request(path, &body.to_string(), key)).await
    }

    /// A POST of a file as the body under a fresh key.
    pub async fn upload(&self, who: &As, path: &str, bytes: &[u8]) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("idempotency-key", self.fresh_key())
            .body(Body::from(bytes.to_vec()))
            .unwrap();
        self.send(who, request).await
    }
}

pub fn json_request(path: &str, body: &str, key: Option<&str>) -> Request<Body> {
    let mut request =
        Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Ten devices with the same title, two of them for tests.
pub fn inventory() -> String {
    let mut csv = "device,product,publisher,version,primary user,environment,last used\n".to_owned();
    for place in 1..=10 {
        let environment = if place > 8 { "test" } else { "production" };
        csv.push_str(&format!("pc-{place:02},Drafter Pro,Northlight,7.2,user{place},{environment},2025-08-01\n"));
    }
    csv
}

/// Six rights on it.
pub const RIGHTS: &str = "product,publisher,metric,quantity,unit price,currency,agreement\n\
    Drafter Pro,Northlight,device,6,345.00,EUR,NL-2024-17\n";

/// The answers that the shipped category of exceeding an entitlement asks for.
pub fn answers() -> Value {
    serde_json::json!({
        "closing_plan": "Order four more by October.",
        "cost_expected": "EUR 1,380 by the price list.",
        "effect_of_denial": "Four draughtsmen stop drawing.",
        "cost_centre": "4711",
    })
}

/// A request for four more units of PRD-1.
pub fn wish() -> Value {
    serde_json::json!({
        "category": "exceed-entitlement",
        "product": "PRD-1",
        "quantity": 4,
        "until": "2025-12-31",
        "title": "Four more seats of Drafter Pro",
        "justification": "The new team starts before the order is through.",
        "answers": answers(),
    })
}

/// A world in which PRD-1 is four devices short.
pub async fn short() -> World {
    let world = World::founded().await;
    let operator = As::Operator(ANA);
    world.upload(&operator, "/v1/imports/entitlements?file_name=rights.csv", RIGHTS.as_bytes()).await.good();
    world
        .upload(&operator, "/v1/imports/inventory?source=fleet&file_name=fleet.csv", inventory().as_bytes())
        .await
        .good();
    world
        .post(
            &operator,
            "/v1/title_matches",
            &serde_json::json!({ "title": "Drafter Pro", "publisher": "Northlight", "product": "PRD-1" }),
        )
        .await
        .good();
    world
}
