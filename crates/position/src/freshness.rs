//! Freshness: how old the reports behind a line are.
//!
//! For a whole estate the devices are put in order of their reports once; those of a product that stands on many devices
//! are then found near the ends. What a line is made of otherwise is not known here.

use jiff::Timestamp;

use crate::devices::DeviceSet;
use crate::estate::{Estate, UNDATED, each_value};
use crate::line::Freshness;
use crate::supply::Moment;

/// The dated devices in the order in which they were last looked at.
#[derive(Debug)]
pub(crate) struct SeenOrder {
    /// Seconds and device.
    order: Vec<(i64, u32)>,
}

impl SeenOrder {
    pub(crate) fn of(estate: &Estate) -> Self {
        let mut order = Vec::new();
        each_value(estate.present(), estate.seen_column(), |device, seen| {
            if seen != UNDATED {
                order.push((seen, device));
            }
        });
        order.sort_unstable();
        Self { order }
    }

    /// The first and the last of `devices`, where they are likely to be near the ends.
    fn ends(&self, devices: &DeviceSet) -> Option<(i64, i64)> {
        // Walking to the first of k among n takes about n / k steps, reading all of them k.
        let steps = usize::try_from(devices.len()).unwrap_or(usize::MAX) / 4;
        let asking = if devices.as_list().is_some() { steps / 16 } else { steps };
        if asking.saturating_mul(steps) < self.order.len() {
            return None;
        }
        let there = |(seen, device): &(i64, u32)| devices.contains(*device).then_some(*seen);
        let oldest = self.order.iter().take(asking).find_map(there)?;
        let newest = self.order.iter().rev().take(asking).find_map(there)?;
        Some((oldest, newest))
    }
}

/// The freshness of the reports of `devices`.
pub(crate) fn freshness(estate: &Estate, devices: &DeviceSet, moment: &Moment, order: Option<&SeenOrder>) -> Freshness {
    let undated = if estate.undated().is_empty() { 0 } else { devices.intersection_len(estate.undated()) };
    let ends = order.and_then(|order| order.ends(devices)).or_else(|| ends(estate, devices));
    let day = |seen: i64| Timestamp::from_second(seen).ok().map(|at| moment.day(at));
    match ends {
        Some((oldest, newest)) => Freshness { oldest: day(oldest), newest: day(newest), undated },
        None => Freshness { undated, ..Freshness::default() },
    }
}

/// The same by reading all of them.
fn ends(estate: &Estate, devices: &DeviceSet) -> Option<(i64, i64)> {
    let (mut oldest, mut newest) = (i64::MAX, UNDATED);
    each_value(devices, estate.seen_column(), |_, seen| {
        // What is undated is the least of all, so it needs no question for the newest.
        newest = newest.max(seen);
        oldest = oldest.min(if seen == UNDATED { i64::MAX } else { seen });
    });
    (newest != UNDATED).then_some((oldest, newest))
}
