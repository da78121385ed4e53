//! Tests of the importers over their public interface: formats, entitlements, hostile files, real files where present.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod arbitrary;
mod corpus;
mod documentation;
mod entitlements;
mod formats;
mod harm;
mod hostile;
mod inventories;
mod lists;
mod shown;
mod statements;
mod tools;
mod usage;
mod workbooks;
