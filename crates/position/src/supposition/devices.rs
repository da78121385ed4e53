//! Whose devices hold what: the persons of a business unit, and what they have on average.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::ProductId;
use domain::scenario::Staffing;

use crate::base::Base;
use crate::estate::{DeviceIndex, NOBODY, PlaceKind};
use crate::holding::products_on;

/// `part` of `whole`, of so many, rounded half up.
pub(super) fn rounded_share(part: u64, of: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let (part, of, whole) = (u128::from(part), u128::from(of), u128::from(whole));
    u64::try_from((part * of * 2 + whole) / (whole * 2)).unwrap_or(u64::MAX)
}

/// So many persons get or lose a product.
pub(super) struct Count {
    pub(super) product: ProductId,
    pub(super) units: u64,
    /// How the number was made, as a sentence.
    pub(super) basis: String,
}

/// The persons of a unit with their devices, in order of their names.
pub(super) struct Workplaces(BTreeMap<String, Vec<DeviceIndex>>);

impl Workplaces {
    /// The persons whose devices are in `unit`, or in the whole organisation. A device without a primary user is
    /// nobody's workplace.
    pub(super) fn of(base: &Base, unit: Option<&str>) -> Self {
        let estate = base.estate();
        let inside = unit.map(|unit| estate.within(PlaceKind::BusinessUnit, &[unit.to_owned()].into()));
        let mut persons: BTreeMap<String, Vec<DeviceIndex>> = BTreeMap::new();
        for device in estate.devices() {
            let person = estate.person_of(device.0);
            if person != NOBODY && inside.as_ref().is_none_or(|inside| inside.contains(device.0)) {
                persons.entry(estate.person(person).to_owned()).or_default().push(device);
            }
        }
        Self(persons)
    }

    /// How many persons hold each product.
    fn held(&self, base: &Base) -> BTreeMap<ProductId, u64> {
        let mut held: BTreeMap<ProductId, u64> = BTreeMap::new();
        for devices in self.0.values() {
            let products: BTreeSet<ProductId> =
                devices.iter().flat_map(|device| products_on(base, *device)).map(|(product, _)| product).collect();
            for product in products {
                *held.entry(product).or_default() += 1;
            }
        }
        held
    }

    /// How many of the persons of `staffing` have each product: all of them what it names, or what is usual here.
    pub(super) fn counts(&self, base: &Base, staffing: &Staffing) -> Vec<Count> {
        if !staffing.products.is_empty() {
            let named = |product: &ProductId| Count {
                product: *product,
                units: staffing.persons,
                basis: "Everybody is meant to have it.".to_owned(),
            };
            return staffing.products.iter().map(named).collect();
        }
        let all = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        let usual = |(product, holders): (ProductId, u64)| Count {
            product,
            units: rounded_share(staffing.persons, holders, all),
            basis: format!("Here {holders} of {all} persons have it, rounded half up."),
        };
        self.held(base).into_iter().map(usual).filter(|count| count.units > 0).collect()
    }

    /// The devices with a product of every person who has it.
    pub(super) fn holders(&self, base: &Base, product: ProductId) -> Vec<Vec<DeviceIndex>> {
        let holds = |device: &DeviceIndex| products_on(base, *device).iter().any(|(held, _)| *held == product);
        let of = |devices: &Vec<DeviceIndex>| devices.iter().copied().filter(holds).collect();
        self.0.values().map(of).filter(|devices: &Vec<DeviceIndex>| !devices.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_half_up_and_of_nobody_nothing() {
        for (part, of, whole, share) in [(3, 1, 2, 2), (1, 1, 3, 0), (2, 1, 3, 1), (20, 7, 7, 20), (5, 1, 0, 0)] {
            assert_eq!(rounded_share(part, of, whole), share, "{part} × {of} / {whole}");
        }
    }
}
