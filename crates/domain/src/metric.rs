//! Metrics: what one unit of a right licenses.
//!
//! A metric is named here; what it counts and by which rule is a [`Definition`], which is data. The definitions of the
//! library are files of `position`, those of an organisation are on its ledger. No arithmetic is done here.

mod definition;
mod library;
mod usage;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use definition::{
    Assumed, Containers, Counts, DESCRIPTION_CHARS_MAX, Definition, EXAMPLE_MACHINES_MAX, EXAMPLES_MAX, Example,
    FACTOR_ROWS_MAX, FACTOR_UNITS, Factor, FactorRow, FactorTable, Fault, MODELS_MAX, Machine, PARAMETER_MAX, Rounding,
    SOURCES_MAX, Source, TIERS_MAX, Tier, VirtualMachines,
};

pub use usage::{
    Day, EXAMPLE_FACTS_MAX, ExampleReading, ExampleSession, Features, Hours, OPEN_HOURS_MAX, OVERDRAFT_PERCENT_MAX,
    OnePer, PERIOD_DAYS_MAX, Period, ReadingRule, SessionRule, Takes,
};

use crate::id::MetricId;
use crate::state::State;
use jiff::Timestamp;

/// What one unit of a right licenses (ISO/IEC 19770-3 calls it the metric).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// One device, however many releases of the product it holds.
    Device,
    /// One installed release on one device.
    Installation,
    /// One person, on every device that is mainly theirs.
    NamedUser,
    /// What a definition of the library says.
    Library(LibraryMetric),
    /// What a definition of the organisation says.
    Custom(MetricId),
}

/// A metric of the library, by its place in the table of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryMetric(u16);

impl LibraryMetric {
    fn entry(self) -> &'static library::Entry {
        // A place comes from the table itself, so the last line is never reached.
        library::LIBRARY.get(usize::from(self.0)).unwrap_or(&library::FIRST)
    }

    /// Every metric of the library, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map(Self).take(library::LIBRARY.len())
    }

    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

impl Metric {
    /// The metrics that need no definition.
    pub const PLAIN: [Self; 3] = [Self::Device, Self::Installation, Self::NamedUser];

    /// Every metric that every organisation has: the plain ones, then the library.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.into_iter().chain(LibraryMetric::all().map(Self::Library))
    }

    /// The name in files and addresses.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Device => Cow::Borrowed("device"),
            Self::Installation => Cow::Borrowed("installation"),
            Self::NamedUser => Cow::Borrowed("named_user"),
            Self::Library(metric) => Cow::Borrowed(metric.name()),
            Self::Custom(metric) => Cow::Owned(metric.to_string()),
        }
    }

    /// The words on screen for `count` units. Those of an organisation's own metric are in its definition, and stand
    /// here as units.
    pub fn unit(self, count: u64) -> &'static str {
        let (one, many) = match self {
            Self::Device => ("device", "devices"),
            Self::Installation => ("installation", "installations"),
            Self::NamedUser => ("named user", "named users"),
            Self::Library(metric) => (metric.entry().unit, metric.entry().units),
            Self::Custom(_) => ("unit", "units"),
        };
        if count == 1 { one } else { many }
    }

    /// Reads a name exactly as [`Metric::name`] writes it.
    pub fn from_exact(name: &str) -> Option<Self> {
        Self::all().find(|metric| metric.name() == name).or_else(|| MetricId::from_exact(name).map(Self::Custom))
    }

    /// Reads the usual words for a metric; `None` for any other.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = as_name(word);
        Some(match word.as_str() {
            "devices" | "per_device" | "computer" | "machine" | "named_device" | "per_named_device" => Self::Device,
            "installations" | "install" | "per_installation" | "copy" => Self::Installation,
            "named_users" | "user" | "users" | "per_user" | "per_named_user" | "seat" | "seats" => Self::NamedUser,
            "cores" | "per_core" => return Self::from_exact("core"),
            "processors" | "per_processor" | "cpu" | "socket" | "sockets" => return Self::from_exact("processor"),
            "servers" | "per_server" => return Self::from_exact("server"),
            "pvu" => return Self::from_exact("ibm_pvu"),
            "vpc" => return Self::from_exact("ibm_vpc"),
            _ => {
                return Self::from_exact(&word)
                    .or_else(|| word.to_ascii_uppercase().replace('_', "-").parse().ok().map(Self::Custom));
            }
        })
    }

    /// The names nearest to a word that is none, the nearest first, at most `most`.
    pub fn nearest(word: &str, most: usize) -> Vec<Cow<'static, str>> {
        let word = as_name(word);
        let wanted: Vec<&str> = word.split('_').filter(|part| !part.is_empty()).collect();
        let mut names: Vec<(usize, usize, Cow<'static, str>)> = Self::all()
            .map(Self::name)
            .map(|name| {
                let shared = name.split('_').filter(|part| wanted.contains(part)).count();
                (shared, distance(&word, &name), name)
            })
            .collect();
        names.sort_by(|one, other| (other.0, one.1, &one.2).cmp(&(one.0, other.1, &other.2)));
        names.truncate(most);
        names.into_iter().map(|(_, _, name)| name).collect()
    }
}

/// A word in the form of a name: lower case, with one underscore for what stands between letters and digits.
fn as_name(word: &str) -> String {
    let parts = word.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// How many letters must be added, left out or changed to make one word the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        for (cost, against) in costs.iter_mut().skip(1).zip(&other) {
            let here = (diagonal + usize::from(letter != *against)).min(*cost + 1).min(left + 1);
            diagonal = *cost;
            *cost = here;
            left = here;
        }
        if let Some(first) = costs.first_mut() {
            *first = row + 1;
        }
    }
    costs.last().copied().unwrap_or_default()
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "the name of a metric, such as device, named_user, core or MET-3";
        crate::exact::from_str(deserializer, Self::from_exact, expected)
    }
}

/// A metric that the organisation defined. INVARIANT: it has at least one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomMetric {
    /// Its number.
    pub id: MetricId,
    /// Its definitions, the latest last. A line counts by the one in force at its instant.
    pub versions: Vec<MetricVersion>,
}

/// A definition from the instant at which it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricVersion {
    /// When.
    pub defined_at: Timestamp,
    /// The entry.
    pub recorded_in: u64,
    /// What it says.
    pub definition: Definition,
}

impl CustomMetric {
    /// The version in force at `at`: the latest until then, and before there was any the first.
    pub fn at(&self, at: Timestamp) -> Option<&MetricVersion> {
        self.versions.iter().rev().find(|version| version.defined_at <= at).or_else(|| self.versions.first())
    }

    /// The latest version.
    pub fn latest(&self) -> Option<&MetricVersion> {
        self.versions.last()
    }
}

impl State {
    /// The organisation's metric whose latest definition has this name.
    pub fn metric_named(&self, name: &str) -> Option<&std::sync::Arc<CustomMetric>> {
        let name = as_name(name);
        self.metrics.values().find(|metric| metric.latest().is_some_and(|version| version.definition.name == name))
    }

    /// Whether a right or product may be in `metric`.
    pub fn has_metric(&self, metric: Metric) -> bool {
        match metric {
            Metric::Device | Metric::Installation | Metric::NamedUser | Metric::Library(_) => true,
            Metric::Custom(id) => self.metrics.contains_key(&id),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_metric_reads_back_the_name_that_it_writes() {
        for metric in Metric::all().chain([Metric::Custom(MetricId(3))]) {
            let written = serde_json::to_string(&metric).unwrap();
            assert_eq!(serde_json::from_str::<Metric>(&written).unwrap(), metric);
            assert_eq!(Metric::from_word(&metric.name()), Some(metric), "{metric}");
        }
        assert_eq!(serde_json::to_string(&Metric::NamedUser).unwrap(), "\"named_user\"");
        assert!(serde_json::from_str::<Metric>("\"Device\"").is_err());
        assert!(serde_json::from_str::<Metric>("\"met-3\"").is_err());
    }

    #[test]
    fn names_of_the_library_are_given_once_and_in_one_form() {
        let names: Vec<_> = Metric::all().map(Metric::name).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), distinct.len());
        assert!(names.iter().all(|name| as_name(name) == **name));
    }

    #[test]
    fn usual_words_are_understood_and_others_lead_to_the_nearest_names() {
        for (word, name) in [
            ("Per Core", "core"),
            ("CPU", "processor"),
            ("seats", "named_user"),
            ("IBM PVU", "ibm_pvu"),
            ("met-3", "MET-3"),
            ("named-device", "device"),
        ] {
            assert_eq!(Metric::from_word(word).map(Metric::name).as_deref(), Some(name), "{word}");
        }
        assert_eq!(Metric::from_word("oracle processors"), None);
        assert_eq!(Metric::nearest("oracle processors", 1), ["oracle_processor"]);
        assert_eq!(Metric::nearest("instalation", 1), ["installation"]);
    }
}
