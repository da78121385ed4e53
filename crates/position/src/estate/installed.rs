//! The titles of one report, packed: there is one such list for every device, and a large estate has a hundred million
//! entries in them.
//!
//! An entry is the difference of its release to the one before, in as many bytes as it needs. Releases that are loaded
//! together are numbered in the order of their titles, which is the order of reports, so that nearly all differences are
//! small. What a release is, is in `titles`.

use jiff::civil::Date;

use super::ReleaseIndex;

/// A release on a device, as one report has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Installed {
    pub(crate) release: ReleaseIndex,
    pub(crate) last_used_on: Option<Date>,
}

/// The releases of a report, each once, in the order in which the report names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InstalledList {
    len: u32,
    /// Differences: zigzag, seven bits a byte, the lowest first, the last without the eighth bit.
    releases: Box<[u8]>,
    days: Days,
}

/// The last days of use beside the releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Days {
    /// None is known.
    #[default]
    Unknown,
    /// Days since [`FIRST_DAY`], the first being 1, and 0 where it is not known.
    Near(Box<[u16]>),
    /// Where a day does not fit that.
    Any(Box<[Option<Date>]>),
}

/// Days of use near our time fit 16 bits from here on.
const FIRST_DAY: Date = jiff::civil::date(1980, 1, 1);

impl InstalledList {
    pub(crate) fn of(installed: &[Installed]) -> Self {
        let mut releases = Vec::with_capacity(installed.len() * 2 + 2);
        let mut before = 0;
        for one in installed {
            let release = i64::from(one.release);
            let difference: i64 = release - before;
            put_number(&mut releases, ((difference << 1) ^ (difference >> 63)).cast_unsigned());
            before = release;
        }
        Self {
            len: crate::column::dense(installed.len()),
            releases: releases.into_boxed_slice(),
            days: Days::of(installed),
        }
    }

    pub(super) fn parts(&self) -> (u32, &[u8], &Days) {
        (self.len, &self.releases, &self.days)
    }

    /// The list of these parts, if its releases are so many and each is below `releases`.
    pub(super) fn of_parts(len: u32, packed: &[u8], days: Days, releases: ReleaseIndex) -> Option<Self> {
        let mut found = 0;
        let mut reading = Releases { rest: packed, before: 0 };
        for release in reading.by_ref() {
            if release >= releases {
                return None;
            }
            found += 1;
        }
        let list = Self { len, releases: packed.into(), days };
        (reading.rest.is_empty() && found == len).then_some(list)
    }

    pub(crate) fn len(&self) -> u64 {
        u64::from(self.len)
    }

    pub(crate) fn releases(&self) -> Releases<'_> {
        Releases { rest: &self.releases, before: 0 }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Installed> + '_ {
        self.releases().zip(0..).map(|(release, place)| Installed { release, last_used_on: self.days.at(place) })
    }

    /// Whether the last day of use of any is known.
    pub(crate) fn knows_use(&self) -> bool {
        self.days != Days::Unknown
    }

    pub(crate) fn holds(&self, release: ReleaseIndex) -> bool {
        self.releases().any(|one| one == release)
    }
}

impl Days {
    fn of(installed: &[Installed]) -> Self {
        if installed.iter().all(|one| one.last_used_on.is_none()) {
            return Self::Unknown;
        }
        let near: Option<Box<[u16]>> = installed.iter().map(|one| one.last_used_on.map_or(Some(0), near)).collect();
        near.map_or_else(|| Self::Any(installed.iter().map(|one| one.last_used_on).collect()), Self::Near)
    }

    fn at(&self, place: usize) -> Option<Date> {
        match self {
            Self::Unknown => None,
            Self::Near(days) => match days.get(place)? {
                0 => None,
                day => FIRST_DAY.checked_add(jiff::Span::new().days(i32::from(*day) - 1)).ok(),
            },
            Self::Any(days) => days.get(place).copied().flatten(),
        }
    }
}

fn near(day: Date) -> Option<u16> {
    let days = day.duration_since(FIRST_DAY).as_hours() / 24;
    u16::try_from(days + 1).ok().filter(|day| *day > 0)
}

pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    bytes.push(number as u8);
}

/// The releases of a report.
#[derive(Debug, Clone)]
pub(crate) struct Releases<'a> {
    rest: &'a [u8],
    before: i64,
}

impl Iterator for Releases<'_> {
    type Item = ReleaseIndex;

    fn next(&mut self) -> Option<ReleaseIndex> {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        let difference = (number >> 1).cast_signed() ^ -((number & 1).cast_signed());
        self.before = self.before.checked_add(difference)?;
        u32::try_from(self.before).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn installed() -> impl Strategy<Value = Installed> {
        let near = (0..40_000_i32).prop_map(|days| FIRST_DAY.checked_add(jiff::Span::new().days(days)).ok());
        let day = prop_oneof![3 => Just(None), 3 => near, 1 => Just(Some(jiff::civil::date(1901, 2, 3)))];
        (any::<u32>(), day).prop_map(|(release, last_used_on)| Installed { release, last_used_on })
    }

    proptest! {
        #[test]
        fn a_list_gives_back_what_was_packed(installed in prop::collection::vec(installed(), 0..40)) {
            let list = InstalledList::of(&installed);
            prop_assert_eq!(list.iter().collect::<Vec<_>>(), installed.clone());
            prop_assert_eq!(list.len(), installed.len() as u64);
            prop_assert_eq!(list.knows_use(), installed.iter().any(|one| one.last_used_on.is_some()));
            prop_assert!(installed.iter().all(|one| list.holds(one.release)));
        }
    }

    #[test]
    fn releases_in_order_take_two_bytes_each() {
        let in_order = |place: u32| Installed { release: place * 400, last_used_on: None };
        assert_eq!(InstalledList::of(&(0..100).map(in_order).collect::<Vec<_>>()).releases.len(), 199);
    }
}
