//! The position engine against a naive reference, against itself, and in told stories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod conflicts;
mod estate;
mod facets;
mod forecast;
mod measured;
mod measured_property;
mod property;
mod recognition;
mod reconciliation;
mod reference;
mod scenario;
mod stories;
mod supposition;
mod usage;
mod use_rights;
mod world;
