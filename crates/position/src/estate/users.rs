//! Primary users: who mainly uses each device, and how many persons a set of devices is.
//!
//! Persons are counted for thousands of products, so most of them are counted without looking one up: where the devices
//! of a person stand side by side, which loading in bulk sees to, the person is a *run* of places, and the runs that a set
//! touches are found by adding words of bits. Persons whose devices came to stand apart are *loose* and counted one by
//! one. Which of the two a person is changes no number.

use std::sync::Arc;

use domain::product::{folded, folds_to};
use imbl::OrdMap;

use crate::column::Column;
use crate::devices::{BLOCK_WORDS, Block, DeviceSet};

/// The person of a device whose primary user is not known.
pub(crate) const NOBODY: u32 = u32::MAX;
/// PersonMarks, in the column, the devices of loose persons. [`NOBODY`] has it too.
const LOOSE: u32 = 1 << 31;

/// Where the devices of a person stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Standing {
    /// There are none.
    #[default]
    Nowhere,
    /// Side by side.
    Run { first: u32, count: u32 },
    /// Apart.
    Loose,
}

/// The primary users of all devices.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrimaryUsers {
    names: Column<Arc<str>, 512>,
    indexes: OrdMap<Arc<str>, u32>,
    standings: Column<Standing, 512>,
    /// The person of every device, with [`LOOSE`] where it is loose; or [`NOBODY`].
    column: Column<u32, 1024>,
    /// The last device of every run.
    ends: DeviceSet,
    /// The other devices of every run.
    inner: DeviceSet,
    /// The devices of loose persons.
    loose: DeviceSet,
}

/// PersonMarks by person, stamped with the round in which they were made, so that they need no clearing between products.
#[derive(Debug, Default)]
pub(crate) struct PersonMarks {
    round: u32,
    marks: Vec<(u32, u32)>,
}

impl PersonMarks {
    pub(crate) fn begin(&mut self, persons: usize) {
        if self.marks.len() < persons || self.round == u32::MAX {
            self.marks = vec![(0, 0); persons];
            self.round = 0;
        }
        self.round += 1;
    }

    /// The mark of a person, which is 0 at first.
    pub(crate) fn of(&mut self, person: u32) -> &mut u32 {
        let (round, mark) = &mut self.marks[person as usize];
        if *round != self.round {
            (*round, *mark) = (self.round, 0);
        }
        mark
    }
}

impl PrimaryUsers {
    /// How many persons there ever were; their indexes are the numbers below.
    pub(crate) fn person_count(&self) -> usize {
        self.names.len() as usize
    }

    /// A person as compared: folded.
    pub(crate) fn name(&self, person: u32) -> &str {
        self.names.get(person)
    }

    /// The primary user of a device, or [`NOBODY`].
    pub(crate) fn of(&self, device: u32) -> u32 {
        let entry = if device < self.column.len() { *self.column.get(device) } else { NOBODY };
        if entry == NOBODY { NOBODY } else { entry & !LOOSE }
    }

    /// The index of a person, given now where it has none. `before` is the person that is most likely meant.
    pub(crate) fn intern(&mut self, person: &str, before: u32) -> u32 {
        if before != NOBODY && folds_to(person, self.name(before)) {
            return before;
        }
        let person = folded(person);
        if let Some(index) = self.indexes.get(person.as_str()) {
            return *index;
        }
        let person: Arc<str> = person.into();
        let index = self.names.push(person.clone());
        assert!(index < LOOSE, "more than 2^31 persons");
        self.standings.push(Standing::Nowhere);
        self.indexes.insert(person, index);
        index
    }

    /// Takes over who uses a device, or that this is not known.
    pub(crate) fn set(&mut self, device: u32, person: u32) {
        let before = self.of(device);
        if device < self.column.len() && before == person {
            return;
        }
        if before != NOBODY {
            self.take_away(device, before);
        }
        while self.column.len() <= device {
            self.column.push(NOBODY);
        }
        self.column.set(device, person);
        if person != NOBODY {
            self.give(device, person);
        }
    }

    fn take_away(&mut self, device: u32, person: u32) {
        let Standing::Run { first, count } = *self.standings.get(person) else {
            self.loose.remove(device);
            return;
        };
        let last = first + count - 1;
        let standing = if count == 1 {
            self.ends.remove(device);
            Standing::Nowhere
        } else if device == first {
            self.inner.remove(device);
            Standing::Run { first: first + 1, count: count - 1 }
        } else if device == last {
            self.ends.remove(device);
            self.inner.remove(last - 1);
            self.ends.insert(last - 1);
            Standing::Run { first, count: count - 1 }
        } else {
            self.loosen(person, first, count);
            self.loose.remove(device);
            Standing::Loose
        };
        self.standings.set(person, standing);
    }

    fn give(&mut self, device: u32, person: u32) {
        let standing = match *self.standings.get(person) {
            Standing::Nowhere => {
                self.ends.insert(device);
                Standing::Run { first: device, count: 1 }
            }
            Standing::Run { first, count } if device == first + count => {
                self.ends.remove(device - 1);
                self.inner.insert(device - 1);
                self.ends.insert(device);
                Standing::Run { first, count: count + 1 }
            }
            Standing::Run { first, count } if device + 1 == first => {
                self.inner.insert(device);
                Standing::Run { first: device, count: count + 1 }
            }
            Standing::Run { first, count } => {
                self.loosen(person, first, count);
                self.stand_apart(device, person);
                Standing::Loose
            }
            Standing::Loose => {
                self.stand_apart(device, person);
                Standing::Loose
            }
        };
        self.standings.set(person, standing);
    }

    fn loosen(&mut self, person: u32, first: u32, count: u32) {
        for device in first..first + count {
            self.ends.remove(device);
            self.inner.remove(device);
            self.stand_apart(device, person);
        }
    }

    fn stand_apart(&mut self, device: u32, person: u32) {
        self.loose.insert(device);
        self.column.set(device, person | LOOSE);
    }

    /// Calls `visit` with every device that has a primary user and that person's mark, which is 0 at first.
    pub(crate) fn visit(&self, devices: &DeviceSet, marks: &mut PersonMarks, mut visit: impl FnMut(u32, &mut u32)) {
        marks.begin(self.person_count());
        self.each_entry(devices, |device, entry| {
            if entry != NOBODY {
                visit(device, marks.of(entry & !LOOSE));
            }
        });
    }

    /// How many persons use the devices.
    pub(crate) fn count(&self, devices: &DeviceSet, marks: &mut PersonMarks) -> u64 {
        marks.begin(self.person_count());
        let mut first_seen = |person: u32| {
            let mark = marks.of(person);
            let first = *mark == 0;
            *mark = 1;
            u64::from(first)
        };
        if let Some(count) = self.count_by_words(devices, |device| first_seen(self.of(device))) {
            return count;
        }
        let (mut count, mut last) = (0, NOBODY);
        self.each_entry(devices, |_, entry| {
            if entry & LOOSE == 0 {
                count += u64::from(entry != last);
                last = entry;
            } else if entry != NOBODY {
                count += first_seen(entry & !LOOSE);
            }
        });
        count
    }

    /// The same where the devices are bits: runs as words, and what `loose` says of each loose device.
    fn count_by_words(&self, devices: &DeviceSet, mut loose: impl FnMut(u32) -> u64) -> Option<u64> {
        let (mut count, mut carry) = (0, false);
        for block in 0..devices.block_count() {
            let wanted = devices.block(block)?;
            let (ends, inner) = (bits(&self.ends, block)?, bits(&self.inner, block)?);
            for ((wanted, ends), inner) in wanted.iter().zip(ends).zip(inner) {
                // A run is ones of `inner` and then one of `ends`: what is added to its lower bits comes out at its end.
                let (sum, over) = (wanted & inner).overflowing_add(*inner);
                let (sum, over_again) = sum.overflowing_add(u64::from(carry));
                carry = over | over_again;
                count += u64::from(((sum | wanted) & ends).count_ones());
            }
            let apart = bits(&self.loose, block)?;
            let first = crate::column::dense(block * BLOCK_WORDS * 64);
            for ((wanted, apart), first) in wanted.iter().zip(apart).zip((first..).step_by(64)) {
                let mut word = wanted & apart;
                while word != 0 {
                    count += loose(first + word.trailing_zeros());
                    word &= word - 1;
                }
            }
        }
        (devices.block_count() > 0).then_some(count)
    }

    /// Pairs of devices of one person, each device in one pair at most.
    pub(crate) fn pairs(&self, devices: &DeviceSet, marks: &mut PersonMarks) -> u64 {
        marks.begin(self.person_count());
        let (mut pairs, mut last, mut odd) = (0, NOBODY, 0);
        self.each_entry(devices, |_, entry| {
            if entry & LOOSE == 0 {
                odd = if entry == last { odd ^ 1 } else { 1 };
                pairs += 1 - odd;
                last = entry;
            } else if entry != NOBODY {
                let mark = marks.of(entry & !LOOSE);
                pairs += u64::from(*mark == 1);
                *mark ^= 1;
            }
        });
        pairs
    }

    /// Calls `visit` with every device, its primary user or [`NOBODY`], and whether that person is loose.
    pub(crate) fn each(&self, devices: &DeviceSet, mut visit: impl FnMut(u32, u32, bool)) {
        self.each_entry(devices, |device, entry| {
            let apart = entry & LOOSE != 0 && entry != NOBODY;
            visit(device, if apart { entry & !LOOSE } else { entry }, apart);
        });
    }

    fn each_entry(&self, devices: &DeviceSet, visit: impl FnMut(u32, u32)) {
        each_value(devices, &self.column, visit);
    }
}

/// The bits of a block, where a set is kept as bits or is empty.
fn bits(set: &DeviceSet, block: usize) -> Option<&Block> {
    const NONE: &Block = &[0; BLOCK_WORDS];
    if set.as_list().is_some_and(|list| !list.is_empty()) { None } else { Some(set.block(block).unwrap_or(NONE)) }
}

/// Calls `visit` with every device and its value in a column, chunk by chunk.
pub(crate) fn each_value<T: Copy, const CHUNK: usize>(
    devices: &DeviceSet,
    column: &Column<T, CHUNK>,
    mut visit: impl FnMut(u32, T),
) {
    let (mut start, mut values): (u32, &[T]) = (0, &[]);
    devices.for_each(|device| {
        if let Some(value) = values.get(device.wrapping_sub(start) as usize) {
            visit(device, *value);
            return;
        }
        (start, values) = column.chunk_of(device);
        visit(device, values[(device - start) as usize]);
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Persons of devices, as an estate comes to have them.
    fn moves() -> impl Strategy<Value = Vec<(u32, Option<u32>)>> {
        let person = prop_oneof![9 => (0..60_u32).prop_map(Some), 1 => Just(None)];
        prop::collection::vec((0..400_u32, person), 0..600)
    }

    proptest! {
        #[test]
        fn persons_and_pairs_are_counted_however_their_devices_stand(
            side_by_side in prop::collection::vec(1..5_u32, 0..200),
            moves in moves(),
            wanted in prop::collection::btree_set(0..400_u32, 0..400),
        ) {
            let mut users = PrimaryUsers::default();
            let mut expected: BTreeMap<u32, u32> = BTreeMap::new();
            let mut set = |users: &mut PrimaryUsers, device: u32, person: Option<u32>| {
                let index = person.map_or(NOBODY, |person| users.intern(&format!("Person{person}"), users.of(device)));
                users.set(device, index);
                match person {
                    Some(person) => expected.insert(device, person),
                    None => expected.remove(&device),
                };
            };
            let mut next = 0;
            for (person, count) in (1_000..).zip(side_by_side) {
                for device in next..next + count {
                    set(&mut users, device, Some(person));
                }
                next += count;
            }
            for (device, person) in moves {
                set(&mut users, device, person);
            }
            // Devices beyond those that were ever given a user do not exist.
            let there = users.column.len();
            let list: Vec<u32> = wanted.into_iter().filter(|device| *device < there).collect();
            let mut devices_of: BTreeMap<u32, u64> = BTreeMap::new();
            for person in list.iter().filter_map(|device| expected.get(device)) {
                *devices_of.entry(*person).or_default() += 1;
            }
            let (persons, pairs) = (devices_of.len() as u64, devices_of.values().map(|count| count / 2).sum::<u64>());
            let mut marks = PersonMarks::default();
            let set = DeviceSet::of_sorted(&list);
            prop_assert_eq!((users.count(&set, &mut marks), users.pairs(&set, &mut marks)), (persons, pairs));
        }
    }

    #[test]
    fn most_persons_of_an_estate_loaded_in_order_are_runs() {
        let mut users = PrimaryUsers::default();
        for device in 0..100_000_u32 {
            let person = users.intern(&format!("p{}", device / 3), NOBODY);
            users.set(device, person);
        }
        assert!(users.loose.is_empty());
        let every_fourth: Vec<u32> = (0..100_000).step_by(4).collect();
        let mut marks = PersonMarks::default();
        let set = DeviceSet::of_sorted(&every_fourth);
        assert!(set.as_list().is_none());
        assert_eq!(users.count(&set, &mut marks), 25_000);
        let all: Vec<u32> = (0..100_000).collect();
        assert_eq!(users.count(&DeviceSet::of_sorted(&all), &mut marks), 33_334);
        assert_eq!(users.pairs(&DeviceSet::of_sorted(&all), &mut marks), 33_333);
    }
}
