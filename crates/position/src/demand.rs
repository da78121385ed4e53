//! Demand: which devices hold a product, which of them need a licence, and how many units of each metric they are.
//!
//! Everything here is algebra on bitmaps of devices; only persons are counted device by device.
//! What covers the demand is in `matching`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use domain::observation::Environment;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::census::{Asking, Census, DeviceTable, PersonCensus};
use crate::devices::{DeviceSet, union};
use crate::estate::{Estate, NOBODY, PersonMarks, ReleaseIndex, TitleIndex, UNDATED, each_value};
use crate::metrics::Plain;
use crate::supply::{Environments, Moment};

/// The demand for one product.
#[derive(Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) titles: &'a [TitleIndex],
    /// Devices that hold the product.
    pub(crate) holding: Cow<'a, DeviceSet>,
    exempt: Environments,
    /// Those of them that need a licence, once they were asked for.
    liable: OnceCell<Cow<'a, DeviceSet>>,
    /// What was counted of them in one reading, where that was worth it.
    census: Option<Census>,
    /// Those of them that hold a suite that includes the product, which counts in its place.
    pub(crate) included: DeviceSet,
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
    /// The demand for the product whose titles are given, where `exempt` environments need no licence, and devices
    /// `with_suite` need one of the suite.
    pub(crate) fn of(
        estate: &'a Estate,
        titles: &'a [TitleIndex],
        exempt: Environments,
        with_suite: Option<&DeviceSet>,
    ) -> Self {
        let holding = holding(estate, titles);
        let included = with_suite.map(|with_suite| &*holding & with_suite).unwrap_or_default();
        Self { estate, titles, holding, exempt, liable: OnceCell::new(), census: None, included }
    }

    /// The demand of devices all of which need a licence.
    pub(crate) fn of_devices(estate: &'a Estate, devices: &'a DeviceSet) -> Self {
        Self {
            estate,
            titles: &[],
            holding: Cow::Borrowed(devices),
            exempt: Environments::default(),
            liable: OnceCell::new(),
            census: None,
            included: DeviceSet::new(),
        }
    }

    /// Counts at once what a line asks of every device, where many lines are made and the devices are few.
    pub(crate) fn take_census(&mut self, asking: Asking, persons: &mut Persons) {
        if let Some(devices) = self.holding.as_list()
            && let Some(table) = &persons.table
            && self.included.is_empty()
        {
            self.census = Some(table.count(self.estate, devices, self.exempt, asking, &mut persons.marks));
        }
    }

    /// The devices that hold the product and need a licence.
    pub(crate) fn liable(&self) -> &DeviceSet {
        self.liable.get_or_init(|| {
            let mut liable = self.holding.clone();
            if !self.included.is_empty() {
                *liable.to_mut() -= &self.included;
            }
            for environment in self.exempt.iter() {
                *liable.to_mut() -= self.estate.stating(environment);
                if environment == Environment::default() {
                    *liable.to_mut() -= self.estate.unstated();
                }
            }
            liable
        })
    }

    /// How many devices need a licence.
    pub(crate) fn liable_len(&self) -> u64 {
        self.census.map_or_else(|| self.liable().len(), |census| census.liable)
    }

    /// How many of them state no environment.
    pub(crate) fn liable_unstated(&self) -> u64 {
        let counted = self.census.filter(|_| !self.exempt.is_empty());
        counted.map_or_else(|| self.liable().intersection_len(self.estate.unstated()), |census| census.unstated)
    }

    /// The devices that hold the product and would need a licence in another environment.
    pub(crate) fn exempt(&self) -> DeviceSet {
        &(&*self.holding - self.liable()) - &self.included
    }

    /// Whether no device is exempt.
    pub(crate) fn all_liable(&self) -> bool {
        self.holding.len() == self.liable_len() + self.included.len()
    }

    /// The devices that hold the product and no suite with it.
    pub(crate) fn counted(&self) -> Cow<'_, DeviceSet> {
        if self.included.is_empty() {
            Cow::Borrowed(&*self.holding)
        } else {
            Cow::Owned(&*self.holding - &self.included)
        }
    }

    /// Whom units of `devices` are: devices themselves, or persons, where a device without one is a person of its own
    /// with a number after those of all persons.
    pub(crate) fn holders(&self, plain: Plain, devices: &DeviceSet) -> DeviceSet {
        match plain {
            Plain::Device | Plain::Installation => devices.clone(),
            Plain::NamedUser => {
                let nameless = crate::column::dense(self.estate.users().person_count());
                let mut persons = Vec::new();
                self.estate.users().each(devices, |device, person, _| {
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
            let version = table.version(*release);
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

    /// How many units need a licence. A device without a primary user is a person of its own.
    pub(crate) fn units_liable(&self, plain: Plain, persons: &mut Persons) -> u64 {
        match plain {
            Plain::Device => self.liable_len(),
            Plain::Installation => self.installations(self.exempt, || Cow::Borrowed(self.liable()), persons),
            Plain::NamedUser => match self.census_of_persons() {
                Some(census) => census.liable + census.nameless_liable,
                None => persons.count(self.estate, self.liable()) + self.nameless_liable(),
            },
        }
    }

    /// How many units all devices are that hold the product and no suite with it.
    pub(crate) fn units_counted(&self, plain: Plain, persons: &mut Persons) -> u64 {
        match plain {
            Plain::Device => self.counted().len(),
            Plain::Installation => self.installations(Environments::default(), || self.counted(), persons),
            Plain::NamedUser => match self.census_of_persons() {
                Some(census) => census.held + census.nameless_held,
                None => {
                    let counted = self.counted();
                    let nameless = counted.intersection_len(self.estate.without_person());
                    persons.count(self.estate, &counted) + nameless
                }
            },
        }
    }

    /// Who uses the devices, where the census asked for it.
    fn census_of_persons(&self) -> Option<PersonCensus> {
        self.census?.persons
    }

    /// How many installations there are outside `exempt` environments, on the devices that are given.
    fn installations<'d>(
        &'d self,
        exempt: Environments,
        devices: impl Fn() -> Cow<'d, DeviceSet>,
        persons: &Persons,
    ) -> u64 {
        let titles = self.estate.table();
        let releases = || self.titles.iter().flat_map(|title| titles.releases(*title)).copied();
        if !self.included.is_empty() || !self.releases_are_versions() {
            let devices = devices();
            return self.versions().iter().map(|version| version.holding.intersection_len(&devices)).sum();
        }
        // Every release is a version of its own.
        let count = |release: ReleaseIndex| {
            let holders = titles.release_holders(release);
            match (holders.as_list(), &persons.table) {
                _ if exempt.is_empty() => holders.len(),
                (Some(list), Some(table)) => table.liable(list, exempt).0,
                _ => holders.intersection_len(&devices()),
            }
        };
        releases().map(count).sum()
    }

    /// Whether every release of the product is a version of its own.
    fn releases_are_versions(&self) -> bool {
        let table = self.estate.table();
        if let [title] = self.titles
            && table.has_distinct_versions(*title)
        {
            return true;
        }
        let releases = self.titles.iter().flat_map(|title| table.releases(*title));
        let mut versions: Vec<Option<&str>> = releases.map(|release| table.version(*release)).collect();
        versions.sort_unstable();
        versions.first().is_none_or(Option::is_some) && versions.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// Devices that need a licence and whose primary user is not known.
    pub(crate) fn nameless_liable(&self) -> u64 {
        let counted = || self.liable().intersection_len(self.estate.without_person());
        self.census_of_persons().map_or_else(counted, |census| census.nameless_liable)
    }

    /// Pairs of devices of one person that need a licence, each device in one pair at most.
    pub(crate) fn pairs(&self, persons: &mut Persons) -> u64 {
        let counted = self.census.and_then(|census| census.pairs);
        counted.unwrap_or_else(|| self.estate.users().pairs(self.liable(), &mut persons.marks))
    }

    /// The days on which the first and the last of the devices that hold the product were looked at, and how many are
    /// undated.
    pub(crate) fn seen(&self, persons: &Persons, moment: &Moment) -> (Option<(Date, Date)>, u64) {
        if let Some(census) = &self.census {
            return (census.seen, census.undated);
        }
        let near_the_ends = persons.table.as_ref().and_then(|table| table.seen(&self.holding));
        (near_the_ends.or_else(|| self.read_seen(moment)), self.holding.intersection_len(self.estate.undated()))
    }

    fn read_seen(&self, moment: &Moment) -> Option<(Date, Date)> {
        let (mut oldest, mut newest) = (i64::MAX, UNDATED);
        each_value(&self.holding, self.estate.seen_column(), |_, seen| {
            // What is undated is the least of all, so it needs no question for the newest.
            newest = newest.max(seen);
            oldest = oldest.min(if seen == UNDATED { i64::MAX } else { seen });
        });
        if newest == UNDATED {
            return None;
        }
        let day = |seen: i64| Timestamp::from_second(seen).ok().map(|at| moment.day(at));
        day(oldest).zip(day(newest))
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
                let mut places = persons.places(self.estate, self.liable());
                let nameless = self.liable() & self.estate.without_person();
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
        let known: Vec<u32> = (self.liable() & self.estate.with_known_use()).iter().collect();
        known.into_iter().filter(move |device| {
            let last_use = self.estate.last_use(*device, |title| self.titles.binary_search(&title).is_ok());
            last_use.is_some_and(|last| last < day)
        })
    }

    fn places_of(&self, count: impl Fn(&DeviceSet) -> u64) -> Places {
        self.places_within(self.liable(), count)
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

/// The devices that hold any of the titles.
pub(crate) fn holding<'a>(estate: &'a Estate, titles: &'a [TitleIndex]) -> Cow<'a, DeviceSet> {
    let table = estate.table();
    union(titles.iter().map(|title| table.holders(*title)))
}

/// What counting persons needs from product to product, and what is laid out once for many products.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    marks: PersonMarks,
    table: Option<DeviceTable>,
}

impl Persons {
    /// For the products of a whole estate.
    pub(crate) fn of_all(estate: &Estate, moment: &Moment) -> Self {
        Self { table: Some(DeviceTable::of(estate, moment)), ..Self::default() }
    }

    /// Distinct primary users.
    fn count(&mut self, estate: &Estate, devices: &DeviceSet) -> u64 {
        estate.users().count(devices, &mut self.marks)
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
