//! Verification of a whole folder: what the storage holds against what the ledger means.
//!
//! `store` re-hashes every byte; here every entry is read back and replayed, every text is opened against its commitment,
//! and reports and files are compared with the entries that name them.
//! For each text there are three verdicts: opened, erased by an entry, or missing, which is tampering.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::envelope::{self, SidePayload};
use domain::event::Event;
use domain::import::reports_digest;
use domain::{State, digest::Digest};
use merkle_log::{Checkpoint, NoteVerifier, SignedNote, TreeHead};
use store::{Inspect, Place, Sides, Stated, Verification};

use crate::failure::Failure;
use crate::organisation::App;
use crate::seals;

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What the storage holds, with every finding.
    pub storage: Verification,
    /// Texts that were opened against their commitments.
    pub texts_opened: u64,
    /// Texts that entries say were erased.
    pub texts_erased: u64,
    /// Seals of the estate whose chunks and reports were looked at.
    pub seals: u64,
    /// What the ledger must continue, where a checkpoint was given: its size.
    pub continues: Option<u64>,
}

impl Verified {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.storage.is_sound()
    }
}

/// Verifies a folder that nobody has open; `against` is a checkpoint that was kept elsewhere.
pub fn verify_folder(path: &Path, against: Option<&[u8]>) -> Result<Verified, Failure> {
    let mut meaning = Meaning::default();
    let storage = store::verify_folder(path, &mut meaning)?;
    let seals = meaning.state.seals.clone();
    let mut verified = meaning.conclude(storage);
    if !seals.is_empty() || against.is_some() {
        let store = match store::Store::open(path) {
            Ok(store) => store,
            // A folder that does not open has been found fault with; then nothing more can be said of its seals.
            Err(_) if against.is_none() && !verified.is_sound() => return Ok(verified),
            Err(error) => return Err(error.into()),
        };
        seals::check(&store.reader(), &seals, &mut verified.storage)?;
        if let Some(kept) = against {
            compare(&mut verified, &store.reader(), kept)?;
        }
    }
    Ok(verified)
}

impl App {
    /// Verifies the ledger while it is in use; `against` is a checkpoint that was kept elsewhere.
    pub fn verify(&self, against: Option<&[u8]>) -> Result<Verified, Failure> {
        let mut meaning = Meaning::default();
        let storage = self.ledger().verify(&mut meaning)?;
        let seals = meaning.state.seals.clone();
        let mut verified = meaning.conclude(storage);
        seals::check(self.ledger(), &seals, &mut verified.storage)?;
        if let Some(kept) = against {
            compare(&mut verified, self.ledger(), kept)?;
        }
        Ok(verified)
    }
}

/// Whether the ledger begins with what a kept checkpoint states.
fn compare(verified: &mut Verified, reader: &store::Reader, kept: &[u8]) -> Result<(), Failure> {
    let head = match kept_head(reader.verifier(), kept) {
        Ok(head) => head,
        Err(why) => {
            verified.storage.add(Place::Head, why);
            return Ok(());
        }
    };
    let ledger = reader.snapshot()?;
    if head.size > ledger.size() {
        let missing = head.size - ledger.size();
        verified.storage.add(
            Place::Head,
            format!("the kept checkpoint covers {} entries; the last {missing} of them are missing here", head.size),
        );
        return Ok(());
    }
    let now = ledger.head();
    let holds = if head.size == 0 {
        true
    } else {
        match ledger.consistency_proof(head.size, now) {
            Ok(proof) => merkle_log::verify_consistency(head.size, now.size, &proof, &head.root, &now.root).is_ok(),
            Err(_) => false,
        }
    };
    if holds {
        verified.continues = Some(head.size);
    } else {
        verified.storage.add(
            Place::Head,
            format!("the first {} entries are not those of the kept checkpoint; this is another history", head.size),
        );
    }
    Ok(())
}

fn kept_head(key: &NoteVerifier, kept: &[u8]) -> Result<TreeHead, String> {
    let note = SignedNote::parse(kept).map_err(|error| format!("the kept checkpoint cannot be read: {error}"))?;
    let signed = note.verify(std::slice::from_ref(key)).map_err(|error| error.to_string())?;
    if signed.is_empty() {
        return Err("the kept checkpoint is not signed by this ledger".to_owned());
    }
    let checkpoint: Checkpoint = note.text().parse().map_err(|error: merkle_log::CheckpointError| error.to_string())?;
    if checkpoint.origin != *key.name() {
        return Err("the kept checkpoint is of another ledger".to_owned());
    }
    Ok(checkpoint.head())
}

/// What is gathered while the entries pass by.
#[derive(Default)]
struct Meaning {
    state: State,
    origin: Option<String>,
    opened: u64,
    absent: Vec<(u64, u32)>,
    kept: BTreeSet<u64>,
    erased: BTreeSet<u64>,
    stated_reports: BTreeMap<u64, (u64, Digest)>,
    reports: BTreeMap<u64, Vec<Digest>>,
    stated_files: BTreeMap<[u8; 32], u64>,
    files: BTreeSet<[u8; 32]>,
    command: Option<(String, u32, u32)>,
    last_at: Option<jiff::Timestamp>,
}

impl Meaning {
    fn look(&mut self, seq: u64, bytes: &[u8], sides: Sides<'_>) -> Result<(String, u64), String> {
        let committed = envelope::skim(bytes).map_err(|error| error.to_string())?.pd.len();
        let mut kept: Vec<Option<SidePayload>> = vec![None; committed];
        for side in sides.iter() {
            let place = usize::try_from(side.index).ok().and_then(|index| kept.get_mut(index));
            let place =
                place.ok_or_else(|| format!("field {} is kept but the entry does not commit to it", side.index))?;
            *place = Some(SidePayload { salt: *side.salt, payload: side.payload.to_vec() });
        }
        let (header, recorded) = envelope::open(bytes, &kept).map_err(|error| error.to_string())?;
        if recorded.seq != seq {
            return Err(format!("it says that it is entry {}", recorded.seq));
        }
        let origin = self.origin.get_or_insert_with(|| header.org.to_string());
        if **origin != *header.org {
            return Err(format!("it belongs to the ledger {}", header.org));
        }
        if self.last_at.is_some_and(|last| header.at < last) {
            return Err("its time is before that of the entry before it".to_owned());
        }
        self.last_at = Some(header.at);
        self.follow_command(&header)?;
        for (index, side) in (0_u32..).zip(&kept) {
            if side.is_some() {
                self.opened += 1;
                self.kept.insert(seq);
            } else {
                self.absent.push((seq, index));
            }
        }
        match &recorded.event {
            Event::DataErased { entries, .. } => self.erased.extend(entries),
            Event::Imported { import, brought, .. } => {
                if let Some(digest) = brought.reports_digest() {
                    self.stated_reports.insert(import.0, (seq, digest));
                }
            }
            Event::LeaverRemoved { leaver } => {
                self.erased.extend(self.state.leavers.get(leaver).map(|known| known.recorded_in));
            }
            Event::ReportsReceived { delivery, reports_digest, .. } => {
                self.stated_reports.insert(delivery.0, (seq, *reports_digest));
            }
            _ => {}
        }
        for file in recorded.event.attachments() {
            self.stated_files.insert(file.0, seq);
        }
        self.state.evolve(&recorded);
        let stream = recorded.event.stream();
        if self.state.streams.get(stream.as_str()) != Some(&header.version) {
            return Err(format!("it says that it is version {} of {stream}, and another one is next", header.version));
        }
        Ok((stream, header.version))
    }

    /// A command stands in the ledger whole: its parts one after the other, from the first to the last.
    fn follow_command(&mut self, header: &envelope::Header) -> Result<(), String> {
        let (part, parts) = header.part;
        let expected = match &self.command {
            Some((command, next, parts)) if next < parts => Some((command.clone(), *next, *parts)),
            _ => None,
        };
        let fits = match expected {
            Some(expected) => expected == (header.command.clone(), part, parts),
            None => part == 0 && parts > 0,
        };
        self.command = Some((header.command.clone(), part.saturating_add(1), parts));
        if fits { Ok(()) } else { Err("a command is incomplete before it".to_owned()) }
    }

    fn conclude(self, mut storage: Verification) -> Verified {
        let mut erased = 0;
        for (seq, index) in self.absent {
            if self.erased.contains(&seq) {
                erased += 1;
            } else {
                storage.add(Place::Side { seq, index }, "this text is missing, and no entry says that it was erased");
            }
        }
        for seq in self.erased.intersection(&self.kept) {
            storage.add(Place::Entry(*seq), "an entry says that its texts were erased, and they are still kept");
        }
        for (import, (seq, stated)) in &self.stated_reports {
            let kept = self.reports.get(import).map(Vec::as_slice).unwrap_or_default();
            if reports_digest(kept.iter().copied()) != *stated {
                storage
                    .add(Place::Entry(*seq), format!("the reports kept for import {import} are not those it took in"));
            }
        }
        for import in self.reports.keys().filter(|import| !self.stated_reports.contains_key(import)) {
            storage.add(Place::Report { import: *import, ordinal: 0 }, "no entry brought these reports");
        }
        for (file, seq) in &self.stated_files {
            if !self.files.contains(file) {
                storage.add(Place::Entry(*seq), format!("the file {} that it names is missing", Digest(*file)));
            }
        }
        if let Some((_, next, parts)) = self.command
            && next < parts
        {
            storage.add(Place::Head, "the last command is incomplete");
        }
        if self.state.size != storage.entries {
            storage.add(Place::Head, "not every entry could be replayed");
        }
        Verified {
            storage,
            texts_opened: self.opened,
            texts_erased: erased,
            seals: u64::try_from(self.state.seals.len()).unwrap_or(u64::MAX),
            continues: None,
        }
    }
}

impl Inspect for Meaning {
    fn entry<'entry>(
        &mut self,
        seq: u64,
        bytes: &'entry [u8],
        sides: Sides<'_>,
    ) -> Result<Option<Stated<'entry>>, String> {
        let (stream, version) = self.look(seq, bytes, sides)?;
        Ok(Some(Stated { stream: Cow::Owned(stream), version }))
    }

    fn report(&mut self, import: u64, _ordinal: u32, digest: &[u8; 32]) -> Result<(), String> {
        self.reports.entry(import).or_default().push(Digest(*digest));
        Ok(())
    }

    fn blob(&mut self, digest: &[u8; 32]) -> Result<(), String> {
        self.files.insert(*digest);
        Ok(())
    }
}
