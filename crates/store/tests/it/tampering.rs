//! Every bit of a small database flipped: reported, or provably neutral, which means that everything
//! that can be read out of the folder is the same byte for byte.
//!
//! One bit of every byte is tried, chosen by a seed that is printed; with `INDULT_EXHAUSTIVE=1` all
//! bits are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use merkle_log::{CosignatureVerifier, TreeHead, bundles_for_size, tiles_for_size};
use store::{CommandCommit, Place, Store, StoreError};
use tempfile::TempDir;

use crate::fixture::{Meaning, answer, command, copy_folder, cosign, data, entry, new_store_in_memory, report, sql};

/// A closed folder with something in every table, its database of about 64 KiB.
struct Small {
    folder: TempDir,
    witness: CosignatureVerifier,
    size: u64,
}

fn small() -> Small {
    let (folder, mut store) = new_store_in_memory();
    let entries: Vec<_> = (0..256).map(|n| entry(&format!("s{}", n / 64), n % 64 + 1, &["short"])).collect();
    store.append(0, &[command("bulk", entries)]).unwrap();
    let last = CommandCommit {
        reports: vec![report(1, 0, &"{\"deviceid\":\"pc-1\"}".repeat(20))],
        answer: Some(answer("k1", 5)),
        ..command("c", vec![entry("case/EXC-1", 1, &["a reason", &"long ".repeat(1000)])])
    };
    store.append(256, &[last]).unwrap();
    fill_more(&mut store);
    let witness = cosign(&mut store);
    let size = store.size();
    drop(store);
    // Small pages make a small file; a rollback journal spares each verification the WAL's files.
    let connection = sql(&data(&folder));
    connection.execute_batch("PRAGMA journal_mode = delete; PRAGMA page_size = 1024; VACUUM").unwrap();
    drop(connection);
    Small { folder, witness, size }
}

/// Some fields in a bundle of their own and in the tail.
fn fill_more(store: &mut Store) {
    let size = store.size();
    let entries: Vec<_> = (0..20).map(|n| entry("case/EXC-2", n + 1, &["short"])).collect();
    store.append(size, &[command("more", entries)]).unwrap();
}

impl Small {
    fn path(&self) -> PathBuf {
        data(&self.folder)
    }

    fn database(&self) -> PathBuf {
        self.path().join("ledger.db")
    }

    /// Whether verification says that something is wrong, leaving out findings that `ignored` names.
    fn is_reported(&self, ignored: Ignored) -> bool {
        let mut meaning = Meaning { witness: Some(self.witness.clone()), ..Meaning::default() };
        match store::verify_folder(&self.path(), &mut meaning) {
            Err(_) => true,
            Ok(seen) => {
                let found = seen.findings.iter().any(|finding| !ignored(&finding.place));
                // What only the caller knows: which fields and reports there have to be.
                let missing = meaning.opened != 278 && !ignored(&Place::Side { seq: 0, index: 0 });
                found || missing || meaning.reports != [(1, 0)]
            }
        }
    }

    /// Everything that can be read out of a copy of the folder.
    fn export(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        let copy = self.folder.path().join("copy");
        let _ = fs::remove_dir_all(&copy);
        copy_folder(&self.path(), &copy);
        let store = Store::open(&copy)?;
        let snapshot = store.reader().snapshot()?;
        let mut read = BTreeMap::new();
        read.insert("organisation".to_owned(), store.organisation().as_bytes().to_vec());
        let TreeHead { size, root } = snapshot.head();
        read.insert("head".to_owned(), format!("{size} {root}").into_bytes());
        snapshot.replay(0..size, |seq, bytes, sides| {
            read.insert(format!("entry {seq}"), bytes.to_vec());
            let sides: Vec<u8> = sides.iter().flat_map(|side| [side.salt, side.payload].concat()).collect();
            read.insert(format!("sides {seq}"), sides);
            Ok::<(), StoreError>(())
        })?;
        // Look-ups go another way through the file than a pass does.
        for seq in (0..size).step_by(50).chain([size - 1]) {
            read.insert(format!("entry {seq} alone"), snapshot.entry(seq)?.map_or(vec![], |entry| entry.bytes));
            read.insert(format!("sides {seq} alone"), format!("{:?}", snapshot.sides(seq)?).into_bytes());
        }
        for tile in tiles_for_size(size) {
            read.insert(tile.path(), snapshot.tile(tile)?.unwrap_or_default());
        }
        for bundle in bundles_for_size(size) {
            read.insert(bundle.path(), snapshot.bundle(bundle)?.unwrap_or_default());
        }
        for size in snapshot.checkpoint_sizes()? {
            let note = snapshot.checkpoint(size)?.map(|stored| stored.note.to_string());
            read.insert(format!("checkpoint {size}"), note.unwrap_or_default().into_bytes());
        }
        read.insert("report".to_owned(), snapshot.report(1, 0)?.unwrap_or_default());
        read.insert("answer".to_owned(), format!("{:?}", snapshot.answer("k1")?).into_bytes());
        for stream in ["s0", "s1", "s2", "s3", "case/EXC-1", "case/EXC-2"] {
            read.insert(format!("stream {stream}"), snapshot.stream_head(stream)?.to_string().into_bytes());
        }
        Ok(read)
    }
}

/// A small generator (splitmix64): the test has to say which bits it tried.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Which findings a control pretends not to have made.
type Ignored = fn(&Place) -> bool;

#[derive(Debug, Default)]
struct Outcome {
    reported: usize,
    neutral: usize,
    /// (offset, bit) of flips that change what can be read and are not reported.
    silent: Vec<(usize, u8)>,
}

/// Flips bits one at a time, and each back again.
fn flip(small: &Small, flips: impl Iterator<Item = (usize, u8)>, ignored: Ignored) -> Outcome {
    let good = fs::read(small.database()).unwrap();
    let before = small.export().unwrap();
    assert!(!small.is_reported(ignored), "the untouched ledger verifies");
    let file = File::options().write(true).open(small.database()).unwrap();
    let mut outcome = Outcome::default();
    for (offset, bit) in flips {
        let at = u64::try_from(offset).unwrap();
        file.write_all_at(&[good[offset] ^ (1 << bit)], at).unwrap();
        if small.is_reported(ignored) {
            outcome.reported += 1;
        } else if small.export().is_ok_and(|read| read == before) {
            outcome.neutral += 1;
        } else {
            outcome.silent.push((offset, bit));
        }
        file.write_all_at(&good[offset..=offset], at).unwrap();
    }
    assert_eq!(fs::read(small.database()).unwrap(), good, "verification writes nothing");
    outcome
}

#[test]
fn a_flipped_bit_is_reported_or_changes_nothing_that_can_be_read() {
    let small = small();
    let bytes = fs::read(small.database()).unwrap().len();
    let exhaustive = std::env::var_os("INDULT_EXHAUSTIVE").is_some();
    let seed = std::env::var("INDULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2);
    println!("database of {bytes} bytes, {} entries; seed {seed}, exhaustive {exhaustive}", small.size);
    assert!((48 << 10..128 << 10).contains(&bytes), "{bytes}");
    let mut random = Seeded(seed);
    let outcome = if exhaustive {
        flip(&small, (0..bytes).flat_map(|offset| (0..8).map(move |bit| (offset, bit))), |_| false)
    } else {
        let flips: Vec<(usize, u8)> = (0..bytes)
            .step_by(STEP)
            .map(|offset| {
                let offset = offset + usize::try_from(random.next()).unwrap() % STEP.min(bytes - offset);
                (offset, u8::try_from(random.next() % 8).unwrap())
            })
            .collect();
        flip(&small, flips.into_iter(), |_| false)
    };
    println!("{} reported, {} neutral, {} silent", outcome.reported, outcome.neutral, outcome.silent.len());
    assert_eq!(outcome.silent, []);
    assert!(outcome.reported > outcome.neutral);
}

/// One byte of so many is tried in a normal run.
const STEP: usize = 16;

#[test]
fn a_verifier_that_skips_a_column_is_caught() {
    let small = small();
    // Controls: each ignores what it would have found in one column.
    let columns: [(&str, Ignored); 4] = [
        ("SELECT sealed FROM side WHERE id = 256 * 256", |place| matches!(place, Place::Side { .. })),
        ("SELECT hashes FROM tiles WHERE id = 0", |place| matches!(place, Place::Tile(_))),
        ("SELECT CAST(note AS BLOB) FROM checkpoints", |place| matches!(place, Place::Checkpoint(_))),
        ("SELECT sealed FROM answers", |place| matches!(place, Place::Answer(_))),
    ];
    for (column, ignored) in columns {
        let value: Vec<u8> = sql(&small.path()).query_row(column, [], |row| row.get(0)).unwrap();
        let file = fs::read(small.database()).unwrap();
        // Long values begin in their row and go on elsewhere: the beginning is enough. Pages keep
        // old copies of rows in their free space, so not every place that looks right is.
        let begin = &value[..value.len().min(40)];
        let places: Vec<usize> =
            (0..file.len() - begin.len()).filter(|start| file[*start..].starts_with(begin)).collect();
        let flips = || places.iter().flat_map(|start| (0..begin.len()).step_by(9).map(move |at| (start + at, 3)));
        let skipping = flip(&small, flips(), ignored);
        assert!(!skipping.silent.is_empty(), "{column}: {skipping:?}");
        let whole = flip(&small, flips(), |_| false);
        assert_eq!(whole.silent, [], "{column}");
    }
}

#[test]
fn the_folder_beside_the_database_is_checked_as_well() {
    let small = small();
    for name in ["signer.state", "keys/master.key", "keys/log.key", "format"] {
        let path = small.path().join(name);
        let good = fs::read(&path).unwrap();
        for position in 0..good.len() {
            let mut bad = good.clone();
            bad[position] ^= 4;
            fs::write(&path, &bad).unwrap();
            assert!(small.is_reported(|_| false), "{name}, byte {position}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert!(!small.is_reported(|_| false));
}
