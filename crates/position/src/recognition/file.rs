//! The format in which software is written down: TOML, publishers with their software.
//!
//! ```toml
//! [[publisher]]
//! key = "rows"
//! name = "Rows & Columns"
//! also = ["Rows and Columns Inc."]
//!
//! [[publisher.software]]
//! key = "table-store"
//! name = "Table Store"
//! category = "database"
//! metric = "device"                       # what it is usually licensed by; without one it needs no licence
//! titles = ["table store [server] {version}"]  # absent: the name
//! ids = ["package:table-store"]
//! end_of_life = { "9" = "2024-06-30" }
//! ```

use std::collections::BTreeMap;

use domain::entitlement::Metric;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What kind of software something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Category {
    Analytics,
    Automation,
    Backup,
    Browser,
    Business,
    Cad,
    Collaboration,
    Database,
    Design,
    Development,
    Driver,
    Integration,
    LanguagePack,
    Library,
    Management,
    Media,
    Office,
    OperatingSystem,
    OsComponent,
    Package,
    Pdf,
    RemoteAccess,
    Runtime,
    Science,
    Security,
    Simulation,
    Update,
    Utility,
    Virtualisation,
}

impl Category {
    /// The category as people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Automation => "industrial automation",
            Self::Backup => "backup and storage",
            Self::Browser => "browser",
            Self::Business => "business application",
            Self::Cad => "CAD and engineering",
            Self::Collaboration => "communication",
            Self::Database => "database",
            Self::Design => "graphics and design",
            Self::Development => "development tool",
            Self::Driver => "driver",
            Self::Integration => "server and integration",
            Self::LanguagePack => "language pack",
            Self::Library => "open-source library",
            Self::Management => "systems management",
            Self::Media => "audio and video",
            Self::Office => "office",
            Self::OperatingSystem => "operating system",
            Self::OsComponent => "part of an operating system",
            Self::Package => "package of a distribution",
            Self::Pdf => "PDF",
            Self::RemoteAccess => "remote access",
            Self::Runtime => "runtime",
            Self::Science => "science and statistics",
            Self::Security => "security",
            Self::Simulation => "simulation",
            Self::Update => "update",
            Self::Utility => "utility",
            Self::Virtualisation => "virtualisation",
        }
    }
}

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) publisher: Vec<PublisherRow>,
}

/// A publisher with its software.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublisherRow {
    /// The first part of the keys of its software.
    pub(super) key: String,
    pub(super) name: String,
    /// Other names under which sources know it.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// Whether its titles stand under all sorts of publishers, as those of free software do.
    #[serde(default)]
    pub(super) any_publisher: bool,
    #[serde(default)]
    pub(super) software: Vec<SoftwareRow>,
}

/// One piece of software, in one edition where editions are licensed apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SoftwareRow {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) edition: Option<String>,
    pub(super) category: Category,
    /// What it is usually licensed by; `None` where it needs no licence.
    #[serde(default)]
    pub(super) metric: Option<Metric>,
    /// Patterns over the name of a title; without any, the name is one.
    #[serde(default)]
    pub(super) titles: Option<Vec<String>>,
    /// Ids in the schemes of sources; a final `*` stands for any ending.
    #[serde(default)]
    pub(super) ids: Vec<String>,
    /// Whether the patterns say too little without the publisher.
    #[serde(default)]
    pub(super) publisher_stated: bool,
    /// The last day of support, by release.
    #[serde(default)]
    pub(super) end_of_life: BTreeMap<String, Date>,
}
