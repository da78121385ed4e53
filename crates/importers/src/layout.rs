//! An opened table: text or sheet, where its headers stand, and how it shows its numbers and dates.
//!
//! What the columns mean is said by a mapping; here only the mapping's layout counts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::observation::Reject;
use serde::{Deserialize, Serialize};

use crate::amount::{self, DecimalStyle};
use crate::calendar::{self, DateStyle};
use crate::encoding::{Encoding, decode_as, decode_table, unpack};
use crate::inventory::other_kind;
use crate::mapping::{Delimiter, Field, FieldMapping, Headers, Layout};
use crate::name::shorten;
use crate::suggestions::suggest;
use crate::table::{ColumnUse, Columns, Record, Records, assign_columns, find_delimiter, normal_header};
use crate::unreadable::Unreadable;
use crate::workbook::{ReadWorkbook, SheetRow, is_workbook};

/// Among how many first records the headers are looked for.
const HEADER_PROBED: usize = 20;

/// Rows by which a table's styles are known: all that a table of rights can have. More of them tell nothing new.
const ROWS_LOOKED_AT: usize = 100_000;

/// Rows of a table that a preview shows.
const ROWS_SHOWN: usize = 5;

/// How a table was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableView {
    /// The sheets of a workbook; empty for a text.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// The line of the headers.
    pub header_row: u64,
    /// What parts the cells of a text.
    pub delimiter: Option<Delimiter>,
    /// How a text is encoded.
    pub encoding: Encoding,
    /// The character before decimals: as it was said, or as all numbers of the file show it.
    pub decimal: Option<DecimalStyle>,
    /// The order of day and month as it was said.
    pub dates: Option<DateStyle>,
    /// The order that the other dates of the file show.
    pub dates_shown: Option<DateStyle>,
    /// Dates that have two readings as long as nobody says which.
    pub ambiguous_dates: u64,
    /// Headers as the file writes them.
    pub headers: Vec<String>,
    /// The first rows, with their lines.
    pub first_rows: Vec<(u64, Vec<String>)>,
    /// The columns with their uses.
    pub columns: Vec<ColumnUse>,
}

/// A row that was left out, so that it can be repaired and brought in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Its line.
    pub line: u64,
    /// Its cells as they were.
    pub cells: Vec<String>,
    /// What is wrong in it.
    pub rejects: Vec<Reject>,
}

enum Content<'a> {
    Text(Cow<'a, str>, char),
    Sheet { sheets: Vec<String>, sheet: String, rows: Vec<SheetRow> },
}

/// A table whose records can be read.
pub(crate) struct Table<'a> {
    content: Content<'a>,
    pub encoding: Encoding,
    pub layout: Layout,
}

impl std::fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// The bytes unpacked, unless they are a workbook, which has a packing of its own.
pub(crate) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    let bytes = unpack(bytes)?;
    if !is_workbook(&bytes)
        && let Some(refusal) = other_kind(&bytes)
    {
        return Err(refusal);
    }
    Ok(bytes)
}

impl<'a> Table<'a> {
    /// Opens bytes that [`unpacked`] gave.
    pub fn open(bytes: &'a [u8], layout: Layout, read_workbook: ReadWorkbook<'_>) -> Result<Self, Unreadable> {
        if is_workbook(bytes) {
            let book = read_workbook(bytes, layout.sheet.as_deref())?;
            let content = Content::Sheet { sheets: book.sheets, sheet: book.sheet, rows: book.rows };
            return Ok(Self { content, encoding: Encoding::Workbook, layout });
        }
        let (text, encoding) = match layout.encoding {
            None => decode_table(bytes)?,
            Some(encoding) => decode_as(bytes, encoding)?,
        };
        Ok(Self::of_text(text, encoding, layout))
    }

    /// A text that is decoded already.
    pub fn of_text(text: Cow<'a, str>, encoding: Encoding, layout: Layout) -> Self {
        let delimiter = layout.delimiter.map_or_else(|| find_delimiter(&text), Delimiter::character);
        Self { content: Content::Text(text, delimiter), encoding, layout }
    }

    /// Rows that were read from another notation.
    pub fn of_rows(rows: Vec<SheetRow>, layout: Layout) -> Self {
        let content = Content::Sheet { sheets: Vec::new(), sheet: String::new(), rows };
        Self { content, encoding: Encoding::Utf8, layout }
    }

    /// All records, the headers and what stands above them included.
    pub fn records(&self) -> Records<'_> {
        match &self.content {
            Content::Text(text, delimiter) => Records::new(text, *delimiter),
            Content::Sheet { rows, .. } => Records::of_rows(rows),
        }
    }

    /// Whether it is JSON or XML that was taken for a table.
    pub fn is_markup(&self) -> bool {
        match &self.content {
            Content::Text(text, _) => text.trim_start().starts_with(['{', '[', '<']),
            Content::Sheet { .. } => false,
        }
    }

    /// The records after the headers, with the headers and the mapping that fits them best: the one that is given, or
    /// a built-in one. Without a stated row the headers are the first record that has a column for every telling field.
    pub fn headed<F: Field>(&self, given: Option<&FieldMapping<F>>) -> Result<(Records<'_>, Headed<F>), Unreadable> {
        let mut first = None;
        let mut records = self.records();
        let built_in = if given.is_none() { F::built_in() } else { Vec::new() };
        for _ in 0..HEADER_PROBED {
            let Some(record) = records.next_record()? else { break };
            if self.layout.header_row.is_some_and(|row| record.line < row) {
                continue;
            }
            let headed = Headed::of(&record, given, &built_in);
            if self.layout.header_row.is_some() || headed.tells() {
                return Ok((records, headed));
            }
            if first.is_none() {
                first = Some((records.clone(), headed));
            }
        }
        if let Some(row) = self.layout.header_row {
            // Beyond the probed records a row is found by going on.
            while let Some(record) = records.next_record()? {
                if record.line >= row {
                    let headed = Headed::of(&record, given, &built_in);
                    return Ok((records, headed));
                }
            }
        }
        first.ok_or(Unreadable::Empty)
    }

    /// How the table was read.
    pub fn view<F: Field>(
        &self,
        headed: &Headed<F>,
        mut records: Records<'_>,
        assigned: &BTreeMap<F, usize>,
        styled: (&[F], &[F]),
    ) -> Result<TableView, Unreadable> {
        let used_as =
            |column: usize| assigned.iter().find(|(_, taken)| **taken == column).map(|(field, _)| field.word());
        let mut columns = Columns::new(&headed.headers, used_as);
        let mut styles = Styles::default();
        let mut first_rows = Vec::new();
        for _ in 0..ROWS_LOOKED_AT {
            let Some(record) = records.next_record()? else { break };
            columns.sample(&record);
            styles.look(&record, assigned, styled);
            if first_rows.len() < ROWS_SHOWN {
                let cells = record.cells.iter().take(headed.headers.len()).map(|cell| shorten(cell)).collect();
                first_rows.push((record.line, cells));
            }
        }
        let mut columns = columns.into_inner();
        suggest::<F>(&mut columns, assigned);
        let (sheets, sheet, delimiter) = match &self.content {
            Content::Text(_, delimiter) => (Vec::new(), None, Delimiter::of(*delimiter)),
            Content::Sheet { sheets, sheet, .. } => {
                (sheets.clone(), Some(sheet.clone()).filter(|name| !name.is_empty()), None)
            }
        };
        Ok(TableView {
            sheets,
            sheet,
            header_row: headed.line,
            delimiter,
            encoding: self.encoding,
            decimal: self.layout.decimal.or(styles.decimal()),
            dates: self.layout.dates,
            dates_shown: styles.dates(),
            ambiguous_dates: if self.layout.dates.is_some() { 0 } else { styles.ambiguous_dates },
            headers: headed.headers.iter().map(|header| shorten(header)).collect(),
            first_rows,
            columns,
        })
    }
}

/// The headers of a table and the mapping that reads them.
#[derive(Debug, Clone)]
pub(crate) struct Headed<F: Field> {
    pub line: u64,
    pub headers: Vec<String>,
    /// `None` where no mapping is given and no built-in one suits.
    pub mapping: Option<FieldMapping<F>>,
}

impl<F: Field> Headed<F> {
    fn of(record: &Record<'_>, given: Option<&FieldMapping<F>>, built_in: &[FieldMapping<F>]) -> Self {
        let headers: Vec<String> = record.cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let mapping = given.cloned().or_else(|| FieldMapping::for_headers(&headers, built_in));
        Self { line: record.line, headers, mapping }
    }

    /// The headers that would give each field.
    pub fn wanted(&self) -> Vec<(F, &'static str, Vec<String>)> {
        self.mapping.as_ref().map(|mapping| wanted(mapping)).unwrap_or_default()
    }

    /// Whether it shows by itself that it heads a table of this kind.
    fn tells(&self) -> bool {
        let normal: Vec<String> = self.headers.iter().map(|header| normal_header(header)).collect();
        let Some(mapping) = &self.mapping else { return false };
        F::telling().iter().all(|field| {
            let headers = mapping.columns.get(field).map(Headers::candidates).unwrap_or_default();
            let has_default = mapping.defaults.contains_key(field) && headers.is_empty();
            has_default || headers.iter().any(|header| normal.contains(&normal_header(header)))
        })
    }

    /// The column that gives each field, where one does.
    pub fn assigned(&self) -> Result<BTreeMap<F, usize>, Unreadable> {
        assign_columns(&self.headers, &self.wanted())
    }

    /// [`Headed::assigned`], where every needed field has a column or a default, and every column that the mapping
    /// states by one header is there.
    pub fn assigned_or_missing(&self, needed: &[F]) -> Result<BTreeMap<F, usize>, Unreadable> {
        let assigned = self.assigned()?;
        for (field, name, wanted) in self.wanted() {
            let mapping = self.mapping.as_ref();
            let stated = mapping.and_then(|mapping| mapping.columns.get(&field));
            let has_default = mapping.is_some_and(|mapping| mapping.defaults.contains_key(&field));
            let is_needed = needed.contains(&field) || matches!(stated, Some(Headers::One(_)));
            if is_needed && !has_default && !assigned.contains_key(&field) {
                return Err(Unreadable::MissingColumn { field: name, wanted, headers: self.headers.clone() });
            }
        }
        Ok(assigned)
    }

    /// The columns with their fields, as far as each is clear.
    pub fn assigned_where_clear(&self) -> BTreeMap<F, usize> {
        let mut assigned = BTreeMap::new();
        for wanted in self.wanted() {
            let Ok(found) = assign_columns(&self.headers, std::slice::from_ref(&wanted)) else { continue };
            for (field, column) in found {
                if !assigned.values().any(|taken| *taken == column) {
                    assigned.insert(field, column);
                }
            }
        }
        assigned
    }
}

/// The headers that give each field of a mapping.
pub(crate) fn wanted<F: Field>(mapping: &FieldMapping<F>) -> Vec<(F, &'static str, Vec<String>)> {
    mapping.columns.iter().map(|(field, headers)| (*field, field.word(), headers.candidates())).collect()
}

/// The styles that numbers and dates of a file show by themselves.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    decimals: Vec<DecimalStyle>,
    dates: Vec<DateStyle>,
    ambiguous_dates: u64,
}

impl Styles {
    /// Looks at a record's numbers and dates.
    pub fn look<F: Field>(
        &mut self,
        record: &Record<'_>,
        assigned: &BTreeMap<F, usize>,
        (numbers, dates): (&[F], &[F]),
    ) {
        for column in numbers.iter().filter_map(|field| assigned.get(field)) {
            if record.is_number(*column) {
                continue;
            }
            let shown = amount::style_shown(record.cell(*column));
            self.decimals.extend(shown.filter(|style| !self.decimals.contains(style)));
        }
        for column in dates.iter().filter_map(|field| assigned.get(field)) {
            let shown = calendar::style_shown(record.cell(*column));
            self.dates.extend(shown.filter(|style| !self.dates.contains(style)));
            self.ambiguous_dates += u64::from(calendar::is_ambiguous(record.cell(*column)));
        }
    }

    /// The one style of all numbers; where two contradict each other, none is taken.
    pub fn decimal(&self) -> Option<DecimalStyle> {
        only(&self.decimals)
    }

    /// The one order of all dates.
    pub fn dates(&self) -> Option<DateStyle> {
        only(&self.dates)
    }
}

/// The only element of a list of one.
fn only<T: Copy>(list: &[T]) -> Option<T> {
    if let [only] = list { Some(*only) } else { None }
}
