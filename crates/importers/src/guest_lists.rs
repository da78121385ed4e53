//! What hosts say of their guests, seen from outside: docker inspect, libvirt's XML, the lists of Xen, and tables of
//! virtual machines and hosts as VMware tools export them. They give capacity and place, and nothing of titles.
//!
//! Lists of one host do not name it; the caller gives its name.

use std::collections::BTreeMap;

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind};
use serde::Deserialize;

use crate::assembly::{Assembly, Draft, FoundGuest, attribute, count};
use crate::findings::Fault;
use crate::identity::hardware_uuid;
use crate::json::{Object, Scalar, for_each_object};
use crate::limits::GUESTS;
use crate::name::clean;
use crate::swid::named_device;
use crate::table::{Records, assign_columns, find_delimiter};
use crate::unreadable::Unreadable;
use crate::xml::{Elements, Tag, walk};

fn host_name(name: Option<&str>, assembly: &mut Assembly) -> Result<Option<String>, Unreadable> {
    match named_device("The list of guests does not name its host.", name) {
        Ok(device) => Ok(Some(device.name)),
        Err(fault) => assembly.findings.reject("device", fault).map(|()| None),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container<'a> {
    #[serde(default, borrow)]
    id: Scalar<'a>,
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    state: Object<ContainerState<'a>>,
    #[serde(default, borrow)]
    config: Object<ContainerConfig<'a>>,
    #[serde(default, borrow)]
    host_config: Object<ContainerLimits<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerState<'a> {
    #[serde(default, borrow)]
    status: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerConfig<'a> {
    #[serde(default, borrow)]
    image: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerLimits<'a> {
    #[serde(default, borrow)]
    nano_cpus: Scalar<'a>,
}

/// Containers that run; those that have ended use nothing.
pub(crate) fn read_docker(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(host) = host_name(name, assembly)? else { return Ok(()) };
    let (mut number, mut ended) = (0_usize, 0_usize);
    for_each_object::<Container<'_>>(text, |container| {
        let place = format!("container {number}");
        number += 1;
        let Some(container) = container else { return Ok(()) };
        let state = container.state.0.and_then(|state| state.status.filled());
        if state.as_deref().is_some_and(|state| !["running", "paused", "restarting"].contains(&state)) {
            ended += 1;
            return Ok(());
        }
        let name = container.name.filled().or(container.id.filled());
        // A thousand millionths of a core each; a share of a core counts as one.
        let limit = container.host_config.0.and_then(|limits| limits.nano_cpus.filled()?.parse::<u64>().ok());
        let cores = limit.filter(|limit| *limit > 0).map(|limit| limit.div_ceil(1_000_000_000).to_string());
        let image = container.config.0.and_then(|config| config.image.filled());
        let guest = FoundGuest {
            name: name.as_deref().map(|name| name.trim_start_matches('/')),
            kind: DeviceKind::Container,
            virtual_processors: cores.as_deref(),
            operating_system: image.as_deref(),
            host: Some(&host),
            ..FoundGuest::default()
        };
        assembly.add_guest(guest, None, || place.clone())
    })?;
    if ended > 0 {
        assembly.findings.remark("containers", format!("{ended} containers that do not run were left aside."));
    }
    Ok(())
}

#[derive(Default)]
struct Domain {
    name: Option<String>,
    uuid: Option<String>,
    processors: Option<String>,
}

impl Elements for Domain {
    fn open(&mut self, _path: &str, _tag: &Tag<'_>) -> Result<(), Unreadable> {
        Ok(())
    }

    fn close(&mut self, path: &str, text: &str) -> Result<(), Unreadable> {
        let value = || Some(text.to_owned()).filter(|text| !text.is_empty());
        match path {
            "domain/name" => self.name = value(),
            "domain/uuid" => self.uuid = value(),
            "domain/vcpu" => self.processors = value(),
            _ => {}
        }
        Ok(())
    }
}

/// One guest of libvirt, as `virsh dumpxml` prints it.
pub(crate) fn read_libvirt(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(host) = host_name(name, assembly)? else { return Ok(()) };
    let mut domain = Domain::default();
    walk(text, &mut domain)?;
    let guest = FoundGuest {
        name: domain.name.as_deref(),
        uuid: domain.uuid.as_deref(),
        kind: DeviceKind::Virtual,
        virtual_processors: domain.processors.as_deref(),
        host: Some(&host),
        ..FoundGuest::default()
    };
    assembly.add_guest(guest, None, || "domain".to_owned())
}

/// `xl list`, `xm list`, or the paragraphs of `xe vm-list`.
pub(crate) fn is_xen(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    words.starts_with(&["Name", "ID", "Mem"])
        || (words.starts_with(&["uuid", "(", "RO)"]) && text.contains("name-label"))
}

pub(crate) fn read_xen(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some(host) = host_name(name, assembly)? else { return Ok(()) };
    let mut guests: Vec<(usize, Domain)> = Vec::new();
    let is_listing = text.trim_start().starts_with("Name");
    for (number, line) in (1..).zip(text.lines()) {
        if GUESTS.is_exceeded_by(guests.len()) {
            return Err(Unreadable::OverLimit { limit: GUESTS, place: format!("line {number}") });
        }
        if is_listing {
            // A name can hold blanks; the five columns behind it cannot.
            let cells: Vec<&str> = line.split_whitespace().collect();
            let (Some(place), false) = (cells.len().checked_sub(5), line.trim_start().starts_with("Name ")) else {
                continue;
            };
            let (name, facts) = cells.split_at(place);
            let processors = facts.get(2).map(|count| (*count).to_owned());
            guests.push((number, Domain { name: Some(name.join(" ")), uuid: None, processors }));
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let key = key.split('(').next().unwrap_or_default().trim();
        let value = Some(value.trim().to_owned());
        match (key, guests.last_mut()) {
            ("uuid", _) => guests.push((number, Domain { uuid: value, ..Domain::default() })),
            ("name-label", Some((_, guest))) => guest.name = value,
            ("VCPUs-number" | "VCPUs-max", Some((_, guest))) if guest.processors.is_none() => guest.processors = value,
            _ => {}
        }
    }
    for (number, guest) in guests {
        // The control domain is the host itself.
        let is_host =
            guest.name.as_deref().is_some_and(|name| name == "Domain-0" || name.starts_with("Control domain"));
        if is_host {
            continue;
        }
        let found = FoundGuest {
            name: guest.name.as_deref(),
            uuid: guest.uuid.as_deref(),
            kind: DeviceKind::Virtual,
            virtual_processors: guest.processors.as_deref(),
            host: Some(&host),
            ..FoundGuest::default()
        };
        assembly.add_guest(found, None, || format!("line {number}"))?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Guest,
    Uuid,
    VirtualProcessors,
    Host,
    Cluster,
    System,
    Processors,
    Cores,
    Model,
}

/// Headers of tables of virtual machines, as RVTools (vInfo), PowerCLI and vCenter export them.
const GUEST_COLUMNS: [(Column, &str, &[&str]); 6] = [
    (Column::Guest, "guest", &["vm", "vm name", "virtual machine", "name"]),
    (Column::Uuid, "uuid", &["smbios uuid", "bios uuid", "vm uuid", "uuid"]),
    (Column::VirtualProcessors, "virtual processors", &["cpus", "numcpu", "num cpu", "vcpus", "vcpu", "cpu count"]),
    (Column::Host, "host", &["host", "vmhost", "vm host", "esx host", "host name"]),
    (Column::Cluster, "cluster", &["cluster", "cluster name"]),
    (
        Column::System,
        "operating system",
        &[
            "os according to the vmware tools",
            "os according to the configuration file",
            "guest os",
            "guest operating system",
            "os",
        ],
    ),
];

/// Headers of tables of hosts (vHost).
const HOST_COLUMNS: [(Column, &str, &[&str]); 5] = [
    (Column::Host, "host", &["host", "vmhost", "name"]),
    (Column::Processors, "processors", &["cpu", "cpu sockets", "cpu packages", "numcpupackages"]),
    (Column::Cores, "cores", &["cores", "cpu cores", "numcpucores", "numcpu"]),
    (Column::Model, "processor model", &["cpu model", "processor type", "processortype"]),
    (Column::Cluster, "cluster", &["cluster", "cluster name", "parent"]),
];

fn assigned(headers: &[String], columns: &[(Column, &'static str, &[&str])]) -> BTreeMap<Column, usize> {
    let mut found = BTreeMap::new();
    for (column, name, names) in columns {
        let wanted = (*column, *name, names.iter().map(ToString::to_string).collect());
        let one = assign_columns(headers, std::slice::from_ref(&wanted)).unwrap_or_default();
        found.extend(
            one.into_iter().filter(|(_, place)| !found.values().any(|taken| taken == place)).collect::<Vec<_>>(),
        );
    }
    found
}

fn headers(text: &str) -> Option<(Records<'_>, Vec<String>)> {
    let mut records = Records::new(text, find_delimiter(text));
    let header = records.next_record().ok()??;
    let headers = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    Some((records, headers))
}

/// Whether the headers are of virtual machines with their processors and hosts, or of hosts with their cores and model.
pub(crate) fn is_table(text: &str) -> bool {
    let Some((_, headers)) = headers(text) else { return false };
    is_guest_table(&headers) || is_host_table(&headers)
}

fn has(headers: &[String], names: &[&str]) -> bool {
    headers.iter().any(|header| names.contains(&crate::table::normal_header(header).as_str()))
}

fn is_guest_table(headers: &[String]) -> bool {
    let found = assigned(headers, &GUEST_COLUMNS);
    let tells = has(headers, &["vm", "vm name", "virtual machine", "numcpu", "num cpu"]);
    let all = [Column::Guest, Column::VirtualProcessors, Column::Host];
    tells
        && all.iter().all(|column| found.contains_key(column))
        && !has(headers, &["product", "software", "title", "publisher"])
}

fn is_host_table(headers: &[String]) -> bool {
    let found = assigned(headers, &HOST_COLUMNS);
    let tells = has(headers, &["cores per cpu", "numcpucores", "cpu packages", "numcpupackages", "cpu sockets"])
        || (has(headers, &["vmhost"]) && found.contains_key(&Column::Cores));
    tells && found.contains_key(&Column::Host) && !has(headers, &["product", "software", "title", "publisher"])
}

pub(crate) fn read_table(text: &str, _name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let Some((mut records, headers)) = headers(text) else { return Err(Unreadable::Empty) };
    let guests = is_guest_table(&headers);
    let columns = if guests { assigned(&headers, &GUEST_COLUMNS) } else { assigned(&headers, &HOST_COLUMNS) };
    while let Some(record) = records.next_record()? {
        let cell = |column: Column| {
            let text = columns.get(&column).map_or("", |place| record.cell(*place));
            (!text.is_empty()).then_some(text)
        };
        let place = || format!("line {}", record.line);
        if guests {
            let found = FoundGuest {
                name: cell(Column::Guest),
                uuid: cell(Column::Uuid),
                kind: DeviceKind::Virtual,
                virtual_processors: cell(Column::VirtualProcessors),
                operating_system: cell(Column::System),
                host: cell(Column::Host),
                cluster: cell(Column::Cluster),
            };
            assembly.add_guest(found, None, place)?;
            continue;
        }
        let name = match clean("host name", cell(Column::Host).unwrap_or_default()) {
            Ok(Some(name)) => name.to_owned(),
            Ok(None) => {
                let found = cell(Column::Model).unwrap_or_default();
                let fault = Fault::new(found, "The row names no host.", "Write the host's name in every row.");
                assembly.findings.reject(place(), fault)?;
                continue;
            }
            Err(fault) => {
                assembly.findings.reject(place(), fault)?;
                continue;
            }
        };
        let findings = &mut assembly.findings;
        let attributes = DeviceAttributes {
            kind: DeviceKind::Physical,
            processors: count("processors", cell(Column::Processors), place, findings)?,
            cores: count("cores", cell(Column::Cores), place, findings)?,
            processor_model: attribute("processor model", cell(Column::Model), place, findings)?,
            cluster: attribute("cluster", cell(Column::Cluster), place, findings)?,
            ..DeviceAttributes::default()
        };
        let uuid = cell(Column::Uuid).and_then(hardware_uuid);
        let mut draft = Draft::new(DeviceIdentity { name, serial: None, uuid }, attributes);
        draft.from_outside = true;
        assembly.add(draft)?;
    }
    Ok(())
}
