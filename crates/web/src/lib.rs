//! The web crate.
pub mod design;
pub mod pages;
