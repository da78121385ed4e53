//! Entitlements: rights to use a product, in a metric, in a quantity, for a time.
//!
//! How demand consumes them is the business of `position`.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AgreementId, EntitlementId, ImportId, ProductId};
use crate::money::Money;
use crate::observation::Environment;
use crate::product::folded;

pub use crate::metric::Metric;

/// How much a right gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// So many units.
    Units(u64),
    /// As many as there are (a site licence).
    Unlimited,
}

impl Quantity {
    /// The units, or `None` where there is no limit.
    pub fn units(self) -> Option<u64> {
        match self {
            Self::Units(units) => Some(units),
            Self::Unlimited => None,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Units(units) => write!(f, "{units}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// The terms of a right, apart from what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// What one unit licenses.
    pub metric: Metric,
    /// How many units.
    pub quantity: Quantity,
    /// First day of validity; `None` is since ever.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// Last day of validity, inclusive; `None` is for ever.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// Environments that need no licence under this right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt_environments: Vec<Environment>,
    /// Whether a person's second device is free (device metric only).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secondary_use: bool,
    /// Price of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// On what the units may be spent.
    #[serde(default, skip_serializing_if = "UseRights::are_plain")]
    pub use_rights: UseRights,
}

/// On what the units of a right may be spent: where, on which versions, and on which products instead of its own.
/// The default is everywhere, on every version, on its own product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseRights {
    /// Where.
    #[serde(default, skip_serializing_if = "Scope::is_everywhere")]
    pub scope: Scope,
    /// The versions; `None` is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
    /// Products on which a unit may be spent instead, as a higher edition on a lower one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub instead_for: BTreeSet<ProductId>,
}

impl UseRights {
    /// Whether nothing is said.
    pub fn are_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a right may be used. A list that is empty says nothing; a device must fit every list that is not.
///
/// Regions, business units and cost centres have parts: `Europe` holds `Europe/Norway`. Letter case does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Environments; a device that states none is in production.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<Environment>,
    /// Regions or countries.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// Business units.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub business_units: BTreeSet<String>,
    /// Cost centres.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cost_centres: BTreeSet<String>,
}

impl Scope {
    /// What stands between a place and its part.
    pub const PART: char = '/';

    /// Whether nothing is said.
    pub fn is_everywhere(&self) -> bool {
        let Self { environments, regions, business_units, cost_centres } = self;
        environments.is_empty() && regions.is_empty() && business_units.is_empty() && cost_centres.is_empty()
    }

    /// The lists of names, each with what it names.
    pub fn named(&self) -> [(&'static str, &BTreeSet<String>); 3] {
        [("region", &self.regions), ("business unit", &self.business_units), ("cost centre", &self.cost_centres)]
    }

    /// Whether `place` is `whole` or a part of it.
    pub fn holds(whole: &str, place: &str) -> bool {
        let (whole, place) = (folded(whole), folded(place));
        place.strip_prefix(&whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(Self::PART))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_everywhere() {
            return f.write_str("everywhere");
        }
        let environments: Vec<String> =
            self.environments.iter().map(|environment| environment.name().replace('_', " ")).collect();
        let mut between = "";
        if !environments.is_empty() {
            write!(f, "{}", environments.join(" or "))?;
            between = ", ";
        }
        for (name, places) in self.named().into_iter().filter(|(_, places)| !places.is_empty()) {
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            write!(f, "{between}{name} {}", places.join(" or "))?;
            between = ", ";
        }
        Ok(())
    }
}

/// The versions on which a right may be spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// The newest version that was bought: `2019`, or `12` for 12.0, 12.1 and so on.
    pub newest: String,
    /// Whether older versions may be used in its place (downgrade).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub downgrade: bool,
    /// The last day on which maintenance allows every newer version (upgrade); `None` is no maintenance.
    #[serde(default, deserialize_with = "crate::exact::option::deserialize", skip_serializing_if = "Option::is_none")]
    pub maintained_until: Option<Date>,
}

impl Versions {
    /// Whether a device with `version` may use it on `day`. Parts of versions are compared as numbers where both are,
    /// and as many parts as `newest` has.
    pub fn allow(&self, version: &str, day: Date) -> bool {
        match compared(version, &self.newest) {
            Ordering::Equal => true,
            Ordering::Less => self.downgrade,
            Ordering::Greater => self.maintained_until.is_some_and(|last| day <= last),
        }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {}", self.newest)?;
        if self.downgrade {
            f.write_str(" and older")?;
        }
        match self.maintained_until {
            Some(last) => write!(f, ", every newer one under maintenance until {last}"),
            None => Ok(()),
        }
    }
}

/// `version` beside `limit`, as far as `limit` goes.
fn compared(version: &str, limit: &str) -> Ordering {
    let parts = |text: &str| -> Vec<String> {
        let ends = |letter: char| matches!(letter, '.' | '-' | '_' | '+') || letter.is_whitespace();
        text.split(ends).filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
    };
    let (version, limit) = (parts(version), parts(limit));
    let number = |part: &str| part.parse::<u64>().ok();
    for (place, wanted) in limit.iter().enumerate() {
        let given = version.get(place).map_or("0", String::as_str);
        let order = match (number(given), number(wanted)) {
            (Some(given), Some(wanted)) => given.cmp(&wanted),
            _ => given.cmp(wanted.as_str()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

impl Right {
    /// Whether the right is valid on `day`; both ends count.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.starts_on.is_none_or(|start| start <= day) && self.ends_on.is_none_or(|end| day <= end)
    }
}

/// A recorded right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Its number.
    pub id: EntitlementId,
    /// What it licenses.
    pub product: ProductId,
    /// Its terms.
    pub right: Right,
    /// The agreement under which it was bought.
    pub agreement: Option<AgreementId>,
    /// Purchase order or other reference of the buyer.
    pub purchase_reference: Option<String>,
    /// The import that brought it, where one did.
    pub import: Option<ImportId>,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// The day from which it no longer counts, where it was retired.
    pub retired_on: Option<Date>,
}

impl Entitlement {
    /// Whether it counts on `day`: valid and not retired.
    pub fn counts_on(&self, day: Date) -> bool {
        self.right.is_valid_on(day) && self.retired_on.is_none_or(|retired| day < retired)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn versions_are_compared_as_far_as_the_right_goes() {
        for (version, limit, order) in [
            ("12.4.1", "12", Ordering::Equal),
            ("12", "12.0", Ordering::Equal),
            ("9.9", "10", Ordering::Less),
            ("2022", "2019", Ordering::Greater),
            ("16.0.4266.1001", "16.0.5000", Ordering::Less),
            ("8u202-b08", "8u202", Ordering::Equal),
            ("R2024a", "r2024a", Ordering::Equal),
        ] {
            assert_eq!(compared(version, limit), order, "{version} beside {limit}");
        }
    }

    #[test]
    fn older_versions_need_downgrade_and_newer_ones_maintenance() {
        let day = date(2026, 7, 1);
        let bought = Versions { newest: "2019".into(), downgrade: false, maintained_until: None };
        assert!(bought.allow("2019", day) && !bought.allow("2017", day) && !bought.allow("2022", day));
        let downgrade = Versions { downgrade: true, ..bought.clone() };
        assert!(downgrade.allow("2017", day) && !downgrade.allow("2022", day));
        let maintained = Versions { maintained_until: Some(day), ..bought };
        assert!(maintained.allow("2022", day) && !maintained.allow("2022", date(2026, 7, 2)));
    }

    #[test]
    fn a_place_holds_its_parts_and_no_name_that_only_begins_alike() {
        assert!(Scope::holds("Europe", "europe/Norway") && Scope::holds("Europe", "EUROPE"));
        assert!(!Scope::holds("Europe/Norway", "Europe") && !Scope::holds("Eu", "Europe"));
    }
}
