//! Orders: what a face asks the sequencer to carry out, and the receipt that it gets.

use std::sync::Arc;

use domain::Recorded;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::observation::DeviceReport;
use domain::usage::UsageReport;

use crate::snapshot::Snapshot;

/// What makes a repeated request give the first answer again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repetition {
    /// The caller's key.
    pub key: String,
    /// Digest of what was asked.
    pub fingerprint: Digest,
}

/// Reports of devices that come with an import, with the bytes that are stored.
#[derive(Debug, Clone)]
pub struct ReportToStore {
    /// The report.
    pub report: Arc<DeviceReport>,
    /// Its stored bytes.
    pub body: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
}

/// A report of usage that comes with an import, with the bytes that are stored.
#[derive(Debug, Clone)]
pub struct UsageToStore {
    /// The report.
    pub report: Arc<UsageReport>,
    /// Its stored bytes.
    pub body: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
}

/// A request to carry something out.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who asks.
    pub actor: Actor,
    /// For what.
    pub intent: Intent,
    /// The key under which it may be asked again.
    pub repetition: Option<Repetition>,
    /// Reports, for an import of inventory.
    pub reports: Vec<ReportToStore>,
    /// Reports of usage, for an import of it.
    pub usage: Vec<UsageToStore>,
}

impl Order {
    /// An order that cannot be repeated and brings no reports.
    pub fn new(actor: Actor, intent: Intent) -> Self {
        Self { actor, intent, repetition: None, reports: Vec::new(), usage: Vec::new() }
    }
}

/// What was recorded. It is given out only after it is durable.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The events, with their places in the ledger. Empty where nothing had to change.
    pub recorded: Vec<Recorded>,
    /// The state right after.
    pub snapshot: Arc<Snapshot>,
    /// Whether this repeats an answer given before.
    pub repeated: bool,
}
