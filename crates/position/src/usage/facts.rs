//! What was taken in: sessions, denials and readings of every feature, each with the import it came with.
//!
//! A later import of the same source replaces what earlier ones tell of the time that it covers; a later reading of the
//! same feature and time replaces the earlier. A session that several status lists show is one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::State;
use domain::id::{ImportId, ProductId};
use domain::usage::{End, Feature, Reading, ReadingKind, UsageReport};
use imbl::OrdMap;
use jiff::civil::Date;

/// A checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Session {
    /// Seconds since 1970, as all times here.
    pub(crate) from: i64,
    /// The first instant at which it is not certain that it was open.
    pub(crate) certain_until: i64,
    /// The last instant that the source tells of, where it was never seen to end.
    pub(crate) watched_until: i64,
    pub(crate) open: bool,
    pub(crate) user: u32,
    pub(crate) host: u32,
    pub(crate) count: u32,
    pub(crate) origin: u32,
}

/// A denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Denial {
    pub(crate) at: i64,
    pub(crate) user: u32,
    pub(crate) host: u32,
    pub(crate) count: u32,
    pub(crate) origin: u32,
}

/// What a meter read, with its import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) from: Date,
    pub(crate) until: Date,
    pub(crate) units: u64,
    pub(crate) origin: u32,
}

type ReadingKey = (ReadingKind, Date, Date, Arc<str>);

/// Everything that is known of a feature.
#[derive(Debug, Clone)]
pub struct FeatureFacts {
    /// The feature as a source writes it.
    pub feature: Feature,
    /// What the source calls it for people.
    pub label: Option<String>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) denials: Vec<Denial>,
    pub(crate) readings: BTreeMap<ReadingKey, Read>,
}

impl FeatureFacts {
    fn new(feature: Feature) -> Self {
        Self { feature, label: None, sessions: Vec::new(), denials: Vec::new(), readings: BTreeMap::new() }
    }

    fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.denials.is_empty() && self.readings.is_empty()
    }

    /// Sessions that are known.
    pub fn session_count(&self) -> u64 {
        self.sessions.len() as u64
    }

    /// Denials that are known.
    pub fn denial_count(&self) -> u64 {
        self.denials.len() as u64
    }

    /// Readings that are known.
    pub fn reading_count(&self) -> u64 {
        self.readings.len() as u64
    }

    /// The beginning of the first session or denial and the last instant that any tells of, in seconds since 1970.
    pub fn seen(&self) -> Option<(i64, i64)> {
        let first = self.sessions.first().map(|session| session.from);
        let first = first.into_iter().chain(self.denials.first().map(|denial| denial.at)).min()?;
        let ends = self.sessions.iter().map(|session| session.certain_until);
        Some((first, ends.chain(self.denials.iter().map(|denial| denial.at)).max()?))
    }

    /// The last day that a reading tells of.
    pub fn read_until(&self) -> Option<Date> {
        self.readings.values().map(|read| read.until).max()
    }

    /// The readings of a kind, in order of time.
    pub(crate) fn readings_of(&self, kind: ReadingKind) -> impl Iterator<Item = &Read> {
        self.readings.iter().filter(move |((known, ..), _)| *known == kind).map(|(_, read)| read)
    }
}

/// Users and hosts, each once.
#[derive(Debug, Clone, Default)]
struct Names {
    places: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let name: Arc<str> = name.into();
        let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.places.insert(name.clone(), place);
        self.names.push(name);
        place
    }
}

/// The facts of all imports that stand. A clone is cheap and keeps its instant.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    names: Arc<Names>,
    /// Source and import of facts.
    origins: Arc<Vec<(Arc<str>, ImportId)>>,
    /// By the feature as it is compared.
    features: OrdMap<Feature, Arc<FeatureFacts>>,
}

impl Usage {
    /// Takes in a stored report of an import; reports of one import are taken in one after the other.
    pub fn take(&mut self, source: &str, import: ImportId, report: &UsageReport) {
        let origin = self.origin(source, import);
        if let Some(covers) = report.covers {
            self.give_way(source, import, covers);
        }
        let names = Arc::make_mut(&mut self.names);
        let names: Vec<u32> = report.names.iter().map(|name| names.place(name)).collect();
        let mut taken = Taken { names, origin, by_feature: BTreeMap::new() };
        taken.sort(report);
        for (place, new) in taken.by_feature {
            let reported = usize::try_from(place).ok().and_then(|place| report.features.get(place));
            let Some(reported) = reported else { continue };
            let key = reported.feature.folded();
            let known = self.features.get(&key).map(|known| known.as_ref().clone());
            let mut facts = known.unwrap_or_else(|| FeatureFacts::new(reported.feature.clone()));
            if reported.label.is_some() {
                facts.label.clone_from(&reported.label);
            }
            let listed = report.covers.is_none();
            facts.add(new, source, origin, &|other| self.is_of(other, source, import), listed);
            self.features.insert(key, Arc::new(facts));
        }
    }

    fn origin(&mut self, source: &str, import: ImportId) -> u32 {
        let last = self.origins.len().saturating_sub(1);
        if self.origins.last().is_some_and(|known| *known.0 == *source && known.1 == import) {
            return u32::try_from(last).unwrap_or(u32::MAX);
        }
        let origins = Arc::make_mut(&mut self.origins);
        origins.push((source.into(), import));
        u32::try_from(origins.len() - 1).unwrap_or(u32::MAX)
    }

    /// Whether something came with an earlier import of a source.
    fn is_of(&self, origin: u32, source: &str, before: ImportId) -> bool {
        self.origin_of(origin).is_some_and(|(known, import)| known == source && import < before)
    }

    fn origin_of(&self, origin: u32) -> Option<(&str, ImportId)> {
        let known = self.origins.get(usize::try_from(origin).ok()?)?;
        Some((&known.0, known.1))
    }

    /// Forgets what earlier imports of a source tell of the time that a new one covers.
    fn give_way(&mut self, source: &str, import: ImportId, (first, last): (i64, i64)) {
        let covered = |at: i64| first <= at && at <= last;
        let keys: Vec<Feature> = self.features.keys().cloned().collect();
        for key in keys {
            let Some(facts) = self.features.get(&key) else { continue };
            let goes = |at: i64, origin: u32| covered(at) && self.is_of(origin, source, import);
            let any = facts.sessions.iter().any(|session| goes(session.from, session.origin))
                || facts.denials.iter().any(|denial| goes(denial.at, denial.origin));
            if !any {
                continue;
            }
            let mut left = facts.as_ref().clone();
            left.sessions.retain(|session| !goes(session.from, session.origin));
            left.denials.retain(|denial| !goes(denial.at, denial.origin));
            if left.is_empty() {
                self.features.remove(&key);
            } else {
                self.features.insert(key, Arc::new(left));
            }
        }
    }

    /// Every feature that is known, in order of name.
    pub fn features(&self) -> impl Iterator<Item = &Arc<FeatureFacts>> {
        self.features.values()
    }

    /// The features whose use is that of a product.
    pub fn features_of(&self, state: &State, product: ProductId) -> Vec<&Arc<FeatureFacts>> {
        // Few features are linked and there may be many, so the links are asked first.
        let linked: BTreeSet<&Feature> =
            state.feature_links.iter().filter(|(_, link)| link.product == product).map(|(key, _)| key).collect();
        let any_vendor: BTreeSet<&str> =
            linked.iter().filter(|key| key.vendor.is_none()).map(|key| key.name.as_str()).collect();
        if linked.is_empty() {
            return Vec::new();
        }
        self.features
            .iter()
            .filter(|(key, _)| linked.contains(key) || any_vendor.contains(key.name.as_str()))
            .filter(|(key, _)| state.product_of_feature(key) == Some(product))
            .map(|(_, facts)| facts)
            .collect()
    }

    /// A user or host by place.
    pub(crate) fn name(&self, place: u32) -> &str {
        let name = usize::try_from(place).ok().and_then(|place| self.names.names.get(place));
        name.map_or("", AsRef::as_ref)
    }

    /// The source that something came from.
    pub(crate) fn source_of(&self, origin: u32) -> &str {
        self.origin_of(origin).map_or("", |(source, _)| source)
    }
}

/// What a report brings to one feature.
#[derive(Debug, Default)]
struct New {
    sessions: Vec<Session>,
    denials: Vec<Denial>,
    readings: Vec<Reading>,
}

/// The facts of a report by feature, with the names of users and hosts as they are kept.
struct Taken {
    names: Vec<u32>,
    origin: u32,
    by_feature: BTreeMap<u32, New>,
}

impl Taken {
    fn name(&self, place: u32) -> u32 {
        usize::try_from(place).ok().and_then(|place| self.names.get(place)).copied().unwrap_or(u32::MAX)
    }

    fn sort(&mut self, report: &UsageReport) {
        for session in &report.sessions {
            let (certain_until, watched_until, open) = match session.end {
                End::At(at) => (at, at, false),
                // At the instant at which it was seen it was open.
                End::Open { seen_at, watched_until } => (seen_at.saturating_add(1), watched_until, true),
            };
            // What was given back within the second was taken all the same.
            let certain_until = certain_until.max(session.from.saturating_add(1));
            let kept = Session {
                from: session.from,
                certain_until,
                watched_until: watched_until.max(certain_until),
                open,
                user: self.name(session.user),
                host: self.name(session.host),
                count: session.count.max(1),
                origin: self.origin,
            };
            self.by_feature.entry(session.feature).or_default().sessions.push(kept);
        }
        for denial in &report.denials {
            let (user, host) = (self.name(denial.user), self.name(denial.host));
            let kept = Denial { at: denial.at, user, host, count: denial.count.max(1), origin: self.origin };
            self.by_feature.entry(denial.feature).or_default().denials.push(kept);
        }
        for reading in &report.readings {
            self.by_feature.entry(reading.feature).or_default().readings.push(*reading);
        }
    }
}

/// What makes sessions of several status lists one: beginning, user, host and number.
type Shown = (i64, u32, u32, u32);

impl FeatureFacts {
    fn add(&mut self, new: New, source: &str, origin: u32, earlier: &dyn Fn(u32) -> bool, listed: bool) {
        let New { sessions, denials, readings } = new;
        if listed {
            self.add_listed(sessions, earlier);
        } else {
            self.sessions.extend(sessions);
        }
        self.sessions.sort_unstable();
        self.denials.extend(denials);
        self.denials.sort_unstable();
        for reading in readings {
            let Reading { from, until, units, kind, .. } = reading;
            self.readings.insert((kind, from, until, source.into()), Read { from, until, units, origin });
        }
    }

    /// The sessions of a status list: those that earlier lists showed go on.
    fn add_listed(&mut self, listed: Vec<Session>, earlier: &dyn Fn(u32) -> bool) {
        let mut shown: HashMap<Shown, Vec<usize>> = HashMap::new();
        let key = |session: &Session| (session.from, session.user, session.host, session.count);
        let wanted: std::collections::HashSet<Shown> = listed.iter().map(key).collect();
        for (place, session) in self.sessions.iter().enumerate() {
            if session.open && wanted.contains(&key(session)) && earlier(session.origin) {
                shown.entry(key(session)).or_default().push(place);
            }
        }
        for session in listed {
            match shown.get_mut(&key(&session)).and_then(Vec::pop) {
                Some(place) => {
                    let known = &mut self.sessions[place];
                    known.certain_until = known.certain_until.max(session.certain_until);
                    known.watched_until = known.watched_until.max(session.watched_until);
                }
                None => self.sessions.push(session),
            }
        }
    }
}
