//! Tables of entitlements: columns by a mapping, every row whole or rejected with all that is wrong in it.
//!
//! Products and agreements are names here; recognising them is done where the position is computed.

use std::collections::{BTreeMap, BTreeSet};

use domain::entitlement::{Metric, Quantity, Scope, Versions};
use domain::money::{Currency, Money};
use domain::observation::{EntitlementRow, Environment, Reject, RowRights};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::amount::{CurrencyMark, DecimalStyle, NotANumber, price_per_unit, read_number, split_currency};
use crate::calendar::optional_date;
use crate::cells::{CellReader, Cells, Faults, fingerprint};
use crate::encoding::Encoding;
use crate::findings::{Fault, Findings, Remark};
use crate::layout::{RejectedRow, Table, TableView, unpacked, wanted};
use crate::licensing;
use crate::limits::{ENTITLEMENT_ROWS, PRICE, QUANTITY};
use crate::mapping::{EntitlementField, Headers, Layout, Mapping};
use crate::name::{clean, clean_optional};
use crate::table::{ColumnUse, Record, Records, assign_columns};
use crate::unreadable::Unreadable;
use crate::workbook::{ReadWorkbook, read_workbook};

/// Names of metrics in the repair of a word that is none.
const METRICS_SUGGESTED: usize = 5;

/// What an entitlements file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntitlementFile {
    /// Name of the mapping that was used.
    pub mapping_name: String,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// The mapping that was used, with the layout that was stated; `None` where the file is no table.
    pub mapping: Option<Mapping>,
    /// Its columns with their uses.
    pub columns: Vec<ColumnUse>,
    /// How its table was read; `None` where it is no table.
    pub view: Option<TableView>,
    /// Rows in the order of the file.
    pub rows: Vec<EntitlementRow>,
    /// Rows that were left out, one entry for each thing that is wrong.
    pub rejects: Vec<Reject>,
    /// The rows of a table that were left out, with their cells.
    pub rejected_rows: Vec<RejectedRow>,
    /// What was done with rows that were used.
    pub remarks: Vec<Remark>,
    /// Rows that repeat an earlier one in every cell.
    pub duplicates_merged: u64,
}

/// Words for a quantity without limit.
const UNLIMITED: [&str; 9] =
    ["unlimited", "site", "site licence", "site license", "site-wide", "no limit", "infinite", "infinity", "∞"];

/// The fields that hold numbers, and those that hold dates.
const STYLED: (&[EntitlementField], &[EntitlementField]) = (
    &[EntitlementField::UnitPrice, EntitlementField::TotalPrice, EntitlementField::Quantity],
    &[
        EntitlementField::StartsOn,
        EntitlementField::EndsOn,
        EntitlementField::AgreementEndsOn,
        EntitlementField::MaintainedUntil,
        EntitlementField::RetiredOn,
    ],
);

/// Reads a table of entitlements. Without a mapping, the built-in one that suits its headers is used.
/// Prices without any word on their currency are in `home_currency`.
pub fn read_entitlements(
    bytes: &[u8],
    mapping: Option<&Mapping>,
    home_currency: Currency,
) -> Result<EntitlementFile, Unreadable> {
    read_entitlements_as(bytes, mapping, &Layout::default(), home_currency, &read_workbook)
}

/// [`read_entitlements`] with a layout that counts before the mapping's, and a reader of workbooks.
pub fn read_entitlements_as(
    bytes: &[u8],
    mapping: Option<&Mapping>,
    layout: &Layout,
    home_currency: Currency,
    read_workbook: ReadWorkbook<'_>,
) -> Result<EntitlementFile, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = open(&bytes, mapping, layout, read_workbook)?;
    let (records, headed) = table.headed(mapping)?;
    let Some(mapping) = &headed.mapping else {
        return Err(missing_column(EntitlementField::Product, Vec::new(), headed.headers));
    };
    let assigned = assign(mapping, &headed.headers)?;
    let view = table.view(&headed, records.clone(), &assigned, STYLED)?;
    let reader = RowReader { cells: CellReader::new(mapping, assigned, &headed.headers, &view), home_currency };
    read_rows(records, &reader, view, &table.layout)
}

/// How a table of entitlements would be read, whether or not all the needed columns are there.
pub fn view_entitlements(
    bytes: &[u8],
    mapping: Option<&Mapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<TableView, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = open(&bytes, mapping, layout, read_workbook)?;
    let (records, headed) = table.headed(mapping)?;
    table.view(&headed, records, &headed.assigned_where_clear(), STYLED)
}

fn open<'a>(
    bytes: &'a [u8],
    mapping: Option<&Mapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<Table<'a>, Unreadable> {
    let table = licensing::opened(bytes, mapping, layout, read_workbook)?;
    if table.is_markup() {
        return Err(Unreadable::OtherKind {
            what: "XML and no table",
            instead: "Save the entitlements as CSV with a header line; inventories go to “indult import inventory”.",
        });
    }
    Ok(table)
}

fn read_rows(
    mut records: Records<'_>,
    reader: &RowReader<'_>,
    view: TableView,
    layout: &Layout,
) -> Result<EntitlementFile, Unreadable> {
    let mut findings = Findings::default();
    let mut rows = Vec::new();
    let mut rejected_rows = Vec::new();
    let mut seen = BTreeSet::new();
    let mut duplicates_merged = 0;
    while let Some(record) = records.next_record()? {
        if !seen.insert(fingerprint(&record)) {
            duplicates_merged += 1;
            continue;
        }
        if ENTITLEMENT_ROWS.is_exceeded_by(seen.len()) {
            return Err(Unreadable::OverLimit { limit: ENTITLEMENT_ROWS, place: format!("line {}", record.line) });
        }
        match reader.read(&record) {
            Ok((row, remarks)) => {
                for text in remarks {
                    findings.remark(format!("line {}", row.line), text);
                }
                rows.push(row);
            }
            Err(faults) => rejected_rows.push(findings.reject_row(&record, faults)?),
        }
    }
    Ok(EntitlementFile {
        mapping_name: reader.cells.mapping.name.clone(),
        mapping: Some(reader.cells.mapping.clone().laid_out(layout.clone())),
        encoding: view.encoding,
        columns: view.columns.clone(),
        view: Some(view),
        rows,
        rejects: findings.rejects,
        rejected_rows,
        remarks: findings.remarks,
        duplicates_merged,
    })
}

/// Whether the headers are of a product column and a quantity column.
pub(crate) fn is_entitlements_table(table: &Table<'_>) -> bool {
    let Ok((_, headed)) = table.headed::<EntitlementField>(None) else { return false };
    assign_columns(&headed.headers, &headed.wanted()).is_ok_and(|assigned| {
        [EntitlementField::Product, EntitlementField::Quantity].iter().all(|field| assigned.contains_key(field))
    })
}

fn assign(mapping: &Mapping, headers: &[String]) -> Result<BTreeMap<EntitlementField, usize>, Unreadable> {
    let assigned = assign_columns(headers, &wanted(mapping))?;
    for field in EntitlementField::ALL {
        if assigned.contains_key(&field) {
            continue;
        }
        let stated = mapping.columns.get(&field);
        let is_required = EntitlementField::REQUIRED.contains(&field) && !mapping.defaults.contains_key(&field);
        if is_required || matches!(stated, Some(Headers::One(_))) {
            let wanted = stated.map(Headers::candidates).unwrap_or_default();
            return Err(missing_column(field, wanted, headers.to_vec()));
        }
    }
    Ok(assigned)
}

fn missing_column(field: EntitlementField, wanted: Vec<String>, headers: Vec<String>) -> Unreadable {
    let headers = headers.iter().take(50).map(|header| format!("“{}”", crate::name::shorten(header))).collect();
    Unreadable::MissingColumn { field: field.name(), wanted, headers }
}

/// A price with what it says of its currency.
type Price = (Decimal, Option<CurrencyMark>);

struct RowReader<'r> {
    cells: CellReader<'r, EntitlementField>,
    home_currency: Currency,
}

impl RowReader<'_> {
    /// The row and what is worth saying about it, or everything that is wrong with it.
    fn read(&self, record: &Record<'_>) -> Result<(EntitlementRow, Vec<String>), Faults> {
        use EntitlementField as F;
        if let Some(faults) = self.cells.too_many_cells(record) {
            return Err(faults);
        }
        let mut remarks = Vec::new();
        let reader = &self.cells;
        let mut cells = Cells::of(reader, record);
        let date = |text: &str| optional_date(text, reader.date_order, reader.dates);
        let text = |what: &'static str| move |text: &str| clean_optional(what, Some(text));
        let product = cells.read(F::Product, product);
        let publisher = cells.read(F::Publisher, text("publisher"));
        let metric = cells.read(F::Metric, metric);
        let unlimited = cells.read(F::Unlimited, yes_or_no).unwrap_or_default();
        let quantity = cells.read(F::Quantity, |text| match text {
            "" if unlimited => Ok(Quantity::Unlimited),
            text => quantity(text, reader.decimal_of(F::Quantity, record)),
        });
        let unit_price =
            cells.read(F::UnitPrice, |text| price(text, reader.decimal_of(F::UnitPrice, record))).flatten();
        let total_price =
            cells.read(F::TotalPrice, |text| price(text, reader.decimal_of(F::TotalPrice, record))).flatten();
        let stated = cells.read(F::Currency, currency).flatten();
        let starts_on = cells.read(F::StartsOn, date);
        let ends_on = cells.read(F::EndsOn, date);
        let exempt_environments = cells.read(F::ExemptEnvironments, environments);
        let secondary_use = cells.read(F::SecondaryUse, yes_or_no);
        let agreement = cells.read(F::Agreement, text("agreement"));
        let agreement_ends_on = cells.read(F::AgreementEndsOn, date);
        let notice_days = cells.read(F::NoticeDays, days);
        let purchase_reference = cells.read(F::PurchaseReference, text("purchase reference"));
        let rights = use_rights(&mut cells, date);
        cells.read(F::RetiredOn, |text| not_retired(date(text)?));
        if let (Some(Some(starts_on)), Some(Some(ends_on))) = (starts_on, ends_on)
            && ends_on < starts_on
        {
            cells.fault(F::EndsOn, ends_before_start(starts_on, ends_on));
        }
        let price = self.price_of_one(quantity, unit_price, total_price, stated, record, &mut remarks);
        let mut faults = cells.faults;
        let price = price.map_err(|(field, fault)| faults.push((reader.place(field, record), fault))).ok().flatten();
        let (Some(product), Some(metric), Some(quantity), true) = (product, metric, quantity, faults.is_empty()) else {
            return Err(faults);
        };
        let row = EntitlementRow {
            line: record.line,
            product,
            publisher: publisher.flatten(),
            metric,
            quantity,
            unit_price: price,
            starts_on: starts_on.flatten(),
            ends_on: ends_on.flatten(),
            exempt_environments: exempt_environments.unwrap_or_default(),
            secondary_use: secondary_use.unwrap_or_default(),
            agreement: agreement.flatten(),
            agreement_ends_on: agreement_ends_on.flatten(),
            notice_days: notice_days.flatten(),
            purchase_reference: purchase_reference.flatten(),
            rights,
        };
        Ok((row, remarks))
    }

    /// The price of one unit: as stated, or the total over the quantity.
    fn price_of_one(
        &self,
        quantity: Option<Quantity>,
        unit_price: Option<Price>,
        total_price: Option<Price>,
        stated: Option<Currency>,
        record: &Record<'_>,
        remarks: &mut Vec<String>,
    ) -> Result<Option<Money>, (EntitlementField, Fault)> {
        let in_currency = |field: EntitlementField, (amount, mark): Price| {
            self.currency(mark, stated, record, self.cells.cell(field, record))
                .map(|currency| Money { amount, currency })
                .map_err(|fault| (field, fault))
        };
        let unit_price = unit_price.map(|price| in_currency(EntitlementField::UnitPrice, price)).transpose()?;
        let total = total_price.map(|price| in_currency(EntitlementField::TotalPrice, price)).transpose()?;
        let units = quantity.and_then(Quantity::units);
        match (unit_price, total, units) {
            (Some(price), Some(total), Some(units)) => {
                let differs = price.times(units).is_none_or(|product| {
                    product.currency != total.currency || (product.amount - total.amount).abs() >= Decimal::ONE
                });
                if differs {
                    remarks.push(format!(
                        "{units} units at {price} are not {total}; the price of one unit was taken as it stands."
                    ));
                }
                Ok(Some(price))
            }
            (Some(price), _, _) => Ok(Some(price)),
            (None, Some(total), Some(units)) => {
                let Some((amount, is_exact)) = price_per_unit(total.amount, units) else { return Ok(None) };
                let price = Money { amount, currency: total.currency };
                if !is_exact {
                    remarks.push(format!(
                        "{total} for {units} units is no even price; one unit was taken as {} {amount}.",
                        price.currency
                    ));
                }
                Ok(Some(price))
            }
            (None, Some(total), None) if quantity.is_some() => {
                remarks.push(format!("The total of {total} has no price per unit, because the quantity has no limit."));
                Ok(None)
            }
            (None, _, _) => Ok(None),
        }
    }

    /// The currency of a price: its column's, the price's own code or sign, the mapping's default, the home currency.
    /// `stated` is what the column says, or else the default.
    fn currency(
        &self,
        mark: Option<CurrencyMark>,
        stated: Option<Currency>,
        record: &Record<'_>,
        found: &str,
    ) -> Result<Currency, Fault> {
        let column = self.cells.assigned.get(&EntitlementField::Currency);
        let from_column = stated.filter(|_| column.is_some_and(|column| !record.cell(*column).is_empty()));
        let currency =
            from_column.or_else(|| mark.and_then(CurrencyMark::currency)).or(stated).unwrap_or(self.home_currency);
        if mark.is_none_or(|mark| mark.fits(currency)) {
            return Ok(currency);
        }
        Err(Fault::new(
            found,
            format!("The price does not look like {currency}, the currency of the row."),
            "Add a column “currency”, or name a mapping with a default for it.",
        ))
    }
}

/// What a row says of where and how its units may be used. What is wrong stands among the faults of the cells.
fn use_rights(
    cells: &mut Cells<'_, EntitlementField>,
    date: impl Fn(&str) -> Result<Option<Date>, Fault>,
) -> RowRights {
    use EntitlementField as F;
    let places = |what: &'static str| move |text: &str| list(what, text);
    let set = |places: Option<Vec<String>>| places.unwrap_or_default().into_iter().collect();
    let scope = Scope {
        environments: cells.read(F::Environments, environments).unwrap_or_default().into_iter().collect(),
        regions: set(cells.read(F::Regions, places("region"))),
        business_units: set(cells.read(F::BusinessUnits, places("business unit"))),
        cost_centres: set(cells.read(F::CostCentres, places("cost centre"))),
    };
    let newest = cells.read(F::NewestVersion, |text| clean_optional("version", Some(text))).flatten();
    let downgrade = cells.read(F::Downgrade, yes_or_no).unwrap_or_default();
    let maintained_until = cells.read(F::MaintainedUntil, date).flatten();
    let versions = newest.map(|newest| Versions { newest, downgrade, maintained_until });
    if versions.is_none() && (downgrade || maintained_until.is_some()) {
        let problem = "Downgrade and maintenance are said of no version.";
        let repair = "Write the newest version that was bought, or leave both empty.";
        cells.fault(F::NewestVersion, Fault::new("", problem, repair));
    }
    RowRights {
        scope,
        versions,
        instead_for: cells.read(F::InsteadFor, places("product name")).unwrap_or_default(),
        compliant_by_contract: cells.read(F::CompliantByContract, yes_or_no).unwrap_or_default(),
    }
}

/// What is wrong with a default of a mapping, if anything: it is read as a cell of its field would be.
pub(crate) fn check_default(mapping: &Mapping, field: EntitlementField, text: &str) -> Result<(), Fault> {
    use EntitlementField as F;
    match field {
        F::Product => product(text).map(drop),
        F::Publisher | F::Agreement | F::PurchaseReference | F::NewestVersion => clean("default", text).map(drop),
        F::Metric => metric(text).map(drop),
        F::Quantity => quantity(text, mapping.decimal).map(drop),
        F::UnitPrice | F::TotalPrice => price(text, mapping.decimal).map(drop),
        F::Currency => currency(text).map(drop),
        F::StartsOn | F::EndsOn | F::AgreementEndsOn | F::MaintainedUntil | F::RetiredOn => {
            optional_date(text, mapping.dates, None).map(drop)
        }
        F::ExemptEnvironments | F::Environments => environments(text).map(drop),
        F::SecondaryUse | F::Downgrade | F::CompliantByContract | F::Unlimited => yes_or_no(text).map(drop),
        F::Regions | F::BusinessUnits | F::CostCentres | F::InsteadFor => list("default", text).map(drop),
        F::NoticeDays => days(text).map(drop),
    }
}

/// A right that is retired gives nothing any more.
fn not_retired(retired_on: Option<Date>) -> Result<(), Fault> {
    match retired_on {
        None => Ok(()),
        Some(day) => Err(Fault::new(
            &day.to_string(),
            "The right is retired.",
            "Leave the row out; or clear the day, where the right is to count again.",
        )),
    }
}

fn ends_before_start(starts_on: Date, ends_on: Date) -> Fault {
    Fault::new(
        &ends_on.to_string(),
        format!("The right ends before it starts ({starts_on})."),
        "Correct one of the two dates; the last day counts as valid.",
    )
}

fn number_fault(text: &str, problem: NotANumber) -> Fault {
    let (problem, repair) = problem.sentences();
    Fault::new(text, problem, repair)
}

fn price(text: &str, style: Option<DecimalStyle>) -> Result<Option<Price>, Fault> {
    if text.is_empty() || text == "-" {
        return Ok(None);
    }
    let (number, mark) = split_currency(text);
    let number = read_number(number, style).map_err(|problem| number_fault(text, problem))?;
    if number > Decimal::from(PRICE.max) {
        return Err(Fault::new(text, format!("{PRICE}."), PRICE.repair));
    }
    Ok(Some((number, mark)))
}

pub(crate) fn product(text: &str) -> Result<String, Fault> {
    clean("product name", text)?
        .map(str::to_owned)
        .ok_or_else(|| Fault::new("", "The row names no product.", "Write the product's name, or leave the row out."))
}

fn metric(text: &str) -> Result<Metric, Fault> {
    let names = Metric::nearest(text, METRICS_SUGGESTED).join(", ");
    let problem = if text.is_empty() { "The row names no metric." } else { "This is no metric known here." };
    Metric::from_word(text).ok_or_else(|| {
        Fault::new(
            text,
            problem,
            format!(
                "Write the name of a metric, such as {names}, or the number of one of your own; or name a mapping with a default for it."
            ),
        )
    })
}

fn quantity(text: &str, style: Option<DecimalStyle>) -> Result<Quantity, Fault> {
    match quantity_or_none(text, style)? {
        Quantity::Units(0) => Err(Fault::new(text, "The quantity is zero.", "Leave the row out: it gives no right.")),
        quantity => Ok(quantity),
    }
}

/// Whole units, zero among them, or a word for no limit.
pub(crate) fn quantity_or_none(text: &str, style: Option<DecimalStyle>) -> Result<Quantity, Fault> {
    if text.is_empty() {
        let repair = "Write a whole number, or “unlimited”.";
        return Err(Fault::new(text, "The row gives no quantity.", repair));
    }
    if UNLIMITED.contains(&text.to_lowercase().as_str()) {
        return Ok(Quantity::Unlimited);
    }
    let number = read_number(text, style).map_err(|problem| match problem {
        NotANumber::TooLong => Fault::new(text, format!("{QUANTITY}."), QUANTITY.repair),
        NotANumber::Malformed | NotANumber::Ambiguous | NotANumber::Negative => number_fault(text, problem),
    })?;
    if number > Decimal::from(QUANTITY.max) {
        return Err(Fault::new(text, format!("{QUANTITY}."), QUANTITY.repair));
    }
    match u64::try_from(number) {
        Ok(units) if Decimal::from(units) == number => Ok(Quantity::Units(units)),
        _ => Err(Fault::new(
            text,
            "The quantity is no whole number.",
            "Write whole units; convert packs into the units they hold.",
        )),
    }
}

fn currency(text: &str) -> Result<Option<Currency>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    if let ("", Some(mark)) = split_currency(text)
        && let Some(currency) = mark.currency()
    {
        return Ok(Some(currency));
    }
    text.parse()
        .map(Some)
        .map_err(|_| Fault::new(text, "This is no currency code.", "Write three letters, such as EUR."))
}

/// Names with semicolons or bars between them; a comma is part of a name.
fn list(what: &'static str, text: &str) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for part in text.split([';', '|']) {
        if let Some(name) = clean(what, part.trim())?
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn environments(text: &str) -> Result<Vec<Environment>, Fault> {
    let words = text.split([',', ';', '|', '/', '+']).map(str::trim).filter(|word| !word.is_empty());
    let mut found = words
        .map(|word| {
            Environment::from_word(word).ok_or_else(|| {
                let names = Environment::ALL.map(Environment::name).join(", ");
                Fault::new(word, "This is no environment known here.", format!("Write one or more of: {names}."))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn yes_or_no(text: &str) -> Result<bool, Fault> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" => Ok(true),
        "" | "no" | "n" | "false" | "0" | "-" => Ok(false),
        _ => Err(Fault::new(text, "This is neither yes nor no.", "Write yes or no.")),
    }
}

fn days(text: &str) -> Result<Option<u32>, Fault> {
    /// Ten years; a longer notice is a date or an amount in the wrong column.
    const DAYS_MAX: u16 = 3_650;
    let digits = text.to_lowercase().replace("days", "").replace("day", "");
    let digits = digits.trim();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse::<u16>() {
        Ok(days) if days <= DAYS_MAX => Ok(Some(u32::from(days))),
        _ => Err(Fault::new(text, "This is no number of days up to 3,650.", "Write days only, such as 90.")),
    }
}
