//! The rows behind a number: their units sum to the number. In the plain metrics each row is one unit.

use domain::State;
use domain::id::ProductId;
use domain::observation::{Environment, RawTitle};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::Base;
use crate::demand::{Demand, Persons, Version};
use crate::estate::{DeviceIndex, Estate, NOBODY};
use crate::line::shares_with;
use crate::matching::by_capacity;
use crate::matching::by_rows::{self, By, Unit};
use crate::metrics::{Kind, Plain};
use crate::supply::{Moment, Selected, SupplySource};

/// Which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// `consumed`.
    Consumed,
    /// `covered_by_entitlements` and `covered_by_grants` together.
    Covered,
    /// `short`.
    Short,
    /// `exempt`.
    Exempt,
    /// `included`: each row is a device.
    Included,
}

/// Units of a line: one, or those of a device, host or cluster that are covered alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// How many units. A device that adds nothing after rounding stands with 0 among the consumed, and nowhere else.
    pub units: u64,
    /// The primary user, where known.
    pub person: Option<String>,
    /// The device; the first by name, where the unit is a person with several.
    pub device: String,
    /// Its place in the estate.
    pub index: DeviceIndex,
    /// Its environment; `None` where no source states it, which counts as production.
    pub environment: Option<Environment>,
    /// What was found: titles on the device, or on all of the person's devices.
    pub evidence: Vec<Evidence>,
    /// What covers the unit; `None` where nothing does or nothing need.
    pub by: Option<SupplySource>,
    /// When it was used, where the unit is a session or a reading.
    pub span: Option<Span>,
}

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it; `None` where no end was seen.
    pub until: Option<Timestamp>,
}

/// A title that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The device.
    pub device: String,
    /// The title as the source wrote it.
    pub title: RawTitle,
    /// The sources that report it, by name.
    pub sources: Vec<String>,
    /// The last day of use that any source knows.
    pub last_used_on: Option<Date>,
}

/// The rows behind a number of the line of `product`, whose units sum to it, in order of person and device; none where there is no such
/// product.
pub fn rows(state: &State, base: &Base, product: ProductId, kind: RowKind, at: Timestamp) -> Vec<Row> {
    let Some(product) = state.products.get(&product) else { return Vec::new() };
    if let Some(rows) = crate::usage::rows(state, base, product, kind, &Moment::of(state, at)) {
        return rows;
    }
    let held = base.held(state, product.id);
    let moment = Moment::of(state, at);
    let shares = shares_with(state, base, product.id, &moment);
    let selected = Selected::at(state, product, &held, shares.get(&product.id), &moment);
    let demand = Demand::of(base.estate(), base.title_indexes_of(product.id), selected.exempt, selected.with_suite);
    if kind == RowKind::Included {
        let devices = by_rows::units(&demand, Plain::Device, &[], &demand.included);
        return devices.iter().map(|unit| row(&demand, &selected, &[], unit)).collect();
    }
    if kind == RowKind::Exempt {
        let versions = demand.versions();
        let units = match selected.kind {
            Kind::Plain(plain) => by_rows::exempt_units(&demand, plain, &versions),
            Kind::Measured(metric) => {
                let definition = selected.definitions.get(&metric);
                definition.map(|definition| by_capacity::exempt_units(&demand, definition)).unwrap_or_default()
            }
        };
        let units = units.iter().filter(|unit| unit.units > 0);
        return units.map(|unit| row(&demand, &selected, &versions, unit)).collect();
    }
    let spent = match selected.kind {
        Kind::Plain(plain) => by_rows::spend(&demand, &selected, plain, &mut Persons::default()),
        Kind::Measured(_) => by_capacity::spend(&demand, &selected, &mut Persons::default()).0,
    };
    let wanted = |unit: &&Unit| match kind {
        RowKind::Consumed => true,
        RowKind::Covered => unit.units > 0 && unit.covered_by().is_some(),
        RowKind::Short => unit.units > 0 && unit.covered_by().is_none(),
        RowKind::Exempt | RowKind::Included => false,
    };
    spent.units.iter().filter(wanted).map(|unit| row(&demand, &selected, &spent.versions, unit)).collect()
}

fn row(demand: &Demand<'_>, selected: &Selected<'_>, versions: &[Version<'_>], unit: &Unit) -> Row {
    let estate = demand.estate;
    let device = unit.devices[0];
    let evidence = unit.devices.iter().flat_map(|device| evidence(demand, versions, unit, *device)).collect();
    Row {
        units: unit.units,
        person: (unit.person != NOBODY).then(|| estate.person_shown(device).unwrap_or_default().to_owned()),
        device: estate.name_of(device).to_owned(),
        index: DeviceIndex(device),
        environment: estate.stated_environment_of(device),
        evidence,
        by: unit.covered_by().map(|by| match by {
            By::Right(place) => SupplySource::Entitlement(selected.rights[place].entitlement.id),
            By::Grant(place) => SupplySource::Grant(selected.grants[place].case),
        }),
        span: None,
    }
}

fn evidence(demand: &Demand<'_>, versions: &[Version<'_>], unit: &Unit, device: u32) -> Vec<Evidence> {
    let estate: &Estate = demand.estate;
    let of_unit = |release| unit.version.is_none_or(|version| versions[version].releases.contains(&release));
    let titles = estate
        .installed_where(device, |title, release| demand.titles.binary_search(&title).is_ok() && of_unit(release));
    titles
        .into_iter()
        .map(|installed| Evidence {
            device: estate.name_of(device).to_owned(),
            title: installed.title,
            sources: installed.sources,
            last_used_on: installed.last_used_on,
        })
        .collect()
}
