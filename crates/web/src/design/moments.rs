//! Days and instants as people read them.
//!
//! Deadlines are exact, with weekday, in UTC and in the organisation's zone.
//! What was recorded is given in UTC, because that is what the ledger says.
//! The clock is never read here: the instant at which a page was made is an argument.

use domain::organisation::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, Unit};
use maud::{Markup, html};

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_HOUR: i64 = 3_600;
const SECONDS_PER_DAY: i64 = 86_400;

/// `14 Aug 2025`.
pub fn day_text(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// `Thu 14 Aug 2025`.
pub fn weekday_text(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}

/// A day, readable by machines too.
pub fn day(day: Date) -> Markup {
    html! { time datetime=(day) { (day_text(day)) } }
}

/// A day with its weekday: the form for everything that ends.
pub fn weekday(day: Date) -> Markup {
    html! { time datetime=(day) { (weekday_text(day)) } }
}

/// `14 Aug 2025, 16:00 UTC`.
pub fn instant_text(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// An instant, to the minute.
pub fn instant(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (instant_text(at)) } }
}

/// An instant to the second, as the ledger has it.
pub fn exact(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M:%S").to_string()) } }
}

/// `06:12 UTC today`, or the instant with its day where it was another.
pub fn recent_text(at: Timestamp, now: Timestamp) -> String {
    let same_day = at.strftime("%F").to_string() == now.strftime("%F").to_string();
    if same_day { at.strftime("%H:%M UTC today").to_string() } else { instant_text(at) }
}

/// `Thu 14 Aug 2025, 16:00 UTC (18:00 in Prague)`; the day is repeated where it is another there.
pub fn deadline_text(at: Timestamp, zone: &Zone) -> String {
    let there = at.to_zoned(zone.rules().clone());
    let text = at.strftime("%a %-d %b %Y, %H:%M UTC").to_string();
    if there.offset() == jiff::tz::Offset::UTC {
        return text;
    }
    let same_day = at.to_zoned(jiff::tz::TimeZone::UTC).date() == there.date();
    let local = there.strftime(if same_day { "%H:%M" } else { "%a %-d %b, %H:%M" });
    format!("{text} ({local} in {})", place(zone))
}

/// A deadline, readable by machines too.
pub fn deadline(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) { (deadline_text(at, zone)) } }
}

/// The place that gives a zone its name: `Europe/Prague` is `Prague`.
fn place(zone: &Zone) -> String {
    zone.name().rsplit('/').next().unwrap_or(zone.name()).replace('_', " ")
}

/// How long until a deadline: `2 days 3 hours left`, `34 minutes left`, `1 day 4 hours late`.
pub fn time_left(deadline: Timestamp, now: Timestamp) -> String {
    let seconds = deadline.as_second().saturating_sub(now.as_second());
    let ending = if seconds < 0 { "late" } else { "left" };
    let seconds = seconds.saturating_abs();
    let days = seconds / SECONDS_PER_DAY;
    let hours = seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR;
    let minutes = seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE;
    let parts = [(days, "day", "days"), (hours, "hour", "hours"), (minutes, "minute", "minutes")];
    // Two neighbouring units say enough; days and minutes together would say too much.
    let first = parts.iter().position(|(number, ..)| *number > 0);
    let Some(first) = first else { return format!("less than a minute {ending}") };
    let words: Vec<String> = parts
        .iter()
        .skip(first)
        .take(2)
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if *number == 1 { one } else { many }))
        .collect();
    format!("{} {ending}", words.join(" "))
}

/// Days from `today` to `day`; negative in the past.
pub fn days_until(day: Date, today: Date) -> i64 {
    today.until((Unit::Day, day)).map_or(0, |span| i64::from(span.get_days()))
}

/// `today`, `tomorrow`, `in 12 days`, `yesterday`, `12 days ago`.
pub fn distance(day: Date, today: Date) -> String {
    match days_until(day, today) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", days.saturating_abs()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_deadline_is_exact_in_utc_and_at_home() {
        let zone = |name: &str| name.parse::<Zone>().unwrap();
        let when = at("2025-08-14T16:00:00Z");
        assert_eq!(deadline_text(when, &zone("Europe/Prague")), "Thu 14 Aug 2025, 16:00 UTC (18:00 in Prague)");
        assert_eq!(deadline_text(when, &zone("UTC")), "Thu 14 Aug 2025, 16:00 UTC");
        assert_eq!(deadline_text(when, &zone("Asia/Tokyo")), "Thu 14 Aug 2025, 16:00 UTC (Fri 15 Aug, 01:00 in Tokyo)");
        assert_eq!(deadline_text(when, &zone("America/New_York")), "Thu 14 Aug 2025, 16:00 UTC (12:00 in New York)");
    }

    #[test]
    fn the_time_left_is_said_in_two_units_at_most() {
        let now = at("2025-08-12T13:00:00Z");
        for (deadline, words) in [
            ("2025-08-14T16:00:00Z", "2 days 3 hours left"),
            ("2025-08-14T13:40:00Z", "2 days left"),
            ("2025-08-12T13:34:10Z", "34 minutes left"),
            ("2025-08-12T14:01:00Z", "1 hour 1 minute left"),
            ("2025-08-12T13:00:20Z", "less than a minute left"),
            ("2025-08-11T09:00:00Z", "1 day 4 hours late"),
        ] {
            assert_eq!(time_left(at(deadline), now), words);
        }
    }

    #[test]
    fn a_day_is_near_or_far_in_whole_days() {
        let today: Date = "2025-08-12".parse().unwrap();
        for (day, words) in [
            ("2025-08-12", "today"),
            ("2025-08-13", "tomorrow"),
            ("2025-08-11", "yesterday"),
            ("2025-12-31", "in 141 days"),
            ("2025-07-31", "12 days ago"),
        ] {
            assert_eq!(distance(day.parse().unwrap(), today), words);
        }
    }

    #[test]
    fn a_recent_instant_says_today() {
        let now = at("2025-08-12T13:00:00Z");
        assert_eq!(recent_text(at("2025-08-12T06:12:30Z"), now), "06:12 UTC today");
        assert_eq!(recent_text(at("2025-08-03T06:12:30Z"), now), "3 Aug 2025, 06:12 UTC");
    }
}
