//! Where devices are: the regions, business units and cost centres that sources state, and who states them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::devices::{DeviceSet, union};
use domain::entitlement::Scope;
use domain::product::folded;
use imbl::OrdMap;

use crate::column::Column;

/// An attribute of devices that names a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    Region,
    BusinessUnit,
    CostCentre,
}

/// The place column's value for a device that states none.
pub(crate) const NOWHERE: u32 = 0;

/// The places of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Places by their folded names; the numbers begin at 1.
    by_name: OrdMap<Arc<str>, u32>,
    /// The devices of every place, beside its number less 1.
    holders: Column<DeviceSet, 64>,
    /// The place of every device.
    column: Column<u32, 1024>,
}

impl Places {
    /// A device is in `place` from now on.
    pub(super) fn set(&mut self, device: u32, place: Option<&str>) {
        let place = place.map(str::trim).filter(|place| !place.is_empty());
        let before = if device < self.column.len() { *self.column.get(device) } else { NOWHERE };
        let number = place.map_or(NOWHERE, |place| self.number(&folded(place)));
        if number == before {
            return;
        }
        for (place, inside) in [(before, false), (number, true)] {
            if let Some(index) = place.checked_sub(1) {
                self.holders.get_mut(index).put(device, inside);
            }
        }
        self.column.set(device, number);
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let number = self.holders.push(DeviceSet::new()) + 1;
        self.by_name.insert(name.into(), number);
        number
    }

    /// The number of every device's place, up to the last device that ever stated one; [`NOWHERE`] where it states none.
    pub(super) fn column(&self) -> &Column<u32, 1024> {
        &self.column
    }

    /// How many places there are; their numbers end with it.
    pub(super) fn len(&self) -> u32 {
        self.holders.len()
    }

    /// The devices that state the place of this number, which is none of those that are [`NOWHERE`].
    pub(super) fn holders(&self, number: u32) -> &DeviceSet {
        self.holders.get(number - 1)
    }

    /// The devices that state exactly this place, letter case and white space apart.
    pub(super) fn stating(&self, name: &str) -> DeviceSet {
        self.by_name.get(folded(name).as_str()).map(|number| self.holders(*number).clone()).unwrap_or_default()
    }

    /// The devices that state any place.
    pub(super) fn somewhere(&self) -> DeviceSet {
        let mut devices = DeviceSet::new();
        (1..=self.len()).for_each(|number| devices |= self.holders(number));
        devices
    }

    /// The devices in any of `wholes` or in a part of one.
    pub(super) fn within(&self, wholes: &BTreeSet<String>) -> Cow<'_, DeviceSet> {
        let wholes: Vec<String> = wholes.iter().map(|whole| folded(whole)).collect();
        let parts = wholes.iter().flat_map(|whole| {
            let parts = self.by_name.range(Arc::<str>::from(whole.as_str())..);
            let parts = parts.take_while(move |(name, _)| name.starts_with(whole.as_str()));
            parts.filter(move |(name, _)| Scope::holds(whole, name))
        });
        union(parts.map(|(_, number)| self.holders.get(number - 1)))
    }
}
