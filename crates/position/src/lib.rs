//! The position crate.
