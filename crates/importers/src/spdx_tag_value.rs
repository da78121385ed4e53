//! SPDX documents as lines of `Tag: value`, versions 2.2 and 2.3. What the fields mean is in `spdx`.

use std::borrow::Cow;

use crate::assembly::Assembly;
use crate::limits::TITLES_PER_REPORT;
use crate::spdx::{Bill, Package, add, agent, stated};
use crate::spdx_json::{check_version, keep_reference};
use crate::unreadable::Unreadable;

/// How many lines may come before the version.
const LINES_BEFORE_VERSION: usize = 50;

/// Whether the text begins as such a document does.
pub(crate) fn is_document(text: &str) -> bool {
    version(text).is_some()
}

fn version(text: &str) -> Option<&str> {
    text.lines().take(LINES_BEFORE_VERSION).find_map(|line| line.strip_prefix("SPDXVersion:")).map(str::trim)
}

/// Reads the document of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    check_version(version(text))?;
    let mut document = Document { bill: Bill::default(), section: Section::Document };
    let mut in_text = false;
    for (index, line) in text.lines().enumerate() {
        // A value between <text> and </text> may have several lines; none of ours has.
        if in_text {
            in_text = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) else { continue };
        let value = value.trim();
        if let Some(rest) = value.strip_prefix("<text>") {
            in_text = !rest.contains("</text>");
        }
        document.take(index + 1, tag.trim(), value)?;
    }
    if in_text {
        return Err(Unreadable::Truncated { format: "SPDX document" });
    }
    add(document.bill, "", name_if_absent, assembly)
}

/// What the lines are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Document,
    Package,
    Other,
}

struct Document<'a> {
    bill: Bill<'a>,
    section: Section,
}

impl<'a> Document<'a> {
    fn take(&mut self, line: usize, tag: &str, value: &'a str) -> Result<(), Unreadable> {
        let text = || Some(Cow::Borrowed(value));
        match tag {
            "PackageName" => {
                self.section = Section::Package;
                let place = format!("line {line}");
                self.bill.packages.push(Package { place, name: text(), ..Package::default() });
                if TITLES_PER_REPORT.is_exceeded_by(self.bill.packages.len()) {
                    return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: format!("line {line}") });
                }
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" | "Reviewer" | "Annotator" => self.section = Section::Other,
            "DocumentName" => self.bill.name = stated(text()),
            "Created" => self.bill.created = value.parse().ok(),
            "Relationship" => self.relate(value),
            _ if self.section == Section::Package => self.keep(tag, value),
            _ => {}
        }
        Ok(())
    }

    fn relate(&mut self, value: &'a str) {
        let words: Vec<&str> = value.split_whitespace().collect();
        match words.as_slice() {
            ["SPDXRef-DOCUMENT", "DESCRIBES", described, ..] | [described, "DESCRIBED_BY", "SPDXRef-DOCUMENT", ..] => {
                self.bill.described.insert(Cow::Borrowed(described));
            }
            _ => {}
        }
    }

    fn keep(&mut self, tag: &str, value: &'a str) {
        let Some(package) = self.bill.packages.last_mut() else { return };
        let text = Some(Cow::Borrowed(value));
        match tag {
            "SPDXID" => package.id = text,
            "PackageVersion" => package.version = stated(text),
            "PackageSupplier" => package.supplier = agent(text),
            "PackageOriginator" => package.originator = agent(text),
            "PrimaryPackagePurpose" => package.purpose = text,
            "ExternalRef" => {
                let mut words = value.split_whitespace().skip(1);
                let kind = words.next();
                keep_reference(package, kind, words.next().map(Cow::Borrowed));
            }
            _ => {}
        }
    }
}
