//! The pages: pure functions from a [`layout::Frame`] and a page's own view to markup.
//!
//! A view is plain owned values read from one snapshot; building it, routing and every act are the handlers' business.
//! Nothing here reads a clock, a file or a state, so every page is rendered from [`samples`] in tests and in the gallery.

pub mod addresses;
pub mod agreements;
pub mod alert_rules;
pub mod alerts;
pub mod audit;
pub mod confirmation;
pub mod conflicts;
pub mod costs;
pub mod devices;
pub mod effect;
pub mod entitlement_form;
pub mod entitlements;
pub mod error;
pub mod exceptions;
pub mod exports;
pub mod facets;
pub mod first_run;
pub mod gaps;
pub mod imports;
pub mod known_software;
pub mod layout;
pub mod metrics;
pub mod my_work;
pub mod persons;
pub mod policies;
pub mod position;
pub mod product;
pub mod products;
pub mod purchases;
pub mod reclaim;
pub mod reconciliations;
pub mod renewals;
pub mod request;
pub mod request_form;
pub mod requests;
pub mod samples;
pub mod scenarios;
pub mod seals;
pub mod sign_in;
pub mod sources;
pub mod statements;
pub mod suites;
pub mod titles;
pub mod tokens;
pub mod trends;
pub mod usages;
pub mod vote;
pub mod webhooks;
pub mod you;

#[cfg(test)]
mod tests;
