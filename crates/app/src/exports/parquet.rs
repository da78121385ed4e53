//! Tables as Apache Parquet: texts as strings, counts as 64-bit integers, days as dates and amounts as exact decimals.
//!
//! The crate's own column writers are used, without Arrow, which would more than double what there is to build.

use std::io::{Error, Result, Write};
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use rust_decimal::Decimal;

use super::{Cell, Column, Kind, Rows};

/// Rows that are held in memory until they are written together.
const ROWS_IN_GROUP: usize = 65_536;
/// Digits of an amount, and how many of them are decimals: a price has at most ten.
const PRECISION: i32 = 38;
const SCALE: i32 = 10;
/// Bytes of such a decimal: those of a 128-bit integer.
const DECIMAL_BYTES: i32 = 16;
/// The day from which a date counts, 1 January 1970.
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

fn failed(error: ParquetError) -> Error {
    Error::other(error.to_string())
}

fn field(&(name, kind): &Column) -> std::result::Result<TypePtr, ParquetError> {
    let (physical, logical) = match kind {
        Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Count => (PhysicalType::INT64, None),
        Kind::Amount => (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(SCALE, PRECISION))),
        Kind::Day => (PhysicalType::INT32, Some(LogicalType::Date)),
        Kind::Truth => (PhysicalType::BOOLEAN, None),
    };
    let mut built =
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
    if kind == Kind::Amount {
        built = built.with_length(DECIMAL_BYTES).with_precision(PRECISION).with_scale(SCALE);
    }
    built.build().map(Arc::new)
}

struct Group<'a, W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: &'a [Column],
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> Rows for Group<'_, W> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.rows.push(cells);
        if self.rows.len() == ROWS_IN_GROUP { self.flush() } else { Ok(()) }
    }
}

impl<W: Write + Send> Group<'_, W> {
    fn flush(&mut self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.write(&rows).map_err(failed)
    }

    fn write(&mut self, rows: &[Vec<Cell>]) -> std::result::Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            let cells: Vec<&Cell> = rows.iter().map(|row| row.get(place).unwrap_or(&Cell::Empty)).collect();
            let present: Vec<i16> = cells.iter().map(|cell| i16::from(**cell != Cell::Empty)).collect();
            let Some(mut column) = group.next_column()? else { break };
            match kind {
                Kind::Text => {
                    let texts = |cell: &&Cell| {
                        if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_str())) } else { None }
                    };
                    let values: Vec<ByteArray> = cells.iter().filter_map(texts).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&present), None)?;
                }
                Kind::Count => {
                    let counts = |cell: &&Cell| {
                        if let Cell::Count(count) = cell {
                            Some(i64::try_from(*count).unwrap_or(i64::MAX))
                        } else {
                            None
                        }
                    };
                    let values: Vec<i64> = cells.iter().filter_map(counts).collect();
                    column.typed::<Int64Type>().write_batch(&values, Some(&present), None)?;
                }
                Kind::Amount => {
                    let amounts =
                        |cell: &&Cell| if let Cell::Amount(amount) = cell { Some(decimal(*amount)) } else { None };
                    let values: Vec<FixedLenByteArray> = cells.iter().filter_map(amounts).collect();
                    column.typed::<FixedLenByteArrayType>().write_batch(&values, Some(&present), None)?;
                }
                Kind::Day => {
                    let days =
                        |cell: &&Cell| if let Cell::Day(day) = cell { Some(days_since_epoch(*day)) } else { None };
                    let values: Vec<i32> = cells.iter().filter_map(days).collect();
                    column.typed::<Int32Type>().write_batch(&values, Some(&present), None)?;
                }
                Kind::Truth => {
                    let truths = |cell: &&Cell| if let Cell::Truth(truth) = cell { Some(*truth) } else { None };
                    let values: Vec<bool> = cells.iter().filter_map(truths).collect();
                    column.typed::<BoolType>().write_batch(&values, Some(&present), None)?;
                }
            }
            column.close()?;
        }
        group.close().map(drop)
    }
}

fn days_since_epoch(day: jiff::civil::Date) -> i32 {
    day.since(EPOCH).map_or(0, |span| span.get_days())
}

/// The amount with ten decimals as a big-endian integer in two's complement.
fn decimal(amount: Decimal) -> FixedLenByteArray {
    let mut scaled = amount.round_dp(SCALE.unsigned_abs());
    scaled.rescale(SCALE.unsigned_abs());
    FixedLenByteArray::from(ByteArray::from(scaled.mantissa().to_be_bytes().to_vec()))
}

pub(super) fn write(
    columns: &[Column],
    fill: impl FnOnce(&mut dyn Rows) -> Result<()>,
    out: impl Write + Send,
) -> Result<()> {
    let fields = columns.iter().map(field).collect::<std::result::Result<Vec<_>, _>>().map_err(failed)?;
    let schema = Type::group_type_builder("export").with_fields(fields).build().map_err(failed)?;
    let properties = Arc::new(WriterProperties::builder().set_created_by("Indult".to_owned()).build());
    let writer = SerializedFileWriter::new(out, Arc::new(schema), properties).map_err(failed)?;
    let mut group = Group { writer, columns, rows: Vec::new() };
    fill(&mut group)?;
    group.flush()?;
    group.writer.close().map(drop).map_err(failed)
}
