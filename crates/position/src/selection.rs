//! Choosing devices: by words, place, environment, product, source, or what nobody says of them.
//!
//! What is asked of a device's attributes is answered by sets; only words and sources ask every device that is left.
//! How the devices are shown is not known here.

use std::collections::BTreeSet;

use domain::id::ProductId;
use domain::observation::Environment;
use domain::product::folded;

use crate::base::Base;
use crate::demand::holding;
use crate::devices::DeviceSet;
use crate::estate::{DeviceIndex, Estate, PlaceKind};
use crate::quality::{self, DeviceGap};

/// Which devices are wanted; what is not asked for does not matter. Names are compared with letter case and white
/// space apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Words in the device's name, key or primary user; empty for any.
    pub words: String,
    /// The region that it states.
    pub region: Option<String>,
    /// The business unit that it states.
    pub business_unit: Option<String>,
    /// The cost centre that it states.
    pub cost_centre: Option<String>,
    /// The environment that it states.
    pub environment: Option<Environment>,
    /// The product that it holds.
    pub product: Option<ProductId>,
    /// The source that reports it, by its exact name.
    pub source: Option<String>,
    /// What nobody says of it.
    pub lacking: Option<DeviceGap>,
}

impl Selection {
    /// The devices that fit, by name and then by key.
    pub fn devices(&self, base: &Base) -> Vec<DeviceIndex> {
        let estate = base.estate();
        let words = folded(&self.words);
        let set = self.set(base);
        let fits = |place: &u32| words.is_empty() || says(estate, *place, &words);
        let mut devices: Vec<_> =
            set.iter().filter(fits).map(|place| (estate.order_of(place), DeviceIndex(place))).collect();
        devices.sort_unstable();
        devices.into_iter().map(|(_, device)| device).collect()
    }

    /// The devices that fit, whatever their words.
    fn set(&self, base: &Base) -> DeviceSet {
        let estate = base.estate();
        let mut devices = estate.present().clone();
        let places = [
            (PlaceKind::Region, &self.region),
            (PlaceKind::BusinessUnit, &self.business_unit),
            (PlaceKind::CostCentre, &self.cost_centre),
        ];
        for (kind, place) in places {
            if let Some(place) = place {
                devices &= estate.stating_place(kind, place);
            }
        }
        if let Some(environment) = self.environment {
            devices = &devices & estate.stating(environment);
        }
        if let Some(product) = self.product {
            devices = &devices & &*holding(estate, base.title_indexes_of(product));
        }
        if let Some(gap) = self.lacking {
            devices &= quality::lacking(estate, gap);
        }
        if let Some(source) = &self.source {
            devices &= estate.reported_by(source);
        }
        devices
    }
}

/// Whether a device's name, key or primary user contains folded words.
fn says(estate: &Estate, device: u32, words: &str) -> bool {
    let (name, key) = estate.order_of(device);
    name.contains(words)
        || key.contains(words)
        || estate.person_shown(device).is_some_and(|person| folded(person).contains(words))
}

/// What a list of devices can be narrowed down to: every place of a kind that devices state, as sources write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Regions.
    pub regions: BTreeSet<String>,
    /// Business units.
    pub business_units: BTreeSet<String>,
    /// Cost centres.
    pub cost_centres: BTreeSet<String>,
    /// Sources, by name.
    pub sources: BTreeSet<String>,
}

impl Choices {
    /// The choices of an estate.
    pub fn of(estate: &Estate) -> Self {
        let places =
            |kind| (1..=estate.place_count(kind)).filter_map(|number| estate.place_shown(kind, number)).collect();
        Self {
            regions: places(PlaceKind::Region),
            business_units: places(PlaceKind::BusinessUnit),
            cost_centres: places(PlaceKind::CostCentre),
            sources: estate.source_names().into_iter().map(str::to_owned).collect(),
        }
    }
}
