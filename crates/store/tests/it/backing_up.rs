//! Backup under writes, and restoring only what proves to be whole.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use store::{CommandCommit, Store, StoreError, restore};
use tempfile::TempDir;

use crate::fixture::{command, data, fill, new_store, report, verify};

fn backed_up() -> (TempDir, PathBuf, Store) {
    let (folder, mut store) = new_store();
    fill(&mut store, 300);
    let import = CommandCommit { reports: vec![report(1, 0, "{}")], ..command("import", vec![]) };
    store.append(300, &[import]).unwrap();
    store.sign_checkpoint().unwrap();
    store.reader().blobs().put(b"evidence").unwrap();
    let target = folder.path().join("backup.tar");
    let contents = store.reader().backup(&target).unwrap();
    assert_eq!((contents.head, contents.files), (store.head(), 5));
    (folder, target, store)
}

#[test]
fn a_restored_folder_is_the_ledger_at_the_moment_of_the_backup() {
    let (folder, backup, mut store) = backed_up();
    let head = store.head();
    fill(&mut store, 50);
    assert_eq!(fs::metadata(&backup).unwrap().mode() & 0o777, 0o600);
    let target = folder.path().join("restored");
    let contents = restore(&backup, &target).unwrap();
    assert_eq!(contents.head, head);
    assert_eq!(contents.origin, store.origin());
    let (seen, meaning) = verify(&target);
    assert_eq!(seen.findings, []);
    assert_eq!((meaning.opened, meaning.reports.len(), meaning.blobs.len()), (300, 1, 1));
    let mut restored = Store::open(&target).unwrap();
    assert_eq!(restored.log_vkey(), store.log_vkey());
    assert_eq!(restored.reader().latest_checkpoint().unwrap().unwrap().head, head);
    fill(&mut restored, 10);
    restored.sign_checkpoint().unwrap();
    // Nothing but the folder and the backup is left beside it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_backup_taken_under_writes_holds_everything_acknowledged_before_it() {
    let (folder, mut store) = new_store();
    fill(&mut store, 10);
    let reader = store.reader();
    let target = folder.path().to_owned();
    let backups = std::thread::spawn(move || {
        (0..5)
            .map(|number| {
                let before = reader.snapshot().unwrap().size();
                let file = target.join(format!("{number}.tar"));
                (before, file.clone(), reader.backup(&file).unwrap())
            })
            .collect::<Vec<_>>()
    });
    for _ in 0..40 {
        fill(&mut store, 7);
        store.sign_checkpoint().unwrap();
    }
    for (before, file, contents) in backups.join().unwrap() {
        assert!(contents.head.size >= before);
        let target = file.with_extension("restored");
        restore(&file, &target).unwrap();
        let (seen, _) = verify(&target);
        assert_eq!((seen.findings, seen.head), (vec![], contents.head));
    }
}

#[test]
fn neither_a_backup_nor_a_folder_is_ever_overwritten() {
    let (folder, backup, store) = backed_up();
    let refusal = store.reader().backup(&backup).unwrap_err();
    assert!(matches!(refusal, StoreError::NotEmpty { .. }));
    let refusal = restore(&backup, &data(&folder)).unwrap_err();
    assert!(matches!(refusal, StoreError::NotEmpty { .. }));
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    restore(&backup, &empty).unwrap();
}

/// A tar file of these entries in this order.
fn tar_of(path: &Path, entries: &[(&str, tar::EntryType, Vec<u8>)]) {
    let mut builder = tar::Builder::new(File::create(path).unwrap());
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_entry_type(*kind);
        // The builder would refuse such names itself.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, content.as_slice()).unwrap();
    }
    builder.finish().unwrap();
}

/// Name, kind and content.
type TarEntry = (String, tar::EntryType, Vec<u8>);

/// The entries of a backup.
fn entries_of(backup: &Path) -> Vec<TarEntry> {
    let mut archive = tar::Archive::new(File::open(backup).unwrap());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        (entry.path().unwrap().display().to_string(), entry.header().entry_type(), content)
    });
    entries.collect()
}

#[test]
fn a_backup_that_was_touched_restores_nothing() {
    use tar::EntryType::{Directory, Link, Regular, Symlink};
    let (folder, backup, store) = backed_up();
    drop(store);
    let good = entries_of(&backup);
    let refused = |sentence: &str, change: &dyn Fn(&mut Vec<TarEntry>)| {
        let mut entries = good.clone();
        change(&mut entries);
        let borrowed: Vec<_> =
            entries.iter().map(|(name, kind, content)| (name.as_str(), *kind, content.clone())).collect();
        let altered = folder.path().join("altered.tar");
        tar_of(&altered, &borrowed);
        let target = folder.path().join("target");
        let refusal = restore(&altered, &target).unwrap_err();
        assert!(refusal.to_string().contains(sentence), "{sentence}: {refusal}");
        assert!(!target.exists());
    };
    let added = |name: &str, kind| (name.to_owned(), kind, b"x".to_vec());
    refused("does not belong", &|entries| entries.insert(0, added("../escape", Regular)));
    refused("does not belong", &|entries| entries.insert(0, added("/etc/passwd", Regular)));
    refused("does not belong", &|entries| entries.insert(0, added("keys/../ledger.db", Regular)));
    refused("does not belong", &|entries| entries.insert(0, added("blobs/ab/cd", Regular)));
    refused("does not belong", &|entries| entries.insert(0, added("format", Regular)));
    refused("not a plain file", &|entries| entries.insert(0, added("keys/log.key", Symlink)));
    refused("not a plain file", &|entries| entries.insert(0, added("keys/log.key", Link)));
    refused("not a plain file", &|entries| entries.insert(0, added("keys", Directory)));
    refused("not a plain file", &|entries| entries.insert(0, added("name", tar::EntryType::GNULongName)));
    refused("is there twice", &|entries| entries.insert(1, entries[0].clone()));
    refused("something follows", &|entries| entries.push(added("signer.state", Regular)));
    refused("cut short", &|entries| drop(entries.pop()));
    refused("not as the manifest describes", &|entries| drop(entries.remove(1)));
    refused("does not belong", &|entries| entries[2].2 = vec![0; 5000]);
    refused("manifest does not read", &|entries| entries.last_mut().unwrap().2 = b"{}".to_vec());
    for position in 0..good.len() - 1 {
        refused("not as the manifest describes", &|entries| *entries[position].2.last_mut().unwrap() ^= 1);
    }
    // The leftovers of a refused restore held keys.
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_backup_whose_ledger_was_altered_with_its_manifest_is_refused_by_verification() {
    let (folder, backup, store) = backed_up();
    drop(store);
    let mut entries = entries_of(&backup);
    // Somebody who knows the format alters the ledger and makes the manifest fit.
    let database = folder.path().join("altered.db");
    fs::write(&database, &entries[0].2).unwrap();
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.execute("UPDATE entries SET bytes = CAST(bytes || 'x' AS BLOB) WHERE seq = 299", []).unwrap();
    drop(connection);
    entries[0].2 = fs::read(&database).unwrap();
    let manifest = entries.last_mut().unwrap();
    let mut text: serde_json::Value = serde_json::from_slice(&manifest.2).unwrap();
    let altered = fs::read(&database).unwrap();
    let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&altered).into();
    text["files"]["ledger.db"]["sha256"] = merkle_log::Hash(digest).to_hex().into();
    text["files"]["ledger.db"]["bytes"] = altered.len().into();
    manifest.2 = serde_json::to_vec(&text).unwrap();
    let borrowed: Vec<_> =
        entries.iter().map(|(name, kind, content)| (name.as_str(), *kind, content.clone())).collect();
    let file = folder.path().join("altered.tar");
    tar_of(&file, &borrowed);
    let refusal = restore(&file, &folder.path().join("target")).unwrap_err();
    assert!(refusal.to_string().contains("does not verify"), "{refusal}");
}

#[test]
fn a_backup_cut_short_at_any_place_restores_nothing() {
    let (folder, backup, store) = backed_up();
    drop(store);
    let whole = fs::read(&backup).unwrap();
    let cut = folder.path().join("cut.tar");
    // The last 1024 bytes are the end mark of tar, which carries nothing.
    for length in (0..whole.len() - 2000).step_by(whole.len() / 40) {
        fs::write(&cut, &whole[..length]).unwrap();
        restore(&cut, &folder.path().join("target")).unwrap_err();
    }
    assert!(!folder.path().join("target").exists());
}
