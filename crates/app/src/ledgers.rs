//! The ledger as people and auditors read it: entries with their texts, checkpoints, proofs.
//!
//! Verification of a whole folder is in `verification`.

use domain::Recorded;
use domain::envelope::Header;
use merkle_log::{EntryBundleId, SignedNote, TileId, TlogProof};
use store::StoredCheckpoint;

use crate::failure::Failure;
use crate::organisation::App;
use crate::replay;

/// Entries that one page of the ledger looks through at most, so that a rare word cannot occupy the program.
pub const ENTRIES_SCANNED_MAX: u64 = 200_000;

/// An entry, read.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// What it says besides the event.
    pub header: Header,
    /// The event, with its texts as far as they are still there.
    pub recorded: Recorded,
    /// Texts that it commits to and that are no longer there.
    pub texts_erased: usize,
}

/// Which entries are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// The acting person's number, `operator` or `program`.
    pub actor: Option<String>,
    /// The event's type, or its beginning (`case` stands for every kind that begins with `case-`).
    pub action: Option<String>,
    /// The object's stream (`case/EXC-1`) or its number.
    pub object: Option<String>,
    /// Only entries on or after this day of the organisation's zone.
    pub from: Option<jiff::civil::Date>,
    /// Only entries on or before this day.
    pub to: Option<jiff::civil::Date>,
}

/// A page of entries, newest first.
#[derive(Debug, Clone)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins: entries before this one. `None` at the end.
    pub next: Option<u64>,
    /// The ledger size that the page was read at.
    pub size: u64,
}

/// The state of the outside proof.
#[derive(Debug, Clone)]
pub struct ProofState {
    /// The newest signed checkpoint; `None` before the first.
    pub checkpoint: Option<StoredCheckpoint>,
    /// Entries that it does not cover yet.
    pub unsigned: u64,
    /// The newest checkpoint that a witness cosigned: its size, the witness's name and its time.
    pub witnessed: Option<(u64, String, jiff::Timestamp)>,
}

impl EntryFilter {
    fn fits(&self, header: &Header, recorded: &Recorded, kind: &str, zone: &jiff::tz::TimeZone) -> bool {
        let actor = match header.actor {
            domain::command::Actor::Program => "program".to_owned(),
            domain::command::Actor::Person(person, domain::command::Via::Operator) => format!("operator {person}"),
            domain::command::Actor::Person(person, _) => person.to_string(),
        };
        let stream = recorded.event.stream();
        let day = header.at.to_zoned(zone.clone()).date();
        self.actor.as_ref().is_none_or(|wanted| actor.split(' ').any(|word| word.eq_ignore_ascii_case(wanted)))
            && self.action.as_ref().is_none_or(|wanted| {
                kind == wanted || kind.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('-'))
            })
            && self.object.as_ref().is_none_or(|wanted| {
                stream.eq_ignore_ascii_case(wanted)
                    || stream.rsplit('/').next().is_some_and(|number| number.eq_ignore_ascii_case(wanted))
            })
            && self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
    }
}

/// The type word of an event, as it stands on the ledger.
pub fn kind_of(event: &domain::event::Event) -> String {
    match serde_json::to_value(event) {
        Ok(serde_json::Value::Object(mut tagged)) => match tagged.remove("type") {
            Some(serde_json::Value::String(kind)) => kind,
            _ => String::new(),
        },
        _ => String::new(),
    }
}

impl App {
    /// A page of at most `limit` entries before `before`, newest first.
    pub fn entries(&self, filter: &EntryFilter, before: Option<u64>, limit: usize) -> Result<EntryPage, Failure> {
        /// Entries read at once.
        const CHUNK: u64 = 500;
        let snapshot = self.snapshot();
        let zone = snapshot.state.zone();
        let ledger = self.ledger().snapshot()?;
        let size = ledger.size();
        if let Some(object) = &filter.object {
            return self.entries_about(&snapshot.objects.about(object), filter, before, limit);
        }
        let mut end = before.unwrap_or(size).min(size);
        let floor = end.saturating_sub(ENTRIES_SCANNED_MAX);
        let mut entries = Vec::new();
        while end > floor && entries.len() <= limit {
            let start = end.saturating_sub(CHUNK).max(floor);
            let mut chunk = Vec::new();
            for entry in read(&ledger, start..end)? {
                let kind = kind_of(&entry.recorded.event);
                if filter.fits(&entry.header, &entry.recorded, &kind, &zone) {
                    chunk.push(entry);
                }
            }
            entries.extend(chunk.into_iter().rev());
            end = start;
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = if more || end > 0 { entries.last().map(|entry| entry.recorded.seq) } else { None };
        Ok(EntryPage { entries, next: next.filter(|next| *next > 0), size })
    }

    /// The same for one object, whose entries are known.
    fn entries_about(
        &self,
        about: &[u64],
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<EntryPage, Failure> {
        let zone = self.snapshot().state.zone();
        let ledger = self.ledger().snapshot()?;
        let others = EntryFilter { object: None, ..filter.clone() };
        let mut entries = Vec::new();
        for seq in about.iter().rev().filter(|seq| before.is_none_or(|before| **seq < before)) {
            if entries.len() > limit {
                break;
            }
            for entry in read(&ledger, *seq..seq.saturating_add(1))? {
                let kind = kind_of(&entry.recorded.event);
                if others.fits(&entry.header, &entry.recorded, &kind, &zone) {
                    entries.push(entry);
                }
            }
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = if more { entries.last().map(|entry| entry.recorded.seq) } else { None };
        Ok(EntryPage { entries, next, size: ledger.size() })
    }

    /// One entry, with its exact bytes.
    pub fn entry(&self, seq: u64) -> Result<(AuditEntry, Vec<u8>), Failure> {
        let ledger = self.ledger().snapshot()?;
        let missing = || Failure::NotFound(format!("entry {seq}; the ledger has {}", ledger.size()));
        let bytes = ledger.entry(seq)?.ok_or_else(missing)?.bytes;
        let entry = read(&ledger, seq..seq.saturating_add(1))?.pop().ok_or_else(missing)?;
        Ok((entry, bytes))
    }

    /// Every entry about a request and its exception, oldest first.
    pub fn history(&self, seqs: &[u64]) -> Result<Vec<AuditEntry>, Failure> {
        let ledger = self.ledger().snapshot()?;
        let mut entries = Vec::with_capacity(seqs.len());
        for seq in seqs {
            entries.extend(read(&ledger, *seq..seq.saturating_add(1))?);
        }
        Ok(entries)
    }

    /// A signed checkpoint that covers everything recorded so far.
    pub async fn checkpoint(&self) -> Result<SignedNote, Failure> {
        let size = self.snapshot().size();
        if let Some(stored) = self.ledger().latest_checkpoint()?
            && stored.head.size >= size
        {
            return Ok(stored.note);
        }
        self.with_store(store::Store::sign_checkpoint).await
    }

    /// The proof that entry `seq` is in the ledger, as a `tlog-proof` file.
    pub async fn proof(&self, seq: u64) -> Result<TlogProof, Failure> {
        if seq >= self.snapshot().size() {
            return Err(Failure::NotFound(format!("entry {seq}; the ledger has {}", self.snapshot().size())));
        }
        self.checkpoint().await?;
        let ledger = self.ledger().snapshot()?;
        let checkpoint = ledger.latest_checkpoint()?.ok_or_else(|| Failure::NotFound("checkpoint yet".to_owned()))?;
        let hashes = ledger.inclusion_proof(seq, checkpoint.head)?;
        Ok(TlogProof { extra: None, index: seq, hashes, checkpoint: checkpoint.note })
    }

    /// A tile or a bundle of entries by its path (C2SP tlog-tiles), as it is at the present size.
    pub fn ledger_file(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let missing = || Failure::NotFound(format!("file {path} of the ledger"));
        let ledger = self.ledger().snapshot()?;
        let bytes = match (EntryBundleId::from_path(path), TileId::from_path(path)) {
            (Some(bundle), _) => ledger.bundle(bundle)?,
            (None, Some(tile)) => ledger.tile(tile)?,
            (None, None) => None,
        };
        bytes.ok_or_else(missing)
    }

    /// How far the ledger is signed and witnessed.
    pub fn proof_state(&self) -> Result<ProofState, Failure> {
        let snapshot = self.snapshot();
        let ledger = self.ledger().snapshot()?;
        let checkpoint = ledger.latest_checkpoint()?;
        let signed = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.head.size);
        Ok(ProofState {
            checkpoint,
            unsigned: ledger.size().saturating_sub(signed),
            witnessed: crate::witnesses::newest_cosigned(&snapshot.state, &ledger)?,
        })
    }
}

fn read(ledger: &store::Snapshot, range: std::ops::Range<u64>) -> Result<Vec<AuditEntry>, Failure> {
    let mut entries = Vec::new();
    replay::each(ledger, range, |header, recorded, texts_erased| {
        entries.push(AuditEntry { header: header.clone(), recorded, texts_erased });
    })?;
    Ok(entries)
}
