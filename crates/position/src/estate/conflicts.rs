//! Where sources differ about a device: what each states, the one first that counts.

use std::borrow::Cow;

use domain::id::ImportId;
use domain::observation::{DeviceKind, Environment};
use domain::product::folded;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeviceIndex, Estate, Report, counting};

/// An attribute of devices that decides how something counts, or for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Who mainly uses it.
    PrimaryUser,
    /// What it serves.
    Environment,
    /// Whether it is a machine of its own, a guest, a container or delivered software.
    Kind,
    /// The device on which it runs.
    Host,
    /// The cluster or pool that it belongs to.
    Cluster,
    /// Physical processors.
    Processors,
    /// Cores of all processors.
    Cores,
    /// The model of its processors.
    ProcessorModel,
    /// Virtual processors.
    VirtualProcessors,
    /// Region or country.
    Region,
    /// Business unit.
    BusinessUnit,
    /// Cost centre.
    CostCentre,
}

impl Attribute {
    /// Every attribute, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::PrimaryUser,
        Self::Environment,
        Self::Kind,
        Self::Host,
        Self::Cluster,
        Self::Processors,
        Self::Cores,
        Self::ProcessorModel,
        Self::VirtualProcessors,
        Self::Region,
        Self::BusinessUnit,
        Self::CostCentre,
    ];

    /// The name used in files, addresses and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrimaryUser => "primary_user",
            Self::Environment => "environment",
            Self::Kind => "kind",
            Self::Host => "host",
            Self::Cluster => "cluster",
            Self::Processors => "processors",
            Self::Cores => "cores",
            Self::ProcessorModel => "processor_model",
            Self::VirtualProcessors => "virtual_processors",
            Self::Region => "region",
            Self::BusinessUnit => "business_unit",
            Self::CostCentre => "cost_centre",
        }
    }

    /// The attribute of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.name() == name)
    }

    /// What a report states; `None` where it states nothing.
    fn of(self, report: &Report) -> Option<Cow<'_, str>> {
        let attributes = &report.attributes;
        let number = |number: Option<u32>| number.map(|number| Cow::Owned(number.to_string()));
        match self {
            Self::PrimaryUser => text(attributes.primary_user.as_deref()),
            Self::Environment => attributes.environment.map(Environment::name).map(Cow::Borrowed),
            Self::Kind => {
                Some(attributes.kind).filter(|kind| *kind != DeviceKind::Unknown).map(|kind| Cow::Borrowed(kind.name()))
            }
            Self::Host => text(attributes.host.as_deref()),
            Self::Cluster => text(attributes.cluster.as_deref()),
            Self::Processors => number(attributes.processors),
            Self::Cores => number(attributes.cores),
            Self::ProcessorModel => text(attributes.processor_model.as_deref()),
            Self::VirtualProcessors => number(attributes.virtual_processors),
            Self::Region => text(attributes.region.as_deref()),
            Self::BusinessUnit => text(attributes.business_unit.as_deref()),
            Self::CostCentre => text(attributes.cost_centre.as_deref()),
        }
    }
}

fn text(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// What a report states of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// The value, as the source writes it.
    pub value: String,
    /// The source.
    pub source: String,
    /// The import that brought the report.
    pub import: ImportId,
    /// When the source looked, where it says so.
    pub reported_at: Option<Timestamp>,
}

/// An attribute that reports of one device state differently, letter case and white space apart. Hosts differ where they
/// are different devices, by whatever mark they are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The device.
    pub device: DeviceIndex,
    /// The attribute.
    pub attribute: Attribute,
    /// What each report states that states something, the latest first: that one counts.
    pub stated: Vec<Stated>,
}

/// On how many devices sources differ about an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The attribute.
    pub attribute: Attribute,
    /// Devices of which several reports state it.
    pub of: u64,
    /// Those of them on which the reports differ.
    pub count: u64,
}

impl Estate {
    /// On how many devices sources differ about what, in the order of [`Attribute::ALL`].
    pub fn differing(&self) -> Vec<Differing> {
        let mut differing = Attribute::ALL.map(|attribute| Differing { attribute, of: 0, count: 0 });
        for device in self.present() {
            let reports = self.reports_to_compare(device);
            if reports.is_empty() {
                continue;
            }
            for one in &mut differing {
                let mut stated = reports.iter().filter_map(|report| one.attribute.of(report));
                let (Some(first), Some(second)) = (stated.next(), stated.next()) else { continue };
                one.of += 1;
                let mut others = std::iter::once(second).chain(stated);
                one.count += u64::from(others.any(|other| !self.is_same(one.attribute, &first, &other)));
            }
        }
        differing.to_vec()
    }

    /// What sources state differently of devices, of one attribute or of any: by name of the device, then in the order
    /// of [`Attribute::ALL`].
    pub fn conflicts(&self, attribute: Option<Attribute>) -> Vec<Conflict> {
        let asked: Vec<Attribute> =
            Attribute::ALL.into_iter().filter(|one| attribute.is_none_or(|wanted| wanted == *one)).collect();
        let mut found: Vec<_> = self
            .present()
            .iter()
            .map(|device| (device, self.conflicts_of(device, &asked)))
            .filter(|(_, conflicts)| !conflicts.is_empty())
            .map(|(device, conflicts)| (self.order_of(device), conflicts))
            .collect();
        found.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        found.into_iter().flat_map(|(_, conflicts)| conflicts).collect()
    }

    /// What sources state differently of one device, in the order of [`Attribute::ALL`].
    pub fn conflicts_on(&self, device: DeviceIndex) -> Vec<Conflict> {
        if self.device_at(device.0).is_none() {
            return Vec::new();
        }
        self.conflicts_of(device.0, &Attribute::ALL)
    }

    fn conflicts_of(&self, device: u32, asked: &[Attribute]) -> Vec<Conflict> {
        let reports = self.reports_to_compare(device);
        let conflict = |attribute: &Attribute| {
            let values: Vec<_> = reports.iter().filter_map(|report| Some((attribute.of(report)?, *report))).collect();
            let (first, _) = values.first()?;
            if values.iter().all(|(value, _)| self.is_same(*attribute, first, value)) {
                return None;
            }
            let stated = values.into_iter().map(|(value, report)| Stated {
                value: value.into_owned(),
                source: report.source.to_string(),
                import: report.import,
                reported_at: report.reported_at,
            });
            Some(Conflict { device: DeviceIndex(device), attribute: *attribute, stated: stated.collect() })
        };
        asked.iter().filter_map(conflict).collect()
    }

    /// The reports that count for a device, the latest first, where there are several.
    fn reports_to_compare(&self, device: u32) -> Vec<&Report> {
        let reports = self.reports_of(device);
        if reports.len() < 2 {
            return Vec::new();
        }
        let mut reports = counting(reports.into_iter());
        reports.sort_by(|one, other| other.recency().cmp(&one.recency()));
        reports
    }

    /// Whether two values of an attribute are the same; most are to the letter.
    fn is_same(&self, attribute: Attribute, one: &str, other: &str) -> bool {
        if one == other {
            return true;
        }
        let host = |name| if attribute == Attribute::Host { self.device_called(name) } else { None };
        match (host(one), host(other)) {
            (None, None) => folded(one) == folded(other),
            (one, other) => one == other,
        }
    }
}
