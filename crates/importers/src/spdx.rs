//! SPDX software bills of materials: what the notations have in common, and the report that becomes of them.
//!
//! The notations fill a [`Bill`]: `spdx_json` and `spdx_tag_value` for 2.2 and 2.3, `spdx_graph` for 3.0.
//! Licences, files and snippets are not read here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind};
use jiff::Timestamp;

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::findings::Fault;
use crate::limits::TITLES_PER_REPORT;
use crate::name::clean;
use crate::unreadable::Unreadable;

type Value<'a> = Option<Cow<'a, str>>;

/// A document, with values as written.
#[derive(Debug, Default)]
pub(crate) struct Bill<'a> {
    pub name: Value<'a>,
    pub created: Option<Timestamp>,
    /// Identifiers of what the document describes.
    pub described: BTreeSet<Cow<'a, str>>,
    pub packages: Vec<Package<'a>>,
}

/// A package of the document.
#[derive(Debug, Default)]
pub(crate) struct Package<'a> {
    /// Where it stands in the file.
    pub place: String,
    pub id: Value<'a>,
    pub name: Value<'a>,
    pub version: Value<'a>,
    /// Who delivers it, already without role and address.
    pub supplier: Value<'a>,
    /// Who made it, likewise.
    pub originator: Value<'a>,
    pub purpose: Value<'a>,
    pub purl: Value<'a>,
    pub cpe: Value<'a>,
}

/// The value where something is said.
pub(crate) fn stated(value: Value<'_>) -> Value<'_> {
    value.filter(|text| !matches!(text.trim(), "" | "NOASSERTION" | "NONE"))
}

/// `Name` of `Organization: Name (address)` (SPDX 2.3, section 7.5).
pub(crate) fn agent(value: Value<'_>) -> Value<'_> {
    let name = |text: &str| {
        let text = text.trim();
        let text = text.strip_prefix("Organization:").or_else(|| text.strip_prefix("Person:")).unwrap_or(text).trim();
        let text = if text.ends_with(')') { text.rsplit_once('(').map_or(text, |(name, _)| name) } else { text };
        text.trim().to_owned()
    };
    stated(value).map(|text| name(&text)).filter(|name| !name.is_empty()).map(Cow::Owned)
}

/// Turns a document into the report of an application, or rejects it whole.
pub(crate) fn add(
    bill: Bill<'_>,
    prefix: &str,
    name_if_absent: Option<&str>,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    let is_described = |package: &Package<'_>| package.id.as_ref().is_some_and(|id| bill.described.contains(id));
    let mut described = bill.packages.iter().filter(|package| is_described(package));
    // A document about one package is the bill of that package; one about several is named itself.
    let subject = match (described.next(), described.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) | (None, _) => None,
    };
    let name = subject.and_then(|subject| subject.name.as_deref()).or(bill.name.as_deref());
    let device = match device(name, name_if_absent) {
        Ok(device) => device,
        Err(fault) => return assembly.findings.reject(format!("{prefix}document"), fault),
    };
    let attributes = DeviceAttributes { kind: DeviceKind::Application, ..DeviceAttributes::default() };
    let mut draft = Draft::new(device, attributes);
    draft.reported_at = bill.created;
    if TITLES_PER_REPORT.is_exceeded_by(bill.packages.len()) {
        return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: format!("{prefix}packages") });
    }
    let mut no_software = 0_u64;
    for package in &bill.packages {
        if subject.is_some_and(|subject| std::ptr::eq(subject, package)) {
            continue;
        }
        let purpose = package.purpose.as_deref().unwrap_or_default().trim();
        if ["file", "device", "data"].iter().any(|word| purpose.eq_ignore_ascii_case(word)) {
            no_software += 1;
            continue;
        }
        let source_id = match (&package.purl, &package.cpe) {
            (Some(purl), _) => Some(format!("purl:{}", purl.trim())),
            (None, Some(cpe)) => Some(format!("cpe:{}", cpe.trim())),
            (None, None) => None,
        };
        let found = FoundTitle {
            publisher: package.supplier.as_deref().or(package.originator.as_deref()),
            name: package.name.as_deref(),
            version: package.version.as_deref(),
            source_id: source_id.as_deref(),
            last_used_on: None,
        };
        draft.install(found, || format!("{prefix}{}", package.place), &mut assembly.findings)?;
    }
    if no_software > 0 {
        let text = format!("{no_software} that are files, data or devices were left out.");
        assembly.findings.remark(format!("{prefix}packages"), text);
    }
    assembly.add(draft)
}

fn device(name: Option<&str>, name_if_absent: Option<&str>) -> Result<DeviceIdentity, Fault> {
    for name in [name, name_if_absent].into_iter().flatten() {
        if let Some(name) = clean("application name", name)? {
            return Ok(DeviceIdentity { name: name.to_owned(), serial: None, uuid: None });
        }
    }
    Err(Fault::new(
        "",
        "The document does not name the application it describes.",
        "Give it a name when importing, or name the document when it is made.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supplier_is_a_name_without_role_and_address() {
        for (text, expect) in [
            ("Organization: Gauge Works (sales@gauge.example)", Some("Gauge Works")),
            ("Person: Bo Lind", Some("Bo Lind")),
            ("Pipes (Europe) Ltd", Some("Pipes (Europe) Ltd")),
            ("NOASSERTION", None),
            ("Organization: ()", None),
            ("", None),
        ] {
            assert_eq!(agent(Some(text.into())).as_deref(), expect, "{text}");
        }
    }
}
