//! Agent sources, their devices, and what each delivery changes of them.

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use super::{Recorded, actor_of, change};
use crate::event::Event;
use crate::id::ImportId;
use crate::source::{AgentSource, Approval, DeliveredDevice, DeviceMark, ReportingDevice, Standing};
use crate::state::State;

impl State {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`evolve` has sorted the events, exhaustively")]
    pub(super) fn evolve_source(&mut self, recorded: &Recorded) {
        let by = actor_of(recorded);
        match &recorded.event {
            Event::SourceOpened { source, name, token, approval, interval_hours } => {
                self.last_numbers.source = self.last_numbers.source.max(source.0);
                self.sources.insert(
                    *source,
                    Arc::new(AgentSource {
                        id: *source,
                        name: name.clone(),
                        token: *token,
                        approval: *approval,
                        interval_hours: *interval_hours,
                        opened: (by, recorded.at),
                        closed: None,
                        last_report_at: None,
                        devices: OrdMap::new(),
                        held: 0,
                    }),
                );
            }
            Event::SourceChanged { source, approval, interval_hours } => change(&mut self.sources, source, |known| {
                known.approval = *approval;
                known.interval_hours = *interval_hours;
                if *approval == Approval::AcceptAll {
                    known.accept_held();
                }
            }),
            Event::SourceTokenRenewed { source, token } => {
                change(&mut self.sources, source, |known| known.token = *token);
            }
            Event::SourceClosed { source } => {
                change(&mut self.sources, source, |known| known.closed = Some((by, recorded.at)));
            }
            Event::DeviceApproved { source, device } => {
                change(&mut self.sources, source, |known| known.stand(device, Standing::Accepted));
            }
            Event::DeviceRejected { source, device } => {
                change(&mut self.sources, source, |known| known.stand(device, Standing::Rejected));
            }
            Event::ReportsReceived { source, delivery, devices, .. } => {
                self.last_numbers.import = self.last_numbers.import.max(delivery.0);
                change(&mut self.sources, source, |known| known.take(*delivery, devices, recorded.at));
            }
            _ => {}
        }
    }
}

impl AgentSource {
    fn stand(&mut self, device: &DeviceMark, standing: Standing) {
        if let Some(known) = self.devices.get_mut(device) {
            self.held = self.held.saturating_sub(u64::from(known.standing == Standing::Held));
            known.standing = standing;
        }
    }

    fn accept_held(&mut self) {
        if self.held == 0 {
            return;
        }
        let held: Vec<DeviceMark> = self.held_devices().map(|(mark, _)| *mark).collect();
        for mark in held {
            self.stand(&mark, Standing::Accepted);
        }
    }

    /// The devices that are held.
    pub fn held_devices(&self) -> impl Iterator<Item = (&DeviceMark, &ReportingDevice)> {
        self.devices.iter().filter(|(_, device)| device.standing == Standing::Held)
    }

    /// Takes note of a delivery. The reports that are kept have their places in order, from 0.
    fn take(&mut self, delivery: ImportId, devices: &[DeliveredDevice], at: Timestamp) {
        self.last_report_at = Some(at);
        let mut place = 0;
        for DeliveredDevice { device, report } in devices {
            let kept = report.map(|digest| {
                let kept_in = (delivery, place);
                place += 1;
                (kept_in, digest)
            });
            match (self.devices.get_mut(device), kept) {
                (Some(known), Some((kept_in, digest))) => {
                    known.seen_at = at;
                    known.kept_in = kept_in;
                    known.digest = digest;
                }
                (Some(known), None) => known.seen_at = at,
                (None, Some((kept_in, digest))) => {
                    let standing = match self.approval {
                        Approval::AcceptAll => Standing::Accepted,
                        Approval::HoldUnknown => Standing::Held,
                    };
                    self.held += u64::from(standing == Standing::Held);
                    let new = ReportingDevice { standing, first_at: at, seen_at: at, kept_in, digest };
                    self.devices.insert(*device, new);
                }
                // INVARIANT: a device that is new has a report.
                (None, None) => {}
            }
        }
    }
}
