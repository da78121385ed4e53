//! Evidence: content-addressed, encrypted, checked on every reading.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use sha2::{Digest as _, Sha256};
use store::Store;

use crate::fixture::{data, new_store, verify};

#[test]
fn content_comes_back_under_its_digest_and_does_not_stand_in_its_file() {
    let (folder, store) = new_store();
    let reader = store.reader();
    let blobs = reader.blobs();
    let content = b"an invoice, as it was scanned".repeat(100);
    let digest = blobs.put(&content).unwrap();
    assert_eq!(digest, <[u8; 32]>::from(Sha256::digest(&content)));
    assert_eq!(blobs.put(&content).unwrap(), digest);
    assert_eq!(blobs.get(&digest).unwrap().unwrap(), content);
    assert_eq!(blobs.get(&[0; 32]).unwrap(), None);
    let name = merkle_log::Hash(digest).to_hex();
    let path = data(&folder).join("blobs").join(&name[..2]).join(&name);
    let stored = fs::read(&path).unwrap();
    assert!(!stored.windows(10).any(|window| window == b"an invoice"));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(blobs.list().unwrap(), (vec![digest], vec![]));
    blobs.remove(&digest).unwrap();
    blobs.remove(&digest).unwrap();
    assert_eq!(blobs.get(&digest).unwrap(), None);
}

#[test]
fn an_altered_swapped_or_foreign_file_is_a_finding_and_is_never_returned() {
    let (folder, store) = new_store();
    let blobs = store.reader().blobs().clone();
    let (first, second) = (blobs.put(b"first").unwrap(), blobs.put(b"second").unwrap());
    drop(store);
    let path = |digest: [u8; 32]| {
        let name = merkle_log::Hash(digest).to_hex();
        data(&folder).join("blobs").join(&name[..2]).join(&name)
    };
    let good = fs::read(path(first)).unwrap();
    assert_eq!(verify(&data(&folder)).1.blobs.len(), 2);

    let mut altered = good.clone();
    altered[20] ^= 1;
    for bad in [altered, fs::read(path(second)).unwrap(), good[..10].to_vec(), vec![]] {
        fs::write(path(first), bad).unwrap();
        assert!(blobs.get(&first).is_err());
        let (seen, meaning) = verify(&data(&folder));
        assert_eq!((seen.findings_total, meaning.blobs), (1, vec![second]));
    }
    // Storing the content again mends the file.
    blobs.put(b"first").unwrap();
    assert!(verify(&data(&folder)).0.is_sound());

    fs::write(data(&folder).join("blobs/readme.txt"), "hello").unwrap();
    assert_eq!(verify(&data(&folder)).0.findings_total, 1);
}

#[test]
fn what_a_crash_left_half_written_is_swept_away_at_the_next_opening() {
    let (folder, store) = new_store();
    store.reader().blobs().put(b"content").unwrap();
    drop(store);
    let shelf = fs::read_dir(data(&folder).join("blobs")).unwrap().next().unwrap().unwrap().path();
    let left = shelf.join("abc.0123456789abcdef.partial");
    fs::write(&left, "half").unwrap();
    assert!(verify(&data(&folder)).0.is_sound());
    drop(Store::open(&data(&folder)).unwrap());
    assert!(!left.exists());
}
