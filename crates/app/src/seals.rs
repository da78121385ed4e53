//! Seals: the estate of a day committed to by the ledger, so that it can be loaded again and not quietly rewritten.
//!
//! The estate is the set of reports that count, which the ledger decides; a seal keeps them in content-addressed chunks
//! and records the root over the chunks. How a chunk looks is in `chunk`, which ones are written is in `making`, how a
//! sealed day is loaded is in `instants`, what is verified is in `checking`.

mod checking;
mod chunk;
pub mod figures;
mod instants;
mod making;

use std::sync::Arc;

use domain::State;
use domain::command::{Actor, Intent};
use domain::digest::Digest;
use domain::id::StatementId;
use domain::seal::{Seal, SealContents, Statement, ends_month};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use position::Base;

pub use checking::Agreement;
pub(crate) use checking::check;
pub use instants::{NotSealed, seal_on};

use crate::failure::Failure;
use crate::order::{Order, Receipt, Repetition};
use crate::organisation::App;
use crate::replay;
use crate::snapshot::Snapshot;
use figures::Before;
use making::Estate;

/// Month's ends that one run makes up for: three years of a ledger that began before there were seals.
const MONTHS_MADE_UP_FOR_MAX: usize = 36;

/// What is kept in memory about the past.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// One seal is made at a time: two would write the same chunks.
    sealing: tokio::sync::Mutex<()>,
    pub(crate) instants: instants::Instants,
    pub(crate) figures: crate::trends::KeptFigures,
}

/// A seal that was made.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The seal that holds for the day now.
    pub seal: Arc<Seal>,
    /// What was recorded; nothing where the day was sealed just so already.
    pub receipt: Receipt,
}

/// A seal before it is recorded.
struct Made {
    day: Date,
    as_of: Timestamp,
    size: u64,
    contents: SealContents,
}

impl App {
    /// Seals the estate of a day, today where none is given, and records it.
    pub async fn seal(
        &self,
        actor: Actor,
        day: Option<Date>,
        repetition: Option<Repetition>,
    ) -> Result<Sealed, Failure> {
        self.may_seal(actor, day)?;
        let _turn = self.inner.times.sealing.lock().await;
        let app = self.clone();
        let made = tokio::task::spawn_blocking(move || app.make_seal(day)).await;
        let Made { day, as_of, size, contents } = made.map_err(|error| Failure::Damaged(error.to_string()))??;
        let intent = Intent::SealEstate { day, as_of, size, contents };
        let receipt = self.carry(Order { repetition, ..Order::new(actor, intent) }).await?;
        let seal = receipt.snapshot.state.seal_of(day).cloned();
        let seal = seal.ok_or_else(|| Failure::Damaged(format!("the seal of {day} is not in the state")))?;
        Ok(Sealed { seal, receipt })
    }

    /// Refuses before anything is read what would be refused in the end.
    fn may_seal(&self, actor: Actor, day: Option<Date>) -> Result<(), Failure> {
        let state = &self.snapshot().state;
        let now = domain::decide::entry_time(state, self.surroundings().now());
        let day = day.unwrap_or_else(|| state.day(now));
        let nothing = Digest([0; 32]);
        let contents = SealContents {
            root: nothing,
            list: nothing,
            figures: nothing,
            chunks: 0,
            reports: 0,
            devices: 0,
            installations: 0,
        };
        let (as_of, size) = (end_of(state, day).min(now), state.size);
        self.rehearse(actor, Intent::SealEstate { day, as_of, size, contents })?;
        Ok(())
    }

    fn make_seal(&self, day: Option<Date>) -> Result<Made, Failure> {
        let current = self.snapshot();
        let ledger = self.ledger().snapshot()?;
        let now = domain::decide::entry_time(&current.state, self.surroundings().now());
        let day = day.unwrap_or_else(|| current.state.day(now));
        let as_of = end_of(&current.state, day).min(now);
        let size = if as_of == now { current.size() } else { size_at(&ledger, current.size(), as_of)? };
        if size == 0 {
            return Err(Failure::NotFound(format!("entry on or before {day}; the ledger begins later")));
        }
        let state = if size == current.size() { current.state.clone() } else { instants::state_at(&ledger, size)?.0 };
        let blobs = self.ledger().blobs();
        let earlier = current.state.seals.values().filter(|seal| seal.size <= size).max_by_key(|seal| seal.size);
        let list = earlier.map(|seal| instants::list_of(seal, blobs)).transpose()?;
        let estate = list.as_ref().map(|list| Estate::load(list, blobs)).transpose()?;
        let (list, estate) = making::make(&state, &ledger, blobs, list.as_ref().zip(estate))?;
        let listed = serde_json::to_vec(&list).map_err(|error| Failure::Damaged(error.to_string()))?;
        let base =
            if size == current.size() { current.base.clone() } else { instants::base_of(&ledger, &state, &estate)? };
        let figures = self.write_figures(&current.state, &state, &base, as_of)?;
        let contents = SealContents {
            root: list.root(),
            list: Digest(blobs.put(&listed)?),
            figures,
            chunks: u64::try_from(list.chunks.len()).unwrap_or(u64::MAX),
            reports: list.counting,
            devices: base.estate().device_count(),
            installations: base.estate().installation_count(),
        };
        Ok(Made { day, as_of, size, contents })
    }

    /// Writes the figures of a day next to those of the last sealed day before it.
    fn write_figures(&self, current: &State, state: &State, base: &Base, as_of: Timestamp) -> Result<Digest, Failure> {
        let day = figures::of_lines(&position::lines(state, base, as_of));
        let blobs = self.ledger().blobs();
        let before = current.seals.values().rfind(|seal| seal.as_of < as_of).map(|seal| seal.contents.figures);
        let before = match before {
            Some(digest) => Some((digest, crate::trends::read_figures(blobs, digest)?)),
            None => None,
        };
        let next_to = before.as_ref().map(|(digest, (day, links))| Before { digest: *digest, links: *links, day });
        Ok(Digest(blobs.put(&figures::write(&day, next_to.as_ref()))?))
    }

    /// Seals and states what is due: yesterday, and every month's end that has no seal or no statement yet.
    /// Returns how much was made.
    pub async fn seal_what_is_due(&self) -> Result<usize, Failure> {
        let due = self.due()?;
        let mut made = 0;
        for day in due {
            if self.snapshot().state.seal_of(day).is_none() {
                self.seal(Actor::Program, Some(day), None).await?;
                made += 1;
            }
            if ends_month(day) && statement_of(&self.snapshot().state, day).is_none() {
                self.make_statement(Actor::Program, Some(day), None).await?;
                made += 1;
            }
        }
        Ok(made)
    }

    /// The days that should be sealed by now and are not, or have no statement where they should, in order.
    fn due(&self) -> Result<Vec<Date>, Failure> {
        let snapshot = self.snapshot();
        let state = &snapshot.state;
        let Some(first) = first_day(state, &self.ledger().snapshot()?)? else { return Ok(Vec::new()) };
        let Ok(yesterday) = state.day(self.surroundings().now()).yesterday() else { return Ok(Vec::new()) };
        if yesterday < first {
            return Ok(Vec::new());
        }
        let mut due = Vec::new();
        let mut month = yesterday.first_of_month();
        if state.seal_of(yesterday).is_none() || (ends_month(yesterday) && statement_of(state, yesterday).is_none()) {
            due.push(yesterday);
        }
        while due.len() < MONTHS_MADE_UP_FOR_MAX {
            let Ok(end) = month.yesterday() else { break };
            if end < first {
                break;
            }
            if state.seal_of(end).is_none() || statement_of(state, end).is_none() {
                due.push(end);
            }
            month = end.first_of_month();
        }
        due.reverse();
        Ok(due)
    }
}

/// The newest statement of a day, where there is one.
pub fn statement_of(state: &State, day: Date) -> Option<&Arc<Statement>> {
    state.statements.values().rev().find(|statement| statement.day == day)
}

/// The statement of this number.
pub fn statement(state: &State, number: StatementId) -> Result<Arc<Statement>, Failure> {
    state.statements.get(&number).cloned().ok_or_else(|| Failure::NotFound(format!("statement {number}")))
}

/// The last second of a day in the organisation's zone.
fn end_of(state: &State, day: Date) -> Timestamp {
    let next = day.checked_add(1.day()).ok().and_then(|next| next.to_zoned(state.zone()).ok());
    let end = next.and_then(|next| next.timestamp().checked_sub(SignedDuration::from_secs(1)).ok());
    end.unwrap_or(Timestamp::MAX)
}

/// The day of the first entry.
fn first_day(state: &State, ledger: &store::Snapshot) -> Result<Option<Date>, Failure> {
    let mut first = None;
    replay::each(ledger, 0..ledger.size().min(1), |header, _, _| first = Some(state.day(header.at)))?;
    Ok(first)
}

/// How many of the first `size` entries were recorded at or before `instant`. Their times never run backwards.
fn size_at(ledger: &store::Snapshot, size: u64, instant: Timestamp) -> Result<u64, Failure> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        let mut at = Timestamp::MAX;
        replay::each(ledger, middle..middle.saturating_add(1), |header, _, _| at = header.at)?;
        if at <= instant {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// What is sealed of the state of a day, looked at again: what may be compared with.
pub(crate) fn figures_of(snapshot: &Snapshot, seal: &Seal) -> figures::Day {
    figures::of_lines(&position::lines(&snapshot.state, &snapshot.base, seal.as_of))
}
