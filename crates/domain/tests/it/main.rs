//! The tests of the domain from outside, as one binary.

mod access;
mod alerts;
mod catalogue;
mod entries;
mod envelope;
mod erasure;
mod grants;
mod imports;
mod metrics;
mod properties;
mod purchases;
mod reclaim;
mod scenario;
mod scenarios;
mod seals;
mod sources;
mod titles;
mod usage;
mod votes;
mod webhooks;
mod world;
