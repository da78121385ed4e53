//! The cells of one row by their fields: read with the mapping's defaults, every fault with its place.
//!
//! What a cell may hold is said by the kind of table.

use std::collections::BTreeMap;

use domain::digest::Digest;

use crate::amount::DecimalStyle;
use crate::calendar::DateStyle;
use crate::findings::Fault;
use crate::layout::TableView;
use crate::mapping::{Field, FieldMapping};
use crate::table::Record;

/// Place and fault of everything that is wrong in one row.
pub(crate) type Faults = Vec<(String, Fault)>;

/// Which column gives which field, and how its numbers and dates are written.
pub(crate) struct CellReader<'r, F: Field> {
    pub mapping: &'r FieldMapping<F>,
    pub assigned: BTreeMap<F, usize>,
    pub headers: &'r [String],
    /// The decimal style that the mapping states or the whole file shows.
    pub decimal: Option<DecimalStyle>,
    /// The order of day and month that somebody stated.
    pub date_order: Option<DateStyle>,
    /// The order of dates that the file shows, for the words of a repair only.
    pub dates: Option<DateStyle>,
}

impl<'r, F: Field> CellReader<'r, F> {
    /// A reader of the rows of a table that was looked at.
    pub fn new(
        mapping: &'r FieldMapping<F>,
        assigned: BTreeMap<F, usize>,
        headers: &'r [String],
        view: &TableView,
    ) -> Self {
        Self { mapping, assigned, headers, decimal: view.decimal, date_order: view.dates, dates: view.dates_shown }
    }

    /// The cell, or the mapping's default where there is none.
    pub fn cell<'c>(&'c self, field: F, record: &'c Record<'_>) -> &'c str {
        let cell = self.assigned.get(&field).map_or("", |column| record.cell(*column));
        if cell.is_empty() { self.mapping.defaults.get(&field).map_or("", |text| text.trim()) } else { cell }
    }

    /// Where the cell stands, in words.
    pub fn place(&self, field: F, record: &Record<'_>) -> String {
        let header = self.assigned.get(&field).and_then(|column| self.headers.get(*column));
        match header {
            Some(header) => format!("line {}, column “{header}”", record.line),
            None => format!("line {}", record.line),
        }
    }

    /// The decimal style of a cell: a workbook's numbers have a point, whatever its texts have.
    pub fn decimal_of(&self, field: F, record: &Record<'_>) -> Option<DecimalStyle> {
        match self.assigned.get(&field) {
            Some(column) if record.is_number(*column) => Some(DecimalStyle::Point),
            Some(_) | None => self.decimal,
        }
    }

    /// The fault of a row that has more cells than there are headers.
    pub fn too_many_cells(&self, record: &Record<'_>) -> Option<Faults> {
        let extra = record.cells.iter().skip(self.headers.len()).find(|cell| !cell.trim().is_empty())?;
        let problem = format!("The row has {} cells and the header {}.", record.cells.len(), self.headers.len());
        let repair = "Put texts that hold the delimiter between quotation marks.";
        Some(vec![(format!("line {}", record.line), Fault::new(extra, problem, repair))])
    }
}

/// Reads the cells of one row and gathers what is wrong with them.
pub(crate) struct Cells<'r, F: Field> {
    pub reader: &'r CellReader<'r, F>,
    pub record: &'r Record<'r>,
    pub faults: Faults,
}

impl<'r, F: Field> Cells<'r, F> {
    /// The cells of a record, nothing of them read yet.
    pub fn of(reader: &'r CellReader<'r, F>, record: &'r Record<'r>) -> Self {
        Self { reader, record, faults: Vec::new() }
    }

    /// The value of a field; `None` where its cell is at fault.
    pub fn read<T>(&mut self, field: F, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        match read(self.reader.cell(field, self.record)) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(field, fault);
                None
            }
        }
    }

    /// Notes what is wrong with a field.
    pub fn fault(&mut self, field: F, fault: Fault) {
        self.faults.push((self.reader.place(field, self.record), fault));
    }
}

/// A digest of every cell, with lengths so that no two records share one.
pub(crate) fn fingerprint(record: &Record<'_>) -> Digest {
    let mut bytes = Vec::new();
    let filled = record.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
    for cell in record.cells.iter().take(filled) {
        let cell = cell.trim();
        bytes.extend_from_slice(format!("{}:", cell.len()).as_bytes());
        bytes.extend_from_slice(cell.as_bytes());
    }
    Digest::of(&bytes)
}
