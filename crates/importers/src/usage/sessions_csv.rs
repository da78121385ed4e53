//! A table with a row for each session: who had which feature from when to when, or was denied.

use std::collections::BTreeMap;

use domain::usage::{Denial, End, Session};

use super::gathering::{Gathering, licences};
use super::moments;
use crate::findings::Fault;
use crate::table::{Columns, Record, Records, assign_fields, find_delimiter};
use crate::unreadable::Unreadable;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Start,
    End,
    User,
    Host,
    Feature,
    Vendor,
    Count,
    Denied,
}

/// Fields with their names on screen and the headers that give them, the first being ours.
pub(crate) const FIELDS: [(Field, &str, &[&str]); 8] = [
    (
        Field::Start,
        "start",
        &["start", "started", "start time", "checkout", "checkout time", "from", "begin", "login time"],
    ),
    (Field::End, "end", &["end", "ended", "end time", "checkin", "checkin time", "until", "to", "logout time"]),
    (Field::User, "user", &["user", "username", "user name", "login", "account"]),
    (Field::Host, "host", &["host", "hostname", "host name", "machine", "computer", "workstation", "device"]),
    (Field::Feature, "feature", &["feature", "feature name", "product", "application", "module", "license", "licence"]),
    (Field::Vendor, "vendor", &["vendor", "daemon", "vendor daemon", "isv", "publisher"]),
    (Field::Count, "count", &["count", "licenses", "licences", "quantity", "tokens", "seats"]),
    (Field::Denied, "denied", &["denied", "denial", "refused"]),
];

/// Whether the first record heads a feature, a start and an end.
pub(super) fn is_table(text: &str) -> bool {
    let mut records = Records::new(text, find_delimiter(text));
    let Ok(Some(header)) = records.next_record() else { return false };
    let headers: Vec<String> = header.cells.iter().map(ToString::to_string).collect();
    assign_fields(&headers, &FIELDS).is_ok_and(|columns| {
        [Field::Feature, Field::Start, Field::End].iter().all(|field| columns.contains_key(field))
            && (columns.contains_key(&Field::User) || columns.contains_key(&Field::Host))
    })
}

/// Reads every row of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let mut records = Records::new(text, find_delimiter(text));
    let Some(header) = records.next_record()? else { return Err(Unreadable::Empty) };
    let headers: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let assigned = assign_fields(&headers, &FIELDS)?;
    let mut columns = Columns::of_fields(&headers, &assigned, &FIELDS);
    let mut covers: Option<(i64, i64)> = None;
    let mut open = Vec::new();
    while let Some(record) = records.next_record()? {
        columns.sample(&record);
        match row(&record, &assigned, gathering) {
            Ok(Row::Session(session)) => {
                covers = Some(widened(covers, session.from));
                let is_open = matches!(session.end, End::Open { .. });
                let place = gathering.session(record.line, session)?;
                if is_open {
                    open.push(place);
                }
            }
            Ok(Row::Denial(denial)) => {
                covers = Some(widened(covers, denial.at));
                gathering.denial(record.line, denial)?;
            }
            Err(fault) => gathering.reject(record.line, fault)?,
        }
    }
    // What has no end may have gone on to the last instant that the table tells of.
    let last = (0..gathering.session_count()).filter_map(|place| match gathering.session_at(place)?.end {
        End::At(at) => Some(at),
        End::Open { seen_at, .. } => Some(seen_at),
    });
    let last = last.max();
    for place in open {
        if let (Some(session), Some(last)) = (gathering.session_at(place), last) {
            session.end = End::Open { seen_at: session.from, watched_until: last.max(session.from) };
        }
    }
    gathering.covers = covers;
    gathering.columns = columns.into_inner();
    Ok(())
}

fn widened(covers: Option<(i64, i64)>, at: i64) -> (i64, i64) {
    covers.map_or((at, at), |(first, last)| (first.min(at), last.max(at)))
}

enum Row {
    Session(Session),
    Denial(Denial),
}

fn row(record: &Record<'_>, assigned: &BTreeMap<Field, usize>, gathering: &mut Gathering<'_>) -> Result<Row, Fault> {
    let cell = |field: Field| assigned.get(&field).map_or("", |column| record.cell(*column));
    let feature = gathering.feature(Some(cell(Field::Vendor)), cell(Field::Feature), None)?;
    let user = gathering.name("user", cell(Field::User))?;
    let host = gathering.name("host", cell(Field::Host))?;
    let count = licences(cell(Field::Count))?;
    let from = moments::instant(cell(Field::Start), gathering.clock.zone)?;
    let denied = match cell(Field::Denied).to_lowercase().as_str() {
        "" | "no" | "false" | "0" => false,
        "yes" | "true" | "1" => true,
        other => return Err(Fault::new(other, "This is neither yes nor no.", "Write yes, or leave the cell empty.")),
    };
    if denied {
        return Ok(Row::Denial(Denial { feature, user, host, at: from, count }));
    }
    let end = match cell(Field::End) {
        "" => End::Open { seen_at: from, watched_until: from },
        text => {
            let until = moments::instant(text, gathering.clock.zone)?;
            if until < from {
                let repair = "Exchange the two, or correct the one that is wrong.";
                return Err(Fault::new(text, "The session ends before it starts.", repair));
            }
            End::At(until)
        }
    };
    Ok(Row::Session(Session { feature, user, host, from, count, end }))
}
