//! SPDX documents in JSON, versions 2.2 and 2.3. What the fields mean is in `spdx`.

use std::borrow::Cow;

use serde::Deserialize;

use crate::assembly::Assembly;
use crate::findings::Fault;
use crate::json::{List, Object, Scalar, Texts, for_each_object};
use crate::limits::TITLES_PER_REPORT;
use crate::name::shorten;
use crate::spdx::{Bill, Package, add, agent, stated};
use crate::unreadable::Unreadable;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(default, borrow)]
    spdx_version: Scalar<'a>,
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    creation_info: Object<CreationInfo<'a>>,
    #[serde(default, borrow)]
    document_describes: Texts<'a>,
    #[serde(default, borrow)]
    packages: List<JsonPackage<'a>, 20_000>,
    // Bounded by the limit of JSON objects.
    #[serde(default, borrow)]
    relationships: List<Relationship<'a>, 500_000>,
}

#[derive(Deserialize)]
struct CreationInfo<'a> {
    #[serde(default, borrow)]
    created: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonPackage<'a> {
    #[serde(default, borrow, rename = "SPDXID")]
    id: Scalar<'a>,
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    version_info: Scalar<'a>,
    #[serde(default, borrow)]
    supplier: Scalar<'a>,
    #[serde(default, borrow)]
    originator: Scalar<'a>,
    #[serde(default, borrow)]
    primary_package_purpose: Scalar<'a>,
    #[serde(default, borrow)]
    external_refs: List<Reference<'a>, 1_000>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    #[serde(default, borrow)]
    reference_type: Scalar<'a>,
    #[serde(default, borrow)]
    reference_locator: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    #[serde(default, borrow)]
    spdx_element_id: Scalar<'a>,
    #[serde(default, borrow)]
    relationship_type: Scalar<'a>,
    #[serde(default, borrow)]
    related_spdx_element: Scalar<'a>,
}

/// Reads every document of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut number = 0_usize;
    for_each_object::<Document<'_>>(text, |document| {
        number += 1;
        let prefix = if number == 1 { String::new() } else { format!("document {number}: ") };
        let Some(document) = document else {
            let fault = Fault::new("", "This is no SPDX document.", "Leave it out.");
            return assembly.findings.reject(format!("document {number}"), fault);
        };
        check_version(document.spdx_version.0.as_deref())?;
        if document.packages.0.as_ref().is_some_and(|list| TITLES_PER_REPORT.is_exceeded_by(list.len())) {
            return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: format!("{prefix}packages") });
        }
        let bill = document.into_bill(&prefix, assembly)?;
        add(bill, &prefix, name_if_absent, assembly)
    })
}

/// Refuses a version whose fields are not known here.
pub(crate) fn check_version(stated: Option<&str>) -> Result<(), Unreadable> {
    let stated = stated.unwrap_or_default().trim();
    if ["SPDX-2.2", "SPDX-2.3"].contains(&stated) {
        return Ok(());
    }
    let version = stated.strip_prefix("SPDX-").unwrap_or(stated);
    let version = if version.is_empty() { "(none stated)".to_owned() } else { shorten(version) };
    Err(Unreadable::Version { format: "SPDX", version, read: "2.2, 2.3 or 3.0" })
}

impl<'a> Document<'a> {
    fn into_bill(self, prefix: &str, assembly: &mut Assembly) -> Result<Bill<'a>, Unreadable> {
        let mut bill = Bill {
            name: stated(self.name.0),
            created: self.creation_info.0.and_then(|info| info.created.0?.trim().parse().ok()),
            described: self.document_describes.0.into_iter().collect(),
            packages: Vec::new(),
        };
        for relationship in self.relationships.0.unwrap_or_default().into_iter().filter_map(|object| object.0) {
            let (from, to) = (relationship.spdx_element_id.0, relationship.related_spdx_element.0);
            match relationship.relationship_type.0.as_deref() {
                Some("DESCRIBES") if from.as_deref() == Some("SPDXRef-DOCUMENT") => bill.described.extend(to),
                Some("DESCRIBED_BY") if to.as_deref() == Some("SPDXRef-DOCUMENT") => bill.described.extend(from),
                _ => {}
            }
        }
        for (index, package) in self.packages.0.unwrap_or_default().into_iter().enumerate() {
            let place = format!("packages[{index}]");
            match package.0 {
                Some(package) => bill.packages.push(package.into_package(place)),
                None => {
                    let fault = Fault::new("", "The package is no object.", "Report the fault to the tool's maker.");
                    assembly.findings.reject(format!("{prefix}{place}"), fault)?;
                }
            }
        }
        Ok(bill)
    }
}

impl<'a> JsonPackage<'a> {
    fn into_package(self, place: String) -> Package<'a> {
        let mut package = Package {
            place,
            id: self.id.0,
            name: self.name.0,
            version: stated(self.version_info.0),
            supplier: agent(self.supplier.0),
            originator: agent(self.originator.0),
            purpose: self.primary_package_purpose.0,
            purl: None,
            cpe: None,
        };
        for reference in self.external_refs.0.unwrap_or_default().into_iter().filter_map(|object| object.0) {
            keep_reference(&mut package, reference.reference_type.0.as_deref(), stated(reference.reference_locator.0));
        }
        package
    }
}

/// Keeps a package URL or CPE name; the first of each.
pub(crate) fn keep_reference<'a>(package: &mut Package<'a>, kind: Option<&str>, locator: Option<Cow<'a, str>>) {
    let to = match kind.unwrap_or_default() {
        "purl" => &mut package.purl,
        "cpe23Type" | "cpe22Type" => &mut package.cpe,
        _ => return,
    };
    if to.is_none() {
        *to = locator;
    }
}
