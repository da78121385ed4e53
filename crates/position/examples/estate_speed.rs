//! Measures the position engine on a generated estate, and writes that estate for `judges/position/duckdb_compare.py`.
//!
//! The generator is seeded: the same arguments give the same estate on every machine.
//! What another engine makes of it is that script's business.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measuring program prints, and stops where its own files cannot be written"
)]

#[path = "estate_speed/generator.rs"]
mod generator;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::State;
use domain::case::CaseTerms;
use domain::entitlement::{Entitlement, Metric, Quantity, Right, UseRights};
use domain::grant::Grant;
use domain::id::{CaseId, EntitlementId, ImportId, ProductId, TitleMatchId};
use domain::observation::{DeviceReport, Environment};
use domain::product::{Product, TitleMatch, TitlePattern};
use generator::{Random, title};
use jiff::Timestamp;
use jiff::civil::date;
use position::check::{Action, Question, answer};
use position::facets::{Dimension, facets, facets_of};
use position::selection::Selection;
use position::{Base, EstateLoading, Line, line, lines};

/// What to generate: `estate_speed [devices] [installations per device] [products] [folder for CSV, or -] [rounds]`.
struct Size {
    rounds: usize,
    devices: u64,
    per_device: u64,
    products: u64,
    folder: Option<PathBuf>,
}

fn state(size: &Size) -> State {
    let mut random = Random(3);
    let mut state = State::default();
    for number in 1..=size.products {
        let metric = match number % 10 {
            0..=5 => Metric::Device,
            6..=8 => Metric::NamedUser,
            _ => Metric::Installation,
        };
        let id = ProductId(number);
        let product = Product {
            id,
            name: format!("Application {number:05}"),
            publisher: None,
            metric,
            import: None,
            suite: None,
        };
        state.products.insert(id, Arc::new(product));
        let demand = (size.devices * size.per_device / 8 / number).max(2);
        for _ in 0..=random.below(3) {
            let id = EntitlementId(state.entitlements.len() as u64 + 1);
            let exempt = if random.one_in(3) { vec![Environment::Test, Environment::Development] } else { Vec::new() };
            let right = Right {
                metric,
                quantity: if random.one_in(40) { Quantity::Unlimited } else { Quantity::Units(random.below(demand)) },
                starts_on: None,
                ends_on: random.one_in(3).then(|| date(2027, 1, 31)),
                exempt_environments: exempt,
                secondary_use: metric == Metric::Device && random.one_in(4),
                unit_price: (!random.one_in(4)).then(|| domain::money::Money {
                    amount: domain::Decimal::from(20 + random.below(900)),
                    currency: "EUR".parse().unwrap(),
                }),
                use_rights: UseRights::default(),
            };
            state.entitlements.insert(
                id,
                Arc::new(Entitlement {
                    id,
                    product: ProductId(number),
                    right,
                    agreement: None,
                    purchase_reference: None,
                    import: None,
                    recorded_in: 0,
                    retired_on: None,
                }),
            );
        }
        if random.one_in(20) {
            grant(&mut state, number, metric, &mut random);
        }
    }
    for rank in 0..usize::try_from(size.products * 7 / 6).unwrap() {
        let id = TitleMatchId(rank as u64 + 1);
        let name = title(rank, 1).name;
        let product = Some(ProductId(rank as u64 % size.products + 1));
        let pattern = TitlePattern { name, publisher: None };
        state.title_matches.insert(id, Arc::new(TitleMatch { id, pattern, product }));
    }
    state
}

fn grant(state: &mut State, product: u64, metric: Metric, random: &mut Random) {
    let case = CaseId(product);
    let terms = CaseTerms {
        category: "over-deployment".to_owned(),
        product: ProductId(product),
        quantity: random.below(50),
        environment: None,
        until: date(2027, 6, 30),
        beneficiary: None,
    };
    let granted_at = Timestamp::from_second(1_760_000_000).unwrap();
    let grant = Grant { case, terms, metric, conditions: Vec::new(), granted_at, recorded_in: 0, revocation: None };
    state.grants.insert(case, Arc::new(grant));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Regions and business units of the generated devices.
const REGIONS: u64 = 12;
const UNITS: u64 = 200;

/// Where a device is: of its number alone, so that all else is as the generator makes it. Neighbours are apart.
fn place(device: u64, report: &mut DeviceReport) {
    let spread = device.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    report.attributes.region = Some(format!("Region {:02}", spread % REGIONS));
    report.attributes.business_unit = Some(format!("Unit {:03}", spread % UNITS));
}

/// Reports that are taken in again.
const REPORTED_AGAIN: usize = 2_000;

/// What a piece of work takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    /// The median by the clock.
    clock: Duration,
    /// The mean of the time that this thread had on a processor: what is left of it on a busy machine.
    processor: Duration,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.2?} by the clock, {:>9.2?} of processor", self.clock, self.processor)
    }
}

fn measure<T>(runs: usize, mut work: impl FnMut(usize) -> T) -> Cost {
    let begun = processor_time();
    let timed: Vec<Duration> = (0..runs)
        .map(|run| {
            let start = Instant::now();
            black_box(work(run));
            start.elapsed()
        })
        .collect();
    let processor = processor_time().saturating_sub(begun) / u32::try_from(runs).unwrap();
    Cost { clock: median(timed), processor }
}

/// Resident memory in MiB, where the system says.
fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = pages.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4096 / (1 << 20)
}

/// Coarse (a scheduler's tick), so for long spans only; zero where the system does not say.
fn processor_time() -> Duration {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(spent.split_whitespace().next().and_then(|spent| spent.parse().ok()).unwrap_or(0))
}

fn arguments() -> Size {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, otherwise: u64| arguments.get(place).map_or(otherwise, |text| text.parse().unwrap());
    Size {
        devices: number(0, 10_000),
        per_device: number(1, 100),
        products: number(2, 2_000),
        folder: arguments.get(3).filter(|folder| *folder != "-").map(PathBuf::from),
        rounds: usize::try_from(number(4, 31)).unwrap(),
    }
}

fn main() {
    let size = arguments();
    let at: Timestamp = "2026-03-15T12:00:00Z".parse().unwrap();
    let state = state(&size);
    let before = resident();
    let mut loading = EstateLoading::new();
    // Those that are reported again, and the last, from which titles are added to them; all where they are to be written.
    let mut reports: Vec<DeviceReport> = Vec::new();
    let mut taking = Duration::ZERO;
    for (device, mut report) in (0..).zip(generator::reports(size.devices, size.per_device, size.products)) {
        place(device, &mut report);
        let start = Instant::now();
        loading.report("generator", ImportId(1), &report);
        taking += start.elapsed();
        let kept = reports.len();
        if kept <= REPORTED_AGAIN || size.folder.is_some() {
            reports.push(report);
        } else {
            reports[kept - 1] = report;
        }
    }
    let start = Instant::now();
    let mut base = Base::of(loading.finish(), &state);
    let finishing = start.elapsed();
    let estate = base.estate();
    println!(
        "{} devices, {} installations, {} titles, {} products, {} rights",
        estate.device_count(),
        estate.installation_count(),
        estate.titles().count(),
        state.products.len(),
        state.entitlements.len()
    );
    println!(
        "loaded in {:.2?} ({:.1?} a report, and {finishing:.2?} after the last), {} MiB",
        taking + finishing,
        taking / u32::try_from(size.devices).unwrap(),
        resident() - before
    );
    let start = Instant::now();
    let image = base.estate().image();
    let written = start.elapsed();
    let start = Instant::now();
    let again = Base::of(EstateLoading::of_image(&image).unwrap().finish(), &state);
    println!("image of {} MiB made in {written:.2?}, an estate from it in {:.2?}", image.len() >> 20, start.elapsed());
    drop((again, image));

    let whole = measure(size.rounds, |_| lines(&state, &base, at));
    println!("lines, whole estate        {whole}");
    measure_products(&state, &base, at);
    measure_facets(&base, size.rounds);
    // Before reports change the estate, so that the numbers are those of the reports that are written.
    if let Some(folder) = &size.folder {
        let found = lines(&state, &base, at);
        write_csv(folder, &reports, &state, &found, whole.processor).unwrap();
        write_facets(folder, &base).unwrap();
        println!("written to {}", folder.display());
    }
    measure_reports(&mut base, &reports);
}

fn measure_products(state: &State, base: &Base, at: Timestamp) {
    let each = |name: &str, work: &dyn Fn(ProductId)| {
        let products: Vec<ProductId> = state.products.keys().copied().collect();
        let all = measure(products.len(), |run| work(products[run]));
        let slowest = products.iter().map(|product| (measure(5, |_| work(*product)).clock, *product)).max().unwrap();
        println!("{name}, every product   {all}; the slowest {:.1?} ({})", slowest.0, slowest.1);
    };
    each("one line ", &|product| drop(black_box(line(state, base, product, at))));
    each("one check", &|product| {
        let question = Question { action: Action::Deploy, product, quantity: 1, environment: None, at };
        drop(black_box(answer(state, base, &question)));
    });
}

fn measure_facets(base: &Base, rounds: usize) {
    for (by, words) in [(Dimension::Region, "region"), (Dimension::BusinessUnit, "unit")] {
        let places = facets(base, by).len();
        let cost = measure(rounds, |_| facets(base, by));
        println!("facets by {words} ({places})   {cost}");
        let cost = measure(rounds, |_| facets_of(base, by, ProductId(1)));
        println!("… of the commonest product {cost}");
    }
    let region = Selection { region: Some("Region 01".to_owned()), ..Selection::default() };
    let cost = measure(rounds, |_| region.devices(base));
    println!("devices of one region ({}) {cost}", region.devices(base).len());
    let cost = measure(rounds, |_| Selection::default().devices(base));
    println!("all devices by name        {cost}");
    let cost = measure(rounds, |_| position::quality::device_gaps(base.estate()));
    println!("gaps of devices            {cost}");
}

/// Two titles added and one removed, alternating with the report as it was.
fn measure_reports(base: &mut Base, reports: &[DeviceReport]) {
    let changed: Vec<DeviceReport> = reports
        .iter()
        .take(REPORTED_AGAIN)
        .map(|report| {
            let mut changed = report.clone();
            changed.installations.remove(report.installations.len() / 2);
            let last = &reports[reports.len() - 1].installations;
            let fresh = last.iter().filter(|one| !report.installations.contains(one)).take(2).cloned();
            changed.installations.extend(fresh.collect::<Vec<_>>());
            changed.installations.sort_by(|one, other| one.title.cmp(&other.title));
            changed.reported_at = report.reported_at.map(|at| at + jiff::SignedDuration::from_hours(24));
            changed
        })
        .collect();
    let place = |run: usize| run % changed.len();
    let again = measure(REPORTED_AGAIN, |run| base.report("generator", ImportId(1), &reports[place(run)]));
    let change = measure(REPORTED_AGAIN, |run| base.report("generator", ImportId(1), &changed[place(run)]));
    let _kept = base.clone();
    let beside = measure(REPORTED_AGAIN, |run| base.report("generator", ImportId(1), &reports[place(run)]));
    let mut kept = Vec::new();
    let each = measure(REPORTED_AGAIN, |run| {
        kept = vec![base.clone()];
        base.report("generator", ImportId(1), &changed[place(run)]);
    });
    println!("one report, unchanged      {again}");
    println!("one report, changed        {change} (2 titles added, 1 removed)");
    println!("… beside a kept snapshot   {beside}");
    println!("… snapshot taken each time {each} (with the snapshot)");
}

fn write_csv(
    folder: &Path,
    reports: &[DeviceReport],
    state: &State,
    lines: &[Line],
    time: Duration,
) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let (mut devices, mut installations) = (file("devices.csv")?, file("installations.csv")?);
    writeln!(devices, "device,environment,person,region,unit")?;
    writeln!(installations, "device,title,version")?;
    for (device, report) in reports.iter().enumerate() {
        let environment = report.attributes.environment.map_or("", Environment::name);
        let stated = |text: &Option<String>| text.clone().unwrap_or_default();
        let attributes = &report.attributes;
        let (person, region) = (stated(&attributes.primary_user), stated(&attributes.region));
        writeln!(devices, "{device},{environment},{person},{region},{}", stated(&attributes.business_unit))?;
        for installation in &report.installations {
            let version = installation.title.version.as_deref().unwrap_or_default();
            writeln!(installations, "{device},{},{version}", installation.title.name)?;
        }
    }
    let mut recognition = file("recognition.csv")?;
    writeln!(recognition, "title,product")?;
    for rule in state.title_matches.values() {
        let product = rule.product.map_or(0, |product| product.0);
        writeln!(recognition, "{},{product}", rule.pattern.name)?;
    }
    let mut rights = file("rights.csv")?;
    writeln!(rights, "product,metric,units,unlimited,secondary,test,development")?;
    for right in state.entitlements.values() {
        let exempts = |environment| right.right.exempt_environments.contains(&environment);
        writeln!(
            rights,
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
    let mut grants = file("grants.csv")?;
    writeln!(grants, "product,units")?;
    for grant in state.grants.values() {
        writeln!(grants, "{},{}", grant.terms.product.0, grant.terms.quantity)?;
    }
    write_results(&mut file("results.csv")?, lines)?;
    writeln!(file("microseconds.txt")?, "{}", time.as_micros())
}

/// What the places come to, and how long it took one after the other, in microseconds of processor.
fn write_facets(folder: &Path, base: &Base) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(folder.join("facets.csv"))?);
    writeln!(file, "dimension,place,devices,installations,licensable,products")?;
    let mut times = BufWriter::new(File::create(folder.join("facets.txt"))?);
    for by in [Dimension::Region, Dimension::BusinessUnit] {
        for facet in facets(base, by) {
            let place = facet.place.unwrap_or_default();
            let (devices, installations) = (facet.devices, facet.installations);
            writeln!(file, "{},{place},{devices},{installations},{},{}", by.name(), facet.licensable, facet.products)?;
        }
        writeln!(times, "{} {}", by.name(), measure(9, |_| facets(base, by)).processor.as_micros())?;
    }
    Ok(())
}

fn write_results(results: &mut impl Write, lines: &[Line]) -> std::io::Result<()> {
    writeln!(results, "product,metric,devices,consumed,low,exempt,covered_by_rights,covered_by_grants,short,surplus")?;
    for line in lines {
        writeln!(
            results,
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
