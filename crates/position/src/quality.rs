//! What sources leave out: devices without a user, host, cores or place, and titles without publisher or version.
//!
//! Each number has its rows: devices through `selection`, titles through [`incomplete_titles`].
//! What a missing attribute does to a licence position is not known here.

use domain::observation::RawTitle;
use serde::{Deserialize, Serialize};

use crate::devices::DeviceSet;
use crate::estate::{Estate, PlaceKind};

/// What no source says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceGap {
    /// Who mainly uses it.
    PrimaryUser,
    /// Of a virtual machine: the device on which it runs.
    Host,
    /// Of all but delivered software: its cores or virtual processors.
    Cores,
    /// What it serves; it counts as production.
    Environment,
    /// Its region or country.
    Region,
    /// Its business unit.
    BusinessUnit,
    /// Its cost centre.
    CostCentre,
}

impl DeviceGap {
    /// Every gap, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::PrimaryUser,
        Self::Host,
        Self::Cores,
        Self::Environment,
        Self::Region,
        Self::BusinessUnit,
        Self::CostCentre,
    ];

    /// The name used in files, addresses and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrimaryUser => "primary_user",
            Self::Host => "host",
            Self::Cores => "cores",
            Self::Environment => "environment",
            Self::Region => "region",
            Self::BusinessUnit => "business_unit",
            Self::CostCentre => "cost_centre",
        }
    }

    /// The gap of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gap| gap.name() == name)
    }
}

/// What a source does not say of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleGap {
    /// Who publishes it.
    Publisher,
    /// Its version.
    Version,
}

impl TitleGap {
    /// Every gap, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Publisher, Self::Version];

    /// The name used in files, addresses and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Version => "version",
        }
    }

    /// The gap of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gap| gap.name() == name)
    }

    fn is_in(self, title: &RawTitle) -> bool {
        let text = match self {
            Self::Publisher => title.publisher.as_deref(),
            Self::Version => title.version.as_deref(),
        };
        text.is_none_or(|text| text.trim().is_empty())
    }
}

/// How often something is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lacking<Gap> {
    /// What.
    pub gap: Gap,
    /// How many devices or installations it could be said of.
    pub of: u64,
    /// Of how many it is not.
    pub count: u64,
}

/// A title exactly as a source wrote it, of which something is not said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IncompleteTitle {
    /// The title.
    pub title: RawTitle,
    /// Its installations, one on each of as many devices.
    pub installations: u64,
}

/// How many devices lack what, in the order of [`DeviceGap::ALL`].
pub fn device_gaps(estate: &Estate) -> Vec<Lacking<DeviceGap>> {
    let lacking = |gap| {
        let (of, without) = parted(estate, gap);
        Lacking { gap, of: of.len(), count: without.len() }
    };
    DeviceGap::ALL.into_iter().map(lacking).collect()
}

/// How many installations lack what, in the order of [`TitleGap::ALL`].
pub fn title_gaps(estate: &Estate) -> Vec<Lacking<TitleGap>> {
    let lacking = |gap| Lacking {
        gap,
        of: estate.installation_count(),
        count: incomplete_titles(estate, gap).iter().map(|title| title.installations).sum(),
    };
    TitleGap::ALL.into_iter().map(lacking).collect()
}

/// The installed titles of which something is not said, most installations first. Their installations sum to the
/// number that [`title_gaps`] gives.
pub fn incomplete_titles(estate: &Estate, gap: TitleGap) -> Vec<IncompleteTitle> {
    let table = estate.table();
    let incomplete = (0..table.release_count()).filter(|release| gap.is_in(table.raw(*release)));
    let mut titles: Vec<IncompleteTitle> = incomplete
        .map(|release| (release, table.release_holders(release).len()))
        .filter(|(_, installations)| *installations > 0)
        .map(|(release, installations)| IncompleteTitle { title: table.raw(release).as_ref().clone(), installations })
        .collect();
    titles.sort_by(|one, other| (other.installations, &one.title).cmp(&(one.installations, &other.title)));
    titles
}

/// The devices of which nobody says what `gap` names.
pub(crate) fn lacking(estate: &Estate, gap: DeviceGap) -> DeviceSet {
    parted(estate, gap).1
}

/// The devices of which something could be said, and those of which it is not.
fn parted(estate: &Estate, gap: DeviceGap) -> (DeviceSet, DeviceSet) {
    let all = |without: DeviceSet| (estate.present().clone(), without);
    match gap {
        DeviceGap::PrimaryUser => all(estate.without_person().clone()),
        DeviceGap::Host => estate.virtual_machines(),
        DeviceGap::Cores => estate.computers(),
        DeviceGap::Environment => all(estate.unstated().clone()),
        DeviceGap::Region => all(estate.without_place(PlaceKind::Region)),
        DeviceGap::BusinessUnit => all(estate.without_place(PlaceKind::BusinessUnit)),
        DeviceGap::CostCentre => all(estate.without_place(PlaceKind::CostCentre)),
    }
}
