//! Which device holds which product, with the last day of use: one pass over the estate for whoever looks for patterns.
//!
//! What must be licensed of it is not known here.

use domain::id::ProductId;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::base::{Base, Recognition};
use crate::estate::{DeviceIndex, Estate, NOBODY, UNDATED};

/// A person as devices name their users: an index that is good for one estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIndex(pub u32);

/// What one device holds.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The device.
    pub device: DeviceIndex,
    /// Its primary user, where known.
    pub user: Option<UserIndex>,
    /// When a source last looked at it, where one says so.
    pub seen_at: Option<Timestamp>,
    /// Its products in order of number, each once, with the last day of use that any source knows.
    pub products: &'a [(ProductId, Option<Date>)],
}

/// Shows every device that holds a product, in order of place.
pub fn holders(base: &Base, mut look: impl FnMut(&Holder<'_>)) {
    let estate = base.estate();
    let mut products = Vec::new();
    for device in estate.devices() {
        held_by(base, device, &mut products);
        if products.is_empty() {
            continue;
        }
        let user = estate.person_of(device.0);
        look(&Holder {
            device,
            user: (user != NOBODY).then_some(UserIndex(user)),
            seen_at: seen_at(estate, device),
            products: &products,
        });
    }
}

/// Shows every device that holds one product, in order of place.
pub fn holders_of(
    base: &Base,
    product: ProductId,
    mut look: impl FnMut(DeviceIndex, Option<UserIndex>, Option<Timestamp>, Option<Date>),
) {
    let estate = base.estate();
    let titles = base.title_indexes_of(product);
    for place in crate::demand::holding(estate, titles).iter() {
        let device = DeviceIndex(place);
        let user = estate.person_of(place);
        let used = estate.last_use(place, |title| titles.binary_search(&title).is_ok());
        look(device, (user != NOBODY).then_some(UserIndex(user)), seen_at(estate, device), used);
    }
}

/// The products on one device, in order of number; empty where there is no such device.
pub fn products_on(base: &Base, device: DeviceIndex) -> Vec<(ProductId, Option<Date>)> {
    let mut products = Vec::new();
    held_by(base, device, &mut products);
    products
}

fn held_by(base: &Base, device: DeviceIndex, products: &mut Vec<(ProductId, Option<Date>)>) {
    products.clear();
    base.estate().each_installed(device.0, |title, last_used_on| {
        if let Recognition::Product(product) = base.recognition_at(title) {
            products.push((product, last_used_on));
        }
    });
    // The latest use of a product comes first among its titles, and the rest is dropped.
    products.sort_unstable_by_key(|(product, used)| (*product, std::cmp::Reverse(*used)));
    products.dedup_by_key(|(product, _)| *product);
}

/// When a source last looked at a device.
pub fn seen_at(estate: &Estate, device: DeviceIndex) -> Option<Timestamp> {
    let seen = *estate.seen_column().get(device.0);
    if seen == UNDATED { None } else { Timestamp::from_second(seen).ok() }
}

/// The name of a user as compared: letter case and white space apart.
pub fn user_name(estate: &Estate, user: UserIndex) -> &str {
    estate.person(user.0)
}

/// Devices of every user, by the user's index.
pub fn devices_by_user(estate: &Estate) -> Vec<u32> {
    let mut devices = vec![0_u32; estate.person_count()];
    for device in estate.devices() {
        let user = usize::try_from(estate.person_of(device.0)).ok();
        if let Some(count) = user.and_then(|user| devices.get_mut(user)) {
            *count += 1;
        }
    }
    devices
}
