//! Witnesses: asking those outside to cosign our checkpoints.
//!
//! The protocol is in `merkle_log`; the transport is given by the executable.

use std::future::Future;
use std::pin::Pin;

use domain::State;
use domain::command::{Actor, Intent};
use domain::witness::Witness;
use merkle_log::{AddCheckpointRequest, CosignatureVerifier, conflict_size, cosignatures_in_response};

use crate::failure::Failure;
use crate::order::{Order, Receipt};
use crate::organisation::App;

/// What a witness answered: status, content type and body.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// A way to send a request to a witness: address, then body.
pub type Transport =
    dyn Fn(String, Vec<u8>) -> Pin<Box<dyn Future<Output = Result<Response, String>> + Send>> + Send + Sync;

/// Whether a checkpoint got a cosignature, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's name.
    pub witness: String,
    /// The size that was cosigned, or why it was not.
    pub result: Result<u64, String>,
}

/// The intent to ask a witness from now on, with its key parsed.
pub fn addition(url: &str, verifier_key: &str) -> Result<Intent, Failure> {
    let key: CosignatureVerifier = verifier_key.trim().parse().map_err(|error: merkle_log::KeyError| {
        Failure::Refused(domain::Refusal::Field { field: "verifier_key", message: sentence(&error.to_string()) })
    })?;
    let witness = Witness {
        name: key.name().to_string(),
        url: url.trim().trim_end_matches('/').to_owned(),
        verifier_key: verifier_key.trim().to_owned(),
    };
    Ok(Intent::AddWitness { witness })
}

impl App {
    /// Records a witness to be asked from now on.
    pub async fn add_witness(&self, actor: Actor, url: &str, verifier_key: &str) -> Result<Receipt, Failure> {
        self.carry(Order::new(actor, addition(url, verifier_key)?)).await
    }

    /// Asks every witness to cosign the newest checkpoint, and keeps what they say.
    pub async fn ask_witnesses(&self, send: &Transport) -> Result<Vec<Cosigned>, Failure> {
        let snapshot = self.snapshot();
        if snapshot.state.witnesses.is_empty() {
            return Ok(Vec::new());
        }
        self.checkpoint().await?;
        let mut answers = Vec::new();
        for witness in snapshot.state.witnesses.values() {
            let result = self.ask_witness(witness, send).await.map_err(|failure| failure.to_string());
            answers.push(Cosigned { witness: witness.name.clone(), result });
        }
        Ok(answers)
    }

    async fn ask_witness(&self, witness: &Witness, send: &Transport) -> Result<u64, Failure> {
        let key: CosignatureVerifier =
            witness.verifier_key.parse().map_err(|error: merkle_log::KeyError| Failure::Damaged(error.to_string()))?;
        let unreachable = |error: String| Failure::NotFound(format!("answer from witness {}: {error}", witness.name));
        let url = format!("{}/add-checkpoint", witness.url);
        let mut old_size = self.cosigned_size(&key)?;
        // A witness that knows another size says so once; a second disagreement is for people to look at.
        for _ in 0..2 {
            let (request, size) = self.add_checkpoint_request(old_size)?;
            let response = send(url.clone(), request.to_string().into_bytes()).await.map_err(unreachable)?;
            match response.status {
                200 => {
                    let (cosigned, _) =
                        cosignatures_in_response(&response.body, &request.checkpoint, std::slice::from_ref(&key))
                            .map_err(|error| unreachable(error.to_string()))?;
                    let known = request.checkpoint.signatures().len();
                    for line in cosigned.signatures().iter().skip(known) {
                        let line = line.clone();
                        self.with_store(move |store| store.add_cosignature(size, &line)).await?;
                    }
                    return Ok(size);
                }
                409 => old_size = conflict_size(&response.body).map_err(|error| unreachable(error.to_string()))?,
                status => {
                    let said: String = String::from_utf8_lossy(&response.body).chars().take(200).collect();
                    return Err(unreachable(format!("status {status}: {}", said.trim())));
                }
            }
        }
        Err(unreachable("it cosigned a size that this ledger never signed".to_owned()))
    }

    fn add_checkpoint_request(&self, old_size: u64) -> Result<(AddCheckpointRequest, u64), Failure> {
        let ledger = self.ledger().snapshot()?;
        let newest = ledger.latest_checkpoint()?.ok_or_else(|| Failure::NotFound("checkpoint yet".to_owned()))?;
        if old_size > newest.head.size {
            return Err(Failure::Damaged(format!(
                "the witness cosigned {old_size} entries and this ledger has signed {}; entries are missing here",
                newest.head.size
            )));
        }
        let proof = if old_size == 0 || old_size == newest.head.size {
            Vec::new()
        } else {
            ledger.consistency_proof(old_size, newest.head)?
        };
        Ok((AddCheckpointRequest { old_size, proof, checkpoint: newest.note }, newest.head.size))
    }

    /// The largest size under which we hold this witness's cosignature; 0 before the first.
    fn cosigned_size(&self, key: &CosignatureVerifier) -> Result<u64, Failure> {
        let ledger = self.ledger().snapshot()?;
        for size in ledger.checkpoint_sizes()?.into_iter().rev().take(LOOKED_BACK_MAX) {
            if let Some(stored) = ledger.checkpoint(size)?
                && matches!(key.verify(&stored.note), Ok(Some(_)))
            {
                return Ok(size);
            }
        }
        Ok(0)
    }
}

/// Checkpoints that are looked through for the last cosigned one; an hour's worth at one every two seconds.
/// Beyond it the witness itself says which size it has.
const LOOKED_BACK_MAX: usize = 1_800;

/// The newest checkpoint that a recorded witness cosigned: its size, the witness and its time.
pub(crate) fn newest_cosigned(
    state: &State,
    ledger: &store::Snapshot,
) -> Result<Option<(u64, String, jiff::Timestamp)>, Failure> {
    let keys: Vec<CosignatureVerifier> =
        state.witnesses.values().filter_map(|witness| witness.verifier_key.parse().ok()).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    for size in ledger.checkpoint_sizes()?.into_iter().rev().take(LOOKED_BACK_MAX) {
        let Some(stored) = ledger.checkpoint(size)? else { continue };
        for key in &keys {
            if let Ok(Some(cosignature)) = key.verify(&stored.note) {
                let seconds = i64::try_from(cosignature.unix_seconds).unwrap_or(i64::MAX);
                let at = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
                return Ok(Some((size, cosignature.witness.to_string(), at)));
            }
        }
    }
    Ok(None)
}

/// A message of a library as a sentence of ours.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
