//! Instants of the past: the state as folded to a seal's size, with the estate of its chunks.
//!
//! A few that were asked for last are kept; which days are sealed is in `domain`.

use std::sync::{Arc, Mutex, PoisonError};

use domain::State;
use domain::id::ImportId;
use domain::seal::Seal;
use jiff::civil::Date;
use position::{Base, EstateLoading};
use store::Blobs;

use super::chunk::Place;
use super::making::{Estate, List, standing};
use crate::failure::Failure;
use crate::objects::Objects;
use crate::organisation::App;
use crate::snapshot::Snapshot;
use crate::{agents, estates, replay};

/// Instants of the past that are kept: a comparison of two days, with room for two people.
const INSTANTS_MAX: usize = 4;
/// Installations of all instants that are kept, so that a large estate does not stand in memory many times.
const INSTALLATIONS_MAX: u64 = 30_000_000;

/// An instant that is kept.
#[derive(Debug)]
struct Kept {
    /// The entry of its seal.
    sealed_in: u64,
    /// Persons whose texts had been erased when it was loaded: it still has the texts of those erased since.
    erased: usize,
    snapshot: Arc<Snapshot>,
}

/// The instants that are kept, the last used at the end.
#[derive(Debug, Default)]
pub(crate) struct Instants {
    kept: Mutex<Vec<Kept>>,
    // One is loaded at a time: two would need twice the memory, and whoever waits finds it loaded.
    loading: Mutex<()>,
}

impl Instants {
    fn find(&self, sealed_in: u64, erased: usize) -> Option<Arc<Snapshot>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|instant| instant.erased == erased);
        let place = kept.iter().position(|instant| instant.sealed_in == sealed_in)?;
        let found = kept.remove(place);
        let snapshot = Arc::clone(&found.snapshot);
        kept.push(found);
        Some(snapshot)
    }

    fn keep(&self, sealed_in: u64, erased: usize, snapshot: &Arc<Snapshot>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Kept { sealed_in, erased, snapshot: Arc::clone(snapshot) });
        let installations =
            |kept: &[Kept]| kept.iter().map(|one| one.snapshot.base.estate().installation_count()).sum::<u64>();
        while kept.len() > INSTANTS_MAX || (kept.len() > 1 && installations(&kept) > INSTALLATIONS_MAX) {
            kept.remove(0);
        }
    }
}

/// The list of a seal.
pub(crate) fn list_of(seal: &Seal, blobs: &Blobs) -> Result<List, Failure> {
    let damaged = |what: &str| Failure::Damaged(format!("the list of the seal in entry {}: {what}", seal.recorded_in));
    let bytes = blobs.get(&seal.contents.list.0)?.ok_or_else(|| damaged("it is missing"))?;
    let list = List::read(&bytes).map_err(|what| damaged(&what))?;
    if list.root() != seal.contents.root || list.size() != seal.size {
        return Err(damaged("its chunks are not those of the root"));
    }
    Ok(list)
}

/// The state after the first `size` entries.
pub(crate) fn state_at(ledger: &store::Snapshot, size: u64) -> Result<(State, Objects), Failure> {
    let mut state = State::default();
    let mut objects = Objects::default();
    replay::each(ledger, 0..size, |_, recorded, _| {
        state.evolve(&recorded);
        objects.note(&recorded);
    })?;
    Ok((state, objects))
}

/// The installed base that `state` counts, from chunks: the same as from the reports themselves. The use is read where its
/// imports keep it.
pub(crate) fn base_of(ledger: &store::Snapshot, state: &State, estate: &Estate) -> Result<Base, Failure> {
    let report = |place: Place| {
        let damaged =
            |what: &str| Failure::Damaged(format!("report {} of {}: {what}", place.ordinal, ImportId(place.import)));
        let report = estate.report(place).ok_or_else(|| damaged("it is in no chunk"))?;
        report.map_err(|what| damaged(&what))
    };
    let mut loading = EstateLoading::new();
    for import in standing(state) {
        let Some(known) = state.imports.get(&import) else { continue };
        for place in estate.of_import(import.0) {
            loading.report(&known.source, import, &report(place)?);
        }
    }
    for (source, device) in estates::counting_by_age(state) {
        let place = Place { import: device.kept_in.0.0, ordinal: device.kept_in.1 };
        loading.report(&source.name, device.kept_in.0, &agents::seen(&report(place)?, device.seen_at, state));
    }
    let mut base = Base::of(loading.finish(), state);
    replay::take_usage(&mut base, ledger, state)?;
    Ok(base)
}

/// A day that is asked for and has no seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSealed {
    /// The day.
    pub day: Date,
    /// The last sealed day before it.
    pub before: Option<Date>,
    /// The first sealed day after it.
    pub after: Option<Date>,
}

impl std::fmt::Display for NotSealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not sealed", self.day)?;
        match (self.before, self.after) {
            (Some(before), Some(after)) => write!(f, "; the nearest sealed days are {before} and {after}."),
            (Some(one), None) | (None, Some(one)) => write!(f, "; the nearest sealed day is {one}."),
            (None, None) => write!(f, ", and no other day is. Seal today with: indult seal"),
        }
    }
}

/// The seal that holds for a day.
pub fn seal_on(state: &State, day: Date) -> Result<Arc<Seal>, NotSealed> {
    let (before, after) = state.sealed_days_near(day);
    state.seal_of(day).cloned().ok_or(NotSealed { day, before, after })
}

impl App {
    /// The position of a sealed day: state and estate as they were. Loading one takes about as long as a start;
    /// those used last are at hand.
    pub fn instant(&self, seal: &Seal) -> Result<Arc<Snapshot>, Failure> {
        let instants = &self.inner.times.instants;
        let current = self.snapshot();
        let erased = current.state.persons.values().filter(|person| person.name.open().is_none()).count();
        if let Some(kept) = instants.find(seal.recorded_in, erased) {
            return Ok(kept);
        }
        let _turn = instants.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = instants.find(seal.recorded_in, erased) {
            return Ok(kept);
        }
        let blobs = self.ledger().blobs();
        let estate = Estate::load(&list_of(seal, blobs)?, blobs)?;
        let ledger = self.ledger().snapshot()?;
        let (state, objects) = state_at(&ledger, seal.size)?;
        let base = base_of(&ledger, &state, &estate)?;
        let loaded = Arc::new(Snapshot { state, base, objects });
        instants.keep(seal.recorded_in, erased, &loaded);
        Ok(loaded)
    }
}
