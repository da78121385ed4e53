//! What a metric says: what is counted, by which parameters, rounded where, from which source, with worked examples.
//!
//! One form for the library and for an organisation's own metrics. What the parameters lead to is worked out in
//! `position`; here stand their limits, and which of them fit together.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::usage::{
    EXAMPLE_FACTS_MAX, ExampleReading, ExampleSession, OPEN_HOURS_MAX, OVERDRAFT_PERCENT_MAX, PERIOD_DAYS_MAX,
    ReadingRule, SessionRule,
};
use super::{Metric, as_name};
use crate::observation::DeviceKind;

/// Characters of a title, a unit, a model or a name in an example: they are shown in tables.
const WORDS_CHARS_MAX: usize = 120;
/// Characters of what a metric says in words and of a source: a paragraph.
pub const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// Documents that a definition rests on.
pub const SOURCES_MAX: usize = 10;
/// Rows of a factor table: publishers list processor families, a few dozen of them.
pub const FACTOR_ROWS_MAX: usize = 60;
/// Models of one row.
pub const MODELS_MAX: usize = 20;
/// Tiers; published tables have about ten.
pub const TIERS_MAX: usize = 20;
/// Worked examples of one definition.
pub const EXAMPLES_MAX: usize = 20;
/// Lines of machines in one example.
pub const EXAMPLE_MACHINES_MAX: usize = 20;
/// Minimums, caps and sets: far above any published one, and small enough that no sum leaves 128 bits.
pub const PARAMETER_MAX: u32 = 10_000;
/// Parts of one in which factors are kept: published ones have up to five decimals.
pub const FACTOR_UNITS: u32 = 100_000;

/// A definition of a metric. What is absent is not asked for; a parameter of 0 is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name in files: small letters, digits and underscores.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The publisher whose metric it is; none for a common one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// What one unit is called.
    pub unit: String,
    /// What several are called.
    pub units: String,
    /// What it counts, in plain sentences.
    pub description: String,
    /// What is counted.
    pub counts: Counts,
    /// Cores that every processor counts with at least.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minimum_per_processor: u32,
    /// What every machine of its own counts with at least.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minimum_per_server: u32,
    /// What every virtual machine counts with at least.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minimum_per_virtual_machine: u32,
    /// Cores of one processor that one unit covers; a processor with more counts again, rounded up for each processor.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cores_per_unit: u32,
    /// How many of what is counted one unit covers (2 for pairs and packs); 0 is one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub counted_per_unit: u32,
    /// Virtual machines on one host that its capacity covers; for each further set of as many it counts once more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub virtual_machines_per_set: u32,
    /// How virtual machines count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub virtual_machines: VirtualMachines,
    /// Virtual processors that count as one core; 0 is one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub virtual_processors_per_core: u32,
    /// Virtual machines that one unit covers, whatever their size, rounded up on all of them together.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub virtual_machines_per_unit: u32,
    /// How containers count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub containers: Containers,
    /// Named users that every unit of capacity stands for at least: the metric then counts users, and no fewer.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub users_per_unit: u32,
    /// Where fractions are rounded up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rounding: Rounding,
    /// What counts where a source does not say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assumed: Assumed,
    /// Factors by processor model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factors: Option<FactorTable>,
    /// Tiers over the sum, from the first unit on; each factor is for the units within its tier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Worked examples, which are run before a definition is recorded.
    pub examples: Vec<Example>,
    /// How concurrent sessions are counted, where these are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Box<SessionRule>>,
    /// How readings add up, where these are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings: Option<ReadingRule>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// Devices with the product.
    Device,
    /// Versions of the product on each device.
    Installation,
    /// Primary users of the devices with the product.
    NamedUser,
    /// Physical processors (sockets).
    Processor,
    /// Physical cores, and the virtual processors of virtual machines.
    Core,
    /// Sessions that are open at once.
    ConcurrentSession,
    /// Readings of meters.
    Reading,
}

impl Counts {
    /// The words for many of them.
    pub fn words(self) -> &'static str {
        match self {
            Self::Device => "devices",
            Self::Installation => "installations",
            Self::NamedUser => "named users",
            Self::Processor => "processors",
            Self::Core => "cores",
            Self::ConcurrentSession => "concurrent sessions",
            Self::Reading => "readings",
        }
    }
}

/// How virtual machines count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VirtualMachines {
    /// Each with its own virtual processors.
    #[default]
    Own,
    /// The whole capacity of its host, once for each host.
    Host,
    /// For each host, whichever is less.
    Lesser,
    /// The capacity of every host of its cluster, between which it may move.
    Cluster,
}

/// How containers count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Containers {
    /// As the machine that they run on, once for each machine.
    #[default]
    Machine,
    /// As virtual machines of their own.
    Own,
    /// Not at all.
    None,
}

/// Where fractions are rounded up. Sets, caps and minimums are whole already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// For each device, or for each host or cluster where these count.
    #[default]
    Device,
    /// On the subtotal of each factor.
    Factor,
    /// On the sum.
    Sum,
}

/// What counts at most where a source does not say; the least is the minimum, or one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed {
    /// Processors of a machine.
    pub processors: u32,
    /// Cores of a processor.
    pub cores_per_processor: u32,
    /// Virtual processors of a virtual machine.
    pub virtual_processors: u32,
}

impl Default for Assumed {
    /// A common server of two processors, and a large virtual machine.
    fn default() -> Self {
        Self { processors: 2, cores_per_processor: 32, virtual_processors: 16 }
    }
}

/// Factors by processor model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorTable {
    /// For a known model that no row names.
    pub default: Factor,
    /// The first row that fits decides.
    pub rows: Vec<FactorRow>,
}

/// A row of a factor table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorRow {
    /// Words of which one stands in the model, letter case apart.
    pub models: Vec<String>,
    /// Only for machines with at most so many processors; 0 is any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub processors_at_most: u32,
    /// The factor.
    pub factor: Factor,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The last unit of the tier; the last tier has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u64>,
    /// What each unit within it counts.
    pub factor: Factor,
}

/// A document that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its title, with its publisher.
    pub document: String,
    /// Its date, as it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
}

/// A worked example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The machines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<Machine>,
    /// Named users of the product.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub users: u64,
    /// The units that it comes to; where inputs are missing, at most.
    pub units: u64,
    /// At least, where inputs are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// The sessions, where these are counted; they are looked at when the last of them has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<ExampleSession>,
    /// The readings, where these are counted; they are looked at on the last day of the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ExampleReading>,
}

/// A machine of an example, or several that are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Machine {
    /// How many; 0 is one. Several have numbers after their names.
    #[serde(skip_serializing_if = "is_nought")]
    pub number: u64,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its kind; unknown counts as physical, unless it has a host or virtual processors.
    #[serde(skip_serializing_if = "is_default")]
    pub kind: DeviceKind,
    /// Physical processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<u32>,
    /// Cores in all processors together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Virtual processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_processors: Option<u32>,
    /// Processor model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The name of its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Whether the product is not on it: a host that is there for its guests.
    #[serde(skip_serializing_if = "is_default")]
    pub without_product: bool,
}

/// A factor in parts of [`FACTOR_UNITS`], written as a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(pub u32);

impl Factor {
    /// One.
    pub const ONE: Self = Self(FACTOR_UNITS);
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / FACTOR_UNITS, self.0 % FACTOR_UNITS);
        if part == 0 {
            return whole.fmt(f);
        }
        write!(f, "{whole}.{}", format!("{part:05}").trim_end_matches('0'))
    }
}

/// A text that is no factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a factor is a number from 0 to 10000 with at most 5 decimals, such as 0.5")]
pub struct NotAFactor;

impl FromStr for Factor {
    type Err = NotAFactor;

    fn from_str(text: &str) -> Result<Self, NotAFactor> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most: usize| {
            !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 5) || !digits(part, 5) {
            return Err(NotAFactor);
        }
        let whole: u32 = whole.parse().map_err(|_| NotAFactor)?;
        let part: u32 = format!("{part:0<5}").parse().map_err(|_| NotAFactor)?;
        if whole > PARAMETER_MAX {
            return Err(NotAFactor);
        }
        Ok(Self(whole * FACTOR_UNITS + part))
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nought(number: &u64) -> bool {
    *number == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What is wrong in a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: the name of a field.
    pub place: String,
    /// What is wrong and what to do, as sentences.
    pub problem: String,
}

impl Definition {
    /// Whether it counts plain devices, installations or named users, so that nothing need be measured.
    pub fn is_plain(&self) -> bool {
        let counts = matches!(self.counts, Counts::Device | Counts::Installation | Counts::NamedUser);
        let nothing_else = self.virtual_machines == VirtualMachines::Own
            && self.containers != Containers::None
            && self.tiers.is_empty()
            && self.factors.is_none()
            && self.parameters().iter().all(|(_, parameter)| *parameter == 0);
        counts && nothing_else
    }

    /// Whether it counts use over time, and nothing that stands on machines.
    pub fn is_of_usage(&self) -> bool {
        matches!(self.counts, Counts::ConcurrentSession | Counts::Reading)
    }

    /// Every parameter with its name.
    pub fn parameters(&self) -> [(&'static str, u32); 9] {
        [
            ("minimum_per_processor", self.minimum_per_processor),
            ("minimum_per_server", self.minimum_per_server),
            ("minimum_per_virtual_machine", self.minimum_per_virtual_machine),
            ("cores_per_unit", self.cores_per_unit),
            ("counted_per_unit", self.counted_per_unit),
            ("virtual_machines_per_set", self.virtual_machines_per_set),
            ("virtual_processors_per_core", self.virtual_processors_per_core),
            ("virtual_machines_per_unit", self.virtual_machines_per_unit),
            ("users_per_unit", self.users_per_unit),
        ]
    }

    /// What is wrong with it; nothing where it can be used. Whether its examples come out is for `position` to say.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.words(self);
        faults.limits(self);
        faults.fitting(self);
        faults.usage(self);
        faults.tables(self);
        for (place, example) in self.examples.iter().enumerate() {
            faults.example(place, example);
        }
        faults.0
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: impl Into<String>, problem: impl Into<String>) {
        self.0.push(Fault { place: place.into(), problem: problem.into() });
    }

    fn unless(&mut self, holds: bool, place: &str, problem: &str) {
        if !holds {
            self.add(place, problem);
        }
    }

    fn text(&mut self, place: &str, text: &str, most: usize) {
        if let Err(refusal) = crate::decide::check_line(text, most) {
            self.add(place, refusal);
        }
    }

    fn words(&mut self, definition: &Definition) {
        let name = &definition.name;
        let good =
            as_name(name) == *name && name.is_ascii() && name.starts_with(|first: char| first.is_ascii_lowercase());
        self.unless(good, "name", "Write the name in small letters, digits and single underscores.");
        self.text("name", name, WORDS_CHARS_MAX);
        self.unless(
            Metric::from_word(name).is_none(),
            "name",
            "This name is one that every organisation has. Choose another.",
        );
        self.text("title", &definition.title, WORDS_CHARS_MAX);
        self.text("unit", &definition.unit, WORDS_CHARS_MAX);
        self.text("units", &definition.units, WORDS_CHARS_MAX);
        self.text("description", &definition.description, DESCRIPTION_CHARS_MAX);
        if let Some(publisher) = &definition.publisher {
            self.text("publisher", publisher, WORDS_CHARS_MAX);
        }
        for source in &definition.sources {
            self.text("sources.document", &source.document, DESCRIPTION_CHARS_MAX);
            if let Some(dated) = &source.dated {
                self.text("sources.dated", dated, WORDS_CHARS_MAX);
            }
        }
    }

    fn limits(&mut self, definition: &Definition) {
        for (name, parameter) in definition.parameters() {
            self.unless(parameter <= PARAMETER_MAX, name, &format!("Use at most {PARAMETER_MAX}."));
        }
        let Assumed { processors, cores_per_processor, virtual_processors } = definition.assumed;
        for (name, assumed) in [
            ("assumed.processors", processors),
            ("assumed.cores_per_processor", cores_per_processor),
            ("assumed.virtual_processors", virtual_processors),
        ] {
            let good = (1..=PARAMETER_MAX).contains(&assumed);
            self.unless(good, name, &format!("Use a number from 1 to {PARAMETER_MAX}."));
        }
        let rows = definition.factors.as_ref().map_or(0, |factors| factors.rows.len());
        for (place, number, most) in [
            ("sources", definition.sources.len(), SOURCES_MAX),
            ("factors.rows", rows, FACTOR_ROWS_MAX),
            ("tiers", definition.tiers.len(), TIERS_MAX),
            ("examples", definition.examples.len(), EXAMPLES_MAX),
        ] {
            self.unless(number <= most, place, &format!("Give at most {most}."));
        }
        let has_example = !definition.examples.is_empty();
        self.unless(
            has_example,
            "examples",
            "Give at least one worked example: it is what shows that the rule is right.",
        );
    }

    /// Which parameters mean something beside what is counted.
    fn fitting(&mut self, definition: &Definition) {
        let on_machines = matches!(definition.counts, Counts::Device | Counts::Processor | Counts::Core);
        let of_cores = definition.counts == Counts::Core;
        let of_processors = definition.counts == Counts::Processor;
        let virtual_machines = definition.virtual_machines;
        let shares = on_machines && virtual_machines == VirtualMachines::Own;
        let several = definition.counts != Counts::Installation;
        for (name, parameter) in definition.parameters() {
            let (fits, with) = match name {
                "minimum_per_processor" | "virtual_processors_per_core" => (of_cores, "counts = \"core\""),
                "cores_per_unit" => (of_processors, "counts = \"processor\""),
                "virtual_machines_per_set" => {
                    (virtual_machines == VirtualMachines::Host, "virtual_machines = \"host\"")
                }
                "virtual_machines_per_unit" => (shares, "machines and virtual_machines = \"own\""),
                "counted_per_unit" => (several, "anything but installations"),
                _ => (on_machines, "machines"),
            };
            self.unless(parameter == 0 || fits, name, &format!("This goes with {with} only."));
        }
        let none = virtual_machines == VirtualMachines::Own;
        self.unless(none || on_machines, "virtual_machines", "This goes with machines only.");
        let usual = definition.containers == Containers::Machine;
        self.unless(usual || on_machines, "containers", "This goes with machines only.");
        let factors = definition.factors.is_none() || of_cores || of_processors;
        self.unless(factors, "factors", "Factors go with cores and processors only.");
        self.unless(definition.tiers.is_empty() || several, "tiers", "Installations have no tiers.");
    }

    /// The rules for sessions and readings.
    fn usage(&mut self, definition: &Definition) {
        let counts = definition.counts;
        for (place, given, fits, with) in [
            ("sessions", definition.sessions.is_some(), counts == Counts::ConcurrentSession, "concurrent_session"),
            ("readings", definition.readings.is_some(), counts == Counts::Reading, "reading"),
        ] {
            self.unless(!given || fits, place, &format!("This goes with counts = \"{with}\" only."));
        }
        if definition.is_of_usage() {
            let on_sum = definition.rounding == Rounding::Sum || definition.counted_per_unit <= 1;
            self.unless(on_sum, "rounding", "Use over time is rounded on the sum: write rounding = \"sum\".");
        }
        if let Some(rule) = &definition.sessions {
            self.unless(rule.percentile <= 100, "sessions.percentile", "Use a number from 0 to 100.");
            for (place, number, most) in [
                ("sessions.period_days", rule.period_days, PERIOD_DAYS_MAX),
                ("sessions.open_hours", rule.open_hours, OPEN_HOURS_MAX),
                ("sessions.overdraft_percent", rule.overdraft_percent, OVERDRAFT_PERCENT_MAX),
            ] {
                self.unless(number <= most, place, &format!("Use at most {most}."));
            }
            if let Some(hours) = &rule.hours {
                self.unless(hours.from < hours.until, "sessions.hours", "The hours end after they begin.");
            }
        }
    }

    fn tables(&mut self, definition: &Definition) {
        for row in definition.factors.iter().flat_map(|factors| &factors.rows) {
            let number = row.models.len();
            let good = (1..=MODELS_MAX).contains(&number);
            self.unless(good, "factors.rows.models", &format!("Name 1 to {MODELS_MAX} models in a row."));
            for model in &row.models {
                self.text("factors.rows.models", model, WORDS_CHARS_MAX);
            }
        }
        let mut before = 0;
        for (place, tier) in definition.tiers.iter().enumerate() {
            let last = place + 1 == definition.tiers.len();
            match tier.up_to {
                None => self.unless(last, "tiers", "Only the last tier has no up_to."),
                Some(up_to) => {
                    self.unless(!last, "tiers", "Leave up_to out of the last tier, so that every number has a tier.");
                    self.unless(up_to > before, "tiers", "Each tier ends above the one before.");
                    let small = up_to <= crate::decide::QUANTITY_MAX;
                    self.unless(small, "tiers", &format!("Tiers end at {} at most.", crate::decide::QUANTITY_MAX));
                    before = up_to;
                }
            }
        }
    }

    fn example(&mut self, place: usize, example: &Example) {
        let place = format!("examples.{}", place + 1);
        self.text(&place, &example.title, WORDS_CHARS_MAX);
        let most = crate::decide::QUANTITY_MAX;
        let numbers = [example.users, example.units, example.at_least.unwrap_or(0)];
        let small = numbers.iter().all(|number| *number <= most);
        self.unless(small, &place, &format!("Use numbers up to {most}."));
        let few = example.machines.len() <= EXAMPLE_MACHINES_MAX;
        self.unless(few, &place, &format!("Give at most {EXAMPLE_MACHINES_MAX} lines of machines."));
        let few = example.sessions.len().max(example.readings.len()) <= EXAMPLE_FACTS_MAX;
        self.unless(few, &place, &format!("Give at most {EXAMPLE_FACTS_MAX} sessions or readings."));
        for session in &example.sessions {
            let texts = [session.feature.as_ref(), Some(&session.user), session.host.as_ref()];
            for text in texts.into_iter().flatten() {
                self.text(&place, text, WORDS_CHARS_MAX);
            }
            let ordered = session.until.is_none_or(|until| session.from <= until);
            self.unless(ordered, &place, "A session does not end before it begins.");
        }
        for reading in &example.readings {
            if let Some(feature) = &reading.feature {
                self.text(&place, feature, WORDS_CHARS_MAX);
            }
            let ordered = reading.until.is_none_or(|until| reading.from <= until);
            self.unless(ordered, &place, "A reading does not end before it begins.");
            self.unless(reading.units <= most, &place, &format!("Use numbers up to {most}."));
        }
        for machine in &example.machines {
            let texts = [&machine.name, &machine.model, &machine.host, &machine.cluster];
            for text in texts.into_iter().flatten() {
                self.text(&place, text, WORDS_CHARS_MAX);
            }
            let few = machine.number <= u64::from(PARAMETER_MAX);
            self.unless(few, &place, &format!("Give at most {PARAMETER_MAX} machines that are alike."));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_factor_reads_back_what_it_prints_and_nothing_else() {
        for text in ["0", "1", "0.5", "0.25", "0.24375", "120", "10000"] {
            assert_eq!(text.parse::<Factor>().unwrap().to_string(), text);
        }
        assert_eq!("1.00".parse::<Factor>().unwrap(), Factor::ONE);
        for wrong in ["", ".", ".5", "1.", "-1", "0.123456", "10001", "1e3", "0,5", " 1"] {
            assert!(wrong.parse::<Factor>().is_err(), "{wrong}");
        }
    }
}
