//! The importers crate.
