//! Loading in bulk: many reports at once into an estate without devices.
//!
//! It amounts to the same as taking the reports in one after the other, and is many times faster: titles are numbered in
//! their order, devices are placed so that those of one person stand side by side, and each set of devices is made once.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use domain::id::ImportId;
use domain::observation::{DeviceReport, Installation, RawTitle};

use super::identity::{Key, Marks};
use super::installed::{Installed, InstalledList};
use super::titles::IDS_OF_A_TITLE_MAX;
use super::{Device, Estate, Merged, NOBODY, Node, ReleaseIndex, Report, counting, from_outside};
use crate::column::dense;
use crate::devices::Filling;

/// Hashes the titles and marks of an estate that is being loaded. Fixed, so that no randomness enters; the tables are only
/// looked up, so that the order in them decides nothing.
#[derive(Debug, Default)]
struct QuickHasher(u64);

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ (bytes.len() as u64).rotate_right(8));
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(MULTIPLIER);
        mixed ^ (mixed >> 29)
    }
}

type Table<K> = HashMap<K, u32, BuildHasherDefault<QuickHasher>>;

/// The ids of a release.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// As the last report gave it: nearly every report gives the same.
    last: String,
    /// In the form of rules.
    least: BTreeSet<String>,
}

impl Ids {
    /// Ids in the form of rules.
    pub(super) fn known(least: BTreeSet<String>) -> Self {
        Self { last: String::new(), least }
    }
}

/// Reports on their way into an estate.
#[derive(Debug, Default)]
pub struct EstateLoading {
    sources: BTreeSet<Arc<str>>,
    raws: Vec<Arc<RawTitle>>,
    releases: Table<Arc<RawTitle>>,
    /// The report that named each release last, so that one that names it twice is noticed.
    named_in: Vec<u32>,
    reports: u32,
    /// Ids that reports gave with releases, by release.
    pub(super) ids: Vec<Ids>,
    keys: Vec<Key>,
    places: Table<Key>,
    /// The latest report of every source, by place.
    latest: Vec<Vec<Report>>,
}

impl EstateLoading {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a report, as [`Estate::report`].
    pub fn report(&mut self, source: &str, import: ImportId, report: &DeviceReport) {
        let source = if report.from_outside { self.source(&from_outside(source)) } else { self.source(source) };
        let installed = self.installed(&report.installations);
        self.place(Report {
            source,
            import,
            reported_at: report.reported_at,
            identity: Arc::new(report.device.clone()),
            attributes: Arc::new(report.attributes.clone()),
            installed,
        });
    }

    pub(super) fn source(&mut self, source: &str) -> Arc<str> {
        if let Some(known) = self.sources.get(source) {
            return known.clone();
        }
        let source: Arc<str> = source.into();
        self.sources.insert(source.clone());
        source
    }

    fn installed(&mut self, installations: &[Installation]) -> InstalledList {
        self.reports += 1;
        let mut twice = false;
        let mut installed = Vec::with_capacity(installations.len());
        for Installation { title, last_used_on, source_id } in installations {
            let release = self.releases.get(title).copied().unwrap_or_else(|| self.add(title));
            let named_in = &mut self.named_in[release as usize];
            twice |= std::mem::replace(named_in, self.reports) == self.reports;
            if let Some(id) = source_id {
                self.note_id(release, id);
            }
            installed.push(Installed { release, last_used_on: *last_used_on });
        }
        if twice { InstalledList::of(&Merged::of(&[], &installed).installed) } else { InstalledList::of(&installed) }
    }

    /// Makes room for so many reports.
    pub(super) fn reserve(&mut self, reports: usize) {
        self.keys.reserve(reports);
        self.places.reserve(reports);
        self.latest.reserve(reports);
    }

    fn add(&mut self, title: &RawTitle) -> ReleaseIndex {
        self.add_known(Arc::new(title.clone()))
    }

    /// Adds a title that is not there yet.
    pub(super) fn add_known(&mut self, raw: Arc<RawTitle>) -> ReleaseIndex {
        let release = dense(self.raws.len());
        self.raws.push(raw.clone());
        self.named_in.push(0);
        self.ids.push(Ids::default());
        self.releases.insert(raw, release);
        release
    }

    fn note_id(&mut self, release: ReleaseIndex, id: &str) {
        let ids = &mut self.ids[release as usize];
        if ids.last == id {
            return;
        }
        ids.last.clear();
        ids.last.push_str(id);
        ids.least.extend(crate::recognition::id::plain(id));
        if ids.least.len() > IDS_OF_A_TITLE_MAX {
            ids.least.pop_last();
        }
    }

    pub(super) fn place(&mut self, report: Report) {
        let key = Key::of(&report.identity);
        let place = self.places.get(&key).copied().unwrap_or_else(|| {
            let place = dense(self.keys.len());
            self.keys.push(key.clone());
            self.places.insert(key, place);
            self.latest.push(Vec::new());
            place
        });
        let latest = &mut self.latest[place as usize];
        latest.retain(|other| other.source != report.source);
        latest.push(report);
    }

    /// The estate that the reports amount to.
    pub fn finish(self) -> Estate {
        let mut estate = Estate { sources: self.sources.iter().cloned().collect(), ..Estate::default() };
        let new_indexes = number_titles(&mut estate, &self.raws, &self.ids);
        drop((self.releases, self.places));

        let mut nodes: Vec<(Key, Vec<Report>)> = self.keys.into_iter().zip(self.latest).collect();
        nodes.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut keys = Vec::with_capacity(nodes.len());
        for (key, reports) in nodes {
            let marks = Marks::of(reports.iter().map(|report| report.identity.as_ref()));
            estate.identity.set_marks(&key, &Marks::default(), &marks);
            let reports = reports.into_iter().map(|report| Arc::new(renumbered(report, &new_indexes)));
            let place = estate.nodes.push(Node { device: super::UNJOINED, reports: Arc::new(reports.collect()) });
            estate.node_indexes.insert(key.clone(), place);
            keys.push(key);
        }
        place_devices(&mut estate, &keys);
        fill_holders(&mut estate);
        estate
    }
}

/// Numbers the releases in order of title; returns the new number of each. A title that is given twice, as no image of
/// ours does, gets two numbers.
fn number_titles(estate: &mut Estate, raws: &[Arc<RawTitle>], ids: &[Ids]) -> Vec<ReleaseIndex> {
    let mut in_order: Vec<(&Arc<RawTitle>, ReleaseIndex)> = raws.iter().zip(0..).collect();
    in_order.sort_unstable();
    let mut new_indexes = vec![0; raws.len()];
    for (raw, old) in in_order {
        new_indexes[old as usize] = estate.titles.add(raw.clone());
    }
    for (ids, release) in ids.iter().zip(&new_indexes) {
        ids.least.iter().for_each(|id| estate.titles.note_id(*release, Some(id)));
    }
    // All titles are new, so each is looked up once anyway.
    estate.titles.take_newly_identified();
    new_indexes
}

fn renumbered(report: Report, new_indexes: &[ReleaseIndex]) -> Report {
    if report.installed.releases().all(|release| new_indexes[release as usize] == release) {
        return report;
    }
    let new = |one: Installed| Installed { release: new_indexes[one.release as usize], ..one };
    let installed: Vec<Installed> = report.installed.iter().map(new).collect();
    Report { installed: InstalledList::of(&installed), ..report }
}

/// Gives every device its place: those of one person side by side, those without one at the end.
fn place_devices(estate: &mut Estate, keys: &[Key]) {
    let mut members: Vec<(&Key, u32)> = keys.iter().zip(0..).collect();
    let device_of = |node: &Key| estate.identity.device_of(node).unwrap_or(node).clone();
    let mut by_device: Vec<(Key, u32)> = members.drain(..).map(|(node, place)| (device_of(node), place)).collect();
    by_device.sort_unstable();
    let mut groups: Vec<(u32, &[(Key, u32)])> = Vec::with_capacity(by_device.len());
    for group in by_device.chunk_by(|(one, _), (other, _)| one == other) {
        let reports: Vec<Arc<Report>> =
            group.iter().flat_map(|(_, node)| estate.nodes.get(*node).reports.iter().cloned()).collect();
        let mut latest = counting(reports.iter());
        latest.sort_by(|one, other| other.recency().cmp(&one.recency()));
        let person = latest.into_iter().find_map(Report::person).map(str::to_owned);
        let person = person.map_or(NOBODY, |person| estate.users.intern(&person, NOBODY));
        groups.push((person, group));
    }
    groups.sort_by_key(|(person, _)| *person);
    for (_, group) in groups {
        let Some((key, _)) = group.first() else { continue };
        let nodes: Vec<u32> = group.iter().map(|(_, node)| *node).collect();
        let place = estate.devices.push(Some(Arc::new(Device { key: key.clone(), nodes: nodes.clone() })));
        estate.device_indexes.insert(key.clone(), place);
        for node in nodes {
            estate.nodes.get_mut(node).device = place;
        }
        let reports: Vec<Arc<Report>> = estate.reports_of(place).into_iter().cloned().collect();
        estate.refresh(place, counting(reports.iter()));
    }
}

/// Makes the sets of the devices that hold each release and title.
fn fill_holders(estate: &mut Estate) {
    let (devices, releases) = (estate.devices.len(), estate.titles.release_count() as usize);
    let mut counts = vec![0_usize; releases];
    each_held(estate, |_, release| counts[release as usize] += 1);
    let mut filling: Vec<Filling> = counts.iter().map(|count| Filling::of(*count, devices as usize)).collect();
    each_held(estate, |device, release| filling[release as usize].push(device));
    estate.installations = counts.iter().map(|count| *count as u64).sum();
    estate.titles.set_holders(filling.into_iter().map(Filling::finish));
}

/// Calls `visit` with every device and each release that it holds, device by device.
fn each_held(estate: &Estate, mut visit: impl FnMut(u32, ReleaseIndex)) {
    for device in 0..estate.devices.len() {
        match estate.counting(device).as_slice() {
            [only] => only.installed.releases().for_each(|release| visit(device, release)),
            _ => estate.held(device).into_iter().for_each(|release| visit(device, release)),
        }
    }
}
