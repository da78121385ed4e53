//! What the crate promises, seen from outside: vectors of our own for every small tree, tiles
//! altered one by one, notes, policies, witnesses, published vectors where they lie beside the
//! repository, and decoders fed with noise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "tests"
)]

mod hostile;
mod log;
mod note;
mod policy;
mod published;
mod reader;
mod signer;
mod tile;
mod tree;
mod witness;
