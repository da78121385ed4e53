//! Whether seals hold: chunks against their digests and root, their reports against the entries that brought them,
//! and the figures against what the estate comes to when it is reckoned again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::State;
use domain::digest::Digest;
use domain::id::ImportId;
use domain::observation::DeviceReport;
use domain::seal::Seal;
use domain::source::DeviceMark;
use imbl::OrdMap;
use jiff::civil::Date;
use store::{Blobs, Verification};

use super::chunk::{Chunk, Place};
use super::instants::list_of;
use super::making::{Latest, of_agents, standing};
use super::{figures, figures_of};
use crate::failure::Failure;
use crate::organisation::App;
use crate::replay;
use crate::trends::read_figures;

/// Findings of one seal that are told one by one.
const FINDINGS_OF_A_SEAL_MAX: usize = 5;

/// Looks at every seal; what does not hold becomes a finding at the entry that records it.
pub(crate) fn check(
    reader: &store::Reader,
    seals: &OrdMap<(Date, u64), Arc<Seal>>,
    verification: &mut Verification,
) -> Result<(), Failure> {
    let mut waiting: BTreeMap<u64, Vec<Arc<Seal>>> = BTreeMap::new();
    for seal in seals.values() {
        waiting.entry(seal.size).or_default().push(Arc::clone(seal));
    }
    let Some(last) = waiting.keys().next_back().copied() else { return Ok(()) };
    let ledger = reader.snapshot()?;
    let mut checking =
        Checking { ledger: &ledger, blobs: reader.blobs(), chunks: HashMap::new(), imports: HashMap::new() };
    let mut state = State::default();
    let mut found = Vec::new();
    let replayed = replay::each(&ledger, 0..last, |_, recorded, _| {
        state.evolve(&recorded);
        for seal in waiting.remove(&state.size).unwrap_or_default() {
            let findings = checking.check(&seal, &state);
            found.extend(findings.into_iter().map(|finding| (seal.recorded_in, finding)));
        }
    });
    for (entry, finding) in found {
        verification.add(store::Place::Entry(entry), finding);
    }
    if let Err(failure) = replayed {
        verification.add(store::Place::Head, format!("the seals could not all be looked at: {failure}"));
    }
    for seal in waiting.into_values().flatten() {
        verification.add(store::Place::Entry(seal.recorded_in), "the seal is of more entries than there are");
    }
    Ok(())
}

/// The reports of an import with the marks of their devices.
type Marked = Arc<Vec<(Place, DeviceMark)>>;

struct Checking<'a> {
    ledger: &'a store::Snapshot,
    blobs: &'a Blobs,
    /// What the chunks hold, each looked at once.
    chunks: HashMap<Digest, Arc<BTreeMap<Place, Digest>>>,
    imports: HashMap<ImportId, Marked>,
}

impl Checking<'_> {
    /// What does not hold of a seal.
    fn check(&mut self, seal: &Seal, state: &State) -> Vec<String> {
        let mut findings = Vec::new();
        match self.sealed(seal) {
            Ok(sealed) => match self.compare(seal, state, &sealed) {
                Ok(different) => findings.extend(different),
                Err(failure) => findings.push(failure.to_string()),
            },
            Err(failure) => findings.push(format!("the estate of {} cannot be loaded: {failure}", seal.day)),
        }
        if let Err(failure) = read_figures(self.blobs, seal.contents.figures) {
            findings.push(format!("the figures of {} cannot be read: {failure}", seal.day));
        }
        findings
    }

    /// The reports of a seal with their digests.
    fn sealed(&mut self, seal: &Seal) -> Result<BTreeMap<Place, Digest>, Failure> {
        let list = list_of(seal, self.blobs)?;
        let mut sealed = BTreeMap::new();
        for listed in &list.chunks {
            let held = self.chunk(listed.digest)?;
            if u64::try_from(held.len()) != Ok(listed.reports) {
                return Err(Failure::Damaged(format!(
                    "chunk {} does not hold {} reports",
                    listed.digest, listed.reports
                )));
            }
            sealed.extend(held.iter().map(|(place, digest)| (*place, *digest)));
        }
        Ok(sealed)
    }

    fn chunk(&mut self, digest: Digest) -> Result<Arc<BTreeMap<Place, Digest>>, Failure> {
        if let Some(known) = self.chunks.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let damaged = |what: String| Failure::Damaged(format!("chunk {digest}: {what}"));
        let bytes = self.blobs.get(&digest.0)?.ok_or_else(|| damaged("it is missing".to_owned()))?;
        let chunk = Chunk::read(&bytes).map_err(damaged)?;
        let mut held = BTreeMap::new();
        for place in chunk.reports.keys() {
            held.insert(*place, chunk.digest(*place).map_err(damaged)?);
        }
        let held = Arc::new(held);
        self.chunks.insert(digest, Arc::clone(&held));
        Ok(held)
    }

    /// The reports that count after the seal's entries, against those that it holds.
    fn compare(
        &mut self,
        seal: &Seal,
        state: &State,
        sealed: &BTreeMap<Place, Digest>,
    ) -> Result<Vec<String>, Failure> {
        let expected = self.counting(state)?;
        let mut different = Vec::new();
        let words = |place: &Place| format!("report {} of {}", place.ordinal, ImportId(place.import));
        for (place, digest) in &expected {
            match sealed.get(place) {
                None => different.push(format!("{} counts on {} and is not in its seal", words(place), seal.day)),
                Some(held) if held != digest => {
                    different.push(format!(
                        "{} is in the seal of {} otherwise than it came in",
                        words(place),
                        seal.day
                    ));
                }
                Some(_) => {}
            }
        }
        // A chunk is kept whole while most of it serves, so more may stand in it; it must be what came in all the same.
        if u64::try_from(expected.len()) != Ok(seal.contents.reports) && different.is_empty() {
            let (counted, stated) = (expected.len(), seal.contents.reports);
            different.push(format!("{counted} reports count on {}, and its seal states {stated}", seal.day));
        }
        if different.len() > FINDINGS_OF_A_SEAL_MAX {
            let more = different.len() - FINDINGS_OF_A_SEAL_MAX;
            different.truncate(FINDINGS_OF_A_SEAL_MAX);
            different.push(format!("{more} more reports differ in the seal of {}", seal.day));
        }
        Ok(different)
    }

    /// The places and digests of the reports that count, as the ledger says it.
    fn counting(&mut self, state: &State) -> Result<BTreeMap<Place, Digest>, Failure> {
        let mut places = of_agents(state);
        let mut latest = Latest::new(state);
        for import in standing(state).rev() {
            let marked = self.marked(import)?;
            places.extend(
                marked.iter().rev().filter(|(place, mark)| latest.counts(*place, *mark)).map(|(place, _)| *place),
            );
        }
        let mut digests: HashMap<u64, HashMap<u32, [u8; 32]>> = HashMap::new();
        let mut known = BTreeMap::new();
        for place in places {
            if let Entry::Vacant(of) = digests.entry(place.import) {
                of.insert(self.ledger.report_digests(place.import)?.into_iter().collect());
            }
            let digest = digests.get(&place.import).and_then(|of| of.get(&place.ordinal));
            known.extend(digest.map(|digest| (place, Digest(*digest))));
        }
        Ok(known)
    }

    fn marked(&mut self, import: ImportId) -> Result<Marked, Failure> {
        if let Some(known) = self.imports.get(&import) {
            return Ok(Arc::clone(known));
        }
        let mut marked = Vec::new();
        self.ledger.reports(import.0, |ordinal, body| {
            let report: DeviceReport = serde_json::from_slice(&body)
                .map_err(|error| Failure::Damaged(format!("report {ordinal} of {import}: {error}")))?;
            marked.push((Place { import: import.0, ordinal }, DeviceMark::of_report(&report)));
            Ok::<(), Failure>(())
        })?;
        let marked = Arc::new(marked);
        self.imports.insert(import, Arc::clone(&marked));
        Ok(marked)
    }
}

/// What came of reckoning a sealed day again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Position lines that were compared.
    pub lines: u64,
    /// Where the numbers of then and of now differ, each as a sentence.
    pub differences: Vec<String>,
}

impl App {
    /// Loads a sealed day, reckons its position again and compares it with the figures that were sealed.
    pub fn reckon_again(&self, seal: &Seal) -> Result<Agreement, Failure> {
        let snapshot = self.instant(seal)?;
        let now = figures_of(&snapshot, seal);
        let (then, _) = read_figures(self.ledger().blobs(), seal.contents.figures)?;
        let name = |product| snapshot.state.product_name(product);
        let mut differences = Vec::new();
        for (product, figures) in &then {
            match now.get(product) {
                None => differences.push(format!("{} had a line then and has none now", name(*product))),
                Some(again) if again != figures => differences.push(differs(&name(*product), figures, again)),
                Some(_) => {}
            }
        }
        for product in now.keys().filter(|product| !then.contains_key(product)) {
            differences.push(format!("{} had no line then and has one now", name(*product)));
        }
        Ok(Agreement { lines: u64::try_from(then.len().max(now.len())).unwrap_or(u64::MAX), differences })
    }
}

/// `Vectra: used 12 then and 13 now`.
fn differs(name: &str, then: &figures::Figures, now: &figures::Figures) -> String {
    let mut parts = Vec::new();
    let mut compare = |what: &str, then: String, now: String| {
        if then != now {
            parts.push(format!("{what} {then} then and {now} now"));
        }
    };
    let money = |figures: &figures::Figures| figures.exposure.map_or("none".to_owned(), |money| money.to_string());
    let surplus = |figures: &figures::Figures| figures.surplus.map_or("no limit".to_owned(), |units| units.to_string());
    compare("metric", then.metric.name().into_owned(), now.metric.name().into_owned());
    compare("entitled", then.entitled.to_string(), now.entitled.to_string());
    compare("used", then.used.to_string(), now.used.to_string());
    compare("exempt", then.exempt.to_string(), now.exempt.to_string());
    compare("covered by rights", then.by_rights.to_string(), now.by_rights.to_string());
    compare("covered by exceptions", then.by_exceptions.to_string(), now.by_exceptions.to_string());
    compare("short", then.short.to_string(), now.short.to_string());
    compare("surplus", surplus(then), surplus(now));
    compare("exposure", money(then), money(now));
    format!("{name}: {}", parts.join(", "))
}
