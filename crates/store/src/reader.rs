//! Reading: any number of snapshots, each of one instant, none waiting for the writer.
//!
//! A snapshot does not re-check what it reads, except where it must decrypt; `verification` does.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use merkle_log::{
    EntryBundleId, Hash, NoteVerifier, SignedNote, TILE_WIDTH, TileId, TileReader, TileSource as _, TreeHead,
};
use rusqlite::{Connection, OptionalExtension as _};

use crate::blobs::Blobs;
use crate::cache::Cache;
use crate::commit::IdempotentAnswer;
use crate::entries::EntryStatements;
use crate::error::{damaged, sql};
use crate::folder::Folder;
use crate::keyring::Keyring;
use crate::side::{Opening, Side, SideStatements, Sides, SubjectKeys};
use crate::tiles::Tiles;
use crate::webhook_key::WebhookKey;
use crate::{StoreError, answers, checkpoints, entries, reports, schema};

/// Connections kept open between snapshots; more are opened when more snapshots live at once.
const IDLE_CONNECTIONS_MAX: usize = 8;

/// A cheap handle for reading. It stays usable when the writer is poisoned.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: Folder,
    database: PathBuf,
    keyring: Arc<Keyring>,
    verifier: NoteVerifier,
    blobs: Blobs,
    cache: Cache,
    idle: Mutex<Vec<Connection>>,
}

/// The ledger as it was at one instant. Give it back soon: the WAL cannot be cut while it lives.
#[derive(Debug)]
pub struct Snapshot {
    // INVARIANT: present until drop, with a read transaction open.
    connection: Option<Connection>,
    shared: Arc<Shared>,
    head: TreeHead,
}

/// An entry with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position in the ledger, from 0.
    pub seq: u64,
    /// The exact bytes that were hashed.
    pub bytes: Vec<u8>,
}

/// A signed checkpoint with the cosignatures held for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Size and root that it states.
    pub head: TreeHead,
    /// The note, the log's signature first.
    pub note: SignedNote,
}

impl Reader {
    pub(crate) fn new(folder: Folder, keyring: Arc<Keyring>, verifier: NoteVerifier) -> Self {
        let blobs = Blobs::new(folder.clone(), Arc::clone(&keyring));
        let cache = Cache::new(folder.clone(), Arc::clone(&keyring));
        Self {
            shared: Arc::new(Shared {
                database: folder.ledger(),
                folder,
                keyring,
                verifier,
                blobs,
                cache,
                idle: Mutex::new(Vec::new()),
            }),
        }
    }

    /// Freezes what is durable now.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.shared.database)?,
        };
        connection.execute_batch("BEGIN").map_err(sql("beginning to read"))?;
        // The first read is what freezes it.
        let head = read_head(&connection)?.head;
        Ok(Snapshot { connection: Some(connection), shared: Arc::clone(&self.shared), head })
    }

    /// The evidence files.
    pub fn blobs(&self) -> &Blobs {
        &self.shared.blobs
    }

    /// What can be worked out again.
    pub fn cache(&self) -> &Cache {
        &self.shared.cache
    }

    /// The signing key of a webhook.
    pub fn webhook_key(&self, webhook: u64) -> Result<WebhookKey, StoreError> {
        WebhookKey::from_seed(&self.shared.keyring.webhook_seed(webhook))
    }

    /// The folder being read.
    pub fn folder(&self) -> &Folder {
        &self.shared.folder
    }

    /// The log's public key.
    pub fn verifier(&self) -> &NoteVerifier {
        &self.shared.verifier
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.shared.keyring
    }

    /// One entry of the ledger as it is now.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>, StoreError> {
        self.snapshot()?.entry(seq)
    }

    /// Consecutive entries of the ledger as it is now.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Entry>, StoreError> {
        self.snapshot()?.entries(range)
    }

    /// The side payloads of an entry that are still there.
    pub fn sides(&self, seq: u64) -> Result<Vec<Side>, StoreError> {
        self.snapshot()?.sides(seq)
    }

    /// The answer given under an idempotency key.
    pub fn answer(&self, key: &str) -> Result<Option<IdempotentAnswer>, StoreError> {
        self.snapshot()?.answer(key)
    }

    /// The newest signed checkpoint.
    pub fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.snapshot()?.latest_checkpoint()
    }
}

impl Snapshot {
    pub(crate) fn connection(&self) -> Result<&Connection, StoreError> {
        // Only drop takes it.
        self.connection.as_ref().ok_or_else(|| damaged("a snapshot lost its connection"))
    }

    /// Number of entries and root of their tree.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// One entry.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>, StoreError> {
        Ok(self.entries(seq..seq.saturating_add(1))?.pop())
    }

    /// Consecutive entries, as many of the range as there are.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Entry>, StoreError> {
        let mut statements = EntryStatements::prepare(self.connection()?)?;
        let mut cursor = statements.walk(self.within(&range))?;
        let mut entries = Vec::new();
        while let Some((seq, bytes)) = cursor.next()? {
            let bytes = bytes.to_vec();
            entries.push(Entry { seq, bytes });
        }
        Ok(entries)
    }

    /// Shows each entry of a range with its side payloads, in order, without holding them all.
    /// Stops at the first error of `look`.
    pub fn replay<E: From<StoreError>>(
        &self,
        range: Range<u64>,
        mut look: impl FnMut(u64, &[u8], Sides<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let range = self.within(&range);
        let connection = self.connection()?;
        let mut opening = Opening { connection, keyring: self.keyring(), keys: SubjectKeys::default() };
        let mut side_statements = SideStatements::prepare(connection)?;
        let mut sides = side_statements.walk(range.clone())?;
        let mut statements = EntryStatements::prepare(connection)?;
        let mut cursor = statements.walk(range.clone())?;
        let mut expected = range.start;
        while let Some((seq, bytes)) = cursor.next()? {
            if seq != expected {
                break;
            }
            expected += 1;
            sides.advance_to(seq, &mut opening)?;
            if let Some((seq, index, reason)) = sides.unreadable().next() {
                let what = format!("entry {seq}, field {index}: {}", reason.sentence());
                return Err(damaged(what).into());
            }
            look(seq, bytes, sides.sides())?;
        }
        if expected != range.end {
            return Err(damaged(format!("entry {expected} is missing")).into());
        }
        Ok(())
    }

    /// The side payloads of an entry that are still there.
    pub fn sides(&self, seq: u64) -> Result<Vec<Side>, StoreError> {
        let mut found = Vec::new();
        if seq < self.head.size {
            self.replay(seq..seq + 1, |_, _, sides| {
                found = sides.to_owned();
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(found)
    }

    /// The version of the last entry of a stream; 0 when there is none.
    pub fn stream_head(&self, stream: &str) -> Result<u64, StoreError> {
        crate::append::stream_head(self.connection()?, stream)
    }

    /// The answer given under an idempotency key.
    pub fn answer(&self, key: &str) -> Result<Option<IdempotentAnswer>, StoreError> {
        answers::read(self.connection()?, self.keyring(), key)
    }

    /// The bytes of a tile at this size, or nothing when the tree has no such tile.
    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        let shift = 8 * u32::from(id.level());
        let hashes = self.head.size.checked_shr(shift).unwrap_or(0);
        let end = id.index() * u64::from(TILE_WIDTH) + u64::from(id.width());
        if end > hashes {
            return Ok(None);
        }
        Tiles(self.connection()?).tile(id).map(Some)
    }

    /// The bytes of an entry bundle, or nothing when the tree has no such bundle.
    pub fn bundle(&self, id: EntryBundleId) -> Result<Option<Vec<u8>>, StoreError> {
        if id.first_entry() + u64::from(id.width()) > self.head.size {
            return Ok(None);
        }
        entries::bundle(self.connection()?, id).map(Some)
    }

    /// Calls `look` with a reader of the tree at `head`, which must be this snapshot's head or
    /// smaller: for proofs and earlier roots. Every tile is checked on the way.
    pub fn tree<T>(
        &self,
        head: TreeHead,
        look: impl FnOnce(&mut TileReader<'_, SnapshotTiles<'_>>) -> Result<T, merkle_log::ReadError<StoreError>>,
    ) -> Result<T, StoreError> {
        let source = SnapshotTiles(Tiles(self.connection()?));
        TileReader::open(&source, head)
            .and_then(|mut reader| look(&mut reader))
            .map_err(|error| damaged(error.to_string()))
    }

    /// Proof that entry `seq` is in the tree at `head`.
    pub fn inclusion_proof(&self, seq: u64, head: TreeHead) -> Result<Vec<Hash>, StoreError> {
        self.tree(head, |tree| tree.inclusion_proof(seq))
    }

    /// Proof that the tree at `head` begins with its first `old_size` entries.
    pub fn consistency_proof(&self, old_size: u64, head: TreeHead) -> Result<Vec<Hash>, StoreError> {
        self.tree(head, |tree| tree.consistency_proof(old_size))
    }

    /// The newest signed checkpoint.
    pub fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, StoreError> {
        checkpoints::latest(self.connection()?)
    }

    /// The checkpoint signed at a size.
    pub fn checkpoint(&self, size: u64) -> Result<Option<StoredCheckpoint>, StoreError> {
        checkpoints::at(self.connection()?, size)
    }

    /// Sizes of all signed checkpoints, smallest first.
    pub fn checkpoint_sizes(&self) -> Result<Vec<u64>, StoreError> {
        checkpoints::sizes(self.connection()?)
    }

    /// One device report.
    pub fn report(&self, import: u64, ordinal: u32) -> Result<Option<Vec<u8>>, StoreError> {
        reports::read(self.connection()?, self.keyring(), import, ordinal)
    }

    /// Shows each device report of an import in order, without holding them all.
    pub fn reports<E: From<StoreError>>(
        &self,
        import: u64,
        look: impl FnMut(u32, Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        reports::each(self.connection()?, self.keyring(), import, look)
    }

    /// Positions and digests of the device reports of an import.
    pub fn report_digests(&self, import: u64) -> Result<Vec<(u32, [u8; 32])>, StoreError> {
        reports::digests(self.connection()?, import)
    }

    fn keyring(&self) -> &Keyring {
        &self.shared.keyring
    }

    fn within(&self, range: &Range<u64>) -> Range<u64> {
        let end = range.end.min(self.head.size);
        range.start.min(end)..end
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        // A connection that cannot end its transaction is not used again.
        if connection.execute_batch("COMMIT").is_err() {
            return;
        }
        let mut idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push(connection);
        }
    }
}

/// The tiles of a snapshot, as `merkle_log` reads them.
pub struct SnapshotTiles<'snapshot>(Tiles<'snapshot>);

impl merkle_log::TileSource for SnapshotTiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<u8>, StoreError> {
        self.0.tile(id)
    }
}

/// The one row that says how far the ledger is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadRow {
    pub(crate) head: TreeHead,
    pub(crate) next_key: u64,
}

pub(crate) fn read_head(connection: &Connection) -> Result<HeadRow, StoreError> {
    connection
        .prepare_cached("SELECT size, root, next_key FROM head WHERE id = 1")
        .and_then(|mut statement| {
            statement
                .query_row([], |row| {
                    Ok(HeadRow { head: TreeHead { size: row.get(0)?, root: Hash(row.get(1)?) }, next_key: row.get(2)? })
                })
                .optional()
        })
        .map_err(sql("reading the head of the ledger"))?
        .ok_or_else(|| damaged("the row with the size of the ledger is missing"))
}
