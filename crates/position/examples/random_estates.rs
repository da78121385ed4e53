//! Small random estates with everything that a position line can be made of: plain metrics with exemption, secondary use
//! and exceptions, measured metrics over hosts and guests of which something is unknown, and suites. Writes them and what
//! the engine says of them for `judges/position/estates_compare.py`.
//!
//! Seeded: the same arguments give the same estates on every machine.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for a judge prints, and stops where its own files cannot be written"
)]

#[path = "estate_speed/random.rs"]
mod random;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use domain::State;
use domain::case::CaseTerms;
use domain::entitlement::{Entitlement, Metric, Quantity, Right, UseRights};
use domain::grant::Grant;
use domain::id::{CaseId, EntitlementId, ImportId, ProductId, TitleMatchId};
use domain::money::Money;
use domain::observation::{
    DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Environment, Installation, RawTitle,
};
use domain::product::{Necessity, Product, Suite, TitleMatch, TitlePattern};
use jiff::Timestamp;
use jiff::civil::date;
use position::{Base, EstateLoading, Line, lines};
use random::Random;

/// Ids of one estate are apart from those of another by this much, so that all of them can stand in one table.
const APART: u64 = 10_000;
/// Machines of each kind in an estate: hosts of guests, guests, and what stands on desks.
const HOSTS: u64 = 30;
const GUESTS: u64 = 150;
const DESKS: u64 = 220;
/// Plain products of each metric.
const PLAIN: [Metric; 3] = [Metric::Device, Metric::NamedUser, Metric::Installation];
const PLAIN_OF_EACH: u64 = 4;
/// What is measured, a product each.
const MEASURED: [&str; 9] = [
    "core",
    "ibm_vpc",
    "microsoft_sql_server_core",
    "microsoft_sql_server_core_by_vm",
    "microsoft_windows_server_core",
    "oracle_processor_by_host",
    "red_hat_socket_pair",
    "vmware_core",
    "vmware_processor",
];
/// Suites, each of two products of its own.
const SUITES: u64 = 4;
/// What stands in the line of products for the suites' metric.
const MODELS: [&str; 3] = ["Xeon Gold 6338", "EPYC 7543", "POWER10"];

/// One estate.
struct Generated {
    state: State,
    reports: Vec<DeviceReport>,
}

struct Generator {
    random: Random,
    first: u64,
    state: State,
}

impl Generator {
    fn product(&mut self, metric: Metric) -> ProductId {
        let id = ProductId(self.first + self.state.products.len() as u64 + 1);
        let product =
            Product { id, name: format!("Product {}", id.0), publisher: None, metric, import: None, suite: None };
        self.state.products.insert(id, Arc::new(product));
        let pattern = TitlePattern { name: format!("Title {}", id.0), publisher: None };
        let rule = TitleMatchId(id.0);
        self.state.title_matches.insert(rule, Arc::new(TitleMatch { id: rule, pattern, product: Some(id) }));
        id
    }

    /// A right of at most so many units at a price.
    fn right(&mut self, product: ProductId, most: u64, price: u64) -> Right {
        let unlimited = self.random.one_in(20);
        Right {
            metric: self.state.products[&product].metric,
            quantity: if unlimited { Quantity::Unlimited } else { Quantity::Units(self.random.below(most)) },
            starts_on: None,
            ends_on: None,
            exempt_environments: Vec::new(),
            secondary_use: false,
            unit_price: Some(Money { amount: domain::Decimal::from(price), currency: "EUR".parse().unwrap() }),
            use_rights: UseRights::default(),
        }
    }

    fn record(&mut self, product: ProductId, right: Right) {
        let id = EntitlementId(self.first + self.state.entitlements.len() as u64 + 1);
        let entitlement = Entitlement {
            id,
            product,
            right,
            agreement: None,
            purchase_reference: None,
            import: None,
            recorded_in: 0,
            retired_on: None,
        };
        self.state.entitlements.insert(id, Arc::new(entitlement));
    }

    fn grant(&mut self, product: ProductId, most: u64) {
        let case = CaseId(product.0);
        let terms = CaseTerms {
            category: "over-deployment".to_owned(),
            product,
            quantity: 1 + self.random.below(most),
            environment: None,
            until: date(2027, 6, 30),
            beneficiary: None,
        };
        let granted_at = Timestamp::from_second(1_760_000_000).unwrap();
        let metric = self.state.products[&product].metric;
        let grant = Grant { case, terms, metric, conditions: Vec::new(), granted_at, recorded_in: 0, revocation: None };
        self.state.grants.insert(case, Arc::new(grant));
    }

    /// A product whose line is of its own rights and exceptions alone.
    fn product_alone(&mut self, metric: Metric, most: u64) {
        let product = self.product(metric);
        for _ in 0..self.random.below(4) {
            let mut right = self.right(product, most, 10);
            if self.random.one_in(3) {
                right.exempt_environments = vec![Environment::Test, Environment::Development];
            }
            right.secondary_use = metric == Metric::Device && self.random.one_in(3);
            self.record(product, right);
        }
        if self.random.one_in(3) {
            self.grant(product, most / 4);
        }
    }

    /// A suite of two products that infer it together. No two sums of prices are the same, so the best is one.
    fn suite(&mut self) {
        let suite = self.product(Metric::Device);
        let components = [self.product(Metric::Device), self.product(Metric::Device)];
        let known = Arc::make_mut(self.state.products.get_mut(&suite).unwrap());
        known.suite = Some(Suite {
            components: components.iter().map(|component| (*component, Necessity::Mandatory)).collect(),
            inferred_from: 2,
        });
        let of_components = [101 + 10 * self.random.below(30), 503 + 10 * self.random.below(30)];
        let of_suite = 207 + 10 * self.random.below(70);
        for (product, price) in
            [(suite, of_suite), (components[0], of_components[0]), (components[1], of_components[1])]
        {
            let mut right = self.right(product, 120, price);
            // An unlimited suite has no price of a unit to be weighed.
            if right.quantity == Quantity::Unlimited {
                right.quantity = Quantity::Units(7);
            }
            self.record(product, right);
        }
    }

    fn unless_unknown<T>(&mut self, chances: u64, value: T) -> Option<T> {
        (!self.random.one_in(chances)).then_some(value)
    }

    fn capacity(&mut self, attributes: &mut DeviceAttributes, most_processors: u64) {
        let processors = u32::try_from(1 + self.random.below(most_processors)).unwrap();
        let cores = processors * u32::try_from(1 + self.random.below(40)).unwrap();
        attributes.kind = DeviceKind::Physical;
        attributes.processors = self.unless_unknown(8, processors);
        attributes.cores = self.unless_unknown(8, cores);
        let model = MODELS[usize::try_from(self.random.below(3)).unwrap()];
        attributes.processor_model = Some(model.to_owned());
    }

    fn report(&mut self, number: u64) -> DeviceReport {
        let name = format!("machine-{}", self.first + number);
        let mut attributes = DeviceAttributes::default();
        if number < HOSTS {
            self.capacity(&mut attributes, 4);
        } else if number < HOSTS + GUESTS {
            attributes.kind = DeviceKind::Virtual;
            let processors = u32::try_from(1 + self.random.below(16)).unwrap();
            attributes.virtual_processors = self.unless_unknown(8, processors);
            // A few name a host that nothing reports.
            let host = format!("Machine-{}", self.first + self.random.below(HOSTS));
            let host = if self.random.one_in(30) { format!("rack-{}", self.first + number % 3) } else { host };
            attributes.host = self.unless_unknown(8, host);
        } else {
            self.capacity(&mut attributes, 1);
            let person = format!("person{}@contoso.example", self.first + self.random.below(DESKS * 2 / 3));
            attributes.primary_user = self.unless_unknown(10, person);
        }
        attributes.environment = match self.random.below(10) {
            0..=4 => None,
            5 | 6 => Some(Environment::Production),
            7 => Some(Environment::Test),
            8 => Some(Environment::Development),
            _ => Some(Environment::DisasterRecovery),
        };
        let mut titles: Vec<RawTitle> = Vec::new();
        for product in self.state.products.keys().copied().collect::<Vec<_>>() {
            if !self.random.one_in(3) {
                continue;
            }
            let name = format!("Title {}", product.0);
            let version = format!("{}.0", 1 + self.random.below(3));
            titles.push(RawTitle { publisher: None, name: name.clone(), version: Some(version) });
            if self.random.one_in(6) {
                titles.push(RawTitle { publisher: None, name, version: Some("4.0".to_owned()) });
            }
        }
        titles.sort();
        let installed = titles.into_iter().map(|title| Installation { title, last_used_on: None, source_id: None });
        DeviceReport {
            device: DeviceIdentity { name, serial: None, uuid: None },
            attributes,
            installations: installed.collect(),
            from_outside: false,
            reported_at: None,
        }
    }
}

fn generated(seed: u64) -> Generated {
    let mut generator = Generator { random: Random(seed), first: seed * APART, state: State::default() };
    for metric in PLAIN {
        for _ in 0..PLAIN_OF_EACH {
            generator.product_alone(metric, 120);
        }
    }
    for name in MEASURED {
        generator.product_alone(Metric::from_word(name).unwrap(), 3_000);
    }
    for _ in 0..SUITES {
        generator.suite();
    }
    let reports = (0..HOSTS + GUESTS + DESKS).map(|number| generator.report(number)).collect();
    Generated { state: generator.state, reports }
}

/// The tables of all estates.
struct Tables {
    devices: BufWriter<File>,
    installations: BufWriter<File>,
    products: BufWriter<File>,
    rights: BufWriter<File>,
    grants: BufWriter<File>,
    results: BufWriter<File>,
}

impl Tables {
    fn new(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let table = |name: &str, columns: &str| -> std::io::Result<BufWriter<File>> {
            let mut file = BufWriter::new(File::create(folder.join(name))?);
            writeln!(file, "{columns}")?;
            Ok(file)
        };
        Ok(Self {
            devices: table(
                "devices.csv",
                "device,name,environment,person,kind,processors,cores,virtual_processors,model,host",
            )?,
            installations: table("installations.csv", "device,title,version")?,
            products: table("products.csv", "product,title,metric,suite,price")?,
            rights: table("rights.csv", "product,metric,units,unlimited,secondary,test,development")?,
            grants: table("grants.csv", "product,units")?,
            results: table(
                "results.csv",
                "product,metric,devices,consumed,low,exempt,covered_by_rights,covered_by_grants,short,surplus",
            )?,
        })
    }

    fn write(&mut self, first: u64, estate: &Generated, lines: &[Line]) -> std::io::Result<()> {
        for (device, report) in (first..).zip(&estate.reports) {
            let attributes = &report.attributes;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
            writeln!(
                self.devices,
                "{device},{},{},{},{},{},{},{},{},{}",
                report.device.name,
                attributes.environment.map_or("", Environment::name),
                text(&attributes.primary_user),
                if attributes.kind == DeviceKind::Virtual { "virtual" } else { "physical" },
                number(attributes.processors),
                number(attributes.cores),
                number(attributes.virtual_processors),
                text(&attributes.processor_model),
                text(&attributes.host)
            )?;
            for installation in &report.installations {
                let version = installation.title.version.as_deref().unwrap_or_default();
                writeln!(self.installations, "{device},{},{version}", installation.title.name)?;
            }
        }
        self.write_rights(&estate.state)?;
        for line in lines {
            writeln!(
                self.results,
                "{},{},{},{},{},{},{},{},{},{}",
                line.product.0,
                line.metric.name(),
                line.devices,
                line.consumed,
                line.range.as_ref().map_or(line.consumed, |range| range.low),
                line.exempt,
                line.covered_by_entitlements,
                line.covered_by_grants,
                line.short,
                line.surplus.map(|surplus| surplus.to_string()).unwrap_or_default()
            )?;
        }
        Ok(())
    }

    fn write_rights(&mut self, state: &State) -> std::io::Result<()> {
        for product in state.products.values() {
            let suite = state
                .products
                .values()
                .find(|other| other.suite.as_ref().is_some_and(|suite| suite.components.contains_key(&product.id)));
            let price = state.entitlements.values().find(|right| right.product == product.id);
            let price = price.and_then(|right| right.right.unit_price);
            writeln!(
                self.products,
                "{},Title {},{},{},{}",
                product.id.0,
                product.id.0,
                product.metric.name(),
                suite.map(|suite| suite.id.0.to_string()).unwrap_or_default(),
                price.map(|price| price.amount.to_string()).unwrap_or_default()
            )?;
        }
        for right in state.entitlements.values() {
            let exempts = |environment| right.right.exempt_environments.contains(&environment);
            writeln!(
                self.rights,
                "{},{},{},{},{},{},{}",
                right.product.0,
                right.right.metric.name(),
                right.right.quantity.units().unwrap_or(0),
                right.right.quantity == Quantity::Unlimited,
                right.right.secondary_use,
                exempts(Environment::Test),
                exempts(Environment::Development)
            )?;
        }
        for grant in state.grants.values() {
            writeln!(self.grants, "{},{}", grant.terms.product.0, grant.terms.quantity)?;
        }
        Ok(())
    }
}

/// `random_estates FOLDER [SEEDS]`
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(&arguments[0]);
    let seeds: u64 = arguments.get(1).map_or(20, |seeds| seeds.parse().unwrap());
    let at: Timestamp = "2026-03-15T12:00:00Z".parse().unwrap();
    let mut tables = Tables::new(folder).unwrap();
    let mut written = 0;
    for seed in 1..=seeds {
        let estate = generated(seed);
        let mut loading = EstateLoading::new();
        for report in &estate.reports {
            loading.report("generator", ImportId(1), report);
        }
        let base = Base::of(loading.finish(), &estate.state);
        let lines = lines(&estate.state, &base, at);
        written += lines.len();
        tables.write(seed * APART, &estate, &lines).unwrap();
    }
    println!("{written} lines of {seeds} estates written to {}", folder.display());
}
