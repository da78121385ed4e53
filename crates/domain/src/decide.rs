//! `decide`: whether a command may happen, and what happens then. It changes nothing and knows only its arguments.
//!
//! It never looks inside an erasable text of the state, so that it decides the same after an erasure.
//! The one check that must do so, [`login_is_free`], is asked apart, before a login is taken.

mod access;
mod accountabilities;
mod alerts;
mod cases;
mod imports;
mod people;
mod purchases;
mod reclaim;
mod recognition;
mod scenarios;
mod seals;
mod software;
mod sources;
mod suites;
mod usage;
mod votes;
mod webhooks;
mod witnesses;

use jiff::{SignedDuration, Timestamp};

use crate::authority::authorise;
use crate::command::{Actor, COMMAND_ID_BYTES_MAX, Command, Intent};
use crate::event::Event;
use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

pub use accountabilities::{LEAVERS_AT_ONCE_MAX, LEAVERS_MAX};
pub use alerts::{ALERTS_RAISED_AT_ONCE_MAX, PLAYBOOK_TASKS_MAX, THRESHOLD_DAYS_MAX};
pub use cases::catalogue_for;
pub use people::login_is_free;
pub use reclaim::{GRACE_DAYS_MAX, WAVE_ITEMS_MAX};
pub use sources::{DELIVERY_DEVICES_MAX, HELD_DEVICES_MAX, INTERVAL_HOURS_MAX, SOURCE_DEVICES_MAX};
pub use votes::{Standing, eligible_seats, open_seats, standing};

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
#[expect(clippy::too_many_lines, reason = "a table, one line for each")]
pub fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    let printable = |byte: u8| (b' '..=b'~').contains(&byte);
    if command.id.is_empty() || command.id.len() > COMMAND_ID_BYTES_MAX || !command.id.bytes().all(printable) {
        return Err(Refusal::about(
            "id",
            format!("A command id has 1 to {COMMAND_ID_BYTES_MAX} printable ASCII letters."),
        ));
    }
    check_clock(state, command)?;
    let at = entry_time(state, command.at);
    authorise(state, command.actor, &command.intent, at)?;
    let asking = Asking { state, command, person: command.actor.person(), at };
    match &command.intent {
        Intent::FoundOrganisation { .. }
        | Intent::AddPerson { .. }
        | Intent::SetRoles { .. }
        | Intent::DeactivatePerson { .. }
        | Intent::ReactivatePerson { .. }
        | Intent::ErasePerson { .. } => people::decide(asking),
        Intent::OpenAccount { .. }
        | Intent::IssueSetUpLink { .. }
        | Intent::SetPassword { .. }
        | Intent::OpenSession { .. }
        | Intent::CloseSession { .. }
        | Intent::IssueToken { .. }
        | Intent::RevokeToken { .. }
        | Intent::Delegate { .. }
        | Intent::EndDelegation { .. } => access::decide(asking),
        Intent::AddWitness { .. } | Intent::RemoveWitness { .. } => witnesses::decide(asking),
        Intent::RecordAgreement { .. }
        | Intent::AmendAgreement { .. }
        | Intent::PlanRenewal { .. }
        | Intent::AddProduct { .. }
        | Intent::SetProductMetric { .. }
        | Intent::DefineMetric { .. }
        | Intent::MatchTitle { .. }
        | Intent::MatchTitles { .. }
        | Intent::UnmatchTitle { .. }
        | Intent::AdoptSoftware { .. }
        | Intent::LinkProduct { .. }
        | Intent::DefineSuite { .. }
        | Intent::RecordEntitlement { .. }
        | Intent::RetireEntitlement { .. } => software::decide(asking),
        Intent::ImportInventory { .. }
        | Intent::ImportEntitlements { .. }
        | Intent::ImportLeavers { .. }
        | Intent::RememberMapping { .. }
        | Intent::UndoImport { .. } => imports::decide(asking),
        Intent::OpenSource { .. }
        | Intent::ChangeSource { .. }
        | Intent::RenewSourceToken { .. }
        | Intent::CloseSource { .. }
        | Intent::ApproveDevice { .. }
        | Intent::RejectDevice { .. }
        | Intent::ReceiveReports { .. } => sources::decide(asking),
        Intent::PublishCatalogue { .. }
        | Intent::OpenCase { .. }
        | Intent::ReviseCase { .. }
        | Intent::AttachEvidence { .. }
        | Intent::SubmitCase { .. }
        | Intent::Comment { .. }
        | Intent::WithdrawCase { .. }
        | Intent::RevokeGrant { .. } => cases::decide(asking),
        Intent::CastVote { .. } => votes::decide(asking),
        Intent::ImportUsage { .. } | Intent::LinkFeatures { .. } => usage::decide(asking),
        Intent::SealEstate { .. } | Intent::MakeStatement { .. } => seals::decide(asking),
        Intent::AddAlertRules { .. }
        | Intent::ChangeAlertRule { .. }
        | Intent::EndAlertRule { .. }
        | Intent::RecordFindings { .. }
        | Intent::AcknowledgeAlert { .. }
        | Intent::SnoozeAlert { .. }
        | Intent::ResolveAlert { .. }
        | Intent::CompleteAlertTask { .. }
        | Intent::SetPlaybook { .. }
        | Intent::KeepQuiet { .. }
        | Intent::EndQuiet { .. } => alerts::decide(asking),
        Intent::AssignProduct { .. }
        | Intent::AssignCategory { .. }
        | Intent::RecordLeavers { .. }
        | Intent::RemoveLeaver { .. } => accountabilities::decide(asking),
        Intent::RequestPurchase { .. }
        | Intent::ApprovePurchase { .. }
        | Intent::RefusePurchase { .. }
        | Intent::OrderPurchase { .. }
        | Intent::ReceivePurchase { .. }
        | Intent::WithdrawPurchase { .. }
        | Intent::SetSpendLimits { .. }
        | Intent::SetBudget { .. }
        | Intent::SetSurcharge { .. } => purchases::decide(asking),
        Intent::OpenWave { .. }
        | Intent::AskHolderAgain { .. }
        | Intent::AnswerReclaim { .. }
        | Intent::DecideReclaim { .. }
        | Intent::CloseWave { .. }
        | Intent::SetLegalHold { .. }
        | Intent::LiftLegalHold { .. } => reclaim::decide(asking),
        Intent::RecordScenario { .. } | Intent::ChangeScenario { .. } | Intent::RetireScenario { .. } => {
            scenarios::decide(asking)
        }
        Intent::RecordWebhook { .. }
        | Intent::ChangeWebhook { .. }
        | Intent::PauseWebhook { .. }
        | Intent::ResumeWebhook { .. }
        | Intent::RemoveWebhook { .. } => webhooks::decide(asking),
    }
}

/// The time that the entries of a command decided at `now` carry: never before the last entry's.
pub fn entry_time(state: &State, now: Timestamp) -> Timestamp {
    state.last_at.map_or(now, |last| last.max(now))
}

fn check_clock(state: &State, command: &Command) -> Result<(), Refusal> {
    let Some(last) = state.last_at else { return Ok(()) };
    if last.duration_since(command.at) > SignedDuration::from_secs(CLOCK_SLACK_SECONDS) {
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
    /// The time that the entries will carry; everything is judged at it, so that no two rules see two times.
    at: Timestamp,
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

/// A line of a text that people read, with at most `most` characters; what is wrong with it as a sentence.
pub(crate) fn check_line(text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("Write something here.".to_owned());
    }
    if text.chars().count() > most {
        return Err(format!("Use at most {most} characters here."));
    }
    if let Some(hidden) = text.chars().find(|character| is_hidden(*character)) {
        return Err(format!("Take the hidden character U+{:04X} out.", u32::from(hidden)));
    }
    Ok(())
}

/// A free text: not empty, not too long, and shown in the order in which it is stored.
fn check_words(field: &'static str, what: &str, words: &Text) -> Result<(), Refusal> {
    let words = words.open().unwrap_or_default();
    if words.trim().is_empty() {
        return Err(Refusal::about(field, format!("Enter {what}.")));
    }
    if words.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::about(field, format!("Use at most {WORDS_CHARS_MAX} characters for {what}.")));
    }
    let deceives =
        |character: &char| reorders(*character) || (character.is_control() && !matches!(character, '\n' | '\r' | '\t'));
    if let Some(hidden) = words.chars().find(deceives) {
        let code = u32::from(hidden);
        return Err(Refusal::about(
            field,
            format!(
                "Take the hidden character U+{code:04X} out of {what}; it could make the text read otherwise than it is stored."
            ),
        ));
    }
    Ok(())
}

/// Characters that cannot be seen, or that change how others are shown: control characters, zero-width characters,
/// fillers, variation selectors, tags and marks of the direction of writing (Unicode TR 36 and UTS 39 name them).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || reorders(character)
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Embeddings, overrides and isolates: they show text in another order than it is stored.
fn reorders(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whole numbers that every reader of JSON understands; nothing larger stands on the ledger.
const INTEGER_MAX: u64 = 1 << 53;

fn check_integer(field: &'static str, what: &str, number: u64) -> Result<(), Refusal> {
    if number > INTEGER_MAX {
        return Err(Refusal::about(field, format!("{what} can be at most {INTEGER_MAX}.")));
    }
    Ok(())
}

fn check_quantity(field: &'static str, quantity: u64) -> Result<(), Refusal> {
    if quantity == 0 || quantity > QUANTITY_MAX {
        return Err(Refusal::about(field, format!("Enter a number from 1 to {QUANTITY_MAX}.")));
    }
    Ok(())
}
