//! Witnesses: those outside who cosign the ledger's checkpoints, so that its keepers cannot rewrite it unseen.
//!
//! The protocol with them (C2SP tlog-witness) is in `merkle_log`; when they are asked is in `app`.

use serde::{Deserialize, Serialize};

/// A witness that is asked to cosign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The name in its key.
    pub name: String,
    /// Where it answers.
    pub url: String,
    /// Its verifier key, as C2SP signed-note writes it.
    pub verifier_key: String,
}
