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
use roaring::RoaringBitmap;

use crate::column::Column;

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
    raw: Arc<RawTitle>,
    title: TitleIndex,
    spelling: Spelling,
}

/// A raw title in one piece of memory, because every title of every report is compared with one.
#[derive(Debug, Clone)]
struct Spelling {
    /// Name, version and publisher, one after the other.
    text: Arc<str>,
    name: usize,
    version: Option<usize>,
    publisher: Option<usize>,
}

impl Spelling {
    fn of(raw: &RawTitle) -> Self {
        let (version, publisher) = (raw.version.as_deref(), raw.publisher.as_deref());
        Self {
            text: [&raw.name, version.unwrap_or_default(), publisher.unwrap_or_default()].concat().into(),
            name: raw.name.len(),
            version: version.map(str::len),
            publisher: publisher.map(str::len),
        }
    }

    fn is_of(&self, raw: &RawTitle) -> bool {
        let lengths = (raw.name.len(), raw.version.as_ref().map(String::len), raw.publisher.as_ref().map(String::len));
        if lengths != (self.name, self.version, self.publisher) {
            return false;
        }
        let (name, rest) = self.text.as_bytes().split_at(self.name);
        let (version, publisher) = rest.split_at(self.version.unwrap_or_default());
        name == raw.name.as_bytes()
            && raw.version.as_ref().is_none_or(|given| given.as_bytes() == version)
            && raw.publisher.as_ref().is_none_or(|given| given.as_bytes() == publisher)
    }
}

/// A title, apart from who holds it.
#[derive(Debug, Clone)]
struct Title {
    key: TitleKey,
    releases: Vec<ReleaseIndex>,
}

type Holders = Column<Arc<RoaringBitmap>, 32>;

/// Looked up for every title of a new device. The hasher's keys are fixed, so that no randomness enters.
type ByRaw = GenericHashMap<Arc<RawTitle>, ReleaseIndex, BuildHasherDefault<DefaultHasher>, DefaultSharedPtr>;

/// All titles that were ever reported. Indexes are never given twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Titles {
    releases: Column<Release, 256>,
    by_index: Column<Arc<Title>, 256>,
    by_raw: ByRaw,
    by_key: OrdMap<TitleKey, TitleIndex>,
    release_holders: Holders,
    title_holders: Holders,
    /// Ids that reports gave with titles, in the form of rules; only titles that have any.
    ids: OrdMap<TitleIndex, Arc<BTreeSet<String>>>,
    newly_identified: Vec<TitleIndex>,
}

/// More ids of one title add nothing: they are of one kind.
const IDS_OF_A_TITLE_MAX: usize = 4;

impl Titles {
    /// How many titles there are; their indexes are the numbers below.
    pub(crate) fn len(&self) -> TitleIndex {
        self.by_index.len()
    }

    /// The index of a release, given now where it has none.
    pub(crate) fn intern(&mut self, raw: &RawTitle) -> ReleaseIndex {
        if let Some(release) = self.by_raw.get(raw) {
            return *release;
        }
        let key = TitleKey::of(raw);
        let title = self.by_key.get(&key).copied().unwrap_or_else(|| {
            let title = self.by_index.push(Arc::new(Title { key: key.clone(), releases: Vec::new() }));
            self.title_holders.push(Arc::default());
            self.by_key.insert(key, title);
            title
        });
        let raw = Arc::new(raw.clone());
        let release = self.releases.push(Release { spelling: Spelling::of(&raw), raw: raw.clone(), title });
        self.release_holders.push(Arc::default());
        Arc::make_mut(self.by_index.get_mut(title)).releases.push(release);
        self.by_raw.insert(raw, release);
        release
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
        &self.releases.get(release).raw
    }

    /// Whether a release is the title exactly as a source wrote it.
    pub(crate) fn is_release(&self, release: ReleaseIndex, raw: &RawTitle) -> bool {
        self.releases.get(release).spelling.is_of(raw)
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
    pub(crate) fn holders(&self, title: TitleIndex) -> &RoaringBitmap {
        self.title_holders.get(title)
    }

    /// The devices that hold a release.
    pub(crate) fn release_holders(&self, release: ReleaseIndex) -> &RoaringBitmap {
        self.release_holders.get(release)
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
            Arc::make_mut(self.release_holders.get_mut(*release)).insert(device);
            let title = self.title_of(*release);
            if !self.holders(title).contains(device) {
                Arc::make_mut(self.title_holders.get_mut(title)).insert(device);
            }
        }
        for release in removed {
            Arc::make_mut(self.release_holders.get_mut(*release)).remove(device);
        }
        for release in removed {
            let title = self.title_of(*release);
            let still_there = self.releases(title).iter().any(|other| self.release_holders(*other).contains(device));
            if !still_there && self.holders(title).contains(device) {
                Arc::make_mut(self.title_holders.get_mut(title)).remove(device);
            }
        }
    }
}
