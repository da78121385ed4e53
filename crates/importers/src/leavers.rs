//! Tables of persons who leave, as personnel departments export them: who, and their last day.
//!
//! Whom a source calls by these names is found out elsewhere.

use std::collections::BTreeSet;

use domain::observation::Reject;
use domain::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{DateStyle, optional_date};
use crate::findings::{Fault, Findings};
use crate::layout::{RejectedRow, TableView, unpacked};
use crate::licensing;
use crate::limits::LEAVER_ROWS;
use crate::mapping::{Field, FieldMapping, Headers, Layout};
use crate::name::clean;
use crate::table::Record;
use crate::unreadable::Unreadable;
use crate::workbook::ReadWorkbook;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaverField {
    /// Who: the log-in name where there is one, else the e-mail address or the name.
    Person,
    /// Another name of the same person, usually the e-mail address.
    OtherName,
    /// The last day.
    LeftOn,
}

/// Fields with their names and the headers that give them, the first being ours.
const FIELDS: [(LeaverField, &str, &[&str]); 3] = [
    (
        LeaverField::Person,
        "person",
        &[
            "person",
            "login",
            "login name",
            "username",
            "user name",
            "user",
            "account",
            "account name",
            "samaccountname",
            "upn",
            "user principal name",
            "email",
            "e mail",
            "email address",
            "mail",
            "work email",
            "employee",
            "employee name",
            "full name",
            "display name",
            "name",
        ],
    ),
    (
        LeaverField::OtherName,
        "other_name",
        &["other name", "email", "e mail", "email address", "mail", "work email", "upn", "user principal name"],
    ),
    (
        LeaverField::LeftOn,
        "left_on",
        &[
            "left on",
            "leaving date",
            "leave date",
            "last day",
            "last working day",
            "last day of work",
            "termination date",
            "exit date",
            "end date",
            "end of employment",
            "employment end date",
            "separation date",
            "contract end",
        ],
    ),
];

impl LeaverField {
    /// Every field, in the order of the template.
    pub const ALL: [Self; 3] = [Self::Person, Self::OtherName, Self::LeftOn];

    /// The name in mapping files and templates.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _, _)| *field == self).map_or("", |(_, name, _)| name)
    }
}

impl Field for LeaverField {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn required() -> &'static [Self] {
        &[Self::Person, Self::LeftOn]
    }

    fn telling() -> &'static [Self] {
        &[Self::Person, Self::LeftOn]
    }

    fn word(self) -> &'static str {
        self.name()
    }

    fn built_in() -> Vec<LeaverMapping> {
        let mut mapping = LeaverMapping::named_only("leavers");
        for (field, _, headers) in FIELDS {
            mapping.columns.insert(field, Headers::AnyOf(headers.iter().map(ToString::to_string).collect()));
        }
        vec![mapping]
    }

    fn check_default(mapping: &LeaverMapping, field: Self, text: &str) -> Result<(), Fault> {
        match field {
            Self::LeftOn => optional_date(text, mapping.dates, None).map(drop),
            Self::Person | Self::OtherName => clean("default", text).map(drop),
        }
    }
}

/// How a table of leavers is read.
pub type LeaverMapping = FieldMapping<LeaverField>;

/// What a file of leavers says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaverFile {
    /// The mapping that was used, with the layout that was stated.
    pub mapping: LeaverMapping,
    /// How its table was read.
    pub view: TableView,
    /// Persons with their last days, in the order of the file; a person of two names comes twice.
    pub leavers: Vec<(Text, Date)>,
    /// Rows that name a person with their last day.
    pub rows: u64,
    /// What could not be used.
    pub rejects: Vec<Reject>,
    /// The rows that were left out, with their cells.
    pub rejected_rows: Vec<RejectedRow>,
    /// Rows that repeat an earlier one.
    pub duplicates_merged: u64,
}

const STYLED: (&[LeaverField], &[LeaverField]) = (&[], &[LeaverField::LeftOn]);

/// How a table of leavers would be read, whether or not all the needed columns are there.
pub fn view_leavers(
    bytes: &[u8],
    mapping: Option<&LeaverMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<TableView, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = licensing::opened(&bytes, mapping, layout, read_workbook)?;
    let (records, headed) = table.headed(mapping)?;
    table.view(&headed, records, &headed.assigned_where_clear(), STYLED)
}

/// Reads a table of leavers. A row without a last day names somebody who stays, and is passed over.
pub fn read_leavers(
    bytes: &[u8],
    mapping: Option<&LeaverMapping>,
    layout: &Layout,
    read_workbook: ReadWorkbook<'_>,
) -> Result<LeaverFile, Unreadable> {
    let bytes = unpacked(bytes)?;
    let table = licensing::opened(&bytes, mapping, layout, read_workbook)?;
    let (mut records, headed) = table.headed(mapping)?;
    let assigned = headed.assigned_or_missing(LeaverField::required())?;
    let used = headed.mapping.clone().unwrap_or_else(|| LeaverMapping::named_only("leavers"));
    let view = table.view(&headed, records.clone(), &assigned, STYLED)?;
    let mut file = LeaverFile {
        mapping: used.laid_out(table.layout.clone()),
        view,
        leavers: Vec::new(),
        rows: 0,
        rejects: Vec::new(),
        rejected_rows: Vec::new(),
        duplicates_merged: 0,
    };
    let mut findings = Findings::default();
    let mut seen = BTreeSet::new();
    let mut count = 0;
    while let Some(record) = records.next_record()? {
        count += 1;
        if LEAVER_ROWS.is_exceeded_by(count) {
            return Err(Unreadable::OverLimit { limit: LEAVER_ROWS, place: format!("line {}", record.line) });
        }
        let cell = |field: LeaverField| {
            let text = assigned.get(&field).map_or("", |column| record.cell(*column));
            if text.is_empty() { file.mapping.defaults.get(&field).map_or("", |text| text.trim()) } else { text }
        };
        match read_row(&record, &cell, table.layout.dates, file.view.dates_shown) {
            Ok(None) => {}
            Ok(Some((names, left_on))) if seen.insert((names.clone(), left_on)) => {
                file.rows += 1;
                file.leavers.extend(names.into_iter().map(|name| (Text::from(name), left_on)));
            }
            Ok(Some(_)) => file.duplicates_merged += 1,
            Err(fault) => {
                let place = format!("line {}", record.line);
                file.rejected_rows.push(findings.reject_row(&record, vec![(place, fault)])?);
            }
        }
    }
    file.rejects = findings.rejects;
    Ok(file)
}

type Named = (Vec<String>, Date);

fn read_row<'r>(
    record: &Record<'_>,
    cell: &impl Fn(LeaverField) -> &'r str,
    dates: Option<DateStyle>,
    shown: Option<DateStyle>,
) -> Result<Option<Named>, Fault> {
    let Some(left_on) = optional_date(cell(LeaverField::LeftOn), dates, shown)? else { return Ok(None) };
    let mut names = Vec::new();
    for field in [LeaverField::Person, LeaverField::OtherName] {
        if let Some(name) = clean("person's name", cell(field))? {
            if name.chars().count() > PERSON_CHARS_MAX {
                let problem = format!("The name has more than {PERSON_CHARS_MAX} characters.");
                return Err(Fault::new(name, problem, "Give the log-in name or the e-mail address."));
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    if names.is_empty() {
        let found = record.cells.first().map_or("", |cell| cell.trim());
        return Err(Fault::new(found, "The row names no person.", "Write the log-in name or the e-mail address."));
    }
    Ok(Some((names, left_on)))
}

/// What the ledger takes for the name of a person.
const PERSON_CHARS_MAX: usize = 200;
