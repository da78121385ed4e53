//! Replay: from stored entries and reports back to a snapshot.

use std::ops::Range;

use domain::envelope::{self, SidePayload};
use domain::import::{Brought, Import};
use domain::observation::DeviceReport;
use domain::{Recorded, State};
use position::{Base, EstateLoading};
use store::Reader;

use crate::failure::Failure;
use crate::objects::Objects;
use crate::snapshot::Snapshot;
use crate::{agents, estates, usages};

/// Shows every entry of `range`, read back, with the number of its texts that are no longer there;
/// each of those comes as erased.
pub(crate) fn each(
    ledger: &store::Snapshot,
    range: Range<u64>,
    mut look: impl FnMut(&envelope::Header, Recorded, usize),
) -> Result<(), Failure> {
    ledger.replay(range, |seq, bytes, sides| {
        let damaged = |error: envelope::BadEntry| Failure::Damaged(format!("entry {seq}: {error}"));
        let committed = envelope::skim(bytes).map_err(damaged)?.pd.len();
        let mut kept: Vec<Option<SidePayload>> = vec![None; committed];
        for side in sides.iter() {
            let place = usize::try_from(side.index).ok().and_then(|index| kept.get_mut(index));
            if let Some(place) = place {
                *place = Some(SidePayload { salt: *side.salt, payload: side.payload.to_vec() });
            }
        }
        let (header, recorded) = envelope::open(bytes, &kept).map_err(damaged)?;
        if recorded.seq != seq {
            return Err(Failure::Damaged(format!("entry {seq} says that it is entry {}", recorded.seq)));
        }
        look(&header, recorded, kept.iter().filter(|side| side.is_none()).count());
        Ok(())
    })
}

/// The snapshot that all entries and reports amount to, and how many reports in it are not in what is kept of the estate.
pub(crate) fn snapshot(reader: &Reader) -> Result<(Snapshot, u64), Failure> {
    let ledger = reader.snapshot()?;
    let mut state = State::default();
    let mut objects = Objects::default();
    each(&ledger, 0..ledger.size(), |_, recorded, _| {
        state.evolve(&recorded);
        objects.note(&recorded);
    })?;
    let (mut base, since) = match estates::kept_base(reader, &ledger, &state)? {
        Some(kept) => kept,
        None => (installed(&ledger, &state)?, u64::MAX),
    };
    take_usage(&mut base, &ledger, &state)?;
    Ok((Snapshot { state, base, objects }, since))
}

/// The installed base, and the use of it, that the reports of all imports that stand amount to.
pub(crate) fn base(ledger: &store::Snapshot, state: &State) -> Result<Base, Failure> {
    let mut base = installed(ledger, state)?;
    take_usage(&mut base, ledger, state)?;
    Ok(base)
}

/// Takes in the use that the imports that stand brought.
pub(crate) fn take_usage(base: &mut Base, ledger: &store::Snapshot, state: &State) -> Result<(), Failure> {
    let standing = state.imports.values().filter(|import| import.undone.is_none());
    for import in standing.filter(|import| matches!(import.brought, Brought::Usage { .. })) {
        usages::take_stored(base, ledger, import)?;
    }
    Ok(())
}

fn installed(ledger: &store::Snapshot, state: &State) -> Result<Base, Failure> {
    let mut loading = EstateLoading::new();
    for import in estates::counting_imports(state) {
        each_report(ledger, import, |report| loading.report(&import.source, import.id, report))?;
    }
    for (source, device) in estates::counting_by_age(state) {
        let report = agents::kept_report(ledger, device)?;
        loading.report(&source.name, device.kept_in.0, &agents::seen(&report, device.seen_at, state));
    }
    Ok(Base::of(loading.finish(), state))
}

/// Shows every report of an import.
pub(crate) fn each_report(
    ledger: &store::Snapshot,
    import: &Import,
    mut look: impl FnMut(&DeviceReport),
) -> Result<(), Failure> {
    ledger.reports(import.id.0, |ordinal, body| {
        let report: DeviceReport = serde_json::from_slice(&body)
            .map_err(|error| Failure::Damaged(format!("report {ordinal} of {}: {error}", import.id)))?;
        look(&report);
        Ok::<(), Failure>(())
    })
}
