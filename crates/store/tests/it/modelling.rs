//! Random histories against a naive model: what was appended, in plain lists, minus what was erased.

use std::collections::BTreeMap;

use proptest::prelude::*;
use store::{CommandCommit, Store, StoreError};

use crate::fixture::{command, data, entry, new_store, verify};

/// One step of a history. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    /// Commands of so many entries each, every entry with so many fields.
    Append(Vec<(u8, u8)>),
    /// One command with many entries, to fill bundles.
    Bulk(u16),
    EraseEntries(Vec<u16>),
    EraseSubject(u8),
    Sign,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec((0..6_u8, 0..4_u8), 1..5).prop_map(Step::Append),
        2 => (0..400_u16).prop_map(Step::Bulk),
        2 => prop::collection::vec(any::<u16>(), 1..4).prop_map(Step::EraseEntries),
        1 => (0..STREAMS).prop_map(Step::EraseSubject),
        1 => Just(Step::Sign),
        1 => Just(Step::Reopen),
    ]
}

const STREAMS: u8 = 5;

/// An entry's bytes, its stream, and the fields that are still there by index.
type Kept = (Vec<u8>, String, BTreeMap<u32, Vec<u8>>);

/// The naive reference: one element per entry.
#[derive(Default)]
struct Model {
    versions: BTreeMap<String, u64>,
    entries: Vec<Kept>,
}

impl Model {
    fn new_entry(&mut self, fields: u8) -> store::NewEntry {
        let stream = format!("s{}", self.entries.len() % usize::from(STREAMS));
        let version = self.versions.entry(stream.clone()).or_insert(0);
        *version += 1;
        let fields: Vec<String> = (0..fields).map(|index| "f".repeat(usize::from(index) * 2100)).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let entry = entry(&stream, *version, &fields);
        let kept = (0..).zip(entry.side.iter().map(|side| side.payload.clone())).collect();
        self.entries.push((entry.bytes.clone(), stream, kept));
        entry
    }

    fn append(&mut self, commands: &[(u8, u8)]) -> Vec<CommandCommit> {
        let commands = commands
            .iter()
            .map(|(entries, fields)| command("c", (0..*entries).map(|_| self.new_entry(*fields)).collect()));
        commands.collect()
    }

    fn take(&mut self, step: &Step) -> Vec<CommandCommit> {
        match step {
            Step::Append(commands) => self.append(commands),
            Step::Bulk(count) => vec![command("bulk", (0..*count).map(|_| self.new_entry(1)).collect())],
            Step::EraseEntries(places) => {
                let size = self.entries.len();
                let places: Vec<usize> =
                    places.iter().filter(|_| size > 0).map(|place| usize::from(*place) % size).collect();
                for place in &places {
                    self.entries[*place].2.clear();
                }
                let erase = places.iter().map(|place| u64::try_from(*place).unwrap()).collect();
                vec![CommandCommit { erase, ..command("erase", vec![]) }]
            }
            Step::EraseSubject(stream) => {
                let stream = format!("s{stream}");
                for entry in self.entries.iter_mut().filter(|entry| entry.1 == stream) {
                    entry.2.clear();
                }
                vec![CommandCommit { erase_subjects: vec![format!("subject of {stream}")], ..command("erase", vec![]) }]
            }
            Step::Sign | Step::Reopen => Vec::new(),
        }
    }

    fn compare(&self, store: &Store) {
        let snapshot = store.reader().snapshot().unwrap();
        assert_eq!(usize::try_from(snapshot.size()).unwrap(), self.entries.len());
        let leaves: Vec<_> = self.entries.iter().map(|entry| merkle_log::leaf_hash(&entry.0)).collect();
        assert_eq!(snapshot.head().root, merkle_log::root_in_memory(&leaves));
        let mut expected = self.entries.iter();
        snapshot
            .replay(0..u64::MAX, |_, bytes, sides| {
                let (stored, _, kept) = expected.next().unwrap();
                assert_eq!(bytes, stored);
                let found: BTreeMap<u32, Vec<u8>> =
                    sides.iter().map(|side| (side.index, side.payload.to_vec())).collect();
                assert_eq!(&found, kept);
                Ok::<(), StoreError>(())
            })
            .unwrap();
        for (stream, version) in &self.versions {
            assert_eq!(snapshot.stream_head(stream).unwrap(), *version);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_holds_what_a_list_would(steps in prop::collection::vec(step(), 1..14)) {
        let (folder, mut store) = new_store();
        let mut model = Model::default();
        for step in &steps {
            let size = store.size();
            let group = model.take(step);
            if !group.is_empty() {
                store.append(size, &group).unwrap();
            }
            match step {
                Step::Sign => drop(store.sign_checkpoint().unwrap()),
                Step::Reopen => {
                    drop(store);
                    store = Store::open(&data(&folder)).unwrap();
                }
                Step::Append(_) | Step::Bulk(_) | Step::EraseEntries(_) | Step::EraseSubject(_) => {}
            }
        }
        model.compare(&store);
        drop(store);
        let (seen, meaning) = verify(&data(&folder));
        prop_assert_eq!(seen.findings, vec![]);
        let kept: usize = model.entries.iter().map(|entry| entry.2.len()).sum();
        prop_assert_eq!(usize::try_from(meaning.opened).unwrap(), kept);
    }
}
