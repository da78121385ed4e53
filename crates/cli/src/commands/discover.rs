//! `indult discover`: the software of this machine, from the package database of dpkg.
//!
//! What it finds is the same CSV that `indult import inventory` takes.

use std::fs;
use std::process::ExitCode;

use app::discovery::{Machine, installations_csv};

use super::Asked;
use crate::arguments::Discover;
use crate::client::{Part, escaped, form};
use crate::exit::Exit;
use crate::print::{self, at, words};

/// Where dpkg keeps what is installed.
const DPKG_STATUS: &str = "/var/lib/dpkg/status";

pub fn print(discover: &Discover) -> Result<ExitCode, Exit> {
    print::bytes(installations_csv(&machine(discover)?)?.1.as_bytes());
    Ok(ExitCode::SUCCESS)
}

pub async fn report(asked: &Asked, discover: &Discover) -> Result<ExitCode, Exit> {
    let (name, csv) = installations_csv(&machine(discover)?)?;
    let part = Part { field: "file", file_name: format!("{name}.csv"), content: csv.into_bytes() };
    let path = format!("/v1/imports/inventory?source={}", escaped(&discover.source));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&[part])).await?.json()?;
    let sentence = format!("Reported {name}: {} ({}).", words(at(&answer, "summary")), words(at(&answer, "id")));
    super::product::said(asked, &answer, &sentence);
    Ok(ExitCode::SUCCESS)
}

fn machine(discover: &Discover) -> Result<Machine, Exit> {
    let dpkg_status = fs::read(DPKG_STATUS).map_err(|error| {
        Exit::failure(format!(
            "{DPKG_STATUS} could not be read ({error}); this machine has no dpkg. Import an agent's report instead."
        ))
    })?;
    let file =
        |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Machine {
        dpkg_status,
        host_name: file("/etc/hostname").or_else(|| file("/proc/sys/kernel/hostname")),
        serial: file("/sys/class/dmi/id/product_serial"),
        uuid: file("/sys/class/dmi/id/product_uuid"),
        cpuinfo: file("/proc/cpuinfo").unwrap_or_default(),
        os_release: file("/etc/os-release").unwrap_or_default(),
        environment: discover.environment.clone(),
        primary_user: discover.primary_user.clone(),
        today: Some(jiff::Zoned::now().date()),
    })
}
