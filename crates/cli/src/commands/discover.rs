//! `indult discover`: the software of this machine, from the package database of dpkg.
//!
//! What it finds is the same CSV that `indult import inventory` takes.

use std::fs;
use std::process::ExitCode;

use app::discovery::{Machine, installations_csv};

use serde_json::Value;

use super::Asked;
use crate::arguments::Discover;
use crate::client::{Client, Part, Sent, escaped, form};
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
    if discover.source.is_none()
        && matches!(asked.client, Client::Remote { .. })
        && let Some(answer) = to_agent_source(asked, &csv).await?
    {
        let taken = answer.get("devices").and_then(|devices| devices.get(0)).unwrap_or(&Value::Null);
        let word = |key: &str| words(at(taken, key));
        let state = if word("unchanged") == "yes" { "as before" } else { "recorded" };
        let sentence = format!(
            "Reported {name} to {}: {} titles, {state}; the device is {}.",
            words(at(&answer, "source")),
            word("installations"),
            word("standing")
        );
        super::product::said(asked, &answer, &sentence);
        return Ok(ExitCode::SUCCESS);
    }
    let source = discover.source.as_deref().unwrap_or("discover");
    let part = Part { field: "file", file_name: format!("{name}.csv"), content: csv.into_bytes() };
    let path = format!("/v1/imports/inventory?source={}", escaped(source));
    let answer = asked.client.send(axum::http::Method::POST, &path, form(&[part])).await?.json()?;
    let sentence = format!("Reported {name}: {} ({}).", words(at(&answer, "summary")), words(at(&answer, "id")));
    super::product::said(asked, &answer, &sentence);
    Ok(ExitCode::SUCCESS)
}

/// Reports where inventory agents do; `None` where the token is not one of an agent source.
async fn to_agent_source(asked: &Asked, csv: &str) -> Result<Option<Value>, Exit> {
    let sent = Sent::Bytes(csv.as_bytes().to_vec());
    let answer = asked.client.send_raw(axum::http::Method::POST, web::agents::AGENTS, sent).await?;
    match answer.status {
        200..300 => answer.json().map(Some),
        401 => Ok(None),
        status => {
            let message = answer.json().ok().map(|answer| words(at(&answer, "message")));
            Err(Exit::failure(message.unwrap_or_else(|| format!("The server answered {status}."))))
        }
    }
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
