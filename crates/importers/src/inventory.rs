//! Inventory files of every format: recognised by content, read, and handed over in one shape.

use std::borrow::Cow;
use std::fmt;

use domain::observation::{DeviceReport, Reject};
use serde::{Deserialize, Serialize};

use crate::assembly::Assembly;
use crate::encoding::{Encoding, decode, decode_as, decode_table, decode_windows_1252, unpack};
use crate::findings::Remark;
use crate::installations_csv::InstallationMapping;
use crate::json::{Outline, outline};
use crate::layout::{Table, TableView, unpacked};
use crate::mapping::Layout;
use crate::table::ColumnUse;
use crate::unreadable::Unreadable;
use crate::workbook::{ReadWorkbook, is_workbook, read_workbook};
use crate::{
    coswid, cyclonedx, cyclonedx_xml, dpkg, entitlements, fusion_inventory_xml, glpi_json, guest_lists,
    installations_csv, osquery, package_lists, spdx_graph, spdx_json, spdx_tag_value, swid, windows_registry, xml,
};

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryFormat {
    /// GLPI agent inventory in JSON.
    GlpiJson,
    /// FusionInventory, OCS Inventory or older GLPI agent inventory in XML.
    FusionInventoryXml,
    /// CycloneDX software bill of materials in JSON.
    #[serde(rename = "cyclonedx_json")]
    CycloneDxJson,
    /// CycloneDX software bill of materials in XML.
    #[serde(rename = "cyclonedx_xml")]
    CycloneDxXml,
    /// SPDX 2 software bill of materials in JSON.
    SpdxJson,
    /// SPDX 2 software bill of materials in lines of tag and value.
    SpdxTagValue,
    /// SPDX 3 software bill of materials in JSON-LD.
    SpdxGraph,
    /// SWID tag in XML.
    SwidTag,
    /// Concise SWID tag in CBOR.
    #[serde(rename = "coswid_tag")]
    ConciseSwidTag,
    /// Uninstall keys of the Windows registry.
    WindowsRegistry,
    /// A table with one row per title and device.
    InstallationsCsv,
    /// The same as a sheet of an Excel workbook.
    InstallationsXlsx,
    /// The package database of Debian and its descendants.
    DpkgStatus,
    /// Packages that rpm lists.
    RpmList,
    /// The package database of apk.
    ApkInstalled,
    /// Applications that flatpak lists.
    FlatpakList,
    /// Packages that snap lists.
    SnapList,
    /// Packages that pip lists, in JSON.
    PipList,
    /// Packages that npm lists, in JSON.
    NpmList,
    /// Rows of osquery's tables of software, in JSON.
    OsqueryRows,
    /// Hosts with their software, as Fleet answers them.
    FleetHosts,
    /// Containers of one host, as docker inspects them.
    DockerInspect,
    /// A guest of libvirt.
    LibvirtXml,
    /// Guests that Xen lists.
    XenList,
    /// A table of virtual machines or of their hosts.
    MachineTable,
}

impl InventoryFormat {
    /// The name in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::GlpiJson => "glpi_json",
            Self::FusionInventoryXml => "fusion_inventory_xml",
            Self::CycloneDxJson => "cyclonedx_json",
            Self::CycloneDxXml => "cyclonedx_xml",
            Self::SpdxJson => "spdx_json",
            Self::SpdxTagValue => "spdx_tag_value",
            Self::SpdxGraph => "spdx_graph",
            Self::SwidTag => "swid_tag",
            Self::ConciseSwidTag => "coswid_tag",
            Self::WindowsRegistry => "windows_registry",
            Self::InstallationsCsv => "installations_csv",
            Self::InstallationsXlsx => "installations_xlsx",
            Self::DpkgStatus => "dpkg_status",
            Self::RpmList => "rpm_list",
            Self::ApkInstalled => "apk_installed",
            Self::FlatpakList => "flatpak_list",
            Self::SnapList => "snap_list",
            Self::PipList => "pip_list",
            Self::NpmList => "npm_list",
            Self::OsqueryRows => "osquery_rows",
            Self::FleetHosts => "fleet_hosts",
            Self::DockerInspect => "docker_inspect",
            Self::LibvirtXml => "libvirt_xml",
            Self::XenList => "xen_list",
            Self::MachineTable => "machine_table",
        }
    }

    /// Whether its files say which device they are about. Of the others, several may be about one device: each holds
    /// a part of its titles.
    pub fn names_its_device(self) -> bool {
        match self {
            Self::GlpiJson
            | Self::FusionInventoryXml
            | Self::CycloneDxJson
            | Self::CycloneDxXml
            | Self::SpdxJson
            | Self::SpdxTagValue
            | Self::SpdxGraph
            | Self::InstallationsCsv
            | Self::InstallationsXlsx
            | Self::FleetHosts
            | Self::DockerInspect
            | Self::LibvirtXml
            | Self::XenList
            | Self::MachineTable => true,
            Self::SwidTag
            | Self::ConciseSwidTag
            | Self::WindowsRegistry
            | Self::DpkgStatus
            | Self::RpmList
            | Self::ApkInstalled
            | Self::FlatpakList
            | Self::SnapList
            | Self::PipList
            | Self::NpmList
            | Self::OsqueryRows => false,
        }
    }
}

impl fmt::Display for InventoryFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GlpiJson => "GLPI agent JSON",
            Self::FusionInventoryXml => "FusionInventory XML",
            Self::CycloneDxJson => "CycloneDX JSON",
            Self::CycloneDxXml => "CycloneDX XML",
            Self::SpdxJson => "SPDX JSON",
            Self::SpdxTagValue => "SPDX tag-value",
            Self::SpdxGraph => "SPDX 3 JSON-LD",
            Self::SwidTag => "SWID tag",
            Self::ConciseSwidTag => "CoSWID tag",
            Self::WindowsRegistry => "Windows registry export",
            Self::InstallationsCsv => "CSV of installations",
            Self::InstallationsXlsx => "Excel workbook of installations",
            Self::DpkgStatus => "dpkg status",
            Self::RpmList => "list of rpm",
            Self::ApkInstalled => "apk database",
            Self::FlatpakList => "list of flatpak",
            Self::SnapList => "list of snap",
            Self::PipList => "list of pip",
            Self::NpmList => "list of npm",
            Self::OsqueryRows => "rows of osquery",
            Self::FleetHosts => "hosts of Fleet",
            Self::DockerInspect => "docker inspect",
            Self::LibvirtXml => "libvirt XML",
            Self::XenList => "list of Xen",
            Self::MachineTable => "table of virtual machines or hosts",
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
    /// How a table was read; `None` for the other formats.
    pub view: Option<TableView>,
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
            view: None,
            reports,
            rejects: findings.rejects,
            remarks: findings.remarks,
            duplicates_merged,
            titles: u64::try_from(titles).unwrap_or(u64::MAX),
        }
    }

    fn of_table(format: InventoryFormat, view: TableView, assembly: Assembly) -> Self {
        let columns = view.columns.clone();
        Self { columns, ..Self::new(format, view.encoding, assembly) }.with_view(view)
    }

    fn with_view(mut self, view: TableView) -> Self {
        self.view = Some(view);
        self
    }
}

/// The format of a file by its content, `None` where it is none that is read. The name of the file does not matter:
/// it is accepted so that callers hand over what they have, and only chooses the words of a refusal in
/// [`read_inventory`].
pub fn detect(bytes: &[u8], _file_name: Option<&str>) -> Option<InventoryFormat> {
    let bytes = unpack(bytes).ok()?;
    if coswid::is_tag(&bytes) {
        return Some(InventoryFormat::ConciseSwidTag);
    }
    if is_workbook(&bytes) {
        return Some(InventoryFormat::InstallationsXlsx);
    }
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
    let tables = Tables { mapping: None, layout: Layout::default(), read_workbook: &read_workbook };
    read_inventory_as(bytes, file_name, device_name_if_absent, &tables)
}

/// How the tables among inventory files are read.
pub struct Tables<'a> {
    /// Which column gives which field; where absent, they are found by their usual headers.
    pub mapping: Option<&'a InstallationMapping>,
    /// A layout that counts before the mapping's.
    pub layout: Layout,
    /// Reads workbooks.
    pub read_workbook: ReadWorkbook<'a>,
}

impl std::fmt::Debug for Tables<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl Tables<'_> {
    fn layout(&self) -> Layout {
        self.layout.or(self.mapping.map(InstallationMapping::layout).unwrap_or_default())
    }

    /// Whether anything was said that only matters for tables.
    fn is_stated(&self) -> bool {
        self.mapping.is_some() || !self.layout.is_silent()
    }
}

/// [`read_inventory`] with a way to read tables.
pub fn read_inventory_as(
    bytes: &[u8],
    file_name: Option<&str>,
    device_name_if_absent: Option<&str>,
    tables: &Tables<'_>,
) -> Result<InventoryFile, Unreadable> {
    let bytes = unpacked(bytes)?;
    let mut assembly = Assembly::default();
    if coswid::is_tag(&bytes) {
        coswid::read(&bytes, device_name_if_absent, &mut assembly)?;
        return Ok(InventoryFile::new(InventoryFormat::ConciseSwidTag, Encoding::Cbor, assembly));
    }
    if is_workbook(&bytes) {
        let table = Table::open(&bytes, tables.layout(), tables.read_workbook)?;
        let view = installations_csv::read(&table, tables.mapping, &mut assembly)?;
        return Ok(InventoryFile::of_table(InventoryFormat::InstallationsXlsx, view, assembly));
    }
    let (text, encoding) = match tables.layout().encoding {
        Some(encoding) => decode_as(&bytes, encoding)?,
        None => decode_any(&bytes)?,
    };
    let (format, check) = match recognise(&text, file_name) {
        Recognised::Format(format, check) => (format, check),
        // A mapping says that it is a table, whatever its headers are.
        Recognised::Refused(Unreadable::NotRecognised { .. } | Unreadable::OtherKind { .. })
            if tables.is_stated() && !text.trim_start().starts_with(['{', '[', '<']) =>
        {
            (InventoryFormat::InstallationsCsv, Ok(()))
        }
        Recognised::Refused(refusal) => return Err(refusal),
    };
    check?;
    if format == InventoryFormat::InstallationsCsv {
        let table = Table::of_text(text, encoding, tables.layout());
        let view = installations_csv::read(&table, tables.mapping, &mut assembly)?;
        return Ok(InventoryFile::of_table(format, view, assembly));
    }
    read_text(format, &text, device_name_if_absent, &mut assembly)?;
    Ok(InventoryFile::new(format, encoding, assembly))
}

/// How a table of installations would be read, whether or not all the needed columns are there.
/// `None` where the file is of another format, which needs no columns.
pub fn view_installations(bytes: &[u8], tables: &Tables<'_>) -> Result<Option<TableView>, Unreadable> {
    let bytes = unpacked(bytes)?;
    if is_workbook(&bytes) {
        let table = Table::open(&bytes, tables.layout(), tables.read_workbook)?;
        return installations_csv::view(&table, tables.mapping).map(Some);
    }
    if coswid::is_tag(&bytes) {
        return Ok(None);
    }
    let (text, encoding) = match tables.layout().encoding {
        Some(encoding) => decode_as(&bytes, encoding)?,
        None => decode_any(&bytes)?,
    };
    let is_table = match recognise(&text, None) {
        Recognised::Format(format, _) => format == InventoryFormat::InstallationsCsv,
        Recognised::Refused(Unreadable::NotRecognised { .. } | Unreadable::OtherKind { .. }) => {
            !text.trim_start().starts_with(['{', '[', '<'])
        }
        Recognised::Refused(refusal) => return Err(refusal),
    };
    if !is_table {
        return Ok(None);
    }
    let table = Table::of_text(text, encoding, tables.layout());
    installations_csv::view(&table, tables.mapping).map(Some)
}

/// Reads a text of a known format that is no table.
fn read_text(
    format: InventoryFormat,
    text: &str,
    name_if_absent: Option<&str>,
    assembly: &mut Assembly,
) -> Result<(), Unreadable> {
    let read = match format {
        InventoryFormat::GlpiJson => glpi_json::read,
        InventoryFormat::FusionInventoryXml => fusion_inventory_xml::read,
        InventoryFormat::CycloneDxJson => cyclonedx::read,
        InventoryFormat::CycloneDxXml => cyclonedx_xml::read,
        InventoryFormat::SpdxJson => spdx_json::read,
        InventoryFormat::SpdxTagValue => spdx_tag_value::read,
        InventoryFormat::SpdxGraph => spdx_graph::read,
        InventoryFormat::SwidTag => swid::read,
        InventoryFormat::WindowsRegistry => windows_registry::read,
        InventoryFormat::DpkgStatus => dpkg::read,
        InventoryFormat::RpmList => package_lists::read_rpm,
        InventoryFormat::ApkInstalled => package_lists::read_apk,
        InventoryFormat::FlatpakList => package_lists::read_flatpak,
        InventoryFormat::SnapList => package_lists::read_snap,
        InventoryFormat::PipList => package_lists::read_pip,
        InventoryFormat::NpmList => package_lists::read_npm,
        InventoryFormat::OsqueryRows => osquery::read_rows,
        InventoryFormat::FleetHosts => osquery::read_fleet,
        InventoryFormat::DockerInspect => guest_lists::read_docker,
        InventoryFormat::LibvirtXml => guest_lists::read_libvirt,
        InventoryFormat::XenList => guest_lists::read_xen,
        InventoryFormat::MachineTable => guest_lists::read_table,
        // Read before, as a table or before their bytes are taken for text.
        InventoryFormat::InstallationsCsv | InventoryFormat::InstallationsXlsx | InventoryFormat::ConciseSwidTag => {
            return Err(Unreadable::Empty);
        }
    };
    read(text, name_if_absent, assembly)
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
            Some(format) => Recognised::Format(format, check),
            // A broken file often breaks before it shows what it is.
            None => Recognised::Refused(check.err().unwrap_or(not_recognised(file_name))),
        };
    }
    if begin.starts_with('<') {
        return recognise_xml(begin, file_name);
    }
    if let Some(format) = text_format(text) {
        return Recognised::Format(format, Ok(()));
    }
    let table = Table::of_text(Cow::Borrowed(text), Encoding::Utf8, Layout::default());
    if installations_csv::is_installations_table(&table) {
        return Recognised::Format(InventoryFormat::InstallationsCsv, Ok(()));
    }
    Recognised::Refused(if entitlements::is_entitlements_table(&table) {
        Unreadable::OtherKind {
            what: "a table of entitlements",
            instead: "Import it as entitlements (indult import entitlements).",
        }
    } else {
        not_recognised(file_name)
    })
}

/// Whether a text is of a format.
type Is = fn(&str) -> bool;

/// Lines; the first that the text is, the most telling ones first.
fn text_format(text: &str) -> Option<InventoryFormat> {
    let formats: [(Is, InventoryFormat); 9] = [
        (windows_registry::is_export, InventoryFormat::WindowsRegistry),
        (spdx_tag_value::is_document, InventoryFormat::SpdxTagValue),
        (dpkg::is_dpkg_status, InventoryFormat::DpkgStatus),
        (package_lists::is_apk, InventoryFormat::ApkInstalled),
        (package_lists::is_rpm, InventoryFormat::RpmList),
        (package_lists::is_snap, InventoryFormat::SnapList),
        (guest_lists::is_xen, InventoryFormat::XenList),
        (guest_lists::is_table, InventoryFormat::MachineTable),
        (package_lists::is_flatpak, InventoryFormat::FlatpakList),
    ];
    formats.into_iter().find(|(is, _)| is(text)).map(|(_, format)| format)
}

fn json_format(outline: &Outline) -> Option<InventoryFormat> {
    if outline.has("bomFormat") || (outline.has("specVersion") && outline.has("components")) {
        return Some(InventoryFormat::CycloneDxJson);
    }
    if outline.has("content") && ["deviceid", "action", "itemtype"].iter().any(|key| outline.has(key)) {
        return Some(InventoryFormat::GlpiJson);
    }
    if outline.has("spdxVersion") {
        return Some(InventoryFormat::SpdxJson);
    }
    if outline.has("@graph") {
        return Some(InventoryFormat::SpdxGraph);
    }
    if outline.has("Id") && outline.has("Config") && (outline.has("HostConfig") || outline.has("State")) {
        return Some(InventoryFormat::DockerInspect);
    }
    if outline.has("hosts") || outline.has("host") {
        return Some(InventoryFormat::FleetHosts);
    }
    if osquery::is_row(outline) {
        return Some(InventoryFormat::OsqueryRows);
    }
    if outline.has("dependencies") {
        return Some(InventoryFormat::NpmList);
    }
    (outline.has("name") && outline.has("version")).then_some(InventoryFormat::PipList)
}

fn recognise_xml(text: &str, file_name: Option<&str>) -> Recognised {
    if xml::has_document_type(text) {
        return Recognised::Refused(Unreadable::DocumentType);
    }
    let root = xml::root_name(text);
    match root.as_deref() {
        Some("REQUEST") => Recognised::Format(InventoryFormat::FusionInventoryXml, Ok(())),
        Some("bom") => Recognised::Format(InventoryFormat::CycloneDxXml, Ok(())),
        Some("domain") => Recognised::Format(InventoryFormat::LibvirtXml, Ok(())),
        Some("SoftwareIdentity") => Recognised::Format(InventoryFormat::SwidTag, Ok(())),
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
                "Import JSON of a kind that docs/IMPORT.md lists, such as GLPI agent JSON (with “deviceid” and “content”) or CycloneDX (with “bomFormat”)."
            }
            Some("xml") => {
                "Import XML of a kind that docs/IMPORT.md lists, such as FusionInventory XML, whose outermost element is REQUEST."
            }
            _ => {
                "Import a file of a kind that docs/IMPORT.md lists, such as GLPI agent JSON, FusionInventory XML, a bill of materials, a CSV of installations, or /var/lib/dpkg/status."
            }
        },
    }
}

/// Files that people often have and that are told apart by their first bytes.
pub(crate) fn other_kind(bytes: &[u8]) -> Option<Unreadable> {
    let other = |what, instead| Some(Unreadable::OtherKind { what, instead });
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => other(
            "an archive and no Excel workbook (.xlsx)",
            "Unpack it and import the files in it; save another kind of workbook as .xlsx.",
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            other("an old Excel workbook", "Save it as .xlsx, or the sheet as CSV (UTF-8).")
        }
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
