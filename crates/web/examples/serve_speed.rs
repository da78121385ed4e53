//! How fast the program answers: checks in the process and over the loopback, pages, and the start.
//!
//! Run: `cargo run --release -p web --example serve_speed`
//! It makes an organisation with 2,000 products, 3,000 devices and 100,000 entries in a temporary folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a measuring program, not a part of the product"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::imports::GivenFile;
use app::positions::{Action, Question};
use app::{App, Founding, Order, Surroundings};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::command::{Actor, Intent, Via};
use domain::id::{PersonId, ProductId};
use domain::organisation::Organisation;
use tower::ServiceExt as _;

const PRODUCTS: usize = 2_000;
const DEVICES: usize = 3_000;
const ENTRIES: u64 = 100_000;
const RATE: u64 = 2_000;

fn surroundings() -> Surroundings {
    let count = std::sync::atomic::AtomicU64::new(1);
    Surroundings {
        clock: Arc::new(jiff::Timestamp::now),
        randomness: Arc::new(move || {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            domain::digest::Digest::of(&number.to_be_bytes()).0
        }),
    }
}

fn actor() -> Actor {
    Actor::Person(PersonId(1), Via::Operator)
}

async fn fill(folder: &Path) {
    let founding = Founding {
        organisation: Organisation {
            name: "Speed".to_owned(),
            currency: "EUR".parse().unwrap(),
            zone: "UTC".parse().unwrap(),
            sample: false,
        },
        administrator_name: "Ana".to_owned(),
        administrator_email: "ana@speed.example".to_owned(),
    };
    let app = App::found(folder, founding, surroundings()).await.unwrap();
    let mut rights = String::from("product,publisher,metric,quantity,unit price,currency\n");
    for number in 0..PRODUCTS {
        rights.push_str(&format!(
            "Product {number},Publisher {},device,{},12.50,EUR\n",
            number % 200,
            10 + number % 40
        ));
    }
    let file = |name: &str, text: String| GivenFile { name: name.to_owned(), bytes: text.into_bytes(), device: None };
    app.import_entitlements(actor(), file("rights.csv", rights), None, None).await.unwrap();
    let mut devices = String::from("device,publisher,product,version,primary user,environment\n");
    for device in 0..DEVICES {
        for title in 0..30 {
            let product = (device * 31 + title * title * 7) % PRODUCTS;
            devices.push_str(&format!(
                "pc-{device},Publisher {},Product {product},1,user{device},production\n",
                product % 200
            ));
        }
    }
    app.import_inventory(actor(), "bench".to_owned(), vec![file("devices.csv", devices)], None).await.unwrap();
    let orders = (0..PRODUCTS).map(|number| Intent::MatchTitle {
        pattern: domain::product::TitlePattern { name: format!("Product {number}"), publisher: None },
        product: Some(ProductId(number as u64 + 1)),
    });
    for intent in orders {
        app.carry(Order::new(actor(), intent)).await.unwrap();
    }
    // A request takes a thousand remarks at most.
    for _ in 0..ENTRIES / 900 {
        open_case(&app).await;
    }
    while app.snapshot().size() < ENTRIES {
        let mut group = tokio::task::JoinSet::new();
        for number in 0..512_u64 {
            let app = app.clone();
            let wording = format!("Remark {number} about the matter at hand, of a usual length.");
            let case = domain::id::CaseId(1 + (app.snapshot().size() / 512 + number) % (ENTRIES / 900));
            let intent = Intent::Comment { case, wording: domain::text::Text::from(wording) };
            group.spawn(async move { app.carry(Order::new(actor(), intent)).await.map(|_| ()) });
        }
        while let Some(done) = group.join_next().await {
            done.unwrap().unwrap();
        }
    }
    app.close().await;
}

async fn open_case(app: &App) {
    let until = jiff::Zoned::now().date().tomorrow().unwrap();
    let terms = domain::case::CaseTerms {
        category: "exceed-entitlement".to_owned(),
        product: ProductId(1),
        quantity: 1,
        environment: None,
        until,
        beneficiary: None,
    };
    let words = domain::case::CaseWords {
        title: "A request to talk about".into(),
        justification: "It is needed for the measure.".into(),
        answers: std::collections::BTreeMap::new(),
    };
    app.carry(Order::new(actor(), Intent::OpenCase { terms, words })).await.unwrap();
}

fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * of_hundred / 100]
}

async fn page(router: &axum::Router, path: &str) -> usize {
    let mut request = Request::builder().uri(path).header("accept", "text/html").body(Body::empty()).unwrap();
    request.extensions_mut().insert(web::LocalOperator(actor()));
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{path}");
    to_bytes(response.into_body(), usize::MAX).await.unwrap().len()
}

/// Checks at an even rate over some kept connections; the time counts from when each was due.
fn loopback(address: &str, token: &str) -> Vec<Duration> {
    const CONNECTIONS: u64 = 8;
    const SECONDS: u64 = 10;
    let body = r#"{"action":"deploy","product":"PRD-7","quantity":1}"#;
    let request = format!(
        "POST /v1/checks HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (address, request) = (address.to_owned(), request.clone());
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let each = Duration::from_secs(1) * CONNECTIONS as u32 / RATE as u32;
                let start = Instant::now() + each * number as u32 / CONNECTIONS as u32;
                let mut buffer = vec![0; 64 * 1024];
                let mut times = Vec::new();
                for turn in 0..SECONDS * RATE / CONNECTIONS {
                    let due = start + each * turn as u32;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    stream.write_all(request.as_bytes()).unwrap();
                    let got = stream.read(&mut buffer).unwrap();
                    assert!(buffer[..got].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..got]));
                    times.push(due.elapsed());
                }
                times
            })
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // A process of its own fills the folder, so that the memory of filling is not counted.
    if let Some(data) = std::env::args().nth(1) {
        fill(Path::new(&data)).await;
        return;
    }
    let filled = std::process::Command::new(std::env::current_exe().unwrap()).arg(&data).status().unwrap();
    assert!(filled.success());

    let start = Instant::now();
    let app = App::open(&data, surroundings()).unwrap();
    println!(
        "start with {} entries: {:?}, resident {} MB",
        app.snapshot().size(),
        start.elapsed(),
        resident_megabytes()
    );

    let snapshot = app.snapshot();
    let at = jiff::Timestamp::now();
    let mut checks: Vec<Duration> = (0..20_000_u64)
        .map(|number| {
            let question = Question {
                action: Action::Deploy,
                product: ProductId(1 + number % PRODUCTS as u64),
                quantity: 1,
                environment: None,
                at,
            };
            let start = Instant::now();
            std::hint::black_box(snapshot.check(&question));
            start.elapsed()
        })
        .collect();
    println!("check in the process: median {:?}, p99 {:?}", percentile(&mut checks, 50), percentile(&mut checks, 99));

    let router = web::router(app.clone(), web::Options::default());
    for path in ["/", "/position", "/position?view=short", "/products/PRD-7", "/requests", "/software", "/audit"] {
        let mut bytes = 0;
        let mut times = Vec::new();
        for _ in 0..40 {
            let start = Instant::now();
            bytes = page(&router, path).await;
            times.push(start.elapsed());
        }
        println!(
            "{path}: median {:?}, p95 {:?}, {bytes} bytes",
            percentile(&mut times, 50),
            percentile(&mut times, 95)
        );
    }

    let scopes = std::collections::BTreeSet::from([domain::person::Scope::Check]);
    let (token, _) = app.issue_token(actor(), "measure", scopes, None).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut times = tokio::task::spawn_blocking(move || loopback(&address, &token.0)).await.unwrap();
    println!(
        "check over the loopback at {RATE}/s: median {:?}, p99 {:?}, resident {} MB",
        percentile(&mut times, 50),
        percentile(&mut times, 99),
        resident_megabytes()
    );
    app.close().await;
}
