//! What `lmstat -a` prints: who has which feature of a FlexLM server out, since when, and how many there are.

use domain::usage::{Reading, ReadingKind, Session};
use jiff::civil::{Date, DateTime};

use super::gathering::{Gathering, licences, seen};
use super::moments;
use crate::findings::Fault;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a status list.
const PROBED_LINES: usize = 40;

/// Whether the list says so near its beginning.
pub(super) fn is_status(text: &str) -> bool {
    text.lines().take(PROBED_LINES).any(|line| status_time(line).is_some())
        || text.lines().any(|line| line.starts_with("Users of ") && line.contains("(Total of "))
}

/// `Flexible License Manager status on Fri 10/20/2017 17:02`
fn status_time(line: &str) -> Option<DateTime> {
    let (_, after) = line.split_once("License Manager status on ")?;
    let mut words = after.split_whitespace().skip(1);
    let date = moments::american(words.next()?)?;
    Some(date.to_datetime(moments::time(words.next()?)?))
}

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let mut status = Status {
        at: gathering.read_at(),
        today: gathering.clock.zone.to_datetime(gathering.clock.read_at).date(),
        daemon: None,
        feature: None,
        reserved: 0,
    };
    for (line, number) in text.lines().zip(1..) {
        if let Some(at) = status_time(line) {
            if let Some(second) = moments::local(at, gathering.clock.zone) {
                (status.at, status.today) = (second, at.date());
            }
        } else if let Some(rest) = line.trim_start().strip_prefix("Users of ") {
            status.begin(number, rest, gathering)?;
        } else if let Some(daemon) = daemon(line) {
            status.daemon = Some(daemon.to_owned());
        } else if line.contains("RESERVATION") {
            status.reserved += 1;
        } else if let Some((who, when)) = line.split_once(", start ") {
            status.session(number, who, when, gathering)?;
        }
    }
    if status.reserved > 0 {
        let text = format!("{} lines tell of reservations, which are no use and were passed over.", status.reserved);
        gathering.findings.remark("the list", text);
    }
    Ok(())
}

/// `  VENDOR1: UP v11.6`
fn daemon(line: &str) -> Option<&str> {
    let (name, state) = line.trim().split_once(':')?;
    let plain = !name.is_empty() && !name.contains(char::is_whitespace);
    (plain && line.starts_with(' ') && state.trim_start().starts_with("UP")).then_some(name)
}

struct Status {
    at: i64,
    today: Date,
    daemon: Option<String>,
    feature: Option<String>,
    reserved: u64,
}

impl Status {
    /// `feature1:  (Total of 144 licenses issued;  Total of 39 licenses in use)`
    fn begin(&mut self, line: u64, rest: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
        let Some((name, counts)) = rest.split_once(':') else { return Ok(()) };
        self.feature = Some(name.trim().to_owned());
        let total = counts.split_once("Total of ").and_then(|(_, after)| after.split_whitespace().next());
        let Some(units) = total.and_then(|total| total.parse().ok()) else { return Ok(()) };
        match gathering.feature(self.daemon.as_deref(), name, None) {
            Ok(feature) => {
                let day = self.today;
                let kind = ReadingKind::Available;
                gathering.reading(line, Reading { feature, from: day, until: day, units, kind })
            }
            Err(fault) => gathering.reject(line, fault),
        }
    }

    /// `user1 server034 server0340 (v31.000000) (host1/28000 5226)` and `Fri 10/20 16:40, 5 licenses`
    fn session(&self, line: u64, who: &str, when: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
        let wrong = |problem: &str| Fault::new(who, problem, "Take the list from lmstat -a again, unedited.");
        let placed = (|| {
            let name = self.feature.as_deref().ok_or_else(|| wrong("The line stands below no feature."))?;
            let (names, _) = who.split_once(" (v").or_else(|| who.split_once(" (")).unwrap_or((who, ""));
            let words: Vec<&str> = names.split_whitespace().collect();
            // The last word is the display; a user's name may have several words.
            let (user, host) = match words.as_slice() {
                [user, host] => ((*user).to_owned(), *host),
                [user @ .., host, _] if !user.is_empty() => (user.join(" "), *host),
                _ => return Err(wrong("The line names no user on a host.")),
            };
            let mut parts = when.split(',');
            let mut start = parts.next().unwrap_or_default().split_whitespace().skip(1);
            let date = start.next().and_then(|date| moments::without_year(date, self.today));
            let began = date.zip(start.next().and_then(moments::time)).map(|(date, time)| date.to_datetime(time));
            let from = began.and_then(|began| moments::local(began, gathering.clock.zone));
            let from = from.ok_or_else(|| wrong("The line tells no beginning that can be read."))?;
            let count = parts.find_map(|part| part.trim().split_once(" license").map(|(count, _)| count));
            let count = licences(count.unwrap_or_default())?;
            let feature = gathering.feature(self.daemon.as_deref(), name, None)?;
            let (user, host) = (gathering.name("user", &user)?, gathering.name("host", host)?);
            let from = from.min(self.at);
            Ok(Session { feature, user, host, from, count, end: seen(from, self.at) })
        })();
        match placed {
            Ok(session) => gathering.session(line, session).map(|_| ()),
            Err(fault) => gathering.reject(line, fault),
        }
    }
}
