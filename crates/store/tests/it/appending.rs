//! Appending and reading back.

use merkle_log::{
    Checkpoint, EntryBundleId, SignedNote, TileId, TreeHead, bundles_for_size, decode_bundle, leaf_hash,
    root_in_memory, tiles_for_size, verify_consistency, verify_inclusion,
};
use store::{AppendError, CommandCommit, Reader, Side, Store, StoreError};

use crate::fixture::{answer, command, data, entry, fill, new_store, report};

#[test]
fn what_is_appended_is_read_back_byte_for_byte_after_reopening() {
    let (folder, mut store) = new_store();
    let first = entry("case/EXC-1", 1, &["a reason", ""]);
    let second = entry("case/EXC-1", 2, &[]);
    let appended = store.append(0, &[command("c1", vec![first.clone(), second.clone()])]).unwrap();
    assert_eq!(appended.size, 2);
    let leaves = [leaf_hash(&first.bytes), leaf_hash(&second.bytes)];
    assert_eq!(appended.root, root_in_memory(&leaves));
    drop(store);

    let store = Store::open(&data(&folder)).unwrap();
    assert_eq!((store.size(), store.root()), (appended.size, appended.root));
    assert_eq!(store.organisation(), "Acme");
    let reader = store.reader();
    assert_eq!(reader.entry(0).unwrap().unwrap().bytes, first.bytes);
    assert_eq!(reader.entry(1).unwrap().unwrap().bytes, second.bytes);
    assert_eq!(reader.entry(2).unwrap(), None);
    let sides: Vec<Side> = reader.sides(0).unwrap();
    assert_eq!(sides.len(), 2);
    for (index, (found, given)) in (0..).zip(sides.iter().zip(&first.side)) {
        assert_eq!(found.index, index);
        assert_eq!((found.salt, &found.payload), (given.salt, &given.payload));
    }
    assert_eq!(reader.sides(1).unwrap(), []);
    assert_eq!(reader.snapshot().unwrap().stream_head("case/EXC-1").unwrap(), 2);
}

#[test]
fn replay_shows_every_entry_in_order_with_its_fields() {
    let (_folder, mut store) = new_store();
    fill(&mut store, 600);
    let snapshot = store.reader().snapshot().unwrap();
    let mut seen = 0;
    snapshot
        .replay(3..600, |seq, bytes, sides| {
            assert_eq!(seq, seen + 3);
            assert!(bytes.starts_with(b"case/EXC-"));
            let payload = sides.get(0).unwrap().payload;
            assert_eq!(payload, format!("the reason given in entry {seq}").as_bytes());
            assert_eq!(sides.len(), 1);
            seen += 1;
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(seen, 597);
}

#[test]
fn a_snapshot_does_not_see_what_is_appended_after_it() {
    let (_folder, mut store) = new_store();
    fill(&mut store, 5);
    let reader = store.reader();
    let before = reader.snapshot().unwrap();
    fill(&mut store, 5);
    assert_eq!(before.size(), 5);
    assert_eq!(before.entries(0..100).unwrap().len(), 5);
    assert_eq!(reader.snapshot().unwrap().size(), 10);
}

#[test]
fn a_reader_can_be_shared_between_threads() {
    fn shareable<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn movable<T: Send + 'static>(_: &T) {}
    let (_folder, mut store) = new_store();
    movable(&store);
    fill(&mut store, 50);
    let reader: Reader = store.reader();
    shareable(&reader);
    movable(&reader.snapshot().unwrap());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let reader = reader.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    let snapshot = reader.snapshot().unwrap();
                    let entries = snapshot.entries(0..u64::MAX).unwrap();
                    assert_eq!(u64::try_from(entries.len()).unwrap(), snapshot.size());
                }
            })
        })
        .collect();
    fill(&mut store, 200);
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn refusals_leave_the_store_as_it_was_and_usable() {
    let (_folder, mut store) = new_store();
    fill(&mut store, 3);
    let head = store.head();
    let kept = CommandCommit {
        answer: Some(answer("ana/1", 100)),
        reports: vec![report(1, 0, "{}")],
        ..command("kept", vec![])
    };
    store.append(3, std::slice::from_ref(&kept)).unwrap();

    let next = |version| command("c", vec![entry("case/EXC-0", version, &["x"])]);
    let mut wrong_digest = report(2, 0, "{}");
    wrong_digest.digest[0] ^= 1;
    let refusals: Vec<(u64, Vec<CommandCommit>, &str)> = vec![
        (2, vec![next(4)], "has 3 entries, not 2"),
        (3, vec![next(3)], "at version 3, so version 3 cannot follow"),
        (3, vec![next(5)], "at version 3, so version 5 cannot follow"),
        (3, vec![next(4), next(4)], "at version 4, so version 4 cannot follow"),
        (3, vec![next(4), kept], "idempotency key was answered before"),
        (3, vec![CommandCommit { reports: vec![wrong_digest], ..next(4) }], "does not have the digest"),
        (3, vec![CommandCommit { reports: vec![report(1, 0, "[]")], ..next(4) }], "import 1 already has a report 0"),
        (3, vec![CommandCommit { erase: vec![4], ..next(4) }], "there are only 4"),
        (3, vec![CommandCommit { answer: Some(answer(&"k".repeat(301), 1)), ..next(4) }], "at most 300"),
    ];
    for (expected_size, group, sentence) in refusals {
        let refusal = store.append(expected_size, &group).unwrap_err();
        assert!(refusal.to_string().contains(sentence), "{refusal}");
        assert!(!matches!(refusal, AppendError::Failed(_) | AppendError::Poisoned));
        assert_eq!(store.head(), head);
    }
    for (bytes, accepted) in [(65_535, true), (65_536, false)] {
        let mut long = entry("case/EXC-0", 4, &[]);
        long.bytes = vec![b'x'; bytes];
        let result = store.append(3, &[command("long", vec![long])]);
        assert_eq!(result.is_ok(), accepted);
    }
}

#[test]
fn an_answer_is_given_again_until_it_is_forgotten() {
    let (_folder, mut store) = new_store();
    let mut group = Vec::new();
    for (key, at) in [("ana/1", 100), ("ana/2", 200)] {
        let command = command(key, vec![entry(key, 1, &[])]);
        group.push(CommandCommit { answer: Some(answer(key, at)), ..command });
    }
    store.append(0, &group).unwrap();
    let reader = store.reader();
    assert_eq!(reader.answer("ana/1").unwrap(), Some(answer("ana/1", 100)));
    assert_eq!(reader.answer("ana/3").unwrap(), None);
    assert_eq!(store.forget_answers(200).unwrap(), 1);
    assert_eq!(reader.answer("ana/1").unwrap(), None);
    assert_eq!(reader.answer("ana/2").unwrap(), Some(answer("ana/2", 200)));
}

#[test]
fn reports_come_back_whole_and_in_order_and_go_when_erased() {
    let (_folder, mut store) = new_store();
    let body = "{\"deviceid\":\"pc-1\"}".repeat(2000);
    let reports = vec![report(7, 1, "second"), report(7, 0, &body), report(8, 0, "")];
    store.append(0, &[CommandCommit { reports, ..command("import", vec![]) }]).unwrap();
    let snapshot = store.reader().snapshot().unwrap();
    let mut seen = Vec::new();
    snapshot
        .reports(7, |ordinal, body| {
            seen.push((ordinal, String::from_utf8(body).unwrap()));
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(seen, [(0, body), (1, "second".to_owned())]);
    assert_eq!(snapshot.report(8, 0).unwrap().unwrap(), b"");
    assert_eq!(snapshot.report_digests(7).unwrap().len(), 2);
    drop(snapshot);
    store.append(0, &[CommandCommit { erase_reports: vec![7], ..command("erase", vec![]) }]).unwrap();
    let snapshot = store.reader().snapshot().unwrap();
    assert_eq!(snapshot.report_digests(7).unwrap(), []);
    assert!(snapshot.report(8, 0).unwrap().is_some());
}

#[test]
fn tiles_bundles_and_proofs_fit_the_signed_root_at_every_size_around_a_tile() {
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700] {
        let (_folder, mut store) = new_store();
        fill(&mut store, size);
        let note = store.sign_checkpoint().unwrap();
        let checkpoint: Checkpoint = note.text().parse().unwrap();
        assert_eq!(checkpoint.head(), store.head());
        let snapshot = store.reader().snapshot().unwrap();
        let mut leaves = Vec::new();
        for bundle in bundles_for_size(size) {
            let bytes = snapshot.bundle(bundle).unwrap().unwrap();
            leaves.extend(decode_bundle(&bytes, bundle.width()).unwrap().into_iter().map(leaf_hash));
        }
        assert_eq!(root_in_memory(&leaves), checkpoint.root);
        for tile in tiles_for_size(size) {
            assert_eq!(snapshot.tile(tile).unwrap().unwrap().len(), tile.byte_count());
        }
        assert_eq!(snapshot.tile(TileId::new(0, 9, 1).unwrap()).unwrap(), None);
        assert_eq!(snapshot.bundle(EntryBundleId::new(9, 1).unwrap()).unwrap(), None);
        for seq in (0..size).step_by(97) {
            let proof = snapshot.inclusion_proof(seq, store.head()).unwrap();
            let leaf = leaves[usize::try_from(seq).unwrap()];
            verify_inclusion(&leaf, seq, size, &proof, &store.root()).unwrap();
        }
    }
}

#[test]
fn a_proof_can_be_had_for_an_older_checkpoint() {
    let (_folder, mut store) = new_store();
    fill(&mut store, 300);
    let old = store.head();
    store.sign_checkpoint().unwrap();
    fill(&mut store, 300);
    let new = store.head();
    let snapshot = store.reader().snapshot().unwrap();
    let proof = snapshot.consistency_proof(old.size, new).unwrap();
    verify_consistency(old.size, new.size, &proof, &old.root, &new.root).unwrap();
    let proof = snapshot.inclusion_proof(299, old).unwrap();
    let leaf = leaf_hash(&snapshot.entry(299).unwrap().unwrap().bytes);
    verify_inclusion(&leaf, 299, 300, &proof, &old.root).unwrap();
    let other = TreeHead { root: new.root, ..old };
    assert!(snapshot.inclusion_proof(0, other).is_err());
}

#[test]
fn checkpoints_are_kept_with_their_cosignatures() {
    let (folder, mut store) = new_store();
    assert_eq!(store.reader().latest_checkpoint().unwrap(), None);
    fill(&mut store, 10);
    let first = store.sign_checkpoint().unwrap();
    assert_eq!(store.sign_checkpoint().unwrap(), first);
    fill(&mut store, 10);
    let second = store.sign_checkpoint().unwrap();
    let witness = merkle_log::NoteSigner::from_seed("witness.example".parse().unwrap(), &[5; 32])
        .unwrap()
        .sign(second.text())
        .unwrap();
    let line = &witness.signatures()[0];
    store.add_cosignature(20, line).unwrap();
    store.add_cosignature(20, line).unwrap();
    let absent = store.add_cosignature(15, line).unwrap_err();
    assert!(matches!(absent, StoreError::NoCheckpoint { size: 15 }));
    drop(store);

    let store = Store::open(&data(&folder)).unwrap();
    let snapshot = store.reader().snapshot().unwrap();
    assert_eq!(snapshot.checkpoint_sizes().unwrap(), [10, 20]);
    assert_eq!(snapshot.checkpoint(10).unwrap().unwrap().note, first);
    let latest = snapshot.latest_checkpoint().unwrap().unwrap();
    assert_eq!(latest.note.signatures().len(), 2);
    assert_eq!(latest.head.size, 20);
    let text = latest.note.to_string();
    let log = store.log_vkey().parse().unwrap();
    SignedNote::parse(text.as_bytes()).unwrap().verify(&[log]).unwrap();
}
