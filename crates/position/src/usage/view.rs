//! What a page of usage shows beside the line: peaks by day, who held licences at the peak, denials, and how many
//! licences would have been enough.

use std::collections::BTreeMap;

use domain::State;
use domain::entitlement::Quantity;
use domain::id::ProductId;
use domain::metric::{SessionRule, Takes};
use domain::usage::{Feature, ReadingKind};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

use super::facts::{Denial, FeatureFacts};
use super::line::reckon;
use super::measured::Rule;
use super::readings::overlap;
use super::sessions::{Question, instant};
use super::sweep;
use crate::base::Base;
use crate::metrics;
use crate::supply::Moment;

/// Days that are shown at most: a year.
pub const DAYS_MAX: u32 = 366;
/// Denials of one user on one host within so many seconds are one: a package and the features in it are denied together.
pub const DENIALS_TOGETHER_SECONDS: i64 = 2;
/// The share of the time that a usual purchase is made for, in per cent.
pub const ENOUGH_PERCENT: u32 = 95;

/// The most of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayPeak {
    /// The day.
    pub day: Date,
    /// The most licences at once, or what was read; 0 where nothing was in use.
    pub peak: u64,
    /// When that was first reached.
    pub at: Option<Timestamp>,
    /// Denials of the day.
    pub denials: u64,
}

/// Who held licences at the peak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Who.
    pub user: String,
    /// Where.
    pub host: String,
    /// The features.
    pub features: Vec<Feature>,
    /// Licences.
    pub licences: u64,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Denials of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeniedBy {
    /// Who.
    pub user: String,
    /// How often.
    pub denials: u64,
    /// When last.
    pub last: Option<Timestamp>,
}

/// Everything that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// The features that are linked to the product and known.
    pub features: Vec<Feature>,
    /// The days, oldest first.
    pub days: Vec<DayPeak>,
    /// Units of the rights that count now.
    pub entitled: Quantity,
    /// The peak in the days that are shown.
    pub peak: u64,
    /// When it was first reached.
    pub peak_at: Option<Timestamp>,
    /// Who held the licences then; their licences sum to the peak.
    pub holders: Vec<Holder>,
    /// How many licences would have been enough for [`ENOUGH_PERCENT`] per cent of the time; `None` without sessions.
    pub enough: Option<u64>,
    /// Seconds in which more licences were in use than rights give now.
    pub seconds_above: u64,
    /// Denials in the days that are shown, by user, most first.
    pub denied: Vec<DeniedBy>,
    /// Denials in the days that are shown.
    pub denials: u64,
    /// Units that the source itself says there are, the latest reading of every feature added up.
    pub available: Option<u64>,
    /// Persons who were active, the latest reading of every feature at most.
    pub active: Option<u64>,
    /// Of meters: what they read in the period of the commitment, and its days.
    pub metered: Option<Metered>,
}

/// What meters read in the period of a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Metered {
    /// Units.
    pub units: u64,
    /// First day; none where the rights have no beginning.
    pub from: Option<Date>,
    /// Last day.
    pub until: Date,
    /// Whether the days add up, so that no single day can be held against the rights.
    pub adds_up: bool,
}

/// What is shown of a product's usage at `at`, of so many days; `None` where its metric counts what is installed or there
/// is no such product.
pub fn overview(state: &State, base: &Base, product: ProductId, at: Timestamp, days: u32) -> Option<Overview> {
    let product = state.products.get(&product)?;
    let moment = Moment::of(state, at);
    let held = base.held(state, product.id);
    let reckoned = reckon(state, base, &held, product, &moment)?;
    let rule = Rule::of(metrics::definition(state, product.metric, at)?)?;
    let viewing = Viewing { base, features: &reckoned.features, moment: &moment, days: days.clamp(1, DAYS_MAX) };
    let mut view = match rule {
        Rule::Sessions(rule) => viewing.sessions(&rule, reckoned.entitled),
        Rule::Readings(rule) => {
            let (first, last) = reckoned.measured.period.unwrap_or((Date::MIN, moment.today));
            let metered = Metered {
                units: reckoned.measured.units,
                from: (first > Date::MIN).then_some(first),
                until: last,
                adds_up: rule.takes == Takes::Sum,
            };
            Overview { metered: Some(metered), ..viewing.readings() }
        }
    };
    view.entitled = reckoned.entitled;
    Some(view)
}

struct Viewing<'a> {
    base: &'a Base,
    features: &'a [&'a FeatureFacts],
    moment: &'a Moment,
    days: u32,
}

impl Viewing<'_> {
    fn shown_days(&self) -> Vec<Date> {
        let mut day = self.moment.today;
        let mut days = vec![day];
        while days.len() < self.days as usize
            && let Ok(before) = day.yesterday()
        {
            day = before;
            days.push(day);
        }
        days.reverse();
        days
    }

    fn second(&self, day: Date) -> i64 {
        instant(day, Time::midnight(), &self.moment.zone).unwrap_or(0)
    }

    fn empty(&self) -> Overview {
        Overview {
            features: self.features.iter().map(|facts| facts.feature.clone()).collect(),
            days: Vec::new(),
            entitled: Quantity::Units(0),
            peak: 0,
            peak_at: None,
            holders: Vec::new(),
            enough: None,
            seconds_above: 0,
            denied: Vec::new(),
            denials: 0,
            available: self.latest(ReadingKind::Available).map(|latest| latest.iter().sum()),
            active: self.latest(ReadingKind::Active).and_then(|latest| latest.into_iter().max()),
            metered: None,
        }
    }

    /// The latest reading of every feature.
    fn latest(&self, kind: ReadingKind) -> Option<Vec<u64>> {
        let latest = self.features.iter().filter_map(|facts| {
            let past = facts.readings_of(kind).filter(|read| read.from <= self.moment.today);
            Some(past.max_by_key(|read| (read.until, read.from))?.units)
        });
        let latest: Vec<u64> = latest.collect();
        (!latest.is_empty()).then_some(latest)
    }

    fn sessions(&self, rule: &SessionRule, entitled: Quantity) -> Overview {
        let days = self.shown_days();
        let shown = SessionRule { period_days: self.days, ..rule.clone() };
        let question = Question { rule: &shown, features: self.features, zone: &self.moment.zone, at: self.moment.at };
        let level = question.level();
        let denials = self.denials(days.first().copied().unwrap_or(self.moment.today));
        let mut of_day: BTreeMap<Date, u64> = BTreeMap::new();
        for denial in &denials {
            *of_day.entry(self.day(denial.at)).or_default() += 1;
        }
        let second = |at: i64| Timestamp::from_second(at).ok();
        let day_peak = |day: &Date| {
            let (from, until) = (self.second(*day), day.tomorrow().map_or(i64::MAX, |next| self.second(next)));
            let within: Vec<(i64, i64)> = level
                .windows
                .iter()
                .map(|window| (window.0.max(from), window.1.min(until)))
                .filter(|(from, until)| from < until)
                .collect();
            let peak = sweep::highest(&level.steps, &within);
            DayPeak {
                day: *day,
                peak: peak.map_or(0, |peak| peak.level),
                at: peak.and_then(|peak| second(peak.at)),
                denials: of_day.get(day).copied().unwrap_or(0),
            }
        };
        let seconds = sweep::seconds_by_level(&level.steps, &level.windows);
        let above = entitled.units().map_or(0, |units| seconds.range(units + 1..).map(|(_, seconds)| *seconds).sum());
        Overview {
            days: days.iter().map(day_peak).collect(),
            peak: level.peak.map_or(0, |peak| peak.level),
            peak_at: level.peak.and_then(|peak| second(peak.at)),
            holders: level.peak.map(|peak| self.holders(&question, peak.at)).unwrap_or_default(),
            enough: (level.sessions > 0).then(|| sweep::percentile(&seconds, ENOUGH_PERCENT)),
            seconds_above: above,
            denials: denials.len() as u64,
            denied: self.denied(&denials),
            ..self.empty()
        }
    }

    fn holders(&self, question: &Question<'_>, at: i64) -> Vec<Holder> {
        let usage = self.base.usage();
        let holder = |unit: super::sessions::Unit| {
            let first = unit.held.first()?.session;
            let mut features: Vec<Feature> =
                unit.held.iter().filter_map(|held| Some(self.features.get(held.feature)?.feature.clone())).collect();
            features.sort();
            features.dedup();
            Some(Holder {
                user: usage.name(first.user).to_owned(),
                host: usage.name(first.host).to_owned(),
                features,
                licences: unit.licences,
                since: Timestamp::from_second(first.from).ok(),
            })
        };
        question.held_at(at).into_iter().filter_map(holder).collect()
    }

    fn day(&self, at: i64) -> Date {
        Timestamp::from_second(at).map_or(self.moment.today, |at| self.moment.day(at))
    }

    /// The denials from a day on, those that came together once.
    fn denials(&self, first: Date) -> Vec<Denial> {
        let (from, until) = (self.second(first), self.moment.at.as_second());
        let each = self.features.iter().flat_map(|facts| facts.denials.iter().copied());
        let mut all: Vec<Denial> = each.filter(|denial| (from..=until).contains(&denial.at)).collect();
        all.sort_unstable();
        let mut last: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        all.retain(|denial| {
            let before = last.insert((denial.user, denial.host), denial.at);
            before.is_none_or(|before| denial.at - before > DENIALS_TOGETHER_SECONDS)
        });
        all
    }

    fn denied(&self, denials: &[Denial]) -> Vec<DeniedBy> {
        let mut by_user: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
        for denial in denials {
            let (number, last) = by_user.entry(denial.user).or_insert((0, denial.at));
            *number += 1;
            *last = (*last).max(denial.at);
        }
        let mut denied: Vec<DeniedBy> = by_user
            .into_iter()
            .map(|(user, (denials, last))| DeniedBy {
                user: self.base.usage().name(user).to_owned(),
                denials,
                last: Timestamp::from_second(last).ok(),
            })
            .collect();
        denied.sort_by(|one, other| (other.denials, &one.user).cmp(&(one.denials, &other.user)));
        denied
    }

    /// What was read of every day: a reading of several days stands on each of them.
    fn readings(&self) -> Overview {
        let days = self.shown_days();
        let read: Vec<_> = self.features.iter().flat_map(|facts| facts.readings_of(ReadingKind::Used)).collect();
        let of_day = |day: &Date| {
            let on = read.iter().filter(|read| overlap((read.from, read.until), (*day, *day)) > 0);
            DayPeak { day: *day, peak: on.map(|read| read.units).sum(), at: None, denials: 0 }
        };
        let days: Vec<DayPeak> = days.iter().map(of_day).collect();
        let highest = days.iter().rev().max_by_key(|day| day.peak);
        Overview {
            peak: highest.map_or(0, |day| day.peak),
            peak_at: highest
                .filter(|day| day.peak > 0)
                .and_then(|day| Timestamp::from_second(self.second(day.day)).ok()),
            days: days.clone(),
            ..self.empty()
        }
    }
}
