//! The merkle_log crate.
