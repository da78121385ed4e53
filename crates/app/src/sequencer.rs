//! The sequencer: the one thread that decides commands, one after the other, and commits them in groups.
//!
//! An answer leaves here only after the commit is synced. After a failed append nothing more is accepted until a restart.
//! It does not know who may ask for what; that is `domain::decide`.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::command::{Command, Intent};
use domain::decide::{decide, entry_time, login_is_free};
use domain::digest::Digest;
use domain::envelope::{Header, seal};
use domain::event::Event;
use domain::id::ImportId;
use domain::import::Brought;
use domain::source::{AgentSource, Approval, DeliveredDevice, DeviceMark, ReportingDevice, Standing};
use domain::{Recorded, State};
use serde::{Deserialize, Serialize};
use store::{CommandCommit, IdempotentAnswer, NewEntry, NewReport, SidePayload, Store};
use tokio::sync::oneshot;

use crate::agents;
use crate::estates::Keeping;
use crate::failure::Failure;
use crate::order::{Order, Receipt};
use crate::replay;
use crate::snapshot::Snapshot;
use crate::surroundings::Surroundings;

/// Commands of one group: enough that the cost of a sync is shared, few enough that the first does not wait long.
const GROUP_MAX: usize = 256;
/// How long a change may wait for a signed checkpoint.
const SIGN_AFTER: Duration = Duration::from_secs(2);
/// How long an answer is kept under its idempotency key.
const ANSWERS_KEPT_SECONDS: i64 = 3 * 24 * 3_600;

/// What the sequencer is asked for.
pub(crate) enum Message {
    /// Carry out an order.
    Carry(Box<Order>, oneshot::Sender<Result<Receipt, Failure>>),
    /// Work on the store between two groups.
    WithStore(Box<dyn FnOnce(&mut Store) + Send>),
    /// Sign what is unsigned and end.
    Close(oneshot::Sender<()>),
}

type Reply = oneshot::Sender<Result<Receipt, Failure>>;

/// What is kept of an answer: which entries it told of.
#[derive(Serialize, Deserialize)]
struct Kept {
    first: u64,
    count: u64,
}

/// An order that was decided and waits for its group's commit.
struct Decided {
    commit: CommandCommit,
    recorded: Vec<Recorded>,
    at_once: bool,
}

pub(crate) struct Sequencer {
    pub(crate) store: Store,
    pub(crate) current: Snapshot,
    pub(crate) published: Arc<RwLock<Arc<Snapshot>>>,
    pub(crate) surroundings: Surroundings,
    pub(crate) poisoned: Option<String>,
    pub(crate) unsigned: bool,
    pub(crate) keeping: Keeping,
}

impl Sequencer {
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(SIGN_AFTER) {
                Ok(Message::Carry(order, reply)) => {
                    let mut group = vec![(order, reply)];
                    let mut after = None;
                    while group.len() < GROUP_MAX {
                        match messages.try_recv() {
                            Ok(Message::Carry(order, reply)) => group.push((order, reply)),
                            Ok(other) => {
                                after = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.carry(group);
                    if let Some(message) = after
                        && self.attend(message)
                    {
                        return;
                    }
                }
                Ok(message) => {
                    if self.attend(message) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.sign(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.sign();
                    return;
                }
            }
        }
    }

    /// Attends to what is no order; whether it was the last.
    fn attend(&mut self, message: Message) -> bool {
        match message {
            Message::Carry(order, reply) => self.carry(vec![(order, reply)]),
            Message::WithStore(work) => work(&mut self.store),
            Message::Close(done) => {
                self.sign();
                if self.poisoned.is_none() {
                    self.keeping.keep_at_last(&self.store.reader(), &self.current);
                }
                // Whoever asked may have gone; the end is the end all the same.
                let _ = done.send(());
                return true;
            }
        }
        false
    }

    fn sign(&mut self) {
        if !self.unsigned || self.poisoned.is_some() {
            return;
        }
        match self.store.sign_checkpoint() {
            Ok(_) => self.unsigned = false,
            Err(error) => tracing::error!(%error, "a checkpoint could not be signed"),
        }
    }

    /// Carries out orders in their order. Some, such as undoing an import, read stored reports again,
    /// so everything before it is committed first.
    fn carry(&mut self, orders: Vec<(Box<Order>, Reply)>) {
        let mut group = Vec::with_capacity(orders.len());
        for (order, reply) in orders {
            if reads_stored_reports(&order.intent) {
                self.carry_group(std::mem::take(&mut group));
            }
            group.push((order, reply));
        }
        self.carry_group(group);
    }

    fn carry_group(&mut self, group: Vec<(Box<Order>, Reply)>) {
        if let Some(cause) = &self.poisoned {
            for (_, reply) in group {
                let _ = reply.send(Err(Failure::ReadOnly(cause.clone())));
            }
            return;
        }
        let mut working = self.current.clone();
        let mut commits = Vec::with_capacity(group.len());
        let mut waiting: Vec<(Vec<Recorded>, Reply)> = Vec::with_capacity(group.len());
        let mut keys: HashMap<String, (Digest, usize)> = HashMap::new();
        let mut at_once = false;
        let mut repeats: Vec<(usize, Reply)> = Vec::new();
        for (order, reply) in group {
            if let Some(repetition) = &order.repetition
                && let Some((fingerprint, index)) = keys.get(&repetition.key)
            {
                if *fingerprint == repetition.fingerprint {
                    repeats.push((*index, reply));
                } else {
                    let _ = reply.send(Err(Failure::KeyReused));
                }
                continue;
            }
            match self.repeated(&order) {
                Ok(Some(receipt)) => {
                    let _ = reply.send(Ok(receipt));
                    continue;
                }
                Ok(None) => {}
                Err(failure) => {
                    let _ = reply.send(Err(failure));
                    continue;
                }
            }
            match self.prepare(&mut working, &order) {
                Ok(decided) => {
                    if let Some(repetition) = &order.repetition {
                        keys.insert(repetition.key.clone(), (repetition.fingerprint, waiting.len()));
                    }
                    at_once |= decided.at_once;
                    self.keeping.note(order.reports.len() as u64);
                    commits.push(decided.commit);
                    waiting.push((decided.recorded, reply));
                }
                Err(failure) => {
                    let _ = reply.send(Err(failure));
                }
            }
        }
        self.commit(working, &commits, waiting, repeats, at_once);
    }

    /// Commits what was decided, publishes it, and only then answers.
    fn commit(
        &mut self,
        working: Snapshot,
        commits: &[CommandCommit],
        waiting: Vec<(Vec<Recorded>, Reply)>,
        repeats: Vec<(usize, Reply)>,
        at_once: bool,
    ) {
        if commits.iter().any(|commit| !commit.entries.is_empty()) {
            if let Err(error) = self.store.append(self.current.size(), commits) {
                let cause = error.to_string();
                tracing::error!(%error, "an append failed; nothing more is accepted until a restart");
                for reply in
                    waiting.into_iter().map(|(_, reply)| reply).chain(repeats.into_iter().map(|(_, reply)| reply))
                {
                    let _ = reply.send(Err(Failure::ReadOnly(cause.clone())));
                }
                self.poisoned = Some(cause);
                return;
            }
            if working.base.estate().device_count() < self.current.base.estate().device_count() {
                // Something counts no more, and with it what is kept.
                self.keeping.note(u64::MAX);
            }
            self.current = working;
            self.keeping.keep_if_due(&self.store.reader(), &self.current);
            self.unsigned = true;
        }
        let snapshot = Arc::new(self.current.clone());
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&snapshot);
        // A decision is under a signed checkpoint before anybody hears of it.
        if at_once {
            self.sign();
        }
        let receipts: Vec<Vec<Recorded>> = waiting.iter().map(|(recorded, _)| recorded.clone()).collect();
        for (recorded, reply) in waiting {
            let _ = reply.send(Ok(Receipt { recorded, snapshot: Arc::clone(&snapshot), repeated: false }));
        }
        for (index, reply) in repeats {
            let recorded = receipts.get(index).cloned().unwrap_or_default();
            let _ = reply.send(Ok(Receipt { recorded, snapshot: Arc::clone(&snapshot), repeated: true }));
        }
    }

    /// The receipt of an earlier order under the same key.
    fn repeated(&self, order: &Order) -> Result<Option<Receipt>, Failure> {
        let Some(repetition) = &order.repetition else { return Ok(None) };
        let reader = self.store.reader();
        let Some(answer) = reader.answer(&repetition.key)? else { return Ok(None) };
        if answer.fingerprint != repetition.fingerprint.0 {
            return Err(Failure::KeyReused);
        }
        let kept: Kept = serde_json::from_slice(&answer.body).map_err(|error| Failure::Damaged(error.to_string()))?;
        let mut recorded = Vec::new();
        replay::each(&reader.snapshot()?, kept.first..kept.first.saturating_add(kept.count), |_, entry, _| {
            recorded.push(entry);
        })?;
        Ok(Some(Receipt { recorded, snapshot: Arc::new(self.current.clone()), repeated: true }))
    }

    /// Decides an order on `working` and changes `working` accordingly; on a refusal `working` is as before.
    fn prepare(&self, working: &mut Snapshot, order: &Order) -> Result<Decided, Failure> {
        let now = self.surroundings.now();
        let id = hex(&self.surroundings.random());
        let command = Command { id, at: now, actor: order.actor, intent: order.intent.clone() };
        login_is_free(&working.state, &command.intent)?;
        let events = decide(&working.state, &command)?;
        let mut commit = CommandCommit { id: command.id.clone(), ..CommandCommit::default() };
        let at = entry_time(&working.state, now);
        let mut state = working.state.clone();
        let mut objects = working.objects.clone();
        let parts = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let first = state.size;
        let mut recorded = Vec::with_capacity(events.len());
        let policy = state.catalogue;
        for (part, event) in (0..parts).zip(events) {
            let stream = event.stream();
            let version = state.streams.get(stream.as_str()).copied().unwrap_or(0) + 1;
            let header = Header {
                org: self.store.origin().into(),
                seq: state.size,
                command: command.id.clone(),
                part: (part, parts),
                version,
                at,
                actor: order.actor,
                policy,
            };
            let sealed = seal(&header, &event, &mut || self.surroundings.random())?;
            collect_erasures(&state, &event, &mut commit);
            commit.entries.push(NewEntry {
                bytes: sealed.bytes,
                stream: stream.clone(),
                version,
                subject: stream,
                side: sealed
                    .side
                    .into_iter()
                    .map(|side| SidePayload { salt: side.salt, payload: side.payload })
                    .collect(),
            });
            let entry = Recorded { seq: state.size, at, actor: order.actor, event };
            state.evolve(&entry);
            objects.note(&entry);
            recorded.push(entry);
        }
        let base = self.base_after(working, &state, &recorded, order, &mut commit)?;
        if let Some(repetition) = &order.repetition {
            let kept = Kept { first, count: u64::from(parts) };
            commit.answer = Some(IdempotentAnswer {
                key: repetition.key.clone(),
                at: now.as_second(),
                fingerprint: repetition.fingerprint.0,
                status: 200,
                body: serde_json::to_vec(&kept).unwrap_or_default(),
            });
        }
        let at_once = recorded.iter().any(|entry| {
            matches!(
                entry.event,
                Event::VoteCast { .. }
                    | Event::CaseDecided { .. }
                    | Event::GrantIssued { .. }
                    | Event::GrantRevoked { .. }
                    | Event::EstateSealed { .. }
                    | Event::StatementMade { .. }
            )
        });
        *working = Snapshot { state, base, objects };
        Ok(Decided { commit, recorded, at_once })
    }

    /// The installed base after what was recorded.
    fn base_after(
        &self,
        before: &Snapshot,
        state: &State,
        recorded: &[Recorded],
        order: &Order,
        commit: &mut CommandCommit,
    ) -> Result<position::Base, Failure> {
        let mut base = before.base.clone();
        for entry in recorded {
            match &entry.event {
                Event::Imported { import, source, brought: Brought::Inventory { .. }, .. } => {
                    for (ordinal, report) in (0..).zip(&order.reports) {
                        base.report(source, *import, &report.report);
                        commit.reports.push(NewReport {
                            import: import.0,
                            ordinal,
                            body: report.body.clone(),
                            digest: report.digest.0,
                        });
                    }
                }
                Event::Imported { import, source, brought: Brought::Usage { .. }, .. } => {
                    for (ordinal, report) in (0..).zip(&order.usage) {
                        base.take_usage(source, *import, &report.report);
                        let (body, digest) = (report.body.clone(), report.digest.0);
                        commit.reports.push(NewReport { import: import.0, ordinal, body, digest });
                    }
                }
                Event::ImportUndone { import } => {
                    let undone = before.state.imports.get(import);
                    if undone.is_some_and(|known| known.brought.reports_digest().is_some()) {
                        base = replay::base(&self.store.reader().snapshot()?, state)?;
                    }
                }
                Event::ReportsReceived { source, delivery, devices, .. } => {
                    let known = state.sources.get(source);
                    take_delivery(&mut base, commit, (state, known, *delivery), devices, order);
                }
                Event::DeviceApproved { source, device } => {
                    let known = before.state.sources.get(source);
                    let device = known.and_then(|known| known.devices.get(device));
                    self.let_count(&mut base, state, known.zip(device).into_iter())?;
                }
                Event::SourceChanged { source, approval: Approval::AcceptAll, .. } => {
                    let known = before.state.sources.get(source);
                    let held =
                        known.into_iter().flat_map(|known| known.held_devices().map(move |held| (known, held.1)));
                    self.let_count(&mut base, state, held)?;
                }
                Event::SourceClosed { .. } => base = replay::base(&self.store.reader().snapshot()?, state)?,
                _ => {}
            }
        }
        base.follow(state);
        Ok(base)
    }

    /// Lets the kept reports of devices count.
    fn let_count<'a>(
        &self,
        base: &mut position::Base,
        state: &State,
        devices: impl Iterator<Item = (&'a Arc<AgentSource>, &'a ReportingDevice)>,
    ) -> Result<(), Failure> {
        let ledger = self.store.reader().snapshot()?;
        for (source, device) in devices {
            let report = agents::kept_report(&ledger, device)?;
            base.report(&source.name, device.kept_in.0, &agents::seen(&report, device.seen_at, state));
        }
        Ok(())
    }

    /// Forgets answers that nobody will ask for again.
    pub(crate) fn forget_old_answers(&mut self) {
        let before = self.surroundings.now().as_second().saturating_sub(ANSWERS_KEPT_SECONDS);
        if let Err(error) = self.store.forget_answers(before) {
            tracing::warn!(%error, "old answers could not be forgotten");
        }
    }
}

/// Whether carrying an order out reads reports that orders before it may have brought.
fn reads_stored_reports(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::UndoImport { .. }
            | Intent::ApproveDevice { .. }
            | Intent::ChangeSource { .. }
            | Intent::CloseSource { .. }
    )
}

/// Keeps the reports of a delivery that say something new, and lets those of accepted devices count.
fn take_delivery(
    base: &mut position::Base,
    commit: &mut CommandCommit,
    (state, source, delivery): (&State, Option<&Arc<AgentSource>>, ImportId),
    devices: &[DeliveredDevice],
    order: &Order,
) {
    let mut given = order.reports.iter();
    let mut ordinal = 0;
    for delivered in devices {
        // The devices of a delivery are those of the order, in its order, without those that were turned away.
        let Some(report) = given.find(|report| DeviceMark::of_report(&report.report) == delivered.device) else {
            continue;
        };
        if delivered.report.is_some() {
            commit.reports.push(NewReport {
                import: delivery.0,
                ordinal,
                body: report.body.clone(),
                digest: report.digest.0,
            });
            ordinal += 1;
        }
        let known = source.and_then(|source| Some((source, source.devices.get(&delivered.device)?)));
        if let Some((source, device)) = known.filter(|(_, device)| device.standing == Standing::Accepted) {
            base.report(&source.name, device.kept_in.0, &agents::seen(&report.report, device.seen_at, state));
        }
    }
}

/// What has to be deleted beside the ledger with an erasure. `state` is as it was before the event.
fn collect_erasures(state: &State, event: &Event, commit: &mut CommandCommit) {
    if let Event::LeaverRemoved { leaver } = event {
        commit.erase.extend(state.leavers.get(leaver).map(|known| known.recorded_in));
        commit.erase_subjects.push(event.stream());
    }
    if let Event::DataErased { person, entries, .. } = event {
        commit.erase.extend(entries);
        commit.erase_subjects.push(format!("person/{person}"));
        let accounts = state.accounts.values().filter(|account| account.person == *person);
        commit.erase_subjects.extend(accounts.map(|account| format!("account/{}", account.id)));
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    // Half of the bytes are as unlikely to meet again as a UUID.
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
