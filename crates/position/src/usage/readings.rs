//! Readings: what meters read in the period of a commitment.

use domain::metric::{Period, ReadingRule, Takes};
use domain::usage::ReadingKind;
use jiff::civil::Date;

use super::facts::{FeatureFacts, Read};

/// A reading as far as it counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) feature: usize,
    pub(crate) read: Read,
    /// Its units in the period.
    pub(crate) units: u64,
}

/// Days from one day to another, both included.
pub(crate) fn days(from: Date, until: Date) -> u64 {
    let between = from.until(until).map_or(0, |span| span.get_days());
    u64::try_from(between).map_or(0, |days| days + 1)
}

/// The days that two spans share.
pub(crate) fn overlap(one: (Date, Date), other: (Date, Date)) -> u64 {
    let (from, until) = (one.0.max(other.0), one.1.min(other.1));
    if from > until { 0 } else { days(from, until) }
}

/// The period of a commitment in which `today` lies; `term` is the first day of the rights that count, where one has any.
pub(crate) fn period(rule: &ReadingRule, today: Date, term: Option<Date>) -> (Date, Date) {
    let year = today.year();
    let month = |month: i8| Date::new(year, month, 1).unwrap_or(today);
    match rule.period {
        Period::Month => (today.first_of_month(), today.last_of_month()),
        Period::Quarter => {
            let first = (today.month() - 1) / 3 * 3 + 1;
            (month(first), month(first + 2).last_of_month())
        }
        Period::Year => (today.first_of_year(), today.last_of_year()),
        Period::Term => (term.unwrap_or(Date::MIN), today),
    }
}

/// The readings of the period, each with the units that it adds; they sum to what counts. Later than `today` none counts.
pub(crate) fn counted(
    rule: &ReadingRule,
    features: &[&FeatureFacts],
    period: (Date, Date),
    today: Date,
) -> Vec<Counted> {
    let mut all = Vec::new();
    for (feature, facts) in features.iter().enumerate() {
        let within: Vec<&Read> = facts
            .readings_of(ReadingKind::Used)
            .filter(|read| read.from <= today && overlap((read.from, read.until), period) > 0)
            .collect();
        let one = |read: &Read, units: u64| Counted { feature, read: *read, units };
        match rule.takes {
            Takes::Sum => all.extend(within.iter().map(|read| one(read, share(read, period)))),
            Takes::Highest => {
                // Of equals the first.
                let highest = within.iter().rev().max_by_key(|read| read.units);
                all.extend(highest.map(|read| one(read, read.units)));
            }
            Takes::Latest => {
                let last = within.iter().max_by_key(|read| (read.until, read.from));
                all.extend(last.map(|read| one(read, read.units)));
            }
            Takes::Average => all.extend(average(&within).map(|(read, units)| one(read, units))),
        }
    }
    all
}

/// The part of a reading that lies in the period, by days, rounded up.
fn share(read: &Read, period: (Date, Date)) -> u64 {
    let within = u128::from(overlap((read.from, read.until), period));
    let of = u128::from(days(read.from, read.until).max(1));
    u64::try_from((u128::from(read.units) * within).div_ceil(of)).unwrap_or(u64::MAX)
}

/// What each reading adds to the average, rounded up on the sum.
fn average<'a>(within: &'a [&'a Read]) -> impl Iterator<Item = (&'a Read, u64)> + 'a {
    let number = within.len().max(1) as u128;
    let mut sum = 0u128;
    within.iter().map(move |read| {
        let before = sum.div_ceil(number);
        sum += u128::from(read.units);
        (*read, u64::try_from(sum.div_ceil(number) - before).unwrap_or(u64::MAX))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_the_one_in_which_the_day_lies() {
        let of = |kind, today: &str| {
            let (from, until) = period(&ReadingRule { period: kind, ..ReadingRule::default() }, day(today), None);
            format!("{from} {until}")
        };
        assert_eq!(of(Period::Month, "2028-02-10"), "2028-02-01 2028-02-29");
        assert_eq!(of(Period::Quarter, "2026-12-31"), "2026-10-01 2026-12-31");
        assert_eq!(of(Period::Quarter, "2026-01-01"), "2026-01-01 2026-03-31");
        assert_eq!(of(Period::Year, "2026-06-01"), "2026-01-01 2026-12-31");
    }

    #[test]
    fn a_reading_gives_the_part_of_its_units_that_lies_in_the_period() {
        let read = Read { from: day("2026-01-25"), until: day("2026-02-03"), units: 101, origin: 0 };
        let january = (day("2026-01-01"), day("2026-01-31"));
        let february = (day("2026-02-01"), day("2026-02-28"));
        // Seven days of ten, and three.
        assert_eq!((share(&read, january), share(&read, february)), (71, 31));
    }

    #[test]
    fn what_readings_add_to_an_average_sums_to_it() {
        let read = |units| Read { from: day("2026-01-01"), until: day("2026-01-01"), units, origin: 0 };
        let reads = [read(10), read(0), read(12)];
        let reads: Vec<&Read> = reads.iter().collect();
        let units: Vec<u64> = average(&reads).map(|(_, units)| units).collect();
        assert_eq!(units, [4, 0, 4]);
        assert_eq!(average(&[]).count(), 0);
    }
}
