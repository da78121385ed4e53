//! A publisher's statement of what we own, as vendor portals export it: products, quantities, agreements, terms.
//!
//! Which product of ours a row speaks of, and whether ours agrees with it, is found out elsewhere.

use std::collections::BTreeSet;

use domain::entitlement::Metric;
use domain::observation::{PublisherStatementRow, Reject, StatedMetric};
use serde::{Deserialize, Serialize};

use crate::calendar::optional_date;
use crate::cells::{CellReader, Cells, Faults, fingerprint};
use crate::entitlements::{product, quantity_or_none};
use crate::findings::{Fault, Findings};
use crate::layout::{RejectedRow, Table, TableView, unpacked};
use crate::licensing;
use crate::limits::PUBLISHER_STATEMENT_ROWS;
use crate::mapping::{Field, FieldMapping, Headers, Layout};
use crate::name::{clean, clean_optional};
use crate::table::Record;
use crate::unreadable::Unreadable;
use crate::workbook::ReadWorkbook;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublisherStatementField {
    /// Product name; the part number where there is no other name.
    Product,
    /// Part number.
    Sku,
    /// Publisher.
    Publisher,
    /// What one unit licenses.
    Metric,
    /// How many units.
    Quantity,
    /// Reference of the agreement.
    Agreement,
    /// Purchase order or other reference of the purchase.
    OrderNumber,
    /// First day of validity.
    StartsOn,
    /// Last day of validity.
    EndsOn,
    /// Last day of maintenance.
    MaintainedUntil,
}

/// Fields with their names and the headers that give them, in the order in which they are tried.
const FIELDS: [(PublisherStatementField, &str, &[&str]); 10] = [
    (
        PublisherStatementField::Product,
        "product",
        &[
            "product",
            "product name",
            "product description",
            "product title",
            "license product",
            "licence product",
            "license name",
            "licence name",
            "item description",
            "part description",
            "description",
            "item name",
            "offer name",
            "offering",
            "software",
            "title",
            "name",
            "sku",
            "sku number",
            "sku id",
            "part number",
            "part no",
            "material number",
            "product code",
        ],
    ),
    (
        PublisherStatementField::Sku,
        "sku",
        &[
            "sku",
            "sku number",
            "sku id",
            "part number",
            "part no",
            "publisher part number",
            "manufacturer part number",
            "material number",
            "product code",
            "product number",
            "product id",
            "item number",
        ],
    ),
    (PublisherStatementField::Publisher, "publisher", &["publisher", "vendor", "manufacturer", "software publisher"]),
    (
        PublisherStatementField::Metric,
        "metric",
        &["metric", "license metric", "licence metric", "licensing metric", "metric name"],
    ),
    (
        PublisherStatementField::Quantity,
        "quantity",
        &[
            "quantity",
            "qty",
            "effective quantity",
            "active quantity",
            "entitled quantity",
            "licensed quantity",
            "license quantity",
            "licence quantity",
            "quantity owned",
            "purchased quantity",
            "total quantity",
            "total licenses",
            "total licences",
            "licenses",
            "licences",
            "entitlements",
            "seats",
            "units",
            "count",
        ],
    ),
    (
        PublisherStatementField::Agreement,
        "agreement",
        &[
            "agreement",
            "agreement number",
            "agreement reference",
            "agreement id",
            "license agreement",
            "licence agreement",
            "contract",
            "contract number",
            "contract reference",
            "contract id",
            "enrollment",
            "enrollment number",
            "enrolment number",
            "authorization number",
            "licensing id",
        ],
    ),
    (
        PublisherStatementField::OrderNumber,
        "order_number",
        &[
            "purchase reference",
            "purchase order number",
            "purchase order",
            "customer po number",
            "customer po",
            "po number",
            "po",
            "order number",
            "order id",
            "order",
            "sales order number",
            "sales order",
            "invoice number",
        ],
    ),
    (
        PublisherStatementField::StartsOn,
        "starts_on",
        &[
            "starts on",
            "start",
            "start date",
            "valid from",
            "from",
            "effective date",
            "begin date",
            "subscription start",
            "subscription start date",
            "term start",
            "term start date",
        ],
    ),
    (
        PublisherStatementField::EndsOn,
        "ends_on",
        &[
            "ends on",
            "end",
            "end date",
            "valid to",
            "valid until",
            "until",
            "expires",
            "expires on",
            "expiry",
            "expiry date",
            "expiration date",
            "expiration",
            "subscription end",
            "subscription end date",
            "term end",
            "term end date",
        ],
    ),
    (
        PublisherStatementField::MaintainedUntil,
        "maintained_until",
        &[
            "maintained until",
            "maintenance until",
            "maintenance end",
            "maintenance end date",
            "maintenance expiry date",
            "support until",
            "support end",
            "support end date",
            "coverage end",
            "coverage end date",
            "software assurance end date",
        ],
    ),
];

impl PublisherStatementField {
    /// Every field, in the order of the template.
    pub const ALL: [Self; 10] = [
        Self::Product,
        Self::Sku,
        Self::Publisher,
        Self::Metric,
        Self::Quantity,
        Self::Agreement,
        Self::OrderNumber,
        Self::StartsOn,
        Self::EndsOn,
        Self::MaintainedUntil,
    ];

    /// The name in mapping files and templates.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _, _)| *field == self).map_or("", |(_, name, _)| name)
    }
}

impl Field for PublisherStatementField {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn required() -> &'static [Self] {
        &[Self::Product, Self::Quantity]
    }

    fn telling() -> &'static [Self] {
        &[Self::Product, Self::Quantity]
    }

    fn word(self) -> &'static str {
        self.name()
    }

    fn built_in() -> Vec<PublisherStatementMapping> {
        let mut mapping = PublisherStatementMapping::named_only("publisher-statement");
        for (field, _, headers) in FIELDS {
            mapping.columns.insert(field, Headers::AnyOf(headers.iter().map(ToString::to_string).collect()));
        }
        vec![mapping]
    }

    fn check_default(mapping: &PublisherStatementMapping, field: Self, text: &str) -> Result<(), Fault> {
        match field {
            Self::Product => product(text).map(drop),
            Self::Quantity => quantity_or_none(text, mapping.decimal).map(drop),
            Self::StartsOn | Self::EndsOn | Self::MaintainedUntil => optional_date(text, mapping.dates, None).map(drop),
            Self::Sku | Self::Publisher | Self::Metric | Self::Agreement | Self::OrderNumber => {
                clean("default", text).map(drop)
            }
        }
    }
}

/// How a publisher's statement is read.
pub type PublisherStatementMapping = FieldMapping<PublisherStatementField>;

/// What a publisher's statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherStatementFile {
    /// The mapping that was used, with the layout that was stated.
    pub mapping: PublisherStatementMapping,
    /// How its table was read.
    pub view: TableView,
    /// Rows in the order of the file.
    pub rows: Vec<PublisherStatementRow>,
    /// Rows that were left out, one entry for each thing that is wrong.
    pub rejects: Vec<Reject>,
    /// The rows that were left out, with their cells.
    pub rejected_rows: Vec<RejectedRow>,
    /// Rows that repeat an earlier one in every cell.
    pub duplicates_merged: u64,
}

/// The fields that hold numbers, and those that hold dates.
const STYLED: (&[PublisherStatementField], &[PublisherStatementField]) = (
    &[PublisherStatementField::Quantity],
    &[PublisherStatementField::StartsOn, PublisherStatementField::EndsOn, PublisherStatementField::MaintainedUntil],
);

fn open<'a>(
    bytes: &'a [u8],
    mapping: Option<&PublisherStatementMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<Table<'a>, Unreadable> {
    let table = licensing::opened(bytes, mapping, layout, read_workbook)?;
    if table.is_markup() {
        return Err(Unreadable::OtherKind {
            what: "XML and no table",
            instead: "Save the publisher's statement as CSV or XLSX with a header line.",
        });
    }
    Ok(table)
}

/// How a publisher's statement would be read, whether or not all the needed columns are there.
pub fn view_publisher_statement(
    bytes: &[u8],
    mapping: Option<&PublisherStatementMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<TableView, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = open(&bytes, mapping, layout, read_workbook)?;
    let (records, headed) = table.headed(mapping)?;
    table.view(&headed, records, &headed.assigned_where_clear(), STYLED)
}

/// Reads a publisher's statement. Without a mapping, the usual headers count.
pub fn read_publisher_statement(
    bytes: &[u8],
    mapping: Option<&PublisherStatementMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<PublisherStatementFile, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = open(&bytes, mapping, layout, read_workbook)?;
    let (mut records, headed) = table.headed(mapping)?;
    let assigned = headed.assigned_or_missing(PublisherStatementField::required())?;
    let usual = || PublisherStatementMapping::named_only("publisher-statement");
    let used = headed.mapping.clone().unwrap_or_else(usual).laid_out(table.layout.clone());
    let view = table.view(&headed, records.clone(), &assigned, STYLED)?;
    let reader = CellReader::new(&used, assigned, &headed.headers, &view);
    let (mut findings, mut rows, mut rejected_rows) = (Findings::default(), Vec::new(), Vec::new());
    let (mut seen, mut duplicates_merged) = (BTreeSet::new(), 0);
    while let Some(record) = records.next_record()? {
        if !seen.insert(fingerprint(&record)) {
            duplicates_merged += 1;
            continue;
        }
        if PUBLISHER_STATEMENT_ROWS.is_exceeded_by(seen.len()) {
            let place = format!("line {}", record.line);
            return Err(Unreadable::OverLimit { limit: PUBLISHER_STATEMENT_ROWS, place });
        }
        match row(&reader, &record) {
            Ok(row) => rows.push(row),
            Err(faults) => rejected_rows.push(findings.reject_row(&record, faults)?),
        }
    }
    drop(reader);
    let rejects = findings.rejects;
    Ok(PublisherStatementFile { mapping: used, view, rows, rejects, rejected_rows, duplicates_merged })
}

/// The row, or everything that is wrong with it.
fn row(reader: &CellReader<'_, PublisherStatementField>, record: &Record<'_>) -> Result<PublisherStatementRow, Faults> {
    use PublisherStatementField as F;
    if let Some(faults) = reader.too_many_cells(record) {
        return Err(faults);
    }
    let mut cells = Cells::of(reader, record);
    let date = |text: &str| optional_date(text, reader.date_order, reader.dates);
    let text = |what: &'static str| move |text: &str| clean_optional(what, Some(text));
    let product = cells.read(F::Product, product);
    let sku = cells.read(F::Sku, text("part number")).flatten();
    let publisher = cells.read(F::Publisher, text("publisher")).flatten();
    let metric = cells.read(F::Metric, metric).flatten();
    let quantity = cells.read(F::Quantity, |text| quantity_or_none(text, reader.decimal_of(F::Quantity, record)));
    let agreement = cells.read(F::Agreement, text("agreement")).flatten();
    let order_number = cells.read(F::OrderNumber, text("order number")).flatten();
    let starts_on = cells.read(F::StartsOn, date).flatten();
    let ends_on = cells.read(F::EndsOn, date).flatten();
    let maintained_until = cells.read(F::MaintainedUntil, date).flatten();
    if let (Some(starts_on), Some(ends_on)) = (starts_on, ends_on)
        && ends_on < starts_on
    {
        let problem = format!("The row ends before it starts ({starts_on}).");
        let repair = "Correct one of the two dates; the last day counts as valid.";
        cells.fault(F::EndsOn, Fault::new(&ends_on.to_string(), problem, repair));
    }
    let (Some(product), Some(quantity), true) = (product, quantity, cells.faults.is_empty()) else {
        return Err(cells.faults);
    };
    Ok(PublisherStatementRow {
        line: record.line,
        product,
        sku,
        publisher,
        metric,
        quantity,
        agreement,
        order_number,
        starts_on,
        ends_on,
        maintained_until,
    })
}

/// A metric known here, or the publisher's own words for one.
fn metric(text: &str) -> Result<Option<StatedMetric>, Fault> {
    let Some(words) = clean("metric", text)? else { return Ok(None) };
    let known = Metric::from_word(words).map(StatedMetric::Known);
    Ok(Some(known.unwrap_or_else(|| StatedMetric::Other(words.to_owned()))))
}
