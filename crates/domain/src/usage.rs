//! Usage as licence managers and services report it: who had what open from when to when, who was turned away, and what a
//! meter read.
//!
//! These are facts with an origin, kept beside the ledger like reports of devices and bound to the entry of their import
//! by a digest. Which feature is which product is linked by people; what the facts come to is for `position` to say.

use serde::{Deserialize, Serialize};

use crate::product::folded;

/// Sessions, denials and readings of one stored report at most: it is one row beside the ledger, unpacked as a whole.
pub const FACTS_PER_REPORT: usize = 50_000;

/// The name under which a licence manager, a service or a meter counts: a feature of FlexLM, the GUID of a SKU, a meter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The vendor as the source names it (a vendor daemon, an editor, a licenser); in a link `None` is any or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Its name; never empty.
    pub name: String,
}

impl Feature {
    /// The form in which features are compared: as people do.
    #[must_use]
    pub fn folded(&self) -> Self {
        Self { vendor: self.vendor.as_deref().map(folded), name: folded(&self.name) }
    }

    /// Without its vendor.
    #[must_use]
    pub fn of_any_vendor(&self) -> Self {
        Self { vendor: None, name: self.name.clone() }
    }
}

impl std::fmt::Display for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.vendor {
            Some(vendor) => write!(f, "{} ({vendor})", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A feature as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedFeature {
    /// The feature.
    pub feature: Feature,
    /// What the source calls it for people, where its name is no word (the part number of a SKU).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// One stored report of usage. Numbers refer to its own tables of names and features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageReport {
    /// From which second to which (both inclusive, since 1970) the file tells every session that began: sessions of
    /// earlier imports of the same source that began then give way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<(i64, i64)>,
    /// Users and hosts, each once.
    pub names: Vec<String>,
    /// Features, each once.
    pub features: Vec<ReportedFeature>,
    /// Sessions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// Denials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denials: Vec<Denial>,
    /// Readings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
}

/// A checkout: so many licences of a feature, taken by a user on a host. Times are in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "SessionRow", from = "SessionRow")]
pub struct Session {
    /// Place in the table of features.
    pub feature: u32,
    /// Place in the table of names.
    pub user: u32,
    /// Place in the table of names.
    pub host: u32,
    /// When it was taken.
    pub from: i64,
    /// How many licences; at least 1.
    pub count: u32,
    /// When and whether it was given back.
    pub end: End,
}

/// The end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It was given back then.
    At(i64),
    /// Nothing tells that it was given back.
    Open {
        /// The last instant at which it was certainly open.
        seen_at: i64,
        /// The last instant that the source tells of.
        watched_until: i64,
    },
}

/// Feature, user, host, from, count, end, seen, watched: small, because there are millions.
type SessionRow = (u32, u32, u32, i64, u32, Option<i64>, Option<i64>, Option<i64>);

impl From<Session> for SessionRow {
    fn from(session: Session) -> Self {
        let Session { feature, user, host, from, count, end } = session;
        match end {
            End::At(at) => (feature, user, host, from, count, Some(at), None, None),
            End::Open { seen_at, watched_until } => {
                (feature, user, host, from, count, None, Some(seen_at), Some(watched_until))
            }
        }
    }
}

impl From<SessionRow> for Session {
    fn from((feature, user, host, from, count, until, seen_at, watched_until): SessionRow) -> Self {
        let end = match until {
            Some(at) => End::At(at),
            None => {
                let seen_at = seen_at.unwrap_or(from);
                End::Open { seen_at, watched_until: watched_until.unwrap_or(seen_at) }
            }
        };
        Self { feature, user, host, from, count, end }
    }
}

/// Somebody wanted licences and got none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "DenialRow", from = "DenialRow")]
pub struct Denial {
    /// Place in the table of features.
    pub feature: u32,
    /// Place in the table of names.
    pub user: u32,
    /// Place in the table of names.
    pub host: u32,
    /// When, in seconds since 1970.
    pub at: i64,
    /// How many licences were wanted.
    pub count: u32,
}

type DenialRow = (u32, u32, u32, i64, u32);

impl From<Denial> for DenialRow {
    fn from(denial: Denial) -> Self {
        (denial.feature, denial.user, denial.host, denial.at, denial.count)
    }
}

impl From<DenialRow> for Denial {
    fn from((feature, user, host, at, count): DenialRow) -> Self {
        Self { feature, user, host, at, count }
    }
}

/// What a reading reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingKind {
    /// Units used or assigned.
    Used,
    /// Units that the source says there are.
    Available,
    /// Persons who were active.
    Active,
}

impl ReadingKind {
    /// The name in files, addresses and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Available => "available",
            Self::Active => "active",
        }
    }
}

/// What a meter read for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Place in the table of features.
    pub feature: u32,
    /// First day.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub from: jiff::civil::Date,
    /// Last day, inclusive.
    #[serde(deserialize_with = "crate::exact::deserialize")]
    pub until: jiff::civil::Date,
    /// Units.
    pub units: u64,
    /// Of what.
    pub kind: ReadingKind,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_stored_report_of_usage_reads_and_writes_as_the_same_bytes() {
        let stored = concat!(
            r#"{"covers":[10,90],"names":["ana","pc-1"],"features":[{"feature":{"vendor":"northd","name":"draft"}}],"#,
            r#""sessions":[[0,0,1,20,1,50,null,null],[0,0,1,60,2,null,60,90]],"denials":[[0,0,1,70,1]],"#,
            r#""readings":[{"feature":0,"from":"2026-03-01","until":"2026-03-31","units":40,"kind":"available"}]}"#
        );
        let report: UsageReport = serde_json::from_str(stored).unwrap();
        assert_eq!(report.sessions[1].end, End::Open { seen_at: 60, watched_until: 90 });
        assert_eq!(serde_json::to_string(&report).unwrap(), stored);
    }

    #[test]
    fn features_are_compared_as_people_do() {
        let feature = Feature { vendor: Some("NorthD".to_owned()), name: "Draft  Pro".to_owned() };
        assert_eq!(feature.folded(), Feature { vendor: Some("northd".to_owned()), name: "draft pro".to_owned() });
        assert_eq!(feature.to_string(), "Draft  Pro (NorthD)");
    }
}
