//! Use over time in the sample company: the debug log of a licence server, and what a metered service read.
//!
//! Every name is made up. The same seed and day give the same files.

use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::files::{Dice, nth};

/// The product that the licence server counts, and what is owned of it.
pub(super) const DRAWING: (&str, &str, u64) = ("Harrow Schematic", "Harrow Software", 34);
/// The product that is metered, and what is committed for a month.
pub(super) const METERED: (&str, &str, u64) = ("Tessel Cloud Solver", "Tessel Dynamics", 90_000);
/// The features of one start: the package and what is in it.
pub(super) const FEATURES: [&str; 2] = ["HSCH_2026_PKG", "HSCH_EDITOR"];
/// The vendor daemon.
pub(super) const DAEMON: &str = "harrowd";
/// The meter.
pub(super) const METER: &str = "solver core hours";

/// Days that the log tells of.
const DAYS: i64 = 60;
/// Persons who draw.
const PERSONS: u64 = 52;
/// Licences that the server gives out: a few more than are owned.
const SERVED: usize = 40;

const LOGINS: &[&str] = &[
    "anov", "bkral", "cveli", "dhora", "edvor", "fmare", "gsyko", "hbran", "iwebe", "jlind", "kmore", "lkova", "mruiz",
];

/// A checkout of a day: from when to when, in seconds, and by whom.
struct Checkout {
    from: u64,
    until: u64,
    person: u64,
}

fn workday(dice: &mut Dice, busy: u64) -> Vec<Checkout> {
    let mut checkouts = Vec::new();
    for person in 0..PERSONS {
        if !dice.of_thousand(busy) {
            continue;
        }
        let from = 7 * 3_600 + 1_800 + dice.roll(7_200);
        let noon = 11 * 3_600 + 1_800 + dice.roll(3_600);
        let again = noon + 1_200 + dice.roll(2_400);
        let until = 15 * 3_600 + dice.roll(3 * 3_600);
        if dice.of_thousand(700) {
            checkouts.push(Checkout { from, until: noon, person });
            checkouts.push(Checkout { from: again, until, person });
        } else {
            checkouts.push(Checkout { from, until, person });
        }
    }
    checkouts.sort_by_key(|checkout| (checkout.from, checkout.person));
    checkouts
}

fn who(person: u64) -> String {
    let place = usize::try_from(person).unwrap_or(0);
    format!("{}{}@MP-WS-{:03}", nth(LOGINS, place), person / 13 + 1, person + 1)
}

fn clock(second: u64) -> String {
    format!("{:>2}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// The debug log of the licence server until the day before `today`.
pub(super) fn log(seed: u64, today: Date) -> String {
    let mut dice = Dice::new(seed ^ 0x10c0);
    let mut log = String::new();
    for back in (1..=DAYS).rev() {
        let day = today.checked_sub(back.days()).unwrap_or(today);
        let stamp = format!("{}/{}/{}", day.month(), day.day(), day.year());
        let mut lines = vec![(300, format!("(lmgrd) TIMESTAMP {stamp}"))];
        let idle = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        // The last two weeks before a delivery are the busiest.
        let busy = if idle { 40 } else { 640 + dice.roll(160) + if back < 14 { 60 } else { 0 } };
        let mut open: Vec<u64> = Vec::new();
        for checkout in workday(&mut dice, busy) {
            open.retain(|until| *until > checkout.from);
            let denied = open.len() >= SERVED;
            for feature in FEATURES {
                let who = who(checkout.person);
                if denied {
                    let reason = "(Licensed number of users already reached. (-4,342))";
                    lines.push((checkout.from, format!("({DAEMON}) DENIED: \"{feature}\" {who}  {reason}")));
                    continue;
                }
                lines.push((checkout.from, format!("({DAEMON}) OUT: \"{feature}\" {who}")));
                // A workstation that crashed gives nothing back.
                if checkout.person != 7 || back != 20 {
                    lines.push((checkout.until, format!("({DAEMON}) IN: \"{feature}\" {who}")));
                }
            }
            if !denied {
                open.push(checkout.until);
            }
        }
        lines.sort_by_key(|(second, _)| *second);
        for (second, line) in lines {
            let _ = writeln!(log, "{} {line}", clock(second));
        }
    }
    log
}

/// What the metered service read on every day of this month and the one before.
pub(super) fn readings(seed: u64, today: Date) -> String {
    let mut dice = Dice::new(seed ^ 0x3e7e);
    let mut table = String::from("meter,vendor,period,units\n");
    let first = today.first_of_month().checked_sub(1.day()).unwrap_or(today).first_of_month();
    let mut day = first;
    while day < today {
        let idle = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let units = if idle { 900 + dice.roll(500) } else { 3_600 + dice.roll(1_800) };
        let _ = writeln!(table, "{METER},{},{day},{units}", METERED.1);
        day = day.tomorrow().unwrap_or(today);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_day_give_the_same_log() {
        let day = jiff::civil::date(2026, 4, 1);
        assert_eq!(log(7, day), log(7, day));
        assert_ne!(log(7, day), log(8, day));
        assert!(log(7, day).contains("DENIED") || log(7, day).contains("OUT:"));
        assert_eq!(readings(7, day).lines().count(), 1 + 31);
    }
}
