//! The census of a product's devices: every number that asks each of them, from one small table.
//!
//! A whole estate asks for thousands of products, most of which stand on few devices. What is asked of a device is laid
//! out once in two bytes, so that the table of a large estate stays near the processor, and the devices of each product
//! are looked up there. The numbers are those that sets of devices give, one question at a time; where the devices are
//! bits, sets are as fast.
//! What the numbers are for is in `demand` and `line`.

use domain::observation::Environment;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::devices::DeviceSet;
use crate::estate::{Estate, NOBODY, PersonMarks, PrimaryUsers, UNDATED, each_value};
use crate::supply::{Environments, Moment};

/// In the word of a device, in the lowest bits: the place that counts as an environment.
const CODE: u16 = 0b111;
/// Beside the environments, in the order of [`Environment::ALL`].
const UNSTATED: u16 = 4;
/// In the word of a device: its primary user is not known.
const NAMELESS: u16 = 1 << 3;
/// In the word of a device: its person is looked up, because the person's devices stand apart or are many.
const APART: u16 = 1 << 4;
/// In the word of a device: the next place is a device of the same person.
const GOES_ON: u16 = 1 << 5;
/// Above that in the word: the number of the day on which a source last looked, or 0 where none says so.
const DAY_SHIFT: u32 = 6;
/// Days that have a number of their own. What was looked at before them has the first.
const DAYS_MAX: i64 = (1 << (u16::BITS - DAY_SHIFT)) - 1;
/// A person with more devices side by side is looked up, so that no device is compared with more than so many.
const RUN_MAX: u32 = 16;
/// So many devices at either end of the order of reports are at hand. A set that is kept as bits has at least one in 64.
const ENDS: usize = 512;
/// Devices that are counted by environment at once: their numbers fit a byte.
const COUNTED_AT_ONCE: usize = 255;

/// Seconds of Unix time with the device that was looked at.
type Looks = Vec<(i64, u32)>;

/// What is asked of all devices.
#[derive(Debug)]
pub(crate) struct DeviceTable {
    /// The word of every place.
    words: Vec<u16>,
    days: Days,
    any_undated: bool,
    /// The last devices that were looked at, the latest first.
    newest: Looks,
    /// The first devices that were looked at, the earliest first.
    oldest: Looks,
}

/// The organisation's days on which sources looked, by their numbers from 1 on.
#[derive(Debug)]
struct Days {
    moment: Moment,
    /// When each begins, in seconds of Unix time.
    days: Vec<(i64, Date)>,
    /// Whether a source looked before the first of them.
    any_earlier: bool,
}

/// Which questions about persons a product asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    Nothing,
    Persons,
    Pairs,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Census {
    /// Devices that need a licence.
    pub(crate) liable: u64,
    /// Those of them that state no environment, where some are exempt.
    pub(crate) unstated: u64,
    /// Where asked for.
    pub(crate) persons: Option<PersonCensus>,
    /// Where asked for: pairs of one person's devices that need a licence.
    pub(crate) pairs: Option<u64>,
    /// The days on which the first and the last of the devices were looked at.
    pub(crate) seen: Option<(Date, Date)>,
    pub(crate) undated: u64,
}

/// Who uses the devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PersonCensus {
    /// Primary users of all devices, each once.
    pub(crate) held: u64,
    /// … and of those that need a licence.
    pub(crate) liable: u64,
    /// All devices without a primary user.
    pub(crate) nameless_held: u64,
    /// … and those of them that need a licence.
    pub(crate) nameless_liable: u64,
}

impl Days {
    fn of(order: &[(i64, u32)], moment: &Moment) -> Self {
        let seen = || order.iter().map(|(seen, _)| *seen);
        let day = |seen: Option<i64>| seen.and_then(|seen| day(moment, seen));
        let (Some(first), Some(last)) = (day(seen().min()), day(seen().max())) else {
            return Self { moment: moment.clone(), days: Vec::new(), any_earlier: false };
        };
        let reach = last.checked_sub(jiff::Span::new().days(DAYS_MAX - 1)).unwrap_or(Date::MIN);
        let from = first.max(reach);
        let begins = |date: Date| {
            let at = date.to_zoned(moment.zone.clone()).map_or(i64::MIN, |begin| begin.timestamp().as_second());
            (at, date)
        };
        let days = std::iter::successors(Some(from), |date| date.tomorrow().ok().filter(|next| *next <= last));
        Self { moment: moment.clone(), days: days.map(begins).collect(), any_earlier: first < from }
    }

    /// The number of the day of an instant.
    fn number(&self, seen: i64) -> u16 {
        const SECONDS_OF_A_DAY: i64 = 86_400;
        let begins = |place: usize| self.days[place].0;
        // Days are longer and shorter where clocks are changed.
        let nearly = seen.saturating_sub(begins(0)).div_euclid(SECONDS_OF_A_DAY);
        let mut place = usize::try_from(nearly).unwrap_or(0).min(self.days.len() - 1);
        while place > 0 && begins(place) > seen {
            place -= 1;
        }
        while place + 1 < self.days.len() && begins(place + 1) <= seen {
            place += 1;
        }
        u16::try_from(place + 1).unwrap_or(u16::MAX)
    }

    fn day(&self, number: u16) -> Option<Date> {
        Some(self.days.get(usize::from(number).checked_sub(1)?)?.1)
    }
}

fn day(moment: &Moment, seen: i64) -> Option<Date> {
    Timestamp::from_second(seen).ok().map(|at| moment.day(at))
}

impl DeviceTable {
    /// The table of an estate, with the organisation's days as at `moment`.
    pub(crate) fn of(estate: &Estate, moment: &Moment) -> Self {
        let mut order = Looks::new();
        let mut any_undated = false;
        each_value(estate.present(), estate.seen_column(), |device, seen| {
            if seen == UNDATED {
                any_undated = true;
            } else {
                order.push((seen, device));
            }
        });
        let days = Days::of(&order, moment);
        let places = estate.present().iter().last().map_or(0, |last| last as usize + 1);
        let mut words = vec![0; places];
        for (seen, device) in &order {
            words[*device as usize] = days.number(*seen) << DAY_SHIFT;
        }
        let environments = Environment::ALL.map(|environment| estate.stating(environment));
        for (code, devices) in (0..).zip(environments.into_iter().chain([estate.unstated()])) {
            devices.for_each(|device| words[device as usize] |= code);
        }
        mark_persons(estate, &mut words);
        let (oldest, newest) = ends(order);
        Self { words, days, any_undated, newest, oldest }
    }

    /// Counts the devices of a list. Those in `exempt` environments need no licence.
    pub(crate) fn count(
        &self,
        estate: &Estate,
        devices: &[u32],
        exempt: Environments,
        asking: Asking,
        marks: &mut PersonMarks,
    ) -> Census {
        let (seen, undated) = self.seen_on(estate, devices);
        let (liable, unstated) = self.liable(devices, exempt);
        let mut census = Census { liable, unstated, seen, undated, ..Census::default() };
        let exempt = exempt_codes(exempt);
        match asking {
            Asking::Nothing => {}
            Asking::Persons => census.persons = Some(self.persons(estate.users(), devices, exempt, marks)),
            Asking::Pairs => census.pairs = Some(self.pairs(estate.users(), devices, exempt, marks)),
        }
        census
    }

    /// How many devices of a list need a licence, and, where some are exempt, how many of those state no environment.
    pub(crate) fn liable(&self, devices: &[u32], exempt: Environments) -> (u64, u64) {
        if exempt.is_empty() {
            return (devices.len() as u64, 0);
        }
        let exempt = exempt_codes(exempt);
        let by_code = self.by_code(devices);
        let liable = (0..).zip(by_code).filter(|(code, _)| needs_licence(exempt, *code));
        let unstated = if needs_licence(exempt, UNSTATED) { by_code[usize::from(UNSTATED)] } else { 0 };
        (liable.map(|(_, count)| count).sum(), unstated)
    }

    /// Devices of a list by the place that counts as an environment.
    fn by_code(&self, devices: &[u32]) -> [u64; 8] {
        let mut sums = [0; 8];
        for devices in devices.chunks(COUNTED_AT_ONCE) {
            // One byte for every code.
            let add = |counts: u64, device: &u32| {
                counts.wrapping_add(1 << (u32::from(self.words[*device as usize] & CODE) * u8::BITS))
            };
            let counts = devices.iter().fold(0, add).to_le_bytes();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += u64::from(count));
        }
        sums
    }

    /// The days on which the first and the last devices of a list were looked at, and how many are undated.
    fn seen_on(&self, estate: &Estate, devices: &[u32]) -> (Option<(Date, Date)>, u64) {
        /// Devices after which it is asked whether there can be anything older or newer.
        const AT_ONCE: usize = 64;
        let last = u16::try_from(self.days.days.len()).unwrap_or(u16::MAX);
        let (mut newest, mut oldest) = (0, u16::MAX);
        for devices in devices.chunks(AT_ONCE) {
            for device in devices {
                let number = self.words[*device as usize] >> DAY_SHIFT;
                newest = newest.max(number);
                // What is not known is 0 and becomes the greatest.
                oldest = oldest.min(number.wrapping_sub(1));
            }
            if newest == last && oldest == 0 {
                break;
            }
        }
        let is_undated = |device: &&u32| self.words[**device as usize] >> DAY_SHIFT == 0;
        let undated = if self.any_undated { devices.iter().filter(is_undated).count() as u64 } else { 0 };
        if newest == 0 {
            return (None, undated);
        }
        // The first day stands for all that were before it, too.
        let is_exact = |number: u16| number > 1 || !self.days.any_earlier;
        let oldest = if is_exact(oldest + 1) {
            self.days.day(oldest + 1)
        } else {
            self.on_the_first(estate, devices).min().and_then(|first| day(&self.days.moment, first))
        };
        let newest = if is_exact(newest) {
            self.days.day(newest)
        } else {
            self.on_the_first(estate, devices).max().and_then(|last| day(&self.days.moment, last))
        };
        (oldest.zip(newest), undated)
    }

    /// When those devices of a list were looked at that were on the first day or before.
    fn on_the_first(&self, estate: &Estate, devices: &[u32]) -> impl Iterator<Item = i64> {
        let on_the_first = devices.iter().filter(|device| self.words[**device as usize] >> DAY_SHIFT == 1);
        on_the_first.map(|device| *estate.seen_column().get(*device))
    }

    /// Who uses the devices of a list.
    fn persons(&self, users: &PrimaryUsers, devices: &[u32], exempt: u16, marks: &mut PersonMarks) -> PersonCensus {
        marks.begin(users.person_count());
        let mut census = PersonCensus::default();
        let (mut last_held, mut last_liable) = (None, None);
        for device in devices {
            let word = self.words[*device as usize];
            let is_liable = needs_licence(exempt, word & CODE);
            if word & APART != 0 {
                apart(&mut census, marks.of(users.of(*device)), is_liable);
            } else if word & NAMELESS != 0 {
                census.nameless_held += 1;
                census.nameless_liable += u64::from(is_liable);
            } else {
                census.held += u64::from(!self.same_person(last_held, *device));
                last_held = Some(*device);
                if is_liable {
                    census.liable += u64::from(!self.same_person(last_liable, *device));
                    last_liable = Some(*device);
                }
            }
        }
        census
    }

    /// Pairs of one person's devices of a list that need a licence, each device in one pair at most.
    fn pairs(&self, users: &PrimaryUsers, devices: &[u32], exempt: u16, marks: &mut PersonMarks) -> u64 {
        marks.begin(users.person_count());
        let (mut pairs, mut last, mut is_odd) = (0, None, false);
        for device in devices {
            let word = self.words[*device as usize];
            if word & NAMELESS != 0 || !needs_licence(exempt, word & CODE) {
                continue;
            }
            if word & APART != 0 {
                let mark = marks.of(users.of(*device));
                pairs += u64::from(*mark == 1);
                *mark ^= 1;
                continue;
            }
            is_odd = !(is_odd && self.same_person(last, *device));
            pairs += u64::from(!is_odd);
            last = Some(*device);
        }
        pairs
    }

    /// Whether the person of an earlier device, none of whose devices stand apart, uses a later one too.
    fn same_person(&self, earlier: Option<u32>, device: u32) -> bool {
        earlier.is_some_and(|earlier| {
            device - earlier < RUN_MAX
                && self.words[earlier as usize..device as usize].iter().all(|word| word & GOES_ON != 0)
        })
    }

    /// The days on which the first and the last of devices that are kept as bits were looked at, if that is near the
    /// ends.
    pub(crate) fn seen(&self, devices: &DeviceSet) -> Option<(Date, Date)> {
        let there = |(seen, device): &(i64, u32)| devices.contains(*device).then_some(*seen);
        let (oldest, newest) = (self.oldest.iter().find_map(there)?, self.newest.iter().find_map(there)?);
        day(&self.days.moment, oldest).zip(day(&self.days.moment, newest))
    }
}

/// Marks whose devices they are in the words of devices.
fn mark_persons(estate: &Estate, words: &mut [u16]) {
    let (mut last, mut count) = ((NOBODY, 0), 0);
    estate.users().each(estate.present(), |device, person, is_apart| {
        let place = device as usize;
        if person == NOBODY || is_apart {
            words[place] |= if is_apart { APART } else { NAMELESS };
            last = (NOBODY, device);
            return;
        }
        count = if last == (person, device.wrapping_sub(1)) { count + 1 } else { 1 };
        last = (person, device);
        if count > 1 {
            words[place - 1] |= GOES_ON;
        }
        if count > RUN_MAX {
            let first = device - RUN_MAX;
            words[first as usize..=place].iter_mut().for_each(|word| *word |= APART);
        }
    });
}

/// A device of a person whose devices stand apart.
#[cold]
fn apart(census: &mut PersonCensus, mark: &mut u32, is_liable: bool) {
    const HELD: u32 = 1;
    const LIABLE: u32 = 2;
    census.held += u64::from(*mark & HELD == 0);
    *mark |= HELD;
    if is_liable {
        census.liable += u64::from(*mark & LIABLE == 0);
        *mark |= LIABLE;
    }
}

/// One bit for every place that counts as an environment.
fn exempt_codes(exempt: Environments) -> u16 {
    let unstated = if exempt.contains(Environment::default()) { 1 << UNSTATED } else { 0 };
    exempt.iter().fold(unstated, |codes, environment| codes | 1 << environment as u16)
}

fn needs_licence(exempt: u16, code: u16) -> bool {
    exempt >> code & 1 == 0
}

/// The first and the last of the order.
fn ends(mut order: Looks) -> (Looks, Looks) {
    let least = |order: &mut Looks| {
        if order.len() > ENDS {
            order.select_nth_unstable(ENDS);
        }
        let mut least = order[..order.len().min(ENDS)].to_vec();
        least.sort_unstable();
        least
    };
    let oldest = least(&mut order);
    // None is the least number, which is the mark of what is undated.
    for (seen, _) in &mut order {
        *seen = -*seen;
    }
    let mut newest = least(&mut order);
    for (seen, _) in &mut newest {
        *seen = -*seen;
    }
    (oldest, newest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::id::ImportId;
    use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceReport};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::estate::EstateLoading;

    /// Seconds of Unix time; a day of the oldest is before [`DAYS_MAX`] days.
    const NOW: i64 = 1_775_000_000;

    fn reports() -> impl Strategy<Value = Vec<(Option<Environment>, Option<u32>, Option<i64>)>> {
        let environment = prop_oneof![Just(None), (0..4_usize).prop_map(|place| Some(Environment::ALL[place]))];
        let person = prop_oneof![1 => Just(None), 6 => (0..30_u32).prop_map(Some), 4 => (90..92_u32).prop_map(Some)];
        let seen = prop_oneof![
            1 => Just(None),
            6 => (NOW - 9_000_000..NOW).prop_map(Some),
            1 => (NOW - 200_000_000..NOW).prop_map(Some)
        ];
        prop::collection::vec((environment, person, seen), 1..150)
    }

    fn report(number: usize, told: &(Option<Environment>, Option<u32>, Option<i64>)) -> DeviceReport {
        DeviceReport {
            device: DeviceIdentity { name: format!("pc-{number}"), serial: None, uuid: None },
            attributes: DeviceAttributes {
                environment: told.0,
                primary_user: told.1.map(|person| format!("person{person}")),
                ..DeviceAttributes::default()
            },
            installations: Vec::new(),
            from_outside: false,
            reported_at: told.2.map(|seen| Timestamp::from_second(seen).unwrap_or_default()),
        }
    }

    /// The census, one device after the other.
    fn counted_one_by_one(estate: &Estate, devices: &[u32], exempt: Environments, moment: &Moment) -> Census {
        let liable = |device: &&u32| !exempt.contains(estate.environment_of(**device));
        let count = |wanted: &dyn Fn(&&u32) -> bool| devices.iter().filter(wanted).count() as u64;
        let mut by_person: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for device in devices.iter().filter(|device| estate.person_of(**device) != NOBODY) {
            let counts = by_person.entry(estate.person_of(*device)).or_default();
            *counts = (counts.0 + 1, counts.1 + u64::from(liable(&device)));
        }
        let nameless = |device: &&u32| estate.person_of(**device) == NOBODY;
        let seen = devices.iter().map(|device| *estate.seen_column().get(*device)).filter(|seen| *seen != UNDATED);
        let (first, last) = (seen.clone().min(), seen.max());
        let unstated = |device: &&u32| liable(device) && estate.stated_environment_of(**device).is_none();
        Census {
            liable: count(&liable),
            unstated: if exempt.is_empty() { 0 } else { count(&unstated) },
            persons: Some(PersonCensus {
                held: by_person.len() as u64,
                liable: by_person.values().filter(|(_, liable)| *liable > 0).count() as u64,
                nameless_held: count(&nameless),
                nameless_liable: count(&|device| nameless(device) && liable(device)),
            }),
            pairs: Some(by_person.values().map(|(_, liable)| liable / 2).sum()),
            seen: first.and_then(|first| day(moment, first)).zip(last.and_then(|last| day(moment, last))),
            undated: count(&|device| *estate.seen_column().get(**device) == UNDATED),
        }
    }

    proptest! {
        #[test]
        fn a_census_says_what_its_devices_say_one_by_one(
            told in reports(),
            in_bulk in any::<bool>(),
            exempt in prop::collection::vec(0..4_usize, 0..3),
            wanted in prop::collection::vec(any::<bool>(), 150),
        ) {
            let mut estate = Estate::new();
            let reports = || told.iter().enumerate().map(|(number, told)| report(number, told));
            if in_bulk {
                let mut loading = EstateLoading::new();
                reports().for_each(|report| loading.report("agent", ImportId(1), &report));
                estate = loading.finish();
            } else {
                reports().for_each(|report| estate.report("agent", ImportId(1), &report));
            }
            let exempt: Environments = exempt.into_iter().map(|place| Environment::ALL[place]).collect();
            let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC);
            let at = Timestamp::from_second(NOW).unwrap_or_default();
            let moment = Moment { at, today: zone.to_datetime(at).date(), zone };
            let devices: Vec<u32> = (0..).zip(&wanted).filter(|(_, wanted)| **wanted).map(|(device, _)| device).collect();
            let devices: Vec<u32> = devices.into_iter().filter(|device| (*device as usize) < told.len()).collect();
            let expected = counted_one_by_one(&estate, &devices, exempt, &moment);
            let table = DeviceTable::of(&estate, &moment);
            let mut marks = PersonMarks::default();
            let mut count = |asking| table.count(&estate, &devices, exempt, asking, &mut marks);
            let (persons, pairs) = (count(Asking::Persons), count(Asking::Pairs));
            prop_assert_eq!(Census { pairs: None, ..expected }, persons);
            prop_assert_eq!(Census { persons: None, ..expected }, pairs);
            prop_assert_eq!(Census { persons: None, pairs: None, ..expected }, count(Asking::Nothing));
        }
    }
}
