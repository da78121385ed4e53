//! Exports: positions, rights and installations as tables for other programs, from one snapshot.
//!
//! Which rows there are is said here; how a notation writes them is in the modules below. Rows are written one by one,
//! so that an export of millions takes the memory of a few thousand.

mod licences;
mod notation;
mod parquet;

use std::io::Write;

use domain::observation::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::snapshot::Snapshot;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The position of every product.
    Positions,
    /// Every right.
    Entitlements,
    /// Every title on every device.
    Installations,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 3] = [Self::Positions, Self::Entitlements, Self::Installations];

    /// The name in addresses and file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positions => "positions",
            Self::Entitlements => "entitlements",
            Self::Installations => "installations",
        }
    }

    /// The subject of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.name() == name)
    }

    /// The formats in which it can be had.
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::Positions | Self::Installations => &[Format::Csv, Format::Xlsx, Format::Json, Format::Parquet],
            Self::Entitlements => &Format::ALL,
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// A list of JSON objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// ISO/IEC 19770-3 entitlements, for rights.
    Ent,
    /// CycloneDX 1.6 with `licensing`, for rights.
    CycloneDx,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Csv, Self::Xlsx, Self::Json, Self::Parquet, Self::Ent, Self::CycloneDx];

    /// The name in addresses and arguments.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Ent => "ent",
            Self::CycloneDx => "cyclonedx",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "Excel",
            Self::Json => "JSON",
            Self::Parquet => "Parquet",
            Self::Ent => "ISO 19770-3",
            Self::CycloneDx => "CycloneDX",
        }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Ent => "ent.xml",
            Self::CycloneDx => "cdx.json",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Ent => "application/xml",
            Self::CycloneDx => "application/vnd.cyclonedx+json; version=1.6",
        }
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Rows of an Excel workbook: what a spreadsheet holds at most, without its headers.
pub const XLSX_ROWS_MAX: u64 = 1_048_575;
/// Rows that are written as a workbook, which is put together in memory.
const XLSX_ROWS_WRITTEN_MAX: u64 = 200_000;

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// More rows than a workbook is made of.
    #[error(
        "There are {rows} rows, and a workbook is made of at most {XLSX_ROWS_WRITTEN_MAX}. Take CSV or Parquet for so many."
    )]
    TooManyRows {
        /// How many there are.
        rows: u64,
    },
    /// Whoever takes the bytes went away, or the notation refused a value.
    #[error(transparent)]
    Failed(#[from] std::io::Error),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Count,
    Amount,
    Day,
    Truth,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Count(u64),
    Amount(Decimal),
    Day(Date),
    Truth(bool),
}

impl Cell {
    fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Empty, Self::Count)
    }

    fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

/// A column: its name and what it holds.
pub(crate) type Column = (&'static str, Kind);

const POSITIONS: &[Column] = &[
    ("product", Kind::Text),
    ("name", Kind::Text),
    ("publisher", Kind::Text),
    ("metric", Kind::Text),
    ("entitled", Kind::Count),
    ("unlimited", Kind::Truth),
    ("used", Kind::Count),
    ("exempt", Kind::Count),
    ("covered_by_entitlements", Kind::Count),
    ("covered_by_exception", Kind::Count),
    ("short", Kind::Count),
    ("surplus", Kind::Count),
    ("exposure", Kind::Amount),
    ("saving", Kind::Amount),
    ("currency", Kind::Text),
];

const ENTITLEMENTS: &[Column] = &[
    ("entitlement", Kind::Text),
    ("product_number", Kind::Text),
    ("product", Kind::Text),
    ("publisher", Kind::Text),
    ("metric", Kind::Text),
    ("quantity", Kind::Count),
    ("unlimited", Kind::Truth),
    ("unit_price", Kind::Amount),
    ("currency", Kind::Text),
    ("starts_on", Kind::Day),
    ("ends_on", Kind::Day),
    ("exempt_environments", Kind::Text),
    ("secondary_use", Kind::Truth),
    ("agreement", Kind::Text),
    ("agreement_ends_on", Kind::Day),
    ("notice_days", Kind::Count),
    ("compliant_by_contract", Kind::Truth),
    ("purchase_reference", Kind::Text),
    ("environments", Kind::Text),
    ("regions", Kind::Text),
    ("business_units", Kind::Text),
    ("cost_centres", Kind::Text),
    ("newest_version", Kind::Text),
    ("downgrade", Kind::Truth),
    ("maintained_until", Kind::Day),
    ("instead_for", Kind::Text),
    ("retired_on", Kind::Day),
    ("counts_today", Kind::Truth),
    ("import", Kind::Text),
];

const INSTALLATIONS: &[Column] = &[
    ("device_key", Kind::Text),
    ("device", Kind::Text),
    ("serial", Kind::Text),
    ("uuid", Kind::Text),
    ("environment", Kind::Text),
    ("primary_user", Kind::Text),
    ("operating_system", Kind::Text),
    ("region", Kind::Text),
    ("business_unit", Kind::Text),
    ("cost_centre", Kind::Text),
    ("publisher", Kind::Text),
    ("title", Kind::Text),
    ("version", Kind::Text),
    ("recognised_as", Kind::Text),
    ("product", Kind::Text),
    ("last_used_on", Kind::Day),
    ("last_seen_on", Kind::Day),
    ("sources", Kind::Text),
];

/// Takes rows, one after the other.
pub(crate) trait Rows {
    /// Takes the next row, which has a cell for every column.
    fn row(&mut self, cells: Vec<Cell>) -> std::io::Result<()>;
}

impl Snapshot {
    /// Whether an export can be written at all, before anything of it is.
    pub fn check_export(&self, subject: Subject, format: Format) -> Result<(), Unwritten> {
        let rows = match subject {
            Subject::Positions => u64::try_from(self.state.products.len()).unwrap_or(u64::MAX),
            Subject::Entitlements => u64::try_from(self.state.entitlements.len()).unwrap_or(u64::MAX),
            Subject::Installations => self.base.estate().installation_count(),
        };
        if format == Format::Xlsx && rows > XLSX_ROWS_WRITTEN_MAX {
            return Err(Unwritten::TooManyRows { rows });
        }
        Ok(())
    }

    /// Writes an export as of `at`. Nothing is written of one that [`Snapshot::check_export`] refuses.
    pub fn export(
        &self,
        subject: Subject,
        format: Format,
        at: Timestamp,
        out: impl Write + Send,
    ) -> Result<(), Unwritten> {
        self.check_export(subject, format)?;
        let columns = match subject {
            Subject::Positions => POSITIONS,
            Subject::Entitlements => ENTITLEMENTS,
            Subject::Installations => INSTALLATIONS,
        };
        let fill = |rows: &mut dyn Rows| match subject {
            Subject::Positions => self.positions_into(at, rows),
            Subject::Entitlements => self.entitlements_into(at, rows),
            Subject::Installations => self.installations_into(rows),
        };
        match format {
            Format::Csv => notation::csv(columns, fill, out)?,
            Format::Json => notation::json(columns, fill, out)?,
            Format::Xlsx => notation::xlsx(subject.name(), columns, fill, out)?,
            Format::Parquet => parquet::write(columns, fill, out)?,
            Format::Ent => licences::ent(self, at, out)?,
            Format::CycloneDx => licences::cyclonedx(self, at, out)?,
        }
        Ok(())
    }

    fn positions_into(&self, at: Timestamp, rows: &mut dyn Rows) -> std::io::Result<()> {
        for line in self.lines(at) {
            let product = self.state.products.get(&line.product);
            let currency = line.exposure.money.or(line.saving.money).map(|money| money.currency.to_string());
            rows.row(vec![
                Cell::Text(line.product.to_string()),
                Cell::text(product.map(|product| product.name.clone())),
                Cell::text(product.and_then(|product| self.state.publisher_name(product))),
                Cell::Text(line.metric.name().into_owned()),
                Cell::count(line.entitled.units()),
                Cell::Truth(line.entitled.units().is_none()),
                Cell::Count(line.consumed),
                Cell::Count(line.exempt),
                Cell::Count(line.covered_by_entitlements),
                Cell::Count(line.covered_by_grants),
                Cell::Count(line.short),
                Cell::count(line.surplus),
                line.exposure.money.map_or(Cell::Empty, |money| Cell::Amount(money.amount)),
                line.saving.money.map_or(Cell::Empty, |money| Cell::Amount(money.amount)),
                Cell::text(currency),
            ])?;
        }
        Ok(())
    }

    fn entitlements_into(&self, at: Timestamp, rows: &mut dyn Rows) -> std::io::Result<()> {
        let today = self.state.day(at);
        for entitlement in self.state.entitlements.values() {
            let right = &entitlement.right;
            let product = self.state.products.get(&entitlement.product);
            let agreement = entitlement.agreement.and_then(|number| self.state.agreements.get(&number));
            let exempt: Vec<&str> = right.exempt_environments.iter().map(|environment| environment.name()).collect();
            let flat = licences::FlatRights::of(self, right);
            rows.row(vec![
                Cell::Text(entitlement.id.to_string()),
                Cell::Text(entitlement.product.to_string()),
                Cell::Text(self.state.product_name(entitlement.product)),
                Cell::text(product.and_then(|product| self.state.publisher_name(product))),
                Cell::Text(right.metric.name().into_owned()),
                Cell::count(right.quantity.units()),
                Cell::Truth(right.quantity.units().is_none()),
                right.unit_price.map_or(Cell::Empty, |price| Cell::Amount(price.amount)),
                Cell::text(right.unit_price.map(|price| price.currency.to_string())),
                Cell::day(right.starts_on),
                Cell::day(right.ends_on),
                Cell::text(Some(exempt.join(",")).filter(|words| !words.is_empty())),
                Cell::Truth(right.secondary_use),
                Cell::text(agreement.map(|agreement| agreement.terms.reference.clone())),
                Cell::day(agreement.and_then(|agreement| agreement.terms.ends_on)),
                Cell::count(agreement.and_then(|agreement| agreement.terms.notice_days).map(u64::from)),
                Cell::Truth(agreement.is_some_and(|agreement| agreement.terms.compliant_by_contract)),
                Cell::text(entitlement.purchase_reference.clone()),
                Cell::text(flat.environments),
                Cell::text(flat.regions),
                Cell::text(flat.business_units),
                Cell::text(flat.cost_centres),
                Cell::text(flat.newest_version),
                Cell::Truth(flat.downgrade),
                Cell::day(flat.maintained_until),
                Cell::text(flat.instead_for),
                Cell::day(entitlement.retired_on),
                Cell::Truth(entitlement.counts_on(today)),
                Cell::text(entitlement.import.map(|import| import.to_string())),
            ])?;
        }
        Ok(())
    }

    fn installations_into(&self, rows: &mut dyn Rows) -> std::io::Result<()> {
        let estate = self.base.estate();
        for index in estate.devices() {
            let Some(device) = estate.device(index) else { continue };
            let attributes = &device.attributes;
            for installed in estate.installed_on(index) {
                let recognition = self.base.recognition_of(&installed.title);
                let product = match recognition {
                    position::Recognition::Product(product) => Some(product),
                    _ => None,
                };
                rows.row(vec![
                    Cell::Text(device.key.clone()),
                    Cell::Text(device.name.clone()),
                    Cell::text(device.serial.clone()),
                    Cell::text(device.uuid.clone()),
                    Cell::text(attributes.environment.map(Environment::name)),
                    Cell::text(attributes.primary_user.clone()),
                    Cell::text(attributes.operating_system.clone()),
                    Cell::text(attributes.region.clone()),
                    Cell::text(attributes.business_unit.clone()),
                    Cell::text(attributes.cost_centre.clone()),
                    Cell::text(installed.title.publisher.clone()),
                    Cell::Text(installed.title.name.clone()),
                    Cell::text(installed.title.version.clone()),
                    Cell::text(product.map(|product| product.to_string())),
                    Cell::text(product.map(|product| self.state.product_name(product))),
                    Cell::day(installed.last_used_on),
                    Cell::day(attributes.last_seen_on),
                    Cell::Text(installed.sources.join(", ")),
                ])?;
            }
        }
        Ok(())
    }
}
