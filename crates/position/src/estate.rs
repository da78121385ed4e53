//! The installed base: what the latest reports of every source say of every device.

use domain::id::ImportId;
use domain::observation::{DeviceAttributes, DeviceReport, RawTitle};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// The place of a device in the estate. Dense, and given to another device once its own is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DeviceIndex(pub u32);

/// The installed base. A clone is cheap and keeps its instant while the original goes on.
#[derive(Debug, Clone, Default)]
pub struct Estate {}

/// What is known of a device, from all sources together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceFacts {
    /// Its place.
    pub index: DeviceIndex,
    /// What names it for good: `uuid:…`, `serial:…` or `name:…`.
    pub key: String,
    /// Host name as last reported.
    pub name: String,
    /// Serial number, where a source gives one.
    pub serial: Option<String>,
    /// Hardware UUID, where a source gives one.
    pub uuid: Option<String>,
    /// Attributes; where sources differ, the latest report that states the attribute.
    pub attributes: DeviceAttributes,
    /// The reports that count, one or more for each source.
    pub reports: Vec<SourceReport>,
}

/// A report that counts for a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// The source.
    pub source: String,
    /// The import that brought the report.
    pub import: ImportId,
    /// When the source looked, where it says so.
    pub reported_at: Option<Timestamp>,
    /// Titles in the report.
    pub installations: u64,
}

/// A title on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstalledTitle {
    /// The title as the sources wrote it.
    pub title: RawTitle,
    /// The last day of use that any source knows.
    pub last_used_on: Option<Date>,
    /// The sources that report it, by name.
    pub sources: Vec<String>,
}

/// A title of the estate: publisher and name, letter case and white space apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TitleFacts {
    /// Publisher as a source wrote it.
    pub publisher: Option<String>,
    /// Name as a source wrote it.
    pub name: String,
    /// The versions that are installed, in order of text.
    pub versions: Vec<String>,
    /// Distinct devices that hold it.
    pub devices: u64,
}

impl Estate {
    /// An estate without devices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what `source` says of one device. It replaces what that source said of the device before.
    /// Touches only what changed.
    pub fn report(&mut self, _source: &str, _import: ImportId, _report: &DeviceReport) {}

    /// How many devices there are.
    pub fn device_count(&self) -> u64 {
        0
    }

    /// How many titles stand on all devices together, each version once for each device.
    pub fn installation_count(&self) -> u64 {
        0
    }

    /// The places of all devices, in order.
    pub fn devices(&self) -> impl Iterator<Item = DeviceIndex> + '_ {
        std::iter::empty()
    }

    /// What is known of a device; `None` where the place is empty.
    pub fn device(&self, _index: DeviceIndex) -> Option<DeviceFacts> {
        None
    }

    /// The device of this key, as [`DeviceFacts::key`] gives it.
    pub fn device_with_key(&self, _key: &str) -> Option<DeviceIndex> {
        None
    }

    /// The titles on a device, in order of title.
    pub fn installed_on(&self, _index: DeviceIndex) -> Vec<InstalledTitle> {
        Vec::new()
    }

    /// The titles that stand on at least one device.
    pub fn titles(&self) -> impl Iterator<Item = TitleFacts> + '_ {
        std::iter::empty()
    }
}
