//! The pages: pure functions from a [`layout::Frame`] and a page's own view to markup.
//!
//! A view is plain owned values read from one snapshot; building it, routing and every act are the handlers' business.
//! Nothing here reads a clock, a file or a state, so every page is rendered from [`samples`] in tests and in the gallery.

pub mod addresses;
pub mod effect;
pub mod layout;
pub mod position;
pub mod product;
pub mod request;
pub mod samples;
