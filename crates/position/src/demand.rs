//! Demand: which devices hold a product, which of them need a licence, and how many units of each metric they are.
//!
//! Everything here is algebra on bitmaps of devices; only persons are counted device by device.
//! What covers the demand is in `matching`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::observation::Environment;
use jiff::civil::Date;
use roaring::RoaringBitmap;

use crate::column::Column;
use crate::estate::{Estate, NOBODY, ReleaseIndex, TitleIndex};
use crate::metrics::Plain;
use crate::supply::Environments;

/// The demand for one product.
#[derive(Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) titles: &'a [TitleIndex],
    /// Devices that hold the product.
    pub(crate) holding: Cow<'a, RoaringBitmap>,
    /// Those of them that need a licence.
    pub(crate) liable: Cow<'a, RoaringBitmap>,
    /// Those of them that hold a suite that includes the product, which counts in its place.
    pub(crate) included: RoaringBitmap,
}

/// The releases of a product that state one version, or none.
#[derive(Debug)]
pub(crate) struct Version<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) releases: Vec<ReleaseIndex>,
    /// The devices where it counts.
    pub(crate) holding: Cow<'a, RoaringBitmap>,
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
    /// The demand for the product whose titles are given, where `exempt` environments need no licence, and devices
    /// `with_suite` need one of the suite.
    pub(crate) fn of(
        estate: &'a Estate,
        titles: &'a [TitleIndex],
        exempt: Environments,
        with_suite: Option<&RoaringBitmap>,
    ) -> Self {
        let holding = holding(estate, titles);
        let included = with_suite.map(|with_suite| &*holding & with_suite).unwrap_or_default();
        let liable = if exempt.is_empty() && included.is_empty() {
            holding.clone()
        } else {
            let mut liable = holding.clone().into_owned();
            liable -= &included;
            for environment in exempt.iter() {
                liable -= estate.stating(environment);
                if environment == Environment::default() {
                    liable -= estate.unstated();
                }
            }
            Cow::Owned(liable)
        };
        Self { estate, titles, holding, liable, included }
    }

    /// The devices that hold the product and would need a licence in another environment.
    pub(crate) fn exempt(&self) -> RoaringBitmap {
        &*self.holding - &*self.liable - &self.included
    }

    /// Whether no device is exempt.
    pub(crate) fn all_liable(&self) -> bool {
        self.holding.len() == self.liable.len() + self.included.len()
    }

    /// The devices that hold the product and no suite with it.
    pub(crate) fn counted(&self) -> Cow<'_, RoaringBitmap> {
        if self.included.is_empty() {
            Cow::Borrowed(&*self.holding)
        } else {
            Cow::Owned(&*self.holding - &self.included)
        }
    }

    /// Whom units of `devices` are: devices themselves, or persons, where a device without one is a person of its own
    /// with a number after those of all persons.
    pub(crate) fn holders(&self, plain: Plain, devices: &RoaringBitmap) -> RoaringBitmap {
        match plain {
            Plain::Device | Plain::Installation => devices.clone(),
            Plain::NamedUser => {
                let nameless = crate::column::dense(self.estate.person_count());
                let mut persons = Vec::new();
                each_value(devices, self.estate.person_column(), |device, person| {
                    persons.push(if person == NOBODY { nameless + device } else { person });
                });
                // Sorted they fill the bitmap from one end, which is several times faster.
                persons.sort_unstable();
                persons.into_iter().collect()
            }
        }
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
    pub(crate) fn units(&self, plain: Plain, devices: &RoaringBitmap, persons: &mut Persons) -> u64 {
        match plain {
            Plain::Device => devices.len(),
            Plain::Installation => {
                self.versions().iter().map(|version| version.holding.intersection_len(devices)).sum()
            }
            Plain::NamedUser => persons.count(self.estate, devices) + self.without_person(devices),
        }
    }

    /// Devices whose primary user is not known.
    pub(crate) fn without_person(&self, devices: &RoaringBitmap) -> u64 {
        devices.intersection_len(self.estate.without_person())
    }

    /// The units that need a licence, by environment.
    pub(crate) fn places(&self, plain: Plain, persons: &mut Persons) -> Places {
        match plain {
            Plain::Device => self.places_of(RoaringBitmap::len),
            Plain::Installation => {
                let versions = self.versions();
                self.places_of(|devices| versions.iter().map(|version| version.holding.intersection_len(devices)).sum())
            }
            Plain::NamedUser => {
                let mut places = persons.places(self.estate, &self.liable);
                let nameless = &*self.liable & self.estate.without_person();
                let others = self.places_within(&nameless, RoaringBitmap::len);
                for (sum, more) in places.by_environment.iter_mut().zip(others.by_environment) {
                    *sum += more;
                }
                places
            }
        }
    }

    /// The devices that need a licence and whose last use of the product is known and before `day`.
    pub(crate) fn unused_since(&self, day: Date) -> impl Iterator<Item = u32> + '_ {
        let known = &*self.liable & self.estate.with_known_use();
        known.into_iter().filter(move |device| {
            let last_use = self.estate.last_use(*device, |title| self.titles.binary_search(&title).is_ok());
            last_use.is_some_and(|last| last < day)
        })
    }

    fn places_of(&self, count: impl Fn(&RoaringBitmap) -> u64) -> Places {
        self.places_within(&self.liable, count)
    }

    fn places_within(&self, devices: &RoaringBitmap, count: impl Fn(&RoaringBitmap) -> u64) -> Places {
        let mut places = Places::default();
        for (environment, units) in Environment::ALL.into_iter().zip(&mut places.by_environment) {
            let mut there = devices & self.estate.stating(environment);
            if environment == Environment::default() {
                there |= devices & self.estate.unstated();
            }
            *units = count(&there);
        }
        places
    }
}

/// The devices that hold any of the titles.
pub(crate) fn holding<'a>(estate: &'a Estate, titles: &'a [TitleIndex]) -> Cow<'a, RoaringBitmap> {
    let table = estate.table();
    union(titles.iter().map(|title| table.holders(*title)))
}

/// The union, without a copy where it is one bitmap.
fn union<'a>(mut bitmaps: impl Iterator<Item = &'a RoaringBitmap>) -> Cow<'a, RoaringBitmap> {
    let Some(first) = bitmaps.next() else { return Cow::Owned(RoaringBitmap::new()) };
    bitmaps.filter(|bitmap| !bitmap.is_empty()).fold(Cow::Borrowed(first), |union, bitmap| {
        if union.is_empty() {
            return Cow::Borrowed(bitmap);
        }
        let mut union = union.into_owned();
        union |= bitmap;
        Cow::Owned(union)
    })
}

/// Calls `visit` with every device and its value in a column. In batches and chunk by chunk, which is several times
/// faster than one by one.
pub(crate) fn each_value<T: Copy, const CHUNK: usize>(
    devices: &RoaringBitmap,
    column: &Column<T, CHUNK>,
    mut visit: impl FnMut(u32, T),
) {
    let mut batch = [0; 256];
    let mut devices = devices.iter();
    loop {
        let mut batch: &[u32] = devices.next_many(&mut batch);
        let Some(first) = batch.first() else { return };
        let mut next = *first;
        while !batch.is_empty() {
            let (start, values) = column.chunk_of(next);
            let end = start + values.len();
            let here = batch.partition_point(|device| (*device as usize) < end);
            for device in &batch[..here] {
                visit(*device, values[*device as usize - start]);
            }
            batch = &batch[here..];
            next = batch.first().copied().unwrap_or(next);
        }
    }
}

/// Marks by person, stamped with the round in which they were made, so that they need no clearing between products.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    round: u32,
    marks: Vec<(u32, u32)>,
}

impl Persons {
    fn begin(&mut self, estate: &Estate) {
        if self.marks.len() < estate.person_count() || self.round == u32::MAX {
            self.marks = vec![(0, 0); estate.person_count()];
            self.round = 0;
        }
        self.round += 1;
    }

    /// Calls `visit` with every device that has a primary user and that person's mark, which is 0 at first.
    fn visit(&mut self, estate: &Estate, devices: &RoaringBitmap, mut visit: impl FnMut(u32, &mut u32)) {
        self.begin(estate);
        each_value(devices, estate.person_column(), |device, person| {
            if person != NOBODY {
                let (round, mark) = &mut self.marks[person as usize];
                if *round != self.round {
                    (*round, *mark) = (self.round, 0);
                }
                visit(device, mark);
            }
        });
    }

    /// Distinct primary users.
    fn count(&mut self, estate: &Estate, devices: &RoaringBitmap) -> u64 {
        let mut count = 0;
        self.visit(estate, devices, |_, mark| {
            count += u64::from(*mark == 0);
            *mark = 1;
        });
        count
    }

    /// Pairs of devices of one person, each device in one pair at most.
    pub(crate) fn pairs(&mut self, estate: &Estate, devices: &RoaringBitmap) -> u64 {
        let mut pairs = 0;
        self.visit(estate, devices, |_, mark| {
            pairs += u64::from(*mark == 1);
            *mark ^= 1;
        });
        pairs
    }

    /// Distinct primary users by the environments of their devices.
    fn places(&mut self, estate: &Estate, devices: &RoaringBitmap) -> Places {
        // Marks hold the environments seen so far, one bit each; a person moves to `mixed` with the second.
        let mut places = Places::default();
        self.visit(estate, devices, |device, mark| {
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
