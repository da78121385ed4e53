//! Gathering facts while a file is read: names and features each once, limits, findings, and the parts to be stored.

use std::collections::{BTreeMap, HashMap};

use domain::usage::{Denial, End, FACTS_PER_REPORT, Feature, Reading, ReportedFeature, Session, UsageReport};

use super::{Clock, UsageFile, UsageFormat, UsageMapping};
use crate::encoding::Encoding;
use crate::findings::{Fault, Findings};
use crate::layout::TableView;
use crate::limits::{LICENCES, USAGE_FACTS};
use crate::name::clean;
use crate::table::ColumnUse;
use crate::unreadable::Unreadable;

/// Everything that was found so far.
pub(super) struct Gathering<'a> {
    pub(super) clock: Clock<'a>,
    pub(super) findings: Findings,
    pub(super) columns: Vec<ColumnUse>,
    /// How a table was read by a mapping.
    pub(super) table: Option<(TableView, UsageMapping)>,
    pub(super) merged: u64,
    /// The time of which the file tells everything that began.
    pub(super) covers: Option<(i64, i64)>,
    names: Vec<String>,
    name_places: HashMap<String, u32>,
    features: Vec<ReportedFeature>,
    feature_places: HashMap<Feature, u32>,
    sessions: Vec<Session>,
    denials: Vec<Denial>,
    readings: Vec<Reading>,
}

fn place_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'a> Gathering<'a> {
    pub(super) fn new(clock: Clock<'a>) -> Self {
        Self {
            clock,
            findings: Findings::default(),
            columns: Vec::new(),
            table: None,
            merged: 0,
            covers: None,
            names: Vec::new(),
            name_places: HashMap::new(),
            features: Vec::new(),
            feature_places: HashMap::new(),
            sessions: Vec::new(),
            denials: Vec::new(),
            readings: Vec::new(),
        }
    }

    /// When the file came in.
    pub(super) fn read_at(&self) -> i64 {
        self.clock.read_at.as_second()
    }

    /// The place of a user or host; an empty text is nobody in particular.
    pub(super) fn name(&mut self, what: &str, text: &str) -> Result<u32, Fault> {
        let name = clean(what, text)?.unwrap_or_default();
        if let Some(place) = self.name_places.get(name) {
            return Ok(*place);
        }
        let place = place_of(self.names.len());
        self.names.push(name.to_owned());
        self.name_places.insert(name.to_owned(), place);
        Ok(place)
    }

    /// The place of a feature.
    pub(super) fn feature(&mut self, vendor: Option<&str>, name: &str, label: Option<&str>) -> Result<u32, Fault> {
        let Some(name) = clean("feature", name)? else {
            return Err(Fault::new(name, "No feature is named.", "Name the feature, product or meter."));
        };
        let vendor = clean("vendor", vendor.unwrap_or_default())?.map(str::to_owned);
        let label = clean("label", label.unwrap_or_default())?.map(str::to_owned);
        let feature = Feature { vendor, name: name.to_owned() };
        if let Some(place) = self.feature_places.get(&feature) {
            return Ok(*place);
        }
        let place = place_of(self.features.len());
        self.features.push(ReportedFeature { feature: feature.clone(), label });
        self.feature_places.insert(feature, place);
        Ok(place)
    }

    fn check_count(&self, line: u64) -> Result<(), Unreadable> {
        let facts = self.sessions.len() + self.denials.len() + self.readings.len();
        if USAGE_FACTS.is_exceeded_by(facts) {
            return Err(Unreadable::OverLimit { limit: USAGE_FACTS, place: format!("line {line}") });
        }
        Ok(())
    }

    /// Takes a session and says where it is, so that its end can be set later.
    pub(super) fn session(&mut self, line: u64, session: Session) -> Result<usize, Unreadable> {
        self.sessions.push(session);
        self.check_count(line)?;
        Ok(self.sessions.len() - 1)
    }

    pub(super) fn session_at(&mut self, place: usize) -> Option<&mut Session> {
        self.sessions.get_mut(place)
    }

    pub(super) fn denial(&mut self, line: u64, denial: Denial) -> Result<(), Unreadable> {
        self.denials.push(denial);
        self.check_count(line)
    }

    pub(super) fn reading(&mut self, line: u64, reading: Reading) -> Result<(), Unreadable> {
        self.readings.push(reading);
        self.check_count(line)
    }

    pub(super) fn reject(&mut self, line: u64, fault: Fault) -> Result<(), Unreadable> {
        self.findings.reject(format!("line {line}"), fault)
    }

    pub(super) fn session_count(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn finish(mut self, format: UsageFormat, encoding: Encoding) -> UsageFile {
        let before = self.denials.len();
        self.sessions.sort_unstable();
        // A client that is denied asks again at once; of one feature that is one denial.
        self.denials.sort_unstable();
        self.denials.dedup_by_key(|denial| (denial.feature, denial.user, denial.host, denial.at));
        self.merged += u64::try_from(before - self.denials.len()).unwrap_or(0);
        let before = self.readings.len();
        self.readings.sort_unstable();
        self.readings.dedup();
        self.merged += u64::try_from(before - self.readings.len()).unwrap_or(0);
        UsageFile {
            format,
            encoding,
            reports: self.parts(),
            columns: self.table.as_ref().map_or(self.columns, |(view, _)| view.columns.clone()),
            table: self.table,
            rejects: self.findings.rejects,
            remarks: self.findings.remarks,
            duplicates_merged: self.merged,
        }
    }

    /// The facts in parts of bounded size, each with its own tables.
    fn parts(&self) -> Vec<UsageReport> {
        let mut parts = Vec::new();
        for sessions in self.sessions.chunks(FACTS_PER_REPORT) {
            parts.push(self.part(sessions, &[], &[]));
        }
        for denials in self.denials.chunks(FACTS_PER_REPORT) {
            parts.push(self.part(&[], denials, &[]));
        }
        for readings in self.readings.chunks(FACTS_PER_REPORT) {
            parts.push(self.part(&[], &[], readings));
        }
        parts
    }

    fn part(&self, sessions: &[Session], denials: &[Denial], readings: &[Reading]) -> UsageReport {
        let mut part = Part { of: self, names: BTreeMap::new(), features: BTreeMap::new() };
        let of_session = |part: &mut Part<'_>, session: &Session| Session {
            feature: part.feature(session.feature),
            user: part.name(session.user),
            host: part.name(session.host),
            ..*session
        };
        let of_denial = |part: &mut Part<'_>, denial: &Denial| Denial {
            feature: part.feature(denial.feature),
            user: part.name(denial.user),
            host: part.name(denial.host),
            ..*denial
        };
        let sessions = sessions.iter().map(|session| of_session(&mut part, session)).collect();
        let denials = denials.iter().map(|denial| of_denial(&mut part, denial)).collect();
        let readings =
            readings.iter().map(|reading| Reading { feature: part.feature(reading.feature), ..*reading }).collect();
        let (names, features) = part.tables();
        UsageReport { covers: self.covers, names, features, sessions, denials, readings }
    }
}

/// The tables of one part, by place in the whole.
struct Part<'a> {
    of: &'a Gathering<'a>,
    names: BTreeMap<u32, u32>,
    features: BTreeMap<u32, u32>,
}

impl Part<'_> {
    fn name(&mut self, place: u32) -> u32 {
        let next = place_of(self.names.len());
        *self.names.entry(place).or_insert(next)
    }

    fn feature(&mut self, place: u32) -> u32 {
        let next = place_of(self.features.len());
        *self.features.entry(place).or_insert(next)
    }

    fn tables(self) -> (Vec<String>, Vec<ReportedFeature>) {
        let in_order = |places: BTreeMap<u32, u32>| {
            let mut order: Vec<(u32, u32)> = places.into_iter().map(|(whole, part)| (part, whole)).collect();
            order.sort_unstable();
            order.into_iter().filter_map(|(_, whole)| usize::try_from(whole).ok()).collect::<Vec<usize>>()
        };
        let names = in_order(self.names).into_iter().filter_map(|place| self.of.names.get(place).cloned());
        let features = in_order(self.features).into_iter().filter_map(|place| self.of.features.get(place).cloned());
        (names.collect(), features.collect())
    }
}

/// A number of licences; nothing is one.
pub(super) fn licences(text: &str) -> Result<u32, Fault> {
    if text.trim().is_empty() {
        return Ok(1);
    }
    let number: Option<u32> =
        text.trim().parse().ok().filter(|number| (1..=LICENCES.max).contains(&u64::from(*number)));
    number.ok_or_else(|| {
        let problem = format!("This is no number of licences from 1 to {}.", LICENCES.shown);
        Fault::new(text, problem, "Write a whole number.")
    })
}

/// The end of a session that a status list shows at an instant.
pub(super) fn seen(from: i64, at: i64) -> End {
    let at = at.max(from);
    End::Open { seen_at: at, watched_until: at }
}
