//! A table with a row for each reading: what a meter read for a day, a month or another time.

use std::collections::BTreeMap;

use domain::usage::{Reading, ReadingKind};
use jiff::civil::Date;

use super::gathering::Gathering;
use crate::amount::read_number;
use crate::calendar::optional_date;
use crate::findings::Fault;
use crate::limits::READING;
use crate::table::{Columns, Record, Records, assign_fields, find_delimiter};
use crate::unreadable::Unreadable;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Meter,
    Vendor,
    Period,
    From,
    Until,
    Units,
    Kind,
}

/// Fields with their names on screen and the headers that give them, the first being ours.
pub(crate) const FIELDS: [(Field, &str, &[&str]); 7] = [
    (Field::Meter, "meter", &["meter", "product", "feature", "sku", "service", "resource", "application"]),
    (Field::Vendor, "vendor", &["vendor", "publisher", "provider"]),
    (Field::Period, "period", &["period", "month", "date", "day", "reading date"]),
    (Field::From, "from", &["from", "start", "period start", "start date", "first day"]),
    (Field::Until, "until", &["until", "to", "end", "period end", "end date", "last day"]),
    (Field::Units, "units", &["units", "quantity", "usage", "value", "reading", "consumed", "amount"]),
    (Field::Kind, "kind", &["kind", "type"]),
];

/// Whether the first record heads a meter, a time and units.
pub(super) fn is_table(text: &str) -> bool {
    let mut records = Records::new(text, find_delimiter(text));
    let Ok(Some(header)) = records.next_record() else { return false };
    let headers: Vec<String> = header.cells.iter().map(ToString::to_string).collect();
    assign_fields(&headers, &FIELDS).is_ok_and(|columns| {
        let has = |field: Field| columns.contains_key(&field);
        has(Field::Meter) && has(Field::Units) && (has(Field::Period) || has(Field::From))
    })
}

/// Reads every row of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let mut records = Records::new(text, find_delimiter(text));
    let Some(header) = records.next_record()? else { return Err(Unreadable::Empty) };
    let headers: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let assigned = assign_fields(&headers, &FIELDS)?;
    let mut columns = Columns::of_fields(&headers, &assigned, &FIELDS);
    while let Some(record) = records.next_record()? {
        columns.sample(&record);
        match row(&record, &assigned, gathering) {
            Ok(reading) => gathering.reading(record.line, reading)?,
            Err(fault) => gathering.reject(record.line, fault)?,
        }
    }
    gathering.columns = columns.into_inner();
    Ok(())
}

fn row(
    record: &Record<'_>,
    assigned: &BTreeMap<Field, usize>,
    gathering: &mut Gathering<'_>,
) -> Result<Reading, Fault> {
    let cell = |field: Field| assigned.get(&field).map_or("", |column| record.cell(*column));
    let feature = gathering.feature(Some(cell(Field::Vendor)), cell(Field::Meter), None)?;
    let (from, until) = match (cell(Field::From), cell(Field::Until)) {
        ("", _) => period(cell(Field::Period))?,
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
    Ok(Reading { feature, from, until, units: units(cell(Field::Units))?, kind })
}

fn day(text: &str) -> Result<Date, Fault> {
    let fault = || Fault::new(text, "This is no day.", "Write days as 2026-03-31.");
    optional_date(text, None, None).ok().flatten().ok_or_else(fault)
}

/// A day, or a month such as `2026-03`.
fn period(text: &str) -> Result<(Date, Date), Fault> {
    let month = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
    let month = month.and_then(|(year, month)| Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok());
    match month {
        Some(first) => Ok((first, first.last_of_month())),
        None => day(text)
            .map(|day| (day, day))
            .map_err(|_| Fault::new(text, "This is no day and no month.", "Write 2026-03-31 or 2026-03.")),
    }
}

/// Units; a fraction counts as the next whole number.
pub(super) fn units(text: &str) -> Result<u64, Fault> {
    let fault = |problem: String| Fault::new(text, problem, "Write a number such as 1200.");
    let number = read_number(text, None).map_err(|_| fault("This is no number with one reading.".to_owned()))?;
    let whole = u64::try_from(number.ceil()).ok().filter(|whole| *whole <= READING.max);
    whole.ok_or_else(|| fault(format!("This is no number from 0 to {}.", READING.shown)))
}
