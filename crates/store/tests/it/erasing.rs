//! Erasing fields, subjects and reports: what was erased is gone from the files, the rest verifies,
//! and what is missing without having been erased can be told apart.

use std::path::Path;

use store::{CommandCommit, Store};

use crate::fixture::{command, data, entry, fill, new_store, report, sql, verify};

fn erase(store: &mut Store, seqs: &[u64], subjects: &[&str]) {
    let size = store.size();
    let erase = CommandCommit {
        erase: seqs.to_vec(),
        erase_subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        ..command("erase", vec![entry(&format!("erasure/{size}"), 1, &[])])
    };
    store.append(size, &[erase]).unwrap();
}

/// Whether bytes stand in any file of the database.
fn stands_in_files(path: &Path, bytes: &[u8]) -> bool {
    ["ledger.db", "ledger.db-wal"].iter().any(|name| {
        let content = std::fs::read(path.join(name)).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

/// The sealed bytes of a row of the tail.
fn sealed(path: &Path, seq: u64) -> Vec<u8> {
    sql(path).query_row("SELECT sealed FROM side WHERE id = ?1", [seq * 256], |row| row.get(0)).unwrap()
}

#[test]
fn fields_of_an_entry_are_erased_in_bundles_and_in_the_tail() {
    let (folder, mut store) = new_store();
    fill(&mut store, 300);
    let gone = sealed(&data(&folder), 290);
    assert!(stands_in_files(&data(&folder), &gone));
    erase(&mut store, &[0, 17, 255, 256, 290], &[]);
    let reader = store.reader();
    for seq in [0, 17, 255, 256, 290] {
        assert_eq!(reader.sides(seq).unwrap(), []);
        assert!(reader.entry(seq).unwrap().is_some());
    }
    for seq in [1, 16, 18, 254, 257, 289] {
        assert_eq!(reader.sides(seq).unwrap().len(), 1);
    }
    assert!(!stands_in_files(&data(&folder), &gone), "not even in the WAL");
    drop((reader, store));
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!(seen.findings, []);
    assert_eq!(meaning.absent, [(0, 0), (17, 0), (255, 0), (256, 0), (290, 0)]);
    assert_eq!(meaning.opened, 295);
}

#[test]
fn a_subject_takes_its_fields_and_its_key_with_it_and_may_come_back_under_a_new_one() {
    let (folder, mut store) = new_store();
    fill(&mut store, 300);
    // Streams of ten entries; each has its own subject here.
    erase(&mut store, &[], &["subject of case/EXC-1", "subject of case/EXC-29", "nobody"]);
    drop(store);
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!(seen.findings, []);
    let expected: Vec<(u64, u32)> = (10..20).chain(290..300).map(|seq| (seq, 0)).collect();
    assert_eq!(meaning.absent, expected);

    let mut store = Store::open(&data(&folder)).unwrap();
    let mut again = entry("case/EXC-1", 11, &["told again"]);
    again.subject = "subject of case/EXC-1".to_owned();
    store.append(301, &[command("again", vec![again])]).unwrap();
    assert_eq!(store.reader().sides(301).unwrap()[0].payload, b"told again");
    assert_eq!(store.reader().sides(10).unwrap(), []);
    drop(store);
    assert_eq!(verify(&data(&folder)).0.findings, []);
}

#[test]
fn what_came_with_the_erasing_group_itself_is_erased_as_well() {
    let (folder, mut store) = new_store();
    let group = [
        command("c1", vec![entry("case/EXC-1", 1, &["x"]), entry("case/EXC-2", 1, &["y"])]),
        CommandCommit { erase: vec![0], ..command("c2", vec![entry("case/EXC-3", 1, &["z"])]) },
    ];
    store.append(0, &group).unwrap();
    drop(store);
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!((seen.findings, meaning.absent), (vec![], vec![(0, 0)]));
}

#[test]
fn a_field_that_is_gone_without_an_erasure_is_seen_to_be_absent() {
    let (folder, mut store) = new_store();
    fill(&mut store, 300);
    drop(store);
    sql(&data(&folder)).execute("DELETE FROM side WHERE id = ?1", [299 * 256]).unwrap();
    sql(&data(&folder)).execute("DELETE FROM side_bundles", []).unwrap();
    let (_, meaning) = verify(&data(&folder));
    assert_eq!(meaning.absent.len(), 257);
    assert_eq!(meaning.absent.last(), Some(&(299, 0)));
}

#[test]
fn a_key_taken_away_without_its_fields_is_a_finding() {
    let (folder, mut store) = new_store();
    fill(&mut store, 10);
    drop(store);
    sql(&data(&folder)).execute("DELETE FROM subject_keys", []).unwrap();
    let (seen, _) = verify(&data(&folder));
    assert_eq!(seen.findings_total, 10);
    assert_eq!(seen.first_bad_entry(), Some(0));
    assert!(seen.findings[0].to_string().contains("the key of its subject is missing"));
}

#[test]
fn long_fields_lie_apart_and_come_back_in_order() {
    let (folder, mut store) = new_store();
    let long = "long ".repeat(2000);
    let mut entries: Vec<_> = (0..256).map(|n| entry(&format!("s{n}"), 1, &["a", "b"])).collect();
    entries[3] = entry("s3", 1, &["a", &long, "c", &long]);
    store.append(0, &[command("c", entries)]).unwrap();
    let sides = store.reader().sides(3).unwrap();
    let lengths: Vec<(u32, usize)> = sides.iter().map(|side| (side.index, side.payload.len())).collect();
    assert_eq!(lengths, [(0, 1), (1, 10_000), (2, 1), (3, 10_000)]);
    erase(&mut store, &[3], &[]);
    assert_eq!(store.reader().sides(3).unwrap(), []);
    drop(store);
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!((seen.findings, meaning.absent.len()), (vec![], 4));
}

#[test]
fn erased_reports_are_gone_from_the_files() {
    let (folder, mut store) = new_store();
    let import = CommandCommit { reports: vec![report(1, 0, "one"), report(2, 0, "two")], ..command("import", vec![]) };
    store.append(0, &[import]).unwrap();
    let sealed: Vec<u8> = sql(&data(&folder))
        .query_row("SELECT sealed FROM reports WHERE id = ?1", [1_i64 << 32], |row| row.get(0))
        .unwrap();
    let erase = CommandCommit { erase_reports: vec![1], ..command("erase", vec![]) };
    store.append(0, &[erase]).unwrap();
    assert!(!stands_in_files(&data(&folder), &sealed));
    drop(store);
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!((seen.findings, meaning.reports), (vec![], vec![(2, 0)]));
}

#[test]
fn a_reader_in_the_way_only_delays_the_cutting_of_the_wal() {
    let (folder, mut store) = new_store();
    fill(&mut store, 20);
    let gone = sealed(&data(&folder), 5);
    let snapshot = store.reader().snapshot().unwrap();
    erase(&mut store, &[5], &[]);
    assert_eq!(snapshot.sides(5).unwrap().len(), 1, "its instant is before the erasure");
    drop(snapshot);
    erase(&mut store, &[], &[]);
    assert!(!stands_in_files(&data(&folder), &gone));
}

#[test]
fn no_sealed_byte_of_what_was_erased_stays_in_the_files() {
    let (folder, mut store) = new_store();
    let path = data(&folder);
    let mut sealed_by_seq = Vec::new();
    // Fields of many lengths, appended in groups of many sizes, so that pages split in many ways.
    for round in 0..60_u64 {
        let size = store.size();
        let entries: Vec<_> = (0..=round % 17)
            .map(|n| {
                let field = "x".repeat(usize::try_from((size + n) * 37 % 3000).unwrap());
                entry(&format!("s{}", size + n), 1, &[&field])
            })
            .collect();
        store.append(size, &[command("c", entries)]).unwrap();
        let connection = sql(&path);
        let mut statement = connection.prepare("SELECT id, sealed FROM side WHERE id >= ?1").unwrap();
        let rows = statement.query_map([size * 256], |row| Ok((row.get::<_, u64>(0)? / 256, row.get(1)?))).unwrap();
        sealed_by_seq.extend(rows.map(Result::<(u64, Vec<u8>), _>::unwrap));
    }
    let (erased, kept): (Vec<_>, Vec<_>) = sealed_by_seq.into_iter().partition(|(seq, _)| seq % 3 == 0);
    erase(&mut store, &erased.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), &[]);
    // The first bytes are nonce and salt: nobody else's.
    let stands = |rows: &[(u64, Vec<u8>)]| {
        rows.iter().filter(|(_, sealed)| stands_in_files(&path, &sealed[..30])).map(|(seq, _)| *seq).collect::<Vec<_>>()
    };
    assert_eq!(stands(&kept).len(), kept.len(), "the search finds what is there");
    assert_eq!(stands(&erased), Vec::<u64>::new());
}
