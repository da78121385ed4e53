//! How long the program takes to start from its folder, with and without what it keeps of the estate.
//!
//! Run: `cargo run --release -p app --example start_speed [DEVICES] [TITLES EACH] [PRODUCTS] FOLDER`
//! It fills the folder with reports of agents on a generated estate where it is not there yet, which takes a while.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring program, not a part of the product"
)]

#[path = "../../position/examples/estate_speed/generator.rs"]
#[allow(dead_code, reason = "shared with a program that asks for more of it")]
mod generator;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use app::imports::GivenFile;
use app::{App, Founding, Order, ReportToStore, Surroundings};
use domain::command::{Actor, Intent, Via};
use domain::digest::Digest;
use domain::id::{PersonId, ProductId, SourceId};
use domain::observation::DeviceReport;
use domain::organisation::Organisation;
use domain::product::TitlePattern;
use domain::source::{Approval, DeviceMark, GivenReport};

/// Rules are recorded one by one, and each is taken over by the base at once.
const RULES_MAX: u64 = 1_000;
/// Reports of one delivery.
const DELIVERY: usize = 256;

fn surroundings() -> Surroundings {
    let count = std::sync::atomic::AtomicU64::new(1);
    Surroundings {
        clock: Arc::new(jiff::Timestamp::now),
        randomness: Arc::new(move || {
            Digest::of(&count.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes()).0
        }),
    }
}

fn operator() -> Actor {
    Actor::Person(PersonId(1), Via::Operator)
}

async fn fill(folder: &Path, devices: u64, per_device: u64, products: u64) {
    let founding = Founding {
        organisation: Organisation {
            name: "Start".to_owned(),
            currency: "EUR".parse().unwrap(),
            zone: "UTC".parse().unwrap(),
            sample: false,
        },
        administrator_name: "Ana".to_owned(),
        administrator_email: "ana@start.example".to_owned(),
    };
    let app = App::found(folder, founding, surroundings()).await.unwrap();
    let mut rights = String::from("product,publisher,metric,quantity,unit price,currency\n");
    for number in 0..products {
        rights.push_str(&format!(
            "Product {number},Publisher {},device,{},12.50,EUR\n",
            number % 200,
            1 + number % 400
        ));
    }
    let file = GivenFile { name: "rights.csv".to_owned(), bytes: rights.into_bytes(), device: None };
    app.import_entitlements(operator(), file, None, None).await.unwrap();
    let ranks: Vec<usize> = (0..usize::try_from(products.min(RULES_MAX)).unwrap()).collect();
    for some in ranks.chunks(DELIVERY) {
        let mut group = tokio::task::JoinSet::new();
        for rank in some {
            let pattern = TitlePattern { name: generator::title(*rank, 1).name, publisher: None };
            let intent = Intent::MatchTitle { pattern, product: Some(ProductId(*rank as u64 + 1)) };
            let app = app.clone();
            group.spawn(async move { app.carry(Order::new(operator(), intent)).await.map(|_| ()) });
        }
        while let Some(done) = group.join_next().await {
            done.unwrap().unwrap();
        }
    }
    let opened = app.open_source(operator(), "Fleet", Approval::AcceptAll, 24, None).await.unwrap();
    let (source, agent) = app.source_of_token(&opened.0.unwrap().0).unwrap();
    let source = source.id;
    let mut delivery = Vec::new();
    for report in generator::reports(devices, per_device, products) {
        delivery.push(report);
        if delivery.len() == DELIVERY {
            deliver(&app, agent, source, std::mem::take(&mut delivery)).await;
        }
    }
    deliver(&app, agent, source, delivery).await;
    app.close().await;
}

async fn deliver(app: &App, actor: Actor, source: SourceId, reports: Vec<DeviceReport>) {
    let stored: Vec<ReportToStore> = reports
        .into_iter()
        .map(|mut report| {
            report.reported_at = None;
            let body = serde_json::to_vec(&report).unwrap();
            ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
        })
        .collect();
    let given = |stored: &ReportToStore| GivenReport {
        device: DeviceMark::of_report(&stored.report),
        digest: stored.digest,
        installations: stored.report.installations.len() as u64,
        rejected: 0,
    };
    let intent = Intent::ReceiveReports { source, reports: stored.iter().map(given).collect() };
    app.carry(Order { reports: stored, ..Order::new(actor, intent) }).await.unwrap();
}

/// Resident memory in MiB, where the system says: now, and the most so far.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|size| size.parse::<u64>().ok()).unwrap_or(0) >> 10
    };
    format!("{} MiB resident, {} MiB at most", of("VmRSS:"), of("VmHWM:"))
}

async fn open(folder: &Path, how: &str) {
    let start = Instant::now();
    let app = App::open(folder, surroundings()).unwrap();
    let took = start.elapsed();
    let snapshot = app.snapshot();
    let estate = snapshot.base.estate();
    println!(
        "{how}: {took:.2?} to {} entries, {} devices, {} installations; {}",
        snapshot.size(),
        estate.device_count(),
        estate.installation_count(),
        resident()
    );
    let start = Instant::now();
    let lines = snapshot.lines(jiff::Timestamp::now());
    println!("  {} lines in {:.2?}; {}", lines.len(), start.elapsed(), resident());
    drop(snapshot);
    app.close().await;
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, otherwise: u64| arguments.get(place).map_or(otherwise, |text| text.parse().unwrap());
    let (devices, per_device, products) = (number(0, 10_000), number(1, 100), number(2, 2_000));
    let folder = PathBuf::from(arguments.get(3).expect("the folder is the fourth argument"));
    if !folder.exists() {
        let start = Instant::now();
        fill(&folder, devices, per_device, products).await;
        println!("filled in {:.2?}; {}", start.elapsed(), resident());
        // A start is a process of its own.
        return;
    }
    if arguments.get(4).is_some_and(|how| how == "bare") {
        std::fs::remove_file(folder.join("cache")).unwrap();
        return open(&folder, "start without what is kept").await;
    }
    open(&folder, "start").await;
}
