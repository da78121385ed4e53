//! The sample company's past: a year in which its fleet grew, told by the ordinary commands at past instants.
//!
//! Only the sample may set the clock, and only of an organisation that it makes itself.

use std::sync::{Arc, Mutex, PoisonError};

use domain::State;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::surroundings::Surroundings;

/// Months that are told.
pub(super) const MONTHS: i32 = 12;
/// Days of late that are sealed one by one.
pub(super) const DAYS: i64 = 10;

/// A clock that can be set into the past and let go again.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<Option<Timestamp>>>);

impl Told {
    /// These surroundings with this clock in front of theirs.
    pub(super) fn around(&self, surroundings: &Surroundings) -> Surroundings {
        let (told, clock) = (Arc::clone(&self.0), Arc::clone(&surroundings.clock));
        let now = move || told.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(|| clock());
        Surroundings { clock: Arc::new(now), randomness: Arc::clone(&surroundings.randomness) }
    }

    /// Sets the clock to the morning of a day, or to soon after its beginning.
    pub(super) fn set(&self, state: &State, day: Date, hour: i8) {
        let at = day.at(hour, 5, 0, 0).to_zoned(state.zone()).map(|morning| morning.timestamp());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at.ok();
    }

    /// From now on the real time is told.
    pub(super) fn let_go(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The first day of the month so many months before the one of `today`.
pub(super) fn month_before(today: Date, months: i32) -> Date {
    today.first_of_month().checked_sub(months.months()).unwrap_or(today)
}

/// FNV-1a: the same devices and titles come in the same order on every machine.
fn mark(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |mark, byte| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// An inventory as it was so many months ago: fewer devices, and of every title fewer, each at a pace of its own.
pub(super) fn thinned(inventory: &str, months: i32) -> String {
    let months = u64::try_from(months).unwrap_or(0);
    let share = |of: &str, pace: u64| mark(of) / 8 % 1_000 < 1_000_u64.saturating_sub(pace * months);
    let mut thin = String::with_capacity(inventory.len());
    for (place, line) in inventory.lines().enumerate() {
        let mut cells = line.split(',');
        let (device, title) = (cells.next().unwrap_or_default(), cells.nth(2).unwrap_or_default());
        let title = title.trim_end_matches(" (previous release)");
        if place == 0 || (share(device, 9) && share(&format!("{device}/{title}"), mark(title) / 8 % 30)) {
            thin.push_str(line);
            thin.push('\n');
        }
    }
    thin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_grows_month_by_month_to_what_it_is() {
        let whole = super::super::files::company(7, jiff::civil::date(2026, 4, 1)).workstations;
        let lengths: Vec<usize> = (0..=MONTHS).map(|months| thinned(&whole, months).lines().count()).collect();
        assert_eq!(thinned(&whole, 0), whole);
        assert!(lengths.is_sorted_by(|more, fewer| more > fewer), "{lengths:?}");
    }
}
