//! After a failed write nothing more is written until the folder is opened again.

use store::{AppendError, CommandCommit, Store, StoreError};

use crate::fixture::{answer, command, copy_folder, data, entry, fill, new_store, report, sql, verify};

/// Makes the next write fail in the middle: the table is there, but refuses rows.
fn make_fail(path: &std::path::Path, table: &str) {
    sql(path)
        .execute_batch(&format!(
            "CREATE TRIGGER fails BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'planted'); END"
        ))
        .unwrap();
}

fn mend(path: &std::path::Path) {
    sql(path).execute_batch("DROP TRIGGER fails").unwrap();
}

#[test]
fn a_failure_in_any_table_stores_nothing_of_the_group_and_stops_later_appends() {
    for table in ["entries", "stream_heads", "side", "subject_keys", "answers", "reports"] {
        let (folder, mut store) = new_store();
        let path = data(&folder);
        fill(&mut store, 3);
        let head = store.head();
        make_fail(&path, table);
        let group = [
            command("c1", vec![entry("case/EXC-7", 1, &["x"])]),
            CommandCommit {
                answer: Some(answer("k", 1)),
                reports: vec![report(1, 0, "{}")],
                ..command("c2", vec![entry("case/EXC-8", 1, &["x"])])
            },
        ];
        let failure = store.append(3, &group).unwrap_err();
        assert!(matches!(failure, AppendError::Failed(StoreError::Sql { .. })), "{table}: {failure:?}");
        assert!(store.is_poisoned());
        mend(&path);

        // Mended or not: what is in memory is not to be trusted any more.
        assert!(matches!(store.append(3, &group).unwrap_err(), AppendError::Poisoned));
        assert!(matches!(store.append(5, &group).unwrap_err(), AppendError::Poisoned));
        assert!(matches!(store.sign_checkpoint().unwrap_err(), StoreError::Poisoned));
        assert!(matches!(store.forget_answers(9).unwrap_err(), StoreError::Poisoned));
        assert_eq!(store.reader().snapshot().unwrap().head(), head, "readers go on");
        drop(store);

        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.head(), head);
        store.append(3, &group).unwrap();
        drop(store);
        let (seen, _) = verify(&path);
        assert_eq!(seen.findings, []);
    }
}

#[test]
fn a_failure_while_a_bundle_fills_up_leaves_the_old_tail() {
    for table in ["bundles", "side_bundles", "tiles"] {
        let (folder, mut store) = new_store();
        fill(&mut store, 250);
        let head = store.head();
        make_fail(&data(&folder), table);
        let entries = (0..10).map(|version| entry("case/EXC-99", version + 1, &["x"])).collect();
        let failure = store.append(250, &[command("c", entries)]).unwrap_err();
        assert!(matches!(failure, AppendError::Failed(_)), "{failure}");
        mend(&data(&folder));
        drop(store);
        let mut store = Store::open(&data(&folder)).unwrap();
        assert_eq!(store.head(), head);
        fill(&mut store, 20);
        drop(store);
        let (seen, meaning) = verify(&data(&folder));
        assert_eq!((seen.findings, meaning.opened), (vec![], 270));
    }
}

#[test]
fn a_write_by_somebody_else_stops_the_store() {
    let (folder, mut store) = new_store();
    fill(&mut store, 3);
    sql(&data(&folder)).execute("UPDATE head SET size = 4", []).unwrap();
    let failure = store.append(3, &[command("c", vec![entry("s", 1, &[])])]).unwrap_err();
    assert!(matches!(failure, AppendError::Failed(StoreError::Damaged { .. })), "{failure:?}");
    assert!(store.is_poisoned());
}

#[test]
fn a_full_disk_fails_the_append_and_leaves_what_was_acknowledged() {
    let (folder, mut store) = new_store();
    fill(&mut store, 5);
    drop(store);
    let mut store = Store::open(&data(&folder)).unwrap();
    // SQLite meets the limit as it meets a full disk: SQLITE_FULL in the middle of a write.
    store.limit_pages(40).unwrap();
    let mut acknowledged = 5;
    let failure = loop {
        let stream = format!("s{acknowledged}");
        let big = "x".repeat(30_000);
        match store.append(acknowledged, &[command("c", vec![entry(&stream, 1, &[&big])])]) {
            Ok(appended) => acknowledged = appended.size,
            Err(failure) => break failure,
        }
    };
    assert!(matches!(failure, AppendError::Failed(_)), "{failure:?}");
    drop(store);
    let store = Store::open(&data(&folder)).unwrap();
    assert_eq!(store.size(), acknowledged);
    drop(store);
    assert_eq!(verify(&data(&folder)).0.findings, []);
}

#[test]
fn a_signature_is_withheld_when_its_state_cannot_be_kept() {
    let (folder, mut store) = new_store();
    fill(&mut store, 3);
    let state = data(&folder).join("signer.state");
    // A folder in its place cannot be replaced by a file.
    std::fs::remove_file(&state).unwrap();
    std::fs::create_dir(&state).unwrap();
    assert!(matches!(store.sign_checkpoint().unwrap_err(), StoreError::Io { .. }));
    assert_eq!(store.reader().latest_checkpoint().unwrap(), None);
    std::fs::remove_dir(&state).unwrap();
    store.sign_checkpoint().unwrap();
}

#[test]
fn a_ledger_that_was_never_closed_verifies_and_opens_from_its_wal() {
    let (folder, mut store) = new_store();
    fill(&mut store, 300);
    store.sign_checkpoint().unwrap();
    fill(&mut store, 7);
    // What a crash leaves behind is what lies on the disk now.
    let crashed = folder.path().join("crashed");
    copy_folder(&data(&folder), &crashed);
    let head = store.head();
    drop(store);
    let (seen, meaning) = verify(&crashed);
    assert_eq!((seen.findings, seen.head, meaning.opened), (vec![], head, 307));
    let mut store = Store::open(&crashed).unwrap();
    assert_eq!(store.head(), head);
    fill(&mut store, 5);
    store.sign_checkpoint().unwrap();
}
