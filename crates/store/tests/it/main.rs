//! The store against real folders in temporary places: SQLite, keys and files as in use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod appending;
mod backing_up;
mod erasing;
mod failing;
mod fixture;
mod keeping_blobs;
mod modelling;
mod power_cuts;
mod refusing;
mod tampering;
mod verifying;
