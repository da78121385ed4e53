//! osquery and Fleet: rows of tables of programs and packages, results of queries in logs, and hosts with their software.
//!
//! Tables about anything else than installed software give rows without a version, and say nothing here.

use domain::observation::{DeviceAttributes, DeviceIdentity};
use serde::Deserialize;

use crate::assembly::{Assembly, Draft, FoundTitle, attribute, count};
use crate::findings::Fault;
use crate::identity::{hardware_uuid, serial};
use crate::json::{List, Object, Outline, Scalar, for_each_object};
use crate::name::clean;
use crate::swid::named_device;
use crate::unreadable::Unreadable;

/// Columns that tables of software have and lists of other tools do not.
const TELLING: [&str; 10] = [
    "identifying_number",
    "install_location",
    "install_source",
    "bundle_identifier",
    "bundle_short_version",
    "maintainer",
    "package_group",
    "sha1",
    "revision",
    "uninstall_string",
];

/// Whether the first object is a row of a table of software.
pub(crate) fn is_row(outline: &Outline) -> bool {
    outline.has("name")
        && (outline.has("version") || outline.has("bundle_short_version"))
        && TELLING.iter().any(|column| outline.has(column))
}

#[derive(Default, Deserialize)]
struct Row<'a> {
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    display_name: Scalar<'a>,
    #[serde(default, borrow)]
    version: Scalar<'a>,
    #[serde(default, borrow)]
    bundle_short_version: Scalar<'a>,
    #[serde(default, borrow)]
    publisher: Scalar<'a>,
    #[serde(default, borrow)]
    vendor: Scalar<'a>,
    #[serde(default, borrow)]
    maintainer: Scalar<'a>,
    #[serde(default, borrow)]
    bundle_identifier: Scalar<'a>,
    #[serde(default, borrow)]
    identifying_number: Scalar<'a>,
    #[serde(default, borrow)]
    last_opened_at: Scalar<'a>,
}

fn install(row: Row<'_>, place: &str, draft: &mut Draft, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let source_id = match (row.bundle_identifier.filled(), row.identifying_number.filled()) {
        (Some(bundle), _) => Some(format!("bundle_id:{}", bundle.trim())),
        (None, Some(code)) if code.starts_with('{') => Some(format!("product_code:{}", code.trim())),
        (None, _) => None,
    };
    // The name of an application's folder is not its name.
    let name = row.display_name.filled().or(row.name.filled());
    let name = name.as_deref().map(|name| name.strip_suffix(".app").unwrap_or(name));
    let publisher = row.publisher.filled().or(row.vendor.filled()).or(row.maintainer.filled());
    let version = row.bundle_short_version.filled().or(row.version.filled());
    let last_used_on = row.last_opened_at.filled().and_then(|moment| crate::calendar::local_day(&moment));
    let found = FoundTitle {
        publisher: publisher.as_deref().map(|publisher| publisher.split('<').next().unwrap_or(publisher)),
        name,
        version: version.as_deref(),
        source_id: source_id.as_deref(),
        last_used_on,
    };
    draft.install(found, || place.to_owned(), &mut assembly.findings)
}

/// Rows of one device, which they do not name.
pub(crate) fn read_rows(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let device = match named_device("The rows do not name their device.", name) {
        Ok(device) => device,
        Err(fault) => return assembly.findings.reject("device", fault),
    };
    let mut draft = Draft::new(device, DeviceAttributes::default());
    let mut number = 0_usize;
    for_each_object::<Row<'_>>(text, |row| {
        let place = format!("row {number}");
        number += 1;
        install(row.unwrap_or_default(), &place, &mut draft, assembly)
    })?;
    assembly.add(draft)
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default, borrow)]
    host: Object<Host<'a>>,
    #[serde(default, borrow)]
    hosts: List<Host<'a>, 50_000>,
}

#[derive(Deserialize)]
struct Host<'a> {
    #[serde(default, borrow)]
    hostname: Scalar<'a>,
    #[serde(default, borrow)]
    computer_name: Scalar<'a>,
    #[serde(default, borrow)]
    display_name: Scalar<'a>,
    #[serde(default, borrow)]
    uuid: Scalar<'a>,
    #[serde(default, borrow)]
    hardware_serial: Scalar<'a>,
    #[serde(default, borrow)]
    os_version: Scalar<'a>,
    #[serde(default, borrow)]
    cpu_brand: Scalar<'a>,
    #[serde(default, borrow)]
    cpu_physical_cores: Scalar<'a>,
    #[serde(default, borrow)]
    team_name: Scalar<'a>,
    #[serde(default, borrow)]
    seen_time: Scalar<'a>,
    #[serde(default, borrow)]
    software: List<Row<'a>, 20_000>,
}

/// Hosts as Fleet answers them: one, or a list.
pub(crate) fn read_fleet(text: &str, name: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut number = 0_usize;
    for_each_object::<Answer<'_>>(text, |answer| {
        let Some(answer) = answer else { return Ok(()) };
        let hosts = answer.hosts.0.unwrap_or_default().into_iter().filter_map(|host| host.0);
        for host in answer.host.0.into_iter().chain(hosts) {
            number += 1;
            add_host(host, number, name, assembly)?;
        }
        Ok(())
    })
}

fn add_host(host: Host<'_>, number: usize, given: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let place = |field: &str| format!("host {number}: {field}");
    let candidates = [host.hostname.filled(), host.computer_name.filled(), host.display_name.filled()];
    let found = candidates.into_iter().flatten().next();
    let name = match clean("device name", found.as_deref().or(given).unwrap_or_default()) {
        Ok(Some(name)) => name.to_owned(),
        Ok(None) => {
            let fault = Fault::new("", "The host has no name.", "Leave it out, or give it a name in Fleet.");
            return assembly.findings.reject(place("hostname"), fault);
        }
        Err(fault) => return assembly.findings.reject(place("hostname"), fault),
    };
    let Some(software) = host.software.0 else {
        let fault = Fault::new(
            &name,
            "The host has no list of software, so what is installed is unknown.",
            "Ask Fleet for hosts with populate_software=true.",
        );
        return assembly.findings.reject(place("software"), fault);
    };
    let findings = &mut assembly.findings;
    let attributes = DeviceAttributes {
        operating_system: attribute(
            "operating system",
            host.os_version.filled().as_deref(),
            || place("os_version"),
            findings,
        )?,
        processor_model: attribute(
            "processor model",
            host.cpu_brand.filled().as_deref(),
            || place("cpu_brand"),
            findings,
        )?,
        cores: count(
            "cores",
            host.cpu_physical_cores.filled().filter(|cores| cores != "0").as_deref(),
            || place("cpu_physical_cores"),
            findings,
        )?,
        business_unit: attribute("business unit", host.team_name.filled().as_deref(), || place("team_name"), findings)?,
        last_seen_on: host.seen_time.filled().and_then(|moment| crate::calendar::local_day(&moment)),
        ..DeviceAttributes::default()
    };
    let device = DeviceIdentity {
        name,
        serial: host.hardware_serial.filled().as_deref().and_then(serial),
        uuid: host.uuid.filled().as_deref().and_then(hardware_uuid),
    };
    let mut draft = Draft::new(device, attributes);
    for (index, row) in software.into_iter().enumerate() {
        install(row.0.unwrap_or_default(), &place(&format!("software[{index}]")), &mut draft, assembly)?;
    }
    assembly.add(draft)
}
