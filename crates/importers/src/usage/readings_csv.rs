//! A table with a row for each reading: what a meter read for a day, a month or another time.

use domain::usage::{Reading, ReadingKind};
use jiff::civil::Date;

use super::columns::{UsageField as Field, UsageRows};
use super::gathering::Gathering;
use super::moments::Dates;
use crate::amount::{DecimalStyle, read_number};
use crate::calendar::optional_date;
use crate::findings::Fault;
use crate::limits::READING;
use crate::unreadable::Unreadable;

/// Reads every row of the table.
pub(super) fn read(mut rows: UsageRows<'_, '_>, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    while let Some(line) = rows.next_row()? {
        match row(&rows, gathering) {
            Ok(reading) => gathering.reading(line, reading)?,
            Err(fault) => gathering.reject(line, fault)?,
        }
    }
    Ok(())
}

fn row(rows: &UsageRows<'_, '_>, gathering: &mut Gathering<'_>) -> Result<Reading, Fault> {
    let cell = |field: Field| rows.cell(field);
    let day = |text: &str| day(text, rows.dates);
    let feature = gathering.feature(Some(cell(Field::Vendor)), cell(Field::Feature), None)?;
    let (from, until) = match (cell(Field::From), cell(Field::Until)) {
        ("", _) => period(cell(Field::Period), rows.dates)?,
        (from, "") => (day(from)?, day(from)?),
        (from, until) => (day(from)?, day(until)?),
    };
    if until < from {
        let text = cell(Field::Until);
        return Err(Fault::new(
            text,
            "The period ends before it starts.",
            "Exchange the two days, or correct the wrong one.",
        ));
    }
    let word = cell(Field::Kind);
    let kind = match word.to_lowercase().as_str() {
        "" | "used" | "consumed" | "assigned" | "usage" => ReadingKind::Used,
        "available" | "total" | "owned" | "purchased" => ReadingKind::Available,
        "active" => ReadingKind::Active,
        _ => return Err(Fault::new(word, "This is no kind of reading.", "Write used, available or active.")),
    };
    Ok(Reading { feature, from, until, units: units(cell(Field::Units), rows.decimal)?, kind })
}

fn day(text: &str, dates: Dates) -> Result<Date, Fault> {
    let fault = || Fault::new(text, "This is no day.", "Write days as 2026-03-31.");
    optional_date(text, dates.order, dates.shown)?.ok_or_else(fault)
}

/// A day, or a month such as `2026-03`.
fn period(text: &str, dates: Dates) -> Result<(Date, Date), Fault> {
    let parts = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
    let month = parts.and_then(|(year, month)| Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok());
    let neither = Err(Fault::new(text, "This is no day and no month.", "Write 2026-03-31 or 2026-03."));
    match month {
        Some(first) => Ok((first, first.last_of_month())),
        None if parts.is_some() || text.is_empty() => neither,
        None => optional_date(text, dates.order, dates.shown)?.map_or(neither, |day| Ok((day, day))),
    }
}

/// Units; a fraction counts as the next whole number.
pub(super) fn units(text: &str, style: Option<DecimalStyle>) -> Result<u64, Fault> {
    let fault = |problem: String| Fault::new(text, problem, "Write a number such as 1200.");
    let number = read_number(text, style).map_err(|_| fault("This is no number with one reading.".to_owned()))?;
    let whole = u64::try_from(number.ceil()).ok().filter(|whole| *whole <= READING.max);
    whole.ok_or_else(|| fault(format!("This is no number from 0 to {}.", READING.shown)))
}
