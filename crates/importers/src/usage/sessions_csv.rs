//! A table with a row for each session: who had which feature from when to when, or was denied.

use domain::usage::{Denial, End, Session};

use super::columns::{UsageField as Field, UsageRows};
use super::gathering::{Gathering, licences};
use super::moments;
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Reads every row of the table.
pub(super) fn read(mut rows: UsageRows<'_, '_>, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let mut covers: Option<(i64, i64)> = None;
    let mut open = Vec::new();
    while let Some(line) = rows.next_row()? {
        match row(&rows, gathering) {
            Ok(Row::Session(session)) => {
                covers = Some(widened(covers, session.from));
                let is_open = matches!(session.end, End::Open { .. });
                let place = gathering.session(line, session)?;
                if is_open {
                    open.push(place);
                }
            }
            Ok(Row::Denial(denial)) => {
                covers = Some(widened(covers, denial.at));
                gathering.denial(line, denial)?;
            }
            Err(fault) => gathering.reject(line, fault)?,
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
    Ok(())
}

fn widened(covers: Option<(i64, i64)>, at: i64) -> (i64, i64) {
    covers.map_or((at, at), |(first, last)| (first.min(at), last.max(at)))
}

enum Row {
    Session(Session),
    Denial(Denial),
}

fn row(rows: &UsageRows<'_, '_>, gathering: &mut Gathering<'_>) -> Result<Row, Fault> {
    let cell = |field: Field| rows.cell(field);
    let feature = gathering.feature(Some(cell(Field::Vendor)), cell(Field::Feature), None)?;
    let user = gathering.name("user", cell(Field::User))?;
    let host = gathering.name("host", cell(Field::Host))?;
    let count = licences(cell(Field::Count))?;
    let from = moments::instant(cell(Field::Start), gathering.clock.zone, rows.dates)?;
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
            let until = moments::instant(text, gathering.clock.zone, rows.dates)?;
            if until < from {
                let repair = "Exchange the two, or correct the one that is wrong.";
                return Err(Fault::new(text, "The session ends before it starts.", repair));
            }
            End::At(until)
        }
    };
    Ok(Row::Session(Session { feature, user, host, from, count, end }))
}
