//! Puts reports together: titles merged within a device, devices merged within a file, limits checked on the way.
//!
//! Output order is fixed: reports as in the file, titles in their own order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Installation, RawTitle};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::findings::{Fault, Findings};
use crate::identity::hardware_uuid;
use crate::limits::{REPORTS, SOURCE_ID_CHARS, TITLES, TITLES_PER_REPORT};
use crate::name::{clean, clean_optional};
use crate::unreadable::Unreadable;

/// A title as a format found it, not yet cleaned.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FoundTitle<'a> {
    pub publisher: Option<&'a str>,
    pub name: Option<&'a str>,
    pub version: Option<&'a str>,
    /// `scheme:value`.
    pub source_id: Option<&'a str>,
    pub last_used_on: Option<Date>,
}

/// A guest of a hypervisor or a container, as its host sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FoundGuest<'a> {
    pub name: Option<&'a str>,
    pub uuid: Option<&'a str>,
    pub kind: DeviceKind,
    pub virtual_processors: Option<&'a str>,
    pub operating_system: Option<&'a str>,
    pub host: Option<&'a str>,
    pub cluster: Option<&'a str>,
}

/// One device while its titles arrive.
#[derive(Debug)]
pub(crate) struct Draft {
    pub device: DeviceIdentity,
    pub attributes: DeviceAttributes,
    pub reported_at: Option<Timestamp>,
    /// Nothing is said of titles.
    pub from_outside: bool,
    titles: BTreeMap<RawTitle, (Option<Date>, Option<String>)>,
    merged: u64,
}

impl Draft {
    /// A device without titles.
    pub fn new(device: DeviceIdentity, attributes: DeviceAttributes) -> Self {
        Self { device, attributes, reported_at: None, from_outside: false, titles: BTreeMap::new(), merged: 0 }
    }

    /// Adds a title, or rejects it at `place`. A title that is there already is merged: the latest use and the first
    /// identifier stay.
    pub fn install(
        &mut self,
        found: FoundTitle<'_>,
        place: impl Fn() -> String,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        let title = match read_title(&found) {
            Ok(title) => title,
            Err(fault) => return findings.reject(place(), fault),
        };
        let source_id = match found.source_id {
            Some(id) if SOURCE_ID_CHARS.is_exceeded_by(id.chars().count()) => {
                findings.remark(place(), format!("{SOURCE_ID_CHARS}; the title was read without it."));
                None
            }
            Some(id) if id.chars().any(char::is_control) => None,
            Some(id) => Some(id.to_owned()),
            None => None,
        };
        match self.titles.entry(title) {
            Entry::Vacant(vacant) => {
                vacant.insert((found.last_used_on, source_id));
                if TITLES_PER_REPORT.is_exceeded_by(self.titles.len()) {
                    return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: place() });
                }
            }
            Entry::Occupied(mut occupied) => {
                let (last_used_on, first_id) = occupied.get_mut();
                *last_used_on = (*last_used_on).max(found.last_used_on);
                if first_id.is_none() {
                    *first_id = source_id;
                }
                self.merged += 1;
            }
        }
        Ok(())
    }
}

fn read_title(found: &FoundTitle<'_>) -> Result<RawTitle, Fault> {
    let Some(name) = clean("title", found.name.unwrap_or_default())? else {
        let shown = [found.publisher, found.version, found.source_id].into_iter().flatten().next().unwrap_or_default();
        return Err(Fault::new(
            shown,
            "The title has no name.",
            "Name it at the source, or leave it out: without a name it cannot be recognised.",
        ));
    };
    Ok(RawTitle {
        publisher: clean_optional("publisher", found.publisher)?,
        name: name.to_owned(),
        version: clean_optional("version", found.version)?,
    })
}

/// Reads an attribute of a device: a text that cannot be used is rejected, the device stays.
pub(crate) fn attribute(
    what: &str,
    text: Option<&str>,
    place: impl Fn() -> String,
    findings: &mut Findings,
) -> Result<Option<String>, Unreadable> {
    match clean_optional(what, text) {
        Ok(text) => Ok(text),
        Err(fault) => findings.reject(place(), fault).map(|()| None),
    }
}

/// Reads a count of processors or cores; anything but a whole number from 1 to 65,535 is rejected, the device stays.
pub(crate) fn count(
    what: &str,
    text: Option<&str>,
    place: impl Fn() -> String,
    findings: &mut Findings,
) -> Result<Option<u32>, Unreadable> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u16>() {
        Ok(count) if count > 0 => Ok(Some(u32::from(count))),
        _ => {
            let problem = format!("This is no number of {what}.");
            findings
                .reject(place(), Fault::new(text, problem, "Write a whole number from 1 to 65,535, or nothing."))?;
            Ok(None)
        }
    }
}

/// Puts reports of one device together, each of which holds a part of its titles: the latest use and the first
/// identifier of a title stay, and of every attribute the first. `None` where the titles together are over the limit.
pub fn united(reports: Vec<DeviceReport>) -> Option<DeviceReport> {
    let mut titles: BTreeMap<RawTitle, (Option<Date>, Option<String>)> = BTreeMap::new();
    let mut first: Option<DeviceReport> = None;
    for mut report in reports {
        for Installation { title, last_used_on, source_id } in std::mem::take(&mut report.installations) {
            let (known_use, known_id) = titles.entry(title).or_default();
            *known_use = (*known_use).max(last_used_on);
            *known_id = known_id.take().or(source_id);
        }
        first = first.or(Some(report));
    }
    if TITLES_PER_REPORT.is_exceeded_by(titles.len()) {
        return None;
    }
    let installation = |(title, (last_used_on, source_id))| Installation { title, last_used_on, source_id };
    first.map(|first| DeviceReport { installations: titles.into_iter().map(installation).collect(), ..first })
}

/// All reports of a file.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub findings: Findings,
    reports: Vec<DeviceReport>,
    /// By device, and whether it was seen from outside only: both kinds of report stand beside each other.
    places: BTreeMap<(DeviceIdentity, bool), usize>,
    /// Titles of all devices, replaced ones included.
    titles: usize,
    merged: u64,
}

impl Assembly {
    /// Takes a finished device. A second report of the very same device (name, serial and UUID equal) replaces the
    /// first, as a later file would, unless it says that it is older.
    pub fn add(&mut self, draft: Draft) -> Result<(), Unreadable> {
        self.titles += draft.titles.len();
        if TITLES.is_exceeded_by(self.titles) {
            return Err(Unreadable::OverLimit { limit: TITLES, place: String::new() });
        }
        let installations = draft
            .titles
            .into_iter()
            .map(|(title, (last_used_on, source_id))| Installation { title, last_used_on, source_id })
            .collect();
        let Draft { device, attributes, reported_at, from_outside, merged, .. } = draft;
        self.merged += merged;
        match self.places.entry((device.clone(), from_outside)) {
            Entry::Vacant(vacant) => {
                vacant.insert(self.reports.len());
                self.reports.push(DeviceReport { device, attributes, installations, from_outside, reported_at });
            }
            Entry::Occupied(occupied) => {
                self.merged += 1;
                if let Some(earlier) = self.reports.get_mut(*occupied.get())
                    && (reported_at.is_none() || earlier.reported_at <= reported_at)
                {
                    *earlier = DeviceReport { device, attributes, installations, from_outside, reported_at };
                }
            }
        }
        if REPORTS.is_exceeded_by(self.reports.len()) {
            return Err(Unreadable::OverLimit { limit: REPORTS, place: String::new() });
        }
        Ok(())
    }

    /// Takes a guest as its host sees it, or rejects it at `place`.
    pub fn add_guest(
        &mut self,
        found: FoundGuest<'_>,
        reported_at: Option<Timestamp>,
        place: impl Fn() -> String,
    ) -> Result<(), Unreadable> {
        let name = match clean("guest name", found.name.unwrap_or_default()) {
            Ok(Some(name)) => name.to_owned(),
            Ok(None) => {
                let fault = Fault::new(
                    found.uuid.unwrap_or_default(),
                    "The guest has no name.",
                    "Name it on its host, or leave it out.",
                );
                return self.findings.reject(place(), fault);
            }
            Err(fault) => return self.findings.reject(place(), fault),
        };
        let findings = &mut self.findings;
        let attributes = DeviceAttributes {
            kind: found.kind,
            operating_system: attribute("operating system", found.operating_system, &place, findings)?,
            virtual_processors: count("virtual processors", found.virtual_processors, &place, findings)?,
            host: attribute("host", found.host, &place, findings)?,
            cluster: attribute("cluster", found.cluster, &place, findings)?,
            ..DeviceAttributes::default()
        };
        let device = DeviceIdentity { name, serial: None, uuid: found.uuid.and_then(hardware_uuid) };
        let mut draft = Draft::new(device, attributes);
        draft.from_outside = true;
        draft.reported_at = reported_at;
        self.add(draft)
    }

    /// Reports, findings, and how many duplicates were merged.
    pub fn finish(self) -> (Vec<DeviceReport>, Findings, u64) {
        (self.reports, self.findings, self.merged)
    }
}
