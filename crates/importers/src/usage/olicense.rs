//! What `olixtool` prints for an OLicense server. It says neither when nor since when, so each list is one instant: that
//! at which it comes in.

use domain::usage::{Reading, ReadingKind, Session};

use super::gathering::{Gathering, licences, seen};
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a status list.
const PROBED_LINES: usize = 10;

/// Whether the list says so near its beginning.
pub(super) fn is_status(text: &str) -> bool {
    text.lines().take(PROBED_LINES).any(|line| line.starts_with("olixtool "))
}

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let at = gathering.read_at();
    let day = gathering.clock.zone.to_datetime(gathering.clock.read_at).date();
    let mut licenser: Option<String> = None;
    let mut module: Option<String> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("Licenser:") {
            licenser = Some(name.trim().to_owned());
        } else if line.contains(';') && !line.starts_with("Name;") {
            let cells: Vec<&str> = line.split(';').map(str::trim).collect();
            if let [name, _, count, ..] = cells.as_slice() {
                module = Some((*name).to_owned());
                let Ok(units) = count.parse() else { continue };
                match gathering.feature(licenser.as_deref(), name, None) {
                    Ok(feature) => {
                        let kind = ReadingKind::Available;
                        gathering.reading(number, Reading { feature, from: day, until: day, units, kind })?;
                    }
                    Err(fault) => gathering.reject(number, fault)?,
                }
            }
        } else if let Some((who, count)) = line.rsplit_once(" #").filter(|(who, _)| who.contains('@')) {
            match session((licenser.as_deref(), module.as_deref()), who, count, at, gathering) {
                Ok(session) => drop(gathering.session(number, session)?),
                Err(fault) => gathering.reject(number, fault)?,
            }
        }
    }
    Ok(())
}

/// `user@host` and `5`
fn session(
    (licenser, module): (Option<&str>, Option<&str>),
    who: &str,
    count: &str,
    at: i64,
    gathering: &mut Gathering<'_>,
) -> Result<Session, Fault> {
    let wrong = |problem: &str| Fault::new(who, problem, "Take the list from olixtool again, unedited.");
    let name = module.ok_or_else(|| wrong("The line stands below no module."))?;
    let (user, host) = who.trim().rsplit_once('@').ok_or_else(|| wrong("The line names no user on a host."))?;
    let feature = gathering.feature(licenser, name, None)?;
    let (user, host) = (gathering.name("user", user)?, gathering.name("host", host)?);
    Ok(Session { feature, user, host, from: at, count: licences(count)?, end: seen(at, at) })
}
