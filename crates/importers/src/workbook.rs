//! Excel workbooks (XLSX, ECMA-376): one sheet as rows of texts, within limits.
//!
//! Formulas, styles, links and macros are not looked at: a formula counts as the value that was saved with it.
//! What the columns mean is the business of the tables.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::limits::{
    CELL_BYTES, CELLS, COLUMNS, FILE_BYTES, Limit, SHEETS, UNPACKED_BYTES, WORKBOOK_BYTES, WORKBOOK_PARTS,
};
use crate::name::shorten;
use crate::unreadable::Unreadable;

/// Digits that a spreadsheet keeps of a number.
const DIGITS_KEPT: usize = 15;
/// Decimals of a number that count: a third of a price has no end.
const DECIMALS_KEPT: u32 = 10;

/// A row of a sheet that is not blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// Its number, the first being 1.
    pub number: u64,
    /// Its cells up to the last that holds something.
    pub cells: Vec<String>,
    /// Which of them the workbook keeps as numbers.
    pub numbers: Vec<bool>,
}

/// One sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workbook {
    /// The names of all its sheets, hidden ones included.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: String,
    /// Its rows in order.
    pub rows: Vec<SheetRow>,
}

/// Reads a workbook, wherever that is done: here, or in a process of its own.
pub type ReadWorkbook<'a> = &'a dyn Fn(&[u8], Option<&str>) -> Result<Workbook, Unreadable>;

/// Whether the bytes are an archive that holds a workbook in this notation.
pub fn is_workbook(bytes: &[u8]) -> bool {
    if !matches!(bytes, [b'P', b'K', 3, 4, ..]) || FILE_BYTES.is_exceeded_by(bytes.len()) {
        return false;
    }
    // The archive ends with the names of its parts; the workbook's own is one of them.
    bytes.windows(PART.len()).any(|window| window.eq_ignore_ascii_case(PART))
}

const PART: &[u8] = b"xl/workbook.xml";

/// Reads a sheet: the one of this name, or the first that holds anything, visible ones first.
pub fn read_workbook(bytes: &[u8], sheet: Option<&str>) -> Result<Workbook, Unreadable> {
    measure(bytes)?;
    // The reader of the notation stops at some damaged places, such as a cell in column ZZZZZZ.
    let read = std::panic::catch_unwind(|| read_measured(bytes, sheet));
    read.unwrap_or_else(|_| Err(Unreadable::DamagedWorkbook { what: "a part of it makes no sense".to_owned() }))
}

fn read_measured(bytes: &[u8], sheet: Option<&str>) -> Result<Workbook, Unreadable> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let mut known: Vec<(bool, String)> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.visible == SheetVisible::Visible, sheet.name.clone()))
        .collect();
    let sheets: Vec<String> = known.iter().map(|(_, name)| name.clone()).collect();
    if let Some(wanted) = sheet {
        let Some(name) = sheets.iter().find(|name| name.trim() == wanted.trim()).cloned() else {
            return Err(Unreadable::NoSuchSheet { wanted: shorten(wanted), sheets: shown(&sheets) });
        };
        let rows = read_sheet(&mut workbook, &name)?;
        return Ok(Workbook { sheets, sheet: name, rows });
    }
    known.sort_by_key(|(is_visible, _)| !is_visible);
    for (_, name) in known {
        let rows = read_sheet(&mut workbook, &name)?;
        if !rows.is_empty() {
            return Ok(Workbook { sheets, sheet: name, rows });
        }
    }
    Err(Unreadable::Empty)
}

fn shown(sheets: &[String]) -> Vec<String> {
    sheets.iter().take(20).map(|name| format!("“{}”", shorten(name))).collect()
}

fn damaged(error: &calamine::XlsxError) -> Unreadable {
    if matches!(error, calamine::XlsxError::Password) {
        return Unreadable::OtherKind {
            what: "a workbook with a password",
            instead: "Save it without the password and import it again.",
        };
    }
    Unreadable::DamagedWorkbook { what: shorten(&error.to_string()) }
}

/// Unpacks every part and keeps nothing, so that what follows cannot grow beyond the limits:
/// the sizes that an archive states of its parts may be wrong.
fn measure(bytes: &[u8]) -> Result<(), Unreadable> {
    let over = |limit: Limit| Err(Unreadable::OverLimit { limit, place: String::new() });
    let broken = |error: &dyn std::fmt::Display| Unreadable::DamagedWorkbook { what: shorten(&error.to_string()) };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if WORKBOOK_PARTS.is_exceeded_by(archive.len()) {
        return over(WORKBOOK_PARTS);
    }
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        // One byte more than is left is enough to know.
        let most = WORKBOOK_BYTES.max.saturating_sub(unpacked) + 1;
        unpacked += std::io::copy(&mut part.take(most), &mut std::io::sink()).map_err(|error| broken(&error))?;
        if unpacked > WORKBOOK_BYTES.max {
            return over(WORKBOOK_BYTES);
        }
    }
    let sheets = archive
        .file_names()
        .filter_map(Result::ok)
        .filter(|name| name.to_ascii_lowercase().starts_with("xl/worksheets/"))
        .count();
    if SHEETS.is_exceeded_by(sheets) { over(SHEETS) } else { Ok(()) }
}

fn read_sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<SheetRow>, Unreadable> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| damaged(&error))?;
    let mut rows: BTreeMap<u32, SheetRow> = BTreeMap::new();
    let (mut cells, mut text_bytes) = (0_usize, 0_usize);
    while let Some(cell) = reader.next_cell().map_err(|error| damaged(&error))? {
        let (row, column) = cell.get_position();
        let (text, is_number) = text_of(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let entry = rows.entry(row).or_insert_with(|| SheetRow {
            number: u64::from(row) + 1,
            cells: Vec::new(),
            numbers: Vec::new(),
        });
        let place = || format!("sheet “{}”, row {}", shorten(name), u64::from(row) + 1);
        let added = column.saturating_add(1).saturating_sub(entry.cells.len());
        text_bytes = text_bytes.saturating_add(text.len());
        cells = cells.saturating_add(added);
        for (limit, count) in [
            (COLUMNS, column.saturating_add(1)),
            (CELLS, cells),
            (CELL_BYTES, text.len()),
            (UNPACKED_BYTES, text_bytes),
        ] {
            if limit.is_exceeded_by(count) {
                return Err(Unreadable::OverLimit { limit, place: place() });
            }
        }
        if added > 0 {
            entry.cells.resize(column + 1, String::new());
            entry.numbers.resize(column + 1, false);
        }
        if let (Some(kept), Some(number)) = (entry.cells.get_mut(column), entry.numbers.get_mut(column)) {
            *kept = text;
            *number = is_number;
        }
    }
    Ok(rows.into_values().collect())
}

/// The text of a cell, and whether it is kept as a number.
fn text_of(value: &DataRef<'_>) -> (String, bool) {
    match value {
        DataRef::Int(number) => (number.to_string(), true),
        DataRef::Float(number) => (number_text(*number), true),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), false),
        DataRef::SharedString(text) => ((*text).to_owned(), false),
        DataRef::Bool(yes) => ((if *yes { "yes" } else { "no" }).to_owned(), false),
        DataRef::DateTime(moment) => (moment_text(*moment), !moment.is_datetime()),
        DataRef::Error(error) => (Data::Error(error.clone()).to_string(), false),
        DataRef::Empty => (String::new(), false),
    }
}

/// The number with the digits that a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
fn number_text(number: f64) -> String {
    let written = format!("{number:.precision$e}", precision = DIGITS_KEPT - 1);
    match Decimal::from_scientific(&written) {
        Ok(exact) => exact.round_dp(DECIMALS_KEPT).normalize().to_string(),
        // Beyond what an exact decimal holds; whoever wants a number refuses it.
        Err(_) => number.to_string(),
    }
}

/// A date as `2026-03-31`, with its time where it has one; a duration as its number of days.
fn moment_text(moment: ExcelDateTime) -> String {
    /// The day after the last that a workbook counts, 31 December 9999.
    const DAYS_END: f64 = 2_958_466.0;
    let days = moment.as_f64();
    if !moment.is_datetime() || !(0.0..DAYS_END).contains(&days) {
        return number_text(days);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_a_spreadsheet_keeps() {
        for (number, text) in [
            (1250.5, "1250.5"),
            (0.1 + 0.2, "0.3"),
            (-3.0, "-3"),
            (1e12, "1000000000000"),
            (1.234, "1.234"),
            (0.0, "0"),
        ] {
            assert_eq!(number_text(number), text);
        }
        assert_eq!(number_text(f64::NAN), "NaN");
        assert!(!number_text(1e300).is_empty());
    }
}
