//! What `lstc_qrun -r` prints for a licence server of LS-Dyna. It says neither when nor since when, so each list is one
//! instant: that at which it comes in.

use domain::usage::{Reading, ReadingKind, Session};

use super::gathering::{Gathering, licences, seen};
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a queue.
const PROBED_LINES: usize = 20;
/// Whose programs it counts.
const VENDOR: &str = "LSTC";

/// Whether the head of the table stands near the beginning.
pub(super) fn is_queue(text: &str) -> bool {
    let head = |line: &str| line.starts_with("PROGRAM") && line.contains("EXPIRATION") && line.contains("QUEUE");
    text.lines().take(PROBED_LINES).any(head)
}

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let at = gathering.read_at();
    let day = gathering.clock.zone.to_datetime(gathering.clock.read_at).date();
    let mut program: Option<String> = None;
    for (line, number) in text.lines().zip(1..) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            // A program with its expiration, the licences used, free and in all, and the queue.
            [name, expires, .., total, "|", _] if expires.contains('/') => {
                program = Some((*name).to_owned());
                let Ok(units) = total.parse() else { continue };
                match gathering.feature(Some(VENDOR), name, None) {
                    Ok(feature) => {
                        let kind = ReadingKind::Available;
                        gathering.reading(number, Reading { feature, from: day, until: day, units, kind })?;
                    }
                    Err(fault) => gathering.reject(number, fault)?,
                }
            }
            [user, job, count, ..] if job.contains('@') => {
                match session(program.as_deref(), user, job, count, at, gathering) {
                    Ok(session) => drop(gathering.session(number, session)?),
                    Err(fault) => gathering.reject(number, fault)?,
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A user, `19949@host` and the number of licences.
fn session(
    program: Option<&str>,
    user: &str,
    job: &str,
    count: &str,
    at: i64,
    gathering: &mut Gathering<'_>,
) -> Result<Session, Fault> {
    let wrong = |problem: &str| Fault::new(job, problem, "Take the list from lstc_qrun -r again, unedited.");
    let name = program.ok_or_else(|| wrong("The line stands below no program."))?;
    let (_, host) = job.rsplit_once('@').ok_or_else(|| wrong("The line names no host."))?;
    let feature = gathering.feature(Some(VENDOR), name, None)?;
    let (user, host) = (gathering.name("user", user)?, gathering.name("host", host)?);
    Ok(Session { feature, user, host, from: at, count: licences(count)?, end: seen(at, at) })
}
