//! Decisions about reclaim waves: who is asked, what holders may answer, and what may be decided when.

use super::{Asking, check_integer, check_name, check_words};
use crate::command::Intent;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{LegalHoldId, WaveId};
use crate::reclaim::{
    Candidate, HoldSubject, HolderAnswer, LegalHold, ReclaimBasis, ReclaimChoice, Wave, WaveItem, WaveTerms,
};
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;

/// Items of one wave: what one person can decide on, and an entry each.
pub const WAVE_ITEMS_MAX: usize = 500;
/// Days that holders have at most: a quarter.
pub const GRACE_DAYS_MAX: i32 = 92;

#[expect(clippy::wildcard_enum_match_arm, reason = "the parent has sorted the intents, exhaustively")]
pub(super) fn decide(asking: Asking<'_>) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    match &asking.command.intent {
        Intent::OpenWave { terms, items } => open(asking, terms, items),
        Intent::AskHolderAgain { wave, item, link } => {
            let (_, known) = open_item(state, *wave, *item)?;
            if known.decision.is_some() {
                return Err(Refusal::Gone { message: format!("Item {} of {wave} is decided already.", item + 1) });
            }
            Ok(vec![Event::ReclaimAskedAgain { wave: *wave, item: *item, link: *link }])
        }
        Intent::AnswerReclaim { link, answer, reason } => answered(asking, *link, *answer, reason.as_ref()),
        Intent::DecideReclaim { wave, items, choice, reason } => settle(asking, *wave, items, *choice, reason),
        Intent::CloseWave { wave } => {
            open_wave(state, *wave)?;
            Ok(vec![Event::WaveClosed { wave: *wave }])
        }
        Intent::SetLegalHold { subject, name, reason } => set_hold(state, *subject, name, reason),
        Intent::LiftLegalHold { hold, reason } => {
            let known = state
                .legal_holds
                .get(hold)
                .ok_or_else(|| Refusal::NotFound { what: "legal hold", number: hold.to_string() })?;
            if known.lifted.is_some() {
                return Err(Refusal::Gone { message: format!("{hold} was lifted already.") });
            }
            check_words("reason", "why the hold ends", reason)?;
            Ok(vec![Event::LegalHoldLifted { hold: *hold, reason: reason.clone() }])
        }
        _ => Ok(Vec::new()),
    }
}

fn open_wave(state: &State, wave: WaveId) -> Result<&Wave, Refusal> {
    let known =
        state.waves.get(&wave).ok_or_else(|| Refusal::NotFound { what: "reclaim wave", number: wave.to_string() })?;
    if known.closed {
        return Err(Refusal::Gone { message: format!("{wave} is closed.") });
    }
    Ok(known)
}

fn open_item(state: &State, wave: WaveId, item: u64) -> Result<(&Wave, &WaveItem), Refusal> {
    let known = open_wave(state, wave)?;
    let found = usize::try_from(item).ok().and_then(|place| known.items.get(place));
    let missing = || Refusal::NotFound { what: "item", number: format!("{} of {wave}", item.saturating_add(1)) };
    Ok((known, found.ok_or_else(missing)?))
}

fn hold_on<'a>(state: &'a State, candidate: &Candidate) -> Option<&'a LegalHold> {
    state.legal_holds.values().map(AsRef::as_ref).find(|hold| hold.holds(candidate))
}

fn open(asking: Asking<'_>, terms: &WaveTerms, items: &[(Candidate, Digest)]) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    super::software::product_of(state, terms.product)?;
    if let ReclaimBasis::Dormant { days } = terms.basis
        && (days == 0 || days > super::THRESHOLD_DAYS_MAX)
    {
        return Err(Refusal::about("days", format!("Enter 1 to {} days.", super::THRESHOLD_DAYS_MAX)));
    }
    let grace = state.day(asking.at).until(terms.answer_by).map_or(i32::MAX, |span| span.get_days());
    if !(1..=GRACE_DAYS_MAX).contains(&grace) {
        let sentence = format!("Give holders a day after today to answer, at most {GRACE_DAYS_MAX} days ahead.");
        return Err(Refusal::about("answer_by", sentence));
    }
    if items.is_empty() {
        return Err(Refusal::about("items", "There is nobody to ask: choose at least one candidate."));
    }
    if items.len() > WAVE_ITEMS_MAX {
        return Err(Refusal::about("items", format!("Ask at most {WAVE_ITEMS_MAX} holders in one wave.")));
    }
    let wave = WaveId(state.last_numbers.wave + 1);
    let mut events = vec![Event::WaveOpened { wave, terms: terms.clone() }];
    for (candidate, link) in items {
        check_candidate(state, terms, candidate)?;
        events.push(Event::ReclaimAsked { wave, candidate: candidate.clone(), link: *link });
    }
    Ok(events)
}

fn check_candidate(state: &State, terms: &WaveTerms, candidate: &Candidate) -> Result<(), Refusal> {
    check_name("items", "the name of the device", candidate.device_name.open().unwrap_or_default())?;
    check_integer("items", "The units of an item", candidate.units)?;
    if candidate.devices.is_empty() {
        return Err(Refusal::about("items", "An item names at least one device."));
    }
    if let Some(hold) = hold_on(state, candidate) {
        let sentence = format!("One of the candidates is under the legal hold {}; leave it out.", hold.id);
        return Err(Refusal::about("items", sentence));
    }
    let others = state.waves.values().filter(|wave| !wave.closed && wave.terms.product == terms.product);
    for other in others {
        let asked = other.items.iter().filter(|item| item.confirmed_at.is_none());
        let twice = asked.flat_map(|item| &item.candidate.devices).any(|device| candidate.devices.contains(device));
        if twice {
            let sentence = format!("One of the candidates is asked in {} already; leave it out.", other.id);
            return Err(Refusal::about("items", sentence));
        }
    }
    Ok(())
}

fn answered(
    asking: Asking<'_>,
    link: Digest,
    answer: HolderAnswer,
    reason: Option<&Text>,
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    let gone = |message: &str| Refusal::Gone { message: message.to_owned() };
    let unknown = || gone("This link does not work. Ask whoever sent it for a new one.");
    let (wave, item) = *state.reclaim_links.get(&link).ok_or_else(unknown)?;
    let (known, found) = open_item(state, wave, item).map_err(|_| gone("This question is closed."))?;
    if found.decision.is_some() {
        return Err(gone("This was decided already. Talk to whoever asked."));
    }
    if state.day(asking.at) > known.terms.answer_by {
        return Err(gone("The time to answer is over. Talk to whoever asked."));
    }
    if answer == HolderAnswer::Keep || reason.is_some() {
        let reason = reason.cloned().unwrap_or_else(|| Text::from(""));
        check_words("reason", "what you need it for", &reason)?;
    }
    Ok(vec![Event::ReclaimAnswered { wave, item, answer, reason: reason.cloned() }])
}

/// Decides on items. What a holder has still time to answer is not taken away, nor what is under a legal hold; what was
/// decided can be decided otherwise, which is the way to undo it.
fn settle(
    asking: Asking<'_>,
    wave: WaveId,
    items: &[u64],
    choice: ReclaimChoice,
    reason: &Text,
) -> Result<Vec<Event>, Refusal> {
    let state = asking.state;
    check_words("reason", "why it is decided like this", reason)?;
    if items.is_empty() {
        return Err(Refusal::about("items", "Choose at least one item."));
    }
    let mut events = Vec::new();
    for item in items {
        let (known, found) = open_item(state, wave, *item)?;
        if found.decision.as_ref().is_some_and(|decision| decision.choice == choice) {
            continue;
        }
        let number = item.saturating_add(1);
        if choice == ReclaimChoice::Reclaim {
            if found.answered.is_none() && state.day(asking.at) <= known.terms.answer_by {
                let until = known.terms.answer_by;
                let sentence = format!("The holder of item {number} has until {until} to answer.");
                return Err(Refusal::about("items", sentence));
            }
            if let Some(hold) = hold_on(state, &found.candidate) {
                let sentence = format!("Item {number} is under the legal hold {}; nothing of it is removed.", hold.id);
                return Err(Refusal::about("items", sentence));
            }
        }
        events.push(Event::ReclaimDecided { wave, item: *item, choice, reason: reason.clone() });
    }
    Ok(events)
}

/// What of the items that were found gone is to be confirmed.
pub(super) fn confirmed(state: &State, gone: &[(WaveId, u64)]) -> Vec<Event> {
    let is_due = |(wave, item): &&(WaveId, u64)| {
        let known = state.waves.get(wave);
        let item = known.and_then(|known| known.items.get(usize::try_from(*item).ok()?));
        item.is_some_and(|item| {
            let decided = item.decision.as_ref().is_some_and(|decision| decision.choice == ReclaimChoice::Reclaim);
            decided && item.confirmed_at.is_none()
        })
    };
    gone.iter().filter(is_due).map(|(wave, item)| Event::ReclaimConfirmed { wave: *wave, item: *item }).collect()
}

fn set_hold(state: &State, subject: HoldSubject, name: &Text, reason: &Text) -> Result<Vec<Event>, Refusal> {
    check_name("name", "the name of the device or person", name.open().unwrap_or_default())?;
    check_words("reason", "why it must not be touched", reason)?;
    if let Some(known) = state.legal_holds.values().find(|hold| hold.lifted.is_none() && hold.subject == subject) {
        return Err(Refusal::about("name", format!("{} holds it already.", known.id)));
    }
    let hold = LegalHoldId(state.last_numbers.legal_hold + 1);
    Ok(vec![Event::LegalHoldSet { hold, subject, name: name.clone(), reason: reason.clone() }])
}
