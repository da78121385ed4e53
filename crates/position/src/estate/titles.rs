//! The titles of the estate and which devices hold them: one bitmap of devices for each title and each release.
//!
//! A release is a title exactly as a source wrote it, with its version. A title gathers the releases whose publisher
//! and name are the same, letter case and white space apart. Which product a title is, is not known here.

use std::collections::BTreeSet;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use domain::observation::RawTitle;
use domain::product::folded;
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, OrdMap};

use crate::column::{Column, dense};
use crate::devices::DeviceSet;

/// The dense index of a title.
pub(crate) type TitleIndex = u32;
/// The dense index of a release.
pub(crate) type ReleaseIndex = u32;

/// What makes a title the same title. Ordered by name first, so that names with one beginning stand together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TitleKey {
    /// The name, folded.
    pub(crate) name: Arc<str>,
    /// The publisher, folded; an empty one is none.
    pub(crate) publisher: Option<Arc<str>>,
}

impl TitleKey {
    /// The key of a raw title.
    pub(crate) fn of(title: &RawTitle) -> Self {
        let publisher = title.publisher.as_deref().map(folded).filter(|publisher| !publisher.is_empty());
        Self { name: folded(&title.name).into(), publisher: publisher.map(Arc::from) }
    }
}

/// A release, apart from who holds it.
#[derive(Debug, Clone)]
struct Release {
    title: TitleIndex,
    spelling: Spelling,
}

/// Where a raw title stands among the texts, because every title of every report is compared with one.
#[derive(Debug, Clone, Copy)]
struct Spelling {
    page: u32,
    start: u32,
    name: u32,
    /// [`ABSENT`] where there is none.
    version: u32,
    /// [`ABSENT`] where there is none.
    publisher: u32,
}

const ABSENT: u32 = u32::MAX;
/// Texts stand together on pages of this size; what a new title beside a kept snapshot copies.
const PAGE_BYTES: usize = 1 << 16;

/// Name, version and publisher of every release, one after the other: titles that were loaded in their order are read
/// in the order of memory.
#[derive(Debug, Clone, Default)]
struct Texts {
    pages: Vec<Arc<Vec<u8>>>,
}

impl Texts {
    fn add(&mut self, raw: &RawTitle) -> Spelling {
        let (version, publisher) = (raw.version.as_deref(), raw.publisher.as_deref());
        let text = [&raw.name, version.unwrap_or_default(), publisher.unwrap_or_default()].concat();
        if self.pages.last().is_none_or(|page| page.len() + text.len() > PAGE_BYTES) {
            self.pages.push(Arc::new(Vec::with_capacity(PAGE_BYTES)));
        }
        let page = self.pages.len() - 1;
        let bytes = Arc::make_mut(&mut self.pages[page]);
        let start = bytes.len();
        bytes.extend_from_slice(text.as_bytes());
        Spelling {
            page: dense(page),
            start: dense(start),
            name: dense(raw.name.len()),
            version: version.map_or(ABSENT, |version| dense(version.len())),
            publisher: publisher.map_or(ABSENT, |publisher| dense(publisher.len())),
        }
    }

    fn spells(&self, spelling: Spelling, raw: &RawTitle) -> bool {
        let same_length = |stated: Option<&String>, known: u32| match stated {
            Some(stated) => known != ABSENT && stated.len() == known as usize,
            None => known == ABSENT,
        };
        if raw.name.len() != spelling.name as usize
            || !same_length(raw.version.as_ref(), spelling.version)
            || !same_length(raw.publisher.as_ref(), spelling.publisher)
        {
            return false;
        }
        let mut rest = &self.pages[spelling.page as usize][spelling.start as usize..];
        let texts = [Some(&raw.name), raw.version.as_ref(), raw.publisher.as_ref()];
        texts.into_iter().flatten().all(|stated| {
            let Some((known, after)) = rest.split_at_checked(stated.len()) else { return false };
            rest = after;
            known == stated.as_bytes()
        })
    }
}

/// The version that a raw title states.
fn stated_version(raw: &RawTitle) -> Option<&str> {
    raw.version.as_deref().map(str::trim).filter(|version| !version.is_empty())
}

/// A title, apart from who holds it.
#[derive(Debug, Clone)]
struct Title {
    key: TitleKey,
    releases: Vec<ReleaseIndex>,
    /// Whether every release states a version, and each another one, as far as that was looked at.
    has_distinct_versions: bool,
}

/// In small chunks: a report beside a kept snapshot copies one for each title that changed.
type Holders = Column<DeviceSet, 16>;

/// Looked up for every title of a new device. The hasher's keys are fixed, so that no randomness enters.
type ByRaw = GenericHashMap<Arc<RawTitle>, ReleaseIndex, BuildHasherDefault<DefaultHasher>, DefaultSharedPtr>;

/// All titles that were ever reported. Indexes are never given twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Titles {
    releases: Column<Release, 256>,
    raws: Column<Arc<RawTitle>, 256>,
    texts: Texts,
    by_index: Column<Arc<Title>, 256>,
    by_raw: ByRaw,
    by_key: OrdMap<TitleKey, TitleIndex>,
    release_holders: Holders,
    title_holders: Holders,
    /// Ids that reports gave with titles, in the form of rules; only titles that have any.
    ids: OrdMap<TitleIndex, Arc<BTreeSet<String>>>,
    newly_identified: Vec<TitleIndex>,
}

/// With more releases of a title their versions are compared when they are counted.
const VERSIONS_COMPARED_MAX: usize = 64;

/// More ids of one title add nothing: they are of one kind.
pub(super) const IDS_OF_A_TITLE_MAX: usize = 4;

impl Titles {
    /// How many titles there are; their indexes are the numbers below.
    pub(crate) fn len(&self) -> TitleIndex {
        self.by_index.len()
    }

    /// The index of a release, given now where it has none.
    pub(crate) fn intern(&mut self, raw: &RawTitle) -> ReleaseIndex {
        match self.by_raw.get(raw) {
            Some(release) => *release,
            None => self.add(Arc::new(raw.clone())),
        }
    }

    /// Adds a release that is not there yet, and returns its index.
    pub(crate) fn add(&mut self, raw: Arc<RawTitle>) -> ReleaseIndex {
        let key = TitleKey::of(&raw);
        let title = self.by_key.get(&key).copied().unwrap_or_else(|| {
            let new = Title { key: key.clone(), releases: Vec::new(), has_distinct_versions: true };
            let title = self.by_index.push(Arc::new(new));
            self.title_holders.push(DeviceSet::new());
            self.by_key.insert(key, title);
            title
        });
        let spelling = self.texts.add(&raw);
        let release = self.releases.push(Release { title, spelling });
        self.raws.push(raw.clone());
        self.release_holders.push(DeviceSet::new());
        let is_distinct = self.is_distinct_version(title, stated_version(&raw));
        let of_title = Arc::make_mut(self.by_index.get_mut(title));
        of_title.releases.push(release);
        of_title.has_distinct_versions &= is_distinct;
        self.by_raw.insert(raw, release);
        release
    }

    /// Whether a title's releases so far state other versions; for few of them, so that a title of thousands of versions
    /// is not compared with each.
    fn is_distinct_version(&self, title: TitleIndex, version: Option<&str>) -> bool {
        let Title { releases, has_distinct_versions, .. } = self.by_index.get(title).as_ref();
        *has_distinct_versions
            && version.is_some()
            && releases.len() < VERSIONS_COMPARED_MAX
            && releases.iter().all(|release| self.version(*release) != version)
    }

    /// The version that a release states.
    pub(crate) fn version(&self, release: ReleaseIndex) -> Option<&str> {
        stated_version(self.raw(release))
    }

    /// Whether each release of a title is known to be a version of its own.
    pub(crate) fn has_distinct_versions(&self, title: TitleIndex) -> bool {
        self.by_index.get(title).has_distinct_versions
    }

    /// A report gave `id` with a release that it brought to a device. The least ids are kept, so that the order in
    /// which they come decides nothing.
    pub(crate) fn note_id(&mut self, release: ReleaseIndex, id: Option<&str>) {
        let Some(id) = id.and_then(crate::recognition::id::plain) else { return };
        let title = self.title_of(release);
        let known = self.ids.get(&title);
        let is_full = |ids: &Arc<BTreeSet<String>>| {
            ids.len() >= IDS_OF_A_TITLE_MAX && ids.last().is_some_and(|greatest| *greatest < id)
        };
        if known.is_some_and(|ids| ids.contains(&id) || is_full(ids)) {
            return;
        }
        let ids = Arc::make_mut(self.ids.entry(title).or_default());
        ids.insert(id);
        if ids.len() > IDS_OF_A_TITLE_MAX {
            ids.pop_last();
        }
        self.newly_identified.push(title);
    }

    pub(crate) fn take_newly_identified(&mut self) -> Vec<TitleIndex> {
        std::mem::take(&mut self.newly_identified)
    }

    /// The ids of a title, in the form of rules.
    pub(crate) fn ids(&self, title: TitleIndex) -> impl Iterator<Item = &str> {
        self.ids.get(&title).into_iter().flat_map(|ids| ids.iter()).map(String::as_str)
    }

    /// The title with this key.
    pub(crate) fn with_key(&self, key: &TitleKey) -> Option<TitleIndex> {
        self.by_key.get(key).copied()
    }

    /// The raw title of a release.
    pub(crate) fn raw(&self, release: ReleaseIndex) -> &Arc<RawTitle> {
        self.raws.get(release)
    }

    /// Whether a release is the title exactly as a source wrote it.
    pub(crate) fn is_release(&self, release: ReleaseIndex, raw: &RawTitle) -> bool {
        self.texts.spells(self.releases.get(release).spelling, raw)
    }

    /// The title of a release.
    pub(crate) fn title_of(&self, release: ReleaseIndex) -> TitleIndex {
        self.releases.get(release).title
    }

    /// What makes a title the same.
    pub(crate) fn key(&self, title: TitleIndex) -> &TitleKey {
        &self.by_index.get(title).key
    }

    /// The releases of a title.
    pub(crate) fn releases(&self, title: TitleIndex) -> &[ReleaseIndex] {
        &self.by_index.get(title).releases
    }

    /// The devices that hold a title.
    pub(crate) fn holders(&self, title: TitleIndex) -> &DeviceSet {
        self.title_holders.get(title)
    }

    /// The devices that hold a release.
    pub(crate) fn release_holders(&self, release: ReleaseIndex) -> &DeviceSet {
        self.release_holders.get(release)
    }

    /// How many releases there are; their indexes are the numbers below.
    pub(crate) fn release_count(&self) -> ReleaseIndex {
        self.releases.len()
    }

    /// Takes over who holds every release, in order of index.
    pub(super) fn set_holders(&mut self, holders: impl Iterator<Item = DeviceSet>) {
        self.release_holders = Column::default();
        for set in holders {
            self.release_holders.push(set);
        }
        for title in 0..self.len() {
            let mut all = DeviceSet::new();
            for release in self.releases(title) {
                let holders = self.release_holders(*release);
                if all.is_empty() {
                    all = holders.clone();
                } else {
                    all |= holders;
                }
            }
            *self.title_holders.get_mut(title) = all;
        }
    }

    /// The titles whose folded name begins with `beginning`.
    pub(crate) fn with_beginning<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = TitleIndex> + 'a {
        self.by_key
            .range(TitleKey { name: beginning.into(), publisher: None }..)
            .take_while(move |(key, _)| key.name.starts_with(beginning))
            .map(|(_, title)| *title)
    }

    /// A device gets and loses releases: `added` are not on it yet, `removed` are, and none is in both.
    pub(crate) fn change(&mut self, device: u32, added: &[ReleaseIndex], removed: &[ReleaseIndex]) {
        for release in added {
            self.release_holders.get_mut(*release).insert(device);
            let title = self.title_of(*release);
            if !self.holders(title).contains(device) {
                self.title_holders.get_mut(title).insert(device);
            }
        }
        for release in removed {
            self.release_holders.get_mut(*release).remove(device);
        }
        for release in removed {
            let title = self.title_of(*release);
            let still_there = self.releases(title).iter().any(|other| self.release_holders(*other).contains(device));
            if !still_there && self.holders(title).contains(device) {
                self.title_holders.get_mut(title).remove(device);
            }
        }
    }
}
