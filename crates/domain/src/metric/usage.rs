//! What a metric says that counts use over time: how sessions are counted together, and how readings add up.
//!
//! What they come to is worked out in `position`; here stand the parameters and their limits.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::usage::{Feature, ReadingKind};

/// Days of a period at most: ten years.
pub const PERIOD_DAYS_MAX: u32 = 3_660;
/// Hours for which a session without an end counts at most: a year.
pub const OPEN_HOURS_MAX: u32 = 8_784;
/// Overdraft in per cent of the rights at most.
pub const OVERDRAFT_PERCENT_MAX: u32 = 1_000;
/// Sessions or readings of one worked example.
pub const EXAMPLE_FACTS_MAX: usize = 50;

/// How concurrent sessions are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionRule {
    /// What takes one licence, however often it starts the product.
    #[serde(skip_serializing_if = "is_default")]
    pub one_per: OnePer,
    /// How several features of the product count that are open at once.
    #[serde(skip_serializing_if = "is_default")]
    pub features: Features,
    /// The peak, with 0; else so many per cent of the time, the use was no higher than what counts.
    #[serde(skip_serializing_if = "is_default")]
    pub percentile: u32,
    /// Days that are looked at, today included; 0 is everything that is known, so that the highest peak ever counts.
    #[serde(skip_serializing_if = "is_default")]
    pub period_days: u32,
    /// The hours that count; none counts the whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// For how many hours a session counts that was never seen to end.
    pub open_hours: u32,
    /// Use above the rights that the agreement tolerates, in per cent of the rights, rounded down.
    #[serde(skip_serializing_if = "is_default")]
    pub overdraft_percent: u32,
}

impl Default for SessionRule {
    fn default() -> Self {
        Self {
            one_per: OnePer::Checkout,
            features: Features::Shared,
            percentile: 0,
            period_days: 0,
            hours: None,
            open_hours: 24,
            overdraft_percent: 0,
        }
    }
}

/// What takes one licence, however often it starts the product (duplicate grouping).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnePer {
    /// Every checkout for itself.
    #[default]
    Checkout,
    /// A user, on whatever hosts.
    User,
    /// A host, with whatever users.
    Host,
    /// A user on a host.
    UserAndHost,
}

impl OnePer {
    /// The words for one of them.
    pub fn words(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::User => "user",
            Self::Host => "host",
            Self::UserAndHost => "user on a host",
        }
    }
}

/// How several features of one product count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Features {
    /// They are names of the same licence, as a package and the feature in it: of those that a user has open on a host
    /// at once, the most counts.
    #[default]
    Shared,
    /// Each needs a licence of its own.
    Each,
}

/// Hours of the organisation's days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// From when.
    pub from: Time,
    /// Until when; it lies after the beginning.
    pub until: Time,
    /// On which days; none is every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
}

impl Hours {
    /// Whether a day is among them.
    pub fn holds_on(&self, day: Date) -> bool {
        self.days.is_empty() || self.days.iter().any(|named| named.weekday() == day.weekday())
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the day it names")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// How readings are set against what was committed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadingRule {
    /// What the readings of a period come to.
    #[serde(skip_serializing_if = "is_default")]
    pub takes: Takes,
    /// For which time a right's quantity is.
    #[serde(skip_serializing_if = "is_default")]
    pub period: Period,
    /// Whether a right that holds for a part of the period gives that part of its quantity only, rounded down.
    #[serde(skip_serializing_if = "is_default")]
    pub prorate: bool,
}

/// What the readings of a period come to, for each feature; the features are added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Their sum; a reading that lies partly in the period gives that part of its units, by days, rounded up.
    #[default]
    Sum,
    /// The highest.
    Highest,
    /// The last.
    Latest,
    /// Their average, rounded up.
    Average,
}

impl Takes {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Highest => "highest reading",
            Self::Latest => "last reading",
            Self::Average => "average",
        }
    }
}

/// The time for which a commitment is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar month.
    #[default]
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// The whole time of the rights that count: from the first day of the earliest.
    Term,
}

/// A session of a worked example; times are in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleSession {
    /// The feature's name; one for all where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Who.
    pub user: String,
    /// Where; a host of the user's own where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// When it was taken.
    pub from: DateTime,
    /// When it was given back; none is never seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime>,
    /// How many licences; 0 is one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub count: u32,
}

impl ExampleSession {
    /// The feature that it is of.
    pub fn feature(&self) -> Feature {
        Feature { vendor: None, name: self.feature.clone().unwrap_or_else(|| "feature".to_owned()) }
    }
}

/// A reading of a worked example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleReading {
    /// The feature's name; one for all where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day; the first where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Units.
    pub units: u64,
}

impl ExampleReading {
    /// What it reads; examples are of use.
    pub const KIND: ReadingKind = ReadingKind::Used;
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
