//! Microsoft 365: subscribed SKUs as Microsoft Graph gives them, and the reports of active users.
//!
//! SKUs are keyed on their GUID, because names change and several GUIDs share one. Users of the reports are pseudonyms
//! unless the tenant shows them, so users are counted and never kept.

use std::collections::BTreeMap;

use domain::usage::{Reading, ReadingKind};
use jiff::civil::Date;
use serde::Deserialize;

use super::UsageFormat;
use super::gathering::Gathering;
use super::readings_csv::units;
use crate::calendar::optional_date;
use crate::findings::Fault;
use crate::json::{List, Object, Scalar};
use crate::limits::SKUS;
use crate::table::{Columns, Records, find_delimiter, normal_header};
use crate::unreadable::Unreadable;

/// Whose services they are.
const VENDOR: &str = "Microsoft";
/// Letters of a pseudonym: half a SHA-256 digest in hexadecimal digits.
const PSEUDONYM_LETTERS: usize = 32;
/// Services that the detail report has columns of.
const SERVICES: [&str; 7] =
    ["Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams", "Office 365"];

/// Which table of Microsoft 365 it is, by its headers.
pub(super) fn table_format(text: &str) -> Option<UsageFormat> {
    let mut records = Records::new(text, find_delimiter(text));
    let head = records.next_record().ok()??;
    let headers: Vec<String> = head.cells.iter().map(|cell| normal_header(cell)).collect();
    let has = |name: &str| headers.iter().any(|header| header == name);
    if has("report refresh date") && has("has exchange license") {
        return Some(UsageFormat::ActiveUserDetail);
    }
    if has("report refresh date") && has("report date") && has("exchange") {
        return Some(UsageFormat::ActiveUserCounts);
    }
    let consumed = has("consumedunits") || has("consumed units");
    ((has("skuid") || has("sku id")) && consumed).then_some(UsageFormat::SubscribedSkusCsv)
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default, borrow)]
    value: List<Sku<'a>, { SKUS_KEPT }>,
}

/// As many as the limit and one more, so that it shows.
const SKUS_KEPT: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sku<'a> {
    #[serde(default, borrow)]
    sku_id: Scalar<'a>,
    #[serde(default, borrow)]
    sku_part_number: Scalar<'a>,
    #[serde(default, borrow)]
    consumed_units: Scalar<'a>,
    #[serde(default, borrow)]
    prepaid_units: Object<Prepaid<'a>>,
}

#[derive(Deserialize)]
struct Prepaid<'a> {
    #[serde(default, borrow)]
    enabled: Scalar<'a>,
    /// In the days of grace after an end: still usable.
    #[serde(default, borrow)]
    warning: Scalar<'a>,
}

/// Units of SKUs by GUID: used and available; a tenant may have one SKU from several accounts.
#[derive(Default)]
struct Skus(BTreeMap<String, (Option<String>, u64, u64)>);

impl Skus {
    fn add(&mut self, given: &str, label: Option<&str>, used: u64, available: u64) -> Result<bool, Fault> {
        let guid = given.trim().to_lowercase();
        let shape = guid.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
        if !shape || !guid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()) {
            return Err(Fault::new(given, "The SKU has no GUID.", "Export the SKUs again with their skuId."));
        }
        let known = self.0.contains_key(&guid);
        let entry = self.0.entry(guid).or_default();
        if entry.0.is_none() {
            entry.0 = label.map(str::to_owned);
        }
        entry.1 = entry.1.saturating_add(used);
        entry.2 = entry.2.saturating_add(available);
        Ok(known)
    }

    fn conclude(self, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
        let day = gathering.clock.zone.to_datetime(gathering.clock.read_at).date();
        for (guid, (label, used, available)) in self.0 {
            match gathering.feature(Some(VENDOR), &guid, label.as_deref()) {
                Ok(feature) => {
                    for (kind, units) in [(ReadingKind::Used, used), (ReadingKind::Available, available)] {
                        gathering.reading(0, Reading { feature, from: day, until: day, units, kind })?;
                    }
                }
                Err(fault) => gathering.findings.reject(format!("SKU {guid}"), fault)?,
            }
        }
        Ok(())
    }
}

/// Reads SKUs in JSON: an answer of Graph, or the list in it.
pub(super) fn read_skus(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let wrong = |error: serde_json::Error| crate::json::unreadable(&error);
    let list: List<Sku<'_>, SKUS_KEPT> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(wrong)?
    } else {
        serde_json::from_str::<Answer<'_>>(text).map_err(wrong)?.value
    };
    let list = list.0.unwrap_or_default();
    if SKUS.is_exceeded_by(list.len()) {
        return Err(Unreadable::OverLimit { limit: SKUS, place: String::new() });
    }
    let mut skus = Skus::default();
    for (place, sku) in (0..).zip(list) {
        let place: String = format!("value[{place}]");
        let added = match sku.0 {
            Some(sku) => one_sku(sku, &mut skus),
            None => Err(Fault::new("", "This is no SKU.", "Export the SKUs again.")),
        };
        match added {
            Ok(known) => gathering.merged += u64::from(known),
            Err(fault) => gathering.findings.reject(place, fault)?,
        }
    }
    skus.conclude(gathering)
}

fn one_sku(sku: Sku<'_>, skus: &mut Skus) -> Result<bool, Fault> {
    let guid = sku.sku_id.filled().unwrap_or_default();
    let Some(used) = sku.consumed_units.filled() else {
        let repair = "Import what subscribedSkus gives; a list of a user's own licences counts nothing.";
        return Err(Fault::new(&guid, "The SKU does not say how many units are assigned.", repair));
    };
    let prepaid = sku.prepaid_units.0;
    let number = |scalar: Scalar<'_>| scalar.filled().map_or(Ok(0), |text| units(&text, None));
    let available = match prepaid {
        Some(prepaid) => number(prepaid.enabled)?.saturating_add(number(prepaid.warning)?),
        None => 0,
    };
    skus.add(&guid, sku.sku_part_number.filled().as_deref(), units(&used, None)?, available)
}

/// The columns of a table by their headers.
struct Table {
    columns: BTreeMap<String, usize>,
    uses: Columns,
}

fn table<'t>(text: &'t str, used: &[(&str, &'static str)]) -> Result<(Table, Records<'t>), Unreadable> {
    let mut records = Records::new(text, find_delimiter(text));
    let Some(head) = records.next_record()? else { return Err(Unreadable::Empty) };
    let headers: Vec<String> = head.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut columns = BTreeMap::new();
    for (place, header) in headers.iter().enumerate() {
        columns.entry(normal_header(header)).or_insert(place);
    }
    let used_as = |place: usize| {
        let header = headers.get(place).map(|header| normal_header(header)).unwrap_or_default();
        used.iter().find(|(name, _)| *name == header).map(|(_, used)| *used)
    };
    let uses = Columns::new(&headers, used_as);
    Ok((Table { columns, uses }, records))
}

/// Reads SKUs as a table, such as PowerShell exports it.
pub(super) fn read_sku_table(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let used = [
        ("skuid", "feature"),
        ("sku id", "feature"),
        ("skupartnumber", "label"),
        ("sku part number", "label"),
        ("consumedunits", "used"),
        ("consumed units", "used"),
        ("enabled", "available"),
        ("prepaidunits enabled", "available"),
        ("active units", "available"),
        ("total", "available"),
    ];
    let (mut table, mut records) = table(text, &used)?;
    let mut skus = Skus::default();
    while let Some(record) = records.next_record()? {
        table.uses.sample(&record);
        let cell = |what: &str| {
            let mut named = used.iter().filter(|(_, used)| *used == what);
            named.find_map(|(name, _)| table.columns.get(*name)).map_or("", |place| record.cell(*place))
        };
        let label = Some(cell("label")).filter(|label| !label.is_empty());
        let number = |text: &str| if text.is_empty() { Ok(0) } else { units(text, None) };
        let added = number(cell("used")).and_then(|used| {
            let available = number(cell("available"))?;
            skus.add(cell("feature"), label, used, available)
        });
        match added {
            Ok(known) => gathering.merged += u64::from(known),
            Err(fault) => gathering.reject(record.line, fault)?,
        }
    }
    gathering.columns = table.uses.into_inner();
    skus.conclude(gathering)
}

fn day(text: &str) -> Result<Date, Fault> {
    let fault = || Fault::new(text, "This is no day.", "Export the report again, unedited.");
    optional_date(text, None, None).ok().flatten().ok_or_else(fault)
}

/// Assigned and active users of a service on the day of the report.
#[derive(Default)]
struct Service {
    assigned: u64,
    active: u64,
}

/// Reads the report user by user. Who is active was so within the days of the report, by default 30.
pub(super) fn read_detail(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let (mut table, mut records) = table(text, &[("report refresh date", "day"), ("assigned products", "feature")])?;
    let mut services: BTreeMap<(Date, String), Service> = BTreeMap::new();
    let (mut pseudonyms, mut users) = (0u64, 0u64);
    while let Some(record) = records.next_record()? {
        table.uses.sample(&record);
        let cell = |name: &str| table.columns.get(name).map_or("", |place| record.cell(*place)).to_owned();
        let refreshed = match day(&cell("report refresh date")) {
            Ok(day) => day,
            Err(fault) => {
                gathering.reject(record.line, fault)?;
                continue;
            }
        };
        if cell("is deleted").eq_ignore_ascii_case("true") {
            continue;
        }
        users += 1;
        let who = cell("user principal name");
        pseudonyms += u64::from(who.len() == PSEUDONYM_LETTERS && who.bytes().all(|byte| byte.is_ascii_hexdigit()));
        for service in SERVICES {
            let name = service.to_lowercase();
            if !cell(&format!("has {name} license")).eq_ignore_ascii_case("true") {
                continue;
            }
            let counted = services.entry((refreshed, service.to_owned())).or_default();
            counted.assigned += 1;
            counted.active += u64::from(!cell(&format!("{name} last activity date")).is_empty());
        }
        for product in cell("assigned products").split('+').map(str::trim).filter(|product| !product.is_empty()) {
            services.entry((refreshed, product.to_owned())).or_default().assigned += 1;
        }
    }
    if pseudonyms > 0 {
        let text = format!(
            "{pseudonyms} of {users} users are pseudonyms: the tenant conceals names in reports. They are counted, and none is kept."
        );
        gathering.findings.remark("the report", text);
    }
    gathering.columns = table.uses.into_inner();
    for ((day, service), counted) in services {
        match gathering.feature(Some(VENDOR), &service, None) {
            Ok(feature) => {
                let reading = |kind, units| Reading { feature, from: day, until: day, units, kind };
                gathering.reading(0, reading(ReadingKind::Used, counted.assigned))?;
                if SERVICES.contains(&service.as_str()) {
                    gathering.reading(0, reading(ReadingKind::Active, counted.active))?;
                }
            }
            Err(fault) => gathering.findings.reject(format!("product {service}"), fault)?,
        }
    }
    Ok(())
}

/// Reads the report day by day.
pub(super) fn read_counts(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let (mut table, mut records) = table(text, &[("report date", "day")])?;
    while let Some(record) = records.next_record()? {
        table.uses.sample(&record);
        let cell = |name: &str| table.columns.get(name).map_or("", |place| record.cell(*place)).to_owned();
        let on = match day(&cell("report date")) {
            Ok(day) => day,
            Err(fault) => {
                gathering.reject(record.line, fault)?;
                continue;
            }
        };
        for service in SERVICES {
            let text = cell(&service.to_lowercase());
            if text.is_empty() {
                continue;
            }
            let read =
                units(&text, None).and_then(|units| Ok((gathering.feature(Some(VENDOR), service, None)?, units)));
            match read {
                Ok((feature, units)) => {
                    let kind = ReadingKind::Active;
                    gathering.reading(record.line, Reading { feature, from: on, until: on, units, kind })?;
                }
                Err(fault) => gathering.reject(record.line, fault)?,
            }
        }
    }
    gathering.columns = table.uses.into_inner();
    Ok(())
}
