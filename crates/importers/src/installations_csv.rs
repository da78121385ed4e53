//! A table with one row per title and device, as any spreadsheet or inventory tool exports it.
//!
//! Rows of one device are gathered wherever they stand. Columns are found by their usual headers.

use std::collections::{BTreeMap, BTreeSet};

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, Environment};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::assembly::{Assembly, Draft, FoundTitle, attribute, count};
use crate::calendar::{DateStyle, optional_date};
use crate::findings::{Fault, Findings};
use crate::identity::{hardware_uuid, serial};
use crate::layout::{Table, TableView};
use crate::limits::{REPORTS, TITLES};
use crate::mapping::{Field, FieldMapping, Headers};
use crate::name::{clean, shorten};
use crate::table::{Record, normal_header};
use crate::unreadable::Unreadable;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallationField {
    /// Name of the device.
    Device,
    /// Its serial number.
    Serial,
    /// Its hardware UUID.
    Uuid,
    /// The title.
    Product,
    /// Its publisher.
    Publisher,
    /// Its version.
    Version,
    /// Who mainly uses the device.
    PrimaryUser,
    /// Where the device serves.
    Environment,
    /// What kind of machine it is.
    Kind,
    /// Its operating system.
    OperatingSystem,
    /// Region or country.
    Region,
    /// Business unit.
    BusinessUnit,
    /// Cost centre.
    CostCentre,
    /// Physical processors.
    Processors,
    /// Cores in all of them.
    Cores,
    /// Model of the processors.
    ProcessorModel,
    /// Virtual processors of a guest.
    VirtualProcessors,
    /// The device on which it runs.
    Host,
    /// The cluster it belongs to.
    Cluster,
    /// Last day of use.
    LastUsed,
    /// Last day on which the device was seen.
    LastSeen,
    /// An identifier of the title in a scheme of its own, such as a package URL.
    SourceId,
}

/// Fields with their names and the headers that give them, the first being ours.
const FIELDS: [(InstallationField, &str, &[&str]); 22] = [
    (
        InstallationField::Device,
        "device",
        &[
            "device",
            "device name",
            "hostname",
            "host name",
            "host",
            "computer",
            "computer name",
            "machine",
            "machine name",
            "asset name",
            "asset",
            "workstation",
            "server",
            "pc",
        ],
    ),
    (
        InstallationField::Serial,
        "serial",
        &["serial", "serial number", "serialnumber", "serial no", "service tag", "asset serial"],
    ),
    (
        InstallationField::Uuid,
        "uuid",
        &["uuid", "hardware uuid", "smbios uuid", "bios uuid", "system uuid", "smbios guid"],
    ),
    (
        InstallationField::Product,
        "product",
        &[
            "product",
            "product name",
            "title",
            "software",
            "software name",
            "application",
            "application name",
            "display name",
            "displayname",
            "program",
            "package",
            "name",
        ],
    ),
    (
        InstallationField::Publisher,
        "publisher",
        &["publisher", "vendor", "manufacturer", "software publisher", "maker", "company"],
    ),
    (
        InstallationField::Version,
        "version",
        &["version", "product version", "display version", "displayversion", "software version", "release"],
    ),
    (
        InstallationField::PrimaryUser,
        "primary_user",
        &[
            "primary user",
            "user",
            "username",
            "user name",
            "main user",
            "last user",
            "last logged user",
            "last logon user",
            "assigned to",
            "assigned user",
            "owner",
            "user email",
            "email",
        ],
    ),
    (InstallationField::Environment, "environment", &["environment", "env", "stage", "usage"]),
    (InstallationField::Kind, "kind", &["kind", "device type", "machine type", "device kind", "virtual"]),
    (InstallationField::OperatingSystem, "operating_system", &["operating system", "os", "os name", "platform"]),
    (InstallationField::Region, "region", &["region", "country", "location", "site"]),
    (
        InstallationField::BusinessUnit,
        "business_unit",
        &["business unit", "department", "division", "bu", "organizational unit", "organisational unit"],
    ),
    (InstallationField::CostCentre, "cost_centre", &["cost centre", "cost center", "costcentre", "costcenter"]),
    (
        InstallationField::Processors,
        "processors",
        &["processors", "sockets", "cpus", "cpu count", "processor count", "physical processors"],
    ),
    (InstallationField::Cores, "cores", &["cores", "core count", "cpu cores", "total cores", "physical cores"]),
    (
        InstallationField::ProcessorModel,
        "processor_model",
        &["processor model", "cpu", "processor", "cpu model", "processor name"],
    ),
    (
        InstallationField::VirtualProcessors,
        "virtual_processors",
        &["virtual processors", "vcpu", "vcpus", "virtual cpus", "virtual cores"],
    ),
    (
        InstallationField::Host,
        "host",
        &["host", "runs on", "hypervisor", "hypervisor host", "vm host", "host server", "physical host", "esx host"],
    ),
    (InstallationField::Cluster, "cluster", &["cluster", "cluster name", "vm cluster", "host cluster"]),
    (
        InstallationField::LastUsed,
        "last_used",
        &["last used", "last used on", "last use", "last usage", "last used date", "last run"],
    ),
    (
        InstallationField::LastSeen,
        "last_seen",
        &["last seen", "last seen on", "last inventory", "last scan", "last contact", "last reported", "scan date"],
    ),
    (
        InstallationField::SourceId,
        "source_id",
        &["source id", "identifier", "package url", "purl", "cpe", "product code"],
    ),
];

impl InstallationField {
    /// Every field, in the order of the template.
    pub const ALL: [Self; 22] = FIELDS_IN_ORDER;

    /// The name in mapping files and templates.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _, _)| *field == self).map_or("", |(_, name, _)| name)
    }
}

const FIELDS_IN_ORDER: [InstallationField; 22] = {
    let mut all = [InstallationField::Device; 22];
    let mut index = 0;
    while index < all.len() {
        #[expect(clippy::indexing_slicing, reason = "checked by the compiler, which runs this")]
        {
            all[index] = FIELDS[index].0;
        }
        index += 1;
    }
    all
};

impl Field for InstallationField {
    fn all() -> &'static [Self] {
        &FIELDS_IN_ORDER
    }

    fn required() -> &'static [Self] {
        &[Self::Device, Self::Product]
    }

    fn telling() -> &'static [Self] {
        &[Self::Device, Self::Product]
    }

    fn word(self) -> &'static str {
        self.name()
    }

    fn built_in() -> Vec<InstallationMapping> {
        let mut mapping = InstallationMapping::named_only("installations");
        for (field, _, headers) in FIELDS {
            let headers = headers.iter().map(ToString::to_string).collect();
            mapping.columns.insert(field, Headers::AnyOf(headers));
        }
        vec![mapping]
    }

    fn check_default(mapping: &InstallationMapping, field: Self, text: &str) -> Result<(), Fault> {
        match field {
            Self::Environment => environment(text).map(drop),
            Self::LastUsed | Self::LastSeen => optional_date(text, mapping.dates, None).map(drop),
            Self::Processors | Self::Cores | Self::VirtualProcessors => whole_number(field.name(), text),
            Self::Device
            | Self::Serial
            | Self::Uuid
            | Self::Product
            | Self::Publisher
            | Self::Version
            | Self::PrimaryUser
            | Self::Kind
            | Self::OperatingSystem
            | Self::Region
            | Self::BusinessUnit
            | Self::CostCentre
            | Self::ProcessorModel
            | Self::Host
            | Self::Cluster
            | Self::SourceId => clean("default", text).map(drop),
        }
    }
}

/// How a table of installations is read.
pub type InstallationMapping = FieldMapping<InstallationField>;

fn whole_number(what: &str, text: &str) -> Result<(), Fault> {
    let mut findings = Findings::default();
    let _ = count(what, Some(text), String::new, &mut findings);
    findings
        .rejects
        .pop()
        .map_or(Ok(()), |reject| Err(Fault { found: reject.found, problem: reject.problem, repair: reject.repair }))
}

/// The fields that hold dates; no field holds a number with decimals.
const STYLED: (&[InstallationField], &[InstallationField]) =
    (&[], &[InstallationField::LastUsed, InstallationField::LastSeen]);

/// Whether the headers are of a device column and a product column.
pub(crate) fn is_installations_table(table: &Table<'_>) -> bool {
    let Ok((_, headed)) = table.headed::<InstallationField>(None) else { return false };
    let has = |assigned: &BTreeMap<InstallationField, usize>| {
        assigned.contains_key(&InstallationField::Device) && assigned.contains_key(&InstallationField::Product)
    };
    match headed.assigned() {
        Ok(assigned) => has(&assigned),
        // It is one, and reading it says which two columns mean the same.
        Err(Unreadable::TwoColumns { .. }) => {
            let normal: Vec<String> = headed.headers.iter().map(|header| normal_header(header)).collect();
            [InstallationField::Device, InstallationField::Product].iter().all(|field| {
                FIELDS.iter().any(|(candidate, _, names)| {
                    candidate == field && normal.iter().any(|header| names.contains(&header.as_str()))
                })
            })
        }
        Err(_) => false,
    }
}

/// How a table of installations would be read, whether or not all the needed columns are there.
pub(crate) fn view(table: &Table<'_>, mapping: Option<&InstallationMapping>) -> Result<TableView, Unreadable> {
    let (records, headed) = table.headed(mapping)?;
    table.view(&headed, records, &headed.assigned_where_clear(), STYLED)
}

/// Reads every row of the table.
pub(crate) fn read(
    table: &Table<'_>,
    mapping: Option<&InstallationMapping>,
    assembly: &mut Assembly,
) -> Result<TableView, Unreadable> {
    let (mut records, headed) = table.headed(mapping)?;
    let assigned = headed.assigned_or_missing(&[InstallationField::Device, InstallationField::Product])?;
    let no_defaults = BTreeMap::new();
    let defaults = headed.mapping.as_ref().map_or(&no_defaults, |mapping| &mapping.defaults);
    let view = table.view(&headed, records.clone(), &assigned, STYLED)?;
    let mut fleet = Fleet::default();
    let mut rows = 0;
    while let Some(record) = records.next_record()? {
        // Every device stays open until the last row, so rows are counted, not titles.
        rows += 1;
        if TITLES.is_exceeded_by(rows) {
            return Err(Unreadable::OverLimit { limit: TITLES, place: format!("line {}", record.line) });
        }
        let row =
            Row { record: &record, assigned: &assigned, headers: &headed.headers, defaults, dates: table.layout.dates };
        row.add_to(&mut fleet, &mut assembly.findings)?;
    }
    for draft in fleet.drafts {
        assembly.add(draft.draft)?;
    }
    Ok(view)
}

/// The identifier of a title as `scheme:value`; `None` where its scheme is not known.
fn source_id(text: &str) -> Option<String> {
    const SCHEMES: [&str; 12] = [
        "purl",
        "cpe",
        "product_code",
        "registry_key",
        "bundle_id",
        "dpkg",
        "rpm",
        "apk",
        "flatpak",
        "snap",
        "swid",
        "path",
    ];
    if text.starts_with("pkg:") {
        return Some(format!("purl:{text}"));
    }
    if text.starts_with("cpe:2.3:") || text.starts_with("cpe:/") {
        return Some(format!("cpe:{text}"));
    }
    if text.starts_with('{') && text.ends_with('}') {
        return Some(format!("product_code:{text}"));
    }
    let (scheme, value) = text.split_once(':')?;
    (SCHEMES.contains(&scheme) && !value.is_empty()).then(|| text.to_owned())
}

/// One row with its columns.
struct Row<'r> {
    record: &'r Record<'r>,
    assigned: &'r BTreeMap<InstallationField, usize>,
    headers: &'r [String],
    defaults: &'r BTreeMap<InstallationField, String>,
    dates: Option<DateStyle>,
}

impl Row<'_> {
    /// The cell, or the mapping's default where there is none.
    fn cell(&self, field: InstallationField) -> Option<&str> {
        let text = self.assigned.get(&field).map_or("", |column| self.record.cell(*column));
        let text = if text.is_empty() { self.defaults.get(&field).map_or("", |text| text.trim()) } else { text };
        (!text.is_empty()).then_some(text)
    }

    fn place(&self, field: InstallationField) -> String {
        let header = self.assigned.get(&field).and_then(|column| self.headers.get(*column));
        format!("line {}, column “{}”", self.record.line, header.map_or("", String::as_str))
    }

    fn add_to(&self, fleet: &mut Fleet, findings: &mut Findings) -> Result<(), Unreadable> {
        let line = || format!("line {}", self.record.line);
        if let Some(extra) = self.record.cells.iter().skip(self.headers.len()).find(|cell| !cell.trim().is_empty()) {
            let fault = Fault::new(
                extra,
                format!("The row has {} cells and the header {}.", self.record.cells.len(), self.headers.len()),
                "Put texts that hold the delimiter between quotation marks.",
            );
            return findings.reject(line(), fault);
        }
        let name = match clean("device name", self.cell(InstallationField::Device).unwrap_or_default()) {
            Ok(Some(name)) => name,
            Ok(None) => {
                let found = self.cell(InstallationField::Product).unwrap_or_default();
                let fault = Fault::new(found, "The row names no device.", "Write the device's name in every row.");
                return findings.reject(line(), fault);
            }
            Err(fault) => return findings.reject(self.place(InstallationField::Device), fault),
        };
        if self.cell(InstallationField::Product).is_none() {
            let fault = Fault::new(name, "The row names no product.", "Write the title, or leave the row out.");
            return findings.reject(line(), fault);
        }
        let device = DeviceIdentity {
            name: name.to_owned(),
            serial: self.cell(InstallationField::Serial).and_then(serial),
            uuid: self.cell(InstallationField::Uuid).and_then(hardware_uuid),
        };
        let attributes = self.attributes(findings)?;
        let last_used_on = self.date(InstallationField::LastUsed, findings)?;
        let gathered = fleet.find(device, self.record.line, findings)?;
        gathered.merge(attributes, self.record.line, findings)?;
        let source_id = self.cell(InstallationField::SourceId).and_then(source_id);
        let found = FoundTitle {
            publisher: self.cell(InstallationField::Publisher),
            name: self.cell(InstallationField::Product),
            version: self.cell(InstallationField::Version),
            source_id: source_id.as_deref(),
            last_used_on,
        };
        gathered.draft.install(found, line, findings)
    }

    fn attributes(&self, findings: &mut Findings) -> Result<DeviceAttributes, Unreadable> {
        let mut text =
            |what: &str, field: InstallationField| attribute(what, self.cell(field), || self.place(field), findings);
        let operating_system = text("operating system", InstallationField::OperatingSystem)?;
        let primary_user = text("user", InstallationField::PrimaryUser)?;
        let processor_model = text("processor model", InstallationField::ProcessorModel)?;
        let host = text("host", InstallationField::Host)?;
        let cluster = text("cluster", InstallationField::Cluster)?;
        let region = text("region", InstallationField::Region)?;
        let business_unit = text("business unit", InstallationField::BusinessUnit)?;
        let cost_centre = text("cost centre", InstallationField::CostCentre)?;
        Ok(DeviceAttributes {
            kind: self.cell(InstallationField::Kind).map(kind).unwrap_or_default(),
            environment: self.environment(findings)?,
            operating_system,
            primary_user,
            processors: count(
                "processors",
                self.cell(InstallationField::Processors),
                || self.place(InstallationField::Processors),
                findings,
            )?,
            cores: count(
                "cores",
                self.cell(InstallationField::Cores),
                || self.place(InstallationField::Cores),
                findings,
            )?,
            processor_model,
            virtual_processors: count(
                "virtual processors",
                self.cell(InstallationField::VirtualProcessors),
                || self.place(InstallationField::VirtualProcessors),
                findings,
            )?,
            host,
            cluster,
            region,
            business_unit,
            cost_centre,
            last_seen_on: self.date(InstallationField::LastSeen, findings)?,
        })
    }

    fn environment(&self, findings: &mut Findings) -> Result<Option<Environment>, Unreadable> {
        let Some(word) = self.cell(InstallationField::Environment) else { return Ok(None) };
        match environment(word) {
            Ok(environment) => Ok(Some(environment)),
            Err(fault) => findings.reject(self.place(InstallationField::Environment), fault).map(|()| None),
        }
    }

    fn date(&self, field: InstallationField, findings: &mut Findings) -> Result<Option<Date>, Unreadable> {
        match optional_date(self.cell(field).unwrap_or_default(), self.dates, None) {
            Ok(date) => Ok(date),
            Err(Fault { found, problem, .. }) => {
                let repair = "Write dates as 2026-03-31, or state their order of day and month.".to_owned();
                let fault = Fault { found, problem, repair };
                findings.reject(self.place(field), fault)?;
                Ok(None)
            }
        }
    }
}

fn environment(word: &str) -> Result<Environment, Fault> {
    Environment::from_word(word).ok_or_else(|| {
        let names = Environment::ALL.map(Environment::name).join(", ");
        Fault::new(word, "This is no environment known here.", format!("Write one of: {names}."))
    })
}

fn kind(word: &str) -> DeviceKind {
    match word.to_lowercase().as_str() {
        "physical" | "desktop" | "laptop" | "notebook" | "workstation" | "no" | "false" => DeviceKind::Physical,
        "virtual" | "vm" | "virtual machine" | "yes" | "true" => DeviceKind::Virtual,
        "container" => DeviceKind::Container,
        "application" => DeviceKind::Application,
        _ => DeviceKind::Unknown,
    }
}

/// A device whose rows are being gathered, and the line that first named it.
struct Gathered {
    draft: Draft,
    line: u64,
}

impl Gathered {
    /// Fills in what earlier rows left open; a value that contradicts an earlier row is rejected.
    fn merge(&mut self, from: DeviceAttributes, line: u64, findings: &mut Findings) -> Result<(), Unreadable> {
        let to = &mut self.draft.attributes;
        if to.kind == DeviceKind::Unknown {
            to.kind = from.kind;
        }
        to.last_seen_on = to.last_seen_on.max(from.last_seen_on);
        let mut clashes = Vec::new();
        fill(&mut to.environment, from.environment, "environment", |e| e.name().to_owned(), &mut clashes);
        fill(&mut to.processors, from.processors, "processors", u32::to_string, &mut clashes);
        fill(&mut to.cores, from.cores, "cores", u32::to_string, &mut clashes);
        fill(&mut to.virtual_processors, from.virtual_processors, "virtual processors", u32::to_string, &mut clashes);
        for (to, from, what) in [
            (&mut to.host, from.host, "host"),
            (&mut to.cluster, from.cluster, "cluster"),
            (&mut to.operating_system, from.operating_system, "operating system"),
            (&mut to.primary_user, from.primary_user, "primary user"),
            (&mut to.processor_model, from.processor_model, "processor model"),
            (&mut to.region, from.region, "region"),
            (&mut to.business_unit, from.business_unit, "business unit"),
            (&mut to.cost_centre, from.cost_centre, "cost centre"),
        ] {
            fill(to, from, what, String::clone, &mut clashes);
        }
        for (what, found, earlier) in clashes {
            let name = &self.draft.device.name;
            let problem = format!(
                "An earlier row of {name} (line {}) says that its {what} is “{earlier}”; that one was kept.",
                self.line
            );
            let fault = Fault::new(&found, problem, format!("Write the same {what} in every row of the device."));
            findings.reject(format!("line {line}"), fault)?;
        }
        Ok(())
    }
}

fn fill<T: PartialEq>(
    to: &mut Option<T>,
    from: Option<T>,
    what: &'static str,
    shown: impl Fn(&T) -> String,
    clashes: &mut Vec<(&'static str, String, String)>,
) {
    match (to.as_ref(), from) {
        (None, from) => *to = from,
        (Some(earlier), Some(from)) if *earlier != from => clashes.push((what, shown(&from), shown(earlier))),
        (Some(_), _) => {}
    }
}

/// The devices of a file. Rows mean the same device by the rule for reports: equal UUIDs, else equal serials, else equal
/// names; so no two reports of the file replace each other later.
#[derive(Default)]
struct Fleet {
    drafts: Vec<Gathered>,
    by_uuid: BTreeMap<String, usize>,
    by_serial: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
    /// Other names that were remarked on.
    other_names: BTreeSet<(usize, String)>,
}

impl Fleet {
    /// The device of a row; a new one where no earlier row means the same.
    fn find(
        &mut self,
        device: DeviceIdentity,
        line: u64,
        findings: &mut Findings,
    ) -> Result<&mut Gathered, Unreadable> {
        let name = device.name.to_lowercase();
        let index = self.position(&device, &name).unwrap_or(self.drafts.len());
        for (keys, key) in [(&mut self.by_uuid, &device.uuid), (&mut self.by_serial, &device.serial)] {
            if let Some(key) = key {
                keys.entry(key.clone()).or_insert(index);
            }
        }
        self.by_name.entry(name.clone()).or_insert(index);
        if index == self.drafts.len() {
            self.drafts.push(Gathered { draft: Draft::new(device.clone(), DeviceAttributes::default()), line });
        }
        let over = REPORTS.is_exceeded_by(self.drafts.len());
        let Some(gathered) = self.drafts.get_mut(index).filter(|_| !over) else {
            return Err(Unreadable::OverLimit { limit: REPORTS, place: format!("line {line}") });
        };
        let known = &mut gathered.draft.device;
        if known.name.to_lowercase() != name && self.other_names.insert((index, name)) {
            let text = format!(
                "“{}” was taken for “{}” (line {}), which has the same UUID or serial.",
                shorten(&device.name),
                shorten(&known.name),
                gathered.line
            );
            findings.remark(format!("line {line}"), text);
        }
        known.serial = known.serial.take().or(device.serial);
        known.uuid = known.uuid.take().or(device.uuid);
        Ok(gathered)
    }

    fn position(&self, device: &DeviceIdentity, name: &str) -> Option<usize> {
        let clash = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        let known = |index: &usize| self.drafts.get(*index).map(|gathered| &gathered.draft.device);
        let by_uuid = device.uuid.as_ref().and_then(|uuid| self.by_uuid.get(uuid));
        let by_serial = || {
            let index = self.by_serial.get(device.serial.as_ref()?)?;
            known(index).filter(|known| !clash(&known.uuid, &device.uuid)).map(|_| index)
        };
        let by_name = || {
            let index = self.by_name.get(name)?;
            let agrees =
                |known: &&DeviceIdentity| !clash(&known.uuid, &device.uuid) && !clash(&known.serial, &device.serial);
            known(index).filter(agrees).map(|_| index)
        };
        by_uuid.or_else(by_serial).or_else(by_name).copied()
    }
}
