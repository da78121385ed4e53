//! Verification: everything stored is read again, re-hashed, opened and compared, in one pass over
//! the ledger, and what does not hold is named.
//!
//! What an entry means, which fields it commits to and which were erased is told by the caller's
//! [`Inspect`]. A ledger rewritten as a whole by somebody with its keys is consistent with itself:
//! only a checkpoint kept elsewhere shows that, and comparing with one is the caller's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::path::Path;

use merkle_log::{
    Hash, NoteVerifier, SignedNote, SignerState, TILE_WIDTH, TileEdge, TileId, TreeHead, encode_tile, leaf_hash,
    root_in_memory,
};
use rusqlite::{Connection, OptionalExtension as _};

use crate::blobs::Blobs;
use crate::entries::EntryStatements;
use crate::error::sql;
use crate::folder::Folder;
use crate::keyring::Keyring;
use crate::reader::{Reader, read_head};
use crate::side::{Opening, SideCursor, SideStatements, Sides, SubjectKeys};
use crate::store::{read_identity, read_signer, read_signer_state};
use crate::{StoreError, answers, checkpoints, reports, schema, tiles};

/// Findings kept with their text; more are only counted.
pub const FINDINGS_KEPT_MAX: usize = 1000;

const WIDTH: usize = TILE_WIDTH as usize;

/// What the caller knows about entries and the storage does not. An error is a sentence and becomes
/// a finding.
pub trait Inspect {
    /// Looks at one entry, in order from the first. `sides` are the fields beside it that are there
    /// and open; comparing them with what the entry commits to happens here. The answer is what the
    /// entry itself says about its stream; nothing when these bytes are not understood.
    fn entry<'entry>(
        &mut self,
        seq: u64,
        bytes: &'entry [u8],
        sides: Sides<'_>,
    ) -> Result<Option<Stated<'entry>>, String>;

    /// Looks at a checkpoint whose own signature and root hold, for its cosignatures.
    fn checkpoint(&mut self, note: &SignedNote) -> Result<(), String> {
        let _ = note;
        Ok(())
    }

    /// Looks at a device report that is there and whole.
    fn report(&mut self, import: u64, ordinal: u32, digest: &[u8; 32]) -> Result<(), String> {
        let _ = (import, ordinal, digest);
        Ok(())
    }

    /// Looks at an evidence file that is there and whole.
    fn blob(&mut self, digest: &[u8; 32]) -> Result<(), String> {
        let _ = digest;
        Ok(())
    }
}

/// What an entry says about its place in its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<'entry> {
    /// Name of the stream.
    pub stream: Cow<'entry, str>,
    /// Version in it.
    pub version: u64,
}

/// Understands no entry: for checking the storage alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct StorageOnly;

impl Inspect for StorageOnly {
    fn entry<'entry>(&mut self, _: u64, _: &'entry [u8], _: Sides<'_>) -> Result<Option<Stated<'entry>>, String> {
        Ok(None)
    }
}

/// Where something does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The ledger's own statement about its size and root.
    Head,
    /// An entry.
    Entry(u64),
    /// A field beside an entry.
    Side {
        /// The entry.
        seq: u64,
        /// Position of the field.
        index: u32,
    },
    /// A tile.
    Tile(TileId),
    /// The list of the entries of a stream.
    Stream(String),
    /// A checkpoint, by its size.
    Checkpoint(u64),
    /// What the log's key is said to have signed last.
    SignerState,
    /// A subject's key, by its id.
    SubjectKey(u64),
    /// A device report.
    Report {
        /// Number of the import.
        import: u64,
        /// Position in it.
        ordinal: u32,
    },
    /// An answer kept under an idempotency key.
    Answer(String),
    /// An evidence file, by its digest or its path.
    Blob(String),
    /// The names of log and organisation.
    Identity,
    /// The database as such.
    Database,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => write!(formatter, "head"),
            Self::Entry(seq) => write!(formatter, "entry {seq}"),
            Self::Side { seq, index } => write!(formatter, "entry {seq}, field {index}"),
            Self::Tile(tile) => write!(formatter, "{tile}"),
            Self::Stream(stream) => write!(formatter, "stream {stream}"),
            Self::Checkpoint(size) => write!(formatter, "checkpoint of {size} entries"),
            Self::SignerState => write!(formatter, "signer.state"),
            Self::SubjectKey(id) => write!(formatter, "subject key {id}"),
            Self::Report { import, ordinal } => {
                write!(formatter, "report {ordinal} of import {import}")
            }
            Self::Answer(key) => write!(formatter, "answer {key}"),
            Self::Blob(name) => write!(formatter, "evidence {name}"),
            Self::Identity => write!(formatter, "identity"),
            Self::Database => write!(formatter, "database"),
        }
    }
}

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What, as a sentence.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// What a verification saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The head that the ledger states.
    pub head: TreeHead,
    /// Entries read and hashed.
    pub entries: u64,
    /// Fields opened beside them.
    pub sides: u64,
    /// Finished tiles compared.
    pub tiles: u64,
    /// Checkpoints whose signature and root were checked.
    pub checkpoints: u64,
    /// Device reports opened and hashed.
    pub reports: u64,
    /// Evidence files opened and hashed.
    pub blobs: u64,
    /// What does not hold, at most [`FINDINGS_KEPT_MAX`].
    pub findings: Vec<Finding>,
    /// How many things do not hold.
    pub findings_total: u64,
}

impl Verification {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.findings_total == 0
    }

    /// The first entry that is known to be bad itself.
    pub fn first_bad_entry(&self) -> Option<u64> {
        let entries = self.findings.iter().filter_map(|finding| match finding.place {
            Place::Entry(seq) | Place::Side { seq, .. } => Some(seq),
            Place::Head
            | Place::Tile(_)
            | Place::Stream(_)
            | Place::Checkpoint(_)
            | Place::SignerState
            | Place::SubjectKey(_)
            | Place::Report { .. }
            | Place::Answer(_)
            | Place::Blob(_)
            | Place::Identity
            | Place::Database => None,
        });
        entries.min()
    }

    /// Adds something that does not hold; the caller may add its own after the pass.
    pub fn add(&mut self, place: Place, what: impl Into<String>) {
        self.findings_total += 1;
        if self.findings.len() < FINDINGS_KEPT_MAX {
            self.findings.push(Finding { place, what: what.into() });
        }
    }
}

/// Verifies a folder that nobody has open. Writes nothing but the lock. Refusals such as a folder
/// in use are errors; whatever is wrong with the ledger is a finding.
pub fn verify_folder(path: &Path, inspector: &mut impl Inspect) -> Result<Verification, StoreError> {
    let folder = Folder::at(path);
    folder.check()?;
    let _lock = folder.lock()?;
    let keyring = Keyring::load(&folder)?;
    let signer = read_signer(&folder)?.verifier();
    let signed = read_signer_state(&folder);
    let blobs = Blobs::new(folder.clone(), std::sync::Arc::new(Keyring::load(&folder)?));
    let connection = schema::open_reader(&folder.ledger())?;
    let began = connection.execute_batch("BEGIN");
    let sources = Sources { connection: &connection, keyring: &keyring, log: &signer, blobs: &blobs, signed };
    let mut pass = Pass::new(sources, inspector);
    match began {
        Ok(()) => pass.run(),
        Err(error) => pass.note_failure(sql("beginning to read")(error)),
    }
    Ok(pass.seen)
}

impl Reader {
    /// Verifies the ledger as it is now, while it is in use.
    pub fn verify(&self, inspector: &mut impl Inspect) -> Result<Verification, StoreError> {
        // Before the snapshot: what is signed meanwhile may be longer than the snapshot.
        let signed = read_signer_state(self.folder());
        let snapshot = self.snapshot()?;
        let sources = Sources {
            connection: snapshot.connection()?,
            keyring: self.keyring(),
            log: self.verifier(),
            blobs: self.blobs(),
            signed,
        };
        let mut pass = Pass::new(sources, inspector);
        pass.run();
        Ok(pass.seen)
    }
}

struct Sources<'a> {
    connection: &'a Connection,
    keyring: &'a Keyring,
    log: &'a NoteVerifier,
    blobs: &'a Blobs,
    signed: Result<SignerState, StoreError>,
}

/// A root that somebody stated for a size.
struct Mark {
    head: TreeHead,
    place: Place,
}

/// One verification under way.
struct Pass<'a, I> {
    sources: Sources<'a>,
    inspector: &'a mut I,
    seen: Verification,
    next_key: u64,
    keys: SubjectKeys,
    edge: TileEdge,
    /// Leaf hashes of the entries since the last full tile.
    leaves: Vec<Hash>,
    /// Roots kept beside the tiles of each level whose tile above is not full yet.
    roots: [Vec<Option<Hash>>; 8],
    /// Sorted by size, largest first: the next one is the last.
    marks: Vec<Mark>,
    /// Last version of each stream that entries state, by the hash of its name: a map of names would
    /// take most of the memory.
    streams: HashMap<u64, u64, BuildHasherDefault<AlreadyHashed>>,
    /// Entries that the inspector said nothing about.
    unstated: u64,
    hasher: RandomState,
}

/// Takes a number that is a hash as the hash.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Only numbers are hashed with this; anything else would still be hashed, if badly.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A part of the pass; an error ends the part, not the pass.
type Step<'a, I> = fn(&mut Pass<'a, I>) -> Result<(), StoreError>;

impl<'a, I: Inspect> Pass<'a, I> {
    fn new(sources: Sources<'a>, inspector: &'a mut I) -> Self {
        Self {
            sources,
            inspector,
            seen: Verification {
                head: TreeHead::empty(),
                entries: 0,
                sides: 0,
                tiles: 0,
                checkpoints: 0,
                reports: 0,
                blobs: 0,
                findings: Vec::new(),
                findings_total: 0,
            },
            next_key: 0,
            keys: SubjectKeys::default(),
            edge: TileEdge::new(),
            leaves: Vec::with_capacity(WIDTH),
            roots: std::array::from_fn(|_| Vec::new()),
            marks: Vec::new(),
            streams: HashMap::default(),
            unstated: 0,
            hasher: RandomState::new(),
        }
    }

    /// Every step runs even when an earlier one failed: more findings say more.
    fn run(&mut self) {
        if let Err(error) = schema::check(self.sources.connection) {
            // With another schema nothing below means what it says.
            return self.note_failure(error);
        }
        self.collect_signer_state();
        let steps: [Step<'a, I>; 10] = [
            Self::check_structure,
            Self::check_identity,
            Self::collect_head,
            Self::collect_checkpoints,
            Self::check_subject_keys,
            Self::check_entries,
            Self::check_streams,
            Self::check_reports,
            Self::check_answers,
            Self::check_blobs,
        ];
        for step in steps {
            if let Err(error) = step(self) {
                self.note_failure(error);
            }
        }
    }

    fn note_failure(&mut self, error: StoreError) {
        self.seen.add(Place::Database, with_causes(&error));
    }

    /// SQLite's own view of its pages and of the one index; says nothing about content.
    fn check_structure(&mut self) -> Result<(), StoreError> {
        for check in ["PRAGMA quick_check", "PRAGMA integrity_check(subject_keys)"] {
            let mut statement = self.sources.connection.prepare(check).map_err(sql("checking its structure"))?;
            let lines = statement
                .query_map([], |row| row.get(0))
                .and_then(Iterator::collect::<Result<Vec<String>, _>>)
                .map_err(sql("checking its structure"))?;
            for line in lines.into_iter().filter(|line| line != "ok") {
                self.seen.add(Place::Database, line);
            }
        }
        Ok(())
    }

    fn check_identity(&mut self) -> Result<(), StoreError> {
        let rows: u64 = self
            .sources
            .connection
            .query_row("SELECT count(*) FROM identity", [], |row| row.get(0))
            .map_err(sql("reading the name of the ledger"))?;
        match read_identity(self.sources.connection, self.sources.keyring) {
            Err(error) => self.seen.add(Place::Identity, error.to_string()),
            Ok(identity) if identity.origin != self.sources.log.name().as_str() || rows != 1 => {
                self.seen.add(
                    Place::Identity,
                    format!("the ledger is named {}, its signing key {}", identity.origin, self.sources.log.name()),
                );
            }
            Ok(_) => {}
        }
        Ok(())
    }

    fn collect_head(&mut self) -> Result<(), StoreError> {
        let row = read_head(self.sources.connection)?;
        self.seen.head = row.head;
        self.next_key = row.next_key;
        self.marks.push(Mark { head: row.head, place: Place::Head });
        Ok(())
    }

    fn collect_signer_state(&mut self) {
        match &self.sources.signed {
            Ok(state) => self.marks.push(Mark { head: state.signed(), place: Place::SignerState }),
            Err(error) => self.seen.add(Place::SignerState, error.to_string()),
        }
    }

    fn collect_checkpoints(&mut self) -> Result<(), StoreError> {
        let doing = "reading checkpoints";
        let mut statement = self
            .sources
            .connection
            .prepare("SELECT size, note, cosignatures FROM checkpoints ORDER BY size")
            .map_err(sql(doing))?;
        let mut rows = statement.query([]).map_err(sql(doing))?;
        let log = [self.sources.log.clone()];
        while let Some(row) = rows.next().map_err(sql(doing))? {
            let size: u64 = row.get(0).map_err(sql(doing))?;
            let (note, cosignatures): (String, String) =
                row.get(1).and_then(|note| Ok((note, row.get(2)?))).map_err(sql(doing))?;
            self.seen.checkpoints += 1;
            match check_checkpoint(size, &note, &cosignatures, &log) {
                Err(what) => self.seen.add(Place::Checkpoint(size), what),
                Ok(stored) => {
                    if let Err(what) = self.inspector.checkpoint(&stored.note) {
                        self.seen.add(Place::Checkpoint(size), what);
                    }
                    self.marks.push(Mark { head: stored.head, place: Place::Checkpoint(size) });
                }
            }
        }
        Ok(())
    }

    /// The pass over the ledger: entries and the fields beside them, one cursor each.
    fn check_entries(&mut self) -> Result<(), StoreError> {
        self.marks.sort_by_key(|mark| std::cmp::Reverse(mark.head.size));
        let connection = self.sources.connection;
        let keys = std::mem::take(&mut self.keys);
        let mut opening = Opening { connection, keyring: self.sources.keyring, keys };
        let mut side_statements = SideStatements::prepare(connection)?;
        let mut sides = side_statements.walk(0..u64::MAX)?;
        let mut statements = EntryStatements::prepare(connection)?;
        let mut cursor = statements.walk(0..u64::MAX)?;
        loop {
            let expected = self.seen.entries;
            match cursor.next() {
                Ok(None) => break,
                Ok(Some((seq, bytes))) if seq == expected => {
                    sides.advance_to(seq, &mut opening)?;
                    self.check_entry(seq, bytes, &sides)?;
                }
                Ok(Some((seq, _))) => {
                    let what = format!("entry {seq} stands in its place; what follows is not checked against the tree");
                    self.seen.add(Place::Entry(expected), what);
                    break;
                }
                Err(error) => {
                    self.seen.add(Place::Entry(expected), with_causes(&error));
                    break;
                }
            }
        }
        self.end_entries(&mut sides)
    }

    fn check_entry(&mut self, seq: u64, bytes: &[u8], sides: &SideCursor<'_>) -> Result<(), StoreError> {
        for (seq, index, reason) in sides.unreadable() {
            self.seen.add(Place::Side { seq, index }, reason.sentence());
        }
        let fields = sides.sides();
        self.seen.sides += u64::try_from(fields.len()).unwrap_or(0);
        match self.inspector.entry(seq, bytes, fields) {
            Ok(Some(stated)) => {
                let head = self.streams.entry(self.hasher.hash_one(stated.stream.as_bytes())).or_insert(0);
                // After an entry that said nothing, the next of its stream may well be one ahead.
                if stated.version != *head + 1 && self.unstated == 0 {
                    let what = format!(
                        "it says that it is version {} of {}; version {} is next",
                        stated.version,
                        stated.stream,
                        *head + 1
                    );
                    self.seen.add(Place::Entry(seq), what);
                }
                *head = stated.version;
            }
            Ok(None) => self.unstated += 1,
            Err(what) => {
                self.unstated += 1;
                self.seen.add(Place::Entry(seq), what);
            }
        }
        self.leaves.push(leaf_hash(bytes));
        self.seen.entries += 1;
        if self.leaves.len() == WIDTH {
            self.check_leaves()?;
        }
        Ok(())
    }

    /// Compares the leaves of a full tile with the tile as stored, then grows the tree.
    fn check_leaves(&mut self) -> Result<(), StoreError> {
        let mut leaves = std::mem::take(&mut self.leaves);
        let first = self.edge.size();
        if let Some(tile) = TileId::new(0, first / u64::from(TILE_WIDTH), TILE_WIDTH) {
            let stored = read_tile(self.sources.connection, tile)?;
            self.keep_root(tile, stored.as_ref().map(|stored| stored.root));
            match stored {
                None => self.seen.add(Place::Tile(tile), "it is missing"),
                Some(stored) => self.compare_leaves(tile, first, &mut leaves, &stored),
            }
        }
        self.grow(&leaves)?;
        leaves.clear();
        self.leaves = leaves;
        Ok(())
    }

    /// Says whether entries or the tile were altered, and goes on with those that were not.
    fn compare_leaves(&mut self, tile: TileId, first: u64, leaves: &mut Vec<Hash>, stored: &StoredTile) {
        self.seen.tiles += 1;
        if stored.hashes.len() == tile.byte_count()
            && leaves.iter().zip(stored.hashes.as_chunks::<32>().0).all(|(leaf, stored)| leaf.0 == *stored)
        {
            return;
        }
        let hashes: Vec<Hash> = stored.hashes.as_chunks::<32>().0.iter().copied().map(Hash).collect();
        if hashes.len() != WIDTH || root_in_memory(leaves) == stored.root {
            self.seen.add(Place::Tile(tile), "its hashes are not those of its entries");
            return;
        }
        for (seq, (leaf, stored)) in (first..).zip(leaves.iter().zip(&hashes)) {
            if leaf != stored {
                let what = format!("its bytes are not those whose hash {tile} holds");
                self.seen.add(Place::Entry(seq), what);
            }
        }
        // If only entries were altered, everything above still fits the tile.
        *leaves = hashes;
    }

    fn grow(&mut self, leaves: &[Hash]) -> Result<(), StoreError> {
        for leaf in leaves {
            self.check_marks();
            let mut finished = Vec::new();
            self.edge.append(*leaf, |tile, hashes| {
                // Level 0 was compared entry by entry.
                if tile.level() > 0 {
                    finished.push((tile, hashes.to_vec()));
                }
            });
            for (tile, hashes) in finished {
                self.check_upper_tile(tile, &hashes)?;
            }
        }
        Ok(())
    }

    fn check_upper_tile(&mut self, tile: TileId, hashes: &[Hash]) -> Result<(), StoreError> {
        let stored = read_tile(self.sources.connection, tile)?;
        self.keep_root(tile, stored.as_ref().map(|stored| stored.root));
        match stored {
            None => self.seen.add(Place::Tile(tile), "it is missing"),
            Some(stored) => {
                self.seen.tiles += 1;
                if stored.hashes != encode_tile(hashes) {
                    self.seen.add(Place::Tile(tile), "its hashes are not those of the tiles below");
                }
            }
        }
        self.check_roots_below(tile, hashes);
        Ok(())
    }

    /// The hashes of a tile above level 0 are the roots kept beside the tiles below.
    fn check_roots_below(&mut self, tile: TileId, hashes: &[Hash]) {
        let Some(level) = tile.level().checked_sub(1) else {
            return;
        };
        let roots = self.roots.get_mut(usize::from(level)).map(std::mem::take).unwrap_or_default();
        let first = tile.index() * u64::from(TILE_WIDTH);
        for (position, (root, hash)) in (first..).zip(roots.iter().zip(hashes)) {
            let below = TileId::new(level, position, TILE_WIDTH);
            if let (Some(root), Some(below)) = (root, below)
                && root != hash
            {
                self.seen.add(Place::Tile(below), "the root kept beside it is not its root");
            }
        }
    }

    /// Remembers the root kept beside a tile until the tile above is known; none for a missing one.
    fn keep_root(&mut self, tile: TileId, root: Option<Hash>) {
        if let Some(roots) = self.roots.get_mut(usize::from(tile.level())) {
            roots.push(root);
        }
    }

    /// Compares every root that was stated for the size just reached.
    fn check_marks(&mut self) {
        let size = self.edge.size();
        while let Some(mark) = self.marks.pop_if(|mark| mark.head.size <= size) {
            if mark.head.root != self.edge.root() {
                self.seen.add(mark.place, format!("its root is not that of the first {size} entries"));
            }
        }
    }

    fn end_entries(&mut self, sides: &mut SideCursor<'_>) -> Result<(), StoreError> {
        let leaves = std::mem::take(&mut self.leaves);
        self.grow(&leaves)?;
        self.check_marks();
        let size = self.edge.size();
        for mark in std::mem::take(&mut self.marks) {
            let what = format!("it speaks of {} entries; only {size} are there", mark.head.size);
            self.seen.add(mark.place, what);
        }
        if size > self.seen.head.size {
            let what = format!("it speaks of {} entries, but there are {size}", self.seen.head.size);
            self.seen.add(Place::Head, what);
        }
        let partial: Vec<(TileId, Vec<Hash>)> =
            self.edge.partial_tiles().map(|(tile, hashes)| (tile, hashes.to_vec())).collect();
        for (tile, hashes) in partial {
            self.check_roots_below(tile, &hashes);
        }
        self.check_strangers(size, sides)
    }

    /// Rows that belong to no entry.
    fn check_strangers(&mut self, size: u64, sides: &mut SideCursor<'_>) -> Result<(), StoreError> {
        while let Some((seq, index)) = sides.next_left_over()? {
            self.seen.add(Place::Side { seq, index }, "there is no such entry");
        }
        let before = "SELECT (SELECT count(*) FROM side WHERE id < 0)
             + (SELECT count(*) FROM side_bundles WHERE position < 0)
             + (SELECT count(*) FROM entries WHERE seq < 0)
             + (SELECT count(*) FROM bundles WHERE position < 0)";
        let before: u64 = self
            .sources
            .connection
            .query_row(before, [], |row| row.get(0))
            .map_err(sql("looking for rows before the first entry"))?;
        if before > 0 {
            self.seen.add(Place::Database, format!("{before} rows lie before the first entry"));
        }
        let tiles: u64 = self
            .sources
            .connection
            .query_row("SELECT count(*) FROM tiles", [], |row| row.get(0))
            .map_err(sql("counting tiles"))?;
        let expected: u64 = (1..8).map(|level| size >> (8 * level)).sum();
        if tiles != expected {
            let what = format!("{tiles} tiles are stored; {size} entries make {expected}");
            self.seen.add(Place::Database, what);
        }
        Ok(())
    }

    /// Each stream is as long as its entries say; together streams are as long as the ledger.
    fn check_streams(&mut self) -> Result<(), StoreError> {
        let doing = "reading streams";
        let mut statement = self
            .sources
            .connection
            .prepare("SELECT stream, version FROM stream_heads ORDER BY stream")
            .map_err(sql(doing))?;
        let mut rows = statement.query([]).map_err(sql(doing))?;
        let mut versions_total = 0_u64;
        while let Some(row) = rows.next().map_err(sql(doing))? {
            let stream = row.get_ref(0).map_err(sql(doing))?;
            let stream = stream.as_str().map_err(|error| sql(doing)(error.into()))?;
            let version: i64 = row.get(1).map_err(sql(doing))?;
            versions_total = versions_total.wrapping_add(version.cast_unsigned());
            let stated = self.streams.remove(&self.hasher.hash_one(stream.as_bytes()));
            if self.unstated == 0 && stated != Some(version.cast_unsigned()) {
                let what = match stated {
                    None => "no entry states it".to_owned(),
                    Some(stated) => format!("it is listed at version {version}; its entries end at {stated}"),
                };
                self.seen.add(Place::Stream(stream.to_owned()), what);
            }
        }
        let unlisted = self.streams.len();
        if unlisted > 0 {
            self.seen.add(Place::Database, format!("{unlisted} streams that entries state are not listed"));
        }
        if versions_total != self.seen.entries {
            let what = format!("the streams have {versions_total} versions, the ledger {} entries", self.seen.entries);
            self.seen.add(Place::Database, what);
        }
        Ok(())
    }

    /// Unwraps every subject's key once and keeps as many as fit for the fields to come.
    fn check_subject_keys(&mut self) -> Result<(), StoreError> {
        let doing = "reading the keys of subjects";
        let mut statement = self
            .sources
            .connection
            .prepare("SELECT id, subject, wrapped FROM subject_keys ORDER BY id")
            .map_err(sql(doing))?;
        let mut rows = statement.query([]).map_err(sql(doing))?;
        while let Some(row) = rows.next().map_err(sql(doing))? {
            let id: i64 = row.get(0).map_err(sql(doing))?;
            let id = id.cast_unsigned();
            let subject = row.get_ref(1).map_err(sql(doing))?;
            let subject = subject.as_str().map_err(|error| sql(doing)(error.into()))?;
            let wrapped = row.get_ref(2).map_err(sql(doing))?;
            let wrapped = wrapped.as_blob().map_err(|error| sql(doing)(error.into()))?;
            match self.sources.keyring.unwrap_bare_key(id, subject, wrapped) {
                Ok(key) => self.keys.keep(id, key),
                Err(_) => self.seen.add(Place::SubjectKey(id), "it was altered; it does not open"),
            }
            if id >= self.next_key {
                self.seen.add(Place::SubjectKey(id), "the ledger has not given out this id");
            }
        }
        Ok(())
    }

    fn check_reports(&mut self) -> Result<(), StoreError> {
        let doing = "reading device reports";
        let mut statement =
            self.sources.connection.prepare("SELECT id, digest, sealed FROM reports").map_err(sql(doing))?;
        let mut rows = statement.query([]).map_err(sql(doing))?;
        while let Some(row) = rows.next().map_err(sql(doing))? {
            let (import, ordinal) = reports::place_of(row.get(0).map_err(sql(doing))?);
            let digest: [u8; 32] = row.get(1).map_err(sql(doing))?;
            let sealed: Vec<u8> = row.get(2).map_err(sql(doing))?;
            let place = Place::Report { import, ordinal };
            self.seen.reports += 1;
            match reports::open(self.sources.keyring, import, ordinal, &digest, &sealed) {
                Err(reason) => self.seen.add(place, reason),
                Ok(_) => {
                    if let Err(what) = self.inspector.report(import, ordinal, &digest) {
                        self.seen.add(place, what);
                    }
                }
            }
        }
        Ok(())
    }

    fn check_answers(&mut self) -> Result<(), StoreError> {
        let doing = "reading answers";
        let mut statement =
            self.sources.connection.prepare("SELECT key, at, sealed FROM answers").map_err(sql(doing))?;
        let mut rows = statement.query([]).map_err(sql(doing))?;
        while let Some(row) = rows.next().map_err(sql(doing))? {
            let key: String = row.get(0).map_err(sql(doing))?;
            let at: i64 = row.get(1).map_err(sql(doing))?;
            let sealed: Vec<u8> = row.get(2).map_err(sql(doing))?;
            if answers::open(self.sources.keyring, &key, at, &sealed).is_err() {
                self.seen.add(Place::Answer(key), "it was altered; it does not open");
            }
        }
        Ok(())
    }

    fn check_blobs(&mut self) -> Result<(), StoreError> {
        let (digests, strangers) = self.sources.blobs.list()?;
        for path in strangers {
            self.seen.add(Place::Blob(path.display().to_string()), "no evidence is stored under such a name");
        }
        for digest in digests {
            self.seen.blobs += 1;
            let place = Place::Blob(Hash(digest).to_hex());
            match self.sources.blobs.get(&digest) {
                Err(error) => self.seen.add(place, error.to_string()),
                Ok(None) => {}
                Ok(Some(_)) => {
                    if let Err(what) = self.inspector.blob(&digest) {
                        self.seen.add(place, what);
                    }
                }
            }
        }
        Ok(())
    }
}

/// An error and what caused it, in one sentence.
fn with_causes(error: &StoreError) -> String {
    let mut what = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        what.push_str(": ");
        what.push_str(&cause.to_string());
        source = cause.source();
    }
    what
}

struct StoredTile {
    root: Hash,
    hashes: Vec<u8>,
}

fn read_tile(connection: &Connection, tile: TileId) -> Result<Option<StoredTile>, StoreError> {
    connection
        .prepare_cached("SELECT root, hashes FROM tiles WHERE id = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([tiles::row_id(tile.level(), tile.index())], |row| {
                    Ok(StoredTile { root: Hash(row.get(0)?), hashes: row.get(1)? })
                })
                .optional()
        })
        .map_err(sql("reading tiles"))
}

/// The text is fully determined by origin, size and root, and signed; so nothing in it can be
/// altered unseen.
fn check_checkpoint(
    size: u64,
    note: &str,
    cosignatures: &str,
    log: &[NoteVerifier],
) -> Result<crate::StoredCheckpoint, String> {
    let alone = checkpoints::parse(size, note, "").map_err(|error| error.to_string())?;
    alone.note.verify(log).map_err(|error| error.to_string())?;
    let origin = alone.note.text().lines().next();
    if origin != log.first().map(|log| log.name().as_str()) || alone.note.signatures().len() != 1 {
        return Err("it is not a checkpoint of this log alone".to_owned());
    }
    checkpoints::parse(size, note, cosignatures).map_err(|error| error.to_string())
}
