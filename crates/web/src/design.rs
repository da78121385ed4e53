//! The design system: how numbers, money, days, states, tables, forms and bars look on every page.
//!
//! Pure functions from values to text or markup.
//! What stands on which page is in [`crate::pages`]; nothing here knows a page.

pub mod assets;
pub mod bars;
pub mod charts;
pub mod days;
pub mod forms;
pub mod moments;
pub mod numbers;
pub mod states;
pub mod tables;
