//! Debug logs of FlexLM (FlexNet) vendor daemons: OUT, IN and DENIED lines.
//!
//! Lines have a time and no date. Dates come from TIMESTAMP lines and from lines that tell of a start, with the month
//! first whatever the language of the server; between them a time that goes back tells of midnight. One start of a
//! program may write an OUT line for a package and one for the feature in it: both are kept, and which features are one
//! product is for the reader of the facts. An OUT line that no IN line answers is a session without an end.

use std::collections::HashMap;

use domain::usage::{Denial, End, Session};
use jiff::civil::{Date, Time};

use super::gathering::{Gathering, licences};
use super::moments;
use crate::findings::Fault;
use crate::limits::CELL_BYTES;
use crate::unreadable::Unreadable;

/// Lines that are looked at to tell whether it is a log.
const PROBED_LINES: usize = 400;
/// A time that goes back by no more than this is a clock that was set back (summer time ends), not midnight.
const SET_BACK_SECONDS: i64 = 2 * 3_600;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A line with its time and daemon.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    time: Time,
    daemon: &'a str,
    said: &'a str,
}

/// `9:41:07 (adskflex) OUT: …`
fn split(line: &str) -> Option<Line<'_>> {
    let (clock, rest) = line.trim_start().split_once(" (")?;
    let time = moments::time(clock).filter(|_| clock.matches(':').count() == 2)?;
    let (daemon, said) = rest.split_once(')')?;
    let plain = !daemon.is_empty() && !daemon.contains(['(', '"']);
    plain.then_some(Line { time, daemon, said: said.trim() })
}

/// Whether lines with a time and a daemon stand near the beginning.
pub(super) fn is_log(text: &str) -> bool {
    text.lines().take(PROBED_LINES).any(|line| split(line.trim_start_matches('\u{feff}')).is_some())
}

/// What a line tells.
#[derive(Debug, Clone, Copy)]
enum Told<'a> {
    Out(&'a str),
    In(&'a str),
    Denied(&'a str),
    Date(Date),
    /// The daemon, or all of them, started anew: nothing is checked out.
    Started(Option<Date>),
}

fn told<'a>(line: &Line<'a>) -> Option<Told<'a>> {
    let said = line.said;
    if let Some(rest) = said.strip_prefix("OUT:") {
        return Some(Told::Out(rest));
    }
    if let Some(rest) = said.strip_prefix("IN:") {
        return Some(Told::In(rest));
    }
    if let Some(rest) = said.strip_prefix("DENIED:") {
        return Some(Told::Denied(rest));
    }
    if let Some(rest) = said.strip_prefix("TIMESTAMP") {
        return moments::american(rest).map(Told::Date);
    }
    if let Some(rest) = said.strip_prefix("Start-Date:") {
        return started_on(rest).map(Told::Date);
    }
    if said.contains(" started on ") && said.ends_with(')') {
        let inner = said.trim_end_matches(')').rsplit('(').next()?;
        return Some(Told::Started(moments::american(inner)));
    }
    said.starts_with("Server started on").then_some(Told::Started(None))
}

/// `Fri Jan 15 2021 9:41:07 …`, where the words are English.
fn started_on(text: &str) -> Option<Date> {
    let mut words = text.split_whitespace().skip(1);
    let month = moments::month_number(words.next()?)?;
    let (day, year) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Date::new(year, month, day).ok()
}

/// A line that matters, at a second that counts from the midnight before the log's first line.
struct Entry<'a> {
    line: u64,
    second: i64,
    /// The place in the list of dates by which it is dated.
    dated_by: usize,
    daemon: &'a str,
    told: Told<'a>,
}

/// The lines that matter, and the day that each date gives to second 0.
struct Entries<'a> {
    entries: Vec<Entry<'a>>,
    days: Vec<Date>,
    last: Option<(i64, usize)>,
}

fn entries(text: &str) -> Entries<'_> {
    let mut all = Entries { entries: Vec::new(), days: Vec::new(), last: None };
    let (mut day, mut before) = (0i64, None);
    for (line, number) in text.lines().zip(1..) {
        let Some(found) = split(line.trim_start_matches('\u{feff}')) else { continue };
        let time = found.time;
        let of_day = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        if before.is_some_and(|before| before - of_day > SET_BACK_SECONDS) {
            day += 1;
        }
        before = Some(of_day);
        let second = day * DAY + of_day;
        let Some(told) = told(&found) else {
            all.last = Some((second, all.days.len().saturating_sub(1)));
            continue;
        };
        if let Told::Date(date) | Told::Started(Some(date)) = told {
            let first = date.checked_sub(jiff::SignedDuration::from_hours(24 * day)).ok();
            if let Some(first) = first.filter(|first| all.days.last() != Some(first)) {
                all.days.push(first);
            }
        }
        let dated_by = all.days.len().saturating_sub(1);
        all.last = Some((second, dated_by));
        if !matches!(told, Told::Date(_)) {
            all.entries.push(Entry { line: number, second, dated_by, daemon: found.daemon, told });
        }
    }
    all
}

/// Feature, user and host of an OUT, IN or DENIED line, with the number of licences.
struct Checkout<'a> {
    feature: &'a str,
    user: &'a str,
    host: &'a str,
    count: u32,
}

fn checkout(text: &str) -> Result<Checkout<'_>, Fault> {
    let wrong = |problem: &str| Fault::new(text, problem, "Take the log from the server again, unedited.");
    let rest = text.trim().strip_prefix('"').ok_or_else(|| wrong("The line names no feature."))?;
    let (feature, rest) = rest.split_once('"').ok_or_else(|| wrong("The name of the feature does not end."))?;
    let rest = rest.trim();
    let end = rest.find(" (").into_iter().chain(rest.find(" [")).min().unwrap_or(rest.len());
    let (who, notes) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (user, host) = who.rsplit_once('@').ok_or_else(|| wrong("The line names no user on a host."))?;
    // "(3 licenses)"; a reason in brackets is no number.
    let count = notes.split('(').skip(1).find_map(|note| {
        let (number, words) = note.split_once(' ')?;
        words.starts_with("license").then_some(number)
    });
    let host = host.split_whitespace().next().unwrap_or_default();
    Ok(Checkout { feature, user, host, count: licences(count.unwrap_or_default())? })
}

/// Daemon, feature, user and host by place.
type Key<'a> = (&'a str, u32, u32, u32);

/// Reads every line of the text.
pub(super) fn read(text: &str, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
    let all = entries(text);
    let Some(last) = all.last.and_then(|(second, dated_by)| instant(&all.days, second, dated_by, gathering)) else {
        return Err(Unreadable::OtherKind {
            what: "a FlexLM debug log without a date: no TIMESTAMP line and no start of the server is in it",
            instead: "Take the log from a start of the server or from a TIMESTAMP line on; the server writes one every few hours.",
        });
    };
    let first = all.entries.first().and_then(|entry| instant(&all.days, entry.second, entry.dated_by, gathering));
    let mut reading = Reading { open: HashMap::new(), first: first.unwrap_or(last), last, unanswered: 0 };
    for entry in &all.entries {
        let Some(at) = instant(&all.days, entry.second, entry.dated_by, gathering) else {
            let fault = Fault::new(
                entry.daemon,
                "The line lies in no year that can be.",
                "Correct the TIMESTAMP line before it.",
            );
            gathering.reject(entry.line, fault)?;
            continue;
        };
        reading.take(entry, at, gathering)?;
    }
    reading.conclude(gathering);
    Ok(())
}

fn instant(days: &[Date], second: i64, dated_by: usize, gathering: &Gathering<'_>) -> Option<i64> {
    let first = days.get(dated_by)?;
    let day = first.checked_add(jiff::SignedDuration::from_hours(24 * (second / DAY))).ok()?;
    let within = second % DAY;
    let part = |number: i64| i8::try_from(number).ok();
    let time = Time::new(part(within / 3_600)?, part(within / 60 % 60)?, part(within % 60)?, 0).ok()?;
    moments::local(day.to_datetime(time), gathering.clock.zone)
}

struct Reading<'a> {
    /// Sessions that are open, the newest last. An IN line ends the newest, so that one whose IN line is missing stays
    /// the one without an end, and does not hand its lot on to every later session of its user.
    open: HashMap<Key<'a>, Vec<usize>>,
    first: i64,
    last: i64,
    /// IN lines whose OUT line is not in the log.
    unanswered: u64,
}

impl<'a> Reading<'a> {
    fn take(&mut self, entry: &Entry<'a>, at: i64, gathering: &mut Gathering<'_>) -> Result<(), Unreadable> {
        let text = match entry.told {
            Told::Out(text) | Told::In(text) | Told::Denied(text) => text,
            Told::Started(_) => {
                self.start(entry.daemon, at, gathering);
                return Ok(());
            }
            Told::Date(_) => return Ok(()),
        };
        let found = if CELL_BYTES.is_exceeded_by(text.len()) {
            Err(Fault::new(
                text,
                format!("The line is longer than {}.", CELL_BYTES.shown),
                "Take the log from the server again, unedited.",
            ))
        } else {
            checkout(text)
        };
        let placed = found.and_then(|found| {
            let feature = gathering.feature(Some(entry.daemon), found.feature, None)?;
            Ok((feature, gathering.name("user", found.user)?, gathering.name("host", found.host)?, found.count))
        });
        let (feature, user, host, count) = match placed {
            Ok(placed) => placed,
            Err(fault) => return gathering.reject(entry.line, fault),
        };
        let key = (entry.daemon, feature, user, host);
        match entry.told {
            Told::Out(_) => {
                let end = End::Open { seen_at: at, watched_until: self.last.max(at) };
                let place = gathering.session(entry.line, Session { feature, user, host, from: at, count, end })?;
                self.open.entry(key).or_default().push(place);
            }
            Told::In(_) => self.give_back(key, count, at, (entry.line, gathering))?,
            Told::Denied(_) => gathering.denial(entry.line, Denial { feature, user, host, at, count })?,
            Told::Date(_) | Told::Started(_) => {}
        }
        Ok(())
    }

    /// Ends the newest sessions of a key until so many licences are back.
    fn give_back(
        &mut self,
        key: Key<'a>,
        count: u32,
        at: i64,
        (line, gathering): (u64, &mut Gathering<'_>),
    ) -> Result<(), Unreadable> {
        let mut left = count;
        while left > 0 {
            let Some(place) = self.open.get_mut(&key).and_then(Vec::pop) else { break };
            let Some(session) = gathering.session_at(place) else { break };
            let kept = session.count.saturating_sub(left);
            let given = session.count - kept;
            session.count = given;
            session.end = End::At(at.max(session.from));
            let rest =
                Session { count: kept, end: End::Open { seen_at: session.from, watched_until: self.last }, ..*session };
            left -= given;
            if kept > 0 {
                let place = gathering.session(line, rest)?;
                self.open.entry(key).or_default().push(place);
            }
        }
        if left > 0 {
            // It was taken before the log begins.
            self.unanswered += 1;
            let (_, feature, user, host) = key;
            let from = self.first.min(at);
            gathering.session(line, Session { feature, user, host, from, count: left, end: End::At(at) })?;
        }
        Ok(())
    }

    /// What a daemon had out ends with its restart; that of all daemons with the manager's.
    fn start(&mut self, daemon: &str, at: i64, gathering: &mut Gathering<'_>) {
        for (key, open) in &mut self.open {
            if key.0 == daemon || daemon == "lmgrd" {
                for place in open.drain(..) {
                    if let Some(session) = gathering.session_at(place) {
                        session.end = End::At(at.max(session.from));
                    }
                }
            }
        }
    }

    fn conclude(self, gathering: &mut Gathering<'_>) {
        gathering.covers = Some((self.first.min(self.last), self.first.max(self.last)));
        if self.unanswered > 0 {
            let text = format!(
                "{} IN lines have no OUT line before them; what they give back counts from the first line of the log.",
                self.unanswered
            );
            gathering.findings.remark("the log", text);
        }
        let open: usize = self.open.values().map(Vec::len).sum();
        if open > 0 {
            let text = format!("{open} OUT lines have no IN line after them; nothing tells when these sessions ended.");
            gathering.findings.remark("the log", text);
        }
    }
}
