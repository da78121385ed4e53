//! What the sources say of a device's capacity: processors, cores, virtual processors, host and cluster.
//!
//! What a metric makes of it is in `measure`.

use std::sync::Arc;

use domain::observation::DeviceKind;
use domain::product::folded;
use imbl::OrdSet;

use super::{Estate, Key, Report};
use crate::column::Column;
use crate::devices::DeviceSet;
use crate::measure::{Machine, Machines};

/// The facts of one device; each from the latest report that states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Capacity {
    kind: DeviceKind,
    processors: Option<u32>,
    cores: Option<u32>,
    virtual_processors: Option<u32>,
    model: Option<String>,
    host: Option<String>,
    /// As compared.
    cluster: Option<Arc<str>>,
}

/// The capacities of all devices.
#[derive(Debug, Clone, Default)]
pub(super) struct Capacities {
    column: Column<Option<Arc<Capacity>>, 512>,
    in_cluster: OrdSet<(Arc<str>, u32)>,
}

impl Capacities {
    /// Takes over what the reports of a device say, the latest first.
    pub(super) fn set(&mut self, device: u32, reports: &[&Report]) {
        let stated = capacity(reports);
        let before = if device < self.column.len() { self.column.get(device).clone() } else { None };
        if before.as_deref() == stated.as_ref() {
            return;
        }
        let cluster = |capacity: Option<&Capacity>| capacity.and_then(|capacity| capacity.cluster.clone());
        if let Some(gone) = cluster(before.as_deref()) {
            self.in_cluster.remove(&(gone, device));
        }
        if let Some(new) = cluster(stated.as_ref()) {
            self.in_cluster.insert((new, device));
        }
        self.column.set(device, stated.map(Arc::new));
    }

    fn of(&self, device: u32) -> Option<&Capacity> {
        if device < self.column.len() { self.column.get(device).as_deref() } else { None }
    }

    fn in_cluster<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = u32> + 'a {
        let from = self.in_cluster.range((Arc::from(cluster), 0)..);
        from.take_while(move |(known, _)| **known == *cluster).map(|(_, device)| *device)
    }
}

/// What the reports state, the latest first; `None` where they state nothing.
fn capacity(reports: &[&Report]) -> Option<Capacity> {
    let mut capacity = Capacity::default();
    for attributes in reports.iter().map(|report| &report.attributes) {
        if capacity.kind == DeviceKind::Unknown {
            capacity.kind = attributes.kind;
        }
        capacity.processors = capacity.processors.or(attributes.processors);
        capacity.cores = capacity.cores.or(attributes.cores);
        capacity.virtual_processors = capacity.virtual_processors.or(attributes.virtual_processors);
        capacity.model = capacity.model.or_else(|| attributes.processor_model.clone());
        capacity.host = capacity.host.or_else(|| stated(attributes.host.as_deref()).map(str::to_owned));
        let cluster = || stated(attributes.cluster.as_deref()).map(|cluster| folded(cluster).into());
        capacity.cluster = capacity.cluster.or_else(cluster);
    }
    (capacity != Capacity::default()).then_some(capacity)
}

fn stated(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl Estate {
    /// The machines that count for `devices`: they themselves, their hosts, and where asked for all of their clusters.
    pub(crate) fn machines(&self, devices: impl Iterator<Item = u32>, with_clusters: bool) -> Machines {
        let mut machines = Machines::default();
        for device in devices {
            self.add_machine(&mut machines, device);
        }
        if !with_clusters {
            return machines;
        }
        let clusters: std::collections::BTreeSet<String> =
            machines.by_place.values().filter_map(|machine| machine.cluster.clone()).collect();
        for cluster in clusters {
            for device in self.capacities.in_cluster(&cluster) {
                self.add_machine(&mut machines, device);
            }
        }
        for (place, machine) in &machines.by_place {
            if let Some(cluster) = machine.cluster.clone().filter(|_| machine.may_be_a_host()) {
                machines.of_cluster.entry(cluster).or_default().push(*place);
            }
        }
        machines
    }

    /// Adds a device with its host, the host's host and so on. What is there already has its hosts beside it, so that a
    /// circle ends, too, and no machine is added twice.
    fn add_machine(&self, machines: &mut Machines, device: u32) {
        let mut next = Some(device);
        while let Some(place) = next.filter(|place| !machines.by_place.contains_key(place)) {
            let capacity = self.capacities.of(place).cloned().unwrap_or_default();
            next = capacity.host.as_deref().and_then(|host| self.device_called(host)).filter(|host| *host != place);
            let machine = Machine {
                name: self.name_of(place).to_owned(),
                kind: capacity.kind,
                processors: capacity.processors,
                cores: capacity.cores,
                virtual_processors: capacity.virtual_processors,
                model: capacity.model,
                host: capacity.host,
                host_place: next,
                cluster: capacity.cluster.map(|cluster| cluster.as_ref().to_owned()),
            };
            machines.by_place.insert(place, machine);
        }
    }

    /// The virtual machines, and those of them of which no source names the host.
    pub(crate) fn virtual_machines(&self) -> (DeviceSet, DeviceSet) {
        self.machines_where(|capacity| capacity.kind == DeviceKind::Virtual, |capacity| capacity.host.is_none())
    }

    /// What may have processors, which all but delivered software may, and that of which no source states cores:
    /// virtual processors count as cores.
    pub(crate) fn computers(&self) -> (DeviceSet, DeviceSet) {
        self.machines_where(
            |capacity| capacity.kind != DeviceKind::Application,
            |capacity| capacity.cores.is_none() && capacity.virtual_processors.is_none(),
        )
    }

    /// The devices that are `wanted`, and those of them that are `lacking`.
    fn machines_where(
        &self,
        wanted: impl Fn(&Capacity) -> bool,
        lacking: impl Fn(&Capacity) -> bool,
    ) -> (DeviceSet, DeviceSet) {
        let unknown = Capacity::default();
        let (mut of, mut without) = (Vec::new(), Vec::new());
        for device in self.present() {
            let capacity = self.capacities.of(device).unwrap_or(&unknown);
            if wanted(capacity) {
                of.push(device);
                if lacking(capacity) {
                    without.push(device);
                }
            }
        }
        (DeviceSet::of_sorted(&of), DeviceSet::of_sorted(&without))
    }

    /// The device that a source calls by hardware UUID or by name.
    pub(super) fn device_called(&self, called: &str) -> Option<u32> {
        let called: Arc<str> = folded(called).into();
        let by_uuid = self.device_indexes.get(&Key::Uuid(called.clone()));
        let by_name = || self.device_indexes.get(&self.identity.device_of_name(&called));
        by_uuid.or_else(by_name).copied()
    }
}
