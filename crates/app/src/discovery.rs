//! What a machine says of itself, as the file that an import takes.
//!
//! Reading the machine's files is for the executable; here they are understood.

use std::collections::BTreeMap;

use domain::observation::{
    DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Environment, Installation, RawTitle,
};
use jiff::civil::Date;

use crate::failure::Failure;

/// What one source on a machine lists.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Where it comes from, for people: `dpkg`, `flatpak list`.
    pub from: String,
    /// Its text, in a format that inventory files have.
    pub bytes: Vec<u8>,
}

/// A title that was seen on a machine, in a folder or a desktop entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenTitle {
    /// Its name.
    pub name: String,
    /// Its version, where the place says so.
    pub version: Option<String>,
    /// Where it was seen, as `scheme:value`.
    pub source_id: String,
}

/// What was read of a machine; what it does not have is absent.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// Lists of its package managers, and its SWID tags.
    pub listings: Vec<Listing>,
    /// What else was seen.
    pub seen: Vec<SeenTitle>,
    /// Its host name.
    pub host_name: Option<String>,
    /// Serial number as the firmware says it.
    pub serial: Option<String>,
    /// Hardware UUID as the firmware says it.
    pub uuid: Option<String>,
    /// The text of `/proc/cpuinfo`.
    pub cpuinfo: String,
    /// The text of `/etc/os-release`.
    pub os_release: String,
    /// Where it serves, in a usual word.
    pub environment: Option<String>,
    /// Who mainly uses it.
    pub primary_user: Option<String>,
    /// Today.
    pub today: Option<Date>,
}

/// What a machine says of itself.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its installations as CSV.
    pub csv: String,
    /// What could not be read, as sentences.
    pub unread: Vec<String>,
}

/// The machine and its installations as CSV. A list that cannot be read is named and left aside.
pub fn found(machine: &Machine) -> Result<Found, Failure> {
    let name = machine.host_name.clone().unwrap_or_else(|| "this-machine".to_owned());
    let mut unread = Vec::new();
    let mut installations = Vec::new();
    for listing in &machine.listings {
        match importers::read_inventory(&listing.bytes, None, Some(&name)) {
            Ok(read) => installations.extend(read.reports.into_iter().flat_map(|report| report.installations)),
            Err(refusal) => unread.push(format!("{} could not be read: {refusal}.", listing.from)),
        }
    }
    installations.extend(machine.seen.iter().map(|seen| Installation {
        title: RawTitle { publisher: None, name: seen.name.clone(), version: seen.version.clone() },
        last_used_on: None,
        source_id: Some(seen.source_id.clone()),
    }));
    if installations.is_empty() {
        return Err(Failure::NotFound("installed software that could be found on this machine".to_owned()));
    }
    let report = DeviceReport {
        device: DeviceIdentity {
            name: name.clone(),
            serial: machine.serial.clone(),
            uuid: machine.uuid.as_ref().map(|uuid| uuid.to_lowercase()),
        },
        attributes: attributes(machine)?,
        installations,
        from_outside: false,
        reported_at: None,
    };
    Ok(Found { name, csv: csv(&report), unread })
}

/// The value of a line `key: value` or `key=value`.
fn value(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim_start_matches([' ', '\t', ':', '=']).trim_matches('"').to_owned())
}

/// Sockets and cores of `/proc/cpuinfo`: of every physical id the cores that one of its lines states.
fn sockets_and_cores(cpuinfo: &str) -> Option<(u32, u32)> {
    let mut sockets: BTreeMap<String, u32> = BTreeMap::new();
    for processor in cpuinfo.split("\n\n") {
        let (Some(socket), Some(cores)) = (value(processor, "physical id"), value(processor, "cpu cores")) else {
            continue;
        };
        sockets.insert(socket, cores.parse().ok()?);
    }
    let cores = sockets.values().sum();
    Some((u32::try_from(sockets.len()).ok()?, cores)).filter(|(sockets, _)| *sockets > 0)
}

fn attributes(machine: &Machine) -> Result<DeviceAttributes, Failure> {
    let environment = match &machine.environment {
        None => None,
        Some(word) => Some(Environment::from_word(word).ok_or_else(|| domain::Refusal::Field {
            field: "environment",
            message: format!("{word} is no environment; use production, test, development or disaster_recovery."),
        })?),
    };
    let is_virtual = machine.cpuinfo.contains("hypervisor");
    let counted = sockets_and_cores(&machine.cpuinfo);
    // What a guest is shown of sockets and cores is what its hypervisor gives it.
    let physical = counted.filter(|_| !is_virtual);
    Ok(DeviceAttributes {
        kind: if is_virtual { DeviceKind::Virtual } else { DeviceKind::Physical },
        environment,
        operating_system: value(&machine.os_release, "PRETTY_NAME"),
        primary_user: machine.primary_user.clone(),
        processor_model: value(&machine.cpuinfo, "model name"),
        processors: physical.map(|(sockets, _)| sockets),
        cores: physical.map(|(_, cores)| cores),
        virtual_processors: counted.filter(|_| is_virtual).map(|(_, cores)| cores),
        last_seen_on: machine.today,
        ..DeviceAttributes::default()
    })
}

fn csv(report: &DeviceReport) -> String {
    let mut text = String::from(
        "device,serial,uuid,publisher,product,version,source id,environment,operating system,primary user,processors,cores,virtual processors,processor model,kind,last seen\n",
    );
    let attributes = &report.attributes;
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    let kind = if attributes.kind == DeviceKind::Virtual { "virtual" } else { "physical" };
    for installation in &report.installations {
        let cells = [
            report.device.name.clone(),
            optional(&report.device.serial),
            optional(&report.device.uuid),
            optional(&installation.title.publisher),
            installation.title.name.clone(),
            optional(&installation.title.version),
            optional(&installation.source_id),
            attributes.environment.map_or_else(String::new, |environment| environment.name().to_owned()),
            optional(&attributes.operating_system),
            optional(&attributes.primary_user),
            number(attributes.processors),
            number(attributes.cores),
            number(attributes.virtual_processors),
            optional(&attributes.processor_model),
            kind.to_owned(),
            attributes.last_seen_on.map_or_else(String::new, |day| day.to_string()),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        text.push_str(&quoted.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_machine_is_told_with_everything_that_lists_software() {
        let listing = |from: &str, text: &str| Listing { from: from.to_owned(), bytes: text.as_bytes().to_vec() };
        let machine = Machine {
            listings: vec![
                listing("dpkg", "Package: bash\nStatus: install ok installed\nVersion: 5.2\n"),
                listing("pip list", r#"[{"name":"requests","version":"2.31"}]"#),
                listing("snap list", "snapd is not running"),
            ],
            seen: vec![SeenTitle {
                name: "Drawing Board".to_owned(),
                version: None,
                source_id: "path:/opt/drawing-board".to_owned(),
            }],
            host_name: Some("pc-1".to_owned()),
            cpuinfo: "processor: 0\nphysical id: 0\ncpu cores: 4\n\nprocessor: 1\nphysical id: 1\ncpu cores: 4\n"
                .to_owned(),
            ..Machine::default()
        };
        let found = found(&machine).unwrap();
        assert_eq!(found.unread.len(), 1, "{:?}", found.unread);
        let read = importers::read_inventory(found.csv.as_bytes(), None, None).unwrap();
        assert!(read.rejects.is_empty(), "{:?}", read.rejects);
        let report = &read.reports[0];
        assert_eq!((report.attributes.processors, report.attributes.cores), (Some(2), Some(8)));
        let ids: Vec<&str> = report.installations.iter().filter_map(|one| one.source_id.as_deref()).collect();
        assert_eq!(ids, ["path:/opt/drawing-board", "dpkg:bash", "purl:pkg:pypi/requests"]);
    }
}
