//! Tables as CSV, JSON and Excel workbooks.
//!
//! No cell runs in the program that opens it: in CSV one that begins like a formula gets an apostrophe in front, and in
//! a workbook every text is kept as a text.

use std::io::{Error, Result, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::{Map, Value};

use super::{Cell, Column, Rows};

/// What a cell says in a text.
fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Truth(truth) => (if *truth { "yes" } else { "no" }).to_owned(),
    }
}

struct Csv<W> {
    out: W,
}

impl<W: Write> Csv<W> {
    fn line(&mut self, cells: impl Iterator<Item = (String, bool)>) -> Result<()> {
        let line: Vec<String> = cells.map(|(text, is_text)| csv_cell(&text, is_text)).collect();
        self.out.write_all(line.join(",").as_bytes())?;
        self.out.write_all(b"\r\n")
    }
}

/// A cell; only texts come from outside and can begin like a formula (ASVS 1.2.10).
fn csv_cell(text: &str, is_text: bool) -> String {
    const BEGINS: [char; 12] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let runs = is_text && text.starts_with(BEGINS);
    if !runs && !text.contains(['"', ',', '\r', '\n', '\0']) {
        return text.to_owned();
    }
    let guard = if runs { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('\0', "").replace('"', "\"\""))
}

impl<W: Write> Rows for Csv<W> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.line(cells.iter().map(|cell| (words(cell), matches!(cell, Cell::Text(_)))))
    }
}

pub(super) fn csv(columns: &[Column], fill: impl FnOnce(&mut dyn Rows) -> Result<()>, out: impl Write) -> Result<()> {
    let mut csv = Csv { out };
    csv.line(columns.iter().map(|(name, _)| ((*name).to_owned(), false)))?;
    fill(&mut csv)?;
    csv.out.flush()
}

struct Json<'a, W> {
    out: W,
    columns: &'a [Column],
    is_first: bool,
}

impl<W: Write> Rows for Json<'_, W> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        let value = |cell: Cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Text(text) => Value::String(text),
            Cell::Count(count) => Value::from(count),
            // Money is a decimal string, as everywhere.
            Cell::Amount(amount) => Value::String(amount.to_string()),
            Cell::Day(day) => Value::String(day.to_string()),
            Cell::Truth(truth) => Value::Bool(truth),
        };
        let object: Map<String, Value> =
            self.columns.iter().zip(cells).map(|((name, _), cell)| ((*name).to_owned(), value(cell))).collect();
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.out, &object).map_err(Error::other)
    }
}

pub(super) fn json(
    columns: &[Column],
    fill: impl FnOnce(&mut dyn Rows) -> Result<()>,
    mut out: impl Write,
) -> Result<()> {
    out.write_all(b"[")?;
    let mut json = Json { out, columns, is_first: true };
    fill(&mut json)?;
    json.out.write_all(b"\n]\n")?;
    json.out.flush()
}

struct Xlsx<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    day: Format,
}

fn failed(error: XlsxError) -> Error {
    Error::other(error.to_string())
}

/// Characters of a cell that a spreadsheet holds.
const XLSX_TEXT_CHARS_MAX: usize = 32_767;

impl Rows for Xlsx<'_> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                // Written as a text, never as a formula, whatever it begins with.
                Cell::Text(text) => {
                    let text: String = text.chars().take(XLSX_TEXT_CHARS_MAX).collect();
                    self.sheet.write_string(self.row, column, text)
                }
                Cell::Count(count) => self.number(column, &count.to_string()),
                Cell::Amount(amount) => self.number(column, &amount.to_string()),
                Cell::Day(day) => {
                    let (year, month, date) = (day.year(), day.month().unsigned_abs(), day.day().unsigned_abs());
                    match ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(0), month, date) {
                        Ok(moment) => self.sheet.write_datetime_with_format(self.row, column, &moment, &self.day),
                        // A workbook knows no day before 1900.
                        Err(_) => self.sheet.write_string(self.row, column, day.to_string()),
                    }
                }
                Cell::Truth(truth) => self.sheet.write_boolean(self.row, column, truth),
            }
            .map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }
}

impl Xlsx<'_> {
    /// A number as a workbook keeps it: with fifteen digits; one with more stands as a text.
    fn number(&mut self, column: u16, text: &str) -> std::result::Result<&mut Worksheet, XlsxError> {
        const DIGITS_KEPT: usize = 15;
        match text.parse::<f64>() {
            Ok(number) if text.bytes().filter(u8::is_ascii_digit).count() <= DIGITS_KEPT => {
                self.sheet.write_number(self.row, column, number)
            }
            Ok(_) | Err(_) => self.sheet.write_string(self.row, column, text),
        }
    }
}

pub(super) fn xlsx(
    name: &str,
    columns: &[Column],
    fill: impl FnOnce(&mut dyn Rows) -> Result<()>,
    mut out: impl Write,
) -> Result<()> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name).map_err(failed)?;
    let bold = Format::new().set_bold();
    for (column, (header, _)) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, *header, &bold).map_err(failed)?;
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    let mut rows = Xlsx { sheet, row: 1, day: Format::new().set_num_format("yyyy-mm-dd") };
    fill(&mut rows)?;
    let bytes = workbook.save_to_buffer().map_err(failed)?;
    out.write_all(&bytes)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::Kind;
    use super::*;

    const COLUMNS: &[Column] = &[("title", Kind::Text), ("used", Kind::Count)];

    fn fill(rows: &mut dyn Rows) -> Result<()> {
        rows.row(vec![Cell::Text("=cmd|' /C calc'!A0".to_owned()), Cell::Count(3)])?;
        rows.row(vec![Cell::Text("a, \"b\"".to_owned()), Cell::Empty])
    }

    #[test]
    fn no_cell_of_a_table_runs() {
        let mut csv_bytes = Vec::new();
        csv(COLUMNS, fill, &mut csv_bytes).unwrap();
        let text = String::from_utf8(csv_bytes).unwrap();
        assert_eq!(text, "title,used\r\n\"'=cmd|' /C calc'!A0\",3\r\n\"a, \"\"b\"\"\",\r\n");
        let mut bytes = Vec::new();
        xlsx("t", COLUMNS, fill, &mut bytes).unwrap();
        let book = importers::read_workbook(&bytes, None).unwrap();
        let cells: Vec<&str> = book.rows.iter().flat_map(|row| row.cells.iter().map(String::as_str)).collect();
        assert_eq!(cells, ["title", "used", "=cmd|' /C calc'!A0", "3", "a, \"b\""]);
    }

    #[test]
    fn json_is_a_list_of_objects() {
        let mut bytes = Vec::new();
        json(COLUMNS, fill, &mut bytes).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value[0]["used"], 3);
        assert_eq!(value[1]["used"], Value::Null);
        let mut none = Vec::new();
        json(COLUMNS, |_| Ok(()), &mut none).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&none).unwrap(), Value::Array(Vec::new()));
    }
}
