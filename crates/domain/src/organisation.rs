//! The organisation whose ledger this is.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::money::Currency;

/// An IANA time zone, known to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{0}\u{201d} is not a time zone; use an IANA name such as Europe/Prague or UTC")]
pub struct NotAZone(String);

impl Zone {
    /// The zone's rules.
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }

    /// Coordinated universal time, for whoever has no zone yet.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl std::str::FromStr for Zone {
    type Err = NotAZone;

    /// Looks the name up in the database that is built in, so that every machine has the same rules.
    fn from_str(name: &str) -> Result<Self, NotAZone> {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let zone = database.get(name).map_err(|_| NotAZone(name.chars().take(60).collect()))?;
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Ok(Self { name, zone })
    }
}

impl TryFrom<String> for Zone {
    type Error = NotAZone;

    /// Accepts the name as the database writes it only: this is how stored values are read.
    fn try_from(name: String) -> Result<Self, NotAZone> {
        let zone: Self = name.parse()?;
        if zone.name == name { Ok(zone) } else { Err(NotAZone(name)) }
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

/// The organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The currency in which totals are stated.
    pub currency: Currency,
    /// The zone in which its days begin and end.
    pub zone: Zone,
    /// Whether this is the sample company.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
}
