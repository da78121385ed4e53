//! Which reports speak of the same device.
//!
//! Reports are first gathered under their strongest mark: hardware UUID, else serial, else name; each such group is a
//! node. Then nodes are joined, strongest first, always by what the reports at hand say and never by the order in
//! which they came:
//!
//! 1. A UUID node is a device.
//! 2. A serial node is part of the device with that serial; else of one that goes by one of its names and states no
//!    serial at all; else it is a device.
//! 3. A name node is part of a device that goes by that name, one with a UUID before one without; else it is a device.
//!
//! Where several devices fit, the one with the smallest mark is taken: the node is one of them, and counting it alone
//! would count a machine twice.
//!
//! What the reports say beyond their marks is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use domain::observation::DeviceIdentity;
use domain::product::folded;
use imbl::{OrdMap, OrdSet};

/// The strongest mark of a report, letter case and white space apart. The order is the order of strength.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// Hardware UUID.
    Uuid(Arc<str>),
    /// Serial number.
    Serial(Arc<str>),
    /// Host name.
    Name(Arc<str>),
}

impl Key {
    /// The mark under which a report of `identity` is gathered.
    pub(crate) fn of(identity: &DeviceIdentity) -> Self {
        match (stated(identity.uuid.as_deref()), stated(identity.serial.as_deref())) {
            (Some(uuid), _) => Self::Uuid(uuid),
            (None, Some(serial)) => Self::Serial(serial),
            (None, None) => Self::Name(folded(&identity.name).into()),
        }
    }

    /// Reads what `Display` writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, mark) = text.split_once(':')?;
        let mark = folded(mark).into();
        match kind {
            "uuid" => Some(Self::Uuid(mark)),
            "serial" => Some(Self::Serial(mark)),
            "name" => Some(Self::Name(mark)),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(mark) => write!(f, "uuid:{mark}"),
            Self::Serial(mark) => write!(f, "serial:{mark}"),
            Self::Name(mark) => write!(f, "name:{mark}"),
        }
    }
}

fn stated(mark: Option<&str>) -> Option<Arc<str>> {
    let mark = folded(mark?);
    if mark.is_empty() { None } else { Some(mark.into()) }
}

/// The names and serials that the reports of a node give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    names: BTreeSet<Arc<str>>,
    serials: BTreeSet<Arc<str>>,
}

impl Marks {
    /// The marks in several reports together.
    pub(crate) fn of<'a>(identities: impl Iterator<Item = &'a DeviceIdentity>) -> Self {
        let mut marks = Self::default();
        for identity in identities {
            marks.names.insert(folded(&identity.name).into());
            marks.serials.extend(stated(identity.serial.as_deref()));
        }
        marks
    }

    /// The names under which a node without any serial can be joined by name.
    fn bare_names(&self) -> BTreeSet<Arc<str>> {
        if self.serials.is_empty() { self.names.clone() } else { BTreeSet::new() }
    }
}

/// A node that became part of another device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// The node.
    pub(crate) node: Key,
    /// The key of its device so far; `None` for a new node.
    pub(crate) from: Option<Key>,
    /// The key of its device from now on.
    pub(crate) to: Key,
}

/// The joins, kept up to date with the marks of all nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// The device of every node, by the key of the node that leads it.
    devices: OrdMap<Key, Key>,
    /// (serial, UUID) of UUID nodes.
    uuids_by_serial: OrdSet<(Arc<str>, Arc<str>)>,
    /// (name, UUID) of UUID nodes that state no serial.
    bare_uuids_by_name: OrdSet<(Arc<str>, Arc<str>)>,
    /// (name, serial) of serial nodes.
    serials_by_name: OrdSet<(Arc<str>, Arc<str>)>,
    /// Names of serial nodes.
    names_of_serial: OrdMap<Arc<str>, Arc<BTreeSet<Arc<str>>>>,
    /// (name, device, node that gives it the name) of UUID and serial nodes.
    devices_by_name: OrdSet<(Arc<str>, Key, Key)>,
}

impl Identity {
    /// Takes over the marks of a node, which were `before` (none for a new node).
    /// Returns the nodes, this one or others, that are part of another device now.
    pub(crate) fn set_marks(&mut self, node: &Key, before: &Marks, after: &Marks) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut led_before = BTreeMap::new();
        let mut serials = BTreeSet::new();
        match node {
            Key::Uuid(uuid) => {
                if !self.devices.contains_key(node) {
                    self.settle(node, node.clone(), &mut moves);
                }
                serials = self.remark_uuid(uuid, before, after);
                self.rename(node, node, &before.names, node, &after.names, &mut led_before);
            }
            Key::Serial(serial) => {
                for name in before.names.difference(&after.names) {
                    self.serials_by_name.remove(&(name.clone(), serial.clone()));
                }
                for name in after.names.difference(&before.names) {
                    self.serials_by_name.insert((name.clone(), serial.clone()));
                }
                serials.insert(serial.clone());
            }
            Key::Name(_) => {}
        }
        for serial in serials {
            let same_node = matches!(node, Key::Serial(own) if *own == serial);
            let names = self.names_of_serial.get(&serial).cloned();
            let names_after = if same_node { Some(Arc::new(after.names.clone())) } else { names.clone() };
            if let Some(names_after) = names_after {
                self.rejoin_serial(&serial, &names.unwrap_or_default(), names_after, &mut led_before, &mut moves);
            }
        }
        for (name, leader) in led_before {
            let key = Key::Name(name.clone());
            if self.leader(&name) != leader && self.devices.contains_key(&key) {
                self.rejoin_name(&name, &mut moves);
            }
        }
        if let Key::Name(name) = node {
            self.rejoin_name(name, &mut moves);
        }
        moves
    }

    /// Takes over the marks of a UUID node and returns the serial nodes that may belong elsewhere now.
    fn remark_uuid(&mut self, uuid: &Arc<str>, before: &Marks, after: &Marks) -> BTreeSet<Arc<str>> {
        let mut serials: BTreeSet<Arc<str>> = BTreeSet::new();
        for serial in before.serials.symmetric_difference(&after.serials) {
            let pair = (serial.clone(), uuid.clone());
            if after.serials.contains(serial) {
                self.uuids_by_serial.insert(pair);
            } else {
                self.uuids_by_serial.remove(&pair);
            }
            serials.insert(serial.clone());
        }
        let (bare_before, bare_after) = (before.bare_names(), after.bare_names());
        for name in bare_before.symmetric_difference(&bare_after) {
            let first = first(&self.bare_uuids_by_name, name);
            let pair = (name.clone(), uuid.clone());
            if bare_after.contains(name) {
                self.bare_uuids_by_name.insert(pair);
            } else {
                self.bare_uuids_by_name.remove(&pair);
            }
            // Many machines may go by one name; those that join by it look at the first only.
            if self::first(&self.bare_uuids_by_name, name) != first {
                serials.extend(seconds(&self.serials_by_name, name));
            }
        }
        serials
    }

    fn rejoin_serial(
        &mut self,
        serial: &Arc<str>,
        names_before: &BTreeSet<Arc<str>>,
        names: Arc<BTreeSet<Arc<str>>>,
        led_before: &mut BTreeMap<Arc<str>, Option<Key>>,
        moves: &mut Vec<Move>,
    ) {
        let node = Key::Serial(serial.clone());
        let device = first(&self.uuids_by_serial, serial)
            .or_else(|| names.iter().filter_map(|name| first(&self.bare_uuids_by_name, name)).min())
            .map_or_else(|| node.clone(), Key::Uuid);
        let device_before = self.devices.get(&node).cloned().unwrap_or_else(|| device.clone());
        self.rename(&node, &device_before, names_before, &device, &names, led_before);
        self.names_of_serial.insert(serial.clone(), names);
        self.settle(&node, device, moves);
    }

    fn rejoin_name(&mut self, name: &Arc<str>, moves: &mut Vec<Move>) {
        let node = Key::Name(name.clone());
        let device = self.leader(name).unwrap_or_else(|| node.clone());
        self.settle(&node, device, moves);
    }

    /// `node` gave `names_before` to one device and gives `names` to another, or the same, from now on.
    /// Remembers in `led_before` who led a name before it was touched.
    fn rename(
        &mut self,
        node: &Key,
        device_before: &Key,
        names_before: &BTreeSet<Arc<str>>,
        device: &Key,
        names: &BTreeSet<Arc<str>>,
        led_before: &mut BTreeMap<Arc<str>, Option<Key>>,
    ) {
        if device_before == device && names_before == names {
            return;
        }
        for name in names_before.union(names) {
            if !led_before.contains_key(name) {
                led_before.insert(name.clone(), self.leader(name));
            }
        }
        for name in names_before {
            self.devices_by_name.remove(&(name.clone(), device_before.clone(), node.clone()));
        }
        for name in names {
            self.devices_by_name.insert((name.clone(), device.clone(), node.clone()));
        }
    }

    /// The device of a node whose marks were given.
    pub(super) fn device_of(&self, node: &Key) -> Option<&Key> {
        self.devices.get(node)
    }

    /// The device that a name, as compared, stands for: one with a stronger mark that goes by it, or its own.
    pub(super) fn device_of_name(&self, name: &Arc<str>) -> Key {
        self.leader(name).unwrap_or_else(|| Key::Name(name.clone()))
    }

    /// The device that a name alone stands for.
    fn leader(&self, name: &Arc<str>) -> Option<Key> {
        let least = || Key::Uuid("".into());
        let mut from = self.devices_by_name.range((name.clone(), least(), least())..);
        from.next().filter(|(found, ..)| found == name).map(|(_, device, _)| device.clone())
    }

    fn settle(&mut self, node: &Key, device: Key, moves: &mut Vec<Move>) {
        let from = self.devices.get(node).cloned();
        if from.as_ref() != Some(&device) {
            self.devices.insert(node.clone(), device.clone());
            moves.push(Move { node: node.clone(), from, to: device });
        }
    }
}

/// The smallest second part that stands beside `key`.
fn first(pairs: &OrdSet<(Arc<str>, Arc<str>)>, key: &Arc<str>) -> Option<Arc<str>> {
    let mut from = pairs.range((key.clone(), Arc::from(""))..);
    from.next().filter(|(found, _)| found == key).map(|(_, second)| second.clone())
}

/// Every second part that stands beside `key`.
fn seconds(pairs: &OrdSet<(Arc<str>, Arc<str>)>, key: &Arc<str>) -> Vec<Arc<str>> {
    let from = pairs.range((key.clone(), Arc::from(""))..);
    from.take_while(|(found, _)| found == key).map(|(_, second)| second.clone()).collect()
}
