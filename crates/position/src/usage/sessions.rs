//! Concurrent sessions: how many licences of a product were in use at once, by the rule of its metric.

use std::collections::HashMap;

use domain::metric::{Features, OnePer, SessionRule};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::facts::{FeatureFacts, Session};
use super::sweep::{self, Interval, Share, Step};

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// What is looked at, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) rule: &'a SessionRule,
    pub(crate) features: &'a [&'a FeatureFacts],
    pub(crate) zone: &'a TimeZone,
    pub(crate) at: Timestamp,
}

/// A checkout with its feature, by place in the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) feature: usize,
    pub(crate) session: Session,
}

/// Licences that are in use together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) licences: u64,
    /// The sessions that share them, in order of their beginnings; at least one.
    pub(crate) held: Vec<Held>,
}

/// What the sessions come to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Level {
    /// What counts: the peak or the percentile.
    pub(crate) level: u64,
    /// The same, where sessions without an end ended when they were last seen.
    pub(crate) low: u64,
    /// The first instant at which it was.
    pub(crate) at: Option<i64>,
    /// The peak, whatever counts.
    pub(crate) peak: Option<Step>,
    /// How the level went.
    pub(crate) steps: Vec<Step>,
    /// The time that was looked at.
    pub(crate) windows: Vec<(i64, i64)>,
    /// Sessions that were looked at.
    pub(crate) sessions: u64,
    /// Those of them that were never seen to end and whose end is not certain.
    pub(crate) open: u64,
}

impl Question<'_> {
    fn now(&self) -> i64 {
        self.at.as_second()
    }

    /// How intervals count together.
    pub(crate) fn share(&self) -> Share {
        match (self.rule.one_per, self.rule.features) {
            (OnePer::Checkout, Features::Shared) if self.features.len() > 1 => Share::MostOfFeatures,
            (OnePer::Checkout, Features::Shared | Features::Each) => Share::Nothing,
            (OnePer::User | OnePer::Host | OnePer::UserAndHost, Features::Shared) => Share::MostOfAll,
            (OnePer::User | OnePer::Host | OnePer::UserAndHost, Features::Each) => Share::MostOfEach,
        }
    }

    /// Who shares a session with whom.
    fn group(&self, session: &Session) -> (u32, u32) {
        match self.rule.one_per {
            OnePer::Checkout | OnePer::UserAndHost => (session.user, session.host),
            OnePer::User => (session.user, 0),
            OnePer::Host => (0, session.host),
        }
    }

    /// When a session ends as far as it counts; `low` is the least.
    fn end(&self, session: &Session, low: bool) -> i64 {
        if !session.open || low {
            return session.certain_until;
        }
        let most = session.from.saturating_add(i64::from(self.rule.open_hours) * HOUR);
        session.certain_until.max(session.watched_until.min(most))
    }

    /// Every session that had begun, in order of beginning.
    fn begun(&self) -> Vec<Held> {
        let now = self.now();
        let each = self.features.iter().enumerate().flat_map(|(feature, facts)| {
            let begun = facts.sessions.iter().take_while(move |session| session.from <= now);
            begun.map(move |session| Held { feature, session: *session })
        });
        let mut begun: Vec<Held> = each.collect();
        begun.sort_unstable_by_key(|held| (held.session, held.feature));
        begun
    }

    fn intervals(&self, begun: &[Held], low: bool) -> Vec<Interval> {
        let mut groups: HashMap<(u32, u32), u32> = HashMap::new();
        let mut interval = |held: &Held| {
            let next = u32::try_from(groups.len()).unwrap_or(u32::MAX);
            Interval {
                from: held.session.from,
                until: self.end(&held.session, low),
                count: held.session.count,
                group: *groups.entry(self.group(&held.session)).or_insert(next),
                feature: u32::try_from(held.feature).unwrap_or(u32::MAX),
            }
        };
        begun.iter().map(&mut interval).collect()
    }

    /// The seconds that count, from the first session in the period on: until before the last one, in order.
    fn windows(&self, first: i64) -> Vec<(i64, i64)> {
        let today = self.zone.to_datetime(self.at).date();
        let begin = match self.rule.period_days {
            0 => first,
            days => {
                let back = jiff::SignedDuration::from_hours(24 * i64::from(days - 1));
                let day = today.checked_sub(back).unwrap_or(Date::MIN);
                instant(day, jiff::civil::Time::midnight(), self.zone).unwrap_or(first).max(first)
            }
        };
        let end = self.now().saturating_add(1);
        let Some(hours) = &self.rule.hours else {
            return if begin < end { vec![(begin, end)] } else { Vec::new() };
        };
        let mut windows = Vec::new();
        let mut day = Timestamp::from_second(begin).map_or(today, |begin| self.zone.to_datetime(begin).date());
        while day <= today {
            if hours.holds_on(day)
                && let (Some(from), Some(until)) =
                    (instant(day, hours.from, self.zone), instant(day, hours.until, self.zone))
            {
                let (from, until) = (from.max(begin), until.min(end));
                if from < until {
                    windows.push((from, until));
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        windows
    }

    /// What the sessions come to.
    pub(crate) fn level(&self) -> Level {
        let begun = self.begun();
        let Some(first) = begun.first() else { return Level::default() };
        let windows = self.windows(first.session.from);
        let counted = |low: bool| {
            let steps = sweep::steps(&self.intervals(&begun, low), self.share());
            let level = match self.rule.percentile {
                0 => sweep::highest(&steps, &windows).map_or(0, |peak| peak.level),
                percent => sweep::percentile(&sweep::seconds_by_level(&steps, &windows), percent),
            };
            (steps, level)
        };
        let (steps, level) = counted(false);
        let uncertain = |held: &&Held| self.end(&held.session, true) < self.end(&held.session, false);
        let open = begun.iter().filter(uncertain).count() as u64;
        let low = if open > 0 { counted(true).1.min(level) } else { level };
        Level {
            level,
            low,
            at: sweep::first_at(&steps, &windows, level).filter(|_| level > 0),
            peak: sweep::highest(&steps, &windows),
            sessions: begun.len() as u64,
            open,
            steps,
            windows,
        }
    }

    /// Who held the licences at an instant; their licences sum to the level there.
    pub(crate) fn held_at(&self, at: i64) -> Vec<Unit> {
        let open =
            self.begun().into_iter().filter(|held| held.session.from <= at && at < self.end(&held.session, false));
        let share = self.share();
        if share == Share::Nothing {
            return open.map(|held| Unit { licences: u64::from(held.session.count), held: vec![held] }).collect();
        }
        let mut places: HashMap<(u32, u32), usize> = HashMap::new();
        let mut units: Vec<Unit> = Vec::new();
        for held in open {
            let place = *places.entry(self.group(&held.session)).or_insert(units.len());
            match units.get_mut(place) {
                Some(unit) => unit.held.push(held),
                None => units.push(Unit { licences: 0, held: vec![held] }),
            }
        }
        for unit in &mut units {
            unit.licences = together(&unit.held, share);
        }
        units
    }
}

/// How many licences the sessions of one group need.
fn together(held: &[Held], share: Share) -> u64 {
    let mut features: HashMap<usize, (u64, u64)> = HashMap::new();
    for held in held {
        let count = u64::from(held.session.count);
        let (sum, largest) = features.entry(held.feature).or_default();
        *sum += count;
        *largest = (*largest).max(count);
    }
    let sums = features.values().map(|(sum, _)| *sum);
    let largest = features.values().map(|(_, largest)| *largest);
    match share {
        Share::Nothing => sums.sum(),
        Share::MostOfFeatures => sums.max().unwrap_or(0),
        Share::MostOfAll => largest.max().unwrap_or(0),
        Share::MostOfEach => largest.sum(),
    }
}

/// The instant of a time of a day.
pub(super) fn instant(day: Date, time: jiff::civil::Time, zone: &TimeZone) -> Option<i64> {
    Some(zone.to_timestamp(day.to_datetime(time)).ok()?.as_second())
}
