//! The whole of HTTP from outside: a real organisation on a real folder, and requests to its router.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::too_many_lines,
    reason = "tests"
)]

mod agents;
mod alerts;
mod authority;
mod contract;
mod devices;
mod known_software;
mod lists;
mod metrics;
mod pages_people;
mod pages_requests;
mod purchases;
mod reclaim;
mod recognition;
mod reconciliations;
mod refusals;
mod renewals;
mod repetition;
mod rights;
mod scenarios;
mod story;
mod tables;
mod time;
mod usages;
mod world;
