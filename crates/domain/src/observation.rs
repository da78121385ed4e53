//! What a source says: reports of devices and rows of entitlements, as importers hand them over.
//!
//! Observations are facts with an origin, not yet recorded.
//! Recognition of raw titles and arithmetic over them live in `position`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::entitlement::{Metric, Quantity, Scope, Versions};
use crate::money::Money;

/// Where a device serves; licence terms often exempt all but production.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Serves the business; also what an unstated environment counts as.
    #[default]
    Production,
    /// Staging and acceptance.
    Test,
    /// Development and build.
    Development,
    /// Stands by for another device (failover, backup site).
    DisasterRecovery,
}

impl Environment {
    /// Every environment, in the order in which devices are indexed.
    pub const ALL: [Self; 4] = [Self::Production, Self::Test, Self::Development, Self::DisasterRecovery];

    /// The name used in files, addresses and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
            Self::Development => "development",
            Self::DisasterRecovery => "disaster_recovery",
        }
    }

    /// Reads the usual words for an environment (`prod`, `staging`, `dev`, `dr`, …); `None` for any other.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "production" | "prod" | "live" | "prd" => Self::Production,
            "test" | "staging" | "stage" | "qa" | "acceptance" | "uat" => Self::Test,
            "development" | "dev" | "build" | "sandbox" => Self::Development,
            "disaster_recovery" | "dr" | "failover" | "standby" | "backup" => Self::DisasterRecovery,
            _ => return None,
        })
    }
}

/// What kind of machine a device is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// The source does not say.
    #[default]
    Unknown,
    /// A machine of its own.
    Physical,
    /// A guest of a hypervisor.
    Virtual,
    /// A container.
    Container,
    /// A delivered piece of software with its parts (the subject of a software bill of materials).
    Application,
}

impl DeviceKind {
    /// The name used in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Physical => "physical",
            Self::Virtual => "virtual",
            Self::Container => "container",
            Self::Application => "application",
        }
    }
}

/// How a source names a device. The name is never empty.
/// Two reports mean the same device when their hardware UUIDs are equal, else their serials, else their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceIdentity {
    /// Host name as given.
    pub name: String,
    /// Serial number of the machine, where it is a real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Hardware UUID (SMBIOS), lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
}

/// Facts about a device; what a source does not say is absent, never zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceAttributes {
    /// Kind of machine.
    pub kind: DeviceKind,
    /// Environment, where the source says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// Operating system with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<String>,
    /// The person who mainly uses the device, as the source names them (a log-in name or e-mail address).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_user: Option<String>,
    /// Physical processors (sockets).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<u32>,
    /// Cores in all processors together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Processor model as the source prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor_model: Option<String>,
    /// Virtual processors (vCPU) that a hypervisor gives its guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_processors: Option<u32>,
    /// The device on which a guest or container runs: its name or UUID, as the source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The cluster or pool of hypervisors that the device belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Region or country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Business unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_unit: Option<String>,
    /// Cost centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// The last day on which the source saw the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_on: Option<Date>,
}

/// A title exactly as a source wrote it (white space at the ends apart). The name is never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTitle {
    /// Publisher, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Name.
    pub name: String,
    /// Version, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// One title on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// What is installed.
    pub title: RawTitle,
    /// The last day of use, where the source knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_on: Option<Date>,
    /// Identifier in the source's own scheme, as `scheme:value` (`purl:pkg:deb/…`, `product_code:{…}`, `bundle_id:…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
}

/// What one source says of one device at one time. It replaces that source's earlier report of the device
/// of the same kind: one that lists titles, or one that does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceReport {
    /// The device.
    pub device: DeviceIdentity,
    /// Facts about it.
    #[serde(default)]
    pub attributes: DeviceAttributes,
    /// Its titles, each once, in the order of [`RawTitle`].
    pub installations: Vec<Installation>,
    /// The source saw the device from outside and says nothing of its titles (a hypervisor of its guests), so what it
    /// says of titles elsewhere stays.
    #[serde(default, skip_serializing_if = "is_false")]
    pub from_outside: bool,
    /// When the source looked, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// One row of an entitlements file after its columns were mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitlementRow {
    /// Line in the file, the first being 1 and the header counting.
    pub line: u64,
    /// Product name; never empty.
    pub product: String,
    /// Publisher, where given.
    #[serde(default)]
    pub publisher: Option<String>,
    /// What one unit licenses.
    pub metric: Metric,
    /// How many units.
    pub quantity: Quantity,
    /// Price of one unit, where given.
    #[serde(default)]
    pub unit_price: Option<Money>,
    /// First day of validity, where limited.
    #[serde(default)]
    pub starts_on: Option<Date>,
    /// Last day of validity (inclusive), where limited.
    #[serde(default)]
    pub ends_on: Option<Date>,
    /// Environments that need no licence under this right.
    #[serde(default)]
    pub exempt_environments: Vec<Environment>,
    /// Whether a person's second device is free under this right.
    #[serde(default)]
    pub secondary_use: bool,
    /// The agreement's reference as the file gives it.
    #[serde(default)]
    pub agreement: Option<String>,
    /// Last day of the agreement, where given.
    #[serde(default)]
    pub agreement_ends_on: Option<Date>,
    /// Days of notice before the agreement's end, where given.
    #[serde(default)]
    pub notice_days: Option<u32>,
    /// Purchase order or other reference of the buyer.
    #[serde(default)]
    pub purchase_reference: Option<String>,
    /// Where and how the units may be used.
    #[serde(default, skip_serializing_if = "RowRights::are_plain")]
    pub rights: RowRights,
}

/// The use rights of a row, whose products are names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RowRights {
    /// Where.
    pub scope: Scope,
    /// The versions; `None` is all of them.
    pub versions: Option<Versions>,
    /// Names of products on which a unit may be spent instead.
    pub instead_for: Vec<String>,
    /// Whether use under the agreement of the row is compliant by contract.
    pub compliant_by_contract: bool,
}

impl RowRights {
    /// Whether nothing is said.
    pub fn are_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// One row of a publisher's statement of what we own, after its columns were mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherStatementRow {
    /// Line in the file, the first being 1 and the header counting.
    pub line: u64,
    /// Product as the publisher calls it; never empty. Where the file gives part numbers only, the part number.
    pub product: String,
    /// Part number, where given beside the name.
    pub sku: Option<String>,
    /// Publisher, where given.
    pub publisher: Option<String>,
    /// What one unit licenses, where given.
    pub metric: Option<StatedMetric>,
    /// How many units; zero says that there are none.
    pub quantity: Quantity,
    /// The agreement's reference as the file gives it.
    pub agreement: Option<String>,
    /// Purchase order or other reference of the purchase.
    pub order_number: Option<String>,
    /// First day of validity, where given.
    pub starts_on: Option<Date>,
    /// Last day of validity (inclusive), where given.
    pub ends_on: Option<Date>,
    /// Last day of maintenance (inclusive), where given.
    pub maintained_until: Option<Date>,
}

impl PublisherStatementRow {
    /// Whether the row counts on `day`; both ends count, and a side that is not given is open.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.starts_on.is_none_or(|start| start <= day) && self.ends_on.is_none_or(|end| day <= end)
    }
}

/// A metric as a publisher writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedMetric {
    /// One that is known here.
    Known(Metric),
    /// Words for none that is known here.
    Other(String),
}

/// A piece of a file that could not be used, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Where: a line number, or a path inside the file.
    pub place: String,
    /// What was found there, shortened.
    pub found: String,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do, as a sentence.
    pub repair: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_stored_report_reads_and_writes_as_the_same_bytes() {
        let stored = concat!(
            r#"{"device":{"name":"pc","serial":"S1"},"attributes":{"kind":"virtual","cores":4,"last_seen_on":"2026-03-02"},"#,
            r#""installations":[{"title":{"name":"x","version":"1"}}],"reported_at":"2026-03-02T07:15:07Z"}"#
        );
        let report: DeviceReport = serde_json::from_str(stored).unwrap();
        assert!(!report.from_outside);
        assert_eq!(serde_json::to_string(&report).unwrap(), stored);
    }
}
