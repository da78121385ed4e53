//! CycloneDX software bills of materials, versions 1.2 to 1.7: one application and its components. JSON is read here,
//! XML fills the same bill in `cyclonedx_xml`.
//!
//! Licences, hashes, services and vulnerabilities of components are not read here.

use std::borrow::Cow;

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind};
use serde::Deserialize;

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::findings::Fault;
use crate::json::{List, Object, Scalar, for_each_object};
use crate::limits::TITLES_PER_REPORT;
use crate::name::{clean, shorten};
use crate::unreadable::Unreadable;

/// Versions whose fields are read; they differ only in what is left aside here.
const VERSIONS: [&str; 6] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

/// Kinds of component that are no software.
const NO_SOFTWARE: [&str; 4] = ["file", "data", "device", "cryptographic-asset"];

/// The bound of a list of components while it is parsed; the limit of titles is checked on all lists together.
pub(crate) const COMPONENTS: usize = 20_000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bill<'a> {
    #[serde(default, borrow)]
    pub spec_version: Scalar<'a>,
    #[serde(default, borrow)]
    pub metadata: Object<Metadata<'a>>,
    #[serde(default, borrow)]
    pub components: List<Component<'a>, COMPONENTS>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Metadata<'a> {
    #[serde(default, borrow)]
    pub timestamp: Scalar<'a>,
    #[serde(default, borrow)]
    pub component: Object<Component<'a>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Component<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Scalar<'a>,
    #[serde(default, borrow)]
    pub group: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub version: Scalar<'a>,
    #[serde(default, borrow)]
    pub publisher: Scalar<'a>,
    #[serde(default, borrow)]
    pub supplier: Object<Organisation<'a>>,
    #[serde(default, borrow)]
    pub manufacturer: Object<Organisation<'a>>,
    #[serde(default, borrow)]
    pub scope: Scalar<'a>,
    #[serde(default, borrow)]
    pub purl: Scalar<'a>,
    #[serde(default, borrow)]
    pub cpe: Scalar<'a>,
    #[serde(default, borrow)]
    pub components: List<Component<'a>, COMPONENTS>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Organisation<'a> {
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
}

/// Reads the bill of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut number = 0_usize;
    for_each_object::<Bill<'_>>(text, |bill| {
        number += 1;
        let prefix = if number == 1 { String::new() } else { format!("bill {number}: ") };
        let Some(bill) = bill else {
            let fault = Fault::new("", "This is no bill of materials.", "Leave it out.");
            return assembly.findings.reject(format!("bill {number}"), fault);
        };
        add(bill, &prefix, name_if_absent, assembly)
    })
}

/// Turns a bill into the report of an application, or rejects it whole.
pub(crate) fn add(
    bill: Bill<'_>,
    prefix: &str,
    name_if_absent: Option<&str>,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    let version = bill.spec_version.filled().unwrap_or(Cow::Borrowed("(none stated)"));
    if !VERSIONS.contains(&version.as_ref()) {
        return Err(Unreadable::Version { format: "CycloneDX", version: shorten(&version), read: "1.2 to 1.7" });
    }
    let metadata = bill.metadata.0;
    let moment = metadata.as_ref().and_then(|metadata| metadata.timestamp.0.as_deref()?.trim().parse().ok());
    let subject = metadata.and_then(|metadata| metadata.component.0);
    let name = match subject_name(subject.as_ref(), name_if_absent) {
        Ok(name) => name,
        Err(fault) => return assembly.findings.reject(format!("{prefix}metadata.component"), fault),
    };
    let device = DeviceIdentity { name, serial: None, uuid: None };
    let attributes = DeviceAttributes { kind: DeviceKind::Application, ..DeviceAttributes::default() };
    let mut draft = Draft::new(device, attributes);
    draft.reported_at = moment;
    let mut left_out = LeftOut::default();
    let inner = subject.and_then(|subject| subject.components.0).unwrap_or_default();
    for (list, path) in [
        (bill.components.0.unwrap_or_default(), format!("{prefix}components")),
        (inner, format!("{prefix}metadata.component.components")),
    ] {
        install(&list, &path, &mut draft, &mut left_out, assembly)?;
    }
    left_out.remark(prefix, assembly);
    assembly.add(draft)
}

/// Components that are listed without being part of what is delivered.
#[derive(Default)]
struct LeftOut {
    excluded: u64,
    no_software: u64,
}

impl LeftOut {
    fn remark(&self, prefix: &str, assembly: &mut Assembly) {
        let place = format!("{prefix}components");
        if self.excluded > 0 {
            let text = format!("{} with the scope “excluded” were left out: they are not delivered.", self.excluded);
            assembly.findings.remark(place.clone(), text);
        }
        if self.no_software > 0 {
            let text = format!("{} that are files, data or devices were left out.", self.no_software);
            assembly.findings.remark(place, text);
        }
    }
}

fn subject_name(subject: Option<&Component<'_>>, name_if_absent: Option<&str>) -> Result<String, Fault> {
    if let Some(subject) = subject
        && let Some(name) = clean("application name", subject.name.0.as_deref().unwrap_or_default())?
    {
        let group = clean("group", subject.group.0.as_deref().unwrap_or_default())?;
        let full = group.map_or_else(|| name.to_owned(), |group| format!("{group}/{name}"));
        return clean("application name", &full).map(|name| name.unwrap_or_default().to_owned());
    }
    if let Some(name) = clean("application name", name_if_absent.unwrap_or_default())? {
        return Ok(name.to_owned());
    }
    Err(Fault::new(
        "",
        "The bill does not name the application it describes.",
        "Give it a name when importing, or state “metadata.component” when the bill is made.",
    ))
}

/// Adds components and the components inside them. The depth of JSON bounds the recursion.
fn install(
    list: &[Object<Component<'_>>],
    path: &str,
    draft: &mut Draft,
    left_out: &mut LeftOut,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    if TITLES_PER_REPORT.is_exceeded_by(list.len()) {
        return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: path.to_owned() });
    }
    for (index, component) in list.iter().enumerate() {
        let place = || format!("{path}[{index}]");
        let Object(Some(component)) = component else {
            let fault = Fault::new("", "The component is no object.", "Report the fault to the tool's maker.");
            assembly.findings.reject(place(), fault)?;
            continue;
        };
        let is = |value: &Scalar<'_>, words: &[&str]| value.0.as_deref().is_some_and(|text| words.contains(&text));
        if is(&component.scope, &["excluded"]) {
            left_out.excluded += 1;
        } else if is(&component.kind, &NO_SOFTWARE) {
            left_out.no_software += 1;
        } else {
            let source_id = component.source_id();
            let found = FoundTitle {
                publisher: component.publisher(),
                name: component.name.0.as_deref(),
                version: component.version.0.as_deref(),
                source_id: source_id.as_deref(),
                last_used_on: None,
            };
            draft.install(found, place, &mut assembly.findings)?;
        }
        if let Some(inner) = &component.components.0 {
            install(inner, &format!("{path}[{index}].components"), draft, left_out, assembly)?;
        }
    }
    Ok(())
}

impl Component<'_> {
    /// Who publishes it; the group is the specification's word for a short name of the company or project.
    fn publisher(&self) -> Option<&str> {
        [
            self.publisher.0.as_deref(),
            self.supplier.0.as_ref().and_then(|supplier| supplier.name.0.as_deref()),
            self.manufacturer.0.as_ref().and_then(|manufacturer| manufacturer.name.0.as_deref()),
            self.group.0.as_deref(),
        ]
        .into_iter()
        .flatten()
        .find(|name| !name.trim().is_empty())
    }

    /// The package URL, or else the CPE name.
    fn source_id(&self) -> Option<String> {
        let value =
            |scalar: &Scalar<'_>| scalar.0.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        value(&self.purl)
            .map(|purl| format!("purl:{purl}"))
            .or_else(|| value(&self.cpe).map(|cpe| format!("cpe:{cpe}")))
    }
}
