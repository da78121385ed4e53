//! The installed base: what the latest reports of every source say of every device.
//!
//! Every source has its own reports. Of one source's reports of a device, those of its latest import count, together;
//! those of different sources are united, so that a title that two sources report stands on the device once.
//! The estate is a function of the reports at hand: building it again from the same reports gives the same.
//!
//! Which reports speak of the same device is in `identity`, titles are in `titles`.
//! What a title is as a product, and what must be licensed, is not known here.

mod capacity;
mod conflicts;
mod identity;
mod image;
mod installed;
mod loading;
mod places;
mod titles;
mod twins;
mod users;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use domain::id::ImportId;
use domain::observation::{
    DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Environment, Installation, RawTitle,
};
use domain::product::folded;
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, OrdSet};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::column::Column;
use crate::devices::DeviceSet;
use capacity::Capacities;
pub use conflicts::{Attribute, Conflict, Differing, Stated};
use identity::{Identity, Key, Marks, Move};
pub use image::NotAnImage;
use installed::{Installed, InstalledList};
pub use loading::EstateLoading;
use places::Places;
pub(crate) use places::{NOWHERE, PlaceKind};
pub(crate) use titles::{ReleaseIndex, TitleIndex, TitleKey, Titles};
pub use twins::{SharedMark, Sharing, Twin};
pub(crate) use users::{NOBODY, PersonMarks, PrimaryUsers, each_value};

/// The place of a device in the estate. Dense, and given to another device once its own is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DeviceIndex(pub u32);

/// The place of a node that is part of no device yet.
const UNJOINED: u32 = u32::MAX;
/// Stands after the name of a source where it sees a device only from outside.
const FROM_OUTSIDE: &str = " (from outside)";
/// The column of report times' value for a device whose sources do not say when they looked.
pub(crate) const UNDATED: i64 = i64::MIN;

/// A report as it is kept.
#[derive(Debug)]
struct Report {
    source: Arc<str>,
    import: ImportId,
    reported_at: Option<Timestamp>,
    identity: Arc<DeviceIdentity>,
    attributes: Arc<DeviceAttributes>,
    installed: InstalledList,
}

/// The reports under one mark: the latest of every source.
#[derive(Debug, Clone)]
struct Node {
    device: u32,
    reports: Arc<Vec<Arc<Report>>>,
}

/// The place of a node among the nodes.
type NodeIndex = u32;

/// A device: the nodes that are joined in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Device {
    key: Key,
    nodes: Vec<NodeIndex>,
}

/// Looked up by a key that is only ever compared. The hasher's keys are fixed, so that no randomness enters.
type ByKey<T> = GenericHashMap<Key, T, BuildHasherDefault<DefaultHasher>, DefaultSharedPtr>;

/// The installed base. A clone is cheap and keeps its instant while the original goes on.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    sources: OrdSet<Arc<str>>,
    identity: Identity,
    nodes: Column<Node, 64>,
    node_indexes: ByKey<NodeIndex>,
    devices: Column<Option<Arc<Device>>, 512>,
    device_indexes: ByKey<u32>,
    /// Places below the end that no device holds.
    empty_places: OrdSet<u32>,
    titles: Titles,
    installations: u64,
    users: PrimaryUsers,
    /// When a source last looked at every device, in seconds of Unix time, or [`UNDATED`].
    seen_column: Column<i64, 512>,
    /// Devices of every stated environment, in the order of [`Environment::ALL`].
    in_environment: [DeviceSet; 4],
    unstated_environment: DeviceSet,
    without_person: DeviceSet,
    undated: DeviceSet,
    capacities: Capacities,
    regions: Places,
    business_units: Places,
    cost_centres: Places,
    with_known_use: DeviceSet,
    /// The places that devices hold.
    present: DeviceSet,
}

/// What is known of a device, from all sources together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceFacts {
    /// Its place.
    pub index: DeviceIndex,
    /// What names it for good: `uuid:…`, `serial:…` or `name:…`.
    pub key: String,
    /// Host name as last reported.
    pub name: String,
    /// Serial number, where a source gives one.
    pub serial: Option<String>,
    /// Hardware UUID, where a source gives one.
    pub uuid: Option<String>,
    /// Attributes; where sources differ, the latest report that states the attribute.
    pub attributes: DeviceAttributes,
    /// The reports that count, by source; several of one source where one import names the device in several ways.
    pub reports: Vec<SourceReport>,
}

/// A report that counts for a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// The source.
    pub source: String,
    /// The import that brought the report.
    pub import: ImportId,
    /// When the source looked, where it says so.
    pub reported_at: Option<Timestamp>,
    /// Titles in the report.
    pub installations: u64,
}

/// A title on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstalledTitle {
    /// The title as the sources wrote it.
    pub title: RawTitle,
    /// The last day of use that any source knows.
    pub last_used_on: Option<Date>,
    /// The sources that report it, by name.
    pub sources: Vec<String>,
}

/// A title of the estate: publisher and name, letter case and white space apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TitleFacts {
    /// Publisher as a source wrote it.
    pub publisher: Option<String>,
    /// Name as a source wrote it.
    pub name: String,
    /// The versions that are installed, in order of text.
    pub versions: Vec<String>,
    /// Distinct devices that hold it.
    pub devices: u64,
}

impl Estate {
    /// An estate without devices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what `source` says of one device. It replaces what that source said of the device before;
    /// what it sees from outside stands beside that, as if another source said it.
    /// Touches only what changed.
    pub fn report(&mut self, source: &str, import: ImportId, report: &DeviceReport) {
        let source = if report.from_outside { self.source(&from_outside(source)) } else { self.source(source) };
        let key = Key::of(&report.device);
        let place = self.node_indexes.get(&key).copied();
        let before = place.map(|place| self.nodes.get(place).clone());
        let old = before.as_ref().and_then(|node| node.reports.iter().find(|report| report.source == source));
        let listed: Vec<Installed> = old.map(|old| old.installed.iter().collect()).unwrap_or_default();
        let merged = self.merge(&listed, &report.installations);
        let installed = match old.filter(|_| merged.installed == listed) {
            Some(old) => old.installed.clone(),
            None => InstalledList::of(&merged.installed),
        };
        let new = Arc::new(Report {
            source,
            import,
            reported_at: report.reported_at,
            identity: shared(old.map(|old| &old.identity), &report.device),
            attributes: shared(old.map(|old| &old.attributes), &report.attributes),
            installed,
        });
        if let (Some(place), Some(node), Some(old)) = (place, &before, old)
            && old.identity == new.identity
        {
            let reports = self.reports_of(node.device);
            if reports.iter().filter(|report| report.source == new.source).count() == 1 {
                let others = reports.into_iter().filter(|report| report.source != new.source);
                let reports: Vec<Arc<Report>> = others.chain([&new]).cloned().collect();
                let same_facts = reports.len() == 1 && Arc::ptr_eq(&old.attributes, &new.attributes);
                self.replace((place, node), &new, &reports, merged.added, merged.removed);
                if same_facts {
                    self.note_look(node.device, &new);
                } else {
                    self.refresh(node.device, counting(reports.iter()));
                }
                return;
            }
        }
        self.rejoin(&key, place, before.as_ref(), new);
    }

    /// One shared copy of a source's name.
    fn source(&mut self, source: &str) -> Arc<str> {
        if let Some(known) = self.sources.get(source) {
            return known.clone();
        }
        let source: Arc<str> = source.into();
        self.sources.insert(source.clone());
        source
    }

    /// Walks an old list and a new one side by side; only titles that differ are looked up.
    fn merge(&mut self, old: &[Installed], installations: &[Installation]) -> Merged {
        let mut merged = Merged { installed: Vec::with_capacity(installations.len()), ..Merged::default() };
        let (mut next, mut in_order) = (0, true);
        for installation in installations {
            let here = old.get(next).map(|one| one.release);
            let release = match here.filter(|release| self.titles.is_release(*release, &installation.title)) {
                Some(release) => {
                    next += 1;
                    release
                }
                None => {
                    let release = self.titles.intern(&installation.title);
                    self.titles.note_id(release, installation.source_id.as_deref());
                    // Importers hand titles over in one order, each once, so what stays lies ahead.
                    match old.iter().position(|one| one.release == release) {
                        Some(place) if place >= next => {
                            merged.removed.extend(old[next..place].iter().map(|one| one.release));
                            next = place + 1;
                        }
                        Some(_) => in_order = false,
                        None => merged.added.push(release),
                    }
                    release
                }
            };
            merged.installed.push(Installed { release, last_used_on: installation.last_used_on });
        }
        merged.removed.extend(old[next..].iter().map(|rest| rest.release));
        let mut added = merged.added.clone();
        added.sort_unstable();
        in_order &= added.is_sorted_by(|one, other| one < other);
        if in_order { merged } else { Merged::of(old, &merged.installed) }
    }

    /// The common case: the marks are as before, so no device is joined or parted, and `new` replaces all that its
    /// source said of the device. `reports` are those of the device from now on.
    fn replace(
        &mut self,
        (place, node): (NodeIndex, &Node),
        new: &Arc<Report>,
        reports: &[Arc<Report>],
        mut added: Vec<ReleaseIndex>,
        mut removed: Vec<ReleaseIndex>,
    ) {
        let device = node.device;
        self.nodes.get_mut(place).reports = with_report(Some(node), new);
        let counting = counting(reports.iter());
        added.retain(|release| !self.titles.release_holders(*release).contains(device));
        if counting.len() > 1 {
            removed.retain(|gone| !counting.iter().any(|report| report.installed.holds(*gone)));
        }
        self.change(device, &added, &removed);
    }

    /// The general case: a new mark, or marks that changed, may join devices or part them.
    fn rejoin(&mut self, key: &Key, place: Option<NodeIndex>, before: Option<&Node>, new: Arc<Report>) {
        let identities = |reports: &[Arc<Report>]| Marks::of(reports.iter().map(|report| report.identity.as_ref()));
        let marks_before = before.map(|node| identities(&node.reports)).unwrap_or_default();
        let reports = with_report(before, &new);
        let moves = self.identity.set_marks(key, &marks_before, &identities(&reports));

        let touched_before: BTreeSet<u32> = moves
            .iter()
            .filter_map(|moved| self.device_indexes.get(moved.from.as_ref()?).copied())
            .chain(moves.iter().filter_map(|moved| self.device_indexes.get(&moved.to).copied()))
            .chain(before.map(|node| node.device))
            .collect();
        let mut held: BTreeMap<u32, Vec<ReleaseIndex>> =
            touched_before.into_iter().map(|device| (device, self.held(device))).collect();

        match place {
            Some(place) => self.nodes.get_mut(place).reports = reports,
            None => {
                let place = self.nodes.push(Node { device: UNJOINED, reports });
                self.node_indexes.insert(key.clone(), place);
            }
        }
        for moved in moves {
            let device = self.move_node(moved);
            held.entry(device).or_default();
        }
        for (device, held_before) in held {
            let held_now = self.held(device);
            let without = |one: &[ReleaseIndex], other: &[ReleaseIndex]| -> Vec<ReleaseIndex> {
                one.iter().copied().filter(|release| other.binary_search(release).is_err()).collect()
            };
            let (added, removed) = (without(&held_now, &held_before), without(&held_before, &held_now));
            self.change(device, &added, &removed);
            let reports: Vec<Arc<Report>> = self.reports_of(device).into_iter().cloned().collect();
            self.refresh(device, counting(reports.iter()));
        }
    }

    /// Takes a node from its device to another, and returns the other's place.
    fn move_node(&mut self, moved: Move) -> u32 {
        let node = self.node_indexes.get(&moved.node).copied();
        if let Some(place) = moved.from.as_ref().and_then(|from| self.device_indexes.get(from).copied()) {
            let mut device = self.devices.get(place).as_deref().cloned();
            if let Some(device) = &mut device {
                device.nodes.retain(|other| Some(*other) != node);
            }
            let device = device.filter(|device| !device.nodes.is_empty());
            if let (None, Some(from)) = (&device, &moved.from) {
                self.device_indexes.remove(from);
                self.empty_places.insert(place);
            }
            *self.devices.get_mut(place) = device.map(Arc::new);
        }
        let place = self.device_indexes.get(&moved.to).copied().unwrap_or_else(|| self.new_place(&moved.to));
        if let Some(node) = node {
            self.nodes.get_mut(node).device = place;
        }
        let mut nodes = self.devices.get(place).as_ref().map(|device| device.nodes.clone()).unwrap_or_default();
        nodes.extend(node);
        nodes.sort_unstable();
        *self.devices.get_mut(place) = Some(Arc::new(Device { key: moved.to, nodes }));
        place
    }

    fn new_place(&mut self, key: &Key) -> u32 {
        let empty = self.empty_places.get_min().copied();
        let place = empty.unwrap_or_else(|| self.devices.push(None));
        self.empty_places.remove(&place);
        self.device_indexes.insert(key.clone(), place);
        place
    }

    fn change(&mut self, device: u32, added: &[ReleaseIndex], removed: &[ReleaseIndex]) {
        self.installations = self.installations + added.len() as u64 - removed.len() as u64;
        self.titles.change(device, added, removed);
    }

    /// Brings the columns and bitmaps of a device's attributes up to date with the reports that count.
    fn refresh(&mut self, device: u32, mut latest: Vec<&Report>) {
        // A device without reports has just been joined to another.
        let is_there = !latest.is_empty();
        let (mut environment, mut person, mut seen) = (None, None, UNDATED);
        latest.sort_by(|one, other| other.recency().cmp(&one.recency()));
        for report in &latest {
            environment = environment.or(report.attributes.environment);
            person = person.or(report.person());
            seen = seen.max(report.reported_at.map_or(UNDATED, Timestamp::as_second));
        }
        self.capacities.set(device, &latest);
        let first = |place: fn(&DeviceAttributes) -> Option<&String>| {
            latest.iter().find_map(|report| place(&report.attributes)).map(String::as_str)
        };
        self.regions.set(device, first(|attributes| attributes.region.as_ref()));
        self.business_units.set(device, first(|attributes| attributes.business_unit.as_ref()));
        self.cost_centres.set(device, first(|attributes| attributes.cost_centre.as_ref()));
        let knows_use = latest.iter().any(|report| report.installed.knows_use());
        for (devices, listed) in self.in_environment.iter_mut().zip(Environment::ALL) {
            devices.put(device, is_there && environment == Some(listed));
        }
        self.present.put(device, is_there);
        self.unstated_environment.put(device, is_there && environment.is_none());
        self.without_person.put(device, is_there && person.is_none());
        self.undated.put(device, is_there && seen == UNDATED);
        self.with_known_use.put(device, is_there && knows_use);
        let person = person.map_or(NOBODY, |person| self.users.intern(person, self.users.of(device)));
        self.users.set(device, person);
        self.seen_column.set(device, seen);
    }

    /// The same where only its one report is newer and states the same.
    fn note_look(&mut self, device: u32, report: &Report) {
        let seen = report.reported_at.map_or(UNDATED, Timestamp::as_second);
        self.undated.put(device, seen == UNDATED);
        self.with_known_use.put(device, report.installed.knows_use());
        self.seen_column.set(device, seen);
    }

    /// Every report of a device, whether or not it counts.
    fn reports_of(&self, device: u32) -> Vec<&Arc<Report>> {
        let nodes = self.devices.get(device).iter().flat_map(|device| &device.nodes);
        nodes.flat_map(|node| self.nodes.get(*node).reports.iter()).collect()
    }

    /// The reports that count for a device.
    fn counting(&self, device: u32) -> Vec<&Report> {
        counting(self.reports_of(device).into_iter())
    }

    /// The releases on a device, in order of index.
    fn held(&self, device: u32) -> Vec<ReleaseIndex> {
        let reports = self.counting(device);
        let mut held: Vec<ReleaseIndex> = reports.into_iter().flat_map(|report| report.installed.releases()).collect();
        held.sort_unstable();
        held.dedup();
        held
    }

    /// How many devices there are.
    pub fn device_count(&self) -> u64 {
        self.device_indexes.len() as u64
    }

    /// How many titles stand on all devices together, each version once for each device.
    pub fn installation_count(&self) -> u64 {
        self.installations
    }

    /// The places of all devices, in order.
    pub fn devices(&self) -> impl Iterator<Item = DeviceIndex> + '_ {
        (0..self.devices.len()).filter(|place| self.devices.get(*place).is_some()).map(DeviceIndex)
    }

    /// What is known of a device; `None` where the place is empty.
    pub fn device(&self, index: DeviceIndex) -> Option<DeviceFacts> {
        let key = &self.device_at(index.0)?.key;
        let mut reports = self.counting(index.0);
        reports.sort_by(|one, other| other.recency().cmp(&one.recency()));
        let stated = |mark: fn(&DeviceIdentity) -> Option<&String>| {
            reports.iter().find_map(|report| mark(&report.identity)).cloned()
        };
        let mut sources: Vec<SourceReport> = reports
            .iter()
            .map(|report| SourceReport {
                source: report.source.to_string(),
                import: report.import,
                reported_at: report.reported_at,
                installations: report.installed.len(),
            })
            .collect();
        sources.sort_by(|one, other| one.source.cmp(&other.source));
        Some(DeviceFacts {
            index,
            key: key.to_string(),
            name: reports.first()?.identity.name.clone(),
            serial: stated(|identity| identity.serial.as_ref()),
            uuid: stated(|identity| identity.uuid.as_ref()),
            attributes: united(&reports),
            reports: sources,
        })
    }

    fn device_at(&self, place: u32) -> Option<&Device> {
        if place < self.devices.len() { self.devices.get(place).as_deref() } else { None }
    }

    /// The device of this key, as [`DeviceFacts::key`] gives it.
    pub fn device_with_key(&self, key: &str) -> Option<DeviceIndex> {
        self.device_indexes.get(&Key::parse(key)?).copied().map(DeviceIndex)
    }

    /// The titles on a device, in order of title.
    pub fn installed_on(&self, index: DeviceIndex) -> Vec<InstalledTitle> {
        self.installed_where(index.0, |_, _| true)
    }

    /// The titles on a device that `wanted` asks for, in order of title.
    pub(crate) fn installed_where(
        &self,
        device: u32,
        wanted: impl Fn(TitleIndex, ReleaseIndex) -> bool,
    ) -> Vec<InstalledTitle> {
        if self.device_at(device).is_none() {
            return Vec::new();
        }
        let mut found: BTreeMap<&RawTitle, (Option<Date>, BTreeSet<&str>)> = BTreeMap::new();
        for report in self.counting(device) {
            for installed in report.installed.iter() {
                if wanted(self.titles.title_of(installed.release), installed.release) {
                    let title = found.entry(self.titles.raw(installed.release)).or_default();
                    title.0 = title.0.max(installed.last_used_on);
                    title.1.insert(&report.source);
                }
            }
        }
        found
            .into_iter()
            .map(|(title, (last_used_on, sources))| InstalledTitle {
                title: title.clone(),
                last_used_on,
                sources: sources.into_iter().map(str::to_owned).collect(),
            })
            .collect()
    }

    /// The titles that stand on at least one device.
    pub fn titles(&self) -> impl Iterator<Item = TitleFacts> + '_ {
        (0..self.titles.len()).filter_map(|title| self.title_facts(title))
    }

    /// What is known of a title; `None` where no device holds it any more.
    pub(crate) fn title_facts(&self, title: TitleIndex) -> Option<TitleFacts> {
        let devices = self.titles.holders(title).len();
        let present = self.titles.releases(title).iter().filter(|of| !self.titles.release_holders(**of).is_empty());
        let raw: BTreeSet<&RawTitle> = present.map(|release| self.titles.raw(*release).as_ref()).collect();
        let shown = raw.first()?;
        let versions: BTreeSet<&String> = raw.iter().filter_map(|raw| raw.version.as_ref()).collect();
        Some(TitleFacts {
            publisher: shown.publisher.clone(),
            name: shown.name.clone(),
            versions: versions.into_iter().cloned().collect(),
            devices,
        })
    }

    /// Titles that got an id since this was last asked.
    pub(crate) fn take_newly_identified(&mut self) -> Vec<TitleIndex> {
        self.titles.take_newly_identified()
    }

    pub(crate) fn table(&self) -> &Titles {
        &self.titles
    }

    /// The devices that state `environment`.
    pub(crate) fn stating(&self, environment: Environment) -> &DeviceSet {
        &self.in_environment[environment as usize]
    }

    /// The devices that state no environment, which count as production.
    pub(crate) fn unstated(&self) -> &DeviceSet {
        &self.unstated_environment
    }

    fn places(&self, kind: PlaceKind) -> &Places {
        match kind {
            PlaceKind::Region => &self.regions,
            PlaceKind::BusinessUnit => &self.business_units,
            PlaceKind::CostCentre => &self.cost_centres,
        }
    }

    /// The devices that state any of these places or a part of one.
    pub(crate) fn within(&self, kind: PlaceKind, places: &BTreeSet<String>) -> Cow<'_, DeviceSet> {
        self.places(kind).within(places)
    }

    /// The devices that state exactly this place, letter case and white space apart.
    pub(crate) fn stating_place(&self, kind: PlaceKind, place: &str) -> DeviceSet {
        self.places(kind).stating(place)
    }

    /// The devices that state no place of a kind.
    pub(crate) fn without_place(&self, kind: PlaceKind) -> DeviceSet {
        &self.present - &self.places(kind).somewhere()
    }

    /// How many places of a kind there ever were: their numbers are 1 to this.
    pub(crate) fn place_count(&self, kind: PlaceKind) -> u32 {
        self.places(kind).len()
    }

    /// The number of the place that every device states, or [`NOWHERE`], by the device's own place.
    pub(crate) fn place_numbers(&self, kind: PlaceKind) -> Vec<u32> {
        let column = self.places(kind).column();
        let mut numbers = vec![NOWHERE; self.devices.len() as usize];
        let mut next = 0;
        while next < column.len() {
            let (_, values) = column.chunk_of(next);
            for (number, value) in numbers.iter_mut().skip(next as usize).zip(values) {
                *number = *value;
            }
            next += crate::column::dense(values.len());
        }
        numbers
    }

    /// A place as a source writes it; `None` where no device states it any more.
    pub(crate) fn place_shown(&self, kind: PlaceKind, number: u32) -> Option<String> {
        let device = self.places(kind).holders(number).iter().next()?;
        let attribute: fn(&DeviceAttributes) -> Option<&String> = match kind {
            PlaceKind::Region => |attributes| attributes.region.as_ref(),
            PlaceKind::BusinessUnit => |attributes| attributes.business_unit.as_ref(),
            PlaceKind::CostCentre => |attributes| attributes.cost_centre.as_ref(),
        };
        let mut reports = self.counting(device);
        reports.sort_by(|one, other| other.recency().cmp(&one.recency()));
        reports.iter().find_map(|report| attribute(&report.attributes)).map(|place| place.trim().to_owned())
    }

    /// The devices of which a source says something that counts.
    pub(crate) fn reported_by(&self, source: &str) -> DeviceSet {
        let names = [source.to_owned(), from_outside(source)];
        let said = |device: &u32| {
            self.counting(*device).iter().any(|report| names.iter().any(|name| **name == *report.source))
        };
        let places: Vec<u32> = self.present.iter().filter(said).collect();
        DeviceSet::of_sorted(&places)
    }

    /// The names of all sources that ever reported, in order.
    pub fn source_names(&self) -> BTreeSet<&str> {
        self.sources.iter().map(|source| source.strip_suffix(FROM_OUTSIDE).unwrap_or(source)).collect()
    }

    /// The devices whose primary user is not known.
    pub(crate) fn without_person(&self) -> &DeviceSet {
        &self.without_person
    }

    /// The devices whose sources do not say when they looked.
    pub(crate) fn undated(&self) -> &DeviceSet {
        &self.undated
    }

    /// The devices where the last use of some title is known.
    pub(crate) fn with_known_use(&self) -> &DeviceSet {
        &self.with_known_use
    }

    /// The last day on which any of the wanted titles was used on a device, where a source knows.
    pub(crate) fn last_use(&self, device: u32, wanted: impl Fn(TitleIndex) -> bool) -> Option<Date> {
        let reports = self.counting(device);
        let installed = reports.into_iter().flat_map(|report| report.installed.iter());
        installed.filter(|one| wanted(self.titles.title_of(one.release))).filter_map(|one| one.last_used_on).max()
    }

    /// Shows what stands on a device, title by title, a title as often as reports name a version of it.
    pub(crate) fn each_installed(&self, device: u32, mut look: impl FnMut(TitleIndex, Option<Date>)) {
        for report in self.counting(device) {
            for installed in report.installed.iter() {
                look(self.titles.title_of(installed.release), installed.last_used_on);
            }
        }
    }

    /// The environment as which a device counts.
    pub(crate) fn environment_of(&self, device: u32) -> Environment {
        self.stated_environment_of(device).unwrap_or_default()
    }

    /// The environment that a device states.
    pub(crate) fn stated_environment_of(&self, device: u32) -> Option<Environment> {
        Environment::ALL.into_iter().find(|environment| self.stating(*environment).contains(device))
    }

    /// The primary user of a device, or [`NOBODY`].
    pub(crate) fn person_of(&self, device: u32) -> u32 {
        self.users.of(device)
    }

    /// How many persons there ever were; their indexes are the numbers below.
    pub(crate) fn person_count(&self) -> usize {
        self.users.person_count()
    }

    /// A person as compared: folded.
    pub(crate) fn person(&self, person: u32) -> &str {
        self.users.name(person)
    }

    /// Who uses the devices.
    pub(crate) fn users(&self) -> &PrimaryUsers {
        &self.users
    }

    /// The places of all devices.
    pub(crate) fn present(&self) -> &DeviceSet {
        &self.present
    }

    /// When a source last looked at each device, in seconds of Unix time, or [`UNDATED`].
    pub(crate) fn seen_column(&self) -> &Column<i64, 512> {
        &self.seen_column
    }

    /// By what devices are put in order: the name as shown, folded, then the key, which no other device has.
    pub(crate) fn order_of(&self, device: u32) -> (String, String) {
        let name = self.latest(device).map(|report| folded(&report.identity.name)).unwrap_or_default();
        let key = self.devices.get(device).as_ref().map(|device| device.key.to_string()).unwrap_or_default();
        (name, key)
    }

    /// The device's name as shown.
    pub(crate) fn name_of(&self, device: u32) -> &str {
        self.latest(device).map_or("", |report| &report.identity.name)
    }

    /// The primary user as the latest source that knows one writes it.
    pub(crate) fn person_shown(&self, device: u32) -> Option<&str> {
        let reports = self.counting(device);
        let naming = reports.into_iter().filter(|report| report.person().is_some());
        naming.max_by(|one, other| one.recency().cmp(&other.recency()))?.person()
    }

    fn latest(&self, device: u32) -> Option<&Report> {
        self.counting(device).into_iter().max_by(|one, other| one.recency().cmp(&other.recency()))
    }
}

/// A new list beside the old one.
#[derive(Default)]
struct Merged {
    installed: Vec<Installed>,
    /// In the new list and not in the old.
    added: Vec<ReleaseIndex>,
    /// In the old list and not in the new.
    removed: Vec<ReleaseIndex>,
}

impl Merged {
    /// For lists in any order. Of a title that stands there twice the later use counts.
    fn of(old: &[Installed], new: &[Installed]) -> Self {
        let mut latest: BTreeMap<ReleaseIndex, Option<Date>> = BTreeMap::new();
        for one in new {
            let day = latest.entry(one.release).or_default();
            *day = (*day).max(one.last_used_on);
        }
        let before: BTreeSet<ReleaseIndex> = old.iter().map(|one| one.release).collect();
        Self {
            added: latest.keys().copied().filter(|release| !before.contains(release)).collect(),
            removed: before.into_iter().filter(|release| !latest.contains_key(release)).collect(),
            installed: latest.into_iter().map(|(release, last_used_on)| Installed { release, last_used_on }).collect(),
        }
    }
}

impl Report {
    fn person(&self) -> Option<&str> {
        self.attributes.primary_user.as_deref().filter(|person| !person.trim().is_empty())
    }

    /// Of two reports the one with the greater recency states what holds. Never equal for two reports of a device:
    /// one source has one report under one mark.
    fn recency(&self) -> (Option<Timestamp>, ImportId, &str, Key) {
        (self.reported_at, self.import, &self.source, Key::of(&self.identity))
    }
}

/// The name under which stands what a source says of devices that it sees only from outside.
fn from_outside(source: &str) -> String {
    format!("{source}{FROM_OUTSIDE}")
}

/// Of every source the reports of its latest import.
fn counting<'a>(reports: impl Iterator<Item = &'a Arc<Report>> + Clone) -> Vec<&'a Report> {
    let superseded =
        |report: &Report| reports.clone().any(|other| other.import > report.import && other.source == report.source);
    reports.clone().map(Arc::as_ref).filter(|report| !superseded(report)).collect()
}

/// `new`, as the copy that is at hand where it is equal.
fn shared<T: Clone + PartialEq>(known: Option<&Arc<T>>, new: &T) -> Arc<T> {
    known.filter(|known| ***known == *new).cloned().unwrap_or_else(|| Arc::new(new.clone()))
}

fn with_report(node: Option<&Node>, new: &Arc<Report>) -> Arc<Vec<Arc<Report>>> {
    let others = node.iter().flat_map(|node| node.reports.iter()).filter(|report| report.source != new.source);
    let mut reports: Vec<Arc<Report>> = others.cloned().collect();
    reports.push(new.clone());
    Arc::new(reports)
}

/// The attributes of several reports, the latest first: each from the first that states it.
fn united(reports: &[&Report]) -> DeviceAttributes {
    let mut united = DeviceAttributes::default();
    for report in reports {
        let DeviceAttributes {
            kind,
            environment,
            operating_system,
            primary_user: _,
            processors,
            cores,
            processor_model,
            virtual_processors,
            host,
            cluster,
            region,
            business_unit,
            cost_centre,
            last_seen_on,
        } = DeviceAttributes::clone(&report.attributes);
        if united.kind == DeviceKind::Unknown {
            united.kind = kind;
        }
        united.environment = united.environment.or(environment);
        united.operating_system = united.operating_system.or(operating_system);
        united.primary_user = united.primary_user.or_else(|| report.person().map(str::to_owned));
        united.processors = united.processors.or(processors);
        united.cores = united.cores.or(cores);
        united.processor_model = united.processor_model.or(processor_model);
        united.virtual_processors = united.virtual_processors.or(virtual_processors);
        united.host = united.host.or(host);
        united.cluster = united.cluster.or(cluster);
        united.region = united.region.or(region);
        united.business_unit = united.business_unit.or(business_unit);
        united.cost_centre = united.cost_centre.or(cost_centre);
        united.last_seen_on = united.last_seen_on.max(last_seen_on);
    }
    united
}
