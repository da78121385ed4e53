//! What a machine says of itself, as the file that an import takes.
//!
//! Reading the machine's files is for the executable; here they are understood.

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, DeviceReport, Environment};
use jiff::civil::Date;

use crate::failure::Failure;

/// What was read of a machine; what it does not have is absent.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// The text of dpkg's status file.
    pub dpkg_status: Vec<u8>,
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

/// The name of the machine and its installations as CSV.
pub fn installations_csv(machine: &Machine) -> Result<(String, String), Failure> {
    let report = report(machine)?;
    Ok((report.device.name.clone(), csv(&report)))
}

fn report(machine: &Machine) -> Result<DeviceReport, Failure> {
    let environment = match &machine.environment {
        None => None,
        Some(word) => Some(Environment::from_word(word).ok_or_else(|| domain::Refusal::Field {
            field: "environment",
            message: format!("{word} is no environment; use production, test, development or disaster_recovery."),
        })?),
    };
    let identity = DeviceIdentity {
        name: machine.host_name.clone().unwrap_or_else(|| "this-machine".to_owned()),
        serial: machine.serial.clone(),
        uuid: machine.uuid.as_ref().map(|uuid| uuid.to_lowercase()),
    };
    let value = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim_start_matches([' ', '\t', ':', '=']).trim_matches('"').to_owned())
    };
    let virtual_machine = machine.cpuinfo.contains("hypervisor");
    let attributes = DeviceAttributes {
        kind: if virtual_machine { DeviceKind::Virtual } else { DeviceKind::Physical },
        environment,
        operating_system: value(&machine.os_release, "PRETTY_NAME"),
        primary_user: machine.primary_user.clone(),
        processor_model: value(&machine.cpuinfo, "model name"),
        last_seen_on: machine.today,
        ..DeviceAttributes::default()
    };
    let read = importers::dpkg_status(&machine.dpkg_status, identity, attributes)?;
    read.reports.into_iter().next().ok_or_else(|| Failure::NotFound("installed package in dpkg's status".to_owned()))
}

fn csv(report: &DeviceReport) -> String {
    let mut text = String::from(
        "device,serial,uuid,publisher,product,version,environment,operating system,primary user,processor model,kind,last seen\n",
    );
    let attributes = &report.attributes;
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    let kind = if attributes.kind == DeviceKind::Virtual { "virtual" } else { "physical" };
    for installation in &report.installations {
        let cells = [
            report.device.name.clone(),
            optional(&report.device.serial),
            optional(&report.device.uuid),
            optional(&installation.title.publisher),
            installation.title.name.clone(),
            optional(&installation.title.version),
            attributes.environment.map_or_else(String::new, |environment| environment.name().to_owned()),
            optional(&attributes.operating_system),
            optional(&attributes.primary_user),
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
