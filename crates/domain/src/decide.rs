//! `decide`: whether a command may happen, and what happens then. It changes nothing and knows only its arguments.
//!
//! It never looks inside an erasable text of the state, so that it decides the same after an erasure.
//! The one check that must do so, [`login_is_free`], is asked apart, before a login is taken.

mod cases;
mod imports;
mod people;
mod software;

use crate::authority::authorise;
use crate::command::{Actor, COMMAND_ID_BYTES_MAX, Command, Intent};
use crate::event::Event;
use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

pub use cases::{Standing, eligible_seats, open_seats, standing};
pub use people::login_is_free;

/// A name: long enough for any product, person or party, short enough to be shown.
pub const NAME_CHARS_MAX: usize = 200;
/// A text that people type: several pages, and still far below what an entry can hold.
pub const WORDS_CHARS_MAX: usize = 5_000;
/// Conditions of one vote.
pub const CONDITIONS_MAX: usize = 10;
/// The largest count of anything, so that sums of a million rights still fit.
pub const QUANTITY_MAX: u64 = 1_000_000_000;
/// Files of one request.
pub const EVIDENCE_MAX: usize = 20;
/// How far a new entry's clock may lie behind the last entry's before nothing is decided any more, in seconds.
/// Below it the last entry's time is used again, so that time on the ledger never runs backwards.
pub const CLOCK_SLACK_SECONDS: i64 = 2;

/// What happens when `command` is carried out on `state`, or why it is not.
pub fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    if command.id.is_empty() || command.id.len() > COMMAND_ID_BYTES_MAX {
        return Err(Refusal::about("id", format!("A command id has 1 to {COMMAND_ID_BYTES_MAX} bytes.")));
    }
    check_clock(state, command)?;
    authorise(state, command.actor, &command.intent, command.at)?;
    let asking = Asking { state, command, person: command.actor.person() };
    match &command.intent {
        Intent::FoundOrganisation { .. }
        | Intent::AddPerson { .. }
        | Intent::SetRoles { .. }
        | Intent::DeactivatePerson { .. }
        | Intent::ReactivatePerson { .. }
        | Intent::ErasePerson { .. }
        | Intent::OpenAccount { .. }
        | Intent::IssueSetUpLink { .. }
        | Intent::SetPassword { .. }
        | Intent::OpenSession { .. }
        | Intent::CloseSession { .. }
        | Intent::IssueToken { .. }
        | Intent::RevokeToken { .. }
        | Intent::Delegate { .. }
        | Intent::EndDelegation { .. }
        | Intent::AddWitness { .. }
        | Intent::RemoveWitness { .. } => people::decide(asking),
        Intent::RecordAgreement { .. }
        | Intent::AmendAgreement { .. }
        | Intent::AddProduct { .. }
        | Intent::SetProductMetric { .. }
        | Intent::MatchTitle { .. }
        | Intent::UnmatchTitle { .. }
        | Intent::RecordEntitlement { .. }
        | Intent::RetireEntitlement { .. } => software::decide(asking),
        Intent::ImportInventory { .. } | Intent::ImportEntitlements { .. } | Intent::UndoImport { .. } => {
            imports::decide(asking)
        }
        Intent::PublishCatalogue { .. }
        | Intent::OpenCase { .. }
        | Intent::ReviseCase { .. }
        | Intent::AttachEvidence { .. }
        | Intent::SubmitCase { .. }
        | Intent::Comment { .. }
        | Intent::WithdrawCase { .. }
        | Intent::CastVote { .. }
        | Intent::RevokeGrant { .. } => cases::decide(asking),
    }
}

/// The time that the entries of a command decided at `now` carry: never before the last entry's.
pub fn entry_time(state: &State, now: jiff::Timestamp) -> jiff::Timestamp {
    state.last_at.map_or(now, |last| last.max(now))
}

fn check_clock(state: &State, command: &Command) -> Result<(), Refusal> {
    let Some(last) = state.last_at else { return Ok(()) };
    if last.as_second().saturating_sub(command.at.as_second()) > CLOCK_SLACK_SECONDS {
        return Err(Refusal::ClockBehind { now: command.at.to_string(), last: last.to_string() });
    }
    Ok(())
}

/// What every part of `decide` has at hand.
#[derive(Clone, Copy)]
struct Asking<'a> {
    state: &'a State,
    command: &'a Command,
    person: Option<PersonId>,
}

impl Asking<'_> {
    /// The person who asks; commands that get here come from one, the founding apart.
    fn asker(&self) -> Result<PersonId, Refusal> {
        match self.command.actor {
            Actor::Person(person, _) => Ok(person),
            Actor::Program => Err(Refusal::NotFounded),
        }
    }
}

/// A name that people read: not empty, not too long, without control characters or hidden direction marks.
fn check_name(field: &'static str, what: &str, name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::about(field, format!("Enter {what}.")));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::about(field, format!("Use at most {NAME_CHARS_MAX} characters for {what}.")));
    }
    if let Some(hidden) = name.chars().find(|character| is_hidden(*character)) {
        let code = u32::from(hidden);
        return Err(Refusal::about(
            field,
            format!("Take the hidden character U+{code:04X} out of {what}; it could make one name look like another."),
        ));
    }
    Ok(())
}

/// A free text: not empty, not too long.
fn check_words(field: &'static str, what: &str, words: &Text) -> Result<(), Refusal> {
    let words = words.open().unwrap_or_default();
    if words.trim().is_empty() {
        return Err(Refusal::about(field, format!("Enter {what}.")));
    }
    if words.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::about(field, format!("Use at most {WORDS_CHARS_MAX} characters for {what}.")));
    }
    Ok(())
}

/// Control characters, zero-width characters and marks that change the direction of writing.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn check_quantity(field: &'static str, quantity: u64) -> Result<(), Refusal> {
    if quantity == 0 || quantity > QUANTITY_MAX {
        return Err(Refusal::about(field, format!("Enter a number from 1 to {QUANTITY_MAX}.")));
    }
    Ok(())
}
