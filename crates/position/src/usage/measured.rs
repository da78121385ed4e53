//! What usage comes to in a metric: units with the facts behind them, and the steps that say how.

use domain::metric::{Counts, Definition, Example, Features, OnePer, Period, ReadingRule, SessionRule, Takes};
use domain::usage::{End, ReportedFeature, Session, UsageReport};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::facts::{FeatureFacts, Usage};
use super::readings;
use super::sessions::{Question, Unit};
use crate::line::Step;
use crate::measure::{Tally, one_person};
use crate::metrics::Worked;
use crate::working::Grouped;

/// The rule of a metric that counts usage.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Sessions(SessionRule),
    Readings(ReadingRule),
}

impl Rule {
    /// The rule of a definition; `None` where it counts what is installed.
    pub(crate) fn of(definition: &Definition) -> Option<Self> {
        match definition.counts {
            Counts::ConcurrentSession => {
                Some(Self::Sessions(definition.sessions.as_deref().cloned().unwrap_or_default()))
            }
            Counts::Reading => Some(Self::Readings(definition.readings.clone().unwrap_or_default())),
            Counts::Device | Counts::Installation | Counts::NamedUser | Counts::Processor | Counts::Core => None,
        }
    }
}

/// What stands behind units.
#[derive(Debug, Clone)]
pub(crate) enum Behind {
    Sessions(Unit),
    Reading(readings::Counted),
}

/// Units with what stands behind them.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) units: u64,
    pub(crate) behind: Behind,
}

/// What usage comes to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// Units; those of the facts sum to it.
    pub(crate) units: u64,
    /// The least that it can be.
    pub(crate) low: u64,
    pub(crate) facts: Vec<Fact>,
    /// Why it is a range, where it is one.
    pub(crate) why: Option<String>,
    /// The days of the commitment, where it has any.
    pub(crate) period: Option<(Date, Date)>,
    pub(crate) steps: Vec<Step>,
}

/// Measures the usage of features.
pub(crate) fn measure(
    definition: &Definition,
    rule: &Rule,
    features: &[&FeatureFacts],
    (zone, at): (&TimeZone, Timestamp),
    term: Option<Date>,
) -> Measured {
    match rule {
        Rule::Sessions(rule) => of_sessions(definition, &Question { rule, features, zone, at }),
        Rule::Readings(rule) => of_readings(definition, rule, features, zone.to_datetime(at).date(), term),
    }
}

fn in_units(definition: &Definition, amounts: impl Iterator<Item = (u64, Behind)>) -> (Vec<Fact>, Tally<'_>) {
    let mut tally = Tally::of(definition);
    let facts = amounts.map(|(amount, behind)| Fact { units: tally.add_high(&[one_person(amount)], 0), behind });
    let facts = facts.collect();
    (facts, tally)
}

fn rounded(definition: &Definition, amount: u64) -> u64 {
    let mut tally = Tally::of(definition);
    tally.add_high(&[one_person(amount)], 0);
    tally.total()
}

/// An instant as people read it.
pub(super) fn spoken(at: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(at)
        .map_or_else(|_| at.to_string(), |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn of_sessions(definition: &Definition, question: &Question<'_>) -> Measured {
    let level = question.level();
    let held = level.at.map(|at| question.held_at(at)).unwrap_or_default();
    let (facts, _) = in_units(definition, held.into_iter().map(|unit| (unit.licences, Behind::Sessions(unit))));
    let units = facts.iter().map(|fact| fact.units).sum();
    let low = rounded(definition, level.low).min(units);
    let rule = question.rule;
    let mut steps = vec![counted_step(question, &level)];
    let day = |at: i64| spoken(at, question.zone);
    let when = match (level.windows.first(), level.windows.last()) {
        (Some((first, _)), Some((_, last))) => format!("from {} to {}", day(*first), day(last - 1)),
        _ => "in no time that counts".to_owned(),
    };
    let hours = rule.hours.as_ref().map_or_else(String::new, |hours| {
        format!(", {} to {} only", hours.from.strftime("%H:%M"), hours.until.strftime("%H:%M"))
    });
    let (label, text) = match (rule.percentile, level.at) {
        (_, None) => ("Peak", format!("Nothing was in use {when}{hours}.")),
        (0, Some(at)) => ("Peak", format!("The most at once {when}{hours}: {} on {}.", Grouped(level.level), day(at))),
        (percent, Some(at)) => {
            let peak = level.peak.map_or(0, |peak| peak.level);
            let text = format!(
                "For {percent} per cent of the time {when}{hours}, {} were enough, first on {}; the peak was {}.",
                Grouped(level.level),
                day(at),
                Grouped(peak)
            );
            ("Percentile", text)
        }
    };
    steps.push(Step { label, amount: Grouped(level.level).to_string(), text, rows: None });
    steps.extend(packs(definition, level.level, units));
    let why = (low < units).then(|| {
        format!(
            "{} never seen to end; each counts for {} hours at most, and at least until it was last seen.",
            never_ended(level.open),
            rule.open_hours
        )
    });
    Measured { units, low, facts, why, period: None, steps }
}

fn never_ended(number: u64) -> String {
    if number == 1 { "1 session was".to_owned() } else { format!("{} sessions were", Grouped(number)) }
}

fn sessions(number: u64) -> String {
    if number == 1 { "1 session".to_owned() } else { format!("{} sessions", Grouped(number)) }
}

fn counted_step(question: &Question<'_>, level: &super::sessions::Level) -> Step {
    let rule = question.rule;
    let names: Vec<String> = question.features.iter().map(|facts| facts.feature.to_string()).collect();
    let mut text = match names.len() {
        0 => "No feature is linked to this product.".to_owned(),
        _ => format!("{} of {}.", sessions(level.sessions), crate::working::list(names.iter(), ", ")),
    };
    let shared = names.len() > 1 && rule.features == Features::Shared;
    match rule.one_per {
        OnePer::Checkout if shared => {}
        OnePer::Checkout => text.push_str(" Every checkout takes a licence of its own."),
        one_per @ (OnePer::User | OnePer::Host | OnePer::UserAndHost) => {
            text.push_str(&format!(" One licence for each {}, however often it starts.", one_per.words()));
        }
    }
    if names.len() > 1 {
        text.push_str(match rule.features {
            Features::Shared => " A package and the features in it are one licence: of what a user has open on a host at once, the feature with most counts.",
            Features::Each => " Each feature takes licences of its own.",
        });
    }
    if level.open > 0 {
        let open = never_ended(level.open);
        text.push_str(&format!(" {open} never seen to end, counted for {} hours at most.", rule.open_hours));
    }
    Step { label: "Sessions", amount: Grouped(level.sessions).to_string(), text, rows: None }
}

/// Packs and tiers, where the metric has any.
fn packs(definition: &Definition, amount: u64, units: u64) -> Option<Step> {
    if definition.counted_per_unit <= 1 && definition.tiers.is_empty() {
        return None;
    }
    let mut tally = Tally::of(definition);
    tally.add_high(&[one_person(amount)], 0);
    let mut text = String::new();
    if definition.counted_per_unit > 1 {
        text.push_str(&format!(
            "{} / {} for a unit, rounded up to {}.",
            Grouped(amount),
            definition.counted_per_unit,
            tally.before_tiers()
        ));
    }
    if !definition.tiers.is_empty() {
        let tiers: Vec<String> = tally.tiers().iter().map(|(within, factor)| format!("{within} × {factor}")).collect();
        text.push_str(&format!(
            "{}{} = {}.",
            if text.is_empty() { "" } else { " " },
            tiers.join(" + "),
            Grouped(units)
        ));
    }
    Some(Step { label: "Units", amount: Grouped(units).to_string(), text, rows: None })
}

fn of_readings(
    definition: &Definition,
    rule: &ReadingRule,
    features: &[&FeatureFacts],
    today: Date,
    term: Option<Date>,
) -> Measured {
    let period = readings::period(rule, today, term);
    let counted = readings::counted(rule, features, period, today);
    let number = counted.len() as u64;
    let amount = counted.iter().fold(0u64, |sum, reading| sum.saturating_add(reading.units));
    let last = counted.iter().map(|reading| reading.read.until).max();
    let (facts, _) = in_units(definition, counted.into_iter().map(|one| (one.units, Behind::Reading(one))));
    let units = facts.iter().map(|fact| fact.units).sum();
    let names: Vec<String> = features.iter().map(|facts| facts.feature.to_string()).collect();
    let span = match rule.period {
        Period::Term => format!("until {}", period.1),
        Period::Month | Period::Quarter | Period::Year => format!("from {} to {}", period.0, period.1),
    };
    let text = match (names.len(), number) {
        (0, _) => "No feature is linked to this product.".to_owned(),
        (_, 0) => format!("No reading of {} {span}.", crate::working::list(names.iter(), ", ")),
        (several, _) => format!(
            "The {} {span} of {}{}: {}{}.",
            rule.takes.words(),
            crate::working::list(names.iter(), ", "),
            if several > 1 && rule.takes != Takes::Sum { ", added up" } else { "" },
            Grouped(amount),
            last.map_or_else(String::new, |last| format!("; the last reading ends on {last}")),
        ),
    };
    let mut steps = vec![Step { label: "Readings", amount: Grouped(number).to_string(), text, rows: None }];
    steps.extend(packs(definition, amount, units));
    Measured { units, low: units, facts, why: None, period: Some(period), steps }
}

/// Works out an example: when its last session has ended, or on the last day of its last reading.
/// `None` where the metric counts what is installed.
pub(crate) fn work(definition: &Definition, example: &Example) -> Option<Worked> {
    let rule = Rule::of(definition)?;
    let usage = of_example(example);
    let features: Vec<&FeatureFacts> = usage.features().map(AsRef::as_ref).collect();
    let ends = example.sessions.iter().map(|session| session.until.unwrap_or(session.from));
    let last_session = ends.max().and_then(|last| TimeZone::UTC.to_timestamp(last).ok());
    let days = example.readings.iter().map(|reading| reading.until.unwrap_or(reading.from));
    let last_day =
        days.max().and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok());
    let at = last_session.max(last_day).unwrap_or(Timestamp::UNIX_EPOCH);
    let first = example.readings.iter().map(|reading| reading.from).min();
    let measured = measure(definition, &rule, &features, (&TimeZone::UTC, at), first);
    Some(Worked {
        low: measured.low,
        high: measured.units,
        missing: measured.why.into_iter().collect(),
        steps: measured.steps,
    })
}

fn of_example(example: &Example) -> Usage {
    let mut report = UsageReport { covers: Some((i64::MIN, i64::MAX)), ..UsageReport::default() };
    let name = |names: &mut Vec<String>, name: &str| {
        let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    let feature = |features: &mut Vec<ReportedFeature>, feature: domain::usage::Feature| {
        let place = features.iter().position(|known| known.feature == feature).unwrap_or_else(|| {
            features.push(ReportedFeature { feature, label: None });
            features.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    let second = |at: jiff::civil::DateTime| TimeZone::UTC.to_timestamp(at).map_or(0, Timestamp::as_second);
    let last = example.sessions.iter().map(|session| session.until.unwrap_or(session.from)).max();
    for session in &example.sessions {
        let from = second(session.from);
        let host = session.host.clone().unwrap_or_else(|| format!("host of {}", session.user));
        report.sessions.push(Session {
            feature: feature(&mut report.features, session.feature()),
            user: name(&mut report.names, &session.user),
            host: name(&mut report.names, &host),
            from,
            count: session.count.max(1),
            end: match session.until {
                Some(until) => End::At(second(until)),
                None => End::Open { seen_at: from, watched_until: last.map_or(from, second) },
            },
        });
    }
    for reading in &example.readings {
        let named = reading.feature.clone().unwrap_or_else(|| "feature".to_owned());
        let named = domain::usage::Feature { vendor: None, name: named };
        report.readings.push(domain::usage::Reading {
            feature: feature(&mut report.features, named),
            from: reading.from,
            until: reading.until.unwrap_or(reading.from),
            units: reading.units,
            kind: domain::metric::ExampleReading::KIND,
        });
    }
    let mut usage = Usage::default();
    usage.take("example", domain::id::ImportId(1), &report);
    usage
}
