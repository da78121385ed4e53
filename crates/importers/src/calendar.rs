//! Dates as people and tools write them, read only where they can mean one day.
//!
//! `03/04/2026` means two days and is never guessed; a mapping may say which.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::findings::Fault;

/// The order of day and month where a date is written with slashes or dashes and the year last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateStyle {
    /// `31/03/2026`.
    DayFirst,
    /// `03/31/2026`.
    MonthFirst,
}

impl DateStyle {
    /// The name in a mapping file.
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
        }
    }
}

/// English month names; their first three letters are enough.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words that stand where there is no date.
const NO_DATE: [&str; 10] = ["", "-", "–", "n/a", "na", "none", "never", "null", "perpetual", "0000-00-00"];

/// Why a text gives no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    NotADate,
    Ambiguous,
    ShortYear,
    NoSuchDay,
}

/// The day, or `None` where the text says that there is none.
/// `others` is the order that the other dates of the file show, for the words of the repair only.
pub(crate) fn optional_date(
    text: &str,
    style: Option<DateStyle>,
    others: Option<DateStyle>,
) -> Result<Option<Date>, Fault> {
    let text = text.trim();
    if NO_DATE.contains(&text.to_lowercase().as_str()) {
        return Ok(None);
    }
    read(text, style).map(Some).map_err(|problem| {
        let (problem, repair) = match problem {
            Problem::NotADate => ("This is no date.".to_owned(), "Write dates as 2026-03-31.".to_owned()),
            Problem::Ambiguous => {
                ("The date can be read as day and month or as month and day.".to_owned(), ambiguity_repair(others))
            }
            Problem::ShortYear => (
                "The year has two digits, so its century is unclear.".to_owned(),
                "Write dates as 2026-03-31.".to_owned(),
            ),
            Problem::NoSuchDay => (
                "The calendar has no such day.".to_owned(),
                "Correct the date, or check the date style of the mapping; dates as 2026-03-31 need none.".to_owned(),
            ),
        };
        Fault::new(text, problem, repair)
    })
}

fn ambiguity_repair(others: Option<DateStyle>) -> String {
    let hint = match others {
        Some(style) => format!("; the other dates of this file fit dates = \"{}\"", style.name()),
        None => String::new(),
    };
    format!("Write dates as 2026-03-31 or name a mapping with date style{hint}.")
}

/// The order that a date shows by itself, such as `31/03/2026`.
pub(crate) fn style_shown(text: &str) -> Option<DateStyle> {
    let (first, second, _) = numbers(text.trim(), &['/', '-'])?;
    match (first.1 > 12, second.1 > 12) {
        (true, false) => Some(DateStyle::DayFirst),
        (false, true) => Some(DateStyle::MonthFirst),
        (true, true) | (false, false) => None,
    }
}

/// Whether a date has two readings.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    read(text.trim(), None) == Err(Problem::Ambiguous)
}

fn read(text: &str, style: Option<DateStyle>) -> Result<Date, Problem> {
    let text = without_time(text);
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range| text.get(range).and_then(|digits: &str| digits.parse().ok()).unwrap_or(0);
        return day(part(0..4), part(4..6), part(6..8));
    }
    // Dots are written between day, month and year in that order only.
    if let Some((first, second, year)) = numbers(text, &['.']) {
        return if first.0 == 4 { day(first.1, second.1, year.1) } else { last_year(first.1, second.1, year) };
    }
    if let Some((first, second, third)) = numbers(text, &['/', '-']) {
        return if first.0 == 4 { day(first.1, second.1, third.1) } else { slashed(first.1, second.1, third, style) };
    }
    with_month_name(text)
}

/// `text` up to a time of day (`2026-03-31T00:00:00Z`, `2026-03-31 00:00:00`).
fn without_time(text: &str) -> &str {
    let end = text.find(':').and_then(|colon| text.get(..colon)?.rfind(['T', ' ']));
    end.and_then(|end| text.get(..end)).unwrap_or(text).trim_end()
}

/// A number with the count of its digits.
type Digits = (usize, i16);

/// Three numbers with one and the same of `separators` between them.
fn numbers(text: &str, separators: &[char]) -> Option<(Digits, Digits, Digits)> {
    let separator = text.chars().find(|character| separators.contains(character))?;
    let mut parts = text.split(separator).map(|part| {
        let part = part.trim();
        let digits = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok().map(|number| (part.len(), number))).flatten()
    });
    let found = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(found)
}

fn slashed(first: i16, second: i16, year: Digits, style: Option<DateStyle>) -> Result<Date, Problem> {
    match style {
        Some(DateStyle::DayFirst) => last_year(first, second, year),
        Some(DateStyle::MonthFirst) => last_year(second, first, year),
        None if first > 12 || first == second => last_year(first, second, year),
        None if second > 12 => last_year(second, first, year),
        None => Err(Problem::Ambiguous),
    }
}

fn last_year(date: i16, month: i16, (digits, year): Digits) -> Result<Date, Problem> {
    if digits < 4 { Err(Problem::ShortYear) } else { day(year, month, date) }
}

fn day(year: i16, month: i16, date: i16) -> Result<Date, Problem> {
    let (Ok(month), Ok(date)) = (i8::try_from(month), i8::try_from(date)) else { return Err(Problem::NoSuchDay) };
    Date::new(year, month, date).map_err(|_| Problem::NoSuchDay)
}

/// `31 March 2026`, `31-Mar-2026`, `Mar 31, 2026`.
fn with_month_name(text: &str) -> Result<Date, Problem> {
    let words: Vec<&str> = text.split([' ', '-', ',', '.', '/']).filter(|word| !word.is_empty()).collect();
    let [first, second, year] = words.as_slice() else { return Err(Problem::NotADate) };
    let (name, date) =
        if first.starts_with(|letter: char| letter.is_ascii_alphabetic()) { (first, second) } else { (second, first) };
    let name = name.to_lowercase();
    let month =
        (1..).zip(MONTHS).find(|(_, month)| name.len() >= 3 && month.starts_with(&name)).map(|(number, _)| number);
    let digits =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse::<i16>().ok()).flatten();
    let (Some(month), Some(date), Some(number)) = (month, digits(date), digits(year)) else {
        return Err(Problem::NotADate);
    };
    last_year(date, month, (year.len(), number))
}

/// A moment that an agent wrote in local time beside its offset (`+0200`).
pub(crate) fn local_moment(text: &str, offset: &str) -> Option<Timestamp> {
    let civil: DateTime = text.trim().parse().ok()?;
    let (sign, digits) = match offset.trim().split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|character| *character != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let seconds = hours.parse::<i32>().ok()?.checked_mul(3600)? + minutes.parse::<i32>().ok()?.checked_mul(60)?;
    let offset = jiff::tz::Offset::from_seconds(sign * seconds).ok()?;
    offset.to_timestamp(civil).ok()
}

/// The day on which an agent says it looked.
pub(crate) fn local_day(text: &str) -> Option<Date> {
    read(text.trim(), None).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[track_caller]
    fn check(text: &str, style: Option<DateStyle>, expect: &str) {
        let shown = match optional_date(text, style, None) {
            Ok(Some(date)) => date.to_string(),
            Ok(None) => "none".to_owned(),
            Err(fault) => fault.problem,
        };
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn dates_that_mean_one_day_are_read() {
        for text in [
            "2026-03-31",
            "2026/03/31",
            "2026.3.31",
            "20260331",
            "2026-03-31T23:59:59Z",
            "2026-03-31 00:00:00",
            "31.03.2026",
            "31. 3. 2026",
            "31/03/2026",
            "03/31/2026",
            "3/31/2026 12:00 AM",
            "31-Mar-2026",
            "31 March 2026",
            "Mar 31, 2026",
        ] {
            check(text, None, "2026-03-31");
        }
        check("05/05/2026", None, "2026-05-05");
        check("perpetual", None, "none");
        check("  ", None, "none");
    }

    #[test]
    fn a_date_with_two_readings_is_never_guessed() {
        check("03/04/2026", None, "The date can be read as day and month or as month and day.");
        check("3-4-2026", None, "The date can be read as day and month or as month and day.");
        check("03/04/2026", Some(DateStyle::DayFirst), "2026-04-03");
        check("03/04/2026", Some(DateStyle::MonthFirst), "2026-03-04");
        check("03/31/2026", Some(DateStyle::DayFirst), "The calendar has no such day.");
        check("31/12/26", None, "The year has two digits, so its century is unclear.");
        check("2026-02-30", None, "The calendar has no such day.");
        check("31.13.2026", None, "The calendar has no such day.");
        for text in ["46112", "soon", "2026", "1e400", "2026-03", "--", "a-b-c", "31 Foo 2026", "٣/٤/٢٠٢٦"] {
            check(text, None, "This is no date.");
        }
    }

    #[test]
    fn an_ambiguous_date_names_the_order_of_its_neighbours() {
        assert_eq!(style_shown("11/24/2008"), Some(DateStyle::MonthFirst));
        let fault = optional_date("01/02/2011", None, Some(DateStyle::MonthFirst)).unwrap_err();
        assert!(fault.repair.ends_with("fit dates = \"month_first\"."), "{}", fault.repair);
    }

    #[test]
    fn a_local_time_with_its_offset_is_a_moment() {
        assert_eq!(local_moment("2020-06-09 09:58:08", "+0200").unwrap().to_string(), "2020-06-09T07:58:08Z");
        assert_eq!(local_moment("2020-06-09 09:58:08", "-03:30").unwrap().to_string(), "2020-06-09T13:28:08Z");
        for offset in ["", "0200", "+", "+99999999", "+é", "+2"] {
            assert_eq!(local_moment("2020-06-09 09:58:08", offset), None, "{offset}");
        }
    }
}
