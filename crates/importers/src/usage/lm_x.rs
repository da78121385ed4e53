//! What `lmxendutil -licstat` prints for an LM-X licence server. It does not say when, so it is dated when it comes in.

use domain::usage::{Reading, ReadingKind, Session};

use super::gathering::{Gathering, licences, seen};
use super::moments;
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a status list.
const PROBED_LINES: usize = 20;

/// Whether the list says so near its beginning.
pub(super) fn is_status(text: &str) -> bool {
    let says = |line: &str| line.starts_with("LM-X End-user Utility") || line.starts_with("LM-X License Server on ");
    text.lines().take(PROBED_LINES).any(says)
}

/// What the words of a line of one feature say beside each other: `Feature: a Version: 3.0 Vendor: b`.
fn named<'a>(line: &'a str, key: &str, next: &str) -> Option<&'a str> {
    let (_, after) = line.split_once(key)?;
    Some(after.split_once(next).map_or(after, |(value, _)| value).trim())
}

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let at = gathering.read_at();
    let day = gathering.clock.zone.to_datetime(gathering.clock.read_at).date();
    let mut feature: Option<(String, Option<String>)> = None;
    let mut user: Option<(u64, String)> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with("Feature: ") {
            let name = named(line, "Feature: ", " Version:").unwrap_or_default().to_owned();
            feature = Some((name, named(line, "Vendor: ", " Key type:").map(str::to_owned)));
        } else if let Some((counts, _)) = line.split_once(" license(s) used") {
            if let Some((_, who)) = line.split_once(" used by ") {
                user = Some((number, format!("{counts} {who}")));
            } else if let Some((_, total)) = counts.split_once(" of ")
                && let (Some((name, vendor)), Ok(units)) = (&feature, total.trim().parse())
            {
                match gathering.feature(vendor.as_deref(), name, None) {
                    Ok(feature) => {
                        let kind = ReadingKind::Available;
                        gathering.reading(number, Reading { feature, from: day, until: day, units, kind })?;
                    }
                    Err(fault) => gathering.reject(number, fault)?,
                }
            }
        } else if line.contains("Checkout time: ")
            && let Some((number, who)) = user.take()
        {
            match session(feature.as_ref(), &who, line, at, gathering) {
                Ok(session) => drop(gathering.session(number, session)?),
                Err(fault) => gathering.reject(number, fault)?,
            }
        }
    }
    Ok(())
}

/// `5 user@host [10.1.2.3]` and `Login time: 2022-02-23 11:07   Checkout time: 2022-02-23 11:07`
fn session(
    feature: Option<&(String, Option<String>)>,
    who: &str,
    times: &str,
    at: i64,
    gathering: &mut Gathering<'_>,
) -> Result<Session, Fault> {
    let wrong = |problem: &str| Fault::new(who, problem, "Take the list from lmxendutil -licstat again, unedited.");
    let (name, vendor) = feature.ok_or_else(|| wrong("The line stands below no feature."))?;
    let (count, who) = who.split_once(' ').ok_or_else(|| wrong("The line names no user."))?;
    let who = who.split_once(" [").map_or(who, |(who, _)| who);
    let (user, host) = who.trim().rsplit_once('@').ok_or_else(|| wrong("The line names no user on a host."))?;
    let began = times.split_once("Checkout time: ").map_or("", |(_, began)| began);
    let from = moments::instant(began.trim(), gathering.clock.zone, moments::Dates::default())?.min(at);
    let feature = gathering.feature(vendor.as_deref(), name, None)?;
    let (user, host) = (gathering.name("user", user)?, gathering.name("host", host)?);
    Ok(Session { feature, user, host, from, count: licences(count)?, end: seen(from, at) })
}
