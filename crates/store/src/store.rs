//! The one writer of a folder: creating, opening, signing, and the state that an append grows.
//!
//! The append itself is in `append`; reading needs no writer and is in `reader`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use merkle_log::{
    Hash, KeyName, NoteSignature, NoteSigner, SignedNote, SignerState, TileEdge, TreeHead, consistency_proof,
};
use rusqlite::{Connection, MAIN_DB};

use crate::append::WriterKeys;
use crate::error::{damaged, sql};
use crate::folder::{Folder, FolderLock, create_private, read_private, write_durably};
use crate::keyring::{Keyring, random};
use crate::reader::{Reader, read_head};
use crate::schema::{self, Durability};
use crate::tiles::Tiles;
use crate::{StoreError, answers, checkpoints, entries};

/// Longest name of an organisation, in bytes.
const ORGANISATION_BYTES_MAX: usize = 500;

/// WAL pages that make the writer copy the WAL back into the database: 16 MiB.
const WAL_PAGES_BEFORE_COPY: i32 = 1024;

/// The folder, opened to write. One per folder; it can move between threads.
#[derive(Debug)]
pub struct Store {
    // Fields drop in this order: the database is closed before the folder is free.
    pub(crate) connection: Connection,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) edge: TileEdge,
    pub(crate) root: Hash,
    pub(crate) keys: WriterKeys,
    pub(crate) poisoned: bool,
    pub(crate) wal: WalSize,
    reader: Reader,
    signer: NoteSigner,
    signed: SignerState,
    organisation: String,
    _lock: FolderLock,
}

/// How long the WAL is, as the database tells after each commit, and when to copy it back.
#[derive(Debug)]
pub(crate) struct WalSize {
    pages: Arc<AtomicI32>,
    copy_at: i32,
    /// Erased rows may still be readable in the WAL.
    pub(crate) erased: bool,
}

impl Store {
    /// Makes a folder for a new, empty ledger and opens it. `origin` names the log for ever, such
    /// as `indult.example/ledger`.
    pub fn create(path: &Path, origin: &str, organisation: &str) -> Result<Self, StoreError> {
        Self::create_with(path, origin, organisation, Durability::Full)
    }

    /// [`Store::create`] with another durability, for control runs.
    #[doc(hidden)]
    pub fn create_with(
        path: &Path,
        origin: &str,
        organisation: &str,
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let origin: KeyName = origin.parse().map_err(StoreError::Origin)?;
        let organisation: String = organisation.chars().filter(|character| !character.is_control()).collect();
        if organisation.len() > ORGANISATION_BYTES_MAX {
            return Err(StoreError::OrganisationTooLong { bytes: organisation.len(), limit: ORGANISATION_BYTES_MAX });
        }
        let folder = Folder::at(path);
        folder.create()?;
        let keyring = Keyring::create(&folder)?;
        let signer = NoteSigner::from_seed(origin, &random()?).map_err(StoreError::Origin)?;
        create_private(&folder.log_key(), format!("{}\n", signer.to_secret_text()).as_bytes())?;
        write_durably(&folder.signer_state(), &SignerState::new().to_bytes())?;
        let connection = schema::create(&folder.ledger(), durability)?;
        let origin = signer.name().as_str();
        let seal = keyring.identity_seal(origin, &organisation);
        connection
            .execute(
                "INSERT INTO identity (id, origin, organisation, seal) VALUES (1, ?1, ?2, ?3)",
                (origin, &organisation, seal),
            )
            .map_err(sql("naming the ledger"))?;
        let empty = TreeHead::empty();
        connection
            .execute("INSERT INTO head (id, size, root, next_key) VALUES (1, 0, ?1, 1)", [empty.root.0])
            .map_err(sql("starting the ledger"))?;
        // The format number has to stand in the database file itself, see `Folder::check`.
        connection
            .wal_checkpoint_v2(Some(MAIN_DB), rusqlite::wal::CheckpointMode::TRUNCATE)
            .map_err(sql("writing the new database"))?;
        drop(connection);
        folder.write_format()?;
        Self::open_with(path, durability)
    }

    /// Opens a folder and checks the right edge of the tree. Refuses a newer format, a network file
    /// system, a second process, readable keys, and a ledger that contradicts itself or is shorter
    /// than what was signed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, Durability::Full)
    }

    /// [`Store::open`] with another durability, for control runs.
    #[doc(hidden)]
    pub fn open_with(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let folder = Folder::at(path);
        folder.check()?;
        let lock = folder.lock()?;
        folder.sweep()?;
        let keyring = Arc::new(Keyring::load(&folder)?);
        let signer = read_signer(&folder)?;
        let signed = read_signer_state(&folder)?;
        let mut connection = schema::open_writer(&folder.ledger(), durability)?;
        schema::check(&connection)?;
        let identity = read_identity(&connection, &keyring)?;
        if identity.origin != signer.name().as_str() {
            return Err(damaged(format!("the ledger is named {}, its signing key {}", identity.origin, signer.name())));
        }
        let row = read_head(&connection)?;
        let edge = load_edge(&connection, row.head)?;
        check_signed(&connection, row.head, signed.signed())?;
        let pages = Arc::new(AtomicI32::new(0));
        let counter = Arc::clone(&pages);
        connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
                counter.store(count, Ordering::Relaxed);
                Ok(())
            }))
            .map_err(sql("watching the WAL"))?;
        Ok(Self {
            reader: Reader::new(folder, Arc::clone(&keyring), signer.verifier()),
            connection,
            keyring,
            root: row.head.root,
            edge,
            keys: WriterKeys::new(row.next_key),
            poisoned: false,
            wal: WalSize { pages, copy_at: WAL_PAGES_BEFORE_COPY, erased: true },
            signer,
            signed,
            organisation: identity.organisation,
            _lock: lock,
        })
    }

    /// Number of entries, all durable.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Root of the tree of all entries.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size(), root: self.root }
    }

    /// Name of the log.
    pub fn origin(&self) -> &str {
        self.signer.name().as_str()
    }

    /// Name of the organisation, as given when the folder was made.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// The log's public key as a `vkey`.
    pub fn log_vkey(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// Whether an earlier write failed, so that the folder has to be opened again.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// A handle for reading, to clone and hand out.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Signs the durable head, unless it is not proven to continue what was signed last. What was
    /// signed is durable before the note is returned; the note is stored.
    pub fn sign_checkpoint(&mut self) -> Result<SignedNote, StoreError> {
        self.refuse_when_poisoned()?;
        let head = self.head();
        let signed = self.signed.signed();
        let proof = if signed.size == 0 || signed.size == head.size {
            Vec::new()
        } else {
            consistency_proof(&Tiles(&self.connection), signed.size, head)
                .map_err(|error| damaged(error.to_string()))?
        };
        let prepared = self.signed.sign(&self.signer, head, &proof)?;
        if prepared.state != self.signed {
            write_durably(&self.reader.folder().signer_state(), &prepared.state.to_bytes())?;
            self.signed = prepared.state;
        }
        let stored = checkpoints::insert(&self.connection, head.size, &prepared.note);
        self.poison_on_failure(stored)?;
        Ok(prepared.note)
    }

    /// Keeps a witness's cosignature on the checkpoint signed at `size`. That it verifies is the
    /// caller's to have checked: the witnesses it trusts are not known here.
    pub fn add_cosignature(&mut self, size: u64, cosignature: &NoteSignature) -> Result<(), StoreError> {
        self.refuse_when_poisoned()?;
        let result = checkpoints::add_cosignature(&self.connection, size, cosignature);
        if let Err(StoreError::NoCheckpoint { .. }) = result {
            return result;
        }
        self.poison_on_failure(result)
    }

    /// Forgets answers given before this instant (seconds since 1970); returns how many.
    pub fn forget_answers(&mut self, before: i64) -> Result<usize, StoreError> {
        self.refuse_when_poisoned()?;
        let result = answers::forget_before(&self.connection, before);
        self.poison_on_failure(result)
    }

    /// Makes the database full at this many pages, for tests: SQLite meets the limit as it meets a
    /// full disk.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .map_err(sql("limiting its size"))
    }

    fn refuse_when_poisoned(&self) -> Result<(), StoreError> {
        if self.poisoned { Err(StoreError::Poisoned) } else { Ok(()) }
    }

    /// After a failed write the page cache may hold what the disk does not: nothing more is written
    /// until everything was read back from disk.
    pub(crate) fn poison_on_failure<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.poison(error);
        }
        result
    }

    pub(crate) fn poison(&mut self, error: &StoreError) {
        self.poisoned = true;
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(%error, cause, "a write failed; no further write until the folder is opened again");
    }

    /// Copies the WAL back when it has grown, or at once when it may hold what was erased. A failed
    /// sync in here poisons: what was appended before is durable in the WAL and stays so.
    pub(crate) fn tend_wal(&mut self) -> Result<(), StoreError> {
        let pages = self.wal.pages.load(Ordering::Relaxed);
        if self.wal.erased {
            return self.truncate_wal();
        }
        if pages < WAL_PAGES_BEFORE_COPY {
            self.wal.copy_at = WAL_PAGES_BEFORE_COPY;
        }
        if pages < self.wal.copy_at {
            return Ok(());
        }
        let copied = self.connection.wal_checkpoint_v2(Some(MAIN_DB), rusqlite::wal::CheckpointMode::PASSIVE);
        // A reader of an old snapshot keeps the WAL from starting over: do not try at each commit.
        self.wal.copy_at = pages.saturating_add(WAL_PAGES_BEFORE_COPY);
        ignore_busy(copied).map(|_| ())
    }

    fn truncate_wal(&mut self) -> Result<(), StoreError> {
        let wait = |milliseconds| {
            self.connection
                .busy_timeout(std::time::Duration::from_millis(milliseconds))
                .map_err(sql("setting the busy timeout"))
        };
        // Readers are not waited for; the next append tries again.
        wait(0)?;
        let truncated = self.connection.wal_checkpoint_v2(Some(MAIN_DB), rusqlite::wal::CheckpointMode::TRUNCATE);
        wait(5000)?;
        if ignore_busy(truncated)? {
            self.wal.erased = false;
        }
        Ok(())
    }
}

/// Whether the WAL was copied; `false` when a reader was in the way.
fn ignore_busy(result: rusqlite::Result<(i32, i32)>) -> Result<bool, StoreError> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(sql("copying the WAL into the database")(error)),
    }
}

pub(crate) struct Identity {
    pub(crate) origin: String,
    pub(crate) organisation: String,
}

pub(crate) fn read_identity(connection: &Connection, keyring: &Keyring) -> Result<Identity, StoreError> {
    let (origin, organisation, seal): (String, String, Vec<u8>) = connection
        .query_row("SELECT origin, organisation, seal FROM identity WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .map_err(sql("reading the name of the ledger"))?;
    if keyring.identity_holds(&origin, &organisation, &seal) {
        Ok(Identity { origin, organisation })
    } else {
        Err(damaged("the names of log and organisation were altered, or the master key is that of another folder"))
    }
}

pub(crate) fn read_signer(folder: &Folder) -> Result<NoteSigner, StoreError> {
    let path = folder.log_key();
    let text = String::from_utf8(read_private(&path)?).unwrap_or_default();
    NoteSigner::from_secret_text(text.trim_end()).map_err(|error| StoreError::Key { path, reason: error.to_string() })
}

pub(crate) fn read_signer_state(folder: &Folder) -> Result<SignerState, StoreError> {
    let path = folder.signer_state();
    let bytes = std::fs::read(&path).map_err(crate::error::io("reading", &path))?;
    SignerState::from_bytes(&bytes).ok_or_else(|| damaged(format!("{} does not read", path.display())))
}

fn load_edge(connection: &Connection, head: TreeHead) -> Result<TileEdge, StoreError> {
    let present = entries::count(connection)?;
    if present != head.size {
        return Err(damaged(format!("the ledger states {} entries, but {present} are stored", head.size)));
    }
    TileEdge::load(&Tiles(connection), head).map_err(|error| damaged(error.to_string()))
}

/// What was signed has to be a beginning of what is there.
fn check_signed(connection: &Connection, head: TreeHead, signed: TreeHead) -> Result<(), StoreError> {
    if signed.size > head.size {
        return Err(StoreError::RolledBack { size: head.size, signed: signed.size });
    }
    let root = merkle_log::TileReader::open(&Tiles(connection), head)
        .and_then(|mut tree| tree.root_at(signed.size))
        .map_err(|error| damaged(error.to_string()))?;
    if root == signed.root {
        Ok(())
    } else {
        Err(damaged(format!("the first {} entries are not those that were signed", signed.size)))
    }
}
