//! SPDX 3.0 documents in JSON-LD: a graph of elements that name each other. What the fields mean is in `spdx`.
//!
//! The graph is read as the serialisation of the specification writes it; no context is fetched or applied.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::assembly::Assembly;
use crate::findings::Fault;
use crate::json::{List, Object, Scalar, Texts, for_each_object};
use crate::limits::TITLES_PER_REPORT;
use crate::name::shorten;
use crate::spdx::{Bill, Package, add, stated};
use crate::unreadable::Unreadable;

#[derive(Deserialize)]
struct Graph<'a> {
    // Bounded by the limit of JSON objects.
    #[serde(default, borrow, rename = "@graph")]
    elements: List<Element<'a>, 500_000>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Element<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Scalar<'a>,
    #[serde(default, borrow)]
    spdx_id: Scalar<'a>,
    #[serde(default, borrow)]
    name: Scalar<'a>,
    #[serde(default, borrow)]
    spec_version: Scalar<'a>,
    #[serde(default, borrow)]
    created: Scalar<'a>,
    #[serde(default, borrow)]
    root_element: Texts<'a>,
    #[serde(default, borrow)]
    from: Scalar<'a>,
    #[serde(default, borrow)]
    to: Texts<'a>,
    #[serde(default, borrow)]
    relationship_type: Scalar<'a>,
    #[serde(default, borrow)]
    supplied_by: Scalar<'a>,
    #[serde(default, borrow)]
    originated_by: Texts<'a>,
    #[serde(default, borrow, rename = "software_packageVersion")]
    version: Scalar<'a>,
    #[serde(default, borrow, rename = "software_packageUrl")]
    purl: Scalar<'a>,
    #[serde(default, borrow, rename = "software_primaryPurpose")]
    purpose: Scalar<'a>,
    #[serde(default, borrow)]
    external_identifier: List<Identifier<'a>, 1_000>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identifier<'a> {
    #[serde(default, borrow)]
    external_identifier_type: Scalar<'a>,
    #[serde(default, borrow)]
    identifier: Scalar<'a>,
}

/// Reads every graph of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut number = 0_usize;
    for_each_object::<Graph<'_>>(text, |graph| {
        number += 1;
        let prefix = if number == 1 { String::new() } else { format!("document {number}: ") };
        let Some(graph) = graph else {
            let fault = Fault::new("", "This is no SPDX document.", "Leave it out.");
            return assembly.findings.reject(format!("document {number}"), fault);
        };
        let elements = graph.elements.0.unwrap_or_default();
        let bill = gather(elements, &prefix)?;
        add(bill, &prefix, name_if_absent, assembly)
    })
}

fn gather<'a>(elements: Vec<Object<Element<'a>>>, prefix: &str) -> Result<Bill<'a>, Unreadable> {
    let mut bill = Bill::default();
    let mut version = None;
    let mut agents: BTreeMap<Cow<'a, str>, Cow<'a, str>> = BTreeMap::new();
    // Documents and bills name their roots, and a document's root may be a bill.
    let mut roots: BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>> = BTreeMap::new();
    let mut packages = Vec::new();
    for (index, object) in elements.into_iter().enumerate() {
        let Some(element) = object.0 else { continue };
        let id = element.spdx_id.0.clone();
        match element.kind.0.as_deref().unwrap_or_default() {
            "CreationInfo" => {
                bill.created = bill.created.or_else(|| element.created.0.as_deref()?.trim().parse().ok());
                version = version.or(element.spec_version.0);
            }
            "SpdxDocument" | "software_Sbom" | "Bom" => {
                bill.name = bill.name.or(stated(element.name.0));
                roots.entry(id.unwrap_or_default()).or_default().extend(element.root_element.0);
            }
            "Relationship" if element.relationship_type.0.as_deref() == Some("describes") => {
                roots.entry(element.from.0.unwrap_or_default()).or_default().extend(element.to.0);
            }
            "Organization" | "Person" | "Agent" => {
                if let (Some(id), Some(name)) = (id, stated(element.name.0)) {
                    agents.insert(id, name);
                }
            }
            "software_Package" => packages.push((index, element)),
            _ => {}
        }
        if TITLES_PER_REPORT.is_exceeded_by(packages.len()) {
            return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: format!("{prefix}@graph") });
        }
    }
    match version.as_deref().map(str::trim) {
        Some(version) if version == "3.0" || version.starts_with("3.0.") => {}
        version => {
            let version = version.map_or_else(|| "(none stated)".to_owned(), shorten);
            return Err(Unreadable::Version { format: "SPDX", version, read: "2.2, 2.3 or 3.0" });
        }
    }
    bill.described = described(&roots);
    bill.packages = packages.into_iter().map(|(index, element)| element.into_package(index, &agents)).collect();
    Ok(bill)
}

/// What documents and bills are about, apart from other bills.
fn described<'a>(roots: &BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>) -> BTreeSet<Cow<'a, str>> {
    roots.values().flatten().filter(|root| !roots.contains_key(*root)).cloned().collect()
}

impl<'a> Element<'a> {
    fn into_package(self, index: usize, agents: &BTreeMap<Cow<'a, str>, Cow<'a, str>>) -> Package<'a> {
        let named = |id: &Cow<'a, str>| agents.get(id).cloned();
        let mut package = Package {
            place: format!("@graph[{index}]"),
            id: self.spdx_id.0,
            name: self.name.0,
            version: stated(self.version.0),
            supplier: self.supplied_by.0.as_ref().and_then(named),
            originator: self.originated_by.0.iter().find_map(named),
            purpose: self.purpose.0,
            purl: stated(self.purl.0),
            cpe: None,
        };
        for identifier in self.external_identifier.0.unwrap_or_default().into_iter().filter_map(|object| object.0) {
            let to = match identifier.external_identifier_type.0.as_deref() {
                Some("packageUrl") => &mut package.purl,
                Some("cpe23" | "cpe22") => &mut package.cpe,
                _ => continue,
            };
            if to.is_none() {
                *to = stated(identifier.identifier.0);
            }
        }
        package
    }
}
