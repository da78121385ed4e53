//! What the columns of a table of sessions or readings give, and its rows by them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gathering::{Gathering, licences};
use super::moments::Dates;
use super::{UsageFormat, readings_csv, sessions_csv};
use crate::amount::DecimalStyle;
use crate::findings::Fault;
use crate::layout::{Headed, Table, TableView};
use crate::mapping::{Field, FieldMapping, Headers};
use crate::name::clean;
use crate::table::{Record, Records};
use crate::unreadable::Unreadable;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageField {
    /// When a session began, or was denied.
    Start,
    /// When it ended.
    End,
    /// Who.
    User,
    /// Where.
    Host,
    /// What was used: a feature of a licence server, or a meter of a service.
    Feature,
    /// Whose it is.
    Vendor,
    /// How many licences a session took.
    Count,
    /// Whether a session was denied.
    Denied,
    /// The day or month of a reading.
    Period,
    /// Its first day.
    From,
    /// Its last day.
    Until,
    /// What was read.
    Units,
    /// What the units are: used, available or active.
    Kind,
}

type Usual = [(UsageField, &'static [&'static str])];

/// The headers that give the fields of a session, the first being ours.
const SESSIONS: &Usual = &[
    (
        UsageField::Start,
        &["start", "started", "start time", "checkout", "checkout time", "from", "begin", "login time"],
    ),
    (UsageField::End, &["end", "ended", "end time", "checkin", "checkin time", "until", "to", "logout time"]),
    (UsageField::User, &["user", "username", "user name", "login", "account"]),
    (UsageField::Host, &["host", "hostname", "host name", "machine", "computer", "workstation", "device"]),
    (UsageField::Feature, &["feature", "feature name", "product", "application", "module", "license", "licence"]),
    (UsageField::Vendor, &["vendor", "daemon", "vendor daemon", "isv", "publisher"]),
    (UsageField::Count, &["count", "licenses", "licences", "quantity", "tokens", "seats"]),
    (UsageField::Denied, &["denied", "denial", "refused"]),
];

/// The headers that give the fields of a reading, the first being ours.
const READINGS: &Usual = &[
    (UsageField::Feature, &["meter", "product", "feature", "sku", "service", "resource", "application"]),
    (UsageField::Vendor, &["vendor", "publisher", "provider"]),
    (UsageField::Period, &["period", "month", "date", "day", "reading date"]),
    (UsageField::From, &["from", "start", "period start", "start date", "first day"]),
    (UsageField::Until, &["until", "to", "end", "period end", "end date", "last day"]),
    (UsageField::Units, &["units", "quantity", "usage", "value", "reading", "consumed", "amount"]),
    (UsageField::Kind, &["kind", "type"]),
];

/// How a table of sessions or readings is read.
pub type UsageMapping = FieldMapping<UsageField>;

impl UsageField {
    /// Every field: those of sessions, then those of readings only.
    pub const ALL: [Self; 13] = [
        Self::Start,
        Self::End,
        Self::User,
        Self::Host,
        Self::Feature,
        Self::Vendor,
        Self::Count,
        Self::Denied,
        Self::Period,
        Self::From,
        Self::Until,
        Self::Units,
        Self::Kind,
    ];
}

impl Field for UsageField {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn required() -> &'static [Self] {
        &[Self::Feature]
    }

    fn telling() -> &'static [Self] {
        &[Self::Feature]
    }

    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::User => "user",
            Self::Host => "host",
            Self::Feature => "feature",
            Self::Vendor => "vendor",
            Self::Count => "count",
            Self::Denied => "denied",
            Self::Period => "period",
            Self::From => "from",
            Self::Until => "until",
            Self::Units => "units",
            Self::Kind => "kind",
        }
    }

    fn built_in() -> Vec<UsageMapping> {
        let mapping = |name: &str, usual: &Usual| {
            let mut mapping = UsageMapping::named_only(name);
            for (field, headers) in usual {
                mapping.columns.insert(*field, Headers::AnyOf(headers.iter().map(ToString::to_string).collect()));
            }
            mapping
        };
        vec![mapping("sessions", SESSIONS), mapping("readings", READINGS)]
    }

    fn suits(mapping: &UsageMapping, headers: &[String]) -> bool {
        let headed = Headed { line: 1, headers: headers.to_vec(), mapping: Some(mapping.clone()) };
        headed.assigned().is_ok_and(|columns| {
            let has = |field: Self| columns.contains_key(&field);
            let of_session = has(Self::Start) && has(Self::End) && (has(Self::User) || has(Self::Host));
            let of_reading = has(Self::Units) && (has(Self::Period) || has(Self::From));
            has(Self::Feature) && (of_session || of_reading)
        })
    }

    fn check_default(_mapping: &UsageMapping, field: Self, text: &str) -> Result<(), Fault> {
        match field {
            Self::Count => licences(text).map(drop),
            Self::Start
            | Self::End
            | Self::User
            | Self::Host
            | Self::Feature
            | Self::Vendor
            | Self::Denied
            | Self::Period
            | Self::From
            | Self::Until
            | Self::Units
            | Self::Kind => clean("default", text).map(drop),
        }
    }
}

/// The fields that hold numbers with decimals, and those that hold dates.
const STYLED: (&[UsageField], &[UsageField]) = (
    &[UsageField::Units],
    &[UsageField::Start, UsageField::End, UsageField::Period, UsageField::From, UsageField::Until],
);

/// Rows of a table by the fields of their columns.
pub(super) struct UsageRows<'a, 'b> {
    records: Records<'a>,
    record: Option<Record<'a>>,
    assigned: BTreeMap<UsageField, usize>,
    mapping: &'b UsageMapping,
    pub(super) dates: Dates,
    pub(super) decimal: Option<DecimalStyle>,
}

impl UsageRows<'_, '_> {
    /// Goes to the next row and says its line.
    pub(super) fn next_row(&mut self) -> Result<Option<u64>, Unreadable> {
        self.record = self.records.next_record()?;
        Ok(self.record.as_ref().map(|record| record.line))
    }

    /// What the row says of a field; its default where the cell is empty.
    pub(super) fn cell(&self, field: UsageField) -> &str {
        let column = self.assigned.get(&field);
        let cell = column.and_then(|column| Some(self.record.as_ref()?.cell(*column))).unwrap_or_default();
        if cell.is_empty() { self.mapping.defaults.get(&field).map_or("", |text| text.trim()) } else { cell }
    }
}

/// What a table is of, going by its headers and the mapping.
pub(super) fn kind_of(table: &Table<'_>, mapping: Option<&UsageMapping>) -> Option<UsageFormat> {
    let (_, headed) = table.headed(mapping).ok()?;
    let used = headed.mapping.as_ref()?;
    let is_of_readings =
        used.columns.contains_key(&UsageField::Units) && !used.columns.contains_key(&UsageField::Start);
    Some(if is_of_readings { UsageFormat::ReadingsCsv } else { UsageFormat::SessionsCsv })
}

/// How a table would be read, whether or not all the needed columns are there.
pub(super) fn view(table: &Table<'_>, mapping: Option<&UsageMapping>) -> Result<TableView, Unreadable> {
    let (records, headed) = table.headed(mapping)?;
    table.view(&headed, records, &headed.assigned_where_clear(), STYLED)
}

/// Reads every row of a table of `format`.
pub(super) fn read(
    table: &Table<'_>,
    format: UsageFormat,
    mapping: Option<&UsageMapping>,
    gathering: &mut Gathering<'_>,
) -> Result<(), Unreadable> {
    let (records, headed) = table.headed(mapping)?;
    let is_of_readings = format == UsageFormat::ReadingsCsv;
    let needed = if is_of_readings {
        [UsageField::Feature, UsageField::Units]
    } else {
        [UsageField::Feature, UsageField::Start]
    };
    let assigned = headed.assigned_or_missing(&needed)?;
    let used = headed.mapping.clone().unwrap_or_else(|| UsageMapping::named_only("usage"));
    let view = table.view(&headed, records.clone(), &assigned, STYLED)?;
    let dates = Dates { order: view.dates, shown: view.dates_shown };
    let rows = UsageRows { records, record: None, assigned, mapping: &used, dates, decimal: table.layout.decimal };
    let read = if is_of_readings { readings_csv::read } else { sessions_csv::read };
    read(rows, gathering)?;
    gathering.table = Some((view, used.laid_out(table.layout.clone())));
    Ok(())
}
