//! Demand: which devices hold a product, which of them need a licence, and how many units of each metric they are.
//!
//! Everything here is algebra on bitmaps of devices; only persons are counted device by device.
//! What covers the demand is in `matching`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::observation::Environment;
use jiff::civil::Date;

use crate::devices::DeviceSet;
use crate::estate::{Estate, PersonMarks, ReleaseIndex, TitleIndex};
use crate::metrics::Plain;
use crate::supply::Environments;

/// The demand for one product.
#[derive(Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) titles: &'a [TitleIndex],
    /// Devices that hold the product.
    pub(crate) holding: Cow<'a, DeviceSet>,
    /// Those of them that need a licence.
    pub(crate) liable: Cow<'a, DeviceSet>,
}

/// The releases of a product that state one version, or none.
#[derive(Debug)]
pub(crate) struct Version<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) releases: Vec<ReleaseIndex>,
    /// The devices where it counts.
    pub(crate) holding: Cow<'a, DeviceSet>,
}

/// Units by the environment in which they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// In the order of [`Environment::ALL`].
    pub(crate) by_environment: [u64; 4],
    /// Persons who use the product in several environments.
    pub(crate) mixed: u64,
}

impl Places {
    pub(crate) fn total(&self) -> u64 {
        self.by_environment.iter().fold(self.mixed, |sum, units| sum.saturating_add(*units))
    }
}

impl<'a> Demand<'a> {
    /// The demand for the product whose titles are given, where `exempt` environments need no licence.
    pub(crate) fn of(estate: &'a Estate, titles: &'a [TitleIndex], exempt: Environments) -> Self {
        let table = estate.table();
        let holding = union(titles.iter().map(|title| table.holders(*title)));
        let liable = if exempt.is_empty() {
            holding.clone()
        } else {
            let mut liable = holding.clone().into_owned();
            for environment in exempt.iter() {
                liable -= estate.stating(environment);
                if environment == Environment::default() {
                    liable -= estate.unstated();
                }
            }
            Cow::Owned(liable)
        };
        Self { estate, titles, holding, liable }
    }

    /// The devices that hold the product and need no licence.
    pub(crate) fn exempt(&self) -> DeviceSet {
        &*self.holding - &*self.liable
    }

    /// Whether every device that holds the product needs a licence.
    pub(crate) fn all_liable(&self) -> bool {
        self.holding.len() == self.liable.len()
    }

    /// The releases by version, in order of text, unstated first. A release without a version counts only on devices
    /// where no version of the product is known, since it may be any of those.
    pub(crate) fn versions(&self) -> Vec<Version<'a>> {
        let table = self.estate.table();
        let mut releases: BTreeMap<Option<&'a str>, Vec<ReleaseIndex>> = BTreeMap::new();
        for release in self.titles.iter().flat_map(|title| table.releases(*title)) {
            let version = table.raw(*release).version.as_deref().map(str::trim).filter(|version| !version.is_empty());
            releases.entry(version).or_default().push(*release);
        }
        let mut versions: Vec<Version<'a>> = releases
            .into_iter()
            .map(|(name, releases)| {
                let holding = union(releases.iter().map(|release| table.release_holders(*release)));
                Version { name, releases, holding }
            })
            .collect();
        if let Some((unstated, stated)) = versions.split_first_mut()
            && unstated.name.is_none()
            && !unstated.holding.is_empty()
        {
            for version in stated {
                *unstated.holding.to_mut() -= &*version.holding;
            }
        }
        versions
    }

    /// How many units the devices are. A device without a primary user is a person of its own.
    pub(crate) fn units(&self, plain: Plain, devices: &DeviceSet, persons: &mut Persons) -> u64 {
        match plain {
            Plain::Device => devices.len(),
            Plain::Installation => {
                self.versions().iter().map(|version| version.holding.intersection_len(devices)).sum()
            }
            Plain::NamedUser => persons.count(self.estate, devices) + self.without_person(devices),
        }
    }

    /// Devices whose primary user is not known.
    pub(crate) fn without_person(&self, devices: &DeviceSet) -> u64 {
        devices.intersection_len(self.estate.without_person())
    }

    /// The units that need a licence, by environment.
    pub(crate) fn places(&self, plain: Plain, persons: &mut Persons) -> Places {
        match plain {
            Plain::Device => self.places_of(DeviceSet::len),
            Plain::Installation => {
                let versions = self.versions();
                self.places_of(|devices| versions.iter().map(|version| version.holding.intersection_len(devices)).sum())
            }
            Plain::NamedUser => {
                let mut places = persons.places(self.estate, &self.liable);
                let nameless = &*self.liable & self.estate.without_person();
                let others = self.places_within(&nameless, DeviceSet::len);
                for (sum, more) in places.by_environment.iter_mut().zip(others.by_environment) {
                    *sum += more;
                }
                places
            }
        }
    }

    /// The devices that need a licence and whose last use of the product is known and before `day`.
    pub(crate) fn unused_since(&self, day: Date) -> impl Iterator<Item = u32> + '_ {
        let known: Vec<u32> = (&*self.liable & self.estate.with_known_use()).iter().collect();
        known.into_iter().filter(move |device| {
            let last_use = self.estate.last_use(*device, |title| self.titles.binary_search(&title).is_ok());
            last_use.is_some_and(|last| last < day)
        })
    }

    fn places_of(&self, count: impl Fn(&DeviceSet) -> u64) -> Places {
        self.places_within(&self.liable, count)
    }

    fn places_within(&self, devices: &DeviceSet, count: impl Fn(&DeviceSet) -> u64) -> Places {
        let mut places = Places::default();
        for (environment, units) in Environment::ALL.into_iter().zip(&mut places.by_environment) {
            let mut there = devices & self.estate.stating(environment);
            if environment == Environment::default() {
                there |= &(devices & self.estate.unstated());
            }
            *units = count(&there);
        }
        places
    }
}

/// The union, without a copy where it is one bitmap.
fn union<'a>(mut bitmaps: impl Iterator<Item = &'a DeviceSet>) -> Cow<'a, DeviceSet> {
    let Some(first) = bitmaps.next() else { return Cow::Owned(DeviceSet::new()) };
    bitmaps.filter(|bitmap| !bitmap.is_empty()).fold(Cow::Borrowed(first), |union, bitmap| {
        if union.is_empty() {
            return Cow::Borrowed(bitmap);
        }
        let mut union = union.into_owned();
        union |= bitmap;
        Cow::Owned(union)
    })
}

/// What counting persons needs from product to product.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    marks: PersonMarks,
}

impl Persons {
    /// Distinct primary users.
    fn count(&mut self, estate: &Estate, devices: &DeviceSet) -> u64 {
        estate.users().count(devices, &mut self.marks)
    }

    /// Pairs of devices of one person, each device in one pair at most.
    pub(crate) fn pairs(&mut self, estate: &Estate, devices: &DeviceSet) -> u64 {
        estate.users().pairs(devices, &mut self.marks)
    }

    /// Distinct primary users by the environments of their devices.
    fn places(&mut self, estate: &Estate, devices: &DeviceSet) -> Places {
        // Marks hold the environments seen so far, one bit each; a person moves to `mixed` with the second.
        let mut places = Places::default();
        estate.users().visit(devices, &mut self.marks, |device, mark| {
            let environment = estate.environment_of(device) as usize;
            let seen = *mark;
            *mark |= 1 << environment;
            if seen == 0 {
                places.by_environment[environment] += 1;
            } else if seen.is_power_of_two() && !mark.is_power_of_two() {
                places.by_environment[seen.trailing_zeros() as usize] -= 1;
                places.mixed += 1;
            }
        });
        places
    }
}
