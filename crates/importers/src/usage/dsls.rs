//! What the administration tool of the Dassault Systèmes licence server (DSLS) prints for its use, as a table.

use std::collections::BTreeMap;

use domain::usage::{Reading, ReadingKind, Session};

use super::gathering::{Gathering, licences, seen};
use super::moments;
use crate::findings::Fault;
use crate::table::{Records, normal_header};
use crate::unreadable::Unreadable;

const HEAD: &str = "Editor,EditorId,Feature,Model";

/// Whether the head of the table is in the text.
pub(super) fn is_usage(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(HEAD))
}

/// Reads every row of the table. The latest use that it tells of is when it was made.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let before = text.lines().take_while(|line| !line.trim_start().starts_with(HEAD)).count();
    let begin: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let table = text.get(begin..).unwrap_or_default();
    let mut records = Records::new(table, ',');
    let Some(head) = records.next_record()? else { return Err(Unreadable::Empty) };
    let columns: BTreeMap<String, usize> =
        head.cells.iter().enumerate().map(|(place, cell)| (normal_header(cell), place)).collect();
    let mut rows = Vec::new();
    while let Some(record) = records.next_record()? {
        let cell = |name: &str| columns.get(name).map_or("", |place| record.cell(*place)).to_owned();
        rows.push(Row {
            line: record.line + u64::try_from(before).unwrap_or(0),
            editor: cell("editor"),
            feature: cell("feature"),
            total: cell("count"),
            tokens: cell("tokens"),
            host: cell("host"),
            user: cell("user"),
            granted: cell("granted at"),
            since: cell("granted since"),
            used: cell("last used at"),
        });
    }
    let latest = rows
        .iter()
        .filter_map(|row| moments::instant(&row.used, gathering.clock.zone, moments::Dates::default()).ok())
        .max();
    let at = latest.unwrap_or(gathering.read_at());
    let made = jiff::Timestamp::from_second(at).unwrap_or(gathering.clock.read_at);
    let day = gathering.clock.zone.to_datetime(made).date();
    for row in &rows {
        if let Err(fault) = row.take(at, day, gathering) {
            match fault {
                Failed::Row(fault) => gathering.reject(row.line, fault)?,
                Failed::File(refusal) => return Err(refusal),
            }
        }
    }
    Ok(())
}

struct Row {
    line: u64,
    editor: String,
    feature: String,
    total: String,
    tokens: String,
    host: String,
    user: String,
    granted: String,
    since: String,
    used: String,
}

enum Failed {
    Row(Fault),
    File(Unreadable),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Row(fault)
    }
}

impl Row {
    fn take(&self, at: i64, day: jiff::civil::Date, gathering: &mut Gathering<'_>) -> Result<(), Failed> {
        let feature = gathering.feature(Some(&self.editor), &self.feature, None)?;
        if let Ok(units) = self.total.parse() {
            let reading = Reading { feature, from: day, until: day, units, kind: ReadingKind::Available };
            gathering.reading(self.line, reading).map_err(Failed::File)?;
        }
        if self.user.is_empty() && self.host.is_empty() {
            return Ok(());
        }
        let began = [&self.granted, &self.since].into_iter().find(|began| !began.is_empty());
        let from = match began {
            Some(began) => moments::instant(began, gathering.clock.zone, moments::Dates::default())?.min(at),
            None => at,
        };
        // "host (263.0)/127.0.0.1"
        let host = self.host.split_once(" (").map_or(self.host.as_str(), |(host, _)| host);
        let (user, host) = (gathering.name("user", &self.user)?, gathering.name("host", host)?);
        let count = licences(&self.tokens)?;
        let session = Session { feature, user, host, from, count, end: seen(from, at) };
        gathering.session(self.line, session).map_err(Failed::File)?;
        Ok(())
    }
}
