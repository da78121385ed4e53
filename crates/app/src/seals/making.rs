//! Making a seal: which reports count, which chunks of the seal before still serve, and what is written anew.
//!
//! A chunk is never changed. What is new since the seal before comes in chunks of its own; a chunk of which half has
//! gone is written anew with what is left, and small ones are put together once there are many.
//! So a report is written a few times in its life, and a day stores about what changed on it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::State;
use domain::digest::Digest;
use domain::id::ImportId;
use domain::observation::DeviceReport;
use domain::source::DeviceMark;
use serde::{Deserialize, Serialize};
use store::Blobs;

use super::chunk::{self, Chunk, Packed, Place, Titles};
use crate::estates;
use crate::failure::Failure;

/// Reports of one chunk: enough that the titles they share are written once, few enough that a change of one does not
/// keep many others from being dropped.
const CHUNK_REPORTS_MAX: usize = 8_192;
/// Installations of one chunk, so that one is written and read in some tens of megabytes.
const CHUNK_INSTALLATIONS_MAX: u64 = 1_000_000;
/// Chunks with fewer reports than this are small.
const SMALL_CHUNK_REPORTS: usize = CHUNK_REPORTS_MAX / 4;
/// Small chunks that may stand side by side before they are put together.
const SMALL_CHUNKS_MAX: usize = 16;

/// The list of a seal's chunks, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// Version of this form.
    v: u32,
    /// Entries after which these reports counted.
    size: u64,
    /// The last import that was looked through for reports that count.
    through: u64,
    /// Digest of the numbers of the imports that stood then.
    standing: Digest,
    /// Reports that count; a chunk that still serves may hold others besides.
    pub(crate) counting: u64,
    /// The chunks, in the order of the tree.
    pub(crate) chunks: Vec<ListedChunk>,
}

/// A chunk in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedChunk {
    /// Digest of its bytes, under which it is kept.
    pub(crate) digest: Digest,
    /// Reports in it, those included that no longer count.
    pub(crate) reports: u64,
    /// Its length.
    pub(crate) bytes: u64,
}

impl List {
    /// Reads a list.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let list: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if list.v == 1 { Ok(list) } else { Err(format!("it is of version {}, and 1 is known", list.v)) }
    }

    /// The root over its chunks.
    pub(crate) fn root(&self) -> Digest {
        let mut tree = merkle_log::Frontier::new();
        for chunk in &self.chunks {
            tree.append(merkle_log::leaf_hash(&chunk.digest.0));
        }
        Digest(*tree.root().as_bytes())
    }

    /// Entries after which its reports counted.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }
}

/// A seal's chunks in memory.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    pub(crate) chunks: Vec<(ListedChunk, Chunk)>,
    places: BTreeMap<Place, usize>,
}

impl Estate {
    /// Loads the chunks of a list; each has to be what its digest says.
    pub(crate) fn load(list: &List, blobs: &Blobs) -> Result<Self, Failure> {
        let mut estate = Self::default();
        for listed in &list.chunks {
            let missing = || Failure::Damaged(format!("chunk {} of the estate is missing", listed.digest));
            let bytes = blobs.get(&listed.digest.0)?.ok_or_else(missing)?;
            let chunk = Chunk::read(&bytes)
                .map_err(|what| Failure::Damaged(format!("chunk {} of the estate: {what}", listed.digest)))?;
            estate.add(*listed, chunk);
        }
        Ok(estate)
    }

    fn add(&mut self, listed: ListedChunk, chunk: Chunk) {
        let index = self.chunks.len();
        // The newest chunk with a report is the one that serves.
        self.places.extend(chunk.reports.keys().map(|place| (*place, index)));
        self.chunks.push((listed, chunk));
    }

    fn chunk_of(&self, place: Place) -> Option<&Chunk> {
        self.chunks.get(*self.places.get(&place)?).map(|(_, chunk)| chunk)
    }

    /// The report in a place.
    pub(crate) fn report(&self, place: Place) -> Option<Result<DeviceReport, String>> {
        Some(self.chunk_of(place)?.report(place))
    }

    fn head(&self, place: Place) -> Result<DeviceReport, Failure> {
        let chunk = self.chunk_of(place).ok_or_else(|| Failure::Damaged("a report left its chunk".to_owned()))?;
        chunk.head(place).map_err(Failure::Damaged)
    }

    /// The places of an import or delivery, in order.
    pub(crate) fn of_import(&self, import: u64) -> impl Iterator<Item = Place> + '_ {
        let range = Place { import, ordinal: 0 }..=Place { import, ordinal: u32::MAX };
        self.places.range(range).map(|(place, _)| *place)
    }
}

/// The imports of inventory that stand, in order of number.
pub(crate) fn standing(state: &State) -> impl DoubleEndedIterator<Item = ImportId> + '_ {
    estates::counting_imports(state).map(|import| import.id)
}

fn digest_of(imports: impl Iterator<Item = ImportId>) -> Digest {
    let numbers: Vec<u8> = imports.flat_map(|import| import.0.to_be_bytes()).collect();
    Digest::of(&numbers)
}

/// Of the reports that people imported, the last of every source and device.
pub(crate) struct Latest<'a> {
    state: &'a State,
    seen: HashSet<(&'a str, DeviceMark)>,
}

impl<'a> Latest<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        Self { state, seen: HashSet::new() }
    }

    /// Whether a report counts. To be asked from the last place to the first.
    pub(crate) fn counts(&mut self, place: Place, mark: DeviceMark) -> bool {
        let Some(import) = self.state.imports.get(&ImportId(place.import)) else { return false };
        self.seen.insert((import.source.as_str(), mark))
    }
}

/// The places of agents' reports that count.
pub(crate) fn of_agents(state: &State) -> BTreeSet<Place> {
    let counting = estates::counting_devices(state);
    counting.map(|(_, _, device)| Place { import: device.kept_in.0.0, ordinal: device.kept_in.1 }).collect()
}

/// What a making has at hand.
struct Making<'a> {
    ledger: &'a store::Snapshot,
    blobs: &'a Blobs,
    titles: Titles,
    packed: Vec<Packed>,
}

impl Making<'_> {
    fn body(&self, place: Place) -> Result<Vec<u8>, Failure> {
        let missing = || Failure::Damaged(format!("report {} of {} is missing", place.ordinal, ImportId(place.import)));
        self.ledger.report(place.import, place.ordinal)?.ok_or_else(missing)
    }

    fn pack(&mut self, place: Place, body: &[u8]) -> Result<(), Failure> {
        let damaged =
            |what: String| Failure::Damaged(format!("report {} of {}: {what}", place.ordinal, ImportId(place.import)));
        self.packed.push(Packed::of(place, body, &mut self.titles).map_err(damaged)?);
        Ok(())
    }

    /// Packs the reports of an import that count, from the last to the first.
    fn look_through(&mut self, import: ImportId, latest: &mut Latest<'_>) -> Result<(), Failure> {
        for (ordinal, _) in self.ledger.report_digests(import.0)?.into_iter().rev() {
            let place = Place { import: import.0, ordinal };
            let body = self.body(place)?;
            let report = serde_json::from_slice(&body)
                .map_err(|error| Failure::Damaged(format!("report {ordinal} of {import}: {error}")))?;
            if latest.counts(place, DeviceMark::of_report(&report)) {
                self.pack(place, &body)?;
            }
        }
        Ok(())
    }

    /// Writes what is packed, in chunks.
    fn write(mut self) -> Result<Vec<(ListedChunk, Chunk)>, Failure> {
        self.packed.sort_unstable_by_key(|packed| packed.place);
        let mut written = Vec::new();
        let mut rest = self.packed.as_slice();
        while !rest.is_empty() {
            let mut installations = 0_u64;
            let fits = |packed: &&Packed| {
                installations = installations.saturating_add(packed.installations);
                installations <= CHUNK_INSTALLATIONS_MAX
            };
            let length = rest.iter().take(CHUNK_REPORTS_MAX).take_while(fits).count().max(1);
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let bytes = chunk::write(part, &self.titles);
            let listed = ListedChunk {
                digest: Digest(self.blobs.put(&bytes)?),
                reports: u64::try_from(part.len()).unwrap_or(u64::MAX),
                bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            };
            let read = Chunk::read(&bytes).map_err(Failure::Damaged)?;
            written.push((listed, read));
            rest = after;
        }
        Ok(written)
    }
}

/// Writes the chunks of the estate that `state` counts, next to those of an earlier seal where one is given.
/// Everything is durable when this returns; what no seal names in the end is only unused.
pub(crate) fn make(
    state: &State,
    ledger: &store::Snapshot,
    blobs: &Blobs,
    before: Option<(&List, Estate)>,
) -> Result<(List, Estate), Failure> {
    let through_before = before.as_ref().map_or(0, |(list, _)| list.through);
    let stood = digest_of(standing(state).filter(|import| import.0 <= through_before));
    // Where an import went since, reports that it replaced count again, so all are looked through.
    let (after, old) = match before {
        Some((list, old)) if list.standing == stood => (list.through, old),
        Some((_, old)) => (0, Estate { places: BTreeMap::new(), ..old }),
        None => (0, Estate::default()),
    };
    let mut making = Making { ledger, blobs, titles: Titles::default(), packed: Vec::new() };
    let mut latest = Latest::new(state);
    for import in standing(state).rev().filter(|import| import.0 > after) {
        making.look_through(import, &mut latest)?;
    }
    let mut live: BTreeSet<Place> = BTreeSet::new();
    for import in standing(state).rev().filter(|import| import.0 <= after) {
        let places: Vec<Place> = old.of_import(import.0).collect();
        for place in places.into_iter().rev() {
            if latest.counts(place, DeviceMark::of_report(&old.head(place)?)) {
                live.insert(place);
            }
        }
    }
    for place in of_agents(state) {
        if old.places.contains_key(&place) {
            live.insert(place);
        } else {
            let body = making.body(place)?;
            making.pack(place, &body)?;
        }
    }
    let counting = u64::try_from(live.len().saturating_add(making.packed.len())).unwrap_or(u64::MAX);
    let kept = keep(old, &live, &mut making)?;
    let mut estate = Estate::default();
    for (listed, chunk) in kept.into_iter().chain(making.write()?) {
        estate.add(listed, chunk);
    }
    let list = List {
        v: 1,
        size: state.size,
        through: standing(state).next_back().map_or(0, |import| import.0),
        standing: digest_of(standing(state)),
        counting,
        chunks: estate.chunks.iter().map(|(listed, _)| *listed).collect(),
    };
    Ok((list, estate))
}

/// Keeps the chunks that still serve, and packs what is left of the others.
fn keep(old: Estate, live: &BTreeSet<Place>, making: &mut Making<'_>) -> Result<Vec<(ListedChunk, Chunk)>, Failure> {
    let Estate { chunks, places } = old;
    let mut left: Vec<Vec<Place>> = vec![Vec::new(); chunks.len()];
    for place in live {
        if let Some(of) = places.get(place).and_then(|index| left.get_mut(*index)) {
            of.push(*place);
        }
    }
    let is_small = |of: &Vec<Place>| !of.is_empty() && of.len() < SMALL_CHUNK_REPORTS;
    let put_together = left.iter().filter(|of| is_small(of)).count() > SMALL_CHUNKS_MAX;
    let mut kept = Vec::with_capacity(chunks.len());
    for ((listed, chunk), of) in chunks.into_iter().zip(left) {
        let serves = of.len().saturating_mul(2) > chunk.reports.len() && !(put_together && is_small(&of));
        if serves {
            kept.push((listed, chunk));
            continue;
        }
        for place in of {
            let body = chunk.body(place).map_err(Failure::Damaged)?;
            making.pack(place, &body)?;
        }
    }
    Ok(kept)
}
