//! The executable as its users meet it: commands, transcripts, and a server that is killed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod files;
mod kill;
mod source;
mod story;
mod time;
mod usage;
mod webhooks;
mod witness;
