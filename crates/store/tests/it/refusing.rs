//! What creating and opening refuse, and that a refusal changes nothing.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use store::{Store, StoreError, verify_folder};

use crate::fixture::{Meaning, ORIGIN, data, fill, new_store, sql};

/// Every file below a folder with its content.
fn content(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_folder_with_anything_in_it_is_not_made_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let refusal = Store::create(folder.path(), ORIGIN, "Acme").unwrap_err();
    assert!(matches!(refusal, StoreError::NotEmpty { .. }));
    assert!(refusal.to_string().contains("is not empty"));
    assert_eq!(content(folder.path()).len(), 1);
}

#[test]
fn names_that_no_log_can_have_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for origin in ["", "two words", "plus+sign", "line\nbreak"] {
        let refusal = Store::create(&folder.path().join("data"), origin, "Acme").unwrap_err();
        assert!(matches!(refusal, StoreError::Origin(_)));
    }
    let refusal = Store::create(&folder.path().join("data"), ORIGIN, &"x".repeat(501)).unwrap_err();
    assert!(refusal.to_string().contains("at most 500"), "{refusal}");
    assert!(!data(&folder).exists());
}

#[test]
fn folder_and_keys_are_private_to_their_owner() {
    let (folder, _store) = new_store();
    let mode = |name: &str| fs::metadata(data(&folder).join(name)).unwrap().mode() & 0o777;
    for name in ["", "keys", "blobs"] {
        assert_eq!(mode(name), 0o700, "{name}");
    }
    for name in ["keys/master.key", "keys/log.key", "ledger.db", "signer.state", "format"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn a_second_opening_is_refused_and_names_the_process() {
    let (folder, store) = new_store();
    let refusal = Store::open(&data(&folder)).unwrap_err();
    let this = std::process::id();
    assert!(matches!(refusal, StoreError::InUse { process: Some(process), .. } if process == this));
    assert!(refusal.to_string().contains("in use by another process"), "{refusal}");
    assert!(matches!(verify_folder(&data(&folder), &mut Meaning::default()).unwrap_err(), StoreError::InUse { .. }));
    drop(store);
    Store::open(&data(&folder)).unwrap();
}

#[test]
fn a_newer_format_is_refused_with_not_a_byte_written() {
    let (folder, store) = new_store();
    drop(store);
    let path = data(&folder);
    let format = fs::read(path.join("format")).unwrap();
    let database = fs::read(path.join("ledger.db")).unwrap();

    fs::write(path.join("format"), "Indult data folder\nformat 2\n").unwrap();
    assert_newer(&path);
    fs::write(path.join("format"), format).unwrap();

    // Also when only the database says so: user_version is at offset 60 of the file.
    let mut newer = database;
    newer[63] = 2;
    fs::write(path.join("ledger.db"), newer).unwrap();
    assert_newer(&path);
}

fn assert_newer(path: &Path) {
    fs::remove_file(path.join("lock")).ok();
    let before = content(path);
    for refusal in [Store::open(path).unwrap_err(), verify_folder(path, &mut Meaning::default()).unwrap_err()] {
        assert!(matches!(refusal, StoreError::NewerFormat { found: 2, known: 1, .. }), "{refusal}");
        assert!(refusal.to_string().contains("has format 2"));
    }
    assert_eq!(content(path), before);
}

#[test]
fn a_folder_that_is_no_ledger_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refusal, StoreError::NotALedger { .. }), "{refusal}");
    fs::write(folder.path().join("format"), "something else").unwrap();
    let refusal = Store::open(folder.path()).unwrap_err();
    assert!(refusal.to_string().contains("not one of ours"), "{refusal}");
    assert_eq!(content(folder.path()).len(), 1);
}

#[test]
fn keys_that_others_can_read_are_refused() {
    let (folder, store) = new_store();
    drop(store);
    for name in ["keys/master.key", "keys/log.key"] {
        let key = data(&folder).join(name);
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
            let refusal = Store::open(&data(&folder)).unwrap_err();
            assert!(matches!(refusal, StoreError::KeyExposed { .. }), "{refusal}");
            assert!(refusal.to_string().contains("chmod 600"));
        }
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    }
    Store::open(&data(&folder)).unwrap();
}

#[test]
fn a_key_that_is_missing_short_or_of_another_folder_is_refused() {
    let (folder, store) = new_store();
    let (other, other_store) = new_store();
    drop((store, other_store));
    for name in ["keys/master.key", "keys/log.key"] {
        let key = data(&folder).join(name);
        let good = fs::read(&key).unwrap();
        fs::write(&key, &good[..good.len() - 5]).unwrap();
        assert!(matches!(Store::open(&data(&folder)).unwrap_err(), StoreError::Key { .. }));
        fs::remove_file(&key).unwrap();
        let refusal = Store::open(&data(&folder)).unwrap_err();
        assert!(refusal.to_string().contains("the key file is missing"), "{refusal}");
        fs::copy(data(&other).join("keys/master.key"), &key).unwrap();
        assert!(Store::open(&data(&folder)).is_err());
        fs::write(&key, &good).unwrap();
    }
    Store::open(&data(&folder)).unwrap();
}

#[test]
fn a_ledger_shorter_than_what_was_signed_is_refused() {
    let (folder, mut store) = new_store();
    fill(&mut store, 10);
    store.sign_checkpoint().unwrap();
    drop(store);
    let path = data(&folder);
    let older = fs::read(path.join("ledger.db")).unwrap();
    let mut store = Store::open(&path).unwrap();
    fill(&mut store, 10);
    store.sign_checkpoint().unwrap();
    drop(store);
    fs::write(path.join("ledger.db"), older).unwrap();
    let refusal = Store::open(&path).unwrap_err();
    assert!(matches!(refusal, StoreError::RolledBack { size: 10, signed: 20 }), "{refusal}");
}

#[test]
fn a_ledger_that_is_not_what_was_signed_is_not_opened() {
    let (folder, mut store) = new_store();
    fill(&mut store, 10);
    store.sign_checkpoint().unwrap();
    drop(store);
    let connection = sql(&data(&folder));
    connection.execute("UPDATE entries SET bytes = CAST(bytes || 'x' AS BLOB) WHERE seq = 4", []).unwrap();
    drop(connection);
    let refusal = Store::open(&data(&folder)).unwrap_err();
    assert!(matches!(refusal, StoreError::Damaged { .. }), "{refusal}");
}

#[test]
fn settings_that_durability_rests_on_hold_in_every_connection() {
    // The database remembers its journal mode; the rest is set at each opening and read back.
    let (folder, store) = new_store();
    drop(store);
    let connection = sql(&data(&folder));
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    connection.execute_batch("PRAGMA journal_mode = delete").unwrap();
    drop(connection);
    drop(Store::open(&data(&folder)).unwrap());
    let connection = sql(&data(&folder));
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}
