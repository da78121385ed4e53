//! The running organisation: its store, its sequencer and the snapshot that is read from.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use domain::command::{Actor, Command, Intent};
use domain::organisation::Organisation;
use domain::text::Text;
use domain::{Refusal, State};
use store::{BackupContents, Outbox, Reader, Store};
use tokio::sync::{Semaphore, oneshot};

use crate::agents::Deliveries;
use crate::estates::Keeping;
use crate::failure::Failure;
use crate::imports::WorkbookReader;
use crate::order::{Order, Receipt};
use crate::replay;
use crate::seals::Times;
use crate::sequencer::{Message, Sequencer};
use crate::snapshot::Snapshot;
use crate::surroundings::Surroundings;

/// Orders that may wait: several groups, so that a burst is taken in and a flood is turned away at once.
const WAITING_MAX: usize = 4_096;
/// Passwords that are hashed at once; each takes about 20 MB and 30 ms of a core.
const HASHES_AT_ONCE: usize = 2;
/// Messages of inventory agents that are read at once; the largest take some hundred megabytes while they are.
const READINGS_AT_ONCE: usize = 4;

/// What a new ledger begins with.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The organisation.
    pub organisation: Organisation,
    /// The name of its first administrator.
    pub administrator_name: String,
    /// Their e-mail address, which is also what they sign in with.
    pub administrator_email: String,
}

/// A running organisation. A clone is another handle to the same one.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    messages: SyncSender<Message>,
    published: Arc<RwLock<Arc<Snapshot>>>,
    reader: Reader,
    surroundings: Surroundings,
    pub(crate) hashing: Semaphore,
    pub(crate) reading: Semaphore,
    pub(crate) deliveries: Deliveries,
    pub(crate) workbooks: OnceLock<WorkbookReader>,
    pub(crate) times: Times,
    outbox: Outbox,
    origin: Arc<str>,
    closed: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({})", self.inner.origin)
    }
}

impl App {
    /// Makes a ledger in `folder`, which must be empty or absent, and runs it.
    pub async fn found(folder: &Path, founding: Founding, surroundings: Surroundings) -> Result<Self, Failure> {
        let catalogue = policy::read(&policy::shipped()).map_err(Failure::Catalogue)?;
        let intent = Intent::FoundOrganisation {
            organisation: founding.organisation.clone(),
            name: Text::from(founding.administrator_name),
            email: Text::from(founding.administrator_email),
            catalogue: catalogue.digest,
            categories: catalogue.categories,
        };
        // A refusal must come before the folder is made.
        let command = Command {
            id: "founding".to_owned(),
            at: surroundings.now(),
            actor: Actor::Program,
            intent: intent.clone(),
        };
        domain::decide(&State::default(), &command)?;
        let origin = origin_of(&founding.organisation.name, &surroundings);
        let store = Store::create(folder, &origin, &founding.organisation.name)?;
        let app = Self::start(store, Snapshot::default(), Keeping::default(), surroundings)?;
        app.carry(Order::new(Actor::Program, intent)).await?;
        Ok(app)
    }

    /// Opens the ledger in `folder` and runs it.
    pub fn open(folder: &Path, surroundings: Surroundings) -> Result<Self, Failure> {
        let store = Store::open(folder)?;
        let (snapshot, since) = replay::snapshot(&store.reader())?;
        if snapshot.size() != store.size() {
            return Err(Failure::Damaged(format!(
                "{} entries are stored and {} were read",
                store.size(),
                snapshot.size()
            )));
        }
        Self::start(store, snapshot, Keeping::after(since), surroundings)
    }

    fn start(
        store: Store,
        snapshot: Snapshot,
        mut keeping: Keeping,
        surroundings: Surroundings,
    ) -> Result<Self, Failure> {
        let (messages, incoming) = sync_channel(WAITING_MAX);
        let reader = store.reader();
        let origin: Arc<str> = store.origin().into();
        let signed = reader.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.head.size);
        let webhooks: Vec<u64> = snapshot.state.webhooks.keys().map(|webhook| webhook.0).collect();
        let outbox = Outbox::open(reader.folder(), &webhooks, snapshot.size())?;
        let published = Arc::new(RwLock::new(Arc::new(snapshot.clone())));
        keeping.keep_if_due(&reader, &snapshot);
        let mut sequencer = Sequencer {
            unsigned: signed != store.size(),
            store,
            current: snapshot,
            published: Arc::clone(&published),
            surroundings: surroundings.clone(),
            poisoned: None,
            keeping,
        };
        sequencer.forget_old_answers();
        let thread = std::thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || sequencer.run(&incoming))
            .map_err(|error| Failure::ReadOnly(error.to_string()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                messages,
                published,
                reader,
                surroundings,
                hashing: Semaphore::new(HASHES_AT_ONCE),
                reading: Semaphore::new(READINGS_AT_ONCE),
                deliveries: Deliveries::default(),
                workbooks: OnceLock::new(),
                times: Times::default(),
                outbox,
                origin,
                closed: AtomicBool::new(false),
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// The state to read from: one instant, whatever is written meanwhile.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.inner.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is stored: entries, tiles, proofs, evidence.
    pub fn ledger(&self) -> &Reader {
        &self.inner.reader
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.inner.outbox
    }

    /// The ledger's name.
    pub fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// The time and random bytes.
    pub fn surroundings(&self) -> &Surroundings {
        &self.inner.surroundings
    }

    /// Carries out an order. When it returns, what was recorded is durable.
    pub async fn carry(&self, order: Order) -> Result<Receipt, Failure> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Carry(Box::new(order), reply))?;
        answer.await.map_err(|_| Failure::ReadOnly("the sequencer has stopped".to_owned()))?
    }

    /// What an order would record now, without recording it.
    pub fn rehearse(&self, actor: Actor, intent: Intent) -> Result<Vec<domain::event::Event>, Failure> {
        let snapshot = self.snapshot();
        let command = Command { id: "rehearsal".to_owned(), at: self.surroundings().now(), actor, intent };
        domain::decide::login_is_free(&snapshot.state, &command.intent)?;
        Ok(domain::decide(&snapshot.state, &command)?)
    }

    /// Does `work` on the store, between two groups of commands.
    pub(crate) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, store::StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::WithStore(Box::new(move |store| {
            let _ = reply.send(work(store));
        })))?;
        Ok(answer.await.map_err(|_| Failure::ReadOnly("the sequencer has stopped".to_owned()))??)
    }

    fn send(&self, message: Message) -> Result<(), Failure> {
        self.inner.messages.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Busy,
            TrySendError::Disconnected(_) => Failure::ReadOnly("the sequencer has stopped".to_owned()),
        })
    }

    /// Writes a backup of everything to a new file, while writing goes on.
    pub async fn backup(&self, target: &Path) -> Result<BackupContents, Failure> {
        let reader = self.ledger().clone();
        let target = target.to_owned();
        let written = tokio::task::spawn_blocking(move || reader.backup(&target)).await;
        Ok(written.map_err(|error| Failure::Damaged(error.to_string()))??)
    }

    /// A backup of everything as an open file that stands in no folder any more: it goes with its last reader.
    pub async fn backup_to_send(&self) -> Result<File, Failure> {
        let unique: String = self.surroundings().random().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let path = self.ledger().folder().path().join(format!("backup-{unique}.tar"));
        self.backup(&path).await?;
        let opened = File::open(&path);
        let removed = std::fs::remove_file(&path);
        let failed = |error: std::io::Error| Failure::NotFound(format!("backup to send: {error}"));
        removed.map_err(failed)?;
        opened.map_err(failed)
    }

    /// Whether acts are recorded: the storage has not failed, and the sequencer answers.
    pub async fn is_recording(&self) -> Result<(), Failure> {
        if self.with_store(|store| Ok(store.is_poisoned())).await? {
            return Err(Failure::ReadOnly("a write failed".to_owned()));
        }
        Ok(())
    }

    /// Signs what is unsigned and gives the folder back. Later orders are turned away.
    pub async fn close(&self) {
        if self.inner.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        let (reply, done) = oneshot::channel();
        if self.send(Message::Close(reply)).is_ok() {
            let _ = done.await;
        }
        let thread = self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // The thread has nothing left to do but to drop the store.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

/// The person of an actor who must be one.
pub fn person_of(actor: Actor) -> Result<domain::id::PersonId, Refusal> {
    actor.person().ok_or(Refusal::NotFounded)
}

/// A name for the log that no other log has: readable, and unique by random digits.
fn origin_of(organisation: &str, surroundings: &Surroundings) -> String {
    let mut readable: String = organisation
        .chars()
        .flat_map(char::to_lowercase)
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    while readable.contains("--") {
        readable = readable.replace("--", "-");
    }
    let readable: String = readable.trim_matches('-').chars().take(40).collect();
    let unique: String = surroundings.random().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let readable = if readable.is_empty() { "organisation" } else { readable.trim_matches('-') };
    format!("indult/{readable}-{unique}")
}
