//! What `rlmstat -a` (`rlmutil rlmstat -a`) prints for a Reprise License Manager.

use domain::usage::{Reading, ReadingKind, Session};
use jiff::civil::{Date, DateTime};

use super::gathering::{Gathering, licences, seen};
use super::moments;
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a status list.
const PROBED_LINES: usize = 60;

/// Whether the list says so near its beginning.
pub(super) fn is_status(text: &str) -> bool {
    let says = |line: &str| line.contains("rlm status on ") || line.trim_start().starts_with("rlm software version");
    text.lines().take(PROBED_LINES).any(says)
}

/// `Todays Statistics (13:48:32), init time: Tue Nov  2 23:00:06 2021`: the list was made that long after.
fn made_at(line: &str) -> Option<DateTime> {
    let rest = line.trim().strip_prefix("Todays Statistics (")?;
    let (since, rest) = rest.split_once(')')?;
    let (_, init) = rest.split_once("init time:")?;
    let since = moments::time(since)?;
    let seconds = i64::from(since.hour()) * 3_600 + i64::from(since.minute()) * 60 + i64::from(since.second());
    moments::c_time(init)?.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
}

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let mut at = gathering.read_at();
    let mut today = gathering.clock.zone.to_datetime(gathering.clock.read_at).date();
    // The server's own statistics stand above those of its ISVs and were taken at the same time.
    if let Some((made, second)) =
        text.lines().find_map(made_at).and_then(|made| Some((made, moments::local(made, gathering.clock.zone)?)))
    {
        (at, today) = (second, made.date());
    }
    let mut isv: Option<String> = None;
    let mut pool: Option<String> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some((name, _)) =
            line.split_once(" license pool status on ").or_else(|| line.split_once(" license usage status on "))
        {
            isv = Some(name.trim().to_owned());
        } else if let Some(count) = line.strip_prefix("count: ") {
            let units = count.split(',').next().and_then(|count| count.trim().parse().ok());
            if let Some((name, units)) = pool.take().zip(units) {
                available(number, (isv.as_deref(), &name), units, today, gathering)?;
            }
        } else if let Some((name, rest)) = line.split_once(": ").filter(|(_, rest)| rest.contains(" at ")) {
            let placed = session((isv.as_deref(), name), rest, (at, today), gathering);
            match placed {
                Ok(session) => drop(gathering.session(number, session)?),
                Err(fault) => gathering.reject(number, fault)?,
            }
        } else if let Some((name, version)) = line.rsplit_once(" v")
            && version.starts_with(|first: char| first.is_ascii_digit())
        {
            pool = Some(name.trim().to_owned());
        }
    }
    Ok(())
}

fn available(
    line: u64,
    (isv, name): (Option<&str>, &str),
    units: u64,
    day: Date,
    gathering: &mut Gathering<'_>,
) -> Result<(), Unreadable> {
    match gathering.feature(isv, name, None) {
        Ok(feature) => {
            gathering.reading(line, Reading { feature, from: day, until: day, units, kind: ReadingKind::Available })
        }
        Err(fault) => gathering.reject(line, fault),
    }
}

/// `solver v3.0` and `user@host 5/0 at 11/01 09:01  (handle: 15a)`
fn session(
    (isv, named): (Option<&str>, &str),
    rest: &str,
    (at, today): (i64, Date),
    gathering: &mut Gathering<'_>,
) -> Result<Session, Fault> {
    let wrong = |problem: &str| Fault::new(rest, problem, "Take the list from rlmstat -a again, unedited.");
    let name = named.rsplit_once(" v").map_or(named, |(name, _)| name);
    let (before, began) = rest.split_once(" at ").ok_or_else(|| wrong("The line tells no beginning."))?;
    let (who, counts) = before.trim().rsplit_once(' ').ok_or_else(|| wrong("The line tells no number of licences."))?;
    let (user, host) = who.trim().rsplit_once('@').ok_or_else(|| wrong("The line names no user on a host."))?;
    let count = licences(counts.split('/').next().unwrap_or_default())?;
    let mut words = began.split_whitespace();
    let date = words.next().and_then(|date| moments::without_year(date, today));
    let began = date.zip(words.next().and_then(moments::time)).map(|(date, time)| date.to_datetime(time));
    let from = began.and_then(|began| moments::local(began, gathering.clock.zone));
    let from = from.ok_or_else(|| wrong("The line tells no beginning that can be read."))?.min(at);
    let feature = gathering.feature(isv, name, None)?;
    let (user, host) = (gathering.name("user", user)?, gathering.name("host", host)?);
    Ok(Session { feature, user, host, from, count, end: seen(from, at) })
}
