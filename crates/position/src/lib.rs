//! The licence position: the installed base against rights and exceptions, with the working behind every number.
//!
//! [`Estate`] is the installed base, rebuilt from the latest reports of every source; [`Base`] adds which titles are
//! which products; [`lines`] sets that demand against the rights and exceptions of a [`domain::State`]; [`rows`] lists
//! what stands behind a number; [`check::answer`] says whether more may be used, from the same numbers.
//!
//! Pure: no clock, randomness, input or output, and no floats. Where reports come from, who may see a line and how it
//! is drawn are not known here.

#![warn(clippy::wildcard_enum_match_arm)]

pub mod check;
pub mod facets;
pub mod forecast;
pub mod metrics;
pub mod quality;
pub mod recognition;
pub mod reconciliation;
pub mod selection;

mod base;
mod census;
mod column;
mod demand;
mod devices;
mod estate;
mod flow;
mod holding;
mod line;
mod links;
mod matching;
mod measure;
mod price;
mod queue;
mod reach;
mod row;
mod simplex;
mod supply;
pub mod supposition;
pub mod usage;
mod working;

pub use base::{Base, Explanation, Layer, Recognition};
pub use estate::{
    Attribute, Conflict, DeviceFacts, DeviceIndex, Differing, Estate, EstateLoading, InstalledTitle, NotAnImage,
    SharedMark, Sharing, SourceReport, Stated, TitleFacts, Twin,
};
pub use holding::{Holder, UserIndex, devices_by_user, holders, holders_of, products_on, seen_at, user_name};
pub use line::{Amount, Freshness, Line, Range, Step, line, lines};
pub use price::{Basis, of_shortage};
pub use queue::{KnownEntry, QueueEntry, Suggestion, known, unrecognised};
pub use row::{Evidence, Row, RowKind, Span, rows};
pub use supply::{Supply, SupplySource};
