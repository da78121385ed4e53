//! Being a witness for other ledgers: checking that each only grows, keeping that durably, and only then cosigning.
//!
//! The rules are in `merkle_log`; HTTP is in `web`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use merkle_log::{Answer, CosignatureSigner, Hash, KeyName, NoteVerifier, TreeHead, Witness};
use serde::{Deserialize, Serialize};
use store::WitnessFolder;

use crate::failure::Failure;

/// A witness of one's own.
#[derive(Debug)]
pub struct Witnessing {
    folder: WitnessFolder,
    signer: CosignatureSigner,
    // Locked from the check to the answer: two requests must not both pass on the same old head.
    state: Mutex<(Witness, Kept)>,
}

/// What an `add-checkpoint` request is answered with.
#[derive(Debug)]
pub enum Witnessed {
    /// Signature lines: what they say is kept durably.
    Cosigned(String),
    /// A refusal by the rules of the protocol.
    Refused(Answer),
    /// What would have been signed could not be kept, so it was not signed.
    NotKept,
}

/// What is kept of a log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptLog {
    key: String,
    size: u64,
    root: Option<String>,
}

/// What is kept of all logs, by origin.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    logs: BTreeMap<String, KeptLog>,
}

fn failed(what: impl std::fmt::Display) -> Failure {
    Failure::Damaged(what.to_string())
}

impl Kept {
    fn load(folder: &WitnessFolder) -> Result<Self, Failure> {
        match folder.kept().map_err(failed)? {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(failed),
            None => Ok(Self::default()),
        }
    }

    fn save(&self, folder: &WitnessFolder) -> Result<(), Failure> {
        folder.keep(&serde_json::to_vec_pretty(self).map_err(failed)?).map_err(failed)
    }

    fn witness(&self) -> Result<Witness, Failure> {
        let mut witness = Witness::new();
        for log in self.logs.values() {
            let key: NoteVerifier = log.key.parse().map_err(|error: merkle_log::KeyError| failed(error))?;
            let latest = match &log.root {
                None => TreeHead::empty(),
                Some(root) => TreeHead { size: log.size, root: Hash::from_base64(root).map_err(failed)? },
            };
            witness.add_log(vec![key], latest).map_err(failed)?;
        }
        Ok(witness)
    }
}

/// Makes a witness's folder with its key, from 32 random bytes; returns the key that others verify by.
pub fn create(folder: &Path, name: &str, seed: &[u8; 32]) -> Result<String, Failure> {
    let name: KeyName = name.parse().map_err(|error: merkle_log::KeyError| failed(error))?;
    let signer = CosignatureSigner::from_seed(name, seed).map_err(failed)?;
    WitnessFolder::at(folder).create(&signer.to_secret_text()).map_err(failed)?;
    Ok(signer.verifier().to_string())
}

/// Has the witness of a folder cosign the log of this key; returns the log's name.
pub fn trust(folder: &Path, log_key: &str) -> Result<String, Failure> {
    let key: NoteVerifier = log_key.trim().parse().map_err(|error: merkle_log::KeyError| failed(error))?;
    let folder = WitnessFolder::at(folder);
    let mut kept = Kept::load(&folder)?;
    let origin = key.name().to_string();
    match kept.logs.get(&origin) {
        Some(known) if known.key != key.to_string() => {
            return Err(failed(format!(
                "{origin} is witnessed under another key; a log does not change its key unseen"
            )));
        }
        Some(_) => {}
        None => {
            kept.logs.insert(origin.clone(), KeptLog { key: key.to_string(), size: 0, root: None });
            kept.save(&folder)?;
        }
    }
    Ok(origin)
}

impl Witnessing {
    /// Opens a witness's folder.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let folder = WitnessFolder::at(folder);
        let secret = folder.key().map_err(|error| Failure::NotFound(format!("witness here: {error}")))?;
        let signer = CosignatureSigner::from_secret_text(secret.trim()).map_err(failed)?;
        let kept = Kept::load(&folder)?;
        let witness = kept.witness()?;
        Ok(Self { folder, signer, state: Mutex::new((witness, kept)) })
    }

    /// The name under which it cosigns.
    pub fn name(&self) -> String {
        self.signer.name().to_string()
    }

    /// How many logs it witnesses.
    pub fn logs(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.logs.len()
    }

    /// Answers an `add-checkpoint` request at a time in seconds since 1970. What is cosigned is durable before this returns.
    pub fn answer(&self, body: &[u8], unix_seconds: u64) -> Witnessed {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = match state.0.answer(body, &self.signer, unix_seconds) {
            Answer::Cosign(prepared) => prepared,
            refusal => return Witnessed::Refused(refusal),
        };
        let mut kept = state.1.clone();
        let head = prepared.head();
        if let Some(log) = kept.logs.get_mut(prepared.origin().as_str()) {
            log.size = head.size;
            log.root = Some(head.root.to_base64());
        }
        if let Err(error) = kept.save(&self.folder) {
            tracing::error!(%error, "what would be cosigned could not be kept, so it was not cosigned");
            return Witnessed::NotKept;
        }
        state.1 = kept;
        match state.0.record(prepared) {
            Ok(lines) => Witnessed::Cosigned(lines),
            Err(superseded) => Witnessed::Refused(Answer::Conflict { size: superseded.size }),
        }
    }
}
