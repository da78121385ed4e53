//! Tables in text: delimiter, records, cells and headers, within limits.
//!
//! A reader of our own, because an unclosed quotation mark must be found and named:
//! a lenient reader takes the rest of the file for one cell and loses its rows without a word.
//! The tests compare it with the `csv` crate. What columns mean is the business of the formats.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::{CELL_BYTES, CELLS, COLUMNS};
use crate::name::shorten;
use crate::unreadable::Unreadable;
use crate::workbook::SheetRow;

/// How many sample values a column shows.
const SAMPLES: usize = 5;

/// How many records decide on the delimiter.
const PROBED_RECORDS: usize = 20;

/// A column of the file and what it is used as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnUse {
    /// Header as the file writes it.
    pub header: String,
    /// The first few different values.
    pub samples: Vec<String>,
    /// Name of our field, or `None` where the column is ignored.
    pub used_as: Option<String>,
    /// Name of a field that an ignored column could give, going by its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// One record with the line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub line: u64,
    pub cells: Vec<Cow<'a, str>>,
    /// Which cells a workbook keeps as numbers; nothing of a text.
    numbers: &'a [bool],
}

impl Record<'_> {
    /// The cell without white space at its ends; empty where the record is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// Whether a workbook keeps the cell as a number, whose decimals follow a point however they are shown.
    pub fn is_number(&self, column: usize) -> bool {
        self.numbers.get(column).copied().unwrap_or(false)
    }

    /// Whether every cell is empty.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Reads records one after the other; blank ones are passed over.
#[derive(Debug, Clone)]
pub(crate) struct Records<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
    cells: usize,
    /// Rows of a workbook, in place of a text.
    rows: &'a [SheetRow],
}

impl<'a> Records<'a> {
    /// Records of a workbook's sheet.
    pub fn of_rows(rows: &'a [SheetRow]) -> Self {
        Self { rest: "", line: 1, delimiter: ',', cells: 0, rows }
    }

    /// Records of `text`. A first line `sep=;`, as spreadsheets write it, is passed over.
    pub fn new(text: &'a str, delimiter: char) -> Self {
        let (rest, line) = match stated_delimiter(text) {
            Some((_, rest)) => (rest, 2),
            None => (text, 1),
        };
        Self { rest, line, delimiter, cells: 0, rows: &[] }
    }

    /// The next record that is not blank.
    pub fn next_record(&mut self) -> Result<Option<Record<'a>>, Unreadable> {
        // Limits of a workbook were checked when it was opened, and it has no blank rows left.
        if let Some((first, rest)) = self.rows.split_first() {
            self.rows = rest;
            let cells = first.cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
            return Ok(Some(Record { line: first.number, cells, numbers: &first.numbers }));
        }
        while !self.rest.is_empty() {
            let record = self.read_record()?;
            if !record.is_blank() {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn read_record(&mut self) -> Result<Record<'a>, Unreadable> {
        let mut record = Record { line: self.line, cells: Vec::new(), numbers: &[] };
        loop {
            let (cell, ended) = self.read_cell()?;
            record.cells.push(cell);
            self.cells += 1;
            for (limit, count) in [(COLUMNS, record.cells.len()), (CELLS, self.cells)] {
                if limit.is_exceeded_by(count) {
                    return Err(Unreadable::OverLimit { limit, place: format!("line {}", record.line) });
                }
            }
            if ended {
                return Ok(record);
            }
        }
    }

    /// The next cell, and whether its record ends with it.
    fn read_cell(&mut self) -> Result<(Cow<'a, str>, bool), Unreadable> {
        let line = self.line;
        let mut cell = match self.rest.strip_prefix('"') {
            Some(rest) => self.read_quoted(rest)?,
            None => Cow::Borrowed(""),
        };
        let delimiter = self.delimiter;
        let end = self.rest.find(['\n', '\r', delimiter]);
        let (plain, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if cell.is_empty() {
            cell = Cow::Borrowed(plain);
        } else {
            cell.to_mut().push_str(plain);
        }
        if CELL_BYTES.is_exceeded_by(cell.len()) {
            return Err(Unreadable::OverLimit { limit: CELL_BYTES, place: format!("line {line}") });
        }
        if let Some(rest) = rest.strip_prefix(delimiter) {
            self.rest = rest;
            return Ok((cell, false));
        }
        self.rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
        self.line += 1;
        Ok((cell, true))
    }

    /// The text between quotation marks, of which `rest` begins after the first.
    fn read_quoted(&mut self, mut rest: &'a str) -> Result<Cow<'a, str>, Unreadable> {
        let opened = self.line;
        let mut quoted = Cow::Borrowed("");
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                return Err(if CELL_BYTES.is_exceeded_by(quoted.len() + rest.len()) {
                    Unreadable::OverLimit { limit: CELL_BYTES, place: format!("line {opened}") }
                } else {
                    Unreadable::OpenQuote { line: opened }
                });
            };
            self.line += line_ends(part);
            if quoted.is_empty() {
                quoted = Cow::Borrowed(part);
            } else {
                quoted.to_mut().push_str(part);
            }
            if CELL_BYTES.is_exceeded_by(quoted.len()) {
                return Err(Unreadable::OverLimit { limit: CELL_BYTES, place: format!("line {opened}") });
            }
            let Some(after_pair) = after.strip_prefix('"') else {
                self.rest = after;
                return Ok(quoted);
            };
            quoted.to_mut().push('"');
            rest = after_pair;
        }
    }
}

/// How many lines end in `text`.
fn line_ends(text: &str) -> u64 {
    let mut ends = 0;
    let mut previous = ' ';
    for character in text.chars() {
        if character == '\r' || (character == '\n' && previous != '\r') {
            ends += 1;
        }
        previous = character;
    }
    ends
}

/// The delimiter of a first line `sep=;`, and the text after it.
fn stated_delimiter(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix("sep=")?;
    let delimiter = rest.chars().next().filter(|character| matches!(character, ',' | ';' | '\t' | '|'))?;
    let rest = rest.strip_prefix(delimiter)?;
    Some((delimiter, rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?))
}

/// The delimiter: stated by the file, or the one under which most records have as many cells as the header.
pub(crate) fn find_delimiter(text: &str) -> char {
    if let Some((delimiter, _)) = stated_delimiter(text) {
        return delimiter;
    }
    let mut best = (',', 0, 0);
    for delimiter in [',', ';', '\t', '|'] {
        let mut records = Records::new(text, delimiter);
        let Ok(Some(header)) = records.next_record() else { continue };
        let width = header.cells.len();
        if width < 2 {
            continue;
        }
        let mut agreeing = 1;
        for _ in 1..PROBED_RECORDS {
            match records.next_record() {
                Ok(Some(record)) => agreeing += usize::from(record.cells.len() == width),
                Ok(None) | Err(_) => break,
            }
        }
        if (agreeing, width) > (best.1, best.2) {
            best = (delimiter, agreeing, width);
        }
    }
    best.0
}

/// A header in the form in which headers are compared: lower case, words parted by one blank.
pub(crate) fn normal_header(header: &str) -> String {
    let lower = header.to_lowercase();
    let words: Vec<&str> =
        lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The column that gives each wanted field, where one does.
///
/// Fields are served in their order and headers in the order of each field; a column serves one field.
pub(crate) fn assign_columns<F: Copy + Ord>(
    headers: &[String],
    wanted: &[(F, &'static str, Vec<String>)],
) -> Result<BTreeMap<F, usize>, Unreadable> {
    let normal: Vec<String> = headers.iter().map(|header| normal_header(header)).collect();
    let mut assigned: BTreeMap<F, usize> = BTreeMap::new();
    for (field, name, candidates) in wanted {
        for candidate in candidates {
            let candidate = normal_header(candidate);
            let mut columns = normal.iter().enumerate().filter(|(_, header)| **header == candidate);
            let by_place =
                || column_number(&candidate).filter(|column| *column < normal.len()).map(|column| (column, ""));
            let Some((column, _)) = columns.next().map(|(column, header)| (column, header.as_str())).or_else(by_place)
            else {
                continue;
            };
            if let Some((second, _)) = columns.next() {
                let header = headers.get(second).map(|header| shorten(header)).unwrap_or_default();
                return Err(Unreadable::TwoColumns { field: name, header });
            }
            if !assigned.values().any(|taken| *taken == column) {
                assigned.insert(*field, column);
                break;
            }
        }
    }
    Ok(assigned)
}

/// The column that `column 3` means: how columns are named whose header is empty or stands twice.
fn column_number(candidate: &str) -> Option<usize> {
    candidate.strip_prefix("column ")?.parse::<usize>().ok()?.checked_sub(1)
}

/// Describes the columns of a table: headers, uses, and sample values added record by record.
#[derive(Debug)]
pub(crate) struct Columns(Vec<ColumnUse>);

impl Columns {
    /// Columns with these headers, `used_as` telling the name of the field of a column.
    pub fn new(headers: &[String], used_as: impl Fn(usize) -> Option<&'static str>) -> Self {
        let column = |(index, header): (usize, &String)| ColumnUse {
            header: shorten(header),
            samples: Vec::new(),
            used_as: used_as(index).map(str::to_owned),
            suggestion: None,
        };
        Self(headers.iter().enumerate().map(column).collect())
    }

    /// Takes sample values from a record.
    pub fn sample(&mut self, record: &Record<'_>) {
        for (index, column) in self.0.iter_mut().enumerate() {
            let value = record.cell(index);
            if column.samples.len() < SAMPLES && !value.is_empty() {
                let value = shorten(value);
                if !column.samples.contains(&value) {
                    column.samples.push(value);
                }
            }
        }
    }

    /// The description.
    pub fn into_inner(self) -> Vec<ColumnUse> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, delimiter: char) -> Result<Vec<(u64, Vec<String>)>, Unreadable> {
        let mut records = Records::new(text, delimiter);
        let mut all = Vec::new();
        while let Some(record) = records.next_record()? {
            all.push((record.line, record.cells.iter().map(ToString::to_string).collect()));
        }
        Ok(all)
    }

    #[test]
    fn quoted_cells_keep_delimiters_and_line_ends() {
        let rows = read("a,\"b\r\nb, \"\"b\"\"\",c\r\n\r\n,,\r\nd,e,f", ',').unwrap();
        assert_eq!(rows[0], (1, vec!["a".into(), "b\r\nb, \"b\"".into(), "c".into()]));
        assert_eq!(rows[1], (5, vec!["d".into(), "e".into(), "f".into()]));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn an_open_quotation_mark_is_named_with_its_line() {
        assert_eq!(read("a,b\nc,\"d\ne,f\n", ',').unwrap_err(), Unreadable::OpenQuote { line: 2 });
    }

    #[test]
    fn limits_are_checked_while_reading() {
        let limit = |text: &str| {
            let refusal = read(text, ',').unwrap_err();
            [COLUMNS, CELLS, CELL_BYTES].into_iter().find(|limit| refusal.to_string().contains(limit.shown)).unwrap()
        };
        assert_eq!(limit(&",".repeat(1_000)), COLUMNS);
        assert_eq!(limit(&"x".repeat(65_537)), CELL_BYTES);
        assert_eq!(limit(&format!("\"{}\"", "x".repeat(65_537))), CELL_BYTES);
        assert_eq!(limit(&format!("\"{}", "x".repeat(65_537))), CELL_BYTES);
        let row = format!("a{}\n", ",".repeat(999));
        assert_eq!(limit(&row.repeat(5_001)), CELLS);
        assert!(read(&row.repeat(5_000), ',').is_ok());
    }

    #[test]
    fn the_delimiter_is_the_one_that_fits_the_header() {
        assert_eq!(find_delimiter("a,b\n1,2\n"), ',');
        assert_eq!(find_delimiter("name;price\nx;1,5\ny;2,5\n"), ';');
        assert_eq!(find_delimiter("name\tprice, net\nx\t1\n"), '\t');
        assert_eq!(find_delimiter("\"a;b\",c\n1,2\n"), ',');
        assert_eq!(find_delimiter("sep=;\na;b\n"), ';');
        assert_eq!(find_delimiter("alone\n"), ',');
        assert_eq!(read("sep=;\na;b", ';').unwrap()[0].0, 2);
    }

    #[test]
    fn headers_are_compared_by_their_words() {
        assert_eq!(normal_header(" Unit-Price (EUR) "), "unit price eur");
        assert_eq!(normal_header("Größe_in.MB*"), "größe in mb");
        let wanted = vec![(1, "product", vec!["product".to_owned(), "name".to_owned()])];
        let headers = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(assign_columns(&headers(&["Name", "Product"]), &wanted).unwrap(), BTreeMap::from([(1, 1)]));
        let twice = assign_columns(&headers(&["product", "Product"]), &wanted).unwrap_err();
        assert_eq!(twice, Unreadable::TwoColumns { field: "product", header: "Product".to_owned() });
    }

    proptest! {
        /// The `csv` crate is the reference wherever quotation marks are closed.
        #[test]
        fn records_equal_those_of_the_csv_crate(rows in prop::collection::vec(prop::collection::vec("[ab,;\"\r\n é]{0,6}", 1..5), 0..6)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows { writer.write_record(row).unwrap(); }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let reference: Vec<Vec<String>> = csv::ReaderBuilder::new().has_headers(false).flexible(true)
                .from_reader(text.as_bytes()).records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .filter(|record: &Vec<String>| record.iter().any(|cell| !cell.trim().is_empty()))
                .collect();
            let ours: Vec<Vec<String>> = read(&text, ',').unwrap().into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(ours, reference);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a,;\"\r\n\t ]{0,64}") {
            let _ = read(&text, find_delimiter(&text));
        }
    }
}
