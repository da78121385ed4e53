//! Verification finds what row operations do, and every table is accounted for.

use merkle_log::TileId;
use store::{CommandCommit, Evidence, Place, StorageOnly, Store, TABLES, Verification};

use crate::fixture::{Meaning, answer, command, cosign, data, fill, new_store, report, sql, verify};

#[test]
fn every_table_of_the_database_says_what_it_is_worth_as_evidence() {
    let (folder, store) = new_store();
    drop(store);
    let connection = sql(&data(&folder));
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut classified: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    classified.sort_unstable();
    assert_eq!(found, classified);
    for table in TABLES {
        let (Evidence::Committed(reason) | Evidence::Derived(reason) | Evidence::NotEvidence(reason)) = table.evidence;
        assert!(!reason.is_empty());
    }
}

/// A ledger with something in every table: two bundles and a tail.
fn full() -> tempfile::TempDir {
    let (folder, mut store) = new_store();
    fill(&mut store, 270);
    store.sign_checkpoint().unwrap();
    fill(&mut store, 270);
    let import = CommandCommit {
        reports: vec![report(1, 0, "one"), report(1, 1, "two")],
        answer: Some(answer("k1", 5)),
        ..command("import", vec![])
    };
    store.append(540, &[import]).unwrap();
    store.sign_checkpoint().unwrap();
    drop(store);
    folder
}

fn altered(change: &str) -> Verification {
    let folder = full();
    let connection = sql(&data(&folder));
    connection.execute_batch(change).unwrap();
    drop(connection);
    verify(&data(&folder)).0
}

#[test]
fn an_untouched_ledger_verifies_also_while_it_is_in_use() {
    let folder = full();
    let (seen, meaning) = verify(&data(&folder));
    assert_eq!(seen.findings, []);
    assert_eq!((seen.entries, seen.sides, seen.tiles), (540, 540, 2));
    assert_eq!((seen.checkpoints, seen.reports), (2, 2));
    assert_eq!(meaning.opened, 540);
    let mut store = Store::open(&data(&folder)).unwrap();
    let reader = store.reader();
    let writing = std::thread::spawn(move || {
        for _ in 0..20 {
            fill(&mut store, 11);
            store.sign_checkpoint().unwrap();
        }
    });
    for _ in 0..20 {
        let seen = reader.verify(&mut Meaning::default()).unwrap();
        assert_eq!(seen.findings, []);
    }
    writing.join().unwrap();
    assert!(reader.verify(&mut StorageOnly).unwrap().is_sound());
}

#[test]
fn row_operations_on_any_table_are_found() {
    let changes = [
        // Entries in the tail.
        "DELETE FROM entries WHERE seq = 539",
        "DELETE FROM entries WHERE seq = 520",
        "DELETE FROM entries",
        "UPDATE entries SET bytes = CAST(bytes || x'00' AS BLOB) WHERE seq = 515",
        "INSERT INTO entries (seq, bytes) VALUES (540, CAST('case/EXC-54' || char(10) || '1' || char(10) AS BLOB))",
        "INSERT INTO entries (seq, bytes) VALUES (-1, x'00')",
        "INSERT INTO entries (seq, bytes) VALUES (7, x'00')",
        "UPDATE entries SET seq = 1000 - seq",
        // Bundles.
        "DELETE FROM bundles WHERE position = 0",
        "DELETE FROM bundles WHERE position = 1",
        "UPDATE bundles SET position = 1 - position - 10; UPDATE bundles SET position = position + 10",
        "INSERT INTO bundles (position, entries) SELECT 2, entries FROM bundles WHERE position = 0",
        "INSERT INTO bundles (position, entries) VALUES (-3, x'00')",
        "UPDATE bundles SET entries = x'' WHERE position = 1",
        "UPDATE bundles SET entries = CAST(entries || x'00' AS BLOB) WHERE position = 0",
        "UPDATE bundles SET entries = substr(entries, 1, length(entries) - 1) WHERE position = 1",
        // Fields.
        "UPDATE side SET key = key + 1 WHERE id = 539 * 256",
        "UPDATE side SET id = 539 * 256 + 1 WHERE id = 539 * 256",
        "UPDATE side SET id = 541 * 256 WHERE id = 539 * 256",
        "INSERT INTO side (id, key, sealed) SELECT -1, key, sealed FROM side LIMIT 1",
        "UPDATE side_bundles SET position = 9 WHERE position = 1",
        "UPDATE side_bundles SET fields = (SELECT fields FROM side_bundles WHERE position = 0)",
        "UPDATE side_bundles SET fields = substr(fields, 2)",
        "UPDATE subject_keys SET subject = subject || 'x' WHERE id = 3",
        "UPDATE subject_keys SET id = 999 WHERE id = 3",
        // What is derived.
        "UPDATE head SET size = 539",
        "UPDATE head SET size = 541",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET next_key = 2",
        "DELETE FROM head",
        "UPDATE stream_heads SET version = 9 WHERE stream = 'case/EXC-5'",
        "DELETE FROM stream_heads WHERE stream = 'case/EXC-5'",
        "INSERT INTO stream_heads (stream, version) VALUES ('case/EXC-0x', 0)",
        "UPDATE stream_heads SET stream = 'case/EXC-5x' WHERE stream = 'case/EXC-5'",
        "DELETE FROM tiles WHERE id = 0",
        "UPDATE tiles SET root = zeroblob(32) WHERE id = 1",
        "UPDATE tiles SET hashes = zeroblob(8192) WHERE id = 1",
        "UPDATE tiles SET hashes = CAST(hashes || x'00' AS BLOB) WHERE id = 1",
        "UPDATE tiles SET id = 7 WHERE id = 1",
        "INSERT INTO tiles (id, root, hashes) SELECT 99, root, hashes FROM tiles LIMIT 1",
        // The rest.
        "UPDATE identity SET organisation = 'Another'",
        "UPDATE identity SET origin = 'another.example'",
        "DELETE FROM identity",
        "UPDATE checkpoints SET note = replace(note, '270', '271') WHERE size = 270",
        "UPDATE checkpoints SET size = 271 WHERE size = 270",
        "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 270)",
        "UPDATE checkpoints SET cosignatures = 'hello'",
        "UPDATE reports SET digest = zeroblob(32) WHERE id = 4294967296",
        "UPDATE reports SET id = id + 100",
        "UPDATE answers SET at = at + 1",
        "UPDATE answers SET key = 'k2'",
        // The database itself.
        "CREATE TABLE more (x)",
        "CREATE INDEX more ON side (key)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON side BEGIN SELECT 1; END",
        "DROP TABLE answers",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 7",
    ];
    for change in changes {
        let seen = altered(change);
        assert!(!seen.is_sound(), "not found: {change}");
    }
}

#[test]
fn the_first_bad_entry_is_named_in_a_bundle_and_in_the_tail() {
    // One byte of entry 260 in the second bundle, and of entry 300 behind it.
    let folder = full();
    let connection = sql(&data(&folder));
    let mut bundle: Vec<u8> =
        connection.query_row("SELECT entries FROM bundles WHERE position = 1", [], |row| row.get(0)).unwrap();
    for field in ["entry 260", "entry 300"] {
        let seq: usize = field[6..].parse().unwrap();
        let mut offset = 0;
        for _ in 256..seq {
            offset += 2 + usize::from(u16::from_be_bytes([bundle[offset], bundle[offset + 1]]));
        }
        // The last byte is a digit of the commitment.
        let length = usize::from(u16::from_be_bytes([bundle[offset], bundle[offset + 1]]));
        bundle[offset + length] ^= 1;
    }
    connection.execute("UPDATE bundles SET entries = ?1 WHERE position = 1", [bundle]).unwrap();
    drop(connection);
    let (seen, _) = verify(&data(&folder));
    assert_eq!(seen.first_bad_entry(), Some(260));
    let places: Vec<&Place> = seen.findings.iter().map(|finding| &finding.place).collect();
    // The tile fits everything above it, so tile, head and checkpoints are not accused.
    assert!(places.iter().all(|place| matches!(place, Place::Entry(260 | 300))), "{places:?}");

    let seen = altered(
        "UPDATE bundles SET entries = CAST(substr(entries, 1, 40) || x'58' || substr(entries, 42) AS BLOB) WHERE position = 0",
    );
    assert_eq!(seen.first_bad_entry(), Some(0));
}

#[test]
fn an_altered_tile_is_told_from_an_altered_entry() {
    let folder = full();
    let connection = sql(&data(&folder));
    let mut hashes: Vec<u8> =
        connection.query_row("SELECT hashes FROM tiles WHERE id = 1", [], |row| row.get(0)).unwrap();
    hashes[33] ^= 1;
    connection.execute("UPDATE tiles SET hashes = ?1 WHERE id = 1", [hashes]).unwrap();
    drop(connection);
    let (seen, _) = verify(&data(&folder));
    let tile = TileId::new(0, 1, 256).unwrap();
    assert_eq!(seen.findings.len(), 1, "{:?}", seen.findings);
    assert_eq!(seen.findings[0].place, Place::Tile(tile));
    assert_eq!(seen.first_bad_entry(), None);
}

#[test]
fn a_history_rewritten_with_all_that_is_derived_still_contradicts_what_was_signed() {
    // The strongest change without the log's key: a whole other ledger under the old checkpoints.
    let (folder, mut store) = new_store();
    fill(&mut store, 30);
    store.sign_checkpoint().unwrap();
    drop(store);
    let connection = sql(&data(&folder));
    connection
        .execute(
            "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'EXC-1', 'EXC-9') AS BLOB) WHERE seq = 12",
            [],
        )
        .unwrap();
    let mut statement = connection.prepare("SELECT bytes FROM entries ORDER BY seq").unwrap();
    let leaves: Vec<merkle_log::Hash> = statement
        .query_map([], |row| Ok(merkle_log::leaf_hash(&row.get::<_, Vec<u8>>(0)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(statement);
    connection.execute("UPDATE head SET root = ?1", [merkle_log::root_in_memory(&leaves).0]).unwrap();
    drop(connection);
    let seen = store::verify_folder(&data(&folder), &mut StorageOnly).unwrap();
    let places: Vec<Place> = seen.findings.into_iter().map(|finding| finding.place).collect();
    assert!(places.contains(&Place::Checkpoint(30)), "{places:?}");
    assert!(places.contains(&Place::SignerState), "{places:?}");
    assert!(!places.contains(&Place::Head), "{places:?}");
}

#[test]
fn the_state_of_the_signer_is_checked_against_the_ledger() {
    let folder = full();
    let path = data(&folder).join("signer.state");
    let good = std::fs::read(&path).unwrap();
    for position in 0..good.len() {
        let mut bad = good.clone();
        bad[position] ^= 1;
        std::fs::write(&path, bad).unwrap();
        let (seen, _) = verify(&data(&folder));
        assert!(!seen.is_sound());
        assert!(seen.findings.iter().all(|finding| finding.place == Place::SignerState));
    }
}

#[test]
fn cosignatures_are_shown_to_the_inspector_with_their_checkpoint() {
    let (folder, mut store) = new_store();
    fill(&mut store, 5);
    let witness = cosign(&mut store);
    drop(store);
    let mut meaning = Meaning { witness: Some(witness.clone()), ..Meaning::default() };
    assert!(store::verify_folder(&data(&folder), &mut meaning).unwrap().is_sound());
    sql(&data(&folder)).execute("UPDATE checkpoints SET cosignatures = ''", []).unwrap();
    let mut meaning = Meaning { witness: Some(witness), ..Meaning::default() };
    let seen = store::verify_folder(&data(&folder), &mut meaning).unwrap();
    assert_eq!(seen.findings[0].to_string(), "checkpoint of 5 entries: its cosignature is gone");
}
