//! Decisions about witnesses.

use super::{Asking, check_name};
use crate::command::Intent;
use crate::event::Event;
use crate::refusal::Refusal;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::AddWitness { witness } => {
            check_name("name", "the witness's name", &witness.name)?;
            if !witness.url.starts_with("https://") && !witness.url.starts_with("http://") {
                return Err(Refusal::about("url", "Enter the witness's address, beginning with https://."));
            }
            if state.witnesses.get(&witness.name).is_some_and(|known| **known == *witness) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::WitnessAdded { witness: witness.clone() }])
        }
        Intent::RemoveWitness { name } => {
            if !state.witnesses.contains_key(name) {
                return Err(Refusal::NotFound { what: "witness", number: name.clone() });
            }
            Ok(vec![Event::WitnessRemoved { name: name.clone() }])
        }
        _ => Ok(Vec::new()),
    }
}
