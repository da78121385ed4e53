//! Measures a position whose rights overlap: editions that cover lower ones, suites, regions and test environments. Writes
//! the estate and what came out for `judges/rights/highs_compare.py`.
//!
//! The generator is seeded: the same arguments give the same estate on every machine.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring program prints, and stops where its own files cannot be written"
)]

#[path = "estate_speed/random.rs"]
mod random;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::State;
use domain::entitlement::{Entitlement, Metric, Quantity, Right, Scope, UseRights};
use domain::id::{EntitlementId, ImportId, ProductId, TitleMatchId};
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport, Environment, Installation, RawTitle};
use domain::product::{Necessity, Product, Suite, TitleMatch, TitlePattern};
use jiff::Timestamp;
use position::{Base, Line, lines};
use random::Random;

const REGIONS: [&str; 6] = ["Europe", "Europe/Norway", "Europe/Spain", "Asia", "Asia/Japan", "America"];
/// Products of a family: the first is a suite or the highest edition, where there is one.
const FAMILY: u64 = 5;

struct Size {
    seed: u64,
    products: u64,
    entitlements: u64,
    devices: u64,
    folder: Option<PathBuf>,
}

/// What the products of a family are to each other, by the family's number: of ten, three are editions and two a suite.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Apart,
    Editions,
    Suite,
}

fn family(product: u64) -> (Family, u64, u64) {
    let (number, place) = ((product - 1) / FAMILY, (product - 1) % FAMILY);
    let kind = match number % 10 {
        0..=2 => Family::Editions,
        3 | 4 => Family::Suite,
        _ => Family::Apart,
    };
    (kind, number * FAMILY + 1, place)
}

fn metric(product: u64) -> Metric {
    let (_, first, _) = family(product);
    if (first / FAMILY).is_multiple_of(6) { Metric::NamedUser } else { Metric::Device }
}

fn price(product: u64) -> u64 {
    20 + product * 37 % 400
}

fn state(size: &Size) -> State {
    let mut random = Random(size.seed);
    let mut state = State::default();
    for number in 1..=size.products {
        let id = ProductId(number);
        let (kind, first, place) = family(number);
        let suite = (kind == Family::Suite && place == 0).then(|| Suite {
            components: (first + 1..(first + FAMILY).min(size.products + 1))
                .map(|part| (ProductId(part), Necessity::Optional))
                .collect(),
            inferred_from: 2,
        });
        let product = Product {
            id,
            name: format!("Product {number:05}"),
            publisher: None,
            metric: metric(number),
            import: None,
            suite,
        };
        state.products.insert(id, Arc::new(product));
        let pattern = TitlePattern { name: format!("Product {number:05}"), publisher: None };
        let title_match = TitleMatch { id: TitleMatchId(number), pattern, product: Some(id) };
        state.title_matches.insert(title_match.id, Arc::new(title_match));
    }
    for number in 1..=size.entitlements {
        // Every product gets one first, so that its price is known.
        let product = if number <= size.products { number } else { 1 + random.below(size.products) };
        let (kind, first, place) = family(product);
        let instead_for: BTreeSet<ProductId> = match kind {
            Family::Editions => (first + place + 1..(first + FAMILY).min(size.products + 1)).map(ProductId).collect(),
            Family::Apart | Family::Suite => BTreeSet::new(),
        };
        let mut scope = Scope::default();
        if random.one_in(3) {
            scope.regions.insert(REGIONS[usize::try_from(random.below(6)).unwrap()].to_owned());
        }
        if random.one_in(8) {
            scope.environments.insert(Environment::Test);
        }
        let right = Right {
            metric: metric(product),
            quantity: Quantity::Units(random.below(1 + size.devices / 25)),
            starts_on: None,
            ends_on: None,
            exempt_environments: Vec::new(),
            secondary_use: false,
            unit_price: Some(domain::money::Money { amount: price(product).into(), currency: "EUR".parse().unwrap() }),
            use_rights: UseRights { scope, versions: None, instead_for },
        };
        let entitlement = Entitlement {
            id: EntitlementId(number),
            product: ProductId(product),
            right,
            agreement: None,
            purchase_reference: None,
            import: None,
            recorded_in: 0,
            retired_on: None,
        };
        state.entitlements.insert(entitlement.id, Arc::new(entitlement));
    }
    state
}

fn reports(size: &Size) -> Vec<DeviceReport> {
    let mut random = Random(size.seed + 1);
    let report = |device: u64| {
        let mut products = BTreeSet::new();
        for _ in 0..size.products / 40 + 3 {
            let product = 1 + random.below(size.products);
            products.insert(product);
            // Products of a family go together.
            for _ in 0..random.below(3) {
                let (_, first, _) = family(product);
                products.insert((first + random.below(FAMILY)).min(size.products));
            }
        }
        let region = (!random.one_in(5)).then(|| REGIONS[usize::try_from(random.below(6)).unwrap()].to_owned());
        let person = (!random.one_in(10)).then(|| format!("person{}", random.below(size.devices * 9 / 10 + 1)));
        let installation = |product: u64| Installation {
            title: RawTitle { publisher: None, name: format!("Product {product:05}"), version: Some("1.0".to_owned()) },
            last_used_on: None,
            source_id: None,
        };
        DeviceReport {
            device: DeviceIdentity { name: format!("host-{device:06}"), serial: None, uuid: None },
            attributes: DeviceAttributes {
                environment: random.one_in(6).then_some(Environment::Test),
                primary_user: person,
                region,
                ..DeviceAttributes::default()
            },
            installations: products.into_iter().map(installation).collect(),
            from_outside: false,
            reported_at: None,
        }
    };
    (0..size.devices).map(report).collect()
}

fn write(folder: &Path, state: &State, reports: &[DeviceReport], lines: &[Line]) {
    fs::create_dir_all(folder).unwrap();
    let file = |name: &str, head: &str| {
        let mut file = std::io::BufWriter::new(fs::File::create(folder.join(name)).unwrap());
        writeln!(file, "{head}").unwrap();
        file
    };
    let mut devices = file("devices.csv", "device,region,environment,person,products");
    for (number, report) in reports.iter().enumerate() {
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let environment = report.attributes.environment.map_or("", Environment::name);
        let products: Vec<String> = report
            .installations
            .iter()
            .map(|one| one.title.name.trim_start_matches("Product ").trim_start_matches('0').to_owned())
            .collect();
        let (region, person) = (of(&report.attributes.region), of(&report.attributes.primary_user));
        writeln!(devices, "{number},{region},{environment},{person},{}", products.join(" ")).unwrap();
    }
    let mut rights = file("rights.csv", "id,product,units,regions,environments,instead_for,price");
    for entitlement in state.entitlements.values() {
        let right = &entitlement.right;
        let scope = &right.use_rights.scope;
        let instead: Vec<String> = right.use_rights.instead_for.iter().map(|product| product.0.to_string()).collect();
        let regions: Vec<&str> = scope.regions.iter().map(String::as_str).collect();
        let environments: Vec<&str> = scope.environments.iter().map(|environment| environment.name()).collect();
        let (id, product, units) = (entitlement.id.0, entitlement.product.0, right.quantity.units().unwrap());
        let price = right.unit_price.unwrap().amount;
        writeln!(
            rights,
            "{id},{product},{units},{},{},{},{price}",
            regions.join(" "),
            environments.join(" "),
            instead.join(" ")
        )
        .unwrap();
    }
    let mut products = file("products.csv", "product,metric,components,inferred_from,short");
    for (product, line) in state.products.values().zip(lines) {
        let suite = product.suite.iter();
        let components: Vec<String> =
            suite.clone().flat_map(|suite| suite.components.keys()).map(|part| part.0.to_string()).collect();
        let inferred: u32 = suite.map(|suite| suite.inferred_from).sum();
        let metric = product.metric.name();
        writeln!(products, "{},{metric},{},{inferred},{}", product.id.0, components.join(" "), line.short).unwrap();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| arguments.get(place).map_or(default, |text| text.parse().unwrap());
    let size = Size {
        seed: number(0, 1),
        products: number(1, 2_000),
        entitlements: number(2, 5_000),
        devices: number(3, 10_000),
        folder: arguments.get(4).map(PathBuf::from),
    };
    let (state, reports) = (state(&size), reports(&size));
    let mut base = Base::new();
    base.follow(&state);
    for report in &reports {
        base.report("agent", ImportId(1), report);
    }
    let at: Timestamp = "2026-04-01T12:00:00Z".parse().unwrap();
    let mut times: Vec<Duration> = Vec::new();
    let mut said = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        said = lines(&state, &base, at);
        times.push(start.elapsed());
    }
    times.sort();
    let lent: u64 = said.iter().flat_map(|line| &line.supplies).map(|supply| supply.lent).sum();
    println!(
        "{} products, {} entitlements, {} devices, {} installations: {} ms (median of 7); {} units short, {lent} lent",
        size.products,
        size.entitlements,
        size.devices,
        base.estate().installation_count(),
        times[3].as_millis(),
        said.iter().map(|line| line.short).sum::<u64>(),
    );
    if let Some(folder) = &size.folder {
        write(folder, &state, &reports, &said);
    }
}
