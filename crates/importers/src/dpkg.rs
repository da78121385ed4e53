//! The package database of Debian and its descendants: the text of `/var/lib/dpkg/status`.
//!
//! Installed packages only. The file does not say whose it is; the caller names the device.

use domain::observation::{DeviceAttributes, DeviceIdentity};

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::encoding::{decode, unpack};
use crate::findings::Fault;
use crate::inventory::{InventoryFile, InventoryFormat};
use crate::name::clean;
use crate::unreadable::Unreadable;

/// Reads the package database of a device that the caller knows.
pub fn dpkg_status(
    bytes: &[u8],
    device: DeviceIdentity,
    attributes: DeviceAttributes,
) -> Result<InventoryFile, Unreadable> {
    let bytes = unpack(bytes)?;
    let (text, encoding) = decode(&bytes)?;
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    if !is_dpkg_status(&text) {
        return Err(Unreadable::NotRecognised { instead: "Give the file /var/lib/dpkg/status itself." });
    }
    let mut assembly = Assembly::default();
    add(&text, Draft::new(device, attributes), &mut assembly)?;
    Ok(InventoryFile::new(InventoryFormat::DpkgStatus, encoding, assembly))
}

/// Whether the text begins as the package database does.
pub(crate) fn is_dpkg_status(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    lines.next().is_some_and(|line| line.starts_with("Package: ")) && lines.any(|line| line.starts_with("Status: "))
}

/// Reads the text for a device of which only a name is known.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let fault = match clean("device name", name_if_absent.unwrap_or_default()) {
        Ok(Some(name)) => {
            let device = DeviceIdentity { name: name.to_owned(), serial: None, uuid: None };
            return add(text, Draft::new(device, DeviceAttributes::default()), assembly);
        }
        Ok(None) => Fault::new(
            "",
            "The package database does not name its device.",
            "Give the device a name when importing, or use “indult discover” on the device itself.",
        ),
        Err(fault) => fault,
    };
    assembly.findings.reject("device", fault)
}

/// One paragraph of the database.
#[derive(Default)]
struct Package<'a> {
    line: usize,
    name: Option<&'a str>,
    status: Option<&'a str>,
    version: Option<&'a str>,
    maintainer: Option<&'a str>,
}

fn add(text: &str, mut draft: Draft, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut package = Package::default();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            install(&package, &mut draft, assembly)?;
            package = Package::default();
            continue;
        }
        if package.line == 0 {
            package.line = index + 1;
        }
        // A line that begins with a blank continues the field before it; none of ours has several lines.
        let Some((field, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) else { continue };
        match field {
            "Package" => package.name = Some(value),
            "Status" => package.status = Some(value),
            "Version" => package.version = Some(value),
            "Maintainer" => package.maintainer = Some(value),
            _ => {}
        }
    }
    install(&package, &mut draft, assembly)?;
    assembly.add(draft)
}

fn install(package: &Package<'_>, draft: &mut Draft, assembly: &mut Assembly) -> Result<(), Unreadable> {
    // The status is three words: what is wanted, whether it is in order, and the state.
    let state = package.status.and_then(|status| status.split_whitespace().nth(2));
    if state != Some("installed") {
        return Ok(());
    }
    let source_id = package.name.map(|name| format!("dpkg:{}", name.trim()));
    let found = FoundTitle {
        // The address behind the maintainer's name is nothing that a position needs.
        publisher: package.maintainer.map(|maintainer| maintainer.split('<').next().unwrap_or(maintainer)),
        name: package.name,
        version: package.version,
        source_id: source_id.as_deref(),
        last_used_on: None,
    };
    draft.install(found, || format!("line {}", package.line), &mut assembly.findings)
}
