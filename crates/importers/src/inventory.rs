//! Inventory files of every format: recognised by content, read, and handed over in one shape.

use std::borrow::Cow;
use std::fmt;

use domain::observation::{DeviceReport, Reject};
use serde::{Deserialize, Serialize};

use crate::assembly::Assembly;
use crate::encoding::{Encoding, decode, decode_table, decode_windows_1252, unpack};
use crate::findings::Remark;
use crate::json::{Outline, outline};
use crate::table::ColumnUse;
use crate::unreadable::Unreadable;
use crate::{cyclonedx, dpkg, entitlements, fusion_inventory_xml, glpi_json, installations_csv};

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryFormat {
    /// GLPI agent inventory in JSON.
    GlpiJson,
    /// FusionInventory or older GLPI agent inventory in XML.
    FusionInventoryXml,
    /// CycloneDX software bill of materials in JSON.
    #[serde(rename = "cyclonedx_json")]
    CycloneDxJson,
    /// A table with one row per title and device.
    InstallationsCsv,
    /// The package database of Debian and its descendants.
    DpkgStatus,
}

impl InventoryFormat {
    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::GlpiJson => "glpi_json",
            Self::FusionInventoryXml => "fusion_inventory_xml",
            Self::CycloneDxJson => "cyclonedx_json",
            Self::InstallationsCsv => "installations_csv",
            Self::DpkgStatus => "dpkg_status",
        }
    }
}

impl fmt::Display for InventoryFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GlpiJson => "GLPI agent JSON",
            Self::FusionInventoryXml => "FusionInventory XML",
            Self::CycloneDxJson => "CycloneDX JSON",
            Self::InstallationsCsv => "CSV of installations",
            Self::DpkgStatus => "dpkg status",
        })
    }
}

/// What an inventory file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InventoryFile {
    /// Its format, as its content showed.
    pub format: InventoryFormat,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// Columns of a table with their uses; empty for the other formats.
    pub columns: Vec<ColumnUse>,
    /// Devices in the order of the file.
    pub reports: Vec<DeviceReport>,
    /// Pieces that were left out.
    pub rejects: Vec<Reject>,
    /// What else is worth knowing.
    pub remarks: Vec<Remark>,
    /// Titles listed twice on one device, and reports of one device that a later one replaces.
    pub duplicates_merged: u64,
    /// Titles in all reports together.
    pub titles: u64,
}

impl InventoryFile {
    pub(crate) fn new(format: InventoryFormat, encoding: Encoding, assembly: Assembly) -> Self {
        let (reports, findings, duplicates_merged) = assembly.finish();
        let titles = reports.iter().map(|report| report.installations.len()).sum::<usize>();
        Self {
            format,
            encoding,
            columns: Vec::new(),
            reports,
            rejects: findings.rejects,
            remarks: findings.remarks,
            duplicates_merged,
            titles: u64::try_from(titles).unwrap_or(u64::MAX),
        }
    }
}

/// The format of a file by its content, `None` where it is none that is read. The name of the file does not matter:
/// it is accepted so that callers hand over what they have, and only chooses the words of a refusal in
/// [`read_inventory`].
pub fn detect(bytes: &[u8], _file_name: Option<&str>) -> Option<InventoryFormat> {
    let bytes = unpack(bytes).ok()?;
    let (text, _) = decode_any(&bytes).ok()?;
    match recognise(&text, None) {
        Recognised::Format(format, _) => Some(format),
        Recognised::Refused(_) => None,
    }
}

/// Reads an inventory file of any format. `device_name_if_absent` names the device where the file itself does not.
pub fn read_inventory(
    bytes: &[u8],
    file_name: Option<&str>,
    device_name_if_absent: Option<&str>,
) -> Result<InventoryFile, Unreadable> {
    let bytes = unpack(bytes)?;
    if let Some(refusal) = other_kind(&bytes) {
        return Err(refusal);
    }
    let (text, encoding) = decode_any(&bytes)?;
    let (format, check) = match recognise(&text, file_name) {
        Recognised::Format(format, check) => (format, check),
        Recognised::Refused(refusal) => return Err(refusal),
    };
    check?;
    let mut assembly = Assembly::default();
    let mut columns = Vec::new();
    match format {
        InventoryFormat::GlpiJson => glpi_json::read(&text, device_name_if_absent, &mut assembly)?,
        InventoryFormat::FusionInventoryXml => fusion_inventory_xml::read(&text, device_name_if_absent, &mut assembly)?,
        InventoryFormat::CycloneDxJson => cyclonedx::read(&text, device_name_if_absent, &mut assembly)?,
        InventoryFormat::InstallationsCsv => columns = installations_csv::read(&text, &mut assembly)?,
        InventoryFormat::DpkgStatus => dpkg::read(&text, device_name_if_absent, &mut assembly)?,
    }
    Ok(InventoryFile { columns, ..InventoryFile::new(format, encoding, assembly) })
}

/// What the content shows: a format with the outcome of its first check, or why it is refused.
enum Recognised {
    Format(InventoryFormat, Result<(), Unreadable>),
    Refused(Unreadable),
}

fn recognise(text: &str, file_name: Option<&str>) -> Recognised {
    let begin = text.trim_start();
    if begin.is_empty() {
        return Recognised::Refused(Unreadable::Empty);
    }
    if begin.starts_with(['{', '[']) {
        let (outline, check) = outline(text);
        return match json_format(&outline) {
            Some(Ok(format)) => Recognised::Format(format, check),
            Some(Err(refusal)) => Recognised::Refused(refusal),
            // A broken file often breaks before it shows what it is.
            None => Recognised::Refused(check.err().unwrap_or(not_recognised(file_name))),
        };
    }
    if begin.starts_with('<') {
        return recognise_xml(begin, file_name);
    }
    if dpkg::is_dpkg_status(text) {
        return Recognised::Format(InventoryFormat::DpkgStatus, Ok(()));
    }
    if installations_csv::is_installations_table(text) {
        return Recognised::Format(InventoryFormat::InstallationsCsv, Ok(()));
    }
    Recognised::Refused(if entitlements::is_entitlements_table(text) {
        Unreadable::OtherKind {
            what: "a table of entitlements",
            instead: "Import it as entitlements (indult import entitlements).",
        }
    } else {
        not_recognised(file_name)
    })
}

fn json_format(outline: &Outline) -> Option<Result<InventoryFormat, Unreadable>> {
    if outline.has("bomFormat") || (outline.has("specVersion") && outline.has("components")) {
        return Some(Ok(InventoryFormat::CycloneDxJson));
    }
    if outline.has("content") && ["deviceid", "action", "itemtype"].iter().any(|key| outline.has(key)) {
        return Some(Ok(InventoryFormat::GlpiJson));
    }
    if outline.has("spdxVersion") || outline.has("@graph") {
        return Some(Err(Unreadable::OtherKind {
            what: "an SPDX document",
            instead: "Ask for the same bill of materials as CycloneDX JSON.",
        }));
    }
    None
}

fn recognise_xml(text: &str, file_name: Option<&str>) -> Recognised {
    if fusion_inventory_xml::has_document_type(text) {
        return Recognised::Refused(Unreadable::DocumentType);
    }
    let root = fusion_inventory_xml::root_name(text);
    let root = root.as_deref().map(|name| name.rsplit(':').next().unwrap_or(name));
    let other = |what, instead| Recognised::Refused(Unreadable::OtherKind { what, instead });
    match root {
        Some("REQUEST") => Recognised::Format(InventoryFormat::FusionInventoryXml, Ok(())),
        Some("bom") => other("a CycloneDX bill of materials in XML", "Ask for the same bill as CycloneDX JSON."),
        Some("SoftwareIdentity") => {
            other("a SWID tag, which describes one title and no device", "Import the report of an inventory agent.")
        }
        Some(_) => Recognised::Refused(not_recognised(file_name)),
        None => Recognised::Refused(Unreadable::Truncated { format: "XML" }),
    }
}

/// What to do about a file that shows nothing known; its name tells what was probably meant.
fn not_recognised(file_name: Option<&str>) -> Unreadable {
    let extension = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension.to_lowercase());
    Unreadable::NotRecognised {
        instead: match extension.as_deref() {
            Some("csv" | "tsv" | "txt") => {
                "Head one column “device” and one “product”; the first line of the file must be the headers."
            }
            Some("json") => {
                "Import GLPI agent JSON (with “deviceid” and “content”) or CycloneDX JSON (with “bomFormat”)."
            }
            Some("xml") => "Import FusionInventory XML, whose outermost element is REQUEST.",
            _ => {
                "Import GLPI agent JSON, FusionInventory XML, CycloneDX JSON, a CSV of installations, or /var/lib/dpkg/status."
            }
        },
    }
}

/// Files that people often have and that are told apart by their first bytes.
pub(crate) fn other_kind(bytes: &[u8]) -> Option<Unreadable> {
    let other = |what, instead| Some(Unreadable::OtherKind { what, instead });
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => other(
            "an archive or an Excel workbook",
            "Save the sheet as CSV (UTF-8), or unpack the archive and import the files in it.",
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => other("an old Excel workbook", "Save the sheet as CSV (UTF-8)."),
        [b'%', b'P', b'D', b'F', ..] => other("a PDF document", "Export the list as CSV instead."),
        [0x1f, 0x8b, ..] => other("packed twice with gzip", "Unpack it once and import it again."),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => other("text in UTF-32", "Save it as UTF-8."),
        _ => None,
    }
}

/// The text in whatever encoding the kind of file allows.
fn decode_any(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    let refusal = match decode(bytes) {
        Err(refusal @ Unreadable::NotText { .. }) => refusal,
        outcome => return outcome,
    };
    match bytes.trim_ascii_start().first() {
        // JSON is UTF-8 by definition (RFC 8259, section 8.1).
        Some(b'{' | b'[') | None => Err(refusal),
        Some(b'<') => {
            let declaration = bytes.split(|byte| *byte == b'>').next().unwrap_or_default().to_ascii_lowercase();
            let declares = |name: &str| declaration.windows(name.len()).any(|window| window == name.as_bytes());
            // Browsers and the XML tools of Windows read Latin-1 as Windows-1252 too.
            match decode_windows_1252(bytes) {
                Some(text) if ["windows-1252", "iso-8859-1", "latin1"].iter().any(|name| declares(name)) => {
                    Ok((Cow::Owned(text), Encoding::Windows1252))
                }
                _ => Err(refusal),
            }
        }
        Some(_) if bytes.trim_ascii_start().starts_with(b"Package: ") => Err(refusal),
        Some(_) => decode_table(bytes),
    }
}
