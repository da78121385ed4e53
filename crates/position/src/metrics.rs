//! Definitions of metrics: the library in its files, an organisation's own, reading, checking and trying them.
//!
//! How a definition is worked out is in `measure`; what is on the ledger is for `domain` to say.

pub mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use domain::State;
use domain::entitlement::Metric;
use domain::metric::{Counts, Definition, Example, Fault};
use domain::observation::DeviceKind;
use domain::product::folded;
use jiff::Timestamp;
use serde::Serialize;

use crate::line::Step;
use crate::measure::{self, Machines, Measured, Tally, Users};

/// Bytes of a definition file: what does not fit an entry of the ledger is not read either.
pub const DEFINITION_BYTES_MAX: usize = 60_000;

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../metrics/", $name, ".toml")))),*]
    };
}

/// The files, by name of the metric.
const FILES: &[(&str, &str)] = files! {
    "device" "installation" "named_user"
    "core" "processor" "server" "virtual_processor" "user_cal" "device_cal"
    "microsoft_sql_server_core" "microsoft_sql_server_core_by_vm" "microsoft_windows_server_core"
    "microsoft_windows_server_datacenter_core" "microsoft_windows_server_core_by_vm" "microsoft_processor"
    "microsoft_server" "microsoft_server_instance" "microsoft_user_cal" "microsoft_device_cal" "microsoft_device"
    "microsoft_user_subscription"
    "oracle_processor" "oracle_processor_by_host" "oracle_named_user_plus" "oracle_middleware_named_user_plus"
    "oracle_standard_edition_2_socket" "oracle_standard_edition_2_named_user_plus"
    "ibm_pvu" "ibm_pvu_sub_capacity" "ibm_vpc" "ibm_rvu" "ibm_authorized_user" "ibm_authorized_user_value_unit"
    "ibm_employee_user_value_unit" "ibm_external_user_value_unit"
    "vmware_processor" "vmware_core" "vmware_operating_system_instance" "vmware_application_instance"
    "red_hat_socket_pair" "red_hat_core_pair" "citrix_device" "citrix_user" "citrix_processor" "sap_named_user"
    "adobe_device" "adobe_user"
    "concurrent_session" "concurrent_session_95th_percentile" "concurrent_user" "concurrent_user_and_host"
    "concurrent_device" "floating" "citrix_concurrent_user" "ibm_concurrent_user" "ibm_floating_user"
    "metered_monthly" "metered_term" "metered_peak" "assigned_subscription" "crowdstrike_sensor" "docusign_envelope"
};

/// Every definition of the library by its metric. A file that cannot be read is none; a test reads them all.
static LIBRARY: LazyLock<BTreeMap<Metric, Definition>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| Some((Metric::from_exact(name)?, read(text).ok()?));
    FILES.iter().filter_map(read).collect()
});

/// The library: every metric that every organisation has, with its definition.
pub fn library() -> impl Iterator<Item = (Metric, &'static Definition)> {
    Metric::all().filter_map(|metric| Some((metric, LIBRARY.get(&metric)?)))
}

/// The title of a metric of the library; `None` for one of the organisation's own.
pub fn library_title(metric: Metric) -> Option<&'static str> {
    LIBRARY.get(&metric).map(|definition| definition.title.as_str())
}

/// The definition of a metric that is in force at `at`; `None` where there is no such metric.
pub fn definition(state: &State, metric: Metric, at: Timestamp) -> Option<&Definition> {
    match metric {
        Metric::Device | Metric::Installation | Metric::NamedUser | Metric::Library(_) => LIBRARY.get(&metric),
        Metric::Custom(id) => state.metrics.get(&id)?.at(at).map(|version| &version.definition),
    }
}

/// What a metric is counted by: something that the installed base counts anyway, or a measure of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// What the installed base counts anyway.
    Plain(Plain),
    /// What the definition of the metric measures.
    Measured(Metric),
}

/// What the installed base counts without a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plain {
    Device,
    Installation,
    NamedUser,
}

impl Kind {
    pub(crate) const DEVICE: Self = Self::Plain(Plain::Device);
    pub(crate) const INSTALLATION: Self = Self::Plain(Plain::Installation);
    pub(crate) const NAMED_USER: Self = Self::Plain(Plain::NamedUser);
}

/// The kind of a metric at `at`.
pub(crate) fn kind(state: &State, metric: Metric, at: Timestamp) -> Kind {
    match metric {
        Metric::Device => Kind::DEVICE,
        Metric::Installation => Kind::INSTALLATION,
        Metric::NamedUser => Kind::NAMED_USER,
        Metric::Library(_) | Metric::Custom(_) => match definition(state, metric, at) {
            Some(definition) if definition.is_plain() => match definition.counts {
                Counts::Installation => Kind::INSTALLATION,
                Counts::NamedUser => Kind::NAMED_USER,
                Counts::Device | Counts::Processor | Counts::Core | Counts::ConcurrentSession | Counts::Reading => {
                    Kind::DEVICE
                }
            },
            Some(_) | None => Kind::Measured(metric),
        },
    }
}

/// Reads a definition from a file; what is wrong with its form as a sentence, with the place.
pub fn read(text: &str) -> Result<Definition, String> {
    if text.len() > DEFINITION_BYTES_MAX {
        return Err(format!("A definition has at most {DEFINITION_BYTES_MAX} bytes."));
    }
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

/// Writes a definition as a file that [`read`] reads.
pub fn write(definition: &Definition) -> String {
    // A definition is plain tables, numbers and texts, which always write.
    toml::to_string(definition).unwrap_or_default()
}

/// Everything that is wrong with a definition: its fields, and examples that do not come out.
pub fn lint(definition: &Definition) -> Vec<Fault> {
    let mut faults = definition.faults();
    if faults.is_empty() {
        faults.extend(wrong_examples(definition));
    }
    faults
}

/// The examples that do not come out.
pub(crate) fn wrong_examples(definition: &Definition) -> impl Iterator<Item = Fault> + '_ {
    (1..).zip(&definition.examples).filter_map(|(place, example)| {
        let Worked { low, high, .. } = work(definition, example);
        let at_least = example.at_least.unwrap_or(example.units);
        (high != example.units || low != at_least).then(|| Fault {
            place: format!("examples.{place}"),
            problem: if low == high {
                format!("“{}” comes to {high}, not to {}.", example.title, example.units)
            } else {
                format!("“{}” comes to {low} to {high}, not to {at_least} to {}.", example.title, example.units)
            },
        })
    })
}

/// What machines and users come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worked {
    /// At least.
    pub low: u64,
    /// At most, which is what counts.
    pub high: u64,
    /// What is missing, where the two differ; as parts of a sentence.
    pub missing: Vec<String>,
    /// How it was worked out.
    pub steps: Vec<Step>,
}

/// Works out what the machines and users of an example come to.
pub fn work(definition: &Definition, example: &Example) -> Worked {
    if definition.is_plain() {
        return plain(definition, example);
    }
    if let Some(worked) = crate::usage::work(definition, example) {
        return worked;
    }
    if measure::counts_persons(definition) {
        let units = measure::of_persons(definition, example.users);
        let steps = measure::steps(definition, &Measured::default(), Some(example.users));
        return Worked { low: units, high: units, missing: Vec::new(), steps };
    }
    let (machines, holding) = machines(example);
    // All users at once, with the first bearer.
    let mut users = Some(example.users);
    let measured = measure::measure(definition, &machines, &holding, |_| Users {
        persons: users.take().unwrap_or(0),
        nameless: 0,
    });
    let mut low = measured.low;
    let mut high = measured.high;
    if holding.is_empty() {
        let mut tally = Tally::of(definition);
        tally.add_high(&[], if definition.users_per_unit > 0 { example.users } else { 0 });
        (low, high) = (tally.total(), tally.total());
    }
    let missing = measured.missing().into_iter().map(str::to_owned).collect();
    Worked { low, high, missing, steps: measure::steps(definition, &measured, None) }
}

fn plain(definition: &Definition, example: &Example) -> Worked {
    let devices: u64 = example
        .machines
        .iter()
        .filter(|machine| !machine.without_product)
        .map(|machine| machine.number.max(1))
        .fold(0, u64::saturating_add);
    let (units, text) = match definition.counts {
        Counts::NamedUser => (example.users, format!("Each of {} users once.", example.users)),
        Counts::Installation => (devices, format!("One installation on each of {devices} machines.")),
        Counts::Device | Counts::Processor | Counts::Core | Counts::ConcurrentSession | Counts::Reading => {
            (devices, format!("Each of {devices} machines once."))
        }
    };
    let step = Step { label: "Counted", amount: units.to_string(), text, rows: None };
    Worked { low: units, high: units, missing: Vec::new(), steps: vec![step] }
}

/// The machines of an example by place, and the places of those with the product.
fn machines(example: &Example) -> (Machines, Vec<u32>) {
    let mut machines = Machines::default();
    let mut holding = Vec::new();
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut place = 0;
    for given in &example.machines {
        let number = given.number.max(1);
        for turn in 1..=number {
            let base = given.name.clone().unwrap_or_else(|| format!("machine {}", place + 1));
            let name = match (&given.name, number) {
                (Some(_), 2..) => format!("{base}-{turn}"),
                _ => base,
            };
            names.entry(folded(&name)).or_insert(place);
            if !given.without_product {
                holding.push(place);
            }
            let machine = measure::Machine {
                name,
                kind: given.kind,
                processors: given.processors,
                cores: given.cores,
                virtual_processors: given.virtual_processors,
                model: given.model.clone(),
                host: given.host.clone(),
                host_place: None,
                cluster: given.cluster.as_deref().map(folded),
            };
            machines.by_place.insert(place, machine);
            place += 1;
        }
    }
    let hosts: BTreeSet<String> =
        example.machines.iter().filter_map(|given| given.host.as_deref().map(folded)).collect();
    for (place, machine) in &mut machines.by_place {
        machine.host_place = machine.host.as_deref().and_then(|host| names.get(&folded(host)).copied());
        let is_guest = machine.host.is_some() || matches!(machine.kind, DeviceKind::Virtual | DeviceKind::Container);
        if let Some(cluster) = machine.cluster.clone().filter(|_| !is_guest || hosts.contains(&folded(&machine.name))) {
            machines.of_cluster.entry(cluster).or_default().push(*place);
        }
    }
    (machines, holding)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn every_name_of_the_library_has_a_definition_that_says_the_same() {
        for (name, text) in FILES {
            let definition = read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(definition.name, *name);
            let metric = Metric::from_exact(name).unwrap_or_else(|| panic!("{name} is not in the table of names"));
            assert_eq!((metric.unit(1), metric.unit(2)), (&*definition.unit, &*definition.units), "{name}");
        }
        let defined: Vec<Metric> = library().map(|(metric, _)| metric).collect();
        assert_eq!(defined, Metric::all().collect::<Vec<_>>());
    }

    #[test]
    fn every_definition_of_the_library_is_sound_and_its_examples_come_out() {
        let mut wrong = Vec::new();
        for (metric, definition) in library() {
            let faults = definition.faults().into_iter().filter(|fault| {
                // The one rule that the library itself cannot keep.
                !(fault.place == "name" && fault.problem.contains("every organisation"))
            });
            wrong.extend(
                faults
                    .chain(wrong_examples(definition))
                    .map(|fault| format!("{metric}: {} {}", fault.place, fault.problem)),
            );
            assert!(definition.examples.len() >= 2, "{metric} has too few examples");
            assert!(!definition.sources.is_empty(), "{metric} names no source");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn an_example_that_does_not_come_out_is_a_fault() {
        let (_, core) = library().find(|(metric, _)| metric.name() == "core").unwrap();
        let mut wrong = core.clone();
        wrong.name = "our_core".to_owned();
        assert_eq!(lint(&wrong), []);
        wrong.examples[0].units += 1;
        assert_eq!(lint(&wrong)[0].problem, "“Two processors of sixteen cores” comes to 32, not to 33.");
    }

    /// The table in `docs/METRICS.md`, as it must be.
    fn table() -> String {
        let mut table = String::from(
            "# The library of metrics\n\nMade from the files in `crates/position/metrics`; a test keeps it current.\nHow they are counted is in [POSITION.md](POSITION.md), and `indult metric try NAME` works one out.\n\n| name | title | publisher | counts | what one unit covers | sources |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for (metric, definition) in library() {
            let sources: Vec<&str> = definition.sources.iter().map(|source| source.document.as_str()).collect();
            table.push_str(&format!(
                "| `{metric}` | {} | {} | {} | {} | {} |\n",
                definition.title,
                definition.publisher.as_deref().unwrap_or("any"),
                definition.counts.words(),
                definition.description,
                sources.join("; ")
            ));
        }
        table
    }

    #[test]
    fn the_table_in_the_documents_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/METRICS.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, table(), "docs/METRICS.md should be:\n{}", table());
    }

    #[test]
    fn a_definition_reads_back_what_it_writes() {
        for (metric, definition) in library() {
            assert_eq!(read(&write(definition)).as_ref(), Ok(definition), "{metric}");
            let json = serde_json::to_string(definition).unwrap();
            assert_eq!(&serde_json::from_str::<Definition>(&json).unwrap(), definition, "{metric}");
        }
    }

    #[test]
    fn the_working_prints_every_rounding() {
        let steps = |name: &str, place: usize| {
            let (_, definition) = library().find(|(metric, _)| metric.name() == name).unwrap();
            let worked = work(definition, &definition.examples[place]);
            let steps = worked.steps.iter().map(|step| format!("{} {}: {}", step.label, step.amount, step.text));
            steps.collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(
            [steps("oracle_processor", 2), steps("microsoft_windows_server_core", 3), steps("ibm_rvu", 0),
             steps("oracle_named_user_plus", 0), steps("red_hat_socket_pair", 3), steps("vmware_processor", 1),
             steps("microsoft_sql_server_core", 3), steps("ibm_authorized_user_value_unit", 0)].join("\n\n"), @r"
            Capacity 12: machine 1: 3 cores; machine 2: 3 cores; machine 3: 3 cores; machine 4: 3 cores.
            Rounding 8: On the subtotal of each factor: 9 × 0.5 = 4.5, rounded up to 5; 3 × 1 = 3, rounded up to 3; together 8.

            Capacity 48: (host-1: 16 cores) × 3, once for each 2 of 5 virtual machines = 48.

            Capacity 150,000: machine 1: 150000 cores.
            Tiers 72,500: 2,500 × 1 + 7,500 × 0.8 + 40,000 × 0.6 + 100,000 × 0.4 = 72,500, rounded up on the sum: 72,500.

            Capacity 16: machine 1: 16 cores.
            Rounding 8: On the subtotal of each factor: 16 × 0.5 = 8, rounded up to 8; together 8.
            Users 200: 120 users, and at least 25 × 8 = 200: the greater is 200.

            Capacity 4: machine 1: 4 processors.
            Rounding 2: Rounded up for each device: 4 / 2 = 2.
            Virtual machines 3: 5 virtual machines / 2 for a unit, rounded up on all together: 3.

            Capacity 4: machine 1: 2 processors × 48 cores / 32, rounded up to 2 for each = 4.

            Capacity 16: machine 2: 8 virtual processors + machine 3: 8 virtual processors + machine 4: 8 virtual processors = 24, on a host of host-1: 16 cores: the less is 16.

            Tiers 125: 20 × 1 + 30 × 0.83 + 100 × 0.8 = 124.9, rounded up on the sum: 125.
            ");
    }
}
