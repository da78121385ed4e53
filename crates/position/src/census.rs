//! The census of a product's devices: every number that asks each of them, in one reading.
//!
//! A whole estate asks for thousands of products, most of which stand on few devices. What is asked of a device is laid
//! out side by side once, and each device of a product is then read once. The numbers are those that sets of devices
//! give, one question at a time; where the devices are bits, sets are as fast.
//! What the numbers are for is in `demand` and `line`.

use domain::observation::Environment;

use crate::devices::DeviceSet;
use crate::estate::{Estate, NOBODY, PersonMarks, UNDATED, each_value};
use crate::supply::Environments;

/// In the word of a device's place and time: the place that counts as an environment in the lowest bits, and above them
/// when a source last looked, in seconds after [`DeviceTable::before`]; 0 where it does not say.
const CODE_BITS: u32 = 3;
const CODE: u32 = (1 << CODE_BITS) - 1;
/// Beside the environments, in the order of [`Environment::ALL`].
const UNSTATED: u32 = 4;
/// In the word of a device's person: none.
const NO_PERSON: u32 = APART - 1;
/// In the word of a device's person: the devices of the person stand apart.
const APART: u32 = 1 << 31;
/// So many devices at either end of the order of reports are at hand. A set that is kept as bits has at least one in 64.
const ENDS: usize = 512;

/// Seconds of Unix time with the device that was looked at.
type Looks = Vec<(i64, u32)>;

/// What is asked of all devices.
#[derive(Debug)]
pub(crate) struct DeviceTable {
    /// Of every place the environment and the time.
    looks: Vec<u32>,
    /// Of every place the person.
    persons: Vec<u32>,
    /// The second before the oldest report.
    before: i64,
    /// The last devices that were looked at, the latest first.
    newest: Looks,
    /// The first devices that were looked at, the earliest first.
    oldest: Looks,
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
    /// Those of them that state no environment.
    pub(crate) unstated: u64,
    pub(crate) asked_for_persons: bool,
    pub(crate) asked_for_pairs: bool,
    /// Where asked for: primary users of all devices, each once.
    pub(crate) persons_held: u64,
    /// … and of those that need a licence.
    pub(crate) persons_liable: u64,
    /// Where asked for: all devices without a primary user.
    pub(crate) nameless_held: u64,
    /// … and those of them that need a licence.
    pub(crate) nameless_liable: u64,
    /// Where asked for: pairs of one person's devices that need a licence.
    pub(crate) pairs: u64,
    /// When the first and the last of the devices were looked at, in seconds of Unix time.
    pub(crate) seen: Option<(i64, i64)>,
    pub(crate) undated: u64,
}

impl DeviceTable {
    /// The table of an estate; `None` where its reports are further apart than a word can tell, which is 17 years.
    pub(crate) fn of(estate: &Estate) -> Option<Self> {
        let mut order = Looks::new();
        each_value(estate.present(), estate.seen_column(), |device, seen| {
            if seen != UNDATED {
                order.push((seen, device));
            }
        });
        let before = order.iter().map(|(seen, _)| *seen).min().unwrap_or(0).checked_sub(1)?;
        let places = estate.present().iter().last().map_or(0, |last| last as usize + 1);
        let (mut looks, mut persons) = (vec![0; places], vec![NO_PERSON; places]);
        for (seen, device) in &order {
            let seen = u32::try_from(seen.checked_sub(before)?).ok()?;
            looks[*device as usize] = seen.checked_mul(1 << CODE_BITS)?;
        }
        estate.users().each(estate.present(), |device, person, apart| {
            if person != NOBODY {
                persons[device as usize] = person & NO_PERSON | if apart { APART } else { 0 };
            }
        });
        let environments = Environment::ALL.map(|environment| estate.stating(environment));
        for (code, devices) in (0..).zip(environments.into_iter().chain([estate.unstated()])) {
            devices.for_each(|device| looks[device as usize] |= code);
        }
        let (oldest, newest) = ends(order);
        Some(Self { looks, persons, before, newest, oldest })
    }

    /// Counts the devices of a list. Those in `exempt` environments need no licence.
    pub(crate) fn count(
        &self,
        devices: &[u32],
        exempt: Environments,
        asking: Asking,
        marks: &mut PersonMarks,
    ) -> Census {
        match asking {
            Asking::Nothing => self.reading::<false, false>(devices, exempt, marks),
            Asking::Persons => self.reading::<true, false>(devices, exempt, marks),
            Asking::Pairs => self.reading::<false, true>(devices, exempt, marks),
        }
    }

    fn reading<const PERSONS: bool, const PAIRS: bool>(
        &self,
        devices: &[u32],
        exempt: Environments,
        marks: &mut PersonMarks,
    ) -> Census {
        let exempt = exempt_codes(exempt);
        let mut census = Census { asked_for_persons: PERSONS, asked_for_pairs: PAIRS, ..Census::default() };
        let (mut newest, mut oldest) = (0, u32::MAX);
        // Devices of one person that stand side by side come one after the other.
        let (mut last_held, mut last_liable, mut odd) = (NO_PERSON, NO_PERSON, 0);
        for device in devices {
            let look = self.looks[*device as usize];
            newest = newest.max(look);
            // What is not known is 0 and becomes the greatest.
            oldest = oldest.min((look & !CODE).wrapping_sub(1));
            census.undated += u64::from(look <= CODE);
            let code = look & CODE;
            let liable = exempt >> code & 1 == 0;
            census.liable += u64::from(liable);
            census.unstated += u64::from(liable && code == UNSTATED);
            if !PERSONS && !PAIRS {
                continue;
            }
            let person = self.persons[*device as usize];
            if person & APART != 0 {
                apart::<PERSONS>(&mut census, marks.of(person & !APART), liable);
                continue;
            }
            if PERSONS {
                let named = person != NO_PERSON;
                census.nameless_held += u64::from(!named);
                census.nameless_liable += u64::from(!named && liable);
                census.persons_held += u64::from(named && person != last_held);
                census.persons_liable += u64::from(named && liable && person != last_liable);
                last_held = person;
                last_liable = if liable { person } else { last_liable };
            } else {
                // Without branches: which devices count is as good as random.
                let counts = liable && person != NO_PERSON;
                let odd_here = if person == last_liable { odd ^ 1 } else { 1 };
                census.pairs += u64::from(counts && odd_here == 0);
                odd = if counts { odd_here } else { odd };
                last_liable = if counts { person } else { last_liable };
            }
        }
        if newest > CODE {
            let at = |look: u32| self.before + i64::from(look >> CODE_BITS);
            census.seen = Some((at(oldest + 1), at(newest)));
        }
        census
    }

    /// How many devices of a list need a licence.
    pub(crate) fn liable(&self, devices: &[u32], exempt: Environments) -> u64 {
        let exempt = exempt_codes(exempt);
        let code = |device: &u32| self.looks[*device as usize] & CODE;
        devices.iter().map(|device| u64::from(exempt >> code(device) & 1 == 0)).sum()
    }

    /// When the first and the last of devices that are kept as bits were looked at, if that is near the ends.
    pub(crate) fn seen(&self, devices: &DeviceSet) -> Option<(i64, i64)> {
        let there = |(seen, device): &(i64, u32)| devices.contains(*device).then_some(*seen);
        Some((self.oldest.iter().find_map(there)?, self.newest.iter().find_map(there)?))
    }
}

/// A device of a person whose devices stand apart.
#[cold]
fn apart<const PERSONS: bool>(census: &mut Census, mark: &mut u32, liable: bool) {
    const HELD: u32 = 1;
    const LIABLE: u32 = 2;
    if PERSONS {
        census.persons_held += u64::from(*mark & HELD == 0);
        *mark |= HELD;
        if liable {
            census.persons_liable += u64::from(*mark & LIABLE == 0);
            *mark |= LIABLE;
        }
    } else if liable {
        census.pairs += u64::from(*mark == 1);
        *mark ^= 1;
    }
}

/// One bit for every place that counts as an environment.
fn exempt_codes(exempt: Environments) -> u32 {
    let unstated = if exempt.contains(Environment::default()) { 1 << UNSTATED } else { 0 };
    exempt.iter().fold(unstated, |codes, environment| codes | 1 << environment as u32)
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
