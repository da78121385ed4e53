//! One report of an inventory agent, whichever notation it came in: GLPI agent JSON and FusionInventory XML say the same.
//!
//! The notations fill an [`AgentReport`]; here it becomes a device report. Fields that say nothing about licences are not read.

use std::borrow::Cow;

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind};
use jiff::Timestamp;

use crate::assembly::{Assembly, Draft, FoundGuest, FoundTitle, attribute, count};
use crate::calendar::{local_day, local_moment};
use crate::findings::Fault;
use crate::identity::{hardware_uuid, personal_account, serial};
use crate::limits::{GUESTS, PROCESSORS, TITLES_PER_REPORT};
use crate::name::clean;
use crate::unreadable::Unreadable;

type Value<'a> = Option<Cow<'a, str>>;

/// What an agent says; every value is as written, blank ones are absent.
#[derive(Debug, Default)]
pub(crate) struct AgentReport<'a> {
    /// The agent's own identifier: host name and the moment of installation.
    pub agent: Value<'a>,
    /// `inventory`, or another message of the protocol.
    pub action: Value<'a>,
    /// `Computer`, `Phone`, `NetworkEquipment`, …
    pub item_type: Value<'a>,
    pub name: Value<'a>,
    pub uuid: Value<'a>,
    pub serial: Value<'a>,
    /// `Physical`, or the name of a hypervisor or container system.
    pub machine: Value<'a>,
    pub last_user: Value<'a>,
    pub logins: Vec<Cow<'a, str>>,
    pub full_host_name: Value<'a>,
    pub system_full_name: Value<'a>,
    pub system_name: Value<'a>,
    pub system_version: Value<'a>,
    /// Offset from UTC, such as `+0200`.
    pub zone_offset: Value<'a>,
    pub logged_at: Value<'a>,
    pub processors: Vec<AgentProcessor<'a>>,
    /// A truth value: the report holds only what has changed since the one before.
    pub partial: Value<'a>,
    /// Guests of a hypervisor and containers.
    pub guests: Vec<AgentGuest<'a>>,
    /// `None` where the report has no list of software at all; an inner `None` is an entry that is no object.
    pub software: Option<Vec<Option<AgentSoftware<'a>>>>,
}

/// One processor.
#[derive(Debug, Default)]
pub(crate) struct AgentProcessor<'a> {
    pub name: Value<'a>,
    pub cores: Value<'a>,
}

/// A virtual machine or container that runs on the device.
#[derive(Debug, Default)]
pub(crate) struct AgentGuest<'a> {
    pub name: Value<'a>,
    pub uuid: Value<'a>,
    pub virtual_processors: Value<'a>,
    /// The hypervisor or container system.
    pub machine: Value<'a>,
    pub system_full_name: Value<'a>,
}

/// One entry of the list of software.
#[derive(Debug, Default)]
pub(crate) struct AgentSoftware<'a> {
    pub name: Value<'a>,
    pub publisher: Value<'a>,
    pub version: Value<'a>,
    /// Product code or registry key on Windows.
    pub guid: Value<'a>,
    /// Where the agent found it: `registry`, `rpm`, `Android`, …
    pub from: Value<'a>,
    pub comments: Value<'a>,
}

impl AgentSoftware<'_> {
    /// Whether nothing at all is said.
    fn is_blank(&self) -> bool {
        [&self.name, &self.publisher, &self.version, &self.guid].iter().all(|value| value.is_none())
    }

    /// The identifier in the source's own scheme.
    fn source_id(&self) -> Option<String> {
        // The Android agent writes the package's identifier as the comment.
        if self.from.as_deref() == Some("Android") {
            return self.comments.as_ref().map(|id| format!("bundle_id:{}", id.trim()));
        }
        let id = self.guid.as_ref()?.trim();
        let scheme = if id.starts_with('{') && id.ends_with('}') { "product_code" } else { "registry_key" };
        Some(format!("{scheme}:{id}"))
    }
}

/// How a notation names places in a report.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Comes before every place; empty for the only report of a file.
    pub prefix: String,
    /// Path of the list of software.
    pub software: &'static str,
    /// Path of the list of processors.
    pub processors: &'static str,
    /// Path of the list of guests.
    pub guests: &'static str,
    /// Number of the first entry of a list: 0 in JSON, 1 in XPath.
    pub first: usize,
}

impl Places {
    fn entry(&self, list: &str, index: usize) -> String {
        format!("{}{list}[{}]", self.prefix, index + self.first)
    }

    fn field(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// Turns an agent's report into a device report, or rejects it whole.
pub(crate) fn add(
    report: AgentReport<'_>,
    places: &Places,
    name_if_absent: Option<&str>,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    let name = match device_name(&report, name_if_absent) {
        Ok(name) => name,
        Err(fault) => return assembly.findings.reject(places.field("device"), fault),
    };
    if let Some(fault) = unusable(&report, &name) {
        return assembly.findings.reject(places.field("report"), fault);
    }
    let device = DeviceIdentity {
        name,
        serial: report.serial.as_deref().and_then(serial),
        uuid: report.uuid.as_deref().and_then(hardware_uuid),
    };
    let attributes = read_attributes(&report, places, assembly)?;
    let mut draft = Draft::new(device, attributes);
    // A hypervisor that lists its guests and no software was asked from outside.
    draft.from_outside = report.software.is_none();
    if let (Some(logged_at), Some(offset)) = (&report.logged_at, &report.zone_offset) {
        draft.reported_at = local_moment(logged_at, offset);
    }
    let software = report.software.as_deref().unwrap_or_default();
    if TITLES_PER_REPORT.is_exceeded_by(software.len()) {
        let place = places.field(places.software);
        return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place });
    }
    for (index, entry) in software.iter().enumerate() {
        let place = || places.entry(places.software, index);
        let Some(entry) = entry else {
            let fault = Fault::new("", "The entry is no object with a name.", "Report the fault to the agent's maker.");
            assembly.findings.reject(place(), fault)?;
            continue;
        };
        if entry.is_blank() {
            continue;
        }
        let source_id = entry.source_id();
        let found = FoundTitle {
            publisher: entry.publisher.as_deref(),
            name: entry.name.as_deref(),
            version: entry.version.as_deref(),
            source_id: source_id.as_deref(),
            last_used_on: None,
        };
        draft.install(found, place, &mut assembly.findings)?;
    }
    let (host, reported_at) = (draft.device.name.clone(), draft.reported_at);
    assembly.add(draft)?;
    add_guests(&report.guests, &host, reported_at, places, assembly)
}

/// Reports of the guests, as their host sees them.
fn add_guests(
    guests: &[AgentGuest<'_>],
    host: &str,
    reported_at: Option<Timestamp>,
    places: &Places,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    if GUESTS.is_exceeded_by(guests.len()) {
        return Err(Unreadable::OverLimit { limit: GUESTS, place: places.field(places.guests) });
    }
    for (index, guest) in guests.iter().enumerate() {
        let place = || places.entry(places.guests, index);
        let found = FoundGuest {
            name: guest.name.as_deref(),
            uuid: guest.uuid.as_deref(),
            kind: match kind(guest.machine.as_deref()) {
                DeviceKind::Container => DeviceKind::Container,
                DeviceKind::Unknown | DeviceKind::Physical | DeviceKind::Virtual | DeviceKind::Application => {
                    DeviceKind::Virtual
                }
            },
            virtual_processors: guest.virtual_processors.as_deref(),
            operating_system: guest.system_full_name.as_deref(),
            host: Some(host),
            cluster: None,
        };
        assembly.add_guest(found, reported_at, place)?;
    }
    Ok(())
}

/// The host name, the full host name, the agent's identifier without its moment, or the name given for such a case.
fn device_name(report: &AgentReport<'_>, name_if_absent: Option<&str>) -> Result<String, Fault> {
    let from_agent = report.agent.as_deref().and_then(without_moment);
    let candidates = [report.name.as_deref(), report.full_host_name.as_deref(), from_agent, name_if_absent];
    for candidate in candidates.into_iter().flatten() {
        if let Some(name) = clean("device name", candidate)? {
            return Ok(name.to_owned());
        }
    }
    Err(Fault::new(
        report.agent.as_deref().unwrap_or_default(),
        "The report does not name its device.",
        "Give the device a name when importing, or set the host name on the device and run the agent again.",
    ))
}

/// `host` of `host-2018-07-09-09-07-13`.
fn without_moment(agent: &str) -> Option<&str> {
    let agent = agent.trim();
    let mut parts = agent.rsplitn(7, '-');
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let moment = [2, 2, 2, 2, 2, 4].iter().all(|count| parts.next().is_some_and(|part| digits(part, *count)));
    parts.next().filter(|_| moment)
}

/// Why a report says nothing about installed software, if so.
fn unusable(report: &AgentReport<'_>, name: &str) -> Option<Fault> {
    if let Some(action) = report.action.as_deref()
        && !action.trim().eq_ignore_ascii_case("inventory")
    {
        return Some(Fault::new(
            action,
            "The message is no inventory of a computer.",
            "Import the agent's inventory; messages of network discovery list no software.",
        ));
    }
    if let Some(item_type) = report.item_type.as_deref()
        && !["computer", "phone", "unmanaged"].contains(&item_type.trim().to_lowercase().as_str())
    {
        return Some(Fault::new(
            item_type,
            "The report is about a device that is no computer or phone.",
            "Leave it out; network devices and printers list no software.",
        ));
    }
    if report.partial.as_deref().is_some_and(|partial| !["false", "0", "no"].contains(&partial.trim())) {
        return Some(Fault::new(
            name,
            "The report is partial: it says only what has changed since the one before, and would take the whole one's place.",
            "Send a full inventory (an agent does so when it is run without “partial” and without postponing).",
        ));
    }
    if report.software.is_none() && report.guests.is_empty() {
        return Some(Fault::new(
            name,
            "The report has no list of software, so what is installed is unknown.",
            "Switch the category “software” on in the agent and send a full inventory.",
        ));
    }
    None
}

fn read_attributes(
    report: &AgentReport<'_>,
    places: &Places,
    assembly: &mut Assembly,
) -> Result<DeviceAttributes, Unreadable> {
    let findings = &mut assembly.findings;
    let joined = match (report.system_name.as_deref(), report.system_version.as_deref()) {
        (Some(name), Some(version)) => Some(format!("{} {}", name.trim(), version.trim())),
        (Some(name), None) => Some(name.to_owned()),
        (None, _) => None,
    };
    let system = report.system_full_name.as_deref().or(joined.as_deref());
    let operating_system = attribute("operating system", system, || places.field("operating system"), findings)?;
    // A single person logged in stands for the last one, which some agents do not report.
    let user = report.last_user.as_deref().or(match report.logins.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let user = user.and_then(|user| personal_account(Cow::Borrowed(user)));
    let primary_user = attribute("user", user.as_deref(), || places.field("last user"), findings)?;
    let model = report.processors.iter().find_map(|processor| processor.name.as_deref());
    let processor_model = attribute("processor model", model, || places.field(places.processors), findings)?;
    let mut processors = report.processors.as_slice();
    if PROCESSORS.is_exceeded_by(processors.len()) {
        let fault = Fault::new(&processors.len().to_string(), format!("{PROCESSORS}."), PROCESSORS.repair);
        findings.reject(places.field(places.processors), fault)?;
        processors = &[];
    }
    let mut cores = Vec::new();
    for (index, processor) in processors.iter().enumerate() {
        let place = || places.entry(places.processors, index);
        cores.push(count("cores", processor.cores.as_deref(), place, findings)?);
    }
    Ok(DeviceAttributes {
        kind: kind(report.machine.as_deref()),
        operating_system,
        primary_user,
        processors: u32::try_from(cores.len()).ok().filter(|processors| *processors > 0),
        // The sum is known only where every processor says its share.
        cores: cores.into_iter().sum::<Option<u32>>().filter(|cores| *cores > 0),
        processor_model,
        last_seen_on: report.logged_at.as_deref().and_then(local_day),
        ..DeviceAttributes::default()
    })
}

fn kind(machine: Option<&str>) -> DeviceKind {
    const CONTAINERS: [&str; 7] = ["docker", "podman", "lxc", "openvz", "container", "systemd-nspawn", "jail"];
    let machine = machine.unwrap_or_default().trim().to_lowercase();
    if machine.is_empty() || machine == "unknown" {
        DeviceKind::Unknown
    } else if machine == "physical" {
        DeviceKind::Physical
    } else if CONTAINERS.iter().any(|container| machine.contains(container)) {
        DeviceKind::Container
    } else {
        DeviceKind::Virtual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_identifier_names_its_host() {
        assert_eq!(without_moment("glpixps-2018-07-09-09-07-13"), Some("glpixps"));
        assert_eq!(without_moment("pc-arg-23.cedre.local-2017-04-18-09-26-44"), Some("pc-arg-23.cedre.local"));
        for text in ["foo", "2018-07-09-09-07-13", "a-2018-07-09-09-07", "a-b-c-d-e-f-g-h", ""] {
            assert_eq!(without_moment(text), None, "{text}");
        }
    }

    #[test]
    fn hypervisors_and_containers_are_told_apart() {
        assert_eq!(kind(Some("Physical")), DeviceKind::Physical);
        assert_eq!(kind(Some("VMware")), DeviceKind::Virtual);
        assert_eq!(kind(Some("Docker")), DeviceKind::Container);
        assert_eq!(kind(None), DeviceKind::Unknown);
    }
}
