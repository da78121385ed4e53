//! Instants as licence managers and tables write them: local times of the organisation, with or without a year.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::calendar::{DateStyle, optional_date};
use crate::findings::Fault;

/// Licence managers did not exist before, and nothing that is later was used yet.
const YEARS: std::ops::RangeInclusive<i16> = 1985..=2100;

/// The second of a local time.
pub(super) fn local(at: DateTime, zone: &TimeZone) -> Option<i64> {
    let within = YEARS.contains(&at.year());
    zone.to_timestamp(at).ok().filter(|_| within).map(Timestamp::as_second)
}

/// `9:41:07` or `9:41`.
pub(super) fn time(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let mut number = || -> Option<i8> {
        let part = parts.next()?;
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| digits)
    };
    let (hour, minute) = (number()?, number()?);
    let second = match text.matches(':').count() {
        1 => 0,
        _ => number()?,
    };
    if text.matches(':').count() > 2 {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// `1/15/2021`, the month first as FlexLM writes it whatever the language of the server.
pub(super) fn american(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('/');
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let year: i16 = parts.next()?.parse().ok()?;
    if parts.next().is_some() || !YEARS.contains(&year) {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// `10/20`, in the year in which it lies before `latest`.
pub(super) fn without_year(text: &str, latest: Date) -> Option<Date> {
    let (month, day) = text.trim().split_once('/')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // A leap day may lie some years back.
    (0..8).find_map(|back| Date::new(latest.year() - back, month, day).ok().filter(|date| *date <= latest))
}

/// `Tue Nov  2 23:00:06 2021`, as C writes it.
pub(super) fn c_time(text: &str) -> Option<DateTime> {
    let mut words = text.split_whitespace();
    let (_, month, day) = (words.next()?, words.next()?, words.next()?);
    let (clock, year) = (words.next()?, words.next()?);
    Some(Date::new(year.parse().ok()?, month_number(month)?, day.parse().ok()?).ok()?.to_datetime(time(clock)?))
}

/// `Jan` or `January`.
pub(super) fn month_number(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let begin: String = name.chars().take(3).collect::<String>().to_lowercase();
    (1..).zip(MONTHS).find(|(_, month)| *month == begin).map(|(number, _)| number)
}

/// In which order days and months of a table stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    /// As it was said.
    pub order: Option<DateStyle>,
    /// As the other dates of the file show.
    pub shown: Option<DateStyle>,
}

/// An instant of a table: with an offset (`2026-03-02T09:00:00Z`), or local (`2026-03-02 09:00`).
/// A local day is read as [`optional_date`] reads it.
pub(super) fn instant(text: &str, zone: &TimeZone, dates: Dates) -> Result<i64, Fault> {
    let wrong = |problem: &str| {
        Fault::new(text, problem, "Write instants as 2026-03-31 14:05:00, or with an offset as 2026-03-31T14:05:00Z.")
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        let year = at.to_zoned(TimeZone::UTC).year();
        return if YEARS.contains(&year) { Ok(at.as_second()) } else { Err(wrong("The year cannot be right.")) };
    }
    let civil = match text.trim().split_once([' ', 'T']) {
        Some((day, clock)) => match time(clock) {
            Some(clock) => optional_date(day, dates.order, dates.shown)?.map(|day| day.to_datetime(clock)),
            None => None,
        },
        None => None,
    };
    let civil = civil.or_else(|| text.trim().parse::<DateTime>().ok().filter(|_| text.contains(':')));
    let civil = civil.ok_or_else(|| wrong("This is no day with a time."))?;
    local(civil, zone).ok_or_else(|| wrong("The year cannot be right."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_year_is_the_last_one_before_the_list() {
        let of = |text, latest: (i16, i8, i8)| {
            let latest = jiff::civil::date(latest.0, latest.1, latest.2);
            without_year(text, latest).map(|date| date.to_string())
        };
        assert_eq!(of("10/20", (2017, 10, 20)).as_deref(), Some("2017-10-20"));
        assert_eq!(of("12/31", (2018, 1, 2)).as_deref(), Some("2017-12-31"));
        assert_eq!(of("2/29", (2026, 3, 1)).as_deref(), Some("2024-02-29"));
        assert_eq!(of("13/1", (2018, 1, 2)), None);
        assert_eq!(of("x", (2018, 1, 2)), None);
    }

    #[test]
    fn times_of_day_have_two_or_three_parts() {
        for (text, shown) in [
            ("9:41:07", Some("09:41:07")),
            (" 0:05", Some("00:05:00")),
            ("24:00", None),
            ("1:2:3:4", None),
            ("9", None),
            ("9:", None),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn instants_of_a_table_are_local_unless_they_say_otherwise() {
        let prague = TimeZone::get("Europe/Prague").unwrap_or(TimeZone::UTC);
        let of = |text| {
            instant(text, &prague, Dates::default())
                .map(|at| Timestamp::from_second(at).map_or_else(|_| String::new(), |at| at.to_string()))
        };
        assert_eq!(of("2026-03-02 09:00"), Ok("2026-03-02T08:00:00Z".to_owned()));
        assert_eq!(of("2026-03-02T09:00:00"), Ok("2026-03-02T08:00:00Z".to_owned()));
        assert_eq!(of("2026-03-02T09:00:00+05:00"), Ok("2026-03-02T04:00:00Z".to_owned()));
        assert_eq!(of("2026-03-02 9:00:30"), Ok("2026-03-02T08:00:30Z".to_owned()));
        let day_first = Dates { order: Some(DateStyle::DayFirst), shown: None };
        assert_eq!(instant("02/03/2026 09:00", &TimeZone::UTC, day_first), Ok(1_772_442_000));
        for wrong in ["2026-03-02", "03/02/2026 09:00", "0001-01-01 00:00", "9999-01-01T00:00:00Z", "soon", ""] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
