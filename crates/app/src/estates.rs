//! The estate as it was last, kept beside the ledger so that a start need not read every report again.
//!
//! What is kept is only a cache. It is taken when the ledger begins with the entries that it was made from, and when every
//! report in it still counts; what came since is taken in on top. Else the reports themselves are read.
//! What an image of an estate is made of is in `position`, how it is sealed in `store`.

use std::collections::BTreeSet;
use std::thread::JoinHandle;

use domain::State;
use domain::id::{ImportId, SourceId};
use domain::import::{Brought, Import};
use domain::source::{AgentSource, DeviceMark, ReportingDevice, Standing};
use position::{Base, EstateLoading};
use store::{CacheWriting, Reader};

use crate::agents;
use crate::failure::Failure;
use crate::replay;
use crate::snapshot::Snapshot;

/// To be raised with every change of what stands before the image.
const FORMAT: u64 = 1;
/// Fewer devices are read from their reports in the blink of an eye.
const DEVICES_KEPT_FROM: u64 = 2_000;
/// After so many reports the estate is kept again: what a start after a crash takes in on top, in about two seconds.
const REPORTS_BETWEEN: u64 = 10_000;

/// What counts, by where it is stored.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counting {
    imports: BTreeSet<ImportId>,
    /// In order of source and mark.
    devices: Vec<CountingDevice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CountingDevice {
    source: SourceId,
    mark: DeviceMark,
    kept_in: (ImportId, u32),
    /// Seconds and nanoseconds.
    seen_at: (i64, i32),
}

impl Counting {
    fn of(state: &State) -> Self {
        let imports = counting_imports(state).map(|import| import.id).collect();
        let device = |(source, mark, device): (&AgentSource, &DeviceMark, &ReportingDevice)| CountingDevice {
            source: source.id,
            mark: *mark,
            kept_in: device.kept_in,
            seen_at: (device.seen_at.as_second(), device.seen_at.subsec_nanosecond()),
        };
        Self { imports, devices: counting_devices(state).map(device).collect() }
    }
}

/// The imports of inventory that stand, in order.
pub(crate) fn counting_imports(state: &State) -> impl DoubleEndedIterator<Item = &Import> {
    state
        .imports
        .values()
        .map(AsRef::as_ref)
        .filter(|import| import.undone.is_none() && matches!(import.brought, Brought::Inventory { .. }))
}

/// The devices of agent sources whose reports count, in order of source and mark.
pub(crate) fn counting_devices(state: &State) -> impl Iterator<Item = (&AgentSource, &DeviceMark, &ReportingDevice)> {
    let sources = state.sources.values().filter(|source| source.closed.is_none());
    let devices = sources.flat_map(|source| source.devices.iter().map(move |(mark, device)| (&**source, mark, device)));
    devices.filter(|(_, _, device)| device.standing == Standing::Accepted)
}

/// The devices of agent sources whose reports count, in the order in which their reports are kept.
pub(crate) fn counting_by_age(state: &State) -> Vec<(&AgentSource, &ReportingDevice)> {
    let mut devices: Vec<_> = counting_devices(state).map(|(source, _, device)| (source, device)).collect();
    devices.sort_unstable_by_key(|(_, device)| device.kept_in);
    devices
}

/// What is kept: format ‖ ledger size ‖ root ‖ imports ‖ devices ‖ image; numbers as u64be, each list after its length.
fn encoded(snapshot: &Snapshot, root: &[u8; 32]) -> Vec<u8> {
    let Counting { imports, devices } = Counting::of(&snapshot.state);
    let mut bytes = Vec::new();
    let number = |bytes: &mut Vec<u8>, number: u64| bytes.extend(number.to_be_bytes());
    number(&mut bytes, FORMAT);
    number(&mut bytes, snapshot.size());
    bytes.extend(root);
    number(&mut bytes, imports.len() as u64);
    for import in imports {
        number(&mut bytes, import.0);
    }
    number(&mut bytes, devices.len() as u64);
    for CountingDevice { source, mark, kept_in, seen_at } in devices {
        number(&mut bytes, source.0);
        bytes.extend(mark.to_string().bytes());
        number(&mut bytes, kept_in.0.0);
        number(&mut bytes, u64::from(kept_in.1));
        number(&mut bytes, seen_at.0.cast_unsigned());
        number(&mut bytes, u64::from(seen_at.1.cast_unsigned()));
    }
    bytes.extend(snapshot.base.estate().image());
    bytes
}

struct Decoding<'a>(&'a [u8]);

impl<'a> Decoding<'a> {
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(|bytes| u64::from_be_bytes(*bytes))
    }

    fn device(&mut self) -> Option<CountingDevice> {
        let source = SourceId(self.number()?);
        let mark = std::str::from_utf8(self.take::<32>()?).ok()?.parse().ok()?;
        let kept_in = (ImportId(self.number()?), u32::try_from(self.number()?).ok()?);
        let seen_at = (self.number()?.cast_signed(), u32::try_from(self.number()?).ok()?.cast_signed());
        Some(CountingDevice { source, mark, kept_in, seen_at })
    }
}

/// What was kept: the ledger's size and root then, what counted, and the image.
fn decoded(kept: &[u8]) -> Option<(u64, [u8; 32], Counting, &[u8])> {
    let mut decoding = Decoding(kept);
    if decoding.number()? != FORMAT {
        return None;
    }
    let (size, root) = (decoding.number()?, *decoding.take::<32>()?);
    let imports = (0..decoding.number()?).map(|_| decoding.number().map(ImportId)).collect::<Option<_>>()?;
    let devices = (0..decoding.number()?).map(|_| decoding.device()).collect::<Option<_>>()?;
    Some((size, root, Counting { imports, devices }, decoding.0))
}

/// What counts now beside what is kept.
struct Since<'a> {
    imports: Vec<&'a Import>,
    devices: Vec<(&'a AgentSource, &'a ReportingDevice)>,
}

/// What came since `kept`; `None` where something kept counts no more.
fn since<'a>(kept: &Counting, state: &'a State) -> Option<Since<'a>> {
    let imports: Vec<&Import> = counting_imports(state).filter(|import| !kept.imports.contains(&import.id)).collect();
    let counting = counting_imports(state).count() - imports.len();
    let last = kept.imports.last().copied();
    if counting != kept.imports.len() || imports.iter().any(|import| Some(import.id) <= last) {
        return None;
    }
    let mut kept = kept.devices.iter().peekable();
    let mut devices = Vec::new();
    for (source, mark, device) in counting_devices(state) {
        let seen_at = (device.seen_at.as_second(), device.seen_at.subsec_nanosecond());
        match kept.next_if(|kept| (kept.source, kept.mark) == (source.id, *mark)) {
            Some(kept) if kept.kept_in == device.kept_in && kept.seen_at == seen_at => {}
            // The device was kept in another state, or is new.
            Some(_) | None => devices.push((source, device)),
        }
    }
    devices.sort_unstable_by_key(|(_, device)| device.kept_in);
    kept.peek().is_none().then_some(Since { imports, devices })
}

/// The installed base by what is kept, and how many reports came since; `None` where nothing is kept that belongs to the
/// ledger.
pub(crate) fn kept_base(
    reader: &Reader,
    ledger: &store::Snapshot,
    state: &State,
) -> Result<Option<(Base, u64)>, Failure> {
    let Some(kept) = reader.cache().read() else { return Ok(None) };
    let Some((size, root, counting, image)) = decoded(&kept) else { return Ok(None) };
    if size > ledger.size() || ledger.tree(ledger.head(), |tree| tree.root_at(size))?.as_bytes() != &root {
        return Ok(None);
    }
    let Some(since) = since(&counting, state) else { return Ok(None) };
    let Ok(loading) = EstateLoading::of_image(image) else { return Ok(None) };
    drop(counting);
    let mut base = Base::of(loading.finish(), state);
    let mut count = since.devices.len() as u64;
    for import in since.imports {
        replay::each_report(ledger, import, |report| {
            count += 1;
            base.report(&import.source, import.id, report);
        })?;
    }
    for (source, device) in since.devices {
        let report = agents::kept_report(ledger, device)?;
        base.report(&source.name, device.kept_in.0, &agents::seen(&report, device.seen_at, state));
    }
    Ok(Some((base, count)))
}

/// When the estate is to be kept again.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    /// Reports that came since it was kept.
    since: u64,
    /// The thread that wrote it last, or still writes it.
    writing: Option<JoinHandle<()>>,
}

impl Keeping {
    /// Of so many reports nothing is kept yet.
    pub(crate) fn after(since: u64) -> Self {
        Self { since, ..Self::default() }
    }

    /// So many reports came.
    pub(crate) fn note(&mut self, reports: u64) {
        self.since = self.since.saturating_add(reports);
    }

    /// Keeps the estate beside everything else, where it is time to.
    pub(crate) fn keep_if_due(&mut self, reader: &Reader, current: &Snapshot) {
        let busy = self.writing.as_ref().is_some_and(|thread| !thread.is_finished());
        if self.since < REPORTS_BETWEEN || !is_worth_it(current) || busy {
            return;
        }
        self.since = 0;
        let writing = reader.cache().begin();
        let (reader, current) = (reader.clone(), current.clone());
        let thread = std::thread::Builder::new().name("estate".to_owned());
        match thread.spawn(move || keep(&reader, writing, &current)) {
            Ok(thread) => self.writing = Some(thread),
            Err(error) => tracing::warn!(%error, "the estate is not kept: no thread could be started"),
        }
    }

    /// Keeps the estate now, at the end, after what is still being written.
    pub(crate) fn keep_at_last(&mut self, reader: &Reader, current: &Snapshot) {
        if self.writing.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("the writing of the estate came to a sudden end; the next start takes longer");
        }
        if self.since > 0 && is_worth_it(current) {
            keep(reader, reader.cache().begin(), current);
        }
    }
}

fn is_worth_it(current: &Snapshot) -> bool {
    current.base.estate().device_count() >= DEVICES_KEPT_FROM
}

/// Nothing depends on it, so what fails is only told.
fn keep(reader: &Reader, writing: CacheWriting, current: &Snapshot) {
    let root = reader.snapshot().and_then(|ledger| ledger.tree(ledger.head(), |tree| tree.root_at(current.size())));
    if let Err(error) = root.and_then(|root| writing.write(&encoded(current, root.as_bytes()))) {
        tracing::warn!(%error, "the estate could not be kept; the next start takes longer");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use domain::command::{Actor, Intent, Via};
    use domain::digest::Digest;
    use domain::id::PersonId;
    use domain::observation::{DeviceIdentity, DeviceReport, Installation, RawTitle};
    use domain::source::{Approval, GivenReport};

    use super::*;
    use crate::{App, Order, ReportToStore, Surroundings};

    fn surroundings() -> Surroundings {
        let count = AtomicU64::new(1);
        Surroundings {
            clock: Arc::new(|| "2026-03-01T08:00:00Z".parse().unwrap()),
            randomness: Arc::new(move || Digest::of(&count.fetch_add(1, Ordering::Relaxed).to_be_bytes()).0),
        }
    }

    fn operator() -> Actor {
        Actor::Person(PersonId(1), Via::Operator)
    }

    async fn founded(folder: &Path) -> App {
        let founding = crate::Founding {
            organisation: domain::organisation::Organisation {
                name: "Acme".to_owned(),
                currency: "EUR".parse().unwrap(),
                zone: "UTC".parse().unwrap(),
                sample: false,
            },
            administrator_name: "Ana".to_owned(),
            administrator_email: "ana@acme.example".to_owned(),
        };
        App::found(folder, founding, surroundings()).await.unwrap()
    }

    fn report(device: u64, version: u64) -> DeviceReport {
        let title = RawTitle { publisher: None, name: "Draw".to_owned(), version: Some(version.to_string()) };
        DeviceReport {
            device: DeviceIdentity { name: format!("pc-{device}"), serial: None, uuid: None },
            attributes: domain::observation::DeviceAttributes::default(),
            installations: vec![Installation { title, last_used_on: None, source_id: None }],
            from_outside: false,
            reported_at: None,
        }
    }

    async fn deliver(app: &App, source: SourceId, agent: Actor, devices: std::ops::Range<u64>, version: u64) {
        for some in devices.collect::<Vec<_>>().chunks(250) {
            let stored = some.iter().map(|device| {
                let report = report(*device, version);
                let body = serde_json::to_vec(&report).unwrap();
                ReportToStore { digest: Digest::of(&body), report: Arc::new(report), body }
            });
            let reports: Vec<ReportToStore> = stored.collect();
            let given = |stored: &ReportToStore| GivenReport {
                device: DeviceMark::of_report(&stored.report),
                digest: stored.digest,
                installations: 1,
                rejected: 0,
            };
            let intent = Intent::ReceiveReports { source, reports: reports.iter().map(given).collect() };
            app.carry(Order { reports, ..Order::new(agent, intent) }).await.unwrap();
        }
    }

    /// Devices and what stands on them, and whether they came from what is kept.
    async fn opened(folder: &Path) -> (Vec<String>, bool) {
        let kept = {
            let store = store::Store::open(folder).unwrap();
            let (snapshot, _) = replay::snapshot(&store.reader()).unwrap();
            let ledger = store.reader().snapshot().unwrap();
            kept_base(&store.reader(), &ledger, &snapshot.state).unwrap().is_some()
        };
        let app = App::open(folder, surroundings()).unwrap();
        let snapshot = app.snapshot();
        let estate = snapshot.base.estate();
        let fact = |index| {
            let facts = estate.device(index).unwrap();
            format!("{} {:?} {:?}", facts.key, facts.reports, estate.installed_on(index))
        };
        let mut facts: Vec<String> = estate.devices().map(fact).collect();
        facts.sort();
        drop(snapshot);
        app.close().await;
        (facts, kept)
    }

    #[tokio::test]
    async fn a_start_takes_what_is_kept_where_it_belongs_to_the_ledger_and_comes_to_the_same_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let (data, other) = (folder.path().join("acme"), folder.path().join("other"));
        let cache = data.join("cache");
        let app = founded(&data).await;
        let token = app.open_source(operator(), "Fleet", Approval::AcceptAll, 24, None).await.unwrap().0.unwrap();
        let (source, agent) = app.source_of_token(&token.0).unwrap();
        let source = source.id;
        deliver(&app, source, agent, 0..DEVICES_KEPT_FROM, 1).await;
        app.close().await;
        let first = std::fs::read(&cache).unwrap();
        assert!(opened(&data).await.1);

        // What comes after it was kept is taken in on top: another version, an unchanged report, a new device.
        let app = App::open(&data, surroundings()).unwrap();
        deliver(&app, source, agent, 5..9, 2).await;
        deliver(&app, source, agent, 8..10, 1).await;
        deliver(&app, source, agent, DEVICES_KEPT_FROM..DEVICES_KEPT_FROM + 1, 1).await;
        app.close().await;
        std::fs::write(&cache, &first).unwrap();
        let (caught_up, kept) = opened(&data).await;
        std::fs::remove_file(&cache).unwrap();
        let (read, without) = opened(&data).await;
        assert!(kept && !without);
        assert_eq!(caught_up, read);
        assert_eq!(read.iter().filter(|facts| facts.contains("Some(\"2\")")).count(), 3);

        // Altered, or of another ledger under the same name: not taken, and the start comes to the same.
        let mut altered = std::fs::read(&cache).unwrap();
        *altered.last_mut().unwrap() ^= 1;
        std::fs::write(&cache, altered).unwrap();
        assert_eq!(opened(&data).await, (read.clone(), false));
        founded(&other).await.close().await;
        std::fs::copy(&cache, other.join("cache")).unwrap();
        assert_eq!(opened(&other).await, (Vec::new(), false));

        // A closed source counts no more, and what was kept with it is not taken.
        std::fs::write(&cache, &first).unwrap();
        let app = App::open(&data, surroundings()).unwrap();
        app.carry(Order::new(operator(), Intent::CloseSource { source })).await.unwrap();
        app.close().await;
        std::fs::write(&cache, &first).unwrap();
        assert_eq!(opened(&data).await, (Vec::new(), false));
    }

    fn counting(imports: &[u64], devices: &[(u128, u32)]) -> Counting {
        let device = |(mark, place): &(u128, u32)| CountingDevice {
            source: SourceId(1),
            mark: format!("{mark:032x}").parse().unwrap(),
            kept_in: (ImportId(7), *place),
            seen_at: (-5, 3),
        };
        Counting {
            imports: imports.iter().copied().map(ImportId).collect(),
            devices: devices.iter().map(device).collect(),
        }
    }

    #[test]
    fn what_is_kept_says_what_it_was_made_from_and_nothing_where_it_is_cut() {
        let snapshot = Snapshot::default();
        let kept = encoded(&snapshot, &[7; 32]);
        let (size, root, found, image) = decoded(&kept).unwrap();
        assert_eq!((size, root, found), (0, [7; 32], counting(&[], &[])));
        assert!(EstateLoading::of_image(image).is_ok());
        let head = kept.len() - image.len();
        assert!((0..head).all(|end| kept.get(..end).is_some_and(|cut| decoded(cut).is_none())));
    }

    #[test]
    fn what_counts_no_more_makes_what_is_kept_worthless() {
        let state = State::default();
        assert!(since(&counting(&[], &[]), &state).is_some());
        assert!(since(&counting(&[3], &[]), &state).is_none());
        assert!(since(&counting(&[], &[(5, 1)]), &state).is_none());
    }
}
