//! Decisions about seals and statements. What they commit to was reckoned before, from the state at the size they name.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Asking;
use crate::command::Intent;
use crate::event::Event;
use crate::id::StatementId;
use crate::refusal::Refusal;
use crate::seal::{SealContents, StatementFile, StatementForm};

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    match &asking.command.intent {
        Intent::SealEstate { day, as_of, size, contents } => seal(asking, *day, *as_of, *size, *contents),
        Intent::MakeStatement { day, sealed_in, files } => state_position(asking, *day, *sealed_in, files),
        _ => Ok(Vec::new()),
    }
}

fn seal(
    asking: Asking<'_>,
    day: Date,
    as_of: Timestamp,
    size: u64,
    contents: SealContents,
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    if state.organisation.is_none() {
        return Err(Refusal::NotFounded);
    }
    if as_of > asking.at || state.day(as_of) != day {
        return Err(Refusal::about("day", format!("{day} is not over; a seal is of today or of a day before it.")));
    }
    if size == 0 || size > state.size {
        return Err(Refusal::about("size", format!("A seal is of 1 to {} entries.", state.size)));
    }
    if let Some(known) = state.seal_of(day) {
        if (known.size, known.contents) == (size, contents) {
            return Ok(Vec::new());
        }
        if known.size > size {
            return Err(Refusal::Gone {
                message: format!(
                    "{day} was sealed at {} entries in entry {} already; a later seal cannot be of fewer.",
                    known.size, known.recorded_in
                ),
            });
        }
    }
    Ok(vec![Event::EstateSealed { day, as_of, size, contents }])
}

fn state_position(
    asking: Asking<'_>,
    day: Date,
    sealed_in: u64,
    files: &[StatementFile],
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    if state.seals.get(&(day, sealed_in)).is_none() {
        return Err(Refusal::NotFound { what: "seal of that day in entry", number: sealed_in.to_string() });
    }
    let complete = StatementForm::ALL.iter().all(|form| files.iter().any(|file| file.form == *form));
    if !complete || files.len() != StatementForm::ALL.len() {
        return Err(Refusal::about("files", "A statement is kept as JSON, CSV and HTML, one of each."));
    }
    let same = |file: &StatementFile| files.contains(file);
    if state.statements.values().any(|known| known.sealed_in == sealed_in && known.files.iter().all(same)) {
        return Ok(Vec::new());
    }
    let statement = StatementId(state.last_numbers.statement.saturating_add(1));
    Ok(vec![Event::StatementMade { statement, day, sealed_in, files: files.to_vec() }])
}
