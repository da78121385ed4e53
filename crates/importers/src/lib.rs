//! Foreign bytes -> observations and rejects, one module per format.
//!
//! [`read_inventory`] and [`read_entitlements`] recognise a file by its content, read what can be used and list the rest.
//! A file that cannot be read at all is an [`Unreadable`]; a piece that cannot be used is a [`Reject`](domain::observation::Reject).
//!
//! Pure: bytes in, values out. Opening files, recording observations and recognising products happen elsewhere.
//! Nothing here is guessed: where a date or a number can be read in two ways, the row is rejected with its repair.

#![warn(clippy::indexing_slicing, clippy::string_slice, clippy::as_conversions, clippy::float_arithmetic)]

mod agent_report;
mod amount;
mod assembly;
mod calendar;
mod cells;
mod coswid;
mod cyclonedx;
mod cyclonedx_xml;
mod dpkg;
mod encoding;
mod entitlements;
mod findings;
mod fusion_inventory_xml;
mod glpi_json;
mod guest_lists;
mod identity;
mod installations_csv;
mod inventory;
mod json;
mod layout;
mod leavers;
mod licensing;
pub mod limits;
mod mapping;
mod name;
mod osquery;
mod package_lists;
mod publisher_statement;
mod spdx;
mod spdx_graph;
mod spdx_json;
mod spdx_tag_value;
mod suggestions;
mod swid;
mod table;
mod unreadable;
mod usage;
mod windows_registry;
mod workbook;
mod xml;

pub use amount::DecimalStyle;
pub use assembly::united;
pub use calendar::DateStyle;
pub use dpkg::dpkg_status;
pub use encoding::Encoding;
pub use entitlements::{EntitlementFile, read_entitlements, read_entitlements_as, view_entitlements};
pub use findings::{Fault, Remark};
pub use installations_csv::{InstallationField, InstallationMapping};
pub use inventory::{
    InventoryFile, InventoryFormat, Tables, detect, read_inventory, read_inventory_as, view_installations,
};
pub use layout::{RejectedRow, TableView};
pub use leavers::{LeaverField, LeaverFile, LeaverMapping, read_leavers, view_leavers};
pub use mapping::{Delimiter, EntitlementField, Field, FieldMapping, Headers, Layout, Mapping, UnusableMapping};
pub use publisher_statement::{
    PublisherStatementField, PublisherStatementFile, PublisherStatementMapping, read_publisher_statement,
    view_publisher_statement,
};
pub use table::ColumnUse;
pub use unreadable::Unreadable;
pub use usage::{
    Clock, UsageField, UsageFile, UsageFormat, UsageMapping, detect_usage, read_usage, read_usage_as, view_usage,
};
pub use workbook::{ReadWorkbook, SheetRow, Workbook, is_workbook, read_workbook};
