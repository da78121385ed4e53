//! Where software is: devices and installations by region, business unit, cost centre or environment.
//!
//! A [`Facet`] is what the devices of one place come to. Each installation is read once, whatever the number of places:
//! a set of devices for each place would have to be cut with the holders of every title.
//! What must be licensed of it is not known here; which devices stand behind a facet is for `selection` to say.

use domain::id::ProductId;
use domain::observation::Environment;
use serde::{Deserialize, Serialize};

use crate::base::{Base, Recognition};
use crate::demand::holding;
use crate::devices::DeviceSet;
use crate::estate::{Estate, NOWHERE, PlaceKind, TitleIndex};

/// By what devices are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Region or country.
    #[default]
    Region,
    /// Business unit.
    BusinessUnit,
    /// Cost centre.
    CostCentre,
    /// What the device serves, where a source states it.
    Environment,
}

impl Dimension {
    /// Every dimension, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Region, Self::BusinessUnit, Self::CostCentre, Self::Environment];

    /// The name used in files, addresses and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::BusinessUnit => "business_unit",
            Self::CostCentre => "cost_centre",
            Self::Environment => "environment",
        }
    }

    /// The dimension of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// What the devices of one place hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The place as a source writes it, or an environment's name; `None` for devices that state none.
    pub place: Option<String>,
    /// Distinct devices.
    pub devices: u64,
    /// Titles on them, each version once for each device.
    pub installations: u64,
    /// Those of the titles that need a licence: of a product, or of known software that is no product yet.
    pub licensable: u64,
    /// Distinct products.
    pub products: u64,
}

/// What is counted of a place while titles are read.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    installations: u64,
    products: u32,
    /// Which product was counted last, by its order from 1.
    last: u32,
}

/// Which place of a dimension every device states.
struct Division {
    /// The number of the place, by device; [`NOWHERE`] for none.
    numbers: Vec<u32>,
    /// Numbers are below this.
    end: usize,
}

impl Division {
    fn of(estate: &Estate, dimension: Dimension) -> Self {
        match place_kind(dimension) {
            Some(kind) => Self { numbers: estate.place_numbers(kind), end: estate.place_count(kind) as usize + 1 },
            None => Self::by_environment(estate),
        }
    }

    /// Numbers follow the order of [`Environment::ALL`], from 1.
    fn by_environment(estate: &Estate) -> Self {
        let places = estate.present().iter().last().map_or(0, |last| last as usize + 1);
        let mut numbers = vec![NOWHERE; places];
        for (number, environment) in (1..).zip(Environment::ALL) {
            estate.stating(environment).for_each(|device| numbers[device as usize] = number);
        }
        Self { numbers, end: Environment::ALL.len() + 1 }
    }

    fn tallies(&self) -> Vec<Tally> {
        vec![Tally::default(); self.end]
    }

    /// Adds devices with a title, which is one of the product that comes `order`th.
    fn add(&self, tallies: &mut [Tally], devices: &DeviceSet, order: u32) {
        devices.for_each(|device| {
            let tally = &mut tallies[self.numbers[device as usize] as usize];
            tally.installations += 1;
            tally.products += u32::from(tally.last != order);
            tally.last = order;
        });
    }

    /// Adds each version of titles.
    fn add_titles(&self, tallies: &mut [Tally], estate: &Estate, titles: &[TitleIndex], order: u32) {
        for release in titles.iter().flat_map(|title| estate.table().releases(*title)) {
            self.add(tallies, estate.table().release_holders(*release), order);
        }
    }
}

/// Where the installed base is: a facet for every place that devices state, most devices first, and last the devices
/// that state none, where there are any.
pub fn facets(base: &Base, dimension: Dimension) -> Vec<Facet> {
    let estate = base.estate();
    let division = Division::of(estate, dimension);
    let mut of_products = division.tallies();
    for (order, (_, titles)) in (1..).zip(base.titles_by_product()) {
        division.add_titles(&mut of_products, estate, titles, order);
    }
    let (mut of_known, mut of_others) = (division.tallies(), division.tallies());
    for title in 0..estate.table().len() {
        match base.recognition_at(title) {
            Recognition::Product(_) => {}
            Recognition::Known(_) => division.add_titles(&mut of_known, estate, &[title], 1),
            Recognition::NeedsNoLicence | Recognition::Unrecognised => {
                division.add_titles(&mut of_others, estate, &[title], 1);
            }
        }
    }
    let counted = of_products.iter().zip(&of_known).zip(&of_others).map(|((product, known), other)| {
        let licensable = product.installations + known.installations;
        (licensable + other.installations, licensable, u64::from(product.products))
    });
    drawn(estate, dimension, &division, estate.present(), counted)
}

/// Where one product is, in the same way: the devices that hold it, and its installations.
pub fn facets_of(base: &Base, dimension: Dimension, product: ProductId) -> Vec<Facet> {
    let estate = base.estate();
    let division = Division::of(estate, dimension);
    let titles = base.title_indexes_of(product);
    let mut tallies = division.tallies();
    division.add_titles(&mut tallies, estate, titles, 1);
    let counted = tallies.iter().map(|tally| (tally.installations, tally.installations, u64::from(tally.products)));
    drawn(estate, dimension, &division, &holding(estate, titles), counted)
}

/// The facets of places with any of `devices`; `counted` gives installations, licensable ones and products by number.
fn drawn(
    estate: &Estate,
    dimension: Dimension,
    division: &Division,
    devices: &DeviceSet,
    counted: impl Iterator<Item = (u64, u64, u64)>,
) -> Vec<Facet> {
    let mut by_number = vec![0_u64; division.end];
    devices.for_each(|device| by_number[division.numbers[device as usize] as usize] += 1);
    let facet = |(number, (devices, (installations, licensable, products)))| Facet {
        place: shown(estate, dimension, number),
        devices,
        installations,
        licensable,
        products,
    };
    let there = (0..).zip(by_number.into_iter().zip(counted)).filter(|(_, (devices, _))| *devices > 0);
    let mut facets: Vec<Facet> = there.map(facet).collect();
    facets.sort_by(|one, other| {
        let order = |facet: &Facet| (facet.place.is_none(), std::cmp::Reverse(facet.devices));
        order(one).cmp(&order(other)).then_with(|| one.place.cmp(&other.place))
    });
    facets
}

/// A place of a dimension as a source writes it; `None` for [`NOWHERE`].
fn shown(estate: &Estate, dimension: Dimension, number: u32) -> Option<String> {
    if number == NOWHERE {
        return None;
    }
    match place_kind(dimension) {
        Some(kind) => estate.place_shown(kind, number),
        None => (1..).zip(Environment::ALL).find(|(of, _)| *of == number).map(|(_, of)| of.name().to_owned()),
    }
}

/// The attribute that a dimension is, where it is a place that sources name.
fn place_kind(dimension: Dimension) -> Option<PlaceKind> {
    match dimension {
        Dimension::Region => Some(PlaceKind::Region),
        Dimension::BusinessUnit => Some(PlaceKind::BusinessUnit),
        Dimension::CostCentre => Some(PlaceKind::CostCentre),
        Dimension::Environment => None,
    }
}
