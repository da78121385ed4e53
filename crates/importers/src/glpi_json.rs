//! GLPI agent inventory in JSON: one report, a list of reports, or reports one after the other.
//!
//! Only names of fields live here; what they mean is in `agent_report`.

use serde::Deserialize;

use crate::agent_report::{AgentGuest, AgentProcessor, AgentReport, AgentSoftware, Places, add};
use crate::assembly::Assembly;
use crate::findings::Fault;
use crate::json::{List, Object, Scalar, for_each_object};
use crate::unreadable::Unreadable;

#[derive(Deserialize)]
struct Report<'a> {
    #[serde(default, borrow)]
    deviceid: Scalar<'a>,
    #[serde(default, borrow)]
    action: Scalar<'a>,
    #[serde(default, borrow)]
    itemtype: Scalar<'a>,
    #[serde(default, borrow)]
    partial: Scalar<'a>,
    #[serde(default, borrow)]
    content: Object<Content<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(default, borrow)]
    hardware: Object<Hardware<'a>>,
    #[serde(default, borrow)]
    bios: Object<Bios<'a>>,
    #[serde(default, borrow)]
    operatingsystem: Object<OperatingSystem<'a>>,
    #[serde(default, borrow)]
    accesslog: Object<AccessLog<'a>>,
    #[serde(default, borrow)]
    users: List<User<'a>, 100>,
    #[serde(default, borrow)]
    cpus: List<Processor<'a>, 1_024>,
    // The limit of titles on one device; a list beyond it is refused in `agent_report`.
    #[serde(default, borrow)]
    softwares: List<Software<'a>, 20_000>,
    // The limit of guests, likewise.
    #[serde(default, borrow)]
    virtualmachines: List<Guest<'a>, 10_000>,
}

#[derive(Deserialize)]
struct Guest<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    uuid: Scalar<'a>,
    #[serde(default, borrow)]
    vcpu: Scalar<'a>,
    #[serde(default, borrow)]
    vmtype: Scalar<'a>,
    #[serde(default, borrow)]
    subsystem: Scalar<'a>,
    #[serde(default, borrow)]
    operatingsystem: Object<OperatingSystem<'a>>,
}

#[derive(Deserialize)]
struct Hardware<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    uuid: Scalar<'a>,
    #[serde(default, borrow)]
    vmsystem: Scalar<'a>,
    #[serde(default, borrow)]
    lastloggeduser: Scalar<'a>,
}

#[derive(Deserialize)]
struct Bios<'a> {
    #[serde(default, borrow)]
    ssn: Scalar<'a>,
}

#[derive(Deserialize)]
struct OperatingSystem<'a> {
    #[serde(default, borrow)]
    full_name: Scalar<'a>,
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    version: Scalar<'a>,
    #[serde(default, borrow)]
    fqdn: Scalar<'a>,
    #[serde(default, borrow)]
    timezone: Object<TimeZone<'a>>,
}

#[derive(Deserialize)]
struct TimeZone<'a> {
    #[serde(default, borrow)]
    offset: Scalar<'a>,
}

#[derive(Deserialize)]
struct AccessLog<'a> {
    #[serde(default, borrow)]
    logdate: Scalar<'a>,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(default, borrow)]
    login: Scalar<'a>,
}

#[derive(Deserialize)]
struct Processor<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    core: Scalar<'a>,
}

#[derive(Deserialize)]
struct Software<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    publisher: Scalar<'a>,
    #[serde(default, borrow)]
    version: Scalar<'a>,
    #[serde(default, borrow)]
    guid: Scalar<'a>,
    #[serde(default, borrow)]
    from: Scalar<'a>,
    #[serde(default, borrow)]
    comments: Scalar<'a>,
}

/// Reads every report of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    // The only report of a file is read without a number in its places.
    let mut number = 0_usize;
    for_each_object::<Report<'_>>(text, |report| {
        number += 1;
        let prefix = if number == 1 { String::new() } else { format!("report {number}: ") };
        let Some(report) = report else {
            let fault = Fault::new("", "This is no report.", "Leave it out; a report is an object with “content”.");
            return assembly.findings.reject(format!("report {number}"), fault);
        };
        let places = Places {
            prefix,
            software: "content.softwares",
            processors: "content.cpus",
            guests: "content.virtualmachines",
            first: 0,
        };
        add(report.into_agent_report(), &places, name_if_absent, assembly)
    })
}

impl<'a> Report<'a> {
    fn into_agent_report(self) -> AgentReport<'a> {
        let mut report = AgentReport {
            agent: self.deviceid.filled(),
            action: self.action.filled(),
            item_type: self.itemtype.filled(),
            partial: self.partial.filled(),
            ..AgentReport::default()
        };
        let Some(content) = self.content.0 else { return report };
        if let Some(hardware) = content.hardware.0 {
            report.name = hardware.name.filled();
            report.uuid = hardware.uuid.filled();
            report.machine = hardware.vmsystem.filled();
            report.last_user = hardware.lastloggeduser.filled();
        }
        report.serial = content.bios.0.and_then(|bios| bios.ssn.filled());
        if let Some(system) = content.operatingsystem.0 {
            report.system_full_name = system.full_name.filled();
            report.system_name = system.name.filled();
            report.system_version = system.version.filled();
            report.full_host_name = system.fqdn.filled();
            report.zone_offset = system.timezone.0.and_then(|zone| zone.offset.filled());
        }
        report.logged_at = content.accesslog.0.and_then(|log| log.logdate.filled());
        let users = content.users.0.unwrap_or_default();
        report.logins = users.into_iter().filter_map(|user| user.0?.login.filled()).collect();
        let processors = content.cpus.0.unwrap_or_default().into_iter().filter_map(|processor| processor.0);
        report.processors = processors
            .map(|processor| AgentProcessor { name: processor.name.filled(), cores: processor.core.filled() })
            .collect();
        let guests = content.virtualmachines.0.unwrap_or_default().into_iter();
        report.guests = guests.map(|guest| guest.0.map(Guest::into_agent_guest).unwrap_or_default()).collect();
        report.software = content
            .softwares
            .0
            .map(|list| list.into_iter().map(|entry| entry.0.map(Software::into_agent_software)).collect());
        report
    }
}

impl<'a> Guest<'a> {
    fn into_agent_guest(self) -> AgentGuest<'a> {
        AgentGuest {
            name: self.name.filled(),
            uuid: self.uuid.filled(),
            virtual_processors: self.vcpu.filled(),
            machine: self.vmtype.filled().or(self.subsystem.filled()),
            system_full_name: self.operatingsystem.0.and_then(|system| system.full_name.filled()),
        }
    }
}

impl<'a> Software<'a> {
    fn into_agent_software(self) -> AgentSoftware<'a> {
        AgentSoftware {
            name: self.name.filled(),
            publisher: self.publisher.filled(),
            version: self.version.filled(),
            guid: self.guid.filled(),
            from: self.from.filled(),
            comments: self.comments.filled(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::{GUESTS, TITLES_PER_REPORT};

    #[test]
    fn the_bounds_of_the_lists_are_the_limits() {
        assert_eq!((TITLES_PER_REPORT.max, GUESTS.max), (20_000, 10_000));
    }
}
