//! Replay: from stored entries and reports back to a snapshot.

use std::ops::Range;

use domain::envelope::{self, SidePayload};
use domain::import::Brought;
use domain::observation::DeviceReport;
use domain::source::{AgentSource, ReportingDevice, Standing};
use domain::{Recorded, State};
use position::Base;

use crate::agents;
use crate::failure::Failure;
use crate::objects::Objects;
use crate::snapshot::Snapshot;

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

/// The snapshot that all entries and reports amount to.
pub(crate) fn snapshot(ledger: &store::Snapshot) -> Result<Snapshot, Failure> {
    let mut state = State::default();
    let mut objects = Objects::default();
    each(ledger, 0..ledger.size(), |_, recorded, _| {
        state.evolve(&recorded);
        objects.note(&recorded);
    })?;
    let base = base(ledger, &state)?;
    Ok(Snapshot { state, base, objects })
}

/// The installed base that the reports of all imports that stand amount to.
pub(crate) fn base(ledger: &store::Snapshot, state: &State) -> Result<Base, Failure> {
    let mut base = Base::new();
    base.follow(state);
    for import in state.imports.values() {
        if import.undone.is_some() {
            continue;
        }
        match import.brought {
            Brought::Inventory { .. } => {}
            Brought::Usage { .. } => {
                crate::usages::take_stored(&mut base, ledger, import)?;
                continue;
            }
            Brought::Entitlements { .. } | Brought::Leavers { .. } => continue,
        }
        ledger.reports(import.id.0, |ordinal, body| {
            let report: DeviceReport = serde_json::from_slice(&body)
                .map_err(|error| Failure::Damaged(format!("report {ordinal} of {}: {error}", import.id)))?;
            base.report(&import.source, import.id, &report);
            Ok::<(), Failure>(())
        })?;
    }
    for (source, device) in counting(state) {
        let report = agents::kept_report(ledger, device)?;
        base.report(&source.name, device.kept_in.0, &agents::seen(&report, device.seen_at, state));
    }
    Ok(base)
}

/// The devices of agent sources whose reports count, in the order in which their reports are kept.
pub(crate) fn counting(state: &State) -> Vec<(&AgentSource, &ReportingDevice)> {
    let sources = state.sources.values().filter(|source| source.closed.is_none());
    let devices = sources.flat_map(|source| source.devices.values().map(move |device| (&**source, device)));
    let mut counting: Vec<_> = devices.filter(|(_, device)| device.standing == Standing::Accepted).collect();
    counting.sort_unstable_by_key(|(_, device)| device.kept_in);
    counting
}
