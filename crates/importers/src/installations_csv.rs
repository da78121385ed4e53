//! A table with one row per title and device, as any spreadsheet or inventory tool exports it.
//!
//! Rows of one device are gathered wherever they stand. Columns are found by their usual headers.

use std::collections::{BTreeMap, BTreeSet};

use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, Environment};
use jiff::civil::Date;

use crate::assembly::{Assembly, Draft, FoundTitle, attribute, count};
use crate::calendar::optional_date;
use crate::findings::{Fault, Findings};
use crate::identity::{hardware_uuid, serial};
use crate::limits::{REPORTS, TITLES};
use crate::name::{clean, shorten};
use crate::table::{ColumnUse, Columns, Record, Records, assign_fields, find_delimiter};
use crate::unreadable::Unreadable;

/// What a column can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Device,
    Serial,
    Uuid,
    Product,
    Publisher,
    Version,
    PrimaryUser,
    Environment,
    Kind,
    OperatingSystem,
    Region,
    BusinessUnit,
    CostCentre,
    Processors,
    Cores,
    ProcessorModel,
    VirtualProcessors,
    Host,
    Cluster,
    LastUsed,
    LastSeen,
}

/// Fields with their names on screen and the headers that give them, the first being ours.
const FIELDS: [(Field, &str, &[&str]); 21] = [
    (
        Field::Device,
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
    (Field::Serial, "serial", &["serial", "serial number", "serialnumber", "serial no", "service tag", "asset serial"]),
    (Field::Uuid, "uuid", &["uuid", "hardware uuid", "smbios uuid", "bios uuid", "system uuid", "smbios guid"]),
    (
        Field::Product,
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
    (Field::Publisher, "publisher", &["publisher", "vendor", "manufacturer", "software publisher", "maker", "company"]),
    (
        Field::Version,
        "version",
        &["version", "product version", "display version", "displayversion", "software version", "release"],
    ),
    (
        Field::PrimaryUser,
        "primary user",
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
    (Field::Environment, "environment", &["environment", "env", "stage", "usage"]),
    (Field::Kind, "kind", &["kind", "device type", "machine type", "device kind", "virtual"]),
    (Field::OperatingSystem, "operating system", &["operating system", "os", "os name", "platform"]),
    (Field::Region, "region", &["region", "country", "location", "site"]),
    (
        Field::BusinessUnit,
        "business unit",
        &["business unit", "department", "division", "bu", "organizational unit", "organisational unit"],
    ),
    (Field::CostCentre, "cost centre", &["cost centre", "cost center", "costcentre", "costcenter"]),
    (
        Field::Processors,
        "processors",
        &["processors", "sockets", "cpus", "cpu count", "processor count", "physical processors"],
    ),
    (Field::Cores, "cores", &["cores", "core count", "cpu cores", "total cores", "physical cores"]),
    (Field::ProcessorModel, "processor model", &["processor model", "cpu", "processor", "cpu model", "processor name"]),
    (
        Field::VirtualProcessors,
        "virtual processors",
        &["virtual processors", "vcpu", "vcpus", "virtual cpus", "virtual cores"],
    ),
    (
        Field::Host,
        "host",
        &["host", "runs on", "hypervisor", "hypervisor host", "vm host", "host server", "physical host", "esx host"],
    ),
    (Field::Cluster, "cluster", &["cluster", "cluster name", "vm cluster", "host cluster"]),
    (
        Field::LastUsed,
        "last used",
        &["last used", "last used on", "last use", "last usage", "last used date", "last run"],
    ),
    (
        Field::LastSeen,
        "last seen",
        &["last seen", "last seen on", "last inventory", "last scan", "last contact", "last reported", "scan date"],
    ),
];

/// Whether the first record heads a device column and a product column.
pub(crate) fn is_installations_table(text: &str) -> bool {
    let mut records = Records::new(text, find_delimiter(text));
    let Ok(Some(header)) = records.next_record() else { return false };
    let headers: Vec<String> = header.cells.iter().map(ToString::to_string).collect();
    match assign_fields(&headers, &FIELDS) {
        Ok(columns) => columns.contains_key(&Field::Device) && columns.contains_key(&Field::Product),
        Err(Unreadable::TwoColumns { .. }) => {
            let has = |field: Field| {
                FIELDS.iter().any(|(candidate, _, names)| {
                    *candidate == field
                        && headers.iter().any(|header| names.contains(&crate::table::normal_header(header).as_str()))
                })
            };
            has(Field::Device) && has(Field::Product)
        }
        Err(_) => false,
    }
}

/// Reads every row of the text.
pub(crate) fn read(text: &str, assembly: &mut Assembly) -> Result<Vec<ColumnUse>, Unreadable> {
    let mut records = Records::new(text, find_delimiter(text));
    let Some(header) = records.next_record()? else { return Err(Unreadable::Empty) };
    let headers: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let assigned = assign_fields(&headers, &FIELDS)?;
    for (field, name, wanted) in &FIELDS {
        if matches!(field, Field::Device | Field::Product) && !assigned.contains_key(field) {
            let wanted = wanted.iter().map(ToString::to_string).collect();
            return Err(Unreadable::MissingColumn { field: name, wanted, headers });
        }
    }
    let mut columns = Columns::of_fields(&headers, &assigned, &FIELDS);
    let mut fleet = Fleet::default();
    let mut rows = 0;
    while let Some(record) = records.next_record()? {
        // Every device stays open until the last row, so rows are counted, not titles.
        rows += 1;
        if TITLES.is_exceeded_by(rows) {
            return Err(Unreadable::OverLimit { limit: TITLES, place: format!("line {}", record.line) });
        }
        columns.sample(&record);
        let row = Row { record: &record, assigned: &assigned, headers: &headers };
        row.add_to(&mut fleet, &mut assembly.findings)?;
    }
    for draft in fleet.drafts {
        assembly.add(draft.draft)?;
    }
    Ok(columns.into_inner())
}

/// One row with its columns.
struct Row<'r> {
    record: &'r Record<'r>,
    assigned: &'r BTreeMap<Field, usize>,
    headers: &'r [String],
}

impl Row<'_> {
    fn cell(&self, field: Field) -> Option<&str> {
        let text = self.record.cell(*self.assigned.get(&field)?);
        (!text.is_empty()).then_some(text)
    }

    fn place(&self, field: Field) -> String {
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
        let name = match clean("device name", self.cell(Field::Device).unwrap_or_default()) {
            Ok(Some(name)) => name,
            Ok(None) => {
                let found = self.cell(Field::Product).unwrap_or_default();
                let fault = Fault::new(found, "The row names no device.", "Write the device's name in every row.");
                return findings.reject(line(), fault);
            }
            Err(fault) => return findings.reject(self.place(Field::Device), fault),
        };
        if self.cell(Field::Product).is_none() {
            let fault = Fault::new(name, "The row names no product.", "Write the title, or leave the row out.");
            return findings.reject(line(), fault);
        }
        let device = DeviceIdentity {
            name: name.to_owned(),
            serial: self.cell(Field::Serial).and_then(serial),
            uuid: self.cell(Field::Uuid).and_then(hardware_uuid),
        };
        let attributes = self.attributes(findings)?;
        let last_used_on = self.date(Field::LastUsed, findings)?;
        let gathered = fleet.find(device, self.record.line, findings)?;
        gathered.merge(attributes, self.record.line, findings)?;
        let found = FoundTitle {
            publisher: self.cell(Field::Publisher),
            name: self.cell(Field::Product),
            version: self.cell(Field::Version),
            source_id: None,
            last_used_on,
        };
        gathered.draft.install(found, line, findings)
    }

    fn attributes(&self, findings: &mut Findings) -> Result<DeviceAttributes, Unreadable> {
        let mut text = |what: &str, field: Field| attribute(what, self.cell(field), || self.place(field), findings);
        let operating_system = text("operating system", Field::OperatingSystem)?;
        let primary_user = text("user", Field::PrimaryUser)?;
        let processor_model = text("processor model", Field::ProcessorModel)?;
        let host = text("host", Field::Host)?;
        let cluster = text("cluster", Field::Cluster)?;
        let region = text("region", Field::Region)?;
        let business_unit = text("business unit", Field::BusinessUnit)?;
        let cost_centre = text("cost centre", Field::CostCentre)?;
        Ok(DeviceAttributes {
            kind: self.cell(Field::Kind).map(kind).unwrap_or_default(),
            environment: self.environment(findings)?,
            operating_system,
            primary_user,
            processors: count("processors", self.cell(Field::Processors), || self.place(Field::Processors), findings)?,
            cores: count("cores", self.cell(Field::Cores), || self.place(Field::Cores), findings)?,
            processor_model,
            virtual_processors: count(
                "virtual processors",
                self.cell(Field::VirtualProcessors),
                || self.place(Field::VirtualProcessors),
                findings,
            )?,
            host,
            cluster,
            region,
            business_unit,
            cost_centre,
            last_seen_on: self.date(Field::LastSeen, findings)?,
        })
    }

    fn environment(&self, findings: &mut Findings) -> Result<Option<Environment>, Unreadable> {
        let Some(word) = self.cell(Field::Environment) else { return Ok(None) };
        let environment = Environment::from_word(word);
        if environment.is_none() {
            let names = Environment::ALL.map(Environment::name).join(", ");
            let fault = Fault::new(word, "This is no environment known here.", format!("Write one of: {names}."));
            findings.reject(self.place(Field::Environment), fault)?;
        }
        Ok(environment)
    }

    fn date(&self, field: Field, findings: &mut Findings) -> Result<Option<Date>, Unreadable> {
        match optional_date(self.cell(field).unwrap_or_default(), None, None) {
            Ok(date) => Ok(date),
            Err(Fault { found, problem, .. }) => {
                let fault = Fault { found, problem, repair: "Write dates as 2026-03-31.".to_owned() };
                findings.reject(self.place(field), fault)?;
                Ok(None)
            }
        }
    }
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
